/* What happens when the system says no, or kills: the run tells it in a
 * sentence, what could be done is done, and nobody is left behind. Drives the
 * real program; the refusal of workers is tried in a child of this test. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "observe/live.h"
#include "stats/summary.h"

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

static struct program_result result;

/* ---- workers refused ----------------------------------------------------- */

enum { ASKED = 8, TASKS = 24 };

/* Exit statuses of the child below: which expectation failed. */
enum refused_child {
    CHILD_FINE,
    CHILD_NO_USER,
    CHILD_NO_SPEC,
    CHILD_NOT_STARTED,
    CHILD_NOT_REFUSED,
    CHILD_WRONG_WORKER,
    CHILD_WRONG_REASON,
    CHILD_LEFT_TASKS
};

static enum refused_child judge(const struct metrics *m)
{
    double at = metric_get(m, METRIC_REFUSED_AT, -1);

    if (at < 0)
        return CHILD_NOT_REFUSED;
    if (at < 1 || at >= ASKED)
        return CHILD_WRONG_WORKER;
    if (metric_get(m, METRIC_REFUSED_ERRNO, 0) != EAGAIN)
        return CHILD_WRONG_REASON;
    return metric_get(m, METRIC_TASKS_DONE, 0) == TASKS ? CHILD_FINE
                                                        : CHILD_LEFT_TASKS;
}

/* In a child: as a user with room for a few more workers than one, but not for
 * all, run @line. The limit comes after the check, which would have said no. */
static enum refused_child run_refused(const char *line)
{
    const struct rlimit few = {.rlim_cur = 6, .rlim_max = 6};
    /* A user of this test's own: the limit counts all that a user has. */
    const uid_t nobody = 100000 + (uid_t)getppid();
    struct source *source;
    struct machine machine;
    struct spec spec;
    struct err err = {0};
    enum refused_child found;

    machine_read(&machine);
    if (spec_parse_line(&spec, line, &err) < 0 ||
        spec_check(&spec, &machine, &err) < 0)
        return CHILD_NO_SPEC;
    if (setgid(nobody) < 0 || setuid(nobody) < 0 ||
        setrlimit(RLIMIT_NPROC, &few) < 0)
        return CHILD_NO_USER;
    if (live_open(&source, &spec, &machine, false, &err) < 0)
        return CHILD_NOT_STARTED;
    while (!source->done) {
        struct pollfd fds[64];
        int n = source->class->fds(source, fds, 64);

        poll(fds, (nfds_t)n, (int)(SOURCE_PUMP_NS / NS_PER_MS));
        source->class->pump(source, clock_now_ns());
    }
    summary_update(source->trace);
    found = judge(&source->trace->metrics);
    source->class->close(source);
    return found;
}

static void refused_workers(void **state)
{
    int status;
    pid_t pid;

    if (geteuid() != 0) {
        puts("skipped: only root can become a user with few processes");
        skip();
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit((int)run_refused(*state));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CHILD_FINE);
}

/* ---- a system call refused ----------------------------------------------- */

/* From here on @call fails with @code; for this process and its children. */
static void forbid(int call, int code)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {
        .len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(125);
}

static void forbid_perf(void)
{
    forbid(SYS_perf_event_open, EPERM);
}

static json_t *parse(void)
{
    json_error_t error;
    json_t *all = json_loads(result.out, 0, &error);

    if (!all)
        fail_msg("not JSON, line %d: %s", error.line, error.text);
    return all;
}

/* As in most containers: the workers find their own gaps, and the run says
 * why. */
static void perf_refused_falls_to_gap(void **state)
{
    json_t *all, *observer;
    const char *kind;

    (void)state;
    program_run_prepared(&result, "run primes --json --tasks 6 --limit 5000",
                         forbid_perf);
    assert_int_equal(result.status, EXIT_DONE);
    all = parse();
    observer = json_object_get(all, "observer");
    kind = json_string_value(json_object_get(observer, "kind"));
    assert_non_null(kind);
    assert_string_equal(kind, "gap");
    json_decref(all);

    program_run_prepared(&result, "doctor", forbid_perf);
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "perf      no: "));
}

/* Who asked for perf by name does not get something else instead. */
static void perf_by_name_is_refused(void **state)
{
    (void)state;
    program_run_prepared(&result, "run primes --observer perf --tasks 2",
                         forbid_perf);
    assert_int_equal(result.status, EXIT_MACHINE);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "perf"));
}

/* ---- memory refused ------------------------------------------------------ */

static void allow_memory(rlim_t bytes)
{
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};

    if (setrlimit(RLIMIT_AS, &limit) < 0)
        _exit(125);
}

static void too_little_for_the_board(void)
{
    allow_memory(24 << 20);
}

static void too_little_for_the_stacks(void)
{
    allow_memory(150 << 20);
}

static void skip_if_sanitized(void)
{
    if (!SANITIZED)
        return;
    puts("skipped: a sanitizer needs all the memory there is");
    skip();
}

static void no_memory_for_the_board(void **state)
{
    (void)state;
    skip_if_sanitized();
    program_run_prepared(&result, "run spin --workers 500 --task-ms 0.1 --json",
                         too_little_for_the_board);
    assert_int_equal(result.status, EXIT_MACHINE);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "memory"));
}

/* Room for the board but hardly for five hundred stacks: those workers that
 * the system gives do all the tasks. */
static void no_memory_for_all_stacks(void **state)
{
    json_t *all, *metrics;

    (void)state;
    skip_if_sanitized();
    program_run_prepared(&result,
                         "run spin --workers 500 --tasks 600 --task-ms 0.1 "
                         "--json",
                         too_little_for_the_stacks);
    if (result.status == EXIT_MACHINE) {
        assert_non_null(strstr(result.err, "memory"));
        return;
    }
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.err, "did not create worker"));
    all = parse();
    metrics = json_object_get(all, "metrics");
    assert_true(json_number_value(json_object_get(metrics, "refused_at")) > 0);
    assert_int_equal(json_number_value(json_object_get(metrics, "tasks_done")),
                     600);
    json_decref(all);
}

