/* Tables of prose: columns aligned, cells broken where they must be. Any
 * process. */
#include <stdlib.h>
#include <string.h>

#include "lesson/prose_parts.h"

#define COLUMNS 12 /* of a table; further cells are left out */
#define GAP 2

int prose_cell_end(const struct prose_piece *row, int at)
{
    int end = at + 1;

    while (end < row->span_count && !row->spans[end].cell)
        end++;
    return end;
}

static int rows_from(const struct prose *p, int at)
{
    int n = 1;

    while (at + n < p->count && p->pieces[at + n].kind == PROSE_ROW &&
           !p->pieces[at + n].head)
        n++;
    return n;
}

/* How wide each column would like to be; how many there are. */
static int wishes(const struct prose *p, int at, int rows, int width[COLUMNS])
{
    int count = 0;

    memset(width, 0, COLUMNS * sizeof(*width));
    for (int r = at; r < at + rows; r++) {
        const struct prose_piece *row = &p->pieces[r];
        int c = 0;

        for (int i = 0; i < row->span_count && c < COLUMNS; c++) {
            int end = prose_cell_end(row, i), w = 0;

            for (; i < end; i++)
                w += text_columns(row->spans[i].text);
            width[c] = w > width[c] ? w : width[c];
        }
        count = c > count ? c : count;
    }
    return count;
}

/* Take from the widest until all fit into @columns. */
static void shrink(int width[COLUMNS], int count, int columns)
{
    int room = columns - GAP * (count - 1);

    for (int c = 0; c < count; c++) /* so that the loop below is short */
        width[c] = width[c] > columns ? columns : width[c];
    for (;;) {
        int sum = 0, widest = 0;

        for (int c = 0; c < count; c++) {
            sum += width[c];
            widest = width[c] > width[widest] ? c : widest;
        }
        if (sum <= room || width[widest] <= 3)
            return;
        width[widest]--;
    }
}

static int line_columns(const struct laying *cell, int line)
{
    int n = cell->lines[line].indent;

    for (int i = 0; i < cell->lines[line].count; i++) {
        const struct laid_run *run = &cell->runs[cell->lines[line].first + i];
        char *text = cell->kept.data + run->at, *end = strchr(text, '\n');

        *end = '\0';
        n += text_columns(text);
        *end = '\n';
    }
    return n;
}

static void copy_line(struct laying *to, const struct laying *cell, int line)
{
    lay_blanks(to, cell->lines[line].indent);
    for (int i = 0; i < cell->lines[line].count; i++) {
        const struct laid_run *run = &cell->runs[cell->lines[line].first + i];
        const char *text = cell->kept.data + run->at;

        lay_run(to, text, strcspn(text, "\n"), run->look, run->heading);
    }
}

/* One row: its cells side by side. */
static void lay_row(struct laying *l, const struct prose_piece *row,
                    const int width[COLUMNS], int count)
{
    struct laying cells[COLUMNS] = {0};
    int tall = 1, c = 0;

    for (int i = 0; i < row->span_count && c < count; c++) {
        struct lay_shape shape = {
            .columns = width[c], .marker = "", .heading = row->head};
        int end = prose_cell_end(row, i);

        lay_words(&cells[c], row, i, end, &shape);
        l->failed |= cells[c].failed;
        tall = cells[c].line_count > tall ? cells[c].line_count : tall;
        i = end;
    }
    for (int line = 0; line < tall && !l->failed; line++) {
        int missing = 0;

        lay_line(l, 0);
        for (c = 0; c < count; c++) {
            bool any = line < cells[c].line_count;

            if (any && cells[c].lines[line].count > 0) {
                lay_blanks(l, missing);
                missing = 0;
                copy_line(l, &cells[c], line);
                missing -= line_columns(&cells[c], line);
            }
            missing += width[c] + GAP;
        }
    }
    for (c = 0; c < COLUMNS; c++)
        laying_fini(&cells[c]);
}

static void lay_under_head(struct laying *l, const int width[COLUMNS],
                           int count)
{
    lay_line(l, 0);
    for (int c = 0; c < count; c++) {
        struct text dashes = {0};

        text_fill(&dashes, "-", width[c]);
        l->failed |= dashes.failed;
        lay_run(l, text_str(&dashes), dashes.len, PROSE_PLAIN, false);
        text_fini(&dashes);
        if (c + 1 < count)
            lay_blanks(l, GAP);
    }
}

int lay_table(struct laying *l, const struct prose *p, int at, int columns)
{
    int width[COLUMNS], rows = rows_from(p, at);
    int count = wishes(p, at, rows, width);

    shrink(width, count, columns);
    for (int r = at; r < at + rows && !l->failed; r++) {
        lay_row(l, &p->pieces[r], width, count);
        if (p->pieces[r].head)
            lay_under_head(l, width, count);
    }
    return rows;
}
