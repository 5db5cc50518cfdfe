/* Reading a lesson's front matter. Any process. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/reader.h"

static const struct front_key {
    const char *name;
    size_t offset; /* of the char * in struct lesson; 0: see front_value() */
} front_keys[] = {
    {"format", 0},
    {"id", 0},
    {"title", offsetof(struct lesson, title)},
    {"question", offsetof(struct lesson, question)},
    {"track", 0},
    {"minutes", 0},
    {"after", offsetof(struct lesson, after)},
    {"needs", offsetof(struct lesson, needs)},
    {"covers", offsetof(struct lesson, covers)},
    {"claims", offsetof(struct lesson, claims)},
    {"targets", offsetof(struct lesson, targets)},
    {"lang", 0},
    {"author", offsetof(struct lesson, author)},
    {"licence", offsetof(struct lesson, licence)},
};
#define FRONT_KEYS ((int)(sizeof(front_keys) / sizeof(front_keys[0])))

/* A whole number of @least to @most. */
static int front_number(struct reader *r, const char *key, const char *value,
                        int least, int most, int line)
{
    char *end;
    long n = strtol(value, &end, 10);

    if (isdigit((unsigned char)value[0]) && !*end && n >= least && n <= most)
        return (int)n;
    if (least == most)
        lesson_complain(r->l, line, LINT_FRONT_VALUE, "%s is %d, not \"%s\"",
                        key, least, value);
    else
        lesson_complain(r->l, line, LINT_FRONT_VALUE,
                        "%s is a whole number from %d to %d, not \"%s\"", key,
                        least, most, value);
    return 0;
}

static bool id_is_good(const char *id)
{
    size_t n = strlen(id);

    return n >= 3 && n < LESSON_NAME &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static void front_special(struct reader *r, const char *key, const char *value,
                          int line)
{
    struct lesson *l = r->l;

    if (strcmp(key, "format") == 0) {
        l->format = front_number(r, key, value, 1, 1, line);
    } else if (strcmp(key, "minutes") == 0) {
        l->minutes = front_number(r, key, value, 1, 10, line);
    } else if (strcmp(key, "id") == 0) {
        if (id_is_good(value))
            snprintf(l->id, sizeof(l->id), "%s", value);
        else
            lesson_complain(l, line, LINT_FRONT_VALUE,
                            "id is 3 to 32 of a-z, 0-9 and -, not \"%s\"",
                            value);
    } else if (strcmp(key, "track") == 0) {
        if (strchr("ABCDEFX", value[0]) && value[0] && !value[1])
            l->track = value[0];
        else
            lesson_complain(l, line, LINT_FRONT_VALUE,
                            "track is a letter, A to F or X, not \"%s\"",
                            value);
    } else { /* lang */
        size_t n = strlen(value);

        if (n >= 2 && n < sizeof(l->lang) &&
            strspn(value, "abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == n)
            snprintf(l->lang, sizeof(l->lang), "%s", value);
        else
            lesson_complain(l, line, LINT_FRONT_VALUE,
                            "lang is a language such as en, fr or pt_BR, not "
                            "\"%s\"",
                            value);
    }
}

static void front_unknown(struct reader *r, const char *key, int line)
{
    const char *names[FRONT_KEYS + 1] = {0};
    const char *near;

    for (int i = 0; i < FRONT_KEYS; i++)
        names[i] = front_keys[i].name;
    near = strlen(key) < 40 ? text_nearest(key, names) : NULL;
    if (near)
        lesson_complain(r->l, line, LINT_FRONT_KEY,
                        "there is no key \"%s\"; did you mean \"%s\"?", key,
                        near);
    else
        lesson_complain(r->l, line, LINT_FRONT_KEY,
                        "there is no key \"%.60s\" in front matter", key);
}

/* One line of it; @seen: a bit for each key that was there. */
static void front_line(struct reader *r, char *text, int line, unsigned *seen)
{
    char *colon = strchr(text, ':'), *value;
    int i = 0;

    if (!colon) {
        lesson_complain(r->l, line, LINT_FRONT_LINE,
                        "a line of the front matter is \"key: value\"");
        return;
    }
    *colon = '\0';
    value = trimmed(colon + 1);
    while (i < FRONT_KEYS && strcmp(text, front_keys[i].name) != 0)
        i++;
    if (i == FRONT_KEYS) {
        front_unknown(r, text, line);
        return;
    }
    if (*seen >> i & 1) {
        lesson_complain(r->l, line, LINT_FRONT_TWICE,
                        "\"%s\" stands here a second time", text);
        return;
    }
    *seen |= 1u << i;
    if (front_keys[i].offset == 0)
        front_special(r, text, value, line);
    else if (*value) /* that key's member: a table of offsets names it */
        *(char **)(void *)((char *)r->l + front_keys[i].offset) =
            reader_keep(r, value);
}

int reader_front(struct reader *r)
{
    unsigned seen = 0;
    int i = 1;

    if (r->count == 0 || strcmp(r->lines[0], "---") != 0) {
        lesson_complain(r->l, 1, LINT_NO_FRONT,
                        "a lesson begins with its front matter, between two "
                        "lines of ---");
        return 0;
    }
    while (i < r->count && strcmp(r->lines[i], "---") != 0)
        i++;
    if (i == r->count) {
        lesson_complain(r->l, 1, LINT_FRONT_OPEN,
                        "the front matter is never ended by a line of ---");
        return i;
    }
    for (int k = 1; k < i; k++) {
        char *text = reader_body(r, k, k + 1);

        if (text)
            front_line(r, trimmed(text), k + 1, &seen);
        free(text);
    }
    return i + 1;
}
