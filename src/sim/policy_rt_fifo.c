/* Real-time first in, first out (SCHED_FIFO). The highest priority runs, at
 * once and for as long as it wants: only a higher one, a wait or its end takes
 * the CPU from it. One that was pre-empted stays at the head of its list; one
 * that waited goes to the tail. A loop at a high priority shuts out everybody
 * below it.
 *
 * With priorities by period, the shortest first, this is the rate-monotonic
 * scheduling of Liu and Layland: all deadlines are met if n jobs use no more
 * than n (2^(1/n) - 1) of the CPU: 83 % for two, towards 69 % for many. */
#include "sim/rt.h"

static void rt_fifo_enqueue(struct runqueue *q, struct task *t,
                            enum enqueue_why why)
{
    rt_join(q, t, why == ENQUEUE_PREEMPTED);
}

static bool rt_fifo_preempts(struct runqueue *q, struct task *running,
                             struct task *candidate)
{
    (void)q;
    return rt_priority(candidate) > rt_priority(running);
}

const struct sim_policy policy_rt_fifo = {
    .name = "rt-fifo",
    .summary = "real time: the highest priority, for as long as it wants",
    .source = "POSIX.1-2017, System Interfaces, 2.8.4 Process Scheduling: "
              "SCHED_FIFO",
    .tie = "Of jobs with the same priority the one that became ready first "
           "goes first; one that was pre-empted before all of them.",
    .enqueue = rt_fifo_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    .slice_ns = sim_no_slice,
    .preempts = rt_fifo_preempts,
    .explain = rt_explain,
    .place = rt_place,
};
