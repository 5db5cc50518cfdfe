/* Phases: a barrier between two settings of the live controls, so that every
 * operation belongs to exactly one of them. In the lab.
 *
 * A phase is numbered. The coordinator raises phase_wanted; every worker that
 * sees it comes to the barrier and counts itself as arrived; when all have
 * arrived or left the coordinator closes the phase's books and raises
 * phase_open. The start gate is the first opening, a pause is an opening that
 * is held back, and a worker that was told to stand aside stays at the barrier
 * and counts as arrived for as long as it does. */
#include <sys/eventfd.h>

#include "lab/crew.h"
#include "lab/futex.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* Wake the coordinator when nobody is missing. Sequentially consistent: of one
 * that arrives and one that leaves at once, one must see the other. */
static void bell_if_last(struct arena *a)
{
    if (atomic_load(&a->arrived) + atomic_load(&a->left) >=
        atomic_load(&a->expected))
        eventfd_write(a->bell_fd, 1);
}

static void life_set(struct worker *w, enum board_life life)
{
    STORE(w->row->life_ns, clock_now_ns());
    atomic_store_explicit(&w->row->life, life, memory_order_release);
}

void phase_pass(struct worker *w)
{
    struct arena *a = w->arena;
    bool parked = false;

    if (w->phase != 0) /* at the gate it has just done so */
        worker_account(w, &w->row->last);
    worker_mark_begin(w, WAIT_BARRIER);
    /* Release: what this worker did is visible to whoever counts it. */
    atomic_fetch_add(&a->arrived, 1);
    bell_if_last(a);
    while (!atomic_load_explicit(&a->stop, memory_order_acquire)) {
        /* Pairs with the release in phase_open(). */
        uint64_t opening =
            atomic_load_explicit(&a->opening, memory_order_acquire);

        if ((uint32_t)(opening >> 32) == w->phase) {
            worker_block(w, &a->phase_open, w->phase, INT64_MAX);
            continue;
        }
        w->phase = (uint32_t)(opening >> 32);
        if ((uint32_t)w->id < (uint32_t)opening)
            break;
        if (!parked) {
            parked = true;
            worker_mark_end(w);
            worker_mark_begin(w, WAIT_PARKED);
            life_set(w, BOARD_PARKED);
        }
    }
    worker_mark_end(w);
    if (parked)
        life_set(w, BOARD_WORKING);
    w->sync = LOAD(a->sync);
}

void phase_leave(struct worker *w)
{
    atomic_fetch_add(&w->arena->left, 1);
    bell_if_last(w->arena);
}

bool phase_all_arrived(const struct crew *c)
{
    return atomic_load(&c->arena->arrived) + atomic_load(&c->arena->left) >=
           c->spawned;
}

void phase_nudge(struct crew *c)
{
    futex_wake(&c->arena->phase_wanted, INT_MAX);
    futex_wake(&c->arena->turn, INT_MAX);
    for (uint32_t i = 0; i < c->spawned; i++) {
        _Atomic uint32_t *word = atomic_load(arena_waits(c->arena, i));

        if (word)
            futex_wake(word, INT_MAX);
    }
    eventfd_write(c->arena->nudge_fd, 1);
}

void phase_close_begin(struct crew *c)
{
    struct arena *a = c->arena;

    atomic_store_explicit(&a->phase_wanted, LOAD(a->phase_open) + 1,
                          memory_order_release);
    phase_nudge(c);
}

/* Over all rows at this instant, all workers standing still. */
static struct phase_totals totals_now(const struct crew *c)
{
    const struct workload *work = workloads[c->spec->workload];
    struct phase_totals t = {0};

