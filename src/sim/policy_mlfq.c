/* The multi-level feedback queue: finds out who is short without being told.
 *
 * One queue a level, level 0 the highest. (1) The highest level that has
 * somebody goes first. (2) Within a level it is round robin, with the level's
 * slice. (3) A job begins at the top. (4) When it has used up its allotment of
 * slices it sinks by one level, however often it gave up its CPU in between.
 * (5) Every boost period all jobs come to the top again, so that nobody starves
 * and one that has become interactive is noticed.
 *
 * "stay" replaces rule 4 by an older one, with which waiting for a device makes
 * the allotment new: a job that waits just before its allotment ends keeps its
 * level, and the CPU, for ever. The boost's own order and what a wait at the
 * very end of a slice costs are corner rules (sim/rules.h: M1, M3, M4). */
#include "sim/policy.h"

static void go_to_level(const struct runqueue *q, struct task *t, int level)
{
    t->mlfq.level = level;
    t->mlfq.slice_left_ns = q->setup->level[level].slice_ns;
    t->mlfq.allotment_left = q->setup->level[level].allotment;
}

/* Rule 5 comes to each job when it is its turn to be looked at: a boost costs
 * the same however many there are. */
static bool was_boosted(const struct runqueue *q, const struct task *t)
{
    return t->mlfq.boost_ns < q->since_ns;
}

static int level_of(const struct runqueue *q, const struct task *t)
{
    return was_boosted(q, t) ? 0 : t->mlfq.level;
}

static void catch_up(const struct runqueue *q, struct task *t)
{
    if (was_boosted(q, t))
        go_to_level(q, t, 0);
    t->mlfq.boost_ns = q->since_ns;
}

/* Rule 4. The lowest level can only be entered anew. */
static void pay_slice(const struct runqueue *q, struct task *t)
{
    int lowest = q->setup->level_count - 1;
    int level = t->mlfq.level;

    if (--t->mlfq.allotment_left > 0)
        t->mlfq.slice_left_ns = q->setup->level[level].slice_ns;
    else
        go_to_level(q, t, level < lowest ? level + 1 : lowest);
}

static void mlfq_ran(struct runqueue *q, struct task *t, int64_t ns)
{
    (void)q;
    t->mlfq.slice_left_ns -= ns;
}

/* However it came to its slice's end, it has to go to the end of a level. */
static bool mlfq_expired(struct runqueue *q, struct task *t)
{
    pay_slice(q, t);
    return true;
}

/* It waits now. What is left of its slice it will have afterwards, or else one
 * could keep a level by waiting often. */
static void mlfq_left(struct runqueue *q, struct task *t, bool ended)
{
    bool used_up = t->mlfq.slice_left_ns <= 0;

    if (ended)
        return;
    if (q->setup->stay) {
        go_to_level(q, t, t->mlfq.level);
        used_up = used_up && q->setup->rules == RULES_OSTEP; /* M3 */
    }
    if (used_up)
        pay_slice(q, t);
}

/* To the front of its level, but behind one that is to cut in. */
static void go_first(struct task_list *l, struct task *t)
{
    struct task *ahead = l->head;

    if (!ahead || !ahead->mlfq.cuts_in) {
        list_prepend(l, t);
        return;
    }
    list_remove(l, ahead);
    list_prepend(l, t);
    list_prepend(l, ahead);
}

static void mlfq_enqueue(struct runqueue *q, struct task *t,
                         enum enqueue_why why)
{
    if (why == ENQUEUE_NEW)
        go_to_level(q, t, 0);
    catch_up(q, t);
    t->mlfq.cuts_in = false;
    if (why == ENQUEUE_PREEMPTED) { /* with the rest of its slice */
        go_first(&q->list[t->mlfq.level], t);
    } else if (why == ENQUEUE_WOKEN && q->setup->front) {
        list_prepend(&q->list[t->mlfq.level], t);
        t->mlfq.cuts_in = q->setup->rules == RULES_OSTEP; /* M4 */
    } else {
        list_append(&q->list[t->mlfq.level], t);
    }
}

static struct task *head_from(struct runqueue *q, int level)
{
    for (; level < q->setup->level_count; level++)
        if (q->list[level].head)
            return q->list[level].head;
    return NULL;
}

