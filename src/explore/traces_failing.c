/* Which traces have a schedule that fails, where that may depend on the order
 * of steps that do not depend on each other: two threads in places that
 * exclude each other may touch nothing in common there. So every schedule is
 * done, and those that fail are told apart by their traces.
 *
 * A trace is known by its normal form (Cartier and Foata, 1969): each step has
 * a level, one above the highest of the steps before it that it depends on; two
 * schedules are the same trace if the steps and their levels are the same.
 * Order within does not matter, so a sum over the steps of hashes, 128 bits of
 * them, stands for it. */
#include <errno.h>
#include <stdlib.h>

#include "base/random.h"
#include "explore/traces.h"

/* More steps in all, or a longer schedule, and there is no answer. */
#define STEPS_MOST 3000000
#define LENGTH_MOST 4096

/* After some steps of a schedule: the highest levels so far. */
struct prefix {
    uint32_t state;
    uint32_t next; /* the edge to go on with */
    uint32_t highest;
    uint32_t of_thread[32];
    uint32_t of_write[64], of_read[64]; /* of each cell */
    uint64_t hash[2];
    bool failed;
};

struct hash {
    uint64_t half[2];
};

struct all {
    const struct graph *g;
    struct prefix *prefixes; /* LENGTH_MOST */
    struct hash *failed;     /* traces of schedules that failed */
    size_t count, cap;
};

static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t level_of(const struct prefix *p, uint64_t reads,
                         uint64_t writes, int thread)
{
    uint32_t level = p->of_thread[thread];

    for (uint64_t left = reads | writes; left; left &= left - 1)
        level = later(level, p->of_write[__builtin_ctzll(left)]);
    for (uint64_t left = writes; left; left &= left - 1)
        level = later(level, p->of_read[__builtin_ctzll(left)]);
    return level + 1;
}

static void add_step(struct prefix *p, const struct graph *g, uint32_t edge)
{
    int thread = g->action[edge] & 31;
    uint64_t reads = g->reads[edge];
    uint64_t writes = g->writes[edge];
    uint32_t level = level_of(p, reads, writes, thread);
    uint64_t seed;

    if (g->fails[edge] & 1U << FAILURE_FAULT)
        level = p->highest + 1;
    p->highest = later(p->highest, level);
    p->of_thread[thread] = level;
    for (uint64_t left = reads; left; left &= left - 1) {
        uint32_t *at = &p->of_read[__builtin_ctzll(left)];

        *at = later(*at, level);
    }
    for (uint64_t left = writes; left; left &= left - 1)
        p->of_write[__builtin_ctzll(left)] = level;
    /* Threads' levels rise, so that thread and level name a step. */
    seed = (uint64_t)level << 8 | (uint64_t)thread;
    seed ^= random_next(&(uint64_t){reads});
    seed ^= random_next(&(uint64_t){~writes});
    p->hash[0] += random_next(&seed);
    p->hash[1] += random_next(&seed);
    p->failed = p->failed || g->fails[edge];
    p->state = g->to[edge];
    p->next = g->first[p->state];
}

static int add_failed(struct all *k, const struct prefix *p)
{
    if (k->count == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 1024;
        struct hash *more = realloc(k->failed, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        k->failed = more;
        k->cap = cap;
    }
    k->failed[k->count++] = (struct hash){{p->hash[0], p->hash[1]}};
    return 0;
}

/* -EFBIG: too much to do. */
static int do_all(struct all *k)
{
    const struct graph *g = k->g;
    int64_t steps = 0;
    int length = 0;

    k->prefixes[0] = (struct prefix){.next = g->first[0]};
    while (length >= 0) {
        struct prefix *p = &k->prefixes[length];
        uint32_t end = g->first[p->state + 1];

        if (g->first[p->state] == end &&
            (p->failed || ending_failures(g, p->state)) && add_failed(k, p) < 0)
            return -ENOMEM;
        if (p->next == end) {
            length--;
            continue;
        }
        if (++steps > STEPS_MOST || ++length == LENGTH_MOST)
            return -EFBIG;
        p[1] = *p;
        add_step(&p[1], g, p->next++);
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct hash *x = a;
    const struct hash *y = b;
    int half = x->half[0] == y->half[0];

    return (x->half[half] > y->half[half]) - (x->half[half] < y->half[half]);
}

int traces_failing(const struct graph *g, int64_t *out)
{
    struct all k = {.g = g};
    int rc;

    *out = -1;
    k.prefixes = malloc(LENGTH_MOST * sizeof(*k.prefixes));
    if (!k.prefixes)
        return -ENOMEM;
    rc = do_all(&k);
    if (rc == 0) {
        if (k.count > 0)
            qsort(k.failed, k.count, sizeof(*k.failed), compare);
        *out = 0;
        for (size_t i = 0; i < k.count; i++)
            *out += i == 0 || compare(&k.failed[i - 1], &k.failed[i]) != 0;
    }
    free(k.prefixes);
    free(k.failed);
    return rc == -EFBIG ? 0 : rc;
}
