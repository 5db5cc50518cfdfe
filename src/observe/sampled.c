/* A picture of what workers do, from /proc. Screen process. */
#include "observe/sampled.h"

static int64_t within(int64_t ns, int64_t most)
{
    return ns < 0 ? 0 : ns > most ? most : ns;
}

/* A part of the time between two samples. */
static void part(struct lines *lines, int id, int64_t *at_ns, int64_t ns,
                 enum span_state state, int cpu, enum wait_cause cause)
{
    if (ns <= 0)
        return;
    line_turn(lines, id, *at_ns, state, cpu, cause);
    *at_ns += ns;
}

void sampled_take(struct lines *lines, int id, struct sample *last,
                  const struct proc_task *task, enum wait_cause cause,
                  int64_t now_ns)
{
    const unsigned both = PROC_TIMES | PROC_STATE;
    struct line *l = &lines->v[id];

    if ((task->has & both) != both || l->phase != LINE_ALIVE)
        return;
    if (last->at_ns) {
        int64_t at_ns = last->at_ns, all = now_ns - at_ns;
        int64_t ran = within(task->run_ns - last->run_ns, all);
        int64_t queued = within(task->queued_ns - last->queued_ns, all - ran);
        int64_t rest = all - ran - queued;
        bool runnable = task->state == 'R';

        if (cause == WAIT_NONE)
            cause = task->state == 'D' ? WAIT_IO : WAIT_OTHER;
        /* What it does now comes last. */
        if (runnable)
            part(lines, id, &at_ns, rest, SPAN_BLOCKED, -1, cause);
        part(lines, id, &at_ns, queued, SPAN_READY, -1, WAIT_NONE);
        part(lines, id, &at_ns, ran, SPAN_RUNNING, task->cpu, WAIT_NONE);
        if (!runnable)
            part(lines, id, &at_ns, rest, SPAN_BLOCKED, -1, cause);
    }
    last->at_ns = now_ns;
    last->run_ns = task->run_ns;
    last->queued_ns = task->queued_ns;
}
