/* Switch records into timelines, with records written by hand and by a made-up
 * scheduler. Nothing runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "observe/switches.h"

/* ---- streams by hand ---------------------------------------------------- */

#define MANY 4000
#define CORES 3

struct stream {
    struct switch_record v[MANY];
    int count, used;
};

struct event_list {
    struct board_event v[64];
    int count, used;
};

struct bench {
    struct trace *trace;
    struct lines lines;
    struct marks marks;
    struct event_list events[8];
    struct switches *switches;
    struct stream streams[CORES];
    struct switch_feed feeds[CORES];
};

static bool stream_next(void *from, struct switch_record *out)
{
    struct stream *s = from;

    if (s->used == s->count)
        return false;
    *out = s->v[s->used++];
    return true;
}

static bool event_take(void *from, int id, struct board_event *out)
{
    struct event_list *list = (struct event_list *)from + id;

    if (id >= 8 || list->used == list->count)
        return false;
    *out = list->v[list->used++];
    return true;
}

static struct bench *bench_new(int workers, bool foreign)
{
    struct bench *b = calloc(1, sizeof(*b));
    struct machine m = {.cpus_online = CORES, .cpus_allowed = CORES};
    struct spec spec;

    assert_non_null(b);
    for (int i = 0; i < CORES; i++)
        CPU_SET(i, &m.allowed);
    spec_defaults(&spec, WORKLOAD_SPIN);
    b->trace = trace_new(&spec, &m);
    assert_non_null(b->trace);
    b->lines.trace = b->trace;
    b->marks.take = event_take;
    b->marks.from = b->events;
    b->switches = switches_new(&b->lines, &b->marks, foreign);
    assert_non_null(b->switches);
    assert_true(lines_grow(&b->lines, workers));
    assert_true(marks_grow(&b->marks, workers));
    for (int i = 0; i < CORES; i++)
        b->feeds[i] = (struct switch_feed){
            .next = stream_next, .from = &b->streams[i], .cpu = i};
    for (int id = 0; id < workers; id++)
        assert_true(switches_named(b->switches, id, 1000 + id));
    return b;
}

static void bench_free(struct bench *b)
{
    switches_free(b->switches);
    marks_fini(&b->marks);
    lines_fini(&b->lines);
    trace_free(b->trace);
    free(b);
}

static void record(struct bench *b, enum switch_kind kind, int64_t at_ns,
                   int32_t tid, int cpu, int64_t lost)
{
    struct stream *s = &b->streams[cpu];

    assert_true(s->count < MANY);
    s->v[s->count++] = (struct switch_record){.at_ns = at_ns,
                                              .tid = tid,
                                              .cpu = (int16_t)cpu,
                                              .kind = (uint8_t)kind,
                                              .lost = lost};
}

/* ---- what came of it, as text ------------------------------------------- */

static void span_text(const struct span *s, struct text *out)
{
    text_addf(out, " ");
    switch (s->state) {
    case SPAN_RUNNING:
        text_addf(out, "r%d%s", s->cpu, s->forced ? "!" : "");
        break;
    case SPAN_SPINNING:
        text_addf(out, "s%d%s", s->cpu, s->forced ? "!" : "");
        break;
    case SPAN_READY:
        text_add(out, "q");
        break;
    case SPAN_BLOCKED:
        text_add(out, wait_cause_words[s->cause]);
        break;
    default:
        text_add(out, "?");
    }
    text_addf(out, ":%d-%d", (int)s->start_ns, (int)s->end_ns);
}

static void lines_text(const struct bench *b, struct text *out)
{
    for (int id = 0; id < b->lines.count; id++) {
        const struct line *l = &b->lines.v[id];

        text_addf(out, "%s%c", id ? "; " : "", 'A' + id);
        for (uint64_t n = 0; n < trace_span_total(b->trace); n++) {
            const struct span *s = trace_span_at(b->trace, n);

            if (s->worker == id)
                span_text(s, out);
        }
        text_addf(out, " v%d i%d m%d", (int)l->voluntary, (int)l->involuntary,
                  (int)l->migrations);
    }
}

/* ---- cases -------------------------------------------------------------- */

