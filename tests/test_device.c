/* The modelled drives: geometry, seek curves, policies, read-ahead, and the
 * order of things between readers and drive. No processes and no clock: all of
 * it is exact. The published cases are test_check.c's affair. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device/streams.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define READERS_MOST 100

static bool close_to(double x, double y, double tolerance)
{
    return fabs(x - y) <= tolerance;
}

/* ---- drives -------------------------------------------------------------- */

static void drives_are_as_published(void **state)
{
    const struct drive *hp = &drives[DRIVE_HP97560];
    const struct drive *nl = &drives[DRIVE_NL7200];
    struct err err;

    (void)state;
    assert_int_equal(drive_check(hp, &err), 0);
    assert_int_equal(drive_check(nl, &err), 0);
    assert_int_equal(drive_sectors(hp) * 512, 1374216192);
    assert_true(close_to(drive_turn_ms(hp), 14.992504, 1e-6));
    /* Lee and Katz's curve gives back what went into it. */
    assert_true(close_to(drive_mean_seek_ms(nl), 8.2, 1e-3));
    assert_true(close_to(drive_seek_ms(nl, 1), 0.8, 1e-9));
    assert_true(close_to(drive_seek_ms(nl, nl->cylinders - 1), 16.5, 1e-3));
    assert_true(close_to(drive_media_rate(nl), 200.0486e3, 0.1));
    for (int i = 0; spec_drive_words[i]; i++) {
        assert_string_equal(drives[i].name, spec_drive_words[i]);
        assert_ptr_equal(drive_named(spec_drive_words[i]), &drives[i]);
    }
    assert_null(drive_named("floppy"));
}

/* A skew must cover the switch that it is for. */
static void skews_cover_switches(void **state)
{
    (void)state;
    for (int i = 0; i < DRIVE_SSD; i++) {
        const struct drive *d = &drives[i];

        assert_true(d->track_skew * drive_sector_ms(d) >= d->head_switch_ms);
        assert_true(d->cylinder_skew * drive_sector_ms(d) >=
                    drive_seek_ms(d, 1));
    }
}

static void impossible_curves_are_refused(void **state)
{
    struct drive d = drives[DRIVE_NL7200];
    struct err err = {0};

    (void)state;
    d.seek.average = 4;
    assert_true(drive_check(&d, &err) < 0);
    assert_non_null(strstr(err.text, "6.03333"));
    d.seek.average = 12;
    assert_true(drive_check(&d, &err) < 0);
}

/* Reading on for some time and from one end to the other agree. */
static void reading_on_agrees(void **state)
{
    const struct drive *d = &drives[DRIVE_NL7200];

    (void)state;
    for (int64_t n = 1; n < 40000; n = n * 3 + 1) {
        struct drive_arm a = {100, 2}, b = a;
        int64_t lba = (100 * d->heads + 2) * d->sectors + 777;
        double done = drive_read_on(d, &a, 5, lba, n), now = 5;

        assert_int_equal(drive_read_until(d, &b, &now, lba, done + 1e-7, n + 1),
                         n);
        assert_true(close_to(now, done, 1e-9));
        assert_int_equal(a.cylinder, b.cylinder);
        assert_int_equal(a.head, b.head);
    }
}

/* ---- arm movement -------------------------------------------------------- */

static const struct movement_case {
    const char *name;
    enum spec_disk_policy policy;
    bool down;
    int64_t head, queue[6], order[6];
    int count;
    int64_t moved, without_jump;
} movements[] = {
    {"fcfs: as they came",
     DISK_FCFS,
     false,
     50,
     {90, 10, 60},
     {90, 10, 60},
     3,
     170,
     170},
    {"sstf: a tie goes to the first",
     DISK_SSTF,
     false,
     50,
     {60, 40},
     {60, 40},
     2,
     30,
     30},
    {"sstf: the other way round",
     DISK_SSTF,
     false,
     50,
     {40, 60},
     {40, 60},
     2,
     30,
     30},
    {"look: turns at the last",
     DISK_LOOK,
     false,
     50,
     {40, 60},
     {60, 40},
     2,
     30,
     30},
    {"look: the own cylinder goes first",
     DISK_LOOK,
     false,
     50,
     {60, 50, 40},
     {50, 60, 40},
     3,
     30,
     30},
    {"look: nothing ahead, turns at once",
     DISK_LOOK,
     false,
     50,
     {40},
     {40},
     1,
     10,
     10},
    {"scan: turns at the edge",
     DISK_SCAN,
     false,
     50,
     {40, 60},
     {60, 40},
     2,
     49 + 59,
     49 + 59},
    {"scan: nothing behind, no edge",
     DISK_SCAN,
     false,
     50,
     {60},
     {60},
     1,
     10,
     10},
    {"scan: down",
     DISK_SCAN,
     true,
     50,
     {40, 60},
     {40, 60},
     2,
     50 + 60,
     50 + 60},
    {"clook: back to the lowest",
     DISK_CLOOK,
     false,
     50,
     {40, 60, 30},
     {60, 30, 40},
     3,
     10 + 30 + 10,
     20},
    {"clook: down", DISK_CLOOK, true, 50, {40, 60}, {40, 60}, 2, 30, 10},
    {"cscan: edge to edge",
     DISK_CSCAN,
     false,
     50,
     {40, 60},
     {60, 40},
     2,
     49 + 99 + 40,
     49 + 40},
    {"nobody", DISK_CSCAN, false, 50, {0}, {0}, 0, 0, 0},
};

