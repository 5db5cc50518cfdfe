/* The simulator's pictures of time: a lane a job or a CPU, one group a policy,
 * one axis under them all. Screen process. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "view/sim_parts.h"

/* The column under the cursor; -1: it is not in the window. */
static int cursor_column(const struct view_sim *v)
{
    const struct view_sim_window *w = &v->window;
    int64_t column;

    if (w->column_ns <= 0 || v->cursor_ns < w->start_ns)
        return -1;
    column = (v->cursor_ns - w->start_ns) / w->column_ns;
    return column < w->columns ? (int)column : -1;
}

/* ---- one lane ------------------------------------------------------------ */

static enum span_state state_of(const struct view_sim_cell *c)
{
    enum span_state most = SPAN_STATES;
    float ns = 0;

    for (int state = 0; state < SPAN_STATES; state++)
        if (c->ns[state] > ns) {
            most = (enum span_state)state;
            ns = c->ns[state];
        }
    return most;
}

/* Where a column has several turns of the job in it, the eighths of a block are
 * its share of a CPU. */
static void job_glyph(const struct view_sim_cell *c, int64_t column_ns,
                      uint32_t *glyph, enum style *style)
{
    enum span_state state = state_of(c);

    *glyph = view_state_glyph(state, (enum wait_cause)c->cause, false);
    *style = view_state_style(state, (enum wait_cause)c->cause);
    if (c->runs < 2)
        return;
    *glyph = piece_spark((double)c->ns[SPAN_RUNNING] / (double)column_ns);
    *style = STYLE_RUNNING;
}

static void cpu_glyph(const struct view_sim_cell *c, int64_t column_ns,
                      uint32_t *glyph, enum style *style)
{
    *glyph = 0xb7;
    *style = STYLE_IDLE;
    if (c->job < 0)
        return;
    *glyph = (unsigned char)trace_letter(c->job);
    *style = view_worker_style(c->job);
    if (c->ns[SPAN_RUNNING] * 8 < (float)column_ns) /* there, but hardly */
        *style = STYLE_DIM;
}

/* What the job does at the cursor, in a word. */
static void job_side(struct frame *f, const struct view_sim_now *now, int lane,
                     struct box b)
{
    enum task_state state;
    enum wait_cause cause;

    if (!now || lane >= now->lanes)
        return;
    state = (enum task_state)now->lane[lane].state;
    cause = (enum wait_cause)now->lane[lane].cause;
    switch (state) {
    case TASK_COMING:
        frame_text(f, b.row, b.column, b.columns, STYLE_DIM, "to come");
        break;
    case TASK_READY:
        frame_text(f, b.row, b.column, b.columns, STYLE_READY, "ready");
        break;
    case TASK_RUNNING:
        if (now->cpu_count > 1)
            frame_textf(f, b.row, b.column, b.columns, STYLE_RUNNING,
                        "run cpu%d", now->lane[lane].cpu);
        else
            frame_text(f, b.row, b.column, b.columns, STYLE_RUNNING, "running");
        break;
    case TASK_BLOCKED:
        frame_text(f, b.row, b.column, b.columns,
                   view_state_style(SPAN_BLOCKED, cause),
                   piece_state_short(SPAN_BLOCKED, cause));
        break;
    case TASK_ENDED:
        frame_text(f, b.row, b.column, b.columns, STYLE_DIM, "✓ done");
        break;
    }
}

/* Where lane number @lane's cells begin; NULL: they are not known. */
static const struct view_sim_cell *
cells_of(const struct view_sim *v, const struct view_sim_group *g, int lane)
{
    return g->cells ? &g->cells[(size_t)lane * (size_t)v->window.columns]
                    : NULL;
}

static void job_lane(struct frame *f, const struct simview_layout *l,
                     const struct view_sim *v, const struct view_sim_group *g,
                     int row, struct box b)
{
    const struct view_sim_window *w = &v->window;
    const struct view_sim_cell *cells = cells_of(v, g, row);
    int cursor = cursor_column(v), id = w->first + row;
    int column = b.column + l->label;

    simview_put_job(f, b.row, b.column + 1, l->label - 2, v, id,
                    id == v->selected ? STYLE_SELECTED : view_worker_style(id));
    for (int i = 0; cells && i < w->columns && i < l->lane; i++) {
        uint32_t glyph = 0x2502; /* the cursor: a line through all lanes */
        enum style style = STYLE_HERO;

        if (i != cursor)
            job_glyph(&cells[i], w->column_ns, &glyph, &style);
        for (int high = 0; high < b.rows; high++)
            frame_put(f, b.row + high, column + i, glyph, style);
    }
    job_side(f, g->now, row,
             (struct box){b.row, column + l->lane + 1, 1, l->side - 2});
}

static void cpu_lane(struct frame *f, const struct simview_layout *l,
                     const struct view_sim *v, const struct view_sim_group *g,
                     int lane, int cpu, struct box b)
{
    const struct view_sim_window *w = &v->window;
    const struct view_sim_cell *cells = cells_of(v, g, lane);
    int cursor = cursor_column(v), column = b.column + l->label;
    double busy = 0, seen = 0;
    char buf[32];

    frame_textf(f, b.row, b.column + 1, l->label - 1, STYLE_DIM, "cpu%d", cpu);
    for (int i = 0; cells && i < w->columns && i < l->lane; i++) {
        uint32_t glyph = 0x2502;
        enum style style = STYLE_HERO;

        if (g->end_ns == 0 || w->start_ns + i * w->column_ns < g->end_ns) {
            cpu_glyph(&cells[i], w->column_ns, &glyph, &style);
            busy += (double)cells[i].ns[SPAN_RUNNING];
            seen += (double)w->column_ns;
            if (i == cursor)
                style = STYLE_SELECTED;
        } else if (i != cursor) {
            break;
        }
        frame_put(f, b.row, column + i, glyph, style);
    }
    if (seen > 0)
        frame_text(
            f, b.row, column + l->lane + 1, l->side - 2, STYLE_DIM,
            piece_share(buf, sizeof(buf), busy < seen ? busy / seen : 1));
}

