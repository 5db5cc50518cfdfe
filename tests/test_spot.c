/* What follows from a sweep's runs, on made-up machines whose answer is known:
 * the sweet spot, how sure it is, when nothing is said, and --auto. Nothing
 * runs. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/made.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
/* Sanitizers look at the code, not at the odds. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS 60
#else
#define SEEDS 500
#endif

static void must_parse(struct sweep_request *r, const char *line)
{
    struct machine m = made_machine(2);
    struct err err = {0};

    if (sweep_parse_line(r, line, &m, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
}

/* The fewest whose figure, without any scatter, is within 5 % of the best. */
static double answer_of(const struct sweep_axis *a, double (*curve)(double))
{
    double best = 0;

    for (int i = 0; i < a->count; i++)
        best = fmax(best, curve(a->number[i]));
    for (int i = 0; i < a->count; i++)
        if (curve(a->number[i]) >= best * (1 - SWEEP_WITHIN))
            return a->number[i];
    return -1;
}

/* ---- honest scatter ----------------------------------------------------- */

static const struct shape_case {
    const char *name;
    double (*curve)(double);
    const char *line;
} shapes[] = {
    {"two cores", made_cores, "spin --over workers=1-16x2"},
    {"as many as tasks", made_tasks, "spin --over workers=1-32x2"},
    {"a peak", made_usl, "spin --over workers=1-32x2"},
    {"a peak, each number", made_usl, "spin --over workers=4-12"},
    {"half computing", made_half, "spin --over workers=1-8"},
    {"flat", made_flat, "spin --over workers=1-8x2"},
    {"rising", made_rising, "spin --over workers=1-32x2"},
};

static void the_answer_is_in_the_interval(void **state)
{
    const struct shape_case *c = *state;
    struct sweep_request r;
    int within = 0, found = 0, wrong = 0;

    must_parse(&r, c->line);
    for (int seed = 1; seed <= SEEDS; seed++) {
        struct made m = {.curve = c->curve,
                         .scatter = 0.01 + 0.04 * seed / SEEDS,
                         .state = (uint64_t)seed};
        double answer = answer_of(&r.axis[SWEEP_ALONG], c->curve);
        const struct sweep_curve *curve;
        struct sweep *s;
        bool in;

        r.base.seed = seed;
        s = made_quickly(&r, &m);
        curve = &s->curves[0];
        in = curve->low_x <= answer && answer <= curve->high_x;
        within += in;
        found += curve->verdict == SWEEP_FOUND;
        wrong += curve->verdict == SWEEP_FOUND && !in;
        assert_true(curve->sentence[0] != '\0');
        assert_true(curve->low_x <= s->points[curve->best].x &&
                    s->points[curve->best].x <= curve->high_x);
        assert_true(s->points[curve->top].y.median >=
                    s->points[curve->best].y.median);
        sweep_free(s);
    }
    if (within < 0.95 * SEEDS || found < 0.8 * SEEDS || wrong > 0.05 * SEEDS)
        fail_msg("of %d: within %d, found %d, found wrong %d", SEEDS, within,
                 found, wrong);
}

/* ---- others use the machine --------------------------------------------- */

static const struct load_case {
    const char *name;
    double load, cores; /* share of runs; of them */
} loads[] = {
    {"now and then", 0.2, 0},  {"half of the time", 0.5, 0},
    {"nearly always", 0.9, 0}, {"always one core", 1, 1},
    {"always a bit", 1, 0.3},
};

static void a_disturbed_machine_gives_no_wrong_answer(void **state)
{
    const struct load_case *c = *state;
    static double (*const curves[])(double) = {made_cores, made_half, made_usl,
                                               made_flat};
    struct sweep_request r;
    int wrong = 0, found = 0, runs = 0;

    must_parse(&r, "spin --over workers=1-16x2");
    for (int seed = 1; seed <= SEEDS / 3; seed++) {
        struct made m = {.curve = curves[seed % 4],
                         .scatter = 0.02,
                         .load = c->load,
                         .load_cores = c->cores,
                         .state = (uint64_t)seed * 77};
        double answer = answer_of(&r.axis[SWEEP_ALONG], m.curve);
        const struct sweep_curve *curve;
        struct sweep *s;

        r.base.seed = seed;
        s = made_quickly(&r, &m);
        curve = &s->curves[0];
        runs++;
        found += curve->verdict == SWEEP_FOUND;
        wrong += curve->verdict == SWEEP_FOUND &&
                 (answer < curve->low_x || answer > curve->high_x);
        assert_true(curve->verdict == SWEEP_FOUND || curve->why[0] != '\0');
        sweep_free(s);
    }
    if (wrong > 0.03 * runs || (c->load == 1 && found > 0))
        fail_msg("of %d: found %d, found wrong %d", runs, found, wrong);
}

