/* The loop in which the time of a search goes: take a state, let each thread
 * that may go take its step, see whether what comes out is new.
 *
 * Almost all of that time is waiting for memory: looking a state up touches the
 * table at a random place, and often the arena too. So successors wait in a
 * ring: when one is made, its place in the table is asked for; some later, if
 * the entry there looks like it, the state that it stands for; and only after
 * that it is looked up. */
#include <stdlib.h>

#include "explore/go.h"

/* ---- edges that are to be counted ---------------------------------------- */

/* Each has its new size at once, so that none is lost when a later one fails.
 */
static bool edges_grow(struct edge_list *e)
{
    size_t cap = e->cap ? 2 * e->cap : 1024;
    uint32_t *to = realloc(e->to, cap * sizeof *to);
    uint8_t *bytes;
    uint64_t *masks;

    if (!to)
        return false;
    e->to = to;
    bytes = realloc(e->action, cap);
    if (!bytes)
        return false;
    e->action = bytes;
    bytes = realloc(e->fails, cap);
    if (!bytes)
        return false;
    e->fails = bytes;
    e->cap = e->masks ? e->cap : cap;
    if (!e->masks)
        return true;
    masks = realloc(e->reads, cap * sizeof *masks);
    if (!masks)
        return false;
    e->reads = masks;
    masks = realloc(e->writes, cap * sizeof *masks);
    if (!masks)
        return false;
    e->writes = masks;
    e->cap = cap;
    return true;
}

static void keep_edge(struct search *s, const struct item *item, uint32_t to)
{
    struct edge_list *e = &s->edges;

    if (e->count == e->cap && !edges_grow(e)) {
        search_end(s, SEARCH_NO_MEMORY);
        return;
    }
    e->to[e->count] = to;
    e->action[e->count] = item->action;
    e->fails[e->count] = item->fails;
    if (e->masks) {
        e->reads[e->count] = item->reads;
        e->writes[e->count] = item->writes;
    }
    e->count++;
    e->degree[item->from]++;
    e->faulted = e->faulted || item->fault;
}

/* ---- looking up ---------------------------------------------------------- */

/* A place for a new state. STORE_NONE: the arena is full. */
static uint32_t take_place(struct worker *w)
{
    struct search *s = w->search;
    uint64_t place;

    if (!s->shared) {
        place = atomic_load_explicit(&s->store.taken, memory_order_relaxed);
        if (place >= s->store.limit)
            return STORE_NONE;
        atomic_store_explicit(&s->store.taken, place + 1, memory_order_relaxed);
        return (uint32_t)place;
    }
    if (w->block == w->block_end) {
        worker_close_range(w);
        place = atomic_fetch_add(&s->store.taken, STORE_BLOCK);
        if (place + STORE_BLOCK > s->store.limit)
            return STORE_NONE;
        for (int i = 0; i < STORE_BLOCK; i++)
            s->store.parents[place + (uint64_t)i] = STORE_UNUSED;
        w->block = w->range_from = (uint32_t)place;
        w->block_end = w->block + STORE_BLOCK;
    }
    return w->block;
}

/* The place of the state that @item leads to, @words; added if it is new. */
static inline __attribute__((always_inline)) uint32_t
look_up(struct worker *w, const struct item *item, const uint64_t *words,
        const int n)
{
    struct search *s = w->search;
    struct store *store = &s->store;
    uint64_t at = item->hash >> store->shift;
    uint32_t own = STORE_NONE;

    for (;; at = (at + 1) & store->mask) {
        uint64_t entry =
            atomic_load_explicit(&store->table[at], memory_order_acquire);

        if (entry == 0) {
            if (own == STORE_NONE) {
                own = take_place(w);
                if (own == STORE_NONE) {
                    search_end(s, SEARCH_FULL);
                    return STORE_NONE;
                }
                memcpy(store_state(store, own), words,
                       (size_t)n * sizeof *words);
            }
            if (!s->shared)
                atomic_store_explicit(&store->table[at],
                                      store_entry(item->hash, own),
                                      memory_order_relaxed);
            else if (!atomic_compare_exchange_strong_explicit(
                         &store->table[at], &entry,
                         store_entry(item->hash, own), memory_order_release,
                         memory_order_acquire))
                goto taken; /* somebody was faster; perhaps with the same */
            store->parents[own] = item->from;
            w->states++;
            if (s->shared)
                w->block++;
            return own;
        }
    taken:
        if (entry >> 32 == (uint32_t)item->hash &&
            store_same(store_state(store, (uint32_t)entry - 1), words, n))
            return (uint32_t)entry - 1;
    }
}

