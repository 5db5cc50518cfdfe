/* The data of an event of the progress log: "label=wall verdict=pass". Any
 * process. */
#include <string.h>

#include "lesson/progress.h"

void progress_value(struct text *out, const char *value)
{
    for (const char *p = value; *p; p++)
        if (*p == '=' || *p == '%')
            text_addf(out, "%%%02X", *p);
        else
            text_addf(out, "%c", *p);
}

static size_t word_length(const char *p)
{
    return strspn(p, "abcdefghijklmnopqrstuvwxyz"
                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@/-");
}

/* The end of a value: where a blank and "word=" follow, or all ends. */
static const char *value_end(const char *p)
{
    for (; *p; p++)
        if (*p == ' ') {
            size_t length = word_length(p + 1);

            if (length > 0 && p[1 + length] == '=')
                break;
        }
    return p;
}

/* Is "%3D" or "%25" at @p? */
static bool is_escaped(const char *p)
{
    return strncmp(p, "%3D", 3) == 0 || strncmp(p, "%25", 3) == 0;
}

/* The value from @p to @end as it was meant, in @out. */
static void take_value(const char *p, const char *end, char *out, size_t size)
{
    size_t used = 0;

    for (; p < end && used + 1 < size; p++) {
        bool escaped = is_escaped(p);

        out[used++] = !escaped ? *p : p[1] == '3' ? '=' : '%';
        p += escaped ? 2 : 0;
    }
    out[used] = '\0';
}

bool progress_next(const char **at, char *key, size_t key_size, char *value,
                   size_t value_size)
{
    for (const char *p = *at; *p; p = value_end(p)) {
        const char *end;
        size_t length;

        p += *p == ' ';
        length = word_length(p);
        if (length == 0 || p[length] != '=')
            continue; /* words that belong to no key */
        end = value_end(p + length + 1);
        snprintf(key, key_size, "%.*s", (int)length, p);
        take_value(p + length + 1, end, value, value_size);
        *at = end;
        return true;
    }
    return false;
}

bool progress_field(const char *data, const char *key, char *out, size_t size)
{
    size_t length = strlen(key);

    for (const char *p = data; *p; p = value_end(p)) {
        p += *p == ' ';
        if (strncmp(p, key, length) != 0 || p[length] != '=')
            continue;
        take_value(p + length + 1, value_end(p + length + 1), out, size);
        return true;
    }
    return false;
}
