/* The microscope's screen: which panels there are at which size, the header,
 * and the lines over the footer. Screen process. */
#include "view/micro.h"

#include <stdio.h>
#include <string.h>

#include "view/micro_parts.h"

#define LEAST_ROWS 16
#define LEAST_COLUMNS 50
/* Of the history beside what was found, and of three columns of panels. */
#define BOTH_COLUMNS 100
#define WIDE_COLUMNS 150

/* ---- header ----------------------------------------------------------------
 */

static const char *const granularity_words[] = {
    [GRANULARITY_STATEMENT] = "statement by statement",
    [GRANULARITY_ACCESS] = "access by access",
    [GRANULARITY_INSTRUCTION] = "instruction by instruction",
};
static const char *const granularity_short[] = {
    [GRANULARITY_STATEMENT] = "statement",
    [GRANULARITY_ACCESS] = "access",
    [GRANULARITY_INSTRUCTION] = "instruction",
};

/* Draw @s to the left of *@end, if there is room after @start. */
static void header_part(struct frame *f, int row, int start, int *end,
                        enum style style, const char *s)
{
    int columns = text_columns(s);

    if (columns == 0 || *end - columns < start)
        return;
    frame_text(f, row, *end - columns, columns, style, s);
    *end -= columns + 2;
}

static void step_words(char *buf, size_t size, const struct view_micro *v)
{
    const struct walk *w = v->walk;

    if (w->count == 0)
        snprintf(buf, size, "at the start");
    else if (w->at == w->count)
        snprintf(buf, size, "step %d", w->at);
    else
        snprintf(buf, size, "step %d of %d", w->at, w->count);
}

static void draw_header(struct frame *f, struct box row,
                        const struct view_micro *v)
{
    int start = row.column + 1, end = row.column + row.columns - 1;
    bool wide = row.columns >= 96;
    char step[48];

    start += frame_text(f, row.row, start, row.columns - 1, STYLE_TITLE,
                        "MICROSCOPE") +
             2;
    header_part(f, row.row, start, &end, STYLE_BADGE, " MODEL ");
    if (v->walk) {
        const struct rules *r = &v->walk->stepper->rules;

        header_part(f, row.row, start, &end, r->tso ? STYLE_WARN : STYLE_NORMAL,
                    r->tso ? "TSO" : "SC");
        header_part(
            f, row.row, start, &end, STYLE_NORMAL,
            (wide ? granularity_words : granularity_short)[r->granularity]);
        step_words(step, sizeof(step), v);
        if (v->playing)
            header_part(f, row.row, start, &end, STYLE_BANNER, " ▶ PLAYS ");
        header_part(f, row.row, start, &end, STYLE_HERO, step);
    }
    if (v->program) {
        start += piece_text(f, row.row, start, end - start, STYLE_NORMAL,
                            v->name ? v->name : v->program->name);
        if (v->edited)
            frame_text(f, row.row, start, end - start, STYLE_WARN, " edited");
    }
    if (row.rows >= 2) {
        struct box rule = {row.row + 1, row.column, 1, row.columns};

        frame_fill(f, rule, 0x2500, STYLE_DIM);
    }
}

/* ---- what is to be said -------------------------------------------------- */

/* The line under the header: a failure, an end, the exercise, or what the
 * program is about. */
static enum style choose_words(struct text *out, const struct view_micro *v)
{
    enum style style = STYLE_HERO;

    if (v->exploring)
        text_add(out, v->exploring);
    else
        style = micro_verdict(out, v);
    if (out->len == 0 && v->task)
        text_addf(out, "Repair it: %s", v->task);
    else if (out->len == 0 && v->summary)
        text_add(out, v->summary);
    return style;
}

/* As many rows as it takes, but no more than two or three: the panels below
 * shall not jump about. */
static void draw_words(struct frame *f, struct box *b,
                       const struct view_micro *v)
{
    struct text words = {0};
    enum style style = choose_words(&words, v);
    bool tall = f->rows >= 30 || v->common.presenter;
    int rows =
        micro_wrapped_rows(text_str(&words), f->columns - 2, tall ? 3 : 2);
    struct box line = box_take_rows(b, tall && rows < 2 ? 2 : rows);

    box_take_columns(&line, 1);
    box_take_columns(&line, -1);
    frame_wrap(f, line, style, text_str(&words));
    if (style == STYLE_NORMAL && v->task)
        frame_text(f, line.row, line.column, line.columns, STYLE_TITLE,
                   "Repair it:");
    text_fini(&words);
}

