/* What the threads share, and what each has of its own: variables, locks with
 * owners and waiters, sleepers, store buffers, registers. Any thread. */
#include <stdio.h>
#include <string.h>

#include "view/micro_parts.h"

/* ---- what changed -------------------------------------------------------- */

static int cell_now(const struct view_micro *v, int cell)
{
    return state_cell(v->walk->stepper, walk_state(v->walk), cell);
}

/* Did the step that led here change @cell? Then *@was is what it held. */
static bool cell_changed(const struct view_micro *v, int cell, int *was)
{
    const struct walk *w = v->walk;

    if (w->at == 0)
        return false;
    *was = state_cell(w->stepper, &w->states[w->at - 1], cell);
    return *was != cell_now(v, cell);
}

static bool object_changed(const struct view_micro *v, const struct object *o)
{
    int was;

    for (int i = 0; i < o->length * o->slots; i++)
        if (cell_changed(v, o->first + i, &was))
            return true;
    return false;
}

/* ---- who waits --------------------------------------------------------------
 */

/* Threads that cannot go on because of @cell of an object. */
static uint32_t waiting(const struct view_micro *v, int cell)
{
    const struct stepper *m = v->walk->stepper;
    const struct state *s = walk_state(v->walk);
    uint32_t who = 0;

    for (int t = 0; t < v->program->thread_count; t++) {
        struct deed d;

        if (local_ended(v->program, t, &s->locals[t]))
            continue;
        local_deed(v->program, &m->rules, t, &s->locals[t], &d);
        if (d.kind == DEED_ENDED || d.held ||
            deed_ready(&d, s->words, m->cells, t))
            continue;
        if (d.kind == OP_REACQUIRE) /* asleep, or awake and after the mutex */
            who |= (uint32_t)(d.other == cell && !queue_has(s->words, m->cells,
                                                            d.cell, d.slots, t))
                   << t;
        else
            who |= (uint32_t)(d.cell == cell) << t;
    }
    return who;
}

/* ---- one object in words ------------------------------------------------- */

static void add_waiting(struct text *out, const struct view_micro *v, int cell)
{
    uint32_t who = waiting(v, cell);

    if (who == 0)
        return;
    text_add(out, "; ");
    micro_thread_names(out, v->program, who);
    text_add(out, (who & (who - 1)) == 0 ? " waits" : " wait");
}

static void mutex_words(struct text *out, const struct view_micro *v, int cell)
{
    int owner = cell_now(v, cell);

    if (owner == 0)
        text_add(out, "free");
    else
        text_addf(out, "held by %s", v->program->threads[owner - 1].name);
    add_waiting(out, v, cell);
}

static void queue_words(struct text *out, const struct view_micro *v, int cell,
                        int slots)
{
    int count = 0;

    for (int i = 0; i < slots; i++) {
        int who = cell_now(v, cell + i);

        if (who > 0)
            text_addf(out, "%s%s", count++ ? ", then " : "",
                      v->program->threads[who - 1].name);
    }
    text_add(out, count == 0   ? "nobody sleeps"
                  : count == 1 ? " sleeps"
                               : " sleep");
}

/* One cell (or queue) of @o, number @i. */
static void element_words(struct text *out, const struct view_micro *v,
                          const struct object *o, int i)
{
    int cell = o->first + i * o->slots;

    switch (o->kind) {
    case OBJECT_MUTEX:
        mutex_words(out, v, cell);
        break;
    case OBJECT_CONDITION:
        queue_words(out, v, cell, o->slots);
        break;
    default:
        text_addf(out, "%d", cell_now(v, cell));
        add_waiting(out, v, cell);
        break;
    }
}

/* ---- rows ---------------------------------------------------------------- */

/* Integers of an array share a row; everything else has one each. */
static bool in_one_row(const struct object *o)
{
    return o->length == 1 || o->kind == OBJECT_INT ||
           o->kind == OBJECT_SEMAPHORE;
}

static int name_columns(const struct program *p)
{
    int most = 4;

    for (int i = 0; i < p->object_count; i++) {
        int n = text_columns(p->objects[i].name) +
                (in_one_row(&p->objects[i]) ? 0 : 4);

        most = n > most ? n : most;
    }
    return most < 14 ? most : 14;
}

static void draw_was(struct frame *f, struct box b, int column,
                     const struct view_micro *v, const struct object *o, int i)
{
    int was;

    if (o->kind != OBJECT_INT && o->kind != OBJECT_SEMAPHORE)
        return;
    if (cell_changed(v, o->first + i, &was))
        piece_textf(f, b.row, column + 2, b.column + b.columns - column - 2,
                    STYLE_DIM, "was %d", was);
}

