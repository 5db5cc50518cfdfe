/* What one step does to the memory that threads share, in one place: the
 * microscope, the random walks and the search all do their deeds here.
 *
 * Memory is packed into words by a layout, so that the search can keep hundreds
 * of millions of states; the microscope uses the same with wide fields. A deed
 * is an operation with everything filled in that its thread alone decides
 * (which cell, which value), so that doing it needs the memory only.
 *
 * Inline, because the search spends its life here. Plain data; one thread a
 * memory. */
#ifndef STEP_DEED_H
#define STEP_DEED_H

#include <stdbool.h>
#include <stdint.h>

#include "tsl/program.h"

/* Where a number lies: @base is the least that it can be. */
struct field {
    uint16_t word;
    uint8_t shift, bits; /* bits 1..32, not across words */
    int32_t base;
};

static inline int32_t field_get(const uint64_t *words, struct field f)
{
    uint64_t mask = (UINT64_C(1) << f.bits) - 1;

    return (int32_t)(words[f.word] >> f.shift & mask) + f.base;
}

/* false: it does not fit, and nothing was done. */
static inline bool field_set(uint64_t *words, struct field f, int32_t value)
{
    uint64_t mask = (UINT64_C(1) << f.bits) - 1;
    uint64_t raw = (uint64_t)((int64_t)value - f.base);

    if (raw > mask)
        return false;
    words[f.word] = (words[f.word] & ~(mask << f.shift)) | raw << f.shift;
    return true;
}

/* Why a step cannot be completed. The run of the program ends there, failed. */
enum fault {
    FAULT_NONE,
    FAULT_OVERFLOW, /* a value beyond TSL_MIN .. TSL_MAX */
    FAULT_DIVIDE,   /* by 0 */
    FAULT_INDEX,    /* outside an array */
    FAULT_UNLOCK,   /* a mutex that the thread does not hold */
    FAULT_ENDLESS   /* TSL_RIDE, TSL_RIDES: a step that does not end */
};
const char *fault_words(enum fault f); /* "a value beyond 16 bits", ... */

/* DEED_* are the visible operations, and two more. */
enum {
    DEED_NOTHING = OP_SET, /* touches no memory: an instruction, a store into
                              the own buffer, a load out of it. Gives .a back */
    DEED_FAULT,            /* .a: enum fault */
    DEED_ENDED             /* no deed: the thread has ended */
};

struct deed {
    uint8_t kind; /* enum op_kind (visible), or DEED_* */
    uint8_t cmp;
    uint8_t slots;  /* of the condition's queue */
    bool held;      /* its own store buffer is in the way: wait for a flush */
    uint16_t cell;  /* 0 when it touches none */
    uint16_t other; /* the mutex of cwait and reacquire */
    int16_t a, b;   /* values, as in struct op */
};

static inline bool compare_values(unsigned cmp, int left, int right)
{
    switch (cmp) {
    case EXPR_EQ:
        return left == right;
    case EXPR_NE:
        return left != right;
    case EXPR_LT:
        return left < right;
    case EXPR_LE:
        return left <= right;
    case EXPR_GT:
        return left > right;
    default:
        return left >= right;
    }
}

/* Is @thread in the queue of @slots cells that begins at @cell? */
static inline bool queue_has(const uint64_t *words, const struct field *cells,
                             int cell, int slots, int thread)
{
    for (int i = 0; i < slots; i++)
        if (field_get(words, cells[cell + i]) == thread + 1)
            return true;
    return false;
}

/* May @thread do @d now? @cells are the fields of the cells. */
static inline bool deed_ready(const struct deed *d, const uint64_t *words,
                              const struct field *cells, int thread)
{
    if (d->held)
        return false;
    switch (d->kind) {
    case OP_LOCK:
        return field_get(words, cells[d->cell]) == 0;
    case OP_P:
        return field_get(words, cells[d->cell]) > 0;
    case OP_AWAIT:
        return compare_values(d->cmp, field_get(words, cells[d->cell]), d->a);
    case OP_REACQUIRE:
        return field_get(words, cells[d->other]) == 0 &&
               !queue_has(words, cells, d->cell, d->slots, thread);
    case DEED_ENDED:
        return false;
    default:
        return true;
    }
}

