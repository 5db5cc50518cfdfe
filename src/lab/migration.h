/* The files of the migrate workload: where they lie, what is in them, and how
 * much of the work an earlier run has done. In the lab.
 *
 * The folder holds "timeslice-migration" (the mark: how many files, how long,
 * the seed), "source" with the files to convert and "result" with those that
 * are converted. A result is written under a temporary name, flushed to the
 * device, and only then given its own - which no other may have had before. So
 * whatever is there is whole, and what a kill interrupted is not there. */
#ifndef LAB_MIGRATION_H
#define LAB_MIGRATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "lab/files.h"
#include "spec/spec.h"

#define MIGRATION_MARK "timeslice-migration"
#define MIGRATION_NAME 32 /* "000001" or "000001.part", with its end */
/* A result ends in the digest of what comes before. */
#define MIGRATION_TRAILER 8
#define MIGRATION_BLOCK 8 /* offsets below are multiples of this */
/* Digests begin here. */
#define MIGRATION_DIGEST UINT64_C(0xcbf29ce484222325)

struct migration {
    struct files_folder folder; /* locked */
    int source, result;         /* folders in it; -1: not open */
    int64_t files, bytes;
    uint64_t seed;
    bool resuming; /* an earlier run has been here */
    bool made;     /* the folder was not there before */
};

/* The folder of @spec, marked and locked, both folders in it open; temporary
 * files of killed runs are gone. -EINVAL: it holds something else, or another
 * migration; -EAGAIN: it is in use, or cannot be used. On failure nothing is
 * left that was not there before. */
int migration_open(struct migration *m, const struct spec *spec,
                   struct err *err);
/* Make those source files that are missing, down to the device and out of the
 * page cache. 1: told to stop before it was done. On failure a new migration
 * leaves nothing. */
int migration_make_sources(struct migration *m, const _Atomic uint32_t *stop,
                           struct err *err);
/* Take all away if the folder is the run's own; else leave it for later. */
void migration_close(struct migration *m);
/* Is there a result of file @file? */
bool migration_has_result(const struct migration *m, int64_t file);

/* File @file, from 0: "000001". With @part its temporary name. */
void migration_name(char name[MIGRATION_NAME], int64_t file, bool part);
/* The bytes of source file @file from @at on. */
void migration_source(uint64_t seed, int64_t file, int64_t at, void *to,
                      size_t bytes);
/* Convert them in place: every byte is added (exclusive or) to a key stream of
 * XTEA on the block's number: honest computing for each byte, and done twice it
 * gives the source again. It keeps no secrets. */
void migration_convert(uint64_t seed, int64_t file, int64_t at, void *bytes,
                       size_t count);
/* XTEA, 32 cycles (Needham and Wheeler, "Tea extensions", 1997); the block's
 * first word is the lower one. */
uint64_t migration_xtea(const uint32_t key[4], uint64_t block);
/* FNV-1a, 64 bits (Fowler, Noll, Vo): @digest, gone on over @bytes. */
uint64_t migration_digest(uint64_t digest, const void *bytes, size_t count);

#endif
