/* The run's numbers: sums over workers and phases, and what follows from
 * them. The screen process. */
#include "stats/summary.h"

#include "base/clock.h"

/* Took part: a row that was only reserved, or refused, adds nothing. */
static bool took_part(const struct trace_worker *w)
{
    return w->life == LIFE_ALIVE || w->life == LIFE_ENDED;
}

/* @which summed over the workers into @sum; false unless every worker that
 * took part has it: a sum over some of them would be a wrong number. */
static bool sum_workers(const struct trace *t, enum metric which, double *sum)
{
    bool any = false;

    *sum = 0;
    for (int i = 0; i < t->worker_count; i++) {
        const struct trace_worker *w = &t->workers[i];

        if (!took_part(w))
            continue;
        if (!w->metrics.has[which])
            return false;
        *sum += w->metrics.value[which];
        any = true;
    }
    return any;
}

static void summarise_workers(struct trace *t)
{
    static const enum metric summed[] = {
        METRIC_USER_S,
        METRIC_SYS_S,
        METRIC_CPU_S,
        METRIC_TASKS_DONE,
        METRIC_SWITCHES_VOLUNTARY,
        METRIC_SWITCHES_INVOLUNTARY,
        METRIC_MIGRATIONS,
        METRIC_LIFE_S,
        METRIC_RUN_S,
        METRIC_READY_S,
        METRIC_BLOCKED_S,
        METRIC_LOCK_WAIT_S,
        METRIC_IO_WAIT_S,
        METRIC_GIL_WAIT_S,
        METRIC_LOOP_WAIT_S,
        METRIC_TURNS,
    };
    struct metrics *m = &t->metrics;
    double sum;

    for (size_t i = 0; i < sizeof(summed) / sizeof(summed[0]); i++) {
        m->has[summed[i]] = sum_workers(t, summed[i], &sum);
        m->value[summed[i]] = sum;
        if (t->loop.has[summed[i]])
            metric_set(m, summed[i], t->loop.value[summed[i]]);
    }
    /* The source may know of failures that no worker saw itself. */
    if (sum_workers(t, METRIC_TASKS_FAILED, &sum) &&
        sum >= metric_get(m, METRIC_TASKS_FAILED, 0))
        metric_set(m, METRIC_TASKS_FAILED, sum);
}

static void summarise_dispatch(struct trace *t)
{
    if (t->spec.tasks <= 0 ||
        !spec_setting_applies(&t->spec, spec_setting("dispatch")))
        return; /* nothing is dealt */

    struct spec_deal deal = spec_deal(&t->spec);

    metric_set(&t->metrics, METRIC_CHUNK, (double)deal.chunk);
    metric_set(&t->metrics, METRIC_CHUNKS, (double)deal.chunks);
    metric_set(&t->metrics, METRIC_ROUNDS, (double)deal.rounds);
    metric_set(&t->metrics, METRIC_LAST_ROUND_BUSY,
               (double)deal.last_round_busy);
}

static void summarise_speed(struct trace *t)
{
    struct metrics *m = &t->metrics;

    if (t->gate_ns == 0)
        return;

    double wall =
        (double)((t->end_ns ? t->end_ns : t->now_ns) - t->gate_ns) / NS_PER_S;

    metric_set(m, METRIC_WALL_S, wall);
    if (t->spec.scale != 1 || t->spec.workload == WORKLOAD_SLEEP)
        metric_set(m, METRIC_WALL_SCALED_S, wall * t->spec.scale);
    m->has[METRIC_PARALLELISM] = false;
    m->has[METRIC_THROUGHPUT_PER_S] = false;
    if (wall <= 0)
        return;
    if (m->has[METRIC_CPU_S])
        metric_set(m, METRIC_PARALLELISM, m->value[METRIC_CPU_S] / wall);
    if (t->spec.workload == WORKLOAD_MIX)
        return; /* unlike operations do not add up */
    if (m->has[METRIC_BYTES])
        metric_set(m, METRIC_BYTES_PER_S,
                   m->value[METRIC_BYTES] / (wall * t->spec.scale));
    if (m->has[METRIC_REQUESTS])
        metric_set(m, METRIC_REQUESTS_PER_S, m->value[METRIC_REQUESTS] / wall);
    if (t->spec.tasks > 0) {
        if (m->has[METRIC_TASKS_DONE])
            metric_set(m, METRIC_THROUGHPUT_PER_S,
                       m->value[METRIC_TASKS_DONE] / wall);
        return;
    }

    int64_t ops = 0;

    for (int i = 0; i < t->worker_count; i++)
        ops += t->workers[i].ops;
    metric_set(m, METRIC_THROUGHPUT_PER_S, (double)ops / wall);
}

/* Where work is finite throughput counts tasks, else operations. */
static void phase_derive(struct trace_phase *p, int64_t end_ns, bool endless)
{
    struct metrics *m = &p->metrics;

    if (m->has[METRIC_EXPECTED] && m->has[METRIC_ACTUAL])
        metric_set(m, METRIC_LOST,
                   m->value[METRIC_EXPECTED] - m->value[METRIC_ACTUAL]);
    if (end_ns <= p->start_ns)
        return;

    double wall = (double)(end_ns - p->start_ns) / NS_PER_S;

    metric_set(m, METRIC_WALL_S, wall);
    if (m->has[METRIC_CPU_S])
        metric_set(m, METRIC_PARALLELISM, m->value[METRIC_CPU_S] / wall);
    m->has[METRIC_THROUGHPUT_PER_S] = false;
    if (m->has[METRIC_TASKS_DONE])
        metric_set(m, METRIC_THROUGHPUT_PER_S,
                   m->value[METRIC_TASKS_DONE] / wall);
    else if (endless)
        metric_set(m, METRIC_THROUGHPUT_PER_S, (double)p->ops / wall);
}

void summary_phase(struct trace_phase *p)
{
    phase_derive(p, p->end_ns, true);
}

/* An open phase has not been counted out yet: only closed ones add up. */
static void summarise_phases(struct trace *t)
{
    static const enum metric summed[] = {METRIC_EXPECTED, METRIC_ACTUAL,
                                         METRIC_LOST};
    double sum[3] = {0};
    bool any = false;

    for (size_t i = 0; i < t->phase_count; i++) {
        struct trace_phase *p = &t->phases[i];

        phase_derive(p, p->end_ns ? p->end_ns : t->now_ns, t->spec.tasks <= 0);
        if (p->end_ns == 0 || !p->metrics.has[METRIC_LOST])
            continue;
        for (int k = 0; k < 3; k++)
            sum[k] += p->metrics.value[summed[k]];
        any = true;
    }
    for (int k = 0; any && k < 3; k++)
        metric_set(&t->metrics, summed[k], sum[k]);
}

void summary_update(struct trace *t)
{
    summarise_workers(t);
    summarise_dispatch(t);
    summarise_speed(t);
    summarise_phases(t);
    /* Reads every span: once, when there will be no more. */
    if (t->end_ns && !t->metrics.has[METRIC_MAX_RUNNING]) {
        int most = summary_max_running(t);

        if (most >= 0)
            metric_set(&t->metrics, METRIC_MAX_RUNNING, most);
    }
}
