/* A run as bytes and back: nothing that anybody may see of it is lost, and
 * damaged bytes are refused. Run in the test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "keep/pack.h"
#include "lib/drive.h"
#include "lib/fake_trace.h"
#include "lib/packed.h"
#include "lib/place.h"
#include "lib/rows.h"
#include "stats/summary.h"

/* ---- equal in every field ------------------------------------------------ */

static void same_metrics(const struct metrics *a, const struct metrics *b)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        assert_int_equal(a->has[i], b->has[i]);
        if (a->has[i])
            assert_memory_equal(&a->value[i], &b->value[i], sizeof(double));
    }
}

static void same_workers(const struct trace *a, const struct trace *b)
{
    assert_int_equal(a->worker_count, b->worker_count);
    for (int i = 0; i < a->worker_count; i++) {
        const struct trace_worker *v = &a->workers[i], *w = &b->workers[i];

        assert_memory_equal(v->span_ns, w->span_ns, sizeof(v->span_ns));
        assert_memory_equal(v->wait_ns, w->wait_ns, sizeof(v->wait_ns));
        assert_int_equal(v->tid, w->tid);
        assert_int_equal(v->pid, w->pid);
        assert_int_equal(v->life, w->life);
        assert_int_equal(v->born_ns, w->born_ns);
        assert_int_equal(v->end_ns, w->end_ns);
        assert_int_equal(v->since_ns, w->since_ns);
        assert_int_equal(v->state, w->state);
        assert_int_equal(v->cause, w->cause);
        assert_int_equal(v->cpu, w->cpu);
        assert_int_equal(v->ops, w->ops);
        assert_int_equal(v->role, w->role);
        assert_int_equal(v->waits_on, w->waits_on);
        assert_int_equal(v->traced_voluntary, w->traced_voluntary);
        assert_int_equal(v->traced_involuntary, w->traced_involuntary);
        same_metrics(&v->metrics, &w->metrics);
    }
}

static void same_spans(const struct trace *a, const struct trace *b)
{
    assert_int_equal(trace_span_total(a), trace_span_total(b));
    for (uint64_t n = 0; n < trace_span_total(a); n++) {
        const struct span *s = trace_span_at(a, n);

        if (s)
            assert_memory_equal(s, trace_span_at(b, n), sizeof(*s));
    }
}

static void same_rows(const struct trace *a, const struct trace *b)
{
    assert_int_equal(a->event_count, b->event_count);
    for (size_t i = 0; i < a->event_count; i++) {
        assert_int_equal(a->events[i].start_ns, b->events[i].start_ns);
        assert_int_equal(a->events[i].at_ns, b->events[i].at_ns);
        assert_int_equal(a->events[i].kind, b->events[i].kind);
        assert_int_equal(a->events[i].worker, b->events[i].worker);
        assert_int_equal(a->events[i].value, b->events[i].value);
    }
    assert_int_equal(a->sample_count, b->sample_count);
    if (a->sample_count > 0)
        assert_memory_equal(a->samples, b->samples,
                            a->sample_count * sizeof(*a->samples));
    assert_int_equal(a->phase_count, b->phase_count);
    for (size_t i = 0; i < a->phase_count; i++) {
        assert_int_equal(a->phases[i].start_ns, b->phases[i].start_ns);
        assert_int_equal(a->phases[i].end_ns, b->phases[i].end_ns);
        assert_int_equal(a->phases[i].sync, b->phases[i].sync);
        assert_int_equal(a->phases[i].workers, b->phases[i].workers);
        assert_int_equal(a->phases[i].ops, b->phases[i].ops);
        same_metrics(&a->phases[i].metrics, &b->phases[i].metrics);
    }
    assert_int_equal(a->core_count, b->core_count);
    for (int i = 0; i < a->core_count; i++) {
        assert_int_equal(a->cores[i].cpu, b->cores[i].cpu);
        assert_int_equal(a->cores[i].own_ns, b->cores[i].own_ns);
        assert_int_equal(a->cores[i].foreign_ns, b->cores[i].foreign_ns);
    }
    assert_int_equal(a->resource_count, b->resource_count);
    assert_memory_equal(&a->latency, &b->latency, sizeof(a->latency));
}