/* "schedule  0 1 0 1", its end in sight. */
static void draw_schedule(struct frame *f, struct box b,
                          const struct view_micro *v)
{
    struct text s = {0};
    const char *from;
    int room, columns;

    if (b.rows < 1)
        return;
    micro_schedule(&s, v);
    b.column += 1;
    b.columns -= 2;
    b.column +=
        frame_text(f, b.row, b.column, b.columns, STYLE_DIM, "schedule  ");
    room = b.columns - 10;
    from = text_str(&s);
    columns = text_columns(from);
    if (columns > room && room > 1) { /* ASCII only: a byte is a column */
        frame_put(f, b.row, b.column, 0x2026, STYLE_DIM);
        from += columns - room + 1;
        b.column++;
    }
    room = frame_text(f, b.row, b.column, room, STYLE_NORMAL, from);
    if (v->walk->at == 0 && v->program->thread_count > 0)
        piece_textf(f, b.row, b.column + room, b.columns - 10 - room, STYLE_DIM,
                    v->program->thread_count > 1
                        ? "empty so far; %s is 0 in it, %s is 1"
                        : "empty so far; %s is 0 in it",
                    v->program->threads[0].name,
                    v->program->threads[v->program->thread_count > 1].name);
    text_fini(&s);
}

/* In the last row, so that what is wrong with it has one above. */
static void draw_typing(struct frame *f, struct box rows,
                        const struct view_micro *v)
{
    struct box last = rows;

    if (v->typing == NULL)
        return;
    box_take_rows(&last, last.rows - 1);
    piece_typing(f, last, v->asks, v->typing, v->typing_cursor);
    if (v->common.message == NULL && rows.rows > 1)
        piece_text(f, rows.row, rows.column + 1, rows.columns - 2, STYLE_DIM,
                   v->common.ascii ? "Enter: that is it   Esc: rather not"
                                   : "⏎ that is it   Esc rather not");
}

/* ---- panels -------------------------------------------------------------- */

static void panel_source(struct frame *f, struct box b,
                         const struct view_micro *v)
{
    char right[TSL_NAME + 32] = "";

    if (v->program->source && b.columns >= 44 && v->program->thread_count > 0)
        snprintf(right, sizeof(right), "micro-steps of %s",
                 v->program->threads[v->chosen].name);
    micro_source(f, frame_panel(f, b, "PROGRAM", right), v);
}

static void panel_memory(struct frame *f, struct box b,
                         const struct view_micro *v)
{
    micro_memory(f, frame_panel(f, b, "SHARED", NULL), v);
}

static void panel_threads(struct frame *f, struct box b,
                          const struct view_micro *v)
{
    micro_threads(f, frame_panel(f, b, "THREADS", NULL), v);
}

static void panel_history(struct frame *f, struct box b,
                          const struct view_micro *v)
{
    micro_history(f, frame_panel(f, b, "HISTORY", NULL), v);
}

static void panel_found(struct frame *f, struct box b,
                        const struct view_micro *v)
{
    const struct explore_result *r = v->found->result;
    const char *title = r->sampled            ? "RANDOM SCHEDULES"
                        : !r->exhaustive      ? "SOME SCHEDULES"
                        : v->found->from_here ? "FROM HERE ON"
                                              : "ALL SCHEDULES";

    micro_found(
        f,
        frame_panel(f, b, title,
                    b.columns >= 60
                        ? (v->common.ascii ? "Up/Down choose  Enter loads"
                                           : "↑↓ choose  ⏎ loads it")
                        : NULL),
        v);
}

/* Memory over threads, each with what it needs. */
static void draw_state(struct frame *f, struct box b,
                       const struct view_micro *v)
{
    int threads = micro_threads_rows(v) + 2, memory = micro_memory_rows(v) + 2;
    int least = micro_memory_least(v, b.columns - 4) + 2;

    if (threads + memory > b.rows && threads > b.rows - least)
        threads = b.rows - least;
    if (threads < b.rows / 3)
        threads = b.rows / 3 < micro_threads_rows(v) + 2
                      ? b.rows / 3
                      : micro_threads_rows(v) + 2;
    if (b.rows < 8 || threads < 3) {
        panel_memory(f, b, v);
        return;
    }
    panel_memory(f, box_take_rows(&b, b.rows - threads), v);
    panel_threads(f, b, v);
}

