/* The scheduler of the kernel this runs on, beside the simulated one: the same
 * few loops and sleepers on one core, once for real and once in virtual time.
 *
 * The simulated machine is told nothing that was measured: its slice and tick
 * are what the kernel's documentation and /sys say. */
#ifndef PREDICT_KERNEL_H
#define PREDICT_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"
#include "sim/setup.h"

/* ---- what is tried ------------------------------------------------------- */

#define KERNEL_HOGS 4
#define KERNEL_WORKERS (KERNEL_HOGS + 1)
#define KERNEL_SAMPLES 16384

/* Loops that compute without end, each with its niceness, and perhaps one that
 * sleeps for 5 to 15 ms, drawn by a seed, and then computes for 1 ms, again and
 * again. All on one core. */
struct kernel_trial {
    const char *about; /* "three loops with nice 0, 5 and 10" */
    int hogs;          /* 1 .. KERNEL_HOGS */
    int nice[KERNEL_HOGS];
    bool sleeper; /* the worker after the loops */
    int repeats;
    int64_t for_ns; /* one repeat */
};
extern const struct kernel_trial kernel_trials[]; /* ends with .about NULL */
extern const int kernel_trial_count;

struct kernel_samples {
    int n; /* the first KERNEL_SAMPLES are kept */
    int64_t ns[KERNEL_SAMPLES];
};

/* What came of one repeat, real or simulated. */
struct kernel_run {
    int64_t wall_ns;
    int64_t cpu_ns[KERNEL_WORKERS];            /* processor time of each */
    struct kernel_samples run[KERNEL_WORKERS]; /* the loops: how long at a time,
                                                  if there is no sleeper */
    struct kernel_samples wait; /* the sleeper, woken, until it runs */
};

/* ---- the kernel's parameters (kernel.c) ---------------------------------- */

struct kernel_facts {
    bool eevdf;                /* it is 6.6 or later: else cfs */
    char slice_from[96];       /* where the slice is from, a few words */
    struct sim_setup setup[2]; /* simulated eevdf, and cfs, as this kernel has,
                                  or would have, them */
};
enum { KERNEL_EEVDF, KERNEL_CFS, KERNEL_POLICIES };
/* -EAGAIN with a sentence: the tick is not known. */
int kernel_facts_read(struct kernel_facts *f, const struct machine *m,
                      struct err *err);

/* ---- one repeat ---------------------------------------------------------- */

/* Really, on core @cpu; takes .for_ns (kernel_real.c). @repeat, from 0, is
 * another draw. -EAGAIN with a sentence: this machine cannot. The caller has
 * one thread; forks. */
int kernel_measure(struct kernel_run *out, const struct kernel_trial *trial,
                   int cpu, int repeat, struct err *err);
/* In virtual time, long enough for a steady mean (kernel_sim.c). */
int kernel_simulate(struct kernel_run *out, const struct kernel_trial *trial,
                    const struct sim_setup *setup, struct err *err);
/* The sleeper's next sleep; both use it. */
int64_t kernel_sleep_ns(uint64_t *random);
#define KERNEL_WORK_NS INT64_C(1000000)

/* The share of the core that was somebody else's: 0 .. 1. */
double kernel_disturbed(const struct kernel_trial *trial,
                        const struct kernel_run *run);
/* More than that, and the repeat is not used. */
#define KERNEL_DISTURBED 0.05

/* ---- figures (kernel.c) -------------------------------------------------- */

/* One figure of one trial, measured and simulated; below 0: there is none. */
struct kernel_figure {
    int trial;
    const char *name;  /* "share_nice_0_pct" */
    const char *about; /* "share of nice 0" */
    const char *unit;  /* "%" or "ms" */
    double measured;   /* of all calm repeats together */
    double low, high;  /* the least and the most of one of them */
    double simulated[KERNEL_POLICIES];
    double error; /* of the policy the kernel has: (simulated - measured) /
                     measured; meaningless if .measured <= 0 */
};
#define KERNEL_FIGURES 16

struct kernel_trial_state {
    int done, calm;   /* repeats */
    double disturbed; /* the most */
};

struct kernel_result {
    struct kernel_facts facts;
    int cpu;
    struct kernel_trial_state trial[8];
    struct kernel_figure figure[KERNEL_FIGURES];
    int figure_count;
    bool conclusive; /* every figure has calm repeats enough */
};

/* All of it. @progress, if not NULL, is told before each repeat how many there
 * have been and how many there are. Errors as of its parts, or -ENOMEM. */
int kernel_compare(struct kernel_result *out, const struct machine *m, int cpu,
                   void (*progress)(int at, int of), struct err *err);
/* How many repeats have to be calm. */
#define KERNEL_CALM 3

#endif
