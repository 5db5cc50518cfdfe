/* A drive at work. Any process; one thread. */
#include "device/disk.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define SEGMENTS_MAX 16

struct segment { /* sectors in memory: first .. end - 1 */
    int64_t first, end;
    int64_t used; /* when last, counted in requests */
};

struct disk {
    const struct drive *drive;
    struct drive_cache cache;
    const struct queue_rules *rules;
    struct drive_arm arm;
    struct queue_state state;
    double free_ms[DRIVE_CHANNELS]; /* each server: busy until */
    int servers;
    double bus_free_ms; /* flash: the common way out */

    /* Memory. The arm reads on into .current, which it has up to its end since
     * .read_ms, and no further than .limit. */
    struct segment segments[SEGMENTS_MAX];
    int segment_count;
    struct segment *current; /* NULL: it does not read on */
    double read_ms;
    int64_t limit;

    struct disk_totals totals;
    int most, waiting;
    struct queue_item *items;
    struct asked {
        int tag;
        int64_t lba, sectors;
    } * asked; /* the same places */
};

struct disk *disk_new(const struct drive *d, struct drive_cache cache,
                      const struct queue_rules *rules, int most,
                      struct drive_arm arm)
{
    struct disk *k = calloc(1, sizeof(*k));

    if (!k)
        return NULL;
    k->items = calloc((size_t)most, sizeof(*k->items));
    k->asked = calloc((size_t)most, sizeof(*k->asked));
    if (!k->items || !k->asked) {
        disk_free(k);
        return NULL;
    }
    assert(cache.segments <= SEGMENTS_MAX && d->channels <= DRIVE_CHANNELS);
    k->drive = d;
    k->cache = cache;
    k->rules = rules;
    k->arm = arm;
    k->servers = d->channels ? d->channels : 1;
    k->most = most;
    return k;
}

void disk_free(struct disk *k)
{
    if (!k)
        return;
    free(k->items);
    free(k->asked);
    free(k);
}

/* ---- the queue ---------------------------------------------------------- */

void disk_submit(struct disk *k, int tag, int64_t lba, int64_t sectors,
                 double arrive_ms)
{
    struct drive_place at = drive_place(k->drive, lba);
    int i = k->waiting++;

    assert(k->waiting <= k->most && sectors > 0 &&
           lba + sectors <= drive_sectors(k->drive));
    /* In order of arrival, so that ties do not depend on who told first. */
    for (; i > 0 && (k->items[i - 1].arrive_ms > arrive_ms ||
                     (k->items[i - 1].arrive_ms == arrive_ms &&
                      k->asked[i - 1].tag > tag));
         i--) {
        k->items[i] = k->items[i - 1];
        k->asked[i] = k->asked[i - 1];
    }
    k->items[i] = (struct queue_item){
        .arrive_ms = arrive_ms, .position = lba, .cylinder = at.cylinder};
    k->asked[i] = (struct asked){.tag = tag, .lba = lba, .sectors = sectors};
}

static int free_server(const struct disk *k)
{
    int best = 0;

    for (int i = 1; i < k->servers; i++)
        if (k->free_ms[i] < k->free_ms[best])
            best = i;
    return best;
}

double disk_free_ms(const struct disk *k)
{
    return k->free_ms[free_server(k)];
}

double disk_arrival_ms(const struct disk *k)
{
    return k->waiting > 0 ? k->items[0].arrive_ms : INFINITY;
}

int disk_waiting(const struct disk *k, struct disk_waiting *out, int most)
{
    for (int i = 0; i < k->waiting && i < most; i++)
        out[i] = (struct disk_waiting){.tag = k->asked[i].tag,
                                       .lba = k->asked[i].lba,
                                       .cylinder = k->items[i].cylinder,
                                       .arrive_ms = k->items[i].arrive_ms};
    return k->waiting;
}

/* What satf goes by: move and rotation if it began with each one now. */
static void reach_all(struct disk *k, double now_ms)
{
    for (int i = 0; i < k->waiting; i++) {
        struct drive_place at = drive_place(k->drive, k->asked[i].lba);
        double move = drive_move_ms(k->drive, &k->arm, &at);

        k->items[i].reach_ms =
            move + drive_rotate_ms(k->drive,
                                   now_ms + k->drive->overhead_ms + move, &at);
    }
}

