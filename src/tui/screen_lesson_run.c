/* The experiments of a lesson, one after the other: each with what disturbed
 * it, handed to the session, kept in the history. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "keep/replay.h"
#include "lesson/record.h"
#include "observe/live.h"
#include "sim/source.h"
#include "stats/summary.h"
#include "tui/app.h"

/* Drawing takes the cores that are being measured: not often. */
#define DRAW_NS (NS_PER_S / 8)
/* A race's bars are whole only at its end: they stand for a moment. */
#define HOLD_NS (NS_PER_S * 3 / 10)

static const struct lesson_block *block_of(const struct app *a)
{
    const struct session *s = &a->lesson.session;

    return &s->lesson
                ->blocks[s->running >= 0 ? s->running : session_step(s)->block];
}

/* ---- a block
 * -------------------------------------------------------------------
 */

static void begin(struct app *a, int block, int rc, const struct err *err)
{
    struct lesson_state *l = &a->lesson;

    l->from_history = false;
    lesson_picture_forget(a);
    l->run_error[0] = '\0';
    l->picture = false;
    l->block_began_ns = clock_now_ns();
    l->spent_ns = 0;
    l->hold_ns = 0;
    if (rc < 0) {
        snprintf(l->run_error, sizeof(l->run_error), "%s", err->text);
        l->running = false;
        l->picture_block = -1;
        return;
    }
    l->running = true;
    lesson_guest_open(a, block);
    a->dirty = true;
}

void lesson_run_begin(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    int block = session_step(&l->session)->block;
    struct err err = {0};
    int rc;

    lesson_run_drop(a);
    run_close(a);
    rc = session_begin(&l->session, block, &err);
    if (l->session.lesson->blocks[block].kind == LESSON_SWEEP)
        l->sweep_block = block;
    begin(a, block, rc, &err);
}

void lesson_run_again_line(struct app *a, int line)
{
    struct lesson_state *l = &a->lesson;
    int block = session_step(&l->session)->block;
    struct err err = {0};
    int rc;

    lesson_run_drop(a);
    run_close(a);
    rc = session_begin_again(&l->session, block, line, &err);
    begin(a, block, rc, &err);
    if (rc < 0)
        app_say(a, true, "%s", err.text);
}

/* All its runs are done. */
static void block_over(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_step *step = session_step(&l->session);
    const struct lesson_block *b = &l->session.lesson->blocks[step->block];
    struct err err = {0};

    l->running = false;
    a->dirty = true;
    if (step->stage == STAGE_AGAIN) {
        lesson_again_over(a);
        return;
    }
    lesson_noted(a, record_run(&l->session, step->block, &err), &err);
    lesson_publish(a);
    if (l->run_error[0]) /* to be read first */
        return;
    /* A model is there to be played with; a class is told when. */
    if (b->kind == LESSON_SLOW || b->kind == LESSON_SIM || a->presenter)
        return;
    lesson_go_on(a);
}

void lesson_run_stop(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    lesson_run_drop(a);
    session_stop(&l->session);
    block_over(a);
}

/* ---- a run
 * ----------------------------------------------------------------------
 */

static void take_refused(struct app *a, const struct err *err)
{
    struct lesson_state *l = &a->lesson;
    struct sweep_outcome outcome = {
        .verdict = VERDICT_FAILED,
        .foreign_cores = -1,
        .took_ns = clock_now_ns() - l->began_ns,
        .began_ns = l->began_wall_ns,
    };

    snprintf(outcome.error, sizeof(outcome.error), "%.159s", err->text);
    if (session_take(&l->session, &l->order_now, &outcome, NULL) < 0)
        l->running = false;
    snprintf(l->run_error, sizeof(l->run_error), "%s", err->text);
}

/* @live: it may be changed while it goes on. */
static int open_source(struct app *a, struct spec *spec, bool live,
                       struct err *err)
{
    struct lesson_state *l = &a->lesson;
    struct trace *kept = NULL;
    int rc;

    if (l->from_history) {
        rc = lesson_kept(a, spec, l->order_now.round, &kept, err);
        return rc < 0 ? rc : replay_open(&a->run.source, kept, false, err);
    }
    rc = spec_check(spec, a->options.machine, err);
    if (rc < 0)
        return rc;
    return spec->on[0]
               ? sim_source_open(&a->run.source, spec, false, err)
               : live_open(&a->run.source, spec, a->options.machine, live, err);
}

