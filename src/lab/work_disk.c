/* disk: read from a modelled drive, really waiting for it. In the readers, and
 * in a process beside them that is the drive.
 *
 * The drive (device/streams.h) goes by a clock of its own, which begins with
 * the run and goes --scale times as fast as ours. A reader writes its request
 * into shared memory and sleeps; the drive's process sleeps until the absolute
 * time at which the answer is due, so that what one sleep is late the next one
 * makes up for, and wakes it. While the readers stand at the barrier the
 * drive's clock stands still, too.
 *
 * How long a thread takes to wake up is not the drive's affair: times of
 * requests are those of its clock, and it does what the model in virtual time
 * does. When threads cannot be woken as fast as the drive answers, its clock
 * falls behind ours (device_s against wall_scaled_s); it is late then, not
 * wrong. Latencies and device_bytes_per_s are on its clock; all else is
 * measured on ours. */
#include <stddef.h>
#include <stdlib.h>

#include "device/streams.h"
#include "lab/arena.h"
#include "lab/futex.h"
#include "lab/worker.h"

/* Further behind than this the drive does not hurry after our clock. */
#define LATE_MOST_NS (200 * NS_PER_MS)
/* Waiting for a reader, look at the phase so often. */
#define LOOK_NS (5 * NS_PER_MS)
/* Pictures at least so far apart. */
#define SHOW_NS (4 * NS_PER_MS)

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)

struct slot { /* one reader's */
    /* By the reader. */
    alignas(64) _Atomic uint32_t asked; /* requests so far; after .lba */
    int64_t lba;
    struct stream stream;
    /* By the drive. */
    alignas(64) _Atomic uint32_t answered; /* futex; after .took_ns */
    int64_t took_ns;                       /* on the drive's clock */
};

struct work_disk {
    struct streams_setup setup;
    /* By the drive. */
    struct disk_totals totals;
    double clock_ms, bytes; /* of the latest answer; answered so far */
    alignas(64) _Atomic uint32_t listening;
    /* By readers, when the drive listens. */
    alignas(64) _Atomic uint32_t bell; /* futex */
    struct slot slot[];                /* as many as the scoreboard's rows */
};

/* ---- before ------------------------------------------------------------- */

static int disk_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;
    const struct drive *drive = &drives[spec->drive];
    int most = (int)coordinator->board->row_cap;
    struct stream *streams = calloc((size_t)most, sizeof(*streams));
    struct work_disk *d;

    d = arena_map_more(sizeof(*d) + (size_t)most * sizeof(d->slot[0]), err);
    if (!d || !streams) {
        free(streams);
        return d ? err_set(err, -ENOMEM, "no memory for %d readers", most)
                 : err->code;
    }
    d->setup = (struct streams_setup){
        .drive = drive,
        .cache = drive_cache(drive, spec->read_ahead),
        .bytes = spec->bytes,
        .pattern = spec->pattern,
        .think_ms = drive->think_ms,
        .readers = (int)spec->workers,
        .most = most,
        .seed = (uint64_t)spec->seed,
    };
    stream_begin(streams, &d->setup);
    for (int i = 0; i < most; i++)
        d->slot[i].stream = streams[i];
    free(streams);
    coordinator->arena->work = d;
    return 0;
}

/* ---- a reader ----------------------------------------------------------- */

static void ask(struct work_disk *d, struct slot *mine, uint32_t number)
{
    mine->lba = stream_next(&mine->stream);
    /* Sequentially consistent: either the drive sees the request before it
     * sleeps, or we see that it listens. */
    atomic_store(&mine->asked, number);
    if (atomic_load(&d->listening)) {
        atomic_fetch_add(&d->bell, 1);
        futex_wake(&d->bell, 1);
    }
}

static bool disk_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct work_disk *d = w->arena->work;
    struct slot *mine = &d->slot[w->id];
    int64_t bytes = mine->stream.sectors * d->setup.drive->sector_bytes;

    (void)index;
    (void)result;
    do {
        uint32_t number = LOAD(mine->asked) + 1;

        ask(d, mine, number);
        /* Acquire: pairs with the release in answer(). */
        while (atomic_load_explicit(&mine->answered, memory_order_acquire) !=
               number) {
            if (!worker_wait_word(w, &mine->answered, number - 1, INT64_MAX,
                                  WAIT_IO))
                return false;
        }
        worker_count(w, 1);
        worker_report(w, METRIC_REQUESTS, 1);
        worker_report(w, METRIC_BYTES, bytes);
        worker_latency(w, mine->took_ns);
    } while (worker_tick(w));
    return false;
}

/* ---- the drive ---------------------------------------------------------- */

