/* Sweeps to be drawn, written down point by point: nothing runs and nothing is
 * concluded, so that a picture changes only when drawing does. A machine of two
 * cores. In the test process. */
#ifndef TESTS_LIB_DRAWN_SWEEP_H
#define TESTS_LIB_DRAWN_SWEEP_H

#include "sweep/sweep.h"

/* Ready-made ones; sweep_free() them. Abort on failure.
 *
 * "one"      half-CPU work on 1 2 3 4 6 8 workers, 5 runs each: the spot at 4.
 * "family"   primes with threads, gil and processes on 1 2 4 8: two at 2, one
 *            at 1.
 * "disk"     reads that get slower from 4 readers on: 1 2 4 8 16 32.
 * "flat"     a lock's work: no more with more workers.
 * "single"   one point only.
 * "start"    nothing measured yet.
 * "under"    "one" after 10 runs, no model yet, the rest not measured.
 * "errors"   "one" where 8 workers failed and 6 failed once.
 * "noisy"    "one" with disturbed runs and outliers: inconclusive.
 * "guess"    "one" with a guess at 2; "far" with one at 1000.
 * "words"    over the models' words. */
struct sweep *drawn_sweep(const char *name);

#endif
