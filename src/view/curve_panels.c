/* Panels beside the curve of a sweep: where the time went, the models that were
 * fitted, the points in numbers. Screen process. */
#include "view/curve_panels.h"

#include <math.h>
#include <stdio.h>

#include "view/pieces.h"

const char *curve_scale_words(const struct curve_look *look)
{
    return look->log_x && look->log_y ? "both axes logarithmic"
           : look->log_x              ? "x logarithmic"
           : look->log_y              ? "y logarithmic"
                                      : "";
}

/* ---- models ---------------------------------------------------------------
 */

/* "sigma 0.0123 (0.008 to 0.017)" */
static void parameter_line(struct frame *f, struct box *b,
                           const struct scale_parameter *p)
{
    struct box row = box_take_rows(b, 1);
    struct text line = {0};

    if (row.rows < 1)
        return;
    scale_parameter_text(p, &line);
    piece_text(f, row.row, row.column + 2, row.columns - 2, STYLE_NORMAL,
               text_str(&line));
    text_fini(&line);
}

static void best_model(struct frame *f, struct box *b,
                       const struct scale_fit *fit, bool workers)
{
    struct box row = box_take_rows(b, 1);
    char peak[80];

    if (row.rows < 1)
        return;
    piece_text(f, row.row, row.column, row.columns, STYLE_TITLE,
               scale_model_titles[fit->model]);
    for (int i = 0; i < fit->parameters && i < SCALE_PARAMETERS; i++)
        parameter_line(f, b, &fit->parameter[i]);
    row = box_take_rows(b, 1);
    if (fit->has_r2 && row.rows > 0)
        piece_textf(f, row.row, row.column + 2, row.columns - 2, STYLE_NORMAL,
                    "R² %.4f", fit->r2);
    if (fit->peak_refused)
        snprintf(peak, sizeof(peak), "its peak is far beyond what was run");
    else if (fit->peak_n > 0)
        snprintf(peak, sizeof(peak), "its peak: %.3g%s", fit->peak_n,
                 workers ? " workers" : "");
    else
        return;
    row = box_take_rows(b, 1);
    if (row.rows > 0)
        piece_text(f, row.row, row.column + 2, row.columns - 2, STYLE_NORMAL,
                   peak);
}

/* The others in a line each: "amdahl      R² 0.9812" */
static void other_models(struct frame *f, struct box *b,
                         const struct scale_fits *fits)
{
    for (int i = 0; i < SCALE_MODELS; i++) {
        const struct scale_fit *fit = &fits->fit[i];
        struct box row;

        if (i == fits->best || !fit->computed)
            continue;
        row = box_take_rows(b, 1);
        if (row.rows < 1)
            return;
        piece_text(f, row.row, row.column, 12, STYLE_DIM, scale_model_words[i]);
        if (fit->has_r2)
            piece_textf(f, row.row, row.column + 12, row.columns - 12,
                        STYLE_DIM, "R² %.4f%s", fit->r2,
                        fit->fits ? "" : ", does not fit");
        else
            piece_text(f, row.row, row.column + 12, row.columns - 12, STYLE_DIM,
                       fit->fits ? "fits" : "does not fit");
    }
}

static void draw_models(struct frame *f, struct box b,
                        const struct view_curve *v)
{
    const struct sweep_curve *c = &v->sweep->curves[v->look.curve];
    const struct scale_fit *best;

    if (v->look.no_answer) {
        frame_wrap(f, b, STYLE_DIM,
                   "Shown with the answer: what law the curve follows.");
        return;
    }
    if (!c->has_fits) {
        frame_wrap(f, b, STYLE_DIM,
                   v->over ? "None: it takes three different numbers of "
                             "workers."
                           : "It takes three different numbers of workers.");
        return;
    }
    best = c->fits.best >= 0 ? &c->fits.fit[c->fits.best] : NULL;
    if (best)
        best_model(f, &b, best, true);
    else
        box_take_rows(&b, frame_wrap(f, b, STYLE_NORMAL,
                                     "None of them describes this curve."));
    if (b.rows > 1)
        box_take_rows(&b, 1);
    other_models(f, &b, &c->fits);
}

