/* The graph of states: letting go of it, and its strongly connected
 * components. */
#include "explore/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN UINT32_MAX

void graph_fini(struct graph *g)
{
    if (!g)
        return;
    free(g->first);
    free(g->to);
    free(g->action);
    free(g->fails);
    free(g->finish);
    free(g->reads);
    free(g->writes);
    *g = (struct graph){0};
}

void components_fini(struct components *c)
{
    if (!c)
        return;
    free(c->of);
    free(c->first);
    free(c->member);
    free(c->cyclic);
    *c = (struct components){0};
}

/* The search under way. Tarjan's algorithm with one number a state that stays
 * (Pearce, "A space-efficient algorithm for finding strongly connected
 * components", Information Processing Letters 116, 2016): .number is 0 before a
 * visit, then the smallest index reachable (1, 2, ...), and, once its component
 * is complete, the component's: these count down from the number of states, so
 * that they are above every index in use. */
struct tarjan {
    const struct graph *g;
    uint32_t *number;
    /* The states on the way to where the search is grow from the front, those
     * done but for their component from the back: together no more than there
     * are. */
    uint32_t *stack;
    uint32_t *next; /* of each place on the way: the edge to look at next, */
    uint32_t *own;  /* and the index it began with */
    uint32_t way, waiting; /* used from the front, from the back */
    uint32_t index, component;
};

static void enter(struct tarjan *t, uint32_t s)
{
    t->stack[t->way] = s;
    t->next[t->way] = t->g->first[s];
    t->own[t->way] = ++t->index;
    t->number[s] = t->index;
    t->way++;
}

/* Every edge of the last state on the way was looked at. If nothing reaches
 * back beyond it, it and what waits since are a component. */
static void leave(struct tarjan *t)
{
    uint32_t n = t->g->states;
    uint32_t s = t->stack[--t->way];
    uint32_t low = t->number[s];

    if (low == t->own[t->way]) {
        t->index--;
        while (t->waiting > 0 && t->number[t->stack[n - t->waiting]] >= low) {
            t->number[t->stack[n - t->waiting--]] = t->component;
            t->index--;
        }
        t->number[s] = t->component--;
    } else {
        t->stack[n - ++t->waiting] = s;
    }
    if (t->way > 0 && t->number[s] < t->number[t->stack[t->way - 1]])
        t->number[t->stack[t->way - 1]] = t->number[s];
}

static void search_from(struct tarjan *t, uint32_t root)
{
    const struct graph *g = t->g;

    enter(t, root);
    while (t->way > 0) {
        uint32_t s = t->stack[t->way - 1];
        uint32_t end = g->first[s + 1];
        uint32_t e = t->next[t->way - 1];
        uint32_t low = t->number[s];

        while (e < end && t->number[g->to[e]] != 0) {
            if (t->number[g->to[e]] < low)
                low = t->number[g->to[e]];
            e++;
        }
        t->number[s] = low;
        t->next[t->way - 1] = e;
        if (e < end)
            enter(t, g->to[e]);
        else
            leave(t);
    }
}

/* Fill .first and .member by .of, which numbers .count components. */
static void gather(const struct graph *g, struct components *c)
{
    memset(c->first, 0, ((size_t)c->count + 2) * sizeof(*c->first));
    /* Two places on: filling in moves each on to the next one's beginning. */
    for (uint32_t s = 0; s < g->states; s++)
        c->first[c->of[s] + 2]++;
    for (uint32_t i = 0; i < c->count; i++)
        c->first[i + 2] += c->first[i + 1];
    for (uint32_t s = 0; s < g->states; s++)
        c->member[c->first[c->of[s] + 1]++] = s;
}

/* Number the components afresh, by how long the longest way to them is, the
 * last states first. Any such order would do; but the search numbered the
 * states level by level, and what goes over them in nearly that order finds in
 * the cache what it needs, several times as fast. @depth and @number have room
 * for one more number than there are states. */
static void by_depth(const struct graph *g, struct components *c,
                     uint32_t *depth, uint32_t *number)
{
    uint32_t deepest = 0;
    uint32_t sum = 0;

    memset(depth, 0, (size_t)c->count * sizeof(*depth));
    for (uint32_t i = c->count; i-- > 0;)
        for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++) {
            uint32_t s = c->member[m];

            for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++) {
                uint32_t to = c->of[g->to[e]];

                if (to != i && depth[to] <= depth[i])
                    depth[to] = depth[i] + 1;
            }
            if (depth[i] > deepest)
                deepest = depth[i];
        }
    /* How many components are deeper than each depth. */
    memset(number, 0, ((size_t)deepest + 1) * sizeof(*number));
    for (uint32_t i = 0; i < c->count; i++)
        number[depth[i]]++;
    for (uint32_t d = deepest + 1; d-- > 0;) {
        uint32_t here = number[d];

        number[d] = sum;
        sum += here;
    }
    /* A component's number is given out at its last state; then .first, no
     * longer needed, keeps it. */
    for (uint32_t i = 0; i < c->count; i++)
        c->first[i] = UNKNOWN;
    for (uint32_t s = g->states; s-- > 0;) {
        uint32_t *of = &c->first[c->of[s]];

        if (*of == UNKNOWN)
            *of = number[depth[c->of[s]]]++;
    }
    for (uint32_t s = 0; s < g->states; s++)
        c->of[s] = c->first[c->of[s]];
    gather(g, c);
}

/* Does every edge lead to a state with a larger number? Then there is nothing
 * to search for. */
static bool ascending(const struct graph *g)
{
    for (uint32_t s = 0; s < g->states; s++)
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            if (g->to[e] <= s)
                return false;
    return true;
}

/* 0 or -ENOMEM. */
static int tarjan(const struct graph *g, struct components *c)
{
    size_t n = (size_t)g->states + 1;
    struct tarjan t = {.g = g, .number = c->of, .component = g->states};
    int rc = -ENOMEM;

    t.stack = malloc(n * sizeof(*t.stack));
    t.next = malloc(n * sizeof(*t.next));
    t.own = malloc(n * sizeof(*t.own));
    if (!t.stack || !t.next || !t.own)
        goto end;
    for (uint32_t s = 0; s < g->states; s++)
        if (t.number[s] == 0)
            search_from(&t, s);
    c->count = g->states - t.component;
    for (uint32_t s = 0; s < g->states; s++)
        c->of[s] = g->states - c->of[s];
    gather(g, c);
    by_depth(g, c, t.stack, t.own);
    rc = 0;
end:
    free(t.stack);
    free(t.next);
    free(t.own);
    return rc;
}

int components_find(const struct graph *g, struct components *c)
{
    size_t n = (size_t)g->states + 2;
    int rc = 0;

    *c = (struct components){0};
    c->of = calloc(n, sizeof(*c->of));
    c->first = malloc(n * sizeof(*c->first));
    c->member = malloc(n * sizeof(*c->member));
    c->cyclic = calloc(n, sizeof(*c->cyclic));
    if (!c->of || !c->first || !c->member || !c->cyclic) {
        rc = -ENOMEM;
    } else if (ascending(g)) {
        c->count = g->states;
        for (uint32_t s = 0; s < g->states; s++)
            c->of[s] = g->states - 1 - s;
        gather(g, c);
    } else {
        rc = tarjan(g, c);
        for (uint32_t s = 0; s < g->states && rc == 0; s++)
            for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
                if (c->of[g->to[e]] == c->of[s])
                    c->cyclic[c->of[s]] = true;
    }
    if (rc < 0)
        components_fini(c);
    return rc;
}
