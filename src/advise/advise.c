/* Asking for runs, one after the other, and taking in what they gave, until the
 * answer stands. Screen process; runs nothing itself. */
#include "advise/advise.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/advise_parts.h"
#include "base/clock.h"

/* The profile should take this long. */
#define PROFILE_S 0.4
/* A first run as long as this is the profile. */
#define WARM_ENOUGH_S 1.0
/* Endless work goes on for this long in each run. */
#define ENDLESS_S 0.4
#define ENDLESS_WARM_S 0.05
/* No more workers than that are ever tried. */
#define WORKERS_MOST 4096
/* Of what is free memory, for all workers together. */
#define MEMORY_SHARE 0.5

const char *const advice_verdict_words[] = {"nothing", "found", "inconclusive",
                                            "failed", NULL};

/* ---- what can be asked about --------------------------------------------- */

static bool shared_out(enum spec_workload workload)
{
    static const enum spec_workload can[] = {
        WORKLOAD_PRIMES,  WORKLOAD_SUMSQUARES, WORKLOAD_FACTORIAL,
        WORKLOAD_SPIN,    WORKLOAD_SLEEP,      WORKLOAD_COUNTER,
        WORKLOAD_INRANGE, WORKLOAD_FLEET,      WORKLOAD_DISK,
        WORKLOAD_FILE,    WORKLOAD_MIGRATE,    WORKLOAD_COMMAND};

    for (size_t i = 0; i < sizeof(can) / sizeof(can[0]); i++)
        if (can[i] == workload)
            return true;
    return false;
}

static int check_base(const struct spec *base, struct err *err)
{
    if (!shared_out(base->workload))
        return err_set(err, -EINVAL,
                       "%s is about its workers, not about work that any "
                       "number of them could share; advise is for work such as "
                       "primes, sleep, disk, or your own command after --",
                       spec_workload_words[base->workload]);
    if (base->phase_count > 0)
        return err_set(err, -EINVAL,
                       "advise gives one answer, so --phases cannot be; leave "
                       "it out, or write --sync");
    return 0;
}

/* Tasks of inrange are its rows or columns: all or none. */
static bool may_take_fewer(const struct spec *spec)
{
    return spec->tasks > 0 && spec->workload != WORKLOAD_INRANGE;
}

/* ---- the experiments ----------------------------------------------------- */

static void set_count(struct spec *spec, const char *name, int64_t n)
{
    char value[32];
    struct err err;

    snprintf(value, sizeof(value), "%" PRId64, n);
    spec_set(spec, name, value, &err);
}

/* @base with so many workers; @tasks of its tasks, or @seconds of it (0: as
 * long as it says). */
static void make_spec(const struct advice *a, int64_t workers, int64_t tasks,
                      double seconds, struct spec *out)
{
    char value[32];
    struct err err;

    *out = a->base;
    if (a->model != a->base.model)
        spec_set(out, "model", spec_model_words[a->model], &err);
    if (a->model == MODEL_SEQUENTIAL)
        spec_set(out, "workers", NULL, &err);
    else
        set_count(out, "workers", workers);
    if (may_take_fewer(&a->base) && tasks < a->base.tasks)
        set_count(out, "tasks", tasks);
    if (a->base.tasks == 0 && seconds > 0) {
        snprintf(value, sizeof(value), "%.3f", seconds);
        spec_set(out, "duration", value, &err);
    }
}

/* Can @model do it? Settings of another model's may be in the way. */
static bool model_works(const struct advice *a, enum spec_model model)
{
    struct advice trial = *a;
    struct spec spec;
    struct err err;

    trial.model = model;
    make_spec(&trial, 1, a->base.tasks, ENDLESS_S, &spec);
    return spec_runs_on(a->base.workload, model) &&
           spec_check(&spec, &a->machine, &err) == 0;
}

