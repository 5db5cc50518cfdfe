/* Exact shares, and which failures there are at all. */
#include "explore/exact.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* mpq_get_d() rounds towards nought: one more may be nearer. */
double share_double(const mpq_t q)
{
    double low = mpq_get_d(q);
    double high = nextafter(low, 2.0 * low + 1.0);
    mpq_t a, b;

    mpq_inits(a, b, NULL);
    mpq_set_d(a, low);
    mpq_sub(a, q, a);
    mpq_set_d(b, high);
    mpq_sub(b, b, q);
    if (mpq_cmp(b, a) < 0)
        low = high;
    mpq_clears(a, b, NULL);
    return low;
}

int share_exact(struct share *s, const mpq_t q)
{
    free(s->exact);
    s->value = share_double(q);
    s->exact = mpq_get_str(NULL, 10, q);
    return s->exact ? 0 : -ENOMEM;
}

void share_near(struct share *s, double value)
{
    free(s->exact);
    *s = (struct share){.value = value};
}

unsigned ending_failures(const struct graph *g, uint32_t s)
{
    switch (g->finish[s]) {
    case FINISH_CHECK:
        return 1U << FAILURE_FINAL;
    case FINISH_DEADLOCK:
        return 1U << FAILURE_DEADLOCK;
    case GRAPH_FAULTED:
        return 1U << FAILURE_FAULT;
    default:
        return 0;
    }
}

unsigned graph_failures(const struct graph *g)
{
    unsigned kinds = g->start_fails;

    for (uint32_t e = 0; e < g->first[g->states]; e++)
        kinds |= g->fails[e];
    for (uint32_t s = 0; s < g->states; s++)
        if (g->first[s] == g->first[s + 1])
            kinds |= ending_failures(g, s);
    return kinds;
}
