/* What the files of lint.h share. Not for others. */
#ifndef LESSON_LINT_PARTS_H
#define LESSON_LINT_PARTS_H

#include "lesson/codes.h"
#include "lesson/lint.h"
#include "sweep/request.h"

/* The sweep that was looked at last. */
struct lint_sweep {
    const struct lesson_block *block; /* NULL: none yet */
    bool known;                       /* its values are in .request */
    struct sweep_request request;
};

struct lint {
    struct lesson *l;
    const struct machine *m;
    struct facts *facts; /* of that machine, and what was made up besides */
    struct facts *used;  /* RUN.used: its figures are, outside of controls;
                            RUN.answer: its answer is */
    int probes;          /* that may still be made: see lint_questions.c */
    struct lint_sweep *sweep;
    const char **lines; /* of the source; .lines[0] is line 1; each ends with a
                            newline, or is the last */
    int count;
    int front_end; /* the line that ends the front matter; 0: none */
};

/* One of these for each part; all add faults. */
void lint_text(struct lint *x);    /* characters, widths, spelling */
void lint_front(struct lint *x);   /* front matter */
void lint_runs(struct lint *x);    /* what is run and computed */
void lint_figures(struct lint *x); /* formulas and the figures in them */
void lint_questions(struct lint *x);
void lint_checks(struct lint *x); /* and controls, predictions before runs */
void lint_prose(struct lint *x);  /* order of blocks, links */

/* The length of line @line, from 1, without its newline. */
int lint_line_length(const struct lint *x, int line);
/* The line of @word at or after line @from, up to @to; @from: it is not there.
 */
int lint_line_of(const struct lint *x, const char *word, int from, int to);

/* run, sweep, slow or sim. */
bool lint_is_run(const struct lesson_block *b);
/* Call @each for every formula of block @b, with its line; those in braces,
 * too, which live only until it returns. */
typedef void lint_formula_fn(const struct formula *f, int line, void *arg);
void lint_formulas_of(const struct lesson_block *b, lint_formula_fn *each,
                      void *arg);
/* The formulas in braces in @words. False: one of them is wrong, in @err. */
bool lint_braces(const char *words, int line, lint_formula_fn *each, void *arg,
                 struct err *err);
/* The block that measures RUN.NAME: of "x.answer" the prediction x, although a
 * run may be called x, too. NULL: none. */
const struct lesson_block *lint_source_of(const struct lesson *l,
                                          const char *run, const char *name);
/* Does any formula of @b name block @run, or a line of it? */
bool lint_names(const struct lesson *l, const struct lesson_block *b,
                const struct lesson_block *run);
/* Is there such a metric of block @b, or of the machine (NULL)? Else a sentence
 * in @why. */
bool lint_metric(const struct lint *x, const struct lesson_block *b,
                 const char *name, char why[200]);

#endif
