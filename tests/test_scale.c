/* Scaling models: closed forms against sums done the long way, fits that give
 * back what made the numbers, no better solution near them, intervals that hold
 * the truth, and words for what does not fit. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/rows.h"
#include "scale/fit.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct scale_fits fits; /* large */
static struct scale_point point[SCALE_POINTS_MAX + 1];

static void near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-12))
        fail_msg("%.12g, not %.12g", got, want);
}

/* About normal: twelve of them added. */
static double noise(uint64_t *seed)
{
    double sum = -6;

    for (int i = 0; i < 12; i++)
        sum += random_share(seed);
    return sum;
}

/* @levels numbers of workers 1, 2, 4, ... (or 1, 2, 3, ...) with @repeats
 * measurements each, of @u with @spread of noise. */
static int make(const struct scale_usl *u, int levels, bool doubling,
                int repeats, double spread, uint64_t *seed)
{
    int count = 0;

    for (int i = 0; i < levels; i++) {
        double n = doubling ? (double)(1 << i) : i + 1;

        for (int r = 0; r < repeats; r++)
            point[count++] = (struct scale_point){
                n, scale_usl(u, n) *
                       (1 + (spread > 0 ? spread * noise(seed) : 0))};
    }
    return count;
}

static int fit_all(int count, const struct scale_known *k)
{
    struct err err;

    return scale_fit_all(&fits, point, count, k, &err);
}

static double value(enum scale_model model, int parameter)
{
    return fits.fit[model].parameter[parameter].value;
}

/* ---- closed forms ---------------------------------------------------------
 */

/* Deal portions one by one to whoever is free first. */
static double dealt(int tasks, int workers, double task_s, int chunk)
{
    double free_at[64] = {0}, end = 0;

    for (int left = tasks; left > 0; left -= chunk) {
        int first = 0, portion = left < chunk ? left : chunk;

        for (int i = 1; i < workers; i++)
            if (free_at[i] < free_at[first])
                first = i;
        free_at[first] += portion * task_s;
        end = fmax(end, free_at[first]);
    }
    return end;
}

static void makespans_as_dealt(void **state)
{
    (void)state;
    for (int tasks = 1; tasks <= 60; tasks += 1 + tasks / 10)
        for (int workers = 1; workers <= 64; workers += 1 + workers / 6)
            for (int chunk = 1; chunk <= 70; chunk += 1 + chunk / 4)
                near(scale_makespan(tasks, workers, 0.5, chunk),
                     dealt(tasks, workers, 0.5, chunk), 1e-12);
}

/* All states of the queue added up. */
static double repair_sum(double demand, double think, int servers, int n)
{
    double p = 1, sum = 0, busy = 0;

    for (int k = 0; k <= n; k++) {
        sum += p;
        busy += p * fmin(k, servers);
        p *= (n - k) * demand / think / fmin(k + 1, servers);
    }
    return busy / sum / demand;
}

static void repair_by_its_states(void **state)
{
    (void)state;
    for (int servers = 1; servers <= 9; servers += 2)
        for (int n = 1; n < 60; n += 1 + n / 5)
            for (int power = 0; power < 12; power++) {
                double think = 0.003 * pow(3, power);

                near(scale_repair(1, think, servers, n),
                     repair_sum(1, think, servers, n), 1e-9);
            }
    /* one server: also by mean values */
    for (int n = 1; n < 40; n++) {
        struct scale_mva m;
        double demand = 0.02;

        scale_mva(&demand, 1, 0.3, n, &m);
        near(scale_repair(demand, 0.3, 1, n), m.x, 1e-10);
    }
    near(scale_repair(0.5, 0, 3, 9), 6, 1e-12);
    near(scale_repair(0.5, 0, 9, 3), 6, 1e-12);
    near(scale_repair(1, 1e4, 2, 20000), 1.98873, 1e-5);
    near(scale_repair(0, 2, 2, 8), 4, 1e-12);
    near(scale_repair(1, 1, 2, 0), 0, 0);
}

