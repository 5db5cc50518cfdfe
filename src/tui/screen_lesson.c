/* A lesson on a screen: read, predict, run, look, check, explain. What each key
 * does on each page; the parts do it. Screen process. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"

/* ---- what is up
 * --------------------------------------------------------------
 */

static enum lesson_stage stage_of(const struct app *a)
{
    return session_step(&a->lesson.session)->stage;
}

static const struct lesson_block *block_of(const struct app *a)
{
    return session_block(&a->lesson.session);
}

/* There is a picture of the experiment that the page is about. */
static bool can_look(const struct app *a)
{
    const struct lesson_state *l = &a->lesson;

    return l->guest != GUEST_NONE && l->picture_block >= 0 &&
           l->picture_block == lesson_experiment(a);
}

/* The guest has the page for itself. */
static bool guest_up(const struct app *a)
{
    const struct lesson_state *l = &a->lesson;
    enum lesson_stage stage = stage_of(a);

    if (stage == STAGE_RUN)
        return can_look(a);
    if (stage == STAGE_AGAIN)
        return can_look(a) && (l->again == AGAIN_RUNS ||
                               (l->again == AGAIN_MEASURED && l->picture));
    return l->picture && can_look(a) &&
           (stage == STAGE_FROZEN || stage == STAGE_OBSERVE);
}

static const struct key_table *lesson_table(const struct app *a)
{
    const struct lesson_state *l = &a->lesson;
    enum lesson_stage stage;

    if (!l->open)
        return &keys_lesson_text;
    stage = stage_of(a);
    if (guest_up(a) && stage == STAGE_RUN && l->guest == GUEST_STEP)
        return &keys_lesson_slow;
    if (guest_up(a) && stage == STAGE_RUN && l->guest == GUEST_SIM)
        return &keys_lesson_sim;
    if (guest_up(a))
        return &keys_lesson_run;
    if (stage == STAGE_AGAIN && l->again != AGAIN_MEASURED)
        return &keys_lesson_again;
    if (lesson_asks(a))
        return block_of(a)->asks == ASKS_ORDER ? &keys_lesson_order
                                               : &keys_lesson_ask;
    return &keys_lesson_text;
}

static unsigned now_asking(const struct app *a)
{
    const struct lesson_state *l = &a->lesson;
    const struct lesson_step *step = session_step(&l->session);
    unsigned now = 0;

    if (!lesson_asks(a))
        return l->session.answers[step->block].given ? WHEN_RERUN : 0;
    if (step->stage == STAGE_PREDICT &&
        session_hint(&l->session, step->block, l->hints))
        now |= WHEN_HINT;
    if (a->presenter && block_of(a)->asks == ASKS_CHOICE)
        now |= WHEN_VOTES;
    return now;
}

static unsigned lesson_now(const struct app *a)
{
    const struct lesson_state *l = &a->lesson;
    enum lesson_stage stage;
    unsigned now = 0;

    if (!l->open)
        return 0;
    stage = stage_of(a);
    if (stage == STAGE_PREDICT || stage == STAGE_OBSERVE ||
        stage == STAGE_EXPLAIN)
        now |= now_asking(a);
    if (!a->options.no_skip && stage < STAGE_REVEAL)
        now |= WHEN_SKIP;
    if (lesson_experiment(a) >= 0 &&
        (stage == STAGE_RUN || stage == STAGE_FROZEN || stage == STAGE_AGAIN ||
         stage == STAGE_REVEAL || stage == STAGE_CHECK))
        now |= WHEN_LAB;
    if ((stage == STAGE_FROZEN || stage == STAGE_OBSERVE) && can_look(a))
        now |= WHEN_PICTURE;
    if (stage == STAGE_AGAIN && l->again == AGAIN_MEASURED)
        now |= WHEN_PICTURE | WHEN_RERUN;
    if (((stage == STAGE_RUN || stage == STAGE_FROZEN) && !l->running) ||
        stage == STAGE_DONE || l->session.step == 0)
        now |= WHEN_RERUN;
    if (stage == STAGE_RUN || stage == STAGE_FROZEN)
        now |= WHEN_KEPT;
    if (stage != STAGE_RUN || !l->running)
        now |= WHEN_OVER;
    if (stage == STAGE_AGAIN && l->again == AGAIN_RUNS)
        now |= WHEN_CHANGES;
    if (l->guest == GUEST_SIM && stage == STAGE_RUN &&
        block_of(a)->line_count > 1)
        now |= WHEN_FAMILY;
    return now;
}

