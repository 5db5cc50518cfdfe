/* A schedule as a table: one column a thread, one row a step. Pure; any
 * thread. */
#ifndef EXPORT_STEPS_H
#define EXPORT_STEPS_H

#include "step/stepper.h"

struct steps_look {
    int columns; /* of the text; 0: 80. Where a column a thread finds no room
                    there is one for all of them */
    int most;    /* rows at most; what is in the middle is left out then.
                    0: all */
};

/* The steps of @w up to the state that it looks at, the line of the start
 * before them: micro-step, the value read or written, and what that changed in
 * memory. A step that fails has a line after it that says why. Steps that
 * repeat are written once, with how often. */
void steps_table(const struct walk *w, const struct steps_look *look,
                 struct text *out);
/* How it stands where @w looks: what may be done next, or how it ended and
 * why, in one or more lines. */
void steps_ending(const struct walk *w, const struct steps_look *look,
                  struct text *out);
/* The program's text, under each line the micro-steps that it stands for, once
 * where threads do the same: "o" begins a step at the granularity of @m, "."
 * rides along. */
void steps_listing(const struct stepper *m, struct text *out);
/* "peterson" of the program "/home/me/peterson.tsl". */
void steps_name(const struct program *p, struct text *out);
/* Add @s broken into lines of @columns, the first beginning at column @at
 * (already written), the others at @indent; ends the line. */
void steps_wrap(struct text *out, const char *s, int at, int indent,
                int columns);

#endif
