/* --auto: finds the values of workers itself. First 1, 2, 4, ... a run each,
 * as long as they bring something; then whole numbers between the best and its
 * neighbours; then again and again those that decide, until it is clear. What
 * comes next follows from the runs alone, so that a kept search goes on where
 * it ended. One thread. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sweep/axis.h"
#include "sweep/plan.h"

#define BUDGET_NS (60 * NS_PER_S)
/* A level that brings less than this over the best so far brings nothing; so
 * many in a row end the doubling. */
#define GAIN 0.03
#define FLAT_LEVELS 2
#define RESAMPLES 600
/* Neighbours this near, as a share, are near enough. */
#define NEAR 0.06

enum want { WANT_NOTHING, WANT_RUN, WANT_VALUE };

/* One curve's search. */
struct search {
    struct sweep *s;
    int curve;
    bool less;
    struct spot_points p;
    int top, best; /* of .p */
    enum want want;
    int point;          /* to be run */
    int round, attempt; /* of it */
    int64_t value;      /* to be put on the axis */
};

static enum want run(struct search *q, int point, int round, int attempt)
{
    q->point = point;
    q->round = round;
    q->attempt = attempt;
    return q->want = WANT_RUN;
}

/* Rounds of @point that have begun. */
static int rounds_of(const struct sweep *s, int point)
{
    int n = 0;

    for (int i = 0; i < s->trial_count; i++)
        n += s->trials[i].point == point && s->trials[i].round >= 0 &&
             s->trials[i].attempt == 0;
    return n;
}

static enum want run_more(struct search *q, int point)
{
    return run(q, point, rounds_of(q->s, point), 0);
}

static int point_at(const struct sweep *s, int curve, int64_t x)
{
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == curve && s->points[i].x == (double)x)
            return i;
    return -1;
}

static bool can_be(const struct sweep *s, int curve, int64_t x)
{
    const struct sweep_axis *family = &s->request.axis[SWEEP_FAMILY];
    char value[SWEEP_VALUE_TEXT];

    snprintf(value, sizeof(value), "%" PRId64, x);
    return sweep_check_point(&s->request, value,
                             family->count > 0 ? family->value[curve] : NULL,
                             &s->machine, NULL) == 0;
}

/* Want a run at @x, on the axis first. WANT_NOTHING: it cannot be, or there is
 * no more room. */
static enum want want_at(struct search *q, int64_t x)
{
    const struct sweep *s = q->s;
    int point = point_at(s, q->curve, x);

    if (point >= 0)
        return plan_given_up(s, point) ? WANT_NOTHING : run_more(q, point);
    if (!can_be(s, q->curve, x) ||
        s->request.axis[SWEEP_ALONG].count == SWEEP_VALUES ||
        s->point_count + s->curve_count > SWEEP_POINTS)
        return WANT_NOTHING;
    q->value = x;
    return q->want = WANT_VALUE;
}

/* ---- disturbed, asked for ----------------------------------------------- */

static enum want run_again(struct search *q)
{
    const struct sweep *s = q->s;

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];
        struct plan_runs runs;

        if (s->points[t->point].curve != q->curve || !t->disturbed ||
            t->round < 0)
            continue;
        runs = plan_runs(s, t->point, t->round);
        if (!runs.good && runs.attempts <= SWEEP_AGAIN)
            return run(q, t->point, t->round, runs.attempts);
    }
    return WANT_NOTHING;
}

static int least_runs(const struct sweep *s)
{
    return s->request.repeat < AUTO_RUNS ? s->request.repeat : AUTO_RUNS;
}

static enum want run_asked(struct search *q)
{
    const struct sweep *s = q->s;

    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == q->curve && s->points[i].asked &&
            rounds_of(s, i) < least_runs(s) && !plan_given_up(s, i))
            return run_more(q, i);
    return WANT_NOTHING;
}

/* ---- 1, 2, 4, ... ------------------------------------------------------- */

static bool brings(const struct search *q, double y, double best)
{
    return q->less ? y < best * (1 - GAIN) : y > best * (1 + GAIN);
}

