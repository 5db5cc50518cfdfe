/* The table of settings, and what they are when nobody says anything. Read by
 * the command line, the screens, the record and the manual; any process. */
#include "spec/table.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"

const char *const spec_workload_words[] = {
#define X(id, name, endless, summary) #name,
    SPEC_WORKLOADS(X)
#undef X
        NULL};

const char *const spec_workload_summaries[] = {
#define X(id, name, endless, summary) summary,
    SPEC_WORKLOADS(X)
#undef X
        NULL};

const char *const spec_model_words[] = {"sequential", "threads", "processes",
                                        "gil", NULL};

const char *const spec_model_summaries[] = {
    "one worker does everything, task after task",
    "threads of one process, sharing its memory",
    "forked processes, each with its own memory",
    "threads under one global lock, as in CPython: one computes at a time",
    NULL};

const char *const spec_dispatch_words[] = {"dynamic", "map", "apply", NULL};

const char *const spec_sync_words[] = {"none",           "mutex",  "spin",
                                       "ticket",         "atomic", "sharded",
                                       "sharded-packed", NULL};

const char *const spec_sync_summaries[] = {
    "no lock: load, add, store, and updates get lost",
    "a mutex: who has to wait sleeps",
    "a spin lock: who has to wait keeps trying",
    "a ticket lock: spinning, first come first served",
    "one atomic addition, no lock",
    "a counter for each worker, each in a cache line of its own",
    "a counter for each worker, side by side in one cache line",
    NULL};

const char *const spec_gil_words[] = {"new", "old", "unforced", NULL};
static const char *const gil_check_words[] = {"loop", "opcode", NULL};
const char *const spec_sched_words[] = {"other", "batch", "idle",
                                        "fifo",  "rr",    NULL};
const char *const spec_observer_words[] = {"auto",    "perf-cpu", "perf", "gap",
                                           "sampled", "off",      NULL};

/* A choice is stored in its enum, which is as wide as an unsigned. */
_Static_assert(sizeof(enum spec_model) == sizeof(unsigned) &&
                   sizeof(enum spec_observer) == sizeof(unsigned),
               "choices are read and written as unsigned");

#define FIELD(name) offsetof(struct spec, name)
#define ON(id) (1u << WORKLOAD_##id)
#define FINITE                                                                 \
    (ON(PRIMES) | ON(SUMSQUARES) | ON(FACTORIAL) | ON(SPIN) | ON(SLEEP))

