/* The instructions of an assembler program as operations of the interleaving
 * machine. Any thread. */
#include <errno.h>
#include <stdio.h>

#include "asm/translate.h"

/* ---- expressions --------------------------------------------------------- */

int32_t asm_constant(struct translation *t, int64_t n)
{
    return program_expr(t->to, EXPR_CONST, (int)n, -1, -1);
}

static int32_t of_register(struct translation *t, int reg)
{
    return program_expr(t->to, EXPR_REGISTER, t->regs[reg], -1, -1);
}

static int32_t combine(struct translation *t, enum expr_kind kind, int32_t a,
                       int32_t b)
{
    return program_expr(t->to, kind, 0, a, b);
}

static int32_t plain(struct translation *t, const struct asm_operand *o)
{
    return o->place == ASM_REGISTER ? of_register(t, o->reg)
                                    : asm_constant(t, o->number);
}

/* The address of @o. */
static int32_t address(struct translation *t, const struct asm_operand *o)
{
    int32_t at = asm_constant(t, o->number);

    if (o->reg >= 0)
        at = combine(t, EXPR_ADD, at, of_register(t, o->reg));
    if (o->times >= 0)
        at = combine(t, EXPR_ADD, at,
                     combine(t, EXPR_MUL, of_register(t, o->times),
                             asm_constant(t, o->scale)));
    return at;
}

/* Which element of the one array is at the computed address of @o? What is at
 * no cell leads far outside, which is a fault. */
static int32_t element(struct translation *t, const struct asm_operand *o)
{
    int32_t from =
        combine(t, EXPR_SUB, address(t, o), asm_constant(t, ASM_DATA));
    int32_t off = combine(
        t, EXPR_NE, combine(t, EXPR_MOD, from, asm_constant(t, ASM_APART)),
        asm_constant(t, 0));

    return combine(t, EXPR_ADD,
                   combine(t, EXPR_DIV, from, asm_constant(t, ASM_APART)),
                   combine(t, EXPR_MUL, off, asm_constant(t, TSL_CELLS)));
}

/* ---- cells --------------------------------------------------------------- */

/* The variable with a cell at @address, or -1. *@cell is which. */
static int find_cell(const struct asm_program *p, int64_t at, int *cell)
{
    for (int i = 0; i < p->var_count; i++) {
        int64_t off = at - p->vars[i].address;

        *cell = (int)(off / ASM_APART);
        if (off >= 0 && off % ASM_APART == 0 && *cell < p->vars[i].cells)
            return i;
    }
    return -1;
}

void asm_cell_of(struct translation *t, int var, int cell, int *object,
                 int32_t *idx)
{
    const struct asm_var *v = &t->from->vars[var];

    if (t->computed) {
        *object = 0;
        *idx = asm_constant(t, (v->address - ASM_DATA) / ASM_APART + cell);
    } else {
        *object = var;
        *idx = v->cells > 1 ? asm_constant(t, cell) : -1;
    }
}

/* Fill in where @op goes: to @o. */
static int aim(struct translation *t, struct op *op, int line,
               const struct asm_operand *o)
{
    char name[TSL_NAME];
    int var, cell, object;
    int32_t idx;

    if (o->reg >= 0 || o->times >= 0) {
        op->object = 0;
        op->idx = element(t, o);
        return op->idx < 0 ? op->idx : 0;
    }
    var = find_cell(t->from, o->number, &cell);
    if (var >= 0) {
        asm_cell_of(t, var, cell, &object, &idx);
    } else if (t->computed) {
        return asm_refuse(
            t, line,
            "with computed addresses the search over all schedules "
            "knows only the memory that .var declares");
    } else {
        snprintf(name, sizeof(name), "@%lld", (long long)o->number);
        object = program_object(t->to, name);
        if (object < 0)
            object = asm_add_object(t, name, 0);
        if (object < 0)
            return object;
        idx = -1;
    }
    op->object = (int16_t)object;
    op->idx = idx;
    return 0;
}

/* ---- instructions -------------------------------------------------------- */

static int32_t condition(struct translation *t, unsigned verb)
{
    int32_t flags = program_expr(t->to, EXPR_REGISTER, t->flags, -1, -1);
    int32_t zero = asm_constant(t, 0), known;

    switch (verb) {
    case ASM_JE:
        return combine(t, EXPR_EQ, flags, zero);
    case ASM_JNE:
        known = combine(t, EXPR_NE, flags, asm_constant(t, ASM_UNTESTED));
        return combine(t, EXPR_AND, combine(t, EXPR_NE, flags, zero), known);
    case ASM_JGT:
        return combine(t, EXPR_EQ, flags, asm_constant(t, 1));
    case ASM_JGTE:
        known = combine(t, EXPR_NE, flags, asm_constant(t, ASM_UNTESTED));
        return combine(t, EXPR_AND, combine(t, EXPR_GE, flags, zero), known);
    case ASM_JLT:
        return combine(t, EXPR_LT, flags, zero);
    default:
        return combine(t, EXPR_LE, flags, zero);
    }
}

