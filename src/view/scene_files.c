/* migrate, command: every task as a square of its state, so that one sees what
 * is being done, what waits, and what failed. Groups have rows of their own.
 * Screen process. */
#include "view/scene.h"

#include <stdio.h>

#define STATES (FILE_FAILED + 1)
#define LABEL_MOST 16

/* The order in which people count: what is done comes first. */
static const struct state {
    enum scene_file state;
    uint32_t glyph;
    enum style style;
    const char *file, *command; /* in the legend, after a number */
} states[STATES] = {
    {FILE_DONE, 0x25a0, STYLE_GOOD, "done", "done"},
    {FILE_READS, 'r', STYLE_IO, "reading", "starting"},
    {FILE_CONVERTS, 'c', STYLE_RUNNING, "converting", "running"},
    {FILE_WRITES, 'w', STYLE_LOCK, "writing", "ending"},
    {FILE_WAITS, 0x00b7, STYLE_DIM, "waiting", "waiting"},
    {FILE_FAILED, 0x2717, STYLE_BAD, "failed", "failed"},
};

static bool is_command(const struct trace *t)
{
    return t->spec.workload == WORKLOAD_COMMAND;
}

static uint32_t glyph_of(const struct trace *t, const struct state *s)
{
    if (is_command(t) && s->state == FILE_CONVERTS)
        return 0x25b6;
    return s->glyph;
}

static const struct state *look_up(uint8_t state)
{
    for (int i = 0; i < STATES; i++)
        if (states[i].state == state)
            return &states[i];
    return &states[STATES - 1];
}

/* How many are in each state, of those from @first to before @end. */
static void count(const struct scene_files *f, int first, int end,
                  int counts[STATES])
{
    for (int i = 0; i < STATES; i++)
        counts[i] = 0;
    for (int i = first; i < end; i++)
        counts[look_up(f->state[i]) - states]++;
}

/* "■ 11 done  r 1 reads ..." Only what there is, but always what is done. */
static void draw_legend(struct frame *f, struct box b, const struct trace *t)
{
    int counts[STATES], column = b.column, end = b.column + b.columns;

    count(&t->scene.files, 0, t->scene.files.count, counts);
    for (int i = 0; i < STATES && column < end; i++) {
        char number[32];

        if (counts[i] == 0 && i > 0)
            continue;
        frame_put(f, b.row, column, glyph_of(t, &states[i]), states[i].style);
        column += 2;
        column +=
            piece_textf(f, b.row, column, end - column, STYLE_NORMAL, "%s %s",
                        text_count(number, sizeof(number), counts[i]),
                        is_command(t) ? states[i].command : states[i].file);
        column += 2;
    }
}

/* Each task a cell, wrapped; a blank between two where there is room. */
static void draw_cells(struct frame *f, struct box b, const struct trace *t,
                       int first, int end)
{
    int apart = (end - first) <= b.rows * (b.columns / 2) ? 2 : 1;
    int per_row = b.columns / apart;

    for (int i = first; i < end; i++) {
        const struct state *s = look_up(t->scene.files.state[i]);

        frame_put(f, b.row + (i - first) / per_row,
                  b.column + (i - first) % per_row * apart, glyph_of(t, s),
                  s->style);
    }
}

/* Too many for that: a bar, every state with its share, none that there is
 * left out. */
static void draw_bar(struct frame *f, struct box b, const struct trace *t,
                     int first, int end)
{
    int counts[STATES], cells = b.rows * b.columns, at = 0, before = 0;

    count(&t->scene.files, first, end, counts);
    for (int i = 0; i < STATES; i++) {
        int until;

        if (counts[i] == 0)
            continue;
        before += counts[i];
        until = (int)((int64_t)before * cells / (end - first));
        if (until <= at)
            until = at + 1;
        for (; at < until && at < cells; at++)
            frame_put(f, b.row + at / b.columns, b.column + at % b.columns,
                      glyph_of(t, &states[i]), states[i].style);
    }
}

static void draw_tasks(struct frame *f, struct box b, const struct trace *t,
                       int first, int end)
{
    if (b.rows < 1 || b.columns < 1 || end <= first)
        return;
    if (end - first <= b.rows * b.columns)
        draw_cells(f, b, t, first, end);
    else
        draw_bar(f, b, t, first, end);
}

/* Machine by machine, as far as there are rows. */
static void draw_groups(struct frame *f, struct box b, const struct trace *t,
                        int groups)
{
    int each = b.rows / groups > 0 ? b.rows / groups : 1;

    for (int g = 0; g < groups && b.rows > 0; g++) {
        struct box row = box_take_rows(&b, each < b.rows ? each : b.rows);
        int64_t first, end;

        if (b.rows == 0 && g + 1 < groups) {
            piece_textf(f, row.row, row.column, row.columns, STYLE_DIM,
                        "... and %d more machines", groups - g);
            return;
        }
        spec_group_tasks(&t->spec, g, &first, &end);
        if (end > t->scene.files.count)
            end = t->scene.files.count;
        piece_textf(f, row.row, row.column, LABEL_MOST, STYLE_DIM, "machine %d",
                    g + 1);
        box_take_columns(&row, groups < 10 ? 11 : groups < 100 ? 12 : 13);
        draw_tasks(f, row, t, (int)first, (int)end);
    }
}

static void draw_files(struct frame *f, struct box inside,
                       const struct trace *t)
{
    const struct scene_files *s = &t->scene.files;
    int64_t groups = spec_groups(&t->spec);
    int shown = s->count < SCENE_FILE_COUNT ? s->count : SCENE_FILE_COUNT;

    box_take_columns(&inside, 1);
    box_take_columns(&inside, -1);
    if (inside.rows < 1 || inside.columns < 1 || shown <= 0)
        return;
    draw_legend(f, box_take_rows(&inside, 1), t);
    if (groups > 1)
        draw_groups(f, inside, t, (int)groups);
    else
        draw_tasks(f, inside, t, 0, shown);
}

const struct scene_look scene_files = {
    .title = "TASKS BY STATE",
    .least = 2,
    .most = 9,
    .draw = draw_files,
};
