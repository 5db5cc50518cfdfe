/* The bodies of blocks, kind by kind; questions are lesson_question.c's, checks
 * and controls lesson_checks.c's. Any process. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/reader.h"

#define REPEAT_MAX 100

bool block_twice(struct reader *r, bool there, const char *key, int line)
{
    if (there)
        lesson_complain(r->l, line, LINT_KEY_TWICE,
                        "\"%.40s\" stands here a second time", key);
    return there;
}

void block_set_text(struct reader *r, char **to, const char *key,
                    const char *value, int line)
{
    if (block_twice(r, *to != NULL, key, line))
        return;
    if (!*value)
        lesson_complain(r->l, line, LINT_VALUE, "%.40s says nothing", key);
    else
        *to = reader_keep(r, value);
}

void block_unknown_key(struct reader *r, const struct lesson_block *b,
                       const char *key, const char *const keys[], int line)
{
    const char *near = strlen(key) < 40 ? text_nearest(key, keys) : NULL;

    if (near)
        lesson_complain(r->l, line, LINT_KEY,
                        "%s blocks have no key \"%s\"; did you mean \"%s\"?",
                        lesson_kind_words[b->kind], key, near);
    else
        lesson_complain(r->l, line, LINT_KEY, "%s blocks have no key \"%.60s\"",
                        lesson_kind_words[b->kind], key);
}

/* The place of @value in @words; -1 with a complaint. */
static int one_of(struct reader *r, const char *key, const char *value,
                  const char *const words[], int line)
{
    char all[120] = "";
    size_t n = 0;

    for (int i = 0; words[i]; i++) {
        if (strcmp(value, words[i]) == 0)
            return i;
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "",
                              words[i]);
    }
    lesson_complain(r->l, line, LINT_VALUE, "%s is one of %s, not \"%.60s\"",
                    key, all, value);
    return -1;
}

/* ---- run, sim, sweep, slow ----------------------------------------------- */

struct lesson_line *block_add_line(struct reader *r, struct lesson_block *b,
                                   const char *name, const char *words,
                                   int line)
{
    struct lesson_line *more =
        reader_grow(r, b->lines, b->line_count, sizeof(*more));

    if (!more)
        return NULL;
    b->lines = more;
    more += b->line_count++;
    snprintf(more->name, sizeof(more->name), "%s", name);
    more->words = reader_keep(r, words);
    more->line = line;
    return more;
}

static void set_repeat(struct reader *r, struct lesson_block *b,
                       const char *value, int line)
{
    char *end;
    long n = strtol(value, &end, 10);

    if (!isdigit((unsigned char)value[0]) || *end || n < 1 || n > REPEAT_MAX)
        lesson_complain(r->l, line, LINT_VALUE,
                        "repeat is a whole number from 1 to %d, not \"%.60s\"",
                        REPEAT_MAX, value);
    else
        b->repeat = (int)n;
}

bool block_good_name(struct reader *r, const char *name, int line)
{
    if (name_is_plain(name))
        return true;
    lesson_complain(r->l, line, LINT_FENCE_ID,
                    "a run's name is a letter a-z, then letters, digits, - and "
                    "_, 32 at most; not \"%.60s\"",
                    name);
    return false;
}

static void bare_line(struct reader *r, struct lesson_block *b,
                      const struct said *s)
{
    if (b->line_count > 0)
        lesson_complain(r->l, s->line, LINT_LINE,
                        "with more than one line each needs a name: \"one: "
                        "...\"; a line that goes on begins with blanks");
    else if (!b->id[0])
        lesson_complain(r->l, b->line, LINT_FENCE_ID,
                        "this block needs a name, or its line does: \"%s "
                        "some-name\"",
                        lesson_kind_words[b->kind]);
    else
        block_add_line(r, b, b->id, s->text, s->line);
}

static void read_runs(struct reader *r, struct lesson_block *b,
                      struct saids *all)
{
    static const char *const keys[] = {"repeat", NULL};
    bool repeat = false;

