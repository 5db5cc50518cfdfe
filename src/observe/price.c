/* What watching costs. The screen process starts a child that measures. */
#include "observe/price.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/board.h"
#include "observe/perf.h"

#define ROUNDS 3 /* bare and watched in turn: the machine's mood drifts */
#define ROUND_NS (16 * NS_PER_MS)
#define SETTLE 200 /* hand-overs before the first that counts */

/* ---- in the child: two threads hand a turn to each other ---------------- */

struct match {
    _Atomic uint32_t turn; /* 0, 1: whose it is; 2: over */
    bool gap;              /* each looks for its own gaps */
    double best_ns;        /* a switch, in the best match so far; 0: none */
};

static void turn_wait(struct match *m, uint32_t other)
{
    syscall(SYS_futex, &m->turn, FUTEX_WAIT_PRIVATE, other, NULL, NULL, 0);
}

static void turn_give(struct match *m, uint32_t to)
{
    atomic_store(&m->turn, to);
    syscall(SYS_futex, &m->turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* What a worker does around a wait when it has to find its switches itself
 * (lab/worker.c). */
static void gap_look(int schedstat_fd)
{
    static _Thread_local int64_t asked_ns;
    struct rusage u;
    char text[96];
    int64_t now_ns;

    clock_now_ns();
    clock_now_ns();
    getrusage(RUSAGE_THREAD, &u);
    now_ns = clock_now_ns();
    if (now_ns - asked_ns >= BOARD_UNASKED_NS) {
        asked_ns = now_ns;
        if (pread(schedstat_fd, text, sizeof text, 0) < 0)
            return;
    }
    getrusage(RUSAGE_THREAD, &u);
}

static int schedstat_open(const struct match *m)
{
    return m->gap ? open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)
                  : -1;
}

static void *partner(void *arg)
{
    struct match *m = arg;
    int fd = schedstat_open(m);
    uint32_t turn;

    while ((turn = atomic_load(&m->turn)) != 2) {
        if (turn == 0) {
            turn_wait(m, 0);
            if (m->gap)
                gap_look(fd);
        } else {
            turn_give(m, 0);
        }
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static int64_t switches_now(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u); /* of both threads */
    return u.ru_nvcsw + u.ru_nivcsw;
}

/* Of both threads: what others do on this core meanwhile does not count. */
static int64_t cpu_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return clock_from_timespec(t);
}

/* One match of ROUND_NS of processor time. The best of several counts: what
 * disturbs one only ever makes it slower. */
static bool match_play(struct match *m)
{
    int fd = schedstat_open(m);
    int64_t begin_ns = 0, before = 0, now_ns = 0;
    pthread_t thread;
    double ns;

    atomic_store(&m->turn, 0);
    if (pthread_create(&thread, NULL, partner, m) != 0)
        return false;
    for (int64_t n = 0; now_ns == 0 || now_ns - begin_ns < ROUND_NS; n++) {
        if (n == SETTLE) {
            before = switches_now();
            begin_ns = cpu_now_ns();
        }
        turn_give(m, 1);
        while (atomic_load(&m->turn) == 1) {
            turn_wait(m, 1);
            if (m->gap)
                gap_look(fd);
        }
        /* Looks at the clock must not weigh much. */
        now_ns = n > SETTLE && n % 32 == 0 ? cpu_now_ns() : 0;
    }
    ns = (double)(now_ns - begin_ns) / (double)(switches_now() - before);
    if (m->best_ns == 0 || ns < m->best_ns)
        m->best_ns = ns;
    turn_give(m, 2);
    pthread_join(thread, NULL);
    if (fd >= 0)
        close(fd);
    return true;
}

/* Both threads on the core we are on, so that every turn is a switch. */
static bool stay_here(cpu_set_t *allowed)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    return sched_getaffinity(0, sizeof *allowed, allowed) == 0 &&
           sched_setaffinity(0, sizeof one, &one) == 0;
}

/* Rings as the observer has them; nobody empties them, a match does not fill
 * them. */
static bool watch(struct perf *p, enum spec_observer kind,
                  const cpu_set_t *cpus)
{
    return perf_open(p, getpid(), cpus, kind == OBSERVER_PERF_CPU,
                     (size_t)1 << 20, NULL) == 0;
}

static double measure(enum spec_observer kind)
{
    struct match bare = {0}, watched = {.gap = kind == OBSERVER_GAP};
    static struct perf perf;
    cpu_set_t cpus;

    if (!stay_here(&cpus))
        return -1;
    for (int i = 0; i < ROUNDS; i++) {
        if (!match_play(&bare))
            return -1;
        if (!watched.gap && !watch(&perf, kind, &cpus))
            return -1;
        if (!match_play(&watched))
            return -1;
        perf_close(&perf);
    }
    if (watched.best_ns < bare.best_ns)
        return 0; /* less than can be measured */
    return watched.best_ns - bare.best_ns;
}

static _Noreturn void child_main(enum spec_observer kind, int fd, pid_t parent)
{
    sigset_t none;
    double ns;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    ns = measure(kind);
    _exit(write(fd, &ns, sizeof ns) == (ssize_t)sizeof ns ? 0 : 1);
}

/* ---- in the screen process ---------------------------------------------- */

bool price_start(struct price *p, enum spec_observer kind)
{
    pid_t parent = getpid();
    int ends[2];

    *p = (struct price){.pid = -1, .fd = -1};
    if (kind != OBSERVER_PERF_CPU && kind != OBSERVER_PERF &&
        kind != OBSERVER_GAP)
        return false;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    p->pid = fork(); /* the caller has one thread, or this is unsafe */
    if (p->pid == 0)
        child_main(kind, ends[1], parent);
    close(ends[1]);
    if (p->pid < 0) {
        close(ends[0]);
        return false;
    }
    p->fd = ends[0];
    return true;
}

bool price_take(struct price *p, double *ns)
{
    struct pollfd end = {.fd = p->fd, .events = POLLIN};

    if (p->pid < 0) {
        *ns = -1;
        return true;
    }
    if (poll(&end, 1, 0) <= 0)
        return false;
    if (read(p->fd, ns, sizeof *ns) != (ssize_t)sizeof *ns)
        *ns = -1;
    price_close(p);
    return true;
}

void price_close(struct price *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct price){.pid = -1, .fd = -1};
}

double price_measure_ns(enum spec_observer kind, int limit_ms)
{
    struct price p;
    struct pollfd end;
    double ns = -1;

    if (!price_start(&p, kind))
        return -1;
    end = (struct pollfd){.fd = p.fd, .events = POLLIN};
    poll(&end, 1, limit_ms);
    if (!price_take(&p, &ns)) {
        price_close(&p);
        return -1;
    }
    return ns;
}
