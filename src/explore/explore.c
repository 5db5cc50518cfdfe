/* From a program to everything that is known of its schedules. */
#include "explore/explore.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/machine.h"
#include "explore/search.h"

enum { SAMPLES = 100000 }; /* random schedules, unless asked for others */
/* More are not told apart as traces: their numbers are 64 bits. */
#define TRACES_SCHEDULES (INT64_MAX / 8)

struct exploration {
    const struct program *program;
    struct explore_request request; /* with the defaults filled in */
    struct stepper stepper;
    struct state start;
    struct search search;
    struct explore_result *out;
};

/* ---- what was asked ------------------------------------------------------ */

/* When the machine does not say how much memory there is. */
#define MEMORY_UNKNOWN (INT64_C(1) << 30)

static void fill_in(struct explore_request *r)
{
    struct machine m = {0};

    if (r->workers <= 0 || r->memory <= 0)
        machine_read(&m);
    if (r->workers <= 0)
        r->workers = m.cpus_allowed;
    if (r->memory <= 0)
        r->memory =
            m.memory_available > 0 ? m.memory_available / 2 : MEMORY_UNKNOWN;
    if (r->samples <= 0)
        r->samples = SAMPLES;
}

/* The state to explore from, and what already failed there. */
static int start_at(struct exploration *x, struct err *err)
{
    struct walk walk;
    struct event event;
    unsigned failures;
    int rc;

    rc = stepper_init(&x->stepper, x->program, &x->request.rules, err);
    if (rc < 0)
        return rc;
    if (!x->request.from) {
        if (state_init(&x->start, &x->stepper, &event, &failures) < 0)
            return err_set(err, -ENOMEM, "no memory for a state");
        x->out->start_failures = failures;
        return 0;
    }
    rc = walk_init(&walk, &x->stepper, err);
    if (rc < 0)
        return rc;
    rc = walk_run(&walk, x->request.from, err);
    if (rc == 0 && state_copy(&x->start, walk_state(&walk), &x->stepper) < 0)
        rc = err_set(err, -ENOMEM, "no memory for a state");
    x->out->start_failures = 0;
    for (int i = 0; rc == 0 && i < walk.at; i++)
        if (walk.dones[i].event.fault)
            rc = err_set(err, -EINVAL,
                         "nothing comes after this schedule: its step %d "
                         "cannot be completed",
                         i + 1);
    walk_fini(&walk);
    return rc;
}

/* ---- what was found ------------------------------------------------------ */

/* Why, at the end of the witness: by doing it. */
static int say_failure(struct exploration *x, enum failure kind)
{
    struct failing *f = &x->out->failing[kind];
    struct state s = {0};
    struct done done = {0};
    int rc = state_copy(&s, &x->start, &x->stepper);

    for (int i = 0; rc == 0 && i < f->witness.count; i++)
        state_step(&x->stepper, &s, f->witness.actions[i], &done);
    if (rc == 0)
        state_say_failure(&x->stepper, &s, &done, kind, &f->words);
    state_fini(&s);
    return rc;
}

static int tell_failures(struct exploration *x)
{
    for (int k = 0; k < FAILURE_COUNT; k++) {
        const struct found *found = &x->search.found[k];
        struct failing *f = &x->out->failing[k];
        int rc = 0;

        f->shortest = f->shortest_steps = f->preemptions = -1;
        f->random.value = NAN;
        if (x->out->start_failures >> k & 1) {
            f->reachable = true;
            f->shortest = 0;
        } else if (found->any) {
            f->reachable = true;
            f->shortest = found->actions;
            rc = search_way(&x->search, found->place, found->action,
                            &f->witness);
        }
        if (rc < 0 || (f->reachable && say_failure(x, (enum failure)k) < 0))
            return -ENOMEM;
    }
    return 0;
}

static int by_values(const void *a, const void *b, void *width)
{
    const struct outcome *left = a, *right = b;

    for (int i = 0; i < *(int *)width; i++)
        if (left->values[i] != right->values[i])
            return left->values[i] < right->values[i] ? -1 : 1;
    return left->fails - right->fails;
}

