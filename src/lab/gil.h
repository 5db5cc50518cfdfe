/* A global interpreter lock as CPython 3.2-3.12 has it, the lock before it,
 * and the new one without forced switching. Process-shared memory is not
 * needed: the model has threads only.
 *
 * New lock, after Antoine Pitrou's (Python/ceval_gil.h, described in the
 * manual page): a waiter waits at most the interval; if no hand-over happened
 * meanwhile it sets the drop request; a holder that sees the request lets go
 * and waits until somebody else has taken the lock. Old lock: a plain
 * semaphore, let go and taken again every 100 ticks, whoever gets it. */
#ifndef LAB_GIL_H
#define LAB_GIL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "spec/spec.h"

struct worker;

struct gil {
    enum spec_gil kind;
    _Atomic int64_t interval_ns;  /* live */
    pthread_mutex_t mutex;        /* M: guards locked, last_holder */
    pthread_cond_t freed;         /* C: it became free */
    pthread_mutex_t switch_mutex; /* S */
    pthread_cond_t switched;      /* D: somebody else has it now */
    bool locked;
    int last_holder;        /* worker id; -1 nobody yet */
    bool demanded;          /* M: the last drop obeyed a request */
    uint64_t switch_number; /* +1 when the holder differs from the last */
    _Atomic uint32_t drop_request; /* read without a lock by the holder */
    sem_t old;                     /* the old lock */
};

void gil_init(struct gil *g, enum spec_gil kind, int64_t interval_ns);
/* Take it; marks the wait (WAIT_GIL) and counts hand-overs on the board. */
void gil_take(struct worker *w);
/* Let go before a blocking call or at the end. Waits for the next holder only
 * if somebody has asked for the lock at this very instant, as CPython does. */
void gil_drop(struct worker *w);
/* The test point: let go and take again if asked to (new), or always (old). */
void gil_check(struct worker *w);

/* One relaxed load: should gil_check() be called? */
static inline bool gil_asked(const struct gil *g)
{
    return atomic_load_explicit(&g->drop_request, memory_order_relaxed) != 0;
}

#endif
