/* "timeslice sweep" and "timeslice compare" by running the real program:
 * wrong requests get one sentence and start nothing, what was measured stays
 * whatever happens to the program, and programs beside one another lose
 * nothing. Invariants only: how fast anything was is nobody's business here,
 * and a crowded machine makes an answer inconclusive, not wrong. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "keep/history.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

#define AT_ONCE 8
#define PATIENCE_NS (60 * NS_PER_S)

static struct program_result result;

/* ---- wrong requests ------------------------------------------------------ */

/* @says: what the sentence must name. */
static const struct refusal_case {
    const char *name, *line, *says;
} refusals[] = {
    {"no experiment", "sweep", "timeslice sweep spin"},
    {"a workload mistyped", "sweep spn", "\"spin\""},
    {"no value for over", "sweep spin --over", "--over"},
    {"over without a list", "sweep spin --over workers", "workers"},
    {"an empty list", "sweep spin --over workers=", "workers"},
    {"a setting mistyped", "sweep spin --over worker=1,2", "workers"},
    {"a value that is none", "sweep spin --over workers=1,two", "two"},
    {"a value too small", "sweep spin --over workers=0,1", "workers"},
    {"a choice mistyped", "sweep spin --over model=thread", "threads"},
    {"a setting of others", "sweep spin --over sync=mutex,spin", "sync"},
    {"the same twice", "sweep spin --over workers=1 --over workers=2",
     "workers"},
    {"three settings",
     "sweep spin --over workers=1 --over model=gil --over task-ms=1",
     "task-ms"},
    {"no repeats", "sweep spin --repeat 0", "--repeat"},
    {"repeats in words", "sweep spin --repeat five", "five"},
    {"an unknown metric", "sweep spin --metric wall", "\"wall_s\""},
    {"a search over workers", "sweep spin --auto --over workers=1,2", "--auto"},
    {"a flag with a value", "sweep spin --auto=yes", "--auto"},
    {"a budget without a search", "sweep spin --budget 5", "--auto"},
    {"a budget of nothing", "sweep spin --auto --budget 0", "--budget"},
    {"an option mistyped", "sweep spin --ovr workers=1", "\"--over\""},
    {"two formats at once", "sweep spin --json --csv", "--csv"},
    {"quiet and a record", "sweep spin --quiet --json", "--json"},
    {"too narrow", "sweep spin --columns 5", "20"},
    {"a picture to nowhere", "sweep spin --svg /nowhere/at/all.svg",
     "/nowhere"},
    {"a picture to a folder", "sweep spin --svg /", "folder"},
    {"a picture to stdout", "sweep spin --svg -", "--svg"},
    {"to watch without a terminal", "sweep spin --watch", "terminal"},
    {"to watch and a record", "sweep spin --watch --json", "--watch"},
    {"to go on without a history", "sweep --resume --no-history",
     "--no-history"},
    {"to go on with an experiment", "sweep --resume spin", "\"spin\""},
    {"to go on with nothing", "sweep --resume", "no unfinished sweep"},
    {"to go on with what never was", "sweep --resume s99", "s99"},
    {"a kept one without a word", "sweep s3", "--resume s3"},
    {"a command that is none", "sweep -- /nowhere/at/all {}", "/nowhere"},
    {"compare nothing", "compare", "two experiments"},
    {"compare one", "compare spin", "two experiments"},
    {"compare different work", "compare spin sleep", "--metric"},
    {"compare loose words", "compare spin --workers 2", "--workers"},
    {"compare a search", "compare spin --auto", "--auto"},
};

