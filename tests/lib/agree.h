/* Do src/step and src/explore say of a program what the naive enumerator says?
 * In the test process. */
#ifndef TESTS_LIB_AGREE_H
#define TESTS_LIB_AGREE_H

#include "base/text.h"
#include "explore/explore.h"
#include "lib/naive.h"

/* One random schedule from the start, at most @steps actions, both machines in
 * step: what may go next, every cell, every register, what failed. false with
 * the difference in @why. */
bool agree_walk(const struct program *p, const struct rules *rules,
                uint64_t seed, int steps, struct text *why);

/* explore() as @request says, whose rules @n was made with (but for
 * .keep_registers); everything that it computes at that depth, with every
 * schedule it gives done again by the naive machine. */
bool agree_explore(const struct program *p,
                   const struct explore_request *request, const struct naive *n,
                   struct text *why);

#endif
