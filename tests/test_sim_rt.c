/* Deadlines, gangs, the global lock and stealing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/play.h"
#include "lib/rows.h"

#define MS INT64_C(1000000)

/* ---- who had the CPU ----------------------------------------------------- */

static const struct timeline_case {
    const char *name, *text, *want;
} timelines[] = {
    {"rt-fifo: the highest at once, then in order of arrival",
     "rt-fifo | A 3 | B 2 @1 priority=5 | C 2 @1 priority=5", "ABBCCAA"},
    {"rt-fifo: the pre-empted one stays at the head",
     "rt-fifo | A 3 priority=5 | B 2 priority=5 | C 1 @1 priority=9", "ACAABB"},
    {"rt-fifo: one that waited goes to the tail",
     "rt-fifo | A 1 io:1 1 | B 2 | C 2", "ABBCCA"},
    {"rt-fifo: a loop at a high priority shuts out all others",
     "rt-fifo | A 8 priority=50 | B 1 priority=49 @1", "AAAAAAAAB"},
    {"rt-rr: equals take turns",
     "rt-rr slice=2 | A 5 priority=5 | B 5 priority=5", "AABBAABBAB"},
    {"rt-rr: the pre-empted one has the rest of its slice",
     "rt-rr slice=3 | A 5 priority=5 | B 5 priority=5 | C 1 @1 priority=9",
     "ACAABBBAABB"},
    {"rt-rr: a lower one does not take part",
     "rt-rr slice=2 | A 5 priority=5 | B 2", "AAAAABB"},
    {"rt-fifo: priority inversion",
     "rt-fifo | L lock:m 3 unlock:m 1 priority=1 | M 4 @1 priority=5 | "
     "H lock:m 1 unlock:m @1 priority=9",
     "LMMMMLLHL"},
    {"rt-fifo: priority inheritance",
     "rt-fifo inherit=yes | L lock:m 3 unlock:m 1 priority=1 | "
     "M 4 @1 priority=5 | H lock:m 1 unlock:m @1 priority=9",
     "LLLHMMMML"},

    {"edf: the nearest deadline",
     "edf | A 3 deadline=10 | B 2 @1 deadline=4 | C 1", "ABBAAC"},
    {"edf: the same deadline does not interrupt",
     "edf | A 3 deadline=10 | B 2 @1 deadline=9", "AAABB"},

    {"gang: gangs take turns",
     "gang cpus=2 slice=2 | A 4 gang=g | B 4 gang=g | C 4 gang=h | D 4 gang=h",
     "AACCAACC/BBDDBBDD"},
    {"gang: a hole is filled with part of the next",
     "gang cpus=3 slice=2 | A 2 gang=g | B 2 gang=g | C 4 gang=h | "
     "D 2 gang=h",
     "AACC/BBDD/CC.."},
    {"gang: two that fit share a slot",
     "gang cpus=4 slice=1 | A 2 gang=g | B 2 gang=g | C 2 gang=h | "
     "D 2 gang=h",
     "AA/BB/CC/DD"},
    {"gang: larger than the machine, in several slots",
     "gang cpus=2 slice=2 | A 4 gang=g | B 4 gang=g | C 4 gang=g | D 4",
     "AACCAACC/BBDDBBDD"},
    {"gang: while one waits another has its place",
     "gang cpus=2 slice=4 | A 1 io:1 2 gang=g | B 4 gang=g | C 3",
     "ACAACC/BBBB.."},
    {"gang: jobs of no gang are round robin", "gang slice=1 | A 3 | B 2 | C 1",
     "ABCABA"},

    {"gil: a hand-over an interval", "gil cpus=4 | A 10 | B 10",
     "AAAAABBBBBAAAAABBBBB/"},
    {"gil: with three it is still one an interval",
     "gil cpus=4 interval=2 | A 4 | B 4 | C 4", "AABBCCAABBCC/"},
    {"gil: who comes back has to be patient", "gil cpus=2 | A 20 | B 1 io:1 x3",
     "AAAAABAAAAAABAAAAAABAAA/"},
    {"gil: who finds it free takes it", "gil cpus=2 | A 2 io:9 2 | B 1 @4",
     "AA..B......AA/"},
    {"gil: a wait that saw a hand-over begins anew",
     /* C's patience is over at 6, but the lock changed hands at 5 */
     "gil cpus=4 | A 9 | B 9 | C 9 @1", "AAAAABBBBBCCCCCAAAABBBBCCCC/"},
    {"gil-old: on one core to the end of the slice",
     "gil-old slice=3 check=1 | A 6 | B 6", "AAABBBAAABBB"},
    {"gil-old: on one core at a check only",
     "gil-old slice=3 check=4 | A 8 | B 8", "AAAABBBBAAAABBBB"},
    {"gil-old: a waiter that is there at once",
     "gil-old cpus=2 check=2 wake=0 | A 4 | B 4", "AABBAABB/"},

    {"steal: an idle CPU takes one that waits",
     "steal cpus=2 slice=2 | A 8 | B 2 | C 4 | D 2", "AACCAAAAAA/BBDDCC...."},
    {"steal: never", "steal cpus=2 slice=2 steal=never | A 8 | B 2 | C 4 | D 2",
     "AACCAACCAAAA/BBDD........"},
    {"steal: so often", "steal cpus=2 slice=1 steal=3 | A 4 | B 1 | C 4",
     "ACAAA./B..CCC"},
};

