/* What the files of traces.c share. */
#ifndef EXPLORE_TRACES_H
#define EXPLORE_TRACES_H

#include "explore/exact.h"

/* Does it matter which of two steps of different threads comes first? A fault
 * ends everything, so that it matters for all others. */
static inline bool steps_depend(const struct graph *g, uint32_t a, uint32_t b)
{
    return ((g->fails[a] | g->fails[b]) & 1U << FAILURE_FAULT) ||
           (g->writes[a] & (g->reads[b] | g->writes[b])) ||
           (g->writes[b] & g->reads[a]);
}

/* How many traces have a schedule that fails, found by doing every schedule
 * (traces_failing.c); -1 if that takes too long. 0 or -ENOMEM. */
int traces_failing(const struct graph *g, int64_t *out);

#endif