static void forms_at_their_ends(void **state)
{
    struct scale_mmc q;

    (void)state;
    assert_true(isinf(scale_amdahl_limit(0)));
    near(scale_amdahl(1, 50), 1, 0);
    near(scale_gustafson(0, 50), 50, 0);
    near(scale_usl_peak(&(struct scale_usl){0.1, 0, 1}), -1, 0);
    near(scale_usl_peak(&(struct scale_usl){1, 0.1, 1}), -1, 0);
    near(scale_usl_peak(&(struct scale_usl){0.19, 0.01, 1}), 9, 1e-9);
    assert_int_equal(scale_mmc(2, 1, 2, &q), -EDOM);
    near(q.util, 1, 0);
    assert_int_equal(scale_mmc(1, 1, 0, &q), -EDOM);
    assert_int_equal(scale_mmc(0, 1, 3, &q), 0);
    near(q.p_wait, 0, 0);
    near(q.mean_resp, 1, 1e-12);
    /* thousands of servers neither overflow nor cancel */
    assert_int_equal(scale_mmc(4900, 1, 5000, &q), 0);
    assert_true(q.p_wait > 0.05 && q.p_wait < 0.2);
}

/* ---- fits ------------------------------------------------------------------
 */

static void exact_numbers_give_back_their_law(void **state)
{
    static const double shares[] = {0, 1e-4, 0.01, 0.2, 0.9, 3};
    static const double costs[] = {0, 1e-6, 1e-4, 0.01, 0.3};

    (void)state;
    for (size_t i = 0; i < COUNT(shares); i++)
        for (size_t j = 0; j < COUNT(costs); j++)
            for (int power = 0; power < 5; power++) {
                double lambda = 1e-3 * pow(300, power);
                struct scale_usl want = {shares[i], costs[j], lambda}, got;
                int count = make(&want, 9, true, 1, 0, NULL);
                double sse;

                assert_int_equal(
                    scale_fit_usl(point, count, SCALE_NLS3, 0, &got, &sse), 0);
                near(got.sigma, want.sigma, 1e-6);
                near(got.kappa, want.kappa, 1e-6);
                near(got.lambda, want.lambda, 1e-6);
                assert_int_equal(
                    scale_fit_usl(point, count, SCALE_NLS2, lambda, &got, &sse),
                    0);
                near(got.sigma, want.sigma, 1e-6);
                near(got.kappa, want.kappa, 1e-6);
                assert_int_equal(
                    scale_fit_usl(point, count, SCALE_QUAD, lambda, &got, &sse),
                    0);
                near(got.sigma, want.sigma, 1e-6);
                near(got.kappa, want.kappa, 1e-6);
            }
}

static double squares(const struct scale_usl *u, int count)
{
    double sum = 0;

    for (int i = 0; i < count; i++)
        sum += pow(point[i].x - scale_usl(u, point[i].n), 2);
    return sum;
}

/* No parameters that are allowed do better: neither near by nor anywhere on a
 * grid. */
static void least_squares_are_least(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (int round = 0; round < 60; round++) {
        struct scale_usl made = {random_share(&seed) * random_share(&seed),
                                 0.02 * pow(random_share(&seed), 4), 10};
        int count = make(&made, 5 + round % 5, round % 2, 1 + round % 3,
                         0.3 * random_share(&seed), &seed);
        struct scale_usl best;
        double sse;

        for (int i = 0; i < count; i++)
            point[i].x = fabs(point[i].x) + 0.01;
        if (scale_fit_usl(point, count, SCALE_NLS3, 0, &best, &sse) < 0)
            continue;
        near(sse, squares(&best, count), 1e-9);
        for (int i = 0; i < 3000; i++) {
            struct scale_usl u = best;

            if (i % 2 == 0) {
                double near_by = pow(10, -6 * random_share(&seed));

                u.sigma *= 1 + near_by * (random_share(&seed) - 0.5);
                u.kappa *= 1 + near_by * (random_share(&seed) - 0.5);
                u.lambda *= 1 + near_by * (random_share(&seed) - 0.5);
                u.sigma += i % 3 ? 0 : near_by * random_share(&seed);
                u.kappa += i % 5 ? 0 : near_by * random_share(&seed);
            } else {
                u.sigma = 2 * pow(random_share(&seed), 2);
                u.kappa = pow(random_share(&seed), 6);
                u.lambda = 30 * random_share(&seed);
            }
            if (squares(&u, count) < sse * (1 - 1e-9))
                fail_msg("round %d: %g %g %g is better: %g, not %g", round,
                         u.sigma, u.kappa, u.lambda, squares(&u, count), sse);
        }
    }
}

