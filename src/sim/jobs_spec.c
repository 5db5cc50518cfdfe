/* An experiment's workers as jobs. Pure; any process.
 *
 * Only where the length of a task is a part of the experiment: what counting
 * primes costs is a matter of the machine and has to be measured first
 * (sim_jobs_tasks_from_trace(), "timeslice predict"). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "device/streams.h"
#include "sim/jobs_pool.h"
#include "sim/policy.h"

/* ---- workers ------------------------------------------------------------- */

int jobs_settings(struct sim_jobs *out, struct sim_job *job,
                  const struct spec *spec)
{
    struct sim_pins one = {{1}};
    int pins;

    job->nice = (int8_t)spec->nice;
    if (spec->sched == SCHED_KIND_FIFO || spec->sched == SCHED_KIND_RR)
        job->priority = (int16_t)spec->priority;
    if (spec->model != MODEL_COOP)
        return 0;
    pins = sim_jobs_pins(out, &one);
    job->pins = pins;
    return pins < 0 ? -1 : 0;
}

static int no_memory(struct err *err)
{
    return err_set(err, -ENOMEM, "no memory for the experiment's jobs");
}

/* Like jobs_settings(), and on the processors that --cpus names. */
static struct sim_job *add_worker(struct sim_jobs *out, const struct spec *spec)
{
    struct sim_job *job = sim_jobs_add(out);
    struct sim_pins pins = {{0}};
    int found = 0;

    if (!job || jobs_settings(out, job, spec) < 0)
        return NULL;
    if (!spec->pinned)
        return job;
    for (int cpu = 0; cpu < SIM_CPUS_MAX && cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &spec->cpus) ||
            (spec->model == MODEL_COOP && found > 0))
            continue;
        pins.bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
        found++;
    }
    job->pins = sim_jobs_pins(out, &pins);
    return job->pins < 0 ? NULL : job;
}

static int add_step(struct sim_jobs *out, enum sim_step_kind kind, int64_t ns,
                    int32_t n, struct err *err)
{
    int rc = sim_jobs_step(out, kind, ns, n);

    if (rc == -E2BIG)
        return err_set(err, -EINVAL,
                       "this makes more than %d steps, too many to simulate; "
                       "shorten it with --duration",
                       SIM_STEPS_MAX);
    return rc < 0 ? no_memory(err) : 0;
}

/* ---- tasks in a pool ----------------------------------------------------- */

static int pool_possible(const struct spec *spec, struct err *err)
{
    int64_t groups = spec->tasks > 0 ? spec_groups(spec) : 1;

    if (spec->workers < 1 || spec->workers > SIM_JOBS_MAX)
        return err_set(err, -EINVAL,
                       "%" PRId64 " workers cannot be simulated; from 1 to %d "
                       "can",
                       spec->workers, SIM_JOBS_MAX);
    if (groups > 1 &&
        (groups != spec->workers || spec->dispatch == DISPATCH_APPLY))
        return err_set(err, -EINVAL,
                       "--groups %" PRId64 " shares the tasks out among "
                       "processes of several workers, which the simulator does "
                       "not know; leave it out, or write as many groups as "
                       "workers",
                       spec->groups);
    if (spec->poll_ns > 0)
        return err_set(err, -EINVAL,
                       "--poll looks for a free place only now and then, which "
                       "the simulator does not know; leave it out");
    return 0;
}

int jobs_pool(struct sim_jobs *out, const struct spec *spec, struct err *err)
{
    struct sim_pool *pool = &out->pool;
    int rc = pool_possible(spec, err);
    int64_t chunk = spec_deal(spec).chunk;

    if (chunk <= 0) /* endless */
        chunk = spec->chunk > 0 ? spec->chunk : 1;
    for (int64_t i = 0; rc == 0 && i < spec->workers; i++) {
        if (!add_worker(out, spec))
            return no_memory(err);
        /* apply: the next begins when the one before is finished. Then it does
         * not matter who takes it. */
        if (spec->dispatch != DISPATCH_APPLY || i == 0)
            rc = add_step(out, STEP_TASKS, 0, 0, err);
    }
    pool->tasks = spec->tasks > 0 ? spec->tasks : POOL_ENDLESS;
    pool->chunk = spec->spawn == SPAWN_PER_TASK ? 1 : chunk;
    pool->divided = spec->tasks > 0 && spec_groups(spec) > 1;
    pool->workers = (int)spec->workers;
    pool->cpu_share = 1;
    return rc;
}

