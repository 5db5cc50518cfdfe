/* How workers come to be and how they go: threads of several processes, and a
 * worker made for each task. Invariants only: never how long anything takes,
 * but for waits, which are never shorter than asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/tiling.h"

#include "base/clock.h"
#include "lib/drive.h"
#include "observe/observe.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* The state of process @pid by /proc, and its parent; 0: there is none. */
static char process_state(pid_t pid, pid_t *parent)
{
    char path[64], text[256] = "", state = 0;
    const char *at;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    f = fopen(path, "r");
    if (!f)
        return 0;
    if (fgets(text, sizeof(text), f) && (at = strrchr(text, ')')) &&
        sscanf(at + 1, " %c %d", &state, parent) != 2)
        state = 0;
    fclose(f);
    return state;
}

/* Gone, or dead and not yet collected by whoever has it now. */
static void assert_gone(pid_t pid)
{
    int64_t give_up_ns = clock_now_ns() + 30 * NS_PER_S;
    char state;
    pid_t parent;

    do {
        state = process_state(pid, &parent);
        if (state == 0 || state == 'Z' || state == 'X')
            return;
        usleep(1000);
    } while (clock_now_ns() < give_up_ns);
    fail_msg("process %d is still there (%c)", (int)pid, state);
}

/* The first @count of them have said who they are, in whatever order. */
static bool all_known(const struct source *s, int count)
{
    if (!s->running || s->trace->worker_count < count)
        return false;
    for (int i = 0; i < count; i++)
        if (s->trace->workers[i].pid == 0)
            return false;
    return true;
}

static void wait_for_workers(struct source *s, int count)
{
    while (!s->done && !all_known(s, count))
        drive_for(s, NS_PER_MS);
    assert_false(s->done);
}

/* ---- exact timelines ---------------------------------------------------- */

static const struct rung_case {
    enum spec_observer kind;
    const char *name;
} rungs[] = {{OBSERVER_PERF_CPU, "perf-cpu"},
             {OBSERVER_PERF, "perf"},
             {OBSERVER_GAP, "gap"}};

static const char *const exact_lines[] = {
    "spin --model blended --workers 4 --processes 2 --task-ms 2 --tasks 60",
    "spin --model blended --workers 5 --processes 3 --task-ms 2 --tasks 60",
    "sleep --model blended --workers 9 --processes 3 --task-ms 2 --tasks 90",
    "counter --model blended --workers 4 --processes 2 --sync mutex "
    "--duration 0.1",
    "spin --spawn per-task --workers 3 --task-ms 2 --tasks 40",
    "spin --spawn per-task --workers 3 --task-ms 2 --tasks 40 --model "
    "processes",
    "sleep --spawn per-task --workers 4 --task-ms 2 --tasks 60",
};

/* Every switch that the kernel counted is in the trace, and the spans follow
 * each other without a hole from birth to end. */
static void assert_exact(const struct trace *t, const char *line)
{
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        struct tiling tiling = {.worker = id, .at_ns = w->born_ns};
        double voluntary =
            metric_get(&w->metrics, METRIC_SWITCHES_VOLUNTARY, -1);
        double involuntary =
            metric_get(&w->metrics, METRIC_SWITCHES_INVOLUNTARY, -1);

        if (voluntary != (double)w->traced_voluntary ||
            involuntary != (double)w->traced_involuntary)
            fail_msg("%s: worker %d: kernel %.0f + %.0f switches, trace "
                     "%" PRId64 " + %" PRId64,
                     line, id, voluntary, involuntary, w->traced_voluntary,
                     w->traced_involuntary);
        trace_each_span(t, INT64_MIN, INT64_MAX, tile, &tiling);
        assert_int_equal(tiling.holes, 0);
        assert_int_equal(tiling.at_ns, w->end_ns);
        assert_int_equal(w->life, LIFE_ENDED);
    }
}

static bool allowed(enum spec_observer kind)
{
    struct machine m;
    struct trace_observer why;
    struct spec spec;

    machine_read(&m);
    spec_defaults(&spec, WORKLOAD_SPIN);
    spec.observer = kind;
    return observe_probe(&spec, &m, &why, NULL) == 0;
}

