/* create, limit and pingpong in plain English: what one worker costs, and how
 * many there can be. The screen process. */
#include <string.h>

#include "base/clock.h"
#include "stats/says.h"

static const char *made_word(const struct trace *t, double n)
{
    if (t->spec.make == MAKE_THREAD)
        return n == 1 ? "thread" : "threads";
    if (t->spec.make == MAKE_EXEC)
        return n == 1 ? "process with another program"
                      : "processes with another program";
    return n == 1 ? "process" : "processes";
}

void say_create(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double made = metric_get(m, METRIC_MADE, 0);
    char size[32];

    text_addf(out, "%s %s, one after the other", say_count(made).s,
              made_word(t, made));
    if (t->spec.touched > 0)
        text_addf(out, ", by a parent that has written %s before",
                  text_bytes(size, sizeof(size), t->spec.touched));
    text_addf(out, ", %s made and seen to end in %s",
              made == 1 ? "was" : "were",
              say_duration(metric_get(m, METRIC_WALL_S, 0)).s);
    if (made > 0 && m->has[METRIC_LATENCY_MEAN_MS])
        text_addf(out, ": %s each; half took at most %s, 99 of 100 at most %s",
                  say_duration(m->value[METRIC_LATENCY_MEAN_MS] / 1e3).s,
                  say_duration(m->value[METRIC_LATENCY_P50_MS] / 1e3).s,
                  say_duration(m->value[METRIC_LATENCY_P99_MS] / 1e3).s);
    text_add(out, ".");
}

void say_limit(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double made = metric_get(m, METRIC_MADE, 0);

    text_addf(out, "%s %s %s there at once", say_count(made).s,
              made_word(t, made), made == 1 ? "was" : "were");
    if (m->has[METRIC_REFUSED_AT])
        text_addf(out, ", then one was refused (%s). It was %s",
                  strerror((int)metric_get(m, METRIC_REFUSED_ERRNO, 0)),
                  t->note);
    else if (t->note[0])
        text_addf(out, "; %s", t->note);
    text_add(out, ".");
}

void say_pingpong(const struct trace *t, struct text *out)
{
    static const char *const ways[] = {
        [VIA_FUTEX] = "", /* the plain way */
        [VIA_PIPE] = " through pipes",
        [VIA_YIELD] = " by yielding the core",
    };
    double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);
    char size[32];
    int64_t turns = 0;

    for (int i = 0; i < t->worker_count; i++)
        turns += t->workers[i].ops;
    say_workers(t, out);
    say_cores(t, out);
    text_addf(out, "%shanded the turn on%s %s times in %s", say_have(t),
              ways[t->spec.via], say_count((double)turns).s,
              say_duration(wall).s);
    if (turns > 0)
        text_addf(out, ": %s a turn", say_duration(wall / (double)turns).s);
    if (t->spec.working_set > 0)
        text_addf(out, ", going through %s of memory in each",
                  text_bytes(size, sizeof(size), t->spec.working_set));
    text_add(out, ".");
}
