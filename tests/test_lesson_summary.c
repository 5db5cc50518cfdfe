/* The summary of a learner: everything that was predicted stands beside what
 * was measured, what was skipped is said, nobody's words do harm, and both
 * papers say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "export/lesson_export.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "lib/well_formed.h"

static const char lesson_text[] =
    "---\nformat: 1\nid: first-steps\ntitle: First | steps\n"
    "question: How <long>?\ntrack: A\nminutes: 5\ncovers: 1\n---\n\nProse.\n\n"
    "```predict wall\n"
    "ask = How long, & why?\n"
    "because = ask\n"
    "- one *second* :: when auto.wall_s < 1\n"
    "- two :: else\n"
    "```\n\n"
    "```run auto\n"
    "sleep --workers 2 --tasks 4 --task-ms 10\n"
    "```\n\n"
    "```quiz last\n"
    "ask = Why?\n"
    "* Because\n"
    "- No reason\n"
    "```\n";

static struct course course;
static const struct machine machine = {
    .cpus_online = 4, .cpus_allowed = 2, .kernel = "6.1-test"};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int make(void **state)
{
    struct err err = {0};

    if (place_make(state) != 0)
        return -1;
    mkdir(place_path("c"), 0700);
    write_file(place_path("c/course.txt"),
               "# A Begin\nfirst-steps\nsecond-steps\n");
    write_file(place_path("c/first-steps.md"), lesson_text);
    write_file(place_path("c/second-steps.md"),
               "---\nformat: 1\nid: second-steps\ntitle: The second\n"
               "question: Then?\ntrack: A\nminutes: 5\ncovers: 2\n---\n\n"
               "Prose.\n");
    if (course_read_from(&course, place_path("c"), "en", &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

static int unmake(void **state)
{
    course_fini(&course);
    return place_remove(state);
}

/* Events, a line each, "EVENT DATA" of the first lesson, or "2 EVENT DATA" of
 * the second. */
static void make_progress(struct progress *p, const char *events)
{
    struct text t = {0};
    const char *at = events;

    for (int64_t time = 1795000000; *at; time++) {
        bool second = strncmp(at, "2 ", 2) == 0;
        size_t length;
        char word[16] = "";

        at += second ? 2 : 0;
        length = strcspn(at, "\n");
        sscanf(at, "%15[a-z]", word);
        text_addf(&t, "%lld\t%s\t%016llx\t%s\t%.*s\n", (long long)time,
                  course.lessons[second].id,
                  (unsigned long long)course.lessons[second].lesson.revision,
                  word,
                  length > strlen(word) ? (int)(length - strlen(word) - 1) : 0,
                  at + strlen(word) + (length > strlen(word)));
        at += length + (at[length] == '\n');
    }
    assert_int_equal(progress_parse(p, text_str(&t), t.len), 0);
    assert_int_equal(p->damaged, 0);
    text_fini(&t);
}

struct papers {
    char *markdown, *html;
};

static struct papers summary_of(const char *events, const char *only,
                                const char *name)
{
    struct progress p;
    struct text markdown = {0}, html = {0};

    make_progress(&p, events);
    assert_int_equal(
        lesson_summary_markdown(&course, &p, only, name, &machine, &markdown),
        0);
    assert_int_equal(
        lesson_summary_html(&course, &p, only, name, &machine, &html), 0);
    progress_fini(&p);
    assert_well_formed(html.data);
    return (struct papers){markdown.data, html.data};
}

static void papers_free(struct papers *p)
{
    free(p->markdown);
    free(p->html);
}

static void assert_says(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in: %.1500s", words, text);
}

static void assert_silent(const char *text, const char *words)
{
    if (strstr(text, words))
        fail_msg("\"%s\" is in: %.400s", words, strstr(text, words));
}

#define TAKEN                                                                  \
    "open cpus=2 machine=2 of 4 processors, x86_64, Linux 6.1\n"               \
    "predict block=wall choice=1 answer=one *second* because=it <must> be & "  \
    "n%3D4 votes=3,9 attempt=1\n"                                              \
    "hint block=wall n=1\n"                                                    \
    "run block=auto run=auto repeats=3 wall_s=2.01 s lost=4 words=sleep "      \
    "--workers 2\n"                                                            \
    "key block=wall right=0 attempt=1 key=two measured=auto.wall_s 2.01 s\n"   \
    "check label=wall class=E verdict=pass message=two | three "               \
    "numbers=auto.wall_s (2.01 s) >%3D 2\n"                                    \
    "check label=fast class=R verdict=inconclusive reason=others used the "    \
    "machine\n"                                                                \
    "quiz block=last choice=1 answer=Because attempt=1 right=1\n"              \
    "again block=@20 line=0 words=sleep --workers 1 ask=And now? "             \
    "answer=5 s measured=4.01 s\n"

