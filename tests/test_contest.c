/* Comparisons: whose turn it is, and how often the verdict is right, with
 * outcomes that are made up. Nothing runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/made.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define SEEDS 500

static struct contest *new_contest(int sides, int rounds, enum metric metric)
{
    struct spec specs[CONTEST_SIDES];
    struct contest *c;

    for (int i = 0; i < sides; i++)
        spec_defaults(&specs[i], WORKLOAD_SPIN);
    c = contest_new(specs, sides, rounds, metric, NULL);
    assert_non_null(c);
    return c;
}

/* Side i is factor[i] as fast as the first; the machine wanders. */
static struct contest *play(const double *factor, int sides, int rounds,
                            struct made *m)
{
    struct contest *c = new_contest(sides, rounds, METRIC_THROUGHPUT_PER_S);
    struct sweep_order o;

    while (contest_next(c, &o)) {
        struct sweep_outcome out = made_run(m, 1);

        out.metrics.value[METRIC_THROUGHPUT_PER_S] *= factor[o.point];
        assert_int_equal(contest_take(c, &o, &out), 0);
        assert_true(c->trial_count < 1000);
    }
    return c;
}

static void sides_take_turns(void **state)
{
    struct contest *c = new_contest(3, 2, METRIC_THROUGHPUT_PER_S);
    struct sweep_order o, twice;
    int runs = 0;

    (void)state;
    while (contest_next(c, &o)) {
        struct made m = {.curve = made_flat, .state = 1};
        struct sweep_outcome out = made_run(&m, 1);

        assert_true(contest_next(c, &twice));
        assert_int_equal(o.point, twice.point);
        assert_int_equal(o.point, runs % 3);
        assert_int_equal(o.round, runs / 3 - 1);
        assert_int_equal(contest_take(c, &o, &out), 0);
        assert_int_equal(contest_take(c, &o, &out), 0); /* no harm */
        runs++;
    }
    assert_int_equal(runs, 9);
    assert_int_equal(c->trial_count, 9);
    o.point = 3;
    assert_int_equal(contest_take(c, &o, &(struct sweep_outcome){0}), -EINVAL);
    contest_free(c);
    contest_free(NULL);
}

static void equals_show_no_difference(void **state)
{
    const double factor[] = {1, 1};
    int none = 0;

    (void)state;
    for (int seed = 1; seed <= SEEDS; seed++) {
        struct made m = {.curve = made_flat,
                         .scatter = 0.01 + 0.04 * seed / SEEDS,
                         .state = (uint64_t)seed};
        struct contest *c = play(factor, 2, 2 + seed % 9, &m);

        none += c->side[1].verdict == CONTEST_NO_DIFFERENCE;
        contest_free(c);
    }
    if (none < 0.93 * SEEDS)
        fail_msg("of %d: no difference shown %d times", SEEDS, none);
}

static void the_ratio_is_in_the_interval(void **state)
{
    int within = 0, right = 0, wrong = 0;

    (void)state;
    for (int seed = 1; seed <= SEEDS; seed++) {
        double factor[] = {1, seed % 2 ? 1.1 : 0.8};
        struct made m = {
            .curve = made_flat, .scatter = 0.02, .state = (uint64_t)seed + 999};
        struct contest *c = play(factor, 2, 5, &m);
        const struct robust_ratio *r = &c->side[1].ratio;
        enum contest_verdict verdict =
            factor[1] > 1 ? CONTEST_FASTER : CONTEST_SLOWER;

        assert_int_equal(r->n, 5);
        within += r->low <= factor[1] && factor[1] <= r->high;
        right += c->side[1].verdict == verdict;
        wrong += c->side[1].verdict != verdict &&
                 c->side[1].verdict != CONTEST_NO_DIFFERENCE;
        contest_free(c);
    }
    if (within < 0.93 * SEEDS || within > 0.98 * SEEDS ||
        right < 0.95 * SEEDS || wrong > 0)
        fail_msg("of %d: within %d, right %d, wrong %d", SEEDS, within, right,
                 wrong);
}

