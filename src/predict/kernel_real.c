/* A trial on the real kernel. The screen process forks a lab, a session of its
 * own, so that the system's automatic groups put all workers into one, where
 * their niceness counts; the lab forks the workers. Each notes its own runs and
 * waits in memory that all share: one writer a field. */
#include "predict/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"

/* From the fork to the beginning: all workers are there by then. */
#define HEAD_START_NS (20 * NS_PER_MS)
/* A pause in a loop longer than this may have been a switch. */
#define GAP_NS (3 * NS_PER_US)

/* A stretch on the core, by the loop's own clock. */
struct stretch {
    int64_t begin_ns, ns;
};
#define STRETCHES 32768

/* Shared by all processes of a repeat. */
struct shared {
    struct kernel_run run;
    int count[KERNEL_HOGS];
    struct stretch stretch[KERNEL_HOGS][STRETCHES];
};

struct worker_place {
    struct shared *out;
    const struct kernel_trial *trial;
    int id, cpu, repeat;
    int64_t from_ns, to_ns; /* CLOCK_MONOTONIC */
};

static void sleep_until(int64_t at_ns)
{
    struct timespec t = clock_to_timespec(at_ns);

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        continue;
}

static void sample(struct kernel_samples *to, int64_t ns)
{
    if (to->n < KERNEL_SAMPLES)
        to->ns[to->n++] = ns;
}

/* ---- a loop -------------------------------------------------------------- */

static int64_t switches(void)
{
    struct rusage u;

    getrusage(RUSAGE_THREAD, &u);
    return u.ru_nvcsw + u.ru_nivcsw;
}

static void note_stretch(const struct worker_place *w, int64_t begin_ns,
                         int64_t end_ns)
{
    int *n = &w->out->count[w->id];

    if (*n < STRETCHES)
        w->out->stretch[w->id][(*n)++] =
            (struct stretch){begin_ns, end_ns - begin_ns};
}

/* The clock is all it computes. A gap in which the kernel counted a switch ends
 * a stretch; other gaps are interrupts. */
static void be_hog(const struct worker_place *w)
{
    int64_t begin_ns, last_ns, now_ns, gap_ns, seen, cpu_ns;

    sleep_until(w->from_ns);
    cpu_ns = clock_thread_cpu_ns();
    seen = switches();
    begin_ns = last_ns = clock_now_ns();
    while ((now_ns = clock_now_ns()) < w->to_ns) {
        gap_ns = now_ns - last_ns;
        if (gap_ns >= GAP_NS && switches() != seen) {
            seen = switches();
            note_stretch(w, begin_ns, last_ns);
            begin_ns = now_ns;
        }
        last_ns = now_ns;
    }
    note_stretch(w, begin_ns, last_ns);
    w->out->run.cpu_ns[w->id] = clock_thread_cpu_ns() - cpu_ns;
}

/* How long each had the core before another of them had it: if somebody else
 * came between, that is no end of its run. The first run and the last are cut
 * off, so they are left out. */
static void join_stretches(struct shared *all, int hogs)
{
    int at[KERNEL_HOGS] = {0}, before = -1, runs = 0;
    int64_t ns = 0;

    for (;;) {
        const struct stretch *next = NULL;
        int who = -1;

        for (int i = 0; i < hogs; i++) {
            const struct stretch *st = &all->stretch[i][at[i]];

            if (at[i] < all->count[i] &&
                (!next || st->begin_ns < next->begin_ns)) {
                next = st;
                who = i;
            }
        }
        if (!next)
            return;
        at[who]++;
        if (who != before) {
            if (before >= 0 && runs++ > 0)
                sample(&all->run.run[before], ns);
            ns = 0;
        }
        ns += next->ns;
        before = who;
    }
}

/* ---- the sleeper --------------------------------------------------------- */

/* How long this thread has waited for a core, altogether: from its schedstat
 * @fd. -1: not known. */
