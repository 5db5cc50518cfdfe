/* The rows of a trace as bytes and back: workers, phases, resources, events,
 * samples, latencies, the scene. Times are differences from the row before.
 * Any process. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "keep/pack_parts.h"

/* @n as its difference from *@last, which it becomes. */
static void delta(struct pack_io *io, int64_t *n, int64_t *last)
{
    int64_t by = pack_minus(*n, *last);

    pack_int(io, &by);
    *n = pack_plus(*last, by);
    *last = *n;
}

/* What is 0 until it is known, else a time near @base. */
static void time_or_none(struct pack_io *io, int64_t *ns, int64_t base)
{
    int64_t by = *ns == 0 ? 0 : pack_minus(*ns, base);

    if (io->out && *ns != 0 && by >= 0)
        by++; /* so that 0 is free */
    pack_int(io, &by);
    if (io->out)
        return;
    *ns = by == 0 ? 0 : pack_plus(base, by > 0 ? by - 1 : by);
    io->failed |= !pack_is_time(*ns);
}

static void flag(struct pack_io *io, bool *b)
{
    int32_t n = *b;

    pack_int32(io, &n, 0, 1);
    *b = n;
}

/* ---- workers ------------------------------------------------------------- */

static void worker_row(struct pack_io *io, struct trace_worker *w,
                       const struct trace *t, int resources)
{
    int life = (int)w->life, state = (int)w->state, cause = (int)w->cause;
    int role = (int)w->role;

    pack_int32(io, &w->tid, INT32_MIN, INT32_MAX);
    pack_int32(io, &w->pid, INT32_MIN, INT32_MAX);
    pack_word(io, LIST_LIFE, &life);
    pack_word(io, LIST_STATE, &state);
    pack_word(io, LIST_CAUSE, &cause);
    pack_word(io, LIST_ROLE, &role);
    w->life = (enum worker_life)life;
    w->state = (enum span_state)state;
    w->cause = (enum wait_cause)cause;
    w->role = (enum worker_role)role;
    pack_int32(io, &w->cpu, -1, INT16_MAX);
    pack_int32(io, &w->waits_on, -1, resources - 1);
    time_or_none(io, &w->born_ns, t->gate_ns);
    time_or_none(io, &w->end_ns, t->now_ns);
    time_or_none(io, &w->since_ns, t->now_ns);
    pack_int(io, &w->traced_voluntary);
    pack_int(io, &w->traced_involuntary);
    pack_int(io, &w->ops);
    pack_metrics(io, &w->metrics);
}

/* Totals by state or cause: pairs of a word and a time, ended by their number.
 */
static void totals(struct pack_io *io, enum pack_list list, int64_t *ns,
                   int count)
{
    int64_t pairs = 0;

    for (int i = 0; io->out && i < count; i++)
        pairs += ns[i] != 0;
    pack_int(io, &pairs);
    if (io->out) {
        for (int i = 0; i < count; i++)
            if (ns[i] != 0) {
                pack_word(io, list, &i);
                pack_int(io, &ns[i]);
            }
        return;
    }
    memset(ns, 0, (size_t)count * sizeof(*ns));
    for (; pairs > 0 && !io->failed; pairs--) {
        int word = 0;

        pack_word(io, list, &word);
        pack_int(io, &ns[word]);
    }
}

static void workers(struct pack_io *io, struct trace *t, int64_t count,
                    int resources)
{
    for (int64_t i = 0; i < count && !io->failed; i++) {
        struct trace_worker *w = trace_worker(t, (int)i);

        if (!w) {
            io->failed = true;
            return;
        }
        worker_row(io, w, t, resources);
        totals(io, LIST_STATE, w->span_ns, SPAN_STATES);
        totals(io, LIST_CAUSE, w->wait_ns, WAIT_CAUSES);
    }
}

/* ---- phases, resources --------------------------------------------------- */

static void phases(struct pack_io *io, struct trace *t, int64_t count)
{
    for (int64_t i = 0; i < count && !io->failed; i++) {
        struct trace_phase *p = io->out ? &t->phases[i] : trace_add_phase(t);
        int sync;

        if (!p) {
            io->failed = true;
            return;
        }
        sync = (int)p->sync;
        pack_word(io, LIST_SYNC, &sync);
        p->sync = (enum spec_sync)sync;
        pack_int32(io, &p->workers, INT32_MIN, INT32_MAX);
        time_or_none(io, &p->start_ns, t->gate_ns);
        time_or_none(io, &p->end_ns, t->gate_ns);
        pack_int(io, &p->ops);
        pack_metrics(io, &p->metrics);
    }
}

