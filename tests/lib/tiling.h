/* Do a worker's spans follow each other without hole or overlap? */
#ifndef TESTS_TILING_H
#define TESTS_TILING_H

#include "trace/trace.h"

/* Of one worker's spans, for trace_each_span(): begin with .at_ns at its birth;
 * afterwards .at_ns is where its spans end. */
struct tiling {
    int worker;
    int64_t at_ns;
    int64_t on_ns; /* on a core */
    uint64_t holes;
};

static inline void tile(const struct span *s, void *arg)
{
    struct tiling *t = arg;

    if (s->worker != t->worker)
        return;
    t->holes += s->start_ns != t->at_ns || s->end_ns <= s->start_ns;
    t->at_ns = s->end_ns;
    if (s->state == SPAN_RUNNING || s->state == SPAN_SPINNING)
        t->on_ns += s->end_ns - s->start_ns;
}

#endif
