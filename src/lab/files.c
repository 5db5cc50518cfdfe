/* The lab's real files. In the lab's coordinator, before workers exist and
 * after they have ended; files_sweep() also in the screen process. */
#include "lab/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/text.h"

#define GIB (INT64_C(1) << 30)
#define WRITE_BYTES (1 << 20)
#define LOCK_PATIENCE_NS NS_PER_S
/* A killed run's processes may take a moment to vanish. */
#define SWEEP_PATIENCE_NS NS_PER_S
#define LOOK_AGAIN_NS (5 * NS_PER_MS)

/* <linux/magic.h> */
#define TMPFS 0x01021994
#define RAMFS 0x858458f6

/* ---- folders ------------------------------------------------------------ */

static bool is_auto(const char *dir)
{
    return dir[0] == '\0' || strcmp(dir, "auto") == 0;
}

int files_folder_open(struct files_folder *f, const char *dir, struct err *err)
{
    int rc;

    *f = (struct files_folder){.fd = -1, .own = is_auto(dir)};
    if (f->own) {
        rc = paths_cache(f->path, sizeof(f->path), err);
        if (rc < 0)
            return rc;
        files_sweep();
    } else {
        snprintf(f->path, sizeof(f->path), "%s", dir);
    }
    f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->fd >= 0)
        return 0;
    rc = errno;
    if (rc == ENOENT || rc == ENOTDIR)
        return err_set(err, -EINVAL,
                       "--dir %.200s: %s; name a folder that exists", f->path,
                       rc == ENOENT ? "there is no such folder"
                                    : "that is no folder");
    return err_set(err, -EAGAIN,
                   "cannot use the folder %.200s: %s; name another with --dir",
                   f->path, strerror(rc));
}

void files_folder_close(struct files_folder *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

/* flock() with an end to the waiting. 0, -EWOULDBLOCK or another errno. */
static int lock_within(int fd, int64_t patience_ns)
{
    int64_t until = clock_now_ns() + patience_ns;
    struct timespec pause = clock_to_timespec(LOOK_AGAIN_NS);

    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || clock_now_ns() >= until)
            return -errno;
        nanosleep(&pause, NULL);
    }
    return 0;
}

int files_folder_lock(const struct files_folder *f, struct err *err)
{
    int rc = lock_within(f->fd, LOCK_PATIENCE_NS);

    if (rc == 0)
        return 0;
    if (rc == -EWOULDBLOCK)
        return err_set(err, -EAGAIN,
                       "another run is at work in %.200s; wait for its end, or "
                       "name another folder with --dir",
                       f->path);
    return err_set(err, -EAGAIN,
                   "cannot lock the folder %.200s: %s; name another with --dir",
                   f->path, strerror(-rc));
}

/* ---- folders of a run's own --------------------------------------------- */

/* Everything in the folder @fd; folders in it only where @depth allows. Takes
 * the descriptor. */
