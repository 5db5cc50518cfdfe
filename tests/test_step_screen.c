/* The microscope in a real terminal: find a lost update by hand, let it be
 * explored, repair it, write it, leave. Waits for what a person would see,
 * never for time to pass. */
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
#define HOME ESC "[H"
#define END ESC "[F"
#define UP ESC "[A"
#define DOWN ESC "[B"
#define F2 ESC "OQ"
#define ENTER "\r"
#define TAB "\t"

/* The terminal of the test that runs; closed after it, whatever it came to. */
static struct pty terminal;
static struct pty *const p = &terminal;

static const char lost_update[] = "// lost-update-mine: two threads\n"
                                  "// repair: make x 2 in every schedule\n"
                                  "shared int x;\n"
                                  "thread T[2] {\n"
                                  "  x++;\n"
                                  "}\n"
                                  "check final x == 2;\n";

/* Write @text to @name, and the words that open it. */
static const char *const *step_on(const char *name, const char *text,
                                  const char *option)
{
    static const char *words[4];
    FILE *f = fopen(place_path(name), "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    words[0] = "step";
    words[1] = place_path(name);
    words[2] = option;
    words[3] = NULL;
    return words;
}

static void test_by_hand(void **state)
{
    (void)state;
    pty_open(p, 30, 100, step_on("hand.tsl", lost_update, NULL), NULL);
    assert_true(pty_wait_for(p, "MICROSCOPE"));
    assert_true(pty_wait_for(p, "you are the scheduler"));
    pty_send(p, "12");
    assert_true(pty_wait_for(p, "store x <- 1")); /* what would come next */
    pty_send(p, "12");
    assert_true(pty_wait_for(p, "x == 2 is false at the end"));
    assert_true(pty_wait_for(p, "schedule  0 1 0 1"));
    pty_send(p, "1");
    assert_true(pty_wait_for(p, "T0 has ended"));
    pty_send(p, "u" LEFT);
    assert_true(pty_wait_for(p, "step 2 of 4"));
    pty_send(p, HOME);
    assert_true(pty_wait_for(p, "step 0 of 4"));
    pty_send(p, " "); /* by itself */
    assert_true(pty_wait_for(p, "PLAYS"));
    pty_send(p, END);
    assert_true(pty_wait_for(p, "x is 1"));
    pty_send(p, "s\025"
                "0 0 1 1" ENTER);
    assert_true(pty_wait_for(p, "the final check holds"));
    pty_send(p, "s\025"
                "0 7" ENTER);
    assert_true(pty_wait_for(p, "7"));
    assert_true(pty_wait_for(p, "schedule from the beginning: 0 7"));
    pty_send(p, ESC);
    assert_true(pty_wait_without(p, "schedule from the beginning"));
    pty_send(p, "R");
    assert_true(pty_wait_for(p, "random run, seed 1: 4 steps"));
    pty_send(p, "t");
    assert_true(pty_wait_for(p, "TSO"));
    pty_send(p, "11");
    assert_true(pty_wait_for(p, "buffer x <- 1"));
    pty_send(p, "b1");
    assert_true(pty_wait_for(p, "flush x <- 1"));
    pty_send(p, "g");
    assert_true(pty_wait_for(p, "instruction by instruction"));
    pty_send(p, "?");
    assert_true(pty_wait_for(p, "HELP"));
    pty_send(p, "q.");
    assert_true(pty_wait_for(p, "any key brings the picture back"));
    pty_send(p, " q");
    pty_ends(p, 0);
}

static void test_explore_and_repair(void **state)
{
    (void)state;
    assert_int_equal(chdir(place()), 0);
    pty_open(p, 30, 100, step_on("repair.tsl", lost_update, NULL), NULL);
    assert_true(pty_wait_for(p, "Repair it: make x 2"));
    pty_send(p, "x");
    assert_true(pty_wait_for(p, "4 of 6 schedules"));
    pty_send(p, DOWN UP ENTER);
    assert_true(pty_wait_for(p, "x == 2 is false"));
    pty_send(p, "o");
    assert_true(pty_wait_without(p, "4 of 6 schedules"));
    pty_send(p, "f");
    assert_true(pty_wait_for(p, "final after 4 steps"));
    pty_send(p, "p");
    assert_true(pty_wait_for(p, "with 1 preemption"));

    pty_send(p, "E");
    assert_true(pty_wait_for(p, "F2 try it"));
    pty_send(p, UP UP ESC "[H"
                          "mutex m" ENTER F2); /* no semicolon */
    assert_true(pty_wait_for(p, "✗ line 4"));
    pty_send(p, ESC); /* not without being asked */
    assert_true(pty_wait_for(p, "Esc again forgets it"));
    pty_send(p, "\025\025"); /* undo */
    pty_send(p, ESC "[H"
                    "mutex m;" ENTER);
    pty_send(p, DOWN ESC "[F"
                         "\b\b\b\b"
                         "lock(m); x = x + 1; unlock(m);");
    pty_send(p, F2);
    assert_true(pty_wait_for(p, "edited"));
    pty_send(p, "x");
    assert_true(pty_wait_for(p, "Repaired: no schedule of 2 fails"));
    pty_send(p, "q"); /* not without being asked */
    assert_true(pty_wait_for(p, "q again forgets it"));
    pty_send(p, "w");
    assert_true(pty_wait_for(p, "write the program to: lost-update-mine.tsl"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "written: lost-update-mine.tsl"));
    pty_send(p, "w" ENTER);
    assert_true(pty_wait_for(p, "is there already"));
    pty_send(p, ESC "q");
    pty_ends(p, 0);
    assert_int_equal(access("lost-update-mine.tsl", R_OK), 0);
    assert_int_equal(chdir("/"), 0);
}

/* Another editor changes the file; then the file is no program. */
static void test_file_changes(void **state)
{
    (void)state;
    pty_open(p, 24, 80, step_on("file.tsl", lost_update, NULL), NULL);
    assert_true(pty_wait_for(p, "x++;"));
    step_on("file.tsl", "shared int y;\nthread T { y = 1; }\n", NULL);
    assert_true(pty_wait_for(p, "read again"));
    assert_true(pty_wait_for(p, "y = 1;"));
    step_on("file.tsl", "shared int z\n", NULL);
    assert_true(pty_wait_for(p, "file.tsl:1"));
    assert_true(pty_wait_for(p, "y = 1;"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_library(void **state)
{
    (void)state;
    pty_open(p, 30, 100, NULL, NULL);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, "Gk" ENTER);
    assert_true(pty_wait_for(p, "PROGRAMS"));
    pty_send(p, "/lost-update" ENTER ENTER);
    assert_true(pty_wait_for(p, "micro-steps of T0"));
    pty_send(p, "l");
    assert_true(pty_wait_for(p, "PROGRAMS"));
    pty_send(p, "E");
    assert_true(pty_wait_for(p, "a new program"));
    pty_send(p, ESC);
    assert_true(pty_wait_for(p, "micro-steps of T0"));
    pty_send(p, ":step no-such-thing" ENTER);
    assert_true(pty_wait_for(p, "no-such-thing"));
    pty_send(p, "\025step opposite-order" ENTER);
    assert_true(pty_wait_for(p, "opposite-order"));
    pty_send(p, "12");
    assert_true(pty_wait_for(p, "Deadlock"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_any_size(void **state)
{
    static const int sizes[][2] = {{1, 1},   {2, 200}, {200, 3}, {5, 20},
                                   {20, 60}, {24, 80}, {50, 200}};

    (void)state;
    pty_open(p, 30, 100, step_on("size.tsl", lost_update, "--ascii"), NULL);
    assert_true(pty_wait_for(p, "MICROSCOPE"));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pty_resize(p, sizes[i][0], sizes[i][1]);
        pty_send(p, "1?qxoP2P" TAB "lqE" ESC "R");
    }
    pty_resize(p, 30, 100);
    assert_true(pty_wait_for(p, "HISTORY"));
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
        cmocka_unit_test_teardown(test_by_hand, teardown),
        cmocka_unit_test_teardown(test_explore_and_repair, teardown),
        cmocka_unit_test_teardown(test_file_changes, teardown),
        cmocka_unit_test_teardown(test_library, teardown),
        cmocka_unit_test_teardown(test_any_size, teardown),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
