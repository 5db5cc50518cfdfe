/* A worker's looks at the clock and its waits: what it tells of itself, and
 * where it lets others in. In the lab, by each worker for itself. Its life is
 * in life.c. */
#include "lab/worker.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "lab/coop.h"
#include "lab/counts.h"
#include "lab/crew.h"
#include "lab/futex.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* How long a batch of work between two looks at the clock should take: the
 * look costs 30 ns and a gap is known to within one batch. */
#define BATCH_NS (15 * NS_PER_US)
/* The old lock was let go every 100 ticks, here worth about a microsecond. */
#define BATCH_OLD_GIL_NS 1500
#define OLD_GIL_TURNS 32 /* looks at the clock are rarer than that */
/* A batch longer than usual by this may hide a switch: ask the kernel. */
#define GAP_SLACK_NS 1500
/* Tries to find an instant without a switch; then the latest must do. */
#define TRIES 50
#define BATCH_MAX (1 << 24)

static uint32_t watching(const struct worker *w)
{
    return LOAD(w->board->control.watch);
}

static bool old_gil(const struct worker *w)
{
    return w->gil && w->gil->kind == GIL_OLD;
}

void worker_event(struct worker *w, const struct board_event *e)
{
    struct board_row *row = w->row;
    uint64_t head = LOAD(row->head);

    if (head - atomic_load_explicit(&row->tail, memory_order_acquire) >=
        w->board->ring_events) {
        STORE(row->dropped, LOAD(row->dropped) + 1);
        return;
    }
    *board_event(w->board, (uint32_t)w->id, head) = *e;
    atomic_store_explicit(&row->head, head + 1, memory_order_release);
}

/* Of a cooperative task its turns come first: events are in order of time. */
static void event_push(struct worker *w, const struct board_event *e)
{
    if (w->coop)
        coop_tell(w, e->begin_ns, e->end_ns);
    worker_event(w, e);
}

/* Ask the kernel what happened since the last time it was asked, into @e.
 * True if there was a switch. Then @now and @cpu become those of an instant
 * that no switch separates from the answer: one between the look at the clock
 * and the question would be counted before that instant and spent after it.
 *
 * What queueing took of a short time is not asked every time. It was not longer
 * than that time, so that what is left over for a later answer is bounded. */
static bool switches_since(struct worker *w, int64_t *now, int *cpu,
                           struct board_event *e)
{
    int64_t voluntary, involuntary, unasked, queued;
    int tries = 0;

    counts_switches(&voluntary, &involuntary);
    if (voluntary == w->seen_voluntary && involuntary == w->seen_involuntary)
        return false;
    do {
        e->voluntary = (uint32_t)(voluntary - w->seen_voluntary);
        e->involuntary = (uint32_t)(involuntary - w->seen_involuntary);
        *now = clock_now_ns();
        *cpu = sched_getcpu();
        unasked = w->unasked_ns + *now - w->turn_ns;
        queued = unasked < BOARD_UNASKED_NS ? -1 : counts_queued_ns(w);
        counts_switches(&voluntary, &involuntary);
    } while ((voluntary - w->seen_voluntary != e->voluntary ||
              involuntary - w->seen_involuntary != e->involuntary) &&
             ++tries < TRIES);
    w->seen_voluntary += e->voluntary;
    w->seen_involuntary += e->involuntary;
    e->value = queued < 0 ? -1 : queued - w->seen_queued_ns;
    w->unasked_ns = queued < 0 ? unasked : 0;
    if (queued >= 0)
        w->seen_queued_ns = queued;
    return true;
}

/* A switch was found between turn_ns and @now, somewhere in the batch: put the
 * work half before it and half after. */
static void gap_push(struct worker *w, struct board_event *e, int64_t now,
                     int cpu)
{
    e->kind = BOARD_GAP;
    e->cpu = (int16_t)cpu;
    e->cpu_before = (int16_t)w->turn_cpu;
    e->begin_ns = w->turn_ns + w->typical_ns / 2;
    e->end_ns = now - w->typical_ns / 2;
    if (e->end_ns < e->begin_ns)
        e->begin_ns = e->end_ns = (w->turn_ns + now) / 2;
    event_push(w, e);
}