/* ---- what stands there --------------------------------------------------- */

static const struct says_row {
    const char *name, *events, *only;
    const char *says[10]; /* in the Markdown */
} says_rows[] = {
    {"nothing done",
     "",
     NULL,
     {"0 of 2 lessons done", "No prediction has been put to the test",
      "No lesson was begun yet", "| 02 The second | not begun | - | - |"}},
    {"one that was not begun", TAKEN, "second-steps", {"was not begun"}},
    {"a lesson done",
     TAKEN "done passed=1 failed=0 inconclusive=1 skipped_checks=0\n",
     NULL,
     {"1 of 2 lessons done. 0 of 1 predictions right", "(0 %)",
      "| 01 First \\| steps | done | 0 of 1 |", "Done on ",
      "with 2 of 4 processors, x86\\_64, Linux 6.1; 1 hint taken.",
      "1 passed, 0 failed, 1 inconclusive, 0 skipped. Hints taken: 1."}},
    {"prediction beside what was measured",
     TAKEN,
     "first-steps",
     {"*How long, \\& why?*", "| Predicted | one \\*second\\* |",
      "| Because | it \\<must\\> be \\& n=4 |",
      "| Votes | one \\*second\\*: 3; two: 9 |", "| As measured | two |",
      "| Figures | auto.wall\\_s 2.01 s |", "| The prediction was | wrong |",
      "Begun, but not finished."}},
    {"runs, checks, quiz and what was tried",
     TAKEN,
     NULL,
     {"| auto | sleep --workers 2 | 3 | wall\\_s 2.01 s, lost 4 |",
      "| E  wall | pass | two \\| three | auto.wall\\_s (2.01 s) \\>= 2 |",
      "| R  fast | inconclusive | others used the machine |", "*Why?*",
      "| Answered | Because |", "| That was | right |",
      "| 1 | sleep --workers 1 | And now? | 5 s | 4.01 s |"}},
    {"skipped is said",
     "open cpus=2\nskip n=1\ndone passed=0 skipped=1\n",
     NULL,
     {"0 of 2 lessons done", "1 lesson was skipped", "not among those done",
      "skipped: its explanation was read without the run",
      "**Skipped: the explanation was read without the run", "Left on "}},
    {"a prediction whose run never ended",
     "predict block=wall choice=1 answer=one attempt=1\n",
     NULL,
     {"No prediction has been put to the test",
      "| Right would be | not known: it was not run to the end |"}},
    {"a figure that was not measured",
     "predict block=wall choice=1 answer=one attempt=1\n"
     "key block=wall right=? why=auto.wall_s was not measured\n",
     NULL,
     {"| Not known | auto.wall\\_s was not measured |"}},
    {"the first attempt counts, the last is shown, too",
     "predict block=wall choice=1 answer=one votes=3,9 attempt=1\n"
     "predict block=wall choice=2 answer=two because=talked votes=1,11 "
     "attempt=2\n"
     "key block=wall right=1 attempt=2 key=two\n",
     NULL,
     {"1 of 1 predictions right", "| Predicted | one |",
      "| First votes | one \\*second\\*: 3; two: 9 |", "| In the end | two |",
      "| Votes in the end | one \\*second\\*: 1; two: 11 |"}},
    {"others used the machine",
     "predict block=wall choice=1 answer=one attempt=1\n"
     "key block=wall right=1 key=one disturbed=1\n",
     NULL,
     {"| But | others used the machine meanwhile |"}},
    {"a kept run is called one",
     "run block=auto run=auto replayed=1 wall_s=2 s\n",
     NULL,
     {"of a kept run"}},
    {"a question that is in the lesson no more",
     "predict block=gone choice=1 answer=one votes=3,9 attempt=1\n",
     NULL,
     {"*gone*", "| Votes | 3, 9 |"}},
    {"what was reset is not there",
     TAKEN "reset\n",
     NULL,
     {"No lesson was begun yet"}},
};

