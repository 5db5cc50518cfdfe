/* Modelled drives: where a sector lies, how far the arm is from it, how long a
 * request takes. Pure functions of the drive's own time; any process.
 *
 * Times are milliseconds of that time in doubles, as the published models have
 * them; a wall clock never comes in. An arm that has just read on over a
 * sector's end must not miss the next one for a rounding error: a wait within
 * DRIVE_SLACK_MS of a whole turn is none. */
#ifndef DEVICE_DRIVE_H
#define DEVICE_DRIVE_H

#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"

#define DRIVE_SLACK_MS 1e-6
#define DRIVE_CHANNELS 8

enum seek_kind {
    SEEK_TWO_PIECES, /* a + b sqrt(d) below the knee, c + e d from there on */
    SEEK_LEE3        /* Lee and Katz: one, average and full stroke given */
};

struct drive_seek {
    enum seek_kind kind;
    double a, b, c, e; /* two pieces */
    int64_t knee;
    double one, average, full; /* lee3 */
};

/* What the drive keeps of what it reads, in sectors. */
struct drive_cache {
    int segments;       /* streams it can follow; 0: it keeps nothing */
    int idle_sectors;   /* reads on so far while nobody else asks */
    int forced_sectors; /* reads on so far before the arm may move */
};

struct drive {
    char name[24];
    int64_t cylinders;  /* 0: flash, no arm; see .flash_sectors */
    int heads, sectors; /* sectors a track */
    int sector_bytes;
    double rpm, overhead_ms, head_switch_ms;
    int track_skew, cylinder_skew; /* in sectors */
    struct drive_seek seek;
    /* What it has beside the arm. */
    struct drive_cache cache; /* when it reads ahead with all it has */
    double bus_bytes_per_ms;  /* from its memory to the reader */
    int64_t flash_sectors;    /* no arm: how many there are */
    int channels;             /* no arm: requests served at once */
    double think_ms;          /* a reader takes so long from an answer to its
                                 next request, in the published curves */
};
/* By enum spec_drive. */
extern const struct drive drives[];
/* The drive called @name, or NULL. */
const struct drive *drive_named(const char *name);

/* Can there be such a drive? -EINVAL with a sentence if not. */
int drive_check(const struct drive *d, struct err *err);

double drive_turn_ms(const struct drive *d);
double drive_sector_ms(const struct drive *d);
int64_t drive_sectors(const struct drive *d); /* all there are */
/* Of the medium under one head, in bytes a millisecond. */
double drive_media_rate(const struct drive *d);
/* Over all pairs of cylinders, no way at all included. */
double drive_mean_seek_ms(const struct drive *d);
/* With as much read-ahead as @how says. */
struct drive_cache drive_cache(const struct drive *d, enum spec_read_ahead how);

double drive_seek_ms(const struct drive *d, int64_t distance);

struct drive_place {
    int64_t cylinder;
    int head, sector;
};
struct drive_place drive_place(const struct drive *d, int64_t lba);

/* Where the heads are. */
struct drive_arm {
    int64_t cylinder;
    int head;
};
double drive_move_ms(const struct drive *d, const struct drive_arm *arm,
                     const struct drive_place *to);
/* From @now_ms until sector @at comes by. */
double drive_rotate_ms(const struct drive *d, double now_ms,
                       const struct drive_place *at);

/* One request: overhead, then move, rotate, transfer, with switches of head or
 * cylinder in between. @detour_ms is added to the move: where the arm goes
 * first. */
struct drive_times {
    double overhead_ms, move_ms, rotate_ms, transfer_ms, switch_ms, done_ms;
};
struct drive_times drive_serve(const struct drive *d, struct drive_arm *arm,
                               double start_ms, double detour_ms, int64_t lba,
                               int64_t sectors);

/* Read on: the head has read all before @lba by @now_ms. When the next @sectors
 * have been read. */
double drive_read_on(const struct drive *d, struct drive_arm *arm,
                     double now_ms, int64_t lba, int64_t sectors);
/* The same with the time given: how many whole sectors, at most @most, have
 * been read by @until_ms. *@now_ms becomes when the last of them was. */
int64_t drive_read_until(const struct drive *d, struct drive_arm *arm,
                         double *now_ms, int64_t lba, double until_ms,
                         int64_t most);

#endif
