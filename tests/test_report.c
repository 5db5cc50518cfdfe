/* Reports of made-up sweeps, runs and comparisons: the page is well-formed and
 * complete in itself, other people's words do no harm in it, and what was not
 * measured is not there as nought. How it looks is tested in a real browser:
 * make browser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "export/report_file.h"
#include "keep/history.h"
#include "lib/fake_sweep.h"
#include "lib/fake_trace.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/well_formed.h"

#define PAGE_MOST (300 * 1024)

static int count(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

/* ---- pages --------------------------------------------------------------- */

typedef int report_writer(const struct report_file *r, struct text *out);

/* As a string that the caller frees. */
static char *written(report_writer *write, const struct report_part *parts,
                     int n, const char *title)
{
    const struct report_file file = {
        .title = title, .parts = parts, .count = n};
    struct text out = {0};

    assert_int_equal(write(&file, &out), 0);
    return out.data;
}

static char *page_of(const struct report_part *part)
{
    return written(report_html, part, 1, "");
}

/* What must be so in every page. */
static void assert_page(const char *page, int parts)
{
    int charts = count(page, "<figure>");

    assert_well_formed(page);
    assert_true(strlen(page) < PAGE_MOST);
    assert_int_equal(count(page, "<h1>"), 1);
    assert_int_equal(count(page, "<h2"), parts + 1);
    assert_int_equal(count(page, "<title>"), 1);
    assert_int_equal(count(page, "<title id="), count(page, "<svg "));
    assert_non_null(strstr(page, "<html lang=\"en-GB\""));
    assert_non_null(strstr(page, "name=\"viewport\""));
    assert_non_null(strstr(page, "@media print"));
    assert_non_null(strstr(page, "prefers-color-scheme:dark"));
    /* Nothing is fetched, nothing runs. */
    assert_int_equal(count(page, "http"), 1 + count(page, "<svg "));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, " src="));
    assert_int_equal(count(page, "url("), count(page, "url(#"));
    assert_int_equal(count(page, " href="), count(page, " href=\"#part"));
    /* Each chart twice, with a name, words about it and a badge. */
    assert_int_equal(count(page, "<svg "), 2 * charts);
    assert_int_equal(count(page, "role=\"img\" aria-labelledby=\"t"),
                     2 * charts);
    assert_int_equal(count(page, "<desc id=\"d"), 2 * charts);
    assert_int_equal(count(page, "class=\"f-ink b badge\""), 2 * charts);
    assert_int_equal(count(page, "class=\"wide\""), charts);
    assert_int_equal(count(page, "class=\"narrow\""), charts);
    /* No number that is none. */
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "\"inf"));
}

static const char *sweeps[] = {"family", "one",  "words", "disturbed",
                               "failed", "bare", "many"};
static const char *runs[] = {"primes", "race", "sleep",   "gil",
                             "crowd",  "gaps", "sampled", "start"};

#define SWEEPS (sizeof(sweeps) / sizeof(sweeps[0]))
#define RUNS (sizeof(runs) / sizeof(runs[0]))

static void test_sweep_page(void **state)
{
    struct sweep *s = fake_sweep(*(const char **)*state);
    const struct report_part part = {.sweep = s, .name = "sweep s4"};
    char *page = page_of(&part);

    assert_page(page, 1);
    assert_non_null(strstr(page, "What happens to "));
    assert_non_null(strstr(page, "<code>timeslice sweep "));
    assert_non_null(strstr(page, "Sweep s4."));
    assert_non_null(strstr(page, "6.1.0-28-amd64"));
    free(page);
    sweep_free(s);
}

static void test_run_page(void **state)
{
    struct trace *t = fake_trace(*(const char **)*state);
    const struct report_part part = {.trace = t};
    char *page = page_of(&part);

    assert_page(page, 1);
    assert_non_null(strstr(page, "<code>timeslice run "));
    assert_non_null(strstr(page, ">MEASURED</text>"));
    free(page);

    t->badge = BADGE_REPLAY;
    page = page_of(&part);
    assert_non_null(strstr(page, ">REPLAY</text>"));
    free(page);
    trace_free(t);
}

static void test_contest_page(void **state)
{
    struct contest *c = fake_contest();
    const struct report_part part = {.contest = c};
    char *page = page_of(&part);

    (void)state;
    assert_page(page, 1);
    assert_non_null(strstr(page, "primes --model processes"));
    free(page);
    contest_free(c);
}

