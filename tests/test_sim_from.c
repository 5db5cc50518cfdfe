/* Jobs from elsewhere: recorded runs and experiments. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "lib/fake_trace.h"
#include "lib/rows.h"
#include "sim/sim.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define MS NS_PER_MS
#define POLICIES 32 /* room for so many */

/* ---- a set as text ------------------------------------------------------- */

static void add_ms(struct text *out, const char *what, int64_t ns)
{
    if (ns % MS == 0)
        text_addf(out, " %s%" PRId64, what, ns / MS);
    else
        text_addf(out, " %s%" PRId64 "ns", what, ns);
}

/* "r8 io5 r3 @2 | ...": milliseconds, or ns. */
static void describe(const struct sim_jobs *jobs, struct text *out)
{
    static const char *const words[] = {
        [STEP_RUN] = "r",         [STEP_IO] = "io",
        [STEP_SLEEP] = "sleep",   [STEP_AGAIN] = "x",
        [STEP_TASKS] = "tasks",   [STEP_LOCK] = "lock",
        [STEP_UNLOCK] = "unlock", [STEP_PERIOD] = "period"};

    for (int i = 0; i < jobs->count; i++) {
        const struct sim_job *job = &jobs->job[i];

        text_add(out, i ? " |" : "");
        for (int k = 0; k < job->count; k++) {
            const struct sim_step *st = &jobs->step[job->first + k];

            if (st->kind == STEP_TASKS)
                text_add(out, " tasks");
            else
                add_ms(out, words[st->kind], st->ns);
        }
        if (job->arrival_ns)
            add_ms(out, "@", job->arrival_ns);
        if (job->nice)
            text_addf(out, " nice=%d", job->nice);
        if (job->priority)
            text_addf(out, " priority=%d", job->priority);
        if (job->pins >= 0)
            text_addf(out, " cpus=%" PRIx64, jobs->pins[job->pins].bits[0]);
    }
    if (jobs->pool.tasks == 0)
        return;
    text_addf(out, " ; %" PRId64 " tasks, chunk %" PRId64 "%s, share %.3f:",
              jobs->pool.tasks, jobs->pool.chunk,
              jobs->pool.divided ? ", divided" : "", jobs->pool.cpu_share);
    for (int i = 0; i < jobs->pool.length_count; i++)
        add_ms(out, "", jobs->pool.lengths_ns[i]);
}

static void assert_set(const struct sim_jobs *jobs, const char *want)
{
    struct text is = {0};

    describe(jobs, &is);
    assert_string_equal(text_str(&is), want);
    text_fini(&is);
}

/* ---- recorded runs: workers ---------------------------------------------- */

/* "0 R 0 4": worker, state, from and to in ms. States: R runs, S spins, W
 * ready, I a device, T a timer, L a lock, G the global lock, Q a queue, O
 * unmarked, U unknown, P its loop. */
static void play(struct trace *t, const char *spans)
{
    static const struct {
        char letter;
        enum span_state state;
        enum wait_cause cause;
    } states[] = {
        {'R', SPAN_RUNNING, WAIT_NONE},  {'S', SPAN_SPINNING, WAIT_SPIN},
        {'W', SPAN_READY, WAIT_NONE},    {'I', SPAN_BLOCKED, WAIT_IO},
        {'T', SPAN_BLOCKED, WAIT_SLEEP}, {'L', SPAN_BLOCKED, WAIT_LOCK},
        {'G', SPAN_BLOCKED, WAIT_GIL},   {'Q', SPAN_BLOCKED, WAIT_QUEUE},
        {'O', SPAN_BLOCKED, WAIT_OTHER}, {'U', SPAN_UNKNOWN, WAIT_NONE},
        {'P', SPAN_BLOCKED, WAIT_LOOP},
    };
    int id, from, to, used;
    char letter;

    while (sscanf(spans, " %d %c %d %d%n", &id, &letter, &from, &to, &used) ==
           4) {
        for (size_t i = 0; i < COUNT(states); i++) {
            if (states[i].letter == letter)
                fake_span(t, id, states[i].state, id % 2, states[i].cause,
                          from * MS, to * MS);
        }
        spans += used;
    }
}

