/* Lessons with one thing wrong: each must be told, on its line, by its code, in
 * words; and one that is clean. Nothing is run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/codes.h"
#include "lesson/lint.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define FOLDER "tests/lessons/broken/"

static void two_cpus(struct machine *m)
{
    *m = (struct machine){.cpus_online = 2,
                          .cpus_allowed = 2,
                          .memory_total = INT64_C(8) << 30,
                          .memory_available = INT64_C(4) << 30};
    CPU_ZERO(&m->allowed);
    CPU_SET(0, &m->allowed);
    CPU_SET(1, &m->allowed);
}

static void lint_file(struct lesson *l, const char *name)
{
    char path[200];
    struct err err = {0};
    struct machine m;

    snprintf(path, sizeof(path), FOLDER "%s.md", name);
    two_cpus(&m);
    if (lesson_read(l, path, &err) < 0)
        fail_msg("%s", err.text);
    lint_lesson(l, &m);
}

static void print_faults(const struct lesson *l)
{
    for (int i = 0; i < l->fault_count; i++)
        print_error("%s:%d: L%d %s\n", l->path, l->faults[i].line,
                    l->faults[i].code, l->faults[i].text);
}

/* ---- broken ones --------------------------------------------------------- */

/* The file tests/lessons/broken/NAME.md is clean but for what its name says. */
// clang-format off
static const struct broken {
    const char *name;
    int line, code, faults; /* how many there are, with what follows from it */
    const char *words;      /* that the sentence begins with */
} brokens[] = {
    {"not-utf8", 14, 102, 1,
     "this line is not UTF-8"},
    {"control-character", 14, 103, 1,
     "this line has a control character"},
    {"nul-byte", 14, 103, 1,
     "this line has a control character"},
    {"carriage-return", 14, 104, 1,
     "this line ends with CR LF; LF alone, please"},
    {"tab", 102, 105, 1,
     "a tab; blanks, please"},
    {"trailing-blank", 102, 106, 1,
     "there are blanks at the end of this line"},
    {"wide-line", 102, 107, 1,
     "this line has 82 columns; at most 76"},
    {"no-last-newline", 107, 108, 1,
     "the last line does not end with a newline"},
    {"too-long", 301, 109, 1,
     "a lesson has at most 300 lines, not 357"},
    {"no-front-matter", 1, 120, 1,
     "a lesson begins with its front matter, between two lines of ---"},
    {"open-front-matter", 1, 121, 1,
     "the front matter is never ended by a line of ---"},
    {"front-line", 7, 122, 1,
     "a line of the front matter is \"key: value\""},
    {"front-key", 7, 123, 1,
     "there is no key \"minuets\"; did you mean \"minutes\"?"},
    {"front-twice", 6, 124, 1,
     "\"title\" stands here a second time"},
    {"no-title", 1, 125, 1,
     "the front matter lacks \"title\""},
    {"no-covers", 1, 125, 1,
     "the front matter lacks \"covers\""},
    {"empty-targets", 12, 125, 1,
     "\"targets\" says nothing"},
    {"format-2", 2, 126, 1,
     "format is 1, not \"2\""},
    {"eleven-minutes", 7, 126, 1,
     "minutes is a whole number from 1 to 10, not \"11\""},
    {"track-y", 6, 126, 1,
     "track is a letter, A to F or X, not \"Y\""},
    {"bad-id", 3, 126, 1,
     "id is 3 to 32 of a-z, 0-9 and -, not \"Bad_Id\""},
    {"long-title", 4, 126, 1,
     "the title has 42 columns; at most 40"},
    {"bad-need", 9, 126, 1,
     "needs takes cores>=N, quiet and many-threads, not \"root\""},
    {"after-itself", 8, 126, 1,
     "a lesson cannot come after itself"},
    {"no-such-claim", 11, 126, 1,
     "\"136\" is no row of the articles' claims; they are 1 to 135"},
    {"another-id", 3, 127, 1,
     "the id is \"some-other\", but the file's name says \"another-id\""},
    {"misconception-25", 12, 129, 1,
     "\"M25\" is no misconception; they are M1 to M24"},
    {"misconception-of-choice", 19, 129, 1,
     "\"M31\" is no misconception; they are M1 to M24"},
    {"topic-69", 10, 130, 1,
     "\"69\" is no topic; they are 1 to 68"},
    {"unknown-block", 16, 201, 2,
     "there is no block \"predit\"; did you mean \"predict\"?"},
    {"open-block", 104, 202, 1,
     "this block is never closed by a line of ```"},
    {"open-code", 15, 202, 1,
     "this code is never closed by a line of marks"},
    {"no-id", 16, 203, 1,
     "this block needs a name: \"predict some-name\""},
    {"two-ids", 92, 203, 1,
     "after the name there is nothing; \"not\" is too much"},
    {"named-check", 67, 203, 1,
     "check blocks have no name; \"one\" is too much"},
    {"bad-name", 92, 203, 1,
     "a name is a letter a-z, then letters, digits, - and _, 32 at most;"},
    {"nameless-line", 32, 203, 11,
     "this block needs a name, or its line does: \"run some-name\""},
    {"name-twice", 56, 204, 3,
     "the name \"two\" is taken, in line 32"},
    {"question-twice", 92, 204, 1,
     "the name \"turns\" is taken, in line 43"},
    {"reserved-name", 92, 204, 1,
     "the name \"machine\" cannot be had"},
    {"unknown-key", 18, 205, 1,
     "predict blocks have no key \"becuase\"; did you mean \"because\"?"},
    {"key-of-another-kind", 42, 205, 1,
     "observe blocks have no key \"because\""},
    {"run-key", 34, 205, 1,
     "run blocks have no key \"repeats\"; did you mean \"repeat\"?"},
    {"key-twice", 29, 206, 1,
     "\"look\" stands here a second time"},
    {"no-question", 92, 207, 1,
     "there is no question: \"ask = ...\""},
    {"no-answer", 36, 207, 1,
     "a number needs \"answer = FORMULA\""},
    {"no-program", 59, 207, 1,
     "a slow block needs \"program = NAME\""},
    {"no-fails", 76, 207, 2,
     "a control says which checks fail: \"fails = LABEL\""},
    {"empty-hint", 23, 207, 1,
     "this block is empty"},
    {"stray-line", 20, 208, 2,
     "a choice needs to know when it is right: \"- text :: when FORMULA\""},
    {"no-condition", 21, 208, 2,
     "a choice needs to know when it is right: \"- text :: when FORMULA\""},
    {"check-without-colon", 68, 208, 2,
     "a check is \"CLASS label : FORMULA : message\""},
    {"blanks-first", 51, 208, 5,
     "this line begins with blanks, but there is no line before that it"},
    {"repeat-none", 54, 209, 2,
     "repeat is a whole number from 1 to 100, not \"0\""},
    {"near-without-percent", 41, 209, 1,
     "near says how near counts as right, such as 20%"},
    {"no-such-panel", 27, 209, 1,
     "panel is one of lanes, race, disk, curve, none, not \"lane\""},
    {"no-such-unit", 29, 209, 1,
     "a unit is one of s, ms, us, %, x, n, /s, B, B/s, not \"sec\""},
    {"indented-block", 101, 210, 1,
     "a block begins in the first column: no blanks before ```notes"},
    {"formula", 68, 301, 2,
     "column 19: a number or RUN.METRIC belongs here: \"two.tasks_done == ==\""},
    {"formula-of-choice", 20, 301, 2,
     "column 19: \"..\" is missing: x in 1..5: \"two.wall_s in 0.25\""},
    {"no-such-run", 69, 302, 1,
     "there is no run \"tow\" in this lesson"},
    {"no-such-run-pretended", 81, 302, 1,
     "there is no run \"tow\" in this lesson"},
    {"no-such-metric", 69, 303, 1,
     "there is no figure \"wall_z\" of a run; did you mean \"wall_s\"?"},
    {"no-such-value", 72, 303, 1,
     "the sweep curve has no value 3"},
    {"no-such-machine", 70, 303, 1,
     "there is no figure \"cores\" of the machine"},
    {"number-for-condition", 21, 304, 2,
     "\"two.wall_s\" is a number; a condition is yes or no"},
    {"condition-for-number", 29, 304, 1,
     "\"two.wall_s > 1\" is yes or no; here a number is wanted"},
    {"figure-too-early", 14, 305, 1,
     "this uses a figure of two, which comes later (line 32)"},
    {"check-too-early", 27, 305, 1,
     "this uses a figure of two, which comes later (line 39)"},
    {"brace", 99, 306, 1,
     "in {...}: column 13: something is missing at the end"},
    {"unit", 99, 307, 1,
     "in {...}: \"xx\" is no unit; there are s, ms, us, %, x, n, /s, B and B/s"},
    {"one-choice", 92, 401, 1,
     "a question has 2 to 6 choices, not 1"},
    {"choices-overlap", 20, 402, 1,
     "this choice and the one in line 19 are both right when two.wall_s"},
    {"choices-overlap-at-the-end", 21, 402, 1,
     "this choice and the one in line 20 are both right when two.wall_s"},
    {"choices-with-a-gap", 16, 403, 1,
     "no choice is right when two.wall_s = 0.601; add \"- something else"},
    {"never-right", 21, 404, 1,
     "this choice can never be right"},
    {"two-right", 92, 405, 1,
     "a quiz has one right answer (\"* text\"), not 2"},
    {"none-right", 92, 405, 1,
     "a quiz has one right answer (\"* text\"), not 0"},
    {"else-first", 19, 406, 1,
     "\"else\" is the last choice"},
    {"experiment", 33, 501, 1,
     "there is no setting --task-sm; did you mean --task-ms?"},
    {"experiment-of-control", 77, 501, 1,
     "--workers one: that is not a number; --workers takes a whole"},
    {"experiment-again", 105, 501, 1,
     "there is no workload \"slep\"; did you mean \"sleep\"?"},
    {"sweep", 57, 502, 1,
     "there is no setting --wrokers; did you mean --workers?"},
    {"program", 60, 503, 1,
     "there is no file \"lost-updates\" and no program of that name in the"},
    {"jobs", 65, 504, 1,
     "there is no policy \"rrr\"; did you mean rr?"},
    {"many-threads", 105, 505, 1,
     "300 workers; more than 256 only with \"needs: many-threads\""},
    {"unused-run", 33, 506, 1,
     "nothing uses the figures of idle; ask for one of them, check it or"},
    {"watch-before-nothing", 101, 507, 1,
     "a watch block stands before a run, sweep, slow or sim block, and"},
    {"experiment-too-early", 33, 508, 1,
     "this experiment uses a figure of one, which comes later (line 50)"},
    {"class", 68, 601, 2,
     "a check begins with its class, E, M, R or D, and its label; not \"X"},
    {"label-twice", 69, 602, 1,
     "the label \"done\" is taken, in line 68"},
    {"no-control", 69, 603, 1,
     "no control shows that \"wall\" can fail"},
    {"no-such-label", 78, 604, 1,
     "there is no check \"wal\" in this lesson"},
    {"no-needs", 69, 605, 1,
     "an R check needs \"needs: cores>=N quiet\" in the front matter"},
    {"needs-quiet", 70, 605, 1,
     "an R check needs \"needs: cores>=N quiet\" in the front matter"},
    {"no-prediction", 31, 606, 4,
     "this is checked, but nobody is asked before what will come of it"},
    {"control-of-two-kinds", 76, 607, 1,
     "a control is only one of: runs, a swap, figures as if measured, or"},
    {"few-pairs", 71, 608, 1,
     "most(...) of 3; a D check looks at 5 repeats or more"},
    {"long-beginning", 22, 701, 1,
     "more than 8 lines of prose before there is anything to decide"},
    {"revealed-early", 56, 702, 4,
     "this is revealed before the check in line 70"},
    {"link", 14, 703, 1,
     "the link to \"https://example.org/\" leads out of the lessons;"},
    {"spelling", 102, 704, 1,
     "\"behavior\": here it is spelt \"behaviour...\""},
    {"spelling-of-title", 4, 704, 1,
     "\"color\": here it is spelt \"colour...\""},
};
// clang-format on

