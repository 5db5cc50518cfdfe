/* The models other than the queue's, each brought to least squares and back to
 * its own parameters. Pure; any thread. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "scale/fit_parts.h"
#include "stats/robust.h"

const char *const scale_model_words[] = {"usl",      "amdahl",    "gustafson",
                                         "articles", "quadratic", "rounds",
                                         "queue",    NULL};
const char *const scale_model_titles[] = {"universal scalability law",
                                          "Amdahl's law",
                                          "Gustafson's law",
                                          "articles' T = hn/t + nz/t + o",
                                          "parabola",
                                          "rounds of portions",
                                          "computing and waiting",
                                          NULL};

/* A perfect fit has an infinite likelihood; beyond this it is rounding. */
#define PERFECT 1e-24

/* ---- what all have ----------------------------------------------------------
 */

void scale_set_sse(struct scale_fit *f, const struct scale_levels *l,
                   double sse, int parameters)
{
    double n = l->points, k = parameters; /* the spread, which all have, not */
    double least = PERFECT * n * l->most_x * l->most_x;

    f->computed = true;
    f->parameters = parameters;
    f->freedom = l->points - parameters;
    f->sse = sse;
    f->has_r2 = l->total > least;
    f->r2 = f->has_r2 ? 1 - sse / l->total : 0;
    f->has_rse = l->points > parameters;
    f->rse = f->has_rse ? sqrt(sse / (n - parameters)) : 0;
    /* Hurvich and Tsai 1989 */
    f->aicc = INFINITY;
    if (n - k - 1 > 0)
        f->aicc = n * log(fmax(sse, least) / n) + 2 * k +
                  2 * k * (k + 1) / (n - k - 1);
    f->peak_n = f->peak_x = f->knee_n = f->limit_x = -1;
}

void scale_set(struct scale_fit *f, int i, const char *name, const char *unit,
               double value, double variance, double least, double most)
{
    struct scale_parameter *p = &f->parameter[i];
    double half = 0;

    *p = (struct scale_parameter){.name = name, .unit = unit, .value = value};
    if (variance <= 0 || !isfinite(variance) || !f->has_rse)
        return;
    half = robust_t975(f->freedom) * f->rse * sqrt(variance);
    p->interval = true;
    p->low = fmax(value - half, least);
    p->high = fmin(value + half, most);
}

/* The variance of what changes by @slope with the coefficients. */
static double variance(const struct scale_solution *s, const double *slope)
{
    double sum = 0;

    if (!s->sure)
        return -1;
    for (int j = 0; j < SCALE_TERMS; j++)
        for (int k = 0; k < SCALE_TERMS; k++)
            sum += slope[j] * s->covariance[j][k] * slope[k];
    return sum;
}

static bool refuse(struct scale_fit *f, const char *why)
{
    snprintf(f->why, sizeof(f->why), "%s", why);
    return false;
}

/* ---- the universal law and Amdahl's -----------------------------------------
 */

static bool fit_usl(struct scale_fit *f, const struct scale_levels *l)
{
    struct scale_solution s;
    struct scale_usl u;
    double a;

    if (l->count < 3)
        return refuse(f, "it has three parameters and needs at least three "
                         "different numbers of workers");
    if (scale_usl_solve(l, SCALE_NLS3, 0, &u, &s) < 0)
        return refuse(f, "no rate of one worker can be found: measure with one "
                         "or two workers too");
    a = s.c[0];
    scale_set_sse(f, l, s.sse, 3);
    scale_set(f, 0, "sigma", "", u.sigma,
              s.free[1] ? variance(&s, (double[]){-u.sigma / a, 1 / a, 0}) : -1,
              0, INFINITY);
    scale_set(f, 1, "kappa", "", u.kappa,
              s.free[2] ? variance(&s, (double[]){-u.kappa / a, 0, 1 / a}) : -1,
              0, INFINITY);
    scale_set(f, 2, "lambda", "1/s", u.lambda,
              variance(&s, (double[]){-1 / (a * a), 0, 0}), 0, INFINITY);
    f->peak_n = scale_usl_peak(&u);
    if (f->peak_n >= 0)
        f->peak_x = scale_usl(&u, f->peak_n);
    if (u.sigma > 0) {
        f->knee_n = 1 / u.sigma;
        f->limit_x = u.lambda / u.sigma;
    }
    return true;
}

