/* "Predict again": a suggestion, a number, the run, and the two side by side.
 * Screen process. */
#include <math.h>
#include <stdio.h>

#include "lesson/record.h"
#include "tui/app.h"

static const struct lesson_block *block_of(const struct app *a)
{
    return session_block(&a->lesson.session);
}

void lesson_again_line(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    l->again = AGAIN_RUNS;
    lesson_run_again_line(a, l->chosen);
    if (!l->running)
        l->again = AGAIN_CHOOSE;
}

void lesson_again_over(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *b = block_of(a);
    const struct lesson_line *line = &b->lines[l->chosen];
    struct text said = {0}, measured = {0};
    struct err err = {0};

    l->again = AGAIN_MEASURED;
    l->measured = NAN;
    if (line->figure)
        formula_value(line->figure, l->session.facts, &l->measured, NULL);
    if (!isnan(l->said))
        formula_say(l->said, "", &said);
    formula_say(l->measured, "", &measured);
    lesson_noted(a,
                 record_again(&l->session, session_step(&l->session)->block,
                              l->chosen,
                              isnan(l->said) ? NULL : text_str(&said),
                              text_str(&measured), &err),
                 &err);
    text_fini(&said);
    text_fini(&measured);
}

static void choose(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_block *b = block_of(a);

    l->said = NAN;
    if (l->chosen >= b->line_count)
        return;
    if (b->lines[l->chosen].figure) {
        l->again = AGAIN_PREDICTED;
        lesson_type(a, LESSON_TYPES_AGAIN);
    } else {
        lesson_again_line(a);
    }
}

bool lesson_again_act(struct app *a, enum action action)
{
    struct lesson_state *l = &a->lesson;
    int count = block_of(a)->line_count;

    if (l->again == AGAIN_RUNS)
        return false;
    if (l->again == AGAIN_MEASURED) {
        if (action != ACTION_AGAIN)
            return false;
        l->again = AGAIN_CHOOSE;
        l->picture = false;
        return true;
    }
    if (action >= ACTION_STEP_1 && action < ACTION_STEP_1 + LESSON_CHOICES) {
        if ((int)(action - ACTION_STEP_1) < count)
            l->chosen = (int)(action - ACTION_STEP_1);
        return true;
    }
    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
        l->chosen += action == ACTION_UP ? -1 : 1;
        if (l->chosen >= count)
            l->chosen = count - 1;
        if (l->chosen < 0)
            l->chosen = 0;
        return true;
    case ACTION_ENTER:
        choose(a);
        return true;
    case ACTION_NEXT:
        lesson_go_on(a);
        return true;
    default:
        return false;
    }
}
