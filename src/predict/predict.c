/* From a short run to a prediction, and from real runs to its error. */
#include "predict/predict.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sim/jobs_pool.h"
#include "sim/sim.h"

/* One's own command is not stopped half-way: so many times it runs, then. */
#define COMMAND_TASKS 4

/* ---- points -------------------------------------------------------------- */

static void add_point(struct prediction *p, int cpus, bool asked)
{
    p->point[p->count++] = (struct predict_point){
        .cpus = cpus,
        .workers = p->request.workers_follow ? cpus : p->request.spec.workers,
        .asked = asked,
        .speedup = -1,
        .outcome = {.foreign_cores = -1},
    };
}

struct prediction *predict_new(const struct predict_request *r,
                               const struct machine *m)
{
    struct prediction *p = calloc(1, sizeof(*p));
    struct err err;

    if (!p)
        return NULL;
    p->request = *r;
    p->machine = *m;
    p->metric = r->spec.tasks > 0 ? METRIC_WALL_S : METRIC_THROUGHPUT_PER_S;
    if (!r->workers_follow) { /* what spec_check() makes of it */
        struct spec spec = r->spec;

        if (spec_check(&spec, m, &err) == 0)
            p->request.spec.workers = spec.workers;
    }
    if (r->cpus[0] != 1)
        add_point(p, 1, false);
    for (int i = 0; i < r->count; i++)
        add_point(p, r->cpus[i], true);
    return p;
}

void predict_free(struct prediction *p)
{
    if (!p)
        return;
    free(p->lengths_ns);
    free(p);
}

/* ---- the short run ------------------------------------------------------- */

static void set_count(struct spec *spec, const char *name, int64_t n)
{
    char value[32];
    struct err err;

    snprintf(value, sizeof(value), "%" PRId64, n);
    spec_set(spec, name, value, &err);
}

void predict_short_spec(const struct prediction *p, struct spec *out)
{
    const struct spec *base = &p->request.spec;
    char value[32];
    struct err err;

    *out = *base;
    if (base->model == MODEL_BLENDED) {
        spec_set(out, "groups", NULL, &err);
        spec_set(out, "processes", NULL, &err);
        spec_set(out, "model", "threads", &err);
    }
    if (base->model == MODEL_SEQUENTIAL)
        spec_set(out, "workers", NULL, &err);
    else
        set_count(out, "workers", 1);
    if (p->whole_task) {
        set_count(out, "tasks", 1);
        return;
    }
    if (base->workload == WORKLOAD_COMMAND) {
        if (base->tasks > COMMAND_TASKS)
            set_count(out, "tasks", COMMAND_TASKS);
        return;
    }
    if (base->duration_ns > 0 && base->duration_ns < PREDICT_SHORT_NS)
        return;
    snprintf(value, sizeof(value), "%.3f",
             (double)PREDICT_SHORT_NS / (double)NS_PER_S);
    spec_set(out, "duration", value, &err);
    if (base->tasks > 0) /* which --duration alone would replace */
        set_count(out, "tasks", base->tasks);
}

bool predict_disturbed(const struct sweep_outcome *o)
{
    return o->foreign_cores > SWEEP_NOISE_CORES &&
           o->foreign_cores * (double)o->took_ns / NS_PER_S > SWEEP_NOISE_S;
}

/* The computing of a command is its programs', which no span of ours shows; the
 * kernel's books have it, in one sum. */
static void learn_command(struct prediction *p, struct sim_pool *pool,
                          const struct trace *t)
{
    double done = metric_get(&t->metrics, METRIC_TASKS_DONE, 1);
    double cpu = metric_get(&t->metrics, METRIC_CPU_S, 0);
    double life = metric_get(&t->metrics, METRIC_LIFE_S, cpu) -
                  metric_get(&t->metrics, METRIC_CHILD_READY_S, 0);

    if (life <= 0)
        return;
    pool->lengths_ns[0] = (int64_t)(life / done * NS_PER_S);
    pool->length_count = 1;
    pool->cpu_share = fmin(cpu / life, 1);
    snprintf(p->note, sizeof(p->note),
             "How long each single one took is not known, so all are as long "
             "as the mean.");
    if (cpu > 1.05 * life)
        snprintf(p->note, sizeof(p->note),
                 "The program computes on several CPUs by itself (%.1f on "
                 "average); the simulation takes each task to have one.",
                 cpu / life);
}