static void test_several_parts(void **state)
{
    struct sweep *s = fake_sweep("family"), *u = fake_sweep("disturbed");
    struct trace *t = fake_trace("gil"), *v = fake_trace("sleep");
    const struct report_part parts[] = {
        {.sweep = s, .typical = t}, {.sweep = u, .typical = v}, {.trace = v}};
    char *page = written(report_html, parts, 3, "");

    (void)state;
    assert_page(page, 3);
    for (int i = 1; i <= 3; i++) {
        char link[32];

        snprintf(link, sizeof(link), "href=\"#part%d\"", i);
        assert_int_equal(count(page, link), 1);
        snprintf(link, sizeof(link), "<h2 id=\"part%d\"", i);
        assert_int_equal(count(page, link), 1);
    }
    assert_non_null(strstr(page, "Lab report: primes, sleep</title>"));
    assert_non_null(strstr(page, "The same as above."));
    free(page);

    page = written(report_html, parts, 1, "Tuesday's lab");
    assert_non_null(strstr(page, "<h1>Tuesday&#39;s lab</h1>"));
    assert_null(strstr(page, "<nav"));
    free(page);
    sweep_free(s);
    sweep_free(u);
    trace_free(t);
    trace_free(v);
}

/* ---- other people's words ------------------------------------------------ */

#define EVIL "</p><script>alert(\"1\")</script> & it's `a|b` \\ *c* \001\377"

static void test_escapes(void **state)
{
    struct trace *t = fake_trace("primes");
    const struct report_part part = {
        .trace = t, .name = "run 17", .note = EVIL};
    char *page;

    (void)state;
    snprintf(t->error, sizeof(t->error), "%s", EVIL);
    snprintf(t->note, sizeof(t->note), "%s", EVIL);
    snprintf(t->machine.kernel, sizeof(t->machine.kernel), "%s", EVIL);
    snprintf(t->spec.dir, sizeof(t->spec.dir), "/a \"b\" 'c' <d>&e");
    t->verdict = VERDICT_FAILED;
    page = written(report_html, &part, 1, EVIL);
    assert_page(page, 1);
    assert_null(strstr(page, "alert(\"1\")"));
    assert_non_null(strstr(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;"
                                 "/script&gt; &amp; it&#39;s"));
    free(page);
    trace_free(t);
}

static void test_command_line_escapes(void **state)
{
    struct trace *t =
        fake_new("command --workers 2 --tasks 3 -- sh -c \"a < b && c > 'd'\"");
    const struct report_part part = {.trace = t};
    char *page;

    (void)state;
    fake_finish(t, INT64_C(1000000000), true);
    page = page_of(&part);
    assert_page(page, 1);
    assert_non_null(strstr(page, "&lt;"));
    assert_non_null(strstr(page, "&amp;&amp;"));
    free(page);
    trace_free(t);
}

/* ---- what was not measured ----------------------------------------------- */

static void test_absent_is_absent(void **state)
{
    struct sweep *s = fake_sweep("failed");
    const struct report_part part = {.sweep = s};
    char *page = page_of(&part);
    int points = s->point_count;

    (void)state;
    /* 4 and 8 workers: no median, no interval, no range, no bar. */
    assert_int_equal(points, 4);
    for (int n = 4; n <= 8; n += 4) {
        char row[96];

        snprintf(row, sizeof(row),
                 "<th scope=\"row\" class=\"w\">%d</th><td>-</td><td>-</td>"
                 "<td>-</td><td>0</td>",
                 n);
        assert_non_null(strstr(page, row));
    }
    assert_non_null(strstr(page, "no run that counts"));
    assert_non_null(strstr(page, "it said &lt;no&gt; &amp; &quot;never&quot;, "
                                 "it&#39;s |over|"));
    free(page);
    sweep_free(s);
}

static void test_unknown_is_said(void **state)
{
    struct sweep *s = fake_sweep("bare");
    const struct report_part part = {.sweep = s};
    char *page = page_of(&part);

    (void)state;
    assert_non_null(
        strstr(page, "What other programs used meanwhile is not known."));
    assert_null(strstr(page, "Where the time went"));
    assert_null(strstr(page, "A typical run"));
    free(page);
    sweep_free(s);
}

static void test_prediction(void **state)
{
    struct sweep *s = fake_sweep("family");
    const struct report_part part = {.sweep = s};
    const struct sweep_curve *c = &s->curves[0];
    char *page;

    (void)state;
    assert_int_equal(c->verdict, SWEEP_FOUND);
    s->guess = 10 * c->high_x;
    page = page_of(&part);
    assert_non_null(strstr(page, "times too high"));
    free(page);
    s->guess = s->points[c->best].x;
    page = page_of(&part);
    assert_non_null(strstr(page, "that is the sweet spot"));
    free(page);
    s->has_guess = false;
    page = page_of(&part);
    assert_null(strstr(page, "The prediction"));
    assert_null(strstr(page, "guess:"));
    free(page);
    sweep_free(s);
}

