/* The figures of a simulated run, in a row or in a table, and how far they are
 * from what was measured. Screen process. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "view/sim_parts.h"

void view_sim_figures(struct view_sim_figures *out, const struct sim_totals *t)
{
    *out = (struct view_sim_figures){
        .response_ns = t->response.n > 0 ? t->response.mean_ns : -1,
        .turnaround_ns = t->turnaround.n > 0 ? t->turnaround.mean_ns : -1,
        .waiting_ns = t->waiting.n > 0 ? t->waiting.mean_ns : -1,
        .p95_turnaround_ns =
            t->turnaround.n > 0 ? (double)t->turnaround.p95_ns : -1,
        .jain = t->jain_share >= 0 ? t->jain_share : t->jain_slowdown,
        .utilisation = t->utilisation,
        .switches = t->switches_voluntary + t->switches_involuntary,
        .misses = t->misses,
        .periods = t->periods,
        .wall_ns = t->wall_ns,
    };
}

const struct view_sim_group *simview_measured(const struct view_sim *v)
{
    for (int i = 0; i < v->group_count; i++)
        if (v->group[i].badge == BADGE_MEASURED)
            return &v->group[i];
    return NULL;
}

/* ---- one figure ---------------------------------------------------------- */

enum figure {
    FIGURE_RESPONSE,
    FIGURE_TURNAROUND,
    FIGURE_WAITING,
    FIGURE_P95,
    FIGURE_WALL,
    FIGURE_JAIN,
    FIGURE_SWITCHES,
    FIGURE_UTILISATION,
    FIGURE_MISSES,
    FIGURES
};

static const struct {
    const char *word, *brief, *row;
} figure_words[FIGURES] = {
    [FIGURE_RESPONSE] = {"response ", "resp ", "response, mean"},
    [FIGURE_TURNAROUND] = {"turnaround ", "turn ", "turnaround, mean"},
    [FIGURE_WAITING] = {"waiting ", "wait ", "waiting, mean"},
    [FIGURE_P95] = {"95 % within ", "p95 ", "turnaround, p95"},
    [FIGURE_WALL] = {"all done at ", "end ", "all done"},
    [FIGURE_JAIN] = {"fairness ", "fair ", "fairness (Jain)"},
    [FIGURE_SWITCHES] = {"switches ", "sw ", "switches"},
    [FIGURE_UTILISATION] = {"CPUs busy ", "cpu ", "CPUs busy"},
    [FIGURE_MISSES] = {"missed ", "miss ", "deadlines missed"},
};

/* -1: it is not known. */
static double figure_value(const struct view_sim_figures *x, enum figure which)
{
    switch (which) {
    case FIGURE_RESPONSE:
        return x->response_ns;
    case FIGURE_TURNAROUND:
        return x->turnaround_ns;
    case FIGURE_WAITING:
        return x->waiting_ns;
    case FIGURE_P95:
        return x->p95_turnaround_ns;
    case FIGURE_WALL:
        return (double)x->wall_ns;
    case FIGURE_JAIN:
        return x->jain;
    case FIGURE_SWITCHES:
        return (double)x->switches;
    case FIGURE_UTILISATION:
        return x->utilisation;
    default:
        return (double)x->misses;
    }
}

static char *figure_text(char *buf, size_t size,
                         const struct view_sim_figures *x, enum figure which)
{
    double value = figure_value(x, which);

    if (value < 0 || (which == FIGURE_MISSES && x->periods <= 0))
        snprintf(buf, size, "-");
    else if (which <= FIGURE_WALL)
        text_duration(buf, size, (int64_t)(value + 0.5));
    else if (which == FIGURE_JAIN)
        snprintf(buf, size, "%.3f", value);
    else if (which == FIGURE_UTILISATION)
        text_percent(buf, size, value);
    else if (which == FIGURE_MISSES)
        snprintf(buf, size, "%" PRId64 " of %" PRId64, x->misses, x->periods);
    else
        text_count(buf, size, x->switches);
    return buf;
}

/* "+4 %": how far the model is from what was measured; "" if there is no
 * saying. */
static const char *figure_error(char *buf, size_t size,
                                const struct view_sim_figures *model,
                                const struct view_sim_figures *real,
                                enum figure which)
{
    double is = figure_value(model, which), was = figure_value(real, which);

    buf[0] = '\0';
    if (is < 0 || was <= 0 || which == FIGURE_MISSES)
        return buf;
    if (fabs(is / was - 1) > 9.995) /* times, not hundreds */
        snprintf(buf, size, "x%.3g", is / was);
    else if (fabs(is / was - 1) < 0.005)
        snprintf(buf, size, "0 %%");
    else
        snprintf(buf, size, "%+.0f %%", (is / was - 1) * 100);
    return buf;
}

/* ---- in a row ------------------------------------------------------------ */

