/* The lab for real: results, counters, phases, ends. Invariants only: never how
 * long anything takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/drive.h"

/* ---- one result for every model ----------------------------------------- */

static const struct result_case {
    const char *name, *work;
    double checksum; /* 0: whatever the sequential run says */
} results[] = {
    {"primes", "primes --limit 100000 --tasks 4", 9592},
    {"sumsquares", "sumsquares --limit 50000 --tasks 5", 0},
    {"factorial", "factorial --limit 2000 --tasks 3", 0},
    {"spin", "spin --task-ms 1 --tasks 8", 0},
};

static const char *const ways[] = {
    "--model sequential",
    "--model threads --workers 1",
    "--model threads --workers 3",
    "--model threads --workers 2 --dispatch map --chunk 2",
    "--model threads --workers 2 --dispatch apply",
    "--model processes --workers 3",
    "--model processes --workers 2 --dispatch map",
    "--model gil --workers 3",
    "--model gil --workers 2 --gil old",
    "--model gil --workers 2 --gil unforced --gil-interval 0.5",
};

static void results_are_equal(void **state)
{
    const struct result_case *c = *state;
    double want = c->checksum;
    char line[200];

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct source *s;

        snprintf(line, sizeof(line), "%s %s", c->work, ways[i]);
        s = drive_run(line);
        drive_ok(s);
        if (want == 0)
            want = drive_metric(s, METRIC_CHECKSUM);
        if (drive_metric(s, METRIC_CHECKSUM) != want)
            fail_msg("%s: checksum %.0f, not %.0f", line,
                     drive_metric(s, METRIC_CHECKSUM), want);
        assert_true(drive_metric(s, METRIC_TASKS_DONE) ==
                    (double)s->trace->spec.tasks);
        assert_true(drive_metric(s, METRIC_TASKS_FAILED) == 0);
        s->class->close(s);
    }
}

static void factorial_has_its_digits(void **state)
{
    struct source *s = drive_run("factorial --limit 1000 --tasks 1");

    (void)state;
    drive_ok(s);
    assert_int_equal(s->trace->result_digits, 2568);
    s->class->close(s);
}

/* ---- the counter -------------------------------------------------------- */

static double phase_metric(const struct trace_phase *p, enum metric which)
{
    assert_true(p->metrics.has[which]);
    return p->metrics.value[which];
}

/* expected = actual + lost, and nothing is lost under a lock. */
static void assert_phases_exact(const struct trace *t, bool can_lose)
{
    double expected = 0;

    assert_true(t->phase_count > 0);
    for (size_t i = 0; i < t->phase_count; i++) {
        const struct trace_phase *p = &t->phases[i];
        double lost = phase_metric(p, METRIC_LOST);

        assert_true(p->end_ns > p->start_ns);
        assert_true(phase_metric(p, METRIC_EXPECTED) ==
                    phase_metric(p, METRIC_ACTUAL) + lost);
        assert_true(lost >= 0);
        if (lost > 0 && (p->sync != SYNC_NONE || !can_lose))
            fail_msg("phase %zu (%s) lost %.0f", i, spec_sync_words[p->sync],
                     lost);
        expected += phase_metric(p, METRIC_EXPECTED);
    }
    assert_true(expected == t->metrics.value[METRIC_EXPECTED]);
}

static const char *const counter_lines[] = {
    "counter --sync none --workers 3 --duration 0.1",
    "counter --sync mutex --workers 3 --duration 0.1",
    "counter --sync spin --workers 3 --duration 0.1",
    "counter --sync ticket --workers 3 --duration 0.1",
    "counter --sync atomic --workers 3 --duration 0.1",
    "counter --sync sharded --workers 3 --duration 0.1",
    "counter --sync sharded-packed --workers 3 --duration 0.1",
    "counter --sync mutex --model processes --workers 3 --duration 0.1",
    "counter --sync ticket --model processes --workers 2 --duration 0.1",
    "counter --sync none --model processes --workers 2 --duration 0.1",
    "counter --sync mutex --model gil --workers 3 --duration 0.1",
    "counter --sync none --model gil --workers 2 --duration 0.1",
    "counter --sync none --cpus 0 --workers 2 --duration 0.1",
    "counter --phases none:0.05,mutex:0.05,ticket:0.05,none:0.05 --workers 2",
};

