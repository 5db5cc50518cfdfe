/* The lab's main thread: creates the workers, opens the gate, obeys the live
 * controls between phases, collects everybody. It sleeps while they work. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/crew.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* While waiting for workers to come to the barrier: a worker may have looked
 * at the phase just before it changed and gone to sleep just after it was
 * woken, so wake again. */
#define NUDGE_MS 5

static void stage_set(struct crew *c, enum board_stage stage)
{
    /* Release: pairs with the screen's acquire; what was told before is there.
     */
    atomic_store_explicit(&c->board->stage, stage, memory_order_release);
    eventfd_write(c->news_fd, 1);
}

static _Noreturn void crew_fail(struct crew *c, const struct err *err)
{
    struct board *b = c->board;

    snprintf(b->error, sizeof(b->error), "%s", err->text);
    STORE(b->error_code, err->code);
    stage_set(c, STAGE_FAILED);
    _exit(1); /* forked workers die with us */
}

static void event_drain(int fd)
{
    eventfd_t n;

    eventfd_read(fd, &n);
}

/* "worker 3", "the process of workers 13 to 25" */
static void child_name(const struct crew *c, uint32_t id, char *out,
                       size_t size)
{
    if (c->crowd[id] <= 1)
        snprintf(out, size, "worker %u", id);
    else
        snprintf(out, size, "the process of workers %u to %u", id,
                 id + c->crowd[id] - 1);
}

static bool all_ended(const struct crew *c, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        if (atomic_load_explicit(&board_row(c->board, i)->life,
                                 memory_order_acquire) != BOARD_ENDED)
            return false;
    return true;
}

