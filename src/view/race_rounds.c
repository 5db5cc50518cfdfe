/* The counter race's rounds so far: what each lost, how fast it was, and what
 * every lock tried in this run costs. Screen process. */
#include "view/race_parts.h"

#include <string.h>

#define ROUNDS_MAX 256

/* The last closed rounds, oldest first; returns how many. */
static int recent(const struct trace *t, int most,
                  const struct trace_phase *out[])
{
    int count = 0;

    for (size_t i = t->phase_count; i > 0 && count < most; i--) {
        if (race_closed(&t->phases[i - 1]))
            out[count++] = &t->phases[i - 1];
    }
    for (int i = 0; i < count / 2; i++) {
        const struct trace_phase *other = out[i];

        out[i] = out[count - 1 - i];
        out[count - 1 - i] = other;
    }
    return count;
}

static double ops_per_s(const struct trace_phase *p)
{
    double wall = (double)(p->end_ns - p->start_ns) / 1e9;

    return wall > 0 ? (double)p->ops / wall : 0;
}

static char lock_initial(enum spec_sync sync)
{
    return sync == SYNC_SHARDED          ? 'S'
           : sync == SYNC_SHARDED_PACKED ? 'P'
                                         : race_lock_word(sync)[0];
}

/* A column of blocks that grows from the bottom of @rows rows. */
static void block_column(struct frame *f, int row, int column, int rows,
                         int columns, double share, enum style style)
{
    double high = share * rows;

    for (int i = 0; i < rows; i++) {
        double here = high - (rows - 1 - i);
        uint32_t glyph = here >= 1 ? 0x2588 : piece_spark(here);

        if (here < 1.0 / 16 && i < rows - 1)
            continue; /* the bottom row shows that nought was measured */
        for (int j = 0; j < columns; j++)
            frame_put(f, row + i, column + j, glyph, style);
    }
}

void race_rounds(struct frame *f, struct box b, const struct view_race *v,
                 bool only_lost)
{
    const struct trace_phase *rounds[ROUNDS_MAX];
    int label = only_lost ? 0 : 7, wide = b.columns >= 40 ? 2 : 1;
    int high = only_lost ? b.rows : (b.rows - 1) / 2;
    int room = (b.columns - label) / wide;
    double most = 0;

    if (b.rows < (only_lost ? 1 : 3) || room < 1)
        return;
    int count = recent(v->trace, room < ROUNDS_MAX ? room : ROUNDS_MAX, rounds);
    for (int i = 0; i < count; i++)
        most = ops_per_s(rounds[i]) > most ? ops_per_s(rounds[i]) : most;
    if (!only_lost) {
        frame_text(f, b.row + high - 1, b.column, label, STYLE_DIM, "lost");
        frame_text(f, b.row + 2 * high - 1, b.column, label, STYLE_DIM,
                   "speed");
        frame_text(f, b.row + 2 * high, b.column, label, STYLE_DIM, "lock");
    }
    for (int i = 0; i < count; i++) {
        const struct trace_phase *p = rounds[i];
        int column = b.column + label + i * wide;
        double lost = race_lost(p);

        block_column(f, b.row, column, high, wide, lost,
                     lost > 0 ? STYLE_BAD : STYLE_GOOD);
        if (only_lost)
            continue;
        block_column(f, b.row + high, column, high, wide,
                     most > 0 ? ops_per_s(p) / most : 0, STYLE_IO);
        frame_put(f, b.row + 2 * high, column,
                  (unsigned char)lock_initial(p->sync),
                  p->sync == SYNC_NONE ? STYLE_BAD : STYLE_GOOD);
    }
}

/* ---- what a lock costs -------------------------------------------------- */

/* All closed rounds of this run with as many workers as the last one. */
struct price {
    int rounds;
    double ops, wall_s, made, lost;
};

static void prices_add_up(const struct trace *t, int workers,
                          struct price prices[SYNC_COUNT])
{
    memset(prices, 0, SYNC_COUNT * sizeof(prices[0]));
    for (size_t i = 0; i < t->phase_count; i++) {
        const struct trace_phase *p = &t->phases[i];
        struct price *price = &prices[p->sync];

        if (!race_closed(p) || p->workers != workers)
            continue;
        price->rounds++;
        price->ops += (double)p->ops;
        price->wall_s += (double)(p->end_ns - p->start_ns) / 1e9;
        price->made += metric_get(&p->metrics, METRIC_EXPECTED, 0);
        price->lost += metric_get(&p->metrics, METRIC_LOST, 0);
    }
}

static double price_per_s(const struct price *p)
{
    return p->wall_s > 0 ? p->ops / p->wall_s : 0;
}

