/* Format timeslice-disk-golden/1: drives and what they do, recomputed with
 * device/. Times are milliseconds, distances cylinders, rates decimal MB/s. The
 * screen process. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/cases.h"
#include "check/disk.h"
#include "device/streams.h"
#include "stats/robust.h"

#define REQUESTS_MAX 10000
#define CYLINDERS_MAX 10000000
#define TIME_MAX 1e9        /* ms */
#define TIME_TOLERANCE 1e-3 /* ms, on every time of a request */
#define SEEDS_MAX 31

struct request {
    int64_t lba, sectors;
    double arrive_ms;
};

/* ---- drives ------------------------------------------------------------- */

static bool get_seek(struct check_report *r, const json_t *from,
                     struct drive_seek *seek)
{
    const json_t *curve = json_object_get(from, "seek");
    const char *kind = check_get_text(r, curve, "kind");

    if (kind && strcmp(kind, "twopiece") == 0) {
        seek->kind = SEEK_TWO_PIECES;
        return check_get_number(r, curve, "a", 0, TIME_MAX, &seek->a) &&
               check_get_number(r, curve, "b", 0, TIME_MAX, &seek->b) &&
               check_get_number(r, curve, "c", 0, TIME_MAX, &seek->c) &&
               check_get_number(r, curve, "e", 0, TIME_MAX, &seek->e) &&
               check_get_count(r, curve, "knee", 0, CYLINDERS_MAX, &seek->knee);
    }
    if (kind && strcmp(kind, "lee3") == 0) {
        seek->kind = SEEK_LEE3;
        return check_get_number(r, curve, "one", 0, TIME_MAX, &seek->one) &&
               check_get_number(r, curve, "avg", 0, TIME_MAX, &seek->average) &&
               check_get_number(r, curve, "full", 0, TIME_MAX, &seek->full);
    }
    if (kind)
        check_differ(r, "seek.kind", kind, "twopiece or lee3");
    return false;
}

/* The drive as the file has it. What the file does not say of it (its bus) is
 * as in our drive of that name. */
static bool get_drive(struct check_report *r, const json_t *from,
                      struct drive *d)
{
    const char *name = check_get_text(r, from, "name");
    const struct drive *ours = name ? drive_named(name) : NULL;
    int64_t heads, sectors, bytes, track_skew, cylinder_skew;
    struct err err;

    if (!name)
        return false;
    *d = (struct drive){.bus_bytes_per_ms = 500e3};
    if (ours)
        d->bus_bytes_per_ms = ours->bus_bytes_per_ms;
    check_copy(d->name, sizeof(d->name), name);
    if (!check_get_count(r, from, "cylinders", 1, CYLINDERS_MAX,
                         &d->cylinders) ||
        !check_get_count(r, from, "heads", 1, 1000, &heads) ||
        !check_get_count(r, from, "sectors_per_track", 1, 1000000, &sectors) ||
        !check_get_count(r, from, "sector_bytes", 1, 65536, &bytes) ||
        !check_get_count(r, from, "track_skew", 0, 1000000, &track_skew) ||
        !check_get_count(r, from, "cylinder_skew", 0, 1000000,
                         &cylinder_skew) ||
        !check_get_number(r, from, "rpm", 1, 1e6, &d->rpm) ||
        !check_get_number(r, from, "overhead_ms", 0, TIME_MAX,
                          &d->overhead_ms) ||
        !check_get_number(r, from, "head_switch_ms", 0, TIME_MAX,
                          &d->head_switch_ms) ||
        !get_seek(r, from, &d->seek))
        return false;
    d->heads = (int)heads;
    d->sectors = (int)sectors;
    d->sector_bytes = (int)bytes;
    d->track_skew = (int)track_skew;
    d->cylinder_skew = (int)cylinder_skew;
    if (drive_check(d, &err) < 0) {
        check_differ(r, "seek", "impossible", err.text);
        return false;
    }
    return true;
}

/* The drive that @from names under "drive". */
static bool find_drive(struct check_report *r, const json_t *root,
                       const json_t *from, struct drive *d)
{
    const char *name = check_get_text(r, from, "drive");
    const json_t *one;
    size_t i;

    if (!name)
        return false;
    json_array_foreach(json_object_get(root, "drives"), i, one)
    {
        const char *its = json_string_value(json_object_get(one, "name"));

        if (its && strcmp(its, name) == 0)
            return get_drive(r, one, d);
    }
    check_differ(r, "drive", name, "one of \"drives\"");
    return false;
}

