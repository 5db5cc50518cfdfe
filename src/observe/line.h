/* Workers' timelines while they are being made: of each worker the span that
 * is still open, and its counts. A span goes to the trace when it closes.
 *
 * Every rung of the observer turns what it sees into the calls below. Screen
 * process, one thread. */
#ifndef OBSERVE_LINE_H
#define OBSERVE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace.h"

enum line_phase {
    LINE_NONE,  /* nothing is known of this worker */
    LINE_NAMED, /* its thread exists, it is not at the gate yet */
    LINE_ALIVE, /* between .born_ns and .ended_ns */
    LINE_OVER
};

struct line {
    int64_t born_ns;                            /* 0: not known yet */
    int64_t ended_ns;                           /* 0: not known yet */
    int64_t since_ns;                           /* the open span began */
    int64_t voluntary, involuntary, migrations; /* seen in this timeline */
    int32_t tid;
    int16_t cpu;     /* where it runs, or ran last */
    uint8_t phase;   /* enum line_phase */
    uint8_t state;   /* enum span_state of the open span */
    uint8_t cause;   /* enum wait_cause, when blocked or spinning */
    uint8_t seeming; /* enum span_state to show for now: = .state, unless the
                        worker has not been heard of for a while */
};

struct lines {
    struct trace *trace; /* not owned */
    struct line *v;      /* by worker id */
    int count, cap;
    bool sampled; /* spans are a picture of samples */
};

/* Make ids below @count valid. False: out of memory, nothing changed. */
bool lines_grow(struct lines *ls, int count);
void lines_fini(struct lines *ls);

/* The worker's life begins, running on @cpu. */
void line_open(struct lines *ls, int id, int64_t at_ns, int cpu);

/* From @at_ns on it is in @state: closes the open span and opens the next. An
 * @at_ns before the open span's begin counts as that begin. The same state
 * goes on as one span. @cpu matters for running and spinning, @cause for
 * blocked and spinning. */
void line_turn(struct lines *ls, int id, int64_t at_ns, enum span_state state,
               int cpu, enum wait_cause cause);

/* The same to ready, by force: the running span is marked as cut off. */
void line_preempt(struct lines *ls, int id, int64_t at_ns);

/* All that wait at the start gate are woken when it opens, before @until_ns:
 * from then on they only lack a core. Of other waits no record tells the end.
 */
void line_gate(struct lines *ls, int id, int64_t until_ns);

/* Store the open span up to @at_ns; it goes on as before. */
void line_commit(struct lines *ls, int id, int64_t at_ns);

/* The life ends: closes the open span. */
void line_close(struct lines *ls, int id, int64_t at_ns);

/* Tell the trace's worker of the open span, the counts, birth and end. */
void line_show(const struct lines *ls, int id);

#endif
