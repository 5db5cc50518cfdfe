/* From frames to bytes for a terminal. Screen process. */
#include "tui/paint.h"

#include <string.h>
#include <wchar.h>

/* So many cells that have not changed are cheaper sent again than jumped over.
 */
#define GAP_MAX 4
#define STYLE_NONE 255 /* no cell looks like this: it will be sent */

struct pen {
    int row, column;                 /* where the cursor is; -1 not known */
    const struct paint_style *style; /* begun last; NULL none */
};

static struct cell *cell_at(const struct frame *f, int row, int column)
{
    return &f->cells[(size_t)row * (size_t)f->columns + (size_t)column];
}

static bool cells_equal(struct cell a, struct cell b)
{
    return (a.glyph ? a.glyph : ' ') == (b.glyph ? b.glyph : ' ') &&
           a.style == b.style;
}

/* What is shown of a cell: one column wide, whatever was asked for. */
static uint32_t glyph_shown(const struct paint_terminal *t, uint32_t glyph)
{
    if (glyph == 0)
        return ' ';
    if (glyph >= ' ' && glyph < 127)
        return glyph;
    return t->utf8 && wcwidth((wchar_t)glyph) == 1 ? glyph : '?';
}

static void style_send(struct pen *pen, const struct paint_style *style,
                       struct text *out)
{
    const struct paint_style *was = pen->style;

    pen->style = style;
    if (was == style || (was && strcmp(was->full, style->full) == 0))
        return;
    if (was && was->attrs == style->attrs && style->colour[0] != '\0')
        text_add(out, style->colour);
    else
        text_add(out, style->full);
}

static void cell_send(const struct paint_terminal *t, struct pen *pen,
                      struct cell cell, struct text *out)
{
    uint32_t glyph = glyph_shown(t, cell.glyph);
    int i = cell.style < STYLE_COUNT ? cell.style : STYLE_NORMAL;
    char bytes[5];

    style_send(pen, PAINT_FILLS(glyph) ? &t->filled[i] : &t->style[i], out);
    text_encode(bytes, glyph);
    text_add(out, bytes);
    pen->column++;
}

/* Bring the cursor to @column, over unchanged cells if they are few. */
static void pen_move(const struct paint_terminal *t, struct pen *pen,
                     const struct frame *f, int row, int column,
                     struct text *out)
{
    if (pen->row == row && pen->column >= 0 && pen->column <= column &&
        column - pen->column <= GAP_MAX) {
        while (pen->column < column)
            cell_send(t, pen, *cell_at(f, row, pen->column), out);
        return;
    }
    t->move(out, row, column);
    pen->row = row;
    pen->column = column;
}

/* Wipe the terminal; afterwards it shows blanks, or nothing known. */
static bool wipe(struct paint *p, const struct paint_terminal *t,
                 const struct frame *f, struct pen *pen, struct text *out)
{
    size_t cells = (size_t)f->rows * (size_t)f->columns;
    uint8_t style = t->clear_paints ? STYLE_NORMAL : STYLE_NONE;

    style_send(pen, &t->style[STYLE_NORMAL], out);
    text_add(out, t->clear);
    if (frame_init(&p->shown, f->rows, f->columns) < 0)
        return false;
    for (size_t i = 0; i < cells; i++)
        p->shown.cells[i] = (struct cell){.glyph = 0, .style = style};
    return true;
}

void paint_frame(struct paint *p, const struct paint_terminal *t,
                 const struct frame *f, struct text *out)
{
    struct pen pen = {.row = -1, .column = -1};
    bool known = true;

    if (p->afresh || !p->shown.cells || p->shown.rows != f->rows ||
        p->shown.columns != f->columns)
        known = wipe(p, t, f, &pen, out);
    for (int row = 0; row < f->rows; row++)
        for (int column = 0; column < f->columns; column++) {
            struct cell now = *cell_at(f, row, column);
            bool last = row == f->rows - 1 && column == f->columns - 1;

            if (known && cells_equal(now, *cell_at(&p->shown, row, column)))
                continue;
            if (last && !t->corner)
                continue;
            pen_move(t, &pen, f, row, column, out);
            cell_send(t, &pen, now, out);
            /* Behind the last column terminals differ. */
            if (pen.column >= f->columns)
                pen.row = -1;
            if (known)
                *cell_at(&p->shown, row, column) = now;
        }
    p->afresh = !known;
}

void paint_fini(struct paint *p)
{
    frame_fini(&p->shown);
    *p = (struct paint){0};
}
