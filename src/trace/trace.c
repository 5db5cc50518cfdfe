/* The trace's storage: spans in chunks of fixed size, in order of arrival, so
 * that adding never moves what is there and reading number n is one division;
 * events, phases and samples in plain growing arrays. The screen process. */
#include "trace/trace.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Memory for spans: about 11 million of them. Then the oldest go. */
#define TRACE_SPAN_BYTES (INT64_C(256) << 20)

const char *const verdict_words[] = {
    [VERDICT_NONE] = "",
    [VERDICT_OK] = "ok",
    [VERDICT_FAILED] = "failed",
    [VERDICT_TIMEOUT] = "timeout",
    [VERDICT_DEADLOCK] = "deadlock",
    [VERDICT_INTERRUPTED] = "interrupted",
    NULL,
};

/* Room for one more of @size bytes in the array at @array (of @count used,
 * *@cap there): the array, perhaps moved, or NULL. */
static void *array_grow(void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return array;

    size_t more = *cap ? *cap * 2 : 16;
    void *moved = realloc(array, more * size);

    if (moved)
        *cap = more;
    return moved;
}

/* ---- cores -------------------------------------------------------------- */

/* Where core @cpu is among the cores, or where it would go. */
static int core_place(const struct trace *t, int cpu)
{
    int low = 0, high = t->core_count;

    while (low < high) {
        int mid = (low + high) / 2;

        if (t->cores[mid].cpu < cpu)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The core @cpu, put in its place if it is new: workers may be allowed more
 * cores while they run. NULL if out of memory. */
static struct trace_core *core_get(struct trace *t, int cpu)
{
    int at = core_place(t, cpu);

    if (at < t->core_count && t->cores[at].cpu == cpu)
        return &t->cores[at];

    struct trace_core *moved =
        realloc(t->cores, (size_t)(t->core_count + 1) * sizeof(*moved));

    if (!moved)
        return NULL;
    t->cores = moved;
    memmove(&moved[at + 1], &moved[at],
            (size_t)(t->core_count - at) * sizeof(*moved));
    moved[at] =
        (struct trace_core){.cpu = cpu, .foreign_ns = -1, .foreign_share = -1};
    t->core_count++;
    return &moved[at];
}

/* ---- life --------------------------------------------------------------- */

struct trace *trace_new(const struct spec *spec, const struct machine *m)
{
    struct trace *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    t->spec = *spec;
    t->machine = *m;
    t->chunk_limit = TRACE_SPAN_BYTES / sizeof(struct trace_chunk);
    t->observer.price_ns = -1;

    const cpu_set_t *cpus = spec->pinned ? &spec->cpus : &m->allowed;

    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, cpus) && !core_get(t, cpu)) {
            trace_free(t);
            return NULL;
        }
    return t;
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->chunk_count; i++)
        free(t->chunks[i]);
    free(t->chunks);
    free(t->workers);
    free(t->cores);
    free(t->events);
    free(t->phases);
    free(t->samples);
    free(t->resources);
    free(t);
}

struct trace_worker *trace_worker(struct trace *t, int id)
{
    assert(id >= 0);
    if (id >= t->worker_cap) {
        int cap = t->worker_cap ? t->worker_cap : 16;

        while (cap <= id)
            cap = cap > INT_MAX / 2 ? INT_MAX : cap * 2;

        struct trace_worker *moved =
            realloc(t->workers, (size_t)cap * sizeof(*moved));

        if (!moved) {
            t->failed_alloc = true;
            return NULL;
        }
        t->workers = moved;
        t->worker_cap = cap;
    }
    while (t->worker_count <= id)
        t->workers[t->worker_count++] =
            (struct trace_worker){.cpu = -1, .waits_on = -1};
    return &t->workers[id];
}

/* ---- spans -------------------------------------------------------------- */

/* Take the oldest chunk out, empty, to be used again. */
static struct trace_chunk *chunk_recycle(struct trace *t)
{
    struct trace_chunk *oldest = t->chunks[0];

    t->chunk_count--;
    for (size_t i = 0; i < t->chunk_count; i++)
        t->chunks[i] = t->chunks[i + 1];
    t->observer.dropped_spans += (int64_t)oldest->count;
    if (oldest->max_ns > t->complete_from_ns)
        t->complete_from_ns = oldest->max_ns;
    return oldest;
}

/* The chunk that has room for one more span; NULL if there is no memory at
 * all. Without memory for a new chunk the oldest is let go early. */
static struct trace_chunk *chunk_open(struct trace *t)
{
    if (t->chunk_count > 0 &&
        t->chunks[t->chunk_count - 1]->count < TRACE_CHUNK_SPANS)
        return t->chunks[t->chunk_count - 1];

    struct trace_chunk *c = NULL;

