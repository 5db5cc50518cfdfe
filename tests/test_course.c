/* The course: which lessons there are and in which order, in which language,
 * found by what, how they stand. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "export/lesson_export.h"
#include "lesson/course.h"
#include "lesson/course_parts.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

/* ---- a small course ------------------------------------------------------ */

#define ORDER                                                                  \
    "# A Beginnings\n"                                                         \
    "first-steps\n"                                                            \
    "second-steps\n"                                                           \
    "\n"                                                                       \
    "# X More\n"                                                               \
    "not-written-yet\n"                                                        \
    "far-away extension\n"

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A lesson with nothing but its head and @body. */
static void write_lesson(const char *path, const char *id, const char *title,
                         const char *more, const char *body)
{
    struct text t = {0};

    text_addf(&t,
              "---\nformat: 1\nid: %s\ntitle: %s\nquestion: What of %s?\n"
              "track: A\nminutes: 5\n%s---\n\n%s\n",
              id, title, title, more, body);
    write_file(path, text_str(&t));
    text_fini(&t);
}

static int make_course(void **state)
{
    if (place_make(state) != 0)
        return -1;
    mkdir(place_path("c"), 0700);
    mkdir(place_path("c/a-track"), 0700);
    mkdir(place_path("c/x-track"), 0700);
    mkdir(place_path("own"), 0700);
    write_file(place_path("c/course.txt"), ORDER);
    write_file(place_path("c/README.md"), "# Not a lesson\n");
    write_lesson(place_path("c/a-track/01-first-steps.md"), "first-steps",
                 "The first", "covers: 1 33\ntargets: M3\n", "English.");
    write_lesson(place_path("c/a-track/01-first-steps.fr.md"), "first-steps",
                 "La première", "covers: 1 33\nlang: fr\n", "Français.");
    write_lesson(place_path("c/a-track/02-second-steps.md"), "second-steps",
                 "The second", "after: first-steps\n", "English.");
    write_lesson(place_path("c/x-track/04-far-away.md"), "far-away", "Far away",
                 "after: second-steps\n", "English.");
    write_lesson(place_path("own/my-queue.md"), "my-queue", "My queue", "",
                 "Mine.");
    write_lesson(place_path("own/13-hundred-per-core.md"), "hundred-per-core",
                 "My hundred", "", "Mine.");
    return 0;
}

/* As if nobody had said anything of languages or own lessons. */
static int plain_environment(void **state)
{
    (void)state;
    setenv("LC_ALL", "C", 1);
    unsetenv("LANGUAGE");
    unsetenv("TIMESLICE_LESSON_PATH");
    setenv("XDG_DATA_HOME", place_path("nothing"), 1);
    return 0;
}

static void read_small(struct course *c, const char *lang)
{
    struct err err = {0};

    if (course_read_from(c, place_path("c"), lang, &err) < 0)
        fail_msg("%s", err.text);
}

static void read_real(struct course *c)
{
    struct err err = {0};

    if (course_read(c, "", &err) < 0)
        fail_msg("%s", err.text);
}

/* ---- names of files ------------------------------------------------------ */

static const struct name_row {
    const char *name;
    bool lesson;
    const char *id, *lang;
} name_rows[] = {
    {"07-the-32-seconds.md", true, "the-32-seconds", ""},
    {"my-queue.md", true, "my-queue", ""},
    {"07-the-32-seconds.fr.md", true, "the-32-seconds", "fr"},
    {"my-queue.pt_BR.md", true, "my-queue", "pt_BR"},
    {"2-steps.md", true, "steps", ""},
    {"README.md", false, "", ""},
    {"COVERAGE.md", false, "", ""},
    {"course.txt", false, "", ""},
    {"a.md", false, "", ""},
    {".md", false, "", ""},
    {"a b c.md", false, "", ""},
    {"name.with.dots.md", false, "", ""},
    {"an-id-that-is-longer-than-thirty-two.md", false, "", ""},
};

