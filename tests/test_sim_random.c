/* What must hold of every simulation, on many random sets: each job gets what
 * it has to compute and no more, no CPU is idle while a job may use it, nothing
 * overlaps, time never runs back, the same seed gives the same run, and it is
 * the one that a naive simulator gives. SIM_SETS= tries more of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/naive_sim.h"
#include "lib/rows.h"
#include "sim/sim.h"

#define MS INT64_C(1000000)

/* So many sets for each way; ten thousand altogether take seconds. */
static int sets(int usual)
{
    const char *more = getenv("SIM_SETS");

    return more ? atoi(more) : usual;
}

/* So that a failure can be tried by hand. */
static void tell_set(const char *setup, const struct sim_jobs *jobs)
{
    struct text t = {0};

    sim_jobs_write(jobs, " | ", &t);
    print_message("%s | %s\n", setup, text_str(&t));
    text_fini(&t);
}

/* ---- watching a run ------------------------------------------------------ */

#define JOBS 32
#define CPUS 8

struct seen {
    const char *what; /* for messages */
    uint64_t seed;
    int64_t job_end[JOBS], cpu_end[CPUS], ran[JOBS];
    int64_t first[JOBS];
    uint64_t hash;
    int running_most;
};

static void mix(struct seen *s, int64_t x)
{
    uint64_t state = s->hash ^ (uint64_t)x;

    s->hash = random_next(&state);
}

static void on_stretch(void *arg, const struct sim_stretch *st)
{
    struct seen *s = arg;

    assert_true(st->from_ns < st->to_ns);
    if (s->first[st->task] < 0)
        s->first[st->task] = st->from_ns;
    else /* no gap and no overlap */
        assert_int_equal(st->from_ns, s->job_end[st->task]);
    s->job_end[st->task] = st->to_ns;
    if (st->state == TASK_RUNNING) {
        assert_true(st->from_ns >= s->cpu_end[st->cpu]);
        s->cpu_end[st->cpu] = st->to_ns;
        s->ran[st->task] += st->to_ns - st->from_ns;
    }
    mix(s, st->from_ns);
    mix(s, st->to_ns);
    mix(s, st->task * 64 + st->cpu + (int)st->state * 4096);
}

static void seen_begin(struct seen *s, const char *what, uint64_t seed)
{
    *s = (struct seen){.what = what, .seed = seed};
    memset(s->first, 0xff, sizeof(s->first));
}

/* No CPU is idle while a job that may run there waits. */
static void check_work_conserved(const struct sim *s, const struct seen *seen)
{
    const struct sim_setup *u = sim_setup_of(s);
    const struct sim_jobs *jobs = sim_jobs_of(s);
    int running = 0;

    for (int c = 0; c < u->cpus; c++)
        running += sim_cpu(s, c).task >= 0;
    if (u->policy->most_running) {
        assert_true(running <= u->policy->most_running);
        if (running == u->policy->most_running)
            return;
    }
    for (int i = 0; i < jobs->count; i++) {
        const struct task *t = sim_task(s, i);

        for (int c = 0; c < u->cpus && t->state == TASK_READY; c++)
            if (sim_cpu(s, c).task < 0 &&
                (t->job->pins < 0 ||
                 sim_pins_allow(&jobs->pins[t->job->pins], c)))
                fail_msg("%s, seed %llu: at %lld CPU %d is idle and %d waits",
                         seen->what, (unsigned long long)seen->seed,
                         (long long)sim_now_ns(s), c, i);
    }
}

/* ---- one set ------------------------------------------------------------- */

struct way {
    const char *name;  /* of the test */
    const char *setup; /* what goes before ",cpus=N" */
    bool whole_ms;     /* jobs in whole milliseconds */
    bool idles;        /* a CPU may stay idle on purpose */
};

static struct sim_random wish_of(uint64_t *seed, const struct way *w, int cpus)
{
    uint64_t bits = random_next(seed);
    struct sim_random wish = {
        .jobs = 1 + (int)random_below(seed, 12),
        .longest_ns = (1 + random_below(seed, 30)) * MS,
        .last_arrival_ns = random_below(seed, 60) * MS,
        .whole_ms = w->whole_ms || (bits & 1),
        .io = bits & 2,
        .nice = bits & 4,
        .tickets = bits & 8,
        .priorities = bits & 16,
        .pins = (bits & 32) && cpus > 1,
        .locks = bits & 64,
        .gangs = strncmp(w->setup, "gang", 4) == 0,
        .cpus = cpus,
    };

    return wish;
}

static void setup_of(struct sim_setup *u, const struct way *w, int cpus,
                     uint64_t seed)
{
    struct err err = {0};
    char line[200];

    snprintf(line, sizeof(line), "%s,cpus=%d,seed=%llu", w->setup, cpus,
             (unsigned long long)(seed % 1000000));
    if (sim_setup_read(u, line, NULL, &err) < 0)
        fail_msg("%s: %s", line, err.text);
}

