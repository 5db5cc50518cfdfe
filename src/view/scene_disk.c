/* The modelled drive: its head over the platter, who waits where, where it has
 * been, and where its time went. A pure function of the trace, like every view.
 *
 * The platter is laid out from left to right, the outermost cylinder first. */
#include "view/scene.h"

#include <stdio.h>

#define GLYPH_HEAD 0x25bc /* ▼ */
#define GLYPH_LINE 0x2500 /* ─ */
#define LEGEND_COLUMNS 55
#define LEGEND_EACH 11
#define WIDE_COLUMNS 90
#define BAR_LEAST 12

static const char *const policies[DISK_POLICIES] = {
    [DISK_FCFS] = "fcfs: first come, first served",
    [DISK_SSTF] = "sstf: the nearest first",
    [DISK_SCAN] = "scan: to the edge and back",
    [DISK_LOOK] = "look: to the last one and back",
    [DISK_CSCAN] = "cscan: one way, edge to edge",
    [DISK_CLOOK] = "clook: one way, then back",
    [DISK_DEADLINE] = "deadline: one way, oldest in time",
    [DISK_SATF] = "satf: the soonest reached",
};

static void put_reader(struct frame *f, int row, int column, int reader)
{
    frame_put(f, row, column, (unsigned char)trace_letter(reader),
              view_worker_style(reader));
}

/* ---- what it is and how fast --------------------------------------------- */

static void facts(struct frame *f, struct box row, const struct trace *t)
{
    const struct scene_disk *s = &t->scene.disk;
    double rate = metric_get(&t->metrics, METRIC_DEVICE_BYTES_PER_S, -1);
    int policy = (unsigned)s->policy < DISK_POLICIES ? s->policy : DISK_FCFS;
    int end = row.column + row.columns;
    char buf[32], line[160];

    if (rate >= 0) {
        snprintf(line, sizeof(line), "%sB a second%s",
                 text_si(buf, sizeof(buf), rate),
                 row.columns >= WIDE_COLUMNS ? ", on its clock" : "");
        frame_right(f, row.row, end, STYLE_HERO, line);
        end -= text_columns(line) + 2;
    }
    snprintf(line, sizeof(line), "%s %s · %d wait%s",
             spec_drive_words[t->spec.drive],
             s->channels > 1 ? "no arm" : policies[policy], s->depth,
             s->depth == 1 ? "s" : "");
    piece_text(f, row.row, row.column, end - row.column, STYLE_NORMAL, line);
}

/* ---- the platter --------------------------------------------------------- */

struct track { /* columns of a row that stand for the cylinders */
    int column, columns;
    int32_t cylinders;
};

static int track_column(const struct track *k, double cylinder)
{
    int at = (int)(cylinder / k->cylinders * k->columns);

    return k->column + (at < 0 ? 0 : at >= k->columns ? k->columns - 1 : at);
}

/* Where the head is at @now_ns: a seek takes time, and it is shown. */
static double head_at(const struct scene_disk *s, int64_t now_ns)
{
    double share;

    if (now_ns >= s->there_ns || s->there_ns <= s->leaves_ns)
        return s->to;
    if (now_ns <= s->leaves_ns)
        return s->from;
    share =
        (double)(now_ns - s->leaves_ns) / (double)(s->there_ns - s->leaves_ns);
    return s->from + share * (s->to - s->from);
}

static void head_row(struct frame *f, struct box row, const struct track *k,
                     const struct trace *t)
{
    const struct scene_disk *s = &t->scene.disk;
    int at = track_column(k, head_at(s, t->now_ns));

    frame_text(f, row.row, row.column, k->column - row.column, STYLE_DIM,
               "head");
    frame_put(f, row.row, at, GLYPH_HEAD, STYLE_HERO);
    if (s->serving[0] >= 0)
        put_reader(f, row.row,
                   at + 1 < k->column + k->columns ? at + 1 : at - 1,
                   s->serving[0]);
}

static void queue_row(struct frame *f, struct box row, const struct track *k,
                      const struct scene_disk *s)
{
    char buf[32];

    frame_text(f, row.row, row.column, k->column - row.column, STYLE_DIM,
               "queue");
    for (int i = 0; i < k->columns; i++)
        frame_put(f, row.row, k->column + i, GLYPH_LINE, STYLE_DIM);
    for (int i = 0; i < s->depth && i < SCENE_DISK_QUEUE; i++)
        put_reader(f, row.row, track_column(k, s->queue[i].cylinder),
                   s->queue[i].reader);
    snprintf(buf, sizeof(buf), " %d", s->cylinders);
    frame_text(f, row.row, k->column + k->columns, -1, STYLE_DIM, buf);
}

/* Request number @n, and the way there from the one before. */
static void trail_row(struct frame *f, int row, const struct track *k,
                      const struct scene_disk *s, int64_t n)
{
    int64_t slot = n % SCENE_DISK_TRAIL, before = (n - 1) % SCENE_DISK_TRAIL;
    int to = track_column(k, s->trail[slot].cylinder);
    int from = n > 0 ? track_column(k, s->trail[before].cylinder) : to;

    if (!s->trail[slot].hit)
        for (int i = from < to ? from : to; i <= (from < to ? to : from); i++)
            frame_put(f, row, i, GLYPH_LINE, STYLE_DIM);
    put_reader(f, row, to, s->trail[slot].reader);
}

