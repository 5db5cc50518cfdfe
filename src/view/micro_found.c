/* What the search of all schedules came to: the verdict, every way to end with
 * how many schedules and how likely, every kind of failure. Any thread. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/micro_parts.h"

/* ---- lines --------------------------------------------------------------- */

/* What a line tells of. */
enum line_kind {
    LINE_NONE,
    LINE_OUTCOME,  /* .at: its number */
    LINE_FAILURE,  /* .at: enum failure */
    LINE_TRAP,     /* loops for ever, and nothing leads out */
    LINE_LIVELOCK, /* may loop for ever though everybody has a turn */
    LINE_RACE      /* .at: its number */
};
struct line {
    enum line_kind kind;
    int at;
};

/* Line @row. A false final check is told by its outcomes if there are any. */
static struct line line_at(const struct explore_result *r, int row)
{
    if (row < r->outcome_count)
        return (struct line){row < 0 ? LINE_NONE : LINE_OUTCOME, row};
    row -= r->outcome_count;
    for (int k = 0; k < FAILURE_COUNT; k++)
        if (r->failing[k].reachable &&
            (k != FAILURE_FINAL || r->outcome_count == 0) && row-- == 0)
            return (struct line){LINE_FAILURE, k};
    if (r->trap && row-- == 0)
        return (struct line){LINE_TRAP, 0};
    if (r->livelock && row-- == 0)
        return (struct line){LINE_LIVELOCK, 0};
    if (row < r->race_count)
        return (struct line){LINE_RACE, row};
    return (struct line){LINE_NONE, 0};
}

int view_found_rows(const struct explore_result *r)
{
    int rows = 0;

    while (line_at(r, rows).kind != LINE_NONE)
        rows++;
    return rows;
}

int view_found_failing(const struct explore_result *r)
{
    struct line l;

    for (int i = 0; (l = line_at(r, i)).kind != LINE_NONE; i++)
        if (l.kind == LINE_RACE)
            break;
        else if (l.kind != LINE_OUTCOME || r->outcomes[l.at].fails)
            return i;
    return 0;
}

static void outcome_words(struct text *out, const struct program *p,
                          const struct outcome *o)
{
    if (p->observed_count == 0)
        text_add(out, "ended");
    for (int i = 0; i < p->observed_count; i++)
        text_addf(out, "%s%s=%d", i ? " " : "", p->observed[i].text,
                  o->values[i]);
}

static void race_words(struct text *out, const struct program *p,
                       const struct data_race *x)
{
    char name[TSL_NAME + 16];

    program_cell_name(p, x->cell, name, sizeof(name));
    text_addf(out, "data race on %s: %s, %s", name,
              p->threads[x->thread[0]].name, p->threads[x->thread[1]].name);
}

const struct schedule *view_found_sample(const struct program *p,
                                         const struct explore_result *r,
                                         int row, struct text *out)
{
    struct line l = line_at(r, row);

    switch (l.kind) {
    case LINE_OUTCOME:
        outcome_words(out, p, &r->outcomes[l.at]);
        return &r->outcomes[l.at].sample;
    case LINE_FAILURE:
        text_add(out, failure_names[l.at]);
        return &r->failing[l.at].witness;
    case LINE_TRAP:
        text_add(out, "from here on it loops for ever");
        return &r->trap_way;
    case LINE_LIVELOCK:
        text_add(out, "from here on it may loop for ever");
        return &r->livelock_way;
    case LINE_RACE:
        race_words(out, p, &r->races[l.at]);
        return &r->races[l.at].witness;
    default:
        return NULL;
    }
}

/* ---- numbers ------------------------------------------------------------- */

/* A share as people read it; "-" when it is not known. */
static void share_words(char *buf, size_t size, double share)
{
    if (isnan(share))
        snprintf(buf, size, "-");
    else if (share > 0 && share < 0.0005)
        snprintf(buf, size, "%.0e", share);
    else
        text_percent(buf, size, share);
}

