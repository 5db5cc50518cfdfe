/* The table of settings. Read by the command line, the screens, the record and
 * the manual; any process. What a workload has of its own: workloads.c. */
#include "spec/table.h"

#include <stddef.h>
#include <string.h>

const char *const spec_model_words[] = {
    "sequential", "threads", "processes", "gil", "coop", "blended", NULL};

const char *const spec_model_summaries[] = {
    "one worker does everything, task after task",
    "threads of one process, sharing its memory",
    "forked processes, each with its own memory",
    "threads under one global lock, as in CPython: one computes at a time",
    "cooperative tasks on one thread: each goes on until it lets others",
    "threads shared out among several processes",
    NULL};

const char *const spec_dispatch_words[] = {"dynamic", "map", "apply", "async",
                                           NULL};

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
static const char *const spawn_words[] = {"pool", "per-task", NULL};
static const char *const results_words[] = {"arrival", "index", NULL};
static const char *const split_words[] = {"row", "column", "block", NULL};
static const char *const share_words[] = {"private", "mapped", "pipe", NULL};
static const char *const make_words[] = {"thread", "fork", "exec", NULL};
static const char *const via_words[] = {"futex", "pipe", "yield", NULL};
static const char *const join_words[] = {"before", "after", NULL};
const char *const spec_order_words[] = {"opposite", "same", "trylock", NULL};
static const char *const protocol_words[] = {"none", "inherit", NULL};
const char *const spec_guard_words[] = {"busy",    "if",   "while", "semaphore",
                                        "barrier", "join", NULL};
const char *const spec_drive_words[] = {"hp97560", "nl7200", "ssd", NULL};
const char *const spec_disk_policy_words[] = {
    "fcfs", "sstf", "scan", "look", "cscan", "clook", "deadline", "satf", NULL};
static const char *const read_ahead_words[] = {"off", "idle", "segments", NULL};
static const char *const pattern_words[] = {"sequential", "random", NULL};
static const char *const cache_words[] = {"direct", "pages", NULL};
static const char *const output_words[] = {"drop", "keep", NULL};
static const char *const answer_words[] = {"no", "yes", NULL};
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
/* Work in tasks of one kind, that dispatch can deal. */
#define DEALT                                                                  \
    (ON(PRIMES) | ON(SUMSQUARES) | ON(FACTORIAL) | ON(SPIN) | ON(SLEEP) |      \
     ON(INRANGE) | ON(FLEET) | ON(COMMAND))
#define COUNTED                                                                \
    (DEALT | ON(CREATE) | ON(QUEUE) | ON(LOCKS) | ON(SYNC) | ON(MIGRATE))
