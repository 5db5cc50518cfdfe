/* Computing for its own sake, on the core and in registers only. Calibrated in
 * the coordinator, done in workers; by the same count everywhere, so that two
 * at once on one core take twice as long.
 *
 * A chain of xorshift steps, each waiting for the one before: nothing can be
 * done at once, and nothing left out as long as the chain's end is looked at.
 */
#ifndef LAB_TOIL_H
#define LAB_TOIL_H

#include <stdint.h>

#include "lab/worker.h"

#define TOIL_SEED UINT64_C(0x9e3779b97f4a7c15) /* never 0: it would stay 0 */
#define TOIL_STEPS 64                          /* of a unit: about 0.1 us */
#define TOIL_UNITS_A_US 8                      /* roughly */

static inline uint64_t toil_unit(uint64_t x)
{
    for (int i = 0; i < TOIL_STEPS; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

/* About a microsecond of it. */
static inline uint64_t toil_us(uint64_t x)
{
    for (int i = 0; i < TOIL_UNITS_A_US; i++)
        x = toil_unit(x);
    return x;
}

/* Somebody has to look at the chain's end. In workloads without a result only.
 */
static inline void toil_keep(struct worker *w, uint64_t x)
{
    atomic_store_explicit(&w->row->result, x, memory_order_relaxed);
}

/* How long an undisturbed unit takes here, in picoseconds: the best of some
 * trials, a few milliseconds in all. */
int64_t toil_unit_ps(void);

/* In prepare(): let the arena know how many units a millisecond has. */
void toil_prepare(struct worker *coordinator);
/* Compute for as long as @ns take on an undisturbed core; 0: not at all. Locks
 * may be held meanwhile, other workers then wait at a phase's end a little
 * longer. False: told to stop. */
bool toil(struct worker *w, int64_t ns);

#endif
