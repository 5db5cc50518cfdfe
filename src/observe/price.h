/* What watching costs: the price of one switch, measured on this machine just
 * now by two throw-away threads that hand a turn to each other on one core,
 * first unwatched, then watched. Takes about 100 ms of that core, in a process
 * of its own. Screen process, one thread. */
#ifndef OBSERVE_PRICE_H
#define OBSERVE_PRICE_H

#include <stdbool.h>
#include <sys/types.h>

#include "spec/spec.h"

struct price {
    pid_t pid; /* of the process that measures; -1: none */
    int fd;    /* readable when it is done; -1: none */
};

/* Begin to measure @kind's price. False: it has none, or no process could be
 * made; @p can be given to the others all the same. */
bool price_start(struct price *p, enum spec_observer kind);
/* True when it is done: *@ns is what a watched switch costs more than another;
 * negative when that could not be measured. Never waits. */
bool price_take(struct price *p, double *ns);
void price_close(struct price *p); /* ends it if need be */

/* All at once: waits for it, @limit_ms at most (a crowded machine takes its
 * time). Nanoseconds; negative when not possible. */
double price_measure_ns(enum spec_observer kind, int limit_ms);

#endif
