/* sumsquares: add up the squares of 0 .. limit + index - 1. In workers. */
#include "lab/worker.h"

#define TERMS 256 /* a unit: about 0.2 us */

static uint64_t sum_squares(uint64_t from, uint64_t to)
{
    uint64_t sum = 0;

    for (uint64_t k = from; k < to; k++) {
        uint64_t term = k;

        /* Compilers know the formula: make them do the work. */
        __asm__ volatile("" : "+r"(term));
        sum += term * term;
    }
    return sum;
}

static bool sumsquares_task(struct worker *w, int64_t index, uint64_t *result)
{
    uint64_t terms = (uint64_t)(w->spec->limit + index);
    uint64_t sum = 0; /* modulo 2^64, so also right modulo 2^53 */

    for (uint64_t k = 0; k < terms;) {
        uint64_t to = terms - k < TERMS ? terms : k + TERMS;

        sum += sum_squares(k, to);
        worker_count(w, (int64_t)(to - k));
        k = to;
        if (!worker_tick(w))
            return false;
    }
    *result = sum & CHECKSUM_MASK;
    return true;
}

const struct workload work_sumsquares = {
    .combine = COMBINE_SUM,
    .task = sumsquares_task,
};
