/* What became of the jobs, in numbers: of one, and of all. Any process. */
#include <errno.h>
#include <stdlib.h>

#include "sim/sim.h"

/* ---- one job ------------------------------------------------------------- */

struct sim_figures sim_figures(const struct sim *s, int id)
{
    const struct task *t = sim_task(s, id);
    int64_t arrival = t->job->arrival_ns;
    struct sim_figures f = {
        .response_ns = t->first_ns < 0 ? -1 : t->first_ns - arrival,
        .turnaround_ns = t->end_ns < 0 ? -1 : t->end_ns - arrival,
        .waiting_ns = t->end_ns < 0 ? -1 : t->ready_ns,
        .ran_ns = t->ran_ns,
        .blocked_ns = t->blocked_ns,
        .lock_ns = t->lock_ns,
        .longest_wait_ns = t->longest_wait_ns,
        .switches = (int64_t)t->switches_voluntary + t->switches_involuntary,
        .migrations = t->migrations,
        .periods = t->periods,
        .misses = t->misses,
    };

    /* A job with nothing to compute never runs: it ends as it comes. */
    if (f.response_ns < 0 && t->end_ns >= 0)
        f.response_ns = f.turnaround_ns;
    return f;
}

/* ---- spreads ------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The least value that at least @pct per cent of all do not exceed. */
static int64_t nearest_rank(const int64_t *sorted, int64_t n, int pct)
{
    return sorted[(n * pct + 99) / 100 - 1];
}

/* A million values of up to 2^53 exceed 64 bits: the sum is kept as quotient
 * and remainder of the count. */
static double mean(const int64_t *values, int64_t n)
{
    int64_t whole = 0, rest = 0;

    for (int64_t i = 0; i < n; i++) {
        whole += values[i] / n;
        rest += values[i] % n;
    }
    return (double)whole + (double)rest / (double)n;
}

static void spread(struct sim_spread *out, int64_t *values, int64_t n)
{
    *out = (struct sim_spread){.n = n,
                               .mean_ns = -1,
                               .p50_ns = -1,
                               .p95_ns = -1,
                               .p99_ns = -1,
                               .max_ns = -1};
    if (n == 0)
        return;
    qsort(values, (size_t)n, sizeof(*values), ascending);
    out->mean_ns = mean(values, n);
    out->p50_ns = nearest_rank(values, n, 50);
    out->p95_ns = nearest_rank(values, n, 95);
    out->p99_ns = nearest_rank(values, n, 99);
    out->max_ns = values[n - 1];
}

enum { SPREAD_RESPONSE, SPREAD_TURNAROUND, SPREAD_WAITING };

/* One kind at a time, so that a million jobs take 8 MB and not 24. */
static void spread_of(const struct sim *s, int kind, int64_t *values,
                      struct sim_spread *out)
{
    int count = sim_jobs_of(s)->count;
    int64_t n = 0;

    for (int id = 0; id < count; id++) {
        struct sim_figures f = sim_figures(s, id);
        int64_t ns = kind == SPREAD_RESPONSE     ? f.response_ns
                     : kind == SPREAD_TURNAROUND ? f.turnaround_ns
                                                 : f.waiting_ns;

        if (ns >= 0)
            values[n++] = ns;
    }
    spread(out, values, n);
}

/* ---- fairness ------------------------------------------------------------ */

struct jain {
    double sum, squares;
    int64_t n;
};

static void jain_add(struct jain *j, double x)
{
    j->sum += x;
    j->squares += x * x;
    j->n++;
}

static double jain_index(const struct jain *j)
{
    return j->n == 0 || j->squares <= 0
               ? -1
               : j->sum * j->sum / ((double)j->n * j->squares);
}

static double jain_slowdown(const struct sim *s)
{
    int count = sim_jobs_of(s)->count;
    struct jain j = {0};

    for (int id = 0; id < count; id++) {
        const struct task *t = sim_task(s, id);

        if (t->end_ns > t->job->arrival_ns)
            jain_add(&j, (double)t->ran_ns /
                             (double)(t->end_ns - t->job->arrival_ns));
    }
    return jain_index(&j);
}

/* What entitles to processor time under this policy. */
static double entitled(const struct sim_policy *p, const struct sim_job *job)
{
    if (p == &policy_lottery || p == &policy_stride)
        return job->tickets;
    if (p == &policy_cfs || p == &policy_eevdf)
        return (double)sim_weight(job->nice);
    return 1;
}

/* Shares can be held against each other only if all had the same time to get
 * theirs: everybody was there from the beginning, and nobody has ended. */
static double jain_share(const struct sim *s)
{
    const struct sim_policy *p = sim_setup_of(s)->policy;
    int count = sim_jobs_of(s)->count;
    struct jain j = {0};

    if (sim_state(s) != SIM_UNTIL)
        return -1;
    for (int id = 0; id < count; id++) {
        const struct task *t = sim_task(s, id);
        double weight = entitled(p, t->job);

        if (t->job->arrival_ns != 0 || t->end_ns >= 0)
            return -1;
        if (weight > 0)
            jain_add(&j, (double)t->ran_ns / weight);
    }
    return jain_index(&j);
}

/* ---- all ----------------------------------------------------------------- */

static void add_jobs(const struct sim *s, struct sim_totals *out)
{
    for (int id = 0; id < out->jobs; id++) {
        const struct task *t = sim_task(s, id);

        out->ended += t->end_ns >= 0;
        out->switches_voluntary += t->switches_voluntary;
        out->switches_involuntary += t->switches_involuntary;
        out->migrations += t->migrations;
        out->periods += t->periods;
        out->misses += t->misses;
        out->tasks += t->tasks;
    }
}

static void add_cpus(const struct sim *s, struct sim_totals *out)
{
    int cpus = sim_setup_of(s)->cpus;

    for (int cpu = 0; cpu < cpus; cpu++) {
        struct sim_cpu c = sim_cpu(s, cpu);

        out->busy_ns += c.busy_ns;
        out->overhead_ns += c.overhead_ns;
    }
    if (out->wall_ns > 0)
        out->utilisation =
            (double)out->busy_ns / ((double)cpus * (double)out->wall_ns);
}

int sim_totals(const struct sim *s, struct sim_totals *out)
{
    int count = sim_jobs_of(s)->count;
    int64_t *values = malloc(((size_t)count + 1) * sizeof(*values));

    if (!values)
        return -ENOMEM;
    *out = (struct sim_totals){
        .jobs = count,
        .wall_ns = sim_now_ns(s),
        .utilisation = -1,
        .decisions = sim_decisions(s),
        .jain_slowdown = jain_slowdown(s),
        .jain_share = jain_share(s),
    };
    add_jobs(s, out);
    add_cpus(s, out);
    spread_of(s, SPREAD_RESPONSE, values, &out->response);
    spread_of(s, SPREAD_TURNAROUND, values, &out->turnaround);
    spread_of(s, SPREAD_WAITING, values, &out->waiting);
    free(values);
    return 0;
}
