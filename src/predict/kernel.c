/* The kernel beside its model: the parameters, the figures, the comparison. */
#include "predict/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "sim/policy.h"

/* ---- what is tried ------------------------------------------------------- */

const struct kernel_trial kernel_trials[] = {
    {"three loops with nice 0, 5 and 10",
     3,
     {0, 5, 10},
     false,
     5,
     1000 * NS_PER_MS},
    {"two equal loops", 2, {0, 0}, false, 5, 300 * NS_PER_MS},
    {"four equal loops", 4, {0, 0, 0, 0}, false, 5, 300 * NS_PER_MS},
    {"a sleeper beside one loop", 1, {0}, true, 5, 4000 * NS_PER_MS},
    {"a sleeper beside two loops", 2, {0, 0}, true, 5, 2400 * NS_PER_MS},
    {"a sleeper beside four loops", 4, {0, 0, 0, 0}, true, 5, 2400 * NS_PER_MS},
    {.about = NULL},
};
const int kernel_trial_count =
    sizeof(kernel_trials) / sizeof(kernel_trials[0]) - 1;

int64_t kernel_sleep_ns(uint64_t *random)
{
    return 5 * NS_PER_MS + random_below(random, 10 * NS_PER_MS);
}

double kernel_disturbed(const struct kernel_trial *trial,
                        const struct kernel_run *run)
{
    int64_t own = 0;

    for (int i = 0; i < trial->hogs + trial->sleeper; i++)
        own += run->cpu_ns[i];
    return own >= run->wall_ns ? 0 : 1 - (double)own / (double)run->wall_ns;
}

/* ---- the kernel's parameters --------------------------------------------- */

/* A number from the folder where the kernel tells its scheduler's parameters,
 * if that may be read; else @otherwise. */
static int64_t sched_number(const char *name, int64_t otherwise, bool *found)
{
    char path[512];
    long long n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/sys/kernel/debug/sched/%s", machine_root,
             name);
    f = fopen(path, "re");
    *found = f && fscanf(f, "%lld", &n) == 1 && n > 0;
    if (f)
        fclose(f);
    return *found ? n : otherwise;
}

/* Documentation/admin-guide/sysctl and kernel/sched/fair.c: with more CPUs
 * everything is longer, by 1 + log2(CPUs), with at most 8 counted. */
static int64_t scaling(const struct machine *m)
{
    int64_t factor = 1;

    for (int n = m->cpus_online < 8 ? m->cpus_online : 8; n > 1; n /= 2)
        factor++;
    return factor;
}

static int version_of(const struct machine *m) /* 6.12 -> 6012 */
{
    int major = 0, minor = 0;

    sscanf(m->kernel, "%d.%d", &major, &minor);
    return major * 1000 + minor;
}

int kernel_facts_read(struct kernel_facts *f, const struct machine *m,
                      struct err *err)
{
    struct sim_setup *eevdf = &f->setup[KERNEL_EEVDF];
    struct sim_setup *cfs = &f->setup[KERNEL_CFS];
    int64_t by = scaling(m);
    int64_t base_us = version_of(m) >= 6012 ? 700 : 750;
    bool found;

    *f = (struct kernel_facts){.eevdf = version_of(m) >= 6006};
    if (m->tick_hz <= 0)
        return err_set(err, -EAGAIN,
                       "this kernel does not tell how often its tick comes, "
                       "and without it there is no model of it");
    sim_defaults(eevdf, &policy_eevdf);
    sim_defaults(cfs, &policy_cfs);
    eevdf->tick_ns = cfs->tick_ns = NS_PER_S / m->tick_hz;
    eevdf->slice_ns =
        sched_number("base_slice_ns", base_us * NS_PER_US * by, &found);
    if (found)
        snprintf(f->slice_from, sizeof(f->slice_from),
                 "/sys/kernel/debug/sched/base_slice_ns");
    else
        snprintf(f->slice_from, sizeof(f->slice_from),
                 "the kernel's default, 0.%d ms x (1 + log2 of %d CPUs)",
                 (int)base_us / (base_us % 100 ? 10 : 100), m->cpus_online);
    cfs->latency_ns = sched_number("latency_ns", 6 * NS_PER_MS * by, &found);
    cfs->granularity_ns =
        sched_number("min_granularity_ns", 750 * NS_PER_US * by, &found);
    cfs->wakeup_ns =
        sched_number("wakeup_granularity_ns", NS_PER_MS * by, &found);
    return 0;
}

