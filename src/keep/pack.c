/* A trace as bytes and back: the frame around head and rows. Any process. */
#include "keep/pack.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "keep/pack_parts.h"

static const char magic[6] = "TSPACK";
#define BEFORE_HEAD (sizeof(magic) + 2 + 4) /* version, line feed, length */
#define SUM_BYTES 4

/* ---- the sum ------------------------------------------------------------- */

/* Eight bytes a step (Kounavis and Berry, "A systematic approach to building
 * high performance software-based CRC generators", ISCC 2005). */
static uint32_t crc_table[8][256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void crc_fill(void)
{
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t sum = n;

        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ 0xedb88320u : sum >> 1;
        crc_table[0][n] = sum;
    }
    for (int k = 1; k < 8; k++)
        for (int n = 0; n < 256; n++) {
            uint32_t before = crc_table[k - 1][n];

            crc_table[k][n] = before >> 8 ^ crc_table[0][before & 255];
        }
}

uint32_t pack_crc32(uint32_t crc, const void *data, size_t len)
{
    const uint8_t *p = data;

    pthread_once(&crc_once, crc_fill);
    crc = ~crc;
    for (; len >= 8; len -= 8, p += 8) {
        crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
               (uint32_t)p[3] << 24;
        crc = crc_table[7][crc & 255] ^ crc_table[6][crc >> 8 & 255] ^
              crc_table[5][crc >> 16 & 255] ^ crc_table[4][crc >> 24] ^
              crc_table[3][p[4]] ^ crc_table[2][p[5]] ^ crc_table[1][p[6]] ^
              crc_table[0][p[7]];
    }
    for (; len > 0; len--, p++)
        crc = crc >> 8 ^ crc_table[0][(crc ^ *p) & 255];
    return ~crc;
}

static void put_32(uint8_t *at, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> 8 * i);
}

static uint32_t take_32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* ---- out ----------------------------------------------------------------- */

void pack_fini(struct pack *p)
{
    free(p->data);
    *p = (struct pack){0};
}

/* Up to where the timeline is not complete when only the newest @kept spans
 * stay. */
static int64_t complete_from(const struct trace *t, uint64_t kept)
{
    uint64_t total = trace_span_total(t);
    uint64_t first = (uint64_t)t->observer.dropped_spans;
    int64_t from_ns = t->complete_from_ns;

    for (; first + kept < total; first++) {
        const struct span *s = trace_span_at(t, first);

        if (s->end_ns > from_ns)
            from_ns = s->end_ns;
    }
    return from_ns;
}

static void write_head(struct pack_io *io, json_t *head)
{
    char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;
    size_t length = text ? strlen(text) : 0;
    uint8_t *room = pack_room(io, BEFORE_HEAD + length);

    if (!text || !room || length > UINT32_MAX) {
        io->failed = true;
    } else {
        memcpy(room, magic, sizeof(magic));
        room[sizeof(magic)] = PACK_VERSION;
        room[sizeof(magic) + 1] = '\n';
        put_32(room + sizeof(magic) + 2, (uint32_t)length);
        for (size_t i = 0; i < length; i++) /* no NUL: its length is told */
            room[BEFORE_HEAD + i] = (uint8_t)text[i];
        io->out->len += BEFORE_HEAD + length;
    }
    free(text);
}

/* What the writers hand in they do not change; they are shared with reading,
 * which does. */
static void write_rows(struct pack_io *io, const struct trace *t,
                       const struct pack_counts *counts)
{
    struct trace *copy = malloc(sizeof(*copy));

    if (!copy) {
        io->failed = true;
        return;
    }
    *copy = *t;
    pack_rows(io, copy, counts);
    free(copy);
}

int pack_trace(const struct trace *t, size_t spans, struct pack *out,
               struct err *err)
{
    uint64_t there = trace_span_total(t) - (uint64_t)t->observer.dropped_spans;
    uint64_t kept = spans < there ? spans : there;
    const struct pack_counts counts = {
        .workers = t->worker_count,
        .phases = (int64_t)t->phase_count,
        .resources = t->resource_count,
        .events = (int64_t)t->event_count,
        .samples = (int64_t)t->sample_count,
        .spans = (int64_t)kept,
    };
    struct pack_io io = {.out = out};
    json_t *head;
    uint8_t *room;

