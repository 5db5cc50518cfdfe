/* The scoreboard: the one block of memory shared between lab and screen.
 *
 * Mapped shared before the lab is forked. No pointers, no locks: a lab may be
 * killed at any instruction. One writer a field (said at the field), lock-free
 * atomics only. A row is not a snapshot; exact numbers are read after the lab
 * was reaped. Every release store names the acquire that it pairs with. */
#ifndef LAB_BOARD_H
#define LAB_BOARD_H

#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hist.h"
#include "spec/cause.h"
#include "spec/metric.h"
#include "spec/role.h"
#include "spec/scene.h"
#include "spec/spec.h"

/* ---- a worker's events: what it saw of itself --------------------------- */

enum board_event_kind {
    /* It is about to block (from begin_ns). Stored before it does. */
    BOARD_WAIT_BEGIN,
    /* It goes on: begin_ns..end_ns, .cause as at the begin. With gap watching
     * also .voluntary and .involuntary switches in between and .queued_ns. */
    BOARD_WAIT_END,
    /* Gap watching: between two looks at the clock, begin_ns..end_ns, the
     * kernel switched it .involuntary (or unmarked .voluntary) times.
     * .cpu: after; .cpu_before: before. */
    BOARD_GAP,
    /* Gap watching: it found itself on another core without having found a
     * switch; it ran on .cpu_before until end_ns. */
    BOARD_MOVED,
    BOARD_TASK, /* finished task .value, begin_ns..end_ns */
    /* A cooperative task had its thread from .value until end_ns; from begin_ns
     * on it could have gone on, but others had it. It then waits for .cause
     * (WAIT_LOOP: only for its turn again), or, WAIT_NONE, still has it.
     * .voluntary: how often it had the thread meanwhile; several turns that
     * came close together are told as one (lab/coop_tell.c). */
    BOARD_RAN
};

struct board_event { /* 48 bytes */
    int64_t begin_ns, end_ns;
    int64_t value; /* TASK: its index; WAIT_END, GAP: queued_ns or -1; RAN */
    uint32_t voluntary, involuntary;
    int16_t cpu, cpu_before;
    uint8_t kind;  /* enum board_event_kind */
    uint8_t cause; /* enum wait_cause */
    uint8_t pad[6];
};

/* ---- one row a worker --------------------------------------------------- */

enum board_life { /* stored by whoever made the change, see the field */
                  BOARD_ABSENT,
                  BOARD_STARTING,
                  BOARD_WORKING,
                  BOARD_PARKED, /* told to stand aside */
                  BOARD_ENDED,
                  BOARD_REFUSED /* the system would not create it */
};

/* The kernel's own counts of a worker at one instant, read by itself with no
 * switch in between. */
struct board_counts {
    _Atomic int64_t at_ns; /* CLOCK_MONOTONIC; stored last (release) */
    _Atomic int64_t voluntary, involuntary; /* getrusage(RUSAGE_THREAD) */
    _Atomic int64_t user_ns, sys_ns;        /* the same */
    _Atomic int64_t run_ns;                 /* CLOCK_THREAD_CPUTIME_ID */
    _Atomic int64_t queued_ns;  /* schedstat run delay; -1 unreadable */
    _Atomic int64_t migrations; /* /proc sched se.nr_migrations; -1 */
    _Atomic int32_t cpu;
};

struct board_row {
    /* Written by this worker only. Counters only grow; read them relaxed. */
    alignas(64) _Atomic int64_t ops; /* work done, the workload's unit */
    _Atomic int64_t tasks_done, tasks_failed;
    _Atomic int64_t seen_ns; /* last look at the clock, while running */
    _Atomic int32_t cpu;     /* and on which core */
    _Atomic uint32_t wait;   /* enum wait_cause: why it blocks now; 0 not */
    _Atomic int64_t wait_since_ns;
    _Atomic uint64_t result; /* of its tasks, combined (work_*.c) */
    /* The thing it waits for, counted from 1; 0: none that has an owner. */
    _Atomic uint32_t waits_on;
    _Atomic int32_t child_pid; /* command: the program it waits for; 0 none */
    /* What the workload reports, by enum metric - METRIC_REPORTED_FIRST;
     * seconds are nanoseconds here. Added up over the workers. */
    _Atomic int64_t reported[METRIC_REPORTED];

