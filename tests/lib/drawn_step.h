/* The microscope's screen with real programs and real walks in it, drawn into a
 * frame without a terminal. In the test process. */
#ifndef TESTS_LIB_DRAWN_STEP_H
#define TESTS_LIB_DRAWN_STEP_H

#include "tui/keys.h"
#include "view/micro.h"

/* What the screen shows. */
struct drawn_step {
    const char *program; /* one of drawn_step_program() */
    enum granularity granularity;
    bool tso;
    const char *schedule; /* done; NULL: none */
    int undo;             /* so many steps of it, again */
    int chosen;           /* thread */
    bool explored;        /* what a search finds is shown */
    int line;             /* of it, chosen */
    bool from_here;       /* it began after .schedule */
    bool brief, task, playing, exploring, typing, presenter, ascii;
};

/* The text of a program by its name. */
const char *drawn_step_program(const char *name);
/* Draw it; fails the test if it cannot. @f is of its size already. */
void drawn_step(struct frame *f, const struct drawn_step *d,
                struct view_micro_spots *spots);

#endif
