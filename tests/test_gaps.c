/* Workers' own findings into timelines, with events written by hand. Nothing
 * runs. Times are microseconds here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "observe/gaps.h"

/* One worker, born at 0 on core 0, ends at 9000. */
static struct trace *trace;
static struct lines lines;
static struct gaps gaps;

static int setup(void **state)
{
    struct machine m = {.cpus_online = 2, .cpus_allowed = 2};
    struct spec spec;

    (void)state;
    CPU_SET(0, &m.allowed);
    CPU_SET(1, &m.allowed);
    spec_defaults(&spec, WORKLOAD_SPIN);
    trace = trace_new(&spec, &m);
    lines = (struct lines){.trace = trace};
    gaps = (struct gaps){.lines = &lines};
    return trace && lines_grow(&lines, 1) && gaps_grow(&gaps, 1) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    gaps_fini(&gaps);
    lines_fini(&lines);
    trace_free(trace);
    return 0;
}

/* ---- events ------------------------------------------------------------- */

static struct board_event event(int kind, int64_t begin_us, int64_t end_us,
                                int cause, unsigned voluntary,
                                unsigned involuntary, int64_t queued_us,
                                int cpu)
{
    return (struct board_event){
        .kind = (uint8_t)kind,
        .begin_ns = begin_us * NS_PER_US,
        .end_ns = end_us * NS_PER_US,
        .cause = (uint8_t)cause,
        .voluntary = voluntary,
        .involuntary = involuntary,
        .value = queued_us < 0 ? -1 : queued_us * NS_PER_US,
        .cpu = (int16_t)cpu,
        .cpu_before = lines.v[0].cpu,
    };
}

/* What is done to the worker: events in order, and what happens between. */
enum step_kind {
    STEP_EVENT,
    STEP_NOW, /* it is end_us now; it was last seen at begin_us */
    STEP_HOLE /* it is end_us now; .voluntary events were dropped */
};
struct step {
    enum step_kind step;
    int kind;
    int64_t begin_us, end_us;
    int cause;
    unsigned voluntary, involuntary;
    int64_t queued_us;
    int cpu;
};

/* clang-format off */
#define GAP(b, e, v, i, q, cpu) {STEP_EVENT, BOARD_GAP, b, e, 0, v, i, q, cpu}
#define BEGIN(b, cause) {STEP_EVENT, BOARD_WAIT_BEGIN, b, b, cause, 0, 0, -1, 0}
#define END(b, e, cause, v, i, q, cpu) \
    {STEP_EVENT, BOARD_WAIT_END, b, e, cause, v, i, q, cpu}
#define MOVED(at, cpu) {STEP_EVENT, BOARD_MOVED, at, at, 0, 0, 0, -1, cpu}
#define NOW(seen, now) {STEP_NOW, 0, seen, now, 0, 0, 0, 0, 0}
#define HOLE(n, now) {STEP_HOLE, 0, 0, now, 0, n, 0, 0, 0}
#define NOTHING {0, -1, 0, 0, 0, 0, 0, 0, 0}
/* clang-format on */

