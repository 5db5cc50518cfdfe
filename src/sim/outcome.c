/* A whole simulation and what is to be told of it. Screen process. */
#include "sim/outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/as_trace.h"

/* Collects reasons while it goes on. */
struct listener {
    struct sim_outcome *out;
    int64_t most;
    bool failed;
};

static void hear(void *arg, const struct sim *s, const struct sim_decision *d)
{
    struct listener *l = arg;
    struct sim_outcome *o = l->out;
    struct text words = {0};

    if (o->said_count >= l->most || l->failed)
        return;
    sim_explain(s, d, &words);
    if (words.failed) {
        l->failed = true;
        text_fini(&words);
        return;
    }
    o->said[o->said_count].decision = *d;
    o->said[o->said_count++].words = words.data;
}

/* Room for all of them at once: they are few. */
static int make_room(struct sim_outcome *out, int64_t steps)
{
    int most = out->jobs->count;

    if (most > SIM_TRACE_JOBS)
        most = SIM_TRACE_JOBS;
    out->figures = calloc((size_t)most + 1, sizeof(*out->figures));
    out->figure_count = most;
    out->said = calloc((size_t)steps + 1, sizeof(*out->said));
    return out->figures && out->said ? 0 : -ENOMEM;
}

static int take_figures(struct sim_outcome *out, const struct sim *s)
{
    out->state = sim_state(s);
    for (int id = 0; id < out->figure_count; id++)
        out->figures[id] = sim_figures(s, id);
    return sim_totals(s, &out->totals);
}

/* With a timeline. */
static int run_traced(struct sim_outcome *out, struct listener *l,
                      struct err *err)
{
    struct sim_tracer x = {0};
    int rc = sim_tracer_open(&x, &out->setup, out->jobs, NULL, err);

    if (rc == 0) {
        x.decided = l->most > 0 ? hear : NULL;
        x.decided_arg = l;
        while (sim_tracer_run(&x, INT64_MAX, INT64_MAX) == SIM_GOES_ON)
            continue;
        sim_tracer_end(&x, VERDICT_NONE);
        rc = x.trace->failed_alloc ? -ENOMEM : take_figures(out, x.sim);
        out->trace = x.trace;
        x.trace = NULL;
    }
    sim_tracer_fini(&x);
    return rc;
}

/* Without: only figures. */
static int run_bare(struct sim_outcome *out, struct listener *l,
                    struct err *err)
{
    struct sim_watch watch = {.arg = l, .decided = l->most > 0 ? hear : NULL};
    struct sim *s = NULL;
    int rc = sim_new(&s, &out->setup, out->jobs, &watch, err);

    if (rc == 0) {
        while (sim_run(s, INT64_MAX, INT64_MAX) == SIM_GOES_ON)
            continue;
        rc = take_figures(out, s);
    }
    sim_free(s);
    return rc;
}

int sim_outcome(struct sim_outcome *out, const struct sim_setup *setup,
                const struct sim_jobs *jobs, int64_t steps, struct err *err)
{
    struct listener l = {.out = out, .most = steps};
    struct err why = {0};
    int rc;

    *out = (struct sim_outcome){.setup = *setup, .jobs = jobs};
    rc = make_room(out, steps);
    if (rc == 0)
        rc = jobs->count <= SIM_TRACE_JOBS ? run_traced(out, &l, &why)
                                           : run_bare(out, &l, &why);
    if (rc == 0 && l.failed)
        rc = -ENOMEM;
    if (rc < 0)
        return err_set(err, rc, "%s",
                       why.text[0] ? why.text
                                   : "there is not enough memory for it");
    return 0;
}

void sim_outcome_fini(struct sim_outcome *out)
{
    for (int64_t i = 0; out->said && i < out->said_count; i++)
        free(out->said[i].words);
    free(out->said);
    free(out->figures);
    trace_free(out->trace);
    *out = (struct sim_outcome){0};
}
