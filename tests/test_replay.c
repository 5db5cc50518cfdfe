/* Kept runs that go by again, and recordings of the screen. The first in made-
 * up time in the test process, the others by the real program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "keep/pack.h"
#include "keep/replay.h"
#include "lib/drive.h"
#include "lib/fake_trace.h"
#include "lib/packed.h"
#include "lib/place.h"
#include "lib/program.h"
#include "lib/pty.h"
#include "lib/rows.h"
#include "stats/summary.h"
#include "tui/record.h"

#define NOW INT64_C(777000000000) /* some time, on a clock of our own */

static const char *const fakes[] = {"primes", "race",    "sleep", "gil",
                                    "gaps",   "sampled", "start"};
#define FAKES (sizeof(fakes) / sizeof(fakes[0]))

static struct source *open_replay(const char *fake, bool at_end)
{
    struct trace *t = fake_trace(fake);
    struct source *s = NULL;
    struct err err = {0};

    if (replay_open(&s, packed_again(t, PACK_SPANS), at_end, &err) < 0)
        fail_msg("%s", err.text);
    trace_free(t);
    return s;
}

static int64_t length_ns(const struct trace *t)
{
    return (t->end_ns ? t->end_ns : t->now_ns) - t->gate_ns;
}

static void close_source(struct source *s)
{
    s->class->close(s);
}

static void same_now(struct source *a, struct source *b)
{
    summary_update(a->trace);
    summary_update(b->trace);
    assert_int_equal(a->done, b->done);
    assert_int_equal(trace_span_total(a->trace), trace_span_total(b->trace));
    for (uint64_t n = 0; n < trace_span_total(a->trace); n++)
        assert_memory_equal(trace_span_at(a->trace, n),
                            trace_span_at(b->trace, n), sizeof(struct span));
    packed_same(a->trace, b->trace);
}

/* ---- in made-up time ----------------------------------------------------- */

/* However it came there, it shows the same. */
static void test_steps(void **state)
{
    const char *fake = *state;
    struct trace *t = fake_trace(fake);
    int64_t length = length_ns(t);
    uint64_t seed = 5;

    for (int part = 0; part <= 4; part++) {
        struct source *a = open_replay(fake, false);
        struct source *b = open_replay(fake, false);
        int64_t to = length * part / 4, at = 0;

        a->class->pump(a, NOW);
        a->class->pump(a, NOW + to);
        b->class->pump(b, NOW);
        while (at < to) {
            at += 1 + random_below(&seed, (uint32_t)(length / 20 + 1));
            at = at < to ? at : to;
            b->class->pump(b, NOW + at);
        }
        assert_int_equal(a->trace->now_ns, a->trace->gate_ns + to);
        assert_int_equal(a->done, to >= length);
        same_now(a, b);
        close_source(a);
        close_source(b);
    }
    trace_free(t);
}

/* The end is the kept run, whether it was waited for, jumped to or all that
 * was asked for. */
static void test_end(void **state)
{
    struct trace *t = fake_trace(*state), *kept = packed_again(t, PACK_SPANS);

    for (int way = 0; way < 3; way++) {
        struct source *s = open_replay(*state, way == 2);

        s->class->pump(s, NOW);
        if (way == 0)
            s->class->pump(s, NOW + length_ns(t) + NS_PER_S);
        if (way == 1)
            s->class->stop(s, VERDICT_OK);
        assert_true(s->done);
        assert_int_equal(s->trace->badge, BADGE_REPLAY);
        packed_same(kept, s->trace);
        summary_update(s->trace); /* as screens do: changes nothing */
        packed_same(kept, s->trace);
        close_source(s);
    }
    trace_free(kept);
    trace_free(t);
}

/* Nothing that is shown lies in what has not happened yet. */
static void test_nothing_early(void **state)
{
    struct source *s = open_replay(*state, false);
    int64_t length;
    struct trace *t = fake_trace(*state);

    length = length_ns(t);
    trace_free(t);
    s->class->pump(s, NOW);
    for (int i = 1; i < 20; i++) {
        s->class->pump(s, NOW + length * i / 20);
        t = s->trace;
        if (s->done)
            break;
        assert_int_equal(t->end_ns, 0);
        assert_int_equal(t->verdict, VERDICT_NONE);
        for (uint64_t n = 0; n < trace_span_total(t); n++)
            assert_true(trace_span_at(t, n)->end_ns <= t->now_ns);
        for (size_t n = 0; n < t->event_count; n++)
            assert_true(t->events[n].at_ns <= t->now_ns);
        for (size_t n = 0; n < t->phase_count; n++)
            assert_true(t->phases[n].start_ns <= t->now_ns &&
                        t->phases[n].end_ns <= t->now_ns);
        for (int id = 0; id < t->worker_count; id++)
            assert_true(t->workers[id].life != LIFE_ALIVE ||
                        t->workers[id].since_ns <= t->now_ns);
    }
    close_source(s);
}

