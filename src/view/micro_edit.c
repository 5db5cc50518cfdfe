/* The microscope's editor and its library: whole screens of their own. Any
 * thread. */
#include <stdio.h>
#include <string.h>

#include "view/micro_parts.h"

static struct box draw_head(struct frame *f, struct box *b, const char *title,
                            const char *name, const char *right)
{
    struct box row = box_take_rows(b, 1), rule = box_take_rows(b, 1);
    int start = 1 + frame_text(f, row.row, 1, -1, STYLE_TITLE, title) + 2;

    if (right)
        frame_right(f, row.row, row.columns - 1, STYLE_WARN, right);
    piece_text(f, row.row, start,
               row.columns - start - 2 - (right ? text_columns(right) : 0),
               STYLE_NORMAL, name);
    frame_fill(f, rule, 0x2500, STYLE_DIM);
    return row;
}

/* ---- the editor ---------------------------------------------------------- */

enum { NUMBERS = 5, AROUND = 6 /* rows that are not text */ };

int view_micro_edit_rows(int rows)
{
    return rows > AROUND + 1 ? rows - AROUND : 1;
}

/* One line of text, from column @skip on. */
static void draw_line(struct frame *f, struct box b, const char *line,
                      size_t length, int skip, bool comment_dim)
{
    enum style style = STYLE_NORMAL;
    int column = 0;

    for (size_t i = 0; i < length; column++) {
        uint32_t c;
        int used = text_decode(line + i, &c);

        if (comment_dim && c == '/' && i + 1 < length && line[i + 1] == '/')
            style = STYLE_DIM;
        if (c == '\t' || c == '\r')
            c = ' ';
        i += (size_t)used;
        if (column < skip)
            continue;
        if (column - skip >= b.columns)
            break;
        frame_put(f, b.row, b.column + column - skip, c, style);
    }
}

static void draw_cursor(struct frame *f, int row, int column)
{
    uint32_t under = ' ';

    if (row < 0 || row >= f->rows || column < 0 || column >= f->columns)
        return;
    under = f->cells[(size_t)row * (size_t)f->columns + (size_t)column].glyph;
    frame_put(f, row, column, under ? under : ' ', STYLE_SELECTED);
}

static void draw_text(struct frame *f, struct box b,
                      const struct view_micro_edit *v)
{
    const char *text = v->text ? v->text : "";
    int top = v->line - b.rows * 2 / 3, room = b.columns - NUMBERS - 1;
    int skip = v->column >= room ? v->column - room + 1 : 0;

    if (top < 0)
        top = 0;
    for (int line = 0; b.rows > 0; line++) {
        size_t length = strcspn(text, "\n");

        if (line >= top) {
            struct box row = box_take_rows(&b, 1);
            bool wrong = v->error && line + 1 == v->error_line;

            frame_textf(f, row.row, row.column, NUMBERS - 1,
                        wrong             ? STYLE_BAD
                        : line == v->line ? STYLE_HERO
                                          : STYLE_DIM,
                        "%4d", line + 1);
            if (wrong)
                frame_put(f, row.row, row.column + NUMBERS - 1, 0x2717,
                          STYLE_BAD);
            box_take_columns(&row, NUMBERS + 1);
            draw_line(f, row, text, length, skip, true);
            if (line == v->line)
                draw_cursor(f, row.row, row.column + v->column - skip);
        }
        text += length;
        if (*text == '\0')
            break;
        text++;
    }
}

void view_micro_edit(struct frame *f, const struct view_micro_edit *v)
{
    struct box b = frame_box(f), footer, below;
    char where[48];

    if (!piece_fits(f, 8, 30, "Esc leaves."))
        return;
    snprintf(where, sizeof(where), "%s%d:%d", v->changed ? "changed  " : "",
             v->line + 1, v->column + 1);
    draw_head(f, &b, "EDIT", v->name, where);
    footer = box_take_rows(&b, -2);
    below = box_take_rows(&b, -2);
    draw_text(f, b, v);
    box_take_columns(&below, 1);
    box_take_columns(&below, -1);
    if (v->error) {
        struct text words = {0};

        if (v->error_line > 0)
            text_addf(&words, "✗ line %d, column %d: ", v->error_line,
                      v->error_column);
        text_add(&words, v->error);
        frame_wrap(f, below, STYLE_BAD, text_str(&words));
        text_fini(&words);
    } else if (v->task) {
        struct text words = {0};

        text_addf(&words, "Repair it: %s", v->task);
        frame_wrap(f, below, STYLE_NORMAL, text_str(&words));
        text_fini(&words);
    }
    view_footer(f, footer, &v->common);
}

