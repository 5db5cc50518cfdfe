/* Probabilities where schedules may go round in circles, against solving all
 * equations at once; and where they take long fractions or iteration. */
#include <gmp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "explore/exact.h"
#include "lib/graphs.h"

/* ---- all equations at once ----------------------------------------------- */

/* What is looked for: a failure of some kind, or to end with an outcome. */
struct target {
    const struct graph *g;
    unsigned kinds;
    const int32_t *outcome_of;
    int outcome; /* -1: a failure */
};

static bool target_hit(const struct target *t, uint32_t s)
{
    if (t->g->first[s] != t->g->first[s + 1])
        return false;
    if (t->outcome >= 0)
        return t->outcome_of[s] == t->outcome;
    return ending_failures(t->g, s) & t->kinds;
}

static bool edge_hit(const struct target *t, uint32_t e)
{
    return t->outcome < 0 && t->g->fails[e] & t->kinds;
}

/* From where can it be hit at all? Elsewhere the probability is nought, and the
 * equations would not say so. */
static void possible(const struct target *t, bool *can)
{
    const struct graph *g = t->g;
    bool more = true;

    for (uint32_t s = 0; s < g->states; s++)
        can[s] = target_hit(t, s);
    while (more) {
        more = false;
        for (uint32_t s = 0; s < g->states; s++)
            for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
                if (!can[s] && (edge_hit(t, e) || can[g->to[e]]))
                    can[s] = more = true;
    }
}

/* p(s) - sum of p(to) / degree = sum of hits / degree, as rows of @m; the last
 * column is the right side. */
static void fill_rows(const struct target *t, const bool *can, mpq_t *m)
{
    const struct graph *g = t->g;
    size_t n = g->states;
    mpq_t each;

    mpq_init(each);
    for (uint32_t s = 0; s < n; s++) {
        mpq_t *row = m + s * (n + 1);
        uint32_t degree = g->first[s + 1] - g->first[s];

        mpq_set_ui(row[s], 1, 1);
        mpq_set_ui(row[n], target_hit(t, s), 1);
        for (uint32_t e = g->first[s]; can[s] && e < g->first[s + 1]; e++) {
            mpq_set_ui(each, 1, degree);
            if (edge_hit(t, e))
                mpq_add(row[n], row[n], each);
            else
                mpq_sub(row[g->to[e]], row[g->to[e]], each);
        }
    }
    mpq_clear(each);
}

static void gauss(mpq_t *m, size_t n)
{
    mpq_t factor, part;

    mpq_inits(factor, part, NULL);
    for (size_t i = 0; i < n; i++) {
        size_t with = i;

        while (mpq_sgn(m[with * (n + 1) + i]) == 0)
            with++;
        assert_true(with < n);
        for (size_t j = 0; j <= n && with != i; j++)
            mpq_swap(m[with * (n + 1) + j], m[i * (n + 1) + j]);
        for (size_t k = 0; k < n; k++) {
            if (k == i || mpq_sgn(m[k * (n + 1) + i]) == 0)
                continue;
            mpq_div(factor, m[k * (n + 1) + i], m[i * (n + 1) + i]);
            for (size_t j = i; j <= n; j++) {
                mpq_mul(part, factor, m[i * (n + 1) + j]);
                mpq_sub(m[k * (n + 1) + j], m[k * (n + 1) + j], part);
            }
        }
    }
    mpq_div(m[n], m[n], m[0]); /* of state 0 */
    mpq_clears(factor, part, NULL);
}

static void solve_dense(const struct target *t, mpq_t out)
{
    size_t n = t->g->states;
    bool *can = calloc(n, sizeof(*can));
    mpq_t *m = malloc(n * (n + 1) * sizeof(*m));

    assert_true(can && m);
    for (size_t i = 0; i < n * (n + 1); i++)
        mpq_init(m[i]);
    possible(t, can);
    fill_rows(t, can, m);
    gauss(m, n);
    mpq_set(out, m[n]);
    for (size_t i = 0; i < n * (n + 1); i++)
        mpq_clear(m[i]);
    free(m);
    free(can);
}

static void same_as_dense(const struct graph *g)
{
    int32_t *outcome_of = graph_outcomes(g, OUTCOMES);
    struct target t = {g, 0, outcome_of, -1};
    struct explore_result r;
    mpq_t want;

    mpq_init(want);
    answer_compute(g, &r);
    for (int f = 0; f < FAILURE_COUNT; f++) {
        t.kinds = 1U << f;
        solve_dense(&t, want);
        fraction_is(&r.failing[f].random, want);
    }
    t.kinds = (1U << FAILURE_COUNT) - 1;
    solve_dense(&t, want);
    fraction_is(&r.random, want);
    for (t.outcome = 0; t.outcome < OUTCOMES; t.outcome++) {
        solve_dense(&t, want);
        number_near(r.outcomes[t.outcome].random, mpq_get_d(want));
    }
    mpq_clear(want);
    answer_fini(&r);
    free(outcome_of);
}

