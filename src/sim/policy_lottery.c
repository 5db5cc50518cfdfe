/* Lottery: each choice draws one ticket of all that are in the queue, and its
 * holder runs for a slice. Over n slices a job with the share p of the tickets
 * gets n p of them, give or take sqrt(n p (1 - p)): fair in the long run, by
 * luck in the short one, and without remembering anything about the past.
 *
 * Tickets are numbered through in the order of the jobs. Whose one is takes
 * O(log n) to find: P. M. Fenwick, A new data structure for cumulative
 * frequency tables, Software: Practice and Experience 24, 1994. The .sum of job
 * number i - 1 is that of the tickets in the queue of as many jobs, up to it,
 * as the lowest bit of i says. */
#include "base/random.h"
#include "sim/policy.h"
#include "sim/sim.h"

/* All jobs: they stand in one array, by number. */
static struct task *all_of(struct task *t)
{
    return t - t->id;
}

static int64_t lowest_bit(int64_t i)
{
    return i & -i;
}

/* @t brings so many tickets into the queue, or takes them out of it. */
static void add_tickets(struct runqueue *q, struct task *t, int64_t tickets)
{
    struct task *all = all_of(t);
    int jobs = sim_jobs_of(q->sim)->count;

    for (int64_t i = t->id + 1; i <= jobs; i += lowest_bit(i))
        all[i - 1].sum += tickets;
    q->weight += tickets;
    q->winner = NULL;
}

/* How many those with lower numbers than @t have in the queue. */
static int64_t tickets_before(const struct task *t)
{
    const struct task *all = t - t->id;
    int64_t sum = 0;

    for (int64_t i = t->id; i > 0; i -= lowest_bit(i))
        sum += all[i - 1].sum;
    return sum;
}

/* Who has the ticket with this number, from 0; NULL: there are not so many. */
static struct task *holder(const struct runqueue *q, int64_t ticket)
{
    int64_t jobs = sim_jobs_of(q->sim)->count, below = 0, step = 1;
    struct task *all = q->all;

    if (ticket >= q->weight)
        return NULL;
    while (step * 2 <= jobs)
        step *= 2;
    for (; step > 0; step /= 2)
        if (below + step <= jobs && all[below + step - 1].sum <= ticket) {
            below += step;
            ticket -= all[below - 1].sum;
        }
    return &all[below];
}

static void lottery_enqueue(struct runqueue *q, struct task *t,
                            enum enqueue_why why)
{
    (void)why;
    q->all = all_of(t);
    add_tickets(q, t, t->job->tickets);
}

static void lottery_remove(struct runqueue *q, struct task *t)
{
    add_tickets(q, t, -t->job->tickets);
}

/* A number below 2^63, from the given ones as long as there are some. */
static int64_t next_number(struct runqueue *q)
{
    const struct sim_setup *setup = q->setup;
    int at = q->turn;

    if (at < setup->draw_count) {
        q->turn++;
        return setup->draws[at] & INT64_MAX;
    }
    return (int64_t)(random_next(&q->random) >> 1);
}

/* With at most 10^12 tickets the remainder favours none by more than one part
 * in 2^23. */
static void lottery_draw(struct runqueue *q)
{
    q->drawn = next_number(q) % q->weight;
    q->winner = holder(q, q->drawn);
}

static struct task *lottery_first(struct runqueue *q)
{
    return q->winner ? q->winner : holder(q, 0);
}

/* After the winner, who may not run on this CPU, the others by number. */
static struct task *lottery_next(struct runqueue *q, struct task *t)
{
    if (t == q->winner)
        t = holder(q, 0);
    else
        t = holder(q, tickets_before(t) + t->job->tickets);
    if (t && t == q->winner)
        t = holder(q, tickets_before(t) + t->job->tickets);
    return t;
}

static void lottery_explain(struct runqueue *q, const struct task *t,
                            struct text *out)
{
    int64_t first = tickets_before(t);

    if (!q->winner) {
        text_add(out, "nothing was drawn yet, and it has the lowest number");
        return;
    }
    text_addf(out, "ticket %lld of 0 to %lld was drawn, and it holds ",
              (long long)q->drawn, (long long)q->weight - 1);
    if (t->job->tickets == 1)
        text_add(out, "that one");
    else
        text_addf(out, "%lld to %lld", (long long)first,
                  (long long)(first + t->job->tickets - 1));
}

static void lottery_place(struct runqueue *q, const struct task *t,
                          struct text *out)
{
    (void)q;
    text_addf(out, "%d ticket%s", t->job->tickets,
              t->job->tickets == 1 ? "" : "s");
}

const struct sim_policy policy_lottery = {
    .name = "lottery",
    .summary = "each slice goes to the holder of a ticket drawn at random",
    .source = "Waldspurger and Weihl, Lottery scheduling: flexible "
              "proportional-share resource management, OSDI 1994",
    .tie = "None: the tickets are counted from 0 in the order of the jobs' "
           "numbers, and the draw decides.",
    .central = true, /* one urn */
    .whole = true,
    .enqueue = lottery_enqueue,
    .draw = lottery_draw,
    .first = lottery_first,
    .next = lottery_next,
    .remove = lottery_remove,
    .slice_ns = sim_equal_slice,
    .explain = lottery_explain,
    .place = lottery_place,
};
