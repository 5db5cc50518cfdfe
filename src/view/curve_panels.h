/* The screen of a sweep in parts: the answer and the curve (curve_screen.c),
 * panels for a large screen (curve_panels.c). */
#ifndef VIEW_CURVE_PANELS_H
#define VIEW_CURVE_PANELS_H

#include "view/curve.h"

/* "log x": how the axes are; "" if plainly. */
const char *curve_scale_words(const struct curve_look *look);
/* Where the time went, and beneath it the models. */
void curve_side(struct frame *f, struct box b, const struct view_curve *v);
/* All points in numbers; the rows it would like. */
void curve_table(struct frame *f, struct box b, const struct view_curve *v);
int curve_table_rows(const struct sweep *s);

#endif
