/* Earliest eligible virtual deadline first, as in Linux since 6.6.
 *
 * As under CFS each job has a clock, its virtual time v, that runs slower the
 * more it weighs. The queue has one too, V: the mean of all clocks, by weight.
 * V - v is a job's lag: what the ideal CPU, which runs everyone at once, would
 * have given it by now and it has not had. Lags add up to nought.
 *
 *   eligible   v <= V: it has had no more than its due
 *   deadline   v at the begin of its slice + slice by weight: by then the ideal
 *              CPU would be done with the slice
 *
 * Next is, of those that are eligible, the one with the earliest deadline. It
 * keeps its CPU until its slice is over, or another comes while it is not
 * eligible itself; then its next slice begins with a new deadline.
 *
 * Who sleeps keeps its lag if that is positive: it is still owed. Who goes to
 * sleep with a negative one has had too much, and pays it back as long as V has
 * not caught up with its clock, as if it had stayed in the queue (Linux calls
 * that a delayed dequeue); but nothing is saved up by sleeping.
 *
 * In Linux a slice is 0.7 ms (0.75 before 6.12) x (1 + log2(CPUs)), at most
 * x 4, and what concerns the running job is looked at at the tick only:
 * tick=4ms. What is left out: groups, migration's fine print, slices that
 * programs ask for. */
#include "sim/fair.h"
#include "sim/policy.h"

/* ---- V: the queue's virtual time ----------------------------------------- */

/* The clocks of those that compete have moved by @dv altogether, times weight:
 * keep V = .virtual_ns and the rest of the division, so that nothing is ever
 * lost by rounding. */
static void shift_moment(struct runqueue *q, __int128 dv)
{
    __int128 moment = q->moment + dv, mean;

    if (q->weight == 0) { /* nobody: V stands still */
        q->moment = 0;
        return;
    }
    if (moment >= 0 && moment < q->weight) {
        q->moment = (int64_t)moment;
        return;
    }
    if (moment > INT64_MIN && moment < INT64_MAX)
        mean = (int64_t)moment / q->weight;
    else
        mean = moment / q->weight;
    if (mean * q->weight > moment)
        mean--; /* downwards, also below 0 */
    q->virtual_ns += (int64_t)mean;
    q->moment = (int64_t)(moment - mean * q->weight);
}

/* @t competes: it is in the queue or runs. */
static void eevdf_count(struct runqueue *q, struct task *t)
{
    if (t->fair.weight > 0)
        return;
    t->fair.weight = sim_weight(t->job->nice);
    if (q->weight == 0) /* V is then its own clock */
        q->virtual_ns = t->fair.virtual_ns;
    q->weight += t->fair.weight;
    shift_moment(q, (__int128)t->fair.weight *
                        (t->fair.virtual_ns - q->virtual_ns));
}

static void eevdf_uncount(struct runqueue *q, struct task *t)
{
    q->weight -= t->fair.weight;
    shift_moment(q, -(__int128)t->fair.weight *
                        (t->fair.virtual_ns - q->virtual_ns));
    t->fair.weight = 0;
}

static bool somebody_runs(const struct runqueue *q)
{
    return q->weight > ordered_sum(&q->tree);
}

static bool eligible(const struct runqueue *q, const struct task *t)
{
    return t->fair.virtual_ns <= q->virtual_ns;
}

/* ---- slices -------------------------------------------------------------- */

static int64_t slice_of(const struct runqueue *q, const struct task *t)
{
    return fair_virtual(q->setup->slice_ns, sim_weight(t->job->nice));
}

static struct task *eevdf_first(struct runqueue *q)
{
    struct task *t = ordered_least_due(&q->tree, q->virtual_ns);

    /* With one queue for many CPUs those that run may be behind all others. */
    return t ? t : ordered_first(&q->tree);
}

/* Does @running have to give way? If it has run to the end of what it was
 * chosen for, to whoever is eligible and has no later deadline. */
