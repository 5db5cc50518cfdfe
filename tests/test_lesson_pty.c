/* Lessons in a real terminal: one is taken to its end by keys while the
 * terminal changes its size; one is killed in the middle and gone on with; the
 * map; a class that votes. Waits for what a person would see, never for time
 * to pass. */
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
#define DOWN ESC "[B"
#define BACKSPACE "\177"
#define ENTER "\r"
#define TAB "\t"

/* The terminal of the test that runs; closed after it, whatever it came to. */
static struct pty terminal;
static struct pty *const p = &terminal;

static const char *const player[] = {"lesson", "run", "tests/lessons/player.md",
                                     NULL};

static int close_it(void **state)
{
    (void)state;
    pty_close(p);
    return 0;
}

/* From the first page to the two locked predictions. */
static void predict(void)
{
    assert_true(pty_wait_for(p, "Four naps of 50 ms"));
    assert_true(pty_wait_for(p, "READ ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "YOUR PREDICTION"));
    pty_send(p, ENTER); /* without having chosen: the first, and a reason */
    assert_true(pty_wait_for(p, "because:"));
    pty_send(p, ESC);
    assert_true(pty_wait_without(p, "because:"));
    pty_send(p, "h");
    assert_true(pty_wait_for(p, "A nap is over when its time is over"));
    pty_send(p, "b" ENTER);
    assert_true(pty_wait_for(p, "because:"));
    pty_send(p, "they nap at once" ENTER);
    assert_true(pty_wait_for(p, "because: \"they nap at once\""));
    assert_true(pty_wait_for(p, "Locked."));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "your number:"));
    pty_send(p, "many"); /* letters are keys while there is no number */
    pty_send(p, "4x" ENTER);
    assert_true(pty_wait_for(p, "● 4"));
}

static void test_to_the_end(void **state)
{
    (void)state;
    pty_open(p, 30, 100, player, NULL);
    predict();
    pty_send(p, ENTER);
    pty_resize(p, 24, 80);
    assert_true(pty_wait_for(p, "FROZEN ●"));
    assert_true(pty_wait_for(p, "for four naps at once"));
    assert_true(pty_wait_for(p, "MEASURED"));
    pty_send(p, TAB);
    assert_true(pty_wait_for(p, "WORKERS"));
    pty_resize(p, 10, 30);
    assert_true(pty_wait_for(p, "This needs 60 columns"));
    pty_resize(p, 30, 100);
    assert_true(pty_wait_for(p, "WORKERS"));
    pty_send(p, TAB);
    assert_true(pty_wait_for(p, "YOUR PREDICTION, LOCKED"));

    pty_send(p, "o"); /* to the laboratory, and back */
    assert_true(pty_wait_for(p, "LIVE LAB"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "FROZEN ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "WHAT DID YOU SEE?"));
    pty_send(p, "b" ENTER);
    assert_true(pty_wait_for(p, "✓ Right."));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "all four naps were taken"));
    assert_true(pty_wait_for(p, "CHECK ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "Sort by how long they take"));
    pty_send(p, "+");
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "four workers < one worker"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "EXPLAIN ●"));
    pty_send(p, "b" ENTER);
    assert_true(pty_wait_for(p, "races need several cores"));
    pty_send(p, "r" ENTER); /* answer it again, right */
    assert_true(pty_wait_for(p, "✓ Right."));
    pty_send(p, BACKSPACE);
    assert_true(pty_wait_for(p, "PREDICT ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "EXPLAIN ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "The four naps went by in"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "PREDICT AGAIN"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "your number:"));
    pty_send(p, "0.1" ENTER);
    assert_true(pty_wait_for(p, "predicted: 0.100 s"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "DONE ●"));
    assert_true(pty_wait_for(p, "checks passed"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

/* What was locked is there again; nothing of the killed program is. */
static void test_killed_and_resumed(void **state)
{
    (void)state;
    pty_open(p, 24, 80, player, NULL);
    predict();
    pty_signal(p, SIGKILL);
    assert_true(pty_wait_end(p));
    pty_close(p);

    pty_open(p, 24, 80, player, NULL);
    assert_true(pty_wait_for(p, "you were here last time"));
    pty_send(p, BACKSPACE BACKSPACE BACKSPACE);
    assert_true(pty_wait_for(p, "READ ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "because: \"they nap at once\""));
    pty_send(p, "r"); /* think again */
    assert_true(pty_wait_for(p, "a 200 ms, as before"));
    pty_send(p, "s"); /* or rather see the explanation */
    assert_true(pty_wait_for(p, "THE EXPLANATION"));
    pty_signal(p, SIGTERM);
    pty_ends(p, 128 + SIGTERM);
}

static void test_map(void **state)
{
    static const char *const words[] = {"lesson", NULL};

    (void)state;
    pty_open(p, 30, 100, words, NULL);
    assert_true(pty_wait_for(p, "LESSONS"));
    assert_true(pty_wait_for(p, "Waiting and working"));
    pty_send(p, "/zzzz");
    assert_true(pty_wait_for(p, "No lesson has these words."));
    pty_send(p, ESC);
    assert_true(pty_wait_for(p, "Waiting and working"));
    pty_send(p, "n" DOWN);
    assert_true(pty_wait_for(p, "Comes after"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "READ ●"));
    pty_send(p, "?");
    assert_true(pty_wait_for(p, "HELP  LESSON"));
    pty_send(p, "q");
    assert_true(pty_wait_without(p, "HELP  LESSON"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "LESSONS"));
    assert_true(pty_wait_for(p, "begun: Enter goes on"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_launcher(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    pty_open(p, 30, 100, none, NULL);
    assert_true(pty_wait_for(p, "A course of short lessons"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "Waiting and working"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "READ ●"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "Waiting and working"));
    pty_send(p, "q");
    assert_true(pty_wait_for(p, "A course of short lessons"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_class(void **state)
{
    static const char *const words[] = {
        "lesson", "run", "tests/lessons/player.md", "--present", NULL};

    (void)state;
    setenv("XDG_STATE_HOME", place_path("class"), 1);
    pty_open(p, 24, 80, words, NULL);
    assert_true(pty_wait_for(p, "READ ●"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "PREDICT ●"));
    pty_send(p, "AABBB" ENTER);
    assert_true(pty_wait_for(p, "because:"));
    pty_send(p, ENTER);
    assert_true(pty_wait_for(p, "● b"));
    pty_send(p, "r" /* again, counted */
                "v");
    assert_true(pty_wait_for(p, "hands for a:"));
    pty_send(p, "17" ENTER);
    assert_true(pty_wait_for(p, "hands for b:"));
    pty_send(p, "4" ENTER ENTER);
    assert_true(pty_wait_without(p, "hands for"));
    pty_send(p, ENTER ENTER);
    assert_true(pty_wait_for(p, "● a"));
    assert_true(pty_wait_for(p, "attempt 2"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_to_the_end, close_it),
        cmocka_unit_test_teardown(test_killed_and_resumed, close_it),
        cmocka_unit_test_teardown(test_map, close_it),
        cmocka_unit_test_teardown(test_launcher, close_it),
        cmocka_unit_test_teardown(test_class, close_it),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