struct service {
    struct worker *self;
    struct work_disk *d;
    struct streams *streams;
    uint32_t phase;    /* the one that we know of */
    uint32_t *taken;   /* requests, a reader */
    double *arrive_ms; /* of the latest one, a reader */
    int64_t origin_ns; /* when the drive's clock was at 0 */
    int64_t shown_ns;
    struct scene scene;
};

static enum spec_disk_policy policy_now(const struct service *v)
{
    uint32_t policy = LOAD(v->self->board->control.disk_policy);

    return policy < DISK_POLICIES ? (enum spec_disk_policy)policy : DISK_FCFS;
}

/* ---- its picture and its books ------------------------------------------ */

static void report(struct board *b, const struct work_disk *d)
{
    const struct disk_totals *t = &d->totals;
    double busy_ms =
        t->overhead_ms + t->move_ms + t->rotate_ms + t->transfer_ms;

    if (busy_ms <= 0 || d->clock_ms <= 0)
        return;
    if (!d->setup.drive->channels) {
        board_report(b, METRIC_SEEK_FRACTION, t->move_ms / busy_ms);
        board_report(b, METRIC_ROTATE_FRACTION, t->rotate_ms / busy_ms);
        board_report(b, METRIC_CACHE_HITS, (double)t->hits);
    }
    board_report(b, METRIC_TRANSFER_FRACTION, t->transfer_ms / busy_ms);
    board_report(b, METRIC_DEVICE_S, d->clock_ms / 1e3);
    board_report(b, METRIC_DEVICE_BYTES_PER_S, d->bytes / d->clock_ms * 1e3);
}

static void show_now(struct service *v)
{
    struct scene_disk *s = &v->scene.disk;
    struct disk_waiting waiting[SCENE_DISK_QUEUE];
    const struct disk_totals *t = &v->d->totals;

    v->shown_ns = clock_now_ns();
    s->policy = (int32_t)policy_now(v);
    s->depth =
        disk_waiting(streams_disk(v->streams), waiting, SCENE_DISK_QUEUE);
    for (int i = 0; i < s->depth && i < SCENE_DISK_QUEUE; i++) {
        s->queue[i].cylinder = (int32_t)waiting[i].cylinder;
        s->queue[i].reader = waiting[i].tag;
    }
    s->overhead_ns = (int64_t)(t->overhead_ms * 1e6);
    s->seek_ns = (int64_t)(t->move_ms * 1e6);
    s->rotate_ns = (int64_t)(t->rotate_ms * 1e6);
    s->transfer_ns = (int64_t)(t->transfer_ms * 1e6);
    s->idle_ns = (int64_t)(t->idle_ms * 1e6);
    s->cache_hits = t->hits;
    board_show(v->self->board, &v->scene,
               offsetof(struct scene, disk) + sizeof(*s));
    report(v->self->board, v->d);
}

static void show(struct service *v)
{
    if (clock_now_ns() - v->shown_ns >= SHOW_NS)
        show_now(v);
}

/* Reader @is is served by some channel, or @is no more. */
static void serving_set(struct scene_disk *s, int32_t was, int32_t is)
{
    for (int i = 0; i < s->channels; i++) {
        if (s->serving[i] != was)
            continue;
        s->serving[i] = is;
        return;
    }
}

/* ---- its clock and ours ---------------------------------------------------
 */

/* The readers are at the barrier or on their way, or were since we looked. */
static bool new_phase(struct service *v)
{
    return atomic_load(&v->self->arena->phase_wanted) != v->phase;
}

/* Until they go on; then find out who takes part. */
static void stand_still(struct service *v)
{
    struct arena *a = v->self->arena;
    int64_t since_ns = clock_now_ns();
    int readers;

    if (v->phase > 0)
        show_now(v);
    v->phase = atomic_load(&a->phase_open);
    while (new_phase(v)) {
        futex_wait(&a->phase_open, v->phase, clock_now_ns() + LOOK_NS);
        v->phase = atomic_load(&a->phase_open);
    }
    v->origin_ns += clock_now_ns() - since_ns;
    readers = (int)LOAD(v->self->board->phase_workers);
    for (int i = 0; i < v->d->setup.most; i++)
        streams_expect(v->streams, i, i < readers);
    streams_resume(v->streams);
}

/* Requests that are new. */
static bool take(struct service *v)
{
    bool any = false;

    for (int i = 0; i < v->d->setup.most; i++) {
        struct slot *slot = &v->d->slot[i];

        if (atomic_load(&slot->asked) == v->taken[i])
            continue;
        v->taken[i]++;
        streams_ask(v->streams, i, slot->lba);
        any = true;
    }
    return any;
}

/* A reader that is awake has yet to say what it wants next. */
static void hear(struct service *v)
{
    uint32_t seen = atomic_load(&v->d->bell);

    show(v);
    atomic_store(&v->d->listening, 1);
    if (!take(v))
        futex_wait(&v->d->bell, seen, clock_now_ns() + LOOK_NS);
    atomic_store(&v->d->listening, 0);
}

