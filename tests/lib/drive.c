/* Run an experiment for a test, without a screen. */
#include "drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "observe/live.h"
#include "stats/summary.h"

#define FDS 32
#define LIMIT_NS (60 * NS_PER_S)

struct source *drive_open(const char *line, bool interactive)
{
    struct machine machine;
    struct source *s = NULL;
    struct spec spec;
    struct err err = {0};
    int rc;

    machine_read(&machine);
    rc = spec_parse_line(&spec, line, &err);
    if (rc == 0)
        rc = spec_check(&spec, &machine, &err);
    if (rc == 0)
        rc = live_open(&s, &spec, &machine, interactive, &err);
    if (rc < 0)
        fail_msg("%s: %s", line, err.text);
    return s;
}

void drive_for(struct source *s, int64_t ns)
{
    int64_t end_ns = clock_now_ns() + ns;
    struct pollfd fds[FDS];
    int64_t now_ns;

    while (!s->done && (now_ns = clock_now_ns()) < end_ns) {
        int64_t left_ms = (end_ns - now_ns) / NS_PER_MS + 1;
        int n = s->class->fds(s, fds, FDS);

        poll(fds, (nfds_t)n, left_ms < 10 ? (int)left_ms : 10);
        s->class->pump(s, clock_now_ns());
    }
    summary_update(s->trace);
}

void drive_to_end(struct source *s)
{
    drive_for(s, LIMIT_NS);
    if (!s->done)
        fail_msg("the run did not end within a minute");
}

struct source *drive_run(const char *line)
{
    struct source *s = drive_open(line, false);

    drive_to_end(s);
    return s;
}

double drive_metric(const struct source *s, enum metric which)
{
    if (!s->trace->metrics.has[which])
        fail_msg("%s was not measured", metric_infos[which].name);
    return s->trace->metrics.value[which];
}

void drive_verdict(const struct source *s, enum verdict want)
{
    if (s->trace->verdict != want)
        fail_msg("verdict %s: %s", verdict_words[s->trace->verdict],
                 s->trace->error);
}

void drive_ok(const struct source *s)
{
    drive_verdict(s, VERDICT_OK);
}
