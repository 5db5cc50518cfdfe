/* A drive at work: requests that wait for it, its choice among them, its memory
 * of what it has read. Pure: it knows the drive's own time only, and whoever
 * calls says when that goes on. Any process; one thread.
 *
 * A drive decides when it falls idle, among those that have arrived by then. It
 * may keep what it reads in a few segments, each for one stream, and read on
 * behind a request: while it has nothing else to do, cut short by the next
 * request; or always, before the arm may move. What is in its memory costs the
 * overhead and the way over the bus. Flash has no arm: channels that serve one
 * request each, and the bus that they share. */
#ifndef DEVICE_DISK_H
#define DEVICE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "device/drive.h"
#include "device/queue.h"

struct disk;

/* Room for @most waiting requests, the heads at @arm. NULL if out of memory;
 * disk_free() it. */
struct disk *disk_new(const struct drive *d, struct drive_cache cache,
                      const struct queue_rules *rules, int most,
                      struct drive_arm arm);
void disk_free(struct disk *k); /* NULL is fine */

/* @tag's request arrives at @arrive_ms; of those that arrive together the lower
 * tag counts as first. */
void disk_submit(struct disk *k, int tag, int64_t lba, int64_t sectors,
                 double arrive_ms);

/* When it can begin with another one, as far as it itself is concerned. */
double disk_free_ms(const struct disk *k);
/* When the first of those that wait has arrived; INFINITY if none waits. */
double disk_arrival_ms(const struct disk *k);

struct disk_answer {
    int tag;
    double arrive_ms, start_ms;
    bool hit;             /* all of it was in memory */
    int64_t cylinder;     /* where it lies */
    int64_t from, to;     /* the arm moves, in cylinders */
    struct drive_times t; /* .done_ms: the reader has it */
};
/* Choose one of those that have arrived by @now_ms, at or after both times
 * above, and serve it. Never without one. */
struct disk_answer disk_serve(struct disk *k, enum spec_disk_policy policy,
                              double now_ms);

/* Those that wait, by arrival; up to @most of them. Returns how many there are.
 */
struct disk_waiting {
    int tag;
    int64_t lba, cylinder;
    double arrive_ms;
};
int disk_waiting(const struct disk *k, struct disk_waiting *out, int most);

/* Where its time went so far. */
struct disk_totals {
    int64_t requests, sectors, hits;
    double overhead_ms, move_ms, rotate_ms, transfer_ms, idle_ms;
};
struct disk_totals disk_totals(const struct disk *k);

#endif