    for (uint32_t i = 0; i < c->spawned; i++) {
        struct board_row *row = board_row(c->board, i);

        t.ops += LOAD(row->ops);
        /* Since birth: a worker may be born in the middle of a phase. */
        t.voluntary += LOAD(row->last.voluntary) - LOAD(row->born.voluntary);
        t.involuntary +=
            LOAD(row->last.involuntary) - LOAD(row->born.involuntary);
        t.cpu_ns += LOAD(row->last.run_ns) - LOAD(row->born.run_ns);
        t.lock_wait_ns += LOAD(row->wait_ns[WAIT_LOCK]);
    }
    if (c->spec->model == MODEL_COOP) { /* one thread for all */
        const struct board_loop *loop = &c->board->loop;

        t.voluntary = LOAD(loop->last.voluntary) - LOAD(loop->born.voluntary);
        t.involuntary =
            LOAD(loop->last.involuntary) - LOAD(loop->born.involuntary);
        t.cpu_ns = LOAD(loop->last.run_ns) - LOAD(loop->born.run_ns);
    }
    if (work->counter_value)
        t.counter = work->counter_value(c->arena);
    return t;
}

void phase_close_end(struct crew *c)
{
    struct board *b = c->board;
    uint64_t n = LOAD(b->phases);
    struct board_phase *p = &b->phase_ring[n % BOARD_PHASES];
    struct phase_totals now = totals_now(c);
    const struct phase_totals *was = &c->at_opening;

    if (LOAD(b->phase_start_ns) == 0)
        return; /* none was open: the gate, or a pause went on */
    STORE(p->start_ns, LOAD(b->phase_start_ns));
    STORE(p->end_ns, clock_now_ns());
    STORE(p->sync, LOAD(b->phase_sync));
    STORE(p->workers, LOAD(b->phase_workers));
    STORE(p->generation, LOAD(b->phase_open));
    STORE(p->ops, now.ops - was->ops);
    STORE(p->expected, -1);
    if (workloads[c->spec->workload]->counter_value) {
        STORE(p->expected, now.ops - was->ops);
        STORE(p->actual, now.counter - was->counter);
    }
    STORE(p->voluntary, now.voluntary - was->voluntary);
    STORE(p->involuntary, now.involuntary - was->involuntary);
    STORE(p->cpu_ns, now.cpu_ns - was->cpu_ns);
    STORE(p->lock_wait_ns, now.lock_wait_ns - was->lock_wait_ns);
    STORE(b->phase_start_ns, 0);
    /* Pairs with the screen's acquire in live.c. */
    atomic_store_explicit(&b->phases, n + 1, memory_order_release);
    eventfd_write(c->news_fd, 1);
}

void phase_open(struct crew *c, uint32_t generation)
{
    struct arena *a = c->arena;
    struct board *b = c->board;
    uint32_t active = LOAD(b->control.workers);
    /* Ids below this take part. One made for a task does until it is done. */
    uint32_t below = c->spec->spawn == SPAWN_PER_TASK ? UINT32_MAX : active;
    uint32_t next = LOAD(a->phase_open) + 1; /* it is phase_wanted, too */
    uint32_t aside = 0;
    int64_t now;

    c->at_opening = totals_now(c);
    for (uint32_t i = below; i < c->spawned; i++) {
        uint32_t life = LOAD(board_row(b, i)->life);

        aside += life != BOARD_ENDED && life != BOARD_REFUSED;
    }
    eventfd_read(a->nudge_fd, &(eventfd_t){0}); /* nobody is to look now */
    STORE(a->sync, LOAD(b->control.sync));
    atomic_store(&a->gil.interval_ns, LOAD(b->control.gil_interval_ns));
    STORE(a->arrived, aside);
    STORE(b->phase_open, generation);
    STORE(b->phase_sync, LOAD(a->sync));
    if (below == active && active > c->spawned)
        active = c->spawned;
    STORE(b->phase_workers, active);
    now = clock_now_ns();
    if (LOAD(b->gate_ns) == 0)
        STORE(b->gate_ns, now);
    STORE(b->phase_start_ns, now);
    /* Release: pairs with the acquire in phase_pass(). */
    atomic_store_explicit(&a->opening, (uint64_t)next << 32 | below,
                          memory_order_release);
    atomic_store(&a->phase_open, next);
    futex_wake(&a->phase_open, INT_MAX);
    eventfd_write(c->news_fd, 1);
}

void phase_stop(struct crew *c)
{
    struct arena *a = c->arena;

    atomic_store_explicit(&a->stop, 1, memory_order_release);
    atomic_store_explicit(&a->phase_wanted, LOAD(a->phase_open) + 1,
                          memory_order_release);
    phase_nudge(c);
    futex_wake(&a->phase_open, INT_MAX);
}
