/* What the scoreboard tells beside who runs. Screen process. */
#include "observe/apparatus.h"

#include <stdlib.h>
#include <string.h>

#include "lab/worker.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define ACQUIRE(x) atomic_load_explicit(&(x), memory_order_acquire)

static void take_latency(struct board *b, struct trace *t)
{
    struct hist *h = &t->latency;
    struct metrics *m = &t->metrics;
    static const struct {
        enum metric metric;
        double pct;
    } percentiles[] = {
        {METRIC_LATENCY_P50_MS, 50},
        {METRIC_LATENCY_P90_MS, 90},
        {METRIC_LATENCY_P95_MS, 95},
        {METRIC_LATENCY_P99_MS, 99},
    };

    memset(h, 0, sizeof(*h));
    for (int k = 0; k < BOARD_HISTS && k < t->worker_count; k++) {
        struct board_hist *from = &b->hist[k];

        if (LOAD(from->max_ns) > h->max_ns)
            h->max_ns = LOAD(from->max_ns);
        h->sum_ns += (int64_t)LOAD(from->sum_ns);
        for (int i = 0; i < HIST_BUCKETS; i++) {
            uint32_t n = LOAD(from->count[i]);

            h->count[i] += n;
            h->n += n;
        }
    }
    if (h->n == 0)
        return;
    for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
        metric_set(m, percentiles[i].metric,
                   (double)hist_percentile_ns(h, percentiles[i].pct) / 1e6);
    metric_set(m, METRIC_LATENCY_MAX_MS, (double)h->max_ns / 1e6);
    metric_set(m, METRIC_LATENCY_MEAN_MS,
               (double)h->sum_ns / (double)h->n / 1e6);
}

static double reported_value(struct board *b, int i)
{
    enum metric which = (enum metric)(METRIC_REPORTED_FIRST + i);
    int64_t sum = 0;
    double value;

    if (ACQUIRE(b->reported_has) >> i & 1) {
        uint64_t bits = LOAD(b->reported[i]);

        memcpy(&value, &bits, sizeof(value));
        return value;
    }
    for (uint32_t id = 0; id < ACQUIRE(b->rows); id++)
        sum += LOAD(board_row(b, id)->reported[i]);
    return metric_infos[which].unit == UNIT_SECONDS ? (double)sum / 1e9
                                                    : (double)sum;
}

static void take_reports(struct board *b, struct trace *t)
{
    uint64_t reports = workloads[t->spec.workload]->reports;

    for (int i = 0; i < METRIC_REPORTED; i++) {
        bool whole = ACQUIRE(b->reported_has) >> i & 1;

        if (whole || reports >> i & 1)
            metric_set(&t->metrics, (enum metric)(METRIC_REPORTED_FIRST + i),
                       reported_value(b, i));
    }
}

static void take_failures(struct board *b, struct trace *t)
{
    uint32_t claimed = LOAD(b->failures);

    while (t->failure_count < TRACE_FAILURES &&
           (uint32_t)t->failure_count < claimed &&
           ACQUIRE(b->failure[t->failure_count].written)) {
        const struct board_failure *f = &b->failure[t->failure_count];
        struct trace_failure *to = &t->failures[t->failure_count++];

        to->task = f->task;
        memcpy(to->why, f->why, sizeof(to->why));
    }
}

/* ---- who waits for what ------------------------------------------------- */

static void take_resources(struct board *b, struct trace *t)
{
    int count = (int)ACQUIRE(b->resources);

    if (count > t->resource_count) {
        struct trace_resource *more =
            realloc(t->resources, (size_t)count * sizeof(*more));

        if (!more) {
            t->failed_alloc = true;
            return;
        }
        t->resources = more;
        for (int i = t->resource_count; i < count; i++) {
            const struct board_resource *r = &b->resource[i];

            t->resources[i] = (struct trace_resource){
                .kind = (enum resource_kind)r->kind, .role = r->role};
            memcpy(t->resources[i].name, r->name, sizeof(r->name));
        }
        t->resource_count = count;
    }
    for (int i = 0; i < count; i++) {
        t->resources[i].owner = ACQUIRE(b->resource[i].owner);
        t->resources[i].available = ACQUIRE(b->resource[i].available);
    }
}

static void take_waits(struct board *b, struct trace *t)
{
    for (int id = 0; id < t->worker_count; id++) {
        struct board_row *row = board_row(b, (uint32_t)id);
        struct trace_worker *w = &t->workers[id];

        w->role = (enum worker_role)LOAD(row->role);
        w->waits_on = -1;
        /* Marked, and really waiting: not only for its turn in a loop. */
        uint32_t wait = ACQUIRE(row->wait);

        if (wait != WAIT_NONE && wait != WAIT_LOOP)
            w->waits_on = (int)LOAD(row->waits_on) - 1;
    }
}

