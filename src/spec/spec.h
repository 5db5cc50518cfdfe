/* An experiment: workload + model + settings. Plain data, no pointers.
 *
 * One table (spec/settings.c) names every setting; the command line, the ':'
 * prompt, the record, help, completions and the manual page come from it. */
#ifndef SPEC_SPEC_H
#define SPEC_SPEC_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/text.h"

/* A workload is one line here and one file, src/lab/work_NAME.c.
 * X(id, name, endless by default, what one task does) */
#define SPEC_WORKLOADS(X)                                                      \
    X(PRIMES, primes, false, "count the primes up to --limit by division")     \
    X(SUMSQUARES, sumsquares, false, "add up the squares below --limit + i")   \
    X(FACTORIAL, factorial, false, "compute --limit! digit for digit")         \
    X(SPIN, spin, false, "compute for --task-ms without touching memory")      \
    X(SLEEP, sleep, false, "wait for --task-ms, as if for a disk or network")  \
    X(COUNTER, counter, true, "add 1 to one shared counter, again and again")  \
    X(PINGPONG, pingpong, true, "hand a turn from worker to worker")           \
    X(INRANGE, inrange, false, "count, row by row, the values from 4 to 8")    \
    X(CREATE, create, true, "make a worker and see it end, again and again")   \
    X(LIMIT, limit, false, "make workers until the system refuses")            \
    X(QUEUE, queue, false, "producers and consumers with a bounded queue")     \
    X(PIPE, pipe, false, "a child writes, its parent joins and reads")         \
    X(LOCKS, locks, false, "take two locks each, in one order or another")     \
    X(INVERSION, inversion, false, "the urgent wait for a lock of the nice")   \
    X(CONVOY, convoy, true, "answer requests beside workers that compute")     \
    X(ISOLATION, isolation, false, "write what others may see, or may not")    \
    X(SYNC, sync, false, "wait for a condition in one way or another")         \
    X(FLEET, fleet, false, "ask a fleet of hosts for their statistics")        \
    X(DISK, disk, true, "read from a modelled drive, really waiting")          \
    X(FILE, file, true, "read real files, through the page cache or not")      \
    X(MIGRATE, migrate, false, "read, convert and write files, each once")     \
    X(COMMAND, command, false, "run your own command for each input")          \
    X(MIX, mix, true, "two to four experiments alone, then at once")           \
    X(MYSTERY, mystery, true, "one of the others, drawn by --seed and hidden")

enum spec_workload {
#define X(id, name, endless, summary) WORKLOAD_##id,
    SPEC_WORKLOADS(X)
#undef X
        WORKLOAD_COUNT
};

enum spec_model {
    MODEL_SEQUENTIAL,
    MODEL_THREADS,
    MODEL_PROCESSES,
    MODEL_GIL,
    MODEL_COOP,
    MODEL_BLENDED,
    MODEL_COUNT
};

enum spec_dispatch {
    DISPATCH_DYNAMIC,
    DISPATCH_MAP,
    DISPATCH_APPLY,
    DISPATCH_ASYNC
};

/* A standing pool, or a new worker for every task. */
enum spec_spawn { SPAWN_POOL, SPAWN_PER_TASK };
/* Results are delivered as they come, or sorted by the task's index. */
enum spec_results { RESULTS_ARRIVAL, RESULTS_INDEX };
/* inrange: what of the matrix is one task. */
enum spec_split { SPLIT_ROW, SPLIT_COLUMN, SPLIT_BLOCK };
/* How data reaches another worker. */
enum spec_share { SHARE_PRIVATE, SHARE_MAPPED, SHARE_PIPE };
/* create, limit: what is made. */
enum spec_make { MAKE_THREAD, MAKE_FORK, MAKE_EXEC };
/* pingpong: how the turn is handed over. */
enum spec_via { VIA_FUTEX, VIA_PIPE, VIA_YIELD };
/* pipe: the parent joins its child before it reads, or after. */
enum spec_join { JOIN_BEFORE, JOIN_AFTER };
/* locks: in which order each takes its two. */
enum spec_order { ORDER_OPPOSITE, ORDER_SAME, ORDER_TRYLOCK };
/* inversion: what the lock does for a holder that others wait for. */
enum spec_protocol { PROTOCOL_NONE, PROTOCOL_INHERIT };
/* sync: how one waits. */
enum spec_guard {
    GUARD_BUSY,
    GUARD_IF,
    GUARD_WHILE,
    GUARD_SEMAPHORE,
    GUARD_BARRIER,
    GUARD_JOIN
};
enum spec_drive { DRIVE_HP97560, DRIVE_NL7200, DRIVE_SSD };
/* Which of the waiting requests the drive serves next (device/queue.h). */
enum spec_disk_policy {
    DISK_FCFS,
    DISK_SSTF,
    DISK_SCAN,
    DISK_LOOK,
    DISK_CSCAN,
    DISK_CLOOK,
    DISK_DEADLINE,
    DISK_SATF,
    DISK_POLICIES
};
/* The drive's own read-ahead: none; while it is idle, cut short by the next
 * request; into 16 segments, always finished. */
