/* How long requests took, as a histogram: under the global lock in units of
 * its switch interval, where they gather at whole ones, else over the
 * logarithm of time. Screen process. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "view/scene.h"

#define COLUMNS_MAX 240
#define GUTTER 2 /* blanks on either side */

/* What the columns stand for: column c begins at edge(c). */
struct scale {
    int columns;
    bool intervals;  /* linear, in switch intervals; else logarithmic */
    double from, to; /* intervals; or powers of ten of nanoseconds */
    double unit_ns;  /* of an interval */
    bool cut;        /* the last column is of all that is longer, too */
};

bool scene_has_latency(const struct trace *t)
{
    return t->spec.workload == WORKLOAD_CONVOY ||
           t->spec.workload == WORKLOAD_INVERSION ||
           t->spec.workload == WORKLOAD_CREATE ||
           t->metrics.has[METRIC_REQUESTS];
}

/* ---- the scale ---------------------------------------------------------- */

/* The least of 1, 2, 4, ... (or 1/2 ... 1/8) intervals a column with which
 * @most of them fit. */
static double per_column(double most, int columns)
{
    double each = 1.0 / 8;

    while (each * columns < most)
        each *= 2;
    return each;
}

static struct scale scale_of(const struct trace *t, int columns)
{
    const struct hist *h = &t->latency;
    struct scale s = {.columns = columns > COLUMNS_MAX ? COLUMNS_MAX : columns,
                      .unit_ns = (double)t->spec.gil_interval_ns};
    double p99 = (double)hist_percentile_ns(h, 99);
    double max = (double)h->max_ns;
    int low = 0;

    if (t->spec.model == MODEL_GIL && t->spec.gil != GIL_OLD) {
        double most = fmin(max, 2 * p99) / s.unit_ns;

        s.intervals = true;
        s.to = per_column(fmax(most, 1), s.columns) * s.columns;
        s.cut = max / s.unit_ns >= s.to;
        return s;
    }
    while (low < HIST_BUCKETS - 1 && h->count[low] == 0)
        low++;
    s.from = floor(log10(fmax((double)hist_upper_ns(low), 1)));
    s.to = fmax(ceil(log10(max + 1)), s.from + 1);
    return s;
}

static int column_of(const struct scale *s, double ns)
{
    double at = s->intervals ? ns / s->unit_ns : log10(fmax(ns, 1));
    int column = (int)((at - s->from) / (s->to - s->from) * s->columns);

    return column < 0 ? 0 : column >= s->columns ? s->columns - 1 : column;
}

/* ---- the picture -------------------------------------------------------- */

/* One column, @height of @rows rows full; what is there at all shows. */
static void draw_column(struct frame *f, struct box b, int column, double share)
{
    int eighths = (int)(share * b.rows * 8 + 0.5);

    if (share <= 0)
        return;
    if (eighths < 1)
        eighths = 1;
    for (int row = b.rows - 1; row >= 0 && eighths > 0; row--, eighths -= 8)
        frame_put(f, b.row + row, b.column + column,
                  0x2580 + (uint32_t)(eighths < 8 ? eighths : 8),
                  STYLE_RUNNING);
}

static uint64_t fill(const struct scale *s, const struct hist *h,
                     uint64_t counts[COLUMNS_MAX])
{
    uint64_t most = 0;

    memset(counts, 0, sizeof(uint64_t) * COLUMNS_MAX);
    for (int i = 0; i < HIST_BUCKETS; i++) {
        uint64_t *count;

        if (h->count[i] == 0)
            continue;
        count = &counts[column_of(s, (double)hist_upper_ns(i))];
        *count += h->count[i];
        if (*count > most)
            most = *count;
    }
    return most;
}

static void put_label(struct frame *f, struct box b, int column,
                      const char *label, int *taken)
{
    int length = text_columns(label);

    if (column < *taken || column + length > b.columns)
        return;
    frame_text(f, b.row, b.column + column, length, STYLE_DIM, label);
    *taken = column + length + 2;
}

