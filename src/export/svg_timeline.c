/* A run's timeline as a chart: who had each core, and what each worker did.
 * What a worker does is told by how thick its line is: computing is thickest,
 * waiting for a device thinnest; so it is read without colours. Runs in the
 * screen process or in a command. */
#include "export/report_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/page.h"
#include "export/svg.h"
#include "stats/lanes.h"
#include "stats/summary.h"
#include "view/state.h"

#define CORES_SHOWN 16
#define WORKERS_SHOWN 16
#define COLUMN_PX 2
#define PHASES_SHOWN 8
/* A core that one of ours had for less than this of a column is not shown as
 * held: sleepers wake up everywhere. */
#define HELD_SHARE 0.1

enum look {
    LOOK_RUN,
    LOOK_SPIN,
    LOOK_READY,
    LOOK_WORKER, /* waits for another worker */
    LOOK_DEVICE,
    LOOK_IDLE,
    LOOK_UNKNOWN,
    LOOKS
};

/* clang-format off */
static const struct {
    const char *class_name;
    double thick;
    const char *dash;
} looks[LOOKS] = {
    [LOOK_RUN]     = {"s-run",   12, "none"},
    [LOOK_SPIN]    = {"s-lock",  12, "3 2"},
    [LOOK_READY]   = {"s-ready", 8,  "1.5 1.5"},
    [LOOK_WORKER]  = {"s-lock",  5,  "none"},
    [LOOK_DEVICE]  = {"s-wait",  2,  "none"},
    [LOOK_IDLE]    = {"s-idle",  1,  "2 3"},
    [LOOK_UNKNOWN] = {"s-lost",  6,  "2 6"},
};
/* clang-format on */

struct timeline {
    struct svg g;
    const struct trace *trace;
    struct lanes *lanes;
    int columns, cores, workers;
    double left, right; /* of the lanes */
    double row;         /* height of one */
    double y;           /* where the next thing goes */
    bool seen[LOOKS];
    bool cause[WAIT_CAUSES];
};

static const char *badge_word(enum badge badge)
{
    static const char *const words[] = {[BADGE_MEASURED] = "MEASURED",
                                        [BADGE_MODEL] = "MODEL",
                                        [BADGE_REPLAY] = "REPLAY"};

    return words[badge];
}

void svg_timeline_describe(const struct trace *t, struct text *out)
{
    char buf[32];

    text_addf(out,
              "%s. Above, who had each core; beneath, what each worker "
              "did, over %s.",
              badge_word(t->badge),
              text_duration(buf, sizeof(buf), page_duration_ns(t)));
    for (int i = 0; i < t->worker_count && i < WORKERS_SHOWN; i++) {
        const struct metrics *m = &t->workers[i].metrics;
        double life = metric_get(m, METRIC_LIFE_S, 0);

        if (life <= 0 || !m->has[METRIC_RUN_S])
            continue;
        text_addf(
            out, " Worker %c was on a core for %s of its life", trace_letter(i),
            text_percent(buf, sizeof(buf), m->value[METRIC_RUN_S] / life));
        if (m->has[METRIC_READY_S])
            text_addf(out, " and ready without one for %s",
                      text_percent(buf, sizeof(buf),
                                   m->value[METRIC_READY_S] / life));
        text_add(out, ".");
    }
}

/* ---- cores --------------------------------------------------------------- */

static double column_x(const struct timeline *l, int column)
{
    return l->left + column * COLUMN_PX;
}

/* What a column shows of a core: a worker, and for how many quarters of that
 * time the core was in use, which is how high the block is. */
struct hold {
    int worker; /* -1 nobody, -2 not recorded */
    int quarters;
};

static struct hold core_hold(struct timeline *l, int core, int column)
{
    const struct core_cell *c = lanes_core(l->lanes, core, column);
    double share = c->busy_ns / (double)lanes_column_ns(l->lanes);

    if (c->worker >= 0 && share >= HELD_SHARE)
        return (struct hold){c->worker, share > 0.875   ? 4
                                        : share > 0.625 ? 3
                                        : share > 0.375 ? 2
                                                        : 1};
    return (struct hold){c->unknown ? -2 : -1, 0};
}