/* ---- figures of one run -------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The @pct-th percentile in ms, nearest rank; sorts. -1: none. */
static double percentile_ms(struct kernel_samples *s, int pct)
{
    int at;

    if (s->n == 0)
        return -1;
    qsort(s->ns, (size_t)s->n, sizeof(*s->ns), by_size);
    at = (s->n * pct + 99) / 100;
    return (double)s->ns[at > 0 ? at - 1 : 0] / 1e6;
}

static double mean_ms(const struct kernel_samples *s)
{
    double sum = 0;

    for (int i = 0; i < s->n; i++)
        sum += (double)s->ns[i];
    return s->n ? sum / s->n / 1e6 : -1;
}

/* Of what the workers had, not of what the clock said: that others used some of
 * the core is no matter of shares. */
static double share_pct(struct kernel_run *r, const struct kernel_trial *t,
                        int worker)
{
    int64_t all = 0;

    for (int i = 0; i < t->hogs + t->sleeper; i++)
        all += r->cpu_ns[i];
    return all > 0 ? 100.0 * (double)r->cpu_ns[worker] / (double)all : -1;
}

static double run_median_ms(struct kernel_run *r, const struct kernel_trial *t,
                            int worker)
{
    (void)t;
    return percentile_ms(&r->run[worker], 50);
}

static double run_mean_ms(struct kernel_run *r, const struct kernel_trial *t,
                          int worker)
{
    (void)t;
    return mean_ms(&r->run[worker]);
}

static double wait_mean_ms(struct kernel_run *r, const struct kernel_trial *t,
                           int worker)
{
    (void)t;
    (void)worker;
    return mean_ms(&r->wait);
}

static double wait_p95_ms(struct kernel_run *r, const struct kernel_trial *t,
                          int worker)
{
    (void)t;
    (void)worker;
    return percentile_ms(&r->wait, 95);
}

static const struct figure {
    int trial, worker;
    double (*of)(struct kernel_run *r, const struct kernel_trial *t,
                 int worker);
    const char *name, *about, *unit;
} figures[] = {
    {0, 0, share_pct, "share_nice_0_pct", "share of nice 0", "%"},
    {0, 1, share_pct, "share_nice_5_pct", "share of nice 5", "%"},
    {0, 2, share_pct, "share_nice_10_pct", "share of nice 10", "%"},
    {0, 0, run_mean_ms, "run_nice_0_ms", "nice 0 runs at a time, mean", "ms"},
    {1, 0, run_median_ms, "run_2_ms", "one runs at a time, median", "ms"},
    {2, 0, run_median_ms, "run_4_ms", "one runs at a time, median", "ms"},
    {3, 0, wait_mean_ms, "wait_1_mean_ms", "woken, it waits, mean", "ms"},
    {3, 0, wait_p95_ms, "wait_1_p95_ms", "95th percentile", "ms"},
    {4, 0, wait_mean_ms, "wait_2_mean_ms", "woken, it waits, mean", "ms"},
    {4, 0, wait_p95_ms, "wait_2_p95_ms", "95th percentile", "ms"},
    {5, 0, wait_mean_ms, "wait_4_mean_ms", "woken, it waits, mean", "ms"},
    {5, 0, wait_p95_ms, "wait_4_p95_ms", "95th percentile", "ms"},
};
enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };
_Static_assert(FIGURES <= KERNEL_FIGURES, "room for all figures");

/* ---- the comparison ------------------------------------------------------ */

static void append(struct kernel_samples *to, const struct kernel_samples *more)
{
    for (int i = 0; i < more->n && to->n < KERNEL_SAMPLES; i++)
        to->ns[to->n++] = more->ns[i];
}

static void pool(struct kernel_run *all, const struct kernel_run *run)
{
    all->wall_ns += run->wall_ns;
    for (int i = 0; i < KERNEL_WORKERS; i++) {
        all->cpu_ns[i] += run->cpu_ns[i];
        append(&all->run[i], &run->run[i]);
    }
    append(&all->wait, &run->wait);
}

static void widen(struct kernel_figure *f, double value)
{
    if (value < 0)
        return;
    f->low = f->low < 0 || value < f->low ? value : f->low;
    f->high = value > f->high ? value : f->high;
}

