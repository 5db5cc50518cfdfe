/* Functions, which are expanded where they are called. Any thread. */
#include <string.h>

#include "tsl/emitter.h"

int emit_count(const struct emit *e, int32_t first)
{
    int count = 0;

    for (; first >= 0; first = emit_node(e, first)->next)
        count++;
    return count;
}

/* ---- arguments ----------------------------------------------------------- */

static bool has_call(const struct emit *e, int32_t node)
{
    const struct node *n;

    if (node < 0)
        return false;
    n = emit_node(e, node);
    return n->kind == NODE_CALL ||
           (n->kind != NODE_NUMBER && (has_call(e, n->a) || has_call(e, n->b)));
}

/* Is the parameter @token changed in @node, or something of its name? */
static bool is_assigned(const struct emit *e, int32_t node, int token)
{
    char text[TSL_NAME + 8];
    const struct node *n;

    for (; node >= 0; node = n->next) {
        n = emit_node(e, node);
        if (n->kind == NODE_ASSIGN && emit_node(e, n->a)->kind == NODE_NAME &&
            token_is(e->tokens, emit_node(e, n->a)->token,
                     token_text(e->tokens, token, text, sizeof(text))))
            return true;
        switch (n->kind) {
        case NODE_BLOCK:
            if (is_assigned(e, n->a, token))
                return true;
            break;
        case NODE_FOR:
            if (is_assigned(e, n->a, token) || is_assigned(e, n->c, token) ||
                is_assigned(e, n->d, token))
                return true;
            break;
        case NODE_IF:
            if (is_assigned(e, n->c, token))
                return true;
            /* fall through */
        case NODE_WHILE:
        case NODE_REPEAT:
        case NODE_CRITICAL:
        case NODE_ATOMIC:
            if (is_assigned(e, n->b, token))
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

/* How the parameter gets its argument @value: as a constant or a register that
 * cannot change meanwhile, else in a register of its own. */
static struct symbol bind_parameter(struct emit *e, const struct node *fn,
                                    int token, int32_t value)
{
    const struct expr *x = &e->p->exprs[value];
    struct symbol s = {.token = token, .means = MEANS_REGISTER};
    bool fixed = !is_assigned(e, fn->b, token), used;
    int known;

    if (fixed && emit_is_const(e, value, &known)) {
        s.means = MEANS_CONST;
        s.value = known;
    } else if (fixed && x->kind == EXPR_REGISTER &&
               !emit_is_temp(e, x->value)) {
        s.value = x->value;
    } else {
        s.value = emit_register(e, token, &used);
        if (s.value < 0)
            s.value = 0; /* something went wrong */
        emit_set(e, s.value, value);
    }
    return s;
}

/* The arguments are worked out in the scope of the caller; @bound is what they
 * are inside. */
static void bind_parameters(struct emit *e, const struct node *fn,
                            const struct node *call, struct frame *inner,
                            struct symbol *bound)
{
    int32_t values[EMIT_PARAMETERS] = {0};
    struct frame *outer = e->frame;
    bool calls = false;
    int32_t argument = call->a, parameter = fn->a;

    for (; argument >= 0; argument = emit_node(e, argument)->next)
        calls |= has_call(e, argument);
    argument = call->a;
    for (int i = 0; parameter >= 0; i++) {
        int token = emit_node(e, parameter)->token;

        values[i] = emit_value(e, argument);
        if (!calls) { /* nothing expands this function in between */
            e->frame = inner;
            bound[i] = bind_parameter(e, fn, token, values[i]);
            e->frame = outer;
        }
        argument = emit_node(e, argument)->next;
        parameter = emit_node(e, parameter)->next;
    }
    parameter = fn->a;
    e->frame = inner;
    for (int i = 0; calls && parameter >= 0; i++) {
        bound[i] =
            bind_parameter(e, fn, emit_node(e, parameter)->token, values[i]);
        parameter = emit_node(e, parameter)->next;
    }
    e->frame = outer;
}

/* "f calls itself": expanding it would never end. */
static bool is_recursive(struct emit *e, const struct symbol *fn, int token)
{
    char text[TSL_NAME + 8], via[TSL_NAME + 8];

    for (const struct frame *f = e->frame; f; f = f->outer) {
        if (f->fn != fn)
            continue;
        token_text(e->tokens, fn->token, text, sizeof(text));
        if (f == e->frame)
            emit_fail(e, token,
                      "'%s' calls itself: a function is expanded where it is "
                      "called, so use a loop",
                      text);
        else
            emit_fail(
                e, token,
                "'%s' calls itself, by way of '%s': a function is "
                "expanded where it is called, so use a loop",
                text,
                token_text(e->tokens, e->frame->fn->token, via, sizeof(via)));
        return true;
    }
    return false;
}

/* Its body, with the parameters @bound. */
static void expand(struct emit *e, const struct node *fn, struct frame *f,
                   const struct symbol *bound)
{
    int count = emit_count(e, fn->a), from = e->local_count;
    int floor = e->floor, scope = e->scope;
    e->frame = f;
    e->floor = e->scope = from;
    for (int i = 0; i < count; i++)
        emit_local(e, bound[i].token, (enum meaning)bound[i].means,
                   bound[i].value);
    emit_statement(e, fn->b);
    if (f->result >= 0 && e->reachable) { /* it fell off its end */
        emit_begin(e, emit_node(e, fn->b)->end);
        emit_set(e, f->result, e->zero);
    }
    emit_scope_end(e, from);
    emit_bind(e, f->end);
    e->frame = f->outer;
    e->floor = floor;
    e->scope = scope;
}

int32_t emit_function(struct emit *e, struct symbol *s, const struct node *call,
                      bool wanted)
{
    const struct node *fn = emit_node(e, s->value);
    struct symbol bound[EMIT_PARAMETERS] = {{0}};
    struct label end = LABEL;
    struct frame f = {.outer = e->frame,
                      .fn = s,
                      .end = &end,
                      .regions = e->region_count,
                      .result = -1,
                      .value = e->zero};
    int count = emit_count(e, fn->a), token = e->at_token;
    bool quiet = e->quiet;
    char text[TSL_NAME + 8];

    s->called = true;
    if (is_recursive(e, s, call->token))
        return e->zero;
    token_text(e->tokens, s->token, text, sizeof(text));
    if (emit_count(e, call->a) != count)
        return emit_fail(e, call->token,
                         "'%s' has %d parameter%s and is called with %d", text,
                         count, count == 1 ? "" : "s", emit_count(e, call->a));
    if (wanted && !s->gives)
        return emit_fail(e, call->token,
                         "'%s' gives no value: it has no 'return e;'", text);
    bind_parameters(e, fn, call, &f, bound);
    if (s->gives && !s->tail)
        f.result = emit_temp(e);
    e->quiet = false;
    expand(e, fn, &f, bound);
    e->quiet = quiet;
    /* What follows in the statement of the caller is a statement anew. */
    emit_begin(e, token);
    return f.result >= 0 ? emit_reg(e, f.result) : f.value;
}

void emit_uncalled(struct emit *e, struct symbol *s)
{
    const struct node *fn = emit_node(e, s->value);
    struct label end = LABEL;
    struct frame f = {.outer = e->frame,
                      .fn = s,
                      .end = &end,
                      .result = -1,
                      .value = e->zero};
    struct symbol bound[EMIT_PARAMETERS] = {{0}};
    int32_t parameter = fn->a;
    bool used;

    e->frame = &f;
    for (int i = 0; parameter >= 0; i++) {
        int token = emit_node(e, parameter)->token;
        int reg = emit_register(e, token, &used);

        bound[i] = (struct symbol){.token = token,
                                   .means = MEANS_REGISTER,
                                   .value = reg < 0 ? 0 : reg};
        parameter = emit_node(e, parameter)->next;
    }
    e->frame = f.outer;
    e->reachable = false;
    if (e->rc == 0)
        expand(e, fn, &f, bound);
}

/* ---- what a function gives back ------------------------------------------ */

static int count_returns(const struct emit *e, int32_t node, int *values,
                         int *token)
{
    const struct node *n;
    int count = 0;

    for (; node >= 0; node = n->next) {
        n = emit_node(e, node);
        switch (n->kind) {
        case NODE_RETURN:
            count++;
            *values += n->a >= 0;
            *token = n->token;
            break;
        case NODE_BLOCK:
            count += count_returns(e, n->a, values, token);
            break;
        case NODE_FOR:
            count += count_returns(e, n->d, values, token);
            break;
        case NODE_IF:
            count += count_returns(e, n->b, values, token);
            count += count_returns(e, n->c, values, token);
            break;
        case NODE_WHILE:
        case NODE_REPEAT:
        case NODE_CRITICAL:
        case NODE_ATOMIC:
            count += count_returns(e, n->b, values, token);
            break;
        default:
            break;
        }
    }
    return count;
}

void emit_returns(struct emit *e, struct symbol *fn)
{
    const struct node *n = emit_node(e, fn->value);
    int32_t last = emit_node(e, n->b)->a;
    int values = 0, token = n->token, count;
    char text[TSL_NAME + 8];

    count = count_returns(e, n->b, &values, &token);
    if (values > 0 && values < count) {
        emit_fail(e, token,
                  "'%s' returns a value in one place and none in another",
                  token_text(e->tokens, fn->token, text, sizeof(text)));
        return;
    }
    while (last >= 0 && emit_node(e, last)->next >= 0)
        last = emit_node(e, last)->next;
    fn->gives = values > 0;
    fn->tail =
        fn->gives && count == 1 && emit_node(e, last)->kind == NODE_RETURN;
}
