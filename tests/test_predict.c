/* Predictions: what can be asked, what follows from a short run whose figures
 * are made up, and the whole way in the real program. Never how long anything
 * took. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/fake_trace.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "predict/predict.h"
#include "sim/policy.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define MS NS_PER_MS

/* ---- --on ---------------------------------------------------------------- */

static const struct on_case {
    const char *name, *on;
    const char *policy; /* NULL: refused */
    bool named;
    int count, cpus[8];
    int64_t slice_ns; /* 0: as by default */
    const char *says; /* refused: a part of the sentence */
} on_cases[] = {
    {"a list", "cpus=1,2,4", "eevdf", false, 3, {1, 2, 4}, 0, NULL},
    {"a range", "cpus=2-4", "eevdf", false, 3, {2, 3, 4}, 0, NULL},
    {"any order, once each", "cpus=8,1,8", "eevdf", false, 2, {1, 8}, 0, NULL},
    {"a policy", "sim:rr,cpus=2,64", "rr", true, 2, {2, 64}, 0, NULL},
    {"settings before",
     "rr,slice=4ms,cpus=1,2",
     "rr",
     true,
     2,
     {1, 2},
     4 * MS,
     NULL},
    {"settings behind",
     "cpus=1,2,slice=4ms",
     "eevdf",
     false,
     2,
     {1, 2},
     4 * MS,
     NULL},
    {"nothing said",
     NULL,
     "eevdf",
     false,
     7,
     {1, 2, 4, 8, 16, 32, 64},
     0,
     NULL},
    {"no number", "cpus=two", NULL, false, 0, {0}, 0, "\"two\""},
    {"none", "cpus=0", NULL, false, 0, {0}, 0, "1 to 1024"},
    {"too many", "cpus=2000", NULL, false, 0, {0}, 0, "1 to 1024"},
    {"backwards", "cpus=4-2", NULL, false, 0, {0}, 0, "4-2"},
    {"a long list", "cpus=1-64", NULL, false, 0, {0}, 0, "more than"},
    {"no CPUs at all", "sim:rr", NULL, false, 0, {0}, 0, "cpus=1,2,4"},
    {"unknown setting", "cpus=1,foo=2", NULL, false, 0, {0}, 0, "foo"},
};

static void test_on(void **state)
{
    const struct on_case *c = *state;
    struct predict_request r = {0};
    struct err err = {0};
    int rc = predict_read_on(&r, c->on, &err);

    if (!c->policy) {
        assert_int_equal(rc, -EINVAL);
        assert_non_null(strstr(err.text, c->says));
        return;
    }
    assert_int_equal(rc, 0);
    assert_string_equal(r.setup.policy->name, c->policy);
    assert_int_equal(r.policy_named, c->named);
    assert_int_equal(r.count, c->count);
    for (int i = 0; i < c->count; i++)
        assert_int_equal(r.cpus[i], c->cpus[i]);
    if (c->slice_ns)
        assert_int_equal(r.setup.slice_ns, c->slice_ns);
}

/* ---- experiments --------------------------------------------------------- */

static void two_cores(struct machine *m)
{
    struct trace *t = fake_new("primes");

    *m = t->machine;
    snprintf(m->kernel, sizeof(m->kernel), "6.18.0-fake");
    trace_free(t);
}

static int request(struct predict_request *r, const char *line, const char *on,
                   struct err *err)
{
    struct machine m;

    two_cores(&m);
    *r = (struct predict_request){.real = true};
    assert_int_equal(predict_read_on(r, on, err), 0);
    assert_int_equal(spec_parse_line(&r->spec, line, err), 0);
    return predict_check(r, &m, err);
}

/* Each workload is predicted or refused with a sentence that names what to do
 * instead. */
static void test_workloads(void **state)
{
    static const char *const can[] = {"primes", "sumsquares", "factorial",
                                      "spin",   "sleep",      "inrange",
                                      "fleet",  "command"};

    (void)state;
    for (int w = 0; w < WORKLOAD_COUNT; w++) {
        const char *name = spec_workload_words[w];
        struct predict_request r;
        struct err err = {0};
        bool yes = false;

        for (size_t i = 0; i < COUNT(can); i++)
            yes |= strcmp(can[i], name) == 0;
        if (w == WORKLOAD_COMMAND) {
            assert_int_equal(request(&r, "command -- true", "cpus=2", &err), 0);
            continue;
        }
        assert_int_equal(request(&r, name, "cpus=1,2", &err),
                         yes ? 0 : -EINVAL);
        if (!yes)
            assert_non_null(strstr(err.text, name));
    }
}

