/* Answer files of simulator "multi": several CPUs with caches, tick by tick.
 * The screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/cases.h"

#define CPUS_MOST 64

/* What is recorded while it is played. */
struct recording {
    struct cases_machine m;
    const char *name[CASES_JOBS_MOST]; /* borrowed from the file */
    int64_t left[CASES_JOBS_MOST];     /* ticks of computing at full rate */
    int32_t *victims;
    json_t *schedule, *lefts; /* lists by CPU, then by tick */
    json_t *changes;          /* of who is warm */
    char *warm;               /* by CPU and job: at the last tick's end */
    int64_t busy[CPUS_MOST], fast[CPUS_MOST]; /* ticks */
    int64_t between_ns; /* something was decided between two ticks; -1 */
};

/* ---- input --------------------------------------------------------------- */

static bool read_allowed(struct recording *rec, const json_t *one,
                         const char *where, struct sim_job *job)
{
    const json_t *list = json_object_get(one, "allowed_cpus");
    struct sim_pins pins = {0};

    if (!list || json_is_null(list))
        return true;
    list = cases_list(rec->m.r, one, where, "allowed_cpus", 1, CPUS_MOST);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *cpu = json_array_get(list, i);
        json_int_t n = json_integer_value(cpu);

        if (!json_is_integer(cpu) || n < 0 || n >= rec->m.setup.cpus) {
            cases_say(rec->m.r, "allowed_cpus",
                      "\"%s.allowed_cpus\" should be numbers of CPUs from 0 to "
                      "%d, or null for any",
                      where, rec->m.setup.cpus - 1);
            return false;
        }
        pins.bits[n / 64] |= UINT64_C(1) << n % 64;
    }
    if (!list)
        return false;
    job->pins = sim_jobs_pins(&rec->m.jobs, &pins);
    rec->m.r->failed_alloc |= job->pins < 0;
    return job->pins >= 0;
}

static bool read_name(struct recording *rec, const json_t *one, int i)
{
    const char *name = json_string_value(json_object_get(one, "name"));

    rec->name[i] = name;
    if (!name || *name == '\0' || strlen(name) >= SIM_NAME_MAX) {
        cases_say(rec->m.r, "name",
                  "\"jobs[%d]\" should have a \"name\" of 1 to %d bytes", i,
                  SIM_NAME_MAX - 1);
        return false;
    }
    for (int k = 0; k < i; k++)
        if (strcmp(rec->name[k], name) == 0) {
            cases_say(rec->m.r, "name",
                      "jobs %d and %d are both called \"%s\": names should "
                      "differ",
                      k, i, name);
            return false;
        }
    return true;
}

static bool read_job(struct recording *rec, const json_t *one, int i)
{
    static const char *const known[] = {"name", "run_time", "working_set",
                                        "allowed_cpus", NULL};
    int64_t set = 0;
    struct sim_job *job;
    char where[32];

    snprintf(where, sizeof(where), "jobs[%d]", i);
    cases_say_unknown(rec->m.r, where, one, known);
    if (!read_name(rec, one, i) ||
        !cases_count(rec->m.r, one, where, "run_time", true, 1, CASES_TIME_MOST,
                     &rec->left[i]) ||
        !cases_count(rec->m.r, one, where, "working_set", false, 0,
                     CASES_TIME_MOST, &set))
        return false;
    job = cases_job(&rec->m);
    if (!job)
        return false;
    job->working_set = (int32_t)set;
    return read_allowed(rec, one, where, job) &&
           cases_step(&rec->m, STEP_RUN, rec->left[i] * CASES_TICK_NS, 0);
}

/* Which CPUs were looked at in turn, by those that wanted to steal. */
static bool read_victims(struct recording *rec, const json_t *input)
{
    struct sim_setup *setup = &rec->m.setup;
    const json_t *list = json_object_get(input, "steal_victims");
    size_t n;

    if (!list)
        return true;
    list =
        cases_list(rec->m.r, input, "", "steal_victims", 0, CASES_TICKS_MOST);
    n = json_array_size(list);
    rec->victims = calloc(n + 1, sizeof(*rec->victims));
    rec->m.r->failed_alloc |= rec->victims == NULL;
    for (size_t i = 0; rec->victims && i < n; i++) {
        const json_t *one = json_array_get(list, i);
        json_int_t cpu = json_integer_value(one);

        if (!json_is_integer(one) || cpu < 0 || cpu >= setup->cpus) {
            cases_say(rec->m.r, "steal_victims",
                      "\"steal_victims[%zu]\" should be the number of a CPU "
                      "from 0 to %d",
                      i, setup->cpus - 1);
            return false;
        }
        rec->victims[i] = (int32_t)cpu;
    }
    setup->victims = n > 0 ? rec->victims : NULL;
    setup->victim_count = (int)n;
    return list && rec->victims;
}