static void test_name(void **state)
{
    const struct name_row *row = *state;
    struct course_file f = {0};

    assert_int_equal(course_file_name(row->name, &f), row->lesson);
    if (!row->lesson)
        return;
    assert_string_equal(f.id, row->id);
    assert_string_equal(f.lang, row->lang);
}

static const struct wanted_row {
    const char *name, *asked, *language, *locale, *want;
} wanted_rows[] = {
    {"asked: fr", "fr", NULL, "de_DE.UTF-8", "fr en"},
    {"asked: fr_CA", "fr_CA", NULL, "C", "fr_CA fr en"},
    {"by locale", "", NULL, "de_DE.UTF-8", "de_DE de en"},
    {"by LANGUAGE, then locale", "", "fr:es_ES", "de_DE.UTF-8",
     "fr es_ES es de_DE de en"},
    {"LANGUAGE is nothing in the C locale", "", "fr", "C", "en"},
    {"nor in C.UTF-8", "", "fr", "C.UTF-8", "en"},
    {"with an accent on money", "", NULL, "fr_FR@euro", "fr_FR fr en"},
    {"English", "en", NULL, "fr_FR", "en en"},
};

static void test_wanted(void **state)
{
    const struct wanted_row *row = *state;
    char out[160];

    setenv("LC_ALL", row->locale, 1);
    if (row->language)
        setenv("LANGUAGE", row->language, 1);
    else
        unsetenv("LANGUAGE");
    course_wanted(row->asked, out, sizeof(out));
    plain_environment(NULL);
    assert_string_equal(out, row->want);
}

/* ---- reading ------------------------------------------------------------- */

static void test_order(void **state)
{
    struct course c;

    (void)state;
    read_small(&c, "");
    assert_int_equal(c.track_count, 2);
    assert_string_equal(c.tracks[0].title, "Beginnings");
    assert_int_equal(c.tracks[1].letter, 'X');
    assert_int_equal(c.count, 3);
    assert_string_equal(c.lessons[0].id, "first-steps");
    assert_int_equal(c.lessons[0].number, 1);
    assert_int_equal(c.lessons[0].track, 'A');
    assert_false(c.lessons[0].extension);
    assert_string_equal(c.lessons[2].id, "far-away");
    assert_int_equal(c.lessons[2].number, 4); /* its line's, whoever is there */
    assert_true(c.lessons[2].extension);
    assert_string_equal(c.lessons[0].lesson.title, "The first");
    course_fini(&c);
    assert_int_equal(c.count, 0);
    course_fini(&c);
}

static void test_translation(void **state)
{
    struct course c;
    struct err err = {0};

    (void)state;
    read_small(&c, "fr_CA");
    assert_string_equal(c.lessons[0].lesson.title, "La première");
    assert_string_equal(c.lessons[0].languages, "fr");
    assert_int_equal(c.lessons[0].revision_count, 2);
    assert_string_equal(c.lessons[1].lesson.title, "The second");
    course_fini(&c);

    setenv("LC_ALL", "fr_FR.UTF-8", 1);
    read_small(&c, "");
    plain_environment(NULL);
    assert_string_equal(c.lessons[0].lesson.title, "La première");
    course_fini(&c);

    assert_true(course_read_from(&c, place_path("c"), "xx", &err) < 0);
    assert_non_null(strstr(err.text, "en fr"));
    course_fini(&c);
    read_small(&c, "en");
    assert_string_equal(c.lessons[0].lesson.title, "The first");
    course_fini(&c);
}

static const struct order_row {
    const char *name, *text, *want;
} order_rows[] = {
    {"an order: a lesson twice", "# A B\nfirst-steps\nfirst-steps\n", ":3: "},
    {"an order: a lesson before a track", "first-steps\n# A B\n", ":1: "},
    {"an order: a track without a letter", "# Beginnings\n", ":1: "},
    {"an order: a track twice", "# A B\n\n# A C\n", ":3: "},
    {"an order: something else behind", "# A B\nfirst-steps later\n", ":2: "},
    {"an order: too much behind", "# A B\nfirst-steps extension x\n", ":2: "},
    {"an order: of nothing", "# A B\n", "there are no lessons"},
};

