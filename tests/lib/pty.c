/* A pseudo-terminal with a terminal emulator and a minimal job-control shell.
 */
#include "lib/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"

/* Long enough for a sanitizer's build on a busy machine. */
#define LIMIT_NS (60 * NS_PER_S)

/* ---- the shell ------------------------------------------------------------
 */

struct report { /* from the shell */
    pid_t pid;
    int status; /* of waitpid() */
};

/* Own session on the terminal, one job in the foreground: tell of every stop
 * and of the end, continue it when told to. Never returns. */
static void shell_main(int slave, int report, int command, char *const words[])
{
    struct report r = {0};
    char c;

    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    signal(SIGTTOU, SIG_IGN); /* it moves the foreground while behind */
    signal(SIGHUP, SIG_IGN);
    r.pid = fork();
    if (r.pid == 0) {
        setpgid(0, 0);
        tcsetpgrp(slave, getpid());
        signal(SIGTTOU, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        dup2(slave, STDIN_FILENO);
        dup2(slave, STDOUT_FILENO);
        dup2(slave, STDERR_FILENO);
        execv(words[0], words);
        _exit(127);
    }
    setpgid(r.pid, r.pid);
    r.status = -1; /* it has begun */
    if (write(report, &r, sizeof(r)) != sizeof(r))
        _exit(1);
    close(slave);
    for (;;) {
        if (waitpid(r.pid, &r.status, WUNTRACED) != r.pid)
            _exit(1);
        if (write(report, &r, sizeof(r)) != sizeof(r) || !WIFSTOPPED(r.status))
            _exit(0);
        if (read(command, &c, 1) != 1)
            _exit(0);
        int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
        tcsetpgrp(tty, r.pid);
        close(tty);
        kill(-r.pid, SIGCONT);
    }
}

/* ---- the terminal ---------------------------------------------------------
 */

static void reply(const char *s, size_t n, void *arg)
{
    struct pty *p = arg;

    if (write(p->master, s, n) < 0)
        return; /* it has gone: nobody wants to know */
}

static int set_property(VTermProp prop, VTermValue *value, void *arg)
{
    struct pty *p = arg;

    if (prop == VTERM_PROP_ALTSCREEN)
        p->alternate = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        p->cursor_hidden = !value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = set_property};

static void emulator_open(struct pty *p)
{
    p->vt = vterm_new(p->rows, p->columns);
    vterm_set_utf8(p->vt, 1);
    vterm_output_set_callback(p->vt, reply, p);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_set_callbacks(p->screen, &callbacks, p);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
}

/* ---- starting -------------------------------------------------------------
 */

const char *pty_program(void)
{
    static char path[PATH_MAX + 16];
    const char *given = getenv("TIMESLICE");
    ssize_t n;

    if (path[0])
        return path;
    if (given && *given) {
        assert_non_null(realpath(given, path));
        return path;
    }
    /* build/tests/test_pty -> build/timeslice */
    n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    assert_true(n > 0);
    path[n] = '\0';
    for (int up = 0; up < 2; up++)
        *strrchr(path, '/') = '\0';
    strcat(path, "/timeslice");
    return path;
}

static void set_environment(const char *const environment[])
{
    static const char *const defaults[] = {"TERM=xterm-256color",
                                           "LC_ALL=C.UTF-8", NULL};
    static const char *const unset[] = {"NO_COLOR", "LINES", "COLUMNS", NULL};
    const char *const *sets[] = {defaults, environment};

    for (int i = 0; unset[i]; i++)
        unsetenv(unset[i]);
    for (int set = 0; set < 2; set++)
        for (int i = 0; sets[set] && sets[set][i]; i++) {
            char name[64];
            const char *equals = strchr(sets[set][i], '=');

            snprintf(name, sizeof(name), "%.*s", (int)(equals - sets[set][i]),
                     sets[set][i]);
            setenv(name, equals + 1, 1);
        }
}

static void read_report(struct pty *p)
{
    struct report r;

    if (read(p->report, &r, sizeof(r)) != sizeof(r)) {
        p->ended = true; /* even the shell has gone */
        return;
    }
    p->program = r.pid;
    if (r.status == -1)
        return;
    p->status = r.status;
    p->stopped = WIFSTOPPED(r.status);
    p->ended = !p->stopped;
}

void pty_open(struct pty *p, int rows, int columns,
              const char *const arguments[], const char *const environment[])
{
    struct winsize size = {.ws_row = (unsigned short)rows,
                           .ws_col = (unsigned short)columns};
    char *words[32] = {strdup(pty_program())};
    int report[2], command[2], count = 1;

    *p = (struct pty){.rows = rows, .columns = columns};
    for (; arguments && arguments[count - 1]; count++)
        words[count] = strdup(arguments[count - 1]);
    assert_int_equal(access(words[0], X_OK), 0);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(openpty(&p->master, &p->slave, NULL, NULL, &size), 0);
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    assert_int_equal(pipe2(command, O_CLOEXEC), 0);
    fcntl(p->master, F_SETFD, FD_CLOEXEC);
    fcntl(p->slave, F_SETFD, FD_CLOEXEC);
    tcgetattr(p->slave, &p->found);
    set_environment(environment);
    emulator_open(p);
    p->shell = fork();
    assert_true(p->shell >= 0);
    if (p->shell == 0) {
        close(p->master);
        close(report[0]);
        close(command[1]);
        shell_main(p->slave, report[1], command[0], words);
    }
    close(report[1]);
    close(command[0]);
    p->report = report[0];
    p->command = command[1];
    read_report(p);
    for (int i = 0; i < count; i++)
        free(words[i]);
}

void pty_close(struct pty *p)
{
    if (!p->vt)
        return;
    if (!p->ended)
        kill(p->program, SIGKILL);
    if (p->shell > 0)
        kill(p->shell, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ; /* whatever was left comes to us and has been killed */
    if (p->slave >= 0)
        close(p->slave);
    if (p->master >= 0)
        close(p->master);
    close(p->report);
    close(p->command);
    vterm_free(p->vt);
    *p = (struct pty){.master = -1, .slave = -1};
}

/* ---- waiting --------------------------------------------------------------
 */

/* Take in what has come within @ms. */
static void take_in(struct pty *p, int ms)
{
    struct pollfd fds[] = {{.fd = p->master, .events = POLLIN},
                           {.fd = p->ended ? -1 : p->report, .events = POLLIN}};
    char bytes[4096];

    if (poll(fds, 2, ms) <= 0)
        return;
    if (fds[0].revents & POLLIN) {
        ssize_t n = read(p->master, bytes, sizeof(bytes));

        if (n > 0) {
            p->bytes += n;
            vterm_input_write(p->vt, bytes, (size_t)n);
        }
    } else if (fds[0].revents) { /* nobody has it open */
        poll(NULL, 0, 10);
    }
    if (fds[1].revents)
        read_report(p);
}

bool pty_wait_until(struct pty *p, bool (*done)(struct pty *p, void *arg),
                    void *arg)
{
    int64_t end_ns = clock_now_ns() + LIMIT_NS;

    while (!done(p, arg)) {
        if (clock_now_ns() > end_ns) {
            fprintf(stderr, "the screen when waiting was given up:\n%s\n",
                    pty_text(p));
            return false;
        }
        take_in(p, 50);
    }
    return true;
}

struct look {
    const char *text;
    bool there;
};

static bool looks(struct pty *p, void *arg)
{
    const struct look *l = arg;

    return (strstr(pty_text(p), l->text) != NULL) == l->there;
}

bool pty_wait_for(struct pty *p, const char *text)
{
    struct look l = {text, true};

    if (pty_wait_until(p, looks, &l))
        return true;
    fprintf(stderr, "it never showed \"%s\"\n", text);
    return false;
}

bool pty_wait_without(struct pty *p, const char *text)
{
    struct look l = {text, false};

    if (pty_wait_until(p, looks, &l))
        return true;
    fprintf(stderr, "it went on showing \"%s\"\n", text);
    return false;
}

static bool has_ended(struct pty *p, void *arg)
{
    (void)arg;
    return p->ended;
}

bool pty_wait_end(struct pty *p)
{
    if (!pty_wait_until(p, has_ended, NULL))
        return false;
    for (int i = 0; i < 20; i++) /* its last words */
        take_in(p, 5);
    return true;
}

static bool has_stopped(struct pty *p, void *arg)
{
    (void)arg;
    return p->stopped;
}

bool pty_wait_stop(struct pty *p)
{
    return pty_wait_until(p, has_stopped, NULL);
}

/* ---- doing ----------------------------------------------------------------
 */

void pty_send(struct pty *p, const char *keys)
{
    ssize_t n = write(p->master, keys, strlen(keys));

    assert_int_equal(n, (ssize_t)strlen(keys));
}

void pty_resize(struct pty *p, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows,
                           .ws_col = (unsigned short)columns};

    p->rows = rows;
    p->columns = columns;
    vterm_set_size(p->vt, rows, columns);
    ioctl(p->master, TIOCSWINSZ, &size);
}

void pty_continue(struct pty *p)
{
    p->stopped = false;
    assert_int_equal(write(p->command, "c", 1), 1);
}

void pty_signal(struct pty *p, int signal)
{
    kill(p->program, signal);
}

void pty_hang_up(struct pty *p)
{
    close(p->slave);
    close(p->master);
    p->slave = -1;
    p->master = -1;
}

/* ---- looking --------------------------------------------------------------
 */

const char *pty_text(struct pty *p)
{
    static struct text text;

    text_fini(&text);
    text_add(&text, "");
    for (int row = 0; row < p->rows; row++) {
        for (int column = 0; column < p->columns; column++) {
            VTermScreenCell cell;
            char glyph[5];

            vterm_screen_get_cell(p->screen, (VTermPos){row, column}, &cell);
            text_encode(glyph, cell.chars[0] ? cell.chars[0] : ' ');
            text_add(&text, glyph);
        }
        text_add(&text, "\n");
    }
    return text_str(&text);
}

bool pty_restored(struct pty *p)
{
    struct termios now;
    bool modes;

    if (tcgetattr(p->slave, &now) != 0)
        return false;
    modes = now.c_lflag == p->found.c_lflag &&
            now.c_iflag == p->found.c_iflag && now.c_oflag == p->found.c_oflag;
    if (modes && !p->alternate && !p->cursor_hidden)
        return true;
    fprintf(stderr, "modes %s, screen %s, cursor %s\n",
            modes ? "as found" : "changed", p->alternate ? "ours" : "as found",
            p->cursor_hidden ? "hidden" : "shown");
    return false;
}

bool pty_descendants(struct pty *p)
{
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        if (pid == p->shell)
            p->shell = 0;
    return pid == 0;
}

static bool is_alone(struct pty *p, void *arg)
{
    (void)arg;
    return !pty_descendants(p);
}

bool pty_wait_alone(struct pty *p)
{
    return pty_wait_until(p, is_alone, NULL);
}

void pty_ends(struct pty *p, int status)
{
    assert_true(pty_wait_end(p));
    assert_true(WIFEXITED(p->status));
    assert_int_equal(WEXITSTATUS(p->status), status);
    assert_true(pty_restored(p));
    assert_true(pty_wait_alone(p));
    pty_close(p);
}
