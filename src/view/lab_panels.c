/* The live laboratory's numbers: progress, where the time went, and the run
 * before to compare with. Screen process. */
#include "view/lab_parts.h"

#include <stdio.h>

/* ---- progress ----------------------------------------------------------- */

/* "label  ████████░░░░  value" in the first row of @b, which it takes. */
static void bar_line(struct frame *f, struct box *b, const char *label,
                     double share, enum style full, enum style empty,
                     const char *value)
{
    struct box row = box_take_rows(b, 1);
    int value_columns = text_columns(value);
    int bar = row.columns - 10 - value_columns - 1;

    if (row.rows < 1)
        return;
    frame_text(f, row.row, row.column, 9, STYLE_DIM, label);
    frame_right(f, row.row, row.column + row.columns, STYLE_NORMAL, value);
    if (bar >= 3)
        frame_bar(f, row.row, row.column + 10, bar, share, full, empty);
}

static void pair_line(struct frame *f, struct box *b, const char *label,
                      const char *value)
{
    struct box row = box_take_rows(b, 1);

    if (row.rows > 0)
        piece_pair(f, row, row.row, label, value);
}

static void progress_counter(struct frame *f, struct box *b,
                             const struct trace *t)
{
    double made = metric_get(&t->metrics, METRIC_EXPECTED, 0);
    double is = metric_get(&t->metrics, METRIC_ACTUAL, 0);
    char buf[32];

    bar_line(f, b, "should be", made > 0, STYLE_RUNNING, STYLE_DIM,
             text_si(buf, sizeof(buf), made));
    bar_line(f, b, "is", made > 0 ? is / made : 0, STYLE_RUNNING, STYLE_BAD,
             text_si(buf, sizeof(buf), is));
    text_count(buf, sizeof(buf), (int64_t)t->phase_count);
    pair_line(f, b, "phases", buf);
}

static void panel_progress(struct frame *f, struct box b, const struct trace *t,
                           const struct rates *r)
{
    int64_t lived = (t->end_ns != 0 ? t->end_ns : t->now_ns) - t->gate_ns;
    struct spec_deal deal = spec_deal(&t->spec);
    double done = metric_get(&t->metrics, METRIC_TASKS_DONE, 0);
    double failed = metric_get(&t->metrics, METRIC_TASKS_FAILED, 0);
    char a[32], c[32], d[32], line[128];

    b = frame_panel(f, b, "PROGRESS", NULL);
    if (t->spec.workload == WORKLOAD_COUNTER)
        progress_counter(f, &b, t);
    if (t->spec.tasks > 0) {
        snprintf(line, sizeof(line), "%s of %s",
                 text_count(a, sizeof(a), (int64_t)done),
                 text_count(c, sizeof(c), t->spec.tasks));
        bar_line(f, &b, "tasks", done / (double)t->spec.tasks, STYLE_RUNNING,
                 STYLE_DIM, line);
    }
    if (t->spec.duration_ns > 0 && t->gate_ns != 0) {
        snprintf(line, sizeof(line), "%s of %s",
                 text_duration(a, sizeof(a), lived),
                 text_duration(c, sizeof(c), t->spec.duration_ns));
        bar_line(f, &b, "time", (double)lived / (double)t->spec.duration_ns,
                 STYLE_RUNNING, STYLE_DIM, line);
    }
    if (t->spec.workload != WORKLOAD_COUNTER && r != NULL &&
        t->spec.tasks == 0) {
        snprintf(line, sizeof(line), "%s a second",
                 text_si(a, sizeof(a), r->ops_per_s));
        pair_line(f, &b, "operations", line);
    }
    if (t->spec.tasks > 0 && r != NULL && t->end_ns == 0 &&
        r->tasks_per_s > 0) {
        double left = ((double)t->spec.tasks - done) / r->tasks_per_s;

        snprintf(line, sizeof(line), "about %s",
                 text_duration(a, sizeof(a), (int64_t)(left * 1e9)));
        pair_line(f, &b, "left", line);
    }
    if (deal.chunks > 0 && t->spec.dispatch == DISPATCH_MAP) {
        snprintf(line, sizeof(line), "%s portions of %s",
                 text_count(a, sizeof(a), deal.chunks),
                 text_count(c, sizeof(c), deal.chunk));
        pair_line(f, &b, "handed out", line);
        snprintf(line, sizeof(line), "%s, the last for %s of %s",
                 text_count(a, sizeof(a), deal.rounds),
                 text_count(c, sizeof(c), deal.last_round_busy),
                 text_count(d, sizeof(d), t->spec.workers));
        pair_line(f, &b, "rounds", line);
    } else if (deal.chunks > 0) {
        pair_line(f, &b, "handed out", "one by one");
    }
    if (failed > 0)
        pair_line(f, &b, "failed tasks",
                  text_count(a, sizeof(a), (int64_t)failed));
    if (t->end_ns == 0 && t->gate_ns != 0)
        pair_line(f, &b, "since the start", text_duration(a, sizeof(a), lived));
    else if (t->metrics.has[METRIC_CHECKSUM])
        pair_line(f, &b, "checksum",
                  text_count(a, sizeof(a),
                             (int64_t)t->metrics.value[METRIC_CHECKSUM]));
}

