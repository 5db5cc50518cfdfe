/* The simulator as the cases of answer files need it: by ticks of one virtual
 * millisecond. The screen process. */
#include <errno.h>
#include <string.h>

#include "check/cases.h"

/* ---- beginning and end --------------------------------------------------- */

void cases_machine_init(struct cases_machine *m, struct check_report *r,
                        const char *policy)
{
    *m = (struct cases_machine){.r = r};
    sim_defaults(&m->setup, sim_policy(policy, strlen(policy)));
    if (r->ostep)
        m->setup.rules = RULES_OSTEP;
}

void cases_machine_fini(struct cases_machine *m)
{
    sim_free(m->sim);
    sim_jobs_fini(&m->jobs);
    m->sim = NULL;
}

struct sim_job *cases_job(struct cases_machine *m)
{
    struct sim_job *j = sim_jobs_add(&m->jobs);

    m->r->failed_alloc |= j == NULL;
    return j;
}

bool cases_step(struct cases_machine *m, enum sim_step_kind kind, int64_t ns,
                int32_t n)
{
    bool added = sim_jobs_step(&m->jobs, kind, ns, n) == 0;

    m->r->failed_alloc |= !added;
    return added;
}

/* ---- playing ------------------------------------------------------------- */

bool cases_start(struct cases_machine *m, const struct sim_watch *watch)
{
    struct err err = {0};
    int rc = sim_new(&m->sim, &m->setup, &m->jobs, watch, &err);

    if (rc == -ENOMEM)
        m->r->failed_alloc = true;
    else if (rc < 0)
        check_say(m->r, "input", err.text);
    return rc == 0;
}

bool cases_tick(struct cases_machine *m, int64_t tick, int64_t most,
                bool *failed)
{
    enum sim_state state = sim_run(m->sim, INT64_MAX, tick * CASES_TICK_NS);

    *failed = true;
    if (state == SIM_DONE) {
        *failed = false;
        return false;
    }
    if (state == SIM_DEADLOCK || sim_next_ns(m->sim) == INT64_MAX) {
        cases_say(m->r, "input",
                  "from tick %lld on nothing happens any more, and not all "
                  "jobs have ended",
                  (long long)tick);
        return false;
    }
    if (tick >= most) {
        cases_say(m->r, "input",
                  "the case takes more than %lld ticks, which is more than is "
                  "recomputed",
                  (long long)most);
        return false;
    }
    *failed = false;
    return true;
}

bool cases_play(struct cases_machine *m)
{
    if (sim_run(m->sim, INT64_MAX, INT64_MAX) == SIM_DONE)
        return true;
    check_say(m->r, "input", "not all jobs come to their end");
    return false;
}

/* ---- values -------------------------------------------------------------- */

json_t *cases_ticks(int64_t ns)
{
    return ns % CASES_TICK_NS == 0
               ? json_integer(ns / CASES_TICK_NS)
               : json_real((double)ns / (double)CASES_TICK_NS);
}

json_t *cases_averages(const char *const names[], const int64_t sums[],
                       int jobs)
{
    json_t *out = json_object();

    for (int i = 0; names[i]; i++)
        json_object_set_new(
            out, names[i],
            json_real((double)sums[i] / jobs / (double)CASES_TICK_NS));
    return out;
}

json_t *cases_percent(int64_t part, int64_t whole)
{
    return json_real(whole > 0 ? 100.0 * (double)part / (double)whole : 0);
}
