/* What kept more workers from bringing more, as far as the runs saw it
 * themselves: where workers spent their time, how many cores were busy, how the
 * tasks were dealt. Pure; any thread. */
#include <math.h>
#include <string.h>

#include "sweep/plan.h"

/* Nearly all cores; most of the time; much of it. */
#define BUSY 0.9
#define MOST 0.5
#define MUCH 0.3
/* Of a link's bytes a second. */
#define FULL 0.7

static const struct metrics *typical(const struct sweep *s, int point)
{
    int trial = s->points[point].typical;

    return trial >= 0 ? &s->trials[trial].outcome.metrics : NULL;
}

/* Of the measured points of @curve: the first beyond @point, or the last. */
static int measured(const struct sweep *s, int curve, int point, bool last)
{
    int found = -1;

    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];

        if (p->curve != curve || p->y.n == 0 || i <= point)
            continue;
        if (found < 0 || last)
            found = i;
    }
    return found;
}

int64_t limit_tasks(const struct sweep *s, int point)
{
    const struct spec *spec = &s->points[point].spec;
    const struct metrics *m = typical(s, point);

    /* A command's inputs say how many, and only its runs know. */
    if (spec->tasks <= 0 || m == NULL || !m->has[METRIC_TASKS_DONE])
        return spec->tasks > 0 ? spec->tasks : 0;
    return (int64_t)(m->value[METRIC_TASKS_DONE] +
                     metric_get(m, METRIC_TASKS_FAILED, 0));
}

static int cores_of(const struct sweep *s, int point)
{
    int trial = s->points[point].typical;

    if (trial >= 0 && s->trials[trial].outcome.cores > 0)
        return s->trials[trial].outcome.cores;
    return s->machine.cpus_allowed;
}

static int first_of(const struct sweep *s, int curve)
{
    return measured(s, curve, -1, false);
}

void limit_known(const struct sweep *s, int curve, struct scale_known *k)
{
    bool workers = strcmp(s->request.axis[SWEEP_ALONG].name, "workers") == 0;
    int first = first_of(s, curve);
    const struct sweep_point *p;
    const struct metrics *m;

    memset(k, 0, sizeof(*k));
    if (first < 0 || (m = typical(s, first)) == NULL)
        return;
    p = &s->points[first];
    k->cores = cores_of(s, first);
    k->tasks = limit_tasks(s, first);
    if (k->tasks > 0 && m->has[METRIC_CHUNK]) {
        k->chunk_auto = p->spec.dispatch == DISPATCH_MAP && p->spec.chunk == 0;
        k->chunk = k->chunk_auto ? 0 : (int64_t)m->value[METRIC_CHUNK];
    }
    /* Alone on a core: nobody queued for one. */
    if (workers && k->tasks > 0 && p->x <= k->cores &&
        m->has[METRIC_THROUGHPUT_PER_S] &&
        m->value[METRIC_THROUGHPUT_PER_S] > 0)
        k->task_s = p->x / m->value[METRIC_THROUGHPUT_PER_S];
    if (workers && p->cores_busy > 0 && p->x <= k->cores)
        k->cpu_share = fmin(1, p->cores_busy / p->x);
}

/* More workers than tasks, or than portions of them; or as many rounds with
 * more workers as with fewer. */
static enum scale_limit limit_deal(const struct sweep *s, int best, int next)
{
    const struct metrics *m = typical(s, best);
    const struct metrics *more = next >= 0 ? typical(s, next) : NULL;
    double x = s->points[best].x;
    int64_t tasks = limit_tasks(s, best);

    if (tasks > 0 && x >= (double)tasks)
        return SCALE_LIMIT_TASKS;
    if (m == NULL || !m->has[METRIC_ROUNDS] || tasks <= 0)
        return SCALE_LIMIT_UNKNOWN;
    if (m->value[METRIC_CHUNKS] <= x)
        return SCALE_LIMIT_CHUNKS;
    if (more != NULL && more->has[METRIC_ROUNDS] &&
        more->value[METRIC_ROUNDS] * more->value[METRIC_CHUNK] >=
            m->value[METRIC_ROUNDS] * m->value[METRIC_CHUNK] &&
        m->value[METRIC_CHUNK] > 1)
        return SCALE_LIMIT_CHUNKS;
    return SCALE_LIMIT_UNKNOWN;
}

/* Do all workers pull at one wire? */
static bool link_full(const struct sweep *s, int point)
{
    const struct spec *spec = &s->points[point].spec;
    const struct metrics *m = typical(s, point);
    double scale = spec->scale > 0 ? spec->scale : 1, bytes;

    if (spec->workload != WORKLOAD_FLEET || spec->bandwidth <= 0 || m == NULL)
        return false;
    bytes = metric_get(m, METRIC_BYTES_PER_S,
                       metric_get(m, METRIC_THROUGHPUT_PER_S, 0) / scale *
                           (double)spec->bytes);
    return bytes >= FULL * (double)spec->bandwidth;
}

/* The share that all runs at @point spent on @part. */
static double share(const struct sweep *s, int point, enum sweep_part part)
{
    const struct sweep_point *p = &s->points[point];

    return p->has_parts ? p->part[part] : 0;
}

static bool locked(const struct sweep *s, int point)
{
    const struct spec *spec = &s->points[point].spec;

    if (share(s, point, PART_LOCK) >= MUCH)
        return true;
    /* Who spins computes, for all the kernel knows. */
    return spec->workload == WORKLOAD_COUNTER && spec->phase_count == 0 &&
           s->points[point].x > 1 &&
           (spec->sync == SYNC_MUTEX || spec->sync == SYNC_SPIN ||
            spec->sync == SYNC_TICKET);
}

enum scale_limit limit_of(const struct sweep *s, int curve)
{
    const struct sweep_curve *c = &s->curves[curve];
    int next, last, cores;
    enum scale_limit deal;
    const struct spec *spec;

    if (c->best < 0 ||
        strcmp(s->request.axis[SWEEP_ALONG].name, "workers") != 0)
        return SCALE_LIMIT_UNKNOWN;
    spec = &s->points[c->best].spec;
    cores = cores_of(s, c->best);
    next = measured(s, curve, c->best, false);
    last = measured(s, curve, c->best, true);
    if (spec->workload == WORKLOAD_DISK && spec->drive != DRIVE_SSD)
        return SCALE_LIMIT_DISK;
    if (link_full(s, c->best) || (next >= 0 && link_full(s, next)))
        return SCALE_LIMIT_LINK;
    if (locked(s, c->best) || (next >= 0 && locked(s, next)))
        return SCALE_LIMIT_LOCK;
    if (s->points[c->best].cores_busy >= BUSY * cores ||
        (next >= 0 && s->points[next].cores_busy >= BUSY * cores))
        return SCALE_LIMIT_CORES;
    deal = limit_deal(s, c->best, next);
    if (deal != SCALE_LIMIT_UNKNOWN)
        return deal;
    if (last < 0 && share(s, c->best, PART_IO) >= MOST)
        return SCALE_LIMIT_WAITING;
    return SCALE_LIMIT_UNKNOWN;
}