static const struct gap_case {
    const char *name;
    struct step steps[6];
    const char *want;
} cases[] = {
    {"nothing happened: one span", {NOTHING}, "r0:0-9000 v0 i0 m0"},
    {"a forced gap is ready, the span before it was cut off",
     {GAP(100, 300, 0, 1, -1, 0), NOTHING},
     "r0!:0-100 q:100-300 r0:300-9000 v0 i1 m0"},
    {"a gap that was not all queueing: the rest was work before",
     {GAP(100, 300, 0, 1, 100, 0), NOTHING},
     "r0!:0-200 q:200-300 r0:300-9000 v0 i1 m0"},
    {"a forced gap to another core",
     {GAP(100, 300, 0, 2, 250, 1), NOTHING},
     "r0!:0-100 q:100-300 r1:300-9000 v0 i2 m1"},
    {"an unmarked wait, queued for at its end",
     {GAP(100, 300, 1, 0, 50, 0), NOTHING},
     "r0:0-100 other:100-250 q:250-300 r0:300-9000 v1 i0 m0"},
    {"a wait that blocked",
     {BEGIN(100, WAIT_LOCK), END(100, 300, WAIT_LOCK, 1, 0, 20, 1), NOTHING},
     "r0:0-100 lock:100-280 q:280-300 r1:300-9000 v1 i0 m1"},
    {"a wait without a switch never left the core",
     {BEGIN(100, WAIT_LOCK), END(100, 300, WAIT_LOCK, 0, 0, -1, 0), NOTHING},
     "r0:0-9000 v0 i0 m0"},
    {"the same when it was shown as blocked meanwhile",
     {BEGIN(100, WAIT_LOCK), NOW(90, 200),
      END(100, 300, WAIT_LOCK, 0, 0, -1, 0), NOTHING},
     "r0:0-100 r0:100-9000 v0 i0 m0"},
    {"shown as blocked and it was",
     {BEGIN(100, WAIT_GIL), NOW(90, 200), END(100, 300, WAIT_GIL, 1, 0, 0, 0),
      NOTHING},
     "r0:0-100 gil:100-300 r0:300-9000 v1 i0 m0"},
    {"preempted in a wait that did not block",
     {BEGIN(100, WAIT_TURN), END(100, 300, WAIT_TURN, 0, 1, 200, 0), NOTHING},
     "r0!:0-100 q:100-300 r0:300-9000 v0 i1 m0"},
    {"spinning, cut off towards its end",
     {BEGIN(100, WAIT_SPIN), END(100, 300, WAIT_SPIN, 0, 1, 50, 0), NOTHING},
     "r0:0-100 s0!:100-250 q:250-300 r0:300-9000 v0 i1 m0"},
    {"moved without a switch that stood out",
     {MOVED(400, 1), NOTHING},
     "r0:0-400 r1:400-9000 v0 i0 m1"},
    {"queueing left over from short switches stays within the gap",
     {GAP(100, 300, 0, 1, 1200, 0), GAP(310, 1290, 0, 1, 0, 0), NOTHING},
     "r0!:0-100 q:100-300 r0!:300-1290 r0:1290-9000 v0 i2 m0"},
    {"nor does it carry a wait past the worker's end",
     {END(8800, 8900, WAIT_LOCK, 1, 0, 1200, 0), NOTHING},
     "r0:0-8800 q:8800-8900 r0:8900-9000 v1 i0 m0"},
    {"not seen for long: what it surely ran is stored, nothing is doubled",
     {NOW(500, 5000), GAP(600, 4600, 0, 1, -1, 0), NOTHING},
     "r0:0-500 r0!:500-600 q:600-4600 r0:4600-9000 v0 i1 m0"},
    {"dropped events: unknown from the last to the next",
     {GAP(100, 300, 0, 1, -1, 0), HOLE(3, 2000), GAP(1500, 1700, 0, 1, -1, 1),
      NOTHING},
     "r0!:0-100 q:100-300 ?:300-1500 q:1500-1700 r1:1700-9000 "
     "v0 i2 m1"},
    {"a gate's wait from before the birth is clipped",
     {END(-50, 200, WAIT_BARRIER, 1, 0, 0, 0), NOTHING},
     "barrier:0-200 r0:200-9000 v1 i0 m0"},
};

/* ---- what came of it, as text ------------------------------------------- */

static void span_text(const struct span *s, struct text *out)
{
    if (s->state == SPAN_RUNNING || s->state == SPAN_SPINNING)
        text_addf(out, "%c%d%s", s->state == SPAN_RUNNING ? 'r' : 's', s->cpu,
                  s->forced ? "!" : "");
    else if (s->state == SPAN_BLOCKED)
        text_add(out, wait_cause_words[s->cause]);
    else
        text_add(out, s->state == SPAN_READY ? "q" : "?");
    text_addf(out, ":%d-%d ", (int)(s->start_ns / NS_PER_US),
              (int)(s->end_ns / NS_PER_US));
}

static void timeline_text(struct text *out)
{
    const struct line *l = &lines.v[0];

    for (uint64_t n = 0; n < trace_span_total(trace); n++)
        span_text(trace_span_at(trace, n), out);
    text_addf(out, "v%d i%d m%d", (int)l->voluntary, (int)l->involuntary,
              (int)l->migrations);
}

