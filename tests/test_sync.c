/* The shared counter's locks: which lose updates, which wait, who may leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/rows.h"

#include "lab/sync.h"
#include "lib/rig.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct rig rig;

static void open_rig(enum spec_model model, enum spec_sync sync, uint32_t n)
{
    rig = (struct rig){0};
    spec_defaults(&rig.spec, WORKLOAD_COUNTER);
    rig.spec.model = model;
    rig.spec.sync = sync;
    assert_true(rig_open(&rig, n));
}

/* ---- sums --------------------------------------------------------------- */

static const struct sum_case {
    const char *name;
    enum spec_model model;
    enum spec_sync sync;
} sums[] = {
    {"threads: none", MODEL_THREADS, SYNC_NONE},
    {"threads: mutex", MODEL_THREADS, SYNC_MUTEX},
    {"threads: spin", MODEL_THREADS, SYNC_SPIN},
    {"threads: ticket", MODEL_THREADS, SYNC_TICKET},
    {"threads: atomic", MODEL_THREADS, SYNC_ATOMIC},
    {"threads: sharded", MODEL_THREADS, SYNC_SHARDED},
    {"threads: sharded-packed", MODEL_THREADS, SYNC_SHARDED_PACKED},
    {"processes: none", MODEL_PROCESSES, SYNC_NONE},
    {"processes: mutex", MODEL_PROCESSES, SYNC_MUTEX},
    {"processes: spin", MODEL_PROCESSES, SYNC_SPIN},
    {"processes: ticket", MODEL_PROCESSES, SYNC_TICKET},
    {"processes: atomic", MODEL_PROCESSES, SYNC_ATOMIC},
    {"processes: sharded", MODEL_PROCESSES, SYNC_SHARDED},
    {"processes: sharded-packed", MODEL_PROCESSES, SYNC_SHARDED_PACKED},
};

#define UNIT 16
#define UNITS 1000
/* With fewer cores than workers every ticket may cost a time slice. */
#define UNITS_TICKET 20

static int units_of(enum spec_sync sync)
{
    return sync == SYNC_TICKET ? UNITS_TICKET : UNITS;
}

static int add_units(struct worker *w)
{
    struct arena *a = w->arena;

    /* All at once, or there would be nothing to fight for. */
    atomic_fetch_add(&a->arrived, 1);
    while (atomic_load(&a->arrived) < atomic_load(&w->board->phase_workers))
        sched_yield();
    for (int i = 0; i < units_of(w->sync); i++) {
        int64_t made = 0;

        while (made < UNIT) {
            int64_t got = sync_add[w->sync](w, UNIT - made);

            if (got < 0 || got > UNIT - made)
                return 1;
            made += got;
        }
        worker_count(w, made);
    }
    return 0;
}

static void sum_is_right(void **state)
{
    const struct sum_case *c = *state;
    const uint32_t n = 3;
    int64_t expected = (int64_t)n * units_of(c->sync) * UNIT;

    open_rig(c->model, c->sync, n);
    rig.job = add_units;
    for (uint32_t i = 0; i < n; i++)
        assert_true(rig_start(&rig, i));
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(rig_join(&rig, i), 0);
    if (c->sync == SYNC_NONE) {
        /* How much is lost is luck; none comes from nowhere, and the last to
         * store stored at least one. */
        assert_in_range(sync_value(rig.arena), 1, expected);
    } else {
        assert_int_equal(sync_value(rig.arena), expected);
    }
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(atomic_load(&rig.workers[i].row->wait), WAIT_NONE);
    rig_close(&rig);
}

static void alone_nothing_is_lost(void **state)
{
    (void)state;
    for (int sync = 0; sync < SYNC_COUNT; sync++) {
        open_rig(MODEL_SEQUENTIAL, (enum spec_sync)sync, 2);
        assert_int_equal(sync_add[sync](&rig.workers[1], 1000), 1000);
        assert_int_equal(sync_add[sync](&rig.workers[0], 0), 0);
        assert_int_equal(sync_value(rig.arena), 1000);
        assert_int_equal(atomic_load(&rig.workers[1].row->wait_ns[WAIT_LOCK]),
                         0);
        rig_close(&rig);
    }
}

/* ---- waiting ------------------------------------------------------------ */

static void hold_mutex(struct arena *a)
{
    pthread_mutex_lock(&a->mutex);
}

static void free_mutex(struct arena *a)
{
    pthread_mutex_unlock(&a->mutex);
}

static void hold_spin(struct arena *a)
{
    atomic_store_explicit(&a->spin, 1, memory_order_release);
}

static void free_spin(struct arena *a)
{
    atomic_store_explicit(&a->spin, 0, memory_order_release);
}

static void hold_ticket(struct arena *a)
{
    atomic_fetch_add(&a->ticket_next, 1);
}

static void free_ticket(struct arena *a)
{
    atomic_fetch_add_explicit(&a->ticket_serving, 1, memory_order_release);
}

static const struct wait_case {
    const char *name;
    enum spec_sync sync;
    enum wait_cause cause;
    void (*hold)(struct arena *a);
    void (*free)(struct arena *a);
} waits[] = {
    {"mutex: a wait is marked", SYNC_MUTEX, WAIT_LOCK, hold_mutex, free_mutex},
    {"spin: a wait is marked", SYNC_SPIN, WAIT_SPIN, hold_spin, free_spin},
    {"ticket: a wait is marked", SYNC_TICKET, WAIT_SPIN, hold_ticket,
     free_ticket},
};

