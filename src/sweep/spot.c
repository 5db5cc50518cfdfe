/* The sweet spot of a curve and where else it may be: resampling of the runs
 * (Efron 1979). Pure; any thread. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "stats/robust.h"
#include "sweep/plan.h"

bool spot_collect(const struct sweep *s, int curve, struct spot_points *out)
{
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];
        int at = out->count, n = 0;

        if (p->curve != curve || p->y.n == 0)
            continue;
        out->y[at] = calloc((size_t)p->y.n, sizeof(double));
        if (out->y[at] == NULL)
            return false;
        for (int k = 0; k < s->trial_count && n < p->y.n; k++)
            if (s->trials[k].point == i && s->trials[k].used)
                out->y[at][n++] =
                    p->y.median != 0 ? s->trials[k].y / p->y.median : 1;
        out->n[at] = n;
        out->point[at] = i;
        out->x[at] = p->x;
        out->median[at] = p->y.median;
        out->count++;
    }
    return true;
}

void spot_free(struct spot_points *p)
{
    for (int i = 0; i < p->count; i++)
        free(p->y[i]);
    memset(p, 0, sizeof(*p));
}

void spot_find(const double *median, int count, bool less, bool numeric,
               int *top, int *best)
{
    *top = 0;
    for (int i = 1; i < count; i++)
        if (less ? median[i] < median[*top] : median[i] > median[*top])
            *top = i;
    *best = *top;
    /* With words along x there is no fewest. */
    for (int i = *top - 1; i >= 0 && numeric; i--) {
        double bar =
            median[*top] * (less ? 1 + SWEEP_WITHIN : 1 - SWEEP_WITHIN);

        if (less ? median[i] <= bar : median[i] >= bar)
            *best = i;
    }
}

/* How far runs lie from their point's median, all points together. The median
 * of a few lies nearer to them than that of what they were drawn from, by
 * about sqrt(n / (n - 1)). */
struct pool {
    double *off;
    int count;
};

static bool pool_make(struct pool *pool, const struct spot_points *p)
{
    int all = 0;

    pool->count = 0;
    for (int i = 0; i < p->count; i++)
        all += p->n[i];
    pool->off = calloc((size_t)all + 1, sizeof(double));
    if (pool->off == NULL)
        return false;
    for (int i = 0; i < p->count; i++) {
        double wider = sqrt(p->n[i] / (p->n[i] - 1.0));

        for (int k = 0; k < p->n[i] && p->n[i] > 1; k++)
            pool->off[pool->count++] = (p->y[i][k] - 1) * wider;
    }
    return pool->count > 0;
}

#define MOST_RUNS 128

/* A median that point @i might have had. Its own runs say most about it, but
 * few of them may lie together by luck, so half are drawn from all. */
static double redraw(const struct spot_points *p, int i,
                     const struct pool *pool, uint64_t *state)
{
    double values[MOST_RUNS];
    int n = p->n[i] < MOST_RUNS ? p->n[i] : MOST_RUNS;
    double wider = n > 1 ? sqrt(n / (n - 1.0)) : 0;

    for (int k = 0; k < n; k++) {
        /* The highest bit chooses where from, the next 31 which. */
        uint64_t drawn = random_next(state) >> 32;
        uint64_t place = drawn & 0x7fffffff;

        if (n > 1 && drawn >> 31)
            values[k] = (p->y[i][place * (uint64_t)n >> 31] - 1) * wider;
        else
            values[k] = pool->off[place * (uint64_t)pool->count >> 31];
    }
    return p->median[i] * (1 + robust_median(values, n));
}

/* Points that no draw can bring near the best keep their medians. */
static void find_idle(const struct spot_points *p, const struct pool *pool,
                      bool less, bool idle[])
{
    double least = 0, most = 0;
    int top, best;

    for (int i = 0; i < pool->count; i++) {
        least = fmin(least, pool->off[i]);
        most = fmax(most, pool->off[i]);
    }
    spot_find(p->median, p->count, less, false, &top, &best);
    for (int i = 0; i < p->count; i++)
        idle[i] = less ? p->median[i] * (1 + least) >
                             p->median[top] * (1 + most) * (1 + SWEEP_WITHIN)
                       : p->median[i] * (1 + most) <
                             p->median[top] * (1 + least) * (1 - SWEEP_WITHIN);
}

bool spot_interval(const struct spot_points *p, bool less, bool numeric,
                   uint64_t seed, int resamples, int *low, int *high)
{
    int hits[SWEEP_VALUES] = {0};
    double median[SWEEP_VALUES];
    bool idle[SWEEP_VALUES];
    uint64_t state = seed;
    struct pool pool;
    int below = 0, above = 0;

    if (!pool_make(&pool, p)) {
        free(pool.off);
        return false;
    }
    find_idle(p, &pool, less, idle);
    for (int r = 0; r < resamples; r++) {
        int top, best;

        for (int i = 0; i < p->count; i++)
            median[i] = idle[i] ? p->median[i] : redraw(p, i, &pool, &state);
        spot_find(median, p->count, less, numeric, &top, &best);
        hits[best]++;
    }
    free(pool.off);
    *low = 0;
    *high = p->count - 1;
    for (; below + hits[*low] < 0.025 * resamples; (*low)++)
        below += hits[*low];
    for (; above + hits[*high] < 0.025 * resamples; (*high)--)
        above += hits[*high];
    return true;
}
