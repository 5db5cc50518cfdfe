/* "timeslice explore" and "timeslice step", by running the real program: what
 * they print of a few small programs, exit statuses, wrong requests. */
#include <jansson.h>
#include <signal.h>
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
#include "lib/rows.h"

static struct program_result result;

/* ---- programs ------------------------------------------------------------ */

static const struct source {
    const char *name, *text;
} sources[] = {
    {"counter", "shared int x;\n"
                "thread T[2] {\n"
                "  x++;\n"
                "}\n"
                "check final x == 2;\n"},
    {"locked", "shared int x;\n"
               "mutex m;\n"
               "thread T[2] {\n"
               "  lock(m);\n"
               "  x++;\n"
               "  unlock(m);\n"
               "}\n"
               "check final x == 2;\n"},
    {"opposite",
     "shared int x;\n"
     "mutex A, B;\n"
     "thread T0 { lock(A); lock(B); x++; unlock(B); unlock(A); }\n"
     "thread T1 { lock(B); lock(A); x++; unlock(A); unlock(B); }\n"},
    {"wakeup", "shared int x;\n"
               "mutex m;\n"
               "cond c;\n"
               "thread W { lock(m); wait(c, m); unlock(m); }\n"
               "thread S { lock(m); x = 1; signal(c); unlock(m); }\n"},
    {"buffers", "shared int x, y;\n"
                "thread A { x = 1; int r = y; }\n"
                "thread B { y = 1; int r = x; }\n"
                "check final A.r == 1 || B.r == 1;\n"
                "observe A.r, B.r;\n"},
    {"polite", "shared int flag[2];\n"
               "thread T[2] {\n"
               "  flag[me] = 1;\n"
               "  while (flag[1 - me]) ;\n"
               "  critical { work(); }\n"
               "  flag[me] = 0;\n"
               "}\n"},
    {"spinner", "shared int l, x;\n"
                "thread T[2] {\n"
                "  while (xchg(l, 1)) ;\n"
                "  critical { x++; }\n"
                "  l = 0;\n"
                "}\n"
                "check final x == 2;\n"},
    {"meeting", "shared int x;\n"
                "thread T[2] {\n"
                "  critical { x++; }\n"
                "  assert(x < 2);\n"
                "}\n"
                "check final x == 2;\n"},
    {"fault", "shared int x;\n"
              "thread T { x = 1 / x; }\n"},
    {"large", "shared int x;\n"
              "thread T[8] { repeat (20) x++; }\n"},
    {"wrong", "shared int x;\n"
              "thread T { y = 1; }\n"},
};

static int write_programs(void **state)
{
    if (place_make(state) != 0)
        return -1;
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        char name[64];
        FILE *f;

        snprintf(name, sizeof(name), "%s.tsl", sources[i].name);
        f = fopen(place_path(name), "w");
        if (!f || fputs(sources[i].text, f) == EOF || fclose(f) != 0)
            return -1;
    }
    return 0;
}

/* "explore counter.tsl --tso" with the file where it is. */
static void run(const char *line)
{
    char words[4096], name[64];
    const char *file = strstr(line, ".tsl"), *from = file;

    if (!file) {
        program_run(&result, line);
        return;
    }
    while (from > line && from[-1] != ' ')
        from--;
    snprintf(name, sizeof(name), "%.*s", (int)(file + 4 - from), from);
    snprintf(words, sizeof(words), "%.*s%s%s", (int)(from - line), line,
             place_path(name), file + 4);
    program_run(&result, words);
}

/* ---- what is printed ----------------------------------------------------- */

/* Without the lines that are never the same twice. */
static void without_figures(char *text)
{
    static const char *const lines[] = {"  time ", "  memory "};
    bool drop = false;
    char *to = text;

    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");

        length += at[length] == '\n';
        drop = drop && strncmp(at, "     ", 5) == 0; /* it goes on there */
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
            drop |= strncmp(at, lines[i], strlen(lines[i])) == 0;
        if (!drop) {
            memmove(to, at, length);
            to += length;
        }
        at += length;
    }
    *to = '\0';
}

