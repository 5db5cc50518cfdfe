/* The report's timelines: the whole run in one line a core and one line a
 * worker. Runs in the screen process or in a command. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/page.h"
#include "stats/lanes.h"
#include "view/state.h"

#define CORES_SHOWN 64 /* simulated ones; of real ones all */
#define WORKERS_SHOWN 16
#define WORKERS_SHOWN_BRIEF 8
#define FIGURE 7 /* columns of one share, beside the lanes */
#define GUTTER_MAX 8

/* A core that one of ours had for less than this of a column is not shown as
 * held: sleepers wake up everywhere. */
#define HELD_SHARE 0.1

enum core_look { CORE_HELD, CORE_TOUCHED, CORE_FREE, CORE_UNKNOWN, CORE_LOOKS };

struct timeline {
    struct page *page;
    struct lanes *lanes;
    int gutter, columns; /* of the names, and of the lanes */
    int workers;         /* shown */
    bool cores_seen[CORE_LOOKS];
    /* One example of every state that came up, for the legend. */
    bool states_seen[SPAN_STATES];
    bool causes_seen[WAIT_CAUSES];
};

static bool timeline_sampled(const struct timeline *l)
{
    return l->page->trace->observer.kind == OBSERVER_SAMPLED;
}

/* ---- figures beside the lanes ------------------------------------------- */

static void timeline_figure(struct timeline *l, int row, int place,
                            enum style style, const char *s)
{
    frame_right(&l->page->frame, row,
                l->gutter + l->columns + (place + 1) * FIGURE, style, s);
}

static void timeline_share(struct timeline *l, int place, double share)
{
    char buf[16];

    timeline_figure(l, l->page->row, place, STYLE_NORMAL,
                    page_share(buf, sizeof(buf), share));
}

/* ---- cores -------------------------------------------------------------- */

static void core_column(struct timeline *l, int core, int column)
{
    const struct core_cell *c = lanes_core(l->lanes, core, column);
    double share = c->busy_ns / (double)lanes_column_ns(l->lanes);
    enum core_look look = CORE_FREE;
    enum style style = STYLE_IDLE;
    uint32_t glyph = 0xb7;

    if (c->worker >= 0 && share >= HELD_SHARE) {
        look = CORE_HELD;
        glyph = (unsigned char)trace_letter(c->worker);
        style = (enum style)(STYLE_WORKER_0 + c->worker % 8);
    } else if (c->unknown) {
        look = CORE_UNKNOWN;
        glyph = '?';
        style = STYLE_UNKNOWN;
    } else if (c->worker >= 0 && share > 0) {
        look = CORE_TOUCHED;
        glyph = ',';
    }
    l->cores_seen[look] = true;
    frame_put(&l->page->frame, l->page->row, l->gutter + column, glyph, style);
}