static void movement(void **state)
{
    const struct movement_case *c = *state;
    int64_t order[6] = {0};
    struct queue_movement m =
        queue_move(c->policy, c->queue, c->count, c->head, 100, c->down, order);

    assert_int_equal(m.moved, c->moved);
    assert_int_equal(m.without_jump, c->without_jump);
    assert_memory_equal(order, c->order, (size_t)c->count * sizeof(order[0]));
}

/* Nobody is chosen who has not arrived, whatever the policy. */
static void nobody_before_arrival(void **state)
{
    const struct queue_item items[] = {{.arrive_ms = 9, .position = 50},
                                       {.arrive_ms = 3, .position = 90}};

    (void)state;
    for (int p = 0; p < DISK_POLICIES; p++) {
        struct queue_state s = {0};
        struct queue_choice c = queue_choose((enum spec_disk_policy)p, items, 2,
                                             5, 50, &queue_usual, &s);

        assert_int_equal(c.index, 1);
        c = queue_choose((enum spec_disk_policy)p, items, 2, 1, 50,
                         &queue_usual, &s);
        assert_int_equal(c.index, -1);
    }
}

/* ---- readers ------------------------------------------------------------- */

static struct streams_setup
setup_of(enum spec_drive drive, enum spec_read_ahead read_ahead, int readers)
{
    const struct drive *d = &drives[drive];

    return (struct streams_setup){.drive = d,
                                  .cache = drive_cache(d, read_ahead),
                                  .bytes = 65536,
                                  .think_ms = d->think_ms,
                                  .readers = readers,
                                  .most = readers,
                                  .seed = 1};
}

/* A reader a slice, none at the drive's end. */
static void places_are_one_a_slice(void **state)
{
    struct streams_setup setup = setup_of(DRIVE_NL7200, READ_AHEAD_IDLE, 16);
    int64_t slice = drive_sectors(setup.drive) / 16;
    struct stream stream[READERS_MOST];
    bool in_order = true;

    (void)state;
    setup.most = 20;
    for (setup.seed = 0; setup.seed < 20; setup.seed++) {
        unsigned seen = 0;

        stream_begin(stream, &setup);
        for (int i = 0; i < 16; i++) {
            int64_t lba = stream_next(&stream[i]);

            seen |= 1u << lba / slice;
            in_order &= lba / slice == i;
            assert_int_equal(stream_next(&stream[i]), lba + 128);
        }
        assert_int_equal(seen, 0xffff);
        for (int i = 16; i < 20; i++)
            assert_true(stream_next(&stream[i]) + 128 <=
                        drive_sectors(setup.drive));
    }
    assert_false(in_order);
}

static void requests_stay_on_the_drive(void **state)
{
    struct streams_setup setup = setup_of(DRIVE_HP97560, READ_AHEAD_IDLE, 30);
    struct stream stream[READERS_MOST];

    (void)state;
    setup.bytes = 64 << 20; /* more than a slice */
    for (int p = 0; p < 2; p++) {
        setup.pattern = (enum spec_pattern)p;
        stream_begin(stream, &setup);
        for (int i = 0; i < 30 * 50; i++) {
            int64_t lba = stream_next(&stream[i % 30]);

            assert_true(lba >= 0);
            assert_true(lba + stream[0].sectors <= drive_sectors(setup.drive));
        }
    }
}

struct step {
    enum streams_kind kind;
    int reader;
    double ms;
};
#define STEPS 400

/* The first STEPS events, readers' requests being told in an order that
 * @stir gives: each is awake when it likes. */
