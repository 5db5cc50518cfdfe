/* Figures of simulations, computed by hand beside; and the same as a trace. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "lib/rows.h"
#include "sim/outcome.h"
#include "sim/policy.h"
#include "sim/quiz.h"
#include "sim/source.h"
#include "stats/summary.h"

#define MS NS_PER_MS

/* ---- running one ----------------------------------------------------------
 */

struct rig {
    struct sim_jobs jobs;
    struct sim_setup setup;
    struct sim_outcome o;
};

static void set_up(struct rig *r, const char *text)
{
    struct text machine = {0};
    struct err err = {0};

    *r = (struct rig){.setup.cpus = 0};
    if (sim_jobs_read(&r->jobs, &machine, "test", text, strlen(text), &err) <
            0 ||
        sim_setup_read(&r->setup, text_str(&machine), NULL, &err) < 0 ||
        sim_setup_check(&r->setup, &r->jobs, &err) < 0 ||
        sim_outcome(&r->o, &r->setup, &r->jobs, 100, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    text_fini(&machine);
}

static void take_down(struct rig *r)
{
    sim_outcome_fini(&r->o);
    sim_jobs_fini(&r->jobs);
}

/* ---- of one job -----------------------------------------------------------
 */

/* Milliseconds; -1: not known. */
static const struct job_case {
    const char *name, *text;
    int id;
    int response, turnaround, waiting, ran, blocked, longest;
} job_cases[] = {
    /* A 0-3, B 3-5. */
    {"fifo: the first", "fifo | A 3 | B 2 @1", 0, 0, 3, 0, 3, 0, 0},
    {"fifo: the second", "fifo | A 3 | B 2 @1", 1, 2, 4, 2, 2, 0, 2},
    /* A 0-1, B 1-2, A 2-3, B 3-4, A 4-5. */
    {"rr: taken away twice", "rr slice=1 | A 3 | B 2", 0, 0, 5, 2, 3, 0, 1},
    {"rr: waits in pieces", "rr slice=1 | A 3 | B 2", 1, 1, 4, 2, 2, 0, 1},
    /* A 0-2, device 2-7, A 7-8. */
    {"a device", "fifo | A 2 io:5 1", 0, 0, 8, 0, 3, 5, 0},
    /* A 0-2; B 2-6; A ready at 3, runs 6-7. */
    {"ready again, but late", "fifo | A 2 io:1 1 | B 4", 0, 0, 7, 3, 3, 1, 3},
    {"until cuts it off", "fifo until=2 | A 3 | B 2", 0, 0, -1, -1, 2, 0, 0},
    {"and before it began", "fifo until=2 | A 3 | B 2", 1, -1, -1, -1, 0, 0, 2},
    /* Two CPUs: nobody waits. */
    {"two CPUs", "fifo cpus=2 | A 3 | B 2", 1, 0, 2, 0, 2, 0, 0},
    /* B comes to its lock at 3 and has it at 4: A 0-1, B 1-2, A 2-3, B 3 ... */
    {"arriving late", "fifo | A 5 | B 1 @9", 1, 0, 1, 0, 1, 0, 0},
};

static int64_t in_ms(int ms)
{
    return ms < 0 ? -1 : ms * MS;
}

static void job_figures(void **state)
{
    const struct job_case *c = *state;
    const struct sim_figures *f;
    struct rig r;

    set_up(&r, c->text);
    f = &r.o.figures[c->id];
    assert_int_equal(f->response_ns, in_ms(c->response));
    assert_int_equal(f->turnaround_ns, in_ms(c->turnaround));
    assert_int_equal(f->waiting_ns, in_ms(c->waiting));
    assert_int_equal(f->ran_ns, in_ms(c->ran));
    assert_int_equal(f->blocked_ns, in_ms(c->blocked));
    assert_int_equal(f->longest_wait_ns, in_ms(c->longest));
    take_down(&r);
}

/* ---- of all ---------------------------------------------------------------
 */

static const struct total_case {
    const char *name, *text;
    double response, turnaround, waiting; /* means in ms */
    int wall, busy;                       /* ms */
    double utilisation, jain;
} total_cases[] = {
    {"fifo", "fifo | A 3 | B 2 @1", 1, 3.5, 1, 5, 5, 1,
     /* slowdowns 3/3 and 2/4: 1.5^2 / (2 * 1.25) */ 0.9},
    {"convoy", "fifo | A 100 | B 1 | C 1", 67, 101, 67, 102, 102, 1,
     /* 1, 1/101, 1/102 */ -2},
    {"and without it", "sjf | A 100 | B 1 | C 1", 1, 35, 1, 102, 102, 1, -2},
    {"idle at the beginning", "fifo | A 1 @3", 0, 1, 0, 4, 1, 0.25, 1},
    {"two CPUs", "fifo cpus=2 | A 3 | B 2 @1", 0, 2.5, 0, 3, 5, 5. / 6, 1},
    {"a third", "rr slice=1 | A 1 | B 1 | C 1", 1, 2, 1, 3, 3, 1,
     /* 1, 1/2, 1/3: (11/6)^2 / (3 * 49/36) */ 121. / 147},
    {"nobody ended", "fifo until=1 | A 3", 0, -1, -1, 1, 1, 1, -1},
    {"nobody began", "fifo until=1 | A 3 @5", -1, -1, -1, 1, 0, 0, -1},
};

/* -1: not known; -2: not looked at. */
static void same(double got, double want, double unit)
{
    if (want == -2)
        return;
    if (want < 0)
        assert_true(got < 0);
    else
        assert_true(fabs(got / unit - want) < 1e-9);
}

static void all_figures(void **state)
{
    const struct total_case *c = *state;
    const struct sim_totals *t;
    struct rig r;

    set_up(&r, c->text);
    t = &r.o.totals;
    same(t->response.mean_ns, c->response, MS);
    same(t->turnaround.mean_ns, c->turnaround, MS);
    same(t->waiting.mean_ns, c->waiting, MS);
    assert_int_equal(t->wall_ns, c->wall * MS);
    assert_int_equal(t->busy_ns, c->busy * MS);
    same(t->utilisation, c->utilisation, 1);
    same(t->jain_slowdown, c->jain, 1);
    assert_int_equal(t->jobs, r.jobs.count);
    take_down(&r);
}

/* Nearest rank: of n sorted values number ceil(n * p / 100). */
static const struct rank_case {
    const char *name;
    int jobs; /* 1 ms each, all at once: turnarounds 1, 2, ... ms */
    int p50, p95, p99;
} rank_cases[] = {
    {"of one", 1, 1, 1, 1},        {"of two", 2, 1, 2, 2},
    {"of twenty", 20, 10, 19, 20}, {"of a hundred", 100, 50, 95, 99},
    {"of 101", 101, 51, 96, 100},  {"of a thousand", 1000, 500, 950, 990},
};

static void ranks(void **state)
{
    const struct rank_case *c = *state;
    struct text jobs = {0};
    const struct sim_spread *s;
    struct rig r;

    text_add(&jobs, "fifo");
    for (int i = 0; i < c->jobs; i++)
        text_addf(&jobs, " | j%d 1", i);
    set_up(&r, text_str(&jobs));
    s = &r.o.totals.turnaround;
    assert_int_equal(s->n, c->jobs);
    assert_int_equal(s->p50_ns, c->p50 * MS);
    assert_int_equal(s->p95_ns, c->p95 * MS);
    assert_int_equal(s->p99_ns, c->p99 * MS);
    assert_int_equal(s->max_ns, c->jobs * MS);
    take_down(&r);
    text_fini(&jobs);
}

/* 6 ms of two: by tickets 2 and 4; both equally much of what they are due. */
static void shares_by_weight(void **state)
{
    struct rig r;

    (void)state;
    set_up(&r, "stride slice=1 until=6 | A 90 tickets=50 | B 90 tickets=100");
    assert_int_equal(r.o.state, SIM_UNTIL);
    assert_true(fabs(r.o.totals.jain_share - 1) < 1e-9);
    take_down(&r);
    set_up(&r, "rr slice=1 until=6 | A 90 | B 90 @1");
    assert_true(r.o.totals.jain_share < 0); /* B was not there all the time */
    take_down(&r);
}

static void deadlines(void **state)
{
    struct rig r;

    (void)state;
    /* B's first period: it has the CPU from 4 on, and is due at 3. */
    set_up(&r, "fifo | A 4 | B 1 deadline=3");
    assert_int_equal(r.o.totals.misses, 1);
    assert_int_equal(r.o.figures[1].misses, 1);
    take_down(&r);
    set_up(&r, "edf | A 4 deadline=9 | B 1 deadline=3");
    assert_int_equal(r.o.totals.misses, 0);
    take_down(&r);
}

/* ---- as a trace ------------------------------------------------------------
 */

static const char *const traced[] = {
    "rr slice=1 | A 3 | B 2 @1 | C 4 io:2 1",
    "fifo cpus=2 | A 3 io:4 2 | B 2 @1 | C 4 | D 9 @3",
    "rr slice=1 cpus=2 queues=per-cpu switch=100us | A 3 | B 2 | C 5 @2",
    "mlfq | A 30 | B 2 io:3 x4 | C 9 @5",
    "rr slice=1 | A 1 lock:m 2 unlock:m | B lock:m 3 unlock:m",
    "gil | A 12 | B 9 io:4 3",
};

/* Every job is in one state at each moment of its life; the sums of spans,
 * metrics and totals say the same. */
static void trace_agrees(void **state)
{
    int64_t life, run, busy = 0, all = 0;
    const struct trace *t;
    struct rig r;

    set_up(&r, *state);
    t = r.o.trace;
    assert_int_equal(t->badge, BADGE_MODEL);
    assert_int_equal(t->verdict, VERDICT_OK);
    assert_int_equal(t->worker_count, r.jobs.count);
    assert_int_equal(t->core_count, r.setup.cpus);
    assert_int_equal(t->end_ns - t->gate_ns, r.o.totals.wall_ns);
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        const struct sim_figures *f = &r.o.figures[id];

        life = 0;
        for (int i = 0; i < SPAN_STATES; i++)
            life += w->span_ns[i];
        run = w->span_ns[SPAN_RUNNING];
        all += run;
        assert_int_equal(w->life, LIFE_ENDED);
        assert_int_equal(life, f->turnaround_ns);
        assert_int_equal(life, w->end_ns - w->born_ns);
        assert_int_equal(run, f->ran_ns);
        assert_true(fabs(w->metrics.value[METRIC_RUN_S] * 1e9 - (double)run) <
                    1);
    }
    for (int i = 0; i < t->core_count; i++)
        busy += t->cores[i].own_ns;
    assert_int_equal(busy, all);
    assert_int_equal(busy, r.o.totals.busy_ns);
    take_down(&r);
}

static void trace_in_order(void **state)
{
    int64_t at[64] = {0};
    struct rig r;

    set_up(&r, *state);
    for (uint64_t n = 0; n < trace_span_total(r.o.trace); n++) {
        const struct span *s = trace_span_at(r.o.trace, n);

        assert_true(s->start_ns < s->end_ns);
        assert_true(s->start_ns >= at[s->worker]);
        assert_true(s->state != SPAN_RUNNING || s->cpu >= 0);
        assert_true(s->state != SPAN_BLOCKED || s->cause != WAIT_NONE);
        at[s->worker] = s->end_ns;
    }
    take_down(&r);
}

static void deadlock_told(void **state)
{
    struct rig r;

    (void)state;
    set_up(&r, "rr slice=1 | A lock:m 2 lock:n unlock:n unlock:m | B "
               "lock:n 2 lock:m unlock:m unlock:n");
    assert_int_equal(r.o.state, SIM_DEADLOCK);
    assert_int_equal(r.o.trace->verdict, VERDICT_DEADLOCK);
    assert_string_equal(r.o.trace->error,
                        "deadlock: A holds m and waits for n, which B has; B "
                        "holds n and waits for m, which A has");
    take_down(&r);
}

/* ---- an experiment's -------------------------------------------------------
 */

/* Check and open @line, or give the sentence it is refused with. */
static struct source *open_line(const char *line, bool paced, struct err *err)
{
    struct source *s = NULL;
    struct machine m;
    struct spec spec;

    spec_check_on = sim_check_on;
    machine_read(&m);
    if (spec_parse_line(&spec, line, err) < 0 || spec_check(&spec, &m, err) < 0)
        return NULL;
    if (sim_source_open(&s, &spec, paced, err) < 0)
        fail_msg("%s: %s", line, err->text);
    return s;
}

/* It has everything that a record of a run has, and nothing that nobody could
 * measure. */
static void source_at_once(void **state)
{
    struct err err = {0};
    struct source *s = open_line(
        "spin --task-ms 10 --tasks 8 --workers 4 --on sim:rr,slice=5ms,cpus=2",
        false, &err);
    const struct metrics *m;

    (void)state;
    if (!s)
        fail_msg("%s", err.text);
    for (int64_t now = 0; !s->done; now += NS_PER_S)
        s->class->pump(s, now);
    summary_update(s->trace);
    m = &s->trace->metrics;
    assert_int_equal(s->trace->verdict, VERDICT_OK);
    assert_true(fabs(metric_get(m, METRIC_WALL_S, 0) - 0.04) < 1e-9);
    assert_true(fabs(metric_get(m, METRIC_CPU_S, 0) - 0.08) < 1e-9);
    assert_true(metric_get(m, METRIC_TASKS_DONE, 0) == 8);
    assert_true(metric_get(m, METRIC_MAX_RUNNING, 0) == 2);
    assert_true(metric_get(m, METRIC_THROUGHPUT_PER_S, 0) == 200);
    assert_false(m->has[METRIC_USER_S]);
    assert_false(m->has[METRIC_SYS_S]);
    s->class->close(s);
}

/* Virtual time goes by as real time does, and stands still with it. */
static void source_paced(void **state)
{
    struct err err = {0};
    struct source *s = open_line(
        "spin --task-ms 100 --tasks 2 --workers 1 --on sim:fifo", true, &err);

    (void)state;
    if (!s)
        fail_msg("%s", err.text);
    s->class->pump(s, 1000 * MS);
    s->class->pump(s, 1050 * MS);
    assert_int_equal(s->trace->now_ns - s->trace->gate_ns, 50 * MS);
    assert_int_equal(s->trace->workers[0].state, SPAN_RUNNING);
    assert_true(fabs(s->trace->workers[0].metrics.value[METRIC_RUN_S] - 0.05) <
                1e-9);
    s->wanted.paused = true;
    s->class->apply(s, false);
    s->class->pump(s, 1150 * MS);
    assert_int_equal(s->trace->now_ns - s->trace->gate_ns, 50 * MS);
    s->wanted.paused = false;
    s->class->pump(s, 1250 * MS);
    assert_int_equal(s->trace->now_ns - s->trace->gate_ns, 150 * MS);
    assert_int_equal(s->trace->workers[0].ops, 1);
    assert_false(s->done);
    s->class->pump(s, 1400 * MS);
    assert_true(s->done);
    assert_int_equal(s->trace->end_ns - s->trace->gate_ns, 200 * MS);
    s->class->close(s);
}

static void source_stopped(void **state)
{
    struct err err = {0};
    struct source *s = open_line(
        "spin --task-ms 100 --tasks 9 --workers 2 --on sim:fifo", true, &err);

    (void)state;
    if (!s)
        fail_msg("%s", err.text);
    s->class->pump(s, 0);
    s->class->pump(s, 150 * MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    assert_true(s->done);
    assert_int_equal(s->trace->verdict, VERDICT_INTERRUPTED);
    assert_int_equal(s->trace->end_ns - s->trace->gate_ns, 150 * MS);
    s->class->close(s);
}

static void source_times_out(void **state)
{
    struct err err = {0};
    struct source *s =
        open_line("spin --task-ms 100 --tasks 9 --workers 1 --timeout 0.25 "
                  "--on sim:fifo",
                  false, &err);

    (void)state;
    if (!s)
        fail_msg("%s", err.text);
    for (int64_t now = 0; !s->done; now += NS_PER_S)
        s->class->pump(s, now);
    assert_int_equal(s->trace->verdict, VERDICT_TIMEOUT);
    assert_int_equal(s->trace->end_ns - s->trace->gate_ns, 250 * MS);
    s->class->close(s);
}

static const struct refusal {
    const char *name, *line, *says;
} refusals[] = {
    {"no such policy", "spin --on sim:rrr", "--on: there is no policy \"rrr\""},
    {"no such parameter", "spin --on sim:rr,slce=3", "did you mean slice"},
    {"a matter of the machine", "primes --on sim:rr", "timeslice predict"},
    {"an observer", "spin --on sim:rr --observer perf", "--observer out"},
    {"a CPU that is not there", "spin --on sim:rr,cpus=2 --cpus 0,5",
     "processor 5"},
    {"the global lock under another", "spin --model gil --on sim:rr",
     "--on sim:gil"},
    {"a part of a mix", "mix --parts \"spin --on sim:rr | spin\"",
     "leave --on out"},
};

static void refused(void **state)
{
    const struct refusal *c = *state;
    struct err err = {0};

    assert_null(open_line(c->line, false, &err));
    assert_int_equal(err.code, -EINVAL);
    if (!strstr(err.text, c->says))
        fail_msg("\"%s\" does not say \"%s\"", err.text, c->says);
}

/* The words of the experiment that mean the policy. */
static const struct meant {
    const char *name, *line, *policy;
} meant[] = {
    {"Linux' own when nothing is said", "spin --on sim:cpus=2", "eevdf"},
    {"the global lock", "spin --model gil --on sim:cpus=2", "gil"},
    {"the old one", "spin --model gil --gil old --on sim:cpus=2", "gil-old"},
    {"said", "spin --on sim:sjf", "sjf"},
    {"without the word", "spin --on rr", "rr"},
};

static void policy_meant(void **state)
{
    const struct meant *c = *state;
    struct sim_setup setup;
    struct err err = {0};
    struct spec spec;

    if (spec_parse_line(&spec, c->line, &err) < 0 ||
        sim_setup_on(&setup, &spec, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(setup.policy->name, c->policy);
}

/* ---- exercises -------------------------------------------------------------
 */

/* Small, solvable, and the same for ever. */
static void exercises(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct sim_outcome o = {0};
        struct quiz q, again;
        struct text ask = {0}, ask_again = {0};
        struct err err = {0};

        assert_int_equal(quiz_make(&q, seed, NULL, &err), 0);
        assert_int_equal(quiz_make(&again, seed, NULL, &err), 0);
        quiz_ask(&q, 80, &ask);
        quiz_ask(&again, 80, &ask_again);
        assert_string_equal(text_str(&ask), text_str(&ask_again));
        if (sim_outcome(&o, &q.setup, &q.jobs, 1000, &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(o.state, SIM_DONE);
        assert_int_equal(o.said_count, o.totals.decisions);
        assert_true(o.totals.wall_ns <= 100 * MS);
        for (int i = 0; i < QUIZ_COUNT; i++) {
            double right = quiz_answer_ms(&o, (enum quiz_question)i);

            assert_true(right >= 0);
            assert_true(quiz_right(round(right * 100) / 100, right));
            assert_false(quiz_right(right + 0.02, right));
        }
        sim_outcome_fini(&o);
        text_fini(&ask);
        text_fini(&ask_again);
        quiz_fini(&q);
        quiz_fini(&again);
    }
}

static const struct number {
    const char *name, *text;
    double want; /* NAN: it is none */
} numbers[] = {
    {"whole", "7", 7},
    {"decimal", "6.67", 6.67},
    {"a fraction", "20/3", 20. / 3},
    {"a line", "3\n", 3},
    {"nothing", "", NAN},
    {"a word", "many", NAN},
    {"by nought", "1/0", NAN},
    {"and more", "3 x", NAN},
    {"endless", "inf", NAN},
};

static void number_read(void **state)
{
    const struct number *c = *state;
    double got;

    if (isnan(c->want)) {
        assert_false(quiz_read(c->text, &got));
        return;
    }
    assert_true(quiz_read(c->text, &got));
    assert_true(fabs(got - c->want) < 1e-12);
}

/* ---- all of them -----------------------------------------------------------
 */

#define ROWS(table, test)                                                      \
    n = add_rows(tests, n, table, sizeof(table) / sizeof((table)[0]),          \
                 sizeof((table)[0]), test)

int main(void)
{
    static struct CMUnitTest tests[128];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(shares_by_weight), cmocka_unit_test(deadlines),
        cmocka_unit_test(deadlock_told),    cmocka_unit_test(source_at_once),
        cmocka_unit_test(source_paced),     cmocka_unit_test(source_stopped),
        cmocka_unit_test(source_times_out), cmocka_unit_test(exercises),
    };
    size_t n = 0;

    ROWS(job_cases, job_figures);
    ROWS(total_cases, all_figures);
    ROWS(rank_cases, ranks);
    ROWS(refusals, refused);
    ROWS(meant, policy_meant);
    ROWS(numbers, number_read);
    for (size_t i = 0; i < sizeof(traced) / sizeof(traced[0]); i++) {
        tests[n++] = (struct CMUnitTest)CASE(traced[i], trace_agrees);
        tests[n++] = (struct CMUnitTest)CASE(traced[i], trace_in_order);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("sim figures", tests, n, NULL, NULL);
}
