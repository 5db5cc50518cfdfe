/* Who waits for whom, and who can therefore never go on.
 *
 * A worker that waits for a lock needs its owner to go on; one that waits for
 * an item or room needs any worker of the role that can give it. Whoever is not
 * waiting, or waits for the clock or a device, can go on. What is left when
 * nobody more can be shown to go on is stuck for ever: the graph reduction of
 * Holt, "Some deadlock properties of computer systems", Computing Surveys 4(3),
 * 1972. Among the stuck there is a cycle (a deadlock), or the ones who could
 * have helped have ended. One thread. */
#ifndef TRACE_WAITFOR_H
#define TRACE_WAITFOR_H

#include <stdbool.h>
#include <stdint.h>

struct trace;
struct trace_resource;
struct text;

#define WAITFOR_MOST 64
struct waitfor {
    int stuck;                /* how many workers; 0: everybody can go on */
    int going;                /* the others that have not ended */
    int worker[WAITFOR_MOST]; /* the first of the stuck, by number */
    int cycle[WAITFOR_MOST];  /* each waits for the next, the last for the
                                 first */
    int cycle_length;         /* 0: they wait for somebody who has ended */
};

/* Reads the trace's workers (life, waits_on, role) and resources. */
void waitfor_find(const struct trace *t, struct waitfor *out);
/* Is worker @id among them (as far as they are named)? */
bool waitfor_stuck(const struct waitfor *f, int id);
bool waitfor_in_cycle(const struct waitfor *f, int id);

/* What worker @id waits for, as the trace says now, or NULL: it runs, or waits
 * for the clock or a device. */
const struct trace_resource *waitfor_wants(const struct trace *t, int id);

/* The call that one who waits for @r is in: "futex(lock)", "write(pipe)". */
const char *waitfor_call(const struct trace *t, const struct trace_resource *r);

/* In words: "philosopher A holds fork 0 and waits in futex(lock) for fork 1,
 * held by B; ..." Without a full stop; at most a few hundred columns. */
void waitfor_tell(const struct trace *t, const struct waitfor *f,
                  struct text *out);
/* "fork 0 and fork 1", the locks that worker @id holds; false: none. */
bool waitfor_tell_held(const struct trace *t, int id, struct text *out);
/* "fork 1, held by B", "an item, which only producers bring": @r and who could
 * give it. */
void waitfor_tell_wanted(const struct trace *t, const struct trace_resource *r,
                         struct text *out);

#endif