static void test_broken(void **state)
{
    const struct broken *b = *state;
    struct lesson l;
    bool told = false;

    lint_file(&l, b->name);
    for (int i = 0; i < l.fault_count; i++)
        told |= l.faults[i].line == b->line && l.faults[i].code == b->code &&
                strncmp(l.faults[i].text, b->words, strlen(b->words)) == 0;
    if (!told || l.fault_count != b->faults) {
        print_faults(&l);
        fail_msg("wanted %d faults, one of them line %d, L%d: %s", b->faults,
                 b->line, b->code, b->words);
    }
    lesson_fini(&l);
}

static void test_clean(void **state)
{
    struct lesson l;

    (void)state;
    lint_file(&l, "clean");
    print_faults(&l);
    assert_int_equal(l.fault_count, 0);
    lesson_fini(&l);
}

/* Every code is tried by a row, but for those that need more than a file. */
static void test_codes(void **state)
{
    static const int elsewhere[] = {
        LINT_TOO_LARGE, LINT_TOO_MANY,    LINT_ID_TAKEN, LINT_AFTER,
        LINT_SKELETON,  LINT_FRONT_OTHER, LINT_LANG};

    (void)state;
    for (int i = 0; lint_codes[i].code; i++) {
        bool tried = false;

        for (size_t k = 0; k < COUNT_OF(brokens); k++)
            tried |= brokens[k].code == lint_codes[i].code;
        for (size_t k = 0; k < COUNT_OF(elsewhere); k++)
            tried |= elsewhere[k] == lint_codes[i].code;
        if (!tried)
            fail_msg("no lesson breaks L%d: %s", lint_codes[i].code,
                     lint_codes[i].means);
        assert_true(i == 0 || lint_codes[i - 1].code < lint_codes[i].code);
    }
}