/* ---- numbers ------------------------------------------------------------ */

/* In this order, as many as have room; what was not measured is left out. */
static const struct {
    enum metric metric;
    const char *label;
} numbers[] = {
    {METRIC_RUN_S, "on a core"},
    {METRIC_READY_S, "ready, no free core"},
    {METRIC_BLOCKED_S, "waiting"},
    {METRIC_GIL_WAIT_S, "to get the global lock"},
    {METRIC_LOCK_WAIT_S, "to get a lock"},
    {METRIC_IO_WAIT_S, "for I/O or a timer"},
    {METRIC_MIGRATIONS, "moved to another core"},
    {METRIC_SWITCHES_VOLUNTARY, "gave up the core"},
    {METRIC_SWITCHES_INVOLUNTARY, "lost the core"},
    {METRIC_GIL_FORCED, "forced hand-overs"},
    {METRIC_MAX_RUNNING, "most at once on cores"},
    {METRIC_USER_S, "own code"},
    {METRIC_SYS_S, "in the kernel"},
    {METRIC_TASKS_DONE, "tasks done"},
};

/* A sum of seconds of nought says nothing: it only takes a line. */
static bool number_matters(const struct metrics *m, enum metric which)
{
    bool seconds = metric_infos[which].unit == UNIT_SECONDS;

    return m->has[which] &&
           !(seconds && m->value[which] < 1e-9 && which != METRIC_READY_S);
}

static void panel_numbers(struct frame *f, struct box b,
                          const struct view_lab *v)
{
    const struct trace *t = v->trace;
    const struct metrics *m = &t->metrics;
    char title[48] = "WHERE THE TIME WENT", buf[32];

    if (v->selected_worker >= 0 && v->selected_worker < t->worker_count) {
        m = &t->workers[v->selected_worker].metrics;
        snprintf(title, sizeof(title), "WORKER %c (%d)",
                 trace_letter(v->selected_worker), v->selected_worker);
    }
    b = frame_panel(f, b, title, NULL);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        enum metric which = numbers[i].metric;

        if (!number_matters(m, which))
            continue;
        if (metric_infos[which].unit == UNIT_SECONDS)
            text_duration(buf, sizeof(buf), (int64_t)(m->value[which] * 1e9));
        else
            text_count(buf, sizeof(buf), (int64_t)m->value[which]);
        pair_line(f, &b, numbers[i].label, buf);
    }
}

/* ---- compare ------------------------------------------------------------ */

/* Two bars for one metric, the longer over the whole width. */
static void compare_bars(struct frame *f, struct box *b, const char *now_label,
                         double now, double was, bool seconds)
{
    double most = now > was ? now : was;
    char buf[2][32];

    if (most <= 0)
        return;
    for (int i = 0; i < 2; i++) {
        double x = i == 0 ? now : was;

        if (seconds)
            text_duration(buf[i], sizeof(buf[i]), (int64_t)(x * 1e9));
        else
            text_si(buf[i], sizeof(buf[i]), x);
    }
    bar_line(f, b, now_label, now / most, STYLE_HERO, STYLE_DIM, buf[0]);
    bar_line(f, b, "before", was / most, STYLE_FOREIGN, STYLE_DIM, buf[1]);
}

/* "speed × 1.98": this run's value over the one before. */
static void compare_ratio(struct text *out, const char *what,
                          const struct metrics *now, const struct metrics *was,
                          enum metric which)
{
    double n = metric_get(now, which, 0), w = metric_get(was, which, 0);

    if (n > 0 && w > 0)
        text_addf(out, "%s%s × %.3g", out->len > 0 ? " · " : "", what, n / w);
}

