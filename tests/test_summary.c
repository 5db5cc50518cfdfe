/* Numbers and sentences from traces, against made-up ones with exact figures.
 * Run in the test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/fake_trace.h"
#include "stats/summary.h"

static void assert_near(double have, double want)
{
    assert_true(fabs(have - want) < 1e-6);
}

/* ---- metrics ------------------------------------------------------------ */

#define ABSENT (-1.0) /* no metric here is negative */

static const struct metric_case {
    const char *trace;
    enum metric which;
    double want;
} metric_cases[] = {
    {"primes", METRIC_WALL_S, 2},
    {"primes", METRIC_WALL_SCALED_S, ABSENT},
    {"primes", METRIC_CPU_S, 4},
    {"primes", METRIC_PARALLELISM, 2},
    {"primes", METRIC_TASKS_DONE, 20},
    {"primes", METRIC_TASKS_FAILED, 0},
    {"primes", METRIC_THROUGHPUT_PER_S, 10},
    {"primes", METRIC_CHUNK, 1},
    {"primes", METRIC_ROUNDS, 5},
    {"primes", METRIC_SWITCHES_INVOLUNTARY, 996},
    {"primes", METRIC_SWITCHES_VOLUNTARY, 0},
    {"primes", METRIC_MIGRATIONS, 16},
    {"primes", METRIC_LIFE_S, 7.992},
    {"primes", METRIC_RUN_S, 4},
    {"primes", METRIC_READY_S, 3.992},
    {"primes", METRIC_MAX_RUNNING, 2},
    {"primes", METRIC_GIL_WAIT_S, ABSENT},
    {"primes", METRIC_GIL_HANDOFFS, ABSENT},
    {"primes", METRIC_LOST, ABSENT},
    {"primes", METRIC_REFUSED_AT, ABSENT},
    {"primes", METRIC_CHECKSUM, 9592},
    /* closed phases only; while it runs no sweep over the spans */
    {"race", METRIC_WALL_S, 2.8},
    {"race", METRIC_EXPECTED, 3 * 24147780 + 2 * 4000000},
    {"race", METRIC_ACTUAL, 3 * 12585222 + 2 * 4000000},
    {"race", METRIC_LOST, 3 * 11562558},
    {"race", METRIC_THROUGHPUT_PER_S,
     (3 * 24147780 + 2 * 4000000 + 2400000) / 2.8},
    {"race", METRIC_CHUNK, ABSENT},
    {"race", METRIC_ROUNDS, ABSENT},
    {"race", METRIC_MAX_RUNNING, ABSENT},
    {"race", METRIC_TASKS_DONE, ABSENT},
    {"race", METRIC_LOCK_WAIT_S, 1.3},
    {"sleep", METRIC_WALL_S, 0.32},
    {"sleep", METRIC_WALL_SCALED_S, 32},
    {"sleep", METRIC_CHUNK, 4},
    {"sleep", METRIC_CHUNKS, 25},
    {"sleep", METRIC_ROUNDS, 4},
    {"sleep", METRIC_LAST_ROUND_BUSY, 1},
    {"sleep", METRIC_IO_WAIT_S, 1.99268},
    {"sleep", METRIC_MAX_RUNNING, 2},
    {"gil", METRIC_PARALLELISM, 1},
    {"gil", METRIC_GIL_HANDOFFS, 199},
    {"gil", METRIC_GIL_FORCED, 198},
    {"gil", METRIC_GIL_WAIT_S, 1},
    {"gil", METRIC_GIL_HOLDERS_MAX, 1},
    {"gil", METRIC_MAX_RUNNING, 1},
    {"crowd", METRIC_SWITCHES_INVOLUNTARY, 3998},
    {"crowd", METRIC_LIFE_S, 2000},
    /* a timeline with holes, or guessed, does not say how many at once */
    {"gaps", METRIC_RUN_S, 2},
    {"gaps", METRIC_MAX_RUNNING, ABSENT},
    {"sampled", METRIC_MAX_RUNNING, ABSENT},
    /* just begun: nothing by the second yet */
    {"start", METRIC_WALL_S, 0},
    {"start", METRIC_PARALLELISM, ABSENT},
    {"start", METRIC_THROUGHPUT_PER_S, ABSENT},
    {"start", METRIC_TASKS_DONE, ABSENT},
};

