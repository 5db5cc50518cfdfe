/* The live laboratory's pictures of time: one lane a core, one lane a worker
 * (or a group of them). Screen process. */
#include "view/lab_parts.h"

#include <stdio.h>

#include "base/clock.h"

/* ---- the window --------------------------------------------------------- */

/* Nothing is known, or will ever be, of columns outside the run. */
static bool outside_run(const struct trace *t, const struct lab_window *w,
                        int column)
{
    int64_t from = w->start_ns + column * w->column_ns;
    int64_t end = t->end_ns != 0 ? t->end_ns : t->now_ns;

    return from >= end || from + w->column_ns <= t->gate_ns;
}

/* ---- cores -------------------------------------------------------------- */

static void core_glyph(const struct core_cell *c, const struct lab_window *w,
                       bool others, uint32_t *glyph, enum style *style)
{
    if (c->worker >= 0 && (!c->unknown || c->busy_ns * 2 > w->column_ns)) {
        *glyph = (unsigned char)trace_letter(c->worker);
        *style = view_worker_style(c->worker);
        if (c->busy_ns * 8 < w->column_ns) /* there, but hardly */
            *style = STYLE_DIM;
    } else if (c->unknown) {
        *glyph = '?';
        *style = STYLE_UNKNOWN;
    } else if (others) {
        *glyph = 'o';
        *style = STYLE_FOREIGN;
    } else {
        *glyph = 0xb7;
        *style = STYLE_IDLE;
    }
}

/* Others' use is known as a share of the last second. Where we left the core
 * idle, was it they who had it? */
static bool others_had_it(const struct trace *t, const struct view_lab *v,
                          int core, const struct lab_window *w, int column)
{
    int64_t from = w->start_ns + column * w->column_ns;
    double share = t->cores[core].foreign_share;

    return share >= 0.5 && v->follow && t->end_ns == 0 &&
           from >= t->now_ns - NS_PER_S;
}

static void core_lane(struct frame *f, const struct lab_layout *l,
                      const struct view_lab *v, const struct lab_window *w,
                      int core, struct box b)
{
    const struct trace *t = v->trace;
    double busy = 0, seen = 0;
    char buf[32];

    frame_textf(f, b.row, b.column, l->label, STYLE_NORMAL, "cpu%d",
                t->cores[core].cpu);
    for (int i = 0; i < w->columns; i++) {
        uint32_t glyph;
        enum style style;

        if (outside_run(t, w, i))
            continue;
        const struct core_cell *c = lanes_core(v->lanes, core, i + w->skip);
        core_glyph(c, w, others_had_it(t, v, core, w, i), &glyph, &style);
        frame_put(f, b.row, b.column + l->label + i, glyph, style);
        if (l->core_height > 1 && c->worker >= 0) /* how much of the column */
            frame_put(f, b.row + 1, b.column + l->label + i,
                      piece_spark((double)c->busy_ns / (double)w->column_ns),
                      style);
        busy += (double)c->busy_ns;
        seen += (double)w->column_ns;
    }
    int end = b.column + b.columns;
    if (seen > 0)
        frame_right(
            f, b.row, end - 9, STYLE_NORMAL,
            piece_share(buf, sizeof(buf), busy < seen ? busy / seen : 1));
    if (t->cores[core].foreign_share >= 0 && v->follow && t->end_ns == 0)
        frame_right(
            f, b.row, end - 1, STYLE_FOREIGN,
            piece_share(buf, sizeof(buf), t->cores[core].foreign_share));
    else
        frame_right(f, b.row, end - 1, STYLE_DIM, "-");
}

void lab_cores(struct frame *f, const struct lab_layout *l,
               const struct view_lab *v)
{
    const struct trace *t = v->trace;
    struct box b;

    if (l->cores.rows < 3)
        return;
    b = frame_panel(f, l->cores, "CORES", "ours  others");
    if (l->cores.columns >= 80)
        frame_text(f, l->cores.row, l->cores.column + 9, -1, STYLE_DIM,
                   v->common.ascii
                       ? " letter: the worker on it   o: another program "
                       : " letter: the worker on it · idle  o another "
                         "program ");
    if (v->lanes == NULL || b.columns < 1)
        return;
    struct lab_window w = lab_window_of(l, v);
    for (int core = 0; core < t->core_count && b.rows > 0; core++) {
        struct box row = box_take_rows(&b, l->core_height);
        int left = t->core_count - core;

        if (b.rows < l->core_height && left > 1) {
            frame_textf(f, row.row, row.column, row.columns, STYLE_DIM,
                        "… and %d more cores", left);
            return;
        }
        core_lane(f, l, v, &w, core, row);
    }
}

