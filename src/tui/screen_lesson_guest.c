/* Pictures in a lesson: the views of the laboratory, the race, the sweep, the
 * microscope and the simulator as parts of its page. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lesson/compute.h"
#include "tui/app.h"

/* ---- what suits
 * --------------------------------------------------------------
 */

static const struct lesson_block *watch_of(const struct app *a)
{
    const struct session *s = &a->lesson.session;
    const struct lesson_step *step = session_step(s);

    return step->watch >= 0 ? &s->lesson->blocks[step->watch] : NULL;
}

static enum lesson_guest fitting(const struct app *a,
                                 const struct lesson_block *b)
{
    const struct lesson_block *watch = watch_of(a);
    enum lesson_panel panel = watch ? watch->panel : PANEL_FITTING;

    if (panel == PANEL_NONE)
        return GUEST_NONE;
    switch (b->kind) {
    case LESSON_SWEEP:
        return GUEST_CURVE;
    case LESSON_SLOW:
        return GUEST_STEP;
    case LESSON_SIM:
        return GUEST_SIM;
    default:
        return panel == PANEL_RACE ? GUEST_RACE : GUEST_LAB;
    }
}

/* The words of line @line, its figures filled in. */
static int words_of(const struct app *a, const struct lesson_block *b, int line,
                    struct text *out, struct err *err)
{
    return lesson_words(b->lines[line].words, a->lesson.session.facts, out,
                        err);
}

static int open_sim(struct app *a, const struct lesson_block *b, int line,
                    struct err *err)
{
    struct sim_screen *s = &a->sim;
    struct sim_setup setup[COMPUTE_SETUPS];
    struct sim_jobs jobs = {0};
    struct text words = {0};
    int count = 0;
    int rc = words_of(a, b, line, &words, err);

    simtui_fini(s);
    if (rc == 0)
        rc = compute_sim_line(text_str(&words), &jobs, setup, &count, err);
    for (int i = 0; rc == 0 && i < count; i++)
        rc = simtui_add_policy(s, &setup[i], err);
    if (rc == 0)
        rc = simtui_take_jobs(s, &jobs, err);
    else
        sim_jobs_fini(&jobs);
    s->begun = true;
    a->lesson.sim_line = line;
    text_fini(&words);
    return rc;
}

/* The simulator's line has jobs without quotes. */
static void unquote(struct text *words)
{
    char *copy = strdup(text_str(words)), *p = copy, open = 0;
    const char *word;

    text_fini(words);
    while (copy && (word = text_cut_word(&p, &open)))
        text_addf(words, "%s%s", words->len > 0 ? " " : "", word);
    free(copy);
}

static int open_step(struct app *a, const struct lesson_block *b,
                     struct err *err)
{
    struct step_state *s = &a->step;
    struct program *p = NULL;
    int rc = compute_program(a->lesson.session.lesson, b, &p, err);

    if (rc < 0)
        return rc;
    s->rules = (struct rules){
        .granularity = GRANULARITY_ACCESS, .buffer = TSL_BUFFER, .tso = b->tso};
    s->seed = s->seed > 0 ? s->seed : 1;
    s->found.kind = -1;
    return step_take(a, p, false, err);
}

void lesson_guest_open(struct app *a, int block)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *b = &l->session.lesson->blocks[block];
    struct err err = {0};
    int rc = 0;

    lesson_guest_close(a);
    if ((b->kind == LESSON_RUN || b->kind == LESSON_AGAIN) && !l->running)
        return; /* its picture has gone with the run */
    if (b->kind == LESSON_SWEEP && l->sweep_block != block)
        return;
    l->guest = fitting(a, b);
    if (l->guest == GUEST_LAB)
        lab_look(a);
    else if (l->guest == GUEST_SIM)
        rc = open_sim(a, b, 0, &err);
    else if (l->guest == GUEST_STEP)
        rc = open_step(a, b, &err);
    else if (l->guest == GUEST_CURVE)
        l->look = (struct curve_look){.cursor = -1};
    if (rc < 0) {
        lesson_guest_close(a);
        app_say(a, true, "%s", err.text);
        return;
    }
    l->picture_block = block;
}

