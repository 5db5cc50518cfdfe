/* The engine: what happens next, instant by instant (sim.h tells the order). */
#include "sim/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"

/* ---- beginning and end --------------------------------------------------- */

static int by_arrival(const void *a, const void *b, void *arg)
{
    const struct sim_jobs *jobs = arg;
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    int64_t ax = jobs->job[x].arrival_ns, ay = jobs->job[y].arrival_ns;

    return ax != ay ? (ax < ay ? -1 : 1) : x < y ? -1 : x > y;
}

static void sort_arrivals(struct sim *s)
{
    bool sorted = true;

    for (int i = 0; i < s->jobs->count; i++) {
        s->arrival[i] = i;
        sorted &= i == 0 ||
                  s->jobs->job[i - 1].arrival_ns <= s->jobs->job[i].arrival_ns;
    }
    if (sorted)
        return;
    qsort_r(s->arrival, (size_t)s->jobs->count, sizeof(*s->arrival), by_arrival,
            (void *)(uintptr_t)s->jobs);
}

static void expect_arrival(struct sim *s)
{
    s->next_arrival_ns =
        s->next_arrival < s->jobs->count
            ? s->jobs->job[s->arrival[s->next_arrival]].arrival_ns
            : INT64_MAX;
}

static void begin_tasks(struct sim *s)
{
    for (int i = 0; i < s->jobs->count; i++) {
        const struct sim_job *j = &s->jobs->job[i];

        s->task[i] = (struct task){
            .job = j,
            .id = i,
            .cpu = -1,
            .queue = -1,
            .work_left_ns = sim_job_work_ns(s->jobs, i),
            .release_ns = j->arrival_ns,
            .due_ns =
                j->deadline_ns ? j->arrival_ns + j->deadline_ns : INT64_MAX,
            .waits_for = -1,
            .lent = -1,
            .first_ns = -1,
            .end_ns = -1,
        };
    }
}

static void begin_queues(struct sim *s)
{
    bool shared = s->setup.queues == QUEUES_CENTRAL || s->policy->central;
    uint64_t seed = s->setup.seed;

    for (int i = 0; i < s->queue_count; i++)
        s->queue[i] = (struct runqueue){
            .setup = &s->setup,
            .sim = s,
            .cpu = shared ? -1 : i,
            .random = random_next(&seed),
        };
    s->random = random_next(&seed);
    for (int c = 0; c < s->setup.cpus; c++) {
        s->core[c] = (struct sim_core){.last = -1, .slice_end_ns = INT64_MAX};
        s->idle[c / 64] |= UINT64_C(1) << c % 64;
    }
}

static void *many(int n, size_t size)
{
    return calloc((size_t)(n > 0 ? n : 1), size);
}

static int take_memory(struct sim *s)
{
    int jobs = s->jobs->count, cpus = s->setup.cpus;

    s->task = many(jobs, sizeof(*s->task));
    s->arrival = many(jobs, sizeof(*s->arrival));
    s->core = many(cpus, sizeof(*s->core));
    s->queue = many(s->queue_count, sizeof(*s->queue));
    s->mutex = many(s->jobs->lock_count, sizeof(*s->mutex));
    if (!s->task || !s->arrival || !s->core || !s->queue || !s->mutex ||
        due_init(&s->due, cpus) < 0 || due_init(&s->waits, jobs) < 0)
        return -ENOMEM;
    return s->setup.warm_rate > 1 ? warm_new(s) : 0;
}

int sim_new(struct sim **out, const struct sim_setup *setup,
            const struct sim_jobs *jobs, const struct sim_watch *watch,
            struct err *err)
{
    struct sim *s;
    int64_t period;
    int rc = sim_setup_check(setup, jobs, err);

