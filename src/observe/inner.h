/* The observer's own state, shared by its files and by nobody else. Screen
 * process, one thread. */
#ifndef OBSERVE_INNER_H
#define OBSERVE_INNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "lab/board.h"
#include "observe/gaps.h"
#include "observe/line.h"
#include "observe/marks.h"
#include "observe/observe.h"
#include "observe/perf.h"
#include "observe/proc.h"
#include "observe/sampled.h"
#include "observe/switches.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define ACQUIRE(x) atomic_load_explicit(&(x), memory_order_acquire)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* One rung of the ladder: how timelines come about. Births and ends are told
 * in any order of time; drain() then uses all that is known up to now. */
struct rung {
    enum spec_observer kind;
    uint32_t watch; /* enum board_watch: what workers must tell */
    bool timeline;  /* spans and switch counts are a record, not a picture */
    /* Optional. 0, or a negative errno and @err. */
    int (*open)(struct observer *o, struct err *err);
    void (*close)(struct observer *o);
    /* Ids up to o->lines.count - 1 are about to be used. False: no memory. */
    bool (*grow)(struct observer *o);
    bool (*named)(struct observer *o, int id, int32_t tid);
    void (*born)(struct observer *o, int id, int64_t at_ns, int cpu);
    void (*closing)(struct observer *o, int id); /* about to end. Optional */
    void (*ended)(struct observer *o, int id, int64_t at_ns);
    void (*drain)(struct observer *o, int64_t now_ns, bool final);
    /* The lab is gone: who has not ended was killed, at @at_ns. */
    void (*finish)(struct observer *o, int64_t at_ns);
    int (*fds)(const struct observer *o, struct pollfd *out, int max);
};
extern const struct rung rung_perf_cpu, rung_perf, rung_gap, rung_sampled,
    rung_off;
const struct rung *rung_of(enum spec_observer kind);

struct watched {              /* one worker, beside its line */
    uint64_t dropped;         /* events that found its ring full, so far */
    struct sample last;       /* rung_sampled */
    struct proc_task proc;    /* as last read from /proc ... */
    int64_t proc_ns;          /* ... at this time; 0: never */
    struct trace_sample part; /* its part of the last running totals */
    int64_t seen_ns;          /* duty: it ran then, by its own word, */
    int seen_cpu;             /* and here */
    int32_t child_pid;        /* the command it runs, as last seen; 0 none */
    bool told_end;            /* the rung knows of its end */
};

/* Cores' foreign use, read now and then (cores.c). */
#define CORE_READS 6
struct core_reads {
    int64_t at_ns[CORE_READS]; /* number n in slot n % CORE_READS */
    int64_t reads;
    struct {
        int64_t foreign_ns[CORE_READS];
        int64_t base_ns; /* foreign time before the gate */
    } v[CPU_SETSIZE];
};

struct observer {
    pid_t pid; /* the lab */
    struct board *board;
    struct trace *trace;
    const struct rung *rung;
    struct lines lines;
    struct watched *watched; /* as many as lines */
    int watched_cap;
    int *live; /* ids that are not settled */
    int live_count, live_cap;
    int turn; /* where in .live the next reading of /proc begins */
    struct proc *proc;
    struct core_reads *cores;
    bool foreign_exact; /* records tell of other programs, too */

    /* perf rungs */
    struct perf perf;
    struct switches *switches;
    struct marks marks;
    bool blind;           /* duty: not recording just now */
    int64_t duty_from_ns; /* recording began; 0: not yet */
    int64_t turned_ns;    /* .blind changed last */
    int64_t recorded_ns;  /* before .turned_ns */

    struct gaps gaps;

    struct trace_sample settled; /* sums over workers that are over */
    int64_t pumps;
    int64_t pumped_ns;  /* the last pump */
    int64_t sampled_ns; /* the last row of running totals */
};

/* workers.c: find new workers, births and ends; tell the rung. */
void workers_scan(struct observer *o);
/* Totals of all that live or have just ended, into the trace; those that are
 * over are settled. @sum: over all workers ever. */
void workers_totals(struct observer *o, int64_t now_ns, bool final,
                    struct trace_sample *sum);
void workers_fini(struct observer *o);

/* loop.c: what is no single cooperative task's but their thread's: into the
 * trace, and over what @sum has of it. */
void loop_totals(struct observer *o, struct trace_sample *sum);

/* cores.c: other programs' use of the lab's cores, five times a second. */
void cores_update(struct observer *o, int64_t now_ns, bool final);

/* Is @o's timeline without holes by design? */
bool observer_complete(const struct observer *o);

#endif
