/* "timeslice fit --quadratic X,Y": parabolas over the means, the medians and
 * all of what was measured, one beside the other, as the means alone hide how
 * far the measurements spread. Screen process. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/fit_parts.h"
#include "export/record.h"
#include "scale/fit.h"
#include "stats/robust.h"

/* A row whose mean is this far above or below its median is told of, and the
 * curve is fitted without its spike too. */
#define SPIKE 0.1
#define NAME_COLUMNS 34

enum over { OVER_MEANS, OVER_SMOOTH, OVER_MEDIANS, OVER_ALL, OVERS };
static const char *const over_words[OVERS] = {"means", "smoothed", "medians",
                                              "all"};

/* What was measured at one x. */
struct row {
    double x, mean;
    struct robust y;
    int outliers;
};

struct parabolas {
    struct row *row;
    int rows, points;
    int spike; /* row, or -1 */
    bool fitted[OVERS];
    struct scale_parabola fit[OVERS];
};

struct axes {
    int x, y; /* columns */
    double divisor;
    const char *x_name, *y_name; /* the columns' */
};

/* ---- from the table --------------------------------------------------------
 */

struct pair {
    double x, y;
};

static int by_x(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;

    return (p->x > q->x) - (p->x < q->x);
}

/* The pairs of a curve, by x. The caller frees them. */
static int get_pairs(const struct fit_table *t, const struct axes *a, int curve,
                     struct pair **out, int *count, struct err *err)
{
    struct pair *all = calloc((size_t)t->csv.rows + 1, sizeof(*all));
    int n = 0, rc = 0;

    *out = all;
    *count = 0;
    if (!all)
        return err_set(err, -ENOMEM, "no memory for %s", t->name);
    for (int i = 0; i < t->csv.rows && rc == 0; i++) {
        if (t->curve[i] != curve || csv_cell(&t->csv, i, a->y)[0] == '\0')
            continue;
        rc = fit_number(t, i, a->x, &all[n].x, err);
        if (rc == 0)
            rc = fit_number(t, i, a->y, &all[n].y, err);
        all[n].x /= a->divisor;
        n++;
    }
    qsort(all, (size_t)n, sizeof(*all), by_x);
    *count = n;
    return rc;
}

static void gather_row(struct row *r, const struct pair *from, int n,
                       double *room)
{
    *r = (struct row){.x = from[0].x};
    for (int i = 0; i < n; i++) {
        room[i] = from[i].y;
        r->mean += from[i].y / n;
    }
    robust_of(room, n, &r->y);
    for (int i = 0; i < n; i++)
        r->outliers += robust_outlier(&r->y, from[i].y);
}

/* The row with neighbours whose mean is furthest from its median. */
static int find_spike(const struct parabolas *p)
{
    double most = SPIKE;
    int at = -1;

    for (int i = 1; i + 1 < p->rows; i++) {
        const struct row *r = &p->row[i];
        double off = fabs(r->mean - r->y.median) / fabs(r->y.median);

        if (off > most) {
            most = off;
            at = i;
        }
    }
    return at;
}

static void fit_rows(struct parabolas *p, const struct pair *all, double *x,
                     double *y)
{
    for (int over = 0; over < OVERS; over++) {
        int n = over == OVER_ALL ? p->points : p->rows;

        for (int i = 0; i < n; i++) {
            x[i] = over == OVER_ALL ? all[i].x : p->row[i].x;
            y[i] = over == OVER_ALL       ? all[i].y
                   : over == OVER_MEDIANS ? p->row[i].y.median
                                          : p->row[i].mean;
        }
        if (over == OVER_SMOOTH && p->spike < 0)
            continue;
        if (over == OVER_SMOOTH)
            y[p->spike] = (y[p->spike - 1] + y[p->spike + 1]) / 2;
        p->fitted[over] = scale_fit_parabola(x, y, n, &p->fit[over]) == 0;
    }
}

/* From the sorted pairs @all to rows and parabolas. @room is for twice as many
 * numbers. */
