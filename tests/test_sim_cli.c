/* "timeslice sim" and experiments with --on, by running the real program: what
 * they print, exit statuses, wrong requests, files for other programs. */
#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "cli/cli.h"
#include "lib/golden.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/pty.h"
#include "lib/rows.h"

static struct program_result result;
static char out_before[PROGRAM_TEXT];

/* ---- job files ------------------------------------------------------------
 */

static const struct source {
    const char *name, *text;
} sources[] = {
    {"three", "rr slice=1\n"
              "A 3          # the first\n"
              "B 2 @1\n"
              "C 4 io:2 1\n"},
    {"named", "web 2 io:3 x3 nice=5\n"
              "batch 20\n"},
    {"two-cpus", "fifo cpus=2\nA 3\nB 2\nC 4\n"},
    {"opposite", "rr slice=1\n"
                 "A lock:m 2 lock:n 1 unlock:n unlock:m\n"
                 "B lock:n 2 lock:m 1 unlock:m unlock:n\n"},
    {"periodic", "A 4\nE 1 period x5 period=3\n"},
    {"endless", "fifo until=5\nA 9\nB 2\n"},
    {"malformed", "fifo\nA 3\nB 2 @x\n"},
    {"empty", ""},
};

static int make_files(void **state)
{
    int rc = place_make(state);

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        FILE *f = fopen(place_path(sources[i].name), "we");

        if (!f || fputs(sources[i].text, f) < 0 || fclose(f) != 0)
            return -1;
    }
    unsetenv("COLUMNS");
    return rc;
}

/* @line with every % as a file of that name: "sim %three --json". */
static void run(const char *line)
{
    char whole[1024];
    size_t n = 0;

    for (const char *at = line; *at && n < sizeof(whole) - 1; at++) {
        if (*at != '%') {
            whole[n++] = *at;
            continue;
        }
        n += (size_t)snprintf(whole + n, sizeof(whole) - n, "%s/", place());
    }
    whole[n] = '\0';
    program_run(&result, whole);
}

static json_t *loaded(const char *text)
{
    json_error_t error;
    json_t *o = json_loads(text, 0, &error);

    if (!o)
        fail_msg("no JSON: %s", error.text);
    return o;
}

/* ---- what it says ----------------------------------------------------------
 */

