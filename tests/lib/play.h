/* Simulate a line of job text to its end, for a test to look at: who had which
 * CPU, why, and the figures. */
#ifndef TESTS_LIB_PLAY_H
#define TESTS_LIB_PLAY_H

#include "sim/sim.h"

#define PLAY_CPUS 4
#define PLAY_CELLS 4000

/* Start with {0}; what is marked may be set before. */
struct play {
    struct sim_jobs jobs;
    struct sim_setup setup;
    struct sim *sim;
    const int64_t *draws; /* before: for the lottery */
    int draw_count;
    bool wants_why;  /* before: fill .why */
    struct text why; /* "3 ms: A has ended; B is next: ..." a line a decision */
    /* A letter, the first of the name, for each CPU and virtual millisecond;
     * '.' for nobody, and for the overhead of a switch. */
    char cell[PLAY_CPUS][PLAY_CELLS + 1];
    struct text line; /* all CPUs, '/' between */
};

/* Anything that goes wrong fails the test. */
void play(struct play *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Only begin: .sim is for the caller to step. @watch may be NULL. */
void play_begin(struct play *p, const struct sim_watch *watch,
                const char *text);
/* All that is to be known of a finished play. */
struct sim_totals play_totals(const struct play *p);
struct sim_figures play_job(const struct play *p, int id);
/* Leaves {0}. */
void play_fini(struct play *p);

#endif
