/* The names of what is measured: JSON, CSV, history and lessons use them. */
#ifndef TRACE_METRIC_H
#define TRACE_METRIC_H

#include <stdbool.h>

enum metric_unit {
    UNIT_COUNT,
    UNIT_SECONDS,
    UNIT_MS,
    UNIT_PER_S,
    UNIT_SHARE,
    UNIT_RATIO,
    UNIT_ERRNO
};

/* X(id, json name, unit, what it means) in the order they are printed */
#define METRICS(X)                                                             \
    X(WALL_S, wall_s, SECONDS, "from the start gate to the last worker's end") \
    X(WALL_SCALED_S, wall_scaled_s, SECONDS, "wall_s times the scale")         \
    X(USER_S, user_s, SECONDS, "processor time in the program, all workers")   \
    X(SYS_S, sys_s, SECONDS, "processor time in the kernel, all workers")      \
    X(CPU_S, cpu_s, SECONDS, "processor time, all workers")                    \
    X(PARALLELISM, parallelism, RATIO, "cores kept busy: cpu_s / wall_s")      \
    X(TASKS_DONE, tasks_done, COUNT, "tasks finished")                         \
    X(TASKS_FAILED, tasks_failed, COUNT, "tasks with a wrong or no result")    \
    X(THROUGHPUT_PER_S, throughput_per_s, PER_S,                               \
      "tasks, or operations of endless work, a second")                        \
    X(CHUNK, chunk, COUNT, "tasks handed out together")                        \
    X(CHUNKS, chunks, COUNT, "how many such portions")                         \
    X(ROUNDS, rounds, COUNT, "portions the busiest worker takes")              \
    X(LAST_ROUND_BUSY, last_round_busy, COUNT, "workers busy in the last one") \
    X(SWITCHES_VOLUNTARY, switches_voluntary, COUNT, "gave up the core")       \
    X(SWITCHES_INVOLUNTARY, switches_involuntary, COUNT, "lost the core")      \
    X(MIGRATIONS, migrations, COUNT, "continued on another core")              \
    X(LIFE_S, life_s, SECONDS, "from the gate to the end, summed")             \
    X(RUN_S, run_s, SECONDS, "on a core, summed over workers")                 \
    X(READY_S, ready_s, SECONDS, "could run, but no core was free")            \
    X(BLOCKED_S, blocked_s, SECONDS, "waiting for something")                  \
    X(LOCK_WAIT_S, lock_wait_s, SECONDS,                                       \
      "from asking for a lock to having it")                                   \
    X(IO_WAIT_S, io_wait_s, SECONDS, "in I/O or on a timer, until it ran on")  \
    X(MAX_RUNNING, max_running, COUNT, "most workers on cores at one instant") \
    X(EXPECTED, expected, COUNT, "increments that were made")                  \
    X(ACTUAL, actual, COUNT, "what the counter says")                          \
    X(LOST, lost, COUNT, "expected - actual")                                  \
    X(GIL_HANDOFFS, gil_handoffs, COUNT, "the global lock changed its holder") \
    X(GIL_FORCED, gil_forced, COUNT, "of that, on a waiter's demand")          \
    X(GIL_WAIT_S, gil_wait_s, SECONDS, "from asking for the global lock on")   \
    X(GIL_HOLDERS_MAX, gil_holders_max, COUNT, "most holders at once: 1")      \
    X(REFUSED_AT, refused_at, COUNT, "the worker the system did not create")   \
    X(REFUSED_ERRNO, refused_errno, ERRNO, "and why")                          \
    X(CHECKSUM, checksum, COUNT, "of the result; equal for every model")

enum metric {
#define X(id, name, unit, help) METRIC_##id,
    METRICS(X)
#undef X
        METRIC_COUNT
};

struct metric_info {
    const char *name;
    enum metric_unit unit;
    const char *help;
};
extern const struct metric_info metric_infos[METRIC_COUNT];

/* Values by enum metric; a bit says that it was measured. What was not is
 * absent: never nought. Counts are exact up to 2^53. */
struct metrics {
    bool has[METRIC_COUNT];
    double value[METRIC_COUNT];
};

static inline void metric_set(struct metrics *m, enum metric which, double v)
{
    m->has[which] = true;
    m->value[which] = v;
}

/* Value, or @otherwise when absent. */
static inline double metric_get(const struct metrics *m, enum metric which,
                                double otherwise)
{
    return m->has[which] ? m->value[which] : otherwise;
}

#endif
