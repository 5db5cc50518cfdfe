/* Why a worker waits. Marked by the worker before it blocks, drawn and added
 * up by everybody after: the one word both sides of a run share. */
#ifndef SPEC_CAUSE_H
#define SPEC_CAUSE_H

enum wait_cause {
    WAIT_NONE,
    WAIT_LOCK,     /* a lock under study */
    WAIT_SPIN,     /* a spin lock: waiting while running */
    WAIT_GIL,      /* the global lock */
    WAIT_IO,       /* a device or the network */
    WAIT_SLEEP,    /* a timer: a modelled wait */
    WAIT_TURN,     /* a partner's hand-over */
    WAIT_DISPATCH, /* for a task */
    WAIT_BARRIER,  /* the others, between two phases */
    WAIT_PARKED,   /* told to stand aside: fewer workers were asked for */
    WAIT_QUEUE,    /* an item, or room for one */
    WAIT_PIPE,     /* bytes in a pipe, or room for them */
    WAIT_JOIN,     /* another's end */
    WAIT_MEET,     /* the others, at a barrier of the work's own */
    WAIT_LOOP,     /* the event loop: others of its thread go first */
    WAIT_OTHER,    /* not marked */
    WAIT_CAUSES
};
extern const char *const wait_cause_words[WAIT_CAUSES];

#endif
