/* The live laboratory's pictures of time: one lane a core, one lane a worker
 * (or a group of them), and who is where at one instant. Screen process. */
#include "view/lab_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* ---- the window --------------------------------------------------------- */

/* What part of the lanes the panels show: the newest columns that fit. */
struct window {
    int skip, columns; /* oldest lanes columns left out; columns shown */
    int64_t start_ns, column_ns; /* of the first shown column */
};

static struct window lab_window(const struct lab_layout *l,
                                const struct view_lab *v)
{
    struct window w = {.columns = lanes_columns(v->lanes),
                       .column_ns = lanes_column_ns(v->lanes)};

    if (w.columns > l->lane) {
        w.skip = w.columns - l->lane;
        w.columns = l->lane;
    }
    w.start_ns = lanes_start_ns(v->lanes) + w.skip * w.column_ns;
    return w;
}

/* Nothing is known, or will ever be, of columns outside the run. */
static bool outside_run(const struct trace *t, const struct window *w,
                        int column)
{
    int64_t from = w->start_ns + column * w->column_ns;
    int64_t end = t->end_ns != 0 ? t->end_ns : t->now_ns;

    return from >= end || from + w->column_ns <= t->gate_ns;
}

/* The column under the cursor, or the newest; -1 when there is none. */
static int column_now(const struct view_lab *v, const struct window *w)
{
    int64_t at = v->cursor_ns != 0 ? v->cursor_ns : v->view_end_ns - 1;
    int64_t column = w->column_ns > 0 ? (at - w->start_ns) / w->column_ns : -1;

    return at >= w->start_ns && column < w->columns ? (int)column : -1;
}

/* ---- cores -------------------------------------------------------------- */

static void core_glyph(const struct core_cell *c, const struct window *w,
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
                          int core, const struct window *w, int column)
{
    int64_t from = w->start_ns + column * w->column_ns;
    double share = t->cores[core].foreign_share;

    return share >= 0.5 && v->follow && t->end_ns == 0 &&
           from >= t->now_ns - NS_PER_S;
}

