/* Doing micro-operations. In the forked process, by each of its threads.
 *
 * The compiler may not move one plain access over another: they are relaxed
 * atomics with a signal fence between. What the processor does with them is
 * what the run is for. */
#include "real/engine.h"

#include <sched.h>

#define RELAXED memory_order_relaxed
#define IN_ORDER() atomic_signal_fence(memory_order_seq_cst)

void engine_pause(int turn)
{
    if (turn > 200) {
        sched_yield();
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline _Atomic int32_t *cell_at(const struct runner *r, int32_t at,
                                       int32_t index)
{
    return (_Atomic int32_t *)(void *)(r->cells + at + index);
}

static void full_fence(void)
{
#if defined(__SANITIZE_THREAD__)
    static _Atomic int anything; /* ThreadSanitizer knows no fences */

    atomic_exchange(&anything, 0);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* ---- regions ------------------------------------------------------------- */

/* Say where this thread is, and look whether somebody is where that excludes.
 * This must not disturb the race, so it is plain stores and loads; and it must
 * never report what cannot be. Each thread shows its regions from one operation
 * to its next write, no longer (CODE_HIDE). Somebody sees them shown: then the
 * store that hides them has not reached memory, and, since stores do that in
 * their order (TSO), neither has any later write of that thread. So nobody
 * knows of anything that it did after it showed itself, and all would be the
 * same had it not gone on: then both are inside at the same time. What is
 * missed: whoever comes and goes between two looks, and stores still on their
 * way. */
static unsigned show(const struct runner *r, uint32_t regions)
{
    const struct program *p = r->program;
    const int step = REAL_LINE / sizeof(*r->places);
    uint32_t excluded = 0;

    atomic_store_explicit(&r->places[r->id * step], regions, RELAXED);
    for (int a = 0; a < p->region_count; a++)
        if (regions >> a & 1)
            excluded |= p->exclude[a];
    for (int t = 0; excluded && t < p->thread_count; t++)
        if (t != r->id &&
            atomic_load_explicit(&r->places[t * step], RELAXED) & excluded)
            return CAME_EXCLUSION;
    return 0;
}

static void hide(const struct runner *r)
{
    atomic_store_explicit(&r->places[r->id * (REAL_LINE / sizeof(*r->places))],
                          0, RELAXED);
}

/* ---- delays -------------------------------------------------------------- */

static void linger(struct runner *r)
{
    int turns;

    if (--r->linger_in > 0)
        return;
    r->linger_in =
        1 + (int)random_below(&r->random, 2 * (uint32_t)r->linger_every);
    if (r->yields) {
        sched_yield();
        return;
    }
    turns = (int)random_below(&r->random, (uint32_t)r->linger_most);
    while (turns-- > 0)
        engine_pause(0);
}

/* ---- values -------------------------------------------------------------- */

/* One of CODE_INDEX .. CODE_GE. false: a fault. */
static inline bool compute(const struct code *c, int32_t *slots)
{
    int32_t a = slots[c->a], b = slots[c->b], value;

    switch (c->kind) {
    case CODE_INDEX: /* bytes, not a value */
        if (a < 0 || a >= c->length)
            return false;
        slots[c->dst] = a * c->stride;
        return true;
    case CODE_MOVE:
        value = a;
        break;
    case CODE_TRUTH:
        value = a != 0;
        break;
    case CODE_NOT:
        value = a == 0;
        break;
    case CODE_NEGATE:
        value = -a;
        break;
    case CODE_ADD:
        value = a + b;
        break;
    case CODE_SUB:
        value = a - b;
        break;
    case CODE_MUL:
        value = a * b;
        break;
    case CODE_DIV:
    case CODE_MOD:
        if (b == 0)
            return false;
        value = c->kind == CODE_DIV ? a / b : a % b;
        break;
    case CODE_EQ:
        value = a == b;
        break;
    case CODE_NE:
        value = a != b;
        break;
    case CODE_LT:
        value = a < b;
        break;
    case CODE_LE:
        value = a <= b;
        break;
    case CODE_GT:
        value = a > b;
        break;
    default: /* CODE_GE */
        value = a >= b;
        break;
    }
    slots[c->dst] = value;
    return value >= TSL_MIN && value <= TSL_MAX;
}

/* ---- accesses ------------------------------------------------------------ */

/* CODE_LOAD .. CODE_SYNC. 0, CAME_FAULT or CAME_DEADLOCK. */
static inline unsigned touch(struct runner *r, const struct code *c,
                             int32_t *slots)
{
    _Atomic int32_t *cell = cell_at(r, c->at, slots[c->index]);
    int32_t old;

    IN_ORDER();
    switch (c->kind) {
    case CODE_LOAD:
        slots[c->dst] = atomic_load_explicit(cell, RELAXED);
        break;
    case CODE_STORE:
        atomic_store_explicit(cell, slots[c->a], RELAXED);
        break;
    case CODE_XCHG:
        slots[c->dst] = atomic_exchange(cell, slots[c->a]);
        break;
    case CODE_FAA:
        old = atomic_fetch_add(cell, slots[c->a]);
        slots[c->dst] = old;
        old += slots[c->a];
        if (old < TSL_MIN || old > TSL_MAX)
            return CAME_FAULT;
        break;
    case CODE_CAS:
        old = slots[c->a];
        slots[c->dst] = atomic_compare_exchange_strong(cell, &old, slots[c->b]);
        break;
    case CODE_FENCE:
        full_fence();
        break;
    default: /* CODE_SYNC */
        return monitor_do(r, c, &slots[c->dst]);
    }
    IN_ORDER();
    return 0;
}

static inline bool goes(const struct code *c, const int32_t *slots)
{
    return c->kind == CODE_JUMP ||
           (slots[c->a] != 0) == (c->kind == CODE_BRANCH);
}

unsigned engine_run(struct runner *r, const struct code *code)
{
    int32_t *slots = r->slots;
    uint32_t regions = 0;
    int rounds = 0, rides = 0;
    unsigned came = 0, now;

    for (const struct code *c = code;; c++) {
        switch (c->kind) {
        case CODE_LOAD:
        case CODE_STORE:
        case CODE_XCHG:
        case CODE_FAA:
        case CODE_CAS:
        case CODE_FENCE:
        case CODE_SYNC:
            now = touch(r, c, slots);
            if (now)
                return came | now;
            break;
        case CODE_JUMP:
        case CODE_BRANCH:
        case CODE_BRANCH_NOT:
            if (goes(c, slots))
                c = code + c->to - 1;
            break;
        case CODE_ROUND:
            if (++rounds > REAL_ROUNDS)
                return came | CAME_FAULT | CAME_ENDLESS;
            break;
        case CODE_RIDE:
            if (rides++ >= TSL_RIDE)
                return came | CAME_FAULT;
            break;
        case CODE_RIDDEN:
            rides = 0;
            break;
        case CODE_ASSERT:
            if (slots[c->a] == 0)
                came |= CAME_ASSERT;
            break;
        case CODE_ENTER:
            regions |= c->mask;
            break;
        case CODE_EXIT:
            regions &= ~c->mask;
            break;
        case CODE_SHOW:
            came |= show(r, regions);
            break;
        case CODE_HIDE:
            hide(r);
            break;
        case CODE_LINGER:
            linger(r);
            break;
        case CODE_HALT:
            return came;
        default:
            if (!compute(c, slots))
                return came | CAME_FAULT;
            break;
        }
    }
}
