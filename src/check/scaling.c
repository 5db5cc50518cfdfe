/* Format timeslice-scaling-golden/1: fits of the universal scalability law and
 * closed forms, recomputed with scale/. Shares are parts of 1, times seconds.
 * The screen process. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "scale/fit.h"

#define LARGEST 1e15
#define FITTED 1e-5    /* relative, as are all of these */
#define PARAMETER 1e-4 /* and nearer than 1e-6 to nought */
#define FORM 1e-6
#define PRINTED 5e-4 /* what others print, at least */
#define LIST_MAX 1000

/* ---- values ------------------------------------------------------------- */

/* @value of the file against @computed; one that is not finite is null in the
 * file. @slack: nearer than this is the same. */
static void same(struct check_report *r, const char *what, const json_t *value,
                 double computed, double relative, double slack)
{
    char text[48] = "nothing", ours[48] = "null";
    double file = json_number_value(value);

    if (json_is_number(value) && isfinite(computed)) {
        check_value(r, what, file, computed,
                    fmax(relative * fabs(computed), slack));
        return;
    }
    if (json_is_null(value) && !isfinite(computed))
        return;
    if (json_is_number(value))
        snprintf(text, sizeof(text), "%.9g", file);
    else if (json_is_null(value))
        snprintf(text, sizeof(text), "null");
    else if (value)
        snprintf(text, sizeof(text), "something else");
    if (isfinite(computed))
        snprintf(ours, sizeof(ours), "%.9g", computed);
    check_differ(r, what, text, ours);
}

static void same_member(struct check_report *r, const json_t *c,
                        const char *name, double computed, double relative,
                        double slack)
{
    same(r, name, json_object_get(c, name), computed, relative, slack);
}

/* Member @i of the list @name of @c. */
static void same_entry(struct check_report *r, const json_t *list,
                       const char *name, size_t i, double computed,
                       double relative)
{
    char what[48];

    snprintf(what, sizeof(what), "%s[%zu]", name, i);
    same(r, what, json_array_get(list, i), computed, relative, 0);
}

/* A list of @count numbers (any number of them if negative). */
static const json_t *get_list(struct check_report *r, const json_t *c,
                              const char *name, int count, double least)
{
    const json_t *list = check_get_list(r, c, name, LIST_MAX), *one;
    char what[48];
    size_t i;

    if (list && count >= 0 && json_array_size(list) != (size_t)count) {
        snprintf(what, sizeof(what), "length of %s", name);
        check_count(r, what, (int64_t)json_array_size(list), count);
        return NULL;
    }
    json_array_foreach(list, i, one)
    {
        double x = json_number_value(one);
        char wanted[48];

        if (json_is_number(one) && x >= least && x <= LARGEST)
            continue;
        snprintf(what, sizeof(what), "%s[%zu]", name, i);
        snprintf(wanted, sizeof(wanted), "a number from %g to %g", least,
                 LARGEST);
        check_differ(r, what, "something else", wanted);
        return NULL;
    }
    return list;
}

/* A share that may be next to nought: then it is nought within 1e-6. */
static void same_share(struct check_report *r, const json_t *c,
                       const char *name, double computed)
{
    double file = json_number_value(json_object_get(c, name));
    bool small = fmin(fabs(file), fabs(computed)) < 1e-6;

    same_member(r, c, name, computed, PARAMETER, small ? 1e-6 : 0);
}

/* ---- fits --------------------------------------------------------------- */

struct fitted {
    struct scale_point point[LIST_MAX];
    int count;
    enum scale_method method;
    struct scale_usl u;
    double sse, r2, rse, peak_n, peak_x, limit_x, knee_n, most_x, square;
};

static bool get_points(struct check_report *r, const json_t *c,
                       struct fitted *f)
{
    const json_t *n = get_list(r, c, "n", -1, 1), *x;
    size_t count = json_array_size(n);

    if (!n)
        return false;
    x = get_list(r, c, "x", (int)count, 1e-300);
    if (!x)
        return false;
    f->count = (int)count;
    for (size_t i = 0; i < count; i++) {
        f->point[i].n = json_number_value(json_array_get(n, i));
        f->point[i].x = json_number_value(json_array_get(x, i));
    }
    return true;
}

