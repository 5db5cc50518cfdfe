/* The workloads: their results are right, they count what they do, and they
 * stop when told to. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "lib/rows.h"

#include "lib/rig.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct rig rig;

static void open_rig(enum spec_workload workload, enum spec_model model,
                     uint32_t n)
{
    rig = (struct rig){0};
    spec_defaults(&rig.spec, workload);
    rig.spec.model = model;
    assert_true(rig_open(&rig, n));
}

/* One task of the rig's first worker, from prepare() to fini(). */
static bool run_task(int64_t index, uint64_t *result)
{
    const struct workload *work = workloads[rig.spec.workload];
    struct worker *w = &rig.workers[0];
    bool finished;

    if (work->prepare)
        assert_int_equal(work->prepare(w, NULL), 0);
    if (work->init)
        assert_int_equal(work->init(w, NULL), 0);
    finished = work->task(w, index, result);
    if (work->fini)
        work->fini(w);
    return finished;
}

/* ---- results ------------------------------------------------------------ */

static uint64_t fnv53(const char *digits)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    while (*digits)
        hash = (hash ^ (unsigned char)*digits++) * UINT64_C(1099511628211);
    return (hash ^ hash >> 53 << 53) ^ hash >> 53;
}

static const struct result_case {
    const char *name;
    enum spec_workload workload;
    int64_t limit, index;
    uint64_t result;       /* or - */
    const char *factorial; /* - its digits */
    int64_t ops;
} results[] = {
    {"primes to 1", WORKLOAD_PRIMES, 1, 0, 0, NULL, 1},
    {"primes to 2", WORKLOAD_PRIMES, 2, 0, 1, NULL, 2},
    {"primes to 10", WORKLOAD_PRIMES, 10, 3, 4, NULL, 10},
    {"primes to 25, a square", WORKLOAD_PRIMES, 25, 0, 9, NULL, 25},
    {"primes to 97, itself one", WORKLOAD_PRIMES, 97, 0, 25, NULL, 97},
    {"primes to 100000", WORKLOAD_PRIMES, 100000, 0, 9592, NULL, 100000},
    {"squares below 1", WORKLOAD_SUMSQUARES, 1, 0, 0, NULL, 1},
    {"squares below 4", WORKLOAD_SUMSQUARES, 4, 0, 14, NULL, 4},
    {"squares below 2 + 2", WORKLOAD_SUMSQUARES, 2, 2, 14, NULL, 4},
    {"squares below a unit and one", WORKLOAD_SUMSQUARES, 256, 1, 5625216, NULL,
     257},
    /* n (n-1) (2n-1) / 6, modulo 2^53 */
    {"squares below 5000000 + 2", WORKLOAD_SUMSQUARES, 5000000, 2,
     UINT64_C(8407613500412001), NULL, 5000002},
    {"0! = 1", WORKLOAD_FACTORIAL, 0, 0, 0, "1", 0},
    {"1! = 1", WORKLOAD_FACTORIAL, 1, 0, 0, "1", 0},
    {"5! = 120", WORKLOAD_FACTORIAL, 5, 0, 0, "120", 4},
    {"25!", WORKLOAD_FACTORIAL, 25, 7, 0, "15511210043330985984000000", 24},
};

static void result_is_right(void **state)
{
    const struct result_case *c = *state;
    uint64_t result = ~UINT64_C(0);

    open_rig(c->workload, MODEL_SEQUENTIAL, 1);
    rig.spec.limit = c->limit;
    assert_true(run_task(c->index, &result));
    assert_int_equal(result, c->factorial ? fnv53(c->factorial) : c->result);
    assert_int_equal(atomic_load(&rig.workers[0].row->ops), c->ops);
    if (c->factorial)
        assert_int_equal(atomic_load(&rig.board->result_digits),
                         strlen(c->factorial));
    rig_close(&rig);
}