/* Time that a sweep's end costs before the request's own seek: the arm's
 * starting point becomes where it ends. */
static double detour(struct disk *k, enum queue_turn turn, bool was_down)
{
    const struct drive *d = k->drive;
    int64_t edge = was_down ? 0 : d->cylinders - 1;
    int64_t other = d->cylinders - 1 - edge;
    double ms;

    if (d->channels || (turn != TURN_EDGE && turn != TURN_WRAP))
        return 0;
    ms = drive_seek_ms(d, edge - k->arm.cylinder);
    k->arm.cylinder = edge;
    if (turn == TURN_WRAP) {
        ms += drive_seek_ms(d, other - edge);
        k->arm.cylinder = other;
    }
    return ms;
}

/* ---- memory ------------------------------------------------------------- */

/* The arm has read on until @now_ms. */
static void read_on_until(struct disk *k, double now_ms)
{
    struct segment *s = k->current;

    if (s && s->end < k->limit && k->read_ms < now_ms)
        s->end += drive_read_until(k->drive, &k->arm, &k->read_ms, s->end,
                                   now_ms, k->limit - s->end);
}

/* From @now_ms on it may read @sectors behind @end. */
static void limit_set(struct disk *k, int64_t end, int64_t sectors,
                      double now_ms)
{
    int64_t all = drive_sectors(k->drive);

    /* It had stopped there, and the platter has turned since. */
    if (k->current->end >= k->limit && k->read_ms < now_ms)
        k->read_ms = now_ms;
    k->limit = end + sectors < all ? end + sectors : all;
}

static struct segment *segment_with(struct disk *k, int64_t lba)
{
    for (int i = 0; i < k->segment_count; i++)
        if (lba >= k->segments[i].first && lba < k->segments[i].end)
            return &k->segments[i];
    return NULL;
}

/* A place for a new stream: that of the one which asked longest ago. */
static struct segment *segment_take(struct disk *k, int64_t lba)
{
    struct segment *s = &k->segments[0];

    if (k->segment_count < k->cache.segments)
        s = &k->segments[k->segment_count++];
    else
        for (int i = 1; i < k->segment_count; i++)
            if (k->segments[i].used < s->used)
                s = &k->segments[i];
    s->first = s->end = lba;
    return s;
}

/* ---- serving ------------------------------------------------------------ */

static double over_bus_ms(const struct disk *k, int64_t sectors)
{
    return (double)(sectors * k->drive->sector_bytes) /
           k->drive->bus_bytes_per_ms;
}

/* From memory, or from what the arm is just reading into it. */
static void serve_memory(struct disk *k, const struct asked *q,
                         struct segment *s, struct disk_answer *a)
{
    int64_t end = q->lba + q->sectors;
    double ready_ms;

    a->hit = true;
    a->to = a->from;
    a->t.overhead_ms = k->drive->overhead_ms;
    ready_ms = a->start_ms + a->t.overhead_ms;
    a->t.done_ms = ready_ms + over_bus_ms(k, q->sectors);
    if (s->end < end) {
        k->read_ms =
            drive_read_on(k->drive, &k->arm, k->read_ms, s->end, end - s->end);
        s->end = end;
        a->t.done_ms = fmax(a->t.done_ms, k->read_ms);
    }
    a->t.transfer_ms = a->t.done_ms - ready_ms;
    s->used = k->totals.requests;
    if (s == k->current)
        limit_set(k, end, k->cache.idle_sectors, a->t.done_ms);
    k->free_ms[0] = a->t.done_ms;
}