/* ---- whole texts --------------------------------------------------------- */

static char *clean_text(void)
{
    FILE *f = fopen(FOLDER "clean.md", "re");
    char *text = calloc(1, LESSON_BYTES + 1);

    assert_non_null(f);
    assert_non_null(text);
    assert_true(fread(text, 1, LESSON_BYTES, f) > 0);
    fclose(f);
    return text;
}

static void test_too_large(void **state)
{
    char *text = malloc(LESSON_BYTES + 1);
    struct machine m;
    struct lesson l;

    (void)state;
    assert_non_null(text);
    memset(text, '\n', LESSON_BYTES + 1);
    two_cpus(&m);
    assert_int_equal(lesson_parse(&l, "", text, LESSON_BYTES + 1), 0);
    lint_lesson(&l, &m);
    assert_int_equal(l.fault_count, 1);
    assert_int_equal(l.faults[0].code, LINT_TOO_LARGE);
    lesson_fini(&l);
    free(text);
}

static void test_too_many(void **state)
{
    struct text text = {0};
    struct lesson l;

    (void)state;
    text_add(&text, "---\n");
    for (int i = 0; i < 5000; i++)
        text_add(&text, "nonsense\n");
    text_add(&text, "---\n");
    assert_int_equal(lesson_parse(&l, "", text.data, text.len), 0);
    assert_int_equal(l.fault_count, 201);
    assert_int_equal(l.faults[200].code, LINT_TOO_MANY);
    lesson_fini(&l);
    text_fini(&text);
}

