/* Computing for a while, for workloads whose point is the waiting: on the core,
 * in registers only, by the same count everywhere, so that two at once on one
 * core take twice as long. */
#ifndef LAB_TOIL_H
#define LAB_TOIL_H

#include "lab/worker.h"

/* In prepare(): learn how fast this machine is. Milliseconds of it. */
void toil_prepare(struct worker *coordinator);
/* Compute for as long as @ns take on an undisturbed core; 0: not at all. Locks
 * may be held meanwhile, other workers then wait at a phase's end a little
 * longer. False: told to stop. */
bool toil(struct worker *w, int64_t ns);

#endif
