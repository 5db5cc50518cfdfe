/* What came of producers and consumers, of a pipe, and of ways to wait. Screen
 * process. */
#include "stats/says.h"

static void add_wall(const struct trace *t, struct text *out)
{
    text_addf(out, " in %s",
              say_duration(metric_get(&t->metrics, METRIC_WALL_S, 0)).s);
}

/* "2 producers and 2 consumers" */
static void add_sides(const struct trace *t, struct text *out)
{
    double producers = (double)t->spec.producers;

    say_counted(out, producers, "producer");
    text_add(out, " and ");
    say_counted(out, (double)t->spec.workers - producers, "consumer");
}

/* ---- queue -------------------------------------------------------------- */

static void add_sentinels(const struct trace *t, struct text *out)
{
    int64_t consumers = t->spec.workers - t->spec.producers;
    int64_t sentinels = t->spec.sentinels < 0 ? consumers : t->spec.sentinels;

    text_addf(out, " %s -1s for ", say_count((double)sentinels).s);
    say_counted(out, (double)consumers, "consumer");
    if (sentinels == consumers)
        text_add(out, " are just enough.");
    else if (sentinels < consumers)
        text_addf(out, " are %s too few: who gets none waits for ever.",
                  say_count((double)(consumers - sentinels)).s);
    else
        text_addf(out, " are %s too many.",
                  say_count((double)(sentinels - consumers)).s);
}

void say_queue(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double done = metric_get(m, METRIC_TASKS_DONE, 0);

    add_sides(t, out);
    text_add(out, " have passed on ");
    say_counted(out, done, "item");
    add_wall(t, out);
    if (m->has[METRIC_QUEUE_DEPTH_MAX])
        text_addf(out, "; at most %s of %s places were taken",
                  say_count(m->value[METRIC_QUEUE_DEPTH_MAX]).s,
                  say_count((double)t->spec.capacity).s);
    text_add(out, ".");
    if (t->spec.tasks > 0)
        add_sentinels(t, out);
    if (metric_get(m, METRIC_LEFTOVERS, 0) > 0) {
        text_add(out, " ");
        say_counted(out, m->value[METRIC_LEFTOVERS], "item");
        text_addf(out, " %s left in the queue.",
                  m->value[METRIC_LEFTOVERS] == 1 ? "was" : "were");
    }
    say_stuck(t, out);
}

/* ---- pipe --------------------------------------------------------------- */

void say_pipe(const struct trace *t, struct text *out)
{
    double children = (double)t->spec.workers - 1;
    double read = metric_get(&t->metrics, METRIC_BYTES, 0);
    char each[32], all[32];

    text_addf(out, "%s %s", say_count(children).s,
              children == 1 ? "child" : "children");
    text_addf(out, " with %s to tell%s, and a parent that joins ",
              text_bytes(each, sizeof(each), t->spec.bytes),
              children == 1 ? "" : " each");
    text_add(out, t->spec.join == JOIN_BEFORE ? "first and reads then"
                                              : "when it has read");
    text_addf(out, ": %s read", text_bytes(all, sizeof(all), (int64_t)read));
    add_wall(t, out);
    text_add(out, ".");
    say_stuck(t, out);
}

/* ---- sync --------------------------------------------------------------- */

static void add_price(const struct trace *t, struct text *out)
{
    double cpu = metric_get(&t->metrics, METRIC_CPU_S, -1);
    double done = metric_get(&t->metrics, METRIC_TASKS_DONE, 0);

    if (cpu >= 0 && done > 0)
        text_addf(out, "; price: %s of processor time each",
                  say_duration(cpu / done).s);
}

static void say_buffer(const struct trace *t, struct text *out)
{
    static const char *const ways[] = {
        [GUARD_BUSY] = "asking on and on",
        [GUARD_IF] = "with a condition looked at once (if)",
        [GUARD_WHILE] = "with a condition looked at again (while)",
        [GUARD_SEMAPHORE] = "with semaphores",
    };
    double wrong = metric_get(&t->metrics, METRIC_VIOLATIONS, -1);

    add_sides(t, out);
    text_addf(out, ", waiting %s, have passed on ", ways[t->spec.guard]);
    say_counted(out, metric_get(&t->metrics, METRIC_TASKS_DONE, 0), "item");
    add_wall(t, out);
    add_price(t, out);
    text_add(out, ".");
    if (wrong == 0)
        text_add(out, " None was taken that was not there.");
    else if (wrong > 0)
        text_addf(out,
                  " %s times one was taken that was not there, or one put "
                  "where there was no room.",
                  say_count(wrong).s);
}

void say_sync(const struct trace *t, struct text *out)
{
    double met = metric_get(&t->metrics, METRIC_REQUESTS, 0);

    if (t->spec.guard != GUARD_BARRIER && t->spec.guard != GUARD_JOIN) {
        say_buffer(t, out);
    } else if (t->spec.guard == GUARD_BARRIER) {
        say_workers(t, out);
        text_add(out, " have met at a barrier ");
        say_counted(out, met, "time");
        add_wall(t, out);
        text_add(out, ", each time all of them.");
    } else {
        say_workers(t, out);
        text_addf(out,
                  ": the first %s until the others have ended, and then "
                  "%s the last piece",
                  say_over(t) ? "waited" : "waits",
                  say_over(t) ? "did" : "does");
        add_wall(t, out);
        text_add(out, met > 0 ? ": they met once, and could not again."
                              : "; they have not ended yet.");
    }
    say_stuck(t, out);
}
