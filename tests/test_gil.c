/* The global lock: one holder at a time, and who gets it from whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/rig.h"

static struct rig rig;

static void open_rig(enum spec_gil kind, int64_t interval_ns, uint32_t n)
{
    rig = (struct rig){0};
    spec_defaults(&rig.spec, WORKLOAD_SPIN);
    rig.spec.model = MODEL_GIL;
    rig.spec.gil = kind;
    rig.spec.gil_interval_ns = interval_ns;
    assert_true(rig_open(&rig, n));
}

static int64_t handoffs(void)
{
    return atomic_load(&rig.board->gil_handoffs);
}

static int64_t forced(void)
{
    return atomic_load(&rig.board->gil_forced);
}

/* ---- one holder at a time ----------------------------------------------- */

#define ROUNDS 3000

static const struct exclusion_case {
    const char *name;
    enum spec_gil kind;
} exclusions[] = {
    {"new: one holder at a time", GIL_NEW},
    {"unforced: one holder at a time", GIL_UNFORCED},
    {"old: one holder at a time", GIL_OLD},
};

static int64_t guarded; /* by the lock alone: ThreadSanitizer watches */

static int count_guarded(struct worker *w)
{
    gil_take(w);
    for (int i = 0; i < ROUNDS; i++) {
        guarded++;
        gil_check(w);
        if (i % 64 == 63) { /* as if for a blocking call */
            gil_drop(w);
            gil_take(w);
        }
    }
    gil_drop(w);
    return 0;
}

static void excludes(void **state)
{
    const struct exclusion_case *c = *state;
    const uint32_t n = 4;

    open_rig(c->kind, NS_PER_US, n);
    guarded = 0;
    rig.job = count_guarded;
    for (uint32_t i = 0; i < n; i++)
        assert_true(rig_start(&rig, i));
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(rig_join(&rig, i), 0);
    assert_int_equal(guarded, (int64_t)n * ROUNDS);
    assert_int_equal(atomic_load(&rig.board->gil_holders), 0);
    assert_int_equal(atomic_load(&rig.board->gil_holders_max), 1);
    assert_true(handoffs() >= n - 1);
    assert_true(forced() <= handoffs());
    assert_true(forced() <= atomic_load(&rig.board->gil_requests));
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(atomic_load(&rig.workers[i].row->wait), WAIT_NONE);
    rig_close(&rig);
}

/* ---- who gets it -------------------------------------------------------- */

static void to_oneself_is_no_handover(void **state)
{
    (void)state;
    for (int kind = GIL_NEW; kind <= GIL_UNFORCED; kind++) {
        open_rig((enum spec_gil)kind, NS_PER_MS, 1);
        for (int i = 0; i < 3; i++) {
            gil_take(&rig.workers[0]);
            assert_int_equal(atomic_load(&rig.board->gil_holders), 1);
            gil_check(&rig.workers[0]);
            gil_drop(&rig.workers[0]);
        }
        assert_int_equal(handoffs(), 0);
        assert_int_equal(atomic_load(&rig.board->gil_requests), 0);
        assert_int_equal(atomic_load(&rig.workers[0].row->wait_ns[WAIT_GIL]),
                         0);
        rig_close(&rig);
    }
}

static _Atomic int had_it;

static int take_once(struct worker *w)
{
    gil_take(w);
    atomic_store(&had_it, 1);
    gil_drop(w);
    return 0;
}

/* Worker 0 holds the lock and worker 1 waits until it has asked for it. */
static void hold_until_asked(void)
{
    atomic_store(&had_it, 0);
    rig.job = take_once;
    gil_take(&rig.workers[0]);
    assert_true(rig_start(&rig, 1));
    while (!gil_asked(rig.workers[0].gil))
        sched_yield();
    assert_int_equal(atomic_load(&had_it), 0);
}

static void check_forces_a_switch(void **state)
{
    (void)state;
    open_rig(GIL_NEW, NS_PER_MS, 2);
    hold_until_asked();
    gil_check(&rig.workers[0]);
    /* Back again, so the other has had it and given it back. */
    assert_int_equal(atomic_load(&had_it), 1);
    assert_int_equal(handoffs(), 2);
    assert_true(forced() >= 1);
    assert_true(atomic_load(&rig.board->gil_requests) >= 1);
    gil_drop(&rig.workers[0]);
    rig_join(&rig, 1);
    for (int i = 0; i < 2; i++)
        assert_true(atomic_load(&rig.workers[i].row->wait_ns[WAIT_GIL]) > 0);
    /* The waiter asked because its whole interval passed without a switch. */
    assert_true(atomic_load(&rig.workers[1].row->wait_ns[WAIT_GIL]) >=
                NS_PER_MS);
    rig_close(&rig);
}

static void drop_while_asked_waits_for_the_successor(void **state)
{
    (void)state;
    open_rig(GIL_NEW, NS_PER_MS, 2);
    hold_until_asked();
    gil_drop(&rig.workers[0]);
    assert_int_equal(handoffs(), 1);
    assert_int_equal(forced(), 1);
    rig_join(&rig, 1);
    assert_int_equal(atomic_load(&rig.board->gil_holders), 0);
    rig_close(&rig);
}

static void unforced_gets_there_in_the_end(void **state)
{
    (void)state;
    open_rig(GIL_UNFORCED, NS_PER_MS, 2);
    hold_until_asked();
    gil_check(&rig.workers[0]); /* nobody need have had it: no promise */
    gil_drop(&rig.workers[0]);
    rig_join(&rig, 1);
    assert_int_equal(atomic_load(&had_it), 1);
    assert_true(handoffs() == 1 || handoffs() == 2);
    rig_close(&rig);
}

static void a_patient_waiter_does_not_ask(void **state)
{
    struct worker *w;

    (void)state;
    open_rig(GIL_NEW, 1000 * NS_PER_S, 2);
    w = &rig.workers[1];
    atomic_store(&had_it, 0);
    rig.job = take_once;
    gil_take(&rig.workers[0]);
    assert_true(rig_start(&rig, 1));
    while (atomic_load(&w->row->wait) != WAIT_GIL)
        sched_yield();
    gil_drop(&rig.workers[0]);
    rig_join(&rig, 1);
    assert_int_equal(handoffs(), 1);
    assert_int_equal(forced(), 0);
    assert_int_equal(atomic_load(&rig.board->gil_requests), 0);
    rig_close(&rig);
}

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(to_oneself_is_no_handover),
        cmocka_unit_test(check_forces_a_switch),
        cmocka_unit_test(drop_while_asked_waits_for_the_successor),
        cmocka_unit_test(unforced_gets_there_in_the_end),
        cmocka_unit_test(a_patient_waiter_does_not_ask),
    };
    struct CMUnitTest tests[COUNT(exclusions) + COUNT(others)];

    for (size_t i = 0; i < COUNT(exclusions); i++) {
        struct exclusion_case *c =
            (struct exclusion_case *)(uintptr_t)&exclusions[i];

        tests[i] = (struct CMUnitTest){
            .name = c->name, .test_func = excludes, .initial_state = c};
    }
    for (size_t i = 0; i < COUNT(others); i++)
        tests[COUNT(exclusions) + i] = others[i];
    return cmocka_run_group_tests_name("gil", tests, NULL, NULL);
}
