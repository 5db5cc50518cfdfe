/* Geometry, seek curves and the time of one request. Any process. */
#include "device/drive.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* hp97560: Ruemmler and Wilkes, "An introduction to disk drive modeling", IEEE
 * Computer 27(3), 1994. Its 128 KB of memory and 64 KB of read-ahead are from
 * there, too; the bus is SCSI-II's 10 MB/s.
 *
 * nl7200: made from the data sheets of 4 TB nearline drives of 7200 rpm; the
 * average seek counts over random pairs, as the sheets do. The bus is what
 * SATA at 6 Gb/s gives; 16 segments and 1 MiB of read-ahead are usual.
 *
 * ssd: flat, from measurements of one flash disk behind a virtual machine:
 * 4 KiB in 58 us from one reader, 85,000 a second from 128; 64 KiB in 105 us
 * from one, 1.3 GB/s from 16. Five channels of 55 us and a common path of 1300
 * MB/s give all four. */
const struct drive drives[] = {
    [DRIVE_HP97560] =
        {
            .name = "hp97560",
            .cylinders = 1962,
            .heads = 19,
            .sectors = 72,
            .sector_bytes = 512,
            .rpm = 4002,
            .overhead_ms = 2.2,
            .head_switch_ms = 1.6,
            .track_skew = 8,
            .cylinder_skew = 18,
            .seek = {.kind = SEEK_TWO_PIECES,
                     .a = 3.24,
                     .b = 0.4,
                     .c = 8,
                     .e = 0.008,
                     .knee = 383},
            .cache = {.segments = 2,
                      .idle_sectors = 128,
                      .forced_sectors = 128},
            .bus_bytes_per_ms = 10e3,
            .think_ms = 0.05,
        },
    [DRIVE_NL7200] =
        {
            .name = "nl7200",
            .cylinders = 300000,
            .heads = 8,
            .sectors = 3256,
            .sector_bytes = 512,
            .rpm = 7200,
            .overhead_ms = 0.2,
            .head_switch_ms = 0.8,
            .track_skew = 350,
            .cylinder_skew = 350,
            .seek =
                {.kind = SEEK_LEE3, .one = 0.8, .average = 8.2, .full = 16.5},
            .cache = {.segments = 16,
                      .idle_sectors = 4096,
                      .forced_sectors = 2048},
            .bus_bytes_per_ms = 500e3,
            .think_ms = 0.05,
        },
    [DRIVE_SSD] =
        {
            .name = "ssd",
            .sector_bytes = 512,
            .overhead_ms = 0.055,
            .bus_bytes_per_ms = 1300e3,
            .flash_sectors = INT64_C(1) << 31, /* 1 TiB */
            .channels = 5,
            .think_ms = 0.001,
        },
};

const struct drive *drive_named(const char *name)
{
    for (size_t i = 0; i < sizeof(drives) / sizeof(drives[0]); i++)
        if (strcmp(drives[i].name, name) == 0)
            return &drives[i];
    return NULL;
}

/* ---- seeking ------------------------------------------------------------ */

/* Lee and Katz, "An analytic performance model of disk arrays", SIGMETRICS
 * 1993: t(d) = one + A sqrt(d - 1) + B (d - 1). */
static double lee3_a(const struct drive *d)
{
    const struct drive_seek *s = &d->seek;

    return (-10 * s->one + 15 * s->average - 5 * s->full) /
           (3 * sqrt((double)d->cylinders));
}

static double lee3_b(const struct drive *d)
{
    const struct drive_seek *s = &d->seek;

    return (7 * s->one - 15 * s->average + 8 * s->full) /
           (3 * (double)d->cylinders);
}

double drive_seek_ms(const struct drive *d, int64_t distance)
{
    const struct drive_seek *s = &d->seek;
    double n = (double)(distance < 0 ? -distance : distance);

    if (distance == 0)
        return 0;
    if (s->kind == SEEK_LEE3)
        return s->one + lee3_a(d) * sqrt(n - 1) + lee3_b(d) * (n - 1);
    if (n < (double)s->knee)
        return s->a + s->b * sqrt(n);
    return s->c + s->e * n;
}

double drive_mean_seek_ms(const struct drive *d)
{
    double sum = 0, all = (double)d->cylinders;

    for (int64_t n = 1; n < d->cylinders; n++)
        sum += (all - (double)n) * drive_seek_ms(d, n);
    return 2 * sum / (all * all);
}

int drive_check(const struct drive *d, struct err *err)
{
    if (d->cylinders < 1 || d->cylinders > 10000000 || d->heads < 1 ||
        d->heads > 1000 || d->sectors < 1 || d->sectors > 1000000 ||
        d->sector_bytes < 1 || !(d->rpm > 0) || d->track_skew < 0 ||
        d->cylinder_skew < 0 || !(d->overhead_ms >= 0) ||
        !(d->head_switch_ms >= 0))
        return err_set(err, -EINVAL,
                       "drive %s needs cylinders, heads, sectors, their bytes "
                       "and a speed above 0, and no negative time or skew",
                       d->name);
    if (d->seek.kind == SEEK_LEE3 && (lee3_a(d) < 0 || lee3_b(d) < 0))
        return err_set(err, -EINVAL,
                       "drive %s: an average seek of %g ms does not lie "
                       "between (2 one + full) / 3 = %g and (7 one + 8 full) "
                       "/ 15 = %g ms",
                       d->name, d->seek.average,
                       (2 * d->seek.one + d->seek.full) / 3,
                       (7 * d->seek.one + 8 * d->seek.full) / 15);
    return 0;
}