/* Words, in order: KIND TIME WORKER CORE, without blanks. Workers A, B, ...
 *   I O P X  a record: comes in, goes out, is preempted, exits
 *   LtimexN@core  N records were lost on the core, after the one before
 *   b e c    its birth or end becomes known, or that it is about to end
 *   M n      it marked a wait (for a lock; S: for a spin lock), its end
 *   |time    drain up to there
 *   z w      blind from, sighted again from; h: it was heard of, running
 * At the end everything is drained and what is open ends at 100. */
static const struct switch_case {
    const char *name, *script, *want;
} cases[] = {
    {"out and in again is blocked, the core is what the record says",
     "b5A0 O20A0 I30A1 e50A", "A r0:5-20 other:20-30 r1:30-50 v1 i0 m1"},
    {"preempted is ready", "b5A0 P20A0 I30A0 e50A",
     "A r0!:5-20 q:20-30 r0:30-50 v0 i1 m0"},
    {"records before the birth do not count",
     "I1A0 O2A0 I4A0 b5A0 P20A0 I30A0 e50A",
     "A r0!:5-20 q:20-30 r0:30-50 v0 i1 m0"},
    {"a birth known late: what came after it counts, before it not",
     "I1A0 O2A0 I4A0 P6A0 I9A0 |10 b5A0 O20A0 I30A0 e50A",
     "A r0!:5-6 q:6-9 r0:9-20 other:20-30 r0:30-50 v1 i1 m0"},
    {"records after the end do not count", "b5A0 e50A O20A0 I30A0 O51A0 X60A0",
     "A r0:5-20 other:20-30 r0:30-50 v1 i0 m0"},
    {"about to end: records wait until it is known when",
     "b5A0 O20A0 I30A0 c0A P45A0 I48A0 P51A0 I55A0 |60 e50A O70A0 X80A0",
     "A r0:5-20 other:20-30 r0!:30-45 q:45-48 r0:48-50 v1 i1 m0"},
    {"about to end and killed", "b5A0 c0A P45A0 I48A0 |60 X70A0",
     "A r0!:5-45 q:45-48 r0:48-70 v0 i1 m0"},
    {"about to end for long: of many records the first are surely its own",
     "b0A0 c0A O1A0 I2A0 O3A0 I4A0 O5A0 I6A0 O7A0 I8A0 P9A0 I10A0 |11 e8A",
     "A r0:0-1 other:1-2 r0:2-3 other:3-4 r0:4-5 other:5-6 r0:6-7 other:7-8 "
     "v4 i0 m0"},
    {"killed: ends with its thread, whose last switch is none of its own",
     "b5A0 O20A0 I30A0 X60A0 O61A0", "A r0:5-20 other:20-30 r0:30-60 v1 i0 m0"},
    {"seen to exit before its end became known", "b0A0 X50A0 |60 e45A |70",
     "A r0:0-45 v0 i0 m0"},
    {"about to end, seen to exit, and only then its end became known",
     "b0A0 c0A P42A0 I43A0 P46A0 X50A0 |60 e45A |70",
     "A r0!:0-42 q:42-43 r0:43-45 v0 i1 m0"},
    {"nothing is closed before its end is reached", "b5A0 e50A |40 O45A0 I48A0",
     "A r0:5-45 other:45-48 r0:48-50 v1 i0 m0"},
    {"cores are merged by time",
     "b0A0 b0B1 P8B1 I15A1 O30A1 I40B1 O10A0 I12B0 O14B0 e90A e90B",
     "A r0:0-10 other:10-15 r1:15-30 other:30-90 v2 i0 m1; "
     "B r1!:0-8 q:8-12 r0:12-14 other:14-40 r1:40-90 v1 i1 m2"},
    {"at one instant leaving comes before coming", "b0A0 I20A1 P20A0 e50A",
     "A r0!:0-20 r1:20-50 v0 i1 m1"},
    {"what is past the horizon waits for the next drain",
     "b0A0 O10A0 I30A0 |20 O40A0 I41A0 |35 e50A",
     "A r0:0-10 other:10-30 r0:30-40 other:40-41 r0:41-50 v2 i0 m0"},
    {"a mark tells why", "b0A0 M9A O10A0 I20A0 n21A O30A0 I35A0 e50A",
     "A r0:0-10 lock:10-20 r0:20-30 other:30-35 r0:35-50 v2 i0 m0"},
    {"preempted during a marked wait is still ready",
     "b0A0 M9A P10A0 I12A0 O13A0 I20A0 n21A e50A",
     "A r0!:0-10 q:10-12 r0:12-13 lock:13-20 r0:20-50 v1 i1 m0"},
    {"spinning is cut out of running, also over a preemption",
     "b0A0 S9A P15A0 I20A1 n25A e50A",
     "A r0:0-9 s0!:9-15 q:15-20 s1:20-25 r1:25-50 v0 i1 m1"},
    {"a gate's mark from before the birth ends inside the life",
     "M1A b5A0 O7A0 I20A0 n21A e50A", "A r0:5-7 lock:7-20 r0:20-50 v1 i0 m0"},
    {"lost: unknown until the next record, known again before it",
     "b0A0 b0B1 O10A0 L40x7@0 O60A0 e90A e90B",
     "A r0:0-10 ?:10-40 r0:40-60 other:60-90 v2 i0 m0; B r1:0-90 v0 i0 m0"},
    {"lost: the one on that core may have left",
     "b0A0 b0B1 O5B1 I8B1 L40x3@1 I60B1 e90A e90B",
     "A r0:0-90 v0 i0 m0; B r1:0-5 other:5-8 ?:8-60 r1:60-90 v1 i0 m0"},
    {"lost: who leaves another core meanwhile may have come to that one",
     "b0A0 b0B1 O5A0 I10A0 O20B1 L40x3@0 I60B1 O70A0 e90A e90B",
     "A r0:0-5 other:5-10 ?:10-40 r0:40-70 other:70-90 v2 i0 m0; "
     "B r1:0-20 ?:20-60 r1:60-90 v1 i0 m0"},
    {"lost: who comes to another core meanwhile is there",
     "b0A0 b0B1 O5B1 O10A0 I20B1 L40x3@0 O60B1 e90A e90B",
     "A r0:0-10 ?:10-90 v1 i0 m0; "
     "B r1:0-5 other:5-10 ?:10-20 r1:20-60 other:60-90 v2 i0 m0"},
    {"lost at the end: unknown from there, though another core saw it exit",
     "b0A0 O10A0 I12A0 e80A X85A1 L99x7@0",
     "A r0:0-10 other:10-12 ?:12-80 v1 i0 m0"},
    {"lost on two cores: known again when both are",
     "b0A0 b0B1 P10B1 O12A0 L30x3@0 L50x3@1 O40A0 I60A0 I60B1 e90A e90B",
     "A r0:0-12 ?:12-40 ?:40-60 r0:60-90 v2 i0 m0; "
     "B r1!:0-10 ?:10-60 r1:60-90 v0 i1 m0"},
    {"not recording: unknown, and running all along if it says so",
     "b0A0 b0B1 |30 z30 w50 h60B1 O70A0 I75A0 e90A e90B",
     "A r0:0-30 ?:30-50 r0:50-70 other:70-75 r0:75-90 v1 i0 m0; "
     "B r1:0-30 ?:30-50 r1:50-90 v0 i0 m0"},
    {"ended before the pause, which became known later",
     "b0A0 b0B1 |30 z30 e28A c0B |31 e29B w50 |60",
     "A r0:0-28 v0 i0 m0; B r1:0-29 v0 i0 m0"},
    {"about to end before the pause, and ended in it",
     "b0A0 c0A P20A0 I25A0 |30 z30 |31 e40A w50 |60",
     "A r0!:0-20 q:20-25 r0:25-30 ?:30-40 v0 i1 m0"},
    {"about to end when records were lost, and ended before",
     "b0A0 b0B0 c0A P20A0 I25A0 O28B0 L40x3@0 |45 e27A e90B",
     "A r0!:0-20 q:20-25 r0:25-27 v0 i1 m0; "
     "B r0:0-28 ?:28-90 v1 i0 m0"},
    {"born while not recording", "|10 z10 b20A0 w50 O60A0 e90A",
     "A ?:20-50 r0:50-60 other:60-90 v1 i0 m0"},
    {"records from the edge of a pause do not count",
     "b0A0 |30 z30 O31A0 I49A0 w50 O60A0 I70A0 e90A",
     "A r0:0-30 ?:30-50 r0:50-60 other:60-70 r0:70-90 v1 i0 m0"},
};

