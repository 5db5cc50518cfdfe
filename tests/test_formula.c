/* Formulas: what they are worth, what is wrong with broken ones, how they are
 * shown. */
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
#include "lesson/formula.h"
#include "lib/rows.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

/* What was measured: "a" three times, "b" three times, "one" once. */
static struct facts *measured(void)
{
    static const double a[] = {1, 2, 6}, b[] = {4, 1, 3};
    struct facts *f = facts_new();

    for (int i = 0; i < 3; i++) {
        facts_set(f, "a", i, "wall_s", a[i]);
        facts_set(f, "b", i, "wall_s", b[i]);
        facts_set(f, "b", i, "part0.kept", 0.25);
    }
    facts_set(f, "one", 0, "chunk", 4);
    facts_set(f, "one", 0, "set.task-ms", 20);
    facts_set(f, "one", 0, "zero", 0);
    facts_set(f, "sweep", 0, "@8.wall_s", 2.5);
    facts_set(f, "sweep", 0, "@gil/0.5.wall_s", 7);
    facts_set(f, "inc", 0, "ends.x.2", 702);
    facts_set(f, "machine", 0, "cpus", 2);
    return f;
}

/* ---- values --------------------------------------------------------------
 */

static const struct value_case {
    const char *text;
    double want; /* NAN: missing */
} values[] = {
    {"4", 4},
    {"1.5e3", 1500},
    {"2 + 3 * 4", 14},
    {"(2 + 3) * 4", 20},
    {"10 - 2 - 3", 5},
    {"-2 * 3", -6},
    {"12 / 4 / 3", 1},
    {"one.chunk", 4},
    {"one.set.task-ms", 20},
    {"one.set.task-ms - 1", 19},
    {"b.part0.kept", 0.25},
    {"sweep@8.wall_s", 2.5},
    {"sweep@gil/0.5.wall_s", 7},
    {"inc.ends.x.2 == 702", 1},
    {"a.wall_s", 2},
    {"median(a.wall_s)", 2},
    {"min(a.wall_s)", 1},
    {"max(a.wall_s)", 6},
    {"max(1, 9, 4)", 9},
    {"min(a.wall_s, b.wall_s)", 2},
    {"spread(a.wall_s)", 2.5},
    {"ratio(a.wall_s, b.wall_s)", 2},
    {"ratio(a.wall_s, one.chunk)", 0.5},
    {"any(a.wall_s > b.wall_s)", 1},
    {"all(a.wall_s > b.wall_s)", 0},
    {"most(a.wall_s > b.wall_s)", 1},
    {"most(a.wall_s < b.wall_s)", 0},
    {"share(a.wall_s > 1)", 2 / 3.0},
    {"all(a.wall_s < one.chunk * 2)", 1},
    {"ceil(100 / 32)", 4},
    {"floor(3.9)", 3},
    {"round(2.5)", 3},
    {"abs(3 - 5)", 2},
    {"1 == 1 and 2 != 3", 1},
    {"1 > 2 or 3 <= 3", 1},
    {"not 1 > 2", 1},
    {"not (1 < 2 and 2 < 3)", 0},
    {"32.7 ~= 32 within 10%", 1},
    {"36 ~= 32 within 10%", 0},
    {"one.chunk in 3..5", 1},
    {"one.chunk in 4..4", 1},
    {"one.chunk in 1..machine.cpus", 0},
    {"2 * 3 in 5..7", 1},
    /* The second is not looked at. */
    {"1 > 2 and nobody.x > 1", 0},
    {"1 < 2 or nobody.x > 1", 1},
    {"nobody.x", NAN},
    {"one.wall_s", NAN},
    {"1 / one.zero", NAN},
    {"spread(one.zero)", NAN},
    {"ratio(one.chunk, one.zero)", NAN},
    {"any(nobody.x > 1)", NAN},
};

