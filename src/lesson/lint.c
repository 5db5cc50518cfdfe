/* What is wrong with a lesson: the parts of the search in turn, and what a code
 * means. Any process. */
#include "lesson/lint.h"

#include <stdlib.h>
#include <string.h>

#include "lesson/lint_parts.h"
#include "lesson/session.h"

/* Hostile lessons take no longer than this allows. */
#define LINES_LINTED (4 * LESSON_LINES)
#define PROBES_MOST 400000

const struct lint_code lint_codes[] = {
#define X(name, code, means) {code, means},
    LESSON_CODES(X)
#undef X
        {0, NULL}};

/* ---- help for the parts -------------------------------------------------- */

static bool cut_source(struct lint *x)
{
    const char *p = x->l->source ? x->l->source : "";
    const char *end = p + x->l->source_length;
    int lines = 1;

    for (const char *q = p; q < end; q++)
        lines += *q == '\n';
    x->lines = calloc((size_t)lines, sizeof(*x->lines));
    if (!x->lines)
        return false;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));

        x->lines[x->count++] = p;
        p = newline ? newline + 1 : end;
    }
    for (int i = 1; i < x->count && x->front_end == 0; i++)
        if (lint_line_length(x, 1) == 3 && memcmp(x->lines[0], "---", 3) == 0 &&
            lint_line_length(x, i + 1) == 3 &&
            memcmp(x->lines[i], "---", 3) == 0)
            x->front_end = i + 1;
    return true;
}

int lint_line_length(const struct lint *x, int line)
{
    const char *p = x->lines[line - 1];
    const char *end = x->l->source + x->l->source_length;
    const char *newline = memchr(p, '\n', (size_t)(end - p));

    return (int)((newline ? newline : end) - p);
}

int lint_line_of(const struct lint *x, const char *word, int from, int to)
{
    for (int i = from; i >= 1 && i <= to && i <= x->count; i++)
        if (memmem(x->lines[i - 1], (size_t)lint_line_length(x, i), word,
                   strlen(word)))
            return i;
    return from;
}

bool lint_is_run(const struct lesson_block *b)
{
    return b->kind == LESSON_RUN || b->kind == LESSON_SWEEP ||
           b->kind == LESSON_SLOW || b->kind == LESSON_SIM;
}

/* ---- formulas of a block ------------------------------------------------- */

struct in_prose {
    lint_formula_fn *each;
    void *arg;
    int first;
};

static void pass_on(struct formula *f, const char *unit, int line,
                    const struct err *err, void *arg)
{
    struct in_prose *p = arg;

    (void)unit;
    (void)err;
    if (f)
        p->each(f, p->first + line, p->arg);
    formula_free(f);
}

bool lint_braces(const char *words, int line, lint_formula_fn *each, void *arg,
                 struct err *err)
{
    const char *p = words, *open;

    while ((open = strchr(p, '{'))) {
        const char *close = strchr(open, '}');
        char *text =
            close ? strndup(open + 1, (size_t)(close - open - 1)) : NULL;
        struct formula *f = text ? formula_parse(text, err) : NULL;

        free(text);
        if (!f) {
            if (!close)
                err_set(err, -1, "a { is never closed");
            return false;
        }
        each(f, line, arg);
        formula_free(f);
        p = close + 1;
    }
    return true;
}

void lint_formulas_of(const struct lesson_block *b, lint_formula_fn *each,
                      void *arg)
{
    struct in_prose prose = {each, arg, b->line};

    if (b->when)
        each(b->when, b->line, arg);
    if (b->answer)
        each(b->answer, b->line, arg);
    if (b->hero)
        each(b->hero, b->line, arg);
    for (int i = 0; i < b->choice_count; i++)
        if (b->choices[i].when)
            each(b->choices[i].when, b->choices[i].line, arg);
    for (int i = 0; i < b->line_count; i++) {
        lint_braces(b->lines[i].words ? b->lines[i].words : "",
                    b->lines[i].line, each, arg, NULL);
        if (b->lines[i].figure)
            each(b->lines[i].figure, b->lines[i].line, arg);
    }
    for (int i = 0; i < b->check_count; i++) {
        if (b->checks[i].when)
            each(b->checks[i].when, b->checks[i].line, arg);
        each(b->checks[i].holds, b->checks[i].line, arg);
    }
    for (int i = 0; i < b->pretence_count; i++)
        each(b->pretences[i].value, b->pretences[i].line, arg);
    if (b->body)
        formula_in_prose(b->body, pass_on, &prose);
}

const struct lesson_block *lint_source_of(const struct lesson *l,
                                          const char *run, const char *name)
{
    if (strcmp(name, "answer") != 0)
        return lesson_find(l, run, NULL);
    for (int i = 0; i < l->block_count; i++)
        if (l->blocks[i].kind == LESSON_PREDICT &&
            strcmp(l->blocks[i].id, run) == 0)
            return &l->blocks[i];
    return NULL;
}

struct naming {
    const struct lesson *l;
    const struct lesson_block *run;
    bool found;
};

static void note_name(const char *run, const char *name, bool repeats,
                      void *arg)
{
    struct naming *n = arg;

    (void)repeats;
    n->found |= lint_source_of(n->l, run, name) == n->run;
}

static void note_names(const struct formula *f, int line, void *arg)
{
    (void)line;
    formula_figures(f, note_name, arg);
}

bool lint_names(const struct lesson *l, const struct lesson_block *b,
                const struct lesson_block *run)
{
    struct naming n = {l, run, false};

    lint_formulas_of(b, note_names, &n);
    return n.found;
}

/* ---- all of it ----------------------------------------------------------- */

static int by_line(const void *a, const void *b)
{
    const struct lesson_fault *x = a, *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return strcmp(x->text, y->text);
}

static void sort_faults(struct lesson *l)
{
    int kept = 0;

    if (l->fault_count == 0)
        return;
    qsort(l->faults, (size_t)l->fault_count, sizeof(*l->faults), by_line);
    for (int i = 0; i < l->fault_count; i++)
        if (kept == 0 || by_line(&l->faults[kept - 1], &l->faults[i]) != 0)
            l->faults[kept++] = l->faults[i];
    l->fault_count = kept;
}

static bool has_fault(const struct lesson *l, int code)
{
    for (int i = 0; i < l->fault_count; i++)
        if (l->faults[i].code == code)
            return true;
    return false;
}

/* What an open fence has swallowed would be missed everywhere; and what is many
 * times too long is made smaller first. */
static bool is_worth_it(const struct lint *x)
{
    return !has_fault(x->l, LINT_FENCE_OPEN) &&
           !has_fault(x->l, LINT_FRONT_OPEN) &&
           !has_fault(x->l, LINT_NO_FRONT) && x->count <= LINES_LINTED;
}

void lint_lesson(struct lesson *l, const struct machine *m)
{
    struct lint x = {.l = l,
                     .m = m,
                     .facts = facts_new(),
                     .used = facts_new(),
                     .sweep = calloc(1, sizeof(*x.sweep)),
                     .probes = PROBES_MOST};

    if (x.facts && x.used && x.sweep && !has_fault(l, LINT_TOO_LARGE) &&
        cut_source(&x)) {
        session_facts_machine(x.facts, m);
        lint_text(&x);
        if (is_worth_it(&x)) {
            lint_front(&x);
            lint_runs(&x);
            lint_figures(&x);
            lint_questions(&x);
            lint_checks(&x);
            lint_prose(&x);
        }
    }
    facts_free(x.facts);
    facts_free(x.used);
    free(x.sweep);
    free(x.lines);
    sort_faults(l);
}