static void refuses(void **state)
{
    const struct refusal_case *c = *state;
    const char *end;

    program_run(&result, c->line);
    if (result.status != EXIT_REQUEST)
        fail_msg("status %d: %s", result.status, result.err);
    assert_string_equal(result.out, "");
    assert_int_equal(strncmp(result.err, "timeslice: ", 11), 0);
    end = strchr(result.err, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    if (!strstr(result.err, c->says))
        fail_msg("\"%s\" does not say \"%s\"", result.err, c->says);
}

/* ---- records ------------------------------------------------------------- */

static json_t *parse(const char *text)
{
    json_error_t why;
    json_t *o = json_loads(text, 0, &why);

    if (!o)
        fail_msg("not JSON: %s; stderr: %s", why.text, result.err);
    return o;
}

static int64_t integer_at(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    if (!json_is_integer(v))
        fail_msg("there is no whole number \"%s\"", key);
    return json_integer_value(v);
}

/* Found or inconclusive: as quiet or as crowded as the machine may be. */
static void assert_answered(int status)
{
    if (status != EXIT_DONE && status != EXIT_INCONCLUSIVE)
        fail_msg("status %d: %s", status, result.err);
}

/* The numbers in the history of all the runs that @o tells. */
static int runs_told(const json_t *o, const char *of, int64_t *ids, int most)
{
    size_t i, r;
    json_t *point, *run;
    int n = 0;

    json_array_foreach(json_object_get(o, of), i, point)
    {
        json_array_foreach(json_object_get(point, "runs"), r, run)
        {
            assert_true(n < most);
            ids[n++] = integer_at(run, "run");
        }
    }
    return n;
}

#define SMALL "sweep sleep --task-ms 2 --tasks 4 --over workers=1,2 --repeat 2"

static void record_alone_goes_to_stdout(void **state)
{
    int64_t ids[64];
    json_t *o;

    (void)state;
    program_run(&result, SMALL " --json --no-history");
    assert_answered(result.status);
    assert_string_equal(result.err, "");
    o = parse(result.out);
    assert_int_equal(integer_at(o, "runs_done"), integer_at(o, "runs_planned"));
    json_decref(o);

    program_run(&result, SMALL " --json");
    assert_string_equal(result.err, "");
    o = parse(result.out);
    assert_true(runs_told(o, "points", ids, 64) >= 5); /* warming up, 2 x 2 */
    for (int i = 0; i < 5; i++)
        assert_true(ids[i] > 0);
    json_decref(o);
}

static void report_is_for_people(void **state)
{
    (void)state;
    program_run(&result, SMALL " --ascii --columns 80");
    assert_answered(result.status);
    assert_string_equal(result.err, "");
    assert_non_null(strstr(result.out, "THE POINTS"));
    assert_non_null(strstr(result.out, "VERDICT"));
}

static void table_has_a_line_a_run(void **state)
{
    int lines = 0;

    (void)state;
    program_run(&result, SMALL " --csv");
    assert_answered(result.status);
    for (const char *at = result.out; *at; at++)
        lines += *at == '\n';
    assert_true(lines >= 6); /* the head, warming up, 2 x 2 */
    assert_int_equal(strncmp(result.out, "curve,x,workers,", 16), 0);
}

/* A number and nothing else, or nothing at all. */
static void quiet_gives_a_number_or_nothing(void **state)
{
    (void)state;
    program_run(&result, SMALL " --quiet");
    assert_answered(result.status);
    if (result.status == EXIT_DONE) {
        assert_true(strcmp(result.out, "1\n") == 0 ||
                    strcmp(result.out, "2\n") == 0);
        assert_string_equal(result.err, "");
    } else {
        assert_string_equal(result.out, "");
        assert_non_null(strstr(result.err, "timeslice: "));
    }
}

static void picture_is_whole(void **state)
{
    char line[512], head[8] = "";
    const char *path = place_path("curve.svg");
    FILE *f;

    (void)state;
    snprintf(line, sizeof(line), SMALL " --quiet --svg %s", path);
    program_run(&result, line);
    assert_answered(result.status);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fread(head, 1, 5, f), 5);
    assert_true(strcmp(head, "<?xml") == 0 || strncmp(head, "<svg", 4) == 0);
    fclose(f);
}

static void families_have_a_curve_each(void **state)
{
    json_t *o;

    (void)state;
    program_run(&result,
                "sweep sleep --task-ms 2 --tasks 4 --over model=threads,"
                "processes --over workers=1,2 --repeat 1 --json");
    assert_answered(result.status);
    o = parse(result.out);
    assert_int_equal(json_array_size(json_object_get(o, "curves")), 2);
    assert_int_equal(json_array_size(json_object_get(o, "points")), 4);
    json_decref(o);
}