/* dst = @value, a step of its own where instructions are. */
static struct op set(int dst, int32_t value)
{
    struct op op = op_blank(OP_SET);

    op.dst = (int16_t)dst;
    op.a = value;
    op.counts = true;
    return op;
}

static int32_t arithmetic(struct translation *t, const struct asm_code *c)
{
    static const enum expr_kind kinds[] = {
        [ASM_ADD] = EXPR_ADD, [ASM_SUB] = EXPR_SUB, [ASM_MUL] = EXPR_MUL};

    if (c->verb == ASM_NEG)
        return program_expr(t->to, EXPR_NEGATE, 0, of_register(t, c->a.reg),
                            -1);
    return combine(t, kinds[c->verb], of_register(t, c->b.reg),
                   plain(t, &c->a));
}

static int move(struct translation *t, const struct asm_code *c, struct op *op)
{
    int rc = 0;

    if (c->b.place == ASM_CELL) {
        *op = op_blank(OP_STORE);
        op->a = plain(t, &c->a);
        rc = aim(t, op, c->line, &c->b);
    } else if (c->a.place == ASM_CELL) {
        *op = op_blank(OP_LOAD);
        op->dst = (int16_t)t->regs[c->b.reg];
        rc = aim(t, op, c->line, &c->a);
    } else {
        *op = set(t->regs[c->b.reg], plain(t, &c->a));
    }
    return rc;
}

static int32_t compare(struct translation *t, const struct asm_code *c)
{
    int32_t a = plain(t, &c->a), b = plain(t, &c->b);

    return combine(t, EXPR_SUB, combine(t, EXPR_GT, b, a),
                   combine(t, EXPR_LT, b, a));
}

/* One instruction as one operation. 1: there is none. */
static int emit(struct translation *t, const struct asm_code *c, struct op *op)
{
    switch (c->verb) {
    case ASM_MOV:
        return move(t, c, op);
    case ASM_LEA:
        *op = set(t->regs[c->b.reg], address(t, &c->a));
        return 0;
    case ASM_ADD:
    case ASM_SUB:
    case ASM_MUL:
        *op = set(t->regs[c->b.reg], arithmetic(t, c));
        return 0;
    case ASM_NEG:
        *op = set(t->regs[c->a.reg], arithmetic(t, c));
        return 0;
    case ASM_XCHG:
    case ASM_FETCHADD:
        *op = op_blank(c->verb == ASM_XCHG ? OP_XCHG : OP_FAA);
        op->dst = (int16_t)t->regs[c->a.reg];
        op->a = of_register(t, c->a.reg);
        return aim(t, op, c->line, &c->b);
    case ASM_TEST:
        *op = set(t->flags, compare(t, c));
        return 0;
    case ASM_J:
        *op = op_blank(OP_JMP);
        op->to = c->to;
        return 0;
    case ASM_NOP:
    case ASM_YIELD:
        return 1;
    case ASM_HALT:
        *op = op_blank(OP_HALT);
        return 0;
    default:
        *op = op_blank(OP_BR);
        op->a = condition(t, c->verb);
        op->to = c->to;
        return 0;
    }
}

static int append(struct translation *t, struct tsl_thread *to,
                  const struct op *op, int i)
{
    struct op *one;

    if (to->op_count >= TSL_OPS)
        return err_set(t->err, -EINVAL,
                       "%s has more instructions than the search over all "
                       "schedules: at most %d",
                       t->from->name, TSL_OPS);
    one = thread_add_op(to, (enum op_kind)op->kind);
    if (!one)
        return asm_no_memory(t);
    *one = *op;
    if (t->from->code[i].line <= UINT16_MAX)
        one->line = (uint16_t)t->from->code[i].line;
    one->statement = (uint16_t)(i + 1);
    return 0;
}

/* May somebody run past the last instruction? */
static bool has_open_end(const struct asm_program *p)
{
    unsigned last = p->code[p->count - 1].verb;
    bool open = last != ASM_HALT && last != ASM_J;

    for (int i = 0; i < p->count; i++)
        open |= p->code[i].to == p->count;
    return open;
}

int asm_emit_thread(struct translation *t, struct tsl_thread *to)
{
    const struct asm_program *p = t->from;
    struct op op;
    int rc = 0;

    for (int i = 0; i < p->count && rc >= 0; i++) {
        t->first[i] = to->op_count;
        rc = emit(t, &p->code[i], &op);
        if (rc == 0)
            rc = append(t, to, &op, i);
    }
    t->first[p->count] = to->op_count;
    if (rc >= 0 && has_open_end(p)) { /* who gets there has gone wrong */
        op = op_blank(OP_ASSERT);
        op.a = asm_constant(t, 0);
        rc = append(t, to, &op, p->count - 1);
    }
    for (int i = 0; i < to->op_count && rc >= 0; i++)
        if (to->ops[i].to >= 0)
            to->ops[i].to = t->first[to->ops[i].to];
    if (t->to->expr_count >= TSL_EXPRS)
        return err_set(t->err, -EINVAL,
                       "%s is too long for the search over all schedules",
                       p->name);
    return rc < 0 ? rc : 0;
}
