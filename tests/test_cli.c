/* The command line, by running the real program: a wrong request gets one
 * sentence and exit 2 with nothing started; what is printed from the tables
 * holds every entry of the tables; the records parse. */
#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "cli/cli.h"
#include "lib/program.h"
#include "spec/spec.h"
#include "spec/metric.h"

static struct program_result result;

/* ---- wrong requests ------------------------------------------------------ */

/* @says: what the sentence must name. */
static const struct refusal_case {
    const char *name, *line, *says;
} refusals[] = {
    {"a command mistyped", "rn", "\"run\""},
    {"a command unknown", "bogus", "\"bogus\""},
    {"a workload as command", "primes", "timeslice run primes"},
    {"an option nobody has", "--bogus", "\"--bogus\""},
    {"run without experiment", "run", "experiment"},
    {"a workload mistyped", "run prime", "\"primes\""},
    {"an option mistyped", "run primes --jsno", "\"--json\""},
    {"a setting mistyped", "run primes --worker 2", "\"--workers\""},
    {"two workloads", "run primes counter", "counter"},
    {"a value missing", "run primes --workers", "--workers"},
    {"a number too small", "run primes --workers 0", "--workers"},
    {"not a number", "run primes --workers two", "two"},
    {"a choice mistyped", "run primes --model thread", "threads"},
    {"a setting of others", "run primes --sync mutex", "--sync"},
    {"a processor it has not", "run primes --cpus 1023", "1023"},
    {"two formats at once", "run primes --json --csv", "--csv"},
    {"a flag with a value", "run primes --json=yes", "--json"},
    {"no file for trace", "run primes --trace", "FILE"},
    {"trace to stdout", "run primes --trace -", "--json"},
    {"trace to a folder", "run primes --trace /", "folder"},
    {"trace to nowhere", "run primes --trace /nowhere/at/all", "/nowhere"},
    {"too narrow", "run primes --columns 5", "20"},
    {"quiet and not", "run primes --quiet --report", "--quiet"},
    {"a screen without terminal", "lab primes", "terminal"},
    {"a race of others", "race sleep", "counter"},
    {"a theme unknown", "lab --theme pink", "dark"},
    {"a list unknown", "list lock", "\"locks\""},
    {"two lists", "list locks models", "models"},
    {"a shell unknown", "completions tcsh", "bash"},
    {"no shell", "completions", "bash"},
    {"help for nothing", "help rnu", "\"run\""},
    {"a word too many", "doctor now", "now"},
    {"tour with a word", "tour x", "\"x\""},
};

