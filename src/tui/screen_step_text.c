/* The text of the microscope's editor. Screen process. */
#include "tui/screen_step_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- places -----------------------------------------------------------------
 */

static bool inside_letter(const struct edit *e, size_t at)
{
    return ((unsigned char)e->text[at] & 0xc0) == 0x80;
}

static size_t letter_before(const struct edit *e, size_t at)
{
    if (at > 0)
        at--;
    while (at > 0 && inside_letter(e, at))
        at--;
    return at;
}

static size_t letter_after(const struct edit *e, size_t at)
{
    if (at < e->length)
        at++;
    while (at < e->length && inside_letter(e, at))
        at++;
    return at;
}

static size_t line_start(const struct edit *e, size_t at)
{
    while (at > 0 && e->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct edit *e, size_t at)
{
    return at + strcspn(e->text + at, "\n");
}

static size_t word_before(const struct edit *e, size_t at)
{
    size_t start = line_start(e, at);

    if (at == start) /* the line feed before */
        return letter_before(e, at);
    while (at > start && e->text[at - 1] == ' ')
        at--;
    while (at > start && e->text[at - 1] != ' ')
        at--;
    return at;
}

/* The place in the line that begins at @start, @column letters in. */
static size_t column_place(const struct edit *e, size_t start, int column)
{
    size_t end = line_end(e, start);

    while (column-- > 0 && start < end)
        start = letter_after(e, start);
    return start;
}

int edit_line(const struct edit *e)
{
    int line = 0;

    for (size_t i = 0; i < e->at; i++)
        line += e->text[i] == '\n';
    return line;
}

int edit_column(const struct edit *e)
{
    int column = 0;

    for (size_t i = line_start(e, e->at); i < e->at; i = letter_after(e, i))
        column++;
    return column;
}

void edit_go(struct edit *e, int line, int column)
{
    size_t at = 0;

    while (--line > 0 && e->text[line_end(e, at)] != '\0')
        at = line_end(e, at) + 1;
    e->at = column_place(e, at, column > 0 ? column - 1 : 0);
    e->column = edit_column(e);
}

/* ---- changing ------------------------------------------------------------ */

static void remember(struct edit *e, bool typing)
{
    char *copy;

    e->changed = true;
    if (typing && e->typing)
        return;
    e->typing = typing;
    copy = strdup(e->text);
    if (!copy)
        return; /* this one cannot be undone */
    if (e->was_count == EDIT_UNDO) {
        free(e->was[0].text);
        memmove(e->was, e->was + 1, sizeof(e->was[0]) * (EDIT_UNDO - 1));
        e->was_count--;
    }
    e->was[e->was_count].text = copy;
    e->was[e->was_count++].at = e->at;
}

static void undo(struct edit *e)
{
    struct edit_was *was;

    e->typing = false;
    if (e->was_count == 0)
        return;
    was = &e->was[--e->was_count];
    free(e->text);
    e->text = was->text;
    e->length = strlen(e->text);
    e->cap = e->length + 1;
    e->at = was->at;
}

/* Replace bytes @from .. @to by @s, and put the cursor behind it. */
static void replace(struct edit *e, size_t from, size_t to, const char *s,
                    bool typing)
{
    size_t n = strlen(s), length = e->length - (to - from) + n;

    if (from == to && n == 0)
        return;
    if (n > 0 && length > e->most)
        return;
    remember(e, typing);
    if (length + 1 > e->cap) {
        size_t cap = 2 * length + 64;
        char *text = realloc(e->text, cap);

        if (!text)
            return;
        e->text = text;
        e->cap = cap;
    }
    memmove(e->text + from + n, e->text + to, e->length - to + 1);
    memcpy(e->text + from, s, n);
    e->length = length;
    e->at = from + n;
}

/* A line feed and the blanks that this line begins with. */
static void new_line(struct edit *e, bool indents)
{
    size_t start = line_start(e, e->at), n = 0;
    char blanks[80] = "\n";

    while (indents && start + n < e->at && n < sizeof(blanks) - 2 &&
           e->text[start + n] == ' ')
        n++;
    memset(blanks + 1, ' ', n);
    blanks[n + 1] = '\0';
    replace(e, e->at, e->at, blanks, false);
}

void edit_type(struct edit *e, int codepoint, bool indents)
{
    char s[5];

    if (codepoint == '\n') {
        new_line(e, indents);
    } else {
        if (codepoint < ' ' || codepoint == 127 || codepoint > 0x10ffff ||
            (codepoint >= 0x80 && codepoint < 0xa0))
            return;
        text_encode(s, (uint32_t)codepoint);
        replace(e, e->at, e->at, s, true);
    }
    e->column = edit_column(e);
}

/* ---- moving -------------------------------------------------------------- */

static void move_lines(struct edit *e, int by)
{
    size_t at = line_start(e, e->at);

    for (; by < 0 && at > 0; by++)
        at = line_start(e, at - 1);
    for (; by > 0 && e->text[line_end(e, at)] != '\0'; by--)
        at = line_end(e, at) + 1;
    e->at = column_place(e, at, e->column);
}

/* All after the cursor; at the end of a line the line feed. */
static void erase_rest(struct edit *e)
{
    size_t end = line_end(e, e->at);

    if (end == e->at)
        end = letter_after(e, end);
    replace(e, e->at, end, "", false);
}

void edit_act(struct edit *e, enum action action, int page)
{
    int lines = 0;

    switch (action) {
    case ACTION_LEFT:
        e->at = letter_before(e, e->at);
        break;
    case ACTION_RIGHT:
        e->at = letter_after(e, e->at);
        break;
    case ACTION_FIRST:
        e->at = line_start(e, e->at);
        break;
    case ACTION_LAST:
        e->at = line_end(e, e->at);
        break;
    case ACTION_UP:
    case ACTION_DOWN:
        lines = action == ACTION_UP ? -1 : 1;
        break;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        lines = action == ACTION_PAGE_UP ? -page : page;
        break;
    case ACTION_ERASE:
        replace(e, letter_before(e, e->at), e->at, "", false);
        break;
    case ACTION_DELETE:
        replace(e, e->at, letter_after(e, e->at), "", false);
        break;
    case ACTION_ERASE_WORD:
        replace(e, word_before(e, e->at), e->at, "", false);
        break;
    case ACTION_ERASE_REST:
        erase_rest(e);
        break;
    case ACTION_COMPLETE:
        replace(e, e->at, e->at, "  ", false);
        break;
    case ACTION_UNDO:
        undo(e);
        break;
    default:
        return;
    }
    e->typing = false;
    if (lines != 0)
        move_lines(e, lines);
    else
        e->column = edit_column(e);
}

/* ---- opening ------------------------------------------------------------- */

int edit_open(struct edit *e, const char *text, size_t most)
{
    size_t length = strlen(text);

    edit_fini(e);
    e->text = malloc(length + 1);
    if (!e->text)
        return -ENOMEM;
    memcpy(e->text, text, length + 1);
    e->length = length;
    e->cap = length + 1;
    e->most = most;
    return 0;
}

void edit_fini(struct edit *e)
{
    for (int i = 0; i < e->was_count; i++)
        free(e->was[i].text);
    free(e->text);
    *e = (struct edit){0};
}
