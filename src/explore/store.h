/* The states seen so far: packed words in one arena, in the order in which they
 * were found, each with the state that it was found from; and a table to find
 * them by. An entry of the table is 32 bits of the hash and the place in the
 * arena, so that a state that is not there is told mostly by one access.
 *
 * Several threads may add at once: a place is taken first and the state written
 * there, then an entry is claimed by compare and swap, which publishes it. */
#ifndef EXPLORE_STORE_H
#define EXPLORE_STORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STORE_NONE UINT32_MAX /* no place; the start has no parent */
#define STORE_UNUSED                                                           \
    (UINT32_MAX - 1)        /* the parent in a place without a state */
enum { STORE_BLOCK = 256 }; /* places a thread takes at once */

struct store {
    int words;         /* of a state */
    uint64_t *states;  /* reserved for .limit of them, used as needed */
    uint32_t *parents; /* the same */
    uint64_t limit;
    uint64_t most;          /* .limit, if each were one word */
    size_t bytes;           /* reserved for states */
    _Atomic uint64_t taken; /* places */
    _Atomic uint64_t *table;
    int shift;     /* 64 - log2 of its entries */
    uint64_t mask; /* entries - 1 */
    /* The next table while states are being moved over; NULL otherwise. */
    _Atomic uint64_t *wider;
    int wider_shift;
};

/* Room for states of @words words in at most @bytes. 0 or -ENOMEM. */
int store_init(struct store *s, int words, int64_t bytes);
void store_fini(struct store *s);
/* Bytes in use, if @count places are. */
int64_t store_bytes(const struct store *s, uint64_t count);
/* So many states are well looked up in the table as it is. */
static inline uint64_t store_room(const struct store *s)
{
    return (s->mask + 1) / 4 * 3;
}

static inline uint64_t *store_state(const struct store *s, uint32_t place)
{
    return s->states + (size_t)place * (size_t)s->words;
}

/* Multiply and fold (the mixing step of wyhash, Wang Yi 2019). */
static inline uint64_t store_hash(const uint64_t *words, int n)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15);

    for (int i = 0; i < n; i++) {
        unsigned __int128 m =
            (unsigned __int128)(h ^ words[i]) * UINT64_C(0xd1342543de82ef95);

        h = (uint64_t)m ^ (uint64_t)(m >> 64);
    }
    return h * UINT64_C(0xff51afd7ed558ccd);
}

/* Have a part of a table on its way from memory when it is asked for. */
static inline void store_prefetch(const _Atomic uint64_t *entry)
{
    __builtin_prefetch((const void *)(uintptr_t)entry, 1);
}

static inline bool store_same(const uint64_t *a, const uint64_t *b, int n)
{
    uint64_t differ = 0;

    for (int i = 0; i < n; i++)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

static inline uint64_t store_entry(uint64_t hash, uint32_t place)
{
    return hash << 32 | (place + 1);
}

/* Double the table, in three parts: one thread begins and ends, any number
 * move places @from .. @to - 1 each. Nobody may add meanwhile. -ENOMEM. */
int store_widen_begin(struct store *s);
/* The same, but into a table of the size that it has: states were packed anew.
 */
int store_again(struct store *s);
/* Is there room for the states if each has @words words? Says so for those to
 * come as well. */
bool store_fits(struct store *s, int words);
/* Bytes of the next table. */
int64_t store_wider_bytes(const struct store *s);
void store_widen_move(struct store *s, uint64_t from, uint64_t to);
void store_widen_end(struct store *s);

#endif
