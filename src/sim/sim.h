/* The simulator: a set of jobs on a simulated machine, in virtual time.
 *
 * Discrete events, processed instant by instant. Within one instant, always in
 * this order: (1) CPUs by number: the running job's computing, slice or
 * overhead ends; (2) what is periodic: boost, ageing, stealing; (3) arrivals by
 * number, then ends of waits by number; (4) idle CPUs by number choose; (5)
 * jobs that became ready and found none take a CPU from a less urgent job,
 * where the policy says so. With setup.ties = TIES_ARRIVED (3) comes before
 * those whose slice ended in (1) are put back.
 *
 * Deterministic: the same set, setup and seed give the same run, on every
 * machine. One thread. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "sim/jobs.h"
#include "sim/policy.h"
#include "sim/setup.h"
#include "sim/task.h"

struct sim;

/* Why a CPU had to choose. */
enum sim_occasion {
    OCCASION_IDLE,      /* it was idle, and a job became ready */
    OCCASION_SLICE,     /* the slice of its job was used up */
    OCCASION_BLOCKED,   /* its job waits */
    OCCASION_ENDED,     /* its job ended */
    OCCASION_PREEMPTED, /* somebody more urgent became ready */
    OCCASION_PERIOD,    /* boost, or the turn of the next gang */
    OCCASIONS
};

/* A choice of one CPU. At this moment .task is still in its queue. */
struct sim_decision {
    int64_t number; /* from 0 */
    int64_t at_ns;
    int cpu;
    int task;   /* -1: nobody could run, it falls idle */
    int before; /* who had the CPU last; -1: nobody yet */
    int candidates;
    enum sim_occasion occasion;
    int stolen_from; /* a CPU; -1: it was in the right queue */
};

/* A stretch of one job in one state, when it is over. Ready and blocked ones
 * too; the overhead of a switch counts as ready. */
struct sim_stretch {
    int64_t from_ns, to_ns; /* from < to */
    int task;
    int cpu; /* running; else -1 */
    enum task_state state;
    enum wait_cause cause; /* blocked */
    bool forced;           /* running: it could have gone on */
};

enum sim_happening {
    HAPPENS_ARRIVAL,
    HAPPENS_WAIT,  /* for .cause begins */
    HAPPENS_WOKEN, /* it is over */
    HAPPENS_END,
    HAPPENS_BOOST,  /* or another period; .task -1 */
    HAPPENS_MISS,   /* a deadline passed */
    HAPPENS_PERIOD, /* a job's next period begins */
    HAPPENS_TASK,   /* one task of the pool done; .value its number */
    HAPPENS_STEAL   /* .value: from which CPU; .cpu the thief */
};
struct sim_event {
    int64_t at_ns;
    enum sim_happening kind;
    int task, cpu; /* -1: none */
    int64_t value, since_ns;
    enum wait_cause cause;
};

/* All optional. Called from sim_step() with .arg; may look, must not change. */
struct sim_watch {
    void *arg;
    void (*decided)(void *arg, const struct sim *s,
                    const struct sim_decision *d);
    void (*stretch)(void *arg, const struct sim_stretch *st);
    void (*event)(void *arg, const struct sim_event *e);
    /* After (2) and before (4) of an instant: answer files look here. */
    void (*instant)(void *arg, const struct sim *s);
};

/* @setup is copied, @jobs must outlive it; both checked (sim_setup_check()).
 * -ENOMEM or -EINVAL with a sentence. */
int sim_new(struct sim **out, const struct sim_setup *setup,
            const struct sim_jobs *jobs, const struct sim_watch *watch,
            struct err *err);
void sim_free(struct sim *s); /* NULL is fine */

enum sim_state {
    SIM_GOES_ON,
    SIM_DONE,    /* all jobs have ended */
    SIM_UNTIL,   /* setup.until_ns was reached */
    SIM_DEADLOCK /* all that are left wait for each other's locks */
};
/* The next instant with an event. */
enum sim_state sim_step(struct sim *s);
/* Instants until @decisions decisions have been taken altogether, or virtual
 * time @until_ns has come (events at it included), or it is over. INT64_MAX:
 * no such end. */
enum sim_state sim_run(struct sim *s, int64_t decisions, int64_t until_ns);
enum sim_state sim_state(const struct sim *s);

/* ---- looking at it ------------------------------------------------------- */

