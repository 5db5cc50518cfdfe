/* The runs of a sweep on a screen, one after the other. Screen process. */
#include "tui/sweep_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "keep/pack.h"
#include "observe/live.h"
#include "sim/source.h"
#include "stats/summary.h"
#include "tui/app.h"

/* Drawing takes the cores that are being measured: not often. */
#define DRAW_NS (NS_PER_S / 4)

/* ---- the history ----------------------------------------------------------
 */

/* The user's; NULL if nothing is to be kept, or there is no place. What is only
 * shown may be read though nothing is kept. */
static struct history *history_of(struct app *a)
{
    if (a->sweep.run.history_lost)
        return NULL;
    return a->sweep.run.replay ? keep_opened(a) : keep_history(a);
}

/* Something could not be written. A damaged history has been set aside, and
 * the new one knows nothing of this sweep. */
static void history_failed(struct app *a, int64_t rc, const struct err *err)
{
    app_say(a, true, "the history did not take it: %s", err->text);
    if (rc == -EBADMSG) {
        a->sweep.run.history_lost = true;
        a->sweep.run.id = 0;
    }
}

/* It gets a number with its first run: one that never ran is none. */
static void history_begin(struct app *a)
{
    struct sweep_run *w = &a->sweep.run;
    struct history *h = history_of(a);
    struct text line = {0};
    struct err err = {0};
    int64_t id;

    if (!h || w->id > 0)
        return;
    sweep_format(&w->sweep->request, &line);
    id = history_begin_sweep(h, HISTORY_SWEEP, text_str(&line),
                             a->options.machine, &err);
    text_fini(&line);
    if (id > 0)
        w->id = id;
    else
        history_failed(a, id, &err);
    if (w->id > 0 && w->sweep->has_guess)
        history_set_guess(h, w->id, w->sweep->guess, NULL);
}

static void history_keep(struct app *a, const struct trace *t,
                         struct sweep_outcome *outcome)
{
    struct sweep_run *w = &a->sweep.run;
    const struct history_place place = {
        .sweep = w->id,
        .point = w->order.point,
        .round = w->order.round,
        .attempt = w->order.attempt,
        .outcome = outcome,
    };
    struct err err = {0};
    int64_t id;

    if (w->id == 0 || !history_of(a))
        return;
    id = history_add_run(history_of(a), t, &place, &err);
    if (id > 0)
        outcome->run = id;
    else
        history_failed(a, id, &err);
}

static void history_end(struct app *a, bool done)
{
    struct sweep_run *w = &a->sweep.run;
    const char *sentence = "";
    struct err err = {0};

    if (w->id == 0 || w->replay || !history_of(a))
        return;
    if (w->sweep->curve_count > 0)
        sentence = w->sweep->curves[0].sentence;
    if (history_end_sweep(history_of(a), w->id, done ? "done" : "interrupted",
                          sentence, &err) < 0)
        history_failed(a, err.code, &err);
}

/* ---- timelines that no history keeps --------------------------------------
 */

static void packs_free(struct sweep_run *w)
{
    for (int i = 0; i < w->pack_count; i++)
        pack_fini(&w->packs[i]);
    free(w->packs);
    w->packs = NULL;
    w->pack_count = 0;
    w->pack_bytes = 0;
}

/* That of the trial that is about to be handed in. Without memory there is
 * none, and the screen says so when it is asked for. */
static void packs_keep(struct sweep_run *w, const struct trace *t)
{
    int trial = w->sweep->trial_count;
    struct pack *packs =
        realloc(w->packs, (size_t)(trial + 1) * sizeof(*packs));

    if (!packs)
        return;
    for (; w->pack_count <= trial; w->pack_count++)
        packs[w->pack_count] = (struct pack){0};
    w->packs = packs;
    if (pack_trace(t, PACK_SPANS, &packs[trial], NULL) < 0)
        return;
    w->pack_bytes += (int64_t)packs[trial].len;
    for (int i = 0; i < trial && w->pack_bytes > SWEEP_KEPT_BYTES; i++) {
        w->pack_bytes -= (int64_t)packs[i].len;
        pack_fini(&packs[i]);
        packs[i] = (struct pack){0};
    }
}