    /* Event ring: the worker stores .head (release; pairs with the reader's
     * acquire), the reader .tail (release; pairs with the worker's acquire). */
    alignas(64) _Atomic uint64_t head;
    _Atomic uint64_t dropped;             /* events that found the ring full */
    _Atomic int64_t wait_ns[WAIT_CAUSES]; /* totals by cause */
    struct board_counts born;  /* at the gate: what came before is not ours */
    struct board_counts ended; /* at the end */
    struct board_counts last;  /* at the latest barrier, or the end */

    /* Written by the reader (the screen process) only. */
    alignas(64) _Atomic uint64_t tail;

    /* Written by the coordinator before the start, the worker later. */
    alignas(64) _Atomic uint32_t life; /* enum board_life */
    _Atomic int32_t tid, pid;          /* the worker, first thing; then it
                                          never changes. 0: not yet */
    _Atomic int64_t life_ns;           /* when .life was stored last */
    _Atomic uint32_t role;             /* enum worker_role */
};

/* ---- live controls: written by the screen process ----------------------- */

struct board_control {
    _Atomic uint32_t generation; /* +1 (release) after a change; pairs with the
                                    coordinator's acquire */
    _Atomic uint32_t sync;
    _Atomic uint32_t workers; /* how many take part */
    _Atomic uint32_t paused;
    _Atomic uint32_t stop; /* end now, properly */
    _Atomic uint32_t pinned;
    _Atomic uint64_t cpus[CPU_SETSIZE / 64];
    _Atomic int32_t nice;
    _Atomic int64_t slice_ns;
    _Atomic int64_t gil_interval_ns;
    _Atomic uint32_t disk_policy; /* enum spec_disk_policy */
    /* What workers tell while they run; may change at any time. */
    _Atomic uint32_t watch; /* enum board_watch bits */
};

enum board_watch {
    WATCH_MARKS = 1, /* store WAIT_ and TASK events */
    WATCH_GAPS = 2   /* find own gaps and confirm them */
};

/* Up to this many workers read what is dear to read: /proc counts at birth and
 * end, and with gap watching a kept descriptor each. */
#define BOARD_CLOSE_LOOK 256

/* With gap watching, what queueing took is not asked for (the dearest question)
 * before stretches with switches in them add up to this: a switch is placed to
 * within as much. The price of looking (observe/price.c) counts with it too. */
#define BOARD_UNASKED_NS (20 * NS_PER_US)

/* ---- what the coordinator tells ----------------------------------------- */

/* Cooperative tasks: the one thread that they share, as the kernel counts it.
 * Their own rows have no such counts. Written by that thread. */
struct board_loop {
    struct board_counts born;  /* when the start gate had opened */
    struct board_counts last;  /* every few ms, and at each barrier */
    struct board_counts ended; /* when the last of them ended */
    _Atomic int64_t turns;     /* how often one of them was given the thread */
};

/* A closed phase. Ring of the last BOARD_PHASES; number n in slot n % size. */
#define BOARD_PHASES 1024
struct board_phase {
    _Atomic int64_t start_ns, end_ns;
    _Atomic uint32_t sync, workers;
    _Atomic uint32_t generation; /* the control generation it obeyed */
    _Atomic int64_t ops;
    _Atomic int64_t expected, actual; /* counter only; else expected is -1 */
    _Atomic int64_t voluntary, involuntary, cpu_ns; /* -1 not measured */
    _Atomic int64_t lock_wait_ns;
};

/* A node of the wait-for graph: what workers may wait for, and who can give it.
 * A lock has an owner; an item or room is given by anybody of a role. */
#define BOARD_RESOURCES 4096
struct board_resource {
    char name[24]; /* written before any worker exists */
    uint32_t kind; /* enum resource_kind; likewise */
    int32_t role;  /* enum worker_role that can give it; -1: the owner */
    _Atomic int32_t owner; /* worker; -1: free, or see .role. By its owner */
    /* Items, places or bytes there are: > 0 means that whoever still seems to
     * wait is about to go on. See resource_change() in lab/lock.h. */
    _Atomic int32_t available;
};

/* Durations of requests or tasks. Workers share BOARD_HISTS of these. */
#define BOARD_HISTS 64
struct board_hist {
    alignas(64) _Atomic uint64_t sum_ns;
    _Atomic int64_t max_ns;
    _Atomic uint32_t count[HIST_BUCKETS];
};

/* The first tasks that failed, and why. */
#define BOARD_FAILURES 32
struct board_failure {
    _Atomic uint32_t written; /* release; pairs with the reader's acquire */
    int64_t task;
    char why[80];
};

