/* What a worker is in its experiment, and what it may wait for: words that both
 * sides of a run share. */
#ifndef SPEC_ROLE_H
#define SPEC_ROLE_H

enum worker_role {
    ROLE_WORKER,
    ROLE_PRODUCER,
    ROLE_CONSUMER,
    ROLE_PARENT,
    ROLE_CHILD,
    ROLE_CLIENT,
    ROLE_HOG,
    ROLE_LOW,
    ROLE_HIGH,
    ROLE_PHILOSOPHER,
    ROLE_READER,
    ROLE_COUNT
};
extern const char *const worker_role_words[ROLE_COUNT]; /* "producer", ... */

/* A thing that workers wait for and that only others can give: a node of the
 * wait-for graph. */
enum resource_kind {
    RESOURCE_LOCK,     /* its owner gives it back */
    RESOURCE_ITEM,     /* an item: those of one role bring it */
    RESOURCE_ROOM,     /* room: those of one role make it */
    RESOURCE_PIPE_IN,  /* room in a pipe: its reader makes it */
    RESOURCE_PIPE_OUT, /* bytes in a pipe: its writer brings them */
    RESOURCE_END,      /* a worker's end */
    RESOURCE_KINDS
};
/* The call one is blocked in: "futex(lock)", "write(pipe)", "waitid(child)". */
extern const char *const resource_call_words[RESOURCE_KINDS];

#endif