static void test_new(void **state)
{
    struct text text = {0};
    struct machine m;
    struct lesson l;

    (void)state;
    two_cpus(&m);
    lint_new("a-new-lesson", &text);
    assert_int_equal(
        lesson_parse(&l, "lessons/a-new-lesson.md", text.data, text.len), 0);
    lint_lesson(&l, &m);
    print_faults(&l);
    assert_int_equal(l.fault_count, 0);
    assert_string_equal(l.id, "a-new-lesson");
    lesson_fini(&l);
    text_fini(&text);
}

/* ---- translations -------------------------------------------------------- */

static const struct translated {
    const char *name, *from, *to;
    int line, code; /* 0: nothing is wrong */
    const char *words;
} translations[] = {
    {"other words", "How many naps", "Combien de siestes", 0, 0, ""},
    {"another message", "every task was done", "tout est fait", 0, 0, ""},
    {"another reason", "models have no bad day", "un calcul", 0, 0, ""},
    {"another look", "How many lanes", "Combien de voies", 0, 0, ""},
    {"another condition", "in 0.25..0.6", "in 0.25..0.7", 16, LINT_SKELETON,
     "\"predict naps\" differs from line 16"},
    {"another experiment", "--tasks 8 --task-ms 100\nrepeat",
     "--tasks 9 --task-ms 100\nrepeat", 32, LINT_SKELETON,
     "\"run two\" differs from line 32"},
    {"another right answer", "* Who sleeps", "- Who sleeps", 92, LINT_SKELETON,
     "\"quiz why\" differs"},
    {"another label", "E done ", "E fait ", 67, LINT_SKELETON,
     "\"check\" differs"},
    {"another class", "D sooner", "M sooner", 67, LINT_SKELETON,
     "\"check\" differs"},
    {"another name", "```observe together", "```observe ensemble", 36,
     LINT_SKELETON, "this is \"observe ensemble\", but \"observe together\""},
    {"a block less",
     "```notes\nAsk who has ever waited for a bus, and what the "
     "driver did meanwhile.\n```\n",
     "", 101, LINT_SKELETON, "this is \"again\", but \"notes\""},
    {"more minutes", "minutes: 5", "minutes: 6", 1, LINT_FRONT_OTHER,
     "minutes is 6, but 5"},
    {"other targets", "targets: M3 M12", "targets: M3", 1, LINT_FRONT_OTHER,
     "targets is \"M3\""},
    {"no language", "lang: fr\n", "", 1, LINT_LANG, "a translation says"},
};

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    struct text out = {0};

    assert_non_null(at);
    text_addf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out.data;
}