/* WANT_NOTHING: the doubling is over. */
static enum want double_up(struct search *q)
{
    const struct sweep *s = q->s;
    int64_t x = can_be(s, q->curve, 1) ? 1 : 2, most = INT64_MAX;
    double best = 0;
    int flat = 0;
    bool any = false;

    for (;;) {
        int point = point_at(s, q->curve, x);
        const struct sweep_point *p;
        int64_t tasks;

        if (point < 0 || rounds_of(s, point) == 0)
            return want_at(q, x);
        p = &s->points[point];
        /* Once more, if it failed; then it ends here. */
        if (p->y.n == 0)
            return want_at(q, x);
        flat = any && !brings(q, p->y.median, best) ? flat + 1 : 0;
        if (!any || brings(q, p->y.median, best))
            best = p->y.median;
        any = true;
        tasks = limit_tasks(s, point);
        if (tasks > 0)
            most = tasks;
        if (flat == FLAT_LEVELS || x >= most)
            return WANT_NOTHING;
        x = 2 * x < most ? 2 * x : most;
    }
}

/* ---- in between --------------------------------------------------------- */

static bool near(double a, double b)
{
    return b - a <= fmax(1, NEAR * b);
}

static enum want run_enough(struct search *q, int at)
{
    if (at < 0 || at >= q->p.count ||
        rounds_of(q->s, q->p.point[at]) >= least_runs(q->s))
        return WANT_NOTHING;
    return run_more(q, q->p.point[at]);
}

/* Between measured points @a and @b of .p. */
static enum want between(struct search *q, int a, int b)
{
    int64_t x = llround(floor((q->p.x[a] + q->p.x[b]) / 2));

    if (near(q->p.x[a], q->p.x[b]) ||
        (point_at(q->s, q->curve, x) >= 0 &&
         plan_given_up(q->s, point_at(q->s, q->curve, x))))
        return WANT_NOTHING;
    return want_at(q, x);
}

static enum want refine(struct search *q)
{
    double bar = q->p.median[q->top];
    int at[] = {q->best - 1, q->best, q->top, q->top + 1};

    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        if (run_enough(q, at[i]) != WANT_NOTHING)
            return q->want;
    /* Is fewer enough? */
    if (q->best > 0 && between(q, q->best - 1, q->best) != WANT_NOTHING)
        return q->want;
    /* Does a peak hide before it falls? */
    if (q->top + 1 < q->p.count &&
        (q->less ? q->p.median[q->top + 1] > bar * (1 + SWEEP_WITHIN)
                 : q->p.median[q->top + 1] < bar * (1 - SWEEP_WITHIN)))
        return between(q, q->top, q->top + 1);
    return WANT_NOTHING;
}

/* ---- again, until it is clear ------------------------------------------- */

static enum want repeat(struct search *q)
{
    const struct sweep *s = q->s;
    double bar =
        q->p.median[q->top] * (q->less ? 1 + SWEEP_WITHIN : 1 - SWEEP_WITHIN);
    int low, high, fewest = s->request.repeat, found = -1;
    bool tight = true;

    if (!spot_interval(&q->p, q->less, true, (uint64_t)s->request.base.seed,
                       RESAMPLES, &low, &high))
        return WANT_NOTHING;
    for (int i = low; i <= high; i++) {
        if (run_enough(q, i) != WANT_NOTHING)
            return q->want;
        tight &= q->less ? q->p.median[i] <= bar : q->p.median[i] >= bar;
    }
    for (int i = 0; i < q->p.count && !tight; i++) {
        int point = q->p.point[i], runs = rounds_of(s, point);

        if ((i < low || i > high) && i != q->top && i != q->best)
            continue;
        /* In the shuffled order of the round. */
        if (runs < fewest ||
            (found >= 0 && runs == fewest &&
             plan_key(s, point, runs) < plan_key(s, found, runs))) {
            fewest = runs;
            found = point;
        }
    }
    return found >= 0 ? run_more(q, found) : WANT_NOTHING;
}

/* ---- all of it ---------------------------------------------------------- */

