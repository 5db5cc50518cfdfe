/* Reports to hand on: runs and sweeps as one page of HTML, as Markdown, as a
 * chart in SVG. Pure: from what was measured to text. */
#ifndef EXPORT_REPORT_FILE_H
#define EXPORT_REPORT_FILE_H

#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "sweep/contest.h"
#include "sweep/sweep.h"
#include "trace/trace.h"

/* One part of a report: exactly one of .trace, .sweep, .contest. */
struct report_part {
    const struct trace *trace;
    const struct sweep *sweep;
    const struct contest *contest;
    /* Of a sweep: the typical run at the sweet spot of curve 0, or NULL. */
    const struct trace *typical;
    const char *name; /* "run 17", "sweep s4"; "" if not kept */
    const char *note; /* the learner's own words; "" */
    int64_t at_ns;    /* since 1970; 0 unknown */
};
struct report_file {
    const char *title; /* "" : made from the parts */
    const struct report_part *parts;
    int count;
};

/* One self-contained page: no scripts, nothing fetched, prints well, light and
 * dark. 0 or -ENOMEM. */
int report_html(const struct report_file *r, struct text *out);
int report_markdown(const struct report_file *r, struct text *out);

/* One chart as SVG with a title and a description for those who do not see it:
 * the curve of a sweep; where the time went at each of its points; the timeline
 * of a trace; the ratios of a comparison. @inside: part of a page, drawn wide
 * and again narrow, of which the page's style shows one; else a file of its
 * own. Colour-blind safe (Okabe and Ito 2008); each family has its own mark and
 * dash as well. */
int svg_curve(const struct sweep *s, bool inside, struct text *out);
int svg_timeline(const struct trace *t, bool inside, struct text *out);
int svg_parts(const struct sweep *s, int curve, bool inside, struct text *out);
int svg_ratio(const struct contest *c, bool inside, struct text *out);

#endif
