/* A spec and its line are the same thing: there and back, for any spec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spec/spec.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* A machine of four processors, 0 to 3, with room for 2000 threads. */
static struct machine four_cores(void)
{
    struct machine m = {.cpus_online = 4,
                        .cpus_allowed = 4,
                        .memory_available = INT64_C(2000) * (64 << 10)};

    for (size_t cpu = 0; cpu < 4; cpu++)
        CPU_SET(cpu, &m.allowed);
    return m;
}

/* "given" too, so that both print alike. */
static bool same_spec(const struct spec *a, const struct spec *b)
{
    bool same = a->workload == b->workload &&
                memcmp(a->given, b->given, sizeof(a->given)) == 0 &&
                a->duration_ns == b->duration_ns && a->tasks == b->tasks &&
                a->observer_duty_pct == b->observer_duty_pct &&
                a->phase_count == b->phase_count && a->pinned == b->pinned &&
                a->scale == b->scale && a->task_ns == b->task_ns;

    for (int i = 0; same && i < spec_setting_count; i++) {
        struct text x = {0}, y = {0};

        spec_format_setting(a, &spec_settings[i], &x);
        spec_format_setting(b, &spec_settings[i], &y);
        same = strcmp(text_str(&x), text_str(&y)) == 0;
        text_fini(&x);
        text_fini(&y);
    }
    return same;
}

