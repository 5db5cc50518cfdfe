/* Experiments, sweeps, small programs and simulated jobs: can they be, on a
 * machine such as the one given? Nothing is run. Any process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/compute.h"
#include "lesson/lint_parts.h"
#include "sweep/request.h"

#define WORKERS_MOST 256

/* ---- {figures} in a line ------------------------------------------------- */

/* What is not of the machine is made up: a prediction's answer as it is
 * assumed, else 2. */
static void make_up(const char *run, const char *name, bool repeats, void *arg)
{
    struct lint *x = arg;
    const struct lesson_block *b = lint_source_of(x->l, run, name);
    double value;

    (void)repeats;
    if (strcmp(run, "machine") != 0 &&
        !facts_get(x->facts, run, 0, name, &value))
        facts_set(x->facts, run, 0, name, b && b->has_assumed ? b->assumed : 2);
}

static void make_up_all(const struct formula *f, int line, void *arg)
{
    (void)line;
    formula_figures(f, make_up, arg);
}

/* @line with its braces filled; false: complained. */
static bool filled(struct lint *x, const struct lesson_line *line,
                   struct text *out)
{
    struct err err = {0};
    const char *words = line->words ? line->words : "";

    if (!lint_braces(words, line->line, make_up_all, x, &err)) {
        lesson_complain(x->l, line->line, LINT_BRACE, "in {...}: %s", err.text);
        return false;
    }
    if (lesson_words(words, x->facts, out, &err) < 0) {
        lesson_complain(x->l, line->line, LINT_BRACE, "%s", err.text);
        return false;
    }
    return true;
}

/* ---- experiments --------------------------------------------------------- */

static void lint_workers(struct lint *x, const struct spec *spec, int line)
{
    if (spec->workers > WORKERS_MOST &&
        !lesson_lists(x->l->needs, "many-threads"))
        lesson_complain(x->l, line, LINT_THREADS,
                        "%lld workers; more than %d only with \"needs: "
                        "many-threads\"",
                        (long long)spec->workers, WORKERS_MOST);
}

/* -EAGAIN says that this machine is too small, which is no fault. */
static void lint_experiment(struct lint *x, const char *words, int line)
{
    struct err err = {0};
    struct spec spec;
    int rc = spec_parse_line(&spec, words, &err);

    if (rc == 0) {
        rc = spec_check(&spec, x->m, &err);
        lint_workers(x, &spec, line);
    }
    if (rc < 0 && rc != -EAGAIN)
        lesson_complain(x->l, line, LINT_EXPERIMENT, "%s", err.text);
}

static void lint_sweep(struct lint *x, const char *words, int line)
{
    struct err err = {0};
    struct sweep_request r;
    int rc = sweep_parse_line(&r, words, x->m, &err);

    if (rc < 0 && rc != -EAGAIN)
        lesson_complain(x->l, line, LINT_SWEEP, "%s", err.text);
    if (rc < 0)
        return;
    for (int i = 0; i < SWEEP_AXES; i++)
        for (int k = 0; k < r.axis[i].count; k++)
            if (strcmp(r.axis[i].name, "workers") == 0 &&
                r.axis[i].number[k] > r.base.workers)
                r.base.workers = (int64_t)r.axis[i].number[k];
    lint_workers(x, &r.base, line);
}

static void lint_sim(struct lint *x, const char *words, int line)
{
    struct sim_jobs jobs = {0};
    struct sim_setup setup[COMPUTE_SETUPS];
    struct err err = {0};
    int setups = 0;

    if (compute_sim_line(words, &jobs, setup, &setups, &err) < 0)
        lesson_complain(x->l, line, LINT_SIM, "%s", err.text);
    sim_jobs_fini(&jobs);
}

static void lint_program(struct lint *x, const struct lesson_block *b,
                         int line);

/* What a control's line is run in place of. */
static enum lesson_kind stands_for(const struct lint *x,
                                   const struct lesson_block *b,
                                   const struct lesson_line *line)
{
    const struct lesson_block *of =
        b->kind == LESSON_CONTROL ? lesson_find(x->l, line->name, NULL) : b;

    return of ? of->kind : LESSON_RUN;
}