static inline __attribute__((always_inline)) void complete(struct worker *w,
                                                           const int n)
{
    struct search *s = w->search;
    unsigned slot = w->tail++ % RING;
    const struct item *item = &w->items[slot];
    uint32_t to = STORE_NONE;

    if (!UNLIKELY(item->fault))
        to = look_up(w, item, w->words + slot * (unsigned)n, n);
    if (s->edges.keeps)
        keep_edge(s, item, to);
}

/* Ask for the state that the table seems to have for an item. */
static inline __attribute__((always_inline)) void peek(struct worker *w,
                                                       const int n)
{
    const struct store *store = &w->search->store;
    const struct item *item = &w->items[(w->head - RING_PEEK) % RING];
    uint64_t entry = atomic_load_explicit(
        &store->table[item->hash >> store->shift], memory_order_relaxed);

    if (entry >> 32 == (uint32_t)item->hash)
        __builtin_prefetch(store->states +
                           (size_t)((uint32_t)entry - 1) * (size_t)n);
}

/* The item at the head is filled in but for its hash. */
static inline __attribute__((always_inline)) void push(struct worker *w,
                                                       const int n)
{
    unsigned slot = w->head % RING;
    struct item *item = &w->items[slot];

    item->hash = store_hash(w->words + slot * (unsigned)n, n);
    store_prefetch(
        &w->search->store.table[item->hash >> w->search->store.shift]);
    w->head++;
    w->transitions++;
    if (w->head - w->tail >= RING_PEEK)
        peek(w, n);
    if (w->head - w->tail >= RING_WAIT)
        complete(w, n);
}

/* ---- successors ---------------------------------------------------------- */

struct at_hand { /* the state being expanded */
    const uint64_t *words;
    uint32_t place;
};

/* The successor by @action; false: the search ended. */
static inline __attribute__((always_inline)) bool
successor(struct worker *w, const struct at_hand *at, int action,
          uint32_t number, const int n)
{
    struct search *s = w->search;
    unsigned slot = w->head % RING;
    uint64_t *words = w->words + slot * (unsigned)n;
    struct item *item = &w->items[slot];
    struct touched touched = {0, 0};
    struct touched *tell = s->edges.masks ? &touched : NULL;
    unsigned fails = 0;
    enum went went;

    memcpy(words, at->words, (size_t)n * sizeof *words);
    if (action & STEP_FLUSH)
        went = go_flush(s, words, STEP_THREAD(action), tell);
    else
        went = go(s, words, action, number, &fails, tell);
    if (UNLIKELY(went == WENT_NOWHERE))
        return false;
    item->from = at->place;
    item->action = (uint8_t)action;
    item->fails = (uint8_t)fails;
    item->fault = went == WENT_FAULT;
    item->reads = touched.reads;
    item->writes = touched.writes;
    if (UNLIKELY(fails != 0))
        search_fails(s, fails, at->place, action, s->level + 1);
    push(w, n);
    return true;
}

/* Only @number's thread goes, if that leads to a state that is new: else some
 * thread could be put off for ever (Bosnacki, Leue, Lluch-Lafuente 2009: enough
 * when one way out of each state is not yet known). */
static bool go_alone(struct worker *w, const struct at_hand *at, int thread,
                     uint32_t number)
{
    struct search *s = w->search;
    int n = s->store.words;
    uint64_t words[LAYOUT_WORDS];
    struct item item = {.from = at->place, .action = (uint8_t)thread};
    const struct node *before = node_at(s->nodes[thread], number), *after;
    unsigned fails = 0;
    int64_t known = w->states;
    edge_t edge;
    int input;

    memcpy(words, at->words, (size_t)n * sizeof *words);
    deed_do(&before->deed, words, s->layout.cells, thread, &input);
    memcpy(words, at->words, (size_t)n * sizeof *words);
    if (go(s, words, thread, number, &fails, NULL) != WENT || fails)
        return false;
    /* It must be the deed alone, with nothing that rode along, or tried to. And
     * others may care about where it is and was: regions are not hidden. */
    edge = node_edge(before, input);
    after = node_at(s->nodes[thread], EDGE_NEXT(edge));
    if (after->rides || after->regions != before->regions ||
        EDGE_EVENT(edge) != 0)
        return false;
    item.hash = store_hash(words, n);
    look_up(w, &item, words, n);
    if (w->states == known)
        return false;
    w->transitions++;
    return true;
}

