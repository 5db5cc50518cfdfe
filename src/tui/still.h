/* The trace as it was at one moment, to look at while the run goes on. Screen
 * process. */
#ifndef TUI_STILL_H
#define TUI_STILL_H

#include <stdbool.h>

#include "trace/trace.h"

struct still {
    bool held;
    struct trace trace; /* numbers and workers of its own; spans, events,
                           samples and phases lent by the live trace */
    struct trace_worker *workers;
    struct trace_chunk **chunks; /* the live ones, but the last is a copy: */
    struct trace_chunk *last;    /* the live last one goes on growing */
    uint64_t spans;              /* how many there were */
};

/* Hold on to @live as it is now. False: no memory, nothing is held. */
bool still_hold(struct still *s, const struct trace *live);
/* Before each use: where the live trace keeps what it lends may have moved, and
 * its oldest spans may have gone. */
void still_refresh(struct still *s, const struct trace *live);
void still_release(struct still *s); /* fine if nothing is held */

#endif
