/* What cooperative tasks tell of themselves: who had the thread, who could have
 * gone on, who waited for what. In the lab, in the loop's thread.
 *
 * There may be millions of turns a second: more than anybody can record or look
 * at. So they are told by windows of time, at the end of each: for every task
 * that had the thread one event, with all its turns in the window put together
 * into one, the tasks in the order in which they came. A window is as long as
 * is needed for 50,000 events a second at most (50 us for up to two tasks, 20
 * us for each where there are more), and it ends early when the thread goes to
 * sleep. Where turns are longer than that, or few, each is told as it was;
 * where they are not, their sums are still exact to the nanosecond, the turns
 * are counted, no two tasks ever seem to run at once, and nothing is dropped:
 * only where in its window a turn lay is no longer known.
 *
 * A switch takes one look at the clock: where one stops another begins. */
#include <fcntl.h>
#include <sched.h>

#include "lab/coop.h"
#include "lab/counts.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

#define WINDOW_MIN_NS (50 * NS_PER_US)
#define WINDOW_EACH_NS (20 * NS_PER_US)
#define WINDOW_MAX_NS (33 * NS_PER_MS) /* a picture on the screen */
/* The thread's own counts are published so often. It costs 2 us. */
#define COUNTS_NS (10 * NS_PER_MS)
/* A marked wait that was shorter and never left the thread was none. */
#define NO_WAIT_NS 1500

static uint32_t watching(const struct coop *loop)
{
    return LOAD(loop->board->control.watch);
}

/* ---- windows ------------------------------------------------------------ */

static void window_add(struct coop *loop, struct coop_task *t, int64_t now)
{
    t->in_window = true;
    t->ran_ns = 0;
    t->turns = 0;
    t->could_ns = t->runnable_ns < now ? t->runnable_ns : now;
    loop->window[loop->window_count++] = t;
}

/* @t had the thread from @from_ns to @to_ns, and then left it, or has it still.
 */
static void tell(struct coop_task *t, int64_t from_ns, int64_t to_ns,
                 bool still)
{
    int64_t could_ns = t->told_running ? t->told_ns : t->could_ns;
    struct board_event e = {
        .kind = BOARD_RAN,
        .value = from_ns,
        .end_ns = to_ns,
        .voluntary = (uint32_t)t->turns,
        .cause = (uint8_t)(still ? WAIT_NONE : LOAD(t->w->row->wait)),
        .cpu = (int16_t)t->w->turn_cpu,
        .cpu_before = (int16_t)t->w->turn_cpu,
    };

    if (could_ns < t->told_ns)
        could_ns = t->told_ns;
    e.begin_ns = could_ns < from_ns ? could_ns : from_ns;
    if (!t->told_end)
        worker_event(t->w, &e);
    t->told_ns = to_ns;
    t->told_running = still;
}

/* The window ends at @now: one after the other, as they came; whoever has the
 * thread now is the last. */
static void window_tell(struct coop *loop, int64_t now)
{
    struct coop_task *running = loop->running;
    int64_t at_ns = loop->window_ns;

    for (uint32_t i = 0; i < loop->window_count; i++) {
        struct coop_task *t = loop->window[i];

        t->in_window = false;
        if (t == running)
            continue;
        tell(t, at_ns, at_ns + t->ran_ns, false);
        at_ns += t->ran_ns;
    }
    if (running && running->told_running && loop->window_count == 1)
        running->told_ns = now; /* nothing new */
    else if (running)
        tell(running, at_ns, now, true);
}

static void window_begin(struct coop *loop, int64_t now)
{
    loop->window_count = 0;
    loop->window_ns = now;
    if (!loop->running)
        return;
    loop->resumed_ns = now;
    window_add(loop, loop->running, now);
}

static void window_end(struct coop *loop, int64_t now)
{
    if (watching(loop) & WATCH_MARKS)
        window_tell(loop, now);
    else
        for (uint32_t i = 0; i < loop->window_count; i++)
            loop->window[i]->in_window = false;
    window_begin(loop, now);
}

static void counts_publish(struct coop *loop, int64_t now)
{
    counts_read_quickly(&loop->self, &loop->board->loop.last);
    loop->counted_ns = now;
}

void coop_flush(struct coop *loop, int64_t now)
{
    int64_t most = WINDOW_EACH_NS * loop->alive;

    if (most < WINDOW_MIN_NS)
        most = WINDOW_MIN_NS;
    if (now - loop->window_ns < (most < WINDOW_MAX_NS ? most : WINDOW_MAX_NS))
        return;
    window_end(loop, now);
    if (now - loop->counted_ns >= COUNTS_NS)
        counts_publish(loop, now);
}

void coop_tell(struct worker *w, int64_t until_ns, int64_t from_ns)
{
    struct coop_task *t = w->coop;

    if (until_ns < t->loop->resumed_ns)
        until_ns = t->loop->resumed_ns;
    window_end(t->loop, until_ns);
    t->told_ns = from_ns;
    window_begin(t->loop, from_ns);
}

