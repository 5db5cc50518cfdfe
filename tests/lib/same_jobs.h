/* Two sets of jobs: is what they say the same, however it is kept? */
#ifndef TESTS_SAME_JOBS_H
#define TESTS_SAME_JOBS_H

#include "sim/jobs.h"
#include "sim/setup.h"

/* NULL: yes. Else what differs, in a static buffer. Pools are left out. */
const char *jobs_differ(const struct sim_jobs *a, const struct sim_jobs *b);
/* The same of two machines: every parameter, given or not. */
const char *setups_differ(const struct sim_setup *a, const struct sim_setup *b);

#endif