static void fit_pairs(struct parabolas *p, const struct pair *all, double *room)
{
    int n = p->points, end;

    for (int i = 0; i < n; i = end) {
        for (end = i + 1; end < n && all[end].x == all[i].x; end++)
            continue;
        gather_row(&p->row[p->rows++], all + i, end - i, room);
    }
    if (p->rows >= 3) {
        p->spike = find_spike(p);
        fit_rows(p, all, room, room + n);
    }
}

static int fit_curve(const struct fit_table *t, const struct axes *a, int curve,
                     struct parabolas *p, struct err *err)
{
    struct pair *all;
    double *room = NULL;
    int rc;

    *p = (struct parabolas){.spike = -1};
    rc = get_pairs(t, a, curve, &all, &p->points, err);
    if (rc == 0) {
        p->row = calloc((size_t)p->points + 1, sizeof(*p->row));
        room = calloc(2 * (size_t)p->points + 1, sizeof(*room));
        if (p->row && room)
            fit_pairs(p, all, room);
        else
            rc = err_set(err, -ENOMEM, "no memory for %s", t->name);
    }
    free(all);
    free(room);
    if (rc == 0 && (p->rows < 3 || !p->fitted[OVER_ALL]))
        rc = err_set(err, -EINVAL,
                     "%s%s%.60s: a parabola needs at least three different "
                     "values of %s, here %s %d",
                     t->name, t->label[curve][0] ? ", curve " : "",
                     t->label[curve], a->x_name, p->rows == 1 ? "is" : "are",
                     p->rows);
    return rc;
}

/* Where the curves of @p and @q meet beyond their first x: the nearest such
 * place, up to three times as far as was measured. Negative: nowhere. */
static double crossing(const struct parabolas *p, const struct parabolas *q,
                       enum over over)
{
    double least = p->row[0].x, most = 3 * p->row[p->rows - 1].x;
    double a, b, c, root, found = -1;

    if (!p->fitted[over] && over == OVER_SMOOTH)
        return -1;
    a = p->fit[over].a;
    b = p->fit[over].b;
    c = p->fit[over].c;
    if (over == OVER_SMOOTH && !q->fitted[over])
        over = OVER_MEANS;
    a -= q->fit[over].a;
    b -= q->fit[over].b;
    c -= q->fit[over].c;
    root = b * b - 4 * a * c;
    if (root < 0 || a == 0)
        return a == 0 && b != 0 && -c / b > least && -c / b < most ? -c / b
                                                                   : -1;
    for (int sign = -1; sign <= 1; sign += 2) {
        double x = (-b + sign * sqrt(root)) / (2 * a);

        if (x > least && x < most && (found < 0 || x < found))
            found = x;
    }
    return found;
}

/* ---- for a person
 * ------------------------------------------------------------ */

static void add_coefficient(struct text *out, double x)
{
    char number[40];

    snprintf(number, sizeof(number),
             x == 0 || (fabs(x) >= 0.001 && fabs(x) < 1e5) ? "%.4f" : "%.3e",
             x);
    text_pad(out, number, -11);
}

static void add_fit(struct text *out, const char *name,
                    const struct scale_parabola *f)
{
    text_add(out, "  ");
    text_pad(out, name, NAME_COLUMNS);
    add_coefficient(out, f->a);
    add_coefficient(out, f->b);
    add_coefficient(out, f->c);
    text_addf(out, "%9.4f\n", f->r2);
}

static const char *square(bool ascii)
{
    return ascii ? "^2" : "\u00b2";
}

