/* Traces made up for tests; see the header. Run in the test process. */
#include "fake_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stats/summary.h"

#define MS NS_PER_MS
#define US NS_PER_US

static void check(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "fake_trace: %s\n", what);
    abort();
}

/* ---- pieces ------------------------------------------------------------- */

struct trace *fake_new(const char *line)
{
    struct machine m = {
        .cpus_online = 2,
        .cpus_allowed = 2,
        .kernel = "6.1.0-fake",
        .arch = "x86_64",
        .tick_hz = 250,
        .perf_paranoid = 2,
        .autogroup = true,
        .memory_total = INT64_C(8) << 30,
        .memory_available = INT64_C(6) << 30,
    };
    struct spec spec;
    struct err err;

    CPU_SET(0, &m.allowed);
    CPU_SET(1, &m.allowed);
    if (spec_parse_line(&spec, line, &err) < 0)
        check(false, err.text);
    if (spec.workers == 0)
        spec.workers = 2;
    if (spec.limit == 0)
        spec.limit = 100000;

    struct trace *t = trace_new(&spec, &m);

    check(t, "out of memory");
    t->gate_ns = FAKE_GATE_NS;
    t->now_ns = FAKE_GATE_NS;
    t->observer.kind = OBSERVER_PERF_CPU;
    t->observer.price_ns = 850;
    t->observer.late_ms = 0.4;
    for (int id = 0; id < (int)spec.workers; id++) {
        struct trace_worker *w = trace_worker(t, id);

        check(w, "out of memory");
        w->tid = 5001 + id;
        w->pid = spec.model == MODEL_PROCESSES ? 5001 + id : 5000;
        w->life = LIFE_ALIVE;
        w->state = SPAN_READY;
        w->born_ns = FAKE_GATE_NS;
        w->since_ns = FAKE_GATE_NS;
    }
    return t;
}

static void span_add(struct trace *t, struct span s)
{
    struct trace_worker *w = trace_worker(t, s.worker);

    if (s.end_ns <= s.start_ns)
        return;
    s.start_ns += FAKE_GATE_NS;
    s.end_ns += FAKE_GATE_NS;
    s.sampled = t->observer.kind == OBSERVER_SAMPLED;
    trace_add_span(t, &s);
    t->observer.records++;
    if (s.cpu >= 0) {
        struct metrics *m = &w->metrics;
        double before = metric_get(m, METRIC_MIGRATIONS, 0);

        metric_set(m, METRIC_MIGRATIONS,
                   before + (w->cpu >= 0 && w->cpu != s.cpu));
        w->cpu = s.cpu;
    }
    w->since_ns = s.end_ns;
    w->traced_involuntary += s.forced;
    if (s.state == SPAN_BLOCKED)
        w->traced_voluntary++;
}

void fake_span(struct trace *t, int id, enum span_state state, int cpu,
               enum wait_cause cause, int64_t from_ns, int64_t to_ns)
{
    bool on_core = state == SPAN_RUNNING || state == SPAN_SPINNING;

    span_add(t, (struct span){.start_ns = from_ns,
                              .end_ns = to_ns,
                              .worker = (uint16_t)id,
                              .cpu = on_core ? (int16_t)cpu : -1,
                              .state = (uint8_t)state,
                              .cause = (uint8_t)cause});
}

void fake_forced(struct trace *t, int id, int cpu, int64_t from_ns,
                 int64_t to_ns)
{
    span_add(t, (struct span){.start_ns = from_ns,
                              .end_ns = to_ns,
                              .worker = (uint16_t)id,
                              .cpu = (int16_t)cpu,
                              .state = SPAN_RUNNING,
                              .forced = 1});
}

/* Worker @id has ended, at its last span's end. */
static void end_worker(struct trace *t, int id)
{
    struct trace_worker *w = trace_worker(t, id);

    w->life = LIFE_ENDED;
    w->end_ns = w->since_ns;
}

