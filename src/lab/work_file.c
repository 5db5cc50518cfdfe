/* file: read real files, each worker its own: past the page cache (O_DIRECT) or
 * through it, one block after the other or at random. In workers; the files
 * are made by the coordinator before any worker exists.
 *
 * The files hold random data that really went to the device (of holes, and of
 * space that was only reserved, a disk is never asked), and have no names:
 * with the last descriptor they are gone, whatever happened. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/text.h"
#include "lab/arena.h"
#include "lab/files.h"
#include "lab/worker.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* Beyond so many workers several share a file. */
#define FILES_MOST 256
/* What O_DIRECT wants of buffers, offsets and lengths is 512 on most file
 * systems and never more than this. */
#define ALIGNMENT 4096

/* The question whether the disk turns: so many reads of each kind. */
#define PROBES 64
#define PROBE_BYTES (64 << 10)
#define PROBE_LIMIT_NS NS_PER_S

struct file_work {
    int files;
    bool memory;            /* the folder is: nothing comes from a disk */
    bool cut;               /* told to stop before the files were there */
    int64_t requests;       /* that are in one file */
    _Atomic uint32_t blind; /* this file system cannot say what it had in its
                               cache */
    int fd[FILES_MOST]; /* the hidden files: the coordinator's and, forked or
                           threads, everybody's */
};

struct reader {
    int fd;
    char *buffer;
    uint64_t n;   /* requests so far */
    int64_t next; /* block to read */
};

static struct file_work *shared(const struct worker *w)
{
    return w->arena->work;
}

/* ---- before the gate: the files ----------------------------------------- */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The median of PROBES reads, in sequence or at random; -1 if one failed or
 * they take too long. */
static int64_t probe_median(int fd, char *buffer, int64_t blocks, bool random,
                            uint64_t seed)
{
    int64_t took[PROBES], from_ns = clock_now_ns();

    for (int i = 0; i < PROBES; i++) {
        int64_t block =
            random
                ? (int64_t)(files_random(seed, (uint64_t)i) % (uint64_t)blocks)
                : i % blocks;
        int64_t begin_ns = clock_now_ns();

        if (files_read_at(fd, buffer, PROBE_BYTES, block * PROBE_BYTES) !=
                PROBE_BYTES ||
            begin_ns - from_ns > PROBE_LIMIT_NS)
            return -1;
        took[i] = clock_now_ns() - begin_ns;
    }
    qsort(took, PROBES, sizeof(took[0]), compare);
    return took[PROBES / 2];
}

/* Does the disk turn? Ask it: what /sys says of virtual disks is wrong more
 * often than right. */
static void probe(const struct worker *w, int fd)
{
    int64_t blocks = w->spec->size / PROBE_BYTES;
    char *buffer = NULL;

    if (blocks < PROBES / 2 ||
        posix_memalign((void **)&buffer, ALIGNMENT, PROBE_BYTES) != 0)
        return;

    uint64_t seed = (uint64_t)w->spec->seed;
    int64_t sequential = probe_median(fd, buffer, blocks, false, seed);
    int64_t random = probe_median(fd, buffer, blocks, true, seed);

    if (sequential > 0 && random > 0)
        board_report(w->board, METRIC_RANDOM_RATIO,
                     (double)random / (double)sequential);
    free(buffer);
}

/* Will the folder's disk be asked for each request, as was promised? */
static int check_direct(const struct worker *w, const struct files_folder *f,
                        struct err *err)
{
    int code = f->own ? -EAGAIN : -EINVAL;
    int fd = -1;

    if (shared(w)->memory)
        return err_set(err, code,
                       "%.200s is in memory (tmpfs): there is no disk to ask; "
                       "name a folder on a disk with --dir, or add --cache "
                       "pages",
                       f->path);
    fd = files_reopen(shared(w)->fd[0], O_RDONLY | O_DIRECT);
    if (fd < 0)
        return err_set(err, code,
                       "the file system of %.200s cannot be read past the page "
                       "cache (O_DIRECT: %s); name another folder with --dir, "
                       "or add --cache pages",
                       f->path, strerror(-fd));
    probe(w, fd);
    close(fd);
    return 0;
}