/* ---- Markdown ------------------------------------------------------------ */

/* Every row of a table has as many cells as its head. */
static void assert_tables(const char *text)
{
    int cells = 0, rows = 0;

    for (const char *line = text; *line; line++) {
        size_t length = strcspn(line, "\n");
        int n = 0;

        if (*line != '|') {
            cells = 0;
        } else {
            for (size_t i = 0; i < length; i++)
                n += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
            if (cells)
                assert_int_equal(n, cells);
            cells = n;
            rows++;
        }
        line += length;
        if (!*line)
            break;
    }
    assert_true(rows > 4);
}

static void test_markdown(void **state)
{
    struct sweep *s = fake_sweep("failed");
    struct trace *t = fake_trace("primes");
    struct contest *c = fake_contest();
    struct report_part parts[] = {
        {.sweep = s, .note = EVIL}, {.trace = t}, {.contest = c}};
    char *text;

    (void)state;
    snprintf(t->machine.kernel, sizeof(t->machine.kernel), "6|1 `x` <b>");
    text = written(report_markdown, parts, 3, "a *b* | c");
    assert_int_equal(strncmp(text, "# a \\*b\\* \\| c\n", 15), 0);
    assert_int_equal(count(text, "\n## "), 4);
    assert_tables(text);
    assert_non_null(strstr(text, "6\\|1 \\`x\\` \\<b\\>"));
    assert_null(strstr(text, "<script>"));
    assert_non_null(strstr(text, "timeslice sweep primes"));
    assert_non_null(strstr(text, "MEASURED"));
    free(text);
    sweep_free(s);
    trace_free(t);
    contest_free(c);
}

/* ---- charts as files ----------------------------------------------------- */

static void assert_chart(struct text *t, int rc)
{
    assert_int_equal(rc, 0);
    assert_int_equal(strncmp(t->data, "<?xml version=\"1.0\"", 19), 0);
    assert_well_formed(t->data);
    assert_int_equal(count(t->data, "<svg "), 1);
    /* Other programs know no colour schemes and no variables. */
    assert_null(strstr(t->data, "@media"));
    assert_null(strstr(t->data, "var("));
    assert_null(strstr(t->data, "nan"));
    text_fini(t);
}

static void test_charts(void **state)
{
    struct contest *c = fake_contest();
    struct text out = {0};

    (void)state;
    for (size_t i = 0; i < SWEEPS; i++) {
        struct sweep *s = fake_sweep(sweeps[i]);

        assert_chart(&out, svg_curve(s, false, &out));
        for (int k = 0; k < s->curve_count; k++)
            assert_chart(&out, svg_parts(s, k, false, &out));
        sweep_free(s);
    }
    for (size_t i = 0; i < RUNS; i++) {
        struct trace *t = fake_trace(runs[i]);

        assert_chart(&out, svg_timeline(t, false, &out));
        trace_free(t);
    }
    assert_chart(&out, svg_ratio(c, false, &out));
    contest_free(c);
}

/* Every run that counts is drawn: as a dot, a ring or a cross. */
static void test_every_run_is_drawn(void **state)
{
    struct sweep *s = fake_sweep("one");
    struct text out = {0};
    int used = 0, outliers = 0;

    (void)state;
    for (int i = 0; i < s->trial_count; i++) {
        used += s->trials[i].used && s->trials[i].has_y;
        outliers += s->trials[i].used && s->trials[i].outlier;
    }
    assert_int_equal(svg_curve(s, false, &out), 0);
    assert_int_equal(count(out.data, "<circle "), used - outliers);
    assert_int_equal(count(out.data, "m-3-3l6 6m0-6l-6 6"), outliers);
    assert_true(outliers > 0);
    text_fini(&out);
    sweep_free(s);
}

/* ---- the command --------------------------------------------------------- */