/* An array's values in a row, each with its place if there is room. */
static void draw_array(struct frame *f, struct box b,
                       const struct view_micro *v, const struct object *o)
{
    int column = b.column, end = b.column + b.columns, was;

    for (int i = 0; i < o->length; i++) {
        bool changed = cell_changed(v, o->first + i, &was);
        struct text words = {0};

        element_words(&words, v, o, i);
        if (column + text_columns(text_str(&words)) + 2 > end &&
            i + 1 < o->length) {
            frame_put(f, b.row, end - 1, 0x2026, STYLE_DIM);
            text_fini(&words);
            return;
        }
        column +=
            piece_text(f, b.row, column, end - column,
                       changed ? STYLE_HERO : STYLE_NORMAL, text_str(&words)) +
            2;
        text_fini(&words);
    }
}

static void draw_object(struct frame *f, struct box b,
                        const struct view_micro *v, const struct object *o,
                        int i, int names)
{
    struct text words = {0};
    char name[TSL_NAME + 16];
    bool changed = object_changed(v, o);
    int used;

    if (in_one_row(o))
        snprintf(name, sizeof(name), "%s", o->name);
    else
        snprintf(name, sizeof(name), "%s[%d]", o->name, i);
    piece_text(f, b.row, b.column, names, STYLE_DIM, name);
    box_take_columns(&b, names + 2);
    if (in_one_row(o) && o->length > 1) {
        draw_array(f, b, v, o);
        return;
    }
    element_words(&words, v, o, i);
    if (o->length > 1) { /* only if this one did */
        changed = false;
        for (int k = 0; k < o->slots; k++) {
            int was;

            changed |= cell_changed(v, o->first + i * o->slots + k, &was);
        }
    }
    used = piece_text(f, b.row, b.column, b.columns,
                      changed ? STYLE_HERO : STYLE_NORMAL, text_str(&words));
    draw_was(f, b, b.column + used, v, o, i);
    text_fini(&words);
}

int micro_memory_rows(const struct view_micro *v)
{
    int rows = 0;

    for (int i = 0; i < v->program->object_count; i++)
        rows += in_one_row(&v->program->objects[i])
                    ? 1
                    : v->program->objects[i].length;
    return rows;
}

/* Too little room: names and values one after the other. Returns the rows that
 * it takes; @f NULL: draws nothing. */
static int draw_packed(struct frame *f, struct box b,
                       const struct view_micro *v)
{
    int column = 0, row = 0;

    for (int i = 0; i < v->program->object_count; i++) {
        const struct object *o = &v->program->objects[i];
        int name = text_columns(o->name) + 1, value;
        struct text words = {0};

        for (int k = 0; k < o->length; k++) {
            text_add(&words,
                     k == 0 ? ""
                     : o->kind == OBJECT_MUTEX || o->kind == OBJECT_CONDITION
                         ? ", "
                         : " ");
            element_words(&words, v, o, k);
        }
        value = text_columns(text_str(&words));
        if (column > 0 && column + name + value > b.columns) {
            row++;
            column = 0;
        }
        if (f && row < b.rows) {
            piece_text(f, b.row + row, b.column + column, b.columns - column,
                       STYLE_DIM, o->name);
            piece_text(f, b.row + row, b.column + column + name,
                       b.columns - column - name,
                       object_changed(v, o) ? STYLE_HERO : STYLE_NORMAL,
                       text_str(&words));
        }
        column += name + value + 3;
        text_fini(&words);
    }
    return row + 1;
}

int micro_memory_least(const struct view_micro *v, int columns)
{
    return draw_packed(NULL, (struct box){0, 0, 0, columns}, v);
}

void micro_memory(struct frame *f, struct box b, const struct view_micro *v)
{
    int names = name_columns(v->program);

    if (b.rows < 1 || b.columns < 6)
        return;
    if (micro_memory_rows(v) > b.rows) {
        draw_packed(f, b, v);
        return;
    }
    for (int i = 0; i < v->program->object_count; i++) {
        const struct object *o = &v->program->objects[i];
        int rows = in_one_row(o) ? 1 : o->length;

        for (int k = 0; k < rows; k++)
            draw_object(f, box_take_rows(&b, 1), v, o, k, names);
    }
}

/* ---- threads ------------------------------------------------------------- */

static void add_registers(struct text *out, const struct view_micro *v,
                          int thread)
{
    const struct tsl_thread *t = &v->program->threads[thread];
    const struct local *l = &walk_state(v->walk)->locals[thread];

    for (int r = 0; r < t->reg_count; r++)
        if (t->reg_names[r][0] != '\0')
            text_addf(out, "%s%s=%d", out->len ? " " : "", t->reg_names[r],
                      l->regs[r]);
}

static void add_regions(struct text *out, const struct view_micro *v,
                        int thread)
{
    uint32_t in = walk_state(v->walk)->locals[thread].regions;

    for (int r = 0; r < v->program->region_count; r++)
        if (in >> r & 1)
            text_addf(out, "%sin %s", out->len ? ", " : "",
                      v->program->regions[r][0] ? v->program->regions[r]
                                                : "critical");
}