/* ---- workers ------------------------------------------------------------ */

/* How many workers share lane @row; 1 unless grouped. */
static int lane_first(const struct view_lab *v, int row, int *count)
{
    int per_row = v->grouped && v->per_row > 1 ? v->per_row : 1;
    int first = v->first_worker + row * per_row;
    int left = v->trace->worker_count - first;

    *count = left < per_row ? left : per_row;
    return first;
}

static double cell_total(const struct lane_cell *c)
{
    double all = 0;

    for (int state = 0; state < SPAN_STATES; state++)
        all += (double)c->ns[state];
    return all;
}

static double cell_on_core(const struct lane_cell *c)
{
    return (double)c->ns[SPAN_RUNNING] + (double)c->ns[SPAN_SPINNING];
}

/* A group's column: the eighths of a block are the share of all cores that it
 * had; where it had none, what most of it were doing. */
static void group_glyph(const struct view_lab *v, const struct lab_window *w,
                        const struct lane_cell *c, int count, uint32_t *glyph,
                        enum style *style)
{
    double on = cell_on_core(c);
    int cores = v->trace->core_count > 0 ? v->trace->core_count : 1;
    struct lane_cell rest = *c;

    if (on > 0) {
        double most = (double)w->column_ns * (count < cores ? count : cores);

        *glyph = piece_spark(on / most);
        *style = c->ns[SPAN_SPINNING] > c->ns[SPAN_RUNNING] ? STYLE_SPINNING
                                                            : STYLE_RUNNING;
        return;
    }
    rest.ns[SPAN_RUNNING] = 0;
    rest.ns[SPAN_SPINNING] = 0;
    enum span_state state = lane_cell_state(&rest);
    *glyph = view_state_glyph(state, (enum wait_cause)c->cause, c->sampled);
    *style = view_state_style(state, (enum wait_cause)c->cause);
}

/* What is shown is not how things are now. */
static bool in_the_past(const struct view_lab *v)
{
    const struct trace *t = v->trace;

    return (v->common.frozen && v->cursor_ns != 0) ||
           (!v->follow &&
            v->view_end_ns < (t->end_ns != 0 ? t->end_ns : t->now_ns));
}

/* The word to the right: what it does now, and how much of the window's time
 * it was on a core. */
static void worker_side(struct frame *f, const struct view_lab *v, int id,
                        const struct lane_cell *now, double share, struct box b)
{
    const struct trace_worker *w = &v->trace->workers[id];
    enum span_state state = w->state;
    enum wait_cause cause = w->cause;
    const char *word;
    enum style style;
    char buf[32];

    if (in_the_past(v) && now != NULL) {
        state = lane_cell_state(now);
        cause = (enum wait_cause)now->cause;
    } else if (w->life == LIFE_ENDED) {
        state = SPAN_STATES;
    }
    word = piece_state_short(state, cause);
    style = view_state_style(state, cause);
    if (state == SPAN_STATES) {
        word = w->life == LIFE_ENDED ? "✓ done" : "-";
        style = STYLE_DIM;
    }
    if (w->life == LIFE_REFUSED) {
        word = "refused";
        style = STYLE_BAD;
    } else if (w->life == LIFE_ABSENT || w->life == LIFE_STARTING) {
        word = "starts";
        style = STYLE_DIM;
    }
    frame_text(f, b.row, b.column + 1, 8, style, word);
    if (share >= 0)
        frame_right(f, b.row, b.column + b.columns - 1, STYLE_NORMAL,
                    piece_share(buf, sizeof(buf), share));
}

static void group_side(struct frame *f, const struct view_lab *v, int first,
                       int count, struct box b)
{
    int running = 0, ready = 0, ended = 0;
    char buf[32];

    for (int id = first; id < first + count; id++) {
        const struct trace_worker *w = &v->trace->workers[id];

        if (w->life == LIFE_ENDED)
            ended++;
        else if (w->state == SPAN_RUNNING || w->state == SPAN_SPINNING)
            running++;
        else if (w->state == SPAN_READY)
            ready++;
    }
    if (ended == count) {
        frame_text(f, b.row, b.column + 1, -1, STYLE_DIM, "✓ all done");
        return;
    }
    frame_textf(f, b.row, b.column + 1, 7, STYLE_RUNNING, "%d run", running);
    snprintf(buf, sizeof(buf), "%d ready", ready);
    frame_right(f, b.row, b.column + b.columns, STYLE_READY, buf);
}

