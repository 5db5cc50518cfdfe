/* The queue, live: enough sentinels, too few, too many; every item is passed on
 * once; who is stuck is known by name. Never how long anything takes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rows.h"
#include <jansson.h>

#include "base/clock.h"
#include "export/export.h"
#include "frame/frame.h"
#include "lib/drive.h"
#include "lib/fake_trace.h"
#include "view/scene.h"

static double value(const struct source *s, enum metric which)
{
    if (!s->trace->metrics.has[which])
        fail_msg("%s was not measured", metric_infos[which].name);
    return s->trace->metrics.value[which];
}

static const struct queue_case {
    const char *line;
    enum verdict verdict;
    int stuck;
    double leftovers;
    const char *told; /* of the error, or NULL */
} cases[] = {
    {"queue", VERDICT_OK, 0, 0, NULL},
    {"queue --model processes", VERDICT_OK, 0, 0, NULL},
    {"queue --model gil", VERDICT_OK, 0, 0, NULL},
    {"queue --workers 2", VERDICT_OK, 0, 0, NULL},
    {"queue --workers 7 --producers 4 --capacity 1 --tasks 300", VERDICT_OK, 0,
     0, NULL},
    {"queue --workers 7 --producers 4 --capacity 1 --tasks 300 --model "
     "processes",
     VERDICT_OK, 0, 0, NULL},
    {"queue --capacity 1000 --tasks 50", VERDICT_OK, 0, 0, NULL},
    {"queue --tasks 1 --workers 4", VERDICT_OK, 0, 0, NULL},
    {"queue --tasks 40 --task-ms 0.5 --workers 3", VERDICT_OK, 0, 0, NULL},
    {"queue --sentinels 3", VERDICT_OK, 0, 0, NULL},
    /* One too few: exactly one waits for ever. */
    {"queue --sentinels 2", VERDICT_DEADLOCK, 1, 0,
     "for an item, which only producers bring; nobody is left"},
    {"queue --sentinels 2 --model processes", VERDICT_DEADLOCK, 1, 0,
     "stuck for ever: consumer "},
    {"queue --sentinels 1 --tasks 30 --task-ms 1", VERDICT_DEADLOCK, 2, 0,
     "waits for that, too"},
    {"queue --sentinels 0 --model gil", VERDICT_DEADLOCK, 3, 0, NULL},
    {"queue --sentinels 1 --workers 9 --producers 3 --model processes",
     VERDICT_DEADLOCK, 5, 0, NULL},
    {"queue --sentinels 1 --observer off", VERDICT_DEADLOCK, 2, 0, NULL},
    /* Too many stay; more than there is room for hold up the producer. */
    {"queue --sentinels 4", VERDICT_OK, 0, 1, NULL},
    {"queue --sentinels 11 --model processes", VERDICT_OK, 0, 8, NULL},
    {"queue --sentinels 12", VERDICT_DEADLOCK, 1, 8,
     "waits in futex(room) for room, which only consumers make"},
};

static void queue_passes_on(void **state)
{
    const struct queue_case *c = *state;
    struct source *s = drive_run(c->line);
    const struct trace *t = s->trace;
    const struct scene_queue *q = &t->scene.queue;
    double n = (double)t->spec.tasks;

    if (t->verdict != c->verdict)
        fail_msg("verdict %s: %s", verdict_words[t->verdict], t->error);
    assert_true(value(s, METRIC_STUCK) == c->stuck);
    assert_true(value(s, METRIC_LEFTOVERS) == c->leftovers);
    assert_true(value(s, METRIC_TASKS_DONE) == n);
    assert_true(value(s, METRIC_CHECKSUM) == n * (n + 1) / 2);
    assert_true(value(s, METRIC_ORDER_INVERSIONS) >= 0);
    assert_true(value(s, METRIC_QUEUE_DEPTH_MAX) >= 1);
    assert_true(value(s, METRIC_QUEUE_DEPTH_MAX) <= (double)t->spec.capacity);
    assert_int_equal(t->waitfor.cycle_length, 0);
    if (c->told && !strstr(t->error, c->told))
        fail_msg("told: %s", t->error);
    assert_int_equal(t->scene.kind, SCENE_QUEUE);
    assert_int_equal(q->produced, t->spec.tasks);
    assert_int_equal(q->consumed, t->spec.tasks);
    assert_int_equal(q->depth, (int64_t)c->leftovers);
    for (int i = 0; i < (int)q->depth && i < SCENE_QUEUE_ITEMS; i++)
        assert_int_equal(q->item[i], -1);
    s->class->close(s);
}

