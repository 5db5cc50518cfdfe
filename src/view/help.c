/* Help over any screen: the key table as a list to read, search and use.
 * Screen process. */
#include "view/pieces.h"

#include <stdio.h>

#define HELP_COLUMNS 84
#define KEYS_COLUMNS 16

static int count_lines(const char *const *lines)
{
    int count = 0;

    while (lines != NULL && lines[count] != NULL)
        count++;
    return count;
}

static void help_line(struct frame *f, struct box row, const struct view_key *k,
                      bool chosen)
{
    struct box bar = {row.row, row.column - 1, 1, row.columns + 2};

    if (chosen)
        frame_fill(f, bar, ' ', STYLE_SELECTED);
    piece_text(f, row.row, row.column, KEYS_COLUMNS - 1,
               chosen ? STYLE_SELECTED : STYLE_KEY, k->keys);
    piece_text(f, row.row, row.column + KEYS_COLUMNS,
               row.columns - KEYS_COLUMNS,
               chosen ? STYLE_SELECTED : STYLE_NORMAL, k->help);
}

void view_help(struct frame *f, const struct view_help *v)
{
    int legends = count_lines(v->legend);
    struct box b = frame_box(f);
    char title[80], right[80];
    int lines = v->key_count + (legends > 0 ? legends + 1 : 0);

    if (!view_fits(f, 6, 30))
        return;
    /* In the middle, and no larger than what there is to say. */
    int columns = b.columns - 4 < HELP_COLUMNS ? b.columns : HELP_COLUMNS;
    int rows = lines + 3 < b.rows - 2 ? lines + 3 : b.rows;
    b = (struct box){(b.rows - rows) / 2, (b.columns - columns) / 2, rows,
                     columns};
    frame_fill(f, b, 0, STYLE_NORMAL);
    snprintf(title, sizeof(title), "HELP  %s", v->title);
    snprintf(right, sizeof(right), "/ search  Enter does it  q close");
    b = frame_panel(f, b, title, columns >= 60 ? right : "");

    struct box foot = box_take_rows(&b, -1);
    if (v->search != NULL && v->search[0] != '\0')
        frame_textf(f, foot.row, foot.column, foot.columns, STYLE_HERO,
                    "/%s   %d found", v->search, v->key_count);
    else if (lines > b.rows)
        frame_textf(f, foot.row, foot.column, foot.columns, STYLE_DIM,
                    "%d of %d keys", v->selected + 1, v->key_count);

    /* Wherever it was scrolled to: the chosen line is in sight. */
    int top = v->scroll;
    if (v->selected < top)
        top = v->selected;
    if (v->selected >= top + b.rows)
        top = v->selected - b.rows + 1;
    if (top < 0)
        top = 0;
    for (int i = top; i < lines && b.rows > 0; i++) {
        struct box row = box_take_rows(&b, 1);

        if (i < v->key_count)
            help_line(f, row, &v->keys[i], i == v->selected);
        else if (i > v->key_count)
            piece_text(f, row.row, row.column, row.columns, STYLE_DIM,
                       v->legend[i - v->key_count - 1]);
    }
}
