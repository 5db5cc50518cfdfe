/* Drawing into a grid of cells. Pure memory: no terminal, no locale. Runs in
 * the screen process, and in tests. */
#include "frame/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int frame_init(struct frame *f, int rows, int columns)
{
    if (rows < 1)
        rows = 1;
    if (columns < 1)
        columns = 1;

    size_t count = (size_t)rows * (size_t)columns;
    if (f->cells != NULL && f->rows == rows && f->columns == columns) {
        memset(f->cells, 0, count * sizeof(*f->cells));
        return 0;
    }
    struct cell *cells = calloc(count, sizeof(*cells)); /* blanks, normal */
    if (cells == NULL)
        return -ENOMEM;
    free(f->cells);
    *f = (struct frame){.rows = rows, .columns = columns, .cells = cells};
    return 0;
}

void frame_fini(struct frame *f)
{
    free(f->cells);
    *f = (struct frame){0};
}

/* ---- boxes -------------------------------------------------------------- */

struct box frame_box(const struct frame *f)
{
    return (struct box){.rows = f->rows, .columns = f->columns};
}

/* How much of @have a request for @want gets, whatever its sign. */
static int share(int have, int want)
{
    if (want < 0)
        want = -want;
    if (have < 0)
        have = 0;
    return want < have ? want : have;
}

struct box box_take_rows(struct box *b, int rows)
{
    struct box out = *b;

    out.rows = share(b->rows, rows);
    b->rows -= out.rows;
    if (rows < 0)
        out.row = b->row + b->rows;
    else
        b->row += out.rows;
    return out;
}

struct box box_take_columns(struct box *b, int columns)
{
    struct box out = *b;

    out.columns = share(b->columns, columns);
    b->columns -= out.columns;
    if (columns < 0)
        out.column = b->column + b->columns;
    else
        b->column += out.columns;
    return out;
}

/* ---- text --------------------------------------------------------------- */

void frame_put(struct frame *f, int row, int column, uint32_t glyph,
               enum style style)
{
    if (row < 0 || column < 0 || row >= f->rows || column >= f->columns)
        return;
    f->cells[(size_t)row * (size_t)f->columns + (size_t)column] =
        (struct cell){.glyph = glyph, .style = (uint8_t)style};
}

/* What a typed or foreign character becomes in a cell of one column: 0 for one
 * that takes no room, '?' for one that takes two or is a control. */
static uint32_t narrow(uint32_t c)
{
    static const struct {
        uint32_t from, to, as;
    } ranges[] = {
        {0x0000, 0x001f, '?'},    {0x007f, 0x009f, '?'},
        {0x0300, 0x036f, 0},      {0x1100, 0x115f, '?'},
        {0x200b, 0x200f, 0},      {0x2028, 0x202e, 0},
        {0x20d0, 0x20ff, 0},      {0x2e80, 0xa4cf, '?'},
        {0xac00, 0xd7a3, '?'},    {0xf900, 0xfaff, '?'},
        {0xfe00, 0xfe0f, 0},      {0xfe30, 0xfe6f, '?'},
        {0xfeff, 0xfeff, 0},      {0xff00, 0xff60, '?'},
        {0xfffd, 0xfffd, '?'},    {0x1f000, 0x1ffff, '?'},
        {0x20000, 0x10ffff, '?'},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i].from && c <= ranges[i].to)
            return ranges[i].as;
    }
    return c;
}

int frame_text(struct frame *f, int row, int column, int max, enum style style,
               const char *s)
{
    int used = 0;

    if (s == NULL)
        return 0;
    while (*s != '\0' && (max < 0 || used < max) &&
           column + used < f->columns) {
        uint32_t c = (unsigned char)*s;

        if (c >= ' ' && c < 0x7f) {
            s++;
        } else {
            s += text_decode(s, &c);
            c = narrow(c);
            if (c == 0)
                continue;
        }
        frame_put(f, row, column + used, c, style);
        used++;
    }
    return used;
}

int frame_textf(struct frame *f, int row, int column, int max, enum style style,
                const char *format, ...)
{
    char line[512]; /* wider than any line; the rest would be cut anyway */
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    return frame_text(f, row, column, max, style, line);
}

int frame_right(struct frame *f, int row, int column, enum style style,
                const char *s)
{
    return frame_text(f, row, column - text_columns(s), -1, style, s);
}

int frame_wrap(struct frame *f, struct box b, enum style style, const char *s)
{
    int used = 0;

    while (*s != '\0' && b.columns > 0) {
        const char *end = s, *fit = NULL; /* of the line; of its last word */
        int columns = 0;

        while (*end != '\0' && *end != '\n' && columns <= b.columns) {
            uint32_t c;

            if (*end == ' ')
                fit = end;
            end += text_decode(end, &c);
            columns += narrow(c) != 0;
        }
        if (columns > b.columns) { /* one too many: go back to a blank */
            if (fit == NULL || fit == s) {
                for (end--; ((unsigned char)*end & 0xc0) == 0x80;)
                    end--; /* a word longer than the line is cut in two */
            } else {
                end = fit;
            }
        }
        if (used < b.rows) {
            char line[1024];
            size_t bytes = (size_t)(end - s);

            if (bytes >= sizeof(line))
                bytes = sizeof(line) - 1;
            memcpy(line, s, bytes);
            line[bytes] = '\0';
            frame_text(f, b.row + used, b.column, b.columns, style, line);
            used++;
        }
        s = end > s ? end : s + 1;
        while (*s == ' ')
            s++;
        if (*s == '\n')
            s++;
    }
    return used;
}

