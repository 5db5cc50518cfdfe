/* Components, preemptions, free flushes, traces and loops, from graphs of
 * states: by hand, and against slow and simple ways to find the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "explore/exact.h"
#include "lib/graphs.h"
#include "lib/rows.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static void draw_cyclic(struct graph *g, int i, uint64_t *seed)
{
    struct drawn_graph d = {.states = 2 + random_below(seed, 20),
                            .threads = 1 + (int)random_below(seed, 4),
                            .cyclic = i % 4 != 0,
                            .flushes = i % 3 == 0,
                            .endings_pct = i % 2 ? 20 : 5,
                            .failures_pct = 12};

    graph_draw(g, &d, seed);
}

/* ---- components ---------------------------------------------------------- */

/* [a * states + b]: is there a way of at least one step from a to b? */
static bool *closure(const struct graph *g)
{
    size_t n = g->states;
    bool *way = calloc(n * n, sizeof(*way));

    assert_non_null(way);
    for (uint32_t s = 0; s < n; s++)
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            way[s * n + g->to[e]] = true;
    for (size_t k = 0; k < n; k++)
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                way[a * n + b] |= way[a * n + k] && way[k * n + b];
    return way;
}

static void components_hold(const struct graph *g, const struct components *c)
{
    size_t n = g->states;
    bool *way = closure(g);

    assert_int_equal(c->first[0], 0);
    assert_int_equal(c->first[c->count], n);
    for (uint32_t i = 0; i < c->count; i++) {
        assert_true(c->first[i] < c->first[i + 1]);
        for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++) {
            assert_int_equal(c->of[c->member[m]], i);
            assert_int_equal(c->cyclic[i],
                             way[c->member[m] * n + c->member[m]]);
        }
    }
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++) {
            bool together = a == b || (way[a * n + b] && way[b * n + a]);

            assert_int_equal(c->of[a] == c->of[b], together);
            if (way[a * n + b])
                assert_true(c->of[b] <= c->of[a]);
        }
    free(way);
}

static void components_of_drawn(void **state)
{
    uint64_t seed = 1;
    (void)state;

    for (int i = 0; i < 500; i++) {
        struct components c;
        struct graph g;

        draw_cyclic(&g, i, &seed);
        assert_int_equal(components_find(&g, &c), 0);
        components_hold(&g, &c);
        components_fini(&c);
        graph_fini(&g);
    }
}

/* A million states in a line, then in a ring: no recursion. */
static void deep_components(void **state)
{
    enum { DEEP = 1000000 };
    struct graph g = {.states = DEEP, .threads = 1};
    struct components c;
    (void)state;

    g.first = calloc(DEEP + 1, sizeof(*g.first));
    g.to = calloc(DEEP, sizeof(*g.to));
    assert_true(g.first && g.to);
    for (uint32_t s = 0; s < DEEP; s++) {
        g.first[s + 1] = s + 1;
        g.to[s] = (s + 1) % DEEP;
    }
    assert_int_equal(components_find(&g, &c), 0);
    assert_int_equal(c.count, 1);
    assert_true(c.cyclic[0]);
    components_fini(&c);
    g.first[DEEP]--;
    assert_int_equal(components_find(&g, &c), 0);
    assert_int_equal(c.count, DEEP);
    assert_int_equal(c.of[DEEP - 1], 0);
    assert_int_equal(c.of[0], DEEP - 1);
    components_fini(&c);
    graph_fini(&g);
}

/* ---- preemptions --------------------------------------------------------- */

