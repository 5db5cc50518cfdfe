/* Comparing sets of jobs: see same_jobs.h. */
#include "same_jobs.h"

#include <stdio.h>
#include <string.h>

#include "sim/policy.h"

static const char *differ(int job, const char *what)
{
    static char words[80];

    snprintf(words, sizeof(words), "job %d: %s", job, what);
    return words;
}

static bool same_step(const struct sim_jobs *a, const struct sim_step *x,
                      const struct sim_jobs *b, const struct sim_step *y)
{
    if (x->kind != y->kind || x->ns != y->ns)
        return false;
    if (x->kind == STEP_LOCK || x->kind == STEP_UNLOCK)
        return strcmp(a->lock[x->n], b->lock[y->n]) == 0;
    return x->kind != STEP_AGAIN || x->n == y->n;
}

static const char *settings_differ(const struct sim_job *x,
                                   const struct sim_job *y)
{
    if (x->arrival_ns != y->arrival_ns)
        return "arrival";
    if (x->period_ns != y->period_ns)
        return "period";
    if (x->deadline_ns != y->deadline_ns)
        return "deadline";
    if (x->tickets != y->tickets)
        return "tickets";
    if (x->working_set != y->working_set)
        return "working set";
    if (x->priority != y->priority || x->nice != y->nice)
        return "priority or nice";
    if (x->count != y->count)
        return "number of steps";
    if ((x->pins < 0) != (y->pins < 0) || (x->gang < 0) != (y->gang < 0))
        return "pins or gang";
    return NULL;
}

static const char *job_differs(const struct sim_jobs *a,
                               const struct sim_jobs *b, int id)
{
    const struct sim_job *x = &a->job[id], *y = &b->job[id];
    const char *what = settings_differ(x, y);
    char one[SIM_NAME_MAX], other[SIM_NAME_MAX];

    if (what)
        return what;
    if (strcmp(sim_job_name(a, id, one), sim_job_name(b, id, other)) != 0)
        return "name";
    if (x->pins >= 0 &&
        memcmp(&a->pins[x->pins], &b->pins[y->pins], sizeof(*a->pins)) != 0)
        return "pins";
    if (x->gang >= 0 && strcmp(a->gang[x->gang], b->gang[y->gang]) != 0)
        return "gang";
    for (int i = 0; i < x->count; i++)
        if (!same_step(a, &a->step[x->first + i], b, &b->step[y->first + i]))
            return "steps";
    return NULL;
}

const char *jobs_differ(const struct sim_jobs *a, const struct sim_jobs *b)
{
    if (a->count != b->count)
        return "the number of jobs";
    for (int i = 0; i < a->count; i++) {
        const char *what = job_differs(a, b, i);

        if (what)
            return differ(i, what);
    }
    return NULL;
}

const char *setups_differ(const struct sim_setup *a, const struct sim_setup *b)
{
    const char *what = a->policy != b->policy ? "policy" : NULL;

    for (int i = 0; i < sim_setting_count && !what; i++) {
        struct text x = {0}, y = {0};

        sim_setup_value(a, &sim_settings[i], &x);
        sim_setup_value(b, &sim_settings[i], &y);
        if (strcmp(text_str(&x), text_str(&y)) != 0)
            what = sim_settings[i].name;
        text_fini(&x);
        text_fini(&y);
    }
    return what;
}
