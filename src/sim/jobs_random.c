/* Random sets of jobs: for exercises, for tests of what must always hold. The
 * numbers follow from the seed alone, on every machine, for ever: what is drawn
 * is drawn whether or not it is used, so that a wish more changes no other. */
#include <errno.h>

#include "base/random.h"
#include "sim/jobs.h"

#define MS INT64_C(1000000)

struct drawing {
    struct sim_jobs *jobs;
    const struct sim_random *wish;
    uint64_t seed; /* of this job */
};

static int64_t whole(const struct drawing *d, int64_t ns)
{
    return d->wish->whole_ms ? ns / MS * MS : ns;
}

/* 1 .. @most ns; whole milliseconds where asked for, 1 at least. Short ones are
 * likelier: the smaller of two numbers, as bursts of real programs are. */
static int64_t some_ns(struct drawing *d, int64_t most)
{
    uint64_t one = random_next(&d->seed), other = random_next(&d->seed);
    uint64_t least = one < other ? one : other;
    int64_t unit = d->wish->whole_ms ? MS : 1, n = most / unit;

    if (n < 1)
        n = 1;
    return (1 + (int64_t)((unsigned __int128)least * (uint64_t)n >> 64)) * unit;
}

static int64_t below(struct drawing *d, int64_t n)
{
    uint64_t drawn = random_next(&d->seed);

    return (int64_t)((unsigned __int128)drawn * (uint64_t)n >> 64);
}

static int lock_number(struct drawing *d, int at)
{
    char name[2] = {(char)('m' + at), '\0'};

    return sim_jobs_lock(d->jobs, name);
}

/* A burst; half of them within a lock, where there are any. */
static int add_burst(struct drawing *d, int64_t longest)
{
    int64_t ns = some_ns(d, longest);
    bool locked = below(d, 2) == 0;
    int lock = (int)below(d, 2), rc = 0;

    if (!d->wish->locks)
        return sim_jobs_step(d->jobs, STEP_RUN, ns, 0);
    lock = lock_number(d, lock);
    if (lock < 0)
        return -ENOMEM;
    if (locked)
        rc = sim_jobs_step(d->jobs, STEP_LOCK, 0, lock);
    if (rc == 0)
        rc = sim_jobs_step(d->jobs, STEP_RUN, ns, 0);
    if (rc == 0 && locked)
        rc = sim_jobs_step(d->jobs, STEP_UNLOCK, 0, lock);
    return rc;
}

/* One burst, or some with waits between, or a few laps of both. */
static int add_steps(struct drawing *d)
{
    int64_t longest = d->wish->longest_ns;
    int waits = (int)below(d, 4), laps = (int)below(d, 6), rc;
    bool device = below(d, 4) > 0;

    if (!d->wish->io || waits == 0)
        return add_burst(d, longest);
    longest = longest / (waits + 1) > 0 ? longest / (waits + 1) : 1;
    for (int i = 0; i < waits; i++) {
        rc = add_burst(d, longest);
        if (rc == 0)
            rc = sim_jobs_step(d->jobs, device ? STEP_IO : STEP_SLEEP,
                               some_ns(d, longest), 0);
        if (rc < 0)
            return rc;
    }
    rc = laps > 2 ? sim_jobs_step(d->jobs, STEP_AGAIN, 0, laps - 1) : 0;
    return rc < 0 ? rc : add_burst(d, longest);
}

static int set_pins(struct drawing *d, struct sim_job *job)
{
    struct sim_pins pins = {{0}};
    int cpus = d->wish->cpus < 1 ? 1 : d->wish->cpus;
    int first = (int)below(d, cpus), other = (int)below(d, cpus);

    if (below(d, 2) == 0)
        return 0;
    pins.bits[first / 64] |= UINT64_C(1) << first % 64;
    pins.bits[other / 64] |= UINT64_C(1) << other % 64;
    job->pins = sim_jobs_pins(d->jobs, &pins);
    if (job->pins < 0 && d->jobs->pin_count < SIM_PINS_MAX)
        return -ENOMEM;
    return 0; /* one set of CPUs too many: it may run anywhere */
}

static int set_gang(struct drawing *d, struct sim_job *job)
{
    int most = d->wish->cpus < 1 ? 1 : d->wish->cpus < 4 ? d->wish->cpus : 4;
    int id = d->jobs->count - 1;
    char name[SIM_NAME_MAX] = "g";
    int at = 1;

    /* Neighbours: no gang has more members than there are CPUs. */
    for (int n = id / most + 1; n > 0; n /= 26)
        name[at++] = (char)('a' + n % 26);
    if (below(d, 2) == 0 || id / most >= SIM_GANGS_MAX)
        return 0;
    job->gang = sim_jobs_gang(d->jobs, name);
    return job->gang < 0 ? -ENOMEM : 0;
}

static int add_job(struct drawing *d)
{
    const struct sim_random *w = d->wish;
    struct sim_job *job = sim_jobs_add(d->jobs);
    int rc = 0;
    int64_t drawn[5];

    if (!job)
        return -ENOMEM;
    drawn[0] = below(d, w->last_arrival_ns + 1);
    drawn[1] = below(d, 40) - 20;
    drawn[2] = 1 + below(d, 200);
    drawn[3] = below(d, 8);
    drawn[4] = below(d, 101);
    job->arrival_ns = whole(d, drawn[0]);
    job->nice = (int8_t)(w->nice ? drawn[1] : 0);
    job->tickets = (int32_t)(w->tickets ? drawn[2] : 100);
    job->priority = (int16_t)(w->priorities ? drawn[3] : 0);
    job->working_set = (int32_t)(w->sets ? drawn[4] : 0);
    if (w->pins)
        rc = set_pins(d, job);
    if (rc == 0 && w->gangs)
        rc = set_gang(d, job);
    return rc < 0 ? rc : add_steps(d);
}

int sim_jobs_random(struct sim_jobs *out, const struct sim_random *wish,
                    uint64_t seed)
{
    struct sim_jobs jobs = {0};
    struct drawing d = {.jobs = &jobs, .wish = wish};
    int rc = 0;

    /* No job takes longer than 16 of its longest bursts: see add_steps(). */
    if (wish->jobs < 1 || wish->jobs > SIM_JOBS_MAX || wish->longest_ns < 1 ||
        wish->longest_ns > SIM_NS_MAX / 64 / wish->jobs ||
        wish->last_arrival_ns < 0 || wish->last_arrival_ns > SIM_NS_MAX / 2 ||
        wish->cpus > SIM_CPUS_MAX)
        return -EINVAL;
    for (int i = 0; i < wish->jobs && rc == 0; i++) {
        /* Each job has its own stream: wishes for more of one leave the others
         * as they were. */
        d.seed = seed + (uint64_t)i * UINT64_C(0xd1342543de82ef95);
        d.seed = random_next(&d.seed);
        rc = add_job(&d);
    }
    if (rc < 0) {
        sim_jobs_fini(&jobs);
        return rc;
    }
    *out = jobs;
    return 0;
}
