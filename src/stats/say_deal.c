/* Who the workers are when that is not said in a word, and how results came.
 * The screen process. */
#include "stats/says.h"

#include "base/clock.h"

/* "8 processes of 13 threads" */
void say_blended(const struct trace *t, int64_t workers, struct text *out)
{
    struct spec_parts p = spec_parts(t->spec.workers, t->spec.processes);
    int64_t each = p.each < workers ? p.each : workers;
    int64_t count = each > 0 ? (workers + each - 1) / each : 1;

    text_addf(out, "%s process%s of ", say_count((double)count).s,
              count == 1 ? "" : "es");
    say_counted(out, (double)each, "thread");
}

/* "200 processes, at most 2 at a time," */
void say_spawned(const struct trace *t, int64_t places, struct text *out)
{
    bool forked = t->spec.model == MODEL_PROCESSES;

    text_addf(out, "%s %s%s, at most %s at a time,",
              say_count((double)t->spec.tasks).s, forked ? "process" : "thread",
              t->spec.tasks == 1 ? ""
              : forked           ? "es"
                                 : "s",
              say_count((double)places).s);
}

/* What else is to be known of dealing the tasks: sentences of their own. */
void say_deal(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double done = metric_get(m, METRIC_TASKS_DONE, 0);

    if (t->spec.poll_ns > 0)
        text_addf(out, " Free places were looked for only every %s.",
                  say_duration((double)t->spec.poll_ns / NS_PER_S).s);
    if (t->spec.dispatch != DISPATCH_ASYNC || !say_over(t) || done < 2)
        return;
    if (t->spec.results == RESULTS_INDEX)
        text_add(out, " Results were sorted by their task's number.");
    else if (m->has[METRIC_ORDER_INVERSIONS])
        text_addf(out,
                  " Results came as they were ready: %s of %s neighbours in "
                  "the wrong order.",
                  say_count(m->value[METRIC_ORDER_INVERSIONS]).s,
                  say_count(done - 1).s);
}
