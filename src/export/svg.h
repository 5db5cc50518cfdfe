/* What every chart is drawn with: shapes, words, axes with round ticks. Each
 * chart is drawn twice for a page, wide and narrow, so that its words stay
 * readable on a phone. Colours stand in one table, light and dark; they are
 * Okabe and Ito's (2008), which the colour-blind tell apart, and no meaning
 * hangs on a colour alone. Pure. */
#ifndef EXPORT_SVG_H
#define EXPORT_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "sweep/contest.h"
#include "sweep/sweep.h"
#include "trace/trace.h"

#define SVG_WIDE 720
#define SVG_NARROW 360
#define SVG_FAMILIES                                                           \
    7 /* colours and dashes; marks are one fewer, so that the                  \
         pairs go on differing */

struct svg {
    struct text *out;
    size_t id; /* in front of every id: unique in the page */
    bool narrow;
    double width, height;
    double font; /* pixels, as are all lengths */
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* @s for XML and HTML: < > & " ' as entities, control characters and what is
 * not UTF-8 replaced. */
void svg_escape(const char *s, struct text *out);
/* "12.5", without needless noughts. Returns @buf; 24 bytes are enough. */
char *svg_number(char *buf, size_t size, double x);

/* The style sheet of all charts: @page with the colours for dark screens too,
 * else the light ones only (other programs know no more). */
void svg_style(bool page, struct text *out);

/* Begin and end a chart. @inside: part of a page. The title is what it is
 * called, the description what it shows, for those who do not see it. */
void svg_open(struct svg *g, bool inside, bool narrow, double height,
              const char *title, const char *description, struct text *out);
void svg_close(struct svg *g);
/* A place for the hatches, after svg_open(): what they are called is
 * "url(#hID-NAME)". */
void svg_hatches(struct svg *g);

/* @class_name: classes of the style sheet. The words are escaped. */
void svg_words(struct svg *g, double x, double y, enum svg_anchor anchor,
               const char *class_name, const char *s);
void svg_line(struct svg *g, double x1, double y1, double x2, double y2,
              const char *class_name);
void svg_rect(struct svg *g, double x, double y, double width, double height,
              const char *class_name);
/* The mark of family @family around a point: full, or only its outline. */
void svg_mark(struct svg *g, int family, double x, double y, double r,
              bool full);
void svg_diamond(struct svg *g, int family, double x, double y, double r);
/* Pixels that @s takes; rather more than less. */
double svg_width(const struct svg *g, const char *s);
/* The dash of family @family: a value for stroke-dasharray. */
const char *svg_dash(int family);

/* ---- axes ----------------------------------------------------------------
 */

#define SVG_TICKS 24
struct svg_axis {
    double least, most; /* values at its ends */
    double from_px, to_px;
    bool log; /* equal factors are equally far apart */
    double tick[SVG_TICKS];
    int ticks;
    double unit;    /* ticks are written in so many: 1000 */
    const char *in; /* ", in thousands"; "" */
};
/* From nought to a round value not below @most, about @wanted ticks. */
void svg_axis_from_zero(struct svg_axis *a, double most, int wanted);
/* Round ticks from @least to @most, which stay the ends. */
void svg_axis_between(struct svg_axis *a, double least, double most,
                      int wanted);
double svg_axis_px(const struct svg_axis *a, double value);
/* What is written at a tick. Returns @buf. */
char *svg_axis_tick(const struct svg_axis *a, double value, char *buf,
                    size_t size);

/* ---- charts, in one width (a page has both) ------------------------------
 */

/* What the curve shows, in words: under the chart, and in its description. */
void svg_curve_caption(const struct sweep *s, struct text *out);
void svg_curve_describe(const struct sweep *s, struct text *out);
void svg_parts_describe(const struct sweep *s, int curve, struct text *out);
void svg_ratio_describe(const struct contest *c, struct text *out);
void svg_timeline_describe(const struct trace *t, struct text *out);
/* Points of @curve with a figure are in .points[*first .. *end). */
void svg_curve_points(const struct sweep *s, int curve, int *first, int *end);

#endif