/* ---- a group ------------------------------------------------------------- */

/* "─▸1 rr,slice=2ms──── lanes 3-8 of 20 ── MODEL ─" */
static void group_title(struct frame *f, const struct simview_layout *l,
                        const struct view_sim *v, int number, struct box row)
{
    const struct view_sim_group *g = &v->group[number];
    const struct view_sim_window *w = &v->window;
    bool chosen = number == v->chosen, real = g->badge == BADGE_MEASURED;
    int used = row.column + 1, end = row.column + row.columns - 1;

    frame_fill(f, row, 0x2500, STYLE_DIM);
    end -= real ? 10 : 7;
    frame_text(f, row.row, end, -1, STYLE_BADGE,
               real ? " MEASURED " : " MODEL ");
    used += frame_textf(f, row.row, used, end - used,
                        chosen ? STYLE_TITLE : STYLE_NORMAL, "%s%d ",
                        chosen ? "▸" : " ", number + 1);
    used += piece_text(f, row.row, used, (end - used) * 2 / 3,
                       chosen ? STYLE_TITLE : STYLE_NORMAL, g->setup);
    used += frame_text(f, row.row, used, 1, STYLE_NORMAL, " ");
    if (g->note) {
        used += 1;
        used += piece_textf(f, row.row, used, end - used - 1,
                            g->bad ? STYLE_BAD : STYLE_WARN, " %s ", g->note);
    }
    if (number == 0 &&
        (w->first > 0 || (!w->by_cpu && w->first + w->rows < v->jobs->count))) {
        char line[64];

        snprintf(line, sizeof(line), " %s %d-%d%s", w->by_cpu ? "CPUs" : "jobs",
                 w->first + (w->by_cpu ? 0 : 1),
                 w->first + w->rows - (w->by_cpu ? 1 : 0),
                 w->by_cpu ? " " : "");
        if (!w->by_cpu)
            snprintf(line + strlen(line), sizeof(line) - strlen(line),
                     " of %d ", v->jobs->count);
        if (end - used > text_columns(line) + 2) {
            end -= text_columns(line) + 1;
            frame_text(f, row.row, end, -1, STYLE_DIM, line);
        }
    }
    if (l->figure_row || end - used < 24)
        return;
    frame_put(f, row.row, used + 1, ' ', STYLE_NORMAL);
    struct box figures = {row.row, used + 2, 1, end - used - 4};
    frame_fill(f, figures, ' ', STYLE_NORMAL);
    simview_figure_row(f, figures, v, number);
}

void simview_group(struct frame *f, const struct simview_layout *l,
                   const struct view_sim *v, int number, struct box b)
{
    const struct view_sim_group *g = &v->group[number];
    const struct view_sim_window *w = &v->window;
    struct box title = box_take_rows(&b, 1);

    group_title(f, l, v, number, title);
    if (l->figure_row) {
        struct box row = box_take_rows(&b, 1);

        box_take_columns(&row, l->label);
        box_take_columns(&row, -1);
        simview_figure_row(f, row, v, number);
    }
    for (int i = 0; i < w->cpus && i < g->cpus; i++)
        cpu_lane(f, l, v, g, w->rows + i, i, box_take_rows(&b, 1));
    for (int i = 0; i < w->rows && w->first + i < g->lanes; i++)
        if (w->by_cpu)
            cpu_lane(f, l, v, g, i, w->first + i,
                     box_take_rows(&b, l->lane_height));
        else
            job_lane(f, l, v, g, i, box_take_rows(&b, l->lane_height));
}

/* ---- the axis ------------------------------------------------------------ */

/* The next larger of 1, 2, 5, 10, 20, ... */
static int64_t step_after(int64_t step)
{
    int64_t first = step;

    while (first >= 10)
        first /= 10;
    return first == 2 ? step / 2 * 5 : step * 2;
}

void simview_axis(struct frame *f, const struct simview_layout *l,
                  const struct view_sim *v, int row, int column)
{
    const struct view_sim_window *w = &v->window;
    int cursor = cursor_column(v), columns = w->columns;
    int64_t step = 1, end_ns;
    char label[SIMVIEW_WHEN];

    if (columns > l->lane)
        columns = l->lane;
    if (w->column_ns <= 0 || columns < 12)
        return;
    end_ns = w->start_ns + columns * w->column_ns;
    while (step / w->column_ns <
               text_columns(simview_when(label, end_ns)) + 4 &&
           step < INT64_MAX / 8)
        step = step_after(step);
    for (int64_t at = (w->start_ns + step - 1) / step * step; at < end_ns;
         at += step) {
        int i = (int)((at - w->start_ns) / w->column_ns);

        simview_when(label, at);
        if (i + 2 + text_columns(label) > columns)
            break;
        frame_put(f, row, column + i, 0x2575, STYLE_DIM);
        if (cursor <= i || cursor > i + text_columns(label))
            frame_text(f, row, column + i + 1, -1, STYLE_DIM, label);
    }
    if (cursor >= 0)
        frame_put(f, row, column + cursor, 0x25b2, STYLE_HERO);
    simview_when(label, w->column_ns);
    if (l->side > text_columns(label) + 1)
        frame_textf(f, row, column + l->lane + 1, l->side - 1, STYLE_DIM, "%s",
                    label);
}
