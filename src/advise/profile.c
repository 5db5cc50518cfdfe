/* What a run says of the work. Pure. */
#include <math.h>

#include "advise/advise_parts.h"
#include "base/clock.h"

/* Processor time, programs included. */
static double cpu_of(const struct metrics *m)
{
    return metric_get(m, METRIC_CPU_S, -1);
}

/* A worker that found no more tasks has ended before the others: mean_life is
 * how long all were at it, the rest the ragged end, which does not grow with
 * the number of tasks. */
double profile_rate(const struct sweep_outcome *o, int64_t tasks,
                    int64_t workers)
{
    const struct metrics *m = &o->metrics;
    double wall = metric_get(m, METRIC_WALL_S, -1);
    double life = metric_get(m, METRIC_LIFE_S, -1);
    double done = metric_get(m, METRIC_TASKS_DONE, 0);
    double mean_life, whole;

    if (tasks == 0 || life <= 0 || wall <= 0 || done <= 0)
        return metric_get(m, METRIC_THROUGHPUT_PER_S, -1);
    mean_life = life / (double)workers;
    if (mean_life > wall)
        mean_life = wall;
    whole = mean_life * (double)tasks / done + (wall - mean_life);
    return (double)tasks / whole;
}

bool profile_disturbed(const struct sweep_outcome *o)
{
    return o->foreign_cores > SWEEP_NOISE_CORES &&
           o->foreign_cores * (double)o->took_ns / NS_PER_S > SWEEP_NOISE_S;
}

static double share_of(const struct metrics *m, enum metric which, double life)
{
    return m->has[which] ? m->value[which] / life : -1;
}

/* Switches of the workers and of their programs. */
static double switches_of(const struct metrics *m, bool command)
{
    static const enum metric which[] = {
        METRIC_SWITCHES_VOLUNTARY, METRIC_SWITCHES_INVOLUNTARY,
        METRIC_CHILD_SWITCHES_VOLUNTARY, METRIC_CHILD_SWITCHES_INVOLUNTARY};
    double sum = 0;

    for (int i = command ? 2 : 0; i < (command ? 4 : 2); i++) {
        if (!m->has[which[i]])
            return -1;
        sum += m->value[which[i]];
    }
    return sum;
}

/* Which of the waiting is known to be for what. */
static void waits_of(struct profile *p, const struct metrics *m, double life,
                     bool command)
{
    p->lock_share = p->io_share = -1;
    if (command)
        return;
    p->lock_share = share_of(m, METRIC_LOCK_WAIT_S, life);
    p->io_share = share_of(m, METRIC_IO_WAIT_S, life);
}

void profile_of(struct profile *p, const struct sweep_outcome *o,
                const struct spec *spec)
{
    const struct metrics *m = &o->metrics;
    bool command = spec->workload == WORKLOAD_COMMAND;
    double wall = metric_get(m, METRIC_WALL_S, 0);
    double life = metric_get(m, METRIC_LIFE_S, wall);
    double done = metric_get(m, METRIC_TASKS_DONE, 0);
    double switches = switches_of(m, command);

    p->wall_s = wall;
    p->tasks_taken = (int64_t)done;
    p->task_s = spec->tasks > 0 && done > 0 ? life / done : 0;
    waits_of(p, m, life > 0 ? life : 1, command);
    /* To queue for a core is no property of the work. */
    life -= fmin(
        metric_get(m, METRIC_READY_S, metric_get(m, METRIC_CHILD_READY_S, 0)),
        life * 0.9);
    p->cpu_share = cpu_of(m) >= 0 && life > 0 ? cpu_of(m) / life : -1;
    /* Several clocks were compared: a hair above all of it is all of it. */
    if (p->cpu_share > 1 && p->cpu_share < 1.1)
        p->cpu_share = 1;
    p->other_share = p->cpu_share < 0
                         ? -1
                         : fmax(1 - p->cpu_share - fmax(p->lock_share, 0) -
                                    fmax(p->io_share, 0),
                                0);
    p->switches_per_s = switches >= 0 && wall > 0 ? switches / wall : -1;
    p->memory_each = metric_get(m, METRIC_CHILD_RSS_BYTES, -1);
    p->blocks_each = -1;
    if (m->has[METRIC_CHILD_BLOCKS_IN] && m->has[METRIC_CHILD_BLOCKS_OUT] &&
        done > 0)
        p->blocks_each = (m->value[METRIC_CHILD_BLOCKS_IN] +
                          m->value[METRIC_CHILD_BLOCKS_OUT]) /
                         done;
}
