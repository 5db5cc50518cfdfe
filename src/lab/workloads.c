/* The table of workloads, in the order of enum spec_workload. */
#include "lab/worker.h"

const struct workload *const workloads[WORKLOAD_COUNT] = {
#define X(id, name, endless, summary) [WORKLOAD_##id] = &work_##name,
    SPEC_WORKLOADS(X)
#undef X
};
