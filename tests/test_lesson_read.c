/* Reading lessons: what becomes of every kind of block, where each thing
 * stands, and that nothing a file may hold does harm. Nothing is run. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/codes.h"
#include "lesson/lesson.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define FRONT "---\nformat: 1\nid: a-lesson\ntitle: It: a title\n---\n"
#define FRONT_LINES 5

static struct lesson lesson;

static void parse(const char *text)
{
    assert_int_equal(
        lesson_parse(&lesson, "x/01-a-lesson.md", text, strlen(text)), 0);
}

/* Without a fault; the first block. */
static const struct lesson_block *parse_clean(const char *body)
{
    struct text t = {0};

    text_add(&t, FRONT);
    text_add(&t, body);
    parse(t.data);
    text_fini(&t);
    for (int i = 0; i < lesson.fault_count; i++)
        print_error("%d: L%d %s\n", lesson.faults[i].line,
                    lesson.faults[i].code, lesson.faults[i].text);
    assert_int_equal(lesson.fault_count, 0);
    return lesson.blocks;
}

static int fini(void **state)
{
    (void)state;
    lesson_fini(&lesson);
    return 0;
}

/* ---- front matter -------------------------------------------------------- */

static void test_front(void **state)
{
    (void)state;
    parse("---\nformat: 1\nid: some-lesson\ntitle:  A: b # \"c\" \n"
          "question: How long?\ntrack: B\nminutes: 7\nafter: one two\n"
          "needs: cores>=2 quiet\ncovers: 1 2\nclaims: 3\ntargets: M1\n"
          "lang: fr\nauthor: A. Author\nlicence: CC0\n\n---\n");
    assert_int_equal(lesson.fault_count, 0);
    assert_int_equal(lesson.format, 1);
    assert_string_equal(lesson.id, "some-lesson");
    assert_string_equal(lesson.title, "A: b # \"c\"");
    assert_string_equal(lesson.question, "How long?");
    assert_int_equal(lesson.track, 'B');
    assert_int_equal(lesson.minutes, 7);
    assert_string_equal(lesson.after, "one two");
    assert_string_equal(lesson.needs, "cores>=2 quiet");
    assert_string_equal(lesson.covers, "1 2");
    assert_string_equal(lesson.claims, "3");
    assert_string_equal(lesson.targets, "M1");
    assert_string_equal(lesson.lang, "fr");
    assert_string_equal(lesson.author, "A. Author");
    assert_string_equal(lesson.licence, "CC0");
    assert_int_equal(lesson.block_count, 0);
}

static void test_english_unless_said(void **state)
{
    (void)state;
    parse_clean("");
    assert_string_equal(lesson.lang, "en");
    assert_string_equal(lesson.path, "x/01-a-lesson.md");
}

/* ---- blocks -------------------------------------------------------------- */

static void test_prose(void **state)
{
    const struct lesson_block *b = parse_clean(
        "\n\nOne.\n\nTwo, ```not a fence```.\n\n~~~~text\n```run x\n~~~~\n\n"
        "```hint\n\nThree.\n\n~~~\ncode\n~~~\n```\nFour.");

    (void)state;
    assert_int_equal(lesson.block_count, 3);
    assert_int_equal(b[0].kind, LESSON_PROSE);
    assert_int_equal(b[0].line, FRONT_LINES + 3);
    assert_int_equal(b[0].last_line, FRONT_LINES + 9);
    assert_string_equal(b[0].body, "One.\n\nTwo, ```not a fence```.\n\n"
                                   "~~~~text\n```run x\n~~~~");
    assert_int_equal(b[1].kind, LESSON_HINT);
    assert_int_equal(b[1].line, FRONT_LINES + 11);
    assert_int_equal(b[1].last_line, FRONT_LINES + 18);
    assert_string_equal(b[1].body, "Three.\n\n~~~\ncode\n~~~");
    assert_string_equal(b[2].body, "Four.");
    assert_int_equal(b[2].line, FRONT_LINES + 19);
}