static bool get_method(struct check_report *r, const json_t *c,
                       struct fitted *f, double *lambda)
{
    static const char *const words[] = {"nls3", "nls2", "quad"};
    const char *word = check_get_text(r, c, "method");

    *lambda = NAN;
    for (int i = 0; word && i < 3; i++) {
        f->method = (enum scale_method)i;
        if (strcmp(word, words[i]) == 0 && i == 0) {
            same_member(r, c, "fixed_lambda", NAN, 0, 0);
            return true;
        }
        if (strcmp(word, words[i]) == 0)
            return check_get_number(r, c, "fixed_lambda", 1e-300, LARGEST,
                                    lambda);
    }
    if (word)
        check_differ(r, "method", word, "nls3, nls2 or quad");
    return false;
}

/* What follows from the three parameters; NAN: there is none. */
static void derive(struct fitted *f)
{
    int freedom = f->count - (f->method == SCALE_NLS3 ? 3 : 2);
    double mean = 0, total = 0;

    f->most_x = f->square = 0;
    for (int i = 0; i < f->count; i++) {
        double x = f->point[i].x;

        mean += x / f->count;
        f->most_x = fmax(f->most_x, x);
        f->square += x * x;
    }
    for (int i = 0; i < f->count; i++)
        total += pow(f->point[i].x - mean, 2);
    f->r2 = total > 1e-24 * f->square ? 1 - f->sse / total : NAN;
    f->rse = freedom > 0 ? sqrt(f->sse / freedom) : NAN;
    f->peak_n = scale_usl_peak(&f->u);
    f->peak_x = scale_usl(&f->u, f->peak_n);
    if (f->peak_n < 0)
        f->peak_n = f->peak_x = NAN;
    f->limit_x = f->u.sigma > 0 ? f->u.lambda / f->u.sigma : NAN;
    f->knee_n = f->u.sigma > 0 ? 1 / f->u.sigma : NAN;
}

/* One in the last place that @x, printed with few digits, shows; others cut off
 * as often as they round. */
static double last_place(double x)
{
    char text[40];
    int digits = 1;

    while (digits < 17) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, x);
        if (strtod(text, NULL) == x)
            break;
        digits++;
    }
    return pow(10, floor(log10(fabs(x))) - (digits - 1));
}

static void check_published(struct check_report *r, const json_t *c,
                            const struct fitted *f)
{
    const struct {
        const char *name;
        double computed, otherwise;
    } all[] = {
        {"sigma", f->u.sigma, NAN},
        {"kappa", f->u.kappa, NAN},
        {"lambda", f->u.lambda, NAN},
        {"lambda_", f->u.lambda, NAN},
        {"rse", f->rse, f->rse / f->u.lambda}, /* or of X / lambda */
        {"r2", f->r2, NAN},
        {"peak_n", f->peak_n, NAN},
        {"peak_x", f->peak_x, NAN},
        {"amdahl_limit_x", f->limit_x, NAN},
        {"knee_n", f->knee_n, NAN},
    };
    const json_t *published = json_object_get(c, "published");

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const json_t *value = json_object_get(published, all[i].name);
        double file = json_number_value(value), slack = PARAMETER / 100;
        char what[48];

        if (!value)
            continue;
        if (file != 0)
            slack = fmax(PRINTED * fabs(file),
                         fmin(last_place(file), 0.025 * fabs(file)));
        if (json_is_number(value) && fabs(file - all[i].otherwise) <= slack)
            continue;
        snprintf(what, sizeof(what), "published.%s", all[i].name);
        same(r, what, value, all[i].computed, 0, slack);
    }
}

