/* Giving the terminal back when this process crashes. */
#ifndef TUI_RESCUE_H
#define TUI_RESCUE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* From now on a crash of this process - not of one that it forks - writes
 * @bytes (they are copied, up to RESCUE_BYTES) to standard output and sets
 * @modes, then crashes as it would have. */
#define RESCUE_BYTES 256
void rescue_begin(const char *bytes, size_t length,
                  const struct termios *modes);
/* The terminal is lent to somebody else meanwhile. */
void rescue_suspend(bool suspended);
void rescue_end(void); /* fine if it never began */

#endif
