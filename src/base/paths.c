/* The XDG base directories. Any process. */
#include "base/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The program's folder under what @variable names, else under @otherwise in the
 * user's home. */
static int folder_name(char *out, size_t size, const char *variable,
                       const char *otherwise)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");
    int used = -1;

    /* The specification says: what is not absolute is to be ignored. */
    if (base && base[0] == '/')
        used = snprintf(out, size, "%s/timeslice", base);
    else if (home && home[0] == '/')
        used = snprintf(out, size, "%s/%s/timeslice", home, otherwise);
    return used < 0 || (size_t)used >= size ? -ENOENT : 0;
}

int paths_cache_name(char *out, size_t size)
{
    return folder_name(out, size, "XDG_CACHE_HOME", ".cache");
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

/* Make @folder unless it is there. @hint: what else could be done. */
static int make_folder(char *folder, const char *hint, struct err *err)
{
    struct stat st;
    int rc;

    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    rc = make_all(folder);
    if (rc == 0)
        return 0;
    return err_set(err, -EAGAIN, "cannot make the folder %.200s: %s%s", folder,
                   strerror(-rc), hint);
}

int paths_cache(char *out, size_t size, struct err *err)
{
    if (paths_cache_name(out, size) < 0)
        return err_set(err, -EAGAIN,
                       "neither XDG_CACHE_HOME nor HOME says where this user's "
                       "files go; name a folder with --dir");
    return make_folder(out, "; name another with --dir", err);
}

int paths_state(char *out, size_t size, struct err *err)
{
    if (folder_name(out, size, "XDG_STATE_HOME", ".local/state") < 0)
        return err_set(err, -EAGAIN,
                       "neither XDG_STATE_HOME nor HOME says where this user's "
                       "files go");
    return make_folder(out, "", err);
}

int paths_runtime(char *out, size_t size, struct err *err)
{
    const char *base = getenv("XDG_RUNTIME_DIR");

    if (!base || base[0] != '/' ||
        folder_name(out, size, "XDG_RUNTIME_DIR", "") < 0)
        return paths_state(out, size, err);
    return make_folder(out, "", err);
}

int paths_own(const char *name, char *out, size_t size)
{
    char folder[PATH_MAX];
    int used;

    if (folder_name(folder, sizeof(folder), "XDG_DATA_HOME", ".local/share") <
        0)
        return -ENOENT;
    used = snprintf(out, size, "%s/%s", folder, name);
    return used < 0 || (size_t)used >= size ? -ENOENT : 0;
}

int paths_installed(const char *name, char *out, size_t size)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;
    int used;

    if (length <= 0)
        return -ENOENT;
    self[length] = '\0';
    slash = strrchr(self, '/');
    if (slash == NULL)
        return -ENOENT;
    *slash = '\0';
    used = snprintf(out, size, "%s/../share/timeslice/%s", self, name);
    return used < 0 || (size_t)used >= size ? -ENOENT : 0;
}
