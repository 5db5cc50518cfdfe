/* Which numbers of workers are tried, with how many tasks, and which of them is
 * the answer. Pure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advise/advise_parts.h"
#include "stats/robust.h"

/* A run shorter than this says little. */
#define LEAST_S 0.3
/* One as long as this says enough of what others are compared with. */
#define LONG_S 1.0
/* Nearer to the answer than this another try is not worth its time. */
#define NEAR 1.25
/* A guess is made this much larger, so that it is rather enough. */
#define OVERSHOOT 1.15
/* A decision is close when it would fall otherwise with figures that differ by
 * this. */
#define CLOSE 0.06
/* Two runs of one number that differ more ask for a third. */
#define UNSTEADY 0.12

/* ---- the list ------------------------------------------------------------ */

struct advice_level *level_at(struct advice *a, int64_t workers)
{
    for (int i = 0; i < a->levels; i++)
        if (a->level[i].workers == workers)
            return &a->level[i];
    return NULL;
}

struct advice_level *level_make(struct advice *a, int64_t workers)
{
    struct advice_level *l = level_at(a, workers);
    int i = 0;

    if (l || a->levels == ADVICE_LEVELS)
        return l;
    while (i < a->levels && a->level[i].workers < workers)
        i++;
    memmove(&a->level[i + 1], &a->level[i],
            (size_t)(a->levels - i) * sizeof(a->level[0]));
    a->levels++;
    a->level[i] = (struct advice_level){
        .workers = workers, .cores = -1, .task_s = -1, .task_cpu_s = -1};
    return &a->level[i];
}

void level_add(struct advice_level *l, const struct sweep_outcome *o,
               int64_t tasks)
{
    double sorted[ADVICE_RUNS];
    const struct metrics *m = &o->metrics;
    double wall = metric_get(m, METRIC_WALL_S, 0);
    double life = metric_get(m, METRIC_LIFE_S, -1);
    double done = metric_get(m, METRIC_TASKS_DONE, 0);
    double cpu = metric_get(m, METRIC_CPU_S, -1);
    double per_s = profile_rate(o, tasks, l->workers);

    if (l->runs == ADVICE_RUNS || per_s <= 0)
        return;
    l->each[l->runs++] = per_s;
    memcpy(sorted, l->each, sizeof(sorted));
    l->per_s = robust_median(sorted, l->runs);
    l->disturbed = l->disturbed || profile_disturbed(o);
    if (l->runs == 1 || wall < l->wall_s)
        l->wall_s = wall;
    /* The ragged end keeps fewer busy: of the time that all were at it. */
    if (cpu >= 0 && life > 0)
        l->cores = cpu / life * (double)l->workers;
    if (tasks > 0 && done > 0 && life > 0)
        l->task_s = life / done;
    if (tasks > 0 && done > 0 && cpu >= 0)
        l->task_cpu_s = cpu / done;
}

const struct advice_level *level_best(const struct advice *a)
{
    const struct advice_level *best = NULL;

    for (int i = 0; i < a->levels; i++)
        if (a->level[i].runs > 0 && (!best || a->level[i].per_s > best->per_s))
            best = &a->level[i];
    return best;
}

/* ---- how many tasks ------------------------------------------------------ */

/* At least so many for each worker: long ones need no company. */
static int64_t rounds_of(double task_s)
{
    return task_s >= 2 ? 1 : task_s >= 0.1 ? 2 : 3;
}

/* What @workers may do a second, at most, by what is known: no more than more
 * of them did, nor than so many times what fewer did. */
static double hope(const struct advice *a, int64_t workers)
{
    double most = (double)workers * a->alone_per_s;

    for (int i = 0; i < a->levels; i++) {
        const struct advice_level *l = &a->level[i];
        double times =
            l->workers < workers ? (double)workers / (double)l->workers : 1.1;

        if (l->runs > 0)
            most = fmin(most, l->per_s * times);
    }
    return most;
}

/* The rest over the workers is that of all tasks: the end is as ragged. */
int64_t level_tasks(const struct advice *a, int64_t workers)
{
    int64_t all = a->profile.tasks;
    double per_s = hope(a, workers);
    /* Where they wait for each other a task takes longer than alone. */
    double task_s =
        fmax(a->profile.task_s, per_s > 0 ? (double)workers / per_s : 0);
    int64_t want = rounds_of(task_s) * workers;
    double enough = ceil(LEAST_S * per_s);

    if (enough > (double)want)
        want = enough < (double)all ? (int64_t)enough : all;
    want += (all - want) % workers + ((all - want) % workers < 0 ? workers : 0);
    return want < all ? want : all;
}

