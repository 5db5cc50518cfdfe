/* Queues, choices and stealing: who gets which CPU. */
#include "base/random.h"
#include "sim/engine.h"

/* ---- into a queue -------------------------------------------------------- */

/* Tasks that @cpu has, waiting and running. */
static int load(const struct sim *s, int cpu)
{
    return s->queue[cpu].count + !cpu_is_idle(s, cpu);
}

/* A queue for each CPU: one that has just become ready goes back to its CPU,
 * unless that is busy and another idle; a new one to where the fewest are. */
static int home_of(const struct sim *s, const struct task *t)
{
    bool back = t->cpu >= 0 && may_run(s, t, t->cpu);
    int best = 0, least = INT32_MAX;

    if (back && load(s, t->cpu) == 0)
        return t->cpu;
    for (int c = 0; c < s->setup.cpus && least > 0; c++) {
        int n = load(s, c);

        if (n < least && may_run(s, t, c)) {
            best = c;
            least = n;
        }
    }
    return back && least > 0 ? t->cpu : best;
}

static void enqueue(struct sim *s, struct task *t, int queue,
                    enum enqueue_why why)
{
    struct runqueue *q = &s->queue[queue];

    q->now_ns = s->now_ns;
    t->queue = (int16_t)queue;
    q->count++;
    s->waiting++;
    s->urgent += t->urgent;
    s->policy->enqueue(q, t, why);
    s->changed = true;
}

/* Somebody joined @queue: those that take from it. */
static void reslice(struct sim *s, int queue)
{
    int from = s->queue_count > 1 ? queue : 0;
    int end = s->queue_count > 1 ? queue + 1 : s->setup.cpus;

    for (int c = from; c < end; c++)
        cpu_reslice(s, c);
}

void ready(struct sim *s, struct task *t, enum enqueue_why why)
{
    int queue = 0;

    if (s->queue_count > 1)
        queue =
            why == ENQUEUE_NEW || why == ENQUEUE_WOKEN ? home_of(s, t) : t->cpu;
    t->state = TASK_READY;
    if (why != ENQUEUE_WOKEN)
        t->urgent = false;
    if (s->queue_count > 1 || s->setup.cpus == 1)
        cpu_account(s, queue);
    enqueue(s, t, queue, why);
    if (why == ENQUEUE_NEW || why == ENQUEUE_WOKEN)
        s->fresh = true;
    if (s->policy->reslice)
        reslice(s, queue);
}

static void take_out(struct sim *s, struct task *t)
{
    struct runqueue *q = &s->queue[t->queue];

    q->now_ns = s->now_ns;
    s->policy->remove(q, t);
    q->count--;
    s->waiting--;
    s->urgent -= t->urgent;
}

/* The first in @q's order that may run on @cpu; before all others one that is
 * back from its device, if such take a CPU at once. */
static struct task *first_for(const struct sim *s, struct runqueue *q, int cpu)
{
    struct task *t = s->urgent > 0 ? s->policy->first(q) : NULL;

    while (t && !(t->urgent && may_run(s, t, cpu)))
        t = s->policy->next(q, t);
    if (t)
        return t;
    t = s->policy->first(q);
    while (t && s->jobs->pin_count && !may_run(s, t, cpu))
        t = s->policy->next(q, t);
    return t;
}

/* ---- stealing ------------------------------------------------------------ */

static void move(struct sim *s, struct task *t, int from, int to)
{
    take_out(s, t);
    enqueue(s, t, to, ENQUEUE_MOVED);
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_STEAL,
                                      .task = t->id,
                                      .cpu = to,
                                      .value = from});
}

/* The longest queue that has something for @cpu; -1: none. */
static int steal_from(const struct sim *s, int cpu)
{
    int best = -1;

    for (int c = 0; c < s->setup.cpus && s->waiting > 0; c++)
        if (c != cpu && s->queue[c].count > 0 &&
            (best < 0 || s->queue[c].count > s->queue[best].count) &&
            first_for(s, &s->queue[c], cpu))
            best = c;
    return best;
}

/* Into @cpu's queue. Returns from where, or -1. */
static int steal(struct sim *s, int cpu)
{
    int from = steal_from(s, cpu);

    if (from >= 0)
        move(s, first_for(s, &s->queue[from], cpu), from, cpu);
    return from;
}

/* U3: whoever has a list of CPUs is left alone, but for an accident. */
static bool ostep_stealable(const struct sim *s, const struct task *t, int cpu)
{
    int64_t work = sim_job_work_ns(s->jobs, t->id);

    return t->job->pins < 0 || cpu == t->job->working_set ||
           cpu * OSTEP_TICK_NS == work;
}

static int ostep_victim(struct sim *s, int cpu)
{
    int at = s->victim_at++, victim;

    if (at < s->setup.victim_count)
        return s->setup.victims[at];
    victim = (int)random_below(&s->random, (uint32_t)s->setup.cpus - 1);
    return victim + (victim >= cpu);
}

/* U2: who has nobody waiting looks at one other, even with a job at hand. */
static void ostep_steal(struct sim *s, int cpu)
{
    int victim = ostep_victim(s, cpu);
    struct runqueue *q = &s->queue[victim];

    for (struct task *t = s->policy->first(q); t; t = s->policy->next(q, t))
        if (ostep_stealable(s, t, cpu)) {
            move(s, t, victim, cpu);
            return;
        }
}

