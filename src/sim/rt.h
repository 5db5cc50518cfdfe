/* The order of real-time jobs, for rt-fifo and rt-rr. POSIX keeps a list for
 * each priority; next is the first of the highest list that is not empty. Here
 * all the lists are one tree. Inside sim/ only. */
#ifndef SIM_RT_H
#define SIM_RT_H

#include "sim/policy.h"

#define RT_HIGHEST 99
#define RT_LIST                                                                \
    (INT64_C(1) << 54) /* from one list's middle to the next one's */

/* What @t counts as: its own priority, or what those lend it who wait for a
 * lock of its. */
static inline int rt_priority(const struct task *t)
{
    int own = t->job->priority;

    own = own > RT_HIGHEST ? RT_HIGHEST : own < 0 ? 0 : own;
    return t->lent > own ? t->lent : own;
}

/* Into the list of its priority, at its head or its tail. How often either has
 * happened, .since_ns and .virtual_ns count. */
static inline void rt_join(struct runqueue *q, struct task *t, bool at_head)
{
    int64_t place = at_head ? -++q->since_ns : ++q->virtual_ns;

    t->key = (RT_HIGHEST - rt_priority(t)) * RT_LIST + place;
    ordered_insert(&q->tree, t);
}

static inline void rt_explain(struct runqueue *q, const struct task *t,
                              struct text *out)
{
    const struct task *other = ordered_first(&q->tree);

    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    if (other == t)
        other = ordered_next(other);
    text_addf(out, "its priority, %d, ", rt_priority(t));
    if (!other)
        return;
    if (rt_priority(other) == rt_priority(t))
        text_addf(out,
                  "is the highest, and it is at the head of that list "
                  "(before %s)",
                  sim_name(q, other));
    else
        text_addf(out, "is the highest (%s has %d)", sim_name(q, other),
                  rt_priority(other));
}

static inline void rt_place(struct runqueue *q, const struct task *t,
                            struct text *out)
{
    (void)q;
    text_addf(out, "priority %d", rt_priority(t));
    if (t->lent > t->job->priority)
        text_addf(out, ", lent to it; its own is %d", t->job->priority);
}

#endif
