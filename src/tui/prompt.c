/* The ':' line: typing, history, completion by the table of settings. Screen
 * process. */
#include "tui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "spec/spec.h"

/* ---- what could be typed next ---------------------------------------------
 */

#define CANDIDATES 64

/* The word that the cursor is at the end of, and what it may become. */
struct completion {
    char word[PROMPT_BYTES];
    const char *before; /* put before each candidate: "--" or "" */
    const char *candidate[CANDIDATES];
    int count;
    const struct setting *setting; /* whose name or value it is; or NULL */
};

static void candidates_add(struct completion *c, const char *name)
{
    size_t skip = strlen(c->before);

    if (strncmp(c->word, c->before,
                skip < strlen(c->word) ? skip : strlen(c->word)))
        return;
    if (strlen(c->word) > skip &&
        strncmp(name, c->word + skip, strlen(c->word) - skip) != 0)
        return;
    if (c->count < CANDIDATES)
        c->candidate[c->count++] = name;
}

static bool has_workload(const char *line, struct spec *spec)
{
    char copy[PROMPT_BYTES], *save = NULL;

    snprintf(copy, sizeof(copy), "%s", line);
    for (char *w = strtok_r(copy, " ", &save); w;
         w = strtok_r(NULL, " ", &save))
        for (int i = 0; i < WORKLOAD_COUNT; i++)
            if (strcmp(w, spec_workload_words[i]) == 0) {
                spec_defaults(spec, (enum spec_workload)i);
                return true;
            }
    return false;
}

/* The word at the cursor, and the one before it into @previous. */
static void split_words(const struct prompt *p, struct completion *c,
                        char previous[PROMPT_BYTES])
{
    int start = p->cursor, end;

    while (start > 0 && p->line[start - 1] != ' ')
        start--;
    snprintf(c->word, sizeof(c->word), "%.*s", p->cursor - start,
             p->line + start);
    end = start;
    while (end > 0 && p->line[end - 1] == ' ')
        end--;
    start = end;
    while (start > 0 && p->line[start - 1] != ' ')
        start--;
    snprintf(previous, PROMPT_BYTES, "%.*s", end - start, p->line + start);
}

static void complete_find(const struct prompt *p, struct completion *c)
{
    char previous[PROMPT_BYTES];
    struct spec spec;
    bool chosen = has_workload(p->line, &spec);

    memset(c, 0, sizeof(*c));
    c->before = "";
    split_words(p, c, previous);
    if (strncmp(previous, "--", 2) == 0 && !strchr(previous, '='))
        c->setting = spec_setting(previous + 2);
    if (c->setting) {
        for (int i = 0; c->setting->words && c->setting->words[i]; i++)
            candidates_add(c, c->setting->words[i]);
        return;
    }
    if (!chosen && c->word[0] != '-') {
        for (int i = 0; i < WORKLOAD_COUNT; i++)
            candidates_add(c, spec_workload_words[i]);
        return;
    }
    c->before = "--";
    if (strncmp(c->word, "--", 2) == 0)
        c->setting = spec_setting(c->word + 2);
    for (int i = 0; i < spec_setting_count; i++)
        if (!chosen || spec_setting_applies(&spec, &spec_settings[i]))
            candidates_add(c, spec_settings[i].name);
}

/* The line over the prompt: a setting's meaning, or what may come next. */
static void hint_update(struct prompt *p)
{
    struct completion c;
    struct text out = {0};

    p->failed = false;
    complete_find(p, &c);
    if (c.setting && (c.count <= 1 || c.before[0] == '\0'))
        text_addf(&out, "--%s: %s", c.setting->name, c.setting->help);
    if (c.setting && c.before[0] == '\0' && c.count > 0)
        text_add(&out, ": ");
    else if (c.setting && c.count <= 1)
        c.count = 0;
    for (int i = 0; i < c.count; i++)
        text_addf(&out, "%s%s%s", i ? "  " : "", c.before, c.candidate[i]);
    snprintf(p->hint, sizeof(p->hint), "%s", text_str(&out));
    text_fini(&out);
}

/* ---- changing the line ----------------------------------------------------
 */

/* Replace bytes @from .. @to by @s, and put the cursor behind it. */
static void line_replace(struct prompt *p, int from, int to, const char *s)
{
    int n = (int)strlen(s);

    if (p->length - (to - from) + n >= PROMPT_BYTES)
        return;
    memmove(p->line + from + n, p->line + to, (size_t)(p->length - to) + 1);
    memcpy(p->line + from, s, (size_t)n);
    p->length += n - (to - from);
    p->cursor = from + n;
    hint_update(p);
}

