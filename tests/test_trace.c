/* The trace's storage: order, totals, the memory cap. Run in the test
 * process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/fake_trace.h"
#include "trace/trace.h"

static struct trace *new_trace(void)
{
    struct spec spec;
    struct machine m = {.cpus_online = 8, .cpus_allowed = 3};

    spec_defaults(&spec, WORKLOAD_COUNTER);
    CPU_SET(5, &m.allowed);
    CPU_SET(1, &m.allowed);
    CPU_SET(3, &m.allowed);

    struct trace *t = trace_new(&spec, &m);

    assert_non_null(t);
    return t;
}

/* Span number @n of a run in which worker 0 has a microsecond each time. */
static void add_numbered(struct trace *t, int64_t n)
{
    trace_add_span(t, &(struct span){.start_ns = n * 1000,
                                     .end_ns = (n + 1) * 1000,
                                     .cpu = 3,
                                     .state = SPAN_RUNNING});
}

static void test_new(void **state)
{
    struct trace *t = new_trace();

    (void)state;
    assert_int_equal(t->core_count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(t->cores[i].cpu, 2 * i + 1);
        assert_int_equal(t->cores[i].own_ns, 0);
        assert_int_equal(t->cores[i].foreign_ns, -1);
        assert_true(t->cores[i].foreign_share < 0);
    }
    assert_int_equal(trace_span_total(t), 0);
    assert_null(trace_span_at(t, 0));
    /* The cap is memory, a quarter of a GiB at most. */
    assert_true(t->chunk_limit * sizeof(struct trace_chunk) <= 256u << 20);
    assert_true(t->chunk_limit * sizeof(struct trace_chunk) > 200u << 20);
    trace_free(t);
    trace_free(NULL);
}

static void test_pinned(void **state)
{
    struct spec spec;
    struct machine m = {.cpus_allowed = 2};

    (void)state;
    spec_defaults(&spec, WORKLOAD_COUNTER);
    CPU_SET(0, &m.allowed);
    CPU_SET(1, &m.allowed);
    spec.pinned = true;
    CPU_ZERO(&spec.cpus);
    CPU_SET(1, &spec.cpus);

    struct trace *t = trace_new(&spec, &m);

    assert_non_null(t);
    assert_int_equal(t->core_count, 1);
    assert_int_equal(t->cores[0].cpu, 1);
    /* Let loose while it runs: the other core appears, in its place. */
    trace_add_span(t, &(struct span){.end_ns = 7, .state = SPAN_RUNNING});
    assert_int_equal(t->core_count, 2);
    assert_int_equal(t->cores[0].cpu, 0);
    assert_int_equal(t->cores[0].own_ns, 7);
    assert_int_equal(t->cores[1].own_ns, 0);
    trace_free(t);
}

static void test_workers(void **state)
{
    struct trace *t = new_trace();

    (void)state;
    trace_worker(t, 2)->tid = 77;
    assert_int_equal(t->worker_count, 3);
    assert_int_equal(t->workers[0].life, LIFE_ABSENT);
    assert_int_equal(t->workers[0].cpu, -1);
    assert_non_null(trace_worker(t, 9999));
    assert_int_equal(t->worker_count, 10000);
    assert_int_equal(t->workers[2].tid, 77);
    assert_int_equal(t->workers[9999].life, LIFE_ABSENT);
    assert_false(t->workers[9999].metrics.has[METRIC_RUN_S]);
    trace_free(t);
}