static void test_bad_order(void **state)
{
    const struct order_row *row = *state;
    struct course c;
    struct err err = {0};

    mkdir(place_path("bad"), 0700);
    write_file(place_path("bad/course.txt"), row->text);
    assert_true(course_read_from(&c, place_path("bad"), "", &err) < 0);
    assert_non_null(strstr(err.text, row->want));
    course_fini(&c);
}

static void test_no_order(void **state)
{
    struct course c;
    struct err err = {0};

    (void)state;
    assert_true(course_read_from(&c, place_path("nowhere"), "", &err) < 0);
    assert_non_null(strstr(err.text, "nowhere/course.txt"));
    course_fini(&c);
}

/* A user's lessons take a name over, or come after all others. */
static void test_own(void **state)
{
    struct course before, c;
    int last;

    (void)state;
    read_real(&before);
    setenv("TIMESLICE_LESSON_PATH", place_path("own"), 1);
    read_real(&c);
    last = c.count - 1;
    assert_int_equal(c.count, before.count + 1);
    assert_string_equal(c.lessons[last].id, "my-queue");
    assert_int_equal(c.lessons[last].track, 'O');
    assert_int_equal(c.lessons[last].number,
                     before.lessons[before.count - 1].number + 1);
    assert_true(c.lessons[last].own);
    for (int i = 0; i < c.count; i++)
        if (strcmp(c.lessons[i].id, "hundred-per-core") == 0) {
            assert_true(c.lessons[i].own);
            assert_int_equal(c.lessons[i].number, 13);
            assert_int_equal(c.lessons[i].track, 'C');
            assert_string_equal(c.lessons[i].lesson.title, "My hundred");
        }
    course_fini(&c);
    course_fini(&before);

    plain_environment(NULL);
    mkdir(place_path("data"), 0700);
    mkdir(place_path("data/timeslice"), 0700);
    mkdir(place_path("data/timeslice/lessons"), 0700);
    write_lesson(place_path("data/timeslice/lessons/at-home.md"), "at-home",
                 "At home", "", "Mine.");
    setenv("XDG_DATA_HOME", place_path("data"), 1);
    read_real(&c);
    assert_string_equal(c.lessons[c.count - 1].id, "at-home");
    course_fini(&c);
}

/* ---- finding ------------------------------------------------------------- */

static const struct find_row {
    const char *name, *word, *id, *error;
} find_rows[] = {
    {"find: by id", "second-steps", "second-steps", NULL},
    {"find: by number", "2", "second-steps", NULL},
    {"find: by number with a nought", "04", "far-away", NULL},
    {"find: a number that is none", "3", NULL, "they are 1 to 4"},
    {"find: a huge number", "99999999999999999999999", NULL, "they are 1 to 4"},
    {"find: nearly an id", "second-step", NULL, "\"second-steps\""},
    {"find: nothing like it", "zebra", NULL, "lesson list"},
    {"find: nothing", "", NULL, "lesson list"},
    {"find: no such file", "./zebra.md", NULL, "zebra.md"},
};

static void test_find(void **state)
{
    const struct find_row *row = *state;
    const struct course_lesson *l;
    struct course c;
    struct err err = {0};

    read_small(&c, "");
    l = course_find(&c, row->word, &err);
    if (row->id) {
        assert_non_null(l);
        assert_string_equal(l->id, row->id);
    } else {
        assert_null(l);
        assert_non_null(strstr(err.text, row->error));
    }
    course_fini(&c);
}

