/* A kept run that goes by again. What is shown of it depends on nothing but
 * how far it has come, so that however it got there it is the same. Screen
 * process. */
#include "keep/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keep/replay_parts.h"

static struct replay *of(struct source *s)
{
    return (struct replay *)(void *)s;
}

/* ---- in which order things happened -------------------------------------- */

struct when {
    int64_t at_ns;
    uint32_t n; /* number among its kind: ties stay in order */
};

static int earlier(const void *a, const void *b)
{
    const struct when *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return x->n < y->n ? -1 : x->n > y->n;
}

/* Most records come in order: sort only if they do not. */
static void sort(struct when *all, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (all[i].at_ns < all[i - 1].at_ns) {
            qsort(all, count, sizeof(*all), earlier);
            return;
        }
}

/* Spans and events by their ends. 0 or -ENOMEM. */
static int order(struct replay *r)
{
    const struct trace *k = r->kept;
    uint64_t gone = (uint64_t)k->observer.dropped_spans;
    size_t count, most;
    struct when *all;

    r->span_count = (size_t)(trace_span_total(k) - gone);
    count = r->span_count;
    most = count > k->event_count ? count : k->event_count;
    all = malloc((most + 1) * sizeof(*all));
    r->spans = malloc((count + 1) * sizeof(*r->spans));
    r->events = malloc((k->event_count + 1) * sizeof(*r->events));
    r->first = malloc(((size_t)k->worker_count + 1) * sizeof(*r->first));
    r->next = malloc((count + 1) * sizeof(*r->next));
    r->open = malloc(((size_t)k->worker_count + 1) * sizeof(*r->open));
    if (!all || !r->spans || !r->events || !r->first || !r->next || !r->open) {
        free(all);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++)
        all[i] = (struct when){trace_span_at(k, gone + i)->end_ns, (uint32_t)i};
    sort(all, count);
    for (size_t i = 0; i < count; i++)
        r->spans[i] = all[i].n;
    for (size_t i = 0; i < k->event_count; i++)
        all[i] = (struct when){k->events[i].at_ns, (uint32_t)i};
    sort(all, k->event_count);
    for (size_t i = 0; i < k->event_count; i++)
        r->events[i] = all[i].n;
    free(all);

    /* A worker's spans one after the other, from the last one back. */
    for (int id = 0; id < k->worker_count; id++)
        r->first[id] = REPLAY_NONE;
    for (size_t i = count; i-- > 0;) {
        int id = replay_span(r, i)->worker;

        r->next[i] = r->first[id];
        r->first[id] = (uint32_t)i;
    }
    return 0;
}

/* ---- a trace to show ------------------------------------------------------
 */

/* What was known of it before it began. */
static struct trace *begin(const struct trace *k)
{
    struct trace *t = trace_new(&k->spec, &k->machine);
    struct trace_core *cores;

    if (!t)
        return NULL;
    cores = malloc((size_t)k->core_count * sizeof(*cores) + 1);
    if (!cores) {
        trace_free(t);
        return NULL;
    }
    for (int i = 0; i < k->core_count; i++)
        cores[i] = (struct trace_core){
            .cpu = k->cores[i].cpu, .foreign_ns = -1, .foreign_share = -1};
    free(t->cores);
    t->cores = cores;
    t->core_count = k->core_count;
    t->badge = BADGE_REPLAY;
    t->gate_ns = k->gate_ns;
    t->now_ns = k->gate_ns;
    t->complete_from_ns = k->complete_from_ns;
    t->observer = k->observer;
    t->observer.records = t->observer.lost = 0;
    t->observer.cpu_s = t->observer.late_ms = 0;
    t->part_count = k->part_count;
    memcpy(t->parts, k->parts, sizeof(t->parts));
    return t;
}

static void restart(struct replay *r)
{
    const struct trace *k = r->kept;

    r->shown_spans = r->shown_events = r->shown_samples = 0;
    memcpy(r->open, r->first, (size_t)k->worker_count * sizeof(*r->open));
    r->elapsed_ns = 0;
    r->pumped_ns = 0;
    r->begun = false;
    r->source.wanted = (struct source_controls){
        .sync = k->phase_count ? k->phases[0].sync : k->spec.sync,
        .workers = k->spec.workers,
        .pinned = k->spec.pinned,
        .cpus = k->spec.cpus,
        .nice = k->spec.nice,
        .slice_ns = k->spec.slice_ns,
        .gil_interval_ns = k->spec.gil_interval_ns,
        .disk_policy = k->spec.disk_policy,
    };
    r->source.running = k->gate_ns != 0;
    r->source.done = false;
}

/* ---- the source -----------------------------------------------------------
 */

static int replay_fds(struct source *s, struct pollfd *out, int max)
{
    (void)s;
    (void)out;
    (void)max;
    return 0; /* its clock alone moves it */
}

static void replay_pump(struct source *s, int64_t now_ns)
{
    struct replay *r = of(s);

    if (s->done)
        return;
    if (r->begun && !s->wanted.paused && now_ns > r->pumped_ns)
        r->elapsed_ns += now_ns - r->pumped_ns;
    r->begun = true;
    r->pumped_ns = now_ns;
    replay_show(r, r->elapsed_ns);
}

static void replay_apply(struct source *s, bool always)
{
    (void)s; /* pump() looks whether it is paused; there is nothing else */
    (void)always;
}

static void replay_stop(struct source *s, enum verdict verdict)
{
    (void)verdict; /* it ended as it ended */
    if (!s->done)
        replay_show(of(s), INT64_MAX);
}

static void replay_close(struct source *s)
{
    struct replay *r;

    if (!s)
        return;
    r = of(s);
    trace_free(s->trace);
    trace_free(r->kept);
    free(r->spans);
    free(r->events);
    free(r->first);
    free(r->next);
    free(r->open);
    free(r);
}

static const struct source_class replay_class = {
    .fds = replay_fds,
    .pump = replay_pump,
    .apply = replay_apply,
    .stop = replay_stop,
    .close = replay_close,
};

int replay_open(struct source **out, struct trace *kept, bool at_end,
                struct err *err)
{
    struct replay *r = calloc(1, sizeof(*r));

    *out = NULL;
    if (!r) {
        trace_free(kept);
        return err_set(err, -ENOMEM, "no memory for the kept run");
    }
    r->kept = kept;
    r->source.class = &replay_class;
    r->source.max_workers = (int)kept->spec.workers;
    if (order(r) == 0)
        r->source.trace = begin(kept);
    if (!r->source.trace) {
        replay_close(&r->source);
        return err_set(err, -ENOMEM, "no memory for the kept run");
    }
    restart(r);
    if (at_end || kept->gate_ns == 0)
        replay_show(r, INT64_MAX);
    *out = &r->source;
    return 0;
}

int replay_again(struct source *s, struct err *err)
{
    struct replay *r = of(s);
    struct trace *fresh = begin(r->kept);

    if (!fresh)
        return err_set(err, -ENOMEM, "no memory to replay it again");
    trace_free(s->trace);
    s->trace = fresh;
    restart(r);
    return 0;
}