static void kernel_figures(struct trace *t, struct trace_worker *w, int id)
{
    int64_t ns[SPAN_STATES], wait[WAIT_CAUSES];
    struct metrics *m = &w->metrics;
    struct span open;

    memcpy(ns, w->span_ns, sizeof(ns));
    memcpy(wait, w->wait_ns, sizeof(wait));
    if (trace_open_span(t, id, t->now_ns, &open)) {
        ns[open.state] += open.end_ns - open.start_ns;
        if (open.state == SPAN_BLOCKED || open.state == SPAN_SPINNING)
            wait[open.cause] += open.end_ns - open.start_ns;
    }

    /* What was not recorded: the kernel still knows; here it ran. */
    double run =
        (double)(ns[SPAN_RUNNING] + ns[SPAN_SPINNING] + ns[SPAN_UNKNOWN]) / 1e9;
    int64_t end_ns = w->end_ns ? w->end_ns : t->now_ns;

    metric_set(m, METRIC_LIFE_S, (double)(end_ns - w->born_ns) / 1e9);
    metric_set(m, METRIC_RUN_S, run);
    metric_set(m, METRIC_READY_S, (double)ns[SPAN_READY] / 1e9);
    metric_set(m, METRIC_BLOCKED_S, (double)ns[SPAN_BLOCKED] / 1e9);
    metric_set(m, METRIC_LOCK_WAIT_S,
               (double)(wait[WAIT_LOCK] + wait[WAIT_SPIN]) / 1e9);
    metric_set(m, METRIC_IO_WAIT_S,
               (double)(wait[WAIT_IO] + wait[WAIT_SLEEP]) / 1e9);
    if (t->spec.model == MODEL_GIL)
        metric_set(m, METRIC_GIL_WAIT_S, (double)wait[WAIT_GIL] / 1e9);
    metric_set(m, METRIC_USER_S, run * 63 / 64);
    metric_set(m, METRIC_SYS_S, run / 64);
    metric_set(m, METRIC_CPU_S, run);
    metric_set(m, METRIC_SWITCHES_VOLUNTARY, (double)w->traced_voluntary);
    metric_set(m, METRIC_SWITCHES_INVOLUNTARY, (double)w->traced_involuntary);
    metric_set(m, METRIC_MIGRATIONS, metric_get(m, METRIC_MIGRATIONS, 0));
}

void fake_finish(struct trace *t, int64_t at_ns, bool ended)
{
    t->now_ns = FAKE_GATE_NS + at_ns;
    for (int id = 0; id < t->worker_count; id++) {
        if (ended && t->workers[id].life == LIFE_ALIVE)
            end_worker(t, id);
        kernel_figures(t, &t->workers[id], id);
    }
    for (int i = 0; i < t->core_count; i++) {
        t->cores[i].foreign_ns = at_ns / 100;
        t->cores[i].foreign_share = 0.01;
    }
    t->observer.cpu_s = (double)at_ns / 1e9 / 200;
    if (ended) {
        t->end_ns = t->now_ns;
        if (t->verdict == VERDICT_NONE)
            t->verdict = VERDICT_OK;
    }
    summary_update(t);
}

/* The workers' totals as they are, reached evenly by @at_ns: a sample every
 * 50 ms. */
static void samples(struct trace *t, int64_t at_ns, int64_t handoffs)
{
    int64_t n = at_ns / (50 * MS);
    struct trace_sample last = {.gil_handoffs = handoffs};

    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];

        last.ops += w->ops;
        last.tasks_done +=
            (int64_t)metric_get(&w->metrics, METRIC_TASKS_DONE, 0);
        last.migrations +=
            (int64_t)metric_get(&w->metrics, METRIC_MIGRATIONS, 0);
        last.voluntary += w->traced_voluntary;
        last.involuntary += w->traced_involuntary;
        last.cpu_ns += w->span_ns[SPAN_RUNNING] + w->span_ns[SPAN_UNKNOWN];
    }
    for (int64_t i = 0; i <= n; i++)
        trace_add_sample(t, &(struct trace_sample){
                                .at_ns = FAKE_GATE_NS + i * 50 * MS,
                                .ops = last.ops * i / n,
                                .tasks_done = last.tasks_done * i / n,
                                .voluntary = last.voluntary * i / n,
                                .involuntary = last.involuntary * i / n,
                                .migrations = last.migrations * i / n,
                                .cpu_ns = last.cpu_ns * i / n,
                                .gil_handoffs = last.gil_handoffs * i / n,
                            });
}