static void test_pause(void **state)
{
    struct source *s = open_replay("primes", false);

    (void)state;
    s->class->pump(s, NOW);
    s->class->pump(s, NOW + 500 * NS_PER_MS);
    s->wanted.paused = true;
    s->class->apply(s, false);
    for (int i = 1; i < 100; i++)
        s->class->pump(s, NOW + 500 * NS_PER_MS + i * NS_PER_S);
    assert_int_equal(s->trace->now_ns, s->trace->gate_ns + 500 * NS_PER_MS);
    assert_false(s->done);
    s->wanted.paused = false;
    s->class->apply(s, false);
    s->class->pump(s, NOW + 99500 * NS_PER_MS + 100 * NS_PER_MS);
    assert_int_equal(s->trace->now_ns, s->trace->gate_ns + 600 * NS_PER_MS);

    /* What would change it does nothing. */
    s->wanted.workers = 17;
    s->wanted.sync = SYNC_SPIN;
    s->class->apply(s, true);
    s->class->pump(s, NOW + 99700 * NS_PER_MS);
    assert_int_equal(s->trace->spec.workers, 4);
    close_source(s);
}

static void test_again(void **state)
{
    struct source *a = open_replay("race", false);
    struct source *b = open_replay("race", false);
    const struct trace *was = a->trace;

    (void)state;
    a->class->pump(a, NOW);
    a->class->pump(a, NOW + 10 * NS_PER_S);
    assert_true(a->done);
    assert_int_equal(replay_again(a, NULL), 0);
    assert_ptr_not_equal(a->trace, was);
    assert_false(a->done);
    a->class->pump(a, NOW + 11 * NS_PER_S);
    a->class->pump(a, NOW + 12 * NS_PER_S);
    b->class->pump(b, NOW);
    b->class->pump(b, NOW + NS_PER_S);
    same_now(a, b);
    close_source(a);
    close_source(b);
}

/* A run whose beginning was not kept. */
static void test_cut(void **state)
{
    struct trace *t = fake_trace("primes");
    struct source *s = NULL;

    (void)state;
    assert_int_equal(replay_open(&s, packed_again(t, 200), false, NULL), 0);
    s->class->pump(s, NOW);
    for (int i = 1; i <= 21; i++) {
        struct text out = {0};

        s->class->pump(s, NOW + i * 100 * NS_PER_MS);
        summary_update(s->trace);
        packed_show(s->trace, &out);
        text_fini(&out);
    }
    assert_true(s->done);
    assert_int_equal(trace_span_total(s->trace), trace_span_total(t));
    close_source(s);
    trace_free(t);
}

/* What is drawn depends on nothing of the machine on which it is drawn. */
static void test_other_machine(void **state)
{
    const char *root = machine_root;
    struct trace *t = fake_trace("primes");
    struct text here = {0}, there = {0};

    (void)state;
    for (int machine = 0; machine < 2; machine++) {
        struct source *s = NULL;

        machine_root = machine ? place_path("another-machine") : root;
        assert_int_equal(
            replay_open(&s, packed_again(t, PACK_SPANS), false, NULL), 0);
        s->class->pump(s, NOW);
        s->class->pump(s, NOW + 700 * NS_PER_MS);
        summary_update(s->trace);
        packed_show(s->trace, machine ? &there : &here);
        s->class->stop(s, VERDICT_OK);
        packed_show(s->trace, machine ? &there : &here);
        close_source(s);
    }
    machine_root = root;
    assert_string_equal(text_str(&here), text_str(&there));
    text_fini(&here);
    text_fini(&there);
    trace_free(t);
}

