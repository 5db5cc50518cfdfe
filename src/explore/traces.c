/* How many schedules are really different: Mazurkiewicz traces.
 *
 * Two schedules are the same trace if one becomes the other by swapping
 * neighbours that do not depend on each other. With sleep sets (Godefroid,
 * "Partial-Order Methods for the Verification of Concurrent Systems", LNCS
 * 1032, 1996, chapter 5) exactly one schedule of each trace is completed. They
 * are not walked one by one: states come in topological order, each with how
 * many of those schedules arrive there with which threads asleep. */
#include <errno.h>
#include <stdlib.h>

#include "explore/traces.h"

#define NONE UINT32_MAX
/* More arrivals at a time than this, and there is no count: 24 bytes each. */
#define ARRIVALS_MOST (UINT32_C(1) << 24)

/* So many of the schedules arrive at a state with these threads asleep: what
 * they would do next was tried before, and nothing since depends on it. */
struct arrival {
    uint32_t asleep;      /* bit t */
    uint32_t next;        /* at the same state, or NONE */
    int64_t good, failed; /* schedules that did not fail so far; that did */
};

struct traces {
    const struct graph *g;
    uint32_t *first; /* of each state, or NONE */
    struct arrival *arrivals;
    uint32_t count, cap;
    uint32_t spare;       /* a list of those done with, or NONE */
    int64_t good, failed; /* completed */
};

/* Is the number of schedules at most @most? */
static int few_enough(const struct graph *g, const struct components *c,
                      int64_t most, bool *few)
{
    int64_t *from = calloc((size_t)g->states, sizeof(*from));

    if (!from)
        return -ENOMEM;
    *few = true;
    for (uint32_t i = 0; i < g->states && *few; i++) {
        uint32_t s = c->member[i];

        from[s] = g->first[s] == g->first[s + 1];
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            if (from[g->to[e]] > most - from[s])
                *few = false;
            else
                from[s] += from[g->to[e]];
        *few = *few && from[s] <= most;
    }
    free(from);
    return 0;
}

/* -EFBIG: too many. */
static int take(struct traces *k, uint32_t *out)
{
    if (k->spare != NONE) {
        *out = k->spare;
        k->spare = k->arrivals[*out].next;
        return 0;
    }
    if (k->count == k->cap) {
        uint32_t cap = k->cap ? 2 * k->cap : 1024;
        struct arrival *more;

        if (cap > ARRIVALS_MOST)
            return -EFBIG;
        more = realloc(k->arrivals, cap * sizeof(*more));
        if (!more)
            return -ENOMEM;
        k->arrivals = more;
        k->cap = cap;
    }
    *out = k->count++;
    return 0;
}

static int arrive(struct traces *k, uint32_t s, uint32_t asleep, int64_t good,
                  int64_t failed)
{
    uint32_t at = k->first[s];
    int rc;

    while (at != NONE && k->arrivals[at].asleep != asleep)
        at = k->arrivals[at].next;
    if (at == NONE) {
        rc = take(k, &at);
        if (rc < 0)
            return rc;
        k->arrivals[at] = (struct arrival){asleep, k->first[s], 0, 0};
        k->first[s] = at;
    }
    k->arrivals[at].good += good;
    k->arrivals[at].failed += failed;
    return 0;
}

/* Go on from @s with those of arrival @a: every thread that is awake, each
 * asleep in what comes after the next. @free[i]: threads whose steps do not
 * depend on that of the i-th edge. */
static int go_on(struct traces *k, uint32_t s, struct arrival a,
                 const uint32_t *free_of)
{
    const struct graph *g = k->g;
    uint32_t begin = g->first[s];
    uint32_t tried = a.asleep;
    int rc = 0;

    for (uint32_t e = begin; e < g->first[s + 1] && rc == 0; e++) {
        uint32_t bit = UINT32_C(1) << (g->action[e] & 31);

        if (a.asleep & bit)
            continue;
        if (g->fails[e])
            rc = arrive(k, g->to[e], tried & free_of[e - begin], 0,
                        a.good + a.failed);
        else
            rc = arrive(k, g->to[e], tried & free_of[e - begin], a.good,
                        a.failed);
        tried |= bit;
    }
    return rc;
}

static int visit(struct traces *k, uint32_t s)
{
    const struct graph *g = k->g;
    uint32_t free_of[32] = {0};
    uint32_t begin = g->first[s];
    uint32_t end = g->first[s + 1];
    int rc = 0;

    for (uint32_t e = begin; e < end; e++)
        for (uint32_t f = begin; f < end; f++)
            if (f != e && !steps_depend(g, e, f))
                free_of[e - begin] |= UINT32_C(1) << (g->action[f] & 31);
    while (k->first[s] != NONE && rc == 0) {
        uint32_t at = k->first[s];
        struct arrival a = k->arrivals[at];

        k->first[s] = a.next;
        k->arrivals[at].next = k->spare;
        k->spare = at;
        if (begin < end) {
            rc = go_on(k, s, a, free_of);
        } else if (ending_failures(g, s)) {
            k->failed += a.good + a.failed;
        } else {
            k->good += a.good;
            k->failed += a.failed;
        }
    }
    return rc;
}

/* An exclusion is the only failure that depends on the order of steps that do
 * not depend on each other. */
static bool excludes(const struct graph *g)
{
    for (uint32_t e = 0; e < g->first[g->states]; e++)
        if (g->fails[e] & 1U << FAILURE_EXCLUSION)
            return true;
    return false;
}

static bool can_be_counted(const struct graph *g, const struct components *c)
{
    if (!g->reads || !g->writes)
        return false;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->cyclic[i])
            return false;
    for (uint32_t e = 0; e < g->first[g->states]; e++)
        if (g->action[e] & STEP_FLUSH)
            return false;
    return true;
}

int traces_count(const struct graph *g, const struct components *c,
                 int64_t most_schedules, struct explore_result *out)
{
    struct traces k = {.g = g, .spare = NONE};
    bool few = false;
    int rc;

    out->traces = -1;
    out->failing_traces = -1;
    if (!can_be_counted(g, c))
        return 0;
    rc = few_enough(g, c, most_schedules, &few);
    if (rc < 0 || !few)
        return rc;
    k.first = malloc((size_t)g->states * sizeof(*k.first));
    if (!k.first)
        return -ENOMEM;
    for (uint32_t s = 0; s < g->states; s++)
        k.first[s] = NONE;
    rc = arrive(&k, 0, 0, g->start_fails == 0, g->start_fails != 0);
    for (uint32_t i = g->states; i-- > 0 && rc == 0;)
        rc = visit(&k, c->member[i]);
    if (rc == 0) {
        out->traces = k.good + k.failed;
        out->failing_traces = k.failed;
    }
    free(k.first);
    free(k.arrivals);
    if (rc == 0 && !g->start_fails && excludes(g))
        rc = traces_failing(g, &out->failing_traces);
    return rc == -EFBIG ? 0 : rc;
}
