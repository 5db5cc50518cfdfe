/* Lanes against a plain reference that adds up every cell from scratch, over
 * made-up traces and windows drawn from a seed. Run in the test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/fake_trace.h"
#include "stats/lanes.h"

#define WORKERS 12
#define CORES 3

/* ---- a seeded source of numbers ----------------------------------------- */

static uint64_t rng;

static int64_t below(int64_t n)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (int64_t)(rng % (uint64_t)n);
}

/* ---- the reference ------------------------------------------------------ */

struct window {
    int64_t start_ns, column_ns;
    int columns, first_worker, rows, per_row;
};

struct expected {
    struct row {
        int64_t ns[SPAN_STATES], wait_ns[WAIT_CAUSES];
        int switches;
        bool sampled;
    } row;
    int64_t held_ns[WORKERS]; /* core: by worker */
    bool unknown;
};

static bool on_core(const struct span *s)
{
    return s->state == SPAN_RUNNING || s->state == SPAN_SPINNING;
}

static int64_t overlap(int64_t a, int64_t b, int64_t from, int64_t to)
{
    int64_t low = a > from ? a : from, high = b < to ? b : to;

    return high > low ? high - low : 0;
}

static void expect_span(struct expected *e, const struct span *s, bool open,
                        int64_t from, int64_t to, int first, int count, int cpu)
{
    int64_t ns = overlap(s->start_ns, s->end_ns, from, to);

    if (cpu >= 0) {
        if (on_core(s) && s->cpu == cpu)
            e->held_ns[s->worker] += ns;
        return;
    }
    if (s->worker < first || s->worker >= first + count)
        return;
    e->row.ns[s->state] += ns;
    if (s->state == SPAN_BLOCKED || s->state == SPAN_SPINNING)
        e->row.wait_ns[s->cause] += ns;
    e->row.sampled |= s->sampled && ns > 0;
    e->row.switches +=
        !open && on_core(s) && s->end_ns > from && s->end_ns <= to;
}

/* One cell: of a row (@cpu -1) or of a core. */
static struct expected expect(const struct trace *t, const struct window *w,
                              int column, int row, int cpu)
{
    struct expected e = {0};
    int64_t from = w->start_ns + column * w->column_ns;
    int64_t to = from + w->column_ns;
    int first = w->first_worker + row * w->per_row;
    struct span open;

    for (uint64_t n = 0; n < trace_span_total(t); n++)
        expect_span(&e, trace_span_at(t, n), false, from, to, first, w->per_row,
                    cpu);
    for (int id = 0; id < t->worker_count; id++)
        if (trace_open_span(t, id, t->now_ns, &open))
            expect_span(&e, &open, true, from, to, first, w->per_row, cpu);
    for (size_t i = 0; i < t->event_count; i++) {
        const struct trace_event *v = &t->events[i];

        e.unknown |=
            (v->kind == EVENT_BLIND ||
             (v->kind == EVENT_LOST && (v->worker == cpu || v->worker < 0))) &&
            overlap(v->start_ns, v->at_ns, from, to) > 0;
    }
    return e;
}

static void check_row(const struct lane_cell *c, const struct row *e)
{
    int64_t waited = 0;

    for (int k = 0; k < SPAN_STATES; k++)
        assert_true(c->ns[k] == (float)e->ns[k]);
    for (int k = 0; k < WAIT_CAUSES; k++)
        waited = e->wait_ns[k] > waited ? e->wait_ns[k] : waited;
    assert_int_equal(e->wait_ns[c->cause], waited);
    assert_int_equal(c->switches, e->switches < 255 ? e->switches : 255);
    assert_int_equal(c->sampled, e->sampled);
}

static void check_core(const struct core_cell *c, const struct expected *e)
{
    int64_t busy = 0, most = 0;
    int holders = 0;

    for (int id = 0; id < WORKERS; id++) {
        busy += e->held_ns[id];
        most = e->held_ns[id] > most ? e->held_ns[id] : most;
        holders += e->held_ns[id] > 0;
    }
    assert_true(c->busy_ns == (float)busy);
    assert_int_equal(c->unknown, e->unknown);
    assert_int_equal(c->holders, holders);
    if (holders == 0) {
        assert_int_equal(c->worker, -1);
        return;
    }
    /* Few holders are told exactly; among many whoever had more than a sixth
     * of the time is never missed. */
    assert_in_range(c->worker, 0, WORKERS - 1);
    if (holders <= 6) {
        assert_true(c->ns == (float)most);
        assert_true(e->held_ns[c->worker] == most);
    } else if (most > busy * 2 / 3) {
        assert_true(e->held_ns[c->worker] == most);
    }
    assert_true(c->ns <= (float)e->held_ns[c->worker]);
}

