/* The forked process: threads that go through instances together, batch after
 * batch, and count what came of them.
 *
 * A batch: all meet at a barrier, each thread runs its part of every instance,
 * all meet again, each counts a slice of the instances and makes it anew. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "real/crew_parts.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

#define BATCH_NS (400 * NS_PER_US)
#define PLAN_BATCHES 16 /* then the threads try another way to meet */

/* ---- how they meet ------------------------------------------------------- */

/* What is on offer: a plan takes one of each. Store buffering on two virtual
 * processors (AMD EPYC 7003), 3 million executions each: how many a second, and
 * how many of them show the outcome that needs store buffers.
 *
 *     cells      meeting before     delay     M a second   weak    (1, 1)
 *     apart      the batch          none            10.9   0.04 %  0.000 %
 *     apart      every 128          none             9.0   0.2 %   0.004 %
 *     apart      every 128          < 250           11.3   0.6 %   0.007 %
 *     apart      every 32           none             9.0   0.4 %   0.007 %
 *     apart      every 32           < 60             7.3   1.3 %   0.004 %
 *     apart      every 32           < 250            8.8   3.3 %   0.007 %
 *     columns    every 32           < 250           11.3   2.0 %   0.5 %
 *     apart      every 8            none             5.9   1.0 %   0.02 %
 *     apart      every 8            < 60             5.1   3.3 %   0.01 %
 *     apart      every one          < 60             1.7   3.5 %   0.1 %
 *     apart      every 32, lingering 12/24           5.0   2.3 %   1.1 %
 *     mixed as below                                 7.8   1.8 %   0.5 %
 *
 * (1, 1) is what comes when the threads take turns, which processors in a hurry
 * hardly do: lingering and columns are there for outcomes of that kind. */
static const int everies[] = {8, 32, 128};
static const int delays[] = {1, 60, 250};
static const int linger_everies[] = {3, 12, 48};
static const int linger_mosts[] = {4, 24};
/* When threads share processors, a meeting costs a change of threads for each
 * of them, and giving the processor away is the only delay that matters. */
static const int shared_everies[] = {32, 128, 512};
static const int shared_linger_everies[] = {8, 64, 400};

#define PICK(from, random)                                                     \
    (from)[random_below((random), sizeof(from) / sizeof((from)[0]))]

static void barrier(struct crew *c)
{
    uint32_t turn = LOAD(c->turn);
    uint32_t count = (uint32_t)c->program->thread_count;

    if (atomic_fetch_add(&c->arrived, 1) + 1 == count) {
        STORE(c->arrived, 0);
        /* Pairs with the acquire below: all that was done before. */
        atomic_store_explicit(&c->turn, turn + 1, memory_order_release);
        return;
    }
    for (int i = 0;
         atomic_load_explicit(&c->turn, memory_order_acquire) == turn; i++)
        engine_pause(i);
}

static void meet(struct member *m, const struct plan *plan)
{
    struct crew *c = m->crew;
    int64_t mine = LOAD(m->met) + 1;
    uint32_t turns;

    STORE(m->met, mine);
    for (int t = 0; t < c->program->thread_count; t++)
        for (int i = 0; LOAD(c->members[t].met) < mine; i++)
            engine_pause(i);
    turns = random_below(&m->runner.random, (uint32_t)plan->delay);
    while (turns-- > 0)
        atomic_signal_fence(memory_order_seq_cst); /* a turn: one cycle */
}

/* ---- a batch ------------------------------------------------------------- */

static void keep_record(const struct member *m, int instance, unsigned came,
                        const int32_t *slots)
{
    int16_t *record = m->records + (size_t)instance * (size_t)m->width;
    const struct kept *k = &m->crew->kept;
    int thread = m->runner.id;

    record[0] = (int16_t)came;
    for (int r = 0; r < k->of[thread].count; r++)
        record[1 + r] = (int16_t)slots[k->of[thread].regs[r]];
}