static void check_fit(struct check_report *r, const json_t *c)
{
    static struct fitted f; /* large */
    const json_t *list;
    double lambda;

    if (!get_points(r, c, &f) || !get_method(r, c, &f, &lambda))
        return;
    if (scale_fit_usl(f.point, f.count, f.method, lambda, &f.u, &f.sse) < 0) {
        check_differ(r, "fit", "there", "none: it does not converge");
        return;
    }
    derive(&f);
    same_share(r, c, "sigma", f.u.sigma);
    same_share(r, c, "kappa", f.u.kappa);
    same_member(r, c, "lambda", f.u.lambda, PARAMETER, 0);
    same_member(r, c, "sse", f.sse, PARAMETER, 1e-15 * f.square);
    same_member(r, c, "r2", f.r2, 0, 1e-6);
    same_member(r, c, "rse", f.rse, PARAMETER, 1e-10 * f.most_x);
    same_member(r, c, "peak_n", f.peak_n, PARAMETER, 0);
    same_member(r, c, "peak_x", f.peak_x, PARAMETER, 0);
    same_member(r, c, "amdahl_limit_x", f.limit_x, PARAMETER, 0);
    same_member(r, c, "knee_n", f.knee_n, PARAMETER, 0);
    list = get_list(r, c, "fitted", f.count, -LARGEST);
    for (int i = 0; list && i < f.count; i++)
        same_entry(r, list, "fitted", (size_t)i, scale_usl(&f.u, f.point[i].n),
                   FITTED);
    check_published(r, c, &f);
}

/* ---- closed forms ------------------------------------------------------- */

static void check_amdahl(struct check_report *r, const json_t *c)
{
    double parallel, n;

    if (!check_get_number(r, c, "parallel_share", 0, 1, &parallel) ||
        !check_get_number(r, c, "n", 1, LARGEST, &n))
        return;
    same_member(r, c, "speedup", scale_amdahl(1 - parallel, n), FORM, 0);
    same_member(r, c, "limit", scale_amdahl_limit(1 - parallel), FORM, 0);
}

static void check_gustafson(struct check_report *r, const json_t *c)
{
    double serial, n;

    if (check_get_number(r, c, "serial_share", 0, 1, &serial) &&
        check_get_number(r, c, "n", 1, LARGEST, &n))
        same_member(r, c, "scaled_speedup", scale_gustafson(serial, n), FORM,
                    0);
}

static void check_articles(struct check_report *r, const json_t *c)
{
    double h, n, t, z, o;

    if (check_get_number(r, c, "h", 0, LARGEST, &h) &&
        check_get_number(r, c, "n", 0, LARGEST, &n) &&
        check_get_number(r, c, "t", 1, LARGEST, &t) &&
        check_get_number(r, c, "z", 0, LARGEST, &z) &&
        check_get_number(r, c, "o", 0, LARGEST, &o))
        same_member(r, c, "T", scale_articles(h, n, t, z, o), FORM, 0);
}

static void check_makespan(struct check_report *r, const json_t *c)
{
    int64_t tasks, workers, chunk;
    double task_s;

    if (check_get_count(r, c, "tasks", 1, 1000000000, &tasks) &&
        check_get_count(r, c, "workers", 1, 1000000000, &workers) &&
        check_get_number(r, c, "task_s", 0, LARGEST, &task_s) &&
        check_get_count(r, c, "chunk", 1, 1000000000, &chunk))
        same_member(r, c, "T", scale_makespan(tasks, workers, task_s, chunk),
                    FORM, 0);
}

static void check_mmc(struct check_report *r, const json_t *c)
{
    double arrival, service, none = 0;
    struct scale_mmc q;
    int64_t servers;

    if (!check_get_number(r, c, "arrival", 0, LARGEST, &arrival) ||
        !check_get_number(r, c, "service", 1e-300, LARGEST, &service) ||
        !check_get_count(r, c, "servers", 1, 1000000, &servers))
        return;
    /* the file's is a rate: so many a second and server */
    if (scale_mmc(arrival, 1 / service, (int)servers, &q) < 0)
        none = NAN; /* the queue grows without end */
    same_member(r, c, "offered", q.offered, FORM, 0);
    same_member(r, c, "util", q.util, FORM, 0);
    same_member(r, c, "p_wait", q.p_wait + none, FORM, 0);
    same_member(r, c, "mean_wait", q.mean_wait + none, FORM, 0);
    same_member(r, c, "mean_resp", q.mean_resp + none, FORM, 0);
    same_member(r, c, "mean_queue", q.mean_queue + none, FORM, 0);
    same_member(r, c, "mean_in_system", q.mean_in_system + none, FORM, 0);
}

