/* The screen of a sweep: the answer, the curve, the point under the cursor;
 * with room to spare where the time went, the models and a table. Screen
 * process. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "view/curve_panels.h"
#include "view/pieces.h"

/* ---- header ---------------------------------------------------------------
 */

static enum style state_words(char *buf, size_t size,
                              const struct view_curve *v, bool narrow)
{
    char left[32] = "", run[48];

    if (v->sweep == NULL) {
        snprintf(buf, size, v->over ? "✗ NOT BEGUN" : "STARTING");
        return v->over ? STYLE_BAD : STYLE_DIM;
    }
    if (v->over) {
        bool stopped = v->sweep->interrupted;

        snprintf(buf, size, "%s", stopped ? "■ STOPPED" : "✓ DONE");
        return stopped ? STYLE_WARN : STYLE_GOOD;
    }
    if (v->paused) {
        snprintf(buf, size, "▐▐ %s",
                 narrow ? "PAUSED" : "PAUSED, Space goes on");
        return STYLE_WARN;
    }
    if (v->left_ns >= 0)
        text_duration(left, sizeof(left),
                      (v->left_ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S);
    if (v->left_ns >= 0 && v->left_ns < 59 * NS_PER_S) /* no tenths */
        snprintf(left, sizeof(left), "%d s",
                 (int)((v->left_ns + NS_PER_S - 1) / NS_PER_S));
    snprintf(run, sizeof(run), narrow ? "%d" : "run %d",
             v->done < v->planned ? v->done + 1 : v->done);
    if (v->planned > 0) /* a search does not know yet */
        snprintf(run + strlen(run), sizeof(run) - strlen(run),
                 narrow ? "/%d" : " of %d", v->planned);
    snprintf(buf, size, "▶ %s%s%s%s", run, left[0] ? ", " : "", left,
             left[0] ? " left" : "");
    return STYLE_GOOD;
}

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
                        const struct view_curve *v)
{
    static const char *const badges[] = {" MEASURED ", " MODEL ", " REPLAY "};
    int start = row.column + 1, end = row.column + row.columns - 1;
    struct text line = {0};
    char state[96];
    enum style style = state_words(state, sizeof(state), v, row.columns < 80);

    start += frame_text(f, row.row, start, row.columns - 1, STYLE_TITLE,
                        "SWEET SPOT") +
             2;
    header_part(f, row.row, start, &end, STYLE_BADGE, badges[v->badge]);
    header_part(f, row.row, start, &end, style, state);
    if (v->sweep) {
        sweep_format(&v->sweep->request, &line);
        piece_text(f, row.row, start, end - start, STYLE_NORMAL,
                   text_str(&line));
        text_fini(&line);
    }
    if (row.rows >= 2) {
        struct box rule = {row.row + 1, row.column, 1, row.columns};

        frame_fill(f, rule, 0x2500, STYLE_DIM);
    }
}

/* ---- the answer -----------------------------------------------------------
 */

static const struct sweep_curve *shown_curve(const struct view_curve *v)
{
    const struct sweep *s = v->sweep;

    if (s == NULL || v->look.curve < 0 || v->look.curve >= s->curve_count)
        return NULL;
    return &s->curves[v->look.curve];
}

static bool anything_measured(const struct sweep *s)
{
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].y.n > 0)
            return true;
    return false;
}

/* What is said instead of an answer; NULL: there is one. */
static const char *no_answer(const struct view_curve *v)
{
    const struct sweep_curve *c = shown_curve(v);

    if (v->sweep == NULL)
        return v->over ? "There is nothing to show: this sweep could not "
                         "begin."
                       : "It begins.";
    if (!c || !anything_measured(v->sweep))
        return v->over ? "Nothing was measured."
                       : "The first run only warms up: its figure does not "
                         "count. Dots come with the next ones.";
    if (v->look.no_answer)
        return NULL;
    if (c->sentence[0] == '\0')
        return v->over ? "Too little was measured to say anything."
                       : "Too little is measured yet to say anything.";
    return NULL;
}