/* Stores that nobody else sees yet, the next to leave first. */
static void add_buffer(struct text *out, const struct view_micro *v, int thread)
{
    const struct local *l = &walk_state(v->walk)->locals[thread];
    char name[TSL_NAME + 16];

    for (int i = 0; i < l->buffer_count; i++) {
        program_cell_name(v->program, l->buffer[i].cell, name, sizeof(name));
        text_addf(out, "%s%s <- %d", i ? ", " : "buffer: ", name,
                  l->buffer[i].value);
    }
}

/* Its own row: what is next or awaited; below, if there is something and room
 * for it, registers and the buffer. */
static int rows_of(const struct view_micro *v, int thread)
{
    const struct local *l = &walk_state(v->walk)->locals[thread];

    return l->buffer_count > 0 ? 2 : 1;
}

int micro_threads_rows(const struct view_micro *v)
{
    int rows = 0;

    for (int t = 0; t < v->program->thread_count; t++)
        rows += rows_of(v, t);
    return rows;
}

static void draw_thread(struct frame *f, struct box b,
                        const struct view_micro *v, int thread, int names)
{
    struct text own = {0}, where = {0};
    int column = b.column, end = b.column + b.columns;

    frame_put(f, b.row, column, micro_mark(thread),
              micro_key(thread) ? STYLE_KEY : STYLE_DIM);
    piece_text(f, b.row, column + 2, names, view_worker_style(thread),
               v->program->threads[thread].name);
    column += names + 4;
    add_registers(&own, v, thread);
    add_regions(&where, v, thread);
    if (where.len > 0)
        column += piece_text(f, b.row, column, end - column, STYLE_HERO,
                             text_str(&where)) +
                  2;
    if (own.len == 0 && where.len == 0) {
        micro_next_words(&own, v, thread);
        piece_text(f, b.row, column, end - column, STYLE_DIM, text_str(&own));
    } else {
        piece_text(f, b.row, column, end - column, STYLE_NORMAL,
                   text_str(&own));
    }
    text_fini(&own);
    text_fini(&where);
    if (b.rows > 1) {
        add_buffer(&own, v, thread);
        piece_text(f, b.row + 1, b.column + names + 4, b.columns - names - 4,
                   STYLE_WARN, text_str(&own));
        text_fini(&own);
    }
}

void micro_threads(struct frame *f, struct box b, const struct view_micro *v)
{
    const struct program *p = v->program;
    bool roomy = micro_threads_rows(v) <= b.rows;
    int names = 2, first = 0;

    for (int t = 0; t < p->thread_count; t++) {
        int n = text_columns(p->threads[t].name);

        names = n > names ? n : names;
    }
    names = names < 12 ? names : 12;
    if (!roomy && b.rows < p->thread_count) { /* around the chosen one */
        first = v->chosen - b.rows / 2;
        if (first > p->thread_count - b.rows)
            first = p->thread_count - b.rows;
        first = first < 0 ? 0 : first;
    }
    for (int t = first; t < p->thread_count && b.rows > 0; t++) {
        struct box row = box_take_rows(&b, roomy ? rows_of(v, t) : 1);

        draw_thread(f, row, v, t, names);
    }
}

/* ---- big ----------------------------------------------------------------- */

int micro_big(struct frame *f, struct box b, const struct view_micro *v)
{
    int column = b.column, end = b.column + b.columns;
    int rows = b.rows >= 6 ? 6 : b.rows >= 4 ? 4 : 0;
    struct box line = b;

    if (rows == 0) {
        line.rows = b.rows < 2 ? b.rows : 2;
        micro_memory(f, line, v);
        return line.rows;
    }
    for (int i = 0; i < v->program->object_count; i++) {
        const struct object *o = &v->program->objects[i];
        struct text words = {0};
        enum style style = object_changed(v, o) ? STYLE_HERO : STYLE_NORMAL;
        bool number = o->length == 1 &&
                      (o->kind == OBJECT_INT || o->kind == OBJECT_SEMAPHORE);
        char value[16];
        int needs;

        for (int k = 0; !number && k < o->length; k++) {
            text_add(&words, k ? " " : "");
            element_words(&words, v, o, k);
        }
        snprintf(value, sizeof(value), "%d", cell_now(v, o->first));
        needs = number ? (rows == 6 ? frame_huge_columns(value)
                                    : frame_big_columns(value))
                       : text_columns(text_str(&words));
        if (needs < text_columns(o->name))
            needs = text_columns(o->name);
        if (column + needs > end) {
            text_fini(&words);
            break;
        }
        frame_text(f, b.row, column, needs, STYLE_TITLE, o->name);
        if (number && rows == 6)
            frame_huge(f, b.row + 1, column, style, value);
        else if (number)
            frame_big(f, b.row + 1, column, style, value);
        else
            frame_text(f, b.row + 1, column, needs, style, text_str(&words));
        text_fini(&words);
        column += needs + 4;
    }
    return rows;
}
