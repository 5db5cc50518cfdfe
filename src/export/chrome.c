/* Chrome trace-event JSON, for Perfetto and chrome://tracing.
 *
 * Written as a stream, event by event, because there may be millions. Tracks
 * are threads of made-up processes: 1 the cores, 2 the workers, 3 the tasks, 4
 * phases and marks, 5 counters. Slices of one track never overlap: what does
 * (clocks of two workers that differ by some microseconds) is clipped, since
 * viewers drop slices that do not nest. Thread numbers are unique over all
 * processes and never 0, which Perfetto takes for the idle task. */
#include "export/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "export/events.h"
#include "export/names.h"
#include "view/state.h"

enum { PID_CORES = 1, PID_WORKERS, PID_TASKS, PID_MARKS, PID_COUNTERS };
enum { TID_PHASES = 41, TID_PAUSES, TID_BLIND };
#define TID_CORE 1000     /* + processor number */
#define TID_WORKER 100000 /* + id, which is below 65536 */
#define TID_TASKS 200000  /* + id */

struct chrome {
    const struct trace *trace;
    struct events to;
    int64_t *ends; /* one a worker: where its last slice ended */
};

/* ---- names of tracks ---------------------------------------------------- */

static void chrome_process(struct chrome *c, int pid, const char *name)
{
    event_metadata(&c->to, "process_name", pid, 0, name);
    event_sort_index(&c->to, "process_sort_index", pid, 0, pid);
}

static void chrome_thread(struct chrome *c, int pid, int tid, const char *name)
{
    event_metadata(&c->to, "thread_name", pid, tid, name);
    event_sort_index(&c->to, "thread_sort_index", pid, tid, tid);
}

static bool chrome_has_event(const struct trace *t, enum trace_event_kind kind)
{
    for (size_t i = 0; i < t->event_count; i++)
        if (t->events[i].kind == kind)
            return true;
    return false;
}

static void chrome_worker_names(struct chrome *c, int pid, int first_tid)
{
    const struct trace *t = c->trace;
    const char *kind = t->spec.model == MODEL_PROCESSES ? "process"
                       : t->spec.model == MODEL_COOP    ? "task of thread"
                                                        : "thread";
    char name[32], full[80];

    for (int i = 0; i < t->worker_count && !c->to.error; i++) {
        const struct trace_worker *w = &t->workers[i];
        if (w->life == LIFE_ABSENT || w->life == LIFE_REFUSED)
            continue;
        export_worker_name(name, sizeof(name), i);
        if (w->tid > 0 && t->spec.model == MODEL_BLENDED)
            snprintf(full, sizeof(full), "%s (thread %d of process %d)", name,
                     w->tid, w->pid);
        else if (w->tid > 0)
            snprintf(full, sizeof(full), "%s (%s %d)", name, kind, w->tid);
        else
            snprintf(full, sizeof(full), "%s", name);
        chrome_thread(c, pid, first_tid + i, full);
    }
}

static void chrome_names(struct chrome *c)
{
    const struct trace *t = c->trace;
    char name[32];

    chrome_process(c, PID_CORES, "cores");
    for (int i = 0; i < t->core_count; i++) {
        snprintf(name, sizeof(name), "cpu%d", t->cores[i].cpu);
        chrome_thread(c, PID_CORES, TID_CORE + t->cores[i].cpu, name);
    }
    chrome_process(c, PID_WORKERS, "workers");
    chrome_worker_names(c, PID_WORKERS, TID_WORKER);
    if (chrome_has_event(t, EVENT_TASK)) {
        chrome_process(c, PID_TASKS, "tasks");
        chrome_worker_names(c, PID_TASKS, TID_TASKS);
    }
    chrome_process(c, PID_MARKS, "phases");
    if (t->phase_count)
        chrome_thread(c, PID_MARKS, TID_PHASES, "phases");
    if (chrome_has_event(t, EVENT_PAUSE))
        chrome_thread(c, PID_MARKS, TID_PAUSES, "workers stopped");
    if (chrome_has_event(t, EVENT_BLIND))
        chrome_thread(c, PID_MARKS, TID_BLIND, "not recording");
    if (t->sample_count)
        chrome_process(c, PID_COUNTERS, "counters");
}

/* ---- cores -------------------------------------------------------------- */

struct runs {
    const struct span **spans;
    size_t count, cap;
    bool failed;
};

