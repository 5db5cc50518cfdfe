/* The course as a map: tracks with how far one is, their lessons, and what the
 * chosen one is about. Screen process. */
#include "view/course.h"

#include <stdio.h>
#include <string.h>

#include "lesson/targets.h"
#include "view/lesson_parts.h"

#define BAR_COLUMNS 10

static const struct {
    const char *mark, *words;
    enum style style;
} states[] = {
    [COURSE_NEW] = {"-", "not begun yet", STYLE_NORMAL},
    [COURSE_BEGUN] = {"▶", "begun: Enter goes on where you stopped",
                      STYLE_HERO},
    [COURSE_DONE] = {"✓", "done", STYLE_GOOD},
    [COURSE_OLD] = {"~", "done, in an older version", STYLE_WARN},
    [COURSE_SKIPPED] = {"/", "explanation read, without the run", STYLE_WARN},
    [COURSE_LATER] = {"·", "better after the lessons that come before it",
                      STYLE_DIM},
};

/* ---- the list
 * ------------------------------------------------------------------
 */

static void track_line(struct sheet *s, const struct view_course *v,
                       char letter, const char *title)
{
    int done = 0, all = 0, column = s->left + s->columns;
    char count[32];

    for (int i = 0; i < v->course->count; i++) {
        enum course_state state;

        if (v->course->lessons[i].track != letter)
            continue;
        state = course_state(v->course, i, v->progress);
        done += state == COURSE_DONE || state == COURSE_OLD;
        all++;
    }
    sheet_gap(s);
    snprintf(count, sizeof(count), "%d/%d", done, all);
    frame_right(&s->f, s->row, column, STYLE_DIM, count);
    column -= 6 + BAR_COLUMNS;
    frame_bar(&s->f, s->row, column, BAR_COLUMNS,
              all > 0 ? (double)done / all : 0, STYLE_GOOD, STYLE_DIM);
    frame_textf(&s->f, s->row, s->left, 3, STYLE_KEY, "%c", letter);
    piece_text(&s->f, s->row, s->left + 3, column - s->left - 4, STYLE_TITLE,
               title);
    s->row++;
}

static void lesson_line(struct sheet *s, const struct view_course *v, int at)
{
    int index = v->shown[at];
    const struct course_lesson *l = &v->course->lessons[index];
    enum course_state state = course_state(v->course, index, v->progress);
    bool chosen = at == v->selected;
    enum style style = chosen                  ? STYLE_SELECTED
                       : state == COURSE_LATER ? STYLE_DIM
                                               : STYLE_NORMAL;

    if (chosen) {
        frame_fill(&s->f, (struct box){s->row, s->left, 1, s->columns}, ' ',
                   STYLE_SELECTED);
        s->focus = s->row;
        s->focus_rows = 2;
    }
    frame_put(&s->f, s->row, s->left + 1, 0, style);
    frame_text(&s->f, s->row, s->left + 1, 1,
               chosen ? STYLE_SELECTED : states[state].style,
               states[state].mark);
    frame_textf(&s->f, s->row, s->left + 3, 3, style, "%02d", l->number);
    piece_text(&s->f, s->row, s->left + 6, s->columns - 7, style,
               l->lesson.title ? l->lesson.title : l->id);
    s->row++;
}

static const char *track_title(const struct course *c, char letter)
{
    for (int i = 0; i < c->track_count; i++)
        if (c->tracks[i].letter == letter)
            return c->tracks[i].title;
    return letter == 'X' ? "Extensions" : "Lessons of your own";
}

static void draw_list(struct frame *f, struct box b,
                      const struct view_course *v)
{
    struct sheet s;
    char track = 0;

    if (!sheet_open(&s, b.columns, false))
        return;
    s.left = 0;
    s.columns = b.columns;
    s.chosen = true;
    for (int i = 0; i < v->shown_count; i++) {
        const struct course_lesson *l = &v->course->lessons[v->shown[i]];

        if (l->track != track)
            track_line(&s, v, l->track, track_title(v->course, l->track));
        track = l->track;
        lesson_line(&s, v, i);
    }
    if (v->shown_count == 0)
        sheet_text(&s, 0, STYLE_WARN, "No lesson has these words.");
    if (v->selected == 0)
        s.focus = 0;
    sheet_show(f, b, &s, 0);
    sheet_close(&s);
}

/* ---- the chosen one
 * -------------------------------------------------------------
 */

/* @each word of @list. */
static void each_word(const char *list,
                      void (*each)(struct sheet *s, const struct view_course *v,
                                   const char *word),
                      struct sheet *s, const struct view_course *v)
{
    char word[LESSON_NAME];
    size_t n;

    for (; list && *list; list += n) {
        list += strspn(list, " ,");
        n = strcspn(list, " ,");
        if (n == 0)
            return;
        snprintf(word, sizeof(word), "%.*s", (int)n, list);
        each(s, v, word);
    }
}

