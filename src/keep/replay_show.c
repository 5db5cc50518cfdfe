/* What was known of a kept run at one of its moments. What was only learned at
 * the end (exact counts, latencies, the verdict, the apparatus) is not known
 * before. Screen process. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "keep/replay_parts.h"

/* ---- what is stored -------------------------------------------------------
 */

static void show_spans(struct replay *r, int64_t at_ns)
{
    for (; r->shown_spans < r->span_count; r->shown_spans++) {
        const struct span *s = replay_span(r, r->shown_spans);

        if (s->end_ns > at_ns)
            return;
        trace_add_span(r->source.trace, s);
        r->open[s->worker] = r->next[r->shown_spans];
    }
}

static void show_events(struct replay *r, int64_t at_ns)
{
    struct trace *t = r->source.trace;

    for (; r->shown_events < r->kept->event_count; r->shown_events++) {
        const struct trace_event *e =
            &r->kept->events[r->events[r->shown_events]];

        if (e->at_ns > at_ns)
            return;
        trace_add_event(t, e);
        if (e->kind == EVENT_LOST)
            t->observer.lost += e->value;
        if (e->kind == EVENT_REFUSED && e->worker >= 0 &&
            e->worker < r->kept->worker_count &&
            r->kept->workers[e->worker].life == LIFE_REFUSED) {
            struct trace_worker *w = trace_worker(t, e->worker);

            if (w)
                w->life = LIFE_REFUSED;
        }
    }
}

static void show_samples(struct replay *r, int64_t at_ns)
{
    for (; r->shown_samples < r->kept->sample_count; r->shown_samples++) {
        const struct trace_sample *s = &r->kept->samples[r->shown_samples];

        if (s->at_ns > at_ns)
            return;
        trace_add_sample(r->source.trace, s);
    }
}

/* Operations that had been done: from the samples. */
static int64_t ops_at(const struct replay *r, int64_t at_ns)
{
    const struct trace *k = r->kept;
    int64_t ops = 0;

    for (size_t i = 0; i < k->sample_count && k->samples[i].at_ns <= at_ns; i++)
        ops = k->samples[i].ops;
    return ops;
}

static void show_phases(struct replay *r, int64_t at_ns)
{
    const struct trace *k = r->kept;
    struct trace *t = r->source.trace;

    t->phase_count = 0; /* the last one may have been open */
    for (size_t i = 0; i < k->phase_count; i++) {
        const struct trace_phase *was = &k->phases[i];
        struct trace_phase *p;

        if (was->start_ns > at_ns)
            continue;
        p = trace_add_phase(t);
        if (!p)
            return;
        r->source.wanted.sync = was->sync;
        r->source.wanted.workers = was->workers;
        if (was->end_ns != 0 && was->end_ns <= at_ns) {
            *p = *was;
            continue;
        }
        *p = (struct trace_phase){
            .sync = was->sync,
            .workers = was->workers,
            .start_ns = was->start_ns,
            .ops = ops_at(r, at_ns) - ops_at(r, was->start_ns),
        };
    }
}

/* ---- workers --------------------------------------------------------------
 */

/* It had come to be: when is not known of some; those were there. */
static bool was_born(const struct replay *r, int id, int64_t at_ns)
{
    const struct trace_worker *k = &r->kept->workers[id];

    if (k->life == LIFE_ABSENT || k->life == LIFE_REFUSED)
        return false;
    return k->born_ns <= at_ns;
}

/* What it did at that moment: the span that was still open, or, after its
 * last one, what it was left in. */
static void show_state(const struct replay *r, struct trace_worker *w, int id,
                       int64_t at_ns)
{
    const struct trace_worker *k = &r->kept->workers[id];
    const struct span *s =
        r->open[id] == REPLAY_NONE ? NULL : replay_span(r, r->open[id]);

    w->state = SPAN_UNKNOWN;
    w->cause = WAIT_NONE;
    w->cpu = -1;
    w->since_ns = at_ns;
    if (s && s->start_ns <= at_ns) {
        w->state = (enum span_state)s->state;
        w->cause = (enum wait_cause)s->cause;
        w->cpu = s->cpu;
        w->since_ns = s->start_ns;
    } else if (!s && k->life != LIFE_ENDED && k->since_ns <= at_ns) {
        w->state = k->state;
        w->cause = k->cause;
        w->cpu = k->cpu;
        w->since_ns = k->since_ns;
    }
}

