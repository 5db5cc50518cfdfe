/* Computing for a while. Calibrated in the coordinator, done in workers. */
#include "lab/toil.h"

#include "lab/arena.h"

#define TRIALS 8
#define TRIAL_UNITS 4096 /* about 0.5 ms */

int64_t toil_unit_ps(void)
{
    int64_t best = INT64_MAX;
    uint64_t x = TOIL_SEED;

    for (int trial = 0; trial < TRIALS; trial++) {
        int64_t begin_ns = clock_now_ns(), took_ns;

        for (int i = 0; i < TRIAL_UNITS; i++)
            x = toil_unit(x);
        took_ns = clock_now_ns() - begin_ns;
        if (took_ns > 0 && took_ns < best)
            best = took_ns;
    }
    /* xorshift never comes to nought: looking keeps the work from being left
     * out. */
    return x != 0 ? best * 1000 / TRIAL_UNITS : 1;
}

void toil_prepare(struct worker *coordinator)
{
    int64_t per_ms = NS_PER_MS * 1000 / toil_unit_ps();

    atomic_store_explicit(&coordinator->arena->units_per_ms,
                          per_ms > 0 ? per_ms : 1, memory_order_relaxed);
}

bool toil(struct worker *w, int64_t ns)
{
    int64_t per_ms =
        atomic_load_explicit(&w->arena->units_per_ms, memory_order_relaxed);
    int64_t units = (int64_t)((double)ns * (double)per_ms / 1e6);
    uint64_t x = TOIL_SEED;

    for (int64_t i = 0; i < units; i++) {
        x = toil_unit(x);
        if (x == 0 || !worker_tick(w))
            return false;
    }
    return true;
}
