/* Where the workers' time went at each point of a curve: a bar a point, in the
 * colours of a worker's states. Screen process, and whoever writes a report. */
#include <stdio.h>

#include "view/curve.h"
#include "view/pieces.h"

struct part_look {
    uint32_t glyph;
    enum style style;
};

static struct part_look part_look(enum sweep_part part)
{
    static const struct {
        enum span_state state;
        enum wait_cause cause;
    } states[] = {
        [PART_RUN] = {SPAN_RUNNING, WAIT_NONE},
        [PART_READY] = {SPAN_READY, WAIT_NONE},
        [PART_LOCK] = {SPAN_BLOCKED, WAIT_LOCK},
        [PART_IO] = {SPAN_BLOCKED, WAIT_IO},
        [PART_OTHER] = {SPAN_BLOCKED, WAIT_OTHER},
    };
    const struct view_look *look;

    if (part == PART_CHILD) /* on a core as well, but as another program */
        return (struct part_look){0x2593, STYLE_RUNNING};
    look = view_state_look(states[part].state, states[part].cause);
    return (struct part_look){look->glyph, look->style};
}

static const char *const part_words[SWEEP_PARTS] = {
    [PART_RUN] = "running",       [PART_READY] = "ready, no core",
    [PART_LOCK] = "lock",         [PART_IO] = "I/O or timer",
    [PART_OTHER] = "other waits", [PART_CHILD] = "programs",
};

/* Which parts any bar has. */
static unsigned parts_present(const struct sweep *s, int curve)
{
    unsigned present = 0;

    for (int i = 0; i < s->point_count; i++)
        for (int part = 0; part < SWEEP_PARTS; part++)
            if (s->points[i].curve == curve && s->points[i].has_parts &&
                s->points[i].part[part] >= 0.005)
                present |= 1u << part;
    return present;
}

/* The words of what can be seen. */
static void draw_legend(struct frame *f, struct box b, unsigned present,
                        bool ascii)
{
    int row = 0, column = 0;

    for (int part = 0; part < SWEEP_PARTS; part++) {
        struct part_look look = part_look((enum sweep_part)part);
        const char *word = part_words[part];
        bool blank = ascii && part == PART_OTHER; /* its glyph is one */
        int columns = text_columns(word) + (blank ? 7 : 2);

        if (!(present & 1u << part))
            continue;
        if (column > 0 && column + columns > b.columns) {
            row++;
            column = 0;
        }
        if (row >= b.rows)
            return;
        if (blank)
            frame_text(f, b.row + row, b.column + column, 7, look.style,
                       "blank:");
        else
            frame_put(f, b.row + row, b.column + column, look.glyph,
                      look.style);
        piece_text(f, b.row + row,
                   b.column + column + columns - text_columns(word),
                   b.columns - column - 2, STYLE_DIM, word);
        column += columns + 2;
    }
}

int curve_parts_rows(const struct sweep *s, int curve, int columns)
{
    unsigned present = parts_present(s, curve);
    int rows = 0, used = 0;

    for (int i = 0; i < s->point_count; i++)
        rows += s->points[i].curve == curve;
    for (int part = 0; part < SWEEP_PARTS; part++)
        if (present & 1u << part)
            used += text_columns(part_words[part]) + 4;
    return rows + (used > columns + 2 ? 2 : 1);
}

/* Every part ends where the sum so far does. */
static void draw_bar(struct frame *f, struct box b,
                     const struct sweep_point *point)
{
    double ends = 0;
    int column = 0;

    for (int part = 0; part < SWEEP_PARTS; part++) {
        struct part_look look = part_look((enum sweep_part)part);
        int end;

        ends += point->part[part] > 0 ? point->part[part] : 0;
        end = (int)(ends * b.columns + 0.5);
        if (part == SWEEP_PARTS - 1 && ends > 0.995)
            end = b.columns;
        for (; column < end && column < b.columns; column++)
            frame_put(f, b.row, b.column + column, look.glyph, look.style);
    }
}

static int label_columns(const struct sweep *s, int curve)
{
    int most = 1;

    for (int i = 0; i < s->point_count; i++) {
        int columns = text_columns(s->points[i].label);

        if (s->points[i].curve == curve && columns > most)
            most = columns;
    }
    return most;
}

static void draw_point(struct frame *f, struct box b, const struct sweep *s,
                       int i, int label, const struct curve_look *look)
{
    const struct sweep_point *point = &s->points[i];
    struct box name = box_take_columns(&b, label + 1);
    enum style style = i == look->cursor ? STYLE_SELECTED : STYLE_DIM;
    struct box cores = {0};
    char busy[24];

    if (b.columns >= 26)
        cores = box_take_columns(&b, -11);
    piece_text(f, name.row, name.column, label, style, point->label);
    if (!point->has_parts) {
        piece_text(f, b.row, b.column, b.columns, STYLE_DIM,
                   point->failed > 0 && point->y.n == 0 ? "failed" : "-");
        return;
    }
    draw_bar(f, b, point);
    if (cores.columns > 0 && point->cores_busy >= 0) {
        snprintf(busy, sizeof(busy), "%.2f cores", point->cores_busy);
        frame_right(f, b.row, cores.column + cores.columns, STYLE_DIM, busy);
    }
}

void curve_parts(struct frame *f, struct box b, const struct sweep *s,
                 int curve, const struct curve_look *look)
{
    int label = label_columns(s, curve), count = 0, first = -1, skip = 0;
    unsigned present = parts_present(s, curve);
    struct box legend;

    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == curve) {
            first = first < 0 ? i : first;
            count++;
        }
    if (count == 0 || b.rows < 2 || b.columns < 12)
        return;
    if (label > b.columns / 3)
        label = b.columns / 3;
    /* The words first: without them the bars say nothing. */
    legend = box_take_rows(
        &b, -(b.rows < 4 ? 1 : curve_parts_rows(s, curve, b.columns) - count));
    draw_legend(f, legend, present, look->ascii);
    if (count > b.rows) { /* those around the cursor */
        skip = look->cursor >= first && look->cursor < first + count
                   ? look->cursor - first - b.rows / 2
                   : 0;
        skip = skip > count - b.rows ? count - b.rows : skip < 0 ? 0 : skip;
    }
    for (int row = 0; row < b.rows && row + skip < count; row++)
        draw_point(f, (struct box){b.row + row, b.column, 1, b.columns}, s,
                   first + skip + row, label, look);
}