/* A fallback that is no number ("auto") is a word that may be written, too. */
/* clang-format off */
const struct setting spec_settings[] = {
    [SET_MODEL] = {
        .name = "model", .type = SETTING_CHOICE, .offset = FIELD(model),
        .words = spec_model_words, .fallback = "threads",
        .help = "how workers come to be",
    },
    [SET_WORKERS] = {
        .name = "workers", .type = SETTING_WORKERS, .offset = FIELD(workers),
        .min = 1, .max = 65000, .fallback = "auto", .flags = SETTING_LIVE,
        .help = "how many threads or processes work (-w for short; auto: one a "
                "core)",
    },
    [SET_TASKS] = {
        .name = "tasks", .type = SETTING_COUNT, .offset = FIELD(tasks),
        .min = 1, .max = 1e9, .fallback = "auto", .workloads = FINITE,
        .help = "how many tasks there are to do",
    },
    [SET_DURATION] = {
        .name = "duration", .type = SETTING_SECONDS,
        .offset = FIELD(duration_ns), .unit = "s", .min = 0.001, .max = 86400,
        .fallback = "auto",
        .help = "how long to go on; \"endless\" is until you stop it",
    },
    [SET_LIMIT] = {
        .name = "limit", .type = SETTING_COUNT, .offset = FIELD(limit),
        .min = 1, .max = 1e10, .fallback = "auto",
        .workloads = ON(PRIMES) | ON(SUMSQUARES) | ON(FACTORIAL),
        .help = "size of one task: largest number, terms of the sum, n of n!",
    },
    [SET_TASK_MS] = {
        .name = "task-ms", .type = SETTING_MS, .offset = FIELD(task_ns),
        .unit = "ms", .min = 0.001, .max = 3600000, .fallback = "auto",
        .workloads = ON(SPIN) | ON(SLEEP),
        .help = "length of one task",
    },
    [SET_SCALE] = {
        .name = "scale", .type = SETTING_REAL, .offset = FIELD(scale),
        .min = 1, .max = 1e6, .fallback = "1", .workloads = ON(SLEEP),
        .help = "make waits this many times shorter, and show results scaled "
                "back",
    },
    [SET_DISPATCH] = {
        .name = "dispatch", .type = SETTING_CHOICE, .offset = FIELD(dispatch),
        .words = spec_dispatch_words, .fallback = "dynamic",
        .workloads = FINITE,
        .help = "how tasks reach workers (sleep: map)",
    },
    [SET_CHUNK] = {
        .name = "chunk", .type = SETTING_CHUNK, .offset = FIELD(chunk),
        .min = 1, .max = 1e9, .fallback = "auto", .workloads = FINITE,
        .help = "tasks handed out together (auto: tasks / 4 workers); implies "
                "--dispatch map",
    },
    [SET_SYNC] = {
        .name = "sync", .type = SETTING_CHOICE, .offset = FIELD(sync),
        .words = spec_sync_words, .fallback = "none", .flags = SETTING_LIVE,
        .workloads = ON(COUNTER),
        .help = "the lock that guards the counter",
    },
    [SET_PHASES] = {
        .name = "phases", .type = SETTING_PHASES, .offset = FIELD(phases),
        .unit = "s", .min = 0.001, .max = 86400, .fallback = "none",
        .workloads = ON(COUNTER),
        .help = "locks in turn, each for some seconds: none:0.5,mutex:0.5",
    },
    [SET_CPUS] = {
        .name = "cpus", .type = SETTING_CPUS, .offset = FIELD(cpus),
        .fallback = "all", .flags = SETTING_LIVE,
        .help = "the processors that workers may use: 0,1 or 0-3",
    },
    [SET_NICE] = {
        .name = "nice", .type = SETTING_COUNT, .offset = FIELD(nice),
        .min = -20, .max = 19, .fallback = "0", .flags = SETTING_LIVE,
        .help = "how readily workers let others go first",
    },
    [SET_SLICE] = {
        .name = "slice", .type = SETTING_MS, .offset = FIELD(slice_ns),
        .unit = "ms", .min = 0.1, .max = 100, .fallback = "kernel",
        .flags = SETTING_LIVE,
        .help = "how long a worker may compute before others get their turn",
    },
    [SET_SCHED] = {
        .name = "sched", .type = SETTING_CHOICE, .offset = FIELD(sched),
        .words = spec_sched_words, .fallback = "other",
        .help = "the kernel's scheduling policy for workers",
    },
    [SET_PRIORITY] = {
        .name = "priority", .type = SETTING_COUNT, .offset = FIELD(priority),
        .min = 1, .max = 99, .fallback = "1",
        .help = "of workers under --sched fifo and rr, 99 is first",
    },
    [SET_GIL] = {
        .name = "gil", .type = SETTING_CHOICE, .offset = FIELD(gil),
        .words = spec_gil_words, .fallback = "new",
        .help = "which global lock: CPython 3.2's, the one before, or 3.2's "
                "without forced switching",
    },
    [SET_GIL_INTERVAL] = {
        .name = "gil-interval", .type = SETTING_MS,
        .offset = FIELD(gil_interval_ns), .unit = "ms", .min = 0.001,
        .max = 10000, .fallback = "5", .flags = SETTING_LIVE,
        .help = "how long a worker waits for the global lock before it asks",
    },
    [SET_GIL_CHECK] = {
        .name = "gil-check", .type = SETTING_CHOICE, .offset = FIELD(gil_check),
        .words = gil_check_words, .fallback = "loop",
        .help = "where the holder looks whether it was asked: at a loop's end, "
                "or at any opcode",
    },
    [SET_OBSERVER] = {
        .name = "observer", .type = SETTING_OBSERVER,
        .offset = FIELD(observer), .words = spec_observer_words,
        .fallback = "auto",
        .help = "how switches are seen; perf,duty=10% looks a tenth of the time",
    },
    [SET_SEED] = {
        .name = "seed", .type = SETTING_COUNT, .offset = FIELD(seed),
        .min = 0, .max = 4e9, .fallback = "1",
        .help = "where random numbers start",
    },
    [SET_TIMEOUT] = {
        .name = "timeout", .type = SETTING_SECONDS, .offset = FIELD(timeout_ns),
        .unit = "s", .min = 0.01, .max = 86400, .fallback = "none",
        .help = "give up after this long",
    },
};
/* clang-format on */
const int spec_setting_count = SET_COUNT;