static void check_drive(struct check_report *r, const json_t *root,
                        const json_t *c)
{
    struct drive d;

    (void)root;
    if (!get_drive(r, c, &d))
        return;
    check_member(r, c, "rev_ms", drive_turn_ms(&d), 1e-8);
    check_member(r, c, "sector_ms", drive_sector_ms(&d), 1e-8);
    check_member(r, c, "capacity_bytes",
                 (double)drive_sectors(&d) * d.sector_bytes, 0);
    check_member(r, c, "media_MBps", drive_media_rate(&d) / 1e3, 5.1e-5);
    check_member(r, c, "mean_random_seek_ms", drive_mean_seek_ms(&d), 1e-5);
}

/* ---- arm movement ------------------------------------------------------- */

static bool get_policy(struct check_report *r, const json_t *c,
                       enum spec_disk_policy *out)
{
    const char *word = check_get_text(r, c, "policy");

    if (!word)
        return false;
    for (int i = 0; spec_disk_policy_words[i]; i++) {
        *out = (enum spec_disk_policy)i;
        if (strcmp(word, spec_disk_policy_words[i]) == 0)
            return true;
    }
    *out = DISK_FCFS;
    if (strcmp(word, "fifo") == 0)
        return true;
    check_differ(r, "policy", word, "a known policy");
    return false;
}

static void check_order(struct check_report *r, const json_t *c,
                        const int64_t *computed, size_t count)
{
    const json_t *order = check_get_list(r, c, "order", REQUESTS_MAX);
    char what[32];

    if (!order)
        return;
    check_count(r, "length of order", (int64_t)json_array_size(order),
                (int64_t)count);
    for (size_t i = 0; i < count && i < json_array_size(order); i++) {
        snprintf(what, sizeof(what), "order[%zu]", i);
        check_count(r, what, json_integer_value(json_array_get(order, i)),
                    computed[i]);
    }
}

static void check_movement(struct check_report *r, const json_t *root,
                           const json_t *c)
{
    const json_t *list = check_get_list(r, c, "queue", REQUESTS_MAX);
    const char *direction = json_string_value(json_object_get(c, "direction"));
    size_t count = json_array_size(list);
    int64_t *queue = calloc(2 * count + 1, sizeof(*queue));
    int64_t head, cylinders;
    enum spec_disk_policy policy;
    struct queue_movement m;

    (void)root;
    if (!queue)
        r->failed_alloc = true;
    if (!queue || !list ||
        !check_get_count(r, c, "cylinders", 1, CYLINDERS_MAX, &cylinders) ||
        !check_get_count(r, c, "head", 0, cylinders - 1, &head) ||
        !get_policy(r, c, &policy))
        goto out;
    for (size_t i = 0; i < count; i++) {
        queue[i] = json_integer_value(json_array_get(list, i));
        if (!json_is_integer(json_array_get(list, i)) || queue[i] < 0 ||
            queue[i] >= cylinders) {
            check_differ(r, "queue", "something else", "cylinders only");
            goto out;
        }
    }
    m = queue_move(policy, queue, (int)count, head, cylinders,
                   direction && strcmp(direction, "down") == 0, queue + count);
    check_order(r, c, queue + count, count);
    check_member(r, c, "moved", (double)m.moved, 0);
    check_member(r, c, "moved_without_return_jump", (double)m.without_jump, 0);
    if (json_object_get(c, "published_total"))
        check_member(r, c, "published_total", (double)m.moved, 0);
out:
    free(queue);
}

/* ---- requests in time --------------------------------------------------- */

static struct request *get_requests(struct check_report *r, const json_t *c,
                                    const struct drive *d, double start_ms,
                                    bool timed, size_t *count)
{
    const json_t *list = check_get_list(r, c, "requests", REQUESTS_MAX);
    struct request *q;
    const json_t *one;
    size_t i;

    *count = json_array_size(list);
    if (!list)
        return NULL;
    q = calloc(*count + 1, sizeof(*q));
    if (!q) {
        r->failed_alloc = true;
        return NULL;
    }
    json_array_foreach(list, i, one)
    {
        q[i].arrive_ms = start_ms;
        if (!check_get_count(r, one, "lba", 0, drive_sectors(d) - 1,
                             &q[i].lba) ||
            !check_get_count(r, one, "sectors", 1, drive_sectors(d) - q[i].lba,
                             &q[i].sectors) ||
            q[i].sectors > 10000000 ||
            (timed && !check_get_number(r, one, "arrive_ms", 0, TIME_MAX,
                                        &q[i].arrive_ms))) {
            free(q);
            return NULL;
        }
    }
    return q;
}

