/* A simulation's present moment in its trace: who is in which state, and the
 * totals so far. Screen process. */
#include <string.h>

#include "base/clock.h"
#include "sim/as_trace.h"

enum span_state sim_span_state(const struct sim *s, unsigned state,
                               enum wait_cause *cause)
{
    enum wait_cause queued = sim_setup_of(s)->policy->waits;

    if (state == TASK_RUNNING)
        return SPAN_RUNNING;
    if (state == TASK_READY && queued == WAIT_NONE)
        return SPAN_READY;
    if (state == TASK_READY)
        *cause = queued;
    return SPAN_BLOCKED;
}

/* A running one whose switch is not over yet does not compute. */
static void look_at_state(const struct sim *s, const struct task *t,
                          struct trace_worker *w)
{
    w->cause = (enum wait_cause)t->cause;
    w->state = sim_span_state(s, t->state, &w->cause);
    w->cpu = t->cpu;
    if (t->state == TASK_RUNNING && sim_cpu(s, t->cpu).switching)
        w->state = SPAN_READY;
    w->waits_on = t->state == TASK_BLOCKED ? t->waits_for : -1;
}

static void seconds(struct metrics *m, enum metric which, int64_t ns)
{
    metric_set(m, which, (double)ns / NS_PER_S);
}

/* A worker's totals, of its spans and the open one. */
static void look_at_totals(const struct sim *s, const struct task *t,
                           const struct trace *trace, int id)
{
    struct trace_worker *w = &trace->workers[id];
    const struct sim_jobs *jobs = sim_jobs_of(s);
    struct metrics *m = &w->metrics;
    int64_t ns[SPAN_STATES], wait[WAIT_CAUSES];
    struct span open;

    memcpy(ns, w->span_ns, sizeof(ns));
    memcpy(wait, w->wait_ns, sizeof(wait));
    if (trace_open_span(trace, id, trace->now_ns, &open)) {
        ns[open.state] += open.end_ns - open.start_ns;
        if (open.state == SPAN_BLOCKED)
            wait[open.cause] += open.end_ns - open.start_ns;
    }
    seconds(m, METRIC_LIFE_S,
            (w->end_ns ? w->end_ns : trace->now_ns) - w->born_ns);
    seconds(m, METRIC_CPU_S, ns[SPAN_RUNNING]);
    seconds(m, METRIC_RUN_S, ns[SPAN_RUNNING]);
    seconds(m, METRIC_READY_S, ns[SPAN_READY]);
    seconds(m, METRIC_BLOCKED_S, ns[SPAN_BLOCKED]);
    seconds(m, METRIC_IO_WAIT_S, wait[WAIT_IO] + wait[WAIT_SLEEP]);
    if (jobs->lock_count > 0)
        seconds(m, METRIC_LOCK_WAIT_S, wait[WAIT_LOCK]);
    if (sim_setup_of(s)->policy->waits == WAIT_GIL)
        seconds(m, METRIC_GIL_WAIT_S, wait[WAIT_GIL]);
    metric_set(m, METRIC_SWITCHES_VOLUNTARY, t->switches_voluntary);
    metric_set(m, METRIC_SWITCHES_INVOLUNTARY, t->switches_involuntary);
    metric_set(m, METRIC_MIGRATIONS, t->migrations);
    if (trace->spec.workload != WORKLOAD_CONVOY &&
        trace->spec.workload != WORKLOAD_DISK) /* those have no tasks */
        metric_set(m, METRIC_TASKS_DONE, (double)w->ops);
}

static void look_at_locks(struct sim_tracer *x)
{
    struct trace *t = x->trace;

    for (int i = 0; i < t->resource_count; i++)
        sim_lock(x->sim, i, &t->resources[i].owner, NULL, 0);
}

void sim_tracer_look(struct sim_tracer *x)
{
    struct trace *t = x->trace;

    for (int id = 0; id < t->worker_count; id++) {
        struct trace_worker *w = &t->workers[id];
        const struct task *task = sim_task(x->sim, id);

        if (w->life == LIFE_ALIVE)
            look_at_state(x->sim, task, w);
        if (w->life != LIFE_ABSENT)
            look_at_totals(x->sim, task, t, id);
    }
    look_at_locks(x);
    sim_requests_look(x);
}
