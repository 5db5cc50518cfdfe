/* What happens on a CPU: a task begins, computes, loses it. */
#include "sim/engine.h"

#include <assert.h>

/* ---- time ---------------------------------------------------------------- */

void cpu_account(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];
    struct task *t = c->task;
    int64_t ns = s->now_ns - c->counted_ns, done;

    if (!t || t->state != TASK_RUNNING || !c->begun || ns <= 0)
        return;
    c->counted_ns = s->now_ns;
    c->busy_ns += ns;
    done = ns * c->rate;
    if (done > t->left_ns)
        done = t->left_ns;
    t->left_ns -= done;
    t->work_left_ns -= done;
    t->ran_ns += ns;
    if (c->rate > 1)
        c->warm_ns += ns;
    if (s->policy->ran)
        s->policy->ran(queue_of(s, cpu), t, ns);
    if (s->warm && warm_ran(s, cpu, t, ns))
        c->rate = s->setup.warm_rate;
}

/* When @cpu's task will have computed all it has to. */
static inline int64_t computed_at(const struct sim *s, const struct sim_core *c)
{
    bool ostep = s->setup.rules == RULES_OSTEP;
    int64_t unit = c->rate, ns;

    if (ostep && s->policy->whole)
        return c->slice_end_ns; /* L1 */
    if (c->rate == 1)
        return c->counted_ns + c->task->left_ns;
    if (ostep) /* half a tick is none */
        unit *= OSTEP_TICK_NS;
    ns = (c->task->left_ns + unit - 1) / unit;
    return c->counted_ns + (ostep ? ns * OSTEP_TICK_NS : ns);
}

/* The next thing that happens on @cpu. */
static inline void cpu_expect(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];
    int64_t at, warm;

    if (!c->task || c->task->state != TASK_RUNNING) {
        due_set(&s->due, cpu, INT64_MAX);
        return;
    }
    at = c->start_ns;
    if (c->begun) {
        at = computed_at(s, c);
        if (c->slice_end_ns < at)
            at = c->slice_end_ns;
        if (s->warm && c->rate == 1) {
            warm = warm_in_ns(s, cpu, c->task);
            if (warm < at - c->counted_ns)
                at = c->counted_ns + warm;
        }
    }
    due_set(&s->due, cpu, at > s->now_ns ? at : s->now_ns);
}

static int64_t round_up(int64_t at, int64_t to)
{
    return (at + to - 1) / to * to;
}

static inline void cpu_slice(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];
    int64_t ns = s->policy->slice_ns(queue_of(s, cpu), c->task);
    int64_t from = s->now_ns > c->start_ns ? s->now_ns : c->start_ns;

    if (ns >= INT64_MAX - from) {
        c->slice_end_ns = INT64_MAX;
        return;
    }
    c->slice_end_ns = from + (ns > 0 ? ns : 1);
    if (s->setup.aligned)
        c->slice_end_ns = round_up(from + 1, s->setup.slice_ns);
    if (s->setup.tick_ns > 0)
        c->slice_end_ns = round_up(c->slice_end_ns, s->setup.tick_ns);
}

void cpu_reslice(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];

    if (!c->task || c->task->state != TASK_RUNNING ||
        c->slice_end_ns <= s->now_ns) /* it ends in this instant anyway */
        return;
    cpu_account(s, cpu);
    cpu_slice(s, cpu);
    cpu_expect(s, cpu);
}

/* ---- losing it ----------------------------------------------------------- */

static void fall_idle(struct sim *s, int cpu, enum sim_occasion occasion)
{
    struct sim_core *c = &s->core[cpu];

    c->last = c->task->id;
    c->task = NULL;
    c->since_ns = s->now_ns;
    c->lost = true;
    c->occasion = occasion;
    due_set(&s->due, cpu, INT64_MAX);
    s->idle[cpu / 64] |= UINT64_C(1) << cpu % 64;
    s->running--;
    s->changed = true;
}

void cpu_put_back(struct sim *s, int cpu, enum enqueue_why why,
                  enum sim_occasion occasion)
{
    struct sim_core *c = &s->core[cpu];
    struct task *t = c->task;

