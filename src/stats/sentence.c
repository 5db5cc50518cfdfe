/* The run's answer in plain English: a sentence or two, first thing a person
 * reads, while it runs and after. The screen process. */
#include "stats/says.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct words say_duration(double seconds)
{
    struct words w = {""};

    /* Below 10 ns a whole number of them says too little. */
    if (seconds > 0 && seconds < 10e-9)
        snprintf(w.s, sizeof(w.s), "%.2f ns", seconds * 1e9);
    else
        text_duration(w.s, sizeof(w.s), (int64_t)(seconds * NS_PER_S + 0.5));
    return w;
}

struct words say_count(double n)
{
    struct words w = {""};

    text_count(w.s, sizeof(w.s), (int64_t)n);
    return w;
}

/* "1 task", "2,000 tasks" */
void say_counted(struct text *out, double n, const char *noun)
{
    text_addf(out, "%s %s%s", say_count(n).s, noun, n == 1 ? "" : "s");
}

bool say_over(const struct trace *t)
{
    return t->end_ns != 0 || t->verdict != VERDICT_NONE;
}

/* How many there are now: they may be changed while it runs. */
static int64_t workers_now(const struct trace *t)
{
    if (t->spec.model == MODEL_SEQUENTIAL)
        return 1;
    if (t->phase_count && t->phases[t->phase_count - 1].workers > 0)
        return t->phases[t->phase_count - 1].workers;
    return t->spec.workers;
}

/* " have " while it goes on, " " when it is over. */
const char *say_have(const struct trace *t)
{
    if (say_over(t))
        return " ";
    return workers_now(t) == 1 ? " has " : " have ";
}

/* "4 processes", "2 threads under one global lock" */
void say_workers(const struct trace *t, struct text *out)
{
    static const char *const locks[] = {
        [GIL_NEW] = " under one global lock",
        [GIL_OLD] = " under the old global lock",
        [GIL_UNFORCED] = " under a global lock that nobody can demand",
    };
    int64_t n = workers_now(t);

    if (t->spec.model == MODEL_SEQUENTIAL)
        text_add(out, "One worker alone");
    else if (t->spec.spawn == SPAWN_PER_TASK)
        say_spawned(t, n, out);
    else if (t->spec.model == MODEL_BLENDED)
        say_blended(t, n, out);
    else if (t->spec.model == MODEL_PROCESSES)
        text_addf(out, "%s process%s", say_count((double)n).s,
                  n == 1 ? "" : "es");
    else if (t->spec.model == MODEL_COOP)
        text_addf(out, "%s cooperative worker%s on one thread",
                  say_count((double)n).s, n == 1 ? "" : "s");
    else
        say_counted(out, (double)n, "thread");
    if (t->spec.model == MODEL_GIL)
        text_add(out, locks[t->spec.gil]);
}

void say_cores(const struct trace *t, struct text *out)
{
    if (t->spec.model == MODEL_COOP)
        return; /* one thread is on one core */
    text_add(out, " on ");
    say_counted(out, t->core_count,
                trace_computed(t) ? "simulated core" : "core");
}

/* ", keeping 1.98 of 2 cores busy" */
void say_busy(const struct trace *t, struct text *out)
{
    if (!t->metrics.has[METRIC_PARALLELISM])
        return;
    text_addf(out, ", keeping %.2f of ", t->metrics.value[METRIC_PARALLELISM]);
    say_counted(out, t->core_count, "core");
    text_add(out, " busy");
}

/* ---- what went wrong, said first ---------------------------------------- */

