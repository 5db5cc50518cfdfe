/* In the order of the jobs' numbers, from the one that had the CPU last round
 * to it again: how the book's program of processes chooses (sim/rules.h, P1).
 * Nobody is passed over for ever, but it is no queue: who has waited longest
 * may have to wait on, for one with a lower number. */
#include "sim/policy.h"

static void by_number_enqueue(struct runqueue *q, struct task *t,
                              enum enqueue_why why)
{
    (void)why;
    t->key = t->id;
    ordered_insert(&q->tree, t);
}

/* The lowest number from @least on; NULL: they are all below. */
static struct task *from_number(const struct ordered *o, int least)
{
    struct task *t = o->root, *best = NULL;

    while (t) {
        if (t->id >= least) {
            best = t;
            t = t->left;
        } else {
            t = t->right;
        }
    }
    return best;
}

/* .turn is the number after the last that was chosen. */
static struct task *by_number_first(struct runqueue *q)
{
    struct task *t = from_number(&q->tree, q->turn);

    return t ? t : ordered_first(&q->tree);
}

static struct task *by_number_next(struct runqueue *q, struct task *t)
{
    t = ordered_next(t);
    if (!t)
        t = ordered_first(&q->tree);
    return t == by_number_first(q) ? NULL : t;
}

static void by_number_remove(struct runqueue *q, struct task *t)
{
    ordered_remove(&q->tree, t);
    q->turn = t->id + 1;
}

static void by_number_explain(struct runqueue *q, const struct task *t,
                              struct text *out)
{
    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, t->id >= q->turn ? "its number is the next ("
                                   : "its number is the lowest, and nobody "
                                     "with a higher one is left this time (");
    text_add(out, "after it ");
    sim_say_others(q, t, out);
    text_add(out, ")");
}

const struct sim_policy policy_by_number = {
    .name = "fifo",
    .summary = "in the order of their numbers: until it waits or ends",
    .source = "Arpaci-Dusseau, Operating Systems: Three Easy Pieces, the "
              "programs that come with it: process-run",
    .tie = "None: no two jobs have the same number.",
    .enqueue = by_number_enqueue,
    .first = by_number_first,
    .next = by_number_next,
    .remove = by_number_remove,
    .slice_ns = sim_no_slice,
    .explain = by_number_explain,
};