/* 95 % of the intervals hold what made the numbers. */
static void intervals_hold(void **state)
{
    const struct scale_usl made = {0.08, 0.003, 100};
    const double truth[] = {made.sigma, made.kappa, made.lambda};
    int held[3] = {0}, rounds = 400;
    uint64_t seed = 5;

    (void)state;
    for (int round = 0; round < rounds; round++) {
        int count = 0;

        /* the same noise everywhere, as least squares have it */
        for (int n = 1; n <= 32; n *= 2)
            for (int r = 0; r < 3; r++)
                point[count++] = (struct scale_point){n, scale_usl(&made, n) +
                                                             8 * noise(&seed)};
        assert_int_equal(fit_all(count, NULL), 0);
        for (int i = 0; i < 3; i++) {
            const struct scale_parameter *p = &fits.fit[SCALE_USL].parameter[i];

            held[i] += p->interval && p->low <= truth[i] && truth[i] <= p->high;
        }
    }
    for (int i = 0; i < 3; i++)
        if (held[i] < 0.91 * rounds || held[i] > 0.985 * rounds)
            fail_msg("parameter %d: %d of %d", i, held[i], rounds);
}

static void repeats_count_as_they_are(void **state)
{
    const struct scale_usl made = {0.1, 0.001, 50};
    uint64_t seed = 8;
    int count = make(&made, 6, true, 4, 0.1, &seed);
    struct scale_usl u;
    double sse, quad = 0;

    (void)state;
    assert_int_equal(scale_fit_usl(point, count, SCALE_NLS3, 0, &u, &sse), 0);
    near(sse, squares(&u, count), 1e-9);
    /* the transform is linear: its gradient is nought over all points */
    assert_int_equal(scale_fit_usl(point, count, SCALE_QUAD, 50, &u, &sse), 0);
    near(sse, squares(&u, count), 1e-9);
    for (int i = 0; i < count; i++) {
        double x = point[i].n - 1, y = 50 * point[i].n / point[i].x - 1;

        quad += x * (y - u.kappa * x * (x + 1) - u.sigma * x);
    }
    assert_true(fabs(quad) < 1e-6);
}

/* ---- the other models
 * -------------------------------------------------------- */

static void amdahl_is_a_universal_law(void **state)
{
    const struct scale_usl made = {0.07, 0, 12};

    (void)state;
    assert_int_equal(fit_all(make(&made, 7, true, 1, 0, NULL), NULL), 0);
    near(value(SCALE_AMDAHL, 0), 0.07, 1e-9);
    near(value(SCALE_AMDAHL, 1), 12, 1e-9);
    near(fits.fit[SCALE_AMDAHL].knee_n, 1 / 0.07, 1e-8);
    near(fits.fit[SCALE_AMDAHL].limit_x, 12 / 0.07, 1e-8);
    assert_int_equal(fits.best, SCALE_AMDAHL);
    assert_false(fits.fit[SCALE_QUEUE].computed);
    assert_non_null(strstr(fits.fit[SCALE_QUEUE].why, "cores"));
    assert_non_null(strstr(fits.fit[SCALE_ROUNDS].why, "tasks"));
    assert_true(isnan(scale_fit_at(&fits.fit[SCALE_QUEUE], NULL, 2)));
}

static void gustafson_and_parabola(void **state)
{
    static const double n[] = {1, 2, 4, 8, 16};

    (void)state;
    for (int i = 0; i < 5; i++)
        point[i] = (struct scale_point){n[i], 30 * scale_gustafson(0.4, n[i])};
    assert_int_equal(fit_all(5, NULL), 0);
    near(value(SCALE_GUSTAFSON, 0), 0.4, 1e-9);
    near(value(SCALE_GUSTAFSON, 1), 30, 1e-9);
    assert_int_equal(fits.best, SCALE_GUSTAFSON);
    for (int i = 0; i < 5; i++)
        point[i].x = 7 + (9 - 0.5 * n[i]) * n[i];
    assert_int_equal(fit_all(5, NULL), 0);
    near(value(SCALE_QUADRATIC, 0), -0.5, 1e-9);
    near(value(SCALE_QUADRATIC, 1), 9, 1e-9);
    near(value(SCALE_QUADRATIC, 2), 7, 1e-9);
    near(fits.fit[SCALE_QUADRATIC].peak_n, 9, 1e-9);
    near(fits.fit[SCALE_QUADRATIC].peak_x, 47.5, 1e-9);
}