static void take_lengths(struct prediction *p, struct sim_pool *pool)
{
    double sum = 0;

    free(p->lengths_ns);
    p->lengths_ns = pool->lengths_ns;
    p->length_count = pool->length_count;
    p->cpu_share = pool->cpu_share;
    pool->lengths_ns = NULL;
    pool->length_count = 0;
    p->least_ns = p->most_ns = (double)p->lengths_ns[0];
    for (int i = 0; i < p->length_count; i++) {
        sum += (double)p->lengths_ns[i];
        p->least_ns = fmin(p->least_ns, (double)p->lengths_ns[i]);
        p->most_ns = fmax(p->most_ns, (double)p->lengths_ns[i]);
    }
    p->mean_ns = sum / p->length_count;
}

/* Not known counts as quiet: there is nothing to say against it. */
static double noise_of(const struct sweep_outcome *o)
{
    return fmax(o->foreign_cores, 0);
}

int predict_learn(struct prediction *p, const struct trace *t,
                  const struct sweep_outcome *outcome, struct err *err)
{
    struct sim_jobs jobs;
    struct text note = {0};
    int rc;

    if (p->lengths_ns && noise_of(outcome) >= noise_of(&p->short_run))
        return 0;
    if (metric_get(&t->metrics, METRIC_TASKS_DONE, 0) < 1 && !p->whole_task) {
        p->whole_task = true;
        return err_set(err, -EAGAIN, "no task was done within the short run");
    }
    rc = sim_jobs_tasks_from_trace(&jobs, t, 1, &note, err);
    if (rc == 0) {
        p->short_spec = t->spec;
        p->short_run = *outcome;
        p->short_disturbed = predict_disturbed(outcome);
        snprintf(p->note, sizeof(p->note), "%s", text_str(&note));
        if (t->spec.workload == WORKLOAD_COMMAND)
            learn_command(p, &jobs.pool, t);
        take_lengths(p, &jobs.pool);
        sim_jobs_fini(&jobs);
        if (p->mean_ns <= 0)
            rc = err_set(err, -EINVAL,
                         "the tasks took no time that could be measured");
    }
    text_fini(&note);
    return rc;
}

/* ---- simulating ---------------------------------------------------------- */

/* @totals in the words of a measured run. */
static void metrics_of(struct metrics *m, const struct sim_totals *totals)
{
    double wall = (double)totals->wall_ns / NS_PER_S;
    double run = (double)totals->busy_ns / NS_PER_S;

    *m = (struct metrics){0};
    metric_set(m, METRIC_WALL_S, wall);
    metric_set(m, METRIC_TASKS_DONE, (double)totals->tasks);
    metric_set(m, METRIC_RUN_S, run);
    metric_set(m, METRIC_SWITCHES_VOLUNTARY,
               (double)totals->switches_voluntary);
    metric_set(m, METRIC_SWITCHES_INVOLUNTARY,
               (double)totals->switches_involuntary);
    metric_set(m, METRIC_MIGRATIONS, (double)totals->migrations);
    if (wall <= 0)
        return;
    metric_set(m, METRIC_THROUGHPUT_PER_S, (double)totals->tasks / wall);
    metric_set(m, METRIC_PARALLELISM, run / wall);
}

/* Tasks that wait do so side by side, as many as there are workers. */
static int too_many(const struct prediction *p, const struct predict_point *at,
                    struct err *err)
{
    double computing = p->mean_ns * p->cpu_share / at->cpus;
    double each = fmax(computing, p->mean_ns / (double)at->workers);
    double most = (double)p->request.setup.until_ns / each;

    if (p->request.spec.tasks > 0 || most <= (double)PREDICT_TASKS_MOST)
        return 0;
    return err_set(err, -EINVAL,
                   "within %.3g s %d CPUs would do some %.3g tasks, which are "
                   "too many to simulate; shorten it with --duration",
                   (double)p->request.setup.until_ns / NS_PER_S, at->cpus,
                   most);
}

static int simulate_jobs(const struct prediction *p, struct predict_point *at,
                         const struct sim_jobs *jobs, struct err *err)
{
    struct sim_setup setup = p->request.setup;
    struct sim_totals totals;
    struct sim *sim = NULL;
    int rc;

    setup.cpus = at->cpus;
    rc = sim_new(&sim, &setup, jobs, NULL, err);
    if (rc < 0)
        return rc;
    sim_run(sim, INT64_MAX, INT64_MAX);
    rc = sim_totals(sim, &totals);
    if (rc < 0)
        err_set(err, rc, "no memory for the figures of the simulation");
    else
        metrics_of(&at->model, &totals);
    sim_free(sim);
    return rc;
}

