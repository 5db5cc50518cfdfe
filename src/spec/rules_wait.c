/* What cannot be of the workloads about waiting for each other: locks, pipe,
 * queue, sync. Any process. */
#include "spec/rules.h"

#include <errno.h>

#include "spec/table.h"

/* Each needs places in the wait-for graph (BOARD_RESOURCES): a lock a worker,
 * or three for a child and its pipe. */
#define LOCKS_WORKERS_MAX 4096
#define PIPE_WORKERS_MAX 1000

static int check_locks(const struct spec *spec, struct err *err)
{
    if (spec->workers < 2)
        return err_set(err, -EINVAL,
                       "locks is about workers that are in each other's way, "
                       "so --workers %lld is too few; write --workers 2 or "
                       "more",
                       (long long)spec->workers);
    if (spec->workers > LOCKS_WORKERS_MAX)
        return err_set(err, -EINVAL,
                       "locks has room for %d at its table; --workers %lld is "
                       "too many",
                       LOCKS_WORKERS_MAX, (long long)spec->workers);
    return 0;
}

static int check_pipe(const struct spec *spec, struct err *err)
{
    if (spec->workers < 2)
        return err_set(err, -EINVAL,
                       "pipe has one parent and at least one child, so "
                       "--workers %lld is too few; write --workers 2 or more",
                       (long long)spec->workers);
    if (spec->workers > PIPE_WORKERS_MAX)
        return err_set(err, -EINVAL,
                       "pipe has a pipe for each child and room for %d "
                       "workers; --workers %lld is too many",
                       PIPE_WORKERS_MAX, (long long)spec->workers);
    return 0;
}

static int check_sides(const struct spec *spec, struct err *err)
{
    if (spec->producers < spec->workers)
        return 0;
    return err_set(err, -EINVAL,
                   "--producers %lld of --workers %lld leaves nobody to "
                   "consume; write --workers %lld or more",
                   (long long)spec->producers, (long long)spec->workers,
                   (long long)spec->producers + 1);
}

static int check_sync(const struct spec *spec, struct err *err)
{
    const char *other = table_given(spec, SET_PRODUCERS)  ? "producers"
                        : table_given(spec, SET_CAPACITY) ? "capacity"
                                                          : NULL;

    if (spec->guard != GUARD_BARRIER && spec->guard != GUARD_JOIN)
        return check_sides(spec, err);
    if (other != NULL)
        return err_set(err, -EINVAL,
                       "--guard %s has all wait for all, without a buffer, so "
                       "--%s means nothing; leave it out",
                       spec_guard_words[spec->guard], other);
    return 0;
}

int rules_wait(const struct spec *spec, struct err *err)
{
    switch (spec->workload) {
    case WORKLOAD_LOCKS:
        return check_locks(spec, err);
    case WORKLOAD_PIPE:
        return check_pipe(spec, err);
    case WORKLOAD_QUEUE:
        return check_sides(spec, err);
    case WORKLOAD_SYNC:
        return check_sync(spec, err);
    default:
        return 0;
    }
}
