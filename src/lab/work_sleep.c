/* sleep: wait for task_ns, or for a length of its own, as if for a disk or a
 * network. In workers. */
#include "lab/lengths.h"

static bool sleep_task(struct worker *w, int64_t index, uint64_t *result)
{
    int64_t wait_ns = (int64_t)((double)length_of(w, index) / w->spec->scale);

    (void)result;
    if (!worker_sleep_until(w, clock_now_ns() + wait_ns, WAIT_SLEEP))
        return false;
    worker_count(w, 1);
    return true;
}

const struct workload work_sleep = {
    .combine = COMBINE_NONE,
    .prepare = lengths_prepare,
    .task = sleep_task,
};