static void check_all(const struct lanes *l, const struct trace *t,
                      const struct window *w)
{
    assert_int_equal(lanes_columns(l), w->columns);
    assert_int_equal(lanes_column_ns(l), w->column_ns);
    assert_int_equal(lanes_start_ns(l), w->start_ns);
    for (int column = 0; column < w->columns; column++) {
        for (int row = 0; row < w->rows; row++) {
            struct expected e = expect(t, w, column, row, -1);

            check_row(lanes_worker(l, row, column), &e.row);
        }
        for (int core = 0; core < t->core_count; core++) {
            struct expected e = expect(t, w, column, 0, t->cores[core].cpu);

            check_core(lanes_core(l, core, column), &e);
        }
    }
}

/* ---- traces that grow by chance ----------------------------------------- */

static struct trace *start_trace(void)
{
    struct spec spec;
    struct machine m = {.cpus_allowed = CORES, .cpus_online = CORES};

    spec_defaults(&spec, WORKLOAD_PRIMES);
    for (int i = 0; i < CORES; i++)
        CPU_SET(2 * i + 1, &m.allowed); /* numbers are not indices */

    struct trace *t = trace_new(&spec, &m);

    assert_non_null(t);
    t->gate_ns = t->now_ns = FAKE_GATE_NS;
    return t;
}

static void begin_something(struct trace_worker *w)
{
    w->state = (enum span_state)below(SPAN_STATES);
    w->cpu = 2 * (int)below(CORES) + 1;
    w->cause = (enum wait_cause)(1 + below(WAIT_CAUSES - 1));
}

/* Worker @id becomes known up to some instant at or before now: late, and in
 * no order among workers. */
static void catch_up(struct trace *t, int id)
{
    struct trace_worker *w = trace_worker(t, id);

    assert_non_null(w);
    if (w->life == LIFE_ABSENT) {
        w->life = LIFE_ALIVE;
        w->born_ns = w->since_ns = t->now_ns - below(50 * NS_PER_MS);
        if (w->born_ns < t->gate_ns)
            w->born_ns = w->since_ns = t->gate_ns;
        begin_something(w);
    }
    while (w->life == LIFE_ALIVE && w->since_ns < t->now_ns && below(6)) {
        int64_t end = w->since_ns + 1 + below(below(4) ? 3000000 : 90000000);
        struct span s;

        if (end > t->now_ns)
            end = t->now_ns;
        assert_true(trace_open_span(t, id, end, &s));
        s.sampled = below(8) == 0;
        trace_add_span(t, &s);
        w->since_ns = end;
        begin_something(w);
        if (below(60) == 0)
            w->life = LIFE_ENDED;
    }
}

static void grow(struct trace *t)
{
    t->now_ns += 1 + below(40 * NS_PER_MS);
    for (int i = (int)below(WORKERS); i >= 0; i--)
        catch_up(t, (int)below(WORKERS));
    if (below(8) == 0) {
        int64_t at = t->now_ns - below(200 * NS_PER_MS);

        trace_add_event(
            t, &(struct trace_event){
                   .kind = below(2) ? EVENT_LOST : EVENT_BLIND,
                   .start_ns = at,
                   .at_ns = at + below(20 * NS_PER_MS),
                   .worker = below(4) ? 2 * (int)below(CORES) + 1 : -1});
    }
}

/* The same window, a little on, or another one altogether. */
static int64_t choose_window(struct window *w, const struct trace *t)
{
    switch (below(12)) {
    case 0:
        w->column_ns = 1 + below(30 * NS_PER_MS);
        break;
    case 1:
        w->columns = 1 + (int)below(30);
        break;
    case 2:
        w->first_worker = (int)below(WORKERS);
        w->rows = (int)below(WORKERS + 2);
        break;
    case 3:
        w->per_row = 1 + (int)below(4);
        break;
    case 4: /* scrolled back, or ahead of now */
    case 5:
    case 6:
        return t->now_ns - below(400 * NS_PER_MS) + below(50 * NS_PER_MS);
    }
    return t->now_ns;
}

