/* The language: whole programs. Those of the golden cases come out like their
 * micro-steps; how much one step does shows in the number of schedules; what is
 * too large or too deep is refused in time; and whatever is read, it is a
 * program or a sentence. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"
#include "explore/explore.h"
#include "lib/rows.h"
#include "tsl/program.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define FOLDER "tests/golden/race-syntax/"

static struct program *must_parse(const char *source)
{
    struct program *p = NULL;
    struct err err = {0};

    if (program_parse("t", source, strlen(source), &p, &err) < 0)
        fail_msg("%s: %s", source, err.text);
    return p;
}

static void must_explore(const struct program *p, struct explore_result *r,
                         bool tso, enum granularity granularity)
{
    struct explore_request request = {
        .rules = {.granularity = granularity, .tso = tso, .buffer = TSL_BUFFER},
        .workers = 1,
        .memory = INT64_C(256) << 20,
    };
    struct err err = {0};

    if (explore(p, &request, r, &err) < 0)
        fail_msg("%s: %s", p->name, err.text);
}

/* ---- the golden cases ---------------------------------------------------- */

static const struct golden {
    const char *name;
    bool tso;
} golden[] = {
    {"aba_stack", false},         {"barrier_2", false},
    {"counter_2x1", false},       {"counter_cas_2x1", false},
    {"counter_mutex_2x2", false}, {"cv_if_two_consumers", false},
    {"cv_lost_wakeup", false},    {"dcl_publish_before_init", false},
    {"deadlock_ab_ba", false},    {"litmus_SB", false},
    {"litmus_SB", true},          {"lock_bakery_2", false},
    {"lock_peterson", false},     {"lock_peterson", true},
    {"lock_tas", false},          {"philosophers_3", false},
    {"readers_writers", false},
};

