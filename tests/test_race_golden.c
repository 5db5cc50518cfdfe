/* "timeslice check" of small concurrent programs: the golden cases come out as
 * they are, each under each memory model; whatever is altered in one is found
 * and named; what may be written in another way, or left out, may. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/large.h"
#include "base/text.h"
#include "check/check.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "lib/scratch.h"

#define GOLDEN "tests/golden/races.json"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;

/* ---- each case as it is -------------------------------------------------- */

/* One result of one case: what is compared at once. */
struct golden_case {
    const char *name; /* "counter_2x1 SC" */
    const json_t *c;
    const char *model; /* NULL: what does not belong to one */
};
#define CASES_MOST 128
static struct golden_case golden[CASES_MOST];
static char golden_names[CASES_MOST][64];
static size_t golden_count;

static void add_golden(const json_t *c, const char *model)
{
    const char *id = json_string_value(json_object_get(c, "id"));

    if (golden_count == CASES_MOST || !id)
        abort();
    snprintf(golden_names[golden_count], sizeof(golden_names[0]), "%s %s", id,
             model ? model : "beside");
    golden[golden_count] =
        (struct golden_case){golden_names[golden_count], c, model};
    golden_count++;
}

static void read_golden(json_t *root)
{
    const json_t *c;
    size_t i;

    json_array_foreach(json_object_get(root, "cases"), i, c)
    {
        const json_t *results = json_object_get(c, "results");

        if (json_object_get(results, "SC"))
            add_golden(c, "SC");
        if (json_object_get(results, "TSO"))
            add_golden(c, "TSO");
        if (json_object_get(c, "published") ||
            json_object_get(c, "interleavings_if_local_add_is_a_step"))
            add_golden(c, NULL);
    }
}

/* A file with nothing but this. */
static json_t *file_of(const struct golden_case *g)
{
    json_t *one = json_deep_copy(g->c), *results = json_object();

    if (g->model) {
        json_object_set(
            results, g->model,
            json_object_get(json_object_get(one, "results"), g->model));
        json_object_del(one, "published");
        json_object_del(one, "interleavings_if_local_add_is_a_step");
    }
    json_object_set_new(one, "results", results);
    return json_pack("{s:s, s:[o]}", "schema", "timeslice-race-golden-1",
                     "cases", one);
}

static void check_root(const json_t *root, struct check_report *r)
{
    *r = (struct check_report){.format = &check_races};
    check_races.recompute(root, r);
    assert_false(r->failed_alloc);
}

static void expect_no_differences(const struct check_report *r)
{
    for (int i = 0; i < r->difference_count; i++)
        print_message("%s: %s: %s, %s\n", r->differences[i].where,
                      r->differences[i].what, r->differences[i].file,
                      r->differences[i].computed);
    assert_int_equal(r->difference_count, 0);
}

static void as_recomputed(void **state)
{
    const struct golden_case *g = *state;
    json_t *root = file_of(g);
    struct check_report r;
    int cases = 0;

    check_root(root, &r);
    expect_no_differences(&r);
    for (int i = 1; i < r.group_count; i++)
        cases += r.groups[i].cases;
    assert_true(cases >= 1);
    check_fini(&r);
    json_decref(root);
}

/* ---- each field altered -------------------------------------------------- */

/* Another value of the same kind. */
static json_t *altered(const json_t *value)
{
    const char *s = json_string_value(value);
    char text[80];

    if (json_is_boolean(value))
        return json_boolean(!json_is_true(value));
    if (json_is_integer(value))
        return json_integer(json_integer_value(value) + 1);
    if (json_is_real(value))
        return json_real(json_real_value(value) + 1e-6);
    if (json_is_null(value))
        return json_integer(7);
    snprintf(text, sizeof(text), "%s%s", s,
             s[0] >= '0' && s[0] <= '9' ? "1" : "x");
    return json_string(text);
}

/* How many values there are in @value. */
static size_t count_leaves(const json_t *value)
{
    size_t count = 0, i;
    const json_t *one;
    const char *name;
    json_t *member;

    if (!json_is_array(value) && !json_is_object(value))
        return 1;
    json_array_foreach(value, i, one) count += count_leaves(one);
    json_object_foreach((json_t *)(uintptr_t)value, name, member) count +=
        count_leaves(member);
    return count;
}

