/* A sweep as a picture: every run a dot, the median of a point a mark with its
 * interval as a bar, the model as a line. Screen process, and whoever writes a
 * report. */
#include "view/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/curve_plot.h"
#include "view/pieces.h"

/* ---- how a curve is told from another -------------------------------------
 */

/* clang-format off */
static const struct {
    uint32_t glyph;
    char ascii;
} marks[] = {
    {0x25cf, '@'}, /* ● */
    {0x25b2, '^'}, /* ▲ */
    {0x25a0, '#'}, /* ■ */
    {0x25bc, 'v'}, /* ▼ */
    {0x25b6, '>'}, /* ▶ */
    {0x25c0, '<'}, /* ◀ */
    {0x25a1, '%'}, /* □ */
    {0x2605, '&'}, /* ★ */
};
/* clang-format on */
#define MARKS ((int)(sizeof(marks) / sizeof(marks[0])))

uint32_t curve_glyph(int curve, bool ascii)
{
    int i = curve < 0 ? 0 : curve;

    if (i >= MARKS) /* letters for the rest */
        return (uint32_t)('A' + (i - MARKS) % 26);
    return ascii ? (unsigned char)marks[i].ascii : marks[i].glyph;
}

enum style curve_style(const struct sweep *s, int curve)
{
    /* Green is the first worker's; a lone curve is no worker. */
    return s->curve_count <= 1 ? STYLE_IO : view_worker_style(curve);
}

const char *curve_x_words(const struct sweep *s)
{
    const struct sweep_axis *along = &s->request.axis[SWEEP_ALONG];

    return along->name[0] != '\0' ? along->name : "workers";
}

/* Do the values grow by factors? */
void curve_look_of(struct curve_look *out, const struct sweep *s)
{
    double least = INFINITY, most = 0, before = INFINITY, last = 0, next = 0;

    *out = (struct curve_look){.cursor = -1};
    for (int i = 0; i < s->point_count; i++) {
        double x = s->points[i].x;

        least = x < least ? x : least;
        most = x > most ? x : most;
    }
    for (int i = 0; i < s->point_count; i++) {
        double x = s->points[i].x;

        if (x < most && x > last)
            last = x; /* the one before the largest */
        if (x > least && x < before)
            before = x;
    }
    next = before - least;
    out->log_x = (s->request.axis[SWEEP_ALONG].numeric ||
                  s->request.axis[SWEEP_ALONG].count == 0) &&
                 least > 0 && isfinite(before) && most / least >= 8 &&
                 most - last > 2.5 * next;
}

/* ---- where things are -----------------------------------------------------
 */

static bool is_words(const struct sweep *s)
{
    return s->request.axis[SWEEP_ALONG].count > 0 &&
           !s->request.axis[SWEEP_ALONG].numeric;
}

int plot_column_of(const struct plot *p, double x)
{
    /* A cell stays free at each side. */
    return p->in.column + 1 + (int)lround(curve_axis_at(&p->x, x));
}

int plot_row_of(const struct plot *p, double y)
{
    return p->in.row + p->in.rows - 1 - (int)lround(curve_axis_at(&p->y, y));
}

bool plot_in_rows(const struct plot *p, int row)
{
    return row >= p->in.row && row < p->in.row + p->in.rows;
}

bool plot_in_columns(const struct plot *p, int column)
{
    return column >= p->in.column && column < p->in.column + p->in.columns;
}

/* The model to draw, or NULL. */
const struct scale_fit *plot_model_of(const struct plot *p, int curve)
{
    const struct sweep_curve *c = &p->s->curves[curve];

    if (p->look->no_answer || !c->has_fits || c->fits.best < 0)
        return NULL;
    return &c->fits.fit[c->fits.best];
}

static bool any_model(const struct plot *p)
{
    for (int i = 0; i < p->s->curve_count; i++)
        if (plot_model_of(p, i))
            return true;
    return false;
}

/* Of everything that will be drawn. False: nothing was measured yet. */
static bool y_range(const struct plot *p, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (int i = 0; i < p->s->trial_count; i++) {
        const struct sweep_trial *t = &p->s->trials[i];

        if (!t->has_y || t->round < 0)
            continue;
        *least = t->y < *least ? t->y : *least;
        *most = t->y > *most ? t->y : *most;
    }
    for (int i = 0; i < p->s->point_count; i++) {
        const struct robust *y = &p->s->points[i].y;

        if (y->n == 0)
            continue;
        *least = y->low < *least ? y->low : *least;
        *most = y->high > *most ? y->high : *most;
    }
    return *most >= *least;
}

