/* From the scoreboard to the trace: the apparatus's picture, what workers wait
 * for, latencies, failures and what the workload reports. Screen process. */
#ifndef OBSERVE_APPARATUS_H
#define OBSERVE_APPARATUS_H

#include <stdbool.h>

#include "lab/board.h"
#include "trace/trace.h"

/* Take in the picture, what workers wait for and what failed. */
void apparatus_take(struct board *b, struct trace *t);
/* Add up latencies and reports: over many counters, so not at every look. */
void apparatus_sum(struct board *b, struct trace *t);

/* Workers that can never go on, for certain: fills the trace's .waitfor and
 * returns true while there are any. Two pictures, one after the other: whoever
 * was in the same wait in both was in it at the instant between them, and so
 * they all were at once. In the second the resources are read, which nobody has
 * changed since that instant but to take away: those who give are stuck, or had
 * ended before. */
bool apparatus_stuck(struct board *b, struct trace *t);
/* Since when there is no hope: the last of them began its wait, or the last
 * that could have helped ended (CLOCK_MONOTONIC). */
int64_t apparatus_stuck_since_ns(struct board *b, const struct trace *t);

#endif