static void same_spec(const struct spec *a, const struct spec *b)
{
    struct text x = {0}, y = {0};

    spec_format(a, &x);
    spec_format(b, &y);
    assert_string_equal(text_str(&x), text_str(&y));
    text_fini(&x);
    text_fini(&y);
    for (int i = 0; i < spec_setting_count; i++) {
        spec_format_setting(a, &spec_settings[i], &x);
        spec_format_setting(b, &spec_settings[i], &y);
        assert_string_equal(text_str(&x), text_str(&y));
        text_fini(&x);
        text_fini(&y);
    }
    assert_memory_equal(a->given, b->given, sizeof(a->given));
    assert_string_equal(a->command, b->command);
    assert_int_equal(a->pinned, b->pinned);
    assert_int_equal(a->phase_count, b->phase_count);
}

/* Packed and opened again it is the same. */
static void check_round(struct trace *t)
{
    struct trace *again = packed_again(t, PACK_SPANS);

    assert_int_equal(again->badge, BADGE_REPLAY);
    again->badge = t->badge; /* alone it differs */
    same_spec(&t->spec, &again->spec);
    same_workers(t, again);
    same_spans(t, again);
    same_rows(t, again);
    same_metrics(&t->metrics, &again->metrics);
    same_metrics(&t->loop, &again->loop);
    assert_int_equal(t->gate_ns, again->gate_ns);
    assert_int_equal(t->end_ns, again->end_ns);
    assert_int_equal(t->now_ns, again->now_ns);
    assert_memory_equal(&t->machine.allowed, &again->machine.allowed,
                        sizeof(cpu_set_t));
    packed_same(t, again);
    trace_free(again);
}

static void test_fake(void **state)
{
    struct trace *t = fake_trace(*state);

    check_round(t);
    trace_free(t);
}

/* ---- real runs ----------------------------------------------------------- */

