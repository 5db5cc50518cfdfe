/* A few workers without a coordinator: phase 1 is open, nothing else is
 * there. For tests of what workers call (locks, workloads).
 *
 * Asserts only in the test's own thread: cmocka's are a longjmp. */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/worker.h"

#define RIG_WORKERS 8

struct rig {
    struct spec spec;
    struct board *board;
    struct arena *arena;
    struct worker workers[RIG_WORKERS];
    int (*job)(struct worker *w); /* 0: went well */
    pthread_t threads[RIG_WORKERS];
    pid_t children[RIG_WORKERS];
    int status[RIG_WORKERS];
};

/* Map memory for @n workers as .spec says now (see spec_defaults()). */
static inline bool rig_open(struct rig *r, uint32_t n)
{
    if (board_map(n, 0, &r->board, NULL) < 0)
        return false;
    r->arena = arena_map(n, &r->spec, NULL);
    if (!r->arena)
        return false;
    atomic_store(&r->arena->phase_open, 1);
    atomic_store(&r->arena->phase_wanted, 1);
    atomic_store(&r->board->rows, n);
    atomic_store(&r->board->phase_workers, n);
    for (uint32_t i = 0; i < n; i++) {
        r->workers[i] = (struct worker){
            .id = (int)i,
            .spec = &r->spec,
            .board = r->board,
            .row = board_row(r->board, i),
            .arena = r->arena,
            .gil = r->spec.model == MODEL_GIL ? &r->arena->gil : NULL,
            .batch = 1,
            .batch_ns = 500,
            .sync = r->spec.sync,
            .phase = 1,
            .turn_ns = clock_now_ns(),
            .schedstat_fd = -1,
        };
    }
    return true;
}

static inline void rig_close(struct rig *r)
{
    munmap(r->arena, r->arena->bytes);
    board_unmap(r->board);
}

/* Tell everybody to stop, as phase_stop() does; they look again within the
 * workload's own time. */
static inline void rig_stop(struct rig *r)
{
    atomic_store(&r->arena->stop, 1);
    atomic_store(&r->arena->phase_wanted, 2);
}

struct rig_seat {
    struct rig *rig;
    uint32_t id;
};

static inline void *rig_thread(void *arg)
{
    struct rig_seat seat = *(struct rig_seat *)arg;

    free(arg);
    seat.rig->status[seat.id] = seat.rig->job(&seat.rig->workers[seat.id]);
    return NULL;
}

/* Start worker @id at .job, as a thread or a process. */
static inline bool rig_start(struct rig *r, uint32_t id)
{
    struct rig_seat *seat;

    if (r->spec.model == MODEL_PROCESSES) {
        r->children[id] = fork();
        if (r->children[id] == 0)
            _exit(r->job(&r->workers[id]));
        return r->children[id] > 0;
    }
    seat = malloc(sizeof(*seat));
    if (!seat)
        return false;
    *seat = (struct rig_seat){r, id};
    return pthread_create(&r->threads[id], NULL, rig_thread, seat) == 0;
}

/* What .job returned there; -1 if it crashed. */
static inline int rig_join(struct rig *r, uint32_t id)
{
    int status;

    if (r->spec.model == MODEL_PROCESSES) {
        waitpid(r->children[id], &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    pthread_join(r->threads[id], NULL);
    return r->status[id];
}

#endif
