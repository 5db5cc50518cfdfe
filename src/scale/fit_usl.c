/* The universal scalability law and Amdahl's, fitted. Pure; any thread. */
#include <errno.h>
#include <math.h>

#include "scale/fit_parts.h"

/* X = n / (a + b (n - 1) + c n (n - 1)), a = 1 / lambda, b = sigma / lambda, c
 * = kappa / lambda: three coefficients that are nought or more. */
static void usl_quotient(const struct scale_levels *l, struct scale_quotient *q)
{
    q->terms = 3;
    for (int j = 0; j < 3; j++) {
        q->least[j] = 0;
        q->fixed[j] = false;
        q->lowest[j] = j > 0;
    }
    for (int i = 0; i < l->count; i++) {
        double n = l->n[i];

        q->m[i] = n;
        q->b[i][0] = 1;
        q->b[i][1] = n - 1;
        q->b[i][2] = n * (n - 1);
    }
}

/* Gunther's transform, the way from before there was a computer on every desk:
 * N / C - 1 = kappa x (x + 1) + sigma x, x = N - 1, is linear. It weights
 * badly: the low throughputs, and among them the errors of X(1), decide. */
static bool transform(const struct scale_levels *l, double lambda,
                      struct scale_usl *u)
{
    double ss = 0, sk = 0, kk = 0, sy = 0, ky = 0, det;

    for (int i = 0; i < l->count; i++) {
        double n = l->n[i], x = n - 1, k = n * x;
        double y = n * lambda * l->inverse[i] - 1;

        ss += l->w[i] * x * x;
        sk += l->w[i] * x * k;
        kk += l->w[i] * k * k;
        sy += l->w[i] * x * y;
        ky += l->w[i] * k * y;
    }
    det = ss * kk - sk * sk;
    if (!(det > 1e-14 * ss * kk))
        return false;
    u->lambda = lambda;
    u->sigma = (sy * kk - ky * sk) / det;
    u->kappa = (ky * ss - sy * sk) / det;
    if (u->kappa < 0) {
        u->kappa = 0;
        u->sigma = fmax(sy / ss, 0);
    } else if (u->sigma < 0) {
        u->sigma = 0;
        u->kappa = fmax(ky / kk, 0);
    }
    return true;
}

static double squares(const struct scale_levels *l, const struct scale_usl *u)
{
    double sum = l->within;

    for (int i = 0; i < l->count; i++)
        sum += l->w[i] * pow(l->x[i] - scale_usl(u, l->n[i]), 2);
    return sum;
}

int scale_usl_solve(const struct scale_levels *l, enum scale_method method,
                    double fixed_lambda, struct scale_usl *u,
                    struct scale_solution *s)
{
    struct scale_quotient q;

    if (method != SCALE_NLS3 && !(fixed_lambda > 0))
        return -EDOM;
    if (method == SCALE_QUAD) {
        if (!transform(l, fixed_lambda, u))
            return -EDOM;
        *s = (struct scale_solution){.sse = squares(l, u)};
        return 0;
    }
    usl_quotient(l, &q);
    if (method == SCALE_NLS2) {
        q.least[0] = 1 / fixed_lambda;
        q.fixed[0] = true;
    }
    if (!scale_quotient_fit(&q, l, s))
        return -EDOM;
    /* without measurements of few workers, one worker's rate may have no end */
    if (!(s->c[0] * l->most_x > 1e-9))
        return -EDOM;
    *u = (struct scale_usl){.sigma = s->c[1] / s->c[0],
                            .kappa = s->c[2] / s->c[0],
                            .lambda = 1 / s->c[0]};
    return 0;
}

int scale_fit_usl(const struct scale_point *points, int count,
                  enum scale_method method, double fixed_lambda,
                  struct scale_usl *out, double *sse)
{
    struct scale_solution s;
    struct scale_levels l;
    int rc;

    if (count < 1 || count > SCALE_POINTS_MAX)
        return -EDOM;
    for (int i = 0; i < count; i++)
        if (!(points[i].n >= 1) || !(points[i].x > 0) ||
            !isfinite(points[i].n) || !isfinite(points[i].x))
            return -EDOM;
    scale_levels_of(points, count, &l);
    if (l.count < (method == SCALE_NLS3 ? 3 : 2))
        return -EDOM;
    rc = scale_usl_solve(&l, method, fixed_lambda, out, &s);
    if (rc == 0 && sse)
        *sse = s.sse;
    return rc;
}
