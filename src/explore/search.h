/* The search itself: every state that can be reached, level by level (breadth
 * first, so that the first failure of a kind is one of the shortest).
 *
 * search.c leads: levels, bounds; widths.c packs; expand.c is the loop in which
 * the time goes; reduce.c says which threads need not be tried; crew.c has
 * several threads search one level. */
#ifndef EXPLORE_SEARCH_H
#define EXPLORE_SEARCH_H

#include "explore/automaton.h"
#include "explore/explore.h"
#include "explore/graph.h"
#include "explore/layout.h"
#include "explore/store.h"

/* The first failure of a kind: at @place, and then (unless -1) by @action. */
struct found {
    bool any;
    uint32_t place;
    int action;
    int actions; /* that lead there, the last one included */
};

/* Why the search ended. */
enum search_end {
    SEARCH_GOES_ON,
    SEARCH_DONE,    /* every state was seen */
    SEARCH_STOPPED, /* at a failure, as asked */
    SEARCH_TOO_WIDE,
    SEARCH_FULL,   /* of the memory it may have */
    SEARCH_LOCALS, /* a thread has too many local states */
    SEARCH_CANCELLED,
    SEARCH_NO_MEMORY
};

/* Ends of the normal kind, by what is observed and whether the checks hold. */
struct endings {
    int width;       /* values of one */
    int16_t *values; /* .width each */
    uint32_t *place; /* where it was first seen */
    bool *fails;
    int count;
    uint32_t *slot; /* number + 1, by hash */
    uint32_t slots;
};

/* Edges as they are found; kept only when they are to be counted. */
struct edge_list {
    bool keeps, masks;
    uint32_t *to;
    uint8_t *action, *fails;
    uint64_t *reads, *writes;
    size_t count, cap;
    uint32_t *degree; /* of each state that was expanded */
    uint8_t *finish;
    int32_t *outcome; /* among the endings; -1: none */
    size_t state_cap;
    bool faulted; /* an edge leads to the state after a fault */
};

struct ahead; /* what other threads may still touch: reduce.c */

struct search {
    const struct program *program;
    struct stepper *stepper;
    struct automaton *automaton;
    struct thread_nodes *nodes[TSL_THREADS];
    struct layout layout;
    struct ranges ranges;
    struct store store;
    int64_t memory;
    bool stop_at_failure; /* when the level is done, so that it is a shortest */
    bool stop_at_once;
    bool shared;         /* several threads are at it now */
    bool races_too;      /* look for data races */
    struct ahead *ahead; /* NULL: no reduction */
    int level;           /* actions that led to the states being expanded */
    _Atomic int end;     /* enum search_end */
    int wide_cell, wide_thread; /* did not fit; -1 */
    int32_t wide_value;         /* there */
    _Atomic bool buffer_was_full;
    _Atomic unsigned failures; /* bits: found at least once */
    pthread_mutex_t lock;      /* of what follows */
    struct found found[FAILURE_COUNT];
    struct endings endings;
    struct state scratch;
    struct data_race races[DATA_RACES_MOST];
    uint32_t race_place[DATA_RACES_MOST];
    int race_count;
    struct edge_list edges; /* one thread only */
    int64_t states, transitions;
    int64_t peak;
};

/* A successor on its way to being looked up. */
struct item {
    uint64_t hash;
    uint32_t from;
    uint8_t action, fails;
    bool fault;
    uint64_t reads, writes;
};
enum { RING = 64, RING_PEEK = 24, RING_WAIT = 48 };

/* One thread that searches. */
struct crew;
struct worker {
    struct search *search;
    struct crew *crew; /* NULL: it is alone */
    struct item items[RING];
    uint64_t *words; /* of the items, each as many as a state has now */
    unsigned head, tail;
    uint32_t block, block_end; /* places that are its own to fill */
    uint32_t range_from;       /* of them, since the level began */
    int64_t states, transitions;
    /* Places of the next level that it filled: from, to, from, to, ... */
    uint32_t *ranges;
    size_t range_count, range_cap;
    char apart[128]; /* those of a crew lie side by side: no line is shared */
};

/* ---- expand.c ------------------------------------------------------------ */

/* All successors of places @from .. @to - 1. What was found may still be on
 * its way: worker_flush(). */
void expand(struct worker *w, uint32_t from, uint32_t to);
void worker_flush(struct worker *w);
void worker_close_range(struct worker *w);
int worker_init(struct worker *w, struct search *s);
void worker_fini(struct worker *w);

/* ---- endings.c ----------------------------------------------------------- */

/* A state in which nothing can move. */
void search_ended(struct search *s, uint32_t place, const uint64_t *words);
/* A failure, first or not. */
void search_fails(struct search *s, unsigned fails, uint32_t place, int action,
                  int actions);
void search_race(struct search *s, uint32_t place, int u, const struct node *nu,
                 int t, const struct node *nt);
/* The state as the stepper has it. */
void search_unpack(struct search *s, const uint64_t *words, struct state *out);
/* And back; false: it does not fit (wide_* say what), or there is no room. */
bool search_pack(struct search *s, const struct state *in, uint64_t *words);
/* End it for @why, unless it ended already. */
void search_end(struct search *s, enum search_end why);
/* End it because @value does not fit in @cell, or as the number of a local
 * state of @thread; the other is -1. */
void search_too_wide(struct search *s, int cell, int thread, int32_t value);

/* ---- reduce.c ------------------------------------------------------------ */

struct ahead *ahead_new(const struct program *p);
void ahead_free(struct ahead *a);
/* Is it enough to let @thread, at @n, go, whatever the others do later? The
 * others stand at the local states @numbers. */
bool ahead_alone(const struct ahead *a, struct thread_nodes *const *nodes,
                 const uint32_t *numbers, int thread, const struct node *n);

/* ---- crew.c -------------------------------------------------------------- */

/* From the level that places @from .. @to - 1 hold to the end, with @workers
 * threads. */
void crew_search(struct search *s, uint32_t from, uint32_t to, int workers,
                 const struct explore_request *request);

/* ---- widths.c ------------------------------------------------------------ */

/* Pack all states by what they and (@look_ahead) some random schedules have
 * met. Ends the search if there is no room. */
void search_fit(struct search *s, bool look_ahead);
/* Something did not fit (wide_* say what): pack all states anew, wider. Nobody
 * may be searching meanwhile. */
void search_widen(struct search *s);

/* ---- search.c ------------------------------------------------------------ */

/* Successors that a state can have. */
int search_fan(const struct search *s);
/* Begin to widen the table, if there is memory for the new one beside the old;
 * ends the search otherwise. Nobody may be searching meanwhile. */
bool search_widen_begin(struct search *s);
/* May the search go on: within its memory, and not cancelled? Tells how far it
 * is. Ends it otherwise. */
bool search_may_go_on(struct search *s, const struct explore_request *request,
                      uint64_t frontier);
/* Search from @start. 0 or -ENOMEM; s->end says how it ended. search_fini() in
 * every case. */
int search_run(struct search *s, struct stepper *m, const struct state *start,
               const struct explore_request *request);
void search_fini(struct search *s);
/* The schedule that led to @place, then @action unless -1. 0 or -ENOMEM. */
int search_way(struct search *s, uint32_t place, int action,
               struct schedule *out);
/* The edges as a graph; they are then gone from here. 0 or -ENOMEM. */
int search_graph(struct search *s, struct graph *out);

#endif
