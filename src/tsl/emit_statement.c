/* Statements as operations. Any thread. */
#include <errno.h>

#include "tsl/emitter.h"

/* A statement in a scope of its own. */
static void emit_scoped(struct emit *e, int32_t node)
{
    int from = e->local_count, scope = e->scope;

    e->scope = from;
    emit_statement(e, node);
    e->scope = scope;
    emit_scope_end(e, from);
}

/* ---- assignments --------------------------------------------------------- */

/* The first register in @expr that only the translation uses; -1: none. */
static int first_temp(const struct emit *e, int32_t expr)
{
    const struct expr *x = &e->p->exprs[expr];
    int temp;

    if (x->kind == EXPR_REGISTER)
        return emit_is_temp(e, x->value) ? x->value : -1;
    if (x->kind == EXPR_CONST)
        return -1;
    temp = first_temp(e, x->left);
    return temp >= 0 || x->kind < EXPR_ADD ? temp : first_temp(e, x->right);
}

/* What is stored is computed before, in a register: load, add, store. */
static int32_t computed(struct emit *e, int32_t expr)
{
    int temp;

    if (e->rc < 0 || e->p->exprs[expr].kind < EXPR_NOT)
        return expr;
    temp = first_temp(e, expr);
    if (temp < 0)
        temp = emit_temp(e);
    emit_set(e, temp, expr);
    return emit_reg(e, temp);
}

static void assign_shared(struct emit *e, const struct node *n)
{
    struct place at = emit_place(e, n->a);
    int32_t value, old = -1;
    int temp;

    if (e->rc < 0)
        return;
    if (n->op >= 0) {
        temp = emit_temp(e);
        emit_access(e, OP_LOAD, at)->dst = (int16_t)temp;
        old = emit_reg(e, temp);
    }
    value = emit_value(e, n->b);
    if (n->op >= 0)
        value = emit_make(e, n->value, (enum expr_kind)n->op, old, value);
    value = computed(e, value);
    emit_access(e, OP_STORE, at)->a = value;
}

static void emit_assign(struct emit *e, const struct node *n)
{
    const struct node *to = emit_node(e, n->a);
    const struct symbol *s = emit_look_up(e, to->token);
    char text[TSL_NAME + 8];
    int32_t value;

    if (!s)
        return;
    token_text(e->tokens, to->token, text, sizeof(text));
    if (s->means == MEANS_OBJECT &&
        e->p->objects[s->value].kind == OBJECT_INT) {
        assign_shared(e, n);
        return;
    }
    if (s->means == MEANS_OBJECT) {
        emit_fail(e, to->token,
                  "'%s' is %s: it cannot be assigned to, its operations change "
                  "it",
                  text, emit_kind_words(e, s));
        return;
    }
    if (s->means != MEANS_REGISTER) {
        emit_fail(e, to->token, "'%s' is %s and stays what it is", text,
                  emit_kind_words(e, s));
        return;
    }
    if (to->kind == NODE_INDEX) {
        emit_place(e, n->a); /* says that it has no elements */
        return;
    }
    value = emit_value(e, n->b);
    if (n->op >= 0)
        value = emit_make(e, n->value, (enum expr_kind)n->op,
                          emit_reg(e, s->value), value);
    emit_set(e, s->value, value);
}

/* int r = x, n; */
static void emit_int(struct emit *e, const struct node *n)
{
    for (;;) {
        int mark = e->temp_used, reg;
        int32_t value = e->zero;
        bool used;

        if (n->a >= 0)
            value = emit_value(e, n->a);
        reg = emit_register(e, n->token, &used);
        emit_local(e, n->token, MEANS_REGISTER, reg < 0 ? 0 : reg);
        /* Registers are 0 at the start of the thread. */
        if (n->a >= 0 || used || e->loops > 0)
            emit_set(e, reg, value);
        e->temp_used = mark;
        if (n->b < 0 || e->rc < 0)
            return;
        n = emit_node(e, n->b);
        emit_begin(e, n->token);
    }
}

/* ---- choices and loops --------------------------------------------------- */

/* break, continue and return with nothing to do but go: where; else NULL. */
static struct label *plain_exit(const struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct frame *f = e->frame;
    const struct loop *l = f->loop;

    if (n->kind == NODE_RETURN && n->a < 0)
        return f->regions == e->region_count ? f->end : NULL;
    if (!l || l->regions != e->region_count)
        return NULL;
    return n->kind == NODE_BREAK      ? l->end
           : n->kind == NODE_CONTINUE ? l->again
                                      : NULL;
}

