/* The simulator's screen: which parts there are at which size, the header, the
 * jobs as text, and the line being typed. Screen process. */
#include "view/sim.h"

#include <stdio.h>
#include <string.h>

#include "view/sim_parts.h"

#define LEAST_ROWS 16
#define LEAST_COLUMNS 60
#define WIDE_COLUMNS 150 /* jobs and figures beside the lanes */
#define BOTH_COLUMNS 96  /* jobs beside the instant */
#define SIDE_COLUMNS 10
#define NAMES_SEEN 256 /* of which the widest makes the labels */

/* ---- words --------------------------------------------------------------- */

char *simview_when(char buf[SIMVIEW_WHEN], int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *word;
    } units[] = {
        {INT64_C(1000000000), "s"}, {1000000, "ms"}, {1000, "µs"}, {1, "ns"}};
    int i = ns >= 10 * units[0].ns || (ns > 0 && ns % units[0].ns == 0) ? 0
            : ns == 0 || ns >= units[1].ns                              ? 1
            : ns >= units[2].ns && ns % 10 == 0                         ? 2
                                                                        : 3;
    char number[SIMVIEW_WHEN - 8];
    size_t n;

    snprintf(number, sizeof(number), "%.3f", (double)ns / (double)units[i].ns);
    n = strlen(number);
    while (number[n - 1] == '0')
        number[--n] = '\0';
    if (number[n - 1] == '.')
        number[--n] = '\0';
    snprintf(buf, SIMVIEW_WHEN, "%s %s", number, units[i].word);
    return buf;
}

/* Its name is not the letter that stands for it in the lanes. */
static bool has_name(const struct sim_jobs *jobs, int id, char name[])
{
    sim_job_name(jobs, id, name);
    return name[0] != trace_letter(id) || name[1] != '\0';
}

static int name_columns(const struct sim_jobs *jobs)
{
    int most = 1;

    for (int id = 0; jobs && id < jobs->count && id < NAMES_SEEN; id++) {
        char name[SIM_NAME_MAX];
        int columns = has_name(jobs, id, name) ? 2 + text_columns(name) : 1;

        if (columns > most)
            most = columns;
    }
    return most;
}

int simview_put_job(struct frame *f, int row, int column, int max,
                    const struct view_sim *v, int id, enum style style)
{
    char name[SIM_NAME_MAX], letter[2] = {trace_letter(id), '\0'};
    int used = frame_text(f, row, column, max, style, letter);

    if (!has_name(v->jobs, id, name) || max < 3)
        return used;
    return used + 1 +
           piece_text(f, row, column + 2, max - 2,
                      style == STYLE_SELECTED ? style : STYLE_DIM, name);
}

/* ---- where things are ---------------------------------------------------- */

/* Rows for the instant that are left over by no lane. */
static int least_bottom(int rows, bool presenter)
{
    return rows < 20                ? 4
           : rows < 24              ? 6
           : rows < 30 || presenter ? 7
           : rows < 40              ? 11
                                    : 14;
}

/* How high a group is: title, figures, lanes. */
static void group_rows(struct simview_layout *l, int room, int groups,
                       int lanes, bool tall)
{
    int each = groups > 0 ? room / groups : room;

    if (each < 2)
        each = 2;
    l->figure_row = each >= 4;
    l->lanes = each - 1 - l->figure_row;
    if (l->lanes > lanes)
        l->lanes = lanes > 0 ? lanes : 1;
    l->lane_height = tall && each >= 1 + l->figure_row + 2 * l->lanes ? 2 : 1;
    l->group_rows = 1 + l->figure_row + l->lanes * l->lane_height;
}

