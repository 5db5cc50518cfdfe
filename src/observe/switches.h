/* The kernel's switch records made into timelines.
 *
 * Records come in one stream a core, each in order of time; they are merged
 * by time (at one instant whoever leaves comes first) and each worker follows
 * a small state machine. Knows nothing of where the streams come from, so
 * that tests can write them by hand. Screen process, one thread. */
#ifndef OBSERVE_SWITCHES_H
#define OBSERVE_SWITCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "observe/line.h"
#include "observe/marks.h"

enum switch_kind {
    SWITCH_LOST,    /* .lost records did not fit the ring: all between the one
                       before this and .at_ns */
    SWITCH_OUT,     /* left the core: it waits for something */
    SWITCH_PREEMPT, /* left the core, but could go on */
    SWITCH_EXIT,    /* the thread is no more */
    SWITCH_IN       /* got the core */
};

struct switch_record {
    int64_t at_ns;
    int32_t tid;
    int16_t cpu;
    uint8_t kind; /* enum switch_kind */
    int64_t lost;
};

/* One core's stream. next() gives the next record, false if there is none (it
 * is asked again at the next drain). The rest belongs to switches.c. */
struct switch_feed {
    bool (*next)(void *from, struct switch_record *out);
    void *from;
    int cpu;
    bool has; /* .head was read, but not used yet */
    struct switch_record head;
    int64_t last_ns; /* when the last used one happened */
};

struct switches;

/* @marks tells why workers wait; NULL: every wait is "other". @foreign: the
 * streams tell of all tasks, add up others' time in the trace's cores. NULL
 * if out of memory. */
struct switches *switches_new(struct lines *lines, struct marks *marks,
                              bool foreign);
void switches_free(struct switches *s); /* NULL is fine */

/* What becomes known of worker @id (a line that exists): its thread, when its
 * life began and on which core (it ran then), when it ended. Records outside
 * the life do not count, even if they were used before it was known. False:
 * out of memory. */
bool switches_named(struct switches *s, int id, int32_t tid);
void switches_born(struct switches *s, int id, int64_t at_ns, int cpu);
void switches_ended(struct switches *s, int id, int64_t at_ns);
/* It is about to end, but not before the horizon of the next drain: its records
 * are kept back until it is known when. */
void switches_closing(struct switches *s, int id);

/* Use all records up to @horizon_ns: up to there nothing can be missing from
 * the streams any more. Workers that ended by then are closed. Returns the
 * number of records used; lost ones are added to the trace. */
int64_t switches_drain(struct switches *s, struct switch_feed *feeds, int count,
                       int64_t horizon_ns);

/* No records are taken from @from_ns on (all before have been used). Ends
 * before that may become known up to the next drain ... */
void switches_blind(struct switches *s, int64_t from_ns);
/* ... until @at_ns. Records between the two do not count. */
void switches_sighted(struct switches *s, int64_t at_ns);

/* Worker @id ran on @cpu at @at_ns, by its own word. If its state is unknown
 * and no record of it came since records are complete, it ran all along. */
void switches_seen(struct switches *s, int id, int64_t at_ns, int cpu);

/* The end: close what is still open, killed workers at @at_ns. */
void switches_finish(struct switches *s, int64_t at_ns);

#endif
