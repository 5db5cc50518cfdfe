/* Outcomes of runs that never were. */
#include "lib/made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"

#define PI 3.14159265358979323846

struct machine made_machine(int cores)
{
    struct machine m = {.cpus_online = cores,
                        .cpus_allowed = cores,
                        .memory_available = INT64_C(1) << 34};

    for (int cpu = 0; cpu < cores; cpu++)
        CPU_SET((size_t)cpu, &m.allowed);
    return m;
}

/* Box and Muller 1958. */
double made_normal(uint64_t *state)
{
    double u = 1 - random_share(state), v = random_share(state);

    return sqrt(-2 * log(u)) * cos(2 * PI * v);
}

struct sweep_outcome made_run(struct made *m, double x)
{
    int cores = m->cores > 0 ? m->cores : 2;
    struct sweep_outcome o = {.verdict = VERDICT_OK, .cores = cores};
    double y = m->curve(x) * exp(m->scatter * made_normal(&m->state));
    double busy = fmin(cores, x);

    o.took_ns = NS_PER_S / 2;
    m->now_ns += o.took_ns;
    o.began_ns = m->now_ns;
    if (random_share(&m->state) < m->load) {
        o.foreign_cores =
            m->load_cores > 0 ? m->load_cores : 0.3 + random_share(&m->state);
        /* Who needs the cores that others have gets less done. */
        y *= fmin(1, fmax(0, cores - o.foreign_cores) / busy);
    }
    y *= 1 + m->drift * m->runs++;
    metric_set(&o.metrics, METRIC_THROUGHPUT_PER_S, y);
    metric_set(&o.metrics, METRIC_WALL_S, 1 / y);
    return o;
}

struct sweep *made_sweep(const char *line, struct made *m)
{
    struct machine machine = made_machine(m->cores > 0 ? m->cores : 2);
    struct sweep_request r;
    struct sweep_order o;
    struct err err = {0};
    struct sweep *s;

    if (sweep_parse_line(&r, line, &machine, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
    s = sweep_new(&r, &machine, &err);
    assert_non_null(s);
    for (int i = 0; sweep_next(s, &o); i++) {
        struct sweep_outcome out = made_run(m, s->points[o.point].x);

        assert_true(i < 10000); /* it ends */
        assert_int_equal(sweep_take(s, &o, &out), 0);
    }
    return s;
}

struct sweep *made_quickly(const struct sweep_request *r, struct made *m)
{
    struct machine machine = made_machine(m->cores > 0 ? m->cores : 2);
    struct sweep *s = sweep_new(r, &machine, NULL);

    assert_non_null(s);
    for (int round = 0; round < r->repeat; round++) {
        for (int i = 0; i < s->point_count; i++) {
            struct sweep_order o = {
                .point = i, .round = round, .spec = s->points[i].spec};
            struct sweep_outcome out;

            do {
                out = made_run(m, s->points[i].x);
                assert_int_equal(sweep_take(s, &o, &out), 0);
            } while (out.foreign_cores > SWEEP_NOISE_CORES &&
                     o.attempt++ < SWEEP_AGAIN);
        }
    }
    sweep_conclude(s);
    return s;
}

double made_cores(double x)
{
    return 1000 * fmin(x, 2);
}

double made_tasks(double x)
{
    return 1000 * 16 / ceil(16 / fmin(x, 16));
}

double made_usl(double x)
{
    return 1000 * x / (1 + 0.05 * (x - 1) + 0.01 * x * (x - 1));
}

double made_half(double x)
{
    return 1000 * fmin(x, 4);
}

double made_flat(double x)
{
    (void)x;
    return 1000;
}

double made_rising(double x)
{
    return 1000 * x;
}
