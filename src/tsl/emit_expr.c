/* Expressions: what they access becomes operations, the rest stays an
 * expression over registers. Any thread. */
#include <errno.h>

#include "tsl/emitter.h"

/* ---- making -------------------------------------------------------------- */

bool emit_is_const(const struct emit *e, int32_t expr, int *value)
{
    const struct expr *x = &e->p->exprs[expr];

    *value = x->value;
    return x->kind == EXPR_CONST;
}

static int32_t add(struct emit *e, int token, enum expr_kind kind, int value,
                   int32_t left, int32_t right)
{
    int32_t expr;

    if (e->rc < 0)
        return e->zero;
    expr = program_expr(e->p, kind, value, left, right);
    if (expr >= 0)
        return expr;
    if (expr != -ENOMEM)
        return emit_fail(e, token,
                         "the program's expressions have more than %d parts: "
                         "use fewer threads, or functions with less in them",
                         TSL_EXPRS);
    e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
    return e->zero;
}

/* What is often the same is made once, since there is a bound on all of it. */
int32_t emit_const(struct emit *e, int value)
{
    bool often = value > 0 && value < EMIT_CONSTS;
    int32_t expr;

    if (value == 0 || e->rc < 0)
        return e->zero;
    if (often && e->consts[value])
        return e->consts[value];
    expr = add(e, e->at_token, EXPR_CONST, value, -1, -1);
    if (often)
        e->consts[value] = expr;
    return expr;
}

int32_t emit_reg(struct emit *e, int reg)
{
    if (reg < 0 || e->rc < 0)
        return e->zero;
    if (!e->regs[reg])
        e->regs[reg] = add(e, e->at_token, EXPR_REGISTER, reg, -1, -1);
    return e->regs[reg];
}

static int32_t say_fault(struct emit *e, int token, enum expr_kind kind,
                         int left, int right)
{
    static const char signs[] = {[EXPR_ADD] = '+',
                                 [EXPR_SUB] = '-',
                                 [EXPR_MUL] = '*',
                                 [EXPR_DIV] = '/',
                                 [EXPR_MOD] = '%'};

    if (kind == EXPR_NEGATE)
        return emit_fail(e, token,
                         "-(%d) does not fit 16 bits: values are %d to %d",
                         left, TSL_MIN, TSL_MAX);
    if (right == 0 && (kind == EXPR_DIV || kind == EXPR_MOD))
        return emit_fail(e, token, "%d %c 0: there is no division by 0", left,
                         signs[kind]);
    return emit_fail(e, token,
                     "%d %c %d does not fit 16 bits: values are %d to %d", left,
                     signs[kind], right, TSL_MIN, TSL_MAX);
}

int32_t emit_make(struct emit *e, int token, enum expr_kind kind, int32_t left,
                  int32_t right)
{
    int a, b = 0, value;
    bool known = emit_is_const(e, left, &a) &&
                 (kind < EXPR_ADD || emit_is_const(e, right, &b));

    if (known && !expr_apply(kind, a, b, &value))
        return e->reachable || !e->thread ? say_fault(e, token, kind, a, b)
                                          : e->zero;
    /* What stands left has no effect: the right side alone may decide. */
    if ((kind == EXPR_AND && emit_is_const(e, right, &b) && !b) ||
        (kind == EXPR_OR && emit_is_const(e, right, &b) && b))
        return emit_const(e, kind == EXPR_OR);
    return add(e, token, kind, 0, left, right);
}

/* ---- what stands where --------------------------------------------------- */

bool emit_is_pure(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct symbol *s;

    switch (n->kind) {
    case NODE_NAME:
        s = emit_find(e, n->token);
        return s && s->means != MEANS_OBJECT;
    case NODE_INDEX:
    case NODE_CALL:
        return false;
    case NODE_UNARY:
        return emit_is_pure(e, n->a);
    case NODE_BINARY:
        return emit_is_pure(e, n->a) && emit_is_pure(e, n->b);
    default:
        return true;
    }
}

