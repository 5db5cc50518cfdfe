/* How tasks reach workers and results come back: each task once, in every way;
 * the order of delivery; groups; a task that fails. Never how long anything
 * takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lab/dispatch.h"
#include "lib/drive.h"
#include "lib/rig.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* ---- each task exactly once --------------------------------------------- */

/* Tasks differ, so that one left out or done twice changes their sum. */
#define WORK "sumsquares --limit 3000 --tasks 37 "

static const char *const ways[] = {
    "--dispatch dynamic",
    "--dispatch dynamic --chunk 3",
    "--dispatch map",
    "--dispatch map --chunk 5",
    "--dispatch apply",
    "--dispatch async",
    "--dispatch async --results index",
};

static double sum_of(const char *line)
{
    struct source *s = drive_run(line);
    double sum;

    if (s->trace->verdict != VERDICT_OK)
        fail_msg("%s: %s: %s", line, verdict_words[s->trace->verdict],
                 s->trace->error);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == 37);
    sum = drive_metric(s, METRIC_CHECKSUM);
    s->class->close(s);
    return sum;
}

static void each_task_is_done_once(void **state)
{
    double want = sum_of(WORK "--model sequential");
    char line[200];

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        snprintf(line, sizeof(line), WORK "%s %s", (const char *)*state,
                 ways[i]);
        if (sum_of(line) != want)
            fail_msg("%s: another sum", line);
    }
}

static void a_worker_a_task_does_each_once(void **state)
{
    double want = sum_of(WORK "--model sequential");

    (void)state;
    assert_true(sum_of(WORK "--spawn per-task --workers 3") == want);
    assert_true(sum_of(WORK "--spawn per-task --workers 3 --dispatch async") ==
                want);
    assert_true(sum_of(WORK "--spawn per-task --workers 50") == want);
    assert_true(sum_of(WORK "--spawn per-task --workers 3 "
                            "--model processes") == want);
}

/* ---- the order of delivery ---------------------------------------------- */

static const struct order_case {
    const char *name, *line;
    int delivered[6]; /* in this order; the rest of the tasks is not */
    int count;
    int inversions; /* -1: nothing is said of it */
} orders[] = {
    {"as they come", "sleep --tasks 4 --dispatch async", {1, 3, 2, 0}, 4, 2},
    {"all in order", "sleep --tasks 4 --dispatch async", {0, 1, 2, 3}, 4, 0},
    {"backwards", "sleep --tasks 4 --dispatch async", {3, 2, 1, 0}, 4, 3},
    {"stopped early", "sleep --tasks 9 --dispatch async", {5, 2}, 2, 1},
    {"none came", "sleep --tasks 9 --dispatch async", {0}, 0, 0},
    {"sorted by index",
     "sleep --tasks 4 --dispatch async --results index",
     {1, 3, 2, 0},
     4,
     0},
    {"map makes a list", "sleep --tasks 4 --dispatch map", {1, 3, 2, 0}, 4, 0},
    {"apply, one by one", "sleep --tasks 4 --dispatch apply", {0, 1, 2}, 3, 0},
    {"dynamic has no results",
     "sleep --tasks 4 --dispatch dynamic",
     {0},
     1,
     -1},
    {"too many to be kept",
     "sleep --tasks 1000001 --dispatch async",
     {0},
     1,
     -1},
};

static void rig_for(struct rig *r, const char *line, uint32_t workers)
{
    struct machine m;
    struct err err = {0};

    machine_read(&m);
    *r = (struct rig){0};
    if (spec_parse_line(&r->spec, line, &err) < 0 ||
        spec_check(&r->spec, &m, &err) < 0)
        fail_msg("%s: %s", line, err.text);
    assert_true(rig_open(r, workers));
}

static void order_is_told(void **state)
{
    const struct order_case *c = *state;
    struct rig r;
    uint64_t has;
    double value;

    rig_for(&r, c->line, 1);
    for (int i = 0; i < c->count; i++)
        dispatch_done(&r.workers[0], c->delivered[i]);
    dispatch_tell(r.arena->dispatch, r.board);
    has = atomic_load(&r.board->reported_has);
    if (c->inversions < 0) {
        assert_int_equal(has, 0);
    } else {
        uint64_t bits = atomic_load(&r.board->reported[METRIC_ORDER_INVERSIONS -
                                                       METRIC_REPORTED_FIRST]);

        assert_int_equal(has, REPORTS(ORDER_INVERSIONS));
        memcpy(&value, &bits, sizeof(value));
        assert_true(value == c->inversions);
    }
    dispatch_unmap(r.arena->dispatch);
    rig_close(&r);
}

/* What holds however busy the machine is. */
static void order_in_a_run(void **state)
{
    static const struct {
        const char *line;
        double least, most;
    } cases[] = {
        {"sleep --tasks 30 --task-ms 1 --workers 4 --dispatch map", 0, 0},
        {"sleep --tasks 30 --task-ms 1 --workers 4 --dispatch apply", 0, 0},
        {"sleep --tasks 30 --task-ms 1 --workers 1 --dispatch async", 0, 0},
        {"sleep --tasks 30 --task-ms 1 --workers 4 --dispatch async --results "
         "index",
         0, 0},
        {"sleep --lengths 4,1,3,2 --tasks 40 --workers 4 --dispatch async", 0,
         39},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source *s = drive_run(cases[i].line);
        double got = drive_metric(s, METRIC_ORDER_INVERSIONS);

        if (got < cases[i].least || got > cases[i].most)
            fail_msg("%s: %g inversions", cases[i].line, got);
        s->class->close(s);
    }
}