static void worker_label(struct frame *f, const struct view_lab *v, int first,
                         int count, struct box b)
{
    char letter[2] = {trace_letter(first), '\0'};
    enum style style = view_worker_style(first);

    if (v->selected_worker >= first && v->selected_worker < first + count) {
        frame_fill(f, (struct box){b.row, b.column, 1, b.columns - 1}, ' ',
                   STYLE_SELECTED);
        style = STYLE_SELECTED;
    }
    if (v->grouped) {
        frame_textf(f, b.row, b.column, b.columns - 1,
                    style == STYLE_SELECTED ? style : STYLE_NORMAL, "%d-%d",
                    first, first + count - 1);
        return;
    }
    frame_text(f, b.row, b.column, 1, style, letter);
    if (v->trace->worker_count > 26)
        frame_textf(f, b.row, b.column + 2, b.columns - 3,
                    style == STYLE_SELECTED ? style : STYLE_DIM, "%d", first);
}

static void worker_lane(struct frame *f, const struct lab_layout *l,
                        const struct view_lab *v, const struct lab_window *w,
                        int row, struct box b)
{
    int count, first = lane_first(v, row, &count),
               column = lab_column_now(v, w);
    const struct lane_cell *now = NULL;
    struct box side = {b.row, b.column + b.columns - l->side, 1, l->side};
    double all = 0, on = 0;

    if (count <= 0)
        return;
    worker_label(f, v, first, count,
                 (struct box){b.row, b.column, 1, l->label});
    for (int i = 0; i < w->columns; i++) {
        const struct lane_cell *c = lanes_worker(v->lanes, row, i + w->skip);
        enum span_state state = lane_cell_state(c);
        enum wait_cause cause = (enum wait_cause)c->cause;
        uint32_t glyph;
        enum style style;

        if (i == column)
            now = c;
        if (state == SPAN_STATES)
            continue;
        all += cell_total(c);
        on += cell_on_core(c);
        if (count > 1) {
            group_glyph(v, w, c, count, &glyph, &style);
        } else {
            glyph = view_state_glyph(state, cause, c->sampled);
            style = view_state_style(state, cause);
        }
        for (int high = 0; high < b.rows; high++)
            frame_put(f, b.row + high, b.column + l->label + i, glyph, style);
    }
    if (v->grouped)
        group_side(f, v, first, count, side);
    else
        worker_side(f, v, first, now, all > 0 ? on / all : -1, side);
}

/* ---- the panel ---------------------------------------------------------- */

/* "WORKERS  0-5 of 2000", and behind it how long a column is. */
static void workers_title(struct frame *f, const struct lab_layout *l,
                          const struct view_lab *v, int rows)
{
    char title[96], buf[32];
    int count, first = lane_first(v, 0, &count);
    int last = rows > 0 ? lane_first(v, rows - 1, &count) + count - 1 : -1;
    int used = snprintf(title, sizeof(title), " WORKERS ");

    if (rows > 0 && (first > 0 || last + 1 < v->trace->worker_count))
        used += snprintf(title + used, sizeof(title) - (size_t)used,
                         "%d-%d of %d ", first, last, v->trace->worker_count);
    if (v->wanted_workers >= 0 && v->trace->end_ns == 0 &&
        v->wanted_workers != v->trace->worker_count)
        snprintf(title + used, sizeof(title) - (size_t)used, "%d take part ",
                 (int)v->wanted_workers);
    used = frame_text(f, l->workers.row, l->workers.column + 2, -1, STYLE_TITLE,
                      title);
    if (v->lanes != NULL)
        frame_textf(f, l->workers.row, l->workers.column + 2 + used,
                    l->workers.columns - used - 16, STYLE_DIM,
                    " 1 column = %s ",
                    text_duration(buf, sizeof(buf), lanes_column_ns(v->lanes)));
}

void lab_workers(struct frame *f, const struct lab_layout *l,
                 const struct view_lab *v)
{
    int rows = v->lanes != NULL ? v->lane_workers : 0;
    struct box b;

    if (rows > l->worker_rows)
        rows = l->worker_rows;
    b = frame_panel(f, l->workers, "",
                    v->grouped || v->lanes == NULL ? "" : "on a core");
    workers_title(f, l, v, rows);
    struct box legend = box_take_rows(&b, -1);
    struct box instant = l->axis ? box_take_rows(&b, -1) : (struct box){0};
    struct box axis = l->axis ? box_take_rows(&b, -1) : (struct box){0};
    if (v->lanes == NULL || b.columns < 1)
        return;
    struct lab_window w = lab_window_of(l, v);
    for (int row = 0; row < rows; row++)
        worker_lane(f, l, v, &w, row, box_take_rows(&b, l->worker_height));
    if (l->axis) {
        lab_axis(f, v, &w, axis.row, b.column + l->label);
        lab_instant(f, instant, v);
    }
    if (legend.rows > 0)
        piece_legend(f, legend, v->common.ascii);
}
