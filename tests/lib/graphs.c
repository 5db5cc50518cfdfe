#include "lib/graphs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "explore/exact.h"

#define EDGES_MOST 4096

/* ---- written by hand ----------------------------------------------------- */

struct edge {
    uint32_t from, to;
    uint8_t action, fails;
};

static void graph_alloc(struct graph *g, uint32_t states, uint32_t edges)
{
    *g = (struct graph){.states = states};
    g->first = calloc((size_t)states + 1, sizeof(*g->first));
    g->to = calloc((size_t)edges + 1, sizeof(*g->to));
    g->action = calloc((size_t)edges + 1, 1);
    g->fails = calloc((size_t)edges + 1, 1);
    g->finish = calloc((size_t)states + 1, 1);
    assert_true(g->first && g->to && g->action && g->fails && g->finish);
}

/* @edges are in order of .from. */
static void graph_fill(struct graph *g, const struct edge *edges, uint32_t n)
{
    for (uint32_t e = 0; e < n; e++) {
        g->first[edges[e].from + 1] = e + 1;
        g->to[e] = edges[e].to;
        g->action[e] = edges[e].action;
        g->fails[e] = edges[e].fails;
        if (STEP_THREAD(edges[e].action) >= g->threads)
            g->threads = STEP_THREAD(edges[e].action) + 1;
    }
    for (uint32_t s = 0; s < g->states; s++)
        if (g->first[s + 1] < g->first[s])
            g->first[s + 1] = g->first[s];
}

static const struct ending {
    const char *word;
    uint8_t finish;
} endings[] = {{"ok", FINISH_NORMAL},
               {"bad", FINISH_CHECK},
               {"stuck", FINISH_DEADLOCK},
               {"fault", GRAPH_FAULTED}};

static bool read_ending(const char *word, uint8_t *finish)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strcmp(word, endings[i].word) == 0) {
            *finish = endings[i].finish;
            return true;
        }
    return false;
}

static void read_edge(const char *word, struct edge *e)
{
    char *end;

    if (*word == 'f') {
        e->action = STEP_FLUSH;
        word++;
    }
    e->action |= (uint8_t)strtoul(word, &end, 10);
    if (*end != '>')
        fail_msg("no '>' in \"%s\"", word);
    e->to = (uint32_t)strtoul(end + 1, &end, 10);
    for (; *end; end++)
        e->fails |= *end == 'a'   ? 1U << FAILURE_ASSERT
                    : *end == 'x' ? 1U << FAILURE_EXCLUSION
                                  : 1U << FAILURE_FAULT;
}

void graph_read(struct graph *g, const char *text)
{
    struct edge edges[64] = {0};
    uint8_t finish[64] = {0};
    uint32_t state = 0;
    uint32_t n = 0;
    char copy[512];
    char *rest = copy;

    assert_true(strlen(text) < sizeof(copy));
    strcpy(copy, text);
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        if (*word == '|') {
            state++;
        } else if (*word && !read_ending(word, &finish[state])) {
            edges[n].from = state;
            read_edge(word, &edges[n++]);
        }
        assert_true(n < 64 && state < 63);
    }
    graph_alloc(g, state + 1, n);
    graph_fill(g, edges, n);
    memcpy(g->finish, finish, state + 1);
    for (uint32_t e = 0; e < n; e++)
        assert_true(edges[e].to <= state);
}

/* ---- drawn --------------------------------------------------------------- */

/* Only what can be reached from state 0, numbered as a breadth-first search
 * comes by. Returns the edges left. */
static uint32_t keep_reachable(struct edge *edges, uint32_t n, uint32_t *states)
{
    uint32_t *number = malloc(*states * sizeof(*number));
    uint32_t *queue = malloc(*states * sizeof(*queue));
    struct edge *kept = malloc((n + 1) * sizeof(*kept));
    uint32_t seen = 1;
    uint32_t left = 0;

    assert_true(number && queue && kept);
    memset(number, 0xff, *states * sizeof(*number));
    number[0] = queue[0] = 0;
    for (uint32_t head = 0; head < seen; head++)
        for (uint32_t e = 0; e < n; e++) {
            if (edges[e].from != queue[head])
                continue;
            if (number[edges[e].to] == UINT32_MAX) {
                number[edges[e].to] = seen;
                queue[seen++] = edges[e].to;
            }
            kept[left] = edges[e];
            kept[left].from = head;
            kept[left++].to = number[edges[e].to];
        }
    memcpy(edges, kept, left * sizeof(*kept));
    *states = seen;
    free(number);
    free(queue);
    free(kept);
    return left;
}

static uint8_t draw_failures(const struct drawn_graph *d, uint64_t *seed)
{
    if (random_below(seed, 100) >= (uint32_t)d->failures_pct)
        return 0;
    return (uint8_t)(1U << random_below(seed, 2));
}

static uint32_t draw_edges(const struct drawn_graph *d, uint64_t *seed,
                           struct edge *edges)
{
    int actions = d->flushes ? 2 * d->threads : d->threads;
    uint32_t n = 0;

    for (uint32_t s = 0; s < d->states; s++) {
        bool ends =
            s > 0 && (random_below(seed, 100) < (uint32_t)d->endings_pct);

        if (ends || (!d->cyclic && s + 1 == d->states))
            continue;
        for (int a = 0; a < actions; a++) {
            struct edge e = {.from = s};

            if (random_below(seed, 2))
                continue;
            assert_true(n < EDGES_MOST);
            e.action =
                (uint8_t)(a < d->threads ? a : (a - d->threads) | STEP_FLUSH);
            e.fails = draw_failures(d, seed);
            e.to = d->cyclic ? random_below(seed, d->states)
                             : s + 1 + random_below(seed, d->states - s - 1);
            /* Mostly near, so that there is more than one component. */
            if (d->cyclic && random_below(seed, 4) > 0)
                e.to = (s + random_below(seed, 5)) % d->states;
            edges[n++] = e;
        }
    }
    return n;
}

