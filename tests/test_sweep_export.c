/* What is written of sweeps and comparisons: the report as a person reads it,
 * the record and the table as programs read them. Nothing runs but, once, the
 * program that reads the table. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "export/sweep.h"
#include "lib/golden.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

static struct program_result result;

/* ---- made-up measurements ------------------------------------------------ */

static const struct machine two_cores = {
    .cpus_online = 2,
    .cpus_allowed = 2,
    .kernel = "6.1.0-fake",
    .arch = "x86_64",
    .tick_hz = 250,
    .perf_paranoid = 2,
};

static struct machine fake_machine(void)
{
    struct machine m = two_cores;

    CPU_SET(0, &m.allowed);
    CPU_SET(1, &m.allowed);
    return m;
}

/* A run that ended well with @x tasks a second. */
static struct sweep_outcome outcome_of(double x, int number)
{
    struct sweep_outcome o = {
        .verdict = VERDICT_OK,
        .foreign_cores = 0.01,
        .took_ns = 500 * NS_PER_MS,
        .began_ns = 1700000000 * NS_PER_S + number * NS_PER_S,
        .run = number,
        .cores = 2,
        .looking_s = 0.001,
    };

    metric_set(&o.metrics, METRIC_THROUGHPUT_PER_S, x);
    metric_set(&o.metrics, METRIC_WALL_S, 20 / x);
    metric_set(&o.metrics, METRIC_CPU_S, 0.5);
    metric_set(&o.metrics, METRIC_PARALLELISM, 1.25);
    metric_set(&o.metrics, METRIC_TASKS_DONE, 20);
    return o;
}

/* Gunther's law with repeats that differ a little: never by the order. */
static double law(double n, int round)
{
    static const double apart[] = {1, 0.995, 1.004, 1.001, 0.998};
    const struct scale_usl u = {.sigma = 0.05, .kappa = 0.01, .lambda = 40};

    return scale_usl(&u, n) * (round < 0 ? 0.5 : apart[round % 5]);
}

/* A sweep that never ran. */
struct made {
    const char *line;
    double foreign; /* cores that others use, during every run */
    double fails;   /* runs of this x fail; 0: none */
    int runs;       /* then it is interrupted; 0: it is not; -1: at once */
    double guess;   /* 0: none */
};

static struct sweep *make(const struct made *made)
{
    struct machine m = fake_machine();
    struct sweep_request *q = calloc(1, sizeof(*q));
    struct sweep_order o;
    struct err err = {0};
    struct sweep *s;
    int number = 0;

    assert_non_null(q);
    if (sweep_parse_line(q, made->line, &m, &err) < 0)
        fail_msg("%s", err.text);
    s = sweep_new(q, &m, &err);
    assert_non_null(s);
    free(q);
    s->interrupted = made->runs != 0;
    s->has_guess = made->guess > 0;
    s->guess = made->guess;
    while (made->runs >= 0 && sweep_next(s, &o)) {
        double x = s->points[o.point].x;
        struct sweep_outcome out = outcome_of(law(x, o.round), ++number);

        out.foreign_cores += made->foreign;
        if (x == made->fails) {
            out.verdict = VERDICT_FAILED;
            memset(&out.metrics, 0, sizeof(out.metrics));
            strcpy(out.error, "the program ended with status 3");
        }
        assert_int_equal(sweep_take(s, &o, &out), 0);
        if (number == made->runs)
            break;
    }
    sweep_conclude(s);
    return s;
}

static struct sweep *measured(const char *line)
{
    const struct made made = {.line = line};

    return make(&made);
}

/* @values of the second side, in rounds; the first always does 10 a second. */
static struct contest *contested(const char *line, const double *second,
                                 double foreign)
{
    struct machine m = fake_machine();
    struct contest_request *q = calloc(1, sizeof(*q));
    struct sweep_order o;
    struct err err = {0};
    struct contest *c;
    int number = 0;

    assert_non_null(q);
    if (contest_parse_line(q, line, &m, &err) < 0)
        fail_msg("%s", err.text);
    c = contest_new(q->side, q->sides, q->rounds, q->metric, &err);
    assert_non_null(c);
    while (contest_next(c, &o)) {
        double x = o.point == 0 ? 10 + 0.01 * (o.round % 3)
                                : second[o.round < 0 ? 0 : o.round % 5];
        struct sweep_outcome out = outcome_of(x, ++number);

        out.foreign_cores = foreign;
        assert_int_equal(contest_take(c, &o, &out), 0);
    }
    contest_conclude(c);
    free(q);
    return c;
}