static const struct check_case {
    const char *name, *line, *on;
    const char *says; /* NULL: fine */
    bool follow;
    const char *policy;
} check_cases[] = {
    {"one worker a CPU", "primes", "cpus=1,2", NULL, true, "eevdf"},
    {"a fixed number", "primes --workers 8", "cpus=1,2", NULL, false, "eevdf"},
    {"one alone", "primes --model sequential", "cpus=1,2", NULL, false,
     "eevdf"},
    {"the global lock", "primes --model gil", "cpus=1", NULL, true, "gil"},
    {"the old one", "primes --model gil --gil old", "cpus=1", NULL, true,
     "gil-old"},
    {"the global lock under another policy", "primes --model gil", "rr,cpus=1",
     "--on sim:gil", false, NULL},
    {"CPUs of one's own", "primes --cpus 0", "cpus=1", "--cpus", false, NULL},
    {"for ever", "spin --duration endless", "cpus=1", "--duration", false,
     NULL},
    {"too much", "spin --tasks 100000000", "cpus=1", "too many", false, NULL},
    {"nonsense", "spin --workers 3 --model sequential", "cpus=1", "sequential",
     false, NULL},
};

static void test_check(void **state)
{
    const struct check_case *c = *state;
    struct predict_request r;
    struct err err = {0};
    int rc = request(&r, c->line, c->on, &err);

    assert_int_equal(rc, c->says ? -EINVAL : 0);
    if (c->says) {
        assert_non_null(strstr(err.text, c->says));
        return;
    }
    assert_int_equal(r.workers_follow, c->follow);
    assert_string_equal(r.setup.policy->name, c->policy);
}

/* Without a policy of its own it is scheduled as this kernel would. */
static void test_like_the_kernel(void **state)
{
    struct predict_request r;
    struct machine m;
    struct err err = {0};

    (void)state;
    two_cores(&m);
    snprintf(m.kernel, sizeof(m.kernel), "5.15.0-fake");
    r = (struct predict_request){.real = true};
    assert_int_equal(predict_read_on(&r, "cpus=1,2,switch=2us", &err), 0);
    assert_int_equal(spec_parse_line(&r.spec, "primes", &err), 0);
    assert_int_equal(predict_check(&r, &m, &err), 0);
    assert_ptr_equal(r.setup.policy, &policy_cfs);
    assert_int_equal(r.setup.switch_ns, 2000); /* what was written stays */
    assert_int_equal(r.setup.tick_ns, 4 * MS);

    assert_int_equal(request(&r, "primes", "sim:rr,cpus=1", &err), 0);
    assert_ptr_equal(r.setup.policy, &policy_rr);
    assert_int_equal(r.setup.tick_ns, 0);
}

/* ---- from a short run to figures ----------------------------------------- */

/* One worker did @tasks tasks of @run_ms computing and @wait_ms waiting. */
static struct trace *short_run(const char *line, int tasks, int64_t run_ms,
                               int64_t wait_ms)
{
    struct trace *t = fake_new(line);
    int64_t each = (run_ms + wait_ms) * MS;

    for (int i = 0; i < tasks; i++) {
        struct trace_event e = {.kind = EVENT_TASK,
                                .start_ns = FAKE_GATE_NS + i * each,
                                .at_ns = FAKE_GATE_NS + (i + 1) * each,
                                .value = i};

        fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, i * each,
                  i * each + run_ms * MS);
        fake_span(t, 0, SPAN_BLOCKED, -1, WAIT_IO, i * each + run_ms * MS,
                  (i + 1) * each);
        trace_add_event(t, &e);
    }
    fake_finish(t, tasks * each, true);
    metric_set(&t->metrics, METRIC_TASKS_DONE, tasks);
    return t;
}

static struct prediction *predicted(const char *line, const char *on,
                                    struct trace *t)
{
    const struct sweep_outcome quiet = {.verdict = VERDICT_OK,
                                        .metrics = t->metrics,
                                        .foreign_cores = 0,
                                        .took_ns = NS_PER_S};
    struct predict_request r;
    struct prediction *p;
    struct machine m;
    struct err err = {0};

