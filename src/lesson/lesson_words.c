/* Experiments with {formulas} in them. Any process. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/lesson.h"

/* The value of the formula @text. */
static int add_value(const char *text, const struct facts *facts,
                     struct text *out, struct err *err)
{
    struct formula *f = formula_parse(text, err);
    char missing[64] = "";
    double x = 0;
    int rc = 0;

    if (!f)
        return -EINVAL;
    if (!formula_value(f, facts, &x, missing))
        rc =
            err_set(err, -ENODATA, "{%s} needs %s, which was not measured here",
                    text, missing);
    else if (fabs(x) > 9e15)
        rc = err_set(err, -EINVAL, "{%s} is too large a number", text);
    else
        text_addf(out, "%.0f", round(x) + 0.0); /* + 0: no -0 */
    formula_free(f);
    return rc;
}

int lesson_words(const char *words, const struct facts *facts, struct text *out,
                 struct err *err)
{
    char *copy = strdup(words), *p = copy;
    int rc = copy ? 0 : err_set(err, -ENOMEM, "no memory for a line");

    while (rc == 0 && p) {
        char *open = strchr(p, '{'), *close;

        if (open)
            *open++ = '\0';
        text_add(out, p);
        if (!open)
            break;
        close = strchr(open, '}');
        if (!close) {
            rc = err_set(err, -EINVAL, "a { is never closed in: %s", words);
            break;
        }
        *close = '\0';
        rc = add_value(open, facts, out, err);
        p = close + 1;
    }
    free(copy);
    if (rc == 0 && out->failed)
        rc = err_set(err, -ENOMEM, "no memory for a line");
    return rc;
}
