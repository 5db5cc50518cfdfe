/* How many workers should this work have, and why: a profile of one run, its
 * place in the articles' decision table, a proposal, a short sweep to check it,
 * and the answer in ten lines. Like a sweep it runs nothing itself. One
 * thread.
 *
 * The proposal is cores / CPU share: so many workers are needed for one of them
 * to have a use for each core at every moment. The check knows two bounds that
 * need no measuring (Denning and Buzen, "The Operational Analysis of Queueing
 * Network Models", 1978): N workers do at most N times what one alone does, and
 * once all cores are busy nothing more can be had. So it only tries numbers of
 * workers that may be the answer, each with just enough tasks. */
#ifndef ADVISE_ADVISE_H
#define ADVISE_ADVISE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/text.h"
#include "sweep/sweep.h"

/* What one run says of the work. Shares are of a task's time. */
struct profile {
    double task_s;    /* mean time of one task, one worker alone; endless work:
                         0 */
    double cpu_share; /* computing, programs included; <0 not measured, above 1
                         if a program uses several cores itself */
    double lock_share, io_share, other_share; /* waiting, and for what; <0 not
                                                 told apart: .other_share is
                                                 all of it */
    double switches_per_s;                    /* of all workers; <0 unknown */
    double memory_each;                       /* bytes a worker; <0 unknown */
    double blocks_each;  /* blocks of 512 bytes that a task moves from or to
                            a device; <0 unknown */
    int64_t tasks;       /* that there are; 0 endless */
    int64_t tasks_taken; /* of them in the profile */
    double wall_s;       /* that it took */
    bool disturbed;
};

/* A row of the articles' table (seeds 000, 001, 002), as corrected by
 * measurement: workers = cores / CPU share. */
struct decision {
    const char *name; /* "computes", "waits", "half and half", ... */
    double least_cpu; /* the row of a cpu_share from here on */
    enum spec_model model;
    const char *advice; /* a sentence */
};
extern const struct decision advise_decisions[]; /* ends with .name NULL */
const struct decision *advise_row(double cpu_share);

/* Waiting work needs no core: no more than this at first. */
#define ADVISE_WAITING_FIRST 64

enum advice_bound {
    BOUND_NONE,
    BOUND_TASKS,  /* there are no more tasks */
    BOUND_MEMORY, /* half of what is free */
    BOUND_ROOM,   /* processes or threads that the system allows */
    BOUND_FIRST   /* ADVISE_WAITING_FIRST, and then see */
};

/* What the table proposes for @p: cores / CPU share within the bounds; @most is
 * what the bounds other than ADVISE_WAITING_FIRST allow. 1 or more. */
int64_t advise_start(const struct profile *p, int cores, int64_t most,
                     enum advice_bound *bound);

/* One number of workers that was tried. */
#define ADVICE_RUNS 3
struct advice_level {
    int64_t workers;
    int runs;
    double per_s; /* tasks a second if all were done so; median of the runs */
    double cores; /* kept busy, programs included; <0 unknown */
    double task_s, task_cpu_s; /* mean of a task; <0 unknown */
    double wall_s;             /* of its shortest run */
    bool disturbed;            /* a run that counts was */
    double each[ADVICE_RUNS];  /* .per_s of the runs */
};

enum advice_verdict {
    ADVICE_NOTHING, /* not done yet */
    ADVICE_FOUND,
    ADVICE_INCONCLUSIVE, /* disturbed; .workers is only the table's */
    ADVICE_FAILED        /* the work did: see advice_why() */
};
extern const char *const advice_verdict_words[]; /* "nothing", "found", ... */

struct advice;

/* @base: checked. The profile is a run of it with few tasks and one worker.
 * -EINVAL with a sentence: the number of workers is no question for it. */
struct advice *advice_new(const struct spec *base, const struct machine *m,
                          struct err *err);
void advice_free(struct advice *a); /* NULL is fine */
/* As sweep_next() and sweep_take(). An order's .point is its number of
 * workers; its .round is -1 while warming up. Whether others disturbed a run is
 * judged as in a sweep; what stays disturbed ends it without an answer. */
bool advice_next(struct advice *a, struct sweep_order *out);
int advice_take(struct advice *a, const struct sweep_order *o,
                const struct sweep_outcome *outcome, struct err *err);
/* What stands: in order of workers; NULL at the end. */
const struct advice_level *advice_level(const struct advice *a, int index);
const struct profile *advice_profile(const struct advice *a);
const struct decision *advice_decision(const struct advice *a); /* or NULL */
enum advice_verdict advice_verdict(const struct advice *a);
/* The number of workers; 0: inconclusive. */
int advice_workers(const struct advice *a);
/* What the table proposes, checked or not; 0 before the profile. */
int advice_proposed(const struct advice *a);
/* Why that many, in a sentence or two; "" before the end. */
void advice_why(const struct advice *a, struct text *out);
/* The experiment to run, with as many workers as are advised (or proposed, if
 * that could not be checked). */
void advice_line(const struct advice *a, struct text *out);
/* Ten lines at most: what was seen, what to do, why, and the line to run. */
void advice_text(const struct advice *a, int columns, struct text *out);

#endif
