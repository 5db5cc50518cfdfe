/* A few real runs of the real program in a real terminal. They wait for what a
 * person would see, never for time to pass. */
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/pty.h"

#define ESC "\033"
#define ENTER "\r"
#define CTRL_C "\003"
#define CTRL_Z "\032"

/* The terminal of the test that runs; closed after it, whatever it came to. */
static struct pty terminal;
static struct pty *const p = &terminal;

/* Work that goes on for as long as any test looks. */
static const char *const lab_for_ever[] = {
    "lab", "spin", "--workers", "2", "--tasks", "1000000", "--nice", "5", NULL};
static const char *const race[] = {"race", NULL};

static void open_lab(void)
{
    pty_open(p, 30, 100, lab_for_ever, NULL);
    assert_true(pty_wait_for(p, "RUNNING"));
}

static void test_launcher(void **state)
{
    (void)state;
    pty_open(p, 24, 80, NULL, NULL);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    assert_true(pty_wait_for(p, "Counter race"));
    assert_false(pty_restored(p)); /* or the check below would say nothing */
    pty_send(p, ESC);              /* not a way out of the first screen */
    pty_send(p, "G" ENTER);        /* "anything else": the ':' line */
    assert_true(pty_wait_for(p, "primes  sumsquares"));
    pty_send(p, ESC);
    assert_true(pty_wait_without(p, "primes  sumsquares"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_lab(void **state)
{
    (void)state;
    open_lab();
    assert_true(pty_wait_for(p, "LIVE LAB"));
    pty_send(p, " ");
    assert_true(pty_wait_for(p, "STOPPED"));
    pty_send(p, "f");
    assert_true(pty_wait_for(p, "FROZEN"));
    pty_send(p, " ");
    assert_true(pty_wait_without(p, "STOPPED"));
    pty_send(p, "<<nN");
    pty_send(p, ESC "[D"); /* left */
    assert_true(pty_wait_for(p, "▲"));
    pty_send(p, "f");
    assert_true(pty_wait_without(p, "FROZEN"));
    pty_send(p, "]");
    assert_true(pty_wait_for(p, "3 take part"));
    pty_send(p, "S");
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_run_again_and_models(void **state)
{
    static const char *const line[] = {"lab",       "sleep",     "--tasks",
                                       "4",         "--task-ms", "20",
                                       "--workers", "2",         NULL};

    (void)state;
    pty_open(p, 40, 120, line, NULL);
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "r");
    assert_true(pty_wait_for(p, "before: sleep"));
    pty_send(p, "c");
    assert_true(pty_wait_without(p, "before: sleep"));
    pty_send(p, "m");
    assert_true(pty_wait_for(p, "--model processes"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "m");
    assert_true(pty_wait_for(p, "--model gil"));
    pty_send(p, "m");
    assert_true(pty_wait_for(p, "--model coop"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "m");
    assert_true(pty_wait_for(p, "--model blended"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "m"); /* one worker, whatever was asked for */
    assert_true(pty_wait_for(p, "--model sequential"));
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_race(void **state)
{
    (void)state;
    pty_open(p, 30, 100, race, NULL);
    assert_true(pty_wait_for(p, "UPDATES LOST"));
    assert_true(pty_wait_for(p, "OFF"));
    assert_true(pty_wait_for(p, "no lock"));
    pty_send(p, "k");
    assert_true(pty_wait_for(p, " ON "));
    assert_true(pty_wait_for(p, "increments are there")); /* lost: 0 */
    pty_send(p, "1");
    assert_true(pty_wait_for(p, "ONE core"));
    pty_send(p, " ");
    assert_true(pty_wait_for(p, "STOPPED"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_prompt(void **state)
{
    (void)state;
    pty_open(p, 30, 100, NULL, NULL);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, ":primse" ENTER);
    assert_true(pty_wait_for(p, "\"primes\"")); /* did you mean */
    pty_send(p, "\025slee\t--cpus 4000" ENTER); /* Ctrl-U: another line */
    assert_true(pty_wait_for(p, "processors go up to"));
    assert_true(pty_wait_for(p, ":sleep --cpus 4000"));
    pty_send(p, "\025");
    pty_send(p, "sleep --tasks 4 --task-ms 10" ENTER);
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, ":" ESC "[A"); /* the line before */
    assert_true(pty_wait_for(p, ":sleep --tasks 4"));
    pty_send(p, "\003");
    pty_ends(p, 130);
}

static void test_help_and_settings(void **state)
{
    (void)state;
    pty_open(p, 40, 100, lab_for_ever, NULL);
    assert_true(pty_wait_for(p, "RUNNING"));
    pty_send(p, "?");
    assert_true(pty_wait_for(p, "HELP"));
    pty_send(p, "/stand still" ENTER);
    assert_true(pty_wait_for(p, "found"));
    pty_send(p, "q");
    assert_true(pty_wait_without(p, "HELP"));
    pty_send(p, "?/freeze the picture" ENTER ENTER); /* do that line */
    assert_true(pty_wait_for(p, "FROZEN"));
    pty_send(p, "e");
    assert_true(pty_wait_for(p, "SETTINGS"));
    pty_send(p, "j" ENTER "\025nothing" ENTER); /* workers = nothing */
    assert_true(pty_wait_for(p, "not a number"));
    pty_send(p, "\0253" ENTER);
    assert_true(pty_wait_for(p, "--workers 3"));
    pty_send(p, "r");
    assert_true(pty_wait_without(p, "SETTINGS"));
    assert_true(pty_wait_for(p, "RUNNING"));
    assert_true(pty_wait_for(p, "--workers 3"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_any_size(void **state)
{
    static const int sizes[][2] = {{1, 1},   {2, 200}, {200, 3}, {5, 20},
                                   {20, 60}, {24, 80}, {1, 1}};

    (void)state;
    open_lab();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pty_resize(p, sizes[i][0], sizes[i][1]);
        pty_send(p, "?q"); /* everything draws at every size */
        pty_send(p, "eq:" ESC);
    }
    pty_resize(p, 30, 100);
    assert_true(pty_wait_for(p, "LIVE LAB"));
    assert_true(pty_wait_for(p, "RUNNING"));
    pty_resize(p, 10, 30);
    assert_true(pty_wait_for(p, "needs"));
    pty_send(p, "q"); /* also where it cannot be read */
    pty_ends(p, 0);
}

static void test_presenter_and_themes(void **state)
{
    (void)state;
    open_lab();
    pty_send(p, "t");
    assert_true(pty_wait_for(p, "theme: light"));
    pty_send(p, "p");
    assert_true(pty_wait_without(p, "theme: light"));
    pty_send(p, ".");
    assert_true(pty_wait_for(p, "any key"));
    assert_true(pty_wait_without(p, "RUNNING"));
    pty_send(p, "q"); /* only brings the picture back */
    assert_true(pty_wait_for(p, "RUNNING"));
    pty_send(p, "M");
    pty_send(p, "\014"); /* Ctrl-L */
    pty_send(p, "q");
    pty_ends(p, 0);
}

/* ---- colours and characters ------------------------------------------------
 */

static bool any_colour(void)
{
    for (int row = 0; row < p->rows; row++)
        for (int column = 0; column < p->columns; column++) {
            VTermScreenCell cell;

            vterm_screen_get_cell(p->screen, (VTermPos){row, column}, &cell);
            if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) ||
                !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg))
                return true;
        }
    return false;
}

static void test_no_color(void **state)
{
    static const char *const no_color[] = {"NO_COLOR=1", NULL};
    static const char *const vt100[] = {"TERM=vt100", NULL};
    const char *const *environments[] = {NULL, no_color, vt100};

    (void)state;
    for (int i = 0; i < 3; i++) {
        pty_open(p, 24, 80, NULL, environments[i]);
        assert_true(pty_wait_for(p, "WHAT TO RUN"));
        assert_true(pty_wait_for(p, "quit"));
        assert_int_equal(any_colour(), i == 0);
        pty_send(p, "tq");
        pty_ends(p, 0);
        unsetenv("NO_COLOR");
    }
}

static void test_ascii(void **state)
{
    static const char *const c[] = {"LC_ALL=C", NULL};

    (void)state;
    pty_open(p, 30, 100, lab_for_ever, c);
    assert_true(pty_wait_for(p, "RUNNING"));
    for (const char *s = pty_text(p); *s; s++)
        assert_true((unsigned char)*s < 127);
    pty_send(p, "q");
    pty_ends(p, 0);
}

static void test_terminals_that_will_not_do(void **state)
{
    static const char *const dumb[] = {"TERM=dumb", NULL};
    static const char *const unknown[] = {"TERM=no-such-terminal", NULL};

    (void)state;
    pty_open(p, 24, 80, race, dumb);
    assert_true(pty_wait_for(p, "cannot place its"));
    assert_true(pty_wait_end(p));
    assert_true(WIFEXITED(p->status) && WEXITSTATUS(p->status) != 0);
    assert_true(pty_restored(p));
    pty_close(p);
    pty_open(p, 24, 80, race, unknown);
    assert_true(pty_wait_for(p, "no-such-terminal"));
    assert_true(pty_wait_end(p));
    assert_true(WIFEXITED(p->status) && WEXITSTATUS(p->status) != 0);
    pty_close(p);
}

/* ---- ends and sleep --------------------------------------------------------
 */

static void signal_ends(int signal)
{
    open_lab();
    assert_true(pty_descendants(p));
    pty_signal(p, signal);
    pty_ends(p, 128 + signal);
}

static void test_sigterm(void **state)
{
    (void)state;
    signal_ends(SIGTERM);
}

static void test_sighup(void **state)
{
    (void)state;
    signal_ends(SIGHUP);
}

static void test_ctrl_c(void **state)
{
    (void)state;
    pty_open(p, 24, 80, race, NULL);
    assert_true(pty_wait_for(p, "UPDATES LOST"));
    pty_send(p, CTRL_C);
    pty_ends(p, 130);
}

/* Nobody tells the lab that its parent has gone; it finds out itself. */
static void test_kill_leaves_nothing(void **state)
{
    (void)state;
    for (int processes = 0; processes < 2; processes++) {
        const char *line[] = {"lab",     "spin",
                              "--tasks", "1000000",
                              "--model", processes ? "processes" : "threads",
                              NULL};

        pty_open(p, 30, 100, line, NULL);
        assert_true(pty_wait_for(p, "RUNNING"));
        pty_signal(p, SIGKILL);
        assert_true(pty_wait_end(p));
        assert_true(pty_wait_alone(p));
        pty_close(p);
    }
}

/* A crash of ours gives the terminal back, too. */
static void test_crash(void **state)
{
    (void)state;
    open_lab();
    pty_signal(p, SIGSEGV);
    assert_true(pty_wait_end(p));
    assert_true(pty_restored(p));
    assert_true(pty_wait_alone(p));
    pty_close(p);
}

static void test_terminal_gone(void **state)
{
    (void)state;
    open_lab();
    pty_hang_up(p);
    assert_true(pty_wait_end(p));
    assert_true(pty_wait_alone(p));
    pty_close(p);
}

static bool is_restored(struct pty *pty, void *arg)
{
    (void)arg;
    return pty_restored(pty);
}

static void test_ctrl_z(void **state)
{
    (void)state;
    open_lab();
    for (int i = 0; i < 2; i++) {
        pty_send(p, CTRL_Z);
        assert_true(pty_wait_stop(p));
        assert_true(WSTOPSIG(p->status) == SIGTSTP);
        assert_true(pty_wait_until(p, is_restored, NULL));
        pty_continue(p);
        assert_true(pty_wait_for(p, "RUNNING"));
        assert_false(pty_restored(p));
    }
    pty_send(p, "q");
    pty_ends(p, 0);
}

/* ---- files -----------------------------------------------------------------
 */

static int count_files(const char *pattern)
{
    glob_t found = {0};
    int count;

    glob(pattern, 0, NULL, &found);
    count = (int)found.gl_pathc;
    globfree(&found);
    return count;
}

static void test_export(void **state)
{
    char folder[] = "/tmp/timeslice-test-XXXXXX", command[80];
    char here[4096];

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    open_lab();
    assert_int_equal(chdir(here), 0);
    pty_send(p, "x");
    assert_true(pty_wait_for(p, "saved timeslice-"));
    pty_send(p, "xq"); /* never over the first */
    pty_ends(p, 0);
    snprintf(command, sizeof(command), "%s/*", folder);
    assert_int_equal(count_files(command), 4);
    snprintf(command, sizeof(command), "%s/*.json", folder);
    assert_int_equal(count_files(command), 2);
    snprintf(command, sizeof(command), "grep -q 'LIVE LAB' %s/*.txt", folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void test_export_refused(void **state)
{
    char here[4096];

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir("/proc"), 0); /* nobody writes there */
    pty_open(p, 24, 80, NULL, NULL);
    assert_int_equal(chdir(here), 0);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    pty_send(p, "x");
    assert_true(pty_wait_for(p, "cannot write"));
    pty_send(p, "q");
    pty_ends(p, 0);
}

static int close_terminal(void **state)
{
    (void)state;
    pty_close(p);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_launcher, close_terminal),
        cmocka_unit_test_teardown(test_lab, close_terminal),
        cmocka_unit_test_teardown(test_run_again_and_models, close_terminal),
        cmocka_unit_test_teardown(test_race, close_terminal),
        cmocka_unit_test_teardown(test_prompt, close_terminal),
        cmocka_unit_test_teardown(test_help_and_settings, close_terminal),
        cmocka_unit_test_teardown(test_any_size, close_terminal),
        cmocka_unit_test_teardown(test_presenter_and_themes, close_terminal),
        cmocka_unit_test_teardown(test_no_color, close_terminal),
        cmocka_unit_test_teardown(test_ascii, close_terminal),
        cmocka_unit_test_teardown(test_terminals_that_will_not_do,
                                  close_terminal),
        cmocka_unit_test_teardown(test_sigterm, close_terminal),
        cmocka_unit_test_teardown(test_sighup, close_terminal),
        cmocka_unit_test_teardown(test_ctrl_c, close_terminal),
        cmocka_unit_test_teardown(test_kill_leaves_nothing, close_terminal),
        cmocka_unit_test_teardown(test_crash, close_terminal),
        cmocka_unit_test_teardown(test_terminal_gone, close_terminal),
        cmocka_unit_test_teardown(test_ctrl_z, close_terminal),
        cmocka_unit_test_teardown(test_export, close_terminal),
        cmocka_unit_test_teardown(test_export_refused, close_terminal),
    };

    pty_program();
    return cmocka_run_group_tests_name("pty", tests, NULL, NULL);
}