/* The record says who waits for what. */
static void record_names_the_stuck(void **state)
{
    struct source *s = drive_run("queue --sentinels 2");
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    const char *role, *in, *what, *of;
    int worker;
    json_t *o;

    (void)state;
    assert_non_null(out);
    assert_int_equal(export_json(s->trace, out, NULL), 0);
    fclose(out);
    o = json_loadb(bytes, size, 0, NULL);
    assert_non_null(o);
    assert_int_equal(json_array_size(json_object_get(o, "waits_for")), 1);
    assert_int_equal(
        json_unpack(json_array_get(json_object_get(o, "waits_for"), 0),
                    "{s:i,s:s,s:[],s:s,s:s,s:s}", "worker", &worker, "role",
                    &role, "holds", "waits_in", &in, "for", &what, "of", &of),
        0);
    assert_in_range(worker, 1, 3);
    assert_string_equal(role, "consumer");
    assert_string_equal(in, "futex(item)");
    assert_string_equal(what, "an item");
    assert_string_equal(of, "producer");
    assert_string_equal(json_string_value(json_object_get(o, "verdict")),
                        "deadlock");
    json_decref(o);
    free(bytes);
    s->class->close(s);
}

static const char *const endless[] = {
    "queue --duration endless",
    "queue --duration endless --model processes --workers 5 --producers 3",
    "queue --duration endless --model gil",
    "queue --duration endless --capacity 1 --task-ms 1",
};

static void stops_in_the_middle(void **state)
{
    struct source *s = drive_open(*state, true);

    while (!s->running && !s->done)
        drive_for(s, NS_PER_MS);
    drive_for(s, 30 * NS_PER_MS);
    s->wanted.workers += 2;
    s->class->apply(s, false);
    drive_for(s, 30 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    if (s->trace->verdict != VERDICT_INTERRUPTED)
        fail_msg("verdict %s: %s", verdict_words[s->trace->verdict],
                 s->trace->error);
    assert_false(s->trace->metrics.has[METRIC_CHECKSUM]);
    s->class->close(s);
}

/* ---- the picture -------------------------------------------------------- */

static const struct picture_case {
    const char *name;
    struct scene_queue queue;
    int rows, columns;
    const char *want[2];
} pictures[] = {
    {"items and a sentinel",
     {.capacity = 5,
      .depth = 4,
      .produced = 103,
      .consumed = 100,
      .sentinels_in = 1,
      .item = {101, 102, 103, -1}},
     6,
     80,
     {"· -1 103 102 101 │→ consumers",
      "4 of 5 places taken · 103 in · 100 out · -1: 1 in, 0 out"}},
    {"empty", {.capacity = 3}, 6, 80, {"· · · │→ consumers", "0 of 3"}},
    {"more than fit",
     {.capacity = 1000000, .depth = 1000000, .produced = 1000000},
     6,
     60,
     {"… 0 0 0", "1,000,000 of 1,000,000 places taken"}},
    {"bytes",
     {.capacity = 65536, .depth = 65536, .produced = 65536, .unit = 1},
     6,
     80,
     {"█ │→ read", "64 KiB of 64 KiB full · 64 KiB in"}},
    {"too small", {.capacity = 3, .depth = 2}, 3, 12, {NULL}},
};

static void picture_shows(void **state)
{
    const struct picture_case *c = *state;
    struct trace *t = fake_new("queue");
    struct frame f = {0};
    struct text text = {0};

    t->scene.kind = SCENE_QUEUE;
    t->scene.queue = c->queue;
    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    scene_draw(&f, frame_box(&f), t);
    frame_to_text(&f, &text);
    for (int i = 0; i < 2 && c->want[i]; i++)
        if (!strstr(text_str(&text), c->want[i]))
            fail_msg("\"%s\" is not in:\n%s", c->want[i], text_str(&text));
    text_fini(&text);
    frame_fini(&f);
    trace_free(t);
}

/* ---- refused beforehand ------------------------------------------------- */

static const struct refused_case {
    const char *line, *told;
} refused[] = {
    {"queue --workers 3 --producers 3", "leaves nobody to consume"},
    {"sync --workers 2 --producers 5", "write --workers 6 or more"},
    {"sync --guard barrier --capacity 3", "--capacity means nothing"},
    {"sync --guard join --producers 1", "--producers means nothing"},
    {"locks --workers 1", "write --workers 2 or more"},
    {"locks --workers 5000", "room for 4096 at its table"},
    {"pipe --workers 1", "at least one child"},
    {"pipe --workers 2000", "room for 1000 workers"},
};

static void is_refused(void **state)
{
    const struct refused_case *c = *state;
    struct machine m;
    struct spec spec;
    struct err err = {0};
    int rc;

    machine_read(&m);
    rc = spec_parse_line(&spec, c->line, &err);
    if (rc == 0)
        rc = spec_check(&spec, &m, &err);
    assert_int_equal(rc, -EINVAL);
    if (!strstr(err.text, c->told))
        fail_msg("told: %s", err.text);
}

#define ADD(table, test)                                                       \
    n = add_rows(tests, n, table, sizeof(table) / sizeof((table)[0]),          \
                 sizeof((table)[0]), test)

int main(void)
{
    struct CMUnitTest tests[64];
    size_t n = 0;

    ADD(cases, queue_passes_on);
    ADD(pictures, picture_shows);
    ADD(refused, is_refused);
    for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++)
        tests[n++] =
            (struct CMUnitTest){.name = endless[i],
                                .test_func = stops_in_the_middle,
                                .initial_state = (void *)(uintptr_t)endless[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(record_names_the_stuck);
    return _cmocka_run_group_tests("queue", tests, n, NULL, NULL);
}
