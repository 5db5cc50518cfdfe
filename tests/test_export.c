/* Exports of made-up traces: the run record, CSV, Chrome's trace events and
 * the report. JSON is read back with jansson, the trace events' slices are
 * held against the spans they came from, and what people read is compared
 * with tests/golden/. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "export/export.h"
#include "export/names.h"
#include "lib/fake_trace.h"
#include "lib/golden.h"
#include "stats/summary.h"

static const char *const traces[] = {"primes", "race", "sleep",   "gil",
                                     "crowd",  "gaps", "sampled", "start"};
#define TRACES (sizeof(traces) / sizeof(traces[0]))

typedef int export_stream(const struct trace *t, FILE *out, struct err *err);

/* What @write gives, as a string that the caller frees. */
static char *written(export_stream *write, const struct trace *t)
{
    struct err err = {0};
    char *data = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&data, &len);

    assert_non_null(f);
    if (write(t, f, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(strlen(data), len);
    return data;
}

static json_t *parsed(const char *data)
{
    json_error_t error;
    json_t *o = json_loads(data, JSON_REJECT_DUPLICATES, &error);

    if (!o)
        fail_msg("line %d: %s", error.line, error.text);
    return o;
}

static json_t *read_back(export_stream *write, const struct trace *t)
{
    char *data = written(write, t);
    json_t *o = parsed(data);

    free(data);
    return o;
}

/* ---- the run record ----------------------------------------------------- */

static void test_json_order(void **state)
{
    static const char *const keys[] = {
        "schema", "experiment", "settings", "machine", "observer", "metrics",
        "phases", "workers",    "verdict",  "error",   "badge",    "result"};
    struct trace *t = fake_trace("primes");
    json_t *o = read_back(export_json, t);
    size_t i = 0;

    (void)state;
    for (void *at = json_object_iter(o); at; at = json_object_iter_next(o, at))
        assert_string_equal(json_object_iter_key(at), keys[i++]);
    assert_int_equal(i, sizeof(keys) / sizeof(keys[0]));
    assert_string_equal(json_string_value(json_object_get(o, "result")),
                        "9592 primes up to 100000 in each task");
    json_decref(o);
    trace_free(t);
}

/* Present with the right type exactly where it was measured. */
static void check_metrics(const json_t *o, const struct metrics *m)
{
    size_t present = 0;

    assert_true(json_is_object(o));
    for (int i = 0; i < METRIC_COUNT; i++) {
        const json_t *x = json_object_get(o, metric_infos[i].name);
        enum metric_unit unit = metric_infos[i].unit;
        bool whole = unit == UNIT_COUNT || unit == UNIT_ERRNO;
        assert_int_equal(x != NULL, m->has[i]);
        if (!x)
            continue;
        present++;
        assert_true(whole ? json_is_integer(x) : json_is_real(x));
        assert_true(fabs(json_number_value(x) - m->value[i]) <=
                    1e-9 * (1 + fabs(m->value[i])));
    }
    assert_int_equal(json_object_size(o), present);
}

static void test_json_metrics(void **state)
{
    (void)state;
    for (size_t k = 0; k < TRACES; k++) {
        struct trace *t = fake_trace(traces[k]);
        json_t *o = read_back(export_json, t);
        json_t *phases = json_object_get(o, "phases");
        json_t *workers = json_object_get(o, "workers");

        check_metrics(json_object_get(o, "metrics"), &t->metrics);
        assert_int_equal(json_array_size(phases), t->phase_count);
        for (size_t i = 0; i < t->phase_count; i++) {
            json_t *p = json_array_get(phases, i);
            check_metrics(json_object_get(p, "metrics"), &t->phases[i].metrics);
            assert_int_equal(json_object_get(p, "end_s") != NULL,
                             t->phases[i].end_ns != 0);
        }
        assert_int_equal(json_array_size(workers), t->worker_count);
        for (int i = 0; i < t->worker_count; i++) {
            json_t *w = json_array_get(workers, (size_t)i);
            check_metrics(json_object_get(w, "metrics"),
                          &t->workers[i].metrics);
            assert_int_equal(json_integer_value(json_object_get(w, "tid")),
                             t->workers[i].tid);
        }
        json_decref(o);
        trace_free(t);
    }
}

/* The record's line gives the same experiment again, and its settings are
 * those that mean something, as they would be typed. */
static void test_json_reruns(void **state)
{
    (void)state;
    for (size_t k = 0; k < TRACES; k++) {
        struct trace *t = fake_trace(traces[k]);
        json_t *o = read_back(export_json, t);
        json_t *settings = json_object_get(o, "settings");
        const char *line = json_string_value(json_object_get(o, "experiment"));
        struct text again = {0};
        struct spec spec;
        struct err err;

        assert_int_equal(spec_parse_line(&spec, line, &err), 0);
        spec_format(&spec, &again);
        assert_string_equal(text_str(&again), line);
        text_fini(&again);
        for (int i = 0; i < spec_setting_count; i++) {
            const struct setting *s = &spec_settings[i];
            const json_t *x = json_object_get(settings, s->name);
            struct text words = {0};
            char typed[64];
            assert_non_null(x);
            if (!spec_setting_applies(&t->spec, s))
                continue; /* counter's tasks are "endless": not for typing */
            if (json_is_string(x))
                snprintf(typed, sizeof(typed), "%s", json_string_value(x));
            else
                snprintf(typed, sizeof(typed), "%.12g", json_number_value(x));
            /* What is typed back is shown as what was there. */
            struct spec set = t->spec;
            if (spec_set(&set, s->name, typed, &err) != 0)
                fail_msg("--%s %s: %s", s->name, typed, err.text);
            struct text want = {0};
            spec_format_setting(&t->spec, s, &want);
            spec_format_setting(&set, s, &words);
            assert_string_equal(text_str(&words), text_str(&want));
            text_fini(&want);
            text_fini(&words);
        }
        assert_string_equal(
            json_string_value(json_object_get(settings, "workload")),
            spec_workload_words[t->spec.workload]);
        assert_int_equal(json_object_size(settings), spec_setting_count + 1);
        json_decref(o);
        trace_free(t);
    }
}

static void test_json_strange_text(void **state)
{
    struct trace *t = fake_trace("start");

    (void)state;
    t->verdict = VERDICT_FAILED;
    snprintf(t->error, sizeof(t->error), "a \"b\\\" \x01\n \xff \xc3\xa9");
    snprintf(t->observer.reason, sizeof(t->observer.reason), "\xf0\x9f");
    json_t *o = read_back(export_json, t);
    assert_string_equal(json_string_value(json_object_get(o, "error")),
                        "a \"b\\\" \x01\n \xef\xbf\xbd \xc3\xa9");
    assert_string_equal(json_string_value(json_object_get(o, "verdict")),
                        "failed");
    json_decref(o);
    trace_free(t);
}

static void test_json_unmeasured(void **state)
{
    struct trace *t = fake_trace("start");

    (void)state;
    t->observer.price_ns = -1;
    t->machine.tick_hz = 0;
    metric_set(&t->metrics, METRIC_PARALLELISM, (double)NAN);
    json_t *o = read_back(export_json, t);
    json_t *observer = json_object_get(o, "observer");
    assert_null(json_object_get(observer, "price_ns"));
    assert_null(json_object_get(observer, "dropped_spans"));
    assert_null(json_object_get(json_object_get(o, "machine"), "tick_hz"));
    assert_null(json_object_get(json_object_get(o, "metrics"), "parallelism"));
    assert_true(json_is_null(json_object_get(o, "verdict")));
    assert_true(json_is_null(json_object_get(o, "error")));
    assert_null(json_object_get(o, "result"));
    json_decref(o);
    trace_free(t);
}

/* ---- CSV ---------------------------------------------------------------- */

static int csv_with_header(const struct trace *t, FILE *out, struct err *err)
{
    return export_csv(t, true, out, err);
}

static int csv_line(const struct trace *t, FILE *out, struct err *err)
{
    return export_csv(t, false, out, err);
}

/* The next field of RFC 4180 text, unquoted into @field; @at moves past it
 * and its comma. */
static const char *csv_next(const char **at, char field[256])
{
    const char *from = *at;
    bool quoted = *from == '"';
    size_t len = 0;

    from += quoted;
    while (quoted ? from[0] != '"' || from[1] == '"'
                  : *from != ',' && *from != '\n') {
        assert_true(*from != '\0' && len < 255);
        from += quoted && *from == '"'; /* two stand for one */
        field[len++] = *from++;
    }
    field[len] = '\0';
    from += quoted;
    *at = from + (*from == ',');
    return field;
}

static void test_csv_fields(void **state)
{
    struct trace *t = fake_new("primes --model threads --workers 2 --cpus 0,1");

    (void)state;
    t->verdict = VERDICT_OK;
    fake_finish(t, 20 * NS_PER_MS, true);
    char *data = written(csv_with_header, t), field[256];
    const char *at = data;
    assert_string_equal(csv_next(&at, field), "experiment");
    for (int i = 0; i < METRIC_COUNT; i++)
        assert_string_equal(csv_next(&at, field), metric_infos[i].name);
    assert_string_equal(csv_next(&at, field), "verdict");
    assert_int_equal(*at++, '\n');

    struct text experiment = {0};
    spec_format(&t->spec, &experiment);
    assert_non_null(strchr(text_str(&experiment), ','));
    assert_string_equal(csv_next(&at, field), text_str(&experiment));
    for (int i = 0; i < METRIC_COUNT; i++) {
        csv_next(&at, field);
        assert_int_equal(*field != '\0', t->metrics.has[i]);
        if (*field)
            assert_true(fabs(strtod(field, NULL) - t->metrics.value[i]) <=
                        1e-9 * (1 + fabs(t->metrics.value[i])));
    }
    assert_string_equal(csv_next(&at, field), "ok");
    assert_string_equal(at, "\n");
    free(data);
    text_fini(&experiment);
    trace_free(t);
}

static void test_csv_golden(void **state)
{
    struct text all = {0};

    (void)state;
    for (size_t k = 0; k < TRACES; k++) {
        struct trace *t = fake_trace(traces[k]);
        char *data = written(k ? csv_line : csv_with_header, t);
        text_add(&all, data);
        free(data);
        trace_free(t);
    }
    golden_check("export.csv", text_str(&all));
    text_fini(&all);
}

/* ---- Chrome trace events ------------------------------------------------ */

struct slice {
    int pid, tid;
    int64_t start_ns, end_ns;
    const char *name;
};

struct slices {
    struct slice *all;
    size_t count;
};

static int64_t nanoseconds(const json_t *event, const char *key)
{
    const json_t *us = json_object_get(event, key);

    assert_true(json_is_real(us));
    return (int64_t)(json_real_value(us) * 1000 +
                     (json_real_value(us) < 0 ? -0.5 : 0.5));
}

static int whole(const json_t *event, const char *key)
{
    const json_t *n = json_object_get(event, key);

    assert_true(json_is_integer(n));
    return (int)json_integer_value(n);
}

static int slice_order(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;

    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    if (x->start_ns != y->start_ns)
        return x->start_ns < y->start_ns ? -1 : 1;
    return (x->end_ns > y->end_ns) - (x->end_ns < y->end_ns);
}

/* All X events in order of track and time, names borrowed from @o. */
static struct slices slices_of(const json_t *o)
{
    json_t *events = json_object_get(o, "traceEvents"), *event;
    struct slices s = {calloc(json_array_size(events) + 1, sizeof(*s.all)), 0};
    size_t i;

    assert_non_null(s.all);
    json_array_foreach(events, i, event)
    {
        const char *kind = json_string_value(json_object_get(event, "ph"));
        assert_non_null(kind);
        if (strcmp(kind, "X") != 0)
            continue;
        int64_t start_ns = nanoseconds(event, "ts");
        s.all[s.count++] =
            (struct slice){whole(event, "pid"), whole(event, "tid"), start_ns,
                           start_ns + nanoseconds(event, "dur"),
                           json_string_value(json_object_get(event, "name"))};
    }
    qsort(s.all, s.count, sizeof(*s.all), slice_order);
    return s;
}

/* The name that a track was given, or NULL. */
static const char *track_name(const json_t *o, const char *what, int pid,
                              int tid)
{
    json_t *event;
    size_t i;

    json_array_foreach(json_object_get(o, "traceEvents"), i, event)
    {
        const json_t *name = json_object_get(event, "name");
        if (strcmp(json_string_value(name), what) != 0 ||
            whole(event, "pid") != pid || (tid && whole(event, "tid") != tid))
            continue;
        return json_string_value(
            json_object_get(json_object_get(event, "args"), "name"));
    }
    return NULL;
}

static int64_t sum_of(const struct slices *s, int pid, const char *name)
{
    int64_t sum = 0;

    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].pid == pid && (!name || !strcmp(s->all[i].name, name)))
            sum += s->all[i].end_ns - s->all[i].start_ns;
    return sum;
}

