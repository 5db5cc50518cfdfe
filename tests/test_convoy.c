/* convoy, inversion and their histogram: what they count adds up, they end when
 * they are told to, and nobody is left. Invariants only: never how long
 * anything takes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/rows.h"

#include "base/clock.h"
#include "frame/frame.h"
#include "lib/drive.h"
#include "lib/fake_trace.h"
#include "lib/program.h"
#include "stats/summary.h"
#include "view/scene.h"

/* ---- convoy -------------------------------------------------------------- */

static const char *const convoys[] = {
    "convoy --duration 0.1",
    "convoy --duration 0.1 --hogs 0",
    "convoy --duration 0.1 --hogs 3 --gil-interval 0.2",
    "convoy --duration 0.1 --gil old --bytes 1",
    "convoy --duration 0.1 --gil unforced --gil-interval 0.5",
    "convoy --duration 0.1 --model threads --bytes 100k",
    "convoy --duration 0.1 --model processes --hogs 2 --bytes 1M",
    "convoy --duration 0.1 --workers 4 --gil-interval 0.1 --observer off",
};

/* Every answer is the request (or a task would have failed), each is timed
 * once, and the roles are as they should be. */
static void convoy_adds_up(void **state)
{
    const char *line = *state;
    struct source *s = drive_run(line);
    const struct trace *t = s->trace;
    double requests = drive_metric(s, METRIC_REQUESTS);

    drive_ok(s);
    assert_true(drive_metric(s, METRIC_TASKS_FAILED) == 0);
    assert_true((double)t->latency.n == requests);
    assert_true((double)t->workers[0].ops == requests);
    assert_true(drive_metric(s, METRIC_BYTES) ==
                2 * requests * (double)t->spec.bytes);
    assert_int_equal(t->worker_count, t->spec.hogs + 1);
    assert_int_equal(t->workers[0].role, ROLE_CLIENT);
    for (int i = 1; i < t->worker_count; i++) {
        assert_int_equal(t->workers[i].role, ROLE_HOG);
        assert_int_equal(t->workers[i].ops, 0);
    }
    assert_true(t->spec.hogs > 0 || drive_metric(s, METRIC_COMPUTED_S) == 0);
    s->class->close(s);
}

/* More hogs, other patience, a pause: in the middle of requests. */
static void convoy_changes_live(void **state)
{
    struct source *s = drive_open("convoy --duration 60", true);

    (void)state;
    drive_for(s, 50 * NS_PER_MS);
    s->wanted.workers = 4;
    s->wanted.gil_interval_ns = 200 * NS_PER_US;
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->wanted.paused = true;
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->wanted.paused = false;
    s->wanted.workers = 1;
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->class->stop(s, VERDICT_OK);
    drive_to_end(s);
    drive_ok(s);
    assert_true((double)s->trace->latency.n ==
                drive_metric(s, METRIC_REQUESTS));
    assert_true(s->trace->phase_count >= 3);
    s->class->close(s);
}

/* ---- inversion ----------------------------------------------------------- */

static const char *const inversions[] = {
    "inversion --task-ms 1 --hogs 0",
    "inversion --task-ms 1 --hogs 0 --protocol inherit",
    "inversion --task-ms 1 --hogs 0 --model processes",
    "inversion --task-ms 1 --hogs 0 --model processes --protocol inherit",
    "inversion --task-ms 0.1 --hogs 1",
};

/* Five rounds unless told otherwise, each wait timed once. */
static void inversion_adds_up(void **state)
{
    struct source *s = drive_run(*state);
    const struct trace *t = s->trace;

    drive_ok(s);
    assert_true(drive_metric(s, METRIC_REQUESTS) == 5);
    assert_int_equal(t->latency.n, 5);
    assert_int_equal(t->worker_count, t->spec.hogs + 2);
    assert_int_equal(t->workers[0].role, ROLE_LOW);
    assert_int_equal(t->workers[1].role, ROLE_HIGH);
    assert_non_null(strstr(t->note, "niceness"));
    s->class->close(s);
}

/* While one holds the lock, one waits for it and others take the core. */
static void inversion_stops_at_once(void **state)
{
    struct source *s = drive_open(*state, true);

    drive_for(s, 100 * NS_PER_MS);
    s->wanted.paused = true;
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->wanted.paused = false;
    s->class->apply(s, false);
    drive_for(s, 50 * NS_PER_MS);
    s->class->stop(s, VERDICT_OK);
    drive_to_end(s);
    drive_ok(s);
    assert_true((double)s->trace->latency.n ==
                drive_metric(s, METRIC_REQUESTS));
    s->class->close(s);
}

