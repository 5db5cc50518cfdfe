/* A program in full, for people. In the test process. */
#include "lib/random_program.h"

static void tell_expr(const struct program *p, int32_t expr, struct text *out)
{
    static const char *const signs[] = {
        [EXPR_NOT] = "!", [EXPR_NEGATE] = "-", [EXPR_ADD] = "+",
        [EXPR_SUB] = "-", [EXPR_MUL] = "*",    [EXPR_DIV] = "/",
        [EXPR_MOD] = "%", [EXPR_EQ] = "==",    [EXPR_NE] = "!=",
        [EXPR_LT] = "<",  [EXPR_LE] = "<=",    [EXPR_GT] = ">",
        [EXPR_GE] = ">=", [EXPR_AND] = "&&",   [EXPR_OR] = "||",
    };
    const struct expr *e = &p->exprs[expr];

    switch (e->kind) {
    case EXPR_CONST:
        text_addf(out, "%d", e->value);
        return;
    case EXPR_REGISTER:
        text_addf(out, "r%d", e->value);
        return;
    case EXPR_REG_OF:
        text_addf(out, "T%d.r%d", e->left, e->value);
        return;
    case EXPR_CELL:
        text_add(out, p->objects[e->left].name);
        if (e->right >= 0) {
            text_add(out, "[");
            tell_expr(p, e->right, out);
            text_add(out, "]");
        }
        return;
    default:
        break;
    }
    text_add(out, "(");
    if (e->kind >= EXPR_ADD)
        tell_expr(p, e->left, out);
    text_addf(out, " %s ", signs[e->kind]);
    tell_expr(p, e->kind >= EXPR_ADD ? e->right : e->left, out);
    text_add(out, ")");
}

static void tell_operand(const struct program *p, const char *name,
                         int32_t expr, struct text *out)
{
    if (expr < 0)
        return;
    text_addf(out, " %s=", name);
    tell_expr(p, expr, out);
}

static void tell_op(const struct program *p, const struct op *op, int number,
                    struct text *out)
{
    static const char *const names[] = {
        "load",  "store", "xchg",   "faa",    "cas",       "lock",   "unlock",
        "try",   "P",     "V",      "cwait",  "reacquire", "signal", "broad",
        "await", "fence", "work",   "atomic", "set",       "jmp",    "br",
        "enter", "exit",  "assert", "halt",
    };

    text_addf(out, "  %2d %-9s%s%s%s s%d", number, names[op->kind],
              op->joined ? " joined" : "", op->inside ? " inside" : "",
              op->counts ? " counts" : "", op->statement);
    if (op->object >= 0)
        text_addf(out, " %s", p->objects[op->object].name);
    if (op->other >= 0)
        text_addf(out, " %s", p->objects[op->other].name);
    if (op->dst >= 0)
        text_addf(out, " dst=r%d", op->dst);
    if (op->region >= 0)
        text_addf(out, " region=%d", op->region);
    if (op->kind == OP_AWAIT)
        text_addf(out, " cmp=%d", op->cmp - EXPR_EQ);
    tell_operand(p, "idx", op->idx, out);
    tell_operand(p, "a", op->a, out);
    tell_operand(p, "b", op->b, out);
    if (op->to >= 0)
        text_addf(out, " to=%d", op->to);
    text_add(out, "\n");
}

void random_tell(const struct program *p, struct text *out)
{
    for (int i = 0; i < p->object_count; i++) {
        const struct object *o = &p->objects[i];

        text_addf(out, "%s%s kind %d, cells %d.., starts as %d\n", o->name,
                  o->array ? "[]" : "", o->kind, o->first, p->start[o->first]);
    }
    for (int i = 0; i < p->region_count; i++)
        text_addf(out, "%s excludes %x\n", p->regions[i], p->exclude[i]);
    for (int t = 0; t < p->thread_count; t++) {
        text_addf(out, "%s:", p->threads[t].name);
        for (int r = 0; r < p->threads[t].reg_count; r++)
            text_addf(out, " r%d=%d", r, p->threads[t].reg_start[r]);
        text_add(out, "\n");
        for (int i = 0; i < p->threads[t].op_count; i++)
            tell_op(p, &p->threads[t].ops[i], i, out);
    }
    for (int i = 0; i < p->check_count; i++) {
        text_add(out, "check ");
        tell_expr(p, p->checks[i].expr, out);
        text_add(out, "\n");
    }
    for (int i = 0; i < p->observed_count; i++) {
        text_add(out, "observe ");
        tell_expr(p, p->observed[i].expr, out);
        text_add(out, "\n");
    }
}