static const struct run_case {
    const char *name, *line, *spans;
    const char *want;
    const char *note; /* a part of it; "" none at all */
} run_cases[] = {
    {"pieces of one computing are one", "primes --workers 1",
     "0 R 0 4 0 W 4 6 0 R 6 10", " r8", ""},
    {"devices and timers stay", "primes --workers 1",
     "0 R 0 4 0 I 4 9 0 R 9 10 0 T 10 30 0 R 30 31", " r4 io5 r1 sleep20 r1",
     ""},
    {"unmarked waits are a device's", "primes --workers 1",
     "0 R 0 4 0 O 4 6 0 R 6 7", " r4 io2 r1", ""},
    {"waiting for a core is the scheduler's", "primes --workers 2",
     "0 R 0 4 1 W 0 4 1 R 4 8", " r4 | r4", ""},
    {"locks cannot be known", "primes --workers 2",
     "0 R 0 4 1 R 0 1 1 L 1 4 1 R 4 6", " r4 | r3",
     "3.00 ms of waiting for locks"},
    {"spinning is waiting for a lock", "primes --workers 1",
     "0 R 0 4 0 S 4 6 0 R 6 7", " r5", "2.00 ms of waiting for locks"},
    {"the global lock is a policy", "primes --workers 1 --model gil",
     "0 R 0 4 0 G 4 9 0 R 9 10", " r5", "gil"},
    {"others' items", "primes --workers 1", "0 R 0 4 0 Q 4 9 0 R 9 10", " r5",
     "waiting for other workers"},
    {"what was not recorded", "primes --workers 1", "0 R 0 4 0 U 4 9 0 R 9 10",
     " r5", "not recorded"},
    {"one thread has one CPU", "primes --workers 2 --model coop",
     "0 R 0 4 1 P 0 4 1 R 4 8", " r4 cpus=1 | r4 cpus=1", ""},
    {"nice goes along", "primes --workers 1 --nice 5", "0 R 0 4", " r4 nice=5",
     ""},
};

static void test_run(void **state)
{
    const struct run_case *c = *state;
    struct trace *t = fake_new(c->line);
    struct sim_jobs jobs;
    struct text note = {0};
    struct err err = {0};

    play(t, c->spans);
    fake_finish(t, 100 * MS, true);
    assert_int_equal(sim_jobs_from_trace(&jobs, t, &note, &err), 0);
    assert_set(&jobs, c->want);
    if (*c->note)
        assert_non_null(strstr(text_str(&note), c->note));
    else
        assert_string_equal(text_str(&note), "");
    sim_jobs_fini(&jobs);
    text_fini(&note);
    trace_free(t);
}

/* Who was made later arrives later, and one that was refused is no job. */
static void test_run_births(void **state)
{
    struct trace *t = fake_new("primes --workers 3");
    struct sim_jobs jobs;
    struct err err = {0};

    (void)state;
    t->workers[1].born_ns += 7 * MS;
    play(t, "0 R 0 4 1 R 7 8");
    fake_finish(t, 10 * MS, true);
    t->workers[2].life = LIFE_REFUSED;
    assert_int_equal(sim_jobs_from_trace(&jobs, t, NULL, &err), 0);
    assert_set(&jobs, " r4 | r1 @7");
    sim_jobs_fini(&jobs);
    trace_free(t);
}

static void test_run_without_timeline(void **state)
{
    struct trace *t = fake_new("primes --workers 1");
    struct sim_jobs jobs;
    struct text note = {0};
    struct err err = {0};

    (void)state;
    fake_finish(t, 10 * MS, true);
    metric_set(&t->workers[0].metrics, METRIC_RUN_S, 0.25);
    metric_set(&t->workers[0].metrics, METRIC_IO_WAIT_S, 0.5);
    assert_int_equal(sim_jobs_from_trace(&jobs, t, &note, &err), 0);
    assert_set(&jobs, " r250 io500");
    assert_non_null(strstr(text_str(&note), "only totals"));
    sim_jobs_fini(&jobs);
    text_fini(&note);
    trace_free(t);
}

