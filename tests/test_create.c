/* create, limit and pingpong: everything that was made has ended, refusals are
 * where the arithmetic says and named by who refused, the turn goes round.
 * Invariants only: never how long anything takes. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/rows.h"

#include "base/clock.h"
#include "lib/drive.h"
#include "lib/program.h"

/* A sanitizer has terabytes of address space for itself, and no use for a fork
 * of many threads. */
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

#define MIB (1024.0 * 1024)

/* ---- create -------------------------------------------------------------- */

static const char *const creations[] = {
    "create --tasks 20",
    "create --tasks 20 --stack 64k",
    "create --tasks 20 --make fork",
    "create --tasks 5 --make fork --touched 8M",
    "create --tasks 5 --make exec",
};

static void each_was_made_and_ended(void **state)
{
    struct source *s = drive_run(*state);
    double tasks = (double)s->trace->spec.tasks;

    drive_ok(s);
    assert_true(drive_metric(s, METRIC_MADE) == tasks);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == tasks);
    assert_true(drive_metric(s, METRIC_TASKS_FAILED) == 0);
    assert_true((double)s->trace->latency.n == tasks);
    s->class->close(s);
}

/* ---- limit --------------------------------------------------------------- */

static const struct limit_case {
    const char *name, *line;
    double space_mib, stack_mib;
} limits[] = {
    {"256 MiB of stacks of 1 MiB", "limit --address-space 256M --stack 1M", 256,
     1},
    {"256 MiB of stacks of 8 MiB", "limit --address-space 256M --stack 8M", 256,
     8},
    {"2 GiB of stacks of 8 MiB", "limit --address-space 2G --stack 8M", 2048,
     8},
    {"128 MiB of stacks of 256 KiB", "limit --address-space 128M --stack 256k",
     128, 0.25},
};

/* As many stacks as fit, less what was there before: within 15 %. */
static void refused_by_address_space(void **state)
{
    const struct limit_case *c = *state;
    double fit = c->space_mib / c->stack_mib;
    struct source *s;
    double at;

    if (SANITIZED)
        skip();
    s = drive_run(c->line);
    drive_ok(s);
    at = drive_metric(s, METRIC_REFUSED_AT);
    if (at > fit || at < 0.85 * fit)
        fail_msg("refused at %.0f of %.0f", at, fit);
    assert_true(drive_metric(s, METRIC_MADE) == at);
    assert_true(drive_metric(s, METRIC_REFUSED_ERRNO) == EAGAIN);
    if (strncmp(s->trace->note, "RLIMIT_AS:", 10) != 0)
        fail_msg("who: %s", s->trace->note);
    s->class->close(s);
}

/* Less than is in use already: the first one is refused. */
static void refused_at_once(void **state)
{
    struct source *s;

    (void)state;
    if (SANITIZED)
        skip();
    s = drive_run("limit --address-space 64k --stack 1M");
    drive_ok(s);
    assert_true(drive_metric(s, METRIC_REFUSED_AT) == 0);
    assert_true(drive_metric(s, METRIC_MADE) == 0);
    s->class->close(s);
}

static void limit_can_be_stopped(void **state)
{
    struct source *s =
        drive_open("limit --make fork --address-space none", true);

    (void)state;
    drive_for(s, 20 * NS_PER_MS);
    s->class->stop(s, VERDICT_OK);
    drive_to_end(s);
    drive_ok(s);
    assert_false(s->trace->metrics.has[METRIC_REFUSED_AT]);
    s->class->close(s);
}

/* RLIMIT_NPROC binds ordinary users only: become one that has no processes. */
static void become_somebody(void)
{
    uid_t own = 100000 + (uid_t)getppid(); /* this test's, nobody else's */

    if (setgid(own) != 0 || setuid(own) != 0)
        _exit(99);
}

/* Can that user start the program where it lies? */
static bool somebody_may(void)
{
    struct program_result *r = test_malloc(sizeof(*r));
    bool may;

    if (geteuid() != 0 || SANITIZED) {
        test_free(r);
        return false;
    }
    program_run_prepared(r, "--version", become_somebody);
    may = r->status == 0;
    test_free(r);
    return may;
}

static void refused_by_nproc(void **state)
{
    struct program_result *r;

    if (!somebody_may())
        skip();
    r = test_malloc(sizeof(*r));
    program_run_prepared(r, *state, become_somebody);
    if (r->status != 0 || !strstr(r->out, "\"note\": \"RLIMIT_NPROC: this"))
        fail_msg("status %d: %s%s", r->status, r->out, r->err);
    test_free(r);
}

static void root_is_told(void **state)
{
    struct program_result *r;

    (void)state;
    if (getuid() != 0)
        skip();
    r = test_malloc(sizeof(*r));
    program_run(r, "run limit --max-processes 50");
    assert_int_equal(r->status, 4);
    assert_non_null(strstr(r->err, "does not bind"));
    test_free(r);
}

/* ---- pingpong ------------------------------------------------------------ */