static void test_says(void **state)
{
    const struct says_row *row = *state;
    struct papers p = summary_of(row->events, row->only, NULL);

    for (int i = 0; i < 10 && row->says[i]; i++)
        assert_says(p.markdown, row->says[i]);
    papers_free(&p);
}

static void test_name(void **state)
{
    struct papers p = summary_of(TAKEN, NULL, "Ada <b> & co");

    (void)state;
    assert_says(p.markdown, "# Laboratory report: concurrency, predicted and "
                            "measured, by Ada \\<b\\> \\& co\n");
    assert_says(p.html, "by Ada &lt;b&gt; &amp; co</h1>");
    papers_free(&p);
    p = summary_of(TAKEN, "first-steps", NULL);
    assert_says(p.markdown, "# Laboratory report: First \\| steps\n");
    assert_silent(p.markdown, ", by ");
    assert_silent(p.markdown, "## The course");
    papers_free(&p);
}

/* A learner's and an author's words are words, wherever they stand. */
static void test_harmless(void **state)
{
    struct papers p = summary_of(
        "predict block=wall choice=1 answer=<script>alert(1)</script> "
        "because=\"><img src%3Dx onerror%3Dalert(1)> attempt=1\n"
        "check label=<i> class=E verdict=pass message=&lt; ]]> -->\n",
        NULL, "<script>");

    (void)state;
    assert_silent(p.html, "<script");
    assert_silent(p.html, "<img");
    assert_silent(p.html, "<i>");
    assert_silent(p.markdown, " <script");
    assert_says(p.markdown, "\\<script\\>alert(1)");
    assert_says(p.markdown, "\\<img src=x");
    assert_says(p.html, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_says(p.html, "&amp;lt; ]]&gt; --&gt;");
    papers_free(&p);
}

/* Every row of a Markdown table has as many cells as its head. */
static void test_tables(void **state)
{
    struct papers p = summary_of(TAKEN, NULL, NULL);
    int cells = 0;

    (void)state;
    for (char *at = p.markdown, *line; (line = strsep(&at, "\n")) != NULL;) {
        int now = 0;

        for (char *c = line; line[0] == '|' && *c; c++)
            now += *c == '|' && (c == line || c[-1] != '\\');
        if (now && cells)
            assert_int_equal(now, cells);
        cells = now;
    }
    papers_free(&p);
}

static void test_self_contained(void **state)
{
    struct papers p = summary_of(TAKEN, NULL, NULL);

    (void)state;
    assert_silent(p.html, "<script");
    assert_silent(p.html, "<link");
    assert_silent(p.html, "src=");
    assert_silent(p.html, "href=");
    assert_says(p.html, "<title>Laboratory report");
    papers_free(&p);
}

/* ---- the command --------------------------------------------------------- */

static char *read_file(const char *path)
{
    static char text[200000];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void test_command(void **state)
{
    static struct program_result r;
    char line[600];

    (void)state;
    progress_add("meet-your-machine", 1, PROGRESS_OPEN, NULL, "cpus=2");
    program_run(&r, "lesson summary --name Ada");
    assert_int_equal(r.status, 0);
    assert_says(r.out, "measured, by Ada\n");
    snprintf(line, sizeof(line), "lesson summary 1 --out %s",
             place_path("s.html"));
    program_run(&r, line);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "");
    assert_well_formed(read_file(place_path("s.html")));
    snprintf(line, sizeof(line), "lesson summary --out %s", place_path("s.md"));
    program_run(&r, line);
    assert_int_equal(r.status, 0);
    assert_int_equal(strncmp(read_file(place_path("s.md")), "# ", 2), 0);
    program_run(&r, "lesson summary --out /nowhere/at/all.md");
    assert_int_equal(r.status, 2);
    assert_says(r.err, "/nowhere/at/all.md");
}

int main(void)
{
    enum { ROWS = sizeof(says_rows) / sizeof(says_rows[0]) };
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(test_name),    cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_tables),  cmocka_unit_test(test_self_contained),
        cmocka_unit_test(test_command),
    };
    enum { PLAIN = sizeof(plain) / sizeof(plain[0]) };
    struct CMUnitTest tests[PLAIN + ROWS];

    memcpy(tests, plain, sizeof(plain));
    add_rows(tests, PLAIN, says_rows, ROWS, sizeof(says_rows[0]), test_says);
    return cmocka_run_group_tests_name("lesson summary", tests, make, unmake);
}
