/* Where a trace comes from: the live lab, a simulator, a recording. Screens
 * and commands drive any of them without knowing which. One thread. */
#ifndef TRACE_SOURCE_H
#define TRACE_SOURCE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"
#include "trace/trace.h"

struct source;

/* What may be changed while it runs. Filled from the spec at the start. */
struct source_controls {
    enum spec_sync sync;
    int64_t workers;
    bool paused;
    bool pinned;
    cpu_set_t cpus;
    int64_t nice;
    int64_t slice_ns;
    int64_t gil_interval_ns;
    enum spec_disk_policy disk_policy;
};

struct source_class {
    /* File descriptors to poll; returns how many, at most @max. */
    int (*fds)(struct source *s, struct pollfd *out, int max);
    /* Take in what is new. Cheap when nothing is. Numbers that follow from the
     * trace are stats/summary.h's affair: call summary_update() after it. */
    void (*pump)(struct source *s, int64_t now_ns);
    /* Ask for @s->wanted to be applied; @always: begin a new phase even if
     * nothing differs (a new round). Takes effect when the workers have passed
     * the barrier; phases in the trace tell. */
    void (*apply)(struct source *s, bool always);
    /* Ask it to end properly; pump() goes on until .done. A second call kills.
     * @verdict is what the run is then said to be (interrupted, timeout). */
    void (*stop)(struct source *s, enum verdict verdict);
    /* Ends it if need be, frees everything including the trace. */
    void (*close)(struct source *s);
};

struct source {
    const struct source_class *class;
    struct trace *trace;           /* owned by the source */
    struct source_controls wanted; /* set by the screen, then apply() */
    int max_workers;               /* live: as many as .wanted.workers may be */
    bool running;                  /* the gate is open */
    bool done; /* everything has been collected; the trace is final */
};

/* When pump() should next be called at the latest, if no descriptor fires. */
#define SOURCE_PUMP_NS (INT64_C(1000000000) / 30)

#endif
