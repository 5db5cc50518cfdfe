/* All states and all edges of a small program. In the test process. */
#include "lib/naive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/naive_graph.h"

void *naive_grow(void *array, int *cap, int count, size_t size)
{
    if (count < *cap)
        return array;
    *cap = *cap ? 2 * *cap : 64;
    array = realloc(array, (size_t)*cap * size);
    if (!array)
        abort();
    return array;
}

char *naive_count_text(struct naive_count c, char *out)
{
    char digits[48];
    int n = 0;

    if (!c.known) {
        strcpy(out, "?");
        return out;
    }
    do {
        digits[n++] = (char)('0' + (int)(c.n % 10));
        c.n /= 10;
    } while (c.n);
    for (int i = 0; i < n; i++)
        out[i] = digits[n - 1 - i];
    out[n] = '\0';
    return out;
}

/* ---- different rows ------------------------------------------------------ */

void rows_init(struct rows *r, int width)
{
    *r = (struct rows){.width = width, .slots = 256};
    r->table = calloc((size_t)r->slots, sizeof(*r->table));
    if (!r->table)
        abort();
}

void rows_fini(struct rows *r)
{
    free(r->data);
    free(r->table);
    *r = (struct rows){0};
}

/* Where @row is in the table, or would be. */
static int *rows_find(const struct rows *r, const int *row)
{
    uint64_t hash = 1;

    for (int i = 0; i < r->width; i++)
        hash =
            (hash ^ (uint64_t)(unsigned)row[i]) * UINT64_C(0x9e3779b97f4a7c15);
    for (uint64_t at = hash >> 32;; at++) {
        int *slot = &r->table[at % (uint64_t)r->slots];

        if (*slot == 0 ||
            memcmp(r->data + (size_t)(*slot - 1) * (size_t)r->width, row,
                   (size_t)r->width * sizeof(*row)) == 0)
            return slot;
    }
}

static void rows_rehash(struct rows *r)
{
    free(r->table);
    r->slots *= 4;
    r->table = calloc((size_t)r->slots, sizeof(*r->table));
    if (!r->table)
        abort();
    for (int i = 0; i < r->count; i++)
        *rows_find(r, r->data + (size_t)i * (size_t)r->width) = i + 1;
}

int rows_add(struct rows *r, const int *row, bool *is_new)
{
    size_t size = (size_t)r->width * sizeof(*row);
    int *slot = rows_find(r, row);

    *is_new = *slot == 0;
    if (!*is_new)
        return *slot - 1;
    r->data = naive_grow(r->data, &r->cap, r->count, size);
    if (size > 0)
        memcpy(r->data + (size_t)r->count * (size_t)r->width, row, size);
    *slot = ++r->count;
    if (r->count * 2 > r->slots)
        rows_rehash(r);
    return r->count - 1;
}

/* ---- a state as a row ---------------------------------------------------- */

static int row_width(const struct naive_machine *m)
{
    const struct program *p = m->program;
    int n = p->cell_count + 1;

    for (int t = 0; t < p->thread_count; t++)
        n += 3 + p->threads[t].reg_count +
             (m->rules->tso ? 2 * m->rules->buffer : 0);
    return n;
}

#define ROW_MOST                                                               \
    (NAIVE_CELLS + 1 + NAIVE_THREADS * (3 + NAIVE_REGS + 2 * NAIVE_BUFFER))

/* What failed stands last, so that the row without it is one shorter. */
static void to_row(const struct naive_machine *m, const struct naive_state *s,
                   int *row)
{
    const struct program *p = m->program;
    int n = 0;

    for (int c = 0; c < p->cell_count; c++)
        row[n++] = s->cells[c];
    for (int t = 0; t < p->thread_count; t++) {
        const struct naive_thread *me = &s->threads[t];

        row[n++] = me->pc;
        row[n++] = (int)me->regions;
        row[n++] = me->stores;
        for (int r = 0; r < p->threads[t].reg_count; r++)
            row[n++] = me->regs[r];
        for (int i = 0; m->rules->tso && i < m->rules->buffer; i++) {
            row[n++] = me->store_cell[i];
            row[n++] = me->store_value[i];
        }
    }
    row[n] = (int)s->failed;
    /* All faults lead to one place, which is like no other. */
    if (s->failed & 1U << FAILURE_FAULT)
        for (int i = 0; i < n; i++)
            row[i] = -1;
}

static void from_row(const struct naive_machine *m, const int *row,
                     struct naive_state *s)
{
    const struct program *p = m->program;
    int n = 0;

