/* The fair policies: shares by weight, lags within their bounds, sleepers that
 * get their due and no more. */
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
    {"cfs: two share the latency", "cfs | A 6 | B 6", "AAABBBAAABBB"},
    {"cfs: three share it", "cfs | A 6 | B 6 | C 6", "AABBCCAABBCCAABBCC"},
    {"cfs: nobody for less than the granularity",
     "cfs latency=2 granularity=2 | A 4 | B 4", "AABBAABB"},
    {"cfs: a new one waits for a slice's worth", "cfs | A 12 | B 6 @2",
     "AAAAABBBAAABBBAAAA"},
    {"cfs: who has slept goes first", "cfs | A 12 | B 1 io:4 x4",
     "AAABAAAABAAAABA...B"},
    {"cfs: but not if it is less behind than wakeup",
     "cfs wakeup=6 | A 8 | B 1 io:4 x2", "AAABAAAAAB"},
    {"cfs: at the tick only", "cfs tick=4 | A 12 | B 12",
     "AAAABBBBAAAABBBBAAAABBBB"},
    {"cfs: alone it goes on", "cfs | A 5 | B 2 @6", "AAAAA.BB"},

    {"eevdf: slices in turn", "eevdf slice=3 | A 6 | B 6", "AAABBBAAABBB"},
    {"eevdf: three in turn", "eevdf slice=2 | A 4 | B 4 | C 4", "AABBCCAABBCC"},
    {"eevdf: a new one begins with half a slice",
     "eevdf slice=4 | A 12 | B 8 @2", "AAAABBAAAABBBBAAAABB"},
    {"eevdf: who is not owed waits for the slice's end",
     "eevdf slice=4 | A 1 io:3 1 | B 10", "ABBBBABBBBBB"},
    {"eevdf: who is owed comes back at once",
     "eevdf slice=3 | A 16 | B 1 io:4 x3", "AAABAAAABAAAABAAAAA"},
    {"eevdf: who had too much is not forgiven for a nap",
     "eevdf slice=4 | A 4 io:1 4 | B 12", "AAAABBBBAAAABBBBBBBB"},
    {"eevdf: at the tick only", "eevdf slice=1.4 tick=4 | A 12 | B 12",
     "AAAABBBBAAAABBBBAAAABBBB"},
    {"eevdf: one queue for two CPUs",
     "eevdf queues=central slice=3 cpus=2 | A 6 | B 6 | C 6",
     "AAACCCBBB/BBBAAACCC"},
    {"eevdf: two queues whose slices end together",
     "eevdf slice=3 cpus=2 | A 6 | B 6 | C 6 | D 6",
     "AAACCCAAACCC/BBBDDDBBBDDD"},
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

/* ---- shares -------------------------------------------------------------- */

/* All that compute without end, on one CPU for 20 s: each has its part by
 * weight, within a slice or a tick. */
static const struct share_case {
    const char *name, *setup;
    int nice[4]; /* how many: .n */
    int n;
    int64_t within_ns;
} shares[] = {
    {"cfs: nice 0, 5, 10", "cfs", {0, 5, 10}, 3, 6 * MS},
    {"cfs: nice 0, 5, 10 by the tick", "cfs tick=4", {0, 5, 10}, 3, 12 * MS},
    {"cfs: the extremes", "cfs", {-20, 19}, 2, 7 * MS},
    {"cfs: equals", "cfs", {0, 0, 0, 0}, 4, 6 * MS},
    {"eevdf: nice 0, 5, 10", "eevdf", {0, 5, 10}, 3, 3 * MS},
    {"eevdf: nice 0, 5, 10 by the tick",
     "eevdf slice=1.4 tick=4",
     {0, 5, 10},
     3,
     8 * MS},
    {"eevdf: the extremes", "eevdf", {-20, 19}, 2, 3 * MS},
    {"eevdf: equals", "eevdf slice=7", {3, 3, 3, 3}, 4, 7 * MS},
};

static void test_shares(void **state)
{
    const struct share_case *c = *state;
    struct play p = {0};
    struct text jobs = {0};
    int64_t whole = 20000 * MS, weight = 0;

    for (int i = 0; i < c->n; i++) {
        text_addf(&jobs, " | %c 30000 nice=%d", 'A' + i, c->nice[i]);
        weight += sim_weight(c->nice[i]);
    }
    play(&p, "%s until=20000%s", c->setup, text_str(&jobs));
    for (int i = 0; i < c->n; i++) {
        int64_t due = whole * sim_weight(c->nice[i]) / weight;
        int64_t had = play_job(&p, i).ran_ns;

        if (llabs(had - due) > c->within_ns)
            fail_msg("job %d had %lld ns, not %lld", i, (long long)had,
                     (long long)due);
    }
    text_fini(&jobs);
    play_fini(&p);
}

/* ---- lag: Stoica and Abdel-Wahab, theorem 1 ------------------------------ */

/* In steady state nobody is ever behind, or ahead of, the ideal CPU by more
 * than the longest slice. (For those that are all there from the begin on.) */
struct lags {
    int64_t weight, slice_ns, worst_ns;
};