static int count_of(const struct slices *s, int pid)
{
    int n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += s->all[i].pid == pid;
    return n;
}

/* What must hold for any trace: named tracks, unique thread numbers, times
 * within the run, and nothing that overlaps on one track. */
static void check_tracks(const json_t *o, const struct slices *s,
                         const struct trace *t)
{
    int64_t end_ns = (t->end_ns ? t->end_ns : t->now_ns) - t->gate_ns;

    for (size_t i = 0; i < s->count; i++) {
        const struct slice *x = &s->all[i];
        assert_true(x->start_ns >= 0);
        assert_true(x->end_ns >= x->start_ns);
        assert_true(x->end_ns <= end_ns);
        assert_int_not_equal(x->tid, 0);
        if (i == 0 || s->all[i - 1].tid != x->tid) {
            assert_non_null(track_name(o, "process_name", x->pid, 0));
            assert_non_null(track_name(o, "thread_name", x->pid, x->tid));
            continue;
        }
        assert_int_equal(s->all[i - 1].pid, x->pid);
        assert_true(s->all[i - 1].end_ns <= x->start_ns);
    }
}

struct totals {
    int64_t running_ns, all_ns;
};

static void add_span(const struct span *s, void *arg)
{
    struct totals *sum = arg;

    sum->all_ns += s->end_ns - s->start_ns;
    if (s->state == SPAN_RUNNING || s->state == SPAN_SPINNING)
        sum->running_ns += s->end_ns - s->start_ns;
}

