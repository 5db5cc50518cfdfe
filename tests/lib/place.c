/* A folder for a test's files. In the test process. */
#include "lib/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "observe/live.h"

#define FDS 32

static char where[PLACE_PATH];

/* Paths of experiments are short: beside a program that lies deep there is no
 * room. */
static void choose(void)
{
    char exe[PLACE_PATH - 24];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *slash;

    strcpy(where, "/tmp/timeslice-test-XXXXXX");
    if (n <= 0 || (size_t)n >= sizeof(exe) - 1)
        return;
    exe[n] = '\0';
    slash = strrchr(exe, '/');
    *slash = '\0';
    if (access(exe, W_OK) == 0)
        snprintf(where, sizeof(where), "%s/place-XXXXXX", exe);
}

int place_make(void **state)
{
    (void)state;
    choose();
    if (!mkdtemp(where))
        return -1;
    if (setenv("XDG_CACHE_HOME", place_path("cache"), 1) != 0)
        return -1;
    return setenv("XDG_STATE_HOME", place_path("state"), 1);
}

int place_remove(void **state)
{
    (void)state;
    place_clear(where);
    return 0;
}

const char *place(void)
{
    return where;
}

const char *place_path(const char *name)
{
    static char paths[32][PLACE_PATH + 64];
    static int turn;
    char *path = paths[turn++ % 32];

    snprintf(path, sizeof(paths[0]), "%s/%s", where, name);
    return path;
}

int place_entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    int n = 0;

    if (!dir)
        return 0;
    while ((e = readdir(dir)))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return n;
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    remove(path);
    return 0;
}

void place_clear(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* No asserts here: cmocka's are a longjmp into the parent's test. */
static _Noreturn void child(const char *line)
{
    struct pollfd fds[FDS];
    struct machine machine;
    struct source *s = NULL;
    struct spec spec;
    int status;

    machine_read(&machine);
    if (spec_parse_line(&spec, line, NULL) < 0 ||
        spec_check(&spec, &machine, NULL) < 0 ||
        live_open(&s, &spec, &machine, false, NULL) < 0)
        _exit(2);
    while (!s->done) {
        int n = s->class->fds(s, fds, FDS);

        poll(fds, (nfds_t)n, 10);
        s->class->pump(s, clock_now_ns());
    }
    status = s->trace->verdict != VERDICT_OK;
    s->class->close(s);
    _exit(status);
}

pid_t place_start(const char *line)
{
    pid_t pid = fork();

    if (pid == 0)
        child(line);
    return pid;
}
