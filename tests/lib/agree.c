/* Two opinions compared, word by word. In the test process. */
#include "lib/agree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/agree_parts.h"
#include "lib/naive_step.h"

/* ---- schedules done again ------------------------------------------------ */

/* Where @schedule leads, going on from @s. */
static bool do_again(struct naive_machine *m, struct naive_state *s,
                     const struct schedule *schedule, const char *what,
                     struct text *why)
{
    for (int i = 0; i < schedule->count; i++) {
        int t = STEP_THREAD(schedule->actions[i]);
        bool flush = schedule->actions[i] & STEP_FLUSH;

        if (t >= m->program->thread_count || s->failed >> FAILURE_FAULT & 1 ||
            !(flush ? naive_may_flush(s, t) : naive_may_step(m, s, t)))
            return agree_differs(why, "%s: action %d, %d, cannot be done", what,
                                 i, schedule->actions[i]);
        if (flush)
            naive_flush(m, s, t);
        else
            naive_step(m, s, t);
    }
    return true;
}

static bool nothing_moves(struct naive_machine *m, const struct naive_state *s)
{
    for (int t = 0; t < m->program->thread_count; t++)
        if (naive_may_step(m, s, t) || naive_may_flush(s, t))
            return false;
    return !(s->failed >> FAILURE_FAULT & 1);
}

static bool all_ended(const struct naive_machine *m,
                      const struct naive_state *s)
{
    for (int t = 0; t < m->program->thread_count; t++)
        if (!naive_ended(m, s, t))
            return false;
    return true;
}

static bool checks_hold(const struct naive_machine *m,
                        const struct naive_state *s)
{
    const struct program *p = m->program;
    int value;

    for (int i = 0; i < p->check_count; i++)
        if (!naive_value(m, s, -1, p->checks[i].expr, &value) || !value)
            return false;
    return true;
}

/* Does it fail so, in the state that @schedule leads to? */
static bool fails_so(struct naive_machine *m, const struct schedule *schedule,
                     int kind, struct text *why)
{
    struct naive_state s;
    unsigned failed;

    naive_start(m, &s);
    if (!do_again(m, &s, schedule, failure_names[kind], why))
        return false;
    failed = s.failed;
    if (nothing_moves(m, &s)) {
        if (!all_ended(m, &s))
            failed |= 1U << FAILURE_DEADLOCK;
        else if (!checks_hold(m, &s))
            failed |= 1U << FAILURE_FINAL;
    }
    return (failed >> kind & 1) ||
           agree_differs(why, "a schedule does not lead to %s",
                         failure_names[kind]);
}

static int count_preemptions(struct naive_machine *m,
                             const struct schedule *schedule)
{
    struct naive_state s;
    int last = -1, n = 0;

    naive_start(m, &s);
    for (int i = 0; i < schedule->count; i++) {
        int t = schedule->actions[i];

        n += last >= 0 && last != t && naive_may_step(m, &s, last);
        naive_step(m, &s, t);
        last = t;
    }
    return n;
}

/* ---- failures ------------------------------------------------------------ */

/* What is being compared. */
struct comparison {
    const struct program *p;
    const struct explore_request *request;
    const struct explore_result *r;
    const struct naive *n;
    struct naive_machine m;
    struct text *why;
};

static bool same_count(struct comparison *c, const char *what, const char *got,
                       struct naive_count naive)
{
    char text[48];

    if (!c->n->acyclic)
        return !got ||
               agree_differs(c->why, "%s: %s, naively endless", what, got);
    if (!naive.known)
        return true;
    return (got && strcmp(got, naive_count_text(naive, text)) == 0) ||
           agree_differs(c->why, "%s: %s, naively %s", what, got ? got : "none",
                         naive_count_text(naive, text));
}

static bool same_chance(struct comparison *c, const char *what, double got,
                        double naive)
{
    return fabs(got - naive) < 1e-9 ||
           agree_differs(c->why, "%s: %.15g, naively %.15g", what, got, naive);
}

