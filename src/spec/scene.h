/* The apparatus of a workload as a picture: plain data that the lab publishes
 * on the scoreboard and views draw. All processes. One member of the union a
 * workload; whoever owns the apparatus (a service, or who holds its lock)
 * writes it whole with board_show(). No pointers. */
#ifndef SPEC_SCENE_H
#define SPEC_SCENE_H

#include <stdint.h>

enum scene_kind {
    SCENE_NONE,
    SCENE_DISK,  /* disk: head, queue, where its time went */
    SCENE_FLEET, /* fleet: hosts by state */
    SCENE_QUEUE, /* queue, sync, pipe: a pipe with items */
    SCENE_FILES, /* migrate, command: tasks by state */
    SCENE_KINDS
};

#define SCENE_DISK_QUEUE 64
#define SCENE_DISK_TRAIL 128
#define SCENE_DISK_CHANNELS 8
struct scene_disk {
    int32_t cylinders; /* of the drive; 0: it has no arm */
    /* The arm leaves one cylinder and is over the other; CLOCK_MONOTONIC. */
    int32_t from, to;
    int64_t leaves_ns, there_ns;
    int32_t policy;                       /* enum spec_disk_policy */
    int32_t channels;                     /* requests it serves at once */
    int32_t serving[SCENE_DISK_CHANNELS]; /* readers; -1 none */
    int32_t depth;  /* requests that wait; the first ones in .queue */
    int64_t served; /* so far; the last ones in .trail */
    struct {
        int32_t cylinder, reader;
    } queue[SCENE_DISK_QUEUE];
    struct { /* ring: request n in slot n % SCENE_DISK_TRAIL */
        int32_t cylinder, reader;
        int32_t hit; /* it was in the drive's memory: the arm stayed away */
    } trail[SCENE_DISK_TRAIL];
    /* Of the drive's time so far, in its own nanoseconds. */
    int64_t overhead_ns, seek_ns, rotate_ns, transfer_ns, idle_ns;
    int64_t cache_hits;
};

#define SCENE_HOSTS 4000
enum scene_host {
    HOST_IDLE,
    HOST_ASKED, /* thinks about its answer */
    HOST_SENDING,
    HOST_REFUSES,
    HOST_SILENT, /* never answers */
    HOST_DONE    /* has answered, and nobody asks it now */
};
struct scene_fleet {
    int32_t hosts;
    int32_t connections; /* open now */
    int32_t due;         /* of them: have an answer for the link */
    int64_t sent_bytes;
    double load; /* share of the link in use lately; 0 if it has no bound */
    uint8_t state[SCENE_HOSTS]; /* enum scene_host */
};

#define SCENE_QUEUE_ITEMS 64
struct scene_queue {
    int64_t capacity, depth;
    int64_t produced, consumed;
    int64_t unit; /* bytes an item counts for; 0: items */
    int32_t sentinels_in, sentinels_out;
    int32_t item[SCENE_QUEUE_ITEMS]; /* oldest first; -1: a sentinel */
};

#define SCENE_FILE_COUNT 4000
enum scene_file {
    FILE_WAITS,
    FILE_READS,
    FILE_CONVERTS,
    FILE_WRITES,
    FILE_DONE,
    FILE_FAILED
};
struct scene_files {
    int32_t count;
    int32_t groups;
    uint8_t state[SCENE_FILE_COUNT]; /* enum scene_file */
};

struct scene {
    uint32_t kind; /* enum scene_kind */
    union {
        struct scene_disk disk;
        struct scene_fleet fleet;
        struct scene_queue queue;
        struct scene_files files;
    };
};

#endif