static bool get_start(struct check_report *r, const json_t *c,
                      const struct drive *d, double *start_ms,
                      struct drive_arm *arm)
{
    const json_t *start = json_object_get(c, "start");
    int64_t head;

    if (!check_get_number(r, start, "t_ms", 0, TIME_MAX, start_ms) ||
        !check_get_count(r, start, "cyl", 0, d->cylinders - 1,
                         &arm->cylinder) ||
        !check_get_count(r, start, "head", 0, d->heads - 1, &head))
        return false;
    arm->head = (int)head;
    return true;
}

/* Member @name of entry @i of "served". */
static void check_served(struct check_report *r, const json_t *one, size_t i,
                         const char *name, double computed, double tolerance)
{
    const json_t *value = json_object_get(one, name);
    char what[48];

    snprintf(what, sizeof(what), "served[%zu].%s", i, name);
    if (json_is_number(value))
        check_value(r, what, json_number_value(value), computed, tolerance);
    else
        check_differ(r, what, "nothing", "a number");
}

static void check_service_times(struct check_report *r, const json_t *one,
                                size_t i, const struct drive *d,
                                const struct request *q,
                                const struct disk_answer *a)
{
    struct drive_place at = drive_place(d, q->lba);

    check_served(r, one, i, "index", a->tag, 0);
    check_served(r, one, i, "lba", (double)q->lba, 0);
    check_served(r, one, i, "sectors", (double)q->sectors, 0);
    check_served(r, one, i, "cyl", (double)at.cylinder, 0);
    check_served(r, one, i, "head", at.head, 0);
    check_served(r, one, i, "sector", at.sector, 0);
    check_served(r, one, i, "overhead_ms", a->t.overhead_ms, TIME_TOLERANCE);
    check_served(r, one, i, "move_ms", a->t.move_ms, TIME_TOLERANCE);
    check_served(r, one, i, "rotate_ms", a->t.rotate_ms, TIME_TOLERANCE);
    check_served(r, one, i, "transfer_ms", a->t.transfer_ms, TIME_TOLERANCE);
    check_served(r, one, i, "switch_ms", a->t.switch_ms, TIME_TOLERANCE);
    check_served(r, one, i, "done_ms", a->t.done_ms, TIME_TOLERANCE);
}

static void check_timed_times(struct check_report *r, const json_t *one,
                              size_t i, const struct disk_answer *a)
{
    check_served(r, one, i, "index", a->tag, 0);
    check_served(r, one, i, "start_ms", a->start_ms, TIME_TOLERANCE);
    check_served(r, one, i, "done_ms", a->t.done_ms, TIME_TOLERANCE);
    check_served(r, one, i, "response_ms", a->t.done_ms - a->arrive_ms,
                 TIME_TOLERANCE);
}

struct responses {
    double done_ms, sum_ms, most_ms;
};

/* Serve all @count of @q as the drive @k chooses, against "served". */
static struct responses serve_all(struct check_report *r, const json_t *c,
                                  struct disk *k, const struct drive *d,
                                  enum spec_disk_policy policy,
                                  const struct request *q, size_t count,
                                  double start_ms, bool timed)
{
    const json_t *served = check_get_list(r, c, "served", REQUESTS_MAX);
    struct responses sum = {.done_ms = start_ms};

    if (served)
        check_count(r, "length of served", (int64_t)json_array_size(served),
                    (int64_t)count);
    for (size_t i = 0; i < count; i++)
        disk_submit(k, (int)i, q[i].lba, q[i].sectors, q[i].arrive_ms);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(served, i);
        double now_ms =
            fmax(fmax(disk_free_ms(k), disk_arrival_ms(k)), start_ms);
        struct disk_answer a = disk_serve(k, policy, now_ms);
        double response_ms = a.t.done_ms - a.arrive_ms;

        sum.done_ms = a.t.done_ms;
        sum.sum_ms += response_ms;
        sum.most_ms = fmax(sum.most_ms, response_ms);
        if (one && timed)
            check_timed_times(r, one, i, &a);
        else if (one)
            check_service_times(r, one, i, d, &q[a.tag], &a);
    }
    return sum;
}

