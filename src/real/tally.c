/* Executions that left the same numbers are counted in one place, found by
 * their hash; only when that runs full, or at the end, are checks and observed
 * values computed from them. In the forked process. */
#include "real/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define PLACES 1024 /* for different records; a power of two */
#define FULL (PLACES * 3 / 4)
#define INDEX (2 * REAL_OUTCOMES) /* a power of two */

struct tally {
    const struct program *p;
    const struct kept *kept;
    int words; /* of a record, in whole 64-bit units */
    int16_t *record;
    int16_t *records; /* .words each */
    int64_t *times, *first_ns;
    int used;
    struct real_result sum; /* of those that were thrown out of .records */
    uint16_t *index; /* by the hash of values: place in .sum.outcomes + 1 */
};

/* ---- what is to be kept -------------------------------------------------- */

static void keep_cells(struct kept *k, int first, int count)
{
    for (int c = first; c < first + count; c++) {
        bool known = false;

        for (int i = 0; i < k->cell_count; i++)
            known |= k->cells[i] == c;
        if (!known)
            k->cells[k->cell_count++] = (uint16_t)c;
    }
}

static void keep_register(struct kept *k, int thread, int reg)
{
    for (int i = 0; i < k->of[thread].count; i++)
        if (k->of[thread].regs[i] == reg)
            return;
    k->of[thread].regs[k->of[thread].count++] = (uint16_t)reg;
}

static void keep(struct kept *k, const struct program *p, int32_t expr)
{
    const struct expr *e = &p->exprs[expr];

    switch (e->kind) {
    case EXPR_CONST:
    case EXPR_REGISTER:
        return;
    case EXPR_REG_OF:
        keep_register(k, e->left, e->value);
        return;
    case EXPR_CELL:
        if (e->right >= 0 && p->exprs[e->right].kind == EXPR_CONST &&
            p->exprs[e->right].value >= 0 &&
            p->exprs[e->right].value < p->objects[e->left].length) {
            keep_cells(k, p->objects[e->left].first + p->exprs[e->right].value,
                       1);
            return;
        }
        keep_cells(k, p->objects[e->left].first, p->objects[e->left].length);
        if (e->right >= 0)
            keep(k, p, e->right);
        return;
    default:
        keep(k, p, e->left);
        if (e->kind >= EXPR_ADD)
            keep(k, p, e->right);
    }
}

int kept_collect(struct kept *k, const struct program *p)
{
    *k = (struct kept){0};
    k->cells = calloc((size_t)p->cell_count + 1, sizeof(*k->cells));
    if (!k->cells)
        return -ENOMEM;
    for (int i = 0; i < p->observed_count; i++)
        keep(k, p, p->observed[i].expr);
    for (int i = 0; i < p->check_count; i++)
        keep(k, p, p->checks[i].expr);
    return 0;
}

/* ---- checks and observed values ------------------------------------------ */

struct ending {
    const struct program *p;
    int16_t cells[TSL_CELLS];
    int16_t regs[TSL_THREADS][TSL_REGISTERS];
};

/* As state_value() in step/stepper.c. */
static bool ending_value(const struct ending *s, int32_t expr, int *out)
{
    const struct expr *e = &s->p->exprs[expr];
    const struct object *o;
    int left, right = 0;

    switch (e->kind) {
    case EXPR_CONST:
        *out = e->value;
        return true;
    case EXPR_REG_OF:
        *out = s->regs[e->left][e->value];
        return true;
    case EXPR_REGISTER: /* of nobody */
        return false;
    case EXPR_CELL:
        o = &s->p->objects[e->left];
        if ((e->right >= 0 && !ending_value(s, e->right, &right)) ||
            right < 0 || right >= o->length)
            return false;
        *out = s->cells[o->first + right * o->slots];
        return true;
    default:
        break;
    }
    if (!ending_value(s, e->left, &left))
        return false;
    if ((e->kind == EXPR_AND && !left) || (e->kind == EXPR_OR && left)) {
        *out = e->kind == EXPR_OR;
        return true;
    }
    if (e->kind >= EXPR_ADD && !ending_value(s, e->right, &right))
        return false;
    return expr_apply((enum expr_kind)e->kind, left, right, out);
}

static void ending_of(struct ending *s, const struct tally *t,
                      const int16_t *record)
{
    const struct kept *k = t->kept;

    s->p = t->p;
    record++;
    for (int i = 0; i < k->cell_count; i++)
        s->cells[k->cells[i]] = *record++;
    for (int i = 0; i < t->p->thread_count; i++)
        for (int r = 0; r < k->of[i].count; r++)
            s->regs[i][k->of[i].regs[r]] = *record++;
}

/* ---- sums ---------------------------------------------------------------- */

