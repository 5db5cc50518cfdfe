/* Closed readers at one drive, and the model run. Any process; one thread. */
#include "device/streams.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* ---- what a reader asks for --------------------------------------------- */

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t random_below(uint64_t *state, int64_t n)
{
    return n > 0 ? (int64_t)(random_next(state) % (uint64_t)n) : 0;
}

static int64_t request_sectors(const struct streams_setup *setup)
{
    int64_t a_sector = setup->drive->sector_bytes;
    int64_t n = (setup->bytes + a_sector - 1) / a_sector;

    return n > 0 ? n : 1;
}

void stream_begin(struct stream *out, const struct streams_setup *setup)
{
    int64_t all = drive_sectors(setup->drive), n = request_sectors(setup);
    int64_t slice = all / setup->readers;
    /* Of two readers all depends on the one distance between them. The constant
     * is one with which the usual seed, 1, is a usual case for any number. */
    uint64_t random = setup->seed * UINT64_C(0x2545f4914f6cdd1d) + 81;

    for (int i = 0; i < setup->readers; i++)
        out[i].next = i * slice + random_below(&random, slice - n);
    for (int i = setup->readers - 1; i > 0; i--) { /* Fisher and Yates */
        int64_t k = random_below(&random, i + 1);
        int64_t next = out[i].next;

        out[i].next = out[k].next;
        out[k].next = next;
    }
    /* Those that may come later change nothing for those that are there. */
    for (int i = setup->readers; i < setup->most; i++)
        out[i].next = random_below(&random, all - n);
    for (int i = 0; i < setup->most; i++) {
        out[i] = (struct stream){
            .next = out[i].next + n <= all ? out[i].next : all - n,
            .all = all,
            .sectors = n,
            .pattern = setup->pattern,
            .random = setup->seed << 32 ^ (uint64_t)i,
        };
        random_next(&out[i].random);
    }
}

int64_t stream_next(struct stream *s)
{
    int64_t lba = s->next;

    if (s->pattern == PATTERN_RANDOM)
        s->next = random_below(&s->random, s->all / s->sectors) * s->sectors;
    else
        s->next = lba + 2 * s->sectors > s->all ? 0 : lba + s->sectors;
    return lba;
}

/* ---- one after the other ------------------------------------------------ */

struct reader {
    bool expected, asked;
    double due_ms;  /* its next request arrives */
    double done_ms; /* its answer is on the way: then; else INFINITY */
};

struct streams {
    struct disk *disk;
    int most;
    int64_t sectors;
    double think_ms;
    double now_ms; /* of the latest event */
    struct reader *readers;
};

struct streams *streams_new(const struct streams_setup *setup)
{
    struct streams *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->most = setup->most;
    s->sectors = request_sectors(setup);
    s->think_ms = setup->think_ms;
    s->readers = calloc((size_t)setup->most, sizeof(*s->readers));
    s->disk = disk_new(setup->drive, setup->cache, &queue_usual, setup->most,
                       (struct drive_arm){setup->drive->cylinders / 2, 0});
    if (!s->readers || !s->disk) {
        streams_free(s);
        return NULL;
    }
    for (int i = 0; i < s->most; i++)
        s->readers[i].done_ms = INFINITY;
    return s;
}

void streams_free(struct streams *s)
{
    if (!s)
        return;
    disk_free(s->disk);
    free(s->readers);
    free(s);
}

const struct disk *streams_disk(const struct streams *s)
{
    return s->disk;
}

void streams_expect(struct streams *s, int reader, bool will)
{
    s->readers[reader].expected = will;
}

void streams_resume(struct streams *s)
{
    for (int i = 0; i < s->most; i++)
        s->readers[i].due_ms = fmax(s->readers[i].due_ms, s->now_ms);
}

bool streams_asked(const struct streams *s, int reader)
{
    return s->readers[reader].asked;
}

void streams_ask(struct streams *s, int reader, int64_t lba)
{
    struct reader *r = &s->readers[reader];

    assert(!r->asked);
    r->asked = true;
    r->due_ms = fmax(r->due_ms, 0);
    disk_submit(s->disk, reader, lba, s->sectors, r->due_ms);
}