static void counter_adds_up(void **state)
{
    const char *line = *state;
    struct source *s = drive_run(line);
    /* Under the global lock looked at at the loop's end nothing is lost. */
    bool can_lose = s->trace->spec.model != MODEL_GIL;

    drive_ok(s);
    assert_phases_exact(s->trace, can_lose);
    assert_true(drive_metric(s, METRIC_EXPECTED) > 0);
    if (s->trace->spec.phase_count > 0)
        assert_int_equal(s->trace->phase_count, s->trace->spec.phase_count);
    s->class->close(s);
}

/* Change something about every 5 ms and see that the books stay right. */
static void flips(const char *line, int times)
{
    struct source *s = drive_open(line, true);

    while (!s->running)
        drive_for(s, NS_PER_MS);
    for (int i = 0; i < times; i++) {
        s->wanted.sync = (enum spec_sync)(i * 5 % SYNC_COUNT);
        s->wanted.workers = 1 + i % 4;
        s->wanted.paused = i % 7 == 3;
        s->class->apply(s, true);
        drive_for(s, 5 * NS_PER_MS);
    }
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    drive_verdict(s, VERDICT_INTERRUPTED);
    assert_true(s->trace->phase_count > 1);
    assert_phases_exact(s->trace, true);
    s->class->close(s);
}

static void flips_threads(void **state)
{
    (void)state;
    flips("counter --workers 2 --duration endless", 150);
}

static void flips_processes(void **state)
{
    (void)state;
    flips("counter --model processes --workers 2 --duration endless", 60);
}

static void flips_gil(void **state)
{
    (void)state;
    flips("counter --model gil --workers 3 --duration endless", 60);
}

/* Several changes before the lab has obeyed the first: none is forgotten. */
static void bursts_are_obeyed(void **state)
{
    (void)state;
    for (int i = 0; i < 25; i++) {
        struct source *s = drive_open("counter --duration endless", true);

        while (!s->running)
            drive_for(s, NS_PER_MS);
        s->wanted.paused = true;
        s->class->apply(s, false);
        drive_for(s, i % 3 * NS_PER_MS);
        s->wanted.paused = false;
        s->class->apply(s, false);
        s->wanted.workers = 3;
        s->class->apply(s, false);
        drive_for(s, i % 2 * NS_PER_MS);
        s->class->stop(s, VERDICT_INTERRUPTED);
        drive_to_end(s);
        drive_verdict(s, VERDICT_INTERRUPTED);
        s->class->close(s);
    }
}

/* ---- dispatch ----------------------------------------------------------- */

static void sleep_deals_like_pool_map(void **state)
{
    struct source *s =
        drive_run("sleep --tasks 100 --task-ms 20 --scale 20 --workers 8");

    (void)state;
    drive_ok(s);
    assert_true(drive_metric(s, METRIC_CHUNK) == 4);
    assert_true(drive_metric(s, METRIC_CHUNKS) == 25);
    assert_true(drive_metric(s, METRIC_ROUNDS) == 4);
    assert_true(drive_metric(s, METRIC_LAST_ROUND_BUSY) == 1);
    /* Waits are never shorter than asked: 16 ms of them on the longest path. */
    assert_true(drive_metric(s, METRIC_WALL_SCALED_S) >= 0.32);
    s->class->close(s);
}

static void apply_runs_one_at_a_time(void **state)
{
    struct source *s =
        drive_run("sleep --tasks 10 --task-ms 4 --workers 4 --dispatch apply");

    (void)state;
    drive_ok(s);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == 10);
    assert_true(drive_metric(s, METRIC_WALL_S) >= 0.040);
    s->class->close(s);
}

