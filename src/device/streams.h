/* Readers that each wait for their answer before they ask again: K closed
 * streams at one drive. Pure; any process, one thread.
 *
 * The one order of things that both the model in virtual time and the live
 * drive go through. A reader's next request arrives a fixed time after its
 * answer, on the drive's clock, however long its thread really took to wake up;
 * and no choice is made before all those requests are known that may have
 * arrived by then. So the live drive does what the model does, step by step,
 * and never waits for a reader whom a real drive would not wait for.
 *
 * Readers begin at random places in equal slices of the drive, in random order.
 * Evenly spaced and in order, first come first served would be a sweep. */
#ifndef DEVICE_STREAMS_H
#define DEVICE_STREAMS_H

#include "device/disk.h"

struct streams_setup {
    const struct drive *drive;
    struct drive_cache cache;
    int64_t bytes; /* of one request; whole sectors */
    enum spec_pattern pattern;
    double think_ms; /* from an answer to the reader's next request */
    int readers;     /* that share the drive out among them */
    int most;        /* with those that may come later: at least .readers */
    uint64_t seed;
};

/* What one reader asks for, one after the other: its own, wherever it runs. */
struct stream {
    int64_t next;
    int64_t all, sectors; /* of the drive, of a request */
    enum spec_pattern pattern;
    uint64_t random;
};
/* Fill @out with @setup's .most readers. */
void stream_begin(struct stream *out, const struct streams_setup *setup);
/* Where its next request is; the one after that follows. */
int64_t stream_next(struct stream *s);

struct streams;
/* NULL if out of memory; streams_free() it. Nobody is expected yet. */
struct streams *streams_new(const struct streams_setup *setup);
void streams_free(struct streams *s); /* NULL is fine */

/* Will @reader ask (again)? The drive waits for those that will. */
void streams_expect(struct streams *s, int reader, bool will);
/* The readers were held up, and the drive with them: nobody's request comes
 * before now. */
void streams_resume(struct streams *s);
/* @reader's request is known. It has no other. */
void streams_ask(struct streams *s, int reader, int64_t lba);
bool streams_asked(const struct streams *s, int reader);

enum streams_kind {
    STREAMS_WAIT,  /* for the request of some reader: streams_ask(), then
                      again. .reader is one of them; -1: nobody is expected */
    STREAMS_SERVE, /* the drive has begun with .answer */
    STREAMS_ANSWER /* at .ms .reader has its answer */
};
struct streams_event {
    enum streams_kind kind;
    int reader;
    double ms;
    struct disk_answer answer;
};
struct streams_event streams_step(struct streams *s,
                                  enum spec_disk_policy policy);
const struct disk *streams_disk(const struct streams *s);

/* ---- the model run ------------------------------------------------------ */

struct streams_result {
    double ms, bytes; /* after the first .skipped requests */
    double bytes_per_s;
    int64_t least, most;       /* requests that one reader got */
    struct disk_totals totals; /* of all */
};
/* Run it in virtual time for @requests answers or, if that is 0, for @ms, the
 * first @skip answers not counted. False if out of memory. */
bool streams_run(const struct streams_setup *setup,
                 enum spec_disk_policy policy, int64_t requests, double ms,
                 int64_t skip, struct streams_result *out);

#endif
