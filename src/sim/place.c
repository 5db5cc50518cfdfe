/* Looking closer at a simulated job, for screens. */
#include "sim/place.h"

#include "sim/engine.h"

void sim_place(const struct sim *s, int id, struct text *out)
{
    const struct task *t = &s->task[id];
    struct runqueue *q;

    if (t->state != TASK_READY || t->queue < 0 || !s->policy->place)
        return;
    q = &s->queue[s->queue_count == 1 ? 0 : t->queue];
    s->policy->place(q, t, out);
}

int64_t sim_wakes_ns(const struct sim *s, int id)
{
    const struct task *t = &s->task[id];

    return t->state == TASK_BLOCKED && s->waits.pos && s->waits.pos[id] > 0
               ? s->waits.at[id]
               : -1;
}

int sim_queue_cpu(const struct sim *s, int queue)
{
    return s->queue_count == 1 && s->setup.cpus > 1 ? -1 : s->queue[queue].cpu;
}
