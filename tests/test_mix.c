/* Experiments made of others: a mix, a mystery; and two that move or keep data
 * apart: inrange and isolation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/drive.h"
#include "spec/mystery.h"
#include "spec/parts.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

/* ---- mix ---------------------------------------------------------------- */

static void a_mix_runs_each_alone_then_all(void **state)
{
    struct source *s = drive_run("mix --duration 0.2 --parts 'spin --workers 1 "
                                 "| sleep --task-ms 5 --workers 3'");
    const struct trace *t = s->trace;
    double ops = 0;

    (void)state;
    drive_ok(s);
    assert_int_equal(t->part_count, 2);
    assert_int_equal(t->worker_count, 4);
    assert_int_equal(t->parts[1].first_worker, 1);
    assert_string_equal(t->parts[0].line, "spin --workers 1");
    for (int i = 0; i < 2; i++) {
        assert_true(t->parts[i].alone_per_s > 0);
        assert_true(t->parts[i].together_per_s > 0);
    }
    for (int i = 0; i < t->worker_count; i++)
        ops += (double)t->workers[i].ops;
    assert_true(ops > 0);
    /* Two stages each of its own, and one together. */
    assert_true(drive_metric(s, METRIC_WALL_S) >= 0.6);
    assert_false(t->metrics.has[METRIC_THROUGHPUT_PER_S]);
    s->class->close(s);
}

static void a_mix_can_be_stopped(void **state)
{
    struct source *s = drive_open(
        "mix --duration 100 --parts 'spin | sleep --task-ms 5'", false);

    (void)state;
    while (!s->running && !s->done)
        drive_for(s, 10 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    assert_int_equal(s->trace->verdict, VERDICT_INTERRUPTED);
    s->class->close(s);
}

static const struct refusal {
    const char *line, *says;
} refusals[] = {
    {"mix --parts 'spin'", "two to 4"},
    {"mix --parts 'spin | spin | spin | spin | spin'", "more than 4"},
    {"mix --parts 'spin | nothing'", "no workload \"nothing\""},
    {"mix --parts 'spin | mix'", "mix cannot be a part"},
    {"mix --parts 'spin --tasks 5 | sleep'", "leave --tasks"},
    {"mix --parts 'spin | limit'", "cannot go on"},
    {"mix --workers 3", "inside --parts"},
    {"inrange --tasks 7", "one task a row"},
};

static void what_cannot_be_is_refused(void **state)
{
    struct machine machine;

    (void)state;
    machine_read(&machine);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct err err = {0};
        struct spec spec;
        int rc = spec_parse_line(&spec, refusals[i].line, &err);

        if (rc == 0)
            rc = spec_check(&spec, &machine, &err);
        if (rc == 0 || !strstr(err.text, refusals[i].says))
            fail_msg("%s: \"%s\"", refusals[i].line, err.text);
    }
}

/* ---- mystery ------------------------------------------------------------ */

static void every_seed_hides_something_that_runs(void **state)
{
    struct machine machine;
    char line[128];

    (void)state;
    machine_read(&machine);
    for (int seed = 0; seed < 200; seed++) {
        struct spec mystery, hidden, again;
        struct err err = {0};

        snprintf(line, sizeof(line), "mystery --seed %d --workers 2", seed);
        assert_int_equal(spec_parse_line(&mystery, line, &err), 0);
        if (spec_check(&mystery, &machine, &err) < 0)
            fail_msg("%s: %s", line, err.text);
        mystery_draw(&mystery, &hidden);
        mystery_draw(&mystery, &again);
        assert_memory_equal(&hidden, &again, sizeof(hidden));
        assert_int_equal(hidden.workers, 2);
        assert_int_equal(hidden.tasks, 0);
        assert_true(mystery_kind(&mystery)[0] != '\0');
    }
}

