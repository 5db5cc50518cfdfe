/* The arena of states, and their table. */
#include "explore/store.h"

#include <errno.h>
#include <sys/mman.h>

/* Small tables grow fourfold, which is less work in all; large ones twofold,
 * which wastes less. */
enum { TABLE_FIRST_BITS = 12, TABLE_SMALL_SHIFT = 64 - 21 };
#define HUGE_PAGE (UINT64_C(2) << 20)

/* Address space that costs nothing until it is touched. */
static void *reserve(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    /* Large pages mean fewer misses in the processor's page tables. Not at the
     * beginning: small programs touch little, and a page comes zeroed. */
    if (bytes > HUGE_PAGE)
        madvise((char *)p + HUGE_PAGE, bytes - HUGE_PAGE, MADV_HUGEPAGE);
    return p;
}

static void unreserve(_Atomic uint64_t *table, uint64_t entries)
{
    munmap((void *)(uintptr_t)table, entries * sizeof *table);
}

static size_t table_bytes(int bits)
{
    return sizeof(uint64_t) << bits;
}

static uint64_t limit_of(size_t bytes, int words)
{
    uint64_t limit = bytes / ((uint64_t)words * sizeof(uint64_t));

    return limit < UINT32_MAX - 2 * STORE_BLOCK ? limit
                                                : UINT32_MAX - 2 * STORE_BLOCK;
}

int store_init(struct store *s, int words, int64_t bytes)
{
    *s = (struct store){.words = words, .bytes = (size_t)bytes};
    /* Of one word each, there could be so many; parents need no more. */
    s->most = limit_of(s->bytes, 1);
    s->limit = limit_of(s->bytes, words);
    s->states = reserve(s->bytes);
    s->parents = reserve(s->most * sizeof *s->parents);
    s->table = reserve(table_bytes(TABLE_FIRST_BITS));
    s->shift = 64 - TABLE_FIRST_BITS;
    s->mask = (UINT64_C(1) << TABLE_FIRST_BITS) - 1;
    if (s->states && s->parents && s->table)
        return 0;
    store_fini(s);
    return -ENOMEM;
}

void store_fini(struct store *s)
{
    if (s->states)
        munmap(s->states, s->bytes);
    if (s->parents)
        munmap(s->parents, s->most * sizeof *s->parents);
    if (s->table)
        unreserve(s->table, s->mask + 1);
    *s = (struct store){0};
}

bool store_fits(struct store *s, int words)
{
    s->limit = limit_of(s->bytes, words);
    return s->taken <= s->limit;
}

int64_t store_bytes(const struct store *s, uint64_t count)
{
    uint64_t each = (uint64_t)s->words * sizeof *s->states + sizeof *s->parents;

    return (int64_t)(count * each + (s->mask + 1) * sizeof *s->table);
}

static int wider_shift(const struct store *s)
{
    return s->shift - (s->shift > TABLE_SMALL_SHIFT ? 2 : 1);
}

int64_t store_wider_bytes(const struct store *s)
{
    return (int64_t)table_bytes(64 - wider_shift(s));
}

int store_widen_begin(struct store *s)
{
    s->wider_shift = wider_shift(s);
    s->wider = reserve(table_bytes(64 - s->wider_shift));
    return s->wider ? 0 : -ENOMEM;
}

int store_again(struct store *s)
{
    s->wider_shift = s->shift;
    s->wider = reserve(table_bytes(64 - s->wider_shift));
    return s->wider ? 0 : -ENOMEM;
}

/* Many at once, so that their places in the new table are on their way from
 * memory while others are being computed. */
void store_widen_move(struct store *s, uint64_t from, uint64_t to)
{
    enum { AHEAD = 16 };
    uint64_t hash[AHEAD];
    uint64_t mask = (UINT64_C(1) << (64 - s->wider_shift)) - 1;

    while (from < to) {
        uint64_t n = to - from < AHEAD ? to - from : AHEAD;

        for (uint64_t i = 0; i < n; i++) {
            hash[i] =
                store_hash(store_state(s, (uint32_t)(from + i)), s->words);
            store_prefetch(&s->wider[hash[i] >> s->wider_shift]);
        }
        for (uint64_t i = 0; i < n; i++) {
            uint64_t at = hash[i] >> s->wider_shift, empty = 0;
            uint64_t entry = store_entry(hash[i], (uint32_t)(from + i));

            if (s->parents[from + i] == STORE_UNUSED)
                continue;
            while (!atomic_compare_exchange_strong_explicit(
                &s->wider[at], &empty, entry, memory_order_relaxed,
                memory_order_relaxed)) {
                empty = 0;
                at = (at + 1) & mask;
            }
        }
        from += n;
    }
}

void store_widen_end(struct store *s)
{
    unreserve(s->table, s->mask + 1);
    s->table = s->wider;
    s->shift = s->wider_shift;
    s->mask = (UINT64_C(1) << (64 - s->shift)) - 1;
    s->wider = NULL;
}
