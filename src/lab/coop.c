/* The loop of cooperative tasks: who goes on, who waits for what, how the
 * thread sleeps. In the lab, in the loop's thread but for the first part. */
#include "lab/coop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lab/futex.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* As much as the threads of the other models have. */
#define STACK_BYTES (256 * 1024)
/* While others can go on, descriptors are looked at so often: a look costs as
 * much as ten turns. */
#define POLL_NS (20 * NS_PER_US)

/* Buckets of words that everybody, or nobody else, waits for. */
#define BUCKET_ASKED (COOP_BUCKETS - 1)   /* arena.phase_wanted */
#define BUCKET_OPENED (COOP_BUCKETS - 2)  /* arena.phase_open */
#define BUCKET_ARRIVED (COOP_BUCKETS - 3) /* no word: there are arrivals */
#define BUCKETS_PLAIN (COOP_BUCKETS - 3)

static struct coop_bell *the_bell; /* of this lab: there is one loop in it */
static struct arena *the_arena;
static _Thread_local struct coop *here; /* in the loop's thread only */

/* ---- wake-ups, from any thread or process of the lab -------------------- */

static unsigned bucket_of(const _Atomic uint32_t *word)
{
    uint64_t at = (uint64_t)(uintptr_t)word;

    if (word == &the_arena->phase_wanted)
        return BUCKET_ASKED;
    if (word == &the_arena->phase_open)
        return BUCKET_OPENED;
    return (unsigned)((at >> 2) * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
           BUCKETS_PLAIN;
}

/* Sequentially consistent, as is the loop's going to sleep: either it sees the
 * bit before it sleeps, or it is seen sleeping here. */
static void ring(struct coop_bell *bell, unsigned bucket)
{
    atomic_fetch_or(&bell->woken, UINT64_C(1) << bucket);
    if (atomic_load(&bell->sleeping))
        eventfd_write(bell->fd, 1);
}

static void wake(struct coop *loop, _Atomic uint32_t *word, int count)
{
    struct coop_task **head = &loop->words[bucket_of(word)];
    struct coop_task *t = *head, *last = t ? t->word_prev : NULL;
    int64_t now = 0;

    while (t && count > 0) {
        struct coop_task *next = t == last ? NULL : t->word_next;

        if (t->word == word) {
            if (now == 0)
                now = clock_now_ns();
            coop_runnable(t, now);
            count--;
        }
        t = next;
    }
}

static bool coop_heard(_Atomic uint32_t *word, int count)
{
    if (here)
        wake(here, word, count);
    else
        ring(the_bell, bucket_of(word));
    return the_bell->alone;
}

/* Somebody outside woke words of these buckets, which is all that is known:
 * whoever waits there looks at his own again. */
static void wake_buckets(struct coop *loop, uint64_t woken, int64_t now)
{
    for (unsigned i = 0; i < COOP_BUCKETS; i++)
        while (woken >> i & 1 && loop->words[i])
            coop_runnable(loop->words[i], now);
}

/* ---- the queue ---------------------------------------------------------- */

static void enqueue(struct coop *loop, struct coop_task *t)
{
    t->next = NULL;
    if (loop->last)
        loop->last->next = t;
    else
        loop->first = t;
    loop->last = t;
}

static struct coop_task *dequeue(struct coop *loop)
{
    struct coop_task *t = loop->first;

    loop->first = t->next;
    if (!loop->first)
        loop->last = NULL;
    return t;
}

/* ---- who goes on -------------------------------------------------------- */

void coop_runnable(struct coop_task *t, int64_t at_ns)
{
    struct coop *loop = t->loop;

    if (t->in)
        coop_word_unwatch(t);
    if (t->timer >= 0)
        coop_timer_stop(loop, t);
    if (t->fd >= 0)
        coop_fd_unwatch(loop, t);
    t->runnable_ns = at_ns > t->since_ns ? at_ns : t->since_ns;
    STORE(t->w->row->wait_since_ns, t->runnable_ns);
    atomic_store_explicit(&t->w->row->wait, WAIT_LOOP, memory_order_release);
    enqueue(loop, t);
}

static void take_arrivals(struct coop *loop, int64_t now)
{
    struct coop_task *t, *oldest = NULL;

    pthread_mutex_lock(&loop->mutex);
    t = loop->arrivals;
    loop->arrivals = NULL;
    pthread_mutex_unlock(&loop->mutex);
    while (t) { /* the latest comes first */
        struct coop_task *next = t->next;

        t->next = oldest;
        oldest = t;
        t = next;
    }
    while (oldest) {
        t = oldest;
        oldest = t->next;
        loop->alive++;
        coop_runnable(t, now);
    }
}

/* Whatever has come about since the last turn, as far as memory tells. */
static void look_around(struct coop *loop, int64_t now)
{
    if (LOAD(loop->bell->woken) != 0) {
        uint64_t woken = atomic_exchange(&loop->bell->woken, 0);

        if (woken >> BUCKET_ARRIVED & 1)
            take_arrivals(loop, now);
        wake_buckets(loop, woken, now);
    }
    coop_timers_due(loop, now);
}

static void look(struct coop *loop, int64_t now)
{
    look_around(loop, now);
    if (loop->fd_waits > 0 &&
        (!loop->first || now - loop->polled_ns >= POLL_NS))
        coop_fds_look(loop, now);
}

/* Nobody can go on: sleep until something happens. */
static void idle(struct coop *loop, int64_t *now)
{
    struct pollfd fds[] = {{.fd = loop->bell->fd, .events = POLLIN},
                           {.fd = loop->epoll_fd, .events = POLLIN}};
    int64_t until_ns =
        loop->timer_count > 0 ? loop->timers[0]->deadline_ns : INT64_MAX;

    coop_idle_begin(loop, *now, until_ns);
    atomic_store(&loop->bell->sleeping, 1);
    if (atomic_load(&loop->bell->woken) == 0) { /* see ring() */
        int64_t left_ns = until_ns - clock_now_ns();
        struct timespec t = clock_to_timespec(left_ns > 0 ? left_ns : 0);

        ppoll(fds, 2, until_ns == INT64_MAX ? NULL : &t, NULL);
    }
    STORE(loop->bell->sleeping, 0);
    if (fds[0].revents)
        eventfd_read(fds[0].fd, &(eventfd_t){0});
    *now = clock_now_ns();
    coop_idle_end(loop);
}

static bool finished(struct coop *loop)
{
    bool closing;

    if (loop->alive > 0)
        return false;
    pthread_mutex_lock(&loop->mutex);
    closing = loop->closing && !loop->arrivals;
    pthread_mutex_unlock(&loop->mutex);
    return closing;
}

/* The next one, out of the queue; NULL when all have ended for good. */
static struct coop_task *pick(struct coop *loop, int64_t *now)
{
    for (;;) {
        look(loop, *now);
        if (loop->first)
            return dequeue(loop);
        if (finished(loop))
            return NULL;
        idle(loop, now);
    }
}

/* @t, which is in the queue or waits, leaves the thread at @now; returns when
 * it has it again. There is always somebody: itself, if nobody else. */
static void leave(struct coop_task *t, int64_t now)
{
    struct coop *loop = t->loop;
    struct coop_task *next;

    t->away = true;
    coop_ran(t, now);
    next = pick(loop, &now);
    coop_runs(next, now);
    if (next != t)
        context_switch(t->context, next->context);
}

static void task_main(void *arg)
{
    struct coop_task *t = arg;
    struct coop *loop = t->loop;

    worker_main(t->w);
    coop_ran(t, clock_now_ns());
    t->over = true;
    loop->alive--;
    context_leave(t->context, loop->base);
}

static void *loop_main(void *arg)
{
    struct coop *loop = arg;

    here = loop;
    coop_loop_begin(loop);
    loop->base = context_of_thread();
    if (!loop->base)
        abort(); /* 100 bytes */
    for (;;) {
        int64_t now = clock_now_ns();
        struct coop_task *next = pick(loop, &now);

        if (!next)
            return NULL;
        coop_runs(next, now);
        context_switch(loop->base, next->context);
    }
}

/* ---- what workers call -------------------------------------------------- */

/* Let the others go first, also those for whom something has come about since
 * anybody looked. It has just looked at the clock. */
static void yield(struct worker *w)
{
    struct coop_task *t = w->coop;

    look(t->loop, w->turn_ns);
    coop_runnable(t, w->turn_ns);
    leave(t, w->turn_ns);
    STORE(w->row->wait, WAIT_NONE);
}

/* How much it may do until the next worker_turn(). */
static void grant(struct worker *w)
{
    struct coop_task *t = w->coop;
    int64_t every = w->spec->yield_every;

    if (every > 0 && w->batch > every / 2 && w->batch != every) {
        w->typical_ns = w->typical_ns * every / w->batch;
        w->batch = (int32_t)every; /* one look at the clock a yield */
    }
    t->granted = w->batch;
    if (every > 0 && t->left < t->granted) {
        t->granted = (int32_t)t->left;
        w->interrupted = true; /* a part of a batch is no measure */
    }
    w->credit = t->granted;
}

void coop_turn(struct worker *w)
{
    struct coop_task *t = w->coop;
    int64_t every = w->spec->yield_every;

    t->left -= t->granted;
    if (every > 0 && t->left <= 0) {
        yield(w);
        t->left = every;
    } else {
        look_around(t->loop, w->turn_ns); /* so that waits for it are seen */
        coop_flush(t->loop, w->turn_ns);
    }
    grant(w);
}

void coop_between_tasks(struct worker *w)
{
    yield(w);
    w->coop->left = w->spec->yield_every;
    grant(w);
}

/* Leave until one of the things in @t comes about. */
static void wait(struct coop_task *t)
{
    int64_t now = t->fresh ? t->since_ns : clock_now_ns();

    t->fresh = false;
    if (t->word)
        coop_word_watch(&t->loop->words[bucket_of(t->word)], t);
    if (t->deadline_ns != INT64_MAX)
        coop_timer_start(t->loop, t);
    STORE(t->w->row->wait_since_ns, t->since_ns);
    atomic_store_explicit(&t->w->row->wait, t->cause, memory_order_release);
    leave(t, now);
}

void coop_wait_word(struct worker *w, _Atomic uint32_t *word, uint32_t value,
                    int64_t deadline_ns)
{
    struct coop_task *t = w->coop;

    if (atomic_load_explicit(word, memory_order_acquire) != value)
        return;
    t->word = word;
    t->deadline_ns = deadline_ns;
    wait(t);
}

bool coop_wait_fd(struct worker *w, int fd, short events, int64_t deadline_ns)
{
    struct coop_task *t = w->coop;
    _Atomic uint32_t *asked = &w->arena->phase_wanted;

    if (atomic_load_explicit(asked, memory_order_acquire) != w->phase)
        return false;
    t->fd = fd;
    t->events = events;
    t->ready = false;
    if (!coop_fd_watch(t->loop, t)) {
        t->fd = -1;
        return true;
    }
    t->word = asked;
    t->deadline_ns = deadline_ns;
    wait(t);
    return t->ready;
}

/* ---- the coordinator ---------------------------------------------------- */

int coop_prepare(struct crew *c, struct err *err)
{
    uint32_t cap = c->board->row_cap;
    struct coop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return err_set(err, -ENOMEM, "no memory for the loop");
    c->coop = loop; /* the lab ends if the rest cannot be had */
    loop->crew = c;
    loop->board = c->board;
    loop->arena = c->arena;
    loop->bell = arena_map_more(sizeof(*loop->bell), err);
    if (!loop->bell)
        return err->code;
    loop->bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->bell->alone = !workloads[c->spec->workload]->serve;
    loop->tasks = calloc(cap, sizeof(*loop->tasks));
    loop->timers = calloc(cap, sizeof(struct coop_task *));
    loop->window = calloc(cap, sizeof(struct coop_task *));
    if (!loop->tasks || !loop->timers || !loop->window)
        return err_set(err, -ENOMEM, "no memory for %u tasks", cap);
    if (loop->bell->fd < 0 || loop->epoll_fd < 0)
        return err_set(err, -errno, "cannot make the loop's bell: %m");
    pthread_mutex_init(&loop->mutex, NULL);
    the_bell = loop->bell;
    the_arena = c->arena;
    futex_heard = coop_heard; /* before anything is forked */
    return 0;
}

int coop_add(struct crew *c, struct worker *w)
{
    struct coop *loop = c->coop;
    struct coop_task *t = &loop->tasks[w->id];
    int rc;

    *t = (struct coop_task){.w = w,
                            .loop = loop,
                            .timer = -1,
                            .fd = -1,
                            .granted = 1,
                            .left = c->spec->yield_every};
    t->context = context_new(STACK_BYTES, task_main, t);
    if (!t->context)
        return -errno;
    w->coop = t;
    if (!loop->started) {
        rc = pthread_create(&loop->thread, NULL, loop_main, loop);
        if (rc != 0)
            return -rc;
        loop->started = true;
    }
    pthread_mutex_lock(&loop->mutex);
    t->next = loop->arrivals;
    loop->arrivals = t;
    pthread_mutex_unlock(&loop->mutex);
    ring(loop->bell, BUCKET_ARRIVED);
    return 0;
}

void coop_close(struct crew *c)
{
    struct coop *loop = c->coop;

    pthread_mutex_lock(&loop->mutex);
    loop->closing = true;
    pthread_mutex_unlock(&loop->mutex);
    ring(loop->bell, BUCKET_ARRIVED);
    pthread_join(loop->thread, NULL);
    for (uint32_t i = 0; i < c->spawned; i++)
        context_free(loop->tasks[i].context);
    context_free(loop->base);
    close(loop->epoll_fd);
    close(loop->bell->fd);
    close(loop->self.schedstat_fd);
    pthread_mutex_destroy(&loop->mutex);
    free(loop->fds);
    free(loop->window);
    free(loop->timers);
    free(loop->tasks);
    free(loop);
    c->coop = NULL;
}