static void lint_line(struct lint *x, const struct lesson_block *b,
                      const struct lesson_line *line)
{
    struct text words = {0};

    if (filled(x, line, &words)) {
        enum lesson_kind kind = stands_for(x, b, line);
        struct lesson_block slow = {.program = line->words};

        if (kind == LESSON_SWEEP)
            lint_sweep(x, text_str(&words), line->line);
        else if (kind == LESSON_SLOW)
            lint_program(x, &slow, line->line);
        else if (kind == LESSON_SIM)
            lint_sim(x, text_str(&words), line->line);
        else
            lint_experiment(x, text_str(&words), line->line);
    }
    text_fini(&words);
}

static void lint_program(struct lint *x, const struct lesson_block *b, int line)
{
    struct program *p = NULL;
    struct err err = {0};

    if (!b->program)
        return; /* complained of as it was read */
    if (compute_program(x->l, b, &p, &err) < 0)
        lesson_complain(x->l, line, LINT_PROGRAM, "%s", err.text);
    else
        program_free(p);
}

/* ---- names and uses ------------------------------------------------------ */

struct noting {
    struct facts *used;
    bool control;
};

static void note_use(const char *run, const char *name, bool repeats, void *arg)
{
    const struct noting *n = arg;

    (void)repeats;
    if (!n->control)
        facts_set(n->used, run, 0, "used", 1);
    if (strcmp(name, "answer") == 0)
        facts_set(n->used, run, 0, "answer", 1);
}

static void note_uses(const struct formula *f, int line, void *arg)
{
    (void)line;
    formula_figures(f, note_use, arg);
}

static void note_all_uses(struct lint *x)
{
    for (int i = 0; i < x->l->block_count; i++) {
        struct noting n = {x->used, x->l->blocks[i].kind == LESSON_CONTROL};

        lint_formulas_of(&x->l->blocks[i], note_uses, &n);
    }
}

static bool is_noted(const struct lint *x, const char *run, const char *what)
{
    double one;

    return facts_get(x->used, run, 0, what, &one);
}

static void lint_use(struct lint *x, const char *run, int line)
{
    if (run[0] && !is_noted(x, run, "used"))
        lesson_complain(x->l, line, LINT_UNUSED,
                        "nothing uses the figures of %s; ask for one of them, "
                        "check it or show it",
                        run);
}

static bool is_question(const struct lesson_block *b)
{
    return b->kind == LESSON_PREDICT || b->kind == LESSON_OBSERVE ||
           b->kind == LESSON_QUIZ;
}

/* The @name of block @block (of its line @place, -1: its own) was taken before.
 * A question may be called as a run is, unless its answer is a figure. */
static void lint_name(struct lint *x, const char *name, int block, int place,
                      int line)
{
    const struct lesson *l = x->l;
    bool question = is_question(&l->blocks[block]);
    bool answer = is_noted(x, name, "answer");
    int taken = 0;

    if (strcmp(name, "machine") == 0 || strcmp(name, "again") == 0)
        lesson_complain(x->l, line, LINT_ID_TWICE,
                        "the name \"%s\" cannot be had", name);
    for (int i = 0; name[0] && i <= block && !taken; i++) {
        const struct lesson_block *b = &l->blocks[i];
        int lines = i < block ? b->line_count : place;

        if (b->kind == LESSON_CONTROL || b->kind == LESSON_AGAIN ||
            (is_question(b) != question && !answer))
            continue;
        if (i < block && strcmp(b->id, name) == 0)
            taken = b->line;
        for (int k = 0; k < lines && !taken; k++)
            if (strcmp(b->lines[k].name, name) == 0)
                taken = b->lines[k].line;
    }
    if (taken)
        lesson_complain(x->l, line, LINT_ID_TWICE,
                        "the name \"%s\" is taken, in line %d", name, taken);
}

void lint_runs(struct lint *x)
{
    note_all_uses(x);
    for (int i = 0; i < x->l->block_count; i++) {
        const struct lesson_block *b = &x->l->blocks[i];
        bool names = b->kind != LESSON_CONTROL && b->kind != LESSON_AGAIN;

        lint_name(x, b->id, i, -1, b->line);
        for (int k = 0; k < b->line_count; k++) {
            const struct lesson_line *line = &b->lines[k];

            lint_line(x, b, line);
            if (names && strcmp(line->name, b->id) != 0)
                lint_name(x, line->name, i, k, line->line);
            if (lint_is_run(b))
                lint_use(x, line->name, line->line);
        }
        if (b->kind == LESSON_SLOW) {
            lint_program(x, b,
                         lint_line_of(x, "program", b->line + 1, b->last_line));
            lint_use(x, b->id, b->line);
        }
    }
}
