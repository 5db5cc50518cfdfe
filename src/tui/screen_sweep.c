/* The sweep on a screen: its curve grows with every run, the learner guesses,
 * the answer comes; a point's run can be looked at. Screen process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"
#include "view/curve.h"

/* What is swept if nothing was asked for: work that computes half its time. */
#define DEFAULT_LINE                                                           \
    "spin --cpu-share 50 --task-ms 2 --tasks 300 --over workers=1-8"

/* ---- the point under the cursor -------------------------------------------
 */

/* Its index now: points move when values are added. -1: none. */
static int cursor_point(const struct sweep_state *w)
{
    const struct sweep *s = w->run.sweep;

    for (int i = 0; s && w->cursor[0] != '\0' && i < s->point_count; i++)
        if (s->points[i].curve == w->look.curve &&
            strcmp(s->points[i].label, w->cursor) == 0)
            return i;
    return -1;
}

static void cursor_set(struct sweep_state *w, int point)
{
    const struct sweep *s = w->run.sweep;

    if (point >= 0 && point < s->point_count)
        memcpy(w->cursor, s->points[point].label, sizeof(w->cursor));
}

static void cursor_move(struct sweep_state *w, enum action action)
{
    const struct sweep *s = w->run.sweep;
    int at = cursor_point(w), first = -1, last = -1;

    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == w->look.curve) {
            first = first < 0 ? i : first;
            last = i;
        }
    if (first < 0)
        return;
    if (action == ACTION_FIRST || (at < 0 && action == ACTION_RIGHT))
        at = first;
    else if (action == ACTION_LAST || at < 0)
        at = last;
    else
        at += action == ACTION_RIGHT ? 1 : -1;
    cursor_set(w, at < first ? first : at > last ? last : at);
}

static void next_curve(struct sweep_state *w, int by)
{
    int count = w->run.sweep->curve_count;

    w->look.curve = (w->look.curve + by + count) % count;
}

/* ---- a line being typed ---------------------------------------------------
 */

static void ask(struct app *a, enum sweep_asks asks)
{
    a->sweep.asks = asks;
    prompt_open(&a->sweep.line);
    a->overlay = OVERLAY_ASK;
}

static void ask_end(struct app *a)
{
    a->sweep.asks = SWEEP_ASKS_NOTHING;
    prompt_close(&a->sweep.line);
    a->overlay = OVERLAY_NONE;
}

/* A number, or for words one of them: its place. */
static bool read_guess(const struct sweep *s, const char *line, double *out)
{
    char *end;

    for (int i = 0; i < s->point_count; i++)
        if (strcasecmp(s->points[i].label, line) == 0) {
            *out = s->points[i].x;
            return true;
        }
    if (!s->request.axis[SWEEP_ALONG].numeric)
        return false;
    *out = strtod(line, &end);
    return end != line && end[strspn(end, " ")] == '\0' && *out > 0 &&
           *out < 1e9;
}

static void take_guess(struct app *a)
{
    struct sweep_state *w = &a->sweep;
    const struct sweep *s = w->run.sweep;
    double guess;

    if (w->line.length > 0 && !read_guess(s, w->line.line, &guess)) {
        app_say(a, true,
                s->request.axis[SWEEP_ALONG].numeric
                    ? "\"%s\" is not a number of %s, such as 4"
                    : "\"%s\" is not one of the values of %s",
                w->line.line, curve_x_words(s));
        return;
    }
    if (w->line.length > 0)
        sweep_run_guess(a, guess);
    w->hidden = false;
    ask_end(a);
}

