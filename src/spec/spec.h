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
    X(PINGPONG, pingpong, true, "hand a turn from worker to worker (futex)")

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
    MODEL_COUNT
};

enum spec_dispatch { DISPATCH_DYNAMIC, DISPATCH_MAP, DISPATCH_APPLY };

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
    uint64_t given;     /* bit i: settings[i] was written by the user */
};

/* ---- the table ---------------------------------------------------------- */

enum setting_type {
    SETTING_COUNT,   /* int64_t; "20", "5k", "2M" */
    SETTING_SECONDS, /* int64_t ns; "0.5", "500ms", "2s" */
    SETTING_MS,      /* int64_t ns; a number of milliseconds: "2000", or with
                        a unit: "2s" */
    SETTING_REAL,    /* double */
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
    const char *fallback;     /* the default as a person writes it; a word such
                                 as "auto" stands for what other settings or the
                                 workload say, and may be written as well */
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
extern const char *const spec_model_words[];
extern const char *const spec_model_summaries[];
extern const char *const spec_dispatch_words[];
extern const char *const spec_sync_words[];
extern const char *const spec_sync_summaries[];
extern const char *const spec_gil_words[];
extern const char *const spec_sched_words[];
extern const char *const spec_observer_words[];

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

/* The shortest line that gives this spec again: workload, model, then what was
 * given, in the table's order. */
void spec_format(const struct spec *spec, struct text *out);
/* One setting's present value as a person writes it, e.g. "none:0.5". */
void spec_format_setting(const struct spec *spec, const struct setting *s,
                         struct text *out);
/* Does @s mean anything for this spec's workload, model and policy? */
bool spec_setting_applies(const struct spec *spec, const struct setting *s);

/* ---- dispatch arithmetic ------------------------------------------------ */

/* How the tasks are dealt: multiprocessing.Pool.map's rule for auto. All 0 for
 * endless work. */
struct spec_deal {
    int64_t chunk, chunks, rounds, last_round_busy;
};
struct spec_deal spec_deal(const struct spec *spec);

#endif