/* A forked worker ended without saying so: it was killed, or crashed. */
static void children_look(struct crew *c)
{
    struct signalfd_siginfo info;
    struct err err;
    char name[64];
    int status;

    while (read(c->child_fd, &info, sizeof(info)) > 0)
        continue;
    if (c->service > 0 && waitpid(c->service, &status, WNOHANG) > 0) {
        c->service = 0;
        err_set(&err, -ECHILD,
                "the process that serves the workers ended early "
                "(status %#x)",
                (unsigned)status);
        crew_fail(c, &err);
    }
    for (uint32_t k = 0; k < c->alive_count; k++) {
        uint32_t i = c->alive[k];

        if (c->children[i] <= 0 ||
            waitpid(c->children[i], &status, WNOHANG) != c->children[i])
            continue;
        c->children[i] = 0;
        if (all_ended(c, i, c->crowd[i] > 0 ? c->crowd[i] : 1))
            continue;
        child_name(c, i, name, sizeof(name));
        if (WIFSIGNALED(status))
            err_set(&err, -ECHILD, "%s was ended by signal %d (%s)", name,
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
        else
            err_set(&err, -ECHILD, "%s left early with status %d", name,
                    WEXITSTATUS(status));
        crew_fail(c, &err);
    }
}

static void failure_look(struct crew *c)
{
    if (atomic_load_explicit(&c->arena->failed, memory_order_acquire) == 2)
        crew_fail(c, &c->arena->failure);
}

/* Sleep until a bell rings, or for @timeout_ms (-1: for ever). */
static void crew_wait(struct crew *c, int timeout_ms)
{
    struct pollfd fds[] = {{.fd = c->arena->bell_fd, .events = POLLIN},
                           {.fd = c->control_fd, .events = POLLIN},
                           {.fd = c->child_fd, .events = POLLIN}};

    poll(fds, 3, timeout_ms);
    if (fds[0].revents)
        event_drain(fds[0].fd);
    if (fds[1].revents)
        event_drain(fds[1].fd);
    if (fds[2].revents)
        children_look(c);
    failure_look(c);
}

/* ---- creating workers --------------------------------------------------- */

static bool per_task(const struct crew *c)
{
    return c->spec->spawn == SPAWN_PER_TASK;
}

/* Of a pool those that exist do the work. But work that was shared out
 * beforehand, or waits for a worker of its own, would never be done. */
static void refuse(struct crew *c, uint32_t id, int error)
{
    struct err err;

    STORE(board_row(c->board, id)->life, BOARD_REFUSED);
    STORE(c->board->refused_errno, error);
    STORE(c->board->refused_at, (int32_t)id);
    c->refused = true;
    if (c->spawned == 0 || (!per_task(c) && spec_groups(c->spec) == 1))
        return;
    if (per_task(c))
        err_set(&err, -error,
                "the system would not create the worker of task %u: %m; try "
                "fewer --workers",
                id + 1);
    else
        err_set(&err, -error,
                "the system would not create worker %u (%m), and its group's "
                "tasks are nobody else's; try fewer --workers",
                id);
    crew_fail(c, &err);
}

struct worker *crew_seat(struct crew *c, uint32_t id)
{
    const struct workload *work = workloads[c->spec->workload];
    struct worker *w = &c->workers[id];

    *w = (struct worker){.id = (int)id,
                         .spec = c->spec,
                         .board = c->board,
                         .row = board_row(c->board, id),
                         .arena = c->arena,
                         .phase = LOAD(c->arena->phase_open),
                         .sync = (enum spec_sync)LOAD(c->arena->sync),
                         .late = LOAD(c->board->phase_start_ns) != 0,
                         .schedstat_fd = -1};
    if (work->role)
        STORE(w->row->role, work->role(c->spec, (int)id));
    if (LOAD(c->board->rows) <= id) /* a process may have been ahead */
        atomic_store_explicit(&c->board->rows, id + 1, memory_order_release);
    return w;
}

/* How many workers must have come or gone before the bell is of interest: of a
 * pool all, but who was made for a task makes room for the next. */
static uint32_t bell_at(const struct crew *c, uint32_t pool)
{
    return per_task(c) ? 0 : pool;
}

/* Create workers until there have been @wanted. The first refusal ends it. */
static void crew_spawn(struct crew *c, uint32_t wanted)
{
    const struct model *model = models[c->spec->model];

    if (wanted > c->board->row_cap)
        wanted = c->board->row_cap;
    c->wanted = wanted;
    atomic_store(&c->arena->expected, bell_at(c, UINT32_MAX)); /* not yet */
    while (c->spawned < wanted && !c->refused) {
        uint32_t id = c->spawned;
        struct worker *w = crew_seat(c, id);
        int rc;

        rc = model->spawn(c, w);
        if (rc < 0) {
            refuse(c, id, -rc);
            break;
        }
        c->alive[c->alive_count++] = id;
        c->spawned = id + 1;
    }
    atomic_store(&c->arena->expected, bell_at(c, c->spawned));
}

/* Collect those that have ended. */
static void crew_reap(struct crew *c)
{
    uint32_t kept = 0;

    for (uint32_t k = 0; k < c->alive_count; k++) {
        uint32_t id = c->alive[k];

        if (all_ended(c, id, 1))
            models[c->spec->model]->join(c, &c->workers[id]);
        else
            c->alive[kept++] = id;
    }
    c->alive_count = kept;
}

/* Are there tasks that have no worker yet, because each gets its own? */
static bool tasks_left(const struct crew *c)
{
    return per_task(c) && c->spawned < c->board->row_cap;
}

/* A worker for each free place. With --poll places are looked for only so
 * often, and then all are filled, as Perl's Parallel::ForkManager does: its
 * start() looks with waitpid(WNOHANG), and when all places are taken sleeps
 * (waitpid_blocking_sleep, one second by default) before it looks again. */
static void crew_refill(struct crew *c)
{
    uint32_t places = LOAD(c->board->control.workers);
    uint32_t left;

    if (!tasks_left(c) || clock_now_ns() < c->refill_ns)
        return;
    crew_reap(c);
    left = c->board->row_cap - c->spawned;
    if (places > c->alive_count)
        places -= c->alive_count;
    else
        places = 0;
    crew_spawn(c, c->spawned + (places < left ? places : left));
    if (c->spec->poll_ns > 0)
        c->refill_ns = clock_now_ns() + c->spec->poll_ns;
}

/* How long to sleep if nobody rings, in ms; -1: for ever. */
static int crew_patience(const struct crew *c)
{
    int64_t ns = c->refill_ns - clock_now_ns();

    if (!tasks_left(c) || c->spec->poll_ns == 0)
        return -1;
    return ns > 0 ? (int)(ns / NS_PER_MS + 1) : 0;
}

static void close_phase(struct crew *c)
{
    phase_close_begin(c);
    while (!phase_all_arrived(c)) {
        crew_wait(c, NUDGE_MS);
        phase_nudge(c);
    }
    phase_close_end(c);
}

/* The controls changed: a new phase. While paused none is open. */
static void obey_controls(struct crew *c, uint32_t *obeyed)
{
    struct board_control *control = &c->board->control;
    uint32_t generation;

    close_phase(c);
    do {
        generation =
            atomic_load_explicit(&control->generation, memory_order_acquire);
        if (LOAD(control->stop))
            break;
        if (LOAD(control->paused))
            crew_wait(c, -1);
    } while (LOAD(control->paused));
    *obeyed = generation;
    if (LOAD(control->stop))
        return;
    if (!per_task(c))
        crew_spawn(c, LOAD(control->workers));
    while (!phase_all_arrived(c))
        crew_wait(c, -1); /* new ones come to the barrier by themselves */
    placement_apply_live(c);
    phase_open(c, generation);
}

static void crew_run(struct crew *c)
{
    struct board_control *control = &c->board->control;
    uint32_t obeyed = LOAD(control->generation);
    bool working = true;

    phase_open(c, obeyed);
    stage_set(c, STAGE_RUNNING);
    /* Look first, then wait: obeying one change may have drained the bell of
     * the next. */
    while (working) {
        if (LOAD(control->stop)) {
            working = false;
        } else if (phase_all_arrived(c) && !tasks_left(c)) {
            working = false; /* all have ended, or stand aside for good */
        } else if (atomic_load_explicit(&control->generation,
                                        memory_order_acquire) != obeyed) {
            obey_controls(c, &obeyed);
        } else {
            crew_refill(c);
            crew_wait(c, crew_patience(c));
        }
    }
    if (LOAD(c->board->phase_start_ns) != 0)
        close_phase(c); /* to close the books; the stop follows */
    phase_stop(c);
    while (atomic_load_explicit(&c->arena->left, memory_order_acquire) <
           c->spawned) {
        crew_wait(c, NUDGE_MS);
        phase_stop(c);
    }
}

/* What the tasks' results make together, and tasks whose result differs. */
static void results_combine(struct crew *c)
{
    enum work_combine combine = workloads[c->spec->workload]->combine;
    uint64_t sum = 0;
    int64_t done = 0;
    bool first = true;

    for (uint32_t i = 0; i < c->spawned; i++) {
        struct board_row *row = board_row(c->board, i);
        uint64_t result = LOAD(row->result);

        if (LOAD(row->tasks_done) == 0)
            continue;
        done += LOAD(row->tasks_done);
        if (combine == COMBINE_SUM)
            sum = (sum + result) & CHECKSUM_MASK;
        else if (first)
            sum = result;
        else if (result != sum)
            STORE(row->tasks_failed, LOAD(row->tasks_done));
        first = false;
    }
    /* A sum of some of the tasks would not be comparable. */
    if (combine == COMBINE_NONE || done == 0 ||
        (combine == COMBINE_SUM && done != c->spec->tasks))
        return;
    STORE(c->board->checksum, sum);
    STORE(c->board->has_checksum, 1);
}

/* What prepare(), serve() and finish() get: no worker, no row. */
static struct worker coordinator_self(struct crew *c)
{
    return (struct worker){.id = -1,
                           .spec = c->spec,
                           .board = c->board,
                           .arena = c->arena,
                           .schedstat_fd = -1};
}

/* The drive, the fleet: a process of its own, in the lab's group. */
static int service_start(struct crew *c, struct worker *self, struct err *err)
{
    pid_t lab = getpid();
    sigset_t none;

    if (!workloads[c->spec->workload]->serve)
        return 0;
    c->service = fork(); /* no thread exists yet */
    if (c->service < 0)
        return err_set(err, -errno, "cannot start what serves the workers: %m");
    if (c->service > 0)
        return 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != lab)
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_TIMERSLACK, 1UL);
    workloads[c->spec->workload]->serve(self);
    while (true) /* until it is killed: ending early would be a failure */
        pause();
}