/* A number of any length in 11 columns: "137,846", "1.37e11", "endless". */
static void count_words(char *buf, size_t size, const char *number,
                        bool counted)
{
    size_t n = number ? strlen(number) : 0;

    if (!number)
        snprintf(buf, size, counted ? "endless" : "-");
    else if (n > 9)
        snprintf(buf, size, "%c.%c%ce%zu", number[0], number[1], number[2],
                 n - 1);
    else
        text_count(buf, size, strtoll(number, NULL, 10));
}

/* ---- the table ----------------------------------------------------------- */

enum { COUNT_COLUMNS = 11, SHARE_COLUMNS = 9, CHANCE_COLUMNS = 11 };

/* Where the columns of numbers end, from the right; 0: no room for it. */
struct ends {
    int words; /* columns of the first */
    int schedules, uniform, random;
};

static struct ends ends_of(struct box b)
{
    int end = b.column + b.columns;
    struct ends e = {0};

    e.random = end;
    end -= CHANCE_COLUMNS;
    if (b.columns >= 40) {
        e.uniform = end;
        end -= SHARE_COLUMNS;
    }
    if (b.columns >= 34) {
        e.schedules = end;
        end -= COUNT_COLUMNS;
    }
    e.words = end - b.column;
    return e;
}

static void draw_heads(struct frame *f, struct box b, const struct ends *e)
{
    piece_text(f, b.row, b.column + 2, e->words - 2, STYLE_DIM, "how it ends");
    if (e->schedules)
        frame_right(f, b.row, e->schedules, STYLE_DIM, "schedules");
    if (e->uniform)
        frame_right(f, b.row, e->uniform, STYLE_DIM, "share");
    frame_right(f, b.row, e->random, STYLE_DIM, "by chance");
}

/* A line of the table, ✗, ✓ or ! before it; what is chosen lies on a bar. */
static void draw_line(struct frame *f, struct box b, const struct ends *e,
                      uint32_t glyph, bool chosen, const char *words,
                      const char *const numbers[3])
{
    struct box bar = {b.row, b.column - 1, 1, b.columns + 2};
    enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
    enum style mark = glyph == 0x2717   ? STYLE_BAD
                      : glyph == 0x2713 ? STYLE_GOOD
                                        : STYLE_WARN;
    int columns = numbers[2][0] ? e->words - 2 : b.columns - 2;

    if (chosen)
        frame_fill(f, bar, ' ', STYLE_SELECTED);
    frame_put(f, b.row, b.column, glyph, chosen ? style : mark);
    piece_text(f, b.row, b.column + 2, columns,
               glyph == 0x2713 || chosen ? style : mark, words);
    if (e->schedules)
        frame_right(f, b.row, e->schedules, style, numbers[0]);
    if (e->uniform)
        frame_right(f, b.row, e->uniform, style, numbers[1]);
    frame_right(f, b.row, e->random, style, numbers[2]);
}

static void draw_outcome(struct frame *f, struct box b, const struct ends *e,
                         const struct view_micro *v, int at, bool chosen)
{
    const struct explore_result *r = v->found->result;
    const struct outcome *o = &r->outcomes[at];
    char numbers[3][32];
    struct text words = {0};

    outcome_words(&words, v->program, o);
    count_words(numbers[0], sizeof(numbers[0]), o->schedules, r->counted);
    share_words(numbers[1], sizeof(numbers[1]), o->uniform);
    share_words(numbers[2], sizeof(numbers[2]), o->random);
    draw_line(f, b, e, o->fails ? 0x2717 : 0x2713, chosen, text_str(&words),
              (const char *[]){numbers[0], numbers[1], numbers[2]});
    text_fini(&words);
}

/* Add ", 2 steps" to @words if they stay within @columns. */
static void add_if_room(char *words, size_t size, int columns, int n,
                        const char *what)
{
    size_t used = strlen(words);

    snprintf(words + used, size - used, ", %d %s%s", n, what,
             n == 1 ? "" : "s");
    if (text_columns(words) > columns)
        words[used] = '\0';
}