static int make_files(const struct worker *w, const struct files_folder *f,
                      struct err *err)
{
    struct file_work *work = shared(w);
    const _Atomic uint32_t *stop = &w->board->control.stop;
    char size[32], what[96];
    int rc;

    snprintf(what, sizeof(what), "%d file%s of %s", work->files,
             work->files == 1 ? "" : "s",
             text_bytes(size, sizeof(size), w->spec->size));
    rc = files_need(f, work->files * w->spec->size, work->files, what, "size",
                    err);
    for (int i = 0; i < work->files && rc == 0; i++) {
        work->fd[i] = files_hidden(f, err);
        if (work->fd[i] < 0)
            return work->fd[i];
        rc = files_fill(work->fd[i], w->spec->size,
                        files_random((uint64_t)w->spec->seed, (uint64_t)i),
                        stop, f->path, err);
    }
    work->cut = rc > 0;
    if (rc == 0 && w->spec->cache == CACHE_DIRECT)
        rc = check_direct(w, f, err);
    return rc < 0 ? rc : 0;
}

static int file_prepare(struct worker *w, struct err *err)
{
    struct file_work *work = arena_map_more(sizeof(*work), err);
    int64_t begin_ns = clock_now_ns();
    struct files_folder folder;
    int rc;

    if (!work)
        return -ENOMEM;
    w->arena->work = work;
    work->requests = w->spec->size / w->spec->bytes;
    work->files =
        (int)(w->spec->workers < FILES_MOST ? w->spec->workers : FILES_MOST);
    rc = files_folder_open(&folder, w->spec->dir, err);
    work->memory = rc == 0 && files_in_memory(folder.fd);
    if (rc == 0)
        rc = make_files(w, &folder, err);
    files_folder_close(&folder);
    if (rc == 0 && !work->cut)
        board_report(w->board, METRIC_PREPARE_S,
                     (double)(clock_now_ns() - begin_ns) / NS_PER_S);
    return rc;
}

/* ---- the readers -------------------------------------------------------- */

static int file_init(struct worker *w, struct err *err)
{
    struct file_work *work = shared(w);
    int direct = w->spec->cache == CACHE_DIRECT ? O_DIRECT : 0;
    struct reader *r;

    if (work->cut)
        return 0;
    r = calloc(1, sizeof(*r));
    if (!r)
        return err_set(err, -ENOMEM, "no memory for a reader");
    w->work = r;
    r->fd = files_reopen(work->fd[w->id % work->files], O_RDONLY | direct);
    if (r->fd < 0)
        return err_set(err, r->fd, "reader %d cannot open its file: %s", w->id,
                       strerror(-r->fd));
    if (posix_memalign((void **)&r->buffer, ALIGNMENT,
                       (size_t)w->spec->bytes) != 0) {
        r->buffer = NULL;
        return err_set(err, -ENOMEM,
                       "no memory for the requests of reader %d; make them "
                       "smaller with --bytes",
                       w->id);
    }
    /* At random the kernel's read-ahead would fetch what nobody asked for. */
    if (w->spec->pattern == PATTERN_RANDOM)
        posix_fadvise(r->fd, 0, 0, POSIX_FADV_RANDOM);
    /* Whoever shares a file with others begins elsewhere. */
    if (w->id >= work->files)
        r->next =
            (int64_t)(files_random((uint64_t)w->spec->seed, (uint64_t)w->id) %
                      (uint64_t)work->requests);
    return 0;
}

static void file_fini(struct worker *w)
{
    struct reader *r = w->work;

    if (!r)
        return;
    if (r->fd >= 0)
        close(r->fd);
    free(r->buffer);
    free(r);
    w->work = NULL;
}

