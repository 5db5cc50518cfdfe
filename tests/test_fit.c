/* "timeslice fit": tables as other programs write them, anything else that may
 * stand in a file, the articles' parabolas; and "timeslice check" of the
 * scaling cases, in which every number that is changed is found. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/random.h"
#include "check/check.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "lib/scratch.h"

#define GOLDEN "tests/golden/scaling.json"
#define ARTICLES "assets/articles/threads-blended.csv"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;
static void run(const char *options)
{
    char line[512];

    snprintf(line, sizeof(line), "fit %s %s", scratch, options);
    program_run(&result, line);
}

static void near(double got, double want, double relative, double slack)
{
    if (!(fabs(got - want) <= relative * fabs(want) + slack))
        fail_msg("%.12g, not %.12g", got, want);
}

static double number(const json_t *from, const char *name)
{
    const json_t *value = json_object_get(from, name);

    if (!json_is_number(value))
        fail_msg("%s is no number", name);
    return json_number_value(value);
}

/* ---- tables that are read -------------------------------------------------
 */

/* All are 1, 2, 4, 8 workers with 10, 19, 35, 60 a second. */
static const struct table_case {
    const char *name, *text;
} tables[] = {
    {"plain", "workers,throughput_per_s\n1,10\n2,19\n4,35\n8,60\n"},
    {"no newline at the end",
     "workers,throughput_per_s\n1,10\n2,19\n4,35\n8,60"},
    {"as spreadsheets write them", "\xef\xbb\xbfworkers,throughput_per_s\r\n1,"
                                   "10\r\n2,19\r\n4,35\r\n8,60\r\n"},
    {"other columns, another order",
     "name,throughput_per_s,note,workers\na,10,,1\nb,19,,2\n"
     "c,35,,4\nd,60,x,8\n"},
    {"quotes",
     "\"workers\",\"throughput_per_s\",\"a \"\"note\"\", long\"\n"
     "\"1\",\"10\",\"a\nline\"\n\"2\" ,19,\"b\"\n4,\"35\",\n8,60,z\n"},
    {"capitals and blanks",
     " Workers , THROUGHPUT_PER_S\n 1 , 10 \n2,\t19\n4,35  \n8 ,60\n"},
    {"empty lines and remarks",
     "# measured on Monday\n\nworkers,throughput_per_s\n1,10\n   \n"
     "# \"the rest\n2,19\n4,35\n\n8,60\n\n"},
    {"lines that are not used",
     "workers,throughput_per_s,used\n1,10,1\n1,3,0\n2,19,yes\n2,nonsense,NO\n"
     "4,35,true\n4,,false\n8,60,1\n"},
    {"what was not measured",
     "workers,throughput_per_s\n1,10\n2,19\n2,\n4,35\n8,60\n16,\"\"\n"},
    {"numbers in many forms",
     "workers,throughput_per_s\n1.0,1e1\n+2,19.0\n4e0,3.5E+1\n8,60\n"},
    {"one curve with a name",
     "curve,workers,throughput_per_s\na,1,10\na,2,19\na,4,35\na,8,60\n"},
};

static void reads(void **state)
{
    static const double n[] = {1, 2, 4, 8}, x[] = {10, 19, 35, 60};
    const struct table_case *c = *state;
    json_t *record, *usl;

    scratch_write(c->text);
    run("--json");
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, EXIT_DONE);
    record = json_loads(result.out, 0, NULL);
    assert_non_null(record);
    near(number(record, "points"), 4, 0, 0);
    usl = json_object_get(record, "usl");
    for (int i = 0; i < 4; i++) {
        struct {
            double sigma, kappa, lambda;
        } u = {number(usl, "sigma"), number(usl, "kappa"),
               number(usl, "lambda")};

        near(u.lambda * n[i] /
                 (1 + u.sigma * (n[i] - 1) + u.kappa * n[i] * (n[i] - 1)),
             x[i], 0.02, 0);
    }
    json_decref(record);
    run("--columns 60 --ascii");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "THE MODELS"));
    for (const char *p = result.out; *p; p++)
        assert_true((unsigned char)*p < 0x80);
}

/* ---- tables that are not --------------------------------------------------
 */

