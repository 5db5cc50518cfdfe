/* The engine's corners: what meets in one instant, costs that are cut short,
 * times and numbers at the ends of their ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/play.h"
#include "lib/rows.h"

#define MS INT64_C(1000000)

/* ---- who has which CPU --------------------------------------------------- */

static const struct corner {
    const char *name, *text;
    const char *want; /* a letter a millisecond, CPUs apart by '/' */
    enum sim_state state;
} corners[] = {
    {"several end at the same instant", "fifo cpus=3 | A 2 | B 2 | C 2 | D 1",
     "AAD/BB./CC.", SIM_DONE},
    {"nothing to do takes no CPU", "fifo | A 0 | B 1 | C 0 @1", "B", SIM_DONE},
    {"nobody has anything to do", "rr cpus=2 | A*3 0", "/", SIM_DONE},
    {"a waiter lends to one whose slice ended at that instant",
     "rt-rr cpus=2 slice=2 ties=arrived inherit=yes | "
     "A lock:m 5 unlock:m cpus=0 | C 5 cpus=0 | D 5 cpus=0 | "
     "B 2 lock:m 1 unlock:m priority=5 cpus=1",
     "AAAAACCDDCCDDCD/BB...B.........", SIM_DONE},
    {"a boost during a switch: it goes on, and is paid in full",
     "mlfq boost=5 switch=2 levels=4:1,8:1 | A 6 | B 6", "AAAA..BBBB..AA..BB",
     SIM_DONE},
    {"interrupted during a switch: the next one costs as much",
     "stcf switch=2 | A 3 | B 9 | C 1 @4", "AAA...C..BBBBBBBBB", SIM_DONE},
    {"waits keep their CPUs, two in a row as well",
     "rr cpus=2 on-io=hold slice=2 | A 1 io:3 io:2 1 | B 2 io:2 | C 5 | "
     "D 1 io:1 lock:m 2 unlock:m",
     "A.....ACCC/BB..CCD.DD", SIM_DONE},
    {"a lock gives the CPU away, even if waits keep it",
     "fifo cpus=2 on-io=hold | A lock:m 1 io:2 unlock:m | B lock:m 1 unlock:m "
     "| C 2",
     "A..B/CC..", SIM_DONE},
    {"stealing leaves the pinned where they are",
     "steal cpus=2 slice=1 | A 3 cpus=0 | B 3 cpus=0 | C 1", "ABABAB/C.....",
     SIM_DONE},
    {"nobody can go on",
     "rr | A 1 lock:m io:1 lock:n 1 unlock:n unlock:m | "
     "B lock:n io:5 lock:m 1 unlock:m unlock:n",
     "A.....", SIM_DEADLOCK},
    {"nobody can go on, although it was to stop later",
     "rr until=9 | A 1 lock:m io:1 lock:n 1 unlock:n unlock:m | "
     "B lock:n io:5 lock:m 1 unlock:m unlock:n",
     "A.....", SIM_DEADLOCK},
    {"it stops while somebody waits for a device", "rr until=3 | A 1 io:9",
     "A..", SIM_UNTIL},
    {"it stops at the instant when all have ended", "rr until=3 | A 3", "AAA",
     SIM_DONE},
};

static void test_corner(void **state)
{
    const struct corner *c = *state;
    struct play p = {0};

    play(&p, "%s", c->text);
    assert_string_equal(text_str(&p.line), c->want);
    assert_int_equal(sim_state(p.sim), c->state);
    play_fini(&p);
}

/* Half of a switch has been paid, and nobody has computed in it. */
static void test_until_during_switch(void **state)
{
    struct play p = {0};
    struct sim_totals t;
    const struct task *b;

    (void)state;
    play(&p, "rr slice=2 switch=2 until=3 | A 4 | B 4");
    t = play_totals(&p);
    b = sim_task(p.sim, 1);
    assert_int_equal(sim_state(p.sim), SIM_UNTIL);
    assert_int_equal(t.busy_ns, 2 * MS);
    assert_int_equal(t.overhead_ns, 1 * MS);
    assert_int_equal(b->ready_ns, 3 * MS);
    assert_int_equal(b->ran_ns, 0);
    assert_int_equal(sim_task(p.sim, 0)->ready_ns, 1 * MS);
    play_fini(&p);
}

/* ---- the ends of ranges -------------------------------------------------- */

/* With a lock one job after the other has it all to itself, so that the clocks
 * of those who weigh least get 20 x 104 days x 68 far: beyond what 64 bits
 * hold. Time goes on all the same. */
static void test_far_clocks(void **state)
{
    struct play p = {0};

    play(&p, "%s | A*20 lock:m 9000000s unlock:m nice=19 | B 1 nice=-20",
         (const char *)*state);
    assert_int_equal(sim_state(p.sim), SIM_DONE);
    assert_true(sim_now_ns(p.sim) == INT64_C(180000000) * 1000 * MS + 1 * MS);
    for (int id = 0; id < 20; id++)
        assert_true(sim_task(p.sim, id)->ran_ns == INT64_C(9000000000) * MS);
    play_fini(&p);
}

/* Two clocks that are as far apart as can be, on CPUs of their own. */
static void test_clocks_apart(void **state)
{
    struct play p = {0};

    play(&p,
         "%s cpus=2 queues=central | A 9000000s nice=19 | "
         "B 9000000s nice=-20 | C 1 nice=-20 @8000000s",
         (const char *)*state);
    assert_int_equal(sim_state(p.sim), SIM_DONE);
    play_fini(&p);
}

/* All CPUs there can be, and more jobs than CPUs. */
static void test_most_cpus(void **state)
{
    struct play p = {0};
    struct sim_totals t;

    play(&p, "%s cpus=1024 | A*4096 4", (const char *)*state);
    t = play_totals(&p);
    assert_int_equal(sim_state(p.sim), SIM_DONE);
    assert_int_equal(t.wall_ns, 16 * MS);
    assert_int_equal(t.busy_ns, 4096 * 4 * MS);
    play_fini(&p);
}

int main(void)
{
    struct CMUnitTest tests[sizeof(corners) / sizeof(corners[0]) + 32] = {0};
    size_t n = add_rows(tests, 0, corners, sizeof(corners) / sizeof(corners[0]),
                        sizeof(corners[0]), test_corner);
    static const struct CMUnitTest others[] = {
        {"until in the middle of a switch", test_until_during_switch, NULL,
         NULL, NULL},
        CASE("cfs granularity=9000000s", test_far_clocks),
        CASE("eevdf slice=9000000s", test_far_clocks),
        CASE("stride slice=9000000s", test_far_clocks),
        CASE("cfs granularity=1000s", test_clocks_apart),
        CASE("eevdf slice=1000s", test_clocks_apart),
        CASE("rr slice=1", test_most_cpus),
        CASE("steal slice=1", test_most_cpus),
        CASE("cfs", test_most_cpus),
        CASE("eevdf", test_most_cpus),
        CASE("gang slice=2", test_most_cpus),
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    (void)n;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