/* Ranges for several workers each are something that a pool does not know. */
static void test_tasks_in_groups(void **state)
{
    struct trace *t =
        fake_new("fleet --tasks 8 --workers 4 --groups 2 --model blended");
    struct sim_jobs jobs;
    struct err err = {0};

    (void)state;
    play(t, "0 R 0 10");
    fake_finish(t, 10 * MS, true);
    metric_set(&t->metrics, METRIC_TASKS_DONE, 8);
    assert_int_equal(sim_jobs_tasks_from_trace(&jobs, t, 4, NULL, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "--groups"));
    trace_free(t);
}

static void test_run_of_nothing(void **state)
{
    struct trace *t = fake_new("primes --workers 2 --observer off");
    struct sim_jobs jobs;
    struct err err = {0};

    (void)state;
    t->observer.kind = OBSERVER_OFF;
    assert_int_equal(sim_jobs_from_trace(&jobs, t, NULL, &err), -EINVAL);
    assert_non_null(strstr(err.text, "--observer off"));
    assert_int_equal(jobs.count, 0);
    assert_int_equal(sim_jobs_tasks_from_trace(&jobs, t, 2, NULL, &err),
                     -EINVAL);
    trace_free(t);
}

/* ---- recorded runs: tasks ------------------------------------------------ */

static void task_at(struct trace *t, int worker, int64_t number, int from,
                    int to)
{
    struct trace_event e = {.kind = EVENT_TASK,
                            .start_ns = FAKE_GATE_NS + from * MS,
                            .at_ns = FAKE_GATE_NS + to * MS,
                            .worker = worker,
                            .value = number};

    trace_add_event(t, &e);
}

static const struct task_case {
    const char *name, *line, *spans;
    int tasks[4][4]; /* worker, number from 1, from, to; worker -1 ends */
    int done;        /* by the kernel's books; 0: as many as above */
    int workers;
    const char *want, *note;
} task_cases[] = {
    {"a task is its computing",
     "primes --workers 2 --tasks 2",
     "0 R 0 4 0 W 4 6 0 R 6 10 1 R 0 3",
     {{0, 1, 0, 10}, {1, 2, 0, 3}, {-1}},
     0,
     3,
     " tasks | tasks | tasks ; 2 tasks, chunk 1, share 1.000: 8 3",
     ""},
    {"by number, whoever did it",
     "primes --workers 2 --tasks 3",
     "0 R 0 10 1 R 0 3",
     {{0, 2, 0, 4}, {0, 3, 4, 10}, {1, 1, 0, 3}, {-1}},
     0,
     1,
     " tasks ; 3 tasks, chunk 1, share 1.000: 3 4 6",
     ""},
    {"taking a task is a part of it",
     "primes --workers 1 --tasks 2",
     "0 R 0 10",
     {{0, 1, 0, 4}, {0, 2, 5, 10}, {-1}},
     0,
     1,
     " tasks ; 2 tasks, chunk 1, share 1.000: 4 6",
     ""},
    {"waiting apart from computing",
     "primes --workers 1 --tasks 2",
     "0 R 0 3 0 I 3 4 0 R 4 7 0 T 7 8",
     {{0, 1, 0, 4}, {0, 2, 4, 8}, {-1}},
     0,
     1,
     " tasks ; 2 tasks, chunk 1, share 0.750: 4 4",
     "75.0 % is computing"},
    {"those that nobody saw are like the others",
     "primes --workers 1 --tasks 10",
     "0 R 0 10",
     {{-1}},
     10,
     2,
     " tasks | tasks ; 10 tasks, chunk 1, share 1.000: 1",
     "as long as the mean"},
    {"portions as in the experiment",
     "primes --workers 1 --tasks 100 --dispatch map",
     "0 R 0 10",
     {{0, 1, 0, 10}, {-1}},
     0,
     5,
     " tasks | tasks | tasks | tasks | tasks ; 100 tasks, chunk 5, share "
     "1.000: 10",
     "1 of 100 tasks"},
    {"a range for each",
     "fleet --tasks 5 --workers 2 --groups 2 --model blended",
     "0 R 0 10",
     {{0, 1, 0, 10}, {-1}},
     0,
     2,
     " tasks | tasks ; 5 tasks, chunk 1, divided, share 1.000: 10",
     "1 of 5 tasks"},
};