void plot_x_range(const struct plot *p, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (int i = 0; i < p->s->point_count; i++) {
        double x = p->s->points[i].x;

        *least = x < *least ? x : *least;
        *most = x > *most ? x : *most;
    }
    if (!isfinite(*least))
        *least = *most = 1;
}

/* A guess far beyond what is measured stands at the edge. */
#define GUESS_REACH 2

static void lay_out_x(struct plot *p, int columns)
{
    const struct sweep *s = p->s;
    double least, most, end;
    bool log = p->look->log_x && !is_words(s);

    plot_x_range(p, &least, &most);
    end = most;
    if (any_model(p)) /* a little of what it foretells */
        end = log ? most * 1.3 : most + (most - least) * 0.15;
    if (s->has_guess && s->guess > end && s->guess <= most * GUESS_REACH)
        end = s->guess;
    if (s->has_guess && s->guess < least && (!log || s->guess > 0))
        least = s->guess;
    curve_axis_span(&p->x, least, end, log, columns);
}

static void lay_out_y(struct plot *p, int rows)
{
    double least, most;

    p->empty = !y_range(p, &least, &most);
    if (p->empty) {
        least = 0;
        most = 1;
    }
    curve_axis_round(&p->y, least, most, p->look->log_y, rows,
                     plot_y_gap(rows));
}

/* ---- lines ----------------------------------------------------------------
 */

/* Pieces of a line. */
enum {
    LINE_FLAT,
    LINE_STEEP,
    LINE_UP_OUT,
    LINE_UP_IN,
    LINE_DOWN_OUT,
    LINE_DOWN_IN
};

static void line_put(const struct plot *p, int row, int column, int part,
                     enum style style)
{
    static const struct {
        uint32_t glyph;
        char ascii;
    } parts[] = {
        [LINE_FLAT] = {0x2500, '-'},     /* ─ */
        [LINE_STEEP] = {0x2502, '|'},    /* │ */
        [LINE_UP_OUT] = {0x256f, '\''},  /* ╯ */
        [LINE_UP_IN] = {0x256d, '.'},    /* ╭ */
        [LINE_DOWN_OUT] = {0x256e, '.'}, /* ╮ */
        [LINE_DOWN_IN] = {0x2570, '\''}, /* ╰ */
    };

    if (plot_in_rows(p, row) && plot_in_columns(p, column))
        frame_put(p->f, row, column,
                  p->look->ascii ? (unsigned char)parts[part].ascii
                                 : parts[part].glyph,
                  style);
}

/* In @column the line comes from row @from and goes on in row @to. */
static void line_step(const struct plot *p, int column, int from, int to,
                      enum style style)
{
    int by = to < from ? -1 : 1;

    if (from == to) {
        line_put(p, to, column, LINE_FLAT, style);
        return;
    }
    line_put(p, from, column, to < from ? LINE_UP_OUT : LINE_DOWN_OUT, style);
    for (int row = from + by; row != to; row += by)
        line_put(p, row, column, LINE_STEEP, style);
    line_put(p, to, column, to < from ? LINE_UP_IN : LINE_DOWN_IN, style);
}

/* A line through @value(x) from @from to @to. */
struct line {
    enum style style;
    double (*value)(const void *of, double x);
    const void *of;
    double from, to;
    double dashed; /* from this x on */
};

static void line_draw(const struct plot *p, const struct line *l)
{
    int first = plot_column_of(p, l->from), last = plot_column_of(p, l->to);
    int before = 0;
    bool drawn = false;

    for (int column = first; column <= last; column++) {
        double x = curve_axis_value(&p->x, column - p->in.column - 1), y;
        int row;

        x = x < l->from ? l->from : x > l->to ? l->to : x;
        y = l->value(l->of, x);
        if (!isfinite(y))
            continue;
        row = plot_row_of(p, y);
        row = row < p->in.row - 1 ? p->in.row - 1 : row; /* above all of it */
        if (x > l->dashed && column % 3 == 2) {
            drawn = false;
            continue;
        }
        line_step(p, column, drawn ? before : row, row, l->style);
        before = row;
        drawn = true;
    }
}

struct model_at {
    const struct scale_fit *fit;
    const struct scale_known *known;
};

