/* The curve's chart between its two halves: laying it out (svg_curve_lay.c) and
 * drawing it (svg_curve.c). Inside export/ only. */
#ifndef EXPORT_SVG_CURVE_H
#define EXPORT_SVG_CURVE_H

#include "export/svg.h"

#define LABELS (SWEEP_VALUES + 1)

/* Words beside the curves' ends. */
struct label {
    int family;  /* -1: of the model */
    double at_y; /* where its curve ends */
    double at_x;
    double y; /* of its middle, moved until none covers another */
    double height;
    char line[2][64]; /* the second one may be "" */
};

struct plot {
    struct svg g;
    const struct sweep *sweep;
    struct svg_axis x, y;
    bool words;    /* along x there are words, not numbers */
    bool doubling; /* every step of x doubles */
    double left, right, top, bottom;
    double name_rows; /* of the values beneath, words only */
    double reach;     /* the model is drawn up to here */
    struct label label[LABELS];
    int labels;
};

/* Where everything of @s goes; all of @p but the chart itself. */
void svg_curve_lay(struct plot *p, const struct sweep *s, bool narrow);

const struct sweep_axis *svg_curve_along(const struct sweep *s);
/* The model that is drawn; NULL: none. */
const struct scale_fit *svg_curve_fit(const struct sweep_curve *c);
/* In which row beneath the axis the word of @value stands. @ends: where the
 * rows end so far, noughts to begin with. */
int svg_curve_word_row(const struct plot *p, int value, double ends[8]);

#endif
