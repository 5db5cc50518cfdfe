/* Markdown as data, read by md4c: for screens and for plain text. Any
 * process. */
#ifndef LESSON_PROSE_H
#define LESSON_PROSE_H

#include <stdbool.h>

#include "base/text.h"

enum prose_kind {
    PROSE_PARAGRAPH,
    PROSE_HEADING, /* .level 1 .. 6 */
    PROSE_ITEM,    /* of a list; .level is the depth from 1, .number 0: a dot,
                      PROSE_GOES_ON: a further paragraph of the item before */
    PROSE_CODE,    /* a block; lines with '\n' between, one plain span; .level
                      is that of the item it belongs to, 0: none */
    PROSE_QUOTE,   /* a paragraph of one */
    PROSE_ROW,     /* of a table: cells are separated by spans with .cell */
    PROSE_RULE     /* a line across */
};
#define PROSE_GOES_ON (-1)
enum prose_look { PROSE_PLAIN, PROSE_STRONG, PROSE_EMPHASIS, PROSE_MONO };

struct prose_span {
    char *text; /* '\n' is a line's forced end */
    enum prose_look look;
    bool cell;  /* begins a cell of a table's row */
    char *link; /* NULL */
};
struct prose_piece {
    enum prose_kind kind;
    int level, number;
    bool head; /* a table's first row */
    struct prose_span *spans;
    int span_count;
};
struct prose {
    struct prose_piece *pieces;
    int count, cap;
};

/* 0 or -ENOMEM; prose_fini() in both cases. Raw HTML is kept as text. No more
 * than PROSE_SPANS_MAX spans: what comes after them is left out. */
#define PROSE_SPANS_MAX 20000
int prose_parse(struct prose *p, const char *markdown);
void prose_fini(struct prose *p); /* {0} is fine */

/* A line of it as laid out: spans of one look each. */
struct prose_run {
    const char *text; /* within the layout */
    enum prose_look look;
    bool heading;
};
struct prose_line {
    int indent; /* columns */
    struct prose_run *runs;
    int run_count;
};
struct prose_layout {
    struct prose_line *lines;
    int count, cap;
    struct text *kept; /* its own */
};
/* Broken into lines of at most @columns, with an empty line between pieces
 * (none between items of a list or rows of a table); tables' columns are
 * aligned. Code is not broken. 0 or -ENOMEM. */
int prose_lay(const struct prose *p, int columns, struct prose_layout *out);
void prose_layout_fini(struct prose_layout *l);

/* As plain text, @columns wide, every line after @indent blanks. */
void prose_plain(const char *markdown, int columns, int indent,
                 struct text *out);

#endif