static void emit_if(struct emit *e, const struct node *n)
{
    struct label yes = LABEL, no = LABEL, end = LABEL;
    int mark = e->temp_used;
    struct label *out = plain_exit(e, n->b);

    if (out) { /* the condition itself jumps there */
        emit_condition(e, n->a, out, &no, false);
    } else {
        emit_condition(e, n->a, &yes, &no, true);
        emit_bind(e, &yes);
        e->temp_used = mark;
        emit_scoped(e, n->b);
    }
    e->temp_used = mark;
    if (n->c >= 0 && !out) {
        emit_begin(e, n->token);
        emit_jump(e, &end);
    }
    emit_bind(e, &no);
    if (n->c >= 0)
        emit_scoped(e, n->c);
    emit_bind(e, &end);
}

static void loop_body(struct emit *e, int32_t body, struct label *again,
                      struct label *end)
{
    struct loop loop = {e->frame->loop, again, end, e->region_count};

    e->frame->loop = &loop;
    emit_scoped(e, body);
    e->frame->loop = loop.outer;
}

static void emit_while(struct emit *e, const struct node *n)
{
    struct label again = LABEL, in = LABEL, end = LABEL;
    const struct node *body = emit_node(e, n->b);
    bool empty =
        body->kind == NODE_EMPTY || (body->kind == NODE_BLOCK && body->a < 0);
    int mark = e->temp_used;

    e->loops++;
    emit_head(e, &again);
    emit_begin(e, n->token);
    emit_condition(e, n->a, empty ? &again : &in, &end, !empty);
    e->temp_used = mark;
    if (!empty) {
        emit_bind(e, &in);
        loop_body(e, n->b, &again, &end);
        emit_begin(e, n->token);
        emit_jump(e, &again);
    }
    emit_bind(e, &end);
    e->loops--;
}

/* Does the header's part @node touch registers only? */
static bool is_register_step(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct node *to;
    const struct symbol *s;

    if (n->kind == NODE_INT)
        return (n->a < 0 || emit_is_pure(e, n->a)) &&
               (n->b < 0 || is_register_step(e, n->b));
    if (n->kind != NODE_ASSIGN)
        return false;
    to = emit_node(e, n->a);
    s = emit_find(e, to->token);
    return to->kind == NODE_NAME && s && s->means == MEANS_REGISTER &&
           emit_is_pure(e, n->b);
}

static void emit_header(struct emit *e, int32_t node)
{
    if (node < 0)
        return;
    e->quiet = is_register_step(e, node);
    emit_statement(e, node);
    e->quiet = false;
}

static void emit_for(struct emit *e, const struct node *n)
{
    struct label top = LABEL, in = LABEL, again = LABEL, end = LABEL;
    int mark = e->temp_used, from = e->local_count, scope = e->scope;

    e->scope = from;
    emit_header(e, n->a);
    e->loops++;
    emit_head(e, &top);
    emit_begin(e, n->token);
    if (n->b >= 0)
        emit_condition(e, n->b, &in, &end, true);
    e->temp_used = mark;
    emit_bind(e, &in);
    loop_body(e, n->d, &again, &end);
    emit_bind(e, &again);
    emit_header(e, n->c);
    emit_begin(e, n->token);
    emit_jump(e, &top);
    emit_bind(e, &end);
    e->loops--;
    e->scope = scope;
    emit_scope_end(e, from);
}

/* reg -= 1 */
static void count_down(struct emit *e, const struct node *n, int reg)
{
    e->quiet = true;
    emit_set(
        e, reg,
        emit_make(e, n->token, EXPR_SUB, emit_reg(e, reg), emit_const(e, 1)));
    e->quiet = false;
}

static void emit_repeat(struct emit *e, const struct node *n)
{
    struct label top = LABEL, again = LABEL, end = LABEL;
    int mark = e->temp_used, reg, times;
    int32_t value = emit_value(e, n->a);
    bool known = emit_is_const(e, value, &times), reachable = e->reachable;

    e->loops++;
    if (known && times <= 1) { /* nothing to count */
        e->reachable = e->reachable && times == 1;
        loop_body(e, n->b, &end, &end);
        if (times < 1)
            e->reachable = reachable;
        emit_bind(e, &end);
        e->loops--;
        return;
    }
    reg = emit_counter(e);
    e->quiet = true;
    emit_set(e, reg, value);
    e->quiet = false;
    e->temp_used = mark;
    if (!known && reg >= 0)
        emit_branch(e,
                    emit_make(e, n->token, EXPR_LE, emit_reg(e, reg), e->zero),
                    &end);
    emit_head(e, &top);
    loop_body(e, n->b, &again, &end);
    emit_bind(e, &again);
    emit_begin(e, n->token);
    count_down(e, n, reg);
    emit_branch(e, emit_make(e, n->token, EXPR_GT, emit_reg(e, reg), e->zero),
                &top);
    emit_bind(e, &end);
    emit_counter_end(e, reg);
    e->loops--;
}

/* ---- regions ------------------------------------------------------------- */

void emit_exits(struct emit *e, int count)
{
    for (int i = e->region_count - 1; i >= count; i--)
        emit_op(e, OP_EXIT)->region = e->regions[i];
}

