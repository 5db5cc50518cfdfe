/* What was explored, as JSON: what is there, what is absent and what is null;
 * and what comes out can be checked as an answer file. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/check.h"
#include "export/explore_json.h"
#include "lib/rows.h"

#define GOLDEN "tests/golden/races.json"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static json_t *golden;

static const json_t *case_of(const char *id)
{
    const json_t *c;
    size_t i;

    json_array_foreach(json_object_get(golden, "cases"), i, c)
    {
        if (strcmp(json_string_value(json_object_get(c, "id")), id) == 0)
            return c;
    }
    fail_msg("there is no case %s", id);
    return NULL;
}

static struct program *program_of(const char *id)
{
    struct program *p = NULL;
    struct err err = {0};

    if (program_from_json(id, json_object_get(case_of(id), "program"), &p,
                          &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

static json_t *explored(const struct program *p, struct explore_request request)
{
    struct explore_result r = {0};
    struct err err = {0};
    json_t *all;

    request.workers = 1;
    if (request.rules.buffer == 0)
        request.rules.buffer = TSL_BUFFER;
    if (explore(p, &request, &r, &err) < 0)
        fail_msg("%s", err.text);
    all = explore_json(p, &request, &r);
    assert_non_null(all);
    explore_fini(&r);
    return all;
}

static void expect(const json_t *all, const char *name, const char *value)
{
    char *text =
        json_dumps(json_object_get(all, name), JSON_ENCODE_ANY | JSON_COMPACT);

    if (!value && text)
        fail_msg("%s is there: %s", name, text);
    if (value && (!text || strcmp(text, value) != 0))
        fail_msg("%s is %s, not %s", name, text ? text : "absent", value);
    free(text);
}

/* ---- what is there ------------------------------------------------------- */

/* Of a case under some request: what a member is; NULL: it is absent. */
static const struct member_case {
    const char *name, *id;
    struct explore_request request;
    struct {
        const char *name, *value;
    } members[12];
} member_cases[] = {
    {"everything is counted",
     "counter_2x1",
     {.rules = {.granularity = GRANULARITY_ACCESS}},
     {{"schema", "\"timeslice.explore/1\""},
      {"program", "\"counter_2x1\""},
      {"memory_model", "\"SC\""},
      {"granularity", "\"access\""},
      {"observe", "[\"x\"]"},
      {"finals", "[[1],[2]]"},
      {"interleavings", "6"},
      {"shortest_thread_steps", NULL},
      {"buffer", NULL},
      {"exhaustive", "true"},
      {"why_not_exhaustive", NULL},
      {"sampled", NULL}}},
    {"with buffers",
     "litmus_SB",
     {.rules = {.granularity = GRANULARITY_ACCESS, .tso = true}},
     {{"memory_model", "\"TSO\""},
      {"shortest_thread_steps", "{\"final\":4}"},
      {"min_preemptions", NULL},
      {"calm_witness", NULL},
      {"buffer", "24"},
      {"buffer_was_full", "false"}}},
    {"instructions",
     "counter_2x1",
     {.rules = {.granularity = GRANULARITY_INSTRUCTION}},
     {{"granularity", "\"instruction\""}, {"interleavings", "20"}}},
    {"endless",
     "lock_tas",
     {.rules = {.granularity = GRANULARITY_ACCESS}},
     {{"interleavings", "null"},
      {"failing_interleavings", "null"},
      {"fail_fraction_uniform_interleavings", "null"},
      {"failing_by_kind", NULL},
      {"traces", NULL},
      {"min_preemptions", NULL},
      {"trap_reachable", "false"},
      {"overtaking", "true"}}},
    {"states only",
     "counter_2x1",
     {.rules = {.granularity = GRANULARITY_ACCESS}, .depth = EXPLORE_STATES},
     {{"finals", "[[1],[2]]"},
      {"shortest", "{\"final\":4}"},
      {"interleavings", NULL},
      {"fail_probability_random_scheduler", NULL},
      {"trap_reachable", NULL},
      {"overtaking", NULL}}},
    {"a verdict only",
     "counter_2x1",
     {.rules = {.granularity = GRANULARITY_ACCESS}, .depth = EXPLORE_VERDICT},
     {{"verdict", "\"fails\""},
      {"finals", NULL},
      {"shortest", NULL},
      {"interleavings", NULL}}},
};

static void member_is(void **state)
{
    const struct member_case *row = *state;
    struct program *p = program_of(row->id);
    json_t *all = explored(p, row->request);

    for (size_t i = 0; i < COUNT(row->members) && row->members[i].name; i++)
        expect(all, row->members[i].name, row->members[i].value);
    json_decref(all);
    program_free(p);
}

