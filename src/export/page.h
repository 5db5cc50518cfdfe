/* The report's page: a tall frame that is filled from top to bottom. Using a
 * frame gives cut-off at the edge, styles by meaning and the ASCII fallback
 * that the screens have. One thread. */
#ifndef EXPORT_PAGE_H
#define EXPORT_PAGE_H

#include <stdint.h>

#include "export/export.h"
#include "frame/frame.h"

struct page {
    struct frame frame;
    int row; /* the next empty line; may run past the frame's end */
    int columns;
    const struct trace *trace;
    const struct report_options *options;
    bool jobs; /* of the simulator: its words for cores and workers */
};

/* How long the run has gone on: to its end, or until now. 0: never began. */
int64_t page_duration_ns(const struct trace *t);

/* A blank line, then @title. */
void page_title(struct page *p, const char *title);
/* @s wrapped, beginning at @column; a number stays with its unit. */
void page_wrap(struct page *p, int column, enum style style, const char *s);
/* A bar in the present line, @share of @columns long; what is missing is left
 * blank. More than all is all. */
void page_bar(struct page *p, int column, int columns, double share,
              enum style style);

/* "Linux 6.1": the first two numbers of a kernel's release. */
void page_kernel(struct text *out, const char *release);

/* "  0 %", " <1 %", " 48 %", ">99 %": only nought is nought, only all is all.
 * @share < 0: "-". Returns @buf; 8 bytes are enough. */
char *page_share(char *buf, size_t size, double share);

/* Cores and workers over the whole run (report_lanes.c). 0 or -ENOMEM. */
int page_timelines(struct page *p);

/* The page as text, with ANSI colours if asked for; blanks at the ends of
 * lines are cut (page.c). */
void page_print(const struct page *p, struct text *out);

#endif