static void clear_out(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    struct dirent *e;

    if (!dir) {
        close(fd);
        return;
    }
    while ((e = readdir(dir))) {
        int sub;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, e->d_name, 0) == 0 || depth == 0)
            continue;
        sub = openat(fd, e->d_name,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (sub >= 0)
            clear_out(sub, depth - 1);
        unlinkat(fd, e->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
}

int files_scratch_make(struct files_folder *f, const struct files_folder *cache,
                       const char *kind, struct err *err)
{
    int rc = 0;

    *f = (struct files_folder){.fd = -1, .own = true};
    if (snprintf(f->path, sizeof(f->path), "%s/%s-%d-XXXXXX", cache->path, kind,
                 (int)getpid()) >= (int)sizeof(f->path))
        return err_set(err, -EAGAIN, "the path of the cache is too long");
    /* Whoever sweeps holds this lock, and must not find ours open. */
    flock(cache->fd, LOCK_EX);
    if (!mkdtemp(f->path))
        rc = -errno;
    if (rc == 0)
        f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (rc == 0 && (f->fd < 0 || flock(f->fd, LOCK_EX | LOCK_NB) < 0))
        rc = -errno;
    flock(cache->fd, LOCK_UN);
    if (rc == 0)
        return 0;
    if (f->fd >= 0)
        files_scratch_remove(f);
    return err_set(err, -EAGAIN,
                   "cannot make a folder in %.200s: %s; name another with "
                   "--dir",
                   cache->path, strerror(-rc));
}

void files_scratch_remove(struct files_folder *f)
{
    int fd = f->fd < 0 ? -1 : dup(f->fd);

    if (fd >= 0)
        clear_out(fd, 1);
    rmdir(f->path);
    files_folder_close(f);
}

/* Has the process @pid ended? Where it cannot be seen (another container uses
 * the same cache) it may seem so: the lock decides. */
static bool has_ended(long pid)
{
    return pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* "migrate-4711-AbCdEf": a run's own folder, and not locked any more. */
static void sweep_folder(int cache, const char *name)
{
    const char *dash = strchr(name, '-');
    bool ended = dash && has_ended(strtol(dash + 1, NULL, 10));
    int fd =
        openat(cache, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    if (lock_within(fd, ended ? SWEEP_PATIENCE_NS : 0) == 0) {
        clear_out(fd, 1);
        unlinkat(cache, name, AT_REMOVEDIR);
    } else {
        close(fd);
    }
}

void files_sweep(void)
{
    char path[PATH_MAX];
    struct dirent *e;
    DIR *dir;

    if (paths_cache_name(path, sizeof(path)) < 0)
        return;
    dir = opendir(path);
    if (!dir)
        return;
    /* Busy: whoever holds it sweeps, or makes a folder. */
    if (lock_within(dirfd(dir), SWEEP_PATIENCE_NS) == 0) {
        while ((e = readdir(dir))) {
            if (strncmp(e->d_name, "migrate-", 8) == 0)
                sweep_folder(dirfd(dir), e->d_name);
            else if (strncmp(e->d_name, "hidden-", 7) == 0)
                unlinkat(dirfd(dir), e->d_name, 0);
        }
    }
    closedir(dir);
}

/* ---- room --------------------------------------------------------------- */

int64_t files_room(int fd)
{
    struct statvfs v;
    int64_t left, keep;

    if (fstatvfs(fd, &v) < 0 || v.f_blocks == 0)
        return -1;
    keep = (int64_t)(v.f_blocks / 10) * (int64_t)v.f_frsize;
    if (keep > GIB)
        keep = GIB;
    left = (int64_t)v.f_bavail * (int64_t)v.f_frsize - keep;
    return left < 0 ? 0 : left;
}

/* As it may be written after a setting, rounded down: "39G". */
static void size_word(char *out, size_t size, int64_t bytes)
{
    static const char *const units[] = {"", "k", "M", "G"};
    int unit = 0;

    while (unit < 3 && bytes >= 10 * 1024) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, size, "%lld%s", (long long)bytes, units[unit]);
}

int files_need(const struct files_folder *f, int64_t need, int64_t share,
               const char *what, const char *setting, struct err *err)
{
    int64_t room = files_room(f->fd);
    char have[32], fits[32];

    if (room < 0 || need <= room)
        return 0;
    size_word(have, sizeof(have), room);
    size_word(fits, sizeof(fits), room / share);
    if (room / share < 4096)
        return err_set(err, -EAGAIN,
                       "there is no room for %s in %.200s; name a folder on "
                       "another disk with --dir",
                       what, f->path);
    return err_set(err, -EAGAIN,
                   "%s do not fit in %.200s, where %s bytes may be written "
                   "(some are left free for others); --%s %s would fit",
                   what, f->path, have, setting, fits);
}

bool files_in_memory(int fd)
{
    struct statfs s;

    if (fstatfs(fd, &s) < 0)
        return false;
    return (unsigned long)s.f_type == TMPFS || (unsigned long)s.f_type == RAMFS;
}

/* ---- files -------------------------------------------------------------- */

/* Where a file cannot be made without a name it loses it at once; should a kill
 * come in between, files_sweep() finds it in the cache. */
static int hidden_by_unlink(const struct files_folder *f)
{
    char path[PATH_MAX];
    int fd = -1, code;

    if (snprintf(path, sizeof(path), "%s/hidden-XXXXXX", f->path) >=
        (int)sizeof(path))
        return -ENAMETOOLONG;
    if (f->own)
        flock(f->fd, LOCK_EX);
    fd = mkostemp(path, O_CLOEXEC);
    code = errno;
    if (fd >= 0)
        unlink(path);
    if (f->own)
        flock(f->fd, LOCK_UN);
    return fd < 0 ? -code : fd;
}

int files_hidden(const struct files_folder *f, struct err *err)
{
    int fd = openat(f->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    fd = -errno;
    if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -ENOENT || fd == -EINVAL)
        fd = hidden_by_unlink(f);
    if (fd >= 0)
        return fd;
    return err_set(err, -EAGAIN,
                   "cannot make a file in %.200s: %s; name another folder with "
                   "--dir",
                   f->path, strerror(-fd));
}

int files_reopen(int fd, int flags)
{
    char path[64];
    int again;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    again = open(path, flags | O_CLOEXEC);
    return again < 0 ? -errno : again;
}

int files_write_at(int fd, const void *from, size_t bytes, int64_t at)
{
    const char *p = from;

    while (bytes > 0) {
        ssize_t n = pwrite(fd, p, bytes, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -ENOSPC;
        /* A nearly full disk takes a part, and says so the next time. */
        p += n;
        at += n;
        bytes -= (size_t)n;
    }
    return 0;
}

int64_t files_read_at(int fd, void *to, size_t bytes, int64_t at)
{
    size_t have = 0;

    while (have < bytes) {
        ssize_t n =
            pread(fd, (char *)to + have, bytes - have, at + (int64_t)have);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (int64_t)have;
}

int files_settle(int fd)
{
    /* In this order: of dirty pages the advice lets some stay. */
    if (fsync(fd) < 0)
        return -errno;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return 0;
}

int files_fill(int fd, int64_t bytes, uint64_t seed,
               const _Atomic uint32_t *stop, const char *path, struct err *err)
{
    uint64_t *buffer = malloc(WRITE_BYTES);
    uint64_t n = 0;
    int rc = 0;

    if (!buffer)
        return err_set(err, -ENOMEM, "no memory to make files with");
    signal(SIGXFSZ, SIG_IGN); /* too large for a limit: an error, no death */
    for (int64_t at = 0; at < bytes && rc == 0; at += WRITE_BYTES) {
        int64_t left = bytes - at;
        size_t now = left < WRITE_BYTES ? (size_t)left : WRITE_BYTES;

        if (atomic_load_explicit(stop, memory_order_relaxed)) {
            free(buffer);
            return 1;
        }
        for (size_t i = 0; i < WRITE_BYTES / sizeof(*buffer); i++)
            buffer[i] = files_random(seed, n++);
        rc = files_write_at(fd, buffer, now, at);
    }
    free(buffer);
    if (rc == 0)
        rc = files_settle(fd);
    if (rc == 0)
        return 0;
    return err_set(err, -EAGAIN,
                   "cannot write the files to read in %.200s: %s; make them "
                   "smaller with --size, or name another folder with --dir",
                   path, strerror(-rc));
}
