/* Cooperative tasks on one thread. Invariants only: never how long anything
 * takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/tiling.h"

#include "base/clock.h"
#include "lab/context.h"
#include "lab/coop.h"
#include "lib/drive.h"
#include "observe/gaps.h"

/* ---- changing stacks ---------------------------------------------------- */

struct flows {
    struct context *thread, *flow[3];
    int order[32], count;
    double sum[3];
};

struct flow_seat {
    struct flows *all;
    int id;
};

/* Enough of a stack to notice if somebody else's were used. */
static int descend(int depth, int salt)
{
    volatile char room[64];

    memset((char *)(uintptr_t)room, depth + salt, sizeof(room));
    if (depth == 0)
        return room[0];
    return descend(depth - 1, salt) + (room[63] == (char)(depth + salt));
}

static void flow(void *arg)
{
    struct flow_seat *seat = arg;
    struct flows *f = seat->all;
    int id = seat->id;
    double x = id + 0.5; /* kept in a register, or where the compiler likes */

    for (int round = 0; round < 8; round++) {
        f->order[f->count++] = id;
        x = x * 1.5 + id;
        assert(descend(100, id) == 100 + id);
        if (round == 7 && id == 2)
            break;
        f->sum[id] = x;
        context_switch(f->flow[id], f->flow[(id + 1) % 3]);
    }
    context_leave(f->flow[id], f->thread);
}

static void contexts_keep_what_is_theirs(void **state)
{
    struct flows f = {.thread = context_of_thread()};
    struct flow_seat seats[3];
    double want[3] = {0.5, 1.5, 2.5};

    (void)state;
    assert_non_null(f.thread);
    for (int i = 0; i < 3; i++) {
        seats[i] = (struct flow_seat){&f, i};
        f.flow[i] = context_new(64 * 1024, flow, &seats[i]);
        assert_non_null(f.flow[i]);
    }
    context_switch(f.thread, f.flow[0]);
    assert_int_equal(f.count, 24);
    for (int i = 0; i < 24; i++)
        assert_int_equal(f.order[i], i % 3);
    for (int round = 0; round < 8; round++)
        for (int i = 0; i < 3; i++)
            if (round < 7 || i < 2)
                want[i] = want[i] * 1.5 + i;
    for (int i = 0; i < 3; i++) {
        assert_true(f.sum[i] == want[i]);
        context_free(f.flow[i]);
    }
    context_free(f.thread);
    context_free(NULL);
}

/* ---- what holds for every run ------------------------------------------- */

struct runs {
    struct span *v;
    size_t count, cap;
};

static void keep_run(const struct span *s, void *arg)
{
    struct runs *r = arg;

    if (s->state != SPAN_RUNNING && s->state != SPAN_SPINNING)
        return;
    assert_true(r->count < r->cap);
    r->v[r->count++] = *s;
}