static void emit_critical(struct emit *e, const struct node *n)
{
    char text[TSL_NAME + 8];
    int region;

    token_text(e->tokens, n->value < 0 ? n->token : n->value, text,
               sizeof(text));
    region = program_add_region(e->p, text);
    if (region == -E2BIG)
        emit_fail(e, n->token, "there are more than %d critical regions",
                  TSL_REGIONS);
    else if (region < 0)
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
    for (int i = 0; i < e->region_count; i++)
        if (e->regions[i] == region)
            emit_fail(e, n->token,
                      "this stands in %s already: a thread enters a region "
                      "once",
                      text);
    if (e->rc < 0)
        return;
    emit_op(e, OP_ENTER)->region = (int16_t)region;
    e->regions[e->region_count++] = (int16_t)region;
    emit_scoped(e, n->b);
    emit_begin(e, n->end);
    emit_exits(e, e->region_count - 1);
    e->region_count--;
}

static void emit_atomic(struct emit *e, const struct node *n)
{
    bool was_inside = e->inside;

    if (!was_inside)
        emit_op(e, OP_ATOMIC);
    e->inside = true;
    emit_scoped(e, n->b);
    e->inside = was_inside;
}

/* ---- leaving ------------------------------------------------------------- */

static void emit_leave_loop(struct emit *e, const struct node *n)
{
    const struct loop *l = e->frame->loop;

    if (!l) {
        emit_fail(e, n->token, "there is no loop around this %s",
                  n->kind == NODE_BREAK ? "break" : "continue");
        return;
    }
    emit_exits(e, l->regions);
    emit_jump(e, n->kind == NODE_BREAK ? l->end : l->again);
}

/* Does @expr read a register of the function @fn, which another call of it
 * would use, too? */
static bool reads_own(const struct emit *e, int32_t expr, int32_t fn)
{
    const struct expr *x = &e->p->exprs[expr];

    if (x->kind == EXPR_CONST)
        return false;
    if (x->kind == EXPR_REGISTER)
        return e->owned[x->value].fn == fn;
    return reads_own(e, x->left, fn) ||
           (x->kind >= EXPR_ADD && reads_own(e, x->right, fn));
}

static int32_t kept_value(struct emit *e, int32_t value)
{
    int temp;

    if (e->rc < 0 || !reads_own(e, value, e->frame->fn->value))
        return value;
    temp = emit_temp(e);
    emit_set(e, temp, value);
    return emit_reg(e, temp);
}

static void emit_return(struct emit *e, const struct node *n)
{
    struct frame *f = e->frame;

    if (n->a >= 0 && !f->fn) {
        emit_fail(e, n->token,
                  "a thread gives no value back: 'return;' ends "
                  "it");
        return;
    }
    if (n->a >= 0 && f->fn->tail)
        f->value = kept_value(e, emit_value(e, n->a));
    if (f->fn && f->fn->tail)
        return; /* it is the last statement */
    if (n->a >= 0)
        emit_set(e, f->result, emit_value(e, n->a));
    emit_exits(e, f->regions);
    emit_jump(e, f->end);
}

/* ---- all of them --------------------------------------------------------- */

static void emit_block(struct emit *e, const struct node *n)
{
    for (int32_t at = n->a; at >= 0 && e->rc == 0; at = emit_node(e, at)->next)
        emit_statement(e, at);
}

static void entered_statement(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);

    switch (n->kind) {
    case NODE_INT:
        emit_int(e, n);
        break;
    case NODE_ASSIGN:
        emit_assign(e, n);
        break;
    case NODE_CALLED:
        emit_call(e, n->a, false);
        break;
    case NODE_IF:
        emit_if(e, n);
        break;
    case NODE_WHILE:
        emit_while(e, n);
        break;
    case NODE_FOR:
        emit_for(e, n);
        break;
    case NODE_REPEAT:
        emit_repeat(e, n);
        break;
    case NODE_BREAK:
    case NODE_CONTINUE:
        emit_leave_loop(e, n);
        break;
    case NODE_RETURN:
        emit_return(e, n);
        break;
    case NODE_CRITICAL:
        emit_critical(e, n);
        break;
    case NODE_ATOMIC:
        emit_atomic(e, n);
        break;
    default:
        break;
    }
}

void emit_statement(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    int mark = e->temp_used;

    if (!emit_enter(e, n->token))
        return;
    if (n->kind == NODE_BLOCK) {
        int from = e->local_count, scope = e->scope;

        e->scope = from;
        emit_block(e, n);
        e->scope = scope;
        emit_scope_end(e, from);
    } else {
        emit_begin(e, n->token);
        entered_statement(e, node);
        /* The value of a function is still to be used. */
        if (n->kind != NODE_RETURN || !e->frame->fn || !e->frame->fn->tail)
            e->temp_used = mark;
    }
    emit_leave(e);
}