static void test_timeline(void **state)
{
    const struct timeline_case *c = *state;
    struct play p = {0};
    const char *got;

    play(&p, "%s", c->text);
    got = text_str(&p.line);
    if (strncmp(got, c->want, strlen(c->want)) != 0)
        fail_msg("want %s\nhave %s", c->want, got);
    play_fini(&p);
}

/* ---- deadlines: Liu and Layland 1973 ------------------------------------- */

/* Two jobs with utilisation 2/5 + 4/7 = 0.97: above the 0.83 for which fixed
 * priorities are good for sure, below the 1 that EDF can do. */
#define TWO                                                                    \
    "A 2 period x14 period=5 deadline=5 priority=%d | "                        \
    "B 4 period x10 period=7 deadline=7 priority=%d"

static int64_t misses_of(const char *setup, int a, int b)
{
    struct play p = {0};
    int64_t misses;

    play(&p, "%s | " TWO, setup, a, b);
    assert_int_equal(play_job(&p, 0).periods, 14);
    assert_int_equal(play_job(&p, 1).periods, 10);
    misses = play_totals(&p).misses;
    play_fini(&p);
    return misses;
}

static void test_edf_meets_what_rate_monotonic_misses(void **state)
{
    (void)state;
    assert_int_equal(misses_of("edf", 0, 0), 0);
    assert_true(misses_of("rt-fifo", 2, 1) > 0); /* the shorter period first */
    assert_true(misses_of("rt-fifo", 1, 2) > 0); /* the other way round too */
}

/* Theorem 7: a set with utilisation 1 or less is feasible under EDF. */
static void test_edf_full_use(void **state)
{
    static const int periods[] = {4, 5, 6, 8, 10, 12, 15, 20, 24, 30};
    uint64_t random = 1973;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct text jobs = {0};
        struct play p = {0};
        int64_t left = 120, used; /* of 120 parts of the CPU */

        for (int i = 0; i < 10 && left > 0; i++) {
            int period = periods[random_below(&random, 10)];
            int64_t most = left * period / 120;
            int64_t run = most ? 1 + random_below(&random, (uint32_t)most) : 0;

            if (run == 0)
                continue;
            left -= (run * 120 + period - 1) / period;
            text_addf(&jobs, " | J%d %lld period x%d period=%d deadline=%d", i,
                      (long long)run, 240 / period, period, period);
        }
        used = 120 - left;
        play(&p, "edf%s", text_str(&jobs));
        if (play_totals(&p).misses != 0)
            fail_msg("%lld/120 used, but missed:%s", (long long)used,
                     text_str(&jobs));
        play_fini(&p);
        text_fini(&jobs);
    }
}

/* Below their bound fixed priorities by period miss nothing either: two jobs
 * with 2 (2^(1/2) - 1) = 0.828. */