static enum want search(struct search *q)
{
    struct sweep_order warm;

    if (point_at(q->s, q->curve, 1) < 0 && point_at(q->s, q->curve, 2) < 0)
        return want_at(q, can_be(q->s, q->curve, 1) ? 1 : 2);
    if (plan_warm_up(q->s, q->curve, &warm))
        return run(q, warm.point, -1, 0);
    if (run_again(q) != WANT_NOTHING || run_asked(q) != WANT_NOTHING ||
        double_up(q) != WANT_NOTHING)
        return q->want;
    if (!spot_collect(q->s, q->curve, &q->p) || q->p.count < 2)
        return WANT_NOTHING;
    spot_find(q->p.median, q->p.count, q->less, true, &q->top, &q->best);
    return refine(q) != WANT_NOTHING ? q->want : repeat(q);
}

static int64_t budget_left(const struct sweep *s)
{
    int64_t budget =
        s->request.budget_ns > 0 ? s->request.budget_ns : (int64_t)BUDGET_NS;

    return budget - s->spent_ns;
}

/* How long a run at @point will take: as it did, or as its neighbours did. */
static int64_t expected_ns(const struct sweep *s, int point)
{
    const struct sweep_point *p = &s->points[point];
    int64_t took = plan_took_ns(s, point), below = -1, above = -1;

    if (took >= 0)
        return took;
    for (int i = 0; i < s->point_count; i++) {
        int64_t other = plan_took_ns(s, i);

        if (s->points[i].curve != p->curve || other < 0)
            continue;
        if (s->points[i].x < p->x)
            below = other; /* the nearest is the last */
        else if (above < 0)
            above = other;
    }
    if (below >= 0 || above >= 0)
        return below > above ? below : above;
    return s->trial_count > 0 ? s->spent_ns / s->trial_count : 0;
}

static int runs_of(const struct sweep *s, int curve)
{
    int n = 0;

    for (int i = 0; i < s->trial_count; i++)
        n += s->points[s->trials[i].point].curve == curve;
    return n;
}

/* What curve @curve wants; values are put on the axis until it is a run. */
static bool curve_next(struct sweep *s, int curve, struct sweep_order *out)
{
    for (int added = 0; added <= SWEEP_VALUES; added++) {
        struct search q = {.s = s,
                           .curve = curve,
                           .less = sweep_less_is_better(s->request.metric)};
        enum want want = search(&q);
        char value[SWEEP_VALUE_TEXT];

        spot_free(&q.p);
        if (want == WANT_NOTHING)
            return false;
        if (want == WANT_RUN) {
            if (expected_ns(s, q.point) > budget_left(s))
                return false;
            plan_order(s, q.point, q.round, q.attempt, out);
            return true;
        }
        snprintf(value, sizeof(value), "%" PRId64, q.value);
        if (plan_add(s, value, (double)q.value) < 0)
            return false;
        sweep_conclude(s); /* places in the axis are other ones now */
    }
    return false;
}

/* Curves in turn: the one with the fewest runs goes on. */
bool auto_next(struct sweep *s, struct sweep_order *out)
{
    bool asked[SWEEP_VALUES] = {false};

    if (budget_left(s) <= 0)
        return false;
    for (int turn = 0; turn < s->curve_count; turn++) {
        int curve = -1;

        for (int c = 0; c < s->curve_count; c++)
            if (!asked[c] && (curve < 0 || runs_of(s, c) < runs_of(s, curve)))
                curve = c;
        if (curve < 0)
            break;
        asked[curve] = true;
        if (curve_next(s, curve, out))
            return true;
    }
    return false;
}

int64_t auto_left_ns(const struct sweep *s)
{
    int64_t left = 0, budget = budget_left(s) > 0 ? budget_left(s) : 0;

    /* At most: what decides is run .repeat times. */
    for (int i = 0; i < s->point_count; i++) {
        int rounds = rounds_of(s, i);

        if (rounds >= 2 && rounds < s->request.repeat)
            left += (s->request.repeat - rounds) * plan_took_ns(s, i);
    }
    return left > 0 && left < budget ? left : budget;
}