/* The lock whose price is of interest: the chosen one, else the last tried. */
static enum spec_sync price_lock(const struct view_race *v,
                                 const struct price prices[SYNC_COUNT])
{
    const struct trace *t = v->trace;

    if (v->wanted_sync != SYNC_NONE && prices[v->wanted_sync].rounds > 0)
        return v->wanted_sync;
    for (size_t i = t->phase_count; i > 0; i--) {
        enum spec_sync sync = t->phases[i - 1].sync;

        if (sync != SYNC_NONE && prices[sync].rounds > 0)
            return sync;
    }
    return SYNC_NONE;
}

static void price_line(struct frame *f, struct box b, const struct view_race *v,
                       const struct price prices[SYNC_COUNT])
{
    enum spec_sync lock = price_lock(v, prices);
    double with = price_per_s(&prices[lock]);
    double without = price_per_s(&prices[SYNC_NONE]);
    char a[32], c[32];

    if (b.rows < 1)
        return;
    if (v->common.embedded && (without <= 0 || with <= 0))
        return;
    if (lock == SYNC_NONE || without <= 0 || with <= 0) {
        piece_textf(f, b.row, b.column, b.columns, STYLE_DIM, "price   %s",
                    lock == SYNC_NONE
                        ? "flip the lock for a round, and its price is here"
                        : "a round without a lock shows what it costs");
        return;
    }
    text_si(a, sizeof(a), without);
    text_si(c, sizeof(c), with);
    int used = frame_text(f, b.row, b.column, b.columns, STYLE_DIM, "price  ");
    used += piece_textf(f, b.row, b.column + used, b.columns - used,
                        STYLE_NORMAL, "%s/s without a lock ▸ %s/s with %s: ", a,
                        c, race_lock_word(lock));
    if (without > with)
        piece_textf(f, b.row, b.column + used, b.columns - used, STYLE_HERO,
                    "%.3g × slower", without / with);
    else
        piece_textf(f, b.row, b.column + used, b.columns - used, STYLE_HERO,
                    "%.3g × as fast", with / without);
}

static void one_core_line(struct frame *f, struct box b,
                          const struct view_race *v)
{
    if (b.rows < 1 || (v->common.embedded && !v->one_core))
        return;
    piece_text(
        f, b.row, b.column, b.columns, v->one_core ? STYLE_WARN : STYLE_DIM,
        v->one_core ? "ONE core: yet one switch between LOAD and STORE can "
                      "undo a whole slice."
                    : "Would it still race with all on ONE core? Press 1.");
}

static void panel_locks(struct frame *f, struct box b,
                        const struct price prices[SYNC_COUNT])
{
    double most = 0;
    char buf[32];

    b = frame_panel(f, b, "LOCKS TRIED IN THIS RUN",
                    "rounds     lost  increments/s");
    for (int i = 0; i < SYNC_COUNT; i++) {
        double x = price_per_s(&prices[i]);

        most = x > most ? x : most;
    }
    for (int i = 0; i < SYNC_COUNT; i++) {
        const struct price *p = &prices[i];
        int right = b.column + b.columns, bar = b.columns - 10 - 34;
        struct box row =
            box_take_rows(&b, b.rows >= 2 * (SYNC_COUNT - i) ? 2 : 1);

        if (row.rows < 1)
            return;
        frame_text(f, row.row, row.column, 9,
                   p->rounds > 0 ? STYLE_NORMAL : STYLE_DIM,
                   race_lock_word((enum spec_sync)i));
        if (p->rounds == 0) {
            frame_text(f, row.row, row.column + 10, bar, STYLE_DIM,
                       "not tried yet");
            continue;
        }
        frame_bar(f, row.row, row.column + 10, bar,
                  most > 0 ? price_per_s(p) / most : 0,
                  p->lost > 0 ? STYLE_BAD : STYLE_RUNNING, STYLE_DIM);
        frame_right(f, row.row, right - 24, STYLE_NORMAL,
                    text_count(buf, sizeof(buf), p->rounds));
        frame_right(f, row.row, right - 15,
                    p->lost > 0 ? STYLE_BAD : STYLE_GOOD,
                    text_percent(buf, sizeof(buf), p->lost / p->made));
        frame_right(f, row.row, right - 1, STYLE_NORMAL,
                    text_si(buf, sizeof(buf), price_per_s(p)));
    }
}

void race_history(struct frame *f, struct box b, const struct view_race *v,
                  int last)
{
    struct price prices[SYNC_COUNT];
    int workers = last >= 0 ? v->trace->phases[last].workers : 0;

    if (b.rows < 4)
        return;
    prices_add_up(v->trace, workers, prices);
    if (b.columns >= 150 && b.rows >= 12)
        panel_locks(f, box_take_columns(&b, -b.columns * 2 / 5), prices);
    b = frame_panel(f, b, "THE ROUNDS SO FAR",
                    b.columns >= 80 ? "n none  m mutex  s spin  t ticket  "
                                      "a atomic  S sharded  P packed"
                                    : "newest right");
    if (b.rows >= 5)
        one_core_line(f, box_take_rows(&b, -1), v);
    price_line(f, box_take_rows(&b, -1), v, prices);
    race_rounds(f, b, v, false);
}