static void test_totals(void **state)
{
    static const struct span spans[] = {
        {.start_ns = 0, .end_ns = 10, .worker = 1, .cpu = 3, .forced = 1},
        {.start_ns = 10,
         .end_ns = 30,
         .worker = 1,
         .cpu = -1,
         .state = SPAN_READY},
        {.start_ns = 30,
         .end_ns = 35,
         .worker = 1,
         .cpu = 5,
         .state = SPAN_SPINNING,
         .cause = WAIT_SPIN},
        {.start_ns = 35,
         .end_ns = 75,
         .worker = 1,
         .cpu = -1,
         .state = SPAN_BLOCKED,
         .cause = WAIT_LOCK},
        {.start_ns = 75,
         .end_ns = 76,
         .worker = 1,
         .cpu = -1,
         .state = SPAN_UNKNOWN},
        {.start_ns = 76, .end_ns = 76, .worker = 1, .cpu = 1}, /* empty */
        {.start_ns = 77, .end_ns = 70, .worker = 1, .cpu = 1}, /* no span */
    };
    struct trace *t = new_trace();

    (void)state;
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        trace_add_span(t, &spans[i]);

    const struct trace_worker *w = trace_worker(t, 1);

    assert_int_equal(trace_span_total(t), 5);
    assert_int_equal(w->span_ns[SPAN_RUNNING], 10);
    assert_int_equal(w->span_ns[SPAN_READY], 20);
    assert_int_equal(w->span_ns[SPAN_SPINNING], 5);
    assert_int_equal(w->span_ns[SPAN_BLOCKED], 40);
    assert_int_equal(w->span_ns[SPAN_UNKNOWN], 1);
    assert_int_equal(w->wait_ns[WAIT_LOCK], 40);
    assert_int_equal(w->wait_ns[WAIT_SPIN], 5);
    assert_int_equal(w->wait_ns[WAIT_NONE], 0);
    /* Who sees the switches counts them. */
    assert_int_equal(w->traced_involuntary, 0);
    assert_int_equal(t->cores[0].own_ns, 0);
    assert_int_equal(t->cores[1].own_ns, 10);
    assert_int_equal(t->cores[2].own_ns, 5);
    trace_free(t);
}

/* Every span can be found by its number, until its whole chunk is let go. */
static void test_numbers(void **state)
{
    const int64_t limit = 3, n = 10 * TRACE_CHUNK_SPANS + 100;
    struct trace *t = new_trace();
    int64_t past = 0;

    (void)state;
    t->chunk_limit = (size_t)limit;
    for (int64_t i = 0; i < n; i++) {
        add_numbered(t, i);
        assert_int_equal(trace_span_total(t), i + 1);
        assert_int_equal(trace_span_at(t, (uint64_t)i)->start_ns, i * 1000);
    }
    past = 8 * TRACE_CHUNK_SPANS;
    assert_int_equal(t->observer.dropped_spans, past);
    assert_int_equal(t->chunk_count, limit);
    /* All that ended after this is there. */
    assert_int_equal(t->complete_from_ns, past * 1000);
    assert_null(trace_span_at(t, (uint64_t)past - 1));
    for (int64_t i = past; i < n; i++)
        assert_int_equal(trace_span_at(t, (uint64_t)i)->start_ns, i * 1000);
    assert_null(trace_span_at(t, (uint64_t)n));
    /* Totals know of all of them, and nothing failed. */
    assert_int_equal(t->workers[0].span_ns[SPAN_RUNNING], n * 1000);
    assert_int_equal(t->cores[1].own_ns, n * 1000);
    assert_false(t->failed_alloc);
    trace_free(t);
}

struct seen {
    int64_t from_ns, to_ns, count;
};

static void see(const struct span *s, void *arg)
{
    struct seen *seen = arg;

    assert_true(s->end_ns > seen->from_ns && s->start_ns < seen->to_ns);
    seen->count++;
}

static void test_each(void **state)
{
    static const struct {
        int64_t from_ns, to_ns, want;
    } cases[] = {
        {0, 20000000, 20000},     {-100, 0, 0},
        {20000000, 30000000, 0},  {4999999, 5000001, 2},
        {5000000, 5000001, 1},    {5000000, 5000000, 0},
        {4096000, 8192000, 4096}, {19999999, INT64_MAX, 1},
    };
    struct trace *t = new_trace();

    (void)state;
    for (int64_t i = 0; i < 20000; i++)
        add_numbered(t, i);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct seen seen = {cases[i].from_ns, cases[i].to_ns, 0};

        trace_each_span(t, cases[i].from_ns, cases[i].to_ns, see, &seen);
        assert_int_equal(seen.count, cases[i].want);
    }
    /* A late one is found too, although its neighbours lie elsewhere. */
    add_numbered(t, -50);

    struct seen seen = {-50000, -49000, 0};

    trace_each_span(t, seen.from_ns, seen.to_ns, see, &seen);
    assert_int_equal(seen.count, 1);
    trace_free(t);
}

