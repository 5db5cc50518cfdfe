/* The picture of a sweep in parts: where things are and the lines (curve.c),
 * what lies on them and beside them (curve_marks.c). */
#ifndef VIEW_CURVE_PLOT_H
#define VIEW_CURVE_PLOT_H

#include "view/curve.h"
#include "view/curve_axis.h"

struct plot {
    struct frame *f;
    const struct sweep *s;
    const struct curve_look *look;
    struct box in; /* of the axes */
    int margin;    /* columns to the right of .in, for names */
    struct curve_axis x, y;
    bool empty; /* nothing was measured yet: no numbers beside y */
};

int plot_column_of(const struct plot *p, double x);
int plot_row_of(const struct plot *p, double y);
bool plot_in_rows(const struct plot *p, int row);
bool plot_in_columns(const struct plot *p, int column);
/* The model to draw, or NULL. */
const struct scale_fit *plot_model_of(const struct plot *p, int curve);
/* The smallest and the largest x; 1 and 1 without points. */
void plot_x_range(const struct plot *p, double *least, double *most);

/* ---- curve_marks.c ---- */

void plot_draw_medians(const struct plot *p);
void plot_draw_runs(const struct plot *p);
void plot_draw_guess(const struct plot *p);
void plot_draw_spots(const struct plot *p);

/* Rows between two numbers beside the y axis, and the columns they take. */
int plot_y_gap(int rows);
int plot_y_columns(const struct curve_axis *a, int gap);
void plot_draw_y(const struct plot *p);
void plot_draw_x(const struct plot *p);
void plot_mark_x(const struct plot *p);
void plot_draw_x_labels(const struct plot *p);
void plot_draw_names(const struct plot *p);

#endif