static void test_find_path(void **state)
{
    const struct course_lesson *l;
    struct course c;
    struct err err = {0};

    (void)state;
    read_small(&c, "");
    l = course_find(&c, place_path("c/a-track/../a-track/02-second-steps.md"),
                    &err);
    assert_non_null(l);
    assert_int_equal(l->number, 2);
    assert_int_equal(c.count, 3);
    l = course_find(&c, place_path("own/my-queue.md"), &err);
    assert_non_null(l);
    assert_true(l->own);
    assert_int_equal(l->number, 5);
    assert_int_equal(c.count, 4);
    l = course_find(&c, place_path("own/my-queue.md"), &err);
    assert_non_null(l);
    assert_int_equal(c.count, 4);
    course_fini(&c);
}

static const struct search_row {
    const char *name, *words;
    int count, first;
} search_rows[] = {
    {"search: nothing finds all", "", 3, 0},
    {"search: a title", "SECOND", 1, 1},
    {"search: a question", "what of", 3, 0},
    {"search: part of an id", "far-a", 1, 2},
    {"search: a topic's name", "lost update", 1, 0},
    {"search: a misconception", "M3", 1, 0},
    {"search: all words must be there", "second away", 0, -1},
    {"search: what is nowhere", "zebra", 0, -1},
};

static void test_search(void **state)
{
    const struct search_row *row = *state;
    struct course c;
    int found[8];
    int count;

    read_small(&c, "");
    count = course_search(&c, row->words, found, 8);
    assert_int_equal(count, row->count);
    if (count)
        assert_int_equal(found[0], row->first);
    assert_true(course_search(&c, row->words, found, 1) <= 1);
    course_fini(&c);
}

/* ---- how they stand ------------------------------------------------------ */

/* Events without times: "first-steps open", with the present revision unless
 * the word behind says "old". */
static const struct state_row {
    const char *name, *events;
    enum course_state want[3];
    int next;
} state_rows[] = {
    {"stands: nothing done", "", {COURSE_NEW, COURSE_LATER, COURSE_LATER}, 0},
    {"stands: one begun",
     "first-steps open",
     {COURSE_BEGUN, COURSE_LATER, COURSE_LATER},
     0},
    {"stands: one done",
     "first-steps open|first-steps done",
     {COURSE_DONE, COURSE_NEW, COURSE_LATER},
     1},
    {"stands: done in an older version",
     "first-steps done old",
     {COURSE_OLD, COURSE_NEW, COURSE_LATER},
     1},
    {"stands: done in an older version, and again",
     "first-steps done old|first-steps done",
     {COURSE_DONE, COURSE_NEW, COURSE_LATER},
     1},
    {"stands: skipped",
     "first-steps open|first-steps skip",
     {COURSE_SKIPPED, COURSE_NEW, COURSE_LATER},
     1},
    {"stands: skipped to its end is not done",
     "first-steps skip|first-steps done skipped=1",
     {COURSE_SKIPPED, COURSE_NEW, COURSE_LATER},
     1},
    {"stands: done stays done when it is looked at again",
     "first-steps done|first-steps open|first-steps skip",
     {COURSE_DONE, COURSE_NEW, COURSE_LATER},
     1},
    {"stands: reset",
     "first-steps done|first-steps reset",
     {COURSE_NEW, COURSE_LATER, COURSE_LATER},
     0},
    {"stands: begun although something should come before",
     "far-away open",
     {COURSE_NEW, COURSE_LATER, COURSE_BEGUN},
     0},
    {"stands: all done",
     "first-steps done|second-steps done|far-away done",
     {COURSE_DONE, COURSE_DONE, COURSE_DONE},
     -1},
    {"stands: what was skipped comes last",
     "first-steps skip|second-steps done|far-away done",
     {COURSE_SKIPPED, COURSE_DONE, COURSE_DONE},
     0},
    {"stands: of another course",
     "somewhere-else done",
     {COURSE_NEW, COURSE_LATER, COURSE_LATER},
     0},
};