static void test_open(void **state)
{
    struct trace *t = new_trace();
    struct trace_worker *w = trace_worker(t, 0);
    struct span s;

    (void)state;
    w->state = SPAN_RUNNING;
    w->cpu = 3;
    w->since_ns = 100;
    assert_false(trace_open_span(t, 0, 150, &s));
    w->life = LIFE_ALIVE;
    assert_true(trace_open_span(t, 0, 150, &s));
    assert_int_equal(s.start_ns, 100);
    assert_int_equal(s.end_ns, 150);
    assert_int_equal(s.cpu, 3);
    assert_int_equal(s.state, SPAN_RUNNING);
    w->state = SPAN_BLOCKED;
    w->cause = WAIT_GIL;
    /* The record may be newer than the clock that the caller read. */
    assert_true(trace_open_span(t, 0, 90, &s));
    assert_int_equal(s.end_ns, 100);
    assert_int_equal(s.cpu, -1);
    assert_int_equal(s.cause, WAIT_GIL);
    w->life = LIFE_ENDED;
    assert_false(trace_open_span(t, 0, 150, &s));
    assert_false(trace_open_span(t, 1, 150, &s));
    assert_false(trace_open_span(t, -1, 150, &s));
    trace_free(t);
}

static void test_lists(void **state)
{
    struct trace *t = new_trace();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct trace_phase *p;

        trace_add_event(t,
                        &(struct trace_event){.kind = EVENT_TASK, .value = i});
        trace_add_sample(t, &(struct trace_sample){.ops = i});
        p = trace_add_phase(t);
        assert_non_null(p);
        assert_int_equal(p->end_ns, 0);
        assert_false(p->metrics.has[METRIC_LOST]);
        p->ops = i;
    }
    assert_int_equal(t->event_count, 1000);
    assert_int_equal(t->sample_count, 1000);
    assert_int_equal(t->phase_count, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(t->events[i].value, i);
        assert_int_equal(t->samples[i].ops, i);
        assert_int_equal(t->phases[i].ops, i);
    }
    assert_false(t->failed_alloc);
    trace_free(t);
}

static void test_letters(void **state)
{
    static const struct {
        int worker;
        char want;
    } cases[] = {{0, 'A'},  {25, 'Z'}, {26, 'a'}, {51, 'z'},
                 {52, '0'}, {61, '9'}, {62, 'A'}, {1999, 'P'}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(trace_letter(cases[i].worker), cases[i].want);
}

/* Names are what other programs and lessons say: each once, each there. */
static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < METRIC_COUNT; i++) {
        assert_non_null(metric_infos[i].name);
        assert_true(strlen(metric_infos[i].help) > 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(metric_infos[i].name, metric_infos[k].name);
    }
    assert_string_equal(metric_infos[METRIC_WALL_S].name, "wall_s");
    assert_string_equal(metric_infos[METRIC_CHECKSUM].name, "checksum");
    assert_string_equal(verdict_words[VERDICT_NONE], "");
    assert_string_equal(verdict_words[VERDICT_INTERRUPTED], "interrupted");
    assert_null(verdict_words[VERDICT_INTERRUPTED + 1]);
}

/* The made-up traces are what they say: nobody is in two places at once. */
static void test_fakes(void **state)
{
    static const char *const names[] = {"primes", "race",    "sleep", "gil",
                                        "crowd",  "sampled", "gaps",  "start"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct trace *t = fake_trace(names[i]);
        int64_t until[2000] = {0}, core_until[2] = {0};

        assert_true(t->worker_count <= 2000);
        for (uint64_t n = 0; n < trace_span_total(t); n++) {
            const struct span *s = trace_span_at(t, n);

            assert_true(s->start_ns >= until[s->worker]);
            until[s->worker] = s->end_ns;
            assert_true(s->end_ns <= t->now_ns);
            if (s->cpu < 0)
                continue;
            assert_true(s->start_ns >= core_until[s->cpu]);
            core_until[s->cpu] = s->end_ns;
        }
        /* run + ready + blocked is the whole life of each */
        for (int id = 0; id < t->worker_count; id++) {
            const struct metrics *m = &t->workers[id].metrics;

            double spent = metric_get(m, METRIC_RUN_S, -1) +
                           metric_get(m, METRIC_READY_S, -1) +
                           metric_get(m, METRIC_BLOCKED_S, -1);

            assert_true(fabs(metric_get(m, METRIC_LIFE_S, -1) - spent) < 1e-9);
        }
        trace_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),     cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_workers), cmocka_unit_test(test_totals),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_each),
        cmocka_unit_test(test_open),    cmocka_unit_test(test_lists),
        cmocka_unit_test(test_letters), cmocka_unit_test(test_names),
        cmocka_unit_test(test_fakes),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
