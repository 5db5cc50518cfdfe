/* The live laboratory: where things are on the screen, and the numbers one
 * reads from the last row of a classroom. Runs in the screen process. */
#include "view/lab_parts.h"
#include "view/scene.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* Rows of a panel that are not lanes: its two lines and the legend. */
#define CHROME_ROWS 3
#define AXIS_ROWS 2
#define BOTTOM_ROWS 6
#define RATE_WINDOW_NS NS_PER_S

/* ---- layout ------------------------------------------------------------- */

static int clamp(int x, int low, int high)
{
    if (x > high)
        x = high;
    return x < low ? low : x;
}

/* Rows for the cores panel out of @rows that it shares with the workers. */
static void layout_cores(struct lab_layout *l, int rows, int cores, int lanes,
                         bool presenter)
{
    int chrome = CHROME_ROWS + (l->axis ? AXIS_ROWS : 0);
    int need = presenter ? 2 * clamp(lanes, 1, 6) : clamp(lanes, 1, 4);
    int budget = rows - 2 - chrome - need;

    if (budget > 4) /* many cores must not crowd out the workers */
        budget = 4 + (budget - 4) / 2;
    l->core_rows = clamp(cores, 0, clamp(budget, 0, INT_MAX));
    l->core_height = 1;
    if (l->core_rows > 0 && (presenter || rows >= 30) &&
        2 * l->core_rows <= budget)
        l->core_height = 2;
}

void lab_layout(struct lab_layout *l, int rows, int columns, int cores,
                int lanes, const struct view_lab *v)
{
    bool presenter = v != NULL && v->common.presenter;
    bool frozen = v != NULL && v->common.frozen;
    bool full = rows >= 30 && columns >= 100 && !presenter;
    struct box all = {0, 0, rows, columns};
    bool scene = v != NULL && scene_shown(v->trace);
    int bottom = full && (!scene || rows >= 45) ? BOTTOM_ROWS : 0;

    memset(l, 0, sizeof(*l));
    bool embedded = v != NULL && v->common.embedded;

    l->header = box_take_rows(&all, rows >= 24 && !embedded ? 2 : 1);
    l->footer = box_take_rows(&all, embedded ? 0 : presenter ? -1 : -2);
    if (!embedded || rows >= 22) /* else the lanes are worth more */
        l->hero = box_take_rows(&all, presenter && !embedded ? 7 : 5);
    /* Beside an apparatus a small screen has room for more lanes instead. */
    l->axis = (!presenter && (!scene || rows >= 30)) || frozen;
    l->label = v != NULL && v->grouped ? 10 : 6;
    l->side = v != NULL && v->grouped ? 18 : 15;
    l->lane = clamp(columns - 4 - l->label - l->side, 0, INT_MAX);
    if (v != NULL && scene_shown(v->trace) && !presenter)
        l->scene = box_take_rows(&all, -scene_rows(v->trace, rows, columns));
    if (rows >= 24 && (l->scene.rows == 0 || rows >= 30)) {
        layout_cores(l, all.rows - bottom, cores, lanes, presenter);
        if (scene && l->core_rows < cores)
            l->core_rows = 0;
        if (l->core_rows > 0)
            l->cores = box_take_rows(&all, 2 + l->core_rows * l->core_height);
    }

    int chrome = CHROME_ROWS + (l->axis ? AXIS_ROWS : 0);
    int room = clamp(all.rows - bottom - chrome, 0, INT_MAX);
    l->worker_rows = presenter ? room / 2 : room;
    lanes = clamp(lanes, 1, clamp(l->worker_rows, 1, INT_MAX));
    l->worker_height = clamp(room / lanes, 1, presenter ? 3 : 2);
    l->workers = box_take_rows(&all, chrome + lanes * l->worker_height);
    if (bottom == 0)
        return;
    if (all.rows < BOTTOM_ROWS + 7) {
        l->bottom = box_take_rows(&all, clamp(all.rows, 0, BOTTOM_ROWS + 3));
        return;
    }
    l->bottom = box_take_rows(&all, all.rows >= 18 ? 9 : BOTTOM_ROWS);
    l->extra = all;
}

