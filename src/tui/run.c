/* The run on a screen. Screen process. */
#include "tui/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "keep/replay.h"
#include "observe/live.h"
#include "observe/observe.h"
#include "observe/price.h"
#include "sim/source.h"
#include "stats/summary.h"
#include "tui/app.h"

/* While the workers stand still the picture hardly changes. */
#define STILL_NS (NS_PER_S / 4)
/* Measuring the price of a switch takes 100 ms where nothing else runs. */
#define PRICE_LIMIT_MS 600

/* ---- starting and ending --------------------------------------------------
 */

static bool given(const struct spec *spec, const char *name)
{
    const struct setting *s = spec_setting(name);

    return s && spec_given(spec, (int)(s - spec_settings));
}

/* By itself it would go on for ever. */
static bool endless(const struct spec *spec)
{
    static const bool words[] = {
#define X(id, name, endless, summary) endless,
        SPEC_WORKLOADS(X)
#undef X
    };

    return words[spec->workload] && spec->phase_count == 0 &&
           !given(spec, "duration");
}

void run_interactive(struct spec *spec)
{
    if (endless(spec))
        spec->duration_ns = 0;
}

/* Sequential work has one worker, whatever was asked for other models. */
static void effective_spec(struct spec *out, const struct spec *asked)
{
    const struct setting *workers = spec_setting("workers");

    *out = *asked;
    if (out->model != MODEL_SEQUENTIAL || !workers)
        return;
    out->workers = 0;
    spec_give(out, (int)(workers - spec_settings), false);
}

static void keep_previous(struct run *r)
{
    struct trace *t = r->source->trace;
    struct text line = {0};

    if (t->gate_ns == 0)
        return;
    summary_update(t);
    spec_format(&t->spec, &line);
    r->has_previous = true;
    snprintf(r->previous.line, sizeof(r->previous.line), "%s", text_str(&line));
    r->previous.metrics = t->metrics;
    r->previous_ns = clock_now_ns();
    text_fini(&line);
}

void run_close(struct app *a)
{
    struct run *r = &a->run;

    run_freeze(r, false);
    if (!r->source)
        return;
    if (!r->kept) {
        keep_end(r->source, endless(&r->source->trace->spec)
                                ? VERDICT_OK
                                : VERDICT_INTERRUPTED);
        keep_run(a);
    }
    keep_previous(r);
    r->source->class->close(r->source);
    r->source = NULL;
}

/* What a watched switch costs here, measured once, before the first run and so
 * beside none. */
static void learn_price(struct app *a, const struct spec *spec)
{
    struct run *r = &a->run;
    struct trace_observer rung;

    if (observe_probe(spec, a->options.machine, &rung, NULL) < 0 ||
        (r->price_known && r->price_kind == rung.kind))
        return;
    r->price_known = true;
    r->price_kind = rung.kind;
    r->price_ns = price_measure_ns(rung.kind, PRICE_LIMIT_MS);
}

int run_start(struct app *a, const struct spec *spec, struct err *err)
{
    struct run *r = &a->run;
    struct spec checked;
    int rc;

    effective_spec(&checked, spec);
    run_interactive(&checked);
    rc = spec_check(&checked, a->options.machine, err);
    if (rc < 0)
        return rc;
    run_close(a);
    r->asked = *spec;
    r->stopping = false;
    r->kept = false;
    r->events_seen = 0;
    r->next_pump_ns = 0;
    r->next_still_ns = 0;
    a->dirty = true;
    if (checked.on[0]) /* in virtual time, which goes by as real time does */
        return sim_source_open(&r->source, &checked, true, err);
    learn_price(a, &checked);
    rc = live_open(&r->source, &checked, a->options.machine, true, err);
    if (rc == 0)
        r->source->trace->observer.price_ns = r->price_ns;
    return rc;
}

bool run_replays(const struct run *r)
{
    return r->source && r->source->trace->badge == BADGE_REPLAY;
}

