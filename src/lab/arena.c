/* The lab's own shared memory. Runs in the lab's coordinator. */
#include "lab/arena.h"

#include <errno.h>
#include <sys/mman.h>

#include "lab/dispatch.h"

static size_t shards_offset(void)
{
    return (sizeof(struct arena) + 63) & ~(size_t)63;
}

struct arena *arena_map(uint32_t workers, const struct spec *spec,
                        struct err *err)
{
    size_t bytes = shards_offset() +
                   workers * (sizeof(struct arena_shard) + sizeof(int64_t) +
                              sizeof(_Atomic uint32_t *));
    pthread_mutexattr_t shared;
    struct arena *a;

    a = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
             -1, 0);
    if (a == MAP_FAILED) {
        err_set(err, -errno, "cannot map the workers' shared memory: %m");
        return NULL;
    }
    a->bytes = bytes;
    a->shard_cap = workers;
    atomic_store(&a->phase_wanted, 1); /* the gate: phase 1 is not open yet */
    atomic_store(&a->sync, spec->sync);
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&a->mutex, &shared);
    pthread_mutexattr_destroy(&shared);
    gil_init(&a->gil, spec->gil, spec->gil_interval_ns);
    a->dispatch = dispatch_map(spec, err);
    if (a->dispatch)
        return a;
    munmap(a, bytes);
    return NULL;
}

_Atomic int64_t *arena_shard(struct arena *a, uint32_t id)
{
    struct arena_shard *shards = (void *)((char *)a + shards_offset());

    return &shards[id].value;
}

_Atomic int64_t *arena_packed(struct arena *a, uint32_t id)
{
    char *base = (char *)a + shards_offset();

    return (_Atomic int64_t *)(void *)(base + a->shard_cap *
                                                  sizeof(struct arena_shard)) +
           id;
}

_Atomic(_Atomic uint32_t *) *arena_waits(struct arena *a, uint32_t id)
{
    char *base = (char *)a + shards_offset();
    size_t each = sizeof(struct arena_shard) + sizeof(int64_t);

    _Atomic(_Atomic uint32_t *) *first = (void *)(base + a->shard_cap * each);

    return first + id;
}

void *arena_map_more(size_t bytes, struct err *err)
{
    void *more = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (more != MAP_FAILED)
        return more;
    err_set(err, -errno, "cannot map %zu bytes for the workers: %m", bytes);
    return NULL;
}
