/* The counter race: how much of the work was lost, the lock as a switch, and
 * what the lock costs. Every number is of a closed phase ("round"), where
 * expected = actual + lost holds exactly; an open one is only said to be
 * running. Screen process. */
#include "view/race_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- which round -------------------------------------------------------- */

bool race_closed(const struct trace_phase *p)
{
    return p->end_ns != 0 && metric_get(&p->metrics, METRIC_EXPECTED, 0) > 0;
}

/* Number of the last closed round, or -1. */
static int race_last(const struct trace *t)
{
    for (size_t i = t != NULL ? t->phase_count : 0; i > 0; i--) {
        if (race_closed(&t->phases[i - 1]))
            return (int)i - 1;
    }
    return -1;
}

double race_lost(const struct trace_phase *p)
{
    double made = metric_get(&p->metrics, METRIC_EXPECTED, 0);

    return made > 0 ? metric_get(&p->metrics, METRIC_LOST, 0) / made : 0;
}

const char *race_lock_word(enum spec_sync sync)
{
    static const char *const words[SYNC_COUNT] = {
        [SYNC_NONE] = "none",
        [SYNC_MUTEX] = "mutex",
        [SYNC_SPIN] = "spin",
        [SYNC_TICKET] = "ticket",
        [SYNC_ATOMIC] = "atomic",
        [SYNC_SHARDED] = "sharded",
        [SYNC_SHARDED_PACKED] = "packed",
    };

    return sync < SYNC_COUNT ? words[sync] : "?";
}

/* "no lock", "the mutex lock" would be odd for atomic: "with mutex". */
static const char *lock_phrase(char *buf, size_t size, enum spec_sync sync)
{
    if (sync == SYNC_NONE)
        snprintf(buf, size, "no lock");
    else
        snprintf(buf, size, "%s", race_lock_word(sync));
    return buf;
}

/* ---- the hero number and the switch ------------------------------------- */

static void hero_lost(struct frame *f, struct box b, const struct view_race *v,
                      int last)
{
    bool huge = v->common.presenter;
    char big[32], a[32], c[32], phrase[32];
    struct box line;

    line = box_take_rows(&b, 1);
    if (last < 0) {
        frame_text(f, line.row, line.column, line.columns, STYLE_TITLE,
                   "UPDATES LOST");
        frame_text(f, line.row + 2, line.column, line.columns, STYLE_DIM,
                   "The first round is not over yet.");
        return;
    }
    const struct trace_phase *p = &v->trace->phases[last];
    int64_t lost = (int64_t)metric_get(&p->metrics, METRIC_LOST, 0);
    int64_t made = (int64_t)metric_get(&p->metrics, METRIC_EXPECTED, 0);
    enum style style = lost > 0 ? STYLE_BAD : STYLE_GOOD;

    int used = frame_text(f, line.row, line.column, line.columns, STYLE_TITLE,
                          "UPDATES LOST");
    if (!huge && line.columns >= 36)
        piece_textf(f, line.row, line.column + used + 2,
                    line.columns - used - 3, STYLE_DIM, "in round %d: %s",
                    last + 1, lock_phrase(phrase, sizeof(phrase), p->sync));
    piece_tight(text_percent(big, sizeof(big), race_lost(p)));
    if (huge && frame_huge_columns(big) <= b.columns)
        frame_huge(f, b.row, b.column, style, big);
    else
        frame_big(f, b.row, b.column, style, big);
    if (huge)
        return;
    box_take_rows(&b, 3);
    text_count(a, sizeof(a), lost);
    text_count(c, sizeof(c), made);
    bool wide = b.columns >= (int)(strlen(a) + strlen(c)) + 27;
    if (b.columns < (int)(strlen(a) + strlen(c)) + 15) {
        text_si(a, sizeof(a), (double)lost);
        text_si(c, sizeof(c), (double)made);
    }
    if (lost > 0)
        piece_textf(f, b.row, b.column, b.columns - 1, STYLE_NORMAL,
                    "%s of %s %svanished", a, c, wide ? "increments " : "");
    else
        piece_textf(f, b.row, b.column, b.columns - 1, STYLE_NORMAL,
                    "all %s %sare there", c, wide ? "increments " : "");
}

/* The box with ON or OFF; its lines double, so that it looks like a thing to
 * press. */
static void draw_switch(struct frame *f, struct box b, bool on, bool glow)
{
    enum style style = glow ? STYLE_WARN : on ? STYLE_GOOD : STYLE_BAD;
    const char *word = on ? "ON" : "OFF";
    int right = b.column + b.columns - 1, bottom = b.row + b.rows - 1;

    for (int i = 1; i < b.columns - 1; i++) {
        frame_put(f, b.row, b.column + i, 0x2550, style);
        frame_put(f, bottom, b.column + i, 0x2550, style);
    }
    for (int i = 1; i < b.rows - 1; i++) {
        frame_put(f, b.row + i, b.column, 0x2551, style);
        frame_put(f, b.row + i, right, 0x2551, style);
    }
    frame_put(f, b.row, b.column, 0x2554, style);
    frame_put(f, b.row, right, 0x2557, style);
    frame_put(f, bottom, b.column, 0x255a, style);
    frame_put(f, bottom, right, 0x255d, style);
    frame_text(f, b.row + b.rows / 2,
               b.column + (b.columns - (int)strlen(word)) / 2, -1,
               glow ? STYLE_BANNER : style, word);
}

