/* The microscope: a program of a few threads, and a person as the scheduler: a
 * key a thread, undo, replay; the search of all schedules. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"
#include "view/micro.h"

#define PLAY_NS (NS_PER_S * 6 / 10)
#define LOOK_NS NS_PER_S

/* ---- over the microscope ------------------------------------------------- */

void step_open_over(struct app *a, enum step_over over)
{
    struct step_state *s = &a->step;

    s->over = over;
    s->playing = false;
    a->overlay = OVERLAY_STEP;
    if (over == STEP_OVER_SCHEDULE || over == STEP_OVER_WRITE)
        prompt_open(&s->line);
}

void step_close_over(struct app *a)
{
    prompt_close(&a->step.line);
    a->step.over = STEP_OVER_NOTHING;
    a->overlay = OVERLAY_NONE;
}

const struct key_table *step_over_keys(const struct app *a)
{
    return a->step.over == STEP_OVER_LIST   ? &keys_step_list
           : a->step.over == STEP_OVER_TEXT ? &keys_step_edit
                                            : &keys_ask;
}

static void take_line(struct app *a)
{
    struct step_state *s = &a->step;
    struct schedule schedule = {0};
    struct err err = {0};
    int rc = 0;

    if (s->line.length > 0 && s->over == STEP_OVER_SCHEDULE) {
        rc = schedule_parse(&schedule, s->program, s->line.line, &err);
        if (rc == 0)
            rc = step_replay(a, &schedule, &err);
        schedule_fini(&schedule);
    } else if (s->line.length > 0) {
        rc = step_write(a, s->line.line, &err);
        if (rc == 0)
            app_say(a, false, "written: %s", s->path);
    }
    if (rc < 0)
        app_say(a, true, "%s", err.text);
    else
        step_close_over(a);
}

void step_over_key(struct app *a, int key)
{
    struct step_state *s = &a->step;
    enum action action;

    if (s->over == STEP_OVER_LIST) {
        step_list_key(a, key);
        return;
    }
    if (s->over == STEP_OVER_TEXT) {
        step_edit_key(a, key);
        return;
    }
    action = keys_find(&keys_ask, key, 0);
    if (action == ACTION_BACK)
        step_close_over(a);
    else if (action == ACTION_ENTER)
        take_line(a);
    else if (action != ACTION_NONE)
        prompt_act(&s->line, action);
    else
        prompt_type(&s->line, key);
}

static void ask_schedule(struct app *a)
{
    struct step_state *s = &a->step;
    struct schedule done = {0};
    struct text text = {0};

    step_open_over(a, STEP_OVER_SCHEDULE);
    if (walk_schedule(&s->walk, &done) == 0)
        schedule_text(&done, &text);
    if (text.len > 0 && text.len < PROMPT_BYTES - 20) { /* to go on with */
        text_add(&text, " ");
        prompt_set(&s->line, text_str(&text));
    }
    text_fini(&text);
    schedule_fini(&done);
}

static void ask_name(struct app *a)
{
    char name[128];

    if (!a->step.program->source) {
        app_say(a, false, "only programs in the language can be written");
        return;
    }
    step_default_name(a, name, sizeof(name));
    step_open_over(a, STEP_OVER_WRITE);
    prompt_set(&a->step.line, name);
}

/* ---- entering and leaving ------------------------------------------------ */

/* What the command line gave. */
static int take_options(struct app *a, struct err *err)
{
    struct tui_step *o = &a->options.step;
    struct step_state *s = &a->step;
    struct program *p = o->program;
    int rc;

    o->program = NULL;
    s->rules = o->rules;
    s->seed = o->seed > 0 ? o->seed : 1;
    rc = step_take(a, p, false, err);
    if (rc < 0)
        return rc;
    step_found_file(a, o->path, o->which);
    return step_replay(a, &o->schedule, err);
}

static void step_enter(struct app *a)
{
    struct step_state *s = &a->step;
    struct err err = {0};
    int rc = 0;

    if (s->seed == 0) {
        s->rules.granularity = GRANULARITY_ACCESS;
        s->rules.buffer = TSL_BUFFER;
        s->seed = 1;
        s->found.kind = -1;
    }
    if (s->opens[0] != '\0') {
        rc = step_open(a, s->opens, NULL, &err);
        s->opens[0] = '\0';
    } else if (a->options.step.program) {
        rc = take_options(a, &err);
    }
    if (!s->program)
        step_list_open(a);
    if (rc < 0)
        app_say(a, true, "%s", err.text);
}

static void step_leave(struct app *a)
{
    if (a->overlay == OVERLAY_STEP)
        step_close_over(a);
    step_close(a);
}

