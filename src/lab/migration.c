/* The files of the migrate workload. The folder: in the coordinator, before and
 * after the workers; the contents: in workers. */
#include "lab/migration.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define VERSION 1
#define COPY_BYTES (256 << 10)

/* ---- contents ----------------------------------------------------------- */

void migration_name(char name[MIGRATION_NAME], int64_t file, bool part)
{
    snprintf(name, MIGRATION_NAME, "%06" PRId64 "%s", file + 1,
             part ? ".part" : "");
}

void migration_source(uint64_t seed, int64_t file, int64_t at, void *to,
                      size_t bytes)
{
    uint64_t mine = files_random(seed, (uint64_t)file);
    uint64_t n = (uint64_t)at / MIGRATION_BLOCK;
    char *out = to;

    for (size_t i = 0; i < bytes; i += MIGRATION_BLOCK, n++) {
        uint64_t word = files_random(mine, n);
        size_t left = bytes - i;

        memcpy(out + i, &word, left < sizeof(word) ? left : sizeof(word));
    }
}

uint64_t migration_xtea(const uint32_t key[4], uint64_t block)
{
    uint32_t v0 = (uint32_t)block, v1 = (uint32_t)(block >> 32), sum = 0;

    for (int i = 0; i < 32; i++) {
        v0 += ((v1 << 4 ^ v1 >> 5) + v1) ^ (sum + key[sum & 3]);
        sum += 0x9e3779b9U;
        v1 += ((v0 << 4 ^ v0 >> 5) + v0) ^ (sum + key[sum >> 11 & 3]);
    }
    return (uint64_t)v1 << 32 | v0;
}

void migration_convert(uint64_t seed, int64_t file, int64_t at, void *bytes,
                       size_t count)
{
    uint64_t low = files_random(seed, ~(uint64_t)file);
    uint64_t high = files_random(low, 0);
    uint32_t key[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high,
                       (uint32_t)(high >> 32)};
    uint64_t n = (uint64_t)at / MIGRATION_BLOCK;
    char *p = bytes;

    for (size_t i = 0; i < count; i += MIGRATION_BLOCK, n++) {
        uint64_t stream = migration_xtea(key, n), word = 0;
        size_t left = count - i < sizeof(word) ? count - i : sizeof(word);

        memcpy(&word, p + i, left);
        word ^= stream;
        memcpy(p + i, &word, left);
    }
}

uint64_t migration_digest(uint64_t digest, const void *bytes, size_t count)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < count; i++)
        digest = (digest ^ p[i]) * UINT64_C(0x100000001b3);
    return digest;
}

/* ---- the mark ----------------------------------------------------------- */

/* What the folder holds; 0 files: nothing yet, the run that made the mark did
 * not get to write it. False: not a mark of ours. */
static bool mark_read(int fd, struct migration *m)
{
    char text[256];
    int64_t n = files_read_at(fd, text, sizeof(text) - 1, 0);
    int version = 0;

    m->files = 0;
    if (n <= 0)
        return n == 0;
    text[n] = '\0';
    return sscanf(text,
                  "timeslice migration %d\nfiles %" SCNd64 "\nbytes %" SCNd64
                  "\nseed %" SCNu64 "\n",
                  &version, &m->files, &m->bytes, &m->seed) == 4 &&
           version == VERSION;
}

static int mark_write(int fd, const struct spec *spec)
{
    char text[256];
    int n = snprintf(text, sizeof(text),
                     "timeslice migration %d\nfiles %" PRId64 "\nbytes %" PRId64
                     "\nseed %" PRIu64 "\n",
                     VERSION, spec->tasks, spec->bytes, (uint64_t)spec->seed);
    int rc = files_write_at(fd, text, (size_t)n, 0);

    return rc == 0 && fsync(fd) < 0 ? -errno : rc;
}

/* Does the folder hold anything? -errno if that cannot be seen. */
static int holds_something(int fd)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    struct dirent *e;
    int found = 0;

    if (!dir) {
        found = -errno;
        if (own >= 0)
            close(own);
        return found;
    }
    while (!found && (e = readdir(dir)))
        found = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return found;
}

/* ---- the folder --------------------------------------------------------- */

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Take away what this run has made. Only what is ours, by its name: should a
 * stranger's file have come in meanwhile, it and its folder stay. */
static void undo(struct migration *m)
{
    char name[MIGRATION_NAME];
    int *const folders[] = {&m->source, &m->result};

    for (int i = 0; i < 2; i++) {
        for (int64_t file = 0; *folders[i] >= 0 && file < m->files; file++) {
            migration_name(name, file, false);
            unlinkat(*folders[i], name, 0);
            migration_name(name, file, true);
            unlinkat(*folders[i], name, 0);
        }
        fd_close(folders[i]);
    }
    unlinkat(m->folder.fd, "source", AT_REMOVEDIR);
    unlinkat(m->folder.fd, "result", AT_REMOVEDIR);
    unlinkat(m->folder.fd, MIGRATION_MARK, 0);
    if (m->made)
        rmdir(m->folder.path);
}

