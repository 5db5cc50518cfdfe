/* Which run of a sweep comes next, and taking in what the runs gave. What
 * follows from them: conclude.c. Whoever drives the sweep; one thread. */
#include "sweep/sweep.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "sweep/axis.h"
#include "sweep/plan.h"

/* A point that failed so often and never gave a figure is left alone. */
#define GIVE_UP 2

/* ---- points ------------------------------------------------------------- */

static int fill_point(const struct sweep *s, struct sweep_point *p, int curve,
                      int value, struct err *err)
{
    const struct sweep_axis *along = &s->request.axis[SWEEP_ALONG];
    const struct sweep_axis *family = &s->request.axis[SWEEP_FAMILY];

    p->curve = curve;
    p->value = value;
    p->x = along->numeric ? along->number[value] : value + 1;
    p->typical = -1;
    p->cores_busy = -1;
    snprintf(p->label, sizeof(p->label), "%s", along->value[value]);
    return sweep_spec(&s->request, along->value[value],
                      family->count > 0 ? family->value[curve] : NULL, &p->spec,
                      err);
}

/* Where the point of old @p is among the new ones. */
static int find_point(const struct sweep *s, const struct sweep_point *p)
{
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == p->curve &&
            strcmp(s->points[i].label, p->label) == 0)
            return i;
    return -1;
}

/* Make the points anew from the request; the trials follow theirs. */
static int build_points(struct sweep *s, struct err *err)
{
    struct sweep_point *old = s->points;
    int values = s->request.axis[SWEEP_ALONG].count;
    int old_count = s->point_count, count = s->curve_count * values;
    struct sweep_point *points = calloc((size_t)count + 1, sizeof(*points));
    int rc = 0;

    if (points == NULL)
        return err_set(err, -ENOMEM, "no memory for the points: %m");
    for (int i = 0; i < count && rc == 0; i++)
        rc = fill_point(s, &points[i], i / values, i % values, err);
    if (rc < 0) {
        free(points);
        return rc;
    }
    s->points = points;
    s->point_count = count;
    for (int i = 0; i < s->trial_count; i++)
        s->trials[i].point = find_point(s, &old[s->trials[i].point]);
    for (int i = 0; i < old_count; i++)
        points[find_point(s, &old[i])].asked = old[i].asked;
    free(old);
    return 0;
}

bool sweep_computed(const struct sweep *s)
{
    return s->request.base.on[0] != '\0' ||
           strcmp(s->request.axis[SWEEP_ALONG].name, "on") == 0;
}

struct sweep *sweep_new(const struct sweep_request *r, const struct machine *m,
                        struct err *err)
{
    const struct sweep_axis *family = &r->axis[SWEEP_FAMILY];
    struct sweep *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        err_set(err, -ENOMEM, "no memory for the sweep: %m");
        return NULL;
    }
    s->request = *r;
    s->machine = *m;
    if (r->base.on[0] && spec_check_on)
        spec_check_on(&r->base, &s->machine, NULL);
    s->curve_count = family->count > 0 ? family->count : 1;
    s->curves = calloc((size_t)s->curve_count, sizeof(*s->curves));
    if (s->curves == NULL)
        err_set(err, -ENOMEM, "no memory for the sweep: %m");
    if (s->curves == NULL || build_points(s, err) < 0) {
        sweep_free(s);
        return NULL;
    }
    for (int c = 0; c < family->count; c++)
        snprintf(s->curves[c].label, sizeof(s->curves[c].label), "%s",
                 family->value[c]);
    sweep_conclude(s);
    return s;
}

void sweep_free(struct sweep *s)
{
    if (s == NULL)
        return;
    free(s->points);
    free(s->curves);
    free(s->trials);
    free(s);
}

int plan_add(struct sweep *s, const char *value, double number)
{
    struct sweep_axis *a = &s->request.axis[SWEEP_ALONG];
    struct sweep_axis was = *a;
    int rc;

    if (a->count == SWEEP_VALUES ||
        (a->count + 1) * s->curve_count > SWEEP_POINTS)
        return -EINVAL;
    axis_add(a, value, number);
    axis_sort(a);
    rc = build_points(s, NULL);
    if (rc < 0)
        *a = was;
    return rc;
}