static void test_chrome_tracks(void **state)
{
    (void)state;
    for (size_t k = 0; k < TRACES; k++) {
        struct trace *t = fake_trace(traces[k]);
        json_t *o = read_back(export_chrome, t);
        struct slices s = slices_of(o);
        struct totals want = {0};
        struct span open;
        int tasks = 0;

        check_tracks(o, &s, t);
        trace_each_span(t, t->gate_ns, INT64_MAX, add_span, &want);
        for (int i = 0; i < t->worker_count; i++)
            if (trace_open_span(t, i, t->now_ns, &open))
                add_span(&open, &want);
        for (size_t i = 0; i < t->event_count; i++)
            tasks += t->events[i].kind == EVENT_TASK;
        assert_int_equal(sum_of(&s, 1, NULL), want.running_ns);
        assert_int_equal(sum_of(&s, 2, NULL), want.all_ns);
        assert_int_equal(sum_of(&s, 2, "running"), want.running_ns);
        assert_int_equal(count_of(&s, 3), tasks);
        free(s.all);
        json_decref(o);
        trace_free(t);
    }
}

static void test_chrome_names(void **state)
{
    struct trace *t = fake_trace("primes");
    json_t *o = read_back(export_chrome, t);

    (void)state;
    assert_string_equal(track_name(o, "process_name", 1, 0), "cores");
    assert_string_equal(track_name(o, "process_name", 2, 0), "workers");
    assert_string_equal(track_name(o, "process_name", 3, 0), "tasks");
    assert_string_equal(track_name(o, "thread_name", 1, 1001), "cpu1");
    assert_string_equal(track_name(o, "thread_name", 2, 100003),
                        "worker D (thread 5004)");
    json_decref(o);
    trace_free(t);
}

