/* The lab's own shared memory: everything workers share among themselves.
 *
 * Mapped shared by the coordinator before it creates workers, so that threads
 * and forked processes see the same thing. The locks under study live here and
 * not on the scoreboard: the screen never touches this. */
#ifndef LAB_ARENA_H
#define LAB_ARENA_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"
#include "lab/gil.h"
#include "spec/spec.h"

struct arena_shard { /* one a worker, on a cache line of its own */
    alignas(64) _Atomic int64_t value;
};

struct arena {
    /* Barrier between phases (lab/phase.c). */
    alignas(64) _Atomic uint32_t phase_wanted; /* coordinator: leave phase - */
    alignas(64) _Atomic uint32_t phase_open;   /* - and go on in this one */
    /* The open phase's number and, in the lower half, how many take part (ids
     * below that): one word, because a worker that stands aside may read it
     * while the phase after next is being opened. Stored before phase_open. */
    _Atomic uint64_t opening;
    alignas(64) _Atomic uint32_t arrived; /* workers at the barrier */
    _Atomic uint32_t left;                /* workers that ended */
    _Atomic uint32_t expected;            /* workers there are */
    _Atomic uint32_t stop;
    _Atomic uint32_t sync; /* the open phase's lock */
    /* eventfd: readable while workers should look at the phase or the stop,
     * for those that wait in poll(). Written by the coordinator. */
    int nudge_fd;
    int bell_fd; /* eventfd: a worker arrived or left. Set before any starts */
    /* A worker that could not begin says why, once (worker_fail()). */
    _Atomic uint32_t failed; /* 1: being written, 2: .failure is there */
    struct err failure;

    struct dispatch *dispatch; /* lab/dispatch.c; shared by all workers */

    /* The workload's own shared memory, from arena_map_more() in prepare(): at
     * the same address in every worker. */
    void *work;

    /* The global lock. */
    alignas(64) struct gil gil;

    /* spin, pingpong: calibrated units a millisecond. */
    alignas(64) _Atomic int64_t units_per_ms;
    alignas(64) _Atomic uint32_t turn; /* pingpong: whose turn; futex */

    /* counter: the shared counter and its locks (lab/sync.c). */
    alignas(64) _Atomic int64_t counter;
    alignas(64) pthread_mutex_t mutex; /* process-shared */
    alignas(64) _Atomic uint32_t spin;
    alignas(64) _Atomic uint32_t ticket_next;
    alignas(64) _Atomic uint32_t ticket_serving;
    alignas(64) _Atomic uint32_t shard_count;
    /* Then: struct arena_shard shards[n]; _Atomic int64_t packed[n];
     *       _Atomic(_Atomic uint32_t *) waits[n], see arena_waits(). */
    uint32_t shard_cap;
    size_t bytes;
};

/* Room for @workers. NULL with a sentence when there is no memory. */
struct arena *arena_map(uint32_t workers, const struct spec *spec,
                        struct err *err);
_Atomic int64_t *arena_shard(struct arena *a, uint32_t id);  /* padded */
_Atomic int64_t *arena_packed(struct arena *a, uint32_t id); /* side by side */
/* The word that worker @id sleeps on in worker_wait_word(), for whoever must
 * wake it to look at something else. */
_Atomic(_Atomic uint32_t *) *arena_waits(struct arena *a, uint32_t id);

/* @bytes more, zeroed, shared by all workers that are created afterwards, for
 * as long as the lab lives. NULL with a sentence when there is no memory. In
 * prepare() only. */
void *arena_map_more(size_t bytes, struct err *err);

#endif