/* ---- what is said ------------------------------------------------------- */

static struct sweep *quickly(const char *line, double (*curve)(double),
                             double scatter)
{
    struct made m = {.curve = curve, .scatter = scatter, .state = 11};
    struct sweep_request r;

    must_parse(&r, line);
    return made_quickly(&r, &m);
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" has no \"%s\"", text, part);
}

static void sentences_fit_the_curve(void **state)
{
    struct sweep *s = quickly("spin --over workers=1-8x2", made_flat, 0.01);

    (void)state;
    assert_int_equal(s->curves[0].verdict, SWEEP_FOUND);
    has(s->curves[0].sentence, "1 worker is enough");
    has(s->curves[0].sentence, "more workers bring nothing");
    assert_int_equal(s->curves[0].best, 0);
    assert_false(s->curves[0].at_edge);
    sweep_free(s);

    s = quickly("spin --over workers=1-8x2", made_rising, 0.01);
    has(s->curves[0].sentence, "still rising at 8: sweep further");
    assert_true(s->curves[0].at_edge);
    sweep_free(s);

    s = quickly("spin --over workers=1-8x2", made_cores, 0.005);
    has(s->curves[0].sentence, "2 workers: 2.0");
    has(s->curves[0].sentence, "times what 1 worker gives");
    assert_true(fabs(s->curves[0].speedup - 2) < 0.1);
    sweep_free(s);

    s = quickly("spin --over workers=1-8x2 --repeat 1", made_cores, 0.01);
    assert_int_equal(s->curves[0].verdict, SWEEP_INCONCLUSIVE);
    has(s->curves[0].why, "--repeat 3");
    sweep_free(s);

    s = quickly("spin --over workers=4", made_cores, 0.01);
    assert_int_equal(s->curves[0].verdict, SWEEP_NOTHING);
    assert_int_equal(s->curves[0].best, -1);
    sweep_free(s);
}

/* With words along x the best is the one with the best median. */
static double by_place(double x)
{
    return x == 3 ? 1000 : 970;
}

static void words_have_no_fewest(void **state)
{
    struct sweep *s =
        quickly("spin --over model=threads,processes,blended", by_place, 0.001);

    (void)state;
    assert_int_equal(s->curves[0].best, 2);
    assert_int_equal(s->curves[0].best, s->curves[0].top);
    has(s->curves[0].sentence, "blended: ");
    assert_false(s->curves[0].has_fits);
    assert_false(s->curves[0].at_edge);
    sweep_free(s);
}

static double seconds(double x)
{
    return fmin(x, 2); /* tasks a second: wall_s is its inverse */
}

static void of_seconds_less_is_better(void **state)
{
    struct sweep *s =
        quickly("spin --over workers=1-8x2 --metric wall_s", seconds, 0.01);

    (void)state;
    assert_true(s->points[s->curves[0].best].x == 2);
    assert_int_equal(s->curves[0].verdict, SWEEP_FOUND);
    assert_true(s->curves[0].speedup < 0.6);
    sweep_free(s);
}

static void an_outlier_is_marked_and_kept(void **state)
{
    struct sweep *s =
        quickly("spin --over workers=1,2 --repeat 6", made_cores, 0.01);
    struct sweep_order o = {.point = 0, .round = 6, .spec = s->points[0].spec};
    struct made m = {.curve = made_cores, .state = 1};
    struct sweep_outcome out = made_run(&m, 0.1);
    int outliers = 0;

    (void)state;
    assert_int_equal(sweep_take(s, &o, &out), 0);
    for (int i = 0; i < s->trial_count; i++) {
        outliers += s->trials[i].outlier;
        assert_true(!s->trials[i].outlier || s->trials[i].used);
    }
    assert_true(s->trials[s->trial_count - 1].outlier);
    assert_in_range(outliers, 1, 2);
    assert_int_equal(s->points[0].y.n, 7);
    assert_true(s->points[0].typical >= 0 &&
                s->points[0].typical != s->trial_count - 1);
    sweep_free(s);
}