#define SCALED (ON(SLEEP) | ON(FLEET) | ON(DISK))
#define SIZED                                                                  \
    (ON(PIPE) | ON(FLEET) | ON(DISK) | ON(FILE) | ON(MIGRATE) | ON(CONVOY))

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
        .min = 1, .max = 1e9, .fallback = "auto", .workloads = COUNTED,
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
        .workloads = ON(PRIMES) | ON(SUMSQUARES) | ON(FACTORIAL) | ON(INRANGE),
        .help = "size of one task: largest number, terms of the sum, n of n!; "
                "inrange: rows of the matrix",
    },
    [SET_TASK_MS] = {
        .name = "task-ms", .type = SETTING_MS, .offset = FIELD(task_ns),
        .unit = "ms", .min = 0, .max = 3600000, .fallback = "0",
        .workloads = ON(SPIN) | ON(SLEEP) | ON(QUEUE) | ON(LOCKS) |
                     ON(INVERSION) | ON(SYNC) | ON(MIGRATE),
        .help = "length of one task, or of the work with what it got",
    },
    [SET_LENGTHS] = {
        .name = "lengths", .type = SETTING_TEXT, .offset = FIELD(lengths),
        .fallback = "none", .workloads = ON(SPIN) | ON(SLEEP),
        .help = "how long each task is in ms, one after the other and again: "
                "80,20,60,40",
    },
    [SET_CPU_SHARE] = {
        .name = "cpu-share", .type = SETTING_REAL, .offset = FIELD(cpu_share),
        .unit = "%", .min = 1, .max = 100, .fallback = "100",
        .workloads = ON(SPIN),
        .help = "of a task's length: computing; then it waits for the rest",
    },
    [SET_SCALE] = {
        .name = "scale", .type = SETTING_REAL, .offset = FIELD(scale),
        .min = 0.01, .max = 1e6, .fallback = "1", .workloads = SCALED,
        .help = "make waits this many times shorter, and show results scaled "
                "back",
    },
    [SET_DISPATCH] = {
        .name = "dispatch", .type = SETTING_CHOICE, .offset = FIELD(dispatch),
        .words = spec_dispatch_words, .fallback = "dynamic",
        .workloads = DEALT,
        .help = "how tasks reach workers",
    },
    [SET_CHUNK] = {
        .name = "chunk", .type = SETTING_CHUNK, .offset = FIELD(chunk),
        .min = 1, .max = 1e9, .fallback = "auto", .workloads = DEALT,
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
    [SET_PROCESSES] = {
        .name = "processes", .type = SETTING_WORKERS, .offset = FIELD(processes),
        .min = 1, .max = 4096, .fallback = "auto",
        .help = "blended: the workers are threads of so many processes (auto: "
                "one a core)",
    },
    [SET_SPAWN] = {
        .name = "spawn", .type = SETTING_CHOICE, .offset = FIELD(spawn),
        .words = spawn_words, .fallback = "pool", .workloads = DEALT,
        .help = "a standing pool, or a new worker for each task, --workers of "
                "them at a time",
    },
    [SET_POLL] = {
        .name = "poll", .type = SETTING_SECONDS, .offset = FIELD(poll_ns),
        .unit = "s", .min = 0, .max = 60, .fallback = "0", .workloads = DEALT,
        .help = "per-task: look for a free place only so often, as "
                "Parallel::ForkManager does (0: at once)",
    },
    [SET_YIELD_EVERY] = {
        .name = "yield-every", .type = SETTING_COUNT,
        .offset = FIELD(yield_every), .min = 0, .max = 1e9, .fallback = "100",
        .help = "coop: units of work between two yields (0: never)",
    },
    [SET_RESULTS] = {
        .name = "results", .type = SETTING_CHOICE, .offset = FIELD(results),
        .words = results_words, .fallback = "arrival", .workloads = DEALT,
        .help = "of --dispatch async: delivered as they come, or sorted by "
                "their task's index",
    },
    [SET_FAIL_AT] = {
        .name = "fail-at", .type = SETTING_COUNT, .offset = FIELD(fail_at),
        .min = 1, .max = 1e9, .fallback = "none", .workloads = DEALT,
        .help = "let this task fail, counted from 1",
    },
    [SET_SPLIT] = {
        .name = "split", .type = SETTING_CHOICE, .offset = FIELD(split),
        .words = split_words, .fallback = "row", .workloads = ON(INRANGE),
        .help = "what of the matrix is one task",
    },
    [SET_SHARE] = {
        .name = "share", .type = SETTING_CHOICE, .offset = FIELD(share),
        .words = share_words, .fallback = "mapped",
        .workloads = ON(INRANGE) | ON(ISOLATION),
        .help = "how others get at the data: not at all, in mapped memory, "
                "through a pipe",
    },
    [SET_MAKE] = {
        .name = "make", .type = SETTING_CHOICE, .offset = FIELD(make),
        .words = make_words, .fallback = "thread",
        .workloads = ON(CREATE) | ON(LIMIT),
        .help = "what is made: a thread, a process, a process with another "
                "program",
    },
    [SET_TOUCHED] = {
        .name = "touched", .type = SETTING_SIZE, .offset = FIELD(touched),
        .min = 0, .max = 1e11, .fallback = "0",
        .workloads = ON(CREATE) | ON(ISOLATION),
        .help = "memory the parent has written before it forks",
    },
    [SET_ADDRESS_SPACE] = {
        .name = "address-space", .type = SETTING_SIZE,
        .offset = FIELD(address_space), .min = 65536, .max = 1e15,
        .fallback = "none", .workloads = ON(LIMIT),
        .help = "limit of what may be mapped (RLIMIT_AS)",
    },
    [SET_STACK] = {
        .name = "stack", .type = SETTING_SIZE, .offset = FIELD(stack),
        .min = 16384, .max = 1e12, .fallback = "system",
        .workloads = ON(LIMIT) | ON(CREATE),
        .help = "stack of a made thread",
    },
    [SET_MAX_PROCESSES] = {
        .name = "max-processes", .type = SETTING_COUNT,
        .offset = FIELD(max_processes), .min = 1, .max = 4e6,
        .fallback = "none", .workloads = ON(LIMIT),
        .help = "limit of the user's threads and processes (RLIMIT_NPROC)",
    },
    [SET_VIA] = {
        .name = "via", .type = SETTING_CHOICE, .offset = FIELD(via),
        .words = via_words, .fallback = "futex", .workloads = ON(PINGPONG),
        .help = "how the turn is handed over",
    },
    [SET_WORKING_SET] = {
        .name = "working-set", .type = SETTING_SIZE,
        .offset = FIELD(working_set), .min = 0, .max = 1e10, .fallback = "0",
        .workloads = ON(PINGPONG),
        .help = "memory each worker goes through in its turn",
    },
    [SET_PRODUCERS] = {
        .name = "producers", .type = SETTING_COUNT, .offset = FIELD(producers),
        .min = 1, .max = 10000, .fallback = "1",
        .workloads = ON(QUEUE) | ON(SYNC),
        .help = "how many of the workers produce; the others consume",
    },
    [SET_CAPACITY] = {
        .name = "capacity", .type = SETTING_COUNT, .offset = FIELD(capacity),
        .min = 1, .max = 1e6, .fallback = "8",
        .workloads = ON(QUEUE) | ON(SYNC),
        .help = "places in the queue",
    },
    [SET_SENTINELS] = {
        .name = "sentinels", .type = SETTING_COUNT, .offset = FIELD(sentinels),
        .min = 0, .max = 10000, .fallback = "auto", .workloads = ON(QUEUE),
        .help = "how many -1s end the queue (auto: one a consumer)",
    },
    [SET_BYTES] = {
        .name = "bytes", .type = SETTING_SIZE, .offset = FIELD(bytes),
        .min = 1, .max = 1e11, .fallback = "64k", .workloads = SIZED,
        .help = "size of one request, answer, message or file",
    },
    [SET_JOIN] = {
        .name = "join", .type = SETTING_CHOICE, .offset = FIELD(join),
        .words = join_words, .fallback = "before", .workloads = ON(PIPE),
        .help = "the parent joins its child before reading, or after",
    },
    [SET_ORDER] = {
        .name = "order", .type = SETTING_CHOICE, .offset = FIELD(order),
        .words = spec_order_words, .fallback = "opposite",
        .workloads = ON(LOCKS),
        .help = "in which order a worker takes its two locks; trylock: gives "
                "back and tries again",
    },
    [SET_HOGS] = {
        .name = "hogs", .type = SETTING_COUNT, .offset = FIELD(hogs),
        .min = 0, .max = 4096, .fallback = "1",
        .workloads = ON(INVERSION) | ON(CONVOY),
        .help = "workers beside that only compute; workers follow",
    },
    [SET_PROTOCOL] = {
        .name = "protocol", .type = SETTING_CHOICE, .offset = FIELD(protocol),
        .words = protocol_words, .fallback = "none",
        .workloads = ON(INVERSION),
        .help = "does who holds the lock inherit the urgency of who waits?",
    },
    [SET_GUARD] = {
        .name = "guard", .type = SETTING_CHOICE, .offset = FIELD(guard),
        .words = spec_guard_words, .fallback = "while", .workloads = ON(SYNC),
        .help = "how one waits for what is not there yet, or for the others",
    },
    [SET_HOSTS] = {
        .name = "hosts", .type = SETTING_COUNT, .offset = FIELD(hosts),
        .min = 1, .max = 4000, .fallback = "100", .workloads = ON(FLEET),
        .help = "listening hosts on this machine's loopback",
    },
    [SET_LATENCY] = {
        .name = "latency", .type = SETTING_MS, .offset = FIELD(latency_ns),
        .unit = "ms", .min = 0, .max = 60000, .fallback = "50",
        .workloads = ON(FLEET),
        .help = "how long a host takes before it answers",
    },
    [SET_JITTER] = {
        .name = "jitter", .type = SETTING_MS, .offset = FIELD(jitter_ns),
        .unit = "ms", .min = 0, .max = 60000, .fallback = "10",
        .workloads = ON(FLEET),
        .help = "by how much that varies, up and down",
    },
    [SET_FAILURES] = {
        .name = "failures", .type = SETTING_REAL, .offset = FIELD(failures),
        .unit = "%", .min = 0, .max = 100, .fallback = "0",
        .workloads = ON(FLEET),
        .help = "share of hosts that refuse or never answer",
    },
    [SET_BANDWIDTH] = {
        .name = "bandwidth", .type = SETTING_SIZE, .offset = FIELD(bandwidth),
        .min = 1000, .max = 1e12, .fallback = "none", .workloads = ON(FLEET),
        .help = "bytes a second that all hosts share",
    },
    [SET_BACKLOG] = {
        .name = "backlog", .type = SETTING_COUNT, .offset = FIELD(backlog),
        .min = 0, .max = 4096, .fallback = "128", .workloads = ON(FLEET),
        .help = "connections that may wait at a host to be accepted",
    },
    [SET_PATIENCE] = {
        .name = "patience", .type = SETTING_MS, .offset = FIELD(patience_ns),
        .unit = "ms", .min = 1, .max = 600000, .fallback = "400",
        .workloads = ON(FLEET),
        .help = "a client gives up after this long",
    },
    [SET_RETRIES] = {
        .name = "retries", .type = SETTING_COUNT, .offset = FIELD(retries),
        .min = 0, .max = 100, .fallback = "0", .workloads = ON(FLEET),
        .help = "how often a client tries again",
    },
    [SET_GROUPS] = {
        .name = "groups", .type = SETTING_COUNT, .offset = FIELD(groups),
        .min = 1, .max = 1000, .fallback = "1",
        .workloads = ON(FLEET) | ON(MIGRATE),
        .help = "processes that share the work out beforehand; the workers are "
                "their threads",
    },
    [SET_DRIVE] = {
        .name = "drive", .type = SETTING_CHOICE, .offset = FIELD(drive),
        .words = spec_drive_words, .fallback = "nl7200",
        .workloads = ON(DISK),
        .help = "the modelled drive: of 1992, a 7200 rpm one, flash",
    },
    [SET_DISK_POLICY] = {
        .name = "disk-policy", .type = SETTING_CHOICE,
        .offset = FIELD(disk_policy), .words = spec_disk_policy_words,
        .fallback = "fcfs", .flags = SETTING_LIVE, .workloads = ON(DISK),
        .help = "which waiting request is served next",
    },
    [SET_READ_AHEAD] = {
        .name = "read-ahead", .type = SETTING_CHOICE,
        .offset = FIELD(read_ahead), .words = read_ahead_words,
        .fallback = "idle", .workloads = ON(DISK),
        .help = "the drive reads on: never, while it is idle, always into one "
                "of its segments",
    },
    [SET_PATTERN] = {
        .name = "pattern", .type = SETTING_CHOICE, .offset = FIELD(pattern),
        .words = pattern_words, .fallback = "sequential",
        .workloads = ON(DISK) | ON(FILE),
        .help = "where a reader's next request is",
    },
    [SET_CACHE] = {
        .name = "cache", .type = SETTING_CHOICE, .offset = FIELD(cache),
        .words = cache_words, .fallback = "direct", .workloads = ON(FILE),
        .help = "ask the device (O_DIRECT), or go through the page cache",
    },
    [SET_SIZE] = {
        .name = "size", .type = SETTING_SIZE, .offset = FIELD(size),
        .min = 4096, .max = 1e12, .fallback = "auto", .workloads = ON(FILE),
        .help = "of the file each worker reads (auto: 64M, all together up to "
                "512M)",
    },
    [SET_RESUME] = {
        .name = "resume", .type = SETTING_CHOICE, .offset = FIELD(resume),
        .words = answer_words, .fallback = "no", .workloads = ON(MIGRATE),
        .help = "finish what an interrupted run in the same --dir began",
    },
    [SET_OUTPUT] = {
        .name = "output", .type = SETTING_CHOICE, .offset = FIELD(output),
        .words = output_words, .fallback = "drop", .workloads = ON(COMMAND),
        .help = "what a command prints: dropped, or kept in files",
    },
    [SET_SHELL] = {
        .name = "shell", .type = SETTING_CHOICE, .offset = FIELD(shell),
        .words = answer_words, .fallback = "no", .workloads = ON(COMMAND),
        .help = "let sh read the command",
    },
    [SET_ALONE] = {
        .name = "alone", .type = SETTING_CHOICE, .offset = FIELD(alone),
        .words = answer_words, .fallback = "yes", .workloads = ON(MIX),
        .help = "run each part by itself first",
    },
    [SET_REVEAL] = {
        .name = "reveal", .type = SETTING_CHOICE, .offset = FIELD(reveal),
        .words = answer_words, .fallback = "no", .workloads = ON(MYSTERY),
        .help = "say what it was, when it is over",
    },
    [SET_DIR] = {
        .name = "dir", .type = SETTING_TEXT, .offset = FIELD(dir),
        .fallback = "auto",
        .workloads = ON(FILE) | ON(MIGRATE) | ON(COMMAND),
        .help = "the folder for files (auto: in the user's cache, and removed)",
    },
    [SET_INPUTS] = {
        .name = "inputs", .type = SETTING_TEXT, .offset = FIELD(inputs),
        .fallback = "none", .workloads = ON(COMMAND),
        .help = "a file with one input a line, each for one {} of the command",
    },
    [SET_PARTS] = {
        .name = "parts", .type = SETTING_TEXT, .offset = FIELD(parts),
        .fallback = "auto", .workloads = ON(MIX),
        .help = "two to four experiments with | between them",
    },
    [SET_ON] = {
        .name = "on", .type = SETTING_TEXT, .offset = FIELD(on),
        .fallback = "here",
        .help = "instead: on a simulated machine, sim:POLICY,NAME=VALUE,...; "
                "\"timeslice list policies\"",
    },
};
/* clang-format on */
const int spec_setting_count = SET_COUNT;

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
    case SET_PROCESSES:
        return spec->model == MODEL_BLENDED;
    case SET_YIELD_EVERY:
        return spec->model == MODEL_COOP;
    case SET_POLL:
        return spec->spawn == SPAWN_PER_TASK;
    case SET_RESULTS:
        return spec->dispatch == DISPATCH_ASYNC;
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
    else if (s->type == SETTING_TEXT)
        size = SPEC_TEXT_MAX;
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
        spec->tasks = table_given(spec, SET_DURATION)    ? 0
                      : spec->workload == WORKLOAD_FLEET ? spec->hosts
                                                         : fresh.tasks;
    if (!table_given(spec, SET_MODEL))
        spec->model = spec->groups > 1 ? MODEL_BLENDED : fresh.model;
    if (!table_given(spec, SET_PROCESSES))
        spec->processes = spec->groups > 1 ? spec->groups : fresh.processes;
    if (!table_given(spec, SET_DISPATCH)) {
        if (table_given(spec, SET_CHUNK))
            spec->dispatch = DISPATCH_MAP;
        else if (spec->spawn == SPAWN_PER_TASK)
            spec->dispatch = DISPATCH_DYNAMIC;
        else /* map shares out a known number of tasks */
            spec->dispatch =
                spec->tasks > 0 ? fresh.dispatch : DISPATCH_DYNAMIC;
    }
    if (!table_given(spec, SET_WORKERS))
        spec->workers = fresh.workers;
    if (!table_given(spec, SET_HOGS)) /* may follow from the workers */
        spec->hogs = fresh.hogs;
    if (!table_given(spec, SET_ADDRESS_SPACE))
        spec->address_space = fresh.address_space;
}
