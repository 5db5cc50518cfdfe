/* Steps on packed states: what happens seldom. */
#include "explore/go.h"

/* What @d would have left in its cell: that, and the cell, need more room. */
void go_too_wide(struct search *s, const struct deed *d, const uint64_t *words,
                 int thread)
{
    int32_t value = d->a;

    if (d->kind == OP_CAS)
        value = d->b;
    else if (d->kind == OP_FAA)
        value = field_get(words, s->layout.cells[d->cell]) + d->a;
    else if (d->kind == OP_P || d->kind == OP_V)
        value = field_get(words, s->layout.cells[d->cell]) +
                (d->kind == OP_V ? 1 : -1);
    else if (d->kind != OP_STORE && d->kind != OP_XCHG)
        value = thread + 1;
    search_too_wide(s, d->cell, -1, value);
}

edge_t go_edge(struct search *s, int thread, uint32_t number, int input)
{
    edge_t edge = automaton_edge(s->automaton, thread, number, input);

    if (edge == 0)
        search_end(s, SEARCH_LOCALS);
    return edge;
}

unsigned go_event(const struct search *s, const uint64_t *words, int thread,
                  uint32_t event)
{
    const struct event *e = automaton_event(s->automaton, event);
    const struct program *p = s->program;
    uint32_t entered = e->entered;
    unsigned fails = 0;

    if (e->assert_failed)
        fails |= 1U << FAILURE_ASSERT;
    if (e->fault)
        fails |= 1U << FAILURE_FAULT;
    for (; entered; entered &= entered - 1) {
        uint32_t not_with = p->exclude[__builtin_ctz(entered)];

        for (int t = 0; t < p->thread_count && not_with; t++)
            if (t != thread && node_of(s, words, t)->regions & not_with)
                fails |= 1U << FAILURE_EXCLUSION;
    }
    return fails;
}

static uint64_t bit(unsigned cell)
{
    return cell < 64 ? UINT64_C(1) << cell : 0;
}

void go_touch(const struct deed *d, struct touched *t)
{
    switch (d->kind) {
    case OP_LOAD:
    case OP_AWAIT:
        t->reads |= bit(d->cell);
        break;
    case OP_CWAIT:
    case OP_REACQUIRE:
        t->writes |= bit(d->cell) | bit(d->other);
        break;
    case OP_FENCE:
    case OP_WORK:
    case OP_ATOMIC:
    case DEED_NOTHING:
    case DEED_FAULT:
        break;
    default:
        t->writes |= bit(d->cell);
        break;
    }
}

enum went go_flush(struct search *s, uint64_t *words, int thread,
                   struct touched *touched)
{
    uint32_t number = (uint32_t)field_get(words, s->layout.locals[thread]);
    const struct node *n = node_at(s->nodes[thread], number);
    uint32_t next = automaton_flushed(s->automaton, thread, number);

    if (next == UINT32_MAX) {
        search_end(s, SEARCH_LOCALS);
        return WENT_NOWHERE;
    }
    if (touched)
        touched->writes |= bit(n->flush_cell);
    if (!field_set(words, s->layout.cells[n->flush_cell], n->flush_value)) {
        search_too_wide(s, n->flush_cell, -1, n->flush_value);
        return WENT_NOWHERE;
    }
    if (!field_set(words, s->layout.locals[thread], (int32_t)next)) {
        search_too_wide(s, -1, thread, (int32_t)next);
        return WENT_NOWHERE;
    }
    return WENT;
}