static void value(void **state)
{
    const struct value_case *c = *state;
    struct facts *facts = measured();
    struct err err = {0};
    struct formula *f = formula_parse(c->text, &err);
    double got = 0;
    bool known;

    if (!f)
        fail_msg("%s", err.text);
    known = formula_value(f, facts, &got, NULL);
    if (isnan(c->want))
        assert_false(known);
    else if (!known || fabs(got - c->want) > 1e-12)
        fail_msg("%d %.12g, not %.12g", known, got, c->want);
    formula_free(f);
    facts_free(facts);
}

/* ---- what is wrong -------------------------------------------------------
 */

static const struct wrong_case {
    const char *text, *want;
} wrong[] = {
    {"", "column 1: something is missing at the end"},
    {"1 +", "column 4: something is missing at the end"},
    {"(1 + 2", "column 7: a \")\" is missing"},
    {"1 2", "column 3: the formula should end here"},
    {"auto", "column 1: a figure is written RUN.METRIC"},
    {"sweep@8", "column 1: a metric is missing: RUN@VALUE.METRIC"},
    {"a.x ~= 3", "column 9: \"within 10%\" is missing after \"~=\""},
    {"a.x ~= 3 within 10", "column 19: a \"%\" is missing after the number"},
    {"a.x ~= 3 within b.y", "column 17: a number belongs after \"within\""},
    {"a.x in 3", "column 9: \"..\" is missing: x in 1..5"},
    {"max(1, 2, 3, 4, 5)", "column 16: too many values in these brackets"},
    {"ratio(a.x)", "column 11: two values are needed, with a comma between"},
    {"ratio(1, 2)", "column 8: here only RUN.METRIC may stand"},
    {"spread(2 * a.x)", "column 15: here only RUN.METRIC may stand"},
    {"a.x = 4", "column 5: the formula should end here"},
    {"$", "column 1: a number or RUN.METRIC belongs here"},
};

static void complaint(void **state)
{
    const struct wrong_case *c = *state;
    struct err err = {0};

    assert_null(formula_parse(c->text, &err));
    assert_string_equal(err.text, c->want);
}

static void depth_is_bounded(void **state)
{
    struct err err = {0};
    char text[4096];

    (void)state;
    memset(text, '(', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_null(formula_parse(text, &err));
    memset(text, '-', sizeof(text) - 1);
    assert_null(formula_parse(text, &err));
    for (size_t i = 0; i + 1 < sizeof(text); i++)
        text[i] = i % 2 ? '+' : '1';
    assert_null(formula_parse(text, &err));
    assert_non_null(strstr(err.text, "too long"));
}

/* Any text at all is either refused with a sentence or a formula that reads
 * back from its own text. */
static void random_text(void **state)
{
    static const char *const words[] = {
        "a.x", "sweep@8.y", "1",  "2.5", "+",      "-",   "*",    "/",
        "(",   ")",         "in", "..",  "within", "10%", "any(", "~=",
        "<",   "==",        " ",  ",",   "not",    "and", "or",   "@"};
    struct facts *facts = measured();
    uint64_t seed = 7;
    int understood = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[200] = "";
        struct err err = {0};
        struct formula *f;
        double x;

        for (int n = (int)(random_next(&seed) % 9); n >= 0; n--)
            strcat(text, words[random_next(&seed) % COUNT(words)]);
        f = formula_parse(text, &err);
        if (f) {
            understood++;
            formula_value(f, facts, &x, NULL);
            assert_string_equal(formula_text(f), text);
        } else {
            assert_non_null(strstr(err.text, "column "));
        }
        formula_free(f);
    }
    assert_in_range(understood, 100, 20000);
    facts_free(facts);
}

/* ---- for people ----------------------------------------------------------
 */