    two_cores(&m);
    if (request(&r, line, on, &err) < 0)
        fail_msg("%s", err.text);
    p = predict_new(&r, &m);
    assert_non_null(p);
    if (predict_learn(p, t, &quiet, &err) < 0 || predict_simulate(p, &err) < 0)
        fail_msg("%s", err.text);
    trace_free(t);
    return p;
}

static const struct figure_case {
    const char *name, *line, *on;
    int tasks;
    int64_t run_ms, wait_ms;
    struct {
        int cpus;
        double wall_ms, busy, speedup;
    } want[4]; /* .cpus 0 ends */
} figure_cases[] = {
    {"computing shares out",
     "primes --tasks 8",
     "cpus=1,2,4",
     8,
     10,
     0,
     {{1, 80, 1, 1}, {2, 40, 2, 2}, {4, 20, 4, 4}, {0}}},
    {"the last round is not full",
     "primes --tasks 8",
     "cpus=3",
     8,
     10,
     0,
     {{1, 80, 1, 1}, {3, 30, 8 / 3.0, 8 / 3.0}, {0}}},
    {"more CPUs than tasks",
     "primes --tasks 8",
     "cpus=64",
     8,
     10,
     0,
     {{1, 80, 1, 1}, {64, 10, 8, 8}, {0}}},
    {"those not measured are like the others",
     "primes --tasks 8",
     "cpus=1,2",
     2,
     10,
     0,
     {{1, 80, 1, 1}, {2, 40, 2, 2}, {0}}},
    {"waiting needs no CPU",
     "primes --tasks 8 --workers 8",
     "cpus=1,2",
     8,
     10,
     90,
     {{1, 170, 80 / 170.0, 1}, {2, 130, 80 / 130.0, 170 / 130.0}, {0}}},
    {"one at a time whatever there is",
     "primes --tasks 8 --model sequential",
     "cpus=1,4",
     8,
     10,
     0,
     {{1, 80, 1, 1}, {4, 80, 1, 1}, {0}}},
    {"portions",
     "primes --tasks 8 --dispatch map --chunk 4 --workers 4",
     "cpus=1,4",
     8,
     10,
     0,
     {{1, 80, 1, 1}, {4, 40, 2, 2}, {0}}},
};

static void test_figures(void **state)
{
    const struct figure_case *c = *state;
    struct prediction *p =
        predicted(c->line, c->on,
                  short_run("primes --workers 1 --tasks 8", c->tasks, c->run_ms,
                            c->wait_ms));

    for (int i = 0; c->want[i].cpus; i++) {
        const struct predict_point *at = &p->point[i];

        assert_true(i < p->count);
        assert_int_equal(at->cpus, c->want[i].cpus);
        assert_float_equal(at->model.value[METRIC_WALL_S] * 1e3,
                           c->want[i].wall_ms, 1e-3);
        assert_float_equal(at->model.value[METRIC_PARALLELISM], c->want[i].busy,
                           1e-3);
        assert_float_equal(at->speedup, c->want[i].speedup, 1e-3);
        assert_float_equal(at->model.value[METRIC_TASKS_DONE], 8, 0);
    }
    predict_free(p);
}

/* One computes at a time: more CPUs do not help. Hand-overs may cost. */
static void test_global_lock(void **state)
{
    struct prediction *p =
        predicted("primes --tasks 8 --model gil", "cpus=1,2,8",
                  short_run("primes --workers 1 --tasks 8", 8, 10, 0));

    (void)state;
    for (int i = 0; i < p->count; i++) {
        assert_true(p->point[i].model.value[METRIC_WALL_S] > 0.0799);
        assert_true(p->point[i].speedup < 1.001);
    }
    predict_free(p);
}

/* Endless work: a given time, as many tasks as fit. */
static void test_endless(void **state)
{
    struct prediction *p =
        predicted("primes --duration 0.4", "cpus=1,2",
                  short_run("primes --workers 1 --duration 0.4", 8, 10, 0));

    (void)state;
    assert_int_equal(p->metric, METRIC_THROUGHPUT_PER_S);
    assert_float_equal(p->point[0].model.value[METRIC_TASKS_DONE], 40, 1);
    assert_float_equal(p->point[1].model.value[METRIC_TASKS_DONE], 80, 2);
    predict_free(p);
}