void simview_layout(struct simview_layout *l, int rows, int columns, int groups,
                    int lanes, const struct sim_jobs *jobs, bool presenter)
{
    struct box b = {0, 0, rows, columns};
    int most = columns >= 100 ? 14 : 9;

    *l = (struct simview_layout){0};
    if (groups < 1)
        groups = 1;
    l->header = box_take_rows(&b, rows >= 20 ? 2 : 1);
    l->footer = box_take_rows(&b, -2);
    if (columns >= WIDE_COLUMNS && !presenter)
        l->right =
            box_take_columns(&b, columns / 3 < 66 ? -(columns / 3) : -66);
    group_rows(l, b.rows - 1 - least_bottom(rows, presenter), groups, lanes,
               presenter || rows >= 40);
    l->groups = box_take_rows(&b, l->group_rows * groups);
    l->axis = box_take_rows(&b, 1);
    if (rows >= 30 && b.rows >= 8)
        l->legend = box_take_rows(&b, 1);
    l->bottom = b;
    l->label = name_columns(jobs);
    if (l->label < 5)
        l->label = 5; /* "cpu12" */
    if (l->label > most)
        l->label = most;
    l->label += 2;
    l->side = SIDE_COLUMNS;
    l->lane = b.columns - l->label - l->side;
    if (l->lane < 1)
        l->lane = 1;
}

struct view_sim_room view_sim_room(int rows, int columns, int groups, int lanes,
                                   const struct sim_jobs *jobs, bool presenter)
{
    struct simview_layout l;

    simview_layout(&l, rows, columns, groups, lanes, jobs, presenter);
    return (struct view_sim_room){l.lane, l.lanes};
}

static int lanes_of(const struct view_sim *v)
{
    return v->window.rows + v->window.cpus;
}

int view_sim_group_at(const struct view_sim *v, int rows, int columns, int row)
{
    struct simview_layout l;
    int at;

    simview_layout(&l, rows, columns, v->group_count, lanes_of(v), v->jobs,
                   v->common.presenter);
    at = l.group_rows > 0 ? (row - l.groups.row) / l.group_rows : -1;
    return row >= l.groups.row && at < v->group_count ? at : -1;
}

/* ---- header -------------------------------------------------------------- */

/* Draw @s to the left of *@end, if there is room after @start. */
static void header_part(struct frame *f, int row, int start, int *end,
                        enum style style, const char *s)
{
    int columns = text_columns(s);

    if (columns == 0 || *end - columns < start)
        return;
    frame_text(f, row, *end - columns, columns, style, s);
    *end -= columns + 2;
}

static void draw_header(struct frame *f, struct box row,
                        const struct view_sim *v)
{
    int start = row.column + 1, end = row.column + row.columns - 1;
    bool measured = simview_measured(v) != NULL;
    char at[SIMVIEW_WHEN], whole[SIMVIEW_WHEN], line[2 * SIMVIEW_WHEN + 16];
    struct text jobs = {0};

    start += frame_text(f, row.row, start, row.columns - 1, STYLE_TITLE,
                        "SIMULATOR") +
             2;
    header_part(f, row.row, start, &end, STYLE_BADGE, " MODEL ");
    if (measured) {
        end += 1;
        header_part(f, row.row, start, &end, STYLE_BADGE, " MEASURED ");
    }
    if (v->end_ns > 0)
        snprintf(line, sizeof(line), "at %s of %s",
                 simview_when(at, v->cursor_ns),
                 simview_when(whole, v->end_ns));
    else
        snprintf(line, sizeof(line), "at %s", simview_when(at, v->cursor_ns));
    header_part(f, row.row, start, &end, STYLE_HERO, line);
    if (v->playing)
        header_part(f, row.row, start, &end, STYLE_BANNER, " ▶ PLAYS ");
    if (v->title) {
        start += 2 + piece_text(f, row.row, start, end - start, STYLE_NORMAL,
                                v->title);
    }
    text_addf(&jobs, "%d job%s", v->jobs->count,
              v->jobs->count == 1 ? "" : "s");
    if (end - start > 8)
        piece_text(f, row.row, start, end - start, STYLE_DIM, text_str(&jobs));
    text_fini(&jobs);
    if (row.rows >= 2) {
        struct box rule = {row.row + 1, row.column, 1, row.columns};

        frame_fill(f, rule, 0x2500, STYLE_DIM);
    }
}

/* ---- the jobs, as text --------------------------------------------------- */

