/* pingpong: workers hand a turn round, each waiting until it is its own, and
 * go through their working set in it. In workers; under every model that has
 * several.
 *
 * The price of a hand-over is the price of a context switch, or of waking
 * another core; with a working set, of finding the caches full of what the
 * others read, too. Also the worst case for whoever watches switches: next to
 * no work between two. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/worker.h"

/* Whose turn it is may change by other ways than a hand-over: when fewer
 * workers take part. Who waits looks again after this long. */
#define SAFETY_NS (50 * NS_PER_MS)
#define LINE_BYTES 64    /* of a cache */
#define LINES_A_TICK 256 /* some 5 us of reading */
#define YIELDS_A_LOOK 16

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define ACQUIRE(x) atomic_load_explicit(&(x), memory_order_acquire)

/* Whose turn it is says arena->turn; a seat only wakes its worker up. */
struct seat {
    alignas(64) _Atomic uint32_t calls; /* futex: grows with each hand-over */
    int pipe[2];                        /* pipe: a byte a hand-over */
};

struct pingpong {
    uint32_t seats;
    struct seat seat[];
};

static struct seat *seat_of(const struct worker *w, uint32_t id)
{
    struct pingpong *p = w->arena->work;

    return &p->seat[id];
}

static int pipes_open(struct pingpong *p, struct err *err)
{
    for (uint32_t i = 0; i < p->seats; i++) {
        if (pipe2(p->seat[i].pipe, O_CLOEXEC | O_NONBLOCK) < 0)
            return err_set(err, -errno,
                           "cannot make a pipe for each of %u workers: %m; try "
                           "fewer --workers, or --via futex",
                           p->seats);
    }
    return 0;
}

static int pingpong_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;
    uint32_t seats = coordinator->arena->shard_cap; /* live ones as well */
    struct pingpong *p =
        arena_map_more(sizeof(*p) + seats * sizeof(struct seat), err);

    if (!p)
        return -ENOMEM;
    p->seats = seats;
    coordinator->arena->work = p;
    return spec->via == VIA_PIPE ? pipes_open(p, err) : 0;
}

/* ---- each worker's own memory ------------------------------------------- */

/* Written once, so that it is memory and not the one page of noughts that
 * stands for what nobody has written. */
static int pingpong_init(struct worker *w, struct err *err)
{
    size_t bytes = (size_t)w->spec->working_set;

    w->work = NULL;
    if (bytes == 0)
        return 0;
    w->work = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (w->work == MAP_FAILED) {
        w->work = NULL;
        return err_set(err, -errno,
                       "no memory for a --working-set of %zu bytes for each "
                       "worker: %m",
                       bytes);
    }
    memset(w->work, w->id + 1, bytes);
    return 0;
}

static void pingpong_fini(struct worker *w)
{
    if (w->work)
        munmap(w->work, (size_t)w->spec->working_set);
    w->work = NULL;
}

/* One byte of each cache line. False: told to stop. */
static bool read_through(struct worker *w)
{
    const volatile unsigned char *set = w->work;
    size_t bytes = (size_t)w->spec->working_set;
    int lines = 0;

    for (size_t at = 0; at < bytes; at += LINE_BYTES) {
        (void)set[at];
        if (++lines % LINES_A_TICK == 0 && !worker_tick(w))
            return false;
    }
    return true;
}

/* ---- three ways to hand over -------------------------------------------- */

static void call_futex(struct worker *w, uint32_t next)
{
    struct seat *s = seat_of(w, next);

    atomic_fetch_add_explicit(&s->calls, 1, memory_order_release);
    futex_wake(&s->calls, 1);
}

static void call_pipe(struct worker *w, uint32_t next)
{
    char byte = 1;

    while (write(seat_of(w, next)->pipe[1], &byte, 1) < 0 && errno == EINTR)
        continue;
}

static void wait_futex(struct worker *w, uint32_t calls)
{
    worker_wait_word(w, &seat_of(w, (uint32_t)w->id)->calls, calls,
                     clock_now_ns() + SAFETY_NS, WAIT_TURN);
}

/* Asks with poll() before it reads, or nobody could call it to the barrier:
 * that is in the price. */
static void wait_pipe(struct worker *w)
{
    int fd = seat_of(w, (uint32_t)w->id)->pipe[0];
    char bytes[64];

    if (worker_wait_fd(w, fd, POLLIN, clock_now_ns() + SAFETY_NS, WAIT_TURN) ==
            1 &&
        read(fd, bytes, sizeof(bytes)) <= 0)
        w->credit = 1;
}

/* Waits while running: on one core each call lets another run, on two both
 * turn round and round. */
static void wait_yield(struct worker *w, uint32_t turn)
{
    struct arena *a = w->arena;
    uint32_t yields = 0;

    if (w->spec->model == MODEL_COOP) {
        w->credit = 1; /* lets the other tasks run, if tasks yield at all */
        return;
    }
    worker_wait_begin(w, WAIT_SPIN);
    while (ACQUIRE(a->turn) == turn &&
           (++yields % YIELDS_A_LOOK != 0 ||
            LOAD(a->phase_wanted) == (uint32_t)w->phase))
        sched_yield();
    worker_wait_end(w);
}

/* ---- the game ----------------------------------------------------------- */

static bool pingpong_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct arena *a = w->arena;
    enum spec_via via = w->spec->via;
    uint32_t me = (uint32_t)w->id;

    (void)index;
    (void)result;
    do {
        /* Before the turn: a call that comes after it is not missed. */
        uint32_t calls = ACQUIRE(seat_of(w, me)->calls);
        /* Acquire: pairs with the release at the hand-over. */
        uint32_t turn = ACQUIRE(a->turn);
        uint32_t players = LOAD(w->board->phase_workers);

        /* A turn of somebody who no longer plays falls to the first. */
        if ((turn < players ? turn : 0) == me) {
            uint32_t next = me + 1 < players ? me + 1 : 0;

            if (!read_through(w))
                break;
            atomic_store_explicit(&a->turn, next, memory_order_release);
            if (next != me && via == VIA_FUTEX)
                call_futex(w, next);
            else if (next != me && via == VIA_PIPE)
                call_pipe(w, next);
            worker_count(w, 1);
        } else if (via == VIA_FUTEX) {
            wait_futex(w, calls);
        } else if (via == VIA_PIPE) {
            wait_pipe(w);
        } else {
            wait_yield(w, turn);
        }
        /* The turn's owner may be at the barrier: come too. */
        if (worker_wanted(w))
            w->credit = 1;
    } while (worker_tick(w));
    return false;
}

const struct workload work_pingpong = {
    .combine = COMBINE_NONE,
    .prepare = pingpong_prepare,
    .init = pingpong_init,
    .task = pingpong_task,
    .fini = pingpong_fini,
};
