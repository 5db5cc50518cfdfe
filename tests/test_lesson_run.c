/* "timeslice lesson run" without a screen: the real program on tiny lessons.
 * Nothing here waits for a quiet machine: what is checked is exact. */
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/golden.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static struct program_result result; /* a megabyte */

/* ---- without a learner ----------------------------------------------------
 */

static const struct run_case {
    const char *name, *line;
    int status;
    const char *says[6]; /* on stdout, or of 2 on stderr */
} cases[] = {
    {"headless: all of it holds",
     "lesson run tests/lessons/passes.md --headless",
     0,
     {"pass          passes", "3 passed", "key of chunks: two", "must: 2\n"}},
    {"headless: a check fails",
     "lesson run tests/lessons/fails.md --headless",
     1,
     {"fail          fails", "1 passed, 1 failed", "E more: fail",
      "auto.tasks_done (4) == 5"}},
    {"headless: a control that fails nothing",
     "lesson run tests/lessons/toothless.md --headless",
     1,
     {"fail          toothless", "control of done (line 28): did not make it",
      "auto.tasks_done (3) > 0", "that did not: 1"}},
    {"headless: without controls it is not noticed",
     "lesson run tests/lessons/toothless.md --headless --no-controls",
     0,
     {"pass          toothless"}},
    {"headless: for another machine",
     "lesson run tests/lessons/skipped.md --headless",
     4,
     {"skipped       skipped", "E many: skipped",
      "it is for machines where machine.cpus >= 100000"}},
    {"headless: what the machine has not got",
     "lesson run tests/lessons/far.md --headless",
     4,
     {"skipped       far", "--cpus names processor"}},
    {"headless: a run that did not end well says nothing of time",
     "lesson run tests/lessons/cut-short.md --headless",
     3,
     {"inconclusive  cut-short", "M wall: inconclusive",
      "key of end: cut short"}},
    {"headless: a deadlock is a result",
     "lesson run tests/lessons/stuck.md --headless",
     0,
     {"pass          stuck", "key of end: nobody can go on"}},
    {"headless: the worst counts",
     "lesson run tests/lessons/passes.md tests/lessons/fails.md --headless",
     1,
     {"pass          passes", "fail          fails",
      "2 lessons: 1 passed, 1 "
      "failed"}},
    {"headless: one processor",
     "lesson run tests/lessons/one.md --headless --cpus 0",
     0,
     {"pass          one", "key of many: one", "2 passed"}},
    {"headless: computed",
     "lesson run tests/lessons/linear.md --headless",
     0,
     {"pass          linear", "key of least: 1",
      "key of order: the shortest first < one after the other"}},
    {"headless: a lesson with a fault",
     "lesson run tests/lessons/faulty.md --headless",
     1,
     {"fail          faulty", "faulty.md:"}},
    {"headless: a line that is no experiment",
     "lesson run tests/lessons/nonsense.md --headless",
     1,
     {"fail          nonsense", "wrokers"}},
    {"request: no lesson", "lesson run --headless", 2, {"which lesson?"}},
    {"request: no such lesson",
     "lesson run no-such-lesson-anywhere --headless",
     2,
     {"no-such-lesson-anywhere"}},
    {"request: all and one",
     "lesson run --all passes --headless",
     2,
     {"--all means every lesson"}},
    {"request: json with a learner",
     "lesson run tests/lessons/passes.md --json",
     2,
     {"--json is for --headless"}},
    {"request: two with a learner",
     "lesson run tests/lessons/passes.md tests/lessons/fails.md --linear",
     2,
     {"one lesson can be taken at a time"}},
};

static void it_says(void **state)
{
    const struct run_case *c = *state;
    const char *said;

    program_run(&result, c->line);
    if (result.status != c->status)
        fail_msg("status %d, not %d:\n%s%s", result.status, c->status,
                 result.out, result.err);
    said = c->status == 2 ? result.err : result.out;
    for (size_t i = 0; i < COUNT_OF(c->says) && c->says[i]; i++)
        if (!strstr(said, c->says[i]))
            fail_msg("\"%s\" is not in:\n%s", c->says[i], said);
}

/* ---- as JSON --------------------------------------------------------------
 */

