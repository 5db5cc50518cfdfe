/* The trace as it was at one moment. Screen process. */
#include "tui/still.h"

#include <stdlib.h>
#include <string.h>

static void *copy_of(const void *from, size_t bytes)
{
    void *to = malloc(bytes ? bytes : 1);

    if (to && bytes)
        memcpy(to, from, bytes);
    return to;
}

bool still_hold(struct still *s, const struct trace *live)
{
    size_t n = live->chunk_count;

    still_release(s);
    s->trace = *live;
    s->spans = trace_span_total(live);
    s->workers = copy_of(live->workers,
                         (size_t)live->worker_count * sizeof(*s->workers));
    s->chunks = copy_of(live->chunks, n * sizeof(struct trace_chunk *));
    s->last = n ? copy_of(live->chunks[n - 1], sizeof(*s->last)) : NULL;
    s->held = s->workers && s->chunks && (n == 0 || s->last);
    if (!s->held) {
        still_release(s);
        return false;
    }
    s->trace.workers = s->workers;
    s->trace.chunks = s->chunks;
    still_refresh(s, live);
    return true;
}

void still_refresh(struct still *s, const struct trace *live)
{
    uint64_t gone = (uint64_t)live->observer.dropped_spans;
    size_t n = s->spans > gone
                   ? (size_t)((s->spans - gone + TRACE_CHUNK_SPANS - 1) /
                              TRACE_CHUNK_SPANS)
                   : 0;

    /* All chunks but the last are full: from the first on they are the same. */
    for (size_t i = 0; i + 1 < n; i++)
        s->chunks[i] = live->chunks[i];
    if (n > 0)
        s->chunks[n - 1] = s->last;
    s->trace.chunk_count = n;
    s->trace.observer.dropped_spans = live->observer.dropped_spans;
    s->trace.complete_from_ns = live->complete_from_ns;
    s->trace.events = live->events;
    s->trace.samples = live->samples;
    s->trace.phases = live->phases;
    if (s->trace.phase_count > live->phase_count)
        s->trace.phase_count = live->phase_count;
}

void still_release(struct still *s)
{
    free(s->workers);
    free(s->chunks);
    free(s->last);
    *s = (struct still){0};
}
