/* A lesson on a screen: title and stages, the page of the present step, the
 * guest, the keys. Screen process. */
#include "view/lesson_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define LEAST_ROWS 20
#define LEAST_COLUMNS 60
/* A guest beneath the figures is shown from so many rows on. */
#define GUEST_ROWS 11
#define MODEL_ROWS 18
/* Nobody in the last row of a classroom sees the bottom of the picture. */
#define HEADS_ROWS 3

/* ---- layout -----------------------------------------------------------------
 */

struct lesson_layout {
    struct box top, run, page, guest, footer;
};

static enum lesson_stage stage_of(const struct view_lesson *v)
{
    return v->session ? session_step(v->session)->stage : STAGE_READ;
}

static void page_write(struct sheet *s, const struct view_lesson *v)
{
    static void (*const pages[STAGES])(struct sheet * s,
                                       const struct view_lesson *v) = {
        [STAGE_READ] = page_read,   [STAGE_PREDICT] = page_ask,
        [STAGE_RUN] = page_run,     [STAGE_FROZEN] = page_frozen,
        [STAGE_OBSERVE] = page_ask, [STAGE_CHECK] = page_check,
        [STAGE_EXPLAIN] = page_ask, [STAGE_REVEAL] = page_reveal,
        [STAGE_AGAIN] = page_again, [STAGE_DONE] = page_done,
    };

    if (v->session) {
        pages[stage_of(v)](s, v);
        return;
    }
    sheet_text(s, 0, STYLE_BAD, "This lesson cannot be taken.");
    sheet_gap(s);
    sheet_text(s, 0, STYLE_NORMAL, v->error ? v->error : "");
}

/* Nothing but the guest on the page. */
static bool guest_alone(const struct view_lesson *v)
{
    enum lesson_stage stage = stage_of(v);

    if (!v->session || v->error)
        return false;
    if (stage == STAGE_RUN)
        return v->can_look;
    if (stage == STAGE_AGAIN)
        return v->can_look && (v->again == AGAIN_RUNS ||
                               (v->again == AGAIN_MEASURED && v->picture));
    return v->picture && v->can_look &&
           (stage == STAGE_FROZEN || stage == STAGE_OBSERVE);
}

static int page_rows(int columns, const struct view_lesson *v)
{
    struct sheet s;
    int rows = 0;

    if (sheet_open(&s, columns, v->common.presenter)) {
        page_write(&s, v);
        rows = s.row;
    }
    sheet_close(&s);
    return rows;
}

static void lay_out(struct lesson_layout *l, int rows, int columns,
                    const struct view_lesson *v)
{
    struct box all = {0, 0, rows, columns};
    bool typing = v->typed != NULL;

    *l = (struct lesson_layout){0};
    l->top = box_take_rows(&all, rows >= 30 ? 3 : 2);
    l->footer = box_take_rows(&all, v->common.presenter ? -HEADS_ROWS : -2);
    if (typing) /* with what is wrong with it above */
        box_take_rows(&all, v->common.presenter ? -2 : -1);
    if (!v->common.presenter && !typing && guest_alone(v)) {
        /* A message may lie over the guest's last line. */
        all.rows++;
        l->footer.row++;
        l->footer.rows--;
    }
    if (guest_alone(v)) {
        l->run = box_take_rows(&all, 2);
        l->guest = all;
        return;
    }
    if (rows >= 24)
        box_take_rows(&all, 1);
    if (stage_of(v) == STAGE_FROZEN && v->can_look && !v->common.presenter) {
        int need = page_rows(columns, v) + 1;

        if (all.rows - need >= (v->computed ? MODEL_ROWS : GUEST_ROWS))
            l->guest = box_take_rows(&all, need - all.rows);
    }
    l->page = all;
}

struct box view_lesson_room(int rows, int columns, const struct view_lesson *v)
{
    struct lesson_layout l;

    if (rows < LEAST_ROWS || columns < LEAST_COLUMNS || !v->session)
        return (struct box){0};
    lay_out(&l, rows, columns, v);
    return l.guest;
}

int view_lesson_scroll_max(int rows, int columns, const struct view_lesson *v)
{
    struct lesson_layout l;
    struct sheet s;
    int most = 0;

    if (rows < LEAST_ROWS || columns < LEAST_COLUMNS)
        return 0;
    lay_out(&l, rows, columns, v);
    if (l.page.rows > 0 && sheet_open(&s, columns, v->common.presenter)) {
        page_write(&s, v);
        most = sheet_scroll_max(&s, l.page.rows);
        sheet_close(&s);
    }
    return most;
}

