/* One step of a thread on a packed state: its deed, and what follows from its
 * automaton. Inline, for the loops that do little else. */
#ifndef EXPLORE_GO_H
#define EXPLORE_GO_H

#include "explore/search.h"

#define UNLIKELY(x) __builtin_expect(!!(x), 0)

enum went {
    WENT,
    WENT_FAULT,  /* the step cannot be completed: the schedule ends */
    WENT_NOWHERE /* too wide, or no room: search->end says which */
};

/* What a step touched, as bits of cells. */
struct touched {
    uint64_t reads, writes;
};

/* Out of the way of the loop (go.c). */
void go_too_wide(struct search *s, const struct deed *d, const uint64_t *words,
                 int thread);
edge_t go_edge(struct search *s, int thread, uint32_t number, int input);
unsigned go_event(const struct search *s, const uint64_t *words, int thread,
                  uint32_t event);
void go_touch(const struct deed *d, struct touched *t);

static inline struct node *node_of(const struct search *s,
                                   const uint64_t *words, int thread)
{
    return node_at(s->nodes[thread],
                   (uint32_t)field_get(words, s->layout.locals[thread]));
}

/* Let @thread, which stands at @number and is ready, take its step in @words.
 * @fails gets the failures that the step commits; @touched may be NULL. */
static inline __attribute__((always_inline)) enum went
go(struct search *s, uint64_t *words, int thread, uint32_t number,
   unsigned *fails, struct touched *touched)
{
    struct thread_nodes *t = s->nodes[thread];
    const struct node *n = node_at(t, number);

    for (int ride = 0;; ride++) {
        int input, rc;
        edge_t edge;

        if (touched)
            go_touch(&n->deed, touched);
        rc = deed_do(&n->deed, words, s->layout.cells, thread, &input);
        if (UNLIKELY(rc != DEED_DONE)) {
            if (rc == DEED_TOO_WIDE) {
                go_too_wide(s, &n->deed, words, thread);
                return WENT_NOWHERE;
            }
            *fails |= 1U << FAILURE_FAULT;
            return WENT_FAULT;
        }
        edge = node_edge(n, input);
        if (UNLIKELY(edge == 0)) {
            edge = go_edge(s, thread, number, input);
            if (edge == 0)
                return WENT_NOWHERE;
        }
        if (UNLIKELY(EDGE_EVENT(edge) != 0)) {
            *fails |= go_event(s, words, thread, EDGE_EVENT(edge));
            if (*fails & 1U << FAILURE_FAULT)
                return WENT_FAULT;
        }
        number = EDGE_NEXT(edge);
        n = node_at(t, number);
        if (!UNLIKELY(n->rides))
            break;
        if (!deed_ready(&n->deed, words, s->layout.cells, thread)) {
            if (touched) /* that it could not go on, it has seen there */
                go_touch(&n->deed, touched);
            break;
        }
        if (ride + 1 == TSL_RIDES) {
            *fails |= 1U << FAILURE_FAULT;
            return WENT_FAULT;
        }
    }
    if (UNLIKELY(
            !field_set(words, s->layout.locals[thread], (int32_t)number))) {
        search_too_wide(s, -1, thread, (int32_t)number);
        return WENT_NOWHERE;
    }
    return WENT;
}

/* The oldest store of @thread's buffer, which is not empty, goes to memory. */
enum went go_flush(struct search *s, uint64_t *words, int thread,
                   struct touched *touched);

#endif
