/* The forked process that runs a program: its threads, how they meet, and what
 * it leaves for its parent. */
#ifndef REAL_CREW_H
#define REAL_CREW_H

#include "real/real.h"

/* Shared with the parent, which reads all but .progress only when the process
 * has ended. Written by the process's first thread. */
struct real_shared {
    _Atomic int64_t progress;  /* executions so far; only grows */
    bool done;                 /* what follows is there */
    struct err err;            /* .code != 0: why it is not */
    struct real_result result; /* .outcomes is not: */
    struct real_outcome outcomes[REAL_OUTCOMES];
};

/* Run it, fill @shared and _exit(). */
_Noreturn void crew_main(const struct program *p,
                         const struct real_request *request,
                         struct real_shared *shared);

#endif