/* none ▸ mutex ▸ spin ...: the chosen one stands out. Where they do not all
 * fit, it comes first. */
static void draw_cycle(struct frame *f, struct box b, enum spec_sync chosen)
{
    int column = b.column, end = b.column + b.columns;
    int first = b.columns >= 44 ? 0 : (int)chosen;

    if (b.rows < 1)
        return;
    for (int i = 0; i < SYNC_COUNT; i++) {
        int sync = (first + i) % SYNC_COUNT;
        const char *word = race_lock_word((enum spec_sync)sync);
        bool here = sync == (int)chosen;

        if (column + (int)strlen(word) > end)
            return;
        column += frame_text(f, b.row, column, end - column,
                             here ? STYLE_SELECTED : STYLE_DIM, word);
        if (i + 1 < SYNC_COUNT)
            column += frame_text(f, b.row, column, end - column, STYLE_DIM,
                                 b.columns >= 56 ? " ▸ " : " ");
    }
}

static void hero_switch(struct frame *f, struct box b,
                        const struct view_race *v)
{
    bool huge = v->common.presenter;
    bool on = v->wanted_sync != SYNC_NONE;
    const struct trace *t = v->trace;
    bool narrow = b.columns < 38;
    bool lags = t != NULL && t->phase_count > 0 && t->end_ns == 0 &&
                t->phases[t->phase_count - 1].sync != v->wanted_sync;
    struct box label = box_take_rows(&b, 1);
    struct box lines = box_take_rows(&b, huge ? 5 : 3);
    struct box box = box_take_columns(&lines, huge ? 17 : 13);

    frame_text(f, label.row, label.column, label.columns, STYLE_TITLE,
               "THE LOCK IS");
    draw_switch(f, box, on, v->glow > 0 || lags);
    box_take_columns(&lines, 2);
    piece_text(f, lines.row, lines.column, lines.columns, STYLE_HERO,
               on ? race_lock_word(v->wanted_sync) : "none");
    if (huge)
        return;
    if (lags)
        piece_text(f, lines.row + 1, lines.column, lines.columns, STYLE_WARN,
                   narrow ? "◂ next round" : "◂ from the next round on");
    else if (narrow && !v->common.embedded)
        piece_text(f, lines.row + 1, lines.column, lines.columns, STYLE_DIM,
                   on ? "◂ k: next" : "◂ press k");
    else if (!v->common.embedded) /* there it cannot be flipped */
        piece_text(f, lines.row + 1, lines.column, lines.columns, STYLE_DIM,
                   on ? "◂ k: the next one" : "◂ press k to lock");
    piece_text(f, lines.row + 2, lines.column, lines.columns, STYLE_DIM,
               !v->one_core ? ""
               : narrow     ? "ONE core"
                            : "all on ONE core");
    draw_cycle(f, b, v->wanted_sync);
}

/* ---- should be, is ------------------------------------------------------ */

static void race_counter(struct frame *f, struct box b,
                         const struct view_race *v, int last)
{
    const struct trace_phase *p = last >= 0 ? &v->trace->phases[last] : NULL;
    double made = p != NULL ? metric_get(&p->metrics, METRIC_EXPECTED, 0) : 0;
    double is = p != NULL ? metric_get(&p->metrics, METRIC_ACTUAL, 0) : 0;
    int bar = b.columns - 10 - 17, kept;
    char buf[32];

    if (p == NULL || bar < 4 || b.rows < 2)
        return;
    frame_text(f, b.row, b.column, 10, STYLE_DIM, "should be");
    frame_bar(f, b.row, b.column + 10, bar, 1, STYLE_RUNNING, STYLE_DIM);
    frame_right(f, b.row, b.column + b.columns, STYLE_NORMAL,
                text_count(buf, sizeof(buf), (int64_t)made));
    frame_text(f, b.row + 1, b.column, 10, STYLE_DIM, "is");
    frame_bar(f, b.row + 1, b.column + 10, bar, is / made, STYLE_RUNNING,
              STYLE_BAD);
    frame_right(f, b.row + 1, b.column + b.columns,
                is < made ? STYLE_BAD : STYLE_GOOD,
                text_count(buf, sizeof(buf), (int64_t)is));
    if (b.rows < 3)
        return;
    kept = (int)(is / made * bar);
    if (is >= made) {
        frame_text(f, b.row + 2, b.column + 10, bar, STYLE_GOOD,
                   "└ every one was kept");
        return;
    }
    if (kept >= 8)
        frame_text(f, b.row + 2, b.column + 10, bar, STYLE_DIM, "└ kept");
    if (bar - kept >= 31)
        frame_text(f, b.row + 2, b.column + 10 + kept, bar - kept, STYLE_BAD,
                   "└ overwritten by another worker");
    else if (bar - kept >= 13 || kept >= 21)
        frame_right(f, b.row + 2, b.column + 10 + bar, STYLE_BAD,
                    "overwritten ┘");
}

