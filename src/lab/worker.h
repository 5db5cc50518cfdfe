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
struct coop_task;
struct gil;

struct worker {
    int id;
    const struct spec *spec;
    struct board *board;
    struct board_row *row;
    struct arena *arena;    /* the lab's own shared memory: locks under study */
    struct gil *gil;        /* NULL: no global lock in this model */
    struct coop_task *coop; /* NULL: a thread or process of its own */
    int32_t credit;         /* units until the next look at the clock */
    int32_t batch;          /* units between two looks, adapted */
    int64_t batch_ns;       /* how long a batch should take */
    bool stopping;          /* worker_turn() has said stop */
    enum spec_sync sync; /* the phase's lock; changes in worker_turn() only */
    uint32_t phase;      /* number of the phase it is in */
    uint32_t old_turns;  /* old global lock: turns since the last look */
    int64_t turn_ns;     /* the last look at the clock */
    int turn_cpu;
    int64_t seen_voluntary, seen_involuntary; /* gap watching: last counts */
    int64_t seen_queued_ns;
    int64_t unasked_ns; /* had switches since then, their queueing not asked */
    int64_t typical_ns; /* how long an undisturbed batch takes */
    bool interrupted;   /* this batch had a wait or a switch in it */
    int schedstat_fd;   /* -1 if not kept */
    bool task_failed;   /* the task at hand: worker_task_failed() */
    bool late;          /* made while a phase is open: begins in that one */
    bool served;        /* made for one task: has taken it */
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

/* It is wanted at the barrier between two phases: worker_turn() soon. */
bool worker_wanted(const struct worker *w);

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

/* Sleep while *@word is @value, until @deadline_ns (INT64_MAX: none), marked
 * with @cause; passes the phase barrier on the way. Returns for a changed word,
 * a wake-up or the deadline: the caller looks again. False: told to stop. Who
 * changes the word wakes with futex_wake(). */
bool worker_wait_word(struct worker *w, _Atomic uint32_t *word, uint32_t value,
                      int64_t deadline_ns, enum wait_cause cause);

/* Wait until @fd is ready for @events (POLLIN, POLLOUT). 1: it is, or has an
 * error to tell; 0: @deadline_ns came first; -ECANCELED: told to stop. */
int worker_wait_fd(struct worker *w, int fd, short events, int64_t deadline_ns,
                   enum wait_cause cause);

/* From here until worker_waits_on(w, -1) this worker's waits are for @resource
 * (board_resource_add()): what the wait-for graph knows. */
static inline void worker_waits_on(struct worker *w, int resource)
{
    atomic_store_explicit(&w->row->waits_on, (uint32_t)(resource + 1),
                          memory_order_relaxed);
}

/* Add @n to what this worker reports as @which, which is among the workload's
 * .reports; of seconds @n is nanoseconds. */
static inline void worker_report(struct worker *w, enum metric which, int64_t n)
{
    _Atomic int64_t *sum = &w->row->reported[which - METRIC_REPORTED_FIRST];

    atomic_store_explicit(sum,
                          atomic_load_explicit(sum, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

/* One request took @ns. */
void worker_latency(struct worker *w, int64_t ns);

/* Task @index (from 0) did not succeed; @why is a few words. It counts as
 * failed instead of done, and fails the run. Return true from task() then. */
void worker_task_failed(struct worker *w, int64_t index, const char *why);

/* Task @index, begun at @begin_ns, is done, with @result (below 2^53): what
 * every worker does after a task that returned true, and what a workload with
 * .once does itself. */
void worker_task_done(struct worker *w, int64_t index, int64_t begin_ns,
                      uint64_t result);

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
    /* Around a portion of tasks that dispatch handed out together: fetch what
     * they need, give back what they made. False: told to stop. Optional. */
    bool (*fetch)(struct worker *w, int64_t first, int64_t count);
    bool (*give)(struct worker *w, int64_t first, int64_t count);
    /* After the last task, also if init() failed half-way. Optional. */
    void (*fini)(struct worker *w);
    /* What it reports: REPORTS(BYTES) | ... */
    uint64_t reports;
    /* It calls worker_latency() for its requests; otherwise every task's time
     * is taken. */
    bool own_latency;
    /* task() is called once for each worker, whatever --tasks says: it shares
     * the work out itself and calls worker_task_done() for what it did. */
    bool once;
    /* What worker @id is. Optional: ROLE_WORKER. Any process. */
    enum worker_role (*role)(const struct spec *spec, int id);
    /* A process beside the workers (a drive, a fleet): started after
     * prepare(), before any worker; serves until the arena's .stop or
     * .nudge_fd says otherwise, and is killed when all workers have ended.
     * @self has no row. Optional. */
    void (*serve)(struct worker *self);
    /* In the coordinator, when all workers have been collected: last reports.
     * Optional. */
    void (*finish)(struct worker *coordinator);
    /* In the screen process, when the lab has ended, however it did: put away
     * what a killed one left outside. Optional. */
    void (*sweep)(void);
    /* In the coordinator, all workers at the barrier: the shared counter's
     * value. Optional: counter-like workloads only. */
    int64_t (*counter_value)(struct arena *arena);
};

#define X(id, name, endless, summary) extern const struct workload work_##name;
SPEC_WORKLOADS(X)
#undef X
extern const struct workload *const workloads[WORKLOAD_COUNT];

#endif
