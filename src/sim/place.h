/* Looking closer at a simulated job, for screens: its place in a queue, and
 * when its wait is over. Reads only; one thread. */
#ifndef SIM_PLACE_H
#define SIM_PLACE_H

#include "sim/sim.h"

/* A few words on ready job @id's place in its queue, from its policy: "level 2,
 * 3 ms of its slice left". Adds nothing if the job is in no queue or the policy
 * has no words. */
void sim_place(const struct sim *s, int id, struct text *out);
/* When the device or timer that blocked job @id waits for is done; -1: it waits
 * for no such thing. */
int64_t sim_wakes_ns(const struct sim *s, int id);
/* The CPU that queue @queue belongs to; -1: all of them share it. */
int sim_queue_cpu(const struct sim *s, int queue);

#endif