    for (int i = 0; i < all->count; i++) {
        struct said *s = &all->said[i];
        char *name, *rest;

        if (cut_key(s->text, &name, &rest)) {
            if (b->kind != LESSON_RUN || strcmp(name, "repeat") != 0) {
                block_unknown_key(r, b, name,
                                  keys + (b->kind == LESSON_RUN ? 0 : 1),
                                  s->line);
            } else if (!block_twice(r, repeat, name, s->line)) {
                set_repeat(r, b, rest, s->line);
                repeat = true;
            }
        } else if (b->kind != LESSON_SWEEP && cut_name(s->text, &name, &rest)) {
            if (block_good_name(r, name, s->line))
                block_add_line(r, b, name, rest, s->line);
        } else if (b->kind == LESSON_SWEEP && b->line_count > 0) {
            lesson_complain(r->l, s->line, LINT_LINE,
                            "a sweep is one line; one that goes on begins "
                            "with blanks");
        } else {
            bare_line(r, b, s);
        }
    }
    if (b->line_count == 0 && all->count == 0)
        lesson_complain(r->l, b->line, LINT_LACKS,
                        "there is no experiment in this block");
}

static void read_slow(struct reader *r, struct lesson_block *b,
                      struct saids *all)
{
    static const char *const keys[] = {"program", "goal", "tso", NULL};
    static const char *const no_yes[] = {"no", "yes", NULL};

    for (int i = 0; i < all->count; i++) {
        int line = all->said[i].line;
        char *key, *value;

        if (!cut_key(all->said[i].text, &key, &value))
            lesson_complain(r->l, line, LINT_LINE,
                            "a line of a slow block is \"key = value\"");
        else if (strcmp(key, "program") == 0)
            block_set_text(r, &b->program, key, value, line);
        else if (strcmp(key, "goal") == 0)
            block_set_text(r, &b->goal, key, value, line);
        else if (strcmp(key, "tso") == 0)
            b->tso = one_of(r, key, value, no_yes, line) == 1;
        else
            block_unknown_key(r, b, key, keys, line);
    }
    if (!b->program)
        lesson_complain(r->l, b->line, LINT_LACKS,
                        "a slow block needs \"program = NAME\"");
}

/* ---- watch --------------------------------------------------------------- */

static void set_hero(struct reader *r, struct lesson_block *b, char *value,
                     int line)
{
    static const char *const units[] = {"s", "ms", "us", "%",   "x",
                                        "n", "/s", "B",  "B/s", NULL};
    char *bar = strrchr(value, '|');
    int unit;

    if (block_twice(r, b->hero != NULL, "hero", line))
        return;
    if (bar) {
        *bar = '\0';
        unit = one_of(r, "a unit", trimmed(bar + 1), units, line);
        if (unit >= 0)
            snprintf(b->hero_unit, sizeof(b->hero_unit), "%s", units[unit]);
    }
    b->hero = reader_formula(r, trimmed(value), line);
}

static void read_watch(struct reader *r, struct lesson_block *b,
                       struct saids *all)
{
    static const char *const keys[] = {"panel", "look", "hero", "label", NULL};
    static const char *const panels[] = {
        /* enum lesson_panel, without fitting */
        "lanes", "race", "disk", "curve", "none", NULL};

    for (int i = 0; i < all->count; i++) {
        int line = all->said[i].line, panel;
        char *key, *value;

        if (!cut_key(all->said[i].text, &key, &value)) {
            lesson_complain(r->l, line, LINT_LINE,
                            "a line of a watch block is \"key = value\"");
        } else if (strcmp(key, "panel") == 0) {
            panel = one_of(r, key, value, panels, line);
            if (panel >= 0)
                b->panel = (enum lesson_panel)(PANEL_LANES + panel);
        } else if (strcmp(key, "look") == 0) {
            block_set_text(r, &b->look, key, value, line);
        } else if (strcmp(key, "label") == 0) {
            block_set_text(r, &b->label, key, value, line);
        } else if (strcmp(key, "hero") == 0) {
            set_hero(r, b, value, line);
        } else {
            block_unknown_key(r, b, key, keys, line);
        }
    }
    if (all->count == 0)
        lesson_complain(r->l, b->line, LINT_LACKS,
                        "a watch block says nothing; leave it out, or say "
                        "\"look = ...\"");
}

