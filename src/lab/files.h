/* The lab's real files: where they go, how much room there is, how they are
 * made and how they vanish. In the lab's coordinator, but for files_sweep().
 *
 * A folder that a run made for itself lies in the user's cache and is locked
 * (flock on the folder) as long as any process of that run lives; an unlocked
 * one is what a killed run left, and whoever comes next removes it. */
#ifndef LAB_FILES_H
#define LAB_FILES_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct files_folder {
    int fd;              /* -1: not open */
    bool own;            /* in the user's cache: ours to fill and to clear */
    char path[PATH_MAX]; /* as a person would write it */
};

/* Open the folder that --dir names; "auto": the program's own, in the user's
 * cache, swept of what killed runs left. -EINVAL: there is no such folder;
 * -EAGAIN: it cannot be used. */
int files_folder_open(struct files_folder *f, const char *dir, struct err *err);
void files_folder_close(struct files_folder *f);
/* Lock it for this run, against others that want the same. -EAGAIN with a
 * sentence if another one still has it after a second. */
int files_folder_lock(const struct files_folder *f, struct err *err);

/* A fresh folder in @cache (.own), locked: @kind-PID-XXXXXX. */
int files_scratch_make(struct files_folder *f, const struct files_folder *cache,
                       const char *kind, struct err *err);
/* Remove it with all that is in it, and close it. */
void files_scratch_remove(struct files_folder *f);
/* Remove what killed runs left in the cache: any process, at any time. */
void files_sweep(void);

/* Bytes that may be written there: what this user may fill, less 1 GiB or a
 * tenth of the disk, whichever is less, that stays free. -1: not known. */
int64_t files_room(int fd);
/* @need more bytes fit; else -EAGAIN with a sentence that begins with @what
 * ("2 files of 64 MiB") and says, of @share equal parts, how large each could
 * be as --@setting. */
int files_need(const struct files_folder *f, int64_t need, int64_t share,
               const char *what, const char *setting, struct err *err);
/* What lies there is memory: tmpfs, ramfs. */
bool files_in_memory(int fd);

/* A file without a name: whatever happens, it is gone with its last
 * descriptor. The descriptor, close-on-exec, or a negative errno. */
int files_hidden(const struct files_folder *f, struct err *err);
/* Another descriptor of it, with flags of its own: O_DIRECT, a read-ahead of
 * its own. Or a negative errno. */
int files_reopen(int fd, int flags);

/* Fill @fd with @bytes of random data, down to the device: no holes, nothing
 * that only the page cache has, and nothing left in it. Ends early, with 1,
 * when @stop becomes true. -EAGAIN: the disk is full, or refuses. */
int files_fill(int fd, int64_t bytes, uint64_t seed,
               const _Atomic uint32_t *stop, const char *path, struct err *err);
/* Down to the device and out of the page cache. 0 or a negative errno. */
int files_settle(int fd);
/* All of it, or a negative errno. */
int files_write_at(int fd, const void *from, size_t bytes, int64_t at);
/* As much as there is, up to @bytes; or a negative errno. */
int64_t files_read_at(int fd, void *to, size_t bytes, int64_t at);

/* A number that looks random, for every @n: splitmix64 (Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators", 2014). */
static inline uint64_t files_random(uint64_t seed, uint64_t n)
{
    uint64_t z = seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

#endif
