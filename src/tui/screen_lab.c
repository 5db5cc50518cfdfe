/* The live laboratory: lanes of cores and workers, followed as they run or
 * frozen to look around in time. Screen process. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"

/* A column's length: 1, 2, 5, 10, ... between these. */
#define COLUMN_MIN_NS NS_PER_US
#define COLUMN_MAX_NS (10 * NS_PER_S)
/* While it runs, unless somebody zoomed: a screen holds some 2 s. */
#define COLUMN_LIVE_NS (20 * NS_PER_MS)

/* ---- time -----------------------------------------------------------------
 */

/* The next longer (@by > 0) or shorter of 1, 2, 5, 10, 20, ... */
static int64_t column_step(int64_t ns, int by)
{
    static const int64_t firsts[] = {1, 2, 5};
    int64_t below = COLUMN_MIN_NS;

    for (int64_t ten = COLUMN_MIN_NS; ten <= COLUMN_MAX_NS; ten *= 10)
        for (int i = 0; i < 3; i++) {
            int64_t step = firsts[i] * ten;

            if (by > 0 && step > ns)
                return step < COLUMN_MAX_NS ? step : COLUMN_MAX_NS;
            if (step < ns)
                below = step;
        }
    return by > 0 ? COLUMN_MAX_NS : below;
}

static int64_t trace_last_ns(const struct trace *t)
{
    return t->end_ns ? t->end_ns : t->now_ns;
}

/* The whole of a finished run in one picture. */
static int64_t column_fitting(const struct trace *t, int columns)
{
    int64_t ns = (t->end_ns - t->gate_ns) / (columns > 0 ? columns : 1) + 1;

    return ns < COLUMN_MIN_NS ? COLUMN_MIN_NS : ns;
}

static int64_t window_end(const struct lab_state *l, const struct trace *t)
{
    return l->follow ? trace_last_ns(t) : l->end_ns;
}

/* Keep the cursor within the run, and the window around the cursor. */
static void window_hold_cursor(struct lab_state *l, const struct trace *t)
{
    int64_t span = l->column_ns * l->room.columns;
    int64_t last = trace_last_ns(t);

    if (l->cursor_ns >= last)
        l->cursor_ns = last - 1;
    if (l->cursor_ns < t->gate_ns)
        l->cursor_ns = t->gate_ns;
    if (l->cursor_ns >= l->end_ns || l->cursor_ns < l->end_ns - span)
        l->end_ns = l->cursor_ns + span / 2;
    if (l->end_ns > last)
        l->end_ns = last;
    if (l->end_ns < t->gate_ns + span && last > t->gate_ns + span)
        l->end_ns = t->gate_ns + span;
    else if (last <= t->gate_ns + span)
        l->end_ns = last;
}

/* Looking around: the picture stands still and has a cursor. */
static const struct trace *look_around(struct app *a)
{
    struct lab_state *l = &a->lab;
    const struct trace *t;

    run_freeze(&a->run, true);
    t = run_trace(&a->run);
    if (!t || t->gate_ns == 0)
        return NULL;
    if (l->follow) {
        l->end_ns = trace_last_ns(t);
        l->follow = false;
    }
    if (l->cursor_ns == 0)
        l->cursor_ns = l->end_ns - 1;
    return t;
}

static void look_at_now(struct app *a)
{
    run_freeze(&a->run, false);
    a->lab.follow = true;
    a->lab.cursor_ns = 0;
}

static void move_cursor(struct app *a, int64_t to_ns)
{
    a->lab.cursor_ns = to_ns;
    window_hold_cursor(&a->lab, run_trace(&a->run));
}

static void zoom(struct app *a, int by)
{
    struct lab_state *l = &a->lab;
    int64_t was = l->column_ns;

    l->column_ns = column_step(was, by);
    l->zoomed = true;
    if (l->follow || l->cursor_ns == 0)
        return;
    /* What is under the cursor stays where it is. */
    l->end_ns = l->cursor_ns + (int64_t)((double)(l->end_ns - l->cursor_ns) *
                                         (double)l->column_ns / (double)was);
    window_hold_cursor(l, run_trace(&a->run));
}

/* ---- from switch to switch ------------------------------------------------
 */

struct search {
    const struct lab_state *lab;
    int64_t from_ns, found_ns; /* found 0: nothing yet */
    bool forward;
};