static void resource_row(struct pack_io *io, struct trace_resource *r,
                         int workers)
{
    int kind = (int)r->kind;
    int role = r->role < 0 ? 0 : r->role;
    bool any = r->role >= 0;
    int32_t length = (int32_t)strnlen(r->name, sizeof(r->name) - 1);

    pack_int32(io, &length, 0, (int32_t)sizeof(r->name) - 1);
    pack_bytes(io, r->name, (size_t)length);
    r->name[length] = '\0';
    pack_word(io, LIST_RESOURCE, &kind);
    r->kind = (enum resource_kind)kind;
    flag(io, &any);
    pack_word(io, LIST_ROLE, &role);
    r->role = any ? role : -1;
    pack_int32(io, &r->owner, -1, workers - 1);
    pack_int32(io, &r->available, INT32_MIN, INT32_MAX);
}

static void resources(struct pack_io *io, struct trace *t, int64_t count,
                      int workers)
{
    if (!io->out && count > 0) {
        t->resources = calloc((size_t)count, sizeof(*t->resources));
        if (!t->resources) {
            io->failed = true;
            return;
        }
        t->resource_count = (int)count;
    }
    for (int64_t i = 0; i < count && !io->failed; i++)
        resource_row(io, &t->resources[i], workers);
}

/* ---- events, samples ----------------------------------------------------- */

static void events(struct pack_io *io, struct trace *t, int64_t count)
{
    int64_t at_ns = t->gate_ns, value = 0;

    for (int64_t i = 0; i < count && !io->failed; i++) {
        struct trace_event e = {0};
        int64_t before;
        int kind;

        if (io->out)
            e = t->events[i];
        kind = (int)e.kind;
        before = pack_minus(e.at_ns, e.start_ns);
        pack_word(io, LIST_EVENT, &kind);
        e.kind = (enum trace_event_kind)kind;
        delta(io, &e.at_ns, &at_ns);
        pack_int(io, &before);
        e.start_ns = pack_minus(e.at_ns, before);
        io->failed |= !pack_is_time(e.at_ns) || !pack_is_time(e.start_ns);
        pack_int32(io, &e.worker, INT32_MIN, INT32_MAX);
        delta(io, &e.value, &value);
        if (!io->out && !io->failed)
            trace_add_event(t, &e);
    }
}

static void samples(struct pack_io *io, struct trace *t, int64_t count)
{
    struct trace_sample last = {.at_ns = t->gate_ns};

    for (int64_t i = 0; i < count && !io->failed; i++) {
        struct trace_sample s = {0};

        if (io->out)
            s = t->samples[i];
        delta(io, &s.at_ns, &last.at_ns);
        io->failed |= !pack_is_time(s.at_ns);
        delta(io, &s.ops, &last.ops);
        delta(io, &s.tasks_done, &last.tasks_done);
        delta(io, &s.voluntary, &last.voluntary);
        delta(io, &s.involuntary, &last.involuntary);
        delta(io, &s.migrations, &last.migrations);
        delta(io, &s.cpu_ns, &last.cpu_ns);
        delta(io, &s.gil_handoffs, &last.gil_handoffs);
        if (!io->out && !io->failed)
            trace_add_sample(t, &s);
    }
}

/* ---- latencies ----------------------------------------------------------- */

/* Most buckets are empty: how many are not, then steps and counts. */
static void latency(struct pack_io *io, struct hist *h)
{
    int64_t filled = 0, n = (int64_t)h->n, sum = 0, at = -1;

    for (int i = 0; io->out && i < HIST_BUCKETS; i++)
        filled += h->count[i] != 0;
    pack_int(io, &n);
    pack_int(io, &h->sum_ns);
    pack_int(io, &h->max_ns);
    pack_int(io, &filled);
    h->n = (uint64_t)n;
    for (int64_t k = 0; k < filled && !io->failed; k++) {
        int64_t next = at + 1, step, count;

        while (io->out && h->count[next] == 0)
            next++;
        step = next - at;
        pack_int(io, &step);
        if (step < 1 || step > HIST_BUCKETS - 1 - at) {
            io->failed = true;
            return;
        }
        at += step;
        count = (int64_t)h->count[at];
        pack_int(io, &count);
        h->count[at] = (uint64_t)count;
        sum = pack_plus(sum, count);
    }
    io->failed |= !io->out && (sum != n || n < 0);
}

