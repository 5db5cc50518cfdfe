/* The fleet: a cell a host by its state, and the link they share. Screen
 * process. */
#include "view/scene.h"

#include <stdio.h>

/* By enum scene_host; .rank: which host of several in one cell is shown. */
static const struct host_look {
    uint32_t glyph;
    enum style style;
    int rank;
    const char *word;
} looks[] = {
    [HOST_IDLE] = {0x25a1, STYLE_DIM, 1, "not asked yet"},  /* □ */
    [HOST_ASKED] = {0x25a0, STYLE_IO, 4, "asked"},          /* ■ */
    [HOST_SENDING] = {0x2588, STYLE_RUNNING, 5, "sending"}, /* █ */
    [HOST_REFUSES] = {0x2717, STYLE_BAD, 2, "refusing"},    /* ✗ */
    [HOST_SILENT] = {'?', STYLE_WARN, 3, "silent"},         /* ? */
    [HOST_DONE] = {0x25cf, STYLE_GOOD, 0, "have answered"}, /* ● */
};
#define STATES (int)(sizeof(looks) / sizeof(looks[0]))

static int host_count(const struct scene_fleet *s)
{
    return s->hosts < SCENE_HOSTS ? s->hosts : SCENE_HOSTS;
}

static const struct host_look *look_of(const struct scene_fleet *s, int host)
{
    return &looks[s->state[host] < STATES ? s->state[host] : HOST_IDLE];
}

/* "■ 12 asked  █ 3 sending ..."; @each hosts are one cell. */
static void draw_legend(struct frame *f, struct box row,
                        const struct scene_fleet *s, int each)
{
    static const enum scene_host order[] = {HOST_DONE,   HOST_SENDING,
                                            HOST_ASKED,  HOST_IDLE,
                                            HOST_SILENT, HOST_REFUSES};
    int count[sizeof(looks) / sizeof(looks[0])] = {0};
    int column = row.column, end = row.column + row.columns;
    char buf[32];

    for (int i = 0; i < host_count(s); i++)
        count[look_of(s, i) - looks]++;
    for (int i = 0; i < STATES; i++) {
        const struct host_look *look = &looks[order[i]];

        if (count[order[i]] == 0 || column + 2 >= end)
            continue;
        frame_put(f, row.row, column, look->glyph, look->style);
        column += 2 + piece_textf(f, row.row, column + 2, end - column - 2,
                                  STYLE_NORMAL, "%s %s",
                                  text_count(buf, sizeof(buf), count[order[i]]),
                                  look->word);
        column += 2;
    }
    if (each > 1 && column < end)
        piece_textf(f, row.row, column, end - column, STYLE_DIM,
                    "(a cell is %d hosts)", each);
}

static void draw_link(struct frame *f, struct box row, const struct trace *t)
{
    const struct scene_fleet *s = &t->scene.fleet;
    int bar = row.columns - 6 - 40;
    char share[32], rate[32];

    frame_text(f, row.row, row.column, row.columns, STYLE_DIM, "link");
    if (bar >= 6)
        frame_bar(f, row.row, row.column + 6, bar, s->load, STYLE_RUNNING,
                  STYLE_DIM);
    else
        bar = -1;
    piece_textf(
        f, row.row, row.column + 7 + bar, row.columns - 7 - bar, STYLE_NORMAL,
        "%s of %sB/s, %d %s on it", piece_share(share, sizeof(share), s->load),
        text_si(rate, sizeof(rate), (double)t->spec.bandwidth * t->spec.scale),
        s->due, s->due == 1 ? "answer" : "answers");
}

/* What the askers had so far. */
static void draw_asked(struct frame *f, struct box row, const struct trace *t)
{
    static const struct {
        enum metric metric;
        const char *one, *many;
    } parts[] = {
        {METRIC_REQUESTS, "answer", "answers"},
        {METRIC_TIMEOUTS, "timeout", "timeouts"},
        {METRIC_REFUSALS, "refusal", "refusals"},
        {METRIC_RETRIES, "retry", "retries"},
        {METRIC_RESENDS, "packet sent again", "packets sent again"},
    };
    struct text line = {0};
    char buf[32];

    text_addf(&line, "%d %s open", t->scene.fleet.connections,
              t->scene.fleet.connections == 1 ? "connection" : "connections");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        double n = metric_get(&t->metrics, parts[i].metric, 0);

        if (n > 0 || (i == 0 && t->metrics.has[METRIC_REQUESTS]))
            text_addf(&line, " · %s %s",
                      text_count(buf, sizeof(buf), (int64_t)n),
                      n == 1 ? parts[i].one : parts[i].many);
    }
    piece_text(f, row.row, row.column, row.columns, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

/* How hosts are laid out: .each a cell, cells .stride apart, .per_row. */
struct grid {
    int each, stride, per_row;
};

static struct grid grid_of(struct box b, int hosts)
{
    struct grid g = {.each = 1, .stride = 1, .per_row = b.columns};
    int cells = b.rows * b.columns;

    if (cells < 1)
        return (struct grid){.each = 0};
    if (hosts > cells)
        g.each = (hosts + cells - 1) / cells;
    else if (hosts <= b.rows * ((b.columns + 1) / 2))
        g = (struct grid){1, 2, (b.columns + 1) / 2};
    /* Rows of full tens are easier to count, where there is room for it. */
    if (g.per_row >= 20) {
        int tens = g.per_row / 10 * 10;

        if ((hosts + g.each - 1) / g.each <= b.rows * tens)
            g.per_row = tens;
    }
    return g;
}

static void draw_hosts(struct frame *f, struct box b, struct grid g,
                       const struct scene_fleet *s)
{
    for (int cell = 0; cell * g.each < host_count(s); cell++) {
        const struct host_look *show = NULL;
        int first = cell * g.each;

        if (cell / g.per_row >= b.rows)
            return;
        for (int i = first; i < first + g.each && i < host_count(s); i++)
            if (!show || look_of(s, i)->rank > show->rank)
                show = look_of(s, i);
        frame_put(f, b.row + cell / g.per_row,
                  b.column + cell % g.per_row * g.stride, show->glyph,
                  show->style);
    }
}

static void draw(struct frame *f, struct box b, const struct trace *t)
{
    const struct scene_fleet *s = &t->scene.fleet;
    struct box legend, row;
    struct grid g;

    if (b.columns < 1 || b.rows < 1)
        return;
    legend = box_take_rows(&b, b.rows > 1 ? 1 : 0);
    if (b.rows > 1 && t->spec.bandwidth > 0) {
        row = box_take_rows(&b, 1);
        draw_link(f, row, t);
    }
    if (b.rows > 2) {
        row = box_take_rows(&b, 1);
        draw_asked(f, row, t);
    }
    g = grid_of(b, host_count(s));
    if (legend.rows > 0)
        draw_legend(f, legend, s, g.each);
    if (g.each > 0)
        draw_hosts(f, b, g, s);
}

const struct scene_look scene_fleet = {
    .title = "FLEET", .least = 4, .most = 10, .draw = draw};