static void add_table(struct text *out, const struct parabolas *p,
                      const struct axes *a, bool ascii)
{
    char name[80];

    text_add(out, "\n  ");
    text_pad(out, "least squares over", NAME_COLUMNS);
    text_addf(out, "%11s%11s%11s", "a", "b", "c");
    text_addf(out, "%*sR%s\n", ascii ? 6 : 7, "", square(ascii));
    snprintf(name, sizeof(name), "the means of %d rows", p->rows);
    add_fit(out, name, &p->fit[OVER_MEANS]);
    if (p->spike >= 0) {
        snprintf(name, sizeof(name), "these, with %g as its neighbours",
                 p->row[p->spike].x * a->divisor);
        add_fit(out, name, &p->fit[OVER_SMOOTH]);
    }
    snprintf(name, sizeof(name), "the medians of %d rows", p->rows);
    add_fit(out, name, &p->fit[OVER_MEDIANS]);
    snprintf(name, sizeof(name), "all %d measurements", p->points);
    add_fit(out, name, &p->fit[OVER_ALL]);
    text_add(out, "\n");
}

static void add_words(struct text *out, const struct parabolas *p,
                      const struct axes *a)
{
    const struct row *spike = p->spike >= 0 ? &p->row[p->spike] : NULL;
    char one[32], other[32];

    if (p->points > p->rows)
        text_addf(
            out,
            "The curve explains %s of the differences between the means, "
            "and %s of those between the measurements.",
            text_percent(one, sizeof(one), fmax(p->fit[OVER_MEANS].r2, 0)),
            text_percent(other, sizeof(other), fmax(p->fit[OVER_ALL].r2, 0)));
    if (spike)
        text_addf(out,
                  " At %s %g the mean is %.3f and the median %.3f: %d of %d "
                  "measurements lie far off.",
                  a->x_name, spike->x * a->divisor, spike->mean,
                  spike->y.median, spike->outliers, spike->y.n);
}

static void print_wrapped(const char *s, int columns)
{
    if (*s)
        cli_wrap(s, 0, 0, columns);
}

static void print_curve(const struct fit_table *t, const struct axes *a,
                        const struct parabolas *p, int curve,
                        const struct report_options *look)
{
    struct text out = {0}, words = {0};

    if (t->label[curve][0]) {
        text_addf(&out, "%sCurve: ", curve ? "\n" : "");
        fit_add_label(&out, t->label[curve]);
        text_add(&out, "\n");
    }
    text_addf(&out, "y = a x%s + b x + c, x = %s", square(look->ascii),
              a->x_name);
    if (a->divisor != 1)
        text_addf(&out, " / %g", a->divisor);
    text_addf(&out, ", y = %s\n", a->y_name);
    add_table(&out, p, a, look->ascii);
    fputs(text_str(&out), stdout);
    add_words(&words, p, a);
    print_wrapped(text_str(&words), look->columns);
    text_fini(&out);
    text_fini(&words);
}

static void print_crossing(const struct axes *a, const struct parabolas *p,
                           const struct report_options *look)
{
    static const char *const by[] = {"by the means", "with the spike taken out",
                                     "by the medians"};
    struct text out = {0};

    for (int over = 0; over < OVER_ALL; over++) {
        double x = crossing(&p[0], &p[1], (enum over)over);

        if (x < 0)
            continue;
        text_addf(&out, "%s at %s %.0f %s",
                  out.len ? "," : "The two curves cross", a->x_name,
                  x * a->divisor, by[over]);
        if (x > fmax(p[0].row[p[0].rows - 1].x, p[1].row[p[1].rows - 1].x))
            text_add(&out, " (beyond what was measured)");
    }
    if (out.len == 0)
        return;
    text_add(&out, ".");
    putchar('\n');
    print_wrapped(text_str(&out), look->columns);
    text_fini(&out);
}

/* ---- for other programs
 * -------------------------------------------------------- */

static json_t *fit_object(struct record *r, const struct scale_parabola *f)
{
    json_t *o = json_object();

    record_real(r, o, "a", f->a);
    record_real(r, o, "b", f->b);
    record_real(r, o, "c", f->c);
    record_real(r, o, "r2", f->r2);
    return o;
}

