/* Checks and predictions: what is a pass, a fail, inconclusive or skipped, and
 * which answer is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/judge.h"
#include "lib/rows.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

/* Two runs of five repeats: "fast" takes 1 s, "slow" 2 s; @noise in each. */
static struct facts *two_runs(double noise)
{
    struct facts *f = facts_new();

    for (int i = 0; i < 5; i++) {
        facts_set(f, "fast", i, "wall_s", 1 + 0.01 * i);
        facts_set(f, "slow", i, "wall_s", 2 + 0.01 * i);
        facts_set(f, "wild", i, "wall_s", 1 + i);
        facts_set(f, "fast", i, "noise", noise);
        facts_set(f, "slow", i, "noise", noise);
        facts_set(f, "wild", i, "noise", noise);
    }
    facts_set(f, "hung", 0, "timeout", 1);
    facts_set(f, "hung", 0, "wall_s", 9);
    facts_set(f, "machine", 0, "cpus", 2);
    return f;
}

/* ---- checks --------------------------------------------------------------
 */

static const struct check_case {
    const char *name;
    enum lesson_class class;
    const char *when, *holds, *needs;
    double noise;
    int cpus;
    enum lesson_verdict want;
    const char *reason; /* part of it */
} checks[] = {
    {"exact holds", CLASS_EXACT, NULL, "fast.wall_s < 2", NULL, 0, 2,
     LESSON_PASS, ""},
    {"exact holds however busy", CLASS_EXACT, NULL, "fast.wall_s < 2", NULL, 9,
     2, LESSON_PASS, ""},
    {"exact fails however busy", CLASS_EXACT, NULL, "fast.wall_s > 2", NULL, 9,
     2, LESSON_FAIL, "does not hold"},
    {"model holds", CLASS_MODEL, NULL, "fast.wall_s ~= 1 within 5%", NULL, 0, 2,
     LESSON_PASS, ""},
    {"model holds though busy", CLASS_MODEL, NULL, "fast.wall_s ~= 1 within 5%",
     NULL, 1, 2, LESSON_PASS, ""},
    {"model fails", CLASS_MODEL, NULL, "fast.wall_s ~= 2 within 5%", NULL, 0, 2,
     LESSON_FAIL, "does not hold"},
    {"model fails beside others", CLASS_MODEL, NULL,
     "fast.wall_s ~= 2 within 5%", NULL, 1.5, 2, LESSON_INCONCLUSIVE,
     "others used 1.5 cores"},
    {"model fails, repeats differ", CLASS_MODEL, NULL, "wild.wall_s < 1", NULL,
     0, 2, LESSON_INCONCLUSIVE, "repeats differ by"},
    {"model fails, it never ended", CLASS_MODEL, NULL, "hung.wall_s < 1", NULL,
     0, 2, LESSON_INCONCLUSIVE, "did not end well"},
    {"never ended, and that is asked", CLASS_MODEL, NULL,
     "hung.timeout == 0 and hung.wall_s < 1", NULL, 0, 2, LESSON_FAIL,
     "does not hold"},
    {"ratio holds", CLASS_RATIO, NULL, "ratio(slow.wall_s, fast.wall_s) > 1.5",
     "cores>=2 quiet", 0, 2, LESSON_PASS, ""},
    {"ratio beside others", CLASS_RATIO, NULL,
     "ratio(slow.wall_s, fast.wall_s) > 1.5", "cores>=2 quiet", 1, 2,
     LESSON_INCONCLUSIVE, "others used"},
    {"ratio without the cores", CLASS_RATIO, NULL,
     "ratio(slow.wall_s, fast.wall_s) > 1.5", "cores>=2 quiet", 0, 1,
     LESSON_SKIPPED, "it needs cores>=2, and here is one core"},
    {"ratio fails", CLASS_RATIO, NULL, "ratio(slow.wall_s, fast.wall_s) > 3",
     "cores>=2 quiet", 0, 2, LESSON_FAIL, "does not hold"},
    {"direction holds", CLASS_DIRECTION, NULL,
     "most(slow.wall_s > fast.wall_s)", NULL, 0, 2, LESSON_PASS, ""},
    {"direction fails", CLASS_DIRECTION, NULL,
     "most(slow.wall_s < fast.wall_s)", NULL, 0, 2, LESSON_FAIL, "not hold"},
    {"direction fails beside others", CLASS_DIRECTION, NULL,
     "most(slow.wall_s < fast.wall_s)", NULL, 0.2, 2, LESSON_INCONCLUSIVE,
     "others used 0.2 cores"},
    {"not for this machine", CLASS_EXACT, "machine.cpus > 2", "1 > 2", NULL, 0,
     2, LESSON_SKIPPED, "for machines where machine.cpus > 2"},
    {"for this machine", CLASS_EXACT, "machine.cpus == 2", "1 < 2", NULL, 0, 2,
     LESSON_PASS, ""},
    {"not measured", CLASS_EXACT, NULL, "fast.max_running == 1", NULL, 0, 2,
     LESSON_SKIPPED, "fast.max_running was not measured on this machine"},
    {"not run", CLASS_EXACT, NULL, "other.wall_s == 1", NULL, 0, 2,
     LESSON_SKIPPED, "its run was not made"},
    {"missing, as it never ended", CLASS_EXACT, NULL, "hung.lost == 0", NULL, 0,
     2, LESSON_INCONCLUSIVE, "did not end well"},
};