void jobs_pool_bound(struct sim_pool *pool)
{
    int64_t most = pool->tasks;

    if (pool->tasks != POOL_ENDLESS)
        return;
    for (int i = 0; i < pool->length_count; i++)
        if (pool->lengths_ns[i] > JOBS_ALL_NS / most)
            most = JOBS_ALL_NS / pool->lengths_ns[i];
    pool->tasks = most;
}

/* ---- spin, sleep --------------------------------------------------------- */

static int timed(struct sim_jobs *out, const struct spec *spec, struct err *err)
{
    bool sleeps = spec->workload == WORKLOAD_SLEEP;
    double scale = sleeps ? spec->scale : 1;
    int64_t ns[SPEC_LENGTHS_MAX], longest = 0;
    int count = spec_lengths(spec, ns);
    int rc;

    if (count <= 0) {
        ns[0] = spec->task_ns;
        count = 1;
    }
    rc = jobs_pool(out, spec, err);
    if (rc < 0)
        return rc;
    out->pool.cpu_share = sleeps ? 0 : spec->cpu_share / 100;
    out->pool.length_count = count;
    out->pool.lengths_ns = malloc((size_t)count * sizeof(*ns));
    if (!out->pool.lengths_ns)
        return no_memory(err);
    for (int i = 0; i < count; i++) {
        int64_t length = (int64_t)((double)ns[i] / scale);

        out->pool.lengths_ns[i] = length < SIM_NS_MAX ? length : SIM_NS_MAX;
        longest = length > longest ? length : longest;
    }
    jobs_pool_bound(&out->pool);
    if (longest == 0)
        return err_set(err, -EINVAL,
                       "tasks of no length take no virtual time: what they "
                       "cost is the dealing, which \"timeslice predict\" "
                       "measures first; or write --task-ms 1");
    return 0;
}

/* ---- convoy -------------------------------------------------------------- */

/* What a call and the steps between two of them roughly cost. It is no part of
 * the experiment, but hardly matters: under the global lock a hog's patience,
 * a thousand times as long, decides. */
#define CALL_NS (5 * NS_PER_US)
#define BETWEEN_NS (2 * NS_PER_US)

static int convoy(struct sim_jobs *out, const struct spec *spec,
                  struct err *err)
{
    /* Hogs have no end; all of them together fit into virtual time. */
    int64_t hog_ns = JOBS_ALL_NS / (spec->workers > 0 ? spec->workers : 1);
    char name[SIM_NAME_MAX];
    int rc = 0;

    if (hog_ns > SIM_NS_MAX)
        hog_ns = SIM_NS_MAX;
    for (int64_t i = 0; rc == 0 && i < spec->workers; i++) {
        struct sim_job *job = add_worker(out, spec);

        if (i == 0)
            snprintf(name, sizeof(name), "client");
        else
            snprintf(name, sizeof(name), "hog%" PRId64, i);
        if (!job || (job->name = sim_jobs_name(out, name)) < 0)
            return no_memory(err);
        if (i > 0) {
            rc = add_step(out, STEP_RUN, hog_ns, 0, err);
            continue;
        }
        for (int call = 0; rc == 0 && call < 2; call++) { /* send, receive */
            rc = add_step(out, STEP_RUN, BETWEEN_NS, 0, err);
            if (rc == 0)
                rc = add_step(out, STEP_IO, CALL_NS, 0, err);
        }
        if (rc == 0)
            rc = add_step(out, STEP_AGAIN, 0, INT32_MAX, err);
    }
    return rc;
}