static const struct report_case {
    const char *name, *line; /* the name is the golden file's, too */
    int status;
} reports[] = {
    {"explore_counter", "explore counter.tsl", EXIT_FAILED},
    {"explore_counter_instructions",
     "explore counter.tsl --granularity instruction", EXIT_FAILED},
    {"explore_counter_statements",
     "explore counter.tsl --granularity statement", EXIT_DONE},
    {"explore_counter_from", "explore counter.tsl --schedule 0,1", EXIT_FAILED},
    {"explore_counter_states", "explore counter.tsl --states", EXIT_FAILED},
    {"explore_counter_random", "explore counter.tsl --random 1000 --seed 2",
     EXIT_FAILED},
    {"explore_locked", "explore locked.tsl", EXIT_DONE},
    {"explore_locked_random", "explore locked.tsl --random 100",
     EXIT_INCONCLUSIVE},
    {"explore_opposite", "explore opposite.tsl", EXIT_FAILED},
    {"explore_opposite_narrow", "explore opposite.tsl --columns 40",
     EXIT_FAILED},
    {"explore_wakeup", "explore wakeup.tsl", EXIT_FAILED},
    {"explore_buffers", "explore buffers.tsl", EXIT_DONE},
    {"explore_buffers_tso", "explore buffers.tsl --tso", EXIT_FAILED},
    {"explore_polite", "explore polite.tsl", EXIT_FAILED},
    {"explore_spinner", "explore spinner.tsl", EXIT_DONE},
    {"explore_meeting", "explore meeting.tsl", EXIT_FAILED},
    {"explore_fault", "explore fault.tsl", EXIT_FAILED},
    {"step_counter", "step counter.tsl", EXIT_DONE},
    {"step_counter_lost", "step counter.tsl --schedule 0,1,0,1", EXIT_FAILED},
    {"step_counter_random",
     "step counter.tsl --random all --seed 3 --granularity instruction",
     EXIT_FAILED},
    {"step_opposite", "step opposite.tsl --schedule 0,1", EXIT_FAILED},
    {"step_wakeup", "step wakeup.tsl --schedule 0,0,1*3", EXIT_DONE},
    {"step_wakeup_lost", "step wakeup.tsl --schedule 1*4,0,0", EXIT_FAILED},
    {"step_buffers", "step buffers.tsl --tso --schedule 0,0,1,f1", EXIT_DONE},
    {"step_spinner", "step spinner.tsl --schedule 0,1*9,0*3,1", EXIT_DONE},
    {"step_fault", "step fault.tsl --schedule 0", EXIT_FAILED},
};

static void prints(void **state)
{
    const struct report_case *c = *state;
    char name[128];

    run(c->line);
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, c->status);
    without_figures(result.out);
    snprintf(name, sizeof(name), "%s.txt", c->name);
    golden_check(name, result.out);
}

/* ---- without a report ---------------------------------------------------- */

static const struct status_case {
    const char *name, *line;
    int status;
    const char *says; /* in what is printed */
} statuses[] = {
    {"only the verdict: fails", "explore counter.tsl --verdict", EXIT_FAILED,
     "It can fail"},
    {"only the verdict: ok", "explore locked.tsl --verdict", EXIT_DONE,
     "No schedule fails"},
    {"one worker", "explore locked.tsl --workers 1", EXIT_DONE, "1 worker"},
    {"a small buffer", "explore buffers.tsl --tso --buffer 1", EXIT_FAILED,
     "It can fail"},
    {"registers kept", "explore counter.tsl --keep-registers", EXIT_FAILED,
     "in 4 of 6 schedules"},
    {"of the library", "explore lost-update --verdict", EXIT_FAILED,
     "lost-update"},
    {"the library", "explore", EXIT_DONE, "lost-update"},
    {"the library, to step", "step", EXIT_DONE, "timeslice step NAME"},
    {"the library as a list", "list races", EXIT_DONE, "lost-update"},
};

static void ends_with(void **state)
{
    const struct status_case *c = *state;

    run(c->line);
    assert_string_equal(result.err, "");
    if (!strstr(result.out, c->says))
        fail_msg("\"%s\" does not say \"%s\"", result.out, c->says);
    assert_int_equal(result.status, c->status);
}

/* ---- wrong requests ------------------------------------------------------ */

