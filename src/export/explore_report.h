/* What was explored, for a person to read. Pure; any thread. */
#ifndef EXPORT_EXPLORE_REPORT_H
#define EXPORT_EXPLORE_REPORT_H

#include "explore/explore.h"

struct explore_look {
    int columns; /* of the text; 0: 80 */
};

/* The verdict first, then the outcomes, the failures with their schedules as
 * tables, how likely they are, loops, data races, and what the search took.
 * @request is what gave @r. -ENOMEM, or 0. */
int export_explore(const struct program *p,
                   const struct explore_request *request,
                   const struct explore_result *r,
                   const struct explore_look *look, struct text *out);

#endif
