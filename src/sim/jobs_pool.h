/* Workers that take tasks from a pool, dealt as an experiment says. Inside
 * sim/; pure. */
#ifndef SIM_JOBS_POOL_H
#define SIM_JOBS_POOL_H

#include "sim/jobs.h"
#include "spec/spec.h"

/* So many tasks have no end. */
#define POOL_ENDLESS INT64_C(2000000000)
/* What endless work may take altogether: half of what all jobs may. */
#define JOBS_ALL_NS (INT64_C(1) << 59)

/* Add @spec's workers to @out and fill in how its tasks reach them; their
 * lengths are the caller's to set afterwards. @spec->tasks 0: endless. -EINVAL
 * with a sentence: the simulator knows no such dealing; -ENOMEM. */
int jobs_pool(struct sim_jobs *out, const struct spec *spec, struct err *err);
/* When its lengths are known: an endless pool has no more tasks than virtual
 * time has room for. */
void jobs_pool_bound(struct sim_pool *pool);
/* Give @job what the kernel is told of every worker of @spec: nice, priority.
 * Cooperative tasks have one thread, so one CPU. -1: out of memory. */
int jobs_settings(struct sim_jobs *out, struct sim_job *job,
                  const struct spec *spec);

#endif