static void look_at_lags(void *arg, const struct sim *s,
                         const struct sim_decision *d)
{
    struct lags *l = arg;
    int n = sim_jobs_of(s)->count;

    for (int i = 0; i < n; i++) {
        const struct task *t = sim_task(s, i);
        int64_t due = (int64_t)((__int128)d->at_ns * sim_weight(t->job->nice) /
                                l->weight);
        int64_t off = llabs(due - t->ran_ns);

        if (off > l->worst_ns)
            l->worst_ns = off;
    }
}

static void test_lag_is_bounded(void **state)
{
    uint64_t random = 6;

    (void)state;
    for (int round = 0; round < 40; round++) {
        struct lags lags = {.slice_ns = (1 + random_below(&random, 9)) * MS};
        struct sim_watch watch = {.arg = &lags, .decided = look_at_lags};
        int n = 2 + (int)random_below(&random, 20);
        struct sim_jobs jobs = {0};
        struct sim_setup setup;
        struct sim *sim;
        struct err err;

        for (int i = 0; i < n; i++) {
            struct sim_job *j = sim_jobs_add(&jobs);

            j->nice = (int8_t)((int)random_below(&random, 40) - 20);
            lags.weight += sim_weight(j->nice);
            sim_jobs_step(&jobs, STEP_RUN, 3000 * MS, 0);
        }
        sim_defaults(&setup, &policy_eevdf);
        setup.slice_ns = lags.slice_ns;
        setup.until_ns = 2000 * MS;
        assert_int_equal(sim_new(&sim, &setup, &jobs, &watch, &err), 0);
        sim_run(sim, INT64_MAX, INT64_MAX);
        assert_true(lags.worst_ns > 0);
        /* Virtual times are whole nanoseconds, and there are many. */
        assert_in_range(lags.worst_ns, 1, lags.slice_ns + 100000);
        sim_free(sim);
        sim_jobs_fini(&jobs);
    }
}

/* ---- sleepers ------------------------------------------------------------ */

/* Who mostly sleeps asks for less than its share, and gets it soon; those who
 * compute share the rest. */
static const struct sleeper_case {
    const char *name, *setup;
    int hogs;
    int64_t within_ns; /* it waits for the CPU, at the most */
} sleepers[] = {
    {"cfs: a sleeper beside one", "cfs", 1, 4 * MS},
    {"cfs: a sleeper beside four", "cfs", 4, 8 * MS},
    {"eevdf: a sleeper beside one", "eevdf slice=3", 1, 3 * MS},
    {"eevdf: a sleeper beside four", "eevdf slice=3", 4, 15 * MS},
};

static void test_sleeper(void **state)
{
    const struct sleeper_case *c = *state;
    struct play p = {0};
    struct text jobs = {0};
    struct sim_figures f;

    for (int i = 0; i < c->hogs; i++)
        text_addf(&jobs, " | %c 9000", 'A' + i);
    play(&p, "%s until=4000 | Z 1 sleep:20 x150%s", c->setup, text_str(&jobs));
    f = play_job(&p, 0);
    assert_in_range(f.longest_wait_ns, 0, c->within_ns);
    assert_in_range(f.ran_ns, 100 * MS, 190 * MS);
    for (int i = 1; i <= c->hogs; i++)
        assert_in_range(play_job(&p, i).ran_ns,
                        (4000 * MS - f.ran_ns) / c->hogs - 20 * MS,
                        (4000 * MS - f.ran_ns) / c->hogs + 20 * MS);
    text_fini(&jobs);
    play_fini(&p);
}

/* Sleeping is no way to more than a share: one that computes all the time but
 * for a nap now and then has no more than its equal beside it. */
static void test_naps_do_not_pay(void **state)
{
    static const char *const setups[] = {"eevdf slice=3", "cfs", NULL};

    (void)state;
    for (int i = 0; setups[i]; i++) {
        struct play p = {0};

        play(&p, "%s until=4000 | A 4 sleep:0.5 x2000 | B 9000", setups[i]);
        assert_in_range(play_job(&p, 0).ran_ns, 1500 * MS, 2030 * MS);
        play_fini(&p);
    }
}

/* ---- in words ------------------------------------------------------------ */

static const struct why_case {
    const char *name, *text, *want;
} whys[] = {
    {"cfs says the virtual times", "cfs | A 6 | B 6",
     "its virtual time, 0 ms, is the least (A is next with 3 ms)"},
    {"eevdf says who is eligible", "eevdf slice=3 | A 6 | B 6",
     "of 2 that are eligible it has the earliest deadline"},
    {"eevdf says when there is no choice", "eevdf slice=3 | A 6 | B 6",
     "it alone is eligible (its lag is "},
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
    static struct CMUnitTest tests[64] = {
        cmocka_unit_test(test_lag_is_bounded),
        cmocka_unit_test(test_naps_do_not_pay),
    };
    size_t n = 2;

    n = add_rows(tests, n, ROWS(timelines), sizeof(timelines[0]),
                 test_timeline);
    n = add_rows(tests, n, ROWS(shares), sizeof(shares[0]), test_shares);
    n = add_rows(tests, n, ROWS(sleepers), sizeof(sleepers[0]), test_sleeper);
    n = add_rows(tests, n, ROWS(whys), sizeof(whys[0]), test_why);
    return _cmocka_run_group_tests("sim_fair", tests, n, NULL, NULL);
}
