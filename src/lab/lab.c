/* The lab seen from outside: fork it, let it go, reap it. Screen process. */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/crew.h"

#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* All event rings together; a row gets a power of two of events. Only pages
 * that are written to become memory. */
#define RINGS_BYTES (INT64_C(96) << 20)
#define RING_MIN 64
#define RING_MAX 32768

static uint32_t ring_events(int64_t rows)
{
    int64_t each = RINGS_BYTES / rows / (int64_t)sizeof(struct board_event);
    uint32_t n = RING_MIN;

    while (n * 2 <= each && n < RING_MAX)
        n *= 2;
    return n;
}

static void controls_init(struct board *b, const struct spec *spec,
                          uint32_t watch)
{
    struct board_control *c = &b->control;

    STORE(c->sync, spec->phase_count ? spec->phases[0].sync : spec->sync);
    STORE(c->workers, (uint32_t)spec->workers);
    STORE(c->nice, (int32_t)spec->nice);
    STORE(c->slice_ns, spec->slice_ns);
    STORE(c->gil_interval_ns, spec->gil_interval_ns);
    STORE(c->disk_policy, spec->disk_policy);
    STORE(c->pinned, spec->pinned);
    for (int i = 0; spec->pinned && i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &spec->cpus))
            c->cpus[i / 64] |= UINT64_C(1) << (i % 64);
    STORE(c->watch, watch);
}

/* What the child inherited and must not keep: the terminal, the screen's
 * signal handling, a small descriptor limit. */
static void child_cleanse(void)
{
    struct rlimit files;
    sigset_t none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid(); /* own session, own scheduling group (autogroup) */
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        if (isatty(STDERR_FILENO))
            dup2(null, STDERR_FILENO);
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    prctl(PR_SET_TIMERSLACK, 1UL); /* sleeps end when they say */
}

static _Noreturn void lab_main(const struct lab *lab, const struct spec *spec,
                               pid_t parent)
{
    struct crew crew = {
        .spec = spec,
        .board = lab->board,
        .control_fd = lab->bell_fd,
        .news_fd = lab->news_fd,
    };

    /* Dies with the screen - which may be dead already. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    child_cleanse();
    coordinator_main(&crew, lab->go_fd);
}

/* A worker made for a task has the task's row. */
static int64_t rows_for(const struct spec *spec, bool live)
{
    if (spec->spawn == SPAWN_PER_TASK)
        return spec->tasks;
    return spec->workers + (live ? LAB_SPARE_WORKERS : 0);
}

int lab_start(struct lab *lab, const struct spec *spec, bool live,
              uint32_t watch, struct err *err)
{
    int64_t rows = rows_for(spec, live);
    pid_t parent = getpid();
    int rc;

    *lab = (struct lab){.pid = -1,
                        .pidfd = -1,
                        .go_fd = eventfd(0, EFD_CLOEXEC),
                        .bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                        .news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (lab->go_fd < 0 || lab->bell_fd < 0 || lab->news_fd < 0) {
        rc = err_set(err, -errno, "cannot make the lab's event counters: %m");
        goto fail;
    }
    rc = board_map((uint32_t)rows, watch ? ring_events(rows) : 0, &lab->board,
                   err);
    if (rc < 0)
        goto fail;
    controls_init(lab->board, spec, watch);
    lab->sweep = workloads[spec->workload]->sweep;
    lab->pid = fork(); /* the caller has one thread, or this is unsafe */
    if (lab->pid < 0) {
        rc = err_set(err, -errno, "cannot start the lab process: %m");
        goto fail;
    }
    if (lab->pid == 0)
        lab_main(lab, spec, parent);
    lab->pidfd = (int)syscall(SYS_pidfd_open, lab->pid, 0);
    if (lab->pidfd < 0) {
        rc = err_set(err, -errno, "cannot watch the lab process: %m");
        goto fail;
    }
    fcntl(lab->pidfd, F_SETFD, FD_CLOEXEC);
    return 0;

fail:
    lab_close(lab);
    return rc;
}

void lab_go(struct lab *lab)
{
    eventfd_write(lab->go_fd, 1);
}

void lab_ring(struct lab *lab)
{
    eventfd_write(lab->bell_fd, 1);
}

/* The group may have members that outlived the leader: no survivors. */
static void group_kill(pid_t pid)
{
    /* Before its setsid() the group is not there yet: the leader alone. */
    kill(pid, SIGKILL);
    kill(-pid, SIGKILL);
}

bool lab_reap(struct lab *lab)
{
    pid_t pid = lab->pid;

    if (pid < 0)
        return true;
    if (waitpid(pid, &lab->exit_status, WNOHANG) != pid)
        return false;
    kill(-pid, SIGKILL);
    lab->pid = -1;
    return true;
}

void lab_kill(struct lab *lab)
{
    if (lab->pid < 0)
        return;
    group_kill(lab->pid);
    while (waitpid(lab->pid, &lab->exit_status, 0) < 0 && errno == EINTR)
        continue;
    kill(-lab->pid, SIGKILL);
    lab->pid = -1;
}

static void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void lab_close(struct lab *lab)
{
    lab_kill(lab);
    if (lab->sweep)
        lab->sweep();
    lab->sweep = NULL;
    descriptor_close(&lab->pidfd);
    descriptor_close(&lab->go_fd);
    descriptor_close(&lab->bell_fd);
    descriptor_close(&lab->news_fd);
    board_unmap(lab->board);
    lab->board = NULL;
}
