/* Looping for ever, from the strongly connected components of the states.
 *
 * An endless schedule stays in one component in the end. It treats everybody
 * fairly (weakly: nobody could go on all the time and never does) if each
 * action that can be done in every state of the component is done there too: if
 * some part of a component can be gone round fairly, all of it can. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore/graph.h"

#define NONE UINT32_MAX

/* An action as a bit: steps below, flushes above. */
static uint64_t bit_of(uint8_t action)
{
    int place = (STEP_THREAD(action) & 31) + (action & STEP_FLUSH ? 32 : 0);

    return UINT64_C(1) << place;
}

/* The steps and flushes that can be done in @s. */
static uint64_t enabled(const struct graph *g, uint32_t s)
{
    uint64_t set = 0;

    for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
        set |= bit_of(g->action[e]);
    return set;
}

/* ---- what a component is like -------------------------------------------- */

enum { TRAP = 1, FAIR = 2, UNFAIR = 4 };

static uint8_t judge(const struct graph *g, const struct components *c,
                     uint32_t i)
{
    uint64_t always = UINT64_MAX;
    uint64_t inside = 0;
    bool closed = true;

    if (!c->cyclic[i])
        return 0;
    for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++) {
        uint32_t s = c->member[m];

        always &= enabled(g, s);
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            if (c->of[g->to[e]] == i)
                inside |= bit_of(g->action[e]);
            else
                closed = false;
    }
    return (closed ? TRAP : 0) | (always & ~inside ? UNFAIR : FAIR);
}

/* ---- ways ---------------------------------------------------------------- */

struct search {
    const struct graph *g;
    const struct components *c;
    uint8_t *kind;  /* of each component: bits above */
    uint32_t *came; /* edge that led to each state first; NONE: not yet */
    uint32_t *queue;
};

