/* "timeslice lesson" and its second words. Each gets the words from its own
 * name on, and returns the process's exit status. Screen process. */
#ifndef CLI_LESSON_H
#define CLI_LESSON_H

#include "cli/common.h"
#include "lesson/course.h"

/* What every second word takes: sorted out of the words by lesson.c. */
struct lesson_wishes {
    const char **words; /* ids, numbers, paths; ends with NULL */
    int count;
    bool all, headless, linear, json, present, ascii, no_controls, no_history,
        no_skip, force;
    const char *lang, *cpus, *out, *name, *search;
    const char *theme, *record;
    struct cli_words sorted;
};
/* The course in the language asked for; a sentence and an exit status, or -1.
 */
int lesson_course(struct course *c, const struct lesson_wishes *x);

int cli_lesson_play(const struct lesson_wishes *x);     /* lesson.c */
int cli_lesson_list(const struct lesson_wishes *x);     /* lesson_list.c */
int cli_lesson_show(const struct lesson_wishes *x);     /* lesson_show.c */
int cli_lesson_run(const struct lesson_wishes *x);      /* lesson_run.c */
int cli_lesson_linear(const struct lesson_wishes *x);   /* lesson_linear.c */
int cli_lesson_lint(const struct lesson_wishes *x);     /* lesson_lint.c */
int cli_lesson_new(const struct lesson_wishes *x);      /* lesson_lint.c */
int cli_lesson_progress(const struct lesson_wishes *x); /* lesson_progress.c */
int cli_lesson_summary(const struct lesson_wishes *x);  /* lesson_progress.c */
int cli_lesson_coverage(const struct lesson_wishes *x); /* lesson_list.c */
int cli_lesson_notes(const struct lesson_wishes *x);    /* lesson_notes.c */

#endif