/* Of all kinds: through all of it, then the same as before. */
static void test_real(void **state)
{
    struct source *live = drive_run(*state), *s = NULL;
    struct trace *kept = packed_again(live->trace, PACK_SPANS);
    int64_t length = kept->now_ns - kept->gate_ns;

    assert_int_equal(
        replay_open(&s, packed_again(live->trace, PACK_SPANS), false, NULL), 0);
    s->class->pump(s, NOW);
    for (int i = 1; i <= 10; i++) {
        struct text out = {0};

        s->class->pump(s, NOW + length * i / 10);
        if (!s->done)
            summary_update(s->trace);
        packed_show(s->trace, &out);
        text_fini(&out);
    }
    s->class->pump(s, NOW + length + NS_PER_S);
    assert_true(s->done);
    packed_same(kept, s->trace);
    close_source(s);
    trace_free(kept);
    close_source(live);
}

/* ---- by the program -------------------------------------------------------
 */

static void test_run_replay(void **state)
{
    static struct program_result was, is;
    char line[600];
    json_t *a, *b;

    (void)state;
    snprintf(line, sizeof(line),
             "run primes --limit 20000 --tasks 6 --workers 2 --json "
             "--no-history --keep %s",
             place_path("run.pack"));
    program_run(&was, line);
    assert_int_equal(was.status, 0);
    snprintf(line, sizeof(line), "run --json --replay %s",
             place_path("run.pack"));
    program_run(&is, line);
    assert_int_equal(is.status, 0);
    a = json_loads(was.out, 0, NULL);
    b = json_loads(is.out, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(b, "badge")),
                        "replay");
    json_object_set(b, "badge", json_object_get(a, "badge"));
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
}

static const char *const refusals[] = {
    "run --replay /nonexistent/file", "run --replay /dev/null",
    "run --replay tests/run",         "run --replay 12345678",
    "run --replay nothing",           "run --replay tests/run primes",
    "lab --replay /nonexistent/file", "race --replay 12345678",
};
#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static void test_refused(void **state)
{
    static struct program_result r;

    program_run(&r, *state);
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    assert_true(strncmp(r.err, "timeslice: ", 11) == 0);
}

/* ---- on the screen --------------------------------------------------------
 */

static struct pty terminal;
static struct pty *const p = &terminal;

static int close_terminal(void **state)
{
    (void)state;
    pty_close(p);
    return 0;
}

static void keep(const char *experiment, const char *name)
{
    static struct program_result r;
    char line[600];

    snprintf(line, sizeof(line), "run %s --quiet --no-history --keep %s",
             experiment, place_path(name));
    program_run(&r, line);
    assert_int_equal(r.status, 0);
}

static void quit(void)
{
    pty_send(p, "q");
    assert_true(pty_wait_end(p));
    assert_true(WIFEXITED(p->status));
    assert_int_equal(WEXITSTATUS(p->status), 0);
    assert_true(pty_restored(p));
    assert_true(pty_wait_alone(p));
    pty_close(p);
}

static void test_lab_replay(void **state)
{
    const char *words[] = {"lab", "--replay", NULL, NULL};

    (void)state;
    keep("sleep --tasks 40 --task-ms 200 --workers 4", "lab.pack");
    words[2] = place_path("lab.pack");
    pty_open(p, 30, 100, words, NULL);
    assert_true(pty_wait_for(p, "REPLAY"));
    pty_send(p, " ");
    assert_true(pty_wait_for(p, "HELD"));
    pty_send(p, "]");
    assert_true(pty_wait_for(p, "this is a replay"));
    pty_send(p, "m");
    assert_true(pty_wait_for(p, "this is a replay"));
    pty_send(p, " ");
    assert_true(pty_wait_without(p, "HELD"));
    pty_send(p, "S");
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_send(p, "]");
    assert_true(pty_wait_for(p, "this is a replay"));
    pty_send(p, "r");
    assert_true(pty_wait_for(p, "RUNNING"));
    assert_true(pty_wait_for(p, "REPLAY"));
    pty_send(p, "S");
    assert_true(pty_wait_for(p, "✓ DONE"));
    quit();
}

static void test_race_replay(void **state)
{
    const char *words[] = {"race", "--replay", NULL, NULL};

    (void)state;
    keep("counter --workers 2 --phases none:0.3,mutex:0.3", "race.pack");
    words[2] = place_path("race.pack");
    pty_open(p, 30, 100, words, NULL);
    assert_true(pty_wait_for(p, "REPLAY"));
    pty_send(p, "k");
    assert_true(pty_wait_for(p, "this is a replay"));
    pty_send(p, "S");
    assert_true(pty_wait_for(p, "DONE"));
    quit();
}

/* ---- recordings -----------------------------------------------------------
 */

