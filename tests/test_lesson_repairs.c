/* What once went wrong with lessons, at their edges: the real program with its
 * streams closed, files that are no lessons, nowhere to keep anything. Nothing
 * here measures anything. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "lesson/formula.h"
#include "lesson/judge.h"
#include "lib/place.h"
#include "lib/program.h"

static struct program_result result; /* a megabyte */

/* ---- closed streams ------------------------------------------------------ */

/* Then the next file that is opened would become standard output. */
static void close_streams(void)
{
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
}

/* With nowhere to print to, a lesson says so; what it prints must not land in
 * the file that took the place of standard output. */
static void test_closed_output_spares_the_files(void **state)
{
    char path[300], kept[4096];
    static const char *const files[] = {"history.db", "history.db.lock",
                                        "progress.tsv"};

    (void)state;
    program_run_prepared(&result, "lesson run tests/lessons/linear.md --linear",
                         close_streams);
    assert_int_equal(result.status, 1);
    assert_non_null(strstr(result.err, "cannot write the output"));
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ssize_t n;
        int fd;

        snprintf(path, sizeof(path), "%s/%s", place_path("state/timeslice"),
                 files[i]);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? 0 : read(fd, kept, sizeof(kept));
        if (fd >= 0)
            close(fd);
        assert_true(n >= 0);
        assert_null(memmem(kept, (size_t)n, "It takes about", 14));
    }
}

/* ---- what is no lesson --------------------------------------------------- */

static void test_show_refuses_what_is_no_lesson(void **state)
{
    (void)state;
    program_run(&result, "lesson show /dev/null");
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "/dev/null:1: a lesson begins with"));
}

/* ---- a lesson of one's own ----------------------------------------------- */

/* The number in front of a file's name is no part of the id. */
static void test_new_lesson_has_no_faults(void **state)
{
    char path[300], line[400];

    (void)state;
    snprintf(path, sizeof(path), "%s", place_path("07-my-own.md"));
    snprintf(line, sizeof(line), "lesson new 07-my-own --out %s", path);
    program_run(&result, line);
    assert_int_equal(result.status, 0);
    snprintf(line, sizeof(line), "lesson lint %s", path);
    program_run(&result, line);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "no faults"));
    unlink(path);
}

/* ---- nowhere to keep it -------------------------------------------------- */

static void without_home(void)
{
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
}

static void test_nothing_kept_is_not_promised(void **state)
{
    (void)state;
    program_run_prepared(&result, "lesson run tests/lessons/linear.md --linear",
                         without_home);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "is not kept:"));
    assert_null(strstr(result.out, "What you did is kept"));
}

static void no_large_files(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_FSIZE, &none);
}

/* ThreadSanitizer writes a file of its own before main() begins. */
#if defined(__SANITIZE_THREAD__)
#define WRITES_BEFORE_MAIN true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WRITES_BEFORE_MAIN true
#endif
#endif
#ifndef WRITES_BEFORE_MAIN
#define WRITES_BEFORE_MAIN false
#endif

/* A limit is a sentence, as a full disk is, and no death. */
static void test_a_full_disk_is_a_sentence(void **state)
{
    (void)state;
    if (WRITES_BEFORE_MAIN)
        skip();
    place_clear(place_path("state")); /* else it asks whether to go on */
    program_run_prepared(&result,
                         "lesson run tests/lessons/linear.md --linear "
                         "--no-history",
                         no_large_files);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "is not kept: progress"));
}

/* ---- a division by 0 ----------------------------------------------------- */

/* It is said to be one, not a run that was not made. */
static void test_division_by_zero_is_named(void **state)
{
    static const char *const formulas[] = {"a.x / a.x == 1", "spread(a.x) < 1"};
    struct facts *f = facts_new();
    const struct lesson l = {0};
    const struct machine m = {0};

    (void)state;
    facts_set(f, "a", 0, "x", 0);
    for (size_t i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++) {
        struct err err = {0};
        struct lesson_check check = {.label = "x",
                                     .holds = formula_parse(formulas[i], &err)};
        struct lesson_finding finding;

        assert_non_null(check.holds);
        judge_check(&l, &check, f, &m, &finding);
        assert_int_equal(finding.verdict, LESSON_SKIPPED);
        assert_string_equal(finding.reason, "here it would be a division by 0");
        lesson_finding_fini(&finding);
        formula_free(check.holds);
    }
    facts_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_output_spares_the_files),
        cmocka_unit_test(test_show_refuses_what_is_no_lesson),
        cmocka_unit_test(test_new_lesson_has_no_faults),
        cmocka_unit_test(test_nothing_kept_is_not_promised),
        cmocka_unit_test(test_a_full_disk_is_a_sentence),
        cmocka_unit_test(test_division_by_zero_is_named),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