/* ---- again, and the rest ------------------------------------------------- */

static void read_again(struct reader *r, struct lesson_block *b, struct said *s)
{
    char *field[4];
    struct lesson_line *line;
    int n;

    if (s->text[0] != '-' || (n = cut_fields(s->text + 1, field, 4)) > 3 ||
        !*field[0] || (n > 1 && !*field[1])) {
        lesson_complain(r->l, s->line, LINT_LINE,
                        "a line of again is \"- EXPERIMENT :: question :: "
                        "FORMULA\"");
        return;
    }
    line = block_add_line(r, b, "again", field[0], s->line);
    if (!line)
        return;
    line->ask = n > 1 ? reader_keep(r, field[1]) : NULL;
    line->figure = n > 2 ? reader_formula(r, field[2], s->line) : NULL;
}

static void read_saids(struct reader *r, struct lesson_block *b,
                       struct saids *s)
{
    switch (b->kind) {
    case LESSON_PREDICT:
    case LESSON_OBSERVE:
    case LESSON_QUIZ:
        reader_question(r, b, s);
        break;
    case LESSON_RUN:
    case LESSON_SIM:
    case LESSON_SWEEP:
        read_runs(r, b, s);
        break;
    case LESSON_SLOW:
        read_slow(r, b, s);
        break;
    case LESSON_WATCH:
        read_watch(r, b, s);
        break;
    case LESSON_CONTROL:
        block_control(r, b, s);
        break;
    case LESSON_CHECK:
        for (int i = 0; i < s->count; i++)
            block_check(r, b, &s->said[i]);
        break;
    default: /* again */
        for (int i = 0; i < s->count; i++)
            read_again(r, b, &s->said[i]);
    }
    if (s->count == 0 && (b->kind == LESSON_CHECK || b->kind == LESSON_AGAIN))
        lesson_complain(r->l, b->line, LINT_LACKS, "this block is empty");
}

void reader_block(struct reader *r, struct lesson_block *b, int first, int last)
{
    struct saids s;

    if (b->kind == LESSON_HINT || b->kind == LESSON_REVEAL ||
        b->kind == LESSON_NOTES) {
        b->body = reader_body(r, first, last);
        if (!b->body)
            lesson_complain(r->l, b->line, LINT_LACKS, "this block is empty");
        return;
    }
    reader_saids(r, first, last, &s);
    read_saids(r, b, &s);
    saids_fini(&s);
}

static void lines_fini(struct lesson_block *b)
{
    for (int i = 0; i < b->line_count; i++) {
        free(b->lines[i].words);
        free(b->lines[i].ask);
        formula_free(b->lines[i].figure);
    }
    free(b->lines);
}

void lesson_block_fini(struct lesson_block *b)
{
    char *const texts[] = {b->body, b->ask,   b->unit,  b->program, b->goal,
                           b->look, b->label, b->fails, b->none};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
    formula_free(b->when);
    formula_free(b->answer);
    formula_free(b->hero);
    for (int i = 0; i < b->choice_count; i++) {
        free(b->choices[i].text);
        free(b->choices[i].why);
        formula_free(b->choices[i].when);
    }
    free(b->choices);
    lines_fini(b);
    for (int i = 0; i < b->check_count; i++) {
        formula_free(b->checks[i].when);
        formula_free(b->checks[i].holds);
        free(b->checks[i].message);
    }
    free(b->checks);
    for (int i = 0; i < b->pretence_count; i++)
        formula_free(b->pretences[i].value);
    free(b->pretences);
}