/* A simulated machine's: nothing can be changed while it goes by. */
static bool run_computed(const struct run *r)
{
    return r->source && r->source->trace->badge == BADGE_MODEL;
}

int run_begin(struct app *a, struct err *err)
{
    struct run *r = &a->run;
    struct trace *kept = a->options.replay;

    if (!kept)
        return run_start(a, &r->asked, err);
    a->options.replay = NULL;
    run_close(a);
    r->asked = kept->spec;
    r->stopping = false;
    r->kept = true;
    r->events_seen = 0;
    r->next_pump_ns = 0;
    r->next_still_ns = 0;
    a->dirty = true;
    return replay_open(&r->source, kept, false, err);
}

/* ---- looking at it --------------------------------------------------------
 */

const struct trace *run_trace(const struct run *r)
{
    if (!r->source)
        return NULL;
    return r->still.held ? &r->still.trace : r->source->trace;
}

void run_freeze(struct run *r, bool frozen)
{
    if (frozen == r->still.held)
        return;
    if (!frozen) {
        still_release(&r->still);
    } else if (r->source) {
        summary_update(r->source->trace);
        /* Without memory the picture stays live. */
        still_hold(&r->still, r->source->trace);
    }
}

void run_update(struct run *r)
{
    if (!r->source)
        return;
    if (r->still.held)
        still_refresh(&r->still, r->source->trace);
    else
        summary_update(r->source->trace);
}

bool run_paused(const struct run *r)
{
    return r->source && r->source->wanted.paused && !r->source->done;
}

int64_t run_workers(const struct run *r)
{
    if (!r->source || r->source->done ||
        r->source->trace->spec.model == MODEL_SEQUENTIAL)
        return -1;
    return r->source->wanted.workers;
}

unsigned run_now(const struct run *r)
{
    const struct trace *t = run_trace(r);
    unsigned now = r->still.held ? WHEN_FROZEN : 0;

    if (r->asked.workload == WORKLOAD_COUNTER)
        now |= WHEN_COUNTER;
    if (r->asked.workload == WORKLOAD_DISK)
        now |= WHEN_DISK;
    if (t && t->worker_count > 1)
        now |= WHEN_TALL;
    return now;
}

/* ---- changing it live -----------------------------------------------------
 */

/* The run that goes on; NULL, and a message, if it has ended. */
static struct source *going(struct app *a)
{
    struct source *s = a->run.source;

    if (s && !s->done && !a->run.stopping)
        return s;
    app_say(a, false, "%s",
            run_replays(&a->run) ? "the replay is over; r replays it again"
                                 : "the run has ended; r runs it again");
    return NULL;
}

/* The run that takes changes now; NULL, and a message, if none does. */
static struct source *changing(struct app *a)
{
    if (!run_replays(&a->run) && !run_computed(&a->run))
        return going(a);
    if (run_computed(&a->run)) {
        app_say(a, false,
                "this is computed for a simulated machine: e opens its "
                "settings, to compute it anew");
        return NULL;
    }
    app_say(a, false,
            "this is a replay: what happened cannot be changed; e opens its "
            "settings, to run it here and now");
    return NULL;
}

static void change_workers(struct app *a, int by)
{
    struct source *s = changing(a);
    int64_t workers;

    if (!s)
        return;
    if (s->trace->spec.model == MODEL_SEQUENTIAL) {
        app_say(a, false, "sequential has one worker; m chooses another model");
        return;
    }
    workers = s->wanted.workers + by;
    if (workers < 1) {
        app_say(a, false, "one worker is the least");
    } else if (workers > s->max_workers) {
        app_say(a, false,
                "%d is the most that this run has room for; e starts one with "
                "more",
                s->max_workers);
    } else {
        s->wanted.workers = workers;
        s->class->apply(s, false);
    }
}

static void change_lock(struct app *a, int by)
{
    struct source *s = changing(a);

    if (!s)
        return;
    s->wanted.sync =
        (enum spec_sync)(((int)s->wanted.sync + by + SYNC_COUNT) % SYNC_COUNT);
    s->class->apply(s, false);
}

