/* The bodies of predict, observe and quiz blocks. Any process. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "lesson/judge.h"
#include "lesson/reader.h"

/* ---- keys ---------------------------------------------------------------- */

static void set_kind(struct reader *r, struct lesson_block *b,
                     const char *value, int line)
{
    static const char *const words[] = {"choice", "number", "order", NULL};

    for (int i = 0; words[i]; i++)
        if (strcmp(value, words[i]) == 0) {
            b->asks = (enum lesson_asks)i;
            return;
        }
    lesson_complain(r->l, line, LINT_VALUE,
                    "kind is choice, number or order, not \"%.60s\"", value);
}

/* "20%" -> 0.2 */
static void set_near(struct reader *r, struct lesson_block *b, char *value,
                     int line)
{
    size_t n = strlen(value);
    double x;

    if (n > 1 && value[n - 1] == '%') {
        value[n - 1] = '\0';
        if (csv_number(trimmed(value), &x) && x >= 0 && x <= 1000) {
            b->near = x / 100;
            return;
        }
    }
    lesson_complain(r->l, line, LINT_VALUE,
                    "near says how near counts as right, such as 20%%");
}

static void set_because(struct reader *r, struct lesson_block *b,
                        const char *value, int line)
{
    b->because = strcmp(value, "ask") == 0;
    if (!b->because)
        lesson_complain(r->l, line, LINT_VALUE,
                        "because is \"ask\", or not there; not \"%.60s\"",
                        value);
}

enum question_key {
    KEY_ASK,
    KEY_KIND,
    KEY_UNIT,
    KEY_ANSWER,
    KEY_NEAR,
    KEY_BECAUSE,
    KEY_ASSUME,
    QUESTION_KEYS
};
static const char *const key_words[] = {"ask",  "kind",    "unit",   "answer",
                                        "near", "because", "assume", NULL};

/* May a block of that kind have it? */
static bool key_fits(enum lesson_kind kind, enum question_key key)
{
    switch (kind) {
    case LESSON_PREDICT:
        return true;
    case LESSON_OBSERVE:
        return key <= KEY_NEAR;
    default:
        return key == KEY_ASK;
    }
}

static void set_key(struct reader *r, struct lesson_block *b,
                    enum question_key key, char *value, int line)
{
    switch (key) {
    case KEY_ASK:
        b->ask = reader_keep(r, value);
        break;
    case KEY_KIND:
        set_kind(r, b, value, line);
        break;
    case KEY_UNIT:
        b->unit = reader_keep(r, value);
        break;
    case KEY_ANSWER:
        b->answer = reader_formula(r, value, line);
        break;
    case KEY_NEAR:
        set_near(r, b, value, line);
        break;
    case KEY_BECAUSE:
        set_because(r, b, value, line);
        break;
    case KEY_ASSUME:
        b->has_assumed = csv_number(value, &b->assumed);
        if (!b->has_assumed)
            lesson_complain(r->l, line, LINT_VALUE,
                            "assume is a number, not \"%.60s\"", value);
        break;
    case QUESTION_KEYS:
        break;
    }
}

static void read_key(struct reader *r, struct lesson_block *b, const char *key,
                     char *value, int line, unsigned *seen)
{
    const char *near;
    int k = 0;

    while (k < QUESTION_KEYS && strcmp(key, key_words[k]) != 0)
        k++;
    if (k == QUESTION_KEYS || !key_fits(b->kind, (enum question_key)k)) {
        near = k == QUESTION_KEYS && strlen(key) < 40
                   ? text_nearest(key, key_words)
                   : NULL;
        lesson_complain(
            r->l, line, LINT_KEY, "%s blocks have no key \"%.40s\"%s%s%s",
            lesson_kind_words[b->kind], key, near ? "; did you mean \"" : "",
            near ? near : "", near ? "\"?" : "");
    } else if (*seen >> k & 1) {
        lesson_complain(r->l, line, LINT_KEY_TWICE,
                        "\"%s\" stands here a second time", key);
    } else if (!*value) {
        lesson_complain(r->l, line, LINT_VALUE, "%s says nothing", key);
    } else {
        *seen |= 1u << k;
        set_key(r, b, (enum question_key)k, value, line);
    }
}

/* ---- choices ------------------------------------------------------------- */