/* The lines of @events, in a log. */
static void make_progress(struct progress *p, const struct course *c,
                          const char *events)
{
    struct text t = {0};
    char copy[300];
    char *at = copy, *event;
    int64_t time = 1700000000;

    snprintf(copy, sizeof(copy), "%s", events);
    while ((event = strsep(&at, "|")) != NULL) {
        char lesson[64] = "", word[16] = "", more[32] = "";
        uint64_t revision = 1;

        if (sscanf(event, "%63s %15s %31s", lesson, word, more) < 2)
            continue;
        for (int i = 0; i < c->count; i++)
            if (strcmp(c->lessons[i].id, lesson) == 0 &&
                strcmp(more, "old") != 0)
                revision = c->lessons[i].lesson.revision;
        text_addf(&t, "%lld\t%s\t%016llx\t%s\t%s\n", (long long)time++, lesson,
                  (unsigned long long)revision, word,
                  strcmp(more, "old") == 0 ? "" : more);
    }
    assert_int_equal(progress_parse(p, text_str(&t), t.len), 0);
    assert_int_equal(p->damaged, 0);
    text_fini(&t);
}

static void test_state(void **state)
{
    const struct state_row *row = *state;
    struct progress p;
    struct course c;

    read_small(&c, "");
    make_progress(&p, &c, row->events);
    for (int i = 0; i < 3; i++)
        assert_int_equal(course_state(&c, i, &p), row->want[i]);
    assert_int_equal(course_next(&c, &p), row->next);
    progress_fini(&p);
    course_fini(&c);
}

/* Done in French is done. */
static void test_done_in_another_language(void **state)
{
    struct progress p;
    struct course c;

    (void)state;
    read_small(&c, "fr");
    make_progress(&p, &c, "first-steps done");
    course_fini(&c);
    read_small(&c, "en");
    assert_int_equal(course_state(&c, 0, &p), COURSE_DONE);
    progress_fini(&p);
    course_fini(&c);
}

/* Lessons that want each other first: nobody waits for ever. */
static void test_circle(void **state)
{
    struct progress p;
    struct course c;

    (void)state;
    mkdir(place_path("circle"), 0700);
    write_file(place_path("circle/course.txt"), "# A B\nchicken\negg-first\n");
    write_lesson(place_path("circle/chicken.md"), "chicken", "Chicken",
                 "after: egg-first\n", "Text.");
    write_lesson(place_path("circle/egg-first.md"), "egg-first", "Egg",
                 "after: chicken\n", "Text.");
    assert_int_equal(course_read_from(&c, place_path("circle"), "", NULL), 0);
    make_progress(&p, &c, "");
    assert_int_equal(course_state(&c, 0, &p), COURSE_LATER);
    assert_int_equal(course_next(&c, &p), 0);
    progress_fini(&p);
    course_fini(&c);
}

static void test_list_json(void **state)
{
    static const int shown[] = {0, 2};
    struct progress p;
    struct course c;
    struct text t = {0};
    json_t *o, *lesson;

    (void)state;
    read_small(&c, "");
    make_progress(&p, &c, "first-steps done");
    assert_int_equal(lesson_list_json(&c, &p, shown, 2, &t), 0);
    o = json_loads(text_str(&t), 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "schema")),
                        "timeslice.lesson-list/1");
    assert_string_equal(json_string_value(json_object_get(o, "next")),
                        "second-steps");
    assert_int_equal(json_array_size(json_object_get(o, "lessons")), 2);
    lesson = json_array_get(json_object_get(o, "lessons"), 0);
    assert_string_equal(json_string_value(json_object_get(lesson, "state")),
                        "done");
    assert_int_equal(json_array_size(json_object_get(lesson, "covers")), 2);
    lesson = json_array_get(json_object_get(o, "lessons"), 1);
    assert_string_equal(json_string_value(json_object_get(lesson, "id")),
                        "far-away");
    assert_int_equal(json_integer_value(json_object_get(lesson, "number")), 4);
    json_decref(o);
    text_fini(&t);
    progress_fini(&p);
    course_fini(&c);
}

/* ---- the command --------------------------------------------------------- */

