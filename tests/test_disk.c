/* The live drive: real readers that wait for it, in every model, and it does
 * what the model in virtual time does, answer by answer, however crowded this
 * machine is. And what a person sees of it. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "device/streams.h"
#include "lib/drive.h"
#include "lib/fake_trace.h"
#include "lib/program.h"
#include "stats/summary.h"
#include "view/scene.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static void assert_ended(const struct source *s, enum verdict verdict)
{
    if (s->trace->verdict != verdict)
        fail_msg("ended \"%s\": %s", verdict_words[s->trace->verdict],
                 s->trace->error);
}

/* ---- live is the model -----------------------------------------------------
 */

static const char *const lines[] = {
    "disk --workers 1 --scale 20",
    "disk --workers 4 --scale 50",
    "disk --workers 16 --scale 50",
    "disk --workers 3 --scale 50 --read-ahead off --disk-policy sstf",
    "disk --workers 5 --scale 50 --disk-policy satf",
    "disk --workers 5 --scale 50 --disk-policy cscan --pattern random",
    "disk --workers 6 --scale 50 --read-ahead segments",
    "disk --workers 6 --scale 50 --read-ahead segments --disk-policy look",
    "disk --workers 4 --scale 100 --drive hp97560 --disk-policy deadline",
    "disk --workers 8 --scale 10 --drive ssd",
    "disk --workers 3 --scale 5 --drive ssd --pattern random --bytes 4k",
    "disk --workers 4 --scale 50 --model processes --disk-policy scan",
    "disk --workers 4 --scale 50 --model gil --disk-policy clook",
    "disk --workers 4 --scale 50 --model coop",
    "disk --workers 4 --scale 50 --model blended",
    "disk --model sequential --scale 20 --read-ahead off",
    "disk --workers 4 --scale 1M --read-ahead segments --bytes 1M",
    "disk --workers 2 --scale 50 --seed 7 --bytes 1000",
};

/* As many answers as it gave, in virtual time. */
static struct streams_result model_of(const struct source *s)
{
    const struct spec *spec = &s->trace->spec;
    const struct drive *d = &drives[spec->drive];
    struct streams_setup setup = {
        .drive = d,
        .cache = drive_cache(d, spec->read_ahead),
        .bytes = spec->bytes,
        .pattern = spec->pattern,
        .think_ms = d->think_ms,
        .readers = (int)spec->workers,
        .most = (int)spec->workers,
        .seed = (uint64_t)spec->seed,
    };
    double bytes = drive_metric(s, METRIC_DEVICE_BYTES_PER_S) *
                   drive_metric(s, METRIC_DEVICE_S);
    int64_t sectors = (spec->bytes + d->sector_bytes - 1) / d->sector_bytes;
    struct streams_result r;

    assert_true(streams_run(
        &setup, spec->disk_policy,
        (int64_t)round(bytes / (double)(sectors * d->sector_bytes)), 0, 0, &r));
    return r;
}

static void wait_for_answers(struct source *s, double more)
{
    double before = metric_get(&s->trace->metrics, METRIC_REQUESTS, 0);
    int64_t limit_ns = clock_now_ns() + 30 * NS_PER_S;

    while (!s->done && clock_now_ns() < limit_ns &&
           metric_get(&s->trace->metrics, METRIC_REQUESTS, 0) < before + more)
        drive_for(s, 5 * NS_PER_MS);
    if (s->done || clock_now_ns() >= limit_ns)
        fail_msg("the drive answers no more: %s", s->trace->error);
}