/* With tasks, portions and cores: what made the numbers comes back, and the
 * curve goes through them. */
static void tasks_and_cores_come_back(void **state)
{
    struct scale_known k = {
        .tasks = 100, .chunk_auto = true, .task_s = 0.02, .cores = 4};
    int count = 0;

    (void)state;
    for (int n = 1; n <= 128; n *= 2) {
        int64_t chunk = (100 + 4 * n - 1) / (4 * n);

        point[count++] = (struct scale_point){
            n, 100 / (scale_makespan(100, n, 0.05, chunk) + 0.3)};
    }
    assert_int_equal(fit_all(count, &k), 0);
    near(value(SCALE_ROUNDS, 0), 0.05, 1e-8);
    near(value(SCALE_ROUNDS, 1), 0.3, 1e-8);
    assert_int_equal(fits.best, SCALE_ROUNDS);
    for (int i = 0; i < count; i++)
        near(scale_fit_at(&fits.fit[SCALE_ROUNDS], &k, point[i].n), point[i].x,
             1e-8);

    for (int i = 0; i < count; i++)
        point[i].x =
            100 / scale_articles(0.02, 100, fmin(point[i].n, 100), 0.004, 0.07);
    assert_int_equal(fit_all(count, &k), 0);
    near(value(SCALE_ARTICLES, 0), 0.004, 1e-8);
    near(value(SCALE_ARTICLES, 1), 0.07, 1e-8);
    near(fits.fit[SCALE_ARTICLES].limit_x, 100 / (0.024 + 0.07), 1e-8);

    for (int i = 0; i < count; i++)
        point[i].x = scale_repair(0.01, 0.03, 4, (int)point[i].n);
    assert_int_equal(fit_all(count, &k), 0);
    near(value(SCALE_QUEUE, 0), 0.01, 1e-4);
    near(value(SCALE_QUEUE, 1), 0.03, 1e-3);
    near(fits.fit[SCALE_QUEUE].knee_n, 16, 1e-3);
    assert_int_equal(fits.best, SCALE_QUEUE);
    assert_true(fits.fit[SCALE_QUEUE].parameter[0].interval);
    near(scale_fit_at(&fits.fit[SCALE_QUEUE], &k, 1.5),
         (point[0].x + point[1].x) / 2, 1e-4);
    for (int i = 0; i < count; i++)
        point[i].x = scale_repair(0.01, 0, 4, (int)point[i].n);
    assert_int_equal(fit_all(count, &k), 0);
    near(value(SCALE_QUEUE, 1), 0, 0);
    near(fits.fit[SCALE_QUEUE].knee_n, 4, 1e-9);
}

/* The first ten points of a curve promise a peak that is too far away. */
static void far_peaks_are_refused(void **state)
{
    const struct scale_usl made = {0.03, 3e-4, 1000};

    (void)state;
    assert_int_equal(fit_all(make(&made, 10, false, 1, 0, NULL), NULL), 0);
    near(fits.fit[SCALE_USL].peak_n, 56.86, 1e-3);
    assert_true(fits.fit[SCALE_USL].peak_refused);
    assert_int_equal(fit_all(make(&made, 30, false, 1, 0, NULL), NULL), 0);
    assert_false(fits.fit[SCALE_USL].peak_refused);
}

/* ---- what does not fit
 * -------------------------------------------------------- */

static void bad_models_say_so(void **state)
{
    static const double saw[] = {10, 90, 20, 70, 15, 95, 12, 60};
    const struct scale_usl made = {0.02, 0.01, 100};
    const struct scale_fit *amdahl = &fits.fit[SCALE_AMDAHL];

    (void)state;
    assert_int_equal(fit_all(make(&made, 7, true, 1, 0, NULL), NULL), 0);
    assert_int_equal(fits.best, SCALE_USL);
    assert_true(amdahl->computed && !amdahl->fits && amdahl->why[0]);
    assert_string_equal(fits.fit[SCALE_USL].residuals, "=======");
    assert_string_equal(amdahl->residuals, "--+++--");
    for (int i = 0; i < 8; i++)
        point[i] = (struct scale_point){i + 1, saw[i]};
    assert_int_equal(fit_all(8, NULL), 0);
    assert_int_equal(fits.best, -1);
    for (int i = 0; i < SCALE_MODELS; i++)
        assert_true(!fits.fit[i].fits && fits.fit[i].why[0]);
    for (int i = 0; i < SCALE_MODELS; i++) /* a clause */
        assert_true(fits.fit[i].why[strlen(fits.fit[i].why) - 1] != '.');
}