/* ---- disk ---------------------------------------------------------------- */

/* What a reader computes for a request, roughly. */
#define REQUEST_NS (5 * NS_PER_US)
#define DISK_OTHERWISE_NS (10 * NS_PER_S) /* when it has no duration */

struct answers { /* when each reader was answered, in order of time */
    struct answer {
        int64_t at_ns;
        int reader;
    } * v;
    size_t count, cap;
};

static bool answers_add(struct answers *a, int reader, int64_t at_ns)
{
    if (a->count == a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 1024;
        struct answer *v = realloc(a->v, cap * sizeof(*v));

        if (!v)
            return false;
        a->v = v;
        a->cap = cap;
    }
    a->v[a->count++] = (struct answer){at_ns, reader};
    return true;
}

/* The drive's own model until @until_ns of our clock: what it does depends on
 * its clock only, and not on who gets a CPU (device/streams.h). */
static int ask_drive(struct answers *a, const struct spec *spec,
                     int64_t until_ns, struct err *err)
{
    const struct drive *drive = &drives[spec->drive];
    const struct streams_setup setup = {
        .drive = drive,
        .cache = drive_cache(drive, spec->read_ahead),
        .bytes = spec->bytes,
        .pattern = spec->pattern,
        .think_ms = drive->think_ms,
        .readers = (int)spec->workers,
        .most = (int)spec->workers,
        .seed = (uint64_t)spec->seed,
    };
    struct streams *s = streams_new(&setup);
    struct stream *stream = calloc((size_t)setup.most, sizeof(*stream));
    int rc = s && stream ? 0 : no_memory(err);
    int64_t at_ns = 0;

    if (rc == 0)
        stream_begin(stream, &setup);
    for (int i = 0; rc == 0 && i < setup.readers; i++)
        streams_expect(s, i, true);
    while (rc == 0 && at_ns < until_ns) {
        struct streams_event e = streams_step(s, spec->disk_policy);

        if (e.kind == STREAMS_WAIT)
            streams_ask(s, e.reader, stream_next(&stream[e.reader]));
        if (e.kind != STREAMS_ANSWER)
            continue;
        at_ns = (int64_t)(e.ms * (double)NS_PER_MS / spec->scale);
        if (a->count >= SIM_STEPS_MAX / 2 - 1)
            rc = add_step(&(struct sim_jobs){.step_count = SIM_STEPS_MAX},
                          STEP_RUN, 0, 0, err);
        else if (!answers_add(a, e.reader, at_ns))
            rc = no_memory(err);
    }
    free(stream);
    streams_free(s);
    return rc;
}

