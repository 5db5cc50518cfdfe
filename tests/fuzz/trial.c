/* See trial.h. */
#include "trial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "exercise.h"

void trial_stage(const char *name)
{
    snprintf(exercise_stage, EXERCISE_STAGE, "%s", name);
}

void trial_complain(struct trial *t, const char *what, const char *more)
{
    if (!t->wrong)
        snprintf(t->complaint, EXERCISE_COMPLAINT, "%s: %s", what, more);
    t->wrong = true;
}

int trial_below(struct trial *t, int n)
{
    return (int)random_below(&t->seed, (uint32_t)n);
}

void trial_check_sentence(struct trial *t, const char *what, int rc,
                          const struct err *err)
{
    size_t length = strlen(err->text);

    if (rc >= 0 || rc == -ENOMEM)
        return;
    if (rc != err->code)
        trial_complain(t, what, "an error without its code");
    if (length == 0)
        trial_complain(t, what, "an error without a sentence");
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)err->text[i] < ' ' || err->text[i] == 0x7f)
            trial_complain(t, what, err->text);
}
