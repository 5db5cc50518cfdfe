/* What the benchmarks share: run an experiment here and now, and give back its
 * numbers. A benchmark states a cost as a ratio within one run; it tests
 * nothing. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "observe/live.h"
#include "stats/summary.h"

#define BENCH_FDS 32
#define BENCH_MOST 31 /* repetitions */

/* Run @line to its end. The source stays open for a closer look; close it. Ends
 * the program with a sentence when it cannot be run. */
static inline struct source *bench_open(const char *line)
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
        rc = live_open(&s, &spec, &machine, false, &err);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", line, err.text);
        exit(4);
    }
    while (!s->done) {
        struct pollfd fds[BENCH_FDS];
        int n = s->class->fds(s, fds, BENCH_FDS);

        poll(fds, (nfds_t)n, (int)(SOURCE_PUMP_NS / NS_PER_MS));
        s->class->pump(s, clock_now_ns());
    }
    summary_update(s->trace);
    return s;
}

/* One metric of one run of @line; -1 when it was not measured. */
static inline double bench_metric(const char *line, enum metric which)
{
    struct source *s = bench_open(line);
    double value = metric_get(&s->trace->metrics, which, -1);

    s->class->close(s);
    return value;
}

static inline int bench_ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts @values. */
static inline double bench_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), bench_ascending);
    return count % 2 ? values[count / 2]
                     : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Processor time of the whole machine so far, in ticks: busy and all. */
static inline void bench_ticks(long long *busy, long long *all)
{
    char line[256], *at = line + 3; /* after "cpu" */
    FILE *f = fopen("/proc/stat", "r");

    *busy = *all = 0;
    if (f && fgets(line, sizeof(line), f)) {
        for (int i = 0; i < 8; i++) {
            long long n = strtoll(at, &at, 10);

            *all += n;
            if (i != 3 && i != 4) /* idle, waiting for a disk */
                *busy += n;
        }
    }
    if (f)
        fclose(f);
}

/* How busy other programs keep the machine while we stand still for 200 ms: a
 * share of all cores. Figures taken beside a busy neighbour mean little. */
static inline double bench_foreign_share(void)
{
    struct timespec t = {.tv_nsec = 200 * NS_PER_MS};
    long long busy, all, busy_then, all_then;

    bench_ticks(&busy_then, &all_then);
    nanosleep(&t, NULL);
    bench_ticks(&busy, &all);
    return all > all_then
               ? (double)(busy - busy_then) / (double)(all - all_then)
               : 0;
}

#endif