static bool gives_way(struct runqueue *q, const struct task *running)
{
    const struct task *t = ordered_least_due(&q->tree, q->virtual_ns);

    if (!t)
        return false;
    return !eligible(q, running) ||
           t->fair.deadline_ns <= running->fair.deadline_ns;
}

/* To its deadline. When it has passed one and nobody took its CPU, it is looked
 * at again with every tick. */
static int64_t eevdf_slice_ns(struct runqueue *q, struct task *t)
{
    eevdf_count(q, t);
    if (t->fair.virtual_ns >= t->fair.keep_ns && q->count > 0 &&
        q->setup->tick_ns > 0)
        return 1;
    return fair_real(t->fair.deadline_ns - t->fair.virtual_ns, t->fair.weight);
}

static bool eevdf_expired(struct runqueue *q, struct task *t)
{
    return gives_way(q, t);
}

static void eevdf_ran(struct runqueue *q, struct task *t, int64_t ns)
{
    int64_t dv = fair_virtual(ns, sim_weight(t->job->nice));

    dv = fair_later(t->fair.virtual_ns, dv) - t->fair.virtual_ns;
    t->fair.virtual_ns += dv;
    shift_moment(q, (__int128)t->fair.weight * dv);
    if (t->fair.virtual_ns >= t->fair.deadline_ns)
        t->fair.deadline_ns = t->fair.virtual_ns + slice_of(q, t);
}

/* ---- coming and going ---------------------------------------------------- */

/* Nobody is owed, or owes, more than this. */
static int64_t limited(const struct runqueue *q, const struct task *t,
                       int64_t lag)
{
    int64_t slice = 2 * q->setup->slice_ns, most;

    if (slice < q->setup->tick_ns)
        slice = q->setup->tick_ns;
    most = fair_virtual(slice, sim_weight(t->job->nice));
    return lag > most ? most : lag < -most ? -most : lag;
}

/* Put @t's clock so that it has @lag once it is counted: its coming moves V
 * towards it, so by a little more. */
static void place(struct runqueue *q, struct task *t, int64_t lag)
{
    int64_t w = sim_weight(t->job->nice);

    /* With nobody there nobody owes anything. */
    lag = q->weight > 0
              ? fair_bounded((__int128)lag * (q->weight + w) / q->weight)
              : 0;
    t->fair.virtual_ns = fair_later(q->virtual_ns, -lag);
}

static void eevdf_new(struct runqueue *q, struct task *t)
{
    int64_t slice = slice_of(q, t);

    place(q, t, 0);
    /* The others are half-way through theirs on average. */
    t->fair.deadline_ns =
        t->fair.virtual_ns + (somebody_runs(q) ? slice / 2 : slice);
}

static void eevdf_woken(struct runqueue *q, struct task *t)
{
    bool same_queue = q->cpu < 0 || q->cpu == t->cpu;

    if (t->fair.lag_ns < 0 && same_queue && q->weight > 0 &&
        t->fair.virtual_ns > q->virtual_ns)
        return; /* it still owes: as if it had been here all the time */
    place(q, t, t->fair.lag_ns > 0 ? t->fair.lag_ns : 0);
    t->fair.deadline_ns = t->fair.virtual_ns + slice_of(q, t);
}

static void eevdf_moved(struct runqueue *q, struct task *t)
{
    int64_t left = t->fair.deadline_ns - t->fair.virtual_ns;

    place(q, t, t->fair.lag_ns);
    t->fair.deadline_ns = t->fair.virtual_ns + left;
}

static void eevdf_enqueue(struct runqueue *q, struct task *t,
                          enum enqueue_why why)
{
    switch (why) {
    case ENQUEUE_NEW:
        eevdf_new(q, t);
        break;
    case ENQUEUE_WOKEN:
        eevdf_woken(q, t);
        break;
    case ENQUEUE_MOVED:
        eevdf_moved(q, t);
        break;
    default: /* it has been counted all the time */
        break;
    }
    eevdf_count(q, t);
    t->key = t->fair.virtual_ns;
    t->value = t->fair.weight;
    /* Of equals, whoever waits goes before the one that has just run. */
    t->due = t->fair.deadline_ns +
             (why == ENQUEUE_SLICE || why == ENQUEUE_PREEMPTED);
    q->tree.sums = true;
    ordered_insert(&q->tree, t);
}

