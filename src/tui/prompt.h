/* The ':' line: typing, history, completion. Pure; nothing here knows a
 * terminal. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>

#include "tui/keys.h"

#define PROMPT_BYTES 400
#define PROMPT_LINES 50

struct prompt {
    bool open;
    bool failed; /* .hint says what is wrong with the line */
    char line[PROMPT_BYTES];
    int length, cursor; /* bytes */
    char hint[PROMPT_BYTES];
    /* Lines run before, oldest first; .at is the one shown, .count for the line
     * that was being typed, kept in .typed. */
    char history[PROMPT_LINES][PROMPT_BYTES];
    int count, at;
    char typed[PROMPT_BYTES];
};

void prompt_open(struct prompt *p);
void prompt_close(struct prompt *p);
/* An action of keys_prompt, all but ACTION_ENTER and ACTION_BACK. */
void prompt_act(struct prompt *p, enum action action);
/* Type one character; those that cannot be shown are ignored. */
void prompt_type(struct prompt *p, int codepoint);
void prompt_set(struct prompt *p, const char *line);
/* The line could not be run: say why, until it is changed. */
void prompt_fail(struct prompt *p, const char *why);
/* Remember the line, for the history. */
void prompt_keep(struct prompt *p);
/* Column of the cursor in the line. */
int prompt_column(const struct prompt *p);

#endif