static void test_metrics(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(metric_cases) / sizeof(metric_cases[0]);
         i++) {
        const struct metric_case *c = &metric_cases[i];
        struct trace *t = fake_trace(c->trace);
        double have = metric_get(&t->metrics, c->which, ABSENT);

        if (fabs(have - c->want) > 1e-6)
            fail_msg("%s: %s is %.9g, not %.9g", c->trace,
                     metric_infos[c->which].name, have, c->want);
        /* Once more changes nothing. */
        struct metrics before = t->metrics;

        summary_update(t);
        assert_memory_equal(&before, &t->metrics, sizeof(before));
        trace_free(t);
    }
}

/* What an open phase says so far is not in the sum: it is still racing. */
static void test_open_phase(void **state)
{
    struct trace *t = fake_trace("race");
    double expected = t->metrics.value[METRIC_EXPECTED];
    struct metrics *open = &t->phases[5].metrics;

    (void)state;
    metric_set(open, METRIC_EXPECTED, 2400000);
    metric_set(open, METRIC_ACTUAL, 2000000);
    summary_update(t);
    assert_true(t->metrics.value[METRIC_EXPECTED] == expected);
    assert_true(metric_get(open, METRIC_LOST, 0) == 400000);
    assert_near(metric_get(open, METRIC_WALL_S, 0), 0.3);
    t->phases[5].end_ns = t->now_ns;
    summary_update(t);
    assert_true(t->metrics.value[METRIC_EXPECTED] == expected + 2400000);
    assert_true(t->metrics.value[METRIC_LOST] == 3 * 11562558 + 400000);
    trace_free(t);
}

static void test_unmeasured(void **state)
{
    struct trace *t = fake_trace("primes");

    (void)state;
    /* One worker of four without its figure: no sum over the other three. */
    t->workers[2].metrics.has[METRIC_CPU_S] = false;
    t->workers[2].metrics.has[METRIC_MIGRATIONS] = false;
    summary_update(t);
    assert_false(t->metrics.has[METRIC_CPU_S]);
    assert_false(t->metrics.has[METRIC_PARALLELISM]);
    assert_false(t->metrics.has[METRIC_MIGRATIONS]);
    assert_true(t->metrics.has[METRIC_RUN_S]);
    /* One that never came to be, or was refused, does not count. */
    t->workers[2].life = LIFE_REFUSED;
    trace_worker(t, 4);
    summary_update(t);
    assert_true(t->metrics.has[METRIC_CPU_S]);
    assert_near(t->metrics.value[METRIC_CPU_S], 3);
    trace_free(t);

    /* Before the gate there is no time at all. */
    t = fake_new("counter --model threads");
    t->gate_ns = 0;
    summary_update(t);
    assert_false(t->metrics.has[METRIC_WALL_S]);
    trace_free(t);
}

static void test_kept(void **state)
{
    static const enum metric given[] = {
        METRIC_GIL_HANDOFFS, METRIC_GIL_FORCED,    METRIC_GIL_HOLDERS_MAX,
        METRIC_CHECKSUM,     METRIC_REFUSED_ERRNO, METRIC_REFUSED_AT,
        METRIC_TASKS_FAILED,
    };
    struct trace *t = fake_trace("primes");

    (void)state;
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        metric_set(&t->metrics, given[i], 1000 + (double)i);
    summary_update(t);
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        assert_true(metric_get(&t->metrics, given[i], 0) == 1000 + (double)i);
    trace_free(t);
}

static void test_phase(void **state)
{
    struct trace_phase p = {
        .start_ns = 5 * NS_PER_S, .end_ns = 7 * NS_PER_S, .ops = 500};

    (void)state;
    summary_phase(&p);
    assert_false(p.metrics.has[METRIC_LOST]);
    assert_false(p.metrics.has[METRIC_PARALLELISM]);
    assert_true(metric_get(&p.metrics, METRIC_WALL_S, 0) == 2);
    assert_true(metric_get(&p.metrics, METRIC_THROUGHPUT_PER_S, 0) == 250);
    metric_set(&p.metrics, METRIC_EXPECTED, 9007199254740991.0);
    metric_set(&p.metrics, METRIC_ACTUAL, 9007199254740990.0);
    metric_set(&p.metrics, METRIC_CPU_S, 3);
    metric_set(&p.metrics, METRIC_TASKS_DONE, 8);
    summary_phase(&p);
    assert_true(metric_get(&p.metrics, METRIC_LOST, 0) == 1);
    assert_true(metric_get(&p.metrics, METRIC_PARALLELISM, 0) == 1.5);
    assert_true(metric_get(&p.metrics, METRIC_THROUGHPUT_PER_S, 0) == 4);
}