static void run_next(struct app *a, bool live)
{
    struct lesson_state *l = &a->lesson;
    struct run *r = &a->run;
    struct err err = {0};
    struct spec spec;
    int rc;

    if (!session_order(&l->session, &l->order_now)) {
        block_over(a);
        return;
    }
    run_close(a);
    spec = l->order_now.spec;
    l->began_ns = clock_now_ns();
    l->began_wall_ns = clock_wall_ns();
    noise_begin(&l->noise);
    rc = open_source(a, &spec, live, &err);
    if (rc < 0) {
        r->source = NULL;
        take_refused(a, &err);
        return;
    }
    r->asked = l->order_now.spec;
    r->stopping = false;
    /* Of a sweep the figures are enough. */
    r->kept = l->order_now.sweeping || l->from_history;
    r->events_seen = 0;
    r->next_pump_ns = 0;
    r->next_still_ns = 0;
    l->ordered = true;
    if (l->guest == GUEST_LAB)
        lab_look(a);
}

/* Somebody stopped the workers meanwhile (Ctrl-Z): the figure is worth nothing.
 */
static bool was_held(const struct trace *t)
{
    for (size_t i = 0; i < t->event_count; i++)
        if (t->events[i].kind == EVENT_PAUSE)
            return true;
    return false;
}

/* Ten times at most: nobody waits for more. */
static int64_t hold_until(const struct lesson_state *l)
{
    int done, planned;

    if (l->guest != GUEST_RACE)
        return 0;
    session_progress(&l->session, &done, &planned);
    return clock_now_ns() + (planned > 10 ? 10 * HOLD_NS / planned : HOLD_NS);
}

/* The run in flight has ended. Its picture stays until the next one begins. */
static void run_take(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    struct trace *t = a->run.source->trace;
    struct sweep_outcome outcome = {.foreign_cores = noise_end(&l->noise)};

    outcome.took_ns = clock_now_ns() - l->began_ns;
    outcome.began_ns = l->began_wall_ns;
    l->spent_ns += outcome.took_ns;
    run_freeze(&a->run, false);
    summary_update(t);
    sweep_outcome_of(&outcome, t);
    outcome.looking_s = t->observer.cpu_s;
    if (was_held(t))
        outcome.verdict = VERDICT_INTERRUPTED;
    l->ordered = false;
    l->hold_ns = hold_until(l);
    if (session_take(&l->session, &l->order_now, &outcome, t) < 0) {
        l->running = false;
        app_say(a, true, "no memory for what was measured");
    }
}

void lesson_run_drop(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    if (!l->ordered)
        return;
    l->ordered = false;
    a->run.kept = true; /* half a run is none */
    run_close(a);
}

int64_t lesson_run_left_ns(const struct app *a)
{
    const struct lesson_state *l = &a->lesson;
    int done, planned;
    int64_t each, left;

    if (!l->running)
        return -1;
    if (block_of(a)->kind == LESSON_SWEEP && l->session.sweep)
        return sweep_left_ns(l->session.sweep);
    session_progress(&l->session, &done, &planned);
    if (done < 1 || l->spent_ns == 0)
        return -1;
    each = l->spent_ns / done;
    left = each * (planned - done);
    if (l->ordered) { /* what the present one has used is not left */
        int64_t used = clock_now_ns() - l->began_ns;

        left -= used < each ? used : each;
    }
    return left > 0 ? left : 0;
}

/* ---- as time goes by
 * ----------------------------------------------------------------
 */

int64_t lesson_run_tick(struct app *a, int64_t now_ns)
{
    struct lesson_state *l = &a->lesson;
    struct run *r = &a->run;

    if (!l->running)
        return INT64_MAX;
    if (l->ordered && r->source->done) {
        run_take(a);
        a->dirty = true;
    }
    if (l->ordered)
        return run_tick_measured(a, now_ns, DRAW_NS);
    if (now_ns < l->hold_ns)
        return l->hold_ns;
    run_next(a, session_step(&l->session)->stage == STAGE_AGAIN);
    a->dirty = true;
    return now_ns;
}