static uint32_t source(const struct graph *g, uint32_t edge)
{
    uint32_t low = 0;
    uint32_t high = g->states;

    while (high - low > 1) { /* first[low] <= edge < first[high] */
        uint32_t middle = low + (high - low) / 2;

        if (g->first[middle] <= edge)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Add to @out the way on which the search came from @from to @to. */
static int add_way(const struct search *k, uint32_t from, uint32_t to,
                   struct schedule *out)
{
    int at = out->count;

    for (uint32_t s = to; s != from; s = source(k->g, k->came[s]))
        if (schedule_add(out, k->g->action[k->came[s]]) < 0)
            return -ENOMEM;
    for (int end = out->count - 1; at < end; at++, end--) {
        uint8_t swap = out->actions[at];

        out->actions[at] = out->actions[end];
        out->actions[end] = swap;
    }
    return 0;
}

/* The shortest ways from the start into a component of each of the @wanted
 * kinds, TRAP and FAIR; *@trap and *@fair: where they lead. */
static int ways_in(struct search *k, unsigned wanted, uint32_t *trap,
                   uint32_t *fair, struct explore_result *out)
{
    const struct graph *g = k->g;
    uint32_t head = 0;
    uint32_t tail = 0;
    int rc = 0;

    k->queue[tail++] = 0;
    while (head < tail && wanted != 0 && rc == 0) {
        uint32_t s = k->queue[head++];
        unsigned kind = k->kind[k->c->of[s]] & wanted;

        wanted &= ~kind;
        if (kind & TRAP) {
            *trap = s;
            rc = add_way(k, 0, s, &out->trap_way);
        }
        if (kind & FAIR && rc == 0) {
            *fair = s;
            rc = add_way(k, 0, s, &out->livelock_way);
        }
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            if (g->to[e] != 0 && k->came[g->to[e]] == NONE) {
                k->came[g->to[e]] = e;
                k->queue[tail++] = g->to[e];
            }
    }
    memset(k->came, 0xff, g->states * sizeof(*k->came));
    return rc;
}

/* ---- loops --------------------------------------------------------------- */

/* Where to go within a component: any of these will do. */
struct goal {
    uint64_t any;  /* over an edge with one of these actions, or to a state
                      where not all of them can be done */
    uint32_t home; /* over an edge to this state; NONE: nowhere */
};

/* The nearest that satisfies @goal from @from: true, with the state *@at where
 * it is, and the edge to go over from there, or NONE. */
static bool seek(const struct search *k, uint32_t from, struct goal goal,
                 uint32_t *seen, uint32_t *at, uint32_t *over)
{
    const struct graph *g = k->g;
    uint32_t of = k->c->of[from];

    *seen = 0;
    k->queue[(*seen)++] = from;
    for (uint32_t head = 0; head < *seen; head++) {
        uint32_t s = k->queue[head];

        *at = s;
        *over = NONE;
        if (goal.any & ~enabled(g, s))
            return true;
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++) {
            uint32_t to = g->to[e];

            if (k->c->of[to] != of)
                continue;
            *over = e;
            if (to == goal.home || bit_of(g->action[e]) & goal.any)
                return true;
            if (to != from && k->came[to] == NONE) {
                k->came[to] = e;
                k->queue[(*seen)++] = to;
            }
        }
    }
    return false;
}

/* Go there from *@here, adding what is done on the way to @out. */
static int go(const struct search *k, uint32_t *here, struct goal goal,
              struct schedule *out)
{
    uint32_t seen, at, over;
    int rc = 0;

    if (seek(k, *here, goal, &seen, &at, &over)) {
        rc = add_way(k, *here, at, out);
        *here = at;
        if (over != NONE && rc == 0) {
            rc = schedule_add(out, k->g->action[over]);
            *here = k->g->to[over];
        }
    }
    while (seen > 0)
        k->came[k->queue[--seen]] = NONE;
    return rc;
}

/* After doing @loop from @s: actions that could be done all the way round and
 * never were. */
static uint64_t neglected(const struct graph *g, uint32_t s,
                          const struct schedule *loop)
{
    uint64_t always = enabled(g, s);
    uint64_t done = 0;

    for (int i = 0; i < loop->count; i++) {
        uint32_t e = g->first[s];

        while (g->action[e] != loop->actions[i])
            e++;
        done |= bit_of(g->action[e]);
        s = g->to[e];
        always &= enabled(g, s);
    }
    return always & ~done;
}

/* Round from @s to @s; if @fair, nobody is neglected: each leg does, or comes
 * to where it cannot be done, at least one action that was neglected so far. */
static int go_round(const struct search *k, uint32_t s, bool fair,
                    struct schedule *out)
{
    uint32_t here = s;
    uint64_t left;
    int rc = 0;

    while (fair && rc == 0 && (left = neglected(k->g, s, out)) != 0)
        rc = go(k, &here, (struct goal){left, NONE}, out);
    if (rc == 0 && (here != s || out->count == 0))
        rc = go(k, &here, (struct goal){0, s}, out);
    return rc;
}

int liveness_judge(const struct graph *g, const struct components *c,
                   struct explore_result *out)
{
    struct search k = {.g = g, .c = c};
    uint32_t trap = 0;
    uint32_t fair = 0;
    unsigned all = 0;
    int rc = -ENOMEM;

    k.kind = malloc((size_t)c->count + 1);
    if (!k.kind)
        return -ENOMEM;
    for (uint32_t i = 0; i < c->count; i++)
        all |= k.kind[i] = judge(g, c, i);
    out->trap = all & TRAP;
    out->livelock = all & FAIR;
    out->overtaking = all & UNFAIR;
    if (all & (TRAP | FAIR)) {
        size_t size = (size_t)g->states * sizeof(uint32_t);

        k.came = malloc(size);
        k.queue = malloc(size);
        if (!k.came || !k.queue)
            goto end;
        memset(k.came, 0xff, size);
        rc = ways_in(&k, all & (TRAP | FAIR), &trap, &fair, out);
        if (rc == 0 && out->trap)
            rc = go_round(&k, trap, false, &out->trap_loop);
        if (rc == 0 && out->livelock)
            rc = go_round(&k, fair, true, &out->livelock_loop);
    } else {
        rc = 0;
    }
end:
    free(k.kind);
    free(k.came);
    free(k.queue);
    return rc;
}