static void play_mark(struct bench *b, char kind, int id, int64_t at_ns)
{
    struct event_list *list = &b->events[id];

    list->v[list->count++] = (struct board_event){
        .kind = kind == 'n' ? BOARD_WAIT_END : BOARD_WAIT_BEGIN,
        .begin_ns = at_ns,
        .end_ns = at_ns,
        .cause = kind == 'S' ? WAIT_SPIN : WAIT_LOCK,
    };
}

static void play_word(struct bench *b, const char *word)
{
    static const char records[] = "IOPX";
    static const enum switch_kind kinds[] = {SWITCH_IN, SWITCH_OUT,
                                             SWITCH_PREEMPT, SWITCH_EXIT};
    char kind = word[0], who = 'A', *rest;
    int64_t at_ns = strtol(word + 1, &rest, 10), lost;
    int cpu = 0, id;

    if (kind == 'L') {
        lost = strtol(rest + 1, &rest, 10);
        record(b, SWITCH_LOST, at_ns, 0, atoi(rest + 1), lost);
        return;
    }
    if (*rest) {
        who = *rest++;
        cpu = *rest ? atoi(rest) : 0;
    }
    id = who - 'A';
    if (strchr(records, kind))
        record(b, kinds[strchr(records, kind) - records], at_ns, 1000 + id, cpu,
               0);
    else if (kind == 'b')
        switches_born(b->switches, id, at_ns, cpu);
    else if (kind == 'e')
        switches_ended(b->switches, id, at_ns);
    else if (kind == 'c')
        switches_closing(b->switches, id);
    else if (kind == '|')
        switches_drain(b->switches, b->feeds, CORES, at_ns);
    else if (kind == 'z')
        switches_blind(b->switches, at_ns);
    else if (kind == 'w')
        switches_sighted(b->switches, at_ns);
    else if (kind == 'h')
        switches_seen(b->switches, id, at_ns, cpu);
    else
        play_mark(b, kind, id, at_ns);
}