static void timeline_cores_legend(struct timeline *l)
{
    static const struct {
        enum core_look look;
        const char *words;
    } entries[] = {
        {CORE_HELD, "letter: the worker that held it longest"},
        {CORE_TOUCHED, ", only a moment"},
        {CORE_FREE, "\u00b7 none of ours"},
        {CORE_UNKNOWN, "? not recorded"},
    };
    struct text line = {0};

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (!l->cores_seen[entries[i].look] ||
            (entries[i].look == CORE_FREE && l->page->options->ascii))
            continue; /* in ASCII a blank is drawn, and needs no words */
        text_addf(&line, "%s%s", line.len ? "   " : "",
                  entries[i].look == CORE_HELD && l->page->jobs
                      ? "letter: the job that held it longest"
                      : entries[i].words);
    }
    page_wrap(l->page, l->gutter, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

/* How many cores have no line of their own, and how busy those are: simulated
 * machines may have a thousand. */
static void timeline_other_cores(struct timeline *l, int shown)
{
    const struct trace *t = l->page->trace;
    double ns = (double)page_duration_ns(t), own = 0;
    char share[16], line[96];

    if (shown == t->core_count)
        return;
    for (int i = shown; i < t->core_count; i++)
        own += (double)t->cores[i].own_ns;
    page_share(share, sizeof(share), own / (ns * (t->core_count - shown)));
    snprintf(line, sizeof(line), "and %d more, busy for %s of their time",
             t->core_count - shown, share);
    page_wrap(l->page, l->gutter, STYLE_DIM, line);
}

static void timeline_cores(struct timeline *l)
{
    const struct trace *t = l->page->trace;
    int shown = t->core_count;
    double ns = (double)page_duration_ns(t);
    struct page *p = l->page;
    char name[16];

    page_title(p, p->jobs ? "CPUS" : "CORES");
    timeline_figure(l, p->row - 1, 0, STYLE_DIM, "ours");
    if (!trace_computed(t))
        timeline_figure(l, p->row - 1, 1, STYLE_DIM, "others");
    if (trace_computed(t) && shown > CORES_SHOWN)
        shown = CORES_SHOWN;
    for (int i = 0; i < shown; i++) {
        const struct trace_core *core = &t->cores[i];
        snprintf(name, sizeof(name), "cpu%d", core->cpu);
        frame_text(&p->frame, p->row, 0, l->gutter - 1, STYLE_NORMAL, name);
        for (int column = 0; column < l->columns; column++)
            core_column(l, i, column);
        timeline_share(l, 0, (double)core->own_ns / ns);
        if (!trace_computed(t)) /* a simulated core has nobody else */
            timeline_share(
                l, 1,
                core->foreign_ns < 0 ? -1 : (double)core->foreign_ns / ns);
        p->row++;
    }
    timeline_other_cores(l, shown);
    timeline_cores_legend(l);
}

/* ---- workers ------------------------------------------------------------ */

static double worker_share(const struct trace_worker *w, enum metric which)
{
    double life = metric_get(&w->metrics, METRIC_LIFE_S, 0);

    if (life <= 0 || !w->metrics.has[which])
        return -1;
    return w->metrics.value[which] / life;
}

static void worker_row(struct timeline *l, int id)
{
    const struct trace_worker *w = &l->page->trace->workers[id];
    struct page *p = l->page;
    char letter[2] = {trace_letter(id), '\0'};

    frame_text(&p->frame, p->row, 0, -1, (enum style)(STYLE_WORKER_0 + id % 8),
               letter);
    if (w->life == LIFE_REFUSED) {
        frame_text(&p->frame, p->row++, l->gutter, l->columns, STYLE_BAD,
                   "the system would not create it");
        return;
    }
    for (int column = 0; column < l->columns; column++) {
        const struct lane_cell *c = lanes_worker(l->lanes, id, column);
        enum span_state state = lane_cell_state(c);
        const struct view_look *look = view_state_look(state, c->cause);
        frame_put(&p->frame, p->row, l->gutter + column,
                  timeline_sampled(l) ? look->sampled : look->glyph,
                  look->style);
        if (state == SPAN_BLOCKED)
            l->causes_seen[c->cause] = true;
        else if (state < SPAN_STATES)
            l->states_seen[state] = true;
    }
    timeline_share(l, 0, worker_share(w, METRIC_RUN_S));
    timeline_share(l, 1, worker_share(w, METRIC_READY_S));
    timeline_share(l, 2, worker_share(w, METRIC_BLOCKED_S));
    p->row++;
}

/* Those that have no line of their own: how many, and between what they lie. */
static void timeline_others(struct timeline *l)
{
    const struct trace *t = l->page->trace;
    int least = -1, most = -1;
    char name[2][32], low[32], high[32], more[32], line[256];

    for (int i = l->workers; i < t->worker_count; i++) {
        double run = worker_share(&t->workers[i], METRIC_RUN_S);
        if (run < 0)
            continue;
        if (least < 0 || run < worker_share(&t->workers[least], METRIC_RUN_S))
            least = i;
        if (most < 0 || run > worker_share(&t->workers[most], METRIC_RUN_S))
            most = i;
    }
    text_count(more, sizeof(more), t->worker_count - l->workers);
    if (least < 0) {
        snprintf(line, sizeof(line), "and %s more", more);
    } else {
        text_percent(low, sizeof(low),
                     worker_share(&t->workers[least], METRIC_RUN_S));
        text_percent(high, sizeof(high),
                     worker_share(&t->workers[most], METRIC_RUN_S));
        if (strcmp(low, high) == 0)
            snprintf(line, sizeof(line),
                     "and %s more, each on a core for %s of its life", more,
                     low);
        else
            snprintf(line, sizeof(line),
                     "and %s more, on a core between %s (%s) and %s (%s) of "
                     "their life",
                     more, low,
                     export_worker_name(name[0], sizeof(name[0]), least), high,
                     export_worker_name(name[1], sizeof(name[1]), most));
    }
    page_wrap(l->page, l->gutter, STYLE_DIM, line);
}

/* Draw one legend entry, in a new line where the last has no room left. */
static void legend_entry(struct timeline *l, int *column,
                         const struct view_look *look, const char *words)
{
    struct page *p = l->page;
    int need = 2 + text_columns(words);

    if (*column > l->gutter && *column + need > p->columns) {
        p->row++;
        *column = l->gutter;
    }
    frame_put(&p->frame, p->row, *column,
              timeline_sampled(l) ? look->sampled : look->glyph, look->style);
    frame_text(&p->frame, p->row, *column + 2, -1, STYLE_DIM, words);
    *column += need + 3;
}

/* Only what is there to be read, in words. Causes that look alike share an
 * entry: "sleeps, waits for I/O". */
static void timeline_workers_legend(struct timeline *l)
{
    int column = l->gutter;

    for (int state = 0; state < SPAN_STATES; state++)
        if (l->states_seen[state])
            legend_entry(l, &column, view_state_look(state, WAIT_NONE),
                         state == SPAN_READY ? "ready, no free core"
                                             : view_state_word(state, 0));
    for (int look = WAITS_WORKER; look <= WAITS_IDLE; look++) {
        struct text words = {0};
        enum wait_cause last = WAIT_NONE;
        for (int cause = 0; cause < WAIT_CAUSES; cause++) {
            if (!l->causes_seen[cause] || (int)view_wait_kind(cause) != look)
                continue;
            text_addf(&words, "%s%s", words.len ? ", " : "",
                      view_state_word(SPAN_BLOCKED, cause));
            last = cause;
        }
        if (words.len)
            legend_entry(l, &column, view_state_look(SPAN_BLOCKED, last),
                         text_str(&words));
        text_fini(&words);
    }
    l->page->row += column > l->gutter;
}

static void timeline_axis(struct timeline *l)
{
    int end = l->gutter + l->columns;
    char buf[32], width[64];
    struct page *p = l->page;

    frame_text(&p->frame, p->row, l->gutter, -1, STYLE_DIM, "0");
    snprintf(width, sizeof(width), "one column is %s",
             text_duration(buf, sizeof(buf), lanes_column_ns(l->lanes)));
    if (text_columns(width) + 20 < l->columns)
        frame_text(&p->frame, p->row,
                   l->gutter + (l->columns - text_columns(width)) / 2, -1,
                   STYLE_DIM, width);
    frame_right(&p->frame, p->row, end, STYLE_DIM,
                text_duration(buf, sizeof(buf), page_duration_ns(p->trace)));
    p->row++;
}

static void timeline_workers(struct timeline *l)
{
    struct page *p = l->page;

    page_title(p, p->jobs ? "JOBS" : "WORKERS");
    timeline_figure(l, p->row - 1, 0, STYLE_DIM, "run");
    timeline_figure(l, p->row - 1, 1, STYLE_DIM, "ready");
    timeline_figure(l, p->row - 1, 2, STYLE_DIM, "wait");
    for (int i = 0; i < l->workers; i++)
        worker_row(l, i);
    timeline_axis(l);
    if (l->workers < p->trace->worker_count)
        timeline_others(l);
    timeline_workers_legend(l);
}

/* The least of 1, 2, 5, 10, ... ns that is no shorter than @ns. Simulated times
 * are mostly whole milliseconds: then no column is cut by a switch. */
static int64_t round_up(int64_t ns)
{
    int64_t unit = 1;

    while (unit < ns && unit <= INT64_MAX / 100) {
        if (2 * unit >= ns)
            return 2 * unit;
        if (5 * unit >= ns)
            return 5 * unit;
        unit *= 10;
    }
    return unit > ns ? unit : ns;
}

int page_timelines(struct page *p)
{
    const struct trace *t = p->trace;
    int64_t duration_ns = page_duration_ns(t);
    int shown = p->options->brief ? WORKERS_SHOWN_BRIEF : WORKERS_SHOWN;
    struct timeline l = {.page = p, .gutter = 6};
    int rc = -ENOMEM;

    if (!duration_ns)
        return 0;
    if (t->core_count && t->cores[t->core_count - 1].cpu >= 100)
        l.gutter = GUTTER_MAX;
    l.columns = p->columns - l.gutter - 3 * FIGURE;
    l.workers = t->worker_count < shown ? t->worker_count : shown;

    /* The window begins with the gate: its last column holds the end. */
    int64_t column_ns = (duration_ns + l.columns - 1) / l.columns;
    if (trace_computed(t)) {
        column_ns = round_up(column_ns);
        l.columns = (int)((duration_ns + column_ns - 1) / column_ns);
    }
    int64_t last_ns = t->gate_ns + column_ns * l.columns - 1;
    l.lanes = lanes_new();
    if (l.lanes)
        rc = lanes_update(l.lanes, t, last_ns, column_ns, l.columns, 0,
                          l.workers);
    if (rc == 0) {
        timeline_cores(&l);
        timeline_workers(&l);
    }
    lanes_free(l.lanes);
    return rc;
}