static char *copy(const char *s)
{
    return s ? strdup(s) : NULL;
}

static void check(void **state)
{
    const struct check_case *c = *state;
    struct lesson_check check = {.class = c->class, .label = "it"};
    struct machine m = {.cpus_allowed = c->cpus};
    struct lesson l = {.needs = copy(c->needs)};
    struct facts *facts = two_runs(c->noise);
    struct lesson_finding found;

    check.holds = formula_parse(c->holds, NULL);
    check.when = c->when ? formula_parse(c->when, NULL) : NULL;
    assert_non_null(check.holds);
    judge_check(&l, &check, facts, &m, &found);
    assert_string_equal(lesson_verdict_words[found.verdict],
                        lesson_verdict_words[c->want]);
    if (!strstr(found.reason, c->reason))
        fail_msg("%s", found.reason);
    lesson_finding_fini(&found);
    formula_free(check.holds);
    formula_free(check.when);
    facts_free(facts);
    free(l.needs);
}

static void worst(void **state)
{
    const enum lesson_verdict v[] = {LESSON_PASS, LESSON_SKIPPED,
                                     LESSON_INCONCLUSIVE, LESSON_FAIL};

    (void)state;
    assert_int_equal(judge_worst(v, 0), LESSON_PASS);
    assert_int_equal(judge_worst(v, 2), LESSON_PASS);
    assert_int_equal(judge_worst(v, 3), LESSON_INCONCLUSIVE);
    assert_int_equal(judge_worst(v, 4), LESSON_FAIL);
    assert_int_equal(judge_worst(v + 1, 1), LESSON_SKIPPED);
}

static void origins(void **state)
{
    struct lesson_check c[] = {{.holds = formula_parse("a.x > b.x", NULL)}};
    struct lesson_block b = {.checks = c, .check_count = 1};
    struct facts *facts = facts_new();

    (void)state;
    assert_int_equal(judge_origin(&b, facts), ORIGIN_MEASURED);
    facts_set(facts, "a", 0, "x", 1);
    facts_set(facts, "b", 0, "x", 1);
    assert_int_equal(judge_origin(&b, facts), ORIGIN_MEASURED);
    facts_set(facts, "a", 0, "model", 1);
    assert_int_equal(judge_origin(&b, facts), ORIGIN_BOTH);
    facts_set(facts, "b", 0, "model", 1);
    assert_int_equal(judge_origin(&b, facts), ORIGIN_MODEL);
    facts_free(facts);
    formula_free(c[0].holds);
}

/* ---- predictions ---------------------------------------------------------
 */

static char text_one[] = "one", text_two[] = "two", text_three[] = "three";

static void choices_fini(struct lesson_block *q)
{
    for (int i = 0; i < q->choice_count; i++)
        formula_free(q->choices[i].when);
    formula_free(q->answer);
}

static void key_of_a_choice(void **state)
{
    struct lesson_choice c[] = {
        {.text = text_one, .when = formula_parse("x.y < 1", NULL)},
        {.text = text_two, .when = formula_parse("x.y in 1..2", NULL)},
        {.text = text_three, .otherwise = true},
    };
    struct lesson_block q = {.choices = c, .choice_count = 3};
    struct lesson_answer a = {.given = true, .choice = 1};
    struct facts *facts = facts_new();
    struct lesson_key key;

    (void)state;
    judge_key(NULL, &q, facts, &key);
    assert_false(key.known);
    assert_non_null(strstr(key.why, "x.y was not measured"));
    assert_false(judge_answer(&q, &key, &a));

    facts_set(facts, "x", 0, "y", 0.5);
    judge_key(NULL, &q, facts, &key);
    assert_true(key.known);
    assert_int_equal(key.choice, 0);
    facts_set(facts, "x", 0, "y", 1.5);
    facts_set(facts, "x", 0, "noise", 0.1);
    judge_key(NULL, &q, facts, &key);
    assert_int_equal(key.choice, 1);
    assert_true(judge_answer(&q, &key, &a));
    assert_false(key.disturbed);
    facts_set(facts, "x", 0, "y", 7);
    facts_set(facts, "x", 0, "noise", 1);
    judge_key(NULL, &q, facts, &key);
    assert_int_equal(key.choice, 2);
    assert_false(judge_answer(&q, &key, &a));
    assert_true(key.disturbed);
    facts_free(facts);
    choices_fini(&q);
}

