/* Inside keep/: a replay's state, and what it shows at a moment. */
#ifndef KEEP_REPLAY_PARTS_H
#define KEEP_REPLAY_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "trace/source.h"

#define REPLAY_NONE UINT32_MAX

struct replay {
    struct source source; /* first: one is the other */
    struct trace *kept;

    /* By the time of their ends: numbers into the kept ones. */
    uint32_t *spans, *events;
    size_t span_count;
    uint32_t *first; /* by worker: its first span in .spans; REPLAY_NONE */
    uint32_t *next;  /* by place in .spans: that worker's next one */

    /* How much has been shown. */
    size_t shown_spans, shown_events, shown_samples;
    uint32_t *open; /* by worker: the first that has not been */

    bool begun;
    int64_t pumped_ns;  /* when last, on the caller's clock */
    int64_t elapsed_ns; /* of the run, from its gate */
};

/* The span at place @i of .spans. */
static inline const struct span *replay_span(const struct replay *r, size_t i)
{
    return trace_span_at(r->kept, (uint64_t)r->kept->observer.dropped_spans +
                                      r->spans[i]);
}

/* Show what had happened @elapsed_ns after the gate, never less than before;
 * with its last moment all that was known afterwards, and .done. */
void replay_show(struct replay *r, int64_t elapsed_ns);

#endif
