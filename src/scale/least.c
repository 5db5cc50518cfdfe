/* Least squares for throughput that is a quotient: Levenberg and Marquardt's
 * way (Marquardt 1963) from several starts, once for each set of coefficients
 * that may lie at their bounds. Pure; any thread. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "scale/fit_parts.h"

#define STEPS_MAX 80
#define STARTS 3
/* Sums of squares this near to each other, beside that of the data, are the
 * same: then the solution with more coefficients at their bounds is taken. */
#define SAME 1e-20

static int by_n(const void *a, const void *b)
{
    const struct scale_point *p = a, *q = b;

    return (p->n > q->n) - (p->n < q->n);
}

void scale_levels_of(const struct scale_point *points, int count,
                     struct scale_levels *out)
{
    struct scale_point sorted[SCALE_POINTS_MAX];
    double mean = 0;
    int at = -1;

    assert(count >= 1 && count <= SCALE_POINTS_MAX);
    for (int i = 0; i < count; i++)
        sorted[i] = points[i];
    qsort(sorted, (size_t)count, sizeof(*sorted), by_n);
    out->points = count;
    out->within = out->total = out->most_x = 0;
    for (int i = 0; i < count; i++) {
        if (at < 0 || out->n[at] != sorted[i].n) {
            at++;
            out->n[at] = sorted[i].n;
            out->x[at] = out->w[at] = out->inverse[at] = 0;
        }
        out->w[at]++;
        out->x[at] += (sorted[i].x - out->x[at]) / out->w[at];
        out->inverse[at] += (1 / sorted[i].x - out->inverse[at]) / out->w[at];
        mean += (sorted[i].x - mean) / (i + 1);
        out->most_x = fmax(out->most_x, sorted[i].x);
    }
    out->count = at + 1;
    at = 0;
    for (int i = 0; i < count; i++) {
        if (out->n[at] != sorted[i].n)
            at++;
        out->within += pow(sorted[i].x - out->x[at], 2);
        out->total += pow(sorted[i].x - mean, 2);
    }
}

/* ---- a small symmetric system ---------------------------------------------
 */

/* @a = L L^T, in place below the diagonal. */
static bool factor(double a[SCALE_TERMS][SCALE_TERMS], int n)
{
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            a[j][j] -= a[j][k] * a[j][k];
        if (!(a[j][j] > 1e-15))
            return false;
        a[j][j] = sqrt(a[j][j]);
        for (int i = j + 1; i < n; i++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    return true;
}

static void substitute(double a[SCALE_TERMS][SCALE_TERMS], int n, double *y)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            y[i] -= a[i][k] * y[k];
        y[i] /= a[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            y[i] -= a[k][i] * y[k];
        y[i] /= a[i][i];
    }
}

/* Cholesky's way, with the diagonal made 1 first: the columns 1, n - 1 and
 * n (n - 1) differ by powers of ten. */
