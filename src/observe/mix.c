/* Several experiments at once. Screen process. */
#include "observe/mix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec/parts.h"

struct mix_part {
    struct spec spec;
    struct source *source; /* while it runs */
    int first;             /* its workers' first row in the mix */
    uint64_t spans_seen;
};

struct mix {
    struct source source; /* first: a source is a mix */
    struct machine machine;
    struct mix_part parts[PARTS_MAX];
    int count;
    int stage; /* the part that runs alone; .count: all at once */
    struct trace_sample before; /* their totals */
    struct metrics *settled;    /* a worker each: their totals */
    enum verdict stopped;       /* asked for; VERDICT_NONE: not */
};

static struct mix *mix_of(struct source *s)
{
    return (struct mix *)(void *)s;
}

static int mix_fds(struct source *s, struct pollfd *out, int max)
{
    struct mix *x = mix_of(s);
    int n = 0;

    for (int i = 0; i < x->count; i++)
        if (x->parts[i].source)
            n += x->parts[i].source->class->fds(x->parts[i].source, out + n,
                                                max - n);
    return n;
}

/* ---- from the parts' traces to the mix's -------------------------------- */

static void take_spans(struct mix *x, struct mix_part *p)
{
    const struct trace *from = p->source->trace;
    uint64_t total = trace_span_total(from);

    for (; p->spans_seen < total; p->spans_seen++) {
        const struct span *s = trace_span_at(from, p->spans_seen);
        struct span copy;

        if (!s)
            continue;
        copy = *s;
        copy.worker = (uint16_t)(copy.worker + p->first);
        trace_add_span(x->source.trace, &copy);
    }
}

/* What is summed over the stages: times and counts. */
static bool sums_up(enum metric which)
{
    enum metric_unit unit = metric_infos[which].unit;

    return unit == UNIT_SECONDS || unit == UNIT_COUNT;
}

static void add_metrics(struct metrics *to, const struct metrics *more)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (more->has[i] && sums_up((enum metric)i))
            metric_set(to, (enum metric)i,
                       metric_get(to, (enum metric)i, 0) + more->value[i]);
}

static void take_workers(struct mix *x, const struct mix_part *p)
{
    const struct trace *from = p->source->trace;

    for (int i = 0; i < from->worker_count; i++) {
        int id = p->first + i;
        struct trace_worker *to = trace_worker(x->source.trace, id);
        const struct trace_worker *w = &from->workers[i];

        if (!to)
            return;
        to->tid = w->tid;
        to->pid = w->pid;
        to->life = w->life;
        to->state = w->state;
        to->cause = w->cause;
        to->cpu = w->cpu;
        to->since_ns = w->since_ns;
        to->role = w->role;
        to->born_ns = to->born_ns ? to->born_ns : w->born_ns;
        to->end_ns = w->end_ns;
        to->ops = w->ops;
        to->metrics = x->settled[id];
        add_metrics(&to->metrics, &w->metrics);
    }
}

static void take_cores(struct trace *to, const struct trace *from, bool alone)
{
    if (!to->cores && from->core_count > 0) {
        to->cores = calloc((size_t)from->core_count, sizeof(*to->cores));
        to->core_count = to->cores ? from->core_count : 0;
        for (int i = 0; i < to->core_count; i++)
            to->cores[i] = (struct trace_core){.cpu = from->cores[i].cpu,
                                               .foreign_ns = -1};
    }
    /* Beside others each lab takes the rest for strangers. */
    for (int i = 0; i < to->core_count && i < from->core_count; i++)
        to->cores[i].foreign_share = alone ? from->cores[i].foreign_share : -1;
}

static void take_observer(struct mix *x)
{
    struct trace_observer *to = &x->source.trace->observer;
    int64_t records = 0, lost = 0;
    double cpu_s = 0;

    for (int i = 0; i < x->count; i++) {
        const struct source *s = x->parts[i].source;

        if (!s)
            continue;
        records += s->trace->observer.records;
        lost += s->trace->observer.lost;
        cpu_s += s->trace->observer.cpu_s;
        to->kind = s->trace->observer.kind;
        to->price_ns = s->trace->observer.price_ns;
        memcpy(to->reason, s->trace->observer.reason, sizeof(to->reason));
        memcpy(to->remedy, s->trace->observer.remedy, sizeof(to->remedy));
    }
    if (records > to->records)
        to->records = records;
    if (lost > to->lost)
        to->lost = lost;
    if (cpu_s > to->cpu_s)
        to->cpu_s = cpu_s;
}