/* ---- the library --------------------------------------------------------- */

/* Families stand over their programs: rows of the list with them. */
static int row_of(const struct view_micro_list *v, int item)
{
    int row = 0;
    const char *family = "";

    for (int i = 0; i <= item && i < v->count; i++) {
        const char *its = v->library->entries[v->shown[i]].family;

        if (strcmp(its, family) != 0)
            row += i > 0 ? 2 : 1;
        family = its;
        if (i < item)
            row++;
    }
    return row;
}

static void draw_entry(struct frame *f, struct box row,
                       const struct library_entry *e, bool chosen)
{
    struct box bar = {row.row, row.column - 1, 1, row.columns + 2};
    int used;

    if (chosen)
        frame_fill(f, bar, ' ', STYLE_SELECTED);
    used = piece_text(f, row.row, row.column + 2, row.columns - 4,
                      chosen ? STYLE_SELECTED : STYLE_NORMAL, e->name);
    if (e->repair)
        frame_right(f, row.row, row.column + row.columns,
                    chosen ? STYLE_SELECTED : STYLE_WARN,
                    row.columns - used > 12 ? "repair it" : "*");
}

static void panel_entries(struct frame *f, struct box b,
                          const struct view_micro_list *v)
{
    const char *family = "";
    int top, at = 0;

    top = row_of(v, v->selected) - b.rows / 2;
    if (top + b.rows > row_of(v, v->count - 1) + 1)
        top = row_of(v, v->count - 1) + 1 - b.rows;
    if (top < 0)
        top = 0;
    for (int i = 0; i < v->count; i++) {
        const struct library_entry *e = &v->library->entries[v->shown[i]];

        if (strcmp(e->family, family) != 0) {
            at += i > 0;
            if (at >= top && at - top < b.rows)
                piece_text(f, b.row + at - top, b.column, b.columns,
                           STYLE_TITLE, e->family);
            at++;
            family = e->family;
        }
        if (at >= top && at - top < b.rows)
            draw_entry(f,
                       (struct box){b.row + at - top, b.column, 1, b.columns},
                       e, i == v->selected);
        at++;
    }
}

static void panel_chosen(struct frame *f, struct box b,
                         const struct library_entry *e)
{
    struct text words = {0};

    b = frame_panel(f, b, e->name, "Enter opens it");
    box_take_rows(&b, b.rows > 8 ? 1 : 0);
    box_take_rows(&b, frame_wrap(f, b, STYLE_HERO, e->summary) + 1);
    if (e->teaches)
        box_take_rows(&b, frame_wrap(f, b, STYLE_NORMAL, e->teaches) + 1);
    if (e->repair) {
        text_addf(&words, "Repair it: %s", e->repair);
        box_take_rows(&b, frame_wrap(f, b, STYLE_WARN, text_str(&words)) + 1);
        text_fini(&words);
    }
    if (b.rows > 0)
        piece_text(f, b.row, b.column, b.columns, STYLE_DIM, e->path);
}

void view_micro_list(struct frame *f, const struct view_micro_list *v)
{
    struct box b = frame_box(f), footer, left;
    char right[48];

    if (!piece_fits(f, 12, 40, "q leaves."))
        return;
    draw_head(f, &b, "MICROSCOPE",
              "small programs, all their schedules: choose one", NULL);
    footer = box_take_rows(&b, -2);
    if (!v->library || v->count == 0) {
        box_take_columns(&b, 2);
        box_take_columns(&b, -2);
        box_take_rows(&b, 1);
        frame_wrap(f, b, v->error ? STYLE_BAD : STYLE_NORMAL,
                   v->error ? v->error : "No program has these letters.");
    } else {
        snprintf(right, sizeof(right), "%d of %d", v->selected + 1, v->count);
        left = box_take_columns(&b, f->columns >= 80 ? b.columns * 2 / 5
                                                     : b.columns);
        panel_entries(f, frame_panel(f, left, "PROGRAMS", right), v);
        if (b.columns > 0)
            panel_chosen(f, b, &v->library->entries[v->shown[v->selected]]);
    }
    view_footer(f, footer, &v->common);
    if (v->search && !v->common.message)
        frame_textf(f, footer.row, 1, f->columns - 2, STYLE_HERO, "/%s",
                    v->search);
}
