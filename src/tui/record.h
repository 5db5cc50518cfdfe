/* A recording of the screen: what is sent to the terminal, with times, as
 * asciicast v2 (docs.asciinema.org/manual/asciicast/v2), for asciinema and its
 * kin. Every line is written whole and at once, so that a file whose writer was
 * killed can be played. One thread. */
#ifndef TUI_RECORD_H
#define TUI_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct record;

/* Begin the new file @path. -EINVAL with a sentence: it is there already, or
 * cannot be. */
int record_open(struct record **out, const char *path, struct err *err);
/* NULL is fine. A file in which nothing was recorded is removed. */
void record_close(struct record *r);

/* The terminal is so large; with the first of these the recording begins. */
void record_size(struct record *r, int rows, int columns);
/* These bytes, whole characters, were sent to it. */
void record_output(struct record *r, const char *bytes, size_t length);

/* Once, when the recording has come to an early end: the sentence that says so,
 * else NULL. */
const char *record_trouble(struct record *r);

#endif
