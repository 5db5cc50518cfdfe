/* advise: the table, the search with made-up work, the words, and the real
 * program. Live runs promise invariants only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advise/advise.h"
#include "base/clock.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define RUNS_MOST 60

/* ---- the table ----------------------------------------------------------- */

static const struct start_case {
    const char *name;
    double cpu_share;
    int cores;
    int64_t most, want;
    const char *row;
} start_cases[] = {
    {"all computing: as many as cores", 1, 2, 100, 2, "computes"},
    {"nearly all: still the cores", 0.93, 4, 100, 4, "computes"},
    {"half: twice the cores", 0.5, 2, 100, 4, "half and half"},
    {"a tenth: ten times", 0.1, 2, 100, 20, "half and half"},
    {"waiting only: tens, then see", 0.001, 2, 4096, 64, "waits"},
    {"not more than there are tasks", 0.001, 2, 24, 24, "waits"},
    {"a program that fills two cores itself", 2, 2, 100, 1, "computes"},
    {"one that fills more than there are", 4, 2, 100, 1, "computes"},
    {"not measured: as if it computed", -1, 2, 100, 2, "waits"},
    {"many cores, a little waiting", 0.8, 64, 4096, 80, "half and half"},
};

static void the_table_proposes(void **state)
{
    const struct start_case *c = *state;
    struct profile p = {.cpu_share = c->cpu_share, .tasks = 100};
    enum advice_bound bound;

    assert_int_equal(advise_start(&p, c->cores, c->most, &bound), c->want);
    assert_string_equal(advise_row(c->cpu_share)->name, c->row);
}

/* ---- made-up work -------------------------------------------------------- */

/* What a task takes alone, in seconds: computing, waiting, and of each how much
 * only one at a time can do. */
static const struct made_up {
    const char *name, *line;
    int cores;
    double cpu, wait, alone_cpu, alone_wait;
    double memory;       /* of each, as a share of what is free; 0 not told */
    int64_t least, most; /* an answer */
    const char *says;
} made_ups[] = {
    {"computing: the cores", "spin --tasks 100", 2, 0.04, 0, 0, 0, 0, 2, 2,
     "cores are busy"},
    {"computing on eight", "spin --tasks 100", 8, 0.04, 0, 0, 0, 0, 8, 8,
     "cores are busy"},
    {"waiting: all tasks at once", "sleep --tasks 64", 2, 0.0002, 0.05, 0, 0, 0,
     60, 64, "every task has a worker"},
    {"waiting, and many tasks: on and on", "sleep --tasks 5000", 2, 0.0002,
     0.05, 0, 0, 0, 380, 640, "cores are busy"},
    {"half and half: twice the cores", "spin --tasks 100", 2, 0.02, 0.02, 0, 0,
     0, 4, 4, "cores are busy"},
    {"a lock around it: one", "spin --tasks 100", 2, 0.02, 0, 0.02, 0, 0, 1, 1,
     "one at a time"},
    {"a lock around half of it: two", "spin --tasks 100", 4, 0.02, 0, 0.01, 0,
     0, 2, 2, "one at a time"},
    {"a link: as many as fill it", "sleep --tasks 48", 2, 0.001, 0.07, 0, 0.03,
     0, 3, 3, "busy itself"},
    {"a slow disk: one is enough", "sleep --tasks 48", 2, 0.001, 0.05, 0, 0.05,
     0, 1, 1, "busy itself"},
    {"one core", "spin --tasks 100", 1, 0.04, 0, 0, 0, 0, 1, 1,
     "cores are busy"},
    {"fewer tasks than cores", "spin --tasks 3", 8, 0.04, 0, 0, 0, 0, 3, 3,
     "every task has a worker"},
    {"memory for three", "command --tasks 64 -- true", 2, 0.0002, 0.05, 0, 0,
     1 / 7.0, 3, 3, "half of the free"},
    {"endless", "disk", 2, 0.001, 0.01, 0, 0.01, 0, 1, 2, "busy itself"},
};

