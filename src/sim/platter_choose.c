/* Whom the mini disk serves next: one function a policy. Those that know only
 * tracks (sstf, the sweeps) take who came first among the equally near; satf
 * knows where the disk is in its turn, too. Any thread. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/platter_parts.h"

const struct platter_policy_name platter_policies[] = {
    [PLATTER_FIFO] = {"fifo", "in the order they came"},
    [PLATTER_SSTF] = {"sstf", "shortest seek first: the nearest track"},
    [PLATTER_SATF] = {"satf", "shortest access first: seek, wait and transfer "
                              "together"},
    [PLATTER_BSATF] = {"bsatf", "satf in batches, so that nobody starves"},
    [PLATTER_SCAN] = {"scan", "the elevator: in to the edge, out to the edge"},
    [PLATTER_CSCAN] = {"c-scan", "to the inner edge, then all the way back"},
    [PLATTER_LOOK] = {"look", "the elevator that turns at the last request"},
    [PLATTER_CLOOK] = {"c-look", "inwards to the last request, then back to "
                                 "the first"},
    {NULL, NULL},
};

int platter_policy_named(const char *name)
{
    for (int i = 0; platter_policies[i].name; i++)
        if (strcasecmp(name, platter_policies[i].name) == 0)
            return i;
    if (strcasecmp(name, "cscan") == 0)
        return PLATTER_CSCAN;
    return strcasecmp(name, "clook") == 0 ? PLATTER_CLOOK : -1;
}

/* ---- the queue ----------------------------------------------------------- */

/* The list of those that wait is in .next, shifted by one: [0] is who waits
 * longest, [i + 1] who comes after place i. */

/* Take out who comes after @before (-1: the first). Returns its place. */
static int take_after(struct platter *p, int before)
{
    int place = p->next[before + 1];

    p->next[before + 1] = p->next[place + 1];
    if (p->tail == place + 1)
        p->tail = before + 1;
    return place;
}

/* Go through those who may be chosen: .at is the place, .before who comes
 * before it in the list. */
struct look {
    int before, at;
};

static bool may(const struct platter *p, int place)
{
    return place >= 0 && (p->limit < 0 || place < p->limit);
}

static struct look look_first(const struct platter *p)
{
    return (struct look){-1, p->next[0]};
}

static struct look look_on(const struct platter *p, struct look l)
{
    return (struct look){l.at, p->next[l.at + 1]};
}

static int away(const struct platter *p, int place)
{
    return abs(p->places[p->queue[place].block].track - p->track);
}

/* ---- costs --------------------------------------------------------------- */

/* What a request costs by the policy; less is better. */
typedef double cost_of(const struct platter *p, int place);

static double access_cost(const struct platter *p, int place)
{
    return p->motion->estimate(p, p->queue[place].block, away(p, place)) /
           (double)p->per_tick;
}

static double track_cost(const struct platter *p, int place)
{
    return away(p, place);
}

static double no_cost(const struct platter *p, int place)
{
    (void)p;
    (void)place;
    return 0;
}

/* Out of a sweep's reach. */
#define BEHIND 1e18

/* How far along the sweep; who lies behind the arm cannot be had. */
static double sweep_cost(const struct platter *p, int place)
{
    int ahead = p->places[p->queue[place].block].track - p->track;

    if (p->outward)
        ahead = -ahead;
    return ahead < 0 ? BEHIND : ahead;
}

/* The nearest track's by access time, the others not at all: what the book's
 * sstf does (D9). */
static double nearest_access_cost(const struct platter *p, int place)
{
    return away(p, place) > p->nearest ? BEHIND : access_cost(p, place);
}

static void find_nearest(struct platter *p)
{
    p->nearest = PLATTER_TRACKS;
    for (struct look l = look_first(p); may(p, l.at); l = look_on(p, l))
        if (away(p, l.at) < p->nearest)
            p->nearest = away(p, l.at);
}

