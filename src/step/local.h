/* The part of a thread's step that is its own affair: registers, branches, the
 * regions it is in, its store buffer. Together with deed.h this is all of the
 * semantics; nobody else interprets operations (but for the naive enumerator of
 * the tests, which is there to disagree). Any thread. */
#ifndef STEP_LOCAL_H
#define STEP_LOCAL_H

#include "step/deed.h"

/* Stores of one thread that nobody else sees yet: at most so many. A store
 * into a full buffer waits for a flush, as in a processor; searches say when
 * that happened, since an unbounded buffer could do more. */
enum { TSL_BUFFER = 24 };

/* What the machine is, beside the program. */
struct rules {
    enum granularity granularity;
    bool tso;            /* else sequentially consistent */
    int buffer;          /* entries of a store buffer, 1 .. TSL_BUFFER */
    bool keep_registers; /* do not clear those that are never read again */
};

struct buffered {
    uint16_t cell;
    int16_t value;
};

struct local {
    uint16_t pc; /* always of an operation that begins a step, of a joined one
                    that had to wait, or of the halt */
    uint8_t buffer_count;
    uint32_t regions; /* it is in */
    int16_t regs[TSL_REGISTERS];
    struct buffered buffer[TSL_BUFFER]; /* oldest first */
};

/* What came to pass on the way to the end of a step. Zero: nothing. */
struct event {
    bool assert_failed;
    uint16_t assert_op; /* the first that did */
    uint32_t entered;   /* regions, even if it left them again */
    uint8_t fault;      /* enum fault; then the local is not to be used */
    uint16_t fault_op;
};

/* The thread before its first step: leading local operations done. */
void local_start(const struct program *p, const struct rules *rules, int thread,
                 struct local *l, struct event *e);
/* What it does next. */
void local_deed(const struct program *p, const struct rules *rules, int thread,
                const struct local *l, struct deed *d);
/* After its deed gave @input: the registers, then what rides along, up to the
 * next operation that begins a step, or that is visible and joined; *@rides
 * tells the latter: the step goes on with it if it is ready. */
void local_after(const struct program *p, const struct rules *rules, int thread,
                 struct local *l, int input, struct event *e, bool *rides);
/* The oldest store leaves the buffer (which is not empty): returns it. */
struct buffered local_flush(struct local *l);
static inline bool local_ended(const struct program *p, int thread,
                               const struct local *l)
{
    return p->threads[thread].ops[l->pc].kind == OP_HALT;
}

#endif