/* Did the time since the last look last longer than work does? Then ask
 * whether it was a switch (true), or only a tick, an interrupt, slower work. */
static bool gap_confirm(struct worker *w, int64_t *now, int *cpu)
{
    int64_t usual = w->typical_ns + w->typical_ns / 4 + GAP_SLACK_NS;
    struct board_event e = {0};

    if (*now - w->turn_ns <= usual)
        return false;
    if (!switches_since(w, now, cpu, &e))
        return false;
    gap_push(w, &e, *now, *cpu);
    return true;
}

/* From here on switches are counted against @at. */
static void worker_seen(struct worker *w, const struct board_counts *at)
{
    w->seen_voluntary = LOAD(at->voluntary);
    w->seen_involuntary = LOAD(at->involuntary);
    w->seen_queued_ns = LOAD(at->queued_ns);
    w->unasked_ns = 0;
}

void worker_account(struct worker *w, struct board_counts *at)
{
    struct board_event e = {.value = -1};
    int64_t now;

    if (w->coop) {
        coop_account(w, at);
        return;
    }
    counts_read(w, at);
    if (!(watching(w) & WATCH_GAPS))
        return;
    /* Switches too short to have stood out must be in the trace too. */
    e.voluntary = (uint32_t)(LOAD(at->voluntary) - w->seen_voluntary);
    e.involuntary = (uint32_t)(LOAD(at->involuntary) - w->seen_involuntary);
    if (e.voluntary == 0 && e.involuntary == 0)
        return;
    now = LOAD(at->at_ns);
    if (LOAD(at->queued_ns) >= 0)
        e.value = LOAD(at->queued_ns) - w->seen_queued_ns;
    gap_push(w, &e, now, LOAD(at->cpu));
    worker_seen(w, at);
    w->turn_ns = now;
    w->turn_cpu = LOAD(at->cpu);
}

/* True if the batch had a switch in it. */
static bool gap_look(struct worker *w, int64_t *now, int *cpu)
{
    if (gap_confirm(w, now, cpu))
        return true;
    if (*cpu != w->turn_cpu)
        event_push(w,
                   &(struct board_event){.kind = BOARD_MOVED,
                                         .begin_ns = *now,
                                         .end_ns = *now,
                                         .cpu = (int16_t)*cpu,
                                         .cpu_before = (int16_t)w->turn_cpu});
    return false;
}

/* Learn how long an undisturbed batch takes, and fit the number of units to the
 * time that it should take. One very long batch was a switch and says little;
 * many in a row say that the work has become slower. */
static void batch_adapt(struct worker *w, int64_t took)
{
    int64_t look_ns = w->batch_ns * (old_gil(w) ? OLD_GIL_TURNS : 1);

    if (w->typical_ns == 0)
        w->typical_ns = took < look_ns ? took : look_ns;
    else if (took > 4 * w->typical_ns)
        w->typical_ns += w->typical_ns / 2;
    else
        w->typical_ns += (took - w->typical_ns) / 8;
    if (took < look_ns / 2 && w->batch < BATCH_MAX) {
        w->batch *= 2;
        w->typical_ns *= 2;
    } else if (took > 2 * look_ns && w->batch > 1 && w->typical_ns > look_ns) {
        w->batch /= 2;
        w->typical_ns /= 2;
    }
}

static void clock_look(struct worker *w)
{
    int64_t now = clock_now_ns();
    int64_t took = now - w->turn_ns;
    int cpu = sched_getcpu();

    if (watching(w) & WATCH_GAPS && gap_look(w, &now, &cpu))
        w->interrupted = true;
    if (!w->interrupted)
        batch_adapt(w, took);
    w->interrupted = false;
    STORE(w->row->cpu, cpu);
    /* Release: whoever reads this has the events up to it. */
    atomic_store_explicit(&w->row->seen_ns, now, memory_order_release);
    w->turn_ns = now;
    w->turn_cpu = cpu;
}

bool worker_stopped(struct worker *w)
{
    if (atomic_load_explicit(&w->arena->stop, memory_order_acquire))
        w->stopping = true;
    return w->stopping;
}

bool worker_wanted(const struct worker *w)
{
    return LOAD(w->arena->phase_wanted) != (uint32_t)w->phase;
}

