/* Locks, conditions, semaphores and ends between threads and processes; and the
 * workloads that are stuck by them, live: found by their circle, told by name.
 * Never how long anything takes. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rows.h"

#include "lab/futex.h"
#include "lab/lock.h"
#include "lib/drive.h"
#include "lib/rig.h"

/* ---- lock.h without a lab ----------------------------------------------- */

#define TIMES 2000

struct shared {
    struct lock lock;
    struct condition changed;
    struct semaphore items, places;
    struct ending end;
    int64_t plain; /* guarded by .lock, and by nothing else */
    int64_t depth;
    int64_t taken;
    int inside;
};

static struct rig rig;
static struct shared *shared;

static void open_rig(enum spec_model model, uint32_t n)
{
    rig = (struct rig){0};
    spec_defaults(&rig.spec, WORKLOAD_LOCKS);
    rig.spec.model = model;
    assert_true(rig_open(&rig, n));
    shared = arena_map_more(sizeof(*shared), NULL);
    assert_non_null(shared);
    lock_init(rig.board, &shared->lock, "the lock");
    semaphore_init(
        rig.board, &shared->items, 0,
        board_resource_add(rig.board, RESOURCE_ITEM, ROLE_PRODUCER, "an item"));
    semaphore_init(
        rig.board, &shared->places, 3,
        board_resource_add(rig.board, RESOURCE_ROOM, ROLE_CONSUMER, "room"));
    ending_init(rig.board, &shared->end, 1);
}

static void close_rig(void)
{
    munmap(shared, sizeof(*shared));
    rig_close(&rig);
}

static void run_all(uint32_t n, int (*job)(struct worker *w))
{
    rig.job = job;
    for (uint32_t i = 0; i < n; i++)
        assert_true(rig_start(&rig, i));
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(rig_join(&rig, i), 0);
}

static int32_t owner(void)
{
    return atomic_load(&rig.board->resource[shared->lock.resource].owner);
}

static int count_up(struct worker *w)
{
    int wrong = 0;

    for (int i = 0; i < TIMES; i++) {
        if (!lock_take(w, &shared->lock))
            return 1;
        wrong += ++shared->inside != 1;
        wrong += owner() != w->id;
        shared->plain++;
        wrong += --shared->inside != 0;
        lock_give(w, &shared->lock);
    }
    return wrong != 0;
}

static const struct model_case {
    const char *name;
    enum spec_model model;
} exclusions[] = {
    {"lock: one at a time, threads", MODEL_THREADS},
    {"lock: one at a time, processes", MODEL_PROCESSES},
};

static void lock_excludes(void **state)
{
    const struct model_case *c = *state;

    open_rig(c->model, 4);
    run_all(4, count_up);
    assert_int_equal(shared->plain, 4 * TIMES);
    assert_int_equal(atomic_load(&shared->lock.state), 0);
    assert_int_equal(owner(), -1);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(atomic_load(&rig.workers[i].row->waits_on), 0);
        assert_int_equal(atomic_load(&rig.workers[i].row->wait), WAIT_NONE);
    }
    close_rig();
}

static void try_takes_only_what_is_free(void **state)
{
    struct worker *w = rig.workers;

    (void)state;
    open_rig(MODEL_THREADS, 2);
    assert_true(lock_try(&w[0], &shared->lock));
    assert_int_equal(owner(), 0);
    assert_false(lock_try(&w[1], &shared->lock));
    assert_int_equal(owner(), 0);
    lock_give(&w[0], &shared->lock);
    assert_int_equal(owner(), -1);
    assert_true(lock_try(&w[1], &shared->lock));
    assert_int_equal(owner(), 1);
    lock_give(&w[1], &shared->lock);
    close_rig();
}

/* ---- a bounded buffer, both ways ---------------------------------------- */

#define PLACES 3

static int use_condition(struct worker *w)
{
    bool producer = w->id < 2;
    int wrong = 0;

    for (int i = 0; i < TIMES; i++) {
        if (!lock_take(w, &shared->lock))
            return 1;
        while (shared->depth == (producer ? PLACES : 0))
            if (!condition_wait(w, &shared->changed, &shared->lock, -1,
                                WAIT_QUEUE))
                return 1;
        shared->depth += producer ? 1 : -1;
        shared->taken += !producer;
        wrong += shared->depth < 0 || shared->depth > PLACES;
        lock_give(w, &shared->lock);
        condition_wake(&shared->changed, INT_MAX);
    }
    return wrong != 0;
}