static int by_start(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* There is one thread: nobody runs while another does, not for a nanosecond. */
static void assert_one_at_a_time(const struct trace *t)
{
    struct runs r = {.cap = (size_t)trace_span_total(t)};

    r.v = calloc(r.cap + 1, sizeof(*r.v));
    assert_non_null(r.v);
    trace_each_span(t, INT64_MIN, INT64_MAX, keep_run, &r);
    qsort(r.v, r.count, sizeof(*r.v), by_start);
    for (size_t i = 1; i < r.count; i++)
        if (r.v[i].start_ns < r.v[i - 1].end_ns)
            fail_msg("worker %d runs from %" PRId64 " on, worker %d until "
                     "%" PRId64,
                     r.v[i].worker, r.v[i].start_ns - t->gate_ns,
                     r.v[i - 1].worker, r.v[i - 1].end_ns - t->gate_ns);
    free(r.v);
}

/* Spans follow each other without hole or overlap, from birth to end; what only
 * the thread has is told of the run and not of the workers. */
static void assert_told(const struct source *s)
{
    const struct trace *t = s->trace;
    static const enum metric threads[] = {
        METRIC_CPU_S,      METRIC_USER_S,
        METRIC_SYS_S,      METRIC_SWITCHES_VOLUNTARY,
        METRIC_MIGRATIONS, METRIC_SWITCHES_INVOLUNTARY,
    };

    assert_int_equal(t->observer.kind, OBSERVER_GAP);
    assert_int_equal(t->observer.lost, 0);
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        struct tiling tiling = {.worker = id, .at_ns = w->born_ns};

        assert_int_equal(w->life, LIFE_ENDED);
        trace_each_span(t, INT64_MIN, INT64_MAX, tile, &tiling);
        assert_int_equal(tiling.holes, 0);
        assert_int_equal(tiling.at_ns, w->end_ns);
        assert_int_equal(w->span_ns[SPAN_UNKNOWN], 0);
        assert_int_equal(w->tid, t->workers[0].tid);
        for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
            assert_false(w->metrics.has[threads[i]]);
        assert_true(w->metrics.has[METRIC_RUN_S]);
        assert_true(w->metrics.has[METRIC_LOOP_WAIT_S]);
    }
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
        if (threads[i] != METRIC_MIGRATIONS) /* not every kernel tells */
            assert_true(drive_metric(s, threads[i]) >= 0);
    assert_true(drive_metric(s, METRIC_CPU_S) > 0);
    assert_true(drive_metric(s, METRIC_TURNS) >= t->worker_count);
    assert_true(drive_metric(s, METRIC_MAX_RUNNING) <= 1);
    assert_one_at_a_time(t);
}

/* ---- one result for every model ----------------------------------------- */

static const char *const works[] = {
    "primes --limit 20000 --tasks 4",
    "sumsquares --limit 20000 --tasks 5",
    "factorial --limit 1000 --tasks 3",
    "spin --task-ms 1 --tasks 8",
};

static const char *const ways[] = {
    "--model coop --workers 1",
    "--model coop --workers 3",
    "--model coop --workers 3 --yield-every 1",
    "--model coop --workers 3 --yield-every 0",
    "--model coop --workers 2 --dispatch apply",
    "--model coop --workers 2 --dispatch map --chunk 2",
};

static void results_are_equal(void **state)
{
    const char *work = *state;
    struct source *s = drive_run(work);
    double want = drive_metric(s, METRIC_CHECKSUM);
    char line[200];

    s->class->close(s);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        snprintf(line, sizeof(line), "%s %s", work, ways[i]);
        s = drive_run(line);
        drive_verdict(s, VERDICT_OK);
        if (drive_metric(s, METRIC_CHECKSUM) != want)
            fail_msg("%s: checksum %.0f, not %.0f", line,
                     drive_metric(s, METRIC_CHECKSUM), want);
        assert_true(drive_metric(s, METRIC_TASKS_DONE) ==
                    (double)s->trace->spec.tasks);
        assert_told(s);
        s->class->close(s);
    }
}

/* ---- between two yields nobody comes in --------------------------------- */

static void counter_is_exact_without_a_lock(void **state)
{
    static const char *const lines[] = {
        "counter --model coop --workers 4 --duration 0.1",
        "counter --model coop --workers 4 --duration 0.1 --yield-every 1",
        "counter --model coop --workers 4 --duration 0.1 --yield-every 0",
        "counter --model coop --workers 3 --duration 0.1 --sync mutex",
        "counter --model coop --workers 3 --duration 0.1 --sync spin",
        "counter --model coop --workers 3 --duration 0.1 --sync ticket",
        "counter --model coop --workers 3 --duration 0.1 --sync sharded",
        "counter --model coop --workers 2 --phases none:0.05,mutex:0.05,"
        "ticket:0.05",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct source *s = drive_run(lines[i]);

        drive_verdict(s, VERDICT_OK);
        if (drive_metric(s, METRIC_LOST) != 0)
            fail_msg("%s lost %.0f", lines[i], drive_metric(s, METRIC_LOST));
        assert_true(drive_metric(s, METRIC_EXPECTED) > 0);
        assert_told(s);
        s->class->close(s);
    }
}

