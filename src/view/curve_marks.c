/* What lies on a curve's lines and beside them: marks, the guess, axes, names.
 * Screen process, and whoever writes a report. */
#include "view/curve_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/pieces.h"

#define GLYPH_DIAMOND 0x25c6 /* ◆ */
#define GLYPH_BAR 0x2503     /* ┃ */
#define GLYPH_DOTTED 0x250a  /* ┊ */

/* ---- marks ----------------------------------------------------------------
 */

/* Only where nothing but a line is. */
static bool is_free(const struct plot *p, int row, int column)
{
    uint32_t glyph;

    if (row < 0 || column < 0 || row >= p->f->rows || column >= p->f->columns)
        return false;
    glyph =
        p->f->cells[(size_t)row * (size_t)p->f->columns + (size_t)column].glyph;
    return glyph == 0 || glyph == ' ' || glyph == 0xb7 || glyph == '.' ||
           glyph == 0x2500 || (glyph >= 0x256d && glyph <= 0x2570) ||
           glyph == '\'' || glyph == '-';
}

/* Every run, beside the bar of its point. */
void plot_draw_runs(const struct plot *p)
{
    bool ascii = p->look->ascii;

    for (int i = 0; i < p->s->trial_count; i++) {
        const struct sweep_trial *t = &p->s->trials[i];
        int row, column;
        uint32_t glyph = ascii ? '.' : 0xb7;
        enum style style = STYLE_DIM;

        if (!t->has_y || t->round < 0 || t->point < 0 ||
            t->point >= p->s->point_count)
            continue;
        row = plot_row_of(p, t->y);
        column = plot_column_of(p, p->s->points[t->point].x) + 1;
        if (t->disturbed) {
            glyph = ascii ? 'x' : 0xd7; /* × */
            style = STYLE_WARN;
        } else if (t->outlier) {
            glyph = ascii ? 'o' : 0xb0; /* ° */
            style = STYLE_WARN;
        }
        if (plot_in_rows(p, row) && plot_in_columns(p, column) &&
            is_free(p, row, column))
            frame_put(p->f, row, column, glyph, style);
    }
}

void plot_draw_medians(const struct plot *p)
{
    const struct sweep *s = p->s;

    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *point = &s->points[i];
        enum style style = curve_style(s, point->curve);
        int column = plot_column_of(p, point->x), row, low;

        if (point->y.n == 0 || !plot_in_columns(p, column))
            continue;
        low = plot_row_of(p, point->y.low);
        for (row = plot_row_of(p, point->y.high); row <= low; row++)
            if (plot_in_rows(p, row) && is_free(p, row, column))
                frame_put(p->f, row, column, p->look->ascii ? '|' : GLYPH_BAR,
                          style);
    }
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *point = &s->points[i];
        int row;

        if (point->y.n == 0)
            continue;
        row = plot_row_of(p, point->y.median);
        if (plot_in_rows(p, row))
            frame_put(p->f, row, plot_column_of(p, point->x),
                      curve_glyph(point->curve, p->look->ascii),
                      i == p->look->cursor ? STYLE_SELECTED
                                           : curve_style(s, point->curve));
    }
}

/* The point of @curve's sweet spot; NULL: there is none to show. */
static const struct sweep_point *spot_of(const struct plot *p, int curve)
{
    const struct sweep_curve *c = &p->s->curves[curve];

    if (p->look->no_answer || c->verdict != SWEEP_FOUND || c->best < 0 ||
        c->best >= p->s->point_count || p->s->points[c->best].y.n == 0)
        return NULL;
    return &p->s->points[c->best];
}

void plot_draw_spots(const struct plot *p)
{
    bool ascii = p->look->ascii;

    for (int i = 0; i < p->s->curve_count; i++) {
        const struct sweep_point *spot = spot_of(p, i);
        int column, from;

        if (!spot)
            continue;
        column = plot_column_of(p, spot->x);
        from = plot_row_of(p, spot->y.median);
        for (int row = from + 1; row < p->in.row + p->in.rows; row++)
            if (is_free(p, row, column))
                frame_put(p->f, row, column, ascii ? ':' : GLYPH_DOTTED,
                          STYLE_HERO);
        frame_put(p->f, from, column, ascii ? '*' : GLYPH_DIAMOND,
                  p->s->points + p->look->cursor == spot ? STYLE_SELECTED
                                                         : STYLE_HERO);
    }
}

