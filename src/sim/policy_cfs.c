/* The completely fair scheduler, as in Linux 2.6.24 to 6.5.
 *
 * An ideal CPU would run everyone at once, each at a speed by its weight. CFS
 * keeps a clock for each job, its virtual time, that advances as the job runs,
 * the slower the more it weighs (fair.h); on the ideal CPU all clocks would
 * agree. So the job with the least virtual time is next: it has had the least
 * of what is due to it.
 *
 * How long? Everyone is to run once within `latency`, so a slice is the job's
 * share of that, by weight; with so many jobs that the slices would be shorter
 * than `granularity`, the round gets longer instead. A job also loses its CPU
 * when it gets ahead of the least by more than its slice.
 *
 * Who has slept would have the least virtual time for a long while, and with it
 * the CPU. It is therefore put at most half a `latency` behind the queue's
 * clock: it goes first, but cannot save up. It takes the CPU at once if it is
 * more than `wakeup` behind who runs. Who is new among others begins a slice
 * after the queue's clock: being new is no way to more than a share.
 *
 * Linux multiplies latency (6 ms), granularity (0.75 ms) and wakeup (1 ms) by
 * 1 + log2(CPUs), up to 4, and looks only at the tick: tick=4ms. */
#include "sim/fair.h"
#include "sim/policy.h"

/* ---- who competes: those in the queue and those that run ----------------- */

static void cfs_count(struct runqueue *q, struct task *t)
{
    if (t->fair.weight == 0) {
        t->fair.weight = sim_weight(t->job->nice);
        q->weight += t->fair.weight;
    }
}

static void cfs_uncount(struct runqueue *q, struct task *t)
{
    q->weight -= t->fair.weight;
    t->fair.weight = 0;
}

static bool somebody_runs(const struct runqueue *q)
{
    return q->weight > ordered_sum(&q->tree);
}

/* The queue's clock: the least virtual time of those who compete, but it never
 * goes back. @running may be NULL. */
static void cfs_clock(struct runqueue *q, const struct task *running)
{
    const struct task *first = ordered_first(&q->tree);
    int64_t least = running ? running->fair.virtual_ns : INT64_MAX;

    if (first && first->fair.virtual_ns < least)
        least = first->fair.virtual_ns;
    if (least < INT64_MAX && least > q->virtual_ns)
        q->virtual_ns = least;
}

/* ---- slices -------------------------------------------------------------- */

/* @t's share, by weight, of a round in which everybody runs once. */
static int64_t cfs_share(const struct runqueue *q, const struct task *t)
{
    const struct sim_setup *s = q->setup;
    int64_t each = s->granularity_ns > 0 ? s->granularity_ns : 1;
    int64_t n = q->count + somebody_runs(q), round = s->latency_ns, share;

    if (n > (s->latency_ns + each - 1) / each)
        round = fair_bounded((__int128)n * each);
    share = (int64_t)((__int128)round * sim_weight(t->job->nice) / q->weight);
    return share > each ? share : each;
}

/* Until its share is used up, or until it is ahead of the least by that much
 * (but not before `granularity`). One that has used its share and stays the
 * least all the same goes on until it is that no more. */
static int64_t cfs_slice_ns(struct runqueue *q, struct task *t)
{
    const struct task *first = ordered_first(&q->tree);
    int64_t share, ahead, w;

    cfs_count(q, t);
    if (!first)
        return INT64_MAX;
    w = t->fair.weight;
    share = cfs_share(q, t);
    ahead = first->fair.virtual_ns - t->fair.virtual_ns;
    if (t->fair.ran_ns >= share)
        return ahead > 0 ? fair_real(ahead, w) : 1;
    ahead = fair_real(ahead + share, w);
    if (ahead < q->setup->granularity_ns - t->fair.ran_ns)
        ahead = q->setup->granularity_ns - t->fair.ran_ns;
    if (ahead > share - t->fair.ran_ns)
        ahead = share - t->fair.ran_ns;
    return ahead > 1 ? ahead : 1;
}

static bool cfs_expired(struct runqueue *q, struct task *t)
{
    const struct task *first = ordered_first(&q->tree);

    return first && first->fair.virtual_ns <= t->fair.virtual_ns;
}