static void factorial_knows_its_digits(void **state)
{
    static const struct {
        int64_t limit, digits;
    } cases[] = {{10, 7}, {1000, 2568}, {20000, 77338}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t result, again;

        open_rig(WORKLOAD_FACTORIAL, MODEL_SEQUENTIAL, 1);
        rig.spec.limit = cases[i].limit;
        assert_true(run_task(0, &result));
        assert_true(run_task(1, &again));
        assert_int_equal(result, again);
        assert_true(result <= CHECKSUM_MASK);
        assert_int_equal(atomic_load(&rig.board->result_digits),
                         cases[i].digits);
        rig_close(&rig);
    }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static void factorial_without_memory_is_refused(void **state)
{
    int status;
    pid_t pid;

    (void)state;
#ifdef SANITIZED
    skip(); /* sanitizers need all the addresses there are */
#endif
    open_rig(WORKLOAD_FACTORIAL, MODEL_SEQUENTIAL, 1);
    rig.spec.limit = 100000000;
    pid = fork();
    if (pid == 0) {
        struct rlimit small = {256 << 20, 256 << 20};
        struct worker *w = &rig.workers[0];
        struct err err = {0};
        int rc;

        setrlimit(RLIMIT_AS, &small);
        rc = work_factorial.init(w, &err);
        work_factorial.fini(w);
        _exit(rc == -ENOMEM && strstr(err.text, "756570") ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    rig_close(&rig);
}

static uint64_t spin_result(int64_t seed, int64_t task_ns, int64_t *ops)
{
    uint64_t result = 0;

    open_rig(WORKLOAD_SPIN, MODEL_SEQUENTIAL, 1);
    rig.spec.seed = seed;
    rig.spec.task_ns = task_ns;
    assert_true(run_task(0, &result));
    assert_true(atomic_load(&rig.arena->units_per_ms) > 0);
    *ops = atomic_load(&rig.workers[0].row->ops);
    rig_close(&rig);
    return result;
}

static void spin_depends_on_the_seed_alone(void **state)
{
    int64_t none, few, many;
    uint64_t result = spin_result(1, NS_PER_MS / 10, &few);

    (void)state;
    assert_int_equal(spin_result(1, 3 * NS_PER_MS, &many), result);
    spin_result(1, 0, &none);
    assert_int_equal(none, 1); /* an empty task is one all the same */
    assert_true(few > 0 && few < many);
    assert_int_not_equal(spin_result(0, NS_PER_MS, &few), result);
    assert_int_not_equal(spin_result(2, NS_PER_MS, &few), result);
    assert_int_not_equal(spin_result(0, NS_PER_MS, &few), 0);
}

static void sleep_is_never_short(void **state)
{
    uint64_t result = 0;
    int64_t begin_ns;

    (void)state;
    open_rig(WORKLOAD_SLEEP, MODEL_SEQUENTIAL, 1);
    rig.spec.task_ns = 2 * NS_PER_S;
    rig.spec.scale = 100;
    begin_ns = clock_now_ns();
    assert_true(run_task(0, &result));
    assert_true(clock_now_ns() - begin_ns >= 20 * NS_PER_MS);
    /* 2 s unscaled would be: */
    assert_true(atomic_load(&rig.workers[0].row->wait_ns[WAIT_SLEEP]) >=
                20 * NS_PER_MS);
    assert_int_equal(atomic_load(&rig.workers[0].row->ops), 1);
    rig_close(&rig);
}

/* A tenth of 50 ms computes, the rest waits; the result stays that of the
 * computing. */
static void spin_waits_for_its_other_share(void **state)
{
    uint64_t part = 0, whole = 0;

    (void)state;
    open_rig(WORKLOAD_SPIN, MODEL_SEQUENTIAL, 1);
    rig.spec.task_ns = 50 * NS_PER_MS;
    rig.spec.cpu_share = 10;
    assert_true(run_task(0, &part));
    assert_true(atomic_load(&rig.workers[0].row->wait_ns[WAIT_SLEEP]) >=
                45 * NS_PER_MS);
    assert_true(atomic_load(&rig.workers[0].row->ops) > 0);
    rig.spec.cpu_share = 100;
    rig.spec.task_ns = 5 * NS_PER_MS;
    assert_true(run_task(0, &whole));
    assert_int_equal(part, whole);
    rig_close(&rig);
}

/* ---- stopping ----------------------------------------------------------- */

static const struct stop_case {
    const char *name;
    enum spec_workload workload;
} stops[] = {
    {"primes stops", WORKLOAD_PRIMES},
    {"sumsquares stops", WORKLOAD_SUMSQUARES},
    {"factorial stops", WORKLOAD_FACTORIAL},
    {"spin stops", WORKLOAD_SPIN},
    {"sleep stops", WORKLOAD_SLEEP},
    {"counter stops", WORKLOAD_COUNTER},
    {"pingpong stops", WORKLOAD_PINGPONG},
};

/* Would take days. */
static void stops_at_once(void **state)
{
    const struct stop_case *c = *state;
    uint64_t result = 0;

    open_rig(c->workload, MODEL_SEQUENTIAL, 1);
    rig.spec.limit =
        c->workload == WORKLOAD_FACTORIAL ? 10000000 : INT64_MAX / 4;
    rig.spec.task_ns = INT64_C(1000000) * NS_PER_S;
    rig_stop(&rig);
    assert_false(run_task(0, &result));
    assert_int_equal(atomic_load(&rig.workers[0].row->wait), WAIT_NONE);
    rig_close(&rig);
}

/* ---- pingpong ----------------------------------------------------------- */

static const struct turn_case {
    const char *name;
    enum spec_model model;
    uint32_t workers;
    uint32_t turn; /* at first */
} turns[] = {
    {"pingpong: alone", MODEL_SEQUENTIAL, 1, 0},
    {"pingpong: two threads", MODEL_THREADS, 2, 1},
    {"pingpong: five threads", MODEL_THREADS, 5, 3},
    {"pingpong: two processes", MODEL_PROCESSES, 2, 0},
    {"pingpong: three processes", MODEL_PROCESSES, 3, 0},
    {"pingpong: three under the global lock", MODEL_GIL, 3, 0},
    {"pingpong: the turn's owner plays no more", MODEL_THREADS, 2, 6},
};

static int play(struct worker *w)
{
    uint64_t result;
    bool finished;

    if (w->gil)
        gil_take(w);
    finished = work_pingpong.task(w, 0, &result);
    if (w->gil)
        gil_drop(w);
    return finished; /* it never is */
}

static int64_t ops_of(uint32_t id)
{
    return atomic_load(&rig.workers[id].row->ops);
}

static void turn_goes_round(void **state)
{
    const struct turn_case *c = *state;
    uint32_t first = c->turn < c->workers ? c->turn : 0;

    open_rig(WORKLOAD_PINGPONG, c->model, c->workers);
    assert_int_equal(work_pingpong.prepare(&rig.workers[0], NULL), 0);
    atomic_store(&rig.arena->turn, c->turn);
    rig.job = play;
    for (uint32_t i = 0; i < c->workers; i++)
        assert_true(rig_start(&rig, i));
    while (ops_of(0) < 500)
        sched_yield();
    rig_stop(&rig);
    for (uint32_t i = 0; i < c->workers; i++)
        assert_int_equal(rig_join(&rig, i), 0);
    /* In turn, from the first on: nobody is more than one ahead. */
    for (uint32_t i = 0; i + 1 < c->workers; i++) {
        uint32_t before = (first + i) % c->workers;
        uint32_t after = (before + 1) % c->workers;

        assert_in_range(ops_of(before) - ops_of(after), 0, 1);
    }
    assert_in_range(
        ops_of(first) - ops_of((first + c->workers - 1) % c->workers), 0, 1);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(factorial_knows_its_digits),
        cmocka_unit_test(factorial_without_memory_is_refused),
        cmocka_unit_test(spin_depends_on_the_seed_alone),
        cmocka_unit_test(sleep_is_never_short),
        cmocka_unit_test(spin_waits_for_its_other_share),
    };
    struct CMUnitTest
        tests[COUNT(results) + COUNT(stops) + COUNT(turns) + COUNT(others)];
    size_t n = 0;

    n = add_rows(tests, n, results, COUNT(results), sizeof(results[0]),
                 result_is_right);
    n = add_rows(tests, n, stops, COUNT(stops), sizeof(stops[0]),
                 stops_at_once);
    n = add_rows(tests, n, turns, COUNT(turns), sizeof(turns[0]),
                 turn_goes_round);
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
