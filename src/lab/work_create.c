/* create: make a worker and see it end, again and again. In one worker of the
 * lab; what it makes does nothing and ends at once.
 *
 * A task is one that was made and has ended. What the parent has written before
 * (--touched) costs a fork its page tables: the memory itself is not copied. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/machine.h"
#include "lab/arena.h"
#include "lab/worker.h"

#define PAGE_BYTES 4096

struct create {
    char program[256]; /* exec: what the new process runs */
    int (*make)(struct worker *w);
};

/* ---- before it begins --------------------------------------------------- */

/* A program that does nothing: "true", wherever it is. */
static int find_true(char *path, size_t size, struct err *err)
{
    const char *folders = getenv("PATH");
    char places[4096];
    char *rest = places;

    snprintf(places, sizeof(places), "/bin:/usr/bin:%s",
             folders ? folders : "");
    for (const char *folder; (folder = strsep(&rest, ":")) != NULL;) {
        if (*folder == '\0')
            continue;
        snprintf(path, size, "%s/true", folder);
        if (access(path, X_OK) == 0)
            return 0;
    }
    return err_set(err, -ENOENT,
                   "cannot find a program called \"true\" to run; write --make "
                   "fork");
}

/* Pages of 4 KiB, as a program that has grown bit by bit has them: a few huge
 * ones would have next to no page tables. */
static int touch(int64_t bytes, struct err *err)
{
    struct machine machine;
    char *memory;

    machine_read(&machine);
    if (machine.memory_available > 0 && bytes > machine.memory_available / 2)
        return err_set(err, -ENOMEM,
                       "--touched %lld is more than half of the memory that "
                       "is free here; try %lld",
                       (long long)bytes,
                       (long long)(machine.memory_available / 2));
    memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return err_set(err, -errno, "no memory for --touched %lld: %m",
                       (long long)bytes);
    madvise(memory, (size_t)bytes, MADV_NOHUGEPAGE); /* where there are any */
    for (int64_t at = 0; at < bytes; at += PAGE_BYTES)
        memory[at] = 1;
    return 0; /* the lab's end gives it back */
}

/* ---- three ways to make one --------------------------------------------- */

/* All: 0, or an errno. */

static void *do_nothing(void *arg)
{
    return arg;
}

static int make_thread(struct worker *w)
{
    pthread_attr_t attr;
    pthread_t thread;
    int rc;

    pthread_attr_init(&attr);
    if (w->spec->stack > 0)
        pthread_attr_setstacksize(&attr, (size_t)w->spec->stack);
    rc = pthread_create(&thread, &attr, do_nothing, NULL);
    pthread_attr_destroy(&attr);
    if (rc != 0)
        return rc;
    worker_wait_begin(w, WAIT_JOIN);
    pthread_join(thread, NULL);
    worker_wait_end(w);
    return 0;
}

static int see_end(struct worker *w, pid_t pid)
{
    int status = 0;
    pid_t got;

    worker_wait_begin(w, WAIT_JOIN);
    do {
        got = waitpid(pid, &status, 0);
    } while (got < 0 && errno == EINTR);
    worker_wait_end(w);
    if (got < 0)
        return errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ECHILD;
}

static int make_fork(struct worker *w)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? errno : see_end(w, pid);
}

static int make_exec(struct worker *w)
{
    struct create *c = w->arena->work;
    char *const words[] = {c->program, NULL};
    pid_t pid = fork();

    if (pid == 0) {
        execv(c->program, words);
        _exit(127);
    }
    return pid < 0 ? errno : see_end(w, pid);
}

/* ---- the work ----------------------------------------------------------- */

static int create_prepare(struct worker *coordinator, struct err *err)
{
    static int (*const makes[])(struct worker *) = {
        [MAKE_THREAD] = make_thread,
        [MAKE_FORK] = make_fork,
        [MAKE_EXEC] = make_exec,
    };
    const struct spec *spec = coordinator->spec;
    struct create *c = arena_map_more(sizeof(*c), err);
    int rc = 0;

    if (!c)
        return -ENOMEM;
    c->make = makes[spec->make];
    coordinator->arena->work = c;
    if (spec->make == MAKE_EXEC)
        rc = find_true(c->program, sizeof(c->program), err);
    if (rc == 0 && spec->touched > 0)
        rc = touch(spec->touched, err);
    return rc;
}

static bool create_task(struct worker *w, int64_t index, uint64_t *result)
{
    const struct create *c = w->arena->work;
    int error;

    (void)result;
    if (!worker_tick(w))
        return false;
    error = c->make(w);
    if (error != 0) {
        worker_task_failed(w, index,
                           error == ECHILD ? "it did not end as it should"
                                           : strerror(error));
        return true;
    }
    worker_report(w, METRIC_MADE, 1);
    worker_count(w, 1);
    return true;
}

const struct workload work_create = {
    .combine = COMBINE_NONE,
    .prepare = create_prepare,
    .task = create_task,
    .reports = REPORTS(MADE),
};
