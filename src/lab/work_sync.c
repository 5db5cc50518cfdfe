/* sync: waiting for a condition, in one way or another. In workers.
 *
 * A bounded buffer between producers and consumers, guarded by: asking on and
 * on (busy); a condition variable, looked at once (if) or again after each
 * wake-up (while); semaphores. "if" is wrong as soon as more than one can be
 * woken for one item: the second takes what is not there. The same wake-ups go
 * to "while", so that only the word differs. And two ways for all to wait for
 * all: a barrier, met again and again; join, which waits for the others' end
 * and so works only once. */
#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/lock.h"
#include "lab/toil.h"

#define SHOW_NS (10 * NS_PER_MS)
#define SPIN_MARK 64 /* looks before spinning counts as waiting */
#define MEET_MOST 64 /* of so many it is checked that nobody is ahead */

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

struct hall {
    struct lock lock;
    struct condition has_item, has_room;
    struct semaphore items, places;
    int item, room; /* of the wait-for graph */
    /* Changed under .lock; read without it by those who ask on and on. */
    _Atomic int64_t head, tail; /* taken so far, put so far */
    int64_t capacity;
    int64_t shown_ns;
    struct scene scene;
    _Atomic int64_t made, wanted; /* items given out to each side */
    /* barrier, join: */
    alignas(64) _Atomic uint32_t round; /* futex */
    _Atomic uint32_t arrived;
    _Atomic int64_t pieces, done;
    _Atomic int64_t rounds_of[MEET_MOST]; /* by worker */
    struct ending *ends;                  /* by worker */
    int64_t *slots;
};

static bool has_buffer(const struct spec *spec)
{
    return spec->guard != GUARD_BARRIER && spec->guard != GUARD_JOIN;
}

static void buffer_init(struct board *b, struct hall *h)
{
    h->item = board_resource_add(b, RESOURCE_ITEM, ROLE_PRODUCER, "an item");
    h->room = board_resource_add(b, RESOURCE_ROOM, ROLE_CONSUMER, "room");
    semaphore_init(b, &h->items, 0, h->item);
    semaphore_init(b, &h->places, (uint32_t)h->capacity, h->room);
}

static int sync_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;
    size_t workers = (size_t)spec->workers, places = (size_t)spec->capacity;
    struct hall *h = arena_map_more(sizeof(*h) + workers * sizeof(*h->ends) +
                                        places * sizeof(*h->slots),
                                    err);

    if (!h)
        return -ENOMEM;
    h->slots = (void *)(h + 1);
    h->ends = (void *)(h->slots + places);
    h->capacity = spec->capacity;
    lock_init(coordinator->board, &h->lock, NULL);
    if (has_buffer(spec))
        buffer_init(coordinator->board, h);
    for (int id = 1; spec->guard == GUARD_JOIN && id < spec->workers; id++)
        ending_init(coordinator->board, &h->ends[id], id);
    coordinator->arena->work = h;
    toil_prepare(coordinator);
    return 0;
}

static enum worker_role sync_role(const struct spec *spec, int id)
{
    if (has_buffer(spec))
        return id < spec->producers ? ROLE_PRODUCER : ROLE_CONSUMER;
    if (spec->guard == GUARD_JOIN)
        return id == 0 ? ROLE_PARENT : ROLE_CHILD;
    return ROLE_WORKER;
}

/* ---- the bounded buffer ------------------------------------------------- */

/* Holds the lock. */
static void buffer_show(struct worker *w, struct hall *h, bool must)
{
    struct scene_queue *s = &h->scene.queue;
    int64_t now_ns = clock_now_ns(), head = LOAD(h->head);

    if (!must && now_ns - h->shown_ns < SHOW_NS)
        return;
    h->shown_ns = now_ns;
    h->scene.kind = SCENE_QUEUE;
    s->capacity = h->capacity;
    s->produced = LOAD(h->tail);
    s->consumed = head;
    s->depth = s->produced - head;
    for (int64_t i = 0; i < s->depth && i < SCENE_QUEUE_ITEMS; i++)
        s->item[i] = (int32_t)h->slots[(head + i) % h->capacity];
    board_show(w->board, &h->scene, offsetof(struct scene, queue) + sizeof(*s));
}

static bool is_full(struct hall *h)
{
    return LOAD(h->tail) - LOAD(h->head) >= h->capacity;
}

static bool is_empty(struct hall *h)
{
    return LOAD(h->tail) - LOAD(h->head) <= 0;
}