int sweep_add_value(struct sweep *s, const char *value, struct err *err)
{
    struct sweep_axis *a = &s->request.axis[SWEEP_ALONG];
    struct text canonical = {0}, other = {0};
    bool numeric, there = false;
    double number;
    int rc;

    rc = axis_value(a->name, value, &s->request.base, &canonical, &numeric,
                    &number, err);
    if (rc == 0 && a->numeric && a->count > 0 && !numeric)
        rc = err_set(err, -EINVAL,
                     "%.40s is no number, and the other values of %s are",
                     value, a->name);
    for (int i = 0; i < a->count && rc == 0 && !there; i++) {
        other.len = 0;
        axis_value_of(a->name, &s->points[i].spec, &other);
        there = strcmp(text_str(&other), text_str(&canonical)) == 0;
    }
    if (there)
        rc = err_set(err, -EEXIST, "%s=%s is there already", a->name, value);
    if (rc == 0)
        rc = sweep_check_value(&s->request, value, &s->machine, err);
    if (rc == 0) {
        rc = plan_add(s, value, number);
        if (rc == -EINVAL)
            err_set(err, rc, "a sweep has up to %d values and %d points",
                    SWEEP_VALUES, SWEEP_POINTS);
        else if (rc < 0)
            err_set(err, rc, "no memory for another point");
    }
    for (int i = 0; i < s->point_count && rc == 0; i++)
        s->points[i].asked |= strcmp(s->points[i].label, value) == 0;
    if (rc == 0)
        sweep_conclude(s);
    text_fini(&canonical);
    text_fini(&other);
    return rc;
}

/* ---- the order ---------------------------------------------------------- */

struct plan_runs plan_runs(const struct sweep *s, int point, int round)
{
    struct plan_runs runs = {0};

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];

        if (t->point != point || t->round != round)
            continue;
        if (t->attempt >= runs.attempts)
            runs.attempts = t->attempt + 1;
        runs.good |= !t->disturbed || !t->has_y;
    }
    return runs;
}

bool plan_given_up(const struct sweep *s, int point)
{
    int failed = 0;

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];

        if (t->point != point || t->round < 0)
            continue;
        if (t->has_y)
            return false;
        failed++;
    }
    return failed >= GIVE_UP;
}

void plan_order(const struct sweep *s, int point, int round, int attempt,
                struct sweep_order *out)
{
    *out = (struct sweep_order){.point = point,
                                .round = round,
                                .attempt = attempt,
                                .spec = s->points[point].spec};
}

bool plan_warm_up(const struct sweep *s, int curve, struct sweep_order *out)
{
    bool workers = strcmp(s->request.axis[SWEEP_ALONG].name, "workers") == 0;
    int first = -1;

    for (int i = 0; i < s->trial_count; i++)
        if (s->trials[i].round < 0 &&
            s->points[s->trials[i].point].curve == curve)
            return false;
    /* As many workers as cores: nothing that takes long. */
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];

        if (p->curve == curve &&
            (first < 0 || (workers && p->x <= s->machine.cpus_allowed)))
            first = i;
    }
    if (first < 0)
        return false;
    plan_order(s, first, -1, 0, out);
    return true;
}

/* By names, not by places: a value that is added later changes nothing about
 * the order of the others. FNV-1a (Fowler, Noll, Vo), then splitmix64. */