static void steps_of(struct step *out, const struct streams_setup *setup,
                     enum spec_disk_policy policy, unsigned stir)
{
    struct stream stream[READERS_MOST];
    struct streams *s = streams_new(setup);
    int n = 0;

    assert_non_null(s);
    stream_begin(stream, setup);
    for (int i = 0; i < setup->readers; i++)
        streams_expect(s, i, true);
    while (n < STEPS) {
        struct streams_event e;

        /* Some reader may be quick. */
        for (int i = 0; i < setup->readers; i++) {
            stir = stir * 1103515245u + 12345u;
            if (stir >> 30 == 0 && !streams_asked(s, i))
                streams_ask(s, i, stream_next(&stream[i]));
        }
        e = streams_step(s, policy);
        if (e.kind == STREAMS_WAIT) {
            assert_in_range(e.reader, 0, setup->readers - 1);
            streams_ask(s, e.reader, stream_next(&stream[e.reader]));
        } else {
            out[n++] = (struct step){e.kind, e.reader, e.ms};
        }
    }
    streams_free(s);
}

/* When a reader tells of its request does not change what the drive does: only
 * when it arrives there. That is why the live drive does what the model does.
 */
static void telling_early_changes_nothing(void **state)
{
    static struct step calm[STEPS], stirred[STEPS];

    (void)state;
    for (int p = 0; p < DISK_POLICIES; p++) {
        for (int drive = 0; drive <= DRIVE_SSD; drive++) {
            struct streams_setup setup = setup_of(
                (enum spec_drive)drive, (enum spec_read_ahead)(p % 3), 2 + p);

            steps_of(calm, &setup, (enum spec_disk_policy)p, 0xffffffffu);
            for (unsigned stir = 1; stir < 5; stir++) {
                steps_of(stirred, &setup, (enum spec_disk_policy)p, stir);
                for (int i = 0; i < STEPS; i++) {
                    assert_int_equal(calm[i].kind, stirred[i].kind);
                    assert_int_equal(calm[i].reader, stirred[i].reader);
                    assert_true(calm[i].ms == stirred[i].ms);
                }
            }
        }
    }
}

/* Time only goes on, and answers take as long as the drive is busy. */
static void time_goes_on(void **state)
{
    static struct step steps[STEPS];

    (void)state;
    for (int drive = 0; drive <= DRIVE_SSD; drive++) {
        struct streams_setup setup =
            setup_of((enum spec_drive)drive, READ_AHEAD_SEGMENTS, 7);

        steps_of(steps, &setup, DISK_LOOK, 7);
        for (int i = 1; i < STEPS; i++)
            assert_true(steps[i].ms >= steps[i - 1].ms);
    }
}

static void nobody_expected_nobody_waited_for(void **state)
{
    struct streams_setup setup = setup_of(DRIVE_NL7200, READ_AHEAD_IDLE, 2);
    struct streams *s = streams_new(&setup);
    struct streams_event e;

    (void)state;
    e = streams_step(s, DISK_FCFS);
    assert_int_equal(e.kind, STREAMS_WAIT);
    assert_int_equal(e.reader, -1);
    streams_expect(s, 0, true);
    streams_ask(s, 0, 1000);
    e = streams_step(s, DISK_FCFS);
    assert_int_equal(e.kind, STREAMS_SERVE);
    streams_expect(s, 0, false); /* it goes; its answer still comes */
    e = streams_step(s, DISK_FCFS);
    assert_int_equal(e.kind, STREAMS_ANSWER);
    e = streams_step(s, DISK_FCFS);
    assert_int_equal(e.reader, -1);
    streams_free(s);
}

/* ---- the curves ---------------------------------------------------------- */

static double rate_of(enum spec_drive drive, enum spec_read_ahead read_ahead,
                      enum spec_disk_policy policy, int readers,
                      struct streams_result *out)
{
    struct streams_setup setup = setup_of(drive, read_ahead, readers);
    int64_t requests = 400 + 100 * readers;

    assert_true(
        streams_run(&setup, policy, requests, 0, requests * 3 / 10, out));
    return out->bytes_per_s / 1e6;
}

/* MB/s for 1, 2, 4, 8, 16, 32, 50, 100 readers. Below 20 % from the published
 * rows, one seed; what always reads ahead has 30 % where it does, for it
 * depends on how long one looks. */