    if (rc < 0)
        return rc;
    s = calloc(1, sizeof(*s));
    if (!s)
        return err_set(err, -ENOMEM, "no memory for the simulation");
    s->setup = *setup;
    if (setup->rules == RULES_OSTEP && setup->policy->ostep)
        s->setup.policy = setup->policy->ostep;
    s->policy = s->setup.policy;
    s->jobs = jobs;
    if (watch)
        s->watch = *watch;
    s->queue_count = setup->queues == QUEUES_PER_CPU && !s->policy->central
                         ? setup->cpus
                         : 1;
    if (take_memory(s) < 0) {
        sim_free(s);
        return err_set(err, -ENOMEM, "no memory for %d jobs", jobs->count);
    }
    sort_arrivals(s);
    expect_arrival(s);
    begin_tasks(s);
    begin_queues(s);
    period = s->policy->period_ns ? s->policy->period_ns(setup) : SIM_NEVER;
    s->next_period_ns = period > 0 ? period : INT64_MAX;
    s->next_steal_ns =
        s->queue_count > 1 && setup->steal_ns > 0 ? setup->steal_ns : INT64_MAX;
    s->plain = s->queue_count == 1 && !s->warm && jobs->pin_count == 0 &&
               setup->ties == TIES_ENDED && !s->policy->reslice &&
               setup->after_io == AFTER_IO_QUEUE && setup->switch_ns == 0 &&
               setup->migrate_ns == 0 && s->policy->most_running == 0 &&
               !s->watch.decided && !s->watch.stretch && !s->watch.instant;
    if (jobs->count == 0)
        s->state = SIM_DONE;
    *out = s;
    return 0;
}

void sim_free(struct sim *s)
{
    if (!s)
        return;
    warm_free(s->warm);
    due_fini(&s->due);
    due_fini(&s->waits);
    free(s->task);
    free(s->arrival);
    free(s->core);
    free(s->queue);
    free(s->mutex);
    free(s);
}

/* ---- one instant --------------------------------------------------------- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The next thing that jobs do; boosts and stealing alone are nothing. */
static int64_t jobs_next(const struct sim *s)
{
    return least(least(due_at(&s->due), due_at(&s->waits)), s->next_arrival_ns);
}

int64_t sim_next_ns(const struct sim *s)
{
    int64_t next = jobs_next(s);

    if (s->state != SIM_GOES_ON)
        return INT64_MAX;
    /* Stealing may still bring a job to a CPU where it may run. */
    if (next == INT64_MAX &&
        (s->next_steal_ns == INT64_MAX || s->vain_steals > s->setup.cpus))
        return INT64_MAX;
    return least(next, least(s->next_period_ns, s->next_steal_ns));
}

static void period_now(struct sim *s)
{
    const struct sim_policy *p = s->policy;

    for (int c = 0; p->gathers && c < s->setup.cpus; c++)
        if (s->core[c].task && s->core[c].task->state == TASK_RUNNING)
            cpu_put_back(s, c, ENQUEUE_PREEMPTED, OCCASION_PERIOD);
    for (int i = 0; i < s->queue_count; i++) {
        s->queue[i].now_ns = s->now_ns;
        p->period(&s->queue[i]);
    }
    s->next_period_ns += p->period_ns(&s->setup);
    s->changed = true;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_BOOST,
                                      .task = -1,
                                      .cpu = -1});
}

static void steal_now(struct sim *s)
{
    s->vain_steals = jobs_next(s) == INT64_MAX ? s->vain_steals + 1 : 0;
    s->next_steal_ns += s->setup.steal_ns;
    steal_round(s);
}

static void arrivals_and_ends(struct sim *s)
{
    while (s->next_arrival_ns == s->now_ns) {
        struct task *t = &s->task[s->arrival[s->next_arrival++]];

        expect_arrival(s);
        work_arrive(s, t);
    }
    while (due_at(&s->waits) == s->now_ns) {
        struct task *t = &s->task[due_number(&s->waits)];

        due_set(&s->waits, t->id, INT64_MAX);
        work_wake(s, t);
    }
    while (s->late.head) {
        struct task *t = s->late.head;

        list_remove(&s->late, t);
        ready(s, t, ENQUEUE_SLICE);
    }
}

