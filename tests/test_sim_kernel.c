/* The kernel beside its model: its parameters from a made-up machine, what the
 * model says, and what a real repeat always keeps, quiet machine or not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/rows.h"
#include "predict/kernel.h"
#include "sim/policy.h"

/* ---- parameters ---------------------------------------------------------- */

static const struct facts_case {
    const char *name, *kernel;
    int cpus, hz;
    bool eevdf;
    int64_t slice_us, latency_us, tick_us;
} facts_cases[] = {
    {"6.18 on two", "6.18.44-x", 2, 250, true, 1400, 12000, 4000},
    {"6.12 on one", "6.12.0", 1, 1000, true, 700, 6000, 1000},
    {"6.6 on eight", "6.6.9", 8, 250, true, 3000, 24000, 4000},
    {"6.6 on a hundred", "6.6.9", 100, 300, true, 3000, 24000, 3333},
    {"6.5 on three", "6.5.0-14-generic", 3, 100, false, 1500, 12000, 10000},
    {"5.15 on four", "5.15.0", 4, 250, false, 2250, 18000, 4000},
};

static void test_facts(void **state)
{
    const struct facts_case *c = *state;
    struct machine m = {.cpus_online = c->cpus, .tick_hz = c->hz};
    const char *root = machine_root;
    struct kernel_facts f;
    struct err err;

    snprintf(m.kernel, sizeof(m.kernel), "%s", c->kernel);
    machine_root = "/nonexistent";
    assert_int_equal(kernel_facts_read(&f, &m, &err), 0);
    machine_root = root;
    assert_int_equal(f.eevdf, c->eevdf);
    assert_int_equal(f.setup[KERNEL_EEVDF].slice_ns / 1000, c->slice_us);
    assert_int_equal(f.setup[KERNEL_EEVDF].tick_ns / 1000, c->tick_us);
    assert_int_equal(f.setup[KERNEL_CFS].latency_ns / 1000, c->latency_us);
    assert_non_null(strstr(f.slice_from, "default"));
}

static void test_no_tick(void **state)
{
    struct machine m = {.cpus_online = 2, .kernel = "6.18"};
    struct kernel_facts f;
    struct err err = {0};

    (void)state;
    assert_int_equal(kernel_facts_read(&f, &m, &err), -EAGAIN);
    assert_non_null(strstr(err.text, "tick"));
}

/* ---- the model ----------------------------------------------------------- */

static struct kernel_run run;

static void test_model(void **state)
{
    struct machine m = {.cpus_online = 2, .tick_hz = 250, .kernel = "6.18"};
    struct kernel_facts f;
    struct err err;

    (void)state;
    assert_int_equal(kernel_facts_read(&f, &m, &err), 0);
    for (int p = 0; p < KERNEL_POLICIES; p++) {
        for (int t = 0; t < kernel_trial_count; t++) {
            const struct kernel_trial *trial = &kernel_trials[t];
            int64_t whole = 0;

            assert_int_equal(kernel_simulate(&run, trial, &f.setup[p], &err),
                             0);
            assert_true(kernel_disturbed(trial, &run) == 0);
            for (int i = 0; i < trial->hogs + trial->sleeper; i++)
                whole += run.cpu_ns[i];
            assert_int_equal(whole, run.wall_ns);
            if (!trial->sleeper)
                continue;
            assert_in_range(run.wait.n, 1000, 4000);
            for (int i = 0; i < run.wait.n; i++)
                assert_in_range(run.wait.ns[i], 0, 100 * NS_PER_MS);
        }
    }
}

/* ---- a real repeat ------------------------------------------------------- */

/* Whatever else the machine does: nobody gets more than there is, waits are not
 * below nought, runs are within the time, and no process is left. */
static void test_real(void **state)
{
    static const struct kernel_trial trials[] = {
        {"loops", 3, {0, 5, 10}, false, 1, 60 * NS_PER_MS},
        {"a sleeper", 1, {0}, true, 1, 100 * NS_PER_MS},
    };
    struct machine m;
    struct err err;
    int cpu = 0;

    (void)state;
    machine_read(&m);
    while (!CPU_ISSET((size_t)cpu, &m.allowed))
        cpu++;
    for (int t = 0; t < 2; t++) {
        int workers = trials[t].hogs + trials[t].sleeper;
        int64_t whole = 0;

        assert_int_equal(kernel_measure(&run, &trials[t], cpu, 0, &err), 0);
        assert_int_equal(run.wall_ns, trials[t].for_ns);
        for (int i = 0; i < workers; i++) {
            whole += run.cpu_ns[i];
            for (int k = 0; k < run.run[i].n; k++)
                assert_in_range(run.run[i].ns[k], 0, trials[t].for_ns);
        }
        assert_in_range(whole, 1, run.wall_ns * 2);
        for (int k = 0; k < run.wait.n; k++)
            assert_true(run.wait.ns[k] >= 0);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    }
}

static void test_real_refused(void **state)
{
    struct err err = {0};

    (void)state;
    assert_true(
        kernel_measure(&run, &kernel_trials[1], CPU_SETSIZE - 1, 0, &err) < 0);
    assert_non_null(strstr(err.text, "could not be run"));
}

int main(void)
{
    static struct CMUnitTest tests[16] = {
        cmocka_unit_test(test_no_tick),
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_real),
        cmocka_unit_test(test_real_refused),
    };
    size_t n = add_rows(tests, 4, facts_cases,
                        sizeof(facts_cases) / sizeof(facts_cases[0]),
                        sizeof(facts_cases[0]), test_facts);

    return _cmocka_run_group_tests("sim_kernel", tests, n, NULL, NULL);
}