/* ---- what is refused ----------------------------------------------------- */

static const struct refusal_case {
    const char *name, *line, *says;
} refusals[] = {
    {"hogs and workers disagree", "convoy --hogs 2 --workers 2", "3 workers"},
    {"a huge request", "convoy --bytes 2M", "1048576"},
    {"a niceness for inversion", "inversion --nice 5", "--nice"},
    {"too few for inversion", "inversion --workers 1", "too few"},
    {"no work under the lock", "inversion --task-ms 0", "--task-ms"},
    {"a core for too long", "inversion --sched fifo --task-ms 500", "100"},
    {"priorities over the top", "inversion --sched rr --priority 98", "97"},
    {"inversion in batches", "inversion --sched batch", "batch"},
};

static void refused_with_a_sentence(void **state)
{
    const struct refusal_case *c = *state;
    struct machine machine;
    struct spec spec;
    struct err err = {0};

    machine_read(&machine);
    assert_int_equal(spec_parse_line(&spec, c->line, &err), 0);
    assert_true(spec_check(&spec, &machine, &err) < 0);
    if (!strstr(err.text, c->says))
        fail_msg("%s: %s", c->line, err.text);
}

/* ---- the histogram ------------------------------------------------------- */

static void draw(const struct trace *t, int rows, int columns, struct text *out)
{
    struct frame f = {0};

    assert_int_equal(frame_init(&f, rows, columns), 0);
    scene_draw(&f, frame_box(&f), t);
    frame_to_text(&f, out);
    frame_fini(&f);
}

/* Requests of 1 and of 2 intervals stand in columns of their own, over the
 * numbers of the axis. */
static void histogram_is_in_intervals(void **state)
{
    struct trace *t = fake_new("convoy --model gil --gil-interval 5");
    struct text out = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        hist_add(&t->latency, (i < 75 ? 1 : 2) * 5050 * NS_PER_US);
    assert_true(scene_shown(t));
    draw(t, 10, 60, &out);
    if (!strstr(text_str(&out), "switch intervals of 5.00 ms") ||
        !strstr(text_str(&out), "tallest: 75"))
        fail_msg("%s", text_str(&out));
    text_fini(&out);
    trace_free(t);
}

static void histogram_draws_at_any_size(void **state)
{
    static const char *const lines[] = {"convoy", "convoy --model threads",
                                        "create", "inversion"};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct trace *t = fake_new(lines[i]);

        for (int n = 0; n < 2; n++) {
            for (int rows = 1; rows < 14; rows++) {
                for (int columns = 1; columns < 300; columns += 13) {
                    struct text out = {0};

                    draw(t, rows, columns, &out);
                    text_fini(&out);
                }
            }
            for (int64_t ns = 1; ns < INT64_C(1) << 43; ns *= 3)
                hist_add(&t->latency, ns);
        }
        trace_free(t);
    }
}

/* ---- the program --------------------------------------------------------- */

static void killed_leaves_nobody(void **state)
{
    program_killed_leaves_nobody(*state);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(convoy_changes_live),
        cmocka_unit_test(histogram_is_in_intervals),
        cmocka_unit_test(histogram_draws_at_any_size),
        CASE("inversion --task-ms 5", inversion_stops_at_once),
        CASE("inversion --task-ms 5 --protocol inherit",
             inversion_stops_at_once),
        CASE("inversion --task-ms 5 --model processes --protocol inherit",
             inversion_stops_at_once),
        CASE("run convoy --duration 60 --hogs 2", killed_leaves_nobody),
        CASE("run convoy --duration 60 --model processes",
             killed_leaves_nobody),
        CASE("run inversion --task-ms 50", killed_leaves_nobody),
    };
    struct CMUnitTest tests[64];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(convoys) / sizeof(convoys[0]); i++)
        tests[n++] = (struct CMUnitTest)CASE(convoys[i], convoy_adds_up);
    for (size_t i = 0; i < sizeof(inversions) / sizeof(inversions[0]); i++)
        tests[n++] = (struct CMUnitTest)CASE(inversions[i], inversion_adds_up);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        tests[n++] =
            (struct CMUnitTest){refusals[i].name, refused_with_a_sentence, NULL,
                                NULL, (void *)(uintptr_t)&refusals[i]};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("convoy", tests, n, NULL, NULL);
}
