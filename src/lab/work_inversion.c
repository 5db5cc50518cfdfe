/* inversion: one of low urgency holds a lock, one of high urgency waits for it,
 * and others, who never touch it, take the core away from the holder. In
 * workers, all on one core.
 *
 * --sched other: niceness 19, -5 (0 where that is not allowed) and, for the
 * hogs, 0. The wait ends because the kernel gives even the nicest a share: 15
 * of 15 + 1024 a hog. --sched fifo: three real-time priorities, and the holder
 * gets nothing at all while a hog computes; the hogs are kept short, so that
 * the machine stays alive.
 *
 * --protocol inherit is a mutex with PTHREAD_PRIO_INHERIT. Linux lends real-
 * time priorities only: among ordinary workers all waiters count as nice 0 and
 * the holder's share of the core does not change (rt_mutex's __waiter_prio();
 * tried on 6.18: no difference). So it cures --sched fifo and not the niceness.
 *
 * Rounds: low takes the lock and computes --task-ms of its own processor time;
 * as soon as it has it, high asks, and the hogs compute until high has got it.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "lab/arena.h"
#include "lab/toil.h"
#include "lab/futex.h"
#include "lab/lock.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define ACQUIRE(x) atomic_load_explicit(&(x), memory_order_acquire)

#define NICE_LOW 19
#define NICE_HIGH (-5)
#define ROUNDS 5 /* when no --duration says otherwise */
/* Real-time hogs compute for ten times --task-ms, but never longer than this
 * together: nobody else gets onto the core meanwhile. */
#define HOGS_MOST_NS (200 * NS_PER_MS)
/* Between two rounds the core belongs to everybody. */
#define PAUSE_NS (50 * NS_PER_MS)
/* In a mutex of pthread's one cannot be called to the barrier: look up. */
#define LOOK_UP_NS (200 * NS_PER_MS)

struct inversion {
    /* Even: low's move; odd: low has the lock, the others theirs. Futex. */
    alignas(64) _Atomic uint32_t step;
    _Atomic uint32_t over; /* no more rounds */
    _Atomic int64_t hogs_until_ns;
    _Atomic int32_t nice_high; /* what high really got */
    struct lock lock;          /* --protocol none */
    pthread_mutex_t mutex;     /* --protocol inherit */
    bool realtime, inherit;
    int cpu;
};

static int inversion_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;
    struct inversion *v = arena_map_more(sizeof(*v), err);
    pthread_mutexattr_t attr;
    cpu_set_t cpus;

    if (!v)
        return -ENOMEM;
    sched_getaffinity(0, sizeof(cpus), &cpus); /* --cpus has been obeyed */
    while (!CPU_ISSET(v->cpu, &cpus))
        v->cpu++;
    v->realtime =
        spec->sched == SCHED_KIND_FIFO || spec->sched == SCHED_KIND_RR;
    v->inherit = spec->protocol == PROTOCOL_INHERIT;
    lock_init(coordinator->board, &v->lock, "the lock");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    if (v->inherit)
        pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&v->mutex, &attr);
    pthread_mutexattr_destroy(&attr);
    coordinator->arena->work = v;
    return 0;
}

static enum worker_role inversion_role(const struct spec *spec, int id)
{
    (void)spec;
    return id == 0 ? ROLE_LOW : id == 1 ? ROLE_HIGH : ROLE_HOG;
}

/* Take one's place: on the one core, and as urgent as one is. Again in each
 * round, for a change of the live controls sets everybody alike. */