static bool read_machine(struct recording *rec, const json_t *input)
{
    static const char *const layouts[] = {"central", "per_cpu", NULL};
    struct check_report *r = rec->m.r;
    struct sim_setup *setup = &rec->m.setup;
    int64_t cpus = 1, quantum = 1, steal = 0, warm = 0;
    int layout = 0;

    setup->cache = 0;
    setup->warm_rate = 1;
    if (!cases_count(r, input, "", "cpus", true, 1, CPUS_MOST, &cpus) ||
        !cases_count(r, input, "", "quantum", true, 1, CASES_TIME_MOST,
                     &quantum) ||
        !cases_word(r, input, "", "queue_layout", false, layouts, &layout) ||
        !cases_count(r, input, "", "steal_interval", false, 0, CASES_TIME_MOST,
                     &steal) ||
        !cases_count(r, input, "", "warm_rate", false, 1, 100,
                     &setup->warm_rate) ||
        !cases_count(r, input, "", "warmup_ticks", setup->warm_rate > 1, 0,
                     CASES_TIME_MOST, &warm) ||
        !cases_count(r, input, "", "cache_size", setup->warm_rate > 1, 0,
                     CASES_TIME_MOST, &setup->cache))
        return false;
    setup->cpus = (int)cpus;
    setup->slice_ns = quantum * CASES_TICK_NS;
    setup->aligned = r->ostep; /* U1 */
    setup->queues = layout == 1 ? QUEUES_PER_CPU : QUEUES_CENTRAL;
    setup->steal_ns = steal > 0 ? steal * CASES_TICK_NS : SIM_NEVER;
    setup->warm_ns = warm * CASES_TICK_NS;
    return read_victims(rec, input);
}

static bool read_input(struct recording *rec, const json_t *input)
{
    static const char *const known[] = {"cpus",          "quantum",
                                        "queue_layout",  "steal_interval",
                                        "warm_rate",     "warmup_ticks",
                                        "cache_size",    "jobs",
                                        "steal_victims", NULL};
    const json_t *jobs;

    cases_say_unknown(rec->m.r, "input", input, known);
    jobs = cases_list(rec->m.r, input, "", "jobs", 1, CASES_JOBS_MOST);
    if (!jobs || !read_machine(rec, input))
        return false;
    for (int i = 0; i < (int)json_array_size(jobs); i++)
        if (!read_job(rec, json_array_get(jobs, (size_t)i), i))
            return false;
    return true;
}

/* ---- watching ------------------------------------------------------------ */

static void decided(void *arg, const struct sim *s,
                    const struct sim_decision *d)
{
    struct recording *rec = arg;

    (void)s;
    if (rec->between_ns < 0 && d->at_ns % CASES_TICK_NS != 0)
        rec->between_ns = d->at_ns;
}

/* Who is warm on @cpu, if that is not who it was; @tick: the one that is over.
 */
static void look_at_cache(struct recording *rec, int cpu, int64_t tick)
{
    char *warm = rec->warm + (ptrdiff_t)cpu * rec->m.jobs.count;
    bool changed = false;
    json_t *list;

    for (int i = 0; i < rec->m.jobs.count; i++) {
        char now = sim_warm(rec->m.sim, cpu, i);

        changed |= now != warm[i];
        warm[i] = now;
    }
    if (!changed)
        return;
    list = json_array();
    for (int i = 0; i < rec->m.jobs.count; i++)
        if (warm[i])
            json_array_append_new(list, json_string(rec->name[i]));
    json_array_append_new(rec->changes,
                          json_pack("{s:I, s:i, s:o}", "tick", (json_int_t)tick,
                                    "cpu", cpu, "warm_jobs", list));
}

/* @cpu in the tick that begins. */
static void look(struct recording *rec, int cpu)
{
    int id = sim_cpu(rec->m.sim, cpu).task;
    json_t *who = json_null(), *left = json_null();
    int64_t rate = 1;

    if (id >= 0) {
        if (sim_warm(rec->m.sim, cpu, id))
            rate = rec->m.setup.warm_rate;
        rec->busy[cpu]++;
        rec->fast[cpu] += rate > 1;
        rec->left[id] -= rate < rec->left[id] ? rate : rec->left[id];
        who = json_string(rec->name[id]);
        left = json_integer(rec->left[id]);
    }
    json_array_append_new(json_array_get(rec->schedule, (size_t)cpu), who);
    json_array_append_new(json_array_get(rec->lefts, (size_t)cpu), left);
}

