/* Numbers into few bytes and back. Any process. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "keep/pack_parts.h"

uint8_t *pack_grow(struct pack_io *io, size_t bytes)
{
    struct pack *p = io->out;
    size_t cap = p->cap * 2 + bytes + 4096;
    uint8_t *moved = io->failed ? NULL : realloc(p->data, cap);

    if (!moved) {
        io->failed = true;
        return NULL;
    }
    p->data = moved;
    p->cap = cap;
    return p->data + p->len;
}

void pack_bytes(struct pack_io *io, void *bytes, size_t count)
{
    uint8_t *room;

    if (!io->out) {
        if (io->failed || (size_t)(io->end - io->at) < count) {
            io->failed = true;
            memset(bytes, 0, count);
            return;
        }
        memcpy(bytes, io->at, count);
        io->at += count;
        return;
    }
    room = pack_room(io, count);
    if (!room)
        return;
    memcpy(room, bytes, count);
    io->out->len += count;
}

uint64_t pack_take(struct pack_io *io)
{
    uint64_t n = 0;

    for (int shift = 0; shift < 64; shift += 7) {
        if (io->at >= io->end || io->failed)
            break;

        uint8_t byte = *io->at++;

        n |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128))
            return n;
    }
    io->failed = true;
    return 0;
}

static inline void write_number(struct pack_io *io, uint64_t n)
{
    uint8_t *room = pack_room(io, PACK_VARINT);

    if (room)
        io->out->len += (size_t)(pack_put(room, n) - room);
}

void pack_int(struct pack_io *io, int64_t *n)
{
    if (io->out)
        write_number(io, pack_fold(*n));
    else
        *n = pack_unfold(pack_take(io));
}

void pack_int32(struct pack_io *io, int32_t *n, int32_t min, int32_t max)
{
    int64_t wide = *n;

    pack_int(io, &wide);
    if (io->out)
        return;
    if (wide < min || wide > max) {
        io->failed = true;
        wide = min;
    }
    *n = (int32_t)wide;
}

void pack_word(struct pack_io *io, enum pack_list list, int *n)
{
    uint64_t at;

    if (io->out) {
        write_number(io, (uint64_t)*n);
        return;
    }
    at = pack_take(io);
    *n = 0;
    if (at >= (uint64_t)io->known[list])
        io->failed = true;
    else if (io->place[list][at] < 0)
        io->stranger = io->failed = true;
    else
        *n = io->place[list][at];
}

/* ---- real numbers -------------------------------------------------------- */

enum real_kind { REAL_ABSENT, REAL_WHOLE, REAL_NANOS, REAL_ANY };
#define REAL_MOST 0x1p53

/* To the last bit: nought has a sign. */
static bool is_same(double x, double again)
{
    uint64_t a, b;

    memcpy(&a, &x, sizeof(a));
    memcpy(&b, &again, sizeof(b));
    return a == b;
}

#define REAL_BYTES (PACK_VARINT + sizeof(double))

static uint8_t *put_real(uint8_t *at, double x)
{
    double nanos = x * NS_PER_S;

    if (fabs(x) < REAL_MOST) {
        int64_t n = (int64_t)x;

        if (is_same(x, (double)n))
            return pack_put(at, pack_fold(n) << 2 | REAL_WHOLE);
    }
    if (fabs(nanos) < REAL_MOST) {
        int64_t n = (int64_t)(nanos + (nanos < 0 ? -0.5 : 0.5));

        if (is_same(x, (double)n / NS_PER_S))
            return pack_put(at, pack_fold(n) << 2 | REAL_NANOS);
    }
    at = pack_put(at, REAL_ANY);
    memcpy(at, &x, sizeof(x));
    return at + sizeof(x);
}

/* False: it says that there is none. */
static bool read_real(struct pack_io *io, double *x)
{
    uint64_t n = pack_take(io);

    *x = 0;
    switch ((enum real_kind)(n & 3)) {
    case REAL_ABSENT:
        return false;
    case REAL_WHOLE:
        *x = (double)pack_unfold(n >> 2);
        return true;
    case REAL_NANOS:
        *x = (double)pack_unfold(n >> 2) / NS_PER_S;
        return true;
    case REAL_ANY:
        pack_bytes(io, x, sizeof(*x));
        if (!isfinite(*x)) {
            io->failed = true;
            *x = 0;
        }
        return true;
    }
    return false;
}

void pack_real(struct pack_io *io, double *x)
{
    uint8_t *room;

    if (!io->out) {
        if (!read_real(io, x))
            io->failed = true;
        return;
    }
    room = pack_room(io, REAL_BYTES);
    if (room) /* what is no number: not known */
        io->out->len += (size_t)(put_real(room, isfinite(*x) ? *x : -1) - room);
}

/* ---- metrics --------------------------------------------------------------
 */

/* Those that were measured. A row has a dozen of them, of so many rows that
 * looking at each by itself would be half of all the work. */
static int measured(const struct metrics *m, uint8_t which[METRIC_COUNT])
{
    int count = 0;

    for (int i = 0; i < METRIC_COUNT; i += 8) {
        int n = METRIC_COUNT - i < 8 ? METRIC_COUNT - i : 8;
        uint64_t eight = 0;

        memcpy(&eight, &m->has[i], (size_t)n);
        for (int k = i; eight != 0 && k < i + n; k++)
            if (m->has[k] && isfinite(m->value[k]))
                which[count++] = (uint8_t)k;
    }
    return count;
}
_Static_assert(sizeof(bool) == 1 && METRIC_COUNT <= PACK_LIST_MOST,
               "eight flags are looked at as one number");

static void write_metrics(struct pack_io *io, const struct metrics *m)
{
    uint8_t which[METRIC_COUNT];
    int count = measured(m, which);
    uint8_t *room =
        pack_room(io, PACK_VARINT + (size_t)count * (PACK_VARINT + REAL_BYTES));
    uint8_t *at;

    if (!room)
        return;
    at = pack_put(room, pack_fold(count));
    for (int i = 0; i < count; i++) {
        at = pack_put(at, which[i]);
        at = put_real(at, m->value[which[i]]);
    }
    io->out->len += (size_t)(at - room);
}

/* How many there are, then each with its place in the list. */
void pack_metrics(struct pack_io *io, struct metrics *m)
{
    int64_t count = 0;

    if (io->out) {
        write_metrics(io, m);
        return;
    }
    pack_int(io, &count);
    for (; count > 0 && !io->failed; count--) {
        uint64_t at = pack_take(io);
        int which = -1;
        double x;
        bool there;

        if (at >= (uint64_t)io->known[LIST_METRIC])
            io->failed = true;
        else
            which = io->place[LIST_METRIC][at];
        there = read_real(io, &x);
        if (which >= 0 && there) /* else one that we no longer have */
            metric_set(m, (enum metric)which, x);
    }
}

void pack_run(struct pack_io *io, enum pack_list list, uint8_t *bytes,
              int count)
{
    for (int i = 0; i < count && !io->failed;) {
        int64_t length = 1;
        int word = bytes[i];

        while (io->out && i + length < count && bytes[i + length] == word)
            length++;
        pack_word(io, list, &word);
        pack_int(io, &length);
        if (io->out) {
            i += (int)length;
            continue;
        }
        if (length < 1 || length > count - i) {
            io->failed = true;
            return;
        }
        memset(bytes + i, word, (size_t)length);
        i += (int)length;
    }
}
