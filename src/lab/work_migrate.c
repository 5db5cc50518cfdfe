/* migrate: read files, convert every byte, write what came out, each file once
 * - also when the run is killed and another one goes on. In workers; the folder
 * and the files to convert are made by the coordinator (lab/migration.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/toil.h"
#include "lab/migration.h"
#include "lab/worker.h"
#include "spec/scene.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

#define CHUNK_BYTES (64 << 10) /* read, converted, written at a time */
#define PIECE_BYTES 1024       /* converted between two ticks: 20 us */
#define SCENE_BYTES(count)                                                     \
    (offsetof(struct scene, files.state) + (size_t)(count))

struct migrate_work {
    struct migration migration;
    bool cut; /* told to stop before the sources were there */
    /* The picture: whoever changes a state counts it, and shows it unless
     * somebody is at it - who then looks again. */
    _Atomic uint32_t changes;
    _Atomic uint32_t showing;
    _Atomic uint8_t state[SCENE_FILE_COUNT]; /* enum scene_file */
};

/* One worker's: a chunk to convert, and what a piece of it should be. */
struct migrant {
    char chunk[CHUNK_BYTES];
    char check[PIECE_BYTES];
};

/* Where the work on one file stands. */
struct job {
    struct worker *w;
    const struct migration *m;
    int64_t file;
    int in, out; /* -1: not open */
    uint64_t digest;
    const char *what; /* is being done: "reading" */
    int error;        /* negative errno of that; 0 */
};

static struct migrate_work *shared(const struct worker *w)
{
    return w->arena->work;
}

/* ---- the picture -------------------------------------------------------- */

static void show(struct worker *w)
{
    struct migrate_work *work = shared(w);
    struct scene scene;
    uint32_t seen;

    /* Sequentially consistent: of one that changes a state and one that ends
     * showing, one must see the other. */
    do {
        if (atomic_exchange(&work->showing, 1))
            return;
        seen = atomic_load(&work->changes);
        scene.kind = SCENE_FILES;
        scene.files.count = (int32_t)work->migration.files;
        scene.files.groups = (int32_t)w->spec->groups;
        for (int i = 0; i < scene.files.count; i++)
            scene.files.state[i] = LOAD(work->state[i]);
        board_show(w->board, &scene, SCENE_BYTES(scene.files.count));
        atomic_store(&work->showing, 0);
    } while (atomic_load(&work->changes) != seen);
}

static void state_set(struct worker *w, int64_t file, enum scene_file state)
{
    STORE(shared(w)->state[file], (uint8_t)state);
    atomic_fetch_add(&shared(w)->changes, 1);
    show(w);
}

/* ---- before the gate, and after all ------------------------------------- */

static int migrate_prepare(struct worker *w, struct err *err)
{
    struct migrate_work *work = arena_map_more(sizeof(*work), err);
    int64_t begin_ns = clock_now_ns();
    struct migration *m;
    int rc;

    if (!work)
        return -ENOMEM;
    w->arena->work = work;
    m = &work->migration;
    rc = migration_open(m, w->spec, err);
    if (rc < 0)
        return rc;
    rc = migration_make_sources(m, &w->board->control.stop, err);
    if (rc < 0) {
        migration_close(m);
        return rc;
    }
    work->cut = rc > 0;
    if (!work->cut)
        board_report(w->board, METRIC_PREPARE_S,
                     (double)(clock_now_ns() - begin_ns) / NS_PER_S);
    for (int64_t i = 0; m->resuming && i < m->files; i++)
        if (migration_has_result(m, i))
            STORE(work->state[i], FILE_DONE);
    show(w);
    return 0;
}

static void migrate_finish(struct worker *w)
{
    show(w);
    /* The names, too, down to the device. */
    if (!shared(w)->migration.folder.own)
        fsync(shared(w)->migration.result);
    migration_close(&shared(w)->migration);
}

static int migrate_init(struct worker *w, struct err *err)
{
    w->work = malloc(sizeof(struct migrant));
    return w->work ? 0
                   : err_set(err, -ENOMEM,
                             "no memory for the files of worker "
                             "%d",
                             w->id);
}

