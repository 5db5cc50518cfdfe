/* One thread's execution of one instance. In the forked process. */
#ifndef REAL_ENGINE_H
#define REAL_ENGINE_H

#include "base/random.h"
#include "real/code.h"

#define REAL_LINE 64 /* bytes of a cache line, or more than that */

/* A thread that runs the program, and where it is. Only its own thread uses
 * it; the memory that .cells, .places and .monitor lead to is everybody's. */
struct runner {
    const struct program *program;
    int id;
    int32_t *slots;
    uint64_t random;
    /* Lingering: some CODE_LINGER away it waits, for at most so many turns; if
     * threads must share processors it gives its own away. */
    int linger_in, linger_every, linger_most;
    bool yields;
    /* This instance's: */
    char *cells;
    _Atomic uint32_t *places; /* a line for each thread: regions it shows */
    struct monitor *monitor;  /* NULL: nothing waits in the program */
};

/* Run @code to its halt. Returns CAME_... bits. */
unsigned engine_run(struct runner *r, const struct code *code);

/* A short wait in a loop that polls; @turn counts its rounds from 0. The longer
 * it lasts, the sooner others get the processor. */
void engine_pause(int turn);

/* ---- waiting (monitor.c) ------------------------------------------------- */

/* Everything that may wait in one instance happens under one lock, one deed at
 * a time. All that a waiting thread can wait for - mutexes, counts, queues -
 * changes under that lock only. So whoever comes to wait, or ends, as the last
 * of them can tell for certain whether anything can ever move again. */
struct monitor {
    _Atomic uint32_t lock;
    _Atomic uint32_t stuck; /* nothing can move any more: leave */
    /* Under the lock: bit t for thread t. */
    uint32_t waiting, ended;
    struct waiter {
        const struct code *code;
        _Atomic int32_t *cell, *mutex;
    } waiters[];
};
/* Bytes from one to the next. */
size_t monitor_size(const struct program *p);
void monitor_clear(struct monitor *m);
/* Do @c, when it can be done. 0 (and *@result), CAME_FAULT or CAME_DEADLOCK. */
unsigned monitor_do(struct runner *r, const struct code *c, int32_t *result);
/* This thread does nothing more in the instance. */
void monitor_end(struct runner *r);

#endif
