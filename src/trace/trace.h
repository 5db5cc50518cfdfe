/* What happened: timestamped facts about workers and cores.
 *
 * The second waist of the program: the live laboratory, the simulator and a
 * recording all give this, and every view, number and export reads only this.
 * One thread. Times are absolute nanoseconds on the source's clock (for the
 * live lab CLOCK_MONOTONIC); subtract .gate_ns to show them. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hist.h"
#include "base/machine.h"
#include "spec/cause.h"
#include "spec/metric.h"
#include "spec/role.h"
#include "spec/scene.h"
#include "spec/spec.h"
#include "trace/waitfor.h"

enum badge { BADGE_MEASURED, BADGE_MODEL, BADGE_REPLAY };

/* What a worker does during a span. */
enum span_state {
    SPAN_RUNNING,  /* on core .cpu */
    SPAN_SPINNING, /* on core .cpu, but only waiting for a spin lock */
    SPAN_READY,    /* could run, no core was free */
    SPAN_BLOCKED,  /* waiting for .cause */
    SPAN_UNKNOWN,  /* records were lost, or none were being taken */
    SPAN_STATES
};

/* One uninterrupted stretch of one worker. 24 bytes: there may be millions. */
struct span {
    int64_t start_ns, end_ns; /* start <= end */
    uint16_t worker;
    int16_t cpu;     /* running, spinning: the core. Else -1 */
    uint8_t state;   /* enum span_state */
    uint8_t cause;   /* enum wait_cause, when blocked or spinning */
    uint8_t forced;  /* running: it ended by force (preempted) */
    uint8_t sampled; /* 1: a picture of samples, not a record */
};

#define TRACE_CHUNK_SPANS 4096
struct trace_chunk {
    int64_t min_ns, max_ns; /* of all its spans */
    size_t count;
    struct span spans[TRACE_CHUNK_SPANS];
};

/* Marked events, in order of arrival. */
enum trace_event_kind {
    EVENT_TASK,    /* worker finished task .value; start_ns .. at_ns */
    EVENT_PHASE,   /* phase .value began */
    EVENT_LOST,    /* .value records lost on core .worker; start .. at */
    EVENT_REFUSED, /* the system refused worker .worker, errno .value */
    EVENT_PAUSE,   /* workers stood still, start_ns .. at_ns */
    EVENT_BLIND    /* not recording (duty cycle), start_ns .. at_ns */
};
struct trace_event {
    int64_t start_ns, at_ns;
    enum trace_event_kind kind;
    int32_t worker;
    int64_t value;
};

enum worker_life {
    LIFE_ABSENT,
    LIFE_STARTING,
    LIFE_ALIVE,
    LIFE_ENDED,
    LIFE_REFUSED
};

struct trace_worker {
    int32_t tid, pid;
    enum worker_life life;
    int64_t born_ns, end_ns; /* 0 until known */
    /* Now: valid while alive; the open span since .since_ns is not stored. */
    enum span_state state;
    enum wait_cause cause;
    int cpu;
    int64_t since_ns;
    /* Totals of the stored spans, by state and blocked by cause. */
    int64_t span_ns[SPAN_STATES];
    int64_t wait_ns[WAIT_CAUSES];
    int64_t traced_voluntary, traced_involuntary; /* switches in the trace */
    /* From the kernel: growing while it runs, exact after the end. */
    struct metrics metrics; /* life, run, ready, blocked, switches, ... */
    int64_t ops;            /* work done, in the workload's unit */
    enum worker_role role;
    int waits_on; /* index into the trace's resources; -1: none */
};

struct trace_core {
    int cpu;
    /* Running totals in ns since the gate. */
    int64_t own_ns;       /* our workers, from the spans */
    int64_t foreign_ns;   /* other programs and the kernel, from /proc/stat or
                             CPU-wide records; -1 not known */
    double foreign_share; /* over the last second, 0..1; -1 not known */
};

struct trace_phase {
    enum spec_sync sync;
    int workers;
    int64_t start_ns, end_ns; /* end 0: still open */
    int64_t ops;
    struct metrics metrics; /* wall_s, expected, actual, lost, throughput, ...*/
};

/* A row of running totals, taken a few dozen times a second at most. */
struct trace_sample {
    int64_t at_ns;
    int64_t ops;
    int64_t tasks_done;
    int64_t voluntary, involuntary, migrations; /* -1 not known */
    int64_t cpu_ns;                             /* all workers */
    int64_t gil_handoffs;
};

struct trace_observer {
    enum spec_observer kind; /* the rung in use */
    char reason[160];        /* why not a better one; "" if the best */
    char remedy[160];        /* what would allow it; "" if nothing to do */
    int64_t records, lost;
    int64_t dropped_spans; /* oldest spans let go: the memory cap */
    double cpu_s;          /* processor time spent on looking */
    double price_ns;       /* calibrated cost of one watched switch; <0 no */
    double late_ms;        /* how late the screen's last drain was */
};

