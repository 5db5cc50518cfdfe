/* A simulation as a trace: the same spans, events and totals that the live
 * laboratory gives, under the badge MODEL, so that every view, export and check
 * works on it. A job is a worker. Screen process. */
#include "sim/as_trace.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Rows of totals: thinned out by half when there are more. */
#define SAMPLES_MOST 2048
#define SAMPLE_NS NS_PER_MS
/* So many tasks are endless work: nobody waits for their end. */
#define ENDLESS_TASKS INT64_C(1000000000000)

/* ---- what the simulation tells ------------------------------------------- */

static void add_stretch(void *arg, const struct sim_stretch *st)
{
    struct sim_tracer *x = arg;
    struct trace_worker *w = &x->trace->workers[st->task];
    enum wait_cause cause = st->cause;
    enum span_state state = sim_span_state(x->sim, st->state, &cause);

    trace_add_span(x->trace, &(struct span){
                                 .start_ns = st->from_ns + SIM_GATE_NS,
                                 .end_ns = st->to_ns + SIM_GATE_NS,
                                 .worker = (uint16_t)st->task,
                                 .cpu = (int16_t)st->cpu,
                                 .state = (uint8_t)state,
                                 .cause = (uint8_t)cause,
                                 .forced = st->forced,
                             });
    w->since_ns = st->to_ns + SIM_GATE_NS;
    if (state != SPAN_RUNNING)
        return;
    x->migrations +=
        x->last_cpu[st->task] >= 0 && x->last_cpu[st->task] != st->cpu;
    x->last_cpu[st->task] = (int16_t)st->cpu;
    if (st->forced) {
        w->traced_involuntary++;
        x->involuntary++;
    } else {
        w->traced_voluntary++;
        x->voluntary++;
    }
}

static void add_task(struct sim_tracer *x, const struct sim_event *e,
                     int64_t number)
{
    x->tasks_done++;
    x->trace->workers[e->task].ops++;
    trace_add_event(x->trace, &(struct trace_event){
                                  .kind = EVENT_TASK,
                                  .start_ns = e->since_ns + SIM_GATE_NS,
                                  .at_ns = e->at_ns + SIM_GATE_NS,
                                  .worker = e->task,
                                  .value = number,
                              });
}

/* Does it take tasks of the pool? Else it is one task itself. */
static bool takes_tasks(const struct sim_jobs *jobs, int id)
{
    const struct sim_job *job = &jobs->job[id];

    for (int i = 0; i < job->count; i++)
        if (jobs->step[job->first + i].kind == STEP_TASKS)
            return true;
    return false;
}

static void add_event(void *arg, const struct sim_event *e)
{
    struct sim_tracer *x = arg;
    struct sim_event whole = *e;
    struct trace_worker *w;

    if (e->task < 0)
        return;
    sim_requests_event(x, e);
    w = &x->trace->workers[e->task];
    switch (e->kind) {
    case HAPPENS_ARRIVAL:
        w->life = LIFE_ALIVE;
        w->born_ns = w->since_ns = e->at_ns + SIM_GATE_NS;
        return;
    case HAPPENS_END:
        w->life = LIFE_ENDED;
        w->end_ns = e->at_ns + SIM_GATE_NS;
        if (takes_tasks(sim_jobs_of(x->sim), e->task))
            return;
        whole.since_ns = w->born_ns - SIM_GATE_NS;
        add_task(x, &whole, e->task);
        return;
    case HAPPENS_TASK:
        add_task(x, e, e->value);
        return;
    default:
        return;
    }
}

static void pass_on(void *arg, const struct sim *s,
                    const struct sim_decision *d)
{
    const struct sim_tracer *x = arg;

    if (x->decided)
        x->decided(x->decided_arg, s, d);
}

/* ---- rows of totals -------------------------------------------------- */

static void add_sample(struct sim_tracer *x)
{
    const struct sim *s = x->sim;
    int64_t ops = x->requests > 0 ? x->requests : x->tasks_done;
    int cpus = sim_setup_of(s)->cpus;
    int64_t busy_ns = 0;

    for (int cpu = 0; cpu < cpus; cpu++)
        busy_ns += sim_cpu(s, cpu).busy_ns;
    trace_add_sample(x->trace, &(struct trace_sample){
                                   .at_ns = x->trace->now_ns,
                                   .ops = ops,
                                   .tasks_done = x->tasks_done,
                                   .voluntary = x->voluntary,
                                   .involuntary = x->involuntary,
                                   .migrations = x->migrations,
                                   .cpu_ns = busy_ns,
                               });
}

/* Every second row, and from now on half as often: as many as there may be
 * serve a second of virtual time or a century. */
static void thin_samples(struct sim_tracer *x)
{
    struct trace *t = x->trace;

    if (t->sample_count < SAMPLES_MOST)
        return;
    for (size_t i = 0; i < t->sample_count / 2; i++)
        t->samples[i] = t->samples[2 * i];
    t->sample_count /= 2;
    if (x->sample_ns <= INT64_MAX / 4)
        x->sample_ns *= 2;
}

