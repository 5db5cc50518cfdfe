/* A whole simulation and what is to be told of it. One thread. */
#ifndef SIM_OUTCOME_H
#define SIM_OUTCOME_H

#include "sim/sim.h"
#include "trace/trace.h"

struct sim_said { /* a decision and its reason */
    struct sim_decision decision;
    char *words; /* owned */
};

struct sim_outcome {
    struct sim_setup setup;
    const struct sim_jobs *jobs; /* borrowed */
    enum sim_state state;        /* never SIM_GOES_ON */
    struct sim_totals totals;
    struct sim_figures *figures; /* of the first .figure_count jobs */
    int figure_count;            /* at most SIM_TRACE_JOBS */
    struct trace *trace;         /* badge MODEL; NULL: too many jobs for that */
    struct sim_said *said;
    int64_t said_count;
};

/* Simulate to the end. The reasons of the first @steps decisions are kept.
 * -EINVAL with a sentence as sim_trace(), -ENOMEM. sim_outcome_fini() it in any
 * case. */
int sim_outcome(struct sim_outcome *out, const struct sim_setup *setup,
                const struct sim_jobs *jobs, int64_t steps, struct err *err);
void sim_outcome_fini(struct sim_outcome *out); /* {0} is fine */

#endif
