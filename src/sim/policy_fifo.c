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
    .first = sim_first_in_line,
    .next = sim_next_in_line,
    .remove = sim_leave_line,
    .slice_ns = sim_no_slice,
    .explain = fifo_explain,
};