/* Clocks of two workers differ by microseconds, one began before the gate,
 * and spans arrive worker by worker. */
static void test_chrome_clips(void **state)
{
    struct trace *t = fake_new("primes --model processes --workers 3");

    (void)state;
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, -500, 1000);
    fake_span(t, 0, SPAN_RUNNING, 0, WAIT_NONE, 3000, 5000);
    fake_span(t, 1, SPAN_RUNNING, 0, WAIT_NONE, 900, 3100);
    fake_span(t, 1, SPAN_RUNNING, 0, WAIT_NONE, 3200, 4000); /* within A's */
    fake_span(t, 1, SPAN_SPINNING, 0, WAIT_SPIN, 4990, 6000);
    fake_span(t, 2, SPAN_RUNNING, 1, WAIT_NONE, -900, -100);
    fake_finish(t, 6000, true);
    json_t *o = read_back(export_chrome, t);
    struct slices s = slices_of(o);
    check_tracks(o, &s, t);
    assert_int_equal(sum_of(&s, 1, "worker A"), 1000 + 1900);
    assert_int_equal(sum_of(&s, 1, "worker B"), 2100 + 1000);
    assert_int_equal(sum_of(&s, 1, "worker C"), 0);
    assert_int_equal(sum_of(&s, 2, "running"), 1000 + 2000 + 2200 + 800);
    assert_int_equal(sum_of(&s, 2, "spins for a lock"), 1010);
    assert_string_equal(track_name(o, "thread_name", 2, 100001),
                        "worker B (process 5002)");
    free(s.all);
    json_decref(o);
    trace_free(t);
}

