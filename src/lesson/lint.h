/* What is wrong with a lesson, as far as can be seen without running it. */
#ifndef LESSON_LINT_H
#define LESSON_LINT_H

#include "base/machine.h"
#include "lesson/lesson.h"

/* Add faults to @l->faults, sorted by line: everything lessons/README.md asks
 * for. @m: a made-up or the present machine, against which experiments are
 * parsed and checked; figures of machine.* are taken from it. */
void lint_lesson(struct lesson *l, const struct machine *m);
/* @translation against @original: the same skeleton, else faults of
 * @translation. */
void lint_translation(struct lesson *translation,
                      const struct lesson *original);
/* What holds where a code is not given, in the order of codes; ends with .code
 * 0. */
struct lint_code {
    int code;
    const char *means;
};
extern const struct lint_code lint_codes[];

/* The skeleton of a new lesson called @id, which lints clean. */
void lint_new(const char *id, struct text *out);

#endif
