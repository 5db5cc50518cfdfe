/* "timeslice fit": scaling models for anybody's numbers, and the articles'
 * parabola for theirs. Screen process. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "cli/common.h"
#include "cli/fit_parts.h"
#include "export/record.h"
#include "export/sweep.h"

/* ---- the file -------------------------------------------------------------
 */

static int open_table(struct csv *c, const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "re");
    int rc;

    *c = (struct csv){0};
    if (!f)
        return err_set(err, -EINVAL, "cannot open %s: %s", path,
                       strerror(errno));
    rc = csv_read(c, f, standard ? "what comes in" : path, err);
    if (!standard)
        fclose(f);
    return rc;
}

int fit_column(const struct fit_table *t, const char *name, struct err *err)
{
    const char *names[CSV_COLUMNS_MAX + 1], *near;
    int at = csv_column(&t->csv, name);

    if (at >= 0)
        return at;
    for (int i = 0; i < t->csv.columns; i++)
        names[i] = csv_name(&t->csv, i);
    names[t->csv.columns] = NULL;
    if (t->csv.columns == 1 && strpbrk(names[0], ";\t"))
        return err_set(err, -EINVAL,
                       "%s has no column \"%s\": its cells are separated by "
                       "%s, where commas are wanted",
                       t->name, name,
                       strchr(names[0], ';') ? "semicolons" : "tabs");
    near = text_nearest(name, names);
    if (near)
        return err_set(err, -EINVAL,
                       "%s has no column \"%s\"; is it \"%.60s\"? Its first "
                       "line should name it",
                       t->name, name, near);
    return err_set(err, -EINVAL,
                   "%s has no column \"%s\"; its first line should name it",
                   t->name, name);
}

int fit_number(const struct fit_table *t, int row, int column, double *out,
               struct err *err)
{
    const char *cell = csv_cell(&t->csv, row, column);

    if (csv_number(cell, out))
        return 0;
    return err_set(err, -EINVAL,
                   "%s, line %d, column %s: \"%.60s\" is no number; write it "
                   "like 12 or 0.5",
                   t->name, csv_line(&t->csv, row), csv_name(&t->csv, column),
                   cell);
}

/* 1: the row is used; 0: it is not. */
static int is_used(const struct fit_table *t, int row, struct err *err)
{
    static const char *const words[] = {"0",     "1",    "no", "yes",
                                        "false", "true", NULL};
    const char *cell;

    if (t->used < 0)
        return 1;
    cell = csv_cell(&t->csv, row, t->used);
    for (int i = 0; words[i]; i++)
        if (strcasecmp(cell, words[i]) == 0)
            return i % 2;
    return err_set(err, -EINVAL,
                   "%s, line %d, column %s: \"%.60s\" should be 1 or 0, yes or "
                   "no",
                   t->name, csv_line(&t->csv, row), csv_name(&t->csv, t->used),
                   cell);
}

/* The curve that @row belongs to; a new one if it has to be. */
static int curve_of(struct fit_table *t, int row, struct err *err)
{
    const char *label = t->by < 0 ? "" : csv_cell(&t->csv, row, t->by);

    for (int i = 0; i < t->curves; i++)
        if (strcmp(t->label[i], label) == 0)
            return i;
    if (t->curves == FIT_CURVES_MAX)
        return err_set(err, -EINVAL,
                       "%s, line %d: more than %d curves; the column %s names "
                       "the curve that a line belongs to",
                       t->name, csv_line(&t->csv, row), FIT_CURVES_MAX,
                       csv_name(&t->csv, t->by));
    t->label[t->curves] = label;
    return t->curves++;
}

/* Which curve each row is of, or why none. */
static int sort_rows(struct fit_table *t, struct err *err)
{
    int used, curve;

    t->curve = calloc((size_t)t->csv.rows + 1, sizeof(*t->curve));
    if (!t->curve)
        return err_set(err, -ENOMEM, "no memory for %s", t->name);
    for (int i = 0; i < t->csv.rows; i++) {
        used = is_used(t, i, err);
        curve = used > 0 ? curve_of(t, i, err) : FIT_UNUSED;
        if (used < 0 || curve < FIT_UNUSED)
            return used < 0 ? used : curve;
        t->curve[i] = curve;
        t->unused += curve == FIT_UNUSED;
    }
    if (t->csv.rows == t->unused)
        return err_set(err, -EINVAL, "%s has no line that is used%s", t->name,
                       t->unused ? "" : ": it only names its columns");
    return 0;
}