static void update(struct lanes *l, const struct trace *t, struct window *w,
                   int64_t end_ns)
{
    int64_t since = end_ns - t->gate_ns;
    int64_t last = since / w->column_ns - (since % w->column_ns < 0);

    w->start_ns = t->gate_ns + (last - w->columns + 1) * w->column_ns;
    assert_int_equal(lanes_group(l, w->per_row), w->per_row);
    assert_int_equal(lanes_update(l, t, end_ns, w->column_ns, w->columns,
                                  w->first_worker, w->rows),
                     0);
}

static void test_random(void **state)
{
    uint64_t seed = *(const uint64_t *)*state;
    struct window w = {.column_ns = 5 * NS_PER_MS,
                       .columns = 20,
                       .rows = WORKERS,
                       .per_row = 1};

    rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

    struct trace *t = start_trace();
    struct lanes *l = lanes_new();

    assert_non_null(l);
    for (int step = 0; step < 40; step++) {
        grow(t);

        int64_t end_ns = choose_window(&w, t);

        update(l, t, &w, end_ns);
        check_all(l, t, &w);
    }

    /* Built anew it is the same, cell for cell. */
    struct lanes *anew = lanes_new();

    assert_non_null(anew);
    update(anew, t, &w, t->now_ns);
    update(l, t, &w, t->now_ns);
    for (int column = 0; column < w.columns; column++) {
        for (int row = 0; row < w.rows; row++)
            assert_memory_equal(lanes_worker(l, row, column),
                                lanes_worker(anew, row, column),
                                sizeof(struct lane_cell));
        for (int core = 0; core < t->core_count; core++)
            assert_memory_equal(lanes_core(l, core, column),
                                lanes_core(anew, core, column),
                                sizeof(struct core_cell));
    }
    lanes_free(anew);
    lanes_free(l);
    trace_free(t);
}

/* ---- by name ------------------------------------------------------------ */

/* Every nanosecond of the trace is in exactly one cell. */
static void test_conserved(void **state)
{
    static const char *const names[] = {"primes", "race", "sleep",
                                        "gil",    "gaps", "crowd"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct trace *t = fake_trace(names[i]);
        struct lanes *l = lanes_new();
        double want[SPAN_STATES] = {0}, have[SPAN_STATES] = {0};
        double own = 0, busy = 0;
        struct span open;

        assert_int_equal(lanes_update(l, t, t->now_ns, 20 * NS_PER_MS, 200, 0,
                                      t->worker_count),
                         0);
        for (int id = 0; id < t->worker_count; id++) {
            for (int k = 0; k < SPAN_STATES; k++)
                want[k] += (double)t->workers[id].span_ns[k];
            if (trace_open_span(t, id, t->now_ns, &open)) {
                want[open.state] += (double)(open.end_ns - open.start_ns);
                if (open.cpu >= 0)
                    own += (double)(open.end_ns - open.start_ns);
            }
        }
        for (int column = 0; column < 200; column++) {
            for (int id = 0; id < t->worker_count; id++)
                for (int k = 0; k < SPAN_STATES; k++)
                    have[k] += lanes_worker(l, id, column)->ns[k];
            for (int core = 0; core < t->core_count; core++)
                busy += lanes_core(l, core, column)->busy_ns;
        }
        for (int core = 0; core < t->core_count; core++)
            own += (double)t->cores[core].own_ns;
        for (int k = 0; k < SPAN_STATES; k++)
            assert_true(fabs(have[k] - want[k]) <= 1e-6 * want[k]);
        assert_true(fabs(busy - own) <= 1e-6 * own);
        lanes_free(l);
        trace_free(t);
    }
}

static void test_primes_picture(void **state)
{
    struct trace *t = fake_trace("primes");
    struct lanes *l = lanes_new();

    (void)state;
    assert_int_equal(lanes_update(l, t, t->gate_ns + 39 * NS_PER_MS,
                                  4 * NS_PER_MS, 10, 0, 4),
                     0);
    assert_int_equal(lanes_start_ns(l), t->gate_ns);
    for (int column = 0; column < 10; column++) {
        assert_int_equal(lanes_core(l, 0, column)->worker, column % 2 * 2);
        assert_int_equal(lanes_core(l, 1, column)->worker, column % 2 * 2 + 1);
        assert_int_equal(lanes_core(l, 0, column)->holders, 1);
        for (int id = 0; id < 4; id++)
            assert_int_equal(lane_cell_state(lanes_worker(l, id, column)),
                             id / 2 == column % 2 ? SPAN_RUNNING : SPAN_READY);
    }
    /* Past the end there is nothing. */
    assert_int_equal(
        lanes_update(l, t, t->end_ns + 39 * NS_PER_MS, 4 * NS_PER_MS, 10, 0, 4),
        0);
    for (int column = 0; column < 10; column++) {
        assert_int_equal(lane_cell_state(lanes_worker(l, 0, column)),
                         SPAN_STATES);
        assert_int_equal(lanes_core(l, 0, column)->worker, -1);
    }
    lanes_free(l);
    trace_free(t);
}

