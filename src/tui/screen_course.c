/* The map of all lessons: to choose one, to see how far one is. Screen process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"
#include "view/course.h"

/* ---- the course
 * ----------------------------------------------------------------
 */

struct course *course_of(struct app *a, struct err *err)
{
    struct course_screen *s = &a->course;

    if (s->course)
        return s->course;
    if (a->options.course) {
        s->course = a->options.course;
        return s->course;
    }
    if (course_read(&s->own, "", err) < 0) {
        course_fini(&s->own);
        return NULL;
    }
    s->course = &s->own;
    return s->course;
}

void course_look(struct app *a)
{
    struct course_screen *s = &a->course;
    struct err err = {0};

    progress_fini(&s->progress);
    if (progress_read(&s->progress, &err) < 0 && !s->told) {
        s->told = true;
        app_say(a, true, "%s", err.text);
    }
}

void course_close(struct app *a)
{
    struct course_screen *s = &a->course;

    if (s->course == &s->own)
        course_fini(&s->own);
    s->course = NULL;
    progress_fini(&s->progress);
    free(s->shown);
    s->shown = NULL;
    s->shown_count = 0;
}

/* ---- the list
 * -------------------------------------------------------------------
 */

static void search(struct course_screen *s)
{
    int count = s->course->count;

    if (!s->shown)
        s->shown = calloc((size_t)count + 1, sizeof(*s->shown));
    if (!s->shown)
        return;
    if (s->search[0]) {
        s->shown_count = course_search(s->course, s->search, s->shown, count);
    } else {
        s->shown_count = count;
        for (int i = 0; i < count; i++)
            s->shown[i] = i;
    }
    if (s->selected >= s->shown_count)
        s->selected = s->shown_count > 0 ? s->shown_count - 1 : 0;
}

/* Choose lesson @index, if it is in the list. */
static void choose(struct course_screen *s, int index)
{
    for (int i = 0; i < s->shown_count; i++)
        if (s->shown[i] == index)
            s->selected = i;
}

static void course_enter(struct app *a)
{
    struct course_screen *s = &a->course;
    bool first = !s->course;
    struct err err = {0};

    if (a->below)
        s->below = a->below;
    a->below = s->below == &screen_course ? NULL : s->below;
    run_close(a);
    if (!course_of(a, &err)) {
        app_say(a, true, "%s", err.text);
        return;
    }
    course_look(a);
    search(s);
    if (first && course_next(s->course, &s->progress) >= 0)
        choose(s, course_next(s->course, &s->progress));
    else if (!first)
        choose(s, a->lesson.index);
}

static void course_leave(struct app *a)
{
    a->course.typing = false;
}

static unsigned course_now(const struct app *a)
{
    (void)a;
    return 0;
}

/* The first lesson of the track before or after. */
static void other_track(struct course_screen *s, int by)
{
    int at = s->selected;
    char track;

    if (s->shown_count == 0)
        return;
    track = s->course->lessons[s->shown[at]].track;
    while (at >= 0 && at < s->shown_count &&
           s->course->lessons[s->shown[at]].track == track)
        at += by;
    if (at < 0 || at >= s->shown_count)
        at = by < 0 ? 0 : s->shown_count - 1;
    track = s->course->lessons[s->shown[at]].track;
    while (at > 0 && s->course->lessons[s->shown[at - 1]].track == track)
        at--;
    if (by > 0 && at <= s->selected)
        at = s->shown_count - 1;
    s->selected = at;
}

static void next(struct app *a)
{
    struct course_screen *s = &a->course;
    int index = course_next(s->course, &s->progress);

    if (index < 0) {
        app_say(a, false, "all lessons are done");
        return;
    }
    s->search[0] = '\0';
    search(s);
    choose(s, index);
}