    if (t->chunk_count < t->chunk_limit) {
        struct trace_chunk **moved =
            array_grow(t->chunks, t->chunk_count, &t->chunk_cap,
                       sizeof(struct trace_chunk *));

        if (moved) {
            t->chunks = moved;
            c = malloc(sizeof(*c));
        }
        t->failed_alloc |= !c;
    }
    if (!c && t->chunk_count > 0)
        c = chunk_recycle(t);
    if (!c)
        return NULL;
    c->count = 0;
    c->min_ns = INT64_MAX;
    c->max_ns = INT64_MIN;
    t->chunks[t->chunk_count++] = c;
    return c;
}

void trace_add_span(struct trace *t, const struct span *span)
{
    int64_t length = span->end_ns - span->start_ns;

    if (length <= 0)
        return;

    struct trace_worker *w = trace_worker(t, span->worker);

    if (w) {
        w->span_ns[span->state] += length;
        if (span->state == SPAN_BLOCKED || span->state == SPAN_SPINNING)
            w->wait_ns[span->cause] += length;
    }
    if (span->cpu >= 0 &&
        (span->state == SPAN_RUNNING || span->state == SPAN_SPINNING)) {
        struct trace_core *core = core_get(t, span->cpu);

        if (core)
            core->own_ns += length;
        else
            t->failed_alloc = true;
    }

    struct trace_chunk *c = chunk_open(t);

    if (!c)
        return;
    if (span->start_ns < c->min_ns)
        c->min_ns = span->start_ns;
    if (span->end_ns > c->max_ns)
        c->max_ns = span->end_ns;
    c->spans[c->count++] = *span;
}

/* Only whole chunks are let go, and all but the newest are full. */
uint64_t trace_span_total(const struct trace *t)
{
    uint64_t gone = (uint64_t)t->observer.dropped_spans;

    if (t->chunk_count == 0)
        return gone;
    return gone + (t->chunk_count - 1) * (uint64_t)TRACE_CHUNK_SPANS +
           t->chunks[t->chunk_count - 1]->count;
}

const struct span *trace_span_at(const struct trace *t, uint64_t n)
{
    uint64_t gone = (uint64_t)t->observer.dropped_spans;

    if (n < gone || n >= trace_span_total(t))
        return NULL;
    n -= gone;
    return &t->chunks[n / TRACE_CHUNK_SPANS]->spans[n % TRACE_CHUNK_SPANS];
}

void trace_each_span(const struct trace *t, int64_t from_ns, int64_t to_ns,
                     void (*each)(const struct span *s, void *arg), void *arg)
{
    for (size_t i = 0; i < t->chunk_count; i++) {
        const struct trace_chunk *c = t->chunks[i];

        if (c->max_ns <= from_ns || c->min_ns >= to_ns)
            continue;
        for (size_t j = 0; j < c->count; j++)
            if (c->spans[j].end_ns > from_ns && c->spans[j].start_ns < to_ns)
                each(&c->spans[j], arg);
    }
}

bool trace_open_span(const struct trace *t, int worker, int64_t now_ns,
                     struct span *out)
{
    if (worker < 0 || worker >= t->worker_count)
        return false;

    const struct trace_worker *w = &t->workers[worker];

    if (w->life != LIFE_ALIVE)
        return false;

    bool on_core = w->state == SPAN_RUNNING || w->state == SPAN_SPINNING;

    *out = (struct span){
        .start_ns = w->since_ns,
        .end_ns = now_ns > w->since_ns ? now_ns : w->since_ns,
        .worker = (uint16_t)worker,
        .cpu = on_core ? (int16_t)w->cpu : -1,
        .state = (uint8_t)w->state,
        .cause = (uint8_t)w->cause,
        .sampled = t->observer.kind == OBSERVER_SAMPLED,
    };
    return true;
}

/* ---- events, phases, samples -------------------------------------------- */

void trace_add_event(struct trace *t, const struct trace_event *e)
{
    struct trace_event *moved =
        array_grow(t->events, t->event_count, &t->event_cap, sizeof(*moved));

    if (!moved) {
        t->failed_alloc = true;
        return;
    }
    t->events = moved;
    moved[t->event_count++] = *e;
}

struct trace_phase *trace_add_phase(struct trace *t)
{
    struct trace_phase *moved =
        array_grow(t->phases, t->phase_count, &t->phase_cap, sizeof(*moved));

    if (!moved) {
        t->failed_alloc = true;
        return NULL;
    }
    t->phases = moved;
    moved[t->phase_count] = (struct trace_phase){0};
    return &moved[t->phase_count++];
}

void trace_add_sample(struct trace *t, const struct trace_sample *s)
{
    struct trace_sample *moved =
        array_grow(t->samples, t->sample_count, &t->sample_cap, sizeof(*moved));

    if (!moved) {
        t->failed_alloc = true;
        return;
    }
    t->samples = moved;
    moved[t->sample_count++] = *s;
}

char trace_letter(int worker)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    return letters[(unsigned)worker % (sizeof(letters) - 1)];
}
