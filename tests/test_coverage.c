/* The course that comes with timeslice: every lesson is there, in an order in
 * which it can be taken, and nothing of the curriculum and of the articles is
 * left out. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lesson/course.h"
#include "lib/place.h"
#include "lib/program.h"

static void read_real(struct course *c)
{
    struct err err = {0};
    char folder[PATH_MAX];

    if (course_folder(folder, sizeof(folder), &err) < 0 ||
        course_read_from(c, folder, "en", &err) < 0)
        fail_msg("%s", err.text);
}

static void test_all_are_there(void **state)
{
    struct course c;
    struct err err = {0};
    char folder[PATH_MAX], path[PATH_MAX + 20], line[200];
    int lessons = 0;
    FILE *f;

    (void)state;
    assert_int_equal(course_folder(folder, sizeof(folder), &err), 0);
    snprintf(path, sizeof(path), "%s/course.txt", folder);
    f = fopen(path, "r");
    assert_non_null(f);
    read_real(&c);
    while (fgets(line, sizeof(line), f)) {
        char id[100];

        if (line[0] == '#' || sscanf(line, "%99s", id) != 1)
            continue;
        lessons++;
        if (course_find(&c, id, &err) == NULL)
            fail_msg("of course.txt: %s", err.text);
    }
    fclose(f);
    assert_int_equal(c.count, lessons);
    for (int i = 0; i < c.count; i++) {
        const struct course_lesson *l = &c.lessons[i];

        assert_int_equal(l->number, i + 1);
        assert_string_equal(l->id, l->lesson.id);
        assert_int_equal(l->track, l->lesson.track);
        if (l->lesson.fault_count)
            fail_msg("%s:%d: %s", l->path, l->lesson.faults[0].line,
                     l->lesson.faults[0].text);
    }
    course_fini(&c);
}

/* What a lesson wants before it stands before it. */
static void test_after_is_before(void **state)
{
    struct course c;

    (void)state;
    read_real(&c);
    for (int i = 0; i < c.count; i++) {
        char copy[200];
        char *p = copy, *word;

        snprintf(copy, sizeof(copy), "%s",
                 c.lessons[i].lesson.after ? c.lessons[i].lesson.after : "");
        while ((word = strsep(&p, " ")) != NULL) {
            bool found = *word == '\0';

            for (int k = 0; k < i; k++)
                found |= strcmp(c.lessons[k].id, word) == 0;
            if (!found)
                fail_msg("%s: after %s, which does not come before",
                         c.lessons[i].id, word);
        }
    }
    course_fini(&c);
}

static void read_coverage(struct text *out, int *missing)
{
    struct course c;
    struct err err = {0};
    char folder[PATH_MAX];

    assert_int_equal(course_folder(folder, sizeof(folder), &err), 0);
    assert_int_equal(course_read_from(&c, folder, "en", &err), 0);
    if (coverage_write(&c, out, missing, &err) < 0)
        fail_msg("%s", err.text);
    course_fini(&c);
}

static void test_nothing_is_missing(void **state)
{
    struct text t = {0};
    int missing;

    (void)state;
    read_coverage(&t, &missing);
    if (missing) {
        char *list = strstr(t.data, "**Missing:**");

        fail_msg("%.600s", list ? list : "");
    }
    text_fini(&t);
}

static void test_coverage_file(void **state)
{
    char folder[PATH_MAX], path[PATH_MAX + 20];
    struct text t = {0};
    char *file;
    size_t length;
    bool same;
    int missing;
    FILE *f;

    (void)state;
    assert_int_equal(course_folder(folder, sizeof(folder), NULL), 0);
    snprintf(path, sizeof(path), "%s/COVERAGE.md", folder);
    f = fopen(path, "r");
    if (f == NULL)
        fail_msg("there is no %s: \"make coverage\" writes it", path);
    read_coverage(&t, &missing);
    file = calloc(1, t.len + 2);
    assert_non_null(file);
    length = fread(file, 1, t.len + 1, f);
    fclose(f);
    same = length == t.len && memcmp(file, t.data, length) == 0;
    free(file);
    text_fini(&t);
    if (!same)
        fail_msg("%s is not what the lessons say: \"make coverage\"", path);
}

/* A course of one lesson: nearly all is missing, and said to be. */
static void test_coverage_notices(void **state)
{
    struct text t = {0};
    struct course c;
    int missing;
    FILE *f;

    (void)state;
    mkdir(place_path("c"), 0700);
    mkdir(place_path("c/a-track"), 0700);
    f = fopen(place_path("c/course.txt"), "w");
    assert_non_null(f);
    fputs("# A Beginnings\nfirst-steps\n", f);
    fclose(f);
    f = fopen(place_path("c/a-track/01-first-steps.md"), "w");
    assert_non_null(f);
    fputs("---\nformat: 1\nid: first-steps\ntitle: The first\n"
          "question: What?\ntrack: A\nminutes: 5\ncovers: 1 33 99\n"
          "claims: 4 400\n---\n\nProse.\n",
          f);
    fclose(f);
    assert_int_equal(course_read_from(&c, place_path("c"), "en", NULL), 0);
    assert_int_equal(coverage_write(&c, &t, &missing, NULL), 0);
    assert_true(missing > 100);
    assert_non_null(strstr(t.data, "**Missing:**"));
    assert_non_null(strstr(t.data, "| [01](a-track/01-first-steps.md) |"));
    assert_non_null(strstr(t.data, "names topic 99, which there is not"));
    assert_non_null(strstr(t.data, "names claim 400, which there is not"));
    assert_non_null(strstr(t.data, "- topic 2, "));
    assert_null(strstr(t.data, "- topic 33, "));
    text_fini(&t);
    course_fini(&c);
}

/* Only what comes with timeslice counts, whatever a user has. */
static void test_coverage_command(void **state)
{
    static struct program_result r;
    struct text t = {0};
    int missing;

    (void)state;
    setenv("TIMESLICE_LESSON_PATH", place(), 1);
    program_run(&r, "lesson coverage");
    unsetenv("TIMESLICE_LESSON_PATH");
    read_coverage(&t, &missing);
    assert_int_equal(r.status, missing ? 1 : 0);
    assert_string_equal(r.out, t.data);
    text_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_there),
        cmocka_unit_test(test_after_is_before),
        cmocka_unit_test(test_nothing_is_missing),
        cmocka_unit_test(test_coverage_file),
        cmocka_unit_test(test_coverage_notices),
        cmocka_unit_test(test_coverage_command),
    };

    return cmocka_run_group_tests_name("coverage", tests, place_make,
                                       place_remove);
}
