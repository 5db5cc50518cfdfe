/* primes: count the primes up to the limit by trial division. In workers. */
#include "lab/worker.h"

/* Divisions between two ticks: about 5 us of a very large number's hundreds. */
#define DIVISIONS 1024

/* 1 prime, 0 not, -1 told to stop. */
static int test(struct worker *w, uint64_t n)
{
    int left = DIVISIONS;

    if (n % 2 == 0)
        return n == 2;
    for (uint64_t d = 3; d <= n / d; d += 2) {
        if (n % d == 0)
            return 0;
        if (--left == 0) {
            left = DIVISIONS;
            if (!worker_tick(w))
                return -1;
        }
    }
    return n > 1;
}

static bool primes_task(struct worker *w, int64_t index, uint64_t *result)
{
    uint64_t limit = (uint64_t)w->spec->limit;
    uint64_t count = 0;

    (void)index;
    for (uint64_t n = 1; n <= limit; n++) {
        int prime = test(w, n);

        if (prime < 0)
            return false;
        count += (uint64_t)prime;
        worker_count(w, 1);
        if (!worker_tick(w))
            return false;
    }
    *result = count;
    return true;
}

const struct workload work_primes = {
    .combine = COMBINE_SAME,
    .task = primes_task,
};