/* ---- the disk refused ---------------------------------------------------- */

static void small_files(void)
{
    const struct rlimit small = {.rlim_cur = 512, .rlim_max = 512};

    if (setrlimit(RLIMIT_FSIZE, &small) < 0)
        _exit(125);
}

static void full_disk_is_a_sentence(void **state)
{
    (void)state;
    program_run(&result, "run primes --tasks 6 --limit 5000 --quiet --trace "
                         "/dev/full");
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.err, "/dev/full"));
    assert_int_equal(access("/dev/full", F_OK), 0);
}

static void full_disk_leaves_no_part(void **state)
{
    char folder[] = "/tmp/timeslice-test-XXXXXX", line[160];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(line, sizeof(line),
             "run primes --tasks 6 --limit 5000 --quiet --trace %s/run.json",
             folder);
    program_run_prepared(&result, line, small_files);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.err, "--trace"));
    assert_int_equal(rmdir(folder), 0); /* fails if anything is in it */
}

static void stdout_is_full(void)
{
    dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
}

static void full_disk_for_the_record(void **state)
{
    (void)state;
    program_run_prepared(&result, "run primes --json --tasks 2 --limit 1000",
                         stdout_is_full);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_int_equal(strncmp(result.err, "timeslice: ", 11), 0);
}

/* ---- killed -------------------------------------------------------------- */

static const char *const long_runs[] = {
    "run primes --duration 60 --workers 3 --json",
    "run sleep --task-ms 5 --duration 60 --workers 3 --model processes --json",
    "run counter --sync mutex --duration 60 --workers 4 --json",
    "run primes --duration 60 --workers 3 --model gil --json",
};
enum { LONG_RUNS = sizeof(long_runs) / sizeof(long_runs[0]) };

static void sleep_up_to_ms(int most_ms)
{
    const int64_t ns = (int64_t)(rand() % (most_ms * 1000)) * 1000;
    const struct timespec pause = clock_to_timespec(ns);

    nanosleep(&pause, NULL);
}

static void killed_lab_is_a_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * LONG_RUNS; i++) {
        struct program p;
        pid_t lab;

        program_start(&p, long_runs[i % LONG_RUNS], NULL);
        lab = program_child(p.pid);
        assert_true(lab > 0);
        sleep_up_to_ms(i < LONG_RUNS ? 5 : 150);
        assert_int_equal(kill(lab, SIGKILL), 0);
        program_collect(&p, &result);
        assert_int_equal(result.status, EXIT_FAILED);
        assert_int_equal(strncmp(result.err, "timeslice: ", 11), 0);
        assert_true(program_gone(lab));
    }
}

static void killed_program_leaves_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * LONG_RUNS; i++) {
        struct program p;
        pid_t lab;

        program_start(&p, long_runs[i % LONG_RUNS], NULL);
        lab = program_child(p.pid);
        assert_true(lab > 0);
        sleep_up_to_ms(i < LONG_RUNS ? 5 : 150);
        assert_int_equal(kill(p.pid, SIGKILL), 0);
        program_collect(&p, &result);
        assert_int_equal(result.status, 128 + SIGKILL);
        assert_true(program_gone(lab));
    }
}

/* Asked to end: the record of what was done so far is printed all the same. */
static void interrupted_run_keeps_its_record(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *verdict;
        struct program p;
        json_t *all;
        pid_t lab;

        program_start(&p, long_runs[i], NULL);
        lab = program_child(p.pid);
        assert_true(lab > 0);
        sleep_up_to_ms(300);
        assert_int_equal(kill(p.pid, signals[i]), 0);
        program_collect(&p, &result);
        assert_int_equal(result.status, EXIT_INTERRUPTED);
        all = parse();
        verdict = json_string_value(json_object_get(all, "verdict"));
        assert_non_null(verdict);
        assert_string_equal(verdict, "interrupted");
        json_decref(all);
        assert_true(program_gone(lab));
    }
}

static void timeout_ends_the_run(void **state)
{
    (void)state;
    program_run(&result, "run primes --duration 60 --timeout 0.2 --quiet");
    assert_int_equal(result.status, EXIT_FAILED);
    assert_int_equal(strncmp(result.err, "timeslice: ", 11), 0);
}

int main(void)
{
    static char threads[] = "spin --tasks 24 --task-ms 1 --workers 8 "
                            "--observer gap --model threads";
    static char processes[] = "spin --tasks 24 --task-ms 1 --workers 8 "
                              "--observer gap --model processes";
    const struct CMUnitTest tests[] = {
        {"a thread refused", refused_workers, NULL, NULL, threads},
        {"a process refused", refused_workers, NULL, NULL, processes},
        cmocka_unit_test(perf_refused_falls_to_gap),
        cmocka_unit_test(perf_by_name_is_refused),
        cmocka_unit_test(no_memory_for_the_board),
        cmocka_unit_test(no_memory_for_all_stacks),
        cmocka_unit_test(full_disk_is_a_sentence),
        cmocka_unit_test(full_disk_leaves_no_part),
        cmocka_unit_test(full_disk_for_the_record),
        cmocka_unit_test(killed_lab_is_a_sentence),
        cmocka_unit_test(killed_program_leaves_nobody),
        cmocka_unit_test(interrupted_run_keeps_its_record),
        cmocka_unit_test(timeout_ends_the_run),
    };

    srand((unsigned)clock_now_ns());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