static void migrate_fini(struct worker *w)
{
    free(w->work);
    w->work = NULL;
}

/* ---- one file ----------------------------------------------------------- */

static bool job_fails(struct job *j, const char *what, int error)
{
    j->what = what;
    j->error = error;
    return false;
}

/* How many bytes of @fd from @at on fit into a chunk, of @bytes in all. */
static size_t chunk_at(int64_t at, int64_t bytes)
{
    return bytes - at < CHUNK_BYTES ? (size_t)(bytes - at) : CHUNK_BYTES;
}

static bool chunk_read(struct job *j, int fd, void *to, size_t bytes,
                       int64_t at)
{
    int64_t got;

    state_set(j->w, j->file, FILE_READS);
    worker_wait_begin(j->w, WAIT_IO);
    got = files_read_at(fd, to, bytes, at);
    worker_wait_end(j->w);
    if (got < 0)
        return job_fails(j, "reading", (int)got);
    if ((size_t)got < bytes)
        return job_fails(j, "reading: the file is too short", 0);
    return true;
}

static bool chunk_write(struct job *j, const void *from, size_t bytes,
                        int64_t at)
{
    int rc;

    state_set(j->w, j->file, FILE_WRITES);
    worker_wait_begin(j->w, WAIT_IO);
    rc = files_write_at(j->out, from, bytes, at);
    worker_wait_end(j->w);
    return rc == 0 || job_fails(j, "writing", rc);
}

/* Is the source what it should be? Then convert it and add it to the digest,
 * piece by piece. */
static bool chunk_convert(struct job *j, size_t bytes, int64_t at)
{
    struct migrant *mine = j->w->work;
    uint64_t seed = j->m->seed;

    state_set(j->w, j->file, FILE_CONVERTS);
    for (size_t i = 0; i < bytes; i += PIECE_BYTES) {
        size_t n = bytes - i < PIECE_BYTES ? bytes - i : PIECE_BYTES;
        char *piece = mine->chunk + i;

        if (!worker_tick(j->w))
            return false;
        migration_source(seed, j->file, at + (int64_t)i, mine->check, n);
        if (memcmp(piece, mine->check, n) != 0)
            return job_fails(j, "the source is not as it was made", 0);
        migration_convert(seed, j->file, at + (int64_t)i, piece, n);
        j->digest = migration_digest(j->digest, piece, n);
    }
    return true;
}

/* --task-ms: so much processor time more a file. */
static bool compute(struct job *j)
{
    int64_t end_ns;
    uint64_t x = TOIL_SEED;

    if (j->w->spec->task_ns == 0)
        return true;
    state_set(j->w, j->file, FILE_CONVERTS);
    end_ns = clock_thread_cpu_ns() + j->w->spec->task_ns;
    while (clock_thread_cpu_ns() < end_ns) {
        for (int i = 0; i < 16; i++)
            x = toil_us(x);
        /* xorshift never comes to 0: this only needs the chain's end. */
        if (x == 0 || !worker_tick(j->w))
            return false;
    }
    return true;
}

/* The result is whole: down to the device, and its own name, which nobody may
 * have had before. */
static bool publish(struct job *j, const char *part, const char *name)
{
    const char *what = "flushing it to the device";
    int dir = j->m->result, rc = 0;

    worker_wait_begin(j->w, WAIT_IO);
    if (fsync(j->out) < 0) {
        rc = -errno;
    } else if (renameat2(dir, part, dir, name, RENAME_NOREPLACE) < 0) {
        what = "giving it its name";
        rc = -errno;
        /* File systems that cannot do that at once: a second name, then the
         * first one goes. */
        if (rc == -EINVAL || rc == -ENOSYS)
            rc = linkat(dir, part, dir, name, 0) < 0 ? -errno : 0;
        if (rc == 0)
            unlinkat(dir, part, 0);
    }
    worker_wait_end(j->w);
    return rc == 0 || job_fails(j, what, rc);
}

