/* From the operations of a thread to micro-operations with every operand in a
 * slot and every cell at a known distance, so that running them takes a few
 * nanoseconds each. In the forked process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "real/code.h"

/* Places for values on the way: an expression as deep as allowed, for each of
 * an operation's operands. */
#define TEMPORARIES (4 * (TSL_DEPTH + 2))
#define SLOTS_MOST 60000
#define NO_SLOT 0
/* In .op of a jump: .to is an operation still, not a place in the code. */
#define NAMES_OPERATION 1

struct maker {
    const struct program *p;
    const struct tsl_thread *t;
    const struct spacing *spacing;
    struct compiled *out;
    int32_t *start;     /* where each operation's code begins */
    uint16_t *constant; /* slot of each value from TSL_MIN on, or NO_SLOT */
    int temporary;      /* the next that is free */
    bool regions, rides, lingers;
    bool failed; /* no memory, or too much of something */
};

static struct code *emit(struct maker *m, enum code_kind kind)
{
    struct compiled *c = m->out;
    static struct code nowhere;
    struct code *more;

    if (c->count == c->cap) {
        more = realloc(c->code, (size_t)(c->cap * 2 + 64) * sizeof(*more));
        if (!more) {
            m->failed = true;
            return &nowhere;
        }
        c->code = more;
        c->cap = c->cap * 2 + 64;
    }
    more = &c->code[c->count++];
    *more = (struct code){.kind = (uint8_t)kind,
                          .index = c->zero,
                          .index2 = c->zero,
                          .a = c->zero,
                          .b = c->zero};
    return more;
}

static uint16_t new_slot(struct maker *m, int32_t value)
{
    struct compiled *c = m->out;
    int32_t *more;

    if (c->slot_count >= SLOTS_MOST)
        m->failed = true;
    if (c->slot_count == c->slot_cap && !m->failed) {
        more = realloc(c->slots, (size_t)(c->slot_cap * 2) * sizeof(*more));
        m->failed = !more;
        if (more) {
            c->slots = more;
            c->slot_cap *= 2;
        }
    }
    if (m->failed)
        return 0;
    c->slots[c->slot_count] = value;
    return (uint16_t)c->slot_count++;
}

static uint16_t constant_slot(struct maker *m, int value)
{
    uint16_t *known = &m->constant[value - TSL_MIN];

    if (*known == NO_SLOT)
        *known = new_slot(m, value);
    return *known;
}

static uint16_t temporary_slot(struct maker *m)
{
    return (uint16_t)(m->t->reg_count + m->temporary++);
}

/* ---- expressions --------------------------------------------------------- */

static const uint8_t operators[] = {
    [EXPR_NOT] = CODE_NOT, [EXPR_NEGATE] = CODE_NEGATE, [EXPR_ADD] = CODE_ADD,
    [EXPR_SUB] = CODE_SUB, [EXPR_MUL] = CODE_MUL,       [EXPR_DIV] = CODE_DIV,
    [EXPR_MOD] = CODE_MOD, [EXPR_EQ] = CODE_EQ,         [EXPR_NE] = CODE_NE,
    [EXPR_LT] = CODE_LT,   [EXPR_LE] = CODE_LE,         [EXPR_GT] = CODE_GT,
    [EXPR_GE] = CODE_GE,
};

static uint16_t value_slot(struct maker *m, int32_t expr);

/* The right side of && and || is computed only if the left does not decide. */
static uint16_t short_circuit(struct maker *m, const struct expr *e)
{
    uint16_t result = temporary_slot(m);
    uint16_t left = value_slot(m, e->left);
    uint16_t right;
    struct code *c = emit(m, CODE_TRUTH);
    int jump;

    c->dst = result;
    c->a = left;
    jump = m->out->count;
    c = emit(m, e->kind == EXPR_AND ? CODE_BRANCH_NOT : CODE_BRANCH);
    c->a = result;
    right = value_slot(m, e->right);
    c = emit(m, CODE_TRUTH);
    c->dst = result;
    c->a = right;
    if (!m->failed)
        m->out->code[jump].to = m->out->count;
    return result;
}