static void cfs_ran(struct runqueue *q, struct task *t, int64_t ns)
{
    t->fair.ran_ns += ns;
    t->fair.virtual_ns = fair_later(t->fair.virtual_ns,
                                    fair_virtual(ns, sim_weight(t->job->nice)));
    cfs_clock(q, t);
}

/* ---- coming and going ---------------------------------------------------- */

/* Where the clock of one that joins is set; @after_others: behind those that
 * have begun. */
static int64_t cfs_place(struct runqueue *q, struct task *t,
                         enum enqueue_why why, bool after_others)
{
    int64_t at = t->fair.virtual_ns, least;

    switch (why) {
    case ENQUEUE_NEW:
        at = q->virtual_ns;
        if (after_others)
            at = fair_later(at, fair_virtual(cfs_share(q, t), t->fair.weight));
        return at;
    case ENQUEUE_WOKEN:
        least = q->virtual_ns - q->setup->latency_ns / 2;
        return at > least ? at : least;
    case ENQUEUE_MOVED: /* as far from this queue's clock as from the other's */
        return fair_later(q->virtual_ns, t->fair.lag_ns);
    default:
        return at;
    }
}

static void cfs_enqueue(struct runqueue *q, struct task *t,
                        enum enqueue_why why)
{
    const struct task *first = ordered_first(&q->tree);
    bool shared = somebody_runs(q);

    cfs_count(q, t);
    t->fair.virtual_ns = cfs_place(q, t, why, shared);
    t->key = t->fair.virtual_ns;
    /* Of equals, whoever waits goes before the one that has just run. */
    if (why == ENQUEUE_SLICE && first && t->key <= first->key)
        t->key = first->key + 1;
    t->value = t->fair.weight;
    t->due = 0;
    q->tree.sums = true;
    ordered_insert(&q->tree, t);
}

static void cfs_remove(struct runqueue *q, struct task *t)
{
    ordered_remove(&q->tree, t);
    cfs_uncount(q, t); /* slice_ns() counts it again if it is to run */
    t->fair.lag_ns = t->fair.virtual_ns - q->virtual_ns;
    t->fair.ran_ns = 0;
}

static void cfs_left(struct runqueue *q, struct task *t, bool ended)
{
    (void)ended;
    cfs_uncount(q, t);
    cfs_clock(q, NULL);
}

static bool cfs_preempts(struct runqueue *q, struct task *running,
                         struct task *candidate)
{
    int64_t behind = running->fair.virtual_ns - candidate->fair.virtual_ns;

    return behind >
           fair_virtual(q->setup->wakeup_ns, sim_weight(candidate->job->nice));
}

/* ---- words --------------------------------------------------------------- */

static void cfs_explain(struct runqueue *q, const struct task *t,
                        struct text *out)
{
    const struct task *other = ordered_first(&q->tree);

    if (other == t)
        other = ordered_next(other);
    if (!other) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, "its virtual time, ");
    sim_say_ns(t->fair.virtual_ns, out);
    text_addf(out, ", is the least (%s is next with ", sim_name(q, other));
    sim_say_ns(other->fair.virtual_ns, out);
    text_add(out, ")");
}

static void cfs_say_place(struct runqueue *q, const struct task *t,
                          struct text *out)
{
    (void)q;
    text_add(out, "virtual time ");
    sim_say_ns(t->fair.virtual_ns, out);
}

const struct sim_policy policy_cfs = {
    .name = "cfs",
    .summary = "completely fair: the one that has had least, by weight",
    .source = "Linux 2.6.24 to 6.5, kernel/sched/fair.c and "
              "Documentation/scheduler/sched-design-CFS.rst",
    .tie = "Of jobs with the same virtual time the one with the lower number "
           "goes first, but one that has just run goes last.",
    .defaults = "queues=per-cpu latency=6ms granularity=0.75ms wakeup=1ms",
    .reslice = true,
    .enqueue = cfs_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = cfs_remove,
    .slice_ns = cfs_slice_ns,
    .expired = cfs_expired,
    .ran = cfs_ran,
    .left = cfs_left,
    .preempts = cfs_preempts,
    .explain = cfs_explain,
    .place = cfs_say_place,
};