    *out = (struct pack){0};
    head =
        pack_head(t, &counts, (int64_t)(there - kept), complete_from(t, kept));
    write_head(&io, head);
    json_decref(head); /* NULL is fine */
    write_rows(&io, t, &counts);
    pack_spans_write(&io, t, counts.spans);
    room = pack_room(&io, SUM_BYTES);
    if (!room) {
        pack_fini(out);
        return err_set(err, -ENOMEM, "no memory to keep the run");
    }
    put_32(room, pack_crc32(0, out->data, out->len));
    out->len += SUM_BYTES;
    return 0;
}

/* ---- in ------------------------------------------------------------------ */

static int damaged(struct err *err, const char *how)
{
    return err_set(err, -EBADMSG, "the kept run is damaged: %s", how);
}

static int check_frame(const uint8_t *data, size_t len, struct err *err)
{
    if (len < BEFORE_HEAD + SUM_BYTES ||
        memcmp(data, magic, sizeof(magic)) != 0)
        return err_set(err, -EBADMSG,
                       "that is not a kept run, or only its beginning");
    if (pack_crc32(0, data, len - SUM_BYTES) != take_32(data + len - SUM_BYTES))
        return damaged(err, "it was cut short or changed (its sum is wrong)");
    if (data[sizeof(magic)] != PACK_VERSION)
        return err_set(err, -ENOTSUP,
                       "this run was kept by a later version of timeslice "
                       "(form %d; this one reads %d)",
                       data[sizeof(magic)], PACK_VERSION);
    if (take_32(data + sizeof(magic) + 2) > len - SUM_BYTES - BEFORE_HEAD)
        return damaged(err, "its head is longer than all of it");
    return 0;
}

static int read_rows(struct pack_io *io, struct trace *t,
                     const struct pack_counts *counts, struct err *err)
{
    bool failed_alloc = t->failed_alloc;
    size_t workers_bytes;
    struct trace_worker *workers;
    struct trace_core *cores;
    int core_count = t->core_count;

    t->failed_alloc = false;
    pack_rows(io, t, counts);
    /* Adding spans adds to totals, which are there already. */
    workers_bytes = (size_t)t->worker_count * sizeof(*workers);
    workers = malloc(workers_bytes + 1);
    cores = malloc((size_t)core_count * sizeof(*cores) + 1);
    if (workers && cores && !io->failed) {
        memcpy(cores, t->cores, (size_t)core_count * sizeof(*cores));
        if (workers_bytes > 0)
            memcpy(workers, t->workers, workers_bytes);
        pack_spans_read(io, t, counts->spans);
        if (workers_bytes > 0)
            memcpy(t->workers, workers, workers_bytes);
        free(t->cores);
        t->cores = cores;
        t->core_count = core_count;
        cores = NULL;
    } else {
        io->failed = true;
    }
    free(workers);
    free(cores);
    if (io->stranger)
        return err_set(err, -ENOTSUP,
                       "this run was kept by a later version of timeslice: it "
                       "has words that this one does not know");
    if (t->failed_alloc)
        return err_set(err, -ENOMEM, "no memory for the kept run");
    if (io->failed || io->at != io->end)
        return damaged(err, "its parts do not fit together");
    t->failed_alloc = failed_alloc;
    return 0;
}

int pack_open(const uint8_t *data, size_t len, struct trace **out,
              struct err *err)
{
    struct pack_counts counts;
    struct pack_io *io;
    struct trace *t = NULL;
    json_t *head;
    size_t length;
    int rc;

    *out = NULL;
    rc = check_frame(data, len, err);
    if (rc < 0)
        return rc;
    length = take_32(data + sizeof(magic) + 2);
    head = json_loadb((const char *)data + BEFORE_HEAD, length, 0, NULL);
    if (!head)
        return damaged(err, "its head cannot be read");
    io = calloc(1, sizeof(*io));
    if (!io) {
        json_decref(head);
        return err_set(err, -ENOMEM, "no memory for the kept run");
    }
    io->at = data + BEFORE_HEAD + length;
    io->end = data + len - SUM_BYTES;
    rc = pack_read_head(head, &t, io, &counts, err);
    json_decref(head);
    if (rc == 0)
        rc = read_rows(io, t, &counts, err);
    free(io);
    if (rc < 0) {
        trace_free(t);
        return rc;
    }
    *out = t;
    return 0;
}
