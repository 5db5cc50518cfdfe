/* command: run the user's own command, once for each input. In workers: each
 * starts one program at a time and waits for its end.
 *
 * Programs are started with posix_spawn(), not through a shell, with nothing on
 * their standard input. They stay in the lab's process group; a guard kills the
 * whole group when the lab is killed, so that no program outlives it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/worker.h"
#include "spec/inputs.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* A program that was told to end has this long. */
#define GRACE_NS (2 * NS_PER_S)
/* The picture of the tasks is made anew so often at most. */
#define SHOW_NS (NS_PER_S / 30)

/* Shared by all workers; the inputs are the coordinator's memory, which forked
 * workers have a copy of. */
struct command {
    _Atomic int64_t most_rss_bytes;
    _Atomic uint32_t showing; /* 1: somebody makes the picture */
    _Atomic int64_t shown_ns;
    _Atomic uint8_t state[SCENE_FILE_COUNT]; /* enum scene_file, a task each */
};
static struct inputs inputs; /* filled in prepare(), read only after */

static struct command *command_of(const struct worker *w)
{
    return w->arena->work;
}

/* ---- before any worker -------------------------------------------------- */

static int command_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;

    if (spec->output == OUTPUT_KEEP && mkdir(spec->dir, 0777) < 0 &&
        errno != EEXIST)
        return err_set(err, -errno, "cannot make the folder --dir %s: %m",
                       spec->dir);
    if (spec->output == OUTPUT_KEEP && access(spec->dir, W_OK | X_OK) < 0)
        return err_set(err, -errno, "cannot write into --dir %s: %m",
                       spec->dir);
    if (spec->inputs[0] != '\0') {
        int rc = inputs_read(&inputs, spec->inputs, err);

        if (rc < 0)
            return rc;
    }
    coordinator->arena->work = arena_map_more(sizeof(struct command), err);
    return coordinator->arena->work ? 0 : err->code;
}

/* The guard: told when its parent, the lab, dies, it kills the group. */
static void command_guard(struct worker *self)
{
    sigset_t term;
    int got;

    (void)self;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* The lab leads its group; a SIGTERM to the group is not meant for us. */
    while (getppid() == getpgrp())
        sigwait(&term, &got);
    kill(0, SIGKILL);
}

/* ---- the picture -------------------------------------------------------- */

static void show(const struct worker *w)
{
    struct command *c = command_of(w);
    int64_t tasks = w->spec->tasks;
    struct scene scene = {.kind = SCENE_FILES};

    scene.files.groups = 1;
    scene.files.count =
        (int32_t)(tasks < SCENE_FILE_COUNT ? tasks : SCENE_FILE_COUNT);
    for (int i = 0; i < scene.files.count; i++)
        scene.files.state[i] = LOAD(c->state[i]);
    board_show(w->board, &scene, sizeof(scene));
}

static void state_set(struct worker *w, int64_t index, enum scene_file state)
{
    struct command *c = command_of(w);
    int64_t now = clock_now_ns();
    uint32_t nobody = 0;

    if (index < SCENE_FILE_COUNT)
        STORE(c->state[index], (uint8_t)state);
    if (w->spec->tasks == 0 || now - LOAD(c->shown_ns) < SHOW_NS)
        return;
    /* Acquire and release: one writer of the picture at a time. */
    if (!atomic_compare_exchange_strong_explicit(&c->showing, &nobody, 1,
                                                 memory_order_acquire,
                                                 memory_order_relaxed))
        return;
    STORE(c->shown_ns, now);
    show(w);
    atomic_store_explicit(&c->showing, 0, memory_order_release);
}

/* ---- one program -------------------------------------------------------- */

static int actions_init(posix_spawn_file_actions_t *a, const struct worker *w,
                        int64_t number)
{
    static const char *const ends[] = {"out", "err"};
    char path[SPEC_TEXT_MAX + 32];
    int rc = posix_spawn_file_actions_init(a);

    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(a, 0, "/dev/null", O_RDONLY, 0);
    for (int i = 0; rc == 0 && i < 2; i++) {
        int flags = O_WRONLY | O_CREAT | O_TRUNC;

        snprintf(path, sizeof(path), "/dev/null");
        if (w->spec->output == OUTPUT_KEEP)
            snprintf(path, sizeof(path), "%s/%06" PRId64 ".%s", w->spec->dir,
                     number, ends[i]);
        rc = posix_spawn_file_actions_addopen(a, 1 + i, path, flags, 0666);
    }
    return rc;
}