static int letter_before(const struct prompt *p)
{
    int at = p->cursor;

    if (at > 0)
        at--;
    while (at > 0 && ((unsigned char)p->line[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static int letter_after(const struct prompt *p)
{
    int at = p->cursor;

    if (at < p->length)
        at++;
    while (at < p->length && ((unsigned char)p->line[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static int word_before(const struct prompt *p)
{
    int at = p->cursor;

    while (at > 0 && p->line[at - 1] == ' ')
        at--;
    while (at > 0 && p->line[at - 1] != ' ')
        at--;
    return at;
}

void prompt_set(struct prompt *p, const char *line)
{
    snprintf(p->line, sizeof(p->line), "%s", line);
    p->length = (int)strlen(p->line);
    p->cursor = p->length;
    hint_update(p);
}

static void complete(struct prompt *p)
{
    struct completion c;
    char common[PROMPT_BYTES];
    size_t n;
    int from;

    complete_find(p, &c);
    if (c.count == 0)
        return;
    n = strlen(c.candidate[0]);
    for (int i = 1; i < c.count; i++)
        while (strncmp(c.candidate[0], c.candidate[i], n) != 0)
            n--;
    snprintf(common, sizeof(common), "%s%.*s%s", c.before, (int)n,
             c.candidate[0], c.count == 1 ? " " : "");
    from = p->cursor - (int)strlen(c.word);
    if (strlen(common) >= strlen(c.word))
        line_replace(p, from, p->cursor, common);
}

/* ---- history --------------------------------------------------------------
 */

static void history_move(struct prompt *p, int by)
{
    int at = p->at + by;

    if (at < 0 || at > p->count)
        return;
    if (p->at == p->count)
        memcpy(p->typed, p->line, sizeof(p->typed));
    p->at = at;
    prompt_set(p, at == p->count ? p->typed : p->history[at]);
}

void prompt_keep(struct prompt *p)
{
    if (p->length == 0 ||
        (p->count > 0 && strcmp(p->history[p->count - 1], p->line) == 0))
        return;
    if (p->count == PROMPT_LINES)
        memmove(p->history[0], p->history[1],
                sizeof(p->history[0]) * (size_t)--p->count);
    memcpy(p->history[p->count++], p->line, PROMPT_BYTES);
}

/* ---- from outside ---------------------------------------------------------
 */

void prompt_open(struct prompt *p)
{
    p->open = true;
    p->at = p->count;
    prompt_set(p, "");
}

void prompt_close(struct prompt *p)
{
    p->open = false;
}

void prompt_fail(struct prompt *p, const char *why)
{
    p->failed = true;
    snprintf(p->hint, sizeof(p->hint), "%s", why);
}

int prompt_column(const struct prompt *p)
{
    char before[PROMPT_BYTES];

    snprintf(before, sizeof(before), "%.*s", p->cursor, p->line);
    return text_columns(before);
}

void prompt_type(struct prompt *p, int codepoint)
{
    char s[5];

    if (codepoint < ' ' || codepoint == 127 || codepoint > 0x10ffff ||
        (codepoint >= 0x80 && codepoint < 0xa0))
        return;
    text_encode(s, (uint32_t)codepoint);
    line_replace(p, p->cursor, p->cursor, s);
}

void prompt_act(struct prompt *p, enum action action)
{
    switch (action) {
    case ACTION_UP:
        history_move(p, -1);
        break;
    case ACTION_DOWN:
        history_move(p, 1);
        break;
    case ACTION_LEFT:
        p->cursor = letter_before(p);
        break;
    case ACTION_RIGHT:
        p->cursor = letter_after(p);
        break;
    case ACTION_FIRST:
        p->cursor = 0;
        break;
    case ACTION_LAST:
        p->cursor = p->length;
        break;
    case ACTION_COMPLETE:
        complete(p);
        break;
    case ACTION_ERASE:
        line_replace(p, letter_before(p), p->cursor, "");
        break;
    case ACTION_DELETE:
        line_replace(p, p->cursor, letter_after(p), "");
        break;
    case ACTION_ERASE_WORD:
        line_replace(p, word_before(p), p->cursor, "");
        break;
    case ACTION_ERASE_LINE:
        line_replace(p, 0, p->cursor, "");
        break;
    case ACTION_ERASE_REST:
        line_replace(p, p->cursor, p->length, "");
        break;
    default:
        break;
    }
}
