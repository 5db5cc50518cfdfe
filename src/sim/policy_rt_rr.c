/* Real-time round robin (SCHED_RR): as rt-fifo, but those of one priority take
 * turns. Who has used up its slice goes to the tail of its list; who was
 * pre-empted by a higher one stays at the head and has the rest of its slice
 * when it comes back. Linux's slice is 100 ms. */
#include "sim/rt.h"

static void rt_rr_enqueue(struct runqueue *q, struct task *t,
                          enum enqueue_why why)
{
    bool cut_short = why == ENQUEUE_PREEMPTED && t->prio.slice_left_ns > 0;

    if (why != ENQUEUE_MOVED && !cut_short)
        t->prio.slice_left_ns = q->setup->slice_ns;
    rt_join(q, t, cut_short);
}

static int64_t rt_rr_slice_ns(struct runqueue *q, struct task *t)
{
    (void)q;
    return t->prio.slice_left_ns;
}

static void rt_rr_ran(struct runqueue *q, struct task *t, int64_t ns)
{
    (void)q;
    t->prio.slice_left_ns -= ns;
}

/* Alone on its list it has another slice. */
static bool rt_rr_expired(struct runqueue *q, struct task *t)
{
    const struct task *first = ordered_first(&q->tree);

    if (first && rt_priority(first) >= rt_priority(t))
        return true;
    t->prio.slice_left_ns = q->setup->slice_ns;
    return false;
}

static bool rt_rr_preempts(struct runqueue *q, struct task *running,
                           struct task *candidate)
{
    (void)q;
    return rt_priority(candidate) > rt_priority(running);
}

static void rt_rr_place(struct runqueue *q, const struct task *t,
                        struct text *out)
{
    rt_place(q, t, out);
    text_add(out, ", ");
    sim_say_ns(t->prio.slice_left_ns, out);
    text_add(out, " of its slice left");
}

const struct sim_policy policy_rt_rr = {
    .name = "rt-rr",
    .summary = "real time: the highest priority, equals take turns",
    .source = "POSIX.1-2017, System Interfaces, 2.8.4 Process Scheduling: "
              "SCHED_RR",
    .tie = "Of jobs with the same priority the one that became ready first "
           "goes first; one that was pre-empted before all of them.",
    .enqueue = rt_rr_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    .slice_ns = rt_rr_slice_ns,
    .expired = rt_rr_expired,
    .ran = rt_rr_ran,
    .preempts = rt_rr_preempts,
    .explain = rt_explain,
    .place = rt_rr_place,
};
