/* A recorded run as jobs: "what would it have looked like under SJF, or on 64
 * cores?" Pure; any process.
 *
 * What a worker computed, and what it waited for that does not hang on others
 * (devices, timers), is its job. How long it lacked a core, a lock or another
 * worker's hand-over is the answer to a schedule, not a part of the question,
 * and left out. A lock's critical sections cannot be had from a record of
 * waits: it tells when somebody waited, not when the others held it. So a set
 * of jobs made here has no locks, and the note says how much that may be. */
#include "sim/jobs_trace.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sim/jobs_pool.h"

/* ---- spans, by worker ---------------------------------------------------- */

void by_worker_fini(struct by_worker *b)
{
    free(b->span);
    free(b->first);
    *b = (struct by_worker){0};
}

/* A counting sort: spans come in order within a worker. */
int by_worker_init(struct by_worker *b, const struct trace *t)
{
    uint64_t total = trace_span_total(t);
    const struct span *s;
    size_t stored = 0;

    *b = (struct by_worker){0};
    b->first = calloc((size_t)t->worker_count + 2, sizeof(*b->first));
    if (!b->first)
        return -ENOMEM;
    for (uint64_t n = 0; n < total; n++) {
        s = trace_span_at(t, n);
        if (!s || s->worker >= t->worker_count)
            continue;
        b->first[s->worker + 2]++;
        stored++;
    }
    for (int i = 2; i <= t->worker_count + 1; i++)
        b->first[i] += b->first[i - 1];
    b->span = malloc((stored + 1) * sizeof(*b->span));
    if (!b->span) {
        by_worker_fini(b);
        return -ENOMEM;
    }
    for (uint64_t n = 0; n < total; n++) {
        s = trace_span_at(t, n);
        if (s && s->worker < t->worker_count)
            b->span[b->first[s->worker + 1]++] = n;
    }
    return 0;
}

/* ---- what becomes of a span ---------------------------------------------- */

enum kept_as fate_of(const struct span *s)
{
    switch ((enum span_state)s->state) {
    case SPAN_RUNNING:
        return KEPT_RUN;
    case SPAN_SPINNING:
        return LEFT_LOCK;
    case SPAN_READY:
        return LEFT_CORE;
    case SPAN_BLOCKED:
        break;
    default:
        return LEFT_UNKNOWN;
    }
    switch ((enum wait_cause)s->cause) {
    case WAIT_IO:
    case WAIT_OTHER: /* unmarked: a page, a file */
    case WAIT_NONE:
        return KEPT_IO;
    case WAIT_SLEEP:
        return KEPT_SLEEP;
    case WAIT_LOCK:
    case WAIT_SPIN:
        return LEFT_LOCK;
    case WAIT_GIL:
        return LEFT_GIL;
    case WAIT_LOOP: /* of one thread: that is its CPU */
        return LEFT_CORE;
    default:
        return LEFT_OTHERS;
    }
}

/* ---- what must be said --------------------------------------------------- */

struct remarks {
    int64_t ns[FATES];
    bool sampled;
    bool from_totals; /* some worker had no timeline */
};

static void say_left(struct text *note, int64_t ns, const char *what)
{
    char buf[32];

    if (ns <= 0)
        return;
    text_addf(note, "%s%s %s.", note->len ? " " : "",
              text_duration(buf, sizeof(buf), ns), what);
}

static void say_remarks(const struct remarks *r, const struct trace *t,
                        struct text *note)
{
    if (!note)
        return;
    say_left(note, r->ns[LEFT_LOCK],
             "of waiting for locks are left out: who held one, and how long, "
             "cannot be told from the waits, so nobody waits for a lock here");
    say_left(note, r->ns[LEFT_GIL],
             "of waiting for the global lock are left out; the policies gil "
             "and gil-old bring that lock back");
    say_left(note, r->ns[LEFT_OTHERS],
             "of waiting for other workers (a turn, an item, their end) are "
             "left out: here nobody waits for another");
    say_left(note, r->ns[LEFT_UNKNOWN],
             "of the workers' lives were not recorded, and are missing here");
    if (t->complete_from_ns > t->gate_ns)
        say_left(note, t->complete_from_ns - t->gate_ns,
                 "at the beginning were let go for want of memory, and are "
                 "missing here");
    if (r->sampled)
        text_addf(note,
                  "%sThe run was only sampled: short stretches are missing, "
                  "and the bounds of the others are rough.",
                  note->len ? " " : "");
    if (r->from_totals)
        text_addf(note,
                  "%sNo timeline was recorded, only totals: each worker "
                  "computes first and then waits.",
                  note->len ? " " : "");
}

/* ---- workers as jobs ----------------------------------------------------- */

struct conversion {
    struct sim_jobs *out;
    const struct trace *t;
    struct remarks remarks;
    struct err *err;
};