static void test_rate_monotonic_bound(void **state)
{
    uint64_t random = 828;

    (void)state;
    for (int round = 0; round < 200; round++) {
        int a = 4 + (int)random_below(&random, 20);
        int b = a + 1 + (int)random_below(&random, 20);
        int run = 1 + (int)random_below(&random, (uint32_t)(a * 3 / 5));
        int rest = (828 - 1000 * run / a - 1) * b / 1000;
        struct play p = {0};

        if (rest < 1)
            continue;
        play(&p,
             "rt-fifo | A %d period x40 period=%d deadline=%d priority=2 | "
             "B %d period x20 period=%d deadline=%d priority=1",
             run, a, a, rest, b, b);
        assert_int_equal(play_totals(&p).misses, 0);
        play_fini(&p);
    }
}

/* Two CPUs, three jobs, hardly more than 1 used: EDF misses all the same. */
static void test_edf_on_two_cpus(void **state)
{
    struct play p = {0};

    (void)state;
    play(&p, "edf cpus=2 | A 1 deadline=5 | B 1 deadline=5 | C 6 deadline=6");
    assert_int_equal(play_totals(&p).misses, 1);
    assert_int_equal(play_job(&p, 2).misses, 1);
    play_fini(&p);
}

/* ---- the global lock ----------------------------------------------------- */

/* Never two that compute, whatever the number of cores. */
static void test_gil_one_computes(void **state)
{
    static const char *const policies[] = {"gil", "gil-old seed=9", NULL};

    (void)state;
    for (int i = 0; policies[i]; i++) {
        struct play p = {0};

        play(&p, "%s cpus=4 | A 7 io:3 x4 | B 31 | C 1 io:2 x9 | D 9 @4 | E 20",
             policies[i]);
        for (int cell = 0; cell < PLAY_CELLS; cell++) {
            int n = 0;

            for (int c = 0; c < 4; c++)
                n += p.cell[c][cell] != '.';
            assert_in_range(n, 0, 1);
        }
        assert_int_equal(play_totals(&p).busy_ns, (28 + 31 + 9 + 9 + 20) * MS);
        play_fini(&p);
    }
}

/* A thread that answers requests beside one that computes: with the lock each
 * answer costs an interval, and a shorter interval makes more of them. */
static void test_gil_convoy(void **state)
{
    static const struct {
        const char *setup;
        int64_t least_ms, most_ms; /* for 100 requests */
    } rows[] = {
        {"rr cpus=2", 19, 21}, /* no lock */
        {"gil cpus=2", 500, 530},
        {"gil cpus=2 interval=1", 100, 130},
        {"gil cpus=2 interval=0.1", 25, 31},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play p = {0};

        play(&p, "%s | A 0.1 io:0.1 x100 | B 1000", rows[i].setup);
        assert_in_range(play_job(&p, 0).turnaround_ns, rows[i].least_ms * MS,
                        rows[i].most_ms * MS);
        play_fini(&p);
    }
}

/* The old lock passes by luck: now and then, the same for the same seed. */
static void test_gil_old_by_seed(void **state)
{
    struct play a = {0}, b = {0}, c = {0};
    const char *jobs = "cpus=2 check=1 wake=2 | A 40 | B 40";

    (void)state;
    play(&a, "gil-old seed=1 %s", jobs);
    play(&b, "gil-old seed=1 %s", jobs);
    play(&c, "gil-old seed=2 %s", jobs);
    assert_string_equal(text_str(&a.line), text_str(&b.line));
    assert_string_not_equal(text_str(&a.line), text_str(&c.line));
    /* Three tries of 2 ms and a check on average: 9 ms, or so. */
    assert_in_range(play_totals(&a).switches_involuntary, 3, 40);
    play_fini(&a);
    play_fini(&b);
    play_fini(&c);
}

/* ---- gangs --------------------------------------------------------------- */