static void task(struct trace *t, int id, int64_t index, int64_t from_ns,
                 int64_t to_ns)
{
    struct metrics *m = &trace_worker(t, id)->metrics;

    trace_add_event(t, &(struct trace_event){.kind = EVENT_TASK,
                                             .start_ns = FAKE_GATE_NS + from_ns,
                                             .at_ns = FAKE_GATE_NS + to_ns,
                                             .worker = id,
                                             .value = index});
    metric_set(m, METRIC_TASKS_DONE, metric_get(m, METRIC_TASKS_DONE, 0) + 1);
    metric_set(m, METRIC_TASKS_FAILED, 0);
}

static struct trace_phase *phase(struct trace *t, enum spec_sync sync,
                                 int64_t from_ns, int64_t to_ns, int64_t ops)
{
    trace_add_event(t, &(struct trace_event){
                           .kind = EVENT_PHASE,
                           .start_ns = FAKE_GATE_NS + from_ns,
                           .at_ns = FAKE_GATE_NS + from_ns,
                           .worker = -1,
                           .value = (int64_t)t->phase_count,
                       });

    struct trace_phase *p = trace_add_phase(t);

    check(p, "out of memory");
    p->sync = sync;
    p->workers = (int)t->spec.workers;
    p->start_ns = FAKE_GATE_NS + from_ns;
    p->end_ns = to_ns ? FAKE_GATE_NS + to_ns : 0;
    p->ops = ops;
    return p;
}

/* ---- the ready-made ones ------------------------------------------------ */

static struct trace *fake_primes(void)
{
    struct trace *t = fake_new("primes --model threads --workers 4 --tasks 20");

    phase(t, SYNC_NONE, 0, 2000 * MS, 20 * 99999);
    for (int i = 0; i < 500; i++) {
        int64_t at = i * 4 * MS;

        for (int core = 0; core < 2; core++) {
            int side = (core + i / 100) % 2;
            int on = i % 2 * 2 + side, off = (i + 1) % 2 * 2 + side;

            if (i < 498)
                fake_forced(t, on, core, at, at + 4 * MS);
            else
                fake_span(t, on, SPAN_RUNNING, core, WAIT_NONE, at,
                          at + 4 * MS);
            if (i < 499)
                fake_span(t, off, SPAN_READY, -1, WAIT_NONE, at, at + 4 * MS);
        }
        if (i == 498) {
            end_worker(t, 0);
            end_worker(t, 1);
        }
    }
    for (int i = 0; i < 20; i++) {
        int id = i % 4;
        int64_t from = i / 4 * 400 * MS, to = from + 400 * MS;

        task(t, id, i, from, i / 4 == 4 && id < 2 ? to - 4 * MS : to);
        t->workers[id].ops += 99999;
    }
    samples(t, 2000 * MS, 0);
    metric_set(&t->metrics, METRIC_TASKS_FAILED, 0);
    metric_set(&t->metrics, METRIC_CHECKSUM, 9592);
    fake_finish(t, 2000 * MS, true);
    return t;
}

/* Half a millisecond without a lock, or with the mutex: A and B in turn. */
static void race_spans(struct trace *t, bool mutex, int64_t at)
{
    for (int id = 0; id < 2; id++) {
        int64_t from = at + id * 250 * US;

        if (!mutex) {
            fake_span(t, id, SPAN_RUNNING, id, WAIT_NONE, at, at + 500 * US);
            continue;
        }
        fake_span(t, id, SPAN_BLOCKED, -1, WAIT_LOCK, at, from);
        fake_span(t, id, SPAN_RUNNING, id, WAIT_NONE, from, from + 250 * US);
        fake_span(t, id, SPAN_BLOCKED, -1, WAIT_LOCK, from + 250 * US,
                  at + 500 * US);
    }
}

static struct trace *fake_race(void)
{
    struct trace *t = fake_new("counter --model threads --workers 2");
    int64_t all = 0;

