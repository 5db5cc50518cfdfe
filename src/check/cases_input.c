/* Reading the input of a simulator's case: what is wrong with it, and what
 * would be right. The screen process. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/cases.h"

/* "jobs[2].arrival" */
static const char *path_of(char *buf, size_t size, const char *where,
                           const char *name)
{
    snprintf(buf, size, "%s%s%s", where, *where ? "." : "", name);
    return buf;
}

/* @value is not as it should be. */
static void refuse(struct check_report *r, const json_t *value,
                   const char *path, const char *wanted)
{
    char *text =
        value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    if (!value)
        cases_say(r, path, "\"%s\" is missing: it should be %s", path, wanted);
    else
        cases_say(r, path, "\"%s\" should be %s, not %.40s", path, wanted,
                  text ? text : "that");
    free(text);
}

bool cases_count(struct check_report *r, const json_t *from, const char *where,
                 const char *name, bool must, int64_t least, int64_t most,
                 int64_t *out)
{
    const json_t *value = json_object_get(from, name);
    int64_t n = json_integer_value(value);
    char path[64], wanted[80];

    if (!value && !must)
        return true;
    if (json_is_integer(value) && n >= least && n <= most) {
        *out = n;
        return true;
    }
    snprintf(wanted, sizeof(wanted),
             "a whole number from %" PRId64 " to %" PRId64, least, most);
    refuse(r, value, path_of(path, sizeof(path), where, name), wanted);
    return false;
}

bool cases_flag(struct check_report *r, const json_t *from, const char *where,
                const char *name, bool *out)
{
    const json_t *value = json_object_get(from, name);
    char path[64];

    if (!value)
        return true;
    if (json_is_boolean(value)) {
        *out = json_is_true(value);
        return true;
    }
    refuse(r, value, path_of(path, sizeof(path), where, name), "true or false");
    return false;
}

bool cases_word(struct check_report *r, const json_t *from, const char *where,
                const char *name, bool must, const char *const words[],
                int *out)
{
    const json_t *value = json_object_get(from, name);
    const char *word = json_string_value(value);
    struct text wanted = {0};
    char path[64];

    if (!value && !must)
        return true;
    for (int i = 0; word && words[i]; i++)
        if (strcmp(word, words[i]) == 0) {
            *out = i;
            return true;
        }
    for (int i = 0; words[i]; i++)
        text_addf(&wanted, "%s\"%s\"",
                  i == 0         ? ""
                  : words[i + 1] ? ", "
                                 : " or ",
                  words[i]);
    refuse(r, value, path_of(path, sizeof(path), where, name),
           text_str(&wanted));
    text_fini(&wanted);
    return false;
}

const json_t *cases_list(struct check_report *r, const json_t *from,
                         const char *where, const char *name, size_t least,
                         size_t most)
{
    const json_t *value = json_object_get(from, name);
    size_t n = json_array_size(value);
    char path[64], wanted[64];

    if (json_is_array(value) && n >= least && n <= most)
        return value;
    path_of(path, sizeof(path), where, name);
    snprintf(wanted, sizeof(wanted), "a list of %zu to %zu", least, most);
    if (json_is_array(value))
        cases_say(r, path, "\"%s\" should be %s, not of %zu", path, wanted, n);
    else
        refuse(r, value, path, wanted);
    return NULL;
}
