/* The lab's main thread: creates the workers, opens the gate, obeys the live
 * controls between phases, collects everybody. It sleeps while they work. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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

/* A forked worker ended without saying so: it was killed, or crashed. */
static void children_look(struct crew *c)
{
    struct signalfd_siginfo info;
    struct err err;
    int status;

    while (read(c->child_fd, &info, sizeof(info)) > 0)
        continue;
    for (uint32_t i = 0; i < c->spawned; i++) {
        if (c->children[i] <= 0 ||
            waitpid(c->children[i], &status, WNOHANG) != c->children[i])
            continue;
        c->children[i] = 0;
        if (atomic_load_explicit(&board_row(c->board, i)->life,
                                 memory_order_acquire) == BOARD_ENDED)
            continue;
        if (WIFSIGNALED(status))
            err_set(&err, -ECHILD, "worker %u was ended by signal %d (%s)", i,
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
        else
            err_set(&err, -ECHILD, "worker %u left early with status %d", i,
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

static void refuse(struct crew *c, uint32_t id, int error)
{
    STORE(board_row(c->board, id)->life, BOARD_REFUSED);
    STORE(c->board->refused_errno, error);
    STORE(c->board->refused_at, (int32_t)id);
    c->refused = true;
}

/* Create workers until there are @wanted. The first refusal ends it: those
 * that exist do the work. */
static void crew_spawn(struct crew *c, uint32_t wanted)
{
    const struct model *model = models[c->spec->model];

    if (wanted > c->board->row_cap)
        wanted = c->board->row_cap;
    atomic_store(&c->arena->expected, UINT32_MAX); /* no bell meanwhile */
    while (c->spawned < wanted && !c->refused) {
        uint32_t id = c->spawned;
        struct worker *w = &c->workers[id];
        int rc;

        *w = (struct worker){.id = (int)id,
                             .spec = c->spec,
                             .board = c->board,
                             .row = board_row(c->board, id),
                             .arena = c->arena,
                             .phase = LOAD(c->arena->phase_open),
                             .schedstat_fd = -1};
        atomic_store_explicit(&c->board->rows, id + 1, memory_order_release);
        rc = model->spawn(c, w);
        if (rc < 0) {
            refuse(c, id, -rc);
            break;
        }
        c->spawned = id + 1;
    }
    atomic_store(&c->arena->expected, c->spawned);
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
        } else if (phase_all_arrived(c)) {
            working = false; /* all have ended, or stand aside for good */
        } else if (atomic_load_explicit(&control->generation,
                                        memory_order_acquire) != obeyed) {
            obey_controls(c, &obeyed);
        } else {
            crew_wait(c, -1);
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

static void crew_collect(struct crew *c)
{
    int64_t end_ns = 0;

    for (uint32_t i = 0; i < c->spawned; i++) {
        int64_t at = LOAD(board_row(c->board, i)->ended.at_ns);

        models[c->spec->model]->join(c, &c->workers[i]);
        if (at > end_ns)
            end_ns = at;
    }
    results_combine(c);
    STORE(c->board->end_ns, end_ns);
}

static int crew_prepare(struct crew *c, struct err *err)
{
    const struct workload *work = workloads[c->spec->workload];
    uint32_t cap = c->board->row_cap;
    sigset_t child;
    struct worker self = {
        .id = -1, .spec = c->spec, .board = c->board, .schedstat_fd = -1};

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
    if (c->arena->bell_fd < 0 || c->child_fd < 0)
        return err_set(err, -errno, "cannot make the lab's bell: %m");
    if (!c->workers || !c->threads || !c->children)
        return err_set(err, -ENOMEM, "no memory for %u workers", cap);
    if (c->spec->pinned &&
        sched_setaffinity(0, sizeof(c->spec->cpus), &c->spec->cpus) < 0)
        return err_set(err, -errno, "cannot use the processors of --cpus: %m");
    self.arena = c->arena;
    return work->prepare ? work->prepare(&self, err) : 0;
}

_Noreturn void coordinator_main(struct crew *c, int go_fd)
{
    struct err err = {0};
    eventfd_t go;

    while (eventfd_read(go_fd, &go) < 0 && errno == EINTR)
        continue;
    if (crew_prepare(c, &err) < 0)
        crew_fail(c, &err);
    crew_spawn(c, (uint32_t)c->spec->workers);
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
    stage_set(c, STAGE_DONE);
    _exit(0);
}
