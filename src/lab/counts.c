/* The kernel's counts of the calling worker. In the lab, by the worker. */
#include "lab/counts.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* Tries to find an instant without a switch; after that the latest is taken:
 * a worker that is switched every few microseconds is not worth hanging for. */
#define TRIES 50

static int64_t timeval_ns(struct timeval t)
{
    return (int64_t)t.tv_sec * NS_PER_S + (int64_t)t.tv_usec * NS_PER_US;
}

void counts_switches(int64_t *voluntary, int64_t *involuntary)
{
    struct rusage u;

    getrusage(RUSAGE_THREAD, &u);
    *voluntary = u.ru_nvcsw;
    *involuntary = u.ru_nivcsw;
}

int64_t counts_queued_ns(const struct worker *w)
{
    char text[96];
    char *rest;
    ssize_t n;

    if (w->schedstat_fd < 0)
        return -1;
    n = pread(w->schedstat_fd, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    strtoll(text, &rest, 10); /* time on a core, then time queued */
    return strtoll(rest, NULL, 10);
}

/* /proc/thread-self/sched, where the kernel has it. 30 us. */
static int64_t migrations_read(void)
{
    char text[4096];
    const char *at;
    ssize_t n;
    int fd = open("/proc/thread-self/sched", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    at = strstr(text, "nr_migrations");
    at = at ? strchr(at, ':') : NULL;
    return at ? strtoll(at + 1, NULL, 10) : -1;
}

static void counts_take(struct worker *w, struct board_counts *at,
                        int64_t migrations)
{
    struct rusage u, again;
    int64_t run_ns, queued_ns, now;
    int tries = 0;

    do {
        getrusage(RUSAGE_THREAD, &u);
        queued_ns = counts_queued_ns(w);
        run_ns = clock_thread_cpu_ns();
        now = clock_now_ns();
        getrusage(RUSAGE_THREAD, &again);
    } while ((again.ru_nvcsw != u.ru_nvcsw || again.ru_nivcsw != u.ru_nivcsw) &&
             ++tries < TRIES);
    STORE(at->voluntary, u.ru_nvcsw);
    STORE(at->involuntary, u.ru_nivcsw);
    STORE(at->user_ns, timeval_ns(u.ru_utime));
    STORE(at->sys_ns, timeval_ns(u.ru_stime));
    STORE(at->run_ns, run_ns);
    STORE(at->queued_ns, queued_ns);
    STORE(at->migrations, migrations);
    STORE(at->cpu, sched_getcpu());
    /* Pairs with the screen's acquire: the rest is there when this is. */
    atomic_store_explicit(&at->at_ns, now, memory_order_release);
}

void counts_read(struct worker *w, struct board_counts *at)
{
    bool close_look = w->spec->workers <= BOARD_CLOSE_LOOK &&
                      w->spec->observer != OBSERVER_OFF;

    counts_take(w, at, close_look ? migrations_read() : -1);
}

void counts_read_quickly(struct worker *w, struct board_counts *at)
{
    counts_take(w, at, -1);
}

void counts_copy(const struct board_counts *from, struct board_counts *to)
{
    STORE(to->voluntary, LOAD(from->voluntary));
    STORE(to->involuntary, LOAD(from->involuntary));
    STORE(to->run_ns, LOAD(from->run_ns));
}