static void records_make_the_timeline(void **state)
{
    const struct switch_case *c = *state;
    struct bench *b = bench_new(strchr(c->want, ';') ? 2 : 1, false);
    struct text got = {0};
    char script[256], *at = script, *word;

    snprintf(script, sizeof(script), "%s", c->script);
    while ((word = strsep(&at, " ")) != NULL)
        play_word(b, word);
    switches_drain(b->switches, b->feeds, CORES, INT64_MAX);
    switches_finish(b->switches, 100);
    lines_text(b, &got);
    assert_string_equal(text_str(&got), c->want);
    text_fini(&got);
    bench_free(b);
}

static void losses_are_told(void **state)
{
    struct bench *b = bench_new(1, false);

    (void)state;
    switches_born(b->switches, 0, 1, 0);
    record(b, SWITCH_OUT, 10, 1000, 0, 0);
    record(b, SWITCH_LOST, 40, 0, 0, 7);
    record(b, SWITCH_LOST, 50, 0, 1, 5);
    switches_drain(b->switches, b->feeds, CORES, INT64_MAX);
    assert_int_equal(b->trace->observer.lost, 12);
    assert_int_equal(b->trace->event_count, 2);
    assert_int_equal(b->trace->events[0].kind, EVENT_LOST);
    assert_int_equal(b->trace->events[0].worker, 0);
    assert_int_equal(b->trace->events[0].value, 7);
    assert_int_equal(b->trace->events[0].start_ns, 10);
    assert_int_equal(b->trace->events[0].at_ns, 40);
    bench_free(b);
}

/* Task 0 is the idle one; everybody who is neither that nor ours is foreign.
 * What was before the gate is none of the run's. */
static void foreign_time_adds_up(void **state)
{
    struct bench *b = bench_new(1, true);

    (void)state;
    b->trace->gate_ns = 12;
    switches_born(b->switches, 0, 1, 0);
    record(b, SWITCH_PREEMPT, 10, 1000, 0, 0);
    record(b, SWITCH_IN, 10, 77, 0, 0);
    record(b, SWITCH_OUT, 25, 77, 0, 0);
    record(b, SWITCH_IN, 25, 0, 0, 0);
    record(b, SWITCH_PREEMPT, 30, 0, 0, 0);
    record(b, SWITCH_IN, 30, 1000, 0, 0);
    record(b, SWITCH_IN, 40, 78, 2, 0);
    record(b, SWITCH_PREEMPT, 42, 78, 2, 0);
    switches_drain(b->switches, b->feeds, CORES, INT64_MAX);
    assert_int_equal(b->trace->cores[0].foreign_ns, 13);
    assert_int_equal(b->trace->cores[1].foreign_ns, -1);
    assert_int_equal(b->trace->cores[2].foreign_ns, 2);
    bench_free(b);
}