/* Alter the value number *@at of @value; -1 when it was done. */
static json_t *alter(const json_t *value, long *at)
{
    const char *name;
    const json_t *one;
    json_t *copy, *member;
    size_t i;

    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, i, one)
            json_array_append_new(copy, alter(one, at));
        return copy;
    }
    if (json_is_object(value)) {
        copy = json_object();
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
            json_object_set_new(copy, name, alter(member, at));
        return copy;
    }
    if (*at >= 0 && (*at)-- == 0)
        return altered(value);
    return json_deep_copy(value);
}

static bool is_named(const struct check_report *r, const char *field)
{
    for (int i = 0; i < r->difference_count; i++)
        if (strncmp(r->differences[i].what, field, strlen(field)) == 0)
            return true;
    return false;
}

/* One value of each field of the result at once, the @round-th: each field is
 * named. Returns whether there was anything left to alter. */
static bool round_is_found(const struct golden_case *g, size_t round)
{
    json_t *root = file_of(g), *c, *result_of, *altered_one, *value;
    struct check_report r;
    const char *name;
    bool any = false;

    c = json_array_get(json_object_get(root, "cases"), 0);
    result_of = json_object_get(json_object_get(c, "results"), g->model);
    altered_one = json_object();
    json_object_foreach(result_of, name, value)
    {
        long at = (long)round;

        if (strncmp(name, "ref_", 4) == 0 || round >= count_leaves(value))
            continue;
        json_object_set_new(altered_one, name, alter(value, &at));
        any = true;
    }
    json_object_set(json_object_get(c, "results"), g->model, altered_one);
    check_root(root, &r);
    json_object_foreach(altered_one, name, value)
    {
        if (!is_named(&r, name))
            fail_msg("%s: value %zu of %s was altered, and nobody said so",
                     g->name, round, name);
    }
    json_decref(altered_one);
    check_fini(&r);
    json_decref(root);
    return any;
}

static void alterations_are_found(void **state)
{
    const struct golden_case *g = *state;
    size_t round = 0;

    while (round_is_found(g, round))
        round++;
    assert_true(round >= 2);
}

/* ---- alterations of other kinds ------------------------------------------ */

/* In the case @id the member at @member ("results.SC.traces"), replaced by the
 * JSON @value, or removed when that is NULL. @what is then said to differ:
 * NULL for nothing. */