/* A span that is told seconds later still lands in its column, and the core's
 * holder there is whoever had most of it. */
static void test_late(void **state)
{
    struct trace *t = fake_new("primes --model threads --workers 3");
    struct lanes *l = lanes_new();

    (void)state;
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, 0, 4 * NS_PER_MS);
    t->now_ns = t->gate_ns + 3 * NS_PER_S;
    for (int id = 0; id < 3; id++)
        t->workers[id].life = LIFE_ENDED;
    assert_int_equal(lanes_update(l, t, t->now_ns, 10 * NS_PER_MS, 310, 0, 3),
                     0);

    int at = 310 - 301;

    assert_int_equal(lanes_start_ns(l) + at * 10 * NS_PER_MS, t->gate_ns);
    assert_int_equal(lanes_core(l, 0, at)->worker, 0);
    fake_span(t, 1, SPAN_RUNNING, 0, WAIT_NONE, 4 * NS_PER_MS, 10 * NS_PER_MS);
    t->now_ns += 20 * NS_PER_MS;
    assert_int_equal(lanes_update(l, t, t->now_ns, 10 * NS_PER_MS, 310, 0, 3),
                     0);
    assert_int_equal(lanes_core(l, 0, at - 2)->worker, 1);
    assert_int_equal(lanes_core(l, 0, at - 2)->holders, 2);
    assert_true(lanes_worker(l, 1, at - 2)->ns[SPAN_RUNNING] == 6e6f);
    lanes_free(l);
    trace_free(t);
}

/* Spans let go from the trace stay in the columns that are shown; a reader
 * that fell behind goes on with the oldest there is. */
static void test_let_go(void **state)
{
    struct trace *t = fake_new("primes --model threads --workers 1");
    struct lanes *l = lanes_new();
    int64_t at = 0;
    float sum = 0;

    (void)state;
    t->chunk_limit = 2;
    t->workers[0].life = LIFE_ENDED;
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 1000; i++, at += 1000)
            fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, at, at + 1000);
        t->now_ns = t->gate_ns + at;
        assert_int_equal(lanes_update(l, t, t->gate_ns, NS_PER_S, 1, 0, 1), 0);
    }
    assert_true(t->observer.dropped_spans > 0);
    assert_true(lanes_worker(l, 0, 0)->ns[SPAN_RUNNING] == 40e6f);
    for (int i = 0; i < 20000; i++, at += 1000)
        fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, at, at + 1000);
    assert_int_equal(lanes_update(l, t, t->gate_ns, NS_PER_S, 1, 0, 1), 0);
    sum = lanes_worker(l, 0, 0)->ns[SPAN_RUNNING];
    assert_true(sum > 40e6f && sum < 60e6f);
    lanes_free(l);
    trace_free(t);
}

static void test_small(void **state)
{
    struct trace *t = fake_trace("race");
    struct lanes *l = lanes_new();

    (void)state;
    /* No row, no column: still something that can be asked. */
    assert_int_equal(lanes_update(l, t, t->now_ns, 1, 0, 0, 0), 0);
    assert_int_equal(lanes_columns(l), 1);
    assert_true(lanes_core(l, 0, 0)->holders <= 1);
    assert_int_equal(lanes_group(l, 0), 1);
    lanes_free(l);
    lanes_free(NULL);
    trace_free(t);
}

#define SEEDS 12

int main(void)
{
    static uint64_t seeds[SEEDS];
    struct CMUnitTest tests[5 + SEEDS] = {
        cmocka_unit_test(test_conserved), cmocka_unit_test(test_primes_picture),
        cmocka_unit_test(test_late),      cmocka_unit_test(test_let_go),
        cmocka_unit_test(test_small),
    };

    for (uint64_t i = 0; i < SEEDS; i++) {
        seeds[i] = i;
        tests[5 + i] = (struct CMUnitTest){.name = "test_random",
                                           .test_func = test_random,
                                           .initial_state = &seeds[i]};
    }
    return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
