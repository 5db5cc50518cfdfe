/* What workers found out about themselves, made into timelines: for machines
 * on which the kernel gives no records. Exact to about the time between two
 * looks at the clock (20 us). Screen process, one thread. */
#ifndef OBSERVE_GAPS_H
#define OBSERVE_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/board.h"
#include "observe/line.h"

struct gap {         /* one worker */
    int64_t wait_ns; /* it waits since, by its last event; 0: it does not */
    uint8_t wait_cause;
    bool blocked;    /* the open span was taken for blocked by gaps_now() */
    bool hole;       /* events were dropped after the last one */
    bool turns;      /* a cooperative task: tells of its turns */
    int64_t last_ns; /* the last event's end */
};

struct gaps {
    struct lines *lines;
    struct gap *v; /* by worker id */
    int count, cap;
};

/* Make ids below @count valid. False: out of memory. */
bool gaps_grow(struct gaps *g, int count);
void gaps_fini(struct gaps *g);

/* Use the next event of worker @id, whose line is alive. */
void gaps_event(struct gaps *g, int id, const struct board_event *e);

/* @dropped events are missing after the last one: unknown until the next. */
void gaps_hole(struct gaps *g, int id, int64_t dropped, int64_t now_ns);

/* What goes on now, to be shown: it last looked at the clock, running, at
 * @seen_ns (read before the events were taken). */
void gaps_now(struct gaps *g, int id, int64_t seen_ns, int64_t now_ns);

/* The same of a cooperative task, which waits for @wait since @since_ns by its
 * own word, and last ran at @seen_ns (read after those). */
void gaps_turn_now(struct gaps *g, int id, enum wait_cause wait,
                   int64_t since_ns, int64_t seen_ns);

/* Its life is over: closes the open span at @at_ns. */
void gaps_end(struct gaps *g, int id, int64_t at_ns);

#endif
