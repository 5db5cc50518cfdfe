/* One experiment from its start to its end, without a screen. Screen process:
 * one thread, a poll() loop over the run, the signals and the clock. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/common.h"
#include "export/export.h"
#include "observe/live.h"
#include "stats/summary.h"

#define DRIVE_FDS 64
#define PROGRESS_NS (200 * NS_PER_MS)

/* One line on stderr, written over itself. */
static void show_progress(const struct trace *t)
{
    const struct trace_sample *last;
    struct rates rates;
    char count[32], of[32], since[32];

    if (!t->gate_ns || t->sample_count == 0)
        return;
    last = &t->samples[t->sample_count - 1];
    fprintf(stderr, "\r\033[K%s: ", spec_workload_words[t->spec.workload]);
    if (t->spec.tasks > 0)
        fprintf(stderr, "%s of %s tasks, ",
                text_count(count, sizeof(count), last->tasks_done),
                text_count(of, sizeof(of), t->spec.tasks));
    else if (last->tasks_done > 0)
        fprintf(stderr, "%s tasks, ",
                text_count(count, sizeof(count), last->tasks_done));
    else
        fprintf(stderr, "%s operations, ",
                text_si(count, sizeof(count), (double)last->ops));
    fprintf(stderr, "%s",
            text_duration(since, sizeof(since), last->at_ns - t->gate_ns));
    if (summary_rates(t, NS_PER_S, &rates))
        fprintf(stderr, ", %.2f cores busy", rates.cores_busy);
    fflush(stderr);
}

/* Wait until something is to be read or the trace should be looked at. True
 * when a signal asked for the end. */
static bool wait_a_while(struct source *s, int signal_fd)
{
    struct pollfd fds[DRIVE_FDS];
    struct signalfd_siginfo info;
    int n = 1;

    fds[0] = (struct pollfd){.fd = signal_fd, .events = POLLIN};
    n += s->class->fds(s, fds + 1, DRIVE_FDS - 1);
    if (poll(fds, (nfds_t)n, (int)(SOURCE_PUMP_NS / NS_PER_MS)) <= 0)
        return false;
    return (fds[0].revents & POLLIN) &&
           read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

static void follow(struct source *s, int signal_fd, bool progress)
{
    int64_t shown_ns = clock_now_ns(), now_ns;

    while (!s->done) {
        if (wait_a_while(s, signal_fd))
            s->class->stop(s, VERDICT_INTERRUPTED);
        now_ns = clock_now_ns();
        s->class->pump(s, now_ns);
        if (progress && now_ns - shown_ns >= PROGRESS_NS) {
            show_progress(s->trace);
            shown_ns = now_ns;
        }
    }
    if (progress)
        fputs("\r\033[K", stderr);
}

int cli_drive(struct source **out, const struct spec *spec,
              const struct machine *m, bool progress, struct err *err)
{
    struct source *source = NULL;
    sigset_t ends, before;
    int signal_fd, rc;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, &before);
    signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signal_fd < 0) {
        rc = err_set(err, -errno, "cannot listen for signals: %m");
        goto out;
    }
    rc = live_open(&source, spec, m, false, err);
    if (rc < 0)
        goto out;
    follow(source, signal_fd, progress && isatty(STDERR_FILENO));
    summary_update(source->trace);
    *out = source;
out:
    if (signal_fd >= 0)
        close(signal_fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}

int cli_look(struct report_options *look, const struct cli_words *w)
{
    const char *columns = cli_words_value(w, "columns");
    long n = cli_columns(80);

    if (columns && !cli_number(columns, 20, 1000, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--columns cannot be \"%s\"; it is a number from 20 "
                          "to 1000",
                          columns);
    *look = (struct report_options){
        .columns = (int)n,
        .ascii = cli_words_value(w, "ascii") || !cli_utf8(),
        .colour = cli_colour() && !cli_words_value(w, "no-color"),
    };
    return -1;
}

int cli_run_status(const struct trace *t)
{
    switch (t->verdict) {
    case VERDICT_OK:
        return EXIT_DONE;
    case VERDICT_INTERRUPTED:
        return EXIT_INTERRUPTED;
    case VERDICT_FAILED:
        if (t->refused_code == -EINVAL)
            return EXIT_REQUEST;
        if (t->refused_code == -EAGAIN)
            return EXIT_MACHINE;
        return EXIT_FAILED;
    default:
        return EXIT_FAILED;
    }
}
