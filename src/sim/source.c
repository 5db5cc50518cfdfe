/* A simulated machine as a source. Screen process. */
#include "sim/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sim/as_trace.h"

/* Between two looks at signals and keys: some hundredths of a second. */
#define DECISIONS_A_PUMP 500000

struct sim_source {
    struct source source;
    struct sim_setup setup;
    struct sim_jobs jobs;
    struct sim_tracer tracer;
    int64_t timeout_ns; /* INT64_MAX: none */
    bool paced;
    int ready; /* not paced: always readable, so that poll() does not wait */
    bool begun;
    int64_t pumped_ns, elapsed_ns; /* paced: virtual time that has gone by */
};

static struct sim_source *of(struct source *s)
{
    return (struct sim_source *)(void *)s;
}

/* ---- which machine ------------------------------------------------------- */

/* Without a policy Linux' own is meant, or what --model and --sched say. */
int sim_setup_on(struct sim_setup *out, const struct spec *spec,
                 struct err *err)
{
    struct sim_setup other = {0};
    struct err why = {0};
    int rc = sim_setup_read(out, spec->on, &policy_eevdf, &why);

    if (rc == 0)
        rc = sim_setup_read(&other, spec->on, &policy_fifo, &why);
    if (rc < 0)
        return err_set(err, rc, "--on: %s", why.text);
    return sim_setup_for_spec(out, spec, out->policy != other.policy, err);
}

static bool given(const struct spec *spec, const char *name)
{
    const struct setting *s = spec_setting(name);

    return s && spec_given(spec, (int)(s - spec_settings));
}

int sim_check_on(const struct spec *spec, struct machine *out, struct err *err)
{
    struct sim_setup setup;
    struct sim_jobs jobs;
    int rc;

    if (given(spec, "observer"))
        return err_set(err, -EINVAL,
                       "--on computes what would happen, so there is nothing "
                       "to observe; leave --observer out");
    rc = sim_setup_on(&setup, spec, err);
    if (rc == 0 && out)
        sim_machine(out, &setup);
    if (rc < 0 || out)
        return rc;
    if (spec->workers > SIM_TRACE_JOBS)
        return err_set(err, -EINVAL,
                       "--workers %lld is too many for --on, which knows up to "
                       "%d; \"timeslice sim\" knows up to %d jobs",
                       (long long)spec->workers, SIM_TRACE_JOBS, SIM_JOBS_MAX);
    rc = sim_jobs_from_spec(&jobs, spec, err);
    if (rc == 0)
        rc = sim_setup_check(&setup, &jobs, err);
    sim_jobs_fini(&jobs);
    return rc;
}

/* ---- the source ---------------------------------------------------------- */

static int simulated_fds(struct source *s, struct pollfd *out, int max)
{
    struct sim_source *x = of(s);

    if (x->paced || s->done || max < 1)
        return 0;
    *out = (struct pollfd){.fd = x->ready, .events = POLLIN};
    return 1;
}

static void end(struct source *s, enum verdict verdict)
{
    sim_tracer_end(&of(s)->tracer, verdict);
    s->running = false;
    s->done = true;
}

static void simulated_pump(struct source *s, int64_t now_ns)
{
    struct sim_source *x = of(s);
    int64_t until_ns = x->timeout_ns;
    enum sim_state state;

    if (s->done)
        return;
    if (x->begun && !s->wanted.paused && now_ns > x->pumped_ns)
        x->elapsed_ns += now_ns - x->pumped_ns;
    x->begun = true;
    x->pumped_ns = now_ns;
    if (x->paced && x->elapsed_ns < until_ns)
        until_ns = x->elapsed_ns;
    state = sim_tracer_run(&x->tracer, DECISIONS_A_PUMP, until_ns);
    /* Too much to do for its real time: then it goes by more slowly. */
    if (x->paced && x->tracer.trace->now_ns - SIM_GATE_NS < x->elapsed_ns)
        x->elapsed_ns = x->tracer.trace->now_ns - SIM_GATE_NS;
    if (state != SIM_GOES_ON)
        end(s, VERDICT_NONE);
    else if (x->tracer.trace->now_ns - SIM_GATE_NS >= x->timeout_ns)
        end(s, VERDICT_TIMEOUT);
}

static void simulated_apply(struct source *s, bool always)
{
    (void)s; /* pump() looks whether it is paused; there is nothing else */
    (void)always;
}

static void simulated_stop(struct source *s, enum verdict verdict)
{
    if (!s->done)
        end(s, verdict);
}

static void simulated_close(struct source *s)
{
    struct sim_source *x;

    if (!s)
        return;
    x = of(s);
    sim_tracer_fini(&x->tracer);
    sim_jobs_fini(&x->jobs);
    if (x->ready >= 0)
        close(x->ready);
    free(x);
}

static const struct source_class simulated_class = {
    .fds = simulated_fds,
    .pump = simulated_pump,
    .apply = simulated_apply,
    .stop = simulated_stop,
    .close = simulated_close,
};

static int open_parts(struct sim_source *x, const struct spec *spec,
                      struct err *err)
{
    int rc = sim_setup_on(&x->setup, spec, err);

    if (rc == 0)
        rc = sim_jobs_from_spec(&x->jobs, spec, err);
    if (rc == 0)
        rc = sim_tracer_open(&x->tracer, &x->setup, &x->jobs, spec, err);
    if (rc < 0)
        return rc;
    x->source.trace = x->tracer.trace;
    if (x->paced)
        return 0;
    x->ready = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (x->ready < 0)
        return err_set(err, -errno, "cannot make an event counter: %m");
    return 0;
}

int sim_source_open(struct source **out, const struct spec *spec, bool paced,
                    struct err *err)
{
    struct sim_source *x = calloc(1, sizeof(*x));
    int rc;

    *out = NULL;
    if (!x)
        return err_set(err, -ENOMEM, "no memory for a simulation");
    x->source.class = &simulated_class;
    x->source.running = true;
    x->source.max_workers = (int)spec->workers;
    x->source.wanted = (struct source_controls){
        .sync = spec->sync,
        .workers = spec->workers,
        .pinned = spec->pinned,
        .cpus = spec->cpus,
        .nice = spec->nice,
        .slice_ns = spec->slice_ns,
        .gil_interval_ns = spec->gil_interval_ns,
        .disk_policy = spec->disk_policy,
    };
    x->timeout_ns = spec->timeout_ns > 0 ? spec->timeout_ns : INT64_MAX;
    x->paced = paced;
    x->ready = -1;
    rc = open_parts(x, spec, err);
    if (rc < 0) {
        simulated_close(&x->source);
        return rc;
    }
    *out = &x->source;
    return 0;
}
