/* The loop: one poll() over terminal, signals, the run and its timer. Screen
 * process, its one thread. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "tui/app.h"

/* perf has two descriptors a core */
#define FDS_MAX 1024
/* So many readable moments without a key: the terminal has gone. */
#define EMPTY_MAX 100

/* ---- signals --------------------------------------------------------------
 */

int loop_take_signals(struct app *a, struct err *err)
{
    static const int numbers[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                  SIGTSTP, SIGCONT, SIGWINCH};
    sigset_t mine;

    sigemptyset(&mine);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaddset(&mine, numbers[i]);
    a->signal_fd = signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
    if (a->signal_fd < 0)
        return err_set(err, -errno,
                       "cannot read signals from a descriptor: %m");
    sigprocmask(SIG_BLOCK, &mine, &a->signals_before);
    return 0;
}

void loop_give_back_signals(struct app *a)
{
    close(a->signal_fd);
    sigprocmask(SIG_SETMASK, &a->signals_before, NULL);
}

static void die(struct app *a, int signal)
{
    a->leaving = true;
    a->exit_status = 128 + signal;
}

/* Ctrl-Z: nobody looks now. Returns when we are continued. */
static void sleep_until_continued(struct app *a)
{
    sigset_t stop;

    run_sleep(&a->run);
    terminal_suspend(a->terminal);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    raise(SIGTSTP); /* blocked: it waits for the next line */
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    terminal_resume(a->terminal);
    run_wake(&a->run);
    a->dirty = true;
}

static void signals_read(struct app *a)
{
    struct signalfd_siginfo info;

    while (read(a->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGTSTP:
            sleep_until_continued(a);
            break;
        case SIGCONT: /* perhaps somebody else used the terminal */
            terminal_resume(a->terminal);
            a->dirty = true;
            break;
        case SIGWINCH: /* even if it is as it was: there and back again has
                          wiped it */
            terminal_measure(a->terminal);
            terminal_redraw(a->terminal);
            a->dirty = true;
            break;
        default:
            die(a, (int)info.ssi_signo);
        }
    }
}

/* ---- keys -----------------------------------------------------------------
 */

static void keys_read(struct app *a)
{
    int key = terminal_key(a->terminal);

    /* A terminal that has gone is readable and gives nothing. */
    a->empty = key == TUI_KEY_NONE ? a->empty + 1 : 0;
    if (a->empty > EMPTY_MAX)
        die(a, SIGHUP);
    for (; key != TUI_KEY_NONE && !a->leaving; key = terminal_key(a->terminal))
        app_key(a, key);
}

/* ---- waiting --------------------------------------------------------------
 */

static void loop_wait(struct app *a, int64_t due_ns)
{
    static struct pollfd fds[FDS_MAX];
    int64_t now_ns = clock_now_ns();
    struct timespec left, *limit = NULL;
    int count, ready;

    fds[0] = (struct pollfd){.fd = a->signal_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = terminal_fd(a->terminal), .events = POLLIN};
    count = 2 + run_fds(&a->run, fds + 2, FDS_MAX - 2);
    if (due_ns != INT64_MAX) {
        left = clock_to_timespec(due_ns > now_ns ? due_ns - now_ns : 0);
        limit = &left;
    }
    ready = ppoll(fds, (nfds_t)count, limit, NULL);
    if (ready <= 0)
        return;
    for (int i = 2; i < count; i++)
        if (fds[i].revents) {
            run_pump(a, clock_now_ns());
            break;
        }
    if (fds[0].revents)
        signals_read(a);
    if (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL))
        die(a, SIGHUP);
    else if (fds[1].revents && !a->leaving)
        keys_read(a);
}

void loop_run(struct app *a)
{
    app_draw(a); /* before anything is started or asked */
    a->screen->enter(a);
    a->dirty = true;
    while (!a->leaving) {
        int64_t due_ns = a->screen->tick(a, clock_now_ns());

        if (a->dirty)
            app_draw(a);
        loop_wait(a, due_ns);
    }
    a->screen->leave(a);
}
