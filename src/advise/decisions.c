/* The articles' decision table, with what measuring it made of it. Pure. */
#include "advise/advise.h"

#include <math.h>
#include <stddef.h>

/* The articles said "2 to 4 times the cores" for everything that waits; what
 * holds is cores / CPU share: for work that waits half its time twice the
 * cores, for work that only waits as many as there are tasks. */
/* clang-format off */
const struct decision advise_decisions[] = {
    {"computes", 0.9, MODEL_PROCESSES,
     "as many as cores; under a global lock processes, not threads"},
    {"half and half", 0.1, MODEL_THREADS,
     "cores / CPU share: some wait while the others compute"},
    {"waits", 0, MODEL_THREADS,
     "threads, tens of them: waiting needs no core"},
    {NULL, 0, MODEL_THREADS, NULL}
};
/* clang-format on */

const struct decision *advise_row(double cpu_share)
{
    const struct decision *d = advise_decisions;

    while (d[1].name && cpu_share < d->least_cpu)
        d++;
    return d;
}

int64_t advise_start(const struct profile *p, int cores, int64_t most,
                     enum advice_bound *bound)
{
    /* Not measured: as if it computed, and the check may climb. */
    double share = p->cpu_share < 0 ? 1 : p->cpu_share;
    double first = cores > ADVISE_WAITING_FIRST ? cores : ADVISE_WAITING_FIRST;
    bool waits = share < 0.1 && share * first < cores;
    int64_t n = (int64_t)(waits ? first : round(cores / share));

    *bound = waits ? BOUND_FIRST : BOUND_NONE;
    if (n < 1)
        n = 1;
    return n < most ? n : most;
}
