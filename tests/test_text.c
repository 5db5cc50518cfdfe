/* Sentences, numbers as people write them, UTF-8, suggestions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* ---- numbers ------------------------------------------------------------ */

static void counts_are_grouped(void **state)
{
    static const struct {
        int64_t n;
        const char *want;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {999, "999"},
        {1000, "1,000"},
        {5170444, "5,170,444"},
        {-1, "-1"},
        {-100000, "-100,000"},
        {INT64_MAX, "9,223,372,036,854,775,807"},
        {INT64_MIN, "-9,223,372,036,854,775,808"},
    };
    char buf[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(text_count(buf, sizeof(buf), cases[i].n),
                            cases[i].want);
}

static void si_has_three_digits(void **state)
{
    static const struct {
        double x;
        const char *want;
    } cases[] = {
        {0, "0"},           {7, "7"},           {850, "850"},
        {999, "999"},       {999.4, "999"},     {999.6, "1.00 k"},
        {1000, "1.00 k"},   {9994, "9.99 k"},   {9996, "10.0 k"},
        {99960, "100 k"},   {999600, "1.00 M"}, {2139000000.0, "2.14 G"},
        {3.5e12, "3.50 T"}, {12.5, "12.5"},     {0.25, "0.25"},
        {-2500, "-2.50 k"}, {NAN, "-"},         {INFINITY, "-"},
    };
    char buf[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(text_si(buf, sizeof(buf), cases[i].x),
                            cases[i].want);
    assert_true(strlen(text_si(buf, sizeof(buf), 1e300)) < 16);
}

static void durations_pick_their_unit(void **state)
{
    static const struct {
        int64_t ns;
        const char *want;
    } cases[] = {
        {0, "0 ns"},
        {850, "850 ns"},
        {999, "999 ns"},
        {1000, "1.00 µs"},
        {20400, "20.4 µs"},
        {999600, "1.00 ms"},
        {5000000, "5.00 ms"},
        {1500000000, "1.50 s"},
        {59940000000, "59.9 s"},
        {59970000000, "1 min 00 s"},
        {125000000000, "2 min 05 s"},
        {119600000000, "2 min 00 s"},
        {INT64_C(3900) * 1000000000, "1 h 05 min"},
        {INT64_C(90000) * 1000000000, "1 d 01 h"},
        {-20400, "-20.4 µs"},
    };
    char buf[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(text_duration(buf, sizeof(buf), cases[i].ns),
                            cases[i].want);
    assert_true(strlen(text_duration(buf, sizeof(buf), INT64_MIN)) < 31);
}

static void only_nothing_is_nought_percent(void **state)
{
    static const struct {
        double share;
        const char *want;
    } cases[] = {
        {0, "0 %"},          {0.00001, "<0.1 %"},  {0.0004, "<0.1 %"},
        {0.0006, "0.1 %"},   {0.483, "48.3 %"},    {0.999, "99.9 %"},
        {0.9996, ">99.9 %"}, {0.99999, ">99.9 %"}, {1, "100 %"},
        {1.5, "150.0 %"},    {-0.25, "-25.0 %"},   {NAN, "-"},
    };
    char buf[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(text_percent(buf, sizeof(buf), cases[i].share),
                            cases[i].want);
}

/* Longer than 32 bytes is none of them, whatever the number. */
static void every_number_fits(void **state)
{
    uint64_t x = 88172645463325252u;
    char buf[64];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t n;
        double d;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(&n, &x, sizeof(n));
        memcpy(&d, &x, sizeof(d));
        assert_true(strlen(text_count(buf, sizeof(buf), n)) < 32);
        assert_true(strlen(text_duration(buf, sizeof(buf), n)) < 32);
        assert_true(strlen(text_si(buf, sizeof(buf), d)) < 32);
        assert_true(strlen(text_percent(buf, sizeof(buf), d)) < 32);
    }
}

/* ---- a growing string --------------------------------------------------- */

static void text_grows(void **state)
{
    struct text t = {0};

    (void)state;
    assert_string_equal(text_str(&t), "");
    for (int i = 0; i < 5000; i++)
        text_addf(&t, "%d,", i % 10);
    assert_int_equal(t.len, 10000);
    assert_int_equal(strlen(text_str(&t)), 10000);
    assert_false(t.failed);
    text_fini(&t);
    assert_null(t.data);
    assert_string_equal(text_str(&t), "");
    text_fini(&t); /* twice is fine */
}

static void text_pads_by_columns(void **state)
{
    struct text t = {0};

    (void)state;
    text_pad(&t, "µs", 4);
    text_add(&t, "|");
    text_pad(&t, "µs", -4);
    text_add(&t, "|");
    text_pad(&t, "too long", 3);
    text_add(&t, "|");
    text_fill(&t, "─", 3);
    text_fill(&t, "x", -1);
    assert_string_equal(text_str(&t), "µs  |  µs|too long|───");
    text_fini(&t);
}

static void text_remembers_failure(void **state)
{
    struct text t = {.failed = true};

    (void)state;
    text_add(&t, "nothing");
    text_fill(&t, "-", 3);
    text_addf(&t, "%d", 1);
    assert_int_equal(t.len, 0);
    assert_string_equal(text_str(&t), "");
    text_fini(&t);
}

/* ---- UTF-8 -------------------------------------------------------------- */

static void every_character_comes_back(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        uint32_t want = surrogate ? 0xFFFD : c, got;
        char bytes[5];
        int len = text_encode(bytes, c);

        if (text_decode(bytes, &got) != len || got != want ||
            strlen(bytes) != (size_t)len)
            fail_msg("U+%04" PRIX32 " became U+%04" PRIX32, c, got);
    }
}

static void broken_bytes_become_replacements(void **state)
{
    static const struct {
        const char *bytes;
        int used;
    } cases[] = {
        {"\x80", 1},             /* starts in the middle */
        {"\xC3", 1},             /* ends too early */
        {"\xE2\x82", 2},         /* the same, later */
        {"\xC0\xAF", 1},         /* written longer than it is */
        {"\xE0\x80\xAF", 3},     /* the same */
        {"\xED\xA0\x80", 3},     /* half of a pair */
        {"\xF4\x90\x80\x80", 4}, /* beyond the last */
        {"\xFF", 1},
        {"\xC3(", 1}, /* the bracket is not swallowed */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t c = 0;
        assert_int_equal(text_decode(cases[i].bytes, &c), cases[i].used);
        assert_int_equal(c, 0xFFFD);
    }
}

static void columns_are_counted(void **state)
{
    (void)state;
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("abc"), 3);
    assert_int_equal(text_columns("20.4 µs"), 7);
    assert_int_equal(text_columns("e\xCC\x81t\xC3\xA9"), 3); /* é both ways */
    assert_int_equal(text_columns("▏█"), 2);
    assert_int_equal(text_columns("\xE2\x82"), 1);
}

/* ---- did you mean ------------------------------------------------------- */

static void typos_find_their_word(void **state)
{
    static const char *const words[] = {
        "primes",    "sumsquares", "spin",   "sleep",   "counter", "threads",
        "processes", "mutex",      "atomic", "workers", "task-ms", NULL};
    static const struct {
        const char *typed, *want;
    } cases[] = {
        {"primes", "primes"},
        {"prims", "primes"},
        {"pirmes", "primes"},
        {"PRIMES", "primes"},
        {"thread", "threads"},
        {"mutx", "mutex"},
        {"mutxe", "mutex"},
        {"--worker", "workers"},
        {"taskms", "task-ms"},
        {"task_ms", "task-ms"},
        {"proc", "processes"},
        {"contr", "counter"},
        {"count", "counter"},
        {"seep", "sleep"},
        {"banana", NULL},
        {"x", NULL},
        {"", NULL},
        {"--", NULL},
        {"sumsqares", "sumsquares"},
    };
    char huge[300];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *got = text_nearest(cases[i].typed, words);
        const char *want = cases[i].want;

        if (got != want &&
            (got == NULL || want == NULL || strcmp(got, want) != 0))
            fail_msg("\"%s\" gave %s, not %s", cases[i].typed,
                     got ? got : "nothing", want ? want : "nothing");
    }
    memset(huge, 'p', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    assert_null(text_nearest(huge, words));
}

/* ---- errors ------------------------------------------------------------- */

static void an_error_is_one_sentence(void **state)
{
    struct err err = {0};
    char long_word[1000];

    (void)state;
    errno = EBADF;
    assert_int_equal(err_set(&err, -ENOENT, "no lab: %m"), -ENOENT);
    assert_int_equal(err.code, -ENOENT);
    assert_string_equal(err.text, "no lab: No such file or directory");
    assert_int_equal(errno, EBADF);

    assert_int_equal(err_set(NULL, -EAGAIN, "nobody reads %d", 1), -EAGAIN);

    err_set(&err, -EINVAL, "no \"%s\"", "a\nb\033[2J");
    assert_string_equal(err.text, "no \"a?b?[2J\"");

    memset(long_word, 'x', sizeof(long_word) - 1);
    long_word[sizeof(long_word) - 1] = '\0';
    err_set(&err, -EINVAL, "%s", long_word);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_grouped),
        cmocka_unit_test(si_has_three_digits),
        cmocka_unit_test(durations_pick_their_unit),
        cmocka_unit_test(only_nothing_is_nought_percent),
        cmocka_unit_test(every_number_fits),
        cmocka_unit_test(text_grows),
        cmocka_unit_test(text_pads_by_columns),
        cmocka_unit_test(text_remembers_failure),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(broken_bytes_become_replacements),
        cmocka_unit_test(columns_are_counted),
        cmocka_unit_test(typos_find_their_word),
        cmocka_unit_test(an_error_is_one_sentence),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