/* A switch is where somebody comes onto a core; for a chosen worker also where
 * it leaves one or begins to wait for another thing. */
static void search_span(const struct span *s, void *arg)
{
    struct search *f = arg;
    bool nearer;

    if (f->lab->selected < 0 && s->state != SPAN_RUNNING &&
        s->state != SPAN_SPINNING)
        return;
    if (f->lab->selected >= 0 && s->worker != f->lab->selected)
        return;
    if (f->forward ? s->start_ns <= f->from_ns : s->start_ns >= f->from_ns)
        return;
    nearer = f->forward ? s->start_ns < f->found_ns : s->start_ns > f->found_ns;
    if (f->found_ns == 0 || nearer)
        f->found_ns = s->start_ns;
}

/* Look in ever longer stretches: the next switch is mostly near. */
static void jump(struct app *a, bool forward)
{
    const struct trace *t = look_around(a);
    struct lab_state *l = &a->lab;
    struct search find = {.lab = l, .forward = forward};
    int64_t reach = NS_PER_MS, last;

    if (!t)
        return;
    find.from_ns = l->cursor_ns;
    last = trace_last_ns(t);
    for (;; reach *= 4) {
        int64_t from = forward ? find.from_ns : find.from_ns - reach;
        int64_t to = forward ? find.from_ns + reach : find.from_ns;

        trace_each_span(t, from, to, search_span, &find);
        /* Spans that only reach into the stretch began before it. */
        if (find.found_ns != 0 &&
            (forward ? find.found_ns < to : find.found_ns >= from))
            break;
        if (from <= t->gate_ns && !forward)
            break;
        if (to >= last && forward)
            break;
    }
    if (find.found_ns == 0 || find.found_ns > last)
        app_say(a, false, "no switch %s this one",
                forward ? "after" : "before");
    else
        move_cursor(a, find.found_ns);
}

/* ---- workers --------------------------------------------------------------
 */

static void select_worker(struct app *a, int by)
{
    struct lab_state *l = &a->lab;
    const struct trace *t = run_trace(&a->run);
    int count = t ? t->worker_count : 0;

    l->selected += by;
    if (l->selected >= count)
        l->selected = count - 1;
    if (l->selected < -1)
        l->selected = -1;
    if (l->grouped || l->selected < 0)
        return;
    if (l->selected < l->first)
        l->first = l->selected;
    if (l->selected >= l->first + l->room.workers)
        l->first = l->selected - l->room.workers + 1;
}

/* Rows of the workers' lanes: one each from .first, or all in groups. */
static int lay_out_workers(struct lab_state *l, const struct trace *t)
{
    int count = t->worker_count, room = l->room.workers;
    int per_row = 1;

    if (!l->group_chosen)
        l->grouped = count > 4 * room;
    if (l->grouped && room > 0)
        per_row = (count + room - 1) / room;
    if (per_row < 1)
        per_row = 1;
    lanes_group(l->lanes, per_row);
    if (per_row > 1) {
        l->first = 0;
        return (count + per_row - 1) / per_row;
    }
    if (l->first > count - room)
        l->first = count - room;
    if (l->first < 0)
        l->first = 0;
    return count - l->first < room ? count - l->first : room;
}

/* ---- the screen -----------------------------------------------------------
 */

static void lab_reset(struct lab_state *l)
{
    struct lanes *lanes = l->lanes;
    bool no_compare = l->no_compare;

    *l = (struct lab_state){
        .lanes = lanes,
        .column_ns = COLUMN_LIVE_NS,
        .follow = true,
        .selected = -1,
        .no_compare = no_compare,
        .room = {.columns = 80, .workers = 8},
    };
}

void lab_look(struct app *a)
{
    lab_reset(&a->lab);
    if (!a->lab.lanes)
        a->lab.lanes = lanes_new();
}

static void lab_enter(struct app *a)
{
    struct err err = {0};

    lab_look(a);
    if (run_begin(a, &err) < 0)
        app_say(a, true, "%s", err.text);
}

static void lab_leave(struct app *a)
{
    run_close(a);
    lanes_free(a->lab.lanes);
    a->lab.lanes = NULL;
}

static unsigned lab_now(const struct app *a)
{
    return run_now(&a->run);
}