    memset(s, 0, sizeof(*s));
    for (int c = 0; c < p->cell_count; c++)
        s->cells[c] = row[n++];
    for (int t = 0; t < p->thread_count; t++) {
        struct naive_thread *me = &s->threads[t];

        me->pc = row[n++];
        me->regions = (unsigned)row[n++];
        me->stores = row[n++];
        for (int r = 0; r < p->threads[t].reg_count; r++)
            me->regs[r] = row[n++];
        for (int i = 0; m->rules->tso && i < m->rules->buffer; i++) {
            me->store_cell[i] = row[n++];
            me->store_value[i] = row[n++];
        }
    }
    s->failed = (unsigned)row[n];
}

/* ---- going everywhere ---------------------------------------------------- */

struct tour {
    struct naive_graph *g;
    struct rows states; /* with what failed: the graph's nodes */
    struct rows plain;  /* without */
    struct rows outcomes;
    struct naive *out;
    int *todo; /* nodes to be looked at, the newest first */
    int todo_count, todo_cap;
};

static int visit(struct tour *t, const struct naive_state *s)
{
    struct naive_graph *g = t->g;
    int row[ROW_MOST];
    bool is_new;
    int node;

    to_row(&g->machine, s, row);
    node = rows_add(&t->states, row, &is_new);
    if (!is_new)
        return node;
    g->nodes = naive_grow(g->nodes, &g->node_cap, node, sizeof(*g->nodes));
    g->nodes[node] =
        (struct naive_node){.failed = s->failed, .outcome = -1, .distance = -1};
    g->count = node + 1;
    t->todo =
        naive_grow(t->todo, &t->todo_cap, t->todo_count, sizeof(*t->todo));
    t->todo[t->todo_count++] = node;
    return node;
}

static void add_edge(struct naive_graph *g, int to, int action)
{
    g->edges =
        naive_grow(g->edges, &g->edge_cap, g->edge_count, sizeof(*g->edges));
    g->edges[g->edge_count++] =
        (struct naive_edge){to, action, g->machine.reads, g->machine.writes};
}

/* Nothing can move in @s: how did it end? */
static void settle(struct tour *t, int node, const struct naive_state *s)
{
    const struct naive_machine *m = &t->g->machine;
    const struct program *p = m->program;
    struct naive_node *at = &t->g->nodes[node];
    int values[TSL_OBSERVED + 1], value;
    bool is_new;

    if (s->failed & 1U << FAILURE_FAULT)
        return;
    for (int i = 0; i < p->thread_count; i++)
        if (!naive_ended(m, s, i)) {
            at->failed |= 1U << FAILURE_DEADLOCK;
            return;
        }
    at->normal = true;
    for (int i = 0; i < p->check_count; i++)
        if (!naive_value(m, s, -1, p->checks[i].expr, &value) || value == 0)
            at->failed |= 1U << FAILURE_FINAL;
    for (int i = 0; i < p->observed_count; i++)
        if (!naive_value(m, s, -1, p->observed[i].expr, &values[i]))
            values[i] = 0;
    /* Whether it fails is part of it, as a check need not be observed. */
    values[p->observed_count] = (at->failed & 1U << FAILURE_FINAL) != 0;
    at->outcome = rows_add(&t->outcomes, values, &is_new);
}

static uint64_t racing(const struct naive_graph *g, const struct naive_state *s)
{
    uint64_t cells = 0;

    for (int t = 0; t < g->threads; t++) {
        for (int u = 0; u < t; u++) {
            int cell, other;
            int how = naive_plain(&g->machine, s, t, &cell);
            int how_too = naive_plain(&g->machine, s, u, &other);

            if (how && how_too && cell == other && ((how | how_too) & 2))
                cells |= UINT64_C(1) << cell;
        }
    }
    return cells;
}

/* All edges of @node. */
static void expand(struct tour *t, int node)
{
    struct naive_graph *g = t->g;
    struct naive_machine *m = &g->machine;
    struct naive_state s, next;
    unsigned may_step = 0;
    int first = g->edge_count;

    from_row(m, t->states.data + (size_t)node * (size_t)t->states.width, &s);
    if (s.failed & 1U << FAILURE_FAULT)
        return;
    for (int i = 0; i < g->threads; i++) {
        if (!naive_may_step(m, &s, i))
            continue;
        may_step |= 1U << i;
        next = s;
        naive_step(m, &next, i);
        add_edge(g, visit(t, &next), i);
    }
    for (int i = 0; i < g->threads; i++) {
        if (!naive_may_flush(&s, i))
            continue;
        next = s;
        naive_flush(m, &next, i);
        add_edge(g, visit(t, &next), i | STEP_FLUSH);
    }
    t->out->racing |= racing(g, &s);
    g->nodes[node].may_step = may_step;
    g->nodes[node].first = first;
    g->nodes[node].count = g->edge_count - first;
    if (g->edge_count == first)
        settle(t, node, &s);
}