int fit_table_read(struct fit_table *t, const char *path, struct err *err)
{
    int rc;

    *t = (struct fit_table){.name = strcmp(path, "-") == 0 ? "what comes in"
                                                           : path};
    rc = open_table(&t->csv, path, err);
    if (rc < 0)
        return rc;
    t->used = csv_column(&t->csv, "used");
    t->by = csv_column(&t->csv, "curve");
    return sort_rows(t, err);
}

void fit_table_fini(struct fit_table *t)
{
    csv_fini(&t->csv);
    free(t->curve);
    t->curve = NULL;
}

void fit_add_label(struct text *out, const char *label)
{
    for (const char *p = label; *p; p++) {
        char one[2] = {(unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p, '\0'};

        text_add(out, one);
    }
}

/* ---- one curve -------------------------------------------------------------
 */

struct job {
    struct fit_table table;
    int workers, rate; /* columns */
    struct scale_known known;
    struct report_options look;
    bool json;
    struct scale_point point[SCALE_POINTS_MAX];
    int points, absent; /* of a curve; lines without a throughput */
    struct scale_fits fits;
    json_t *out;
};

static int check_point(const struct job *j, int row,
                       const struct scale_point *p, struct err *err)
{
    const struct fit_table *t = &j->table;

    if (!(p->n >= 1) || p->n > 1e9)
        return err_set(err, -EINVAL,
                       "%s, line %d, column %s: %g workers; the models need "
                       "from 1 to 1e9. Averages below one, as of sessions, are "
                       "none",
                       t->name, csv_line(&t->csv, row),
                       csv_name(&t->csv, j->workers), p->n);
    if (!(p->x > 0) || p->x > 1e300)
        return err_set(err, -EINVAL,
                       "%s, line %d, column %s: a throughput of %g; it has to "
                       "be above 0",
                       t->name, csv_line(&t->csv, row),
                       csv_name(&t->csv, j->rate), p->x);
    if (j->points == SCALE_POINTS_MAX)
        return err_set(err, -EINVAL,
                       "%s, line %d: more than %d measurements of one curve",
                       t->name, csv_line(&t->csv, row), SCALE_POINTS_MAX);
    return 0;
}

static int get_points(struct job *j, int curve, struct err *err)
{
    const struct fit_table *t = &j->table;
    struct scale_point p;
    int rc;

    j->points = j->absent = 0;
    for (int i = 0; i < t->csv.rows; i++) {
        if (t->curve[i] != curve)
            continue;
        if (csv_cell(&t->csv, i, j->rate)[0] == '\0') {
            j->absent++; /* what was not measured is empty */
            continue;
        }
        rc = fit_number(t, i, j->workers, &p.n, err);
        if (rc == 0)
            rc = fit_number(t, i, j->rate, &p.x, err);
        if (rc == 0)
            rc = check_point(j, i, &p, err);
        if (rc < 0)
            return rc;
        j->point[j->points++] = p;
    }
    return 0;
}

static int fit_curve(struct job *j, int curve, struct err *err)
{
    const char *label = j->table.label[curve];
    struct err why = {0};
    int rc = get_points(j, curve, err);

    if (rc < 0)
        return rc;
    rc = scale_fit_all(&j->fits, j->point, j->points, &j->known, &why);
    if (rc < 0)
        return err_set(err, rc, "%s%s%.60s: %.300s", j->table.name,
                       label[0] ? ", curve " : "", label, why.text);
    return 0;
}

/* ---- what is printed --------------------------------------------------------
 */

static void print_text(const struct job *j, int curve)
{
    const struct fit_table *t = &j->table;
    struct text out = {0};

    if (t->label[curve][0]) {
        text_addf(&out, "%sCurve: ", curve ? "\n" : "");
        fit_add_label(&out, t->label[curve]);
        text_add(&out, "\n");
    }
    export_fits_text(&j->fits, &j->known, &j->look, &out);
    if (j->absent)
        text_addf(&out, "\n%d line%s without a throughput left out.\n",
                  j->absent, j->absent == 1 ? "" : "s");
    if (t->unused && curve == t->curves - 1)
        text_addf(&out, "\n%d line%s not used, as the column %s says.\n",
                  t->unused, t->unused == 1 ? "" : "s",
                  csv_name(&t->csv, t->used));
    fputs(text_str(&out), stdout);
    text_fini(&out);
}

/* One curve's models as an object. */
static json_t *fits_object(const struct scale_fits *f, struct err *err)
{
    json_t *o = NULL;
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    int rc;

    if (!out)
        return NULL;
    rc = export_fits_json(f, out, err);
    if (fclose(out) == 0 && rc == 0)
        o = json_loads(data, 0, NULL);
    free(data);
    return o;
}

/* One curve is an object; of several each is one in "curves", with its name. */
static int add_json(struct job *j, int curve, struct err *err)
{
    json_t *o = fits_object(&j->fits, err);
    const char *label = j->table.label[curve];
    struct record r = {0};

    if (j->table.curves == 1) {
        j->out = o;
    } else if (o) {
        if (!j->out)
            j->out =
                json_pack("{s:s, s:[]}", "schema", "timeslice.fit/1", "curves");
        record_string(&r, o, "curve", label);
        json_array_append_new(json_object_get(j->out, "curves"), o);
    }
    return o && j->out ? 0 : err_set(err, -ENOMEM, "no memory for the record");
}

static int print_json(json_t *o, struct err *err)
{
    if (json_dumpf(o, stdout, JSON_INDENT(2)) < 0)
        return err_set(err, -EIO, "cannot write the record");
    putchar('\n');
    return 0;
}

/* All curves are looked at before the first word is printed. */
static int print_all(struct job *j, struct err *err)
{
    int rc = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < j->table.curves && rc == 0; i++) {
            rc = fit_curve(j, i, err);
            if (rc == 0 && pass == 1 && j->json)
                rc = add_json(j, i, err);
            else if (rc == 0 && pass == 1)
                print_text(j, i);
        }
    return rc == 0 && j->json ? print_json(j->out, err) : rc;
}