bool scale_solve(double a[SCALE_TERMS][SCALE_TERMS], const double *g, int n,
                 double *y, double (*inverse)[SCALE_TERMS])
{
    double l[SCALE_TERMS][SCALE_TERMS] = {{0}};
    double size[SCALE_TERMS] = {0}, e[SCALE_TERMS] = {0};

    for (int i = 0; i < n; i++) {
        if (!(a[i][i] > 0) || !isfinite(a[i][i]))
            return false;
        size[i] = sqrt(a[i][i]);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            l[i][j] = a[i][j] / size[i] / size[j];
    if (!factor(l, n))
        return false;
    for (int i = 0; i < n; i++)
        y[i] = g[i] / size[i];
    substitute(l, n, y);
    for (int i = 0; i < n; i++)
        y[i] /= size[i];
    for (int j = 0; inverse && j < n; j++) {
        for (int i = 0; i < n; i++)
            e[i] = i == j;
        substitute(l, n, e);
        for (int i = 0; i < n; i++)
            inverse[i][j] = e[i] / size[i] / size[j];
    }
    return true;
}

/* ---- one set of free coefficients ------------------------------------------
 */

/* The problem with throughput relative to the largest, and what is free. */
struct attempt {
    const struct scale_quotient *q;
    const struct scale_levels *l;
    double unit;                /* x is measured in; coefficients in 1 / unit */
    int of[SCALE_TERMS], count; /* the free coefficients */
};

static double divisor(const struct attempt *t, int i, const double *c)
{
    double d = 0;

    for (int j = 0; j < t->q->terms; j++)
        d += c[j] * t->q->b[i][j];
    return d;
}

static double squares(const struct attempt *t, const double *c)
{
    double sum = 0;

    for (int i = 0; i < t->l->count; i++) {
        double d = divisor(t, i, c);
        double off = t->l->x[i] / t->unit - t->q->m[i] / d;

        if (!(d > 0))
            return INFINITY;
        sum += t->l->w[i] * off * off;
    }
    return sum;
}

/* J^T W J and J^T W r at @c. */
static void normal(const struct attempt *t, const double *c,
                   double a[SCALE_TERMS][SCALE_TERMS], double *g)
{
    double slope[SCALE_TERMS];

    for (int j = 0; j < t->count; j++) {
        g[j] = 0;
        for (int k = 0; k < t->count; k++)
            a[j][k] = 0;
    }
    for (int i = 0; i < t->l->count; i++) {
        double d = divisor(t, i, c), f = t->q->m[i] / d;
        double off = t->l->x[i] / t->unit - f;

        for (int j = 0; j < t->count; j++) {
            slope[j] = -f * t->q->b[i][t->of[j]] / d;
            g[j] += t->l->w[i] * slope[j] * off;
            for (int k = 0; k <= j; k++)
                a[j][k] += t->l->w[i] * slope[j] * slope[k];
        }
    }
    for (int j = 0; j < t->count; j++)
        for (int k = j + 1; k < t->count; k++)
            a[j][k] = a[k][j];
}

/* m / x is linear in the coefficients: fit that, with weights (x / m)^2
 * x^@power / x^2, which for 4 are the fit of x itself where it is good. */
static void start_at(const struct attempt *t, int power, double *c)
{
    double a[SCALE_TERMS][SCALE_TERMS] = {{0}}, g[SCALE_TERMS] = {0};
    double y[SCALE_TERMS];

    for (int i = 0; i < t->l->count; i++) {
        const double *b = t->q->b[i];
        double x = t->l->x[i] / t->unit, m = t->q->m[i];
        double weight = t->l->w[i] * pow(x, power) / (m * m);
        double rest = m / x;

        for (int j = 0; j < t->q->terms; j++)
            rest -= c[j] * b[j]; /* the fixed ones; the others are 0 yet */
        for (int j = 0; j < t->count; j++) {
            g[j] += weight * b[t->of[j]] * rest;
            for (int k = 0; k < t->count; k++)
                a[j][k] += weight * b[t->of[j]] * b[t->of[k]];
        }
    }
    if (!scale_solve(a, g, t->count, y, NULL))
        for (int j = 0; j < t->count; j++)
            y[j] = a[j][j] > 0 ? g[j] / a[j][j] / t->count : 0;
    for (int j = 0; j < t->count; j++)
        c[t->of[j]] = fmax(y[j], t->q->least[t->of[j]] * t->unit);
}

/* Downhill from @c to where it ends. */
static double descend(const struct attempt *t, double *c)
{
    double a[SCALE_TERMS][SCALE_TERMS] = {{0}};
    double damped[SCALE_TERMS][SCALE_TERMS] = {{0}};
    double g[SCALE_TERMS] = {0}, y[SCALE_TERMS] = {0}, next[SCALE_TERMS];
    double now = squares(t, c), damping = 1e-4, then;
    double moved, gain;
    bool stay = false;

    for (int step = 0; step < STEPS_MAX && damping < 1e14; step++) {
        if (!stay)
            normal(t, c, a, g);
        for (int j = 0; j < t->count; j++) {
            for (int k = 0; k < t->count; k++)
                damped[j][k] = a[j][k];
            damped[j][j] *= 1 + damping;
        }
        stay = true;
        damping *= 8;
        if (!scale_solve(damped, g, t->count, y, NULL))
            continue;
        moved = gain = 0;
        for (int j = 0; j < t->q->terms; j++)
            next[j] = c[j];
        for (int j = 0; j < t->count; j++) {
            int at = t->of[j];

            gain += y[j] * g[j];
            next[at] = fmax(c[at] + y[j], t->q->least[at] * t->unit);
            moved = fmax(moved, fabs(next[at] - c[at]) /
                                    (fabs(next[at]) + fabs(c[at]) + 1e-300));
        }
        then = squares(t, next);
        if (then <= now) {
            stay = false;
            damping /= 8 * 20;
            if (damping < 1e-16)
                damping = 0;
            now = then;
            for (int j = 0; j < t->q->terms; j++)
                c[j] = next[j];
        } else if (damping < 1e-12) {
            damping = 1e-12;
        }
        if (moved < 1e-14 || gain <= 1e-19 * now)
            break;
    }
    return now;
}

/* ---- all sets ---------------------------------------------------------------
 */

static void free_ones(struct attempt *t, unsigned free)
{
    t->count = 0;
    for (int j = 0; j < t->q->terms; j++)
        if (free & 1u << j)
            t->of[t->count++] = j;
}

static void try_set(const struct attempt *t, unsigned free,
                    struct scale_solution *best, bool *any)
{
    double same = SAME * t->l->most_x * t->l->most_x * t->l->points;
    double c[SCALE_TERMS], sse;

    for (int start = 0; start < STARTS; start++) {
        for (int j = 0; j < t->q->terms; j++)
            c[j] = free & 1u << j ? 0 : t->q->least[j] * t->unit;
        start_at(t, 4 - 2 * start, c);
        sse = t->count ? descend(t, c) : squares(t, c);
        sse = sse * t->unit * t->unit + t->l->within;
        if (!isfinite(sse))
            continue;
        if (*any && !(sse < best->sse * (1 - 1e-12) - same))
            continue;
        *any = true;
        best->sse = sse;
        for (int j = 0; j < t->q->terms; j++) {
            best->free[j] = free & 1u << j && c[j] > t->q->least[j] * t->unit;
            best->c[j] = best->free[j] ? c[j] / t->unit : t->q->least[j];
        }
    }
}

static void find_covariance(struct attempt *t, struct scale_solution *s)
{
    double a[SCALE_TERMS][SCALE_TERMS], g[SCALE_TERMS], y[SCALE_TERMS];
    double inverse[SCALE_TERMS][SCALE_TERMS], c[SCALE_TERMS] = {0};
    unsigned free = 0;

    for (int j = 0; j < t->q->terms; j++) {
        c[j] = s->c[j] * t->unit;
        free |= s->free[j] ? 1u << j : 0;
    }
    free_ones(t, free);
    normal(t, c, a, g);
    s->sure = t->count > 0 && scale_solve(a, g, t->count, y, inverse);
    for (int j = 0; s->sure && j < t->count; j++)
        for (int k = 0; k < t->count; k++)
            s->covariance[t->of[j]][t->of[k]] = inverse[j][k] / pow(t->unit, 4);
}

/* Fewer free coefficients come first: a larger set has to be better to be
 * taken. */
bool scale_quotient_fit(const struct scale_quotient *q,
                        const struct scale_levels *l,
                        struct scale_solution *out)
{
    struct attempt t = {.q = q, .l = l, .unit = l->most_x};
    bool any = false;

    *out = (struct scale_solution){0};
    for (int size = 0; size <= q->terms; size++) {
        for (unsigned free = 0; free < 1u << q->terms; free++) {
            bool allowed = __builtin_popcount(free) == size;

            for (int j = 0; j < q->terms; j++)
                if (free & 1u << j ? q->fixed[j]
                                   : !q->fixed[j] && !q->lowest[j])
                    allowed = false;
            if (!allowed || size > l->count)
                continue;
            free_ones(&t, free);
            try_set(&t, free, out, &any);
        }
    }
    if (any)
        find_covariance(&t, out);
    return any;
}