static void drift_is_found(void **state)
{
    struct made slower = {
        .curve = made_cores, .scatter = 0.01, .drift = -0.015, .state = 5};
    struct sweep *s = made_sweep("spin --over workers=1-8x2", &slower);

    (void)state;
    assert_true(s->drift > 0.7 && s->drift < 0.9);
    assert_int_equal(s->curves[0].verdict, SWEEP_INCONCLUSIVE);
    has(s->curves[0].why, "less than the first");
    sweep_free(s);
}

/* In whatever order the runs come in, the same follows. */
static void the_order_of_arrival_changes_nothing(void **state)
{
    struct made m = {
        .curve = made_usl, .scatter = 0.03, .load = 0.2, .state = 9};
    struct sweep *a = made_sweep("spin --over workers=1-16x2", &m), *b;
    uint64_t random = 1;

    (void)state;
    sweep_conclude(a);
    b = sweep_new(&a->request, &a->machine, NULL);
    assert_non_null(b);
    for (int left = a->trial_count; left > 0; left--) {
        int k = (int)random_below(&random, (uint32_t)left);
        struct sweep_trial t = a->trials[k];
        struct sweep_order o = {.point = t.point,
                                .round = t.round,
                                .attempt = t.attempt,
                                .spec = a->points[t.point].spec};

        a->trials[k] = a->trials[left - 1];
        a->trials[left - 1] = t;
        assert_int_equal(sweep_take(b, &o, &t.outcome), 0);
    }
    sweep_conclude(a);
    sweep_conclude(b);
    assert_string_equal(a->curves[0].sentence, b->curves[0].sentence);
    assert_string_equal(a->curves[0].why, b->curves[0].why);
    assert_true(a->drift == b->drift);
    for (int i = 0; i < a->point_count; i++) {
        assert_true(a->points[i].y.median == b->points[i].y.median);
        assert_int_equal(a->points[i].disturbed, b->points[i].disturbed);
    }
    sweep_free(a);
    sweep_free(b);
}

/* ---- where the time went, what limits ----------------------------------- */

/* One point's figures, as a run might have measured them. */
struct life {
    double run, ready, blocked, lock, io, child, busy;
};

static void put_life(struct metrics *m, const struct life *l)
{
    metric_set(m, METRIC_LIFE_S, l->run + l->ready + l->blocked);
    metric_set(m, METRIC_RUN_S, l->run);
    metric_set(m, METRIC_LOCK_WAIT_S, l->lock);
    metric_set(m, METRIC_IO_WAIT_S, l->io);
    metric_set(m, METRIC_PARALLELISM, l->busy);
    if (l->child > 0) {
        metric_set(m, METRIC_CHILD_CPU_S, l->child);
        return; /* then the rest is not known */
    }
    metric_set(m, METRIC_READY_S, l->ready);
    metric_set(m, METRIC_BLOCKED_S, l->blocked);
}