static const struct refusal_case {
    const char *name, *text, *options, *says;
} refusals[] = {
    {"empty", "", "", "is empty"},
    {"only remarks", "# a\n\n# b\n", "", "is empty"},
    {"only names", "workers,throughput_per_s\n", "", "no line that is used"},
    {"no workers", "threads,throughput_per_s\n1,1\n", "",
     "no column \"workers\""},
    {"a near name", "worker,throughput_per_s\n1,1\n", "", "is it \"worker\""},
    {"no throughput", "workers,seconds\n1,1\n", "",
     "no column \"throughput_per_s\""},
    {"semicolons", "workers;throughput_per_s\n1;1\n", "", "semicolons"},
    {"a word", "workers,throughput_per_s\n1,10\n2,many\n", "",
     "line 3, column throughput_per_s: \"many\""},
    {"after a long cell", "workers,throughput_per_s\n1,\"1\n\n0\"\n", "",
     "line 2, column throughput_per_s"},
    {"then the next line", "note,workers,throughput_per_s\n\"\n\n\",x,10\n", "",
     "line 2, column workers"},
    {"too few cells", "workers,throughput_per_s\n1,10\n2\n", "",
     "line 3 has 1 cell,"},
    {"too many", "workers,throughput_per_s\n1,10,3\n", "",
     "line 2 has 3 cells"},
    {"an open quote", "workers,throughput_per_s\n1,10\n2,\"19\n4,35\n", "",
     "line 3, column 2"},
    {"more after a quote", "workers,throughput_per_s\n1,\"10\"9\n", "",
     "line 2, column 2"},
    {"half a worker", "workers,throughput_per_s\n0.5,10\n2,19\n4,35\n", "",
     "line 2, column workers: 0.5"},
    {"less than nothing", "workers,throughput_per_s\n1,-10\n2,19\n4,35\n", "",
     "line 2, column throughput_per_s"},
    {"nothing", "workers,throughput_per_s\n1,0\n2,19\n4,35\n", "", "above 0"},
    {"infinity", "workers,throughput_per_s\n1,inf\n2,19\n4,35\n", "",
     "\"inf\" is no number"},
    {"too large", "workers,throughput_per_s\n1,1e999\n2,19\n", "",
     "is no number"},
    {"two numbers of workers", "workers,throughput_per_s\n1,10\n2,19\n2,18\n",
     "", "here are 2"},
    {"one of the curves",
     "curve,workers,throughput_per_s\na,1,1\na,2,2\na,3,3\nb,1,1\n", "",
     "curve b"},
    {"used or not", "workers,throughput_per_s,used\n1,10,perhaps\n", "",
     "line 2, column used: \"perhaps\""},
    {"cores", "workers,throughput_per_s\n1,1\n", "--cores none", "--cores"},
    {"tasks", "workers,throughput_per_s\n1,1\n", "--tasks 0", "--tasks"},
    {"a time", "workers,throughput_per_s\n1,1\n", "--task-s -1", "--task-s"},
    {"a portion", "workers,throughput_per_s\n1,1\n", "--chunk big", "--chunk"},
    {"no second column", "tasks,seconds\n1,1\n", "--quadratic tasks",
     "two columns"},
    {"divided by nothing", "tasks,seconds\n1,1\n",
     "--quadratic tasks/0,seconds", "divide by \"0\""},
    {"no such column", "tasks,seconds\n1,1\n", "--quadratic task,seconds",
     "is it \"tasks\""},
    {"two rows", "tasks,seconds\n1,1\n2,2\n2,3\n", "--quadratic tasks,seconds",
     "here are 2"},
    {"a word for a number", "tasks,seconds\n1,1\n2,x\n",
     "--quadratic tasks,seconds", "line 3, column seconds"},
};

static void refuses(void **state)
{
    const struct refusal_case *c = *state;

    scratch_write(c->text);
    run(c->options);
    if (!strstr(result.err, c->says))
        fail_msg("%s", result.err);
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_string_equal(result.out, "");
    assert_ptr_equal(strchr(result.err, '\n'),
                     result.err + strlen(result.err) - 1);
}

