/* Mutexes, semaphores and conditions of one instance, and what deadlock is. In
 * the forked process, by each of its threads.
 *
 * Taking the lock is a full fence, as the model has it for all of these
 * operations (the own store buffer must be empty). What a deed writes may
 * linger in the store buffer as long as the lock's release does, and nobody
 * else looks at it before that. */
#include "real/engine.h"

#define RELAXED memory_order_relaxed

size_t monitor_size(const struct program *p)
{
    size_t size = sizeof(struct monitor) +
                  (size_t)p->thread_count * sizeof(struct waiter);

    return (size + REAL_LINE - 1) / REAL_LINE * REAL_LINE;
}

void monitor_clear(struct monitor *m)
{
    m->waiting = m->ended = 0;
    atomic_store_explicit(&m->stuck, 0, RELAXED);
}

static void take_lock(struct monitor *m)
{
    for (int turn = 0; atomic_exchange(&m->lock, 1); turn++)
        while (atomic_load_explicit(&m->lock, RELAXED))
            engine_pause(turn++);
}

static void let_go(struct monitor *m)
{
    atomic_store_explicit(&m->lock, 0, memory_order_release);
}

/* ---- the deeds ----------------------------------------------------------- */

static int32_t get(const _Atomic int32_t *cell)
{
    return atomic_load_explicit(cell, RELAXED);
}

static void set(_Atomic int32_t *cell, int32_t value)
{
    atomic_store_explicit(cell, value, RELAXED);
}

static _Atomic int32_t *queue_slot(const struct waiter *w, int i)
{
    return w->cell + (ptrdiff_t)i * w->code->apart;
}

static bool sleeps(const struct waiter *w, int thread)
{
    for (int i = 0; i < w->code->slots; i++)
        if (get(queue_slot(w, i)) == thread + 1)
            return true;
    return false;
}

/* May @thread do it now? Certain only under the lock. */
static bool ready(const struct waiter *w, int thread)
{
    switch (w->code->op) {
    case OP_LOCK:
        return get(w->cell) == 0;
    case OP_P:
        return get(w->cell) > 0;
    case OP_REACQUIRE:
        return get(w->mutex) == 0 && !sleeps(w, thread);
    default:
        return true;
    }
}

/* The longest sleeper leaves the queue, the others move up. */
static void wake_first(const struct waiter *w)
{
    int last = w->code->slots - 1;

    for (int i = 0; i < last; i++)
        set(queue_slot(w, i), get(queue_slot(w, i + 1)));
    set(queue_slot(w, last), 0);
}

static unsigned fall_asleep(const struct waiter *w, int thread)
{
    int at = 0;

    if (get(w->mutex) != thread + 1)
        return CAME_FAULT;
    while (get(queue_slot(w, at)) != 0)
        at++; /* there is a place for everyone who may sleep here */
    set(queue_slot(w, at), thread + 1);
    set(w->mutex, 0);
    return 0;
}

/* It is ready. Under the lock. The same as deed_do() in step/deed.h. */
static unsigned do_it(const struct waiter *w, int thread, int32_t *result)
{
    int32_t now = get(w->cell);

    switch (w->code->op) {
    case OP_LOCK:
        set(w->cell, thread + 1);
        break;
    case OP_TRYLOCK:
        *result = now == 0;
        if (now == 0)
            set(w->cell, thread + 1);
        break;
    case OP_UNLOCK:
        if (now != thread + 1)
            return CAME_FAULT;
        set(w->cell, 0);
        break;
    case OP_P:
        set(w->cell, now - 1);
        break;
    case OP_V:
        if (now == TSL_MAX)
            return CAME_FAULT;
        set(w->cell, now + 1);
        break;
    case OP_CWAIT:
        return fall_asleep(w, thread);
    case OP_REACQUIRE:
        set(w->mutex, thread + 1);
        break;
    case OP_SIGNAL:
        wake_first(w);
        break;
    default: /* OP_BROADCAST */
        for (int i = 0; i < w->code->slots; i++)
            set(queue_slot(w, i), 0);
        break;
    }
    return 0;
}

/* ---- waiting and deadlock ------------------------------------------------ */

/* Under the lock, after a thread began to wait or ended: if all the others do
 * so too and none of them could go on, nobody will ever change anything. A
 * thread that has not come to this instance yet neither waits nor has ended. */
static void look_whether_stuck(const struct program *p, struct monitor *m)
{
    uint32_t all = UINT32_MAX >> (32 - p->thread_count);

    if ((m->waiting | m->ended) != all || m->waiting == 0)
        return;
    for (int t = 0; t < p->thread_count; t++)
        if (m->waiting >> t & 1 && ready(&m->waiters[t], t))
            return;
    atomic_store_explicit(&m->stuck, 1, RELAXED);
}

/* Until it is ready or everything is stuck; has the lock again then. */
static void wait_for_it(struct runner *r, const struct waiter *w)
{
    struct monitor *m = r->monitor;

    m->waiting |= UINT32_C(1) << r->id;
    look_whether_stuck(r->program, m);
    while (!atomic_load_explicit(&m->stuck, RELAXED) && !ready(w, r->id)) {
        let_go(m);
        for (int turn = 0;
             !atomic_load_explicit(&m->stuck, RELAXED) && !ready(w, r->id);
             turn++)
            engine_pause(turn);
        take_lock(m);
    }
    m->waiting &= ~(UINT32_C(1) << r->id);
}

unsigned monitor_do(struct runner *r, const struct code *c, int32_t *result)
{
    struct monitor *m = r->monitor;
    struct waiter *w = &m->waiters[r->id];
    unsigned came = 0;

    *w = (struct waiter){
        .code = c,
        .cell =
            (_Atomic int32_t *)(void *)(r->cells + c->at + r->slots[c->index]),
        .mutex = (_Atomic int32_t *)(void *)(r->cells + c->at2 +
                                             r->slots[c->index2]),
    };
    take_lock(m);
    if (!ready(w, r->id))
        wait_for_it(r, w);
    /* Stuck means that nobody was ready, and nobody will be. */
    if (atomic_load_explicit(&m->stuck, RELAXED))
        came = CAME_DEADLOCK;
    else
        came = do_it(w, r->id, result);
    let_go(m);
    return came;
}

void monitor_end(struct runner *r)
{
    struct monitor *m = r->monitor;

    take_lock(m);
    m->ended |= UINT32_C(1) << r->id;
    look_whether_stuck(r->program, m);
    let_go(m);
}