static void same_text(const char *a, const char *b)
{
    if (!a || !b)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

static void same_outcomes(const struct explore_result *a,
                          const struct explore_result *b, int values)
{
    assert_int_equal(a->outcome_count, b->outcome_count);
    for (int i = 0; i < a->outcome_count; i++) {
        for (int k = 0; k < values; k++)
            assert_int_equal(a->outcomes[i].values[k],
                             b->outcomes[i].values[k]);
        assert_int_equal(a->outcomes[i].fails, b->outcomes[i].fails);
        same_text(a->outcomes[i].schedules, b->outcomes[i].schedules);
    }
}

/* Everything that does not depend on how states are counted. */
static void same_result(const struct explore_result *a,
                        const struct explore_result *b, int values)
{
    assert_int_equal(a->judgement, b->judgement);
    for (int i = 0; i < FAILURE_COUNT; i++) {
        assert_int_equal(a->failing[i].reachable, b->failing[i].reachable);
        assert_int_equal(a->failing[i].shortest, b->failing[i].shortest);
        assert_int_equal(a->failing[i].preemptions, b->failing[i].preemptions);
        same_text(a->failing[i].schedules, b->failing[i].schedules);
        same_text(a->failing[i].random.exact, b->failing[i].random.exact);
    }
    same_text(a->schedules, b->schedules);
    same_text(a->failing_schedules, b->failing_schedules);
    same_text(a->uniform.exact, b->uniform.exact);
    same_text(a->random.exact, b->random.exact);
    assert_int_equal(a->traces, b->traces);
    assert_int_equal(a->failing_traces, b->failing_traces);
    assert_int_equal(a->trap, b->trap);
    assert_int_equal(a->livelock, b->livelock);
    same_outcomes(a, b, values);
}

static void test_golden(void **state)
{
    const struct golden *row = *state;
    struct program *written = NULL, *steps = NULL;
    struct explore_result a = {0}, b = {0};
    char path[128];
    struct err err = {0};

    snprintf(path, sizeof(path), FOLDER "%s.tsl", row->name);
    if (program_read(path, NULL, &written, &err) < 0 ||
        program_read("tests/golden/races.json", row->name, &steps, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(written->observed_count, steps->observed_count);
    must_explore(written, &a, row->tso, GRANULARITY_ACCESS);
    must_explore(steps, &b, row->tso, GRANULARITY_ACCESS);
    same_result(&a, &b, steps->observed_count);
    explore_fini(&a);
    explore_fini(&b);
    program_free(written);
    program_free(steps);
}

/* ---- how much one step does ---------------------------------------------- */

static const struct grain {
    const char *name, *source;
    const char *schedules[3]; /* statement, access, instruction */
} grains[] = {
    {"x++ twice in a for",
     "shared int x; thread T[2] { for (int i = 0; i < 2; i++) x++; }",
     {"6", "70", "924"}},
    {"x++ twice in a repeat",
     "shared int x; thread T[2] { repeat (2) x = x + 1; }",
     {"6", "70", "924"}},
    {"x++ twice, one after the other",
     "shared int x; thread T[2] { x += 1; x++; }",
     {"6", "70", "924"}},
    {"x++ in a function",
     "shared int x; fn inc() { x++; } thread T[2] { inc(); inc(); }",
     {"6", "70", "924"}},
    {"once", "shared int x; thread T[2] { x++; }", {"2", "6", "20"}},
    {"three threads",
     "shared int x; thread T[3] { x++; }",
     {"6", "90", "1680"}},
    {"atomic",
     "shared int x; thread T[2] { atomic { x++; x++; } }",
     {"2", "2", "2"}},
    {"a condition's accesses are one statement",
     "shared int x, y; thread T[2] { if (x == 0 && y == 0) y = 0; }",
     {"6", "20", "20"}},
    {"a side that may be skipped begins one",
     "shared int x, y; thread T[2] { if (me == 5 || x == 0 || y == 0) y = 0; }",
     {"6", "6", "6"}},
    {"copies and constants are no instructions",
     "shared int x; thread T[2] { int r = 1; int s = r; x = s; }",
     {"2", "2", "2"}},
    {"a register's arithmetic is one",
     "shared int x; thread T[2] { int r = x; r = r + 1; x = r; }",
     {"6", "6", "20"}},
    {"a function's statements are its own",
     "shared int x; fn get() { return x; } thread T[2] { x = get() + 1; }",
     {"6", "6", "20"}},
};

static void test_grain(void **state)
{
    const struct grain *row = *state;
    struct program *p = must_parse(row->source);

    for (int g = 0; g < 3; g++) {
        struct explore_result r = {0};

        must_explore(p, &r, false, (enum granularity)g);
        assert_non_null(r.schedules);
        if (strcmp(r.schedules, row->schedules[g]) != 0)
            fail_msg("%s: granularity %d: %s schedules, not %s", row->source, g,
                     r.schedules, row->schedules[g]);
        explore_fini(&r);
    }
    program_free(p);
}

/* ---- what it comes to ---------------------------------------------------- */

/* Programs of one thread: each ends as its check says. */
static const struct meaning {
    const char *name, *source;
} meanings[] = {
    {"operators", "shared int x; thread T { int a = 7, b = -2; x = a / b * 100 "
                  "+ a % b * 10 + (a - b) ; } check final x == -281;"},
    {"binding", "shared int x; thread T { int a = 1, b = 2; x = (a || b && 0) "
                "* 8 + (a + b * 3 == 7) * 4 + (!a == 0 != b > 1) * 2; } "
                "check final x == 12;"},
    {"&& and || give 1 or 0", "shared int x, y = 5; thread T { x = (y && 7) * "
                              "10 + (0 || y); } check final x == 11;"},
    {"the right side is left alone",
     "shared int x, y; thread T { if (y && x / y) x = 1; if (!y || x % y) x += "
     "2; int r; r = r && 1 / r; } check final x == 2;"},
    {"for, break, continue",
     "shared int x; thread T { for (int i = 0; i < 10; i++) { if (i == 3) "
     "continue; if (i == 6) break; x += i; } } check final x == 12;"},
    {"while and nested loops",
     "shared int x; thread T { int i; while (i < 3) { int k; while (1) { if (k "
     "== i) break; k++; x++; } i++; } } check final x == 3;"},
    {"repeat counts once",
     "shared int x = 3, y; thread T { repeat (x) { x = 9; y++; } } "
     "check final y == 3;"},
    {"repeat with break and continue",
     "shared int x; thread T { repeat (5) { if (x == 3) break; x++; continue; "
     "x = 100; } repeat (1) { x += 10; break; x = 100; } } "
     "check final x == 13;"},
    {"repeat of less than one",
     "shared int x, y = -4; thread T { repeat (y) x = 1; repeat (0) x = 1; } "
     "check final x == 0;"},
    {"parameters are values",
     "shared int x; fn f(a) { a = a + 1; x = x * 10 + a; } thread T { int r = "
     "1; f(r); f(r); f(5); } check final x == 226 && T.r == 1;"},
    {"functions in functions",
     "shared int x; fn max(a, b) { if (a > b) return a; return b; } fn max3(a, "
     "b, c) { return max(a, max(b, c)); } thread T { x = max3(1, 9, 4) * 10 + "
     "max3(3, 2, 1); } check final x == 93;"},
    {"a function's variables are its own",
     "shared int x; fn f() { int r = 5; x += r; } thread T { int r = 1; f(); "
     "f(); "
     "x += r; } check final x == 11;"},
    {"its variables start anew each time",
     "shared int x; fn f() { int r; r++; x += r; } thread T { f(); f(); "
     "repeat (2) f(); } check final x == 4;"},
    {"return in loops and regions",
     "shared int x; fn f(n) { while (1) { critical { n++; if (n > 3) return n; "
     "} } } thread T { x = f(0) * 10 + f(7); critical { x++; } } check final x "
     "== 49;"},
    {"arguments go from left to right",
     "shared int n; fn next() { return fetch_add(n, 1); } fn pair(a, b) { "
     "return a * 10 + b; } thread T { int r = pair(next(), next()) * 100 + "
     "next() * 10 + next(); } check final T.r == 123;"},
    {"exchanges",
     "shared int x = 1; thread T { int a = xchg(x, 5), b = fetch_add(x, 2), c "
     "= "
     "cas(x, 7, 9), d = cas(x, 7, 8); } check final T.a == 1 && T.b == 5 && "
     "T.c == 1 && T.d == 0 && x == 9;"},
    {"an index is worked out once",
     "shared int i, a[3]; fn next() { return fetch_add(i, 1); } thread T { "
     "a[next()] += 5; a[next()]++; } check final i == 2 && a[0] == 5 && a[1] "
     "== 1;"},
    {"int in a loop", "shared int x; thread T { repeat (3) { int r; r += 2; x "
                      "= r; } } check final x == 2;"},
    {"constants are not what a register hides",
     "const N = 3; shared int x; thread T { x = N; int N = 4; x = x * 10 + N; "
     "} check final x == 34;"},
    {"trylock", "shared int x; mutex m; thread T { x = trylock(m) * 10 + "
                "trylock(m); } check final x == 10 && m == 1;"},
    {"semaphores count", "sem s = 2; thread T { wait(s); post(s); post(s); } "
                         "check final s == 3;"},
    {"await", "shared int x = 3; thread T { await(x > 2); await(x); x = 0; "
              "await(!x); await(0 == x); } check final 1;"},
};

static void test_meaning(void **state)
{
    const struct meaning *row = *state;
    struct program *p = must_parse(row->source);

    for (int g = 0; g < 3; g++) {
        struct explore_result r = {0};

        must_explore(p, &r, g == 1, (enum granularity)g);
        if (r.judgement != JUDGED_OK)
            fail_msg("%s: granularity %d: %s", row->source, g,
                     text_str(&r.failing[FAILURE_FINAL].words));
        explore_fini(&r);
    }
    program_free(p);
}

/* ---- bounds -------------------------------------------------------------- */

/* A program that is made: head, then a piece so often, then another as often,
 * tail. "%d" in a piece is its number, "%D" the next. */
static const struct bound {
    const char *name, *head, *piece;
    int times;
    const char *middle, *closing, *tail;
    const char *want; /* in the sentence; NULL: it is a program */
} bounds[] = {
    {"parentheses", "shared int x; thread T { x = ", "(", 50, "1", ")", "; }",
     NULL},
    {"too many parentheses", "shared int x; thread T { x = ", "(", 50000, "1",
     ")", "; }", "t:1:90: this is nested deeper than 60 levels"},
    {"nots", "shared int x; thread T { x = ", "!", 50, "x", "", "; }", NULL},
    {"too many nots", "shared int x; thread T { x = ", "!", 200000, "x", "",
     "; }", "nested deeper than 60 levels"},
    {"indices in indices", "shared int a[2]; thread T { a[0] = ", "a[", 50, "0",
     "]", "; }", NULL},
    {"a sum", "shared int x; thread T { x = ", "x + ", 58, "1", "", "; }",
     NULL},
    {"too long a sum", "shared int x; thread T { x = ", "1 + ", 50000, "1", "",
     "; }", "this expression is more than 60 operators deep"},
    {"blocks", "thread T ", "{", 55, "", "}", "", NULL},
    {"too many blocks", "thread T ", "{", 100000, "", "}", "",
     "statements are nested deeper than 60 levels"},
    {"else ifs", "shared int x; thread T { ", "if (x == %d) x = 1; else ", 50,
     "work();", "", "}", NULL},
    {"too many ifs", "thread T { ", "if (1) ", 30000, "work();", "", "}",
     "statements are nested deeper than 60 levels"},
    {"operations", "shared int x; thread T { ", "x++; ", 1300, "", "", "}",
     NULL},
    {"too many operations", "shared int x; thread T { ", "x++; ", 1400, "", "",
     "}", "thread T has more than 4096 operations here"},
    {"registers", "thread T { ", "int r%d; ", 96, "", "", "}", NULL},
    {"too many registers", "thread T { ", "int r%d; ", 97, "", "", "}",
     "thread T needs more than 96 registers here"},
    {"too many in one statement", "shared int x; fn f(a, b) { } thread T { f(",
     "x + ", 50, "x, x", " + x", "); }",
     "thread T needs more than 96 registers here"},
    {"a long chain of functions", "", "fn f%d(a) { f%D(a); }\n", 50,
     "fn f50(a) {} thread T { f0(1); }", "", "", NULL},
    {"functions that are too deep", "", "fn f%d(a) { f%D(a); }\n", 300,
     "fn f300(a) {} thread T { f0(1); }", "", "",
     "calls and statements are nested too deep here: 400 levels are the most"},
    {"functions that double, of nothing", "", "fn f%d() { f%D(); f%D(); }\n",
     40, "fn f40() {} thread T { f0(); }", "", "",
     "functions that call functions make this thread too long"},
    {"functions that double", "shared int x;", "fn f%d() { f%D(); f%D(); }\n",
     40, "fn f40() { x++; } thread T { f0(); }", "", "",
     "thread T has more than 4096 operations here"},
    {"functions that nobody calls", "", "fn f%d() { f%D(); f%D(); }\n", 40,
     "fn f40() {} thread T { }", "", "",
     "functions that call functions make this thread too long"},
    {"expressions", "shared int x; fn f() { ", "x = x + 1 + %d;", 800,
     "} thread T[32] { f(); }", "", "",
     "the program's expressions have more than 65536 parts"},
    {"objects", "", "shared int x%d; ", 256, "thread T { }", "", "", NULL},
    {"too many objects", "", "shared int x%d; ", 257, "thread T { }", "", "",
     "more is shared than 256 names with 512 elements together"},
    {"too many elements", "", "shared int x%d[100]; ", 6, "thread T { }", "",
     "", "more is shared than 256 names with 512 elements together"},
    {"too many sleepers", "mutex m; ", "cond c%d[50]; ", 5,
     "thread T[5] { wait(c0[0], m); wait(c1[0], m); wait(c2[0], m); }", "", "",
     "more is shared than 512 cells"},
    {"constants", "", "const N%d = %d; ", 500, "thread T { }", "", "", NULL},
    {"too many names", "", "const N%d = %d; ", 600, "thread T { }", "", "",
     "more than 512 names are declared outside threads"},
    {"threads", "", "thread T%d { } ", 32, "", "", "", NULL},
    {"too many threads", "", "thread T%d { } ", 33, "", "", "",
     "there are more than 32 threads"},
    {"regions", "thread T { ", "critical r%d { } ", 32, "", "", "}", NULL},
    {"too many regions", "thread T { ", "critical r%d { } ", 33, "", "", "}",
     "there are more than 32 critical regions"},
    {"observed", "shared int a[40]; thread T { } observe ", "a[%d], ", 31,
     "a[0]", "", ";", NULL},
    {"too many observed", "shared int a[40]; thread T { } observe ", "a[%d], ",
     32, "a[0]", "", ";", "more than 32 values are observed"},
    {"lines", "", "\n", 65000, "thread T { work(); }", "", "", NULL},
    {"too many lines", "", "\n", 66000, "thread T { work(); }", "", "",
     "the text has more than 65535 lines"},
    {"a large text", "//", "0123456789", 26000, "\nthread T { }", "", "", NULL},
    {"too large a text", "//", "0123456789", 27000, "\nthread T { }", "", "",
     "t:1:1: the text is larger than 256 KiB"},
    {"declarations in one", "thread T { int a", ", a%d", 20000, ";", "", " }",
     "thread T needs more than 96 registers here"},
    {"arguments", "fn f(a) { } thread T { f(1", ", %d", 20000, ");", "", " }",
     "'f' has 1 parameter and is called with 20001"},
    {"too many parameters", "fn f(a", ", a%d", 16, ") { } thread T { }", "", "",
     "a function has at most 16 parameters"},
};

static void add_piece(struct text *out, const char *piece, int number)
{
    for (; *piece; piece++) {
        if (piece[0] == '%' && (piece[1] == 'd' || piece[1] == 'D'))
            text_addf(out, "%d", number + (*++piece == 'D'));
        else
            text_addf(out, "%c", *piece);
    }
}

static void test_bound(void **state)
{
    const struct bound *row = *state;
    struct text source = {0};
    struct program *p = NULL;
    struct err err = {0};
    int rc;

    text_add(&source, row->head);
    for (int i = 0; i < row->times; i++)
        add_piece(&source, row->piece, i);
    text_add(&source, row->middle);
    for (int i = 0; i < row->times; i++)
        text_add(&source, row->closing);
    text_add(&source, row->tail);
    rc = program_parse("t", text_str(&source), source.len, &p, &err);
    text_fini(&source);
    if (rc == 0)
        program_free(p);
    if (!row->want) {
        if (rc < 0)
            fail_msg("%s", err.text);
        return;
    }
    assert_int_equal(rc, -EINVAL);
    if (!strstr(err.text, row->want))
        fail_msg("have: %s\n--- want: %s", err.text, row->want);
}

/* ---- whatever is read ---------------------------------------------------- */

/* A copy without an end, so that a sanitizer sees what reads beyond it. */
static void read_anything(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    struct program *p = NULL;
    struct err err = {0};
    char words[80];

    assert_non_null(copy);
    copy = realloc(copy, length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    if (program_parse("t", copy, length, &p, &err) < 0) {
        if (strncmp(err.text, "t:", 2) != 0 || strstr(err.text, "not sound"))
            fail_msg("%.*s: %s", (int)length, text, err.text);
        assert_null(p);
    } else {
        for (int i = 0; i < p->thread_count; i++)
            for (int k = 0; k < p->threads[i].op_count; k++)
                op_text(p, i, k, words, sizeof(words));
        program_free(p);
    }
    free(copy);
}

static char *read_source(const char *name, size_t *length)
{
    char path[128];
    struct program *p = NULL;
    struct err err = {0};
    char *source;

    snprintf(path, sizeof(path), FOLDER "%s.tsl", name);
    if (program_read(path, NULL, &p, &err) < 0)
        fail_msg("%s", err.text);
    source = strdup(p->source);
    assert_non_null(source);
    *length = strlen(source);
    program_free(p);
    return source;
}

/* Every beginning of a program. */
static void test_beginnings(void **state)
{
    const struct golden *row = *state;
    size_t length;
    char *source = read_source(row->name, &length);

    for (size_t i = 0; i <= length; i++)
        read_anything(source, i);
    free(source);
}

/* Pieces of it elsewhere, gone, or replaced. */
static void test_pieces(void **state)
{
    const struct golden *row = *state;
    uint64_t random = 5;
    size_t length;
    char *source = read_source(row->name, &length);

    for (int i = 0; i < 1000; i++) {
        char *copy = malloc(2 * length);
        size_t from = random_below(&random, (uint32_t)length);
        size_t to = from + random_below(&random, (uint32_t)(length - from));
        size_t at = random_below(&random, (uint32_t)length), have = length;

        assert_non_null(copy);
        memcpy(copy, source, length);
        if (i % 3 == 0) { /* gone */
            memmove(copy + from, copy + to, length - to);
            have -= to - from;
        } else if (i % 3 == 1) { /* once more */
            memmove(copy + at + (to - from), copy + at, length - at);
            memcpy(copy + at, source + from, to - from);
            have += to - from;
        } else {
            copy[at] = (char)random_below(&random, 256);
        }
        read_anything(copy, have);
        free(copy);
    }
    free(source);
}

int main(void)
{
    static struct CMUnitTest tests[3 * COUNT_OF(golden) + COUNT_OF(grains) +
                                   COUNT_OF(meanings) + COUNT_OF(bounds)];
    size_t count = add_rows(tests, 0, golden, COUNT_OF(golden),
                            sizeof(golden[0]), test_golden);

    count = add_rows(tests, count, grains, COUNT_OF(grains), sizeof(grains[0]),
                     test_grain);
    count = add_rows(tests, count, meanings, COUNT_OF(meanings),
                     sizeof(meanings[0]), test_meaning);
    count = add_rows(tests, count, bounds, COUNT_OF(bounds), sizeof(bounds[0]),
                     test_bound);
    count = add_rows(tests, count, golden, COUNT_OF(golden), sizeof(golden[0]),
                     test_beginnings);
    count = add_rows(tests, count, golden, COUNT_OF(golden), sizeof(golden[0]),
                     test_pieces);
    return cmocka_run_group_tests_name("tsl programs", tests, NULL, NULL);
}
