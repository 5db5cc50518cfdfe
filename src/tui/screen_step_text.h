/* A text being changed: letters, lines, a cursor, undo. Pure; nothing here
 * knows a terminal. One thread. */
#ifndef TUI_SCREEN_STEP_TEXT_H
#define TUI_SCREEN_STEP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keys.h"

#define EDIT_UNDO 64

/* A state to go back to. */
struct edit_was {
    char *text;
    size_t at;
};

struct edit {
    char *text;               /* ends with NUL; NULL: not open */
    size_t length, cap, most; /* .most: it may not become longer */
    size_t at;                /* of the cursor, a byte */
    int column;               /* that moving up and down keeps to */
    bool changed;             /* since edit_open() */
    bool typing;              /* the last change was a letter: one undo for
                                 several */
    struct edit_was was[EDIT_UNDO]; /* oldest first */
    int was_count;
};

/* A copy of @text. 0 or -ENOMEM. edit_fini() it. */
int edit_open(struct edit *e, const char *text, size_t most);
void edit_fini(struct edit *e); /* {0} is fine */
/* Type one character or a line feed; those that cannot be shown are ignored.
 * @indents: a new line begins as far in as this one. */
void edit_type(struct edit *e, int codepoint, bool indents);
/* An action of keys_step_edit but for ACTION_CHECK and ACTION_BACK; @page:
 * lines of a page. */
void edit_act(struct edit *e, enum action action, int page);
/* Go to line and column, counted from 1; as near as there is. */
void edit_go(struct edit *e, int line, int column);
/* Where the cursor is, from 0; the column in letters. */
int edit_line(const struct edit *e);
int edit_column(const struct edit *e);

#endif
