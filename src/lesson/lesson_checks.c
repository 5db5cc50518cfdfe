/* The bodies of check and control blocks. Any process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/reader.h"

/* ---- check --------------------------------------------------------------- */

/* "CLASS LABEL [when FORMULA]" */
static bool read_check_head(struct reader *r, struct lesson_check *c,
                            char *head)
{
    char *label, *rest;
    const char *class = strchr(lesson_class_letters, head[0]);

    if (!head[0] || !class || (head[1] != ' ' && head[1] != '\t')) {
        lesson_complain(r->l, c->line, LINT_CLASS,
                        "a check begins with its class, E, M, R or D, and its "
                        "label; not \"%.60s\"",
                        head);
        return false;
    }
    c->class = (enum lesson_class)(class - lesson_class_letters);
    label = trimmed(head + 1);
    rest = label + strcspn(label, " \t");
    if (*rest)
        *rest++ = '\0';
    rest = trimmed(rest);
    if (!name_is_plain(label)) {
        lesson_complain(r->l, c->line, LINT_LINE,
                        "a label is a letter a-z, then letters, digits, - and "
                        "_, 32 at most; not \"%.60s\"",
                        label);
        return false;
    }
    snprintf(c->label, sizeof(c->label), "%s", label);
    if (strncmp(rest, "when", 4) == 0 && strchr(" \t", rest[4])) {
        c->when = reader_formula(r, trimmed(rest + 4), c->line);
        return c->when != NULL;
    }
    if (*rest)
        lesson_complain(r->l, c->line, LINT_LINE,
                        "between a label and \":\" stands nothing, or \"when "
                        "FORMULA\"; not \"%.60s\"",
                        rest);
    return !*rest;
}

void block_check(struct reader *r, struct lesson_block *b, struct said *s)
{
    struct lesson_check c = {.line = s->line}, *more;
    char *formula = strchr(s->text, ':'), *message;

    if (!formula) {
        lesson_complain(r->l, s->line, LINT_LINE,
                        "a check is \"CLASS label : FORMULA : message\"");
        return;
    }
    *formula++ = '\0';
    message = strchr(formula, ':');
    if (message)
        *message++ = '\0';
    if (!read_check_head(r, &c, trimmed(s->text)))
        goto fail;
    c.holds = reader_formula(r, trimmed(formula), s->line);
    if (!c.holds)
        goto fail;
    if (message && *trimmed(message))
        c.message = reader_keep(r, trimmed(message));
    more = reader_grow(r, b->checks, b->check_count, sizeof(*more));
    if (!more) {
        free(c.message);
        goto fail;
    }
    b->checks = more;
    b->checks[b->check_count++] = c;
    return;

fail:
    formula_free(c.when);
    formula_free(c.holds);
}

/* ---- control ------------------------------------------------------------- */

static void set_swap(struct reader *r, struct lesson_block *b, char *value,
                     int line)
{
    char *second = value + strcspn(value, " \t");

    if (*second)
        *second++ = '\0';
    second = trimmed(second);
    if (block_twice(r, b->swap[0][0] != '\0', "swap", line))
        return;
    if (!name_is_plain(value) || !name_is_plain(second)) {
        lesson_complain(r->l, line, LINT_VALUE,
                        "swap takes the names of two runs: \"swap = one all\"");
        return;
    }
    snprintf(b->swap[0], LESSON_NAME, "%s", value);
    snprintf(b->swap[1], LESSON_NAME, "%s", second);
}

/* "ID.METRIC = FORMULA"; of a sweep "ID@8.METRIC", whose figures are called
 * "@8.METRIC". */
static void add_pretence(struct reader *r, struct lesson_block *b,
                         const char *what, const char *value, int line)
{
    struct lesson_pretence p = {.line = line}, *more;
    size_t n = strcspn(what, ".@");
    const char *metric = what + n + (what[n] == '.');

    if (n >= LESSON_NAME || !*metric || strlen(metric) >= sizeof(p.metric)) {
        lesson_complain(r->l, line, LINT_LINE,
                        "\"%.60s\" is no figure: ID.METRIC", what);
        return;
    }
    snprintf(p.name, sizeof(p.name), "%.*s", (int)n, what);
    snprintf(p.metric, sizeof(p.metric), "%s", metric);
    p.value = reader_formula(r, value, line);
    if (!p.value)
        return;
    more = reader_grow(r, b->pretences, b->pretence_count, sizeof(*more));
    if (!more) {
        formula_free(p.value);
        return;
    }
    b->pretences = more;
    b->pretences[b->pretence_count++] = p;
}

static void control_key(struct reader *r, struct lesson_block *b, char *key,
                        char *value, int line)
{
    static const char *const keys[] = {"fails", "swap", "none", NULL};

    if (strcmp(key, "fails") == 0)
        block_set_text(r, &b->fails, key, value, line);
    else if (strcmp(key, "none") == 0)
        block_set_text(r, &b->none, key, value, line);
    else if (strcmp(key, "swap") == 0)
        set_swap(r, b, value, line);
    else if (strpbrk(key, ".@"))
        add_pretence(r, b, key, value, line);
    else
        block_unknown_key(r, b, key, keys, line);
}

void block_control(struct reader *r, struct lesson_block *b, struct saids *all)
{
    int before = r->l->fault_count, kinds;

    for (int i = 0; i < all->count; i++) {
        struct said *s = &all->said[i];
        char *name, *rest;

        if (cut_key(s->text, &name, &rest))
            control_key(r, b, name, rest, s->line);
        else if (!cut_name(s->text, &name, &rest))
            lesson_complain(r->l, s->line, LINT_LINE,
                            "a line of a control is \"run: experiment\", "
                            "\"swap = one other\", \"run.metric = FORMULA\", "
                            "\"none = reason\" or \"fails = labels\"");
        else if (block_good_name(r, name, s->line))
            block_add_line(r, b, name, rest, s->line);
    }
    if (r->l->fault_count > before)
        return;
    kinds = (b->line_count > 0) + (b->swap[0][0] != '\0') +
            (b->pretence_count > 0) + (b->none != NULL);
    if (kinds != 1)
        lesson_complain(r->l, b->line, LINT_CONTROL,
                        "a control is %s of: runs, a swap, figures as if "
                        "measured, or none with a reason",
                        kinds ? "only one" : "one");
    if (!b->fails)
        lesson_complain(r->l, b->line, LINT_LACKS,
                        "a control says which checks fail: \"fails = LABEL\"");
}