/* ---- the runs it asks for ------------------------------------------------ */

static void test_short_spec(void **state)
{
    struct predict_request r;
    struct prediction *p;
    struct machine m;
    struct spec spec;
    struct err err = {0};

    (void)state;
    two_cores(&m);
    assert_int_equal(request(&r,
                             "primes --tasks 8 --model blended "
                             "--processes 2 --workers 4",
                             "cpus=1,2", &err),
                     0);
    p = predict_new(&r, &m);
    predict_short_spec(p, &spec);
    assert_int_equal(spec_check(&spec, &m, &err), 0);
    assert_int_equal(spec.workers, 1);
    assert_int_equal(spec.tasks, 8);
    assert_int_equal(spec.duration_ns, PREDICT_SHORT_NS);
    assert_int_equal(spec.model, MODEL_THREADS);
    p->whole_task = true;
    predict_short_spec(p, &spec);
    assert_int_equal(spec.tasks, 1);
    assert_int_equal(spec.duration_ns, 0);
    predict_free(p);
}

/* No task within the short run: the next one goes on until one is done. */
static void test_long_tasks(void **state)
{
    struct trace *none = fake_new("primes --workers 1 --tasks 8");
    struct sweep_outcome quiet = {.verdict = VERDICT_OK};
    struct predict_request r;
    struct prediction *p;
    struct machine m;
    struct err err = {0};

    (void)state;
    two_cores(&m);
    assert_int_equal(request(&r, "primes --tasks 8", "cpus=1", &err), 0);
    p = predict_new(&r, &m);
    fake_span(none, 0, SPAN_RUNNING, 0, WAIT_NONE, 0, 900 * MS);
    fake_finish(none, 900 * MS, true);
    metric_set(&none->metrics, METRIC_TASKS_DONE, 0);
    assert_int_equal(predict_learn(p, none, &quiet, &err), -EAGAIN);
    assert_true(p->whole_task);
    assert_int_equal(predict_learn(p, none, &quiet, &err), -EINVAL);
    trace_free(none);
    predict_free(p);
}

static void test_real_spec(void **state)
{
    struct prediction *p =
        predicted("primes --tasks 8", "cpus=2,4",
                  short_run("primes --workers 1 --tasks 8", 8, 10, 0));
    struct spec spec;
    struct err err = {0};

    (void)state;
    assert_int_equal(p->count, 3); /* and one CPU, to compare with */
    assert_false(p->point[0].asked);
    assert_false(predict_real_spec(p, 0, &spec));
    assert_true(predict_real_spec(p, 1, &spec));
    assert_int_equal(spec_check(&spec, &p->machine, &err), 0);
    assert_int_equal(spec.workers, 2);
    assert_true(spec.pinned);
    assert_int_equal(CPU_COUNT(&spec.cpus), 2);
    assert_false(predict_real_spec(p, 2, &spec)); /* only two are here */
    predict_free(p);
}

/* Nobody waits for minutes to learn by how much a prediction is off. */
static void test_too_long(void **state)
{
    struct prediction *p =
        predicted("primes --tasks 4000", "cpus=1,2,4",
                  short_run("primes --workers 1 --tasks 4000", 4, 10, 0));
    struct text text = {0};
    struct spec spec;

    (void)state; /* 40 s on one CPU, 20 s on two; four are not here */
    assert_true(predict_too_long(p, 0));
    assert_false(predict_real_spec(p, 0, &spec));
    assert_false(predict_too_long(p, 1));
    assert_true(predict_real_spec(p, 1, &spec));
    assert_false(predict_too_long(p, 2));
    predict_conclude(p);
    predict_say_answer(p, &text);
    assert_non_null(strstr(text_str(&text), "not run for real on 1 CPU"));
    text_fini(&text);
    predict_free(p);
}

