/* Sweeps made up for tests: taken through sweep_next() and sweep_take() with
 * outcomes by formula, so the same each time; nothing runs and nothing is
 * measured. A machine of two cores. In the test process. */
#ifndef TESTS_LIB_FAKE_SWEEP_H
#define TESTS_LIB_FAKE_SWEEP_H

#include "sweep/contest.h"
#include "sweep/sweep.h"

/* Ready-made ones. Abort on failure; sweep_free() them.
 *
 * "family"    primes with threads, gil and processes over 1..16 workers: two
 *             knees at 2, one flat; a guess of 4.
 * "one"       spin over 1, 2, 3, 4, 6, 8 workers, one curve, an outlier.
 * "words"     counter over six models: no numbers along x.
 * "disturbed" sleep over 1..8, others use the machine all the time.
 * "failed"    two points of which nothing was measured; errors with < & " '.
 * "bare"      no time shares, one run each, foreign use not known.
 * "many"      a family of 9 kinds of lock over 1..64 workers. */
struct sweep *fake_sweep(const char *name);

/* Three experiments in turn: one faster, one not shown to differ. */
struct contest *fake_contest(void);

#endif
