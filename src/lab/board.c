/* The scoreboard's memory. Mapped by the screen process, used by both. */
#include "lab/board.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
              "the scoreboard needs lock-free atomics");
static_assert(sizeof(struct board_event) == 48, "events are many");

static size_t rings_offset(uint32_t rows)
{
    size_t header = (sizeof(struct board) + 63) & ~(size_t)63;

    return header + rows * sizeof(struct board_row);
}

int board_map(uint32_t rows, uint32_t ring_events, struct board **out,
              struct err *err)
{
    size_t ring_bytes = sizeof(struct board_event) * ring_events;
    size_t bytes = rings_offset(rows) + rows * ring_bytes;
    struct board *b;

    /* NORESERVE: rings are sized for the worst second, few are ever full. */
    b = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (b == MAP_FAILED)
        return err_set(err, -errno,
                       "cannot map %zu KiB for the scoreboard of %u workers: "
                       "%m; try fewer --workers",
                       bytes / 1024, rows);
    b->row_cap = rows;
    b->ring_events = ring_events;
    b->bytes = bytes;
    atomic_store(&b->refused_at, -1);
    *out = b;
    return 0;
}

void board_unmap(struct board *b)
{
    if (b)
        munmap(b, b->bytes);
}

struct board_row *board_row(struct board *b, uint32_t id)
{
    char *base = (char *)b;
    struct board_row *rows =
        (void *)(base + ((sizeof(struct board) + 63) & ~(size_t)63));

    return &rows[id];
}

struct board_event *board_event(struct board *b, uint32_t id, uint64_t n)
{
    struct board_event *rings = (void *)((char *)b + rings_offset(b->row_cap));

    return &rings[(size_t)id * b->ring_events + (n & (b->ring_events - 1))];
}

bool board_take_event(struct board *b, uint32_t id, struct board_event *out)
{
    struct board_row *row = board_row(b, id);
    uint64_t tail = atomic_load_explicit(&row->tail, memory_order_relaxed);

    if (b->ring_events == 0 ||
        tail == atomic_load_explicit(&row->head, memory_order_acquire))
        return false;
    *out = *board_event(b, id, tail);
    atomic_store_explicit(&row->tail, tail + 1, memory_order_release);
    return true;
}

void board_report(struct board *b, enum metric which, double value)
{
    int i = which - METRIC_REPORTED_FIRST;
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    atomic_store_explicit(&b->reported[i], bits, memory_order_relaxed);
    /* Release: pairs with the reader's acquire in live.c. */
    atomic_fetch_or_explicit(&b->reported_has, UINT64_C(1) << i,
                             memory_order_release);
}

int board_resource_add(struct board *b, enum resource_kind kind, int role,
                       const char *name)
{
    uint32_t n = atomic_load_explicit(&b->resources, memory_order_relaxed);
    struct board_resource *r = &b->resource[n];

    if (n >= BOARD_RESOURCES)
        return -1;
    snprintf(r->name, sizeof(r->name), "%s", name);
    r->kind = kind;
    r->role = role;
    atomic_store_explicit(&r->owner, -1, memory_order_relaxed);
    atomic_store_explicit(&b->resources, n + 1, memory_order_release);
    return (int)n;
}

/* ---- the apparatus's picture --------------------------------------------
 *
 * A sequence lock whose data are atomics: a reader that sees an even
 * number, the same before and after, has seen one whole picture (Boehm, "Can
 * seqlocks get along with programming language memory models?", 2012). */

void board_show(struct board *b, const struct scene *scene, size_t bytes)
{
    struct board_scene *s = &b->scene;
    uint64_t at = atomic_load_explicit(&s->sequence, memory_order_relaxed);
    const char *from = (const char *)scene;

    atomic_store_explicit(&s->sequence, at + 1, memory_order_relaxed);
    /* Each release store stays behind the odd number. */
    atomic_store_explicit(&s->bytes, (uint32_t)bytes, memory_order_release);
    for (size_t i = 0; i * 8 < bytes; i++) {
        uint64_t word = 0;
        size_t left = bytes - i * 8;

        memcpy(&word, from + i * 8, left < 8 ? left : 8);
        atomic_store_explicit(&s->words[i], word, memory_order_release);
    }
    atomic_store_explicit(&s->sequence, at + 2, memory_order_release);
}

bool board_scene(struct board *b, struct scene *out)
{
    struct board_scene *s = &b->scene;
    union {
        uint64_t words[BOARD_SCENE_WORDS];
        struct scene scene;
    } copy;

    for (int tries = 0; tries < 8; tries++) {
        uint64_t before =
            atomic_load_explicit(&s->sequence, memory_order_acquire);
        size_t bytes = atomic_load_explicit(&s->bytes, memory_order_acquire);

        if (before == 0)
            return false;
        if (before % 2 != 0 || bytes > sizeof(copy.scene))
            continue;
        for (size_t i = 0; i * 8 < bytes; i++)
            copy.words[i] =
                atomic_load_explicit(&s->words[i], memory_order_acquire);
        if (atomic_load_explicit(&s->sequence, memory_order_relaxed) != before)
            continue;
        memcpy(out, &copy, bytes);
        return true;
    }
    return false;
}