    cpu_account(s, cpu);
    c->held = t;
    if (!c->begun) /* it has been ready all the time */
        c->overhead_ns += s->now_ns - c->since_ns;
    fall_idle(s, cpu, occasion);
    t->state = TASK_READY;
    if (why == ENQUEUE_SLICE && s->setup.ties == TIES_ARRIVED) {
        t->queue = -1; /* in none until those who come have joined */
        list_append(&s->late, t);
    } else {
        ready(s, t, why);
    }
}

void cpu_let_go(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];
    struct task *t = c->held;

    c->held = NULL;
    if (!t || !c->begun) /* it had not run yet */
        return;
    tell_stretch(s, t, TASK_RUNNING, cpu, t->since_ns, true);
    t->since_ns = s->now_ns;
    t->switches_involuntary++;
}

/* Its computing is done, and what follows needs no CPU. */
static void leave(struct sim *s, int cpu, enum work work)
{
    struct sim_core *c = &s->core[cpu];
    struct task *t = c->task;
    bool holds =
        work == WORK_WAITS && s->setup.on_io == ON_IO_HOLD && t->waits_for < 0;

    tell_stretch(s, t, TASK_RUNNING, cpu, t->since_ns, false);
    if (!holds) {
        if (s->policy->left)
            s->policy->left(queue_of(s, cpu), t, work == WORK_ENDS);
        fall_idle(s, cpu,
                  work == WORK_ENDS ? OCCASION_ENDED : OCCASION_BLOCKED);
        t->switches_voluntary++;
    }
    if (work == WORK_ENDS)
        work_end(s, t);
    else
        work_wait(s, t);
    if (holds)
        cpu_expect(s, cpu);
}

/* ---- having it ----------------------------------------------------------- */

/* The overhead is over: it computes. */
static inline void begin(struct sim *s, struct sim_core *c)
{
    struct task *t = c->task;
    int64_t waited = s->now_ns - t->since_ns;

    c->begun = true;
    if (t->first_ns < 0)
        t->first_ns = s->now_ns;
    tell_stretch(s, t, TASK_READY, -1, t->since_ns, false);
    t->ready_ns += waited;
    if (waited > t->longest_wait_ns)
        t->longest_wait_ns = waited;
    t->since_ns = s->now_ns;
}

static int64_t overhead_ns(const struct sim *s, const struct sim_core *c,
                           int cpu, const struct task *t)
{
    int64_t ns = c->last >= 0 && c->last != t->id ? s->setup.switch_ns : 0;

    return t->cpu >= 0 && t->cpu != cpu ? ns + s->setup.migrate_ns : ns;
}

/* Another than the one that was there until this instant. */
static void arrive(struct sim *s, int cpu, struct task *t)
{
    struct sim_core *c = &s->core[cpu];
    int64_t overhead = overhead_ns(s, c, cpu, t);

    cpu_let_go(s, cpu);
    if (t->cpu >= 0 && s->core[t->cpu].held == t)
        cpu_let_go(s, t->cpu);
    if (c->last >= 0 && c->last != t->id)
        c->switches++;
    if (t->cpu >= 0 && t->cpu != cpu)
        t->migrations++;
    t->cpu = (int16_t)cpu;
    c->since_ns = s->now_ns;
    c->start_ns = s->now_ns + overhead;
    c->begun = false;
    if (overhead == 0)
        begin(s, c);
}

void cpu_start(struct sim *s, int cpu, struct task *t)
{
    struct sim_core *c = &s->core[cpu];
    bool holds = c->task == t; /* it waited on its CPU */

    c->task = t;
    t->state = TASK_RUNNING;
    if (holds) {
        c->start_ns = s->now_ns;
        t->since_ns = s->now_ns;
    } else {
        s->idle[cpu / 64] &= ~(UINT64_C(1) << cpu % 64);
        s->running++;
        if (c->held == t)
            c->held = NULL; /* it goes on as if nothing had been */
        else
            arrive(s, cpu, t);
    }
    c->counted_ns = c->start_ns > s->now_ns ? c->start_ns : s->now_ns;
    c->rate = s->warm ? warm_rate(s, cpu, t) : 1;
    cpu_slice(s, cpu);
    cpu_expect(s, cpu);
}

