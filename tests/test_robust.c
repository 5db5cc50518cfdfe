/* Medians, their intervals, outliers, ratios: by hand-made cases and by what
 * has to hold for any numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/rows.h"
#include "stats/robust.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.9g, not %.9g", got, want);
}

/* ---- a few values -------------------------------------------------------- */

static const struct values_case {
    const char *name;
    int n;
    double value[12];
    double median, deviation, low, high, confidence;
} values[] = {
    {"one", 1, {7}, 7, 0, 7, 7, 0},
    {"two", 2, {9, 1}, 5, 4, 1, 9, 0.5},
    {"three", 3, {1, 5, 2}, 2, 1, 1, 5, 0.75},
    {"four", 4, {4, 2, 1, 8}, 3, 1.5, 1, 8, 0.875},
    {"five, one far off", 5, {10, 11, 9, 10, 900}, 10, 1, 9, 900, 0.9375},
    {"six", 6, {6, 5, 4, 3, 2, 1}, 3.5, 1.5, 1, 6, 0.96875},
    {"eight", 8, {1, 2, 3, 4, 5, 6, 7, 8}, 4.5, 2, 1, 8, 0.9921875},
    /* 1 - 2 (1 + 9) / 2^9 */
    {"nine", 9, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 5, 2, 2, 8, 0.9609375},
    {"all the same", 7, {3, 3, 3, 3, 3, 3, 3}, 3, 0, 3, 3, 0.984375},
    {"more than half the same", 5, {3, 3, 3, 8, 1}, 3, 0, 1, 8, 0.9375},
};

static void few_values(void **state)
{
    const struct values_case *c = *state;
    double copy[12];
    struct robust r;

    memcpy(copy, c->value, sizeof(copy));
    robust_of(copy, c->n, &r);
    assert_int_equal(r.n, c->n);
    near(r.median, c->median, 1e-12);
    near(r.spread, 1.4826 * c->deviation, 1e-9);
    near(r.low, c->low, 0);
    near(r.high, c->high, 0);
    near(r.confidence, c->confidence, 1e-12);
    near(r.least, copy[0], 0);
    near(r.most, copy[c->n - 1], 0);
    for (int i = 1; i < c->n; i++)
        assert_true(copy[i - 1] <= copy[i]);
}

static void nothing_says_nothing(void **state)
{
    struct robust r = {.median = 1};

    (void)state;
    robust_of(NULL, 0, &r);
    assert_int_equal(r.n, 0);
    near(r.median, 0, 0);
    assert_false(robust_outlier(&r, 1e9));
}

/* ---- any values ---------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The deviation found by walking is that found by sorting. */
static void deviations_by_sorting(void **state)
{
    static double v[400], off[400];
    uint64_t seed = 7;

    (void)state;
    for (int n = 2; n < 400; n += n < 20 ? 1 : 37) {
        struct robust r;

        for (int i = 0; i < n; i++)
            v[i] = floor(100 * random_share(&seed)) / 10;
        robust_of(v, n, &r);
        for (int i = 0; i < n; i++)
            off[i] = fabs(v[i] - r.median);
        qsort(off, (size_t)n, sizeof(*off), ascending);
        near(r.spread, 1.4826 * robust_quantile(off, n, 0.5), 1e-9);
        assert_true(r.low <= r.median && r.median <= r.high);
        assert_true(n < 6 || r.confidence >= 0.95);
    }
}

/* The interval holds the median of what was drawn from as often as it says. */
static void intervals_hold(void **state)
{
    static const int sizes[] = {3, 5, 7, 10, 25, 100};
    uint64_t seed = 11;

    (void)state;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        int held = 0, rounds = 2000;
        double v[100];
        struct robust r;

        for (int i = 0; i < rounds; i++) {
            for (int j = 0; j < sizes[s]; j++)
                v[j] = random_share(&seed);
            robust_of(v, sizes[s], &r);
            held += r.low <= 0.5 && 0.5 <= r.high;
        }
        near((double)held / rounds, r.confidence, 0.03);
    }
}

static void quantiles(void **state)
{
    static const double v[] = {1, 2, 4, 8};

    (void)state;
    near(robust_quantile(v, 4, 0), 1, 0);
    near(robust_quantile(v, 4, 1), 8, 0);
    near(robust_quantile(v, 4, 0.5), 3, 1e-12);
    near(robust_quantile(v, 4, 0.9), 6.8, 1e-12);
    near(robust_quantile(v, 1, 0.3), 1, 0);
    near(robust_quantile(v, 4, 7), 8, 0);
}

static void outliers(void **state)
{
    double v[] = {100, 101, 99, 100, 102, 98, 100};
    double same[] = {100, 100, 100, 100, 100};
    struct robust r;

    (void)state;
    robust_of(v, 7, &r);
    assert_true(robust_outlier(&r, 120));
    assert_true(robust_outlier(&r, 80));
    assert_false(robust_outlier(&r, 103));
    robust_of(v, 4, &r);
    assert_false(robust_outlier(&r, 1e6)); /* too few to say so */
    robust_of(same, 5, &r);
    assert_false(robust_outlier(&r, 100.9)); /* within 1 % */
    assert_true(robust_outlier(&r, 102));
}

/* ---- Student's t, ratios ---------------------------------------------------
 */

static void student(void **state)
{
    /* from the tables, to five digits */
    static const struct {
        int freedom;
        double t;
    } want[] = {{1, 12.7062},  {2, 4.30265},   {10, 2.22814},
                {30, 2.04227}, {31, 2.03951},  {40, 2.02108},
                {60, 2.00030}, {120, 1.97993}, {1000000, 1.95997}};

    (void)state;
    for (size_t i = 0; i < COUNT(want); i++)
        near(robust_t975(want[i].freedom), want[i].t, 1.1e-5);
    for (int i = 1; i < 500; i++)
        assert_true(robust_t975(i) > robust_t975(i + 1));
}

static void ratios(void **state)
{
    double a[] = {10, 20, 40}, b[] = {20, 40, 80}, c[] = {20, 10, 80};
    struct robust_ratio r;

    (void)state;
    robust_ratio_of(a, b, 3, &r);
    near(r.ratio, 2, 1e-12);
    near(r.low, 2, 1e-9);
    near(r.high, 2, 1e-9);
    robust_ratio_of(a, c, 3, &r); /* 2, 1/2, 2 */
    near(r.ratio, cbrt(2), 1e-12);
    assert_true(r.low < 1 && r.high > 2);
    near(r.low * r.high, r.ratio * r.ratio, 1e-9);
    robust_ratio_of(a, b, 1, &r);
    near(r.ratio, 2, 1e-12);
    near(r.low, 0, 0);
    near(r.high, 0, 0);
    robust_ratio_of(a, b, 0, &r);
    assert_int_equal(r.n, 0);
}

int main(void)
{
    static struct CMUnitTest tests[COUNT(values) + 8] = {
        cmocka_unit_test(nothing_says_nothing),
        cmocka_unit_test(deviations_by_sorting),
        cmocka_unit_test(intervals_hold),
        cmocka_unit_test(quantiles),
        cmocka_unit_test(outliers),
        cmocka_unit_test(student),
        cmocka_unit_test(ratios),
    };

    add_rows(tests, 7, values, COUNT(values), sizeof(values[0]), few_values);
    return _cmocka_run_group_tests("robust", tests, 7 + COUNT(values), NULL,
                                   NULL);
}