/* An exact fraction, "p/q" or "p", must be what it stands for. */
static bool same_share(struct comparison *c, const char *what,
                       const struct share *got, double naive)
{
    const char *slash = got->exact ? strchr(got->exact, '/') : NULL;

    if (got->exact) {
        double p = strtod(got->exact, NULL);
        double q = slash ? strtod(slash + 1, NULL) : 1;

        if (!same_chance(c, what, p / q, naive))
            return false;
    }
    return same_chance(c, what, got->value, naive);
}

static bool same_failing_shortest(struct comparison *c, int kind)
{
    const struct failing *got = &c->r->failing[kind];
    const struct naive_failing *naive = &c->n->failing[kind];

    if (!agree_same(c->why, "reachable", got->reachable, naive->reachable) ||
        !agree_same(c->why, "shortest", got->shortest, naive->shortest))
        return false;
    return !got->reachable || (agree_same(c->why, "length of the witness",
                                          got->witness.count, got->shortest) &&
                               fails_so(&c->m, &got->witness, kind, c->why));
}

static bool same_failing_all(struct comparison *c, int kind)
{
    const struct failing *got = &c->r->failing[kind];
    const struct naive_failing *naive = &c->n->failing[kind];
    bool tso = c->request->rules.tso;

    if (!same_share(c, "random", &got->random, naive->random) ||
        !agree_same(c->why, "preemptions", got->preemptions,
                    naive->preemptions))
        return false;
    if (tso && !agree_same(c->why, "shortest_steps", got->shortest_steps,
                           naive->shortest_steps))
        return false;
    if (naive->reachable && !same_count(c, "schedules that fail so",
                                        got->schedules, naive->schedules))
        return false;
    if (tso || !got->reachable)
        return true;
    return fails_so(&c->m, &got->calm, kind, c->why) &&
           agree_same(c->why, "preemptions of the calm schedule",
                      count_preemptions(&c->m, &got->calm), got->preemptions);
}

static bool same_failing(struct comparison *c, bool all)
{
    for (int k = 0; k < FAILURE_COUNT; k++)
        if (!same_failing_shortest(c, k) || (all && !same_failing_all(c, k)))
            return agree_differs(c->why, "in failure %s", failure_names[k]);
    return agree_same(c->why, "failures at the start", c->r->start_failures,
                      c->n->start_failed);
}

/* ---- outcomes ------------------------------------------------------------ */

static bool same_sample(struct comparison *c, const struct outcome *got,
                        int shortest)
{
    struct naive_state s;
    int value = 0;

    naive_start(&c->m, &s);
    if (!do_again(&c->m, &s, &got->sample, "sample", c->why) ||
        !agree_same(c->why, "length of the sample", got->sample.count,
                    shortest))
        return false;
    if (!nothing_moves(&c->m, &s) || !all_ended(&c->m, &s))
        return agree_differs(c->why, "a sample does not end");
    for (int i = 0; i < c->p->observed_count; i++) {
        naive_value(&c->m, &s, -1, c->p->observed[i].expr, &value);
        if (!agree_same(c->why, "value at the end of a sample", value,
                        got->values[i]))
            return false;
    }
    return agree_same(c->why, "sample fails", !checks_hold(&c->m, &s),
                      got->fails);
}

static bool same_outcome(struct comparison *c, int i, bool all)
{
    const struct outcome *got = &c->r->outcomes[i];
    const struct naive_outcome *naive = &c->n->outcomes[i];
    double share;

    for (int k = 0; k < c->p->observed_count; k++)
        if (!agree_same(c->why, "value", got->values[k], naive->values[k]))
            return false;
    if (!agree_same(c->why, "fails", got->fails, naive->fails) ||
        !same_sample(c, got, naive->shortest))
        return false;
    if (!all)
        return true;
    if (!same_count(c, "schedules", got->schedules, naive->schedules) ||
        !same_chance(c, "random", got->random, naive->random))
        return false;
    if (!c->n->acyclic || !c->n->schedules.known)
        return true;
    share = (double)naive->schedules.n / (double)c->n->schedules.n;
    return same_chance(c, "uniform", got->uniform, share);
}