static void events_make_the_timeline(void **state)
{
    const struct gap_case *c = *state;
    struct text got = {0};

    line_open(&lines, 0, 0, 0);
    for (const struct step *s = c->steps; s->kind >= 0; s++) {
        struct board_event e =
            event(s->kind, s->begin_us, s->end_us, s->cause, s->voluntary,
                  s->involuntary, s->queued_us, s->cpu);

        if (s->step == STEP_EVENT)
            gaps_event(&gaps, 0, &e);
        else if (s->step == STEP_NOW)
            gaps_now(&gaps, 0, e.begin_ns, e.end_ns);
        else
            gaps_hole(&gaps, 0, s->voluntary, e.end_ns);
    }
    gaps_end(&gaps, 0, 9000 * NS_PER_US);
    timeline_text(&got);
    assert_string_equal(text_str(&got), c->want);
    text_fini(&got);
}

/* ---- what is shown while it lives --------------------------------------- */

static void the_open_span_is_what_it_seems(void **state)
{
    struct board_event e;
    struct span open;

    (void)state;
    line_open(&lines, 0, 0, 0);
    gaps_now(&gaps, 0, 100 * NS_PER_US, 200 * NS_PER_US);
    line_show(&lines, 0);
    assert_true(trace_open_span(trace, 0, 200 * NS_PER_US, &open));
    assert_int_equal(open.state, SPAN_RUNNING);
    assert_int_equal(open.cpu, 0);
    assert_int_equal(open.start_ns, 0);

    gaps_now(&gaps, 0, 300 * NS_PER_US, 5000 * NS_PER_US);
    line_show(&lines, 0);
    assert_true(trace_open_span(trace, 0, 5000 * NS_PER_US, &open));
    assert_int_equal(open.state, SPAN_READY);
    assert_int_equal(open.start_ns, 300 * NS_PER_US);

    e = event(BOARD_WAIT_BEGIN, 5100, 5100, WAIT_IO, 0, 0, -1, 0);
    gaps_event(&gaps, 0, &e);
    gaps_now(&gaps, 0, 5000 * NS_PER_US, 5200 * NS_PER_US);
    line_show(&lines, 0);
    assert_true(trace_open_span(trace, 0, 5200 * NS_PER_US, &open));
    assert_int_equal(open.state, SPAN_BLOCKED);
    assert_int_equal(open.cause, WAIT_IO);
    assert_int_equal(open.start_ns, 5100 * NS_PER_US);

    gaps_end(&gaps, 0, 6000 * NS_PER_US);
    line_show(&lines, 0);
    assert_false(trace_open_span(trace, 0, 7000 * NS_PER_US, &open));
    assert_int_equal(trace->workers[0].life, LIFE_ENDED);
    assert_int_equal(trace->workers[0].end_ns, 6000 * NS_PER_US);
}

static void dropped_events_are_told(void **state)
{
    (void)state;
    line_open(&lines, 0, 0, 0);
    gaps_hole(&gaps, 0, 42, 500 * NS_PER_US);
    assert_int_equal(trace->observer.lost, 42);
    assert_int_equal(trace->event_count, 1);
    assert_int_equal(trace->events[0].kind, EVENT_LOST);
    assert_int_equal(trace->events[0].value, 42);
}

static void tasks_become_events(void **state)
{
    struct board_event e = event(BOARD_TASK, 100, 700, 0, 0, 0, 0, 0);

    (void)state;
    e.value = 17;
    line_open(&lines, 0, 0, 0);
    gaps_event(&gaps, 0, &e);
    assert_int_equal(trace->event_count, 1);
    assert_int_equal(trace->events[0].kind, EVENT_TASK);
    assert_int_equal(trace->events[0].value, 17);
    assert_int_equal(trace->events[0].start_ns, 100 * NS_PER_US);
    assert_int_equal(trace->events[0].at_ns, 700 * NS_PER_US);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test_setup_teardown(the_open_span_is_what_it_seems, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(dropped_events_are_told, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(tasks_become_events, setup, teardown),
    };
    static struct CMUnitTest tests[COUNT(cases) + COUNT(others)];

    for (size_t i = 0; i < COUNT(cases); i++)
        tests[i] =
            (struct CMUnitTest){.name = cases[i].name,
                                .test_func = events_make_the_timeline,
                                .setup_func = setup,
                                .teardown_func = teardown,
                                .initial_state = (void *)(uintptr_t)&cases[i]};
    memcpy(&tests[COUNT(cases)], others, sizeof(others));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
