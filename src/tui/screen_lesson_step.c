/* From step to step in a lesson: opening it, going on where somebody stopped,
 * on and back, and noting it all. Screen process. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "lesson/notes.h"
#include "lesson/record.h"
#include "tui/app.h"

/* ---- small words
 * -------------------------------------------------------------
 */

const struct course_lesson *lesson_entry(const struct app *a)
{
    const struct course *c = a->course.course;

    if (!c || a->lesson.index < 0 || a->lesson.index >= c->count)
        return NULL;
    return &c->lessons[a->lesson.index];
}

void lesson_noted(struct app *a, int rc, const struct err *err)
{
    if (rc >= 0 || a->course.told)
        return;
    a->course.told = true;
    app_say(a, true, "your progress is not kept: %s", err->text);
}

int lesson_next_one(const struct app *a)
{
    const struct course *c = a->course.course;
    int here = a->lesson.index;

    if (!c)
        return -1;
    for (int i = here + 1; i < c->count; i++)
        if (!c->lessons[i].own && !c->lessons[i].extension)
            return i;
    return -1;
}

int lesson_experiment(const struct app *a)
{
    const struct session *s = &a->lesson.session;

    for (int i = s->step; i >= 0; i--)
        if (s->steps[i].stage == STAGE_RUN ||
            s->steps[i].stage == STAGE_FROZEN ||
            s->steps[i].stage == STAGE_AGAIN)
            return s->steps[i].block;
    return -1;
}

/* ---- arriving
 * ----------------------------------------------------------------
 */

static void note_checks(struct app *a, int block)
{
    const struct session *s = &a->lesson.session;
    struct err err = {0};
    int rc = record_checks(s, block, &err);

    lesson_noted(a, rc, &err);
    for (int i = 0; i < s->step; i++)
        if (s->steps[i].stage == STAGE_PREDICT &&
            s->answers[s->steps[i].block].given)
            lesson_noted(a, record_key(s, s->steps[i].block, &err), &err);
}

void lesson_publish(struct app *a)
{
    const struct course_lesson *entry = lesson_entry(a);

    if (a->presenter && a->lesson.open)
        notes_publish(&a->lesson.session, entry ? entry->number : 0, NULL);
}

/* What the page of this step needs. */
static void arrive(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_step *step = session_step(&l->session);
    struct err err = {0};

    l->scroll = 0;
    l->chosen = 0;
    l->hints = 0;
    l->picture = false;
    l->told = false;
    l->voting = false;
    l->run_error[0] = '\0';
    l->again = AGAIN_CHOOSE;
    l->said = l->measured = NAN;
    lesson_noted(a, record_step(&l->session, &err), &err);
    switch (step->stage) {
    case STAGE_PREDICT:
    case STAGE_OBSERVE:
    case STAGE_EXPLAIN:
        lesson_ask_begin(a);
        break;
    case STAGE_RUN:
        if (!l->session.over[step->block])
            lesson_run_begin(a);
        else if (l->picture_block != step->block)
            lesson_guest_open(a, step->block);
        break;
    case STAGE_CHECK:
        note_checks(a, step->block);
        break;
    case STAGE_DONE:
        lesson_noted(a, record_done(&l->session, &err), &err);
        course_look(a);
        break;
    default:
        break;
    }
    lesson_publish(a);
    a->dirty = true;
}

/* ---- on and back
 * ---------------------------------------------------------------
 */

/* A presenter's class has not seen yet what is right: show it first. */
static bool keeps_back(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    enum lesson_stage stage = session_step(&l->session)->stage;

    if (!a->presenter || l->told)
        return false;
    if (stage != STAGE_CHECK && stage != STAGE_OBSERVE &&
        stage != STAGE_EXPLAIN)
        return false;
    l->told = true;
    return true;
}

void lesson_go_on(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    enum lesson_stage stage = session_step(&l->session)->stage;
    int next;

    if (stage == STAGE_DONE) {
        next = lesson_next_one(a);
        if (next >= 0) {
            const struct screen *below = a->below;
            struct err err = {0};

            lesson_close(a);
            if (lesson_open(a, next, &err) < 0)
                snprintf(l->error, sizeof(l->error), "%s", err.text);
            a->below = below;
        } else {
            app_back(a);
        }
        return;
    }
    if (keeps_back(a))
        return;
    if (l->running) {
        app_say(a, false, "the runs go on; S ends them here");
        return;
    }
    if (!session_may_go_on(&l->session)) {
        app_say(a, false, "an answer first; it may be a guess");
        return;
    }
    if (session_next(&l->session))
        arrive(a);
}

void lesson_go_back(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    lesson_run_drop(a);
    l->running = false;
    if (session_back(&l->session))
        arrive(a);
    else
        app_say(a, false, "this is the beginning");
}

void lesson_skip(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    struct err err = {0};

    if (a->options.no_skip)
        return;
    lesson_run_drop(a);
    l->running = false;
    session_skip(&l->session);
    lesson_noted(a, record_skip(&l->session, &err), &err);
    arrive(a);
}

/* ---- opening
 * -------------------------------------------------------------------
 */

/* Where somebody stopped, if that is worth it. */
static void resume(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    int step;

    course_look(a);
    step = record_resume(&l->session, &a->course.progress);
    if (step <= 0)
        return;
    l->session.furthest =
        step > l->session.furthest ? step : l->session.furthest;
    if (session_go(&l->session, step))
        app_say(a, false,
                "you were here last time; ← goes back, and r on the first page "
                "begins anew");
}

static int begin(struct app *a, const struct course_lesson *entry, bool anew,
                 struct err *err)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson *lesson = &entry->lesson;
    struct err noted = {0};
    int rc;

    if (lesson->fault_count > 0)
        return err_set(
            err, -EINVAL, "%s:%d: %s (timeslice lesson lint tells all)",
            entry->path, lesson->faults[0].line, lesson->faults[0].text);
    rc = session_init(&l->session, lesson, a->options.machine, err);
    if (rc < 0) {
        session_fini(&l->session);
        return rc;
    }
    l->open = true;
    l->picture_block = -1;
    l->sweep_block = -1;
    l->guest = GUEST_NONE;
    l->from_history = false;
    if (!anew)
        resume(a);
    if (l->session.step == 0) {
        rc = record_opened(&l->session, &noted);
        lesson_noted(a, rc, &noted);
    }
    arrive(a);
    return 0;
}

int lesson_open(struct app *a, int index, struct err *err)
{
    struct lesson_state *l = &a->lesson;
    const struct course_lesson *entry;

    l->index = index;
    l->error[0] = '\0';
    entry = lesson_entry(a);
    if (!entry)
        return err_set(err, -ENOENT, "there is no such lesson");
    return begin(a, entry, false, err);
}

void lesson_anew(struct app *a)
{
    const struct course_lesson *entry = lesson_entry(a);
    struct err err = {0};

    lesson_close(a);
    if (entry && begin(a, entry, true, &err) < 0)
        snprintf(a->lesson.error, sizeof(a->lesson.error), "%s", err.text);
}

void lesson_close(struct app *a)
{
    struct lesson_state *l = &a->lesson;

    lesson_run_drop(a);
    l->running = false;
    lesson_guest_close(a);
    lesson_picture_forget(a);
    frame_fini(&l->frame);
    if (l->open && a->presenter)
        notes_end();
    if (l->open)
        session_fini(&l->session);
    l->open = false;
}