/* ---- reports ------------------------------------------------------------- */

#define SPIN "spin --task-ms 10 --over workers=1,2,4,8"
#define FAMILY                                                                 \
    "spin --task-ms 10 --over model=threads,processes --over workers=1,2,4"

static const struct report_case {
    const char *golden;
    struct made made;
    struct report_options look;
} reports[] = {
    {"sweep_report.txt", {.line = SPIN}, {.columns = 80}},
    {"sweep_report_ascii.txt", {.line = SPIN}, {.columns = 80, .ascii = true}},
    {"sweep_report_colour.txt",
     {.line = SPIN},
     {.columns = 80, .colour = true}},
    {"sweep_report_wide.txt", {.line = SPIN}, {.columns = 120}},
    {"sweep_report_narrow.txt", {.line = SPIN}, {.columns = 60}},
    {"sweep_report_brief.txt", {.line = SPIN}, {.columns = 80, .brief = true}},
    {"sweep_report_family.txt", {.line = FAMILY}, {.columns = 80}},
    {"sweep_report_noisy.txt", {.line = SPIN, .foreign = 0.9}, {.columns = 80}},
    {"sweep_report_errors.txt", {.line = SPIN, .fails = 8}, {.columns = 80}},
    {"sweep_report_start.txt", {.line = SPIN, .runs = -1}, {.columns = 80}},
    {"sweep_report_cut.txt", {.line = SPIN, .runs = 12}, {.columns = 80}},
    {"sweep_report_guess.txt", {.line = SPIN, .guess = 4}, {.columns = 80}},
    {"sweep_report_words.txt",
     {.line = "spin --task-ms 10 --over model=threads,gil,processes"},
     {.columns = 80}},
};

static void report_is_golden(void **state)
{
    const struct report_case *c = *state;
    struct sweep *s = make(&c->made);
    struct text text = {0};

    assert_int_equal(export_sweep_report(s, &c->look, &text), 0);
    golden_check(c->golden, text_str(&text));
    text_fini(&text);
    sweep_free(s);
}

static int widest(const char *s)
{
    int most = 0;

    while (*s) {
        int len = (int)strcspn(s, "\n");
        char line[2048];

        snprintf(line, sizeof(line), "%.*s", len, s);
        most = text_columns(line) > most ? text_columns(line) : most;
        s += len + (s[len] == '\n');
    }
    return most;
}

/* No line is wider than asked for, whatever the sweep; in ASCII nothing is
 * beyond ASCII. */
static void reports_keep_to_their_columns(void **state)
{
    static const int columns[] = {60, 80, 97, 200};

    (void)state;
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        struct sweep *s = make(&reports[i].made);

        for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
            const struct report_options look = {.columns = columns[c],
                                                .ascii = true};
            struct text text = {0};

            assert_int_equal(export_sweep_report(s, &look, &text), 0);
            assert_in_range(widest(text_str(&text)), 1, columns[c]);
            for (const char *at = text_str(&text); *at; at++)
                if ((unsigned char)*at >= 0x7f)
                    fail_msg("%s: a byte beyond ASCII", reports[i].golden);
            text_fini(&text);
        }
        sweep_free(s);
    }
}

/* A measured one from end to end: the answer is the first line, the models are
 * there, and nothing was disturbed. */
static void report_says_what_was_measured(void **state)
{
    const struct report_options look = {.columns = 80};
    struct sweep *s = measured("spin --task-ms 10 --over workers=1,2,4,8");
    struct text text = {0};

    (void)state;
    assert_int_equal(export_sweep_report(s, &look, &text), 0);
    assert_true(strstr(text_str(&text), "was disturbed by more than") != NULL);
    assert_true(strstr(text_str(&text), "universal scalability law") != NULL);
    assert_true(strstr(text_str(&text), "VERDICT") != NULL);
    assert_true(strstr(text_str(&text), "HOW IT WAS MEASURED") != NULL);
    text_fini(&text);
    sweep_free(s);
}