static void test_tasks(void **state)
{
    const struct task_case *c = *state;
    struct trace *t = fake_new(c->line);
    struct sim_jobs jobs;
    struct text note = {0};
    struct err err = {0};
    int n = 0;

    play(t, c->spans);
    for (; c->tasks[n][0] >= 0; n++)
        task_at(t, c->tasks[n][0], c->tasks[n][1] - 1, c->tasks[n][2],
                c->tasks[n][3]);
    fake_finish(t, 10 * MS, true);
    metric_set(&t->metrics, METRIC_TASKS_DONE, c->done ? c->done : n);
    assert_int_equal(
        sim_jobs_tasks_from_trace(&jobs, t, c->workers, &note, &err), 0);
    assert_set(&jobs, c->want);
    if (*c->note)
        assert_non_null(strstr(text_str(&note), c->note));
    else
        assert_string_equal(text_str(&note), "");
    sim_jobs_fini(&jobs);
    text_fini(&note);
    trace_free(t);
}

/* ---- experiments --------------------------------------------------------- */

static const struct spec_case {
    const char *name, *line, *want;
} spec_cases[] = {
    {"spin", "spin --workers 2 --tasks 10 --task-ms 4",
     " tasks | tasks ; 10 tasks, chunk 1, share 1.000: 4"},
    {"spin that waits",
     "spin --workers 1 --tasks 10 --task-ms 4 --cpu-share 25",
     " tasks ; 10 tasks, chunk 1, share 0.250: 4"},
    {"spin of many lengths",
     "spin --workers 1 --tasks 10 --lengths 80,20,0.5 --model sequential",
     " tasks ; 10 tasks, chunk 1, share 1.000: 80 20 500000ns"},
    {"sleep in portions, scaled", "sleep --workers 2 --tasks 100 --scale 100",
     " tasks | tasks ; 100 tasks, chunk 13, share 0.000: 20"},
    {"apply: one after the other",
     "spin --workers 3 --tasks 10 --dispatch apply",
     " tasks | | ; 10 tasks, chunk 1, share 1.000: 1"},
    {"cooperative tasks share a thread",
     "sleep --workers 2 --tasks 4 --task-ms 1 --model coop --chunk 1",
     " tasks cpus=1 | tasks cpus=1 ; 4 tasks, chunk 1, share 0.000: 1"},
    {"nice, pinned", "spin --workers 1 --tasks 1 --nice 5 --cpus 0,1",
     " tasks nice=5 cpus=3 ; 1 tasks, chunk 1, share 1.000: 1"},
    {"real time", "spin --workers 1 --tasks 1 --sched fifo --priority 7",
     " tasks priority=7 ; 1 tasks, chunk 1, share 1.000: 1"},
    {"convoy: a client beside hogs", "convoy --workers 2",
     " r2000ns io5000ns r2000ns io5000ns x0 | r9007199254740992ns"},
};

/* As on a machine of two cores. */
static void read_spec(struct spec *spec, const char *line)
{
    struct trace *t = fake_new("primes");
    struct err err = {0};

    assert_int_equal(spec_parse_line(spec, line, &err), 0);
    assert_int_equal(spec_check(spec, &t->machine, &err), 0);
    trace_free(t);
}

static void test_spec(void **state)
{
    const struct spec_case *c = *state;
    struct sim_jobs jobs;
    struct spec spec;
    struct err err = {0};

    read_spec(&spec, c->line);
    assert_int_equal(sim_jobs_from_spec(&jobs, &spec, &err), 0);
    assert_set(&jobs, c->want);
    sim_jobs_fini(&jobs);
}

static const struct refused_case {
    const char *name, *line, *why;
} refused_cases[] = {
    {"primes have to be measured", "primes", "timeslice predict primes"},
    {"counter too", "counter", "timeslice predict"},
    {"empty tasks", "spin --task-ms 0", "no length"},
};

static void test_refused(void **state)
{
    const struct refused_case *c = *state;
    struct sim_jobs jobs;
    struct spec spec;
    struct err err = {0};

    read_spec(&spec, c->line);
    assert_int_equal(sim_jobs_from_spec(&jobs, &spec, &err), -EINVAL);
    assert_non_null(strstr(err.text, c->why));
    assert_int_equal(jobs.count, 0);
}