/* Seconds by state so far, with the open span; only where every moment is in
 * the spans. */
static void show_times(const struct replay *r, struct trace_worker *w, int id,
                       int64_t at_ns)
{
    const struct trace_worker *k = &r->kept->workers[id];
    int64_t ns[SPAN_STATES];

    memset(&w->metrics, 0, sizeof(w->metrics));
    if (r->kept->observer.dropped_spans > 0 || k->span_ns[SPAN_UNKNOWN] > 0 ||
        (r->kept->observer.kind == OBSERVER_OFF && !trace_computed(r->kept)))
        return;
    memcpy(ns, w->span_ns, sizeof(ns));
    if (w->life == LIFE_ALIVE && at_ns > w->since_ns)
        ns[w->state] += at_ns - w->since_ns;
    if (k->metrics.has[METRIC_RUN_S])
        metric_set(&w->metrics, METRIC_RUN_S,
                   (double)(ns[SPAN_RUNNING] + ns[SPAN_SPINNING]) / NS_PER_S);
    if (k->metrics.has[METRIC_READY_S])
        metric_set(&w->metrics, METRIC_READY_S,
                   (double)ns[SPAN_READY] / NS_PER_S);
    if (k->metrics.has[METRIC_BLOCKED_S])
        metric_set(&w->metrics, METRIC_BLOCKED_S,
                   (double)ns[SPAN_BLOCKED] / NS_PER_S);
}

static void show_worker(const struct replay *r, int id, int64_t at_ns)
{
    const struct trace_worker *k = &r->kept->workers[id];
    struct trace_worker *w;

    if (!was_born(r, id, at_ns))
        return;
    w = trace_worker(r->source.trace, id);
    if (!w)
        return;
    w->tid = k->tid;
    w->pid = k->pid;
    w->role = k->role;
    w->born_ns = k->born_ns;
    if (k->end_ns != 0 && k->end_ns <= at_ns) {
        w->life = k->life;
        w->end_ns = k->end_ns;
    } else {
        w->life = LIFE_ALIVE;
        show_state(r, w, id, at_ns);
    }
    show_times(r, w, id, at_ns);
}

/* Kept are sums over all workers: each is given the share that it had in the
 * end, so that they add up to what had been done by then. */
static void show_ops(const struct replay *r, int64_t at_ns)
{
    const struct trace *k = r->kept;
    struct trace *t = r->source.trace;
    int64_t ops = ops_at(r, at_ns), all = 0, given = 0, so_far = 0;

    for (int id = 0; id < k->worker_count; id++)
        all = (int64_t)((uint64_t)all + (uint64_t)k->workers[id].ops);
    for (int id = 0; id < t->worker_count; id++) {
        int64_t up_to;

        so_far = (int64_t)((uint64_t)so_far + (uint64_t)k->workers[id].ops);
        up_to = all > 0 && so_far > 0 && ops > 0
                    ? (int64_t)((double)ops * ((double)so_far / (double)all))
                    : 0;
        t->workers[id].ops = up_to - given;
        given = up_to;
    }
}

/* Totals over all workers as they were counted on the way: in place of sums
 * over rows. */
static void show_totals(struct replay *r)
{
    struct trace *t = r->source.trace;
    const struct metrics *k = &r->kept->metrics;
    const struct trace_sample *s;
    struct {
        enum metric metric;
        double value;
    } all[5];

    if (t->sample_count == 0)
        return;
    s = &t->samples[t->sample_count - 1];
    all[0].metric = METRIC_TASKS_DONE;
    all[0].value = (double)s->tasks_done;
    all[1].metric = METRIC_SWITCHES_VOLUNTARY;
    all[1].value = (double)s->voluntary;
    all[2].metric = METRIC_SWITCHES_INVOLUNTARY;
    all[2].value = (double)s->involuntary;
    all[3].metric = METRIC_MIGRATIONS;
    all[3].value = (double)s->migrations;
    all[4].metric = METRIC_CPU_S;
    all[4].value = (double)s->cpu_ns / NS_PER_S;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (k->has[all[i].metric] && all[i].value >= 0)
            metric_set(&t->loop, all[i].metric, all[i].value);
}