int app_step(struct app *a, const char *line, struct err *err)
{
    struct step_state *s = &a->step;
    char path[PATH_MAX];
    int rc;

    line += strspn(line, " ");
    if (*line != '\0') {
        rc = library_find(line, path, sizeof(path), err);
        if (rc < 0)
            return rc;
        if (a->screen == &screen_step)
            return step_open(a, path, NULL, err);
        snprintf(s->opens, sizeof(s->opens), "%s", path);
    }
    if (a->screen == &screen_step)
        step_list_open(a);
    else
        app_show(a, &screen_step);
    return 0;
}

/* ---- keys ---------------------------------------------------------------- */

bool step_would_lose(struct app *a, const char *key)
{
    struct step_state *s = &a->step;

    if (!s->edited || s->asked)
        return false;
    s->asked = true;
    app_say(a, false,
            "what you changed is in no file: w writes it, %s again forgets it",
            key);
    return true;
}

static bool step_stays(struct app *a)
{
    return step_would_lose(a, "q");
}

static unsigned step_now(const struct app *a)
{
    const struct step_state *s = &a->step;

    return (s->rules.tso ? WHEN_TSO : 0) |
           (s->found.there ? WHEN_EXPLORED : 0) |
           (s->found.there && s->found.shown ? WHEN_FOUND : 0);
}

static void choose_line(struct step_found *x, int by)
{
    int rows = view_found_rows(&x->result);

    x->selected += by;
    if (x->selected >= rows)
        x->selected = rows - 1;
    if (x->selected < 0)
        x->selected = 0;
}

static void play(struct app *a)
{
    struct step_state *s = &a->step;

    if (s->walk.at == s->walk.count && !s->playing) {
        app_say(a, false,
                s->walk.count > 0
                    ? "this is the last step; Home goes to the beginning"
                    : "nothing was done yet that could be played");
        return;
    }
    s->playing = !s->playing;
    s->play_ns = clock_now_ns() + PLAY_NS;
}

/* Moving through the steps and over the screen. */
static bool act_move(struct app *a, enum action action)
{
    struct step_state *s = &a->step;
    bool lines = s->found.there && s->found.shown;

    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
        if (lines)
            choose_line(&s->found, action == ACTION_UP ? -1 : 1);
        else
            step_move(s, action == ACTION_UP ? -1 : 1);
        break;
    case ACTION_UNDO:
    case ACTION_REDO:
        step_move(s, action == ACTION_UNDO ? -1 : 1);
        break;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        step_move(s, action == ACTION_PAGE_UP ? -10 : 10);
        break;
    case ACTION_FIRST:
        step_move(s, -s->walk.at);
        break;
    case ACTION_LAST:
        step_move(s, s->walk.count - s->walk.at);
        break;
    case ACTION_NEXT:
    case ACTION_PREVIOUS:
        step_choose_thread(s, action == ACTION_NEXT ? 1 : -1);
        break;
    case ACTION_FEWER:
    case ACTION_MORE:
        s->scroll += action == ACTION_FEWER ? -3 : 3;
        break;
    case ACTION_MICRO_STEPS:
        s->brief = !s->brief;
        break;
    case ACTION_PLAY:
        play(a);
        break;
    default:
        return false;
    }
    return true;
}

/* Everything else that is about the program that is there. */
static void act_program(struct app *a, enum action action)
{
    struct step_state *s = &a->step;

    switch (action) {
    case ACTION_RUN_WHO:
        step_want(a, STEP_WANTS_RUN);
        break;
    case ACTION_FLUSH_WHO:
        step_want(a, STEP_WANTS_FLUSH);
        break;
    case ACTION_STEP_CHOSEN:
        step_number(a, s->chosen, STEP_WANTS_NOTHING);
        break;
    case ACTION_RANDOM_STEP:
        step_random(a, false);
        break;
    case ACTION_RANDOM_RUN:
        step_random(a, true);
        break;
    case ACTION_EXPLORE:
    case ACTION_EXPLORE_HERE:
        step_explore(a, action == ACTION_EXPLORE_HERE);
        break;
    case ACTION_FEWEST_STEPS:
    case ACTION_FEWEST_SWITCHES:
        step_load_failure(a, action == ACTION_FEWEST_SWITCHES);
        break;
    case ACTION_FOUND:
        s->found.shown = !s->found.shown;
        break;
    case ACTION_ENTER:
        step_load_chosen(a);
        break;
    case ACTION_TSO:
    case ACTION_GRANULARITY:
        step_change_rules(a, action == ACTION_GRANULARITY);
        break;
    case ACTION_SCHEDULE:
        ask_schedule(a);
        break;
    case ACTION_WRITE:
        ask_name(a);
        break;
    default:
        break;
    }
}