static void before_line(struct sheet *s, const struct view_course *v,
                        const char *word)
{
    for (int i = 0; i < v->course->count; i++) {
        const struct course_lesson *l = &v->course->lessons[i];
        enum course_state state;
        char mark[8];

        if (strcmp(l->id, word) != 0)
            continue;
        state = course_state(v->course, i, v->progress);
        snprintf(mark, sizeof(mark), "%s", states[state].mark);
        sheet_hang(s, 2, states[state].style, mark, STYLE_NORMAL,
                   l->lesson.title ? l->lesson.title : l->id);
    }
}

static void target_line(struct sheet *s, const struct view_course *v,
                        const char *word)
{
    const char *words = lesson_target_words(word);

    (void)v;
    if (words)
        sheet_hang(s, 2, STYLE_DIM, "·", STYLE_NORMAL, words);
}

static void lesson_page(struct sheet *s, const struct view_course *v, int index)
{
    const struct course_lesson *l = &v->course->lessons[index];
    enum course_state state = course_state(v->course, index, v->progress);

    if (l->lesson.question)
        sheet_text(s, 0, STYLE_HERO, l->lesson.question);
    sheet_gap(s);
    sheet_hang(s, 0, states[state].style, states[state].mark, STYLE_NORMAL,
               states[state].words);
    if (l->lesson.minutes > 0)
        sheet_textf(s, 0, STYLE_NORMAL, "About %d minute%s.", l->lesson.minutes,
                    l->lesson.minutes == 1 ? "" : "s");
    if (l->lesson.fault_count > 0)
        sheet_textf(s, 0, STYLE_BAD, "This lesson has mistakes: line %d: %s",
                    l->lesson.faults[0].line, l->lesson.faults[0].text);
    if (l->lesson.after && *l->lesson.after) {
        sheet_heading(s, "Comes after");
        each_word(l->lesson.after, before_line, s, v);
    }
    if (l->lesson.targets && *l->lesson.targets) {
        sheet_heading(s, "Against the belief that");
        each_word(l->lesson.targets, target_line, s, v);
    }
    if (l->lesson.needs && *l->lesson.needs) {
        sheet_heading(s, "Its speeds need");
        sheet_textf(s, 2, STYLE_NORMAL, "%s", l->lesson.needs);
    }
}

static void draw_chosen(struct frame *f, struct box b,
                        const struct view_course *v)
{
    const struct course_lesson *l;
    struct sheet s;
    char title[120];

    if (v->selected < 0 || v->selected >= v->shown_count)
        return;
    l = &v->course->lessons[v->shown[v->selected]];
    snprintf(title, sizeof(title), "%02d  %.80s", l->number,
             l->lesson.title ? l->lesson.title : l->id);
    b = frame_panel(f, b, title, NULL);
    box_take_columns(&b, 1);
    box_take_columns(&b, -1);
    if (!sheet_open(&s, b.columns, false))
        return;
    s.left = 0;
    s.columns = b.columns;
    lesson_page(&s, v, v->shown[v->selected]);
    sheet_show(f, b, &s, v->scroll);
    sheet_close(&s);
}

/* ---- all of it
 * ------------------------------------------------------------------
 */

static void draw_top(struct frame *f, const struct view_course *v)
{
    int done = 0, all = 0;
    char right[48];

    for (int i = 0; i < v->course->count; i++) {
        enum course_state state = course_state(v->course, i, v->progress);

        if (v->course->lessons[i].extension || v->course->lessons[i].own)
            continue;
        all++;
        done += state == COURSE_DONE || state == COURSE_OLD;
    }
    frame_text(f, 0, 1, -1, STYLE_TITLE, "LESSONS");
    if (v->search && (v->searching || *v->search))
        frame_textf(f, 0, 10, f->columns - 30, STYLE_HERO, "/%s%s   %d found",
                    v->search, v->searching ? "_" : "", v->shown_count);
    else if (f->columns >= 80)
        frame_text(f, 0, 10, -1, STYLE_DIM,
                   "predict, run it here, see, explain");
    snprintf(right, sizeof(right), "%d of %d done", done, all);
    frame_right(f, 0, f->columns - 1, STYLE_NORMAL, right);
    frame_fill(f, (struct box){1, 0, 1, f->columns}, 0x2500, STYLE_DIM);
}

void view_course(struct frame *f, const struct view_course *v)
{
    struct box b = frame_box(f), footer, right;

    if (!view_fits(f, 20, 60))
        return;
    draw_top(f, v);
    box_take_rows(&b, 2);
    footer = box_take_rows(&b, -2);
    if (b.columns >= 160)
        right = box_take_columns(&b, -80);
    else
        right = box_take_columns(&b, -(b.columns * 11 / 24));
    box_take_columns(&b, 1);
    box_take_columns(&b, -2);
    draw_list(f, b, v);
    draw_chosen(f, right, v);
    view_footer(f, footer, &v->common);
}