/* ---- the side -------------------------------------------------------------
 */

void curve_side(struct frame *f, struct box b, const struct view_curve *v)
{
    const struct sweep *s = v->sweep;
    int curve = v->look.curve, rows;
    struct box parts;

    if (curve < 0 || curve >= s->curve_count)
        return;
    rows = curve_parts_rows(s, curve, b.columns - 4) + 2;
    if (rows > b.rows - 8)
        rows = b.rows - 8;
    parts = box_take_rows(&b, rows);
    curve_parts(
        f, frame_panel(f, parts, "WHERE THE TIME WENT", s->curves[curve].label),
        s, curve, &v->look);
    draw_models(f, frame_panel(f, b, "MODELS", "MODEL"), v);
}

/* ---- the table ------------------------------------------------------------
 */

int curve_table_rows(const struct sweep *s)
{
    return s->point_count + 3;
}

static void table_row(struct frame *f, struct box b, const struct view_curve *v,
                      int i)
{
    static const int ends[] = {34, 56, 64, 76, 84, 98};
    const struct sweep *s = v->sweep;
    const struct sweep_point *p = &s->points[i];
    enum style style = i == v->look.cursor ? STYLE_SELECTED : STYLE_NORMAL;
    char cell[6][64] = {{0}}, low[32], high[32], median[32];
    int column = b.column;

    frame_put(f, b.row, column, curve_glyph(p->curve, v->common.ascii),
              curve_style(s, p->curve));
    column += 2;
    piece_textf(f, b.row, column, 20, style, "%s%s%s",
                s->curves[p->curve].label, s->curve_count > 1 ? " " : "",
                p->label);
    if (p->y.n > 0) {
        snprintf(cell[0], sizeof(cell[0]), "%s",
                 text_si(median, sizeof(median), p->y.median));
        snprintf(cell[2], sizeof(cell[2]), "%d", p->y.n);
        snprintf(cell[3], sizeof(cell[3]), "%d", p->disturbed);
    }
    if (p->y.n > 1)
        snprintf(cell[1], sizeof(cell[1]), "%s to %s",
                 text_si(low, sizeof(low), p->y.low),
                 text_si(high, sizeof(high), p->y.high));
    if (p->y.n > 0 || p->failed > 0)
        snprintf(cell[4], sizeof(cell[4]), "%d", p->failed);
    if (p->y.n > 0 && p->cores_busy >= 0)
        snprintf(cell[5], sizeof(cell[5]), "%.2f", p->cores_busy);
    for (int n = 0; n < 6; n++)
        if (ends[n] <= b.columns)
            frame_right(f, b.row, b.column + ends[n],
                        n == 4 && p->failed > 0      ? STYLE_BAD
                        : n == 3 && p->disturbed > 0 ? STYLE_WARN
                                                     : style,
                        cell[n][0] ? cell[n] : "-");
}

void curve_table(struct frame *f, struct box b, const struct view_curve *v)
{
    static const struct {
        const char *word;
        int end;
    } heads[] = {{"median", 34},    {"interval", 56}, {"runs", 64},
                 {"disturbed", 76}, {"failed", 84},   {"cores busy", 98}};
    const struct sweep *s = v->sweep;
    struct box in = frame_panel(f, b, "POINTS", sweep_y_words(s)), row;
    int skip;

    row = box_take_rows(&in, 1);
    piece_text(f, row.row, row.column + 2, 18, STYLE_DIM, curve_x_words(s));
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (heads[i].end <= row.columns)
            frame_right(f, row.row, row.column + heads[i].end, STYLE_DIM,
                        heads[i].word);
    skip = v->look.cursor - in.rows / 2;
    skip = skip > s->point_count - in.rows ? s->point_count - in.rows : skip;
    skip = skip < 0 ? 0 : skip;
    for (int i = skip; i < s->point_count && in.rows > 0; i++) {
        row = box_take_rows(&in, 1);
        table_row(f, row, v, i);
    }
}
