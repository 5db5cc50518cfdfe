/* The command workload: words, inputs, exit codes, output, nobody left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/drive.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "spec/inputs.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/timeslice-test.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

/* ---- words -------------------------------------------------------------- */

/* "|" between the words that come out. */
static const struct words_case {
    const char *name, *line, *input;
    int64_t number;
    const char *want;
} words_cases[] = {
    {"a place in a word", "command -- cp {} out/{}.bak", "a b", 1,
     "cp|a b|out/a b.bak"},
    {"the number", "command -- echo {#} {}", "x", 7, "echo|7|x"},
    {"no place: the input comes last", "command --inputs l -- wc -l", "f", 1,
     "wc|-l|f"},
    {"no place, no inputs: nothing is added", "command -- true", "3", 3,
     "true"},
    {"quotes group", "command -- echo 'a  b' \"c'd\"", "", 1, "echo|a  b|c'd"},
    {"an option of the command is its own", "command -- ls --workers -w4", "",
     1, "ls|--workers|-w4"},
    {"an input is one word, whatever is in it", "command -- echo {}",
     "$(rm -rf /); 'x'", 1, "echo|$(rm -rf /); 'x'"},
    {"sh gets the input in quotes", "command --shell yes -- 'cat {} | wc'",
     "it's", 1, "sh|-c|cat 'it'\\''s' | wc "},
};

static void words_are_made(void **state)
{
    const struct words_case *c = *state;
    struct text got = {0};
    struct err err = {0};
    struct spec spec;
    char **words;

    if (spec_parse_line(&spec, c->line, &err) < 0)
        fail_msg("%s", err.text);
    words = inputs_words(&spec, c->input, c->number);
    assert_non_null(words);
    for (int i = 0; words[i]; i++)
        text_addf(&got, "%s%s", i > 0 ? "|" : "", words[i]);
    assert_string_equal(text_str(&got), c->want);
    text_fini(&got);
    free(words);
}

static void a_line_gives_its_command_again(void **state)
{
    static const char *const lines[] = {
        "command -- echo {}",
        "command --workers 3 --inputs list.txt -- sh -c 'a \"b\" c' {}",
        "command -- printf '%s\n' \"it's\" ''",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct text once = {0}, twice = {0};
        struct spec a, b;
        struct err err = {0};

        assert_int_equal(spec_parse_line(&a, lines[i], &err), 0);
        spec_format(&a, &once);
        assert_int_equal(spec_parse_line(&b, text_str(&once), &err), 0);
        spec_format(&b, &twice);
        assert_string_equal(text_str(&once), text_str(&twice));
        assert_string_equal(a.command, b.command);
        text_fini(&once);
        text_fini(&twice);
    }
}

/* ---- inputs ------------------------------------------------------------- */

static void inputs_are_lines(void **state)
{
    struct inputs in;
    struct err err = {0};

    (void)state;
    write_file("list", "one\r\n\ntwo words\nlast");
    assert_int_equal(inputs_read(&in, in_folder("list"), &err), 0);
    assert_int_equal(in.count, 3);
    assert_string_equal(in.lines[0], "one");
    assert_string_equal(in.lines[1], "two words");
    assert_string_equal(in.lines[2], "last");
    inputs_fini(&in);
    write_file("list", "\n\n");
    assert_int_equal(inputs_read(&in, in_folder("list"), &err), -EINVAL);
    assert_non_null(strstr(err.text, "no line"));
    assert_int_equal(inputs_read(&in, folder, &err), -EINVAL);
    assert_non_null(strstr(err.text, "is no file"));
}

/* ---- runs --------------------------------------------------------------- */

static void every_input_has_its_command(void **state)
{
    static const char *const models[] = {"sequential", "threads", "processes"};
    char line[256], path[160], got[32];

    (void)state;
    write_file("list", "a b\nc\nd\n");
    for (size_t i = 0; i < COUNT(models); i++) {
        struct source *s;
        FILE *f;

        snprintf(line, sizeof(line),
                 "command --model %s --inputs %s/list --output keep --dir "
                 "%s/out%zu -- echo got {}",
                 models[i], folder, folder, i);
        s = drive_run(line);
        assert_int_equal(s->trace->verdict, VERDICT_OK);
        assert_int_equal(drive_metric(s, METRIC_TASKS_DONE), 3);
        assert_true(drive_metric(s, METRIC_CHILD_CPU_S) >= 0);
        assert_true(drive_metric(s, METRIC_CHILD_RSS_BYTES) > 0);
        for (int m = METRIC_CHILD_READY_S; m <= METRIC_CHILD_BLOCKS_OUT; m++)
            assert_true(drive_metric(s, (enum metric)m) >= 0);
        assert_int_equal(s->trace->observer.kind, OBSERVER_SAMPLED);
        s->class->close(s);
        snprintf(path, sizeof(path), "%s/out%zu/000001.out", folder, i);
        f = fopen(path, "r");
        assert_non_null(f);
        assert_non_null(fgets(got, sizeof(got), f));
        assert_string_equal(got, "got a b\n");
        fclose(f);
    }
}

static void failures_are_named(void **state)
{
    struct source *s;

    (void)state;
    s = drive_run("command --tasks 4 --shell yes -- 'test {} != 3 || exit 9'");
    assert_int_equal(s->trace->verdict, VERDICT_FAILED);
    assert_int_equal(drive_metric(s, METRIC_TASKS_DONE), 3);
    assert_int_equal(drive_metric(s, METRIC_TASKS_FAILED), 1);
    assert_int_equal(s->trace->failures[0].task, 2);
    assert_string_equal(s->trace->failures[0].why, "exit status 9");
    assert_non_null(strstr(s->trace->error, "number 3 (exit status 9)"));
    s->class->close(s);
    s = drive_run("command --tasks 1 -- sh -c 'kill -9 $$'");
    assert_non_null(strstr(s->trace->failures[0].why, "ended by signal 9"));
    s->class->close(s);
}

