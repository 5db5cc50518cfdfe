/* The models of a curve for other programs, schema "timeslice.fit/1", and as
 * text for a person. Runs in the screen process or in a command. */
#include <errno.h>
#include <math.h>

#include "export/page.h"
#include "export/record.h"
#include "export/sweep.h"
#include "export/sweep_parts.h"

/* ---- for other programs -------------------------------------------------- */

/* What there may be none of: null then, so that nobody looks for it. */
static void put_or_null(struct record *r, json_t *o, const char *key,
                        bool there, double x)
{
    if (there && isfinite(x))
        record_real(r, o, key, x);
    else
        record_put(r, o, key, json_null());
}

static json_t *interval(struct record *r, const struct scale_parameter *p)
{
    json_t *pair = json_array();

    if (isfinite(p->low) && isfinite(p->high)) {
        record_append(r, pair, json_real(p->low));
        record_append(r, pair, json_real(p->high));
    }
    return pair;
}

static json_t *fit_object(struct record *r, const struct scale_fit *f)
{
    json_t *o = json_object(), *intervals = json_object();

    record_put(r, o, "fits", json_boolean(f->fits));
    if (f->why[0])
        record_string(r, o, "why", f->why);
    if (!f->computed) {
        json_decref(intervals);
        return o;
    }
    for (int i = 0; i < f->parameters; i++) {
        const struct scale_parameter *p = &f->parameter[i];

        record_real(r, o, p->name, p->value);
        if (p->interval)
            record_put(r, intervals, p->name, interval(r, p));
    }
    record_put(r, o, "intervals_95", intervals);
    put_or_null(r, o, "r2", f->has_r2, f->r2);
    record_real(r, o, "sse", f->sse);
    put_or_null(r, o, "rse", f->has_rse, f->rse);
    put_or_null(r, o, "aicc", true, f->aicc);
    put_or_null(r, o, "peak_n", f->peak_n >= 0, f->peak_n);
    put_or_null(r, o, "peak_x", f->peak_n >= 0, f->peak_x);
    if (f->peak_n >= 0)
        record_put(r, o, "peak_beyond_twice_measured",
                   json_boolean(f->peak_refused));
    put_or_null(r, o, "knee_n", f->knee_n >= 0, f->knee_n);
    put_or_null(r, o, "limit_x", f->limit_x >= 0, f->limit_x);
    record_real(r, o, "misfit", f->misfit);
    record_string(r, o, "residuals", f->residuals);
    return o;
}

static void put_points(struct record *r, json_t *o, const struct scale_fits *f)
{
    json_t *workers = json_object();

    record_integer(r, o, "points", f->points);
    record_real(r, workers, "least", f->least_n);
    record_real(r, workers, "most", f->most_n);
    record_put(r, o, "workers", workers);
}

int export_fits_json(const struct scale_fits *f, FILE *out, struct err *err)
{
    struct record r = {0};
    json_t *o = json_object();
    struct text line = {0};

    record_string(&r, o, "schema", "timeslice.fit/1");
    put_points(&r, o, f);
    for (int i = 0; i < SCALE_MODELS; i++)
        record_put(&r, o, scale_model_words[i], fit_object(&r, &f->fit[i]));
    if (f->best >= 0)
        record_string(&r, o, "best", scale_model_words[f->best]);
    else
        record_put(&r, o, "best", json_null());
    if (f->little > 0)
        record_real(&r, o, "little", f->little);
    scale_sentence(f, SCALE_LIMIT_UNKNOWN, &f->known, &line);
    r.failed |= line.failed;
    record_string(&r, o, "sentence", text_str(&line));
    text_fini(&line);
    return record_print(&r, o, out, "the models", err);
}

/* ---- for a person -------------------------------------------------------- */

#define TITLE 2
#define TITLE_COLUMNS 31
#define R2_END 41
#define MISFIT_END 49
#define PATTERN 51
#define INDENT 4

static void add_number(struct text *out, double x)
{
    char number[32];

    if (fabs(x) >= 1000 && fabs(x) < 1e9)
        text_add(out, text_count(number, sizeof(number), llround(x)));
    else if (x == 0 || (fabs(x) >= 0.001 && fabs(x) < 1000))
        text_addf(out, "%.3g", x);
    else
        text_addf(out, "%.2e", x);
}

static void add_rate(struct text *out, double x)
{
    add_number(out, x);
    text_add(out, " a second");
}

static void add_workers(struct text *out, double n)
{
    add_number(out, n);
    text_add(out, n == 1 ? " worker" : " workers");
}

void fits_add_parameters(struct text *out, const struct scale_fit *f)
{
    for (int i = 0; i < f->parameters; i++) {
        text_add(out, i ? ", " : "");
        scale_parameter_text(&f->parameter[i], out);
    }
}

