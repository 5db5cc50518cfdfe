/* limit: make workers until the system refuses, and say who refused. One worker
 * of the lab asks; a process of its own (struct workload.serve) makes them,
 * under the limits that were given, and lets all of them end again.
 *
 * It stops by itself before the machine's own limits, which other programs
 * would run into as well. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/machine.h"
#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/limit.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define ACQUIRE(x) atomic_load_explicit(&(x), memory_order_acquire)

/* What one of them takes, itself and in the kernel, page tables included. */
#define THREAD_BYTES (INT64_C(64) << 10)
#define PROCESS_BYTES (INT64_C(320) << 10)
/* The machine's own limits stay this far away. */
#define KEPT_BACK 1000
#define NEWS_EVERY 32

static int limit_prepare(struct worker *coordinator, struct err *err)
{
    bool threads = coordinator->spec->make == MAKE_THREAD;
    struct limit *l = arena_map_more(sizeof(*l), err);
    struct machine machine;
    int64_t room;

    if (!l)
        return -ENOMEM;
    machine_read(&machine);
    /* Half of the memory: the rest of the machine wants to live. */
    room = machine_room_for_workers(
        &machine, threads, 2 * (threads ? THREAD_BYTES : PROCESS_BYTES),
        &l->most_why);
    l->most = room > KEPT_BACK ? room - KEPT_BACK : room / 2;
    if (l->most > SPEC_SPAWNED_MAX)
        l->most = SPEC_SPAWNED_MAX;
    coordinator->arena->work = l;
    return 0;
}

/* ---- the maker: a process with one thread at first ----------------------- */

static void *made_main(void *arg)
{
    struct limit *l = arg;

    while (ACQUIRE(l->release) == 0)
        futex_wait(&l->release, 0, INT64_MAX);
    return NULL;
}

static int make_thread(struct limit *l, const struct spec *spec, int64_t n)
{
    pthread_attr_t attr;
    int rc;

    pthread_attr_init(&attr);
    if (spec->stack > 0)
        pthread_attr_setstacksize(&attr, (size_t)spec->stack);
    rc = pthread_create(&l->threads[n], &attr, made_main, l);
    pthread_attr_destroy(&attr);
    return rc;
}

static int make_child(struct limit *l, int64_t n)
{
    pid_t maker = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == maker)
            made_main(l);
        _exit(0);
    }
    if (pid < 0)
        return errno;
    l->children[n] = pid;
    return 0;
}

/* Lower the soft limit only, to have it back afterwards. */
static void lower(int resource, int64_t to, struct rlimit *was)
{
    struct rlimit now;

    getrlimit((__rlimit_resource_t)resource, was);
    now = *was;
    if (to > 0 && (rlim_t)to < now.rlim_max)
        now.rlim_cur = (rlim_t)to;
    setrlimit((__rlimit_resource_t)resource, &now);
}

static void tell(struct limit *l)
{
    atomic_fetch_add_explicit(&l->news, 1, memory_order_release);
    futex_wake(&l->news, INT_MAX);
}

static void make_all(struct worker *self, struct limit *l)
{
    const struct spec *spec = self->spec;
    int64_t n = 0;
    int error = 0;

    while (error == 0 && n < l->most && !LOAD(self->arena->stop)) {
        error = spec->make == MAKE_THREAD ? make_thread(l, spec, n)
                                          : make_child(l, n);
        n += error == 0;
        atomic_store_explicit(&l->made, n, memory_order_relaxed);
        if (n % NEWS_EVERY == 0)
            tell(l);
    }
    l->error = error;
}

static void end_all(const struct spec *spec, struct limit *l)
{
    int64_t made = LOAD(l->made);

    atomic_store_explicit(&l->release, 1, memory_order_release);
    futex_wake(&l->release, INT_MAX);
    for (int64_t i = 0; i < made; i++) {
        if (spec->make == MAKE_THREAD)
            pthread_join(l->threads[i], NULL);
        else
            while (waitpid(l->children[i], NULL, 0) < 0 && errno == EINTR)
                continue;
    }
}

static void limit_serve(struct worker *self)
{
    const struct spec *spec = self->spec;
    struct limit *l = self->arena->work;
    struct rlimit space, processes;

    while (ACQUIRE(l->asked) == 0)
        futex_wait(&l->asked, 0, INT64_MAX);
    l->mapped_before = limit_mapped();
    lower(RLIMIT_AS, spec->address_space, &space);
    lower(RLIMIT_NPROC, spec->max_processes, &processes);
    make_all(self, l);
    if (l->error != 0)
        limit_find_who(l, spec, l->error);
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_NPROC, &processes);
    end_all(spec, l);
    atomic_store_explicit(&l->over, 1, memory_order_release);
    tell(l);
}

/* ---- the worker --------------------------------------------------------- */

static void report(struct worker *w, struct limit *l, int64_t *told)
{
    int64_t made = LOAD(l->made);

    worker_report(w, METRIC_MADE, made - *told);
    worker_count(w, made - *told);
    *told = made;
}

static bool limit_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct limit *l = w->arena->work;
    int64_t told = 0;
    bool going = true;

    (void)index;
    (void)result;
    atomic_store_explicit(&l->asked, 1, memory_order_release);
    futex_wake(&l->asked, 1);
    while (going) {
        uint32_t news = ACQUIRE(l->news);

        report(w, l, &told);
        if (ACQUIRE(l->over))
            break;
        going = worker_wait_word(w, &l->news, news, INT64_MAX, WAIT_OTHER);
    }
    return false; /* there is no second task */
}

/* ---- the end ------------------------------------------------------------ */

/* Refusals are counted like workers, from 0: as many were made before. */
static void limit_finish(struct worker *coordinator)
{
    struct limit *l = coordinator->arena->work;
    struct board *b = coordinator->board;
    int64_t made = LOAD(l->made);

    if (!ACQUIRE(l->over))
        return; /* stopped before it was known */
    if (l->error != 0) {
        atomic_store(&b->refused_errno, l->error);
        atomic_store(&b->refused_at, (int32_t)made);
        snprintf(b->note, sizeof(b->note), "%s", l->who);
    } else if (made == l->most && made == SPEC_SPAWNED_MAX) {
        snprintf(b->note, sizeof(b->note),
                 "nobody refused: it stops by itself at %d", SPEC_SPAWNED_MAX);
    } else if (made == l->most) {
        snprintf(b->note, sizeof(b->note),
                 "nobody refused: it stopped by itself before %s would, "
                 "which other programs would have run into as well",
                 l->most_why);
    }
}

const struct workload work_limit = {
    .combine = COMBINE_NONE,
    .prepare = limit_prepare,
    .task = limit_task,
    .reports = REPORTS(MADE),
    .own_latency = true, /* none is taken: the maker is no worker */
    .serve = limit_serve,
    .finish = limit_finish,
};
