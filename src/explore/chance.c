/* How probable failures and outcomes are under a scheduler that picks each
 * enabled action as likely. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore/chance_parts.h"

/* All exact fractions of a graph together take about so many nanoseconds at
 * most. */
#define BUDGET 1e9
#define ALL ((1U << FAILURE_COUNT) - 1)

/* The share of random schedules that do one of @kinds. */
static int find_share(const struct chance *k, unsigned kinds,
                      unsigned there_are, double *budget, struct share *out)
{
    bool at_once = k->g->start_fails & kinds;
    double near;
    int rc = 0;
    mpq_t q;

    /* What every schedule does, and what none does, needs no sums. */
    if (at_once || !(there_are & kinds)) {
        mpq_init(q);
        mpq_set_ui(q, at_once, 1);
        rc = share_exact(out, q);
        mpq_clear(q);
        return rc;
    }
    rc = chance_near(k, kinds, &near);
    if (rc < 0)
        return rc;
    share_near(out, near);
    return chance_exact(k, kinds, near, budget, out);
}

static int copy_share(struct share *to, const struct share *from)
{
    share_near(to, from->value);
    if (!from->exact)
        return 0;
    to->exact = strdup(from->exact);
    return to->exact ? 0 : -ENOMEM;
}

int chance_compute(const struct graph *g, const struct components *c,
                   const int32_t *outcome_of, struct explore_result *out)
{
    struct chance k = {.g = g, .c = c};
    unsigned there_are = graph_failures(g);
    double budget = BUDGET;
    int only = -1; /* the one failure that there is */
    int rc = plan_make(&k.plan, g, c);

    for (int f = 0; f < FAILURE_COUNT && rc == 0; f++) {
        if (there_are == 1U << f)
            only = f;
        rc = find_share(&k, 1U << f, there_are, &budget,
                        &out->failing[f].random);
    }
    if (rc == 0 && only >= 0)
        rc = copy_share(&out->random, &out->failing[only].random);
    else if (rc == 0)
        rc = find_share(&k, ALL, there_are, &budget, &out->random);
    if (rc == 0)
        rc = chance_flow(&k, outcome_of, out);
    plan_fini(&k.plan);
    return rc;
}