/* "How many workers are best?" and how to go on. */
static void draw_question(struct frame *f, struct box b,
                          const struct view_curve *v)
{
    bool ascii = v->common.ascii;
    char line[200];
    int column;

    snprintf(line, sizeof(line),
             strcmp(curve_x_words(v->sweep), "workers") == 0
                 ? "How many workers are best?"
                 : "Which %s is best?",
             curve_x_words(v->sweep));
    piece_text(f, b.row, b.column, b.columns, STYLE_HERO, line);
    if (b.rows >= 2)
        box_take_rows(&b, 1);
    else
        box_take_columns(&b, text_columns(line) + 2);
    column = b.column;
    column += frame_text(f, b.row, column, 1, STYLE_KEY, "g") + 1;
    column += frame_text(f, b.row, column, -1, STYLE_NORMAL,
                         b.columns >= 76 ? "write down your guess, then see"
                                         : "your guess first") +
              3;
    column +=
        frame_text(f, b.row, column, -1, STYLE_KEY, ascii ? "Enter" : "⏎") + 1;
    frame_text(f, b.row, column, b.column + b.columns - column, STYLE_NORMAL,
               b.columns >= 76 ? "show the answer now" : "show the answer");
}

/* "4" in big digits, what it counts beside it; the columns used. */
static int draw_number(struct frame *f, struct box b,
                       const struct view_curve *v, bool huge)
{
    const struct sweep_curve *c = shown_curve(v);
    const char *label = v->sweep->points[c->best].label;
    int columns = huge ? frame_huge_columns(label) : frame_big_columns(label);

    if (columns > b.columns / 3)
        return 0;
    if (huge)
        frame_huge(f, b.row, b.column, STYLE_HERO, label);
    else
        frame_big(f, b.row, b.column, STYLE_HERO, label);
    return columns + 2;
}

static bool has_number(const struct view_curve *v)
{
    const struct sweep_curve *c = shown_curve(v);

    return c && !v->look.no_answer && c->verdict == SWEEP_FOUND &&
           c->best >= 0 && c->best < v->sweep->point_count &&
           v->sweep->request.axis[SWEEP_ALONG].numeric;
}

/* "workers with ▲ gil": what the big number counts. */
static void answer_title(struct text *out, const struct view_curve *v)
{
    const struct sweep_curve *c = shown_curve(v);
    char glyph[5];

    if (has_number(v) && strcmp(curve_x_words(v->sweep), "workers") == 0)
        text_add(out, v->sweep->points[c->best].x == 1 ? "worker" : "workers");
    else if (has_number(v))
        text_add(out, curve_x_words(v->sweep));
    if (c->label[0] != '\0') {
        text_encode(glyph, curve_glyph(v->look.curve, v->common.ascii));
        text_addf(out, "%s%s %s", has_number(v) ? " for " : "", glyph,
                  c->label);
    }
}

/* Rows that @s takes in @columns, as frame_wrap() does it. */
static int wrapped_rows(const char *s, int columns)
{
    struct frame scratch = {0};
    int rows = 1;

    if (columns < 1 || frame_init(&scratch, 24, columns) < 0)
        return rows;
    rows = frame_wrap(&scratch, frame_box(&scratch), STYLE_NORMAL, s);
    frame_fini(&scratch);
    return rows;
}

/* On a small screen only a family's name stands over the sentence. */
static bool has_title(const struct view_curve *v, bool small)
{
    return (has_number(v) && !small) || shown_curve(v)->label[0] != '\0';
}

/* As many rows as the answer takes: @least .. @most. */
static int answer_rows(const struct view_curve *v, bool small, int columns,
                       int least, int most)
{
    const struct sweep_curve *c = shown_curve(v);
    int rows = least, number = 0;

    if (!no_answer(v) && !v->look.no_answer) {
        if (has_number(v) && !small)
            number = 2 + (v->common.presenter ? frame_huge_columns
                                              : frame_big_columns)(
                             v->sweep->points[c->best].label);
        rows =
            wrapped_rows(c->sentence, columns - number) + has_title(v, small);
    }
    return rows < least ? least : rows > most ? most : rows;
}