/* ---- the scene ----------------------------------------------------------- */

#define ANY INT32_MIN, INT32_MAX

static void scene_disk(struct pack_io *io, struct scene_disk *s)
{
    int64_t *const times[] = {&s->leaves_ns,   &s->there_ns, &s->served,
                              &s->overhead_ns, &s->seek_ns,  &s->rotate_ns,
                              &s->transfer_ns, &s->idle_ns,  &s->cache_hits};
    int policy = (unsigned)s->policy < DISK_POLICIES ? s->policy : 0;
    int64_t shown;

    pack_word(io, LIST_POLICY, &policy);
    s->policy = policy;
    pack_int32(io, &s->cylinders, 0, INT32_MAX);
    pack_int32(io, &s->from, ANY);
    pack_int32(io, &s->to, ANY);
    pack_int32(io, &s->channels, ANY);
    pack_int32(io, &s->depth, 0, INT32_MAX);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        pack_int(io, times[i]);
    io->failed |= s->served < 0;
    for (int i = 0; i < SCENE_DISK_CHANNELS; i++)
        pack_int32(io, &s->serving[i], ANY);
    for (int i = 0; i < s->depth && i < SCENE_DISK_QUEUE; i++) {
        pack_int32(io, &s->queue[i].cylinder, ANY);
        pack_int32(io, &s->queue[i].reader, ANY);
    }
    shown = s->served < SCENE_DISK_TRAIL ? s->served : SCENE_DISK_TRAIL;
    for (int64_t i = 0; i < shown && !io->failed; i++) {
        pack_int32(io, &s->trail[i].cylinder, ANY);
        pack_int32(io, &s->trail[i].reader, ANY);
        pack_int32(io, &s->trail[i].hit, ANY);
    }
}

static void scene_fleet(struct pack_io *io, struct scene_fleet *s)
{
    pack_int32(io, &s->hosts, 0, INT32_MAX);
    pack_int32(io, &s->connections, ANY);
    pack_int32(io, &s->due, ANY);
    pack_int(io, &s->sent_bytes);
    pack_real(io, &s->load);
    pack_run(io, LIST_HOST, s->state,
             s->hosts < SCENE_HOSTS ? s->hosts : SCENE_HOSTS);
}

static void scene_queue(struct pack_io *io, struct scene_queue *s)
{
    pack_int(io, &s->capacity);
    pack_int(io, &s->depth);
    pack_int(io, &s->produced);
    pack_int(io, &s->consumed);
    pack_int(io, &s->unit);
    pack_int32(io, &s->sentinels_in, ANY);
    pack_int32(io, &s->sentinels_out, ANY);
    for (int i = 0; s->unit <= 0 && i < s->depth && i < SCENE_QUEUE_ITEMS; i++)
        pack_int32(io, &s->item[i], ANY);
}

static void scene_files(struct pack_io *io, struct scene_files *s)
{
    pack_int32(io, &s->count, 0, INT32_MAX);
    pack_int32(io, &s->groups, ANY);
    pack_run(io, LIST_FILE, s->state,
             s->count < SCENE_FILE_COUNT ? s->count : SCENE_FILE_COUNT);
}

static void scene(struct pack_io *io, struct scene *s)
{
    int kind = (int)s->kind;

    pack_word(io, LIST_SCENE, &kind);
    s->kind = (uint32_t)kind;
    switch ((enum scene_kind)kind) {
    case SCENE_DISK:
        scene_disk(io, &s->disk);
        break;
    case SCENE_FLEET:
        scene_fleet(io, &s->fleet);
        break;
    case SCENE_QUEUE:
        scene_queue(io, &s->queue);
        break;
    case SCENE_FILES:
        scene_files(io, &s->files);
        break;
    case SCENE_NONE:
    case SCENE_KINDS:
        break;
    }
}

/* ---- all of them --------------------------------------------------------- */

void pack_rows(struct pack_io *io, struct trace *t,
               const struct pack_counts *counts)
{
    workers(io, t, counts->workers, (int)counts->resources);
    phases(io, t, counts->phases);
    resources(io, t, counts->resources, (int)counts->workers);
    events(io, t, counts->events);
    samples(io, t, counts->samples);
    latency(io, &t->latency);
    scene(io, &t->scene);
    io->failed |= !io->out && t->failed_alloc;
}
