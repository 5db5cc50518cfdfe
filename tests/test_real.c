/* Programs run for real: what is seen is possible, sums add up, what cannot be
 * run is refused with a sentence, nobody is left behind. No timings: which
 * outcomes come is chance. */
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <sched.h>
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

#include "explore/explore.h"
#include "export/real_json.h"
#include "lib/rows.h"
#include "real/against.h"
#include "real/real.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

/* Executions of each program. */
#if defined(__SANITIZE_THREAD__)
#define EXECUTIONS 800
#elif defined(__SANITIZE_ADDRESS__)
#define EXECUTIONS 4000
#else
#define EXECUTIONS 20000
#endif

struct real_case {
    const char *name;
    const json_t *all; /* of the case */
    bool one_cpu;
};
#define CASES_MOST 256
static struct real_case cases[CASES_MOST];
static char names[CASES_MOST][64];
static size_t case_count;

static struct program *read_program(const char *name, const json_t *json)
{
    struct program *p = NULL;
    struct err err = {0};

    if (program_from_json(name, json, &p, &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

static struct program *read_text(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    struct program *p;

    assert_non_null(json);
    p = read_program("text", json);
    json_decref(json);
    return p;
}

static void assert_nobody_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* ---- what is seen is possible -------------------------------------------- */

static void sums_add_up(const struct real_result *r, int64_t executions)
{
    int64_t ended = 0, failed = 0;

    assert_int_equal(r->executions, executions);
    for (int i = 0; i < r->outcome_count; i++) {
        assert_true(r->outcomes[i].times > 0);
        assert_true(r->outcomes[i].first_ns >= 0);
        ended += r->outcomes[i].times;
        failed += r->outcomes[i].fails ? r->outcomes[i].times : 0;
    }
    assert_int_equal(ended + r->untold + r->deadlocks + r->faults, executions);
    assert_true(failed <= r->finals);
    if (r->untold == 0)
        assert_int_equal(failed, r->finals);
    assert_true(r->asserts >= 0 && r->asserts <= executions - r->faults);
    assert_true(r->exclusions >= 0 && r->exclusions <= executions - r->faults);
    assert_true(r->cpus >= 1 && r->seconds >= 0);
}

/* What a case's "shows" names happens in every execution, or so often that a
 * run without it is a fault. */
static void shows_what_it_must(const json_t *all, const struct real_against *a)
{
    const json_t *kind;
    size_t i;

    json_array_foreach(json_object_get(all, "shows"), i, kind)
    {
        for (int k = 0; k < FAILURE_COUNT; k++)
            if (strcmp(failure_names[k], json_string_value(kind)) == 0)
                assert_true(a->times[k] > 0);
    }
}

static void say_all(const struct real_told *t)
{
    struct text text = {0};
    json_t *json = real_run_json(t);

    assert_int_equal(export_real_run(t, 80, &text), 0);
    assert_non_null(json);
    if (t->against->answer != REAL_AGREES)
        fail_msg("%s", text_str(&text));
    assert_string_equal(json_string_value(json_object_get(json, "answer")),
                        "agrees");
    assert_non_null(strstr(text_str(&text), "MEASURED"));
    json_decref(json);
    text_fini(&text);
}

static void seen_is_possible(const struct real_case *c, struct program *p)
{
    const struct explore_request request = {
        .rules = real_rules(), .depth = EXPLORE_STATES, .workers = 1};
    const struct real_request how = {.executions = EXECUTIONS, .seed = 7};
    struct explore_result possible = {0};
    struct real_result seen = {0};
    struct real_against against;
    struct err err = {0};
    struct real_told told = {p, &how, &seen, &possible, &against};

    if (real_run(p, &how, &seen, &err) < 0)
        fail_msg("%s", err.text);
    assert_nobody_left();
    sums_add_up(&seen, EXECUTIONS);
    if (explore(p, &request, &possible, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(real_hold_against(p, &seen, &possible, NULL, &against), 0);
    if (!c->one_cpu)
        shows_what_it_must(c->all, &against);
    if (real_is_tso())
        say_all(&told);
    real_against_fini(&against);
    explore_fini(&possible);
    real_fini(&seen);
}

static void runs_as_possible(void **state)
{
    const struct real_case *c = *state;
    struct program *p =
        read_program(c->name, json_object_get(c->all, "program"));
    cpu_set_t before, one;

    sched_getaffinity(0, sizeof(before), &before);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    if (c->one_cpu)
        sched_setaffinity(0, sizeof(one), &one);
    seen_is_possible(c, p);
    sched_setaffinity(0, sizeof(before), &before);
    program_free(p);
}

/* On one processor: cases with two threads that wait and others. */
static bool on_one_cpu_too(const char *id)
{
    static const char *const ids[] = {
        "litmus_SB",      "counter_2x2",  "counter_mutex_2x2",
        "philosophers_3", "cv_predicate", "bounded_buffer_1p1c",
        "signal_first",   "six_threads"};

    for (size_t i = 0; i < COUNT(ids); i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

static void add_case(const char *id, const json_t *all, bool one_cpu)
{
    if (case_count == CASES_MOST)
        abort();
    snprintf(names[case_count], sizeof(names[0]), "%s%s", id,
             one_cpu ? " on one processor" : "");
    cases[case_count] = (struct real_case){names[case_count], all, one_cpu};
    case_count++;
}

/* Every program of the file that can be run. */
static void add_cases(const json_t *file)
{
    const json_t *c;
    size_t i;

    json_array_foreach(json_object_get(file, "cases"), i, c)
    {
        const char *id = json_string_value(json_object_get(c, "id"));
        struct program *p = NULL;

        if (program_from_json(id, json_object_get(c, "program"), &p, NULL) < 0)
            continue;
        if (real_check(p, NULL) == 0) {
            add_case(id, c, false);
            if (on_one_cpu_too(id))
                add_case(id, c, true);
        }
        program_free(p);
    }
}

/* ---- what may be run, and what not --------------------------------------- */

#define PROGRAM(code)                                                          \
    "{\"shared\":{\"x\":0},\"mutexes\":[\"m\"],\"semaphores\":{\"s\":0},"      \
    "\"condvars\":[\"c\"],\"threads\":[{\"name\":\"A\",\"code\":[" code        \
    "]},{\"name\":\"B\",\"code\":[{\"op\":\"store\",\"var\":\"x\","            \
    "\"val\":1}]}],\"observe\":[\"x\"]}"
#define LOAD_X "{\"op\":\"load\",\"dst\":\"r\",\"var\":\"x\",\"L\":\"top\"},"
#define COUNT_I "{\"op\":\"set\",\"dst\":\"i\",\"val\":[\"+\",\"i\",1]},"
#define AGAIN "{\"op\":\"jmp\",\"to\":\"top\"},{\"op\":\"halt\",\"L\":\"end\"}"
#define LEAVE_IF(condition)                                                    \
    "{\"op\":\"br\",\"cond\":" condition ",\"to\":\"end\"},"

static const struct check_case {
    const char *name, *program;
    const char *refusal; /* part of the sentence; NULL: may be run */
} check_cases[] = {
    {"await is refused",
     PROGRAM("{\"op\":\"await\",\"var\":\"x\",\"cmp\":\"==\",\"val\":1}"),
     "await"},
    {"a loop until another thread stores is refused",
     PROGRAM(LOAD_X LEAVE_IF("\"r\"") AGAIN), "the loop may go round"},
    {"a spin lock is refused",
     PROGRAM("{\"op\":\"xchg\",\"dst\":\"r\",\"var\":\"x\",\"val\":1,"
             "\"L\":\"top\"},{\"op\":\"br\",\"cond\":\"r\",\"to\":\"top\"}"),
     "operation 2"},
    {"a retry with compare and swap is refused",
     PROGRAM(LOAD_X "{\"op\":\"cas\",\"dst\":\"d\",\"var\":\"x\",\"exp\":\"r\","
                    "\"new\":[\"+\",\"r\",1]},{\"op\":\"br\",\"cond\":"
                    "[\"!\",\"d\"],\"to\":\"top\"}"),
     "the loop may go round"},
    {"a loop that goes by a register which it loads is refused",
     PROGRAM(LOAD_X
             "{\"op\":\"set\",\"dst\":\"i\",\"val\":[\"+\",\"r\",1]}," LEAVE_IF(
                 "[\">\",\"i\",1]") AGAIN),
     "the loop may go round"},
    {"a loop that counts only when it sees something is refused",
     PROGRAM(LOAD_X LEAVE_IF(
         "[\">\",\"i\",2]") "{\"op\":\"br\",\"cond\":[\"!\",\"r\"],\"to\":"
                            "\"top\"}," COUNT_I AGAIN),
     "the loop may go round"},
    {"a loop without a way out is refused", PROGRAM(LOAD_X AGAIN),
     "the loop may go round"},
    {"a loop that counts may be run",
     PROGRAM(LOAD_X LEAVE_IF("[\">\",\"i\",2]") COUNT_I AGAIN), NULL},
    {"a loop that counts and may leave before may be run",
     PROGRAM(LOAD_X LEAVE_IF("\"r\"") LEAVE_IF("[\">\",\"i\",2]")
                 COUNT_I AGAIN),
     NULL},
    {"a loop that waits for a condition may be run",
     PROGRAM("{\"op\":\"lock\",\"m\":\"m\"}," LOAD_X LEAVE_IF(
         "\"r\"") "{\"op\":\"cwait\",\"c\":\"c\",\"m\":\"m\"}," AGAIN),
     NULL},
    {"a loop that waits for what it posts itself is refused",
     PROGRAM(LOAD_X LEAVE_IF("\"r\"") "{\"op\":\"V\",\"s\":\"s\"},"
                                      "{\"op\":\"P\",\"s\":\"s\"}," AGAIN),
     "the loop may go round"},
    {"a loop that waits for what nobody posts in a loop may be run",
     PROGRAM(LOAD_X LEAVE_IF("\"r\"") "{\"op\":\"P\",\"s\":\"s\"}," AGAIN),
     NULL},
};

static void check_says(void **state)
{
    const struct check_case *c = *state;
    struct program *p = read_text(c->program);
    struct real_request how = {.executions = 1000};
    struct real_result seen;
    struct err err = {0};

    if (!c->refusal) {
        if (real_check(p, &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(real_run(p, &how, &seen, &err), 0);
        sums_add_up(&seen, 1000);
    } else {
        assert_int_equal(real_check(p, &err), -EINVAL);
        assert_non_null(strstr(err.text, "cannot be run for real (A, "));
        if (!strstr(err.text, c->refusal))
            fail_msg("%s", err.text);
        assert_int_equal(real_run(p, &how, &seen, &err), -EINVAL);
    }
    real_fini(&seen);
    program_free(p);
}

/* Two loops that count, one in the other, a million rounds and more: each ends,
 * but not soon enough. */
#define LONG_LOOP                                                              \
    "{\"op\":\"set\",\"dst\":\"j\",\"val\":0,\"L\":\"top\"},"                  \
    "{\"op\":\"work\",\"L\":\"in\"},"                                          \
    "{\"op\":\"set\",\"dst\":\"j\",\"val\":[\"+\",\"j\",1]},"                  \
    "{\"op\":\"br\",\"cond\":[\"<\",\"j\",2000],\"to\":\"in\"}," COUNT_I       \
    "{\"op\":\"br\",\"cond\":[\"<\",\"i\",2000],\"to\":\"top\"}"

static void too_many_rounds(void **state)
{
    struct program *p = read_text(PROGRAM(LONG_LOOP));
    struct real_request how = {.executions = 1000};
    struct real_result seen;
    struct err err = {0};

    (void)state;
    assert_int_equal(real_run(p, &how, &seen, &err), -EINVAL);
    assert_non_null(strstr(err.text, "A went round its loops more than"));
    assert_nobody_left();
    real_fini(&seen);
    program_free(p);
}

/* ---- how it ends --------------------------------------------------------- */

static const char store_only[] = PROGRAM("{\"op\":\"work\"}");

static void needs_an_end(void **state)
{
    struct program *p = read_text(store_only);
    struct real_request how = {.seed = 1};
    struct real_result seen;
    struct err err = {0};

    (void)state;
    assert_int_equal(real_run(p, &how, &seen, &err), -EINVAL);
    assert_non_null(strstr(err.text, "a time or a number of executions"));
    real_fini(&seen);
    program_free(p);
}

static void ends_when_the_time_is_over(void **state)
{
    struct program *p = read_text(store_only);
    struct real_request how = {.duration_ns = 30000000};
    struct real_result seen;

    (void)state;
    assert_int_equal(real_run(p, &how, &seen, NULL), 0);
    assert_true(seen.executions > 0);
    sums_add_up(&seen, seen.executions);
    assert_nobody_left();
    real_fini(&seen);
    program_free(p);
}

static void cancelled_before(void **state)
{
    _Atomic bool cancel = true;
    struct program *p = read_text(store_only);
    struct real_request how = {.duration_ns = INT64_C(3600000000000),
                               .cancel = &cancel};
    struct real_result seen;
    struct err err = {0};

    (void)state;
    assert_int_equal(real_run(p, &how, &seen, &err), -ECANCELED);
    assert_string_not_equal(err.text, "");
    assert_null(seen.outcomes);
    assert_nobody_left();
    real_fini(&seen);
    program_free(p);
}

static _Atomic bool cancel_now;

static void on_alarm(int number)
{
    (void)number;
    atomic_store(&cancel_now, true);
}

static void cancelled_meanwhile(void **state)
{
    struct program *p = read_text(store_only);
    struct real_request how = {.duration_ns = INT64_C(3600000000000),
                               .cancel = &cancel_now};
    struct sigaction act = {.sa_handler = on_alarm}, before;
    struct real_result seen;

    (void)state;
    sigaction(SIGALRM, &act, &before);
    alarm(1);
    assert_int_equal(real_run(p, &how, &seen, NULL), -ECANCELED);
    sigaction(SIGALRM, &before, NULL);
    assert_nobody_left();
    real_fini(&seen);
    program_free(p);
}

/* Observed values of all kinds: more outcomes than can be told apart. */
#define COUNTER(name)                                                          \
    "{\"name\":\"" name "\",\"code\":["                                        \
    "{\"op\":\"faa\",\"dst\":\"r\",\"var\":\"x\",\"val\":1}]}"

static void the_same_seed_may_differ_but_adds_up(void **state)
{
    struct program *p = read_text("{\"shared\":{\"x\":0},\"threads\":[" COUNTER(
        "A") "," COUNTER("B") "," COUNTER("C") "],\"observe\":[\"A.r\",\"B.r\","
                                               "\"C.r\",\"x\"]}");
    struct real_result seen;

    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct real_request how = {.executions = EXECUTIONS / 4, .seed = seed};

        assert_int_equal(real_run(p, &how, &seen, NULL), 0);
        sums_add_up(&seen, EXECUTIONS / 4);
        for (int i = 0; i < seen.outcome_count; i++) {
            const int16_t *v = seen.outcomes[i].values;

            assert_int_equal(v[0] + v[1] + v[2], 3);
            assert_int_equal(v[3], 3);
        }
        real_fini(&seen);
    }
    program_free(p);
}

/* ---- held against the explorer's set ------------------------------------- */

/* An explorer that has not all: made up. */
static void strange_is_told(void **state)
{
    struct program *p = read_text(store_only);
    struct real_request how = {.executions = 100};
    struct explore_result possible = {.exhaustive = true};
    struct real_against against;
    struct real_result seen;
    struct real_told told = {p, &how, &seen, &possible, &against};
    struct text text = {0};

    (void)state;
    assert_int_equal(real_run(p, &how, &seen, NULL), 0);
    real_hold_against(p, &seen, &possible, NULL, &against);
    assert_int_equal(against.strange, 1);
    assert_int_equal(against.answer,
                     real_is_tso() ? REAL_CONTRADICTS : REAL_OPEN);
    assert_int_equal(export_real_run(&told, 80, &text), 0);
    if (real_is_tso())
        assert_non_null(strstr(text_str(&text), "IMPOSSIBLE"));
    text_fini(&text);
    real_against_fini(&against);
    possible.exhaustive = false;
    real_hold_against(p, &seen, &possible, NULL, &against);
    assert_int_equal(against.answer, REAL_OPEN);
    assert_int_equal(export_real_run(&told, 80, &text), 0);
    assert_non_null(strstr(text_str(&text), "need not be an error"));
    text_fini(&text);
    real_against_fini(&against);
    real_fini(&seen);
    program_free(p);
}

int main(void)
{
    json_t *golden = json_load_file("tests/golden/races.json", 0, NULL);
    json_t *own = json_load_file("tests/golden/real.json", 0, NULL);
    struct CMUnitTest tests[CASES_MOST + COUNT(check_cases) + 16] = {
        cmocka_unit_test(too_many_rounds),
        cmocka_unit_test(needs_an_end),
        cmocka_unit_test(ends_when_the_time_is_over),
        cmocka_unit_test(cancelled_before),
        cmocka_unit_test(cancelled_meanwhile),
        cmocka_unit_test(the_same_seed_may_differ_but_adds_up),
        cmocka_unit_test(strange_is_told),
    };
    size_t n = 7;
    int failed;

    if (!golden || !own)
        return 1;
    add_cases(golden);
    add_cases(own);
    n = add_rows(tests, n, check_cases, COUNT(check_cases),
                 sizeof(check_cases[0]), check_says);
    n = add_rows(tests, n, cases, case_count, sizeof(cases[0]),
                 runs_as_possible);
    failed = _cmocka_run_group_tests("real", tests, n, NULL, NULL);
    json_decref(golden);
    json_decref(own);
    return failed;
}