static void panel_compare(struct frame *f, struct box b,
                          const struct view_lab *v)
{
    const struct trace *t = v->trace;
    const struct view_compare *p = v->previous;
    struct text ratios = {0};

    b = frame_panel(f, b, "COMPARED WITH THE RUN BEFORE", NULL);
    if (p == NULL) {
        frame_wrap(f, b, STYLE_DIM,
                   "Nothing yet. Run it again with one thing changed, and the "
                   "two stand here side by side.");
        return;
    }
    const struct metrics *now = &t->metrics, *was = &p->metrics;
    double per_s = metric_get(now, METRIC_THROUGHPUT_PER_S, 0);
    double per_s_was = metric_get(was, METRIC_THROUGHPUT_PER_S, 0);
    struct box last = box_take_rows(&b, -1);
    struct box first = box_take_rows(&b, 1);

    if (first.rows > 0)
        piece_textf(f, first.row, first.column, first.columns, STYLE_DIM,
                    "before: %s", p->line);
    /* While it runs only speeds compare; time does when both have ended. */
    if (t->end_ns != 0)
        compare_bars(f, &b, "time", metric_get(now, METRIC_WALL_S, 0),
                     metric_get(was, METRIC_WALL_S, 0), true);
    if (b.rows >= 2 && per_s > 0 && per_s_was > 0)
        compare_bars(f, &b, "a second", per_s, per_s_was, false);
    if (b.rows >= 2)
        compare_bars(f, &b, "switches",
                     metric_get(now, METRIC_SWITCHES_VOLUNTARY, 0) +
                         metric_get(now, METRIC_SWITCHES_INVOLUNTARY, 0),
                     metric_get(was, METRIC_SWITCHES_VOLUNTARY, 0) +
                         metric_get(was, METRIC_SWITCHES_INVOLUNTARY, 0),
                     false);
    compare_ratio(&ratios, "speed", now, was, METRIC_THROUGHPUT_PER_S);
    compare_ratio(&ratios, "cores", now, was, METRIC_PARALLELISM);
    if (last.rows > 0)
        piece_text(f, last.row, last.column, last.columns, STYLE_HERO,
                   text_str(&ratios));
    text_fini(&ratios);
}

void lab_bottom(struct frame *f, struct box b, const struct view_lab *v,
                const struct rates *r)
{
    int third = b.columns / 3;

    if (b.rows < 3)
        return;
    panel_progress(f, box_take_columns(&b, third), v->trace, r);
    panel_numbers(f, box_take_columns(&b, third), v);
    panel_compare(f, b, v);
}

/* ---- with room to spare ------------------------------------------------- */

/* One bar of a worker's life, cut by what it did. */
static void life_bar(struct frame *f, int row, int column, int columns,
                     const struct trace_worker *w, int64_t life_ns)
{
    /* A worker's waits by cause are added up with the states. */
    int64_t at_ns = 0;
    int from = 0;

    for (int i = 0; i < piece_state_count && life_ns > 0; i++) {
        const struct piece_state *s = &piece_states[i];
        int64_t ns = w->span_ns[s->state];

        if (s->state == SPAN_BLOCKED) {
            ns = 0;
            for (int cause = 0; cause < WAIT_CAUSES; cause++) {
                enum wait_cause c = (enum wait_cause)cause;

                if (cause != WAIT_SPIN &&
                    view_state_style(SPAN_BLOCKED, c) ==
                        view_state_style(SPAN_BLOCKED, s->cause))
                    ns += w->wait_ns[cause];
            }
        }
        at_ns += ns;
        int to = (int)((double)at_ns / (double)life_ns * columns + 0.5);
        for (; from < to && from < columns; from++)
            frame_put(f, row, column + from,
                      view_state_glyph(s->state, s->cause, false),
                      view_state_style(s->state, s->cause));
    }
}

