/* A small program run for real, again and again: threads on this machine do its
 * micro-steps on real atomics, and the outcomes are counted, to stand beside
 * those that the explorer says are possible.
 *
 * Plain accesses are relaxed atomic loads and stores of the machine's ordinary
 * kind, one instruction each, in the order of the program as far as the
 * processor keeps it; xchg, cas, fetch_add and fence are sequentially
 * consistent. So x86 shows what TSO allows, store buffers included.
 *
 * The threads live in a forked process of their own, which dies with its parent
 * and leaves by _exit(), so that nothing that a program does can hang or harm
 * the caller. Call from a process with one thread.
 *
 * against.c holds it against the explorer's set.
 *
 * check.c says which programs may, compile.c translates them, engine.c does
 * what was translated, monitor.c lets threads wait, tally.c counts, crew.c is
 * the forked process, real.c the caller's side. */
#ifndef REAL_REAL_H
#define REAL_REAL_H

#include <stdatomic.h>

#include "base/err.h"
#include "tsl/program.h"

struct real_request {
    int64_t duration_ns; /* about so long; 0: until .executions */
    int64_t executions;  /* so many, unless the time is over before; 0: until
                            the time is over. One of the two is not 0 */
    uint64_t seed;       /* of the small delays that vary the meeting */
    const _Atomic bool *cancel; /* or NULL */
};

struct real_outcome {
    int16_t values[TSL_OBSERVED]; /* as program.observed; what cannot be
                                     computed is 0, as the explorer has it */
    bool fails;                   /* a check is false there, or cannot be
                                     computed. Another outcome may have the
                                     same values: checks may look at more */
    int64_t times;
    int64_t first_ns; /* when it was first counted, since the start */
};
#define REAL_OUTCOMES 4096 /* different ones that can be told apart */

struct real_result {
    int64_t executions; /* completed, whatever came of them */
    /* Of these, how many came to ... A fault ends an execution, so what else
     * happened in it does not count; an execution may be in several of the
     * others. Those without deadlock and fault have an outcome. */
    int64_t asserts;      /* an assert that was false */
    int64_t exclusions;   /* two threads where they must not be together, as far
                             as the threads saw it themselves: less than there
                             were, never more */
    int64_t finals;       /* an end with a false check */
    int64_t deadlocks;    /* nothing could move any more */
    int64_t faults;       /* a step that could not be completed */
    bool exclusions_seen; /* they are looked for: there are regions that exclude
                             each other, and the machine's order allows it */
    struct real_outcome *outcomes; /* by value, then .fails */
    int outcome_count;
    int64_t untold; /* executions with outcomes beyond REAL_OUTCOMES */
    double seconds; /* it took */
    int cpus;       /* threads could run on */
};

/* May @p be run so? -EINVAL with a sentence when it has a loop that waits for
 * another thread (it might not end), await, or atomic { }, which no processor
 * has. */
int real_check(const struct program *p, struct err *err);
/* 0; -EINVAL as real_check(), or with a sentence because an execution did not
 * end; -ECANCELED; -EAGAIN or -ENOMEM: the machine could not start it; -EIO:
 * the process died (the sentence says how). real_fini() @out in every case. */
int real_run(const struct program *p, const struct real_request *request,
             struct real_result *out, struct err *err);
void real_fini(struct real_result *r);

/* Is this machine's memory order known to allow no more than TSO? */
bool real_is_tso(void);

#endif
