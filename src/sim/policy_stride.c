/* Stride: the lottery without luck. A job's pass says how much it has had for
 * its tickets; the least pass runs for a slice and grows by its stride, which
 * is the smaller the more tickets it has. No job is ever more than about one
 * slice away from its share, however long it goes on (against one other; of n
 * about n/2), where the lottery's error grows with the root of the slices.
 *
 * The queue keeps the pass that an average job would have (virtual_ns). Who
 * leaves takes along how far from that it was, and is put there again when it
 * comes back: waiting neither earns nor loses. */
#include "sim/policy.h"

/* A pass is nanoseconds x STRIDE1 / tickets. 2520 is divisible by 1 to 10, so
 * that the usual numbers of tickets divide without a remainder. */
#define STRIDE1 2520

/* @ns for @tickets, of which there is at least one; at most as much as fits. */
static int64_t stride_of(int64_t ns, int64_t tickets)
{
    int64_t pass;

    if (!__builtin_mul_overflow(ns, STRIDE1, &pass))
        return pass / tickets;
    if (!__builtin_mul_overflow(ns / tickets, STRIDE1, &pass))
        return pass;
    return INT64_MAX / 4;
}

/* Sums stay far from the ends of the type, in their order. */
static int64_t sum_of(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum) || sum > INT64_MAX / 2)
        return INT64_MAX / 2;
    return sum;
}

static void stride_enqueue(struct runqueue *q, struct task *t,
                           enum enqueue_why why)
{
    if (why == ENQUEUE_NEW) /* as if it had just had a slice */
        t->stride.pass = stride_of(q->setup->slice_ns, t->job->tickets);
    if (why == ENQUEUE_NEW || why == ENQUEUE_WOKEN) {
        t->stride.pass = sum_of(q->virtual_ns, t->stride.pass);
        q->weight += t->job->tickets;
    }
    t->key = t->stride.pass;
    ordered_insert(&q->tree, t);
}

static void stride_ran(struct runqueue *q, struct task *t, int64_t ns)
{
    t->stride.pass = sum_of(t->stride.pass, stride_of(ns, t->job->tickets));
    q->virtual_ns = sum_of(q->virtual_ns, stride_of(ns, q->weight));
}

static void stride_left(struct runqueue *q, struct task *t, bool ended)
{
    (void)ended;
    q->weight -= t->job->tickets;
    t->stride.pass -= q->virtual_ns;
}

/* A pass for people: a slice is worth 10000 strides for one ticket, 100 for a
 * hundred. */
static void say_pass(const struct runqueue *q, const struct task *t,
                     struct text *out)
{
    double a_slice = (double)q->setup->slice_ns * STRIDE1;

    text_addf(out, "%.4g", (double)t->stride.pass / a_slice * 10000);
}

static void stride_explain(struct runqueue *q, const struct task *t,
                           struct text *out)
{
    const struct task *second = ordered_first(&q->tree);

    if (second == t)
        second = ordered_next(t);
    if (!second) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, "its pass is the least, ");
    say_pass(q, t, out);
    text_addf(out, " (%s's is ", sim_name(q, second));
    if (second->key == t->key)
        text_add(out, "the same, but its number higher");
    else
        say_pass(q, second, out);
    text_add(out, ")");
}

static void stride_place(struct runqueue *q, const struct task *t,
                         struct text *out)
{
    text_add(out, "pass ");
    say_pass(q, t, out);
    text_addf(out, ", %d ticket%s", t->job->tickets,
              t->job->tickets == 1 ? "" : "s");
}

const struct sim_policy policy_stride = {
    .name = "stride",
    .summary = "slices by tickets, without luck: the least pass goes first",
    .source = "Waldspurger, Lottery and stride scheduling, PhD thesis, MIT "
              "1995, chapter 3",
    .tie = "Of jobs with the same pass the one with the lower number goes "
           "first.",
    .central = true, /* a pass means something in its own queue only */
    .enqueue = stride_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    .slice_ns = sim_equal_slice,
    .ran = stride_ran,
    .left = stride_left,
    .explain = stride_explain,
    .place = stride_place,
};