static void test_predict(void **state)
{
    const struct lesson_block *b =
        parse_clean("```predict wall\n"
                    "# a comment\n"
                    "ask = How\n"
                    "   long?\n"
                    "because = ask\n"
                    "- 1 s (a::b) :: when x.wall_s < 2 :: M12 one\n"
                    "  two\n"
                    "\n"
                    "- 3 s :: when\n"
                    "    x.wall_s in 2..3 :: only a reason\n"
                    "- more :: else\n"
                    "```\n");

    (void)state;
    assert_int_equal(b->kind, LESSON_PREDICT);
    assert_string_equal(b->id, "wall");
    assert_string_equal(b->ask, "How long?");
    assert_true(b->because);
    assert_false(b->has_assumed);
    assert_int_equal(b->asks, ASKS_CHOICE);
    assert_int_equal(b->choice_count, 3);
    assert_string_equal(b->choices[0].text, "1 s (a::b)");
    assert_string_equal(formula_text(b->choices[0].when), "x.wall_s < 2");
    assert_string_equal(b->choices[0].targets, "M12");
    assert_string_equal(b->choices[0].why, "one two");
    assert_int_equal(b->choices[0].line, FRONT_LINES + 6);
    assert_string_equal(formula_text(b->choices[1].when), "x.wall_s in 2..3");
    assert_string_equal(b->choices[1].targets, "");
    assert_string_equal(b->choices[1].why, "only a reason");
    assert_int_equal(b->choices[1].line, FRONT_LINES + 9);
    assert_true(b->choices[2].otherwise);
    assert_null(b->choices[2].when);
    assert_null(b->choices[2].why);
}

/* kind may stand after what depends on it. */
static void test_number_and_order(void **state)
{
    const struct lesson_block *b = parse_clean(
        "~~~observe n\nanswer = x.rounds\nunit = rounds\nnear = 12.5%\n"
        "kind = number\nask = How many?\n~~~\n"
        "````predict o\n- a :: x.wall_s\n- b :: y.wall_s + 1\nask = Order?\n"
        "kind = order\nassume = 2\n````\n");

    (void)state;
    assert_int_equal(b[0].asks, ASKS_NUMBER);
    assert_string_equal(formula_text(b[0].answer), "x.rounds");
    assert_string_equal(b[0].unit, "rounds");
    assert_true(b[0].near == 0.125);
    assert_int_equal(b[1].asks, ASKS_ORDER);
    assert_string_equal(formula_text(b[1].choices[1].when), "y.wall_s + 1");
    assert_true(b[1].has_assumed && b[1].assumed == 2);
}

static void test_quiz(void **state)
{
    const struct lesson_block *b = parse_clean(
        "```quiz q\nask = Why?\n- no :: M7 it is not\n* yes\n```\n");

    (void)state;
    assert_int_equal(b->choice_count, 2);
    assert_false(b->choices[0].right);
    assert_string_equal(b->choices[0].targets, "M7");
    assert_string_equal(b->choices[0].why, "it is not");
    assert_true(b->choices[1].right);
}

