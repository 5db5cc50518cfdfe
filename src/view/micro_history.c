/* The history of the microscope: a column a thread, a row a step, the newest at
 * the bottom, and in the last row what each thread would do next. Any thread.
 */
#include <stdio.h>

#include "view/micro_parts.h"

#define NUMBER_COLUMNS 6 /* "▸1234 " */
#define LEAST_COLUMNS 13
#define MOST_COLUMNS 36

/* Which threads' columns are shown, and how wide. */
struct columns {
    int first, count, width;
};

static struct columns columns_of(const struct view_micro *v, int room)
{
    int threads = v->program->thread_count;
    struct columns c = {0, threads, room / (threads > 0 ? threads : 1)};

    if (c.width > MOST_COLUMNS)
        c.width = MOST_COLUMNS;
    if (c.width < LEAST_COLUMNS) {
        c.count = room / LEAST_COLUMNS > 0 ? room / LEAST_COLUMNS : 1;
        if (c.count > threads)
            c.count = threads;
        c.width = room / c.count;
        c.first = v->chosen - c.count / 2;
        if (c.first > threads - c.count)
            c.first = threads - c.count;
        if (c.first < 0)
            c.first = 0;
    }
    return c;
}

static int column_at(struct box b, const struct columns *c, int thread)
{
    return b.column + NUMBER_COLUMNS + (thread - c->first) * c->width;
}

static bool is_shown(const struct columns *c, int thread)
{
    return thread >= c->first && thread < c->first + c->count;
}

/* "1 T0": the key that steps it, and its name. */
static void draw_heads(struct frame *f, struct box b,
                       const struct view_micro *v, const struct columns *c)
{
    if (c->first > 0)
        frame_put(f, b.row, b.column + NUMBER_COLUMNS - 2, 0x25c2, STYLE_DIM);
    for (int t = c->first; t < c->first + c->count; t++) {
        int column = column_at(b, c, t), key = micro_key(t);
        char name[TSL_NAME + 8];

        if (key)
            frame_put(f, b.row, column, (uint32_t)key, STYLE_KEY);
        snprintf(name, sizeof(name), "%s%s", v->program->threads[t].name,
                 t == v->chosen && c->count > 1 ? " ◂" : "");
        piece_text(f, b.row, column + 2, c->width - 3, view_worker_style(t),
                   name);
    }
    if (c->first + c->count < v->program->thread_count)
        frame_put(f, b.row, b.column + b.columns - 1, 0x25b8, STYLE_DIM);
}

/* Why the step is a failure, in one word; NULL: it is none. */
static const char *failed_word(const struct done *d)
{
    unsigned bits = done_failures(d);

    return bits ? failure_names[__builtin_ctz(bits)] : NULL;
}

/* Steps that stand in one row: the first, and how many follow it and are the
 * same, as when a thread spins. */
struct group {
    int first, count;
};

/* Is step @i just like the one before, and neither went anywhere? */
static bool goes_round(const struct walk *w, int i)
{
    const struct done *a = &w->dones[i - 1], *b = &w->dones[i];

    if (a->action != b->action || a->from != a->to || b->from != a->from ||
        b->to != a->from || a->access_count != b->access_count ||
        a->access_count == 0 || done_failures(b) != 0)
        return false;
    for (int k = 0; k < a->access_count; k++)
        if (a->accesses[k].op != b->accesses[k].op ||
            a->accesses[k].read != b->accesses[k].read ||
            a->accesses[k].wrote != b->accesses[k].wrote)
            return false;
    return true;
}

/* The group that ends with step @last, and the one that begins with @first.
 * None reaches over the state that is looked at. */
static struct group group_before(const struct walk *w, int last)
{
    struct group g = {last, 1};

    while (g.first > 0 && g.first != w->at && goes_round(w, g.first)) {
        g.first--;
        g.count++;
    }
    return g;
}

static struct group group_from(const struct walk *w, int first)
{
    struct group g = {first, 1};

    while (first + g.count < w->count && first + g.count != w->at &&
           goes_round(w, first + g.count))
        g.count++;
    return g;
}

static void draw_group(struct frame *f, struct box b,
                       const struct view_micro *v, const struct columns *c,
                       struct group g)
{
    int step = g.first + g.count - 1;
    const struct done *d = &v->walk->dones[step];
    int thread = STEP_THREAD(d->action);
    bool here = step == v->walk->at - 1, past = step < v->walk->at;
    const char *failed = failed_word(d);
    struct text words = {0};
    int room = c->width - 1;
    enum style style = !past                    ? STYLE_DIM
                       : failed                 ? STYLE_BAD
                       : d->action & STEP_FLUSH ? STYLE_NORMAL
                                                : view_worker_style(thread);