static void trail(struct frame *f, struct box b, const struct track *k,
                  const struct scene_disk *s)
{
    for (int i = 0; i < b.rows && i < s->served && i < SCENE_DISK_TRAIL - 1;
         i++) {
        if (i == 0)
            frame_text(f, b.row, b.column, k->column - b.column, STYLE_DIM,
                       "way");
        trail_row(f, b.row + i, k, s, s->served - 1 - i);
    }
}

static void draw_arm(struct frame *f, struct box b, const struct trace *t)
{
    const struct scene_disk *s = &t->scene.disk;
    struct track k = {b.column + 7, b.columns - 7 - 8, s->cylinders};

    if (k.columns < 10 || b.rows < 2)
        return;
    head_row(f, box_take_rows(&b, 1), &k, t);
    queue_row(f, box_take_rows(&b, 1), &k, s);
    trail(f, b, &k, s);
}

/* ---- no arm -------------------------------------------------------------- */

static void draw_flash(struct frame *f, struct box b,
                       const struct scene_disk *s)
{
    struct box row = box_take_rows(&b, 1);
    int column = row.column + 10, end = row.column + row.columns;

    frame_text(f, row.row, row.column, 9, STYLE_DIM, "channels");
    for (int i = 0; i < s->channels && i < SCENE_DISK_CHANNELS; i++) {
        frame_text(f, row.row, column + 4 * i, end - column, STYLE_DIM, "[ ]");
        if (s->serving[i] >= 0)
            put_reader(f, row.row, column + 4 * i + 1, s->serving[i]);
    }
    row = box_take_rows(&b, 1);
    if (row.rows < 1)
        return;
    frame_text(f, row.row, row.column, 9, STYLE_DIM, "queue");
    for (int i = 0; i < s->depth && i < SCENE_DISK_QUEUE && column + i < end;
         i++)
        put_reader(f, row.row, column + i, s->queue[i].reader);
}

/* ---- where its time went ------------------------------------------------- */

/* A lone bar for each reader: its answers beside those of who got most. */
static void shares_row(struct frame *f, struct box row, const struct trace *t)
{
    int column = row.column + 9, end = row.column + row.columns;
    int64_t most = 0;

    for (int i = 0; i < t->worker_count; i++)
        most = t->workers[i].ops > most ? t->workers[i].ops : most;
    if (most == 0 || row.rows < 1)
        return;
    frame_text(f, row.row, row.column, 8, STYLE_DIM, "answers");
    for (int i = 0; i < t->worker_count && column + 2 < end; i++) {
        put_reader(f, row.row, column, i);
        frame_put(f, row.row, column + 1,
                  piece_spark((double)t->workers[i].ops / (double)most),
                  view_worker_style(i));
        column += t->worker_count * 3 > row.columns - 9 ? 2 : 3;
    }
}

static const struct part {
    const char *word;
    uint32_t glyph;
    enum style style;
} parts[] = {
    {"seek", 0x2588, STYLE_BAD},    /* █ */
    {"turn", 0x2593, STYLE_WARN},   /* ▓ */
    {"read", 0x2592, STYLE_GOOD},   /* ▒ */
    {"rest", 0x2591, STYLE_NORMAL}, /* ░ */
    {"idle", ' ', STYLE_DIM},
};
#define PARTS (int)(sizeof(parts) / sizeof(parts[0]))

static void time_row(struct frame *f, struct box row,
                     const struct scene_disk *s)
{
    const double ns[PARTS] = {(double)s->seek_ns, (double)s->rotate_ns,
                              (double)s->transfer_ns, (double)s->overhead_ns,
                              (double)s->idle_ns};
    double all = 0, sum = 0;
    struct box legend = {0};
    char buf[32];
    int at = 0;

    for (int i = 0; i < PARTS; i++)
        all += ns[i];
    if (row.rows < 1 || all <= 0)
        return;
    if (row.columns - LEGEND_COLUMNS >= BAR_LEAST)
        legend = box_take_columns(&row, -LEGEND_COLUMNS);
    for (int i = 0; i < PARTS; i++) {
        int to;

        sum += ns[i];
        to = (int)(sum / all * row.columns + 0.5);
        for (; at < to && at < row.columns; at++)
            frame_put(f, row.row, row.column + at, parts[i].glyph,
                      parts[i].style);
        if (legend.columns < LEGEND_COLUMNS)
            continue;
        frame_put(f, row.row, legend.column + 1 + i * LEGEND_EACH,
                  parts[i].glyph, parts[i].style);
        snprintf(buf, sizeof(buf), "%s%3.0f%%", parts[i].word,
                 ns[i] / all * 100);
        frame_text(f, row.row, legend.column + 3 + i * LEGEND_EACH,
                   LEGEND_EACH - 3, STYLE_DIM, buf);
    }
}

static void draw(struct frame *f, struct box b, const struct trace *t)
{
    const struct scene_disk *s = &t->scene.disk;
    struct box bar;

    facts(f, box_take_rows(&b, 1), t);
    bar = box_take_rows(&b, -1);
    if (b.rows >= 4 && t->worker_count > 1)
        shares_row(f, box_take_rows(&b, -1), t);
    time_row(f, bar, s);
    if (s->cylinders > 0)
        draw_arm(f, b, t);
    else
        draw_flash(f, b, s);
}

const struct scene_look scene_disk = {
    .title = "A MODELLED DRIVE; THE WAITING IS REAL",
    .least = 5,
    .most = 12,
    .draw = draw,
};
