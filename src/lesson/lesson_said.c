/* The lines of a block as their author means them, and the small knives they
 * are cut with. Any process. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/reader.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define NAME LOWER "0123456789_-"
#define KEY NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZ.@/"

void *reader_grow(struct reader *r, void *array, int count, size_t size)
{
    char *more = array;

    if ((count & (count - 1)) == 0) { /* full at 0, 1, 2, 4, ... */
        more = realloc(array, (size_t)(count ? 2 * count : 1) * size);
        if (!more) {
            r->failed = true;
            return NULL;
        }
    }
    memset(more + (size_t)count * size, 0, size);
    return more;
}

char *reader_keep(struct reader *r, const char *text)
{
    char *copy = text ? strdup(text) : NULL;

    r->failed |= text && !copy;
    return copy;
}

struct formula *reader_formula(struct reader *r, const char *text, int line)
{
    struct err err = {0};
    struct formula *f = formula_parse(text, &err);

    if (!f)
        lesson_complain(r->l, line, LINT_FORMULA, "%.140s: \"%.80s\"", err.text,
                        text);
    return f;
}

char *trimmed(char *text)
{
    size_t n;

    text += strspn(text, " \t");
    n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    text[n] = '\0';
    return text;
}

bool name_is_plain(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n < LESSON_NAME && strchr(LOWER, name[0]) &&
           strspn(name, NAME) == n;
}

bool cut_key(char *text, char **key, char **value)
{
    size_t n = strspn(text, KEY);
    char *p = text + n + strspn(text + n, " \t");

    if (n == 0 || *p != '=' || p[1] == '=')
        return false;
    text[n] = '\0';
    *key = text;
    *value = trimmed(p + 1);
    return true;
}

bool cut_name(char *text, char **name, char **rest)
{
    size_t n = strspn(text, NAME);

    if (n == 0 || !strchr(LOWER, text[0]) || text[n] != ':' ||
        (text[n + 1] && text[n + 1] != ' ' && text[n + 1] != '\t'))
        return false;
    text[n] = '\0';
    *name = text;
    *rest = trimmed(text + n + 1);
    return true;
}

/* Where the next "::" with blanks (or an end) on both sides begins. */
static char *next_colons(char *text)
{
    for (char *p = strstr(text, "::"); p; p = strstr(p + 2, "::"))
        if ((p == text || p[-1] == ' ' || p[-1] == '\t') &&
            (!p[2] || p[2] == ' ' || p[2] == '\t'))
            return p;
    return NULL;
}

int cut_fields(char *text, char **fields, int most)
{
    int n = 0;
    char *at;

    while (n < most - 1 && (at = next_colons(text))) {
        *at = '\0';
        fields[n++] = trimmed(text);
        text = at + 2;
    }
    fields[n++] = trimmed(text);
    return n;
}

char *reader_body(struct reader *r, int first, int last)
{
    struct text t = {0};

    while (first < last && !r->lines[first][strspn(r->lines[first], " \t")])
        first++;
    for (int i = first; i < last; i++) {
        text_add(&t, r->lines[i]);
        text_add(&t, "\n");
    }
    r->failed |= t.failed;
    while (t.len > 0 && strchr(" \t\n", t.data[t.len - 1]))
        t.data[--t.len] = '\0';
    if (t.len == 0)
        text_fini(&t);
    return t.data;
}

static bool add_said(struct reader *r, struct saids *out, struct text *t,
                     int line)
{
    struct said *s;

    if (t->failed || !t->data) {
        r->failed |= t->failed;
        text_fini(t);
        return !r->failed;
    }
    s = reader_grow(r, out->said, out->count, sizeof(*s));
    if (!s) {
        text_fini(t);
        return false;
    }
    out->said = s;
    s += out->count++;
    s->text = t->data; /* it is its owner now */
    s->line = line;
    *t = (struct text){0};
    return true;
}

void reader_saids(struct reader *r, int first, int last, struct saids *out)
{
    struct text t = {0};
    int begun = 0;

    *out = (struct saids){0};
    for (int i = first; i < last && !r->failed; i++) {
        char *copy = reader_keep(r, r->lines[i]);
        char *text = copy ? trimmed(copy) : NULL;
        bool goes_on = copy && (copy[0] == ' ' || copy[0] == '\t');

        if (!text || r->lines[i][0] == '#') {
            free(copy);
            continue;
        }
        if (*text && goes_on && t.data) {
            text_addf(&t, " %s", text);
        } else {
            add_said(r, out, &t, begun);
            if (*text && goes_on)
                lesson_complain(r->l, i + 1, LINT_LINE,
                                "this line begins with blanks, but there is no "
                                "line before that it could go on with");
            else if (*text)
                text_add(&t, text);
            begun = i + 1;
        }
        free(copy);
    }
    add_said(r, out, &t, begun);
}

void saids_fini(struct saids *s)
{
    for (int i = 0; i < s->count; i++)
        free(s->said[i].text);
    free(s->said);
    *s = (struct saids){0};
}