/* First come, first served: as nobody waits for anything, each has made as many
 * turns as the others, but for the one that was going on. */
static void turns_go_round(void **state)
{
    struct source *s = drive_run(
        "counter --model coop --workers 5 --duration 0.1 --yield-every 50");
    const double turn = 50 * 16; /* additions a unit: work_counter.c */
    double least = INFINITY, most = 0, all = 0;

    (void)state;
    drive_verdict(s, VERDICT_OK);
    for (int id = 0; id < 5; id++) {
        double ops = (double)s->trace->workers[id].ops;

        least = ops < least ? ops : least;
        most = ops > most ? ops : most;
        all += ops;
    }
    assert_true(least > 0);
    if (most - least > 2 * turn)
        fail_msg("one made %.0f additions, another %.0f", most, least);
    /* A yield for each so many units, and a few for the gate and the end. */
    assert_true(drive_metric(s, METRIC_TURNS) >= all / turn - 5);
    assert_true(drive_metric(s, METRIC_TURNS) <= all / turn + 30);
    s->class->close(s);
}

/* Pairs of tasks that were under way at the same time. */
static int overlaps(const struct trace *t)
{
    int count = 0;

    for (size_t i = 0; i < t->event_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct trace_event *a = &t->events[i], *b = &t->events[k];

            count += a->kind == EVENT_TASK && b->kind == EVENT_TASK &&
                     a->start_ns < b->at_ns && b->start_ns < a->at_ns;
        }
    return count;
}

static void who_never_yields_keeps_the_others_waiting(void **state)
{
    struct source *s = drive_run("spin --model coop --workers 3 --tasks 6 "
                                 "--task-ms 3 --yield-every 0");

    (void)state;
    drive_verdict(s, VERDICT_OK);
    assert_int_equal(overlaps(s->trace), 0);
    assert_told(s);
    s->class->close(s);

    s = drive_run("spin --model coop --workers 3 --tasks 3 --task-ms 3 "
                  "--yield-every 1");
    drive_verdict(s, VERDICT_OK);
    assert_int_equal(overlaps(s->trace), 3);
    assert_true(drive_metric(s, METRIC_LOOP_WAIT_S) > 0);
    assert_told(s);
    s->class->close(s);
}

/* ---- waiting ------------------------------------------------------------ */

static void waits_overlap(void **state)
{
    struct source *s =
        drive_run("sleep --model coop --tasks 100 --workers 100 --task-ms 200");
    double wall;

    (void)state;
    drive_verdict(s, VERDICT_OK);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == 100);
    wall = drive_metric(s, METRIC_WALL_S);
    assert_true(wall >= 0.2);
    assert_true(drive_metric(s, METRIC_IO_WAIT_S) >= 100 * 0.2);
    assert_true(drive_metric(s, METRIC_IO_WAIT_S) > wall);
    assert_told(s);
    s->class->close(s);
}

/* The earliest is always first, whoever was put in or taken out before. */
static void timers_come_in_order(void **state)
{
    enum { COUNT = 200 };
    struct coop_task *places[COUNT], tasks[COUNT] = {0};
    struct coop loop = {.timers = places};
    uint32_t random = 12345;
    int64_t last = 0;
    uint32_t left;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525 + 1013904223;
        tasks[i].deadline_ns = random >> 24; /* many are equal */
        coop_timer_start(&loop, &tasks[i]);
    }
    for (int i = 0; i < COUNT; i += 3) {
        coop_timer_stop(&loop, &tasks[i]);
        assert_int_equal(tasks[i].timer, -1);
    }
    left = loop.timer_count;
    assert_int_equal(left, COUNT - (COUNT + 2) / 3);
    while (loop.timer_count > 0) {
        struct coop_task *first = loop.timers[0];

        for (uint32_t i = 0; i < loop.timer_count; i++)
            assert_int_equal(loop.timers[i]->timer, i);
        assert_true(first->deadline_ns >= last);
        last = first->deadline_ns;
        coop_timer_stop(&loop, first);
    }
}