static const struct curve_case {
    const char *name;
    enum spec_read_ahead read_ahead;
    enum spec_disk_policy policy;
    double most_off, want[8];
} curves[] = {
    {"no read-ahead",
     READ_AHEAD_OFF,
     DISK_FCFS,
     0.2,
     {7.5, 3.9, 4.5, 4.8, 5.1, 5.2, 5.2, 5.0}},
    {"read-ahead while idle",
     READ_AHEAD_IDLE,
     DISK_FCFS,
     0.2,
     {172, 3.9, 4.5, 4.8, 5.1, 5.2, 5.2, 5.0}},
    {"a sweep one way",
     READ_AHEAD_IDLE,
     DISK_CLOOK,
     0.25,
     {172, 3.9, 4.8, 6.1, 6.8, 8.1, 8.7, 9.8}},
    {"always ahead, 16 segments",
     READ_AHEAD_SEGMENTS,
     DISK_FCFS,
     0.3,
     {172, 94, 80, 62, 54, 3.6, 3.5, 3.5}},
};

static void curve(void **state)
{
    static const int readers[] = {1, 2, 4, 8, 16, 32, 50, 100};
    const struct curve_case *c = *state;
    struct streams_result r;

    for (size_t i = 0; i < COUNT(readers); i++) {
        double rate =
            rate_of(DRIVE_NL7200, c->read_ahead, c->policy, readers[i], &r);

        if (fabs(rate / c->want[i] - 1) > c->most_off)
            fail_msg("%s, %d readers: %.2f MB/s instead of %.2f", c->name,
                     readers[i], rate, c->want[i]);
    }
}

static void flash_does_not_fall(void **state)
{
    double before = 0;
    struct streams_result r;

    (void)state;
    for (int readers = 1; readers <= 100; readers += 1 + readers / 3) {
        double rate =
            rate_of(DRIVE_SSD, READ_AHEAD_IDLE, DISK_FCFS, readers, &r);

        assert_true(rate >= before * 0.999);
        before = rate;
    }
    assert_true(close_to(before, 1300, 1));
}

/* The nearest first forgets those far away; in turn nobody is forgotten. */
static void nearest_first_starves(void **state)
{
    struct streams_result r;

    (void)state;
    rate_of(DRIVE_NL7200, READ_AHEAD_IDLE, DISK_FCFS, 8, &r);
    assert_true(r.most - r.least <= 1);
    rate_of(DRIVE_NL7200, READ_AHEAD_IDLE, DISK_SSTF, 8, &r);
    assert_int_equal(r.least, 0);
}

/* All of the drive's time is somewhere. */
static void time_adds_up(void **state)
{
    (void)state;
    for (int p = 0; p < DISK_POLICIES; p++) {
        for (int read_ahead = 0; read_ahead < 3; read_ahead++) {
            struct streams_setup setup =
                setup_of(DRIVE_NL7200, (enum spec_read_ahead)read_ahead, 1 + p);
            struct streams_result r;
            double sum;

            assert_true(
                streams_run(&setup, (enum spec_disk_policy)p, 500, 0, 0, &r));
            sum = r.totals.overhead_ms + r.totals.move_ms + r.totals.rotate_ms +
                  r.totals.transfer_ms + r.totals.idle_ms;
            /* It may have begun with the next one. */
            assert_in_range(r.totals.requests, 500, 501);
            assert_true(sum >= r.ms - 1e-6);
            assert_true(sum <= r.ms + 60);
        }
    }
}

int main(void)
{
    enum { MOVEMENTS = COUNT(movements), CURVES = COUNT(curves) };
    static struct CMUnitTest tests[MOVEMENTS + CURVES + 32];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(drives_are_as_published),
        cmocka_unit_test(skews_cover_switches),
        cmocka_unit_test(impossible_curves_are_refused),
        cmocka_unit_test(reading_on_agrees),
        cmocka_unit_test(nobody_before_arrival),
        cmocka_unit_test(places_are_one_a_slice),
        cmocka_unit_test(requests_stay_on_the_drive),
        cmocka_unit_test(telling_early_changes_nothing),
        cmocka_unit_test(time_goes_on),
        cmocka_unit_test(nobody_expected_nobody_waited_for),
        cmocka_unit_test(flash_does_not_fall),
        cmocka_unit_test(nearest_first_starves),
        cmocka_unit_test(time_adds_up),
    };
    size_t n = 0;

    for (int i = 0; i < MOVEMENTS; i++)
        tests[n++] = (struct CMUnitTest){.name = movements[i].name,
                                         .test_func = movement,
                                         .initial_state =
                                             (void *)(uintptr_t)&movements[i]};
    for (int i = 0; i < CURVES; i++)
        tests[n++] =
            (struct CMUnitTest){.name = curves[i].name,
                                .test_func = curve,
                                .initial_state = (void *)(uintptr_t)&curves[i]};
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("device", tests, n, NULL, NULL);
}
