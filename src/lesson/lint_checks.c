/* Checks, their controls, and the predictions that must come before. Any
 * process. */
#include <stdlib.h>
#include <string.h>

#include "lesson/lint_parts.h"
#include "sweep/request.h"

#define PAIRS_LEAST 5

/* ---- checks -------------------------------------------------------------- */

static const struct lesson_check *find_check(const struct lesson *l,
                                             const char *label)
{
    for (int i = 0; i < l->block_count; i++)
        for (int k = 0; k < l->blocks[i].check_count; k++)
            if (strcmp(l->blocks[i].checks[k].label, label) == 0)
                return &l->blocks[i].checks[k];
    return NULL;
}

static bool has_control(const struct lesson *l, const char *label)
{
    for (int i = 0; i < l->block_count; i++)
        if (l->blocks[i].kind == LESSON_CONTROL &&
            lesson_lists(l->blocks[i].fails, label))
            return true;
    return false;
}

static bool needs_cores(const struct lesson *l)
{
    return l->needs && strstr(l->needs, "cores>=");
}

struct counting {
    struct lint *x;
    int least; /* repeats of a figure that is looked at one by one */
};

static void count_repeats(const char *run, const char *name, bool repeats,
                          void *arg)
{
    struct counting *c = arg;
    const struct lesson_block *b = lesson_find(c->x->l, run, NULL);
    int count = b ? b->repeat : PAIRS_LEAST;

    (void)name;
    if (b && b->kind == LESSON_SWEEP)
        count = PAIRS_LEAST; /* says so itself, with --repeat */
    if (repeats && count < c->least)
        c->least = count;
}

static void lint_check(struct lint *x, const struct lesson_check *c)
{
    struct counting counting = {x, PAIRS_LEAST};

    if (find_check(x->l, c->label) != c)
        lesson_complain(x->l, c->line, LINT_LABEL_TWICE,
                        "the label \"%s\" is taken, in line %d", c->label,
                        find_check(x->l, c->label)->line);
    if (!has_control(x->l, c->label))
        lesson_complain(x->l, c->line, LINT_NO_CONTROL,
                        "no control shows that \"%s\" can fail", c->label);
    if (c->class == CLASS_RATIO &&
        (!needs_cores(x->l) || !lesson_lists(x->l->needs, "quiet")))
        lesson_complain(x->l, c->line, LINT_NEEDS,
                        "an R check needs \"needs: cores>=N quiet\" in the "
                        "front matter");
    formula_figures(c->holds, count_repeats, &counting);
    if (c->class == CLASS_DIRECTION && counting.least < PAIRS_LEAST &&
        strstr(formula_text(c->holds), "most"))
        lesson_complain(x->l, c->line, LINT_FEW,
                        "most(...) of %d; a D check looks at %d repeats or "
                        "more",
                        counting.least, PAIRS_LEAST);
}

/* ---- controls ------------------------------------------------------------ */

static void lint_labels(struct lint *x, const struct lesson_block *b)
{
    char *copy = b->fails ? strdup(b->fails) : NULL, *save = NULL;
    int line = lint_line_of(x, "fails", b->line + 1, b->last_line);

    for (char *w = copy ? strtok_r(copy, " \t", &save) : NULL; w;
         w = strtok_r(NULL, " \t", &save))
        if (!find_check(x->l, w))
            lesson_complain(x->l, line, LINT_NO_LABEL,
                            "there is no check \"%.40s\" in this lesson", w);
    free(copy);
}

static void lint_run_name(struct lint *x, const char *name, int line)
{
    const struct lesson_block *b = lesson_find(x->l, name, NULL);

    if (!b || !lint_is_run(b))
        lesson_complain(x->l, line, LINT_NO_RUN,
                        "there is no run \"%.40s\" in this lesson", name);
}

static void lint_control(struct lint *x, const struct lesson_block *b)
{
    lint_labels(x, b);
    for (int i = 0; i < b->line_count; i++)
        lint_run_name(x, b->lines[i].name, b->lines[i].line);
    for (int i = 0; i < 2 && b->swap[0][0]; i++)
        lint_run_name(x, b->swap[i],
                      lint_line_of(x, "swap", b->line + 1, b->last_line));
}

/* ---- predictions --------------------------------------------------------- */

static bool is_checked(const struct lesson *l, const struct lesson_block *run)
{
    for (int i = 0; i < l->block_count; i++)
        if (l->blocks[i].kind == LESSON_CHECK &&
            lint_names(l, &l->blocks[i], run))
            return true;
    return false;
}

/* What may stand between a prediction and the runs that it is about. */
static bool is_on_the_way(const struct lesson_block *b)
{
    return lint_is_run(b) || b->kind == LESSON_PROSE ||
           b->kind == LESSON_HINT || b->kind == LESSON_WATCH ||
           b->kind == LESSON_NOTES;
}

/* Just before it, or before runs that come just before it; or anywhere before,
 * and about it. */
static bool is_predicted(const struct lesson *l, int run)
{
    bool near = true;

    for (int i = run - 1; i >= 0; i--) {
        const struct lesson_block *b = &l->blocks[i];

        if (b->kind == LESSON_PREDICT &&
            (near || lint_names(l, b, &l->blocks[run])))
            return true;
        near &= is_on_the_way(b);
    }
    return false;
}

void lint_checks(struct lint *x)
{
    const struct lesson *l = x->l;

    for (int i = 0; i < l->block_count; i++) {
        const struct lesson_block *b = &l->blocks[i];

        for (int k = 0; k < b->check_count; k++)
            lint_check(x, &b->checks[k]);
        if (b->kind == LESSON_CONTROL)
            lint_control(x, b);
        if (lint_is_run(b) && is_checked(l, b) && !is_predicted(l, i))
            lesson_complain(x->l, b->line, LINT_NO_PREDICT,
                            "this is checked, but nobody is asked before what "
                            "will come of it");
    }
}