static int simulate(const struct prediction *p, struct predict_point *at,
                    struct err *err)
{
    struct spec spec = p->request.spec;
    struct sim_jobs jobs = {0};
    int rc = too_many(p, at, err);

    spec.workers = at->workers;
    if (rc == 0)
        rc = jobs_pool(&jobs, &spec, err);
    if (rc == 0) {
        size_t bytes = (size_t)p->length_count * sizeof(*p->lengths_ns);

        jobs.pool.lengths_ns = malloc(bytes);
        jobs.pool.length_count = p->length_count;
        jobs.pool.cpu_share = p->cpu_share;
        if (jobs.pool.lengths_ns) {
            memcpy(jobs.pool.lengths_ns, p->lengths_ns, bytes);
            jobs_pool_bound(&jobs.pool);
        } else {
            rc = err_set(err, -ENOMEM, "no memory for the simulation's tasks");
        }
    }
    if (rc == 0)
        rc = simulate_jobs(p, at, &jobs, err);
    sim_jobs_fini(&jobs);
    return rc;
}

int predict_simulate(struct prediction *p, struct err *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < p->count; i++)
        rc = simulate(p, &p->point[i], err);
    for (int i = 0; rc == 0 && i < p->count; i++) {
        struct predict_point *at = &p->point[i];
        double alone =
            metric_get(&p->point[0].model, METRIC_THROUGHPUT_PER_S, 0);

        if (alone > 0)
            at->speedup =
                metric_get(&at->model, METRIC_THROUGHPUT_PER_S, 0) / alone;
    }
    return rc;
}

/* ---- real runs ----------------------------------------------------------- */

static bool has_cores(const struct prediction *p, int i)
{
    const struct predict_point *at = &p->point[i];

    return p->request.real && at->asked && at->cpus <= p->machine.cpus_allowed;
}

bool predict_too_long(const struct prediction *p, int i)
{
    return has_cores(p, i) && metric_get(&p->point[i].model, METRIC_WALL_S, 0) >
                                  PREDICT_REAL_MOST_S;
}

bool predict_real_spec(const struct prediction *p, int i, struct spec *out)
{
    const struct predict_point *at = &p->point[i];
    struct text cpus = {0};
    int found = 0;
    struct err err;
    bool ok;

    if (!has_cores(p, i) || predict_too_long(p, i))
        return false;
    *out = p->request.spec;
    if (p->request.workers_follow)
        set_count(out, "workers", at->workers);
    for (int cpu = 0; cpu < CPU_SETSIZE && found < at->cpus; cpu++) {
        if (!CPU_ISSET(cpu, &p->machine.allowed))
            continue;
        text_addf(&cpus, "%s%d", found ? "," : "", cpu);
        found++;
    }
    ok = found == at->cpus && !cpus.failed &&
         spec_set(out, "cpus", text_str(&cpus), &err) == 0;
    text_fini(&cpus);
    return ok;
}

/* Tasks a second, where a run says operations a second. */
static void count_tasks(struct metrics *m)
{
    double wall = metric_get(m, METRIC_WALL_S, 0);

    m->has[METRIC_THROUGHPUT_PER_S] = m->has[METRIC_TASKS_DONE] && wall > 0;
    if (m->has[METRIC_THROUGHPUT_PER_S])
        m->value[METRIC_THROUGHPUT_PER_S] = m->value[METRIC_TASKS_DONE] / wall;
}

bool predict_take(struct prediction *p, int i,
                  const struct sweep_outcome *outcome)
{
    struct predict_point *at = &p->point[i];
    bool better = !at->real || noise_of(outcome) < noise_of(&at->outcome);

    if (better) {
        at->outcome = *outcome;
        count_tasks(&at->outcome.metrics);
        at->disturbed = predict_disturbed(outcome);
        at->real = true;
    }
    return predict_disturbed(outcome);
}

void predict_conclude(struct prediction *p)
{
    p->verdict = p->short_disturbed ? PREDICT_INCONCLUSIVE : PREDICT_DONE;
    for (int i = 0; i < p->count; i++) {
        struct predict_point *at = &p->point[i];
        double is = metric_get(&at->outcome.metrics, p->metric, 0);
        double said = metric_get(&at->model, p->metric, -1);

        if (!at->real)
            continue;
        if (at->outcome.verdict != VERDICT_OK) {
            p->verdict = PREDICT_FAILED;
            continue;
        }
        at->has_error = is > 0 && said >= 0;
        at->error = at->has_error ? (said - is) / is : 0;
        if (at->disturbed && p->verdict == PREDICT_DONE)
            p->verdict = PREDICT_INCONCLUSIVE;
    }
}
