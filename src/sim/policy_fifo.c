/* First in, first out: whoever could run first runs first, and keeps its CPU
 * until it waits or ends. One long job at the head makes all the short ones
 * behind it wait: the convoy effect. */
#include "sim/policy.h"

static void fifo_enqueue(struct runqueue *q, struct task *t,
                         enum enqueue_why why)
{
    if (why == ENQUEUE_PREEMPTED) /* by one back from its device */
        list_prepend(&q->list[0], t);
    else
        list_append(&q->list[0], t);
}

static struct task *fifo_first(struct runqueue *q)
{
    return q->list[0].head;
}

static struct task *fifo_next(struct runqueue *q, struct task *t)
{
    (void)q;
    return t->next;
}

static void fifo_remove(struct runqueue *q, struct task *t)
{
    list_remove(&q->list[0], t);
}

static int64_t fifo_slice_ns(struct runqueue *q, struct task *t)
{
    (void)q;
    (void)t;
    return INT64_MAX;
}

static void fifo_explain(struct runqueue *q, const struct task *t,
                         struct text *out)
{
    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, "it came first (");
    sim_say_others(q, t, out);
    text_add(out, " later)");
}

const struct sim_policy policy_fifo = {
    .name = "fifo",
    .summary = "first in, first out: until it waits or ends",
    .source = "Silberschatz, Galvin and Gagne, Operating System Concepts, "
              "CPU scheduling: first-come, first-served",
    .tie = "Of jobs that become ready at the same instant the one with the "
           "lower number goes first.",
    .ostep = &policy_by_number,
    .enqueue = fifo_enqueue,
    .first = fifo_first,
    .next = fifo_next,
    .remove = fifo_remove,
    .slice_ns = fifo_slice_ns,
    .explain = fifo_explain,
};