static int by_reader(const void *a, const void *b)
{
    const struct answer *x = a, *y = b;

    if (x->reader != y->reader)
        return x->reader < y->reader ? -1 : 1;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static int disk(struct sim_jobs *out, const struct spec *spec, struct err *err)
{
    int64_t until_ns =
        spec->duration_ns > 0 ? spec->duration_ns : DISK_OTHERWISE_NS;
    struct answers a = {0};
    int rc = ask_drive(&a, spec, until_ns, err);
    size_t i = 0;

    if (rc == 0 && a.count > 0)
        qsort(a.v, a.count, sizeof(*a.v), by_reader);
    for (int r = 0; rc == 0 && r < (int)spec->workers; r++) {
        int64_t before_ns = 0;

        if (!add_worker(out, spec))
            rc = no_memory(err);
        for (; rc == 0 && i < a.count && a.v[i].reader == r; i++) {
            int64_t gap = a.v[i].at_ns - before_ns;
            int64_t run = gap > REQUEST_NS ? REQUEST_NS : gap;

            before_ns = a.v[i].at_ns;
            rc = add_step(out, STEP_RUN, run, 0, err);
            if (rc == 0)
                rc = add_step(out, STEP_IO, gap - run, 0, err);
        }
    }
    free(a.v);
    return rc;
}

/* ---- which --------------------------------------------------------------- */

static int refuse(const struct spec *spec, struct err *err)
{
    const char *name = spec_workload_words[spec->workload];

    return err_set(err, -EINVAL,
                   "how long a task of %s takes is a matter of the machine, "
                   "not of the experiment, so it cannot be simulated as it "
                   "stands; \"timeslice predict %s --on cpus=1,2,4\" measures "
                   "it first",
                   name, name);
}

int sim_jobs_from_spec(struct sim_jobs *out, const struct spec *spec,
                       struct err *err)
{
    int rc;

    *out = (struct sim_jobs){0};
    switch (spec->workload) {
    case WORKLOAD_SPIN:
    case WORKLOAD_SLEEP:
        rc = timed(out, spec, err);
        break;
    case WORKLOAD_CONVOY:
        rc = convoy(out, spec, err);
        break;
    case WORKLOAD_DISK:
        rc = disk(out, spec, err);
        break;
    default:
        rc = refuse(spec, err);
    }
    if (rc < 0)
        sim_jobs_fini(out);
    return rc;
}

/* ---- the machine --------------------------------------------------------- */

static bool was_given(const struct sim_setup *setup, const char *name)
{
    const struct sim_setting *s = sim_setting(name);

    return s && setup->given >> (s - sim_settings) & 1;
}

static const struct sim_policy *policy_for(const struct spec *spec,
                                           const struct sim_policy *otherwise)
{
    if (spec->model == MODEL_GIL)
        return spec->gil == GIL_OLD ? &policy_gil_old : &policy_gil;
    if (spec->sched == SCHED_KIND_FIFO)
        return &policy_rt_fifo;
    if (spec->sched == SCHED_KIND_RR)
        return &policy_rt_rr;
    return otherwise;
}

/* All the defaults of @policy, with what was given of @setup. */
static void change_policy(struct sim_setup *setup,
                          const struct sim_policy *policy)
{
    const struct sim_setup before = *setup;
    struct text value = {0};

    if (setup->policy == policy)
        return;
    sim_defaults(setup, policy);
    for (int i = 0; i < sim_setting_count; i++) {
        if (!(before.given >> i & 1))
            continue;
        sim_setup_value(&before, &sim_settings[i], &value);
        sim_setup_set(setup, sim_settings[i].name, text_str(&value), NULL);
        text_fini(&value);
    }
}

int sim_setup_for_spec(struct sim_setup *setup, const struct spec *spec,
                       bool otherwise, struct err *err)
{
    bool gil;

    if (otherwise)
        change_policy(setup, policy_for(spec, setup->policy));
    gil = setup->policy == &policy_gil || setup->policy == &policy_gil_old;
    if (spec->model == MODEL_GIL && !gil)
        return err_set(err, -EINVAL,
                       "--model gil computes under a global lock, and %s knows "
                       "none; write --on sim:gil, or --model threads",
                       setup->policy->name);
    if (spec->duration_ns > 0 && !was_given(setup, "until"))
        setup->until_ns = spec->duration_ns;
    if (spec->slice_ns > 0 && !was_given(setup, "slice"))
        setup->slice_ns = spec->slice_ns;
    if (spec->model == MODEL_GIL && !was_given(setup, "interval"))
        setup->interval_ns =
            spec->gil == GIL_UNFORCED ? SIM_NS_MAX : spec->gil_interval_ns;
    return 0;
}

/* ---- from a line --------------------------------------------------------- */

bool sim_means_experiment(const char *text)
{
    size_t n = strcspn(text, " ");

    for (int i = 0; spec_workload_words[i]; i++)
        if (strlen(spec_workload_words[i]) == n &&
            strncmp(spec_workload_words[i], text, n) == 0)
            return true;
    return false;
}

int sim_jobs_from_line(struct sim_jobs *out, struct spec *spec,
                       const char *line, const struct machine *m,
                       struct err *err)
{
    int rc = spec_parse_line(spec, line, err);

    if (rc == 0)
        rc = spec_check(spec, m, err);
    return rc < 0 ? rc : sim_jobs_from_spec(out, spec, err);
}
