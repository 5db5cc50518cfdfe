/* Which of the waiting requests is served next. Pure; any process.
 *
 * One set of rules in two forms. Of arm movement, as textbooks have it: all
 * requests wait already, positions are cylinders, and only distance counts. And
 * in time: requests arrive, positions are sector numbers, and the choice is
 * made when the drive falls idle, among those that have arrived. */
#ifndef DEVICE_QUEUE_H
#define DEVICE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "spec/spec.h"

struct queue_item {
    double arrive_ms;
    int64_t position; /* what sweeps go by */
    int64_t cylinder; /* what sstf goes by */
    double reach_ms;  /* satf: from here to the first sector; else unused */
};

/* What a policy remembers from one choice to the next. */
struct queue_state {
    int64_t last_end; /* position after the last request: where sweeps go on */
    bool down;        /* the sweep's direction */
    int batch;        /* deadline: served in this batch */
};

struct queue_rules {
    int batch;        /* deadline: requests a batch */
    double expire_ms; /* deadline: nobody waits longer for a batch's end */
};
extern const struct queue_rules queue_usual; /* 16, 500 ms: Linux mq-deadline */

/* Where the arm goes on its way, beside to the request. */
enum queue_turn {
    TURN_NONE,
    TURN_EDGE, /* to the edge it was moving to, then back (scan) */
    TURN_JUMP, /* from the last request back to the first (clook) */
    TURN_WRAP  /* to the edge, to the other edge, then on (cscan) */
};

struct queue_choice {
    int index; /* into the items; -1: nobody has arrived */
    enum queue_turn turn;
};

/* Choose among the @count @items that have arrived by @now_ms; @cylinder is the
 * arm's. Ties go to who arrived earlier, then to the lower index. @state is
 * changed, but for .last_end, which the caller sets when it has served. */
struct queue_choice queue_choose(enum spec_disk_policy policy,
                                 const struct queue_item *items, int count,
                                 double now_ms, int64_t cylinder,
                                 const struct queue_rules *rules,
                                 struct queue_state *state);

/* The textbook form: all of @queue waits, the head at cylinder @head of
 * @cylinders, moving down if @down. @order gets the @count cylinders in the
 * order they are served. .moved is -1 when there was no memory. */
struct queue_movement {
    int64_t moved;        /* by the arm, jumps back included */
    int64_t without_jump; /* the return jump of cscan and clook left out */
};
struct queue_movement queue_move(enum spec_disk_policy policy,
                                 const int64_t *queue, int count, int64_t head,
                                 int64_t cylinders, bool down, int64_t *order);

#endif