/* Repeats that lie far apart forgive what single measurements would not. */
static void repeats_forgive(void **state)
{
    const struct scale_usl made = {1, 0, 100};
    uint64_t seed = 21;

    (void)state;
    assert_int_equal(fit_all(make(&made, 6, true, 6, 0.2, &seed), NULL), 0);
    assert_true(fits.fit[SCALE_AMDAHL].fits);
    assert_true(fits.fit[SCALE_AMDAHL].r2 < 0.5);
}

static const struct error_case {
    const char *name;
    int count;
    double n[4], x[4];
    const char *says;
} errors[] = {
    {"two numbers of workers", 3, {1, 2, 2}, {1, 2, 3}, "here are 2"},
    {"one number of workers", 3, {4, 4, 4}, {1, 2, 3}, "here is 1"},
    {"nothing", 0, {0}, {0}, "here are 0"},
    {"half a worker", 3, {0.5, 1, 2}, {1, 2, 3}, "0.5 workers"},
    {"no throughput", 3, {1, 2, 3}, {1, 0, 3}, "throughput of 0"},
    {"a negative one", 3, {1, 2, 3}, {1, -2, 3}, "throughput of -2"},
    {"not a number", 3, {1, 2, 3}, {1, NAN, 3}, "throughput of"},
    {"endlessly many", 3, {1, 2, INFINITY}, {1, 2, 3}, "inf workers"},
};

static void refuses(void **state)
{
    const struct error_case *c = *state;
    struct err err = {0};
    struct scale_fit one;

    for (int i = 0; i < c->count; i++)
        point[i] = (struct scale_point){c->n[i], c->x[i]};
    assert_int_equal(scale_fit_all(&fits, point, c->count, NULL, &err),
                     -EINVAL);
    if (!strstr(err.text, c->says))
        fail_msg("%s", err.text);
    assert_int_equal(fits.best, -1);
    assert_int_equal(fits.points, 0);
    assert_false(scale_fit_one(&one, SCALE_USL, point, c->count, NULL));
    assert_true(!one.fits && one.why[0]);
}

static void too_many_are_refused(void **state)
{
    struct err err = {0};

    (void)state;
    for (int i = 0; i <= SCALE_POINTS_MAX; i++)
        point[i] = (struct scale_point){1 + i % 9, 5};
    assert_int_equal(scale_fit_all(&fits, point, SCALE_POINTS_MAX, NULL, &err),
                     0);
    assert_int_equal(
        scale_fit_all(&fits, point, SCALE_POINTS_MAX + 1, NULL, &err), -EINVAL);
}

/* Whatever is measured: finite numbers, intervals that hold the value, and a
 * best one that fits. */
static void any_numbers(void **state)
{
    uint64_t seed = 77;
    struct scale_known k = {.tasks = 50, .chunk = 3, .task_s = 0.1, .cores = 3};

    (void)state;
    for (int round = 0; round < 300; round++) {
        int count = 3 + (int)random_below(&seed, 30);

        for (int i = 0; i < count; i++)
            point[i] = (struct scale_point){
                1 + random_below(&seed, 1u << random_below(&seed, 12)),
                pow(10, 12 * random_share(&seed) - 6)};
        if (fit_all(count, round % 2 ? &k : NULL) < 0)
            continue;
        assert_true(fits.best < 0 || fits.fit[fits.best].fits);
        for (int m = 0; m < SCALE_MODELS; m++) {
            const struct scale_fit *f = &fits.fit[m];

            assert_true(f->fits || f->why[0]);
            for (int i = 0; f->computed && i < f->parameters; i++) {
                const struct scale_parameter *p = &f->parameter[i];

                assert_true(isfinite(p->value));
                if (p->interval)
                    assert_true(p->low <= p->value && p->value <= p->high);
            }
            if (f->computed)
                assert_true(isfinite(scale_fit_at(f, &fits.known, 2)));
        }
    }
}

/* ---- words
 * --------------------------------------------------------------------- */