static bool same_outcomes(struct comparison *c, bool all)
{
    if (!agree_same(c->why, "outcomes", c->r->outcome_count,
                    c->n->outcome_count))
        return false;
    for (int i = 0; i < c->r->outcome_count; i++)
        if (!same_outcome(c, i, all))
            return agree_differs(c->why, "in outcome %d", i);
    return true;
}

/* ---- looping for ever ---------------------------------------------------- */

/* @way leads to a state from which @loop leads back to it. */
static bool loops(struct comparison *c, const char *what,
                  const struct schedule *way, const struct schedule *loop)
{
    struct naive_state from, to;

    naive_start(&c->m, &from);
    if (!do_again(&c->m, &from, way, what, c->why))
        return false;
    if (loop->count == 0)
        return true;
    to = from;
    if (!do_again(&c->m, &to, loop, what, c->why))
        return false;
    to.failed = from.failed;
    return !c->request->rules.keep_registers ||
           memcmp(&from, &to, sizeof(from)) == 0 ||
           agree_differs(c->why, "%s: does not go round", what);
}

static bool same_loops(struct comparison *c)
{
    const struct explore_result *r = c->r;

    if (!agree_same(c->why, "acyclic", r->acyclic, c->n->acyclic) ||
        !agree_same(c->why, "trap", r->trap, c->n->trap) ||
        !agree_same(c->why, "livelock", r->livelock, c->n->livelock))
        return false;
    /* What failed so far, or is kept in registers, takes rounds apart. */
    if (c->n->failing[FAILURE_ASSERT].reachable ||
        c->n->failing[FAILURE_EXCLUSION].reachable ||
        !c->request->rules.keep_registers) {
        if (r->overtaking && !c->n->overtaking)
            return agree_differs(c->why, "overtaking, naively not");
    } else if (!agree_same(c->why, "overtaking", r->overtaking,
                           c->n->overtaking)) {
        return false;
    }
    return (!r->trap || loops(c, "trap", &r->trap_way, &r->trap_loop)) &&
           (!r->livelock ||
            loops(c, "livelock", &r->livelock_way, &r->livelock_loop));
}

/* ---- data races ---------------------------------------------------------- */

/* The witness leads to where both accesses are next. */
static bool same_race(struct comparison *c, const struct data_race *r)
{
    struct naive_state s;

    naive_start(&c->m, &s);
    if (!do_again(&c->m, &s, &r->witness, "data race", c->why))
        return false;
    for (int i = 0; i < 2; i++) {
        int cell = -1;

        if (!naive_plain(&c->m, &s, r->thread[i], &cell) ||
            !agree_same(c->why, "cell of a race", r->cell, cell) ||
            !agree_same(c->why, "operation of a race", r->op[i],
                        s.threads[r->thread[i]].pc))
            return agree_differs(c->why, "no data race");
    }
    return true;
}

static bool same_races(struct comparison *c)
{
    uint64_t cells = 0;

    for (int i = 0; i < c->r->race_count; i++) {
        if (!same_race(c, &c->r->races[i]))
            return false;
        cells |= UINT64_C(1) << c->r->races[i].cell;
    }
    return c->r->race_count == DATA_RACES_MOST ||
           agree_same(c->why, "cells raced for", (long)cells,
                      (long)c->n->racing);
}

/* ---- all of it ----------------------------------------------------------- */

static bool same_states(struct comparison *c)
{
    bool faults = c->n->failing[FAILURE_FAULT].reachable;

    if (!c->request->rules.keep_registers)
        return c->r->states <= c->n->states ||
               agree_differs(c->why, "states: %ld, naively no more than %d",
                             (long)c->r->states, c->n->states);
    /* Whether the state that stands for all faults is one may be seen so or
     * so. */
    if (faults && c->r->states == c->n->states - 1)
        return true;
    return agree_same(c->why, "states", (long)c->r->states, c->n->states) &&
           (faults || agree_same(c->why, "transitions", (long)c->r->transitions,
                                 c->n->transitions));
}