static void wrong_words(void **state)
{
    static const char *const lines[][2] = {
        {"fit", "FILE.csv"},
        {"fit one two", "two"},
        {"fit /nowhere/at/all.csv", "/nowhere/at/all.csv"},
        {"fit /tmp", "/tmp"},
        {"fit --quadratic", "needs a value"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        program_run(&result, lines[i][0]);
        assert_int_equal(result.status, EXIT_REQUEST);
        assert_non_null(strstr(result.err, lines[i][1]));
    }
}

/* A NUL, which no text has, cannot go through scratch_write(). */
static void binary_is_refused(void **state)
{
    FILE *f = fopen(scratch, "w");

    (void)state;
    assert_non_null(f);
    fwrite("workers,throughput_per_s\n1,\0002\n", 1, 30, f);
    fclose(f);
    run("");
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_non_null(strstr(result.err, "NUL"));
}

/* ---- any bytes -------------------------------------------------------------
 */

/* What a table must be like, whatever was read. */
static void is_a_table(const struct csv *c)
{
    for (int row = 0; row < c->rows; row++) {
        assert_true(csv_line(c, row) >= 1);
        for (int i = 0; i < c->columns; i++)
            assert_non_null(strchr(csv_cell(c, row, i), '\0'));
    }
}

static void any_bytes(void **state)
{
    static const char bytes[] = ",,,\"\"\n\n\r#ab 1.e- \t\\x\xc3\xa4\xff;";
    uint64_t seed = 99;
    int read = 0;

    (void)state;
    for (int round = 0; round < 40000; round++) {
        char text[64];
        size_t n = random_below(&seed, sizeof(text));
        struct csv c;
        struct err err = {0};
        FILE *f;

        for (size_t i = 0; i < n; i++)
            text[i] = bytes[random_below(&seed, sizeof(bytes) - 1)];
        if (n == 0)
            continue;
        f = fmemopen(text, n, "r");
        assert_non_null(f);
        if (csv_read(&c, f, "it", &err) == 0) {
            is_a_table(&c);
            read++;
        } else {
            assert_true(err.text[0] && !strchr(err.text, '\n'));
        }
        csv_fini(&c);
        fclose(f);
    }
    assert_true(read > 100);
}

/* A cell in quotes, as RFC 4180 has it. */
static void write_quoted(FILE *f, const char *cell)
{
    putc('"', f);
    for (; *cell; cell++) {
        if (*cell == '"')
            putc('"', f);
        putc(*cell, f);
    }
    putc('"', f);
}

/* What is written with quotes is read as it was, blanks and newlines too. */
static void quoted_cells_come_back(void **state)
{
    static const char letters[] = "ab,\"\n \t#'";
    uint64_t seed = 4;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        int rows = 1 + (int)random_below(&seed, 5), columns = 3;
        char cell[6][3][8] = {{""}};
        FILE *f = fopen(scratch, "w");
        struct csv c;
        struct err err = {0};

        assert_non_null(f);
        for (int i = 0; i < rows * columns; i++) {
            char *to = cell[i / columns][i % columns];
            int length = (int)random_below(&seed, 8);

            for (int j = 0; j < length; j++)
                to[j] = letters[random_below(&seed, sizeof(letters) - 1)];
            write_quoted(f, to);
            fputs((i + 1) % columns ? "," : round % 2 ? "\r\n" : "\n", f);
        }
        fclose(f);
        f = fopen(scratch, "r");
        assert_non_null(f);
        if (csv_read(&c, f, "it", &err) < 0)
            fail_msg("%s", err.text);
        fclose(f);
        assert_int_equal(c.rows, rows - 1);
        assert_int_equal(c.columns, columns);
        for (int i = columns; i < rows * columns; i++)
            assert_string_equal(csv_cell(&c, i / columns - 1, i % columns),
                                cell[i / columns][i % columns]);
        csv_fini(&c);
    }
}

/* ---- figures
 * ----------------------------------------------------------------- */