/* The observer may be behind with births and ends; the rows never are. */
static enum worker_life life_now(struct board *b, int id)
{
    switch (ACQUIRE(board_row(b, (uint32_t)id)->life)) {
    case BOARD_ENDED:
        return LIFE_ENDED;
    case BOARD_WORKING:
    case BOARD_PARKED:
        return LIFE_ALIVE;
    case BOARD_REFUSED:
        return LIFE_REFUSED;
    default:
        return LIFE_STARTING; /* it has a row: it was made, or is about to be */
    }
}

/* One picture, and who is stuck in it. Lives before resources: what one who has
 * ended gave is counted. @since: when each began to wait, read last. */
static void look(struct board *b, struct trace *t, struct waitfor *found,
                 enum worker_life *known, int64_t *since)
{
    for (int id = 0; id < t->worker_count; id++) {
        known[id] = t->workers[id].life;
        t->workers[id].life = life_now(b, id);
    }
    take_resources(b, t);
    take_waits(b, t);
    atomic_thread_fence(memory_order_acquire);
    for (int id = 0; id < t->worker_count; id++)
        since[id] = ACQUIRE(board_row(b, (uint32_t)id)->wait_since_ns);
    waitfor_find(t, found);
    for (int id = 0; id < t->worker_count; id++)
        t->workers[id].life = known[id]; /* that is the observer's to tell */
}

/* The same are stuck for the same reasons, in the same waits. */
static bool same_stuck(const struct trace *t, const struct waitfor *first,
                       const struct waitfor *second, const int *wanted,
                       const int64_t *since, const int64_t *since_again)
{
    if (first->stuck != second->stuck ||
        memcmp(first->worker, second->worker, sizeof(first->worker)) != 0)
        return false;
    for (int id = 0; id < t->worker_count; id++) {
        bool stuck = second->stuck > WAITFOR_MOST ? t->workers[id].waits_on >= 0
                                                  : waitfor_stuck(second, id);

        if (stuck && (wanted[id] != t->workers[id].waits_on ||
                      since[id] != since_again[id]))
            return false;
    }
    return true;
}

bool apparatus_stuck(struct board *b, struct trace *t)
{
    size_t n = (size_t)t->worker_count;
    struct waitfor first, second = {0};
    enum worker_life *known;
    int64_t *since;
    int *wanted;

    if (t->resource_count == 0 || n == 0)
        return false;
    known = calloc(n, sizeof(*known));
    since = calloc(n * 2, sizeof(*since));
    wanted = calloc(n, sizeof(*wanted));
    if (known && since && wanted) {
        look(b, t, &first, known, since);
        for (size_t i = 0; i < n; i++)
            wanted[i] = t->workers[i].waits_on;
        if (first.stuck > 0)
            look(b, t, &second, known, since + n);
        /* Who came meanwhile, and is in neither picture, might help. */
        if (ACQUIRE(b->rows) > n ||
            !same_stuck(t, &first, &second, wanted, since, since + n))
            second.stuck = 0;
    }
    free(known);
    free(since);
    free(wanted);
    t->waitfor = second.stuck > 0 ? second : (struct waitfor){0};
    metric_set(&t->metrics, METRIC_STUCK, second.stuck);
    return second.stuck > 0;
}

int64_t apparatus_stuck_since_ns(struct board *b, const struct trace *t)
{
    int64_t latest = 0, at;

    for (int i = 0; i < t->waitfor.stuck && i < WAITFOR_MOST; i++) {
        struct board_row *row = board_row(b, (uint32_t)t->waitfor.worker[i]);

        at = LOAD(row->wait_since_ns);
        latest = at > latest ? at : latest;
    }
    /* Without a circle there was hope as long as one that could help lived. */
    for (int id = 0; id < t->worker_count && t->waitfor.cycle_length == 0;
         id++) {
        struct board_row *row = board_row(b, (uint32_t)id);

        at = ACQUIRE(row->life) == BOARD_ENDED ? LOAD(row->life_ns) : 0;
        latest = at > latest ? at : latest;
    }
    return latest;
}

void apparatus_take(struct board *b, struct trace *t)
{
    take_failures(b, t);
    /* Who was found stuck is told as found, also while they are let go. */
    if (t->waitfor.stuck == 0) {
        take_resources(b, t);
        if (t->resource_count > 0 || workloads[t->spec.workload]->role)
            take_waits(b, t);
    }
    if (t->spec.workload != WORKLOAD_MYSTERY) /* the picture would tell */
        board_scene(b, &t->scene);
}

void apparatus_sum(struct board *b, struct trace *t)
{
    take_latency(b, t);
    take_reports(b, t);
}