/* It ends, by its answer or its budget, and has tried several numbers. */
static void search_ends(void **state)
{
    json_t *o;

    (void)state;
    program_run(&result, "sweep sleep --task-ms 2 --tasks 4 --auto --budget 2 "
                         "--json");
    assert_answered(result.status);
    o = parse(result.out);
    assert_true(json_array_size(json_object_get(o, "points")) >= 2);
    json_decref(o);
}

/* ---- one's own command --------------------------------------------------- */

static void inputs(int lines)
{
    FILE *f = fopen(place_path("list"), "w");

    assert_non_null(f);
    for (int i = 0; i < lines; i++)
        fprintf(f, "%d\n", i);
    fclose(f);
}

/* What follows "--" is the command's, even if it looks like ours. */
static void command_keeps_its_words(void **state)
{
    char line[512];
    json_t *o;

    (void)state;
    inputs(4);
    snprintf(line, sizeof(line),
             "sweep command --inputs %s --over workers=1,2 --repeat 1 --json "
             "-- /bin/true {} --over workers=9 --json",
             place_path("list"));
    program_run(&result, line);
    assert_answered(result.status);
    o = parse(result.out);
    assert_int_equal(json_array_size(json_object_get(o, "points")), 2);
    assert_non_null(strstr(json_string_value(json_object_get(o, "experiment")),
                           "-- /bin/true {} --over workers=9 --json"));
    json_decref(o);
}

/* The work's own failure is not the answer to a question about speed. */
static void failed_work_is_a_failure(void **state)
{
    char line[512];

    (void)state;
    inputs(2);
    snprintf(line, sizeof(line),
             "sweep --inputs %s --over workers=1,2 --repeat 1 -- /bin/false {}",
             place_path("list"));
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.err, "workers 1"));
}

/* ---- a comparison -------------------------------------------------------- */

static void comparison_gives_ratios(void **state)
{
    json_t *o, *side;
    int64_t ids[64];

    (void)state;
    program_run(&result, "compare sleep --task-ms 2 --tasks 4 --over "
                         "workers=1,2 --repeat 2 --json");
    assert_answered(result.status);
    assert_string_equal(result.err, "");
    o = parse(result.out);
    assert_true(runs_told(o, "sides", ids, 64) >= 4);
    side = json_array_get(json_object_get(o, "sides"), 1);
    assert_non_null(json_object_get(json_object_get(side, "ratio"), "low"));
    json_decref(o);
}

static void comparison_is_told(void **state)
{
    (void)state;
    program_run(&result, "compare sleep --task-ms 2 --tasks 4 --over "
                         "workers=1,2 --repeat 2");
    assert_answered(result.status);
    assert_non_null(strstr(result.out, "B against A"));
}

/* ---- interrupted --------------------------------------------------------- */

#define LONG                                                                   \
    "sweep sleep --task-ms 10 --tasks 4 --over workers=1,2,4 --repeat 3"

/* So many runs of sweep @id are kept; @ids takes their numbers, in order. */
static int runs_kept(int64_t id, int64_t *ids, int most)
{
    struct history *h = NULL;
    struct sweep *s = NULL;
    struct err err = {0};
    char told[400];
    int n = 0;

    assert_int_equal(history_open(&h, told, &err), 0);
    assert_string_equal(told, "");
    if (history_sweep(h, id, &s, NULL, &err) == 0)
        for (; n < s->trial_count && n < most; n++)
            ids[n] = s->trials[n].outcome.run;
    sweep_free(s);
    history_close(h);
    return n;
}

static int64_t newest_sweep(void)
{
    enum history_kind kind = HISTORY_RUN;
    struct history *h = NULL;
    struct err err = {0};
    int64_t id = 0;
    char told[400];

    if (history_open(&h, told, &err) < 0)
        return 0;
    if (history_name(h, "last", &kind, &id, &err) < 0 || kind != HISTORY_SWEEP)
        id = 0;
    history_close(h);
    return id;
}

