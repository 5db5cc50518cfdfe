/* The counter race's screen in parts: the numbers (race.c), how an update gets
 * lost (race_model.c) and the rounds so far (race_rounds.c). */
#ifndef VIEW_RACE_PARTS_H
#define VIEW_RACE_PARTS_H

#include "view/pieces.h"

/* The round is over and counted something. */
bool race_closed(const struct trace_phase *p);
/* Its lost share, 0..1. */
double race_lost(const struct trace_phase *p);
/* "mutex"; at most 7 columns. */
const char *race_lock_word(enum spec_sync sync);

/* How an update gets lost, or why none does: a drawing, badge MODEL. */
void race_model(struct frame *f, struct box b, const struct view_race *v);

/* The rounds' lost shares, speeds and locks as rows of blocks. @only_lost: for
 * a projector. */
void race_rounds(struct frame *f, struct box b, const struct view_race *v,
                 bool only_lost);
/* That with the price of the lock, the one-core line and, where there is room,
 * a table of all locks tried. */
void race_history(struct frame *f, struct box b, const struct view_race *v,
                  int last);

#endif