/* With the arm. */
static void serve_medium(struct disk *k, const struct asked *q,
                         double detour_ms, struct disk_answer *a)
{
    struct segment *s = segment_with(k, q->lba);
    int64_t lba = s ? s->end : q->lba; /* what is there need not be read */
    int64_t forced = k->cache.forced_sectors;
    int64_t end = q->lba + q->sectors, all = drive_sectors(k->drive);

    a->to = drive_place(k->drive, lba).cylinder;
    a->t =
        drive_serve(k->drive, &k->arm, a->start_ms, detour_ms, lba, end - lba);
    k->free_ms[0] = a->t.done_ms;
    k->current = NULL;
    if (k->cache.segments == 0)
        return;
    if (!s)
        s = segment_take(k, q->lba);
    s->end = end;
    s->used = k->totals.requests;
    k->current = s;
    k->read_ms = a->t.done_ms;
    k->limit = end;
    if (forced > 0) {
        forced = end + forced < all ? forced : all - end;
        k->read_ms = drive_read_on(k->drive, &k->arm, k->read_ms, end, forced);
        s->end += forced;
        k->totals.transfer_ms += k->read_ms - a->t.done_ms;
        k->free_ms[0] = k->read_ms;
    }
    k->limit = end + k->cache.idle_sectors;
    k->limit = k->limit < all ? k->limit : all;
}

static void serve_flash(struct disk *k, const struct asked *q,
                        struct disk_answer *a)
{
    int channel = free_server(k);
    double ready_ms = a->start_ms + k->drive->overhead_ms;

    a->t.overhead_ms = k->drive->overhead_ms;
    a->t.done_ms = fmax(ready_ms, k->bus_free_ms) + over_bus_ms(k, q->sectors);
    a->t.transfer_ms = a->t.done_ms - ready_ms;
    k->bus_free_ms = a->t.done_ms;
    k->free_ms[channel] = a->t.done_ms;
}

static void serve_arm(struct disk *k, const struct asked *q,
                      struct queue_choice c, bool was_down,
                      struct disk_answer *a)
{
    int64_t end = q->lba + q->sectors;
    struct segment *s = segment_with(k, q->lba);

    /* A stream that goes on where the arm is reading just now. */
    if (!s && k->current && q->lba == k->current->end)
        s = k->current;
    a->from = k->arm.cylinder;
    if (s && (end <= s->end || (s == k->current && end <= k->limit)))
        serve_memory(k, q, s, a);
    else
        serve_medium(k, q, detour(k, c.turn, was_down), a);
}

struct disk_answer disk_serve(struct disk *k, enum spec_disk_policy policy,
                              double now_ms)
{
    bool was_down = k->state.down;
    struct disk_answer a = {.start_ms = now_ms};
    double busy_ms = 0;
    struct queue_choice c;
    struct asked q;

    read_on_until(k, now_ms);
    if (policy == DISK_SATF && !k->drive->channels)
        reach_all(k, now_ms);
    c = queue_choose(policy, k->items, k->waiting, now_ms, k->arm.cylinder,
                     k->rules, &k->state);
    assert(c.index >= 0 && now_ms >= disk_free_ms(k));
    for (int i = 0; i < k->servers; i++)
        busy_ms = fmax(busy_ms, k->free_ms[i]);
    k->totals.idle_ms += fmax(0, now_ms - busy_ms);

    q = k->asked[c.index];
    a.tag = q.tag;
    a.arrive_ms = k->items[c.index].arrive_ms;
    a.cylinder = k->items[c.index].cylinder;
    if (k->drive->channels)
        serve_flash(k, &q, &a);
    else
        serve_arm(k, &q, c, was_down, &a);
    k->state.last_end = q.lba + q.sectors;
    k->waiting--;
    for (int i = c.index; i < k->waiting; i++) { /* they stay in their order */
        k->items[i] = k->items[i + 1];
        k->asked[i] = k->asked[i + 1];
    }

    k->totals.requests++;
    k->totals.sectors += q.sectors;
    k->totals.hits += a.hit;
    k->totals.overhead_ms += a.t.overhead_ms;
    k->totals.move_ms += a.t.move_ms;
    k->totals.rotate_ms += a.t.rotate_ms;
    k->totals.transfer_ms += a.t.transfer_ms + a.t.switch_ms;
    return a;
}

struct disk_totals disk_totals(const struct disk *k)
{
    return k->totals;
}
