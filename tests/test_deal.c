/* How tasks are dealt to workers, in numbers. */
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

static void must_check(struct spec *spec, const char *line)
{
    struct machine m = four_cores();
    struct err err = {0};

    if (spec_parse_line(spec, line, &err) < 0 || spec_check(spec, &m, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
}

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int64_t random_in(uint64_t *seed, int64_t min, int64_t max)
{
    return min + (int64_t)(random_next(seed) % (uint64_t)(max - min + 1));
}

static void tasks_are_dealt_as_pool_map_does(void **state)
{
    static const struct {
        const char *line;
        struct spec_deal want;
    } cases[] = {
        {"sleep -w 8", {4, 25, 4, 1}},
        {"sleep -w 16", {2, 50, 4, 2}},
        {"sleep -w 2", {13, 8, 4, 2}},
        {"sleep -w 100", {1, 100, 1, 100}},
        {"sleep -w 8 --chunk 1", {1, 100, 13, 4}},
        {"sleep -w 16 --chunk 1", {1, 100, 7, 4}},
        {"sleep -w 2 --chunk 1", {1, 100, 50, 2}},
        {"sleep -w 4 --chunk 500", {500, 1, 1, 1}},
        {"sleep -w 3 --dispatch dynamic", {1, 100, 34, 1}},
        {"primes -w 6 --dispatch apply", {1, 20, 4, 2}},
        {"primes -w 3 --dispatch dynamic --chunk 4", {4, 5, 2, 2}},
        {"primes -w 6 --dispatch async", {1, 20, 4, 2}},
        {"primes -w 6 --spawn per-task", {1, 20, 4, 2}},
        {"fleet -w 4 --groups 4 --tasks 100", {1, 100, 25, 4}},
        {"fleet -w 4 --groups 4 --tasks 100 --dispatch map", {7, 16, 4, 4}},
        {"fleet -w 8 --groups 4 --tasks 10", {1, 10, 2, 3}},
        {"primes --duration 1", {0, 0, 0, 0}},
        {"counter", {0, 0, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct spec_deal *want = &cases[i].want;
        struct spec_deal got;
        struct spec spec;

        must_check(&spec, cases[i].line);
        got = spec_deal(&spec);
        if (got.chunk != want->chunk || got.chunks != want->chunks ||
            got.rounds != want->rounds ||
            got.last_round_busy != want->last_round_busy)
            fail_msg("%s: chunk %d, chunks %d, rounds %d, last %d",
                     cases[i].line, (int)got.chunk, (int)got.chunks,
                     (int)got.rounds, (int)got.last_round_busy);
    }
}

static void dealing_leaves_nothing_over(void **state)
{
    uint64_t seed = 99;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct spec spec;
        struct spec_deal deal;

        spec_defaults(&spec, WORKLOAD_SLEEP);
        spec.workers = random_in(&seed, 1, 300);
        spec.tasks = random_in(&seed, 1, 5000);
        spec.chunk = random_in(&seed, 0, 1) * random_in(&seed, 0, 60);
        spec.dispatch = random_in(&seed, 0, 3) ? DISPATCH_MAP : DISPATCH_APPLY;
        deal = spec_deal(&spec);
        assert_true(deal.chunk * deal.chunks >= spec.tasks);
        assert_true(deal.chunk * (deal.chunks - 1) < spec.tasks);
        assert_true(deal.last_round_busy >= 1);
        assert_true(deal.last_round_busy <= spec.workers);
        assert_int_equal((deal.rounds - 1) * spec.workers +
                             deal.last_round_busy,
                         deal.chunks);
    }
}

static void things_are_split_by_ceil(void **state)
{
    static const struct {
        int64_t count, parts;
        struct spec_parts want;
    } cases[] = {
        {100, 8, {13, 8, 9}},    {100, 4, {25, 4, 25}}, {9, 6, {2, 5, 1}},
        {100, 1, {100, 1, 100}}, {3, 8, {1, 3, 1}},     {100, 0, {100, 1, 100}},
        {0, 4, {0, 1, 0}},       {1, 1, {1, 1, 1}},     {17, 4, {5, 4, 2}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct spec_parts got = spec_parts(cases[i].count, cases[i].parts);

        if (got.each != cases[i].want.each ||
            got.parts != cases[i].want.parts || got.last != cases[i].want.last)
            fail_msg("%d over %d: %d of %d, the last %d", (int)cases[i].count,
                     (int)cases[i].parts, (int)got.parts, (int)got.each,
                     (int)got.last);
    }
}

/* The groups' ranges are all tasks, in order, none twice. */
static void groups_share_all_tasks(void **state)
{
    uint64_t seed = 5;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct spec spec;
        int64_t at = 0;

        spec_defaults(&spec, WORKLOAD_FLEET);
        spec.tasks = random_in(&seed, 1, 500);
        spec.workers = random_in(&seed, 1, 60);
        spec.groups = random_in(&seed, 1, spec.workers);
        for (int64_t g = 0; g < spec_groups(&spec); g++) {
            int64_t first, end;

            spec_group_tasks(&spec, g, &first, &end);
            assert_int_equal(first, at);
            assert_true(end >= first);
            at = end;
        }
        assert_int_equal(at, spec.tasks);
    }
}

static void a_batch_holds_its_task(void **state)
{
    static const struct {
        const char *line;
        int64_t task, first, last; /* first -1: one by one */
    } cases[] = {
        {"sleep -w 8", 6, 4, 7},
        {"sleep -w 8", 99, 96, 99},
        {"sleep -w 2", 99, 91, 99},
        {"primes --chunk 3", 0, 0, 2},
        {"primes --dispatch dynamic --chunk 6", 19, 18, 19},
        {"primes", 3, -1, -1},
        {"primes --dispatch async", 3, -1, -1},
        {"fleet -w 3 --groups 3 --tasks 100 --chunk 10", 33, 30, 33},
        {"fleet -w 3 --groups 3 --tasks 100 --chunk 10", 34, 34, 43},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t first = -1, last = -1;
        struct spec spec;

        must_check(&spec, cases[i].line);
        assert_int_equal(spec_batch(&spec, cases[i].task, &first, &last),
                         cases[i].first >= 0);
        if (first != cases[i].first || last != cases[i].last)
            fail_msg("%s: task %d is in %d to %d", cases[i].line,
                     (int)cases[i].task, (int)first, (int)last);
    }
}

static void lengths_are_read(void **state)
{
    static const struct {
        const char *text;
        int count;
        int64_t ns[4];
    } cases[] = {
        {"80,20,60,40", 4, {80000000, 20000000, 60000000, 40000000}},
        {"0.5", 1, {500000}},
        {"0,3600000", 2, {0, INT64_C(3600000000000)}},
        {"", 0, {0}},
        {"1,", -EINVAL, {0}},
        {"1,x", -EINVAL, {0}},
        {"-1", -EINVAL, {0}},
        {"nan", -EINVAL, {0}},
        {"3600001", -EINVAL, {0}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ns[SPEC_LENGTHS_MAX];
        struct spec spec;
        int got;

        spec_defaults(&spec, WORKLOAD_SLEEP);
        snprintf(spec.lengths, sizeof(spec.lengths), "%s", cases[i].text);
        got = spec_lengths(&spec, ns);
        if (got != cases[i].count)
            fail_msg("\"%s\": %d", cases[i].text, got);
        for (int k = 0; k < got; k++)
            assert_int_equal(ns[k], cases[i].ns[k]);
    }
}

/* What follows from --groups and --spawn goes when they do. */
static void models_follow_from_groups(void **state)
{
    struct machine m = four_cores();
    struct err err = {0};
    struct spec spec;

    (void)state;
    must_check(&spec, "fleet --groups 4");
    assert_int_equal(spec.model, MODEL_BLENDED);
    assert_int_equal(spec.processes, 4);
    assert_int_equal(spec_set(&spec, "groups", "1", &err), 0);
    assert_int_equal(spec_check(&spec, &m, &err), 0);
    assert_int_equal(spec.model, MODEL_THREADS);
    assert_int_equal(spec_set(&spec, "groups", "20", &err), 0);
    assert_int_equal(spec_set(&spec, "workers", NULL, &err), 0);
    assert_int_equal(spec_check(&spec, &m, &err), -EINVAL); /* only 10 */
    must_check(&spec, "sleep --spawn per-task");
    assert_int_equal(spec.dispatch, DISPATCH_DYNAMIC);
    assert_int_equal(spec_set(&spec, "spawn", NULL, &err), 0);
    assert_int_equal(spec.dispatch, DISPATCH_MAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_split_by_ceil),
        cmocka_unit_test(groups_share_all_tasks),
        cmocka_unit_test(a_batch_holds_its_task),
        cmocka_unit_test(lengths_are_read),
        cmocka_unit_test(models_follow_from_groups),
        cmocka_unit_test(tasks_are_dealt_as_pool_map_does),
        cmocka_unit_test(dealing_leaves_nothing_over),
    };

    machine_root = "/nowhere"; /* only four_cores() says what there is */
    return cmocka_run_group_tests_name("deal", tests, NULL, NULL);
}
