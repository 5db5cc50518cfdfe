/* A set of jobs from a file, or from standard input. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/jobs.h"

/* All that @fd has, at most one byte more than may be. */
static int read_bytes(int fd, char **out, size_t *length)
{
    size_t cap = 1 << 16, most = SIM_JOBS_TEXT + 1;
    char *bytes = NULL, *more;
    ssize_t got = 1;

    *length = 0;
    for (;; cap = cap * 2 < most ? cap * 2 : most) {
        more = realloc(bytes, cap);
        if (!more) {
            free(bytes);
            return -ENOMEM;
        }
        bytes = more;
        while (*length < cap && got != 0) {
            got = read(fd, bytes + *length, cap - *length);
            if (got < 0 && errno != EINTR) {
                free(bytes);
                return -errno;
            }
            *length += got > 0 ? (size_t)got : 0;
        }
        if (got == 0 || cap == most)
            break;
    }
    *out = bytes;
    return 0;
}

int sim_jobs_read_file(struct sim_jobs *out, struct text *machine,
                       const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    char *bytes = NULL;
    size_t length = 0;
    int rc;

    if (fd < 0)
        return err_set(err, -errno, "cannot open %.200s: %m", name);
    rc = read_bytes(fd, &bytes, &length);
    if (!standard)
        close(fd);
    if (rc < 0 || !bytes)
        return err_set(err, rc, "cannot read %.200s: %m", name);
    rc = sim_jobs_read(out, machine, name, bytes, length, err);
    free(bytes);
    return rc;
}
