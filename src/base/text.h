/* Text for people: a growing string, numbers as people write them, UTF-8. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string, always NUL-terminated once something was added. Start
 * with {0}. Out of memory is remembered in .failed and later adds do nothing,
 * so that callers check once, at the end. */
struct text {
    char *data; /* NULL while empty */
    size_t len, cap;
    bool failed;
};

void text_add(struct text *t, const char *s);
void text_addf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_addv(struct text *t, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));
void text_fill(struct text *t, const char *glyph, int times);
/* Add @s, then spaces up to @columns columns (negative: spaces first). Longer
 * text is not cut. */
void text_pad(struct text *t, const char *s, int columns);
const char *text_str(const struct text *t); /* "" while empty */
void text_fini(struct text *t);             /* leaves {0} */

/* Add @word so that text_cut_word() gives it back whole: in quotes if it needs
 * them. */
void text_quote(struct text *t, const char *word);
/* Cut the next word out of *@p, in place: blanks separate, quotes ' and " group
 * and vanish. NULL at the end of the line; @open is the quote that was never
 * closed, or '\0'. */
char *text_cut_word(char **p, char *open);

/* The following write into @buf and return it. 32 bytes are enough for all. */
/* 5170444 -> "5,170,444" */
char *text_count(char *buf, size_t size, int64_t n);
/* 2139000000 -> "2.14 G", three significant digits, k M G T */
char *text_si(char *buf, size_t size, double x);
/* Bytes in powers of 1024: 65536 -> "64 KiB", 1500000 -> "1.43 MiB" */
char *text_bytes(char *buf, size_t size, int64_t n);
/* 850 -> "850 ns", 20400 -> "20.4 µs", 1.5e9 -> "1.50 s", "2 min 05 s" */
char *text_duration(char *buf, size_t size, int64_t ns);
/* 0.483 -> "48.3 %"; nothing that is not nought is shown as "0 %", and only
 * all of it as "100 %": 0.00001 -> "<0.1 %", 0.99999 -> ">99.9 %" */
char *text_percent(char *buf, size_t size, double share);

/* Decode one character of valid or invalid UTF-8 at @s (not at its NUL).
 * Returns the bytes used, at least 1; invalid bytes give U+FFFD. */
int text_decode(const char *s, uint32_t *codepoint);
/* Encode into @out (5 bytes with NUL); returns the bytes written. */
int text_encode(char out[5], uint32_t codepoint);
/* Columns that @s takes: one a character, combining marks none. */
int text_columns(const char *s);

/* The word of @words (NULL-terminated) most like @typed, or NULL if none is
 * near enough to suggest ("did you mean"). Damerau-Levenshtein distance of at
 * most a third of the longer word, prefixes count as near. */
const char *text_nearest(const char *typed, const char *const words[]);

#endif
