/* The pages of a lesson in parts: the sheet that they are written on
 * (lesson_sheet.c), text (lesson_told.c), questions (lesson_ask.c), what was
 * measured (lesson_seen.c). */
#ifndef VIEW_LESSON_PARTS_H
#define VIEW_LESSON_PARTS_H

#include "view/lesson.h"
#include "view/pieces.h"

/* Text is not wider than this, however wide the screen. */
#define LESSON_COLUMNS 88
/* Something written down on a page that is as long as it needs to be, of which
 * the screen shows a window. */
#define SHEET_ROWS 600

struct sheet {
    struct frame f;
    int row;               /* the next free one */
    int left, columns;     /* of the text */
    int focus, focus_rows; /* what must be in sight; -1: nothing */
    bool presenter;
    bool chosen; /* a list: it is scrolled by choosing */
};

/* False: no memory. sheet_close() in both cases. */
bool sheet_open(struct sheet *s, int columns, bool presenter);
void sheet_close(struct sheet *s);
void sheet_gap(struct sheet *s); /* an empty row, unless there is one */
/* Wrapped, @indent columns in; sheet_hang(): after @mark, which hangs out. */
void sheet_text(struct sheet *s, int indent, enum style style, const char *t);
void sheet_textf(struct sheet *s, int indent, enum style style,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
void sheet_hang(struct sheet *s, int indent, enum style mark_style,
                const char *mark, enum style style, const char *t);
void sheet_heading(struct sheet *s, const char *title);
/* Markdown, its figures filled in. */
void sheet_prose(struct sheet *s, const struct facts *facts,
                 const char *markdown);
/* A number, big; huge for a presenter. */
void sheet_hero(struct sheet *s, enum style style, const char *number,
                const char *label);
/* The window of it that begins with line @scroll, or so that the focus is in
 * sight, in @b. */
void sheet_show(struct frame *f, struct box b, const struct sheet *s,
                int scroll);
int sheet_scroll_max(const struct sheet *s, int rows);

/* ---- pages ------------------------------------------------------------------
 */

void page_read(struct sheet *s, const struct view_lesson *v);
void page_reveal(struct sheet *s, const struct view_lesson *v);
void page_check(struct sheet *s, const struct view_lesson *v);
void page_done(struct sheet *s, const struct view_lesson *v);
void page_ask(struct sheet *s, const struct view_lesson *v);
void page_again(struct sheet *s, const struct view_lesson *v);
void page_frozen(struct sheet *s, const struct view_lesson *v);
void page_run(struct sheet *s, const struct view_lesson *v);

/* ---- what pages share -------------------------------------------------------
 */

/* May it be seen what is right? A presenter says when. */
bool lesson_may_tell(const struct view_lesson *v);
/* What was said, or is right, in words: "b  26 s (13 rounds of 2 s)". */
void lesson_answer_words(const struct lesson_block *q,
                         const struct lesson_answer *a, struct text *out);
void lesson_key_words(const struct lesson_block *q, const struct lesson_key *k,
                      struct text *out);
/* Every prediction from step @from up to step @to that was answered: what was
 * said, why, and, if it may be told, what is right. */
void lesson_predictions(struct sheet *s, const struct view_lesson *v, int from,
                        int to);
/* The step after the last one of @stage before the present one; 0. */
int lesson_since(const struct session *s, enum lesson_stage stage);
/* The prose of @step, and of its reveals what holds here. */
void lesson_prose(struct sheet *s, const struct view_lesson *v,
                  const struct lesson_step *step);
/* A value, big, with its unit and @label (NULL) beside it. */
void lesson_hero(struct sheet *s, double x, const char *unit,
                 const char *label);
/* The question of @q, its figures filled in. */
void lesson_question(struct sheet *s, const struct session *session,
                     const struct lesson_block *q);

#endif