static void draw_answer(struct frame *f, struct box b,
                        const struct view_curve *v, bool small)
{
    const struct sweep_curve *c = shown_curve(v);
    const char *instead = no_answer(v);
    struct text title = {0};
    bool unsure;

    if (b.rows < 1 || b.columns < 1)
        return;
    if (instead) {
        frame_wrap(f, b, STYLE_NORMAL, instead);
        return;
    }
    if (v->look.no_answer) {
        draw_question(f, b, v);
        return;
    }
    unsure = c->verdict == SWEEP_INCONCLUSIVE;
    if (b.rows >= 3 && has_number(v) && !small)
        box_take_columns(
            &b, draw_number(f, b, v, v->common.presenter && b.rows >= 5));
    if (b.rows >= 3 && has_title(v, small)) {
        answer_title(&title, v);
        piece_text(f, b.row, b.column, b.columns, STYLE_HERO, text_str(&title));
        text_fini(&title);
        box_take_rows(&b, 1);
    }
    frame_wrap(f, b, unsure ? STYLE_WARN : STYLE_NORMAL, c->sentence);
}

/* ---- the line under the curve ---------------------------------------------
 */

static void point_words(struct text *out, const struct view_curve *v,
                        bool small)
{
    const struct sweep *s = v->sweep;
    const struct sweep_point *p = &s->points[v->look.cursor];
    const char *name = curve_x_words(s);
    char median[32], low[32], high[32];

    if (s->curve_count > 1)
        text_addf(out, "%s, ", s->curves[p->curve].label);
    if (strcmp(name, "workers") == 0)
        text_addf(out, "%s %s: ", p->label, p->x == 1 ? "worker" : "workers");
    else
        text_addf(out, "%s %s: ", name, p->label);
    if (p->y.n == 0 && p->failed == 0) {
        text_add(out, "not measured yet");
        return;
    }
    if (p->y.n > 0)
        text_addf(out, "%s%s%s", text_si(median, sizeof(median), p->y.median),
                  small ? "" : " ", small ? "" : sweep_y_words(s));
    if (p->y.n > 1)
        text_addf(out, " (%s to %s)", text_si(low, sizeof(low), p->y.low),
                  text_si(high, sizeof(high), p->y.high));
    if (p->y.n > 0)
        text_addf(out, " · %d run%s", p->y.n, p->y.n == 1 ? "" : "s");
    if (p->disturbed > 0)
        text_addf(out, ", %d disturbed", p->disturbed);
    if (p->failed > 0)
        text_addf(out, "%s%d failed", p->y.n > 0 ? ", " : "", p->failed);
    if (p->cores_busy >= 0 && p->y.n > 0)
        text_addf(out, " · %.2f cores%s", p->cores_busy, small ? "" : " busy");
    if (p->error[0] != '\0')
        text_addf(out, " · %s", p->error);
}

/* "now: 8 workers, 120 of 200 tasks" */
static void now_words(struct text *out, const struct view_curve *v)
{
    const struct sweep *s = v->sweep;
    const struct sweep_point *p = &s->points[v->order_point];

    text_add(out, "now: ");
    if (s->curve_count > 1)
        text_addf(out, "%s, ", s->curves[p->curve].label);
    if (strcmp(curve_x_words(s), "workers") == 0)
        text_addf(out, "%s %s", p->label, p->x == 1 ? "worker" : "workers");
    else
        text_addf(out, "%s %s", curve_x_words(s), p->label);
    if (v->warming)
        text_add(out, ", warming up");
    else if (v->attempt > 0)
        text_add(out, ", once more: it was disturbed");
    if (v->now && v->now->spec.tasks > 0)
        text_addf(out, ", %.0f of %" PRId64 " tasks",
                  metric_get(&v->now->metrics, METRIC_TASKS_DONE, 0),
                  v->now->spec.tasks);
}

static void draw_point(struct frame *f, struct box b,
                       const struct view_curve *v)
{
    const struct sweep *s = v->sweep;
    struct text line = {0};
    enum style style = STYLE_NORMAL;

    if (s == NULL || b.rows < 1)
        return;
    if (v->look.cursor >= 0 && v->look.cursor < s->point_count) {
        point_words(&line, v, b.rows < 2);
    } else if (v->order_point >= 0 && v->order_point < s->point_count) {
        now_words(&line, v);
        style = STYLE_DIM;
    } else if (anything_measured(s)) {
        text_add(&line, v->common.ascii ? "Left, Right: look at a point"
                                        : "←→ look at a point");
        style = STYLE_DIM;
    }
    if (b.rows >= 2)
        frame_wrap(f, b, style, text_str(&line));
    else
        piece_text(f, b.row, b.column, b.columns, style, text_str(&line));
    text_fini(&line);
}