/* ---- records ------------------------------------------------------------- */

static json_t *record_of(const struct sweep *s)
{
    char *data = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&data, &size);
    struct err err = {0};
    json_t *o;

    assert_non_null(f);
    if (export_sweep_json(s, f, &err) < 0)
        fail_msg("%s", err.text);
    fclose(f);
    o = json_loads(data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(o);
    free(data);
    return o;
}

static const char *string_at(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    if (!s)
        fail_msg("there is no \"%s\"", key);
    return s;
}

static double number_at(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    if (!json_is_number(v))
        fail_msg("there is no number \"%s\"", key);
    return json_number_value(v);
}

/* Everything that was measured is in the record, and its request gives the
 * same sweep again. */
static void record_has_all(void **state)
{
    struct sweep *s = measured("spin --task-ms 10 --over workers=1,2,4,8");
    json_t *o = record_of(s), *point, *runs;
    struct machine m = fake_machine();
    struct sweep_request *q = calloc(1, sizeof(*q));
    struct text again = {0};
    size_t seen = 0;

    (void)state;
    assert_string_equal(string_at(o, "schema"), "timeslice.sweep/1");
    assert_string_equal(string_at(o, "metric"), "throughput_per_s");
    assert_int_equal(sweep_parse_line(q, string_at(o, "request"), &m, NULL), 0);
    sweep_format(q, &again);
    assert_string_equal(text_str(&again), string_at(o, "request"));
    assert_int_equal(json_array_size(json_object_get(o, "points")), 4);
    for (size_t i = 0; i < 4; i++) {
        point = json_array_get(json_object_get(o, "points"), i);
        runs = json_object_get(point, "runs");
        seen += json_array_size(runs);
        assert_true(fabs(number_at(point, "median") - s->points[i].y.median) <
                    1e-6);
        for (size_t r = 0; r < json_array_size(runs); r++) {
            const json_t *run = json_array_get(runs, r);

            assert_true(number_at(run, "run") > 0);
            assert_true(number_at(json_object_get(run, "metrics"),
                                  "throughput_per_s") > 0);
        }
    }
    assert_int_equal(seen, s->trial_count);
    text_fini(&again);
    free(q);
    json_decref(o);
    sweep_free(s);
}

/* What was not measured is absent: nowhere a null or a nought in its place. */
static void record_leaves_out_the_unmeasured(void **state)
{
    const struct made made = {.line = SPIN, .runs = -1};
    struct sweep *s = make(&made);
    json_t *o = record_of(s), *point;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(o, "points"), i, point)
    {
        assert_null(json_object_get(point, "median"));
        assert_null(json_object_get(point, "cores_busy"));
        assert_null(json_object_get(point, "parts"));
        assert_int_equal(json_array_size(json_object_get(point, "runs")), 0);
    }
    assert_null(json_object_get(o, "drift"));
    assert_null(json_object_get(o, "guess"));
    point = json_array_get(json_object_get(o, "curves"), 0);
    assert_string_equal(string_at(point, "verdict"), "nothing");
    assert_null(json_object_get(point, "best"));
    json_decref(o);
    sweep_free(s);
}

static void record_has_the_fits(void **state)
{
    struct sweep *s = measured("spin --task-ms 10 --over workers=1-6");
    json_t *o = record_of(s), *curve, *usl;

    (void)state;
    curve = json_array_get(json_object_get(o, "curves"), 0);
    usl = json_object_get(json_object_get(curve, "fits"), "usl");
    assert_non_null(usl);
    assert_true(fabs(number_at(usl, "sigma") - 0.05) < 0.02);
    assert_true(fabs(number_at(usl, "lambda") - 40) < 1);
    json_decref(o);
    sweep_free(s);
}

/* ---- tables -------------------------------------------------------------- */