/* What changes for all from round to round cancels. */
static void pairs_do_not_mind_drift(void **state)
{
    const double factor[] = {1, 1.2};
    struct made m = {
        .curve = made_flat, .scatter = 0.005, .drift = -0.02, .state = 3};
    struct contest *c = play(factor, 2, 6, &m);

    (void)state;
    assert_int_equal(c->side[1].verdict, CONTEST_FASTER);
    assert_true(fabs(c->side[1].ratio.ratio - 1.17) < 0.04);
    contest_free(c);
}

static void a_round_is_done_again_whole(void **state)
{
    struct contest *c = new_contest(2, 3, METRIC_THROUGHPUT_PER_S);
    struct sweep_order o;
    int again = 0;

    (void)state;
    while (contest_next(c, &o)) {
        struct made m = {.curve = made_flat, .state = 1};
        struct sweep_outcome out = made_run(&m, 1);

        /* Side 1 is disturbed in round 1, at first. */
        out.foreign_cores = o.round == 1 && o.attempt == 0 && o.point ? 0.5 : 0;
        again += o.attempt > 0;
        assert_true(o.attempt == 0 || o.round == 1);
        assert_int_equal(contest_take(c, &o, &out), 0);
    }
    assert_int_equal(again, 2);
    for (int i = 0; i < c->trial_count; i++) {
        const struct sweep_trial *t = &c->trials[i];

        assert_int_equal(t->used,
                         t->round >= 0 && (t->round != 1 || t->attempt == 1));
    }
    assert_int_equal(c->side[0].y.n, 3);
    assert_int_equal(c->side[1].verdict, CONTEST_NO_DIFFERENCE);
    contest_free(c);
}

static void a_loaded_machine_gives_no_verdict(void **state)
{
    const double factor[] = {1, 1};

    (void)state;
    for (int seed = 1; seed <= 50; seed++) {
        struct made m = {.curve = made_flat,
                         .scatter = 0.01,
                         .load = 1,
                         .load_cores = 1.5,
                         .state = (uint64_t)seed};
        struct contest *c = play(factor, 2, 5, &m);

        assert_int_equal(c->side[1].verdict, CONTEST_INCONCLUSIVE);
        assert_non_null(strstr(c->why, "other programs"));
        assert_non_null(strstr(c->side[1].sentence, "Inconclusive"));
        contest_free(c);
    }
}

static void of_seconds_less_is_faster(void **state)
{
    struct contest *c = new_contest(2, 4, METRIC_WALL_S);
    struct made m = {.curve = made_rising, .scatter = 0.01, .state = 1};
    struct sweep_order o;

    (void)state;
    while (contest_next(c, &o)) {
        struct sweep_outcome out = made_run(&m, o.point + 1);

        assert_int_equal(contest_take(c, &o, &out), 0);
    }
    assert_int_equal(c->side[1].verdict, CONTEST_FASTER);
    assert_true(fabs(c->side[1].ratio.ratio - 2) < 0.1);
    assert_non_null(strstr(c->side[1].sentence, "times as fast"));
    contest_free(c);
}

static void a_side_that_fails_is_left_alone(void **state)
{
    struct contest *c = new_contest(2, 5, METRIC_THROUGHPUT_PER_S);
    struct made m = {.curve = made_flat, .state = 1};
    struct sweep_order o;
    int failed = 0;

    (void)state;
    while (contest_next(c, &o)) {
        struct sweep_outcome out = made_run(&m, 1);

        if (o.point == 1) {
            out.verdict = VERDICT_FAILED;
            snprintf(out.error, sizeof(out.error), "exit status 3");
            failed += o.round >= 0;
        }
        assert_int_equal(contest_take(c, &o, &out), 0);
    }
    assert_int_equal(failed, 2);
    assert_int_equal(c->side[1].verdict, CONTEST_NOTHING);
    assert_non_null(strstr(c->side[1].sentence, "exit status 3"));
    assert_int_equal(c->side[0].y.n, 5);
    contest_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_take_turns),
        cmocka_unit_test(equals_show_no_difference),
        cmocka_unit_test(the_ratio_is_in_the_interval),
        cmocka_unit_test(pairs_do_not_mind_drift),
        cmocka_unit_test(a_round_is_done_again_whole),
        cmocka_unit_test(a_loaded_machine_gives_no_verdict),
        cmocka_unit_test(of_seconds_less_is_faster),
        cmocka_unit_test(a_side_that_fails_is_left_alone),
    };

    return cmocka_run_group_tests_name("contest", tests, NULL, NULL);
}
