/* Figures from a few repeated measurements that one bad one cannot spoil. Pure;
 * any thread. */
#include "stats/robust.h"

#include <math.h>
#include <stdlib.h>

#define NORMAL 1.4826 /* median absolute deviation -> standard deviation */
#define OUTLIER_SPREADS 3.5
#define OUTLIER_SHARE 0.01 /* nearer to the median is never an outlier */
#define OUTLIER_FEWEST 5
#define CONFIDENCE 0.95

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Few, as runs of one point are: in place. It is asked thousands of times when
 * an interval is resampled. */
#define FEW 16

static void sort(double *values, int n)
{
    if (n > FEW) {
        qsort(values, (size_t)n, sizeof(*values), ascending);
        return;
    }
    for (int i = 1; i < n; i++) {
        double x = values[i];
        int j = i;

        for (; j > 0 && values[j - 1] > x; j--)
            values[j] = values[j - 1];
        values[j] = x;
    }
}

double robust_median(double *values, int n)
{
    sort(values, n);
    return robust_quantile(values, n, 0.5);
}

double robust_quantile(const double *sorted, int n, double q)
{
    double at = fmin(fmax(q, 0), 1) * (n - 1);
    int i = (int)at;

    if (i >= n - 1)
        return sorted[n - 1];
    return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
}

/* The median of | @sorted[i] - @median |, without room for them: the k values
 * nearest to the median lie in one window of the sorted values, which grows on
 * the side that is nearer. */
static double deviation(const double *sorted, int n, double median)
{
    int left = n / 2 - 1, right = n / 2;
    double last = 0, before = 0;

    for (int taken = 0; taken <= n / 2; taken++) {
        double down = left >= 0 ? median - sorted[left] : INFINITY;
        double up = right < n ? sorted[right] - median : INFINITY;

        before = last;
        if (down <= up) {
            last = down;
            left--;
        } else {
            last = up;
            right++;
        }
    }
    return n % 2 ? last : (before + last) / 2;
}

/* The ordered values @j (from 1) and n + 1 - @j enclose the median unless fewer
 * than @j of the values, each as likely on either side, fell on one of its
 * sides: 1 - 2 P(B <= j - 1), B binomial(n, 1/2). */
static void median_interval(const double *sorted, struct robust *r)
{
    double outside = 0, term, share;
    int j = 0;

    r->confidence = fmax(0, 1 - 2 * exp2(-r->n));
    while (2 * (j + 1) <= r->n) {
        term = exp(lgamma(r->n + 1.0) - lgamma(j + 1.0) -
                   lgamma(r->n - j + 1.0) - r->n * log(2));
        share = 1 - 2 * (outside + term);
        if (share < CONFIDENCE)
            break;
        r->confidence = share;
        outside += term;
        j++;
    }
    if (j == 0)
        j = 1;
    r->low = sorted[j - 1];
    r->high = sorted[r->n - j];
}

void robust_of(double *values, int n, struct robust *out)
{
    *out = (struct robust){0};
    if (n <= 0)
        return;
    sort(values, n);
    out->n = n;
    out->median = robust_quantile(values, n, 0.5);
    out->least = values[0];
    out->most = values[n - 1];
    if (n >= 2)
        out->spread = NORMAL * deviation(values, n, out->median);
    median_interval(values, out);
}

bool robust_outlier(const struct robust *r, double x)
{
    double off = fabs(x - r->median);

    return r->n >= OUTLIER_FEWEST && off > OUTLIER_SPREADS * r->spread &&
           off > OUTLIER_SHARE * fabs(r->median);
}

/* Percentage points of Student's t: the table everybody has; beyond it the
 * expansion around the normal's (Abramowitz and Stegun 26.7.5), better than
 * 0.00001 there. */
double robust_t975(int freedom)
{
    static const double table[] = {
        12.70620, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600,
        2.26216,  2.22814, 2.20099, 2.17881, 2.16037, 2.14479, 2.13145, 2.11991,
        2.10982,  2.10092, 2.09302, 2.08596, 2.07961, 2.07387, 2.06866, 2.06390,
        2.05954,  2.05553, 2.05183, 2.04841, 2.04523, 2.04227};
    const double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z;
    const double z7 = z5 * z * z;
    double v = freedom < 1 ? 1 : freedom;

    if (v <= sizeof(table) / sizeof(table[0]))
        return table[(int)v - 1];
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

void robust_ratio_of(const double *a, const double *b, int n,
                     struct robust_ratio *out)
{
    double mean = 0, square = 0, half;

    *out = (struct robust_ratio){.n = n > 0 ? n : 0};
    if (n <= 0)
        return;
    for (int i = 0; i < n; i++)
        mean += log(b[i] / a[i]) / n;
    out->ratio = exp(mean);
    if (n < 2)
        return;
    for (int i = 0; i < n; i++) {
        double off = log(b[i] / a[i]) - mean;

        square += off * off;
    }
    half = robust_t975(n - 1) * sqrt(square / (n - 1) / n);
    out->low = exp(mean - half);
    out->high = exp(mean + half);
}