static void panel_counter(struct frame *f, struct box b,
                          const struct view_race *v, int last)
{
    const struct trace *t = v->trace;
    char title[64] = "COUNTER", right[64] = "", phrase[32];

    if (last >= 0)
        snprintf(title, sizeof(title), "COUNTER  round %d, %s", last + 1,
                 lock_phrase(phrase, sizeof(phrase), t->phases[last].sync));
    if (t != NULL && t->end_ns == 0 && (int)t->phase_count > last + 1)
        snprintf(right, sizeof(right), "round %d is running (%s)", last + 2,
                 lock_phrase(phrase, sizeof(phrase),
                             t->phases[t->phase_count - 1].sync));
    b = frame_panel(f, b, title, right);
    race_counter(f, b, v, last);
}

/* ---- for a projector ---------------------------------------------------- */

static void presenter_bars(struct frame *f, struct box b,
                           const struct view_race *v, int last)
{
    const struct trace_phase *p = last >= 0 ? &v->trace->phases[last] : NULL;
    int bar = b.columns - 14;
    char buf[32];

    if (p == NULL || bar < 4)
        return;
    double made = metric_get(&p->metrics, METRIC_EXPECTED, 0);
    double is = metric_get(&p->metrics, METRIC_ACTUAL, 0);
    for (int i = 0; i < 2; i++) {
        double x = i == 0 ? made : is;
        struct box line = box_take_rows(&b, 3);

        if (line.rows < 2)
            return;
        frame_text(f, line.row, line.column + 2, 10, STYLE_NORMAL,
                   i == 0 ? "should be" : "is");
        for (int row = 0; row < 2; row++)
            frame_bar(f, line.row + row, line.column + 12, bar, x / made,
                      STYLE_RUNNING, STYLE_BAD);
        if (line.rows > 2)
            frame_right(f, line.row + 2, line.column + 12 + bar,
                        i == 1 && is < made ? STYLE_BAD : STYLE_NORMAL,
                        text_count(buf, sizeof(buf), (int64_t)x));
    }
}

static void view_presenter(struct frame *f, struct box b,
                           const struct view_race *v, int last)
{
    struct box hero = box_take_rows(&b, 7);
    struct box left = hero;

    box_take_columns(&left, 2);
    struct box right = box_take_columns(&left, -left.columns * 2 / 5);
    hero_lost(f, left, v, last);
    hero_switch(f, right, v);
    if (b.rows >= 16)
        box_take_rows(&b, 1);
    presenter_bars(f, box_take_rows(&b, b.rows >= 16 ? 7 : 6), v, last);
    if (b.rows >= 4 && v->trace != NULL)
        race_rounds(f, frame_panel(f, b, "LOST IN EACH ROUND", NULL), v, true);
}

/* ---- the screen --------------------------------------------------------- */

static void race_subject(struct text *out, const struct view_race *v)
{
    const struct spec *spec = &v->trace->spec;
    int64_t workers = v->wanted_workers > 0 ? v->wanted_workers : spec->workers;

    text_addf(out, "%" PRId64 " %s · one shared counter", workers,
              spec->model == MODEL_PROCESSES
                  ? workers == 1 ? "process" : "processes"
              : spec->model == MODEL_COOP ? "on one thread"
              : workers == 1              ? "thread"
                                          : "threads");
    if (spec->model == MODEL_GIL)
        text_add(out, " · global lock");
}

void view_race(struct frame *f, const struct view_race *v)
{
    struct box b = frame_box(f);
    struct text subject = {0};
    int last = race_last(v->trace);
    bool full = f->rows >= 30 && f->columns >= 100;

    if (!v->common.embedded && !view_fits(f, 20, 60))
        return;
    if (v->trace != NULL)
        race_subject(&subject, v);
    bool embedded = v->common.embedded;

    view_header(f, box_take_rows(&b, f->rows >= 24 && !embedded ? 2 : 1),
                embedded ? "" : "COUNTER RACE", text_str(&subject), v->trace,
                v->paused, &v->common);
    text_fini(&subject);

    struct box footer = box_take_rows(&b, embedded              ? 0
                                          : v->common.presenter ? -1
                                                                : -2);
    if (v->common.presenter) {
        view_presenter(f, b, v, last);
        view_footer(f, footer, &v->common);
        return;
    }
    if (full)
        box_take_rows(&b, 1);
    struct box hero = box_take_rows(&b, full ? 6 : 5);
    box_take_columns(&hero, 2);
    struct box right = box_take_columns(&hero, -hero.columns / 2);
    hero_lost(f, hero, v, last);
    hero_switch(f, right, v);
    panel_counter(f, box_take_rows(&b, 5), v, last);
    if (v->trace != NULL) {
        if (full)
            race_model(f, box_take_rows(&b, 7), v);
        race_history(f, b, v, last);
    }
    view_footer(f, footer, &v->common);
}