enum spec_read_ahead { READ_AHEAD_OFF, READ_AHEAD_IDLE, READ_AHEAD_SEGMENTS };
enum spec_pattern { PATTERN_SEQUENTIAL, PATTERN_RANDOM };
enum spec_cache { CACHE_DIRECT, CACHE_PAGES };
enum spec_output { OUTPUT_DROP, OUTPUT_KEEP };
enum spec_answer { ANSWER_NO, ANSWER_YES };

enum spec_sync {
    SYNC_NONE,
    SYNC_MUTEX,
    SYNC_SPIN,
    SYNC_TICKET,
    SYNC_ATOMIC,
    SYNC_SHARDED,
    SYNC_SHARDED_PACKED,
    SYNC_COUNT
};

enum spec_gil { GIL_NEW, GIL_OLD, GIL_UNFORCED };
/* Where a holder looks whether it should let go: between any two opcodes
 * (CPython 3.2-3.9), or at the loop's end only (3.10 and later). */
enum spec_gil_check { GIL_CHECK_LOOP, GIL_CHECK_OPCODE };

enum spec_sched {
    SCHED_KIND_OTHER,
    SCHED_KIND_BATCH,
    SCHED_KIND_IDLE,
    SCHED_KIND_FIFO,
    SCHED_KIND_RR
};

/* The observer's rungs, best first. */
enum spec_observer {
    OBSERVER_AUTO,
    OBSERVER_PERF_CPU,
    OBSERVER_PERF,
    OBSERVER_GAP,
    OBSERVER_SAMPLED,
    OBSERVER_OFF
};

#define SPEC_PHASES_MAX 64
#define SPEC_TEXT_MAX 256     /* a path or a list, with its end */
#define SPEC_COMMAND_MAX 1024 /* what follows "--", quoted, with its end */
#define SPEC_GIVEN_WORDS 2
#define SPEC_SPAWNED_MAX 20000 /* workers that one run makes, one a task */
struct spec_phase {
    enum spec_sync sync;
    int64_t duration_ns;
};

/* Times are nanoseconds. After spec_check() nothing is "auto" except chunk
 * and observer. */
struct spec {
    enum spec_workload workload;
    enum spec_model model;
    enum spec_dispatch dispatch;
    enum spec_sync sync;
    enum spec_gil gil;
    enum spec_gil_check gil_check;
    enum spec_sched sched;
    enum spec_observer observer;
    int observer_duty_pct; /* 1..100; 100: always recording */
    int64_t workers;       /* 0 until spec_check(): one a core */
    int64_t tasks;         /* 0: endless, until duration or stop */
    int64_t duration_ns;   /* 0: until the tasks are done, or stopped */
    int64_t limit;         /* size of one task; 0: has none */
    int64_t task_ns;       /* length of one task, before scale */
    double cpu_share;      /* per cent of it: computing, the rest waiting */
    double scale;          /* waits are this many times shorter */
    int64_t chunk;         /* 0: auto, ceil(tasks / (4 * workers)) */
    struct spec_phase phases[SPEC_PHASES_MAX];
    int phase_count;         /* 0: one phase with .sync */
    bool pinned;             /* --cpus was given */
    cpu_set_t cpus;          /* only if pinned */
    int64_t nice;            /* -20..19 */
    int64_t slice_ns;        /* 0: the kernel's */
    int64_t gil_interval_ns; /* a waiter's patience */
    int64_t priority;        /* for fifo and rr, 1..99 */
    int64_t seed;
    int64_t timeout_ns; /* 0: none. The run ends with "timeout" */

    /* How workers live and tasks reach them. */
    int64_t processes; /* blended: of this many processes; 0: auto */
    enum spec_spawn spawn;
    int64_t poll_ns;     /* per-task: look for free places so often; 0: at once
                          */
    int64_t yield_every; /* coop: units of work between two yields; 0: never */
    enum spec_results results;
    int64_t fail_at; /* this task (from 1) fails; 0: none */

