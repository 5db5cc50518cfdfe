/* Do a machine and a set of jobs go together? Sets from text have been looked
 * at where they were read; others (a recorded run, an experiment, a screen that
 * edits) are looked at here. Any thread. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sim/policy.h"
#include "sim/setup.h"

#define ALL_NS_MAX (INT64_C(1) << 60) /* as in sim/jobs.h */

/* ---- the machine --------------------------------------------------------- */

/* A parameter's number, to see if it is in its range; false: it has none. */
static bool number_of(const struct sim_setup *setup,
                      const struct sim_setting *s, int64_t *out)
{
    const char *field = (const char *)setup + s->offset;
    int small;

    switch (s->type) {
    case SIM_SETTING_COUNT:
    case SIM_SETTING_CHOICE:
        memcpy(&small, field, sizeof(small));
        *out = small;
        return true;
    case SIM_SETTING_WHOLE:
    case SIM_SETTING_NS:
        memcpy(out, field, sizeof(*out));
        return true;
    case SIM_SETTING_PERIOD:
    case SIM_SETTING_STEAL:
        memcpy(out, field, sizeof(*out));
        return *out != SIM_NEVER;
    case SIM_SETTING_YES_NO:
    case SIM_SETTING_LEVELS:
    case SIM_SETTING_SEED:
        return false;
    }
    return false;
}

static int check_machine(const struct sim_setup *setup, struct err *err)
{
    int64_t n;

    if (!setup->policy)
        return err_set(err, -EINVAL, "the machine has no policy");
    for (int i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];

        if (number_of(setup, s, &n) && (n < s->min || n > s->max))
            return err_set(err, -EINVAL,
                           "%s is %" PRId64 ", but must be from %" PRId64
                           " to %" PRId64,
                           s->name, n, s->min, s->max);
    }
    if (setup->level_count < 1 || setup->level_count > SIM_LEVELS_MAX)
        return err_set(err, -EINVAL, "there must be from 1 to %d levels",
                       SIM_LEVELS_MAX);
    for (int i = 0; i < setup->level_count; i++)
        if (setup->level[i].slice_ns < 1 ||
            setup->level[i].slice_ns > SIM_NS_MAX ||
            setup->level[i].allotment < 1)
            return err_set(err, -EINVAL,
                           "level %d needs a slice longer than 0 and at least "
                           "one of them",
                           i);
    if ((setup->draws && setup->draw_count < 1) ||
        (setup->victims && setup->victim_count < 1))
        return err_set(err, -EINVAL,
                       "the list that is to be used instead of drawing is "
                       "empty");
    return 0;
}

/* ---- one job by itself --------------------------------------------------- */

/* Its steps, walked through once. */
struct walk {
    uint64_t held[SIM_LOCKS_MAX / 64], before[SIM_LOCKS_MAX / 64];
    int64_t lap_ns, all_ns;
    int64_t lap_periods, all_periods;
    bool tasks;
};

static void add_ns(int64_t *sum, int64_t ns)
{
    if (__builtin_add_overflow(*sum, ns, sum))
        *sum = INT64_MAX;
}

static const char *walk_lock(struct walk *w, const struct sim_step *s,
                             int locks)
{
    uint64_t bit;

    if (s->n < 0 || s->n >= locks)
        return "uses a lock that is not there";
    bit = UINT64_C(1) << s->n % 64;
    if (s->kind == STEP_LOCK && w->held[s->n / 64] & bit)
        return "takes a lock that it has already, and would wait for itself";
    if (s->kind == STEP_UNLOCK && !(w->held[s->n / 64] & bit))
        return "gives a lock that it does not have";
    w->held[s->n / 64] ^= bit;
    return NULL;
}

static const char *walk_again(struct walk *w, const struct sim_step *s)
{
    int64_t laps;

    if (s->n < 1)
        return "repeats something less than once";
    if (s->n > 1 && w->lap_ns == 0 && w->lap_periods == 0)
        return "repeats what takes no time";
    if (s->n > 1 && memcmp(w->held, w->before, sizeof(w->held)) != 0)
        return "repeats what ends with other locks than it begins with";
    if (__builtin_mul_overflow(w->lap_ns, s->n, &laps))
        laps = INT64_MAX;
    add_ns(&w->all_ns, laps);
    add_ns(&w->all_periods, w->lap_periods * s->n);
    w->lap_ns = w->lap_periods = 0;
    memcpy(w->before, w->held, sizeof(w->held));
    return NULL;
}

