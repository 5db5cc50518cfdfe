/* Graphs of states for the tests of what is computed from them: written by
 * hand, and drawn at random. */
#ifndef TESTS_GRAPHS_H
#define TESTS_GRAPHS_H

#include <gmp.h>

#include "explore/graph.h"

/* A graph from a line of text. States are separated by '|' and are either an
 * ending ("ok", "bad": a check is false, "stuck", "fault") or edges, ACTION
 * then '>' then the state it leads to, ordered by action: "0>1 1>2". A flush is
 * "f0>1". After the state, letters for failures: 'a' assert, 'x' exclusion, 'f'
 * fault. Fails the test if it is written wrongly. */
void graph_read(struct graph *g, const char *text);

/* What a random graph is like. */
struct drawn_graph {
    uint32_t states; /* at most: those that cannot be reached are left out */
    int threads;     /* 1 .. 8 */
    bool cyclic;     /* else every edge leads to a later state */
    bool flushes;
    int endings_pct;  /* of the states */
    int failures_pct; /* of edges and endings */
};
void graph_draw(struct graph *g, const struct drawn_graph *d, uint64_t *seed);

/* A chain of @n states with @ways edges each: one to the next state, the last
 * to a bad ending, all others to a good one. */
void graph_ladder(struct graph *g, uint32_t n, uint32_t ways);

/* Each ending without a failure, or with a false check, is an outcome: state s
 * has number s % @outcomes, the others -1. free() it. */
int32_t *graph_outcomes(const struct graph *g, int outcomes);

/* Do @s from state @from. The state it leads to, or UINT32_MAX if it cannot be
 * done; *@failures gets what failed on the way, the end included. */
uint32_t graph_follow(const struct graph *g, uint32_t from,
                      const struct schedule *s, unsigned *failures);

/* An empty answer with @outcomes outcomes, and what frees it. */
void answer_init(struct explore_result *r, int outcomes);
void answer_fini(struct explore_result *r);

/* Count schedules and compute probabilities, with OUTCOMES outcomes as
 * graph_outcomes() has them, into @r, which is not initialised. */
#define OUTCOMES 3
void answer_compute(const struct graph *g, struct explore_result *r);

/* Fail the test unless: within 1e-11. */
void number_near(double got, double want);
/* Exactly this ("2/3"), as text and as a double; NULL: not known. */
void share_is(const struct share *s, const char *want);
void fraction_is(const struct share *got, const mpq_t want);

#endif
