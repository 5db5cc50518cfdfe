/* Answering a lesson's questions: choosing, typing a number and a reason,
 * putting in order, counting a class's hands. Screen process. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/record.h"
#include "tui/app.h"

static const struct lesson_block *question(const struct app *a)
{
    return session_block(&a->lesson.session);
}

bool lesson_asks(const struct app *a)
{
    const struct session *s = &a->lesson.session;
    const struct lesson_step *step = session_step(s);

    return (step->stage == STAGE_PREDICT || step->stage == STAGE_OBSERVE ||
            step->stage == STAGE_EXPLAIN) &&
           !s->answers[step->block].given;
}

static void forget_votes(struct lesson_state *l)
{
    l->voting = false;
    for (int i = 0; i < LESSON_CHOICES; i++)
        l->votes[i] = -1;
}

void lesson_ask_begin(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    forget_votes(l);
    l->chosen = 0;
    for (int i = 0; i < LESSON_CHOICES; i++)
        l->order[i] = i;
    if (lesson_asks(a) && question(a)->asks == ASKS_NUMBER)
        lesson_type(a, LESSON_TYPES_NUMBER);
}

/* ---- locking
 * -------------------------------------------------------------------
 */

static void lock(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    int block = session_step(&l->session)->block;
    struct err err = {0};

    l->answer.given = true;
    memcpy(l->answer.votes, l->votes, sizeof(l->votes));
    session_answer(&l->session, block, &l->answer);
    lesson_noted(a, record_answer(&l->session, block, &err), &err);
    l->voting = false;
    l->scroll = 0;
    lesson_publish(a);
}

/* What was chosen is the answer; a reason may be asked for first. */
static void answered(struct app *a)
{
    const struct lesson_block *q = question(a);

    if (q->kind == LESSON_PREDICT && q->because)
        lesson_type(a, LESSON_TYPES_BECAUSE);
    else
        lock(a);
}

static void choose_answer(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *q = question(a);

    l->answer = (struct lesson_answer){.choice = -1};
    if (q->asks == ASKS_NUMBER) {
        lesson_type(a, LESSON_TYPES_NUMBER);
        return;
    }
    if (q->asks == ASKS_ORDER) {
        memcpy(l->answer.order, l->order, sizeof(l->order));
    } else {
        l->answer.choice = l->chosen;
        if (l->voting) /* a class is of the opinion of most */
            for (int i = 0; i < q->choice_count; i++)
                if (l->votes[i] > l->votes[l->answer.choice])
                    l->answer.choice = i;
    }
    answered(a);
}

/* ---- a class
 * --------------------------------------------------------------------
 */

static void vote(struct app *a, int choice)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *q = question(a);

    if (choice >= q->choice_count)
        return;
    if (!l->voting)
        for (int i = 0; i < q->choice_count; i++)
            l->votes[i] = 0;
    l->voting = true;
    l->votes[choice]++;
    l->chosen = choice;
}

/* ---- keys
 * -----------------------------------------------------------------------
 */

static void hint(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    int block = session_step(&l->session)->block;
    struct err err = {0};

    if (!session_hint(&l->session, block, l->hints))
        return;
    l->hints++;
    l->session.hints++;
    lesson_noted(a, record_hint(&l->session, block, l->hints, &err), &err);
}

static void move(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;
    int count = question(a)->choice_count;
    int by = action == ACTION_DOWN || action == ACTION_MORE ? 1 : -1;
    int to = l->chosen + by, was;

    if (count < 1 || to < 0 || to >= count)
        return;
    if (action == ACTION_MORE || action == ACTION_FEWER) {
        was = l->order[l->chosen];
        l->order[l->chosen] = l->order[to];
        l->order[to] = was;
    }
    l->chosen = to;
}

bool lesson_ask_act(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *q = question(a);

    if (action >= ACTION_STEP_1 && action < ACTION_STEP_1 + LESSON_CHOICES) {
        if ((int)(action - ACTION_STEP_1) < q->choice_count)
            l->chosen = (int)(action - ACTION_STEP_1);
        return true;
    }
    if (action >= ACTION_RUN_1 && action < ACTION_RUN_1 + LESSON_CHOICES) {
        vote(a, (int)(action - ACTION_RUN_1));
        return true;
    }
    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
    case ACTION_MORE:
    case ACTION_FEWER:
        move(a, action);
        return true;
    case ACTION_ENTER:
        choose_answer(a);
        return true;
    case ACTION_HINT:
        hint(a);
        return true;
    case ACTION_VOTES:
        l->voted = 0;
        lesson_type(a, LESSON_TYPES_VOTES);
        return true;
    default:
        return false;
    }
}

