/* The exercises of the library: each is wrong, has a repair that is proved
 * under both memory orders, and cannot be passed by taking out what was to be
 * proved or what the threads are there for. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "lib/races.h"
#include "lib/rows.h"

#define REPAIRS "tests/golden/repairs"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define ENTRIES 200 /* room for the tests of so many */

static struct library library;

/* ---- exercises ----------------------------------------------------------- */

/* Wrong before, right after, by proof, under both memory orders. */
static void repair_is_proved(void **state)
{
    const struct library_entry *e = *state;
    struct program *exercise = races_program(e->path, NULL), *repair;
    bool wrong[2];
    struct err err = {0};
    char path[PATH_MAX];

    snprintf(path, sizeof(path), REPAIRS "/%s.tsl", e->name);
    repair = races_program(path, NULL);
    if (library_repairs(exercise, repair, &err) < 0)
        fail_msg("%s", err.text);
    for (int tso = 0; tso < 2; tso++) {
        struct explore_result r;

        races_explore(exercise, tso, GRANULARITY_ACCESS, EXPLORE_ALL, &r);
        wrong[tso] = r.judgement != JUDGED_OK;
        explore_fini(&r);
        races_explore(repair, tso, GRANULARITY_ACCESS, EXPLORE_ALL, &r);
        assert_int_equal(races_failures(&r), 0);
        assert_int_equal(r.judgement, JUDGED_OK);
        explore_fini(&r);
    }
    /* The exercise as it stands never passes for repaired. */
    for (int tso = 0; tso < 2; tso++)
        if (library_proves(exercise, tso, GRANULARITY_ACCESS, &err) == 0)
            assert_true(wrong[tso]);
    program_free(exercise);
    program_free(repair);
}

/* Write @text with @instead for what begins with @begin, up to the next @end;
 * not after //. Returns how many there were. */
static int take_out(const char *text, const char *begin, char end,
                    const char *instead, struct text *out)
{
    int found = 0;

    for (const char *p = text; *p;) {
        size_t line = strcspn(p, "\n");
        const char *comment = strstr(p, "//"), *at = strstr(p, begin);

        if (at && at < p + line && !(comment && comment < at)) {
            text_addf(out, "%.*s%s", (int)(at - p), p, instead);
            p = strchr(at, end) + 1;
            found++;
            continue;
        }
        text_addf(out, "%.*s\n", (int)line, p);
        p += line + (p[line] == '\n');
    }
    return found;
}

/* Refused: @text is no repair of @exercise. @says NULL: it need not even be a
 * program, with so much taken out. */
static void refuse(const struct program *exercise, const char *text,
                   const char *says)
{
    struct program *mine = NULL;
    struct err err = {0};

    if (program_parse("cheat", text, strlen(text), &mine, &err) < 0) {
        if (says)
            fail_msg("%s", err.text);
        return;
    }
    assert_int_equal(library_repairs(exercise, mine, &err), -EINVAL);
    if (says && !strstr(err.text, says))
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
    program_free(mine);
}

static void cheats_are_refused(void **state)
{
    static const struct {
        const char *begin;
        char end;
        const char *instead;
    } ways[] = {
        {"check final", ';', ""},
        {"assert(", ';', ";"},
        {"critical ", '{', "{"},
    };
    const struct library_entry *e = *state;
    struct program *exercise = races_program(e->path, NULL);
    char *text = races_text(e->path);
    struct err err = {0};
    int found = 0;

    assert_int_equal(library_repairs(exercise, exercise, &err), 0);
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct text cheat = {0};

        if (take_out(text, ways[i].begin, ways[i].end, ways[i].instead,
                     &cheat)) {
            refuse(exercise, text_str(&cheat), NULL);
            found++;
        }
        text_fini(&cheat);
    }
    assert_true(found > 0);
    free(text);
    program_free(exercise);
}

