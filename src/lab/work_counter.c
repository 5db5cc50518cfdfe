/* counter: add 1 to one shared counter, again and again. Runs in workers. */
#include "lab/sync.h"

/* Few enough to stay below 20 us when every one is fought for, many enough for
 * worker_tick() not to show. */
#define UNIT 16

static bool counter_task(struct worker *w, int64_t index, uint64_t *result)
{
    int64_t made;

    (void)index;
    (void)result;
    do {
        made = sync_add[w->sync](w, UNIT);
        worker_count(w, made);
        if (made < UNIT && sync_leaving(w))
            w->credit = 1;
    } while (worker_tick(w));
    return false;
}

/* Called with all workers at the barrier, when a phase closes and before the
 * next one opens: also the time to mend what they left behind. */
static int64_t counter_value(struct arena *arena)
{
    sync_reset(arena);
    return sync_value(arena);
}

const struct workload work_counter = {
    .combine = COMBINE_NONE,
    .task = counter_task,
    .counter_value = counter_value,
};