/* The row's model, where the user's own is none for it. */
static void choose_model(struct advice *a)
{
    const struct decision *row = advice_decision(a);
    enum spec_model want = a->base.model;

    if (want == MODEL_SEQUENTIAL)
        want = row->model;
    else if (want == MODEL_GIL || want == MODEL_COOP)
        want = row->least_cpu > 0 ? MODEL_PROCESSES : want;
    if (a->base.workload == WORKLOAD_COMMAND && want != a->base.model)
        want = MODEL_THREADS; /* programs are processes anyway */
    if (want != a->base.model && model_works(a, want))
        a->model = want;
}

struct advice *advice_new(const struct spec *base, const struct machine *m,
                          struct err *err)
{
    struct advice *a;
    struct spec spec;

    if (check_base(base, err) < 0)
        return NULL;
    a = calloc(1, sizeof(*a));
    if (!a) {
        err_set(err, -ENOMEM, "no memory to think about it");
        return NULL;
    }
    a->base = *base;
    a->machine = *m;
    a->model = base->model;
    a->cores = base->pinned ? CPU_COUNT(&base->cpus) : m->cpus_allowed;
    a->profile.tasks = base->tasks;
    make_spec(a, 1, 1, ENDLESS_S, &spec);
    if (spec_check(&spec, m, err) == 0)
        return a;
    advice_free(a);
    return NULL;
}

void advice_free(struct advice *a)
{
    free(a);
}

/* ---- which run comes next ------------------------------------------------ */

static void order_profile(struct advice *a)
{
    double tasks = a->warm && a->warm_s > 0 ? ceil(PROFILE_S / a->warm_s) : 1;
    int64_t all = a->base.tasks;

    a->order.point = 1;
    a->order.round = a->warm ? 0 : -1;
    if (a->warm && tasks < 3)
        tasks = 3;
    make_spec(a, 1, tasks < (double)all ? (int64_t)tasks : all,
              a->warm ? ENDLESS_S : ENDLESS_WARM_S, &a->order.spec);
}

static void order_level(struct advice *a, int64_t workers)
{
    struct advice_level *l = level_make(a, workers);

    a->order.point = (int)workers;
    a->order.round = l->runs;
    make_spec(a, workers, level_tasks(a, workers), ENDLESS_S, &a->order.spec);
}

static bool make_order(struct advice *a)
{
    int64_t workers;

    if (a->verdict != ADVICE_NOTHING)
        return false;
    a->order = (struct sweep_order){0};
    if (!a->profiled) {
        order_profile(a);
        return true;
    }
    workers = level_next(a);
    if (workers == 0 || (a->levels == ADVICE_LEVELS && !level_at(a, workers))) {
        a->verdict = ADVICE_FOUND;
        return false;
    }
    order_level(a, workers);
    return true;
}

bool advice_next(struct advice *a, struct sweep_order *out)
{
    if (!a->ordered)
        a->ordered = make_order(a);
    if (a->ordered)
        *out = a->order;
    return a->ordered;
}

/* ---- what it gave -------------------------------------------------------- */

static void bound_by(struct advice *a, int64_t n, enum advice_bound bound)
{
    if (n >= a->most)
        return;
    a->most = n < 1 ? 1 : n;
    a->limit = bound;
}

static void find_bounds(struct advice *a)
{
    double each = a->profile.memory_each;
    bool threads = a->model != MODEL_PROCESSES;

    a->most = WORKERS_MOST;
    a->limit = BOUND_NONE;
    if (a->base.tasks > 0)
        bound_by(a, a->base.tasks, BOUND_TASKS);
    if (a->model == MODEL_SEQUENTIAL)
        bound_by(a, 1, BOUND_NONE);
    /* A worker's program takes a place, too. */
    bound_by(a, machine_room_for_workers(&a->machine, threads, 0, NULL) / 2,
             BOUND_ROOM);
    if (each > 0 && a->machine.memory_available > 0)
        bound_by(a,
                 (int64_t)(MEMORY_SHARE * (double)a->machine.memory_available /
                           each),
                 BOUND_MEMORY);
}