struct cast {
    int rows, columns;
    int resizes;
    size_t lines;
    VTerm *vt;
    char text[64 * 1024];
};

static void cast_text(struct cast *c)
{
    VTermScreen *screen = vterm_obtain_screen(c->vt);
    size_t n = 0;

    for (int row = 0; row < c->rows; row++) {
        for (int column = 0; column < c->columns; column++) {
            VTermScreenCell cell;

            vterm_screen_get_cell(screen, (VTermPos){row, column}, &cell);
            n += (size_t)text_encode(c->text + n,
                                     cell.chars[0] ? cell.chars[0] : ' ');
        }
        c->text[n++] = '\n';
    }
    c->text[n] = '\0';
}

static void cast_event(struct cast *c, const json_t *e, double *last)
{
    double at = json_number_value(json_array_get(e, 0));
    const char *kind = json_string_value(json_array_get(e, 1));
    const char *data = json_string_value(json_array_get(e, 2));

    assert_int_equal(json_array_size(e), 3);
    assert_true(at >= *last);
    *last = at;
    if (strcmp(kind, "r") == 0) {
        assert_int_equal(sscanf(data, "%dx%d", &c->columns, &c->rows), 2);
        vterm_set_size(c->vt, c->rows, c->columns);
        c->resizes++;
        return;
    }
    assert_string_equal(kind, "o");
    vterm_input_write(c->vt, data, strlen(data));
}

/* Play @path: every line must be whole, as asciicast v2 has it. */
static void play(struct cast *c, const char *path)
{
    FILE *from = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    double last = 0;
    ssize_t n;

    *c = (struct cast){0};
    assert_non_null(from);
    while ((n = getline(&line, &size, from)) > 0) {
        json_t *o = json_loads(line, 0, NULL);

        assert_non_null(o);
        assert_int_equal(line[n - 1], '\n');
        if (c->lines++ > 0) {
            cast_event(c, o, &last);
            json_decref(o);
            continue;
        }
        assert_int_equal(json_integer_value(json_object_get(o, "version")), 2);
        c->rows = (int)json_integer_value(json_object_get(o, "height"));
        c->columns = (int)json_integer_value(json_object_get(o, "width"));
        assert_true(json_integer_value(json_object_get(o, "timestamp")) > 0);
        assert_string_equal(json_string_value(json_object_get(
                                json_object_get(o, "env"), "TERM")),
                            "xterm-256color");
        c->vt = vterm_new(c->rows, c->columns);
        vterm_set_utf8(c->vt, 1);
        vterm_screen_reset(vterm_obtain_screen(c->vt), 1);
        json_decref(o);
    }
    free(line);
    fclose(from);
    assert_true(c->lines > 1);
    cast_text(c);
    vterm_free(c->vt);
}

static void test_record_lab(void **state)
{
    static struct cast cast;
    const char *words[] = {"lab",       "sleep", "--tasks",   "8",
                           "--task-ms", "20",    "--workers", "2",
                           "--record",  NULL,    NULL};
    char *shown;

    (void)state;
    words[9] = place_path("lab.cast");
    pty_open(p, 30, 100, words, NULL);
    assert_true(pty_wait_for(p, "✓ DONE"));
    pty_resize(p, 36, 120);
    pty_send(p, "f"); /* a picture that stands still */
    assert_true(pty_wait_for(p, "FROZEN"));
    assert_true(pty_wait_for(p, "quit"));
    shown = strdup(pty_text(p));
    quit();
    play(&cast, place_path("lab.cast"));
    assert_string_equal(cast.text, shown);
    assert_int_equal(cast.resizes, 1);
    free(shown);
}

static void test_record_screens(void **state)
{
    static struct cast cast;
    const char *race[] = {"race", "--record", place_path("race.cast"), NULL};
    const char *launcher[] = {"--record", place_path("all.cast"), NULL};

    (void)state;
    pty_open(p, 24, 80, race, NULL);
    assert_true(pty_wait_for(p, "UPDATES LOST"));
    quit();
    play(&cast, place_path("race.cast"));
    assert_non_null(strstr(cast.text, "UPDATES LOST"));
    pty_open(p, 24, 80, launcher, NULL);
    assert_true(pty_wait_for(p, "WHAT TO RUN"));
    quit();
    play(&cast, place_path("all.cast"));
    assert_non_null(strstr(cast.text, "WHAT TO RUN"));
}

