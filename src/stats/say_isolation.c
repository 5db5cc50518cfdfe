/* What isolation showed: who sees what a worker writes. Screen process. */
#include "stats/says.h"

void say_isolation(const struct trace *t, struct text *out)
{
    static const char *const where[] = {
        [SHARE_PRIVATE] = "private memory",
        [SHARE_MAPPED] = "memory mapped for all",
        [SHARE_PIPE] = "a message through a pipe",
    };
    double written = metric_get(&t->metrics, METRIC_WRITTEN, -1);
    double seen = metric_get(&t->metrics, METRIC_SEEN_BY_OTHERS, -1);
    double faults = metric_get(&t->metrics, METRIC_FAULTS, -1);
    int64_t pages = t->spec.touched / 4096;

    say_workers(t, out);
    text_addf(out, "%sadded %s in all in %s", say_have(t), say_count(written).s,
              where[t->spec.share]);
    if (seen >= 0)
        text_addf(out, "; their parent sees %s", say_count(seen).s);
    text_add(out, ".");
    if (faults < 0 || pages == 0)
        return;
    text_addf(out, " Writing to %s pages each cost ",
              say_count((double)pages).s);
    say_counted(out, faults, "page fault");
    if (t->spec.model == MODEL_PROCESSES && t->spec.share != SHARE_MAPPED)
        text_add(out,
                 ": the kernel copied each page when it was first written");
    text_add(out, ".");
}