static const char *text_at(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    if (!s)
        fail_msg("there is no text \"%s\"", key);
    return s;
}

static json_t *run_json(const char *line)
{
    json_error_t error;
    json_t *root;

    program_run(&result, line);
    root = json_loads(result.out, 0, &error);
    if (!root)
        fail_msg("line %d: %s:\n%s", error.line, error.text, result.out);
    return root;
}

static void json_has_what_ci_wants(void **state)
{
    json_t *root, *lesson, *check, *numbers, *control, *key;

    (void)state;
    root = run_json("lesson run tests/lessons/fails.md --headless --json");
    assert_int_equal(result.status, 1);
    assert_string_equal(text_at(root, "schema"), "timeslice.lessons/1");
    assert_true(json_is_object(json_object_get(root, "machine")));
    assert_int_equal(json_array_size(json_object_get(root, "lessons")), 1);
    lesson = json_array_get(json_object_get(root, "lessons"), 0);
    assert_string_equal(text_at(lesson, "id"), "fails");
    assert_string_equal(text_at(lesson, "verdict"), "fail");
    assert_true(json_is_real(json_object_get(lesson, "seconds")));
    assert_int_equal(json_array_size(json_object_get(lesson, "checks")), 2);
    check = json_array_get(json_object_get(lesson, "checks"), 1);
    assert_string_equal(text_at(check, "class"), "E");
    assert_string_equal(text_at(check, "label"), "more");
    assert_string_equal(text_at(check, "verdict"), "fail");
    assert_string_not_equal(text_at(check, "reason"), "");
    numbers = json_object_get(check, "numbers");
    assert_true(
        json_number_value(json_object_get(numbers, "auto.tasks_done")) == 4);
    assert_int_equal(json_array_size(json_object_get(lesson, "controls")), 2);
    control = json_array_get(json_object_get(lesson, "controls"), 0);
    assert_string_equal(text_at(control, "verdict"), "pass");
    key = json_array_get(json_object_get(lesson, "predictions"), 0);
    assert_string_equal(text_at(key, "id"), "done");
    assert_true(json_is_true(json_object_get(key, "known")));
    assert_int_equal(json_integer_value(json_object_get(key, "key")), 1);
    assert_true(json_is_boolean(json_object_get(key, "disturbed")));
    json_decref(root);
}

/* No answer is written down: with one processor it is another. */
static void the_key_follows_the_machine(void **state)
{
    json_t *root, *lesson, *key;

    (void)state;
    root = run_json("lesson run tests/lessons/one.md --headless --json "
                    "--cpus 0");
    lesson = json_array_get(json_object_get(root, "lessons"), 0);
    key = json_array_get(json_object_get(lesson, "predictions"), 0);
    assert_string_equal(text_at(key, "text"), "one");
    json_decref(root);
}

static void nothing_of_it_is_kept(void **state)
{
    (void)state;
    place_clear(place_path("state"));
    program_run(&result, "lesson run tests/lessons/passes.md --headless");
    assert_int_equal(result.status, 0);
    assert_int_equal(place_entries(place_path("state/timeslice")), 0);
}

/* Ended by a signal it says what is known, and leaves nobody. */
static void a_signal_ends_it(void **state)
{
    struct program p;

    (void)state;
    program_start(&p, "lesson run tests/lessons/long.md --headless --json",
                  NULL);
    assert_true(program_child(p.pid) > 0);
    kill(p.pid, SIGINT);
    program_collect(&p, &result);
    assert_int_equal(result.status, 130);
    assert_non_null(strstr(result.out, "timeslice.lessons/1"));
    assert_non_null(strstr(result.out, "\"long\""));
}

/* ---- with a learner, line by line -----------------------------------------
 */

static char answers[256]; /* a file with them */

static void read_answers(void)
{
    int fd = open(answers, O_RDONLY);

    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
        _exit(126);
    setenv("COLUMNS", "76", 1);
}

static void take_linear(const char *lesson, const char *lines)
{
    char line[200];
    FILE *f;

    snprintf(answers, sizeof(answers), "%s", place_path("answers"));
    f = fopen(answers, "w");
    assert_non_null(f);
    fputs(lines, f);
    assert_int_equal(fclose(f), 0);
    snprintf(line, sizeof(line),
             "lesson run tests/lessons/%s.md --linear --no-history", lesson);
    program_run_prepared(&result, line, read_answers);
}