/* A mark through the whole height, with its words over it. */
void plot_draw_guess(const struct plot *p)
{
    const struct sweep *s = p->s;
    char label[80], guess[SWEEP_VALUE_TEXT];
    int column, columns, at;

    if (!s->has_guess)
        return;
    column = plot_column_of(p, s->guess);
    snprintf(guess, sizeof(guess), "%g", s->guess);
    for (int i = 0; i < s->point_count; i++)
        if (fabs(s->points[i].x - s->guess) < 1e-9) /* words have names */
            memcpy(guess, s->points[i].label, sizeof(guess));
    snprintf(label, sizeof(label), "your guess: %s", guess);
    if (column >= p->in.column + p->in.columns) {
        column = p->in.column + p->in.columns - 1;
        snprintf(label, sizeof(label), "your guess: %s %s", guess,
                 p->look->ascii ? ">" : "→");
    }
    if (column < p->in.column)
        column = p->in.column;
    columns = text_columns(label);
    at = column - columns / 2;
    if (at + columns > p->in.column + p->in.columns + p->margin)
        at = p->in.column + p->in.columns + p->margin - columns;
    if (at < p->in.column)
        at = p->in.column;
    piece_text(p->f, p->in.row - 1, at,
               p->in.column + p->in.columns + p->margin - at, STYLE_WARN,
               label);
    for (int row = p->in.row; row < p->in.row + p->in.rows; row += 2)
        if (is_free(p, row, column))
            frame_put(p->f, row, column, '?', STYLE_WARN);
}

/* ---- axes -----------------------------------------------------------------
 */

/* The widest number beside the y axis. */
int plot_y_columns(const struct curve_axis *a, int gap)
{
    double at[CURVE_TICKS];
    int count = curve_axis_ticks(a, gap, at), columns = 1;

    for (int i = 0; i < count; i++) {
        char buf[32];
        int width = text_columns(
            curve_number(buf, sizeof(buf), at[i], a->high,
                         !a->log && count > 1 ? at[1] - at[0] : 0));

        columns = width > columns ? width : columns;
    }
    return columns;
}

int plot_y_gap(int rows)
{
    return rows >= 16 ? 3 : 2;
}

void plot_draw_y(const struct plot *p)
{
    double at[CURVE_TICKS];
    int count = curve_axis_ticks(&p->y, plot_y_gap(p->in.rows), at);
    int column = p->in.column - 1;

    for (int row = 0; row < p->in.rows; row++)
        frame_put(p->f, p->in.row + row, column, p->look->ascii ? '|' : 0x2502,
                  STYLE_DIM);
    for (int i = 0; i < count && !p->empty; i++) {
        char buf[32];
        int row = plot_row_of(p, at[i]);

        if (!plot_in_rows(p, row))
            continue;
        frame_put(p->f, row, column, p->look->ascii ? '+' : 0x2524, STYLE_DIM);
        frame_right(p->f, row, column - 1, STYLE_DIM,
                    curve_number(buf, sizeof(buf), at[i], p->y.high,
                                 !p->y.log && count > 1 ? at[1] - at[0] : 0));
    }
}

/* A value's name under the axis, if there is room for it. */
static bool x_label(const struct plot *p, char *taken, double x,
                    const char *label, enum style style)
{
    int columns = text_columns(label), row = p->in.row + p->in.rows + 1;
    int left = p->in.column - 1, right = p->in.column + p->in.columns;
    int at = plot_column_of(p, x) - columns / 2;

    if (at < left)
        at = left;
    if (at + columns > right)
        at = right - columns;
    if (at < left)
        return false;
    for (int i = at - 1; i <= at + columns; i++)
        if (i >= left && i < right && taken[i - left])
            return false;
    memset(taken + (at - left), 1, (size_t)columns);
    frame_text(p->f, row, at, columns, style, label);
    return true;
}

/* How soon a point's name is written: 0 first. */
static int x_rank(const struct plot *p, int i, double least, double most)
{
    const struct sweep_point *point = &p->s->points[i];
    double twos = point->x > 0 ? log2(point->x) : 0.5;

    if (i == p->look->cursor)
        return 0;
    for (int c = 0; c < p->s->curve_count; c++)
        if (spot_of(p, c) == point)
            return 1;
    if (point->x <= least || point->x >= most)
        return 2;
    return fabs(twos - round(twos)) < 1e-9 ? 3 : 4;
}

void plot_draw_x_labels(const struct plot *p)
{
    char taken[512] = {0};
    double least, most;

    plot_x_range(p, &least, &most);
    if (p->in.columns + 1 > (int)sizeof(taken))
        return;
    for (int rank = 0; rank <= 4; rank++)
        for (int i = 0; i < p->s->point_count; i++) {
            const struct sweep_point *point = &p->s->points[i];

            if (x_rank(p, i, least, most) == rank)
                x_label(p, taken, point->x, point->label,
                        rank == 0   ? STYLE_SELECTED
                        : rank == 1 ? STYLE_HERO
                                    : STYLE_DIM);
        }
}