/* ---- most at once ------------------------------------------------------- */

static int max_of(struct trace *t)
{
    int most = summary_max_running(t);

    trace_free(t);
    return most;
}

static void test_max_running(void **state)
{
    struct trace *t = fake_new("spin --workers 3 --model threads");

    (void)state;
    assert_int_equal(summary_max_running(t), 0);
    fake_span(t, 0, SPAN_READY, -1, WAIT_NONE, 0, 90);
    assert_int_equal(summary_max_running(t), 0);
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, 100, 200);
    /* A core that changes hands at one instant is never shared. */
    fake_span(t, 1, SPAN_RUNNING, 0, WAIT_NONE, 200, 300);
    assert_int_equal(summary_max_running(t), 1);
    fake_span(t, 2, SPAN_SPINNING, 1, WAIT_SPIN, 299, 300);
    assert_int_equal(summary_max_running(t), 2);
    t->observer.lost = 1;
    assert_int_equal(max_of(t), -1);

    /* Workers' own gaps: 20 us of overlap is within their exactness... */
    t = fake_new("spin --workers 2 --model threads");
    t->observer.kind = OBSERVER_GAP;
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, 0, 1000000);
    fake_span(t, 1, SPAN_RUNNING, 0, WAIT_NONE, 980000, 2000000);
    assert_int_equal(summary_max_running(t), 1);
    t->observer.kind = OBSERVER_PERF;
    assert_int_equal(summary_max_running(t), 2);
    t->observer.kind = OBSERVER_GAP;
    /* ... and more is not. Something shorter than that still counts. */
    fake_span(t, 0, SPAN_RUNNING, 1, WAIT_NONE, 1979999, 3000000);
    assert_int_equal(summary_max_running(t), 2);
    trace_free(t);
    t = fake_new("spin --workers 2 --model threads");
    t->observer.kind = OBSERVER_GAP;
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, 0, 5000);
    assert_int_equal(max_of(t), 1);

    /* A simulator's timeline is exact whoever "observed" it. */
    t = fake_new("spin --workers 2 --model threads");
    t->observer.kind = OBSERVER_OFF;
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, 0, 5000);
    assert_int_equal(summary_max_running(t), -1);
    t->badge = BADGE_MODEL;
    assert_int_equal(max_of(t), 1);
}

/* Against counting, at every start, who runs. */
static void test_max_running_at_random(void **state)
{
    enum { SPANS = 400 };
    static const int64_t scales[] = {1, 1000, 100000, 10000000, 1000000000};

    (void)state;
    srand(7);
    for (int round = 0; round < 40; round++) {
        struct trace *t = fake_new("spin --workers 8 --model threads");
        int most = 0;

        for (int i = 0; i < SPANS; i++) {
            int64_t scale = scales[round % 5];
            int64_t from = rand() % 1000 * scale + rand() % 3;

            fake_span(t, i % 8, SPAN_RUNNING, 0, WAIT_NONE, from,
                      from + 1 + rand() % 40 * scale);
        }
        for (uint64_t i = 0; i < trace_span_total(t); i++) {
            int64_t at = trace_span_at(t, i)->start_ns;
            int now = 0;

            for (uint64_t k = 0; k < trace_span_total(t); k++)
                now += trace_span_at(t, k)->start_ns <= at &&
                       trace_span_at(t, k)->end_ns > at;
            most = now > most ? now : most;
        }
        assert_int_equal(max_of(t), most);
    }
}

/* ---- rates -------------------------------------------------------------- */

static void add_sample(struct trace *t, int64_t ms, int64_t ops,
                       int64_t voluntary)
{
    trace_add_sample(
        t, &(struct trace_sample){.at_ns = t->gate_ns + ms * NS_PER_MS,
                                  .ops = ops,
                                  .voluntary = voluntary,
                                  .migrations = -1,
                                  .cpu_ns = 2 * ms * NS_PER_MS,
                                  .gil_handoffs = 3 * ms});
    t->now_ns = t->gate_ns + ms * NS_PER_MS;
}