/* What is wrong with it; NULL: nothing. */
static const char *walk_step(struct walk *w, const struct sim_step *s,
                             const struct sim_jobs *jobs,
                             const struct sim_job *job)
{
    switch (s->kind) {
    case STEP_RUN:
    case STEP_IO:
    case STEP_SLEEP:
        if (s->ns < 0 || s->ns > SIM_NS_MAX)
            return "has a time below 0 or beyond 104 days";
        add_ns(&w->lap_ns, s->ns);
        return NULL;
    case STEP_LOCK:
    case STEP_UNLOCK:
        return walk_lock(w, s, jobs->lock_count);
    case STEP_AGAIN:
        return walk_again(w, s);
    case STEP_PERIOD:
        w->lap_periods++;
        return job->period_ns > 0
                   ? NULL
                   : "waits for its next period, but has no period=";
    case STEP_TASKS:
        w->tasks = true;
        return jobs->pool.length_count > 0 || jobs->pool.tasks == 0
                   ? NULL
                   : "takes tasks, but there are none";
    default:
        return "has a step that nobody knows";
    }
}

static const char *walk_end(const struct walk *w, const struct sim_job *job,
                            int64_t *all)
{
    int64_t periods;

    for (size_t i = 0; i < sizeof(w->held) / sizeof(w->held[0]); i++)
        if (w->held[i])
            return "ends with a lock that nobody else would ever get";
    if (__builtin_mul_overflow(w->all_periods + w->lap_periods, job->period_ns,
                               &periods) ||
        __builtin_add_overflow(w->all_ns, w->lap_ns, all) ||
        __builtin_add_overflow(*all, periods, all) ||
        *all > SIM_NS_MAX - job->arrival_ns)
        return "takes longer than 104 days";
    return NULL;
}

static const char *fields_wrong(const struct sim_jobs *jobs,
                                const struct sim_job *job)
{
    if (job->arrival_ns < 0 || job->arrival_ns > SIM_NS_MAX ||
        job->period_ns < 0 || job->period_ns > SIM_NS_MAX ||
        job->deadline_ns < 0 || job->deadline_ns > SIM_NS_MAX)
        return "has a time below 0 or beyond 104 days";
    if (job->first < 0 || job->count < 0 ||
        job->first > jobs->step_count - job->count)
        return "has steps that are not there";
    if (job->name >= jobs->name_count || job->pins >= jobs->pin_count ||
        job->gang >= jobs->gang_count)
        return "has a name, gang or set of CPUs that is not there";
    if (job->nice < -20 || job->nice > 19)
        return "has a nice value outside -20 to 19";
    if (job->priority < 0 || job->priority > 99)
        return "has a priority outside 0 to 99";
    if (job->tickets < 0 || job->tickets > 1000000 || job->working_set < 0)
        return "has less than no tickets or working set, or too many";
    return NULL;
}

static int check_job(const struct sim_jobs *jobs, int id, int64_t *all,
                     struct err *err)
{
    const struct sim_job *job = &jobs->job[id];
    struct walk w = {0};
    char name[SIM_NAME_MAX] = "?";
    const char *wrong = fields_wrong(jobs, job);
    int64_t own = 0;

    for (int i = 0; i < job->count && !wrong; i++)
        wrong = walk_step(&w, &jobs->step[job->first + i], jobs, job);
    if (!wrong)
        wrong = walk_end(&w, job, &own);
    if (!wrong && own > ALL_NS_MAX - *all)
        return err_set(err, -EINVAL,
                       "all the jobs together take longer than 36 years");
    *all += own;
    if (!wrong)
        return 0;
    if (job->name < jobs->name_count)
        sim_job_name(jobs, id, name);
    return err_set(err, -EINVAL, "job %s %s", name, wrong);
}