static void forget_progress(void)
{
    place_clear(place_path("state"));
}

static void linear_is_the_golden_transcript(void **state)
{
    (void)state;
    forget_progress();
    take_linear("linear", "3\n" /* the least */
                          "it adds twice\n"
                          "\n"    /* run it */
                          "h\n"   /* there is no hint here: not a number */
                          "2\n"   /* endings */
                          "1\n"   /* quiz: wrong */
                          "2 1\n" /* the order */
                          "\n\n"  /* run both */
                          "1\n3\n\n" /* again */);
    assert_int_equal(result.status, 0);
    assert_string_equal(result.err, "");
    golden_check("lesson_linear.txt", result.out);
}

static void hints_skips_and_ways_back(void **state)
{
    (void)state;
    forget_progress();
    take_linear("linear", "x\n" /* nonsense */
                          "9\n" /* no such choice */
                          "h\nh\nh\n"
                          "1\n\n"
                          "b\n" /* back: predict again */
                          "2\n\n"
                          "s\n" /* to the explanation */
                          "1 2\n"
                          "q\n");
    assert_int_equal(result.status, 0);
    golden_check("lesson_linear_skip.txt", result.out);
}

static void one_goes_on_where_one_stopped(void **state)
{
    (void)state;
    forget_progress();
    take_linear("linear", "2\nso it is\n");
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "Your prediction is kept: 1"));
    assert_non_null(strstr(result.out, "Until next time."));
    take_linear("linear", "1\n\n2\n2\nq\n");
    assert_non_null(strstr(result.out, "You began this lesson before."));
    assert_null(strstr(result.out, "Prediction: What is the least"));
    assert_non_null(strstr(result.out, "You predicted: 1"));
    take_linear("linear", "2\nq\n");
    assert_non_null(strstr(result.out, "Prediction: What is the least"));
}

static void the_end_of_input_ends_it_politely(void **state)
{
    (void)state;
    forget_progress();
    take_linear("linear", "");
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "to go on: timeslice lesson run"));
}

static void no_skip_keeps_the_explanation(void **state)
{
    (void)state;
    forget_progress();
    take_linear("passes", "s\nq\n");
    assert_non_null(strstr(result.out, "portions."));
    forget_progress();
    program_run_prepared(&result,
                         "lesson run tests/lessons/passes.md --linear "
                         "--no-history --no-skip",
                         read_answers);
    assert_null(strstr(result.out, "portions."));
    assert_non_null(strstr(result.out, "not to be had before the"));
}

/* Nothing that a screen reader would stumble over. */
static void it_is_plain(void **state)
{
    (void)state;
    forget_progress();
    take_linear("linear", "2\n\n\n2\n2\n1 2\n\n\n\n");
    for (const char *s = result.out; *s; s++)
        if ((unsigned char)*s < ' ' && *s != '\n')
            fail_msg("a control character %d", *s);
    assert_null(strstr(result.out, "\xe2\x94")); /* lines of boxes */
}

static const struct CMUnitTest plain[] = {
    cmocka_unit_test(json_has_what_ci_wants),
    cmocka_unit_test(the_key_follows_the_machine),
    cmocka_unit_test(nothing_of_it_is_kept),
    cmocka_unit_test(a_signal_ends_it),
    cmocka_unit_test(linear_is_the_golden_transcript),
    cmocka_unit_test(hints_skips_and_ways_back),
    cmocka_unit_test(one_goes_on_where_one_stopped),
    cmocka_unit_test(the_end_of_input_ends_it_politely),
    cmocka_unit_test(no_skip_keeps_the_explanation),
    cmocka_unit_test(it_is_plain),
};

int main(void)
{
    static struct CMUnitTest tests[COUNT_OF(cases) + COUNT_OF(plain)];
    size_t n = 0;

    n = add_rows(tests, n, cases, COUNT_OF(cases), sizeof(cases[0]), it_says);
    memcpy(tests + n, plain, sizeof(plain));
    return cmocka_run_group_tests(tests, place_make, place_remove);
}