static const struct verdict_case {
    const char *name;
    double wall_s[2]; /* of the real runs on 1 and 2 CPUs */
    double foreign[2];
    enum verdict ended;
    enum predict_verdict want;
    double error[2];
} verdict_cases[] = {
    {"right", {0.080, 0.040}, {0, 0}, VERDICT_OK, PREDICT_DONE, {0, 0}},
    {"too low, too high",
     {0.100, 0.032},
     {0.1, 0},
     VERDICT_OK,
     PREDICT_DONE,
     {-0.2, 0.25}},
    {"disturbed",
     {0.080, 0.080},
     {0, 0.9},
     VERDICT_OK,
     PREDICT_INCONCLUSIVE,
     {0, -0.5}},
    {"failed", {0.080, 0.040}, {0, 0}, VERDICT_FAILED, PREDICT_FAILED, {0, 0}},
};

static void test_verdict(void **state)
{
    const struct verdict_case *c = *state;
    struct prediction *p =
        predicted("primes --tasks 8", "cpus=1,2",
                  short_run("primes --workers 1 --tasks 8", 8, 10, 0));

    for (int i = 0; i < 2; i++) {
        struct sweep_outcome o = {.verdict = i ? c->ended : VERDICT_OK,
                                  .foreign_cores = c->foreign[i],
                                  .took_ns = NS_PER_S};

        metric_set(&o.metrics, METRIC_WALL_S, c->wall_s[i]);
        metric_set(&o.metrics, METRIC_TASKS_DONE, 8);
        assert_int_equal(predict_take(p, i, &o), c->foreign[i] > 0.5);
    }
    predict_conclude(p);
    assert_int_equal(p->verdict, c->want);
    for (int i = 0; i < (c->ended == VERDICT_OK ? 2 : 1); i++) {
        assert_true(p->point[i].has_error);
        assert_float_equal(p->point[i].error, c->error[i], 1e-6);
    }
    predict_free(p);
}

/* Of several real runs the least disturbed one counts. */
static void test_least_disturbed(void **state)
{
    struct prediction *p =
        predicted("primes --tasks 8", "cpus=1",
                  short_run("primes --workers 1 --tasks 8", 8, 10, 0));
    static const double foreign[] = {0.9, 0.5, 0.7};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct sweep_outcome o = {.verdict = VERDICT_OK,
                                  .foreign_cores = foreign[i],
                                  .took_ns = NS_PER_S};

        metric_set(&o.metrics, METRIC_WALL_S, 0.1 + 0.1 * i);
        assert_true(predict_take(p, 0, &o));
    }
    assert_float_equal(p->point[0].outcome.metrics.value[METRIC_WALL_S], 0.2,
                       1e-9);
    predict_conclude(p);
    assert_int_equal(p->verdict, PREDICT_INCONCLUSIVE);
    predict_free(p);
}

/* ---- words and records --------------------------------------------------- */

static void test_words(void **state)
{
    struct prediction *p =
        predicted("primes --tasks 8", "cpus=1,2,4",
                  short_run("primes --workers 1 --tasks 8", 8, 10, 0));
    struct text text = {0};
    const char *line;

    (void)state;
    predict_conclude(p);
    predict_table(p, &text);
    for (line = text_str(&text); *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 80);
    assert_non_null(strstr(text_str(&text), "MODEL"));
    assert_null(strstr(text_str(&text), "MEASURED")); /* nothing ran for real */
    text_fini(&text);
    predict_say_answer(p, &text);
    assert_string_equal(text_str(&text),
                        "On 4 CPUs it would take 20.0 ms, 4.00 times as fast "
                        "as on 1 CPU.");
    text_fini(&text);
    predict_say_short(p, &text);
    assert_non_null(strstr(text_str(&text), "10.0 ms each"));
    text_fini(&text);
    predict_say_limits(p, &text);
    assert_non_null(strstr(text_str(&text), "memory bandwidth"));
    assert_non_null(strstr(text_str(&text), "eevdf"));
    text_fini(&text);
    predict_free(p);
}

