/* spin: compute for task_ns without touching memory. In workers; calibrated in
 * the coordinator before they exist. A task of no length is empty: what remains
 * is the price of dealing it.
 *
 * A unit is a chain of xorshift steps, each waiting for the one before. Every
 * unit starts from the seed again, so that the result depends on the seed alone
 * and not on how fast this machine is; but it gets there through the end of the
 * unit before, so that units cannot overlap and one wrong step stays wrong. */
#include "lab/arena.h"
#include "lab/lengths.h"
#include "lab/worker.h"

#define STEPS 64 /* a unit: about 0.1 us */
#define TRIALS 8
#define TRIAL_UNITS 4096 /* about 0.5 ms */

static uint64_t start_value(const struct spec *spec)
{
    /* Never 0: xorshift would stay there. */
    return ((uint64_t)spec->seed * UINT64_C(0x9e3779b97f4a7c15)) | 1;
}

static uint64_t unit(uint64_t x)
{
    for (int i = 0; i < STEPS; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static int spin_prepare(struct worker *coordinator, struct err *err)
{
    uint64_t start = start_value(coordinator->spec);
    uint64_t want = unit(start);
    uint64_t end = want;
    int64_t best = INT64_MAX;

    for (int trial = 0; trial < TRIALS; trial++) {
        int64_t begin_ns = clock_now_ns();
        int64_t took_ns;

        for (int i = 0; i < TRIAL_UNITS; i++)
            end = unit(start ^ end ^ want);
        took_ns = clock_now_ns() - begin_ns;
        if (took_ns > 0 && took_ns < best)
            best = took_ns;
    }
    /* Looking at .end keeps the work from being left out. */
    atomic_store_explicit(&coordinator->arena->units_per_ms,
                          end == want ? TRIAL_UNITS * NS_PER_MS / best : 1,
                          memory_order_relaxed);
    return lengths_prepare(coordinator, err);
}

static bool spin_task(struct worker *w, int64_t index, uint64_t *result)
{
    int64_t per_ms =
        atomic_load_explicit(&w->arena->units_per_ms, memory_order_relaxed);
    int64_t length_ns = length_of(w, index);
    int64_t units = (int64_t)((double)length_ns * (double)per_ms / 1e6);
    uint64_t start = start_value(w->spec);
    uint64_t want, end;

    if (length_ns == 0 && w->spec->task_ns == 0) { /* then all are empty */
        *result = start & CHECKSUM_MASK;
        worker_count(w, 1);
        return worker_tick(w);
    }
    want = end = unit(start);
    for (int64_t i = 0; i < units; i++) {
        end = unit(start ^ end ^ want);
        worker_count(w, STEPS);
        if (!worker_tick(w))
            return false;
    }
    *result = end & CHECKSUM_MASK;
    return true;
}

const struct workload work_spin = {
    .combine = COMBINE_SAME,
    .prepare = spin_prepare,
    .task = spin_task,
};
