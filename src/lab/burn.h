/* Computing for its own sake: for workers that are only there to keep a core
 * busy. In workers and in prepare().
 *
 * A chain of xorshift steps, each waiting for the one before: nothing to do at
 * once, nothing to leave out as long as the end is kept (burn_keep()), and no
 * memory. */
#ifndef LAB_BURN_H
#define LAB_BURN_H

#include <stdint.h>

#include "lab/worker.h"

#define BURN_SEED UINT64_C(0x9e3779b97f4a7c15) /* never 0: it would stay 0 */

/* One unit: about a microsecond. */
static inline uint64_t burn(uint64_t x)
{
    for (int i = 0; i < 512; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

/* The end of the chain: somebody has to look at it. In workloads without a
 * result only. */
static inline void burn_keep(struct worker *w, uint64_t x)
{
    atomic_store_explicit(&w->row->result, x, memory_order_relaxed);
}

/* How long an undisturbed unit takes here, in picoseconds: the best of some
 * trials, 2 ms in all. */
static inline int64_t burn_unit_ps(void)
{
    enum { TRIALS = 8, UNITS = 256 };
    int64_t best = INT64_MAX;
    uint64_t x = BURN_SEED;

    for (int trial = 0; trial < TRIALS; trial++) {
        int64_t begin_ns = clock_now_ns();
        int64_t took_ns;

        for (int i = 0; i < UNITS; i++)
            x = burn(x);
        took_ns = clock_now_ns() - begin_ns;
        /* xorshift never comes to 0: this only needs the chain's end. */
        if (x != 0 && took_ns > 0 && took_ns < best)
            best = took_ns;
    }
    return best * 1000 / UNITS;
}

#endif
