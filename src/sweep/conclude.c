/* What follows from a sweep's runs: the figures of each point, which runs
 * count, whether the machine held still, and the answer. One thread. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/plan.h"

/* More of a point's runs disturbed than this share: its median may be wrong. */
#define DISTURBED_SHARE (1.0 / 3)
/* The second half of the runs may differ from the first by this. */
#define DRIFT_MOST 0.10
#define RESAMPLES 2000
/* Runs drawn at most for all resamples: some milliseconds. */
#define DRAWS 200000
#define RESAMPLES_LEAST 200

const char *const sweep_part_words[] = {
    [PART_RUN] = "run",   [PART_READY] = "ready", [PART_LOCK] = "lock",
    [PART_IO] = "io",     [PART_OTHER] = "other", [PART_CHILD] = "child",
    [SWEEP_PARTS] = NULL,
};

/* ---- one run ------------------------------------------------------------ */

/* Where its workers' lives went; false: not all of it was measured. */
static bool parts_of(const struct metrics *m, double part[SWEEP_PARTS])
{
    double run = metric_get(m, METRIC_RUN_S, -1);
    double ready = metric_get(m, METRIC_READY_S, -1);
    double blocked = metric_get(m, METRIC_BLOCKED_S, -1);
    double life = metric_get(m, METRIC_LIFE_S, -1);
    double child = metric_get(m, METRIC_CHILD_CPU_S, 0);
    double lock = metric_get(m, METRIC_LOCK_WAIT_S, 0) +
                  metric_get(m, METRIC_GIL_WAIT_S, 0);
    double io = metric_get(m, METRIC_IO_WAIT_S, 0);
    double sum = 0;

    memset(part, 0, SWEEP_PARTS * sizeof(*part));
    if (child > 0 && run >= 0 && life > 0) {
        /* What programs computed is among .run; what they waited for, a core
         * or something else, only they know. */
        part[PART_CHILD] = fmin(child, run);
        part[PART_RUN] = run - part[PART_CHILD];
        part[PART_OTHER] = fmax(0, life - run);
    } else if (run >= 0 && ready >= 0 && blocked >= 0) {
        /* Marks reach from asking to running on: being ready is in them. */
        double marked = lock + io, much = 1;

        if (marked > blocked && marked > 0)
            much = blocked / marked;
        part[PART_RUN] = run;
        part[PART_READY] = ready;
        part[PART_LOCK] = lock * much;
        part[PART_IO] = io * much;
        part[PART_OTHER] = fmax(0, blocked - (lock + io) * much);
    }
    for (int i = 0; i < SWEEP_PARTS; i++)
        sum += part[i];
    for (int i = 0; i < SWEEP_PARTS && sum > 0; i++)
        part[i] /= sum;
    return sum > 0;
}

/* Cores that it kept busy, its programs included; <0: not measured. */
static double cores_busy(const struct metrics *m)
{
    return metric_get(m, METRIC_PARALLELISM, -1);
}

/* ---- one point ---------------------------------------------------------- */

/* Of the runs of one round the least disturbed one counts. */
static void choose_runs(struct sweep *s, int point)
{
    struct sweep_point *p = &s->points[point];

    p->failed = p->disturbed = 0;
    p->error[0] = '\0';
    for (int i = 0; i < s->trial_count; i++) {
        struct sweep_trial *t = &s->trials[i];
        bool best = true;

        if (t->point != point)
            continue;
        t->used = t->outlier = false;
        if (t->round < 0)
            continue;
        if (!t->has_y) {
            p->failed++;
            snprintf(p->error, sizeof(p->error), "%s", t->outcome.error);
            continue;
        }
        for (int k = 0; k < s->trial_count && best; k++) {
            const struct sweep_trial *o = &s->trials[k];
            double mine = t->outcome.foreign_cores,
                   theirs = o->outcome.foreign_cores;

            if (k == i || o->point != point || o->round != t->round ||
                !o->has_y)
                continue;
            if (t->disturbed != o->disturbed)
                best = !t->disturbed;
            else if (mine != theirs)
                best = mine < theirs;
            else
                best = t->attempt < o->attempt;
        }
        t->used = best;
        p->disturbed += best && t->disturbed;
    }
}

