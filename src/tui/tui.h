/* The screens. One thread, one poll() loop over terminal, source and timer. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>

#include "base/err.h"
#include "base/machine.h"
#include "spec/spec.h"

enum tui_screen { TUI_LAUNCHER, TUI_LAB, TUI_RACE };
enum tui_theme {
    THEME_DARK,
    THEME_LIGHT,
    THEME_CONTRAST,
    THEME_MONO,
    THEME_COUNT
};

struct tui_options {
    enum tui_screen screen;
    const struct spec *spec; /* for lab and race; NULL: the screen's own */
    const struct machine *machine;
    enum tui_theme theme;
    bool ascii; /* or the locale is not UTF-8 */
    bool presenter;
    bool no_mouse;
};

/* Take the terminal and run until the user leaves. Returns the exit status; a
 * sentence in @err if the terminal cannot be used (then -errno). Restores the
 * terminal and leaves no process, whatever happens. */
int tui_run(const struct tui_options *o, struct err *err);

#endif