static const struct limit_case {
    const char *name, *line;
    double (*curve)(double);
    struct life life;
    enum scale_limit limit;
    double part[SWEEP_PARTS];
} limits[] = {
    {"cores",
     "spin --over workers=1-8x2",
     made_cores,
     {1, 1, 0, 0, 0, 0, 2},
     SCALE_LIMIT_CORES,
     {0.5, 0.5}},
    {"a lock",
     "counter --sync mutex --over workers=1-8x2",
     made_flat,
     {1, 0, 3, 3, 0, 0, 1},
     SCALE_LIMIT_LOCK,
     {0.25, 0, 0.75}},
    {"the global lock",
     "primes --model gil --over workers=1-8x2",
     made_flat,
     {1, 0, 3, 3, 0, 0, 1},
     SCALE_LIMIT_LOCK,
     {0.25, 0, 0.75}},
    {"waiting",
     "sleep --tasks 5k --over workers=1-8x2",
     made_rising,
     {0, 0, 4, 0, 4, 0, 0},
     SCALE_LIMIT_WAITING,
     {0, 0, 0, 1}},
    {"tasks",
     "sleep --tasks 4 --dispatch dynamic --over workers=1-8x2",
     made_half,
     {0, 0, 4, 0, 4, 0, 0},
     SCALE_LIMIT_TASKS,
     {0, 0, 0, 1}},
    {"portions",
     "sleep --tasks 100 --chunk 25 --over workers=1-16x2",
     made_half,
     {0, 0, 4, 0, 4, 0, 0},
     SCALE_LIMIT_CHUNKS,
     {0, 0, 0, 1}},
    {"the arm",
     "disk --over workers=1-8x2",
     made_flat,
     {0, 0, 4, 0, 4, 0, 0},
     SCALE_LIMIT_DISK,
     {0, 0, 0, 1}},
    {"a link",
     "fleet --bandwidth 1M --bytes 1k --over workers=1-8x2",
     made_cores,
     {0, 0, 4, 0, 4, 0, 0},
     SCALE_LIMIT_LINK,
     {0, 0, 0, 1}},
    {"marks reach beyond blocking",
     "spin --over workers=1-8x2",
     made_cores,
     {1, 2, 1, 1, 1, 0, 2},
     SCALE_LIMIT_CORES,
     {0.25, 0.5, 0.125, 0.125}},
    {"programs compute",
     "-- true",
     made_cores,
     {3.2, 0, 0.8, 0, 0, 3, 2},
     SCALE_LIMIT_CORES,
     {0.05, 0, 0, 0, 0.2, 0.75}},
};

static void what_limits_is_seen(void **state)
{
    const struct limit_case *c = *state;
    struct sweep_request r;
    struct made m = {.curve = c->curve, .scatter = 0.005, .state = 3};
    struct machine machine = made_machine(2);
    const struct sweep_point *p;
    struct sweep *s;

    must_parse(&r, c->line);
    s = sweep_new(&r, &machine, NULL);
    for (int i = 0; i < 4 * s->point_count; i++) {
        struct sweep_order o = {.point = i % s->point_count,
                                .round = i / s->point_count};
        struct sweep_outcome out = made_run(&m, s->points[o.point].x);
        struct spec spec = s->points[o.point].spec;

        assert_int_equal(spec_check(&spec, &machine, NULL), 0);
        o.spec = spec;
        put_life(&out.metrics, &c->life);
        if (spec.tasks > 0) {
            struct spec_deal d = spec_deal(&spec);

            metric_set(&out.metrics, METRIC_TASKS_DONE, (double)spec.tasks);
            metric_set(&out.metrics, METRIC_CHUNK, (double)d.chunk);
            metric_set(&out.metrics, METRIC_CHUNKS, (double)d.chunks);
            metric_set(&out.metrics, METRIC_ROUNDS, (double)d.rounds);
        }
        assert_int_equal(sweep_take(s, &o, &out), 0);
    }
    sweep_conclude(s);
    assert_int_equal(s->curves[0].limit, c->limit);
    p = &s->points[s->point_count - 1];
    assert_true(p->has_parts);
    for (int i = 0; i < SWEEP_PARTS; i++)
        if (fabs(p->part[i] - c->part[i]) > 1e-9)
            fail_msg("%s is %g, not %g", sweep_part_words[i], p->part[i],
                     c->part[i]);
    assert_true(p->cores_busy == c->life.busy);
    sweep_free(s);
}

/* ---- it finds the values itself ----------------------------------------- */

static const struct search_case {
    const char *name, *line;
    double (*curve)(double);
    double answer, off; /* and how far from it may be */
} searches[] = {
    {"auto: two cores", "spin --auto", made_cores, 2, 0},
    {"auto: as many as tasks", "spin --tasks 16 --auto", made_tasks, 16, 0},
    {"auto: half computing", "spin --auto", made_half, 4, 0},
    {"auto: a peak", "spin --auto", made_usl, 7, 1},
    {"auto: flat", "spin --auto", made_flat, 1, 0},
    {"auto: rising to the last task", "spin --tasks 40 --auto", made_rising, 38,
     2},
    {"auto: seconds", "spin --auto --metric wall_s", made_cores, 2, 0},
};