/* Programs that cannot begin say why, and leave nobody behind. */
static void programs_that_cannot_begin_are_named(void **state)
{
    struct source *s;
    char line[200];

    (void)state;
    write_file("no-program", "no program at all");
    assert_int_equal(chmod(in_folder("no-program"), 0755), 0);
    snprintf(line, sizeof(line), "command --tasks 3 --workers 2 -- %s",
             in_folder("no-program"));
    s = drive_run(line);
    assert_int_equal(s->trace->verdict, VERDICT_FAILED);
    assert_int_equal(drive_metric(s, METRIC_TASKS_FAILED), 3);
    assert_non_null(strstr(s->trace->failures[0].why,
                           "could not be started: Exec format error"));
    s->class->close(s);
    /* What it prints cannot be kept: a folder is in the way. */
    snprintf(line, sizeof(line), "%s/000001.err", folder);
    assert_int_equal(mkdir(line, 0777), 0);
    snprintf(line, sizeof(line),
             "command --tasks 1 --output keep --dir %s -- echo", folder);
    s = drive_run(line);
    assert_non_null(strstr(s->trace->failures[0].why, "Is a directory"));
    s->class->close(s);
}

/* A program has nothing open but what every program has. */
static void programs_get_no_other_descriptors(void **state)
{
    struct source *s;
    char line[200], got[400] = "";
    FILE *f;

    (void)state;
    snprintf(line, sizeof(line),
             "command --tasks 1 --output keep --dir %s/open --shell yes -- "
             "'echo /proc/$$/fd/*; read x && exit 7 || exit 0'",
             folder);
    s = drive_run(line);
    assert_int_equal(s->trace->verdict, VERDICT_OK); /* nothing to read */
    s->class->close(s);
    f = fopen(in_folder("open/000001.out"), "r");
    assert_non_null(f);
    assert_non_null(fgets(got, sizeof(got), f));
    fclose(f);
    assert_non_null(strstr(got, "/fd/2"));
    assert_null(strstr(got, "/fd/4")); /* 3 is the folder that is listed */
}

/* Told to stop, a command is ended, too, and is not waited for. */
static void a_stop_ends_commands(void **state)
{
    struct source *s = drive_open("command -- sleep 1000", false);

    (void)state;
    while (!s->running && !s->done)
        drive_for(s, 10 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    assert_int_equal(s->trace->verdict, VERDICT_INTERRUPTED);
    s->class->close(s);
}

static void a_killed_program_leaves_no_command(void **state)
{
    struct program p;
    struct program_result *r = malloc(sizeof(*r));
    char line[256];
    pid_t lab;

    (void)state;
    assert_non_null(r);
    write_file("twice", "sleep 1000 & sleep 1000\n");
    snprintf(line, sizeof(line), "run command --quiet -- sh %s",
             in_folder("twice"));
    program_start(&p, line, NULL);
    lab = program_child(p.pid);
    assert_true(lab > 0);
    /* The lab, its guard, two shells, at least one sleep. */
    for (int i = 0; i < 1000 && program_session_size(lab) < 5; i++)
        usleep(10000);
    assert_true(program_session_size(lab) >= 5);
    kill(p.pid, SIGKILL);
    program_collect(&p, r);
    assert_true(program_gone(lab));
    free(r);
}

static const struct refusal {
    const char *line, *says;
} refusals[] = {
    {"run command", "needs your own command after --"},
    {"run command --", "there is none"},
    {"run primes -- ls", "primes has none"},
    {"run command -- no-such-program-here", "there is no program"},
    {"run command -- /etc/passwd", "is no program one may run"},
    {"run command --inputs /no/such/list -- echo", "cannot be read"},
    {"run command --output keep -- echo", "add --dir"},
    {"run command --model gil -- echo", "cannot run with --model gil"},
    {"run command --observer perf -- echo", "can only be sampled"},
};

static void bad_requests_get_a_sentence(void **state)
{
    const struct refusal *c = *state;
    struct program_result *r = malloc(sizeof(*r));

    assert_non_null(r);
    program_run(r, c->line);
    if (r->status != 2 || !strstr(r->err, c->says) || r->out[0])
        fail_msg("%s: status %d, \"%s\"", c->line, r->status, r->err);
    free(r);
}

int main(void)
{
    static const struct CMUnitTest plain[] = {
        cmocka_unit_test(a_line_gives_its_command_again),
        cmocka_unit_test(inputs_are_lines),
        cmocka_unit_test(every_input_has_its_command),
        cmocka_unit_test(failures_are_named),
        cmocka_unit_test(programs_that_cannot_begin_are_named),
        cmocka_unit_test(programs_get_no_other_descriptors),
        cmocka_unit_test(a_stop_ends_commands),
        cmocka_unit_test(a_killed_program_leaves_no_command),
    };
    struct CMUnitTest
        tests[COUNT(plain) + COUNT(words_cases) + COUNT(refusals)];
    size_t n = COUNT(plain);

    memcpy(tests, plain, sizeof(plain));
    n = add_rows(tests, n, words_cases, COUNT(words_cases),
                 sizeof(words_cases[0]), words_are_made);
    add_rows(tests, n, refusals, COUNT(refusals), sizeof(refusals[0]),
             bad_requests_get_a_sentence);
    return cmocka_run_group_tests_name("command", tests, make_folder,
                                       remove_folder);
}
