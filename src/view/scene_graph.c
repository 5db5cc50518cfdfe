/* Who waits for whom, as text: one line for each worker that waits for another,
 * what it holds, what it waits for, who has that; the stuck first, and their
 * circle on top. Screen process. */
#include "view/scene.h"

#include <stdio.h>

#include "view/state.h"

#define ARROW 0x2192 /* → */
#define HELD_COLUMNS 22

/* "DEADLOCK  A → B → A", or who waits for nobody any more. */
static void draw_verdict(struct frame *f, struct box row, const struct trace *t)
{
    const struct waitfor *w = &t->waitfor;
    int column = row.column, end = row.column + row.columns;

    if (w->cycle_length == 0) {
        piece_textf(f, row.row, column, row.columns, STYLE_BAD,
                    "STUCK FOR EVER  %d worker%s, and nobody is left who could "
                    "help",
                    w->stuck, w->stuck == 1 ? " waits" : "s wait");
        return;
    }
    column +=
        frame_text(f, row.row, column, row.columns, STYLE_BAD, "DEADLOCK  ");
    for (int i = 0; i <= w->cycle_length && column + 4 < end; i++) {
        int id = w->cycle[i % w->cycle_length];

        if (i > 0) {
            frame_put(f, row.row, column + 1, ARROW, STYLE_BAD);
            column += 3;
        }
        frame_put(f, row.row, column++, (uint32_t)trace_letter(id), STYLE_BAD);
    }
    if (w->going > 0)
        piece_textf(f, row.row, column + 2, end - column - 2, STYLE_DIM,
                    "%d of %d workers go on", w->going, w->going + w->stuck);
}

static void draw_worker(struct frame *f, struct box row, const struct trace *t,
                        int id)
{
    const struct trace_resource *r = waitfor_wants(t, id);
    bool stuck = waitfor_stuck(&t->waitfor, id);
    enum style style = stuck ? STYLE_BAD : STYLE_NORMAL;
    const char *call = waitfor_call(t, r);
    struct text words = {0};
    int columns = text_columns(call);

    frame_put(f, row.row, row.column, (uint32_t)trace_letter(id),
              view_worker_style(id));
    box_take_columns(&row, 2);
    if (row.columns >= 50) {
        piece_text(f, row.row, row.column, 12, style,
                   worker_role_words[t->workers[id].role]);
        box_take_columns(&row, 13);
    }
    if (row.columns > 45 + columns) {
        frame_right(f, row.row, row.column + row.columns, STYLE_DIM, call);
        row.columns -= columns + 1;
    }
    text_add(&words, "holds ");
    if (waitfor_tell_held(t, id, &words)) {
        int used =
            piece_text(f, row.row, row.column,
                       row.columns < HELD_COLUMNS ? row.columns : HELD_COLUMNS,
                       style, text_str(&words));

        box_take_columns(&row, used + 1);
    }
    frame_put(f, row.row, row.column, ARROW, style);
    text_fini(&words);
    waitfor_tell_wanted(t, r, &words);
    piece_text(f, row.row, row.column + 2, row.columns - 2, style,
               text_str(&words));
    text_fini(&words);
}

/* In the circle, stuck behind it, or only waiting; -1: it does not wait. */
static int rank(const struct trace *t, int id)
{
    if (!waitfor_wants(t, id))
        return -1;
    if (waitfor_in_cycle(&t->waitfor, id))
        return 0;
    if (waitfor_stuck(&t->waitfor, id))
        return 1;
    return t->workers[id].life == LIFE_ALIVE ? 2 : -1;
}

static void graph_draw(struct frame *f, struct box b, const struct trace *t)
{
    int waiting = 0, drawn = 0, room;

    if (b.rows < 1)
        return;
    if (t->waitfor.stuck > 0)
        draw_verdict(f, box_take_rows(&b, 1), t);
    for (int id = 0; id < t->worker_count; id++)
        waiting += rank(t, id) >= 0;
    if (waiting == 0 && b.rows > 0)
        piece_text(f, b.row, b.column, b.columns, STYLE_DIM,
                   "nobody waits for another just now");
    room = waiting > b.rows ? b.rows - 1 : waiting;
    for (int level = 0; level <= 2; level++) {
        for (int id = 0; id < t->worker_count && drawn < room; id++) {
            if (rank(t, id) != level)
                continue;
            draw_worker(f, box_take_rows(&b, 1), t, id);
            drawn++;
        }
    }
    if (drawn < waiting && b.rows > 0)
        piece_textf(f, b.row, b.column, b.columns, STYLE_DIM,
                    "and %d more wait%s", waiting - drawn,
                    waiting - drawn == 1 ? "s" : "");
}

const struct scene_look scene_graph = {
    .title = "WHO WAITS FOR WHOM",
    .least = 2,
    .most = 11,
    .draw = graph_draw,
};