static void refuses(void **state)
{
    const struct refusal_case *c = *state;
    const char *end;

    program_run(&result, c->line);
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_string_equal(result.out, "");
    /* One sentence on one line. */
    assert_int_equal(strncmp(result.err, "timeslice: ", 11), 0);
    end = strchr(result.err, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    if (!strstr(result.err, c->says))
        fail_msg("\"%s\" does not say \"%s\"", result.err, c->says);
}

/* Nothing was started: no file appears, though the path was good. */
static void refusal_leaves_no_file(void **state)
{
    char path[64], line[128];

    (void)state;
    snprintf(path, sizeof(path), "/tmp/timeslice-test-%d.json", (int)getpid());
    snprintf(line, sizeof(line), "run primes --workers 0 --trace %s", path);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* ---- from the tables ----------------------------------------------------- */

static void holds(const char *word)
{
    if (!strstr(result.out, word))
        fail_msg("no \"%s\" in what was printed", word);
}

static void holds_commands(void)
{
    for (const struct command *c = cli_commands; c->name; c++) {
        holds(c->name);
        for (const struct command_option *o = c->options; o && o->name; o++)
            holds(o->name);
    }
}

static void holds_experiments(void)
{
    for (int i = 0; spec_workload_words[i]; i++)
        holds(spec_workload_words[i]);
    for (int i = 0; i < spec_setting_count; i++)
        holds(spec_settings[i].name);
}

static void help_shows_every_command(void **state)
{
    (void)state;
    program_run(&result, "help");
    assert_int_equal(result.status, EXIT_DONE);
    for (const struct command *c = cli_commands; c->name; c++) {
        holds(c->name);
        holds(c->summary);
    }
    /* Examples come first. */
    assert_true(strstr(result.out, "Examples:") <
                strstr(result.out, "Commands:"));
}

static void help_is_the_same_by_any_name(void **state)
{
    char *first;

    (void)state;
    program_run(&result, "help run");
    assert_int_equal(result.status, EXIT_DONE);
    holds_experiments();
    first = strdup(result.out);
    program_run(&result, "run --help");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.out, first);
    free(first);

    program_run(&result, "--help");
    first = strdup(result.out);
    program_run(&result, "-h");
    assert_string_equal(result.out, first);
    program_run(&result, "help");
    assert_string_equal(result.out, first);
    free(first);
}

static void help_fits_80_columns(void **state)
{
    (void)state;
    for (const struct command *c = cli_commands; c->name; c++) {
        char line[64];

        snprintf(line, sizeof(line), "help %s", c->name);
        program_run(&result, line);
        assert_int_equal(result.status, EXIT_DONE);
        for (char *rest = result.out, *row; (row = strsep(&rest, "\n"));)
            if (text_columns(row) > 80)
                fail_msg("too wide: %s", row);
    }
}

static void list_shows_every_word(void **state)
{
    (void)state;
    program_run(&result, "list");
    assert_int_equal(result.status, EXIT_DONE);
    holds_experiments();
    for (int i = 0; i < METRIC_COUNT; i++)
        holds(metric_infos[i].name);
    for (int i = 0; spec_sync_words[i]; i++)
        holds(spec_sync_words[i]);
    for (int i = 0; spec_model_words[i]; i++)
        holds(spec_model_words[i]);
    for (int i = 0; spec_observer_words[i]; i++)
        holds(spec_observer_words[i]);
}

/* Each program of the library with its family, as text and as JSON. */
static void list_shows_races(void **state)
{
    struct program_result *text = malloc(sizeof(*text));
    json_t *json;

    (void)state;
    assert_non_null(text);
    program_run(text, "list races");
    assert_int_equal(text->status, EXIT_DONE);
    program_run(&result, "list races --json");
    assert_int_equal(result.status, EXIT_DONE);
    json = json_loads(result.out, 0, NULL);
    assert_true(json_array_size(json) >= 45);
    for (size_t i = 0; i < json_array_size(json); i++) {
        static const char *const members[] = {"name", "family", "path",
                                              "summary", "teaches"};
        json_t *e = json_array_get(json, i);

        for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++) {
            json_t *member = json_object_get(e, members[k]);

            assert_true(json_is_string(member));
            if (k < 2 && !strstr(text->out, json_string_value(member)))
                fail_msg("no %s", json_string_value(member));
        }
    }
    json_decref(json);
    free(text);
}

static void list_is_json(void **state)
{
    json_t *json;

    (void)state;
    program_run(&result, "list --json");
    assert_int_equal(result.status, EXIT_DONE);
    json = json_loads(result.out, 0, NULL);
    for (const struct command *c = cli_commands; c->name; c++)
        for (const struct command_option *w = c->words;
             w && w->name && strcmp(c->name, "list") == 0; w++)
            assert_true(json_array_size(json_object_get(json, w->name)) > 0);
    json_decref(json);
}

static void completions_know_every_word(void **state)
{
    (void)state;
    for (const struct command *c = cli_commands; c->name; c++) {
        if (strcmp(c->name, "completions") != 0)
            continue;
        for (int i = 0; c->words[i].name; i++) {
            char line[64];

            snprintf(line, sizeof(line), "completions %s", c->words[i].name);
            program_run(&result, line);
            assert_int_equal(result.status, EXIT_DONE);
            holds_commands();
            holds_experiments();
        }
    }
}

