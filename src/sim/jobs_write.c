/* A set of jobs as text that gives it again: see jobs.h for the grammar. */
#include <inttypes.h>
#include <string.h>

#include "sim/jobs.h"

static void add_step(const struct sim_jobs *jobs, const struct sim_step *s,
                     struct text *out)
{
    static const char *const before[] = {
        [STEP_RUN] = "",           [STEP_IO] = "io:",
        [STEP_SLEEP] = "sleep:",   [STEP_LOCK] = "lock:",
        [STEP_UNLOCK] = "unlock:", [STEP_AGAIN] = "x",
        [STEP_PERIOD] = "period",  [STEP_TASKS] = "0",
    };

    text_add(out, " ");
    text_add(out, before[s->kind]);
    if (s->kind == STEP_RUN || s->kind == STEP_IO || s->kind == STEP_SLEEP)
        sim_write_ns(s->ns, true, out);
    if (s->kind == STEP_LOCK || s->kind == STEP_UNLOCK)
        text_add(out, jobs->lock[s->n]);
    if (s->kind == STEP_AGAIN)
        text_addf(out, "%" PRId32, s->n);
}

/* "0,2-3". */
static void add_pins(const struct sim_pins *pins, struct text *out)
{
    const char *between = "";

    for (int first = 0; first < SIM_CPUS_MAX; first++) {
        int last = first;

        if (!sim_pins_allow(pins, first))
            continue;
        while (last + 1 < SIM_CPUS_MAX && sim_pins_allow(pins, last + 1))
            last++;
        text_addf(out, "%s%d", between, first);
        if (last > first)
            text_addf(out, "%c%d", last > first + 1 ? '-' : ',', last);
        between = ",";
        first = last;
    }
}

static void add_settings(const struct sim_jobs *jobs, const struct sim_job *job,
                         struct text *out)
{
    if (job->arrival_ns) {
        text_add(out, " @");
        sim_write_ns(job->arrival_ns, true, out);
    }
    if (job->period_ns) {
        text_add(out, " period=");
        sim_write_ns(job->period_ns, true, out);
    }
    if (job->deadline_ns && job->deadline_ns != job->period_ns) {
        text_add(out, " deadline=");
        sim_write_ns(job->deadline_ns, true, out);
    }
    if (!job->deadline_ns && job->period_ns)
        text_add(out, " deadline=never");
    if (job->nice)
        text_addf(out, " nice=%d", job->nice);
    if (job->priority)
        text_addf(out, " priority=%d", job->priority);
    if (job->tickets != 100)
        text_addf(out, " tickets=%" PRId32, job->tickets);
    if (job->working_set)
        text_addf(out, " set=%" PRId32, job->working_set);
    if (job->pins >= 0) {
        text_add(out, " cpus=");
        add_pins(&jobs->pins[job->pins], out);
    }
    if (job->gang >= 0)
        text_addf(out, " gang=%s", jobs->gang[job->gang]);
}

void sim_jobs_write(const struct sim_jobs *jobs, const char *between,
                    struct text *out)
{
    char name[SIM_NAME_MAX];
    bool pool = false;

    for (int i = 0; i < jobs->count; i++) {
        const struct sim_job *job = &jobs->job[i];

        text_add(out, i ? between : "");
        text_add(out, sim_job_name(jobs, i, name));
        for (int k = 0; k < job->count; k++) {
            const struct sim_step *s = &jobs->step[job->first + k];

            pool |= s->kind == STEP_TASKS;
            add_step(jobs, s, out);
        }
        if (job->count == 0)
            text_add(out, " 0");
        add_settings(jobs, job, out);
    }
    if (pool)
        text_addf(out, "%s# tasks that the jobs take in turn: not written",
                  between);
}