static const char *const lines[] = {
    "primes --limit 50000 --tasks 8",
    "primes --limit 20000 --tasks 6 --model processes --workers 3",
    "primes --limit 20000 --tasks 6 --spawn per-task --workers 2",
    "sumsquares --limit 50000 --tasks 5 --model gil",
    "factorial --limit 500 --tasks 3 --model sequential",
    "spin --task-ms 1 --tasks 20 --cpu-share 50 --workers 3",
    "spin --lengths 1,2,3 --tasks 6 --chunk 2",
    "sleep --task-ms 20 --tasks 20 --scale 10 --workers 4 --model coop",
    "sleep --task-ms 20 --tasks 8 --workers 4 --model blended --fail-at 3",
    "counter --phases none:0.05,mutex:0.05,ticket:0.05 --workers 2",
    "counter --duration 0.1 --cpus 0 --workers 2",
    "pingpong --workers 2 --duration 0.1",
    "inrange --limit 200 --split block",
    "create --tasks 20",
    "limit --make thread --address-space 64M",
    "queue --workers 3 --tasks 30 --task-ms 1",
    "queue --workers 3 --tasks 5 --task-ms 1 --sentinels 0 --timeout 5",
    "pipe --bytes 200k --timeout 5",
    "locks --workers 3 --task-ms 5 --timeout 5",
    "locks --order same --workers 3 --task-ms 1",
    "inversion --task-ms 5 --timeout 3",
    "convoy --hogs 1 --duration 0.2",
    "isolation --model processes --share private",
    "sync --guard while --timeout 5",
    "fleet --hosts 10 --tasks 20 --workers 4 --latency 5 --failures 20",
    "disk --workers 4 --duration 0.3 --scale 20",
    "file --size 2M --duration 0.1 --cache pages",
    "migrate --tasks 6 --bytes 64k --task-ms 2",
    "command --tasks 3 -- echo 'a b' {#}",
    "mix --duration 0.2 --parts 'spin --workers 1 | sleep --task-ms 5'",
    "mystery --seed 3 --duration 0.2 --workers 2 --reveal yes",
    "mystery --seed 4 --duration 0.2 --workers 2",
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

/* Whether the machine lets it run is no matter: what came of it is kept. */
static void test_real(void **state)
{
    struct machine machine;
    struct spec spec;
    struct source *s;

    machine_read(&machine);
    assert_int_equal(spec_parse_line(&spec, *state, NULL), 0);
    if (spec_check(&spec, &machine, NULL) < 0)
        skip();
    s = drive_run(*state);
    check_round(s->trace);
    s->class->close(s);
}

static void test_every_workload(void **state)
{
    bool seen[WORKLOAD_COUNT] = {false};
    struct spec spec;
    struct err err = {0};

    (void)state;
    for (size_t i = 0; i < LINES; i++) {
        if (spec_parse_line(&spec, lines[i], &err) < 0)
            fail_msg("%s: %s", lines[i], err.text);
        seen[spec.workload] = true;
    }
    for (int i = 0; i < WORKLOAD_COUNT; i++)
        if (!seen[i])
            fail_msg("%s is not kept here", spec_workload_words[i]);
}

/* Written and restored a setting is what it was, whatever it was before. */
static void test_restore(void **state)
{
    (void)state;
    for (int from = 0; from < WORKLOAD_COUNT; from++)
        for (int to = 0; to < WORKLOAD_COUNT; to++) {
            struct spec was, is;

            spec_defaults(&was, (enum spec_workload)from);
            spec_defaults(&is, (enum spec_workload)to);
            for (int i = 0; i < spec_setting_count; i++) {
                struct text value = {0};
                struct err err = {0};

                spec_format_setting(&was, &spec_settings[i], &value);
                if (spec_restore(&is, spec_settings[i].name, text_str(&value),
                                 &err) < 0)
                    fail_msg("--%s %s: %s", spec_settings[i].name,
                             text_str(&value), err.text);
                text_fini(&value);
            }
            is.workload = was.workload;
            assert_memory_equal(&was, &is, sizeof(was));
        }
    assert_int_equal(spec_restore(&(struct spec){0}, "nothing", "1", NULL),
                     -ENOENT);
    assert_int_equal(spec_restore(&(struct spec){0}, "model", "magic", NULL),
                     -EINVAL);
}

/* ---- particular -----------------------------------------------------------
 */

static void test_few_spans(void **state)
{
    struct trace *t = fake_trace("primes"), *again;
    uint64_t total = trace_span_total(t);
    int64_t last_gone = 0;

    (void)state;
    again = packed_again(t, 100);
    assert_int_equal(trace_span_total(again), total);
    assert_null(trace_span_at(again, total - 101));
    for (uint64_t n = 0; n < total - 100; n++)
        if (trace_span_at(t, n)->end_ns > last_gone)
            last_gone = trace_span_at(t, n)->end_ns;
    for (uint64_t n = total - 100; n < total; n++)
        assert_memory_equal(trace_span_at(t, n), trace_span_at(again, n),
                            sizeof(struct span));
    assert_int_equal(again->complete_from_ns, last_gone);
    same_workers(t, again);
    assert_int_equal(t->cores[0].own_ns, again->cores[0].own_ns);
    summary_update(again);
    same_metrics(&t->metrics, &again->metrics);
    trace_free(again);

    again = packed_again(t, 0);
    assert_int_equal(trace_span_total(again), total);
    assert_null(trace_span_at(again, total - 1));
    same_workers(t, again);
    trace_free(again);
    trace_free(t);
}

/* Texts are bytes: a path may be anything, a sentence cut in a character. */
static void test_strange_text(void **state)
{
    static const char *const texts[] = {
        "",
        "plain",
        "\xff\xfe\x80",
        "caf\xc3",
        "caf\xc3\xa9 \xe2\x82",
        "\xf4\x8f\xba\x80 \xf4\x8f\xbb\xbf",
        "\xed\xa0\x80",
        "\xc0\x80",
        "\"quoted\" \\ \t\n\x01",
    };
    struct trace *t = fake_trace("sleep"), *again;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        snprintf(t->error, sizeof(t->error), "%s", texts[i]);
        snprintf(t->spec.command, sizeof(t->spec.command), "%s", texts[i]);
        snprintf(t->machine.kernel, sizeof(t->machine.kernel), "%s", texts[i]);
        again = packed_again(t, PACK_SPANS);
        assert_string_equal(again->error, t->error);
        assert_string_equal(again->spec.command, t->spec.command);
        assert_string_equal(again->machine.kernel, t->machine.kernel);
        trace_free(again);
    }
    memset(t->error, '\xff', sizeof(t->error) - 1);
    t->error[sizeof(t->error) - 1] = '\0';
    again = packed_again(t, PACK_SPANS);
    assert_string_equal(again->error, t->error);
    trace_free(again);
    trace_free(t);
}