/* X = m / (u + v m'): two coefficients, either of which may be nought. */
static void two_terms(struct scale_quotient *q)
{
    q->terms = 2;
    for (int j = 0; j < 2; j++) {
        q->least[j] = 0;
        q->fixed[j] = false;
        q->lowest[j] = true;
    }
}

/* X = lambda / (serial + (1 - serial) / n) = n / (u + v n) with serial = v / (u
 * + v), lambda = 1 / (u + v). */
static bool fit_amdahl(struct scale_fit *f, const struct scale_levels *l)
{
    struct scale_quotient q;
    struct scale_solution s;
    double u, v, sum;

    two_terms(&q);
    for (int i = 0; i < l->count; i++) {
        q.m[i] = q.b[i][1] = l->n[i];
        q.b[i][0] = 1;
    }
    if (!scale_quotient_fit(&q, l, &s))
        return refuse(f, "least squares do not converge");
    u = s.c[0];
    v = s.c[1];
    sum = u + v;
    scale_set_sse(f, l, s.sse, 2);
    scale_set(
        f, 0, "serial", "", v / sum,
        s.free[0] && s.free[1]
            ? variance(&s, (double[]){-v / (sum * sum), u / (sum * sum), 0})
            : -1,
        0, 1);
    scale_set(f, 1, "lambda", "1/s", 1 / sum,
              variance(&s, (double[]){-1 / (sum * sum), -1 / (sum * sum), 0}),
              0, INFINITY);
    if (v > 0) {
        f->knee_n = sum / v;
        f->limit_x = 1 / v;
    }
    return true;
}

/* ---- Gustafson's, and the parabola: linear
 * ----------------------------------- */

/* X = lambda (n - serial (n - 1)) = u n + v with serial = v / (u + v), lambda =
 * u + v; neither below nought. */
static bool fit_gustafson(struct scale_fit *f, const struct scale_levels *l)
{
    struct scale_solution s = {0};
    double a[SCALE_TERMS][SCALE_TERMS] = {{0}}, g[SCALE_TERMS] = {0};
    double c[2], sum;

    for (int i = 0; i < l->count; i++) {
        double n = l->n[i], w = l->w[i];

        a[0][0] += w * n * n;
        a[0][1] += w * n;
        a[1][1] += w;
        g[0] += w * n * l->x[i];
        g[1] += w * l->x[i];
    }
    a[1][0] = a[0][1];
    if (!scale_solve(a, g, 2, c, s.covariance))
        return refuse(f, "it needs two different numbers of workers");
    s.sure = s.free[0] = s.free[1] = c[0] > 0 && c[1] > 0;
    if (c[1] <= 0) {
        c[0] = g[0] / a[0][0];
        c[1] = 0;
    } else if (c[0] <= 0) {
        c[0] = 0;
        c[1] = g[1] / a[1][1];
    }
    sum = c[0] + c[1];
    s.sse = l->within;
    for (int i = 0; i < l->count; i++)
        s.sse += l->w[i] * pow(l->x[i] - c[0] * l->n[i] - c[1], 2);
    scale_set_sse(f, l, s.sse, 2);
    scale_set(
        f, 0, "serial", "", c[1] / sum,
        variance(&s, (double[]){-c[1] / (sum * sum), c[0] / (sum * sum), 0}), 0,
        1);
    scale_set(f, 1, "lambda", "1/s", sum, variance(&s, (double[]){1, 1, 0}), 0,
              INFINITY);
    return true;
}

/* y = a x^2 + b x + c, centred and scaled first; @w NULL: each once. With its
 * covariance for the coefficients a, b, c. */
