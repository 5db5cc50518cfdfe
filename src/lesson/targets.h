/* The misconceptions that lessons go for, M1 to M24, in words. Pure. */
#ifndef LESSON_TARGETS_H
#define LESSON_TARGETS_H

/* What somebody believes who has misconception @name ("M12"), as a sentence
 * without its full stop: "elapsed time is the work divided by the workers".
 * NULL: there is none of that name. */
const char *lesson_target_words(const char *name);

#endif
