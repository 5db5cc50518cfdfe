/* A trial in virtual time. */
#include "predict/kernel.h"

#include <errno.h>

#include "base/clock.h"
#include "base/random.h"
#include "sim/sim.h"

/* So that chance counts for little: 5000 ticks of 4 ms. */
#define SIMULATED_NS (20 * NS_PER_S)

static bool add_jobs(struct sim_jobs *jobs, const struct kernel_trial *trial)
{
    uint64_t random = 0;
    bool fine = true;

    for (int i = 0; i < trial->hogs; i++) {
        struct sim_job *j = sim_jobs_add(jobs);

        if (!j)
            return false;
        j->nice = (int8_t)trial->nice[i];
        fine &= sim_jobs_step(jobs, STEP_RUN, 2 * SIMULATED_NS, 0) == 0;
    }
    if (!trial->sleeper)
        return fine;
    fine &= sim_jobs_add(jobs) != NULL;
    for (int64_t at = 0; fine && at < SIMULATED_NS;) {
        int64_t sleep_ns = kernel_sleep_ns(&random);

        fine = sim_jobs_step(jobs, STEP_SLEEP, sleep_ns, 0) == 0 &&
               sim_jobs_step(jobs, STEP_RUN, KERNEL_WORK_NS, 0) == 0;
        at += sleep_ns + KERNEL_WORK_NS;
    }
    return fine;
}

/* ---- watching it --------------------------------------------------------- */

struct watching {
    struct kernel_run *out;
    const struct kernel_trial *trial;
    int64_t woken_ns; /* the sleeper, and has not run since; -1 */
};

static void sample(struct kernel_samples *to, int64_t ns)
{
    if (to->n < KERNEL_SAMPLES)
        to->ns[to->n++] = ns;
}

static void take_stretch(void *arg, const struct sim_stretch *st)
{
    struct watching *w = arg;

    /* The last one was cut off by the end. */
    if (st->state == TASK_RUNNING && st->to_ns < SIMULATED_NS)
        sample(&w->out->run[st->task], st->to_ns - st->from_ns);
}

static void take_event(void *arg, const struct sim_event *e)
{
    struct watching *w = arg;

    if (e->kind == HAPPENS_WOKEN && e->task == w->trial->hogs)
        w->woken_ns = e->at_ns;
}

static void take_decision(void *arg, const struct sim *s,
                          const struct sim_decision *d)
{
    struct watching *w = arg;

    (void)s;
    if (d->task != w->trial->hogs || w->woken_ns < 0)
        return;
    sample(&w->out->wait, d->at_ns - w->woken_ns);
    w->woken_ns = -1;
}

int kernel_simulate(struct kernel_run *out, const struct kernel_trial *trial,
                    const struct sim_setup *setup, struct err *err)
{
    struct watching w = {.out = out, .trial = trial, .woken_ns = -1};
    struct sim_watch watch = {.arg = &w,
                              .decided = take_decision,
                              .stretch = take_stretch,
                              .event = take_event};
    struct sim_setup own = *setup;
    struct sim_jobs jobs = {0};
    struct sim *sim = NULL;
    int rc;

    *out = (struct kernel_run){.wall_ns = SIMULATED_NS};
    own.until_ns = SIMULATED_NS;
    if (!add_jobs(&jobs, trial)) {
        rc = err_set(err, -ENOMEM, "no memory for the simulated jobs");
        goto out;
    }
    rc = sim_new(&sim, &own, &jobs, &watch, err);
    if (rc < 0)
        goto out;
    sim_run(sim, INT64_MAX, INT64_MAX);
    for (int i = 0; i < jobs.count; i++)
        out->cpu_ns[i] = sim_figures(sim, i).ran_ns;
out:
    sim_free(sim);
    sim_jobs_fini(&jobs);
    return rc;
}