/* The outcomes, in the order in which they were found. */
static int tell_outcomes(struct exploration *x)
{
    const struct endings *e = &x->search.endings;
    struct explore_result *out = x->out;

    out->outcomes = calloc((size_t)e->count + 1, sizeof *out->outcomes);
    if (!out->outcomes)
        return -ENOMEM;
    for (; out->outcome_count < e->count; out->outcome_count++) {
        int i = out->outcome_count;
        struct outcome *o = &out->outcomes[i];

        o->fails = e->fails[i];
        o->uniform = o->random = NAN;
        o->values = calloc((size_t)e->width + 1, sizeof *o->values);
        if (!o->values)
            return -ENOMEM;
        if (e->width > 0)
            memcpy(o->values, e->values + (size_t)i * (size_t)e->width,
                   (size_t)e->width * sizeof *o->values);
        if (search_way(&x->search, e->place[i], -1, &o->sample) < 0) {
            out->outcome_count++;
            return -ENOMEM;
        }
    }
    return 0;
}

static int tell_races(struct exploration *x)
{
    const struct search *s = &x->search;

    for (; x->out->race_count < s->race_count; x->out->race_count++) {
        int i = x->out->race_count;

        x->out->races[i] = s->races[i];
        if (search_way(&x->search, s->race_place[i], -1,
                       &x->out->races[i].witness) < 0) {
            x->out->race_count++;
            return -ENOMEM;
        }
    }
    return 0;
}

/* The search saw every state, or says why not. */
static void tell_end(struct exploration *x)
{
    struct explore_result *out = x->out;
    char buf[32];

    out->exhaustive = x->search.end == SEARCH_DONE;
    switch ((int)x->search.end) {
    case SEARCH_FULL:
        text_addf(&out->why_not,
                  "The states so far fill %s, which is all that the search may "
                  "use; there are more.",
                  text_bytes(buf, sizeof buf, x->request.memory));
        break;
    case SEARCH_LOCALS:
        text_add(&out->why_not, "A thread has more than four million states "
                                "of its own: it counts too far.");
        break;
    case SEARCH_STOPPED:
        text_add(&out->why_not,
                 "The search ended at the first failure, as asked.");
        break;
    default:
        break;
    }
}

/* ---- what follows from the graph ----------------------------------------- */

static int count_it(struct exploration *x)
{
    struct components components = {0};
    struct graph graph;
    struct explore_result *out = x->out;
    int rc = search_graph(&x->search, &graph);
    const int32_t *outcome_of = x->search.edges.outcome;

    graph.start_fails = (uint8_t)out->start_failures;
    if (rc == 0)
        rc = components_find(&graph, &components);
    out->traces = out->failing_traces = -1;
    if (rc == 0)
        rc = count_schedules(&graph, &components, outcome_of, out);
    if (rc == 0)
        rc = chance_compute(&graph, &components, outcome_of, out);
    if (rc == 0)
        rc = x->request.rules.tso ? cheap_search(&graph, out)
                                  : calm_search(&graph, out);
    if (rc == 0 && !x->request.rules.tso)
        rc = traces_count(&graph, &components, TRACES_SCHEDULES, out);
    if (rc == 0)
        rc = liveness_judge(&graph, &components, out);
    out->counted = rc == 0;
    components_fini(&components);
    graph_fini(&graph);
    return rc;
}

static void judge(struct explore_result *out)
{
    bool fails = false;

    for (int k = 0; k < FAILURE_COUNT; k++)
        fails = fails || out->failing[k].reachable;
    if (fails)
        out->judgement = JUDGED_FAILS;
    else if (!out->exhaustive)
        out->judgement = JUDGED_UNKNOWN;
    else
        out->judgement = out->trap || out->livelock ? JUDGED_STUCK : JUDGED_OK;
}

static int sample_it(struct exploration *x, struct err *err)
{
    struct explore_result *out = x->out;
    int rc =
        explore_sample(&x->stepper, x->request.from, x->request.samples,
                       x->request.seed, x->request.cancel, &out->sample, err);

    out->sampled = rc == 0;
    return rc;
}