static bool reduced(struct worker *w, const struct at_hand *at)
{
    struct search *s = w->search;
    uint32_t numbers[TSL_THREADS] = {0};

    for (int t = 0; t < s->program->thread_count; t++)
        numbers[t] = (uint32_t)field_get(at->words, s->layout.locals[t]);
    for (int t = 0; t < s->program->thread_count; t++) {
        const struct node *node = node_at(s->nodes[t], numbers[t]);

        if (deed_ready(&node->deed, at->words, s->layout.cells, t) &&
            ahead_alone(s->ahead, s->nodes, numbers, t, node) &&
            go_alone(w, at, t, numbers[t]))
            return true;
    }
    return false;
}

/* Two plain accesses to one cell, one of them a write, that may both be next.
 */
static void look_for_races(struct search *s, const struct at_hand *at)
{
    const struct node *nodes[TSL_THREADS];

    for (int t = 0; t < s->program->thread_count; t++) {
        nodes[t] = node_of(s, at->words, t);
        for (int u = 0; u < t && nodes[t]->plain; u++)
            if (nodes[u]->plain &&
                nodes[u]->plain_cell == nodes[t]->plain_cell &&
                (nodes[u]->plain | nodes[t]->plain) & 2)
                search_race(s, at->place, u, nodes[u], t, nodes[t]);
    }
}

static inline __attribute__((always_inline)) void
expand_state(struct worker *w, uint32_t place, const int n)
{
    struct search *s = w->search;
    struct at_hand at = {s->store.states + (size_t)place * (size_t)n, place};
    int threads = s->program->thread_count;
    bool moved = false;

    if (s->ahead && reduced(w, &at))
        return;
    for (int t = 0; t < threads; t++) {
        uint32_t number = (uint32_t)field_get(at.words, s->layout.locals[t]);
        const struct node *node = node_at(s->nodes[t], number);

        if (!node->always &&
            !deed_ready(&node->deed, at.words, s->layout.cells, t)) {
            if (UNLIKELY(node->full))
                s->buffer_was_full = true;
            continue;
        }
        moved = true;
        if (!successor(w, &at, t, number, n))
            return;
    }
    for (int t = 0; s->stepper->rules.tso && t < threads; t++) {
        if (!node_of(s, at.words, t)->flushable)
            continue;
        moved = true;
        if (!successor(w, &at, t | STEP_FLUSH, 0, n))
            return;
    }
    if (UNLIKELY(!moved))
        search_ended(s, place, at.words);
    if (s->races_too)
        look_for_races(s, &at);
}

static inline __attribute__((always_inline)) void
expand_all(struct worker *w, uint32_t from, uint32_t to, const int n)
{
    struct search *s = w->search;

    for (uint32_t place = from; place < to; place++) {
        if (UNLIKELY(atomic_load_explicit(&s->end, memory_order_relaxed) !=
                     SEARCH_GOES_ON))
            return;
        expand_state(w, place, n);
    }
}

/* The loop once for each usual size of a state, so that the compiler knows it.
 */
void expand(struct worker *w, uint32_t from, uint32_t to)
{
    switch (w->search->store.words) {
    case 1:
        expand_all(w, from, to, 1);
        break;
    case 2:
        expand_all(w, from, to, 2);
        break;
    case 3:
        expand_all(w, from, to, 3);
        break;
    default:
        expand_all(w, from, to, w->search->store.words);
        break;
    }
}

void worker_flush(struct worker *w)
{
    while (w->tail != w->head)
        complete(w, w->search->store.words);
}

/* ---- workers ------------------------------------------------------------- */

int worker_init(struct worker *w, struct search *s)
{
    *w = (struct worker){.search = s};
    w->words = calloc((size_t)RING * LAYOUT_WORDS, sizeof *w->words);
    return w->words ? 0 : -1;
}

void worker_fini(struct worker *w)
{
    free(w->words);
    free(w->ranges);
    *w = (struct worker){0};
}

void worker_close_range(struct worker *w)
{
    if (w->block == w->range_from)
        return;
    if (w->range_count + 2 > w->range_cap) {
        size_t cap = w->range_cap ? 2 * w->range_cap : 64;
        uint32_t *ranges = realloc(w->ranges, cap * sizeof *ranges);

        if (!ranges) {
            search_end(w->search, SEARCH_NO_MEMORY);
            return;
        }
        w->ranges = ranges;
        w->range_cap = cap;
    }
    w->ranges[w->range_count++] = w->range_from;
    w->ranges[w->range_count++] = w->block;
    w->range_from = w->block;
}