static void check_requests(struct check_report *r, const json_t *root,
                           const json_t *c, bool timed)
{
    struct queue_rules rules = queue_usual;
    struct request *q = NULL;
    struct disk *k = NULL;
    enum spec_disk_policy policy;
    struct responses sum;
    struct drive_arm arm;
    struct drive d;
    double start_ms;
    int64_t batch;
    size_t count;

    if (!find_drive(r, root, c, &d) || !get_policy(r, c, &policy) ||
        !get_start(r, c, &d, &start_ms, &arm))
        return;
    if (policy == DISK_DEADLINE) {
        if (!check_get_count(r, c, "batch", 1, 1000000, &batch) ||
            !check_get_number(r, c, "expire_ms", 0, TIME_MAX, &rules.expire_ms))
            return;
        rules.batch = (int)batch;
    }
    q = get_requests(r, c, &d, start_ms, timed, &count);
    if (!q)
        return;
    k = disk_new(&d, (struct drive_cache){0}, &rules, (int)count + 1, arm);
    if (k) {
        sum = serve_all(r, c, k, &d, policy, q, count, start_ms, timed);
        check_member(r, c, timed ? "finish_ms" : "total_ms",
                     timed ? sum.done_ms : sum.done_ms - start_ms,
                     TIME_TOLERANCE);
        if (timed && count > 0) {
            check_member(r, c, "mean_response_ms", sum.sum_ms / (double)count,
                         TIME_TOLERANCE);
            check_member(r, c, "max_response_ms", sum.most_ms, TIME_TOLERANCE);
        }
    } else {
        r->failed_alloc = true;
    }
    disk_free(k);
    free(q);
}

static void check_service(struct check_report *r, const json_t *root,
                          const json_t *c)
{
    check_requests(r, root, c, false);
}

static void check_timed(struct check_report *r, const json_t *root,
                        const json_t *c)
{
    check_requests(r, root, c, true);
}

/* ---- formulas ----------------------------------------------------------- */

static void check_seek(struct check_report *r, const json_t *root,
                       const json_t *c)
{
    int64_t distance;
    struct drive d;

    if (find_drive(r, root, c, &d) &&
        check_get_count(r, c, "distance", 0, d.cylinders - 1, &distance))
        check_member(r, c, "ms", drive_seek_ms(&d, distance), 1e-5);
}

/* Arpaci-Dusseau, "Operating Systems: Three Easy Pieces", hard disk drives:
 * T = seek + half a turn + transfer. The book prints rounded rates. */
static void check_average(struct check_report *r, const json_t *root,
                          const json_t *c)
{
    double seek_ms, rpm, mbps, bytes, rotate_ms, transfer_ms, all_ms;

    (void)root;
    if (!check_get_number(r, c, "avg_seek_ms", 0, TIME_MAX, &seek_ms) ||
        !check_get_number(r, c, "rpm", 1, 1e6, &rpm) ||
        !check_get_number(r, c, "transfer_MBps", 1e-6, 1e6, &mbps) ||
        !check_get_number(r, c, "io_bytes", 1, 1e12, &bytes))
        return;
    rotate_ms = 60000 / rpm / 2;
    transfer_ms = bytes / (mbps * 1e3);
    all_ms = seek_ms + rotate_ms + transfer_ms;
    check_member(r, c, "rotate_ms", rotate_ms, 1e-6);
    check_member(r, c, "transfer_ms", transfer_ms, 1e-6);
    check_member(r, c, "t_io_ms", all_ms, 1e-6);
    check_member(r, c, "rate_MBps", bytes / all_ms / 1e3, 1e-6);
    if (json_object_get(c, "published_MBps"))
        check_member(r, c, "published_MBps", bytes / all_ms / 1e3, 0.025);
}

/* ---- closed streams ----------------------------------------------------- */

static bool get_streams(struct check_report *r, const json_t *c,
                        const struct drive *d, struct streams_setup *setup)
{
    int64_t readers, segments, idle, forced;

    *setup = (struct streams_setup){.drive = d, .pattern = PATTERN_SEQUENTIAL};
    if (!check_get_count(r, c, "streams", 1, 256, &readers) ||
        !check_get_count(r, c, "read_bytes", 1, 64 << 20, &setup->bytes) ||
        !check_get_number(r, c, "think_ms", 0, TIME_MAX, &setup->think_ms) ||
        !check_get_count(r, c, "cache_segments", 0, 16, &segments) ||
        !check_get_count(r, c, "idle_prefetch_sectors", 0, 1000000, &idle) ||
        !check_get_count(r, c, "forced_prefetch_sectors", 0, 1000000, &forced))
        return false;
    setup->readers = setup->most = (int)readers;
    setup->cache = (struct drive_cache){.segments = (int)segments,
                                        .idle_sectors = (int)idle,
                                        .forced_sectors = (int)forced};
    if (drive_sectors(d) / readers < 2 * setup->bytes / d->sector_bytes + 2) {
        check_differ(r, "streams", "too many for the drive", "fewer");
        return false;
    }
    return true;
}