/* Who waits for words of a bucket stays in the order in which they came. */
static void words_keep_the_order(void **state)
{
    struct coop_task tasks[4] = {0}, *bucket = NULL;

    (void)state;
    for (int i = 0; i < 4; i++)
        coop_word_watch(&bucket, &tasks[i]);
    coop_word_unwatch(&tasks[2]);
    coop_word_unwatch(&tasks[0]);
    coop_word_watch(&bucket, &tasks[0]);
    assert_ptr_equal(bucket, &tasks[1]);
    assert_ptr_equal(bucket->word_next, &tasks[3]);
    assert_ptr_equal(bucket->word_next->word_next, &tasks[0]);
    assert_ptr_equal(bucket->word_prev, &tasks[0]);
    coop_word_unwatch(&tasks[3]);
    coop_word_unwatch(&tasks[1]);
    coop_word_unwatch(&tasks[0]);
    assert_null(bucket);
}

/* Words that each other, and another process, changes; pipes; sockets. */
static void whoever_is_woken_goes_on(void **state)
{
    static const struct {
        const char *line;
        enum metric sign; /* > 0 */
    } runs[] = {
        {"pingpong --model coop --workers 3 --duration 0.1", METRIC_TURNS},
        {"pingpong --model coop --via pipe --duration 0.1", METRIC_TURNS},
        {"queue --model coop --workers 5 --tasks 500", METRIC_TASKS_DONE},
        {"locks --model coop --order same --tasks 100", METRIC_TASKS_DONE},
        {"disk --model coop --workers 3 --duration 0.2 --scale 100",
         METRIC_REQUESTS},
        {"fleet --model coop --workers 20 --tasks 40 --scale 10",
         METRIC_REQUESTS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct source *s = drive_run(runs[i].line);

        drive_verdict(s, VERDICT_OK);
        if (drive_metric(s, runs[i].sign) <= 0)
            fail_msg("%s came to nothing", runs[i].line);
        assert_told(s);
        s->class->close(s);
    }
}

static void deadlock_is_found(void **state)
{
    struct source *s = drive_run("locks --model coop --order opposite");

    (void)state;
    drive_verdict(s, VERDICT_DEADLOCK);
    assert_int_equal(s->trace->waitfor.cycle_length, 2);
    s->class->close(s);
}

/* ---- live changes and ends ---------------------------------------------- */

static void flips_keep_the_books(void **state)
{
    struct source *s =
        drive_open("counter --model coop --workers 2 --duration endless", true);

    (void)state;
    while (!s->running)
        drive_for(s, NS_PER_MS);
    for (int i = 0; i < 60; i++) {
        s->wanted.sync = (enum spec_sync)(i * 5 % SYNC_COUNT);
        s->wanted.workers = 1 + i % 4;
        s->wanted.paused = i % 7 == 3;
        s->class->apply(s, true);
        drive_for(s, 5 * NS_PER_MS);
    }
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    drive_verdict(s, VERDICT_INTERRUPTED);
    assert_true(s->trace->phase_count > 1);
    for (size_t i = 0; i < s->trace->phase_count; i++) {
        const struct metrics *m = &s->trace->phases[i].metrics;

        assert_true(metric_get(m, METRIC_LOST, -1) == 0);
        assert_true(metric_get(m, METRIC_CPU_S, -1) >= 0);
    }
    assert_true(drive_metric(s, METRIC_LOST) == 0);
    s->class->close(s);
}

/* How many have done something by now. */
static int at_work(const struct source *s)
{
    int count = 0;

    for (int id = 0; id < s->trace->worker_count; id++)
        count += s->trace->workers[id].ops > 0;
    return count;
}

static void workers_come_and_go(void **state)
{
    struct source *s =
        drive_open("spin --model coop --workers 2 --duration endless", true);
    int64_t limit_ns = clock_now_ns() + 30 * NS_PER_S;

    (void)state;
    while (!s->running)
        drive_for(s, NS_PER_MS);
    s->wanted.workers = 6;
    s->class->apply(s, false);
    while (at_work(s) < 6 && clock_now_ns() < limit_ns)
        drive_for(s, 5 * NS_PER_MS);
    assert_int_equal(at_work(s), 6);
    s->wanted.workers = 1;
    s->class->apply(s, false);
    drive_for(s, 20 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    drive_verdict(s, VERDICT_INTERRUPTED);
    assert_int_equal(s->trace->worker_count, 6);
    assert_told(s);
    s->class->close(s);
}

static void endless_work_stops_when_told(void **state)
{
    static const char *const lines[] = {
        "sleep --model coop --task-ms 60000 --tasks 4 --workers 4",
        "sleep --model coop --task-ms 60000 --tasks 4 --workers 4 "
        "--dispatch apply",
        "pingpong --model coop --workers 3 --duration endless",
        "pingpong --model coop --via pipe --duration endless",
        "spin --model coop --duration endless --workers 40",
        "spin --model coop --duration endless --workers 4 --yield-every 0",
        "spin --model coop --duration endless --workers 4 --observer off",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct source *s = drive_open(lines[i], true);

        while (!s->running && !s->done)
            drive_for(s, NS_PER_MS);
        drive_for(s, 20 * NS_PER_MS);
        s->wanted.workers = 2;
        s->class->apply(s, false);
        drive_for(s, 20 * NS_PER_MS);
        s->class->stop(s, VERDICT_INTERRUPTED);
        drive_to_end(s);
        drive_verdict(s, VERDICT_INTERRUPTED);
        s->class->close(s);
    }
}

static void close_leaves_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct source *s = drive_open(
            i % 2 ? "counter --model coop --workers 8 --duration endless"
                  : "disk --model coop --workers 8 --duration endless",
            true);
        pid_t group;

        drive_for(s, i * NS_PER_MS);
        group = s->trace->workers ? s->trace->workers[0].pid : 0;
        s->class->close(s);
        if (group > 0 && i % 2) /* a service's end is its new parent's to see */
            assert_int_equal(kill(-group, 0), -1);
    }
}