/* A result is made by hand where a search would take long. */
static void not_exhaustive(void **state)
{
    struct program *p = program_of("counter_2x1");
    struct explore_request request = {
        .rules = {.granularity = GRANULARITY_ACCESS, .buffer = TSL_BUFFER}};
    struct explore_result r = {
        .judgement = JUDGED_UNKNOWN,
        .traces = -1,
        .failing_traces = -1,
        .uniform = {.value = NAN},
        .random = {.value = NAN},
        .sampled = true,
        .sample = {.schedules = 100, .any = 3, .low = 0.01, .high = 0.08},
    };
    json_t *all;

    (void)state;
    text_add(&r.why_not, "the memory is full");
    r.sample.failing[FAILURE_FINAL] = 3;
    assert_int_equal(schedule_add(&r.sample.witness[FAILURE_FINAL], 1), 0);
    all = explore_json(p, &request, &r);
    expect(all, "verdict", "\"unknown\"");
    expect(all, "exhaustive", "false");
    expect(all, "why_not_exhaustive", "\"the memory is full\"");
    expect(all, "finals", NULL);
    expect(all, "reachable",
           "{\"assert\":null,\"exclusion\":null,\"final\":null,\"deadlock\":"
           "null}");
    expect(all, "sampled",
           "{\"failing_by_kind\":{\"final\":3},\"witness\":{\"final\":[\"T1\"]}"
           ",\"schedules\":100,\"failing\":3,\"endless\":0,\"low\":0.01,"
           "\"high\":0.080000000000000002}");
    json_decref(all);
    schedule_fini(&r.sample.witness[FAILURE_FINAL]);
    text_fini(&r.why_not);
    program_free(p);
}

/* A path may be any bytes. */
static void names_are_utf8(void **state)
{
    struct program *p = program_of("counter_2x1");
    json_t *all;

    (void)state;
    p->name[0] = '\xff';
    all = explored(p, (struct explore_request){
                          .rules = {.granularity = GRANULARITY_ACCESS}});
    assert_string_equal(json_string_value(json_object_get(all, "program")),
                        "\xef\xbf\xbdounter_2x1");
    json_decref(all);
    program_free(p);
}

/* A fault is a failure like the others, and only there when it is reachable. */
static void faults_are_told(void **state)
{
    static const char text[] =
        "{\"shared\":{\"x\":32767},\"threads\":[{\"name\":\"T\",\"code\":[{"
        "\"op\":\"faa\",\"var\":\"x\",\"val\":1}]}]}";
    json_t *root = json_loads(text, 0, NULL), *all;
    struct program *p = NULL;

    (void)state;
    assert_int_equal(program_from_json("p", root, &p, NULL), 0);
    all = explored(p, (struct explore_request){
                          .rules = {.granularity = GRANULARITY_ACCESS}});
    expect(all, "reachable",
           "{\"assert\":false,\"exclusion\":false,\"final\":false,"
           "\"deadlock\":false,\"fault\":true}");
    expect(all, "witness", "{\"fault\":[\"T\"]}");
    expect(all, "finals", "[]");
    expect(all, "interleavings", "1");
    json_decref(all);
    program_free(p);
    json_decref(root);
}

/* ---- as an answer file --------------------------------------------------- */

/* What is printed of @c stands in its results: all of it is as recomputed. */
static void check_printed(const json_t *c, const char *model)
{
    const char *id = json_string_value(json_object_get(c, "id"));
    struct program *p = program_of(id);
    struct explore_request request = {
        .rules = {.granularity = GRANULARITY_ACCESS,
                  .tso = strcmp(model, "TSO") == 0}};
    json_t *root = json_pack("{s:[{s:s, s:O, s:{s:o}}]}", "cases", "id", id,
                             "program", json_object_get(c, "program"),
                             "results", model, explored(p, request));
    struct check_report r = {.format = &check_races};

    assert_non_null(root);
    check_races.recompute(root, &r);
    if (check_failed(&r))
        fail_msg("%s: %s", r.differences[0].where, r.differences[0].what);
    check_fini(&r);
    json_decref(root);
    program_free(p);
}

static void can_be_checked(void **state)
{
    static const char *const models[] = {"SC", "TSO"};
    const json_t *c;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(golden, "cases"), i, c)
    {
        for (size_t m = 0; m < COUNT(models); m++)
            if (json_object_get(json_object_get(c, "results"), models[m]))
                check_printed(c, models[m]);
    }
}

int main(void)
{
    static struct CMUnitTest tests[COUNT(member_cases) + 8];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(not_exhaustive),
        cmocka_unit_test(names_are_utf8),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(can_be_checked),
    };
    size_t n = add_rows(tests, 0, member_cases, COUNT(member_cases),
                        sizeof(member_cases[0]), member_is);
    int rc;

    golden = json_load_file(GOLDEN, 0, NULL);
    if (!golden)
        return 1;
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    rc = _cmocka_run_group_tests("explore json", tests, n, NULL, NULL);
    json_decref(golden);
    return rc;
}