/* Events of @kind with @name; the last one's "value" or other argument. */
static int events_named(const json_t *o, const char *kind, const char *name,
                        const char *argument, double *last)
{
    json_t *event;
    size_t i;
    int n = 0;

    json_array_foreach(json_object_get(o, "traceEvents"), i, event)
    {
        if (strcmp(json_string_value(json_object_get(event, "ph")), kind) !=
                0 ||
            strcmp(json_string_value(json_object_get(event, "name")), name) !=
                0)
            continue;
        *last = json_number_value(
            json_object_get(json_object_get(event, "args"), argument));
        n++;
    }
    return n;
}

static void test_chrome_marks(void **state)
{
    struct trace *t = fake_trace("gaps");
    json_t *o = read_back(export_chrome, t);
    struct slices s = slices_of(o);
    double value = 0;

    (void)state;
    assert_int_equal(events_named(o, "i", "records lost", "records", &value),
                     1);
    assert_int_equal(value, 1234);
    assert_int_equal(sum_of(&s, 4, "not recording"), 200 * NS_PER_MS);
    assert_int_equal(sum_of(&s, 4, "run"), NS_PER_S);
    free(s.all);
    json_decref(o);
    trace_free(t);
}

static void test_chrome_counters(void **state)
{
    struct trace *t = fake_trace("race");
    json_t *o = read_back(export_chrome, t);
    struct slices s = slices_of(o);
    double value = -1;
    int closed = 0;

    (void)state;
    for (size_t i = 0; i < t->phase_count; i++)
        closed += t->phases[i].metrics.has[METRIC_LOST];
    assert_int_equal(
        events_named(o, "C", "lost updates in this phase", "value", &value),
        closed + 1);
    assert_int_equal(value, 0);
    assert_int_equal(
        events_named(o, "C", "operations per second", "value", &value),
        (int)t->sample_count);
    assert_int_equal(events_named(o, "C", "cores busy", "value", &value),
                     (int)t->sample_count);
    assert_int_equal(events_named(o, "C", "tasks done", "value", &value), 0);
    assert_int_equal(sum_of(&s, 4, "none"), 1500 * NS_PER_MS);
    assert_int_equal(sum_of(&s, 4, "mutex"), 1300 * NS_PER_MS);
    free(s.all);
    json_decref(o);
    trace_free(t);
}

