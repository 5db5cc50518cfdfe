/* A job while it is simulated, and the two kinds of queue that policies are
 * made of: a list, and an ordered tree. Inside sim/; one thread. */
#ifndef SIM_TASK_H
#define SIM_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/jobs.h"

enum task_state {
    TASK_COMING,  /* has not arrived */
    TASK_READY,   /* in a queue */
    TASK_RUNNING, /* has a CPU */
    TASK_BLOCKED,
    TASK_ENDED
};

enum pool_phase { POOL_NONE, POOL_COMPUTES, POOL_WAITS };

/* In the order of how often it is looked at: what every switch touches stands
 * first and together, or a million of these would be a million cache misses
 * more. */
struct task {
    const struct sim_job *job;
    int32_t id;
    uint8_t state; /* enum task_state */
    uint8_t cause; /* enum wait_cause, when blocked */
    int16_t cpu;   /* where it runs, or ran last; -1: nowhere yet */
    int16_t queue; /* the queue it is in, or was last; -1 */
    int16_t lent;  /* the highest priority of those that wait for its locks; -1:
                      none (setup.inherit) */
    bool urgent;   /* came back from a device, and setup.after_io is preempt */
    uint8_t pool_phase;       /* enum pool_phase */
    int64_t left_ns;          /* of this step's computing */
    int64_t work_left_ns;     /* of all its computing; what sjf is told. Of
                                 workers of a pool: of the task at hand */
    int64_t since_ns;         /* in .state */
    struct task *prev, *next; /* its place in a list */

    /* What came of it, first half. */
    int64_t first_ns; /* first ran; -1 */
    int64_t ran_ns, ready_ns;
    int64_t longest_wait_ns; /* ready, in one piece */
    int32_t switches_voluntary, switches_involuntary, migrations;

    /* What policies remember. */
    union {
        struct {
            int32_t level;
            bool cuts_in; /* goes ahead of one in mid-slice (M4) */
            int64_t slice_left_ns;
            int64_t allotment_left;
            int64_t boost_ns; /* the last boost that it has had */
        } mlfq;
        struct {
            int64_t virtual_ns; /* vruntime */
            int64_t deadline_ns;
            int64_t lag_ns;  /* kept while it does not compete */
            int64_t keep_ns; /* eevdf: keeps its CPU to this virtual time */
            int64_t ran_ns;  /* cfs: since it was chosen */
            int64_t weight;  /* as counted in its queue's; 0: it is not */
        } fair;
        struct {
            int64_t pass;
        } stride;
        struct {
            int64_t since_ns; /* it waits */
            int64_t slice_left_ns;
            int64_t gained;    /* steps by waiting; -1: it still waits */
            int64_t on_cpu_ns; /* since when */
        } prio;
        struct {
            int64_t until_ns; /* its patience ends */
        } gil;
    };

    /* Its place among ordered ones. */
    int64_t key; /* least first, then .id */
    struct task *up, *left, *right;
    int64_t sum, least; /* of the subtree; lottery: a sum of tickets */
    int64_t value, due; /* what is summed and sought */

    /* What it does. */
    int32_t step; /* of its own, from 0 */
    int32_t laps; /* done of the AGAIN ahead */
    int32_t lap_from;
    int32_t waits_for;  /* a lock; -1 */
    int64_t lap_ns;     /* when this lap began */
    int64_t release_ns; /* of this period; at first its arrival */
    int64_t due_ns;     /* the absolute deadline; INT64_MAX: has none */
    int64_t task_ns;    /* pool: when the task at hand was begun */
    int32_t pool_next, pool_end; /* tasks of the pool it has */

    /* What came of it, second half. */
    int64_t end_ns; /* -1 */
    int64_t blocked_ns, lock_ns;
    int64_t tasks;
    int32_t periods, misses;
};

/* ---- list: first come, first served -------------------------------------- */

struct task_list {
    struct task *head, *tail;
    int count;
};
static inline void list_append(struct task_list *l, struct task *t)
{
    t->next = NULL;
    t->prev = l->tail;
    if (l->tail)
        l->tail->next = t;
    else
        l->head = t;
    l->tail = t;
    l->count++;
}
static inline void list_prepend(struct task_list *l, struct task *t)
{
    t->prev = NULL;
    t->next = l->head;
    if (l->head)
        l->head->prev = t;
    else
        l->tail = t;
    l->head = t;
    l->count++;
}
static inline void list_remove(struct task_list *l, struct task *t)
{
    if (t->prev)
        t->prev->next = t->next;
    else
        l->head = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        l->tail = t->prev;
    l->count--;
}
/* All of @from, in its order, to the end of @to. */
void list_move_all(struct task_list *to, struct task_list *from);

/* ---- ordered: least key first, by .id when equal ------------------------- */

/* A treap (Seidel and Aragon, "Randomized search trees", Algorithmica 16,
 * 1996): insert, remove, least, successor, the sums and the searches below take
 * O(log n) expected; the shape depends on ids alone. Set .key, and with
 * .sums .value (summed) and .due (sought), before inserting; change none of
 * them while it is in. */
struct ordered {
    struct task *root;
    bool sums; /* keep .sum and .least: set before the first insert */
};
void ordered_insert(struct ordered *o, struct task *t);
void ordered_remove(struct ordered *o, struct task *t);
struct task *ordered_first(const struct ordered *o); /* NULL: empty */
struct task *ordered_next(const struct task *t);     /* NULL: it is the last */
/* Of all .value; 0 when empty. */
int64_t ordered_sum(const struct ordered *o);
/* Of those with .key <= @key the one with the least .due, by key and id when
 * equal; NULL: none. */
struct task *ordered_least_due(const struct ordered *o, int64_t key);

/* ---- heap of times ------------------------------------------------------- */

/* Numbers 0 .. n - 1, each at most once, by time, then by number. */
struct due_heap {
    int64_t *at;   /* by number */
    int32_t *heap; /* numbers */
    int32_t *pos;  /* by number: its place + 1; 0: not in it */
    int32_t count;
};
int due_init(struct due_heap *h, int most); /* 0 or -ENOMEM */
void due_fini(struct due_heap *h);
/* Put in, or change the time of, @number; INT64_MAX takes it out. */
void due_set(struct due_heap *h, int32_t number, int64_t at);
static inline int64_t due_at(const struct due_heap *h) /* INT64_MAX: empty */
{
    return h->count ? h->at[h->heap[0]] : INT64_MAX;
}
static inline int32_t due_number(const struct due_heap *h)
{
    return h->heap[0];
}

#endif