/* Medians of each share over the used runs, scaled so that they sum to 1. */
static void point_parts(const struct sweep *s, int point, double *values)
{
    struct sweep_point *p = &s->points[point];
    double part[SWEEP_PARTS], sum = 0;

    p->has_parts = false;
    for (int which = 0; which < SWEEP_PARTS; which++) {
        int n = 0;

        for (int i = 0; i < s->trial_count; i++) {
            const struct sweep_trial *t = &s->trials[i];

            if (t->point == point && t->used &&
                parts_of(&t->outcome.metrics, part))
                values[n++] = part[which];
        }
        if (n == 0)
            return;
        p->part[which] = robust_median(values, n);
        sum += p->part[which];
    }
    for (int which = 0; which < SWEEP_PARTS && sum > 0; which++)
        p->part[which] /= sum;
    p->has_parts = sum > 0;
}

static void point_busy(const struct sweep *s, int point, double *values)
{
    struct sweep_point *p = &s->points[point];
    int n = 0;

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];
        double busy = cores_busy(&t->outcome.metrics);

        if (t->point == point && t->used && busy >= 0)
            values[n++] = busy;
    }
    p->cores_busy = n > 0 ? robust_median(values, n) : -1;
}

void conclude_point(struct sweep *s, int point)
{
    struct sweep_point *p = &s->points[point];
    double *values = calloc((size_t)s->trial_count + 1, sizeof(*values));
    double off, nearest = INFINITY;
    int n = 0;

    memset(&p->y, 0, sizeof(p->y));
    p->typical = -1;
    if (values == NULL)
        return;
    choose_runs(s, point);
    for (int i = 0; i < s->trial_count; i++)
        if (s->trials[i].point == point && s->trials[i].used)
            values[n++] = s->trials[i].y;
    if (n > 0)
        robust_of(values, n, &p->y);
    for (int i = 0; i < s->trial_count; i++) {
        struct sweep_trial *t = &s->trials[i];

        if (t->point != point || !t->used)
            continue;
        t->outlier = robust_outlier(&p->y, t->y);
        /* An undisturbed one, if there is one. */
        off = fabs(t->y - p->y.median) +
              (t->disturbed ? fabs(p->y.median) + p->y.most - p->y.least : 0);
        if (off < nearest) {
            nearest = off;
            p->typical = i;
        }
    }
    point_parts(s, point, values);
    point_busy(s, point, values);
    free(values);
}

/* ---- did the machine hold still? ---------------------------------------- */

struct moment {
    int64_t at_ns;
    int order;
    double ratio; /* over the point's median */
};

static int compare_moments(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return x->order - y->order;
}

/* The second half of the runs over the first. */
static void find_drift(struct sweep *s)
{
    struct moment *m = calloc((size_t)s->trial_count + 1, sizeof(*m));
    double *values = calloc((size_t)s->trial_count + 1, sizeof(*values));
    int n = 0, half;

    s->drift = s->drift_by_chance = 0;
    for (int i = 0; i < s->trial_count && m != NULL && values != NULL; i++) {
        const struct sweep_trial *t = &s->trials[i];
        const struct sweep_point *p = &s->points[t->point];

        if (t->used && p->y.n >= 2 && p->y.median > 0)
            m[n++] =
                (struct moment){t->outcome.began_ns, i, t->y / p->y.median};
    }
    half = n / 2;
    if (half >= 3) {
        struct robust first, second;

        qsort(m, (size_t)n, sizeof(*m), compare_moments);
        for (int i = 0; i < half; i++)
            values[i] = m[i].ratio;
        robust_of(values, half, &first);
        for (int i = 0; i < half; i++)
            values[i] = m[n - half + i].ratio;
        robust_of(values, half, &second);
        s->drift = first.median > 0 ? second.median / first.median : 0;
        /* The standard error of a median is 1.25 times that of a mean. */
        s->drift_by_chance =
            2 * 1.25 * hypot(first.spread, second.spread) / sqrt(half);
    }
    free(values);
    free(m);
}