static const struct said_case {
    const char *name, *line;
    int status;
    const char *out, *err; /* parts; NULL: anything */
} said[] = {
    {"the jobs' own machine", "sim %three", EXIT_DONE, "rr,slice=1ms", NULL},
    {"in the line itself", "sim A\t3|B\t2\t@1", EXIT_DONE,
     "2 jobs on 1 CPU under fifo", NULL},
    {"another policy, the same machine", "sim %two-cpus --on sjf", EXIT_DONE,
     "3 jobs on 2 CPUs under sjf", NULL},
    {"another machine, the same policy", "sim %three --on slice=2", EXIT_DONE,
     "rr,slice=2ms", NULL},
    {"--on with =", "sim %three --on=sjf", EXIT_DONE, "sjf", NULL},
    {"names beside letters", "sim %named", EXIT_DONE, "A web", NULL},
    {"the badge", "sim %three", EXIT_DONE, "MODEL: computed, not measured",
     NULL},
    {"the tie rule", "sim %three", EXIT_DONE, "Ties: ", NULL},
    {"side by side", "sim %three --on fifo --on sjf", EXIT_DONE, "SIDE BY SIDE",
     NULL},
    {"reasons", "sim %three --steps", EXIT_DONE, "nobody else could run", NULL},
    {"a few of them", "sim %three --steps 2", EXIT_DONE,
     "and 10 more: --steps N", NULL},
    {"the same with =", "sim %three --steps=2", EXIT_DONE, "and 10 more", NULL},
    {"deadlines", "sim %periodic", EXIT_DONE, "deadlines missed", NULL},
    {"not to the end", "sim %endless", EXIT_DONE, "when none of them", NULL},
    {"a deadlock", "sim %opposite", EXIT_FAILED,
     "A holds m and waits for n, which B has", NULL},
    {"the policies", "list policies", EXIT_DONE, "round robin", NULL},
    {"and what may follow", "list policies", EXIT_DONE,
     "how many CPUs there are (1)", NULL},
    {"help", "sim --help", EXIT_DONE, "--from RUN", NULL},
    {"help of an exercise", "sim quiz --help", EXIT_DONE, "--reveal", NULL},

    {"no jobs", "sim", EXIT_REQUEST, "", "sim needs jobs, for example"},
    {"no such file", "sim nowhere", EXIT_REQUEST, "", "there is no such file"},
    {"an empty one", "sim %empty", EXIT_REQUEST, "", NULL},
    {"two of them", "sim %three %named", EXIT_REQUEST, "", "one word too many"},
    {"a malformed line", "sim %malformed", EXIT_REQUEST, "", ":3:6: "},
    {"a malformed one in the line", "sim A\t3|B\tx", EXIT_REQUEST, "",
     "jobs:1:7: "},
    {"no such policy", "sim %three --on rrr", EXIT_REQUEST, "",
     "--on rrr: there is no policy \"rrr\""},
    {"no such parameter", "sim %three --on rr,slce=1", EXIT_REQUEST, "",
     "did you mean slice?"},
    {"no slice", "sim %three --on rr,slice=0", EXIT_REQUEST, "", "slice"},
    {"--on what", "sim %three --on", EXIT_REQUEST, "", "--on needs a value"},
    {"too few steps", "sim %three --steps 0", EXIT_REQUEST, "", "--steps"},
    {"two kinds of output", "sim %three --json --csv", EXIT_REQUEST, "",
     "choose one"},
    {"a screen without one", "sim %three --theme dark", EXIT_REQUEST, "",
     "without a terminal there is none"},
    {"no such option", "sim %three --stepps", EXIT_REQUEST, "",
     "did you mean \"--steps\"?"},
    {"two timelines", "sim %three --on rr --on sjf --trace %t.json",
     EXIT_REQUEST, "", "write --on once"},
    {"a kept run and jobs", "sim %three --from last", EXIT_REQUEST, "",
     "cannot be as well"},
    {"no such kept run", "sim --from ./nowhere", EXIT_REQUEST, "", "nowhere"},

    {"an exercise", "sim quiz --seed 7", EXIT_DONE, "Exercise 7.", ""},
    {"of one policy", "sim quiz --seed 7 --policy mlfq", EXIT_DONE, "mlfq", ""},
    {"nobody can compute it", "sim quiz --policy cfs", EXIT_REQUEST, "",
     "nobody computes by hand"},
    {"no such one", "sim quiz --policy mlfqq", EXIT_REQUEST, "",
     "did you mean \"mlfq\"?"},
    {"no seed", "sim quiz --seed x", EXIT_REQUEST, "", "--seed cannot be"},
    {"no answer", "sim quiz --answer 1,2", EXIT_REQUEST, NULL,
     "three numbers such as"},
    {"a wrong answer", "sim quiz --answer 99,99,99", EXIT_FAILED, "not 99", ""},
    {"a word", "sim quiz seven", EXIT_REQUEST, "", "not expected here"},

    {"an experiment on it",
     "run spin --task-ms 10 --tasks 8 --workers 4 --on sim:rr,cpus=2 "
     "--no-history",
     EXIT_DONE, "4 threads on 2 simulated cores", NULL},
    {"one worker a simulated core",
     "run spin --task-ms 10 --tasks 64 --on sim:rr,cpus=64 --no-history",
     EXIT_DONE, "64 threads on 64 simulated cores", NULL},
    {"one that has to be measured", "run primes --on sim:rr", EXIT_REQUEST, "",
     "timeslice predict"},
    {"one without that policy", "run spin --on sim:rrr", EXIT_REQUEST, "",
     "--on: there is no policy"},
    {"a sweep of it",
     "sweep spin --task-ms 5 --tasks 64 --over workers=1,4,9 "
     "--repeat 2 --on sim:rr,cpus=8 --no-history",
     EXIT_DONE, "MODEL: computed, not measured", NULL},
    {"advice is about this machine", "advise spin --on sim:rr", EXIT_REQUEST,
     "", "timeslice sweep"},
    {"more CPUs than lines", "sim %three --on rr,slice=1,cpus=1024", EXIT_DONE,
     "and 960 more, busy for 0 % of their time", NULL},
    {"a comparison of machines",
     "compare spin --task-ms 10 --tasks 8 --workers 4 --over "
     "on=sim:rr,sim:sjf --no-history",
     EXIT_DONE, "B against A", NULL},
};