static void add_verdict(const struct trace *t, struct text *out)
{
    double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);

    switch (t->verdict) {
    case VERDICT_FAILED:
        text_addf(out, "The run failed%s%s. ", *t->error ? ": " : "", t->error);
        break;
    case VERDICT_TIMEOUT:
        text_addf(out, "Stopped at its time limit, after %s. ",
                  say_duration(wall).s);
        break;
    case VERDICT_DEADLOCK:
        if (t->waitfor.stuck > 0 && t->waitfor.cycle_length == 0)
            text_add(out, "Stuck for ever: what is waited for can come from "
                          "nobody any more. ");
        else
            text_add(out, "Deadlock: workers wait for each other, and none of "
                          "them can ever go on. ");
        break;
    case VERDICT_INTERRUPTED:
        text_add(out, "Stopped by hand");
        if (t->metrics.has[METRIC_WALL_S])
            text_addf(out, ", after %s", say_duration(wall).s);
        text_add(out, ". ");
        break;
    case VERDICT_NONE:
    case VERDICT_OK:
        break;
    }
    if (t->metrics.has[METRIC_REFUSED_AT] &&
        t->spec.workload != WORKLOAD_LIMIT) {
        int code = (int)metric_get(&t->metrics, METRIC_REFUSED_ERRNO, 0);

        text_addf(out, "The system would not create worker %s",
                  say_count(t->metrics.value[METRIC_REFUSED_AT]).s);
        if (code)
            text_addf(out, " (%s)", strerror(code));
        text_add(out, ". ");
    }
    if (metric_get(&t->metrics, METRIC_TASKS_FAILED, 0) > 0) {
        say_counted(out, t->metrics.value[METRIC_TASKS_FAILED], "task");
        text_add(out, " gave a wrong result or none. ");
    }
}

/* ---- the shared counter ------------------------------------------------- */

/* What was counted under one kind of lock, over all closed phases. */
struct tally {
    int phases;
    double wall_s, expected, actual;
};

static void add_sync(enum spec_sync sync, struct text *out)
{
    static const char *const with[SYNC_COUNT] = {
        [SYNC_NONE] = "without a lock",
        [SYNC_MUTEX] = "with a mutex",
        [SYNC_SPIN] = "with a spin lock",
        [SYNC_TICKET] = "with a ticket lock",
        [SYNC_ATOMIC] = "with atomic additions",
        [SYNC_SHARDED] = "with a counter each",
        [SYNC_SHARDED_PACKED] = "with a counter each, side by side in memory,",
    };

    assert((unsigned)sync < SYNC_COUNT);
    text_add(out, with[sync]);
}

static void add_lost_share(const struct tally *c, struct text *out)
{
    double lost = c->expected - c->actual;
    char buf[32];

    if (lost == 0 || c->expected <= 0)
        text_add(out, "none was lost");
    else
        text_addf(out, "%s were lost",
                  text_percent(buf, sizeof(buf), lost / c->expected));
}

/* One lock all the time. */
static void add_count_of_one(const struct trace *t, enum spec_sync sync,
                             const struct tally *c, struct text *out)
{
    double waited = metric_get(&t->metrics, METRIC_LOCK_WAIT_S, 0);
    double life = metric_get(&t->metrics, METRIC_LIFE_S, 0);
    char buf[32];

    say_workers(t, out);
    text_add(out, " ");
    add_sync(sync, out);
    text_addf(out, " made %s increments in %s", say_count(c->expected).s,
              say_duration(c->wall_s).s);
    if (sync == SYNC_NONE || c->expected != c->actual) {
        text_addf(out, "; the counter says %s: ", say_count(c->actual).s);
        add_lost_share(c, out);
        text_add(out, ".");
        return;
    }
    text_add(out, " and none was lost");
    if (c->expected > 0) {
        text_addf(out, "; price: %s an increment",
                  say_duration(c->wall_s / c->expected).s);
        if (waited > 0 && life > 0)
            text_addf(out, ", and %s of the time spent waiting for the lock",
                      text_percent(buf, sizeof(buf), waited / life));
    }
    text_add(out, ".");
}

/* "without a lock 48.3 M increments a second, 47.9 % were lost" */
static void add_rate(enum spec_sync sync, const struct tally *c,
                     struct text *out)
{
    char buf[32];

    add_sync(sync, out);
    text_addf(
        out, " %s increments a second, ",
        text_si(buf, sizeof(buf), c->wall_s > 0 ? c->expected / c->wall_s : 0));
    add_lost_share(c, out);
}