static const struct say_case {
    const char *text, *want;
} said[] = {
    {"It took {a.wall_s}.", "It took 2 s."},
    {"{a.wall_s / 3}", "0.667"},
    {"{a.wall_s / 300 | s}", "6.67 ms"},
    {"{100 * 0.483 | %}", "48.3 %"},
    {"{3.7168 | x}", "3.72x"},
    {"{1234567.2 | n}", "1,234,567"},
    {"{2139000000 | /s}", "2.14 G/s"},
    {"{65536 | B}", "64 KiB"},
    {"{171200000 | B/s}", "171 MB/s"},
    {"{b.part0.kept}", "25.0 %"},
    {"{inc.ends.x.2}", "702"},
    {"{one.chunk} of {{these}", "4 of {these}"},
    {"{nobody.x} and {", "- and {"},
    {"a { b", "a { b"},
    {"12345.678 is {12345.678}", "12345.678 is 12,346"},
    {"{0.00123}", "0.0012"},
};

static void saying(void **state)
{
    const struct say_case *c = *state;
    struct facts *facts = measured();
    struct text out = {0};

    formula_fill(c->text, facts, NULL, &out);
    assert_string_equal(text_str(&out), c->want);
    text_fini(&out);
    facts_free(facts);
}

static void shown_with_values(void **state)
{
    struct facts *facts = measured();
    struct formula *f =
        formula_parse("one.chunk == 4 and a.wall_s > nobody.x", NULL);
    struct text out = {0};

    (void)state;
    formula_show(f, facts, &out);
    assert_string_equal(text_str(&out),
                        "one.chunk (4) == 4 and a.wall_s (2 s) > nobody.x (-)");
    text_fini(&out);
    formula_free(f);
    facts_free(facts);
}

static void missing_is_named(void **state)
{
    struct facts *facts = measured();
    struct formula *f = formula_parse("one.chunk + one.rounds", NULL);
    char missing[64];
    double x;

    (void)state;
    assert_false(formula_value(f, facts, &x, missing));
    assert_string_equal(missing, "one.rounds");
    formula_free(f);
    facts_free(facts);
}

/* ---- facts ---------------------------------------------------------------
 */

static void facts_of_many(void **state)
{
    struct facts *f = facts_new(), *copy;
    char name[20];
    double x;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "m%d", i % 50);
        facts_set(f, i % 2 ? "odd" : "even", i / 100, name, i);
    }
    assert_int_equal(facts_repeats(f, "odd"), 50);
    assert_true(facts_get(f, "even", 3, "m0", &x));
    assert_true(x == 350); /* the later of two */
    copy = facts_copy(f);
    facts_swap(copy, "odd", "even");
    assert_true(facts_get(copy, "odd", 3, "m0", &x));
    facts_drop(copy, "odd");
    assert_false(facts_get(copy, "odd", 3, "m0", &x));
    assert_int_equal(facts_repeats(copy, "odd"), 0);
    assert_true(facts_get(copy, "even", 49, "m1", &x));
    assert_true(facts_get(f, "even", 3, "m0", &x)); /* untouched */
    facts_free(copy);
    facts_free(f);
}

static void no_facts(void **state)
{
    struct facts *f = facts_new(), *copy = facts_copy(f);
    double x;

    (void)state;
    assert_false(facts_get(f, "a", 0, "b", &x));
    facts_drop(f, "a");
    facts_swap(f, "a", "b");
    assert_int_equal(facts_repeats(copy, "a"), 0);
    facts_free(f);
    facts_free(copy);
    facts_free(NULL);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(values) + COUNT(wrong) + COUNT(said) + 8];
    size_t n = 0;

    n = add_rows(tests, n, values, COUNT(values), sizeof(values[0]), value);
    n = add_rows(tests, n, wrong, COUNT(wrong), sizeof(wrong[0]), complaint);
    n = add_rows(tests, n, said, COUNT(said), sizeof(said[0]), saying);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(depth_is_bounded);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(random_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(shown_with_values);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(missing_is_named);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(facts_of_many);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_facts);
    return _cmocka_run_group_tests("formula", tests, n, NULL, NULL);
}