/* Ask on and on, without the lock. False: told to stop. */
static bool ask_on(struct worker *w, struct hall *h,
                   bool (*not_yet)(struct hall *))
{
    struct arena *a = w->arena;
    int looks = 0;

    while (not_yet(h)) {
        if (++looks == SPIN_MARK)
            worker_mark_begin(w, WAIT_SPIN);
        if (LOAD(a->stop) || LOAD(a->phase_wanted) != w->phase) {
            if (looks >= SPIN_MARK)
                worker_mark_end(w);
            looks = 0;
            w->credit = 1;
            if (!worker_tick(w))
                return false;
        }
    }
    if (looks >= SPIN_MARK)
        worker_mark_end(w);
    return true;
}

/* Take the lock when the buffer is not @not_yet any more, or so one believes.
 * False: told to stop. */
static bool wait_until(struct worker *w, struct hall *h,
                       bool (*not_yet)(struct hall *), struct condition *c,
                       int resource)
{
    enum spec_guard guard = w->spec->guard;

    if (guard == GUARD_BUSY && !ask_on(w, h, not_yet))
        return false;
    if (!lock_take(w, &h->lock))
        return false;
    while (guard == GUARD_BUSY && not_yet(h)) { /* another was faster */
        lock_give(w, &h->lock);
        if (!ask_on(w, h, not_yet) || !lock_take(w, &h->lock))
            return false;
    }
    while ((guard == GUARD_IF || guard == GUARD_WHILE) && not_yet(h)) {
        buffer_show(w, h, true);
        if (!condition_wait(w, c, &h->lock, resource, WAIT_QUEUE))
            return false;
        if (guard == GUARD_IF)
            break; /* the mistake: that it was woken proves nothing */
    }
    return true;
}

static bool buffer_put(struct worker *w, struct hall *h, int64_t item)
{
    bool semaphores = w->spec->guard == GUARD_SEMAPHORE;
    int64_t tail;

    if (semaphores && !semaphore_take(w, &h->places, WAIT_QUEUE))
        return false;
    if (!wait_until(w, h, is_full, &h->has_room, h->room))
        return false;
    if (is_full(h)) /* overwrites one that nobody has taken */
        worker_report(w, METRIC_VIOLATIONS, 1);
    if (!semaphores)
        resource_change(w->board, h->item, 1);
    tail = LOAD(h->tail);
    h->slots[tail % h->capacity] = item;
    STORE(h->tail, tail + 1);
    if (!semaphores)
        resource_change(w->board, h->room, -1);
    buffer_show(w, h, false);
    lock_give(w, &h->lock);
    if (semaphores)
        semaphore_give(w, &h->items);
    else
        condition_wake(&h->has_item, INT_MAX);
    return true;
}

static bool buffer_take(struct worker *w, struct hall *h, int64_t *item)
{
    bool semaphores = w->spec->guard == GUARD_SEMAPHORE;
    int64_t head;

    if (semaphores && !semaphore_take(w, &h->items, WAIT_QUEUE))
        return false;
    if (!wait_until(w, h, is_empty, &h->has_item, h->item))
        return false;
    if (is_empty(h)) /* takes what is not there: an old item, or none */
        worker_report(w, METRIC_VIOLATIONS, 1);
    if (!semaphores)
        resource_change(w->board, h->room, 1);
    head = LOAD(h->head);
    *item = h->slots[head % h->capacity];
    STORE(h->head, head + 1);
    if (!semaphores)
        resource_change(w->board, h->item, -1);
    buffer_show(w, h, false);
    lock_give(w, &h->lock);
    if (semaphores)
        semaphore_give(w, &h->places);
    else
        condition_wake(&h->has_room, INT_MAX);
    return true;
}

/* The next of the items that one side makes or takes; -1: there are no more. */
static int64_t share_take(struct worker *w, _Atomic int64_t *shares)
{
    int64_t n = atomic_fetch_add_explicit(shares, 1, memory_order_relaxed);

    return w->spec->tasks == 0 || n < w->spec->tasks ? n : -1;
}

static void produce(struct worker *w, struct hall *h)
{
    int64_t n;

    while (worker_tick(w) && (n = share_take(w, &h->made)) >= 0 &&
           buffer_put(w, h, n + 1))
        worker_count(w, 1);
}

static void consume(struct worker *w, struct hall *h)
{
    int64_t n, item;

    while (worker_tick(w) && (n = share_take(w, &h->wanted)) >= 0) {
        int64_t begin_ns = clock_now_ns();

        if (!buffer_take(w, h, &item))
            return;
        worker_latency(w, clock_now_ns() - begin_ns);
        if (!toil(w, w->spec->task_ns))
            return;
        worker_count(w, 1);
        worker_task_done(w, n, begin_ns, (uint64_t)item);
    }
}