static void test_rates(void **state)
{
    struct trace *t = fake_new("counter --model threads --workers 2");
    struct rates r;

    (void)state;
    assert_false(summary_rates(t, NS_PER_S, &r));
    add_sample(t, 0, 0, -1);
    assert_false(summary_rates(t, NS_PER_S, &r));
    add_sample(t, 500, 1000, 0);
    assert_true(summary_rates(t, NS_PER_S, &r));
    assert_near(r.ops_per_s, 2000);
    assert_near(r.cores_busy, 2);
    assert_near(r.handoffs_per_s, 3000);
    assert_true(r.voluntary_per_s < 0); /* not known at the start */
    assert_true(r.migrations_per_s < 0);
    assert_near(r.involuntary_per_s, 0);
    /* What came before the window has no part in it. */
    add_sample(t, 1000, 1000, 10);
    add_sample(t, 1500, 1100, 20);
    assert_true(summary_rates(t, NS_PER_S, &r));
    assert_near(r.ops_per_s, 100);
    assert_near(r.voluntary_per_s, 20);
    /* A window too short for two samples takes the last two. */
    assert_true(summary_rates(t, 1, &r));
    assert_near(r.ops_per_s, 200);
    trace_free(t);
}

/* ---- sentences ---------------------------------------------------------- */

static void expect_sentence(const struct trace *t, const char *want)
{
    struct text out = {0};

    summary_sentence(t, &out);
    assert_false(out.failed);
    assert_string_equal(text_str(&out), want);
    text_fini(&out);
}

static const struct sentence_case {
    const char *trace, *want;
} sentence_cases[] = {
    {"primes",
     "4 threads on 2 cores did 20 tasks in 2.00 s, keeping 2.00 of 2 cores "
     "busy: each of the 20 tasks found 9,592 primes up to 100,000."},
    {"race",
     "2 threads: without a lock 48.3 M increments a second, 47.9 % were lost; "
     "with a mutex 8.00 M increments a second, none was lost: 6.0 times as "
     "slow."},
    {"sleep",
     "100 tasks of 2 s, 4 at a time a worker: 25 portions over 8 workers make "
     "4 rounds: 32.0 s (scaled 1:100). Waiting kept only 0.01 cores busy."},
    {"gil",
     "2 threads under one global lock on 2 cores did 10 tasks in 1.00 s, "
     "keeping 1.00 of 2 cores busy. The global lock changed hands 199 times, "
     "198 of them on a waiter's demand."},
    {"crowd",
     "2,000 threads on 2 cores have done 3,000 of 40,000 tasks in 1.00 s, "
     "keeping 2.00 of 2 cores busy."},
    {"gaps", "2 threads on 2 cores did 8 tasks in 1.00 s, keeping 2.00 of 2 "
             "cores busy."},
    {"sampled",
     "Stopped at its time limit, after 1.00 s. 2 threads on 2 cores did 8 "
     "tasks in 1.00 s, keeping 2.00 of 2 cores busy."},
    {"start", "4 threads on 2 cores just began."},
};

static void test_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sentence_cases) / sizeof(sentence_cases[0]);
         i++) {
        struct trace *t = fake_trace(sentence_cases[i].trace);

        expect_sentence(t, sentence_cases[i].want);
        trace_free(t);
    }
}

/* One second of counting with @sync; the counter then says @actual. */
static struct trace *counted(enum spec_sync sync, double expected,
                             double actual)
{
    struct trace *t = fake_new("counter --model threads --workers 2");
    struct trace_phase *p = trace_add_phase(t);

    assert_non_null(p);
    p->sync = sync;
    p->workers = 2;
    p->start_ns = t->gate_ns;
    p->end_ns = t->gate_ns + NS_PER_S;
    p->ops = (int64_t)expected;
    metric_set(&p->metrics, METRIC_EXPECTED, expected);
    metric_set(&p->metrics, METRIC_ACTUAL, actual);
    for (int id = 0; id < 2; id++) {
        fake_span(t, id, SPAN_RUNNING, id, WAIT_NONE, 0, 750 * NS_PER_MS);
        fake_span(t, id, SPAN_BLOCKED, -1, WAIT_LOCK, 750 * NS_PER_MS,
                  NS_PER_S);
    }
    fake_finish(t, NS_PER_S, true);
    return t;
}