/* A line a run, each with as many fields as the head. */
static void table_is_regular(void **state)
{
    struct sweep *s = measured("spin --task-ms 10 --over workers=1,2,4");
    char *data = NULL, *line, *rest;
    size_t size = 0;
    FILE *f = open_memstream(&data, &size);
    int commas = -1, lines = 0;

    (void)state;
    assert_int_equal(export_sweep_csv(s, f, NULL), 0);
    fclose(f);
    rest = data;
    while ((line = strsep(&rest, "\n")) && *line) {
        int n = 0;

        for (const char *at = line; *at; at++)
            n += *at == ',';
        if (commas < 0)
            commas = n;
        assert_int_equal(n, commas);
        lines++;
    }
    assert_int_equal(lines, s->trial_count + 1);
    free(data);
    sweep_free(s);
}

/* The table of a sweep goes into "fit", which finds the law that made it; runs
 * that do not count (the warming up, at half the pace) are left out. */
static void table_goes_into_fit(void **state)
{
    struct sweep *s = measured("spin --task-ms 10 --over workers=1-8");
    const char *path = place_path("sweep.csv");
    char line[PLACE_PATH + 32];
    FILE *f = fopen(path, "w");
    json_t *o, *usl;

    (void)state;
    assert_non_null(f);
    assert_int_equal(export_sweep_csv(s, f, NULL), 0);
    fclose(f);
    snprintf(line, sizeof(line), "fit %s --json", path);
    program_run(&result, line);
    assert_int_equal(result.status, 0);
    o = json_loads(result.out, 0, NULL);
    assert_non_null(o);
    usl = json_object_get(o, "usl");
    assert_true(fabs(number_at(usl, "sigma") - 0.05) < 0.01);
    assert_true(fabs(number_at(usl, "kappa") - 0.01) < 0.002);
    assert_true(fabs(number_at(usl, "lambda") - 40) < 0.5);
    json_decref(o);
    sweep_free(s);
}

/* ---- comparisons --------------------------------------------------------- */

static const struct contest_case {
    const char *name, *line;
    double second[5];
    double foreign;
    enum contest_verdict want;
    const char *golden; /* NULL: only the verdict */
} contests[] = {
    {"faster",
     "spin 'spin --workers 1'",
     {12, 12.1, 12, 11.9, 12},
     0.01,
     CONTEST_FASTER,
     "contest_report_faster.txt"},
    {"slower",
     "spin 'spin --workers 1'",
     {8, 8.1, 8, 7.9, 8},
     0.01,
     CONTEST_SLOWER,
     NULL},
    {"no difference",
     "spin 'spin --workers 1'",
     {10, 10.3, 9.6, 10.1, 9.9},
     0.01,
     CONTEST_NO_DIFFERENCE,
     "contest_report_same.txt"},
    {"disturbed",
     "spin 'spin --workers 1'",
     {12, 12.1, 12, 11.9, 12},
     0.9,
     CONTEST_INCONCLUSIVE,
     "contest_report_noisy.txt"},
    {"by wall clock",
     "spin 'spin --workers 1' --metric wall_s",
     {12, 12.1, 12, 11.9, 12},
     0.01,
     CONTEST_FASTER,
     NULL},
};

static void contest_is_told(void **state)
{
    const struct contest_case *k = *state;
    const struct report_options look = {.columns = 80};
    struct contest *c = contested(k->line, k->second, k->foreign);
    char *data = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&data, &size);
    struct text text = {0};
    json_t *o, *side;

    assert_int_equal(c->side[1].verdict, k->want);
    assert_int_equal(export_contest_report(c, &look, &text), 0);
    assert_in_range(widest(text_str(&text)), 1, 80);
    if (k->golden)
        golden_check(k->golden, text_str(&text));
    assert_int_equal(export_contest_json(c, f, NULL), 0);
    fclose(f);
    o = json_loads(data, JSON_REJECT_DUPLICATES, NULL);
    assert_string_equal(string_at(o, "schema"), "timeslice.compare/1");
    side = json_array_get(json_object_get(o, "sides"), 1);
    assert_string_equal(string_at(side, "verdict"),
                        contest_verdict_words[k->want]);
    assert_true(number_at(json_object_get(side, "ratio"), "ratio") > 0);
    json_decref(o);
    free(data);
    text_fini(&text);
    contest_free(c);
}