/* Every published curve fitted by the command. */
static void golden_curves(void **state)
{
    json_t *root = json_load_file(GOLDEN, 0, NULL), *one;
    size_t i;

    (void)state;
    assert_non_null(root);
    json_array_foreach(json_object_get(root, "fits"), i, one)
    {
        const json_t *n = json_object_get(one, "n");
        const json_t *x = json_object_get(one, "x"), *usl;
        FILE *f = fopen(scratch, "w");
        json_t *record;

        if (strcmp(json_string_value(json_object_get(one, "method")), "nls3") !=
            0) {
            fclose(f);
            continue;
        }
        fputs("workers,throughput_per_s\n", f);
        for (size_t k = 0; k < json_array_size(n); k++)
            fprintf(f, "%.17g,%.17g\n", json_number_value(json_array_get(n, k)),
                    json_number_value(json_array_get(x, k)));
        fclose(f);
        run("--json");
        assert_int_equal(result.status, EXIT_DONE);
        record = json_loads(result.out, 0, NULL);
        assert_string_equal(
            json_string_value(json_object_get(record, "schema")),
            "timeslice.fit/1");
        usl = json_object_get(record, "usl");
        near(number(usl, "sigma"), number(one, "sigma"), 1e-4, 1e-6);
        near(number(usl, "kappa"), number(one, "kappa"), 1e-4, 1e-9);
        near(number(usl, "lambda"), number(one, "lambda"), 1e-4, 0);
        if (json_is_null(json_object_get(one, "peak_n")))
            assert_true(json_is_null(json_object_get(usl, "peak_n")));
        else
            near(number(usl, "peak_n"), number(one, "peak_n"), 1e-4, 0);
        if (json_is_null(json_object_get(one, "r2")))
            assert_true(json_is_null(json_object_get(usl, "r2")));
        else
            near(number(usl, "r2"), number(one, "r2"), 0, 1e-6);
        json_decref(record);
    }
    json_decref(root);
}

static void far_peak_in_words(void **state)
{
    FILE *f = fopen(scratch, "w");

    (void)state;
    assert_non_null(f);
    fputs("workers,throughput_per_s\n", f);
    for (int n = 1; n <= 10; n++) /* sigma 0.03, kappa 0.0003: peak at 57 */
        fprintf(f, "%d,%.9f\n", n,
                1000 * n / (1 + 0.03 * (n - 1) + 0.0003 * n * (n - 1)));
    fclose(f);
    run("");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "beyond twice the 10 workers"));
    assert_null(strstr(result.out, "peak at 56"));
}

static void curves_apart(void **state)
{
    json_t *record, *curves;

    (void)state;
    scratch_write("curve,workers,throughput_per_s\na,1,10\nb,1,7\n"
                  "a,2,20\nb,2,7\nb,4,7\na,4,40\n");
    run("--json");
    assert_int_equal(result.status, EXIT_DONE);
    record = json_loads(result.out, 0, NULL);
    curves = json_object_get(record, "curves");
    assert_int_equal(json_array_size(curves), 2);
    near(number(json_object_get(json_array_get(curves, 0), "usl"), "lambda"),
         10, 1e-9, 0);
    near(number(json_object_get(json_array_get(curves, 1), "usl"), "sigma"), 1,
         1e-9, 0);
    json_decref(record);
    run("");
    assert_non_null(strstr(result.out, "Curve: a"));
    assert_non_null(strstr(result.out, "Curve: b"));
}

static void check_parabola(const json_t *curve, const char *over, double a,
                           double b, double c, double r2)
{
    const json_t *fit = json_object_get(curve, over);

    near(number(fit, "a"), a, 0, 5.1e-5);
    near(number(fit, "b"), b, 0, 5.1e-5);
    near(number(fit, "c"), c, 0, 5.1e-5);
    near(number(fit, "r2"), r2, 0, 5.1e-5);
}

/* The coefficients that were published, and what medians and single runs give
 * beside them. */