/* The lock was changed: the latest beside none at all, or the one before. */
static void add_count_of_two(const struct trace *t, const struct tally *all,
                             enum spec_sync before, enum spec_sync latest,
                             struct text *out)
{
    const struct tally *a = &all[before], *b = &all[latest];
    double was = a->wall_s > 0 ? a->expected / a->wall_s : 0;
    double is = b->wall_s > 0 ? b->expected / b->wall_s : 0;

    say_workers(t, out);
    text_add(out, ": ");
    add_rate(before, a, out);
    text_add(out, "; ");
    add_rate(latest, b, out);
    if (was > 0 && is > 0)
        text_addf(out, ": %.1f times as %s", was > is ? was / is : is / was,
                  was > is ? "slow" : "fast");
    text_add(out, ".");
}

static void say_counter(const struct trace *t, struct text *out)
{
    struct tally all[SYNC_COUNT] = {0};
    int latest = -1, before = -1;

    for (size_t i = 0; i < t->phase_count; i++) {
        const struct trace_phase *p = &t->phases[i];
        struct tally *c = &all[p->sync];

        if (p->end_ns == 0 || !p->metrics.has[METRIC_EXPECTED] ||
            !p->metrics.has[METRIC_ACTUAL])
            continue;
        c->phases++;
        c->wall_s += (double)(p->end_ns - p->start_ns) / NS_PER_S;
        c->expected += p->metrics.value[METRIC_EXPECTED];
        c->actual += p->metrics.value[METRIC_ACTUAL];
        if ((int)p->sync != latest)
            before = latest;
        latest = (int)p->sync;
    }
    if (latest < 0) {
        double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);

        say_workers(t, out);
        text_addf(out, "%s%s 1 to one counter, ", say_have(t),
                  say_over(t) ? "added" : "been adding");
        add_sync(t->phase_count ? t->phases[t->phase_count - 1].sync
                                : t->spec.sync,
                 out);
        text_addf(out, ", for %s; the counter %s.", say_duration(wall).s,
                  say_over(t) ? "was not read" : "is read when the phase ends");
        return;
    }
    if (all[SYNC_NONE].phases && latest != SYNC_NONE)
        before = SYNC_NONE;
    if (before < 0)
        add_count_of_one(t, (enum spec_sync)latest, &all[latest], out);
    else if (latest == SYNC_NONE)
        add_count_of_two(t, all, SYNC_NONE, (enum spec_sync)before, out);
    else
        add_count_of_two(t, all, (enum spec_sync)before, (enum spec_sync)latest,
                         out);
}

/* ---- waiting ------------------------------------------------------------ */

static void say_waits(const struct trace *t, struct text *out)
{
    struct spec_deal deal = spec_deal(&t->spec);
    double took = metric_get(&t->metrics, METRIC_WALL_SCALED_S, 0);
    double done = metric_get(&t->metrics, METRIC_TASKS_DONE, -1);

    say_counted(out, (double)t->spec.tasks, "task");
    if (t->spec.lengths[0] != '\0')
        text_addf(out, " of %s ms in turn", t->spec.lengths);
    else
        text_addf(out, " of %g s", (double)t->spec.task_ns / NS_PER_S);
    if (deal.chunk == 1)
        text_add(out, ", one at a time a worker: ");
    else
        text_addf(out,
                  ", %s at a time a worker: ", say_count((double)deal.chunk).s);
    say_counted(out, (double)deal.chunks, "portion");
    text_add(out, " over ");
    say_counted(out, (double)t->spec.workers, "worker");
    text_add(out, deal.chunks == 1 ? " makes " : " make ");
    say_counted(out, (double)deal.rounds, "round");
    if (!say_over(t) && done >= 0)
        text_addf(out, "; %s done after %s", say_count(done).s,
                  say_duration(took).s);
    else
        text_addf(out, ": %s", say_duration(took).s);
    if (t->spec.scale != 1)
        text_addf(out, " (scaled 1:%g)", t->spec.scale);
    text_add(out, ".");
    if (t->metrics.has[METRIC_PARALLELISM])
        text_addf(out, " Waiting kept only %.2f cores busy.",
                  t->metrics.value[METRIC_PARALLELISM]);
}