static void made_machine(struct machine *m, int cores)
{
    machine_read(m);
    m->cpus_allowed = m->cpus_online = cores;
    m->memory_available = INT64_C(1) << 34;
}

static double least_of(double a, double b)
{
    return a < b ? a : b;
}

/* What @order would give: the slowest of what it needs says how fast. */
static void made_run(const struct made_up *c, const struct sweep_order *order,
                     struct sweep_outcome *out)
{
    struct metrics *m = &out->metrics;
    double n = (double)order->point, tasks = (double)order->spec.tasks;
    double rate = n / (c->cpu + c->wait), wall;

    rate = least_of(rate, c->cores / c->cpu);
    if (c->alone_cpu > 0)
        rate = least_of(rate, 1 / c->alone_cpu);
    if (c->alone_wait > 0)
        rate = least_of(rate, 1 / c->alone_wait);
    *out = (struct sweep_outcome){.verdict = VERDICT_OK, .foreign_cores = 0.01};
    if (tasks == 0)
        tasks = rate * 0.4;
    wall = order->spec.tasks > 0 && rate * (c->cpu + c->wait) > 0.99 * n
               ? ceil(tasks / n) * n / rate
               : tasks / rate;
    out->took_ns = (int64_t)(wall * NS_PER_S);
    metric_set(m, METRIC_WALL_S, wall);
    metric_set(m, METRIC_LIFE_S, tasks * n / rate);
    metric_set(m, METRIC_CPU_S, tasks * c->cpu);
    metric_set(m, METRIC_TASKS_DONE, order->spec.tasks > 0 ? tasks : 0);
    metric_set(m, METRIC_THROUGHPUT_PER_S, tasks / wall);
    if (c->memory > 0)
        metric_set(m, METRIC_CHILD_RSS_BYTES,
                   c->memory * (double)(INT64_C(1) << 34));
}

static struct advice *made_advice(const char *line, int cores)
{
    struct machine m;
    struct spec spec;
    struct err err = {0};
    struct advice *a;

    made_machine(&m, cores);
    if (spec_parse_line(&spec, line, &err) < 0 ||
        spec_check(&spec, &m, &err) < 0)
        fail_msg("%s: %s", line, err.text);
    a = advice_new(&spec, &m, &err);
    if (!a)
        fail_msg("%s: %s", line, err.text);
    return a;
}