static void take_sample(struct mix *x, int64_t now_ns)
{
    struct trace_sample sum = x->before;

    for (int i = 0; i < x->count; i++) {
        const struct source *s = x->parts[i].source;
        const struct trace_sample *last;

        if (!s || s->trace->sample_count == 0)
            continue;
        last = &s->trace->samples[s->trace->sample_count - 1];
        sum.ops += last->ops;
        sum.tasks_done += last->tasks_done;
        sum.voluntary += last->voluntary;
        sum.involuntary += last->involuntary;
        sum.migrations += last->migrations;
        sum.cpu_ns += last->cpu_ns;
    }
    sum.at_ns = now_ns;
    trace_add_sample(x->source.trace, &sum);
}

static void take_all(struct mix *x, int64_t now_ns)
{
    struct trace *t = x->source.trace;

    for (int i = 0; i < x->count; i++) {
        struct mix_part *p = &x->parts[i];

        if (!p->source)
            continue;
        take_spans(x, p);
        take_workers(x, p);
        take_cores(t, p->source->trace, x->stage < x->count);
        if (t->gate_ns == 0)
            t->gate_ns = p->source->trace->gate_ns;
    }
    take_observer(x);
    x->source.running = t->gate_ns != 0;
    t->now_ns = now_ns;
    if (x->source.running)
        take_sample(x, now_ns);
}

/* ---- the stages --------------------------------------------------------- */

static bool runs_now(const struct mix *x, int part)
{
    return x->stage == x->count || x->stage == part;
}