static int64_t next_offset(const struct worker *w, struct reader *r)
{
    int64_t requests = shared(w)->requests, block;

    if (w->spec->pattern == PATTERN_RANDOM) {
        uint64_t mine = files_random((uint64_t)w->spec->seed, ~(uint64_t)w->id);

        block = (int64_t)(files_random(mine, r->n++) % (uint64_t)requests);
    } else {
        block = r->next;
        r->next = block + 1 < requests ? block + 1 : 0;
    }
    return block * w->spec->bytes;
}

/* What of it the page cache has, and can be had without a wait: how many
 * bytes, from the front. */
static int64_t read_cached(const struct worker *w, struct reader *r, int64_t at)
{
    struct iovec to = {r->buffer, (size_t)w->spec->bytes};
    ssize_t n;

    if (w->spec->cache == CACHE_DIRECT || LOAD(shared(w)->blind))
        return 0;
    if (shared(w)->memory)
        return files_read_at(r->fd, r->buffer, to.iov_len, at);
    n = preadv2(r->fd, &to, 1, at, RWF_NOWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        STORE(shared(w)->blind, 1);
    return n < 0 ? 0 : n;
}

/* One request, at @at. Its bytes, or a negative errno. */
static int64_t request(struct worker *w, struct reader *r, int64_t at)
{
    int64_t bytes = w->spec->bytes, cached, rest = 0;

    /* A thread under the global lock lets go of it before it knows whether it
     * will have to wait, as CPython does. */
    if (w->gil)
        worker_wait_begin(w, WAIT_IO);
    cached = read_cached(w, r, at);
    if (cached >= 0 && cached < bytes) {
        if (!w->gil)
            worker_wait_begin(w, WAIT_IO);
        rest = files_read_at(r->fd, r->buffer + cached,
                             (size_t)(bytes - cached), at + cached);
        if (!w->gil)
            worker_wait_end(w);
    }
    if (w->gil)
        worker_wait_end(w);
    if (cached < 0 || rest < 0)
        return cached < 0 ? cached : rest;
    worker_report(w, METRIC_CACHED_BYTES, cached);
    return cached + rest;
}

static bool file_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct reader *r = w->work;

    (void)result;
    if (shared(w)->cut)
        return false;
    do {
        int64_t begin_ns = clock_now_ns();
        int64_t at = next_offset(w, r);
        int64_t got = request(w, r, at);
        char why[80];

        if (got != w->spec->bytes) {
            snprintf(why, sizeof(why), "reading at byte %lld: %s",
                     (long long)at,
                     got < 0 ? strerror((int)-got) : "the file ends there");
            worker_task_failed(w, index, why);
            return false;
        }
        worker_latency(w, clock_now_ns() - begin_ns);
        worker_report(w, METRIC_BYTES, got);
        worker_report(w, METRIC_REQUESTS, 1);
        worker_count(w, 1);
    } while (worker_tick(w));
    return false;
}

/* How much the page cache gave is known at the end, if the file system could
 * say it every time. */
static void file_finish(struct worker *w)
{
    int64_t sum = 0;

    if (w->spec->cache == CACHE_DIRECT || LOAD(shared(w)->blind))
        return;
    for (uint32_t id = 0; id < LOAD(w->board->rows); id++)
        sum +=
            LOAD(board_row(w->board, id)
                     ->reported[METRIC_CACHED_BYTES - METRIC_REPORTED_FIRST]);
    board_report(w->board, METRIC_CACHED_BYTES, (double)sum);
}

static enum worker_role file_role(const struct spec *spec, int id)
{
    (void)spec;
    (void)id;
    return ROLE_READER;
}

const struct workload work_file = {
    .combine = COMBINE_NONE,
    .prepare = file_prepare,
    .init = file_init,
    .task = file_task,
    .fini = file_fini,
    .finish = file_finish,
    .reports = REPORTS(BYTES) | REPORTS(REQUESTS),
    .own_latency = true,
    .role = file_role,
};