/* ---- the top ----------------------------------------------------------------
 */

static void draw_title(struct frame *f, struct box row,
                       const struct view_lesson *v)
{
    static const char *const badges[] = {
        [ORIGIN_MEASURED] = " MEASURED ",
        [ORIGIN_MODEL] = " MODEL ",
        [ORIGIN_BOTH] = " MEASURED + MODEL ",
    };
    const char *title = v->session && v->session->lesson->title
                            ? v->session->lesson->title
                        : v->title ? v->title
                                   : "";
    enum lesson_stage stage = stage_of(v);
    bool figures = v->session && stage >= STAGE_RUN && stage <= STAGE_EXPLAIN;
    int end = row.columns - 1, start = 1;
    char right[64];

    if (figures) {
        const char *badge = v->session->replayed || v->replay ? " REPLAY "
                            : v->computed
                                ? badges[ORIGIN_MODEL]
                                : badges[judge_origin(session_block(v->session),
                                                      v->session->facts)];

        end -= text_columns(badge);
        frame_text(f, row.row, end, -1, STYLE_BADGE, badge);
        end -= 2;
    }
    if (v->session && !v->common.presenter) {
        snprintf(right, sizeof(right), "step %d of %d", v->session->step + 1,
                 v->session->step_count);
        frame_right(f, row.row, end, STYLE_DIM, right);
        end -= text_columns(right) + 2;
    }
    if (v->number > 0) {
        frame_textf(f, row.row, start, -1, STYLE_DIM, "%02d", v->number);
        start += 4;
    }
    piece_text(f, row.row, start, end - start, STYLE_TITLE, title);
}

/* Was step @i taken? Skipped ones were only passed. */
static bool is_taken(const struct session *s, int i)
{
    int block = s->steps[i].block;

    if (i >= s->furthest && i >= s->step)
        return false;
    switch (s->steps[i].stage) {
    case STAGE_PREDICT:
    case STAGE_OBSERVE:
    case STAGE_EXPLAIN:
        return s->answers[block].given;
    case STAGE_RUN:
    case STAGE_FROZEN:
        return s->over[block];
    case STAGE_CHECK:
        while (i > 0 && s->steps[i].stage != STAGE_RUN)
            i--;
        return s->steps[i].stage != STAGE_RUN || s->over[s->steps[i].block];
    default:
        return true;
    }
}

/* "predict ✓", "RUN ●", "observe" */
static int stage_words(char *buf, size_t size, const struct session *s, int i,
                       bool brief)
{
    const char *word = lesson_stage_words[s->steps[i].stage];
    char upper[24];
    size_t n = 0;

    for (; word[n] && n + 1 < sizeof(upper); n++)
        upper[n] =
            (char)(word[n] >= 'a' && word[n] <= 'z' ? word[n] - 32 : word[n]);
    upper[n] = '\0';
    if (i == s->step)
        snprintf(buf, size, "%s ●", upper);
    else if (brief)
        snprintf(buf, size, "%s", is_taken(s, i) ? "✓" : ".");
    else
        snprintf(buf, size, "%s%s", word, is_taken(s, i) ? " ✓" : "");
    return text_columns(buf);
}

static int stages_columns(const struct session *s, int words)
{
    int sum = 0;
    char buf[40];

    for (int i = 0; i < s->step_count; i++) {
        bool brief = i < s->step - words || i > s->step + words;

        sum += stage_words(buf, sizeof(buf), s, i, brief) + (brief ? 1 : 3);
    }
    return sum;
}

/* All stages: in words those around the present one for which there is room. */
static void draw_stages(struct frame *f, struct box row,
                        const struct session *s)
{
    int words = s->step_count, column = 1;
    char buf[40];

    while (words > 0 && stages_columns(s, words) > row.columns - 2)
        words--;
    for (int i = 0; i < s->step_count && column < row.columns - 1; i++) {
        bool brief = i < s->step - words || i > s->step + words;
        enum style style = i == s->step     ? STYLE_HERO
                           : is_taken(s, i) ? STYLE_GOOD
                                            : STYLE_DIM;
        bool last = i + 1 == s->step_count;

        stage_words(buf, sizeof(buf), s, i, brief);
        column += frame_text(f, row.row, column, row.columns - column - 1,
                             style, buf);
        if (!last)
            column += frame_text(f, row.row, column, row.columns - column - 1,
                                 STYLE_DIM, brief ? " " : " ─ ");
    }
}

/* ---- what runs --------------------------------------------------------------
 */