int jobs_trace_full(struct err *err, int rc)
{
    return rc == -ENOMEM
               ? err_set(err, rc, "no memory for the run's jobs")
               : err_set(err, -EINVAL,
                         "the run is too long to be simulated: more than %d "
                         "stretches of computing and waiting",
                         SIM_STEPS_MAX);
}

static int add_step(struct conversion *c, enum sim_step_kind kind, int64_t ns)
{
    int rc = 0;

    if (ns > 0)
        rc = sim_jobs_step(c->out, kind, jobs_trace_bounded(ns), 0);
    return rc < 0 ? jobs_trace_full(c->err, rc) : 0;
}

/* One stretch after the other; pieces of one computing are one again. */
static int add_span(struct conversion *c, const struct span *s, int64_t *run_ns)
{
    enum kept_as fate = fate_of(s);
    int64_t ns = s->end_ns - s->start_ns;
    int rc;

    c->remarks.ns[fate] += ns;
    c->remarks.sampled |= s->sampled;
    if (fate == KEPT_RUN)
        *run_ns += ns;
    if (fate != KEPT_IO && fate != KEPT_SLEEP)
        return 0;
    rc = add_step(c, STEP_RUN, *run_ns);
    *run_ns = 0;
    return rc < 0 ? rc
                  : add_step(c, fate == KEPT_IO ? STEP_IO : STEP_SLEEP, ns);
}

/* Without a timeline the kernel's totals are what is known. */
static int add_totals(struct conversion *c, const struct trace_worker *w)
{
    double run = metric_get(&w->metrics, METRIC_RUN_S,
                            metric_get(&w->metrics, METRIC_CPU_S, 0));
    double wait = metric_get(&w->metrics, METRIC_IO_WAIT_S, 0);
    int rc;

    if (!(run > 0 && run < 1e7) || !(wait >= 0 && wait < 1e7))
        return 0;
    c->remarks.from_totals = true;
    c->remarks.ns[KEPT_RUN] += (int64_t)(run * NS_PER_S);
    rc = add_step(c, STEP_RUN, (int64_t)(run * NS_PER_S));
    return rc < 0 ? rc : add_step(c, STEP_IO, (int64_t)(wait * NS_PER_S));
}

static int add_worker(struct conversion *c, int id, const struct by_worker *b)
{
    const struct trace_worker *w = &c->t->workers[id];
    struct sim_job *job = sim_jobs_add(c->out);
    size_t from = b->first[id], to = b->first[id + 1];
    int64_t run_ns = 0;
    struct span open;
    int rc = 0;

    if (!job || jobs_settings(c->out, job, &c->t->spec) < 0)
        return jobs_trace_full(c->err, -ENOMEM);
    if (w->born_ns > c->t->gate_ns)
        job->arrival_ns = jobs_trace_bounded(w->born_ns - c->t->gate_ns);
    for (size_t i = from; rc == 0 && i < to; i++)
        rc = add_span(c, trace_span_at(c->t, b->span[i]), &run_ns);
    if (rc == 0 && trace_open_span(c->t, id, c->t->now_ns, &open))
        rc = add_span(c, &open, &run_ns);
    if (rc == 0)
        rc = add_step(c, STEP_RUN, run_ns);
    if (rc == 0 && from == to)
        rc = add_totals(c, w);
    return rc;
}

static bool took_part(const struct trace_worker *w)
{
    return w->life == LIFE_ALIVE || w->life == LIFE_ENDED;
}

int jobs_trace_nothing(const struct trace *t, struct err *err)
{
    return err_set(err, -EINVAL,
                   "nothing that could be simulated was recorded of this run%s",
                   t->observer.kind == OBSERVER_OFF
                       ? ": it ran with --observer off; run it again without"
                       : "");
}

int sim_jobs_from_trace(struct sim_jobs *out, const struct trace *t,
                        struct text *note, struct err *err)
{
    struct conversion c = {.out = out, .t = t, .err = err};
    struct by_worker b;
    int rc;

    *out = (struct sim_jobs){0};
    if (by_worker_init(&b, t) < 0)
        return jobs_trace_full(err, -ENOMEM);
    rc = 0;
    for (int i = 0; rc == 0 && i < t->worker_count; i++) {
        if (took_part(&t->workers[i]))
            rc = add_worker(&c, i, &b);
    }
    by_worker_fini(&b);
    if (rc == 0 && c.remarks.ns[KEPT_RUN] + c.remarks.ns[KEPT_IO] +
                           c.remarks.ns[KEPT_SLEEP] ==
                       0)
        rc = jobs_trace_nothing(t, err);
    if (rc == 0)
        say_remarks(&c.remarks, t, note);
    else
        sim_jobs_fini(out);
    return rc;
}
