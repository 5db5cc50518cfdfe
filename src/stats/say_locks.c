/* What came of workers that need two locks each. Screen process. */
#include "stats/says.h"

void say_stuck(const struct trace *t, struct text *out)
{
    struct text who = {0};
    const char *s;

    if (t->waitfor.stuck == 0)
        return;
    waitfor_tell(t, &t->waitfor, &who);
    s = text_str(&who);
    if (*s >= 'a' && *s <= 'z') {
        text_addf(out, " %c%s", *s - 'a' + 'A', s + 1);
    } else {
        text_addf(out, " %s", s);
    }
    text_fini(&who);
    if (t->metrics.has[METRIC_FOUND_MS])
        text_addf(out, ": found %s after hope was over",
                  say_duration(t->metrics.value[METRIC_FOUND_MS] / 1e3).s);
    text_add(out, ".");
}

void say_locks(const struct trace *t, struct text *out)
{
    static const char *const orders[] = {
        [ORDER_OPPOSITE] = "the lock on the left first",
        [ORDER_SAME] = "the lower number first",
        [ORDER_TRYLOCK] = "giving the first back when the second was taken",
    };
    const struct metrics *m = &t->metrics;
    double rounds = metric_get(m, METRIC_REQUESTS, 0);
    double wasted = metric_get(m, METRIC_RETRIES, 0);

    say_workers(t, out);
    text_addf(out, "%s two locks each ", say_over(t) ? " took" : " have taken");
    say_counted(out, rounds, "time");
    text_addf(out, ", %s, in %s", orders[t->spec.order],
              say_duration(metric_get(m, METRIC_WALL_S, 0)).s);
    if (t->spec.order == ORDER_TRYLOCK) {
        text_add(out, "; ");
        say_counted(out, wasted, "attempt");
        text_addf(out, " %s for nothing", wasted == 1 ? "was" : "were");
    }
    text_add(out, ".");
    say_stuck(t, out);
}
