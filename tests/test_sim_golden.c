/* "timeslice check" of simulators: every golden case comes out as it is, under
 * the rules it needs and, unless it needs the book's, under ours; any single
 * value altered in what is expected is found and named; a homework may state
 * only some of it; what is wrong with a file is said in a sentence. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "check/check.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "sim/rules.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;

static const struct check_format *const formats[] = {
    &check_scheduler,   &check_lottery, &check_mlfq,       &check_multi,
    &check_process_run, &check_disk,    &check_interleave,
};
static json_t *files[COUNT(formats)];

/* ---- one file, one case -------------------------------------------------- */

static void check_root(const struct check_format *format, const json_t *root,
                       bool ostep, struct check_report *r)
{
    *r = (struct check_report){.format = format, .ostep = ostep};
    format->recompute(root, r);
    assert_false(r->failed_alloc);
}

/* A file with a copy of @c alone. */
static json_t *file_of(const struct check_format *format, const json_t *c)
{
    return json_pack("{s:s, s:[o]}", "simulator", format->name, "cases",
                     json_deep_copy(c));
}

static json_t *only_case(const json_t *root)
{
    return json_array_get(json_object_get(root, "cases"), 0);
}

static void expect_no_differences(const struct check_report *r)
{
    for (int i = 0; i < r->difference_count && i < 8; i++)
        print_message("%s: %s: %s, %s\n", r->differences[i].where,
                      r->differences[i].what, r->differences[i].file,
                      r->differences[i].computed);
    assert_int_equal(r->difference_count, 0);
}

/* ---- each golden case ---------------------------------------------------- */

struct golden_case {
    const char *name;
    const struct check_format *format;
    const json_t *c;
};
#define CASES_MOST 64
static struct golden_case golden[CASES_MOST];
static size_t golden_count;

static void read_golden(void)
{
    for (size_t f = 0; f < COUNT(formats); f++) {
        char path[64];
        const json_t *c;
        size_t i;

        snprintf(path, sizeof(path), "tests/golden/%s.json", formats[f]->name);
        files[f] = json_load_file(path, 0, NULL);
        if (!files[f])
            abort();
        json_array_foreach(json_object_get(files[f], "cases"), i, c)
        {
            if (golden_count == CASES_MOST)
                abort();
            golden[golden_count++] = (struct golden_case){
                json_string_value(json_object_get(c, "id")), formats[f], c};
        }
    }
}

/* The first rule in which ours differ from what the case relies on. */
static const char *needs(const json_t *c)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(c, "relies_on"), i, one)
    {
        const struct sim_rule *rule = sim_rule(json_string_value(one));

        assert_non_null(rule);
        if (rule->differs)
            return rule->id;
    }
    return NULL;
}

static void as_in_the_book(void **state)
{
    const struct golden_case *g = *state;
    json_t *root = file_of(g->format, g->c);
    struct check_report r;

    check_root(g->format, root, true, &r);
    expect_no_differences(&r);
    assert_int_equal(r.groups[0].cases, 1);
    assert_int_equal(r.groups[0].left_out, 0);
    check_fini(&r);
    json_decref(root);
}

/* Under our own rules; or, if it needs others, left out with their names. */
static void as_by_default(void **state)
{
    const struct golden_case *g = *state;
    json_t *root = file_of(g->format, g->c);
    const char *rule = needs(g->c);
    struct check_report r;

    check_root(g->format, root, false, &r);
    expect_no_differences(&r);
    assert_int_equal(r.groups[0].cases, rule ? 0 : 1);
    assert_int_equal(r.groups[0].left_out, rule ? 1 : 0);
    if (rule)
        assert_non_null(strstr(r.groups[0].why, rule));
    check_fini(&r);
    json_decref(root);
}

/* ---- each value altered -------------------------------------------------- */

/* Another value of the same kind. */
static json_t *altered(const json_t *value, int letter)
{
    char *text, other;
    json_t *out;

    if (json_is_boolean(value))
        return json_boolean(!json_is_true(value));
    if (json_is_integer(value))
        return json_integer(json_integer_value(value) + 1);
    if (json_is_real(value))
        return json_real(json_real_value(value) + 0.02);
    if (json_is_null(value))
        return json_integer(0);
    text = strdup(json_string_value(value));
    assert_non_null(text);
    other = text[letter] == 'r' ? 'C' : 'r';
    text[letter] = other;
    out = json_string(text);
    free(text);
    return out;
}

/* Where a value is: of objects and lists, from the root. */
struct leaf {
    json_t *in; /* an object or a list, borrowed */
    const char *key;
    size_t index;
    int letter; /* of a text */
    char path[96];
};
struct leaves {
    struct leaf *leaf;
    size_t count, cap;
};

