/* The shared counter and its locks: what the counter workload does, once for
 * every enum spec_sync. In workers.
 *
 * Increments under no lock race with relaxed atomics, so that the race is real
 * and the program is defined C. */
#ifndef LAB_SYNC_H
#define LAB_SYNC_H

#include <stdint.h>

#include "lab/arena.h"
#include "lab/worker.h"

/* Add 1 to the counter up to @n times, taking and giving back the lock each
 * time. Returns how many were made: fewer than @n after a wait worth marking,
 * or when the worker is wanted at the barrier or told to stop; it may be 0.
 * Holds nothing on return. Index: enum spec_sync. */
extern int64_t (*const sync_add[SYNC_COUNT])(struct worker *w, int64_t n);

/* The worker is wanted at the barrier, or told to stop: worker_turn() soon. */
bool sync_leaving(const struct worker *w);

/* The counter and all its parts. Exact when all workers stand still. */
int64_t sync_value(struct arena *a);

/* All workers stand at the barrier: forget the tickets of those that left the
 * queue of the ticket lock to come here. */
void sync_reset(struct arena *a);

#endif