static int use_semaphores(struct worker *w)
{
    bool producer = w->id < 2;
    int wrong = 0;

    for (int i = 0; i < TIMES; i++) {
        if (!semaphore_take(w, producer ? &shared->places : &shared->items,
                            WAIT_QUEUE) ||
            !lock_take(w, &shared->lock))
            return 1;
        shared->depth += producer ? 1 : -1;
        shared->taken += !producer;
        wrong += shared->depth < 0 || shared->depth > PLACES;
        lock_give(w, &shared->lock);
        semaphore_give(w, producer ? &shared->items : &shared->places);
    }
    return wrong != 0;
}

static const struct buffer_case {
    const char *name;
    enum spec_model model;
    int (*job)(struct worker *w);
} buffers[] = {
    {"condition: threads", MODEL_THREADS, use_condition},
    {"condition: processes", MODEL_PROCESSES, use_condition},
    {"semaphores: threads", MODEL_THREADS, use_semaphores},
    {"semaphores: processes", MODEL_PROCESSES, use_semaphores},
};

static void buffer_holds(void **state)
{
    const struct buffer_case *c = *state;

    open_rig(c->model, 4);
    run_all(4, c->job);
    assert_int_equal(shared->depth, 0);
    assert_int_equal(shared->taken, 2 * TIMES);
    assert_int_equal(atomic_load(&shared->changed.waiting), 0);
    /* What the graph was told comes out even. */
    assert_int_equal(
        atomic_load(&rig.board->resource[shared->items.resource].available), 0);
    assert_int_equal(
        atomic_load(&rig.board->resource[shared->places.resource].available),
        PLACES);
    close_rig();
}

/* ---- told to stop while waiting ----------------------------------------- */

static int wait_for_lock(struct worker *w)
{
    return lock_take(w, &shared->lock) ? 1 : 0;
}

static int wait_for_condition(struct worker *w)
{
    if (!lock_take(w, &shared->lock))
        return 2;
    return condition_wait(w, &shared->changed, &shared->lock, -1, WAIT_QUEUE)
               ? 1
               : 0;
}

static int wait_for_semaphore(struct worker *w)
{
    return semaphore_take(w, &shared->items, WAIT_QUEUE) ? 1 : 0;
}

static int wait_for_end(struct worker *w)
{
    return ending_wait(w, &shared->end) ? 1 : 0;
}

static const struct stop_case {
    const char *name;
    enum spec_model model;
    int (*job)(struct worker *w); /* 0: came back without it */
    bool held;                    /* the lock, by somebody else */
    enum wait_cause cause;
} stops[] = {
    {"stop: lock, thread", MODEL_THREADS, wait_for_lock, true, WAIT_LOCK},
    {"stop: lock, process", MODEL_PROCESSES, wait_for_lock, true, WAIT_LOCK},
    {"stop: condition, thread", MODEL_THREADS, wait_for_condition, false,
     WAIT_QUEUE},
    {"stop: condition, process", MODEL_PROCESSES, wait_for_condition, false,
     WAIT_QUEUE},
    {"stop: semaphore, thread", MODEL_THREADS, wait_for_semaphore, false,
     WAIT_QUEUE},
    {"stop: end, process", MODEL_PROCESSES, wait_for_end, false, WAIT_JOIN},
};

static void stop_ends_the_wait(void **state)
{
    const struct stop_case *c = *state;
    _Atomic(_Atomic uint32_t *) *word;
    struct board_row *row;

    open_rig(c->model, 2);
    row = rig.workers[0].row;
    word = arena_waits(rig.arena, 0);
    rig.job = c->job;
    if (c->held)
        assert_true(lock_try(&rig.workers[1], &shared->lock));
    assert_true(rig_start(&rig, 0));
    while (atomic_load(&row->wait) != c->cause || !atomic_load(word))
        sched_yield();
    rig_stop(&rig);
    while (atomic_load(&row->wait) != WAIT_NONE) { /* as phase_nudge() does */
        _Atomic uint32_t *sleeps = atomic_load(word);

        if (sleeps)
            futex_wake(sleeps, INT_MAX);
        sched_yield();
    }
    assert_int_equal(rig_join(&rig, 0), 0);
    assert_int_equal(atomic_load(&row->waits_on), 0);
    assert_int_equal(owner(), c->held ? 1 : -1);
    close_rig();
}

/* ---- live --------------------------------------------------------------- */

static double value(const struct source *s, enum metric which)
{
    if (!s->trace->metrics.has[which])
        fail_msg("%s was not measured", metric_infos[which].name);
    return s->trace->metrics.value[which];
}