/* ---- computing ---------------------------------------------------------- */

/* What one task came to, where it is worth telling. */
static void add_result(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double done = metric_get(m, METRIC_TASKS_DONE, 0);
    struct words limit = say_count((double)t->spec.limit);
    char each[64] = "it";

    if (done > 1)
        snprintf(each, sizeof(each), "each of the %s tasks", say_count(done).s);
    if (t->spec.workload == WORKLOAD_PRIMES && m->has[METRIC_CHECKSUM])
        text_addf(out, ": %s found %s primes up to %s", each,
                  say_count(m->value[METRIC_CHECKSUM]).s, limit.s);
    else if (t->spec.workload == WORKLOAD_FACTORIAL && t->result_digits > 0)
        text_addf(out, ": %s found the %s digits of %s!", each,
                  say_count((double)t->result_digits).s, limit.s);
}

static void say_computing(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double done = metric_get(m, METRIC_TASKS_DONE, 0);
    double wall = metric_get(m, METRIC_WALL_S, 0);

    say_workers(t, out);
    say_cores(t, out);
    text_addf(out, "%s%s ", say_have(t), say_over(t) ? "did" : "done");
    if (t->spec.tasks > 0 && done < (double)t->spec.tasks)
        text_addf(out, "%s of ", say_count(done).s);
    say_counted(out, t->spec.tasks > done ? (double)t->spec.tasks : done,
                "task");
    text_addf(out, " in %s", say_duration(wall).s);
    say_busy(t, out);
    if (say_over(t) && done > 0)
        add_result(t, out);
    text_add(out, ".");
    if (m->has[METRIC_GIL_HANDOFFS]) {
        text_add(out, " The global lock changed hands ");
        say_counted(out, m->value[METRIC_GIL_HANDOFFS], "time");
        if (m->has[METRIC_GIL_FORCED])
            text_addf(out, ", %s of them on a waiter's demand",
                      say_count(m->value[METRIC_GIL_FORCED]).s);
        text_add(out, ".");
    }
}

static void say_sleep(const struct trace *t, struct text *out)
{
    if (t->spec.tasks > 0 && t->spec.spawn == SPAWN_POOL)
        say_waits(t, out);
    else
        say_computing(t, out);
}

/* Workloads that have a sentence of their own; the others compute. */
static void (*const says[WORKLOAD_COUNT])(const struct trace *,
                                          struct text *) = {
    [WORKLOAD_SLEEP] = say_sleep,         [WORKLOAD_COUNTER] = say_counter,
    [WORKLOAD_PINGPONG] = say_pingpong,   [WORKLOAD_LOCKS] = say_locks,
    [WORKLOAD_QUEUE] = say_queue,         [WORKLOAD_PIPE] = say_pipe,
    [WORKLOAD_SYNC] = say_sync,           [WORKLOAD_CREATE] = say_create,
    [WORKLOAD_LIMIT] = say_limit,         [WORKLOAD_INVERSION] = say_inversion,
    [WORKLOAD_CONVOY] = say_convoy,       [WORKLOAD_DISK] = say_disk,
    [WORKLOAD_FILE] = say_file,           [WORKLOAD_MIGRATE] = say_migrate,
    [WORKLOAD_COMMAND] = say_command,     [WORKLOAD_FLEET] = say_fleet,
    [WORKLOAD_ISOLATION] = say_isolation, [WORKLOAD_MIX] = say_mix,
    [WORKLOAD_MYSTERY] = say_mystery,
};

void summary_sentence(const struct trace *t, struct text *out)
{
    add_verdict(t, out);
    if (t->gate_ns == 0) {
        say_workers(t, out);
        say_cores(t, out);
        text_add(out, say_over(t) ? " never began." : " will start at once.");
        return;
    }
    if (!say_over(t) && t->now_ns <= t->gate_ns) {
        say_workers(t, out);
        say_cores(t, out);
        text_add(out, " just began.");
        return;
    }
    if (says[t->spec.workload])
        says[t->spec.workload](t, out);
    else
        say_computing(t, out);
    say_deal(t, out);
}