static void panel_lives(struct frame *f, struct box b, const struct view_lab *v)
{
    const struct trace *t = v->trace;
    int64_t end = t->end_ns != 0 ? t->end_ns : t->now_ns;
    char buf[32];

    b = frame_panel(f, b, "EACH WORKER'S TIME, ADDED UP",
                    "given up  lost  moved");
    for (int id = v->first_worker; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        const struct metrics *m = &w->metrics;
        struct box row = box_take_rows(&b, 1);
        int right = row.column + row.columns;
        int bar = row.columns - 4 - 25;

        if (row.rows < 1 || bar < 4)
            return;
        if (b.rows == 0 && id + 1 < t->worker_count) {
            frame_textf(f, row.row, row.column, row.columns, STYLE_DIM,
                        "… and %d more", t->worker_count - id);
            return;
        }
        frame_put(f, row.row, row.column, (unsigned char)trace_letter(id),
                  view_worker_style(id));
        life_bar(f, row.row, row.column + 4, bar, w,
                 (w->end_ns != 0 ? w->end_ns : end) - t->gate_ns);
        static const struct {
            enum metric metric;
            int back;
        } columns[] = {{METRIC_SWITCHES_VOLUNTARY, 14},
                       {METRIC_SWITCHES_INVOLUNTARY, 8},
                       {METRIC_MIGRATIONS, 1}};
        for (int i = 0; i < 3; i++) {
            double x = metric_get(m, columns[i].metric, -1);

            frame_right(f, row.row, right - columns[i].back, STYLE_NORMAL,
                        x < 0 ? "-"
                        : x < 9999.5
                            ? text_count(buf, sizeof(buf), (int64_t)x)
                            : piece_tight(text_si(buf, sizeof(buf), x)));
        }
    }
}

/* The running totals of the samples. */
static int64_t sample_cpu(const struct trace_sample *s)
{
    return s->cpu_ns;
}

static int64_t sample_voluntary(const struct trace_sample *s)
{
    return s->voluntary;
}

static int64_t sample_involuntary(const struct trace_sample *s)
{
    return s->involuntary;
}

static int64_t sample_ops(const struct trace_sample *s)
{
    return s->ops;
}

/* The last sample at or before @at_ns, from position @from on. */
static size_t sample_before(const struct trace *t, size_t from, int64_t at_ns)
{
    while (from + 1 < t->sample_count && t->samples[from + 1].at_ns <= at_ns)
        from++;
    return from;
}

/* How fast @total grew in each column of the run, as one row of blocks. */
static void spark_row(struct frame *f, struct box *b, const struct trace *t,
                      const char *label,
                      int64_t (*total)(const struct trace_sample *s),
                      enum style style)
{
    struct box row = box_take_rows(b, b->rows >= 2 ? 2 : 1);
    int columns = row.columns - 18 - 10, used = 0;
    double rate[256];
    double most = total == sample_cpu ? t->core_count * 1e9 : 0;
    double peak = 0;
    int64_t first = t->samples[0].at_ns;
    int64_t last = t->samples[t->sample_count - 1].at_ns;
    size_t at = 0;
    char buf[32];

    if (row.rows < 1 || columns < 8 || total(&t->samples[0]) < 0)
        return;
    if (columns > 256)
        columns = 256;
    if ((size_t)columns >= t->sample_count)
        columns = (int)t->sample_count - 1;
    for (int i = 0; i < columns; i++) {
        size_t next =
            sample_before(t, at, first + (last - first) * (i + 1) / columns);
        const struct trace_sample *a = &t->samples[at], *z = &t->samples[next];

        rate[used] = z->at_ns > a->at_ns ? (double)(total(z) - total(a)) * 1e9 /
                                               (double)(z->at_ns - a->at_ns)
                                         : 0;
        peak = rate[used] > peak ? rate[used] : peak;
        used++;
        at = next;
    }
    most = peak > most ? peak : most;
    frame_text(f, row.row, row.column, 17, STYLE_DIM, label);
    for (int i = 0; i < used; i++)
        frame_put(f, row.row, row.column + 18 + i,
                  piece_spark(most > 0 ? rate[i] / most : 0), style);
    frame_right(
        f, row.row, row.column + row.columns, STYLE_NORMAL,
        text_si(buf, sizeof(buf), total == sample_cpu ? peak / 1e9 : peak));
}

static void panel_over_time(struct frame *f, struct box b,
                            const struct view_lab *v)
{
    const struct trace *t = v->trace;

    b = frame_panel(f, b, "OVER THE WHOLE RUN", "most a second");
    if (t->sample_count < 3) {
        frame_text(f, b.row, b.column, b.columns, STYLE_DIM,
                   "not enough has happened yet");
        return;
    }
    spark_row(f, &b, t, "cores busy", sample_cpu, STYLE_RUNNING);
    spark_row(f, &b, t, "work done", sample_ops, STYLE_HERO);
    spark_row(f, &b, t, "gave up the core", sample_voluntary, STYLE_IO);
    spark_row(f, &b, t, "lost the core", sample_involuntary, STYLE_READY);
}

void lab_extra(struct frame *f, struct box b, const struct view_lab *v)
{
    if (b.rows < 5)
        return;
    panel_lives(f, box_take_columns(&b, b.columns / 2), v);
    panel_over_time(f, b, v);
}
