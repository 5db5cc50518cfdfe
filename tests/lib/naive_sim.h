/* A scheduler as a beginner would write it: millisecond by millisecond, every
 * queue an array, nothing shared with src/sim but the job set. What the
 * simulator says is held against it. Any thread. */
#ifndef TESTS_NAIVE_SIM_H
#define TESTS_NAIVE_SIM_H

#include "sim/jobs.h"

enum naive_policy { NAIVE_FIFO, NAIVE_SJF, NAIVE_STCF, NAIVE_RR };

#define NAIVE_JOBS 32
#define NAIVE_CPUS 4
#define NAIVE_MS 20000

/* Jobs of whole milliseconds that compute and wait for devices, one queue for
 * all CPUs. @who[cpu][t]: the job that runs from t to t + 1 ms, or -1. Returns
 * when the last one ended, in ms; -1: longer than NAIVE_MS. */
int naive_sim(const struct sim_jobs *jobs, enum naive_policy policy, int cpus,
              int slice_ms, signed char who[NAIVE_CPUS][NAIVE_MS]);

#endif