static int check_pool(const struct sim_pool *pool, struct err *err)
{
    int64_t longest = 0, all;

    if (pool->length_count == 0 && pool->tasks == 0)
        return 0;
    if (pool->tasks < 0 || pool->chunk < 1 || pool->workers < 1 ||
        pool->length_count < 1 || !pool->lengths_ns ||
        !(pool->cpu_share >= 0 && pool->cpu_share <= 1))
        return err_set(err, -EINVAL,
                       "the pool of tasks needs workers, lengths, chunks of at "
                       "least 1 and a share of computing from 0 to 1");
    for (int i = 0; i < pool->length_count; i++)
        if (pool->lengths_ns[i] < 0 || pool->lengths_ns[i] > SIM_NS_MAX)
            return err_set(err, -EINVAL,
                           "task %d has a length below 0 or beyond 104 days",
                           i);
    for (int i = 0; i < pool->length_count; i++)
        if (pool->lengths_ns[i] > longest)
            longest = pool->lengths_ns[i];
    if (__builtin_mul_overflow(longest, pool->tasks, &all) || all > ALL_NS_MAX)
        return err_set(err, -EINVAL,
                       "the tasks together may take longer than 36 years");
    return 0;
}

/* ---- jobs on this machine ------------------------------------------------ */

static bool any_cpu(const struct sim_pins *p, int cpus)
{
    for (int cpu = 0; cpu < cpus; cpu++)
        if (sim_pins_allow(p, cpu))
            return true;
    return false;
}

static int first_cpu(const struct sim_pins *p)
{
    int cpu = 0;

    while (cpu < SIM_CPUS_MAX && !sim_pins_allow(p, cpu))
        cpu++;
    return cpu;
}

static int check_pins(const struct sim_setup *setup,
                      const struct sim_jobs *jobs, struct err *err)
{
    char name[SIM_NAME_MAX];

    for (int i = 0; i < jobs->pin_count; i++) {
        int id = 0, cpu;

        if (any_cpu(&jobs->pins[i], setup->cpus))
            continue;
        while (id < jobs->count && jobs->job[id].pins != i)
            id++;
        if (id == jobs->count)
            continue;
        cpu = first_cpu(&jobs->pins[i]);
        if (cpu == SIM_CPUS_MAX)
            return err_set(err, -EINVAL,
                           "job %s may run on no CPU at all; give it cpus=0",
                           sim_job_name(jobs, id, name));
        return err_set(err, -EINVAL,
                       "job %s may run only on CPUs from %d on, but the "
                       "machine has %d, from 0 to %d; give it cpus=%d",
                       sim_job_name(jobs, id, name), cpu, setup->cpus,
                       setup->cpus - 1, cpu + 1);
    }
    return 0;
}

static int check_for_policy(const struct sim_setup *setup,
                            const struct sim_jobs *jobs, struct err *err)
{
    bool lots =
        setup->policy == &policy_lottery || setup->policy == &policy_stride;
    bool deadlines = setup->policy == &policy_edf;
    char name[SIM_NAME_MAX];

    for (int id = 0; id < jobs->count && (lots || deadlines); id++) {
        const struct sim_job *job = &jobs->job[id];

        if (lots && job->tickets == 0)
            return err_set(err, -EINVAL,
                           "job %s has no tickets, so that %s would never let "
                           "it run; give it tickets=1 or more",
                           sim_job_name(jobs, id, name), setup->policy->name);
        if (deadlines && job->period_ns && !job->deadline_ns)
            return err_set(err, -EINVAL,
                           "job %s has a period but no deadline, so that edf "
                           "would always put it last; give it a deadline=",
                           sim_job_name(jobs, id, name));
    }
    return 0;
}

int sim_setup_check(const struct sim_setup *setup, const struct sim_jobs *jobs,
                    struct err *err)
{
    int64_t all = 0;
    int rc = check_machine(setup, err);

    if (rc == 0 && jobs)
        rc = check_pool(&jobs->pool, err);
    for (int id = 0; rc == 0 && jobs && id < jobs->count; id++)
        rc = check_job(jobs, id, &all, err);
    if (rc == 0 && jobs)
        rc = check_pins(setup, jobs, err);
    if (rc == 0 && jobs)
        rc = check_for_policy(setup, jobs, err);
    return rc;
}