static const struct change_case {
    const char *name, *id, *member, *value, *what, *says;
} changes[] = {
    /* The same, written otherwise. */
    {"a count as a text", "counter_2x1", "results.SC.interleavings", "\"6\"",
     NULL, NULL},
    {"a count with noughts", "counter_2x1", "results.SC.interleavings",
     "\"006\"", NULL, NULL},
    {"a fraction not reduced", "counter_2x1",
     "results.SC.fail_fraction_uniform_interleavings",
     "[\"4/6\", 0.6666666666]", NULL, NULL},
    {"a fraction not known", "counter_2x1",
     "results.SC.fail_probability_random_scheduler", "[null, 0.5]", NULL, NULL},
    {"finals in another order", "counter_2x1", "results.SC.finals",
     "[[2], [1]]", NULL, NULL},
    {"an end twice", "counter_2x1", "results.SC.finals", "[[2], [1], [2]]",
     NULL, NULL},
    {"another witness", "counter_2x1", "results.SC.witness",
     "{\"final\": [\"T1\", \"T0\", \"T0\", \"T1\"]}", NULL, NULL},
    {"no preemptions, said", "counter_faa_2x3", "results.SC.min_preemptions",
     "{}", NULL, NULL},
    {"a note", "counter_2x1", "results.SC.note", "\"look here\"", NULL, NULL},
    {"states are not compared", "counter_2x1", "results.SC.ref_states", "1",
     NULL, NULL},
    {"no traces", "counter_2x1", "results.SC.traces", NULL, NULL, NULL},
    {"no kind that is not reachable", "counter_2x1", "results.SC.reachable",
     "{\"final\": true}", NULL, NULL},
    {"no published verdict", "litmus_SB", "published", NULL, NULL, NULL},
    /* Not the same. */
    {"an end too many", "counter_2x1", "results.SC.finals", "[[1], [2], [3]]",
     "finals", "no such end"},
    {"an end missing", "counter_2x1", "results.SC.finals", "[[1]]", "finals",
     "[2]"},
    {"finals that are no list", "counter_2x1", "results.SC.finals", "3",
     "finals", "[[1],[2]]"},
    {"a kind not said", "counter_2x1", "results.SC.reachable",
     "{\"assert\": false}", "reachable.final", "true"},
    {"a kind unknown", "counter_2x1", "results.SC.reachable",
     "{\"final\": true, \"livelock\": true}", "livelock",
     "\"livelock\" is nothing that can be recomputed"},
    {"a kind misspelt", "counter_2x1", "results.SC.shortest",
     "{\"finl\": 4, \"final\": 4}", "finl",
     "\"finl\" is nothing that can be recomputed; did you mean \"final\"?"},
    {"a field misspelt", "counter_2x1", "results.SC.shortes", "{}", "shortes",
     "\"shortes\" is nothing that can be recomputed; did you mean "
     "\"shortest\"?"},
    {"a memory model unknown", "counter_2x1", "results.PSO", "{}", "PSO",
     "\"PSO\" is nothing that can be recomputed; did you mean \"TSO\"?"},
    {"a member of the case misspelt", "counter_2x1", "publishd", "{}",
     "publishd",
     "\"publishd\" is nothing that can be recomputed; did you mean "
     "\"published\"?"},
    {"no results", "counter_2x1", "results", NULL, "results",
     "there should be \"results\", an object by memory model"},
    {"a result that is no object", "counter_2x1", "results.SC", "6", "SC",
     "a result should be an object"},
    {"an endless count", "counter_2x1", "results.SC.interleavings", "null",
     "interleavings", "6"},
    {"a finite count", "lock_peterson", "results.SC.interleavings", "12",
     "interleavings", "null"},
    {"a count that is a word", "counter_2x1", "results.SC.interleavings",
     "\"six\"", "interleavings", "6"},
    {"a count of 40 digits", "counter_2x1", "results.SC.interleavings",
     "\"6000000000000000000000000000000000000006\"", "interleavings", "6"},
    {"a fraction divided by nought", "counter_2x1",
     "results.SC.fail_probability_random_scheduler", "[\"1/0\", 0.5]",
     "fail_probability_random_scheduler", "[\"1/2\",0.5]"},
    {"a share that is a number", "counter_2x1",
     "results.SC.fail_probability_random_scheduler", "0.5",
     "fail_probability_random_scheduler", "[\"1/2\",0.5]"},
    {"a witness that is not the shortest", "deadlock_ab_ba",
     "results.SC.witness", "{\"deadlock\": [\"T0\", \"T0\", \"T1\"]}",
     "witness.deadlock",
     "witness.deadlock: action 3, T1, cannot be done there"},
    {"a witness that does not fail", "counter_2x1", "results.SC.witness",
     "{\"final\": [\"T0\", \"T0\", \"T1\", \"T1\"]}", "witness.final",
     "witness.final: these 4 actions can be done, but there is no final "
     "failure"},
    {"a witness too long", "counter_2x2", "results.SC.shortest.final", "9",
     "shortest.final", "8"},
    {"a witness of nobody", "counter_2x1", "results.SC.witness",
     "{\"final\": [\"T0\", \"T2\"]}", "witness.final",
     "witness.final: action 2, T2 is none: they are called \"T0\" or "
     "\"flush:T0\""},
    {"a flush without buffers", "counter_2x1", "results.SC.witness",
     "{\"final\": [\"T0\", \"T1\", \"T0\", \"flush:T0\"]}", "witness.final",
     "witness.final: action 4, flush:T0, cannot be done there"},
    {"a witness that is no list", "counter_2x1", "results.SC.witness",
     "{\"final\": \"T0 T1\"}", "witness.final",
     "witness.final: should be a list of actions"},
    {"a verdict of the books", "litmus_SB", "published.x86-TSO",
     "\"forbidden\"", "x86-TSO", "allowed"},
    {"another of them", "litmus_SB", "published.SC", "\"allowed\"", "SC",
     "forbidden"},
    {"a count of instructions", "counter_2x10",
     "interleavings_if_local_add_is_a_step", "118264581564861425",
     "interleavings_if_local_add_is_a_step", "118264581564861424"},
    {"the program", "counter_2x1", "program.final", "[\"==\", \"x\", 1]",
     "witness.final",
     "witness.final: these 4 actions can be done, but there is no final "
     "failure"},
    {"no program", "counter_2x1", "program", NULL, "program",
     "the case has no \"program\""},
    {"a program that is none", "counter_2x1", "program.threads", "[]",
     "program", "the program: needs \"threads\", a list of at least one"},
};

