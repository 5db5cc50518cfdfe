/* What simulations gave, for a person and for other programs. Pure. */
#ifndef EXPORT_SIM_EXPORT_H
#define EXPORT_SIM_EXPORT_H

#include <stdio.h>

#include "export/export.h"
#include "sim/outcome.h"

/* One or more simulations of the same jobs: of one its timeline, its jobs and
 * its figures; of several the timelines one below the other and the figures
 * side by side, the best of each kind marked. Reasons of decisions where they
 * were kept. 0 or -ENOMEM. */
int export_sim(const struct sim_outcome *o, int count,
               const struct report_options *look, struct text *out);

/* Schema "timeslice.sim/1", one object and a newline. Times are whole
 * nanoseconds; what is not known is absent. Of more than SIM_TRACE_JOBS jobs
 * only the totals. -ENOMEM or the stream's errno with a sentence. */
int export_sim_json(const struct sim_outcome *o, int count, FILE *out,
                    struct err *err);

/* A line for each job under each policy, after one with the columns' names
 * when @header. @s has come to its end. The stream's errno shows when it is
 * flushed. */
void export_sim_csv(const struct sim *s, bool header, FILE *out);

#endif