static void articles_parabolas(void **state)
{
    const json_t *threads, *blended;
    json_t *record;

    (void)state;
    program_run(&result, "fit --json --quadratic tasks/100,seconds " ARTICLES);
    assert_int_equal(result.status, EXIT_DONE);
    record = json_loads(result.out, 0, NULL);
    threads = json_array_get(json_object_get(record, "curves"), 0);
    blended = json_array_get(json_object_get(record, "curves"), 1);
    check_parabola(threads, "means", 0.0237, -0.0655, 2.4838, 0.8358);
    check_parabola(threads, "smoothed", 0.0185, -0.0481, 2.4838, 0.9579);
    check_parabola(threads, "medians", 0.0174, -0.0558, 2.4821, 0.9424);
    check_parabola(threads, "all", 0.0237, -0.0655, 2.4838, 0.3709);
    check_parabola(blended, "means", 0.0038, 0.1019, 2.4676, 0.9912);
    check_parabola(blended, "medians", 0.0031, 0.1095, 2.3862, 0.9963);
    check_parabola(blended, "all", 0.0038, 0.1019, 2.4676, 0.7307);
    assert_null(json_object_get(blended, "smoothed"));
    near(number(threads, "smoothed_x"), 8, 0, 0);
    near(number(json_object_get(record, "crossing_x"), "means"), 8.35, 0.01, 0);
    json_decref(record);
    program_run(&result, "fit --quadratic tasks/100,seconds " ARTICLES);
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "2.4838   0.8358"));
    assert_non_null(strstr(result.out, "2 of 10"));
    program_run(&result, "fit --ascii --quadratic tasks/100,seconds " ARTICLES);
    assert_non_null(strstr(result.out, "R^2"));
    for (const char *p = result.out; *p; p++)
        assert_true((unsigned char)*p < 0x80);
}

/* ---- "timeslice check" of the cases
 * --------------------------------------------- */

static void check_golden(void **state)
{
    static const struct {
        const char *name;
        int cases;
    } want[] = {{"fits", 17},     {"amdahl", 9},
                {"gustafson", 9}, {"seed_thread_formula", 4},
                {"makespan", 9},  {"mmc", 6},
                {"mva", 3},       {"little", 3}};
    struct check_report r;
    struct err err = {0};

    (void)state;
    assert_int_equal(check_file(GOLDEN, &r, &err), 0);
    for (int i = 0; i < r.difference_count; i++)
        print_message("%s: %s: %s, %s\n", r.differences[i].where,
                      r.differences[i].what, r.differences[i].file,
                      r.differences[i].computed);
    assert_false(check_failed(&r));
    assert_int_equal(r.group_count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_string_equal(r.groups[i].name, want[i].name);
        assert_int_equal(r.groups[i].cases, want[i].cases);
        assert_int_equal(r.groups[i].left_out, 0);
    }
    check_fini(&r);
    program_run(&result, "check " GOLDEN);
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "17 fits, all as recomputed"));
}

/* The one case that is looked at, alone in its file. */
struct lone {
    json_t *root;
    const char *list, *where;
    int changed;
};

static void expect_found(struct lone *l, const char *what)
{
    struct check_report r = {.where = ""};

    check_scaling.recompute(l->root, &r);
    l->changed++;
    if (!check_failed(&r))
        fail_msg("%s of %s: changed, and not found", what, l->where);
    for (int i = 0; i < r.difference_count; i++)
        assert_string_equal(r.differences[i].where, l->where);
    check_fini(&r);
}

/* Change every number in @value, which @name is of, one after the other. */
static void change_numbers(struct lone *l, json_t *value, const char *name)
{
    const char *key;
    json_t *one;
    size_t i;

    if (json_is_number(value)) {
        double was = json_number_value(value);
        double now = was * 1.03 + (fabs(was) < 1e-8 ? 0.01 : 0);

        if (json_is_integer(value)) {
            json_integer_set(value, (json_int_t)was + 1 + (json_int_t)was / 9);
            expect_found(l, name);
            json_integer_set(value, (json_int_t)was);
        } else {
            json_real_set(value, now);
            expect_found(l, name);
            json_real_set(value, was);
        }
        return;
    }
    json_object_foreach(value, key, one) change_numbers(l, one, key);
    json_array_foreach(value, i, one) change_numbers(l, one, name);
}

/* Not all that goes in comes out: with nine rounds there may be a task more,
 * and a curve that is flat is so for any numbers of workers. */
static bool is_input_that_may_change(const char *list, const char *id,
                                     const char *key)
{
    if (id && strcmp(id, "flat") == 0)
        return strcmp(key, "n") == 0;
    return strcmp(list, "makespan") == 0 && strcmp(key, "T") != 0 &&
           strcmp(key, "task_s") != 0;
}

