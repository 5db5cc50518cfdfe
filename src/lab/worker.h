/* What a worker and the workload it runs know. Inside the lab only.
 *
 * The measured path: a workload calls worker_tick() once per small unit of
 * work. The unit's size is its own affair (tens of nanoseconds to about 20 us);
 * the number of units between two looks at the clock adapts by itself. */
#ifndef LAB_WORKER_H
#define LAB_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "lab/board.h"
#include "spec/cause.h"
#include "spec/spec.h"

struct arena;
struct gil;

struct worker {
    int id;
    const struct spec *spec;
    struct board *board;
    struct board_row *row;
    struct arena *arena; /* the lab's own shared memory: locks under study */
    struct gil *gil;     /* NULL: no global lock in this model */
    int32_t credit;      /* units until the next look at the clock */
    int32_t batch;       /* units between two looks, adapted */
    int64_t batch_ns;    /* how long a batch should take */
    bool stopping;       /* worker_turn() has said stop */
    enum spec_sync sync; /* the phase's lock; changes in worker_turn() only */
    uint32_t phase;      /* number of the phase it is in */
    uint32_t old_turns;  /* old global lock: turns since the last look */
    int64_t turn_ns;     /* the last look at the clock */
    int turn_cpu;
    int64_t seen_voluntary, seen_involuntary; /* gap watching: last counts */
    int64_t seen_queued_ns;
    int64_t typical_ns; /* how long an undisturbed batch takes */
    bool interrupted;   /* this batch had a wait or a switch in it */
    int schedstat_fd;   /* -1 if not kept */
    void *work;         /* the workload's own, from init() to fini() */
};

/* The slow half of worker_tick(): looks at the clock, finds gaps, obeys the
 * global lock's drop request, passes the phase barrier. The workload must hold
 * no lock. False: stop, return from the task unfinished. */
bool worker_turn(struct worker *w);

/* Once a unit of work. False: stop now. */
static inline bool worker_tick(struct worker *w)
{
    if (--w->credit > 0)
        return true;
    return worker_turn(w);
}

/* @n more of the workload's operations are done. The row's only writer. */
static inline void worker_count(struct worker *w, int64_t n)
{
    int64_t ops = atomic_load_explicit(&w->row->ops, memory_order_relaxed);

    atomic_store_explicit(&w->row->ops, ops + n, memory_order_relaxed);
}

/* Around everything that may block: marks why, lets go of the global lock and
 * takes it again after. Returns the time. */
int64_t worker_wait_begin(struct worker *w, enum wait_cause cause);
int64_t worker_wait_end(struct worker *w);
/* The same without the global lock: for waits that are that lock itself or are
 * made while holding it on purpose. */
int64_t worker_mark_begin(struct worker *w, enum wait_cause cause);
int64_t worker_mark_end(struct worker *w);

/* Sleep until @deadline_ns, marked with @cause; wakes for phase changes and
 * goes on afterwards. False: told to stop. */
bool worker_sleep_until(struct worker *w, int64_t deadline_ns,
                        enum wait_cause cause);

/* ---- workloads: one file each, src/lab/work_NAME.c ---------------------- */

#define CHECKSUM_MASK ((UINT64_C(1) << 53) - 1) /* exact in a double */

/* How tasks' results make the run's checksum (kept below 2^53). */
enum work_combine {
    COMBINE_NONE, /* no result */
    COMBINE_SUM,  /* tasks differ: the sum of their results modulo 2^53 */
    COMBINE_SAME  /* tasks are equal: the result of one; others are wrong and
                     their tasks count as failed */
};

/* Immutable; the name comes from SPEC_WORKLOADS. */
struct workload {
    enum work_combine combine;
    /* In the coordinator, before any worker exists: shared state goes into the
     * arena, calibration happens here. Optional. 0 or a negative errno. */
    int (*prepare)(struct worker *coordinator, struct err *err);
    /* In the worker, before the start gate; may allocate. Optional. */
    int (*init)(struct worker *w, struct err *err);
    /* One task, on the measured path: no stdio; allocation only if the work
     * itself is about it. Calls worker_tick() all along. Stores its result
     * (below 2^53). False: stopped before it was finished. Endless workloads
     * return false only. Counts work in row->ops. */
    bool (*task)(struct worker *w, int64_t index, uint64_t *result);
    /* After the last task, also if init() failed half-way. Optional. */
    void (*fini)(struct worker *w);
    /* In the coordinator, all workers at the barrier: the shared counter's
     * value. Optional: counter-like workloads only. */
    int64_t (*counter_value)(struct arena *arena);
};

#define X(id, name, endless, summary) extern const struct workload work_##name;
SPEC_WORKLOADS(X)
#undef X
extern const struct workload *const workloads[WORKLOAD_COUNT];

#endif