static const struct dead_case {
    const char *line;
    int stuck, cycle;
    const char *told[3];
} dead[] = {
    {"locks",
     2,
     2,
     {"deadlock: worker A holds lock A and waits in futex(lock) for lock B, "
      "held by B; B holds lock B and waits for lock A, held by A"}},
    {"locks --model processes", 2, 2, {"held by B", "held by A"}},
    {"locks --observer off", 2, 2, {"held by B", "held by A"}},
    {"locks --observer sampled", 2, 2, {"held by B", "held by A"}},
    {"locks --workers 5",
     5,
     5,
     {"philosopher A holds fork 0", "E holds fork 4 and waits for fork 0"}},
    {"locks --workers 40 --tasks 5 --model processes", 40, 40, {"and 34 more"}},
    {"pipe",
     2,
     2,
     {"child B waits in write(pipe) for room in its pipe, which only parent A "
      "makes",
      "parent A waits in waitid(child) for the end of child B"}},
    {"pipe --bytes 65537 --model threads",
     2,
     2,
     {"write(pipe)", "join(thread)"}},
    /* The article's four results of 189,589 digits. */
    {"pipe --bytes 189589 --workers 5", 5, 2, {"; 3 more wait for them"}},
};

static void deadlock_is_found(void **state)
{
    const struct dead_case *c = *state;
    struct source *s = drive_run(c->line);
    const struct trace *t = s->trace;

    if (t->verdict != VERDICT_DEADLOCK)
        fail_msg("verdict %s: %s", verdict_words[t->verdict], t->error);
    assert_true(value(s, METRIC_STUCK) == c->stuck);
    assert_true(value(s, METRIC_FOUND_MS) >= 0);
    assert_int_equal(t->waitfor.stuck, c->stuck);
    assert_int_equal(t->waitfor.going, 0);
    assert_int_equal(t->waitfor.cycle_length, c->cycle);
    for (int i = 0; i < 3 && c->told[i]; i++)
        if (!strstr(t->error, c->told[i]))
            fail_msg("told: %s", t->error);
    s->class->close(s);
}

/* With somebody there to look on they stay as they are, until told. */
static void deadlock_can_be_looked_at(void **state)
{
    struct source *s = drive_open("locks --workers 3", true);

    (void)state;
    while (s->trace->waitfor.stuck == 0)
        drive_for(s, NS_PER_MS);
    drive_for(s, 50 * NS_PER_MS);
    assert_false(s->done);
    assert_int_equal(s->trace->waitfor.stuck, 3);
    assert_non_null(strstr(s->trace->error, "deadlock: philosopher"));
    s->wanted.paused = true; /* passes the barrier all the same */
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->wanted.paused = false;
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    assert_int_equal(s->trace->verdict, VERDICT_DEADLOCK);
    assert_int_equal(s->trace->waitfor.stuck, 3);
    s->class->close(s);
}

static const struct fine_case {
    const char *line;
    double done, checksum; /* -1: none is told */
    bool clean;            /* .violations is measured, and 0 */
} fine[] = {
    {"locks --order same --workers 2 --tasks 300", 300, -1, false},
    {"locks --order same --workers 5 --tasks 300", 300, -1, false},
    {"locks --order same --workers 5 --tasks 300 --model processes", 300, -1,
     false},
    {"locks --order trylock --workers 2 --tasks 100", 100, -1, false},
    {"locks --order trylock --workers 5 --tasks 100", 100, -1, false},
    {"locks --order trylock --tasks 1 --workers 2", 1, -1, false},
    {"pipe --bytes 64k", 2, -1, false},
    {"pipe --bytes 64k --workers 4 --model threads", 4, -1, false},
    {"pipe --bytes 256k --join after", 2, -1, false},
    {"pipe --bytes 1000001 --join after --workers 4", 4, -1, false},
    {"pipe --bytes 1M --join after --workers 3 --model threads", 3, -1, false},
    {"pipe --bytes 1", 2, -1, false},
    {"sync --guard while --tasks 500", 500, 125250, true},
    {"sync --guard while --tasks 500 --capacity 1 --model processes", 500,
     125250, true},
    {"sync --guard semaphore --tasks 500", 500, 125250, true},
    {"sync --guard semaphore --tasks 500 --capacity 1 --workers 6 --producers "
     "3 --model processes",
     500, 125250, true},
    {"sync --guard busy --tasks 20 --workers 2 --producers 1", 20, 210, true},
    {"sync --guard barrier --tasks 60 --workers 5", 60, 1830, true},
    {"sync --guard barrier --tasks 20 --workers 3 --model processes", 20, 210,
     true},
    {"sync --guard join --tasks 50 --workers 4", 50, 1275, true},
    {"sync --guard join --tasks 50 --workers 3 --model processes", 50, 1275,
     true},
    {"sync --guard join --tasks 7 --workers 1", 7, 28, true},
};