/* ---- the line being typed -------------------------------------------------
 */

/* In the last row, so that what is wrong with it has one above. */
static void draw_typing(struct frame *f, struct box rows,
                        const struct view_curve *v)
{
    struct box row = box_take_rows(&rows, -1);
    int column = row.column + 1;

    if (v->typing == NULL)
        return;
    frame_fill(f, row, 0, STYLE_NORMAL);
    if (v->common.message == NULL && rows.rows > 0)
        piece_text(f, rows.row, rows.column + 1, rows.columns - 2, STYLE_DIM,
                   v->common.ascii ? "Enter: that is it   Esc: rather not"
                                   : "⏎ that is it   Esc rather not");
    column += piece_textf(f, row.row, column, row.columns - 2, STYLE_KEY,
                          "%s: ", v->asks ? v->asks : "");
    piece_text(f, row.row, column, row.columns - 1 - column, STYLE_NORMAL,
               v->typing);
    column += v->typing_cursor;
    if (column < row.column + row.columns && column < f->columns) {
        const struct cell *under =
            &f->cells[(size_t)row.row * (size_t)f->columns + (size_t)column];

        frame_put(f, row.row, column, under->glyph ? under->glyph : ' ',
                  STYLE_SELECTED);
    }
}

/* ---- the screen -----------------------------------------------------------
 */

/* Left the curve, right where the time went and the models; beneath, with still
 * more room, a table. */
static void draw_full(struct frame *f, struct box b, const struct view_curve *v)
{
    int width = b.columns * 2 / 5, rows;
    const struct sweep *s = v->sweep;
    struct box right, table = {0};

    width = width > 72 ? 72 : width;
    right = box_take_columns(&b, -width);
    if (b.rows >= 34) {
        rows = curve_table_rows(s);
        table = box_take_rows(&b, -(rows > b.rows / 3 ? b.rows / 3 : rows));
    }
    curve_plot(f, frame_panel(f, b, "CURVE", curve_scale_words(&v->look)), s,
               &v->look);
    if (table.rows > 3)
        curve_table(f, table, v);
    curve_side(f, right, v);
}

static void draw_presenter(struct frame *f, struct box b,
                           const struct view_curve *v)
{
    bool large = b.rows >= 18;
    struct box answer = box_take_rows(
        &b, answer_rows(v, false, b.columns - 4, large ? 5 : 3, large ? 7 : 5));

    if (large)
        box_take_rows(&b, 1);
    box_take_columns(&answer, 2);
    box_take_columns(&answer, -2);
    draw_answer(f, answer, v, false);
    if (v->sweep)
        curve_plot(f, b, v->sweep, &v->look);
}

void view_curve(struct frame *f, const struct view_curve *v)
{
    struct box b = frame_box(f), answer, footer, line;
    bool full = f->rows >= 30 && f->columns >= 100;
    bool middle = f->rows >= 24 && f->columns >= 80;

    bool embedded = v->common.embedded;

    if (!embedded && !view_fits(f, 20, 60))
        return;
    draw_header(f, box_take_rows(&b, f->rows >= 24 && !embedded ? 2 : 1), v);
    footer = box_take_rows(&b, embedded                            ? 0
                               : v->common.presenter && !v->typing ? -1
                                                                   : -2);
    if (v->common.presenter) {
        draw_presenter(f, b, v);
    } else {
        answer = box_take_rows(
            &b, answer_rows(v, !middle, b.columns - 2, middle ? 3 : 2, 6));
        box_take_columns(&answer, 1);
        box_take_columns(&answer, -1);
        draw_answer(f, answer, v, !middle);
        line = box_take_rows(&b, middle ? -2 : -1);
        box_take_columns(&line, 1);
        box_take_columns(&line, -1);
        draw_point(f, line, v);
        if (v->sweep && full)
            draw_full(f, b, v);
        else if (v->sweep)
            curve_plot(f, b, v->sweep, &v->look);
    }
    view_footer(f, footer, &v->common);
    draw_typing(f, footer, v);
}
