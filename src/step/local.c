/* A thread's own part of its steps. Any process, any thread. */
#include "step/local.h"

#include <string.h>

const char *fault_words(enum fault f)
{
    static const char *const words[] = {
        [FAULT_NONE] = "no fault",
        [FAULT_OVERFLOW] = "a value beyond 16 bits (-32768 to 32767)",
        [FAULT_DIVIDE] = "a division by 0",
        [FAULT_INDEX] = "an index outside its array",
        [FAULT_UNLOCK] = "letting go of a mutex that it does not hold",
        [FAULT_ENDLESS] = "a loop that never touches anything shared",
    };

    return words[f];
}

/* ---- values -------------------------------------------------------------- */

/* Why expr_value() failed: a division by 0 somewhere, or a value too large. */
static enum fault why(const struct program *p, int32_t expr,
                      const int16_t *regs)
{
    const struct expr *e = &p->exprs[expr];
    int left, right;

    if (e->kind < EXPR_NOT)
        return FAULT_OVERFLOW;
    if (!expr_value(p, e->left, regs, &left))
        return why(p, e->left, regs);
    if (e->kind < EXPR_ADD)
        return FAULT_OVERFLOW;
    if (!expr_value(p, e->right, regs, &right))
        return why(p, e->right, regs);
    return right == 0 && (e->kind == EXPR_DIV || e->kind == EXPR_MOD)
               ? FAULT_DIVIDE
               : FAULT_OVERFLOW;
}

/* -1 stands for 0: an operand that is not there. */
static enum fault value_of(const struct program *p, int32_t expr,
                           const int16_t *regs, int *out)
{
    *out = 0;
    if (expr < 0 || expr_value(p, expr, regs, out))
        return FAULT_NONE;
    return why(p, expr, regs);
}

static enum fault cell_of(const struct program *p, int object, int32_t idx,
                          const int16_t *regs, int *cell)
{
    const struct object *o = &p->objects[object];
    int index;
    enum fault f = value_of(p, idx, regs, &index);

    if (f == FAULT_NONE && (index < 0 || index >= o->length))
        f = FAULT_INDEX;
    *cell = f == FAULT_NONE ? o->first + index * o->slots : 0;
    return f;
}

/* ---- what rides along ---------------------------------------------------- */

static bool begins(const struct op *op, const struct rules *rules)
{
    return op->begins >> rules->granularity & 1;
}

/* Do the local operation at the pc and go on to the next. false: a fault, told
 * in @e. */
static bool do_local(const struct program *p, const struct tsl_thread *t,
                     struct local *l, struct event *e)
{
    const struct op *op = &t->ops[l->pc];
    int value = 0;
    int next = l->pc + 1;
    enum fault f = value_of(p, op->a, l->regs, &value);

    if (f != FAULT_NONE) {
        e->fault = (uint8_t)f;
        e->fault_op = l->pc;
        return false;
    }
    switch (op->kind) {
    case OP_SET:
        if (op->dst >= 0)
            l->regs[op->dst] = (int16_t)value;
        break;
    case OP_JMP:
        next = op->to;
        break;
    case OP_BR:
        if (value != 0)
            next = op->to;
        break;
    case OP_ENTER:
        l->regions |= UINT32_C(1) << op->region;
        e->entered |= UINT32_C(1) << op->region;
        break;
    case OP_EXIT:
        l->regions &= ~(UINT32_C(1) << op->region);
        break;
    default: /* OP_ASSERT */
        if (value == 0 && !e->assert_failed) {
            e->assert_failed = true;
            e->assert_op = l->pc;
        }
        break;
    }
    l->pc = (uint16_t)next;
    return true;
}

/* On from the pc to where the step ends, or to something that rides. */
static void ride(const struct program *p, const struct rules *rules, int thread,
                 struct local *l, struct event *e, bool *rides)
{
    const struct tsl_thread *t = &p->threads[thread];

    *rides = false;
    for (int n = 0;; n++) {
        const struct op *op = &t->ops[l->pc];

        if (op->kind == OP_HALT || begins(op, rules))
            break;
        if (OP_IS_VISIBLE(op->kind)) {
            *rides = true;
            break;
        }
        if (n == TSL_RIDE) {
            e->fault = FAULT_ENDLESS;
            e->fault_op = l->pc;
            return;
        }
        if (!do_local(p, t, l, e))
            return;
    }
    if (rules->keep_registers)
        return;
    for (int r = 0; r < t->reg_count; r++)
        if (!(t->live[l->pc][r / 64] >> r % 64 & 1))
            l->regs[r] = 0;
}

void local_start(const struct program *p, const struct rules *rules, int thread,
                 struct local *l, struct event *e)
{
    const struct tsl_thread *t = &p->threads[thread];
    bool rides;

