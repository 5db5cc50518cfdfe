/* Earliest deadline first: of those that could run, the one whose deadline is
 * nearest; a nearer one takes the CPU at once. On one CPU it is optimal: if the
 * deadlines can be met at all, it meets them. For jobs that come again every
 * period and have to be done by its end that is whenever their shares,
 * computing by period, add up to no more than 1: all of the CPU can be used,
 * where fixed priorities may fail from 69 % on. With more than that, late jobs
 * drag down those that could have been in time.
 *
 * On several CPUs it is not optimal: with n CPUs n short jobs may keep a long
 * one from beginning in time (Dhall and Liu 1978). A job without a deadline
 * comes after all that have one. The engine counts the deadlines missed. */
#include "sim/policy.h"

static void edf_enqueue(struct runqueue *q, struct task *t,
                        enum enqueue_why why)
{
    (void)why;
    t->key = t->due_ns;
    ordered_insert(&q->tree, t);
}

static bool edf_preempts(struct runqueue *q, struct task *running,
                         struct task *candidate)
{
    (void)q;
    return candidate->due_ns < running->due_ns;
}

static void say_due(const struct runqueue *q, const struct task *t,
                    struct text *out)
{
    if (t->due_ns == INT64_MAX) {
        text_add(out, "no deadline");
        return;
    }
    text_add(out, "due at ");
    sim_say_ns(t->due_ns, out);
    if (t->due_ns < q->now_ns)
        text_add(out, ", which has passed");
}

static void edf_explain(struct runqueue *q, const struct task *t,
                        struct text *out)
{
    const struct task *other = ordered_first(&q->tree);

    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    if (other == t)
        other = ordered_next(other);
    text_add(out, "its deadline is the nearest: it is ");
    say_due(q, t, out);
    if (!other)
        return;
    text_addf(out, " (%s: ", sim_name(q, other));
    say_due(q, other, out);
    text_add(out, ")");
}

static void edf_place(struct runqueue *q, const struct task *t,
                      struct text *out)
{
    say_due(q, t, out);
}

const struct sim_policy policy_edf = {
    .name = "edf",
    .summary = "earliest deadline first",
    .source = "C. L. Liu and J. W. Layland, Scheduling Algorithms for "
              "Multiprogramming in a Hard-Real-Time Environment, J. ACM 20 "
              "(1), 1973",
    .tie = "Of jobs with the same deadline the one that runs goes on; else "
           "the one with the lower number goes first.",
    .enqueue = edf_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    .slice_ns = sim_no_slice,
    .preempts = edf_preempts,
    .explain = edf_explain,
    .place = edf_place,
};