/* ---- beginning ----------------------------------------------------------- */

void sim_machine(struct machine *out, const struct sim_setup *setup)
{
    *out = (struct machine){.cpus_online = setup->cpus,
                            .cpus_allowed = setup->cpus,
                            .kernel = "simulated",
                            .arch = "simulated",
                            .perf_paranoid = 99};
    for (int cpu = 0; cpu < setup->cpus && cpu < CPU_SETSIZE; cpu++)
        CPU_SET(cpu, &out->allowed);
}

/* An experiment for jobs that stand for none: each is a task of its own. */
static void make_up(struct spec *out, const struct sim_setup *setup,
                    const struct sim_jobs *jobs)
{
    struct text on = {0};

    spec_defaults(out, WORKLOAD_SPIN);
    text_add(&on, "sim:");
    sim_setup_write(setup, &on);
    if (spec_set(out, "on", text_str(&on), NULL) < 0) /* many words */
        spec_set(out, "on", setup->policy->name, NULL);
    out->workers = jobs->count > 0 ? jobs->count : 1;
    out->tasks = out->workers;
    text_fini(&on);
}

static int check_jobs(const struct sim_setup *setup,
                      const struct sim_jobs *jobs, struct err *err)
{
    if (jobs->count > SIM_TRACE_JOBS)
        return err_set(err, -EINVAL,
                       "%d jobs are too many for a timeline, which shows up to "
                       "%d; of more there are only figures",
                       jobs->count, SIM_TRACE_JOBS);
    if (jobs->pool.tasks >= ENDLESS_TASKS && setup->until_ns == SIM_NEVER)
        return err_set(err, -EINVAL,
                       "the tasks never end, so the simulation would not; say "
                       "until when: until=2s");
    return 0;
}

static int make_resources(struct trace *t, const struct sim_jobs *jobs)
{
    if (jobs->lock_count == 0)
        return 0;
    t->resources = calloc((size_t)jobs->lock_count, sizeof(*t->resources));
    if (!t->resources)
        return -ENOMEM;
    t->resource_count = jobs->lock_count;
    for (int i = 0; i < jobs->lock_count; i++) {
        struct trace_resource *r = &t->resources[i];

        snprintf(r->name, sizeof(r->name), "%s", jobs->lock[i]);
        r->kind = RESOURCE_LOCK;
        r->role = r->owner = -1;
    }
    return 0;
}

static int make_trace(struct sim_tracer *x, const struct sim_setup *setup,
                      const struct sim_jobs *jobs, const struct spec *spec)
{
    struct trace_phase *phase;
    struct machine machine;
    struct trace *t;

    x->last_cpu = malloc(((size_t)jobs->count + 1) * sizeof(*x->last_cpu));
    if (!x->last_cpu)
        return -ENOMEM;
    for (int id = 0; id < jobs->count; id++)
        x->last_cpu[id] = -1;
    sim_machine(&machine, setup);
    x->trace = t = trace_new(spec, &machine);
    if (!t || make_resources(t, jobs) < 0)
        return -ENOMEM;
    if (jobs->count > 0 && !trace_worker(t, jobs->count - 1))
        return -ENOMEM;
    t->badge = BADGE_MODEL;
    t->gate_ns = t->now_ns = SIM_GATE_NS;
    t->observer.kind = OBSERVER_OFF;
    snprintf(t->observer.reason, sizeof(t->observer.reason),
             "this was computed, so there was nothing to observe");
    for (int i = 0; i < t->core_count; i++)
        t->cores[i].foreign_ns = -1;
    phase = trace_add_phase(t);
    if (!phase)
        return -ENOMEM;
    phase->sync = spec->sync;
    phase->workers = jobs->count;
    phase->start_ns = SIM_GATE_NS;
    return 0;
}

int sim_tracer_open(struct sim_tracer *x, const struct sim_setup *setup,
                    const struct sim_jobs *jobs, const struct spec *spec,
                    struct err *err)
{
    struct sim_watch watch = {
        .arg = x,
        .decided = pass_on,
        .stretch = add_stretch,
        .event = add_event,
    };
    struct spec made;
    int rc;

    *x = (struct sim_tracer){.sample_ns = SAMPLE_NS,
                             .next_sample_ns = SAMPLE_NS};
    rc = check_jobs(setup, jobs, err);
    if (rc < 0)
        return rc;
    if (!spec) {
        make_up(&made, setup, jobs);
        spec = &made;
    }
    if (make_trace(x, setup, jobs, spec) < 0) {
        err_set(err, -ENOMEM, "no memory for a timeline of %d jobs",
                jobs->count);
        return -ENOMEM;
    }
    rc = sim_new(&x->sim, setup, jobs, &watch, err);
    if (rc == 0)
        add_sample(x);
    return rc;
}

/* ---- going on ------------------------------------------------------------ */