static int stage_begin(struct mix *x, struct err *err)
{
    for (int i = 0; i < x->count; i++) {
        struct mix_part *p = &x->parts[i];
        int rc;

        if (!runs_now(x, i))
            continue;
        p->spans_seen = 0;
        rc = live_open(&p->source, &p->spec, &x->machine, false, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Operations a second; -1: it never began. */
static double rate_of(const struct trace *t)
{
    int64_t ops = 0;

    for (int i = 0; i < t->worker_count; i++)
        ops += t->workers[i].ops;
    if (t->gate_ns == 0 || t->end_ns <= t->gate_ns)
        return -1;
    return (double)ops * 1e9 / (double)(t->end_ns - t->gate_ns);
}

/* A part has ended: what it did a second, and its totals. */
static void part_end(struct mix *x, int i)
{
    struct mix_part *p = &x->parts[i];
    struct trace *t = x->source.trace, *from = p->source->trace;
    struct trace_part *to = &t->parts[i];
    double per_s;

    per_s = rate_of(from);
    if (x->stage == x->count)
        to->together_per_s = per_s;
    else
        to->alone_per_s = per_s;
    if (from->verdict != VERDICT_OK && t->verdict == VERDICT_NONE) {
        t->verdict = from->verdict;
        snprintf(t->error, sizeof(t->error), "%s", from->error);
    }
    t->end_ns = from->end_ns;
    for (int k = 0; k < from->worker_count && p->first + k < t->worker_count;
         k++)
        add_metrics(&x->settled[p->first + k], &from->workers[k].metrics);
    if (from->sample_count > 0) {
        const struct trace_sample *s = &from->samples[from->sample_count - 1];

        x->before.ops += s->ops;
        x->before.tasks_done += s->tasks_done;
        x->before.voluntary += s->voluntary;
        x->before.involuntary += s->involuntary;
        x->before.migrations += s->migrations;
        x->before.cpu_ns += s->cpu_ns;
    }
}

static bool stage_over(const struct mix *x)
{
    for (int i = 0; i < x->count; i++)
        if (x->parts[i].source && !x->parts[i].source->done)
            return false;
    return true;
}

static void mix_done(struct mix *x)
{
    struct trace *t = x->source.trace;

    x->source.done = true;
    x->source.running = false;
    if (x->stopped != VERDICT_NONE)
        t->verdict = x->stopped;
    else if (t->verdict == VERDICT_NONE)
        t->verdict = VERDICT_OK;
    if (t->end_ns == 0)
        t->end_ns = t->now_ns;
}

static void stage_end(struct mix *x)
{
    struct trace *t = x->source.trace;
    struct err err = {0};

    for (int i = 0; i < x->count; i++) {
        struct mix_part *p = &x->parts[i];

        if (!p->source)
            continue;
        part_end(x, i);
        p->source->class->close(p->source);
        p->source = NULL;
    }
    if (x->stage == x->count || x->stopped != VERDICT_NONE ||
        t->verdict != VERDICT_NONE) {
        mix_done(x);
        return;
    }
    t->end_ns = 0;
    x->stage++;
    if (stage_begin(x, &err) < 0) {
        t->verdict = VERDICT_FAILED;
        snprintf(t->error, sizeof(t->error), "%s", err.text);
        mix_done(x);
    }
}

static void mix_pump(struct source *s, int64_t now_ns)
{
    struct mix *x = mix_of(s);

    if (s->done)
        return;
    for (int i = 0; i < x->count; i++)
        if (x->parts[i].source)
            x->parts[i].source->class->pump(x->parts[i].source, now_ns);
    take_all(x, now_ns);
    if (stage_over(x))
        stage_end(x);
}

static void mix_apply(struct source *s, bool always)
{
    struct mix *x = mix_of(s);

    for (int i = 0; i < x->count; i++) {
        struct source *part = x->parts[i].source;

        if (!part)
            continue;
        part->wanted.paused = s->wanted.paused;
        part->class->apply(part, always);
    }
}

static void mix_stop(struct source *s, enum verdict verdict)
{
    struct mix *x = mix_of(s);

    x->stopped = verdict;
    for (int i = 0; i < x->count; i++)
        if (x->parts[i].source)
            x->parts[i].source->class->stop(x->parts[i].source, verdict);
}

static void mix_close(struct source *s)
{
    struct mix *x = mix_of(s);

    for (int i = 0; i < x->count; i++)
        if (x->parts[i].source)
            x->parts[i].source->class->close(x->parts[i].source);
    trace_free(s->trace);
    free(x->settled);
    free(x);
}

static const struct source_class mix_class = {
    .fds = mix_fds,
    .pump = mix_pump,
    .apply = mix_apply,
    .stop = mix_stop,
    .close = mix_close,
};

/* Returns how many workers it has. */
static int part_init(struct mix *x, int i, const struct spec *spec, int first)
{
    struct trace_part *to = &x->source.trace->parts[i];
    struct text line = {0};

    x->parts[i].spec = *spec;
    x->parts[i].first = first;
    spec_give(&x->parts[i].spec,
              (int)(spec_setting("duration") - spec_settings),
              false); /* the mix's, not its own */
    *to = (struct trace_part){.first_worker = first,
                              .workers = (int)spec->workers,
                              .alone_per_s = -1,
                              .together_per_s = -1};
    spec_format(&x->parts[i].spec, &line);
    snprintf(to->line, sizeof(to->line), "%s", text_str(&line));
    text_fini(&line);
    x->source.trace->part_count = i + 1;
    return (int)spec->workers;
}

int mix_open(struct source **out, const struct spec *spec,
             const struct machine *m, bool interactive, struct err *err)
{
    struct mix *x = calloc(1, sizeof(*x));
    struct trace *t = trace_new(spec, m);
    struct spec specs[PARTS_MAX];
    int rc = -ENOMEM, workers = 0;

    (void)interactive; /* the parts' workers are as many as they say */
    if (!x || !t) {
        trace_free(t);
        free(x);
        return err_set(err, rc, "no memory for a new run");
    }
    x->source = (struct source){.class = &mix_class, .trace = t};
    x->machine = *m;
    t->badge = BADGE_MEASURED;
    rc = parts_read(spec, m, specs, err);
    if (rc < 0)
        goto fail;
    x->count = rc;
    for (int i = 0; i < x->count; i++)
        workers += part_init(x, i, &specs[i], workers);
    x->settled = calloc((size_t)workers + 1, sizeof(*x->settled));
    if (!x->settled) {
        rc = err_set(err, -ENOMEM, "no memory for %d workers", workers);
        goto fail;
    }
    x->source.max_workers = workers;
    x->source.wanted.workers = workers;
    x->stage = spec->alone == ANSWER_YES ? 0 : x->count;
    rc = stage_begin(x, err);
    if (rc < 0)
        goto fail;
    *out = &x->source;
    return 0;

fail:
    mix_close(&x->source);
    return rc;
}
