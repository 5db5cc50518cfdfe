/* Figures from a few repeated measurements that one bad one cannot spoil.
 * Pure; any thread. */
#ifndef STATS_ROBUST_H
#define STATS_ROBUST_H

#include <stdbool.h>
#include <stdint.h>

/* What @n values say. With n 0 all is 0 and nothing may be shown. */
struct robust {
    int n;
    double median, least, most;
    /* Median absolute deviation x 1.4826: the standard deviation if they are
     * normal. 0 for n < 2. */
    double spread;
    /* The median of what was drawn from lies within low .. high with
     * .confidence (0..1): the tightest pair of ordered values, equally far
     * from both ends, that reaches 95 %; with fewer than six least .. most,
     * and 1 - 2 / 2^n of confidence (Hahn and Meeker, "Statistical Intervals",
     * section 5.2). */
    double low, high, confidence;
};

/* Sorts @values. */
void robust_of(double *values, int n, struct robust *out);
/* Is @x further from the median than 3.5 spreads (Iglewicz and Hoaglin 1993)?
 * Never with fewer than five values, nor within 1 % of the median. */
bool robust_outlier(const struct robust *r, double x);

/* The median of @n > 0 values, which it sorts. */
double robust_median(double *values, int n);
/* Quantile @q (0..1) of @n > 0 sorted values, linear between neighbours. */
double robust_quantile(const double *sorted, int n, double q);

/* Pairs (a, b) of one round each, all above 0: b / a with a 95 % interval, from
 * the logarithms by Student's t; @n < 2: no interval (low = high = 0). */
struct robust_ratio {
    int n;
    double ratio, low, high; /* geometric mean of b/a */
};
void robust_ratio_of(const double *a, const double *b, int n,
                     struct robust_ratio *out);
/* The 97.5 % point of Student's t with @freedom >= 1 degrees of freedom. */
double robust_t975(int freedom);

#endif
