/* The states and edges behind naive_explore(), for those who answer questions
 * about them. */
#ifndef TESTS_LIB_NAIVE_GRAPH_H
#define TESTS_LIB_NAIVE_GRAPH_H

#include "lib/naive.h"
#include "lib/naive_step.h"

/* Different rows of numbers, in the order of their coming. */
struct rows {
    int width, count, cap;
    int *data;
    int *table; /* of size .slots, a row's number + 1 or 0 */
    int slots;
};
void rows_init(struct rows *r, int width);
void rows_fini(struct rows *r);
/* The number of @row, which is added if it is not there. */
int rows_add(struct rows *r, const int *row, bool *is_new);

struct naive_edge {
    int to;
    int action; /* thread, or thread | STEP_FLUSH */
    uint64_t reads, writes;
};

struct naive_node {
    unsigned failed;  /* bits: on every way here; at an end its own too */
    bool normal;      /* all ended */
    int outcome;      /* if normal, else -1 */
    int first, count; /* edges */
    int distance;     /* actions from the start */
    int order;        /* place in .sorted */
    int component;
    int plain;         /* number of the state without what failed */
    unsigned may_step; /* bit: thread */
};

struct naive_graph {
    struct naive_machine machine;
    int threads;
    struct naive_node *nodes; /* [0] is the start */
    int count, node_cap;
    struct naive_edge *edges;
    int edge_count, edge_cap;
    int *
        sorted; /* nodes: on acyclic graphs every edge leads on in this order */
    int components;
};

/* Each sets its own fields of @out. */
void naive_search_ends(struct naive_graph *g, struct naive *out);
void naive_count_schedules(struct naive_graph *g, struct naive *out);
void naive_chance(struct naive_graph *g, struct naive *out);
void naive_preemptions(struct naive_graph *g, struct naive *out);
void naive_traces(struct naive_graph *g, struct naive *out);
void naive_liveness(struct naive_graph *g, struct naive *out);

void *naive_grow(void *array, int *cap, int count, size_t size);

#endif
