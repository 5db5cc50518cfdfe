/* Gang scheduling: the jobs of a gang run at the same time or not at all, so
 * that one never waits for another that has no CPU.
 *
 * Ousterhout's matrix: a row for each slot of time, a column for each CPU. The
 * gangs stand in it in order, each in one row: as many as fit whole. A slot
 * lasts `slice`; then the next row has all the CPUs. A CPU that has nothing to
 * do in its row, since the row is not full or the job there waits, is a hole:
 * it is filled with parts of the gangs that come next. They give it back when a
 * job of the gang whose turn it is could run again.
 *
 * Here the matrix is not stored: the jobs that could run are a ring, by gang,
 * and a slot begins at a place in it. Jobs of no gang are gangs of one, after
 * the others. A gang of more jobs than CPUs takes several rows. */
#include "sim/policy.h"
#include "sim/sim.h"

/* ---- the ring ------------------------------------------------------------ */

#define RING_IDS (INT64_C(1) << 20) /* more than SIM_JOBS_MAX */

static int64_t gang_of(const struct runqueue *q, const struct task *t)
{
    return t->job->gang >= 0 ? t->job->gang
                             : sim_jobs_of(q->sim)->gang_count + t->id;
}

static int64_t place_of(const struct runqueue *q, const struct task *t)
{
    return gang_of(q, t) * RING_IDS + t->id;
}

/* The one at @place or the next after it, around the end; NULL: empty. */
static struct task *at_place(const struct runqueue *q, int64_t place)
{
    struct task *t = ordered_least_due(&q->tree, -place);

    return t ? t : ordered_least_due(&q->tree, 0);
}

static struct task *after(const struct runqueue *q, const struct task *t)
{
    return at_place(q, place_of(q, t) + 1);
}

static bool has_turn(const struct runqueue *q, const struct task *t)
{
    return gang_of(q, t) == q->row / RING_IDS;
}

static void gang_enqueue(struct runqueue *q, struct task *t,
                         enum enqueue_why why)
{
    (void)why;
    t->due = place_of(q, t);
    t->key = -t->due; /* so that "from a place on" can be looked for */
    t->value = 1;
    q->tree.sums = true;
    ordered_insert(&q->tree, t);
}

static struct task *gang_first(struct runqueue *q)
{
    return at_place(q, q->row);
}

static struct task *gang_next(struct runqueue *q, struct task *t)
{
    struct task *n = after(q, t);

    return n == gang_first(q) ? NULL : n;
}

/* ---- slots --------------------------------------------------------------- */

/* Goes through those of @t's gang from @t on, at most @most; *@last is the last
 * of them. Returns how many there are: more than @most if some are left. */
static int part_of_gang(const struct runqueue *q, struct task *t, int most,
                        struct task **last)
{
    struct task *begin = t;
    int n = 0;

    do {
        if (++n > most)
            break;
        *last = t;
        t = after(q, t);
    } while (t != begin && gang_of(q, t) == gang_of(q, begin));
    return n;
}

/* All that could run are in the ring: which of them have this slot? Those from
 * the row's begin on, as many gangs as fit whole; of one that never will, as
 * many jobs as there are CPUs. */
static void begin_slot(struct runqueue *q)
{
    struct task *begin = at_place(q, q->row), *t = begin, *last = begin;
    int room = q->setup->cpus, n;

    q->row = place_of(q, begin);
    do {
        struct task *whole = last;

        n = part_of_gang(q, t, room, &whole);
        if (n > room && t != begin)
            break;
        last = whole;
        room -= n;
        t = after(q, last);
    } while (room > 0 && t != begin);
    q->row_end = place_of(q, last) + 1;
}

static int64_t gang_period_ns(const struct sim_setup *setup)
{
    return setup->slice_ns;
}

/* The slot is over, and the engine has put back those that ran. */
static void gang_period(struct runqueue *q)
{
    if (q->row_end == 0) /* nobody had it */
        return;
    q->row = q->row_end;
    q->row_end = 0;
    if (q->count > 0)
        begin_slot(q);
}

static void gang_remove(struct runqueue *q, struct task *t)
{
    if (q->row_end == 0)
        begin_slot(q);
    ordered_remove(&q->tree, t);
}

static int64_t gang_slice_ns(struct runqueue *q, struct task *t)
{
    (void)q;
    (void)t;
    return INT64_MAX; /* the slots end all together: gang_period() */
}

static bool gang_preempts(struct runqueue *q, struct task *running,
                          struct task *candidate)
{
    return has_turn(q, candidate) && !has_turn(q, running);
}

/* ---- words --------------------------------------------------------------- */

static void gang_explain(struct runqueue *q, const struct task *t,
                         struct text *out)
{
    const struct sim_jobs *jobs = sim_jobs_of(q->sim);

    if (t->job->gang < 0)
        text_add(out, has_turn(q, t) ? "it has its turn"
                                     : "it fills the slot: it comes next");
    else
        text_addf(out, "%s gang %s %s", has_turn(q, t) ? "its" : "of",
                  jobs->gang[t->job->gang],
                  has_turn(q, t) ? "has its turn"
                                 : "it fills the slot: they come next");
}

static void gang_place(struct runqueue *q, const struct task *t,
                       struct text *out)
{
    if (t->job->gang >= 0)
        text_addf(out, "gang %s%s", sim_jobs_of(q->sim)->gang[t->job->gang],
                  has_turn(q, t) ? ", whose turn it is" : "");
    else
        text_add(out, has_turn(q, t) ? "its turn" : "by itself");
}

const struct sim_policy policy_gang = {
    .name = "gang",
    .summary = "the jobs of a gang run at the same time, gangs in turn",
    .source = "J. K. Ousterhout, Scheduling Techniques for Concurrent Systems, "
              "3rd Int. Conf. on Distributed Computing Systems, 1982: the "
              "matrix method",
    .tie = "Gangs take turns in the order in which they are first named, then "
           "jobs of no gang by number; within a gang the lower number goes "
           "first.",
    .central = true,
    .gathers = true,
    .enqueue = gang_enqueue,
    .first = gang_first,
    .next = gang_next,
    .remove = gang_remove,
    .slice_ns = gang_slice_ns,
    .preempts = gang_preempts,
    .period_ns = gang_period_ns,
    .period = gang_period,
    .explain = gang_explain,
    .place = gang_place,
};