static const struct calm_case {
    const char *name, *graph;
    int kind, preemptions;
    const char *calm; /* the only shortest one */
} calm_cases[] = {
    {"the first choice is free", "0>1 1>2 | ok | bad", FAILURE_FINAL, 0, "1"},
    {"going on is free", "0>1 1>2 | 0>3 1>2 | ok | bad", FAILURE_FINAL, 0,
     "00"},
    {"a switch costs one", "0>1 1>2 | 0>2 1>3 | ok | bad", FAILURE_FINAL, 1,
     "01"},
    {"a switch from one that waits is free", "0>1 1>2 | 1>3 | ok | bad",
     FAILURE_FINAL, 0, "01"},
    {"the failing action counts", "0>1 1>2 | 0>2 1>2x | ok", FAILURE_EXCLUSION,
     1, "01"},
    {"longer but calmer", "0>1 1>2 | 0>3 1>6 | 1>6 | 0>4 | 0>5 | 0>6 | stuck",
     FAILURE_DEADLOCK, 0, "11"},
    {"much longer but calmer",
     "0>1 1>2 | 0>3 1>6 | 1>7 | 0>4 | 0>5 | 0>6 | stuck | ok", FAILURE_DEADLOCK,
     0, "00000"},
    {"not reached", "0>1 1>1 | ok", FAILURE_ASSERT, -1, ""},
    {"at the start", "bad", FAILURE_FINAL, 0, ""},
    {"there and back", "0>1 1>3 | 0>0 1>2 | 0>3 1>4a | ok | ok", FAILURE_ASSERT,
     1, "011"},
};

static void calm_by_hand(void **state)
{
    const struct calm_case *c = *state;
    const struct failing *f;
    struct explore_result r;
    struct graph g;

    graph_read(&g, c->graph);
    answer_init(&r, 1);
    assert_int_equal(calm_search(&g, &r), 0);
    f = &r.failing[c->kind];
    assert_int_equal(f->preemptions, c->preemptions);
    assert_int_equal(f->calm.count, strlen(c->calm));
    for (int i = 0; i < f->calm.count; i++)
        assert_int_equal(f->calm.actions[i], c->calm[i] - '0');
    answer_fini(&r);
    graph_fini(&g);
}

static bool can(const struct graph *g, uint32_t s, int action)
{
    for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
        if (g->action[e] == action)
            return true;
    return false;
}

/* Fewest preemptions by kind, by relaxing every pair of state and last thread
 * until nothing changes; thread 8: nobody yet. */
static void slow_calm(const struct graph *g, int *best)
{
    enum { FAR = 1000000, LASTS = 9 };
    int *cost = malloc((size_t)g->states * LASTS * sizeof(*cost));
    bool more = true;

    assert_non_null(cost);
    for (size_t i = 0; i < (size_t)g->states * LASTS; i++)
        cost[i] = FAR;
    cost[8] = 0;
    for (int f = 0; f < FAILURE_COUNT; f++)
        best[f] = g->start_fails >> f & 1 ? 0 : FAR;
    while (more) {
        more = false;
        for (size_t i = 0; i < (size_t)g->states * LASTS; i++) {
            uint32_t s = (uint32_t)(i / LASTS);
            int last = (int)(i % LASTS);
            unsigned end =
                g->first[s] == g->first[s + 1] ? ending_failures(g, s) : 0;

            for (int f = 0; f < FAILURE_COUNT; f++)
                if (end >> f & 1 && cost[i] < best[f])
                    best[f] = cost[i];
            for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++) {
                bool preempts =
                    last != 8 && last != g->action[e] && can(g, s, last);
                int there = cost[i] + preempts;
                int *at = &cost[(size_t)g->to[e] * LASTS + g->action[e]];

                for (int f = 0; f < FAILURE_COUNT; f++)
                    if (g->fails[e] >> f & 1 && there < best[f])
                        best[f] = there;
                if (there < *at) {
                    *at = there;
                    more = true;
                }
            }
        }
    }
    for (int f = 0; f < FAILURE_COUNT; f++)
        if (best[f] == FAR)
            best[f] = -1;
    free(cost);
}

/* How many preemptions @s has. */
static int preemptions(const struct graph *g, const struct schedule *s)
{
    uint32_t at = 0;
    int n = 0;

    for (int i = 0; i < s->count; i++) {
        struct schedule one = {&s->actions[i], 1, 1};
        unsigned failures = 0;

        n += i > 0 && s->actions[i] != s->actions[i - 1] &&
             can(g, at, s->actions[i - 1]);
        at = graph_follow(g, at, &one, &failures);
        assert_int_not_equal(at, UINT32_MAX);
    }
    return n;
}