static void says(void **state)
{
    const struct said_case *c = *state;

    run(c->line);
    if (result.status != c->status)
        fail_msg("exit status %d: %s%s", result.status, result.out, result.err);
    if (c->out && *c->out && !strstr(result.out, c->out))
        fail_msg("it does not say \"%s\":\n%s", c->out, result.out);
    if (c->out && !*c->out)
        assert_string_equal(result.out, "");
    if (c->err && !strstr(result.err, c->err))
        fail_msg("it does not complain of \"%s\":\n%s", c->err, result.err);
    if (c->err && !*c->err)
        assert_string_equal(result.err, "");
    if (c->status == EXIT_REQUEST) /* one sentence */
        assert_ptr_equal(strchr(result.err, '\n'),
                         result.err + strlen(result.err) - 1);
}

/* ---- pictures --------------------------------------------------------------
 */

static void one_machine(void **state)
{
    (void)state;
    run("sim %three --columns 80");
    golden_check("sim_three.txt", result.out);
}

static void several_machines(void **state)
{
    (void)state;
    run("sim %three --on fifo --on rr,slice=1 --on rr,slice=4 --columns 80");
    golden_check("sim_compare.txt", result.out);
}

/* No line is wider, whatever the width. */
static void fits(void **state)
{
    static const int widths[] = {56, 64, 80, 132};
    char line[64];

    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        snprintf(line, sizeof(line), "sim %%three --steps --ascii --columns %d",
                 widths[i]);
        run(line);
        for (const char *at = result.out; *at;) {
            size_t n = strcspn(at, "\n");

            if (n > (size_t)widths[i])
                fail_msg("too wide for %d: %.*s", widths[i], (int)n, at);
            at += n + (at[n] == '\n');
        }
    }
}

/* ---- other programs --------------------------------------------------------
 */

static void as_json(void **state)
{
    json_t *o, *runs, *first, *jobs;

    (void)state;
    run("sim %three --on rr,slice=1 --on sjf --json --steps 3");
    o = loaded(result.out);
    assert_string_equal(json_string_value(json_object_get(o, "schema")),
                        "timeslice.sim/1");
    assert_string_equal(json_string_value(json_object_get(o, "badge")),
                        "model");
    runs = json_object_get(o, "runs");
    assert_int_equal(json_array_size(runs), 2);
    first = json_array_get(runs, 0);
    assert_string_equal(json_string_value(json_object_get(first, "on")),
                        "rr,slice=1ms");
    assert_int_equal(json_array_size(json_object_get(first, "steps")), 3);
    jobs = json_object_get(first, "jobs");
    assert_int_equal(json_array_size(jobs), 3);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(jobs, 1),
                                                        "turnaround_ns")),
                     6000000);
    json_decref(o);
}

