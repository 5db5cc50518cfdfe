/* Round robin: equal slices, in turn. Used-up tasks go to the back, so of n
 * nobody waits longer than n - 1 slices. A short slice answers quickly and
 * switches often; a long one turns this into first in, first out. */
#include "sim/policy.h"

static void rr_enqueue(struct runqueue *q, struct task *t, enum enqueue_why why)
{
    if (why == ENQUEUE_PREEMPTED) /* by one back from its device */
        list_prepend(&q->list[0], t);
    else
        list_append(&q->list[0], t);
}

static void rr_explain(struct runqueue *q, const struct task *t,
                       struct text *out)
{
    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, "it is at the head of the queue (behind it ");
    sim_say_others(q, t, out);
    text_add(out, ")");
}

const struct sim_policy policy_rr = {
    .name = "rr",
    .summary = "round robin: equal slices, in turn",
    .source = "Silberschatz, Galvin and Gagne, Operating System Concepts, "
              "CPU scheduling: round robin",
    .tie = "A job whose slice ends goes to the queue before one that becomes "
           "ready at the same instant (ties=arrived: after it).",
    .enqueue = rr_enqueue,
    .first = sim_first_in_line,
    .next = sim_next_in_line,
    .remove = sim_leave_line,
    .slice_ns = sim_equal_slice,
    .explain = rr_explain,
};
