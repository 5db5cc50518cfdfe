/* Schedules counted and probabilities, from graphs of states: by hand, and
 * against going down every path. */
#include <gmp.h>
#include <math.h>
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

/* ---- by hand ------------------------------------------------------------- */

static const struct number_case {
    const char *name, *graph;
    unsigned start_fails;
    const char *schedules, *failing; /* NULL: endlessly many */
    const char *uniform, *random;
    const char *kinds; /* probability of each: "assert exclusion ..." */
} by_hand[] = {
    {"nothing to do", "ok", 0, "1", "0", "0", "0", "0 0 0 0 0"},
    {"stuck at once", "stuck", 0, "1", "1", "1", "1", "0 0 0 1 0"},
    {"fails before any step", "0>1 1>1 | ok", 1, "2", "2", "1", "1",
     "1 0 0 0 0"},
    {"one of two ends badly", "0>1 1>2 | ok | bad", 0, "2", "1", "1/2", "1/2",
     "0 0 1/2 0 0"},
    {"the longer way has more schedules", "0>1 1>2 | bad | 0>3 1>3 | ok", 0,
     "3", "1", "1/3", "1/2", "0 0 1/2 0 0"},
    {"two failures on one way count once", "0>1a 1>3 | 0>2a | bad | ok", 0, "2",
     "1", "1/2", "1/2", "1/2 0 1/2 0 0"},
    {"two failures on different ways",
     "0>1a 1>2x 2>3 | ok | ok | 0>4f 1>1 | fault", 0, "4", "3", "3/4", "5/6",
     "1/3 1/3 0 0 1/6"},
    {"a loop with a way out", "0>0 1>1 | ok", 0, NULL, NULL, NULL, "0",
     "0 0 0 0 0"},
    {"a loop with two ways out", "0>0 1>1 2>2 | ok | bad", 0, NULL, NULL, NULL,
     "1/2", "0 0 1/2 0 0"},
    {"a loop that fails now and then", "0>0a 1>1 2>0 | ok", 0, NULL, NULL, NULL,
     "1/2", "1/2 0 0 0 0"},
    {"a trap that never fails", "0>1 1>2 | 0>1 | bad", 0, NULL, NULL, NULL,
     "1/2", "0 0 1/2 0 0"},
    {"a trap that fails in the end", "0>1 1>2 | 0>3 1>1 | ok | 0>1x", 0, NULL,
     NULL, NULL, "1/2", "0 1/2 0 0 0"},
    /* p0 = (p1 + 0) / 2, p1 = (p0 + p2) / 2, p2 = (p1 + 1) / 2: ruin */
    {"a random walk", "0>3 1>1 | 0>0 1>2 | 0>1 1>4 | ok | bad", 0, NULL, NULL,
     NULL, "1/4", "0 0 1/4 0 0"},
};

static void text_is(const char *got, const char *want)
{
    if (want && got)
        assert_string_equal(got, want);
    else
        assert_true(!want && !got);
}

static void numbers_by_hand(void **state)
{
    const struct number_case *c = *state;
    struct explore_result r;
    struct graph g;
    char kinds[64];
    char *rest = kinds;

    graph_read(&g, c->graph);
    g.start_fails = (uint8_t)c->start_fails;
    answer_compute(&g, &r);
    assert_int_equal(r.acyclic, c->schedules != NULL);
    text_is(r.schedules, c->schedules);
    text_is(r.failing_schedules, c->failing);
    share_is(&r.uniform, c->uniform);
    share_is(&r.random, c->random);
    strcpy(kinds, c->kinds);
    for (int f = 0; f < FAILURE_COUNT; f++)
        share_is(&r.failing[f].random, strsep(&rest, " "));
    answer_fini(&r);
    graph_fini(&g);
}

/* ---- down every path ----------------------------------------------------- */

struct tally {
    const struct graph *g;
    const int32_t *outcome_of;
    uint64_t schedules, any, failing[FAILURE_COUNT], outcome[OUTCOMES];
    mpq_t random_any, random[FAILURE_COUNT], reached[OUTCOMES];
};

static void tally_init(struct tally *t, const struct graph *g,
                       const int32_t *outcome_of)
{
    *t = (struct tally){.g = g, .outcome_of = outcome_of};
    mpq_init(t->random_any);
    for (int f = 0; f < FAILURE_COUNT; f++)
        mpq_init(t->random[f]);
    for (int i = 0; i < OUTCOMES; i++)
        mpq_init(t->reached[i]);
}

static void tally_fini(struct tally *t)
{
    mpq_clear(t->random_any);
    for (int f = 0; f < FAILURE_COUNT; f++)
        mpq_clear(t->random[f]);
    for (int i = 0; i < OUTCOMES; i++)
        mpq_clear(t->reached[i]);
}