/* Start LONG and wait until a few of its runs are kept. Its number. */
static int64_t start_long(struct program *p)
{
    int64_t before = newest_sweep(), id, ids[64];
    int64_t end_ns = clock_now_ns() + PATIENCE_NS;

    program_start(p, LONG, NULL);
    do {
        usleep(20000);
        id = newest_sweep();
        if (clock_now_ns() > end_ns)
            fail_msg("the sweep does not get on");
    } while (id == before || runs_kept(id, ids, 64) < 3);
    return id;
}

/* The order in which points and rounds come is the seed's: a sweep that was cut
 * in two has that of one that was not. */
static void assert_same_order(int64_t id)
{
    struct sweep_outcome fine = {.verdict = VERDICT_OK, .foreign_cores = 0};
    struct history *h = NULL;
    struct sweep *kept = NULL, *whole;
    struct sweep_order o;
    struct err err = {0};
    char told[400];
    int at = 0;

    assert_int_equal(history_open(&h, told, &err), 0);
    assert_int_equal(history_sweep(h, id, &kept, NULL, &err), 0);
    whole = sweep_new(&kept->request, &kept->machine, &err);
    assert_non_null(whole);
    metric_set(&fine.metrics, METRIC_THROUGHPUT_PER_S, 1);
    while (sweep_next(whole, &o)) {
        while (at < kept->trial_count && kept->trials[at].attempt > 0)
            at++;
        assert_true(at < kept->trial_count);
        assert_int_equal(kept->trials[at].point, o.point);
        assert_int_equal(kept->trials[at].round, o.round);
        at++;
        assert_int_equal(sweep_take(whole, &o, &fine), 0);
    }
    sweep_free(whole);
    sweep_free(kept);
    history_close(h);
}

/* Go on with sweep @id, by @line: the runs @before are still there, first and
 * in the same order, and the others came after them. */
static void goes_on(int64_t id, const char *line, const int64_t *before,
                    int count)
{
    int64_t after[256];
    json_t *o;
    int n;

    program_run(&result, line);
    assert_answered(result.status);
    o = parse(result.out);
    assert_int_equal(integer_at(o, "runs_done"), integer_at(o, "runs_planned"));
    json_decref(o);
    n = runs_kept(id, after, 256);
    assert_true(n > count);
    for (int i = 0; i < count; i++)
        assert_int_equal(after[i], before[i]);
    assert_same_order(id);
    /* And now there is nothing left of it. */
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_REQUEST);
}

static void killed_loses_one_run_at_most(void **state)
{
    int64_t ids[256], seen[256], id;
    struct program p;
    pid_t lab;
    int n, before;

    (void)state;
    id = start_long(&p);
    before = runs_kept(id, seen, 256);
    lab = program_child(p.pid); /* 0: between two runs */
    kill(p.pid, SIGKILL);
    program_collect(&p, &result);
    assert_int_equal(result.status, 128 + SIGKILL);
    if (lab > 0)
        assert_true(program_gone(lab));
    n = runs_kept(id, ids, 256);
    assert_true(n >= before);
    for (int i = 0; i < before; i++)
        assert_int_equal(ids[i], seen[i]);
    goes_on(id, "sweep --resume --json", ids, n);
}

/* SIGINT and the others: what was measured is told and kept. */
static void interrupted_keeps(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    char line[64];
    int64_t ids[256], id;
    struct program p;
    int n;

    (void)state;
    for (int i = 0; i < 3; i++) {
        id = start_long(&p);
        kill(p.pid, signals[i]);
        program_collect(&p, &result);
        assert_int_equal(result.status, EXIT_INTERRUPTED);
        snprintf(line, sizeof(line), "sweep --resume s%d", (int)id);
        if (!strstr(result.err, line))
            fail_msg("\"%s\" does not say \"%s\"", result.err, line);
        assert_non_null(strstr(result.out, "THE POINTS"));
        n = runs_kept(id, ids, 256);
        assert_true(n >= 3);
        strcat(line, " --json");
        goes_on(id, line, ids, n);
    }
}

