/* locks: workers round a table, with a lock between any two neighbours. Each
 * takes its two, works, and gives both back. In workers, threads, processes and
 * cooperative tasks alike.
 *
 * opposite: everybody takes the lock on the left first. The first time all wait
 * for each other with that one in hand, so that nobody ever gets a second: a
 * deadlock for certain and not by luck. same: the lock with the lower number
 * first, so that there is no circle. trylock: on the left first, and if the
 * other is taken the first is given back, to try again a little later - all
 * equally much later: nobody is ever stuck, and much may be done for nothing.
 * (Dijkstra, "Hierarchical ordering of sequential processes", 1971.) */
#include <stdio.h>

#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/lock.h"
#include "lab/toil.h"

#define BACK_OFF_NS (50 * NS_PER_US)

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)

struct table {
    _Atomic uint32_t met;       /* workers that have their first lock */
    _Atomic int64_t next_round; /* rounds given out */
    struct lock lock[];
};

struct seat { /* its locks, in the order it takes them */
    struct lock *first, *second;
};

/* Two at least, however few workers: two locks are what this is about. */
static int64_t lock_count(const struct spec *spec)
{
    return spec->workers > 2 ? spec->workers : 2;
}

static int locks_prepare(struct worker *coordinator, struct err *err)
{
    int64_t count = lock_count(coordinator->spec);
    struct table *t =
        arena_map_more(sizeof(*t) + (size_t)count * sizeof(t->lock[0]), err);
    char name[24];

    if (!t)
        return -ENOMEM;
    for (int i = 0; i < count; i++) {
        if (count == 2)
            snprintf(name, sizeof(name), "lock %c", 'A' + i);
        else
            snprintf(name, sizeof(name), "fork %d", i);
        lock_init(coordinator->board, &t->lock[i], name);
    }
    coordinator->arena->work = t;
    toil_prepare(coordinator);
    return 0;
}

static enum worker_role locks_role(const struct spec *spec, int id)
{
    (void)id;
    return spec->workers > 2 ? ROLE_PHILOSOPHER : ROLE_WORKER;
}

static struct seat seat_of(const struct worker *w)
{
    struct table *t = w->arena->work;
    int64_t left = w->id, right = (w->id + 1) % lock_count(w->spec);
    bool swap = w->spec->order == ORDER_SAME && right < left;

    return (struct seat){&t->lock[swap ? right : left],
                         &t->lock[swap ? left : right]};
}

/* Wait until everybody has come here once, with a lock in hand. */
static bool meet(struct worker *w)
{
    struct table *t = w->arena->work;
    uint32_t all = (uint32_t)workers_made(w);
    uint32_t met = atomic_fetch_add(&t->met, 1) + 1;

    if (met == all)
        futex_wake(&t->met, INT_MAX);
    while (met < all) {
        if (!worker_wait_word(w, &t->met, met, INT64_MAX, WAIT_MEET))
            return false;
        met = atomic_load_explicit(&t->met, memory_order_acquire);
    }
    return true;
}

/* False: told to stop, and none of the two is held. */
static bool take_both(struct worker *w, struct seat *s, bool *met)
{
    for (;;) {
        if (!lock_take(w, s->first))
            return false;
        if (!*met && !meet(w))
            break;
        *met = true;
        if (w->spec->order != ORDER_TRYLOCK) {
            if (lock_take(w, s->second))
                return true;
            break;
        }
        if (lock_try(w, s->second))
            return true;
        lock_give(w, s->first);
        worker_report(w, METRIC_RETRIES, 1);
        if (!worker_sleep_until(w, clock_now_ns() + BACK_OFF_NS, WAIT_SLEEP) ||
            !worker_tick(w))
            return false;
    }
    lock_give(w, s->first);
    return false;
}

/* A round of the table's, or -1: all have been done. */
static int64_t round_take(struct worker *w)
{
    struct table *t = w->arena->work;
    int64_t round =
        atomic_fetch_add_explicit(&t->next_round, 1, memory_order_relaxed);

    return w->spec->tasks == 0 || round < w->spec->tasks ? round : -1;
}

static bool locks_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct seat s = seat_of(w);
    bool met = w->spec->order == ORDER_SAME, going = w->id < w->spec->workers;

    (void)index;
    (void)result;
    while (going) {
        int64_t begin_ns = clock_now_ns(), round;

        if (!take_both(w, &s, &met))
            return false;
        worker_latency(w, clock_now_ns() - begin_ns);
        round = round_take(w);
        going = round >= 0 && toil(w, w->spec->task_ns);
        lock_give(w, s.second);
        lock_give(w, s.first);
        if (going) {
            worker_report(w, METRIC_REQUESTS, 1);
            worker_count(w, 1);
            worker_task_done(w, round, begin_ns, 0);
            going = worker_tick(w);
        }
    }
    return false;
}

const struct workload work_locks = {
    .once = true,
    .own_latency = true,
    .prepare = locks_prepare,
    .role = locks_role,
    .task = locks_task,
    .reports = REPORTS(REQUESTS) | REPORTS(RETRIES),
};