static struct sim *run_watched(const struct sim_setup *u,
                               const struct sim_jobs *jobs, struct seen *seen,
                               const struct way *w)
{
    struct sim_watch watch = {.arg = seen, .stretch = on_stretch};
    struct err err = {0};
    struct sim *s = NULL;
    int64_t before = 0;

    if (sim_new(&s, u, jobs, &watch, &err) < 0)
        fail_msg("%s: %s", w->name, err.text);
    while (sim_state(s) == SIM_GOES_ON && sim_decisions(s) < 100000) {
        sim_step(s);
        assert_true(sim_now_ns(s) >= before);
        before = sim_now_ns(s);
        if (!w->idles && sim_state(s) == SIM_GOES_ON)
            check_work_conserved(s, seen);
    }
    return s;
}

static void check_times(const struct sim *s, const struct task *t)
{
    if (t->ran_ns + t->ready_ns + t->blocked_ns ==
        t->end_ns - t->job->arrival_ns)
        return;
    tell_set(sim_setup_of(s)->policy->name, sim_jobs_of(s));
    fail_msg("job %d ran %lld, was ready %lld, waited %lld, all %lld", t->id,
             (long long)t->ran_ns, (long long)t->ready_ns,
             (long long)t->blocked_ns,
             (long long)(t->end_ns - t->job->arrival_ns));
}

static void check_jobs(const struct sim *s, const struct seen *seen)
{
    const struct sim_jobs *jobs = sim_jobs_of(s);
    int64_t busy = 0, ran = 0;

    for (int c = 0; c < sim_setup_of(s)->cpus; c++)
        busy += sim_cpu(s, c).busy_ns;
    for (int i = 0; i < jobs->count; i++) {
        const struct task *t = sim_task(s, i);
        int64_t work = sim_job_work_ns(jobs, i);

        ran += t->ran_ns;
        if (sim_state(s) == SIM_DONE) {
            assert_int_equal(t->ran_ns, work);
            assert_int_equal(seen->ran[i], work);
            assert_int_equal(t->end_ns,
                             seen->first[i] < 0 ? t->end_ns : seen->job_end[i]);
            check_times(s, t);
        } else {
            assert_true(t->ran_ns <= work);
        }
    }
    assert_int_equal(busy, ran);
}

/* Nobody looks, so the engine takes its short ways: the same all the same. */
static void check_unwatched(const struct sim_setup *u,
                            const struct sim_jobs *jobs, const struct sim *was)
{
    struct sim *s = NULL;

    assert_int_equal(sim_new(&s, u, jobs, NULL, NULL), 0);
    assert_int_equal(sim_run(s, sim_decisions(was), INT64_MAX), sim_state(was));
    assert_int_equal(sim_now_ns(s), sim_now_ns(was));
    assert_int_equal(sim_decisions(s), sim_decisions(was));
    for (int i = 0; i < jobs->count; i++) {
        const struct task *a = sim_task(s, i), *b = sim_task(was, i);

        assert_int_equal(a->end_ns, b->end_ns);
        assert_int_equal(a->first_ns, b->first_ns);
        assert_int_equal(a->ready_ns, b->ready_ns);
        assert_int_equal(a->switches_involuntary, b->switches_involuntary);
        assert_int_equal(a->migrations, b->migrations);
    }
    sim_free(s);
}

static void one_set(const struct way *w, uint64_t seed)
{
    int cpus = 1 + (int)random_below(&seed, 4);
    struct sim_random wish = wish_of(&seed, w, cpus);
    struct sim_jobs jobs = {0};
    struct sim_setup u;
    struct seen seen, again;
    struct sim *s, *twin;

    setup_of(&u, w, cpus, seed);
    assert_int_equal(sim_jobs_random(&jobs, &wish, seed), 0);
    seen_begin(&seen, w->name, seed);
    s = run_watched(&u, &jobs, &seen, w);
    check_jobs(s, &seen);
    seen_begin(&again, w->name, seed);
    twin = run_watched(&u, &jobs, &again, w);
    assert_true(seen.hash == again.hash);
    check_unwatched(&u, &jobs, s);
    sim_free(s);
    sim_free(twin);
    sim_jobs_fini(&jobs);
}

