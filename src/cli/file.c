/* A file that an option asks for: opened before anything runs, so that a path
 * that cannot be written costs no experiment; written beside its place and
 * moved there when it is whole. Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common.h"

/* A descriptor of @f->partial beside its place, or of the device that it is.
 * -1 with errno; -ENAMETOOLONG is told apart by the caller. */
static int open_beside(struct cli_file *f)
{
    struct stat st;
    mode_t mask;
    int fd;

    if (stat(f->path, &st) == 0 && !S_ISREG(st.st_mode))
        return open(f->path, O_WRONLY | O_CLOEXEC);
    if (snprintf(f->partial, sizeof(f->partial), "%s.XXXXXX", f->path) >=
        (int)sizeof(f->partial)) {
        f->partial[0] = '\0';
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(f->partial, O_CLOEXEC);
    mask = umask(0);
    umask(mask);
    if (fd >= 0)
        fchmod(fd, 0666 & ~mask);
    else
        f->partial[0] = '\0';
    return fd;
}

int cli_file_open(struct cli_file *f, const char *option, const char *path,
                  struct err *err)
{
    struct stat st;
    int fd, code;

    *f = (struct cli_file){.option = option, .path = path};
    if (strcmp(path, "-") == 0)
        return err_set(err, -EINVAL, "--%s writes to a file, not to \"-\"",
                       option);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return err_set(err, -EINVAL, "--%s %s: that is a folder", option, path);
    /* A full disk is a sentence at the end, not a signal. */
    signal(SIGXFSZ, SIG_IGN);
    fd = open_beside(f);
    code = errno;
    if (fd < 0)
        return err_set(err, -EINVAL, "--%s %s: cannot write there: %s", option,
                       path, strerror(code));
    f->stream = fdopen(fd, "w");
    if (!f->stream) {
        close(fd);
        return err_set(err, -ENOMEM, "--%s %s: out of memory", option, path);
    }
    return 0;
}

int cli_file_finish(struct cli_file *f, struct err *err)
{
    FILE *stream = f->stream;
    int rc = 0;

    f->stream = NULL;
    if (fclose(stream) != 0)
        rc = err_set(err, -errno, "the disk took only a part: %m");
    if (rc == 0 && f->partial[0] && rename(f->partial, f->path) != 0)
        rc = err_set(err, -errno, "cannot give the file its name: %m");
    if (rc == 0)
        f->partial[0] = '\0';
    return rc;
}

void cli_file_drop(struct cli_file *f)
{
    if (f->stream)
        fclose(f->stream);
    if (f->partial[0])
        unlink(f->partial);
    *f = (struct cli_file){0};
}