/* ---- which numbers ------------------------------------------------------- */

static bool full(const struct advice *a, const struct advice_level *l)
{
    return l->cores >= ADVICE_FULL * a->cores;
}

/* The highest that was tried. */
static struct advice_level *highest(struct advice *a)
{
    for (int i = a->levels - 1; i >= 0; i--)
        if (a->level[i].runs > 0)
            return &a->level[i];
    return NULL;
}

/* Up from the start as long as that is worth it; 0: it is not. */
static int64_t climb(struct advice *a)
{
    const struct advice_level *top = highest(a), *below = NULL;
    int64_t next;

    if (!top || top->workers < a->start)
        return a->start;
    if (full(a, top) || top->workers >= a->most)
        return 0;
    for (int i = 0; i < a->levels; i++)
        if (a->level[i].runs > 0 && a->level[i].workers < top->workers &&
            a->level[i].workers >= a->start)
            below = &a->level[i];
    if (below && top->per_s < ADVICE_GAIN * below->per_s)
        return 0;
    next = top->workers * 2;
    return next < a->most ? next : a->most;
}

/* The fewest that were tried and are good enough, and the most below them that
 * are not; no less than @least can be. */
static struct advice_level *fewest(struct advice *a, double need, int64_t least,
                                   int64_t *lo)
{
    *lo = least - 1;
    for (int i = 0; i < a->levels; i++) {
        struct advice_level *l = &a->level[i];

        if (l->runs == 0)
            continue;
        if (l->per_s >= need)
            return l;
        if (l->workers > *lo)
            *lo = l->workers;
    }
    return NULL;
}

/* Down, between what is too few and what is enough; 0: that is near enough. */
static int64_t descend(struct advice *a, double need, struct advice_level **hi,
                       int64_t *lo)
{
    double bound = a->alone_per_s > 0 ? need / a->alone_per_s : 1;
    /* A hair less: what one alone does is only measured, too. */
    int64_t least = (int64_t)ceil(bound * 0.98 - 1e-9);
    const struct advice_level *below;
    double guess;
    int64_t next;

    if (least < 1)
        least = 1;
    *hi = fewest(a, need, least, lo);
    if (!*hi || *lo >= (*hi)->workers - 1 ||
        (double)(*hi)->workers <= NEAR * (double)(*lo + 1))
        return 0;
    /* Half way on a logarithmic scale, or nearer if what is too few falls short
     * by little. */
    guess = sqrt((double)*lo * (double)(*hi)->workers);
    below = level_at(a, *lo);
    if (below && below->runs > 0)
        guess = fmin(guess, (double)*lo * need / below->per_s * OVERSHOOT);
    next = *lo < least ? least : (int64_t)ceil(guess);
    if (next <= *lo)
        next = *lo + 1;
    return next < (*hi)->workers ? next : (*hi)->workers - 1;
}

static bool wants_again(const struct advice_level *l, bool close)
{
    double apart;

    if (!l || l->runs == 0 || l->runs == ADVICE_RUNS)
        return false;
    if (l->runs == 1)
        return close || l->wall_s < LEAST_S / 4;
    apart = fabs(l->each[0] - l->each[1]) / l->per_s;
    return apart > UNSTEADY && close;
}

/* Run again what decides and might decide otherwise; 0: nothing does. */
static int64_t confirm(struct advice *a, struct advice_level *hi, int64_t lo)
{
    const struct advice_level *best = level_best(a);
    struct advice_level *below = level_at(a, lo);
    double need = best->per_s * (1 - ADVICE_WITHIN);
    bool close_hi = hi != best && hi->per_s < need * (1 + CLOSE);
    bool close_lo =
        below && below->runs > 0 && below->per_s > need * (1 - CLOSE);

    if (wants_again(below, close_lo))
        return below->workers;
    if (wants_again(hi, close_hi || close_lo))
        return hi->workers;
    if (best != hi && best->wall_s < LONG_S &&
        wants_again(best, close_hi || close_lo))
        return best->workers;
    return 0;
}

int64_t level_next(struct advice *a)
{
    int64_t next = climb(a), lo;
    const struct advice_level *best;
    struct advice_level *hi;

    best = level_best(a);
    if (next > 0)
        return next;
    next = descend(a, best->per_s * (1 - ADVICE_WITHIN), &hi, &lo);
    if (next == 0)
        next = confirm(a, hi, lo);
    if (next == 0)
        a->workers = hi->workers;
    return next;
}
