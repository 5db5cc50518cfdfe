/* Computing for a while. Calibrated in the coordinator, done in workers. */
#include "lab/toil.h"

#include "lab/arena.h"

#define STEPS 64 /* a unit: about 0.1 us */
#define TRIALS 6
#define TRIAL_UNITS 2048

/* A chain of xorshift steps, each waiting for the one before. */
static uint64_t unit(uint64_t x)
{
    for (int i = 0; i < STEPS; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

void toil_prepare(struct worker *coordinator)
{
    int64_t best = INT64_MAX, per_ms;
    uint64_t x = 1;

    for (int trial = 0; trial < TRIALS; trial++) {
        int64_t begin_ns = clock_now_ns(), took_ns;

        for (int i = 0; i < TRIAL_UNITS; i++)
            x = unit(x);
        took_ns = clock_now_ns() - begin_ns;
        if (took_ns > 0 && took_ns < best)
            best = took_ns;
    }
    per_ms = TRIAL_UNITS * NS_PER_MS / best;
    /* xorshift never comes to nought: looking keeps the work from being left
     * out. */
    atomic_store_explicit(&coordinator->arena->units_per_ms,
                          x != 0 && per_ms > 0 ? per_ms : 1,
                          memory_order_relaxed);
}

bool toil(struct worker *w, int64_t ns)
{
    int64_t per_ms =
        atomic_load_explicit(&w->arena->units_per_ms, memory_order_relaxed);
    double units = (double)ns * (double)per_ms / 1e6;
    uint64_t x = 1;

    for (double i = 0; i < units; i++) {
        x = unit(x);
        if (x == 0 || !worker_tick(w))
            return false;
    }
    return true;
}
