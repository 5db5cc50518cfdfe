/* Locks with names, condition variables, semaphores. In workers. */
#include "lab/lock.h"

#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/futex.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

void lock_init(struct board *b, struct lock *l, const char *name)
{
    atomic_store(&l->state, 0);
    l->resource = name ? board_resource_add(b, RESOURCE_LOCK, -1, name) : -1;
}

static void owner_set(struct worker *w, const struct lock *l, int owner)
{
    if (l->resource >= 0)
        STORE(w->board->resource[l->resource].owner, owner);
}

bool lock_try(struct worker *w, struct lock *l)
{
    uint32_t free = 0;

    if (!atomic_compare_exchange_strong_explicit(
            &l->state, &free, 1, memory_order_acquire, memory_order_relaxed))
        return false;
    owner_set(w, l, w->id);
    return true;
}

bool lock_take(struct worker *w, struct lock *l)
{
    if (lock_try(w, l))
        return true;
    if (l->resource >= 0)
        worker_waits_on(w, l->resource);
    /* Whoever gets it this way says that others may sleep: none is forgotten,
     * at the price of a wake-up for nobody now and then. */
    while (atomic_exchange_explicit(&l->state, 2, memory_order_acquire) != 0) {
        if (worker_wait_word(w, &l->state, 2, INT64_MAX, WAIT_LOCK))
            continue;
        worker_waits_on(w, -1);
        return false;
    }
    worker_waits_on(w, -1);
    owner_set(w, l, w->id);
    return true;
}

void lock_give(struct worker *w, struct lock *l)
{
    owner_set(w, l, -1); /* before it is free: the next one writes its own */
    if (atomic_exchange_explicit(&l->state, 0, memory_order_release) == 2)
        futex_wake(&l->state, 1);
}

bool condition_wait(struct worker *w, struct condition *c, struct lock *l,
                    int resource, enum wait_cause cause)
{
    /* Read under the lock: a wake-up after it was given back is not missed. */
    uint32_t wakes = atomic_load_explicit(&c->wakes, memory_order_acquire);
    bool going;

    atomic_fetch_add_explicit(&c->waiting, 1, memory_order_relaxed);
    lock_give(w, l);
    if (resource >= 0)
        worker_waits_on(w, resource);
    going = worker_wait_word(w, &c->wakes, wakes, INT64_MAX, cause);
    worker_waits_on(w, -1);
    atomic_fetch_sub_explicit(&c->waiting, 1, memory_order_relaxed);
    return going && lock_take(w, l);
}

void condition_wake(struct condition *c, int count)
{
    if (LOAD(c->waiting) == 0)
        return; /* whoever comes now looks first, under the lock */
    atomic_fetch_add_explicit(&c->wakes, 1, memory_order_release);
    futex_wake(&c->wakes, count);
}

void semaphore_init(struct board *b, struct semaphore *s, uint32_t count,
                    int resource)
{
    atomic_store(&s->count, count);
    s->resource = resource;
    resource_change(b, resource, (int)count);
}

bool semaphore_take(struct worker *w, struct semaphore *s,
                    enum wait_cause cause)
{
    uint32_t count = LOAD(s->count);

    for (;;) {
        if (count > 0) {
            if (!atomic_compare_exchange_weak_explicit(
                    &s->count, &count, count - 1, memory_order_acquire,
                    memory_order_relaxed))
                continue;
            resource_change(w->board, s->resource, -1);
            return true;
        }
        if (s->resource >= 0)
            worker_waits_on(w, s->resource);
        if (!worker_wait_word(w, &s->count, 0, INT64_MAX, cause)) {
            worker_waits_on(w, -1);
            return false;
        }
        worker_waits_on(w, -1);
        count = LOAD(s->count);
    }
}

void semaphore_give(struct worker *w, struct semaphore *s)
{
    resource_change(w->board, s->resource, 1);
    atomic_fetch_add_explicit(&s->count, 1, memory_order_release);
    futex_wake(&s->count, 1);
}

/* ---- ends --------------------------------------------------------------- */

void ending_init(struct board *b, struct ending *e, int id)
{
    atomic_store(&e->ended, 0);
    e->worker = id;
    e->resource = board_resource_add(b, RESOURCE_END, -1, "end");
    if (e->resource >= 0)
        STORE(b->resource[e->resource].owner, id);
}

void ending_tell(struct ending *e)
{
    atomic_store_explicit(&e->ended, 1, memory_order_release);
    futex_wake(&e->ended, INT_MAX);
}

/* A descriptor that is readable when the process of worker @id has ended; -1:
 * it is a thread, has ended, or this cannot be had. */
static int process_open(struct worker *w, int id)
{
    struct board_row *row = board_row(w->board, (uint32_t)id);
    int fd;

    if (w->spec->model != MODEL_PROCESSES || LOAD(row->pid) <= 0)
        return -1;
    fd = (int)syscall(SYS_pidfd_open, LOAD(row->pid), 0);
    /* Still there after that: the number was not somebody else's by then. */
    if (fd >= 0 &&
        atomic_load_explicit(&row->life, memory_order_acquire) == BOARD_ENDED) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool ending_wait(struct worker *w, struct ending *e)
{
    int fd = process_open(w, e->worker);
    bool going = true;

    if (e->resource >= 0)
        worker_waits_on(w, e->resource);
    if (fd >= 0) {
        going = worker_wait_fd(w, fd, POLLIN, INT64_MAX, WAIT_JOIN) == 1;
        close(fd);
    }
    while (going && !atomic_load_explicit(&e->ended, memory_order_acquire))
        going = worker_wait_word(w, &e->ended, 0, INT64_MAX, WAIT_JOIN);
    worker_waits_on(w, -1);
    return going;
}