static bool go_everywhere(struct tour *t, int most)
{
    struct naive_state s;
    bool is_new;

    naive_start(&t->g->machine, &s);
    t->out->start_failed = s.failed;
    visit(t, &s);
    while (t->todo_count > 0) {
        int node = t->todo[--t->todo_count];

        if (t->g->count > most)
            return false;
        expand(t, node);
        t->g->nodes[node].plain = rows_add(
            &t->plain, t->states.data + (size_t)node * (size_t)t->states.width,
            &is_new);
        if (is_new)
            t->out->transitions += t->g->nodes[node].count;
    }
    t->out->states = t->plain.count;
    t->out->was_full = t->g->machine.was_full;
    return true;
}

/* ---- the way to each state, and outcomes --------------------------------- */

static void measure_distances(struct naive_graph *g, struct naive *out)
{
    int *queue = calloc((size_t)g->count, sizeof(*queue));
    bool *seen = calloc((size_t)g->count, sizeof(*seen));
    int head = 0, tail = 0;

    if (!queue || !seen)
        abort();
    queue[tail++] = 0;
    g->nodes[0].distance = 0;
    while (head < tail) {
        const struct naive_node *n = &g->nodes[queue[head++]];

        if (!seen[n->plain] && !(n->failed & 1U << FAILURE_FAULT))
            out->longest = n->distance;
        seen[n->plain] = true;
        for (int e = n->first; e < n->first + n->count; e++) {
            struct naive_node *to = &g->nodes[g->edges[e].to];

            if (to->distance >= 0)
                continue;
            to->distance = n->distance + 1;
            queue[tail++] = g->edges[e].to;
        }
    }
    free(queue);
    free(seen);
}

static int by_values(const void *a, const void *b, void *width)
{
    const int *x = *(const int *const *)a, *y = *(const int *const *)b;

    for (int i = 0; i < *(const int *)width; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

/* Outcomes in order; nodes told their new numbers. */
static void sort_outcomes(struct tour *t)
{
    int count = t->outcomes.count, width = t->outcomes.width;
    const int **sorted = calloc((size_t)count + 1, sizeof(*sorted));
    int *place = calloc((size_t)count + 1, sizeof(*place));

    t->out->outcomes = calloc((size_t)count + 1, sizeof(*t->out->outcomes));
    if (!sorted || !place || !t->out->outcomes)
        abort();
    for (int i = 0; i < count; i++)
        sorted[i] = t->outcomes.data + (size_t)i * (size_t)width;
    qsort_r(sorted, (size_t)count, sizeof(*sorted), by_values, &width);
    t->out->outcome_count = count;
    for (int i = 0; i < count; i++) {
        struct naive_outcome *o = &t->out->outcomes[i];

        place[(sorted[i] - t->outcomes.data) / width] = i;
        memcpy(o->values, sorted[i], (size_t)(width - 1) * sizeof(int));
        o->fails = sorted[i][width - 1] != 0;
        o->shortest = -1;
    }
    for (int i = 0; i < t->g->count; i++)
        if (t->g->nodes[i].outcome >= 0)
            t->g->nodes[i].outcome = place[t->g->nodes[i].outcome];
    free(sorted);
    free(place);
}

bool naive_explore(const struct program *p, const struct rules *rules, int most,
                   struct naive *out)
{
    struct naive_graph g = {.machine = {.program = p, .rules = rules},
                            .threads = p->thread_count};
    struct tour t = {.g = &g, .out = out};
    bool done;

    *out = (struct naive){0};
    rows_init(&t.states, row_width(&g.machine));
    rows_init(&t.plain, t.states.width - 1);
    rows_init(&t.outcomes, p->observed_count + 1);
    done = go_everywhere(&t, most);
    if (done) {
        sort_outcomes(&t);
        measure_distances(&g, out);
        naive_liveness(&g, out); /* sorts the nodes too */
        naive_search_ends(&g, out);
        naive_count_schedules(&g, out);
        naive_chance(&g, out);
        naive_preemptions(&g, out);
        naive_traces(&g, out);
    }
    rows_fini(&t.states);
    rows_fini(&t.plain);
    rows_fini(&t.outcomes);
    free(t.todo);
    free(g.nodes);
    free(g.edges);
    free(g.sorted);
    return done;
}

void naive_fini(struct naive *n)
{
    free(n->outcomes);
    *n = (struct naive){0};
}