void migration_close(struct migration *m)
{
    fd_close(&m->source);
    fd_close(&m->result);
    if (m->folder.fd >= 0 && m->folder.own)
        files_scratch_remove(&m->folder);
    files_folder_close(&m->folder);
}

/* A folder of the run's own, or the one of --dir: made if only its last part is
 * missing. */
static int folder_open(struct migration *m, const struct spec *spec,
                       struct err *err)
{
    struct files_folder cache;
    int rc;

    if (spec->dir[0] != '\0' && strcmp(spec->dir, "auto") != 0) {
        m->made = mkdir(spec->dir, 0777) == 0;
        if (!m->made && errno != EEXIST && errno != ENOENT && errno != ENOTDIR)
            return err_set(err, -EAGAIN,
                           "cannot make the folder %.200s: %s; name another "
                           "with --dir",
                           spec->dir, strerror(errno));
        rc = files_folder_open(&m->folder, spec->dir, err);
        return rc < 0 ? rc : files_folder_lock(&m->folder, err);
    }
    rc = files_folder_open(&cache, spec->dir, err);
    if (rc == 0)
        rc = files_scratch_make(&m->folder, &cache, "migrate", err);
    files_folder_close(&cache);
    return rc;
}

/* The folder's own migration is the one that is asked for. */
static int compare(const struct migration *m, const struct spec *spec,
                   struct err *err)
{
    char size[32];

    if (m->files != spec->tasks || m->bytes != spec->bytes ||
        m->seed != (uint64_t)spec->seed)
        return err_set(
            err, -EINVAL,
            "%.150s holds another migration, of %" PRId64
            " files of %s (--tasks %" PRId64 " --bytes %" PRId64
            " --seed %" PRIu64 "); write these, or name another folder",
            m->folder.path, m->files, text_bytes(size, sizeof(size), m->bytes),
            m->files, m->bytes, m->seed);
    if (spec->resume != ANSWER_YES)
        return err_set(err, -EINVAL,
                       "%.200s holds this migration already; add --resume yes "
                       "to finish it, or name another folder",
                       m->folder.path);
    return 0;
}

