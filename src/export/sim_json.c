/* Simulations as JSON, schema "timeslice.sim/1". Runs in a command. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "export/record.h"
#include "export/sim_export.h"
#include "sim/policy.h"

/* Of a set that is not too long to be read. */
#define TEXT_JOBS 200

/* What is not known is left out. */
static void put_ns(struct record *r, json_t *o, const char *key, int64_t ns)
{
    if (ns >= 0)
        record_integer(r, o, key, ns);
}

static void put_real(struct record *r, json_t *o, const char *key, double x)
{
    if (x >= 0)
        record_real(r, o, key, x);
}

static json_t *settings(struct record *r, const struct sim_setup *setup)
{
    json_t *o = json_object();
    struct text value = {0};

    for (int i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];

        if (!sim_setting_applies(s, setup->policy))
            continue;
        value.len = 0; /* its memory is used again */
        text_add(&value, "");
        sim_setup_value(setup, s, &value);
        r->failed |= value.failed;
        record_string(r, o, s->name, text_str(&value));
    }
    text_fini(&value);
    return o;
}

static json_t *spread(struct record *r, const struct sim_spread *s)
{
    json_t *o = json_object();

    record_integer(r, o, "n", s->n);
    put_real(r, o, "mean_ns", s->mean_ns);
    put_ns(r, o, "p50_ns", s->p50_ns);
    put_ns(r, o, "p95_ns", s->p95_ns);
    put_ns(r, o, "p99_ns", s->p99_ns);
    put_ns(r, o, "max_ns", s->max_ns);
    return o;
}

static json_t *totals(struct record *r, const struct sim_totals *t)
{
    json_t *o = json_object();

    record_integer(r, o, "jobs", t->jobs);
    record_integer(r, o, "ended", t->ended);
    record_integer(r, o, "wall_ns", t->wall_ns);
    record_put(r, o, "response", spread(r, &t->response));
    record_put(r, o, "turnaround", spread(r, &t->turnaround));
    record_put(r, o, "waiting", spread(r, &t->waiting));
    record_integer(r, o, "busy_ns", t->busy_ns);
    record_integer(r, o, "overhead_ns", t->overhead_ns);
    put_real(r, o, "utilisation", t->utilisation);
    record_integer(r, o, "switches_voluntary", t->switches_voluntary);
    record_integer(r, o, "switches_involuntary", t->switches_involuntary);
    record_integer(r, o, "migrations", t->migrations);
    record_integer(r, o, "decisions", t->decisions);
    record_integer(r, o, "periods", t->periods);
    record_integer(r, o, "deadline_misses", t->misses);
    record_integer(r, o, "tasks", t->tasks);
    put_real(r, o, "jain_slowdown", t->jain_slowdown);
    put_real(r, o, "jain_share", t->jain_share);
    return o;
}

static json_t *job(struct record *r, const struct sim_outcome *out, int id)
{
    const struct sim_figures *f = &out->figures[id];
    char name[SIM_NAME_MAX];
    json_t *o = json_object();

    record_integer(r, o, "job", id);
    record_string(r, o, "name", sim_job_name(out->jobs, id, name));
    record_integer(r, o, "arrival_ns", out->jobs->job[id].arrival_ns);
    put_ns(r, o, "computes_ns", sim_job_work_ns(out->jobs, id));
    put_ns(r, o, "response_ns", f->response_ns);
    put_ns(r, o, "turnaround_ns", f->turnaround_ns);
    put_ns(r, o, "waiting_ns", f->waiting_ns);
    put_ns(r, o, "ran_ns", f->ran_ns);
    put_ns(r, o, "blocked_ns", f->blocked_ns);
    put_ns(r, o, "lock_ns", f->lock_ns);
    put_ns(r, o, "longest_wait_ns", f->longest_wait_ns);
    record_integer(r, o, "switches", f->switches);
    record_integer(r, o, "migrations", f->migrations);
    if (f->periods > 0)
        record_integer(r, o, "periods", f->periods);
    if (out->jobs->job[id].deadline_ns > 0)
        record_integer(r, o, "deadline_misses", f->misses);
    return o;
}

static json_t *said(struct record *r, const struct sim_said *s)
{
    static const char *const occasions[OCCASIONS] = {
        [OCCASION_IDLE] = "idle",           [OCCASION_SLICE] = "slice",
        [OCCASION_BLOCKED] = "blocked",     [OCCASION_ENDED] = "ended",
        [OCCASION_PREEMPTED] = "preempted", [OCCASION_PERIOD] = "period",
    };
    const struct sim_decision *d = &s->decision;
    json_t *o = json_object();

    record_integer(r, o, "number", d->number);
    record_integer(r, o, "at_ns", d->at_ns);
    record_integer(r, o, "cpu", d->cpu);
    if (d->task >= 0) /* else it falls idle */
        record_integer(r, o, "job", d->task);
    if (d->before >= 0)
        record_integer(r, o, "before", d->before);
    record_string(r, o, "occasion", occasions[d->occasion]);
    record_integer(r, o, "candidates", d->candidates);
    if (d->stolen_from >= 0)
        record_integer(r, o, "stolen_from", d->stolen_from);
    record_string(r, o, "why", s->words);
    return o;
}

static json_t *run(struct record *r, const struct sim_outcome *out)
{
    static const char *const states[] = {[SIM_GOES_ON] = "going",
                                         [SIM_DONE] = "done",
                                         [SIM_UNTIL] = "until",
                                         [SIM_DEADLOCK] = "deadlock"};
    json_t *o = json_object(), *jobs = json_array(), *steps = json_array();
    struct text on = {0};

    sim_setup_write(&out->setup, &on);
    r->failed |= on.failed;
    record_string(r, o, "on", text_str(&on));
    text_fini(&on);
    record_string(r, o, "policy", out->setup.policy->name);
    record_put(r, o, "settings", settings(r, &out->setup));
    record_string(r, o, "state", states[out->state]);
    if (out->trace && out->trace->error[0])
        record_string(r, o, "error", out->trace->error);
    record_put(r, o, "totals", totals(r, &out->totals));
    for (int id = 0; id < out->figure_count && out->trace; id++)
        record_append(r, jobs, job(r, out, id));
    if (out->trace)
        record_put(r, o, "jobs", jobs);
    else
        json_decref(jobs);
    for (int64_t i = 0; i < out->said_count; i++)
        record_append(r, steps, said(r, &out->said[i]));
    if (out->said_count > 0)
        record_put(r, o, "steps", steps);
    else
        json_decref(steps);
    return o;
}

int export_sim_json(const struct sim_outcome *o, int count, FILE *out,
                    struct err *err)
{
    const struct sim_jobs *jobs = o[0].jobs;
    json_t *all = json_object(), *runs = json_array();
    struct record r = {0};
    struct text text = {0};

    record_string(&r, all, "schema", "timeslice.sim/1");
    record_string(&r, all, "badge", "model");
    if (jobs->count <= TEXT_JOBS && jobs->pool.tasks == 0) {
        sim_jobs_write(jobs, " | ", &text);
        r.failed |= text.failed;
        record_string(&r, all, "jobs", text_str(&text));
        text_fini(&text);
    }
    for (int i = 0; i < count; i++)
        record_append(&r, runs, run(&r, &o[i]));
    record_put(&r, all, "runs", runs);
    return record_print(&r, all, out, "the simulation", err);
}