static void drawn_with_cycles(void **state)
{
    uint64_t seed = 52;
    (void)state;

    for (int i = 0; i < 150; i++) {
        struct drawn_graph d = {.states = 2 + random_below(&seed, 24),
                                .threads = 1 + (int)random_below(&seed, 4),
                                .cyclic = true,
                                .flushes = i % 4 == 0,
                                .endings_pct = i % 2 ? 20 : 8,
                                .failures_pct = i % 3 ? 15 : 4};
        struct graph g;

        graph_draw(&g, &d, &seed);
        same_as_dense(&g);
        graph_fini(&g);
    }
}

/* A chain of @n states, each of which goes on or falls back to the start, by
 * threads 0 and 1; the last but one ends badly instead of falling back. */
static void chain(struct graph *g, uint32_t n)
{
    *g = (struct graph){.states = n + 2, .threads = 2};
    g->first = calloc(n + 3, sizeof(*g->first));
    g->to = calloc(2 * (size_t)n, sizeof(*g->to));
    g->action = calloc(2 * (size_t)n, 1);
    g->fails = calloc(2 * (size_t)n, 1);
    g->finish = calloc(n + 2, 1);
    assert_true(g->first && g->to && g->action && g->fails && g->finish);
    for (uint32_t s = 0; s < n; s++) {
        g->first[s + 1] = 2 * s + 2;
        g->to[2 * s] = s + 1 < n ? s + 1 : n;
        g->to[2 * s + 1] = s + 1 < n ? 0 : n + 1;
        g->action[2 * s + 1] = 1;
    }
    g->first[n + 1] = g->first[n + 2] = 2 * n;
    g->finish[n] = FINISH_NORMAL;
    g->finish[n + 1] = FINISH_CHECK;
}

/* Its way through takes 2^@n rounds, but it is as likely to end well. */
static void rare_ways_out(void **state)
{
    (void)state;

    for (uint32_t n = 1; n <= 200; n += 33) {
        struct explore_result r;
        struct graph g;

        chain(&g, n);
        answer_compute(&g, &r);
        share_is(&r.random, "1/2");
        number_near(r.outcomes[n % OUTCOMES].random, 0.5);
        number_near(r.outcomes[(n + 1) % OUTCOMES].random, 0.5);
        answer_fini(&r);
        graph_fini(&g);
    }
}

static void larger_components(void **state)
{
    uint64_t seed = 53;
    (void)state;

    for (int i = 0; i < 4; i++) {
        struct drawn_graph d = {.states = 50,
                                .threads = 2,
                                .cyclic = true,
                                .endings_pct = 8,
                                .failures_pct = 10};
        struct graph g;

        graph_draw(&g, &d, &seed);
        same_as_dense(&g);
        graph_fini(&g);
    }
}

/* A ring too large to be eliminated: each state goes on or ends, well and badly
 * by turns. 1/4 + 1/16 + ... fail. */
static void ring_by_iteration(void **state)
{
    enum { RING = 5000 };
    struct graph g = {.states = RING + 2, .threads = 2};
    struct explore_result r;
    (void)state;

    g.first = calloc(RING + 3, sizeof(*g.first));
    g.to = calloc(2 * RING, sizeof(*g.to));
    g.action = calloc(2 * RING, 1);
    g.fails = calloc(2 * RING, 1);
    g.finish = calloc(RING + 2, 1);
    assert_true(g.first && g.to && g.action && g.fails && g.finish);
    for (uint32_t s = 0; s < RING; s++) {
        g.first[s + 1] = 2 * s + 2;
        g.to[2 * s] = (s + 1) % RING;
        g.to[2 * s + 1] = RING + s % 2;
        g.action[2 * s + 1] = 1;
    }
    g.first[RING + 1] = g.first[RING + 2] = 2 * RING;
    g.finish[RING] = FINISH_NORMAL;
    g.finish[RING + 1] = FINISH_CHECK;
    answer_compute(&g, &r);
    assert_null(r.random.exact);
    number_near(r.random.value, 1.0 / 3.0);
    number_near(r.outcomes[RING % OUTCOMES].random, 2.0 / 3.0);
    number_near(r.outcomes[(RING + 1) % OUTCOMES].random, 1.0 / 3.0);
    answer_fini(&r);
    graph_fini(&g);
}

/* 1 / 3^n takes more and more primes. */
static void long_fractions(void **state)
{
    (void)state;

    for (uint32_t n = 1; n < 300; n += 41) {
        struct explore_result r;
        struct graph g;
        mpq_t want;

        graph_ladder(&g, n, 3);
        answer_compute(&g, &r);
        mpq_init(want);
        mpq_set_ui(want, 1, 1);
        mpz_ui_pow_ui(mpq_denref(want), 3, n);
        fraction_is(&r.random, want);
        mpq_clear(want);
        answer_fini(&r);
        graph_fini(&g);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_with_cycles),
        cmocka_unit_test(larger_components),
        cmocka_unit_test(rare_ways_out),
        cmocka_unit_test(ring_by_iteration),
        cmocka_unit_test(long_fractions),
    };

    return cmocka_run_group_tests_name("graph chance", tests, NULL, NULL);
}
