/* Formulas over what was measured: the keys of predictions, checks, figures in
 * prose. Recursive descent; lessons/README.md has the grammar. True is 1, false
 * is 0. Pure; any thread, but a formula belongs to one. */
#ifndef LESSON_FORMULA_H
#define LESSON_FORMULA_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "lesson/facts.h"

struct formula;

/* All of @text is one formula. NULL with a sentence that says what is wrong and
 * from which column (from 1); also for want of memory. */
struct formula *formula_parse(const char *text, struct err *err);
void formula_free(struct formula *f);              /* NULL is fine */
const char *formula_text(const struct formula *f); /* as it was written */

/* What is missing where something is divided by 0. */
#define FORMULA_BY_ZERO "a division by 0"

/* Its value. False: a figure is missing, and *@missing (64 bytes at least, may
 * be NULL) says which, "auto.wall_s". Division by 0 is missing,
 * too: then it is FORMULA_BY_ZERO. */
bool formula_value(const struct formula *f, const struct facts *facts,
                   double *out, char *missing);
static inline bool formula_true(const struct formula *f,
                                const struct facts *facts)
{
    double x;

    return formula_value(f, facts, &x, NULL) && x != 0;
}

/* Is it a yes-or-no (a comparison, any(), and ...), not a number? */
bool formula_decides(const struct formula *f);
/* Is it nothing but ID.METRIC? Then *@run and *@name are set. */
bool formula_is_figure(const struct formula *f, const char **run,
                       const char **name);
/* Call @each for every ID.METRIC in it, machine.* too; @repeats: it stands
 * inside of something that looks at each repeat. */
void formula_figures(const struct formula *f,
                     void (*each)(const char *run, const char *name,
                                  bool repeats, void *arg),
                     void *arg);
/* Call @each for every number written in it: where it may change its mind. */
void formula_numbers(const struct formula *f,
                     void (*each)(double number, void *arg), void *arg);
/* It as written, with the measured value after every figure: "auto.chunk (1)
 * == 4". What is missing is a "-". */
void formula_show(const struct formula *f, const struct facts *facts,
                  struct text *out);

/* @value for a reader; @unit as after "|" in prose: "s", "ms", "us", "%", "x",
 * "n", "/s", "B"; "": three digits. */
void formula_say(double value, const char *unit, struct text *out);
/* The unit that a lone metric is shown in: of "wall_s" "s"; "" if none. */
const char *formula_unit(const char *metric);
/* @text with every {FORMULA} or {FORMULA | UNIT} replaced by its value, "-" if
 * it is missing (*@missing counts those, may be NULL). "{{" is a brace. */
void formula_fill(const char *text, const struct facts *facts, int *missing,
                  struct text *out);
/* Call @each for every {...} of @text: its formula, parsed (NULL with .text in
 * @err if wrong), its unit, and the line in @text, from 0. @each frees it. */
void formula_in_prose(const char *text,
                      void (*each)(struct formula *f, const char *unit,
                                   int line, const struct err *err, void *arg),
                      void *arg);

#endif