/* ---- geometry ----------------------------------------------------------- */

double drive_turn_ms(const struct drive *d)
{
    return 60000 / d->rpm;
}

double drive_sector_ms(const struct drive *d)
{
    return drive_turn_ms(d) / d->sectors;
}

int64_t drive_sectors(const struct drive *d)
{
    return d->channels ? d->flash_sectors
                       : d->cylinders * d->heads * d->sectors;
}

double drive_media_rate(const struct drive *d)
{
    return d->sector_bytes * d->sectors / drive_turn_ms(d);
}

struct drive_cache drive_cache(const struct drive *d, enum spec_read_ahead how)
{
    struct drive_cache c = {0};

    if (how != READ_AHEAD_OFF)
        c = d->cache;
    if (how == READ_AHEAD_IDLE)
        c.forced_sectors = 0;
    return c;
}

struct drive_place drive_place(const struct drive *d, int64_t lba)
{
    int64_t track;

    if (d->cylinders == 0)
        return (struct drive_place){0};
    track = lba / d->sectors;
    return (struct drive_place){.cylinder = track / d->heads,
                                .head = (int)(track % d->heads),
                                .sector = (int)(lba % d->sectors)};
}

double drive_move_ms(const struct drive *d, const struct drive_arm *arm,
                     const struct drive_place *to)
{
    double seek = drive_seek_ms(d, to->cylinder - arm->cylinder);

    if (to->head != arm->head && seek < d->head_switch_ms)
        return d->head_switch_ms;
    return seek;
}

/* When in a turn the sector begins: the platter is at angle 0 at time 0. */
static double place_ms(const struct drive *d, const struct drive_place *p)
{
    int64_t a_cylinder =
        (int64_t)(d->heads - 1) * d->track_skew + d->cylinder_skew;
    int64_t at =
        p->sector + p->cylinder * a_cylinder + (int64_t)p->head * d->track_skew;

    return (double)(at % d->sectors) * drive_sector_ms(d);
}

double drive_rotate_ms(const struct drive *d, double now_ms,
                       const struct drive_place *at)
{
    double turn = drive_turn_ms(d);
    double wait = fmod(place_ms(d, at) - now_ms, turn);

    if (wait < 0)
        wait += turn;
    return turn - wait < DRIVE_SLACK_MS ? 0 : wait;
}

/* ---- reading ------------------------------------------------------------ */

/* Read @sectors from @at on, where the head is; on to the next track as often
 * as it takes. */
static void read_tracks(const struct drive *d, struct drive_arm *arm,
                        struct drive_place at, int64_t sectors,
                        struct drive_times *t)
{
    while (sectors > 0) {
        int64_t here = d->sectors - at.sector;
        double read, to_switch;

        here = sectors < here ? sectors : here;
        read = (double)here * drive_sector_ms(d);
        t->transfer_ms += read;
        t->done_ms += read;
        *arm = (struct drive_arm){at.cylinder, at.head};
        sectors -= here;
        if (sectors == 0)
            return;
        at.sector = 0;
        if (++at.head == d->heads) {
            at.head = 0;
            at.cylinder++;
        }
        to_switch = drive_move_ms(d, arm, &at);
        to_switch += drive_rotate_ms(d, t->done_ms + to_switch, &at);
        t->switch_ms += to_switch;
        t->done_ms += to_switch;
    }
}

struct drive_times drive_serve(const struct drive *d, struct drive_arm *arm,
                               double start_ms, double detour_ms, int64_t lba,
                               int64_t sectors)
{
    struct drive_place at = drive_place(d, lba);
    struct drive_times t = {.overhead_ms = d->overhead_ms,
                            .move_ms = drive_move_ms(d, arm, &at) + detour_ms};

    t.done_ms = start_ms + t.overhead_ms + t.move_ms;
    t.rotate_ms = drive_rotate_ms(d, t.done_ms, &at);
    t.done_ms += t.rotate_ms;
    read_tracks(d, arm, at, sectors, &t);
    return t;
}

double drive_read_on(const struct drive *d, struct drive_arm *arm,
                     double now_ms, int64_t lba, int64_t sectors)
{
    struct drive_place at = drive_place(d, lba);
    struct drive_times t = {0};

    if (sectors <= 0)
        return now_ms;
    t.done_ms = now_ms + drive_move_ms(d, arm, &at);
    t.done_ms += drive_rotate_ms(d, t.done_ms, &at);
    read_tracks(d, arm, at, sectors, &t);
    return t.done_ms;
}

int64_t drive_read_until(const struct drive *d, struct drive_arm *arm,
                         double *now_ms, int64_t lba, double until_ms,
                         int64_t most)
{
    int64_t done = 0;

    while (done < most) {
        struct drive_place at = drive_place(d, lba + done);
        int64_t here = d->sectors - at.sector, fit;
        double t = *now_ms + drive_move_ms(d, arm, &at);

        t += drive_rotate_ms(d, t, &at);
        here = most - done < here ? most - done : here;
        if (t >= until_ms)
            break;
        fit = (int64_t)((until_ms - t) / drive_sector_ms(d) + 1e-9);
        if (fit <= 0)
            break;
        fit = fit < here ? fit : here;
        *arm = (struct drive_arm){at.cylinder, at.head};
        *now_ms = t + (double)fit * drive_sector_ms(d);
        done += fit;
        if (fit < here)
            break;
    }
    return done;
}
