/* How styles look in each theme: plain tables, no terminal. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdint.h>

#include "frame/frame.h"
#include "tui/tui.h"

enum look_attr {
    LOOK_BOLD = 1,
    LOOK_REVERSE = 2,
    LOOK_UNDERLINE = 4,
    LOOK_DIM = 8
};

/* Colours by depth of the terminal: 256, 16 and 8 colours. -1: the theme's
 * ordinary text. */
enum colour_depth { DEPTH_256, DEPTH_16, DEPTH_8, DEPTHS };

struct look {
    int16_t colour[DEPTHS];
    uint8_t attr; /* enum look_attr bits */
};

struct theme {
    const char *name;
    /* What is painted behind everything; with paint false only when a
     * projector must not depend on the terminal's own colours. */
    bool paint;
    int16_t back[DEPTHS], text[DEPTHS];
    struct look looks[STYLE_COUNT];
};

extern const struct theme themes[THEME_COUNT];

#endif