static void add_figure(struct text *out, const struct view_sim *v,
                       const struct view_sim_group *g, enum figure which,
                       bool brief)
{
    const struct view_sim_group *real = simview_measured(v);
    char value[40], error[24];

    text_add(out, out->len > 0 ? "  " : "");
    text_add(out, brief ? figure_words[which].brief : figure_words[which].word);
    figure_text(value, sizeof(value), &g->figures, which);
    text_add(out, brief ? piece_tight(value) : value);
    if (!real || real == g || !real->known)
        return;
    figure_error(error, sizeof(error), &g->figures, &real->figures, which);
    if (error[0] != '\0')
        text_addf(out, " (%s)", piece_tight(error));
}

void simview_figure_row(struct frame *f, struct box row,
                        const struct view_sim *v, int number)
{
    static const enum figure order[] = {
        FIGURE_RESPONSE, FIGURE_TURNAROUND,  FIGURE_WAITING, FIGURE_JAIN,
        FIGURE_SWITCHES, FIGURE_UTILISATION, FIGURE_MISSES};
    const struct view_sim_group *g = &v->group[number];
    int last = g->figures.periods > 0 ? 7 : 6;
    struct text line = {0};

    if (!g->known || row.columns < 8)
        return;
    for (int brief = 0; brief < 2; brief++) {
        text_fini(&line);
        for (int i = 0; i < last; i++) {
            size_t before = line.len;

            add_figure(&line, v, g, order[i], brief);
            if (brief && text_columns(text_str(&line)) > row.columns &&
                !line.failed) {
                line.data[before] = '\0'; /* as many as fit */
                line.len = before;
                break;
            }
        }
        if (text_columns(text_str(&line)) <= row.columns)
            break;
    }
    piece_text(f, row.row, row.column, row.columns, STYLE_NORMAL,
               text_str(&line));
    text_fini(&line);
}

/* ---- in a table ---------------------------------------------------------- */

static int rows_of_table(const struct view_sim *v)
{
    for (int i = 0; i < v->group_count; i++)
        if (v->group[i].known && v->group[i].figures.periods > 0)
            return FIGURES;
    return FIGURES - 1;
}

int simview_compare_rows(const struct view_sim *v)
{
    return rows_of_table(v) + 3;
}

/* Group @number's figure in a column that ends at @end and is @each wide. */
static void table_cell(struct frame *f, const struct view_sim *v, int number,
                       enum figure which, int row, int end, int each)
{
    const struct view_sim_group *g = &v->group[number];
    const struct view_sim_group *real = simview_measured(v);
    bool mine = g->badge == BADGE_MEASURED;
    char value[40] = "-", error[24] = "", both[72];

    if (g->known)
        figure_text(value, sizeof(value), &g->figures, which);
    if (g->known && !mine && real && real->known)
        figure_error(error, sizeof(error), &g->figures, &real->figures, which);
    if (error[0] != '\0' && each >= 17)
        snprintf(both, sizeof(both), "%s %6s", value, error);
    else
        snprintf(both, sizeof(both), "%s", error[0] != '\0' ? error : value);
    frame_right(f, row, end, mine ? STYLE_HERO : STYLE_NORMAL, both);
}

static void table_head(struct frame *f, const struct view_sim *v, int number,
                       int row, int end)
{
    const struct view_sim_group *g = &v->group[number];
    char name[32];

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(g->setup, ", "),
             g->setup);
    frame_right(f, row, end, number == v->chosen ? STYLE_TITLE : STYLE_NORMAL,
                g->badge == BADGE_MEASURED ? "MEASURED" : name);
}

void simview_compare(struct frame *f, struct box b, const struct view_sim *v)
{
    bool real = simview_measured(v) != NULL, brief;
    int first = 17, each, last = rows_of_table(v);

    b = frame_panel(f, b, real ? "MODEL AND MEASURED" : "FIGURES", "");
    brief = b.columns < first + 10 * v->group_count;
    first = brief ? 6 : first;
    each = v->group_count > 0 ? (b.columns - first) / v->group_count : 1;
    for (int row = -1; row < last && b.rows > 0; row++) {
        struct box line = box_take_rows(&b, 1);

        if (row >= 0)
            piece_text(f, line.row, line.column, first - 1, STYLE_DIM,
                       brief ? figure_words[row].brief : figure_words[row].row);
        for (int i = 0; i < v->group_count; i++) {
            int end = line.column + first + (i + 1) * each;

            if (row < 0)
                table_head(f, v, i, line.row, end);
            else
                table_cell(f, v, i, (enum figure)row, line.row, end, each);
        }
    }
    if (real && b.rows > 1)
        piece_text(f, b.row + 1, b.column, b.columns, STYLE_DIM,
                   "%: how far the model is from what was measured");
}