static void run_batch(struct member *m, const struct plan *plan)
{
    struct crew *c = m->crew;
    struct runner *r = &m->runner;
    struct compiled *code = &m->code[plan->spacing][plan->lingers];
    const int16_t *start = c->program->threads[r->id].reg_start;
    int until_meeting = 0;
    unsigned came;

    r->slots = code->slots;
    r->linger_every = plan->linger_every;
    r->linger_most = plan->linger_most;
    for (int i = 0; i < plan->count; i++) {
        if (until_meeting-- == 0) {
            meet(m, plan);
            until_meeting = plan->every - 1;
        }
        r->cells = c->cells[plan->spacing] +
                   (size_t)i * (size_t)c->spacing[plan->spacing].each;
        if (c->places)
            r->places = c->places + (size_t)(i * c->program->thread_count) *
                                        (REAL_LINE / sizeof(*c->places));
        if (c->monitors)
            r->monitor =
                (struct monitor *)(void *)(c->monitors +
                                           (size_t)i * c->monitor_size);
        for (int k = 0; k < m->reset_count; k++)
            r->slots[m->reset[k]] = start[m->reset[k]];
        came = LOAD(c->endless) ? CAME_FAULT : engine_run(r, code->code);
        if (c->monitors)
            monitor_end(r);
        if (came & CAME_ENDLESS)
            STORE(c->endless, r->id + 1);
        keep_record(m, i, came, r->slots);
    }
}

/* What all threads left of @instance, into the record of @m's tally. */
static void gather(struct member *m, const struct plan *plan, int instance)
{
    struct crew *c = m->crew;
    const struct spacing *s = &c->spacing[plan->spacing];
    char *cells = c->cells[plan->spacing] + (size_t)instance * (size_t)s->each;
    int16_t *record = tally_record(m->tally), *to = record + 1;

    record[0] = 0;
    for (int i = 0; i < c->kept.cell_count; i++) {
        char *at = cells + (size_t)c->kept.cells[i] * (size_t)s->cell;

        *to++ = (int16_t)LOAD(*(_Atomic int32_t *)(void *)at);
    }
    for (int t = 0; t < c->program->thread_count; t++) {
        const struct member *other = &c->members[t];
        const int16_t *from =
            other->records + (size_t)instance * (size_t)other->width;

        record[0] = (int16_t)(record[0] | from[0]);
        for (int r = 1; r < other->width; r++)
            *to++ = from[r];
    }
}

static void count_slice(struct member *m, const struct plan *plan)
{
    struct crew *c = m->crew;
    int threads = c->program->thread_count;
    int slice =
        (int)((plan->deal + (uint64_t)m->runner.id) % (uint64_t)threads);

    for (int i = plan->count * slice / threads;
         i < plan->count * (slice + 1) / threads; i++) {
        gather(m, plan, i);
        tally_add(m->tally, c->start_ns);
        crew_make_anew(c, plan->spacing, i);
    }
}

/* ---- plans --------------------------------------------------------------- */

static void plan_anew(struct crew *c)
{
    struct plan *plan = &c->plan;
    uint64_t *random = &c->random;
    bool alone = c->program->thread_count <= c->cpus;

    plan->deal = random_next(random);
    plan->spacing = (int)random_below(random, SPACINGS);
    plan->lingers = random_below(random, 4) == 0;
    plan->every = alone ? PICK(everies, random) : PICK(shared_everies, random);
    plan->delay = PICK(delays, random);
    plan->linger_every = alone ? PICK(linger_everies, random)
                               : PICK(shared_linger_everies, random);
    plan->linger_most = PICK(linger_mosts, random);
}

/* The next batch, by the first thread. */
static void plan_next(struct crew *c)
{
    const struct real_request *q = c->request;
    int64_t now = clock_now_ns();
    int64_t left = INT64_MAX;

    c->done += c->plan.count;
    STORE(c->shared->progress, c->done);
    if (now - c->last_ns < BATCH_NS / 2 && c->room < c->most)
        c->room = c->room * 2 < c->most ? c->room * 2 : c->most;
    else if (now - c->last_ns > BATCH_NS * 4 && c->room > BATCH_LEAST)
        c->room /= 2;
    c->last_ns = now;
    if (q->executions)
        left = q->executions - c->done;
    c->plan.stop = left <= 0 || LOAD(c->endless) ||
                   (q->duration_ns && now - c->start_ns >= q->duration_ns);
    if (c->batches++ % PLAN_BATCHES == 0)
        plan_anew(c);
    c->plan.count = left < c->room ? (int)left : c->room;
}