static void run_ends_well(const struct fine_case *c)
{
    struct source *s = drive_run(c->line);

    if (s->trace->verdict != VERDICT_OK)
        fail_msg("%s: verdict %s: %s", c->line,
                 verdict_words[s->trace->verdict], s->trace->error);
    assert_true(value(s, METRIC_TASKS_DONE) == c->done);
    assert_int_equal(s->trace->metrics.has[METRIC_CHECKSUM], c->checksum >= 0);
    if (c->checksum >= 0)
        assert_true(value(s, METRIC_CHECKSUM) == c->checksum);
    if (c->clean)
        assert_true(value(s, METRIC_VIOLATIONS) == 0);
    if (s->trace->resource_count > 0)
        assert_true(value(s, METRIC_STUCK) == 0);
    assert_false(s->trace->metrics.has[METRIC_FOUND_MS]);
    s->class->close(s);
}

static void right_ones_end_well(void **state)
{
    run_ends_well(*state);
}

/* Beside processes that want the cores all the time: waits are long, and
 * whoever was woken is not yet there. Nobody is to be called stuck. */
static void no_false_alarm(void **state)
{
    pid_t hogs[3];

    (void)state;
    for (size_t i = 0; i < sizeof(hogs) / sizeof(hogs[0]); i++) {
        hogs[i] = fork();
        if (hogs[i] == 0)
            for (;;)
                ; /* until it is killed */
    }
    for (int round = 0; round < 4; round++)
        for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
            if (!strstr(fine[i].line, "busy"))
                run_ends_well(&fine[i]);
    for (size_t i = 0; i < sizeof(hogs) / sizeof(hogs[0]); i++) {
        kill(hogs[i], SIGKILL);
        waitpid(hogs[i], NULL, 0);
    }
}

/* With "if" what is told is true: the sum is wrong only if a rule was broken,
 * and the run comes to its end all the same. */
static void if_is_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct source *s =
            drive_run("sync --guard if --tasks 500 --capacity 2");

        assert_int_equal(s->trace->verdict, VERDICT_OK);
        assert_true(value(s, METRIC_TASKS_DONE) == 500);
        if (value(s, METRIC_CHECKSUM) != 125250)
            assert_true(value(s, METRIC_VIOLATIONS) > 0);
        s->class->close(s);
    }
}

/* Everybody holds one when the first asks for its second. */
static void trylock_tries_again(void **state)
{
    struct source *s = drive_run("locks --order trylock --tasks 50");

    (void)state;
    assert_true(value(s, METRIC_RETRIES) >= 1);
    assert_true(value(s, METRIC_REQUESTS) == 50);
    s->class->close(s);
}

static const char *const endless[] = {
    "locks --order same --workers 4 --duration endless",
    "locks --order trylock --workers 3 --duration endless --model processes",
    "sync --guard while --duration endless",
    "sync --guard semaphore --duration endless --model processes",
    "sync --guard busy --duration endless",
    "sync --guard if --duration endless",
    "sync --guard barrier --duration endless",
    "sync --guard join --duration endless",
    "pipe --bytes 1G --join after --workers 3",
};

/* Phases change and more workers come while they wait; then all go home. */
static void stops_in_the_middle(void **state)
{
    struct source *s = drive_open(*state, true);

    while (!s->running && !s->done)
        drive_for(s, NS_PER_MS);
    drive_for(s, 20 * NS_PER_MS);
    s->wanted.workers = s->trace->spec.workers + 2; /* no seat for them */
    s->class->apply(s, false);
    drive_for(s, 20 * NS_PER_MS);
    s->wanted.paused = true;
    s->class->apply(s, false);
    drive_for(s, 10 * NS_PER_MS);
    s->wanted.paused = false;
    s->class->apply(s, false);
    drive_for(s, 20 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    if (s->trace->verdict != VERDICT_INTERRUPTED)
        fail_msg("verdict %s: %s", verdict_words[s->trace->verdict],
                 s->trace->error);
    s->class->close(s);
}

#define ADD(table, test)                                                       \
    n = add_rows(tests, n, table, sizeof(table) / sizeof((table)[0]),          \
                 sizeof((table)[0]), test)

int main(void)
{
    struct CMUnitTest tests[80];
    size_t n = 0;

    ADD(exclusions, lock_excludes);
    ADD(buffers, buffer_holds);
    ADD(stops, stop_ends_the_wait);
    ADD(dead, deadlock_is_found);
    ADD(fine, right_ones_end_well);
    for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++)
        tests[n++] =
            (struct CMUnitTest){.name = endless[i],
                                .test_func = stops_in_the_middle,
                                .initial_state = (void *)(uintptr_t)endless[i]};

    const struct CMUnitTest rest[] = {
        cmocka_unit_test(try_takes_only_what_is_free),
        cmocka_unit_test(deadlock_can_be_looked_at),
        cmocka_unit_test(no_false_alarm),
        cmocka_unit_test(if_is_counted),
        cmocka_unit_test(trylock_tries_again),
    };
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
        tests[n++] = rest[i];
    return _cmocka_run_group_tests("locks", tests, n, NULL, NULL);
}
