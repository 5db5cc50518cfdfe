/* Probabilities in doubles: of failing, backwards, and of each outcome,
 * forwards. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "explore/chance_parts.h"

/* Iteration ends when what is still to come is less than this, or after going
 * over so many edges in all. */
#define CLOSE 1e-13
#define EDGES_MOST 1.5e8

typedef double number;

struct numbers {
    double edges_left; /* to go over in iterations */
};

static double nought(void)
{
    return 0.0;
}

static double one(const struct numbers *n)
{
    (void)n;
    return 1.0;
}

static double plus(const struct numbers *n, double a, double b)
{
    (void)n;
    return a + b;
}

static double times(const struct numbers *n, double a, double b)
{
    (void)n;
    return a * b;
}

static double inverse(const struct numbers *n, double a)
{
    (void)n;
    return 1.0 / a;
}

static double ratio(const struct numbers *n, int a, int b)
{
    (void)n;
    return (double)a / b;
}

struct solver;
static bool iterate(struct solver *s, uint32_t i);

#include "explore/chance_solve.h"

/* What there is to come, if each round changes @change and the one before
 * changed @before: a geometric series. */
static bool close_enough(double change, double before)
{
    double rate = before > 0.0 ? change / before : 0.0;

    return change == 0.0 ||
           (rate < 1.0 && change * rate / (1.0 - rate) < CLOSE &&
            change < 1e-6);
}

static double edges_of(const struct chance *k, uint32_t i)
{
    double edges = 0.0;

    for (uint32_t m = k->c->first[i]; m < k->c->first[i + 1]; m++)
        edges +=
            k->g->first[k->c->member[m] + 1] - k->g->first[k->c->member[m]];
    return edges;
}

/* Gauss and Seidel: each state from the others as they are by now. */
static bool iterate(struct solver *s, uint32_t i)
{
    const struct components *c = s->k->c;
    double edges = edges_of(s->k, i);
    double before = 0.0;

    for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++)
        s->p[c->member[m]] = 0.0;
    for (bool first = true; s->n.edges_left > 0.0; first = false) {
        double change = 0.0;

        for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++) {
            double was = s->p[c->member[m]];

            solve_state(s, c->member[m]);
            change = fmax(change, fabs(s->p[c->member[m]] - was));
        }
        if (!first && close_enough(change, before))
            return true;
        before = change;
        s->n.edges_left -= edges;
    }
    return false;
}

int chance_near(const struct chance *k, unsigned kinds, double *out)
{
    struct solver s = {.k = k, .n = {EDGES_MOST}, .kinds = kinds};
    int rc = solver_init(&s);

    if (rc < 0)
        return rc;
    solver_begin(&s);
    *out = solve_all(&s) ? fmin(s.p[0], 1.0) : NAN;
    solver_fini(&s);
    return 0;
}

/* ---- forwards ------------------------------------------------------------ */

/* What leaves component @i from @state when @visits come by: .p is what flows
 * into each state. */
static void flow_out(struct solver *s, uint32_t i, uint32_t state,
                     double visits)
{
    const struct graph *g = s->k->g;
    double each = visits * s->share[g->first[state + 1] - g->first[state]];

    for (uint32_t e = g->first[state]; e < g->first[state + 1]; e++)
        if (s->k->c->of[g->to[e]] != i)
            s->p[g->to[e]] += each;
}

/* A state on its own: what loops comes by again until it leaves. */
static void flow_simple(struct solver *s, uint32_t i, uint32_t state)
{
    const struct graph *g = s->k->g;
    uint32_t degree = g->first[state + 1] - g->first[state];
    uint32_t loops = 0;

    for (uint32_t e = g->first[state]; e < g->first[state + 1]; e++)
        loops += g->to[e] == state;
    if (degree > 0)
        flow_out(s, i, state, s->p[state] * degree / (degree - loops));
}

/* How often each state of component @i is visited, by the transposed
 * equations. */
static void flow_through(struct solver *s, uint32_t i)
{
    const struct plan *plan = &s->k->plan;
    uint32_t base = s->k->c->first[i];
    uint32_t rows = s->k->c->first[i + 1] - base;
    uint32_t zero = plan->first[base];

    eliminate(s, i);
    for (uint32_t r = 0; r < rows; r++)
        s->sum[r] = s->p[plan->order[base + r]];
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t x = plan->middle[base + r]; x < plan->first[base + r + 1];
             x++)
            s->sum[plan->columns[x]] +=
                s->sum[r] * s->inverse_pivot[r] * s->values[x - zero];
    for (uint32_t r = rows; r-- > 0;) {
        s->sum[r] *= s->inverse_pivot[r];
        for (uint32_t x = plan->first[base + r]; x < plan->middle[base + r];
             x++)
            s->sum[plan->columns[x]] += s->sum[r] * s->values[x - zero];
    }
    for (uint32_t r = 0; r < rows; r++)
        flow_out(s, i, plan->order[base + r], s->sum[r]);
}

/* The same, too large to be eliminated: move on what has come in, until next to
 * nothing is left. */
static bool flow_round(struct solver *s, uint32_t i)
{
    const struct graph *g = s->k->g;
    const struct components *c = s->k->c;
    double edges = edges_of(s->k, i);
    double left = 1.0;

    while (left > CLOSE && s->n.edges_left > 0.0) {
        s->n.edges_left -= edges;
        left = 0.0;
        for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++) {
            uint32_t state = c->member[m];
            uint32_t begin = g->first[state];
            uint32_t end = g->first[state + 1];
            double flow = s->p[state];

            s->p[state] = 0.0;
            left += flow;
            for (uint32_t e = begin; e < end; e++)
                s->p[g->to[e]] += flow * s->share[end - begin];
        }
    }
    return left <= CLOSE;
}

static bool flow_all(struct solver *s)
{
    const struct components *c = s->k->c;
    bool known = true;

    for (uint32_t i = c->count; i-- > 0 && known;) {
        switch (s->k->plan.ways[i]) {
        case WAY_SIMPLE:
            flow_simple(s, i, c->member[c->first[i]]);
            break;
        case WAY_ELIMINATE:
            flow_through(s, i);
            break;
        case WAY_ITERATE:
            known = flow_round(s, i);
            break;
        default: /* closed: there it stays */
            break;
        }
    }
    return known;
}

int chance_flow(const struct chance *k, const int32_t *outcome_of,
                struct explore_result *out)
{
    const struct graph *g = k->g;
    struct solver s = {.k = k, .n = {EDGES_MOST}};
    int rc = solver_init(&s);
    bool known;

    if (rc < 0)
        return rc;
    solver_begin(&s);
    for (uint32_t state = 0; state < g->states; state++)
        s.p[state] = state == 0;
    known = flow_all(&s);
    for (int i = 0; i < out->outcome_count; i++)
        out->outcomes[i].random = known ? 0.0 : NAN;
    for (uint32_t state = 0; state < g->states && known; state++)
        if (g->first[state] == g->first[state + 1] && outcome_of[state] >= 0)
            out->outcomes[outcome_of[state]].random += s.p[state];
    solver_fini(&s);
    return 0;
}
