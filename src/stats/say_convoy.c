/* convoy and inversion in plain English: how long one had to wait, and for
 * what. The screen process. */
#include "base/clock.h"
#include "stats/says.h"

/* ", half of them within 5.12 ms and 99 of 100 within 10.3 ms" */
static void add_latency(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;

    if (!m->has[METRIC_LATENCY_P50_MS])
        return;
    text_addf(out, ", half of them within %s and 99 of 100 within %s",
              say_duration(m->value[METRIC_LATENCY_P50_MS] / 1e3).s,
              say_duration(m->value[METRIC_LATENCY_P99_MS] / 1e3).s);
}

static void add_beside(const struct trace *t, struct text *out)
{
    int64_t hogs = t->spec.workers - 1;

    if (t->phase_count && t->phases[t->phase_count - 1].workers > 0)
        hogs = t->phases[t->phase_count - 1].workers - 1;
    text_add(out, hogs ? "One client beside " : "One client");
    if (hogs && t->spec.model == MODEL_PROCESSES)
        text_addf(out, "%s process%s", say_count((double)hogs).s,
                  hogs == 1 ? "" : "es");
    else if (hogs && t->spec.model == MODEL_COOP)
        text_addf(out, "%s other%s on the same thread",
                  say_count((double)hogs).s, hogs == 1 ? "" : "s");
    else if (hogs)
        say_counted(out, (double)hogs, "thread");
    if (hogs)
        text_add(out, hogs == 1 ? " that computes" : " that compute");
    if (t->spec.model == MODEL_GIL)
        text_add(out, t->spec.gil == GIL_OLD ? ", under the old global lock"
                                             : ", under one global lock");
    say_cores(t, out);
}

/* What a request costs in units of the lock's patience. */
static void add_intervals(const struct trace *t, struct text *out)
{
    double interval_ms = (double)t->spec.gil_interval_ns / NS_PER_MS;
    double mean = metric_get(&t->metrics, METRIC_LATENCY_MEAN_MS, -1);

    if (t->spec.model != MODEL_GIL || t->spec.gil == GIL_OLD || mean < 0)
        return;
    text_addf(out,
              " On average a request takes %.2f times the interval of %g ms "
              "that a waiter for the lock is patient.",
              mean / interval_ms, interval_ms);
}

void say_convoy(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double wall = metric_get(m, METRIC_WALL_S, 0);
    double computed = metric_get(m, METRIC_COMPUTED_S, 0);

    add_beside(t, out);
    text_add(out, say_over(t) ? " had " : " has had ");
    say_counted(out, metric_get(m, METRIC_REQUESTS, 0), "answer");
    text_addf(out, " in %s", say_duration(wall).s);
    add_latency(t, out);
    text_add(out, ".");
    add_intervals(t, out);
    if (computed > 0 && wall > 0)
        text_addf(out,
                  " The computing got %.2f of a core's worth of work done.",
                  computed / wall);
}

/* ---- inversion ----------------------------------------------------------- */

/* Why the wait is as long as that, or is not. */
static void add_reason(const struct trace *t, double times, struct text *out)
{
    bool realtime =
        t->spec.sched == SCHED_KIND_FIFO || t->spec.sched == SCHED_KIND_RR;

    if (t->spec.protocol == PROTOCOL_INHERIT && realtime)
        text_add(out, ": who held the lock was lent the priority of who waited "
                      "for it.");
    else if (times < 2)
        text_add(out, ".");
    else
        text_add(out, ", because others, who never touch the lock, took the "
                      "core from who held it.");
    if (t->spec.protocol == PROTOCOL_INHERIT && !realtime)
        text_add(out, " Inheriting changes nothing here: Linux lends real-time "
                      "priorities, and no niceness. Try --sched fifo.");
}

void say_inversion(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double rounds = metric_get(m, METRIC_REQUESTS, 0);
    double p50 = metric_get(m, METRIC_LATENCY_P50_MS, 0) / 1e3;
    double alone = (double)t->spec.task_ns / NS_PER_S;

    if (rounds < 1) {
        text_addf(out,
                  "The urgent one waits for a lock that is held for %s of "
                  "computing.",
                  say_duration(alone).s);
        return;
    }
    text_add(out, "In ");
    say_counted(out, rounds, "round");
    text_addf(out,
              " the urgent one waited %s (the median; %s at most) for a lock "
              "that is held for %s of computing: %.3g times as long",
              say_duration(p50).s,
              say_duration(metric_get(m, METRIC_LATENCY_MAX_MS, 0) / 1e3).s,
              say_duration(alone).s, p50 / alone);
    add_reason(t, p50 / alone, out);
    if (t->note[0])
        text_addf(out, " They were %s.", t->note);
}