static int lines_of(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void the_search_finds(void **state)
{
    const struct made_up *c = *state;
    struct advice *a = made_advice(c->line, c->cores);
    struct sweep_order order, again;
    struct sweep_outcome outcome;
    struct text text = {0}, why = {0};
    struct err err = {0};
    int runs = 0;

    while (advice_next(a, &order)) {
        assert_true(advice_next(a, &again)); /* the same */
        assert_int_equal(again.point, order.point);
        assert_int_equal(again.spec.tasks, order.spec.tasks);
        assert_true(runs++ < RUNS_MOST);
        assert_true(order.point >= 1);
        if (order.spec.tasks > 0)
            assert_true(order.spec.tasks >= order.point);
        assert_int_equal(order.spec.workers, order.point);
        made_run(c, &order, &outcome);
        assert_int_equal(advice_take(a, &order, &outcome, &err), 0);
    }
    assert_int_equal(advice_verdict(a), ADVICE_FOUND);
    advice_text(a, 80, &text);
    if (advice_workers(a) < c->least || advice_workers(a) > c->most)
        fail_msg("%d workers\n%s", advice_workers(a), text_str(&text));
    advice_why(a, &why);
    if (!strstr(text_str(&why), c->says) || lines_of(text_str(&text)) > 10)
        fail_msg("%s", text_str(&text));
    text_fini(&text);
    text_fini(&why);
    advice_free(a);
}

/* ---- what is not as it should be ------------------------------------------
 */

/* Run @a as @c, every run disturbed from number @from on, until number @to. */
static int drive_disturbed(struct advice *a, const struct made_up *c, int from,
                           int to)
{
    struct sweep_order order;
    struct sweep_outcome outcome;
    struct err err = {0};
    int runs = 0;

    while (advice_next(a, &order)) {
        assert_true(runs < RUNS_MOST);
        made_run(c, &order, &outcome);
        if (runs >= from && runs < to)
            outcome.foreign_cores = 1;
        runs++;
        assert_int_equal(advice_take(a, &order, &outcome, &err), 0);
    }
    return runs;
}

static void a_disturbed_machine_gives_no_number(void **state)
{
    struct advice *a = made_advice(made_ups[0].line, 2);
    struct text text = {0};

    (void)state;
    /* Warming up, then three times the profile. */
    assert_int_equal(drive_disturbed(a, &made_ups[0], 0, RUNS_MOST), 4);
    assert_int_equal(advice_verdict(a), ADVICE_INCONCLUSIVE);
    assert_int_equal(advice_workers(a), 0);
    assert_int_equal(advice_proposed(a), 2);
    advice_text(a, 80, &text);
    assert_non_null(strstr(text_str(&text), "inconclusive"));
    assert_non_null(strstr(text_str(&text), "1.00 of 2 cores"));
    text_fini(&text);
    advice_free(a);
}

static void one_disturbed_run_is_done_again(void **state)
{
    struct advice *a = made_advice(made_ups[0].line, 2);
    struct advice *quiet = made_advice(made_ups[0].line, 2);
    int runs = drive_disturbed(quiet, &made_ups[0], 0, 0);

    (void)state;
    assert_int_equal(drive_disturbed(a, &made_ups[0], 2, 4), runs + 2);
    assert_int_equal(advice_workers(a), 2);
    advice_free(a);
    advice_free(quiet);
}

static void work_that_fails_gets_its_reason(void **state)
{
    struct advice *a = made_advice("spin --tasks 9", 2);
    struct sweep_outcome outcome = {.verdict = VERDICT_FAILED,
                                    .error = "task 3 did not do well"};
    struct sweep_order order;
    struct text text = {0};
    struct err err = {0};

    (void)state;
    assert_true(advice_next(a, &order));
    assert_int_equal(advice_take(a, &order, &outcome, &err), 0);
    assert_false(advice_next(a, &order));
    assert_int_equal(advice_verdict(a), ADVICE_FAILED);
    advice_why(a, &text);
    assert_string_equal(text_str(&text), "task 3 did not do well");
    text_fini(&text);
    advice_free(a);
}

static void an_interrupted_run_changes_nothing(void **state)
{
    struct advice *a = made_advice("spin --tasks 9", 2);
    struct sweep_outcome outcome = {.verdict = VERDICT_INTERRUPTED};
    struct sweep_order order, again;
    struct err err = {0};

    (void)state;
    assert_true(advice_next(a, &order));
    assert_int_equal(advice_take(a, &order, &outcome, &err), 0);
    assert_true(advice_next(a, &again));
    assert_int_equal(again.round, order.round);
    assert_int_equal(advice_verdict(a), ADVICE_NOTHING);
    advice_free(a);
}

static void a_global_lock_is_left(void **state)
{
    struct advice *a = made_advice("spin --model gil --tasks 100", 2);
    struct text line = {0};

    (void)state;
    drive_disturbed(a, &made_ups[0], 0, 0);
    advice_line(a, &line);
    assert_string_equal(text_str(&line),
                        "spin --model processes --workers 2 --tasks 100");
    text_fini(&line);
    advice_free(a);
}

static void the_line_runs_all_of_it(void **state)
{
    struct advice *a = made_advice("disk --model threads --workers 3", 2);
    struct text line = {0};

    (void)state;
    drive_disturbed(a, &made_ups[12], 0, 0);
    advice_line(a, &line);
    assert_null(strstr(text_str(&line), "duration"));
    assert_non_null(strstr(text_str(&line), "--workers"));
    text_fini(&line);
    advice_free(a);
}

/* ---- the program --------------------------------------------------------- */

static void run_program(struct program_result *r, const char *line, int status)
{
    program_run(r, line);
    if (r->status != status)
        fail_msg("%s: status %d\n%s%s", line, r->status, r->out, r->err);
}

static const char *const real_lines[] = {
    "advise sleep --tasks 12 --task-ms 20",
    "advise spin --tasks 40 --task-ms 5 --model gil",
    "advise counter --sync mutex",
    "advise -- true {}",
    "advise command --tasks 6 -- sleep 0.01",
};

/* Found, or inconclusive where others use the machine: never anything else. */
static void real_work_is_advised_about(void **state)
{
    struct program_result *r = malloc(sizeof(*r));

    (void)state;
    assert_non_null(r);
    for (size_t i = 0; i < COUNT(real_lines); i++) {
        program_run(r, real_lines[i]);
        if (r->status != 0 && r->status != 3)
            fail_msg("%s: status %d\n%s%s", real_lines[i], r->status, r->out,
                     r->err);
        assert_non_null(strstr(r->out, "MEASURED"));
        assert_non_null(strstr(r->out, "timeslice run "));
        if (lines_of(r->out) > 10)
            fail_msg("%s", r->out);
        assert_int_equal(r->status == 3,
                         strstr(r->out, "inconclusive") != NULL);
    }
    free(r);
}

static void failing_programs_are_named(void **state)
{
    struct program_result *r = malloc(sizeof(*r));

    (void)state;
    assert_non_null(r);
    run_program(r, "advise -- false", 1);
    assert_non_null(strstr(r->err, "exit status 1"));
    assert_string_equal(r->out, "");
    free(r);
}

static const struct refusal {
    const char *line, *says;
} refusals[] = {
    {"advise", "needs some work"},
    {"advise pingpong", "is about its workers"},
    {"advise mix", "is about its workers"},
    {"advise counter --phases none:1,mutex:1", "--phases cannot be"},
    {"advise --", "there is none"},
    {"advise -- no-such-program-here", "there is no program"},
    {"advise spin --json --quiet", "contradict each other"},
    {"advise spin --taks 3", "did you mean \"--tasks\""},
};

static void bad_requests_get_a_sentence(void **state)
{
    const struct refusal *c = *state;
    struct program_result *r = malloc(sizeof(*r));

    assert_non_null(r);
    run_program(r, c->line, 2);
    if (!strstr(r->err, c->says) || r->out[0])
        fail_msg("%s: \"%s\"", c->line, r->err);
    free(r);
}

int main(void)
{
    static const struct CMUnitTest plain[] = {
        cmocka_unit_test(a_disturbed_machine_gives_no_number),
        cmocka_unit_test(one_disturbed_run_is_done_again),
        cmocka_unit_test(work_that_fails_gets_its_reason),
        cmocka_unit_test(an_interrupted_run_changes_nothing),
        cmocka_unit_test(a_global_lock_is_left),
        cmocka_unit_test(the_line_runs_all_of_it),
        cmocka_unit_test(real_work_is_advised_about),
        cmocka_unit_test(failing_programs_are_named),
    };
    struct CMUnitTest tests[COUNT(plain) + COUNT(start_cases) +
                            COUNT(made_ups) + COUNT(refusals)];
    size_t n = COUNT(plain);

    memcpy(tests, plain, sizeof(plain));
    n = add_rows(tests, n, start_cases, COUNT(start_cases),
                 sizeof(start_cases[0]), the_table_proposes);
    n = add_rows(tests, n, made_ups, COUNT(made_ups), sizeof(made_ups[0]),
                 the_search_finds);
    add_rows(tests, n, refusals, COUNT(refusals), sizeof(refusals[0]),
             bad_requests_get_a_sentence);
    return cmocka_run_group_tests_name("advise", tests, place_make,
                                       place_remove);
}