/* Find the mark, or set it in a folder that is empty. */
static int mark(struct migration *m, const struct spec *spec, struct err *err)
{
    int fd =
        openat(m->folder.fd, MIGRATION_MARK, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    int rc = 0;

    if (fd < 0 && errno == ENOENT) {
        if (holds_something(m->folder.fd) != 0)
            return err_set(err, -EINVAL,
                           "%.200s holds other files; name an empty folder, or "
                           "one that does not exist yet",
                           m->folder.path);
        fd = openat(m->folder.fd, MIGRATION_MARK,
                    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (fd < 0)
        return err_set(err, -EAGAIN,
                       "cannot make a file in %.200s: %s; name another folder "
                       "with --dir",
                       m->folder.path, strerror(errno));
    if (!mark_read(fd, m))
        rc = err_set(err, -EINVAL,
                     "%.200s holds a " MIGRATION_MARK " that this program did "
                     "not write; name another folder",
                     m->folder.path);
    else if (m->files > 0)
        rc = compare(m, spec, err);
    m->resuming = m->files > 0;
    m->files = spec->tasks;
    m->bytes = spec->bytes;
    m->seed = (uint64_t)spec->seed;
    if (rc == 0 && !m->resuming) {
        rc = mark_write(fd, spec);
        if (rc < 0)
            rc = err_set(err, -EAGAIN, "cannot write in %.200s: %s",
                         m->folder.path, strerror(-rc));
        if (rc < 0)
            undo(m);
    }
    close(fd);
    return rc;
}

static int open_inside(struct migration *m, const char *name, struct err *err)
{
    int fd;

    if (mkdirat(m->folder.fd, name, 0777) == 0 || errno == EEXIST) {
        fd = openat(m->folder.fd, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0)
            return fd;
    }
    return err_set(err, -EAGAIN, "cannot use %.200s/%s: %s", m->folder.path,
                   name, strerror(errno));
}

/* What a killed run was about to write. */
static void clear_parts(const struct migration *m)
{
    char name[MIGRATION_NAME];

    for (int64_t file = 0; file < m->files; file++) {
        migration_name(name, file, true);
        unlinkat(m->source, name, 0);
        unlinkat(m->result, name, 0);
    }
}

int migration_open(struct migration *m, const struct spec *spec,
                   struct err *err)
{
    int rc;

    *m = (struct migration){.folder = {.fd = -1}, .source = -1, .result = -1};
    signal(SIGXFSZ, SIG_IGN); /* too large for a limit: an error, no death */
    rc = folder_open(m, spec, err);
    if (rc == 0)
        rc = mark(m, spec, err);
    if (rc < 0) {
        if (m->made)
            rmdir(spec->dir);
        migration_close(m);
        return rc;
    }
    m->source = open_inside(m, "source", err);
    if (m->source >= 0)
        m->result = open_inside(m, "result", err);
    if (m->source >= 0 && m->result >= 0) {
        if (m->resuming)
            clear_parts(m);
        return 0;
    }
    rc = m->source < 0 ? m->source : m->result;
    if (!m->resuming)
        undo(m);
    migration_close(m);
    return rc;
}

/* ---- the sources -------------------------------------------------------- */

bool migration_has_result(const struct migration *m, int64_t file)
{
    char name[MIGRATION_NAME];

    migration_name(name, file, false);
    return faccessat(m->result, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What a folder takes for one more file of @bytes: whole blocks. */
static int64_t room_for(int64_t bytes)
{
    return (bytes + 4095) / 4096 * 4096;
}

/* Of the files that are not there yet. */
static int check_room(const struct migration *m, struct err *err)
{
    char name[MIGRATION_NAME], size[32], what[96];
    int64_t sources = 0, results = 0;

    for (int64_t file = 0; file < m->files; file++) {
        migration_name(name, file, false);
        sources += faccessat(m->source, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
        results += !migration_has_result(m, file);
    }
    if (sources + results == 0)
        return 0;
    snprintf(what, sizeof(what),
             "%" PRId64 " files of %s, and what they are converted to,",
             m->files, text_bytes(size, sizeof(size), m->bytes));
    return files_need(&m->folder,
                      sources * room_for(m->bytes) +
                          results * room_for(m->bytes + MIGRATION_TRAILER),
                      sources + results, what, "bytes", err);
}

/* Under a temporary name first: what has its own is whole. 1: told to stop. */
static int make_source(const struct migration *m, int64_t file, char *buffer,
                       const _Atomic uint32_t *stop)
{
    char name[MIGRATION_NAME], part[MIGRATION_NAME];
    struct stat st;
    int fd, rc = 0;

    migration_name(name, file, false);
    migration_name(part, file, true);
    if (fstatat(m->source, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISREG(st.st_mode) && st.st_size == m->bytes)
            return 0;
        return -EEXIST;
    }
    fd = openat(m->source, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    for (int64_t at = 0; at < m->bytes && rc == 0; at += COPY_BYTES) {
        int64_t left = m->bytes - at;
        size_t now = left < COPY_BYTES ? (size_t)left : COPY_BYTES;

        if (atomic_load_explicit(stop, memory_order_relaxed)) {
            rc = 1;
            break;
        }
        migration_source(m->seed, file, at, buffer, now);
        rc = files_write_at(fd, buffer, now, at);
    }
    /* Begin to write it out; migration_make_sources() waits for all at once. */
    if (rc == 0)
        sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    close(fd);
    if (rc == 0 && renameat(m->source, part, m->source, name) < 0)
        rc = -errno;
    if (rc != 0)
        unlinkat(m->source, part, 0);
    return rc;
}

/* Down to the device, and out of the page cache: reading is to be reading. */
static int settle_sources(const struct migration *m)
{
    char name[MIGRATION_NAME];
    int rc = 0;

    for (int64_t file = 0; file < m->files && rc == 0; file++) {
        int fd;

        migration_name(name, file, false);
        fd = openat(m->source, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return -errno;
        rc = files_settle(fd);
        close(fd);
    }
    return rc;
}

int migration_make_sources(struct migration *m, const _Atomic uint32_t *stop,
                           struct err *err)
{
    int rc = check_room(m, err);
    char *buffer = rc == 0 ? malloc(COPY_BYTES) : NULL;

    if (rc == 0 && !buffer)
        rc = err_set(err, -ENOMEM, "no memory to make files with");
    if (rc == 0) {
        for (int64_t file = 0; file < m->files && rc == 0; file++)
            rc = make_source(m, file, buffer, stop);
        if (rc == 0)
            rc = settle_sources(m);
        if (rc == -EEXIST)
            rc = err_set(err, -EINVAL,
                         "a file in %.200s/source is not as long as the "
                         "migration's files are; remove it, or name another "
                         "folder",
                         m->folder.path);
        else if (rc < 0)
            rc = err_set(err, -EAGAIN,
                         "cannot write the files to convert in %.200s: %s; "
                         "make them smaller with --bytes, or name another "
                         "folder with --dir",
                         m->folder.path, strerror(-rc));
    }
    free(buffer);
    if (rc < 0 && !m->resuming && !m->folder.own)
        undo(m);
    return rc;
}