static void panel_jobs(struct frame *f, struct box b, const struct view_sim *v)
{
    char right[48] = "";
    int top = v->selected - v->line_first - (b.rows - 2) / 2;

    if (b.rows < 3)
        return;
    if (v->jobs->count > b.rows - 2 && v->selected >= 0)
        snprintf(right, sizeof(right), "%d of %d", v->selected + 1,
                 v->jobs->count);
    b = frame_panel(f, b, "JOBS", right);
    if (top > v->line_count - b.rows)
        top = v->line_count - b.rows;
    for (int i = top > 0 ? top : 0; i < v->line_count && b.rows > 0; i++) {
        struct box row = box_take_rows(&b, 1);
        bool chosen = v->line_first + i == v->selected;

        if (chosen)
            frame_fill(
                f, (struct box){row.row, row.column - 1, 1, row.columns + 2},
                ' ', STYLE_SELECTED);
        piece_text(f, row.row, row.column, row.columns,
                   chosen ? STYLE_SELECTED : STYLE_NORMAL, v->lines[i]);
        if (!chosen)
            frame_put(f, row.row, row.column, (unsigned char)v->lines[i][0],
                      view_worker_style(v->line_first + i));
    }
    if (v->jobs->count == 0)
        frame_wrap(f, b, STYLE_DIM, "No job yet: a adds one.");
    else if (v->line_count == 0 && v->words)
        frame_wrap(f, b, STYLE_NORMAL, v->words);
}

/* ---- below and beside the lanes ------------------------------------------ */

/* Groups that have an instant: the models. */
static int models(const struct view_sim *v)
{
    int n = 0;

    while (n < v->group_count && v->group[n].badge == BADGE_MODEL)
        n++;
    return n;
}

/* One panel for the chosen policy, or one each where there is room. */
static void draw_bottom(struct frame *f, struct box b, const struct view_sim *v)
{
    int each = models(v), chosen = v->chosen < each ? v->chosen : 0;

    if (b.rows < 3 || each == 0)
        return;
    if (f->columns < WIDE_COLUMNS && b.columns >= BOTH_COLUMNS &&
        !v->common.presenter && b.rows >= 6) {
        struct box right = box_take_columns(&b, -(b.columns * 2 / 5));

        if (simview_measured(v) && right.rows >= simview_compare_rows(v))
            simview_compare(f, right, v);
        else
            panel_jobs(f, right, v);
    }
    if (b.columns < 44 * each || b.columns < 110) {
        simview_now(f, b, v, chosen);
        return;
    }
    for (int i = 0; i < each; i++)
        simview_now(f, box_take_columns(&b, b.columns / (each - i)), v, i);
}

static void draw_right(struct frame *f, struct box b, const struct view_sim *v)
{
    int rows = simview_compare_rows(v);

    if (b.columns < 1)
        return;
    if (rows <= b.rows - 6)
        simview_compare(f, box_take_rows(&b, rows), v);
    panel_jobs(f, b, v);
}

/* In the rows of the footer: the line, and under it what is wrong with it. */
static void draw_typing(struct frame *f, struct box rows,
                        const struct view_sim *v)
{
    struct box line = box_take_rows(&rows, 1);

    frame_fill(f, line, 0, STYLE_NORMAL);
    frame_fill(f, rows, 0, STYLE_NORMAL);
    piece_typing(f, line, v->asks, v->typing, v->typing_cursor);
    if (rows.rows > 0)
        piece_text(f, rows.row, rows.column + 1, rows.columns - 2,
                   v->hint && v->hint_bad ? STYLE_BAD : STYLE_DIM,
                   v->hint           ? v->hint
                   : v->common.ascii ? "Enter: that is it   Esc: rather not"
                                     : "⏎ that is it   Esc rather not");
}

void view_sim(struct frame *f, const struct view_sim *v)
{
    struct simview_layout l;
    struct box groups;

    if (!piece_fits(f, LEAST_ROWS, LEAST_COLUMNS, "q still leaves."))
        return;
    simview_layout(&l, f->rows, f->columns, v->group_count, lanes_of(v),
                   v->jobs, v->common.presenter);
    draw_header(f, l.header, v);
    groups = l.groups;
    for (int i = 0; i < v->group_count; i++)
        simview_group(f, &l, v, i, box_take_rows(&groups, l.group_rows));
    simview_axis(f, &l, v, l.axis.row, l.axis.column + l.label);
    if (l.legend.rows > 0) {
        box_take_columns(&l.legend, 1);
        piece_legend(f, l.legend, v->common.ascii);
    }
    draw_bottom(f, l.bottom, v);
    draw_right(f, l.right, v);
    if (v->typing)
        draw_typing(f, l.footer, v);
    else
        view_footer(f, l.footer, &v->common);
}