static void test_runs(void **state)
{
    const struct lesson_block *b = parse_clean(
        "```run auto\nsleep --workers 8\n  --tasks {machine.cpus}\n```\n"
        "```run\none: primes\nall_2: mix \"a | b\"\nrepeat = 5\n```\n"
        "```sweep s\nsleep --over workers=1,2\n```\n"
        "```sim\nfifo: \"A 1 | B: 4\" --on fifo\n```\n"
        "```slow inc\nprogram = lost-update\ntso = yes\ngoal = Lose.\n```\n"
        "```again\n- sleep --chunk 1 :: How many? :: again.wall_s\n- primes\n"
        "```\n");
    int which;

    (void)state;
    assert_string_equal(b[0].lines[0].name, "auto");
    assert_string_equal(b[0].lines[0].words,
                        "sleep --workers 8 --tasks {machine.cpus}");
    assert_int_equal(b[0].repeat, 1);
    assert_int_equal(b[1].line_count, 2);
    assert_string_equal(b[1].lines[1].name, "all_2");
    assert_string_equal(b[1].lines[1].words, "mix \"a | b\"");
    assert_int_equal(b[1].lines[1].line, FRONT_LINES + 7);
    assert_int_equal(b[1].repeat, 5);
    assert_string_equal(b[2].lines[0].words, "sleep --over workers=1,2");
    assert_string_equal(b[3].lines[0].words, "\"A 1 | B: 4\" --on fifo");
    assert_string_equal(b[4].program, "lost-update");
    assert_string_equal(b[4].goal, "Lose.");
    assert_true(b[4].tso);
    assert_string_equal(b[5].lines[0].name, "again");
    assert_string_equal(b[5].lines[0].words, "sleep --chunk 1");
    assert_string_equal(b[5].lines[0].ask, "How many?");
    assert_string_equal(formula_text(b[5].lines[0].figure), "again.wall_s");
    assert_null(b[5].lines[1].ask);
    assert_ptr_equal(lesson_find(&lesson, "all_2", &which), &b[1]);
    assert_int_equal(which, 1);
    assert_ptr_equal(lesson_find(&lesson, "inc", NULL), &b[4]);
    assert_null(lesson_find(&lesson, "again", NULL));
    assert_null(lesson_find(&lesson, "", NULL));
}

static void test_watch(void **state)
{
    const struct lesson_block *b =
        parse_clean("```watch\npanel = disk\nlook = Where?\n"
                    "hero = x.wall_s | ms\nlabel = of naps\n```\n");

    (void)state;
    assert_int_equal(b->panel, PANEL_DISK);
    assert_string_equal(b->look, "Where?");
    assert_string_equal(formula_text(b->hero), "x.wall_s");
    assert_string_equal(b->hero_unit, "ms");
    assert_string_equal(b->label, "of naps");
}

static void test_checks(void **state)
{
    const struct lesson_block *b = parse_clean(
        "```check\n"
        "E chunk:x.chunk == 4\n"
        "R faster when machine.cpus >= 2 : ratio(a.wall_s, b.wall_s) > 1.5\n"
        "  : two cores: twice\n"
        "D more : curve@a/8.wall_s > 1 :\n"
        "```\n"
        "```control\na: sleep\nfails = chunk\n```\n"
        "```control\nswap = a b\nfails = faster\n```\n"
        "```control\nx.part0.kept = x.lost + 1\ncurve@8.lost = 2\n"
        "fails = faster more\n```\n"
        "```control\nnone = so it is\nfails = more\n```\n");

    (void)state;
    assert_int_equal(b->check_count, 3);
    assert_int_equal(b->checks[0].class, CLASS_EXACT);
    assert_string_equal(b->checks[0].label, "chunk");
    assert_null(b->checks[0].when);
    assert_null(b->checks[0].message);
    assert_int_equal(b->checks[1].class, CLASS_RATIO);
    assert_string_equal(formula_text(b->checks[1].when), "machine.cpus >= 2");
    assert_string_equal(formula_text(b->checks[1].holds),
                        "ratio(a.wall_s, b.wall_s) > 1.5");
    assert_string_equal(b->checks[1].message, "two cores: twice");
    assert_int_equal(b->checks[1].line, FRONT_LINES + 3);
    assert_int_equal(b->checks[2].line, FRONT_LINES + 5);
    assert_string_equal(b[1].lines[0].name, "a");
    assert_string_equal(b[1].fails, "chunk");
    assert_string_equal(b[2].swap[0], "a");
    assert_string_equal(b[2].swap[1], "b");
    assert_int_equal(b[3].pretence_count, 2);
    assert_string_equal(b[3].pretences[0].name, "x");
    assert_string_equal(b[3].pretences[0].metric, "part0.kept");
    assert_string_equal(formula_text(b[3].pretences[0].value), "x.lost + 1");
    assert_string_equal(b[3].pretences[1].name, "curve");
    assert_string_equal(b[3].pretences[1].metric, "@8.lost");
    assert_string_equal(b[4].none, "so it is");
}