static void a_crowd_has_its_turns(void **state)
{
    struct source *s = drive_run(
        "sleep --model coop --workers 2000 --tasks 2000 --task-ms 20");

    (void)state;
    drive_verdict(s, VERDICT_OK);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == 2000);
    assert_true(drive_metric(s, METRIC_TURNS) >= 2000);
    s->class->close(s);
}

/* ---- how it is seen ----------------------------------------------------- */

static void kernel_records_are_refused(void **state)
{
    static const struct {
        const char *line;
        int want;
    } lines[] = {
        {"primes --model coop --observer perf", -EINVAL},
        {"primes --model coop --observer perf-cpu", -EINVAL},
        {"primes --model coop --observer sampled", -EINVAL},
        {"primes --model coop --observer gap", 0},
        {"primes --model coop --observer off", 0},
        {"primes --model coop", 0},
        {"primes --model threads --yield-every 5", -EINVAL},
    };
    struct machine m;

    (void)state;
    machine_read(&m);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct err err = {0};
        struct spec spec;

        assert_int_equal(spec_parse_line(&spec, lines[i].line, &err), 0);
        assert_int_equal(spec_check(&spec, &m, &err), lines[i].want);
        assert_int_equal(err.text[0] != '\0', lines[i].want != 0);
    }
}

