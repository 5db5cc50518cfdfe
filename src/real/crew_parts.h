/* What the files of the forked process share: its threads and their memory. */
#ifndef REAL_CREW_PARTS_H
#define REAL_CREW_PARTS_H

#include <pthread.h>
#include <sched.h>
#include <stdalign.h>

#include "real/crew.h"
#include "real/engine.h"
#include "real/tally.h"

#define BATCH_LEAST 16 /* instances */

/* How a few batches are run. */
struct plan {
    int count;   /* instances of the batch */
    int spacing; /* which */
    bool lingers;
    int every; /* the threads meet before every so many instances, */
    int delay; /* then each waits for less than so many turns */
    int linger_every, linger_most;
    uint64_t deal; /* of threads to processors, slices to threads */
    bool stop;
};

struct crew;

struct member {
    struct crew *crew;
    pthread_t thread;
    struct runner runner;
    struct compiled code[SPACINGS][2]; /* [1]: with lingering */
    int16_t *records;                  /* of a batch: .width each */
    int width;
    int reset_count;
    uint16_t reset[TSL_REGISTERS]; /* registers to be set at the start */
    struct tally *tally;
    uint64_t deal; /* that it is settled by */
    /* Meetings it has come to. This thread only; read by the others. */
    alignas(REAL_LINE) _Atomic int64_t met;
};

struct crew {
    const struct program *program;
    const struct real_request *request;
    struct real_shared *shared;
    struct kept kept;
    int cpu[CPU_SETSIZE], cpus;
    int most; /* instances there is room for */
    struct spacing spacing[SPACINGS];
    char *cells[SPACINGS];
    _Atomic uint32_t *places; /* NULL: no regions that exclude each other */
    char *monitors;           /* NULL: nothing waits */
    size_t monitor_size;
    /* Written by the first thread while the others count, having copied it. */
    struct plan plan;
    uint64_t random;
    int64_t start_ns, last_ns, done;
    int batches, room; /* instances a batch takes for now */
    /* A barrier: the last to arrive lets the others go. */
    alignas(REAL_LINE) _Atomic uint32_t arrived;
    alignas(REAL_LINE) _Atomic uint32_t turn;
    alignas(REAL_LINE) _Atomic int endless; /* a thread's number + 1 */
    struct member *members;
};

/* Give @c cells, places, monitors and members (crew_make.c). 0, or a negative
 * errno with a sentence; the memory goes with the process. */
int crew_make(struct crew *c, struct err *err);
/* @bytes of zeroes that begin with a cache line and share none; NULL. */
void *crew_lines(size_t bytes);
/* @instance in @spacing as it is before anybody ran in it. */
void crew_make_anew(struct crew *c, int spacing, int instance);

#endif
