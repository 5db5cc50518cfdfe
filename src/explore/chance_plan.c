/* In which order to eliminate the states of a component, and where numbers
 * other than 0 come up then.
 *
 * The next is always the state with the fewest ways through it, in times out
 * (Markowitz, "The elimination form of the inverse", Management Science 3,
 * 1957): each way through becomes an edge past it. Sets of states are bits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore/chance_parts.h"

/* Beyond these components are solved by iteration: states of one,
 * multiplications of all, comparisons to find the order for all. */
#define ROWS_MOST 4096
#define WORK_MOST 1e8
#define SEEKING_MOST 2e9

/* The component at hand; states are their places among its members. */
struct eliminating {
    uint32_t count;
    size_t words;   /* of a set */
    uint64_t *out;  /* sets: where the edges of each lead, itself left out */
    uint64_t *in;   /* and where they come from */
    uint64_t *left; /* not eliminated yet */
    size_t room;    /* words at .out, all allocated together */
    double sought;  /* comparisons so far */
    /* Ways through each; NEVER: it is eliminated. */
    uint32_t through[ROWS_MOST];
    uint32_t order[ROWS_MOST], place[ROWS_MOST]; /* and the other way round */
    uint32_t row[ROWS_MOST];
};
#define NEVER UINT32_MAX

static void put(uint64_t *set, uint32_t i)
{
    set[i / 64] |= UINT64_C(1) << i % 64;
}

static void drop(uint64_t *set, uint32_t i)
{
    set[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* Room for a component of @count states, all sets empty. */
static int prepare(struct eliminating *m, uint32_t count)
{
    size_t words = (count + 63) / 64;
    size_t need = (2 * (size_t)count + 1) * words;

    if (!m->out || need > m->room) {
        free(m->out);
        m->out = malloc(need * sizeof(*m->out));
        m->room = m->out ? need : 0;
        if (!m->out)
            return -ENOMEM;
    }
    memset(m->out, 0, need * sizeof(*m->out));
    m->count = count;
    m->words = words;
    m->in = m->out + count * words;
    m->left = m->in + count * words;
    return 0;
}

/* How many states that are left @i leads to. */
static int recount(struct eliminating *m, uint32_t i)
{
    const uint64_t *out = m->out + i * m->words;
    const uint64_t *in = m->in + i * m->words;
    int outs = 0;
    int ins = 0;

    for (size_t w = 0; w < m->words; w++) {
        outs += __builtin_popcountll(out[w] & m->left[w]);
        ins += __builtin_popcountll(in[w] & m->left[w]);
    }
    m->through[i] = (uint32_t)(outs * ins);
    return outs;
}

/* @row: of each state, its place among the members of its component. */
static void fill_sets(struct eliminating *m, const struct graph *g,
                      const uint32_t *of, const uint32_t *member,
                      const uint32_t *row)
{
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t s = member[i];

        put(m->left, i);
        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++) {
            uint32_t to = g->to[e];

            if (of[to] != of[s] || to == s)
                continue;
            put(m->out + i * m->words, row[to]);
            put(m->in + row[to] * m->words, i);
        }
    }
    for (uint32_t i = 0; i < m->count; i++)
        recount(m, i);
}

static uint32_t next_one(const struct eliminating *m)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < m->count; i++)
        if (m->through[i] < m->through[best])
            best = i;
    return best;
}

/* Every way through @v becomes an edge past it. */
static void eliminate(struct eliminating *m, uint32_t v)
{
    const uint64_t *out = m->out + v * m->words;
    const uint64_t *in = m->in + v * m->words;

    drop(m->left, v);
    m->through[v] = NEVER;
    for (size_t at = 0; at < m->words; at++) {
        uint64_t before = in[at] & m->left[at];
        uint64_t after = out[at] & m->left[at];

        for (uint64_t set = before | after; set; set &= set - 1) {
            uint32_t i = (uint32_t)at * 64 + (uint32_t)__builtin_ctzll(set);
            uint64_t bit = set & (0 - set);
            uint64_t *to = m->out + i * m->words;
            uint64_t *from = m->in + i * m->words;

            for (size_t w = 0; before & bit && w < m->words; w++)
                to[w] |= out[w] & m->left[w];
            for (size_t w = 0; after & bit && w < m->words; w++)
                from[w] |= in[w] & m->left[w];
            drop(to, i);
            drop(from, i);
            recount(m, i);
        }
    }
}

/* false: it takes more work than is left of *@work. */
static bool eliminate_all(struct eliminating *m, double *work)
{
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t v = next_one(m);

        m->order[i] = v;
        m->place[v] = i;
        *work -= m->through[v] + recount(m, v);
        if (*work < 0)
            return false;
        eliminate(m, v);
    }
    return true;
}

/* ---- writing it down ----------------------------------------------------- */