struct view_room view_lab_room(int rows, int columns, int cores,
                               const struct view_lab *v)
{
    struct lab_layout l;

    lab_layout(&l, rows, columns, cores, INT_MAX, v);
    return (struct view_room){clamp(l.lane, 1, INT_MAX),
                              clamp(l.worker_rows, 1, INT_MAX)};
}

/* ---- hero numbers ------------------------------------------------------- */

struct hero {
    const char *label;
    enum style style;
    char big[32];   /* drawn big; "" for not known */
    char small[32]; /* beside it, on its base line */
    char sub[96];   /* under it */
};

static void hero_draw(struct frame *f, struct box b, const struct hero *h,
                      bool huge)
{
    int big = huge ? frame_huge_columns(h->big) : frame_big_columns(h->big);
    int used = 0, base = b.row + (huge ? 5 : 3);

    box_take_columns(&b, 2);
    piece_text(f, b.row, b.column, b.columns, STYLE_TITLE, h->label);
    if (h->big[0] == '\0')
        used = frame_text(f, base, b.column, b.columns, STYLE_DIM, "-");
    else if (big > b.columns && huge && frame_big_columns(h->big) < b.columns)
        used = frame_big(f, b.row + 2, b.column, h->style, h->big);
    else if (big > b.columns)
        used = frame_text(f, base, b.column, b.columns, h->style, h->big);
    else if (huge)
        used = frame_huge(f, b.row + 1, b.column, h->style, h->big);
    else
        used = frame_big(f, b.row + 1, b.column, h->style, h->big);
    piece_text(f, huge && big > b.columns ? b.row + 4 : base,
               b.column + used + 1, b.columns - used - 1, STYLE_NORMAL,
               h->small);
    piece_text(f, base + 1, b.column, b.columns - 1, STYLE_DIM, h->sub);
}

/* Three digits at least, never more than fit: "1.98", "12.3", "128". */
static void hero_real(char *buf, size_t size, double x)
{
    snprintf(buf, size, "%.*f", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x);
}

static void hero_rate(char *buf, size_t size, double per_s)
{
    if (per_s < 9999.5) /* no comma: in big digits it looks like a point */
        snprintf(buf, size, "%.0f", per_s);
    else
        piece_tight(text_si(buf, size, per_s));
}

static void hero_cores(struct hero *h, const struct trace *t,
                       const struct rates *r)
{
    double busy = -1, foreign = 0;
    int cores = t->core_count > 0 ? t->core_count : t->machine.cpus_allowed;
    bool known = t->core_count > 0;
    char buf[32];

    h->label = "CORES BUSY";
    h->style = STYLE_HERO;
    if (t->end_ns != 0)
        busy = metric_get(&t->metrics, METRIC_PARALLELISM, -1);
    else if (r != NULL)
        busy = r->cores_busy;
    if (busy >= 0)
        hero_real(h->big, sizeof(h->big), busy);
    if (t->spec.pinned)
        cores = CPU_COUNT(&t->spec.cpus);
    snprintf(h->small, sizeof(h->small), "of %d", cores);
    for (int i = 0; i < t->core_count; i++) {
        known = known && t->cores[i].foreign_share >= 0;
        foreign += t->cores[i].foreign_share;
    }
    if (t->end_ns != 0)
        snprintf(h->sub, sizeof(h->sub), "on average over the run");
    else if (known)
        snprintf(h->sub, sizeof(h->sub), "other programs: %s",
                 text_si(buf, sizeof(buf), (double)(int)(foreign * 100) / 100));
}

