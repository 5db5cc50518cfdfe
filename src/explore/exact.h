/* Exact numbers as text, since they have no largest (GMP). Any thread. */
#ifndef EXPLORE_EXACT_H
#define EXPLORE_EXACT_H

#include <gmp.h>

#include "explore/graph.h"

/* Fill @s with @q, which is in its lowest terms: "2/3", "0", "1", and the
 * double nearest to it. Frees what stood there. 0 or -ENOMEM. */
int share_exact(struct share *s, const mpq_t q);
/* The same with only the double known; NAN: not even that. */
void share_near(struct share *s, double value);

/* The double nearest to @q, which need not be in its lowest terms. */
double share_double(const mpq_t q);

/* Bits 1 << enum failure that some schedule of @g commits, its start
 * included. */
unsigned graph_failures(const struct graph *g);
/* The same of ending in @s, a state without edges. */
unsigned ending_failures(const struct graph *g, uint32_t s);

#endif