static struct task *mlfq_first(struct runqueue *q)
{
    return head_from(q, 0);
}

static struct task *mlfq_next(struct runqueue *q, struct task *t)
{
    return t->next ? t->next : head_from(q, level_of(q, t) + 1);
}

static void mlfq_remove(struct runqueue *q, struct task *t)
{
    catch_up(q, t);
    list_remove(&q->list[t->mlfq.level], t);
}

static int64_t mlfq_slice_ns(struct runqueue *q, struct task *t)
{
    catch_up(q, t);
    if (t->mlfq.slice_left_ns <= 0) /* preempted at its very end */
        pay_slice(q, t);
    return t->mlfq.slice_left_ns;
}

/* Rule 1. Within a level nobody interrupts (but M4). */
static bool mlfq_preempts(struct runqueue *q, struct task *running,
                          struct task *candidate)
{
    int theirs = level_of(q, candidate), its = level_of(q, running);

    if (theirs == its)
        return candidate->state == TASK_READY && candidate->mlfq.cuts_in;
    return theirs < its;
}

static int64_t mlfq_period_ns(const struct sim_setup *setup)
{
    return setup->boost_ns;
}

/* Rule 5. Who stood higher goes first, so the boost interrupts nobody; the book
 * begins with the lowest level (M1). Slices and allotments are new for all,
 * those that wait for a device included (M2). */
static void mlfq_period(struct runqueue *q)
{
    int levels = q->setup->level_count;

    for (int i = 1; i < levels; i++) {
        bool lowest_first = q->setup->rules == RULES_OSTEP;

        list_move_all(&q->list[0], &q->list[lowest_first ? levels - i : i]);
    }
    q->since_ns = q->now_ns;
}

static void mlfq_explain(struct runqueue *q, const struct task *t,
                         struct text *out)
{
    int level = level_of(q, t);

    if (q->count == 1) {
        text_add(out, "nobody else could run");
        return;
    }
    text_addf(out, "it is at the head of level %d", level);
    if (level == 0)
        text_add(out, ", the highest");
    else if (level == 1)
        text_add(out, " and nobody is on level 0");
    else
        text_addf(out, " and nobody is on levels 0 to %d", level - 1);
    text_add(out, " (behind it ");
    sim_say_others(q, t, out);
    text_add(out, ")");
}

static void mlfq_place(struct runqueue *q, const struct task *t,
                       struct text *out)
{
    const struct sim_level *l = &q->setup->level[level_of(q, t)];
    int64_t left = was_boosted(q, t) ? l->slice_ns : t->mlfq.slice_left_ns;
    int64_t more = was_boosted(q, t) ? l->allotment : t->mlfq.allotment_left;
    bool whole = left == l->slice_ns;

    text_addf(out, "level %d, %s", level_of(q, t), whole ? "a slice of " : "");
    sim_say_ns(left, out);
    text_add(out, whole ? "" : " of its slice left");
    if (more > 1 && level_of(q, t) < q->setup->level_count - 1)
        text_addf(out, " and %lld more", (long long)more - 1);
}

const struct sim_policy policy_mlfq = {
    .name = "mlfq",
    .summary = "multi-level feedback queue: who computes long sinks",
    .source = "Corbato, Merwin-Daggett and Daley, An experimental time-sharing "
              "system, AFIPS 1962; the rules after Arpaci-Dusseau, Operating "
              "Systems: Three Easy Pieces, chapter 8",
    .tie = "Who comes to a level, by whatever way, goes to its end; one that "
           "was interrupted goes to its front with the rest of its slice.",
    .period_words = "a boost has brought all jobs to level 0",
    .gathers = true,
    .enqueue = mlfq_enqueue,
    .first = mlfq_first,
    .next = mlfq_next,
    .remove = mlfq_remove,
    .slice_ns = mlfq_slice_ns,
    .expired = mlfq_expired,
    .ran = mlfq_ran,
    .left = mlfq_left,
    .preempts = mlfq_preempts,
    .period_ns = mlfq_period_ns,
    .period = mlfq_period,
    .explain = mlfq_explain,
    .place = mlfq_place,
};
