/* The terminal: taking it and giving it back, keys in, frames out. The only
 * part that knows curses. There is one terminal a process. */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <stdbool.h>

#include "base/err.h"
#include "frame/frame.h"
#include "tui/tui.h"

struct terminal;
struct record;

/* Take the terminal on standard input and output. A negative errno and a
 * sentence if there is none or it cannot place its cursor. From here on a
 * crash of this process (not of one that it forks) restores the terminal. */
int terminal_open(struct terminal **out, struct err *err);
/* Give it back as it was found. NULL is fine. */
void terminal_close(struct terminal *t);

/* Give it back for a while (Ctrl-Z), and take it again. Taking it twice does no
 * harm. */
void terminal_suspend(struct terminal *t);
void terminal_resume(struct terminal *t);

int terminal_fd(const struct terminal *t);
/* Frames beyond ASCII can be shown: by the locale. */
bool terminal_utf8(const struct terminal *t);
/* Ask for the size anew; then it is known. */
void terminal_measure(struct terminal *t);
int terminal_rows(const struct terminal *t);
int terminal_columns(const struct terminal *t);

/* Colours of @theme, as many as the terminal has. @paint: fill the background
 * even if the theme leaves it to the terminal. False if there are no colours:
 * NO_COLOR, or a terminal without; then every theme looks as THEME_MONO. */
bool terminal_theme(struct terminal *t, enum tui_theme theme, bool paint);
void terminal_mouse(struct terminal *t, bool on);

/* From here on what is shown goes into @r, too, from a whole picture on; NULL:
 * no longer. */
void terminal_record(struct terminal *t, struct record *r);

/* Show @f; only cells that differ from the last frame are sent. */
void terminal_present(struct terminal *t, const struct frame *f);
/* Send everything the next time, whatever was there. */
void terminal_redraw(struct terminal *t);

/* The next key, or TUI_KEY_NONE if there is none yet. Never blocks, except 25
 * ms after an escape that may be the beginning of a longer key. */
int terminal_key(struct terminal *t);
/* Where the last TUI_KEY_CLICK was. */
void terminal_click(const struct terminal *t, int *row, int *column);

#endif