static int64_t waited_ns(int fd)
{
    char line[96], *at;
    ssize_t n = fd < 0 ? -1 : pread(fd, line, sizeof(line) - 1, 0);

    if (n <= 0)
        return -1;
    line[n] = '\0';
    strtoll(line, &at, 10);
    return strtoll(at, NULL, 10);
}

/* The kernel's own count of the wait; without one, how late the clock says it
 * is, which has the timer's own delay in it. */
static void be_sleeper(const struct worker_place *w)
{
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    uint64_t random = (uint64_t)w->repeat + 1;
    int64_t cpu_ns, at_ns, before_ns, after_ns, work_ns;

    prctl(PR_SET_TIMERSLACK, 1);
    sleep_until(w->from_ns);
    cpu_ns = clock_thread_cpu_ns();
    for (;;) {
        at_ns = clock_now_ns() + kernel_sleep_ns(&random);
        if (at_ns >= w->to_ns)
            break;
        before_ns = waited_ns(fd);
        sleep_until(at_ns);
        after_ns = waited_ns(fd);
        sample(&w->out->run.wait,
               before_ns >= 0 ? after_ns - before_ns : clock_now_ns() - at_ns);
        work_ns = clock_thread_cpu_ns() + KERNEL_WORK_NS;
        while (clock_thread_cpu_ns() < work_ns)
            continue;
    }
    w->out->run.cpu_ns[w->id] = clock_thread_cpu_ns() - cpu_ns;
    if (fd >= 0)
        close(fd);
}

/* ---- processes ----------------------------------------------------------- */

/* Dies with who forked it. */
static void stay_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
}

/* Never returns; the exit status is an errno, or 0. */
static void be_worker(const struct worker_place *w, pid_t lab)
{
    cpu_set_t core;

    stay_with(lab);
    CPU_ZERO(&core);
    CPU_SET(w->cpu, &core);
    if (sched_setaffinity(0, sizeof(core), &core) < 0)
        _exit(errno);
    if (w->id == w->trial->hogs) {
        be_sleeper(w);
    } else {
        if (setpriority(PRIO_PROCESS, 0, w->trial->nice[w->id]) < 0)
            _exit(errno);
        be_hog(w);
    }
    _exit(0);
}

static int exit_status(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/* Never returns. */
static void be_lab(struct worker_place *w, pid_t parent)
{
    int workers = w->trial->hogs + w->trial->sleeper, status = 0;
    pid_t self, pid[KERNEL_WORKERS];

    stay_with(parent);
    setsid();
    self = getpid();
    for (w->id = 0; w->id < workers; w->id++) {
        pid[w->id] = fork();
        if (pid[w->id] < 0)
            _exit(errno);
        if (pid[w->id] == 0)
            be_worker(w, self);
    }
    for (int i = 0; i < workers; i++) {
        int its = exit_status(pid[i]);

        status = status ? status : its;
    }
    _exit(status);
}

int kernel_measure(struct kernel_run *out, const struct kernel_trial *trial,
                   int cpu, int repeat, struct err *err)
{
    struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct worker_place place = {
        .out = shared, .trial = trial, .cpu = cpu, .repeat = repeat};
    pid_t parent = getpid(), lab;
    int status;

    if (shared == MAP_FAILED)
        return err_set(err, -ENOMEM, "no memory for the trial: %m");
    place.from_ns = clock_now_ns() + HEAD_START_NS;
    place.to_ns = place.from_ns + trial->for_ns;
    lab = fork();
    if (lab == 0)
        be_lab(&place, parent);
    status = lab < 0 ? errno : exit_status(lab);
    if (!trial->sleeper) /* its own runs are not noted */
        join_stretches(shared, trial->hogs);
    *out = shared->run;
    out->wall_ns = trial->for_ns;
    munmap(shared, sizeof(*shared));
    if (status)
        return err_set(err, status == EAGAIN ? -EAGAIN : -status,
                       "the workers could not be run on core %d: %m", cpu);
    return 0;
}