/* ---- entering and leaving
 * ----------------------------------------------------
 */

void app_lesson(struct app *a, int index)
{
    const struct screen *from = a->screen;

    lesson_close(a);
    a->lesson.index = index;
    app_show(a, &screen_lesson);
    if (from == &screen_course)
        a->below = &screen_course;
}

static void lesson_enter(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    struct err err = {0};

    if (l->away) { /* from the laboratory: where we were */
        l->away = false;
        a->below = l->below;
        if (l->open && !l->running)
            lesson_picture_back(a);
        if (l->open && stage_of(a) == STAGE_RUN && l->picture_block < 0)
            lesson_guest_open(a, session_step(&l->session)->block);
        return;
    }
    if (!a->course.course)
        l->index = a->options.course ? a->options.lesson : -1;
    if (!course_of(a, &err)) {
        snprintf(l->error, sizeof(l->error), "%s", err.text);
        return;
    }
    if (!l->open && lesson_open(a, l->index, &err) < 0)
        snprintf(l->error, sizeof(l->error), "%s", err.text);
}

static void lesson_leave(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    if (a->overlay == OVERLAY_LESSON)
        lesson_type_end(a);
    if (l->away && !l->ordered)
        lesson_picture_keep(a);
    lesson_run_drop(a);
    lesson_guest_close(a);
    run_close(a);
    if (!l->away)
        lesson_close(a);
}

/* ---- keys
 * --------------------------------------------------------------------
 */

static void scroll(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;
    int page = terminal_rows(a->terminal) - 8;

    if (page < 1)
        page = 1;
    switch (action) {
    case ACTION_UP:
        l->scroll--;
        break;
    case ACTION_DOWN:
        l->scroll++;
        break;
    case ACTION_PAGE_UP:
        l->scroll -= page;
        break;
    case ACTION_PAGE_DOWN:
        l->scroll += page;
        break;
    case ACTION_FIRST:
        l->scroll = 0;
        break;
    case ACTION_LAST:
        l->scroll = INT_MAX / 2;
        break;
    default:
        break;
    }
    if (l->scroll < 0)
        l->scroll = 0; /* the other end: at the drawing */
}

/* "r": what is on the page once more. */
static void again(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_step *step = session_step(&l->session);

    switch (step->stage) {
    case STAGE_RUN:
    case STAGE_FROZEN:
        if (step->stage == STAGE_FROZEN)
            lesson_go_back(a);
        lesson_run_begin(a);
        break;
    case STAGE_PREDICT:
    case STAGE_OBSERVE:
    case STAGE_EXPLAIN:
        session_reopen(&l->session, step->block);
        lesson_ask_begin(a);
        break;
    default:
        lesson_anew(a);
    }
}

static bool act_page(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;

    switch (action) {
    case ACTION_ENTER:
        lesson_go_on(a);
        return true;
    case ACTION_PREVIOUS:
        lesson_go_back(a);
        return true;
    case ACTION_SKIP:
        lesson_skip(a);
        return true;
    case ACTION_LAB:
        lesson_open_lab(a);
        return true;
    case ACTION_PICTURE:
        l->picture = !l->picture;
        return true;
    case ACTION_AGAIN:
        again(a);
        return true;
    case ACTION_REPLAY:
        lesson_replay(a);
        return true;
    default:
        return false;
    }
}

static void lesson_act(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;

    if (!l->open)
        return;
    if (action == ACTION_END_RUN && l->running) {
        lesson_run_stop(a);
        return;
    }
    if (guest_up(a) && lesson_guest_act(a, action))
        return;
    if (stage_of(a) == STAGE_AGAIN && lesson_again_act(a, action))
        return;
    if (lesson_asks(a) && lesson_ask_act(a, action))
        return;
    if (!act_page(a, action))
        scroll(a, action);
}

/* ---- drawing and time
 * --------------------------------------------------------
 */

