/* Cooperative tasks: all workers of a run on one kernel thread, each with a
 * stack of its own, going on until it lets others go first. In the lab.
 *
 * Whoever can go on stands in one queue, first come, first served. A worker
 * leaves the thread when it has made --yield-every units of work, when it
 * waits (for the clock, a descriptor, a word that others change) and between
 * two tasks. Nothing else makes it let go: what lies between two such places
 * nobody else can interrupt.
 *
 * What the thread itself waits for: when nobody can go on it sleeps in one
 * ppoll() over its descriptors and a bell. Words in shared memory are waited
 * for there, too, because whoever changes one calls futex_wake(), which in this
 * model also writes down which word and rings (coop_heard()). */
#ifndef LAB_COOP_H
#define LAB_COOP_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/context.h"
#include "lab/crew.h"
#include "lab/worker.h"

/* Words are told apart by a hash, in sets of 64 bits. */
#define COOP_BUCKETS 64

/* Shared with the processes that serve the workers. */
struct coop_bell {
    _Atomic uint64_t woken;    /* bit: a word of this bucket was woken */
    _Atomic uint32_t sleeping; /* the loop's thread sleeps, or is about to */
    int fd;                    /* eventfd: then this wakes it */
    bool alone; /* nobody but the loop's workers sleeps on words */
};

/* One worker. Used by the loop's thread only, once it has been taken in. */
struct coop_task {
    struct worker *w;
    struct coop *loop;
    struct context *context;
    struct coop_task *next; /* in the queue, or among the new ones */
    bool over;              /* its stack is no longer needed */

    /* What it waits for: whichever comes first. */
    _Atomic uint32_t *word;
    struct coop_task **in; /* the list of its word, or NULL */
    struct coop_task *word_prev, *word_next;
    int64_t deadline_ns;
    int32_t timer; /* place in the heap; -1: none */
    int fd;        /* -1: none */
    short events;
    bool ready; /* the descriptor was */
    struct coop_task *fd_next;

    /* Yields and looks at the clock. */
    int64_t left;    /* units until the next yield */
    int32_t granted; /* units until the next worker_turn() */

    /* The wait that is marked. */
    enum wait_cause cause;
    int64_t since_ns;
    bool fresh; /* .since_ns is now */
    bool away;  /* it has left the thread since then */

    /* Its part of the present window (coop_tell.c). */
    bool in_window;
    int64_t ran_ns;
    int64_t runnable_ns; /* it could go on from then */
    int64_t could_ns;    /* the first of these in the window */
    int64_t turns;       /* how often it had the thread in it */
    int64_t told_ns;     /* the trace knows of it up to here, */
    bool told_running;   /* where it was running */
    bool told_end;       /* and there is no more to come */
};

struct coop {
    struct crew *crew;
    struct board *board;
    struct arena *arena;
    struct coop_bell *bell;
    pthread_t thread;
    struct context *base; /* the thread's own stack */

    /* Between the coordinator and the loop. */
    pthread_mutex_t mutex;
    struct coop_task *arrivals; /* new ones, the latest first */
    bool closing;               /* no more will come */
    bool started;               /* .thread exists: the coordinator's, */
    uint32_t joined;            /* as is how many it has collected */

    struct coop_task *running;      /* NULL: the loop itself */
    struct coop_task *first, *last; /* the queue */
    uint32_t alive;                 /* taken in, not over */
    struct coop_task *words[COOP_BUCKETS];
    struct coop_task **timers; /* a heap, the earliest first */
    uint32_t timer_count;
    int epoll_fd;
    struct coop_task **fds; /* by descriptor: who waits for it */
    int fd_cap, fd_waits;
    int64_t polled_ns; /* descriptors were last looked at */

    struct coop_task *tasks; /* row_cap of them, by id */