    /* What single workloads understand: see the table for which. */
    enum spec_split split;
    enum spec_share share;
    enum spec_make make;
    int64_t touched;       /* bytes the parent has written before */
    int64_t address_space; /* bytes; RLIMIT_AS of what is made; 0: as it is */
    int64_t stack;         /* bytes; of a made thread; 0: the system's */
    int64_t max_processes; /* RLIMIT_NPROC; 0: as it is */
    enum spec_via via;
    int64_t working_set; /* bytes touched in each turn */
    int64_t producers;   /* of the workers; the others consume */
    int64_t capacity;    /* places in the queue */
    int64_t sentinels;   /* -1s at the end; -1: one a consumer */
    int64_t bytes;       /* of one request, answer, message or file */
    enum spec_join join;
    enum spec_order order;
    int64_t hogs; /* workers that only compute, beside */
    enum spec_protocol protocol;
    enum spec_guard guard;
    int64_t hosts;
    int64_t latency_ns, jitter_ns; /* of a host, before scale */
    double failures;               /* per cent of hosts that fail */
    int64_t bandwidth;             /* bytes a second, all hosts together; 0: no
                                      bound */
    int64_t backlog;               /* of a listening host */
    int64_t patience_ns;           /* the client gives up; before scale */
    int64_t retries;
    int64_t groups; /* processes that share the work out among them */
    enum spec_drive drive;
    enum spec_disk_policy disk_policy;
    enum spec_read_ahead read_ahead;
    enum spec_pattern pattern;
    enum spec_cache cache;
    int64_t size; /* bytes of one real file */
    enum spec_answer resume;
    enum spec_output output;
    enum spec_answer shell;
    enum spec_answer reveal;
    enum spec_answer alone;      /* mix: each part by itself first */
    char lengths[SPEC_TEXT_MAX]; /* of tasks; spec_lengths() reads them */
    char dir[SPEC_TEXT_MAX];
    char inputs[SPEC_TEXT_MAX];
    char parts[SPEC_TEXT_MAX];      /* mix: experiments, "a | b" */
    char on[SPEC_TEXT_MAX];         /* the simulated machine, "sim:rr,cpus=64";
                                       "": this one */
    char command[SPEC_COMMAND_MAX]; /* quoted words; text_split() them */

    uint64_t given[SPEC_GIVEN_WORDS]; /* bit i: settings[i] was written by the
                                         user; see spec_given() */
};

/* Did the user write setting number @i of the table? */
static inline bool spec_given(const struct spec *spec, int i)
{
    return spec->given[i / 64] >> i % 64 & 1;
}

static inline void spec_give(struct spec *spec, int i, bool given)
{
    uint64_t bit = UINT64_C(1) << i % 64;

    if (given)
        spec->given[i / 64] |= bit;
    else
        spec->given[i / 64] &= ~bit;
}

/* ---- the table ---------------------------------------------------------- */

enum setting_type {
    SETTING_COUNT,   /* int64_t; "20", "5k", "2M" */
    SETTING_SECONDS, /* int64_t ns; "0.5", "500ms", "2s" */
    SETTING_MS,      /* int64_t ns; a number of milliseconds: "2000", or with
                        a unit: "2s" */
    SETTING_REAL,    /* double */
    SETTING_SIZE,    /* int64_t bytes; "64k" is 65536 */
    SETTING_TEXT,    /* char[SPEC_TEXT_MAX] */
    SETTING_CHOICE,  /* an enum; words in .words */
    SETTING_CHUNK,   /* "auto" or a count */
    SETTING_WORKERS, /* count; not given: one a core */
    SETTING_CPUS,    /* "0,1" "0-3" */
    SETTING_PHASES,  /* "none:0.5,mutex:0.5" */
    SETTING_OBSERVER /* a rung, then options: "perf,duty=10%" */
};

enum setting_flags {
    SETTING_LIVE = 1 /* may be changed while the run goes on */
};

struct setting {
    const char *name; /* "task-ms"; the option is "--task-ms" */
    enum setting_type type;
    unsigned offset; /* in struct spec */
    const char *unit;
    double min, max;          /* in the unit a person writes */
    const char *fallback;     /* the default as a person writes it (a workload
                                 may have its own); a word such as "auto" stands
                                 for what other settings or the workload say,
                                 and may be written as well */
    const char *const *words; /* for choices, NULL-terminated, by enum value */
    unsigned flags;
    unsigned workloads; /* bit set of enum spec_workload it means something
                           for; 0: all */
    const char *help;   /* one line, no full stop */
};

extern const struct setting spec_settings[];
extern const int spec_setting_count;
/* The row called @name ("workers", no dashes), or NULL. */
const struct setting *spec_setting(const char *name);
/* What @s takes, as part of a sentence: "a whole number from 1 to 65000, or
 * \"auto\"". */
void spec_setting_takes(const struct setting *s, struct text *out);

