/* The simulator: policies side by side on the same jobs, in virtual time.
 * Screen process. */
#include "tui/screen_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"

/* Work in one go, between two looks at the keys. */
#define WORK_NS (30 * NS_PER_MS)
#define PLAY_NS (80 * NS_PER_MS)
#define LINES 64

/* ---- entering and leaving ------------------------------------------------ */

static int take_options(struct app *a, struct err *err)
{
    struct tui_sim *o = &a->options.sim;
    struct sim_screen *s = &a->sim;
    int rc = 0;

    s->seed = o->seed > 0 ? o->seed : 1;
    if (o->setup_count == 0)
        return simtui_example(s, err);
    for (int i = 0; rc == 0 && i < o->setup_count; i++)
        rc = simtui_add_policy(s, &o->setup[i], err);
    o->setup_count = 0;
    if (o->title)
        snprintf(s->title, sizeof(s->title), "%s", o->title);
    if (o->line)
        snprintf(s->line_of, sizeof(s->line_of), "%s", o->line);
    return rc < 0 ? rc : simtui_take_jobs(s, &o->jobs, err);
}

static void sim_enter(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct err err = {0};

    if (s->begun)
        return;
    s->begun = true;
    if (take_options(a, &err) < 0)
        app_say(a, true, "%s", err.text);
}

static void sim_leave(struct app *a)
{
    if (a->overlay == OVERLAY_SIM)
        a->overlay = OVERLAY_NONE;
    simtui_measure_close(a);
    simtui_fini(&a->sim);
}

int app_sim(struct app *a, const char *line, struct err *err)
{
    struct sim_screen *s = &a->sim;
    int rc;

    line += strspn(line, " ");
    if (a->screen != &screen_sim) {
        /* Look before we leap: what is wrong is said where it was typed. */
        struct sim_screen *try = calloc(1, sizeof(*try));

        if (!try)
            return err_set(err, -ENOMEM, "no memory for the simulator");
        rc = *line ? simtui_parse(try, line, a->options.machine, err) : 0;
        simtui_fini(try);
        free(try);
        if (rc < 0)
            return rc;
        app_show(a, &screen_sim);
    }
    return *line ? simtui_parse(s, line, a->options.machine, err) : 0;
}

/* ---- keys ---------------------------------------------------------------- */

static unsigned sim_now_keys(const struct app *a)
{
    return a->sim.line_of[0] ? WHEN_LINE : 0;
}

static void choose_policy(struct app *a, int number)
{
    struct sim_screen *s = &a->sim;

    if (number < 0 || number >= s->count)
        return;
    s->chosen = number;
    s->stepping = false;
    s->steps = 0;
}

static void choose_job(struct sim_screen *s, int by)
{
    s->selected += by;
    if (s->selected >= s->jobs.count)
        s->selected = s->jobs.count - 1;
    if (s->selected < 0)
        s->selected = 0;
}

static void page(struct sim_screen *s, int by)
{
    int rows = s->window.rows > 1 ? s->window.rows - 1 : 1;

    if (s->by_cpu)
        s->window.first += by * rows;
    else
        choose_job(s, by * rows);
}

static void remove_policy(struct app *a)
{
    struct sim_screen *s = &a->sim;
    int last = s->count - 1;

    if (s->count < 2) {
        app_say(a, false, "one policy has to stay; s makes it another");
        return;
    }
    for (int i = s->chosen; i < last; i++) {
        struct sim_setup setup = s->play[i + 1].setup;

        sim_play_begin(&s->play[i], &setup, &s->jobs);
    }
    sim_play_fini(&s->play[last]);
    s->count = last;
    s->chosen = s->chosen < last ? s->chosen : last - 1;
    s->stepping = false;
    s->steps = 0;
    s->window.column_ns = 0;
}

static void play(struct app *a)
{
    struct sim_screen *s = &a->sim;

    s->playing = !s->playing;
    if (s->playing && s->cursor_ns >= simtui_end_ns(s))
        simtui_move_to(s, 0);
    s->play_ns = clock_now_ns() + PLAY_NS;
}