static void live_is_the_model(void **state)
{
    char line[160];
    struct source *s;
    struct streams_result model;
    double rate;

    snprintf(line, sizeof(line), "%s --duration endless", (const char *)*state);
    s = drive_open(line, true);
    wait_for_answers(s, 60);
    s->class->stop(s, VERDICT_OK);
    drive_to_end(s);
    assert_ended(s, VERDICT_OK);
    model = model_of(s);
    rate = drive_metric(s, METRIC_DEVICE_BYTES_PER_S);
    if (fabs(rate / model.bytes_per_s - 1) > 1e-6)
        fail_msg("%s: live %.0f bytes/s, the model %.0f", line, rate,
                 model.bytes_per_s);
    /* Whoever got an answer has told; at most one each is on the way. */
    assert_true(drive_metric(s, METRIC_BYTES) <= model.bytes + 0.5);
    assert_true(drive_metric(s, METRIC_REQUESTS) > 0);
    assert_true(drive_metric(s, METRIC_LATENCY_P50_MS) > 0);
    if (s->trace->spec.drive == DRIVE_SSD)
        assert_false(s->trace->metrics.has[METRIC_SEEK_FRACTION]);
    else
        assert_true(drive_metric(s, METRIC_SEEK_FRACTION) +
                        drive_metric(s, METRIC_ROTATE_FRACTION) +
                        drive_metric(s, METRIC_TRANSFER_FRACTION) <=
                    1 + 1e-9);
    s->class->close(s);
}

/* They wait: nearly all of their time is marked as waiting for I/O. */
static void readers_wait(void **state)
{
    struct source *s = drive_run("disk --workers 4 --duration 0.3 --scale 10");

    (void)state;
    assert_ended(s, VERDICT_OK);
    assert_true(drive_metric(s, METRIC_IO_WAIT_S) >
                0.5 * drive_metric(s, METRIC_LIFE_S));
    for (int i = 0; i < s->trace->worker_count; i++)
        assert_int_equal(s->trace->workers[i].role, ROLE_READER);
    s->class->close(s);
}

/* ---- changed while it runs --------------------------------------------------
 */

static void change_while_it_runs(const char *line)
{
    struct source *s = drive_open(line, true);

    while (!s->running)
        drive_for(s, NS_PER_MS);
    for (int i = 0; i < 24; i++) {
        s->wanted.disk_policy = (enum spec_disk_policy)(i % DISK_POLICIES);
        s->wanted.workers = 1 + i * 5 % 7;
        s->class->apply(s, true);
        wait_for_answers(s, i % 4 * 10);
        if (i % 4 != 0 && s->trace->scene.kind == SCENE_DISK)
            assert_in_range(s->trace->scene.disk.policy, 0, DISK_POLICIES - 1);
    }
    s->wanted.disk_policy = DISK_SATF;
    s->wanted.workers = 3;
    s->class->apply(s, false);
    wait_for_answers(s, 50);
    drive_for(s, 20 * NS_PER_MS);
    assert_int_equal(s->trace->scene.kind, SCENE_DISK);
    assert_int_equal(s->trace->scene.disk.policy, DISK_SATF);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    assert_ended(s, VERDICT_INTERRUPTED);
    assert_true(s->trace->phase_count > 10);
    s->class->close(s);
}

static void change_threads(void **state)
{
    (void)state;
    change_while_it_runs("disk --workers 4 --scale 100 --duration endless");
}

static void change_processes(void **state)
{
    (void)state;
    change_while_it_runs("disk --workers 4 --scale 100 --duration endless "
                         "--model processes --read-ahead segments");
}

static void change_flash(void **state)
{
    (void)state;
    change_while_it_runs(
        "disk --workers 4 --scale 2 --duration endless --drive ssd");
}

/* While the readers stand still the drive's clock does, too. */
static void a_pause_stops_its_clock(void **state)
{
    struct source *s =
        drive_open("disk --workers 3 --scale 50 --duration endless", true);
    double before, after;

    (void)state;
    while (!s->running)
        drive_for(s, NS_PER_MS);
    wait_for_answers(s, 20);
    s->wanted.paused = true;
    s->class->apply(s, false);
    drive_for(s, 300 * NS_PER_MS);
    before = drive_metric(s, METRIC_DEVICE_S);
    drive_for(s, 300 * NS_PER_MS);
    after = drive_metric(s, METRIC_DEVICE_S);
    assert_true(after - before < 0.1); /* an answer that was on its way */
    s->wanted.paused = false;
    s->class->apply(s, false);
    wait_for_answers(s, 20);
    /* 0.6 s would be 30 s of its clock. */
    s->class->stop(s, VERDICT_OK);
    drive_to_end(s);
    s->class->close(s);
}