void worker_born(struct worker *w)
{
    struct board_row *row = w->row;

    w->batch = 1;
    w->batch_ns = old_gil(w) ? BATCH_OLD_GIL_NS : BATCH_NS;
    if (w->coop) {
        worker_account(w, &row->born);
    } else {
        counts_read(w, &row->born);
        worker_seen(w, &row->born);
    }
    counts_copy(&row->born, &row->last);
    STORE(row->cpu, LOAD(row->born.cpu));
    w->turn_ns = LOAD(row->born.at_ns);
    w->turn_cpu = LOAD(row->born.cpu);
}

void worker_between_tasks(struct worker *w)
{
    w->interrupted = true; /* a part of a batch is no measure */
    clock_look(w);
    coop_between_tasks(w);
}

bool worker_turn(struct worker *w)
{
    if (!old_gil(w) || ++w->old_turns >= OLD_GIL_TURNS) {
        w->old_turns = 0;
        clock_look(w);
    }
    w->credit = w->batch;
    if (w->coop)
        coop_turn(w);
    if (worker_wanted(w)) {
        if (w->gil)
            gil_drop(w);
        if (!worker_stopped(w))
            phase_pass(w);
        if (w->gil)
            gil_take(w);
    } else if (old_gil(w) || (w->gil && gil_asked(w->gil))) {
        gil_check(w);
    }
    return !worker_stopped(w);
}

int64_t worker_mark_begin(struct worker *w, enum wait_cause cause)
{
    int64_t now = clock_now_ns();
    uint32_t watch = watching(w);
    int cpu = w->turn_cpu;

    if (watch & WATCH_GAPS)
        gap_confirm(w, &now, &cpu);
    w->turn_cpu = cpu;
    STORE(w->row->wait_since_ns, now);
    /* Release: whoever sees it wait sees all that it did before. */
    atomic_store_explicit(&w->row->wait, cause, memory_order_release);
    if (w->coop) {
        coop_mark_begin(w, cause, now);
        return now;
    }
    if (watch & WATCH_MARKS) {
        struct board_event e = {.kind = BOARD_WAIT_BEGIN,
                                .begin_ns = now,
                                .end_ns = now,
                                .value = -1,
                                .cause = (uint8_t)cause,
                                .cpu = (int16_t)cpu,
                                .cpu_before = (int16_t)cpu};

        event_push(w, &e);
    }
    return now;
}

int64_t worker_mark_end(struct worker *w)
{
    if (w->coop && coop_mark_end(w))
        return w->turn_ns;

    int64_t now = clock_now_ns();
    int64_t since = LOAD(w->row->wait_since_ns);
    uint32_t cause = LOAD(w->row->wait);
    uint32_t watch = watching(w);
    int cpu = sched_getcpu();

    STORE(w->row->wait_ns[cause], LOAD(w->row->wait_ns[cause]) + now - since);
    STORE(w->row->wait, WAIT_NONE);
    if (watch & WATCH_MARKS) {
        struct board_event e = {.kind = BOARD_WAIT_END,
                                .begin_ns = since,
                                .end_ns = now,
                                .value = -1,
                                .cause = (uint8_t)cause,
                                .cpu = (int16_t)cpu,
                                .cpu_before = (int16_t)w->turn_cpu};

        if (watch & WATCH_GAPS && switches_since(w, &now, &cpu, &e)) {
            e.end_ns = now;
            e.cpu = (int16_t)cpu;
        }
        event_push(w, &e);
    }
    STORE(w->row->cpu, cpu);
    /* Release: whoever reads this has the events up to it. */
    atomic_store_explicit(&w->row->seen_ns, now, memory_order_release);
    w->turn_ns = now;
    w->turn_cpu = cpu;
    w->interrupted = true; /* what is left of the batch is no measure */
    return now;
}

int64_t worker_wait_begin(struct worker *w, enum wait_cause cause)
{
    if (w->gil)
        gil_drop(w);
    return worker_mark_begin(w, cause);
}

int64_t worker_wait_end(struct worker *w)
{
    int64_t now = worker_mark_end(w);

    if (w->gil)
        gil_take(w);
    return now;
}