static bool convert_all(struct job *j)
{
    struct migrant *mine = j->w->work;
    int64_t bytes = j->m->bytes;

    for (int64_t at = 0; at < bytes; at += CHUNK_BYTES) {
        size_t n = chunk_at(at, bytes);

        if (!chunk_read(j, j->in, mine->chunk, n, at) ||
            !chunk_convert(j, n, at) || !chunk_write(j, mine->chunk, n, at))
            return false;
    }
    return compute(j) && chunk_write(j, &j->digest, MIGRATION_TRAILER, bytes);
}

static bool convert(struct job *j)
{
    char name[MIGRATION_NAME], part[MIGRATION_NAME];
    bool done;

    migration_name(name, j->file, false);
    migration_name(part, j->file, true);
    j->in = openat(j->m->source, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (j->in < 0)
        return job_fails(j, "opening the source", -errno);
    j->out = openat(j->m->result, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    0666);
    if (j->out < 0)
        return job_fails(j, "making the result", -errno);
    done = convert_all(j) && publish(j, part, name);
    if (!done)
        unlinkat(j->m->result, part, 0);
    if (done)
        worker_report(j->w, METRIC_BYTES, j->m->bytes);
    return done;
}

/* An earlier run has done this one, or so it looks: is it whole? */
static bool verify(struct job *j, int fd)
{
    struct migrant *mine = j->w->work;
    int64_t bytes = j->m->bytes;
    uint64_t trailer = 0;

    for (int64_t at = 0; at < bytes; at += CHUNK_BYTES) {
        size_t n = chunk_at(at, bytes);

        if (!chunk_read(j, fd, mine->chunk, n, at))
            return false;
        for (size_t i = 0; i < n; i += PIECE_BYTES) {
            if (!worker_tick(j->w))
                return false;
            j->digest =
                migration_digest(j->digest, mine->chunk + i,
                                 n - i < PIECE_BYTES ? n - i : PIECE_BYTES);
        }
    }
    if (!chunk_read(j, fd, &trailer, MIGRATION_TRAILER, bytes))
        return false;
    if (trailer != j->digest ||
        lseek(fd, 0, SEEK_END) != (off_t)(bytes + MIGRATION_TRAILER))
        return job_fails(
            j, "the result of an earlier run is damaged; remove it", 0);
    worker_report(j->w, METRIC_RESUMED, 1);
    return true;
}

static bool migrate_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct job j = {.w = w,
                    .m = &shared(w)->migration,
                    .file = index,
                    .in = -1,
                    .out = -1,
                    .digest = MIGRATION_DIGEST};
    char name[MIGRATION_NAME], why[128];
    bool done;
    int fd;

    if (shared(w)->cut)
        return false;
    migration_name(name, index, false);
    fd = openat(j.m->result, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        done = verify(&j, fd);
    else if (errno == ENOENT)
        done = convert(&j);
    else
        done = job_fails(&j, "opening the result of an earlier run", -errno);
    if (fd >= 0)
        close(fd);
    if (j.in >= 0)
        close(j.in);
    if (j.out >= 0)
        close(j.out);
    if (done) {
        *result = j.digest & CHECKSUM_MASK;
        worker_count(w, 1);
    } else if (j.what != NULL) {
        snprintf(why, sizeof(why), "%s%s%s", j.what, j.error ? ": " : "",
                 j.error ? strerror(-j.error) : "");
        worker_task_failed(w, index, why);
    }
    state_set(w, index,
              done             ? FILE_DONE
              : j.what != NULL ? FILE_FAILED
              : fd >= 0        ? FILE_DONE
                               : FILE_WAITS);
    return done || j.what != NULL;
}

const struct workload work_migrate = {
    .combine = COMBINE_SUM,
    .prepare = migrate_prepare,
    .init = migrate_init,
    .task = migrate_task,
    .fini = migrate_fini,
    .finish = migrate_finish,
    .sweep = files_sweep,
    .reports = REPORTS(BYTES) | REPORTS(RESUMED),
};
