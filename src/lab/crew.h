/* The coordinator's view of a run: who works, in which phase, how it ends.
 * Inside the lab's main thread only. */
#ifndef LAB_CREW_H
#define LAB_CREW_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "lab/arena.h"
#include "lab/dispatch.h"
#include "lab/worker.h"

/* Sums over all workers, to tell a phase's share by difference. */
struct phase_totals {
    int64_t ops, voluntary, involuntary, cpu_ns, lock_wait_ns, counter;
};

struct crew {
    const struct spec *spec;
    struct board *board;
    struct arena *arena;
    struct worker *workers; /* row_cap of them */
    pthread_t *threads;     /* models of threads: one a worker */
    pid_t *children;        /* by the id of the first worker it is; 0: none */
    uint32_t *crowd;        /* how many workers that child is, ids in a row */
    uint32_t *alive;        /* ids that were created and not collected yet */
    uint32_t alive_count;
    uint32_t spawned;  /* ids below this were created */
    uint32_t wanted;   /* as many as there are to be */
    uint32_t hosted;   /* blended: ids below this have a process */
    int host_error;    /* why its last process made no more threads; or 0 */
    int64_t refill_ns; /* per task: look for free places from then on */
    pid_t service;     /* struct workload.serve; 0: none */
    struct coop *coop; /* cooperative tasks: their loop */
    bool refused;      /* the system would not create one: no more */
    struct phase_totals at_opening;
    int child_fd;      /* signalfd: SIGCHLD */
    int control_fd;    /* eventfd of struct lab: controls changed */
    int news_fd;       /* eventfd of struct lab: tell the screen */
    cpu_set_t allowed; /* the lab's processors before any placement */
};

/* How workers come to be: one const table entry each, model_*.c. */
struct model {
    /* Before the workload's prepare(). Optional. 0 or a negative errno. */
    int (*prepare)(struct crew *c, struct err *err);
    /* Start worker @w; it goes to worker_main(). 0 or a negative errno. */
    int (*spawn)(struct crew *c, struct worker *w);
    /* Collect a worker whose row says it ended. Called once each. */
    void (*join)(struct crew *c, struct worker *w);
    bool has_gil;
    bool forks; /* workers are processes, or in some: watch SIGCHLD */
};
extern const struct model model_threads, model_gil, model_processes, model_coop,
    model_blended;
extern const struct model *const models[MODEL_COUNT];

/* The worker with this id made ready to be started, in the calling process; its
 * row is seen from now on, before it is there: the observer must know whose
 * records they are. Only the coordinator, or a process it waits for. */
struct worker *crew_seat(struct crew *c, uint32_t id);

/* The lab's main thread from the start to the end: never returns. Waits for
 * @go_fd before it creates workers. */
_Noreturn void coordinator_main(struct crew *c, int go_fd);

/* A worker's whole life, called in its own thread or process (life.c). */
void worker_main(struct worker *w);

/* ---- what its life and its looks share (worker.c) ----------------------- */

/* Its counts at birth: from here on it looks at the clock, and switches are
 * counted. */
void worker_born(struct worker *w);
/* Of a cooperative task: a task is over, others may go first. */
void worker_between_tasks(struct worker *w);
/* Put @e into its ring, as it is; counted as dropped when there is no place. */
void worker_event(struct worker *w, const struct board_event *e);
/* Told to stop? */
bool worker_stopped(struct worker *w);
/* Sleep while *@word is @value, until @deadline_ns, as futex_wait() does; a
 * cooperative task lets the others go on meanwhile. */
void worker_block(struct worker *w, _Atomic uint32_t *word, uint32_t value,
                  int64_t deadline_ns);
/* Publish the calling worker's kernel counts in @at; with gap watching every
 * switch up to then is among its events afterwards. */
void worker_account(struct worker *w, struct board_counts *at);
/* Place the calling worker as the spec says (nice, slice, policy). 0 or a
 * negative errno with a sentence. */
int placement_apply_self(const struct spec *spec, struct err *err);
/* Place every living worker as the controls say now. */
void placement_apply_live(struct crew *c);

/* ---- phases (phase.c) --------------------------------------------------- */

/* The worker's side: stand at the barrier until the next phase opens for it.
 * Holds no lock and not the global one. */
void phase_pass(struct worker *w);
/* The worker's side: it ended and will not come to the barrier again. */
void phase_leave(struct worker *w);

/* The coordinator's side. True when all workers stand at the barrier or have
 * left. While no closing was asked for: nobody works any more, the rest stand
 * aside. */
bool phase_all_arrived(const struct crew *c);
/* Ask all to come to the barrier; poll phase_all_arrived(). */
void phase_close_begin(struct crew *c);
/* They came: write the closed phase to the board. */
void phase_close_end(struct crew *c);
/* Open the next one with the controls' lock and number of workers. */
void phase_open(struct crew *c, uint32_t generation);
/* Let all go home, from wherever they wait. May be called again. */
void phase_stop(struct crew *c);
/* Wake sleepers that should look at the phase again. */
void phase_nudge(struct crew *c);

#endif