void lesson_guest_close(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    if (l->guest == GUEST_LAB) {
        lanes_free(a->lab.lanes);
        a->lab.lanes = NULL;
    } else if (l->guest == GUEST_STEP) {
        step_close(a);
    } else if (l->guest == GUEST_SIM) {
        simtui_measure_close(a);
        simtui_fini(&a->sim);
    }
    l->guest = GUEST_NONE;
    l->picture_block = -1;
}

/* ---- drawing
 * -----------------------------------------------------------------
 */

static void draw_curve(struct app *a, struct frame *f,
                       const struct view_common *c)
{
    struct lesson_state *l = &a->lesson;
    const struct sweep *s = l->session.sweep;
    struct view_curve v = {
        .common = *c,
        .sweep = s,
        .badge = s && sweep_computed(s) ? BADGE_MODEL : BADGE_MEASURED,
        .order_point = -1,
        .over = !l->running,
        .left_ns = -1,
    };

    if (s) {
        curve_look_of(&v.look, s);
        sweep_progress(s, &v.done, &v.planned);
        if (l->running)
            v.left_ns = sweep_left_ns(s);
    }
    v.look.cursor = l->look.cursor;
    v.look.ascii = c->ascii;
    if (s && l->ordered)
        sweep_run_going(a, s, &l->order_now.sweep, &v);
    view_curve(f, &v);
}

const struct frame *lesson_guest_draw(struct app *a, struct box room,
                                      const struct view_common *c)
{
    struct lesson_state *l = &a->lesson;
    struct view_common mine = {
        .presenter = c->presenter,
        .frozen = c->frozen,
        .ascii = c->ascii,
        .embedded = true,
    };
    /* The simulator's view keeps two rows for keys. */
    int rows = room.rows + (l->guest == GUEST_SIM ? 2 : 0);

    if (room.rows < 1 || l->guest == GUEST_NONE ||
        frame_init(&l->frame, rows, room.columns) < 0)
        return NULL;
    switch (l->guest) {
    case GUEST_LAB:
        screen_lab.draw(a, &l->frame, &mine);
        break;
    case GUEST_RACE:
        screen_race.draw(a, &l->frame, &mine);
        break;
    case GUEST_CURVE:
        draw_curve(a, &l->frame, &mine);
        break;
    case GUEST_STEP:
        screen_step.draw(a, &l->frame, &mine);
        break;
    default:
        a->sim.rows = rows;
        a->sim.columns = room.columns;
        screen_sim.draw(a, &l->frame, &mine);
    }
    return &l->frame;
}

/* ---- keys and time
 * -------------------------------------------------------------
 */

static bool changes(enum action action)
{
    return action == ACTION_FEWER || action == ACTION_MORE ||
           action == ACTION_LOCK || action == ACTION_LOCK_BACK ||
           action == ACTION_DISK_POLICY || action == ACTION_DISK_POLICY_BACK;
}

static bool looks(enum action action)
{
    switch (action) {
    case ACTION_FREEZE:
    case ACTION_LEFT:
    case ACTION_RIGHT:
    case ACTION_FIRST:
    case ACTION_LAST:
    case ACTION_ZOOM_IN:
    case ACTION_ZOOM_OUT:
    case ACTION_UP:
    case ACTION_DOWN:
        return true;
    default:
        return false;
    }
}

static void curve_act(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;
    int count = l->session.sweep ? l->session.sweep->point_count : 0;
    int to = l->look.cursor;

    to += action == ACTION_LEFT ? -1 : action == ACTION_RIGHT ? 1 : 0;
    if (action == ACTION_FIRST)
        to = 0;
    if (action == ACTION_LAST || to >= count)
        to = count - 1;
    l->look.cursor = to < -1 ? -1 : to;
}