static void timelines_are_exact(void **state)
{
    const struct rung_case *c = *state;

    if (!allowed(c->kind))
        skip();
    for (size_t i = 0; i < COUNT_OF(exact_lines); i++) {
        struct source *s;
        char line[200];

        snprintf(line, sizeof(line), "%s --observer %s", exact_lines[i],
                 c->name);
        s = drive_run(line);
        /* Too busy to empty the rings: that is told, and promises nothing. */
        for (int k = 0; k < 10 && s->trace->observer.lost > 0; k++) {
            s->class->close(s);
            s = drive_run(line);
        }
        drive_ok(s);
        assert_int_equal(s->trace->observer.kind, c->kind);
        if (s->trace->observer.lost == 0)
            assert_exact(s->trace, line);
        s->class->close(s);
    }
}

/* ---- threads of several processes --------------------------------------- */

static const struct crowd_case {
    int workers, processes, each;
} crowds[] = {{100, 8, 13}, {9, 6, 2}, {2, 2, 1}, {5, 1, 5}, {4, 3, 2}};

static void workers_are_split_by_ceil(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(crowds); i++) {
        const struct crowd_case *c = &crowds[i];
        struct source *s;
        char line[200];

        snprintf(line, sizeof(line),
                 "sleep --tasks %d --task-ms 1 --workers %d --model blended "
                 "--processes %d --observer off",
                 c->workers, c->workers, c->processes);
        s = drive_run(line);
        drive_ok(s);
        assert_int_equal(s->trace->worker_count, c->workers);
        for (int id = 0; id < c->workers; id++) {
            const struct trace_worker *w = s->trace->workers;
            int first = id / c->each * c->each;

            assert_int_equal(w[id].pid, w[first].pid);
            if (first > 0)
                assert_int_not_equal(w[id].pid, w[first - 1].pid);
            assert_int_not_equal(w[id].tid, w[id].pid); /* the host waits */
        }
        s->class->close(s);
    }
}

static void more_workers_get_new_processes(void **state)
{
    struct source *s = drive_open("spin --model blended --workers 4 "
                                  "--processes 2 --duration endless",
                                  true);
    const struct trace_worker *w;

    (void)state;
    wait_for_workers(s, 4);
    s->wanted.workers = 7;
    s->class->apply(s, false);
    wait_for_workers(s, 7);
    w = s->trace->workers;
    assert_int_equal(w[0].pid, w[1].pid);
    assert_int_equal(w[4].pid, w[5].pid);
    assert_int_not_equal(w[4].pid, w[2].pid);
    assert_int_not_equal(w[6].pid, w[4].pid);
    s->wanted.workers = 1; /* the others stand aside */
    s->class->apply(s, false);
    drive_for(s, 10 * NS_PER_MS);
    s->wanted.paused = true;
    s->class->apply(s, false);
    drive_for(s, 10 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    assert_int_equal(s->trace->verdict, VERDICT_INTERRUPTED);
    assert_string_equal(s->trace->error, "");
    for (int id = 0; id < 7; id++)
        assert_gone(s->trace->workers[id].pid);
    s->class->close(s);
}

static void a_killed_process_fails_the_run(void **state)
{
    static const struct {
        const char *line;
        int victim;
        const char *says;
    } cases[] = {
        {"spin --model blended --workers 6 --processes 3 --duration 60", 3,
         "the process of workers 2 to 3 was ended by signal 9"},
        {"sleep --model blended --workers 3 --processes 3 --tasks 9 --task-ms "
         "60000",
         2, "worker 2 was ended by signal 9"},
        {"spin --spawn per-task --model processes --workers 2 --tasks 4 "
         "--task-ms 60000",
         1, "worker 1 was ended by signal 9"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source *s = drive_open(cases[i].line, false);
        pid_t other;

        wait_for_workers(s, cases[i].victim + 1);
        other = s->trace->workers[0].pid;
        assert_int_equal(kill(s->trace->workers[cases[i].victim].pid, SIGKILL),
                         0);
        drive_to_end(s);
        assert_int_equal(s->trace->verdict, VERDICT_FAILED);
        if (!strstr(s->trace->error, cases[i].says))
            fail_msg("%s: %s", cases[i].line, s->trace->error);
        s->class->close(s);
        assert_gone(other);
    }
}

static void processes_die_with_the_lab(void **state)
{
    static const char *const lines[] = {
        "spin --model blended --workers 6 --processes 3 --duration 60",
        "spin --spawn per-task --model processes --workers 3 --tasks 300 "
        "--task-ms 5",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct source *s = drive_open(lines[i], false);
        pid_t hosts[3], lab = 0;

        wait_for_workers(s, 3);
        for (int k = 0; k < 3; k++) {
            pid_t parent, grandparent;

            hosts[k] = s->trace->workers[k].pid;
            /* Those made for a task may have gone already. */
            if (process_state(hosts[k], &parent) != 0 &&
                process_state(parent, &grandparent) != 0 &&
                grandparent == getpid())
                lab = parent;
        }
        if (lab == 0) { /* nobody left to ask */
            s->class->close(s);
            continue;
        }
        kill(lab, SIGKILL);
        for (int k = 0; k < 3; k++)
            assert_gone(hosts[k]);
        drive_to_end(s);
        assert_int_equal(s->trace->verdict, VERDICT_FAILED);
        s->class->close(s);
    }
}

/* How much address space this process has, in bytes. */
static rlim_t address_space(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (f) {
        if (fscanf(f, "%lu", &pages) != 1)
            pages = 0;
        fclose(f);
    }
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void a_refused_thread_is_told(void **state)
{
    struct rlimit was, less;
    struct source *s;

    (void)state;
    if (SANITIZED) /* they map terabytes */
        skip();
    getrlimit(RLIMIT_AS, &was);
    less = was;
    less.rlim_cur = address_space() + ((rlim_t)32 << 20);
    setrlimit(RLIMIT_AS, &less);
    s = drive_open("sleep --tasks 500 --task-ms 1 --workers 600 --model "
                   "blended --processes 2 --observer off",
                   false);
    setrlimit(RLIMIT_AS, &was);
    drive_to_end(s);
    assert_string_equal(s->trace->error, "");
    assert_true(drive_metric(s, METRIC_REFUSED_AT) > 0);
    assert_true(drive_metric(s, METRIC_REFUSED_AT) <
                300); /* in the first host */
    assert_true(drive_metric(s, METRIC_REFUSED_ERRNO) == EAGAIN ||
                drive_metric(s, METRIC_REFUSED_ERRNO) == ENOMEM);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == 500);
    s->class->close(s);
}

/* ---- a worker a task ---------------------------------------------------- */

/* The most workers that lived at one instant. */
static int most_alive(const struct trace *t)
{
    int most = 0;

    for (int id = 0; id < t->worker_count; id++) {
        int alive = 0;

        for (int k = 0; k < t->worker_count; k++)
            alive += t->workers[k].born_ns <= t->workers[id].born_ns &&
                     t->workers[id].born_ns < t->workers[k].end_ns;
        if (alive > most)
            most = alive;
    }
    return most;
}

static void assert_own_workers(const struct trace *t, int places)
{
    assert_int_equal(t->worker_count, t->spec.tasks);
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];

        assert_true(w->metrics.value[METRIC_TASKS_DONE] == 1);
        for (int k = 0; k < id; k++)
            assert_int_not_equal(w->tid, t->workers[k].tid);
    }
    if (most_alive(t) > places)
        fail_msg("%d workers at a time, not %d", most_alive(t), places);
}

