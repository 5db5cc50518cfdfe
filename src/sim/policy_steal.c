/* Round robin with a queue for each CPU, and stealing. A CPU looks only at its
 * own queue, so that no lock is fought for and caches stay warm; in return one
 * may fall idle while jobs wait elsewhere. Then it takes the job that waits at
 * the head of the longest other queue: at once (steal=idle), only so often
 * (steal=10ms) or not at all (steal=never: see how long the queues stay
 * uneven). The stealing itself is the engine's, and other policies may have it
 * too (queues=per-cpu). */
#include "sim/policy.h"

static void steal_enqueue(struct runqueue *q, struct task *t,
                          enum enqueue_why why)
{
    if (why == ENQUEUE_PREEMPTED) /* by one back from its device */
        list_prepend(&q->list[0], t);
    else
        list_append(&q->list[0], t);
}

static void steal_explain(struct runqueue *q, const struct task *t,
                          struct text *out)
{
    if (q->count > 1) {
        text_add(out, "it is at the head of this CPU's queue (behind it ");
        sim_say_others(q, t, out);
        text_add(out, ")");
    } else if (q->cpu >= 0) {
        text_add(out, "nobody else is in this CPU's queue");
    } else {
        text_add(out, "nobody else could run");
    }
}

const struct sim_policy policy_steal = {
    .name = "steal",
    .summary = "round robin with a queue for each CPU; idle ones steal",
    .source = "R. D. Blumofe and C. E. Leiserson, Scheduling Multithreaded "
              "Computations by Work Stealing, J. ACM 46 (5), 1999; "
              "Arpaci-Dusseau, Operating Systems: Three Easy Pieces, "
              "Multi-CPU Scheduling",
    .tie = "CPUs steal in the order of their numbers, from the longest queue; "
           "of equally long ones from that of the lowest CPU.",
    .defaults = "queues=per-cpu",
    .enqueue = steal_enqueue,
    .first = sim_first_in_line,
    .next = sim_next_in_line,
    .remove = sim_leave_line,
    .slice_ns = sim_equal_slice,
    .explain = steal_explain,
};
