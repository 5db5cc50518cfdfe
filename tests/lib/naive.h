/* Every schedule of a small program, found the plain way: all states kept as
 * rows in a list, all edges in another, and each question answered by the first
 * method that a textbook gives. It is there to disagree with explore(), so it
 * shares nothing with it but the program's data.
 *
 * A state here includes what has failed so far, so that "does a schedule fail?"
 * is "does it end in a state that has failed?". Any thread. */
#ifndef TESTS_LIB_NAIVE_H
#define TESTS_LIB_NAIVE_H

#include "step/stepper.h" /* enum failure, STEP_FLUSH */

enum {
    NAIVE_WRITTEN = 3000 /* schedules are written out one by one, for traces,
                           only if there are no more */
};

/* Number of schedules: exact up to 2^127, beyond that not known. */
struct naive_count {
    bool known;
    unsigned __int128 n;
};
/* In decimals; @out of 48 bytes. "?" when not known. */
char *naive_count_text(struct naive_count c, char *out);

struct naive_failing {
    bool reachable;
    int shortest;       /* actions; -1: not reachable */
    int shortest_steps; /* steps of threads: flushes cost nothing */
    int preemptions;    /* fewest; -1 also under TSO */
    struct naive_count schedules;
    double random; /* probability under a random scheduler */
};

struct naive_outcome {
    int values[TSL_OBSERVED]; /* as program.observed */
    bool fails;               /* a check is false there */
    int shortest;             /* actions until there */
    struct naive_count schedules;
    double random;
};

struct naive {
    /* Not counted: what failed so far. The state after a fault is one. */
    int states, transitions;
    bool was_full; /* TSO: a store had to wait for room in a buffer */
    int longest;   /* actions to the farthest state, but for that of faults */
    unsigned start_failed; /* bits: before any step */
    bool fails;            /* some schedule does */
    uint64_t racing; /* bit c: two threads are to access cell c next, by plain
                        loads and stores, one of them a store */
    struct naive_failing failing[FAILURE_COUNT];
    struct naive_outcome *outcomes; /* sorted by value */
    int outcome_count;

    bool acyclic; /* finitely many schedules */
    struct naive_count schedules, failing_schedules; /* if so */
    double random;              /* probability of a failure */
    int traces, failing_traces; /* really different; -1: too many schedules, or
                                   TSO, or endless ones */
    bool trap;       /* a set of states without a way out, nor an end */
    bool livelock;   /* an endless run in which everybody gets a turn */
    bool overtaking; /* states that can be gone round only if somebody who
                        could never gets a turn; those that differ in what
                        failed are different */
};

/* All schedules of @p, which naive_fits(). false: it has more than @most
 * states; then nothing in @out is set. naive_fini() after true. Ends the
 * program when memory does. */
bool naive_explore(const struct program *p, const struct rules *rules, int most,
                   struct naive *out);
void naive_fini(struct naive *n);

#endif