/* ---- one curve ---------------------------------------------------------- */

static double share_disturbed(const struct sweep_point *p)
{
    return p->y.n > 0 ? (double)p->disturbed / p->y.n : 0;
}

/* What the point's median may have been without the others, if its runs had
 * got the cores that these used. */
static double undisturbed(const struct sweep *s, int point)
{
    const struct sweep_point *p = &s->points[point];
    double most = p->y.median;

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];
        int cores =
            t->outcome.cores > 0 ? t->outcome.cores : s->machine.cpus_allowed;
        double left = fmax(cores - t->outcome.foreign_cores, 0.25 * cores);

        if (t->point == point && t->used && t->disturbed)
            most = fmax(most, t->y * cores / left);
    }
    return most;
}

/* Does the answer hang on a point whose runs were disturbed? */
static bool too_disturbed(struct sweep *s, int curve,
                          const struct spot_points *p, int low, int high)
{
    struct sweep_curve *c = &s->curves[curve];
    bool less = sweep_less_is_better(s->request.metric);
    double best = s->points[c->top].y.median;

    for (int i = 0; i < p->count; i++) {
        const struct sweep_point *point = &s->points[p->point[i]];
        bool decides = (i >= low && i <= high) || p->point[i] == c->top ||
                       p->point[i] == c->best;

        if (share_disturbed(point) < DISTURBED_SHARE)
            continue;
        if (!decides &&
            (less || undisturbed(s, p->point[i]) >= best * (1 - SWEEP_WITHIN)))
            decides = true;
        if (!decides)
            continue;
        snprintf(c->why, sizeof(c->why),
                 "other programs used the machine during %d of the %d runs "
                 "that count at %s, though disturbed runs were done again; "
                 "close them, or try again later",
                 point->disturbed, point->y.n, point->label);
        return true;
    }
    return false;
}

static bool moved(struct sweep *s, struct sweep_curve *c)
{
    double much = s->drift > 0 ? fabs(s->drift - 1) : 0;

    if (much <= DRIFT_MOST || much <= s->drift_by_chance)
        return false;
    snprintf(c->why, sizeof(c->why),
             "the machine did not hold still: the second half of the runs gave "
             "%.0f %% %s than the first, over all points; try again later",
             100 * much, s->drift > 1 ? "more" : "less");
    return true;
}

/* Points that were planned and have nothing to show yet. */
static int missing(const struct sweep *s, int curve)
{
    int n = 0;

    for (int i = 0; i < s->point_count && !s->request.automatic; i++)
        n += s->points[i].curve == curve && s->points[i].y.n == 0 &&
             s->points[i].failed == 0;
    return n;
}

/* --auto ran out of time: one run of a point that decides decides nothing. */
static bool too_few(const struct sweep *s, const struct sweep_curve *c,
                    const struct spot_points *p, int low, int high)
{
    int least = s->request.repeat < AUTO_RUNS ? s->request.repeat : AUTO_RUNS;
    bool few = false;

    for (int i = 0; i < p->count && s->request.automatic; i++)
        if ((i >= low && i <= high) || p->point[i] == c->top)
            few |= p->n[i] + s->points[p->point[i]].failed < least;
    return few;
}

static void judge(struct sweep *s, int curve, const struct spot_points *p,
                  bool interval, int low, int high)
{
    struct sweep_curve *c = &s->curves[curve];
    bool flat = c->best == p->point[0];
    int left = missing(s, curve);

    c->verdict = SWEEP_INCONCLUSIVE;
    if (left > 0)
        snprintf(c->why, sizeof(c->why), "%d of the points %s not been run yet",
                 left, left == 1 ? "has" : "have");
    else if (!interval && s->request.repeat > 1)
        snprintf(c->why, sizeof(c->why),
                 "points were run once so far, so nobody knows how far runs "
                 "lie apart");
    else if (!interval)
        snprintf(c->why, sizeof(c->why),
                 "each point was run once, so nobody knows how far runs lie "
                 "apart; write --repeat 3 or more");
    else if (too_few(s, c, p, low, high))
        snprintf(c->why, sizeof(c->why),
                 "the points that decide have not been run often enough yet; a "
                 "larger --budget allows more");
    else if (too_disturbed(s, curve, p, low, high) || moved(s, c))
        return;
    else if (low == 0 && high == p->count - 1 && !flat)
        snprintf(c->why, sizeof(c->why),
                 "the runs of one point differ as much as the points do: the "
                 "best may lie anywhere; write a larger --repeat than %d, or "
                 "give each run more to do",
                 s->request.repeat);
    else
        c->verdict = SWEEP_FOUND;
}