/* What is not known is absent, and not 0. */
static void unknown_is_absent(void **state)
{
    json_t *o, *job;

    (void)state;
    run("sim %endless --json");
    o = loaded(result.out);
    job = json_array_get(
        json_object_get(json_array_get(json_object_get(o, "runs"), 0), "jobs"),
        1);
    assert_null(json_object_get(job, "response_ns"));
    assert_null(json_object_get(job, "turnaround_ns"));
    assert_non_null(json_object_get(job, "ran_ns"));
    json_decref(o);
    run("sim %endless --csv");
    assert_non_null(strstr(result.out, "\"fifo,until=5ms\",1,B,0,2000000,,,,"));
}

static void as_csv(void **state)
{
    int lines = 0;

    (void)state;
    run("sim %three --on rr,slice=1 --on sjf --csv");
    for (const char *at = result.out; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 1 + 3 + 3);
    assert_memory_equal(result.out, "on,job,name,arrival_ns,", 23);
}

static json_t *read_json(const char *name)
{
    json_error_t error;
    json_t *o = json_load_file(place_path(name), 0, &error);

    if (!o)
        fail_msg("%s: no JSON: %s", name, error.text);
    return o;
}

static void as_timeline(void **state)
{
    json_t *o;

    (void)state;
    run("sim %three --trace %t.json");
    assert_int_equal(result.status, EXIT_DONE);
    o = read_json("t.json");
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(o, "otherData"), "badge")),
                        "model");
    assert_true(json_array_size(json_object_get(o, "traceEvents")) > 20);
    json_decref(o);
}

static void record_is_a_model(void **state)
{
    json_t *o, *metrics;

    (void)state;
    run("run spin --task-ms 10 --tasks 8 --workers 4 --on sim:rr,cpus=2 "
        "--json --no-history");
    o = loaded(result.out);
    metrics = json_object_get(o, "metrics");
    assert_string_equal(json_string_value(json_object_get(o, "badge")),
                        "model");
    assert_int_equal(json_integer_value(json_object_get(metrics, "tasks_done")),
                     8);
    assert_null(json_object_get(metrics, "user_s"));
    assert_null(json_object_get(
        json_array_get(json_object_get(o, "workers"), 0), "tid"));
    json_decref(o);
}

/* A run that was kept can be simulated, and a simulated one can be kept. */
static void kept_and_back(void **state)
{
    (void)state;
    run("run spin --task-ms 10 --tasks 8 --workers 4 --on sim:rr,cpus=2 "
        "--no-history --keep %kept.run --quiet");
    assert_int_equal(result.status, EXIT_DONE);
    run("run --replay %kept.run");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "computed for 2 cores, not measured"));
    run("sim --from %kept.run --on sjf,cpus=1");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "4 jobs on 1 CPU under sjf"));
}

/* ---- the same again --------------------------------------------------------
 */

static const char *const repeated[] = {
    "sim %three --json --steps",
    "sim %named --on lottery,seed=5 --json",
    "sim %named --on eevdf,cpus=2 --csv",
    "sim quiz --seed 12 --reveal",
    "run spin --task-ms 3 --tasks 50 --workers 7 --on sim:cfs,cpus=3 --csv "
    "--no-history",
};

static void same_again(void **state)
{
    run(*state);
    assert_int_equal(result.status, EXIT_DONE);
    memcpy(out_before, result.out, sizeof(out_before));
    run(*state);
    assert_string_equal(result.out, out_before);
}

/* The revealed averages are the right ones. */
static void revealed_is_right(void **state)
{
    char line[160], *mean;
    double r, t, w;

    (void)state;
    for (int seed = 1; seed <= 8; seed++) {
        snprintf(line, sizeof(line), "sim quiz --seed %d --reveal", seed);
        run(line);
        mean = strstr(result.out, "\n  mean");
        assert_non_null(mean);
        mean += strlen("\n  mean");
        r = strtod(mean, &mean);
        t = strtod(mean, &mean);
        w = strtod(mean, &mean);
        snprintf(line, sizeof(line),
                 "sim quiz --seed %d --answer %.2f,%.2f,%.2f", seed, r, t, w);
        run(line);
        assert_int_equal(result.status, EXIT_DONE);
    }
}

