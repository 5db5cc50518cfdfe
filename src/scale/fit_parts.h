/* What the files that fit share: measurements gathered by the number of
 * workers, and least squares for throughput that is a quotient. Pure; any
 * thread. */
#ifndef SCALE_FIT_PARTS_H
#define SCALE_FIT_PARTS_H

#include "scale/fit.h"

/* Measurements with the same n are fitted as their mean, weighted by their
 * number: the same least squares, with fewer terms. */
struct scale_levels {
    int count, points;
    double n[SCALE_POINTS_MAX];       /* ascending, all different */
    double x[SCALE_POINTS_MAX];       /* mean */
    double w[SCALE_POINTS_MAX];       /* how many */
    double inverse[SCALE_POINTS_MAX]; /* mean of 1 / x */
    double within;                    /* squares about the means: pure error */
    double total;                     /* squares about the mean of all */
    double most_x;
};
/* @count is 1 .. SCALE_POINTS_MAX. */
void scale_levels_of(const struct scale_point *points, int count,
                     struct scale_levels *out);

/* X(n) = m(n) / (c0 b0(n) + c1 b1(n) + ...): what all the laws of a fixed
 * amount of work come to. Coefficients are least[] or more. */
#define SCALE_TERMS 3
struct scale_quotient {
    int terms;
    double least[SCALE_TERMS];
    bool fixed[SCALE_TERMS];    /* stays at least[] */
    bool lowest[SCALE_TERMS];   /* may come to lie at least[] */
    double m[SCALE_POINTS_MAX]; /* of each level */
    double b[SCALE_POINTS_MAX][SCALE_TERMS];
};
/* A solution, and how sure: the covariance for a standard error of 1. */
struct scale_solution {
    double c[SCALE_TERMS];
    bool free[SCALE_TERMS]; /* not at its bound */
    double sse;             /* over all points, not only the means */
    double covariance[SCALE_TERMS][SCALE_TERMS];
    bool sure; /* the covariance is there */
};
bool scale_quotient_fit(const struct scale_quotient *q,
                        const struct scale_levels *l,
                        struct scale_solution *out);

/* Solve the symmetric system @a y = @g of @n <= SCALE_TERMS unknowns, and give
 * the inverse if @inverse. False: singular. */
bool scale_solve(double a[SCALE_TERMS][SCALE_TERMS], const double *g, int n,
                 double *y, double (*inverse)[SCALE_TERMS]);

/* The universal law; @method and @fixed_lambda as for scale_fit_usl(). */
int scale_usl_solve(const struct scale_levels *l, enum scale_method method,
                    double fixed_lambda, struct scale_usl *u,
                    struct scale_solution *s);

/* Fill everything of @f but .fits, .why (if computed) and the residuals. False
 * with .why: cannot be computed. */
bool scale_model_solve(struct scale_fit *f, const struct scale_levels *l,
                       const struct scale_known *k);
/* The parameter @i is @name, @value, of variance @variance x rse^2 (negative:
 * nothing known of it), within @least .. @most. */
void scale_set(struct scale_fit *f, int i, const char *name, const char *unit,
               double value, double variance, double least, double most);
/* SSE is known, and all parameters will be: what follows from it. */
void scale_set_sse(struct scale_fit *f, const struct scale_levels *l,
                   double sse, int parameters);
bool scale_fit_queue(struct scale_fit *f, const struct scale_levels *l,
                     const struct scale_known *k);

/* Tasks in a portion with @n workers. */
int64_t scale_portion(const struct scale_known *k, double n);

#endif