static const struct sentence_case {
    const char *name;
    enum scale_limit seen;
    double sigma, kappa;
    const char *says;
} sentences[] = {
    {"cores", SCALE_LIMIT_CORES, 0.1, 0, "All 2 cores are busy"},
    {"a lock", SCALE_LIMIT_LOCK, 0.9, 0, "one lock"},
    {"waiting", SCALE_LIMIT_WAITING, 0, 0, "more workers would do more"},
    {"portions", SCALE_LIMIT_CHUNKS, 0.1, 0,
     "100 tasks in portions of 4 are 25 portions"},
    {"a disk", SCALE_LIMIT_DISK, 0.1, 0, "The disk's arm"},
    {"a link", SCALE_LIMIT_LINK, 0.1, 0, "The shared link"},
    {"tasks", SCALE_LIMIT_TASKS, 0, 0, "only 100 tasks"},
    {"the model: nothing", SCALE_LIMIT_UNKNOWN, 0, 0, "No limit shows"},
    {"the model: a serial share", SCALE_LIMIT_UNKNOWN, 0.05, 0,
     "The serial share limits: 5.0 %"},
    {"the model: one worker's worth", SCALE_LIMIT_UNKNOWN, 1, 0,
     "One worker does it all"},
    {"the model: coherence", SCALE_LIMIT_UNKNOWN, 0.02, 0.01,
     "beyond about 10 workers"},
};

static void says(void **state)
{
    const struct sentence_case *c = *state;
    const struct scale_usl made = {c->sigma, c->kappa, 100};
    struct scale_known k = {
        .tasks = 100, .chunk = 4, .cores = 2, .cpu_share = 0.5};
    struct text out = {0};

    assert_int_equal(fit_all(make(&made, 6, true, 2, 0, NULL), NULL), 0);
    scale_sentence(&fits, c->seen, &k, &out);
    if (!strstr(text_str(&out), c->says))
        fail_msg("%s", text_str(&out));
    assert_true(text_str(&out)[out.len - 1] == '.');
    text_fini(&out);
}

static void too_little_says_so(void **state)
{
    struct text out = {0};

    (void)state;
    point[0] = (struct scale_point){1, 1};
    assert_int_equal(fit_all(1, NULL), -EINVAL);
    scale_sentence(&fits, SCALE_LIMIT_UNKNOWN, NULL, &out);
    assert_non_null(strstr(text_str(&out), "Too little"));
    text_fini(&out);
}

static void little_by_responses(void **state)
{
    static const double response[] = {0.1, 0.11, 0.13, 0.2};
    struct scale_known k = {.response_s = response};

    (void)state;
    for (int i = 0; i < 4; i++)
        point[i] = (struct scale_point){1 << i, (1 << i) / response[i]};
    assert_int_equal(fit_all(4, &k), 0);
    near(fits.little, 1, 1e-9);
    assert_null(fits.known.response_s);
    assert_int_equal(fit_all(4, NULL), 0);
    assert_true(fits.little < 0);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(makespans_as_dealt),
        cmocka_unit_test(repair_by_its_states),
        cmocka_unit_test(forms_at_their_ends),
        cmocka_unit_test(exact_numbers_give_back_their_law),
        cmocka_unit_test(least_squares_are_least),
        cmocka_unit_test(intervals_hold),
        cmocka_unit_test(repeats_count_as_they_are),
        cmocka_unit_test(amdahl_is_a_universal_law),
        cmocka_unit_test(gustafson_and_parabola),
        cmocka_unit_test(tasks_and_cores_come_back),
        cmocka_unit_test(far_peaks_are_refused),
        cmocka_unit_test(bad_models_say_so),
        cmocka_unit_test(repeats_forgive),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(any_numbers),
        cmocka_unit_test(too_little_says_so),
        cmocka_unit_test(little_by_responses),
    };
    static struct CMUnitTest
        tests[COUNT(others) + COUNT(errors) + COUNT(sentences)];
    size_t n = COUNT(others);

    memcpy(tests, others, sizeof(others));
    n = add_rows(tests, n, errors, COUNT(errors), sizeof(errors[0]), refuses);
    n = add_rows(tests, n, sentences, COUNT(sentences), sizeof(sentences[0]),
                 says);
    return _cmocka_run_group_tests("scale", tests, n, NULL, NULL);
}