static void add_leaf(struct leaves *l, const struct leaf *one)
{
    if (l->count == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 1024;
        l->leaf = realloc(l->leaf, l->cap * sizeof(*l->leaf));
        assert_non_null(l->leaf);
    }
    l->leaf[l->count++] = *one;
}

static void collect(struct leaves *l, json_t *value, const struct leaf *at)
{
    json_t *one;
    const char *key;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, key, one)
        {
            struct leaf next = {.in = value, .key = key};

            snprintf(next.path, sizeof(next.path), "%.60s%s%s", at->path,
                     at->path[0] ? "." : "", key);
            collect(l, one, &next);
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, one)
        {
            struct leaf next = {.in = value, .index = i};

            snprintf(next.path, sizeof(next.path), "%.60s[%zu]", at->path, i);
            collect(l, one, &next);
        }
    } else if (json_is_string(value) && strncmp(at->path, "states", 6) == 0) {
        struct leaf next = *at;

        for (size_t n = 0; n < json_string_length(value); n++) {
            next.letter = (int)n;
            snprintf(next.path, sizeof(next.path), "%.40s, tick %zu,", at->path,
                     n + 1);
            add_leaf(l, &next);
        }
    } else {
        add_leaf(l, at);
    }
}

static json_t *get(const struct leaf *at)
{
    return at->key ? json_object_get(at->in, at->key)
                   : json_array_get(at->in, at->index);
}

static void set(const struct leaf *at, json_t *value)
{
    int rc = at->key ? json_object_set_new(at->in, at->key, value)
                     : json_array_set_new(at->in, at->index, value);

    assert_int_equal(rc, 0);
}

#define BATCH 12 /* values altered at once */

static bool is_named(const struct check_report *r, const char *path)
{
    for (int i = 0; i < r->difference_count; i++)
        if (strcmp(r->differences[i].what, path) == 0)
            return true;
    return false;
}

/* Must this one be altered alone? Of a text only the first letter that differs
 * is named, and "job" of "per_job" decides with what the others are compared.
 */
static bool is_single(const struct leaf *at)
{
    return strncmp(at->path, "per_job", 7) == 0 ||
           strncmp(at->path, "states", 6) == 0;
}

/* Alter @count values, look that each is named, and put them back. */
static void alter_some(const struct golden_case *g, json_t *root,
                       const struct leaf *some, size_t step, size_t count)
{
    json_t *kept[BATCH];
    struct check_report r;

    for (size_t i = 0; i < count; i++) {
        kept[i] = json_incref(get(&some[i * step]));
        set(&some[i * step], altered(kept[i], some[i * step].letter));
    }
    check_root(g->format, root, true, &r);
    for (size_t i = 0; i < count; i++) {
        const struct leaf *at = &some[i * step];
        bool whose = is_single(at) && at->key && strcmp(at->key, "job") == 0;

        if (whose ? r.difference_count == 0 : !is_named(&r, at->path))
            fail_msg("%s was altered, and nobody said so; the first of %d is "
                     "%s: %s",
                     at->path, r.difference_count,
                     r.difference_count ? r.differences[0].what : "none",
                     r.difference_count ? r.differences[0].computed : "");
        set(at, kept[i]);
    }
    check_fini(&r);
}

/* Every value, a few far from each other at once: each is compared by itself.
 */
static void alterations_are_found(void **state)
{
    const struct golden_case *g = *state;
    json_t *root = file_of(g->format, g->c);
    const struct leaf top = {.path = ""};
    struct leaves l = {0}, together = {0};
    size_t rounds;

    collect(&l, json_object_get(only_case(root), "expected"), &top);
    assert_true(l.count > 5);
    for (size_t i = 0; i < l.count; i++) {
        if (is_single(&l.leaf[i]))
            alter_some(g, root, &l.leaf[i], 1, 1);
        else
            add_leaf(&together, &l.leaf[i]);
    }
    rounds = (together.count + BATCH - 1) / BATCH;
    for (size_t i = 0; i < rounds; i++)
        alter_some(g, root, &together.leaf[i], rounds,
                   (together.count - i + rounds - 1) / rounds);
    free(l.leaf);
    free(together.leaf);
    json_decref(root);
}

/* ---- only some of it ----------------------------------------------------- */

/* A homework states one member: nothing is missed. */
static void may_state_less(void **state)
{
    const struct golden_case *g = *state;
    const json_t *expected = json_object_get(g->c, "expected");
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)expected, name, value)
    {
        json_t *root = file_of(g->format, g->c);
        struct check_report r;

        json_object_set_new(only_case(root), "expected",
                            json_pack("{s:O}", name, value));
        check_root(g->format, root, true, &r);
        expect_no_differences(&r);
        check_fini(&r);
        json_decref(root);
    }
}

/* ---- the rules ----------------------------------------------------------- */

