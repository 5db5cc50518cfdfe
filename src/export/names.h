/* Words, numbers and streams that all exports share. Pure, any thread. */
#ifndef EXPORT_NAMES_H
#define EXPORT_NAMES_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/text.h"
#include "trace/trace.h"

/* "measured", "model", "replay" */
const char *export_badge_word(enum badge badge);

/* "worker A"; with the number once the letters come around again: "worker A
 * #62". Returns @buf; 32 bytes are enough. */
char *export_worker_name(char *buf, size_t size, int worker);

/* What the work came to, as one phrase: "9592 primes up to 100000 in each
 * task". Adds nothing when there is no result. */
void export_result(const struct trace *t, struct text *out);

/* @x with 12 significant digits: nanoseconds of a quarter of an hour. Has a
 * point in every language (main() sets LC_CTYPE only). Returns @buf; 32 bytes
 * are enough. */
char *export_real(char *buf, size_t size, double x);

/* A field of a CSV line, quoted as RFC 4180 says if need be; then "," and the
 * name of each metric; "," and each value, nothing for what is absent. */
void export_csv_field(struct text *line, const char *s);
void export_csv_names(struct text *line);
void export_csv_values(struct text *line, const struct metrics *m);

/* @s with every byte that is not UTF-8 replaced: other people's parsers reject
 * a whole file for one such byte. */
void export_utf8(const char *s, struct text *out);

/* Push everything out and tell whether all of it arrived. @error is the errno
 * of an earlier failure on this stream, or 0. Returns 0 or a negative errno
 * with a sentence that says which thing (@what: "the run record") is cut off.
 */
int export_finish(FILE *out, int error, const char *what, struct err *err);

#endif