#define SEARCHES 40

static void a_search_finds_it(void **state)
{
    const struct search_case *c = *state;
    int near = 0, found = 0;

    for (int seed = 1; seed <= SEARCHES; seed++) {
        struct made m = {
            .curve = c->curve, .scatter = 0.015, .state = (uint64_t)seed};
        struct sweep *s = made_sweep(c->line, &m);
        const struct sweep_curve *curve = &s->curves[0];

        found += curve->verdict == SWEEP_FOUND;
        near += fabs(s->points[curve->best].x - c->answer) <= c->off ||
                (curve->low_x <= c->answer && c->answer <= curve->high_x);
        /* No point more often than asked, and not for ever. */
        for (int i = 0; i < s->point_count; i++)
            assert_in_range(s->points[i].y.n, 0, s->request.repeat);
        assert_true(s->spent_ns <= INT64_C(60000000000));
        sweep_free(s);
    }
    if (near < 0.95 * SEARCHES || found < 0.9 * SEARCHES)
        fail_msg("of %d: near %d, found %d", SEARCHES, near, found);
}

static void a_search_keeps_to_its_budget(void **state)
{
    (void)state;
    for (int tenths = 6; tenths < 100; tenths += 7) {
        char line[80];
        struct made m = {.curve = made_half,
                         .scatter = 0.05,
                         .load = 0.3,
                         .state = (uint64_t)tenths};
        struct sweep *s;

        snprintf(line, sizeof(line), "spin --auto --budget %g",
                 (double)tenths / 10);
        s = made_sweep(line, &m);
        assert_true(s->spent_ns <= s->request.budget_ns);
        assert_true(s->trial_count >= 1);
        assert_true(sweep_left_ns(s) >= 0);
        sweep_free(s);
    }
}

static void a_search_runs_what_is_asked_for(void **state)
{
    struct made m = {.curve = made_cores, .scatter = 0.01, .state = 4};
    struct sweep *s = made_sweep("spin --auto", &m);
    struct sweep_order o;
    int before = s->trial_count, runs = 0;

    (void)state;
    assert_int_equal(sweep_add_value(s, "50", NULL), 0);
    while (sweep_next(s, &o)) {
        struct sweep_outcome out = made_run(&m, s->points[o.point].x);

        assert_true(s->points[o.point].x == 50);
        assert_int_equal(sweep_take(s, &o, &out), 0);
        runs++;
    }
    assert_int_equal(runs, 3);
    assert_int_equal(s->trial_count, before + 3);
    sweep_free(s);
}

/* ---- all ---------------------------------------------------------------- */

int main(void)
{
    static const struct CMUnitTest some[] = {
        cmocka_unit_test(sentences_fit_the_curve),
        cmocka_unit_test(words_have_no_fewest),
        cmocka_unit_test(of_seconds_less_is_better),
        cmocka_unit_test(an_outlier_is_marked_and_kept),
        cmocka_unit_test(drift_is_found),
        cmocka_unit_test(the_order_of_arrival_changes_nothing),
        cmocka_unit_test(a_search_keeps_to_its_budget),
        cmocka_unit_test(a_search_runs_what_is_asked_for),
    };
    struct CMUnitTest tests[COUNT_OF(some) + COUNT_OF(shapes) +
                            COUNT_OF(loads) + COUNT_OF(limits) +
                            COUNT_OF(searches)];
    size_t n = COUNT_OF(some);

    memcpy(tests, some, sizeof(some));
    n = add_rows(tests, n, shapes, COUNT_OF(shapes), sizeof(shapes[0]),
                 the_answer_is_in_the_interval);
    n = add_rows(tests, n, loads, COUNT_OF(loads), sizeof(loads[0]),
                 a_disturbed_machine_gives_no_wrong_answer);
    n = add_rows(tests, n, limits, COUNT_OF(limits), sizeof(limits[0]),
                 what_limits_is_seen);
    n = add_rows(tests, n, searches, COUNT_OF(searches), sizeof(searches[0]),
                 a_search_finds_it);
    assert(n == COUNT_OF(tests));
    machine_root = "/nowhere"; /* only made_machine() says what there is */
    return cmocka_run_group_tests_name("spot", tests, NULL, NULL);
}