/* ---- a made-up scheduler ------------------------------------------------ */

#define CROWD 300

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % sides;
}

struct truth { /* of one worker */
    int cpu;   /* -1: off the cores */
    int64_t on_ns, since_ns, voluntary, involuntary, migrations;
    int last_cpu;
};

/* Move workers about at random and remember the truth beside the records. */
static void schedule(struct bench *b, struct truth w[], uint32_t *seed,
                     int64_t from_ns, int64_t to_ns)
{
    for (int64_t at_ns = from_ns; at_ns < to_ns; at_ns += dice(seed, 3)) {
        int id = (int)dice(seed, CROWD);
        int cpu = (int)dice(seed, CORES);
        bool forced = dice(seed, 2);

        if (w[id].cpu >= 0) {
            record(b, forced ? SWITCH_PREEMPT : SWITCH_OUT, at_ns, 1000 + id,
                   w[id].cpu, 0);
            w[id].on_ns += at_ns - w[id].since_ns;
            w[id].voluntary += !forced;
            w[id].involuntary += forced;
            w[id].cpu = -1;
        } else {
            record(b, SWITCH_IN, at_ns, 1000 + id, cpu, 0);
            w[id].migrations += w[id].last_cpu != cpu;
            w[id].cpu = w[id].last_cpu = cpu;
            w[id].since_ns = at_ns;
        }
    }
}

/* However the draining is cut up, every worker's time on core, switches and
 * moves come out as they were, and its spans tile its life. */
static void random_schedules_come_out_exactly(void **state)
{
    uint32_t seed = (uint32_t)(uintptr_t)*state;
    struct bench *b = bench_new(CROWD, false);
    static struct truth w[CROWD];
    int64_t end_ns = 3000;

    for (int id = 0; id < CROWD; id++) {
        w[id] = (struct truth){.cpu = id % CORES, .last_cpu = id % CORES};
        switches_born(b->switches, id, 0, id % CORES);
    }
    for (int64_t at_ns = 1; at_ns < end_ns; at_ns += 100) {
        schedule(b, w, &seed, at_ns, at_ns + 100);
        switches_drain(b->switches, b->feeds, CORES,
                       at_ns + (int64_t)dice(&seed, 100));
    }
    for (int id = 0; id < CROWD; id++) {
        if (w[id].cpu >= 0)
            w[id].on_ns += end_ns + 200 - w[id].since_ns;
        switches_ended(b->switches, id, end_ns + 200);
    }
    switches_drain(b->switches, b->feeds, CORES, INT64_MAX);

    for (int id = 0; id < CROWD; id++) {
        const struct trace_worker *t = trace_worker(b->trace, id);
        const struct line *l = &b->lines.v[id];

        assert_int_equal(l->voluntary, w[id].voluntary);
        assert_int_equal(l->involuntary, w[id].involuntary);
        assert_int_equal(l->migrations, w[id].migrations);
        assert_int_equal(t->span_ns[SPAN_RUNNING], w[id].on_ns);
        assert_int_equal(t->span_ns[SPAN_UNKNOWN], 0);
        assert_int_equal(t->span_ns[SPAN_RUNNING] + t->span_ns[SPAN_READY] +
                             t->span_ns[SPAN_BLOCKED],
                         end_ns + 200);
    }
    bench_free(b);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int main(void)
{
    static struct CMUnitTest tests[COUNT(cases) + 7];
    size_t n = 0;

    for (size_t i = 0; i < COUNT(cases); i++) {
        tests[n++] =
            (struct CMUnitTest){.name = cases[i].name,
                                .test_func = records_make_the_timeline,
                                .initial_state = (void *)(uintptr_t)&cases[i]};
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(losses_are_told);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(foreign_time_adds_up);
    for (uintptr_t seed = 1; seed <= 5; seed++)
        tests[n++] =
            (struct CMUnitTest){.name = "random schedules come out exactly",
                                .test_func = random_schedules_come_out_exactly,
                                .initial_state = (void *)seed};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
