/* The shared counter's locks. Runs in workers, threads and processes alike.
 *
 * A wait is marked only when it is one: the mutex first tries, the spinning
 * locks first spin for 2 us. The mark ends after the lock was given back, so
 * that looking at the clock does not make the time under the lock longer. */
#include "lab/sync.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

#define SPIN_MARK_NS (2 * NS_PER_US)
#define SPINS_A_LOOK 16 /* 0.2 to 0.7 us between two looks at the clock */

/* A load, an addition and a store, each an instruction of its own. Compilers
 * may turn many relaxed additions into one, and they do turn this one into a
 * single "add to memory", within which no worker can lose its core: updates
 * would never be lost on one core. Costs no instruction. */
static inline void increment(_Atomic int64_t *counter)
{
    int64_t value = LOAD(*counter);

    __asm__ volatile("" : "+r"(value));
    STORE(*counter, value + 1);
}

bool sync_leaving(const struct worker *w)
{
    const struct arena *a = w->arena;

    return LOAD(a->phase_wanted) != (uint32_t)w->phase || LOAD(a->stop);
}

/* ---- no lock ------------------------------------------------------------ */

/* "x += 1" as CPython up to 3.9 runs it, whose holder may have to let go
 * between any two opcodes: the load is one, the store another. The old lock's
 * holder lets go every 100 of them, which is when worker_turn() is due. */
static int64_t add_none_by_opcode(struct worker *w, int64_t n)
{
    _Atomic int64_t *counter = &w->arena->counter;
    bool old = w->gil->kind == GIL_OLD;

    for (int64_t i = 0; i < n; i++) {
        int64_t value = LOAD(*counter);

        if (gil_asked(w->gil) || (old && w->credit <= 1 && i == 0))
            gil_check(w);
        __asm__ volatile("" : "+r"(value));
        STORE(*counter, value + 1);
    }
    return n;
}

static int64_t add_none(struct worker *w, int64_t n)
{
    _Atomic int64_t *counter = &w->arena->counter;

    if (w->gil && w->spec->gil_check == GIL_CHECK_OPCODE)
        return add_none_by_opcode(w, n);
    for (int64_t i = 0; i < n; i++)
        increment(counter);
    return n;
}

/* ---- mutex -------------------------------------------------------------- */

static int64_t add_mutex(struct worker *w, int64_t n)
{
    struct arena *a = w->arena;

    for (int64_t i = 0; i < n; i++) {
        bool busy = pthread_mutex_trylock(&a->mutex) != 0;

        if (busy) {
            worker_wait_begin(w, WAIT_LOCK);
            pthread_mutex_lock(&a->mutex);
        }
        increment(&a->counter);
        pthread_mutex_unlock(&a->mutex);
        if (busy) {
            worker_wait_end(w);
            return i + 1;
        }
    }
    return n;
}

/* ---- locks that are waited for by spinning ------------------------------ */

/* One wait. Start with {0}. */
struct spinner {
    uint32_t spins;
    int64_t since_ns; /* first look at the clock */
    bool marked;
};

static inline void cpu_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

/* Wait a little more. False: leave without the lock. */
static bool spin_on(struct worker *w, struct spinner *s)
{
    int64_t now;

    cpu_pause();
    if (++s->spins % SPINS_A_LOOK != 0)
        return true;
    if (!s->marked) {
        now = clock_now_ns();
        if (s->since_ns == 0)
            s->since_ns = now;
        if (now - s->since_ns >= SPIN_MARK_NS) {
            worker_mark_begin(w, WAIT_SPIN);
            s->marked = true;
        }
    }
    return !sync_leaving(w);
}

/* True if it was a wait worth telling. */
static bool spin_end(struct worker *w, const struct spinner *s)
{
    if (s->marked)
        worker_mark_end(w);
    return s->marked;
}

/* Test and test-and-set: waits by reading, which leaves the line shared. */
static int64_t add_spin(struct worker *w, int64_t n)
{
    struct arena *a = w->arena;

    for (int64_t i = 0; i < n; i++) {
        struct spinner s = {0};

        while (atomic_exchange_explicit(&a->spin, 1, memory_order_acquire)) {
            while (LOAD(a->spin)) {
                if (!spin_on(w, &s)) {
                    spin_end(w, &s);
                    return i;
                }
            }
        }
        increment(&a->counter);
        atomic_store_explicit(&a->spin, 0, memory_order_release);
        if (spin_end(w, &s))
            return i + 1;
    }
    return n;
}

/* First come, first served: with more workers than cores it waits for one that
 * is not running, nearly every time. Who is wanted at the barrier leaves the
 * queue; those behind it leave too, and sync_reset() mends it. */
static int64_t add_ticket(struct worker *w, int64_t n)
{
    struct arena *a = w->arena;

    for (int64_t i = 0; i < n; i++) {
        struct spinner s = {0};
        uint32_t mine =
            atomic_fetch_add_explicit(&a->ticket_next, 1, memory_order_relaxed);

        while (atomic_load_explicit(&a->ticket_serving, memory_order_acquire) !=
               mine) {
            if (!spin_on(w, &s)) {
                spin_end(w, &s);
                return i;
            }
        }
        increment(&a->counter);
        atomic_store_explicit(&a->ticket_serving, mine + 1,
                              memory_order_release);
        if (spin_end(w, &s))
            return i + 1;
    }
    return n;
}

/* ---- no lock needed ----------------------------------------------------- */

static int64_t add_atomic(struct worker *w, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        atomic_fetch_add_explicit(&w->arena->counter, 1, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst); /* one by one */
    }
    return n;
}

/* A part of one's own, with one writer: on a line of its own - */
static int64_t add_sharded(struct worker *w, int64_t n)
{
    _Atomic int64_t *part = arena_shard(w->arena, (uint32_t)w->id);

    for (int64_t i = 0; i < n; i++)
        increment(part);
    return n;
}

/* - or beside the neighbours', on one line that the cores fight for. */
static int64_t add_packed(struct worker *w, int64_t n)
{
    _Atomic int64_t *part = arena_packed(w->arena, (uint32_t)w->id);

    for (int64_t i = 0; i < n; i++)
        increment(part);
    return n;
}

int64_t (*const sync_add[SYNC_COUNT])(struct worker *w, int64_t n) = {
    [SYNC_NONE] = add_none,
    [SYNC_MUTEX] = add_mutex,
    [SYNC_SPIN] = add_spin,
    [SYNC_TICKET] = add_ticket,
    [SYNC_ATOMIC] = add_atomic,
    [SYNC_SHARDED] = add_sharded,
    [SYNC_SHARDED_PACKED] = add_packed,
};

int64_t sync_value(struct arena *a)
{
    int64_t sum = LOAD(a->counter);

    for (uint32_t i = 0; i < a->shard_cap; i++)
        sum += LOAD(*arena_shard(a, i)) + LOAD(*arena_packed(a, i));
    return sum;
}

void sync_reset(struct arena *a)
{
    STORE(a->ticket_serving, LOAD(a->ticket_next));
}
