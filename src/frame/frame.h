/* A frame: a grid of cells with styles named by meaning, not by colour.
 * Views draw into frames, so that screens are tested as text; tui/ puts frames
 * on a terminal. Every glyph is one column wide. */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum style {
    STYLE_NORMAL,
    STYLE_DIM,      /* secondary text, frames' lines */
    STYLE_TITLE,    /* screen and panel titles */
    STYLE_HERO,     /* the one number */
    STYLE_KEY,      /* a key's name in the footer and help */
    STYLE_SELECTED, /* the chosen line of a list */
    STYLE_BANNER,   /* FROZEN, WORKERS STOPPED: reverse */
    STYLE_GOOD,
    STYLE_BAD, /* lost updates, failures */
    STYLE_WARN,
    STYLE_RUNNING, /* states of a worker (LESSONS.md palette) */
    STYLE_READY,
    STYLE_LOCK,
    STYLE_IO,
    STYLE_SPINNING,
    STYLE_IDLE,     /* finished, idle, parked */
    STYLE_UNKNOWN,  /* lost records */
    STYLE_FOREIGN,  /* another program */
    STYLE_BADGE,    /* MEASURED / MODEL / REPLAY */
    STYLE_WORKER_0, /* eight colours that go around for workers' letters */
    STYLE_WORKER_7 = STYLE_WORKER_0 + 7,
    STYLE_COUNT
};

struct cell {
    uint32_t glyph; /* code point; 0 is drawn as a blank */
    uint8_t style;  /* enum style */
};

struct frame {
    int rows, columns; /* at least 1 */
    struct cell *cells;
};

/* Make it @rows x @columns blanks (anything below 1 becomes 1), reusing the
 * memory of {0} or of an earlier frame. 0 or -ENOMEM (then it is 1 x 1 of its
 * own storage or unchanged). */
int frame_init(struct frame *f, int rows, int columns);
void frame_fini(struct frame *f);

/* Drawing outside is cut off without harm, so views need no checks. */
struct box {
    int row, column, rows, columns; /* may be 0 x 0 or less: nothing fits */
};
struct box frame_box(const struct frame *f);
/* Cut @rows rows off the top (negative: the bottom) of @b and return them. */
struct box box_take_rows(struct box *b, int rows);
/* The same with columns from the left (negative: the right). */
struct box box_take_columns(struct box *b, int columns);

void frame_put(struct frame *f, int row, int column, uint32_t glyph,
               enum style style);
/* UTF-8 text; stops at @max columns (<0: the frame's edge). Returns the
 * columns used. */
int frame_text(struct frame *f, int row, int column, int max, enum style style,
               const char *s);
int frame_textf(struct frame *f, int row, int column, int max, enum style style,
                const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Right-aligned so that it ends before @column. */
int frame_right(struct frame *f, int row, int column, enum style style,
                const char *s);
void frame_fill(struct frame *f, struct box b, uint32_t glyph,
                enum style style);
/* A frame of lines around @b with @title in its top line; returns the inside.
 */
struct box frame_panel(struct frame *f, struct box b, const char *title,
                       const char *right);
/* Big digits, 3 rows high: digits , . : % x / + - < > k M G T and blanks. Other
 * characters are drawn small. Returns the columns used. */
int frame_big(struct frame *f, int row, int column, enum style style,
              const char *s);
int frame_big_columns(const char *s);
/* The same 5 rows high and twice as wide, for a projector. */
int frame_huge(struct frame *f, int row, int column, enum style style,
               const char *s);
int frame_huge_columns(const char *s);
/* A bar of @columns with @share (0..1) filled, eighth blocks at the end. */
void frame_bar(struct frame *f, int row, int column, int columns, double share,
               enum style full, enum style empty);
/* Word-wrapped text in @b; returns the rows used. */
int frame_wrap(struct frame *f, struct box b, enum style style, const char *s);

/* Replace every glyph beyond ASCII by its fallback (DESIGN of the table in
 * frame.c: lines -|+, blocks # = % . , sparks " .:-=+*#", marks ok no > o *).
 */
void frame_to_ascii(struct frame *f);
/* The frame as lines of text without styles, trailing blanks cut. */
void frame_to_text(const struct frame *f, struct text *out);
/* The same with a second block of lines, one letter a cell's style ('.' is
 * normal): for golden tests of colours. */
void frame_styles_to_text(const struct frame *f, struct text *out);

#endif
