/* Experiments: the table, the parser, the checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spec/cause.h"
#include "spec/spec.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* A machine of four processors, 0 to 3, with room for 2000 threads. */
static struct machine four_cores(void)
{
    struct machine m = {.cpus_online = 4,
                        .cpus_allowed = 4,
                        .memory_available = INT64_C(2000) * (64 << 10)};

    for (size_t cpu = 0; cpu < 4; cpu++)
        CPU_SET(cpu, &m.allowed);
    return m;
}

static void must_parse(struct spec *spec, const char *line)
{
    struct err err = {0};

    if (spec_parse_line(spec, line, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
}

static void must_check(struct spec *spec, const char *line)
{
    struct machine m = four_cores();
    struct err err = {0};

    must_parse(spec, line);
    if (spec_check(spec, &m, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
}

/* ---- what a line means -------------------------------------------------- */

/* After spec_check() on four cores, @setting reads @want. */
static const struct meaning_case {
    const char *line, *setting, *want;
} meanings[] = {
    {"primes", "model", "threads"},
    {"primes", "workers", "4"},
    {"primes", "tasks", "20"},
    {"primes", "limit", "100000"},
    {"primes", "dispatch", "dynamic"},
    {"primes", "duration", "auto"},
    {"primes --cpus 1,2", "workers", "2"},
    {"primes --model sequential", "workers", "1"},
    {"primes -w 7", "workers", "7"},
    {"primes -w7", "workers", "7"},
    {"primes -w=7", "workers", "7"},
    {"--workers=7 primes", "workers", "7"},
    {"--workload primes --workers 7", "workers", "7"},
    {"primes --workers auto", "workers", "4"},
    {"primes --tasks 5k", "tasks", "5000"},
    {"primes --tasks 1_000", "tasks", "1000"},
    {"primes --limit 2.5M", "limit", "2500000"},
    {"primes '--tasks' \"12\"", "tasks", "12"},
    {"\tprimes   --tasks\t12 ", "tasks", "12"},
    {"primes --chunk 4", "dispatch", "map"},
    {"primes --chunk auto", "dispatch", "map"},
    {"primes --chunk 4 --dispatch map", "chunk", "4"},
    {"primes --duration 0.5", "duration", "0.5"},
    {"primes --duration 500ms", "duration", "0.5"},
    {"primes --duration 2min", "duration", "120"},
    {"primes --duration 1", "tasks", "endless"},
    {"primes --duration 1 --tasks 9", "tasks", "9"},
    {"primes --duration endless", "tasks", "endless"},
    {"primes --duration endless", "duration", "endless"},
    {"sumsquares", "limit", "5000000"},
    {"sumsquares", "tasks", "20"},
    {"factorial", "tasks", "4"},
    {"factorial", "limit", "100000"},
    {"spin", "task-ms", "1"},
    {"spin", "tasks", "1000"},
    {"spin --task-ms 250us", "task-ms", "0.25"},
    {"sleep", "tasks", "100"},
    {"sleep", "task-ms", "2000"},
    {"sleep", "scale", "1"},
    {"sleep", "dispatch", "map"},
    {"sleep --task-ms 2s --scale 2.5", "scale", "2.5"},
    {"sleep --duration 1", "dispatch", "dynamic"},
    {"counter", "duration", "1"},
    {"counter", "tasks", "endless"},
    {"counter", "sync", "none"},
    {"counter --cpus 0", "workers", "2"},
    {"counter --phases none:0.5,mutex:250ms", "duration", "0.75"},
    {"counter --phases none:0.5,mutex:250ms", "phases", "none:0.5,mutex:0.25"},
    {"counter --duration endless", "duration", "endless"},
    {"pingpong", "duration", "1"},
    {"pingpong --cpus 3", "workers", "2"},
    {"primes --model gil", "gil", "new"},
    {"primes --model gil", "gil-interval", "5"},
    {"primes --model gil --gil-interval 100us", "gil-interval", "0.1"},
    {"primes --slice 3", "slice", "3"},
    {"primes --cpus 0-2", "cpus", "0-2"},
    {"primes --cpus 3,0,1", "cpus", "0,1,3"},
    {"primes", "cpus", "all"},
    {"primes --nice -5", "nice", "-5"},
    {"primes --nice=-5", "nice", "-5"},
    {"primes --sched rr --priority 9", "priority", "9"},
    {"primes --observer perf,duty=10%", "observer", "perf,duty=10%"},
    {"primes --observer auto,duty=100", "observer", "auto"},
    {"primes --timeout 1.5", "timeout", "1.5"},
    {"primes --timeout none", "timeout", "none"},
};

static void lines_mean_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        const struct meaning_case *c = &meanings[i];
        struct text got = {0};
        struct spec spec;

        must_check(&spec, c->line);
        spec_format_setting(&spec, spec_setting(c->setting), &got);
        if (strcmp(text_str(&got), c->want) != 0)
            fail_msg("\"%s\": %s is %s, not %s", c->line, c->setting,
                     text_str(&got), c->want);
        text_fini(&got);
    }
}

/* ---- what cannot be ----------------------------------------------------- */

/* The sentence contains both words. */
static const struct refusal_case {
    const char *line, *names, *offers;
} refusals[] = {
    /* words */
    {"", "nothing to run", "primes"},
    {"   ", "nothing to run", "primes"},
    {"--workers 4", "no workload", "primes"},
    {"prims", "\"prims\"", "did you mean \"primes\""},
    {"coop", "is a model", "--model coop"},
    {"banana", "\"banana\"", "sumsquares"},
    {"primes spin", "\"primes\"", "\"spin\""},
    {"primes --workload spin", "\"primes\"", "\"spin\""},
    {"primes workers=4", "workers=4", "write --workers=4"},
    {"primes --worker 4", "--worker;", "did you mean --workers"},
    {"primes --banana 4", "--banana", "list settings"},
    {"primes -x", "-x", "two dashes"},
    {"primes -workers 4", "-workers", "--workers"},
    {"primes --", "--", "there is none"},
    {"primes --workers", "needs a value", "1 to 65000"},
    {"primes --workers --tasks 4", "--workers needs", "1 to 65000"},
    {"primes --workers=", "--workers needs", "1 to 65000"},
    {"--workload", "--workload needs", "primes"},
    {"primes -w 4 --workers 5", "twice", "5"},
    {"primes --tasks \"4", "quote", "close it"},
    /* numbers */
    {"primes --workers four", "four: that is not a number", "1 to 65000"},
    {"primes --workers 0", "too small", "1 to 65000"},
    {"primes --workers 70000", "too large", "1 to 65000"},
    {"primes --workers -1", "too small", "1 to 65000"},
    {"primes --workers 2.5", "not a whole number", "1 to 65000"},
    {"primes --workers 0x10", "\"x10\" after the number", "1 to 65000"},
    {"primes --limit 100,000", "\",000\"", "whole number"},
    {"primes --limit 1e5", "\"e5\"", "k, M and G"},
    {"primes --limit 1__0", "\"__0\"", "whole number"},
    {"primes --limit inf", "not a number", "10G"},
    {"primes --limit .", "not a number", "10G"},
    {"primes --duration 1h", "\"h\" is no unit", "min"},
    {"primes --duration 0", "too small", "0.001 to 86400 s"},
    {"primes --duration 99999999999999999999999", "too large", "86400 s"},
    {"primes --slice 500", "too large", "0.1 to 100 ms"},
    {"primes --slice 1s", "too large", "0.1 to 100 ms"},
    {"primes --nice 20", "too large", "-20 to 19"},
    {"primes --sched fifo --priority 100", "too large", "1 to 99"},
    {"primes --timeout nan", "not a number", "none"},
    {"sleep --scale 0", "too small", "0.01 to 1M"},
    {"factorial --limit 1G", "too large for factorial", "10000000"},
    /* choices and lists */
    {"primes --model thread", "\"thread\"", "did you mean \"threads\""},
    {"counter --sync mutx", "\"mutx\"", "did you mean \"mutex\""},
    {"counter --sync zz", "\"zz\"", "sharded-packed"},
    {"counter --phases none:1,mutx:1", "\"mutx\"", "\"mutex\""},
    {"counter --phases none:1,mutex", "\"mutex\" lacks", "none:0.5"},
    {"counter --phases none:1,", "lacks", "none:0.5"},
    {"counter --phases none:0", "too small", "none:0.5"},
    {"primes --cpus x", "\"x\" is no processor", "0-3"},
    {"primes --cpus 0,", "is no processor", "0-3"},
    {"primes --cpus 0-", "is no processor", "0-3"},
    {"primes --cpus 3-1", "\"3-1\" runs backwards", "0-3"},
    {"primes --cpus 99999999999", "go up to 1023", "0-3"},
    {"primes --cpus 4", "processor 4", "0-3"},
    {"primes --observer pref", "\"pref\"", "\"perf\""},
    {"primes --observer perf,fast", "\"fast\"", "duty=10%"},
    {"primes --observer perf,duty=0", "duty", "1% to 100%"},
    {"primes --observer gap,duty=10%", "kernel records", "first three"},
    /* combinations */
    {"counter --tasks 5", "--tasks", "--duration"},
    {"pingpong --tasks 5", "--tasks", "--duration"},
    {"primes --scale 3", "--scale", "sleep"},
    {"primes --sync mutex", "--sync", "counter"},
    {"primes --phases none:1", "--phases", "counter"},
    {"counter --chunk 3", "--chunk", "primes"},
    {"primes --task-ms 3", "--task-ms", "spin"},
    {"sleep --limit 3", "--limit", "primes"},
    {"primes --gil old", "--gil ", "--model gil"},
    {"primes --gil-check opcode", "--gil-check", "--model gil"},
    {"primes --priority 5", "--priority", "--sched fifo"},
    {"primes --sched fifo --nice 3", "--nice", "--priority"},
    {"primes --sched rr --slice 3", "--slice", "--priority"},
    {"primes --chunk 4 --dispatch async", "--chunk", "--dispatch map"},
    {"sleep --chunk 4 --dispatch apply", "--chunk", "--dispatch map"},
    {"primes --duration 1 --dispatch map", "endless", "--tasks"},
    {"counter --phases none:1 --sync mutex", "--phases", "--sync"},
    {"counter --phases none:1 --duration 3", "--phases", "--duration"},
    {"primes --model sequential -w 4", "--workers 4", "--model threads"},
    {"pingpong --model sequential", "--model sequential", "threads"},
    {"pingpong -w 1", "--workers 1", "--workers 2"},
};

static void what_cannot_be_gets_one_sentence(void **state)
{
    struct machine m = four_cores();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        const struct refusal_case *c = &refusals[i];
        struct err err = {0};
        struct spec spec;
        int rc = spec_parse_line(&spec, c->line, &err);

        if (rc == 0)
            rc = spec_check(&spec, &m, &err);
        if (rc != -EINVAL || err.code != -EINVAL)
            fail_msg("\"%s\": %d %s", c->line, rc, err.text);
        if (!strstr(err.text, c->names) || !strstr(err.text, c->offers) ||
            strchr(err.text, '\n') != NULL ||
            strlen(err.text) >= sizeof(err.text) - 1)
            fail_msg("\"%s\": %s", c->line, err.text);
    }
}

static void too_many_workers_get_a_number_that_works(void **state)
{
    struct machine m = four_cores();
    struct err err = {0};
    struct spec spec;

    (void)state;
    m.memory_available = INT64_C(100) * (64 << 10);
    must_parse(&spec, "spin --workers 40000");
    assert_int_equal(spec_check(&spec, &m, &err), -EAGAIN);
    assert_string_equal(err.text,
                        "this machine has room for 100 threads (memory); "
                        "--workers 40000 is too many, try --workers 100");
    must_parse(&spec, "spin --workers 100");
    assert_int_equal(spec_check(&spec, &m, &err), 0);

    must_parse(&spec, "spin --workers 100 --model processes");
    assert_int_equal(spec_check(&spec, &m, &err), -EAGAIN);
    assert_non_null(strstr(err.text, " processes "));

    m.memory_available = 1;
    assert_int_equal(spec_check(&spec, &m, &err), -EAGAIN);
    assert_non_null(strstr(err.text, "no room"));
}

static void phases_have_an_end(void **state)
{
    struct text line = {0};
    struct err err = {0};
    struct spec spec;

    (void)state;
    text_add(&line, "counter --phases none:1");
    for (int i = 1; i < SPEC_PHASES_MAX; i++)
        text_add(&line, ",mutex:1");
    must_parse(&spec, text_str(&line));
    assert_int_equal(spec.phase_count, SPEC_PHASES_MAX);
    text_add(&line, ",none:1");
    assert_int_equal(spec_parse_line(&spec, text_str(&line), &err), -EINVAL);
    assert_non_null(strstr(err.text, "more than 64 phases"));
    text_fini(&line);
}

/* ---- the table ---------------------------------------------------------- */

static void every_setting_is_described(void **state)
{
    (void)state;
    assert_true(spec_setting_count <= 64 * SPEC_GIVEN_WORDS);
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];
        size_t len = strlen(s->help);
        struct text takes = {0};

        if (s->help[0] == '\0' || s->help[len - 1] == '.' || len > 90)
            fail_msg("--%s: help \"%s\"", s->name, s->help);
        spec_setting_takes(s, &takes);
        if (takes.len == 0)
            fail_msg("--%s: what does it take?", s->name);
        text_fini(&takes);
        if (s->type != SETTING_CHOICE && s->type != SETTING_OBSERVER &&
            s->type != SETTING_CPUS && s->type != SETTING_TEXT &&
            !(s->min < s->max))
            fail_msg("--%s: no range", s->name);
        if ((s->type == SETTING_CHOICE) && s->words == NULL)
            fail_msg("--%s: no words", s->name);
    }
}