static void each_task_has_its_own_worker(void **state)
{
    static const struct {
        const char *line;
        int places;
    } cases[] = {
        {"spin --spawn per-task --workers 2 --tasks 30 --task-ms 1", 2},
        {"spin --spawn per-task --workers 1 --tasks 10 --task-ms 1", 1},
        {"sleep --spawn per-task --workers 5 --tasks 60 --task-ms 1", 5},
        {"sleep --spawn per-task --workers 50 --tasks 20 --task-ms 1", 20},
        {"spin --spawn per-task --workers 3 --tasks 30 --task-ms 1 --model "
         "processes",
         3},
        {"sleep --spawn per-task --workers 2 --tasks 8 --task-ms 1 --poll 0.01",
         2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source *s = drive_run(cases[i].line);

        drive_ok(s);
        assert_own_workers(s->trace, cases[i].places);
        s->class->close(s);
    }
}

/* The first two are there from the beginning; the others take three refills of
 * two at least, the first at once at best. */
static void free_places_are_polled_for(void **state)
{
    struct source *s = drive_run("sleep --spawn per-task --workers 2 --tasks 8 "
                                 "--task-ms 1 --poll 0.1");

    (void)state;
    drive_ok(s);
    assert_true(drive_metric(s, METRIC_WALL_S) >= 0.2);
    s->class->close(s);
}

static void places_change_live(void **state)
{
    static const char *const lines[] = {
        "sleep --spawn per-task --workers 3 --tasks 5000 --task-ms 2",
        "spin --spawn per-task --workers 2 --tasks 5000 --task-ms 1 --model "
        "processes",
        "sleep --spawn per-task --workers 2 --tasks 5000 --task-ms 1 --poll "
        "0.01",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct source *s = drive_open(lines[i], true);

        wait_for_workers(s, 2);
        for (int k = 0; k < 40 && !s->done; k++) {
            s->wanted.workers = 1 + k % 5;
            s->wanted.paused = k % 7 == 3;
            s->class->apply(s, true);
            drive_for(s, 4 * NS_PER_MS);
        }
        s->class->stop(s, VERDICT_INTERRUPTED);
        drive_to_end(s);
        assert_string_equal(s->trace->error, "");
        assert_true(most_alive(s->trace) <= 5);
        s->class->close(s);
    }
}

/* Each phase's share adds up, though workers are born in the middle of one. */
static void phases_add_up(void **state)
{
    struct source *s = drive_open("sleep --spawn per-task --workers 4 --tasks "
                                  "400 --task-ms 1",
                                  true);
    int64_t ops = 0;

    (void)state;
    wait_for_workers(s, 4);
    for (int k = 0; k < 20 && !s->done; k++) {
        s->wanted.workers = 2 + k % 3;
        s->class->apply(s, true);
        drive_for(s, 3 * NS_PER_MS);
    }
    drive_to_end(s);
    drive_ok(s);
    for (size_t i = 0; i < s->trace->phase_count; i++) {
        const struct trace_phase *p = &s->trace->phases[i];

        assert_true(p->metrics.value[METRIC_SWITCHES_VOLUNTARY] >= 0);
        assert_true(p->metrics.value[METRIC_CPU_S] >= 0);
        ops += p->ops;
    }
    assert_int_equal(ops, 400);
    s->class->close(s);
}

/* ---- what cannot be ----------------------------------------------------- */

static void wrong_crews_get_one_sentence(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"spin --processes 2", "add --model blended"},
        {"spin --model blended --processes 5 --workers 2", "--processes 5"},
        {"spin --spawn per-task --duration 1", "add --tasks"},
        {"spin --spawn per-task --tasks 20001", "up to 20000"},
        {"spin --spawn per-task --model gil", "threads or processes"},
        {"spin --spawn per-task --model blended", "threads or processes"},
        {"spin --spawn per-task --chunk 2", "so --chunk"},
        {"spin --spawn per-task --dispatch map", "so --dispatch"},
        {"spin --poll 1", "add --spawn per-task"},
        {"spin --results index", "add --dispatch async"},
        {"spin --dispatch async --chunk 2", "one task at a time"},
        {"spin --tasks 5 --fail-at 6", "only 5"},
        {"spin --lengths 1,,2", "no list of milliseconds"},
        {"spin --lengths 1,-2", "no list of milliseconds"},
        {"spin --lengths 1,2 --task-ms 3", "leave one of them out"},
        {"spin --groups 2", "fleet"},
        {"fleet --groups 4 --model threads", "leave --model out"},
        {"fleet --groups 4 --workers 3", "too few"},
        {"fleet --groups 4 --model blended --processes 3", "--processes out"},
    };
    struct machine m;

    (void)state;
    machine_read(&m);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = {0};
        struct spec spec;
        int rc = spec_parse_line(&spec, cases[i].line, &err);

        if (rc == 0)
            rc = spec_check(&spec, &m, &err);
        if (rc != -EINVAL || !strstr(err.text, cases[i].says))
            fail_msg("%s: %d \"%s\"", cases[i].line, rc, err.text);
    }
}

int main(void)
{
    struct CMUnitTest tests[32];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(rungs); i++)
        tests[n++] =
            (struct CMUnitTest){.name = rungs[i].name,
                                .test_func = timelines_are_exact,
                                .initial_state = (void *)(uintptr_t)&rungs[i]};

    const struct CMUnitTest rest[] = {
        cmocka_unit_test(workers_are_split_by_ceil),
        cmocka_unit_test(more_workers_get_new_processes),
        cmocka_unit_test(a_killed_process_fails_the_run),
        cmocka_unit_test(processes_die_with_the_lab),
        cmocka_unit_test(a_refused_thread_is_told),
        cmocka_unit_test(each_task_has_its_own_worker),
        cmocka_unit_test(free_places_are_polled_for),
        cmocka_unit_test(places_change_live),
        cmocka_unit_test(phases_add_up),
        cmocka_unit_test(wrong_crews_get_one_sentence),
    };
    for (size_t i = 0; i < COUNT_OF(rest); i++)
        tests[n++] = rest[i];
    return _cmocka_run_group_tests("models", tests, n, NULL, NULL);
}