static void take_value(struct app *a)
{
    struct sweep_state *w = &a->sweep;
    struct err err = {0};

    if (w->line.length > 0 && sweep_run_add(a, w->line.line, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    if (w->line.length > 0)
        memcpy(w->cursor, "", 1);
    ask_end(a);
}

void sweep_ask_key(struct app *a, int key)
{
    struct sweep_state *w = &a->sweep;
    enum action action = keys_find(&keys_ask, key, 0);

    if (action == ACTION_BACK) {
        if (w->asks == SWEEP_ASKS_GUESS) /* rather not: then see it */
            w->hidden = false;
        ask_end(a);
    } else if (action == ACTION_ENTER && w->asks == SWEEP_ASKS_GUESS) {
        take_guess(a);
    } else if (action == ACTION_ENTER) {
        take_value(a);
    } else if (action != ACTION_NONE) {
        prompt_act(&w->line, action);
    } else {
        prompt_type(&w->line, key);
    }
}

/* ---- a run of the point under the cursor ----------------------------------
 */

/* Its timeline, in the laboratory's screen; the way back leads here. The run in
 * flight is given up: it would stand still meanwhile. */
static void open_point(struct app *a)
{
    struct sweep_state *w = &a->sweep;
    struct trace *t = NULL;
    struct err err = {0};
    int point = cursor_point(w);

    if (point < 0) {
        app_say(a, false, "choose a point first: left and right");
        return;
    }
    if (sweep_run_typical(a, point, &t, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    trace_free(a->options.replay);
    a->options.replay = t; /* the laboratory takes it over */
    w->away = true;
    w->below = a->below;
    app_show(a, &screen_lab);
    a->below = &screen_sweep;
    run_act(a, ACTION_END_RUN); /* all of it at once; r lets it go by */
}

/* ---- beginning ------------------------------------------------------------
 */

static void forget_looks(struct sweep_state *w)
{
    w->look = (struct curve_look){.cursor = -1};
    w->log_chosen = false;
    w->cursor[0] = '\0';
    w->hidden = true;
}

static void begin(struct app *a)
{
    struct sweep_state *w = &a->sweep;
    struct err err = {0};
    int rc = 0;

    forget_looks(w);
    if (!w->asked && a->options.kept) {
        sweep_run_show(a, a->options.kept, a->options.kept_id,
                       a->options.go_on);
        a->options.kept = NULL;
        a->options.sweep = NULL; /* it may be part of the other */
        w->hidden = a->options.go_on && !w->run.sweep->has_guess;
        return;
    }
    if (!w->asked && a->options.sweep)
        w->request = *a->options.sweep;
    else if (!w->asked)
        rc = sweep_parse_line(&w->request, DEFAULT_LINE, a->options.machine,
                              &err);
    w->asked = false;
    if (rc == 0)
        rc = sweep_run_begin(a, &w->request, &err);
    w->refused = rc < 0;
    if (rc < 0)
        app_say(a, true, "%s", err.text);
}

int app_sweep(struct app *a, const char *line, struct err *err)
{
    struct sweep_state *w = &a->sweep;
    struct sweep_request *request = malloc(sizeof(*request));
    int rc;

    if (!request)
        return err_set(err, -ENOMEM, "no memory for the sweep: %m");
    rc = sweep_parse_line(request, line, a->options.machine, err);
    if (rc == 0) {
        w->request = *request;
        w->asked = true;
    }
    free(request);
    if (rc < 0)
        return rc;
    if (a->screen == &screen_sweep)
        begin(a);
    else
        app_show(a, &screen_sweep);
    return 0;
}

static void again(struct app *a)
{
    struct err err = {0};

    if (sweep_run_again(a, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        forget_looks(&a->sweep);
}

static void pause_or_go(struct app *a)
{
    struct sweep_run *w = &a->sweep.run;

    if (w->replay)
        app_say(a, false, "this is a replay; r runs it anew");
    else if (w->over)
        app_say(a, false, "all runs are done; r runs it again, + adds a point");
    else
        w->paused = !w->paused;
    if (w->paused && w->ordered)
        app_say(a, false, "pauses when this run has ended");
}

/* ---- the screen -----------------------------------------------------------
 */

static void sweep_enter(struct app *a)
{
    struct sweep_state *w = &a->sweep;
    bool back = w->away && !w->asked;

    if (w->away)
        a->below = w->below;
    w->away = false;
    if (!back)
        begin(a);
}

static void sweep_leave(struct app *a)
{
    if (a->sweep.away)
        sweep_run_drop(a);
    else
        sweep_run_close(a);
}

static unsigned sweep_now(const struct app *a)
{
    const struct sweep_state *w = &a->sweep;
    unsigned now = 0;

    if (w->hidden)
        now |= WHEN_HIDDEN;
    if (w->run.sweep && w->run.sweep->curve_count > 1)
        now |= WHEN_FAMILY;
    return now;
}

static void sweep_act(struct app *a, enum action action)
{
    struct sweep_state *w = &a->sweep;

    if (!w->run.sweep)
        return;
    switch (action) {
    case ACTION_LEFT:
    case ACTION_RIGHT:
    case ACTION_FIRST:
    case ACTION_LAST:
        cursor_move(w, action);
        break;
    case ACTION_NEXT:
    case ACTION_DOWN:
        next_curve(w, 1);
        break;
    case ACTION_PREVIOUS:
    case ACTION_UP:
        next_curve(w, -1);
        break;
    case ACTION_ENTER:
        if (w->hidden)
            w->hidden = false;
        else
            open_point(a);
        break;
    case ACTION_GUESS:
        ask(a, SWEEP_ASKS_GUESS);
        break;
    case ACTION_ADD:
        ask(a, SWEEP_ASKS_VALUE);
        break;
    case ACTION_LOG_X:
        w->look.log_x = !w->look.log_x;
        w->log_chosen = true;
        break;
    case ACTION_LOG_Y:
        w->look.log_y = !w->look.log_y;
        break;
    case ACTION_PAUSE:
        pause_or_go(a);
        break;
    case ACTION_AGAIN:
        again(a);
        break;
    default:
        break;
    }
}

/* "your guess: how many workers are best", "one more value of workers". */
static const char *asked_for(const struct sweep_state *w, char *buf,
                             size_t size)
{
    const char *name = curve_x_words(w->run.sweep);

    if (w->asks == SWEEP_ASKS_NOTHING)
        return NULL;
    if (w->asks == SWEEP_ASKS_VALUE)
        snprintf(buf, size, "one more value of %s", name);
    else if (strcmp(name, "workers") == 0)
        snprintf(buf, size, "how many workers are best? your guess");
    else
        snprintf(buf, size, "which %s is best? your guess", name);
    return buf;
}

static void sweep_draw(struct app *a, struct frame *f,
                       const struct view_common *c)
{
    struct sweep_state *w = &a->sweep;
    const struct sweep *s = w->run.sweep;
    struct curve_look suits;
    char asks[80];
    struct view_curve v = {
        .common = *c,
        .sweep = s,
        .badge = w->run.replay            ? BADGE_REPLAY
                 : s && sweep_computed(s) ? BADGE_MODEL
                                          : BADGE_MEASURED,
        .order_point = -1,
        .paused = w->run.paused && !w->run.ordered,
        .over = s ? w->run.over : w->refused,
        .left_ns = -1,
    };

    if (s) {
        curve_look_of(&suits, s);
        if (!w->log_chosen)
            w->look.log_x = suits.log_x;
        v.asks = asked_for(w, asks, sizeof(asks));
        v.typing = v.asks ? w->line.line : NULL;
        v.typing_cursor = prompt_column(&w->line);
        sweep_progress(s, &v.done, &v.planned);
        v.left_ns = w->run.over ? -1 : sweep_left_ns(s);
    }
    v.look = w->look;
    v.look.cursor = cursor_point(w);
    v.look.no_answer = w->hidden;
    v.look.ascii = c->ascii;
    if (s && w->run.ordered)
        sweep_run_going(a, s, &w->run.order, &v);
    view_curve(f, &v);
}

const struct screen screen_sweep = {
    .keys = &keys_sweep,
    .enter = sweep_enter,
    .leave = sweep_leave,
    .now = sweep_now,
    .act = sweep_act,
    .draw = sweep_draw,
    .tick = sweep_run_tick,
};