static void draw_axis(struct frame *f, struct box b, const struct scale *s)
{
    double columns_each = s->columns / (s->to - s->from); /* of 1, or of a
                                                             power of ten */
    int step = 1, taken = 0;
    char label[32];

    while (s->intervals && step * columns_each < 6)
        step *= 2;
    for (int x = 0; s->from + x < s->to; x += step) {
        if (s->intervals)
            snprintf(label, sizeof(label), "%d", x);
        else
            text_duration(label, sizeof(label),
                          (int64_t)(pow(10, s->from + x) + 0.5));
        put_label(f, b, (int)(x * columns_each + 0.5), label, &taken);
    }
    if (s->cut)
        frame_right(f, b.row, b.column + b.columns, STYLE_DIM, "and more");
}

/* "half within 5.12 ms   90 % ...", as many as there is room for. */
static void draw_numbers(struct frame *f, struct box b, const struct trace *t)
{
    static const struct {
        const char *name;
        enum metric metric;
    } numbers[] = {
        {"half within", METRIC_LATENCY_P50_MS},
        {"90 %", METRIC_LATENCY_P90_MS},
        {"99 %", METRIC_LATENCY_P99_MS},
        {"mean", METRIC_LATENCY_MEAN_MS},
        {"longest", METRIC_LATENCY_MAX_MS},
    };
    double unit_ms = (double)t->spec.gil_interval_ns / NS_PER_MS;
    bool intervals = t->spec.model == MODEL_GIL && t->spec.gil != GIL_OLD;
    int column = 0;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        double ms = metric_get(&t->metrics, numbers[i].metric, -1);
        char value[32], text[64];

        if (ms < 0)
            continue;
        text_duration(value, sizeof(value), (int64_t)(ms * NS_PER_MS));
        if (intervals)
            snprintf(text, sizeof(text), "%s %.3gx", numbers[i].name,
                     ms / unit_ms);
        else
            snprintf(text, sizeof(text), "%s %s", numbers[i].name, value);
        if (column + text_columns(text) > b.columns)
            return;
        frame_text(f, b.row, b.column + column, -1, STYLE_NORMAL, text);
        column += text_columns(text) + 3;
    }
}

static void draw_words(struct frame *f, struct box b, const struct trace *t,
                       const struct scale *s, uint64_t most)
{
    char count[32], unit[32];

    text_count(count, sizeof(count), (int64_t)most);
    text_duration(unit, sizeof(unit), t->spec.gil_interval_ns);
    if (s->intervals)
        piece_textf(f, b.row, b.column, b.columns, STYLE_DIM,
                    "tallest: %s; in switch intervals of %s", count, unit);
    else
        piece_textf(f, b.row, b.column, b.columns, STYLE_DIM,
                    "tallest: %s; each number is ten times the one before it",
                    count);
}

static void latency_draw(struct frame *f, struct box inside,
                         const struct trace *t)
{
    uint64_t counts[COLUMNS_MAX], most;
    struct box axis, numbers, words = {0};
    struct scale s;

    box_take_columns(&inside, GUTTER);
    box_take_columns(&inside, -GUTTER);
    if (inside.rows < 3 || inside.columns < 16)
        return;
    if (t->latency.n == 0) {
        frame_text(f, inside.row, inside.column, inside.columns, STYLE_DIM,
                   "none is over yet");
        return;
    }
    numbers = box_take_rows(&inside, -1);
    if (inside.rows >= 4)
        words = box_take_rows(&inside, -1);
    axis = box_take_rows(&inside, -1);
    s = scale_of(t, inside.columns);
    most = fill(&s, &t->latency, counts);
    for (int c = 0; c < s.columns; c++)
        draw_column(f, inside, c, (double)counts[c] / (double)most);
    draw_axis(f, axis, &s);
    if (words.rows > 0)
        draw_words(f, words, t, &s, most);
    draw_numbers(f, numbers, t);
}

const struct scene_look scene_latency = {
    .title = "HOW LONG EACH TOOK",
    .least = 4,
    .most = 9,
    .draw = latency_draw,
};