static void test_reveal(void **state)
{
    const struct lesson_block *b = parse_clean(
        "```reveal when machine.cpus == 1\nOne.\n```\n```reveal\nAll.\n```\n");

    (void)state;
    assert_string_equal(formula_text(b[0].when), "machine.cpus == 1");
    assert_string_equal(b[0].body, "One.");
    assert_null(b[1].when);
}

/* ---- revision and skeleton ----------------------------------------------- */

static void test_revision(void **state)
{
    uint64_t revision, skeleton;

    (void)state;
    parse_clean("One.\n```run a\nsleep\n```\n");
    revision = lesson.revision;
    skeleton = lesson.skeleton;
    lesson_fini(&lesson);
    parse_clean("Un.\n```run a\nsleep\n```\n");
    assert_true(lesson.revision != revision);
    assert_true(lesson.skeleton == skeleton);
    lesson_fini(&lesson);
    parse_clean("One.\n```run a\nsleep --tasks 2\n```\n");
    assert_true(lesson.skeleton != skeleton);
}

/* ---- words --------------------------------------------------------------- */

static const struct words_case {
    const char *words, *want; /* NULL: refused */
    int rc;
} words_cases[] = {
    {"sleep --workers 8", "sleep --workers 8", 0},
    {"--workers {machine.cpus}", "--workers 4", 0},
    {"--cpus {machine.first},{ machine.first + 2 }", "--cpus 0,2", 0},
    {"--tasks {10 / machine.cpus}", "--tasks 3", 0}, /* 2.5 */
    {"--nice {-0.2}", "--nice 0", 0},
    {"--nice {0 - machine.cpus}", "--nice -4", 0},
    {"--tasks {x.answer}", NULL, -ENODATA},
    {"--tasks {machine.cpus / 0}", NULL, -ENODATA},
    {"--tasks {machine.cpus", NULL, -EINVAL},
    {"--tasks {machine cpus}", NULL, -EINVAL},
    {"--tasks {}", NULL, -EINVAL},
    {"--tasks {1000000 * 1000000 * 1000000}", NULL, -EINVAL},
};

static void test_words(void **state)
{
    const struct words_case *c = *state;
    struct facts *facts = facts_new();
    struct text out = {0};
    struct err err = {0};

    assert_non_null(facts);
    facts_set(facts, "machine", 0, "cpus", 4);
    facts_set(facts, "machine", 0, "first", 0);
    assert_int_equal(lesson_words(c->words, facts, &out, &err), c->rc);
    if (c->want)
        assert_string_equal(text_str(&out), c->want);
    else
        assert_true(err.text[0] != '\0');
    text_fini(&out);
    facts_free(facts);
}

static void test_lists(void **state)
{
    (void)state;
    assert_true(lesson_lists("one two", "two"));
    assert_true(lesson_lists("  one\ttwo ", "one"));
    assert_false(lesson_lists("one two", "on"));
    assert_false(lesson_lists("one two", ""));
    assert_false(lesson_lists(NULL, "one"));
}

/* ---- what does no harm --------------------------------------------------- */

/* @unit again and again, up to 64 KiB. */
static void parse_many(const char *front, const char *unit)
{
    struct text t = {0};

    text_add(&t, front);
    while (t.len + strlen(unit) < LESSON_BYTES)
        text_add(&t, unit);
    parse(text_str(&t));
    text_fini(&t);
}