static void draw_failure(struct frame *f, struct box b, const struct ends *e,
                         const struct view_micro *v, int kind, bool chosen)
{
    const struct explore_result *r = v->found->result;
    const struct failing *x = &r->failing[kind];
    char numbers[3][32], words[80];

    snprintf(words, sizeof(words), "%s", failure_names[kind]);
    if (x->shortest >= 0)
        add_if_room(words, sizeof(words), e->words - 2, x->shortest, "step");
    if (x->preemptions >= 0)
        add_if_room(words, sizeof(words), e->words - 2, x->preemptions,
                    "preemption");
    count_words(numbers[0], sizeof(numbers[0]), x->schedules,
                r->counted && !r->acyclic);
    snprintf(numbers[1], sizeof(numbers[1]), "-");
    if (x->schedules && r->schedules)
        share_words(numbers[1], sizeof(numbers[1]),
                    strtod(x->schedules, NULL) / strtod(r->schedules, NULL));
    share_words(numbers[2], sizeof(numbers[2]), x->random.value);
    draw_line(f, b, e, 0x2717, chosen, words,
              (const char *[]){numbers[0], numbers[1], numbers[2]});
}

/* What is no end and no failure, but worth a look. */
static void draw_other(struct frame *f, struct box b, const struct ends *e,
                       const struct view_micro *v, struct line l, bool chosen)
{
    const struct explore_result *r = v->found->result;
    struct text words = {0};

    if (l.kind == LINE_TRAP)
        text_add(&words, "can be caught looping for ever");
    else if (l.kind == LINE_LIVELOCK)
        text_add(&words, "livelock");
    else
        race_words(&words, v->program, &r->races[l.at]);
    draw_line(f, b, e, '!', chosen, text_str(&words),
              (const char *[]){"", "", ""});
    text_fini(&words);
}

static void draw_any(struct frame *f, struct box b, const struct ends *e,
                     const struct view_micro *v, int row)
{
    struct line l = line_at(v->found->result, row);
    bool chosen = v->found->selected == row;

    if (l.kind == LINE_OUTCOME)
        draw_outcome(f, b, e, v, l.at, chosen);
    else if (l.kind == LINE_FAILURE)
        draw_failure(f, b, e, v, l.at, chosen);
    else
        draw_other(f, b, e, v, l, chosen);
}

static void draw_table(struct frame *f, struct box b,
                       const struct view_micro *v)
{
    struct ends e = ends_of(b);
    int rows = view_found_rows(v->found->result), top = 0;

    draw_heads(f, box_take_rows(&b, 1), &e);
    if (v->found->selected >= b.rows)
        top = v->found->selected - b.rows + 1;
    for (int i = top; i < rows && b.rows > 0; i++) {
        struct box row = box_take_rows(&b, 1);

        if (i + 1 < rows && b.rows == 0 && v->found->selected < i &&
            top + row.rows < rows) {
            piece_textf(f, row.row, row.column + 2, row.columns - 2, STYLE_DIM,
                        "and %d more: down", rows - i);
            return;
        }
        draw_any(f, row, &e, v, i);
    }
}

/* ---- the panel ----------------------------------------------------------- */

void micro_found(struct frame *f, struct box b, const struct view_micro *v)
{
    const struct view_found *x = v->found;
    int rows = view_found_rows(x->result), most, words;
    struct box above;

    if (b.rows < 1 || b.columns < 10)
        return;
    /* The sentence first, but some room for the table. */
    most = rows == 0 ? b.rows : b.rows - 1 - (rows < 3 ? rows : 3);
    if (most < 1)
        most = 1;
    words = micro_wrapped_rows(x->words, b.columns, b.rows);
    above = box_take_rows(&b, words < most ? words : most);
    frame_wrap(f, above, x->good ? STYLE_GOOD : STYLE_WARN, x->words);
    if (words > most)
        frame_put(f, above.row + most - 1, above.column + above.columns - 1,
                  0x2026, STYLE_DIM);
    if (b.rows > rows + 2)
        box_take_rows(&b, 1);
    if (rows > 0 && b.rows > rows + 3 && b.columns >= 40) {
        struct box below = box_take_rows(&b, -2);

        frame_wrap(f, below, STYLE_DIM,
                   "share: every schedule as likely; by chance: at every point "
                   "each possible step as likely");
    }
    if (rows > 0 && b.rows > 1)
        draw_table(f, b, v);
}