int sweep_run_typical(struct app *a, int point, struct trace **out,
                      struct err *err)
{
    struct sweep_run *w = &a->sweep.run;
    int trial = w->sweep->points[point].typical;
    int64_t run;

    if (trial < 0 || trial >= w->sweep->trial_count)
        return err_set(err, -ENOENT, "this point has no run to look at yet");
    run = w->sweep->trials[trial].outcome.run;
    if (run > 0 && history_of(a))
        return history_trace(history_of(a), run, out, err);
    if (trial < w->pack_count && w->packs[trial].len > 0)
        return pack_open(w->packs[trial].data, w->packs[trial].len, out, err);
    return err_set(err, -ENOENT, "the timeline of this run was not kept");
}

/* ---- a run ----------------------------------------------------------------
 */

/* What came of an experiment that would not even begin. */
static void take_refused(struct app *a, const struct err *err)
{
    struct sweep_run *w = &a->sweep.run;
    struct sweep_outcome outcome = {
        .verdict = VERDICT_FAILED,
        .foreign_cores = -1,
        .took_ns = clock_now_ns() - w->began_ns,
        .began_ns = w->began_wall_ns,
    };

    snprintf(outcome.error, sizeof(outcome.error), "%.159s", err->text);
    if (sweep_take(w->sweep, &w->order, &outcome) < 0)
        w->over = true;
}

static void run_next(struct app *a)
{
    struct sweep_run *w = &a->sweep.run;
    struct err err = {0};
    struct spec spec;
    int rc;

    if (!sweep_next(w->sweep, &w->order)) {
        w->over = true;
        history_end(a, true);
        return;
    }
    history_begin(a);
    spec = w->order.spec;
    w->began_ns = clock_now_ns();
    w->began_wall_ns = clock_wall_ns();
    noise_begin(&w->noise);
    rc = spec_check(&spec, a->options.machine, &err);
    if (rc == 0)
        rc = spec.on[0] ? sim_source_open(&a->run.source, &spec, false, &err)
                        : live_open(&a->run.source, &spec, a->options.machine,
                                    false, &err);
    if (rc < 0) {
        a->run.source = NULL;
        take_refused(a, &err);
        return;
    }
    a->run.asked = w->order.spec;
    a->run.stopping = false;
    a->run.kept = true; /* history_keep() does, with its place */
    a->run.events_seen = 0;
    a->run.next_pump_ns = 0;
    w->ordered = true;
}

/* Somebody stopped the workers meanwhile (Ctrl-Z): the figure is worth
 * nothing. */
static bool was_held(const struct trace *t)
{
    for (size_t i = 0; i < t->event_count; i++)
        if (t->events[i].kind == EVENT_PAUSE)
            return true;
    return false;
}

/* The run in flight has ended. */
static void run_take(struct app *a)
{
    struct sweep_run *w = &a->sweep.run;
    struct trace *t = a->run.source->trace;
    struct sweep_outcome outcome = {.foreign_cores = noise_end(&w->noise)};

    outcome.took_ns = clock_now_ns() - w->began_ns;
    outcome.began_ns = w->began_wall_ns;
    if (was_held(t)) {
        sweep_run_drop(a);
        return;
    }
    summary_update(t);
    sweep_outcome_of(&outcome, t);
    outcome.looking_s = t->observer.cpu_s;
    history_keep(a, t, &outcome);
    if (outcome.run == 0)
        packs_keep(w, t);
    if (sweep_take(w->sweep, &w->order, &outcome) < 0) {
        w->over = true;
        app_say(a, true, "no memory for more runs");
    }
    sweep_run_drop(a);
}

void sweep_run_drop(struct app *a)
{
    if (!a->sweep.run.ordered)
        return;
    a->sweep.run.ordered = false;
    run_close(a);
}

/* ---- the sweep ------------------------------------------------------------
 */

static void take_over(struct app *a, struct sweep *s)
{
    sweep_run_close(a);
    a->sweep.run.sweep = s;
    a->sweep.run.replay = false;
    a->sweep.run.paused = false;
    a->sweep.run.over = false;
    a->sweep.run.id = 0;
    a->dirty = true;
}

