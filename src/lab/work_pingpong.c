/* pingpong: workers hand a turn round, each sleeping until it is its own. In
 * workers, threads and processes alike.
 *
 * The worst case for whoever watches switches: next to no work between two. */
#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/worker.h"

/* Whoever stops or closes a phase wakes all sleepers; one that was about to
 * fall asleep just then looks again after this long. */
#define SAFETY_NS (50 * NS_PER_MS)

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)

/* Sleepers are told apart by a bit of their number: waking the next one of up
 * to 32 wakes nobody else. */
static unsigned bit_of(uint32_t id)
{
    return 1U << id % 32;
}

static void wake(_Atomic uint32_t *word, uint32_t id)
{
    syscall(SYS_futex, word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL,
            bit_of(id));
}

static void sleep_while(_Atomic uint32_t *word, uint32_t value, uint32_t id,
                        int64_t deadline_ns)
{
    struct timespec deadline = clock_to_timespec(deadline_ns);

    syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value, &deadline, NULL,
            bit_of(id));
}

static bool pingpong_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct arena *a = w->arena;
    uint32_t me = (uint32_t)w->id;

    (void)index;
    (void)result;
    do {
        /* Acquire: pairs with the release at the hand-over. */
        uint32_t turn = atomic_load_explicit(&a->turn, memory_order_acquire);
        uint32_t players = LOAD(w->board->phase_workers);

        /* A turn of somebody who no longer plays falls to the first. */
        if ((turn < players ? turn : 0) == me) {
            uint32_t next = me + 1 < players ? me + 1 : 0;

            atomic_store_explicit(&a->turn, next, memory_order_release);
            if (next != me)
                wake(&a->turn, next);
            worker_count(w, 1);
        } else {
            int64_t now = worker_wait_begin(w, WAIT_TURN);

            sleep_while(&a->turn, turn, me, now + SAFETY_NS);
            worker_wait_end(w);
            /* The turn's owner may be at the barrier: come too. */
            if (LOAD(a->phase_wanted) != (uint32_t)w->phase)
                w->credit = 1;
        }
    } while (worker_tick(w));
    return false;
}

const struct workload work_pingpong = {
    .combine = COMBINE_NONE,
    .task = pingpong_task,
};
