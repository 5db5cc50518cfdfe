/* The futex system call, for words in shared memory. Never PRIVATE: workers
 * may be processes. */
#ifndef LAB_FUTEX_H
#define LAB_FUTEX_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"

/* Sleep while *@word is @value. Returns for a wake-up, a changed word, a signal
 * or at @deadline_ns (CLOCK_MONOTONIC; INT64_MAX: none). The caller looks again
 * at what it waits for. */
static inline void futex_wait(_Atomic uint32_t *word, uint32_t value,
                              int64_t deadline_ns)
{
    struct timespec t = clock_to_timespec(deadline_ns);

    syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value,
            deadline_ns == INT64_MAX ? NULL : &t, NULL, FUTEX_BITSET_MATCH_ANY);
}

/* Where workers are cooperative tasks (lab/coop.c) the kernel does not know
 * that they wait for a word: their loop is told of every wake-up, in whatever
 * thread or process of the lab. True: nobody else can be asleep on it. NULL in
 * all other models. */
extern bool (*futex_heard)(_Atomic uint32_t *word, int count);

/* Wake up to @count sleepers; INT_MAX: all. */
static inline void futex_wake(_Atomic uint32_t *word, int count)
{
    if (futex_heard && futex_heard(word, count))
        return;
    syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

#endif