int sweep_run_begin(struct app *a, const struct sweep_request *request,
                    struct err *err)
{
    struct sweep *s = sweep_new(request, a->options.machine, err);

    if (!s)
        return err->code < 0 ? err->code : -ENOMEM;
    take_over(a, s);
    return 0;
}

void sweep_run_show(struct app *a, struct sweep *kept, int64_t id, bool go_on)
{
    struct sweep_run *w = &a->sweep.run;
    struct err err = {0};

    take_over(a, kept);
    w->id = id;
    w->replay = w->over = !go_on;
    if (!go_on)
        return;
    kept->interrupted = false;
    if (id > 0 && history_of(a) && history_go_on(history_of(a), id, &err) < 0) {
        app_say(a, true, "%s", err.text);
        w->id = 0;
        w->replay = w->over = true;
    }
}

int sweep_run_again(struct app *a, struct err *err)
{
    struct sweep_request *request = malloc(sizeof(*request));
    int rc;

    if (!request)
        return err_set(err, -ENOMEM, "no memory for the sweep: %m");
    *request = a->sweep.run.sweep->request;
    rc = sweep_run_begin(a, request, err);
    free(request);
    return rc;
}

void sweep_run_close(struct app *a)
{
    struct sweep_run *w = &a->sweep.run;

    sweep_run_drop(a);
    if (w->sweep && !w->over) {
        w->sweep->interrupted = true;
        history_end(a, false);
    }
    packs_free(w);
    sweep_free(w->sweep);
    w->sweep = NULL;
    w->history_lost = false;
    w->id = 0;
}

/* ---- changing it ----------------------------------------------------------
 */

int sweep_run_add(struct app *a, const char *value, struct err *err)
{
    struct sweep_run *w = &a->sweep.run;
    struct sweep *s = w->sweep;
    char label[SWEEP_VALUE_TEXT] = "";
    int curve = 0, rc;

    if (w->replay)
        return err_set(err, -EINVAL,
                       "this is a replay; r runs it anew, and then points can "
                       "be added");
    if (w->ordered) {
        curve = s->points[w->order.point].curve;
        memcpy(label, s->points[w->order.point].label, sizeof(label));
    }
    rc = sweep_add_value(s, value, err);
    if (rc < 0)
        return rc;
    for (int i = 0; i < s->point_count && w->ordered; i++)
        if (s->points[i].curve == curve &&
            strcmp(s->points[i].label, label) == 0)
            w->order.point = i;
    if (w->over && w->id > 0 && history_of(a) &&
        history_go_on(history_of(a), w->id, err) < 0)
        w->id = 0;
    if (w->id > 0 && history_of(a) &&
        history_renew(history_of(a), w->id, s, err) < 0)
        history_failed(a, err->code, err);
    w->over = false;
    return 0;
}

void sweep_run_guess(struct app *a, double guess)
{
    struct sweep_run *w = &a->sweep.run;
    struct err err = {0};

    w->sweep->has_guess = true;
    w->sweep->guess = guess;
    if (w->id > 0 && history_of(a) &&
        history_set_guess(history_of(a), w->id, guess, &err) < 0)
        history_failed(a, err.code, &err);
}

/* ---- as time goes by ------------------------------------------------------
 */

void sweep_run_going(struct app *a, const struct sweep *s,
                     const struct sweep_order *o, struct view_curve *v)
{
    run_update(&a->run);
    v->now = run_trace(&a->run);
    v->order_point = o->point;
    v->warming = o->round < 0;
    v->attempt = o->attempt;
    v->look.running = &s->points[o->point];
}

int64_t sweep_run_tick(struct app *a, int64_t now_ns)
{
    struct sweep_run *w = &a->sweep.run;
    struct run *r = &a->run;

    if (!w->sweep || w->replay)
        return INT64_MAX;
    if (w->ordered && r->source->done) {
        run_take(a);
        a->dirty = true;
    }
    if (w->ordered)
        return run_tick_measured(a, now_ns, DRAW_NS);
    if (w->over || w->paused)
        return INT64_MAX;
    run_next(a);
    a->dirty = true;
    return now_ns;
}