/* Threads to processors, dealt anew with every plan: each its own if there are
 * enough, else fairly. A processor that cannot be had is no harm. */
static void settle(struct member *m, uint64_t deal)
{
    struct crew *c = m->crew;
    int seats[TSL_THREADS], threads = c->program->thread_count;
    uint64_t random = deal;
    cpu_set_t set;

    if (m->deal == deal || c->cpus == 0)
        return;
    m->deal = deal;
    for (int i = 0; i < threads; i++) {
        int k = (int)random_below(&random, (uint32_t)i + 1);

        seats[i] = seats[k];
        seats[k] = i;
    }
    CPU_ZERO(&set);
    CPU_SET(
        c->cpu[(seats[m->runner.id] + (int)(deal >> 32 & 0xffff)) % c->cpus],
        &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void *member_main(void *arg)
{
    struct member *m = arg;
    struct crew *c = m->crew;

    for (;;) {
        struct plan plan;

        barrier(c);
        plan = c->plan;
        if (plan.stop)
            return NULL;
        settle(m, plan.deal);
        run_batch(m, &plan);
        barrier(c);
        if (m->runner.id == 0)
            plan_next(c);
        count_slice(m, &plan);
    }
}

/* ---- beginning and end --------------------------------------------------- */

/* All threads from beginning to end; the first is the process's own. Those that
 * wait for one that could not be made die with the process. */
static int crew_run(struct crew *c, struct err *err)
{
    int threads = c->program->thread_count;

    c->random = c->request->seed;
    c->room = c->most < 64 ? c->most : 64;
    c->start_ns = c->last_ns = clock_now_ns();
    plan_next(c); /* counts a batch of none */
    for (int i = 1; i < threads; i++) {
        int rc = pthread_create(&c->members[i].thread, NULL, member_main,
                                &c->members[i]);

        if (rc != 0)
            return err_set(err, -rc,
                           "%s: thread %d of %d could not be started: %m",
                           c->program->name, i + 1, threads);
    }
    member_main(&c->members[0]);
    for (int i = 1; i < threads; i++)
        pthread_join(c->members[i].thread, NULL);
    if (LOAD(c->endless))
        return err_set(
            err, -EINVAL,
            "%s: %s went round its loops more than %d times in one execution, "
            "so a real run would not end",
            c->program->name, c->program->threads[LOAD(c->endless) - 1].name,
            REAL_ROUNDS);
    return 0;
}

static void leave_result(struct crew *c, struct real_shared *shared)
{
    struct tally *all = c->members[0].tally;
    const struct real_result *sum;

    for (int i = 1; i < c->program->thread_count; i++)
        tally_merge(all, c->members[i].tally);
    sum = tally_result(all);
    memcpy(shared->outcomes, sum->outcomes,
           (size_t)sum->outcome_count * sizeof(*sum->outcomes));
    shared->result = *sum;
    shared->result.outcomes = NULL;
    shared->result.exclusions_seen = c->places != NULL;
    shared->result.cpus = c->cpus;
    shared->result.seconds = (double)(c->last_ns - c->start_ns) / NS_PER_S;
}

_Noreturn void crew_main(const struct program *p,
                         const struct real_request *request,
                         struct real_shared *shared)
{
    struct crew *c = crew_lines(sizeof(*c));
    int rc = -ENOMEM;

    if (c) {
        c->program = p;
        c->request = request;
        c->shared = shared;
        rc = crew_make(c, &shared->err);
        if (rc == 0)
            rc = crew_run(c, &shared->err);
        if (rc == 0)
            leave_result(c, shared);
    } else {
        err_set(&shared->err, rc, "%s: no memory to run it in", p->name);
    }
    shared->done = true;
    _exit(0); /* with everything it has */
}