static void test_translation(void **state)
{
    const struct translated *t = *state;
    char *clean = clean_text();
    char *french = replaced(clean, "claims: 1\n", "claims: 1\nlang: fr\n");
    char *text = replaced(french, t->from, t->to);
    struct lesson original, l;

    assert_int_equal(lesson_parse(&original, "", clean, strlen(clean)), 0);
    assert_int_equal(lesson_parse(&l, "", text, strlen(text)), 0);
    lint_translation(&l, &original);
    if (l.fault_count != (t->code != 0))
        print_faults(&l);
    assert_int_equal(l.fault_count, t->code != 0);
    if (t->code) { /* one line further, for there is the language */
        assert_int_equal(l.faults[0].line, t->line + (t->line > 1));
        assert_int_equal(l.faults[0].code, t->code);
        assert_memory_equal(l.faults[0].text, t->words, strlen(t->words));
    }
    assert_int_equal(l.skeleton == original.skeleton, t->code != LINT_SKELETON);
    lesson_fini(&original);
    lesson_fini(&l);
    free(clean);
    free(french);
    free(text);
}

/* ---- the command --------------------------------------------------------- */

static struct program_result result;

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void run(const char *words, const char *path, const char *other)
{
    char line[3 * PLACE_PATH];

    snprintf(line, sizeof(line), "%s %s %s", words, path, other);
    program_run(&result, line);
}

static void assert_says(const char *out, const char *words)
{
    if (!strstr(out, words))
        fail_msg("wanted \"%s\" in: %s", words, out);
}

static void test_command(void **state)
{
    (void)state;
    program_run(&result, "lesson lint " FOLDER "clean.md");
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, "1 lesson, no faults\n");

    program_run(&result, "lesson lint " FOLDER "tab.md " FOLDER "clean.md");
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out,
                        FOLDER "tab.md:102: L105 a tab; blanks, please\n"
                               "2 lessons, 1 fault\n");

    program_run(&result, "lesson lint --json " FOLDER "tab.md");
    assert_int_equal(result.status, 2);
    assert_says(result.out, "\"schema\": \"timeslice.lint/1\"");
    assert_says(result.out, "\"line\": 102");

    program_run(&result, "lesson lint");
    assert_int_equal(result.status, 2);
    assert_says(result.err, "lesson lint needs a file, or --all");

    program_run(&result, "lesson lint tests/lessons/no-such.md");
    assert_int_equal(result.status, 2);
    assert_says(result.err, "cannot be read");
}