static void core_block(struct timeline *l, struct hold hold, int from, int to)
{
    double x = column_x(l, from), width = (to - from) * COLUMN_PX;
    double high = (l->row - 2) * hold.quarters / 4;
    char class_name[24], letter[2] = "";

    if (hold.worker == -2) {
        svg_line(&l->g, x, l->y + l->row / 2, x + width, l->y + l->row / 2,
                 "s-lost w3 guess");
        return;
    }
    snprintf(class_name, sizeof(class_name), "f-c%d",
             hold.worker % SVG_FAMILIES);
    svg_rect(&l->g, x, l->y + l->row - 1 - high,
             width > 3 ? width - 0.5 : width, high, class_name);
    if (width < l->g.font * 0.9 || hold.quarters < 4)
        return;
    letter[0] = trace_letter(hold.worker);
    snprintf(class_name, sizeof(class_name), "on on-c%d b",
             hold.worker % SVG_FAMILIES);
    svg_words(&l->g, x + width / 2, l->y + l->row - 5, SVG_MIDDLE, class_name,
              letter);
}

static void figure(struct timeline *l, double share)
{
    char buf[16];

    svg_words(&l->g, l->g.width - 2, l->y + l->row - 4, SVG_END, "f-ink",
              page_share(buf, sizeof(buf), share));
}

static void draw_core(struct timeline *l, int core)
{
    const struct trace_core *c = &l->trace->cores[core];
    struct hold before = core_hold(l, core, 0);
    int from = 0;
    char name[16];

    snprintf(name, sizeof(name), "cpu%d", c->cpu);
    svg_words(&l->g, 2, l->y + l->row - 5, SVG_START, "f-ink", name);
    svg_line(&l->g, l->left, l->y + l->row - 1, l->right, l->y + l->row - 1,
             "s-grid w1");
    for (int i = 1; i <= l->columns; i++) {
        struct hold now = {-3, 0};

        if (i < l->columns)
            now = core_hold(l, core, i);
        if (now.worker == before.worker && now.quarters == before.quarters)
            continue;
        if (before.worker != -1)
            core_block(l, before, from, i);
        from = i;
        before = now;
    }
    figure(l, (double)c->own_ns / (double)page_duration_ns(l->trace));
    l->y += l->row;
}

static void draw_title(struct timeline *l, const char *words,
                       const char *column)
{
    l->y += l->g.font * 0.5;
    svg_words(&l->g, 2, l->y + l->g.font, SVG_START, "f-ink b", words);
    svg_words(&l->g, l->g.width - 2, l->y + l->g.font, SVG_END, "f-soft",
              column);
    l->y += l->g.font * 1.5;
}

static void draw_more(struct timeline *l, int more, const char *what)
{
    char buf[32], words[64];

    if (more <= 0)
        return;
    snprintf(words, sizeof(words), "and %s more %s",
             text_count(buf, sizeof(buf), more), what);
    svg_words(&l->g, l->left, l->y + l->g.font, SVG_START, "f-soft", words);
    l->y += l->g.font * 1.5;
}

/* ---- workers ------------------------------------------------------------- */

static enum look look_of(enum span_state state, enum wait_cause cause)
{
    static const enum look waits[] = {[WAITS_WORKER] = LOOK_WORKER,
                                      [WAITS_DEVICE] = LOOK_DEVICE,
                                      [WAITS_IDLE] = LOOK_IDLE};

    switch (state) {
    case SPAN_RUNNING:
        return LOOK_RUN;
    case SPAN_SPINNING:
        return LOOK_SPIN;
    case SPAN_READY:
        return LOOK_READY;
    case SPAN_BLOCKED:
        return waits[view_wait_kind(cause)];
    case SPAN_UNKNOWN:
        return LOOK_UNKNOWN;
    case SPAN_STATES:
        break;
    }
    return LOOKS;
}

static void add_pieces(struct timeline *l, int worker, double y,
                       struct text path[LOOKS])
{
    enum look held = LOOKS;
    char a[24], b[24];
    int from = 0;

    for (int i = 0; i <= l->columns; i++) {
        enum look now = LOOKS;

        if (i < l->columns) {
            const struct lane_cell *c = lanes_worker(l->lanes, worker, i);
            enum span_state state = lane_cell_state(c);

            now = look_of(state, c->cause);
            if (state == SPAN_BLOCKED)
                l->cause[c->cause] = true;
        }
        if (now == held)
            continue;
        if (held < LOOKS) {
            l->seen[held] = true;
            text_addf(&path[held], "M%s %sh%d",
                      svg_number(a, sizeof(a), column_x(l, from)),
                      svg_number(b, sizeof(b), y), (i - from) * COLUMN_PX);
        }
        from = i;
        held = now;
    }
}

static void put_path(struct timeline *l, enum look look, const char *d)
{
    text_addf(l->g.out,
              "<path class=\"n %s\" stroke-width=\"%g\" "
              "stroke-dasharray=\"%s\" d=\"%s\"/>\n",
              looks[look].class_name, looks[look].thick, looks[look].dash, d);
}

