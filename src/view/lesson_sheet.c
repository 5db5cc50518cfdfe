/* A sheet: a page as long as it needs to be, and its window on the screen.
 * Screen process. */
#include "view/lesson_parts.h"

#include <stdarg.h>
#include <string.h>

#include "lesson/prose.h"

bool sheet_open(struct sheet *s, int columns, bool presenter)
{
    int room = columns - 4;

    *s = (struct sheet){.focus = -1, .presenter = presenter};
    if (frame_init(&s->f, SHEET_ROWS, columns) < 0)
        return false;
    s->columns = room < LESSON_COLUMNS ? room : LESSON_COLUMNS;
    s->left = (columns - s->columns) / 2;
    return true;
}

void sheet_close(struct sheet *s)
{
    frame_fini(&s->f);
}

static bool row_empty(const struct frame *f, int row)
{
    for (int c = 0; c < f->columns; c++)
        if (f->cells[(size_t)row * (size_t)f->columns + (size_t)c].glyph != 0)
            return false;
    return true;
}

void sheet_gap(struct sheet *s)
{
    if (s->row > 0 && s->row < s->f.rows && !row_empty(&s->f, s->row - 1))
        s->row++;
}

void sheet_text(struct sheet *s, int indent, enum style style, const char *t)
{
    struct box b = {s->row, s->left + indent, s->f.rows - s->row,
                    s->columns - indent};

    s->row += frame_wrap(&s->f, b, style, t);
}

void sheet_textf(struct sheet *s, int indent, enum style style,
                 const char *format, ...)
{
    struct text t = {0};
    va_list ap;

    va_start(ap, format);
    text_addv(&t, format, ap);
    va_end(ap);
    sheet_text(s, indent, style, text_str(&t));
    text_fini(&t);
}

void sheet_hang(struct sheet *s, int indent, enum style mark_style,
                const char *mark, enum style style, const char *t)
{
    int row = s->row;

    frame_text(&s->f, row, s->left + indent, s->columns - indent, mark_style,
               mark);
    sheet_text(s, indent + text_columns(mark) + 1, style, t);
    if (s->row == row)
        s->row++;
}

void sheet_heading(struct sheet *s, const char *title)
{
    sheet_gap(s);
    sheet_text(s, 0, STYLE_TITLE, title);
}

/* ---- prose ----------------------------------------------------------------
 */

static enum style style_of(const struct prose_run *r)
{
    if (r->heading)
        return STYLE_TITLE;
    switch (r->look) {
    case PROSE_STRONG:
    case PROSE_EMPHASIS:
        return STYLE_TITLE;
    case PROSE_MONO:
        return STYLE_KEY;
    default:
        return STYLE_NORMAL;
    }
}

static void prose_draw(struct sheet *s, const struct prose_layout *l)
{
    for (int i = 0; i < l->count && s->row < s->f.rows; i++, s->row++) {
        const struct prose_line *line = &l->lines[i];
        int column = s->left + line->indent;

        for (int r = 0; r < line->run_count; r++)
            column += frame_text(&s->f, s->row, column, -1,
                                 style_of(&line->runs[r]), line->runs[r].text);
    }
}

void sheet_prose(struct sheet *s, const struct facts *facts,
                 const char *markdown)
{
    struct text filled = {0};
    struct prose prose = {0};
    struct prose_layout layout = {0};

    formula_fill(markdown, facts, NULL, &filled);
    if (prose_parse(&prose, text_str(&filled)) == 0 &&
        prose_lay(&prose, s->columns, &layout) == 0) {
        sheet_gap(s);
        prose_draw(s, &layout);
    }
    prose_layout_fini(&layout);
    prose_fini(&prose);
    text_fini(&filled);
}

/* ---- the big number --------------------------------------------------------
 */

void sheet_hero(struct sheet *s, enum style style, const char *number,
                const char *label)
{
    bool huge = s->presenter && frame_huge_columns(number) <= s->columns;
    int columns = 0;

    sheet_gap(s);
    if (huge)
        frame_huge(&s->f, s->row, s->left, style, number);
    else if (frame_big_columns(number) <= s->columns)
        columns = frame_big(&s->f, s->row, s->left, style, number);
    else {
        sheet_text(s, 0, style, number);
        if (label)
            sheet_text(s, 0, STYLE_NORMAL, label);
        return;
    }
    s->row += huge ? 5 : 3;
    if (!label)
        return;
    if (!huge && columns + 2 + text_columns(label) <= s->columns)
        frame_text(&s->f, s->row - 1, s->left + columns + 2, -1, STYLE_NORMAL,
                   label);
    else
        sheet_text(s, 0, STYLE_NORMAL, label);
}

/* ---- the window ------------------------------------------------------------
 */

int sheet_scroll_max(const struct sheet *s, int rows)
{
    int room = rows - 1; /* the last row says that there is more */

    return s->row <= rows ? 0 : s->row - (room > 0 ? room : 1);
}

void sheet_show(struct frame *f, struct box b, const struct sheet *s,
                int scroll)
{
    int most = sheet_scroll_max(s, b.rows);
    int shown = most > 0 ? b.rows - 1 : b.rows;

    if (s->focus >= 0 && s->focus + s->focus_rows > scroll + shown)
        scroll = s->focus + s->focus_rows - shown;
    if (s->focus >= 0 && s->focus < scroll)
        scroll = s->focus;
    if (scroll > most)
        scroll = most;
    if (scroll < 0)
        scroll = 0;
    for (int r = 0; r < shown && scroll + r < s->row; r++)
        for (int c = 0; c < b.columns && c < s->f.columns; c++) {
            const struct cell *cell =
                &s->f.cells[(size_t)(scroll + r) * (size_t)s->f.columns +
                            (size_t)c];

            frame_put(f, b.row + r, b.column + c, cell->glyph,
                      (enum style)cell->style);
        }
    if (most == 0)
        return;
    if (scroll < most)
        frame_textf(f, b.row + shown, b.column + s->left, s->columns,
                    s->chosen ? STYLE_DIM : STYLE_WARN, "▼ %d more line%s%s",
                    s->row - scroll - shown,
                    s->row - scroll - shown == 1 ? "" : "s",
                    s->chosen ? "" : ": PgDn");
    else if (!s->chosen)
        frame_text(f, b.row + shown, b.column + s->left, s->columns, STYLE_DIM,
                   "▲ PgUp: the lines above");
}