static void hero_switches(struct hero *h, const struct trace *t,
                          const struct rates *r)
{
    double up = -1, lost = -1;
    char buf[2][32];

    h->label = "SWITCHES / S";
    h->style = STYLE_HERO;
    if (t->end_ns != 0) {
        double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);

        if (wall > 0 && t->metrics.has[METRIC_SWITCHES_VOLUNTARY]) {
            up = t->metrics.value[METRIC_SWITCHES_VOLUNTARY] / wall;
            lost =
                metric_get(&t->metrics, METRIC_SWITCHES_INVOLUNTARY, 0) / wall;
        }
    } else if (r != NULL) {
        up = r->voluntary_per_s;
        lost = r->involuntary_per_s;
    }
    if (up < 0 || lost < 0)
        return;
    hero_rate(h->big, sizeof(h->big), up + lost);
    text_si(buf[0], sizeof(buf[0]), (double)(int64_t)(up + 0.5));
    text_si(buf[1], sizeof(buf[1]), (double)(int64_t)(lost + 0.5));
    snprintf(h->sub, sizeof(h->sub), "gave up %s · lost %s", buf[0], buf[1]);
}

/* The one lock of all phases so far, or that there were several. */
static const char *locks_used(const struct trace *t)
{
    enum spec_sync sync = t->phase_count ? t->phases[0].sync : t->spec.sync;

    for (size_t i = 1; i < t->phase_count; i++)
        if (t->phases[i].sync != sync)
            return "several";
    return spec_sync_words[sync];
}

static void hero_counter(struct hero *h, const struct trace *t,
                         const struct rates *r)
{
    double made = metric_get(&t->metrics, METRIC_EXPECTED, 0);
    double lost = metric_get(&t->metrics, METRIC_LOST, 0);
    double per_s = t->end_ns != 0 || r == NULL
                       ? metric_get(&t->metrics, METRIC_THROUGHPUT_PER_S, -1)
                       : r->ops_per_s;
    char buf[32];

    h->label = "UPDATES LOST";
    h->style = lost > 0 ? STYLE_BAD : STYLE_GOOD;
    if (made > 0)
        piece_tight(text_percent(h->big, sizeof(h->big), lost / made));
    snprintf(h->small, sizeof(h->small), "lock: %s", locks_used(t));
    if (per_s >= 0)
        snprintf(h->sub, sizeof(h->sub), "%s increments a second",
                 text_si(buf, sizeof(buf), per_s));
}

static void hero_gil(struct hero *h, const struct trace *t,
                     const struct rates *r)
{
    double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);
    double all = metric_get(&t->metrics, METRIC_GIL_HANDOFFS, -1);
    double forced = metric_get(&t->metrics, METRIC_GIL_FORCED, -1);
    char buf[32];

    h->label = "HAND-OVERS / S";
    h->style = STYLE_HERO;
    if (t->end_ns == 0 && r != NULL)
        hero_rate(h->big, sizeof(h->big), r->handoffs_per_s);
    else if (all >= 0 && wall > 0)
        hero_rate(h->big, sizeof(h->big), all / wall);
    if (all > 0 && forced >= 0)
        snprintf(h->sub, sizeof(h->sub), "%s forced by a waiter",
                 text_percent(buf, sizeof(buf), forced / all));
}

static void hero_tasks(struct hero *h, const struct trace *t,
                       const struct rates *r)
{
    double done = metric_get(&t->metrics, METRIC_TASKS_DONE, 0);
    double per_s = r != NULL ? r->tasks_per_s : -1;
    char buf[32];

    h->label = "TASKS DONE";
    h->style = STYLE_HERO;
    hero_rate(h->big, sizeof(h->big), done);
    if (t->spec.tasks > 0)
        snprintf(h->small, sizeof(h->small), "of %s",
                 text_count(buf, sizeof(buf), t->spec.tasks));
    if (per_s > 0)
        snprintf(h->sub, sizeof(h->sub), "%s a second",
                 text_si(buf, sizeof(buf), per_s));
}