int64_t sim_now_ns(const struct sim *s);
int64_t sim_decisions(const struct sim *s);
int64_t sim_next_ns(const struct sim *s); /* INT64_MAX: nothing more happens */
const struct sim_setup *sim_setup_of(const struct sim *s);
const struct sim_jobs *sim_jobs_of(const struct sim *s);
const struct task *sim_task(const struct sim *s, int id);

struct sim_cpu {
    int task;             /* who has it; -1: idle */
    int64_t since_ns;     /* that one has it; or it is idle */
    bool switching;       /* the overhead of a switch is not over */
    int64_t slice_end_ns; /* INT64_MAX: none */
    int64_t busy_ns, overhead_ns, warm_ns; /* so far, closed stretches and the
                                              open one */
    int64_t switches;
};
struct sim_cpu sim_cpu(const struct sim *s, int cpu);
/* How often a CPU was looked at that could be stolen from: so many of
 * setup.victims are needed (rules "ostep"). */
int sim_victims(const struct sim *s);
/* Is job @id warm on @cpu? */
bool sim_warm(const struct sim *s, int cpu, int id);
/* The number of queues, and those in one in the policy's order: up to @most
 * ids; returns how many there are. Costs O(queue). */
int sim_queue_count(const struct sim *s);
int sim_queue(const struct sim *s, int queue, int32_t *ids, int most);
/* Who waits for lock @lock, in order; *@owner is who has it, or -1. */
int sim_lock(const struct sim *s, int lock, int *owner, int32_t *ids, int most);

/* ---- words (explain.c) --------------------------------------------------- */

/* A sentence that says why @d was taken, and why so: "CPU 0: A's slice of 4 ms
 * is used up; B is next: it has waited longest (C came later)." To be called
 * from .decided only. */
void sim_explain(const struct sim *s, const struct sim_decision *d,
                 struct text *out);

/* ---- figures (figures.c) ------------------------------------------------- */

/* Of one job, in ns; -1: not known (it has not run, or not ended). */
struct sim_figures {
    int64_t response_ns;   /* arrival to first running */
    int64_t turnaround_ns; /* arrival to end */
    int64_t waiting_ns;    /* ready, not running */
    int64_t ran_ns, blocked_ns, lock_ns, longest_wait_ns;
    int64_t switches, migrations;
    int64_t periods, misses;
};
struct sim_figures sim_figures(const struct sim *s, int id);

struct sim_spread { /* of those that are known */
    int64_t n;
    double mean_ns;
    int64_t p50_ns, p95_ns, p99_ns, max_ns; /* nearest rank; exact */
};
struct sim_totals {
    int jobs, ended;
    int64_t wall_ns; /* from 0 to the end, or until now */
    struct sim_spread response, turnaround, waiting;
    int64_t busy_ns, overhead_ns; /* all CPUs */
    double utilisation;           /* busy / (cpus x wall), 0..1; -1: no time */
    int64_t switches_voluntary, switches_involuntary, migrations;
    int64_t decisions;
    int64_t periods, misses;
    int64_t tasks; /* of a pool */
    /* Jain, Chiu and Hawe, "A Quantitative Measure of Fairness ...", DEC
     * TR-301, 1984: (sum x)^2 / (n sum x^2); 1 is fair, 1/n all for one. -1:
     * unknown. */
    double jain_slowdown; /* x = computing / turnaround of ended jobs */
    double jain_share;    /* x = processor time by weight (nice or tickets)
                             while all of them were there: only if until_ns
                             ended it; else -1 */
};
/* -ENOMEM, or 0. */
int sim_totals(const struct sim *s, struct sim_totals *out);

/* ---- as a trace (as_trace.c) --------------------------------------------- */

struct trace;
struct spec;
/* At most so many jobs have a trace of their own; of more only figures. */
#define SIM_TRACE_JOBS 20000
/* Run it all and give its trace, badge MODEL, times from a gate at 1 ns. @spec:
 * the experiment it stands for; NULL: made up. trace_free() it. *@totals may be
 * NULL. -EINVAL with a sentence: too many jobs, or it does not end and has no
 * until. */
int sim_trace(struct trace **out, const struct sim_setup *setup,
              const struct sim_jobs *jobs, const struct spec *spec,
              struct sim_totals *totals, struct err *err);

#endif