/* One repeat more of trial @at, into @all. Until one is calm, the last
 * disturbed one stands there: better than nothing to show. */
static int repeat_trial(struct kernel_result *out, int at,
                        struct kernel_run *all, struct kernel_run *run,
                        int repeat, struct err *err)
{
    const struct kernel_trial *trial = &kernel_trials[at];
    struct kernel_trial_state *state = &out->trial[at];
    double disturbed;
    int rc = kernel_measure(run, trial, out->cpu, repeat, err);

    if (rc < 0)
        return rc;
    disturbed = kernel_disturbed(trial, run);
    state->done++;
    if (disturbed > state->disturbed)
        state->disturbed = disturbed;
    if (disturbed > KERNEL_DISTURBED && state->calm > 0)
        return 0;
    if (disturbed <= KERNEL_DISTURBED)
        state->calm++;
    if (state->calm <= 1) {
        *all = (struct kernel_run){0};
        for (int i = 0; i < FIGURES; i++)
            if (figures[i].trial == at)
                out->figure[i].low = out->figure[i].high = -1;
    }
    pool(all, run);
    for (int i = 0; i < FIGURES; i++)
        if (figures[i].trial == at)
            widen(&out->figure[i],
                  figures[i].of(run, trial, figures[i].worker));
    return 0;
}

/* What the repeats say of the figures of trial @at. */
static void conclude(struct kernel_result *out, int at, struct kernel_run *all)
{
    for (int i = 0; i < FIGURES; i++)
        if (figures[i].trial == at)
            out->figure[i].measured =
                figures[i].of(all, &kernel_trials[at], figures[i].worker);
    out->conclusive &= out->trial[at].calm >= KERNEL_CALM;
}

static int simulate_trial(struct kernel_result *out, int at,
                          struct kernel_run *run, struct err *err)
{
    for (int p = 0; p < KERNEL_POLICIES; p++) {
        int rc =
            kernel_simulate(run, &kernel_trials[at], &out->facts.setup[p], err);

        if (rc < 0)
            return rc;
        for (int i = 0; i < FIGURES; i++)
            if (figures[i].trial == at)
                out->figure[i].simulated[p] =
                    figures[i].of(run, &kernel_trials[at], figures[i].worker);
    }
    return 0;
}

static void begin_figures(struct kernel_result *out)
{
    out->figure_count = FIGURES;
    for (int i = 0; i < FIGURES; i++)
        out->figure[i] = (struct kernel_figure){
            .trial = figures[i].trial,
            .name = figures[i].name,
            .about = figures[i].about,
            .unit = figures[i].unit,
            .measured = -1,
            .low = -1,
            .high = -1,
        };
}

int kernel_compare(struct kernel_result *out, const struct machine *m, int cpu,
                   void (*progress)(int at, int of), struct err *err)
{
    struct kernel_run *run = malloc(sizeof(*run));
    struct kernel_run *all = calloc((size_t)kernel_trial_count, sizeof(*all));
    int rc, at = 0, of = 0;

    *out = (struct kernel_result){.cpu = cpu, .conclusive = true};
    begin_figures(out);
    rc = run && all ? kernel_facts_read(&out->facts, m, err)
                    : err_set(err, -ENOMEM, "no memory for the comparison");
    for (int t = 0; t < kernel_trial_count; t++)
        of += kernel_trials[t].repeats;
    /* Round by round, so that a calm moment serves all trials. */
    for (int round = 0; rc == 0 && at < of; round++) {
        for (int t = 0; rc == 0 && t < kernel_trial_count; t++) {
            if (round >= kernel_trials[t].repeats)
                continue;
            if (progress)
                progress(at, of);
            at++;
            rc = repeat_trial(out, t, &all[t], run, round, err);
        }
    }
    for (int t = 0; rc == 0 && t < kernel_trial_count; t++) {
        conclude(out, t, &all[t]);
        rc = simulate_trial(out, t, run, err);
    }
    for (int i = 0; rc == 0 && i < FIGURES; i++) {
        struct kernel_figure *f = &out->figure[i];
        int own = out->facts.eevdf ? KERNEL_EEVDF : KERNEL_CFS;

        f->error = (f->simulated[own] - f->measured) / f->measured;
    }
    free(run);
    free(all);
    return rc;
}