uint64_t plan_key(const struct sweep *s, int point, int round)
{
    const struct sweep_point *p = &s->points[point];
    const char *names[] = {s->curves[p->curve].label, p->label};
    uint64_t state = UINT64_C(0xcbf29ce484222325);

    for (int i = 0; i < 2; i++) {
        for (const char *c = names[i]; *c != '\0'; c++)
            state = (state ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
        state = (state ^ 0xff) * UINT64_C(0x100000001b3);
    }
    state ^= (uint64_t)s->request.base.seed * UINT64_C(0xd1342543de82ef95);
    state += (uint64_t)(round + 1) * UINT64_C(0xaf251af3b0f025b5);
    random_next(&state);
    return random_next(&state);
}

/* Runs by point and round, for one look at the whole plan. */
static struct plan_runs *count_runs(const struct sweep *s)
{
    size_t rounds = (size_t)s->request.repeat;
    struct plan_runs *all =
        calloc((size_t)s->point_count * rounds + 1, sizeof(*all));

    for (int i = 0; i < s->trial_count && all != NULL; i++) {
        const struct sweep_trial *t = &s->trials[i];
        struct plan_runs *runs;

        if (t->round < 0 || t->round >= s->request.repeat)
            continue;
        runs = &all[(size_t)t->point * rounds + (size_t)t->round];
        if (t->attempt >= runs->attempts)
            runs->attempts = t->attempt + 1;
        runs->good |= !t->disturbed || !t->has_y;
    }
    return all;
}

/* The point of @round that comes first among those with @attempts runs so far,
 * all of them disturbed; -1: none. */
static int next_of(const struct sweep *s, const struct plan_runs *all,
                   int round, int attempts)
{
    uint64_t first = 0;
    int found = -1;

    for (int i = 0; i < s->point_count; i++) {
        const struct plan_runs *runs = &all[i * s->request.repeat + round];
        uint64_t key;

        if (runs->attempts != attempts || runs->good || plan_given_up(s, i))
            continue;
        key = plan_key(s, i, round);
        if (found < 0 || key < first) {
            found = i;
            first = key;
        }
    }
    return found;
}

static bool planned_next(const struct sweep *s, struct sweep_order *out)
{
    struct plan_runs *all = count_runs(s);
    bool found = false;

    for (int c = 0; c < s->curve_count && all != NULL && !found; c++)
        found = plan_warm_up(s, c, out);
    for (int round = 0; round < s->request.repeat && all && !found; round++) {
        /* Every point once; then, at its end, disturbed ones again. */
        for (int attempt = 0; attempt <= SWEEP_AGAIN && !found; attempt++) {
            int point = next_of(s, all, round, attempt);

            found = point >= 0;
            if (found)
                plan_order(s, point, round, attempt, out);
        }
    }
    free(all);
    return found;
}

bool sweep_next(struct sweep *s, struct sweep_order *out)
{
    if (s->stale)
        sweep_conclude(s);
    return s->request.automatic ? auto_next(s, out) : planned_next(s, out);
}

/* ---- what came of it ---------------------------------------------------- */

static bool same_values(const struct sweep *s, const struct spec *spec,
                        const struct sweep_point *p)
{
    bool same = true;

    for (int i = 0; i < SWEEP_AXES && same; i++) {
        const struct sweep_axis *a = &s->request.axis[i];
        struct text mine = {0}, theirs = {0};

        if (a->name[0] == '\0')
            continue;
        axis_value_of(a->name, &p->spec, &mine);
        axis_value_of(a->name, spec, &theirs);
        same = strcmp(text_str(&mine), text_str(&theirs)) == 0;
        text_fini(&mine);
        text_fini(&theirs);
    }
    return same;
}

/* spec_check() made a number of "auto". */
static bool same_when_checked(const struct sweep *s, const struct spec *spec,
                              const struct sweep_point *p)
{
    struct sweep_point checked = *p;
    struct err err;

    return spec_check(&checked.spec, &s->machine, &err) == 0 &&
           same_values(s, spec, &checked);
}

static int point_of(const struct sweep *s, const struct sweep_order *o)
{
    bool there = o->point >= 0 && o->point < s->point_count;

    if (there &&
        (o->spec.scale == 0 || same_values(s, &o->spec, &s->points[o->point]) ||
         same_when_checked(s, &o->spec, &s->points[o->point])))
        return o->point;
    for (int i = 0; i < s->point_count; i++)
        if (same_values(s, &o->spec, &s->points[i]))
            return i;
    return -1;
}

/* A value that was put on the axis after the request, now in a kept run. */
static int point_made(struct sweep *s, const struct sweep_order *o)
{
    const struct sweep_axis *a = &s->request.axis[SWEEP_ALONG];
    struct text value = {0}, canonical = {0};
    double number = 0;
    bool numeric = false;
    int rc;

    axis_value_of(a->name, &o->spec, &value);
    rc = axis_value(a->name, text_str(&value), &s->request.base, &canonical,
                    &numeric, &number, NULL);
    for (int i = 0; i < a->count && rc == 0; i++)
        if (strcmp(a->value[i], text_str(&value)) == 0)
            rc = -EINVAL; /* so it is the other axis that does not know it */
    if (rc == 0 && numeric == a->numeric)
        rc = plan_add(s, text_str(&value), number);
    text_fini(&value);
    text_fini(&canonical);
    return rc < 0 ? rc : point_of(s, o);
}

static struct sweep_trial *add_trial(struct sweep *s)
{
    if (s->trial_count == s->trial_cap) {
        int cap = s->trial_cap > 0 ? 2 * s->trial_cap : 64;
        void *more = realloc(s->trials, (size_t)cap * sizeof(*s->trials));

        if (more == NULL)
            return NULL;
        s->trials = more;
        s->trial_cap = cap;
    }
    return &s->trials[s->trial_count++];
}

int sweep_take(struct sweep *s, const struct sweep_order *o,
               const struct sweep_outcome *outcome)
{
    struct sweep_order next;
    struct sweep_trial *t;
    int point = point_of(s, o);

    if (outcome->verdict == VERDICT_INTERRUPTED)
        return 0; /* as if it had not been: it is asked for again */
    if (point < 0)
        point = point_made(s, o);
    if (point < 0)
        return point == -ENOMEM ? -ENOMEM : -EINVAL;
    for (int i = 0; i < s->trial_count; i++)
        if (s->trials[i].point == point && s->trials[i].round == o->round &&
            s->trials[i].attempt == o->attempt)
            return 0; /* handed in twice */
    t = add_trial(s);
    if (t == NULL)
        return -ENOMEM;
    *t = (struct sweep_trial){.point = point,
                              .round = o->round,
                              .attempt = o->attempt,
                              .outcome = *outcome};
    t->has_y = sweep_figure(outcome, s->request.metric, &t->y);
    t->disturbed = sweep_disturbed(outcome);
    s->spent_ns += outcome->took_ns;
    conclude_point(s, point);
    s->stale = true;
    if (!s->request.automatic &&
        s->trial_count >= s->point_count * s->request.repeat &&
        !planned_next(s, &next))
        sweep_conclude(s);
    return 0;
}

/* ---- how far it is ------------------------------------------------------ */

int64_t plan_took_ns(const struct sweep *s, int point)
{
    int64_t sum = 0, n = 0;

    for (int i = 0; i < s->trial_count; i++) {
        if (s->trials[i].point != point)
            continue;
        sum += s->trials[i].outcome.took_ns;
        n++;
    }
    return n > 0 ? sum / n : -1;
}

int64_t sweep_left_ns(const struct sweep *s)
{
    struct plan_runs *all;
    int64_t left = 0, mean;

    if (s->trial_count == 0)
        return -1;
    if (s->request.automatic)
        return auto_left_ns(s);
    all = count_runs(s);
    if (all == NULL)
        return -1;
    mean = s->spent_ns / s->trial_count;
    for (int i = 0; i < s->point_count; i++) {
        int64_t took = plan_took_ns(s, i);

        if (plan_given_up(s, i))
            continue;
        for (int round = 0; round < s->request.repeat; round++)
            if (all[i * s->request.repeat + round].attempts == 0)
                left += took >= 0 ? took : mean;
    }
    free(all);
    return left;
}

void sweep_progress(const struct sweep *s, int *done, int *planned)
{
    *done = 0;
    *planned = 0;
    if (s->request.automatic) {
        for (int i = 0; i < s->trial_count; i++)
            *done += s->trials[i].attempt == 0;
        return;
    }
    for (int i = 0; i < s->trial_count; i++)
        *done += s->trials[i].attempt == 0;
    for (int c = 0; c < s->curve_count; c++)
        *planned += 1;
    for (int i = 0; i < s->point_count; i++) {
        int mine = 0;

        for (int k = 0; k < s->trial_count; k++)
            mine += s->trials[k].point == i && s->trials[k].attempt == 0 &&
                    s->trials[k].round >= 0;
        *planned += plan_given_up(s, i) ? mine : s->request.repeat;
    }
}
