/* Counting what came of executions. In the forked process, each thread for
 * itself; put together when all have ended. */
#ifndef REAL_TALLY_H
#define REAL_TALLY_H

#include "real/code.h"
#include "real/real.h"

/* What checks and observed values of @p read, in the order of a record. 0 or
 * -ENOMEM. Free .cells. */
int kept_collect(struct kept *k, const struct program *p);

struct tally;
/* NULL without memory. @p and @k are borrowed. tally_free() it. */
struct tally *tally_new(const struct program *p, const struct kept *k);
void tally_free(struct tally *t); /* NULL is fine */

/* Where to put the next execution's record: .words numbers, zero beyond those
 * used: what came of it (CAME_...), the cells, the registers of each thread. */
int16_t *tally_record(struct tally *t);
/* Count the record. @start_ns: of the run, on clock_now_ns()'s clock. */
void tally_add(struct tally *t, int64_t start_ns);

/* Add all of @from, which is empty then. */
void tally_merge(struct tally *t, struct tally *from);
/* The sums; .outcomes in no order. Good until the tally is used again. */
const struct real_result *tally_result(struct tally *t);

#endif
