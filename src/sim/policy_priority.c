/* Priority: the most urgent job that could run has the CPU, and one that is
 * more urgent takes it at once. Whoever is always less urgent than somebody
 * starves.
 *
 * Ageing is the cure (age=10ms): waiting that long is worth one step of
 * priority. Somebody overtaken by age goes back to its own priority, and the
 * one that overtook loses what it had gained at the same rate while it runs. So
 * equals take turns, and one that is n steps below another gets about one part
 * in n + 2.
 *
 * Locks may lend priority (inherit=yes): the owner is as urgent as the most
 * urgent that waits for it, or else a middling job could keep both from running
 * (priority inversion). */
#include "sim/policy.h"

/* Without ageing one step is worth two years. */
#define NEVER_NS (INT64_C(1) << 56)

static int64_t step_ns(const struct runqueue *q)
{
    return q->setup->age_ns == SIM_NEVER ? NEVER_NS : q->setup->age_ns;
}

/* Its own, or what the waiters for its locks have lent it. */
static int own(const struct task *t)
{
    return t->lent > t->job->priority ? t->lent : t->job->priority;
}

/* Steps gained up to now: they grow while it waits, and melt while it runs. */
static int64_t gained(const struct runqueue *q, const struct task *t)
{
    int64_t left;

    if (t->prio.gained < 0)
        return (q->now_ns - t->prio.since_ns) / step_ns(q);
    left = t->prio.gained - (q->now_ns - t->prio.on_cpu_ns) / step_ns(q);
    return left > 0 ? left : 0;
}

static int64_t urgency(const struct runqueue *q, const struct task *t)
{
    return own(t) + gained(q, t);
}

/* All that wait gain at the same rate, so their order never changes: the time
 * since when each would have had to wait to be where it is from nothing. */
static void priority_enqueue(struct runqueue *q, struct task *t,
                             enum enqueue_why why)
{
    if (why != ENQUEUE_MOVED) {
        t->prio.since_ns = q->now_ns;
        t->prio.gained = -1;
    }
    t->key = t->prio.since_ns - own(t) * step_ns(q);
    ordered_insert(&q->tree, t);
}

static bool priority_preempts(struct runqueue *q, struct task *running,
                              struct task *candidate)
{
    return urgency(q, candidate) > urgency(q, running);
}

/* Until somebody may have come to be more urgent. */
static int64_t priority_slice_ns(struct runqueue *q, struct task *t)
{
    const struct task *first = ordered_first(&q->tree);
    int64_t step = step_ns(q), above, next;

    if (t->prio.gained < 0) { /* it begins */
        t->prio.gained = gained(q, t);
        t->prio.on_cpu_ns = q->now_ns;
    }
    if (!first || q->setup->age_ns == SIM_NEVER)
        return INT64_MAX;
    above = own(t) + 1 - own(first);
    next = first->prio.since_ns + above * step - q->now_ns;
    if (next > 0)
        return next;
    /* Only what it has gained keeps it there: look when that or the other's
     * changes. */
    next = step - (q->now_ns - first->prio.since_ns) % step;
    step -= (q->now_ns - t->prio.on_cpu_ns) % step;
    return step < next ? step : next;
}

static bool priority_expired(struct runqueue *q, struct task *t)
{
    struct task *first = ordered_first(&q->tree);

    return first && priority_preempts(q, t, first);
}

static void say_urgency(const struct runqueue *q, const struct task *t,
                        struct text *out)
{
    int64_t steps = gained(q, t);

    text_addf(out, "%lld", (long long)urgency(q, t));
    if (t->lent > t->job->priority)
        text_addf(out, " (%d, and %d lent by those that wait for its lock)",
                  t->job->priority, t->lent);
    else if (steps > 0)
        text_addf(out, " (%d, and %lld for waiting)", t->job->priority,
                  (long long)steps);
}

static void priority_explain(struct runqueue *q, const struct task *t,
                             struct text *out)
{
    const struct task *second = ordered_first(&q->tree);

    if (second == t)
        second = ordered_next(t);
    if (!second) {
        text_add(out, "nobody else could run");
        return;
    }
    if (urgency(q, second) < urgency(q, t)) {
        text_add(out, "it is the most urgent: priority ");
        say_urgency(q, t, out);
        text_addf(out, "; %s has ", sim_name(q, second));
        say_urgency(q, second, out);
        return;
    }
    text_add(out, "nobody is more urgent than priority ");
    say_urgency(q, t, out);
    text_addf(out, ", and %s, which is as urgent, ", sim_name(q, second));
    text_add(out,
             second->key == t->key ? "has a higher number" : "has waited less");
}

static void priority_place(struct runqueue *q, const struct task *t,
                           struct text *out)
{
    text_add(out, "priority ");
    say_urgency(q, t, out);
}

const struct sim_policy policy_priority = {
    .name = "priority",
    .summary = "the most urgent has the CPU; waiting may make urgent",
    .source = "Silberschatz, Galvin and Gagne, Operating System Concepts, CPU "
              "scheduling: priority; inheritance: Sha, Rajkumar and Lehoczky, "
              "IEEE Transactions on Computers 39, 1990",
    .tie = "As urgent as the running one is not enough to interrupt it; of "
           "those that wait the one that has waited longest goes first, then "
           "the lower number.",
    .slice_words = "has been overtaken by one that waited",
    .reslice = true,
    .enqueue = priority_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    .slice_ns = priority_slice_ns,
    .expired = priority_expired,
    .preempts = priority_preempts,
    .explain = priority_explain,
    .place = priority_place,
};