/* The shell itself reads the script, where it is installed. */
static void bash_takes_its_completions(void **state)
{
    char command[4400];
    char found[64] = "";
    FILE *shell;

    (void)state;
    if (system("command -v bash >/dev/null 2>&1") != 0) {
        puts("skipped: there is no bash here");
        skip();
    }
    snprintf(command, sizeof(command),
             "bash -c '. <(\"%s\" completions bash); COMP_WORDS=(timeslice run "
             "--model g); COMP_CWORD=3; _timeslice; echo \"${COMPREPLY[*]}\"'",
             program_path());
    shell = popen(command, "r");
    assert_non_null(shell);
    assert_non_null(fgets(found, sizeof(found), shell));
    assert_int_equal(pclose(shell), 0);
    assert_string_equal(found, "gil\n");
}

static void man_page_holds_everything(void **state)
{
    (void)state;
    program_run(&result, "man");
    assert_int_equal(result.status, EXIT_DONE);
    assert_int_equal(strncmp(result.out, ".TH TIMESLICE 1", 15), 0);
    for (const struct command *c = cli_commands; c->name; c++)
        holds(c->name);
    for (int i = 0; i < METRIC_COUNT; i++)
        holds(metric_infos[i].name);
    /* A line that begins with a dot is a request that roff knows. */
    for (char *rest = result.out, *row; (row = strsep(&rest, "\n"));)
        if (row[0] == '.' && !strstr(".TH .SH .SS .TP .RS .RE .B  .RI .I  .br",
                                     (char[4]){row[0], row[1], row[2], 0}))
            fail_msg("not a request: %s", row);
}

static void version_is_one_line(void **state)
{
    (void)state;
    program_run(&result, "--version");
    assert_int_equal(result.status, EXIT_DONE);
    assert_int_equal(strncmp(result.out, "timeslice ", 10), 0);
}

/* ---- records ------------------------------------------------------------- */

static json_t *parse(void)
{
    json_error_t error;
    json_t *all = json_loads(result.out, 0, &error);

    if (!all)
        fail_msg("not JSON, line %d: %s", error.line, error.text);
    return all;
}

static const char *string_of(const json_t *all, const char *key)
{
    const char *value = json_string_value(json_object_get(all, key));

    if (!value)
        fail_msg("no \"%s\"", key);
    return value ? value : "";
}

static void run_gives_a_record(void **state)
{
    json_t *all, *metrics;

    (void)state;
    program_run(&result,
                "run --json primes --tasks 6 --limit 1000 --workers 2");
    assert_int_equal(result.status, EXIT_DONE);
    all = parse();
    assert_string_equal(string_of(all, "schema"), "timeslice.run/1");
    assert_string_equal(string_of(all, "verdict"), "ok");
    assert_non_null(strstr(string_of(all, "experiment"), "primes"));
    metrics = json_object_get(all, "metrics");
    assert_int_equal(json_number_value(json_object_get(metrics, "tasks_done")),
                     6);
    assert_int_equal(json_array_size(json_object_get(all, "workers")), 2);
    json_decref(all);
}

/* What the record calls its experiment can be run as it stands. */
static void record_runs_again(void **state)
{
    char line[512];
    json_t *all;
    double first;

    (void)state;
    program_run(&result, "run --json sumsquares --tasks 4 --limit 5k -w 2");
    assert_int_equal(result.status, EXIT_DONE);
    all = parse();
    first = json_number_value(
        json_object_get(json_object_get(all, "metrics"), "checksum"));
    snprintf(line, sizeof(line), "run --json %s", string_of(all, "experiment"));
    json_decref(all);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_DONE);
    all = parse();
    assert_true(first == json_number_value(json_object_get(
                             json_object_get(all, "metrics"), "checksum")));
    json_decref(all);
}

static int count_columns(const char *row)
{
    int columns = 1;
    bool quoted = false;

    for (; *row && *row != '\n'; row++) {
        quoted ^= *row == '"';
        columns += *row == ',' && !quoted;
    }
    return columns;
}