/* ---- the command
 * -------------------------------------------------------------- */

/* What else is known of the work. -1, or an exit status after a sentence. */
static int get_known(const struct cli_words *w, struct scale_known *k)
{
    const char *cores = cli_words_value(w, "cores");
    const char *tasks = cli_words_value(w, "tasks");
    const char *chunk = cli_words_value(w, "chunk");
    const char *task = cli_words_value(w, "task-s");
    long n;

    if (cores && !cli_number(cores, 1, 100000, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--cores cannot be \"%s\"; it is a number from 1 to "
                          "100000",
                          cores);
    k->cores = cores ? (int)n : 0;
    if (tasks && !cli_number(tasks, 1, 1000000000, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--tasks cannot be \"%s\"; it is a number from 1 to "
                          "1000000000",
                          tasks);
    k->tasks = tasks ? n : 0;
    k->chunk_auto = chunk && strcmp(chunk, "auto") == 0;
    if (chunk && !k->chunk_auto && !cli_number(chunk, 1, 1000000000, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--chunk cannot be \"%s\"; it is auto or a number "
                          "from 1 to 1000000000",
                          chunk);
    k->chunk = chunk && !k->chunk_auto ? n : 0;
    if (task && (!csv_number(task, &k->task_s) || k->task_s <= 0))
        return cli_refuse(EXIT_REQUEST,
                          "--task-s cannot be \"%s\"; it is a number of "
                          "seconds above 0",
                          task);
    return -1;
}

static int run_fit(struct job *j, const char *quadratic, struct err *err)
{
    if (quadratic)
        return fit_parabolas(&j->table, quadratic, &j->look, j->json, err);
    j->workers = fit_column(&j->table, "workers", err);
    if (j->workers < 0)
        return j->workers;
    j->rate = fit_column(&j->table, "throughput_per_s", err);
    if (j->rate < 0)
        return j->rate;
    return print_all(j, err);
}

int cli_fit(int argc, char **argv)
{
    struct job *j = calloc(1, sizeof(*j));
    struct cli_words w;
    struct err err = {0};
    int status, rc;

    if (!j)
        return cli_refuse(EXIT_FAILED, "no memory for the fit");
    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0 && w.rest_count != 1)
        status = cli_refuse(EXIT_REQUEST,
                            w.rest_count == 0
                                ? "fit needs a file with the columns workers "
                                  "and throughput_per_s; write \"timeslice fit "
                                  "FILE.csv\", or - for what comes in"
                                : "fit takes one file at a time, not \"%s\" "
                                  "too",
                            w.rest_count > 1 ? w.rest[1] : "");
    if (status < 0)
        status = cli_look(&j->look, &w);
    if (status < 0)
        status = get_known(&w, &j->known);
    if (status >= 0)
        goto out;
    j->json = cli_words_value(&w, "json");
    rc = fit_table_read(&j->table, w.rest[0], &err);
    if (rc < 0) { /* a folder, say */
        status = cli_refuse_err(&err, EXIT_REQUEST);
        goto out;
    }
    rc = run_fit(j, cli_words_value(&w, "quadratic"), &err);
    status = rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : cli_flush(EXIT_DONE);
out:
    json_decref(j->out);
    fit_table_fini(&j->table);
    cli_words_fini(&w);
    free(j);
    return status;
}
