/* Cooperative tasks: what the kernel counts of the one thread that they share,
 * which is no single task's. Screen process. */
#include "observe/inner.h"

static void set_count(struct metrics *m, enum metric which, int64_t n)
{
    metric_set(m, which, (double)n);
}

static void set_time(struct metrics *m, enum metric which, int64_t ns)
{
    metric_set(m, which, (double)ns / (double)NS_PER_S);
}

void loop_totals(struct observer *o, struct trace_sample *sum)
{
    const struct board_loop *loop = &o->board->loop;
    const struct board_counts *a = &loop->born, *z = &loop->last;
    struct metrics *m = &o->trace->loop;
    int64_t ended_ns = ACQUIRE(loop->ended.at_ns);

    if (ended_ns >= ACQUIRE(z->at_ns)) /* workers may be added after it */
        z = &loop->ended;
    sum->cpu_ns = sum->voluntary = sum->involuntary = sum->migrations = 0;
    if (ACQUIRE(a->at_ns) == 0 || LOAD(z->at_ns) < LOAD(a->at_ns))
        return;
    sum->cpu_ns = LOAD(z->run_ns) - LOAD(a->run_ns);
    sum->voluntary = LOAD(z->voluntary) - LOAD(a->voluntary);
    sum->involuntary = LOAD(z->involuntary) - LOAD(a->involuntary);
    set_time(m, METRIC_CPU_S, sum->cpu_ns);
    set_time(m, METRIC_USER_S, LOAD(z->user_ns) - LOAD(a->user_ns));
    set_time(m, METRIC_SYS_S, LOAD(z->sys_ns) - LOAD(a->sys_ns));
    set_count(m, METRIC_SWITCHES_VOLUNTARY, sum->voluntary);
    set_count(m, METRIC_SWITCHES_INVOLUNTARY, sum->involuntary);
    set_count(m, METRIC_TURNS, LOAD(loop->turns));
    if (LOAD(z->migrations) < 0 || LOAD(a->migrations) < 0)
        return; /* read at the end only, and not of a crowd */
    sum->migrations = LOAD(z->migrations) - LOAD(a->migrations);
    set_count(m, METRIC_MIGRATIONS, sum->migrations);
}