int32_t emit_index(struct emit *e, int object, int32_t node,
                   int32_t (*value)(struct emit *, int32_t))
{
    int32_t idx = value(e, node);
    const struct object *o = &e->p->objects[object];
    int known;

    if (!emit_is_const(e, idx, &known) || (known >= 0 && known < o->length))
        return idx;
    if (e->thread && !e->reachable)
        return e->zero;
    return emit_fail(e, emit_node(e, node)->token,
                     "%s[%d] does not exist: %s has the elements 0 to %d",
                     o->name, known, o->name, o->length - 1);
}

struct place emit_place(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    struct place at = {-1, -1};
    const struct symbol *s = emit_look_up(e, n->token);
    char text[TSL_NAME + 8];
    const struct object *o;

    if (!s)
        return at;
    token_text(e->tokens, n->token, text, sizeof(text));
    if (s->means != MEANS_OBJECT) {
        emit_fail(e, n->token, "'%s' is %s: only what is shared has elements",
                  text, emit_kind_words(e, s));
        return at;
    }
    o = &e->p->objects[s->value];
    if (n->kind == NODE_INDEX && !o->array) {
        emit_fail(e, n->token, "'%s' is no array: leave out the [...]", text);
        return at;
    }
    if (n->kind != NODE_INDEX && o->array) {
        emit_fail(e, n->token, "'%s' is an array: which element, as in %s[0]?",
                  text, text);
        return at;
    }
    if (n->kind == NODE_INDEX)
        at.idx = emit_index(e, s->value, n->a, emit_value);
    at.object = s->value;
    return at;
}

struct op *emit_access(struct emit *e, enum op_kind kind, struct place at)
{
    struct op *op = emit_op(e, kind);

    op->object = (int16_t)at.object;
    op->idx = at.idx;
    return op;
}

/* ---- values -------------------------------------------------------------- */

/* A shared int is loaded into a temporary. */
static int32_t load(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    struct place at = emit_place(e, node);
    int temp;

    if (e->rc < 0)
        return e->zero;
    if (e->p->objects[at.object].kind != OBJECT_INT) {
        static const char *const hints[] = {
            [OBJECT_INT] = "",
            [OBJECT_MUTEX] = "lock, unlock and trylock take it",
            [OBJECT_SEMAPHORE] = "wait and post take it",
            [OBJECT_CONDITION] = "wait, signal and broadcast take it"};
        const struct symbol *s = emit_find(e, n->token);
        char text[TSL_NAME + 8];

        return emit_fail(e, n->token, "'%s' is %s and has no value here: %s",
                         token_text(e->tokens, n->token, text, sizeof(text)),
                         emit_kind_words(e, s),
                         hints[e->p->objects[at.object].kind]);
    }
    temp = emit_temp(e);
    emit_access(e, OP_LOAD, at)->dst = (int16_t)temp;
    return emit_reg(e, temp);
}

static int32_t name_value(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct symbol *s = emit_look_up(e, n->token);
    char text[TSL_NAME + 8];

    if (!s)
        return e->zero;
    switch (s->means) {
    case MEANS_CONST:
        return emit_const(e, s->value);
    case MEANS_REGISTER:
        return emit_reg(e, s->value);
    case MEANS_FN:
        token_text(e->tokens, n->token, text, sizeof(text));
        return emit_fail(e, n->token, "'%s' is a function: write %s(...)", text,
                         text);
    default:
        return load(e, node);
    }
}

/* && and || whose sides do something: by jumps, then 1 or 0. */
static int32_t jumped_value(struct emit *e, int32_t node)
{
    struct label yes = LABEL, no = LABEL, end = LABEL;
    int temp = emit_temp(e);

    emit_condition(e, node, &yes, &no, true);
    emit_bind(e, &yes);
    emit_set(e, temp, emit_const(e, 1));
    emit_jump(e, &end);
    emit_bind(e, &no);
    emit_set(e, temp, e->zero);
    emit_bind(e, &end);
    return emit_reg(e, temp);
}

