/* Outcomes of runs that never were: a made-up machine whose answer is known,
 * with scatter and foreign load. Pure. */
#ifndef TESTS_LIB_MADE_H
#define TESTS_LIB_MADE_H

#include <stdint.h>

#include "sweep/contest.h"
#include "sweep/sweep.h"

struct made {
    double (*curve)(double x); /* tasks a second of x workers */
    double scatter;            /* standard deviation of its logarithm */
    double load;               /* share of runs that others disturb */
    double load_cores;         /* by so many cores; 0: 0.3 to 1.3 */
    double drift;              /* per run, as a share */
    int cores;                 /* 0: 2 */
    uint64_t state;            /* seed; then goes on */
    int64_t now_ns;
    int runs;
};

/* Two cores, 0 and 1, with room. */
struct machine made_machine(int cores);
/* What a run with @x workers gives now. */
struct sweep_outcome made_run(struct made *m, double x);
/* Normally distributed, mean 0, standard deviation 1. */
double made_normal(uint64_t *state);

/* A sweep of @line, run to its end. @each NULL: all curves are m->curve. */
struct sweep *made_sweep(const char *line, struct made *m);
/* The same without asking for the order: all points, all rounds, and one
 * conclusion at the end; quick. */
struct sweep *made_quickly(const struct sweep_request *r, struct made *m);

/* Known shapes. */
double made_cores(double x);  /* 2 cores: the knee is 2 */
double made_tasks(double x);  /* 16 tasks that wait: 16 */
double made_usl(double x);    /* sigma 0.05, kappa 0.01: peak 9.7 */
double made_half(double x);   /* half-CPU work without queueing: 4 */
double made_flat(double x);   /* one lock: 1 */
double made_rising(double x); /* no end in sight */

#endif