static int64_t real_ns(const struct service *v, double ms)
{
    return v->origin_ns +
           (int64_t)(ms * (double)NS_PER_MS / v->self->spec->scale);
}

/* Until the drive's clock shows @ms. */
static void sleep_until(struct service *v, double ms)
{
    struct arena *a = v->self->arena;
    int64_t late_ns = clock_now_ns() - real_ns(v, ms);

    if (late_ns > LATE_MOST_NS)
        v->origin_ns += late_ns;
    while (clock_now_ns() < real_ns(v, ms)) {
        uint32_t phase = atomic_load(&a->phase_wanted);

        if (new_phase(v))
            stand_still(v);
        else
            futex_wait(&a->phase_wanted, phase, real_ns(v, ms));
    }
}

/* ---- one thing after the other ------------------------------------------- */

static void begin(struct service *v, const struct disk_answer *a)
{
    struct scene_disk *s = &v->scene.disk;
    double move_ms = a->start_ms + a->t.overhead_ms;

    serving_set(s, -1, a->tag);
    if (!a->hit) {
        s->from = (int32_t)a->from;
        s->to = (int32_t)a->to;
        s->leaves_ns = real_ns(v, move_ms);
        s->there_ns = real_ns(v, move_ms + a->t.move_ms);
    }
    s->trail[s->served % SCENE_DISK_TRAIL].reader = a->tag;
    s->trail[s->served % SCENE_DISK_TRAIL].cylinder = (int32_t)a->cylinder;
    s->trail[s->served % SCENE_DISK_TRAIL].hit = a->hit;
    s->served++;
    v->arrive_ms[a->tag] = a->arrive_ms;
    v->d->totals = disk_totals(streams_disk(v->streams));
    if (real_ns(v, a->t.done_ms) - clock_now_ns() >= SHOW_NS)
        show_now(v); /* nothing else happens for a while */
    else
        show(v);
}

static void answer(struct service *v, int reader, double ms)
{
    struct work_disk *d = v->d;
    struct slot *slot = &d->slot[reader];

    sleep_until(v, ms);
    slot->took_ns = (int64_t)((ms - v->arrive_ms[reader]) * NS_PER_MS);
    d->clock_ms = ms;
    d->bytes += (double)(slot->stream.sectors * d->setup.drive->sector_bytes);
    serving_set(&v->scene.disk, reader, -1);
    /* Release: what it waited for is there. */
    atomic_store_explicit(&slot->answered, v->taken[reader],
                          memory_order_release);
    futex_wake(&slot->answered, 1);
}

static void disk_serve_readers(struct worker *self)
{
    struct work_disk *d = self->arena->work;
    const struct drive *drive = d->setup.drive;
    struct service v = {
        .self = self,
        .d = d,
        .streams = streams_new(&d->setup),
        .taken = calloc((size_t)d->setup.most, sizeof(*v.taken)),
        .arrive_ms = calloc((size_t)d->setup.most, sizeof(*v.arrive_ms)),
        .scene = {.kind = SCENE_DISK},
    };

    if (!v.streams || !v.taken || !v.arrive_ms)
        _exit(ENOMEM); /* the coordinator tells */
    v.scene.disk.cylinders = (int32_t)drive->cylinders;
    v.scene.disk.channels = drive->channels ? drive->channels : 1;
    for (int i = 0; i < SCENE_DISK_CHANNELS; i++)
        v.scene.disk.serving[i] = -1;
    v.scene.disk.from = v.scene.disk.to = (int32_t)drive->cylinders / 2;
    stand_still(&v); /* until the gate opens */
    v.origin_ns = clock_now_ns();
    while (true) { /* until it is killed */
        struct streams_event e;

        if (new_phase(&v))
            stand_still(&v);
        take(&v);
        e = streams_step(v.streams, policy_now(&v));
        if (e.kind == STREAMS_WAIT)
            hear(&v);
        else if (e.kind == STREAMS_SERVE)
            begin(&v, &e.answer);
        else
            answer(&v, e.reader, e.ms);
    }
}

static void disk_finish(struct worker *coordinator)
{
    report(coordinator->board, coordinator->arena->work);
}

static enum worker_role disk_role(const struct spec *spec, int id)
{
    (void)spec;
    (void)id;
    return ROLE_READER;
}

const struct workload work_disk = {
    .combine = COMBINE_NONE,
    .prepare = disk_prepare,
    .task = disk_task,
    .serve = disk_serve_readers,
    .finish = disk_finish,
    .role = disk_role,
    .reports = REPORTS(BYTES) | REPORTS(REQUESTS),
    .own_latency = true,
};