static void tally_end(struct tally *t, uint32_t s, unsigned failed,
                      const mpq_t p)
{
    failed |= ending_failures(t->g, s);
    t->schedules++;
    if (failed) {
        t->any++;
        mpq_add(t->random_any, t->random_any, p);
    }
    for (int f = 0; f < FAILURE_COUNT; f++)
        if (failed >> f & 1) {
            t->failing[f]++;
            mpq_add(t->random[f], t->random[f], p);
        }
    if (t->outcome_of[s] >= 0) {
        t->outcome[t->outcome_of[s]]++;
        mpq_add(t->reached[t->outcome_of[s]], t->reached[t->outcome_of[s]], p);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static void walk_all(struct tally *t, uint32_t s, unsigned failed,
                     const mpq_t p)
{
    uint32_t degree = t->g->first[s + 1] - t->g->first[s];
    mpq_t each;

    if (degree == 0) {
        tally_end(t, s, failed, p);
        return;
    }
    mpq_init(each);
    mpq_set_ui(each, 1, degree);
    mpq_mul(each, each, p);
    for (uint32_t e = t->g->first[s]; e < t->g->first[s + 1]; e++)
        walk_all(t, t->g->to[e], failed | t->g->fails[e], each);
    mpq_clear(each);
}

static void number_is(const char *got, uint64_t want)
{
    char text[32];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)want);
    assert_non_null(got);
    assert_string_equal(got, text);
}

static void tally_is(const struct tally *t, const struct explore_result *r)
{
    double all = (double)t->schedules;

    number_is(r->schedules, t->schedules);
    number_is(r->failing_schedules, t->any);
    number_near(r->uniform.value, (double)t->any / all);
    fraction_is(&r->random, t->random_any);
    for (int f = 0; f < FAILURE_COUNT; f++) {
        number_is(r->failing[f].schedules, t->failing[f]);
        fraction_is(&r->failing[f].random, t->random[f]);
    }
    for (int i = 0; i < OUTCOMES; i++) {
        number_is(r->outcomes[i].schedules, t->outcome[i]);
        number_near(r->outcomes[i].uniform, (double)t->outcome[i] / all);
        number_near(r->outcomes[i].random, mpq_get_d(t->reached[i]));
    }
}

static void drawn_without_cycles(void **state)
{
    uint64_t seed = 51;
    (void)state;

    for (int i = 0; i < 400; i++) {
        struct drawn_graph d = {.states = 2 + random_below(&seed, 14),
                                .threads = 1 + (int)random_below(&seed, 4),
                                .endings_pct = 15,
                                .failures_pct = i % 3 ? 20 : 5};
        struct explore_result r;
        struct graph g;
        struct tally t;
        int32_t *outcome_of;
        mpq_t p;

        graph_draw(&g, &d, &seed);
        g.start_fails = i % 50 == 7;
        outcome_of = graph_outcomes(&g, OUTCOMES);
        answer_compute(&g, &r);
        tally_init(&t, &g, outcome_of);
        mpq_init(p);
        mpq_set_ui(p, 1, 1);
        walk_all(&t, 0, g.start_fails, p);
        tally_is(&t, &r);
        mpq_clear(p);
        tally_fini(&t);
        answer_fini(&r);
        graph_fini(&g);
        free(outcome_of);
    }
}

/* 2^n schedules: one limb, two, many. */
static void long_counts(void **state)
{
    static const uint32_t lengths[] = {1, 62, 63, 64, 65, 127, 128, 129, 1000};
    (void)state;

    for (size_t i = 0; i < COUNT(lengths); i++) {
        uint32_t n = lengths[i];
        struct explore_result r;
        struct graph g;
        char *want;
        mpz_t all;

        graph_ladder(&g, n, 2);
        /* All lead on, until the last: half of them fail. */
        for (uint32_t e = 0; e + 2 < 2 * n; e++)
            g.to[e] = e / 2 + 1;
        answer_compute(&g, &r);
        mpz_init(all);
        mpz_setbit(all, n);
        want = mpz_get_str(NULL, 10, all);
        assert_string_equal(r.schedules, want);
        free(want);
        mpz_fdiv_q_2exp(all, all, 1);
        want = mpz_get_str(NULL, 10, all);
        assert_string_equal(r.failing_schedules, want);
        assert_string_equal(r.failing[FAILURE_FINAL].schedules, want);
        assert_string_equal(r.outcomes[n % OUTCOMES].schedules, want);
        free(want);
        mpz_clear(all);
        share_is(&r.uniform, "1/2");
        share_is(&r.random, "1/2");
        number_near(r.outcomes[n % OUTCOMES].uniform, 0.5);
        answer_fini(&r);
        graph_fini(&g);
    }
}

int main(void)
{
    static struct CMUnitTest tests[COUNT(by_hand) + 2] = {
        cmocka_unit_test(drawn_without_cycles),
        cmocka_unit_test(long_counts),
    };

    add_rows(tests, 2, by_hand, COUNT(by_hand), sizeof(by_hand[0]),
             numbers_by_hand);
    return _cmocka_run_group_tests("graph numbers", tests, 2 + COUNT(by_hand),
                                   NULL, NULL);
}
