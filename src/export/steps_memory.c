/* What threads share, and what a step changed of it, as text. Pure; any thread.
 */
#include <string.h>

#include "export/steps.h"
#include "export/steps_parts.h"

static int object_of(const struct program *p, int cell)
{
    for (int i = 0; i < p->object_count; i++) {
        const struct object *o = &p->objects[i];

        if (cell >= o->first && cell < o->first + o->length * o->slots)
            return i;
    }
    return -1;
}

/* "x = 1", "A: T0", "A: free", "c: T1 T2", "c: nobody". @cell is the first of
 * a queue. */
static void add_cell(const struct stepper *m, const struct state *s, int cell,
                     struct text *out)
{
    const struct program *p = m->program;
    const struct object *o = &p->objects[object_of(p, cell)];
    int value = state_cell(m, s, cell);
    char name[2 * TSL_NAME];

    program_cell_name(p, cell, name, sizeof(name));
    if (o->kind == OBJECT_INT || o->kind == OBJECT_SEMAPHORE) {
        text_addf(out, "%s = %d", name, value);
        return;
    }
    if (value == 0) {
        text_addf(out, "%s: %s", name,
                  o->kind == OBJECT_MUTEX ? "free" : "nobody");
        return;
    }
    text_addf(out, "%s:", name);
    for (int i = 0; i < o->slots; i++) {
        value = state_cell(m, s, cell + i);
        if (value > 0 && value <= p->thread_count)
            text_addf(out, " %s", p->threads[value - 1].name);
    }
}

static bool element_changed(const struct stepper *m, const struct state *a,
                            const struct state *b, int cell, int slots)
{
    for (int i = 0; i < slots; i++)
        if (state_cell(m, a, cell + i) != state_cell(m, b, cell + i))
            return true;
    return false;
}

static bool buffer_changed(const struct local *a, const struct local *b)
{
    if (a->buffer_count != b->buffer_count)
        return true;
    for (int i = 0; i < a->buffer_count; i++)
        if (a->buffer[i].cell != b->buffer[i].cell ||
            a->buffer[i].value != b->buffer[i].value)
            return true;
    return false;
}

/* "T0 holds back x = 1, y = 2" */
static void add_buffer(const struct stepper *m, const struct state *s,
                       int thread, struct text *out)
{
    const struct local *l = &s->locals[thread];
    char name[2 * TSL_NAME];

    text_addf(out, "%s's buffer:", m->program->threads[thread].name);
    for (int i = 0; i < l->buffer_count; i++) {
        program_cell_name(m->program, l->buffer[i].cell, name, sizeof(name));
        text_addf(out, " %s=%d", name, l->buffer[i].value);
    }
    text_add(out, l->buffer_count == 0 ? " empty" : "");
}

/* Nothing to tell of as long as nobody holds it or sleeps there. */
static bool is_idle(const struct stepper *m, const struct state *s,
                    const struct object *o, int cell)
{
    return (o->kind == OBJECT_MUTEX || o->kind == OBJECT_CONDITION) &&
           state_cell(m, s, cell) == 0;
}

/* What differs from @a in @b; all of @b that is not idle when @a is NULL. */
void steps_change(const struct stepper *m, const struct state *a,
                  const struct state *b, struct text *out)
{
    const struct program *p = m->program;
    size_t from = out->len;

    for (int i = 0; i < p->object_count; i++) {
        const struct object *o = &p->objects[i];

        for (int at = 0; at < o->length; at++) {
            int cell = o->first + at * o->slots;

            if (a ? !element_changed(m, a, b, cell, o->slots)
                  : is_idle(m, b, o, cell))
                continue;
            text_add(out, out->len > from ? ", " : "");
            add_cell(m, b, cell, out);
        }
    }
    for (int t = 0; t < p->thread_count; t++) {
        if (a ? !buffer_changed(&a->locals[t], &b->locals[t])
              : b->locals[t].buffer_count == 0)
            continue;
        text_add(out, out->len > from ? ", " : "");
        add_buffer(m, b, t, out);
    }
}