static void not_kept_is_said(void **state)
{
    struct program p;
    pid_t lab;

    (void)state;
    program_start(&p, LONG " --no-history", NULL);
    lab = program_child(p.pid);
    assert_true(lab > 0);
    kill(p.pid, SIGINT);
    program_collect(&p, &result);
    assert_int_equal(result.status, EXIT_INTERRUPTED);
    assert_non_null(strstr(result.err, "nothing was kept"));
    assert_true(program_gone(lab));
}

static void leaves_nobody(void **state)
{
    (void)state;
    program_killed_leaves_nobody(LONG);
    program_killed_leaves_nobody("compare sleep --task-ms 20 --tasks 4 --over "
                                 "workers=1,2");
}

/* ---- several at once ----------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static bool keep_highest(const struct history_item *item, void *arg)
{
    int64_t *most = arg;

    if (item->kind != HISTORY_RUN && item->id > *most)
        *most = item->id;
    return true;
}

/* The highest number of a sweep or comparison: those that begin at one moment
 * are not listed in the order of their numbers. */
static int64_t highest_number(void)
{
    struct history *h = NULL;
    struct err err = {0};
    int64_t most = 0;
    char told[400];

    assert_int_equal(history_open(&h, told, &err), 0);
    assert_int_equal(history_list(h, NULL, 1000, keep_highest, &most, &err), 0);
    history_close(h);
    return most;
}

static void many_at_once_lose_nothing(void **state)
{
    static int64_t ids[AT_ONCE * 64], kept[64];
    struct program p[AT_ONCE];
    int64_t before = highest_number();
    int n = 0, all = 0;

    (void)state;
    for (int i = 0; i < AT_ONCE; i++)
        program_start(&p[i], SMALL " --json", NULL);
    for (int i = 0; i < AT_ONCE; i++) {
        json_t *o;
        int told;

        program_collect(&p[i], &result);
        assert_answered(result.status);
        assert_string_equal(result.err, "");
        o = parse(result.out);
        told = runs_told(o, "points", ids + n, 64);
        assert_true(told >= 5);
        n += told;
        json_decref(o);
    }
    /* Every run has a number of its own, and all are in the history. */
    qsort(ids, (size_t)n, sizeof(ids[0]), by_number);
    assert_true(ids[0] > 0);
    for (int i = 1; i < n; i++)
        assert_true(ids[i] > ids[i - 1]);
    for (int i = 1; i <= AT_ONCE; i++) {
        int count = runs_kept(before + i, kept, 64);

        for (int k = 0; k < count; k++)
            assert_non_null(
                bsearch(&kept[k], ids, (size_t)n, sizeof(ids[0]), by_number));
        all += count;
    }
    assert_int_equal(all, n);
}

int main(void)
{
    static struct CMUnitTest tests[sizeof(refusals) / sizeof(refusals[0]) + 32];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(record_alone_goes_to_stdout),
        cmocka_unit_test(report_is_for_people),
        cmocka_unit_test(table_has_a_line_a_run),
        cmocka_unit_test(quiet_gives_a_number_or_nothing),
        cmocka_unit_test(picture_is_whole),
        cmocka_unit_test(families_have_a_curve_each),
        cmocka_unit_test(search_ends),
        cmocka_unit_test(command_keeps_its_words),
        cmocka_unit_test(failed_work_is_a_failure),
        cmocka_unit_test(comparison_gives_ratios),
        cmocka_unit_test(comparison_is_told),
        cmocka_unit_test(killed_loses_one_run_at_most),
        cmocka_unit_test(interrupted_keeps),
        cmocka_unit_test(not_kept_is_said),
        cmocka_unit_test(leaves_nobody),
        cmocka_unit_test(many_at_once_lose_nothing),
    };
    size_t n = 0;

    n = add_rows(tests, n, refusals, sizeof(refusals) / sizeof(refusals[0]),
                 sizeof(refusals[0]), refuses);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("test_sweep_run", tests, n, place_make,
                                   place_remove);
}
