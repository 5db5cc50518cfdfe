/* A line of text as words, as text_cut_word() cuts them. Any thread. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/err.h"

struct words {
    int count;
    const char **word; /* ends with NULL */
    char *copy;        /* where they lie */
};

/* Cut @line. -EINVAL with a sentence: a quote is never closed; -ENOMEM. Leaves
 * nothing to free on failure; else words_fini() it. */
int words_cut(struct words *w, const char *line, struct err *err);
void words_fini(struct words *w); /* {0} is fine */

#endif
