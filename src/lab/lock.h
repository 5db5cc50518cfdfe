/* Locks with names: who holds one and who waits for it is on the scoreboard, so
 * that the wait-for graph can be drawn and a deadlock found by its cycle.
 *
 * They lie in memory that workers share (arena_map_more()), work between
 * threads, processes and cooperative tasks, really sleep in the kernel, and can
 * be given up when the run ends. The lock is Drepper's mutex with three states
 * ("Futexes are tricky", 2011); condition variables wake everybody or one and
 * may wake for nothing, as POSIX allows. */
#ifndef LAB_LOCK_H
#define LAB_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lab/worker.h"

struct lock {
    _Atomic uint32_t state; /* 0 free, 1 held, 2 held and others may sleep */
    int resource;           /* of the wait-for graph; -1: none */
};

/* Nought is a condition that nobody waits for. */
struct condition {
    _Atomic uint32_t wakes;   /* changes with each wake-up */
    _Atomic uint32_t waiting; /* how many; changed under the lock */
};

struct semaphore {
    _Atomic uint32_t count;
    int resource; /* RESOURCE_ITEM or _ROOM; -1: none */
};

/* A worker's end, that others wait for. */
struct ending {
    _Atomic uint32_t ended;
    int worker, resource;
};

/* In prepare(), before workers exist. @name appears in the wait-for graph;
 * NULL: the lock does not. */
void lock_init(struct board *b, struct lock *l, const char *name);
/* Take it; waits marked WAIT_LOCK. False: told to stop, and not taken. */
bool lock_take(struct worker *w, struct lock *l);
/* Take it if it is free. */
bool lock_try(struct worker *w, struct lock *l);
void lock_give(struct worker *w, struct lock *l);

/* Give @l back, sleep until woken, take @l again. @resource is what is waited
 * for (-1: none). False: told to stop; @l is then not held. */
bool condition_wait(struct worker *w, struct condition *c, struct lock *l,
                    int resource, enum wait_cause cause);
/* Wake up to @count (INT_MAX: all) of those who wait. What they wait for was
 * changed under their lock, which may have been given back since. */
void condition_wake(struct condition *c, int count);

/* @resource as in struct semaphore. */
void semaphore_init(struct board *b, struct semaphore *s, uint32_t count,
                    int resource);
/* False: told to stop, and not taken. */
bool semaphore_take(struct worker *w, struct semaphore *s,
                    enum wait_cause cause);
void semaphore_give(struct worker *w, struct semaphore *s);

/* The end of worker @id. */
void ending_init(struct board *b, struct ending *e, int id);
/* In fini() of that worker. */
void ending_tell(struct ending *e);
/* Wait for it, marked WAIT_JOIN: for a process really until it has ended.
 * False: told to stop. */
bool ending_wait(struct worker *w, struct ending *e);

/* @change more (or fewer) there are of @resource, for the wait-for graph: more
 * before they can be had, fewer after they were taken, so that nobody is ever
 * held for stuck who is about to go on. */
static inline void resource_change(struct board *b, int resource, int change)
{
    if (resource >= 0)
        atomic_fetch_add_explicit(&b->resource[resource].available, change,
                                  memory_order_release);
}

/* How many of --workers there are: the system may have refused some. After the
 * start gate. */
static inline int64_t workers_made(const struct worker *w)
{
    int32_t refused =
        atomic_load_explicit(&w->board->refused_at, memory_order_relaxed);

    return refused >= 0 && refused < w->spec->workers ? refused
                                                      : w->spec->workers;
}

#endif
