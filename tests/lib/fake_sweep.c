/* Sweeps made up for tests. In the test process. */
#include "lib/fake_sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const struct fake_case {
    const char *name, *line;
    double sigma, kappa, lambda;
    double noise; /* of a figure */
    double foreign;
    bool parts;
    double guess;
} cases[] = {
    {"family",
     "primes --tasks 20 --over model=threads,gil,processes --over "
     "workers=1,2,4,8,16 --repeat 5",
     0.02, 0.004, 9.7, 0.02, 0.01, true, 4},
    {"one", "spin --tasks 40 --over workers=1,2,3,4,6,8 --repeat 7", 0.03, 0,
     100, 0.015, 0.02, true, 0},
    {"words",
     "primes --over model=sequential,threads,processes,gil,coop,blended "
     "--repeat 5",
     0.05, 0.001, 20, 0.01, 0, true, 0},
    {"disturbed", "sleep --over workers=1,2,4,8 --repeat 3", 0.001, 0, 5, 0.2,
     0.9, true, 8},
    {"failed", "primes --over workers=1,2,4,8 --repeat 3", 0.05, 0.01, 9, 0.01,
     0, true, 0},
    {"bare", "spin --over workers=1,2,4 --repeat 1", 0.05, 0.01, 12345678, 0.01,
     -1, false, 3},
    {"many",
     "counter --duration 1 --over "
     "sync=none,mutex,spin,ticket,atomic,sharded,sharded-packed --over "
     "workers=1,2,4,8,16,32,64 --repeat 3",
     0.4, 0.001, 41e6, 0.03, 0.01, true, 0},
};

/* The same figures each time: -1 .. 1. */
static double wobble(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 23) - 1;
}

static void fill(struct sweep_outcome *out, const struct fake_case *c,
                 const struct spec *spec, double n, double y, unsigned *state)
{
    double cores = fmin(n, 2), wall = 20 / y;
    struct metrics *m = &out->metrics;

    *out = (struct sweep_outcome){.verdict = VERDICT_OK,
                                  .foreign_cores = c->foreign,
                                  .took_ns = (int64_t)(wall * NS_PER_S),
                                  .began_ns = INT64_C(1795276800000000000),
                                  .cores = 2};
    metric_set(m, METRIC_WALL_S, wall);
    metric_set(m, METRIC_THROUGHPUT_PER_S, y);
    metric_set(m, METRIC_TASKS_DONE, 20);
    if (!c->parts)
        return;
    double waits = spec->workload == WORKLOAD_SLEEP ? 0.97 : 0.02;
    double run = fmin(1 - waits, cores / n), lock = 0;
    if (spec->model == MODEL_GIL)
        lock = fmax(0, 1 - waits - (run = 0.98 / n));
    double ready = fmax(0, 1 - waits - run - lock);

    metric_set(m, METRIC_LIFE_S, wall * n);
    metric_set(m, METRIC_RUN_S, wall * n * run);
    metric_set(m, METRIC_READY_S, wall * n * ready);
    metric_set(m, METRIC_BLOCKED_S, wall * n * (waits + lock));
    metric_set(m, METRIC_LOCK_WAIT_S, wall * n * lock);
    metric_set(m, METRIC_IO_WAIT_S, wall * n * waits * 0.9);
    metric_set(m, METRIC_CPU_S, wall * n * run);
    metric_set(m, METRIC_PARALLELISM, n * run * (1 + 0.001 * wobble(state)));
}

static double throughput(const struct fake_case *c, const struct spec *spec,
                         double n)
{
    double top = fmin(n, 2) * c->lambda;

    if (spec->workload == WORKLOAD_SLEEP)
        top = n * c->lambda;
    if (spec->model == MODEL_GIL || spec->model == MODEL_COOP ||
        spec->model == MODEL_SEQUENTIAL)
        top = c->lambda * 1.02;
    if (strcmp(c->name, "many") == 0)
        top = c->lambda * (1 + 0.5 * spec->sync);
    return top / (1 + c->sigma * (n - 1) * 0.1 +
                  c->kappa * n * (n - 1) *
                      (spec->model == MODEL_PROCESSES ? 0.1 : 0.3));
}

struct sweep *fake_sweep(const char *name)
{
    const struct fake_case *c = cases;
    struct sweep_request *r = calloc(1, sizeof(*r));
    struct machine m = {.cpus_online = 2,
                        .cpus_allowed = 2,
                        .kernel = "6.1.0-28-amd64",
                        .arch = "x86_64",
                        .tick_hz = 250,
                        .memory_total = INT64_C(4) << 30,
                        .memory_available = INT64_C(3) << 30};
    struct sweep_order order;
    struct err err = {0};
    unsigned state = 1;
    int taken = 0;

    while (c < cases + sizeof(cases) / sizeof(cases[0]) &&
           strcmp(c->name, name) != 0)
        c++;
    if (c == cases + sizeof(cases) / sizeof(cases[0]) || !r)
        abort();
    CPU_SET(0, &m.allowed);
    CPU_SET(1, &m.allowed);
    if (sweep_parse_line(r, c->line, &m, &err) < 0) {
        fprintf(stderr, "%s: %s\n", c->line, err.text);
        abort();
    }
    struct sweep *s = sweep_new(r, &m, &err);
    free(r);
    if (!s)
        abort();
    while (sweep_next(s, &order)) {
        double n = fmax((double)order.spec.workers, 1), y;
        struct sweep_outcome out;

        y = throughput(c, &order.spec, n) * (1 + c->noise * wobble(&state));
        if (strcmp(name, "one") == 0 && taken == 20)
            y *= 0.6;
        fill(&out, c, &order.spec, n, y, &state);
        if (strcmp(name, "failed") == 0 && n >= 4) {
            out.verdict = VERDICT_FAILED;
            out.metrics = (struct metrics){0};
            snprintf(out.error, sizeof(out.error),
                     "it said <no> & \"never\", it's |over|");
        }
        if (sweep_take(s, &order, &out) < 0)
            abort();
        taken++;
    }
    s->has_guess = c->guess > 0;
    s->guess = c->guess;
    return s;
}

struct contest *fake_contest(void)
{
    static const char *const lines[] = {
        "primes --model threads --workers 2",
        "primes --model processes --workers 2",
        "primes --model gil --workers 2",
    };
    static const double y[] = {20, 20.05, 10.2};
    struct sweep_order order;
    struct spec specs[3];
    struct err err = {0};
    unsigned state = 7;

    for (int i = 0; i < 3; i++)
        if (spec_parse_line(&specs[i], lines[i], &err) < 0)
            abort();
    struct contest *c = contest_new(specs, 3, 6, METRIC_THROUGHPUT_PER_S, &err);
    if (!c)
        abort();
    while (contest_next(c, &order)) {
        struct sweep_outcome out = {.verdict = VERDICT_OK,
                                    .foreign_cores = 0.01,
                                    .took_ns = NS_PER_S,
                                    .cores = 2};

        metric_set(&out.metrics, METRIC_THROUGHPUT_PER_S,
                   y[order.point] * (1 + 0.02 * wobble(&state)));
        if (contest_take(c, &order, &out) < 0)
            abort();
    }
    contest_conclude(c);
    return c;
}