static const char *const games[] = {
    "pingpong --duration 0.05",
    "pingpong --duration 0.05 --model processes --workers 5",
    "pingpong --duration 0.05 --working-set 256k",
    "pingpong --duration 0.05 --via pipe",
    "pingpong --duration 0.05 --via pipe --model processes --workers 3",
    "pingpong --duration 0.05 --via pipe --model gil",
    "pingpong --duration 0.05 --via yield --workers 3",
    "pingpong --duration 0.05 --via yield --model gil",
};

/* The turn goes round: nobody had two more than another. */
static void turns_are_shared(void **state)
{
    struct source *s = drive_run(*state);
    const struct trace *t = s->trace;
    int64_t least = t->workers[0].ops, most = least;

    drive_ok(s);
    for (int i = 1; i < t->worker_count; i++) {
        if (t->workers[i].ops < least)
            least = t->workers[i].ops;
        if (t->workers[i].ops > most)
            most = t->workers[i].ops;
    }
    if (most - least > 1)
        fail_msg("%lld and %lld turns", (long long)least, (long long)most);
    assert_true(most > 0);
    s->class->close(s);
}

/* Fewer players, more, a pause: the turn is never lost. */
static void turn_survives_changes(void **state)
{
    struct source *s = drive_open(*state, true);
    int64_t before = 0, after = 0;

    drive_for(s, 30 * NS_PER_MS);
    for (int workers = 2; workers <= 4; workers++) {
        s->wanted.workers = workers;
        s->class->apply(s, false);
        drive_for(s, 30 * NS_PER_MS);
        s->wanted.paused = true;
        s->class->apply(s, false);
        drive_for(s, 20 * NS_PER_MS);
        s->wanted.paused = false;
        s->class->apply(s, false);
        drive_for(s, 30 * NS_PER_MS);
    }
    for (int i = 0; i < s->trace->worker_count; i++)
        before += s->trace->workers[i].ops;
    for (int k = 0; k < 200 && after <= before; k++) {
        drive_for(s, 20 * NS_PER_MS); /* until it has gone on */
        after = 0;
        for (int i = 0; i < s->trace->worker_count; i++)
            after += s->trace->workers[i].ops;
    }
    assert_true(after > before);
    s->class->stop(s, VERDICT_OK);
    drive_to_end(s);
    drive_ok(s);
    s->class->close(s);
}

/* ---- what is refused ----------------------------------------------------- */

static const struct refusal_case {
    const char *name, *line, *says;
} refusals[] = {
    {"limit keeps what it makes", "limit --make exec", "--make exec"},
    {"each process has its own space", "limit --make fork --address-space 1G",
     "each process alone"},
    {"a process has no --stack", "limit --make fork --stack 1M", "--stack"},
    {"nor when it is created", "create --make fork --stack 1M", "--stack"},
};

static void refused_with_a_sentence(void **state)
{
    const struct refusal_case *c = *state;
    struct machine machine;
    struct spec spec;
    struct err err = {0};

    machine_read(&machine);
    assert_int_equal(spec_parse_line(&spec, c->line, &err), 0);
    assert_int_equal(spec_check(&spec, &machine, &err), -EINVAL);
    if (!strstr(err.text, c->says))
        fail_msg("%s: %s", c->line, err.text);
}

/* ---- the program --------------------------------------------------------- */

static void killed_leaves_nobody(void **state)
{
    program_killed_leaves_nobody(*state);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(refused_at_once),
        cmocka_unit_test(limit_can_be_stopped),
        cmocka_unit_test(root_is_told),
        CASE("run limit --max-processes 40 --json", refused_by_nproc),
        CASE("run limit --max-processes 40 --make fork --json",
             refused_by_nproc),
        CASE("pingpong --duration 60 --workers 4", turn_survives_changes),
        CASE("pingpong --duration 60 --workers 4 --via pipe",
             turn_survives_changes),
        CASE("pingpong --duration 60 --workers 4 --via yield --model processes",
             turn_survives_changes),
        CASE("run create --make exec --tasks 100000", killed_leaves_nobody),
        CASE("run limit --make fork", killed_leaves_nobody),
        CASE("run pingpong --via yield --duration 60", killed_leaves_nobody),
    };
    struct CMUnitTest tests[64];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(creations) / sizeof(creations[0]); i++)
        tests[n++] =
            (struct CMUnitTest)CASE(creations[i], each_was_made_and_ended);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        tests[n++] =
            (struct CMUnitTest){limits[i].name, refused_by_address_space, NULL,
                                NULL, (void *)(uintptr_t)&limits[i]};
    for (size_t i = 0; i < sizeof(games) / sizeof(games[0]); i++)
        tests[n++] = (struct CMUnitTest)CASE(games[i], turns_are_shared);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        tests[n++] =
            (struct CMUnitTest){refusals[i].name, refused_with_a_sentence, NULL,
                                NULL, (void *)(uintptr_t)&refusals[i]};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("create", tests, n, NULL, NULL);
}
