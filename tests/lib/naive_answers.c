/* Questions about a naive graph, each answered by the book. In the test
 * process. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/naive_graph.h"

#define FAR INT_MAX

static int *numbers(int count, int value)
{
    int *all = malloc(((size_t)count + 1) * sizeof(*all));

    if (!all)
        abort();
    for (int i = 0; i <= count; i++)
        all[i] = value;
    return all;
}

/* ---- order and components ------------------------------------------------ */

/* Kosaraju's: nodes by when a depth-first search leaves them, then the same
 * backwards, from the last that was left. */
static void leave(struct naive_graph *g, int node, bool *seen, int *left)
{
    const struct naive_node *n = &g->nodes[node];

    seen[node] = true;
    for (int e = n->first; e < n->first + n->count; e++)
        if (!seen[g->edges[e].to])
            leave(g, g->edges[e].to, seen, left);
    g->sorted[--*left] = node;
}

struct backwards {
    int *first; /* edges into node n: .from[first[n]] .. [first[n + 1] - 1] */
    int *from;
};

static void turn_round(const struct naive_graph *g, struct backwards *b)
{
    b->first = numbers(g->count + 1, 0);
    b->from = numbers(g->edge_count, 0);
    for (int e = 0; e < g->edge_count; e++)
        b->first[g->edges[e].to + 1]++;
    for (int i = 0; i < g->count; i++)
        b->first[i + 1] += b->first[i];
    for (int i = g->count; i-- > 0;)
        for (int e = g->nodes[i].first;
             e < g->nodes[i].first + g->nodes[i].count; e++)
            b->from[b->first[g->edges[e].to]++] = i;
    memmove(b->first + 1, b->first, (size_t)g->count * sizeof(int));
    b->first[0] = 0;
}

static void gather(struct naive_graph *g, const struct backwards *b, int node,
                   int component)
{
    g->nodes[node].component = component;
    for (int i = b->first[node]; i < b->first[node + 1]; i++)
        if (g->nodes[b->from[i]].component < 0)
            gather(g, b, b->from[i], component);
}

static void find_components(struct naive_graph *g)
{
    bool *seen = calloc((size_t)g->count, sizeof(*seen));
    struct backwards b;
    int left = g->count;

    if (!seen)
        abort();
    g->sorted = numbers(g->count, -1);
    leave(g, 0, seen, &left);
    free(seen);
    turn_round(g, &b);
    for (int i = 0; i < g->count; i++)
        g->nodes[i].component = -1;
    for (int i = 0; i < g->count; i++)
        if (g->nodes[g->sorted[i]].component < 0)
            gather(g, &b, g->sorted[i], g->components++);
    free(b.first);
    free(b.from);
}

/* ---- endless runs -------------------------------------------------------- */

struct round {
    bool turns; /* it has an edge within */
    bool leaves;
    uint64_t taken;   /* actions of its edges within: bit thread, 32 + thread */
    uint64_t waiting; /* that are not possible in some state of it */
};

/* A step of thread t is bit t; a flush of its, 32 + t. */
static uint64_t action_bit(int action)
{
    return UINT64_C(1) << (STEP_THREAD(action) +
                           (action & STEP_FLUSH ? 32 : 0));
}

void naive_liveness(struct naive_graph *g, struct naive *out)
{
    uint64_t all = 0;
    struct round *rounds;

    find_components(g);
    rounds = calloc((size_t)g->components, sizeof(*rounds));
    if (!rounds)
        abort();
    for (int t = 0; t < g->threads; t++)
        all |= action_bit(t) | action_bit(t | STEP_FLUSH);
    for (int i = 0; i < g->count; i++) {
        const struct naive_node *n = &g->nodes[i];
        struct round *r = &rounds[n->component];
        uint64_t possible = 0;

        for (int e = n->first; e < n->first + n->count; e++) {
            bool within = g->nodes[g->edges[e].to].component == n->component;

            possible |= action_bit(g->edges[e].action);
            r->turns |= within;
            r->leaves |= !within;
            if (within)
                r->taken |= action_bit(g->edges[e].action);
        }
        r->waiting |= all & ~possible;
    }
    out->acyclic = true;
    for (int c = 0; c < g->components; c++) {
        bool fair;

        out->acyclic &= !rounds[c].turns;
        out->trap |= rounds[c].turns && !rounds[c].leaves;
        /* Going round all of it, everybody has a turn or cannot move. */
        fair = (rounds[c].taken | rounds[c].waiting) == all;
        out->livelock |= rounds[c].turns && fair;
        out->overtaking |= rounds[c].turns && !fair;
    }
    free(rounds);
}

/* ---- shortest ------------------------------------------------------------ */

static void least(int *value, int candidate)
{
    if (candidate != FAR && (*value < 0 || candidate < *value))
        *value = candidate;
}