/* What has no end still fits into virtual time, however much there is of it. */
static void test_endless(void **state)
{
    struct sim_jobs jobs;
    struct sim_setup setup;
    struct spec spec;
    struct err err = {0};

    read_spec(&spec, *state);
    sim_defaults(&setup, spec.model == MODEL_GIL ? &policy_gil : &policy_rr);
    assert_int_equal(sim_jobs_from_spec(&jobs, &spec, &err), 0);
    if (sim_setup_check(&setup, &jobs, &err) < 0)
        fail_msg("%s", err.text);
    sim_jobs_fini(&jobs);
}

/* The drive is the bottleneck: readers get their answers one after the other,
 * until the time is over, whatever they compute. */
static void test_spec_disk(void **state)
{
    struct sim_jobs jobs;
    struct spec spec;
    struct err err = {0};

    (void)state;
    read_spec(&spec, "disk --workers 3 --duration 0.5 --scale 10");
    assert_int_equal(sim_jobs_from_spec(&jobs, &spec, &err), 0);
    assert_int_equal(jobs.count, 3);
    for (int i = 0; i < jobs.count; i++) {
        const struct sim_job *job = &jobs.job[i];
        int64_t sum = 0;

        assert_true(job->count >= 2);
        for (int k = 0; k < job->count; k++) {
            const struct sim_step *st = &jobs.step[job->first + k];

            assert_int_equal(st->kind, k % 2 ? STEP_IO : STEP_RUN);
            assert_true(st->ns >= 0);
            sum += st->ns;
        }
        assert_true(sum <= 600 * MS);
    }
    sim_jobs_fini(&jobs);
}

static void test_setup(void **state)
{
    struct sim_setup setup;
    struct spec spec;
    struct err err = {0};

    (void)state;
    read_spec(&spec, "spin --model gil --gil-interval 3 --workers 2 "
                     "--duration 2");
    sim_defaults(&setup, &policy_eevdf);
    assert_int_equal(sim_setup_for_spec(&setup, &spec, true, &err), 0);
    assert_ptr_equal(setup.policy, &policy_gil);
    assert_int_equal(setup.interval_ns, 3 * MS);
    assert_int_equal(setup.until_ns, 2000 * MS);

    sim_defaults(&setup, &policy_rr);
    assert_int_equal(sim_setup_for_spec(&setup, &spec, false, &err), -EINVAL);

    read_spec(&spec, "spin --sched rr");
    spec.slice_ns = 7 * MS;
    sim_defaults(&setup, &policy_eevdf);
    assert_int_equal(sim_setup_set(&setup, "cpus", "8", &err), 0);
    assert_int_equal(sim_setup_for_spec(&setup, &spec, true, &err), 0);
    assert_ptr_equal(setup.policy, &policy_rt_rr);
    assert_int_equal(setup.cpus, 8);
    assert_int_equal(setup.slice_ns, 7 * MS);
}

/* ---- there and back ------------------------------------------------------ */

static void random_jobs(struct sim_jobs *out, uint64_t *random)
{
    int jobs = 1 + (int)(random_next(random) % 6);

    *out = (struct sim_jobs){0};
    for (int i = 0; i < jobs; i++) {
        int steps = 1 + (int)(random_next(random) % 4);
        struct sim_job *job = sim_jobs_add(out);

        assert_non_null(job);
        job->arrival_ns = (int64_t)(random_next(random) % 12) * MS;
        for (int k = 0; k < steps; k++) {
            int64_t run = 1 + (int64_t)(random_next(random) % 20);
            int64_t wait = 1 + (int64_t)(random_next(random) % 9);
            bool timer = random_next(random) % 2;

            assert_int_equal(sim_jobs_step(out, STEP_RUN, run * MS, 0), 0);
            if (k + 1 < steps)
                assert_int_equal(sim_jobs_step(out,
                                               timer ? STEP_SLEEP : STEP_IO,
                                               wait * MS, 0),
                                 0);
        }
    }
}