/* Odd but possible: numbers beyond what is usual. */
static void test_strange_numbers(void **state)
{
    static const double values[] = {
        0,      -0.0, 1,       -1,   0x1p53,           -0x1p53, 0x1p60, 1e300,
        5e-324, 0.1,  1.0 / 3, 1e-9, 123456.789012345, 2.5e-10, -3.75,  1e9 / 7,
    };
    struct trace *t = fake_trace("race"), *again;

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        metric_set(&t->workers[0].metrics, (enum metric)i, values[i]);
        metric_set(&t->metrics, (enum metric)i, values[i]);
        metric_set(&t->phases[2].metrics, (enum metric)i, values[i]);
    }
    metric_set(&t->workers[1].metrics, METRIC_WALL_S, NAN);
    t->workers[0].ops = INT64_MAX;
    t->workers[1].traced_voluntary = INT64_MIN;
    t->workers[1].born_ns = t->gate_ns - 5;
    t->workers[0].born_ns = t->gate_ns;
    t->samples[3].migrations = -1;
    t->samples[4].cpu_ns = INT64_MAX;
    again = packed_again(t, PACK_SPANS);
    assert_false(again->workers[1].metrics.has[METRIC_WALL_S]);
    t->workers[1].metrics.has[METRIC_WALL_S] = false;
    same_workers(t, again);
    same_rows(t, again);
    same_metrics(&t->metrics, &again->metrics);
    trace_free(again);
    trace_free(t);
}

/* "123456789" is the check word of the CRC catalogue. */
static void test_sum(void **state)
{
    (void)state;
    assert_int_equal(pack_crc32(0, "123456789", 9), 0xcbf43926u);
    assert_int_equal(pack_crc32(pack_crc32(0, "1234", 4), "56789", 5),
                     0xcbf43926u);
    assert_int_equal(pack_crc32(0, "", 0), 0);
}

/* ---- damage -------------------------------------------------------------- */

static void refused(const uint8_t *data, size_t len)
{
    struct trace *t = NULL;
    struct err err = {0};
    uint8_t *exact = malloc(len + 1); /* so that a byte too far is noticed */
    int rc;

    assert_non_null(exact);
    memcpy(exact, data, len);
    exact = realloc(exact, len ? len : 1);
    rc = pack_open(exact, len, &t, &err);
    free(exact);
    assert_true(rc == -EBADMSG || rc == -ENOTSUP);
    assert_null(t);
    assert_true(err.text[0] != '\0');
}

static void test_damage(void **state)
{
    static const char *const names[] = {"primes", "race", "sleep", "gaps"};
    uint64_t seed = 4711;

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct trace *t = fake_trace(names[k]);
        struct pack p;

        assert_int_equal(pack_trace(t, PACK_SPANS, &p, NULL), 0);
        for (int i = 0; i < 250; i++)
            refused(p.data, random_below(&seed, (uint32_t)p.len));
        for (int i = 0; i < 250; i++) {
            size_t at = random_below(&seed, (uint32_t)p.len);
            uint8_t bit = (uint8_t)(1u << random_below(&seed, 8));

            p.data[at] ^= bit;
            refused(p.data, p.len);
            p.data[at] ^= bit;
        }
        pack_fini(&p);
        trace_free(t);
    }
    refused((const uint8_t *)"", 0);
    refused((const uint8_t *)"TSPACK\1\n\0\0\0\0\0\0\0\0", 16);
}