static json_t *cases_root;

static json_t *copy_of(const char *id)
{
    const json_t *c;
    size_t i;

    json_array_foreach(json_object_get(cases_root, "cases"), i, c)
    {
        if (strcmp(json_string_value(json_object_get(c, "id")), id) == 0)
            return json_deep_copy(c);
    }
    fail_msg("there is no case %s", id);
    return NULL;
}

/* Set the member of @from at @member ("a.b.c"), or remove it. */
static void change(json_t *from, const char *member, const char *value)
{
    json_t *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    const char *dot;
    char name[64];

    while ((dot = strchr(member, '.'))) {
        snprintf(name, sizeof(name), "%.*s", (int)(dot - member), member);
        from = json_object_get(from, name);
        assert_non_null(from);
        member = dot + 1;
    }
    assert_true(new || !value);
    if (new)
        json_object_set_new(from, member, new);
    else
        json_object_del(from, member);
}

static void change_is_judged(void **state)
{
    const struct change_case *row = *state;
    json_t *c = copy_of(row->id), *root;
    struct check_report r;
    bool named = false;

    change(c, row->member, row->value);
    root = json_pack("{s:s, s:[o]}", "schema", "timeslice-race-golden-1",
                     "cases", c);
    check_root(root, &r);
    json_decref(root);
    if (!row->what)
        expect_no_differences(&r);
    for (int i = 0; row->what && i < r.difference_count; i++)
        named |= strcmp(r.differences[i].what, row->what) == 0 &&
                 strcmp(r.differences[i].computed, row->says) == 0;
    if (row->what && !named)
        fail_msg("%s is not named; the first of %d is %s: %s", row->what,
                 r.difference_count,
                 r.difference_count ? r.differences[0].what : "none",
                 r.difference_count ? r.differences[0].computed : "");
    check_fini(&r);
}

/* ---- counts beyond 63 bits ----------------------------------------------- */

/* Two threads of 40 steps have C(80, 40) schedules. */
#define SCHEDULES "107507208733336176461620"

static void large_file(char *text, size_t size, const char *count)
{
    struct text ops = {0};

    for (int i = 0; i < 40; i++)
        text_addf(&ops, "%s{\"op\":\"work\"}", i > 0 ? "," : "");
    snprintf(text, size,
             "{\"schema\":\"timeslice-race-golden-1\",\"cases\":[{\"id\":\"a\","
             "\"program\":{\"threads\":[{\"name\":\"A\",\"code\":[%s]},"
             "{\"name\":\"B\",\"code\":[%s]}]},\"results\":{\"SC\":{"
             "\"interleavings\":%s,\"failing_interleavings\":0}}}]}",
             text_str(&ops), text_str(&ops), count);
    text_fini(&ops);
}

static void large_counts(void **state)
{
    static const struct {
        const char *count;
        int differences;
    } rows[] = {
        {SCHEDULES, 0},
        {"\"" SCHEDULES "\"", 0},
        {"107507208733336176461621", 1},
        {"-" SCHEDULES, 1},
        {"1.0750720873333617e23", 1},
    };
    static char text[8192];
    struct check_report r;
    struct err err = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        large_file(text, sizeof(text), rows[i].count);
        scratch_write(text);
        assert_int_equal(check_file(scratch, &r, &err), 0);
        assert_int_equal(r.difference_count, rows[i].differences);
        if (rows[i].differences)
            assert_string_equal(r.differences[0].computed, "\"" SCHEDULES "\"");
        check_fini(&r);
    }
}