/* ---- all wait for all --------------------------------------------------- */

/* After meeting number @round nobody may have come to fewer. */
static void check_met(struct worker *w, struct hall *h, uint32_t round)
{
    for (int id = 0; id < workers_made(w) && id < MEET_MOST; id++)
        if (LOAD(h->rounds_of[id]) < (int64_t)round)
            worker_report(w, METRIC_VIOLATIONS, 1);
}

static bool meet(struct worker *w, struct hall *h, uint32_t round)
{
    if (w->id < MEET_MOST)
        STORE(h->rounds_of[w->id], (int64_t)round + 1);
    if (atomic_fetch_add(&h->arrived, 1) + 1 == (uint32_t)workers_made(w)) {
        STORE(h->arrived, 0);
        board_report(w->board, METRIC_REQUESTS, (double)round + 1);
        worker_task_done(w, round, clock_now_ns(), round + 1);
        atomic_store_explicit(&h->round, round + 1, memory_order_release);
        futex_wake(&h->round, INT_MAX);
    }
    while (atomic_load_explicit(&h->round, memory_order_acquire) == round)
        if (!worker_wait_word(w, &h->round, round, INT64_MAX, WAIT_MEET))
            return false;
    check_met(w, h, round + 1);
    return true;
}

static void use_barrier(struct worker *w, struct hall *h)
{
    for (uint32_t round = 0;
         w->spec->tasks == 0 || round < (uint32_t)w->spec->tasks; round++) {
        int64_t begin_ns;

        if (!worker_tick(w) || !toil(w, w->spec->task_ns))
            return;
        worker_count(w, 1);
        begin_ns = clock_now_ns();
        if (!meet(w, h, round))
            return;
        worker_latency(w, clock_now_ns() - begin_ns);
    }
}

/* All pieces but the last one. */
static bool do_pieces(struct worker *w, struct hall *h)
{
    int64_t tasks = w->spec->tasks, n;

    while (worker_tick(w)) {
        int64_t begin_ns = clock_now_ns();

        n = atomic_fetch_add_explicit(&h->pieces, 1, memory_order_relaxed);
        if (tasks > 0 && n >= tasks - 1)
            return true;
        if (!toil(w, w->spec->task_ns))
            return false;
        worker_count(w, 1);
        worker_task_done(w, n, begin_ns, (uint64_t)n + 1);
        atomic_fetch_add(&h->done, 1);
    }
    return false;
}

static void use_join(struct worker *w, struct hall *h)
{
    int64_t begin_ns = clock_now_ns();

    if (w->id > 0) {
        do_pieces(w, h);
        return;
    }
    if (workers_made(w) == 1 && !do_pieces(w, h))
        return;
    for (int id = 1; id < workers_made(w); id++)
        if (!ending_wait(w, &h->ends[id]))
            return;
    worker_latency(w, clock_now_ns() - begin_ns);
    board_report(w->board, METRIC_REQUESTS, 1);
    if (w->spec->tasks > 0 && LOAD(h->done) != w->spec->tasks - 1)
        worker_report(w, METRIC_VIOLATIONS, 1);
    begin_ns = clock_now_ns();
    if (toil(w, w->spec->task_ns))
        worker_task_done(w, w->spec->tasks - 1, begin_ns,
                         (uint64_t)w->spec->tasks);
}

static bool sync_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct hall *h = w->arena->work;

    (void)index;
    (void)result;
    if (w->id >= w->spec->workers)
        return false;
    if (w->spec->guard == GUARD_BARRIER)
        use_barrier(w, h);
    else if (w->spec->guard == GUARD_JOIN)
        use_join(w, h);
    else if (sync_role(w->spec, w->id) == ROLE_PRODUCER)
        produce(w, h);
    else
        consume(w, h);
    return false;
}

static void sync_fini(struct worker *w)
{
    struct hall *h = w->arena->work;

    if (w->spec->guard == GUARD_JOIN && w->id > 0 && w->id < w->spec->workers)
        ending_tell(&h->ends[w->id]);
}

static void sync_finish(struct worker *coordinator)
{
    struct hall *h = coordinator->arena->work;

    if (has_buffer(coordinator->spec))
        buffer_show(coordinator, h, true);
}

const struct workload work_sync = {
    .combine = COMBINE_SUM,
    .once = true,
    .own_latency = true,
    .prepare = sync_prepare,
    .role = sync_role,
    .task = sync_task,
    .fini = sync_fini,
    .finish = sync_finish,
    .reports = REPORTS(VIOLATIONS),
};