/* ---- a comparison's words ------------------------------------------------ */

/* @says: what the sentence must name; NULL: @again is the line. */
static const struct words_case {
    const char *name, *line, *says, *again;
} words[] = {
    {"two in quotes", "'primes --model threads' 'primes --model gil'", NULL,
     "'primes --model threads' 'primes --model gil'"},
    {"bare workloads", "spin spin", NULL, "spin spin"},
    {"with rounds", "spin spin --repeat 3", NULL, "spin spin --repeat 3"},
    {"the usual rounds", "spin spin --repeat=7", NULL, "spin spin"},
    {"by another metric", "spin sleep --metric wall_s", NULL,
     "spin sleep --metric wall_s"},
    {"values of a setting", "primes --over model=threads,gil", NULL,
     "'primes --model threads' 'primes --model gil'"},
    {"nothing", "", "two experiments", NULL},
    {"only one", "spin", "two experiments", NULL},
    {"a loose option", "primes --model threads", "\"--model\"", NULL},
    {"a workload mistyped", "prime spin", "primes", NULL},
    {"different work", "spin sleep", "--metric", NULL},
    {"tasks of other length", "'spin --task-ms 4' 'spin --task-ms 8'",
     "--task-ms", NULL},
    {"other tasks by a setting", "spin --over task-ms=4,8", "--task-ms", NULL},
    {"one value", "spin --over workers=2", "2 to 8", NULL},
    {"too many values", "spin --over workers=1-9", "2 to 8", NULL},
    {"two settings", "spin --over workers=1,2 --over model=threads,gil",
     "one --over", NULL},
    {"one round", "spin spin --repeat 1", "--repeat 1", NULL},
    {"no rounds", "spin spin --repeat none", "none", NULL},
    {"an unknown metric", "spin spin --metric wall", "\"wall_s\"", NULL},
    {"a search", "spin spin --auto", "--auto", NULL},
    {"an open quote", "'spin spin", "quote", NULL},
};

static void words_are_read(void **state)
{
    const struct words_case *w = *state;
    struct contest_request *q = calloc(1, sizeof(*q));
    struct machine m = fake_machine();
    struct text again = {0};
    struct err err = {0};
    int rc;

    assert_non_null(q);
    rc = contest_parse_line(q, w->line, &m, &err);
    if (w->says) {
        assert_int_equal(rc, -EINVAL);
        if (!strstr(err.text, w->says))
            fail_msg("\"%s\" does not say \"%s\"", err.text, w->says);
    } else {
        if (rc < 0)
            fail_msg("%s", err.text);
        contest_format(q, &again);
        assert_string_equal(text_str(&again), w->again);
        /* And that line is read as the same. */
        assert_int_equal(contest_parse_line(q, w->again, &m, &err), 0);
    }
    text_fini(&again);
    free(q);
}

/* ---- all ----------------------------------------------------------------- */

int main(void)
{
    static struct CMUnitTest tests[(sizeof(reports) / sizeof((reports)[0])) +
                                   (sizeof(contests) / sizeof((contests)[0])) +
                                   (sizeof(words) / sizeof((words)[0])) + 8];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(reports_keep_to_their_columns),
        cmocka_unit_test(report_says_what_was_measured),
        cmocka_unit_test(record_has_all),
        cmocka_unit_test(record_leaves_out_the_unmeasured),
        cmocka_unit_test(record_has_the_fits),
        cmocka_unit_test(table_is_regular),
        cmocka_unit_test(table_goes_into_fit),
    };
    size_t n = 0;

    n = add_rows(tests, n, reports, (sizeof(reports) / sizeof((reports)[0])),
                 sizeof(reports[0]), report_is_golden);
    n = add_rows(tests, n, contests, (sizeof(contests) / sizeof((contests)[0])),
                 sizeof(contests[0]), contest_is_told);
    n = add_rows(tests, n, words, (sizeof(words) / sizeof((words)[0])),
                 sizeof(words[0]), words_are_read);
    for (size_t i = 0; i < (sizeof(others) / sizeof((others)[0])); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("test_sweep_export", tests, n, place_make,
                                   place_remove);
}