/* The reader whose request is not known and comes first; -1: none. */
static int first_missing(const struct streams *s)
{
    int best = -1;

    for (int i = 0; i < s->most; i++) {
        const struct reader *r = &s->readers[i];

        if (r->expected && !r->asked &&
            (best < 0 || r->due_ms < s->readers[best].due_ms))
            best = i;
    }
    return best;
}

static int first_answer(const struct streams *s)
{
    int best = 0;

    for (int i = 1; i < s->most; i++)
        if (s->readers[i].done_ms < s->readers[best].done_ms)
            best = i;
    return best;
}

struct streams_event streams_step(struct streams *s,
                                  enum spec_disk_policy policy)
{
    int next = first_answer(s), missing = first_missing(s);
    struct reader *r = &s->readers[next];
    struct streams_event e = {.reader = next};
    double missing_ms = missing < 0 ? INFINITY : s->readers[missing].due_ms;
    /* The drive's next choice: it is free, and somebody is there. */
    double choice_ms =
        fmax(disk_free_ms(s->disk), fmin(disk_arrival_ms(s->disk), missing_ms));

    if (r->done_ms <= choice_ms && r->done_ms < INFINITY) {
        e.kind = STREAMS_ANSWER;
        e.ms = s->now_ms = r->done_ms;
        r->due_ms = r->done_ms + s->think_ms;
        r->done_ms = INFINITY;
        r->asked = false;
        return e;
    }
    if (missing_ms <= choice_ms) {
        e.kind = STREAMS_WAIT;
        e.reader = missing;
        return e;
    }
    s->now_ms = fmax(s->now_ms, choice_ms);
    e.kind = STREAMS_SERVE;
    e.answer = disk_serve(s->disk, policy, choice_ms);
    e.reader = e.answer.tag;
    e.ms = choice_ms;
    s->readers[e.reader].done_ms = e.answer.t.done_ms;
    return e;
}

/* ---- the model run ------------------------------------------------------ */

static void run_readers(struct streams *s, struct stream *stream,
                        const struct streams_setup *setup,
                        enum spec_disk_policy policy, int64_t requests,
                        double ms, int64_t skip, int64_t *got,
                        struct streams_result *out)
{
    double begin_ms = 0, now_ms = 0;
    int64_t done = 0;

    for (int i = 0; i < setup->readers; i++)
        streams_expect(s, i, true);
    while (requests > 0 ? done < requests : now_ms < ms) {
        struct streams_event e = streams_step(s, policy);

        if (e.kind == STREAMS_WAIT)
            streams_ask(s, e.reader, stream_next(&stream[e.reader]));
        if (e.kind != STREAMS_ANSWER)
            continue;
        now_ms = e.ms;
        if (++done <= skip)
            begin_ms = now_ms;
        else
            got[e.reader]++;
    }
    out->ms = now_ms - begin_ms;
    out->bytes =
        (double)((done - skip) * s->sectors) * setup->drive->sector_bytes;
    if (out->ms > 0)
        out->bytes_per_s = out->bytes / out->ms * 1000;
    out->totals = disk_totals(s->disk);
}

bool streams_run(const struct streams_setup *setup,
                 enum spec_disk_policy policy, int64_t requests, double ms,
                 int64_t skip, struct streams_result *out)
{
    struct streams *s = streams_new(setup);
    struct stream *stream = calloc((size_t)setup->most, sizeof(*stream));
    int64_t *got = calloc((size_t)setup->most, sizeof(*got));
    bool ok = s && stream && got;

    *out = (struct streams_result){0};
    if (ok) {
        stream_begin(stream, setup);
        run_readers(s, stream, setup, policy, requests, ms, skip, got, out);
        out->least = out->most = got[0];
        for (int i = 1; i < setup->readers; i++) {
            out->least = got[i] < out->least ? got[i] : out->least;
            out->most = got[i] > out->most ? got[i] : out->most;
        }
    }
    free(got);
    free(stream);
    streams_free(s);
    return ok;
}
