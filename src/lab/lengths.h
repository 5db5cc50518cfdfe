/* How long each task is that takes a given time: spin, sleep. In the lab. */
#ifndef LAB_LENGTHS_H
#define LAB_LENGTHS_H

#include <stdint.h>

#include "lab/arena.h"
#include "lab/worker.h"

struct lengths { /* arena->work; NULL there: all take .task_ns */
    int32_t count;
    int64_t ns[SPEC_LENGTHS_MAX];
};

/* A struct workload's prepare(): reads --lengths into the arena. */
int lengths_prepare(struct worker *coordinator, struct err *err);

/* Of task @index, in ns, before scale. */
static inline int64_t length_of(const struct worker *w, int64_t index)
{
    const struct lengths *l = w->arena->work;

    return l ? l->ns[index % l->count] : w->spec->task_ns;
}

#endif