static void csv_has_a_value_a_column(void **state)
{
    const char *second;

    (void)state;
    program_run(&result, "run --csv primes --tasks 4 --limit 1000 --workers 2");
    assert_int_equal(result.status, EXIT_DONE);
    second = strchr(result.out, '\n');
    assert_non_null(second);
    assert_int_equal(count_columns(result.out), METRIC_COUNT + 2);
    assert_int_equal(count_columns(second + 1), METRIC_COUNT + 2);
    assert_string_equal(strchr(second + 1, '\n'), "\n");
}

static void report_goes_where_it_should(void **state)
{
    (void)state;
    program_run(&result, "run primes --tasks 4 --limit 1000 --ascii");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_not_equal(result.out, "");
    assert_string_equal(result.err, "");
    for (const char *c = result.out; *c; c++) /* nor colours: no terminal */
        assert_true((*c >= ' ' && *c <= '~') || *c == '\n');

    program_run(&result, "run primes --tasks 4 --limit 1000 --quiet");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.out, "");

    program_run(&result, "run primes --tasks 4 --limit 1000 --json --report");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_not_equal(result.err, "");
    json_decref(parse());
}

static void trace_file_is_json(void **state)
{
    char path[64], line[160];
    json_error_t error;
    json_t *all, *events;
    struct stat st;

    (void)state;
    snprintf(path, sizeof(path), "/tmp/timeslice-test-%d.json", (int)getpid());
    snprintf(line, sizeof(line),
             "run primes --tasks 6 --limit 1000 --quiet --trace %s", path);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_DONE);
    assert_int_equal(stat(path, &st), 0);
    all = json_load_file(path, 0, &error);
    unlink(path);
    if (!all)
        fail_msg("not JSON, line %d: %s", error.line, error.text);
    events = json_is_array(all) ? all : json_object_get(all, "traceEvents");
    assert_true(json_array_size(events) > 0);
    json_decref(all);
}

static void doctor_gives_a_record(void **state)
{
    json_t *all;

    (void)state;
    program_run(&result, "doctor --json");
    assert_int_equal(result.status, EXIT_DONE);
    all = parse();
    assert_string_equal(string_of(all, "schema"), "timeslice.doctor/1");
    assert_int_equal(json_array_size(json_object_get(all, "observers")), 4);
    json_decref(all);

    program_run(&result, "doctor");
    assert_int_equal(result.status, EXIT_DONE);
    holds("Verdict");
}

static void tour_without_a_terminal(void **state)
{
    (void)state;
    program_run(&result, "");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.err, "");
    for (int i = 1; i <= 4; i++) {
        char heading[16];

        snprintf(heading, sizeof(heading), "\n%d. ", i);
        holds(heading);
    }
}

int main(void)
{
    enum { CASES = sizeof(refusals) / sizeof(refusals[0]) };
    static struct CMUnitTest tests[CASES + 32];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(refusal_leaves_no_file),
        cmocka_unit_test(help_shows_every_command),
        cmocka_unit_test(help_is_the_same_by_any_name),
        cmocka_unit_test(help_fits_80_columns),
        cmocka_unit_test(list_shows_every_word),
        cmocka_unit_test(list_shows_races),
        cmocka_unit_test(list_is_json),
        cmocka_unit_test(completions_know_every_word),
        cmocka_unit_test(bash_takes_its_completions),
        cmocka_unit_test(man_page_holds_everything),
        cmocka_unit_test(version_is_one_line),
        cmocka_unit_test(run_gives_a_record),
        cmocka_unit_test(record_runs_again),
        cmocka_unit_test(csv_has_a_value_a_column),
        cmocka_unit_test(report_goes_where_it_should),
        cmocka_unit_test(trace_file_is_json),
        cmocka_unit_test(doctor_gives_a_record),
        cmocka_unit_test(tour_without_a_terminal),
    };
    size_t n = 0;

    for (; n < CASES; n++)
        tests[n] = (struct CMUnitTest){
            .name = refusals[n].name,
            .test_func = refuses,
            .initial_state = (void *)(uintptr_t)&refusals[n],
        };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("cli", tests, n, NULL, NULL);
}