static json_t *curve_object(struct record *r, const char *label,
                            const struct parabolas *p)
{
    json_t *o = json_object(), *rows = json_array(), *one;

    if (label[0])
        record_string(r, o, "curve", label);
    record_integer(r, o, "points", p->points);
    for (int i = 0; i < p->rows; i++) {
        const struct row *row = &p->row[i];

        one = json_object();
        record_real(r, one, "x", row->x);
        record_integer(r, one, "n", row->y.n);
        record_real(r, one, "mean", row->mean);
        record_real(r, one, "median", row->y.median);
        record_real(r, one, "least", row->y.least);
        record_real(r, one, "most", row->y.most);
        record_integer(r, one, "outliers", row->outliers);
        record_append(r, rows, one);
    }
    record_put(r, o, "rows", rows);
    for (int over = 0; over < OVERS; over++)
        if (p->fitted[over])
            record_put(r, o, over_words[over], fit_object(r, &p->fit[over]));
    if (p->spike >= 0)
        record_real(r, o, "smoothed_x", p->row[p->spike].x);
    return o;
}

static int print_json(const struct fit_table *t, const struct axes *a,
                      const struct parabolas *p, struct err *err)
{
    struct record r = {0};
    json_t *o = json_object(), *curves = json_array(), *cross;

    record_string(&r, o, "schema", "timeslice.parabola/1");
    record_string(&r, o, "x", a->x_name);
    record_real(&r, o, "x_divisor", a->divisor);
    record_string(&r, o, "y", a->y_name);
    for (int i = 0; i < t->curves; i++)
        record_append(&r, curves, curve_object(&r, t->label[i], &p[i]));
    record_put(&r, o, "curves", curves);
    if (t->curves == 2) {
        cross = json_object();
        for (int over = 0; over < OVER_ALL; over++) {
            double x = crossing(&p[0], &p[1], (enum over)over);

            if (x >= 0)
                record_real(&r, cross, over_words[over], x);
        }
        record_put(&r, o, "crossing_x", cross);
    }
    return record_print(&r, o, stdout, "the parabolas", err);
}

/* ---- the command's half
 * --------------------------------------------------------- */

/* "tasks/100,seconds" */
static int get_axes(const struct fit_table *t, const char *columns,
                    struct axes *a, struct err *err)
{
    char x[64], *divisor;
    const char *comma = strchr(columns, ',');
    size_t length = comma ? (size_t)(comma - columns) : 0;

    if (!comma || length == 0 || length >= sizeof(x) || !comma[1] ||
        strchr(comma + 1, ','))
        return err_set(err, -EINVAL,
                       "--quadratic needs two columns, not \"%.60s\"; write it "
                       "like tasks/100,seconds",
                       columns);
    memcpy(x, columns, length);
    x[length] = '\0';
    divisor = strchr(x, '/');
    a->divisor = 1;
    if (divisor) {
        *divisor++ = '\0';
        if (!csv_number(divisor, &a->divisor) || !(a->divisor > 0))
            return err_set(err, -EINVAL,
                           "--quadratic cannot divide by \"%s\"; write it like "
                           "tasks/100,seconds",
                           divisor);
    }
    a->x = fit_column(t, x, err);
    if (a->x < 0)
        return a->x;
    a->y = fit_column(t, comma + 1, err);
    if (a->y < 0)
        return a->y;
    a->x_name = csv_name(&t->csv, a->x);
    a->y_name = csv_name(&t->csv, a->y);
    return 0;
}

int fit_parabolas(const struct fit_table *t, const char *columns,
                  const struct report_options *look, bool json, struct err *err)
{
    struct parabolas p[FIT_CURVES_MAX] = {{0}};
    struct axes a = {.x_name = "", .y_name = ""};
    int rc = get_axes(t, columns, &a, err);

    for (int i = 0; i < t->curves && rc == 0; i++)
        rc = fit_curve(t, &a, i, &p[i], err);
    if (rc == 0 && json) {
        rc = print_json(t, &a, p, err);
    } else if (rc == 0) {
        for (int i = 0; i < t->curves; i++)
            print_curve(t, &a, &p[i], i, look);
        if (t->curves == 2)
            print_crossing(&a, p, look);
    }
    for (int i = 0; i < t->curves; i++)
        free(p[i].row);
    return rc;
}
