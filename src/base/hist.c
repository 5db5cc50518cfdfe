/* Percentiles from buckets. Any process. */
#include "base/hist.h"

#include <math.h>

int64_t hist_upper_ns(int bucket)
{
    int shift = (bucket >> 6) - 1;

    if (shift < 0)
        return bucket;
    return ((int64_t)((bucket & (HIST_SUB - 1)) + HIST_SUB + 1) << shift) - 1;
}

void hist_add(struct hist *h, int64_t ns)
{
    h->count[hist_bucket(ns)]++;
    h->n++;
    h->sum_ns += ns;
    if (ns > h->max_ns)
        h->max_ns = ns;
}

int64_t hist_percentile_ns(const struct hist *h, double pct)
{
    uint64_t want = (uint64_t)ceil((double)h->n * pct / 100), seen = 0;

    if (h->n == 0)
        return -1;
    for (int i = 0; i < HIST_BUCKETS; i++) {
        seen += h->count[i];
        if (seen >= want && seen > 0) /* the longest is known exactly */
            return hist_upper_ns(i) < h->max_ns ? hist_upper_ns(i) : h->max_ns;
    }
    return h->max_ns;
}
