/* Inside keep/: a pack's bytes, and how its parts go into them and out again.
 *
 * A pack is
 *
 *   "TSPACK", a version byte, a line feed
 *   the head's length (4 bytes, lowest first) and the head, JSON
 *   workers, phases, resources, events, samples, latency, scene, spans
 *   CRC-32 of all that (4 bytes, lowest first)
 *
 * in small numbers: varints of 7 bits a byte, lowest first; what may be
 * negative is folded (0, -1, 1, -2 ... are 0, 1, 2, 3), as in Google's Protocol
 * Buffers. The head says how many of each there are and lists the words whose
 * places in the list the bytes give, so that a program with more words, or with
 * them in another order, reads them right.
 *
 * The same functions write and read: each hands in a place, which is read from
 * or filled. One thread a pack. */
#ifndef KEEP_PACK_PARTS_H
#define KEEP_PACK_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep/pack.h"
#include "trace/trace.h"

#define PACK_VERSION 1
#define PACK_SCHEMA "timeslice.pack/1"

/* ---- words --------------------------------------------------------------- */

enum pack_list {
    LIST_STATE,
    LIST_CAUSE,
    LIST_LIFE,
    LIST_ROLE,
    LIST_SYNC,
    LIST_EVENT,
    LIST_RESOURCE,
    LIST_SCENE,
    LIST_HOST,
    LIST_FILE,
    LIST_POLICY,
    LIST_METRIC,
    LIST_COUNT
};
#define PACK_LIST_MOST 256

struct pack_words {
    const char *name; /* in the head */
    int count;
    const char *(*word)(int i);
};
extern const struct pack_words pack_words[LIST_COUNT];

/* ---- bytes --------------------------------------------------------------- */

struct pack_io {
    struct pack *out; /* writing; NULL: reading */
    const uint8_t *at, *end;
    /* Reading: what the pack's place in a list is with us, -1: unknown. */
    int16_t place[LIST_COUNT][PACK_LIST_MOST];
    int known[LIST_COUNT]; /* places in the pack's list */
    bool failed;           /* no memory, or not what it should be */
    bool stranger;         /* a word of a later version */
};

uint8_t *pack_grow(struct pack_io *io, size_t bytes);

/* Room for @bytes more; NULL: none, and .failed. Advance .out->len yourself. */
static inline uint8_t *pack_room(struct pack_io *io, size_t bytes)
{
    struct pack *p = io->out;

    return p->cap - p->len >= bytes && !io->failed ? p->data + p->len
                                                   : pack_grow(io, bytes);
}

void pack_bytes(struct pack_io *io, void *bytes, size_t count);

void pack_int(struct pack_io *io, int64_t *n);
/* Refused unless it is within @min .. @max. */
void pack_int32(struct pack_io *io, int32_t *n, int32_t min, int32_t max);
/* A number that is mostly whole, or whole nanoseconds in seconds: few bytes,
 * and exact. */
void pack_real(struct pack_io *io, double *x);
void pack_word(struct pack_io *io, enum pack_list list, int *n);
void pack_metrics(struct pack_io *io, struct metrics *m);
/* @count bytes of few values, each a word of @list: as runs. */
void pack_run(struct pack_io *io, enum pack_list list, uint8_t *bytes,
              int count);

static inline uint64_t pack_fold(int64_t n)
{
    return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

static inline int64_t pack_unfold(uint64_t n)
{
    return (int64_t)(n >> 1 ^ -(n & 1));
}

/* Differences of any two numbers, without overflow. */
static inline int64_t pack_minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t pack_plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* A time that clocks show, within 73 years of their start: differences of two
 * cannot overflow. */
static inline bool pack_is_time(int64_t ns)
{
    return ns > -(INT64_C(1) << 61) && ns < INT64_C(1) << 61;
}

#define PACK_VARINT 10 /* bytes at most */

static inline uint8_t *pack_put(uint8_t *at, uint64_t n)
{
    while (n > 127) {
        *at++ = (uint8_t)(n | 128);
        n >>= 7;
    }
    *at++ = (uint8_t)n;
    return at;
}

/* The next varint; 0 and .failed at the end. */
uint64_t pack_take(struct pack_io *io);

/* ---- parts --------------------------------------------------------------- */

/* How many rows of each; in the head. */
struct pack_counts {
    int64_t workers, phases, resources, events, samples, spans;
};

/* The head of @t as JSON (a new reference), NULL: no memory. */
json_t *pack_head(const struct trace *t, const struct pack_counts *counts,
                  int64_t skipped, int64_t complete_from_ns);
/* A trace with all that the head says, without rows; .place and @counts
 * filled. 0, -EBADMSG, -ENOTSUP or -ENOMEM with a sentence. */
int pack_read_head(const json_t *head, struct trace **out, struct pack_io *io,
                   struct pack_counts *counts, struct err *err);

/* All rows but the spans; when reading, of a trace that has none yet. */
void pack_rows(struct pack_io *io, struct trace *t,
               const struct pack_counts *counts);
/* The newest @count spans. */
void pack_spans_write(struct pack_io *io, const struct trace *t, int64_t count);
void pack_spans_read(struct pack_io *io, struct trace *t, int64_t count);

/* Any bytes as valid UTF-8, and back: what is not UTF-8 goes by byte into a
 * corner of Unicode that nobody uses. */
json_t *pack_string(const char *s);
void pack_string_take(const json_t *from, char *out, size_t size);

#endif