static void runs_add(const struct span *s, void *arg)
{
    struct runs *r = arg;

    if (s->state != SPAN_RUNNING && s->state != SPAN_SPINNING)
        return;
    if (r->count == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 4096;
        const struct span **more =
            reallocarray(r->spans, cap, sizeof(struct span *));
        if (!more) {
            r->failed = true;
            return;
        }
        r->spans = more;
        r->cap = cap;
    }
    r->spans[r->count++] = s;
}

static int runs_order(const void *a, const void *b)
{
    const struct span *x = *(const struct span *const *)a;
    const struct span *y = *(const struct span *const *)b;

    if (x->cpu != y->cpu)
        return x->cpu < y->cpu ? -1 : 1;
    return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static void chrome_run(struct chrome *c, const struct span *s, int64_t from_ns)
{
    char name[32];

    event_slice(&c->to, PID_CORES, TID_CORE + s->cpu, from_ns, s->end_ns,
                export_worker_name(name, sizeof(name), s->worker));
    events_put(&c->to, s->forced ? ",\"args\":{\"forced\":true"
                                 : ",\"args\":{\"forced\":false");
    if (s->state == SPAN_SPINNING)
        events_put(&c->to, ",\"spinning\":true");
    events_put(&c->to, s->sampled ? ",\"sampled\":true}" : "}");
    event_close(&c->to);
}

/* Spans arrive worker by worker, so a core's have to be put in order first:
 * 8 bytes a span for a moment, a third of what the spans themselves take. */
static int chrome_cores(struct chrome *c, const struct span *open, int opens)
{
    struct runs r = {0};
    int64_t end_ns = 0;
    int cpu = -1;

    trace_each_span(c->trace, c->trace->gate_ns, INT64_MAX, runs_add, &r);
    for (int i = 0; i < opens; i++)
        runs_add(&open[i], &r);
    if (r.failed) {
        free(r.spans);
        return -ENOMEM;
    }
    if (r.count)
        qsort(r.spans, r.count, sizeof(struct span *), runs_order);
    for (size_t i = 0; i < r.count && !c->to.error; i++) {
        const struct span *s = r.spans[i];
        if (s->cpu != cpu) {
            cpu = s->cpu;
            end_ns = c->trace->gate_ns;
        }
        int64_t from_ns = s->start_ns > end_ns ? s->start_ns : end_ns;
        if (s->end_ns <= from_ns)
            continue;
        chrome_run(c, s, from_ns);
        end_ns = s->end_ns;
    }
    free(r.spans);
    return 0;
}

/* ---- workers and tasks -------------------------------------------------- */

/* Where a slice of @worker may start so that it does not overlap the one
 * before; remembers @end_ns. */
static int64_t chrome_clip(struct chrome *c, int worker, int64_t start_ns,
                           int64_t end_ns)
{
    int64_t from_ns = c->ends[worker];

    if (start_ns > from_ns)
        from_ns = start_ns;
    if (end_ns > from_ns)
        c->ends[worker] = end_ns;
    return from_ns;
}

static void chrome_clip_reset(struct chrome *c)
{
    for (int i = 0; i < c->trace->worker_count; i++)
        c->ends[i] = c->trace->gate_ns;
}

static void chrome_state(const struct span *s, void *arg)
{
    struct chrome *c = arg;

    if (c->to.error || s->worker >= c->trace->worker_count)
        return;
    int64_t from_ns = chrome_clip(c, s->worker, s->start_ns, s->end_ns);
    if (s->end_ns <= from_ns)
        return;
    event_slice(&c->to, PID_WORKERS, TID_WORKER + s->worker, from_ns, s->end_ns,
                view_state_word(s->state, s->cause));
    if (s->cpu >= 0)
        event_argument(&c->to, "cpu", s->cpu);
    event_close(&c->to);
}

static void chrome_task(struct chrome *c, const struct trace_event *e)
{
    char name[32];

    if (e->worker < 0 || e->worker >= c->trace->worker_count)
        return;
    int64_t from_ns = chrome_clip(c, e->worker, e->start_ns, e->at_ns);
    if (e->at_ns < from_ns)
        return;
    snprintf(name, sizeof(name), "task %" PRId64, e->value);
    event_slice(&c->to, PID_TASKS, TID_TASKS + e->worker, from_ns, e->at_ns,
                name);
    event_close(&c->to);
}

/* ---- phases and marks --------------------------------------------------- */

static int64_t chrome_end(const struct trace *t)
{
    return t->end_ns ? t->end_ns : t->now_ns;
}

static void chrome_phases(struct chrome *c)
{
    const struct trace *t = c->trace;
    int64_t clip_ns = t->gate_ns;
    char buf[32];

    for (size_t i = 0; i < t->phase_count && !c->to.error; i++) {
        const struct trace_phase *p = &t->phases[i];
        int64_t end_ns = p->end_ns ? p->end_ns : chrome_end(t);
        int64_t from_ns = p->start_ns > clip_ns ? p->start_ns : clip_ns;
        if (end_ns < from_ns)
            continue;
        clip_ns = end_ns;
        event_slice(&c->to, PID_MARKS, TID_PHASES, from_ns, end_ns,
                    t->spec.workload == WORKLOAD_COUNTER
                        ? spec_sync_words[p->sync]
                        : "run");
        events_put(&c->to, ",\"args\":{\"workers\":");
        events_integer(&c->to, p->workers);
        for (int m = 0; m < METRIC_COUNT; m++) {
            if (!p->metrics.has[m])
                continue;
            events_put(&c->to, ",\"");
            events_put(&c->to, metric_infos[m].name);
            events_put(&c->to, "\":");
            events_put(&c->to,
                       export_real(buf, sizeof(buf), p->metrics.value[m]));
        }
        events_put(&c->to, "}");
        event_close(&c->to);
    }
}

/* A mark without length: a small arrow on its track. */
static void chrome_instant(struct chrome *c, int pid, int tid, int64_t at_ns,
                           const char *name, const char *what, int64_t value)
{
    event_open(&c->to, "i", pid, tid);
    event_at(&c->to, at_ns);
    event_name(&c->to, name);
    events_put(&c->to, tid ? ",\"s\":\"t\"" : ",\"s\":\"p\"");
    event_argument(&c->to, what, value);
    event_close(&c->to);
}

/* A stretch of @track_tid, where stretches follow each other; *@clip_ns is
 * where the last one ended. */
static void chrome_stretch(struct chrome *c, int tid,
                           const struct trace_event *e, int64_t *clip_ns,
                           const char *name)
{
    int64_t from_ns = e->start_ns > *clip_ns ? e->start_ns : *clip_ns;

    if (e->at_ns <= from_ns)
        return;
    *clip_ns = e->at_ns;
    event_slice(&c->to, PID_MARKS, tid, from_ns, e->at_ns, name);
    event_close(&c->to);
}

static void chrome_events(struct chrome *c)
{
    const struct trace *t = c->trace;
    int64_t paused_ns = t->gate_ns; /* where the last such stretch ended */
    int64_t blind_ns = paused_ns;

    for (size_t i = 0; i < t->event_count && !c->to.error; i++) {
        const struct trace_event *e = &t->events[i];
        int64_t at_ns = e->at_ns > t->gate_ns ? e->at_ns : t->gate_ns;
        switch (e->kind) {
        case EVENT_TASK:
            chrome_task(c, e);
            break;
        case EVENT_LOST:
            chrome_instant(c, PID_CORES, TID_CORE + e->worker,
                           e->start_ns > t->gate_ns ? e->start_ns : t->gate_ns,
                           "records lost", "records", e->value);
            break;
        case EVENT_REFUSED:
            chrome_instant(c, PID_MARKS, 0, at_ns, "worker refused", "errno",
                           e->value);
            break;
        case EVENT_PAUSE:
            chrome_stretch(c, TID_PAUSES, e, &paused_ns, "workers stopped");
            break;
        case EVENT_BLIND:
            chrome_stretch(c, TID_BLIND, e, &blind_ns, "not recording");
            break;
        case EVENT_PHASE: /* see chrome_phases() */
            break;
        }
    }
}

/* ---- counters ----------------------------------------------------------- */

static void chrome_counter(struct chrome *c, int64_t at_ns, const char *name,
                           double value)
{
    event_open(&c->to, "C", PID_COUNTERS, 0);
    event_at(&c->to, at_ns);
    event_name(&c->to, name);
    events_put(&c->to, ",\"args\":{\"value\":");
    events_fixed(&c->to, (int64_t)(value * 1000));
    events_put(&c->to, "}");
    event_close(&c->to);
}

/* A rate holds from one sample to the next, and nought after the last. */
static void chrome_rates(struct chrome *c)
{
    const struct trace *t = c->trace;
    const struct trace_sample *last;

    if (t->sample_count < 2)
        return;
    last = &t->samples[t->sample_count - 1];
    for (size_t i = 0; i < t->sample_count && !c->to.error; i++) {
        const struct trace_sample *s = &t->samples[i];
        const struct trace_sample *next = s < last ? s + 1 : s;
        double seconds = (double)(next->at_ns - s->at_ns) / NS_PER_S;
        if (s->at_ns < t->gate_ns || (s < last && seconds <= 0))
            continue;
        double per_s = s < last ? 1 / seconds : 0;
        if (last->ops > 0)
            chrome_counter(c, s->at_ns, "operations per second",
                           (double)(next->ops - s->ops) * per_s);
        if (last->tasks_done > 0)
            chrome_counter(c, s->at_ns, "tasks done", (double)s->tasks_done);
        chrome_counter(c, s->at_ns, "cores busy",
                       (double)(next->cpu_ns - s->cpu_ns) / NS_PER_S * per_s);
        if (last->gil_handoffs > 0)
            chrome_counter(c, s->at_ns, "global lock hand-overs per second",
                           (double)(next->gil_handoffs - s->gil_handoffs) *
                               per_s);
    }
}

static void chrome_lost_updates(struct chrome *c)
{
    const struct trace *t = c->trace;
    bool any = false;

    for (size_t i = 0; i < t->phase_count && !c->to.error; i++) {
        const struct trace_phase *p = &t->phases[i];
        if (!p->metrics.has[METRIC_LOST] || p->start_ns < t->gate_ns)
            continue;
        chrome_counter(c, p->start_ns, "lost updates in this phase",
                       p->metrics.value[METRIC_LOST]);
        any = true;
    }
    if (any)
        chrome_counter(c, chrome_end(t), "lost updates in this phase", 0);
}

/* ---- the file ----------------------------------------------------------- */

static void chrome_head(struct chrome *c, const char *experiment)
{
    events_put(&c->to, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"program\":"
                       "\"timeslice\",\"experiment\":");
    events_string(&c->to, experiment);
    events_put(&c->to, ",\"badge\":");
    events_string(&c->to, export_badge_word(c->trace->badge));
    events_put(&c->to, ",\"observer\":");
    events_string(&c->to, spec_observer_words[c->trace->observer.kind]);
    events_put(&c->to, ",\"kernel\":");
    events_string(&c->to, c->trace->machine.kernel);
    events_put(&c->to, "},\n\"traceEvents\":[");
}

static int chrome_body(struct chrome *c, struct span *open)
{
    const struct trace *t = c->trace;
    int opens = 0;

    chrome_names(c);
    if (!t->gate_ns) /* it never began */
        return 0;
    for (int i = 0; i < t->worker_count; i++)
        opens += trace_open_span(t, i, chrome_end(t), &open[opens]);
    if (chrome_cores(c, open, opens) < 0)
        return -ENOMEM;
    chrome_clip_reset(c);
    trace_each_span(t, t->gate_ns, INT64_MAX, chrome_state, c);
    for (int i = 0; i < opens; i++)
        chrome_state(&open[i], c);
    chrome_clip_reset(c);
    chrome_phases(c);
    chrome_events(c);
    chrome_rates(c);
    chrome_lost_updates(c);
    return 0;
}

int export_chrome(const struct trace *t, FILE *out, struct err *err)
{
    size_t rows = (size_t)t->worker_count + 1; /* never 0 */
    struct chrome c = {
        .trace = t,
        .to = {.out = out, .gate_ns = t->gate_ns},
    };
    struct span *open = calloc(rows, sizeof(*open));
    struct text experiment = {0};
    int rc = -ENOMEM;

    c.ends = calloc(rows, sizeof(*c.ends));
    spec_format(&t->spec, &experiment);
    if (open && c.ends && !experiment.failed) {
        chrome_head(&c, text_str(&experiment));
        rc = chrome_body(&c, open);
        events_put(&c.to, "\n]}\n");
    }
    text_fini(&experiment);
    free(c.ends);
    free(open);
    if (rc < 0)
        return err_set(err, rc,
                       "there is not enough memory for the trace file");
    return export_finish(out, c.to.error, "the trace file", err);
}