/* The cheapest, of equals the first in the queue; the runner-up as well. */
static struct look cheapest(const struct platter *p, cost_of *cost,
                            struct platter_why *why)
{
    struct look best = {-1, -1};

    why->next = -1;
    why->considered = 0;
    for (struct look l = look_first(p); may(p, l.at); l = look_on(p, l)) {
        double its = cost(p, l.at);

        why->considered++;
        if (best.at < 0 || its < why->cost) {
            if (best.at >= 0) {
                why->next = p->queue[best.at].block;
                why->next_cost = why->cost;
            }
            best = l;
            why->cost = its;
        } else if (why->next < 0 || its < why->next_cost) {
            why->next = p->queue[l.at].block;
            why->next_cost = its;
        }
        if (cost == no_cost)
            break;
    }
    return best;
}

/* ---- policies ------------------------------------------------------------ */

static cost_of *const costs[] = {
    [PLATTER_FIFO] = no_cost,     [PLATTER_SSTF] = track_cost,
    [PLATTER_SATF] = access_cost, [PLATTER_BSATF] = access_cost,
    [PLATTER_SCAN] = sweep_cost,  [PLATTER_CSCAN] = sweep_cost,
    [PLATTER_LOOK] = sweep_cost,  [PLATTER_CLOOK] = sweep_cost,
};

/* Nothing lies ahead of the sweep: the next begins. Elevators turn round, the
 * others begin again outside. Returns the tracks that the arm has crossed for
 * nothing before it can look for the next. */
static int turn_round(struct platter *p)
{
    const int edge = PLATTER_TRACKS - 1;
    int wasted = 0;

    switch (p->setup->policy) {
    case PLATTER_SCAN:
        wasted = p->outward ? p->track : edge - p->track;
        p->track = p->outward ? 0 : edge;
        p->outward = !p->outward;
        break;
    case PLATTER_LOOK:
        p->outward = !p->outward;
        break;
    case PLATTER_CSCAN:
        wasted = edge - p->track + edge;
        p->track = 0;
        break;
    default:
        break; /* c-look goes straight to the outermost: see below */
    }
    return wasted;
}

static struct look sweep(struct platter *p, struct platter_service *s)
{
    struct look best = cheapest(p, sweep_cost, &s->why);
    int arm = p->track;

    if (s->why.cost < BEHIND)
        return best;
    s->why.turned = true;
    s->path = turn_round(p);
    if (p->setup->policy == PLATTER_CLOOK) {
        p->track = 0;
        best = cheapest(p, sweep_cost, &s->why);
        p->track = arm;
        return best;
    }
    return cheapest(p, sweep_cost, &s->why);
}

static void set_limit(struct platter *p)
{
    const struct platter_setup *s = p->setup;

    if (s->window < 0 ||
        (s->policy != PLATTER_SSTF && s->policy != PLATTER_SATF &&
         s->policy != PLATTER_BSATF)) {
        p->limit = -1;
    } else if (s->policy == PLATTER_BSATF) {
        if (p->served % s->window == 0) /* the batch is done (D7) */
            p->limit += s->window;
    } else if (p->served == 0) {
        p->limit = s->window;
    } else if (p->limit < p->queued) {
        p->limit++;
    }
}

int platter_choose(struct platter *p, struct platter_service *s)
{
    enum platter_policy policy = p->setup->policy;
    struct look best;
    int arm = p->track, place;

    set_limit(p);
    s->from = arm;
    if (policy == PLATTER_SSTF && p->setup->rules == RULES_OSTEP) {
        find_nearest(p);
        best = cheapest(p, nearest_access_cost, &s->why);
    } else if (policy >= PLATTER_SCAN) {
        best = sweep(p, s);
    } else {
        best = cheapest(p, costs[policy], &s->why);
    }
    place = take_after(p, best.before);
    s->block = p->queue[place].block;
    s->arrived = p->queue[place].arrived;
    s->path += abs(p->places[s->block].track - p->track);
    p->track = arm;
    return place;
}