/* Nothing but @cpu's event happens in this instant. */
static bool alone(const struct sim *s)
{
    const struct due_heap *h = &s->due;

    for (int i = 1; i < 3 && i < h->count; i++)
        if (h->at[h->heap[i]] == s->now_ns)
            return false;
    return s->next_arrival_ns > s->now_ns && due_at(&s->waits) > s->now_ns &&
           s->next_period_ns > s->now_ns && s->next_steal_ns > s->now_ns;
}

/* By far the commonest event in one piece: a slice ends, and the next in the
 * queue begins. Exactly what cpu_put_back() and choose_all() would do, in half
 * the time. False: it is not as simple as that. */
static bool take_turns(struct sim *s, int cpu)
{
    struct runqueue *q = &s->queue[0];
    struct sim_core *c = &s->core[cpu];
    struct task *t = c->task, *next;

    if (!s->plain || s->changed || q->count == 0 || !alone(s))
        return false;
    t->state = TASK_READY;
    q->now_ns = s->now_ns;
    s->policy->enqueue(q, t, ENQUEUE_SLICE);
    if (s->policy->draw)
        s->policy->draw(q);
    next = s->policy->first(q);
    assert(next); /* the one that was put back, if nobody else */
    s->policy->remove(q, next);
    s->decisions++;
    c->last = t->id;
    next->state = TASK_RUNNING;
    if (next != t) {
        t->since_ns = s->now_ns;
        t->switches_involuntary++;
        c->switches++;
        next->migrations += next->cpu >= 0 && next->cpu != cpu;
        next->cpu = (int16_t)cpu;
        c->task = next;
        c->since_ns = s->now_ns;
        begin(s, c);
    }
    c->start_ns = c->counted_ns = s->now_ns;
    c->rate = 1;
    cpu_slice(s, cpu);
    cpu_expect(s, cpu);
    return true;
}

void cpu_event(struct sim *s, int cpu)
{
    struct sim_core *c = &s->core[cpu];
    struct task *t = c->task;

    if (!c->begun) {
        c->overhead_ns += s->now_ns - c->since_ns;
        begin(s, c);
        cpu_expect(s, cpu);
        return;
    }
    cpu_account(s, cpu);
    if (t->left_ns == 0 && computed_at(s, c) <= s->now_ns) {
        enum work work = work_next(s, t, true);

        if (work != WORK_COMPUTES) {
            leave(s, cpu, work);
            return;
        }
    }
    if (c->slice_end_ns <= s->now_ns) {
        struct runqueue *q = queue_of(s, cpu);

        if (!s->policy->expired || s->policy->expired(q, t)) {
            if (take_turns(s, cpu))
                return;
            cpu_put_back(s, cpu, ENQUEUE_SLICE, OCCASION_SLICE);
            return;
        }
        cpu_slice(s, cpu);
    }
    cpu_expect(s, cpu);
}

/* ---- the end ------------------------------------------------------------- */

static void close_task(struct sim *s, struct task *t)
{
    int64_t ns = s->now_ns - t->since_ns;
    bool computes = t->state == TASK_RUNNING && s->core[t->cpu].begun;

    switch ((enum task_state)t->state) {
    case TASK_RUNNING:
    case TASK_READY:
        tell_stretch(s, t, computes ? TASK_RUNNING : TASK_READY,
                     computes ? t->cpu : -1, t->since_ns, false);
        if (!computes)
            t->ready_ns += ns;
        if (!computes && ns > t->longest_wait_ns)
            t->longest_wait_ns = ns;
        break;
    case TASK_BLOCKED:
        tell_stretch(s, t, TASK_BLOCKED, -1, t->since_ns, false);
        t->blocked_ns += ns;
        if (t->cause == WAIT_LOCK)
            t->lock_ns += ns;
        break;
    case TASK_COMING:
    case TASK_ENDED:
        return;
    }
    t->since_ns = s->now_ns;
}

void cpu_close(struct sim *s)
{
    for (int c = 0; c < s->setup.cpus; c++) {
        struct sim_core *core = &s->core[c];

        cpu_account(s, c);
        if (core->task && core->task->state == TASK_RUNNING && !core->begun) {
            core->overhead_ns += s->now_ns - core->since_ns;
            core->since_ns = s->now_ns;
        }
    }
    for (int i = 0; i < s->jobs->count; i++)
        close_task(s, &s->task[i]);
}
