/* The table of workloads, in the order of enum spec_workload. */
#include "lab/worker.h"

/* These two are other experiments in disguise: no lab ever runs them itself
 * (spec/mystery.c, observe/mix.c). */
const struct workload work_mystery = {.combine = COMBINE_NONE};
const struct workload work_mix = {.combine = COMBINE_NONE};

const struct workload *const workloads[WORKLOAD_COUNT] = {
#define X(id, name, endless, summary) [WORKLOAD_##id] = &work_##name,
    SPEC_WORKLOADS(X)
#undef X
};