/* What doing a deed came to. */
enum {
    DEED_DONE = 0,
    DEED_TOO_WIDE = 1 << 20 /* or an enum fault */
};

/* All but loads and stores; see deed_do(). */
static inline int deed_do_other(const struct deed *d, uint64_t *words,
                                const struct field *cells, int thread,
                                int *input)
{
    bool fits = true;
    int value = 0;

    switch (d->kind) {
    case OP_XCHG:
        *input = field_get(words, cells[d->cell]);
        fits = field_set(words, cells[d->cell], d->a);
        break;
    case OP_FAA:
        *input = field_get(words, cells[d->cell]);
        value = *input + d->a;
        if (value < TSL_MIN || value > TSL_MAX)
            return FAULT_OVERFLOW;
        fits = field_set(words, cells[d->cell], value);
        break;
    case OP_CAS:
        *input = field_get(words, cells[d->cell]) == d->a;
        if (*input)
            fits = field_set(words, cells[d->cell], d->b);
        break;
    case OP_LOCK:
        fits = field_set(words, cells[d->cell], thread + 1);
        break;
    case OP_TRYLOCK:
        *input = field_get(words, cells[d->cell]) == 0;
        if (*input)
            fits = field_set(words, cells[d->cell], thread + 1);
        break;
    case OP_UNLOCK:
        if (field_get(words, cells[d->cell]) != thread + 1)
            return FAULT_UNLOCK;
        fits = field_set(words, cells[d->cell], 0);
        break;
    case OP_P:
        value = field_get(words, cells[d->cell]) - 1;
        fits = field_set(words, cells[d->cell], value);
        break;
    case OP_V:
        value = field_get(words, cells[d->cell]) + 1;
        if (value > TSL_MAX)
            return FAULT_OVERFLOW;
        fits = field_set(words, cells[d->cell], value);
        break;
    case OP_CWAIT: {
        int at = d->cell;

        if (field_get(words, cells[d->other]) != thread + 1)
            return FAULT_UNLOCK;
        while (field_get(words, cells[at]) != 0)
            at++;
        fits = field_set(words, cells[d->other], 0) &&
               field_set(words, cells[at], thread + 1);
        break;
    }
    case OP_REACQUIRE:
        fits = field_set(words, cells[d->other], thread + 1);
        break;
    case OP_SIGNAL:
        for (int i = d->cell; i < d->cell + d->slots; i++) {
            int next =
                i + 1 < d->cell + d->slots ? field_get(words, cells[i + 1]) : 0;

            fits = field_set(words, cells[i], next) && fits;
        }
        break;
    case OP_BROADCAST:
        for (int i = d->cell; i < d->cell + d->slots; i++)
            fits = field_set(words, cells[i], 0) && fits;
        break;
    case DEED_FAULT:
        return d->a;
    case DEED_NOTHING:
        *input = d->a;
        break;
    default: /* await, fence, work, atomic, nothing */
        break;
    }
    return fits ? DEED_DONE : DEED_TOO_WIDE;
}

/* Do it; it is ready. *@input is the value that the thread goes on with: what
 * was read, or whether it succeeded; 0 where there is nothing. Returns
 * DEED_DONE, an enum fault, or DEED_TOO_WIDE: a value does not fit its field;
 * then @words are half done. */
static inline __attribute__((always_inline)) int
deed_do(const struct deed *d, uint64_t *words, const struct field *cells,
        int thread, int *input)
{
    *input = 0;
    if (d->kind == OP_LOAD) {
        *input = field_get(words, cells[d->cell]);
        return DEED_DONE;
    }
    if (d->kind == OP_STORE)
        return field_set(words, cells[d->cell], d->a) ? DEED_DONE
                                                      : DEED_TOO_WIDE;
    return deed_do_other(d, words, cells, thread, input);
}

#endif