/* Three columns: the program, the history, what there is now. */
static void draw_wide(struct frame *f, struct box b, const struct view_micro *v)
{
    struct box right = box_take_columns(&b, -(b.columns / 4));
    struct box left = box_take_columns(&b, b.columns / 2);

    if (v->found) {
        int rows = view_found_rows(v->found->result) + 8;

        panel_found(
            f, box_take_rows(&b, -(rows < b.rows / 2 ? rows : b.rows / 2)), v);
    }
    panel_source(f, left, v);
    panel_history(f, b, v);
    draw_state(f, right, v);
}

/* Above the program and what there is now, below the history. */
static void draw_middle(struct frame *f, struct box b,
                        const struct view_micro *v)
{
    int above = b.rows * (v->found ? 9 : 11) / 20;
    struct box top = box_take_rows(&b, above), right;

    right = box_take_columns(
        &top, -(top.columns * 2 / 5 > 36 ? top.columns * 2 / 5 : 36));
    panel_source(f, top, v);
    draw_state(f, right, v);
    if (v->found && b.columns >= BOTH_COLUMNS)
        panel_found(f, box_take_columns(&b, -(b.columns / 2)), v);
    if (v->found && f->columns < BOTH_COLUMNS)
        panel_found(f, b, v);
    else
        panel_history(f, b, v);
}

/* One panel, and what is shared in a row or two. */
static void draw_small(struct frame *f, struct box b,
                       const struct view_micro *v)
{
    struct box memory = box_take_rows(&b, 2);

    box_take_columns(&memory, 1);
    box_take_columns(&memory, -1);
    micro_memory(f, memory, v);
    if (v->found)
        panel_found(f, b, v);
    else
        panel_history(f, b, v);
}

/* For a class: what is shared in big digits, program and history. */
static void draw_presenter(struct frame *f, struct box b,
                           const struct view_micro *v)
{
    struct box top = box_take_rows(&b, b.rows >= 20 ? 7 : 5);

    box_take_columns(&top, 2);
    box_take_columns(&top, -2);
    if (v->walk->stepper->rules.tso && top.columns >= 70) {
        struct box right = box_take_columns(&top, -top.columns / 2);

        micro_threads(f, right, v);
    }
    micro_big(f, top, v);
    if (v->found) {
        panel_found(f, b, v);
        return;
    }
    panel_source(f, box_take_columns(&b, b.columns / 2), v);
    panel_history(f, b, v);
}

bool view_micro_has_both(int rows, int columns, bool presenter)
{
    return !presenter && rows >= 24 && columns >= BOTH_COLUMNS;
}

/* ---- the screen ---------------------------------------------------------- */

static void draw_nothing(struct frame *f, struct box b)
{
    box_take_columns(&b, 2);
    box_take_columns(&b, -2);
    box_take_rows(&b, b.rows / 3);
    frame_wrap(f, b, STYLE_NORMAL,
               "No program yet: l shows the library, E writes one.");
}

void view_micro(struct frame *f, const struct view_micro *v)
{
    struct box b = frame_box(f), footer;

    if (v->spots)
        *v->spots = (struct view_micro_spots){.width = 0};
    if (!piece_fits(f, LEAST_ROWS, LEAST_COLUMNS, "q leaves."))
        return;
    draw_header(
        f, box_take_rows(&b, f->rows >= 24 && !v->common.embedded ? 2 : 1), v);
    footer = box_take_rows(&b, v->common.embedded ? 0 : -2);
    if (!v->walk) {
        draw_nothing(f, b);
    } else {
        draw_words(f, &b, v);
        draw_schedule(f, box_take_rows(&b, -1), v);
        if (v->common.presenter)
            draw_presenter(f, b, v);
        else if (f->columns >= WIDE_COLUMNS && f->rows >= 30)
            draw_wide(f, b, v);
        else if (f->columns >= 80 && f->rows >= 24)
            draw_middle(f, b, v);
        else
            draw_small(f, b, v);
    }
    view_footer(f, footer, &v->common);
    draw_typing(f, footer, v);
}
