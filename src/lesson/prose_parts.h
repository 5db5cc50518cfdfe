/* What the files of prose.h share. Not for others. */
#ifndef LESSON_PROSE_PARTS_H
#define LESSON_PROSE_PARTS_H

#include "lesson/prose.h"

/* Lines under construction: a run's text is at an offset of .kept, for that one
 * still moves. */
struct laid_run {
    size_t at;
    enum prose_look look;
    bool heading;
};
struct laid_line {
    int indent, first, count; /* runs */
};
struct laying {
    struct text kept;
    struct laid_run *runs;
    int run_count, run_cap;
    struct laid_line *lines;
    int line_count, line_cap;
    bool failed;
};
void laying_fini(struct laying *l);
void lay_line(struct laying *l, int indent); /* begin one */
/* More of the line that was begun last: @length bytes; blanks of any kind
 * become one blank each. */
void lay_run(struct laying *l, const char *text, size_t length,
             enum prose_look look, bool heading);
void lay_blanks(struct laying *l, int count);

/* How words are broken: the first line after @indent columns and @marker, the
 * others as deep as the first's text. */
struct lay_shape {
    int indent, columns;
    const char *marker; /* "- "; "" */
    bool every;         /* the marker before every line */
    bool heading;
};
/* The spans [first, last) of @piece as lines. */
void lay_words(struct laying *l, const struct prose_piece *piece, int first,
               int last, const struct lay_shape *shape);
/* The rows of @p from @at on, all of one table; returns how many. */
int lay_table(struct laying *l, const struct prose *p, int at, int columns);

/* Of the cell that begins at span @at: where it ends. */
int prose_cell_end(const struct prose_piece *row, int at);

#endif