static const struct many {
    const char *name, *unit;
} many[] = {
    {"a long line", "x"},
    {"empty lines", "\n"},
    {"marks", "`"},
    {"fences", "```\n"},
    {"open blocks", "```run a\n"},
    {"blocks", "```run a\n```\n"},
    {"other fences", "~~~hint\n"},
    {"braces", "{"},
    {"figures", "{a.b}"},
    {"choices", "- a :: b\n"},
    {"lists in lists", "- - - - "},
    {"quotes", "> "},
    {"keys", "a: b\n"},
    {"links", "[a](b"},
    {"emphasis", "*a_b*"},
    {"tables", "|a|\n"},
    {"carriage returns", "\r\n"},
    {"tabs", "\t"},
    {"no UTF-8", "\xff\xfe"},
    {"half of UTF-8", "\xe2\x82"},
    {"rules", "---\n"},
    {"deep formulas", "```check\nE a : (((((((((( : b\n```\n"},
    {"pretences", "```control\na.b = 1\n```\n"},
    {"agains", "```again\n- a :: b :: c.d\n"},
};

static void test_many(void **state)
{
    static const char *const fronts[] = {"",
                                         "---\n",
                                         FRONT,
                                         FRONT "```check\n",
                                         FRONT "```predict p\nask = ",
                                         FRONT "```hint\n"};
    const struct many *m = *state;

    for (size_t i = 0; i < COUNT_OF(fronts); i++) {
        parse_many(fronts[i], m->unit);
        for (int k = 0; k < lesson.fault_count; k++) {
            assert_in_range(lesson.faults[k].line, 1, LESSON_BYTES + 1);
            assert_true(lesson.faults[k].text[0] != '\0');
        }
        lesson_fini(&lesson);
    }
}

/* Nothing that a terminal could take for a command comes out of a lesson. */
static void test_no_controls(void **state)
{
    static const char text[] = FRONT "A \033[2J\0\x7f\xc2\x9b"
                                     "b \xff c\r\n";

    (void)state;
    assert_int_equal(lesson_parse(&lesson, "", text, sizeof(text) - 1), 0);
    assert_int_equal(lesson.block_count, 1);
    assert_string_equal(lesson.blocks[0].body, "A ?[2J??\?\?b ? c");
    assert_int_equal(lesson.source_length, sizeof(text) - 1);
}

static void test_too_large(void **state)
{
    char *text = calloc(1, LESSON_BYTES + 1);

    (void)state;
    assert_non_null(text);
    assert_int_equal(lesson_parse(&lesson, "", text, LESSON_BYTES + 1), 0);
    assert_int_equal(lesson.faults[0].code, LINT_TOO_LARGE);
    assert_int_equal(lesson.block_count, 0);
    free(text);
}

static void test_read(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(lesson_read(&lesson, "tests/no-such.md", &err), -ENOENT);
    assert_non_null(strstr(err.text, "tests/no-such.md"));
    assert_int_equal(
        lesson_read(&lesson, "tests/lessons/broken/clean.md", &err), 0);
    assert_int_equal(lesson.fault_count, 0);
    assert_string_equal(lesson.id, "clean");
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_teardown(test_front, fini),
        cmocka_unit_test_teardown(test_english_unless_said, fini),
        cmocka_unit_test_teardown(test_prose, fini),
        cmocka_unit_test_teardown(test_predict, fini),
        cmocka_unit_test_teardown(test_number_and_order, fini),
        cmocka_unit_test_teardown(test_quiz, fini),
        cmocka_unit_test_teardown(test_runs, fini),
        cmocka_unit_test_teardown(test_watch, fini),
        cmocka_unit_test_teardown(test_checks, fini),
        cmocka_unit_test_teardown(test_reveal, fini),
        cmocka_unit_test_teardown(test_revision, fini),
        cmocka_unit_test(test_lists),
        cmocka_unit_test_teardown(test_no_controls, fini),
        cmocka_unit_test_teardown(test_too_large, fini),
        cmocka_unit_test_teardown(test_read, fini),
    };
    static struct CMUnitTest
        tests[COUNT_OF(fixed) + COUNT_OF(words_cases) + COUNT_OF(many)];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        tests[n++] = fixed[i];
    n = add_rows(tests, n, words_cases, COUNT_OF(words_cases),
                 sizeof(words_cases[0]), test_words);
    add_rows(tests, n, many, COUNT_OF(many), sizeof(many[0]), test_many);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