static bool sim_act(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *b = &l->session.lesson->blocks[l->picture_block];
    bool plays = session_step(&l->session)->stage == STAGE_RUN;
    struct err err = {0};

    if (!plays && !looks(action)) /* else they are the page's */
        return false;
    if (action == ACTION_PICTURE) {
        if (open_sim(a, b, (l->sim_line + 1) % b->line_count, &err) < 0)
            app_say(a, true, "%s", err.text);
        return true;
    }
    if (action == ACTION_UNDO) {
        lesson_go_back(a);
        return true;
    }
    if (!looks(action) && action != ACTION_PAUSE && action != ACTION_NEXT &&
        action != ACTION_PREVIOUS)
        return false;
    screen_sim.act(a, action);
    return true;
}

static bool step_act(struct app *a, enum action action)
{
    bool plays = session_step(&a->lesson.session)->stage == STAGE_RUN;

    if (action == ACTION_ENTER || action == ACTION_PREVIOUS ||
        action == ACTION_SKIP || action == ACTION_LAB ||
        (!plays && !looks(action)))
        return false;
    if (action == ACTION_LEFT || action == ACTION_RIGHT)
        action = action == ACTION_LEFT ? ACTION_UNDO : ACTION_REDO;
    screen_step.act(a, action);
    return true;
}

bool lesson_guest_act(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;

    switch (l->guest) {
    case GUEST_STEP:
        return step_act(a, action);
    case GUEST_SIM:
        return sim_act(a, action);
    case GUEST_CURVE:
        if (!looks(action))
            return false;
        curve_act(a, action);
        return true;
    case GUEST_LAB:
    case GUEST_RACE:
        if (changes(action) && l->again == AGAIN_RUNS)
            return run_act(a, action);
        if (!looks(action))
            return false;
        if (l->guest == GUEST_LAB)
            screen_lab.act(a, action);
        else if (action == ACTION_FREEZE)
            run_act(a, action);
        return true;
    default:
        return false;
    }
}

int64_t lesson_guest_tick(struct app *a, int64_t now_ns)
{
    if (a->lesson.guest == GUEST_SIM)
        return screen_sim.tick(a, now_ns);
    return INT64_MAX;
}

/* ---- a screen of its own
 * ---------------------------------------------------------
 */

static int open_run(struct app *a, const char *words, struct err *err)
{
    struct spec spec;
    int rc = spec_parse_line(&spec, words, err);

    return rc < 0 ? rc : app_run(a, &spec, err);
}

/* What the lesson would run, where everything can be changed. */
static int open_away(struct app *a, const struct lesson_block *b,
                     struct err *err)
{
    struct text words = {0};
    int line = b->kind == LESSON_AGAIN ? a->lesson.chosen
               : b->kind == LESSON_SIM ? a->lesson.sim_line
                                       : 0;
    int rc;

    if (b->kind == LESSON_SLOW)
        return app_step(a, b->program, err);
    if (line >= b->line_count)
        return err_set(err, -ENOENT, "there is no experiment here");
    if (b->kind == LESSON_RUN && a->lesson.ordered)
        text_add(&words, a->lesson.order_now.words);
    else if ((rc = words_of(a, b, line, &words, err)) < 0)
        return rc;
    if (b->kind == LESSON_SIM)
        unquote(&words);
    rc = b->kind == LESSON_SWEEP ? app_sweep(a, text_str(&words), err)
         : b->kind == LESSON_SIM ? app_sim(a, text_str(&words), err)
                                 : open_run(a, text_str(&words), err);
    text_fini(&words);
    return rc;
}

void lesson_open_lab(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    int block = lesson_experiment(a);
    struct err err = {0};

    if (block < 0)
        return;
    l->below = a->below;
    l->away = true;
    if (open_away(a, &l->session.lesson->blocks[block], &err) < 0) {
        l->away = false;
        app_say(a, true, "%s", err.text);
        return;
    }
    a->below = &screen_lesson;
}
