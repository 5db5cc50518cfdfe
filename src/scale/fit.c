/* All models fitted to one curve: which of them describe it, and which best.
 * Pure; any thread. */
#include "scale/fit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scale/fit_parts.h"

#define R2_ENOUGH 0.9
#define MISFIT_ENOUGH 0.05 /* of what was measured */
#define TREND_LEAST 0.03   /* less is not worth a word */
#define LETTER_LEAST 0.01
#define REPEATS_RATIO 4 /* of variances: about the 99 % point of F */

/* ---- a model's curve
 * --------------------------------------------------------- */

static double repair_at(const struct scale_fit *f, const struct scale_known *k,
                        double n)
{
    double demand = f->parameter[0].value, think = f->parameter[1].value;
    int whole = (int)n;
    double low = scale_repair(demand, think, k->cores, whole), high;

    if (whole == n)
        return low;
    high = scale_repair(demand, think, k->cores, whole + 1);
    return low + (n - whole) * (high - low);
}

double scale_fit_at(const struct scale_fit *f, const struct scale_known *k,
                    double n)
{
    static const struct scale_known nothing;
    double p = f->parameter[0].value, q = f->parameter[1].value;
    double r = f->parameter[2].value, tasks, t;

    if (!f->computed)
        return NAN;
    k = k ? k : &nothing;
    tasks = (double)k->tasks;
    switch (f->model) {
    case SCALE_USL:
        return scale_usl(&(struct scale_usl){p, q, r}, n);
    case SCALE_AMDAHL:
        return q * scale_amdahl(p, n);
    case SCALE_GUSTAFSON:
        return q * scale_gustafson(p, n);
    case SCALE_ARTICLES:
        t = fmin(n, tasks);
        return tasks / scale_articles(k->task_s, tasks, t, p, q);
    case SCALE_QUADRATIC:
        return (p * n + q) * n + r;
    case SCALE_ROUNDS:
        t = scale_makespan(k->tasks, (int64_t)n, p, scale_portion(k, n));
        return tasks / (t + q);
    case SCALE_QUEUE:
        return repair_at(f, k, n);
    case SCALE_MODELS:
        break;
    }
    return NAN;
}

/* ---- what is left over
 * --------------------------------------------------------- */

struct left_over {
    double off[SCALE_POINTS_MAX]; /* level's mean - model */
    double square;                /* weighted mean of off^2 */
    double neighbours;            /* correlation of neighbours */
    int runs;                     /* of one sign */
    double most;                  /* relative to the model */
};

static void leave_over(const struct scale_fit *f, const struct scale_known *k,
                       const struct scale_levels *l, struct left_over *o)
{
    double all = 0, squares = 0, products = 0;
    int sign = 0;

    *o = (struct left_over){0};
    for (int i = 0; i < l->count; i++) {
        double model = scale_fit_at(f, k, l->n[i]);
        double off = l->x[i] - model;
        int its = (off > 0) - (off < 0);

        o->off[i] = off;
        o->square += l->w[i] * off * off / l->points;
        o->most = fmax(o->most, fabs(off / model));
        all += l->w[i] * l->x[i] * l->x[i] / l->points;
        squares += off * off;
        if (i > 0)
            products += off * o->off[i - 1];
        if (its && its != sign) {
            o->runs++;
            sign = its;
        }
    }
    o->neighbours = squares > 0 ? products / squares : 0;
    o->square /= all;
}

static void write_residuals(struct scale_fit *f, const struct scale_levels *l,
                            const struct left_over *o)
{
    int room = sizeof(f->residuals) - 1;
    int letters = l->count < room ? l->count : room;

    for (int j = 0; j < letters; j++) {
        double off = 0, x = 0;

        for (int i = j * l->count / letters; i < (j + 1) * l->count / letters;
             i++) {
            off += o->off[i];
            x += l->x[i];
        }
        f->residuals[j] = off > LETTER_LEAST * x    ? '+'
                          : off < -LETTER_LEAST * x ? '-'
                                                    : '=';
    }
    f->residuals[letters] = '\0';
}

/* Are the means no further from the model than the repeats are from their
 * means? Lack of fit against pure error (Draper and Smith, "Applied Regression
 * Analysis", section 1.5). */
static bool like_repeats(const struct scale_fit *f,
                         const struct scale_levels *l)
{
    int between = l->count - f->parameters, within = l->points - l->count;
    double lack = f->sse - l->within;

    if (within < 1 || between < 1)
        return false;
    return lack / between <= REPEATS_RATIO * l->within / within;
}

/* A model of k parameters that bends otherwise than the points crosses them
 * about k times, with neighbours on the same side; errors do so seldom. */
static bool has_trend(const struct scale_fit *f, const struct scale_levels *l,
                      const struct left_over *o)
{
    return l->count >= 5 && o->square > TREND_LEAST * TREND_LEAST &&
           o->runs <= f->parameters + 1 && o->neighbours > 0.25;
}

static void tell_trend(struct scale_fit *f, const struct scale_levels *l,
                       const struct left_over *o)
{
    char sides[48] = "";
    int sign = 0;

    for (int i = 0; i < l->count; i++) {
        int its = (o->off[i] > 0) - (o->off[i] < 0);

        if (its == 0 || its == sign)
            continue;
        if (strlen(sides) < sizeof(sides) - 16)
            snprintf(sides + strlen(sides), sizeof(sides) - strlen(sides),
                     "%s%s", sign ? ", then " : "",
                     its > 0 ? "above" : "below");
        sign = its;
    }
    snprintf(f->why, sizeof(f->why),
             "it bends otherwise: with more workers the measurements lie %s "
             "it, up to %.0f %%",
             sides, 100 * o->most);
}