extern const char *const spec_workload_words[]; /* NULL-terminated */
extern const char *const spec_workload_summaries[];
/* A workload's own defaults, as settings: "--tasks 20 --limit 100000". */
const char *spec_workload_defaults(enum spec_workload workload);
/* Can @model run @workload? */
bool spec_runs_on(enum spec_workload workload, enum spec_model model);
extern const char *const spec_model_words[];
extern const char *const spec_model_summaries[];
extern const char *const spec_dispatch_words[];
extern const char *const spec_sync_words[];
extern const char *const spec_sync_summaries[];
extern const char *const spec_gil_words[];
extern const char *const spec_sched_words[];
extern const char *const spec_observer_words[];
extern const char *const spec_drive_words[];
extern const char *const spec_disk_policy_words[];
extern const char *const spec_guard_words[];
extern const char *const spec_order_words[];

/* ---- from text to spec and back ----------------------------------------- */

/* All defaults, for @workload. */
void spec_defaults(struct spec *spec, enum spec_workload workload);

/* Parse the words of one experiment: a workload, then settings ("--name
 * value" or "--name=value") in any order, the workload anywhere among them.
 * On failure -EINVAL, @err names the word and what would be right, and @spec
 * is undefined. Nothing about the machine is looked at. */
int spec_parse_words(struct spec *spec, int count, const char *const words[],
                     struct err *err);
/* The same from one line; words are separated by blanks, quotes group. */
int spec_parse_line(struct spec *spec, const char *line, struct err *err);
/* Change one setting of @spec from text, marking it given. For live edits and
 * sweeps. @name may also be "workload": what was given stays as far as it means
 * something for the new one. @value NULL: back to the default, not given. What
 * follows from other settings is worked out anew, so spec_check() it
 * afterwards. On failure @spec is as it was. */
int spec_set(struct spec *spec, const char *name, const char *value,
             struct err *err);

/* Fill in what depends on the machine and refuse what cannot be: impossible
 * combinations and processors the machine has not got (-EINVAL: the request
 * was wrong), more workers than it has room for (-EAGAIN: this machine cannot
 * do it; @err says the number that would work). */
int spec_check(struct spec *spec, const struct machine *m, struct err *err);

/* Nothing of spec/ knows the simulator, so somebody else looks at --on. Refuses
 * (-EINVAL with a sentence) what cannot be, and says what machine it is, for
 * the rest of the check; with @out NULL the rest is done, and the question is
 * whether this work can be simulated. Set once, by cli_main(), to
 * sim_check_on(); while it is NULL --on is refused. */
extern int (*spec_check_on)(const struct spec *spec, struct machine *out,
                            struct err *err);

/* The shortest line that gives this spec again: workload, model, then what was
 * given, in the table's order. */
void spec_format(const struct spec *spec, struct text *out);
/* One setting's present value as a person writes it, e.g. "none:0.5". */
void spec_format_setting(const struct spec *spec, const struct setting *s,
                         struct text *out);
/* Set @name to exactly what spec_format_setting() wrote as @value; nothing is
 * marked given, and nothing follows from it. For what was kept. -ENOENT: there
 * is no such setting; -EINVAL: that is not a value of it. */
int spec_restore(struct spec *spec, const char *name, const char *value,
                 struct err *err);
/* Does @s mean anything for this spec's workload, model and policy? */
bool spec_setting_applies(const struct spec *spec, const struct setting *s);

/* ---- dispatch arithmetic ------------------------------------------------ */

/* @count things over @parts by the articles' rule: ceil(count / parts) each,
 * the last part gets what is left. 100 over 8: 7 of 13 and one of 9. There may
 * be fewer parts than asked for: 9 over 6 is 4 of 2 and one of 1. */
struct spec_parts {
    int64_t each, parts, last;
};
struct spec_parts spec_parts(int64_t count, int64_t parts);

/* Among how many groups of workers the tasks are shared out beforehand; 1:
 * they are not. Group @group has the tasks [*first, *end). */
int64_t spec_groups(const struct spec *spec);
void spec_group_tasks(const struct spec *spec, int64_t group, int64_t *first,
                      int64_t *end);

/* How the tasks are dealt: multiprocessing.Pool.map's rule for auto. All 0 for
 * endless work. */
struct spec_deal {
    int64_t chunk, chunks, rounds, last_round_busy;
};
struct spec_deal spec_deal(const struct spec *spec);
/* The batch that @task is handed out in, both ends from 0 and within. False:
 * tasks are handed out one by one. */
bool spec_batch(const struct spec *spec, int64_t task, int64_t *first,
                int64_t *last);

/* --lengths in ns, before scale: of task i the (i modulo count)th. Returns how
 * many; 0: none are given, all take .task_ns. -EINVAL: not a list. */
#define SPEC_LENGTHS_MAX (SPEC_TEXT_MAX / 2)
int spec_lengths(const struct spec *spec, int64_t ns[SPEC_LENGTHS_MAX]);

#endif