static void lab_move(struct app *a, enum action action)
{
    struct lab_state *l = &a->lab;
    const struct trace *t = look_around(a);

    if (!t)
        return;
    switch (action) {
    case ACTION_LEFT:
        move_cursor(a, l->cursor_ns - l->column_ns);
        break;
    case ACTION_RIGHT:
        move_cursor(a, l->cursor_ns + l->column_ns);
        break;
    default: /* to the beginning */
        l->end_ns = t->gate_ns + l->column_ns * l->room.columns;
        move_cursor(a, t->gate_ns);
    }
}

/* What is shown, over the number of workers. */
static void sweep_it(struct app *a)
{
    struct text line = {0};
    struct err err = {0};

    spec_format(&a->run.asked, &line);
    if (app_sweep(a, text_str(&line), &err) < 0)
        app_say(a, true, "%s", err.text);
    text_fini(&line);
}

static void lab_act(struct app *a, enum action action)
{
    struct lab_state *l = &a->lab;
    const struct source *s = a->run.source;
    const struct trace *was = s ? s->trace : NULL;

    switch (action) {
    case ACTION_FREEZE:
        if (a->run.still.held)
            look_at_now(a);
        else
            look_around(a);
        return;
    case ACTION_LEFT:
    case ACTION_RIGHT:
    case ACTION_FIRST:
        lab_move(a, action);
        return;
    case ACTION_LAST:
        look_at_now(a);
        return;
    case ACTION_NEXT:
    case ACTION_PREVIOUS:
        jump(a, action == ACTION_NEXT);
        return;
    case ACTION_ZOOM_IN:
    case ACTION_ZOOM_OUT:
        zoom(a, action == ACTION_ZOOM_IN ? -1 : 1);
        return;
    case ACTION_UP:
    case ACTION_DOWN:
        select_worker(a, action == ACTION_UP ? -1 : 1);
        return;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        l->first += (action == ACTION_PAGE_UP ? -1 : 1) * (l->room.workers / 2);
        return; /* brought into range at the drawing */
    case ACTION_GROUP:
        l->group_chosen = true;
        l->grouped = !l->grouped;
        return;
    case ACTION_COMPARE:
        l->no_compare = !l->no_compare;
        return;
    case ACTION_SWEEP:
        sweep_it(a);
        return;
    default:
        run_act(a, action);
    }
    s = a->run.source;
    if ((s ? s->trace : NULL) != was) /* another run */
        lab_reset(l);
}

/* Bring the lanes up to date for the window. False: nothing to show yet. */
static bool lab_lanes_update(struct app *a, const struct trace *t, int rows)
{
    struct lab_state *l = &a->lab;

    if (!l->lanes || t->gate_ns == 0)
        return false;
    if (!l->zoomed && t->end_ns != 0)
        l->column_ns = column_fitting(t, l->room.columns);
    /* From the live trace, so that freezing does not build them anew. */
    return lanes_update(l->lanes, a->run.source->trace, window_end(l, t),
                        l->column_ns, l->room.columns, l->first, rows) == 0;
}

static void lab_draw(struct app *a, struct frame *f,
                     const struct view_common *c)
{
    struct lab_state *l = &a->lab;
    const struct trace *t;
    struct view_lab v = {
        .common = *c,
        .paused = run_paused(&a->run),
        .stopping = a->run.stopping,
        .wanted_workers = run_workers(&a->run),
        .selected_worker = l->selected,
        .cursor_ns = l->cursor_ns,
        .follow = l->follow,
    };

    run_update(&a->run);
    t = run_trace(&a->run);
    v.trace = t;
    v.grouped = l->grouped;
    if (a->run.has_previous && !l->no_compare)
        v.previous = &a->run.previous;
    if (t) {
        l->room = view_lab_room(f->rows, f->columns, t->core_count, &v);
        v.lane_workers = lay_out_workers(l, t);
        v.grouped = l->grouped;
        v.per_row = lanes_group(l->lanes, 0);
        v.first_worker = l->first;
        v.view_end_ns = window_end(l, t);
        if (lab_lanes_update(a, t, v.lane_workers))
            v.lanes = l->lanes;
    }
    view_lab(f, &v);
}

const struct screen screen_lab = {
    .keys = &keys_lab,
    .enter = lab_enter,
    .leave = lab_leave,
    .now = lab_now,
    .act = lab_act,
    .draw = lab_draw,
    .tick = run_tick,
};
