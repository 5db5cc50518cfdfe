/* Failing with few preemptions (and with few steps, when flushes are free).
 *
 * A preemption is a switch away from a thread that could go on. What a state
 * and the thread that moved last cost is the least number of preemptions on the
 * way there. Dearer arrivals at a state than the cheapest are never needed: the
 * cheapest may switch to any thread for one more. So the search keeps, for each
 * state, its cost and the set of threads that arrive for that, and goes over
 * each edge a fixed number of times, however many threads there are. */
#include <errno.h>
#include <stdlib.h>

#include "explore/exact.h"

#define NONE UINT32_MAX

/* ---- preemptions --------------------------------------------------------- */

/* An arrival: by this edge, after that arrival. */
struct arrival {
    uint32_t edge;   /* NONE: the start */
    uint32_t before; /* its place, or NONE */
    uint32_t length; /* actions so far */
    bool first;      /* at its state */
};

struct calm {
    const struct graph *g;
    uint32_t *cost; /* of each state; NONE: not reached */
    uint32_t *last; /* threads that arrive there for that: bit t */
    /* In order of cost, then of length. */
    struct arrival *arrivals;
    size_t count, cap;
    unsigned wanted; /* failures still to be found: bits 1 << enum failure */
    struct explore_result *out;
};

static uint32_t state_of(const struct calm *k, const struct arrival *a)
{
    return a->edge == NONE ? 0 : k->g->to[a->edge];
}

/* The schedule up to arrival @at, which fails as @kinds with @cost. */
static int found(struct calm *k, unsigned kinds, uint32_t cost, size_t at)
{
    for (int f = 0; f < FAILURE_COUNT; f++) {
        struct failing *to = &k->out->failing[f];
        const struct arrival *a = &k->arrivals[at];

        if (!(kinds & k->wanted & 1U << f))
            continue;
        k->wanted &= ~(1U << f);
        to->preemptions = (int)cost;
        for (uint32_t i = 0; i < a->length; i++)
            if (schedule_add(&to->calm, 0) < 0)
                return -ENOMEM;
        for (; a->edge != NONE; a = &k->arrivals[a->before])
            to->calm.actions[a->length - 1] = k->g->action[a->edge];
    }
    return 0;
}

