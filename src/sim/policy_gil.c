/* The global lock of CPython 3.2 to 3.12, as a policy over threads. Threads
 * have cores enough, but only the one that holds the lock computes; the others
 * wait for it and not for a core.
 *
 * Whoever computes keeps the lock until it waits for a device or is asked. A
 * waiter asks when it has waited for `interval` (5 ms) during which the lock
 * has not changed hands; if it has, its patience begins anew. So `interval` is
 * no slice: it is the waiter's patience, and with any number of waiters there
 * is one hand-over per interval. A holder that was asked lets go and waits
 * until another has taken the lock (forced switching); which one of them is a
 * matter of order, not of who asked: the longest waiter.
 *
 * Who comes back from a device has to wait for the lock like anyone: a thread
 * that computes 0.01 ms between two requests pays 5 ms for each. That is the
 * convoy effect.
 *
 * What the model leaves out: the time from letting go to the waiter's having it
 * (give it as switch=), the time to the holder's next look at the request (long
 * calls into C), and that a thread just arriving may overtake the one that was
 * woken. The real lock is therefore less regular than this one. */
#include "sim/policy.h"

/* ---- patience: a tree of waiters by when theirs ends --------------------- */

static void wait_from_now(struct runqueue *q, struct task *t)
{
    t->gil.until_ns = q->now_ns + q->setup->interval_ns;
    t->key = t->gil.until_ns;
    ordered_insert(&q->tree, t);
}

/* Has the lock changed hands since @t began to wait, this time? */
static bool changed_hands(const struct runqueue *q, const struct task *t)
{
    return q->since_ns > t->gil.until_ns - q->setup->interval_ns;
}

/* Somebody's patience is at its end. True: the holder is asked to let go. */
static bool gil_expired(struct runqueue *q, struct task *holder)
{
    bool asked = false;
    struct task *t;

    (void)holder;
    while ((t = ordered_first(&q->tree)) && t->gil.until_ns <= q->now_ns) {
        asked |= !changed_hands(q, t);
        ordered_remove(&q->tree, t);
        wait_from_now(q, t);
    }
    return asked;
}

/* Until the next waiter's patience ends. */
static int64_t gil_slice_ns(struct runqueue *q, struct task *t)
{
    const struct task *next = ordered_first(&q->tree);

    (void)t;
    if (!next)
        return INT64_MAX;
    return next->gil.until_ns > q->now_ns ? next->gil.until_ns - q->now_ns : 1;
}

/* ---- the line of waiters ------------------------------------------------- */

static void gil_enqueue(struct runqueue *q, struct task *t,
                        enum enqueue_why why)
{
    (void)why;
    list_append(&q->list[0], t);
    wait_from_now(q, t);
}

/* @t takes the lock: it changes hands unless @t had it last. */
static void gil_remove(struct runqueue *q, struct task *t)
{
    list_remove(&q->list[0], t);
    ordered_remove(&q->tree, t);
    if (q->turn != t->id + 1) {
        q->turn = t->id + 1;
        q->since_ns = q->now_ns;
    }
}

/* ---- words --------------------------------------------------------------- */

static void gil_explain(struct runqueue *q, const struct task *t,
                        struct text *out)
{
    if (q->count == 1) {
        text_add(out, "nobody else wants the lock");
        return;
    }
    text_add(out, "it has waited for the lock longest (behind it ");
    sim_say_others(q, t, out);
    text_add(out, ")");
}

static void gil_place(struct runqueue *q, const struct task *t,
                      struct text *out)
{
    text_add(out, changed_hands(q, t) ? "has seen a hand-over, waits anew in "
                                      : "will ask for the lock in ");
    sim_say_ns(t->gil.until_ns - q->now_ns, out);
}

const struct sim_policy policy_gil = {
    .name = "gil",
    .summary = "Python's global lock since 3.2: one computes, waiters ask",
    .source =
        "CPython 3.2 to 3.12, Python/ceval_gil.h (A. Pitrou); D. Beazley, "
        "Understanding the Python GIL, PyCon 2010",
    .tie = "Of threads that want the lock at the same instant the one with the "
           "lower number is first in line.",
    .central = true,
    .most_running = 1,
    .waits = WAIT_GIL,
    .reslice = true,
    .enqueue = gil_enqueue,
    .first = sim_first_in_line,
    .next = sim_next_in_line,
    .remove = gil_remove,
    .slice_ns = gil_slice_ns,
    .expired = gil_expired,
    .explain = gil_explain,
    .place = gil_place,
};