static int change_list(const char *list, const json_t *cases, bool closed)
{
    int changed = 0;
    json_t *one;
    size_t i;

    json_array_foreach(cases, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id")), *key;
        char where[80];
        struct lone l = {.list = list, .where = where};
        json_t *copy = json_deep_copy(one), *lists, *value;

        if (id)
            snprintf(where, sizeof(where), "%s %s", list, id);
        else
            snprintf(where, sizeof(where), "%s [0]", list);
        lists = json_pack("{s:[O]}", list, copy);
        l.root = closed ? json_pack("{s:o}", "closed_forms", lists) : lists;
        json_object_foreach(copy, key, value)
        {
            if (!is_input_that_may_change(list, id, key))
                change_numbers(&l, value, key);
        }
        changed += l.changed;
        json_decref(copy);
        json_decref(l.root);
    }
    return changed;
}

static void every_number_is_looked_at(void **state)
{
    json_t *root = json_load_file(GOLDEN, 0, NULL), *cases;
    const char *name;
    int changed;

    (void)state;
    assert_non_null(root);
    changed = change_list("fits", json_object_get(root, "fits"), false);
    json_object_foreach(json_object_get(root, "closed_forms"), name, cases)
        changed += change_list(name, cases, true);
    assert_true(changed > 600);
    json_decref(root);
}

/* Whatever stands in it: no crash, and it does not pass. */
static void odd_files_do_not_pass(void **state)
{
    static const char *const texts[] = {
        "\"fits\": 7",
        "\"fits\": [7]",
        "\"fits\": [{}]",
        "\"fits\": [{\"n\": [1, 2, 4], \"x\": [1, 2]}]",
        "\"fits\": [{\"n\": [1, 2, 4], \"x\": [1, 0, 3], \"method\": "
        "\"nls3\"}]",
        "\"fits\": [{\"n\": [1, 2, 4], \"x\": [1, 2, 3], \"method\": \"odd\"}]",
        "\"fits\": [{\"n\": [1, 2, 4], \"x\": [1, 2, 3], \"method\": "
        "\"nls2\"}]",
        "\"fits\": [{\"n\": [], \"x\": [], \"method\": \"nls3\", "
        "\"fixed_lambda\": null}]",
        "\"closed_forms\": []",
        "\"closed_forms\": {\"karp_flatt\": []}",
        "\"closed_forms\": {\"mmc\": [{\"arrival\": 1, \"service\": 0, "
        "\"servers\": 1}]}",
        "\"closed_forms\": {\"mmc\": [{\"arrival\": 9, \"service\": 1, "
        "\"servers\": 2, \"p_wait\": 1}]}",
        "\"closed_forms\": {\"makespan\": [{\"tasks\": 0}]}",
        "\"closed_forms\": {\"mva\": [{\"demands\": [], \"think\": 0, \"n\": "
        "[1e9]}]}",
        "\"closed_forms\": {\"amdahl\": [{\"parallel_share\": 2, \"n\": 1}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[512];
        struct check_report r;
        struct err err = {0};

        snprintf(text, sizeof(text),
                 "{\"format\": \"timeslice-scaling-golden/1\", %s}", texts[i]);
        scratch_write(text);
        assert_int_equal(check_file(scratch, &r, &err), 0);
        if (!check_failed(&r))
            fail_msg("%s passes", texts[i]);
        check_fini(&r);
    }
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(wrong_words),
        cmocka_unit_test(binary_is_refused),
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(quoted_cells_come_back),
        cmocka_unit_test(golden_curves),
        cmocka_unit_test(far_peak_in_words),
        cmocka_unit_test(curves_apart),
        cmocka_unit_test(articles_parabolas),
        cmocka_unit_test(check_golden),
        cmocka_unit_test(every_number_is_looked_at),
        cmocka_unit_test(odd_files_do_not_pass),
    };
    static struct CMUnitTest
        tests[COUNT(others) + COUNT(tables) + COUNT(refusals)];
    size_t n = COUNT(others);

    memcpy(tests, others, sizeof(others));
    n = add_rows(tests, n, tables, COUNT(tables), sizeof(tables[0]), reads);
    n = add_rows(tests, n, refusals, COUNT(refusals), sizeof(refusals[0]),
                 refuses);
    return _cmocka_run_group_tests("fit", tests, n, scratch_make,
                                   scratch_remove);
}