static void service_end(struct crew *c)
{
    if (c->service <= 0)
        return;
    kill(c->service, SIGKILL);
    while (waitpid(c->service, NULL, 0) < 0 && errno == EINTR)
        continue;
    c->service = 0;
}

static void crew_collect(struct crew *c)
{
    int64_t end_ns = 0;
    struct worker self = coordinator_self(c);

    for (uint32_t i = 0; i < c->spawned; i++) {
        int64_t at = LOAD(board_row(c->board, i)->ended.at_ns);

        if (at > end_ns)
            end_ns = at;
    }
    for (uint32_t k = 0; k < c->alive_count; k++)
        models[c->spec->model]->join(c, &c->workers[c->alive[k]]);
    c->alive_count = 0;
    service_end(c);
    results_combine(c);
    dispatch_tell(c->arena->dispatch, c->board);
    if (workloads[c->spec->workload]->finish)
        workloads[c->spec->workload]->finish(&self);
    STORE(c->board->end_ns, end_ns);
}

static int crew_prepare(struct crew *c, struct err *err)
{
    const struct workload *work = workloads[c->spec->workload];
    uint32_t cap = c->board->row_cap;
    sigset_t child;
    struct worker self;
    int rc;

    sched_getaffinity(0, sizeof(c->allowed), &c->allowed);
    c->arena = arena_map(cap, c->spec, err);
    if (!c->arena)
        return err->code;
    c->arena->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    c->child_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    c->workers = calloc(cap, sizeof(*c->workers));
    c->threads = calloc(cap, sizeof(*c->threads));
    c->children = calloc(cap, sizeof(*c->children));
    c->crowd = calloc(cap, sizeof(*c->crowd));
    c->alive = calloc(cap, sizeof(*c->alive));
    c->arena->nudge_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->arena->bell_fd < 0 || c->arena->nudge_fd < 0 || c->child_fd < 0)
        return err_set(err, -errno, "cannot make the lab's bell: %m");
    if (!c->workers || !c->threads || !c->children || !c->crowd || !c->alive)
        return err_set(err, -ENOMEM, "no memory for %u workers", cap);
    if (c->spec->pinned &&
        sched_setaffinity(0, sizeof(c->spec->cpus), &c->spec->cpus) < 0)
        return err_set(err, -errno, "cannot use the processors of --cpus: %m");
    self = coordinator_self(c);
    rc = 0;
    if (models[c->spec->model]->prepare)
        rc = models[c->spec->model]->prepare(c, err);
    if (rc == 0 && work->prepare)
        rc = work->prepare(&self, err);
    return rc < 0 ? rc : service_start(c, &self, err);
}

_Noreturn void coordinator_main(struct crew *c, int go_fd)
{
    struct err err = {0};
    eventfd_t go;

    while (eventfd_read(go_fd, &go) < 0 && errno == EINTR)
        continue;
    if (crew_prepare(c, &err) < 0)
        crew_fail(c, &err);
    crew_spawn(c, (uint32_t)c->spec->workers); /* at most one a row */
    if (c->spawned == 0) {
        err_set(&err, -LOAD(c->board->refused_errno),
                "the system would not create the first worker: %m");
        crew_fail(c, &err);
    }
    while (!phase_all_arrived(c))
        crew_wait(c, -1);
    failure_look(c);
    stage_set(c, STAGE_READY);
    crew_run(c);
    crew_collect(c);
    stage_set(c, STAGE_ENDED);
    _exit(0);
}