static void judge(struct scale_fit *f, const struct scale_levels *l,
                  const struct scale_known *k)
{
    struct left_over o;
    bool close, like;

    leave_over(f, k, l, &o);
    write_residuals(f, l, &o);
    f->misfit = sqrt(o.square);
    f->peak_refused = f->peak_n > 2 * l->n[l->count - 1];
    like = like_repeats(f, l);
    close =
        like || (f->has_r2 && f->r2 >= R2_ENOUGH) || f->misfit <= MISFIT_ENOUGH;
    if (!close)
        snprintf(f->why, sizeof(f->why),
                 "it explains %.0f %% of the differences and is off by %.0f %% "
                 "on average",
                 f->has_r2 ? fmax(100 * f->r2, 0) : 0, 100 * f->misfit);
    else if (!like && has_trend(f, l, &o))
        tell_trend(f, l, &o);
    else
        f->fits = true;
}

static bool fit_levels(struct scale_fit *out, enum scale_model model,
                       const struct scale_levels *l,
                       const struct scale_known *k)
{
    *out = (struct scale_fit){.model = model, .aicc = INFINITY};
    out->peak_n = out->peak_x = out->knee_n = out->limit_x = -1;
    if (!scale_model_solve(out, l, k))
        return false;
    judge(out, l, k);
    return true;
}

/* ---- all
 * ---------------------------------------------------------------------------
 */

/* Of models that describe equally well the one that knows most of the work: a
 * fixed number of tasks looks like a serial share otherwise. */
static int knowledge(const struct scale_fit *f)
{
    return f->model == SCALE_ROUNDS ? 2 : f->model == SCALE_ARTICLES;
}

static bool better(const struct scale_fit *a, const struct scale_fit *b)
{
    bool plain_a = a->model == SCALE_QUADRATIC;
    bool plain_b = b->model == SCALE_QUADRATIC;

    if (plain_a != plain_b)
        return plain_b;
    if (isfinite(a->aicc) != isfinite(b->aicc))
        return isfinite(a->aicc);
    if (isfinite(a->aicc) && fabs(a->aicc - b->aicc) > 1e-3)
        return a->aicc < b->aicc;
    if (isfinite(a->aicc))
        return knowledge(a) > knowledge(b);
    /* too few points to choose by: the simpler, then the closer */
    if (a->parameters != b->parameters)
        return a->parameters < b->parameters;
    return a->sse < b->sse * (1 - 1e-9);
}

static int check_points(const struct scale_point *points, int count,
                        struct err *err)
{
    double n[3];
    int different = 0;

    if (count > SCALE_POINTS_MAX)
        return err_set(err, -EINVAL,
                       "%d measurements are too many for a fit; up to %d",
                       count, SCALE_POINTS_MAX);
    for (int i = 0; i < count; i++) {
        const struct scale_point *p = &points[i];
        bool known = false;

        if (!(p->n >= 1) || !(p->n <= 1e9))
            return err_set(err, -EINVAL,
                           "%g workers: the models need 1 or more. Averages "
                           "below one, as of sessions, are none",
                           p->n);
        if (!(p->x > 0) || !(p->x <= 1e300))
            return err_set(err, -EINVAL,
                           "a throughput of %g with %g workers: it has to be "
                           "above 0",
                           p->x, p->n);
        for (int j = 0; j < different; j++)
            known |= n[j] == p->n;
        if (!known && different < 3)
            n[different++] = p->n;
    }
    if (different < 3)
        return err_set(err, -EINVAL,
                       "a curve needs at least three different numbers of "
                       "workers, here %s %d",
                       different == 1 ? "is" : "are", different);
    return 0;
}

int scale_fit_all(struct scale_fits *out, const struct scale_point *points,
                  int count, const struct scale_known *k, struct err *err)
{
    struct scale_levels l;
    int rc = check_points(points, count, err);

    out->best = -1;
    out->points = 0;
    out->little = -1;
    if (rc < 0)
        return rc;
    scale_levels_of(points, count, &l);
    out->points = count;
    out->least_n = l.n[0];
    out->most_n = l.n[l.count - 1];
    out->known = k ? *k : (struct scale_known){0};
    for (int i = 0; i < count; i++)
        out->point[i] = points[i];
    if (out->known.response_s) {
        out->little = 0;
        for (int i = 0; i < count; i++)
            out->little += points[i].x * k->response_s[i] / points[i].n / count;
        out->known.response_s = NULL;
    }
    for (int i = 0; i < SCALE_MODELS; i++) {
        struct scale_fit *f = &out->fit[i];

        fit_levels(f, (enum scale_model)i, &l, &out->known);
        if (f->fits && (out->best < 0 || better(f, &out->fit[out->best])))
            out->best = i;
    }
    return 0;
}

bool scale_fit_one(struct scale_fit *out, enum scale_model model,
                   const struct scale_point *points, int count,
                   const struct scale_known *k)
{
    struct scale_levels l;
    struct err err;

    *out = (struct scale_fit){.model = model, .aicc = INFINITY};
    if (check_points(points, count, &err) < 0) {
        snprintf(out->why, sizeof(out->why), "%.*s", (int)sizeof(out->why) - 1,
                 err.text);
        return false;
    }
    scale_levels_of(points, count, &l);
    return fit_levels(out, model, &l, k);
}
