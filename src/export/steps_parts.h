/* Between the files of the schedule's table. */
#ifndef EXPORT_STEPS_PARTS_H
#define EXPORT_STEPS_PARTS_H

#include "step/stepper.h"

/* What differs from @a in @b; when @a is NULL all of @b that is not idle. */
void steps_change(const struct stepper *m, const struct state *a,
                  const struct state *b, struct text *out);

#endif
