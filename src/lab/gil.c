/* The global lock: CPython 3.2-3.12's, the same without forced switching, and
 * the one before. Runs in worker threads.
 *
 * The new lock step by step, in the words of its description in the manual
 * page: a waiter waits for at most the interval (its own patience, not the
 * holder's time slice), and asks only if the lock did not change hands
 * meanwhile. A holder that lets go while being asked waits until somebody else
 * has it, or it would nearly always get it back itself before the waiter has
 * even woken up. It does not promise that the one who asked gets it. */
#include "lab/gil.h"

#include <errno.h>

#include "lab/worker.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

void gil_init(struct gil *g, enum spec_gil kind, int64_t interval_ns)
{
    pthread_condattr_t monotonic;

    g->kind = kind;
    STORE(g->interval_ns, interval_ns);
    pthread_mutex_init(&g->mutex, NULL);
    pthread_mutex_init(&g->switch_mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&g->freed, &monotonic);
    pthread_cond_init(&g->switched, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sem_init(&g->old, 0, 1);
    g->locked = false;
    g->last_holder = -1;
    g->demanded = false;
    g->switch_number = 0;
    STORE(g->drop_request, 0);
}

/* The books, by the new holder. .gil_holders is added to for real, so that a
 * lock that does not exclude would be found out. */
static void note_holder(struct worker *w)
{
    struct gil *g = w->gil;
    struct board *b = w->board;
    int32_t holders =
        1 + atomic_fetch_add_explicit(&b->gil_holders, 1, memory_order_relaxed);

    if (holders > LOAD(b->gil_holders_max))
        STORE(b->gil_holders_max, holders);
    if (g->last_holder != w->id) {
        if (g->last_holder >= 0) { /* the first taker had it from nobody */
            STORE(b->gil_handoffs, LOAD(b->gil_handoffs) + 1);
            if (g->demanded)
                STORE(b->gil_forced, LOAD(b->gil_forced) + 1);
        }
        g->last_holder = w->id;
        g->switch_number++;
    }
    g->demanded = false;
}

static void note_drop(struct worker *w)
{
    atomic_fetch_sub_explicit(&w->board->gil_holders, 1, memory_order_relaxed);
}

/* ---- the new lock ------------------------------------------------------- */

/* Until it is free. Holds M. */
static void wait_until_free(struct worker *w)
{
    struct gil *g = w->gil;

    while (g->locked) {
        uint64_t seen = g->switch_number;
        int64_t interval = LOAD(g->interval_ns);
        struct timespec until;
        int rc;

        if (interval < NS_PER_US)
            interval = NS_PER_US;
        until = clock_to_timespec(clock_now_ns() + interval);
        rc = pthread_cond_timedwait(&g->freed, &g->mutex, &until);
        /* A hand-over to somebody else meanwhile: be patient once more. */
        if (rc == ETIMEDOUT && g->locked && g->switch_number == seen) {
            STORE(g->drop_request, 1);
            atomic_fetch_add_explicit(&w->board->gil_requests, 1,
                                      memory_order_relaxed);
        }
    }
}

/* It is free: ours now. Holds M. */
static void enter(struct worker *w)
{
    struct gil *g = w->gil;

    pthread_mutex_lock(&g->switch_mutex);
    g->locked = true;
    note_holder(w);
    pthread_cond_signal(&g->switched);
    pthread_mutex_unlock(&g->switch_mutex);
    STORE(g->drop_request, 0);
}

static void take_new_unmarked(struct worker *w)
{
    struct gil *g = w->gil;

    pthread_mutex_lock(&g->mutex);
    wait_until_free(w);
    enter(w);
    pthread_mutex_unlock(&g->mutex);
}

/* True if it was free. */
static bool try_take_new(struct worker *w)
{
    struct gil *g = w->gil;
    bool free;

    if (pthread_mutex_trylock(&g->mutex) != 0)
        return false;
    free = !g->locked;
    if (free)
        enter(w);
    pthread_mutex_unlock(&g->mutex);
    return free;
}

/* True if it was asked for, so that a successor has to be waited for. */
static bool leave(struct worker *w)
{
    struct gil *g = w->gil;
    bool asked;

    note_drop(w);
    pthread_mutex_lock(&g->mutex);
    asked = gil_asked(g);
    g->demanded = asked;
    g->locked = false;
    pthread_cond_signal(&g->freed);
    pthread_mutex_unlock(&g->mutex);
    return asked && g->kind == GIL_NEW;
}

/* Forced switching. Whoever asked is still waiting, so somebody will come. */
static void wait_for_successor(struct worker *w)
{
    struct gil *g = w->gil;

    pthread_mutex_lock(&g->switch_mutex);
    if (g->last_holder == w->id)
        STORE(g->drop_request, 0);
    while (g->last_holder == w->id)
        pthread_cond_wait(&g->switched, &g->switch_mutex);
    pthread_mutex_unlock(&g->switch_mutex);
}

/* ---- the old lock: a semaphore, and nobody is made to wait for anybody --- */

static void take_old(struct worker *w)
{
    sem_t *sem = &w->gil->old;

    if (sem_trywait(sem) != 0) {
        worker_mark_begin(w, WAIT_GIL);
        while (sem_wait(sem) != 0)
            ; /* EINTR */
        note_holder(w);
        worker_mark_end(w);
        return;
    }
    note_holder(w);
}

static void drop_old(struct worker *w)
{
    note_drop(w);
    sem_post(&w->gil->old);
}

/* ---- both --------------------------------------------------------------- */

void gil_take(struct worker *w)
{
    if (w->gil->kind == GIL_OLD) {
        take_old(w);
        return;
    }
    if (try_take_new(w))
        return;
    worker_mark_begin(w, WAIT_GIL);
    take_new_unmarked(w);
    worker_mark_end(w);
}

void gil_drop(struct worker *w)
{
    if (w->gil->kind == GIL_OLD) {
        drop_old(w);
    } else if (leave(w)) {
        worker_mark_begin(w, WAIT_GIL);
        wait_for_successor(w);
        worker_mark_end(w);
    }
}

void gil_check(struct worker *w)
{
    struct gil *g = w->gil;

    if (g->kind == GIL_NEW) {
        if (!gil_asked(g))
            return;
        /* It is certain to wait: for a successor, then for its own turn. */
        worker_mark_begin(w, WAIT_GIL);
        if (leave(w))
            wait_for_successor(w);
        take_new_unmarked(w);
        worker_mark_end(w);
    } else if (g->kind == GIL_OLD || gil_asked(g)) {
        gil_drop(w);
        gil_take(w);
    }
}