/* What workers wait for and only others can give (lab/board.h). */
struct trace_resource {
    char name[24];
    enum resource_kind kind;
    int role;  /* enum worker_role of those that can give it; -1: the owner */
    int owner; /* worker; -1: free, or see .role */
    int available; /* > 0: whoever waits for it is about to go on */
};

/* A task that failed, and why. */
struct trace_failure {
    int64_t task; /* from 0 */
    char why[80];
};
#define TRACE_FAILURES 32

/* One experiment of a mix. */
#define TRACE_PARTS 4
struct trace_part {
    char line[SPEC_TEXT_MAX];
    int first_worker, workers;
    double alone_per_s, together_per_s; /* <0: not measured */
};

enum verdict {
    VERDICT_NONE,
    VERDICT_OK,
    VERDICT_FAILED,
    VERDICT_TIMEOUT,
    VERDICT_DEADLOCK,
    VERDICT_INTERRUPTED
};
extern const char *const verdict_words[]; /* "", "ok", "failed", ... */

struct trace {
    struct spec spec;
    struct machine machine;
    enum badge badge;
    int64_t gate_ns; /* the start gate opened; 0 not yet */
    int64_t end_ns;  /* the last worker's end; 0 not yet */
    int64_t now_ns;  /* known up to here */
    enum verdict verdict;
    char error[400];  /* "" if none */
    char note[256];   /* what the work says of its end; "" if nothing */
    int refused_code; /* the lab would not begin: negative errno of .error,
                         -EINVAL or -EAGAIN as from spec_check(); 0 */

    struct trace_worker *workers;
    int worker_count; /* rows in use: ids 0 .. count-1 */
    int worker_cap;
    struct trace_core *cores; /* the lab's cores, by cpu number */
    int core_count;

    struct trace_chunk **chunks; /* in order of arrival, oldest first */
    size_t chunk_count, chunk_cap;
    size_t chunk_limit;       /* more than this: the oldest go */
    int64_t complete_from_ns; /* spans before this were let go; 0 none */

    struct trace_event *events;
    size_t event_count, event_cap;
    struct trace_phase *phases;
    size_t phase_count, phase_cap;
    struct trace_sample *samples;
    size_t sample_count, sample_cap;

    struct trace_observer observer;
    struct metrics metrics; /* of the run: stats/summary.h fills it */
    /* Cooperative tasks: what was counted of the one thread that they share,
     * and is therefore no sum over them. */
    struct metrics loop;
    struct hist latency; /* of requests or tasks */
    struct scene scene;  /* the apparatus; .kind SCENE_NONE: has none */
    struct trace_resource *resources;
    int resource_count;
    struct waitfor waitfor; /* who can never go on; found by the source */
    struct trace_failure failures[TRACE_FAILURES]; /* the first ones */
    int failure_count;
    char hidden[SPEC_TEXT_MAX]; /* of a mystery, when it is to be told; or "" */
    struct trace_part parts[TRACE_PARTS]; /* mix only */
    int part_count;
    int64_t result_digits; /* factorial: decimal digits of one result; 0 */
    bool failed_alloc;     /* something was not kept for want of memory */
};

/* Computed by the simulator, though it may have been kept since: nobody had to
 * observe it, and every span is exact. */
static inline bool trace_computed(const struct trace *t)
{
    return t->badge == BADGE_MODEL || t->spec.on[0] != '\0';
}

/* An empty trace of @spec on @m. NULL if out of memory. trace_free() it. */
struct trace *trace_new(const struct spec *spec, const struct machine *m);
void trace_free(struct trace *t); /* NULL is fine */

/* The row of worker @id, made (with all before it) if need be. NULL if out of
 * memory. Pointers are good until the next call. */
struct trace_worker *trace_worker(struct trace *t, int id);

/* Store one closed span and add it to the worker's and the core's totals.
 * Spans of one worker come in order of time and do not overlap; those of
 * different workers may come in any order. An empty span is ignored. */
void trace_add_span(struct trace *t, const struct span *span);

void trace_add_event(struct trace *t, const struct trace_event *e);
struct trace_phase *trace_add_phase(struct trace *t); /* NULL: no memory */
void trace_add_sample(struct trace *t, const struct trace_sample *s);

/* How many spans were ever added (let go ones too); with trace_span_at() a
 * reader follows the trace: it keeps its own position. */
uint64_t trace_span_total(const struct trace *t);
/* Span number @n, or NULL if it was let go or is not there yet. */
const struct span *trace_span_at(const struct trace *t, uint64_t n);

/* Call @each for every stored span that touches [from_ns, to_ns), skipping
 * whole chunks that do not. */
void trace_each_span(const struct trace *t, int64_t from_ns, int64_t to_ns,
                     void (*each)(const struct span *s, void *arg), void *arg);

/* The worker's still open span, as of @now_ns, for drawing. False if it is not
 * alive. */
bool trace_open_span(const struct trace *t, int worker, int64_t now_ns,
                     struct span *out);

/* A worker's letters on every panel: 0 -> "A", 25 -> "Z", 26 -> "a", 51 -> "z",
 * then "0".."9", then around again. */
char trace_letter(int worker);

#endif