static void duration_words(char *buf, size_t size, int64_t ns)
{
    int64_t s = (ns + NS_PER_S - 1) / NS_PER_S;

    if (s < 60)
        snprintf(buf, size, "%d s", (int)s);
    else
        snprintf(buf, size, "%d min %02d s", (int)(s / 60), (int)(s % 60));
}

static void draw_run(struct frame *f, struct box b, const struct view_lesson *v)
{
    const struct session *s = v->session;
    const struct lesson_step *step = session_step(s);
    const struct lesson_block *block = &s->lesson->blocks[step->block];
    const char *look = block->goal;
    char left[32] = "", words[80] = "";
    int column = b.column + 1, bar = b.columns >= 100 ? 20 : 10;

    if (b.rows < 2)
        return;
    if (v->running && v->planned > 0) {
        int now = v->done < v->planned ? v->done + 1 : v->done;

        if (v->left_ns >= 0)
            duration_words(left, sizeof(left), v->left_ns);
        snprintf(words, sizeof(words), "%02d:%02d  run %d of %d%s%s",
                 (int)(v->elapsed_ns / NS_PER_S / 60),
                 (int)(v->elapsed_ns / NS_PER_S % 60), now, v->planned,
                 left[0] ? ", about " : "", left);
        if (left[0])
            snprintf(words + strlen(words), sizeof(words) - strlen(words),
                     " left");
        frame_bar(f, b.row, column, bar, (double)v->done / v->planned,
                  STYLE_GOOD, STYLE_DIM);
        column += bar + 1;
        column += frame_text(f, b.row, column, -1, STYLE_TITLE, words) + 2;
    } else if (v->replay) {
        column += frame_text(f, b.row, column, -1, STYLE_TITLE,
                             "a kept run goes by again") +
                  2;
    }
    if (v->name)
        column += frame_textf(f, b.row, column, -1, STYLE_KEY, "%s  ", v->name);
    if (v->line)
        piece_text(f, b.row, column, b.columns - column - 1, STYLE_DIM,
                   v->line);
    if (step->watch >= 0 && s->lesson->blocks[step->watch].look)
        look = s->lesson->blocks[step->watch].look;
    if (look)
        piece_textf(f, b.row + 1, b.column + 1, b.columns - 2, STYLE_TITLE,
                    "▸ %s", look);
}

static void draw_guest(struct frame *f, struct box b,
                       const struct view_lesson *v)
{
    const struct frame *g = v->guest;

    for (int r = 0; g && r < b.rows && r < g->rows; r++)
        for (int c = 0; c < b.columns && c < g->columns; c++) {
            const struct cell *cell =
                &g->cells[(size_t)r * (size_t)g->columns + (size_t)c];

            frame_put(f, b.row + r, b.column + c, cell->glyph,
                      (enum style)cell->style);
        }
}

/* ---- all of it --------------------------------------------------------------
 */

static void draw_page(struct frame *f, struct box b,
                      const struct view_lesson *v)
{
    struct sheet s;

    if (!sheet_open(&s, f->columns, v->common.presenter))
        return;
    page_write(&s, v);
    sheet_show(f, b, &s, v->scroll);
    sheet_close(&s);
}

void view_lesson(struct frame *f, const struct view_lesson *v)
{
    struct lesson_layout l;

    if (!piece_fits(f, LEAST_ROWS, LEAST_COLUMNS,
                    "What runs goes on meanwhile; q still leaves."))
        return;
    lay_out(&l, f->rows, f->columns, v);
    draw_title(f, l.top, v);
    if (v->session)
        draw_stages(f, (struct box){1, 0, 1, f->columns}, v->session);
    if (l.top.rows > 2)
        frame_fill(f, (struct box){2, 0, 1, f->columns}, 0x2500, STYLE_DIM);
    if (l.page.rows > 0)
        draw_page(f, l.page, v);
    draw_guest(f, l.guest, v);
    if (l.run.rows > 0)
        draw_run(f, l.run, v);
    if (v->typed) {
        struct box line = {f->rows - (v->common.presenter ? HEADS_ROWS + 1 : 2),
                           0, 1, f->columns};

        view_footer(f, (struct box){f->rows - 1, 0, 1, f->columns}, &v->common);
        piece_typing(f, line, v->asks ? v->asks : "", v->typed,
                     v->typed_cursor);
        if (v->common.message)
            piece_text(f, line.row - 1, 1, f->columns - 2,
                       v->common.message_bad ? STYLE_BAD : STYLE_WARN,
                       v->common.message);
        return;
    }
    view_footer(f, (struct box){f->rows - 2, 0, 2, f->columns}, &v->common);
}
