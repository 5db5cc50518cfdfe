/* queue: producers make numbered items, consumers take them from a bounded
 * queue, and -1s at the end tell consumers to go home: a consumer takes one and
 * leaves. With fewer of them than consumers somebody waits for ever; with more
 * some stay in the queue. In workers, whatever they are. */
#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/lock.h"
#include "lab/toil.h"

#include <string.h>

#define SENTINEL (-1)
/* The picture is made anew so often at most, and before each wait. */
#define SHOW_NS (10 * NS_PER_MS)

struct slot {
    int64_t item, put_ns;
};

struct queue {
    struct lock lock;
    /* Under .lock: */
    struct condition has_item, has_room;
    int64_t head, tail; /* taken so far, put so far */
    int64_t capacity, depth_max;
    int64_t shown_ns;
    int32_t sentinels_in, sentinels_out;
    struct scene scene;
    /* Of the wait-for graph. */
    int item, room;
    alignas(64) _Atomic int64_t made;      /* items given out to producers */
    alignas(64) _Atomic int64_t producers; /* that have no more to make */
    alignas(64) _Atomic int64_t delivered; /* the latest item done with */
    struct slot slot[];
};

static int queue_prepare(struct worker *coordinator, struct err *err)
{
    int64_t capacity = coordinator->spec->capacity;
    struct board *b = coordinator->board;
    struct queue *q =
        arena_map_more(sizeof(*q) + (size_t)capacity * sizeof(q->slot[0]), err);

    if (!q)
        return -ENOMEM;
    q->capacity = capacity;
    lock_init(b, &q->lock, NULL);
    q->item = board_resource_add(b, RESOURCE_ITEM, ROLE_PRODUCER, "an item");
    q->room = board_resource_add(b, RESOURCE_ROOM, ROLE_CONSUMER, "room");
    resource_change(b, q->room, (int)capacity);
    coordinator->arena->work = q;
    toil_prepare(coordinator);
    return 0;
}

static enum worker_role queue_role(const struct spec *spec, int id)
{
    return id < spec->producers ? ROLE_PRODUCER : ROLE_CONSUMER;
}

/* ---- the queue itself --------------------------------------------------- */

/* Holds the lock. */
static void queue_show(struct worker *w, struct queue *q)
{
    struct scene_queue *s = &q->scene.queue;

    q->scene.kind = SCENE_QUEUE;
    s->capacity = q->capacity;
    s->depth = q->tail - q->head;
    s->sentinels_in = q->sentinels_in;
    s->sentinels_out = q->sentinels_out;
    s->produced = q->tail - q->sentinels_in;
    s->consumed = q->head - q->sentinels_out;
    for (int64_t i = 0; i < s->depth && i < SCENE_QUEUE_ITEMS; i++)
        s->item[i] = (int32_t)q->slot[(q->head + i) % q->capacity].item;
    board_show(w->board, &q->scene,
               offsetof(struct scene, queue) + sizeof(q->scene.queue));
    board_report(w->board, METRIC_QUEUE_DEPTH_MAX, (double)q->depth_max);
}

static void queue_show_if_due(struct worker *w, struct queue *q, int64_t now_ns)
{
    if (now_ns - q->shown_ns < SHOW_NS)
        return;
    q->shown_ns = now_ns;
    queue_show(w, q);
}

/* False: told to stop. */
static bool queue_put(struct worker *w, struct queue *q, int64_t item)
{
    int64_t now_ns;

    if (!lock_take(w, &q->lock))
        return false;
    while (q->tail - q->head >= q->capacity) {
        queue_show(w, q);
        if (!condition_wait(w, &q->has_room, &q->lock, q->room, WAIT_QUEUE))
            return false;
    }
    now_ns = clock_now_ns();
    resource_change(w->board, q->item, 1);
    q->slot[q->tail++ % q->capacity] = (struct slot){item, now_ns};
    q->sentinels_in += item == SENTINEL;
    resource_change(w->board, q->room, -1);
    if (q->tail - q->head > q->depth_max)
        q->depth_max = q->tail - q->head;
    queue_show_if_due(w, q, now_ns);
    lock_give(w, &q->lock);
    condition_wake(&q->has_item, 1);
    return true;
}

static bool queue_take(struct worker *w, struct queue *q, struct slot *out)
{
    if (!lock_take(w, &q->lock))
        return false;
    while (q->tail == q->head) {
        queue_show(w, q);
        if (!condition_wait(w, &q->has_item, &q->lock, q->item, WAIT_QUEUE))
            return false;
    }
    resource_change(w->board, q->room, 1);
    *out = q->slot[q->head++ % q->capacity];
    q->sentinels_out += out->item == SENTINEL;
    resource_change(w->board, q->item, -1);
    if (out->item == SENTINEL)
        queue_show(w, q);
    else
        queue_show_if_due(w, q, out->put_ns);
    lock_give(w, &q->lock);
    condition_wake(&q->has_room, 1);
    return true;
}

/* ---- who uses it -------------------------------------------------------- */

static void finish_producing(struct worker *w, struct queue *q)
{
    int64_t made = workers_made(w);
    int64_t producers = w->spec->producers < made ? w->spec->producers : made;
    int64_t sentinels = w->spec->sentinels;

    if (atomic_fetch_add(&q->producers, 1) + 1 < producers)
        return; /* the last one turns off the light */
    if (sentinels < 0)
        sentinels = made - producers;
    while (sentinels-- > 0)
        if (!queue_put(w, q, SENTINEL))
            return;
}

static void produce(struct worker *w, struct queue *q)
{
    int64_t tasks = w->spec->tasks;

    while (worker_tick(w)) {
        int64_t n =
            atomic_fetch_add_explicit(&q->made, 1, memory_order_relaxed);

        if (tasks > 0 && n >= tasks) {
            finish_producing(w, q);
            return;
        }
        if (!queue_put(w, q, n + 1))
            return;
        worker_count(w, 1);
    }
}

static void consume(struct worker *w, struct queue *q)
{
    struct slot got;

    while (worker_tick(w) && queue_take(w, q, &got) && got.item != SENTINEL) {
        int64_t begin_ns = clock_now_ns(), before;

        if (!toil(w, w->spec->task_ns))
            return;
        before = atomic_exchange_explicit(&q->delivered, got.item,
                                          memory_order_relaxed);
        if (before > got.item)
            worker_report(w, METRIC_ORDER_INVERSIONS, 1);
        worker_latency(w, clock_now_ns() - got.put_ns);
        worker_count(w, 1);
        worker_task_done(w, got.item - 1, begin_ns, (uint64_t)got.item);
    }
}

static bool queue_task(struct worker *w, int64_t index, uint64_t *result)
{
    (void)index;
    (void)result;
    if (w->id >= w->spec->workers)
        return false; /* the experiment knows no more */
    if (queue_role(w->spec, w->id) == ROLE_PRODUCER)
        produce(w, w->arena->work);
    else
        consume(w, w->arena->work);
    return false;
}

static void queue_finish(struct worker *coordinator)
{
    struct queue *q = coordinator->arena->work;

    queue_show(coordinator, q);
    board_report(coordinator->board, METRIC_LEFTOVERS,
                 (double)(q->tail - q->head));
}

const struct workload work_queue = {
    .combine = COMBINE_SUM,
    .once = true,
    .own_latency = true,
    .prepare = queue_prepare,
    .role = queue_role,
    .task = queue_task,
    .finish = queue_finish,
    .reports = REPORTS(ORDER_INVERSIONS),
};
