/* Operations in words, as the microscope shows them. Any thread. */
#include <stdio.h>

#include "base/text.h"
#include "tsl/program.h"

/* What is being written about: registers of the translation have no name of
 * their own, and are called after what they hold at that place. */
struct writer {
    const struct program *p;
    const struct tsl_thread *t;
    int op;
    struct text *out;
};

/* ---- registers ----------------------------------------------------------- */

/* A register in @expr that has a name, for those that have not; NULL: none. */
static const char *named_in(const struct writer *w, int32_t expr)
{
    const struct expr *x = &w->p->exprs[expr];
    const char *name;

    if (x->kind == EXPR_REGISTER)
        return w->t->reg_names[x->value][0] ? w->t->reg_names[x->value] : NULL;
    if (x->kind < EXPR_NOT)
        return NULL;
    name = named_in(w, x->left);
    return name || x->kind < EXPR_ADD ? name : named_in(w, x->right);
}

static bool reads(const struct writer *w, int32_t expr, int reg)
{
    const struct expr *x = &w->p->exprs[expr];

    if (x->kind == EXPR_REGISTER)
        return x->value == reg;
    if (x->kind < EXPR_NOT)
        return false;
    return reads(w, x->left, reg) ||
           (x->kind >= EXPR_ADD && reads(w, x->right, reg));
}

/* What a register holds that has to do with no variable. */
static const char success[] = "ok", value[] = "value";

/* Operations that are looked through for what a register holds: enough for any
 * statement, and quick for a program of thousands. */
#define NAME_NEAR 256

/* After what nameless @reg is called at operation @from, which may itself set
 * it. NULL: nothing known. */
static const char *base_name(const struct writer *w, int reg, int from)
{
    for (int i = from; i >= 0 && from - i < NAME_NEAR; i--) {
        const struct op *op = &w->t->ops[i];

        if (op->dst != reg)
            continue;
        if (op->kind == OP_CAS || op->kind == OP_TRYLOCK)
            return success;
        if (op->object >= 0)
            return w->p->objects[op->object].name;
        if (op->kind == OP_SET && w->p->exprs[op->a].kind < EXPR_NOT)
            return value;
        if (op->kind == OP_SET && !reads(w, op->a, reg))
            return named_in(w, op->a);
    }
    return NULL;
}

/* "x'" holds what was read of x; a second one at the same time is "x''": they
 * are used like a stack, so that those before it hold something, too. */
static void add_register(const struct writer *w, int reg, bool result)
{
    int from = result ? w->op : w->op - 1;
    const char *base;

    if (w->t->reg_names[reg][0]) {
        text_add(w->out, w->t->reg_names[reg]);
        return;
    }
    base = base_name(w, reg, from);
    if (!base)
        base = value;
    text_add(w->out, base);
    for (int i = 0; i < reg; i++)
        if (!w->t->reg_names[i][0] && base_name(w, i, from) == base)
            text_add(w->out, "'");
    if (base != success && base != value)
        text_add(w->out, "'");
}

/* ---- expressions --------------------------------------------------------- */

enum { BINDS_UNARY = 7 };
static const struct sign {
    const char *text;
    int binds; /* 1: loosest */
} operators[] = {
    [EXPR_ADD] = {" + ", 5}, [EXPR_SUB] = {" - ", 5}, [EXPR_MUL] = {" * ", 6},
    [EXPR_DIV] = {" / ", 6}, [EXPR_MOD] = {" % ", 6}, [EXPR_EQ] = {" == ", 3},
    [EXPR_NE] = {" != ", 3}, [EXPR_LT] = {" < ", 4},  [EXPR_LE] = {" <= ", 4},
    [EXPR_GT] = {" > ", 4},  [EXPR_GE] = {" >= ", 4}, [EXPR_AND] = {" && ", 2},
    [EXPR_OR] = {" || ", 1},
};

