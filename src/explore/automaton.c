/* Threads as automata, worked out as they are needed. */
#include "explore/automaton.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_MOST = 1 << 16 };

/* The numbers of one thread's local states, by what they are. */
struct numbers {
    uint32_t *slot; /* number + 1; open addressing, a power of two */
    uint32_t size;
    unsigned char *bytes; /* the locals, packed, one after the other */
    size_t used, cap;
};

struct automaton {
    const struct program *program;
    struct rules rules;
    pthread_mutex_t lock; /* whoever finds something new */
    struct thread_nodes *nodes;
    struct numbers *numbers;
    struct event *_Atomic events; /* [0] is nothing; grown under the lock, old
                                     ones kept for their readers */
    struct event *old_events[32];
    int old_count;
    uint32_t event_count, event_cap;
    _Atomic int64_t size; /* bytes in all */
};

struct automaton *automaton_new(const struct program *p,
                                const struct rules *rules)
{
    struct automaton *a = calloc(1, sizeof *a);
    size_t n = (size_t)p->thread_count;

    if (!a)
        return NULL;
    a->program = p;
    a->rules = *rules;
    pthread_mutex_init(&a->lock, NULL);
    a->nodes = calloc(n, sizeof *a->nodes);
    a->numbers = calloc(n, sizeof *a->numbers);
    a->events = calloc(16, sizeof *a->events);
    a->event_cap = 16;
    a->event_count = 1;
    if (!a->nodes || !a->numbers || !a->events) {
        automaton_free(a);
        return NULL;
    }
    a->size = (int64_t)(n * sizeof *a->nodes);
    return a;
}

static void edges_free(struct edges *e)
{
    while (e) {
        struct edges *earlier = e->earlier;

        free(e);
        e = earlier;
    }
}

static void nodes_free(struct thread_nodes *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        edges_free(node_at(t, i)->edges);
    for (int c = 0; c < NODE_CHUNKS; c++)
        free(t->chunk[c]);
}

