/* What the files of sweep/ share: which run comes next, and what its runs said
 * about a point. Inside sweep/ only. One thread. */
#ifndef SWEEP_PLAN_H
#define SWEEP_PLAN_H

#include "sweep/sweep.h"

/* ---- sweep.c ------------------------------------------------------------- */

/* Runs of @point in @round, done again included. */
struct plan_runs {
    int attempts; /* 0: not run yet */
    bool good;    /* one of them was not disturbed, or gave no figure: enough */
};
struct plan_runs plan_runs(const struct sweep *s, int point, int round);
/* It failed twice and never gave a figure: not run again. */
bool plan_given_up(const struct sweep *s, int point);
void plan_order(const struct sweep *s, int point, int round, int attempt,
                struct sweep_order *out);
/* The first run of @curve, which warms up. False: it is done. */
bool plan_warm_up(const struct sweep *s, int curve, struct sweep_order *out);
/* Where @point stands in the shuffled @round: smaller comes first. */
uint64_t plan_key(const struct sweep *s, int point, int round);
/* Put @number on the axis; it can be. -ENOMEM, -EINVAL: no more room. */
int plan_add(struct sweep *s, const char *value, double number);
int64_t plan_took_ns(const struct sweep *s, int point); /* mean; -1 */

/* ---- outcome.c ----------------------------------------------------------- */

/* Was it disturbed, by the limits in sweep.h? */
bool sweep_disturbed(const struct sweep_outcome *o);
/* The figure of a run that ended well. */
bool sweep_figure(const struct sweep_outcome *o, enum metric metric, double *y);
/* Is less better? Of times and of what should not be. */
bool sweep_less_is_better(enum metric metric);

/* ---- conclude.c ---------------------------------------------------------- */

/* The figures of one point. */
void conclude_point(struct sweep *s, int point);

/* ---- spot.c -------------------------------------------------------------- */

/* The points of a curve that have a figure, along x. */
struct spot_points {
    int count;
    int point[SWEEP_VALUES];
    double x[SWEEP_VALUES];
    double median[SWEEP_VALUES];
    int n[SWEEP_VALUES];     /* used runs */
    double *y[SWEEP_VALUES]; /* they, over their point's median */
};
/* False: no memory. spot_free() it in any case. */
bool spot_collect(const struct sweep *s, int curve, struct spot_points *out);
void spot_free(struct spot_points *p);
/* Index of the best median and of the smallest x within SWEEP_WITHIN. */
void spot_find(const double *median, int count, bool less, bool numeric,
               int *top, int *best);
/* Indices between which the sweet spot lies, 95 %, by @resamples of the runs.
 * False: there is nothing to resample, every point has one run only. */
bool spot_interval(const struct spot_points *p, bool less, bool numeric,
                   uint64_t seed, int resamples, int *low, int *high);

/* ---- limit.c ------------------------------------------------------------- */

enum scale_limit limit_of(const struct sweep *s, int curve);
/* Tasks that a run at @point had; 0: endless. */
int64_t limit_tasks(const struct sweep *s, int point);
void limit_known(const struct sweep *s, int curve, struct scale_known *k);

/* ---- say.c --------------------------------------------------------------- */

void say_curve(const struct sweep *s, int curve);

/* ---- auto.c -------------------------------------------------------------- */

/* Runs of a point before anything is decided by it. */
#define AUTO_RUNS 3
/* As sweep_next(); may put values on the axis. */
bool auto_next(struct sweep *s, struct sweep_order *out);
int64_t auto_left_ns(const struct sweep *s);

#endif
