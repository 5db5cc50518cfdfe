/* The scoreboard's memory. Mapped by the screen process, used by both. */
#include "lab/board.h"

#include <assert.h>
#include <errno.h>
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
