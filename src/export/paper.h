/* A report's pieces - headings, paragraphs, tables, charts - without saying
 * what they are written in: HTML and Markdown are two kinds of the same paper,
 * so that both say the same. Pure. Inside export/ only. */
#ifndef EXPORT_PAPER_H
#define EXPORT_PAPER_H

#include <stdbool.h>

#include "base/text.h"
#include "export/report_file.h"

enum paper_look {
    PAPER_PLAIN,
    PAPER_SOFT,   /* less weight */
    PAPER_ANSWER, /* what the reader came for */
    PAPER_DOUBT   /* an answer that does not stand */
};

#define PAPER_COLUMNS 10
/* Under every timeline. */
#define PAPER_TIMELINE                                                         \
    "One line for each core and each worker, from the start to the last "      \
    "worker's end. A core's block is low where it was in use for a part of "   \
    "the time only. The thicker a worker's line, the more it gets done."

/* Columns are numbers unless .words says so (bit i); the first names the
 * row. Fill it cell by cell; paper_table() empties it. */
struct paper_table {
    const char *caption;
    const char *head[PAPER_COLUMNS]; /* all NULL: no line of heads */
    int columns;
    unsigned words;
    struct text *cell;
    int cells, cap;
    bool failed;
};

enum paper_figure { FIGURE_CURVE, FIGURE_PARTS, FIGURE_TIMELINE, FIGURE_RATIO };
struct paper_chart {
    enum paper_figure what;
    const struct sweep *sweep; /* curve, parts */
    int curve;                 /* parts */
    const struct trace *trace; /* timeline */
    const struct contest *contest;
    const char *caption;
};

struct paper;
struct paper_kind {
    void (*heading)(struct paper *p, int level, const char *s);
    void (*say)(struct paper *p, enum paper_look look, const char *s);
    void (*code)(struct paper *p, const char *s);
    void (*table)(struct paper *p, const struct paper_table *t);
    int (*chart)(struct paper *p, const struct paper_chart *c);
    void (*term)(struct paper *p, const char *term, const char *s);
};
struct paper {
    const struct paper_kind *kind;
    struct text *out;
    const struct report_file *file; /* NULL: not of runs and sweeps */
    int part;                       /* being written */
    bool failed;                    /* out of memory */
};

/* A sentence from @format. */
void paper_say(struct paper *p, enum paper_look look, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The next cell of @t. "" is an empty one; what was not measured is "-". */
void paper_cell(struct paper_table *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Write and empty it. A table without a cell is left out. */
void paper_table(struct paper *p, struct paper_table *t);
void paper_chart(struct paper *p, const struct paper_chart *c);

/* Everything: title, parts, words explained. Returns 0 or -ENOMEM. */
int paper_write(struct paper *p);

/* A paper called @title around what @write writes, which gets @arg and returns
 * 0 or -ENOMEM: a whole page of HTML, or Markdown. 0 or -ENOMEM. */
int paper_html(const char *title,
               int (*write)(struct paper *p, const void *arg), const void *arg,
               struct text *out);
int paper_markdown(const char *title,
                   int (*write)(struct paper *p, const void *arg),
                   const void *arg, struct text *out);

/* What the whole is called: report_file.title, or made from the parts. */
void paper_title(const struct report_file *r, struct text *out);
/* What a part asks. */
void paper_question(const struct report_part *part, struct text *out);

/* ---- the parts (report_sweep.c, report_run.c, report_contest.c) ---------- */

void report_sweep(struct paper *p, const struct report_part *part);
void report_run(struct paper *p, const struct report_part *part);
void report_contest(struct paper *p, const struct report_part *part);
/* Who measured what it says, once for each machine of the report. */
void report_machine(struct paper *p, const struct machine *m);
/* A value with its unit, or, @bare, without it. Returns @buf; 32 bytes. */
char *report_value(enum metric metric, double x, bool bare, char *buf,
                   size_t size);

#endif
