/* What the files of chance.c share. */
#ifndef EXPLORE_CHANCE_PARTS_H
#define EXPLORE_CHANCE_PARTS_H

#include "explore/exact.h"

/* A state has at most so many edges: a step and a flush of each thread. */
#define DEGREE_MOST 64

/* How to solve the equations of each component that has some: the order in
 * which its states are eliminated, and where numbers other than 0 come up when
 * they are (chance_plan.c). Worked out once, used for doubles and for every
 * prime. */
struct plan {
    /* State by state as components.member, each component's in the order of
     * elimination; a "place" is a place here. */
    uint32_t *order;
    uint32_t *row; /* of a state: its place, counted from its component's */
    /* Of each place: its numbers are .columns[first[place]] ..
     * [first[place + 1] - 1], from middle[place] on those eliminated later. */
    uint32_t *first, *middle;
    uint32_t *columns; /* rows, ascending */
    size_t count, cap; /* of .columns */
    uint8_t *ways;     /* of each component: enum way */
    double work;       /* multiplications that a solution takes */
    uint32_t rows;     /* states that are eliminated */
    uint32_t most_rows, most_numbers; /* of one component */
};
enum way {
    WAY_SIMPLE, /* no equations: at most one state, looping or not */
    WAY_CLOSED, /* it is never left */
    WAY_ELIMINATE,
    WAY_ITERATE /* too large to be eliminated */
};
int plan_make(struct plan *p, const struct graph *g,
              const struct components *c); /* 0 or -ENOMEM */
void plan_fini(struct plan *p);

struct chance {
    const struct graph *g;
    const struct components *c;
    struct plan plan;
};

/* Probability that a schedule from the start does one of @kinds at an edge or
 * at its end, in doubles; NAN: the iteration took too long. 0 or -ENOMEM
 * (chance_near.c). */
int chance_near(const struct chance *k, unsigned kinds, double *out);
/* How probable it is to come to each outcome: adds to .outcomes[].random
 * (chance_flow.c). */
int chance_flow(const struct chance *k, const int32_t *outcome_of,
                struct explore_result *out);
/* The same as chance_near(), exactly; @near is its answer. @out stays as it is
 * if that takes more than what is left of *@budget, which is reduced by what it
 * took (chance_modular.c). */
int chance_exact(const struct chance *k, unsigned kinds, double near,
                 double *budget, struct share *out);

#endif
