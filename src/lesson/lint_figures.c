/* Formulas: do they say yes or no where they should, are there such runs and
 * figures, are these known by then? Any process. */
#include <string.h>

#include "lesson/lint_parts.h"

/* One formula, in its place. */
struct place {
    struct lint *x;
    const struct lesson_block *block;
    int line;
    bool again; /* "again" is a run here */
};

/* When are the figures of @of needed for formulas of @b: only after the lesson
 * (false), or when the learner gets there? */
static bool looked_at_there(const struct lesson_block *b)
{
    return b->kind != LESSON_PREDICT && b->kind != LESSON_WATCH &&
           b->kind != LESSON_CONTROL && b->kind != LESSON_NOTES &&
           b->kind != LESSON_AGAIN;
}

/* A watch block's figure is of the run after it. */
static const struct lesson_block *watched(const struct lesson *l,
                                          const struct lesson_block *watch)
{
    for (const struct lesson_block *b = watch + 1;
         b < l->blocks + l->block_count; b++)
        if (lint_is_run(b))
            return b;
    return NULL;
}

static void lint_order(const struct place *p, const char *run,
                       const struct lesson_block *of)
{
    const struct lesson_block *w = NULL;

    if (p->block->kind == LESSON_WATCH)
        w = watched(p->x->l, p->block);
    if (w ? of <= w : of < p->block || !looked_at_there(p->block))
        return;
    if (lint_is_run(p->block))
        lesson_complain(p->x->l, p->line, LINT_NOT_YET,
                        "this experiment uses a figure of %s, which comes "
                        "later (line %d)",
                        run, of->line);
    else
        lesson_complain(p->x->l, p->line, LINT_TOO_EARLY,
                        "this uses a figure of %s, which comes later (line %d)",
                        run, of->line);
}

static void lint_figure(const char *run, const char *name, bool repeats,
                        void *arg)
{
    const struct place *p = arg;
    const struct lesson_block *of;
    char why[200];

    (void)repeats;
    if (strcmp(run, "machine") == 0) {
        if (!lint_metric(p->x, NULL, name, why))
            lesson_complain(p->x->l, p->line, LINT_NO_METRIC, "%s", why);
        return;
    }
    if (p->again && strcmp(run, "again") == 0) {
        const struct lesson_block as_run = {.kind = LESSON_RUN};

        if (!lint_metric(p->x, &as_run, name, why))
            lesson_complain(p->x->l, p->line, LINT_NO_METRIC, "%s", why);
        return;
    }
    of = lint_source_of(p->x->l, run, name);
    if (!of || (!lint_is_run(of) && of->kind != LESSON_PREDICT)) {
        lesson_complain(p->x->l, p->line, LINT_NO_RUN,
                        "there is no run \"%.40s\" in this lesson", run);
        return;
    }
    if (!lint_metric(p->x, of, name, why))
        lesson_complain(p->x->l, p->line, LINT_NO_METRIC, "%s", why);
    lint_order(p, run, of);
}

static void lint_formula(const struct formula *f, int line, void *arg)
{
    struct place *p = arg;

    p->line = line;
    formula_figures(f, lint_figure, p);
}

/* ---- yes or no, or a number ---------------------------------------------- */

static void must_decide(struct lint *x, const struct formula *f, int line)
{
    if (f && !formula_decides(f))
        lesson_complain(x->l, line, LINT_DECIDES,
                        "\"%.80s\" is a number; a condition is yes or no",
                        formula_text(f));
}

static void must_count(struct lint *x, const struct formula *f, int line)
{
    if (f && formula_decides(f))
        lesson_complain(x->l, line, LINT_DECIDES,
                        "\"%.80s\" is yes or no; here a number is wanted",
                        formula_text(f));
}

static int line_of(const struct lint *x, const struct lesson_block *b,
                   const char *key)
{
    return lint_line_of(x, key, b->line + 1, b->last_line);
}

static void lint_kinds(struct lint *x, const struct lesson_block *b)
{
    must_decide(x, b->when, b->line);
    must_count(x, b->answer, line_of(x, b, "answer"));
    must_count(x, b->hero, line_of(x, b, "hero"));
    for (int i = 0; i < b->choice_count; i++) {
        if (b->asks == ASKS_ORDER)
            must_count(x, b->choices[i].when, b->choices[i].line);
        else
            must_decide(x, b->choices[i].when, b->choices[i].line);
    }
    for (int i = 0; i < b->check_count; i++) {
        must_decide(x, b->checks[i].when, b->checks[i].line);
        must_decide(x, b->checks[i].holds, b->checks[i].line);
    }
    for (int i = 0; i < b->pretence_count; i++)
        must_count(x, b->pretences[i].value, b->pretences[i].line);
}

/* ---- prose --------------------------------------------------------------- */

struct body {
    struct place place;
    int first;
};

static void lint_brace(struct formula *f, const char *unit, int line,
                       const struct err *err, void *arg)
{
    struct body *b = arg;

    (void)unit;
    if (f) {
        lint_formula(f, b->first + line, &b->place);
        must_count(b->place.x, f, b->first + line);
    } else {
        lesson_complain(b->place.x->l, b->first + line,
                        strstr(err->text, "is no unit") ? LINT_UNIT
                                                        : LINT_BRACE,
                        "in {...}: %s", err->text);
    }
    formula_free(f);
}

/* The line of the first line of @b's Markdown. */
static int body_line(const struct lint *x, const struct lesson_block *b)
{
    int line = b->line;

    if (b->kind == LESSON_PROSE)
        return line;
    for (line++; line < b->last_line; line++) {
        int n = lint_line_length(x, line);
        const char *p = x->lines[line - 1];

        while (n > 0 && (*p == ' ' || *p == '\t' || *p == '\r'))
            p++, n--;
        if (n > 0)
            break;
    }
    return line;
}

static void lint_block(struct lint *x, struct lesson_block *b)
{
    struct body body = {.place = {.x = x, .block = b}};
    struct lesson_block without = *b; /* what has lines of its own */

    body.place.again = b->kind == LESSON_AGAIN;
    without.body = NULL;
    without.answer = without.hero = NULL;
    if (b->answer)
        lint_formula(b->answer, line_of(x, b, "answer"), &body.place);
    if (b->hero)
        lint_formula(b->hero, line_of(x, b, "hero"), &body.place);
    lint_formulas_of(&without, lint_formula, &body.place);
    lint_kinds(x, b);
    if (!b->body)
        return;
    body.first = body_line(x, b);
    formula_in_prose(b->body, lint_brace, &body);
}

/* "auto.lost = 3": there must be such a figure. */
static void lint_pretences(struct lint *x, const struct lesson_block *b)
{
    char why[200];

    for (int i = 0; i < b->pretence_count; i++) {
        const struct lesson_pretence *p = &b->pretences[i];
        const struct lesson_block *of =
            lint_source_of(x->l, p->name, p->metric);

        if (!of || (!lint_is_run(of) && of->kind != LESSON_PREDICT))
            lesson_complain(x->l, p->line, LINT_NO_RUN,
                            "there is no run \"%s\" in this lesson", p->name);
        else if (!lint_metric(x, of, p->metric, why))
            lesson_complain(x->l, p->line, LINT_NO_METRIC, "%s", why);
    }
}

void lint_figures(struct lint *x)
{
    for (int i = 0; i < x->l->block_count; i++) {
        lint_block(x, &x->l->blocks[i]);
        lint_pretences(x, &x->l->blocks[i]);
    }
}