/* Emit what computes @expr; returns the slot that then holds it. */
static uint16_t value_slot(struct maker *m, int32_t expr)
{
    const struct expr *e;
    uint16_t result, left, right;
    int mark = m->temporary;
    struct code *c;

    if (expr < 0)
        return m->out->zero;
    e = &m->p->exprs[expr];
    if (e->kind == EXPR_CONST)
        return constant_slot(m, e->value);
    if (e->kind == EXPR_REGISTER)
        return (uint16_t)e->value;
    if (e->kind == EXPR_AND || e->kind == EXPR_OR) {
        result = short_circuit(m, e);
    } else {
        result = temporary_slot(m);
        left = value_slot(m, e->left);
        right = e->kind >= EXPR_ADD ? value_slot(m, e->right) : m->out->zero;
        c = emit(m, (enum code_kind)operators[e->kind]);
        c->dst = result;
        c->a = left;
        c->b = right;
    }
    m->temporary = mark + 1; /* all but the result are free again */
    return result;
}

/* The same into register @dst, where the last instruction can put it there
 * itself. */
static void value_into(struct maker *m, int32_t expr, uint16_t dst)
{
    int before = m->out->count;
    uint16_t slot = value_slot(m, expr);
    struct code *c;
    int kind = m->p->exprs[expr].kind;

    if (!m->failed && m->out->count > before && kind != EXPR_AND &&
        kind != EXPR_OR) {
        m->out->code[m->out->count - 1].dst = dst;
        return;
    }
    c = emit(m, CODE_MOVE);
    c->dst = dst;
    c->a = slot;
}

/* ---- operations ---------------------------------------------------------- */

/* The cell of object @object at @idx: bytes from the instance's beginning in
 * *@at, and the slot with what the index adds, which is returned. */
static uint16_t place(struct maker *m, int object, int32_t idx, int32_t *at)
{
    const struct object *o = &m->p->objects[object];
    struct code *c;
    uint16_t index, result;

    *at = o->first * m->spacing->cell;
    if (idx < 0)
        return m->out->zero;
    if (m->p->exprs[idx].kind == EXPR_CONST && m->p->exprs[idx].value >= 0 &&
        m->p->exprs[idx].value < o->length) {
        *at += m->p->exprs[idx].value * o->slots * m->spacing->cell;
        return m->out->zero;
    }
    result = temporary_slot(m);
    index = value_slot(m, idx);
    c = emit(m, CODE_INDEX);
    c->dst = result;
    c->a = index;
    c->length = o->length;
    c->stride = o->slots * m->spacing->cell;
    return result;
}

static enum code_kind access_kind(enum op_kind kind)
{
    switch (kind) {
    case OP_LOAD:
        return CODE_LOAD;
    case OP_STORE:
        return CODE_STORE;
    case OP_XCHG:
        return CODE_XCHG;
    case OP_FAA:
        return CODE_FAA;
    case OP_CAS:
        return CODE_CAS;
    case OP_FENCE:
        return CODE_FENCE;
    default:
        return CODE_SYNC;
    }
}

/* Operands first, in the order in which a fault of them counts, then the
 * access. A result that nobody wants goes to a place of its own. */
static void visible(struct maker *m, const struct op *op)
{
    struct code filled = {.index = m->out->zero, .index2 = m->out->zero};
    int32_t at2 = 0;
    struct code *c;

    if (op->object >= 0)
        filled.index = place(m, op->object, op->idx, &filled.at);
    if (op->other >= 0)
        filled.index2 = place(m, op->other, op->idx2, &at2);
    filled.at2 = at2;
    filled.a = value_slot(m, op->a);
    filled.b = value_slot(m, op->b);
    filled.dst = op->dst >= 0 ? (uint16_t)op->dst : temporary_slot(m);
    filled.op = op->kind;
    filled.apart = m->spacing->cell / (int32_t)sizeof(int32_t);
    if (op->object >= 0)
        filled.slots = (uint8_t)m->p->objects[op->object].slots;
    if (m->lingers)
        emit(m, CODE_LINGER);
    if (m->regions && op->kind != OP_LOAD)
        emit(m, CODE_HIDE);
    if (op->kind != OP_WORK) {
        filled.kind = (uint8_t)access_kind((enum op_kind)op->kind);
        c = emit(m, CODE_HALT);
        *c = filled;
    }
    if (m->rides)
        emit(m, CODE_RIDDEN);
}