/* Never one without the other, though four others want their CPUs. */
static void test_gang_members_run_together(void **state)
{
    struct play p = {0};

    (void)state;
    play(&p, "gang cpus=2 slice=5 | A 60 gang=g | B 60 gang=g | C 60 | D 60 | "
             "E 60 | F 60");
    for (int cell = 0; cell < PLAY_CELLS; cell++) {
        bool a = p.cell[0][cell] == 'A' || p.cell[1][cell] == 'A';
        bool b = p.cell[0][cell] == 'B' || p.cell[1][cell] == 'B';

        assert_int_equal(a, b);
    }
    assert_int_equal(play_totals(&p).wall_ns, 180 * MS);
    play_fini(&p);
}

/* ---- stealing ------------------------------------------------------------ */

/* Whoever never leaves a CPU idle while a job waits needs no longer than the
 * work divided by the CPUs, and 1 - 1/CPUs times the longest job (R. L. Graham,
 * Bounds on Multiprocessing Timing Anomalies, 1969). */
static void test_steal_within_grahams_bound(void **state)
{
    uint64_t random = 1969;

    (void)state;
    for (int round = 0; round < 50; round++) {
        int n = 5 + (int)random_below(&random, 20);
        int64_t work = 0, longest = 0;
        struct text jobs = {0};
        struct play p = {0};
        struct sim_totals t;

        for (int i = 0; i < n; i++) {
            int64_t ms = 1 + random_below(&random, 90);

            work += ms;
            longest = ms > longest ? ms : longest;
            text_addf(&jobs, " | J%d %lld", i, (long long)ms);
        }
        play(&p, "steal cpus=4 slice=3%s", text_str(&jobs));
        t = play_totals(&p);
        assert_in_range(t.wall_ns * 4, work * MS, (work + 3 * longest) * MS);
        assert_int_equal(t.busy_ns, work * MS);
        play_fini(&p);
        text_fini(&jobs);
    }
}

/* ---- in words ------------------------------------------------------------ */

static const struct why_case {
    const char *name, *text, *want;
} whys[] = {
    {"rt-fifo says the priority", "rt-fifo | A 3 | B 2 priority=5",
     "its priority, 5, is the highest (A has 0)"},
    {"rt-rr says who is behind it", "rt-rr | A 3 priority=5 | B 2 priority=5",
     "its priority, 5, is the highest, and it is at the head of that list "
     "(before B)"},
    {"edf says the deadline", "edf | A 3 | B 2 deadline=5",
     "its deadline is the nearest: it is due at 5 ms (A: no deadline)"},
    {"gang says whose turn it is",
     "gang cpus=2 | A 3 gang=g | B 3 gang=g | C 3 gang=h | D 3 gang=h",
     "its gang g has its turn"},
    {"gang says what fills a hole", "gang cpus=2 | A 3 gang=g | C 3 | D 3",
     "it fills the slot: it comes next"},
    {"gil says who is in line", "gil cpus=2 | A 9 | B 9 | C 9",
     "it has waited for the lock longest (behind it "},
    {"steal says from which queue", "steal cpus=2 slice=2 | A 2 | B 8 | C 4",
     "nobody else is in this CPU's queue"},
};

static void test_why(void **state)
{
    const struct why_case *c = *state;
    struct play p = {.wants_why = true};

    play(&p, "%s", c->text);
    if (!strstr(text_str(&p.why), c->want))
        fail_msg("not said: %s\nbut:\n%s", c->want, text_str(&p.why));
    play_fini(&p);
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

int main(void)
{
    static struct CMUnitTest tests[80] = {
        cmocka_unit_test(test_edf_meets_what_rate_monotonic_misses),
        cmocka_unit_test(test_edf_full_use),
        cmocka_unit_test(test_rate_monotonic_bound),
        cmocka_unit_test(test_edf_on_two_cpus),
        cmocka_unit_test(test_gil_one_computes),
        cmocka_unit_test(test_gil_convoy),
        cmocka_unit_test(test_gil_old_by_seed),
        cmocka_unit_test(test_gang_members_run_together),
        cmocka_unit_test(test_steal_within_grahams_bound),
    };
    size_t n = 9;

    n = add_rows(tests, n, ROWS(timelines), sizeof(timelines[0]),
                 test_timeline);
    n = add_rows(tests, n, ROWS(whys), sizeof(whys[0]), test_why);
    return _cmocka_run_group_tests("sim_rt", tests, n, NULL, NULL);
}
