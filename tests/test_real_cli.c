/* "timeslice explore --real" as a person uses it. No timings, and no outcome
 * that chance decides. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/place.h"
#include "lib/program.h"
#include "lib/rows.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define GOLDEN "explore tests/golden/races.json --case "
#define OWN "explore tests/golden/real.json --case "

static struct program_result result;

static const struct text_case {
    const char *name, *line;
    int status;
    const char *says[4]; /* on stdout, or on stderr when .status is not 0 */
} text_cases[] = {
    {"outcomes stand beside each other",
     GOLDEN "litmus_SB --real "
            "--executions 5000",
     0,
     {"litmus_SB: run for real, 5,000 times in", "among those possible",
      "MODEL (TSO)", "MEASURED"}},
    {"one outcome",
     GOLDEN "counter_mutex_2x2 --real --executions 2000",
     0,
     {"The outcome seen is the only one possible.", " 4 "}},
    {"nothing ends",
     OWN "signal_first --real --executions 200",
     0,
     {"No execution ended normally, and by the model none can.",
      "deadlock  possible by the model; seen in 200 executions (100 %)"}},
    {"a fault",
     OWN "overflow --real --executions 200",
     0,
     {"fault     possible by the model; seen in 200 executions (100 %)"}},
    {"whatever the model was to be otherwise",
     GOLDEN "litmus_SB --real --executions 2000 --granularity statement",
     0,
     {"MODEL (TSO)", "among those possible"}},
    {"a time",
     GOLDEN "litmus_MP --real --for 50ms",
     0,
     {"among those possible"}},
    {"a loop that waits is refused",
     GOLDEN "lock_tas --real",
     2,
     {"cannot be run for real (T0, ", "the loop may go round"}},
    {"await is refused",
     GOLDEN "message_passing_ok --real",
     2,
     {"cannot be run for real", "await"}},
    {"no such time",
     GOLDEN "litmus_SB --real --for soon",
     2,
     {"--for cannot be \"soon\"; it is a time such as 2s"}},
    {"no such number",
     GOLDEN "litmus_SB --real --executions 0",
     2,
     {"--executions cannot be \"0\""}},
    {"a time without a run", GOLDEN "litmus_SB --for 2s", 2, {"--real"}},
};

static void says(void **state)
{
    const struct text_case *c = *state;

    program_run(&result, c->line);
    if (result.status != c->status)
        fail_msg("status %d: %s%s", result.status, result.out, result.err);
    for (size_t i = 0; i < COUNT(c->says) && c->says[i]; i++)
        if (!strstr(c->status ? result.err : result.out, c->says[i]))
            fail_msg("no \"%s\" in: %s%s", c->says[i], result.out, result.err);
    if (c->status)
        assert_string_equal(result.out, "");
}

static void as_json(void **state)
{
    json_t *all, *real, *row;
    int64_t times = 0;
    size_t i;

    (void)state;
    program_run(&result, GOLDEN "litmus_SB --real --executions 3000 --json");
    assert_int_equal(result.status, 0);
    all = json_loads(result.out, 0, NULL);
    real = json_object_get(all, "real");
    assert_string_equal(json_string_value(json_object_get(real, "badge")),
                        "MEASURED");
    assert_string_equal(json_string_value(json_object_get(real, "answer")),
                        "agrees");
    assert_int_equal(json_integer_value(json_object_get(real, "executions")),
                     3000);
    assert_int_equal(json_array_size(json_object_get(real, "outcomes")), 4);
    json_array_foreach(json_object_get(real, "outcomes"), i, row)
    {
        times += json_integer_value(json_object_get(row, "times"));
        assert_true(json_is_true(json_object_get(row, "possible")));
    }
    assert_int_equal(times, 3000);
    assert_non_null(json_object_get(all, "finals"));
    json_decref(all);
}

static void killed_leaves_nobody(void **state)
{
    (void)state;
    program_killed_leaves_nobody(GOLDEN "litmus_SB --real --for 1min");
}

int main(void)
{
    struct CMUnitTest tests[COUNT(text_cases) + 2] = {
        cmocka_unit_test(as_json),
        cmocka_unit_test(killed_leaves_nobody),
    };
    size_t n = add_rows(tests, 2, text_cases, COUNT(text_cases),
                        sizeof(text_cases[0]), says);

    return _cmocka_run_group_tests("real on the command line", tests, n,
                                   place_make, place_remove);
}