static int add_column(struct plan *p, uint32_t column)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap + p->cap / 2 : 1024;
        uint32_t *more;

        if (cap > UINT32_MAX)
            return -ENOMEM;
        more = realloc(p->columns, cap * sizeof(*more));
        if (!more)
            return -ENOMEM;
        p->columns = more;
        p->cap = cap;
    }
    p->columns[p->count++] = column;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* The row of the state at place @i, which is at @place of all. */
static int write_row(struct plan *p, struct eliminating *m, uint32_t i,
                     uint32_t place)
{
    const uint64_t *out = m->out + m->order[i] * m->words;
    uint32_t count = 0;
    uint32_t earlier = 0;
    int rc = 0;

    for (size_t at = 0; at < m->words; at++)
        for (uint64_t set = out[at]; set; set &= set - 1) {
            uint32_t column =
                m->place[at * 64 + (uint32_t)__builtin_ctzll(set)];

            m->row[count++] = column;
            earlier += column < i;
        }
    if (count > 1)
        qsort(m->row, count, sizeof(*m->row), ascending);
    p->first[place] = (uint32_t)p->count;
    p->middle[place] = (uint32_t)p->count + earlier;
    for (uint32_t x = 0; x < count && rc == 0; x++)
        rc = add_column(p, m->row[x]);
    return rc;
}

/* The component whose members begin at place @base. */
static int write_down(struct plan *p, struct eliminating *m,
                      const uint32_t *member, uint32_t base)
{
    size_t begin = p->count;
    int rc = 0;

    for (uint32_t i = 0; i < m->count && rc == 0; i++) {
        p->order[base + i] = member[m->order[i]];
        p->row[member[m->order[i]]] = i;
        rc = write_row(p, m, i, base + i);
    }
    p->first[base + m->count] = (uint32_t)p->count;
    p->rows += m->count;
    if (m->count > p->most_rows)
        p->most_rows = m->count;
    if (p->count - begin > p->most_numbers)
        p->most_numbers = (uint32_t)(p->count - begin);
    return rc;
}

static int plan_one(struct plan *p, struct eliminating *m,
                    const struct graph *g, const struct components *c,
                    uint32_t i)
{
    uint32_t base = c->first[i];
    uint32_t count = c->first[i + 1] - base;
    double work = WORK_MOST - p->work;
    int rc;

    p->ways[i] = WAY_ITERATE;
    if (count > ROWS_MOST || m->sought + (double)count * count > SEEKING_MOST)
        return 0;
    m->sought += (double)count * count;
    rc = prepare(m, count);
    if (rc < 0)
        return rc;
    fill_sets(m, g, c->of, c->member + base, p->row);
    if (!eliminate_all(m, &work))
        return 0;
    p->ways[i] = WAY_ELIMINATE;
    p->work = WORK_MOST - work;
    return write_down(p, m, c->member + base, base);
}

/* How far one sees without working it out. */
static enum way simple_way(const struct graph *g, const struct components *c,
                           uint32_t i)
{
    bool closed = c->cyclic[i];

    for (uint32_t m = c->first[i]; m < c->first[i + 1] && closed; m++) {
        uint32_t s = c->member[m];

        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            closed = closed && c->of[g->to[e]] == i;
    }
    if (closed)
        return WAY_CLOSED;
    return c->first[i + 1] - c->first[i] > 1 ? WAY_ELIMINATE : WAY_SIMPLE;
}

/* Tables of places: only where some component needs them. */
static int make_tables(struct plan *p, const struct graph *g,
                       const struct components *c)
{
    size_t size = ((size_t)g->states + 1) * sizeof(uint32_t);

    p->order = malloc(size);
    p->row = malloc(size);
    p->first = calloc(1, size);
    p->middle = calloc(1, size);
    if (!p->order || !p->row || !p->first || !p->middle)
        return -ENOMEM;
    memcpy(p->order, c->member, (size_t)g->states * sizeof(uint32_t));
    for (uint32_t i = 0; i < c->count; i++)
        for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++)
            p->row[c->member[m]] = m - c->first[i];
    return 0;
}

int plan_make(struct plan *p, const struct graph *g, const struct components *c)
{
    struct eliminating *m = NULL;
    bool any = false;
    int rc = 0;

    *p = (struct plan){.ways = malloc((size_t)c->count + 1)};
    if (!p->ways)
        return -ENOMEM;
    for (uint32_t i = 0; i < c->count; i++) {
        p->ways[i] = (uint8_t)simple_way(g, c, i);
        any = any || p->ways[i] == WAY_ELIMINATE;
    }
    if (!any)
        return 0;
    m = calloc(1, sizeof(*m));
    rc = m ? make_tables(p, g, c) : -ENOMEM;
    for (uint32_t i = 0; i < c->count && rc == 0; i++)
        if (p->ways[i] == WAY_ELIMINATE)
            rc = plan_one(p, m, g, c, i);
    if (m)
        free(m->out);
    free(m);
    if (rc < 0)
        plan_fini(p);
    return rc;
}

void plan_fini(struct plan *p)
{
    free(p->order);
    free(p->row);
    free(p->first);
    free(p->middle);
    free(p->columns);
    free(p->ways);
    *p = (struct plan){0};
}