static const struct refusal_case {
    const char *name, *line, *says;
} refusals[] = {
    {"no such program", "explore nowhere.tsx", "nowhere.tsx"},
    {"mistyped", "step lost-updat", "did you mean \"lost-update\"?"},
    {"two programs", "explore counter.tsl lost-update",
     "one program at a time, not \"lost-update\" too"},
    {"a program with a mistake", "explore wrong.tsl", "wrong.tsl:2:12: "},
    {"an option mistyped", "explore counter.tsl --tos", "\"--tso\""},
    {"a granularity unknown", "step counter.tsl --granularity line",
     "statement|access|instruction"},
    {"a thread unknown", "explore counter.tsl --schedule 0,2",
     "word 2 of the schedule, \"2\", names no thread"},
    {"an impossible step", "step counter.tsl --schedule 0,0,0",
     "step 3 of the schedule (T0) cannot be done: T0 has ended"},
    {"an impossible step to go on from",
     "explore opposite.tsl --schedule 0,1,0",
     "step 3 of the schedule (T0) cannot be done: T0 cannot move: it waits for "
     "lock B, held by T1"},
    {"no buffers to flush", "step buffers.tsl --schedule 0,f0", "without TSO"},
    {"a buffer without TSO", "explore counter.tsl --buffer 2", "--tso"},
    {"a buffer too large", "explore counter.tsl --tso --buffer 25", "1 to 24"},
    {"no workers", "explore counter.tsl --workers 0", "1 to 64"},
    {"little memory", "explore counter.tsl --memory 5", "512M or 8G"},
    {"memory in words", "explore counter.tsl --memory much", "\"much\""},
    {"no random schedules", "explore counter.tsl --random 0", "--random"},
    {"a seed of words", "explore counter.tsl --seed x", "--seed"},
    {"two depths", "explore counter.tsl --verdict --states", "--verdict"},
    {"random and the verdict", "explore counter.tsl --random 5 --verdict",
     "prove nothing"},
    {"how long, of what?", "explore counter.tsl --for 2s", "--real"},
    {"random steps in words", "step counter.tsl --random some", "or all"},
    {"a theme without a screen", "step counter.tsl --theme dark", "--theme"},
    {"a case of a plain file", "step counter.tsl --case x", "\"x\""},
    {"no such exercise", "explore counter.tsl --repairs nothing-like-this",
     "nothing-like-this"},
    {"too narrow", "explore counter.tsl --columns 5", "20"},
};

static void refuses(void **state)
{
    const struct refusal_case *c = *state;
    const char *end;

    run(c->line);
    assert_string_equal(result.out, "");
    assert_int_equal(strncmp(result.err, "timeslice: ", 11), 0);
    end = strchr(result.err, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    if (!strstr(result.err, c->says))
        fail_msg("\"%s\" does not say \"%s\"", result.err, c->says);
    assert_int_equal(result.status, EXIT_REQUEST);
}

/* ---- for other programs -------------------------------------------------- */

static json_t *read_record(void)
{
    json_error_t wrong;
    json_t *o = json_loads(result.out, 0, &wrong);

    if (!o)
        fail_msg("line %d: %s", wrong.line, wrong.text);
    assert_string_equal(json_string_value(json_object_get(o, "schema")),
                        "timeslice.explore/1");
    return o;
}

static void record_of_all(void **state)
{
    json_t *o;

    (void)state;
    run("explore counter.tsl --json");
    assert_int_equal(result.status, EXIT_FAILED);
    o = read_record();
    json_decref(o);
}

static void record_of_random_schedules(void **state)
{
    json_t *o;

    (void)state;
    run("explore locked.tsl --json --random 10");
    assert_int_equal(result.status, EXIT_INCONCLUSIVE);
    o = read_record();
    json_decref(o);
}

/* ---- repairs, and being interrupted -------------------------------------- */

static void repairs(void **state)
{
    (void)state;
    run("explore lost-update --repairs lost-update");
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.out, "REPAIR of "));
    assert_non_null(strstr(result.out, "not yet"));
    run("explore locked.tsl --repairs lost-update-twice");
    assert_int_equal(result.status, EXIT_FAILED);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "this repairs nothing: "));
}

static void ends_when_interrupted(void **state)
{
    char line[PLACE_PATH + 128];
    struct program p;

    (void)state;
    snprintf(line, sizeof(line), "explore %s --workers 2 --memory 512M",
             place_path("large.tsl"));
    program_start(&p, line, NULL);
    usleep(200 * 1000); /* wherever it is by then */
    kill(p.pid, SIGINT);
    program_collect(&p, &result);
    assert_int_equal(result.status, EXIT_INTERRUPTED);
    assert_string_equal(result.out, "");
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(record_of_all),
        cmocka_unit_test(record_of_random_schedules),
        cmocka_unit_test(repairs),
        cmocka_unit_test(ends_when_interrupted),
    };
    size_t n = 4;

#define ROWS(rows, test)                                                       \
    n = add_rows(tests, n, rows, sizeof(rows) / sizeof((rows)[0]),             \
                 sizeof((rows)[0]), test)
    ROWS(reports, prints);
    ROWS(statuses, ends_with);
    ROWS(refusals, refuses);
#undef ROWS
    return _cmocka_run_group_tests("explore_cli", tests, n, write_programs,
                                   place_remove);
}
