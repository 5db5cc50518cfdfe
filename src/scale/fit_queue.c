/* Workers that compute and wait, on a number of cores: the queue's model
 * fitted. Its curve has one shape parameter, think / demand, and a height; the
 * shape is searched, the height follows. Pure; any thread. */
#include <math.h>
#include <stdio.h>

#include "scale/fit_parts.h"

#define GRID 16   /* shapes tried first ... */
#define CLOSER 22 /* ... and steps from there: to some 0.01 % */
#define GOLDEN 0.6180339887498949

struct search {
    const struct scale_levels *l;
    int cores;
    double height; /* of the last shape tried */
};

/* The curve bends at @knee = cores (1 + think / demand) workers. Of demand +
 * think = 1. */
static double shape_at(const struct search *s, double knee, double n)
{
    double share = s->cores / knee;

    return scale_repair(share, 1 - share, s->cores, (int)n);
}

static double squares(struct search *s, double log_knee)
{
    double shape[SCALE_POINTS_MAX], knee = exp(log_knee);
    double xg = 0, gg = 0, sum = 0;

    for (int i = 0; i < s->l->count; i++) {
        double g = shape_at(s, knee, s->l->n[i]);

        xg += s->l->w[i] * s->l->x[i] * g;
        gg += s->l->w[i] * g * g;
        shape[i] = g;
    }
    s->height = xg / gg;
    for (int i = 0; i < s->l->count; i++)
        sum += s->l->w[i] * pow(s->l->x[i] - s->height * shape[i], 2);
    return sum;
}

/* From @low .. @high, which hold one valley. */
static double valley(struct search *s, double low, double high)
{
    double a = high - GOLDEN * (high - low), b = low + GOLDEN * (high - low);
    double at_a = squares(s, a), at_b = squares(s, b);

    for (int i = 0; i < CLOSER; i++) {
        if (at_a <= at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - GOLDEN * (high - low);
            at_a = squares(s, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + GOLDEN * (high - low);
            at_b = squares(s, b);
        }
    }
    return (low + high) / 2;
}

/* The Jacobian by differences. */
static bool covariance(const struct search *s, double demand, double think,
                       double (*out)[SCALE_TERMS])
{
    double a[SCALE_TERMS][SCALE_TERMS] = {{0}}, g[SCALE_TERMS] = {0};
    double y[SCALE_TERMS], d = 1e-5 * demand, z = 1e-5 * think;

    for (int i = 0; i < s->l->count; i++) {
        int n = (int)s->l->n[i], c = s->cores;
        double slope[] = {(scale_repair(demand + d, think, c, n) -
                           scale_repair(demand - d, think, c, n)) /
                              (2 * d),
                          (scale_repair(demand, think + z, c, n) -
                           scale_repair(demand, think - z, c, n)) /
                              (2 * z)};

        for (int j = 0; j < 2; j++)
            for (int k = 0; k < 2; k++)
                a[j][k] += s->l->w[i] * slope[j] * slope[k];
    }
    return scale_solve(a, g, 2, y, out);
}

bool scale_fit_queue(struct scale_fit *f, const struct scale_levels *l,
                     const struct scale_known *k)
{
    struct search s = {.l = l, .cores = k->cores};
    double inverse[SCALE_TERMS][SCALE_TERMS], best = INFINITY, sse, share;
    double low = log(k->cores), high, step, at, demand, think;
    bool sure;

    if (k->cores < 1) {
        snprintf(f->why, sizeof(f->why),
                 "it needs the number of cores they compute on");
        return false;
    }
    high = log(20 * fmax(l->n[l->count - 1], k->cores));
    step = (high - low) / GRID;
    at = low;
    for (int i = 0; i <= GRID; i++) {
        sse = squares(&s, low + i * step);
        if (sse < best) {
            best = sse;
            at = low + i * step;
        }
    }
    at = valley(&s, fmax(at - step, low), fmin(at + step, high));
    /* all computing and no waiting is the edge, and simpler */
    if (squares(&s, low) <= squares(&s, at) * (1 + 1e-9))
        at = low;
    sse = squares(&s, at);
    share = k->cores / exp(at);
    demand = share / s.height;
    think = (1 - share) / s.height;
    if (at <= low)
        think = 0;
    sure = think > 0 && at < high - 1e-3 * step &&
           covariance(&s, demand, think, inverse);
    scale_set_sse(f, l, sse + l->within, 2);
    scale_set(f, 0, "demand", "s", demand, sure ? inverse[0][0] : -1, 0,
              INFINITY);
    scale_set(f, 1, "think", "s", think, sure ? inverse[1][1] : -1, 0,
              INFINITY);
    f->knee_n = exp(at);
    f->limit_x = k->cores / demand;
    return true;
}
