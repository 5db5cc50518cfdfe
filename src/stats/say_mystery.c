/* What a mystery showed; and what it was, when that is to be told. Screen
 * process. */
#include "stats/says.h"

#include "spec/mystery.h"

void say_mystery(const struct trace *t, struct text *out)
{
    double per_s = metric_get(&t->metrics, METRIC_THROUGHPUT_PER_S, -1);
    char buf[32];

    say_workers(t, out);
    say_cores(t, out);
    text_add(out, say_over(t) ? " did" : " have done");
    if (per_s >= 0)
        text_addf(out, " %s operations a second of something",
                  text_si(buf, sizeof(buf), per_s));
    else
        text_add(out, " something");
    say_busy(t, out);
    text_add(out, ".");
    if (t->hidden[0] != '\0')
        text_addf(out, " It was %s: \"%s\".", mystery_kind(&t->spec),
                  t->hidden);
    else if (say_over(t))
        text_addf(out,
                  " What was it, and how many workers should it have? Look at "
                  "where their time went, try other numbers, then add "
                  "--reveal yes.");
}