static enum sim_state over(struct sim *s, enum sim_state how)
{
    cpu_close(s);
    return s->state = how;
}

/* The instant @next, which is sim_next_ns(). */
static enum sim_state step_to(struct sim *s, int64_t next)
{
    if (s->state != SIM_GOES_ON)
        return s->state;
    if (next == INT64_MAX && s->waiting == 0)
        return over(s, SIM_DEADLOCK);
    if (s->setup.until_ns >= 0 && next > s->setup.until_ns) {
        s->now_ns = s->setup.until_ns;
        return over(s, SIM_UNTIL);
    }
    if (next == INT64_MAX) /* where they wait, they may not run (U3) */
        return over(s, SIM_DEADLOCK);
    s->now_ns = next;
    while (due_at(&s->due) == next)
        cpu_event(s, due_number(&s->due)); /* it is due later then, or idle */
    if (s->next_period_ns == next)
        period_now(s);
    if (s->next_steal_ns == next)
        steal_now(s);
    arrivals_and_ends(s);
    if (s->watch.instant)
        s->watch.instant(s->watch.arg, s);
    if (s->changed)
        choose_all(s);
    return s->ended == s->jobs->count ? over(s, SIM_DONE) : s->state;
}

enum sim_state sim_step(struct sim *s)
{
    return step_to(s, sim_next_ns(s));
}

enum sim_state sim_run(struct sim *s, int64_t decisions, int64_t until_ns)
{
    while (s->state == SIM_GOES_ON && s->decisions < decisions) {
        int64_t next = sim_next_ns(s);

        if (next > until_ns)
            break;
        step_to(s, next);
    }
    return s->state;
}

/* ---- looking at it ------------------------------------------------------- */

enum sim_state sim_state(const struct sim *s)
{
    return s->state;
}

int64_t sim_now_ns(const struct sim *s)
{
    return s->now_ns;
}

int64_t sim_decisions(const struct sim *s)
{
    return s->decisions;
}

const struct sim_setup *sim_setup_of(const struct sim *s)
{
    return &s->setup;
}

const struct sim_jobs *sim_jobs_of(const struct sim *s)
{
    return s->jobs;
}

const struct task *sim_task(const struct sim *s, int id)
{
    return &s->task[id];
}

struct sim_cpu sim_cpu(const struct sim *s, int cpu)
{
    const struct sim_core *c = &s->core[cpu];
    struct sim_cpu out = {
        .task = c->task ? c->task->id : -1,
        .since_ns = c->since_ns,
        .switching = c->task && !c->begun,
        .slice_end_ns = c->task ? c->slice_end_ns : INT64_MAX,
        .busy_ns = c->busy_ns,
        .overhead_ns = c->overhead_ns,
        .warm_ns = c->warm_ns,
        .switches = c->switches,
    };

    if (c->task && c->task->state == TASK_RUNNING) {
        if (!c->begun) {
            out.overhead_ns += s->now_ns - c->since_ns;
        } else {
            out.busy_ns += s->now_ns - c->counted_ns;
            out.warm_ns += c->rate > 1 ? s->now_ns - c->counted_ns : 0;
        }
    }
    return out;
}

int sim_victims(const struct sim *s)
{
    return s->victim_at;
}

int sim_queue_count(const struct sim *s)
{
    return s->queue_count;
}

int sim_queue(const struct sim *s, int queue, int32_t *ids, int most)
{
    struct runqueue *q = &s->queue[queue];
    int n = 0;

    for (struct task *t = s->policy->first(q); t && n < most;
         t = s->policy->next(q, t))
        ids[n++] = t->id;
    return q->count;
}

int sim_lock(const struct sim *s, int lock, int *owner, int32_t *ids, int most)
{
    const struct sim_mutex *m = &s->mutex[lock];
    int n = 0;

    *owner = m->owner ? m->owner->id : -1;
    for (const struct task *t = m->waiters.head; t && n < most; t = t->next)
        ids[n++] = t->id;
    return m->waiters.count;
}
