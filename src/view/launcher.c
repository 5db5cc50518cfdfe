/* The first screen: what can be run, what this machine is, and the question
 * that everything here answers. Screen process. */
#include "view/pieces.h"

#include <stdio.h>
#include <string.h>

#include "base/machine.h"

/* ---- the name ----------------------------------------------------------- */

/* "timeslice" in big letters, each in a worker's colour. Three rows. */
static int draw_name(struct frame *f, int row, int column)
{
    static const char *const letters[] = {"t", "i", "m", "e", "s",
                                          "l", "i", "c", "e"};
    int at = column;

    for (int i = 0; i < 9; i++)
        at += frame_big(f, row, at, view_worker_style(i), letters[i]) + 1;
    return at - column;
}

/* A few slices of time: what the lanes of every other screen look like. */
static void draw_slices(struct frame *f, int row, int column, int columns)
{
    static const struct {
        const char *lane;
        const char *word;
    } lanes[] = {
        {"████████▒▒▒▒▒▒▒▒████████░░░░▒▒▒▒████████", "running"},
        {"▒▒▒▒▒▒▒▒████████▒▒▒▒▒▒▒▒████████╳╳╳╳▒▒▒▒", "ready"},
        {"╳╳╳╳████▒▒▒▒████░░░░░░░░░░░░▒▒▒▒████╳╳╳╳", "waiting"},
    };

    for (int lane = 0; lane < 3; lane++) {
        const char *s = lanes[lane].lane;

        frame_put(f, row + lane, column, (uint32_t)('A' + lane),
                  view_worker_style(lane));
        for (int i = 0; *s != '\0'; i++) {
            enum style style = STYLE_IO;
            uint32_t glyph;

            s += text_decode(s, &glyph);
            for (int k = 0; k < piece_state_count; k++) {
                const struct piece_state *p = &piece_states[k];

                if (view_state_glyph(p->state, p->cause, false) == glyph)
                    style = view_state_style(p->state, p->cause);
            }
            if (i + 3 < columns)
                frame_put(f, row + lane, column + 2 + i, glyph, style);
        }
    }
}

static void launcher_head(struct frame *f, struct box *b)
{
    static const char question[] = "Who is waiting, and why?";
    struct box head;

    if (f->rows < 20 || f->columns < 60) {
        head = box_take_rows(b, 1);
        int used = frame_text(f, head.row, 1, -1, STYLE_TITLE, "TIMESLICE");

        piece_text(f, head.row, used + 3, f->columns - used - 4, STYLE_DIM,
                   question);
        return;
    }
    head = box_take_rows(b, 5);
    int used = draw_name(f, head.row + 1, 2);
    int left = 2 + used + 4;
    if (f->columns - left >= 90)
        draw_slices(f, head.row + 1, f->columns - 46, 44);
    else if (f->columns - left >= 56)
        draw_slices(f, head.row + 1, f->columns - 30, 28);
    struct box words = {head.row + 1, left, 3, f->columns - left - 1};
    box_take_rows(&words, frame_wrap(f, words, STYLE_HERO, question));
    frame_text(f, words.row, left, words.columns, STYLE_DIM,
               f->columns >= 64 + used ? "a laboratory for concurrency"
                                       : "concurrency, live");
    if (head.rows >= 5 && f->rows >= 24) {
        head.row += 4;
        head.rows = 1;
        frame_fill(f, head, 0x2500, STYLE_DIM);
    }
}

/* ---- what can be run ---------------------------------------------------- */

static void panel_items(struct frame *f, struct box b,
                        const struct view_launcher *v)
{
    char right[32];

    snprintf(right, sizeof(right), "%d of %d", v->selected + 1, v->item_count);
    b = frame_panel(f, b, "WHAT TO RUN", v->item_count > 0 ? right : "");
    if (b.rows < 1 || v->item_count < 1)
        return;
    /* Title and experiment in two rows each, a blank after, if there is room;
     * and always with the chosen one in sight. */
    int each = b.rows >= 3 * v->item_count   ? 3
               : b.rows >= 2 * v->item_count ? 2
                                             : 1;
    int room = b.rows / each > 0 ? b.rows / each : 1;
    int top = v->selected >= room ? v->selected - room + 1 : 0;

    for (int i = top; i < v->item_count && i < top + room; i++) {
        const struct view_launcher_item *item = &v->items[i];
        struct box line = box_take_rows(&b, each);
        bool chosen = i == v->selected;

        if (chosen)
            frame_fill(
                f, (struct box){line.row, line.column - 1, 1, line.columns + 2},
                ' ', STYLE_SELECTED);
        frame_text(f, line.row, line.column, 1,
                   chosen ? STYLE_SELECTED : STYLE_DIM, chosen ? "▸" : " ");
        piece_text(f, line.row, line.column + 2, line.columns - 2,
                   chosen ? STYLE_SELECTED : STYLE_NORMAL, item->title);
        if (each > 1)
            piece_text(f, line.row + 1, line.column + 2, line.columns - 2,
                       STYLE_DIM, item->line);
    }
}

static void panel_chosen(struct frame *f, struct box b,
                         const struct view_launcher *v)
{
    const struct view_launcher_item *item;

    if (v->selected < 0 || v->selected >= v->item_count)
        return;
    item = &v->items[v->selected];
    b = frame_panel(f, b, item->title, "Enter starts it");
    if (b.rows >= 6)
        box_take_rows(&b, 1);
    int used = frame_wrap(f, b, STYLE_NORMAL, item->explain);
    box_take_rows(&b, used + (b.rows > used + 3 ? 1 : 0));
    if (b.rows < 1)
        return;
    box_take_columns(
        &b, frame_text(f, b.row, b.column, b.columns, STYLE_KEY, ": "));
    frame_wrap(f, b, STYLE_HERO, item->line);
}

