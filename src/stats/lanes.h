/* Lanes: time cut into equal columns, and in each column who did what. The
 * picture of a trace at one zoom, for the screen and the text report.
 *
 * Follows a trace span by span, so that drawing 30 times a second costs only
 * the new spans, and can be rebuilt for any window of the past. */
#ifndef STATS_LANES_H
#define STATS_LANES_H

#include <stdint.h>

#include "trace/trace.h"

/* One worker in one column: how long it was in each state. */
struct lane_cell {
    float ns[SPAN_STATES]; /* sums at most one column's length */
    uint8_t cause;         /* of the longest blocked or spinning part */
    uint8_t switches;      /* span ends of running parts, saturating */
    uint8_t sampled;
};

/* One core in one column: who had it. */
struct core_cell {
    int16_t worker;  /* who had it longest; -1 nobody of ours */
    uint8_t holders; /* different workers seen, saturating */
    uint8_t unknown; /* records were lost or not taken here */
    float ns;        /* that worker's time */
    float busy_ns;   /* all our workers' time */
};

struct lanes; /* hides its storage */

/* Lanes of @columns columns of @column_ns each. NULL if out of memory. */
struct lanes *lanes_new(void);
void lanes_free(struct lanes *l); /* NULL is fine */

/* Show the window of @columns columns of @column_ns that ends with the column
 * holding @end_ns, rows for workers first_worker .. +workers, all cores of
 * @trace. Columns start at whole multiples of column_ns after the gate, so a
 * running picture does not flicker. Takes in what is new in the trace; a
 * changed shape or a jump rebuilds from the stored spans. Open spans are
 * added on top, afresh each time. 0 or -ENOMEM. */
int lanes_update(struct lanes *l, const struct trace *t, int64_t end_ns,
                 int64_t column_ns, int columns, int first_worker, int workers);

/* From the next update on a row shows @per_row workers (1 unless this was
 * called): row r those from first_worker + r * per_row. Its cells then sum to
 * up to @per_row column lengths. Returns what it is now; 0 only asks. */
int lanes_group(struct lanes *l, int per_row);

int lanes_columns(const struct lanes *l);
int64_t lanes_start_ns(const struct lanes *l); /* of the first column */
int64_t lanes_column_ns(const struct lanes *l);
/* @row counts from first_worker; @column from the oldest. Never NULL within
 * range. A column before the worker's birth or after its end sums to 0. */
const struct lane_cell *lanes_worker(const struct lanes *l, int row,
                                     int column);
const struct core_cell *lanes_core(const struct lanes *l, int core, int column);

/* The state a column shows: the one with the largest share, and SPAN_STATES
 * for none at all. */
enum span_state lane_cell_state(const struct lane_cell *c);

#endif