static void test_chrome_strange_text(void **state)
{
    struct trace *t = fake_trace("start");

    (void)state;
    snprintf(t->machine.kernel, sizeof(t->machine.kernel),
             "6 \"x\\y\" \t\x01 \xff \xe2\x96\x88");
    json_t *o = read_back(export_chrome, t);
    json_t *other = json_object_get(o, "otherData");
    assert_string_equal(json_string_value(json_object_get(other, "kernel")),
                        "6 \"x\\y\" \t\x01 \xef\xbf\xbd \xe2\x96\x88");
    json_decref(o);
    trace_free(t);
}

/* It never began: a file without slices, but one that opens. */
static void test_chrome_never_began(void **state)
{
    struct trace *t = fake_trace("start");

    (void)state;
    t->gate_ns = 0;
    json_t *o = read_back(export_chrome, t);
    struct slices s = slices_of(o);
    assert_int_equal(s.count, 0);
    free(s.all);
    json_decref(o);
    trace_free(t);
}

static void test_chrome_golden(void **state)
{
    struct trace *t = fake_new("counter --model threads --workers 2");

    (void)state;
    fake_forced(t, 0, 0, 0, 1500);
    fake_span(t, 1, SPAN_READY, -1, WAIT_NONE, 0, 1500);
    fake_span(t, 1, SPAN_RUNNING, 0, WAIT_NONE, 1500, 4321);
    fake_span(t, 0, SPAN_READY, -1, WAIT_NONE, 1500, 2000);
    fake_span(t, 0, SPAN_SPINNING, 1, WAIT_SPIN, 2000, 3000);
    fake_span(t, 0, SPAN_BLOCKED, -1, WAIT_LOCK, 3000, 4321);
    struct trace_phase *p = trace_add_phase(t);
    p->workers = 2;
    p->start_ns = t->gate_ns;
    p->end_ns = t->gate_ns + 4321;
    metric_set(&p->metrics, METRIC_EXPECTED, 10);
    metric_set(&p->metrics, METRIC_ACTUAL, 7);
    fake_finish(t, 4321, true);
    char *data = written(export_chrome, t);
    golden_check("export_chrome.json", data);
    free(data);
    trace_free(t);
}

/* ---- a full disk -------------------------------------------------------- */

static void test_full_disk(void **state)
{
    static export_stream *const exports[] = {export_json, csv_with_header,
                                             export_chrome};
    struct trace *t = fake_trace("primes");

    (void)state;
    for (size_t i = 0; i < sizeof(exports) / sizeof(exports[0]); i++) {
        struct err err = {0};
        FILE *full = fopen("/dev/full", "w");
        if (!full)
            skip();
        assert_int_equal(exports[i](t, full, &err), -ENOSPC);
        assert_int_equal(err.code, -ENOSPC);
        assert_non_null(strstr(err.text, "full"));
        fclose(full);
    }
    trace_free(t);
}

static void test_read_only_stream(void **state)
{
    struct trace *t = fake_trace("start");
    struct err err = {0};
    FILE *f = fopen("/dev/null", "r");

    (void)state;
    assert_non_null(f);
    assert_true(export_chrome(t, f, &err) < 0);
    assert_true(err.text[0] != '\0');
    fclose(f);
    trace_free(t);
}

/* ---- the report --------------------------------------------------------- */

static void report(struct text *out, const char *name,
                   const struct report_options *o)
{
    struct trace *t = fake_trace(name);

    assert_int_equal(export_report(t, o, out), 0);
    trace_free(t);
}