    for (int i = 0; i < 6; i++) {
        bool mutex = i % 2, open = i == 5;
        int64_t from = i * 500 * MS, to = open ? 2800 * MS : from + 500 * MS;
        int64_t made = mutex ? 4000000 : 24147780;
        int64_t kept = mutex ? 4000000 : 12585222;
        int64_t ops = open ? 2400000 : made;
        struct trace_phase *p =
            phase(t, mutex ? SYNC_MUTEX : SYNC_NONE, from, open ? 0 : to, ops);

        if (!open) {
            metric_set(&p->metrics, METRIC_EXPECTED, (double)made);
            metric_set(&p->metrics, METRIC_ACTUAL, (double)kept);
            summary_phase(p);
        }
        for (int64_t at = from; at < to; at += 500 * US)
            race_spans(t, mutex, at);
        all += ops;
    }
    for (int id = 0; id < 2; id++) {
        t->workers[id].ops = all / 2;
        t->workers[id].state = id ? SPAN_BLOCKED : SPAN_RUNNING;
        t->workers[id].cause = id ? WAIT_LOCK : WAIT_NONE;
    }
    samples(t, 2800 * MS, 0);
    fake_finish(t, 2800 * MS, false);
    return t;
}

static struct trace *fake_sleep(void)
{
    struct trace *t = fake_new("sleep --model threads --workers 8 --tasks 100 "
                               "--task-ms 2000 --scale 100 --dispatch map");

    phase(t, SYNC_NONE, 0, 320 * MS, 100);
    for (int step = 0; step < 16; step++)
        for (int id = 0; id < 8; id++) {
            int64_t at = step * 20 * MS, run = at + id / 2 * 30 * US;
            int portion = step / 4 * 8 + id;

            if (portion >= 25)
                continue;
            fake_span(t, id, SPAN_READY, -1, WAIT_NONE, at, run);
            fake_span(t, id, SPAN_RUNNING, id % 2, WAIT_NONE, run,
                      run + 30 * US);
            fake_span(t, id, SPAN_BLOCKED, -1, WAIT_SLEEP, run + 30 * US,
                      at + 20 * MS);
            task(t, id, portion * 4 + step % 4, at, at + 20 * MS);
            t->workers[id].ops++;
            if (portion + 8 >= 25 && step % 4 == 3)
                end_worker(t, id);
        }
    samples(t, 320 * MS, 0);
    fake_finish(t, 320 * MS, true);
    return t;
}

static struct trace *fake_gil(void)
{
    struct trace *t = fake_new("spin --model gil --workers 2 --tasks 10 "
                               "--task-ms 100");

    phase(t, SYNC_NONE, 0, 1000 * MS, 10);
    for (int i = 0; i < 200; i++) {
        int64_t at = i * 5 * MS;
        int holder = i % 2, waiter = 1 - holder;

        fake_span(t, waiter, SPAN_BLOCKED, -1, WAIT_GIL, at, at + 5 * MS);
        fake_span(t, holder, SPAN_RUNNING, holder, WAIT_NONE, at, at + 5 * MS);
    }
    for (int i = 0; i < 10; i++) {
        task(t, i % 2, i, i / 2 * 200 * MS, (i / 2 + 1) * 200 * MS);
        t->workers[i % 2].ops++;
    }
    metric_set(&t->metrics, METRIC_GIL_HANDOFFS, 199);
    metric_set(&t->metrics, METRIC_GIL_FORCED, 198);
    metric_set(&t->metrics, METRIC_GIL_HOLDERS_MAX, 1);
    metric_set(&t->metrics, METRIC_TASKS_FAILED, 0);
    samples(t, 1000 * MS, 199);
    fake_finish(t, 1000 * MS, true);
    return t;
}

static struct trace *fake_crowd(void)
{
    struct trace *t =
        fake_new("primes --model threads --workers 2000 --tasks 40000");
    int64_t free_ns[2000] = {0};