/* What one worker did is known, and so is what the table says. */
static void take_profile(struct advice *a, const struct sweep_outcome *o)
{
    struct advice_level *one;

    profile_of(&a->profile, o, &a->order.spec);
    a->profile.tasks = a->base.tasks;
    a->profile.disturbed = profile_disturbed(o);
    a->alone_per_s = profile_rate(o, a->base.tasks, 1);
    a->profiled = true;
    choose_model(a);
    find_bounds(a);
    a->start = advise_start(&a->profile, a->cores, a->most, &a->bound);
    if (a->model != a->base.model && a->base.model != MODEL_SEQUENTIAL)
        return; /* not measured with that model */
    one = level_make(a, 1);
    level_add(one, o, a->base.tasks);
}

/* A first task may have found nothing in the caches. */
static void take_warm(struct advice *a, const struct sweep_outcome *o)
{
    double wall = metric_get(&o->metrics, METRIC_WALL_S, 0);
    double done = metric_get(&o->metrics, METRIC_TASKS_DONE, 0);

    a->warm = true;
    a->warm_s = done > 0 ? wall / done : 0;
    if (a->base.tasks > 0 && wall >= WARM_ENOUGH_S && !profile_disturbed(o))
        take_profile(a, o);
}

static int fail(struct advice *a, const struct sweep_outcome *o)
{
    a->verdict = ADVICE_FAILED;
    a->ordered = false;
    snprintf(a->error, sizeof(a->error), "%s",
             o->error[0] ? o->error : "the work did not end well");
    return 0;
}

/* True: the run counts. Else it is kept aside and to be done again. */
static bool settle(struct advice *a, const struct sweep_outcome *o,
                   struct sweep_outcome *use)
{
    bool disturbed = profile_disturbed(o);

    *use = *o;
    if (a->order.round < 0 || !disturbed)
        return true;
    if (a->has_kept &&
        metric_get(&a->kept.metrics, METRIC_THROUGHPUT_PER_S, 0) >
            metric_get(&o->metrics, METRIC_THROUGHPUT_PER_S, 0))
        *use = a->kept;
    a->kept = *use;
    a->has_kept = true;
    if (a->order.attempt >= SWEEP_AGAIN)
        return true;
    a->order.attempt++;
    return false;
}

int advice_take(struct advice *a, const struct sweep_order *o,
                const struct sweep_outcome *outcome, struct err *err)
{
    struct sweep_outcome use;
    double rate = profile_rate(outcome, a->base.tasks, o->point);

    if (!a->ordered || o->point != a->order.point || o->round != a->order.round)
        return err_set(err, -EINVAL, "that run was not asked for");
    if (outcome->verdict == VERDICT_INTERRUPTED)
        return 0;
    a->runs++;
    a->spent_ns += outcome->took_ns;
    if (outcome->verdict != VERDICT_OK || rate <= 0)
        return fail(a, outcome);
    if (!settle(a, outcome, &use))
        return 0;
    a->ordered = a->has_kept = false;
    if (o->round < 0)
        take_warm(a, &use);
    else if (!a->profiled)
        take_profile(a, &use);
    else
        level_add(level_at(a, o->point), &use, a->base.tasks);
    if (o->round >= 0 && profile_disturbed(&use))
        a->verdict = ADVICE_INCONCLUSIVE;
    return 0;
}

/* ---- what stands --------------------------------------------------------- */

const struct advice_level *advice_level(const struct advice *a, int index)
{
    for (int i = 0; i < a->levels; i++)
        if (a->level[i].runs > 0 && index-- == 0)
            return &a->level[i];
    return NULL;
}

const struct profile *advice_profile(const struct advice *a)
{
    return &a->profile;
}

const struct decision *advice_decision(const struct advice *a)
{
    return a->profiled ? advise_row(a->profile.cpu_share) : NULL;
}

enum advice_verdict advice_verdict(const struct advice *a)
{
    return a->verdict;
}

int advice_workers(const struct advice *a)
{
    return a->verdict == ADVICE_FOUND ? (int)a->workers : 0;
}

int advice_proposed(const struct advice *a)
{
    return (int)a->start;
}

void advice_line(const struct advice *a, struct text *out)
{
    int64_t n = a->verdict == ADVICE_FOUND ? a->workers : a->start;
    struct spec spec;

    make_spec(a, n > 0 ? n : 1, a->base.tasks, 0, &spec);
    spec_format(&spec, out);
}