/* ---- on a terminal ----------------------------------------------------------
 */

/* An experiment on a simulated machine goes by on the live screen, under its
 * badge; what can be changed of a real one cannot be. */
static void on_the_live_screen(void **state)
{
    static const char *const line[] = {"lab",          "spin",
                                       "--task-ms",    "50",
                                       "--workers",    "3",
                                       "--tasks",      "4000",
                                       "--on",         "sim:rr,cpus=2",
                                       "--no-history", NULL};
    struct pty p = {0};

    (void)state;
    pty_open(&p, 24, 100, line, NULL);
    assert_true(pty_wait_for(&p, " MODEL "));
    assert_true(pty_wait_for(&p, "RUNNING"));
    pty_send(&p, " "); /* virtual time stands still */
    assert_true(pty_wait_for(&p, "STOPPED"));
    pty_send(&p, " ");
    assert_true(pty_wait_without(&p, "STOPPED"));
    pty_send(&p, "+");
    assert_true(pty_wait_for(&p, "this is computed for a simulated machine"));
    pty_send(&p, "q");
    assert_true(pty_wait_end(&p));
    pty_close(&p);
}

/* It asks for three numbers, judges them and shows how it went. */
static void quiz_asks(void **state)
{
    static const char *const line[] = {"sim", "quiz", "--seed", "7", NULL};
    struct pty p = {0};

    (void)state;
    pty_open(&p, 60, 100, line, NULL);
    assert_true(pty_wait_for(&p, "Exercise 7."));
    pty_send(&p, "many\r");
    assert_true(pty_wait_for(&p, "a number, please"));
    pty_send(&p, "2\r");
    pty_send(&p, "16/3\r");
    pty_send(&p, "9\r");
    assert_true(pty_wait_for(&p, "turnaround  5.33  right"));
    assert_true(pty_wait_for(&p, "waiting     2.00  not 9"));
    assert_true(pty_wait_for(&p, "sim quiz --seed 8"));
    assert_true(pty_wait_end(&p));
    pty_close(&p);
}

/* ---- many ------------------------------------------------------------------
 */

/* More than a timeline can have: figures, and a table that ends. */
static void many_jobs(void **state)
{
    FILE *f = fopen(place_path("many"), "we");

    (void)state;
    assert_non_null(f);
    for (int i = 0; i < 50000; i++)
        fprintf(f, "j%d %d @%d\n", i, 1 + i % 7, i * 3);
    assert_int_equal(fclose(f), 0);
    run("sim %many --on rr,slice=2,cpus=2");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "50,000 jobs on 2 CPUs"));
    assert_non_null(strstr(result.out, "and 49,976 more: --csv has them all"));
    run("sim %many --trace %t.json");
    assert_int_equal(result.status, EXIT_REQUEST);
}

/* ---- all of them ------------------------------------------------------------
 */

int main(void)
{
    static struct CMUnitTest tests[128];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(one_machine),
        cmocka_unit_test(several_machines),
        cmocka_unit_test(fits),
        cmocka_unit_test(as_json),
        cmocka_unit_test(unknown_is_absent),
        cmocka_unit_test(as_csv),
        cmocka_unit_test(as_timeline),
        cmocka_unit_test(record_is_a_model),
        cmocka_unit_test(kept_and_back),
        cmocka_unit_test(revealed_is_right),
        cmocka_unit_test(on_the_live_screen),
        cmocka_unit_test(quiz_asks),
        cmocka_unit_test(many_jobs),
    };
    size_t n = add_rows(tests, 0, said, sizeof(said) / sizeof(said[0]),
                        sizeof(said[0]), says);

    for (size_t i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++)
        tests[n++] = (struct CMUnitTest)CASE(repeated[i], same_again);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("sim on the command line", tests, n,
                                   make_files, place_remove);
}
