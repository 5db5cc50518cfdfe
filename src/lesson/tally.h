/* What the events of one lesson come to: its questions, runs and checks, each
 * with what was said of it last. Pure; any process. */
#ifndef LESSON_TALLY_H
#define LESSON_TALLY_H

#include "lesson/progress.h"

#define TALLY_MOST 40 /* of a kind; more than a lesson has */

/* All that was said of one block, run or check. Events are borrowed from the
 * progress. */
struct tally_entry {
    char name[33];
    const struct progress_item *first, *item;    /* the last */
    const struct progress_item *first_key, *key; /* of a question; NULL */
    int times;
};
struct tally_list {
    struct tally_entry entry[TALLY_MOST];
    int count;
};
struct tally {
    const struct progress_item *first, *last;       /* NULL: never begun */
    const struct progress_item *open, *done, *skip; /* the last; NULL */
    struct tally_list predict, observe, quiz, run, check, again;
    int hints;
    int right, judged; /* of the predictions, each at its first attempt */
    int quiz_right;    /* at the first attempt */
    int verdicts[4];   /* of the checks, as in enum lesson_verdict */
};

/* Of @lesson, since it was last reset. */
void tally_make(struct tally *t, const struct progress *p, const char *lesson);

#endif