static bool parabola(const double *x, const double *y, const double *w,
                     int count, double *c, double (*covariance)[SCALE_TERMS])
{
    double a[SCALE_TERMS][SCALE_TERMS] = {{0}}, g[SCALE_TERMS] = {0};
    double inverse[SCALE_TERMS][SCALE_TERMS], d[SCALE_TERMS];
    double mean = 0, size = 0, all = 0;

    for (int i = 0; i < count; i++) {
        all += w ? w[i] : 1;
        mean += (w ? w[i] : 1) * (x[i] - mean) / all;
    }
    for (int i = 0; i < count; i++)
        size = fmax(size, fabs(x[i] - mean));
    if (!(size > 0))
        return false;
    for (int i = 0; i < count; i++) {
        double z = (x[i] - mean) / size, b[] = {z * z, z, 1};

        for (int j = 0; j < 3; j++) {
            g[j] += (w ? w[i] : 1) * b[j] * y[i];
            for (int k = 0; k < 3; k++)
                a[j][k] += (w ? w[i] : 1) * b[j] * b[k];
        }
    }
    if (!scale_solve(a, g, 3, d, inverse))
        return false;
    for (int j = 0; j < 2; j++) /* a straight line has no bend of 1e-16 */
        if (fabs(d[j]) < 1e-13 * (fabs(d[0]) + fabs(d[1]) + fabs(d[2])))
            d[j] = 0;
    {
        /* from powers of z to powers of x: each row a coefficient */
        double p = 1 / size, m = mean / size;
        double to[3][3] = {{p * p, 0, 0}, {-2 * m * p, p, 0}, {m * m, -m, 1}};

        for (int i = 0; i < 3; i++) {
            c[i] = 0;
            for (int j = 0; j < 3; j++)
                c[i] += to[i][j] * d[j];
            for (int j = 0; covariance && j < 3; j++) {
                covariance[i][j] = 0;
                for (int k = 0; k < 3; k++)
                    for (int h = 0; h < 3; h++)
                        covariance[i][j] += to[i][k] * inverse[k][h] * to[j][h];
            }
        }
    }
    return true;
}

int scale_fit_parabola(const double *x, const double *y, int count,
                       struct scale_parabola *out)
{
    double c[SCALE_TERMS], mean = 0, sse = 0, sst = 0;

    *out = (struct scale_parabola){0};
    if (count < 3 || !parabola(x, y, NULL, count, c, NULL))
        return -EDOM;
    for (int i = 0; i < count; i++)
        mean += y[i] / count;
    for (int i = 0; i < count; i++) {
        sse += pow(y[i] - (c[0] * x[i] + c[1]) * x[i] - c[2], 2);
        sst += pow(y[i] - mean, 2);
    }
    *out =
        (struct scale_parabola){c[0], c[1], c[2], sst > 0 ? 1 - sse / sst : 1};
    return 0;
}

static bool fit_quadratic(struct scale_fit *f, const struct scale_levels *l)
{
    static const char *const names[] = {"a", "b", "c"};
    struct scale_solution s = {.sure = true, .sse = l->within};
    double c[SCALE_TERMS];

    if (l->count < 3 || !parabola(l->n, l->x, l->w, l->count, c, s.covariance))
        return refuse(f, "it has three parameters and needs at least three "
                         "different numbers of workers");
    for (int i = 0; i < l->count; i++)
        s.sse += l->w[i] *
                 pow(l->x[i] - (c[0] * l->n[i] + c[1]) * l->n[i] - c[2], 2);
    scale_set_sse(f, l, s.sse, 3);
    for (int j = 0; j < 3; j++)
        scale_set(f, j, names[j], "1/s", c[j], s.covariance[j][j], -INFINITY,
                  INFINITY);
    if (c[0] < 0 && c[1] > 0) {
        f->peak_n = -c[1] / (2 * c[0]);
        f->peak_x = c[2] - c[1] * c[1] / (4 * c[0]);
    }
    return true;
}

/* ---- a fixed number of tasks
 * --------------------------------------------------- */