void plot_draw_x(const struct plot *p)
{
    bool ascii = p->look->ascii;
    int row = p->in.row + p->in.rows;

    frame_put(p->f, row, p->in.column - 1, ascii ? '+' : 0x2514, STYLE_DIM);
    for (int i = 0; i < p->in.columns; i++)
        frame_put(p->f, row, p->in.column + i, ascii ? '-' : 0x2500, STYLE_DIM);
    if (p->margin > 1)
        piece_text(p->f, row, p->in.column + p->in.columns + 1, p->margin - 1,
                   STYLE_DIM, curve_x_words(p->s));
    for (int i = 0; i < p->s->point_count; i++) {
        const struct sweep_point *point = &p->s->points[i];

        if (plot_in_columns(p, plot_column_of(p, point->x)))
            frame_put(p->f, row, plot_column_of(p, point->x),
                      ascii ? '+' : 0x252c, STYLE_DIM);
    }
}

/* Where else the sweet spot may be; failures; cursor; what runs now. */
void plot_mark_x(const struct plot *p)
{
    bool ascii = p->look->ascii;
    int row = p->in.row + p->in.rows;
    const struct sweep *s = p->s;
    int curve = p->look->curve;

    if (curve >= 0 && curve < s->curve_count && spot_of(p, curve)) {
        int to = plot_column_of(p, s->curves[curve].high_x);

        for (int i = plot_column_of(p, s->curves[curve].low_x); i <= to; i++)
            if (plot_in_columns(p, i))
                frame_put(p->f, row, i, ascii ? '=' : 0x2550, STYLE_HERO);
    }
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *point = &s->points[i];
        int column = plot_column_of(p, point->x);

        if (point->failed > 0 && point->y.n == 0)
            frame_put(p->f, row, column, ascii ? 'x' : 0x2717, STYLE_BAD);
    }
    if (p->look->running)
        frame_put(p->f, row, plot_column_of(p, p->look->running->x),
                  ascii ? 'v' : 0x25bc, STYLE_RUNNING);
    if (p->look->cursor >= 0 && p->look->cursor < s->point_count)
        frame_put(p->f, row, plot_column_of(p, s->points[p->look->cursor].x),
                  ascii ? '^' : 0x25b2, STYLE_KEY);
}

/* ---- names at the lines' ends ---------------------------------------------
 */

/* Where curve @curve ends at the right; false: nothing of it was measured. */
static bool end_of(const struct plot *p, int curve, double *y)
{
    const struct scale_fit *model = plot_model_of(p, curve);
    bool found = false;

    for (int i = 0; i < p->s->point_count; i++)
        if (p->s->points[i].curve == curve && p->s->points[i].y.n > 0) {
            *y = p->s->points[i].y.median;
            found = true;
        }
    if (found && model)
        *y = scale_fit_at(model, &p->s->curves[curve].known,
                          curve_axis_value(&p->x, p->x.cells - 1));
    return found;
}

/* The free row nearest to where @y is; -1: none. */
static int name_row(const struct plot *p, const bool *used, double y)
{
    int want = plot_row_of(p, y) - p->in.row, best = -1;

    want = want < 0 ? 0 : want >= p->in.rows ? p->in.rows - 1 : want;
    for (int row = 0; row < p->in.rows; row++)
        if (!used[row] && (best < 0 || abs(row - want) <= abs(best - want)))
            best = row;
    return best;
}

/* From the highest down; names that would lie on one another move apart. */
void plot_draw_names(const struct plot *p)
{
    bool used[512] = {false}, drawn[SWEEP_VALUES] = {false};
    int column = p->in.column + p->in.columns, row;

    if (p->margin < 4 || p->s->curve_count < 2 || p->in.rows > 512)
        return;
    for (;;) {
        double most = -INFINITY, y;
        int next = -1;

        for (int i = 0; i < p->s->curve_count && i < SWEEP_VALUES; i++)
            if (!drawn[i] && end_of(p, i, &y) && y > most) {
                most = y;
                next = i;
            }
        row = next < 0 ? -1 : name_row(p, used, most);
        if (row < 0)
            return;
        drawn[next] = used[row] = true;
        frame_put(p->f, p->in.row + row, column,
                  curve_glyph(next, p->look->ascii), curve_style(p->s, next));
        piece_text(p->f, p->in.row + row, column + 2, p->margin - 2,
                   curve_style(p->s, next), p->s->curves[next].label);
    }
}