    *l = (struct local){0};
    *e = (struct event){0};
    if (t->reg_count > 0)
        memcpy(l->regs, t->reg_start, (size_t)t->reg_count * sizeof *l->regs);
    ride(p, rules, thread, l, e, &rides);
}

/* ---- the deed ------------------------------------------------------------ */

/* What the thread itself will read from @cell: its newest store that is still
 * in the buffer. */
static bool own_store(const struct local *l, int cell, int *value)
{
    for (int i = l->buffer_count; i-- > 0;)
        if (l->buffer[i].cell == cell) {
            *value = l->buffer[i].value;
            return true;
        }
    return false;
}

/* Does @op leave its store in the buffer? Those of an atomic block do not: it
 * is as one locked instruction. */
static bool buffers(const struct rules *rules, const struct op *op)
{
    return rules->tso && op->kind == OP_STORE && !op->inside;
}

/* Under TSO loads and stores meet the buffer first, and most others wait until
 * it is empty. */
static void through_buffer(const struct rules *rules, const struct op *op,
                           const struct local *l, struct deed *d)
{
    int own;

    if (op->kind == OP_STORE && !buffers(rules, op)) {
        d->held = l->buffer_count > 0;
        return;
    }
    switch (d->kind) {
    case OP_LOAD:
        if (own_store(l, d->cell, &own)) {
            d->kind = DEED_NOTHING;
            d->a = (int16_t)own;
        }
        break;
    case OP_STORE:
        d->held = l->buffer_count >= rules->buffer;
        d->kind = DEED_NOTHING;
        d->a = 0;
        break;
    case OP_AWAIT:
        if (own_store(l, d->cell, &own)) {
            d->held = !compare_values(d->cmp, own, d->a);
            d->kind = DEED_NOTHING;
            d->a = 0;
        }
        break;
    case OP_WORK:
    case DEED_NOTHING:
        break;
    default:
        d->held = l->buffer_count > 0;
        break;
    }
}

void local_deed(const struct program *p, const struct rules *rules, int thread,
                const struct local *l, struct deed *d)
{
    const struct op *op = &p->threads[thread].ops[l->pc];
    int cell = 0, other = 0, a = 0, b = 0;
    enum fault f = FAULT_NONE;

    *d = (struct deed){.kind = op->kind, .cmp = op->cmp, .slots = 1};
    if (op->kind == OP_HALT) {
        d->kind = DEED_ENDED;
        return;
    }
    if (!OP_IS_VISIBLE(op->kind)) {
        d->kind = DEED_NOTHING; /* local_after() does it */
        return;
    }
    if (op->object >= 0) {
        f = cell_of(p, op->object, op->idx, l->regs, &cell);
        d->slots = (uint8_t)p->objects[op->object].slots;
    }
    if (f == FAULT_NONE && op->other >= 0)
        f = cell_of(p, op->other, op->idx2, l->regs, &other);
    if (f == FAULT_NONE)
        f = value_of(p, op->a, l->regs, &a);
    if (f == FAULT_NONE)
        f = value_of(p, op->b, l->regs, &b);
    if (f != FAULT_NONE) {
        *d = (struct deed){.kind = DEED_FAULT, .a = (int16_t)f};
        return;
    }
    d->cell = (uint16_t)cell;
    d->other = (uint16_t)other;
    d->a = (int16_t)a;
    d->b = (int16_t)b;
    if (rules->tso)
        through_buffer(rules, op, l, d);
}

void local_after(const struct program *p, const struct rules *rules, int thread,
                 struct local *l, int input, struct event *e, bool *rides)
{
    const struct tsl_thread *t = &p->threads[thread];
    const struct op *op = &t->ops[l->pc];
    int cell, value;

    *rides = false;
    if (!OP_IS_VISIBLE(op->kind)) {
        if (!do_local(p, t, l, e))
            return;
        ride(p, rules, thread, l, e, rides);
        return;
    }
    if (buffers(rules, op)) {
        cell_of(p, op->object, op->idx, l->regs, &cell);
        value_of(p, op->a, l->regs, &value);
        l->buffer[l->buffer_count++] =
            (struct buffered){(uint16_t)cell, (int16_t)value};
    }
    if (op->dst >= 0)
        l->regs[op->dst] = (int16_t)input;
    l->pc++;
    ride(p, rules, thread, l, e, rides);
}

struct buffered local_flush(struct local *l)
{
    struct buffered oldest = l->buffer[0];

    l->buffer_count--;
    memmove(l->buffer, l->buffer + 1, l->buffer_count * sizeof *l->buffer);
    /* Equal states must be equal in every byte. */
    l->buffer[l->buffer_count] = (struct buffered){0};
    return oldest;
}
