/* How tasks reach workers. In the lab, by the workers themselves.
 *
 * dynamic: the next free worker takes the next task. map: the same in portions
 * of a fixed size, as multiprocessing.Pool.map deals them. apply: one task at a
 * time, the next only when the one before is finished (Pool.apply): no
 * parallelism, whatever the number of workers. */
#include "lab/crew.h"
#include "lab/futex.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)

static bool take_portion(struct worker *w, int64_t portion, int64_t *first,
                         int64_t *count)
{
    int64_t tasks = w->spec->tasks;

    *first = atomic_fetch_add_explicit(&w->arena->next_task, portion,
                                       memory_order_relaxed);
    if (tasks != 0 && *first >= tasks)
        return false;
    *count = tasks != 0 && tasks - *first < portion ? tasks - *first : portion;
    return true;
}

static bool take_dynamic(struct worker *w, int64_t *first, int64_t *count)
{
    return take_portion(w, 1, first, count);
}

static bool take_map(struct worker *w, int64_t *first, int64_t *count)
{
    int64_t chunk = spec_deal(w->spec).chunk;

    return take_portion(w, chunk > 0 ? chunk : 1, first, count);
}

static bool take_apply(struct worker *w, int64_t *first, int64_t *count)
{
    struct arena *a = w->arena;

    for (;;) {
        uint32_t finished =
            atomic_load_explicit(&a->apply_turn, memory_order_acquire);
        int64_t next = LOAD(a->next_task);

        if (w->spec->tasks != 0 && next >= w->spec->tasks)
            return false;
        if ((uint32_t)next == finished &&
            atomic_compare_exchange_strong(&a->next_task, &next, next + 1)) {
            *first = next;
            *count = 1;
            return true;
        }
        worker_wait_begin(w, WAIT_DISPATCH);
        futex_wait(&a->apply_turn, finished, INT64_MAX);
        worker_wait_end(w);
        if (!worker_turn(w))
            return false;
    }
}

static bool (*const takes[])(struct worker *, int64_t *, int64_t *) = {
    [DISPATCH_DYNAMIC] = take_dynamic,
    [DISPATCH_MAP] = take_map,
    [DISPATCH_APPLY] = take_apply,
};

bool dispatch_take(struct worker *w, int64_t *first, int64_t *count)
{
    return !w->stopping && takes[w->spec->dispatch](w, first, count);
}

void dispatch_done(struct worker *w)
{
    if (w->spec->dispatch != DISPATCH_APPLY)
        return;
    atomic_fetch_add_explicit(&w->arena->apply_turn, 1, memory_order_release);
    futex_wake(&w->arena->apply_turn, INT_MAX);
}