/* Steps to each node when flushes are free: Bellman and Ford's. */
static int *measure_steps(const struct naive_graph *g)
{
    int *steps = numbers(g->count, FAR);
    bool better = true;

    steps[0] = 0;
    while (better) {
        better = false;
        for (int i = 0; i < g->count; i++) {
            const struct naive_node *n = &g->nodes[g->sorted[i]];
            int here = steps[g->sorted[i]];

            for (int e = n->first; e < n->first + n->count; e++) {
                int cost = g->edges[e].action & STEP_FLUSH ? 0 : 1;

                if (here != FAR && here + cost < steps[g->edges[e].to]) {
                    steps[g->edges[e].to] = here + cost;
                    better = true;
                }
            }
        }
    }
    return steps;
}

void naive_search_ends(struct naive_graph *g, struct naive *out)
{
    int *steps = measure_steps(g);

    for (int k = 0; k < FAILURE_COUNT; k++)
        out->failing[k].shortest = out->failing[k].shortest_steps =
            out->failing[k].preemptions = -1;
    for (int i = 0; i < g->count; i++) {
        const struct naive_node *n = &g->nodes[i];

        out->fails |= n->failed != 0;
        for (int k = 0; k < FAILURE_COUNT; k++) {
            if (!(n->failed >> k & 1))
                continue;
            out->failing[k].reachable = true;
            least(&out->failing[k].shortest, n->distance);
            least(&out->failing[k].shortest_steps, steps[i]);
        }
        if (n->outcome >= 0)
            least(&out->outcomes[n->outcome].shortest, n->distance);
    }
    free(steps);
}

/* ---- how many schedules -------------------------------------------------- */

static void add(struct naive_count *to, struct naive_count n)
{
    to->n += n.n;
    to->known = to->known && n.known && !(to->n >> 127);
}

void naive_count_schedules(struct naive_graph *g, struct naive *out)
{
    const struct naive_count none = {out->acyclic, 0};
    struct naive_count *ways = calloc((size_t)g->count, sizeof(*ways));

    if (!ways)
        abort();
    out->schedules = out->failing_schedules = none;
    for (int k = 0; k < FAILURE_COUNT; k++)
        out->failing[k].schedules = none;
    for (int i = 0; i < out->outcome_count; i++)
        out->outcomes[i].schedules = none;
    for (int i = 0; i < g->count; i++)
        ways[i] = none;
    ways[0].n = 1;
    for (int i = 0; i < g->count && out->acyclic; i++) {
        const struct naive_node *n = &g->nodes[g->sorted[i]];
        struct naive_count here = ways[g->sorted[i]];

        for (int e = n->first; e < n->first + n->count; e++)
            add(&ways[g->edges[e].to], here);
        if (n->count > 0)
            continue;
        add(&out->schedules, here);
        if (n->failed)
            add(&out->failing_schedules, here);
        for (int k = 0; k < FAILURE_COUNT; k++)
            if (n->failed >> k & 1)
                add(&out->failing[k].schedules, here);
        if (n->outcome >= 0)
            add(&out->outcomes[n->outcome].schedules, here);
    }
    free(ways);
}

/* ---- how likely ---------------------------------------------------------- */

#define CHANCE_ROUNDS 200000
#define CHANCE_LEFT 1e-13 /* of the chance, still on its way: enough */

/* All of it starts at the start and goes on, evenly by each edge, until it is
 * where it stays. */
void naive_chance(struct naive_graph *g, struct naive *out)
{
    double *share = calloc((size_t)g->count, sizeof(*share));
    bool *stays = calloc((size_t)g->components, sizeof(*stays));
    double moving = 1;

    if (!share || !stays)
        abort();
    for (int c = 0; c < g->components; c++)
        stays[c] = true;
    for (int i = 0; i < g->count; i++)
        for (int e = g->nodes[i].first;
             e < g->nodes[i].first + g->nodes[i].count; e++)
            if (g->nodes[g->edges[e].to].component != g->nodes[i].component)
                stays[g->nodes[i].component] = false;
    share[0] = 1;
    for (int r = 0; r < CHANCE_ROUNDS && moving > CHANCE_LEFT; r++) {
        moving = 0;
        for (int i = 0; i < g->count; i++) {
            const struct naive_node *n = &g->nodes[g->sorted[i]];
            double here = share[g->sorted[i]];

            if (here == 0 || stays[n->component])
                continue;
            moving += here;
            share[g->sorted[i]] = 0;
            for (int e = n->first; e < n->first + n->count; e++)
                share[g->edges[e].to] += here / n->count;
        }
    }
    for (int i = 0; i < g->count; i++) {
        const struct naive_node *n = &g->nodes[i];

        if (n->failed)
            out->random += share[i];
        for (int k = 0; k < FAILURE_COUNT; k++)
            if (n->failed >> k & 1)
                out->failing[k].random += share[i];
        if (n->outcome >= 0)
            out->outcomes[n->outcome].random += share[i];
    }
    free(share);
    free(stays);
}

