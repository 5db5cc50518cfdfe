/* The states that a search found, as a graph; what can be computed from it.
 *
 * State 0 is the start. An edge is one action. Each state's edges stand
 * together, ordered by action (steps by thread, then flushes by thread). A
 * schedule is a path from state 0 to a state without edges, or an endless one.
 *
 * Each part fills its own fields of struct explore_result and nothing else.
 * Plain data, only read here. 0 or -ENOMEM, or -ECANCELED when cancelled. */
#ifndef EXPLORE_GRAPH_H
#define EXPLORE_GRAPH_H

#include "explore/explore.h"

struct graph {
    uint32_t states;
    uint32_t *first; /* states + 1: edges of s are first[s] .. first[s+1]-1 */
    uint32_t *to;
    uint8_t *action; /* thread, or thread | STEP_FLUSH */
    uint8_t *fails;  /* bits 1 << enum failure that the step commits: assert,
                        exclusion, fault. An edge with a fault leads to the one
                        state that stands for it, without edges */
    uint8_t *finish; /* enum finish of each state without edges; GRAPH_FAULTED
                        for the one after a fault */
    /* What each edge's step touches: bit of cell, for traces. NULL when the
     * program has more than 64 cells. The queue of a condition counts as its
     * first cell. */
    uint64_t *reads, *writes;
    uint8_t start_fails; /* bits: before any step */
    int threads;
};
#define GRAPH_FAULTED 0xff
void graph_fini(struct graph *g);

/* Strongly connected components (Tarjan 1972, with a stack of its own), in
 * reverse topological order: every edge between two components leads to one
 * with a smaller number. */
struct components {
    uint32_t *of; /* a state's component */
    uint32_t count;
    uint32_t *first;  /* count + 1 into .member */
    uint32_t *member; /* states, component by component */
    bool *cyclic;     /* it has an edge within itself */
};
int components_find(const struct graph *g, struct components *c);
void components_fini(struct components *c);

/* Number of schedules, all, failing and by failure; acyclic graphs only
 * (count.c; GMP). Sets .acyclic, .schedules, .failing_schedules, .uniform,
 * .failing[].schedules, and each outcome's .schedules and .uniform.
 * @outcome_of: the outcome of each state that ended normally, else -1. Numbers
 * that would take more than 1 GiB (millions of states, hundreds of digits) are
 * not counted: NULL and NAN. */
int count_schedules(const struct graph *g, const struct components *c,
                    const int32_t *outcome_of, struct explore_result *out);
/* Probabilities under a scheduler that picks each enabled action as likely:
 * .random, .failing[].random (exact fractions wherever components are small
 * enough to be solved exactly, else by iteration to 1e-12), and each outcome's
 * .random (chance.c). What takes too long: .exact is NULL, then .value NAN.
 * Goes on after a failure that does not end the program,
 * but a schedule counts as failing from its first one. */
int chance_compute(const struct graph *g, const struct components *c,
                   const int32_t *outcome_of, struct explore_result *out);
/* Fewest preemptions of a schedule that fails, by failure, with one such
 * schedule: .failing[].preemptions, .calm (calm.c; 0-1 breadth-first search
 * over state and last thread). SC only. */
int calm_search(const struct graph *g, struct explore_result *out);
/* Fewest thread steps when flushes cost nothing: .failing[].shortest_steps
 * (calm.c). */
int cheap_search(const struct graph *g, struct explore_result *out);
/* Mazurkiewicz traces: .traces and .failing_traces (traces.c), for acyclic
 * graphs with .reads whose number of schedules is at most @most_schedules; else
 * they stay -1. Two steps of different threads depend on each other if one
 * writes a cell that the other reads or writes. A trace fails if one of its
 * schedules does. */
int traces_count(const struct graph *g, const struct components *c,
                 int64_t most_schedules, struct explore_result *out);
/* .trap, .livelock, .overtaking with ways and loops (liveness.c). */
int liveness_judge(const struct graph *g, const struct components *c,
                   struct explore_result *out);

#endif