static int32_t logical_value(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    enum expr_kind kind = (enum expr_kind)n->op;
    bool was_reachable = e->reachable;
    int32_t left, right;
    int known;

    if (!emit_is_pure(e, n->a))
        return jumped_value(e, node);
    left = emit_value(e, n->a);
    if (emit_is_const(e, left, &known) && (known != 0) == (kind == EXPR_OR)) {
        e->reachable = false; /* the right side is never looked at */
        emit_value(e, n->b);
        e->reachable = was_reachable;
        return emit_const(e, kind == EXPR_OR);
    }
    if (emit_is_const(e, left, &known) || emit_is_pure(e, n->b)) {
        right = emit_value(e, n->b);
        return emit_make(e, n->token, kind, left, right);
    }
    return jumped_value(e, node);
}

/* T0.r, where T0 does not run. */
static int32_t foreign_value(struct emit *e, const struct node *n)
{
    const struct symbol *s = emit_find(e, n->token);
    char text[TSL_NAME + 8];

    if (s)
        return emit_fail(e, n->token, "'%s' is %s and has no parts",
                         token_text(e->tokens, n->token, text, sizeof(text)),
                         emit_kind_words(e, s));
    return emit_fail(e, n->token,
                     "a thread cannot see the registers of another: what both "
                     "use must be shared");
}

/* ... of something that emit_enter() let in. */
static int32_t entered_value(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    int32_t left, right;

    switch (n->kind) {
    case NODE_NUMBER:
        return emit_const(e, n->value);
    case NODE_ME:
        return emit_const(e, e->me);
    case NODE_NAME:
        return name_value(e, node);
    case NODE_INDEX:
        return load(e, node);
    case NODE_OF:
        return foreign_value(e, n);
    case NODE_UNARY:
        left = emit_value(e, n->a);
        return emit_make(e, n->token, (enum expr_kind)n->op, left, -1);
    case NODE_BINARY:
        if (n->op == EXPR_AND || n->op == EXPR_OR)
            return logical_value(e, node);
        left = emit_value(e, n->a);
        right = emit_value(e, n->b);
        return emit_make(e, n->token, (enum expr_kind)n->op, left, right);
    default:
        return emit_call(e, node, true);
    }
}

int32_t emit_value(struct emit *e, int32_t node)
{
    int32_t value;

    if (node < 0 || !emit_enter(e, emit_node(e, node)->token))
        return e->zero;
    value = entered_value(e, node);
    emit_leave(e);
    return value;
}

/* ---- conditions ---------------------------------------------------------- */

static void split_condition(struct emit *e, const struct node *n,
                            struct label *yes, struct label *no, bool falls_yes)
{
    struct label middle = LABEL;

    if (n->op == EXPR_AND)
        emit_condition(e, n->a, &middle, no, true);
    else
        emit_condition(e, n->a, yes, &middle, false);
    emit_bind(e, &middle);
    emit_condition(e, n->b, yes, no, falls_yes);
}

void emit_condition(struct emit *e, int32_t node, struct label *yes,
                    struct label *no, bool falls_yes)
{
    const struct node *n = emit_node(e, node);
    int32_t value;
    int known;

    if (!emit_enter(e, n->token))
        return;
    if (n->kind == NODE_UNARY && n->op == EXPR_NOT && !emit_is_pure(e, node)) {
        emit_condition(e, n->a, no, yes, !falls_yes);
    } else if (n->kind == NODE_BINARY &&
               (n->op == EXPR_AND || n->op == EXPR_OR) &&
               !emit_is_pure(e, node)) {
        split_condition(e, n, yes, no, falls_yes);
    } else {
        value = emit_value(e, node);
        if (emit_is_const(e, value, &known)) {
            if ((known != 0) != falls_yes)
                emit_jump(e, known ? yes : no);
        } else if (falls_yes) {
            const struct expr *x = &e->p->exprs[value];

            emit_branch(e,
                        x->kind == EXPR_NOT
                            ? x->left
                            : emit_make(e, n->token, EXPR_NOT, value, -1),
                        no);
        } else {
            emit_branch(e, value, yes);
        }
    }
    emit_leave(e);
}