static void change_disk_policy(struct app *a, int by)
{
    struct source *s = changing(a);

    if (!s)
        return;
    s->wanted.disk_policy = (enum spec_disk_policy)(
        ((int)s->wanted.disk_policy + by + DISK_POLICIES) % DISK_POLICIES);
    s->class->apply(s, false);
}

/* All workers on the first processor they may have, or on all again. */
static void change_cores(struct app *a)
{
    struct source *s = changing(a);
    cpu_set_t all;
    size_t first = 0;

    if (!s)
        return;
    all = s->trace->spec.pinned ? s->trace->spec.cpus
                                : a->options.machine->allowed;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &all))
        first++;
    if (s->wanted.pinned && CPU_COUNT(&s->wanted.cpus) == 1) {
        s->wanted.pinned = s->trace->spec.pinned;
        s->wanted.cpus = all;
    } else {
        s->wanted.pinned = true;
        CPU_ZERO(&s->wanted.cpus);
        CPU_SET(first, &s->wanted.cpus);
    }
    s->class->apply(s, false);
}

static void change_pause(struct app *a)
{
    struct source *s = going(a);

    if (!s)
        return;
    s->wanted.paused = !s->wanted.paused;
    s->class->apply(s, false);
}

static void end_run(struct app *a)
{
    struct source *s = going(a);

    if (!s)
        return;
    s->class->stop(s, VERDICT_OK);
    a->run.stopping = !s->done; /* a replay jumps to its end */
}

/* What was asked for, with what was changed live since. */
static void asked_now(const struct run *r, struct spec *out)
{
    const struct source *s = r->source;
    char number[32];

    *out = r->asked;
    if (!s || run_replays(r))
        return;
    if (s->wanted.workers != s->trace->spec.workers) {
        snprintf(number, sizeof(number), "%" PRId64, s->wanted.workers);
        spec_set(out, "workers", number, NULL);
    }
    if (out->workload == WORKLOAD_COUNTER && out->phase_count == 0 &&
        s->wanted.sync != out->sync)
        spec_set(out, "sync", spec_sync_words[s->wanted.sync], NULL);
    if (out->workload == WORKLOAD_DISK &&
        s->wanted.disk_policy != out->disk_policy)
        spec_set(out, "disk-policy",
                 spec_disk_policy_words[s->wanted.disk_policy], NULL);
}

