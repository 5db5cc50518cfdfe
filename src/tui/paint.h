/* Putting frames on a terminal in as few bytes as is easy: only what differs
 * from the last one, all in one piece. Pure: from frames to bytes; what the
 * terminal understands is told by the caller.
 *
 * Curses could do this, but hands every movement of the cursor to the kernel by
 * itself: 50 writes a picture instead of one, half the price of a picture. */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include <stdbool.h>

#include "base/text.h"
#include "frame/frame.h"

/* Glyphs that fill their cell: in reverse they would vanish. */
#define PAINT_FILLS(glyph) ((glyph) >= 0x2580 && (glyph) <= 0x25ff)

struct paint_style {
    char full[64];   /* begins it: whatever was set before is forgotten */
    char colour[32]; /* the same after a style of equal .attrs; "": not so */
    unsigned attrs;
};

struct paint_terminal {
    const char *clear; /* blanks all, in the colours that are set */
    /* The second is for glyphs that fill their cell. */
    struct paint_style style[STYLE_COUNT], filled[STYLE_COUNT];
    /* Place the cursor; both count from 0. */
    void (*move)(struct text *out, int row, int column);
    bool utf8;         /* else all beyond ASCII becomes '?' */
    bool clear_paints; /* .clear leaves cells in the style that is set */
    bool corner;       /* the last cell can be written without scrolling */
};

struct paint {
    struct frame shown; /* what the terminal shows, unless .afresh */
    bool afresh;        /* nothing is known of what it shows */
};

/* Add to @out what makes the terminal show @f. Without memory for the last
 * frame every one is sent in full. */
void paint_frame(struct paint *p, const struct paint_terminal *t,
                 const struct frame *f, struct text *out);
void paint_fini(struct paint *p);

#endif