/* ---- what came out ------------------------------------------------------- */

static json_t *figures(const struct recording *rec, int64_t ticks)
{
    json_t *finish = json_object(), *busy = json_array(), *fast = json_array();

    for (int i = 0; i < rec->m.jobs.count; i++)
        json_object_set_new(finish, rec->name[i],
                            cases_ticks(sim_task(rec->m.sim, i)->end_ns));
    for (int c = 0; c < rec->m.setup.cpus; c++) {
        json_array_append_new(busy, cases_percent(rec->busy[c], ticks));
        json_array_append_new(fast, cases_percent(rec->fast[c], ticks));
    }
    return json_pack("{s:I, s:o, s:O, s:O, s:O, s:o, s:o}", "finish_time",
                     (json_int_t)ticks, "job_finish_time", finish, "schedule",
                     rec->schedule, "time_left_after_tick", rec->lefts,
                     "warm_set_changes", rec->changes, "cpu_busy_percent", busy,
                     "cpu_warm_percent", fast);
}

static bool between_ticks(const struct recording *rec)
{
    if (rec->between_ns < 0)
        return false;
    cases_say(rec->m.r, "warm_rate",
              "at %g ticks a job that is warm ends between two ticks, and "
              "tick by tick nothing can be said then; --rules ostep lets it "
              "keep its CPU to the end of the tick",
              (double)rec->between_ns / (double)CASES_TICK_NS);
    return true;
}

/* Of two CPUs it is clear whom a thief looks at. */
static bool lacks_victims(const struct recording *rec)
{
    int used = sim_victims(rec->m.sim), given = rec->m.setup.victim_count;

    if (rec->m.setup.cpus <= 2 || used <= given)
        return false;
    cases_say(rec->m.r, "steal_victims",
              "CPUs look %d times for work to steal, and \"steal_victims\" "
              "tells for %d where",
              used, given);
    return true;
}

static json_t *play(struct recording *rec, const json_t *input)
{
    const struct sim_watch watch = {.arg = rec, .decided = decided};
    int64_t t, most, cells;
    bool failed = true;

    if (!read_input(rec, input) || !cases_start(&rec->m, &watch))
        return NULL;
    cells = (int64_t)rec->m.jobs.count * rec->m.setup.cpus;
    most = CASES_TICKS_MOST / rec->m.setup.cpus; /* values by CPU and tick */
    rec->warm = calloc((size_t)cells, 1);
    if (!rec->warm) {
        rec->m.r->failed_alloc = true;
        return NULL;
    }
    for (int c = 0; c < rec->m.setup.cpus; c++) {
        json_array_append_new(rec->schedule, json_array());
        json_array_append_new(rec->lefts, json_array());
    }
    for (t = 0; cases_tick(&rec->m, t, most, &failed); t++) {
        for (int c = 0; c < rec->m.setup.cpus; c++) {
            if (t > 0 || rec->m.setup.warm_ns == 0)
                look_at_cache(rec, c, rec->m.setup.warm_ns ? t - 1 : t);
            look(rec, c);
        }
        if (between_ticks(rec))
            return NULL;
    }
    for (int c = 0; !failed && c < rec->m.setup.cpus; c++)
        look_at_cache(rec, c, t - 1);
    if (failed || between_ticks(rec) || lacks_victims(rec))
        return NULL;
    return figures(rec, t);
}

static json_t *compute(struct check_report *r, const json_t *input)
{
    struct recording *rec = calloc(1, sizeof(*rec));
    json_t *out = NULL;

    if (!rec) {
        r->failed_alloc = true;
        return NULL;
    }
    cases_machine_init(&rec->m, r, "rr");
    rec->between_ns = -1;
    rec->schedule = json_array();
    rec->lefts = json_array();
    rec->changes = json_array();
    out = play(rec, input);
    cases_machine_fini(&rec->m);
    json_decref(rec->schedule);
    json_decref(rec->lefts);
    json_decref(rec->changes);
    free(rec->warm);
    free(rec->victims);
    free(rec);
    return out;
}

/* ---- the format ---------------------------------------------------------- */

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"multi", "multi case", compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_multi = {
    .name = "multi",
    .summary = "several CPUs with caches, tick by tick",
    .recompute = recompute,
};