static void hero_time(struct hero *h, const struct trace *t)
{
    double wall = metric_get(&t->metrics, METRIC_WALL_S, -1);
    double scaled = metric_get(&t->metrics, METRIC_WALL_SCALED_S, wall);
    double per_s = metric_get(&t->metrics, METRIC_THROUGHPUT_PER_S, -1);
    char buf[32];

    h->label = "TIME TAKEN";
    h->style = STYLE_HERO;
    if (wall < 0)
        return;
    if (t->spec.scale > 1)
        snprintf(h->sub, sizeof(h->sub), "in truth %s, shown × %g",
                 text_duration(buf, sizeof(buf), (int64_t)(wall * 1e9)),
                 t->spec.scale);
    else if (per_s >= 0)
        snprintf(h->sub, sizeof(h->sub), "%s tasks a second",
                 text_si(buf, sizeof(buf), per_s));
    hero_real(h->big, sizeof(h->big), scaled);
    snprintf(h->small, sizeof(h->small), "seconds");
}

/* Work that goes on and on: how fast. */
static void hero_pace(struct hero *h, const struct trace *t,
                      const struct rates *r)
{
    bool requests = t->metrics.has[METRIC_REQUESTS];
    double per_s = t->end_ns != 0 || r == NULL
                       ? metric_get(&t->metrics, METRIC_THROUGHPUT_PER_S, -1)
                       : r->ops_per_s;
    double half = metric_get(&t->metrics, METRIC_LATENCY_P50_MS, -1);
    char buf[32];

    h->label = requests ? "REQUESTS / S" : "OPERATIONS / S";
    h->style = STYLE_HERO;
    if (per_s >= 0)
        hero_rate(h->big, sizeof(h->big), per_s);
    if (half >= 0)
        snprintf(h->sub, sizeof(h->sub), "half within %s",
                 text_duration(buf, sizeof(buf), (int64_t)(half * 1e6)));
}

/* Which stage a mix is in; at its end what its first part keeps. */
static void hero_mix(struct hero *h, const struct trace *t)
{
    const struct trace_part *first = &t->parts[0];
    int stage = 1;

    h->style = STYLE_HERO;
    if (first->together_per_s >= 0 && first->alone_per_s > 0) {
        h->label = "THE FIRST KEEPS";
        piece_tight(text_percent(h->big, sizeof(h->big),
                                 first->together_per_s / first->alone_per_s));
        snprintf(h->sub, sizeof(h->sub), "%.60s", first->line);
        return;
    }
    for (int i = 0; i < t->part_count; i++)
        stage += t->parts[i].alone_per_s >= 0;
    h->label = "STAGE";
    snprintf(h->big, sizeof(h->big), "%d", stage);
    snprintf(h->small, sizeof(h->small), "of %d", t->part_count + 1);
    if (stage <= t->part_count && t->spec.alone == ANSWER_YES)
        snprintf(h->sub, sizeof(h->sub), "alone: %.60s",
                 t->parts[stage - 1].line);
    else
        snprintf(h->sub, sizeof(h->sub), "all at once");
}

static void hero_turns(struct hero *h, const struct trace *t,
                       const struct rates *r)
{
    double per_s = t->end_ns != 0 || r == NULL
                       ? metric_get(&t->metrics, METRIC_THROUGHPUT_PER_S, -1)
                       : r->ops_per_s;

    h->label = "TURNS / S";
    h->style = STYLE_HERO;
    if (per_s >= 0)
        hero_rate(h->big, sizeof(h->big), per_s);
    snprintf(h->sub, sizeof(h->sub), "handed from worker to worker");
}

static void hero_reads(struct hero *h, const struct trace *t)
{
    double rate = metric_get(&t->metrics, METRIC_BYTES_PER_S, -1);
    double requests = metric_get(&t->metrics, METRIC_THROUGHPUT_PER_S, -1);
    char buf[32];

    h->label = "BYTES READ / S";
    h->style = STYLE_HERO;
    if (rate >= 0)
        piece_tight(text_si(h->big, sizeof(h->big), rate));
    if (requests >= 0)
        snprintf(h->sub, sizeof(h->sub), "%s requests a second",
                 text_si(buf, sizeof(buf), requests));
}