void worker_block(struct worker *w, _Atomic uint32_t *word, uint32_t value,
                  int64_t deadline_ns)
{
    if (w->coop)
        coop_wait_word(w, word, value, deadline_ns);
    else
        futex_wait(word, value, deadline_ns);
}

bool worker_sleep_until(struct worker *w, int64_t deadline_ns,
                        enum wait_cause cause)
{
    struct arena *a = w->arena;

    worker_wait_begin(w, cause);
    while (clock_now_ns() < deadline_ns && !worker_stopped(w)) {
        worker_block(w, &a->phase_wanted, (uint32_t)w->phase, deadline_ns);
        if (worker_wanted(w) && !worker_stopped(w)) {
            worker_mark_end(w);
            phase_pass(w);
            worker_mark_begin(w, cause);
        }
    }
    worker_wait_end(w);
    return !worker_stopped(w);
}

bool worker_wait_word(struct worker *w, _Atomic uint32_t *word, uint32_t value,
                      int64_t deadline_ns, enum wait_cause cause)
{
    _Atomic(_Atomic uint32_t *) *waits = arena_waits(w->arena, (uint32_t)w->id);

    worker_wait_begin(w, cause);
    /* Sequentially consistent: either whoever nudges sees this word, or the
     * phase is seen to have changed below. */
    atomic_store(waits, word);
    while (atomic_load_explicit(word, memory_order_acquire) == value &&
           (deadline_ns == INT64_MAX || clock_now_ns() < deadline_ns) &&
           !worker_stopped(w)) {
        if (worker_wanted(w)) {
            worker_mark_end(w);
            phase_pass(w);
            worker_mark_begin(w, cause);
            continue;
        }
        worker_block(w, word, value, deadline_ns);
        if (!worker_wanted(w))
            break;
    }
    atomic_store_explicit(waits, NULL, memory_order_relaxed);
    worker_wait_end(w);
    return !worker_stopped(w);
}

int worker_wait_fd(struct worker *w, int fd, short events, int64_t deadline_ns,
                   enum wait_cause cause)
{
    struct pollfd fds[] = {{.fd = fd, .events = events},
                           {.fd = w->arena->nudge_fd, .events = POLLIN}};
    int ready = 0;

    if (poll(fds, 1, 0) > 0)
        return 1;
    worker_wait_begin(w, cause);
    while (ready == 0 && !worker_stopped(w)) {
        int64_t left = deadline_ns - clock_now_ns();
        struct timespec t = clock_to_timespec(left);

        if (left <= 0)
            break;
        if (w->coop) {
            ready = coop_wait_fd(w, fd, events, deadline_ns);
            fds[1].revents = POLLIN;
        } else {
            ppoll(fds, 2, deadline_ns == INT64_MAX ? NULL : &t, NULL);
            ready = fds[0].revents != 0;
        }
        if (fds[1].revents != 0 && worker_wanted(w) && !worker_stopped(w)) {
            worker_mark_end(w);
            phase_pass(w);
            worker_mark_begin(w, cause);
        }
    }
    worker_wait_end(w);
    return worker_stopped(w) ? -ECANCELED : ready;
}

void worker_latency(struct worker *w, int64_t ns)
{
    struct board_hist *h = &w->board->hist[(uint32_t)w->id % BOARD_HISTS];
    int64_t max = LOAD(h->max_ns);

    atomic_fetch_add_explicit(&h->count[hist_bucket(ns)], 1,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&h->sum_ns, (uint64_t)ns, memory_order_relaxed);
    while (ns > max && !atomic_compare_exchange_weak_explicit(
                           &h->max_ns, &max, ns, memory_order_relaxed,
                           memory_order_relaxed))
        continue;
}

void worker_task_failed(struct worker *w, int64_t index, const char *why)
{
    struct board *b = w->board;
    uint32_t n = atomic_fetch_add(&b->failures, 1);

    w->task_failed = true;
    STORE(w->row->tasks_failed, LOAD(w->row->tasks_failed) + 1);
    if (n >= BOARD_FAILURES)
        return;
    b->failure[n].task = index;
    snprintf(b->failure[n].why, sizeof(b->failure[n].why), "%s", why);
    /* Pairs with the acquire in live.c. */
    atomic_store_explicit(&b->failure[n].written, 1, memory_order_release);
}
