/* Durations sorted into buckets, for percentiles of many in little memory.
 *
 * Nanoseconds, 0 .. 2^42 (73 minutes); longer ones count as the longest. The
 * lab counts into atomics of its own with hist_bucket(); this struct is for
 * whoever adds up and asks. A percentile is its bucket's upper edge: never
 * below the true value, at most 1/64 (1.6 %) above it. One thread. */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdint.h>

#define HIST_SUB 64 /* buckets for each doubling */
#define HIST_BUCKETS (HIST_SUB * (42 - 6 + 1))

struct hist {
    uint64_t count[HIST_BUCKETS];
    uint64_t n;
    int64_t sum_ns, max_ns;
};

/* Which bucket @ns falls into: 0 .. HIST_BUCKETS - 1. */
static inline int hist_bucket(int64_t ns)
{
    int shift;

    if (ns < HIST_SUB)
        return ns < 0 ? 0 : (int)ns;
    if (ns >= INT64_C(1) << 42)
        return HIST_BUCKETS - 1;
    shift = 63 - __builtin_clzll((unsigned long long)ns) - 6;
    return (shift << 6) + (int)(ns >> shift);
}

/* The longest duration that falls into @bucket. */
int64_t hist_upper_ns(int bucket);
void hist_add(struct hist *h, int64_t ns);
/* @pct in (0, 100]. -1 if nothing was added: absent, not 0. */
int64_t hist_percentile_ns(const struct hist *h, double pct);

#endif