/* ---- a line being typed
 * -----------------------------------------------------------
 */

void lesson_type(struct app *a, enum lesson_typing what)
{
    a->lesson.typing = what;
    prompt_open(&a->lesson.line);
    a->overlay = OVERLAY_LESSON;
}

void lesson_type_end(struct app *a)
{
    a->lesson.typing = LESSON_TYPES_NOTHING;
    prompt_close(&a->lesson.line);
    if (a->overlay == OVERLAY_LESSON)
        a->overlay = OVERLAY_NONE;
}

const char *lesson_typing_words(const struct app *a, char *buf, size_t size)
{
    const struct lesson_state *l = &a->lesson;
    const char *unit = question(a)->unit;
    bool plain = !unit || strcmp(unit, "n") == 0;

    switch (l->typing) {
    case LESSON_TYPES_NUMBER:
        snprintf(buf, size, "your number%s%s%s", plain ? "" : " (",
                 plain ? "" : unit, plain ? "" : ")");
        break;
    case LESSON_TYPES_BECAUSE:
        snprintf(buf, size, "because");
        break;
    case LESSON_TYPES_VOTES:
        snprintf(buf, size, "hands for %c", 'a' + l->voted);
        break;
    default:
        snprintf(buf, size, "your number");
    }
    return buf;
}

/* "25", "25 s", "1e6": false if it is none. */
static bool read_number(struct app *a, double *out)
{
    const struct lesson_state *l = &a->lesson;
    char *end;

    *out = strtod(l->line.line, &end);
    if (end == l->line.line || !isfinite(*out)) {
        app_say(a, true, "\"%s\" is not a number, such as 25 or 0.5",
                l->line.line);
        return false;
    }
    return true;
}

static void take_votes(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    double n = 0;

    if (l->line.length > 0 && (!read_number(a, &n) || n < 0 || n > 9999))
        return;
    if (!l->voting)
        for (int i = 0; i < question(a)->choice_count; i++)
            l->votes[i] = 0;
    l->voting = true;
    l->votes[l->voted] = (int)n;
    l->voted++;
    lesson_type_end(a);
    if (l->voted < question(a)->choice_count)
        lesson_type(a, LESSON_TYPES_VOTES);
}

static void take_line(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    enum lesson_typing what = l->typing;

    switch (what) {
    case LESSON_TYPES_NUMBER:
        l->answer = (struct lesson_answer){.choice = -1};
        if (l->line.length == 0 || !read_number(a, &l->answer.number))
            return;
        lesson_type_end(a);
        answered(a);
        break;
    case LESSON_TYPES_BECAUSE:
        snprintf(l->answer.because, sizeof(l->answer.because), "%.199s",
                 l->line.line);
        lesson_type_end(a);
        lock(a);
        break;
    case LESSON_TYPES_VOTES:
        take_votes(a);
        break;
    default:
        if (l->line.length == 0 || !read_number(a, &l->said))
            return;
        lesson_type_end(a);
        lesson_again_line(a);
    }
}

/* A number does not begin so: it is a key of the page. */
static bool for_the_page(const struct app *a, int key)
{
    const struct lesson_state *l = &a->lesson;

    if (l->typing != LESSON_TYPES_NUMBER || l->line.length > 0)
        return false;
    return isalpha(key < 128 && key > 0 ? key : 0) || key == '?' ||
           key == TUI_KEY_BACKSPACE || key == TUI_KEY_LEFT ||
           key == TUI_KEY_ESCAPE || key == TUI_CTRL('H') || key == TUI_KEY_F1;
}

void lesson_over_key(struct app *a, int key)
{
    struct lesson_state *l = &a->lesson;
    enum action action = keys_find(&keys_ask, key, 0);

    if (for_the_page(a, key)) {
        enum lesson_typing was = l->typing;
        int step = l->session.step;

        lesson_type_end(a);
        app_act(a, keys_find(app_keys(a), key, a->screen->now(a)));
        if (a->screen == &screen_lesson && l->open && l->session.step == step &&
            a->overlay == OVERLAY_NONE && lesson_asks(a) &&
            key != TUI_KEY_ESCAPE && !a->leaving)
            lesson_type(a, was);
    } else if (action == ACTION_BACK) {
        lesson_type_end(a);
        if (l->again == AGAIN_PREDICTED)
            l->again = AGAIN_CHOOSE;
    } else if (action == ACTION_ENTER) {
        take_line(a);
    } else if (action != ACTION_NONE) {
        prompt_act(&l->line, action);
    } else {
        prompt_type(&l->line, key);
    }
}