/* Whatever happens to the program, what it wrote can be played. */
static void test_record_killed(void **state)
{
    static struct cast cast;
    const char *words[] = {"race", "--record", place_path("killed.cast"), NULL};

    (void)state;
    pty_open(p, 24, 80, words, NULL);
    assert_true(pty_wait_for(p, "UPDATES LOST"));
    pty_signal(p, SIGKILL);
    assert_true(pty_wait_end(p));
    pty_close(p);
    play(&cast, place_path("killed.cast"));
}

static void test_record_refused(void **state)
{
    const char *words[] = {"race", "--record", place_path("there.cast"), NULL};
    struct stat st;
    FILE *f = fopen(place_path("there.cast"), "w");

    (void)state;
    assert_non_null(f);
    fputs("precious", f);
    fclose(f);
    pty_open(p, 24, 80, words, NULL);
    /* Its name may be broken at the edge of the screen. */
    assert_true(pty_wait_for(p, "timeslice: --record "));
    assert_true(pty_wait_end(p));
    assert_int_equal(WEXITSTATUS(p->status), 2);
    pty_close(p);
    assert_int_equal(stat(place_path("there.cast"), &st), 0);
    assert_int_equal(st.st_size, 8);
}

/* A child records until the disk is full. 0: it went as it should. */
static int record_until_full(const char *path)
{
    const struct rlimit little = {20000, 20000};
    struct record *r = NULL;
    const char *trouble = NULL;

    if (setrlimit(RLIMIT_FSIZE, &little) < 0 || record_open(&r, path, NULL) < 0)
        return 1;
    record_size(r, 24, 80);
    for (int i = 0; i < 1000 && !trouble; i++) {
        char bytes[200];
        int n = snprintf(bytes, sizeof(bytes),
                         "\033[1;1Hpicture \"%d\" \\ █ with some more", i);

        record_output(r, bytes, (size_t)n);
        trouble = record_trouble(r);
    }
    if (!trouble || !strstr(trouble, "the recording has ended"))
        return 2;
    record_output(r, "more", 4); /* does no harm */
    if (record_trouble(r))
        return 3; /* said once */
    record_close(r);
    return 0;
}

static void test_record_full(void **state)
{
    static struct cast cast;
    const char *path = place_path("full.cast");
    int status;
    pid_t child;

    (void)state;
    setenv("TERM", "xterm-256color", 1);
    child = fork();
    if (child == 0)
        _exit(record_until_full(path));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    play(&cast, path);
    assert_true(cast.lines > 100);
    assert_non_null(strstr(cast.text, "\\ █ with"));
}

int main(void)
{
    static const char *const lines[] = {
        "counter --phases none:0.05,mutex:0.05 --workers 2",
        "sleep --task-ms 5 --tasks 12 --workers 4 --model coop",
        "queue --workers 3 --tasks 30 --task-ms 1",
        "disk --workers 4 --duration 0.3 --scale 20",
        "locks --workers 3 --task-ms 5 --timeout 5",
        "create --tasks 20",
        "mix --duration 0.2 --parts 'spin --workers 1 | sleep --task-ms 5'",
        "primes --limit 2000 --tasks 9 --spawn per-task --workers 2",
    };
    const size_t line_count = sizeof(lines) / sizeof(lines[0]);
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_other_machine),
        cmocka_unit_test(test_run_replay),
        cmocka_unit_test_teardown(test_lab_replay, close_terminal),
        cmocka_unit_test_teardown(test_race_replay, close_terminal),
        cmocka_unit_test_teardown(test_record_lab, close_terminal),
        cmocka_unit_test_teardown(test_record_screens, close_terminal),
        cmocka_unit_test_teardown(test_record_killed, close_terminal),
        cmocka_unit_test_teardown(test_record_refused, close_terminal),
        cmocka_unit_test(test_record_full),
    };
    size_t count = 12;

    for (size_t i = 0; i < FAKES; i++) {
        tests[count++] = (struct CMUnitTest)CASE(fakes[i], test_steps);
        tests[count++] = (struct CMUnitTest)CASE(fakes[i], test_end);
        tests[count++] = (struct CMUnitTest)CASE(fakes[i], test_nothing_early);
    }
    for (size_t i = 0; i < REFUSALS; i++)
        tests[count++] = (struct CMUnitTest)CASE(refusals[i], test_refused);
    for (size_t i = 0; i < line_count; i++)
        tests[count++] = (struct CMUnitTest)CASE(lines[i], test_real);
    return _cmocka_run_group_tests("replay", tests, count, place_make,
                                   place_remove);
}