/* ---- groups ------------------------------------------------------------- */

#define GROUP_TASKS 100

static const struct group_case {
    const char *name, *line;
    int workers;
    int64_t first[RIG_WORKERS], end[RIG_WORKERS]; /* what each worker sees */
} group_cases[] = {
    {"four scripts of 25",
     "fleet --tasks 100 --workers 4 --groups 4",
     4,
     {0, 25, 50, 75},
     {25, 50, 75, 100}},
    {"two workers each",
     "fleet --tasks 100 --workers 8 --groups 4",
     8,
     {0, 0, 25, 25, 50, 50, 75, 75},
     {25, 25, 50, 50, 75, 75, 100, 100}},
    {"the last has fewer",
     "fleet --tasks 10 --workers 4 --groups 4",
     4,
     {0, 3, 6, 9},
     {3, 6, 9, 10}},
    {"fewer groups than asked for",
     "fleet --tasks 100 --workers 5 --groups 4",
     5,
     {0, 0, 34, 34, 68},
     {34, 34, 68, 68, 100}},
    {"in batches",
     "fleet --tasks 100 --workers 3 --groups 3 --dispatch map",
     3,
     {0, 34, 68},
     {34, 68, 100}},
    {"one at a time",
     "fleet --tasks 100 --workers 2 --groups 2 --dispatch apply",
     2,
     {0, 50},
     {50, 100}},
};

static void each_group_has_its_range(void **state)
{
    const struct group_case *c = *state;
    int taken[GROUP_TASKS] = {0};
    struct rig r;

    rig_for(&r, c->line, (uint32_t)c->workers);
    for (int id = c->workers - 1; id >= 0; id--) {
        struct worker *w = &r.workers[id];
        int64_t first, count;

        while (dispatch_take(w, &first, &count)) {
            assert_true(first >= c->first[id] && first + count <= c->end[id]);
            for (int64_t i = first; i < first + count; i++) {
                taken[i]++;
                dispatch_done(w, i);
            }
        }
    }
    for (int64_t i = 0; i < GROUP_TASKS; i++)
        assert_int_equal(taken[i], i < r.spec.tasks);
    dispatch_unmap(r.arena->dispatch);
    rig_close(&r);
}

/* ---- a task that fails -------------------------------------------------- */

static const struct fail_case {
    const char *settings, *says;
} fails[] = {
    {"--workers 2", "number 7 (as --fail-at asked)"},
    {"--workers 2 --dispatch map --chunk 4",
     "number 7 (as --fail-at asked; its batch was tasks 5 to 8)"},
    {"--workers 3 --dispatch dynamic --chunk 15",
     "number 7 (as --fail-at asked; its batch was tasks 1 to 15)"},
    {"--workers 2 --dispatch apply", "number 7 (as --fail-at asked)"},
    {"--workers 2 --dispatch async", "number 7 (as --fail-at asked)"},
    {"--workers 2 --model processes --dispatch map --chunk 19",
     "number 7 (as --fail-at asked; its batch was tasks 1 to 19)"},
    {"--workers 4 --model blended --processes 2", "number 7 (as --fail-at"},
    {"--workers 2 --spawn per-task", "number 7 (as --fail-at asked)"},
    {"--workers 2 --spawn per-task --model processes", "number 7 (as"},
};

static void the_failed_task_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fails); i++) {
        char line[200];
        struct source *s;

        snprintf(line, sizeof(line),
                 "primes --limit 1000 --tasks 20 --fail-at 7 %s",
                 fails[i].settings);
        s = drive_run(line);
        assert_int_equal(s->trace->verdict, VERDICT_FAILED);
        if (!strstr(s->trace->error, "1 of 20 tasks failed") ||
            !strstr(s->trace->error, fails[i].says))
            fail_msg("%s: %s", line, s->trace->error);
        assert_true(drive_metric(s, METRIC_TASKS_FAILED) == 1);
        assert_true(drive_metric(s, METRIC_TASKS_DONE) == 19); /* all others */
        s->class->close(s);
    }
}

int main(void)
{
    static const char *const crews[] = {
        "--model threads --workers 3", "--model processes --workers 3",
        "--model gil --workers 3", "--model coop --workers 3",
        "--model blended --workers 5 --processes 2"};
    struct CMUnitTest tests[64];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(crews); i++)
        tests[n++] =
            (struct CMUnitTest){.name = crews[i],
                                .test_func = each_task_is_done_once,
                                .initial_state = (void *)(uintptr_t)crews[i]};
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        tests[n++] =
            (struct CMUnitTest){.name = orders[i].name,
                                .test_func = order_is_told,
                                .initial_state = (void *)(uintptr_t)&orders[i]};
    for (size_t i = 0; i < COUNT_OF(group_cases); i++)
        tests[n++] = (struct CMUnitTest){
            .name = group_cases[i].name,
            .test_func = each_group_has_its_range,
            .initial_state = (void *)(uintptr_t)&group_cases[i]};

    const struct CMUnitTest rest[] = {
        cmocka_unit_test(a_worker_a_task_does_each_once),
        cmocka_unit_test(order_in_a_run),
        cmocka_unit_test(the_failed_task_is_named),
    };
    for (size_t i = 0; i < COUNT_OF(rest); i++)
        tests[n++] = rest[i];
    return _cmocka_run_group_tests("dispatch", tests, n, NULL, NULL);
}
