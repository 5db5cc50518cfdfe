/* Reading JSON with numbers of any size. Any thread. */
#include "base/large.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DIGITS_KEPT 18 /* 10^18 - 1 fits 63 bits, whatever the digits */

/* How long the number at @s is; *@whole: it has neither fraction nor exponent,
 * and *@digits of them. */
static size_t number_length(const char *s, size_t left, bool *whole,
                            size_t *digits)
{
    size_t n = 0;

    *whole = true;
    *digits = 0;
    while (n < left && (isdigit((unsigned char)s[n]) ||
                        (s[n] != '\0' && strchr("+-.eE", s[n])))) {
        if (isdigit((unsigned char)s[n]))
            ++*digits;
        else if (n > 0 || s[n] != '-')
            *whole = false;
        n++;
    }
    return n;
}

/* How long the text in quotes at @s is, the quotes included. */
static size_t quoted_length(const char *s, size_t left)
{
    size_t n = 1;

    while (n < left && s[n] != '"')
        n += s[n] == '\\' && n + 1 < left ? 2 : 1;
    return n < left ? n + 1 : left;
}

static void add_bytes(struct text *t, const char *s, size_t length)
{
    text_addf(t, "%.*s", (int)length, s);
}

static void quote_large(const char *s, size_t length, struct text *out)
{
    size_t i = 0, n, digits;
    bool whole;

    while (i < length && s[i] != '\0') {
        whole = false;
        digits = 0;
        if (s[i] == '"')
            n = quoted_length(s + i, length - i);
        else if (s[i] == '-' || isdigit((unsigned char)s[i]))
            n = number_length(s + i, length - i, &whole, &digits);
        else
            n = strcspn(s + i, "\"-0123456789");
        if (n > length - i)
            n = length - i;
        if (whole && digits > DIGITS_KEPT)
            text_add(out, "\"");
        add_bytes(out, s + i, n);
        if (whole && digits > DIGITS_KEPT)
            text_add(out, "\"");
        i += n;
    }
}

json_t *large_loadb(const char *text, size_t length, json_error_t *wrong)
{
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, wrong);
    struct text quoted = {0};

    if (root || json_error_code(wrong) != json_error_numeric_overflow)
        return root;
    quote_large(text, length, &quoted);
    if (!quoted.failed)
        root = json_loadb(text_str(&quoted), quoted.len, JSON_REJECT_DUPLICATES,
                          wrong);
    text_fini(&quoted);
    return root;
}

char *large_read(FILE *f, size_t most, size_t *length)
{
    size_t cap = 65536, n = 1;
    char *data = malloc(cap), *more = data;

    errno = data ? 0 : ENOMEM;
    for (*length = 0; more && n > 0 && *length <= most; *length += n) {
        if (*length + 1 == cap) {
            cap *= 2;
            more = realloc(data, cap);
            data = more ? more : data;
        }
        n = more ? fread(data + *length, 1, cap - 1 - *length, f) : 0;
    }
    if (more && *length > most)
        errno = EFBIG;
    else if (more && !ferror(f)) {
        data[*length] = '\0';
        return data;
    }
    free(data);
    return NULL;
}

json_t *large_loadf(FILE *f, json_error_t *wrong)
{
    size_t length;
    char *text = large_read(f, SIZE_MAX / 4, &length);
    json_t *root = NULL;

    if (text) {
        root = large_loadb(text, length, wrong);
    } else {
        *wrong = (json_error_t){.line = 1};
        snprintf(wrong->text, sizeof(wrong->text), "%s", strerror(errno));
    }
    free(text);
    return root;
}