static void draw_worker_rows(struct timeline *l)
{
    const struct trace *t = l->trace;
    struct text path[LOOKS] = {0};

    for (int i = 0; i < l->workers; i++) {
        const struct trace_worker *w = &t->workers[i];
        double life = metric_get(&w->metrics, METRIC_LIFE_S, 0);
        char letter[2] = {trace_letter(i), '\0'}, colour[16];

        svg_words(&l->g, 16, l->y + l->row - 4, SVG_START, "f-ink", letter);
        snprintf(colour, sizeof(colour), "f-c%d", i % SVG_FAMILIES);
        svg_rect(&l->g, 2, l->y + 4, 9, 9, colour); /* as on the cores */
        if (w->life == LIFE_REFUSED) {
            svg_words(&l->g, l->left, l->y + l->row - 4, SVG_START, "f-ink",
                      l->g.narrow ? "was not created"
                                  : "the system would not create it");
        } else {
            add_pieces(l, i, l->y + l->row / 2, path);
            figure(l, life > 0 && w->metrics.has[METRIC_RUN_S]
                          ? w->metrics.value[METRIC_RUN_S] / life
                          : -1);
        }
        l->y += l->row;
    }
    for (int i = 0; i < LOOKS; i++) {
        if (path[i].len)
            put_path(l, i, text_str(&path[i]));
        l->g.out->failed |= path[i].failed;
        text_fini(&path[i]);
    }
}

/* Where the lock was changed while it ran: lines, and the words over them. */
static void draw_phases(struct timeline *l, double top)
{
    const struct trace *t = l->trace;
    double px = (l->right - l->left) / (double)page_duration_ns(t);
    double free_x = 0;

    if (t->phase_count < 2 || t->phase_count > PHASES_SHOWN)
        return;
    for (size_t i = 0; i < t->phase_count; i++) {
        const char *word = spec_sync_words[t->phases[i].sync];
        double x = l->left + (double)(t->phases[i].start_ns - t->gate_ns) * px;

        svg_line(&l->g, x, top, x, l->y, "s-ink cores w1");
        if (x < free_x || x + svg_width(&l->g, word) > l->right)
            continue;
        svg_words(&l->g, x + 3, top - 3, SVG_START, "f-soft", word);
        free_x = x + svg_width(&l->g, word) + 10;
    }
}

static void draw_time(struct timeline *l)
{
    static const struct {
        double below_ns, unit_ns;
        const char *words;
    } units[] = {{2e6, 1e3, "microseconds since the start"},
                 {2e9, 1e6, "milliseconds since the start"},
                 {INFINITY, 1e9, "seconds since the start"}};
    double ns = (double)page_duration_ns(l->trace), end = 0;
    struct svg_axis a = {.from_px = l->left, .to_px = l->right};
    char buf[32];
    int i = 0;

    while (ns >= units[i].below_ns)
        i++;
    svg_axis_between(&a, 0, ns / units[i].unit_ns, l->g.narrow ? 4 : 8);
    a.unit = 1;
    svg_line(&l->g, l->left, l->y + 2, l->right, l->y + 2, "s-rule w1");
    for (int k = 0; k < a.ticks; k++) {
        double x = svg_axis_px(&a, a.tick[k]), half;

        svg_axis_tick(&a, a.tick[k], buf, sizeof(buf));
        half = svg_width(&l->g, buf) / 2 + 2;
        svg_line(&l->g, x, l->y + 2, x, l->y + 6, "s-rule w1");
        if (x - half < end || x + half > l->g.width)
            continue;
        end = x + half;
        svg_words(&l->g, x, l->y + 8 + l->g.font, SVG_MIDDLE, "f-soft", buf);
    }
    l->y += 10 + l->g.font;
    svg_words(&l->g, (l->left + l->right) / 2, l->y + l->g.font * 1.2,
              SVG_MIDDLE, "f-ink", units[i].words);
    l->y += l->g.font * 1.9;
}

/* ---- what the looks mean ------------------------------------------------- */

static void key_entry(struct timeline *l, double *x, enum look look,
                      const char *words)
{
    double width = 30 + svg_width(&l->g, words) + 14;
    char d[64], a[24], b[24];

    if (*x > 2 && *x + width > l->g.width) {
        *x = 2;
        l->y += l->g.font * 1.5;
    }
    snprintf(d, sizeof(d), "M%s %sh22", svg_number(a, sizeof(a), *x),
             svg_number(b, sizeof(b), l->y + l->g.font * 0.65));
    put_path(l, look, d);
    svg_words(&l->g, *x + 28, l->y + l->g.font, SVG_START, "f-soft", words);
    *x += width;
}

