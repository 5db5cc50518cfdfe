/* The axes of a curve: where in a row of cells a value lies, and the round
 * numbers that are written beside it. Pure. */
#ifndef VIEW_CURVE_AXIS_H
#define VIEW_CURVE_AXIS_H

#include <stdbool.h>
#include <stddef.h>

struct curve_axis {
    double low, high; /* low < high; both above 0 if .log */
    bool log;
    int cells; /* at least 1 */
};

/* An axis that has room for @least .. @most: both ends as they are. @log is
 * given up where a value is not above 0. */
void curve_axis_span(struct curve_axis *a, double least, double most, bool log,
                     int cells);
/* The same with round numbers at the ends, so that ticks may be @gap cells
 * apart; linear ones begin at 0. */
void curve_axis_round(struct curve_axis *a, double least, double most, bool log,
                      int cells, int gap);

/* The middle of the first cell is 0, of the last one .cells - 1; values beyond
 * the ends lie beyond these. */
double curve_axis_at(const struct curve_axis *a, double value);
double curve_axis_value(const struct curve_axis *a, double at);

/* Round values at least @gap cells apart, ascending, into @out; how many. */
#define CURVE_TICKS 32
int curve_axis_ticks(const struct curve_axis *a, int gap,
                     double out[CURVE_TICKS]);

/* A tick's number: all of one axis, up to @most, have the same unit: "0",
 * "1,500", "2.5 k". @step: what separates them; 0 for those of a logarithmic
 * axis, which have units of their own. */
char *curve_number(char *buf, size_t size, double value, double most,
                   double step);

#endif
