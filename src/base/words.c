/* A line of text as words. Any process. */
#include "base/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int words_cut(struct words *w, const char *line, struct err *err)
{
    char *p, *word, open = '\0';

    *w = (struct words){
        .copy = strdup(line),
        /* one letter and one blank each, at least */
        .word = calloc(strlen(line) / 2 + 2, sizeof(*w->word)),
    };
    if (!w->copy || !w->word) {
        words_fini(w);
        return err_set(err, -ENOMEM, "no memory to read the line: %m");
    }
    p = w->copy;
    while ((word = text_cut_word(&p, &open)) != NULL)
        w->word[w->count++] = word;
    if (open == '\0')
        return 0;
    words_fini(w);
    return err_set(err, -EINVAL,
                   "a quote (%c) is opened and never closed; close it, or "
                   "leave it out",
                   open);
}

void words_fini(struct words *w)
{
    free(w->word);
    free(w->copy);
    *w = (struct words){0};
}
