/* A simulation that writes a trace as it goes on. Inside sim/; one thread. */
#ifndef SIM_AS_TRACE_H
#define SIM_AS_TRACE_H

#include "base/machine.h"
#include "sim/sim.h"
#include "trace/trace.h"

/* The simulation's time 0 in the trace: 0 would say that the gate is shut. */
#define SIM_GATE_NS INT64_C(1)

/* The watch points to it: it must not move between open and fini. */
struct sim_tracer {
    struct trace *trace; /* owned; take it and leave NULL to keep it */
    struct sim *sim;
    int64_t sample_ns, next_sample_ns; /* a row of totals so often */
    int64_t voluntary, involuntary, migrations, tasks_done;
    int16_t *last_cpu; /* by job: where it ran; -1 nowhere yet */
    int64_t requests, calls, asked_ns; /* requests.c */
    /* As in struct sim_watch; set it before the first run. NULL: nobody asks.
     */
    void (*decided)(void *arg, const struct sim *s,
                    const struct sim_decision *d);
    void *decided_arg;
};

/* The simulated machine, as a trace and a check of an experiment want it. */
void sim_machine(struct machine *out, const struct sim_setup *setup);

/* @jobs must outlive it. @spec: the experiment they stand for; NULL: made up.
 * Errors as sim_trace(). sim_tracer_fini() it in any case. */
int sim_tracer_open(struct sim_tracer *x, const struct sim_setup *setup,
                    const struct sim_jobs *jobs, const struct spec *spec,
                    struct err *err);
/* Go on until virtual time @until_ns has come, or for @decisions more, or it is
 * over. The trace then shows that moment. */
enum sim_state sim_tracer_run(struct sim_tracer *x, int64_t decisions,
                              int64_t until_ns);
/* No more: close what is open and give the @verdict; VERDICT_NONE: as it ended
 * itself. */
void sim_tracer_end(struct sim_tracer *x, enum verdict verdict);
void sim_tracer_fini(struct sim_tracer *x); /* {0} is fine */

/* as_trace_look.c: bring workers' states and totals up to .trace->now_ns. */
void sim_tracer_look(struct sim_tracer *x);
/* What @state (enum task_state) is called in a trace. Those in the queue are
 * ready, unless the queue is for something else than a CPU: the global lock;
 * then *@cause says so. */
enum span_state sim_span_state(const struct sim *s, unsigned state,
                               enum wait_cause *cause);

/* requests.c: what is asked for in experiments that are about that. */
void sim_requests_event(struct sim_tracer *x, const struct sim_event *e);
void sim_requests_look(struct sim_tracer *x);

#endif