static int push(struct calm *k, struct arrival a)
{
    if (k->count == k->cap) {
        size_t cap = k->cap ? k->cap + k->cap / 2 : 1024;
        struct arrival *more = realloc(k->arrivals, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        k->arrivals = more;
        k->cap = cap;
    }
    k->arrivals[k->count++] = a;
    return 0;
}

/* Arrive by @edge for @cost. It is kept if that is news: the first arrival, or
 * the first of this thread that costs no more. */
static int arrive(struct calm *k, uint32_t edge, size_t before, uint32_t cost)
{
    const struct graph *g = k->g;
    uint32_t s = g->to[edge];
    uint32_t bit = UINT32_C(1) << (g->action[edge] & 31);
    unsigned kinds = g->fails[edge] & k->wanted;
    bool first = k->cost[s] == NONE;
    bool news = first || (k->cost[s] == cost && !(k->last[s] & bit));
    int rc;

    if (!news && !kinds)
        return 0;
    rc = push(k, (struct arrival){edge, (uint32_t)before,
                                  k->arrivals[before].length + 1, first});
    if (rc < 0)
        return rc;
    if (first) {
        k->cost[s] = cost;
        k->last[s] = 0;
        if (g->first[s] == g->first[s + 1])
            kinds |= ending_failures(g, s) & k->wanted;
    }
    if (news)
        k->last[s] |= bit;
    rc = kinds ? found(k, kinds, cost, k->count - 1) : 0;
    if (!news)
        k->count--;
    return rc;
}

/* Go on from arrival @at to every next state, for @cost. */
static int switch_to_any(struct calm *k, size_t at, uint32_t cost)
{
    uint32_t s = state_of(k, &k->arrivals[at]);
    int rc = 0;

    for (uint32_t e = k->g->first[s]; e < k->g->first[s + 1] && rc == 0; e++)
        rc = arrive(k, e, at, cost);
    return rc;
}

/* Go on for nothing: with the same thread, or, if that cannot move, with
 * any. */
static int go_on(struct calm *k, size_t at, uint32_t cost)
{
    const struct graph *g = k->g;
    const struct arrival *a = &k->arrivals[at];
    uint32_t s = state_of(k, a);

    for (uint32_t e = g->first[s]; a->edge != NONE && e < g->first[s + 1]; e++)
        if (g->action[e] == g->action[a->edge])
            return arrive(k, e, at, cost);
    return switch_to_any(k, at, cost);
}

/* All arrivals that cost as much as each other, after those at .arrivals[@from]
 * on, which cost one less. The shorter first, so that what is found is short:
 * both queues are in order of length. */
static int level(struct calm *k, size_t from, uint32_t cost)
{
    size_t to = k->count;
    size_t next = cost == 0 ? 0 : to; /* the start is there already */
    int rc = 0;

    if (cost == 0)
        from = to;
    while (k->wanted != 0 && (from < to || next < k->count) && rc == 0) {
        if (from == to || (next < k->count && k->arrivals[next].length <
                                                  k->arrivals[from].length)) {
            rc = go_on(k, next++, cost);
        } else {
            if (k->arrivals[from].first)
                rc = switch_to_any(k, from, cost);
            from++;
        }
    }
    return rc;
}

static int calm_from_start(struct calm *k)
{
    const struct graph *g = k->g;
    unsigned at_once = g->start_fails;
    size_t from = 0;
    int rc = push(k, (struct arrival){NONE, NONE, 0, true});

    if (rc < 0)
        return rc;
    k->cost[0] = 0;
    k->last[0] = 0;
    if (g->first[0] == g->first[1])
        at_once |= ending_failures(g, 0);
    rc = found(k, at_once, 0, 0);
    for (uint32_t cost = 0; rc == 0 && k->wanted != 0; cost++) {
        size_t to = k->count;

        rc = level(k, from, cost);
        if (cost > 0 && k->count == to)
            break;
        from = cost == 0 ? 0 : to;
    }
    return rc;
}

int calm_search(const struct graph *g, struct explore_result *out)
{
    struct calm k = {.g = g, .wanted = graph_failures(g), .out = out};
    int rc = 0;

    for (int f = 0; f < FAILURE_COUNT; f++)
        out->failing[f].preemptions = -1;
    if (k.wanted == 0)
        return 0;
    k.cost = malloc((size_t)g->states * sizeof(*k.cost));
    k.last = malloc((size_t)g->states * sizeof(*k.last));
    if (k.cost && k.last) {
        for (uint32_t s = 0; s < g->states; s++)
            k.cost[s] = NONE;
        rc = calm_from_start(&k);
    } else {
        rc = -ENOMEM;
    }
    free(k.cost);
    free(k.last);
    free(k.arrivals);
    return rc;
}

/* ---- steps, when flushes are free ---------------------------------------- */

struct cheap {
    const struct graph *g;
    uint32_t *steps; /* to each state, as far as known; NONE: not reached */
    /* States to go on from: reached with as many steps as now, with one more.
     */
    uint32_t *now, *then;
    uint32_t now_count, then_count;
    struct explore_result *out;
};

static void fails_after(struct cheap *k, unsigned kinds, uint32_t steps)
{
    for (int f = 0; f < FAILURE_COUNT; f++) {
        int *least = &k->out->failing[f].shortest_steps;

        if (kinds & 1U << f && (*least < 0 || (uint32_t)*least > steps))
            *least = (int)steps;
    }
}

/* @s is reached with @steps; each state at most once with as many, and again at
 * most once, with one fewer. */
static void cheap_go_on(struct cheap *k, uint32_t s, uint32_t steps)
{
    const struct graph *g = k->g;

    if (g->first[s] == g->first[s + 1])
        fails_after(k, ending_failures(g, s), steps);
    for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++) {
        uint32_t to = g->to[e];
        bool flush = g->action[e] & STEP_FLUSH;
        uint32_t there = steps + !flush;

        fails_after(k, g->fails[e], there);
        if (k->steps[to] <= there)
            continue;
        k->steps[to] = there;
        if (flush)
            k->now[k->now_count++] = to;
        else
            k->then[k->then_count++] = to;
    }
}

static void cheap_from_start(struct cheap *k)
{
    k->steps[0] = 0;
    k->now[k->now_count++] = 0;
    for (uint32_t steps = 0; k->now_count > 0; steps++) {
        uint32_t *done = k->now;

        while (k->now_count > 0) {
            uint32_t s = k->now[--k->now_count];

            cheap_go_on(k, s, steps);
        }
        /* Those reached with fewer after all were gone on from already. */
        k->now = k->then;
        for (uint32_t i = 0; i < k->then_count; i++)
            if (k->steps[k->then[i]] == steps + 1)
                k->now[k->now_count++] = k->then[i];
        k->then = done;
        k->then_count = 0;
    }
}

int cheap_search(const struct graph *g, struct explore_result *out)
{
    size_t size = (size_t)g->states * sizeof(uint32_t);
    struct cheap k = {.g = g, .out = out};
    int rc = -ENOMEM;

    for (int f = 0; f < FAILURE_COUNT; f++)
        out->failing[f].shortest_steps = g->start_fails & 1U << f ? 0 : -1;
    k.steps = malloc(size);
    k.now = malloc(size);
    k.then = malloc(size);
    if (k.steps && k.now && k.then) {
        for (uint32_t s = 0; s < g->states; s++)
            k.steps[s] = NONE;
        cheap_from_start(&k);
        rc = 0;
    }
    free(k.steps);
    free(k.now);
    free(k.then);
    return rc;
}
