/* A stream of Chrome trace events, written piece by piece with stdio: nothing
 * is kept, so that there may be millions. One thread.
 *
 * An event is opened, gets its time, name and further fields in any order, and
 * is closed. A write that fails is remembered; callers look at .error now and
 * then and stop. */
#ifndef EXPORT_EVENTS_H
#define EXPORT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct events {
    FILE *out;
    int64_t gate_ns; /* nought of the written times */
    bool any;        /* one was written: a comma comes first */
    int error;       /* errno of the first write that failed, or 0 */
};

/* As it stands: our own words and punctuation, no escapes. */
void events_put(struct events *e, const char *s);
void events_integer(struct events *e, int64_t n);
/* With three decimals: nanoseconds as microseconds. */
void events_fixed(struct events *e, int64_t thousandths);
/* Quoted and escaped; what is not UTF-8 becomes U+FFFD. */
void events_string(struct events *e, const char *s);

/* @kind is the format's "ph": X a slice, i an instant, C a counter, M a name.
 * A @tid of 0 is left out: the event is the process's. */
void event_open(struct events *e, const char *kind, int pid, int tid);
void event_at(struct events *e, int64_t at_ns);
void event_name(struct events *e, const char *name); /* needs no escapes */
/* The only argument of an event. Several: write "args" with events_put(). */
void event_argument(struct events *e, const char *name, int64_t value);
void event_close(struct events *e);

/* Opened, with time, length and name. */
void event_slice(struct events *e, int pid, int tid, int64_t start_ns,
                 int64_t end_ns, const char *name);
/* A whole event: the name, or the place among its like, of a track. @what is
 * "process_name", "thread_sort_index", ... */
void event_metadata(struct events *e, const char *what, int pid, int tid,
                    const char *name);
void event_sort_index(struct events *e, const char *what, int pid, int tid,
                      int index);

#endif