static void test_report_golden(void **state)
{
    static const struct {
        const char *trace, *golden;
        struct report_options options;
    } cases[] = {
        {"primes", "export_report_primes.txt", {.columns = 0}},
        {"race", "export_report_race.txt", {.columns = 80}},
        {"sleep", "export_report_sleep.txt", {.columns = 100}},
        {"gil", "export_report_gil.txt", {.columns = 80}},
        {"crowd", "export_report_crowd.txt", {.columns = 80}},
        {"gaps", "export_report_gaps.txt", {.columns = 80}},
        {"sampled", "export_report_sampled.txt", {.columns = 80}},
        {"start", "export_report_start.txt", {.columns = 80}},
        {"race", "export_report_ascii.txt", {.columns = 60, .ascii = true}},
        {"gil", "export_report_brief.txt", {.columns = 80, .brief = true}},
        {"gaps", "export_report_colour.txt", {.columns = 80, .colour = true}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text out = {0};
        report(&out, cases[i].trace, &cases[i].options);
        golden_check(cases[i].golden, text_str(&out));
        text_fini(&out);
    }
}

/* @s without "ESC [ ... m". */
static void strip_colours(char *s)
{
    char *to = s;

    while (*s) {
        if (*s == '\033') {
            s = strchr(s, 'm');
            assert_non_null(s);
            s++;
            continue;
        }
        *to++ = *s++;
    }
    *to = '\0';
}

/* At any width: no longer lines, no blanks at their ends, ASCII when asked
 * for, and the same text with and without colours. */
static void test_report_any_width(void **state)
{
    (void)state;
    for (size_t k = 0; k < TRACES; k++)
        for (int columns = 56; columns <= 216; columns += 16) {
            struct report_options o = {.columns = columns};
            struct text plain = {0}, colour = {0}, ascii = {0};
            report(&plain, traces[k], &o);
            o.colour = true;
            report(&colour, traces[k], &o);
            strip_colours(colour.data);
            assert_string_equal(colour.data, plain.data);
            o = (struct report_options){.columns = columns, .ascii = true};
            report(&ascii, traces[k], &o);
            for (const char *c = ascii.data; *c; c++)
                assert_true((*c >= ' ' && *c < 0x7f) || *c == '\n');
            for (char *line = strtok(plain.data, "\n"); line;
                 line = strtok(NULL, "\n")) {
                assert_true(text_columns(line) <= columns);
                assert_int_not_equal(line[strlen(line) - 1], ' ');
            }
            text_fini(&plain);
            text_fini(&colour);
            text_fini(&ascii);
        }
}

/* The kernel's refusal, the reason and what would help are all said. */
static void test_report_refused(void **state)
{
    struct trace *t = fake_trace("primes");
    struct text out = {0};

    (void)state;
    metric_set(&t->metrics, METRIC_REFUSED_AT, 3);
    metric_set(&t->metrics, METRIC_REFUSED_ERRNO, EAGAIN);
    t->workers[3].life = LIFE_REFUSED;
    t->observer.dropped_spans = 5000;
    t->complete_from_ns = t->gate_ns + NS_PER_MS;
    assert_int_equal(
        export_report(t, &(struct report_options){.columns = 80}, &out), 0);
    assert_non_null(strstr(out.data, strerror(EAGAIN)));
    assert_non_null(strstr(out.data, "the system would not create it"));
    assert_non_null(strstr(out.data, "5,000 stretches"));
    text_fini(&out);
    trace_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_order),
        cmocka_unit_test(test_json_metrics),
        cmocka_unit_test(test_json_reruns),
        cmocka_unit_test(test_json_strange_text),
        cmocka_unit_test(test_json_unmeasured),
        cmocka_unit_test(test_csv_fields),
        cmocka_unit_test(test_csv_golden),
        cmocka_unit_test(test_chrome_tracks),
        cmocka_unit_test(test_chrome_names),
        cmocka_unit_test(test_chrome_clips),
        cmocka_unit_test(test_chrome_marks),
        cmocka_unit_test(test_chrome_counters),
        cmocka_unit_test(test_chrome_strange_text),
        cmocka_unit_test(test_chrome_never_began),
        cmocka_unit_test(test_chrome_golden),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_read_only_stream),
        cmocka_unit_test(test_report_golden),
        cmocka_unit_test(test_report_any_width),
        cmocka_unit_test(test_report_refused),
    };

    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
