/* command: run the user's own command, once for each input. In workers: each
 * starts one program at a time and waits for its end.
 *
 * Programs are started with vfork() and execve(), not through a shell, with
 * nothing on their standard input: that costs 60 to 170 us less than
 * posix_spawn(), which asks about every signal and maps a stack. They stay in
 * the lab's process group; a guard kills the whole group when the lab is
 * killed, so that no program outlives it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
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
    _Atomic int64_t queued_ns; /* programs, for a core, all together */
    _Atomic int64_t unasked;   /* of so many that was not to be had */
    _Atomic uint32_t showing;  /* 1: somebody makes the picture */
    _Atomic int64_t shown_ns;
    _Atomic uint8_t state[SCENE_FILE_COUNT]; /* enum scene_file, a task each */
    /* A worker each: why its program could not begin, 0 or an error number.
     * Written by that program before it is one, which may have the worker's
     * memory or a copy of it; hence here. */
    _Atomic int32_t refused[];
};
/* Filled in prepare(), read only after. */
static struct inputs inputs;
static char program[PATH_MAX]; /* the one program that all tasks run */
static int null_fd = -1;

static struct command *command_of(const struct worker *w)
{
    return w->arena->work;
}

/* ---- before any worker -------------------------------------------------- */

/* PATH is gone through once, not for each program. */
static int find_program(const struct spec *spec, struct err *err)
{
    char **words = inputs_words(spec, "", 1);
    int rc;

    if (!words || !words[0])
        rc = err_set(err, -ENOMEM, "no memory for the command's words");
    else
        rc = inputs_program(words[0], program, sizeof(program), err);
    free(words);
    return rc;
}

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
    null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null_fd < 0)
        return err_set(err, -errno, "cannot open /dev/null: %m");
    coordinator->arena->work =
        arena_map_more(sizeof(struct command) + coordinator->arena->shard_cap *
                                                    sizeof(_Atomic int32_t),
                       err);
    return coordinator->arena->work ? find_program(spec, err) : err->code;
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

/* What a program needs to begin: made before it is one, so that it only has to
 * call the kernel. */
struct start {
    char **words;
    bool keep; /* what it prints, in .path[]; else nobody reads it */
    char path[2][SPEC_TEXT_MAX + 32];
    _Atomic int32_t *refused;
};

/* Standard output or error: descriptor @fd. */
static bool print_to(const struct start *s, int fd)
{
    int file = null_fd;

    if (s->keep)
        file = open(s->path[fd - 1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                    0666);
    return file >= 0 && dup2(file, fd) == fd;
}

/* In the new process, which may share all memory with its worker, who stands
 * still meanwhile: nothing but calls of the kernel. */
static _Noreturn void become(const struct start *s)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(null_fd, 0) == 0 && print_to(s, 1) && print_to(s, 2))
        execve(program, s->words, environ);
    STORE(*s->refused, errno);
    _exit(127);
}

static void start_init(struct start *s, struct worker *w, int64_t index)
{
    static const char *const ends[] = {"out", "err"};
    char number[24];
    const char *input = number;

    snprintf(number, sizeof(number), "%" PRId64, index + 1);
    if (inputs.count > 0)
        input = inputs.lines[index % inputs.count];
    s->words = inputs_words(w->spec, input, index + 1);
    s->keep = w->spec->output == OUTPUT_KEEP;
    s->refused = &command_of(w)->refused[w->id];
    for (int i = 0; s->keep && i < 2; i++)
        snprintf(s->path[i], sizeof(s->path[i]), "%s/%06" PRId64 ".%s",
                 w->spec->dir, index + 1, ends[i]);
}

/* 0 or a positive error number. What keeps the program from beginning once it
 * has a process is told in .refused when that has ended. */
static int start(struct worker *w, int64_t index, pid_t *pid)
{
    struct start s;
    pid_t child;
    int rc;

    start_init(&s, w, index);
    if (!s.words)
        return ENOMEM;
    STORE(*s.refused, 0);
    /* The child only makes calls of the kernel; the lab has no signal handler
     * that could run in it. */
    child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
    if (child == 0)
        become(&s); /* NOLINT(clang-analyzer-unix.Vfork) */
    *pid = child;
    rc = child < 0 ? errno : 0;
    free(s.words);
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

static void not_started(char why[80], int error)
{
    snprintf(why, 80, "it could not be started: %s", strerror(error));
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
    worker_report(w, METRIC_CHILD_SWITCHES_VOLUNTARY, use->ru_nvcsw);
    worker_report(w, METRIC_CHILD_SWITCHES_INVOLUNTARY, use->ru_nivcsw);
    worker_report(w, METRIC_CHILD_MAJOR_FAULTS, use->ru_majflt);
    worker_report(w, METRIC_CHILD_BLOCKS_IN, use->ru_inblock);
    worker_report(w, METRIC_CHILD_BLOCKS_OUT, use->ru_oublock);
    while (rss > most &&
           !atomic_compare_exchange_weak(&c->most_rss_bytes, &most, rss))
        continue;
    why[0] = '\0';
    if (LOAD(c->refused[w->id]) != 0)
        not_started(why, LOAD(c->refused[w->id]));
    else if (WIFSIGNALED(status))
        snprintf(why, 80, "ended by signal %d, %s", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(why, 80, "exit status %d", WEXITSTATUS(status));
}

/* How long @pid, which has ended but is still known, queued for a core: the
 * second number of its schedstat. */
static void ask_queued(struct command *c, pid_t pid)
{
    char path[48], line[96];
    long long ran, queued;
    int fd;
    ssize_t n = 0;

    snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, line, sizeof(line) - 1);
        close(fd);
    }
    line[n > 0 ? n : 0] = '\0';
    if (sscanf(line, "%lld %lld", &ran, &queued) == 2)
        atomic_fetch_add_explicit(&c->queued_ns, queued, memory_order_relaxed);
    else
        atomic_fetch_add_explicit(&c->unasked, 1, memory_order_relaxed);
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
    if (going)
        ask_queued(command_of(w), pid);
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
        not_started(why, rc);
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
    if (LOAD(c->most_rss_bytes) > 0 && LOAD(c->unasked) == 0)
        board_report(coordinator->board, METRIC_CHILD_READY_S,
                     (double)LOAD(c->queued_ns) / NS_PER_S);
    if (coordinator->spec->tasks > 0)
        show(coordinator);
    inputs_fini(&inputs);
    close(null_fd);
}

const struct workload work_command = {
    .combine = COMBINE_NONE,
    .reports = REPORTS(CHILD_CPU_S) | REPORTS(CHILD_SWITCHES_VOLUNTARY) |
               REPORTS(CHILD_SWITCHES_INVOLUNTARY) |
               REPORTS(CHILD_MAJOR_FAULTS) | REPORTS(CHILD_BLOCKS_IN) |
               REPORTS(CHILD_BLOCKS_OUT),
    .prepare = command_prepare,
    .serve = command_guard,
    .task = command_task,
    .finish = command_finish,
};
