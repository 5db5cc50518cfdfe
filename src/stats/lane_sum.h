/* What lanes add up in one column, behind the cells that they show. The
 * screen process; only stats/lanes.c uses it.
 *
 * Sums are whole nanoseconds, so that an open span can be taken out of a row
 * again without a trace of it left. */
#ifndef STATS_LANE_SUM_H
#define STATS_LANE_SUM_H

#include "stats/lanes.h"

struct row_sum { /* behind one lane_cell */
    int64_t ns[SPAN_STATES];
    int64_t wait_ns[WAIT_CAUSES];
    int64_t sampled_ns;
    uint32_t switches;
};

/* Who had a core in one column, by the space-saving method: a worker not in
 * the table takes the place of the one with the smallest rank and its rank.
 * Whoever had more than 1/HOLDERS of the time is in the table at the end, also
 * when the parts came late and in any order. */
#define HOLDERS 6
struct holder {
    int32_t worker;
    int64_t ns;   /* its time since it is in the table */
    int64_t rank; /* never below its whole time */
};
struct core_sum { /* behind one core_cell */
    struct holder top[HOLDERS];
    uint64_t seen; /* bit worker % 64 */
    int64_t busy_ns;
    uint8_t count;   /* of .top in use */
    uint8_t crowded; /* somebody lost a place */
    uint8_t unknown;
};

/* @worker had the core for @ns more. */
void core_sum_add(struct core_sum *c, int worker, int64_t ns);

void row_sum_show(const struct row_sum *sum, struct lane_cell *c);
void core_sum_show(const struct core_sum *sum, struct core_cell *c);

#endif