static const struct way ways[] = {
    {"fifo", "fifo", false, false},
    {"sjf", "sjf", false, false},
    {"stcf", "stcf", false, false},
    {"rr", "rr,slice=2", false, false},
    {"rr: arrivals first", "rr,slice=2,ties=arrived", true, false},
    {"rr: with the cost of switches", "rr,slice=3,switch=0.1,migrate=0.2",
     false, false},
    {"rr: slices end together", "rr,slice=3,aligned=yes", true, false},
    {"steal: when idle", "steal,slice=2,steal=idle", false, false},
    {"steal: now and then", "steal,slice=2,steal=5", false, true},
    {"rr: a queue a CPU", "rr,slice=2,queues=per-cpu,steal=never", false, true},
    {"priority", "priority", false, false},
    {"priority: ageing", "priority,age=5", false, false},
    {"priority: inheritance", "priority,inherit=yes", false, false},
    {"mlfq", "mlfq", false, false},
    {"mlfq: boost", "mlfq,boost=20", false, false},
    {"mlfq: stay, front", "mlfq,boost=50,stay=yes,front=yes", false, false},
    {"lottery", "lottery,slice=2", false, false},
    {"stride", "stride,slice=2", false, false},
    {"cfs", "cfs,steal=idle", false, false},
    {"eevdf", "eevdf,steal=idle", false, false},
    {"eevdf: with a tick", "eevdf,steal=idle,tick=4", false, false},
    {"rt-fifo", "rt-fifo", false, false},
    {"rt-rr", "rt-rr,slice=2", false, false},
    {"edf", "edf", false, false},
    {"gang", "gang,slice=2", false, false},
    {"gil", "gil", false, true},
    {"gil-old", "gil-old", false, true},
    {"fifo: devices go first", "fifo,after-io=preempt", false, false},
    {"fifo: who waits keeps the CPU", "fifo,on-io=hold", false, true},
    {"rr: the same, and devices go first",
     "rr,slice=2,on-io=hold,after-io=preempt", true, true},
    {"rt-rr: inheritance, arrivals first",
     "rt-rr,slice=2,inherit=yes,ties=arrived", true, false},
    {"mlfq: boosts in the middle of switches",
     "mlfq,boost=3,switch=0.5,levels=2:1/4:2", false, false},
    {"cfs: a queue a CPU, stealing now and then",
     "cfs,queues=per-cpu,steal=7,switch=0.1,migrate=0.3", false, true},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static void test_way(void **state)
{
    const struct way *w = *state;
    uint64_t seed = 20260;

    for (int i = 0; i < sets(120); i++)
        one_set(w, random_next(&seed));
}

/* ---- beside the naive one ------------------------------------------------ */

struct drawn {
    signed char who[NAIVE_CPUS][NAIVE_MS];
};

static void draw(void *arg, const struct sim_stretch *st)
{
    struct drawn *d = arg;

    if (st->state == TASK_RUNNING)
        for (int64_t t = st->from_ns / MS; t < st->to_ns / MS; t++)
            d->who[st->cpu][t] = (signed char)st->task;
}

static const struct naive_row {
    const char *name, *setup;
    enum naive_policy policy;
    int slice;
} naive_rows[] = {
    {"naive: fifo", "fifo", NAIVE_FIFO, 0},
    {"naive: sjf", "sjf", NAIVE_SJF, 0},
    {"naive: stcf", "stcf", NAIVE_STCF, 0},
    {"naive: rr, slices of 1", "rr,slice=1", NAIVE_RR, 1},
    {"naive: rr, slices of 4", "rr,slice=4", NAIVE_RR, 4},
};

static void beside_naive(const struct naive_row *row, uint64_t seed)
{
    static struct drawn ours, naive;
    int cpus = 1 + (int)random_below(&seed, NAIVE_CPUS), end;
    struct sim_random wish = {
        .jobs = 1 + (int)random_below(&seed, 12),
        .longest_ns = (1 + random_below(&seed, 25)) * MS,
        .last_arrival_ns = random_below(&seed, 50) * MS,
        .whole_ms = true,
        .io = random_below(&seed, 2),
    };
    struct sim_watch watch = {.arg = &ours, .stretch = draw};
    struct way w = {.name = row->name, .setup = row->setup};
    struct sim_jobs jobs = {0};
    struct sim_setup u;
    struct sim *s = NULL;

    memset(&ours, -1, sizeof(ours));
    memset(&naive, -1, sizeof(naive));
    setup_of(&u, &w, cpus, 1);
    assert_int_equal(sim_jobs_random(&jobs, &wish, seed), 0);
    assert_int_equal(sim_new(&s, &u, &jobs, &watch, NULL), 0);
    assert_int_equal(sim_run(s, INT64_MAX, INT64_MAX), SIM_DONE);
    end = naive_sim(&jobs, row->policy, cpus, row->slice, naive.who);
    if (sim_now_ns(s) != end * MS)
        tell_set(row->setup, &jobs);
    assert_int_equal(sim_now_ns(s), end * MS);
    for (int c = 0; c < cpus; c++)
        for (int t = 0; t < end; t++)
            if (ours.who[c][t] != naive.who[c][t]) {
                tell_set(row->setup, &jobs);
                fail_msg("%s, seed %llu: CPU %d at %d ms has %d, naively %d",
                         row->name, (unsigned long long)seed, c, t,
                         ours.who[c][t], naive.who[c][t]);
            }
    sim_free(s);
    sim_jobs_fini(&jobs);
}

static void test_naive(void **state)
{
    uint64_t seed = 4711;

    for (int i = 0; i < sets(600); i++)
        beside_naive(*state, random_next(&seed));
}

#define NAIVE_ROWS (sizeof(naive_rows) / sizeof(naive_rows[0]))

int main(void)
{
    struct CMUnitTest tests[WAYS + NAIVE_ROWS] = {0};
    size_t n = 0;

    n = add_rows(tests, n, ways, WAYS, sizeof(ways[0]), test_way);
    n = add_rows(tests, n, naive_rows, NAIVE_ROWS, sizeof(naive_rows[0]),
                 test_naive);
    (void)n;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