/* What is told of turns, made into a timeline: times from the birth at 1000. */
static const struct turns_case {
    const char *name;
    struct board_event events[3];
    const char *want; /* state, cause, length of each span */
} turns_cases[] = {
    {"a turn, then asleep, then late",
     {{.kind = BOARD_RAN,
       .begin_ns = 1000,
       .value = 1010,
       .end_ns = 1020,
       .cause = WAIT_SLEEP},
      {.kind = BOARD_RAN,
       .begin_ns = 1050,
       .value = 1070,
       .end_ns = 1080,
       .cause = WAIT_LOOP}},
     "loop 10, run 10, sleep 30, loop 20, run 10, loop 20"},
    {"still at it, then again without a break",
     {{.kind = BOARD_RAN, .begin_ns = 1000, .value = 1000, .end_ns = 1020},
      {.kind = BOARD_RAN,
       .begin_ns = 1020,
       .value = 1020,
       .end_ns = 1040,
       .cause = WAIT_IO}},
     "run 40, io 60"},
    {"still at it, then others in between",
     {{.kind = BOARD_RAN, .begin_ns = 1000, .value = 1000, .end_ns = 1020},
      {.kind = BOARD_RAN, .begin_ns = 1020, .value = 1050, .end_ns = 1060}},
     "run 20, loop 30, run 50"},
    {"the kernel took the thread away",
     {{.kind = BOARD_RAN, .begin_ns = 1000, .value = 1000, .end_ns = 1020},
      {.kind = BOARD_GAP,
       .begin_ns = 1020,
       .end_ns = 1050,
       .value = 20,
       .involuntary = 1},
      {.kind = BOARD_RAN,
       .begin_ns = 1050,
       .value = 1050,
       .end_ns = 1060,
       .cause = WAIT_LOOP}},
     "run 30, ready 20, run 10, loop 40"},
};

static void write_span(const struct span *s, void *arg)
{
    static const char *const states[] = {"run", "spin", "ready", NULL, "?"};
    struct text *out = arg;

    text_addf(out, "%s%s %" PRId64, out->len ? ", " : "",
              s->state == SPAN_BLOCKED ? wait_cause_words[s->cause]
                                       : states[s->state],
              s->end_ns - s->start_ns);
}

static void turns_make_a_timeline(void **state)
{
    const struct turns_case *c = *state;
    struct machine m = {0};
    struct text words = {0};
    struct spec spec;

    spec_defaults(&spec, WORKLOAD_SPIN);

    struct trace *t = trace_new(&spec, &m);
    struct lines lines = {.trace = t};
    struct gaps gaps = {.lines = &lines};

    assert_true(lines_grow(&lines, 1));
    assert_true(gaps_grow(&gaps, 1));
    line_open(&lines, 0, 1000, 0);
    for (size_t i = 0; i < 3 && c->events[i].kind; i++)
        gaps_event(&gaps, 0, &c->events[i]);
    gaps_end(&gaps, 0, 1100);
    trace_each_span(t, INT64_MIN, INT64_MAX, write_span, &words);
    assert_string_equal(text_str(&words), c->want);
    text_fini(&words);
    gaps_fini(&gaps);
    lines_fini(&lines);
    trace_free(t);
}

int main(void)
{
    struct CMUnitTest tests[48];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
        tests[n++] =
            (struct CMUnitTest){.name = works[i],
                                .test_func = results_are_equal,
                                .initial_state = (void *)(uintptr_t)works[i]};
    for (size_t i = 0; i < sizeof(turns_cases) / sizeof(turns_cases[0]); i++)
        tests[n++] = (struct CMUnitTest){
            .name = turns_cases[i].name,
            .test_func = turns_make_a_timeline,
            .initial_state = (void *)(uintptr_t)&turns_cases[i]};

    const struct CMUnitTest rest[] = {
        cmocka_unit_test(contexts_keep_what_is_theirs),
        cmocka_unit_test(counter_is_exact_without_a_lock),
        cmocka_unit_test(turns_go_round),
        cmocka_unit_test(who_never_yields_keeps_the_others_waiting),
        cmocka_unit_test(waits_overlap),
        cmocka_unit_test(timers_come_in_order),
        cmocka_unit_test(words_keep_the_order),
        cmocka_unit_test(whoever_is_woken_goes_on),
        cmocka_unit_test(deadlock_is_found),
        cmocka_unit_test(flips_keep_the_books),
        cmocka_unit_test(workers_come_and_go),
        cmocka_unit_test(endless_work_stops_when_told),
        cmocka_unit_test(close_leaves_nobody),
        cmocka_unit_test(a_crowd_has_its_turns),
        cmocka_unit_test(kernel_records_are_refused),
    };
    for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
        tests[n++] = rest[i];
    return _cmocka_run_group_tests("coop", tests, n, NULL, NULL);
}
