/* Rules of the workloads that read and write real files. Whether there is room
 * for them the lab finds out, in the folder itself. Any process. */
#include "spec/rules.h"

#include <errno.h>
#include <string.h>

#include "spec/scene.h"
#include "spec/table.h"

/* O_DIRECT wants whole blocks; no file system's are larger. */
#define BLOCK 4096
/* One request, in memory. */
#define REQUEST_MOST (INT64_C(64) << 20)
/* All files together, unless --size is given. */
#define TOTAL (INT64_C(512) << 20)
#define SIZE_EACH (INT64_C(64) << 20)

/* So many readers with 64 MiB each fit into the total; more have smaller ones.
 */
static void settle_size(struct spec *spec)
{
    if (table_given(spec, SET_SIZE))
        return;
    spec->size = TOTAL / spec->workers / BLOCK * BLOCK;
    if (spec->size > SIZE_EACH)
        spec->size = SIZE_EACH;
    if (spec->size < spec->bytes)
        spec->size = spec->bytes;
}

static int rules_file(struct spec *spec, struct err *err)
{
    if (spec->bytes > REQUEST_MOST)
        return err_set(err, -EINVAL,
                       "--bytes is what one request reads, up to 64M; the "
                       "file's length is --size");
    if (spec->cache == CACHE_DIRECT && spec->bytes % BLOCK != 0)
        return err_set(err, -EINVAL,
                       "past the page cache a disk gives whole blocks only, "
                       "so --bytes %lld cannot be; write a multiple of 4096, "
                       "or --cache pages",
                       (long long)spec->bytes);
    settle_size(spec);
    if (spec->size < spec->bytes)
        return err_set(err, -EINVAL,
                       "--bytes %lld is more than the whole file; write --size "
                       "%lld or more, or smaller --bytes",
                       (long long)spec->bytes, (long long)spec->bytes);
    return 0;
}

static int rules_migrate(const struct spec *spec, struct err *err)
{
    bool own = strcmp(spec->dir, "auto") == 0 || spec->dir[0] == '\0';

    if (spec->tasks == 0)
        return err_set(err, -EINVAL,
                       "migrate ends when all files are written, so --duration "
                       "cannot be; say how many there are with --tasks, or how "
                       "long it may take with --timeout");
    if (spec->tasks > SCENE_FILE_COUNT)
        return err_set(err, -EINVAL,
                       "--tasks is the number of files, up to %d for migrate; "
                       "%lld is too many",
                       SCENE_FILE_COUNT, (long long)spec->tasks);
    if (spec->resume == ANSWER_YES && own)
        return err_set(err, -EINVAL,
                       "--resume yes goes on in the folder of an interrupted "
                       "run, so name it with --dir; without --dir the files "
                       "are removed at the end");
    return 0;
}

int rules_files(struct spec *spec, struct err *err)
{
    if (spec->workload == WORKLOAD_FILE)
        return rules_file(spec, err);
    if (spec->workload == WORKLOAD_MIGRATE)
        return rules_migrate(spec, err);
    return 0;
}