    if (here)
        frame_put(f, b.row, b.column, 0x25b8, STYLE_HERO);
    frame_textf(f, b.row, b.column + 1, 4, here ? STYLE_HERO : STYLE_DIM, "%4d",
                (step + 1) % 10000);
    micro_step_words(&words, v, step);
    if (g.count > 1)
        text_addf(&words, " ×%d", g.count);
    if (failed)
        text_addf(&words, " ✗ %s", failed);
    if (!is_shown(c, thread)) {
        piece_textf(f, b.row, b.column + NUMBER_COLUMNS,
                    b.columns - NUMBER_COLUMNS, STYLE_DIM, "%s: %s",
                    v->program->threads[thread].name, text_str(&words));
    } else {
        int column = column_at(b, c, thread);
        int needs = text_columns(text_str(&words));

        /* Long words may use what the other columns leave empty. */
        if (needs > room)
            room = b.column + b.columns - column;
        piece_text(f, b.row, column, room, style, text_str(&words));
    }
    text_fini(&words);
}

static void draw_next(struct frame *f, struct box b, const struct view_micro *v,
                      const struct columns *c)
{
    frame_text(f, b.row, b.column, NUMBER_COLUMNS - 1, STYLE_DIM, "next");
    for (int t = c->first; t < c->first + c->count; t++) {
        struct text words = {0};
        int column = column_at(b, c, t);
        enum micro_next next = micro_next_words(&words, v, t);

        if (next != MICRO_ENDED)
            frame_put(f, b.row, column, micro_arrow(next),
                      view_worker_style(t));
        piece_text(f, b.row, column + 2, c->width - 3,
                   next == MICRO_READY ? view_worker_style(t) : STYLE_DIM,
                   text_str(&words));
        text_fini(&words);
    }
}

/* The group in the top row, so that the cursor is seen and as much of what came
 * before as there is room for. */
static int top_step(const struct walk *w, int rows)
{
    int after = 0, top = w->at;

    /* Some of what could be redone, below the cursor. */
    for (int i = w->at; i < w->count && after < rows / 3; after++) {
        struct group g = group_from(w, i);

        i += g.count;
    }
    for (rows -= after; rows > 0 && top > 0; rows--)
        top = group_before(w, top - 1).first;
    return top;
}

/* Before the first step. */
static void draw_invitation(struct frame *f, struct box b,
                            const struct view_micro *v)
{
    int threads = v->program->thread_count;
    char keys[40] = "press 1";

    if (threads > 1)
        snprintf(keys, sizeof(keys), "press 1 %s %d",
                 threads == 2 ? "or" : "to", threads < 9 ? threads : 9);
    box_take_columns(&b, NUMBER_COLUMNS);
    piece_textf(f, b.row, b.column, b.columns, STYLE_DIM, "%s%s",
                b.columns >= 56
                    ? "nothing was done yet; you are the scheduler: "
                    : "you choose: ",
                keys);
}

int view_micro_thread_at(const struct view_micro_spots *s, int row, int column)
{
    int at = column - s->box.column;

    if (row < s->box.row || row >= s->box.row + s->box.rows || at < 0 ||
        s->width < 1 || at / s->width >= s->count)
        return -1;
    return s->first + at / s->width;
}

void micro_history(struct frame *f, struct box b, const struct view_micro *v)
{
    struct columns c = columns_of(v, b.columns - NUMBER_COLUMNS);
    struct box next;

    if (b.rows < 2 || b.columns < NUMBER_COLUMNS + 4)
        return;
    if (v->spots)
        *v->spots = (struct view_micro_spots){
            {b.row, b.column + NUMBER_COLUMNS, b.rows, c.count * c.width},
            c.first,
            c.count,
            c.width};
    draw_heads(f, box_take_rows(&b, 1), v, &c);
    next = box_take_rows(&b, -1);
    if (v->walk->count == 0 && b.rows > 0)
        draw_invitation(f, b, v);
    for (int i = top_step(v->walk, b.rows); i < v->walk->count && b.rows > 0;) {
        struct group g = group_from(v->walk, i);

        draw_group(f, box_take_rows(&b, 1), v, &c, g);
        i += g.count;
    }
    draw_next(f, next, v, &c);
}