/* From its gate on, as it was. */
static void again_replay(struct app *a)
{
    struct run *r = &a->run;
    struct err err = {0};

    run_freeze(r, false);
    if (replay_again(r->source, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    r->stopping = false;
    r->events_seen = 0;
    r->next_pump_ns = 0;
    r->next_still_ns = 0;
}

static void start_again(struct app *a)
{
    struct spec spec;
    struct err err = {0};

    if (run_replays(&a->run)) {
        again_replay(a);
        return;
    }
    asked_now(&a->run, &spec);
    if (run_start(a, &spec, &err) < 0)
        app_say(a, true, "%s", err.text);
}

/* The next model with which this work can be done. */
static void next_model(struct app *a)
{
    struct spec spec, effective;
    struct err err = {0};
    int model;

    if (run_replays(&a->run)) {
        changing(a); /* says why not */
        return;
    }
    asked_now(&a->run, &spec);
    model = (int)spec.model;
    for (int i = 1; i < MODEL_COUNT; i++) {
        struct spec next = spec;

        model = (model + 1) % MODEL_COUNT;
        spec_set(&next, "model", spec_model_words[model], NULL);
        effective_spec(&effective, &next);
        if (spec_check(&effective, a->options.machine, &err) < 0)
            continue;
        if (run_start(a, &next, &err) < 0)
            app_say(a, true, "%s", err.text);
        return;
    }
    app_say(a, true, "%s", err.text);
}

bool run_act(struct app *a, enum action action)
{
    struct spec spec;

    switch (action) {
    case ACTION_PAUSE:
        change_pause(a);
        return true;
    case ACTION_FREEZE:
        run_freeze(&a->run, !a->run.still.held);
        return true;
    case ACTION_FEWER:
        change_workers(a, -1);
        return true;
    case ACTION_MORE:
        change_workers(a, 1);
        return true;
    case ACTION_LOCK:
        change_lock(a, 1);
        return true;
    case ACTION_LOCK_BACK:
        change_lock(a, -1);
        return true;
    case ACTION_DISK_POLICY:
        change_disk_policy(a, 1);
        return true;
    case ACTION_DISK_POLICY_BACK:
        change_disk_policy(a, -1);
        return true;
    case ACTION_ONE_CORE:
        change_cores(a);
        return true;
    case ACTION_MODEL:
        next_model(a);
        return true;
    case ACTION_AGAIN:
        start_again(a);
        return true;
    case ACTION_END_RUN:
        end_run(a);
        return true;
    case ACTION_EDIT:
        asked_now(&a->run, &spec);
        editor_open(a, &spec);
        return true;
    default:
        return false;
    }
}

/* ---- as time goes by ------------------------------------------------------
 */

int run_fds(struct run *r, struct pollfd *out, int max)
{
    if (!r->source || r->source->done)
        return 0;
    return r->source->class->fds(r->source, out, max);
}

/* What a person should be told in words. */
static void run_tell(struct app *a)
{
    struct run *r = &a->run;
    const struct trace *t = r->source->trace;

    for (; r->events_seen < t->event_count; r->events_seen++) {
        const struct trace_event *e = &t->events[r->events_seen];

        if (e->kind == EVENT_REFUSED)
            app_say(a, true,
                    "the system refused worker number %d: %s. The others go on",
                    e->worker, strerror((int)e->value));
    }
    if (r->source->done && t->error[0] != '\0')
        app_say(a, true, "%s", t->error);
}

void run_pump(struct app *a, int64_t now_ns)
{
    struct run *r = &a->run;

    if (!r->source || r->source->done)
        return;
    r->source->class->pump(r->source, now_ns);
    run_tell(a);
    if (r->source->done) {
        keep_run(a);
        a->dirty = true;
    }
}

int64_t run_tick(struct app *a, int64_t now_ns)
{
    struct run *r = &a->run;

    if (!r->source || r->source->done)
        return INT64_MAX;
    if (now_ns >= r->next_pump_ns) {
        run_pump(a, now_ns);
        r->next_pump_ns += SOURCE_PUMP_NS;
        if (r->next_pump_ns <= now_ns) /* late: do not hurry after it */
            r->next_pump_ns = now_ns + SOURCE_PUMP_NS;
        if (!r->still.held && (!run_paused(r) || now_ns >= r->next_still_ns)) {
            a->dirty = true;
            r->next_still_ns = now_ns + STILL_NS;
        }
    }
    return r->source->done ? INT64_MAX : r->next_pump_ns;
}

int64_t run_tick_measured(struct app *a, int64_t now_ns, int64_t draw_ns)
{
    struct run *r = &a->run;

    if (now_ns >= r->next_pump_ns) {
        run_pump(a, now_ns);
        r->next_pump_ns = now_ns + SOURCE_PUMP_NS;
    }
    if (now_ns >= r->next_still_ns) {
        a->dirty = true;
        r->next_still_ns = now_ns + draw_ns;
    }
    return r->source->done ? now_ns : r->next_pump_ns;
}

void run_sleep(struct run *r)
{
    bool paused;

    if (!r->source || r->source->done || r->stopping)
        return;
    paused = r->source->wanted.paused;
    r->source->wanted.paused = true;
    r->source->class->apply(r->source, false);
    r->source->wanted.paused = paused; /* as it is to be afterwards */
}

void run_wake(struct run *r)
{
    if (r->source && !r->source->done && !r->stopping)
        r->source->class->apply(r->source, false);
}
