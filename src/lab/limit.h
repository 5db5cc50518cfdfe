/* limit: what its three parts share. In the lab. */
#ifndef LAB_LIMIT_H
#define LAB_LIMIT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "lab/worker.h"

/* In shared memory. The maker is a process of its own, so that its limits and
 * all that it makes end with it; the worker asks, waits and reports. */
struct limit {
    _Atomic uint32_t asked;   /* futex: the worker asks the maker to begin */
    _Atomic uint32_t news;    /* futex: grows as the maker gets on */
    _Atomic uint32_t over;    /* everything made has ended again */
    _Atomic uint32_t release; /* futex: what was made may end */
    _Atomic int64_t made;
    int64_t most;         /* it stops by itself there */
    const char *most_why; /* static: the limit that would come next; "" none */
    /* The maker's, before .over: */
    int error;             /* of the refusal; 0: there was none */
    int64_t mapped_before; /* bytes of address space in use; -1 unknown */
    char who[160];         /* what refused: "It was ..." */
    union {
        pthread_t threads[SPEC_SPAWNED_MAX];
        pid_t children[SPEC_SPAWNED_MAX];
    };
};

/* What refused with @error? Looks at the machine's numbers while everything
 * that was made is still there and the limits still hold. Writes .who. */
void limit_find_who(struct limit *l, const struct spec *spec, int error);
/* Bytes of address space this process has in use; -1 unknown. */
int64_t limit_mapped(void);

#endif