static void calm_of_drawn(void **state)
{
    uint64_t seed = 2;
    (void)state;

    for (int i = 0; i < 600; i++) {
        struct drawn_graph d = {.states = 2 + random_below(&seed, 25),
                                .threads = 1 + (int)random_below(&seed, 6),
                                .cyclic = i % 2,
                                .endings_pct = i % 4 ? 20 : 5,
                                .failures_pct = 5};
        struct explore_result r;
        struct graph g;
        int best[FAILURE_COUNT];

        graph_draw(&g, &d, &seed);
        answer_init(&r, 1);
        slow_calm(&g, best);
        assert_int_equal(calm_search(&g, &r), 0);
        for (int f = 0; f < FAILURE_COUNT; f++) {
            unsigned failures = 0;

            assert_int_equal(r.failing[f].preemptions, best[f]);
            assert_int_equal(preemptions(&g, &r.failing[f].calm),
                             best[f] < 0 ? 0 : best[f]);
            graph_follow(&g, 0, &r.failing[f].calm, &failures);
            if (best[f] >= 0)
                assert_true(failures >> f & 1);
        }
        answer_fini(&r);
        graph_fini(&g);
    }
}

/* ---- free flushes -------------------------------------------------------- */

static void slow_cheap(const struct graph *g, int *best)
{
    enum { FAR = 1000000 };
    int *steps = malloc(g->states * sizeof(*steps));

    assert_non_null(steps);
    for (uint32_t s = 0; s < g->states; s++)
        steps[s] = s ? FAR : 0;
    for (int f = 0; f < FAILURE_COUNT; f++)
        best[f] = -1;
    for (uint32_t round = 0; round < g->states; round++)
        for (uint32_t s = 0; s < g->states; s++)
            for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++) {
                int there = steps[s] + !(g->action[e] & STEP_FLUSH);

                if (there < steps[g->to[e]])
                    steps[g->to[e]] = there;
            }
    for (uint32_t s = 0; s < g->states; s++) {
        bool ends = g->first[s] == g->first[s + 1];

        for (int f = 0; f < FAILURE_COUNT && ends; f++)
            if (ending_failures(g, s) >> f & 1 &&
                (best[f] < 0 || steps[s] < best[f]))
                best[f] = steps[s];
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            for (int f = 0; f < FAILURE_COUNT; f++) {
                int there = steps[s] + !(g->action[e] & STEP_FLUSH);

                if (g->fails[e] >> f & 1 && (best[f] < 0 || there < best[f]))
                    best[f] = there;
            }
    }
    free(steps);
}

static void cheap_of_drawn(void **state)
{
    uint64_t seed = 3;
    (void)state;

    for (int i = 0; i < 400; i++) {
        struct explore_result r;
        struct graph g;
        int best[FAILURE_COUNT];

        draw_cyclic(&g, 3 * i, &seed);
        answer_init(&r, 1);
        slow_cheap(&g, best);
        assert_int_equal(cheap_search(&g, &r), 0);
        for (int f = 0; f < FAILURE_COUNT; f++)
            assert_int_equal(r.failing[f].shortest_steps, best[f]);
        answer_fini(&r);
        graph_fini(&g);
    }
}

/* ---- loops --------------------------------------------------------------- */

static const struct loop_case {
    const char *name, *graph;
    bool trap, livelock, overtaking;
} loop_cases[] = {
    {"no loop", "0>1 1>1 | ok", false, false, false},
    {"waiting for one that could go on", "0>0 1>1 | ok", false, false, true},
    {"alone and going round", "0>0", true, true, false},
    {"both go round", "0>1 1>1 | 0>0 1>0", true, true, false},
    {"both may go round, or leave", "0>1 1>2 | 0>2 1>0 | ok", false, true,
     false},
    {"one goes round while the other cannot always go on", "0>1 1>2 | 0>0 | ok",
     false, true, false},
    {"one goes round while the other could always go on",
     "0>1 1>2 | 0>0 1>2 | ok", false, false, true},
    {"a flush is forgotten", "0>0 f1>1 | ok", false, false, true},
    {"a flush now and then", "0>1 f1>2 | 0>0 | ok", false, true, false},
    {"a trap behind a loop", "0>0 1>1 | 1>1", true, true, true},
};

static void loops_by_hand(void **state)
{
    const struct loop_case *c = *state;
    struct explore_result r;
    struct components parts;
    struct graph g;

    graph_read(&g, c->graph);
    answer_init(&r, 1);
    assert_int_equal(components_find(&g, &parts), 0);
    assert_int_equal(liveness_judge(&g, &parts, &r), 0);
    assert_int_equal(r.trap, c->trap);
    assert_int_equal(r.livelock, c->livelock);
    assert_int_equal(r.overtaking, c->overtaking);
    components_fini(&parts);
    answer_fini(&r);
    graph_fini(&g);
}

