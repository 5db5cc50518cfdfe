/* Two machines, one step after the other. In the test process. */
#include "lib/agree.h"

#include "base/random.h"
#include "lib/agree_parts.h"
#include "lib/naive_step.h"

bool agree_differs(struct text *why, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_addv(why, format, ap);
    va_end(ap);
    text_add(why, "\n");
    return false;
}

bool agree_same(struct text *why, const char *what, long got, long naive)
{
    return got == naive ||
           agree_differs(why, "%s: %ld, naively %ld", what, got, naive);
}

/* ---- one step after the other -------------------------------------------- */

static bool same_thread(const struct program *p, int t, const struct local *l,
                        const struct naive_thread *me, struct text *why)
{
    bool ok =
        agree_same(why, "pc", l->pc, me->pc) &&
        agree_same(why, "regions", l->regions, me->regions) &&
        agree_same(why, "stores in the buffer", l->buffer_count, me->stores);

    for (int r = 0; ok && r < p->threads[t].reg_count; r++)
        ok = agree_same(why, p->threads[t].reg_names[r], l->regs[r],
                        me->regs[r]);
    for (int i = 0; ok && i < me->stores; i++)
        ok = agree_same(why, "cell of a store", l->buffer[i].cell,
                        me->store_cell[i]) &&
             agree_same(why, "value of a store", l->buffer[i].value,
                        me->store_value[i]);
    return ok || agree_differs(why, "in thread %d", t);
}

static bool same_state(const struct stepper *m, const struct state *s,
                       const struct naive_state *n, struct text *why)
{
    const struct program *p = m->program;

    for (int c = 0; c < p->cell_count; c++)
        if (!agree_same(why, "a cell", state_cell(m, s, c), n->cells[c]))
            return agree_differs(why, "cell %d", c);
    for (int t = 0; t < p->thread_count; t++)
        if (!same_thread(p, t, &s->locals[t], &n->threads[t], why))
            return false;
    return true;
}

struct pair {
    struct stepper m;
    struct state s;
    struct naive_machine nm;
    struct naive_state n;
};

/* What may go next, if both agree on it; *@count of them. */
static bool same_choice(struct pair *w, int *actions, int *count,
                        struct text *why)
{
    struct ready r = state_ready(&w->m, &w->s);

    *count = 0;
    for (int t = 0; t < w->nm.program->thread_count; t++) {
        bool step = naive_may_step(&w->nm, &w->n, t);
        bool flush = naive_may_flush(&w->n, t);

        if (step)
            actions[(*count)++] = t;
        if (flush)
            actions[(*count)++] = t | STEP_FLUSH;
        if (!agree_same(why, "may step", r.step >> t & 1, step) ||
            !agree_same(why, "may flush", r.flush >> t & 1, flush))
            return agree_differs(why, "thread %d", t);
    }
    return true;
}

static bool same_step(struct pair *w, int action, struct text *why)
{
    struct done done;
    unsigned before = w->n.failed, failed;

    w->n.failed = 0;
    state_step(&w->m, &w->s, action, &done);
    if (action & STEP_FLUSH)
        naive_flush(&w->nm, &w->n, STEP_THREAD(action));
    else
        naive_step(&w->nm, &w->n, action);
    failed = w->n.failed;
    w->n.failed |= before;
    if (!agree_same(why, "failures of a step", done_failures(&done), failed))
        return false;
    return failed & 1U << FAILURE_FAULT || same_state(&w->m, &w->s, &w->n, why);
}

static bool walk_both(struct pair *w, uint64_t seed, int steps,
                      struct text *why)
{
    int actions[2 * NAIVE_THREADS], count, i;

    for (i = 0; i < steps; i++) {
        if (w->n.failed & 1U << FAILURE_FAULT)
            break;
        if (!same_choice(w, actions, &count, why))
            break;
        if (count == 0) {
            bool deadlock = false;

            for (int t = 0; t < w->nm.program->thread_count; t++)
                deadlock |= !naive_ended(&w->nm, &w->n, t);
            return agree_same(why, "it is a deadlock",
                              state_finish(&w->m, &w->s) == FINISH_DEADLOCK,
                              deadlock);
        }
        if (!same_step(w, actions[random_below(&seed, (uint32_t)count)], why))
            break;
    }
    return why->len == 0 || agree_differs(why, "at action %d", i);
}

bool agree_walk(const struct program *p, const struct rules *rules,
                uint64_t seed, int steps, struct text *why)
{
    struct pair w = {.nm = {.program = p, .rules = rules}};
    struct event event;
    unsigned failures;
    bool ok = false;

    if (stepper_init(&w.m, p, rules, NULL) < 0 ||
        state_init(&w.s, &w.m, &event, &failures) < 0) {
        stepper_fini(&w.m);
        return agree_differs(why, "no memory");
    }
    naive_start(&w.nm, &w.n);
    if (agree_same(why, "failures at the start", failures, w.n.failed) &&
        ((failures & 1U << FAILURE_FAULT) || same_state(&w.m, &w.s, &w.n, why)))
        ok = walk_both(&w, seed, steps, why);
    state_fini(&w.s);
    stepper_fini(&w.m);
    return ok;
}
