/* What the files of the mini disk share: the machine, and its two motions. */
#ifndef SIM_PLATTER_PARTS_H
#define SIM_PLATTER_PARTS_H

#include "sim/platter.h"

/* One request on its way. */
struct platter_waiting {
    int32_t block;
    int64_t arrived; /* units */
};

struct platter {
    const struct platter_setup *setup;
    const struct platter_motion *motion;
    struct platter_place *places; /* by block */
    int blocks;
    int first[PLATTER_TRACKS + 1]; /* block of each track, and the end */
    int track;                     /* the arm's */
    int32_t last;                  /* block served before; -1: none */
    int64_t now;                   /* units */
    int64_t per_tick;              /* units */
    bool outward;                  /* the direction of a sweep */
    /* RULES_OWN: angles in parts of a degree, so that everything is whole. */
    int64_t degree, circle, unit; /* parts: a degree, a turn, a unit of seek */
    int64_t angle;
    /* RULES_OSTEP */
    double spun, arm;    /* degrees, units */
    double seek, rotate; /* a tick */
    /* Who waits, in the order they came: a list through .next. */
    struct platter_waiting *queue;
    int32_t *next; /* by place in .queue, with one more in front: the head */
    int32_t tail;  /* where in .next the next one to come is written */
    int queued;    /* in .queue, served or not */
    int served;
    int limit;   /* of the queue, they may be chosen; -1: all */
    int nearest; /* tracks: of those who may (RULES_OSTEP, sstf) */
};

/* How time passes: the two sets of rules. */
struct platter_motion {
    /* How long until @block is read, from now, if the arm moves @path tracks.
     * In units, exact below 2^53. */
    double (*estimate)(const struct platter *p, int32_t block, int path);
    /* Do it: fill in the times of @s and move on. */
    int (*serve)(struct platter *p, struct platter_service *s, struct err *err);
    /* Nobody waits until @then (units). */
    void (*idle)(struct platter *p, int64_t then);
};
extern const struct platter_motion platter_exact;   /* platter_exact.c */
extern const struct platter_motion platter_ticking; /* platter_tick.c */
void platter_exact_init(struct platter *p);
void platter_tick_init(struct platter *p);

/* Which is next (platter_choose.c): its place in .queue, taken out of the list.
 * Somebody waits. Fills in .why, .path and .block. */
int platter_choose(struct platter *p, struct platter_service *s);

#endif
