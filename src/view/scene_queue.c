/* A queue as a pipe with what is in it, oldest at the end where it comes out.
 * Screen process. */
#include "view/scene.h"

#include <inttypes.h>
#include <stdio.h>

#define WALL 0x2502  /* │ */
#define ARROW 0x2192 /* → */

static const char *amount(char *buf, size_t size, const struct scene_queue *q,
                          int64_t n)
{
    if (q->unit > 0)
        text_bytes(buf, size, n);
    else
        text_count(buf, size, n);
    return buf;
}

/* Bytes, or more places than there are columns: how full it is. */
static void draw_fill(struct frame *f, struct box row,
                      const struct scene_queue *q)
{
    double share = q->capacity > 0 ? (double)q->depth / (double)q->capacity : 0;

    frame_bar(f, row.row, row.column, row.columns, share > 1 ? 1 : share,
              share >= 1 ? STYLE_WARN : STYLE_RUNNING, STYLE_DIM);
}

/* Items as numbers, the oldest on the right, where consumers take. */
static void draw_items(struct frame *f, struct box row,
                       const struct scene_queue *q)
{
    int end = row.column + row.columns;
    int64_t shown = 0;

    for (; shown < q->depth && shown < SCENE_QUEUE_ITEMS; shown++) {
        char number[16];
        int columns =
            snprintf(number, sizeof(number), "%" PRId32, q->item[shown]);

        if (end - columns - 1 < row.column + 2)
            break;
        frame_right(f, row.row, end,
                    q->item[shown] < 0 ? STYLE_WARN : STYLE_RUNNING, number);
        end -= columns + 1;
    }
    if (shown < q->depth && end - 1 >= row.column) {
        frame_put(f, row.row, end - 1, 0x2026, STYLE_DIM); /* … */
        return;
    }
    for (int64_t place = shown; place < q->capacity && end - 1 > row.column;
         place++) {
        frame_put(f, row.row, end - 1, 0xb7, STYLE_DIM); /* · an empty place */
        end -= 2;
    }
}

/* "producers →│ 9 8 7 · · │→ consumers" */
static void draw_pipe(struct frame *f, struct box row,
                      const struct scene_queue *q)
{
    const char *in = q->unit > 0 ? "written" : "producers";
    const char *out = q->unit > 0 ? "read" : "consumers";
    int columns =
        frame_text(f, row.row, row.column, row.columns, STYLE_DIM, in);

    box_take_columns(&row, columns + 1);
    frame_put(f, row.row, row.column, ARROW, STYLE_DIM);
    frame_put(f, row.row, row.column + 1, WALL, STYLE_DIM);
    box_take_columns(&row, 3);
    columns = text_columns(out);
    frame_right(f, row.row, row.column + row.columns, STYLE_DIM, out);
    row.columns -= columns + 1;
    frame_put(f, row.row, row.column + row.columns - 1, ARROW, STYLE_DIM);
    frame_put(f, row.row, row.column + row.columns - 2, WALL, STYLE_DIM);
    row.columns -= 3;
    if (q->unit > 0)
        draw_fill(f, row, q);
    else
        draw_items(f, row, q);
}

static void queue_draw(struct frame *f, struct box b, const struct trace *t)
{
    const struct scene_queue *q = &t->scene.queue;
    struct text line = {0};
    char a[32], of[32];

    draw_pipe(f, box_take_rows(&b, 1), q);
    text_addf(&line, "%s of %s ", amount(a, sizeof(a), q, q->depth),
              amount(of, sizeof(of), q, q->capacity));
    text_add(&line, q->unit > 0 ? "full" : "places taken");
    text_addf(&line, " · %s in", amount(a, sizeof(a), q, q->produced));
    text_addf(&line, " · %s out", amount(a, sizeof(a), q, q->consumed));
    if (q->sentinels_in > 0)
        text_addf(&line, " · -1: %" PRId32 " in, %" PRId32 " out",
                  q->sentinels_in, q->sentinels_out);
    if (b.rows > 0)
        piece_text(f, b.row, b.column, b.columns, STYLE_NORMAL,
                   text_str(&line));
    text_fini(&line);
}

const struct scene_look scene_queue = {
    .title = "WHAT IS UNDER WAY",
    .least = 2,
    .most = 2,
    .draw = queue_draw,
};