/* clang-format off */
static const struct cheat_case {
    const char *name, *exercise, *text, *says;
} cheats[] = {
    {"nothing is checked", "lost-update",
     "shared int x; thread T[2] { x++; }", "check final x == 2;"},
    {"less is checked", "lost-update",
     "shared int x; thread T[2] { x++; } check final x >= 1;", "checked"},
    {"the result is written down", "lost-update",
     "shared int x; thread T[2] { x = 2; } check final x == 2;", "reads x"},
    {"read, but not used", "lost-update",
     "shared int x; thread T[2] { int r = x; x = 2; } check final x == 2;",
     "new value of x"},
    {"it is there at the start", "lost-update",
     "shared int x = 2; thread T[2] { } check final x == 2;", "start"},
    {"one thread fewer", "lost-update",
     "shared int x; thread T { x++; x++; } check final x == 2;", "thread"},
    {"one thread more", "lost-update",
     "shared int x; thread T[3] { x++; } check final x == 2;", "T2"},
    {"nobody does the work", "lost-update",
     "shared int x; thread T0 { x++; x++; } thread T1 { } "
     "check final x == 2;", "T1"},
    {"another variable", "lost-update",
     "shared int y; thread T[2] { y++; } check final y == 2;", "variable x"},
    {"an array in its place", "lost-update",
     "shared int x[2]; thread T[2] { x[me]++; } check final x[0] == 1;",
     "declared"},
    {"not observed", "lazy-init",
     "shared int object, made; thread T[2] { if (object == 0) { "
     "fetch_add(made, 1); object = me + 1; } } check final made == 1; "
     "observe object;",
     "observed"},
    {"work outside of the critical section", "naive-flag",
     "shared int flag, x; mutex m; thread T[2] { critical { } lock(m); x++; "
     "unlock(m); } check final x == 2; observe x;", "inside"},
    {"no critical section", "naive-flag",
     "shared int flag, x; thread T[2] { fetch_add(x, 1); } "
     "check final x == 2; observe x;", "critical section"},
    {"asserts something else", "flag-before-data",
     "shared int data, flag; thread Producer { flag = 1; data = 7; } "
     "thread Consumer { await(flag == 1); int d = data; assert(d >= 0); } "
     "observe Consumer.d;", "assert(d == 7);"},
    {"asserts what it wrote down", "flag-before-data",
     "shared int data, flag; thread Producer { flag = 1; data = 7; } "
     "thread Consumer { await(flag == 1); int d = 7; assert(d == 7); } "
     "observe Consumer.d;", "reads data"},
    {"a wish", "lost-update",
     "shared int x; thread T[2] { atomic { x++; } } check final x == 2;",
     "atomic"},
    {"nobody eats", "philosophers",
     "const N = 3; shared int meals; mutex fork[N]; thread P[N] { "
     "critical { } } observe meals;", "work()"},
};
/* clang-format on */

static void cheat_is_refused(void **state)
{
    const struct cheat_case *c = *state;
    struct program *exercise =
        races_program(races_entry(&library, c->exercise)->path, NULL);

    refuse(exercise, c->text, c->says);
    program_free(exercise);
}

/* What counts as a proof. */
static void proofs_are_strict(void **state)
{
    static const struct {
        const char *exercise;
        bool tso;
        enum granularity granularity;
        const char *says; /* NULL: it is one */
    } cases[] = {
        {"lost-update", false, GRANULARITY_ACCESS, NULL},
        {"lost-update", true, GRANULARITY_ACCESS, NULL},
        {"lost-update", false, GRANULARITY_INSTRUCTION, NULL},
        {"lost-update", false, GRANULARITY_STATEMENT, "one access"},
        {"peterson", false, GRANULARITY_ACCESS, "TSO"},
        {"peterson", true, GRANULARITY_ACCESS, NULL},
        {"litmus-sb-one-fence", false, GRANULARITY_ACCESS, "TSO"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct library_entry *e =
            races_entry(&library, cases[i].exercise);
        struct program *exercise = races_program(e->path, NULL);
        struct err err = {0};
        int rc =
            library_proves(exercise, cases[i].tso, cases[i].granularity, &err);

        assert_int_equal(rc, cases[i].says ? -EINVAL : 0);
        if (cases[i].says && !strstr(err.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
        program_free(exercise);
    }
}

/* A way of its own, further variables and locks, is the learner's. */
static void other_ways_are_fine(void **state)
{
    static const char *const ways[] = {
        "shared int x; thread T[2] { fetch_add(x, 1); } check final x == 2;",
        "shared int x; thread T[2] { int r = x; while (!cas(x, r, r + 1)) "
        "r = x; } check final x == 2;",
        "shared int x, turn; mutex m; check final x == 2 && 1; "
        "check final x == 2; thread T[2] { lock(m); x = 1 + x; unlock(m); }",
    };
    struct program *exercise =
        races_program(races_entry(&library, "lost-update")->path, NULL);

    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct program *mine = NULL;
        struct err err = {0};

        if (program_parse("mine", ways[i], strlen(ways[i]), &mine, &err) < 0 ||
            library_repairs(exercise, mine, &err) < 0)
            fail_msg("%s", err.text);
        program_free(mine);
    }
    program_free(exercise);
}

/* -------------------------------------------------------------------------- */

int main(void)
{
    static struct CMUnitTest tests[2 * ENTRIES + COUNT(cheats) + 2] = {
        cmocka_unit_test(other_ways_are_fine),
        cmocka_unit_test(proofs_are_strict),
    };
    size_t n = 2;
    int rc;

    if (races_begin(&library) < 0 || library.count > ENTRIES)
        return 1;
    n = add_rows(tests, n, cheats, COUNT(cheats), sizeof(cheats[0]),
                 cheat_is_refused);
    for (int i = 0; i < library.count; i++) {
        const struct library_entry *e = &library.entries[i];

        if (e->repair == NULL)
            continue;
        races_test(&tests[n++], e, "repair", repair_is_proved);
        races_test(&tests[n++], e, "cheats", cheats_are_refused);
    }
    rc = _cmocka_run_group_tests("repairs", tests, n, NULL, NULL);
    races_end(&library);
    return rc;
}