void automaton_free(struct automaton *a)
{
    if (!a)
        return;
    for (int t = 0; t < a->program->thread_count; t++) {
        if (a->nodes)
            nodes_free(&a->nodes[t]);
        if (a->numbers) {
            free(a->numbers[t].slot);
            free(a->numbers[t].bytes);
        }
    }
    for (int i = 0; i < a->old_count; i++)
        free(a->old_events[i]);
    free(a->events);
    free(a->nodes);
    free(a->numbers);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

struct thread_nodes *automaton_nodes(struct automaton *a, int thread)
{
    return &a->nodes[thread];
}

int64_t automaton_bytes(const struct automaton *a)
{
    return a->size;
}

const struct event *automaton_event(const struct automaton *a, uint32_t event)
{
    return &a->events[event];
}

/* ---- local states as bytes ----------------------------------------------- */

enum { PACKED_MOST = 8 + 2 * TSL_REGISTERS + 4 * TSL_BUFFER };

static size_t pack(const struct tsl_thread *t, const struct local *l,
                   unsigned char *out)
{
    size_t n = 0;

    memcpy(out + n, &l->pc, sizeof l->pc);
    n += sizeof l->pc;
    memcpy(out + n, &l->regions, sizeof l->regions);
    n += sizeof l->regions;
    memcpy(out + n, l->regs, (size_t)t->reg_count * sizeof *l->regs);
    n += (size_t)t->reg_count * sizeof *l->regs;
    out[n++] = l->buffer_count;
    memcpy(out + n, l->buffer, l->buffer_count * sizeof *l->buffer);
    return n + l->buffer_count * sizeof *l->buffer;
}

static void unpack(const struct tsl_thread *t, const unsigned char *in,
                   struct local *l)
{
    size_t regs = (size_t)t->reg_count * sizeof *l->regs;

    *l = (struct local){0};
    memcpy(&l->pc, in, sizeof l->pc);
    in += sizeof l->pc;
    memcpy(&l->regions, in, sizeof l->regions);
    in += sizeof l->regions;
    memcpy(l->regs, in, regs);
    in += regs;
    l->buffer_count = *in++;
    memcpy(l->buffer, in, l->buffer_count * sizeof *l->buffer);
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint32_t hash_bytes(const unsigned char *s, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ s[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

/* ---- new nodes; under the lock ------------------------------------------- */

static size_t packed_size(const struct tsl_thread *t, const unsigned char *s)
{
    size_t fixed =
        sizeof(uint16_t) + sizeof(uint32_t) + (size_t)t->reg_count * 2;

    return fixed + 1 + s[fixed] * sizeof(struct buffered);
}

static bool numbers_grow(struct automaton *a, int thread)
{
    struct numbers *n = &a->numbers[thread];
    const struct tsl_thread *t = &a->program->threads[thread];
    uint32_t size = n->size ? 2 * n->size : 64;
    uint32_t *slot = calloc(size, sizeof *slot);

    if (!slot)
        return false;
    for (uint32_t i = 0; i < a->nodes[thread].count; i++) {
        const unsigned char *s =
            n->bytes + node_at(&a->nodes[thread], i)->bytes;
        uint32_t at = hash_bytes(s, packed_size(t, s)) & (size - 1);

        while (slot[at])
            at = (at + 1) & (size - 1);
        slot[at] = i + 1;
    }
    free(n->slot);
    a->size += (int64_t)((size - n->size) * sizeof *slot);
    n->slot = slot;
    n->size = size;
    return true;
}

static uint32_t keep_bytes(struct automaton *a, struct numbers *n,
                           const unsigned char *s, size_t size)
{
    uint32_t at = (uint32_t)n->used;

    if (n->used + size > n->cap) {
        size_t cap = n->cap ? 2 * n->cap : 4096;
        unsigned char *bytes =
            cap <= UINT32_MAX / 2 ? realloc(n->bytes, cap) : NULL;

        if (!bytes)
            return UINT32_MAX;
        a->size += (int64_t)(cap - n->cap);
        n->bytes = bytes;
        n->cap = cap;
    }
    memcpy(n->bytes + n->used, s, size);
    n->used += size;
    return at;
}

/* What the search wants to know of a local state, worked out once. */
static void node_fill(struct automaton *a, int thread, const struct local *l,
                      struct node *n)
{
    const struct op *op = &a->program->threads[thread].ops[l->pc];
    struct rules sc = a->rules;
    struct deed seen;

    local_deed(a->program, &a->rules, thread, l, &n->deed);
    n->pc = l->pc;
    n->regions = l->regions;
    n->by_value = n->deed.kind == OP_LOAD || n->deed.kind == OP_XCHG ||
                  n->deed.kind == OP_FAA || n->deed.kind == OP_CAS ||
                  n->deed.kind == OP_TRYLOCK;
    n->rides =
        OP_IS_VISIBLE(op->kind) && !(op->begins >> a->rules.granularity & 1);
    n->always = !n->deed.held && n->deed.kind != OP_LOCK &&
                n->deed.kind != OP_P && n->deed.kind != OP_AWAIT &&
                n->deed.kind != OP_REACQUIRE && n->deed.kind != DEED_ENDED;
    n->flushable = l->buffer_count > 0;
    n->full = n->deed.held && op->kind == OP_STORE && !op->inside;
    if (n->flushable) {
        n->flush_cell = l->buffer[0].cell;
        n->flush_value = l->buffer[0].value;
    }
    sc.tso = false; /* which cell, whatever the buffer holds */
    local_deed(a->program, &sc, thread, l, &seen);
    if (seen.kind == OP_LOAD || seen.kind == OP_STORE) {
        n->plain = seen.kind == OP_LOAD ? 1 : 2;
        n->plain_cell = seen.cell;
    }
}

static uint32_t number_locked(struct automaton *a, int thread,
                              const struct local *l)
{
    struct numbers *n = &a->numbers[thread];
    struct thread_nodes *t = &a->nodes[thread];
    const struct tsl_thread *code = &a->program->threads[thread];
    unsigned char s[PACKED_MOST];
    size_t size = pack(code, l, s);
    uint32_t count = t->count, at;
    struct node *chunk, *node;

    if (2 * (count + 1) > n->size && !numbers_grow(a, thread))
        return UINT32_MAX;
    at = hash_bytes(s, size) & (n->size - 1);
    for (; n->slot[at]; at = (at + 1) & (n->size - 1)) {
        const unsigned char *other =
            n->bytes + node_at(t, n->slot[at] - 1)->bytes;

        if (packed_size(code, other) == size && memcmp(other, s, size) == 0)
            return n->slot[at] - 1;
    }
    if (count / NODES_A_CHUNK >= NODE_CHUNKS)
        return UINT32_MAX;
    chunk = t->chunk[count / NODES_A_CHUNK];
    if (!chunk) {
        chunk = calloc(NODES_A_CHUNK, sizeof *chunk);
        if (!chunk)
            return UINT32_MAX;
        a->size += (int64_t)(NODES_A_CHUNK * sizeof *chunk);
        atomic_store_explicit(&t->chunk[count / NODES_A_CHUNK], chunk,
                              memory_order_release);
    }
    node = chunk + count % NODES_A_CHUNK;
    node->bytes = keep_bytes(a, n, s, size);
    if (node->bytes == UINT32_MAX)
        return UINT32_MAX;
    node_fill(a, thread, l, node);
    n->slot[at] = count + 1;
    t->count = count + 1;
    return count;
}

uint32_t automaton_number(struct automaton *a, int thread,
                          const struct local *l)
{
    uint32_t number;

    pthread_mutex_lock(&a->lock);
    number = number_locked(a, thread, l);
    pthread_mutex_unlock(&a->lock);
    return number;
}

static void local_locked(const struct automaton *a, int thread, uint32_t number,
                         struct local *l)
{
    unpack(&a->program->threads[thread],
           a->numbers[thread].bytes + node_at(&a->nodes[thread], number)->bytes,
           l);
}

void automaton_local(struct automaton *a, int thread, uint32_t number,
                     struct local *l)
{
    pthread_mutex_lock(&a->lock);
    local_locked(a, thread, number, l);
    pthread_mutex_unlock(&a->lock);
}

/* ---- new edges; under the lock ------------------------------------------- */

static bool same_event(const struct event *a, const struct event *b)
{
    return a->assert_failed == b->assert_failed &&
           a->assert_op == b->assert_op && a->entered == b->entered &&
           a->fault == b->fault && a->fault_op == b->fault_op;
}

/* The number of @e; UINT32_MAX: no room. Readers may be looking at .events. */
static uint32_t event_number(struct automaton *a, const struct event *e)
{
    struct event *grown;

    for (uint32_t i = 0; i < a->event_count; i++)
        if (same_event(&a->events[i], e))
            return i;
    if (a->event_count == EVENTS_MOST)
        return UINT32_MAX;
    if (a->event_count == a->event_cap) {
        uint32_t cap = 2 * a->event_cap + 16;

        grown = calloc(cap, sizeof *grown);
        if (!grown)
            return UINT32_MAX;
        memcpy(grown, a->events, a->event_cap * sizeof *grown);
        a->old_events[a->old_count++] = a->events;
        a->events = grown;
        a->event_cap = cap;
    }
    a->events[a->event_count] = *e;
    return a->event_count++;
}

/* Room for the edge of @input, whose values so far may be narrower. */
static _Atomic edge_t *edge_slot(struct automaton *a, struct node *n, int input)
{
    struct edges *e = n->edges, *wider;
    int low = input, high = input;

    if (!n->by_value)
        return &n->next;
    if (e && input >= e->low && input < e->low + e->count)
        return &e->edge[input - e->low];
    if (e) { /* at least twice as wide, so that this happens seldom */
        int half = e->count / 2 + 1;

        low = input < e->low ? input - half : e->low;
        high = input < e->low ? e->low + e->count - 1 : input + half;
    } else {
        high += 3;
    }
    wider = calloc(1, sizeof *wider +
                          ((size_t)(high - low) + 1) * sizeof *wider->edge);
    if (!wider)
        return NULL;
    wider->low = low;
    wider->count = high - low + 1;
    wider->earlier = e;
    for (int i = 0; e && i < e->count; i++)
        wider->edge[e->low + i - low] = e->edge[i];
    a->size += wider->count * (int64_t)sizeof *wider->edge;
    atomic_store_explicit(&n->edges, wider, memory_order_release);
    return &wider->edge[input - low];
}

static edge_t edge_locked(struct automaton *a, int thread, uint32_t number,
                          int input)
{
    struct node *n = node_at(&a->nodes[thread], number);
    edge_t known = node_edge(n, input);
    struct event e = {0};
    uint32_t next, event;
    _Atomic edge_t *slot;
    struct local l;
    bool rides;

    if (known) /* somebody was faster */
        return known;
    local_locked(a, thread, number, &l);
    local_after(a->program, &a->rules, thread, &l, input, &e, &rides);
    next = e.fault ? number : number_locked(a, thread, &l);
    event = event_number(a, &e);
    slot = edge_slot(a, n, input);
    if (next == UINT32_MAX || event == UINT32_MAX || !slot)
        return 0;
    known = (edge_t)event << 32 | (next + 1);
    atomic_store_explicit(slot, known, memory_order_release);
    return known;
}

edge_t automaton_edge(struct automaton *a, int thread, uint32_t number,
                      int input)
{
    edge_t edge;

    pthread_mutex_lock(&a->lock);
    edge = edge_locked(a, thread, number, input);
    pthread_mutex_unlock(&a->lock);
    return edge;
}

uint32_t automaton_flushed(struct automaton *a, int thread, uint32_t number)
{
    struct node *n = node_at(&a->nodes[thread], number);
    uint32_t next = atomic_load_explicit(&n->flush_next, memory_order_acquire);
    struct local l;

    if (next != 0)
        return next - 1;
    pthread_mutex_lock(&a->lock);
    local_locked(a, thread, number, &l);
    local_flush(&l);
    next = number_locked(a, thread, &l);
    if (next != UINT32_MAX)
        atomic_store_explicit(&n->flush_next, next + 1, memory_order_release);
    pthread_mutex_unlock(&a->lock);
    return next;
}