/* ---- turns -------------------------------------------------------------- */

void coop_runs(struct coop_task *t, int64_t now)
{
    struct coop *loop = t->loop;
    struct worker *w = t->w;
    struct board_row *row = w->row;

    if (loop->window_count == 0)
        loop->window_ns = now;
    if (!t->in_window)
        window_add(loop, t, now);
    t->turns++;
    STORE(loop->board->loop.turns, LOAD(loop->board->loop.turns) + 1);
    if (now > t->runnable_ns)
        STORE(row->wait_ns[WAIT_LOOP],
              LOAD(row->wait_ns[WAIT_LOOP]) + now - t->runnable_ns);
    loop->running = t;
    loop->resumed_ns = now;
    w->turn_ns = now;
    w->turn_cpu = sched_getcpu();
    w->seen_voluntary = loop->self.seen_voluntary;
    w->seen_involuntary = loop->self.seen_involuntary;
    w->seen_queued_ns = loop->self.seen_queued_ns;
    STORE(row->cpu, w->turn_cpu);
    /* Release: whoever reads this has the events up to it. */
    atomic_store_explicit(&row->seen_ns, now, memory_order_release);
}

void coop_ran(struct coop_task *t, int64_t now)
{
    struct coop *loop = t->loop;

    t->ran_ns += now - loop->resumed_ns;
    loop->running = NULL;
    loop->self.seen_voluntary = t->w->seen_voluntary;
    loop->self.seen_involuntary = t->w->seen_involuntary;
    loop->self.seen_queued_ns = t->w->seen_queued_ns;
    coop_flush(loop, now);
}

/* ---- the thread itself -------------------------------------------------- */

/* Switches up to here are nobody's: the thread slept, or was not yet at work.
 */
static void counts_forget(struct coop *loop)
{
    struct worker *self = &loop->self;

    if (!(watching(loop) & WATCH_GAPS))
        return;
    counts_switches(&self->seen_voluntary, &self->seen_involuntary);
    self->seen_queued_ns = counts_queued_ns(self);
}

void coop_loop_begin(struct coop *loop)
{
    loop->self = (struct worker){
        .id = -1,
        .spec = loop->crew->spec,
        .board = loop->board,
        .arena = loop->arena,
        .schedstat_fd =
            open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC),
    };
    counts_forget(loop);
}

void coop_idle_begin(struct coop *loop, int64_t now, int64_t until_ns)
{
    window_end(loop, now);
    if (now - loop->counted_ns >= COUNTS_NS || until_ns - now >= COUNTS_NS)
        counts_publish(loop, now);
}

void coop_idle_end(struct coop *loop)
{
    counts_forget(loop);
}

void coop_gate(struct worker *w)
{
    struct coop *loop = w->coop->loop;

    if (loop->gate_passed)
        return;
    loop->gate_passed = true;
    counts_read(&loop->self, &loop->board->loop.born);
    counts_copy(&loop->board->loop.born, &loop->board->loop.last);
}

void coop_account(struct worker *w, struct board_counts *at)
{
    struct coop_task *t = w->coop;
    struct coop *loop = t->loop;
    int64_t now = clock_now_ns();

    window_end(loop, now);
    if (at == &w->row->born) {
        counts_read_quickly(&loop->self, &loop->board->loop.born);
        w->schedstat_fd = loop->self.schedstat_fd;
    }
    if (at == &w->row->ended) { /* it has just accounted for the phase */
        t->told_end = true;
        if (loop->alive == 1)
            counts_read(&loop->self, &loop->board->loop.ended);
    } else {
        counts_publish(loop, now);
    }
    if (at == &w->row->born)
        now = clock_now_ns(); /* this was no part of its life */
    STORE(at->cpu, w->turn_cpu);
    /* Pairs with the screen's acquire: its events up to here are there. */
    atomic_store_explicit(&at->at_ns, now, memory_order_release);
}

/* ---- marked waits ------------------------------------------------------- */

void coop_mark_begin(struct worker *w, enum wait_cause cause, int64_t now_ns)
{
    struct coop_task *t = w->coop;

    t->cause = cause;
    t->since_ns = now_ns;
    t->fresh = true;
    t->away = false;
}

bool coop_mark_end(struct worker *w)
{
    struct coop_task *t = w->coop;
    struct board_row *row = w->row;
    int64_t now = t->away ? w->turn_ns : clock_now_ns();

    if (!t->away && now - t->since_ns >= NO_WAIT_NS)
        return false;
    STORE(row->wait_ns[t->cause],
          LOAD(row->wait_ns[t->cause]) + now - t->since_ns);
    STORE(row->wait, WAIT_NONE);
    w->interrupted = true; /* what is left of the batch is no measure */
    return true;
}