/* Changed by somebody who then made the sum right: what can be opened can be
 * drawn, what cannot is refused. */
static void test_forged(void **state)
{
    static const char *const names[] = {"race", "sleep", "gaps"};
    uint64_t seed = 17;
    int opened = 0;

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct trace *t = fake_trace(names[k]);
        struct pack p;

        assert_int_equal(pack_trace(t, 300, &p, NULL), 0);
        for (int i = 0; i < 200; i++) {
            size_t at = random_below(&seed, (uint32_t)p.len - 4);
            uint8_t was = p.data[at], bit = (uint8_t)(1u << i % 8);
            struct trace *again = NULL;
            uint32_t sum;
            int rc;

            p.data[at] ^= bit;
            sum = pack_crc32(0, p.data, p.len - 4);
            for (int b = 0; b < 4; b++)
                p.data[p.len - 4 + (size_t)b] = (uint8_t)(sum >> 8 * b);
            rc = pack_open(p.data, p.len, &again, NULL);
            assert_true(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP);
            opened += rc == 0;
            trace_free(again);
            p.data[at] = was;
        }
        pack_fini(&p);
        trace_free(t);
    }
    assert_true(opened > 0);
}

/* A later version says so by its number, with a sum that is right. */
static void test_later(void **state)
{
    struct trace *t = fake_trace("sleep"), *again = NULL;
    struct err err = {0};
    struct pack p;
    uint32_t sum;

    (void)state;
    assert_int_equal(pack_trace(t, PACK_SPANS, &p, NULL), 0);
    p.data[6] = 9;
    sum = pack_crc32(0, p.data, p.len - 4);
    for (int b = 0; b < 4; b++)
        p.data[p.len - 4 + (size_t)b] = (uint8_t)(sum >> 8 * b);
    assert_int_equal(pack_open(p.data, p.len, &again, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "later version"));
    pack_fini(&p);
    trace_free(t);
}

/* ---- size ---------------------------------------------------------------- */

/* Most of a run are spans: a few bytes each. */
static void test_small(void **state)
{
    static const char *const names[] = {"primes", "race", "gil"};
    struct pack all, none;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct trace *t = fake_trace(names[i]);

        assert_int_equal(pack_trace(t, PACK_SPANS, &all, NULL), 0);
        assert_int_equal(pack_trace(t, 0, &none, NULL), 0);
        assert_true(all.len - none.len < trace_span_total(t) * 8);
        pack_fini(&all);
        pack_fini(&none);
        trace_free(t);
    }
}

int main(void)
{
    static const char *const fakes[] = {"primes", "race", "sleep",   "gil",
                                        "crowd",  "gaps", "sampled", "start"};
    struct CMUnitTest tests[LINES + 24] = {
        {"every workload is kept here", test_every_workload, NULL, NULL, NULL},
        {"settings are restored", test_restore, NULL, NULL, NULL},
        {"few spans", test_few_spans, NULL, NULL, NULL},
        {"strange text", test_strange_text, NULL, NULL, NULL},
        {"strange numbers", test_strange_numbers, NULL, NULL, NULL},
        {"sum", test_sum, NULL, NULL, NULL},
        {"damage", test_damage, NULL, NULL, NULL},
        {"forged", test_forged, NULL, NULL, NULL},
        {"later version", test_later, NULL, NULL, NULL},
        {"small", test_small, NULL, NULL, NULL},
    };
    size_t count = 10;

    for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++)
        tests[count++] = (struct CMUnitTest)CASE(fakes[i], test_fake);
    for (size_t i = 0; i < LINES; i++)
        tests[count++] = (struct CMUnitTest)CASE(lines[i], test_real);
    return _cmocka_run_group_tests("pack", tests, count, place_make,
                                   place_remove);
}