/* Statistical: the median over the seeds, within 15 % of the file's; of two
 * streams, where all depends on the one distance between them, 20 %. */
static void check_streams(struct check_report *r, const json_t *root,
                          const json_t *c)
{
    double rate[SEEDS_MAX], expect, least, most, median;
    enum spec_disk_policy policy;
    struct streams_setup setup;
    struct streams_result result;
    struct drive d;
    int64_t seeds, requests;

    if (!find_drive(r, root, c, &d) || !get_policy(r, c, &policy) ||
        !get_streams(r, c, &d, &setup) ||
        !check_get_count(r, c, "seeds", 1, SEEDS_MAX, &seeds) ||
        !check_get_number(r, c, "expect_MBps_median", 0, 1e9, &expect) ||
        !check_get_number(r, c, "seen_MBps_min", 0, 1e9, &least) ||
        !check_get_number(r, c, "seen_MBps_max", 0, 1e9, &most))
        return;
    requests = 400 + 100 * setup.readers;
    for (int i = 0; i < seeds; i++) {
        setup.seed = (uint64_t)i + 1;
        if (!streams_run(&setup, policy, requests, 0, requests * 3 / 10,
                         &result))
            r->failed_alloc = true;
        rate[i] = result.bytes_per_s / 1e6;
    }
    median = robust_median(rate, (int)seeds);
    check_value(r, "expect_MBps_median", expect, median,
                expect * (setup.readers == 2 ? 0.20 : 0.15));
    if (expect < least || expect > most)
        check_value(r, "seen_MBps_min or _max", expect < least ? least : most,
                    expect, 0);
}

/* ---- the mini disk ------------------------------------------------------ */

/* Made by the book's program: its rules hold, whatever was asked for. */
static void check_mini(struct check_report *r, const json_t *root,
                       const json_t *c)
{
    struct disk_case d;
    json_t *ours = NULL;

    (void)root;
    if (disk_case_read(&d, r, c, "zones_deg") && disk_case_run(&d, RULES_OSTEP))
        ours = disk_case_json(&d);
    disk_case_fini(&d);
    if (!ours)
        return;
    json_object_set(ours, "served", json_object_get(ours, "per_request"));
    json_object_set(ours, "total",
                    json_object_get(json_object_get(ours, "totals"), "total"));
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "served" : "total";
        json_t *stated = json_pack("{s:O*}", name, json_object_get(c, name));

        if (json_object_get(c, name))
            cases_compare(r, stated, ours);
        else
            check_differ(r, name, "nothing", "what the disk did");
        json_decref(stated);
    }
    json_decref(ours);
}

/* ---- all of it ---------------------------------------------------------- */

static const struct kind {
    const char *name, *cases_of;
    void (*check)(struct check_report *r, const json_t *root, const json_t *c);
} kinds[] = {
    {"drives", "drive", check_drive},
    {"movement", "movement case", check_movement},
    {"service", "service case", check_service},
    {"timed_service", "timed service case", check_timed},
    {"seek_curve", "seek distance", check_seek},
    {"average_io", "average I/O", check_average},
    {"closed_streams", "closed streams case", check_streams},
    {"mini_disk", "mini-disk case", check_mini},
};

static void check_kind(struct check_report *r, const json_t *root,
                       const struct kind *kind)
{
    const json_t *list, *one;
    size_t i;

    check_begin_group(r, kind->name, kind->cases_of);
    list = check_list(r, root, kind->name);
    json_array_foreach(list, i, one)
    {
        check_begin_case(r, one, i);
        kind->check(r, root, one);
        check_end_case(r);
    }
}

static void disk_model_recompute(const json_t *root, struct check_report *r)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        check_kind(r, root, &kinds[i]);
}

const struct check_format check_disk_model = {
    .name = "timeslice-disk-golden/1",
    .summary = "drives, arm movement, service times, streams",
    .recompute = disk_model_recompute,
};