static void key_of_a_number(void **state)
{
    struct lesson_block q = {.asks = ASKS_NUMBER,
                             .near = 0.1,
                             .answer = formula_parse("2 * x.y", NULL)};
    struct lesson_answer a = {.given = true, .number = 21};
    struct facts *facts = facts_new();
    struct lesson_key key;

    (void)state;
    facts_set(facts, "x", 0, "y", 10);
    judge_key(NULL, &q, facts, &key);
    assert_true(key.known && key.number == 20);
    assert_true(judge_answer(&q, &key, &a));
    a.number = 23;
    assert_false(judge_answer(&q, &key, &a));
    a.given = false;
    a.number = 20;
    assert_false(judge_answer(&q, &key, &a));
    facts_free(facts);
    choices_fini(&q);
}

static void key_of_an_order(void **state)
{
    struct lesson_choice c[] = {
        {.text = text_one, .when = formula_parse("x.a", NULL)},
        {.text = text_two, .when = formula_parse("x.b", NULL)},
        {.text = text_three, .when = formula_parse("x.c", NULL)},
    };
    struct lesson_block q = {
        .asks = ASKS_ORDER, .choices = c, .choice_count = 3};
    struct lesson_answer a = {.given = true, .order = {2, 0, 1}};
    struct facts *facts = facts_new();
    struct lesson_key key;

    (void)state;
    facts_set(facts, "x", 0, "a", 2);
    facts_set(facts, "x", 0, "b", 3);
    judge_key(NULL, &q, facts, &key);
    assert_false(key.known);
    facts_set(facts, "x", 0, "c", 1);
    judge_key(NULL, &q, facts, &key);
    assert_true(key.known);
    assert_true(judge_answer(&q, &key, &a));
    facts_set(facts, "x", 0, "c", 9);
    judge_key(NULL, &q, facts, &key);
    assert_false(judge_answer(&q, &key, &a));
    facts_free(facts);
    choices_fini(&q);
}

/* ---- where keys change --------------------------------------------------- */

struct seen {
    const struct lesson_block *question;
    int holds[LESSON_CHOICES], none, several;
};

static bool look(const struct facts *facts, void *arg)
{
    struct seen *s = arg;
    int first, n = judge_holding(s->question, facts, &first);

    if (n == 0)
        s->none++;
    else if (n > 1)
        s->several++;
    else
        s->holds[first]++;
    return true;
}

static const struct probe_case {
    const char *name, *first, *second;
    bool gap, overlap;
} probes[] = {
    {"no gap, no overlap", "x.y < 2", "x.y >= 2", false, false},
    {"a gap between", "x.y < 2", "x.y > 2", true, false},
    {"an overlap of one point", "x.y in 0..2", "x.y in 2..4", true, true},
    {"close, but apart", "x.y in 0..1.9", "x.y in 2..4", true, false},
    {"ratios", "x.y / x.z < 1.5", "x.y / x.z >= 1.5", false, false},
    {"ratios that overlap", "ratio(x.y, x.z) < 1.5", "ratio(x.y, x.z) > 1.2",
     false, true},
    {"two figures", "x.y > x.z", "x.y <= x.z", false, false},
};

static void probe(void **state)
{
    const struct probe_case *c = *state;
    struct lesson_choice choice[] = {
        {.text = text_one, .when = formula_parse(c->first, NULL)},
        {.text = text_two, .when = formula_parse(c->second, NULL)},
    };
    struct lesson_block q = {.choices = choice, .choice_count = 2};
    struct seen seen = {.question = &q};

    assert_true(judge_probe(NULL, &q, 4000, look, &seen));
    assert_true(seen.holds[0] > 0);
    assert_true(seen.holds[1] > 0);
    assert_int_equal(seen.several > 0, c->overlap);
    /* With a ratio 0 / 0 is neither. */
    if (!strchr(c->first, '/') && !strstr(c->first, "ratio"))
        assert_int_equal(seen.none > 0, c->gap);
    choices_fini(&q);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(checks) + COUNT(probes) + 8];
    size_t n = 0;

    n = add_rows(tests, n, checks, COUNT(checks), sizeof(checks[0]), check);
    n = add_rows(tests, n, probes, COUNT(probes), sizeof(probes[0]), probe);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(worst);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(origins);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(key_of_a_choice);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(key_of_a_number);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(key_of_an_order);
    return _cmocka_run_group_tests("judge", tests, n, NULL, NULL);
}
