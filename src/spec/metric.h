/* The names of what is measured: JSON, CSV, history and lessons use them. */
#ifndef SPEC_METRIC_H
#define SPEC_METRIC_H

#include <stdbool.h>
#include <stdint.h>

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
    X(LOOP_WAIT_S, loop_wait_s, SECONDS,                                       \
      "coop: could go on, but another task had the thread")                    \
    X(TURNS, turns, COUNT, "coop: how often a task was given the thread")      \
    X(GIL_HOLDERS_MAX, gil_holders_max, COUNT, "most holders at once: 1")      \
    X(REFUSED_AT, refused_at, COUNT, "the worker the system did not create")   \
    X(REFUSED_ERRNO, refused_errno, ERRNO, "and why")                          \
    X(CHECKSUM, checksum, COUNT, "of the result; equal for every model")       \
    X(LATENCY_P50_MS, latency_p50_ms, MS, "half the requests or tasks took")   \
    X(LATENCY_P90_MS, latency_p90_ms, MS, "nine in ten took at most this")     \
    X(LATENCY_P95_MS, latency_p95_ms, MS, "95 of 100 took at most this")       \
    X(LATENCY_P99_MS, latency_p99_ms, MS, "99 of 100 took at most this")       \
    X(LATENCY_MAX_MS, latency_max_ms, MS, "the longest took")                  \
    X(LATENCY_MEAN_MS, latency_mean_ms, MS, "on average they took")            \
    X(BYTES_PER_S, bytes_per_s, PER_S, "bytes moved a second, scaled back")    \
    X(REQUESTS_PER_S, requests_per_s, PER_S, "requests answered, a second")    \
    X(STUCK, stuck, COUNT, "workers that nobody can ever wake")                \
    X(FOUND_MS, found_ms, MS, "from when hope was over to that finding")       \
    REPORTED_METRICS(X)

/* What the laboratory itself reports: only some workloads do (struct
 * workload.reports). The same columns. */
#define REPORTED_METRICS(X)                                                    \
    X(BYTES, bytes, COUNT, "bytes moved")                                      \
    X(REQUESTS, requests, COUNT, "requests that were answered")                \
    X(CONNECTS, connects, COUNT, "connections that came about")                \
    X(TIMEOUTS, timeouts, COUNT, "given up for want of patience")              \
    X(RETRIES, retries, COUNT, "tried again")                                  \
    X(REFUSALS, refusals, COUNT, "connections that were refused")              \
    X(RESENDS, resends, COUNT, "packets said again: a host's queue was full")  \
    X(ORDER_INVERSIONS, order_inversions, COUNT,                               \
      "neighbouring results delivered in the wrong order")                     \
    X(QUEUE_DEPTH_MAX, queue_depth_max, COUNT, "most items that waited")       \
    X(LEFTOVERS, leftovers, COUNT, "items that nobody took")                   \
    X(VIOLATIONS, violations, COUNT, "times that a rule of it was broken")     \
    X(SEEK_FRACTION, seek_fraction, SHARE, "of the drive's work: moving")      \
    X(ROTATE_FRACTION, rotate_fraction, SHARE, "of it: waiting for a sector")  \
    X(TRANSFER_FRACTION, transfer_fraction, SHARE, "of it: reading")           \
    X(DEVICE_BYTES_PER_S, device_bytes_per_s, PER_S,                           \
      "of the modelled drive, on its own clock")                               \
    X(DEVICE_S, device_s, SECONDS, "how far that clock came")                  \
    X(CACHE_HITS, cache_hits, COUNT, "answered from the drive's memory")       \
    X(MADE, made, COUNT, "workers that were made")                             \
    X(WRITTEN, written, COUNT, "what the workers added to the counter")        \
    X(SEEN_BY_OTHERS, seen_by_others, COUNT, "what the parent sees of it")     \
    X(FAULTS, faults, COUNT, "page faults that needed no device")              \
    X(COMPUTED_S, computed_s, SECONDS,                                         \
      "what the hogs got done, in seconds that one alone would need")          \
    X(RESUMED, resumed, COUNT, "files that an earlier run had finished")       \
    X(PREPARE_S, prepare_s, SECONDS, "making the files, before the gate")      \
    X(CACHED_BYTES, cached_bytes, COUNT, "read out of the page cache")         \
    X(RANDOM_RATIO, random_ratio, RATIO,                                       \
      "a read at random, in reads in sequence: above 3 a disk turns")          \
    X(CHILD_CPU_S, child_cpu_s, SECONDS, "processor time of the commands")     \
    X(CHILD_RSS_BYTES, child_rss_bytes, COUNT, "most memory of one command")   \
    X(CHILD_READY_S, child_ready_s, SECONDS,                                   \
      "the commands, without their children, wanted a core and had none")      \
    X(CHILD_SWITCHES_VOLUNTARY, child_switches_voluntary, COUNT,               \
      "the commands gave up the core")                                         \
    X(CHILD_SWITCHES_INVOLUNTARY, child_switches_involuntary, COUNT,           \
      "the commands lost the core")                                            \
    X(CHILD_MAJOR_FAULTS, child_major_faults, COUNT,                           \
      "page faults of the commands that needed a device")                      \
    X(CHILD_BLOCKS_IN, child_blocks_in, COUNT,                                 \
      "blocks of 512 bytes that devices read for the commands")                \
    X(CHILD_BLOCKS_OUT, child_blocks_out, COUNT,                               \
      "blocks of 512 bytes that the commands gave devices to write")

enum metric {
#define X(id, name, unit, help) METRIC_##id,
    METRICS(X)
#undef X
        METRIC_COUNT
};

/* Reported ones are METRIC_REPORTED_FIRST .. METRIC_COUNT - 1. */
#define METRIC_REPORTED_FIRST METRIC_BYTES
#define METRIC_REPORTED (METRIC_COUNT - METRIC_REPORTED_FIRST)
/* The bit of a reported metric in struct workload.reports. */
#define REPORTS(id) (UINT64_C(1) << (METRIC_##id - METRIC_REPORTED_FIRST))

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