static void large_numbers(void **state)
{
    static const struct {
        const char *text, *read; /* NULL: refused */
    } rows[] = {
        {"[99999999999999999999]", "[\"99999999999999999999\"]"},
        {"[-99999999999999999999]", "[\"-99999999999999999999\"]"},
        {"[1, 99999999999999999999, \"99999999999999999999\"]",
         "[1,\"99999999999999999999\",\"99999999999999999999\"]"},
        {"{\"a\\\"9\": 99999999999999999999}",
         "{\"a\\\"9\":\"99999999999999999999\"}"},
        {"[999999999999999999, 9999999999999999999]",
         "[999999999999999999,\"9999999999999999999\"]"},
        {"[99999999999999999999, 1e999]", NULL},
        {"[99999999999999999999", NULL},
        {"[99999999999999999999\"", NULL},
        {"{\"a\": 99999999999999999999, \"a\": 1}", NULL},
        {"[0.25]", "[0.25]"},
    };
    json_error_t wrong;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *root = large_loadb(rows[i].text, strlen(rows[i].text), &wrong);
        char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;

        if (!rows[i].read)
            assert_null(root);
        else if (!text || strcmp(text, rows[i].read) != 0)
            fail_msg("%s is read as %s", rows[i].text, text ? text : "nothing");
        free(text);
        json_decref(root);
    }
}

/* ---- the command --------------------------------------------------------- */

static void command_tells(void **state)
{
    char line[128];
    json_t *root;

    (void)state;
    program_run(&result, "check " GOLDEN);
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(
        result.out,
        GOLDEN ": timeslice-race-golden-1, small concurrent programs and all "
               "their schedules\n"
               "43 programs, all as recomputed\n"
               "43 SC results, all as recomputed\n"
               "8 TSO results, all as recomputed\n"
               "5 instruction counts, all as recomputed\n"
               "6 published verdicts, all as recomputed\n");

    root = json_pack("{s:s, s:[o], s:i}", "schema", "timeslice-race-golden-1",
                     "cases", copy_of("aba_stack"), "caes", 1);
    change(json_array_get(json_object_get(root, "cases"), 0),
           "results.SC.failing_traces", "2");
    assert_int_equal(json_dump_file(root, scratch, 0), 0);
    json_decref(root);
    snprintf(line, sizeof(line), "check %s", scratch);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.out,
                           "the file: \"caes\" is nothing that can be "
                           "recomputed; did you mean \"cases\"?\n"));
    assert_non_null(strstr(result.out, "SC aba_stack: failing_traces is 2 in "
                                       "the file, 1 recomputed\n"));
    assert_non_null(
        strstr(result.out, "1 SC result, 1 of them not as recomputed\n"));
}

/* Whatever stands in it: no crash, and it does not pass. */
static void odd_files_do_not_pass(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"cases\": 7}",
        "{\"cases\": []}",
        "{\"cases\": [7]}",
        "{\"cases\": [null, [], {}]}",
        "{\"cases\": [{\"id\": 7, \"program\": 7, \"results\": 7}]}",
        "{\"cases\": [{\"program\": {}, \"results\": {\"SC\": {}}}]}",
        "{\"cases\": [{\"published\": 3, \"results\": {}}]}",
        "{\"cases\": [{\"published\": {\"SC\": 3}, \"results\": {}}]}",
    };
    struct check_report r;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        json_t *root = json_loads(texts[i], 0, NULL);

        assert_non_null(root);
        check_root(root, &r);
        if (!check_failed(&r))
            fail_msg("%s passes", texts[i]);
        check_fini(&r);
        json_decref(root);
    }
}

int main(void)
{
    static struct CMUnitTest tests[2 * CASES_MOST + COUNT(changes) + 8];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(large_counts),
        cmocka_unit_test(large_numbers),
        cmocka_unit_test(command_tells),
        cmocka_unit_test(odd_files_do_not_pass),
    };
    size_t n = 0;
    int rc;

    cases_root = json_load_file(GOLDEN, 0, NULL);
    if (!cases_root)
        return 1;
    read_golden(cases_root);
    n = add_rows(tests, n, golden, golden_count, sizeof(golden[0]),
                 as_recomputed);
    for (size_t i = 0; i < golden_count; i++)
        if (golden[i].model)
            n = add_rows(tests, n, &golden[i], 1, sizeof(golden[0]),
                         alterations_are_found);
    n = add_rows(tests, n, changes, COUNT(changes), sizeof(changes[0]),
                 change_is_judged);
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    rc = _cmocka_run_group_tests("race answers", tests, n, scratch_make,
                                 scratch_remove);
    json_decref(cases_root);
    return rc;
}
