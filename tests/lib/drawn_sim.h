/* The simulator's screen with real runs in it, drawn into a frame without a
 * terminal. In the test process. */
#ifndef TESTS_LIB_DRAWN_SIM_H
#define TESTS_LIB_DRAWN_SIM_H

#include "tui/screen_sim.h"
#include "view/sim.h"

/* What the screen shows. */
struct drawn_sim {
    const char *jobs;
    const char *setup[TUI_SIM_SETUPS]; /* the rest NULL */
    int64_t cursor_us;
    int decision; /* > 0: the cursor is at that one of the chosen policy,
                     counted from 1 */
    int chosen, selected;
    int64_t column_us, start_us; /* 0: all of it */
    bool by_cpu;
    bool measured; /* with a made-up run of this machine beside the models */
    const char *typing, *error;
    bool playing, presenter, ascii;
};

/* A policy on @jobs, gone through to its end; fails the test if that cannot be.
 */
void drawn_sim_play(struct sim_play *p, const struct sim_jobs *jobs,
                    const char *setup);
/* Read @text; fails the test if it is no set of jobs. */
void drawn_sim_jobs(struct sim_jobs *out, const char *text);
/* Draw it. @f is of its size already. */
void drawn_sim(struct frame *f, const struct drawn_sim *d);

#endif