/* Two kept runs, numbers 1 and 2. */
static void keep_runs(void)
{
    struct trace *t = fake_trace("primes");
    struct history *h = NULL;
    struct err err = {0};
    char told[400];

    if (history_open(&h, told, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < 2; i++)
        if (history_add_run(h, t, NULL, &err) <= 0)
            fail_msg("%s", err.text);
    history_close(h);
    trace_free(t);
}

static int kept_make(void **state)
{
    if (place_make(state) != 0)
        return -1;
    keep_runs();
    return 0;
}

static const struct refusal {
    const char *words, *says;
} refusals[] = {
    {"-o x.html", "which runs and sweeps?"},
    {"1", "where to?"},
    {"1 -o", "needs a value"},
    {"1 -o page.pdf", "the ending says what it becomes"},
    {"1 -o html", "the ending says what it becomes"},
    {"99 -o x.html", "99"},
    {"s99 -o x.html", "s99"},
    {"nonsense -o x.html", "nonsense"},
    {"1 2 -o x.svg", "one run or one sweep"},
    {"1 2 -o x.csv", "one run or one sweep"},
    {"1 -o x.json --title T", "--title"},
    {"1 -o /nowhere/at/all/x.html", "/nowhere/at/all/x.html"},
};

static void test_refusals(void **state)
{
    struct program_result *r = malloc(sizeof(*r));

    (void)state;
    assert_non_null(r);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        char line[128];

        snprintf(line, sizeof(line), "report %s", refusals[i].words);
        program_run(r, line);
        if (r->status != 2 || !strstr(r->err, refusals[i].says))
            fail_msg("%s: %d, %s", line, r->status, r->err);
        assert_int_equal(count(r->err, "\n"), 1);
    }
    assert_int_not_equal(access("x.html", F_OK), 0);
    free(r);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *data = calloc(1, PROGRAM_TEXT);

    assert_non_null(f);
    assert_non_null(data);
    assert_true(fread(data, 1, PROGRAM_TEXT - 1, f) > 0);
    fclose(f);
    return data;
}

static void report_to(const char *words, const char *name, const char *prefix)
{
    struct program_result *r = malloc(sizeof(*r));
    char line[512];
    char *data;

    assert_non_null(r);
    snprintf(line, sizeof(line), "report %s -o %s", words, place_path(name));
    program_run(r, line);
    if (r->status != 0)
        fail_msg("%s: %d, %s", line, r->status, r->err);
    data = read_file(place_path(name));
    assert_int_equal(strncmp(data, prefix, strlen(prefix)), 0);
    if (strstr(name, ".json"))
        json_decref(json_loads(data, 0, NULL));
    free(data);
    free(r);
}

static void test_formats(void **state)
{
    json_t *o;

    (void)state;
    report_to("1", "a.html", "<!DOCTYPE html>");
    report_to("run 1", "b.HTM", "<!DOCTYPE html>");
    report_to("1 last", "c.md", "# Lab report: primes\n");
    report_to("last", "d.svg", "<?xml ");
    report_to("2", "e.csv", "experiment,");
    report_to("1", "f.json", "{");
    report_to("1 2", "g.json", "{");
    o = json_load_file(place_path("g.json"), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(o, "schema")),
                        "timeslice.report/1");
    assert_int_equal(json_array_size(json_object_get(o, "parts")), 2);
    json_decref(o);
}

static void small_files(void)
{
    /* The history's own files fit, four parts of a report do not. */
    const struct rlimit limit = {64 << 10, 64 << 10};

    setrlimit(RLIMIT_FSIZE, &limit);
}

/* When the new one cannot be written the old one stays, and nothing beside. */
static void test_full_disk(void **state)
{
    struct program_result *r = malloc(sizeof(*r));
    const char *path = place_path("old.html");
    char line[512];
    int before;
    char *data;
    FILE *f = fopen(path, "w");

    (void)state;
    assert_non_null(r);
    assert_non_null(f);
    fputs("the old one\n", f);
    fclose(f);
    before = place_entries(place());
    snprintf(line, sizeof(line), "report 1 1 1 1 -o %s", path);
    program_run_prepared(r, line, small_files);
    assert_int_equal(r->status, 1);
    assert_non_null(strstr(r->err, "old.html"));
    assert_int_equal(count(r->err, "\n"), 1);
    data = read_file(path);
    assert_string_equal(data, "the old one\n");
    assert_int_equal(place_entries(place()), before);
    free(data);
    free(r);
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contest_page),
        cmocka_unit_test(test_several_parts),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_command_line_escapes),
        cmocka_unit_test(test_absent_is_absent),
        cmocka_unit_test(test_unknown_is_said),
        cmocka_unit_test(test_prediction),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_charts),
        cmocka_unit_test(test_every_run_is_drawn),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_full_disk),
        /* and a page of each: */
        [13 + SWEEPS + RUNS - 1] = {0},
    };
    size_t n = 13;

    for (size_t i = 0; i < SWEEPS; i++)
        tests[n++] = (struct CMUnitTest){.name = sweeps[i],
                                         .test_func = test_sweep_page,
                                         .initial_state = &sweeps[i]};
    for (size_t i = 0; i < RUNS; i++)
        tests[n++] = (struct CMUnitTest){.name = runs[i],
                                         .test_func = test_run_page,
                                         .initial_state = &runs[i]};
    return cmocka_run_group_tests(tests, kept_make, place_remove);
}