/* "M12 a worker does whole tasks" */
static void set_reason(struct reader *r, struct lesson_choice *c, char *text)
{
    size_t n = text[0] == 'M' ? strspn(text + 1, "0123456789") : 0;

    if (n > 0 && n < sizeof(c->targets) - 1 &&
        (!text[n + 1] || text[n + 1] == ' ' || text[n + 1] == '\t')) {
        snprintf(c->targets, sizeof(c->targets), "%.*s", (int)n + 1, text);
        text = trimmed(text + n + 1);
    }
    if (*text)
        c->why = reader_keep(r, text);
}

/* What stands after the first "::" of a choice. */
static void set_condition(struct reader *r, const struct lesson_block *b,
                          struct lesson_choice *c, char *text)
{
    if (b->asks == ASKS_ORDER) {
        c->when = reader_formula(r, text, c->line);
    } else if (strcmp(text, "else") == 0) {
        c->otherwise = true;
    } else if (strncmp(text, "when", 4) == 0 && text[4] &&
               strchr(" \t", text[4])) {
        c->when = reader_formula(r, trimmed(text + 4), c->line);
    } else {
        lesson_complain(r->l, c->line, LINT_LINE,
                        "after a choice stands \":: when FORMULA\" or \":: "
                        "else\", not \":: %.60s\"",
                        text);
    }
}

static void read_choice(struct reader *r, struct lesson_block *b,
                        struct said *s)
{
    bool quiz = b->kind == LESSON_QUIZ;
    int most = quiz ? 2 : 3;
    char *field[4];
    int n = cut_fields(s->text + 1, field, most + 1);
    struct lesson_choice *c =
        reader_grow(r, b->choices, b->choice_count, sizeof(*c));

    if (!c)
        return;
    b->choices = c;
    c += b->choice_count++;
    c->line = s->line;
    c->right = s->text[0] == '*';
    c->text = reader_keep(r, field[0]);
    if (!*field[0])
        lesson_complain(r->l, s->line, LINT_LINE, "this choice says nothing");
    if (n > most)
        lesson_complain(r->l, s->line, LINT_LINE,
                        "a choice has at most %d parts with \"::\" between",
                        most);
    if (!quiz && n == 1)
        lesson_complain(r->l, s->line, LINT_LINE,
                        b->asks == ASKS_ORDER
                            ? "a choice to be ordered needs its value: \"- "
                              "text :: FORMULA\""
                            : "a choice needs to know when it is right: \"- "
                              "text :: when FORMULA\" or \":: else\"");
    else if (!quiz)
        set_condition(r, b, c, field[1]);
    if (n >= most)
        set_reason(r, c, field[most - 1]);
}

static bool is_choice(const struct lesson_block *b, const char *text)
{
    return (text[0] == '-' || (text[0] == '*' && b->kind == LESSON_QUIZ)) &&
           (text[1] == ' ' || text[1] == '\t');
}

/* What must be there. */
static void complain_of_missing(struct reader *r, const struct lesson_block *b)
{
    if (!b->ask)
        lesson_complain(r->l, b->line, LINT_LACKS,
                        "there is no question: \"ask = ...\"");
    if (b->asks == ASKS_NUMBER) {
        if (!b->answer)
            lesson_complain(r->l, b->line, LINT_LACKS,
                            "a number needs \"answer = FORMULA\"");
        if (b->choice_count > 0)
            lesson_complain(r->l, b->choices[0].line, LINT_CHOICES,
                            "a question for a number has no choices");
    } else if (b->choice_count < 2 || b->choice_count > LESSON_CHOICES) {
        lesson_complain(r->l, b->line, LINT_CHOICES,
                        "a question has 2 to %d choices, not %d",
                        LESSON_CHOICES, b->choice_count);
    }
}

void reader_question(struct reader *r, struct lesson_block *b, struct saids *s)
{
    unsigned seen = 0;
    int before = r->l->fault_count;

    b->near = 0.2;
    for (int i = 0; i < s->count; i++) { /* keys first: kind says what a choice
                                            looks like */
        char *text = s->said[i].text, *key, *value;

        if (is_choice(b, text))
            continue;
        if (cut_key(text, &key, &value))
            read_key(r, b, key, value, s->said[i].line, &seen);
        else
            lesson_complain(r->l, s->said[i].line, LINT_LINE,
                            "a line of a question is \"key = value\" or a "
                            "choice, \"- text\"; one that goes on begins with "
                            "blanks");
    }
    for (int i = 0; i < s->count && !r->failed; i++)
        if (is_choice(b, s->said[i].text))
            read_choice(r, b, &s->said[i]);
    if (r->l->fault_count == before)
        complain_of_missing(r, b);
}