static void add_expr(const struct writer *w, int32_t expr, int outer)
{
    const struct expr *x = &w->p->exprs[expr];
    const struct sign *o;

    switch (x->kind) {
    case EXPR_CONST:
        text_addf(w->out, "%d", x->value);
        return;
    case EXPR_REGISTER:
        add_register(w, x->value, false);
        return;
    case EXPR_NOT:
    case EXPR_NEGATE:
        text_add(w->out, x->kind == EXPR_NOT ? "!" : "-");
        add_expr(w, x->left, BINDS_UNARY);
        return;
    case EXPR_CELL:
    case EXPR_REG_OF:
        return; /* of checks, not of operations */
    default:
        break;
    }
    o = &operators[x->kind];
    text_add(w->out, o->binds < outer ? "(" : "");
    add_expr(w, x->left, o->binds);
    text_add(w->out, o->text);
    add_expr(w, x->right, o->binds + 1);
    text_add(w->out, o->binds < outer ? ")" : "");
}

static void add_place(const struct writer *w, int object, int32_t idx)
{
    text_add(w->out, w->p->objects[object].name);
    if (idx < 0)
        return;
    text_add(w->out, "[");
    add_expr(w, idx, 0);
    text_add(w->out, "]");
}

/* ---- operations ---------------------------------------------------------- */

/* The order of what is written after an operation's name: */
enum shape {
    SHAPE_NONE,
    SHAPE_PLACE,     /* lock m */
    SHAPE_RESULT,    /* load r <- x */
    SHAPE_STORE,     /* store x <- r */
    SHAPE_EXCHANGE,  /* xchg r <- x, 1 */
    SHAPE_CAS,       /* cas ok <- top: t -> n */
    SHAPE_PAIR,      /* wait c, m */
    SHAPE_CONDITION, /* await x == 1 */
    SHAPE_SET,
    SHAPE_JUMP,
    SHAPE_BRANCH,
    SHAPE_REGION,
    SHAPE_VALUE
};
static const struct form {
    const char *verb;
    enum shape shape;
} forms[] = {
    [OP_LOAD] = {"load", SHAPE_RESULT},
    [OP_STORE] = {"store", SHAPE_STORE},
    [OP_XCHG] = {"xchg", SHAPE_EXCHANGE},
    [OP_FAA] = {"fetch_add", SHAPE_EXCHANGE},
    [OP_CAS] = {"cas", SHAPE_CAS},
    [OP_LOCK] = {"lock", SHAPE_PLACE},
    [OP_UNLOCK] = {"unlock", SHAPE_PLACE},
    [OP_TRYLOCK] = {"trylock", SHAPE_RESULT},
    [OP_P] = {"wait", SHAPE_PLACE},
    [OP_V] = {"post", SHAPE_PLACE},
    [OP_CWAIT] = {"wait", SHAPE_PAIR},
    [OP_REACQUIRE] = {"wake", SHAPE_PAIR},
    [OP_SIGNAL] = {"signal", SHAPE_PLACE},
    [OP_BROADCAST] = {"broadcast", SHAPE_PLACE},
    [OP_AWAIT] = {"await", SHAPE_CONDITION},
    [OP_FENCE] = {"fence", SHAPE_NONE},
    [OP_WORK] = {"work", SHAPE_NONE},
    [OP_ATOMIC] = {"atomic", SHAPE_NONE},
    [OP_SET] = {NULL, SHAPE_SET},
    [OP_JMP] = {"goto", SHAPE_JUMP},
    [OP_BR] = {NULL, SHAPE_BRANCH},
    [OP_ENTER] = {"enter", SHAPE_REGION},
    [OP_EXIT] = {"leave", SHAPE_REGION},
    [OP_ASSERT] = {"assert", SHAPE_VALUE},
    [OP_HALT] = {"end", SHAPE_NONE},
};

static void add_result(const struct writer *w, const struct op *op)
{
    if (op->dst < 0)
        return;
    add_register(w, op->dst, true);
    text_add(w->out, " <- ");
}