static void core_lane(struct frame *f, const struct lab_layout *l,
                      const struct view_lab *v, const struct window *w,
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
        for (int row = 0; row < l->core_height; row++)
            frame_put(f, b.row + row, b.column + l->label + i, glyph, style);
        busy += (double)c->busy_ns;
        seen += (double)w->column_ns;
    }
    int end = b.column + b.columns;
    if (seen > 0)
        frame_right(f, b.row, end - 9, STYLE_NORMAL,
                    piece_share(buf, sizeof(buf),
                                busy < seen ? busy / seen : 1));
    if (t->cores[core].foreign_share >= 0 && v->follow && t->end_ns == 0)
        frame_right(f, b.row, end - 1, STYLE_FOREIGN,
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
    struct window w = lab_window(l, v);
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
static void group_glyph(const struct view_lab *v, const struct window *w,
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

/* The word to the right: what it does now, and how much of the window's time
 * it was on a core. */
static void worker_side(struct frame *f, const struct view_lab *v, int id,
                        const struct lane_cell *now, double share,
                        struct box b)
{
    const struct trace_worker *w = &v->trace->workers[id];
    enum span_state state = w->state;
    enum wait_cause cause = w->cause;
    const char *word;
    enum style style;
    char buf[32];

    if ((!v->follow || v->common.frozen) && now != NULL) {
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
    frame_textf(f, b.row, b.column, 6, STYLE_RUNNING, "%2d run", running);
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
                        const struct view_lab *v, const struct window *w,
                        int row, struct box b)
{
    int count, first = lane_first(v, row, &count), column = column_now(v, w);
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

/* ---- the time axis ------------------------------------------------------ */

/* The next larger of 1, 2, 5, 10, 20, ... */
static int64_t step_after(int64_t step)
{
    int64_t first = step;

    while (first >= 10)
        first /= 10;
    return first == 2 ? step / 2 * 5 : step * 2;
}

/* @ns as "1.25 s" with as many decimals as steps of @step_ns need. */
static void axis_label(char *buf, size_t size, int64_t ns, int64_t step_ns)
{
    int decimals = 0;

    for (int64_t unit = NS_PER_S; unit > step_ns && decimals < 9; unit /= 10)
        decimals++;
    snprintf(buf, size, "%.*f s", decimals, (double)ns / NS_PER_S);
}

/* Ticks with times since the gate or, when the window runs along with now,
 * before now. */
static void lab_axis(struct frame *f, const struct lab_layout *l,
                     const struct view_lab *v, const struct window *w, int row,
                     int column)
{
    bool relative = v->follow && !v->common.frozen && v->trace->end_ns == 0;
    int64_t end_ns = w->start_ns + w->columns * w->column_ns;
    int64_t zero = relative ? end_ns : v->trace->gate_ns;
    int64_t step = 1, left;
    int cursor = column_now(v, w);
    char label[48];

    if (w->columns < 12)
        return;
    for (;; step = step_after(step)) {
        axis_label(label, sizeof(label), relative ? -w->columns * w->column_ns
                                                  : end_ns - zero, step);
        if (step / w->column_ns >= text_columns(label) + 6 ||
            step > INT64_MAX / 4)
            break;
    }
    left = w->start_ns - zero;
    for (int64_t at = (left - step) / step * step; at <= end_ns - zero;
         at += step) {
        int64_t where = at - left;
        int i = (int)(where / w->column_ns);

        if (where < 0 || i >= w->columns || (!relative && at < 0))
            continue;
        axis_label(label, sizeof(label), at, step);
        if (i + 2 + text_columns(label) > w->columns)
            continue;
        frame_put(f, row, column + i, 0x2575, STYLE_DIM);
        frame_text(f, row, column + i + 1, -1, STYLE_DIM, label);
    }
    if (relative)
        frame_right(f, row, column + w->columns, STYLE_DIM, "now");
    if (v->common.frozen && v->cursor_ns != 0 && cursor >= 0)
        frame_put(f, row, column + cursor, 0x25b2, STYLE_HERO);
    (void)l;
}

/* ---- one instant -------------------------------------------------------- */

#define INSTANT_CORES 64
#define INSTANT_NAMED 6

struct instant {
    const struct trace *t;
    int64_t at_ns;
    int on[INSTANT_CORES]; /* worker on each of the trace's cores, -1 none */
    int ready, waiting, unknown; /* how many */
    int who_ready[INSTANT_NAMED], who_waits[INSTANT_NAMED];
    enum wait_cause cause; /* of the first that waits */
};

static void instant_span(const struct span *s, void *arg)
{
    struct instant *in = arg;

    if (s->start_ns > in->at_ns || s->end_ns <= in->at_ns)
        return;
    switch (s->state) {
    case SPAN_RUNNING:
    case SPAN_SPINNING:
        for (int i = 0; i < in->t->core_count && i < INSTANT_CORES; i++) {
            if (in->t->cores[i].cpu == s->cpu)
                in->on[i] = s->worker;
        }
        break;
    case SPAN_READY:
        if (in->ready < INSTANT_NAMED)
            in->who_ready[in->ready] = s->worker;
        in->ready++;
        break;
    case SPAN_BLOCKED:
        if (in->waiting == 0)
            in->cause = (enum wait_cause)s->cause;
        if (in->waiting < INSTANT_NAMED)
            in->who_waits[in->waiting] = s->worker;
        in->waiting++;
        break;
    default:
        in->unknown++;
    }
}

static void instant_find(struct instant *in, const struct trace *t,
                         int64_t at_ns)
{
    *in = (struct instant){.t = t, .at_ns = at_ns};
    for (int i = 0; i < INSTANT_CORES; i++)
        in->on[i] = -1;
    trace_each_span(t, at_ns, at_ns + 1, instant_span, in);
    for (int id = 0; id < t->worker_count; id++) {
        struct span open;

        if (trace_open_span(t, id, at_ns < t->now_ns ? t->now_ns : at_ns + 1,
                            &open))
            instant_span(&open, in);
    }
}

static int instant_group(struct frame *f, struct box b, int column,
                         const char *word, enum style style, int count,
                         const int who[])
{
    int end = b.column + b.columns;

    if (count == 0 || column + 12 > end)
        return column;
    column += 1 + frame_textf(f, b.row, column, end - column, style, "%s %d:",
                              word, count);
    for (int i = 0; i < count && i < INSTANT_NAMED && column < end; i++) {
        frame_put(f, b.row, column, (unsigned char)trace_letter(who[i]),
                  view_worker_style(who[i]));
        column += 2;
    }
    if (count > INSTANT_NAMED)
        column += 1 + frame_text(f, b.row, column, 1, STYLE_DIM, "…");
    return column + 1;
}

void lab_instant(struct frame *f, struct box b, const struct view_lab *v)
{
    const struct trace *t = v->trace;
    bool fixed = v->cursor_ns != 0 && v->common.frozen;
    int64_t at_ns = fixed ? v->cursor_ns : t->now_ns - 1;
    int64_t us = (at_ns - t->gate_ns) / NS_PER_US;
    struct instant in;
    int column = b.column, end = b.column + b.columns;
    int shown = 0;

    if (b.rows < 1 || b.columns < 20 || t->gate_ns == 0)
        return;
    if (t->end_ns != 0 && !fixed) {
        struct text line = {0};

        summary_sentence(t, &line);
        piece_text(f, b.row, column, b.columns, STYLE_NORMAL, text_str(&line));
        text_fini(&line);
        return;
    }
    if (t->observer.kind == OBSERVER_OFF) {
        frame_text(f, b.row, column, b.columns, STYLE_DIM,
                   "not observed: who is where is not known");
        return;
    }
    instant_find(&in, t, at_ns);
    if (fixed && us >= 0)
        column += frame_textf(f, b.row, column, -1, STYLE_HERO,
                              "▲ %" PRId64 ".%03" PRId64 " %03" PRId64 " s",
                              us / 1000000, us / 1000 % 1000, us % 1000);
    else
        column += frame_text(f, b.row, column, -1, STYLE_HERO, "now");
    column += 2;
    for (int i = 0; i < t->core_count && i < INSTANT_CORES; i++) {
        if (column + 8 > end - 30 && shown > 0)
            break; /* leave room for those who wait */
        column += frame_textf(f, b.row, column, end - column, STYLE_DIM,
                              "cpu%d ", t->cores[i].cpu);
        if (in.on[i] >= 0)
            frame_put(f, b.row, column, (unsigned char)trace_letter(in.on[i]),
                      view_worker_style(in.on[i]));
        else
            frame_put(f, b.row, column, '-', STYLE_IDLE);
        column += 3;
        shown++;
    }
    column = instant_group(f, b, column, "ready", STYLE_READY, in.ready,
                           in.who_ready);
    column = instant_group(f, b, column,
                           piece_state_short(SPAN_BLOCKED, in.cause),
                           view_state_style(SPAN_BLOCKED, in.cause), in.waiting,
                           in.who_waits);
    if (in.unknown > 0 && column + 14 < end)
        frame_textf(f, b.row, column, end - column, STYLE_UNKNOWN,
                    "not recorded: %d", in.unknown);
}

/* ---- the panel ---------------------------------------------------------- */

void lab_workers(struct frame *f, const struct lab_layout *l,
                 const struct view_lab *v)
{
    char title[64], right[64] = "", buf[32];
    struct box b;
    int rows = v->lanes != NULL ? v->lane_workers : 0;

    if (rows > l->worker_rows)
        rows = l->worker_rows;
    snprintf(title, sizeof(title), "WORKERS");
    if (v->wanted_workers >= 0 && v->trace->end_ns == 0 &&
        v->wanted_workers != v->trace->spec.workers)
        snprintf(title, sizeof(title), "WORKERS  %d take part",
                 (int)v->wanted_workers);
    int count, first = lane_first(v, 0, &count);
    int last = rows > 0 ? lane_first(v, rows - 1, &count) + count - 1 : -1;
    if (first > 0 || last + 1 < v->trace->worker_count)
        snprintf(title, sizeof(title), "WORKERS  %d-%d of %d", first, last,
                 v->trace->worker_count);
    if (v->lanes != NULL)
        snprintf(right, sizeof(right), "1 column = %s  on a core",
                 text_duration(buf, sizeof(buf),
                               lanes_column_ns(v->lanes)));
    if (v->grouped || v->common.presenter)
        snprintf(right, sizeof(right), "1 column = %s", buf);
    b = frame_panel(f, l->workers, title, v->lanes != NULL ? right : "");
    struct box legend = box_take_rows(&b, -1);
    struct box instant = l->axis ? box_take_rows(&b, -1) : (struct box){0};
    struct box axis = l->axis ? box_take_rows(&b, -1) : (struct box){0};
    if (v->lanes == NULL || b.columns < 1)
        return;
    struct window w = lab_window(l, v);
    for (int row = 0; row < rows; row++)
        worker_lane(f, l, v, &w, row, box_take_rows(&b, l->worker_height));
    if (l->axis) {
        lab_axis(f, l, v, &w, axis.row, b.column + l->label);
        lab_instant(f, instant, v);
    }
    if (legend.rows > 0)
        piece_legend(f, legend, v->common.ascii);
}