enum sim_state sim_tracer_run(struct sim_tracer *x, int64_t decisions,
                              int64_t until_ns)
{
    int64_t most = sim_decisions(x->sim);
    enum sim_state state;
    int64_t stop_ns;

    most = decisions > INT64_MAX - most ? INT64_MAX : most + decisions;
    do {
        bool sample = x->next_sample_ns < until_ns;

        stop_ns = sample ? x->next_sample_ns : until_ns;
        state = sim_run(x->sim, most, stop_ns);
        if (state != SIM_GOES_ON || sim_decisions(x->sim) >= most)
            break;
        if (sample) {
            x->trace->now_ns = stop_ns + SIM_GATE_NS;
            add_sample(x);
            thin_samples(x);
            x->next_sample_ns += x->sample_ns;
            /* Where nothing happens for long there is nothing to sample. */
            if (x->next_sample_ns < sim_next_ns(x->sim))
                x->next_sample_ns = sim_next_ns(x->sim);
        }
    } while (stop_ns < until_ns);
    /* Virtual time has come to @until_ns though nothing happens just then. */
    x->trace->now_ns =
        SIM_GATE_NS +
        (state == SIM_GOES_ON && stop_ns == until_ns && until_ns != INT64_MAX
             ? until_ns
             : sim_now_ns(x->sim));
    sim_tracer_look(x);
    return state;
}

/* Those that have not ended: their last stretch, if nobody told of it. */
static void close_spans(struct sim_tracer *x)
{
    struct trace *t = x->trace;

    for (int id = 0; id < t->worker_count; id++) {
        struct trace_worker *w = &t->workers[id];
        struct span open;

        if (w->life == LIFE_ALIVE && trace_open_span(t, id, t->now_ns, &open)) {
            trace_add_span(t, &open);
            w->since_ns = t->now_ns;
        }
    }
}

#define NAMED_MOST 4

/* All that are left wait for each other's locks: who for whom. */
static void tell_deadlock(struct trace *t, const struct sim_jobs *jobs)
{
    const struct waitfor *f = &t->waitfor;
    struct text words = {0};
    char name[SIM_NAME_MAX];

    waitfor_find(t, &t->waitfor);
    for (int i = 0; i < f->cycle_length && i < NAMED_MOST; i++) {
        const struct trace_resource *wants = waitfor_wants(t, f->cycle[i]);

        text_addf(&words, "%s%s holds ", i > 0 ? "; " : "",
                  sim_job_name(jobs, f->cycle[i], name));
        waitfor_tell_held(t, f->cycle[i], &words);
        text_addf(&words, " and waits for %s, which %s has", wants->name,
                  sim_job_name(jobs, wants->owner, name));
    }
    if (f->cycle_length > NAMED_MOST)
        text_addf(&words, "; and so on, %d of them in a circle",
                  f->cycle_length);
    snprintf(t->error, sizeof(t->error), "deadlock: %s", text_str(&words));
    text_fini(&words);
}

void sim_tracer_end(struct sim_tracer *x, enum verdict verdict)
{
    struct trace *t = x->trace;
    enum sim_state state = sim_state(x->sim);

    sim_tracer_look(x);
    if (state == SIM_DEADLOCK)
        tell_deadlock(t, sim_jobs_of(x->sim));
    close_spans(x);
    for (int id = 0; id < t->worker_count; id++)
        if (t->workers[id].life == LIFE_ALIVE)
            t->workers[id].end_ns = t->now_ns;
    sim_tracer_look(x);
    for (int id = 0; id < t->worker_count; id++)
        if (t->workers[id].life == LIFE_ALIVE)
            t->workers[id].life = LIFE_ENDED;
    add_sample(x);
    t->end_ns = t->now_ns;
    t->phases[0].end_ns = t->end_ns;
    t->verdict = state == SIM_DEADLOCK     ? VERDICT_DEADLOCK
                 : verdict == VERDICT_NONE ? VERDICT_OK
                                           : verdict;
}

void sim_tracer_fini(struct sim_tracer *x)
{
    trace_free(x->trace);
    sim_free(x->sim);
    free(x->last_cpu);
    *x = (struct sim_tracer){0};
}

/* ---- all at once --------------------------------------------------------- */

int sim_trace(struct trace **out, const struct sim_setup *setup,
              const struct sim_jobs *jobs, const struct spec *spec,
              struct sim_totals *totals, struct err *err)
{
    struct sim_tracer x = {0};
    int rc;

    *out = NULL;
    rc = sim_tracer_open(&x, setup, jobs, spec, err);
    if (rc == 0) {
        while (sim_tracer_run(&x, INT64_MAX, INT64_MAX) == SIM_GOES_ON)
            continue;
        sim_tracer_end(&x, VERDICT_NONE);
    }
    if (rc == 0 && x.trace->failed_alloc)
        rc = err_set(err, -ENOMEM, "no memory for the timeline");
    if (rc == 0 && totals && sim_totals(x.sim, totals) < 0)
        rc = err_set(err, -ENOMEM, "no memory for the figures");
    if (rc == 0) {
        *out = x.trace;
        x.trace = NULL;
    }
    sim_tracer_fini(&x);
    return rc;
}