static void fit_curve(struct sweep *s, int curve)
{
    struct sweep_curve *c = &s->curves[curve];
    const struct sweep_axis *along = &s->request.axis[SWEEP_ALONG];
    struct scale_point points[SCALE_POINTS_MAX];
    bool responses = true;
    int n = 0;

    limit_known(s, curve, &c->known);
    if (strcmp(along->name, "workers") != 0 || !along->numeric ||
        metric_infos[s->request.metric].unit != UNIT_PER_S)
        return;
    for (int i = 0; i < s->trial_count && n < SCALE_POINTS_MAX; i++) {
        const struct sweep_trial *t = &s->trials[i];
        const struct sweep_point *p = &s->points[t->point];
        double ms = metric_get(&t->outcome.metrics, METRIC_LATENCY_MEAN_MS, -1);

        if (p->curve != curve || !t->used || t->outlier || t->y <= 0 ||
            p->x < 1)
            continue;
        responses &= ms > 0;
        c->response_s[n] = ms / 1e3;
        points[n++] = (struct scale_point){p->x, t->y};
    }
    c->known.response_s = responses && n > 0 ? c->response_s : NULL;
    c->has_fits =
        n > 0 && scale_fit_all(&c->fits, points, n, &c->known, NULL) == 0;
}

static int resamples_for(const struct spot_points *p)
{
    int64_t runs = 0, n;

    for (int i = 0; i < p->count; i++)
        runs += p->n[i];
    n = DRAWS / (runs > 0 ? runs : 1);
    if (n > RESAMPLES)
        return RESAMPLES;
    return n < RESAMPLES_LEAST ? RESAMPLES_LEAST : (int)n;
}

static void conclude_curve(struct sweep *s, int curve)
{
    struct sweep_curve *c = &s->curves[curve];
    const struct sweep_axis *along = &s->request.axis[SWEEP_ALONG];
    bool less = sweep_less_is_better(s->request.metric), interval;
    struct spot_points p;
    int top, best, low, high;

    c->verdict = SWEEP_NOTHING;
    c->best = c->top = -1;
    c->low_x = c->high_x = c->speedup = 0;
    c->at_edge = c->has_fits = false;
    c->fits.points = 0;
    c->fits.best = -1;
    c->limit = SCALE_LIMIT_UNKNOWN;
    c->why[0] = c->sentence[0] = '\0';
    if (spot_collect(s, curve, &p) && p.count >= 2) {
        spot_find(p.median, p.count, less, along->numeric, &top, &best);
        c->top = p.point[top];
        c->best = p.point[best];
        low = 0;
        high = p.count - 1;
        interval = spot_interval(&p, less, along->numeric,
                                 (uint64_t)s->request.base.seed,
                                 resamples_for(&p), &low, &high);
        c->low_x = p.x[low];
        c->high_x = p.x[high];
        c->speedup = p.median[0] != 0 ? p.median[best] / p.median[0] : 0;
        fit_curve(s, curve);
        c->limit = limit_of(s, curve);
        c->at_edge = along->numeric && best == p.count - 1 &&
                     c->limit != SCALE_LIMIT_TASKS;
        judge(s, curve, &p, interval, low, high);
    }
    spot_free(&p);
    say_curve(s, curve);
}

void sweep_conclude(struct sweep *s)
{
    for (int i = 0; i < s->point_count; i++)
        conclude_point(s, i);
    find_drift(s);
    for (int c = 0; c < s->curve_count; c++)
        conclude_curve(s, c);
    s->stale = false;
}