static void check_mva(struct check_report *r, const json_t *c)
{
    const json_t *list = get_list(r, c, "demands", -1, 0);
    const json_t *n = get_list(r, c, "n", -1, 1), *x, *resp, *bound;
    int stations = (int)json_array_size(list), count = (int)json_array_size(n);
    double demands[SCALE_STATIONS_MAX], think;
    struct scale_mva m = {.knee_n = NAN};

    if (list && stations > SCALE_STATIONS_MAX) {
        check_differ(r, "demands", "too many", "64 or fewer");
        return;
    }
    if (!list || !n || !check_get_number(r, c, "think", 0, LARGEST, &think))
        return;
    for (int i = 0; i < stations; i++)
        demands[i] = json_number_value(json_array_get(list, (size_t)i));
    x = get_list(r, c, "x", count, -LARGEST);
    resp = get_list(r, c, "resp", count, -LARGEST);
    bound = get_list(r, c, "bound_x", count, -LARGEST);
    for (int i = 0; i < count; i++) {
        double customers = json_number_value(json_array_get(n, (size_t)i));
        size_t at = (size_t)i;

        if (customers > 100000 || customers != floor(customers)) {
            check_differ(r, "n", "something else",
                         "whole numbers from 1 to 100000");
            return;
        }
        scale_mva(demands, stations, think, (int)customers, &m);
        if (x)
            same_entry(r, x, "x", at, m.x, FORM);
        if (resp)
            same_entry(r, resp, "resp", at, m.resp, FORM);
        if (bound)
            same_entry(r, bound, "bound_x", at, m.bound_x, FORM);
    }
    same_member(r, c, "knee_n", m.knee_n, FORM, 0);
}

static void check_little(struct check_report *r, const json_t *c)
{
    double x, resp;

    if (check_get_number(r, c, "x", 0, LARGEST, &x) &&
        check_get_number(r, c, "r", 0, LARGEST, &resp))
        same_member(r, c, "n", scale_little(x, resp), FORM, 0);
}

/* ---- all of it ---------------------------------------------------------- */

static const struct kind {
    const char *name, *cases_of;
    void (*check)(struct check_report *r, const json_t *c);
} forms[] = {
    {"amdahl", "Amdahl speed-up", check_amdahl},
    {"gustafson", "Gustafson speed-up", check_gustafson},
    {"seed_thread_formula", "articles' time", check_articles},
    {"makespan", "makespan", check_makespan},
    {"mmc", "M/M/c queue", check_mmc},
    {"mva", "closed network", check_mva},
    {"little", "Little's law case", check_little},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))
static const struct kind fits = {"fits", "fit", check_fit};

static void check_kind(struct check_report *r, const json_t *root,
                       const struct kind *kind)
{
    const json_t *list, *one;
    size_t i;

    check_begin_group(r, kind->name, kind->cases_of);
    list = check_list(r, root, kind->name);
    json_array_foreach(list, i, one)
    {
        check_begin_case(r, one, i);
        kind->check(r, one);
        check_end_case(r);
    }
}

static void scaling_recompute(const json_t *root, struct check_report *r)
{
    json_t *closed = json_object_get(root, "closed_forms"), *value;
    const char *name;

    check_kind(r, root, &fits);
    if (closed && !json_is_object(closed))
        check_differ(r, "closed_forms", "something else", "lists by name");
    for (size_t i = 0; i < FORMS; i++)
        check_kind(r, closed, &forms[i]);
    json_object_foreach(closed, name, value)
    {
        bool known = false;

        for (size_t i = 0; i < FORMS; i++)
            known |= strcmp(name, forms[i].name) == 0;
        if (!known)
            check_differ(r, "closed_forms", name, "a known form");
    }
}

const struct check_format check_scaling = {
    .name = "timeslice-scaling-golden/1",
    .summary = "fits of the universal scalability law, closed forms",
    .recompute = scaling_recompute,
};
