/* A setting as spec_format_setting() wrote it, back into a spec. Any process.
 */
#include "spec/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is written in quotes, without them. */
static int restore_text(struct spec *spec, const struct setting *s,
                        const char *value, struct err *err)
{
    char *field = (char *)spec + s->offset;
    char *copy = strdup(value), *p = copy, *word, open = '\0';
    int rc = 0;

    if (!copy)
        return err_set(err, -ENOMEM, "no memory to read --%s", s->name);
    word = text_cut_word(&p, &open);
    if (!word || strlen(word) >= SPEC_TEXT_MAX)
        rc = err_set(err, -EINVAL, "--%s cannot be %.60s", s->name, value);
    else
        snprintf(field, SPEC_TEXT_MAX, "%s", word);
    free(copy);
    return rc;
}

/* The word that stands for "not said": nought, nothing or, for --sentinels,
 * one a consumer. */
static void restore_nothing(struct spec *spec, const struct setting *s)
{
    struct spec empty = {0};

    empty.observer_duty_pct = 100;
    empty.sentinels = -1;
    table_copy(spec, &empty, s);
}

static bool says_nothing(const struct setting *s, const char *value)
{
    char c = s->fallback[0];

    if (strcmp(value, "endless") == 0)
        return s - spec_settings == SET_TASKS ||
               s - spec_settings == SET_DURATION;
    /* A choice or a number is itself. */
    return !s->words && c != '-' && (c < '0' || c > '9') &&
           strcmp(value, s->fallback) == 0;
}

int spec_restore(struct spec *spec, const char *name, const char *value,
                 struct err *err)
{
    const struct setting *s = spec_setting(name);
    struct spec next = *spec;
    int rc = 0;

    if (!s)
        return err_set(err, -ENOENT, "there is no setting --%.40s", name);
    if (says_nothing(s, value))
        restore_nothing(&next, s);
    else if (s->type == SETTING_TEXT)
        rc = restore_text(&next, s, value, err);
    else
        rc = table_parse(&next, s, value, err);
    if (rc == 0)
        table_copy(spec, &next, s);
    return rc;
}
