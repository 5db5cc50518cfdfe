/* One experiment from its start to its end, without a screen. Screen process:
 * one thread, a poll() loop over the run, the signals and the clock. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/common.h"
#include "export/export.h"
#include "observe/live.h"
#include "sim/source.h"
#include "stats/summary.h"

#define DRIVE_FDS 64
#define PROGRESS_NS (200 * NS_PER_MS)

/* Write @s over the line on stderr, no wider than the terminal: a line that
 * wraps cannot be written over. */
static void show_line(const char *s)
{
    struct winsize size;
    int columns = 79, used = 0;
    uint32_t codepoint;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        columns = size.ws_col - 1;
    while (s[used] && columns-- > 0)
        used += text_decode(s + used, &codepoint);
    fprintf(stderr, "\r\033[K%.*s", used, s);
    fflush(stderr);
}

/* How far it is, after @line. */
static void show_progress(const struct trace *t, const char *line)
{
    const struct trace_sample *last;
    struct text say = {0};
    struct rates rates;
    char count[32], of[32], since[32];

    if (!t->gate_ns || t->sample_count == 0)
        return;
    last = &t->samples[t->sample_count - 1];
    text_addf(&say, "%s%s%s: ", line, *line ? "; " : "",
              spec_workload_words[t->spec.workload]);
    if (t->spec.tasks > 0)
        text_addf(&say, "%s of %s tasks, ",
                  text_count(count, sizeof(count), last->tasks_done),
                  text_count(of, sizeof(of), t->spec.tasks));
    else if (last->tasks_done > 0)
        text_addf(&say, "%s tasks, ",
                  text_count(count, sizeof(count), last->tasks_done));
    else
        text_addf(&say, "%s operations, ",
                  text_si(count, sizeof(count), (double)last->ops));
    text_add(&say,
             text_duration(since, sizeof(since), last->at_ns - t->gate_ns));
    if (summary_rates(t, NS_PER_S, &rates))
        text_addf(&say, ", %.2f cores busy", rates.cores_busy);
    show_line(text_str(&say));
    text_fini(&say);
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

/* @line as in cli_drive_after(). */
static void follow(struct source *s, int signal_fd, const char *line)
{
    int64_t shown_ns = clock_now_ns(), now_ns;

    if (line && *line)
        show_line(line);
    while (!s->done) {
        if (wait_a_while(s, signal_fd))
            s->class->stop(s, VERDICT_INTERRUPTED);
        now_ns = clock_now_ns();
        s->class->pump(s, now_ns);
        if (line && now_ns - shown_ns >= PROGRESS_NS) {
            show_progress(s->trace, line);
            shown_ns = now_ns;
        }
    }
    if (line)
        fputs("\r\033[K", stderr);
}

int cli_drive(struct source **out, const struct spec *spec,
              const struct machine *m, bool progress, struct err *err)
{
    return cli_drive_after(out, spec, m, progress ? "" : NULL, err);
}

int cli_drive_after(struct source **out, const struct spec *spec,
                    const struct machine *m, const char *line, struct err *err)
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
    rc = spec->on[0] ? sim_source_open(&source, spec, false, err)
                     : live_open(&source, spec, m, false, err);
    if (rc < 0)
        goto out;
    follow(source, signal_fd, isatty(STDERR_FILENO) ? line : NULL);
    summary_update(source->trace);
    *out = source;
out:
    if (signal_fd >= 0)
        close(signal_fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}

void cli_add_time(struct text *out, int64_t ns)
{
    int64_t s = (ns + NS_PER_S / 2) / NS_PER_S;

    if (s < 60)
        text_addf(out, "%" PRId64 " s", s);
    else
        text_addf(out, "%" PRId64 " min %02" PRId64 " s", s / 60, s % 60);
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