static void a_mystery_tells_only_when_asked(void **state)
{
    static const char *const tells[] = {"no", "yes"};
    struct spec mystery, hidden;
    struct err err = {0};
    char line[128];
    int seed = 0;

    (void)state;
    do { /* one that has a picture to hide */
        snprintf(line, sizeof(line), "mystery --seed %d", ++seed);
        assert_int_equal(spec_parse_line(&mystery, line, &err), 0);
        mystery_draw(&mystery, &hidden);
    } while (hidden.workload != WORKLOAD_DISK);
    for (int i = 0; i < 2; i++) {
        struct source *s;

        snprintf(line, sizeof(line),
                 "mystery --seed %d --duration 0.2 --workers 2 --reveal %s",
                 seed, tells[i]);
        s = drive_run(line);
        drive_ok(s);
        assert_int_equal(s->trace->spec.workload, WORKLOAD_MYSTERY);
        assert_int_equal(s->trace->scene.kind, SCENE_NONE);
        assert_int_equal(s->trace->hidden[0] != '\0', i);
        s->class->close(s);
    }
}

/* ---- inrange ------------------------------------------------------------ */

static const char *const inrange_ways[] = {
    "--model sequential",
    "--model threads --workers 3",
    "--model processes --workers 2 --share private",
    "--model processes --workers 2 --share pipe",
    "--model threads --workers 2 --share pipe --dispatch dynamic --chunk 7",
    "--model gil --workers 2 --dispatch async",
    "--split column",
    "--split column --share pipe --model processes",
    "--split block --tasks 5",
    "--split block --tasks 7 --share pipe --model processes",
    "--dispatch apply --model processes --share pipe",
};

static void inrange_counts_the_same_every_way(void **state)
{
    double want = 0;
    char line[160];

    (void)state;
    for (size_t i = 0; i < COUNT(inrange_ways); i++) {
        struct source *s;
        bool pipe = strstr(inrange_ways[i], "--share pipe") != NULL;

        snprintf(line, sizeof(line), "inrange --limit 1003 %s",
                 inrange_ways[i]);
        s = drive_run(line);
        drive_ok(s);
        if (i == 0)
            want = drive_metric(s, METRIC_CHECKSUM);
        if (drive_metric(s, METRIC_CHECKSUM) != want)
            fail_msg("%s: %.0f, not %.0f", line,
                     drive_metric(s, METRIC_CHECKSUM), want);
        assert_int_equal(drive_metric(s, METRIC_BYTES) > 0, pipe);
        s->class->close(s);
    }
    /* Five values a row, each in range with probability a half. */
    assert_true(want > 1003 * 2.2 && want < 1003 * 2.8);
}

/* ---- isolation ---------------------------------------------------------- */

static const struct isolation_case {
    const char *line;
    double seen; /* of 21 that three workers write */
    bool copies; /* each worker copies each of 64 pages */
} isolations[] = {
    {"isolation --model processes --share private", 0, true},
    {"isolation --model processes --share mapped", 21, false},
    {"isolation --model processes --share pipe", 21, true},
    {"isolation --model threads --share private", 21, false},
};

static void isolation_shows_who_sees_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(isolations); i++) {
        const struct isolation_case *c = &isolations[i];
        char line[128];
        struct source *s;

        snprintf(line, sizeof(line), "%s --workers 3 --touched 256k", c->line);
        s = drive_run(line);
        drive_ok(s);
        assert_true(drive_metric(s, METRIC_WRITTEN) == 21);
        if (drive_metric(s, METRIC_SEEN_BY_OTHERS) != c->seen)
            fail_msg("%s: %.0f seen", line,
                     drive_metric(s, METRIC_SEEN_BY_OTHERS));
        if (c->copies)
            assert_true(drive_metric(s, METRIC_FAULTS) >= 3 * 64);
        s->class->close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mix_runs_each_alone_then_all),
        cmocka_unit_test(a_mix_can_be_stopped),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(every_seed_hides_something_that_runs),
        cmocka_unit_test(a_mystery_tells_only_when_asked),
        cmocka_unit_test(inrange_counts_the_same_every_way),
        cmocka_unit_test(isolation_shows_who_sees_what),
    };

    return cmocka_run_group_tests_name("mix", tests, NULL, NULL);
}