static void test_counter_sentences(void **state)
{
    static const struct {
        enum spec_sync sync;
        double expected, actual;
        const char *want;
    } cases[] = {
        {SYNC_NONE, 48295560, 25170444,
         "2 threads without a lock made 48,295,560 increments in 1.00 s; the "
         "counter says 25,170,444: 47.9 % were lost."},
        {SYNC_NONE, 1000, 1000,
         "2 threads without a lock made 1,000 increments in 1.00 s; the "
         "counter says 1,000: none was lost."},
        {SYNC_MUTEX, 8000000, 8000000,
         "2 threads with a mutex made 8,000,000 increments in 1.00 s and none "
         "was lost; price: 125 ns an increment, and 25.0 % of the time spent "
         "waiting for the lock."},
        {SYNC_SHARDED, 800000000, 800000000,
         "2 threads with a counter each made 800,000,000 increments "
         "in 1.00 s and none was lost; price: 1.25 ns an increment, and 25.0 % "
         "of the time spent waiting for the lock."},
        /* A lock that does not hold must never look as if it did. */
        {SYNC_TICKET, 1000000, 999999,
         "2 threads with a ticket lock made 1,000,000 increments in 1.00 s; "
         "the counter says 999,999: <0.1 % were lost."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trace *t =
            counted(cases[i].sync, cases[i].expected, cases[i].actual);

        expect_sentence(t, cases[i].want);
        trace_free(t);
    }

    /* Nothing closed yet. */
    struct trace *t = fake_new("counter --model threads --workers 2");

    fake_finish(t, 400 * NS_PER_MS, false);
    expect_sentence(t, "2 threads have been adding 1 to one counter, without a "
                       "lock, for 400 ms; the counter is read when the phase "
                       "ends.");
    trace_free(t);
}

static void test_verdict_sentences(void **state)
{
    struct trace *t = fake_trace("gaps");

    (void)state;
    t->verdict = VERDICT_FAILED;
    snprintf(t->error, sizeof(t->error), "worker 2 crashed");
    metric_set(&t->metrics, METRIC_TASKS_FAILED, 1);
    metric_set(&t->metrics, METRIC_REFUSED_AT, 5321);
    metric_set(&t->metrics, METRIC_REFUSED_ERRNO, EAGAIN);
    t->spec.tasks = 9;
    expect_sentence(
        t, "The run failed: worker 2 crashed. The system would not create "
           "worker 5,321 (Resource temporarily unavailable). 1 task gave a "
           "wrong result or none. 2 threads on 2 cores did 8 of 9 tasks in "
           "1.00 s, keeping 2.00 of 2 cores busy.");
    trace_free(t);

    t = fake_new("primes --model processes --workers 1 --tasks 3");
    t->gate_ns = 0;
    expect_sentence(t, "1 process on 2 cores will start at once.");
    t->verdict = VERDICT_INTERRUPTED;
    expect_sentence(t, "Stopped by hand. 1 process on 2 cores "
                       "never began.");
    trace_free(t);

    t = fake_new("primes --model sequential --workers 1 --tasks 3");
    fake_finish(t, NS_PER_S, false);
    expect_sentence(t, "One worker alone on 2 cores has done 0 of 3 tasks in "
                       "1.00 s, keeping 0.00 of 2 cores busy.");
    trace_free(t);

    t = fake_new("pingpong --model threads --workers 2");
    t->workers[0].ops = t->workers[1].ops = 150000;
    fake_finish(t, 600 * NS_PER_MS, false);
    expect_sentence(t, "2 threads on 2 cores have handed the turn on 300,000 "
                       "times in 600 ms: 2.00 µs a turn.");
    t->verdict = VERDICT_DEADLOCK;
    fake_finish(t, 600 * NS_PER_MS, true);
    expect_sentence(t, "Deadlock: workers wait for each other, and none of "
                       "them can ever go on. 2 threads on 2 cores handed the "
                       "turn on 300,000 times in 600 ms: 2.00 µs a turn.");
    trace_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_open_phase),
        cmocka_unit_test(test_unmeasured),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_phase),
        cmocka_unit_test(test_max_running),
        cmocka_unit_test(test_max_running_at_random),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_counter_sentences),
        cmocka_unit_test(test_verdict_sentences),
    };

    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
