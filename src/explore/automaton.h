/* Each thread as an automaton, found as the search needs it.
 *
 * What a thread may do next depends on its local state alone: where it is, its
 * registers, its store buffer. What follows depends on that and on the one
 * value that the deed reads. So each local state that occurs gets a number, and
 * what it leads to is worked out once, by local.h, and then looked up. A state
 * of the whole program is then its cells and one small number a thread, and a
 * transition is a few loads: nothing is interpreted twice.
 *
 * Any number of threads may look things up at once; whoever meets something new
 * works it out under a lock. Numbers and nodes stay where they are until
 * automaton_free(). */
#ifndef EXPLORE_AUTOMATON_H
#define EXPLORE_AUTOMATON_H

#include <pthread.h>
#include <stdatomic.h>

#include "step/stepper.h"

/* An edge: the number of the local state that follows + 1 (0: not known yet),
 * and above bit 32 the number of the event on the way (0: none). */
typedef uint64_t edge_t;
#define EDGE_NEXT(edge) ((uint32_t)(edge)-1)
#define EDGE_EVENT(edge) ((uint32_t)((edge) >> 32))

struct edges; /* by the value that was read */

/* One local state of one thread. */
struct node {
    struct deed deed;
    bool by_value;  /* what follows depends on the value that the deed gives */
    bool rides;     /* its deed is part of the step that led here, if ready */
    bool always;    /* its deed is always ready */
    bool flushable; /* its store buffer is not empty */
    bool full;      /* it would store, but the buffer is full */
    uint8_t plain;  /* next is a plain access: bit 0 reads, bit 1 writes */
    uint16_t plain_cell;
    uint16_t pc;
    uint16_t flush_cell;         /* where its oldest store goes, */
    int16_t flush_value;         /* and what it is */
    uint32_t regions;            /* it is in */
    _Atomic uint32_t flush_next; /* after the flush: number + 1; 0: unknown */
    uint32_t bytes;              /* where the local itself is kept */
    _Atomic edge_t next;         /* unless by_value */
    _Atomic(struct edges *) edges;
};

struct edges {
    int low, count;        /* values low .. low + count - 1 */
    struct edges *earlier; /* narrower, still being read by somebody perhaps */
    _Atomic edge_t edge[];
};

enum { NODES_A_CHUNK = 512, NODE_CHUNKS = 8192 };

struct automaton; /* of all threads of a program */

struct thread_nodes {
    _Atomic(struct node *) chunk[NODE_CHUNKS];
    _Atomic uint32_t count;
};

struct automaton *automaton_new(const struct program *p,
                                const struct rules *rules);
void automaton_free(struct automaton *a);
/* The nodes of @thread, to be looked up with node_at(). */
struct thread_nodes *automaton_nodes(struct automaton *a, int thread);
int64_t automaton_bytes(const struct automaton *a);

/* The number of @l, a local state of @thread. UINT32_MAX: too many of them, or
 * out of memory. */
uint32_t automaton_number(struct automaton *a, int thread,
                          const struct local *l);
/* The local state that has the number. */
void automaton_local(struct automaton *a, int thread, uint32_t number,
                     struct local *l);
/* Work out the edge of node @number when its deed gave @input; 0: no room. */
edge_t automaton_edge(struct automaton *a, int thread, uint32_t number,
                      int input);
/* The local state after the flush of a flushable one; UINT32_MAX: no room. */
uint32_t automaton_flushed(struct automaton *a, int thread, uint32_t number);
const struct event *automaton_event(const struct automaton *a, uint32_t event);

static inline struct node *node_at(struct thread_nodes *t, uint32_t number)
{
    return atomic_load_explicit(&t->chunk[number / NODES_A_CHUNK],
                                memory_order_acquire) +
           number % NODES_A_CHUNK;
}

/* The edge of @n for @input, if it is known. */
static inline edge_t node_edge(const struct node *n, int input)
{
    const struct edges *e;

    if (!n->by_value)
        return atomic_load_explicit(&n->next, memory_order_acquire);
    e = atomic_load_explicit(&n->edges, memory_order_acquire);
    if (!e || (unsigned)(input - e->low) >= (unsigned)e->count)
        return 0;
    return atomic_load_explicit(&e->edge[input - e->low], memory_order_acquire);
}

#endif
