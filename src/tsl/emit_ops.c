/* Operations, labels and jumps of the thread at work. Any thread. */
#include <errno.h>
#include <stdlib.h>

#include "tsl/emitter.h"

void emit_begin(struct emit *e, int token)
{
    e->at_token = token;
    e->line = e->tokens->list[token].line;
    e->statement = 0;
    e->accessed = false;
}

struct op *emit_op(struct emit *e, enum op_kind kind)
{
    struct op *op;

    e->nowhere = (struct op){.to = -1};
    if (e->rc < 0 || !e->reachable)
        return &e->nowhere;
    if (e->thread->op_count >= TSL_OPS - 1) { /* one is for the halt */
        emit_fail(e, e->at_token,
                  "thread %s has more than %d operations here: use loops, and "
                  "fewer calls",
                  e->thread->name, TSL_OPS);
        return &e->nowhere;
    }
    op = thread_add_op(e->thread, kind);
    if (!op) {
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
        return &e->nowhere;
    }
    if (e->statement == 0)
        e->statement = ++e->statements;
    op->line = (uint16_t)e->line;
    op->statement = (uint16_t)e->statement;
    op->inside = e->inside;
    if (OP_IS_VISIBLE(kind)) {
        op->joined = e->accessed;
        e->accessed = true;
    }
    return op;
}

/* "r = x" loads into r at once: the last operation's result goes to @reg in
 * place of the temporary that nothing else reads. */
static bool redirect(struct emit *e, int reg, int from)
{
    struct op *last;

    if (!e->reachable || !emit_is_temp(e, from) || e->thread->op_count == 0 ||
        e->bound == e->thread->op_count)
        return false;
    last = &e->thread->ops[e->thread->op_count - 1];
    if (last->dst != from)
        return false;
    last->dst = (int16_t)reg;
    return true;
}

void emit_set(struct emit *e, int reg, int32_t expr)
{
    const struct expr *x = &e->p->exprs[expr];
    struct op *op;

    if (e->rc < 0 || reg < 0)
        return;
    if (x->kind == EXPR_REGISTER &&
        (x->value == reg || redirect(e, reg, x->value)))
        return;
    op = emit_op(e, OP_SET);
    op->dst = (int16_t)reg;
    op->a = expr;
    op->counts = x->kind >= EXPR_NOT && !e->quiet;
}

/* ---- jumps --------------------------------------------------------------- */

void emit_head(struct emit *e, struct label *l)
{
    if (e->rc == 0)
        e->bound = l->at = e->thread->op_count;
}

void emit_bind(struct emit *e, struct label *l)
{
    int at = l->chain;

    if (e->rc < 0 || at < 0)
        return;
    l->at = e->bound = e->thread->op_count;
    e->accessed = l->accessed && (!e->reachable || e->accessed);
    e->reachable = true;
    while (at >= 0) {
        int next = e->thread->ops[at].to;

        e->thread->ops[at].to = l->at;
        at = next;
    }
    l->chain = -1;
}

static void jump(struct emit *e, enum op_kind kind, int32_t expr,
                 struct label *l)
{
    struct op *op = emit_op(e, kind);

    if (op == &e->nowhere)
        return;
    op->a = expr;
    l->accessed = l->accessed && e->accessed;
    if (l->at >= 0) {
        op->to = l->at;
        return;
    }
    op->to = l->chain;
    l->chain = e->thread->op_count - 1;
}

void emit_jump(struct emit *e, struct label *l)
{
    jump(e, OP_JMP, -1, l);
    e->reachable = false;
}

void emit_branch(struct emit *e, int32_t expr, struct label *l)
{
    int value;

    if (!emit_is_const(e, expr, &value))
        jump(e, OP_BR, expr, l);
    else if (value)
        emit_jump(e, l);
}

/* ---- shortening ---------------------------------------------------------- */

/* Where a jump to @at ends up; endless circles of jumps stay as they are. */
static int end_of_jumps(const struct tsl_thread *t, int at)
{
    for (int hops = 0; hops < t->op_count && t->ops[at].kind == OP_JMP; hops++)
        at = t->ops[at].to;
    return at;
}

/* Mark what can be reached: 1. */
static void reach(const struct tsl_thread *t, uint8_t *kept, int32_t *todo)
{
    int count = 0;

    todo[count++] = 0;
    kept[0] = 1;
    while (count > 0) {
        int at = todo[--count];
        const struct op *op = &t->ops[at];
        bool jumps = op->kind == OP_JMP || op->kind == OP_BR;

        if (jumps && !kept[op->to]) {
            kept[op->to] = 1;
            todo[count++] = op->to;
        }
        if (op->kind != OP_JMP && op->kind != OP_HALT && !kept[at + 1]) {
            kept[at + 1] = 1;
            todo[count++] = at + 1;
        }
    }
    kept[t->op_count - 1] = 1; /* the halt */
}

void emit_tidy(struct emit *e)
{
    struct tsl_thread *t = e->thread;
    int count = t->op_count, next = 0;
    uint8_t *kept;
    int32_t *place;

    if (e->rc < 0)
        return;
    kept = calloc((size_t)count + 1, sizeof(*kept));
    place = calloc((size_t)count + 1, sizeof(*place));
    if (!kept || !place) {
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
        goto done;
    }
    for (int i = 0; i < count; i++)
        if (t->ops[i].kind == OP_JMP || t->ops[i].kind == OP_BR)
            t->ops[i].to = end_of_jumps(t, t->ops[i].to);
    reach(t, kept, place);
    /* place[i]: the first that is kept from i on. */
    place[count] = count;
    for (int i = count - 1; i >= 0; i--) {
        if (t->ops[i].kind == OP_JMP && t->ops[i].to > i &&
            place[t->ops[i].to] == place[i + 1])
            kept[i] = 0;
        place[i] = kept[i] ? i : place[i + 1];
    }
    /* kept[i] stays; place[i] becomes where that one ends up. */
    for (int i = 0; i < count; i++)
        next += kept[i];
    for (int i = count - 1; i >= 0; i--) {
        next -= kept[i];
        place[i] = next; /* of dropped ones: the next that is kept */
    }
    for (int i = 0; i < count; i++) {
        struct op op = t->ops[i];

        if (!kept[i])
            continue;
        if (op.kind == OP_JMP || op.kind == OP_BR)
            op.to = place[op.to];
        t->ops[place[i]] = op;
        next = place[i] + 1;
    }
    t->op_count = next;

done:
    free(kept);
    free(place);
}
