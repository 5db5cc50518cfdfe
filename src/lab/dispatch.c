/* How tasks reach workers. In the lab, by the workers themselves.
 *
 * dynamic: the next free worker takes the next task, or the next few. map: the
 * same in portions of a fixed size, as multiprocessing.Pool.map deals them; the
 * results are a list in the tasks' order. apply: one task at a time, the next
 * only when the one before is finished (Pool.apply): no parallelism, whatever
 * the number of workers. async: every task by itself (Pool.apply_async); the
 * results are delivered as they come, and may be sorted afterwards.
 *
 * With groups each has a range of tasks of its own from the beginning, and when
 * that is done its workers are, too. */
#include "lab/dispatch.h"

#include <errno.h>
#include <limits.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/worker.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* The order of delivery is kept for so many tasks at most. */
#define ORDER_MOST 1000000

struct range { /* tasks of one group */
    alignas(64) _Atomic int64_t next;
    int64_t first, end;
    alignas(64) _Atomic uint32_t finished; /* apply: so many; futex */
};

struct dispatch {
    size_t bytes;
    int64_t portion; /* tasks handed out together */
    int64_t workers; /* in a group */
    int64_t groups;
    bool sorted;        /* results are delivered by their index */
    int32_t order_room; /* 0: the order of delivery is not kept */
    alignas(64) _Atomic int32_t delivered;
    /* Then: _Atomic int32_t order[order_room]. */
    alignas(64) struct range ranges[];
};

static _Atomic int32_t *order_of(struct dispatch *d)
{
    return (_Atomic int32_t *)(void *)&d->ranges[d->groups];
}

/* A map's results lie in their list's order, whoever finished first: there is
 * nothing to keep. */
static int32_t order_room(const struct spec *spec)
{
    bool one_by_one =
        spec->dispatch == DISPATCH_ASYNC || spec->dispatch == DISPATCH_APPLY;

    return one_by_one && spec->tasks <= ORDER_MOST ? (int32_t)spec->tasks : 0;
}

struct dispatch *dispatch_map(const struct spec *spec, struct err *err)
{
    int64_t groups = spec->tasks > 0 ? spec_groups(spec) : 1;
    int32_t room = order_room(spec);
    size_t bytes = sizeof(struct dispatch) +
                   (size_t)groups * sizeof(struct range) +
                   (size_t)room * sizeof(int32_t);
    struct dispatch *d = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (d == MAP_FAILED) {
        err_set(err, -errno, "cannot map %zu KiB to deal the tasks: %m",
                bytes / 1024);
        return NULL;
    }
    d->bytes = bytes;
    d->portion = spec_deal(spec).chunk;
    if (d->portion <= 0) /* endless */
        d->portion = spec->chunk > 0 ? spec->chunk : 1;
    d->workers = spec_parts(spec->workers, spec->groups).each;
    d->groups = groups;
    d->order_room = room;
    d->sorted =
        spec->dispatch == DISPATCH_MAP ||
        (spec->dispatch == DISPATCH_ASYNC && spec->results == RESULTS_INDEX);
    for (int64_t g = 0; g < groups; g++) {
        struct range *r = &d->ranges[g];

        spec_group_tasks(spec, g, &r->first, &r->end);
        if (spec->tasks == 0)
            r->end = INT64_MAX;
        STORE(r->next, r->first);
    }
    return d;
}

void dispatch_unmap(struct dispatch *d)
{
    if (d)
        munmap(d, d->bytes);
}

/* ---- taking ------------------------------------------------------------- */

/* Workers that are added later join the groups in turn. */
static struct range *range_of(const struct worker *w)
{
    struct dispatch *d = w->arena->dispatch;

    if (d->groups == 1)
        return &d->ranges[0];
    return &d->ranges[w->id / d->workers % d->groups];
}

static bool take_portion(struct worker *w, int64_t *first, int64_t *count)
{
    struct range *r = range_of(w);
    int64_t portion = w->arena->dispatch->portion;

    *first = atomic_fetch_add_explicit(&r->next, portion, memory_order_relaxed);
    if (*first >= r->end)
        return false;
    *count = r->end - *first < portion ? r->end - *first : portion;
    return true;
}

static bool take_apply(struct worker *w, int64_t *first, int64_t *count)
{
    struct range *r = range_of(w);

    for (;;) {
        uint32_t finished =
            atomic_load_explicit(&r->finished, memory_order_acquire);
        int64_t next = LOAD(r->next);

        if (next >= r->end)
            return false;
        if ((uint32_t)(next - r->first) == finished &&
            atomic_compare_exchange_strong(&r->next, &next, next + 1)) {
            *first = next;
            *count = 1;
            return true;
        }
        if (!worker_wait_word(w, &r->finished, finished, INT64_MAX,
                              WAIT_DISPATCH))
            return false;
    }
}

/* A worker that was made for one task has its number. */
static bool take_own(struct worker *w, int64_t *first, int64_t *count)
{
    if (w->served)
        return false;
    w->served = true;
    *first = w->id;
    *count = 1;
    return true;
}

bool dispatch_take(struct worker *w, int64_t *first, int64_t *count)
{
    if (w->stopping)
        return false;
    if (w->spec->spawn == SPAWN_PER_TASK)
        return take_own(w, first, count);
    if (w->spec->dispatch == DISPATCH_APPLY)
        return take_apply(w, first, count);
    return take_portion(w, first, count);
}

/* ---- delivering --------------------------------------------------------- */

static void deliver(struct dispatch *d, int64_t index)
{
    int32_t n =
        atomic_fetch_add_explicit(&d->delivered, 1, memory_order_relaxed);

    if (n < d->order_room)
        STORE(order_of(d)[n], (int32_t)index);
}

void dispatch_done(struct worker *w, int64_t index)
{
    struct dispatch *d = w->arena->dispatch;

    if (d->order_room > 0)
        deliver(d, index);
    if (w->spec->dispatch == DISPATCH_APPLY) {
        struct range *r = range_of(w);

        atomic_fetch_add_explicit(&r->finished, 1, memory_order_release);
        futex_wake(&r->finished, INT_MAX);
    }
}

static int by_index(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

void dispatch_tell(struct dispatch *d, struct board *b)
{
    _Atomic int32_t *order = order_of(d);
    int32_t count = LOAD(d->delivered);
    int64_t inversions = 0;

    if (d->order_room == 0 && !d->sorted)
        return;
    if (count > d->order_room)
        count = d->order_room;
    if (d->sorted) /* nobody writes any more: plain integers */
        qsort(&d->ranges[d->groups], (size_t)count, sizeof(int32_t), by_index);
    for (int32_t i = 1; i < count; i++)
        inversions += LOAD(order[i - 1]) > LOAD(order[i]);
    board_report(b, METRIC_ORDER_INVERSIONS, (double)inversions);
}
