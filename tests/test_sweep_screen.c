/* A small sweep on the screen of the real program, in a real terminal: guess,
 * see the answer, open a point's run, come back, leave. Waits for what a person
 * would see, never for time to pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/place.h"
#include "lib/pty.h"

#define ESC "\033"
#define LEFT ESC "[D"
#define RIGHT ESC "[C"
#define ENTER "\r"

/* The terminal of the test that runs; closed after it, whatever it came to. */
static struct pty terminal;
static struct pty *const p = &terminal;

/* Few and short runs: four naps each. */
static const char *const small[] = {
    "sweep",  "sleep",         "--tasks",  "4", "--task-ms", "10",
    "--over", "workers=1,2,4", "--repeat", "2", "--watch",   NULL};
/* More of them than anybody waits for. */
static const char *const long_one[] = {
    "sweep",   "sleep",        "--tasks",     "20",       "--task-ms",
    "20",      "--over",       "workers=1,2", "--repeat", "100",
    "--watch", "--no-history", NULL};

static void test_guess_and_answer(void **state)
{
    (void)state;
    pty_open(p, 30, 100, small, NULL);
    assert_true(pty_wait_for(p, "SWEET SPOT"));
    assert_true(pty_wait_for(p, "your guess, then see"));
    pty_send(p, "g");
    assert_true(pty_wait_for(p, "how many workers are best? your guess:"));
    pty_send(p, "many" ENTER);
    assert_true(pty_wait_for(p, "is not a number of workers"));
    pty_send(p, "\025"
                "2" ENTER); /* Ctrl-U: another answer */
    assert_true(pty_wait_without(p, "your guess, then see"));
    assert_true(pty_wait_for(p, "your guess: 2"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    assert_true(pty_wait_for(p, "MEASURED"));

    pty_send(p, RIGHT RIGHT);
    assert_true(pty_wait_for(p, "2 workers: "));
    assert_true(pty_wait_for(p, "2 runs"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "LIVE LAB"));
    assert_true(pty_wait_for(p, "REPLAY"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "SWEET SPOT"));
    assert_true(pty_wait_for(p, "2 workers: "));

    pty_send(p, "+8" ENTER);
    assert_true(pty_wait_without(p, "one more value"));
    pty_send(p, ESC "[F"); /* End: the last point, which is the new one */
    assert_true(pty_wait_for(p, "8 workers: "));
    assert_true(pty_wait_for(p, "2 runs"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

/* The same one, from the history. */
static void test_kept(void **state)
{
    static const char *const kept[] = {"sweep", "s1", "--watch", NULL};

    (void)state;
    pty_open(p, 24, 80, kept, NULL);
    assert_true(pty_wait_for(p, "REPLAY"));
    assert_true(pty_wait_for(p, "your guess: 2"));
    pty_send(p, " ");
    assert_true(pty_wait_for(p, "this is a replay"));
    pty_send(p, LEFT);
    assert_true(pty_wait_for(p, "8 workers: "));
    pty_send(p, "l");
    pty_send(p, "?");
    assert_true(pty_wait_for(p, "HELP"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "8 workers: "));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_pause_and_leave(void **state)
{
    (void)state;
    pty_open(p, 20, 60, long_one, NULL);
    assert_true(pty_wait_for(p, "your guess first"));
    pty_send(p, "g" ESC); /* rather not */
    assert_true(pty_wait_without(p, "your guess first"));
    pty_send(p, " ");
    assert_true(pty_wait_for(p, "PAUSED"));
    pty_send(p, " ");
    assert_true(pty_wait_without(p, "PAUSED"));
    pty_send(p, "\032"); /* Ctrl-Z, in the middle of a run */
    assert_true(pty_wait_stop(p));
    pty_continue(p);
    assert_true(pty_wait_for(p, "now: "));
    pty_resize(p, 12, 40);
    assert_true(pty_wait_for(p, "This needs"));
    pty_resize(p, 50, 160);
    assert_true(pty_wait_for(p, "WHERE THE TIME WENT"));
    assert_true(pty_wait_for(p, "now: "));
    pty_send(p, "q"); /* with a run in flight */
    pty_ends(p, 0);
}

static void test_from_the_launcher(void **state)
{
    (void)state;
    pty_open(p, 30, 100, NULL, NULL);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, ":sweep sleep --task-ms x" ENTER);
    assert_true(pty_wait_for(p, ":sweep sleep --task-ms x"));
    pty_send(p, "\025"
                "sweep sleep --tasks 2 --task-ms 5 --over workers=1,2 "
                "--repeat 1" ENTER);
    assert_true(pty_wait_for(p, "SWEET SPOT"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

/* Killed in the middle of a run: nobody is left, and what was there is. */
static void test_killed(void **state)
{
    (void)state;
    pty_open(p, 24, 80, long_one, NULL);
    assert_true(pty_wait_for(p, "now: "));
    pty_signal(p, SIGTERM);
    pty_ends(p, 128 + SIGTERM);
    pty_open(p, 24, 80, long_one, NULL);
    assert_true(pty_wait_for(p, "now: "));
    pty_signal(p, SIGKILL);
    assert_true(pty_wait_end(p));
    assert_true(pty_wait_alone(p));
    pty_close(p);
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
        cmocka_unit_test_teardown(test_guess_and_answer, teardown),
        cmocka_unit_test_teardown(test_kept, teardown),
        cmocka_unit_test_teardown(test_pause_and_leave, teardown),
        cmocka_unit_test_teardown(test_from_the_launcher, teardown),
        cmocka_unit_test_teardown(test_killed, teardown),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