/* Where it peaks, or bends and ends; but not what lies far out of sight. */
static void add_places(struct text *out, const struct scale_fits *all,
                       const struct scale_fit *f)
{
    if (f->peak_refused) {
        text_add(out, "; its peak lies beyond twice the ");
        add_workers(out, all->most_n);
        text_add(out, " measured, too far to be named");
    } else if (f->peak_n >= 1) {
        text_add(out, "; peak at ");
        add_workers(out, f->peak_n);
        text_add(out, ", ");
        add_rate(out, f->peak_x);
    }
    if (f->peak_n >= 0)
        return;
    if (f->knee_n >= 0 && f->knee_n <= 2 * all->most_n) {
        text_add(out, "; knee at ");
        add_workers(out, f->knee_n);
    }
    if (f->limit_x >= 0 && f->knee_n <= 20 * all->most_n) {
        text_add(out, "; never more than ");
        add_rate(out, f->limit_x);
    }
}

static void model_rows(struct page *p, const struct scale_fits *all,
                       const struct scale_fit *f, bool best)
{
    enum style style = f->fits ? STYLE_NORMAL : STYLE_DIM;
    struct text line = {0};
    char buf[32];

    if (best)
        frame_put(&p->frame, p->row, 0, 0x25c6, STYLE_HERO);
    frame_text(&p->frame, p->row, TITLE, TITLE_COLUMNS, style,
               scale_model_titles[f->model]);
    if (f->has_r2) {
        snprintf(buf, sizeof(buf), "%.4f", f->r2);
        frame_right(&p->frame, p->row, R2_END, style, buf);
    }
    frame_right(&p->frame, p->row, MISFIT_END, style,
                text_percent(buf, sizeof(buf), f->misfit));
    frame_text(&p->frame, p->row, PATTERN, -1, style, f->residuals);
    p->row++;
    fits_add_parameters(&line, f);
    add_places(&line, all, f);
    page_wrap(p, INDENT, style, text_str(&line));
    text_fini(&line);
    if (!f->fits) {
        text_addf(&line, "does not fit: %s", f->why);
        page_wrap(p, INDENT, STYLE_WARN, text_str(&line));
        text_fini(&line);
    }
}

static void models(struct page *p, const struct scale_fits *f)
{
    struct text line = {0};

    page_title(p, "THE MODELS");
    frame_right(&p->frame, p->row - 1, R2_END, STYLE_DIM,
                p->options->ascii ? "R^2" : "R\u00b2");
    frame_right(&p->frame, p->row - 1, MISFIT_END, STYLE_DIM, "off");
    frame_text(&p->frame, p->row - 1, PATTERN, -1, STYLE_DIM, "left over");
    for (int i = 0; i < SCALE_MODELS; i++)
        if (f->fit[i].computed)
            model_rows(p, f, &f->fit[i], i == f->best);
    for (int i = 0; i < SCALE_MODELS; i++)
        if (!f->fit[i].computed)
            text_addf(&line, "%s%s (%s)",
                      line.len ? "; " : "Not tried: ", scale_model_titles[i],
                      f->fit[i].why);
    if (line.len)
        text_add(&line, ".");
    page_wrap(p, TITLE, STYLE_DIM, text_str(&line));
    text_fini(&line);
    page_wrap(p, TITLE, STYLE_DIM,
              "Off: the root of the mean square, of what was measured. Left "
              "over: for each number of workers, fewest first, + measured more "
              "than 1 % above the model, - below, = neither. In brackets: "
              "where the parameter lies with 95 %.");
}

static void answer(struct page *p, const struct scale_fits *f,
                   const struct scale_known *k)
{
    struct text line = {0};

    scale_sentence(f, SCALE_LIMIT_UNKNOWN, k, &line);
    page_wrap(p, 0, STYLE_HERO, text_str(&line));
    text_fini(&line);
    text_addf(&line, "%d measurements with %g to %g workers; ", f->points,
              f->least_n, f->most_n);
    if (f->best >= 0)
        text_addf(&line, "the model that describes them best: %s.",
                  scale_model_titles[f->best]);
    else
        text_add(&line, "no model describes them.");
    page_wrap(p, 0, STYLE_NORMAL, text_str(&line));
    text_fini(&line);
    if (f->little > 0) {
        text_addf(&line,
                  "Little's law: throughput x response is %.3g of the number "
                  "of workers.",
                  f->little);
        page_wrap(p, 0, STYLE_NORMAL, text_str(&line));
        text_fini(&line);
    }
}

void export_fits_text(const struct scale_fits *f, const struct scale_known *k,
                      const struct report_options *o, struct text *out)
{
    struct page p = {.columns = o->columns ? o->columns : 80, .options = o};
    /* in the narrowest column each word has a line */
    int rows = 60 + 60 * SCALE_MODELS;

    if (frame_init(&p.frame, rows, p.columns) < 0) {
        out->failed = true;
        return;
    }
    answer(&p, f, k ? k : &f->known);
    models(&p, f);
    if (o->ascii)
        frame_to_ascii(&p.frame);
    page_print(&p, out);
    frame_fini(&p.frame);
}
