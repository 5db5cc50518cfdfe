/* What a mix showed: how much each part keeps beside the others. Screen
 * process. */
#include "stats/says.h"

static void say_part(const struct trace_part *p, struct text *out)
{
    char alone[32], together[32], kept[32];

    text_addf(out, " \"%s\"", p->line);
    if (p->together_per_s < 0 && p->alone_per_s >= 0)
        text_addf(out, " alone does %s a second.",
                  text_si(alone, sizeof(alone), p->alone_per_s));
    else if (p->alone_per_s > 0)
        text_addf(out, " keeps %s: %s a second alone, %s beside the others.",
                  text_percent(kept, sizeof(kept),
                               p->together_per_s / p->alone_per_s),
                  text_si(alone, sizeof(alone), p->alone_per_s),
                  text_si(together, sizeof(together), p->together_per_s));
    else if (p->together_per_s >= 0)
        text_addf(out, " does %s a second beside the others.",
                  text_si(together, sizeof(together), p->together_per_s));
    else
        text_add(out, " has yet to run.");
}

void say_mix(const struct trace *t, struct text *out)
{
    text_addf(out, "%d experiments at once%s.", t->part_count,
              t->spec.alone == ANSWER_YES ? ", each alone before" : "");
    for (int i = 0; i < t->part_count; i++)
        say_part(&t->parts[i], out);
}