int64_t scale_portion(const struct scale_known *k, double n)
{
    double portions = 4 * fmax(floor(n), 1);

    if (k->chunk_auto)
        return (int64_t)fmax(ceil((double)k->tasks / portions), 1);
    return k->chunk > 0 ? k->chunk : 1;
}

/* X = n / T = t / (h + z + (o / n) t); no more threads than tasks do anything.
 */
static bool fit_articles(struct scale_fit *f, const struct scale_levels *l,
                         const struct scale_known *k)
{
    struct scale_quotient q;
    struct scale_solution s;
    double tasks = (double)k->tasks, z, o;

    if (k->tasks < 1 || !(k->task_s > 0))
        return refuse(f, "it needs the number of tasks and how long one of "
                         "them takes alone");
    two_terms(&q);
    q.least[0] = k->task_s;
    for (int i = 0; i < l->count; i++) {
        q.m[i] = q.b[i][1] = fmin(l->n[i], tasks);
        q.b[i][0] = 1;
    }
    if (!scale_quotient_fit(&q, l, &s))
        return refuse(f, "least squares do not converge");
    z = s.free[0] ? s.c[0] - k->task_s : 0;
    o = s.c[1] * tasks;
    scale_set_sse(f, l, s.sse, 2);
    scale_set(f, 0, "z", "s", z,
              s.free[0] ? variance(&s, (double[]){1, 0, 0}) : -1, 0, INFINITY);
    scale_set(f, 1, "o", "s", o,
              s.free[1] ? variance(&s, (double[]){0, tasks, 0}) : -1, 0,
              INFINITY);
    f->knee_n = tasks;
    f->limit_x = tasks / scale_articles(k->task_s, tasks, tasks, z, o);
    return true;
}

/* X = tasks / (h rounds + o). */
static bool fit_rounds(struct scale_fit *f, const struct scale_levels *l,
                       const struct scale_known *k)
{
    struct scale_quotient q;
    struct scale_solution s;
    double tasks = (double)k->tasks, least;

    if (k->tasks < 1)
        return refuse(f, "it needs a fixed number of tasks");
    two_terms(&q);
    for (int i = 0; i < l->count; i++) {
        q.m[i] = tasks;
        q.b[i][0] = (double)scale_makespan(k->tasks, (int64_t)l->n[i], 1,
                                           scale_portion(k, l->n[i]));
        q.b[i][1] = 1;
    }
    if (!scale_quotient_fit(&q, l, &s))
        return refuse(f, "least squares do not converge");
    scale_set_sse(f, l, s.sse, 2);
    scale_set(f, 0, "task", "s", s.c[0],
              s.free[0] ? variance(&s, (double[]){1, 0, 0}) : -1, 0, INFINITY);
    scale_set(f, 1, "o", "s", s.c[1],
              s.free[1] ? variance(&s, (double[]){0, 1, 0}) : -1, 0, INFINITY);
    least = fmin((double)scale_portion(k, tasks), tasks);
    f->knee_n = ceil(tasks / least);
    if (s.c[0] * least + s.c[1] > 0)
        f->limit_x = tasks / (s.c[0] * least + s.c[1]);
    return true;
}

/* ---- any
 * ------------------------------------------------------------------------- */

bool scale_model_solve(struct scale_fit *f, const struct scale_levels *l,
                       const struct scale_known *k)
{
    static const struct scale_known nothing;

    if (!k)
        k = &nothing;
    switch (f->model) {
    case SCALE_USL:
        return fit_usl(f, l);
    case SCALE_AMDAHL:
        return fit_amdahl(f, l);
    case SCALE_GUSTAFSON:
        return fit_gustafson(f, l);
    case SCALE_ARTICLES:
        return fit_articles(f, l, k);
    case SCALE_QUADRATIC:
        return fit_quadratic(f, l);
    case SCALE_ROUNDS:
        return fit_rounds(f, l, k);
    case SCALE_QUEUE:
        return scale_fit_queue(f, l, k);
    case SCALE_MODELS:
        break;
    }
    return false;
}
