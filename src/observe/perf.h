/* The kernel's switch records: one mapped ring a core, filled by the kernel,
 * emptied here. Needs no privilege for one's own tasks where
 * kernel.perf_event_paranoid is 2 or less. Screen process, one thread. */
#ifndef OBSERVE_PERF_H
#define OBSERVE_PERF_H

#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "observe/switches.h"

/* Inherited records cost each worker 3 KB and 2 us a core, so only so many. */
#define PERF_CORES_OWN 16
#define PERF_CORES_ALL 64

struct perf_ring {
    int fd;
    int cpu;
    unsigned char *map;   /* a control page, then, ... */
    uint64_t data_offset; /* ... here, the data, ... */
    uint64_t mask;        /* ... of so many bytes + 1 */
    uint64_t tail, head;  /* head: as of the last perf_look() */

    /* A full ring drops records. The kernel writes how many before the next one
     * that fits - if there is a next one - and, asked, knows it at once. */
    bool was_full;     /* at the last perf_look() */
    int64_t looked_ns; /* when that was */
    uint64_t dropped;  /* as the kernel said when it was asked last */
    uint64_t noted;    /* as its notes in the ring said so far */
    uint64_t told;     /* as .feeds have said so far */
};

struct perf {
    struct perf_ring rings[PERF_CORES_ALL];
    struct switch_feed feeds[PERF_CORES_ALL]; /* of the rings, for the merge */
    int count;
    size_t ring_bytes;
    bool counts_drops; /* the kernel can be asked; since Linux 6.0 */
};

/* Would the kernel give records on core @cpu: of all tasks (@wide) or of the
 * caller's own? 0 or a negative errno. Nothing stays open. */
int perf_try(bool wide, int cpu);

/* Take records on @cpus: of all tasks (@wide) or of task @pid and what it will
 * start. At most @most_bytes a ring (a power of two, at least 64 KiB); halved
 * while the kernel grants no more. Recording begins at once. On failure
 * nothing stays open. */
int perf_open(struct perf *p, pid_t pid, const cpu_set_t *cpus, bool wide,
              size_t most_bytes, struct err *err);
void perf_close(struct perf *p); /* all noughts are fine */

/* Stop and go on recording. Records so far stay. When it returns, every core
 * obeys. */
void perf_record(struct perf *p, bool on);

/* Look how far the kernel has written: .feeds give records up to there, and at
 * the end of a full ring how many did not fit. */
void perf_look(struct perf *p);
/* Give the room of what has been read back to the kernel. */
void perf_release(struct perf *p);

/* Readable when half full. Returns how many, at most @max. */
int perf_fds(const struct perf *p, struct pollfd *out, int max);

#endif