/* The apparatus's picture: a sequence lock over words. One writer at a time. */
#define BOARD_SCENE_WORDS ((sizeof(struct scene) + 7) / 8)
struct board_scene {
    _Atomic uint64_t sequence; /* odd: being written */
    _Atomic uint32_t bytes;
    _Atomic uint64_t words[BOARD_SCENE_WORDS];
};

enum board_stage { /* of the lab; the coordinator stores it */
                   STAGE_FORKED,
                   STAGE_READY, /* workers are at the gate */
                   STAGE_RUNNING,
                   STAGE_ENDED, /* all workers collected, totals final */
                   STAGE_FAILED /* .error says why */
};

struct board {
    struct board_control control;

    /* Written by the coordinator (the lab's main thread) only. */
    alignas(64) _Atomic uint32_t stage;
    _Atomic uint32_t rows;      /* rows in use: ids below this */
    _Atomic int64_t gate_ns;    /* the start gate opened */
    _Atomic int64_t end_ns;     /* the last worker's end */
    _Atomic int32_t refused_at; /* worker id; -1 none */
    _Atomic int32_t refused_errno;
    _Atomic uint64_t phases; /* closed so far (release) */
    struct board_phase phase_ring[BOARD_PHASES];
    _Atomic uint32_t phase_open; /* generation of the one that is open */
    _Atomic uint32_t phase_sync; /* its lock */
    _Atomic uint32_t phase_workers;
    _Atomic int64_t phase_start_ns; /* 0: none is open (gate, barrier, pause) */
    _Atomic int64_t result_digits;
    _Atomic uint64_t checksum; /* of all tasks, below 2^53 */
    _Atomic uint32_t has_checksum;
    struct board_loop loop;     /* model coop only; see there who writes it */
    _Atomic int32_t error_code; /* negative errno; .error is stored before */
    char error[400];
    char note[256]; /* what the work says of its end; "" nothing. Before DONE */

    /* What is reported for the whole run, by enum metric; a double's bits. */
    _Atomic uint64_t reported[METRIC_REPORTED];
    _Atomic uint64_t reported_has; /* bit: .reported holds it; else the sum over
                                      the rows counts */

    _Atomic uint32_t resources; /* in use; before any worker exists */
    struct board_resource resource[BOARD_RESOURCES];
    _Atomic uint32_t failures; /* claimed so far: may exceed the table */
    struct board_failure failure[BOARD_FAILURES];
    struct board_hist hist[BOARD_HISTS];
    struct board_scene scene;

    /* Written under the global lock only. */
    alignas(64) _Atomic int64_t gil_handoffs;
    _Atomic int64_t gil_forced;
    _Atomic int64_t gil_requests; /* drop requests: by waiters (add) */
    _Atomic int32_t gil_holders;  /* now: by holders (add, sub) */
    _Atomic int32_t gil_holders_max;

    /* Shape: written once before the fork. */
    uint32_t row_cap;
    uint32_t ring_events; /* a row; power of two, or 0 for no events */
    size_t bytes;
    /* Then: struct board_row rows[row_cap];
     *       struct board_event rings[row_cap][ring_events]. */
};

/* Map a board with room for @rows workers and @ring_events events a worker (a
 * power of two, or 0). -ENOMEM with a sentence. board_unmap() it. */
int board_map(uint32_t rows, uint32_t ring_events, struct board **out,
              struct err *err);
void board_unmap(struct board *b); /* NULL is fine */

struct board_row *board_row(struct board *b, uint32_t id);
/* Event number @n of worker @id's ring. */
struct board_event *board_event(struct board *b, uint32_t id, uint64_t n);

/* Report @which for the whole run. One thread or process of the lab. */
void board_report(struct board *b, enum metric which, double value);

/* A new node of the wait-for graph; before workers exist. @role: enum
 * worker_role of those that can give it, or -1 where the owner can. Its number,
 * from 0; -1 if there is no place left: then nobody is ever said to wait for
 * it. */
int board_resource_add(struct board *b, enum resource_kind kind, int role,
                       const char *name);

/* Publish @scene, its first @bytes. One writer at a time: a service, or who
 * holds the apparatus's lock. */
void board_show(struct board *b, const struct scene *scene, size_t bytes);
/* The reader's side. False if there is none yet, or it was being written all
 * the time: @out is then unchanged. */
bool board_scene(struct board *b, struct scene *out);

/* The reader's side: copy the next event out and free its place. False if
 * there is none. */
bool board_take_event(struct board *b, uint32_t id, struct board_event *out);

#endif
