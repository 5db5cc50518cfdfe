/* Shortest time to completion first (also called shortest remaining time
 * first): at every moment the CPU belongs to the job with the least computing
 * left, so a shorter one that becomes ready takes it at once. No other order
 * has a lower mean turnaround; like every policy that asks for the lengths it
 * is a yardstick rather than something a kernel could do. */
#include "sim/policy.h"

static void stcf_enqueue(struct runqueue *q, struct task *t,
                         enum enqueue_why why)
{
    (void)why;
    t->key = t->work_left_ns;
    ordered_insert(&q->tree, t);
}

static bool stcf_preempts(struct runqueue *q, struct task *running,
                          struct task *candidate)
{
    (void)q;
    return candidate->work_left_ns < running->work_left_ns;
}

static void stcf_explain(struct runqueue *q, const struct task *t,
                         struct text *out)
{
    const struct task *second = ordered_first(&q->tree);

    if (second == t)
        second = ordered_next(t);
    if (!second) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, "it would be done first, with ");
    sim_say_ns(t->key, out);
    text_addf(out, " left (%s has ", sim_name(q, second));
    if (second->key == t->key) {
        text_add(out, "as much, but a higher number)");
        return;
    }
    sim_say_ns(second->key, out);
    text_add(out, ")");
}

static void stcf_place(struct runqueue *q, const struct task *t,
                       struct text *out)
{
    (void)q;
    sim_say_ns(t->work_left_ns, out);
    text_add(out, " left");
}

const struct sim_policy policy_stcf = {
    .name = "stcf",
    .summary = "shortest time to completion first: a shorter one interrupts",
    .source = "Schrage, A proof of the optimality of the shortest remaining "
              "processing time discipline, Operations Research 16, 1968",
    .tie = "A job with as much left does not interrupt; of those that wait the "
           "one with the lower number goes first.",
    .enqueue = stcf_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    /* Who is running gets ever shorter itself: only somebody new can be
     * shorter. */
    .slice_ns = sim_no_slice,
    .preempts = stcf_preempts,
    .explain = stcf_explain,
    .place = stcf_place,
};