void steal_round(struct sim *s)
{
    for (int c = 0; c < s->setup.cpus; c++) {
        if (s->queue[c].count > 0)
            continue;
        if (s->setup.rules == RULES_OSTEP)
            ostep_steal(s, c);
        else if (cpu_is_idle(s, c))
            steal(s, c);
    }
}

/* ---- choosing ------------------------------------------------------------ */

static void tell_decision(struct sim *s, int cpu, const struct task *t,
                          int stolen_from)
{
    const struct sim_core *c = &s->core[cpu];
    struct sim_decision d = {
        .number = s->decisions++,
        .at_ns = s->now_ns,
        .cpu = cpu,
        .task = t ? t->id : -1,
        .before = c->last,
        .candidates = queue_of(s, cpu)->count,
        .occasion = c->lost ? c->occasion : OCCASION_IDLE,
        .stolen_from = stolen_from,
    };

    if (s->watch.decided)
        s->watch.decided(s->watch.arg, s, &d);
}

/* @cpu, which is idle, takes the next one if there is one. */
static void choose(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];
    struct runqueue *q = queue_of(s, cpu);
    int most = s->policy->most_running, from = -1;
    struct task *t = NULL;

    if (most == 0 || s->running < most) {
        if (q->count == 0 && s->queue_count > 1 && s->setup.steal_ns == 0)
            from = steal(s, cpu);
        if (q->count > 0 && s->policy->draw)
            s->policy->draw(q);
        if (q->count > 0)
            t = first_for(s, q, cpu);
    }
    if (!t && !c->lost)
        return;
    tell_decision(s, cpu, t, from);
    c->lost = false;
    if (!t) {
        cpu_let_go(s, cpu);
        return;
    }
    take_out(s, t);
    cpu_start(s, cpu, t);
}

/* Somebody waits who could be given to an idle CPU. */
static bool anybody(const struct sim *s, int cpu)
{
    if (s->queue_count == 1)
        return s->queue[0].count > 0;
    return s->queue[cpu].count > 0 ||
           (s->setup.steal_ns == 0 && s->waiting > 0);
}

/* ---- taking a CPU from another ------------------------------------------- */

/* From its device, at this instant, and takes a CPU for that. One that found
 * none, because others came back as well, is next when one is free. */
static bool comes_back(const struct sim *s, const struct task *t)
{
    return t->urgent && t->since_ns == s->now_ns;
}

static bool takes(struct sim *s, struct runqueue *q, struct task *running,
                  struct task *candidate)
{
    if (comes_back(s, candidate) && !comes_back(s, running))
        return true;
    return s->policy->preempts && s->policy->preempts(q, running, candidate);
}

/* The CPU whose task is the least urgent of those that @t may replace; -1. */
static int victim_of(struct sim *s, struct runqueue *q, struct task *t)
{
    int from = s->queue_count > 1 ? q->cpu : 0;
    int end = s->queue_count > 1 ? q->cpu + 1 : s->setup.cpus;
    int victim = -1;

    for (int c = from; c < end; c++) {
        struct task *running = s->core[c].task;

        if (!running || running->state != TASK_RUNNING || !may_run(s, t, c))
            continue;
        cpu_account(s, c);
        if (takes(s, q, running, t) &&
            (victim < 0 || takes(s, q, running, s->core[victim].task)))
            victim = c;
    }
    return victim;
}

/* One that waits in @q takes a CPU. False: nobody does. */
static bool preempt(struct sim *s, struct runqueue *q)
{
    bool others = s->jobs->pin_count > 0 || s->urgent > 0;

    if (!s->policy->preempts && s->urgent == 0)
        return false;
    q->now_ns = s->now_ns;
    for (struct task *t = s->policy->first(q); t; t = s->policy->next(q, t)) {
        int victim = victim_of(s, q, t);
        const struct task *running;

        if (victim < 0 && others)
            continue; /* another may run elsewhere, or is more urgent */
        if (victim < 0)
            return false;
        running = s->core[victim].task;
        cpu_put_back(s, victim, ENQUEUE_PREEMPTED, OCCASION_PREEMPTED);
        choose(s, victim);
        return s->core[victim].task != running;
    }
    return false;
}

static void idle_choose(struct sim *s)
{
    for (int w = 0; w < (s->setup.cpus + 63) / 64; w++) {
        for (uint64_t left = s->idle[w]; left; left &= left - 1) {
            int cpu = 64 * w + __builtin_ctzll(left);

            if (s->core[cpu].lost || anybody(s, cpu))
                choose(s, cpu);
        }
    }
}

/* Whoever lost its CPU may run on one that is idle: so again, until nobody
 * moves. */
void choose_all(struct sim *s)
{
    int most = 2 * s->setup.cpus;
    bool moved = s->fresh;

    idle_choose(s);
    while (moved && most-- > 0) {
        moved = false;
        for (int i = 0; i < s->queue_count; i++)
            if (s->queue[i].count > 0 && preempt(s, &s->queue[i]))
                moved = true;
        if (moved)
            idle_choose(s);
    }
    s->changed = s->fresh = false;
}
