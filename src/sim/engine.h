/* The engine's parts share this. Inside sim/ only; one thread. */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include "sim/sim.h"

/* The book's programs know whole ticks only; this is one. */
#define OSTEP_TICK_NS INT64_C(1000000)

struct sim_core {       /* a CPU */
    struct task *task;  /* who has it; NULL */
    struct task *held;  /* had it until this instant and could go on: its
                           stretch, or the overhead before it, is still open,
                           in case it does */
    int32_t last;       /* who had it last; -1 */
    int64_t since_ns;   /* .task has it; or it is idle */
    int64_t start_ns;   /* .task computes: the overhead is over */
    int64_t counted_ns; /* up to here the computing has been counted */
    int64_t slice_end_ns;
    int64_t rate; /* 1, or setup.warm_rate */
    int64_t busy_ns, overhead_ns, warm_ns, switches;
    bool lost;  /* it had a task in this instant: it must decide */
    bool begun; /* the overhead is over */
    enum sim_occasion occasion;
};

struct sim_mutex {
    struct task *owner;
    struct task_list waiters;
};

struct warm; /* engine_warm.c */

struct sim {
    struct sim_setup setup;
    const struct sim_policy *policy; /* setup.policy */
    const struct sim_jobs *jobs;
    struct sim_watch watch;
    struct task *task;
    struct sim_core *core;
    struct runqueue *queue;
    int queue_count; /* 1, or one a CPU */
    struct sim_mutex *mutex;
    struct warm *warm; /* NULL: caches are not modelled */

    int64_t now_ns;
    enum sim_state state;
    struct due_heap due;   /* CPUs: when the next thing happens to them */
    struct due_heap waits; /* jobs: when a wait for the clock is over */
    int32_t *arrival;      /* jobs by arrival, then by number */
    int next_arrival;
    int64_t next_arrival_ns;               /* INT64_MAX: all are here */
    int64_t next_period_ns, next_steal_ns; /* INT64_MAX: never */
    int vain_steals; /* on end, with nothing else to come */

    struct task_list late; /* put back after arrivals (ties=arrived) */
    uint64_t idle[SIM_CPUS_MAX / 64]; /* CPUs without a task */
    bool changed; /* somebody became ready, or a CPU lost its task */
    bool fresh;   /* somebody arrived or was woken: may take a CPU */
    bool plain;   /* nobody watches, nothing but slices and queues: cpu_event()
                     may take the short way */
    int running, ended;
    int waiting; /* tasks in queues */
    int urgent;  /* of these, back from their device */
    int64_t decisions;
    int64_t pool_next;
    uint64_t random;
    int draw_at, victim_at;
};

static inline struct runqueue *queue_of(struct sim *s, int cpu)
{
    struct runqueue *q = &s->queue[s->queue_count == 1 ? 0 : cpu];

    q->now_ns = s->now_ns;
    return q;
}
static inline bool may_run(const struct sim *s, const struct task *t, int cpu)
{
    return t->job->pins < 0 ||
           sim_pins_allow(&s->jobs->pins[t->job->pins], cpu);
}
static inline bool cpu_is_idle(const struct sim *s, int cpu)
{
    return s->idle[cpu / 64] >> cpu % 64 & 1;
}
static inline void tell_event(const struct sim *s, const struct sim_event *e)
{
    if (s->watch.event)
        s->watch.event(s->watch.arg, e);
}

/* @t has been in @state from @from until now. */
static inline void tell_stretch(const struct sim *s, const struct task *t,
                                enum task_state state, int cpu, int64_t from,
                                bool forced)
{
    bool waits = state == TASK_READY && s->policy->waits != WAIT_NONE;

    if (s->watch.stretch && from < s->now_ns)
        s->watch.stretch(s->watch.arg,
                         &(struct sim_stretch){
                             .from_ns = from,
                             .to_ns = s->now_ns,
                             .task = t->id,
                             .cpu = cpu,
                             .state = waits ? TASK_BLOCKED : state,
                             .cause = waits ? s->policy->waits : t->cause,
                             .forced = forced,
                         });
}

/* ---- engine_cpu.c: what happens on a CPU
 * ---------------------------------------- */

/* Count what @cpu's task has computed up to now. */
void cpu_account(struct sim *s, int cpu);
/* Something is due on @cpu now. */
void cpu_event(struct sim *s, int cpu);
/* @t, chosen and out of its queue, begins there. */
void cpu_start(struct sim *s, int cpu, struct task *t);
/* @cpu's task, which could go on, loses it and is put back. */
void cpu_put_back(struct sim *s, int cpu, enum enqueue_why why,
                  enum sim_occasion occasion);
/* Nobody else came: the one that was put back stays out. */
void cpu_let_go(struct sim *s, int cpu);
/* Ask for @cpu's slice again: somebody joined. */
void cpu_reslice(struct sim *s, int cpu);
/* Close all open stretches: it is over. */
void cpu_close(struct sim *s);

/* ---- engine_choose.c: queues, choices, stealing
 * --------------------------------- */

/* @t could run now: into the right queue. */
void ready(struct sim *s, struct task *t, enum enqueue_why why);
/* (4) and (5) of an instant. */
void choose_all(struct sim *s);
/* Periodic stealing. */
void steal_round(struct sim *s);

/* ---- engine_work.c: what jobs do
 * ------------------------------------------------ */

enum work { WORK_COMPUTES, WORK_WAITS, WORK_ENDS };
/* Go through @t's steps from where it is to the next one that takes time. What
 * needs a CPU (locks) is done only @on_cpu; else WORK_COMPUTES with nothing
 * left to compute. WORK_WAITS: .cause, and a place in .waits or at a lock. */
enum work work_next(struct sim *s, struct task *t, bool on_cpu);
void work_arrive(struct sim *s, struct task *t);
/* What @t waited for is there. */
void work_wake(struct sim *s, struct task *t);
void work_end(struct sim *s, struct task *t);
/* .cause says what for. */
void work_wait(struct sim *s, struct task *t);

/* ---- engine_warm.c: caches
 * ------------------------------------------------------ */

int warm_new(struct sim *s); /* 0 or -ENOMEM */
void warm_free(struct warm *w);
/* @t begins on @cpu: its rate. */
int64_t warm_rate(struct sim *s, int cpu, struct task *t);
/* It has run there for @ns: is it warm now, and was not before? */
bool warm_ran(struct sim *s, int cpu, struct task *t, int64_t ns);
/* In how much running it will be warm; INT64_MAX: it is, or never will be. */
int64_t warm_in_ns(struct sim *s, int cpu, const struct task *t);
void warm_ended(struct sim *s, const struct task *t);

#endif
