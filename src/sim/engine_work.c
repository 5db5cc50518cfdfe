/* What jobs do: their steps, the locks they wait for, the pool they take tasks
 * from. */
#include "sim/engine.h"

/* ---- waiting for the clock ----------------------------------------------- */

static enum work wait_until(struct sim *s, struct task *t, int64_t at,
                            enum wait_cause cause)
{
    t->cause = cause;
    due_set(&s->waits, t->id, at);
    return WORK_WAITS;
}

/* ---- locks --------------------------------------------------------------- */

static int urgency(const struct task *t)
{
    return t->lent > t->job->priority ? t->lent : t->job->priority;
}

/* @t's priority has changed: to its new place in the queue. */
static void requeue(struct sim *s, struct task *t)
{
    struct runqueue *q;

    if (t->state != TASK_READY || t->queue < 0)
        return;
    q = queue_of(s, t->queue);
    s->policy->remove(q, t);
    s->policy->enqueue(q, t, ENQUEUE_MOVED);
    s->changed = true;
}

/* Lend @t's urgency to the owner of the lock it waits for, and to whom that one
 * waits for in turn. */
static void lend(struct sim *s, const struct task *t)
{
    int16_t level = (int16_t)urgency(t);

    for (int hops = 0; t->waits_for >= 0 && hops < SIM_LOCKS_MAX; hops++) {
        struct task *owner = s->mutex[t->waits_for].owner;

        if (urgency(owner) >= level)
            return;
        owner->lent = level;
        requeue(s, owner);
        t = owner;
    }
}

/* What those who still wait for @t's other locks lend. */
static void lent_anew(struct sim *s, struct task *t)
{
    t->lent = -1;
    for (int i = 0; i < s->jobs->lock_count; i++) {
        if (s->mutex[i].owner != t)
            continue;
        for (const struct task *w = s->mutex[i].waiters.head; w; w = w->next)
            if (urgency(w) > t->lent)
                t->lent = (int16_t)urgency(w);
    }
}

/* False: it waits in turn. */
static bool lock_take(struct sim *s, struct task *t, int lock)
{
    struct sim_mutex *m = &s->mutex[lock];

    if (!m->owner) {
        m->owner = t;
        return true;
    }
    t->waits_for = lock;
    t->cause = WAIT_LOCK;
    list_append(&m->waiters, t);
    if (s->setup.inherit)
        lend(s, t);
    return false;
}

/* To the one that has waited longest. Not the owner's: nothing happens. */
static void lock_give(struct sim *s, struct task *t, int lock)
{
    struct sim_mutex *m = &s->mutex[lock];
    struct task *next = m->waiters.head;

    if (m->owner != t)
        return;
    m->owner = next;
    if (next) {
        list_remove(&m->waiters, next);
        next->waits_for = -1;
    }
    if (s->setup.inherit) {
        lent_anew(s, t);
        if (next)
            lent_anew(s, next);
    }
    if (next)
        work_wake(s, next);
}

static void lock_give_all(struct sim *s, struct task *t)
{
    for (int i = 0; i < s->jobs->lock_count; i++)
        lock_give(s, t, i);
}

/* ---- periods ------------------------------------------------------------- */

static bool last_of_all(const struct task *t, const struct sim_step *steps)
{
    int at = t->step; /* the step after this one */

    if (at < t->job->count && steps[at].kind == STEP_AGAIN) {
        if (t->laps + 1 < steps[at].n)
            return false;
        at++;
    }
    return at >= t->job->count;
}

static void count_deadline(struct sim *s, struct task *t)
{
    if (t->due_ns == INT64_MAX)
        return;
    t->periods++;
    if (s->now_ns <= t->due_ns)
        return;
    t->misses++;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_MISS,
                                      .task = t->id,
                                      .cpu = -1,
                                      .since_ns = t->due_ns});
}

static void next_period(struct sim *s, struct task *t)
{
    count_deadline(s, t);
    t->release_ns += t->job->period_ns;
    if (t->job->deadline_ns)
        t->due_ns = t->release_ns + t->job->deadline_ns;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_PERIOD,
                                      .task = t->id,
                                      .cpu = -1,
                                      .since_ns = t->release_ns});
}

/* ---- the pool ------------------------------------------------------------ */

static int64_t task_length(const struct sim *s, int64_t task)
{
    const struct sim_pool *p = &s->jobs->pool;

    return p->length_count ? p->lengths_ns[task % p->length_count] : 0;
}

static int64_t task_computing(const struct sim *s, int64_t task)
{
    return (int64_t)((double)task_length(s, task) * s->jobs->pool.cpu_share);
}

/* The next tasks for @t; false: there are none left. */
static bool pool_take(struct sim *s, struct task *t)
{
    const struct sim_pool *p = &s->jobs->pool;
    int64_t from = s->pool_next, to;

    if (p->divided) {
        int64_t each = (p->tasks + p->workers - 1) / p->workers;

        if (t->pool_end > 0)
            return false;
        from = each * t->id;
        to = from + each;
    } else {
        to = from + p->chunk;
    }
    if (to > p->tasks)
        to = p->tasks;
    if (from >= to)
        return false;
    s->pool_next = to;
    t->pool_next = (int32_t)from;
    t->pool_end = (int32_t)to;
    return true;
}

static void task_done(struct sim *s, struct task *t)
{
    t->tasks++;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_TASK,
                                      .task = t->id,
                                      .cpu = t->cpu,
                                      .value = t->pool_next,
                                      .since_ns = t->task_ns});
    t->pool_next++;
    t->pool_phase = POOL_NONE;
}

