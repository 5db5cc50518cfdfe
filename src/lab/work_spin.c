/* spin: compute for task_ns without touching memory, or for --cpu-share of it
 * and then wait for the rest, as work does that is half for the processor and
 * half for a disk. In workers; calibrated in the coordinator before they exist.
 * A task of no length is empty: what remains is the price of dealing it.
 *
 * A unit is a chain of xorshift steps, each waiting for the one before. Every
 * unit starts from the seed again, so that the result depends on the seed alone
 * and not on how fast this machine is; but it gets there through the end of the
 * unit before, so that units cannot overlap and one wrong step stays wrong. */
#include "lab/arena.h"
#include "lab/lengths.h"
#include "lab/toil.h"

static uint64_t start_value(const struct spec *spec)
{
    /* Never 0: xorshift would stay there. */
    return ((uint64_t)spec->seed * TOIL_SEED) | 1;
}

static int spin_prepare(struct worker *coordinator, struct err *err)
{
    toil_prepare(coordinator);
    return lengths_prepare(coordinator, err);
}

static bool spin_task(struct worker *w, int64_t index, uint64_t *result)
{
    int64_t per_ms =
        atomic_load_explicit(&w->arena->units_per_ms, memory_order_relaxed);
    int64_t length_ns = length_of(w, index);
    double share = w->spec->cpu_share / 100;
    int64_t wait_ns = (int64_t)((double)length_ns * (1 - share));
    int64_t units = (int64_t)((double)length_ns * share * (double)per_ms / 1e6);
    uint64_t start = start_value(w->spec);
    uint64_t want, end;

    if (length_ns == 0 && w->spec->task_ns == 0) { /* then all are empty */
        *result = start & CHECKSUM_MASK;
        worker_count(w, 1);
        return worker_tick(w);
    }
    want = end = toil_unit(start);
    for (int64_t i = 0; i < units; i++) {
        end = toil_unit(start ^ end ^ want);
        worker_count(w, TOIL_STEPS);
        if (!worker_tick(w))
            return false;
    }
    *result = end & CHECKSUM_MASK;
    return wait_ns == 0 ||
           worker_sleep_until(w, clock_now_ns() + wait_ns, WAIT_SLEEP);
}

const struct workload work_spin = {
    .combine = COMBINE_SAME,
    .prepare = spin_prepare,
    .task = spin_task,
};
