/* The live laboratory's time: which columns are shown, the axis under them, and
 * who is where at one instant. Screen process. */
#include "view/lab_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

/* ---- the window --------------------------------------------------------- */

struct lab_window lab_window_of(const struct lab_layout *l,
                                const struct view_lab *v)
{
    struct lab_window w = {.columns = lanes_columns(v->lanes),
                           .column_ns = lanes_column_ns(v->lanes)};

    if (w.columns > l->lane) {
        w.skip = w.columns - l->lane;
        w.columns = l->lane;
    }
    w.start_ns = lanes_start_ns(v->lanes) + w.skip * w.column_ns;
    return w;
}

int lab_column_now(const struct view_lab *v, const struct lab_window *w)
{
    int64_t at = v->cursor_ns != 0 ? v->cursor_ns : v->view_end_ns - 1;
    int64_t column = w->column_ns > 0 ? (at - w->start_ns) / w->column_ns : -1;

    return at >= w->start_ns && column < w->columns ? (int)column : -1;
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

/* @ns as "1.25 s" with as many decimals as steps of @step_ns need; in a unit
 * that suits @most_ns. */
static void axis_label(char *buf, size_t size, int64_t ns, int64_t step_ns,
                       int64_t most_ns)
{
    int64_t unit_ns = most_ns < NS_PER_MS  ? NS_PER_US
                      : most_ns < NS_PER_S ? NS_PER_MS
                                           : NS_PER_S;
    int decimals = 0;

    for (int64_t x = unit_ns; x > step_ns && decimals < 9; x /= 10)
        decimals++;
    snprintf(buf, size, "%.*f %s", decimals, (double)ns / (double)unit_ns,
             unit_ns == NS_PER_S    ? "s"
             : unit_ns == NS_PER_MS ? "ms"
                                    : "µs");
}

/* Ticks with times since the gate or, when the window runs along with now,
 * before now. */
void lab_axis(struct frame *f, const struct view_lab *v,
              const struct lab_window *w, int row, int column)
{
    bool relative = v->follow && !v->common.frozen && v->trace->end_ns == 0;
    int64_t end_ns = w->start_ns + w->columns * w->column_ns;
    int64_t zero = relative ? end_ns : v->trace->gate_ns;
    int64_t most = relative ? w->columns * w->column_ns : INT64_MAX;
    int64_t step = 1, left;
    int cursor = lab_column_now(v, w);
    char label[48];

    if (w->columns < 12)
        return;
    for (;; step = step_after(step)) {
        axis_label(label, sizeof(label), relative ? -most : end_ns - zero, step,
                   most);
        if (step / w->column_ns >= text_columns(label) + 4 ||
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
        axis_label(label, sizeof(label), at, step, most);
        if (i + 2 + text_columns(label) > w->columns - (relative ? 4 : 0))
            continue;
        frame_put(f, row, column + i, 0x2575, STYLE_DIM);
        frame_text(f, row, column + i + 1, -1, STYLE_DIM, label);
    }
    if (relative)
        frame_right(f, row, column + w->columns, STYLE_DIM, "now");
    if (v->common.frozen && v->cursor_ns != 0 && cursor >= 0)
        frame_put(f, row, column + cursor, 0x25b2, STYLE_HERO);
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
    column += 1 + frame_textf(f, b.row, column, end - column, style,
                              "%s %d:", word, count);
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
    if (t->observer.kind == OBSERVER_OFF && !trace_computed(t)) {
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
    column = instant_group(
        f, b, column, piece_state_short(SPAN_BLOCKED, in.cause),
        view_state_style(SPAN_BLOCKED, in.cause), in.waiting, in.who_waits);
    if (in.unknown > 0 && column + 14 < end)
        frame_textf(f, b.row, column, end - column, STYLE_UNKNOWN,
                    "not recorded: %d", in.unknown);
}