/* ---- ends --------------------------------------------------------------- */

static void endless_work_stops_when_told(void **state)
{
    static const char *const lines[] = {
        "sleep --task-ms 60000 --tasks 4 --workers 4",
        "sleep --task-ms 60000 --tasks 4 --workers 4 --model gil",
        "sleep --task-ms 60000 --tasks 4 --workers 4 --model processes",
        "sleep --task-ms 60000 --tasks 4 --workers 4 --dispatch apply",
        "pingpong --workers 2 --cpus 0 --duration endless",
        "pingpong --workers 3 --model processes --duration endless",
        "pingpong --workers 2 --model gil --duration endless",
        "spin --duration 100 --workers 40",
        "primes --duration 100 --model gil --gil old --workers 3",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct source *s = drive_open(lines[i], true);

        while (!s->running && !s->done)
            drive_for(s, NS_PER_MS);
        drive_for(s, 30 * NS_PER_MS);
        s->wanted.workers = 2;
        s->class->apply(s, false);
        drive_for(s, 30 * NS_PER_MS);
        s->class->stop(s, VERDICT_INTERRUPTED);
        drive_to_end(s);
        drive_verdict(s, VERDICT_INTERRUPTED);
        s->class->close(s);
    }
}

static void timeout_is_told(void **state)
{
    struct source *s =
        drive_run("sleep --task-ms 60000 --tasks 2 --workers 2 --timeout 0.1");

    (void)state;
    drive_verdict(s, VERDICT_TIMEOUT);
    s->class->close(s);
}

static void more_workers_than_tasks(void **state)
{
    struct source *s = drive_run("primes --tasks 1 --limit 100 --workers 20");

    (void)state;
    drive_ok(s);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == 1);
    assert_true(drive_metric(s, METRIC_CHECKSUM) == 25);
    s->class->close(s);
}

/* Close at any instant, whatever stage the lab is in: nobody survives. */
static void close_leaves_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        struct source *s = drive_open(
            i % 2 ? "spin --duration 100 --workers 8 --model processes"
                  : "counter --workers 8 --duration endless",
            true);
        pid_t group;

        drive_for(s, i * NS_PER_MS);
        group = s->trace->workers ? s->trace->workers[0].pid : 0;
        s->class->close(s);
        if (group > 0 && i % 2 == 0)
            assert_int_equal(kill(-group, 0), -1);
    }
}

int main(void)
{
    struct CMUnitTest tests[64];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        tests[n++] = (struct CMUnitTest){.name = results[i].name,
                                         .test_func = results_are_equal,
                                         .initial_state =
                                             (void *)(uintptr_t)&results[i]};
    for (size_t i = 0; i < sizeof(counter_lines) / sizeof(counter_lines[0]);
         i++)
        tests[n++] = (struct CMUnitTest){
            .name = counter_lines[i],
            .test_func = counter_adds_up,
            .initial_state = (void *)(uintptr_t)counter_lines[i]};

    const struct CMUnitTest rest[] = {
        cmocka_unit_test(factorial_has_its_digits),
        cmocka_unit_test(flips_threads),
        cmocka_unit_test(flips_processes),
        cmocka_unit_test(flips_gil),
        cmocka_unit_test(bursts_are_obeyed),
        cmocka_unit_test(sleep_deals_like_pool_map),
        cmocka_unit_test(apply_runs_one_at_a_time),
        cmocka_unit_test(endless_work_stops_when_told),
        cmocka_unit_test(timeout_is_told),
        cmocka_unit_test(more_workers_than_tasks),
        cmocka_unit_test(close_leaves_nobody),
    };
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
        tests[n++] = rest[i];
    return _cmocka_run_group_tests("lab", tests, n, NULL, NULL);
}