static void local(struct maker *m, int at)
{
    const struct op *op = &m->t->ops[at];
    bool back = (op->kind == OP_JMP || op->kind == OP_BR) && op->to <= at;
    struct code *c;
    uint16_t slot;

    if (m->rides)
        emit(m, CODE_RIDE);
    if (back)
        emit(m, CODE_ROUND);
    switch (op->kind) {
    case OP_SET:
        value_into(m, op->a, (uint16_t)op->dst);
        break;
    case OP_JMP:
        c = emit(m, CODE_JUMP);
        c->to = op->to;
        c->op = NAMES_OPERATION;
        break;
    case OP_BR:
        slot = value_slot(m, op->a);
        c = emit(m, CODE_BRANCH);
        c->a = slot;
        c->to = op->to;
        c->op = NAMES_OPERATION;
        break;
    case OP_ASSERT:
        slot = value_slot(m, op->a);
        c = emit(m, CODE_ASSERT);
        c->a = slot;
        break;
    default: /* OP_ENTER, OP_EXIT */
        if (!m->regions)
            break;
        c = emit(m, op->kind == OP_ENTER ? CODE_ENTER : CODE_EXIT);
        c->mask = UINT32_C(1) << op->region;
        break;
    }
}

static void make(struct maker *m)
{
    const struct tsl_thread *t = m->t;

    for (int i = 0; i < t->op_count && !m->failed; i++) {
        int kind = t->ops[i].kind;

        m->start[i] = m->out->count;
        m->temporary = 0;
        /* The others see it in its regions from here to its next write. */
        if (m->regions && OP_IS_VISIBLE(kind))
            emit(m, CODE_SHOW);
        if (kind == OP_HALT)
            emit(m, CODE_HALT);
        else if (OP_IS_VISIBLE(kind))
            visible(m, &t->ops[i]);
        else
            local(m, i);
    }
    for (int i = 0; i < m->out->count && !m->failed; i++) {
        struct code *c = &m->out->code[i];

        if ((c->kind == CODE_JUMP || c->kind == CODE_BRANCH) &&
            c->op == NAMES_OPERATION)
            c->to = m->start[c->to];
    }
}

int compile(const struct program *p, int thread, const struct spacing *spacing,
            bool lingers, struct compiled *out, struct err *err)
{
    const struct tsl_thread *t = &p->threads[thread];
    int fixed = t->reg_count + TEMPORARIES;
    struct maker m = {.p = p,
                      .t = t,
                      .spacing = spacing,
                      .out = out,
                      .regions = program_excludes(p),
                      .rides = thread_spins_alone(t),
                      .lingers = lingers};

    *out = (struct compiled){.slot_cap = fixed + 64};
    out->slots = calloc((size_t)out->slot_cap, sizeof(*out->slots));
    m.start = calloc((size_t)t->op_count, sizeof(*m.start));
    m.constant = calloc(TSL_MAX - TSL_MIN + 1, sizeof(*m.constant));
    m.failed = !out->slots || !m.start || !m.constant;
    if (!m.failed) {
        for (int r = 0; r < t->reg_count; r++)
            out->slots[r] = t->reg_start[r];
        out->slot_count = fixed;
        out->zero = constant_slot(&m, 0);
        make(&m);
    }
    free(m.start);
    free(m.constant);
    return m.failed
               ? err_set(err, -ENOMEM, "%s: no memory to run it in", p->name)
               : 0;
}