/* 0 or a positive error number. */
static int start(const struct worker *w, int64_t index, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    char number[24];
    const char *input = number;
    sigset_t none;
    char **words;
    int rc;

    snprintf(number, sizeof(number), "%" PRId64, index + 1);
    if (inputs.count > 0)
        input = inputs.lines[index % inputs.count];
    words = inputs_words(w->spec, input, index + 1);
    if (!words)
        return ENOMEM;
    rc = actions_init(&actions, w, index + 1);
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    if (rc == 0)
        rc = posix_spawnp(pid, words[0], &actions, &attr, words, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    free(words);
    return rc;
}

/* Told to stop: the program is asked to end, then made to. */
static void end_now(pid_t pid, int pidfd)
{
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};

    kill(pid, SIGTERM);
    poll(&fd, 1, (int)(GRACE_NS / NS_PER_MS));
    if (!fd.revents)
        kill(pid, SIGKILL);
}

/* What it took, from its own account; @why is "" if it did well. */
static void judge(struct worker *w, int status, const struct rusage *use,
                  char why[80])
{
    struct command *c = command_of(w);
    int64_t rss = (int64_t)use->ru_maxrss * 1024;
    int64_t most = LOAD(c->most_rss_bytes);
    int64_t cpu_us = (use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1000000 +
                     use->ru_utime.tv_usec + use->ru_stime.tv_usec;

    worker_report(w, METRIC_CHILD_CPU_S, cpu_us * NS_PER_US);
    while (rss > most &&
           !atomic_compare_exchange_weak(&c->most_rss_bytes, &most, rss))
        continue;
    why[0] = '\0';
    if (WIFSIGNALED(status))
        snprintf(why, 80, "ended by signal %d, %s", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(why, 80, "exit status %d", WEXITSTATUS(status));
}

/* Wait for the end of @pid. False: told to stop meanwhile. */
static bool see_it_end(struct worker *w, pid_t pid, char why[80])
{
    int pidfd = pidfd_open(pid, 0), status = 0;
    struct rusage use;
    bool going = true;

    STORE(w->row->child_pid, pid);
    if (worker_wait_fd(w, pidfd, POLLIN, INT64_MAX, WAIT_JOIN) < 0) {
        end_now(pid, pidfd);
        going = false;
    }
    STORE(w->row->child_pid, 0);
    while (wait4(pid, &status, 0, &use) < 0 && errno == EINTR)
        continue;
    close(pidfd);
    judge(w, status, &use, why);
    return going;
}

static bool command_task(struct worker *w, int64_t index, uint64_t *result)
{
    char why[80];
    pid_t pid;
    int rc;

    (void)result;
    state_set(w, index, FILE_CONVERTS);
    rc = start(w, index, &pid);
    if (rc != 0)
        snprintf(why, sizeof(why), "it could not be started: %s", strerror(rc));
    else if (!see_it_end(w, pid, why))
        return false;
    if (why[0] != '\0')
        worker_task_failed(w, index, why);
    state_set(w, index, why[0] != '\0' ? FILE_FAILED : FILE_DONE);
    worker_count(w, 1);
    return true;
}

static void command_finish(struct worker *coordinator)
{
    struct command *c = command_of(coordinator);

    if (LOAD(c->most_rss_bytes) > 0)
        board_report(coordinator->board, METRIC_CHILD_RSS_BYTES,
                     (double)LOAD(c->most_rss_bytes));
    if (coordinator->spec->tasks > 0)
        show(coordinator);
    inputs_fini(&inputs);
}

const struct workload work_command = {
    .combine = COMBINE_NONE,
    .reports = REPORTS(CHILD_CPU_S),
    .prepare = command_prepare,
    .serve = command_guard,
    .task = command_task,
    .finish = command_finish,
};