static int add_unit(struct worker *w)
{
    int64_t made = sync_add[w->sync](w, UNIT);

    worker_count(w, made);
    return made == 1 ? 0 : 1; /* the one it waited for, then it looks up */
}

static void wait_is_marked(void **state)
{
    const struct wait_case *c = *state;
    struct worker *w;

    open_rig(MODEL_THREADS, c->sync, 1);
    w = &rig.workers[0];
    c->hold(rig.arena);
    rig.job = add_unit;
    assert_true(rig_start(&rig, 0));
    while (atomic_load(&w->row->wait) != c->cause)
        sched_yield();
    assert_int_equal(sync_value(rig.arena), 0);
    c->free(rig.arena);
    assert_int_equal(rig_join(&rig, 0), 0);
    assert_int_equal(sync_value(rig.arena), 1);
    assert_int_equal(atomic_load(&w->row->wait), WAIT_NONE);
    assert_true(atomic_load(&w->row->wait_ns[c->cause]) > 0);
    /* Nobody holds it any more. */
    assert_int_equal(sync_add[c->sync](w, UNIT), UNIT);
    rig_close(&rig);
}

/* Whoever spins leaves for the barrier or the stop, without the lock. */
static void spinners_leave(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        const struct wait_case *c = &waits[i];
        struct worker *w;

        if (c->cause != WAIT_SPIN)
            continue;
        open_rig(MODEL_THREADS, c->sync, 1);
        w = &rig.workers[0];
        c->hold(rig.arena);
        assert_false(sync_leaving(w));
        atomic_store(&rig.arena->phase_wanted, 2);
        assert_true(sync_leaving(w));
        assert_int_equal(sync_add[c->sync](w, UNIT), 0);
        assert_int_equal(sync_add[c->sync](w, UNIT), 0);
        assert_int_equal(sync_value(rig.arena), 0);
        assert_int_equal(atomic_load(&w->row->wait), WAIT_NONE);

        /* The next phase: the holder is done, the queue is mended. */
        c->free(rig.arena);
        sync_reset(rig.arena);
        w->phase = 2;
        assert_int_equal(sync_add[c->sync](w, UNIT), UNIT);
        atomic_store(&rig.arena->stop, 1);
        c->hold(rig.arena);
        assert_int_equal(sync_add[c->sync](w, UNIT), 0);
        rig_close(&rig);
    }
}

/* ---- under the global lock ---------------------------------------------- */

static const struct gil_case {
    const char *name;
    enum spec_gil kind;
    enum spec_gil_check check;
    bool loses;
} gils[] = {
    {"gil, test at the loop's end: nothing lost", GIL_NEW, GIL_CHECK_LOOP,
     false},
    {"gil, test at every opcode: loses", GIL_NEW, GIL_CHECK_OPCODE, true},
    {"unforced, test at the loop's end: nothing lost", GIL_UNFORCED,
     GIL_CHECK_LOOP, false},
    {"old, test at the loop's end: nothing lost", GIL_OLD, GIL_CHECK_LOOP,
     false},
    {"old, test at every opcode: loses", GIL_OLD, GIL_CHECK_OPCODE, true},
};

static _Atomic int other_done;

static int add_beside(struct worker *w)
{
    gil_take(w);
    worker_count(w, sync_add[SYNC_NONE](w, 1000));
    gil_drop(w);
    atomic_store(&other_done, 1);
    return 0;
}

/* Worker 0 counts until worker 1, which wants to as well, has had its turn:
 * all of it fell between two of worker 0's test points. */
static void test_points_decide(void **state)
{
    const struct gil_case *c = *state;
    struct worker *w;
    int64_t lost;

    open_rig(MODEL_GIL, SYNC_NONE, 2);
    rig_close(&rig);
    rig.spec.gil = c->kind;
    rig.spec.gil_check = c->check;
    rig.spec.gil_interval_ns = NS_PER_MS;
    assert_true(rig_open(&rig, 2));
    w = &rig.workers[0];
    atomic_store(&other_done, 0);
    rig.job = add_beside;
    gil_take(w);
    worker_count(w, sync_add[SYNC_NONE](w, UNIT));
    assert_true(rig_start(&rig, 1));
    do {
        worker_count(w, sync_add[SYNC_NONE](w, UNIT));
        if (c->check == GIL_CHECK_LOOP)
            gil_check(w); /* as worker_turn() does between units */
    } while (!atomic_load(&other_done));
    gil_drop(w);
    assert_int_equal(rig_join(&rig, 1), 0);
    lost = atomic_load(&w->row->ops) + atomic_load(&rig.workers[1].row->ops) -
           sync_value(rig.arena);
    assert_true(lost >= 0);
    assert_int_equal(lost > 0, c->loses);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(alone_nothing_is_lost),
        cmocka_unit_test(spinners_leave),
    };
    struct CMUnitTest
        tests[COUNT(sums) + COUNT(waits) + COUNT(gils) + COUNT(others)];
    size_t n = 0;

    n = add_rows(tests, n, sums, COUNT(sums), sizeof(sums[0]), sum_is_right);
    n = add_rows(tests, n, waits, COUNT(waits), sizeof(waits[0]),
                 wait_is_marked);
    n = add_rows(tests, n, gils, COUNT(gils), sizeof(gils[0]),
                 test_points_decide);
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
