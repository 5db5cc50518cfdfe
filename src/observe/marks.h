/* Why workers wait, as they marked it on the scoreboard before they did, for
 * the rungs whose timeline comes from the kernel's records.
 *
 * Each worker's events are read in step with its records: marks_until() is
 * called before a record is used, with the record's time. */
#ifndef OBSERVE_MARKS_H
#define OBSERVE_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/board.h"
#include "observe/line.h"

struct mark {
    struct board_event next; /* read, but not due yet */
    bool has_next;
    uint8_t cause; /* why it waits, by its last mark; WAIT_NONE: it does not */
    uint8_t last;  /* why it waited the last time */
    bool holes;    /* marks were dropped lately: .last is the best guess */
};

struct marks {
    /* Where events come from: false if worker @id has none. */
    bool (*take)(void *from, int id, struct board_event *out);
    void *from;
    struct mark *v; /* by worker id */
    int count, cap;
};

/* Make ids below @count valid. False: out of memory. */
bool marks_grow(struct marks *m, int count);
void marks_fini(struct marks *m);

/* Take in worker @id's events up to @at_ns: its cause, its spinning (a running
 * span is cut where spinning begins and ends), its finished tasks. */
void marks_until(struct marks *m, struct lines *ls, int id, int64_t at_ns);

/* Why it blocks now: by its mark; WAIT_OTHER without one. Where marks were
 * dropped because the ring was full, what it waited for the last time. */
enum wait_cause marks_cause(const struct marks *m, int id);

/* A finished task as an event in the trace. */
void marks_task(struct trace *t, int id, const struct board_event *e);

#endif