/* What differs from workload to workload; 0: means nothing for it. */
static const struct workload_defaults {
    int64_t tasks, duration_ns, limit, task_ns;
    enum spec_dispatch dispatch;
} defaults[WORKLOAD_COUNT] = {
    [WORKLOAD_PRIMES] = {.tasks = 20, .limit = 100000},
    [WORKLOAD_SUMSQUARES] = {.tasks = 20, .limit = 5000000},
    [WORKLOAD_FACTORIAL] = {.tasks = 4, .limit = 100000},
    [WORKLOAD_SPIN] = {.tasks = 1000, .task_ns = NS_PER_MS},
    [WORKLOAD_SLEEP] = {.tasks = 100,
                        .task_ns = 2 * NS_PER_S,
                        .dispatch = DISPATCH_MAP},
    [WORKLOAD_COUNTER] = {.duration_ns = NS_PER_S},
    [WORKLOAD_PINGPONG] = {.duration_ns = NS_PER_S},
};

void spec_defaults(struct spec *spec, enum spec_workload workload)
{
    const struct workload_defaults *d = &defaults[workload];

    memset(spec, 0, sizeof(*spec));
    spec->workload = workload;
    spec->model = MODEL_THREADS;
    spec->tasks = d->tasks;
    spec->duration_ns = d->duration_ns;
    spec->limit = d->limit;
    spec->task_ns = d->task_ns;
    spec->dispatch = d->dispatch;
    spec->observer_duty_pct = 100;
    spec->scale = 1;
    spec->gil_interval_ns = 5 * NS_PER_MS;
    spec->priority = 1;
    spec->seed = 1;
}

const struct setting *spec_setting(const char *name)
{
    for (int i = 0; i < SET_COUNT; i++) {
        if (strcmp(spec_settings[i].name, name) == 0)
            return &spec_settings[i];
    }
    return NULL;
}

bool spec_setting_applies(const struct spec *spec, const struct setting *s)
{
    if (s->workloads != 0 && !(s->workloads >> spec->workload & 1))
        return false;
    switch ((enum setting_id)(s - spec_settings)) {
    case SET_GIL:
    case SET_GIL_INTERVAL:
    case SET_GIL_CHECK:
        return spec->model == MODEL_GIL;
    case SET_PRIORITY:
        return spec->sched == SCHED_KIND_FIFO || spec->sched == SCHED_KIND_RR;
    default:
        return true;
    }
}

void table_copy(struct spec *to, const struct spec *from,
                const struct setting *s)
{
    size_t size = sizeof(int64_t);

    if (s->type == SETTING_CHOICE || s->type == SETTING_OBSERVER)
        size = sizeof(unsigned);
    else if (s->type == SETTING_PHASES)
        size = sizeof(from->phases);
    else if (s->type == SETTING_CPUS)
        size = sizeof(from->cpus);
    memcpy((char *)to + s->offset, table_field(from, s), size);

    if (s->type == SETTING_OBSERVER)
        to->observer_duty_pct = from->observer_duty_pct;
    if (s->type == SETTING_PHASES)
        to->phase_count = from->phase_count;
    if (s->type == SETTING_CPUS)
        to->pinned = from->pinned;
}

void table_settle(struct spec *spec)
{
    struct spec fresh;

    spec_defaults(&fresh, spec->workload);
    if (!table_given(spec, SET_DURATION)) {
        spec->duration_ns = fresh.duration_ns;
        if (spec->phase_count > 0)
            spec->duration_ns = 0;
        for (int i = 0; i < spec->phase_count; i++)
            spec->duration_ns += spec->phases[i].duration_ns;
    }
    if (!table_given(spec, SET_TASKS))
        spec->tasks = table_given(spec, SET_DURATION) ? 0 : fresh.tasks;
    if (!table_given(spec, SET_DISPATCH)) {
        if (table_given(spec, SET_CHUNK))
            spec->dispatch = DISPATCH_MAP;
        else /* map shares out a known number of tasks */
            spec->dispatch =
                spec->tasks > 0 ? fresh.dispatch : DISPATCH_DYNAMIC;
    }
    if (!table_given(spec, SET_WORKERS))
        spec->workers = 0;
}