/* The states on the way round, from where @way leads to the same state. */
static void loop_closes(const struct graph *g, const struct schedule *way,
                        const struct schedule *loop, bool fair)
{
    unsigned failures = 0;
    uint32_t home = graph_follow(g, 0, way, &failures);
    uint32_t at = home;
    bool always[256];

    assert_int_not_equal(home, UINT32_MAX);
    assert_true(loop->count > 0);
    for (int a = 0; a < 256; a++)
        always[a] = true;
    for (int i = 0; i < loop->count; i++) {
        struct schedule one = {&loop->actions[i], 1, 1};

        for (int a = 0; a < 256; a++)
            always[a] = always[a] && can(g, at, a);
        at = graph_follow(g, at, &one, &failures);
        assert_int_not_equal(at, UINT32_MAX);
    }
    assert_int_equal(at, home);
    for (int i = 0; i < loop->count; i++)
        always[loop->actions[i]] = false;
    for (int a = 0; a < 256 && fair; a++)
        assert_false(always[a]);
}

/* By the definitions, from the closure: in the component of @s. */
static void judge_slowly(const struct graph *g, const bool *way, uint32_t s,
                         bool *trap, bool *fair)
{
    size_t n = g->states;

    *trap = *fair = true;
    for (uint32_t b = 0; b < n; b++)
        if (way[s * n + b] && !way[b * n + s])
            *trap = false;
    for (int a = 0; a < 256; a++) {
        bool always = true;
        bool inside = false;

        for (uint32_t b = 0; b < n; b++) {
            if (!way[s * n + b] || !way[b * n + s])
                continue;
            always = always && can(g, b, a);
            for (uint32_t e = g->first[b]; e < g->first[b + 1]; e++)
                inside |= g->action[e] == a && way[g->to[e] * n + s];
        }
        *fair = *fair && (!always || inside);
    }
}

static void loops_of_drawn(void **state)
{
    uint64_t seed = 4;
    (void)state;

    for (int i = 0; i < 300; i++) {
        bool trap = false;
        bool livelock = false;
        bool overtaking = false;
        struct explore_result r;
        struct components c;
        struct graph g;
        bool *way;

        draw_cyclic(&g, i, &seed);
        answer_init(&r, 1);
        way = closure(&g);
        for (uint32_t s = 0; s < g.states; s++) {
            bool one_trap, one_fair;

            if (!way[s * g.states + s])
                continue;
            judge_slowly(&g, way, s, &one_trap, &one_fair);
            trap |= one_trap;
            livelock |= one_fair;
            overtaking |= !one_fair;
        }
        free(way);
        assert_int_equal(components_find(&g, &c), 0);
        assert_int_equal(liveness_judge(&g, &c, &r), 0);
        assert_int_equal(r.trap, trap);
        assert_int_equal(r.livelock, livelock);
        assert_int_equal(r.overtaking, overtaking);
        if (trap)
            loop_closes(&g, &r.trap_way, &r.trap_loop, false);
        if (livelock)
            loop_closes(&g, &r.livelock_way, &r.livelock_loop, true);
        components_fini(&c);
        answer_fini(&r);
        graph_fini(&g);
    }
}

int main(void)
{
    static struct CMUnitTest tests[COUNT(calm_cases) + COUNT(loop_cases) + 8] =
        {
            cmocka_unit_test(components_of_drawn),
            cmocka_unit_test(deep_components),
            cmocka_unit_test(calm_of_drawn),
            cmocka_unit_test(cheap_of_drawn),
            cmocka_unit_test(loops_of_drawn),
        };
    size_t n = 5;

    n = add_rows(tests, n, calm_cases, COUNT(calm_cases), sizeof(calm_cases[0]),
                 calm_by_hand);
    n = add_rows(tests, n, loop_cases, COUNT(loop_cases), sizeof(loop_cases[0]),
                 loops_by_hand);
    return _cmocka_run_group_tests("graph", tests, n, NULL, NULL);
}