/* One phase of the task at hand further. False: no more tasks. */
static bool pool_next(struct sim *s, struct task *t, enum work *work)
{
    int64_t wait;

    switch (t->pool_phase) {
    case POOL_COMPUTES:
        wait = task_length(s, t->pool_next) - task_computing(s, t->pool_next);
        t->pool_phase = POOL_WAITS;
        if (wait > 0)
            *work = wait_until(s, t, s->now_ns + wait, WAIT_IO);
        return true;
    case POOL_WAITS:
        task_done(s, t);
        return true;
    default:
        if (t->pool_next >= t->pool_end && !pool_take(s, t))
            return false;
        t->task_ns = s->now_ns;
        t->pool_phase = POOL_COMPUTES;
        t->left_ns = t->work_left_ns = task_computing(s, t->pool_next);
        return true;
    }
}

/* ---- the steps ----------------------------------------------------------- */

/* Back to the lap's begin, or on. A lap that took no time would take none
 * again.
 */
static void again(const struct sim *s, struct task *t, int64_t times)
{
    t->laps++;
    if (t->laps < times && t->lap_ns != s->now_ns) {
        t->step = t->lap_from;
    } else {
        t->laps = 0;
        t->lap_from = t->step;
    }
    t->lap_ns = s->now_ns;
}

enum work work_next(struct sim *s, struct task *t, bool on_cpu)
{
    const struct sim_step *steps = &s->jobs->step[t->job->first];
    enum work work = WORK_COMPUTES;

    while (t->left_ns == 0 && t->step < t->job->count) {
        const struct sim_step *st = &steps[t->step];
        bool needs_cpu = st->kind == STEP_LOCK || st->kind == STEP_UNLOCK;

        if (needs_cpu && !on_cpu)
            return WORK_COMPUTES;
        if (st->kind == STEP_TASKS) {
            if (pool_next(s, t, &work)) {
                if (work == WORK_WAITS)
                    return work;
                continue;
            }
            t->step++;
            continue;
        }
        t->step++;
        switch (st->kind) {
        case STEP_RUN:
            t->left_ns = st->ns;
            break;
        case STEP_IO:
        case STEP_SLEEP:
            if (st->ns > 0)
                return wait_until(s, t, s->now_ns + st->ns,
                                  st->kind == STEP_IO ? WAIT_IO : WAIT_SLEEP);
            break;
        case STEP_LOCK:
            if (!lock_take(s, t, st->n))
                return WORK_WAITS;
            break;
        case STEP_UNLOCK:
            lock_give(s, t, st->n);
            break;
        case STEP_AGAIN:
            again(s, t, st->n);
            break;
        case STEP_PERIOD:
            if (t->job->period_ns <= 0 || last_of_all(t, steps))
                break;
            next_period(s, t);
            if (t->release_ns > s->now_ns)
                return wait_until(s, t, t->release_ns, WAIT_SLEEP);
            break;
        default:
            break;
        }
    }
    return t->left_ns > 0 ? WORK_COMPUTES : WORK_ENDS;
}

/* ---- coming and going ---------------------------------------------------- */

void work_wait(struct sim *s, struct task *t)
{
    t->state = TASK_BLOCKED;
    t->since_ns = s->now_ns;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_WAIT,
                                      .task = t->id,
                                      .cpu = -1,
                                      .cause = t->cause});
}

/* Not on a CPU: go on as far as possible without one. */
static void go_on(struct sim *s, struct task *t, enum enqueue_why why)
{
    switch (work_next(s, t, false)) {
    case WORK_COMPUTES:
        ready(s, t, why);
        break;
    case WORK_WAITS:
        work_wait(s, t);
        break;
    case WORK_ENDS:
        work_end(s, t);
        break;
    }
}

void work_arrive(struct sim *s, struct task *t)
{
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_ARRIVAL,
                                      .task = t->id,
                                      .cpu = -1});
    t->lap_ns = -1;
    t->since_ns = s->now_ns;
    go_on(s, t, ENQUEUE_NEW);
}

void work_wake(struct sim *s, struct task *t)
{
    bool holds = t->cpu >= 0 && s->core[t->cpu].task == t;

    tell_stretch(s, t, TASK_BLOCKED, -1, t->since_ns, false);
    t->blocked_ns += s->now_ns - t->since_ns;
    if (t->cause == WAIT_LOCK)
        t->lock_ns += s->now_ns - t->since_ns;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_WOKEN,
                                      .task = t->id,
                                      .cpu = -1,
                                      .since_ns = t->since_ns,
                                      .cause = t->cause});
    t->urgent = s->setup.after_io == AFTER_IO_PREEMPT && t->cause == WAIT_IO;
    t->cause = WAIT_NONE;
    t->since_ns = s->now_ns;
    if (holds) { /* on_io=hold: its CPU waited with it */
        cpu_start(s, t->cpu, t);
        return;
    }
    go_on(s, t, ENQUEUE_WOKEN);
}

void work_end(struct sim *s, struct task *t)
{
    t->state = TASK_ENDED;
    t->end_ns = s->now_ns;
    t->since_ns = s->now_ns;
    count_deadline(s, t);
    lock_give_all(s, t);
    warm_ended(s, t);
    s->ended++;
    tell_event(s, &(struct sim_event){.at_ns = s->now_ns,
                                      .kind = HAPPENS_END,
                                      .task = t->id,
                                      .cpu = t->cpu});
}
