/* Numbers in JSON that are larger than any reader keeps: counts of schedules
 * have no largest. They stand as texts of their digits. */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* json_loadb() that also takes whole numbers beyond 63 bits: each becomes a
 * text of its digits. A new reference; NULL with *@wrong filled. Objects may
 * not have a member twice. Any thread. */
json_t *large_loadb(const char *text, size_t length, json_error_t *wrong);
/* All that @f still has, at most @most bytes, and a NUL behind them. The caller
 * frees it. NULL: see errno, EFBIG when there is more. */
char *large_read(FILE *f, size_t most, size_t *length);
/* large_loadb() of all that @f still has. */
json_t *large_loadf(FILE *f, json_error_t *wrong);

#endif
