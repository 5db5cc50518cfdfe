/* A lesson as plain sentences: what its files share. Inside cli/ only. Screen
 * process.
 *
 * For screen readers, pipes and tests: no cursor movement, no colour, no boxes;
 * everything is said once, in the order in which it happens. */
#ifndef CLI_LESSON_LINEAR_H
#define CLI_LESSON_LINEAR_H

#include "cli/conduct.h"
#include "cli/lesson.h"
#include "lesson/session.h"

struct linear {
    const struct lesson_wishes *wishes;
    const struct course_lesson *lesson;
    struct session session;
    struct machine machine;
    struct conductor conductor;
    bool *told; /* by block: the learner knows how the answer did */
    int columns;
    bool echo;     /* answers come from a pipe: they are shown, too */
    bool unlogged; /* progress could not be kept; it was said */
};

/* What the learner wants. */
enum linear_wish {
    LINEAR_ON, /* answered: go on */
    LINEAR_BACK,
    LINEAR_SKIP,
    LINEAR_QUIT, /* also at the end of input */
    LINEAR_INTERRUPTED
};

/* ---- saying (lesson_linear_say.c) ----------------------------------------
 */

/* A paragraph, broken into lines; {formulas} are filled in. Later lines are
 * indented by @indent. */
void linear_say(struct linear *x, int indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What ends a sentence that an author wrote: a full stop, unless it has one. */
const char *linear_stop(const char *sentence);
/* Markdown, as plain text. */
void linear_prose(struct linear *x, const char *markdown);
/* The figures of a finished block that the lesson speaks of, as a table. */
void linear_figures(struct linear *x, int block);
void linear_checks(struct linear *x, int block);
/* How the answers did whose key is known by now, each once. @observed: those to
 * observe blocks only. */
void linear_keys(struct linear *x, bool observed);

/* Note a progress event; a failure is said once. */
void linear_note(struct linear *x, int rc, const struct err *err);

/* ---- asking (lesson_linear_ask.c) ----------------------------------------
 */

/* Say @prompt, read a line without its newline. False: the input has ended. */
bool linear_read(struct linear *x, const char *prompt, char *out, size_t size);
/* A question of the lesson: predict, observe or quiz block @block. */
enum linear_wish linear_ask(struct linear *x, int block);
/* "Press Enter to @what ...": with the words that hold everywhere. @more: a
 * letter more that may be said, into *@letter; 0: none. */
enum linear_wish linear_wait(struct linear *x, const char *what, char more,
                             const char *more_help, char *letter);

#endif