    phase(t, SYNC_NONE, 0, 0, 3000);
    for (int i = 0; i < 4000; i++) {
        int id = i % 2000, core = (i + i / 2000) % 2;
        int64_t at = i / 2 * 500 * US;

        fake_span(t, id, SPAN_READY, -1, WAIT_NONE, free_ns[id], at);
        free_ns[id] = at + 500 * US;
        /* The last on each core are still at it. */
        if (i >= 3998) {
            t->workers[id].state = SPAN_RUNNING;
            t->workers[id].cpu = core;
            continue;
        }
        fake_forced(t, id, core, at, free_ns[id]);
    }
    for (int id = 0; id < 2000; id++) {
        t->workers[id].ops = 2;
        metric_set(&t->workers[id].metrics, METRIC_TASKS_DONE, id % 2 + 1);
    }
    samples(t, 1000 * MS, 0);
    fake_finish(t, 1000 * MS, false);
    return t;
}

/* Two threads for a second, each on its core; with holes in the record. */
static struct trace *fake_gaps(bool sampled)
{
    static const struct {
        int64_t from, to;
        bool blind;
    } holes[] = {
        {300 * MS, 400 * MS, true},
        {550 * MS, 600 * MS, false},
        {700 * MS, 800 * MS, true},
    };
    struct trace *t =
        fake_new("sumsquares --model threads --workers 2 --tasks 8");
    int64_t at[2] = {0, 0};

    t->observer.kind = sampled ? OBSERVER_SAMPLED : OBSERVER_PERF;
    snprintf(t->observer.reason, sizeof(t->observer.reason), "%s",
             sampled ? "a command of somebody else does not mark its gaps"
                     : "CPU-wide records are for the administrator");
    snprintf(t->observer.remedy, sizeof(t->observer.remedy),
             "sudo sysctl kernel.perf_event_paranoid=0");
    phase(t, SYNC_NONE, 0, 1000 * MS, 8 * 5000000);
    for (int i = 0; i < 3 && !sampled; i++) {
        for (int id = holes[i].blind ? 0 : 1; id < 2; id++) {
            fake_forced(t, id, id, at[id], holes[i].from);
            fake_span(t, id, SPAN_UNKNOWN, -1, WAIT_NONE, holes[i].from,
                      holes[i].to);
            at[id] = holes[i].to;
        }
        trace_add_event(t,
                        &(struct trace_event){
                            .kind = holes[i].blind ? EVENT_BLIND : EVENT_LOST,
                            .start_ns = FAKE_GATE_NS + holes[i].from,
                            .at_ns = FAKE_GATE_NS + holes[i].to,
                            .worker = holes[i].blind ? -1 : 1,
                            .value = holes[i].blind ? 0 : 1234,
                        });
    }
    for (int id = 0; id < 2; id++)
        fake_span(t, id, SPAN_RUNNING, id, WAIT_NONE, at[id], 1000 * MS);
    if (!sampled)
        t->observer.lost = 1234;
    for (int i = 0; i < 8; i++) {
        task(t, i % 2, i, i / 2 * 250 * MS, (i / 2 + 1) * 250 * MS);
        t->workers[i % 2].ops += 5000000;
    }
    samples(t, 1000 * MS, 0);
    metric_set(&t->metrics, METRIC_TASKS_FAILED, 0);
    if (sampled)
        t->verdict = VERDICT_TIMEOUT;
    fake_finish(t, 1000 * MS, true);
    return t;
}

static struct trace *fake_start(void)
{
    struct trace *t = fake_new("primes --model threads --workers 4 --tasks 20");

    phase(t, SYNC_NONE, 0, 0, 0);
    fake_finish(t, 0, false);
    return t;
}

struct trace *fake_trace(const char *name)
{
    struct trace *t = NULL;

    if (!strcmp(name, "primes"))
        t = fake_primes();
    else if (!strcmp(name, "race"))
        t = fake_race();
    else if (!strcmp(name, "sleep"))
        t = fake_sleep();
    else if (!strcmp(name, "gil"))
        t = fake_gil();
    else if (!strcmp(name, "crowd"))
        t = fake_crowd();
    else if (!strcmp(name, "gaps") || !strcmp(name, "sampled"))
        t = fake_gaps(!strcmp(name, "sampled"));
    else if (!strcmp(name, "start"))
        t = fake_start();
    check(t, "no trace of that name");
    return t;
}