static void step_click(struct app *a, int row)
{
    int column, thread;

    terminal_click(a->terminal, &row, &column);
    thread = view_micro_thread_at(&a->step.spots, row, column);
    if (thread >= 0 && a->step.walking)
        step_number(a, thread, a->step.wants);
}

static void reload(struct app *a)
{
    struct err err = {0};

    if (step_reload(a, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        app_say(a, false, "read again: %s", a->step.path);
}

static void step_act(struct app *a, enum action action)
{
    struct step_state *s = &a->step;
    enum step_wants wants = s->wants;

    s->wants = STEP_WANTS_NOTHING;
    s->asked = false;
    if (action == ACTION_LIBRARY) {
        step_list_open(a);
    } else if (action == ACTION_EDIT_TEXT) {
        step_edit_open(a, !s->program);
    } else if (action == ACTION_RELOAD) {
        reload(a);
    } else if (!s->walking) {
        app_say(a, false, "no program yet: l shows the library");
    } else if (action >= ACTION_STEP_1 && action <= ACTION_STEP_9) {
        step_number(a, (int)(action - ACTION_STEP_1), wants);
    } else if (action >= ACTION_RUN_1 && action <= ACTION_RUN_9) {
        step_number(a, (int)(action - ACTION_RUN_1), STEP_WANTS_RUN);
    } else if (!act_move(a, action)) {
        act_program(a, action);
    }
}

/* ---- drawing and time ---------------------------------------------------- */

static void step_draw(struct app *a, struct frame *f,
                      const struct view_common *c)
{
    struct step_state *s = &a->step;
    struct view_found found = {
        .result = &s->found.result,
        .words = s->found.words,
        .from_here = s->found.from.count > 0,
        .good = s->found.good,
        .selected = s->found.selected,
    };
    struct view_micro v = {
        .common = *c,
        .program = s->program,
        .walk = s->walking ? &s->walk : NULL,
        .name = step_name(a),
        .summary = s->head.summary,
        .task = s->exercise ? s->head.repair : NULL,
        .edited = s->edited,
        .chosen = s->chosen,
        .brief = s->brief,
        .scroll = s->scroll,
        .no_head = s->head.name[0] != '\0',
        .playing = s->playing,
        .found = s->found.there && s->found.shown ? &found : NULL,
        .exploring = s->exploring[0] ? s->exploring : NULL,
        .spots = &s->spots,
    };

    if (s->over == STEP_OVER_LIST) {
        step_list_draw(a, f, c);
        return;
    }
    if (s->over == STEP_OVER_TEXT) {
        step_edit_draw(a, f, c);
        return;
    }
    if (s->over != STEP_OVER_NOTHING) {
        v.asks = s->over == STEP_OVER_SCHEDULE ? "schedule from the beginning"
                                               : "write the program to";
        v.typing = s->line.line;
        v.typing_cursor = prompt_column(&s->line);
    }
    view_micro(f, &v);
}

/* The file was changed by an editor elsewhere: show what it says now, unless
 * that would lose what was changed here. */
static void look_at_file(struct app *a)
{
    struct step_state *s = &a->step;
    struct err err = {0};

    if (s->path[0] == '\0' || s->over != STEP_OVER_NOTHING ||
        !step_file_changed(a))
        return;
    if (s->edited) {
        if (!s->told)
            app_say(a, false,
                    "the file has changed; L reads it, and forgets what was "
                    "changed here");
        s->told = true;
        return;
    }
    if (step_reload(a, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        app_say(a, false, "the file has changed: read again");
}

static int64_t step_tick(struct app *a, int64_t now_ns)
{
    struct step_state *s = &a->step;

    if (now_ns >= s->look_ns) {
        look_at_file(a);
        s->look_ns = now_ns + LOOK_NS;
    }
    if (!s->playing)
        return s->look_ns;
    if (now_ns >= s->play_ns) {
        step_move(s, 1);
        s->playing = s->walk.at < s->walk.count;
        s->play_ns = now_ns + PLAY_NS;
        a->dirty = true;
    }
    return s->playing && s->play_ns < s->look_ns ? s->play_ns : s->look_ns;
}

const struct screen screen_step = {
    .keys = &keys_step,
    .enter = step_enter,
    .leave = step_leave,
    .now = step_now,
    .act = step_act,
    .click = step_click,
    .draw = step_draw,
    .stays = step_stays,
    .tick = step_tick,
};
