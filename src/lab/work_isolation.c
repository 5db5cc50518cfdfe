/* isolation: who sees what a worker writes? Each adds 7 to a counter and writes
 * once to every page that its parent had written before: in private memory, in
 * mapped memory, or by sending it through a pipe. In workers.
 *
 * A forked process shares its parent's private pages until one of them writes:
 * then the kernel copies that page, which costs a page fault each. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/worker.h"

#define ADDED 7
#define PAGE 4096

/* The parent's memory: the counter and the touched pages. Private, so that a
 * fork copies it on writing; or mapped shared. */
struct isolated {
    _Atomic int64_t counter;
    _Atomic int64_t pages[];
};
static struct isolated *memory;
static size_t memory_bytes;
static int pipe_fds[2] = {-1, -1};

static _Atomic int64_t *word_of(int64_t page)
{
    return (_Atomic int64_t *)(void *)((char *)memory + (page + 1) * PAGE);
}

static int64_t page_count(const struct worker *w)
{
    return w->spec->touched / PAGE;
}

static int isolation_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;
    int how = spec->share == SHARE_MAPPED ? MAP_SHARED : MAP_PRIVATE;
    int64_t pages = page_count(coordinator);

    memory_bytes = (size_t)(pages + 1) * PAGE;
    memory = mmap(NULL, memory_bytes, PROT_READ | PROT_WRITE,
                  how | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return err_set(err, -errno,
                       "cannot map %lld bytes: %m; try a smaller --touched",
                       (long long)spec->touched);
    /* A huge page would be copied whole: count pages as they are taught. */
    madvise(memory, memory_bytes, MADV_NOHUGEPAGE);
    atomic_store(&memory->counter, 0);
    for (int64_t i = 0; i < pages; i++)
        atomic_store_explicit(word_of(i), i, memory_order_relaxed);
    if (spec->share == SHARE_PIPE && pipe2(pipe_fds, O_CLOEXEC) < 0)
        return err_set(err, -errno, "cannot make a pipe: %m");
    return 0;
}

static int64_t faults_now(void)
{
    struct rusage use;

    getrusage(RUSAGE_THREAD, &use);
    return use.ru_minflt;
}

/* Write to every page, each timed: the first write is the dear one. */
static bool write_pages(struct worker *w)
{
    int64_t pages = page_count(w);

    for (int64_t i = 0; i < pages; i++) {
        int64_t begin_ns = clock_now_ns();

        atomic_store_explicit(word_of(i), w->id, memory_order_relaxed);
        worker_latency(w, clock_now_ns() - begin_ns);
        worker_count(w, 1);
        if (!worker_tick(w))
            return false;
    }
    return true;
}

static bool isolation_task(struct worker *w, int64_t index, uint64_t *result)
{
    int64_t added = ADDED, before = faults_now();

    (void)index;
    (void)result;
    if (!write_pages(w))
        return false;
    worker_report(w, METRIC_FAULTS, faults_now() - before);
    if (w->spec->share == SHARE_PIPE) {
        /* Less than PIPE_BUF: it arrives whole, or not at all. */
        if (write(pipe_fds[1], &added, sizeof(added)) != sizeof(added))
            return false;
    } else {
        atomic_fetch_add_explicit(&memory->counter, added,
                                  memory_order_relaxed);
    }
    worker_report(w, METRIC_WRITTEN, added);
    return false; /* once is enough */
}

/* The parent looks, when all workers have ended. */
static void isolation_finish(struct worker *coordinator)
{
    int64_t seen = atomic_load(&memory->counter), one;

    if (pipe_fds[1] >= 0) {
        close(pipe_fds[1]);
        while (read(pipe_fds[0], &one, sizeof(one)) == sizeof(one))
            seen += one;
        close(pipe_fds[0]);
    }
    board_report(coordinator->board, METRIC_SEEN_BY_OTHERS, (double)seen);
    munmap(memory, memory_bytes);
}

const struct workload work_isolation = {
    .combine = COMBINE_NONE,
    .reports = REPORTS(FAULTS) | REPORTS(WRITTEN),
    .own_latency = true,
    .prepare = isolation_prepare,
    .task = isolation_task,
    .finish = isolation_finish,
};