/* ---- this machine ------------------------------------------------------- */

static void machine_lines(struct frame *f, struct box *b,
                          const struct machine *m)
{
    char line[160], buf[2][32];
    struct box row = box_take_rows(b, 1);

    snprintf(line, sizeof(line), "%d%s", m->cpus_allowed,
             m->cpus_allowed == 1 ? " core, one at a time"
                                  : " cores to run on");
    if (m->cpus_online > m->cpus_allowed)
        snprintf(line, sizeof(line), "%d of %d cores to run on",
                 m->cpus_allowed, m->cpus_online);
    if (row.rows > 0)
        frame_text(f, row.row, row.column, row.columns, STYLE_NORMAL, line);
    row = box_take_rows(b, 1);
    snprintf(line, sizeof(line), "Linux %s on %s", m->kernel, m->arch);
    if (m->tick_hz > 0)
        snprintf(line + strlen(line), sizeof(line) - strlen(line),
                 " · tick %d Hz", m->tick_hz);
    if (row.rows > 0)
        piece_text(f, row.row, row.column, row.columns, STYLE_NORMAL, line);
    if (m->memory_total > 0) {
        row = box_take_rows(b, 1);
        text_si(buf[0], sizeof(buf[0]), (double)m->memory_available);
        text_si(buf[1], sizeof(buf[1]), (double)m->memory_total);
        snprintf(line, sizeof(line), "%sB of %sB memory free", buf[0], buf[1]);
        if (row.rows > 0)
            piece_text(f, row.row, row.column, row.columns, STYLE_NORMAL, line);
    }
}

static void busy_line(struct frame *f, struct box *b, double share)
{
    struct box row = box_take_rows(b, 1);
    char buf[32], line[96];
    enum style style = STYLE_BAD;

    if (row.rows < 1)
        return;
    text_percent(buf, sizeof(buf), share);
    snprintf(line, sizeof(line),
             "busy: other programs use %s, results will vary", buf);
    if (share < 0.25) {
        snprintf(line, sizeof(line), "fairly quiet: other programs use %s",
                 buf);
        style = STYLE_WARN;
    }
    if (share < 0.05) {
        snprintf(line, sizeof(line), "✓ quiet: other programs use %s", buf);
        style = STYLE_GOOD;
    }
    piece_text(f, row.row, row.column, row.columns, style, line);
}

static void observer_lines(struct frame *f, struct box *b,
                           const struct trace_observer *o)
{
    static const char *const sees[] = {
        [OBSERVER_AUTO] = "-",
        [OBSERVER_PERF_CPU] = "Every switch, exact",
        [OBSERVER_PERF] = "Every switch of ours, exact",
        [OBSERVER_GAP] = "Every switch of ours, to 20 µs",
        [OBSERVER_SAMPLED] = "Samples, not every switch",
        [OBSERVER_OFF] = "No switches, only counts",
    };
    struct text line = {0};

    text_add(&line, sees[o->kind]);
    text_addf(&line, " (%s)", spec_observer_words[o->kind]);
    box_take_rows(
        b,
        frame_wrap(f, *b, o->kind <= OBSERVER_GAP ? STYLE_NORMAL : STYLE_WARN,
                   text_str(&line)));
    text_fini(&line);
    if (o->remedy[0] != '\0') {
        text_addf(&line, "Better with: %s", o->remedy);
        box_take_rows(b, frame_wrap(f, *b, STYLE_DIM, text_str(&line)));
        text_fini(&line);
    }
    if (o->reason[0] != '\0') {
        text_addf(&line, "(%s)", o->reason);
        if (b->columns > 0 &&
            text_columns(text_str(&line)) / b->columns < b->rows)
            frame_wrap(f, *b, STYLE_DIM, text_str(&line));
        text_fini(&line);
    }
}

static void panel_machine(struct frame *f, struct box b,
                          const struct view_launcher *v)
{
    b = frame_panel(f, b, "THIS MACHINE", NULL);
    if (v->last_run != NULL && b.rows > 2 && b.columns > 0) {
        struct text line = {0};

        text_addf(&line, "Last run: %s", v->last_run);
        int rows = 1 + text_columns(text_str(&line)) / b.columns;
        frame_wrap(f, box_take_rows(&b, -rows), STYLE_NORMAL, text_str(&line));
        text_fini(&line);
        if (b.rows >= 8)
            box_take_rows(&b, -1);
    }
    if (v->machine != NULL)
        machine_lines(f, &b, v->machine);
    if (v->foreign_share >= 0)
        busy_line(f, &b, v->foreign_share);
    if (v->observer != NULL) {
        if (b.rows >= 6)
            box_take_rows(&b, 1);
        observer_lines(f, &b, v->observer);
    }
}

/* ---- the screen --------------------------------------------------------- */

void view_launcher(struct frame *f, const struct view_launcher *v)
{
    struct box b = frame_box(f), footer, left;

    if (!view_fits(f, 20, 60))
        return;
    launcher_head(f, &b);
    footer = box_take_rows(&b, -2);
    if (f->rows < 24 || f->columns < 80) {
        panel_items(f, box_take_rows(&b, b.rows - 6), v);
        panel_chosen(f, b, v);
        view_footer(f, footer, &v->common);
        return;
    }
    left = box_take_columns(&b, b.columns * 9 / 20);
    panel_items(f, left, v);
    if (v->common.presenter)
        panel_chosen(f, b, v);
    else if (b.columns > 0) {
        panel_chosen(f, box_take_rows(&b, b.rows / 2 + 1), v);
        panel_machine(f, b, v);
    }
    view_footer(f, footer, &v->common);
}
