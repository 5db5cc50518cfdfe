/* A worker's life, from its birth through the start gate and its tasks to its
 * end. In the lab, by each worker for itself. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/coop.h"
#include "lab/crew.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* Tasks shorter than this leave no event of their own. */
#define TASK_EVENT_NS 1000

static void worker_fail(struct worker *w, const struct err *err)
{
    struct arena *a = w->arena;
    uint32_t nobody = 0;

    if (!atomic_compare_exchange_strong(&a->failed, &nobody, 1))
        return; /* the first one's reason is enough */
    a->failure = *err;
    atomic_store_explicit(&a->failed, 2, memory_order_release);
}

static void schedstat_open(struct worker *w)
{
    w->schedstat_fd = -1;
    if (w->coop)
        return; /* coop_account(): its thread has one */
    if (w->spec->workers <= BOARD_CLOSE_LOOK)
        w->schedstat_fd =
            open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

/* Combine the result of a task that was done. */
static void result_take(struct worker *w, uint64_t result)
{
    const struct workload *work = workloads[w->spec->workload];
    struct board_row *row = w->row;
    int64_t done = LOAD(row->tasks_done);

    if (work->combine == COMBINE_SUM)
        STORE(row->result, (LOAD(row->result) + result) & CHECKSUM_MASK);
    else if (work->combine == COMBINE_SAME && done == 0)
        STORE(row->result, result);
    else if (work->combine == COMBINE_SAME && result != LOAD(row->result))
        STORE(row->tasks_failed, LOAD(row->tasks_failed) + 1);
    STORE(row->tasks_done, done + 1);
}

void worker_task_done(struct worker *w, int64_t index, int64_t begin_ns,
                      uint64_t result)
{
    int64_t end_ns = clock_now_ns();

    if (index + 1 == w->spec->fail_at)
        worker_task_failed(w, index, "as --fail-at asked");
    if (!w->task_failed)
        result_take(w, result);
    if (!workloads[w->spec->workload]->own_latency)
        worker_latency(w, end_ns - begin_ns);
    /* Millions of empty tasks a second are no events. */
    if (LOAD(w->board->control.watch) & WATCH_MARKS &&
        end_ns - begin_ns >= TASK_EVENT_NS) {
        struct board_event e = {.kind = BOARD_TASK,
                                .begin_ns = begin_ns,
                                .end_ns = end_ns,
                                .value = index,
                                .cpu = (int16_t)w->turn_cpu,
                                .cpu_before = (int16_t)w->turn_cpu};

        worker_event(w, &e);
    }
    w->task_failed = false;
}

static bool one_task(struct worker *w, int64_t index)
{
    uint64_t result = 0;
    int64_t begin_ns = clock_now_ns();

    if (!workloads[w->spec->workload]->task(w, index, &result))
        return false;
    worker_task_done(w, index, begin_ns, result);
    return true;
}

static void work_loop(struct worker *w)
{
    const struct workload *work = workloads[w->spec->workload];
    int64_t first, count;

    if (work->once) {
        one_task(w, w->id);
        return;
    }
    while (dispatch_take(w, &first, &count)) {
        if (work->fetch && !work->fetch(w, first, count))
            return;
        for (int64_t i = 0; i < count; i++) {
            if (!one_task(w, first + i))
                return;
            dispatch_done(w, first + i);
            if (w->coop)
                worker_between_tasks(w);
            if (w->stopping || (worker_wanted(w) && !worker_turn(w)))
                return;
        }
        if (work->give && !work->give(w, first, count))
            return;
    }
}

void worker_main(struct worker *w)
{
    const struct workload *work = workloads[w->spec->workload];
    struct board_row *row = w->row;
    struct err err = {0};
    int rc;

    STORE(row->pid, getpid());
    STORE(row->tid, (int32_t)syscall(SYS_gettid));
    atomic_store_explicit(&row->life, BOARD_STARTING, memory_order_release);
    schedstat_open(w);
    rc = placement_apply_self(w->spec, &err);
    if (rc == 0 && work->init)
        rc = work->init(w, &err);
    if (rc < 0)
        worker_fail(w, &err);

    worker_born(w);
    if (!w->late)
        phase_pass(w); /* the start gate */
    if (w->coop)
        coop_gate(w);
    STORE(row->life_ns, clock_now_ns());
    atomic_store_explicit(&row->life, BOARD_WORKING, memory_order_release);
    if (rc == 0 && !worker_stopped(w)) {
        if (w->gil)
            gil_take(w);
        work_loop(w);
        if (w->gil)
            gil_drop(w);
    }
    if (work->fini)
        work->fini(w);
    worker_account(w, &row->last);
    /* About to end: from here on the observer keeps what it sees of this worker
     * back until it knows when the end was. */
    atomic_store_explicit(&row->ended.at_ns, -1, memory_order_release);
    worker_account(w, &row->ended);
    if (w->schedstat_fd >= 0 && !w->coop)
        close(w->schedstat_fd);
    STORE(row->life_ns, clock_now_ns());
    atomic_store_explicit(&row->life, BOARD_ENDED, memory_order_release);
    phase_leave(w);
}