static void random_set(struct app *a)
{
    struct err err = {0};

    if (simtui_random_set(&a->sim, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        simtui_move_to(&a->sim, 0);
}

static bool act_move(struct app *a, enum action action)
{
    struct sim_screen *s = &a->sim;

    switch (action) {
    case ACTION_LEFT:
    case ACTION_RIGHT:
        simtui_move_columns(s, action == ACTION_LEFT ? -1 : 1);
        break;
    case ACTION_FEWER:
    case ACTION_MORE:
        simtui_move_columns(s, action == ACTION_FEWER ? -10 : 10);
        break;
    case ACTION_NEXT:
    case ACTION_PREVIOUS:
        s->steps += action == ACTION_NEXT ? 1 : -1;
        break;
    case ACTION_FIRST:
        simtui_move_to(s, 0);
        break;
    case ACTION_LAST:
        simtui_move_to(s, INT64_MAX);
        break;
    case ACTION_UP:
    case ACTION_DOWN:
        choose_job(s, action == ACTION_UP ? -1 : 1);
        break;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        page(s, action == ACTION_PAGE_UP ? -1 : 1);
        break;
    case ACTION_ZOOM_IN:
    case ACTION_ZOOM_OUT:
        simtui_zoom(a, action == ACTION_ZOOM_IN ? -1 : 1);
        break;
    case ACTION_PLAY:
        play(a);
        return true;
    default:
        return false;
    }
    s->playing = false;
    return true;
}

static void sim_act(struct app *a, enum action action)
{
    struct sim_screen *s = &a->sim;

    if (act_move(a, action))
        return;
    switch (action) {
    case ACTION_GROUP:
    case ACTION_COMPARE:
        if (s->count > 0)
            choose_policy(
                a, (s->chosen + s->count + (action == ACTION_GROUP ? 1 : -1)) %
                       s->count);
        break;
    case ACTION_LANES:
        s->by_cpu = !s->by_cpu;
        s->lanes_chosen = true;
        s->window.first = 0;
        break;
    case ACTION_EDIT:
        simtui_open_over(a, SIM_OVER_JOB);
        break;
    case ACTION_ADD:
        simtui_open_over(a, SIM_OVER_ADD);
        break;
    case ACTION_SETUP:
        simtui_open_over(a, SIM_OVER_SETUP);
        break;
    case ACTION_POLICY_MORE:
        simtui_open_over(a, SIM_OVER_POLICY);
        break;
    case ACTION_WRITE:
        simtui_open_over(a, SIM_OVER_WRITE);
        break;
    case ACTION_POLICY_LESS:
        remove_policy(a);
        break;
    case ACTION_DELETE:
        simtui_delete_job(a);
        break;
    case ACTION_UNDO:
        simtui_undo(a);
        break;
    case ACTION_RANDOM_SET:
        random_set(a);
        break;
    case ACTION_MEASURE:
        simtui_measure(a);
        break;
    default:
        if (action >= ACTION_STEP_1 && action <= ACTION_STEP_9)
            choose_policy(a, (int)(action - ACTION_STEP_1));
    }
}

/* A click on a policy's lanes chooses it. */
static void sim_click(struct app *a, int row)
{
    struct sim_screen *s = &a->sim;
    struct view_sim v = {.common.presenter = a->presenter,
                         .jobs = &s->jobs,
                         .window = s->window,
                         .group_count = s->count + s->measured};

    choose_policy(a,
                  view_sim_group_at(&v, a->frame.rows, a->frame.columns, row));
}

/* ---- drawing ------------------------------------------------------------- */

/* The text of the jobs around the chosen one; free() each. */
static int some_lines(const struct sim_screen *s, int first,
                      const char *lines[LINES])
{
    int n = 0;

    for (; n < LINES && first + n < s->lines; n++) {
        struct text line = {0};

        simtui_line(s, first + n, &line);
        if (line.failed || !line.data) {
            text_fini(&line);
            break;
        }
        lines[n] = line.data;
    }
    return n;
}

/* Instead of their text. */
static const char *words_of(const struct sim_screen *s)
{
    if (s->lines == s->jobs.count)
        return NULL;
    return s->line_of[0] ? s->line_of
                         : "These jobs cannot be written as text, or are too "
                           "many for that.";
}

static const char *title_of(const struct sim_screen *s, char *buf, size_t size)
{
    if (s->title[0] == '\0')
        return NULL;
    snprintf(buf, size, "%s%s", s->title, s->changed ? " changed" : "");
    return buf;
}

static void sim_draw(struct app *a, struct frame *f,
                     const struct view_common *c)
{
    static const char *const asks[] = {
        [SIM_OVER_JOB] = "job",
        [SIM_OVER_ADD] = "new job",
        [SIM_OVER_SETUP] = "policy",
        [SIM_OVER_POLICY] = "another policy",
        [SIM_OVER_WRITE] = "write the jobs to",
    };
    struct sim_screen *s = &a->sim;
    struct view_sim_group group[VIEW_SIM_GROUPS];
    const char *lines[LINES];
    int first = s->selected > LINES / 2 ? s->selected - LINES / 2 : 0;
    char title[160];
    struct view_sim v = {
        .common = *c,
        .title = title_of(s, title, sizeof(title)),
        .jobs = &s->jobs,
        .lines = lines,
        .line_first = first,
        .line_count = some_lines(s, first, lines),
        .words = words_of(s),
        .window = s->window,
        .cursor_ns = s->cursor_ns,
        .end_ns = simtui_end_ns(s),
        .selected = s->jobs.count > 0 ? s->selected : -1,
        .chosen = s->chosen,
        .group = group,
        .group_count = s->count,
        .playing = s->playing,
    };

    for (int i = 0; i < s->count; i++)
        sim_play_group(&s->play[i], s->by_cpu, &group[i]);
    if (s->measured)
        group[v.group_count++] = (struct view_sim_group){
            .badge = BADGE_MEASURED,
            .setup = s->line_of,
            .cells = s->cells,
            .lanes = simtui_lane_count(s),
            .cpus = s->window.cpus,
            .known = !s->measuring,
            .figures = s->figures,
            .end_ns = s->measured_end_ns,
            .decisions = -1,
            .note = s->measured_note[0] ? s->measured_note : NULL,
        };
    if (s->over != SIM_OVER_NOTHING) {
        v.asks = asks[s->over];
        v.typing = s->typed.line;
        v.typing_cursor = prompt_column(&s->typed);
        v.hint = s->error[0] ? s->error : NULL;
        v.hint_bad = s->error[0] != '\0';
    }
    view_sim(f, &v);
    for (int i = 0; i < v.line_count; i++) {
        struct text line = {.data = (char *)(uintptr_t)lines[i]};

        text_fini(&line);
    }
}

/* ---- as time goes by ----------------------------------------------------- */

static void play_on(struct app *a, int64_t now_ns)
{
    struct sim_screen *s = &a->sim;

    if (!s->playing || now_ns < s->play_ns)
        return;
    simtui_move_columns(s, 1);
    s->playing = s->cursor_ns < simtui_end_ns(s);
    s->play_ns = now_ns + PLAY_NS;
    a->dirty = true;
}

static int64_t sim_tick(struct app *a, int64_t now_ns)
{
    struct sim_screen *s = &a->sim;
    int64_t due_ns = simtui_measure_tick(a, now_ns);

    if (s->measured && s->line_of[0] == '\0')
        simtui_measure_close(a); /* it was other jobs */
    play_on(a, now_ns);
    if (!s->settled || a->dirty) {
        s->settled = simtui_settle(a, now_ns + WORK_NS);
        a->dirty = true;
        if (!s->settled)
            return now_ns;
    }
    if (s->playing && s->play_ns < due_ns)
        due_ns = s->play_ns;
    return due_ns;
}

const struct screen screen_sim = {
    .keys = &keys_sim,
    .enter = sim_enter,
    .leave = sim_leave,
    .now = sim_now_keys,
    .act = sim_act,
    .click = sim_click,
    .draw = sim_draw,
    .tick = sim_tick,
};