static void must_parse(struct spec *spec, const char *line)
{
    struct err err = {0};

    if (spec_parse_line(spec, line, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
}

/* ---- there and back ----------------------------------------------------- */

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int64_t random_in(uint64_t *seed, int64_t min, int64_t max)
{
    return min + (int64_t)(random_next(seed) % (uint64_t)(max - min + 1));
}

/* A number with up to @decimals decimals, from @min to @max. */
static void random_number(uint64_t *seed, const struct setting *s, int decimals,
                          struct text *out)
{
    double share = (double)(random_next(seed) % 1000001) / 1e6;
    double x = s->min + (s->max - s->min) * share * share * share;

    text_addf(out, "%.*f", (int)random_in(seed, 0, decimals), x);
}

static int word_count(const char *const *words)
{
    int n = 0;

    while (words[n] != NULL)
        n++;
    return n;
}

static const char *random_word(uint64_t *seed, const char *const *words)
{
    int count = word_count(words);

    assert(count > 0);
    return words[random_in(seed, 0, count - 1)];
}

/* Any value, in any spelling; now and then one that is out of range. */
static void random_value(uint64_t *seed, const struct setting *s,
                         struct text *out)
{
    static const char *const units[] = {"", "", "ms", "s", "us"};
    static const char *const sizes[] = {"", "k", "M", "G", NULL};
    int parts = (int)random_in(seed, 1, 4);

    if (random_in(seed, 0, 7) == 0) {
        text_add(out, s->fallback);
        return;
    }
    switch (s->type) {
    case SETTING_CHOICE:
        text_add(out, random_word(seed, s->words));
        return;
    case SETTING_OBSERVER:
        text_add(out, random_word(seed, s->words));
        if (parts == 1)
            text_addf(out, ",duty=%d%%", (int)random_in(seed, 1, 100));
        return;
    case SETTING_CPUS:
        for (int i = 0; i < parts; i++) {
            int64_t first = random_in(seed, 0, 20);
            text_addf(out, "%s%" PRId64 "-%" PRId64, i == 0 ? "" : ",", first,
                      first + random_in(seed, 0, 3));
        }
        return;
    case SETTING_PHASES:
        for (int i = 0; i < parts; i++)
            text_addf(out, "%s%s:%" PRId64 "us", i == 0 ? "" : ",",
                      random_word(seed, spec_sync_words),
                      random_in(seed, 1000, 3000000));
        return;
    case SETTING_SECONDS:
    case SETTING_MS:
        random_number(seed, s, 6, out);
        text_add(out, units[random_in(seed, 0, 4)]);
        return;
    case SETTING_REAL:
        random_number(seed, s, 9, out);
        return;
    case SETTING_TEXT:
        text_addf(out, "dir/%" PRId64, random_in(seed, 0, 99));
        return;
    case SETTING_SIZE:
        text_addf(out, "%" PRId64 "%s", random_in(seed, 1, 4096),
                  random_word(seed, sizes));
        return;
    case SETTING_COUNT:
    case SETTING_WORKERS:
    case SETTING_CHUNK:
        random_number(seed, s, 0, out);
        return;
    }
}

static int count_words(const char *line)
{
    int n = 1;

    for (; *line != '\0'; line++)
        n += *line == ' ';
    return n;
}

static int count_given(const struct spec *spec)
{
    int n = 0;

    for (int i = 0; i < spec_setting_count; i++)
        n += spec_given(spec, i);
    return n;
}

static void every_spec_formats_to_itself(void **state)
{
    uint64_t seed = 20240229;
    int parsed = 0, checked = 0;
    struct machine m = four_cores();

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct text line = {0}, again = {0}, third = {0};
        struct err err = {0};
        struct spec spec, back;
        int workload;

        workload = (int)random_in(&seed, 0, WORKLOAD_COUNT - 1);
        text_add(&line, spec_workload_words[workload]);
        for (int i = 0; i < spec_setting_count; i++) {
            const struct setting *s = &spec_settings[i];
            bool own = s->workloads == 0 || s->workloads >> workload & 1;

            if (random_in(&seed, 0, own ? 8 : 400) != 0)
                continue;
            text_addf(&line, " --%s%s", spec_settings[i].name,
                      random_in(&seed, 0, 1) ? " " : "=");
            random_value(&seed, &spec_settings[i], &line);
        }
        if (spec_parse_line(&spec, text_str(&line), &err) == 0) {
            parsed++;
            spec_format(&spec, &again);
            must_parse(&back, text_str(&again));
            if (!same_spec(&spec, &back))
                fail_msg("\"%s\" became \"%s\"", text_str(&line),
                         text_str(&again));
            spec_format(&back, &third);
            assert_string_equal(text_str(&third), text_str(&again));
            assert_int_equal(count_words(text_str(&again)),
                             1 + 2 * count_given(&spec));
        } else {
            assert_true(err.code == -EINVAL && err.text[0] != '\0');
        }
        if (err.code == 0 && spec_check(&spec, &m, &err) == 0) {
            checked++;
            assert_true(spec.workers >= 1);
            assert_true(spec.tasks > 0 || spec.duration_ns >= 0);
        }
        text_fini(&line);
        text_fini(&again);
        text_fini(&third);
    }
    assert_true(parsed > 5000); /* else the generator tests nothing */
    assert_true(checked > 500);
}

static void defaults_need_one_word(void **state)
{
    (void)state;
    for (int i = 0; i < WORKLOAD_COUNT; i++) {
        struct text line = {0};
        struct spec spec, fresh;

        spec_defaults(&fresh, (enum spec_workload)i);
        spec_format(&fresh, &line);
        assert_string_equal(text_str(&line), spec_workload_words[i]);
        must_parse(&spec, text_str(&line));
        assert_true(same_spec(&spec, &fresh));
        text_fini(&line);
    }
}

/* Any bytes give an experiment or a sentence of one line. */
static void rubbish_is_refused(void **state)
{
    static const char bytes[] = "primes --workers=4 -w\"'\t\n,:%.0_-\033\xC3xX";
    uint64_t seed = 7;

    (void)state;
    for (int round = 0; round < 50000; round++) {
        struct err err = {0};
        char line[64] = "counter --phases ";
        size_t at = round % 3 == 0 ? 17 : 0;
        size_t len = at + random_next(&seed) % 40;
        struct spec spec;

        for (; at < len; at++)
            line[at] = bytes[random_next(&seed) % (sizeof(bytes) - 1)];
        line[len] = '\0';
        if (spec_parse_line(&spec, line, &err) == 0)
            continue;
        assert_true(err.text[0] != '\0');
        assert_null(strpbrk(err.text, "\n\t\033"));
    }
}

static void every_default_reads_as_itself(void **state)
{
    (void)state;
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];
        struct err err = {0};
        struct text text = {0}, own = {0};
        struct spec fresh, set;
        int workload = 0;

        while (s->workloads != 0 && !(s->workloads >> workload & 1))
            workload++;
        spec_defaults(&fresh, (enum spec_workload)workload);
        set = fresh;
        if (spec_set(&set, s->name, s->fallback, &err) < 0)
            fail_msg("--%s %s: %s", s->name, s->fallback, err.text);
        /* A workload may have a default of its own. */
        text_add(&text, "");
        spec_format_setting(&set, s, &text);
        spec_format_setting(&fresh, s, &own);
        if (strcmp(text_str(&text), s->fallback) != 0 &&
            strcmp(text_str(&text), text_str(&own)) != 0)
            fail_msg("--%s %s is not the default", s->name, s->fallback);
        text_fini(&text);
        text_fini(&own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spec_formats_to_itself),
        cmocka_unit_test(defaults_need_one_word),
        cmocka_unit_test(every_default_reads_as_itself),
        cmocka_unit_test(rubbish_is_refused),
    };

    machine_root = "/nowhere"; /* only four_cores() says what there is */
    return cmocka_run_group_tests_name("spec format", tests, NULL, NULL);
}