/* A failure that only the random schedules met is one all the same. */
static int take_sampled(struct exploration *x)
{
    for (int k = 0; k < FAILURE_COUNT; k++) {
        struct failing *f = &x->out->failing[k];
        const struct schedule *way = &x->out->sample.witness[k];

        if (f->reachable || x->out->sample.failing[k] == 0)
            continue;
        f->reachable = true;
        for (int i = 0; i < way->count; i++)
            if (schedule_add(&f->witness, way->actions[i]) < 0)
                return -ENOMEM;
        if (say_failure(x, (enum failure)k) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

static int tell(struct exploration *x, struct err *err)
{
    struct explore_result *out = x->out;
    bool unfinished =
        x->search.end == SEARCH_FULL || x->search.end == SEARCH_LOCALS;

    out->states = x->search.states;
    out->transitions = x->search.transitions;
    out->peak_bytes = x->search.peak;
    out->longest = x->search.level > 0 ? x->search.level - 1 : 0;
    out->buffer_was_full = x->search.buffer_was_full;
    out->bytes_per_state =
        out->states > 0
            ? (double)store_bytes(&x->search.store, (uint64_t)out->states) /
                  (double)out->states
            : 0;
    tell_end(x);
    if (tell_failures(x) < 0 || tell_outcomes(x) < 0 || tell_races(x) < 0)
        return -ENOMEM;
    if (x->search.edges.keeps && out->exhaustive && count_it(x) < 0)
        return -ENOMEM;
    if (unfinished) {
        int rc = sample_it(x, err);

        if (rc < 0 || take_sampled(x) < 0)
            return rc < 0 ? rc : -ENOMEM;
    }
    qsort_r(out->outcomes, (size_t)out->outcome_count, sizeof *out->outcomes,
            by_values, &x->search.endings.width);
    judge(out);
    return 0;
}

int explore(const struct program *p, const struct explore_request *request,
            struct explore_result *out, struct err *err)
{
    struct exploration x = {.program = p, .request = *request, .out = out};
    int64_t began = clock_now_ns();
    int rc;

    *out = (struct explore_result){.traces = -1, .failing_traces = -1};
    out->uniform.value = out->random.value = NAN;
    fill_in(&x.request);
    out->workers = x.request.workers;
    rc = start_at(&x, err);
    if (rc == 0 && !(out->start_failures & 1U << FAILURE_FAULT)) {
        rc = search_run(&x.search, &x.stepper, &x.start, &x.request);
        out->seconds = (double)(clock_now_ns() - began) / 1e9;
        if (rc == 0 && x.search.end == SEARCH_CANCELLED)
            rc = err_set(err, -ECANCELED, "the search was ended");
        if (rc == 0)
            rc = tell(&x, err);
    } else if (rc == 0) { /* it cannot even begin */
        out->exhaustive = true;
        rc = tell_failures(&x);
        judge(out);
    }
    if (rc == -ENOMEM && err && err->code == 0)
        err_set(err, -ENOMEM, "no memory for the search");
    search_fini(&x.search);
    state_fini(&x.start);
    stepper_fini(&x.stepper);
    out->seconds_in_all = (double)(clock_now_ns() - began) / 1e9;
    return rc;
}

/* ---- afterwards ---------------------------------------------------------- */

static void failing_fini(struct failing *f)
{
    schedule_fini(&f->witness);
    schedule_fini(&f->calm);
    free(f->schedules);
    free(f->random.exact);
    text_fini(&f->words);
}

void explore_fini(struct explore_result *r)
{
    for (int k = 0; k < FAILURE_COUNT; k++)
        failing_fini(&r->failing[k]);
    for (int i = 0; i < r->outcome_count; i++) {
        free(r->outcomes[i].values);
        free(r->outcomes[i].schedules);
        schedule_fini(&r->outcomes[i].sample);
    }
    free(r->outcomes);
    for (int i = 0; i < r->race_count; i++)
        schedule_fini(&r->races[i].witness);
    free(r->schedules);
    free(r->failing_schedules);
    free(r->uniform.exact);
    free(r->random.exact);
    schedule_fini(&r->trap_way);
    schedule_fini(&r->trap_loop);
    schedule_fini(&r->livelock_way);
    schedule_fini(&r->livelock_loop);
    text_fini(&r->why_not);
    if (r->sampled)
        sampled_fini(&r->sample);
    *r = (struct explore_result){0};
}