static struct trace *simulate(const struct sim_setup *setup,
                              const struct sim_jobs *jobs)
{
    struct trace *t = NULL;
    struct err err = {0};

    if (sim_trace(&t, setup, jobs, NULL, NULL, &err) < 0)
        fail_msg("%s", err.text);
    return t;
}

static void assert_same(const struct trace *a, const struct trace *b)
{
    assert_int_equal(trace_span_total(a), trace_span_total(b));
    for (uint64_t n = 0; n < trace_span_total(a); n++)
        assert_memory_equal(trace_span_at(a, n), trace_span_at(b, n),
                            sizeof(struct span));
}

/* What is simulated, turned into jobs and simulated again under the same policy
 * is the same run. */
static void test_round_trip(void **state)
{
    const struct sim_policy *policy = *state;
    uint64_t random = 20261121;

    for (int round = 0; round < 60; round++) {
        struct sim_jobs first, second;
        struct trace *a, *b;
        struct text note = {0};
        struct sim_setup setup;
        struct err err = {0};

        sim_defaults(&setup, policy);
        setup.cpus = policy->central ? 1 : 1 + round % 3;
        random_jobs(&first, &random);
        a = simulate(&setup, &first);
        assert_int_equal(sim_jobs_from_trace(&second, a, &note, &err), 0);
        assert_int_equal(second.count, first.count);
        b = simulate(&setup, &second);
        assert_same(a, b);
        trace_free(a);
        trace_free(b);
        text_fini(&note);
        sim_jobs_fini(&first);
        sim_jobs_fini(&second);
    }
}

/* An experiment's tasks have in the trace the lengths that it gave them,
 * however many CPUs they had to share. */
static void test_tasks_round_trip(void **state)
{
    struct sim_jobs jobs, back;
    struct sim_setup setup;
    struct trace *t = NULL;
    struct spec spec;
    struct err err = {0};

    (void)state;
    read_spec(&spec, "spin --workers 3 --tasks 7 --lengths 80,20,60,40");
    sim_defaults(&setup, &policy_rr);
    setup.cpus = 2;
    assert_int_equal(sim_jobs_from_spec(&jobs, &spec, &err), 0);
    if (sim_trace(&t, &setup, &jobs, &spec, NULL, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(sim_jobs_tasks_from_trace(&back, t, 1, NULL, &err), 0);
    assert_set(&back, " tasks ; 7 tasks, chunk 1, share 1.000: 80 20 60 40 80 "
                      "20 60");
    trace_free(t);
    sim_jobs_fini(&jobs);
    sim_jobs_fini(&back);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_run_births),
        cmocka_unit_test(test_run_without_timeline),
        cmocka_unit_test(test_run_of_nothing),
        cmocka_unit_test(test_tasks_in_groups),
        cmocka_unit_test(test_spec_disk),
        CASE("convoy --workers 1000 --model gil", test_endless),
        CASE("spin --task-ms 2000 --duration 10", test_endless),
        CASE("sleep --task-ms 2000 --workers 900 --duration 60", test_endless),
        cmocka_unit_test(test_setup),
        cmocka_unit_test(test_tasks_round_trip),
    };
    struct CMUnitTest tests[COUNT(run_cases) + COUNT(task_cases) +
                            COUNT(spec_cases) + COUNT(refused_cases) +
                            COUNT(others) + POLICIES] = {{0}};
    size_t n = 0;

    n = add_rows(tests, n, run_cases, COUNT(run_cases), sizeof(*run_cases),
                 test_run);
    n = add_rows(tests, n, task_cases, COUNT(task_cases), sizeof(*task_cases),
                 test_tasks);
    n = add_rows(tests, n, spec_cases, COUNT(spec_cases), sizeof(*spec_cases),
                 test_spec);
    n = add_rows(tests, n, refused_cases, COUNT(refused_cases),
                 sizeof(*refused_cases), test_refused);
    for (int i = 0; sim_policies[i] && i < POLICIES; i++)
        tests[n++] = (struct CMUnitTest){
            .name = sim_policies[i]->name,
            .test_func = test_round_trip,
            .initial_state = (void *)(uintptr_t)sim_policies[i],
        };
    memcpy(&tests[n], others, sizeof(others));
    return cmocka_run_group_tests_name("sim_from", tests, NULL, NULL);
}
