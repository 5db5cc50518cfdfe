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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_are_dealt_as_pool_map_does),
        cmocka_unit_test(dealing_leaves_nothing_over),
    };

    machine_root = "/nowhere"; /* only four_cores() says what there is */
    return cmocka_run_group_tests_name("deal", tests, NULL, NULL);
}
