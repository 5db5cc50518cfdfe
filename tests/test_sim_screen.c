/* The simulator in a real terminal: go through decisions, change a job and a
 * policy, take it back, measure. Waits for what a person would see, never for
 * time to pass. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/place.h"
#include "lib/pty.h"

#define ESC "\033"
#define LEFT ESC "[D"
#define RIGHT ESC "[C"
#define HOME ESC "[H"
#define END ESC "[F"
#define UP ESC "[A"
#define DOWN ESC "[B"
#define ENTER "\r"
#define TAB "\t"
#define CLEAR "\025"

/* The terminal of the test that runs; closed after it, whatever it came to. */
static struct pty terminal;
static struct pty *const p = &terminal;

static void simulate(int rows, int columns, const char *jobs)
{
    const char *words[] = {"sim",  jobs,         "--on", "fifo",
                           "--on", "rr,slice=2", NULL};

    pty_open(p, rows, columns, words, NULL);
    assert_true(pty_wait_for(p, "SIMULATOR"));
    assert_true(pty_wait_for(p, "decision 1 of"));
}

static void test_walk(void **state)
{
    (void)state;
    simulate(30, 100, "A 12 | B 2 io:4 2 | C 4 @1");
    assert_true(pty_wait_for(p, "at 0 ms of"));
    pty_send(p, "n");
    assert_true(pty_wait_for(p, "decision 2 of"));
    assert_true(pty_wait_for(p, "at 12 ms of"));
    pty_send(p, "N");
    assert_true(pty_wait_for(p, "at 0 ms of"));
    pty_send(p, TAB "n");
    assert_true(pty_wait_for(p, "at 2 ms of"));
    pty_send(p, "1");
    assert_true(pty_wait_for(p, "decision 1 of"));
    pty_send(p, RIGHT RIGHT LEFT);
    assert_true(pty_wait_for(p, "at 2.25 ms of"));
    pty_send(p, END);
    assert_true(pty_wait_for(p, "at 20 ms of 20 ms"));
    pty_send(p, "n");
    assert_true(pty_wait_for(p, "this is the last decision"));
    pty_send(p, HOME " ");
    assert_true(pty_wait_for(p, "PLAYS"));
    pty_send(p, " ");
    assert_true(pty_wait_without(p, "PLAYS"));
    pty_send(p, "<");
    assert_true(pty_wait_for(p, "this is all of it"));
    pty_send(p, HOME ">>>");
    assert_true(pty_wait_for(p, "100 µs"));
    pty_send(p, "<<<c");
    assert_true(pty_wait_without(p, " C  "));
    pty_send(p, "?");
    assert_true(pty_wait_for(p, "HELP"));
    pty_send(p, "qq");
    pty_ends(p, 0);
}

static void test_change(void **state)
{
    (void)state;
    assert_int_equal(chdir(place()), 0);
    simulate(30, 100, "A 12 | B 2 io:4 2 | C 4 @1");
    pty_send(p, DOWN DOWN "e");
    assert_true(pty_wait_for(p, "job: C 4 @1"));
    pty_send(p, CLEAR "C 40");
    assert_true(pty_wait_for(p, "of 56 ms")); /* while it is typed */
    pty_send(p, CLEAR "C oi:4");
    assert_true(pty_wait_for(p, "column 3"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "column 3"));
    pty_send(p, ESC);
    assert_true(pty_wait_for(p, "of 20 ms"));
    pty_send(p, "a");
    assert_true(pty_wait_for(p, "new job: D 3"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "4 jobs"));
    pty_send(p, "d");
    assert_true(pty_wait_for(p, "deleted: D 3"));
    assert_true(pty_wait_for(p, "3 jobs"));
    pty_send(p, "u");
    assert_true(pty_wait_for(p, "4 jobs"));
    pty_send(p, "2s");
    assert_true(pty_wait_for(p, "policy: rr,slice=2"));
    pty_send(p, CLEAR "rr,slice=0");
    assert_true(pty_wait_for(p, "slice"));
    pty_send(p, CLEAR "stcf" ENTER);
    assert_true(pty_wait_for(p, "2 stcf"));
    pty_send(p, "+" CLEAR "sjf" ENTER);
    assert_true(pty_wait_for(p, "3 sjf"));
    pty_send(p, "-");
    assert_true(pty_wait_without(p, "3 sjf"));
    pty_send(p, "w" CLEAR "mine.jobs" ENTER);
    assert_true(pty_wait_for(p, "written: mine.jobs"));
    pty_send(p, "w" CLEAR "mine.jobs" ENTER);
    assert_true(pty_wait_for(p, "cannot write mine.jobs"));
    pty_send(p, ESC "r");
    assert_true(pty_wait_for(p, "random set 1"));
    pty_send(p, "r");
    assert_true(pty_wait_for(p, "random set 2"));
    pty_send(p, "q");
    pty_ends(p, 0);
    assert_int_equal(access("mine.jobs", R_OK), 0);
    assert_int_equal(chdir("/"), 0);
}

/* From the launcher, with an experiment, and what this machine does with it. */
static void test_measure(void **state)
{
    (void)state;
    pty_open(p, 30, 100, NULL, NULL);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, ":sim A oi" ENTER);
    assert_true(pty_wait_for(p, "oi"));
    pty_send(p, CLEAR "sim spin --workers 2 --task-ms 1 --tasks 6 --on rr "
                      "--on cfs" ENTER);
    assert_true(pty_wait_for(p, "2 cfs"));
    assert_true(pty_wait_for(p, "m measure"));
    pty_send(p, "m");
    assert_true(pty_wait_for(p, "MODEL AND MEASURED"));
    assert_true(pty_wait_without(p, "runs …")); /* whoever else was busy */
    pty_send(p, ":sim A 3 | B 4" ENTER);
    assert_true(pty_wait_without(p, "MEASURED"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

/* A run of millions of decisions: keys are heard all the time. */
static void test_long(void **state)
{
    (void)state;
    simulate(24, 80, "A 400s | B 400s | C 400s");
    pty_send(p, TAB END);
    assert_true(pty_wait_for(p, "at 1200 s of 1200 s"));
    pty_send(p, "N?");
    assert_true(pty_wait_for(p, "HELP"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "decision 600,000 of"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_any_size(void **state)
{
    static const int sizes[][2] = {{1, 1},   {2, 200}, {200, 3}, {5, 20},
                                   {20, 60}, {24, 80}, {50, 200}};

    (void)state;
    simulate(30, 100, "A 12 | B 2 io:4 2 | C 4 @1");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pty_resize(p, sizes[i][0], sizes[i][1]);
        pty_send(p, "n?qcr>e1" ESC "s" ESC "a" ENTER "dup" TAB RIGHT "p");
    }
    pty_resize(p, 30, 100);
    assert_true(pty_wait_for(p, "JOBS"));
    pty_signal(p, SIGTERM);
    pty_ends(p, 128 + SIGTERM);
}

static int teardown(void **state)
{
    (void)state;
    pty_close(p);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_walk, teardown),
        cmocka_unit_test_teardown(test_change, teardown),
        cmocka_unit_test_teardown(test_measure, teardown),
        cmocka_unit_test_teardown(test_long, teardown),
        cmocka_unit_test_teardown(test_any_size, teardown),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