static int place(struct worker *w)
{
    static const int above[] = {
        [ROLE_LOW] = 0, [ROLE_HIGH] = 2, [ROLE_HOG] = 1};
    struct inversion *v = w->arena->work;
    enum worker_role role = inversion_role(w->spec, w->id);
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(v->cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
    if (v->realtime) {
        struct sched_param p = {.sched_priority =
                                    (int)w->spec->priority + above[role]};

        return sched_setscheduler(
                   0, w->spec->sched == SCHED_KIND_RR ? SCHED_RR : SCHED_FIFO,
                   &p) < 0
                   ? -errno
                   : 0;
    }
    if (role == ROLE_LOW)
        setpriority(PRIO_PROCESS, 0, NICE_LOW);
    else if (role == ROLE_HOG || setpriority(PRIO_PROCESS, 0, NICE_HIGH) < 0)
        setpriority(PRIO_PROCESS, 0, 0);
    if (role == ROLE_HIGH)
        atomic_store(&v->nice_high, getpriority(PRIO_PROCESS, 0));
    return 0;
}

static int inversion_init(struct worker *w, struct err *err)
{
    int rc = place(w);

    if (rc < 0)
        return err_set(err, rc,
                       "cannot give workers their real-time priorities: %m");
    return 0;
}

static void step_on(struct inversion *v)
{
    atomic_fetch_add_explicit(&v->step, 1, memory_order_release);
    futex_wake(&v->step, INT_MAX);
}

/* Wait while the step is @parity. False: it is over, or told to stop. */
static bool wait_step(struct worker *w, uint32_t parity)
{
    struct inversion *v = w->arena->work;

    for (;;) {
        uint32_t step = ACQUIRE(v->step);

        if (LOAD(v->over) || w->stopping)
            return false;
        if (step % 2 != parity)
            return true;
        if (!worker_wait_word(w, &v->step, step, INT64_MAX, WAIT_TURN))
            return false;
    }
}

/* ---- the lock, of one kind or the other ---------------------------------- */

static void owner_set(struct worker *w, int owner)
{
    struct inversion *v = w->arena->work;

    if (v->lock.resource >= 0)
        atomic_store_explicit(&w->board->resource[v->lock.resource].owner,
                              owner, memory_order_relaxed);
}

static bool mutex_take(struct worker *w)
{
    struct inversion *v = w->arena->work;

    while (pthread_mutex_trylock(&v->mutex) != 0) {
        struct timespec until;
        int rc;

        worker_waits_on(w, v->lock.resource);
        worker_wait_begin(w, WAIT_LOCK);
        clock_gettime(CLOCK_REALTIME, &until); /* the only one for these */
        until = clock_to_timespec(clock_from_timespec(until) + LOOK_UP_NS);
        rc = pthread_mutex_timedlock(&v->mutex, &until);
        worker_wait_end(w);
        worker_waits_on(w, -1);
        if (rc == 0)
            break;
        if (!worker_turn(w))
            return false;
    }
    owner_set(w, w->id);
    return true;
}

static bool take(struct worker *w)
{
    struct inversion *v = w->arena->work;

    return v->inherit ? mutex_take(w) : lock_take(w, &v->lock);
}

static void give(struct worker *w)
{
    struct inversion *v = w->arena->work;

    if (!v->inherit) {
        lock_give(w, &v->lock);
        return;
    }
    owner_set(w, -1);
    pthread_mutex_unlock(&v->mutex);
}

/* ---- the three kinds ----------------------------------------------------- */

/* Whoever waits for the lock comes to the barrier from there, so that this one
 * may come to it with the lock. */
static bool compute(struct worker *w, int64_t cpu_ns)
{
    int64_t until_ns = clock_thread_cpu_ns() + cpu_ns;
    uint64_t x = TOIL_SEED;

    while (clock_thread_cpu_ns() < until_ns) {
        for (int i = 0; i < 8; i++)
            x = toil_us(x);
        if (!worker_tick(w))
            return false;
    }
    toil_keep(w, x);
    return true;
}

static void low_work(struct worker *w)
{
    struct inversion *v = w->arena->work;
    int64_t hogs_ns = 10 * w->spec->task_ns;
    bool going = true;

    if (hogs_ns > HOGS_MOST_NS)
        hogs_ns = HOGS_MOST_NS;
    while (going && wait_step(w, 1)) {
        if (v->realtime &&
            !worker_sleep_until(w, clock_now_ns() + PAUSE_NS, WAIT_SLEEP))
            return;
        place(w);
        if (!take(w))
            return;
        atomic_store(&v->hogs_until_ns, clock_now_ns() + hogs_ns);
        step_on(v);
        going = compute(w, w->spec->task_ns);
        give(w);
    }
}

static void high_work(struct worker *w)
{
    struct inversion *v = w->arena->work;

    for (int round = 1; wait_step(w, 0); round++) {
        int64_t begin_ns = clock_now_ns();

        if (!take(w))
            return;
        worker_latency(w, clock_now_ns() - begin_ns);
        give(w);
        worker_report(w, METRIC_REQUESTS, 1);
        worker_count(w, 1);
        if (w->spec->duration_ns == 0 && round == ROUNDS)
            atomic_store(&v->over, 1);
        place(w);
        step_on(v);
    }
}

static void hog_work(struct worker *w)
{
    struct inversion *v = w->arena->work;
    uint64_t x = TOIL_SEED + (uint64_t)w->id;

    while (wait_step(w, 0)) {
        uint32_t step = ACQUIRE(v->step);

        place(w);
        while (LOAD(v->step) == step &&
               (!v->realtime || clock_now_ns() < LOAD(v->hogs_until_ns))) {
            x = toil_us(x);
            if (!worker_tick(w))
                break;
        }
        while (!w->stopping && ACQUIRE(v->step) == step &&
               worker_wait_word(w, &v->step, step, INT64_MAX, WAIT_TURN))
            continue;
    }
    toil_keep(w, x);
}

static bool inversion_task(struct worker *w, int64_t index, uint64_t *result)
{
    (void)index;
    (void)result;
    if (w->id == 0)
        low_work(w);
    else if (w->id == 1)
        high_work(w);
    else
        hog_work(w);
    return false;
}

static void inversion_finish(struct worker *coordinator)
{
    const struct inversion *v = coordinator->arena->work;
    struct board *b = coordinator->board;
    int first = (int)coordinator->spec->priority;

    if (v->realtime)
        snprintf(b->note, sizeof(b->note),
                 "all on core %d, with real-time priority %d for who holds the "
                 "lock, %d for who waits and %d for the others",
                 v->cpu, first, first + 2, first + 1);
    else
        snprintf(b->note, sizeof(b->note),
                 "all on core %d, with niceness %d for who holds the lock, %d "
                 "for who waits and 0 for the others",
                 v->cpu, NICE_LOW, LOAD(v->nice_high));
}

const struct workload work_inversion = {
    .combine = COMBINE_NONE,
    .prepare = inversion_prepare,
    .init = inversion_init,
    .task = inversion_task,
    .reports = REPORTS(REQUESTS),
    .own_latency = true,
    .role = inversion_role,
    .finish = inversion_finish,
};
