/* A scheduling policy: who is next, and for how long.
 *
 * The engine (engine.c) knows CPUs, time and what jobs do; a policy knows only
 * the queue of those that could run. It sees virtual time, allocates nothing
 * and breaks ties by the order of joining or the number of the job. Each is one
 * file, policy_NAME.c, meant to be read like a page of a textbook. */
#ifndef SIM_POLICY_H
#define SIM_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "sim/setup.h"
#include "sim/task.h"
#include "spec/cause.h"

/* Why a task comes into a queue. */
enum enqueue_why {
    ENQUEUE_NEW,       /* it arrived */
    ENQUEUE_WOKEN,     /* what it waited for is there */
    ENQUEUE_SLICE,     /* its slice is used up */
    ENQUEUE_PREEMPTED, /* another took its CPU; part of its slice is left */
    ENQUEUE_MOVED, /* from another CPU's queue, or this policy's own doing */
    ENQUEUE_WHYS
};

/* Those that could run but do not: of one CPU, or of all. */
struct runqueue {
    const struct sim_setup *setup;
    const struct sim *sim;
    int cpu; /* -1: of all CPUs */
    int64_t now_ns;
    int count; /* tasks in it */
    /* The policy's own, 0 at the start. */
    struct task_list list[SIM_LEVELS_MAX]; /* most need only list[0] */
    struct ordered tree;
    int64_t virtual_ns;   /* cfs, eevdf, stride: the queue's virtual time;
                             rt: how many have joined at a tail */
    int64_t weight;       /* cfs, eevdf, and as tickets stride: of those in it
                             and those it runs; lottery: of those in it */
    int64_t moment;       /* eevdf: sum of their weight x (virtual time -
                             .virtual_ns); 0 .. weight - 1 */
    int64_t since_ns;     /* gil: of the last hand-over; mlfq: the last boost;
                             rt: how many have joined at a head */
    int64_t row, row_end; /* gang: the place that this slot begins with, and
                             that after those that have it; 0: not known */
    int32_t turn;         /* gil: the last holder, from 1; fifo by number: the
                             number after the last that was chosen; lottery:
                             how many of setup.draws have been used */
    struct task *winner;  /* lottery: who was drawn; NULL: nobody */
    struct task *all;     /* lottery: all jobs, by number */
    int64_t drawn;        /* lottery: the number drawn, for the sentence */
    uint64_t random;
};

struct sim_policy {
    const char *name;      /* "rr" */
    const char *summary;   /* one line, no full stop */
    const char *source;    /* where it is described: author, title, section */
    const char *tie;       /* who goes first when nothing else decides, in a
                              sentence: shown on screen */
    const char *defaults;  /* "queues=per-cpu slice=3ms"; or NULL */
    bool central;          /* makes no sense with a queue a CPU */
    int most_running;      /* at once, over all CPUs; 0: any number */
    enum wait_cause waits; /* those in the queue wait for this; WAIT_NONE: for a
                              CPU, they are ready */
    const char *slice_words;  /* what has become of one whose slice ended: "has
                                 been overtaken"; NULL: it is used up */
    const char *period_words; /* what period() did, a clause: "a boost has
                                 brought all jobs to level 0"; NULL */
    bool gathers; /* before period() those that run are put back (preempted),
                     and chosen anew after it */
    bool whole;   /* under the rules "ostep" a slice is never given back (L1) */
    const struct sim_policy *ostep; /* under those rules it is this one (P1);
                                       NULL: itself */
    bool reslice; /* who joins may shorten the slice of those that run:
                     slice_ns() is asked again */

