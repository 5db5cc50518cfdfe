/* How the tables of keys are written: keys.c and keys_step.c. */
#ifndef TUI_KEY_ROWS_H
#define TUI_KEY_ROWS_H

#include "tui/keys.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))
#define ROW(label, word, help, ...)                                            \
    {                                                                          \
        {__VA_ARGS__}, label, word, help, 0                                    \
    }
#define ROW_IF(needs, label, word, help, ...)                                  \
    {                                                                          \
        {__VA_ARGS__}, label, word, help, needs                                \
    }

#endif