static const struct command_row {
    const char *line;
    int status;
    const char *out, *err; /* words that must be there; NULL: any */
} command_rows[] = {
    {"lesson list", 0, "timeslice lesson run meet-your-machine", NULL},
    {"lesson", 0, "A  Waiting and working", NULL},
    {"lesson list --search convoy", 0, "27", NULL},
    {"lesson list --search zebra", 0, NULL, "no lesson has all of"},
    {"lesson list --json", 0, "timeslice.lesson-list/1", NULL},
    {"lesson list convoy", 2, NULL, "--search"},
    {"lesson list --lang xx", 2, NULL, "no lesson is in that language"},
    {"lesson progress", 0, "Nothing yet", NULL},
    {"lesson progress show", 0, "progress.tsv", NULL},
    {"lesson progress exprot", 2, NULL, "did you mean \"export\""},
    {"lesson progress import", 2, NULL, "import FILE"},
    {"lesson progress import /nowhere/at/all", 2, NULL, "/nowhere/at/all"},
    {"lesson progress reset zebra", 2, NULL, "there is no lesson"},
    {"lesson progress reset 27", 0, "is new again", NULL},
    {"lesson summary zebra", 2, NULL, "there is no lesson"},
    {"lesson summary 1 2", 2, NULL, "it is: timeslice lesson summary"},
    {"lesson summary 27", 0, "not begun", NULL},
};

static void test_command(void **state)
{
    const struct command_row *row = *state;
    static struct program_result r;

    program_run(&r, row->line);
    assert_int_equal(r.status, row->status);
    if (row->out)
        assert_non_null(strstr(r.out, row->out));
    if (row->err)
        assert_non_null(strstr(r.err, row->err));
}

/* No line of the list is wider than the terminal, unless that is tiny. */
static void test_width(void **state)
{
    static const int widths[] = {200, 80, 60, 40};
    static struct program_result r;

    (void)state;
    for (int i = 0; i < 4; i++) {
        char columns[8];

        snprintf(columns, sizeof(columns), "%d", widths[i]);
        setenv("COLUMNS", columns, 1);
        program_run(&r, "lesson list");
        unsetenv("COLUMNS");
        assert_int_equal(r.status, 0);
        for (char *p = r.out, *line; (line = strsep(&p, "\n")) != NULL;)
            if (text_columns(line) > widths[i] &&
                strstr(line, "timeslice lesson run") == NULL)
                fail_msg("%d columns: %s", widths[i], line);
    }
}

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

int main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test_setup(test_order, plain_environment),
        cmocka_unit_test_setup(test_translation, plain_environment),
        cmocka_unit_test_setup(test_no_order, plain_environment),
        cmocka_unit_test_setup(test_own, plain_environment),
        cmocka_unit_test_setup(test_find_path, plain_environment),
        cmocka_unit_test_setup(test_done_in_another_language,
                               plain_environment),
        cmocka_unit_test_setup(test_circle, plain_environment),
        cmocka_unit_test_setup(test_list_json, plain_environment),
        cmocka_unit_test_setup(test_width, plain_environment),
    };
    struct CMUnitTest tests[COUNT(plain) + COUNT(name_rows) +
                            COUNT(wanted_rows) + COUNT(order_rows) +
                            COUNT(find_rows) + COUNT(search_rows) +
                            COUNT(state_rows) + COUNT(command_rows)];
    size_t count = COUNT(plain);

    memcpy(tests, plain, sizeof(plain));
#define ADD(rows, test)                                                        \
    count = add_rows(tests, count, rows, COUNT(rows), sizeof((rows)[0]), test)
    ADD(name_rows, test_name);
    ADD(wanted_rows, test_wanted);
    ADD(order_rows, test_bad_order);
    ADD(find_rows, test_find);
    ADD(search_rows, test_search);
    ADD(state_rows, test_state);
    ADD(command_rows, test_command);
    for (size_t i = COUNT(plain); i < count; i++)
        tests[i].setup_func = plain_environment;
    return cmocka_run_group_tests_name("course", tests, make_course,
                                       place_remove);
}