/* As good as its multiplication's upper bits. @words: a multiple of 4. */
static uint32_t hash(const int16_t *numbers, int words)
{
    uint64_t h = 0, unit;

    for (int i = 0; i < words; i += 4) {
        memcpy(&unit, numbers + i, sizeof(unit));
        h = (h ^ h >> 32 ^ unit) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return (uint32_t)(h >> 32);
}

static void add_outcome(struct tally *t, const struct real_outcome *o)
{
    uint32_t at = (hash(o->values, TSL_OBSERVED) + o->fails) & (INDEX - 1);
    struct real_outcome *to;

    for (; t->index[at]; at = (at + 1) & (INDEX - 1)) {
        to = &t->sum.outcomes[t->index[at] - 1];
        if (to->fails != o->fails ||
            memcmp(to->values, o->values, sizeof(o->values)) != 0)
            continue;
        to->times += o->times;
        if (o->first_ns < to->first_ns)
            to->first_ns = o->first_ns;
        return;
    }
    if (t->sum.outcome_count == REAL_OUTCOMES) {
        t->sum.untold += o->times;
        return;
    }
    t->sum.outcomes[t->sum.outcome_count++] = *o;
    t->index[at] = (uint16_t)t->sum.outcome_count;
}

static void add_ending(struct tally *t, const int16_t *record, int64_t times,
                       int64_t first_ns)
{
    const struct program *p = t->p;
    struct real_outcome o = {.times = times, .first_ns = first_ns};
    struct ending s;
    int value;

    ending_of(&s, t, record);
    for (int i = 0; i < p->check_count; i++)
        o.fails |= !ending_value(&s, p->checks[i].expr, &value) || value == 0;
    for (int i = 0; i < p->observed_count; i++) {
        value = 0;
        ending_value(&s, p->observed[i].expr, &value);
        o.values[i] = (int16_t)value;
    }
    t->sum.finals += o.fails ? times : 0;
    add_outcome(t, &o);
}

static void add_record(struct tally *t, const int16_t *record, int64_t times,
                       int64_t first_ns)
{
    struct real_result *sum = &t->sum;
    unsigned came = (unsigned)record[0];

    sum->executions += times;
    if (came & CAME_FAULT) {
        sum->faults += times;
        return;
    }
    sum->asserts += came & CAME_ASSERT ? times : 0;
    sum->exclusions += came & CAME_EXCLUSION ? times : 0;
    if (came & CAME_DEADLOCK)
        sum->deadlocks += times;
    else
        add_ending(t, record, times, first_ns);
}

static void empty(struct tally *t)
{
    for (int i = 0; i < PLACES; i++) {
        if (t->times[i] > 0)
            add_record(t, t->records + (size_t)i * (size_t)t->words,
                       t->times[i], t->first_ns[i]);
        t->times[i] = 0;
    }
    t->used = 0;
}

void tally_merge(struct tally *t, struct tally *from)
{
    struct real_result *sum = &t->sum;

    empty(from);
    sum->executions += from->sum.executions;
    sum->asserts += from->sum.asserts;
    sum->exclusions += from->sum.exclusions;
    sum->finals += from->sum.finals;
    sum->deadlocks += from->sum.deadlocks;
    sum->faults += from->sum.faults;
    sum->untold += from->sum.untold;
    for (int i = 0; i < from->sum.outcome_count; i++)
        add_outcome(t, &from->sum.outcomes[i]);
    from->sum = (struct real_result){.outcomes = from->sum.outcomes};
    memset(from->index, 0, INDEX * sizeof(*from->index));
}

const struct real_result *tally_result(struct tally *t)
{
    empty(t);
    return &t->sum;
}

/* ---- records ------------------------------------------------------------- */

struct tally *tally_new(const struct program *p, const struct kept *k)
{
    struct tally *t = calloc(1, sizeof(*t));
    int words = 1 + k->cell_count;

    if (!t)
        return NULL;
    for (int i = 0; i < p->thread_count; i++)
        words += k->of[i].count;
    t->p = p;
    t->kept = k;
    t->words = (words + 3) / 4 * 4;
    t->record = calloc((size_t)t->words, sizeof(*t->record));
    t->records = calloc((size_t)t->words * PLACES, sizeof(*t->records));
    t->times = calloc(PLACES, sizeof(*t->times));
    t->first_ns = calloc(PLACES, sizeof(*t->first_ns));
    t->sum.outcomes = calloc(REAL_OUTCOMES, sizeof(*t->sum.outcomes));
    t->index = calloc(INDEX, sizeof(*t->index));
    if (t->record && t->records && t->times && t->first_ns && t->index &&
        t->sum.outcomes)
        return t;
    tally_free(t);
    return NULL;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    free(t->record);
    free(t->records);
    free(t->times);
    free(t->first_ns);
    free(t->index);
    free(t->sum.outcomes);
    free(t);
}

int16_t *tally_record(struct tally *t)
{
    return t->record;
}

/* Records are short: a call to memcmp() would take longer. */
static bool same(const int16_t *a, const int16_t *b, int words)
{
    uint64_t x, y;

    for (int i = 0; i < words; i += 4) {
        memcpy(&x, a + i, sizeof(x));
        memcpy(&y, b + i, sizeof(y));
        if (x != y)
            return false;
    }
    return true;
}

void tally_add(struct tally *t, int64_t start_ns)
{
    size_t size = (size_t)t->words * sizeof(*t->record);
    uint32_t at = hash(t->record, t->words);

    for (;; at++) {
        int16_t *known;

        at &= PLACES - 1;
        known = t->records + (size_t)at * (size_t)t->words;
        if (t->times[at] == 0) {
            memcpy(known, t->record, size);
            t->first_ns[at] = clock_now_ns() - start_ns;
            t->times[at] = 1;
            if (++t->used == FULL)
                empty(t);
            return;
        }
        if (same(known, t->record, t->words)) {
            t->times[at]++;
            return;
        }
    }
}