static void eevdf_remove(struct runqueue *q, struct task *t)
{
    t->fair.lag_ns = limited(q, t, q->virtual_ns - t->fair.virtual_ns);
    ordered_remove(&q->tree, t);
    eevdf_uncount(q, t); /* slice_ns() counts it again if it is to run */
    t->fair.keep_ns = t->fair.deadline_ns;
}

static void eevdf_left(struct runqueue *q, struct task *t, bool ended)
{
    (void)ended;
    t->fair.lag_ns = limited(q, t, q->virtual_ns - t->fair.virtual_ns);
    eevdf_uncount(q, t);
}

/* The rest in the order of their clocks. */
static struct task *eevdf_next(struct runqueue *q, struct task *t)
{
    struct task *first = eevdf_first(q), *n;

    n = t == first ? ordered_first(&q->tree) : ordered_next(t);
    return n == first ? ordered_next(n) : n;
}

static bool eevdf_preempts(struct runqueue *q, struct task *running,
                           struct task *candidate)
{
    bool keeps = running->fair.virtual_ns < running->fair.keep_ns;

    if (keeps && eligible(q, running))
        return false;
    return eligible(q, candidate) && gives_way(q, running);
}

/* ---- words --------------------------------------------------------------- */

static int others_eligible(struct runqueue *q, const struct task *without)
{
    int n = 0;

    for (const struct task *t = ordered_first(&q->tree);
         t && eligible(q, t) && n < 1000; t = ordered_next(t))
        n += t != without;
    return n;
}

static void eevdf_explain(struct runqueue *q, const struct task *t,
                          struct text *out)
{
    int others = others_eligible(q, t);

    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    if (!eligible(q, t)) {
        text_add(out, "nobody who waits is eligible, and it has had least");
        return;
    }
    if (others == 0) {
        text_add(out, "it alone is eligible (its lag is ");
        sim_say_ns(q->virtual_ns - t->fair.virtual_ns, out);
        text_add(out, ", the others have had more than their due)");
        return;
    }
    text_addf(out,
              "of %d that are eligible it has the earliest deadline, "
              "virtual time ",
              others + 1);
    sim_say_ns(t->fair.deadline_ns, out);
}

static void eevdf_say_place(struct runqueue *q, const struct task *t,
                            struct text *out)
{
    int64_t lag = q->virtual_ns - t->fair.virtual_ns;

    text_addf(out, "%s, lag %s", lag >= 0 ? "eligible" : "not eligible",
              lag < 0 ? "-" : "");
    sim_say_ns(lag < 0 ? -lag : lag, out);
    text_add(out, ", deadline ");
    sim_say_ns(t->fair.deadline_ns, out);
}

const struct sim_policy policy_eevdf = {
    .name = "eevdf",
    .summary = "earliest eligible virtual deadline first: Linux since 6.6",
    .source =
        "I. Stoica and H. Abdel-Wahab, Earliest Eligible Virtual Deadline "
        "First, TR-95-22, Old Dominion University, 1995; Linux, "
        "Documentation/scheduler/sched-eevdf.rst",
    .tie = "Of eligible jobs with the same deadline the one with the least "
           "virtual time goes first, then the lower number; whoever waits goes "
           "before the one that runs.",
    .defaults = "queues=per-cpu slice=3ms",
    .reslice = true,
    .enqueue = eevdf_enqueue,
    .first = eevdf_first,
    .next = eevdf_next,
    .remove = eevdf_remove,
    .slice_ns = eevdf_slice_ns,
    .expired = eevdf_expired,
    .ran = eevdf_ran,
    .left = eevdf_left,
    .preempts = eevdf_preempts,
    .explain = eevdf_explain,
    .place = eevdf_say_place,
};
