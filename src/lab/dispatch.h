/* How tasks reach workers and results come back. In the lab. */
#ifndef LAB_DISPATCH_H
#define LAB_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"

struct board;
struct dispatch;
struct worker;

/* For @spec, in memory that workers created afterwards share. NULL with a
 * sentence when there is none. dispatch_unmap() it, or let the lab end. */
struct dispatch *dispatch_map(const struct spec *spec, struct err *err);
void dispatch_unmap(struct dispatch *d); /* NULL is fine */

/* The next portion of tasks for @w: [*first, *first + *count). False: no more,
 * or told to stop. May wait. */
bool dispatch_take(struct worker *w, int64_t *first, int64_t *count);
/* Task @index of @w is finished: its result is delivered. */
void dispatch_done(struct worker *w, int64_t index);

/* In the coordinator, when all workers have been collected: how the results
 * came, for the board. */
void dispatch_tell(struct dispatch *d, struct board *b);

#endif