static void course_act(struct app *a, enum action action)
{
    struct course_screen *s = &a->course;

    if (!s->course)
        return;
    if (action != ACTION_PAGE_UP && action != ACTION_PAGE_DOWN)
        s->scroll = 0;
    switch (action) {
    case ACTION_UP:
        s->selected -= s->selected > 0;
        break;
    case ACTION_DOWN:
        s->selected += s->selected + 1 < s->shown_count;
        break;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        other_track(s, action == ACTION_LEFT ? -1 : 1);
        break;
    case ACTION_PAGE_UP:
        s->scroll = s->scroll > 5 ? s->scroll - 5 : 0;
        break;
    case ACTION_PAGE_DOWN: /* the end is seen at the drawing */
        s->scroll = s->scroll < 40 ? s->scroll + 5 : s->scroll;
        break;
    case ACTION_FIRST:
        s->selected = 0;
        break;
    case ACTION_LAST:
        s->selected = s->shown_count > 0 ? s->shown_count - 1 : 0;
        break;
    case ACTION_NEXT:
        next(a);
        break;
    case ACTION_SEARCH:
        s->typing = true;
        a->overlay = OVERLAY_COURSE;
        break;
    case ACTION_ENTER:
        if (s->shown_count > 0)
            app_lesson(a, s->shown[s->selected]);
        break;
    default:
        break;
    }
}

void course_search_key(struct app *a, int key)
{
    struct course_screen *s = &a->course;
    size_t n = strlen(s->search);

    if (key == TUI_KEY_ENTER || key == TUI_KEY_DOWN || key == TUI_KEY_UP) {
        s->typing = false;
    } else if (key == TUI_KEY_ESCAPE) {
        s->typing = false;
        s->search[0] = '\0';
    } else if ((key == TUI_KEY_BACKSPACE || key == TUI_CTRL('H')) && n > 0) {
        s->search[n - 1] = '\0';
    } else if (key >= ' ' && key < 127 && n + 1 < sizeof(s->search)) {
        s->search[n] = (char)key;
        s->search[n + 1] = '\0';
        s->selected = 0;
    }
    if (!s->typing)
        a->overlay = OVERLAY_NONE;
    search(s);
}

/* Back out of a search first. */
static bool course_stays(struct app *a)
{
    struct course_screen *s = &a->course;
    int index = -1;

    if (s->search[0] == '\0' || !s->course)
        return false;
    if (s->shown_count > 0)
        index = s->shown[s->selected];
    s->search[0] = '\0';
    search(s);
    choose(s, index);
    return true;
}

/* A click on a title chooses it, on the chosen one begins it. */
static void course_click(struct app *a, int row)
{
    struct course_screen *s = &a->course;
    struct frame line = {1, a->frame.columns,
                         a->frame.cells +
                             (size_t)row * (size_t)a->frame.columns};
    struct text text = {0};

    frame_to_text(&line, &text);
    for (int i = 0; s->course && i < s->shown_count; i++) {
        const struct course_lesson *l = &s->course->lessons[s->shown[i]];
        char number[8];
        const char *at;

        snprintf(number, sizeof(number), " %02d ", l->number);
        at = strstr(text_str(&text), number);
        if (!at || at > text_str(&text) + 10)
            continue;
        if (i == s->selected)
            app_lesson(a, s->shown[i]);
        else
            s->selected = i;
        break;
    }
    text_fini(&text);
}

static void course_draw(struct app *a, struct frame *f,
                        const struct view_common *c)
{
    static const struct course none;
    struct course_screen *s = &a->course;
    struct view_course v = {
        .common = *c,
        .course = s->course ? s->course : &none,
        .progress = &s->progress,
        .shown = s->shown,
        .shown_count = s->shown ? s->shown_count : 0,
        .selected = s->selected,
        .scroll = s->scroll,
        .search = s->search,
        .searching = s->typing,
    };

    view_course(f, &v);
}

static int64_t course_tick(struct app *a, int64_t now_ns)
{
    (void)a;
    (void)now_ns;
    return INT64_MAX;
}

const struct screen screen_course = {
    .keys = &keys_course,
    .enter = course_enter,
    .leave = course_leave,
    .now = course_now,
    .act = course_act,
    .click = course_click,
    .draw = course_draw,
    .stays = course_stays,
    .tick = course_tick,
};