/* The whole object is sound, whatever this machine did. */
static void check_record(const char *text, bool real)
{
    json_error_t why;
    json_t *o = json_loads(text, 0, &why), *points, *point;
    double before = 0;
    size_t i;

    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "schema")),
                        "timeslice.predict/1");
    points = json_object_get(o, "points");
    assert_int_equal(json_array_size(points), 3);
    json_array_foreach(points, i, point)
    {
        json_t *model = json_object_get(point, "predicted");
        json_t *metrics = json_object_get(model, "metrics");
        json_t *measured = json_object_get(point, "measured");
        double speedup = json_number_value(json_object_get(model, "speedup"));

        assert_string_equal(json_string_value(json_object_get(model, "badge")),
                            "MODEL");
        assert_int_equal(
            json_integer_value(json_object_get(metrics, "tasks_done")), 4);
        assert_true(json_number_value(json_object_get(metrics, "wall_s")) > 0);
        assert_true(speedup >= before - 1e-9); /* more CPUs, never slower */
        before = speedup;
        if (!real)
            assert_null(measured);
        if (measured)
            assert_string_equal(
                json_string_value(json_object_get(measured, "badge")),
                "MEASURED");
    }
    assert_non_null(json_object_get(o, "limits"));
    json_decref(o);
}

static void test_record(void **state)
{
    struct prediction *p =
        predicted("primes --tasks 4", "cpus=1,2,64",
                  short_run("primes --workers 1 --tasks 4", 4, 10, 0));
    struct text text = {0};

    (void)state;
    predict_conclude(p);
    assert_true(predict_json(p, &text));
    check_record(text_str(&text), false);
    text_fini(&text);
    predict_free(p);
}

/* ---- the program --------------------------------------------------------- */

static struct program_result result;

/* Done or, where others were busy meanwhile, inconclusive. */
static void assert_answered(void)
{
    if (result.status != 0 && result.status != 3)
        fail_msg("status %d: %s", result.status, result.err);
}

static void test_program(void **state)
{
    (void)state;
    program_run(&result, "predict primes --tasks 4 --limit 20000 --on "
                         "cpus=1,2,64 --json --quiet");
    assert_answered();
    check_record(result.out, true);
}

static void test_program_model_only(void **state)
{
    (void)state;
    program_run(&result, "predict primes --tasks 4 --limit 20000 --on "
                         "cpus=1,2,64 --json --quiet --model-only");
    assert_answered();
    check_record(result.out, false);
}

static void test_program_text(void **state)
{
    (void)state;
    program_run(&result, "predict sleep --tasks 8 --task-ms 5 --chunk 1 "
                         "--on sim:rr,slice=1ms,cpus=1,2 --quiet --columns 80");
    assert_answered();
    assert_non_null(strstr(result.out, "MEASURED"));
    assert_non_null(strstr(result.out, "MODEL"));
    assert_non_null(strstr(result.out, "rr"));
}

static const struct program_refusal {
    const char *name, *line, *says;
} program_refusals[] = {
    {"no experiment", "predict --on cpus=2", "experiment"},
    {"counter", "predict counter --on cpus=2", "sweep counter"},
    {"a wrong list", "predict primes --on cpus=x", "\"x\""},
};

static void test_program_refusal(void **state)
{
    const struct program_refusal *c = *state;

    program_run(&result, c->line);
    assert_int_equal(result.status, 2);
    assert_non_null(strstr(result.err, c->says));
    assert_string_equal(result.out, "");
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_workloads),
        cmocka_unit_test(test_like_the_kernel),
        cmocka_unit_test(test_global_lock),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_short_spec),
        cmocka_unit_test(test_long_tasks),
        cmocka_unit_test(test_real_spec),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_least_disturbed),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_program_model_only),
        cmocka_unit_test(test_program_text),
    };
    struct CMUnitTest tests[COUNT(on_cases) + COUNT(check_cases) +
                            COUNT(figure_cases) + COUNT(verdict_cases) +
                            COUNT(program_refusals) + COUNT(others)];
    size_t n = 0;

    n = add_rows(tests, n, on_cases, COUNT(on_cases), sizeof(*on_cases),
                 test_on);
    n = add_rows(tests, n, check_cases, COUNT(check_cases),
                 sizeof(*check_cases), test_check);
    n = add_rows(tests, n, figure_cases, COUNT(figure_cases),
                 sizeof(*figure_cases), test_figures);
    n = add_rows(tests, n, verdict_cases, COUNT(verdict_cases),
                 sizeof(*verdict_cases), test_verdict);
    n = add_rows(tests, n, program_refusals, COUNT(program_refusals),
                 sizeof(*program_refusals), test_program_refusal);
    memcpy(&tests[n], others, sizeof(others));
    return cmocka_run_group_tests_name("predict", tests, NULL, NULL);
}