/* The course that comes with timeslice has none. */
static void test_course(void **state)
{
    (void)state;
    program_run(&result, "lesson lint --all");
    if (result.status != 0)
        fail_msg("%s%s", result.out, result.err);
    assert_says(result.out, "no faults\n");
}

static void test_command_twins(void **state)
{
    char *clean = clean_text();
    char one[PLACE_PATH], two[PLACE_PATH];

    (void)state;
    snprintf(one, sizeof(one), "%s", place_path("01-clean.md"));
    snprintf(two, sizeof(two), "%s", place_path("02-clean.md"));
    write_file(one, clean);
    write_file(two, clean);
    run("lesson lint", one, two);
    assert_int_equal(result.status, 2);
    assert_says(result.out, "02-clean.md:1: L128 the id \"clean\" is taken");
    free(clean);
}

static void test_command_translation(void **state)
{
    char *clean = clean_text();
    char *french = replaced(clean, "claims: 1\n", "claims: 1\nlang: fr\n");
    char *other = replaced(french, "in 0.25..0.6", "in 0.25..0.60");
    char path[PLACE_PATH];

    (void)state;
    write_file(place_path("03-clean.md"), clean);
    snprintf(path, sizeof(path), "%s", place_path("03-clean.fr.md"));
    write_file(path, french);
    run("lesson lint", path, "");
    assert_int_equal(result.status, 0);
    assert_says(result.out, "0 lessons, 1 translation, no faults");
    write_file(path, other);
    run("lesson lint", path, "");
    assert_int_equal(result.status, 2);
    assert_says(result.out, "03-clean.fr.md:17: L801");
    free(clean);
    free(french);
    free(other);
}

static void test_command_new(void **state)
{
    const char *path = place_path("my-own.md");

    (void)state;
    run("lesson new my-own --out", path, "");
    assert_int_equal(result.status, 0);
    assert_says(result.out, "lesson lint");
    run("lesson lint", path, "");
    assert_int_equal(result.status, 0);
    run("lesson new my-own --out", path, "");
    assert_int_equal(result.status, 2);
    assert_says(result.err, "is there already; --force writes over it");
    run("lesson new my-own --force --out", path, "");
    assert_int_equal(result.status, 0);
    program_run(&result, "lesson new My_Own");
    assert_int_equal(result.status, 2);
}

/* Questions without keys, experiments as commands. */
static void test_command_show(void **state)
{
    (void)state;
    program_run(&result, "lesson show " FOLDER "clean.md");
    assert_int_equal(result.status, 0);
    assert_says(result.out, "Predict: Two workers, eight naps of 100 ms.");
    assert_says(result.out, "    A  0.1 s\n    B  0.4 s\n    C  0.8 s\n");
    assert_says(result.out,
                "    timeslice run sleep --workers 2 --tasks 8 --task-ms 100\n"
                "    3 times\n");
    assert_says(result.out, "    timeslice step lost-update\n");
    assert_null(strstr(result.out, "when two.wall_s"));
    assert_null(strstr(result.out, "M11"));
    program_run(&result, "lesson show");
    assert_int_equal(result.status, 2);
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_new),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_course),
        cmocka_unit_test(test_command_twins),
        cmocka_unit_test(test_command_translation),
        cmocka_unit_test(test_command_new),
        cmocka_unit_test(test_command_show),
    };
    static struct CMUnitTest
        tests[COUNT_OF(fixed) + COUNT_OF(brokens) + COUNT_OF(translations)];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        tests[n++] = fixed[i];
    n = add_rows(tests, n, brokens, COUNT_OF(brokens), sizeof(brokens[0]),
                 test_broken);
    add_rows(tests, n, translations, COUNT_OF(translations),
             sizeof(translations[0]), test_translation);
    return cmocka_run_group_tests(tests, place_make, place_remove);
}