void graph_draw(struct graph *g, const struct drawn_graph *d, uint64_t *seed)
{
    struct edge *edges = calloc(EDGES_MOST, sizeof(*edges));
    uint32_t states = d->states;
    uint32_t n;

    assert_non_null(edges);
    n = draw_edges(d, seed, edges);
    n = keep_reachable(edges, n, &states);
    graph_alloc(g, states, n);
    graph_fill(g, edges, n);
    g->threads = d->threads;
    for (uint32_t s = 0; s < states; s++)
        if (g->first[s] == g->first[s + 1])
            g->finish[s] = random_below(seed, 100) >= (uint32_t)d->failures_pct
                               ? FINISH_NORMAL
                           : random_below(seed, 2) ? FINISH_CHECK
                                                   : FINISH_DEADLOCK;
    free(edges);
}

/* ---- what goes with them ------------------------------------------------- */

int32_t *graph_outcomes(const struct graph *g, int outcomes)
{
    int32_t *of = malloc(g->states * sizeof(*of));

    assert_non_null(of);
    for (uint32_t s = 0; s < g->states; s++)
        of[s] =
            g->first[s] == g->first[s + 1] && (g->finish[s] == FINISH_NORMAL ||
                                               g->finish[s] == FINISH_CHECK)
                ? (int32_t)(s % (uint32_t)outcomes)
                : -1;
    return of;
}

uint32_t graph_follow(const struct graph *g, uint32_t from,
                      const struct schedule *s, unsigned *failures)
{
    for (int i = 0; i < s->count; i++) {
        uint32_t e = g->first[from];

        while (e < g->first[from + 1] && g->action[e] != s->actions[i])
            e++;
        if (e == g->first[from + 1])
            return UINT32_MAX;
        *failures |= g->fails[e];
        from = g->to[e];
    }
    if (g->first[from] == g->first[from + 1])
        *failures |= ending_failures(g, from);
    return from;
}

void graph_ladder(struct graph *g, uint32_t n, uint32_t ways)
{
    *g = (struct graph){.states = n + 2, .threads = (int)ways};
    g->first = calloc(n + 3, sizeof(*g->first));
    g->to = calloc((size_t)n * ways, sizeof(*g->to));
    g->action = calloc((size_t)n * ways, 1);
    g->fails = calloc((size_t)n * ways, 1);
    g->finish = calloc(n + 2, 1);
    assert_true(g->first && g->to && g->action && g->fails && g->finish);
    for (uint32_t e = 0; e < n * ways; e++) {
        g->first[e / ways + 1] = e + 1;
        g->to[e] = e % ways == 0 ? e / ways + 1 : n + 1;
        g->action[e] = (uint8_t)(e % ways);
    }
    g->first[n + 1] = g->first[n + 2] = n * ways;
    g->finish[n] = FINISH_CHECK;
    g->finish[n + 1] = FINISH_NORMAL;
}

void answer_init(struct explore_result *r, int outcomes)
{
    *r = (struct explore_result){0};
    r->outcomes = calloc((size_t)outcomes, sizeof(*r->outcomes));
    assert_non_null(r->outcomes);
    r->outcome_count = outcomes;
}

void answer_fini(struct explore_result *r)
{
    for (int f = 0; f < FAILURE_COUNT; f++) {
        free(r->failing[f].schedules);
        free(r->failing[f].random.exact);
        schedule_fini(&r->failing[f].calm);
    }
    for (int i = 0; i < r->outcome_count; i++)
        free(r->outcomes[i].schedules);
    free(r->outcomes);
    free(r->schedules);
    free(r->failing_schedules);
    free(r->uniform.exact);
    free(r->random.exact);
    schedule_fini(&r->trap_way);
    schedule_fini(&r->trap_loop);
    schedule_fini(&r->livelock_way);
    schedule_fini(&r->livelock_loop);
}

void answer_compute(const struct graph *g, struct explore_result *r)
{
    int32_t *outcome_of = graph_outcomes(g, OUTCOMES);
    struct components c;

    answer_init(r, OUTCOMES);
    assert_int_equal(components_find(g, &c), 0);
    assert_int_equal(count_schedules(g, &c, outcome_of, r), 0);
    assert_int_equal(chance_compute(g, &c, outcome_of, r), 0);
    components_fini(&c);
    free(outcome_of);
}

/* ---- numbers --------------------------------------------------------------
 */

void number_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-11))
        fail_msg("%.17g, not %.17g", got, want);
}

void share_is(const struct share *s, const char *want)
{
    mpq_t q;

    if (!want) {
        assert_null(s->exact);
        assert_true(isnan(s->value));
        return;
    }
    assert_non_null(s->exact);
    assert_string_equal(s->exact, want);
    mpq_init(q);
    mpq_set_str(q, want, 10);
    number_near(s->value, mpq_get_d(q));
    mpq_clear(q);
}

void fraction_is(const struct share *got, const mpq_t want)
{
    char *text = mpq_get_str(NULL, 10, want);

    assert_non_null(got->exact);
    assert_string_equal(got->exact, text);
    number_near(got->value, mpq_get_d(want));
    free(text);
}