/* ---- preemptions --------------------------------------------------------- */

/* Fewest to be at a node with a thread having gone last; the last of each row
 * is for the start, when nobody has. Bellman and Ford's again. */
void naive_preemptions(struct naive_graph *g, struct naive *out)
{
    int wide = g->threads + 1;
    int *fewest;
    bool better = true;

    if (g->machine.rules->tso)
        return;
    fewest = numbers(g->count * wide, FAR);
    fewest[g->threads] = 0;
    while (better) {
        better = false;
        for (int i = 0; i < g->count * wide; i++) {
            const struct naive_node *n = &g->nodes[g->sorted[i / wide]];
            int last = i % wide,
                here = fewest[g->sorted[i / wide] * wide + last];

            for (int e = n->first; e < n->first + n->count; e++) {
                int t = g->edges[e].action;
                int cost = t != last && (n->may_step >> last & 1);
                int *to = &fewest[g->edges[e].to * wide + t];

                if (here != FAR && here + cost < *to) {
                    *to = here + cost;
                    better = true;
                }
            }
        }
    }
    for (int i = 0; i < g->count * wide; i++)
        for (int k = 0; k < FAILURE_COUNT; k++)
            if (g->nodes[i / wide].failed >> k & 1)
                least(&out->failing[k].preemptions, fewest[i]);
    free(fewest);
}

/* ---- really different schedules ------------------------------------------ */

struct written {
    const struct naive_graph *g;
    int length;
    int edges[64];   /* of the schedule so far */
    struct rows all; /* canonical forms, filled up with -1 */
    struct rows failing;
};
#define WRITTEN_MOST (int)(sizeof(((struct written *)0)->edges) / sizeof(int))

static bool depend(const struct naive_edge *a, const struct naive_edge *b)
{
    return a->action == b->action || (a->writes & (b->reads | b->writes)) ||
           (b->writes & (a->reads | a->writes));
}

/* Of all orders that differ only in steps that do not depend on each other,
 * the first in the alphabet: always the lowest thread that may go first. */
static void canonical(const struct written *w, int *word)
{
    bool gone[WRITTEN_MOST] = {false};

    for (int i = 0; i < WRITTEN_MOST; i++)
        word[i] = -1;
    for (int done = 0; done < w->length; done++) {
        int best = -1;

        for (int i = 0; i < w->length; i++) {
            const struct naive_edge *e = &w->g->edges[w->edges[i]];
            bool first = !gone[i];

            for (int j = 0; j < i && first; j++)
                first = gone[j] || !depend(e, &w->g->edges[w->edges[j]]);
            if (first &&
                (best < 0 || e->action < w->g->edges[w->edges[best]].action))
                best = i;
        }
        gone[best] = true;
        word[done] = w->g->edges[w->edges[best]].action;
    }
}

static void write_out(struct written *w, int node)
{
    const struct naive_node *n = &w->g->nodes[node];
    int word[WRITTEN_MOST];
    bool is_new;

    for (int e = n->first; e < n->first + n->count; e++) {
        w->edges[w->length++] = e;
        write_out(w, w->g->edges[e].to);
        w->length--;
    }
    if (n->count > 0)
        return;
    canonical(w, word);
    rows_add(&w->all, word, &is_new);
    if (n->failed)
        rows_add(&w->failing, word, &is_new);
}

static int longest_way(const struct naive_graph *g)
{
    int *longest = numbers(g->count, 0), most = 0;

    for (int i = 0; i < g->count; i++) {
        const struct naive_node *n = &g->nodes[g->sorted[i]];
        int here = longest[g->sorted[i]] + 1;

        for (int e = n->first; e < n->first + n->count; e++) {
            int *to = &longest[g->edges[e].to];

            *to = here > *to ? here : *to;
            most = *to > most ? *to : most;
        }
    }
    free(longest);
    return most;
}

void naive_traces(struct naive_graph *g, struct naive *out)
{
    struct written w = {.g = g};

    out->traces = out->failing_traces = -1;
    if (g->machine.rules->tso || !out->acyclic || !out->schedules.known ||
        out->schedules.n > NAIVE_WRITTEN || longest_way(g) > WRITTEN_MOST)
        return;
    rows_init(&w.all, WRITTEN_MOST);
    rows_init(&w.failing, WRITTEN_MOST);
    write_out(&w, 0);
    out->traces = w.all.count;
    out->failing_traces = w.failing.count;
    rows_fini(&w.all);
    rows_fini(&w.failing);
}
