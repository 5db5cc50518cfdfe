/* Answer files of simulator "mlfq": the multi-level feedback queue, tick by
 * tick. The screen process. */
#include <stdio.h>
#include <stdlib.h>

#include "check/cases.h"

/* What is recorded while it is played. */
struct recording {
    json_t *jobs, *levels; /* by tick */
    json_t *events;
};

/* ---- input --------------------------------------------------------------- */

static bool read_level(struct cases_machine *m, const json_t *one, int i)
{
    static const char *const known[] = {"quantum", "allotment", NULL};
    struct sim_level *level = &m->setup.level[i];
    int64_t quantum = 1;
    char where[32];

    snprintf(where, sizeof(where), "queues[%d]", i);
    cases_say_unknown(m->r, where, one, known);
    level->allotment = 1;
    if (!cases_count(m->r, one, where, "quantum", true, 1, CASES_TIME_MOST,
                     &quantum) ||
        !cases_count(m->r, one, where, "allotment", false, 1, CASES_TIME_MOST,
                     &level->allotment))
        return false;
    level->slice_ns = quantum * CASES_TICK_NS;
    return true;
}

static bool read_levels(struct cases_machine *m, const json_t *input)
{
    const json_t *list =
        cases_list(m->r, input, "", "queues", 1, SIM_LEVELS_MAX);

    m->setup.level_count = (int)json_array_size(list);
    for (int i = 0; i < m->setup.level_count; i++)
        if (!read_level(m, json_array_get(list, (size_t)i), i))
            return false;
    return list != NULL;
}

/* A device after every @every ticks of computing, but none at the very end. */
static bool add_steps(struct cases_machine *m, int64_t run, int64_t every,
                      int64_t device)
{
    int64_t times = every > 0 ? (run - 1) / every : 0;

    if (times > 0 && (!cases_step(m, STEP_RUN, every * CASES_TICK_NS, 0) ||
                      !cases_step(m, STEP_IO, device * CASES_TICK_NS, 0) ||
                      !cases_step(m, STEP_AGAIN, 0, (int32_t)times)))
        return false;
    return cases_step(m, STEP_RUN, (run - times * every) * CASES_TICK_NS, 0);
}

static bool read_job(struct cases_machine *m, const json_t *input,
                     const json_t *one, size_t i)
{
    static const char *const known[] = {"arrival", "run_time", "io_every",
                                        NULL};
    int64_t arrival = 0, run = 1, every = 0, device = 1;
    struct sim_job *job;
    char where[32];

    snprintf(where, sizeof(where), "jobs[%zu]", i);
    cases_say_unknown(m->r, where, one, known);
    if (!cases_count(m->r, one, where, "arrival", false, 0, CASES_TIME_MOST,
                     &arrival) ||
        !cases_count(m->r, one, where, "run_time", true, 1, CASES_TIME_MOST,
                     &run) ||
        !cases_count(m->r, one, where, "io_every", false, 0, CASES_TIME_MOST,
                     &every) ||
        !cases_count(m->r, input, "", "io_duration", every > 0, 1,
                     CASES_TIME_MOST, &device))
        return false;
    job = cases_job(m);
    if (!job)
        return false;
    job->arrival_ns = arrival * CASES_TICK_NS;
    return add_steps(m, run, every, device);
}

static bool read_input(struct cases_machine *m, const json_t *input)
{
    static const char *const known[] = {
        "queues",     "io_duration",      "boost_period",
        "stay_on_io", "io_done_to_front", "jobs",
        NULL};
    const json_t *jobs;
    int64_t boost = 0;

    cases_say_unknown(m->r, "input", input, known);
    jobs = cases_list(m->r, input, "", "jobs", 1, CASES_JOBS_MOST);
    if (!jobs || !read_levels(m, input) ||
        !cases_count(m->r, input, "", "boost_period", false, 0, CASES_TIME_MOST,
                     &boost) ||
        !cases_flag(m->r, input, "", "stay_on_io", &m->setup.stay) ||
        !cases_flag(m->r, input, "", "io_done_to_front", &m->setup.front))
        return false;
    m->setup.boost_ns = boost > 0 ? boost * CASES_TICK_NS : SIM_NEVER;
    for (size_t i = 0; i < json_array_size(jobs); i++)
        if (!read_job(m, input, json_array_get(jobs, i), i))
            return false;
    return true;
}

/* ---- watching ------------------------------------------------------------ */

static void happened(void *arg, const struct sim_event *e)
{
    static const char *const names[] = {
        [HAPPENS_ARRIVAL] = "arrive", [HAPPENS_WAIT] = "io_start",
        [HAPPENS_WOKEN] = "io_done",  [HAPPENS_END] = "finish",
        [HAPPENS_BOOST] = "boost",
    };
    const struct recording *rec = arg;

    if (e->kind > HAPPENS_BOOST)
        return;
    json_array_append_new(
        rec->events,
        json_pack("[o, s, o]", cases_ticks(e->at_ns), names[e->kind],
                  e->task < 0 ? json_null() : json_integer(e->task)));
}

/* Who runs in the tick that begins, and on which level. */
static void look(const struct cases_machine *m, struct recording *rec)
{
    int id = sim_cpu(m->sim, 0).task;

    json_array_append_new(rec->jobs, id < 0 ? json_null() : json_integer(id));
    json_array_append_new(
        rec->levels,
        id < 0 ? json_null() : json_integer(sim_task(m->sim, id)->mlfq.level));
}

/* ---- what came out ------------------------------------------------------- */

static json_t *figures(const struct cases_machine *m, struct recording *rec)
{
    static const char *const names[] = {"response", "turnaround", NULL};
    json_t *per_job = json_array();
    int64_t sums[2] = {0};

    for (int i = 0; i < m->jobs.count; i++) {
        const struct task *t = sim_task(m->sim, i);
        const int64_t values[2] = {t->first_ns - t->job->arrival_ns,
                                   t->end_ns - t->job->arrival_ns};

        json_array_append_new(per_job,
                              json_pack("{s:i, s:o, s:o}", "job", i, names[0],
                                        cases_ticks(values[0]), names[1],
                                        cases_ticks(values[1])));
        sums[0] += values[0];
        sums[1] += values[1];
    }
    return json_pack("{s:O, s:O, s:O, s:o, s:o}", "running_job", rec->jobs,
                     "running_level", rec->levels, "events", rec->events,
                     "per_job", per_job, "average",
                     cases_averages(names, sums, m->jobs.count));
}

static json_t *compute(struct check_report *r, const json_t *input)
{
    struct recording rec = {json_array(), json_array(), json_array()};
    const struct sim_watch watch = {.arg = &rec, .event = happened};
    struct cases_machine m;
    bool failed = true;
    json_t *out = NULL;

    cases_machine_init(&m, r, "mlfq");
    if (read_input(&m, input) && cases_start(&m, &watch))
        for (int64_t t = 0; cases_tick(&m, t, CASES_TICKS_MOST, &failed); t++)
            look(&m, &rec);
    if (!failed)
        out = figures(&m, &rec);
    cases_machine_fini(&m);
    json_decref(rec.jobs);
    json_decref(rec.levels);
    json_decref(rec.events);
    return out;
}

/* ---- the format ---------------------------------------------------------- */

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"mlfq", "mlfq case", compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_mlfq = {
    .name = "mlfq",
    .summary = "the multi-level feedback queue, tick by tick",
    .recompute = recompute,
};