/* Only what is there to be read. Causes that look alike share an entry. */
static void draw_key(struct timeline *l)
{
    static const char *const states[LOOKS] = {
        [LOOK_RUN] = "on a core",
        [LOOK_SPIN] = "on a core, but only waiting for a lock",
        [LOOK_READY] = "ready, no free core",
        [LOOK_UNKNOWN] = "not recorded"};
    double x = 2;

    for (int look = 0; look < LOOKS; look++) {
        struct text words = {0};

        if (!l->seen[look])
            continue;
        if (states[look])
            text_add(&words, states[look]);
        for (int c = 0; c < WAIT_CAUSES && !states[look]; c++) {
            const char *word = view_state_word(SPAN_BLOCKED, c);

            if (l->cause[c] && (int)look_of(SPAN_BLOCKED, c) == look &&
                !strstr(text_str(&words), word))
                text_addf(&words, "%s%s", words.len ? ", " : "", word);
        }
        key_entry(l, &x, look, text_str(&words));
        text_fini(&words);
    }
    l->y += l->g.font * 1.5;
}

/* ---- the whole ----------------------------------------------------------- */

static int lay_out(struct timeline *l, const struct trace *t, bool narrow)
{
    int64_t ns = page_duration_ns(t), column_ns;

    *l = (struct timeline){.trace = t, .row = 20};
    l->g.font = narrow ? 13 : 14;
    l->g.width = narrow ? SVG_NARROW : SVG_WIDE;
    l->left = l->g.font * 3.6;
    l->columns = (int)((l->g.width - l->left - l->g.font * 4) / COLUMN_PX);
    l->right = column_x(l, l->columns);
    l->cores = t->core_count < CORES_SHOWN ? t->core_count : CORES_SHOWN;
    l->workers =
        t->worker_count < WORKERS_SHOWN ? t->worker_count : WORKERS_SHOWN;
    if (!ns)
        return 0;
    column_ns = (ns + l->columns - 1) / l->columns;
    l->lanes = lanes_new();
    if (!l->lanes)
        return -ENOMEM;
    return lanes_update(l->lanes, t, t->gate_ns + column_ns * l->columns - 1,
                        column_ns, l->columns, 0, l->workers);
}

/* The height is known only when all is drawn: the body is drawn first, into a
 * text of its own. Ids are taken from the place in @out. */
static void draw_body(struct timeline *l)
{
    const struct trace *t = l->trace;
    double top;

    l->y = 2;
    svg_words(&l->g, l->g.width - 2, l->y + l->g.font, SVG_END, "f-ink b badge",
              badge_word(t->badge));
    if (!l->lanes) {
        svg_words(&l->g, 2, l->y + l->g.font, SVG_START, "f-ink",
                  "It never began: nothing to draw.");
        l->y += l->g.font * 1.6;
        return;
    }
    l->y += l->g.font * 1.2;
    draw_title(l, "Cores: who had each", "in use");
    for (int i = 0; i < l->cores; i++)
        draw_core(l, i);
    draw_more(l, t->core_count - l->cores, "cores");
    l->row = 18;
    draw_title(l, "Workers: what each did", "on a core");
    if (t->phase_count >= 2 && t->phase_count <= PHASES_SHOWN)
        l->y += l->g.font * 1.2;
    top = l->y;
    draw_worker_rows(l);
    draw_phases(l, top);
    draw_time(l);
    draw_more(l, t->worker_count - l->workers, "workers");
    draw_key(l);
}

static int draw(const struct trace *t, bool inside, bool narrow,
                struct text *out)
{
    struct text body = {0}, title = {0}, about = {0};
    struct timeline l;
    int rc = lay_out(&l, t, narrow);

    if (rc == 0) {
        l.g.out = &body;
        draw_body(&l);
        text_addf(&title, "Timeline of %s: cores and workers",
                  spec_workload_words[t->spec.workload]);
        svg_timeline_describe(t, &about);
        svg_open(&l.g, inside, narrow, l.y + 2, text_str(&title),
                 text_str(&about), out);
        text_add(out, text_str(&body));
        svg_close(&l.g);
        if (body.failed || title.failed || about.failed)
            rc = -ENOMEM;
    }
    lanes_free(l.lanes);
    text_fini(&body);
    text_fini(&title);
    text_fini(&about);
    return rc;
}

int svg_timeline(const struct trace *t, bool inside, struct text *out)
{
    int rc = draw(t, inside, false, out);

    if (rc == 0 && inside)
        rc = draw(t, inside, true, out);
    return rc == 0 && out->failed ? -ENOMEM : rc;
}