static void fill_run(struct app *a, struct view_lesson *v)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *b;
    int block = lesson_experiment(a);

    v->running = l->running;
    v->left_ns = lesson_run_left_ns(a);
    v->replay = l->from_history && l->running;
    v->can_look = can_look(a);
    v->elapsed_ns = l->running ? clock_now_ns() - l->block_began_ns : 0;
    if (l->ordered ||
        (l->picture_block >= 0 && l->order_now.block == l->picture_block)) {
        v->line = l->order_now.words;
        v->name = l->order_now.name;
    }
    if (l->running)
        session_progress(&l->session, &v->done, &v->planned);
    if (block < 0)
        return;
    b = &l->session.lesson->blocks[block];
    v->other_sweep = l->sweep_block != block;
    if (b->line_count < 2 || b->kind == LESSON_AGAIN)
        v->name = NULL;
    v->computed = b->kind == LESSON_SLOW || b->kind == LESSON_SIM;
    if (!v->line && b->line_count > 0 && !l->running)
        v->line = b->lines[b->kind == LESSON_SIM ? l->sim_line : 0].words;
    if (b->kind == LESSON_SIM && b->line_count > 1)
        v->name = b->lines[l->sim_line].name;
}

static void lesson_draw(struct app *a, struct frame *f,
                        const struct view_common *c)
{
    struct lesson_state *l = &a->lesson;
    const struct course_lesson *entry = lesson_entry(a);
    char asks[120];
    int next, most;
    struct view_lesson v = {
        .common = *c,
        .session = l->open ? &l->session : NULL,
        .title = entry ? entry->lesson.title : NULL,
        .scroll = l->scroll,
        .chosen = l->chosen,
        .hints = l->hints,
        .voting = l->voting,
        .told = l->told,
        .picture = l->picture,
        .left_ns = -1,
        .error = l->open ? l->run_error[0] ? l->run_error : NULL : l->error,
        .again = l->again,
        .again_said = l->said,
        .again_measured = l->measured,
    };

    if (entry && !entry->own) {
        v.number = entry->number;
        v.lessons = a->course.course->count;
    }
    memcpy(v.order, l->order, sizeof(v.order));
    memcpy(v.votes, l->votes, sizeof(v.votes));
    if (l->typing != LESSON_TYPES_NOTHING) {
        v.asks = lesson_typing_words(a, asks, sizeof(asks));
        v.typed = l->line.line;
        v.typed_cursor = prompt_column(&l->line);
    }
    if (l->open) {
        fill_run(a, &v);
        next = lesson_next_one(a);
        v.next =
            next >= 0 ? a->course.course->lessons[next].lesson.title : NULL;
        most = view_lesson_scroll_max(f->rows, f->columns, &v);
        if (l->scroll > most)
            v.scroll = l->scroll = most;
        v.guest =
            lesson_guest_draw(a, view_lesson_room(f->rows, f->columns, &v), c);
    }
    view_lesson(f, &v);
}

static int64_t lesson_tick(struct app *a, int64_t now_ns)
{
    int64_t run_ns, guest_ns;

    if (!a->lesson.open)
        return INT64_MAX;
    run_ns = lesson_run_tick(a, now_ns);
    guest_ns = lesson_guest_tick(a, now_ns);
    return run_ns < guest_ns ? run_ns : guest_ns;
}

/* A click on an answer chooses it: its letter stands before it. */
static void lesson_click(struct app *a, int row)
{
    const struct frame *f = &a->frame;

    if (!a->lesson.open || !lesson_asks(a))
        return;
    for (int c = 0; c < f->columns - 1; c++) {
        const struct cell *cell =
            &f->cells[(size_t)row * (size_t)f->columns + (size_t)c];

        if (cell->glyph == 0 || cell->glyph == ' ')
            continue;
        if (cell->glyph >= 'a' && cell->glyph <= 'f' && cell[1].glyph == 0)
            lesson_act(a, (enum action)(ACTION_STEP_1 + cell->glyph - 'a'));
        return;
    }
}

const struct screen screen_lesson = {
    .keys = &keys_lesson_text,
    .table = lesson_table,
    .enter = lesson_enter,
    .leave = lesson_leave,
    .now = lesson_now,
    .act = lesson_act,
    .click = lesson_click,
    .draw = lesson_draw,
    .tick = lesson_tick,
};