static bool same_numbers(struct comparison *c)
{
    const struct explore_result *r = c->r;
    double share;

    if (!agree_same(c->why, "counted", r->counted, true) || !same_loops(c) ||
        !same_races(c) || !same_share(c, "random", &r->random, c->n->random) ||
        !same_count(c, "schedules", r->schedules, c->n->schedules) ||
        !same_count(c, "failing schedules", r->failing_schedules,
                    c->n->failing_schedules))
        return false;
    if (c->n->traces >= 0 &&
        !agree_same(c->why, "traces", r->traces, c->n->traces))
        return false;
    /* Of schedules that are the same trace some may meet in a region, and
     * others not. */
    if (c->n->traces >= 0 && !c->n->failing[FAILURE_EXCLUSION].reachable &&
        !agree_same(c->why, "failing traces", r->failing_traces,
                    c->n->failing_traces))
        return false;
    if (!c->n->acyclic || !c->n->schedules.known)
        return true;
    share = (double)c->n->failing_schedules.n / (double)c->n->schedules.n;
    return same_share(c, "uniform", &r->uniform, share);
}

/* The judgement of a search that may end at the first failure. */
static bool same_judgement(struct comparison *c)
{
    enum judgement want = c->n->fails                    ? JUDGED_FAILS
                          : c->n->livelock || c->n->trap ? JUDGED_STUCK
                                                         : JUDGED_OK;
    enum judgement got = c->r->judgement;

    /* Only a graph tells what is stuck. */
    if (!c->r->counted && want == JUDGED_STUCK && got == JUDGED_OK)
        return true;
    return agree_same(c->why, "judgement", got, want);
}

static bool same_verdict(struct comparison *c)
{
    bool any = false;

    if (!same_judgement(c))
        return false;
    for (int k = 0; k < FAILURE_COUNT; k++) {
        const struct failing *got = &c->r->failing[k];

        any |= got->reachable;
        if (got->reachable && (!c->n->failing[k].reachable ||
                               !fails_so(&c->m, &got->witness, k, c->why)))
            return agree_differs(c->why, "%s is not reachable naively",
                                 failure_names[k]);
    }
    return agree_same(c->why, "some failure", any, c->n->fails);
}

static bool same_all(struct comparison *c)
{
    bool all = c->request->depth == EXPLORE_ALL;

    if (!c->r->exhaustive && c->request->depth != EXPLORE_VERDICT)
        return agree_differs(c->why, "not exhaustive: %s",
                             text_str(&c->r->why_not));
    if (c->request->depth == EXPLORE_VERDICT)
        return same_verdict(c);
    /* A program that cannot even begin has no schedules to be counted. */
    if (c->n->start_failed >> FAILURE_FAULT & 1)
        return same_verdict(c) &&
               agree_same(c->why, "failures at the start", c->r->start_failures,
                          c->n->start_failed);
    return same_states(c) && same_judgement(c) && same_failing(c, all) &&
           same_outcomes(c, all) &&
           (!c->request->rules.keep_registers ||
            agree_same(c->why, "longest", c->r->longest, c->n->longest)) &&
           agree_same(c->why, "a buffer was full", c->r->buffer_was_full,
                      c->n->was_full) &&
           (!all || same_numbers(c));
}

bool agree_explore(const struct program *p,
                   const struct explore_request *request, const struct naive *n,
                   struct text *why)
{
    struct explore_result r = {0};
    struct comparison c = {.p = p,
                           .request = request,
                           .r = &r,
                           .n = n,
                           .m = {.program = p, .rules = &request->rules},
                           .why = why};
    struct err err = {0};
    int rc = explore(p, request, &r, &err);
    bool ok = rc < 0 ? agree_differs(why, "explore(): %d, %s", rc, err.text)
                     : same_all(&c);

    explore_fini(&r);
    return ok;
}