    /* @t joins. Before this left() or ran() has been called for one that ran.
     */
    void (*enqueue)(struct runqueue *q, struct task *t, enum enqueue_why why);
    /* Called before each choice that has candidates; throws dice. Optional. */
    void (*draw)(struct runqueue *q);
    /* Who is next, and who after @t: any number of calls change nothing. NULL:
     * nobody. next() matters only where a task may not run on every CPU, and
     * for showing the queue in its order. */
    struct task *(*first)(struct runqueue *q);
    struct task *(*next)(struct runqueue *q, struct task *t);
    /* @t leaves, to run or to another queue. */
    void (*remove)(struct runqueue *q, struct task *t);
    /* For how long it may run from now on; INT64_MAX: until it blocks. At least
     * 1. Asked when it begins, and again when expired() said no. */
    int64_t (*slice_ns)(struct runqueue *q, struct task *t);
    /* The slice is over: must it go back to the queue? NULL: yes. */
    bool (*expired)(struct runqueue *q, struct task *t);
    /* @t, which is running and in no queue, has run for @ns more. Optional. */
    void (*ran)(struct runqueue *q, struct task *t, int64_t ns);
    /* @t, which ran, has blocked or ended. Optional. */
    void (*left)(struct runqueue *q, struct task *t, bool ended);
    /* Should @candidate, which is in the queue, have the CPU of @running now?
     * NULL: never. Among several CPUs the engine takes the one whose task any
     * of the others would preempt (the least urgent). */
    bool (*preempts)(struct runqueue *q, struct task *running,
                     struct task *candidate);
    /* Every so often; SIM_NEVER. Optional, with period(), which may requeue
     * those that wait; see .gathers for those that run. For each queue. */
    int64_t (*period_ns)(const struct sim_setup *setup);
    void (*period)(struct runqueue *q);
    /* Why @t, which is first() now or was chosen just now, and no other: a
     * clause that begins small, no full stop, from this policy's own state: "it
     * has waited longest (B and C came later)". Names by sim_name(). */
    void (*explain)(struct runqueue *q, const struct task *t, struct text *out);
    /* A few words on @t's place, for the picture of the queue: "level 2, 3 ms
     * of its slice left". Optional. */
    void (*place)(struct runqueue *q, const struct task *t, struct text *out);
};

extern const struct sim_policy *const sim_policies[]; /* ends with NULL */
/* NULL: there is none. */
const struct sim_policy *sim_policy(const char *name, size_t length);
/* "did you mean" for @name, or NULL. */
const char *sim_policy_nearest(const char *name);

/* One each, in policy_NAME.c. */
extern const struct sim_policy policy_fifo, policy_sjf, policy_stcf, policy_rr,
    policy_steal, policy_priority, policy_mlfq, policy_lottery, policy_stride,
    policy_cfs, policy_eevdf, policy_rt_fifo, policy_rt_rr, policy_edf,
    policy_gang, policy_gil, policy_gil_old;
/* Not in the table: instead of fifo under the rules "ostep" (P1). */
extern const struct sim_policy policy_by_number;

/* ---- for policies -------------------------------------------------------- */

/* .first, .next and .remove of those whose queue is list[0], a line. */
struct task *sim_first_in_line(struct runqueue *q);
struct task *sim_next_in_line(struct runqueue *q, struct task *t);
void sim_leave_line(struct runqueue *q, struct task *t);
/* The same of those whose queue is the tree: the least key first. */
struct task *sim_first_by_key(struct runqueue *q);
struct task *sim_next_by_key(struct runqueue *q, struct task *t);
void sim_leave_by_key(struct runqueue *q, struct task *t);
/* .slice_ns: until it waits, ends or is interrupted; the same for all. */
int64_t sim_no_slice(struct runqueue *q, struct task *t);
int64_t sim_equal_slice(struct runqueue *q, struct task *t);

/* What @t is called; a static ring of a few buffers: use it at once. */
const char *sim_name(const struct runqueue *q, const struct task *t);
/* Its weight by its nice value: 1024 for 0, a factor of about 1.25 a step
 * (Linux, kernel/sched/core.c: sched_prio_to_weight). */
int64_t sim_weight(int nice);
/* Add "A, B, C and 4 more" of those in the queue but @without, in order. */
void sim_say_others(struct runqueue *q, const struct task *without,
                    struct text *out);
/* Add a time for people: "4 ms". */
void sim_say_ns(int64_t ns, struct text *out);

#endif