static double model_value(const void *of, double x)
{
    const struct model_at *m = of;

    return scale_fit_at(m->fit, m->known, x);
}

/* Two neighbours' medians. */
struct segment {
    const struct curve_axis *x, *y;
    double x0, y0, x1, y1;
};

static double segment_value(const void *of, double x)
{
    const struct segment *s = of;
    double a = curve_axis_at(s->x, s->x0), b = curve_axis_at(s->x, s->x1);
    double share = b > a ? (curve_axis_at(s->x, x) - a) / (b - a) : 0;
    double from = curve_axis_at(s->y, s->y0), to = curve_axis_at(s->y, s->y1);

    return curve_axis_value(s->y, from + (to - from) * share);
}

/* The next measured point of the same curve after @i, or -1. */
static int point_after(const struct sweep *s, int i)
{
    for (int next = i + 1; next < s->point_count; next++) {
        if (s->points[next].curve != s->points[i].curve)
            return -1;
        if (s->points[next].y.n > 0)
            return next;
    }
    return -1;
}

static void draw_joined(const struct plot *p, int curve)
{
    const struct sweep *s = p->s;

    if (is_words(s)) /* nothing lies between two words */
        return;
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *a = &s->points[i];
        int next = a->curve == curve && a->y.n > 0 ? point_after(s, i) : -1;
        struct segment between;

        if (next < 0)
            continue;
        between = (struct segment){&p->x,
                                   &p->y,
                                   a->x,
                                   a->y.median,
                                   s->points[next].x,
                                   s->points[next].y.median};
        line_draw(p, &(struct line){.style = STYLE_DIM,
                                    .value = segment_value,
                                    .of = &between,
                                    .from = a->x,
                                    .to = between.x1,
                                    .dashed = INFINITY});
    }
}

static void draw_lines(const struct plot *p)
{
    double least, most, end;

    for (int i = 0; i < p->s->curve_count; i++)
        if (!plot_model_of(p, i))
            draw_joined(p, i);
    for (int i = 0; i < p->s->curve_count; i++) {
        const struct sweep_curve *c = &p->s->curves[i];
        struct model_at m = {plot_model_of(p, i), &c->known};

        if (!m.fit)
            continue;
        least = c->fits.least_n;
        most = c->fits.most_n;
        end = curve_axis_value(&p->x, p->x.cells - 1);
        line_draw(p, &(struct line){.style = curve_style(p->s, i),
                                    .value = model_value,
                                    .of = &m,
                                    .from = least,
                                    .to = end > most ? end : most,
                                    .dashed = most});
    }
}

/* ---- all of it ------------------------------------------------------------
 */

static int margin_columns(const struct sweep *s, int columns)
{
    int most = text_columns(curve_x_words(s)) + 1;

    for (int i = 0; i < s->curve_count && s->curve_count > 1; i++) {
        int width = text_columns(s->curves[i].label) + 2;

        most = width > most ? width : most;
    }
    return most > columns / 3 ? columns / 3 : most;
}

/* Below this there is no room for a picture. */
#define LEAST_ROWS 6
#define LEAST_COLUMNS 24

void curve_plot(struct frame *f, struct box b, const struct sweep *s,
                const struct curve_look *look)
{
    struct plot p = {.f = f, .s = s, .look = look};
    struct box top;
    int left;

    if (b.rows < LEAST_ROWS || b.columns < LEAST_COLUMNS)
        return;
    top = box_take_rows(&b, 1);
    if (s->has_guess)
        box_take_rows(&b, 1);
    box_take_rows(&b, -2); /* the x axis */
    p.margin = margin_columns(s, b.columns);
    lay_out_y(&p, b.rows);
    left = plot_y_columns(&p.y, plot_y_gap(b.rows)) + 2;
    box_take_columns(&b, left);
    box_take_columns(&b, -p.margin);
    p.in = b;
    lay_out_x(&p, b.columns - 2);
    piece_text(f, top.row, top.column, top.columns, STYLE_DIM,
               sweep_y_words(s));
    plot_draw_y(&p);
    plot_draw_x(&p);
    draw_lines(&p);
    plot_draw_medians(&p);
    plot_draw_runs(&p);
    plot_draw_guess(&p);
    plot_draw_spots(&p);
    plot_mark_x(&p);
    plot_draw_x_labels(&p);
    plot_draw_names(&p);
}