/* ---- requests that cannot be
 * ------------------------------------------------- */

static const struct refusal_case {
    const char *name, *line, *says;
} refusals[] = {
    {"a request too large", "disk --bytes 65M", "64M"},
    {"a drive unknown", "disk --drive nl720", "nl7200"},
    {"a policy unknown", "disk --disk-policy cloock", "clook"},
    {"a read-ahead unknown", "disk --read-ahead on", "segments"},
    {"tasks", "disk --tasks 5", "--duration"},
    {"a real file's setting", "disk --cache pages", "file"},
};

static struct program_result result;

static void refuses(void **state)
{
    const struct refusal_case *c = *state;
    char line[128];

    snprintf(line, sizeof(line), "run %s", c->line);
    program_run(&result, line);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    if (!strstr(result.err, c->says))
        fail_msg("\"%s\" does not say \"%s\"", result.err, c->says);
}

/* ---- the picture and the sentence
 * ---------------------------------------------- */

static struct trace *picture(const char *line)
{
    struct trace *t = fake_new(line);
    struct scene_disk *d = &t->scene.disk;

    t->scene.kind = SCENE_DISK;
    d->cylinders = t->spec.drive == DRIVE_SSD ? 0 : 300000;
    d->channels = t->spec.drive == DRIVE_SSD ? 5 : 1;
    d->from = 0;
    d->to = 150000;
    d->leaves_ns = t->now_ns - 20;
    d->there_ns = t->now_ns - 10;
    d->policy = DISK_SSTF;
    for (int i = 0; i < SCENE_DISK_CHANNELS; i++)
        d->serving[i] = i == 0 ? 0 : -1;
    d->depth = 2;
    d->queue[0].cylinder = 10;
    d->queue[0].reader = 1;
    d->queue[1].cylinder = 299999;
    d->queue[1].reader = 2;
    d->served = 2;
    d->trail[0].reader = 1;
    d->trail[0].cylinder = 0;
    d->trail[1].cylinder = 150000;
    d->seek_ns = 64;
    d->rotate_ns = 32;
    d->transfer_ns = 3;
    d->overhead_ns = 1;
    metric_set(&t->metrics, METRIC_DEVICE_BYTES_PER_S, 4.5e6);
    metric_set(&t->metrics, METRIC_REQUESTS, 1500);
    metric_set(&t->metrics, METRIC_SEEK_FRACTION, 0.64);
    metric_set(&t->metrics, METRIC_ROTATE_FRACTION, 0.32);
    metric_set(&t->metrics, METRIC_TRANSFER_FRACTION, 0.03);
    return t;
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void draw(const struct trace *t, int rows, int columns, struct text *out)
{
    struct frame f = {0};

    assert_int_equal(frame_init(&f, rows, columns), 0);
    scene_draw(&f, frame_box(&f), t);
    frame_to_ascii(&f);
    frame_to_text(&f, out);
    frame_fini(&f);
}

static void picture_of_an_arm(void **state)
{
    struct trace *t = picture("disk --workers 3");
    struct text out = {0};

    (void)state;
    draw(t, 10, 80, &out);
    assert_says(text_str(&out), "MODELLED DRIVE; THE WAITING IS REAL");
    assert_says(text_str(&out), "sstf: the nearest first");
    assert_says(text_str(&out), "2 wait");
    assert_says(text_str(&out), "4.50 MB a second");
    assert_says(text_str(&out), "vA"); /* the head, and whom it serves */
    assert_says(text_str(&out), "B----");
    assert_says(text_str(&out), "----C 300000");
    assert_says(text_str(&out), "----A");
    assert_says(text_str(&out), "##%%%"); /* seek, then turn */
    assert_says(text_str(&out), "seek 64%");
    assert_says(text_str(&out), "turn 32%");
    text_fini(&out);
    /* It moves: half of the way, half of the time. */
    t->scene.disk.leaves_ns = t->now_ns - 10;
    t->scene.disk.there_ns = t->now_ns + 10;
    draw(t, 10, 100, &out);
    assert_says(text_str(&out), "4.50 MB a second, on its clock");
    text_fini(&out);
    trace_free(t);
}

static void picture_of_flash(void **state)
{
    struct trace *t = picture("disk --workers 3 --drive ssd");
    struct text out = {0};

    (void)state;
    draw(t, 10, 80, &out);
    assert_says(text_str(&out), "no arm");
    assert_says(text_str(&out), "[A] [ ] [ ] [ ] [ ]");
    assert_says(text_str(&out), "BC");
    text_fini(&out);
    trace_free(t);
}

/* Whatever the size, and whatever half a picture says. */
static void pictures_of_any_size(void **state)
{
    struct trace *t = picture("disk --workers 60");

    (void)state;
    for (int rows = 1; rows < 30; rows += 2)
        for (int columns = 1; columns < 200; columns += 13) {
            struct text out = {0};

            t->scene.disk.depth = rows * 40;
            t->scene.disk.served = rows * 50;
            t->scene.disk.cylinders = columns % 2 ? 0 : 300000;
            t->scene.disk.policy = rows * 3;
            draw(t, rows, columns, &out);
            text_fini(&out);
        }
    trace_free(t);
}

static void sentence(void **state)
{
    struct trace *t = picture("disk --workers 3 --scale 10");
    struct text out = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        trace_worker(t, i)->ops = i == 0 ? 10 : 700;
    t->now_ns = t->gate_ns + 2 * NS_PER_S;
    metric_set(&t->metrics, METRIC_WALL_S, 2);
    metric_set(&t->metrics, METRIC_DEVICE_S, 11);
    summary_sentence(t, &out);
    assert_says(text_str(&out), "modelled drive nl7200, and really waited");
    assert_says(text_str(&out), "4.50 MB a second");
    assert_says(text_str(&out), "the nearest first");
    assert_says(text_str(&out), "it reads ahead only while idle");
    assert_says(text_str(&out), "64.0 % was moving the arm");
    assert_says(text_str(&out), "one reader got 700 answers, another 10");
    assert_says(text_str(&out), "11.0 s only, not 20.0 s");
    text_fini(&out);
    trace_free(t);
}

int main(void)
{
    enum { LINES = COUNT(lines), REFUSALS = COUNT(refusals) };
    static struct CMUnitTest tests[LINES + REFUSALS + 16];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(readers_wait),
        cmocka_unit_test(change_threads),
        cmocka_unit_test(change_processes),
        cmocka_unit_test(change_flash),
        cmocka_unit_test(a_pause_stops_its_clock),
        cmocka_unit_test(picture_of_an_arm),
        cmocka_unit_test(picture_of_flash),
        cmocka_unit_test(pictures_of_any_size),
        cmocka_unit_test(sentence),
    };
    size_t n = 0;

    for (int i = 0; i < LINES; i++)
        tests[n++] =
            (struct CMUnitTest){.name = lines[i],
                                .test_func = live_is_the_model,
                                .initial_state = (void *)(uintptr_t)lines[i]};
    for (int i = 0; i < REFUSALS; i++)
        tests[n++] = (struct CMUnitTest){.name = refusals[i].name,
                                         .test_func = refuses,
                                         .initial_state =
                                             (void *)(uintptr_t)&refusals[i]};
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("disk", tests, n, NULL, NULL);
}