/* ---- a mix's parts --------------------------------------------------------
 */

/* When part @i had been alone: the next one's first worker came to be; after
 * the last one the first one's workers go on. */
static int64_t alone_until(const struct replay *r, int i)
{
    const struct trace *k = r->kept;
    int next = i + 1 < k->part_count ? i + 1 : i;
    int worker = k->parts[next].first_worker, id = k->parts[0].first_worker;
    int64_t born_ns;

    if (worker >= k->worker_count || id >= k->worker_count)
        return INT64_MAX;
    born_ns = k->workers[worker].born_ns;
    if (next != i)
        return born_ns;
    for (uint32_t n = r->first[id]; n != REPLAY_NONE; n = r->next[n])
        if (replay_span(r, n)->start_ns >= born_ns)
            return replay_span(r, n)->start_ns;
    return INT64_MAX;
}

static void show_parts(struct replay *r, int64_t at_ns)
{
    const struct trace *k = r->kept;
    struct trace *t = r->source.trace;

    for (int i = 0; i < k->part_count; i++) {
        bool known = at_ns >= alone_until(r, i);

        t->parts[i].alone_per_s = known ? k->parts[i].alone_per_s : -1;
        t->parts[i].together_per_s = -1;
    }
}

/* ---- the end --------------------------------------------------------------
 */

/* All that is known of it. Spans, events and samples have been shown. */
static void show_end(struct replay *r)
{
    const struct trace *k = r->kept;
    struct trace *t = r->source.trace;

    t->now_ns = k->now_ns;
    t->end_ns = k->end_ns;
    t->verdict = k->verdict;
    t->refused_code = k->refused_code;
    t->result_digits = k->result_digits;
    t->failed_alloc = k->failed_alloc;
    memcpy(t->error, k->error, sizeof(t->error));
    memcpy(t->note, k->note, sizeof(t->note));
    memcpy(t->hidden, k->hidden, sizeof(t->hidden));
    t->observer = k->observer;
    t->metrics = k->metrics;
    t->loop = k->loop;
    t->latency = k->latency;
    t->scene = k->scene;
    t->waitfor = k->waitfor;
    memcpy(t->failures, k->failures, sizeof(t->failures));
    t->failure_count = k->failure_count;
    memcpy(t->parts, k->parts, sizeof(t->parts));
    for (int i = 0; i < k->core_count && i < t->core_count; i++)
        t->cores[i] = k->cores[i];
    if (k->worker_count > 0 && trace_worker(t, k->worker_count - 1))
        memcpy(t->workers, k->workers,
               (size_t)k->worker_count * sizeof(*t->workers));
    for (size_t i = 0; i < k->phase_count && i < t->phase_count; i++)
        t->phases[i] = k->phases[i];
    if (k->resource_count > 0 && !t->resources) {
        size_t bytes = (size_t)k->resource_count * sizeof(*t->resources);

        t->resources = malloc(bytes);
        if (t->resources) {
            memcpy(t->resources, k->resources, bytes);
            t->resource_count = k->resource_count;
        }
    }
    r->source.done = true;
}

/* Its last moment: what came after the end of the work is there with it. */
static int64_t last_ns(const struct trace *k)
{
    int64_t last = k->end_ns > k->now_ns ? k->end_ns : k->now_ns;

    return last > k->gate_ns ? last : k->gate_ns;
}

void replay_show(struct replay *r, int64_t elapsed_ns)
{
    const struct trace *k = r->kept;
    int64_t length_ns = last_ns(k) - k->gate_ns;
    bool end = elapsed_ns >= length_ns;
    int64_t at_ns = end ? INT64_MAX : k->gate_ns + elapsed_ns;

    r->source.trace->now_ns = end ? last_ns(k) : at_ns;
    show_spans(r, at_ns);
    show_events(r, at_ns);
    show_samples(r, at_ns);
    show_phases(r, at_ns);
    if (end) {
        show_end(r);
        return;
    }
    for (int id = 0; id < k->worker_count; id++)
        show_worker(r, id, at_ns);
    show_ops(r, at_ns);
    show_totals(r);
    show_parts(r, at_ns);
}