static void no_two_names_clash(void **state)
{
    (void)state;
    for (int i = 0; i < spec_setting_count; i++) {
        const char *name = spec_settings[i].name;

        assert_ptr_equal(spec_setting(name), &spec_settings[i]);
        assert_string_not_equal(name, "workload");
    }
    /* "limit" is both: its dashes tell them apart. */
    assert_null(spec_setting("work"));
    for (int i = 0; i < WORKLOAD_COUNT; i++) {
        for (int j = 0; j < i; j++)
            assert_string_not_equal(spec_workload_words[i],
                                    spec_workload_words[j]);
    }
}

static void every_choice_has_its_words(void **state)
{
    static const struct {
        const char *const *words;
        int count;
    } lists[] = {
        {spec_workload_words, WORKLOAD_COUNT},
        {spec_workload_summaries, WORKLOAD_COUNT},
        {spec_model_words, MODEL_COUNT},
        {spec_model_summaries, MODEL_COUNT},
        {spec_sync_words, SYNC_COUNT},
        {spec_sync_summaries, SYNC_COUNT},
        {spec_dispatch_words, DISPATCH_ASYNC + 1},
        {spec_drive_words, DRIVE_SSD + 1},
        {spec_disk_policy_words, DISK_POLICIES},
        {spec_guard_words, GUARD_JOIN + 1},
        {spec_order_words, ORDER_TRYLOCK + 1},
        {spec_gil_words, GIL_UNFORCED + 1},
        {spec_sched_words, SCHED_KIND_RR + 1},
        {spec_observer_words, OBSERVER_OFF + 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        int count = 0;

        while (lists[i].words[count] != NULL)
            count++;
        assert_int_equal(count, lists[i].count);
    }
    for (int i = 0; i < WAIT_CAUSES; i++) {
        assert_non_null(wait_cause_words[i]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(wait_cause_words[i], wait_cause_words[j]);
    }
}

/* ---- one setting at a time ---------------------------------------------- */

static void assert_line(const struct spec *spec, const char *want)
{
    struct text line = {0};

    spec_format(spec, &line);
    assert_string_equal(text_str(&line), want);
    text_fini(&line);
}

static void settings_change_one_by_one(void **state)
{
    struct err err = {0};
    struct spec spec;

    (void)state;
    must_parse(&spec, "counter --workers 4");
    assert_int_equal(spec_set(&spec, "sync", "mutex", &err), 0);
    assert_line(&spec, "counter --workers 4 --sync mutex");
    assert_int_equal(spec_set(&spec, "workers", "auto", &err), 0);
    assert_int_equal(spec.workers, 0);
    assert_int_equal(spec_set(&spec, "sync", "ticket", &err), 0);
    assert_line(&spec, "counter --sync ticket");

    assert_int_equal(spec_set(&spec, "sync", "mutx", &err), -EINVAL);
    assert_int_equal(spec_set(&spec, "sync", "", &err), -EINVAL);
    assert_int_equal(spec_set(&spec, "snyc", "mutex", &err), -EINVAL);
    assert_non_null(strstr(err.text, "--sync"));
    assert_int_equal(spec_set(&spec, "phases", "none:1,x:1", &err), -EINVAL);
    assert_line(&spec, "counter --sync ticket");
    assert_int_equal(spec.phase_count, 0);

    assert_int_equal(spec_set(&spec, "sync", NULL, &err), 0);
    assert_line(&spec, "counter");
    assert_int_equal(spec.sync, SYNC_NONE);
}

static void what_follows_is_worked_out_anew(void **state)
{
    struct err err = {0};
    struct spec spec;

    (void)state;
    must_parse(&spec, "spin");
    assert_int_equal(spec_set(&spec, "duration", "2", &err), 0);
    assert_int_equal(spec.tasks, 0);
    assert_int_equal(spec_set(&spec, "duration", NULL, &err), 0);
    assert_int_equal(spec.tasks, 1000);
    assert_int_equal(spec_set(&spec, "chunk", "3", &err), 0);
    assert_int_equal(spec.dispatch, DISPATCH_MAP);
    assert_int_equal(spec_set(&spec, "chunk", NULL, &err), 0);
    assert_int_equal(spec.dispatch, DISPATCH_DYNAMIC);

    must_parse(&spec, "counter");
    assert_int_equal(spec_set(&spec, "phases", "none:1,mutex:2", &err), 0);
    assert_int_equal(spec.duration_ns, INT64_C(3000000000));
    assert_int_equal(spec_set(&spec, "phases", NULL, &err), 0);
    assert_int_equal(spec.duration_ns, INT64_C(1000000000));
}

static void a_new_workload_keeps_what_fits(void **state)
{
    struct err err = {0};
    struct spec spec;

    (void)state;
    must_parse(&spec, "sleep --workers 8 --scale 100 --chunk 2 --cpus 0,1 "
                      "--observer perf,duty=20%");
    assert_int_equal(spec_set(&spec, "workload", "spin", &err), 0);
    assert_line(&spec, "spin --workers 8 --chunk 2 --cpus 0,1 "
                       "--observer perf,duty=20%");
    assert_int_equal(spec.scale, 1);
    assert_int_equal(spec.tasks, 1000);
    assert_int_equal(spec_set(&spec, "workload", "spni", &err), -EINVAL);
    assert_non_null(strstr(err.text, "\"spin\""));
    assert_int_equal(spec.workload, WORKLOAD_SPIN);
}

static void settings_know_where_they_apply(void **state)
{
    static const struct {
        const char *line, *setting;
        bool applies;
    } cases[] = {
        {"counter", "sync", true},
        {"primes", "sync", false},
        {"primes", "workers", true},
        {"primes", "gil", false},
        {"primes --model gil", "gil", true},
        {"primes --model gil", "gil-interval", true},
        {"primes", "priority", false},
        {"primes --sched rr", "priority", true},
        {"sleep", "scale", true},
        {"spin", "scale", false},
        {"counter", "tasks", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct setting *s = spec_setting(cases[i].setting);
        struct spec spec;

        must_parse(&spec, cases[i].line);
        if (spec_setting_applies(&spec, s) != cases[i].applies)
            fail_msg("%s: %s", cases[i].line, cases[i].setting);
    }
}

/* spec_check() may be asked again, after anything changed. */
static void workers_follow_the_processors(void **state)
{
    struct machine m = four_cores();
    struct err err = {0};
    struct spec spec;

    (void)state;
    must_check(&spec, "primes");
    assert_int_equal(spec.workers, 4);
    assert_int_equal(spec_check(&spec, &m, &err), 0);
    assert_int_equal(spec.workers, 4);
    assert_line(&spec, "primes");
    assert_int_equal(spec_set(&spec, "cpus", "1-3", &err), 0);
    assert_int_equal(spec_check(&spec, &m, &err), 0);
    assert_int_equal(spec.workers, 3);
    assert_int_equal(spec_set(&spec, "model", "sequential", &err), 0);
    assert_int_equal(spec_check(&spec, &m, &err), 0);
    assert_int_equal(spec.workers, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_mean_what_they_say),
        cmocka_unit_test(what_cannot_be_gets_one_sentence),
        cmocka_unit_test(too_many_workers_get_a_number_that_works),
        cmocka_unit_test(phases_have_an_end),
        cmocka_unit_test(every_setting_is_described),
        cmocka_unit_test(no_two_names_clash),
        cmocka_unit_test(every_choice_has_its_words),
        cmocka_unit_test(settings_change_one_by_one),
        cmocka_unit_test(what_follows_is_worked_out_anew),
        cmocka_unit_test(a_new_workload_keeps_what_fits),
        cmocka_unit_test(settings_know_where_they_apply),
        cmocka_unit_test(workers_follow_the_processors),
    };

    machine_root = "/nowhere"; /* only four_cores() says what there is */
    return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}