static void add_target(const struct writer *w, const struct op *op)
{
    const struct op *to = &w->t->ops[op->to];

    if (to->kind == OP_HALT)
        text_add(w->out, "the end");
    else if (to->line)
        text_addf(w->out, "line %d", to->line);
    else
        text_addf(w->out, "%d", op->to);
}

/* "add r, 1" when it changes the register, else "set r <- ..." */
static void add_set(const struct writer *w, const struct op *op)
{
    static const char *const verbs[] = {[EXPR_ADD] = "add",
                                        [EXPR_SUB] = "sub",
                                        [EXPR_MUL] = "mul",
                                        [EXPR_DIV] = "div",
                                        [EXPR_MOD] = "mod"};
    const struct expr *x = &w->p->exprs[op->a];
    bool changes = x->kind >= EXPR_ADD && x->kind <= EXPR_MOD &&
                   w->p->exprs[x->left].kind == EXPR_REGISTER &&
                   w->p->exprs[x->left].value == op->dst;

    text_pad(w->out, changes ? verbs[x->kind] : "set", 6);
    add_register(w, op->dst, !changes);
    text_add(w->out, changes ? ", " : " <- ");
    add_expr(w, changes ? x->right : op->a, 0);
}

static void add_rest(const struct writer *w, const struct op *op,
                     enum shape shape)
{
    switch (shape) {
    case SHAPE_NONE:
        return;
    case SHAPE_RESULT:
        add_result(w, op);
        /* fall through */
    case SHAPE_PLACE:
        add_place(w, op->object, op->idx);
        return;
    case SHAPE_STORE:
        add_place(w, op->object, op->idx);
        text_add(w->out, " <- ");
        add_expr(w, op->a, 0);
        return;
    case SHAPE_EXCHANGE:
        add_result(w, op);
        add_place(w, op->object, op->idx);
        text_add(w->out, ", ");
        add_expr(w, op->a, 0);
        return;
    case SHAPE_CAS:
        add_result(w, op);
        add_place(w, op->object, op->idx);
        text_add(w->out, ": ");
        add_expr(w, op->a, 0);
        text_add(w->out, " -> ");
        add_expr(w, op->b, 0);
        return;
    case SHAPE_PAIR:
        add_place(w, op->object, op->idx);
        text_add(w->out, ", ");
        add_place(w, op->other, op->idx2);
        return;
    case SHAPE_CONDITION:
        add_place(w, op->object, op->idx);
        text_add(w->out, operators[op->cmp].text);
        add_expr(w, op->a, operators[op->cmp].binds + 1);
        return;
    case SHAPE_SET:
        add_set(w, op);
        return;
    case SHAPE_BRANCH:
        text_add(w->out, "if ");
        add_expr(w, op->a, 0);
        text_add(w->out, " goto ");
        /* fall through */
    case SHAPE_JUMP:
        add_target(w, op);
        return;
    case SHAPE_REGION:
        text_add(w->out, w->p->regions[op->region]);
        return;
    case SHAPE_VALUE:
        add_expr(w, op->a, 0);
        return;
    }
}

void op_text(const struct program *p, int thread, int op, char *out,
             size_t size)
{
    const struct tsl_thread *t = &p->threads[thread];
    const struct op *o = &t->ops[op];
    const struct form *f = &forms[o->kind];
    struct text text = {0};
    struct writer w = {p, t, op, &text};

    if (f->verb && f->shape == SHAPE_NONE)
        text_add(&text, f->verb);
    else if (f->verb)
        text_pad(&text, f->verb, 6);
    if (f->verb && f->shape != SHAPE_NONE && text.data &&
        text.data[text.len - 1] != ' ')
        text_add(&text, " ");
    add_rest(&w, o, f->shape);
    snprintf(out, size, "%s", text_str(&text));
    text_fini(&text);
}