/* ---- shapes ------------------------------------------------------------- */

void frame_fill(struct frame *f, struct box b, uint32_t glyph, enum style style)
{
    for (int row = 0; row < b.rows; row++) {
        for (int column = 0; column < b.columns; column++)
            frame_put(f, b.row + row, b.column + column, glyph, style);
    }
}

static void put_row(struct frame *f, int row, struct box b, uint32_t left,
                    uint32_t middle, uint32_t right)
{
    frame_put(f, row, b.column, left, STYLE_DIM);
    for (int i = 1; i < b.columns - 1; i++)
        frame_put(f, row, b.column + i, middle, STYLE_DIM);
    frame_put(f, row, b.column + b.columns - 1, right, STYLE_DIM);
}

struct box frame_panel(struct frame *f, struct box b, const char *title,
                       const char *right)
{
    struct box in = {b.row + 1, b.column + 2, b.rows - 2, b.columns - 4};

    if (b.rows < 2 || b.columns < 4)
        return (struct box){.row = b.row, .column = b.column};
    put_row(f, b.row, b, 0x250c, 0x2500, 0x2510);
    for (int row = 1; row < b.rows - 1; row++) {
        frame_put(f, b.row + row, b.column, 0x2502, STYLE_DIM);
        frame_put(f, b.row + row, b.column + b.columns - 1, 0x2502, STYLE_DIM);
    }
    put_row(f, b.row + b.rows - 1, b, 0x2514, 0x2500, 0x2518);

    int used = 0;
    if (title != NULL && *title != '\0' && in.columns > 2) {
        frame_put(f, b.row, b.column + 2, ' ', STYLE_DIM);
        used = frame_text(f, b.row, b.column + 3, in.columns - 2, STYLE_TITLE,
                          title);
        frame_put(f, b.row, b.column + 3 + used, ' ', STYLE_DIM);
        used += 2;
    }
    if (right != NULL && *right != '\0') {
        int columns = text_columns(right), end = b.column + b.columns - 2;

        if (used + columns + 3 <= in.columns) {
            frame_put(f, b.row, end - columns - 2, ' ', STYLE_DIM);
            frame_right(f, b.row, end - 1, STYLE_DIM, right);
            frame_put(f, b.row, end - 1, ' ', STYLE_DIM);
        }
    }
    return in;
}

void frame_bar(struct frame *f, int row, int column, int columns, double part,
               enum style full, enum style empty)
{
    /* Left blocks grow downwards from U+2588; all of it only for all, and
     * something for anything that is not nought. */
    int eighths = 0;

    if (columns <= 0)
        return;
    if (part >= 1)
        eighths = 8 * columns;
    else if (part > 0)
        eighths = (int)(part * 8 * columns);
    if (eighths == 0 && part > 0)
        eighths = 1;
    for (int i = 0; i < columns; i++) {
        int here = eighths - 8 * i;

        if (here >= 8)
            frame_put(f, row, column + i, 0x2588, full);
        else if (here > 0)
            frame_put(f, row, column + i, 0x2590 - (uint32_t)here, full);
        else
            frame_put(f, row, column + i, 0x2591, empty);
    }
}

/* ---- as text ------------------------------------------------------------ */

void frame_to_text(const struct frame *f, struct text *out)
{
    for (int row = 0; row < f->rows; row++) {
        const struct cell *cells = f->cells + (size_t)row * (size_t)f->columns;
        int end = f->columns;

        while (end > 0 &&
               (cells[end - 1].glyph == 0 || cells[end - 1].glyph == ' '))
            end--;
        for (int i = 0; i < end; i++) {
            char encoded[5];

            text_encode(encoded, cells[i].glyph == 0 ? ' ' : cells[i].glyph);
            text_add(out, encoded);
        }
        text_add(out, "\n");
    }
}

void frame_styles_to_text(const struct frame *f, struct text *out)
{
    static const char letters[STYLE_COUNT + 1] = ".dthksbgxwRYLISi?FB01234567";

    frame_to_text(f, out);
    for (int row = 0; row < f->rows; row++) {
        const struct cell *cells = f->cells + (size_t)row * (size_t)f->columns;
        int end = f->columns;

        while (end > 0 && cells[end - 1].style == STYLE_NORMAL)
            end--;
        for (int i = 0; i < end; i++) {
            char one[2] = {'?', '\0'};

            if (cells[i].style < STYLE_COUNT)
                one[0] = letters[cells[i].style];
            text_add(out, one);
        }
        text_add(out, "\n");
    }
}
