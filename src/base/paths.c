/* The XDG base directories. Any process. */
#include "base/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int paths_cache_name(char *out, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int used = -1;

    /* The specification says: what is not absolute is to be ignored. */
    if (cache && cache[0] == '/')
        used = snprintf(out, size, "%s/timeslice", cache);
    else if (home && home[0] == '/')
        used = snprintf(out, size, "%s/.cache/timeslice", home);
    return used < 0 || (size_t)used >= size ? -ENOENT : 0;
}

/* All folders of @path that are missing, readable by this user only. */
static int make_all(char *path)
{
    for (char *p = path + 1;; p++) {
        char end = *p;
        int rc;

        if (end != '/' && end != '\0')
            continue;
        *p = '\0';
        rc = mkdir(path, 0700);
        *p = end;
        /* Of an existing one on a read-only disk some systems say EROFS. */
        if (rc < 0 && errno != EEXIST && (end == '\0' || errno != EROFS))
            return -errno;
        if (end == '\0')
            return 0;
    }
}

int paths_cache(char *out, size_t size, struct err *err)
{
    struct stat st;
    int rc = paths_cache_name(out, size);

    if (rc < 0)
        return err_set(err, -EAGAIN,
                       "neither XDG_CACHE_HOME nor HOME says where this user's "
                       "files go; name a folder with --dir");
    if (stat(out, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    rc = make_all(out);
    if (rc == 0)
        return 0;
    return err_set(err, -EAGAIN,
                   "cannot make the folder %.200s: %s; name another with --dir",
                   out, strerror(-rc));
}