static void lab_hero(struct frame *f, struct box b, const struct view_lab *v,
                     const struct rates *r)
{
    const struct trace *t = v->trace;
    struct hero heroes[3];
    bool huge = v->common.presenter;
    int count = 0, columns;

    memset(heroes, 0, sizeof(heroes));
    hero_cores(&heroes[count++], t, r);
    if (b.columns >= 78 && !huge)
        hero_switches(&heroes[count++], t, r);
    if (t->spec.workload == WORKLOAD_COUNTER)
        hero_counter(&heroes[count++], t, r);
    else if (t->spec.workload == WORKLOAD_MIX)
        hero_mix(&heroes[count++], t);
    else if (t->spec.workload == WORKLOAD_PINGPONG)
        hero_turns(&heroes[count++], t, r);
    else if (t->spec.workload == WORKLOAD_FILE)
        hero_reads(&heroes[count++], t);
    else if (t->spec.model == MODEL_GIL)
        hero_gil(&heroes[count++], t, r);
    else if (t->spec.tasks == 0)
        hero_pace(&heroes[count++], t, r);
    else if (t->end_ns != 0)
        hero_time(&heroes[count++], t);
    else
        hero_tasks(&heroes[count++], t, r);
    columns = b.columns / count;
    for (int i = 0; i < count; i++) {
        if (huge)
            heroes[i].sub[0] = '\0'; /* few words on a projector */
        hero_draw(f, box_take_columns(&b, columns), &heroes[i], huge);
    }
}

/* ---- the screen --------------------------------------------------------- */

static void lab_starting(struct frame *f, struct box b)
{
    if (b.rows > 2)
        box_take_rows(&b, b.rows / 3);
    frame_text(f, b.row, b.column + 2, b.columns - 2, STYLE_DIM,
               "The workers are being made; they wait at the start gate.");
}

/* The line above the keys: how the switches are seen, and at what price. */
static void lab_observer(struct frame *f, struct box footer,
                         const struct view_lab *v, const struct rates *r)
{
    struct text line = {0};

    if (footer.rows < 2 || v->trace == NULL)
        return;
    if (v->trace->error[0] != '\0') {
        piece_text(f, footer.row, 1, footer.columns - 2, STYLE_BAD,
                   v->trace->error);
        return;
    }
    view_observer_line(&line, v->trace, r);
    piece_text(f, footer.row, 1, footer.columns - 2, STYLE_DIM,
               text_str(&line));
    text_fini(&line);
}

void view_lab(struct frame *f, const struct view_lab *v)
{
    const struct trace *t = v->trace;
    struct lab_layout l;
    struct rates rates;
    struct text subject = {0};
    const struct rates *r = NULL;
    const char *title = v->common.embedded ? ""
                        : v->stopping      ? "LIVE LAB (ending)"
                                           : "LIVE LAB";

    if (!v->common.embedded && !view_fits(f, 20, 60))
        return;
    lab_layout(&l, f->rows, f->columns, t != NULL ? t->core_count : 0,
               v->lanes != NULL ? v->lane_workers : 1, v);
    if (t != NULL)
        spec_format(&t->spec, &subject);
    view_header(f, l.header, title, text_str(&subject), t, v->paused,
                &v->common);
    text_fini(&subject);
    if (t == NULL) {
        lab_starting(f, l.workers);
        view_footer(f, l.footer, &v->common);
        return;
    }
    if (summary_rates(t, RATE_WINDOW_NS, &rates))
        r = &rates;
    if (l.hero.rows > 0)
        lab_hero(f, l.hero, v, r);
    lab_cores(f, &l, v);
    lab_workers(f, &l, v);
    scene_draw(f, l.scene, t);
    lab_bottom(f, l.bottom, v, r);
    lab_extra(f, l.extra, v);
    lab_observer(f, l.footer, v, r);
    view_footer(f, l.footer, &v->common);
}