/* Does the case come out under our rules, whatever it relies on? */
static bool comes_out(const struct golden_case *g)
{
    json_t *root = file_of(g->format, g->c);
    struct check_report r;
    bool same;

    json_object_del(only_case(root), "relies_on");
    check_root(g->format, root, false, &r);
    same = !check_failed(&r);
    check_fini(&r);
    json_decref(root);
    return same;
}

static bool relies_on(const json_t *c, const char *id)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(c, "relies_on"), i, one)
    {
        if (strcmp(json_string_value(one), id) == 0)
            return true;
    }
    return false;
}

/* Of each rule the table says whether ours differ: where they do, a case that
 * relies on it comes out differently. (Where they do not, as_by_default() has
 * seen that it does not.) */
static void rules_are_as_told(void **state)
{
    int looked_at = 0;

    (void)state;
    for (const struct sim_rule *rule = sim_rules_table; rule->id; rule++) {
        bool any = false, differs = false;

        for (size_t i = 0; i < golden_count; i++) {
            if (!relies_on(golden[i].c, rule->id))
                continue;
            any = true;
            differs |= !comes_out(&golden[i]);
        }
        looked_at += any;
        /* Of P1 the case shows nothing: see test_sim_homework. */
        if (any && differs < (rule->differs != 0) &&
            strcmp(rule->id, "P1") != 0)
            fail_msg("%s is said to differ, and no case shows it", rule->id);
    }
    assert_int_equal(looked_at, 27);
}

static void table_of_rules(void **state)
{
    static const char *const ids[] = {
        "L1", "M1", "M2", "M3", "M4", "M5", "U1", "U2", "U3", "U4",
        "U5", "U6", "U7", "P1", "P2", "P3", "D1", "D2", "D3", "D4",
        "D6", "D7", "D9", "X1", "X2", "X3", "X4", "X5",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        const struct sim_rule *r = sim_rule(ids[i]);

        assert_non_null(r);
        assert_ptr_equal(r, &sim_rules_table[i]);
        assert_true(strlen(r->about) > 5 && strlen(r->ostep) > 5);
        assert_true(strlen(r->own) > 5);
        assert_int_equal(r->differs == 0, strncmp(r->own, "the same", 8) == 0);
    }
    assert_null(sim_rules_table[COUNT(ids)].id);
    assert_null(sim_rule("M6"));
    assert_null(sim_rule(""));
}

/* ---- the command --------------------------------------------------------- */

static void command_tells(void **state)
{
    (void)state;
    program_run(&result, "check tests/golden/lottery.json");
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.out,
                        "tests/golden/lottery.json: lottery, jobs with "
                        "tickets, and what was drawn\n"
                        "1 lottery case, as recomputed\n"
                        "2 lottery cases left out: --rules ostep has the "
                        "rules they rely on: L1\n");
    program_run(&result, "check --rules ostep tests/golden/lottery.json");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.out, "tests/golden/lottery.json: lottery, jobs "
                                    "with tickets, and what was drawn\n"
                                    "3 lottery cases, all as recomputed\n");
    program_run(&result, "check --rules=own tests/golden/scheduler.json");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "6 scheduler cases, all as recomputed"));
    program_run(&result, "check --rules book tests/golden/scheduler.json");
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_string_equal(result.err, "timeslice: --rules cannot be \"book\"; it "
                                    "is --rules own|ostep\n");
}

static void all_files_by_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++) {
        char line[80];

        snprintf(line, sizeof(line),
                 "check --json --rules ostep tests/golden/%s.json",
                 formats[i]->name);
        program_run(&result, line);
        assert_int_equal(result.status, EXIT_DONE);
        assert_non_null(strstr(result.out, "\"verdict\": \"ok\""));
    }
}

static void list_tells_the_rules(void **state)
{
    json_t *list;

    (void)state;
    program_run(&result, "list rules");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "M1  mlfq: the order of a boost\n"
                                       "    ostep  those who wait join "));
    program_run(&result, "list rules --json");
    list = json_loads(result.out, 0, NULL);
    assert_int_equal(json_array_size(list), 28);
    json_decref(list);
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MOST * 4 + 8];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(rules_are_as_told),
        cmocka_unit_test(table_of_rules),
        cmocka_unit_test(command_tells),
        cmocka_unit_test(all_files_by_command),
        cmocka_unit_test(list_tells_the_rules),
    };
    static const CMUnitTestFunction on_each[] = {
        as_in_the_book, as_by_default, alterations_are_found, may_state_less};
    size_t n = 0;

    read_golden();
    for (size_t i = 0; i < COUNT(on_each); i++)
        n = add_rows(tests, n, golden, golden_count, sizeof(golden[0]),
                     on_each[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("sim_golden", tests, n, NULL, NULL);
}