    /* Clocks and books (coop_tell.c). */
    struct worker self; /* counts are read for it: the thread's */
    int64_t resumed_ns; /* .running has had the thread since */
    int64_t window_ns;  /* the present window began */
    struct coop_task **window;
    uint32_t window_count;
    int64_t counted_ns; /* the thread's counts were last published */
    bool gate_passed;
};

/* ---- the coordinator's side --------------------------------------------- */

/* Before the workload's prepare() and any worker. 0 or a negative errno. */
int coop_prepare(struct crew *c, struct err *err);
/* Hand @w to the loop, starting it first if need be. 0 or a negative errno. */
int coop_add(struct crew *c, struct worker *w);
/* All have ended: wait until the loop's thread has, too. */
void coop_close(struct crew *c);

/* ---- the workers' side; all need @w->coop ------------------------------- */

/* The second half of worker_turn(), which has just looked at the clock: lets
 * others go first if it is time to. Sets @w->credit. */
void coop_turn(struct worker *w);
/* A task is done: lets the others go first, however much work it was. Sets
 * @w->credit; @w->turn_ns is now. */
void coop_between_tasks(struct worker *w);

/* Like futex_wait(), but others go on meanwhile. */
void coop_wait_word(struct worker *w, _Atomic uint32_t *word, uint32_t value,
                    int64_t deadline_ns);
/* Until @fd is ready for @events, the phase changes, or @deadline_ns. True: it
 * is ready. */
bool coop_wait_fd(struct worker *w, int fd, short events, int64_t deadline_ns);

/* A wait is marked, begun at @now_ns. */
void coop_mark_begin(struct worker *w, enum wait_cause cause, int64_t now_ns);
/* The marked wait is over. False: it never left the thread, and if it blocked
 * it blocked everybody: the caller writes that down. */
bool coop_mark_end(struct worker *w);

/* It is about to take part in the run: the start gate is open. */
void coop_gate(struct worker *w);
/* At a barrier, or its end: all books are up to date afterwards. */
void coop_account(struct worker *w, struct board_counts *at);
/* Between the two times @w's own event tells what happened to it, and to the
 * thread: what came before must be told first. */
void coop_tell(struct worker *w, int64_t until_ns, int64_t from_ns);

/* ---- between coop.c and coop_wait.c ------------------------------------- */

void coop_timer_start(struct coop *loop, struct coop_task *t);
void coop_timer_stop(struct coop *loop, struct coop_task *t);
/* Whose deadline has passed can go on. */
void coop_timers_due(struct coop *loop, int64_t now_ns);
/* Last in the ring of those who wait for words of a bucket. */
void coop_word_watch(struct coop_task **bucket, struct coop_task *t);
void coop_word_unwatch(struct coop_task *t);
/* False: it cannot be waited for. An ordinary file is always ready, and what is
 * wrong with any other its user will see. */
bool coop_fd_watch(struct coop *loop, struct coop_task *t);
void coop_fd_unwatch(struct coop *loop, struct coop_task *t);
/* Whose descriptor is ready can go on. */
void coop_fds_look(struct coop *loop, int64_t now_ns);

/* ---- between coop.c and coop_tell.c ------------------------------------- */

/* First thing in the loop's thread. */
void coop_loop_begin(struct coop *loop);
/* @t has had the thread from @loop->resumed_ns to @now_ns. */
void coop_ran(struct coop_task *t, int64_t now_ns);
/* It has it from @now_ns on. */
void coop_runs(struct coop_task *t, int64_t now_ns);
/* It waits no more: since @at_ns it lacks only its turn. */
void coop_runnable(struct coop_task *t, int64_t at_ns);
/* Tell what happened up to @now_ns, if it is worth it by now. */
void coop_flush(struct coop *loop, int64_t now_ns);
/* Nobody can go on: the thread is about to sleep, at @now_ns; it woke. */
void coop_idle_begin(struct coop *loop, int64_t now_ns, int64_t until_ns);
void coop_idle_end(struct coop *loop);

#endif
