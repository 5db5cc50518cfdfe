/* What stands outside threads: constants, checks, what is observed, what
 * excludes what. Any thread. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tsl/emitter.h"

/* ---- expressions --------------------------------------------------------- */

static int32_t cell(struct emit *e, int token, int object, int32_t idx)
{
    int32_t expr;

    if (e->rc < 0)
        return e->zero;
    expr = program_expr(e->p, EXPR_CELL, 0, object, idx);
    return expr >= 0 ? expr
                     : emit_fail(e, token,
                                 "the program's expressions are too "
                                 "large: use less of them");
}

static int32_t object_value(struct emit *e, const struct node *n,
                            const struct symbol *s)
{
    const struct object *o = &e->p->objects[s->value];
    int32_t idx = -1;

    if (o->kind == OBJECT_CONDITION)
        return emit_fail(e, n->token, "'%s' is a condition: it has no value",
                         o->name);
    if (n->kind == NODE_INDEX && !o->array)
        return emit_fail(e, n->token, "'%s' is no array: leave out the [...]",
                         o->name);
    if (n->kind != NODE_INDEX && o->array)
        return emit_fail(e, n->token,
                         "'%s' is an array: which element, as in %s[0]?",
                         o->name, o->name);
    if (n->kind == NODE_INDEX)
        idx = emit_index(e, s->value, n->a, emit_check_value);
    return cell(e, n->token, s->value, idx);
}

static int32_t name_value(struct emit *e, const struct node *n)
{
    const struct symbol *s = emit_look_up(e, n->token);
    char text[TSL_NAME + 8];

    if (!s)
        return e->zero;
    token_text(e->tokens, n->token, text, sizeof(text));
    if (s->means == MEANS_OBJECT)
        return object_value(e, n, s);
    if (s->means == MEANS_FN)
        return emit_fail(e, n->token, "'%s' is a function: it has no value",
                         text);
    if (n->kind == NODE_INDEX)
        return emit_fail(e, n->token,
                         "'%s' is %s: only what is shared has "
                         "elements",
                         text, emit_kind_words(e, s));
    return emit_const(e, s->value);
}

/* The name of a group is none of a thread: T of T0, T1. */
static bool is_group(const struct emit *e, const char *name)
{
    char first[2 * TSL_NAME];

    snprintf(first, sizeof(first), "%s0", name);
    return program_thread(e->p, first) >= 0;
}

static const char *nearest_thread(const struct emit *e, const char *name)
{
    const char *names[TSL_THREADS + 1] = {NULL};

    for (int i = 0; i < e->p->thread_count; i++)
        names[i] = e->p->threads[i].name;
    return text_nearest(name, names);
}

static int32_t wrong_thread(struct emit *e, int token, const char *name)
{
    const char *nearest = nearest_thread(e, name);

    if (is_group(e, name))
        return emit_fail(e, token,
                         "'%s' is a group of threads: which one, as in %s0?",
                         name, name);
    if (nearest)
        return emit_fail(e, token,
                         "there is no thread '%s': did you mean '%s'?", name,
                         nearest);
    return emit_fail(e, token, "there is no thread '%s'", name);
}

/* T0.r */
static int32_t register_value(struct emit *e, const struct node *n)
{
    char name[TSL_NAME + 8], text[TSL_NAME + 8], other[TSL_NAME + 8];
    const char *names[TSL_REGISTERS + 1] = {NULL}, *nearest;
    const struct known *found = NULL;
    int thread, count = 0;
    int32_t expr;

    token_text(e->tokens, n->token, name, sizeof(name));
    token_text(e->tokens, n->value, text, sizeof(text));
    thread = program_thread(e->p, name);
    if (thread < 0)
        return wrong_thread(e, n->token, name);
    for (int i = 0; i < e->known_count && !found; i++)
        if (e->known[i].thread == thread &&
            token_is(
                e->tokens, n->value,
                token_text(e->tokens, e->known[i].token, other, sizeof(other))))
            found = &e->known[i];
    if (found && found->twice)
        return emit_fail(e, n->value,
                         "%s declares '%s' more than once: give them "
                         "different names",
                         name, text);
    if (!found) {
        for (int i = 0; i < e->p->threads[thread].reg_count; i++)
            if (!strchr(e->p->threads[thread].reg_names[i], '.'))
                names[count++] = e->p->threads[thread].reg_names[i];
        nearest = text_nearest(text, names);
        return emit_fail(e, n->value, "%s has no register '%s'%s%s%s", name,
                         text, nearest ? ": did you mean '" : "",
                         nearest ? nearest : "", nearest ? "'?" : "");
    }
    expr = program_expr(e->p, EXPR_REG_OF, found->reg, thread, -1);
    return expr >= 0 ? expr
                     : emit_fail(e, n->token,
                                 "the program's expressions are "
                                 "too large: use less of them");
}

static int32_t operator_value(struct emit *e, const struct node *n)
{
    enum expr_kind kind = (enum expr_kind)n->op;
    int32_t left = emit_check_value(e, n->a), right;

    if (n->kind == NODE_UNARY)
        return emit_make(e, n->token, kind, left, -1);
    right = emit_check_value(e, n->b);
    return emit_make(e, n->token, kind, left, right);
}

int32_t emit_check_value(struct emit *e, int32_t node)
{
    const struct node *n;
    int32_t value;

    if (node < 0 || !emit_enter(e, emit_node(e, node)->token))
        return e->zero;
    n = emit_node(e, node);
    switch (n->kind) {
    case NODE_NUMBER:
        value = emit_const(e, n->value);
        break;
    case NODE_ME:
        value = emit_fail(e, n->token,
                          "'me' is a thread's own number: here "
                          "no thread is at work");
        break;
    case NODE_NAME:
    case NODE_INDEX:
        value = name_value(e, n);
        break;
    case NODE_OF:
        value = register_value(e, n);
        break;
    case NODE_CALL:
        value = emit_fail(e, n->token,
                          "nothing can be called here: no thread "
                          "is at work");
        break;
    default:
        value = operator_value(e, n);
    }
    emit_leave(e);
    return value;
}

bool emit_constant(struct emit *e, int32_t node, const char *what, int *value)
{
    int32_t expr = emit_check_value(e, node);

    *value = 0;
    if (e->rc < 0)
        return false;
    if (emit_is_const(e, expr, value))
        return true;
    emit_fail(e, emit_node(e, node)->token,
              "%s must be a constant: a number, or a const declared before",
              what);
    return false;
}

/* ---- checks -------------------------------------------------------------- */

static void no_memory(struct emit *e)
{
    e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
}

void emit_check(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    int32_t expr = emit_check_value(e, n->a);
    struct tsl_check *c;

    if (e->rc < 0)
        return;
    c = grow(&e->p->checks, e->p->check_count, sizeof(*c));
    if (!c) {
        no_memory(e);
        return;
    }
    c->expr = expr;
    c->line = e->tokens->list[n->token].line;
    e->p->check_count++;
}

/* ---- what is observed ---------------------------------------------------- */

static void add_observed(struct emit *e, int token, const char *text,
                         int32_t expr)
{
    struct tsl_observed *o;

    if (e->rc < 0)
        return;
    if (e->p->observed_count == TSL_OBSERVED) {
        emit_fail(e, token, "more than %d values are observed", TSL_OBSERVED);
        return;
    }
    o = grow(&e->p->observed, e->p->observed_count, sizeof(*o));
    if (!o) {
        no_memory(e);
        return;
    }
    snprintf(o->text, sizeof(o->text), "%s", text);
    o->expr = expr;
    e->p->observed_count++;
}

/* All elements of an array, or what there is room for (@most). */
static void observe_array(struct emit *e, int token, int object, int most)
{
    for (int i = 0; i < e->p->objects[object].length && i < most; i++) {
        const struct object *o = &e->p->objects[object];
        char text[TSL_NAME + 16];

        snprintf(text, sizeof(text), "%s[%d]", o->name, i);
        add_observed(e, token, text, cell(e, token, object, emit_const(e, i)));
    }
}

/* As it is written, without comments and with single blanks. */
static void written(const struct emit *e, int from, int to, struct text *out)
{
    for (int i = from; i <= to; i++) {
        const struct token *k = &e->tokens->list[i];

        if (i > from && k[-1].at + k[-1].length < k->at)
            text_add(out, " ");
        text_addf(out, "%.*s", k->length, e->tokens->text + k->at);
    }
}

void emit_observe(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct node *what = emit_node(e, n->a);
    const struct symbol *s = NULL;
    struct text text = {0};
    int32_t expr;

    if (what->kind == NODE_NAME)
        s = emit_look_up(e, what->token);
    if (s && s->means == MEANS_OBJECT && e->p->objects[s->value].array &&
        e->p->objects[s->value].kind != OBJECT_CONDITION) {
        observe_array(e, what->token, s->value, TSL_CELLS);
        return;
    }
    expr = emit_check_value(e, n->a);
    written(e, n->token, n->end, &text);
    if (text.failed)
        no_memory(e);
    add_observed(e, n->token, text_str(&text), expr);
    text_fini(&text);
}

/* All shared ints; if there are only arrays, their elements. As many as there
 * is room for. */
void emit_observe_default(struct emit *e)
{
    bool scalars = false;

    for (int i = 0; i < e->p->object_count; i++)
        scalars |=
            e->p->objects[i].kind == OBJECT_INT && !e->p->objects[i].array;
    for (int i = 0; i < e->p->object_count && e->rc == 0; i++) {
        const struct object *o = &e->p->objects[i];
        int room = TSL_OBSERVED - e->p->observed_count;

        if (o->kind != OBJECT_INT || room == 0)
            continue;
        if (scalars && !o->array)
            add_observed(e, 0, o->name, cell(e, 0, i, -1));
        else if (!scalars)
            observe_array(e, 0, i, room);
    }
}

/* ---- what excludes what -------------------------------------------------- */

static int find_region(struct emit *e, int token)
{
    const char *names[TSL_REGIONS + 1] = {NULL}, *nearest;
    char text[TSL_NAME + 8];

    token_text(e->tokens, token, text, sizeof(text));
    for (int i = 0; i < e->p->region_count; i++) {
        names[i] = e->p->regions[i];
        if (strcmp(names[i], text) == 0)
            return i;
    }
    nearest = text_nearest(text, names);
    if (nearest)
        emit_fail(e, token, "there is no 'critical %s': did you mean '%s'?",
                  text, nearest);
    else
        emit_fail(e, token,
                  "there is no 'critical %s': a thread marks the region with "
                  "critical %s { ... }",
                  text, text);
    return -1;
}

void emit_exclusive(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    int a = find_region(e, n->token);
    int b = e->rc < 0 ? -1 : find_region(e, n->value);

    if (a < 0 || b < 0)
        return;
    e->p->exclude[a] |= UINT32_C(1) << b;
    e->p->exclude[b] |= UINT32_C(1) << a;
}

/* A region that nothing is said about excludes itself. */
void emit_exclusive_default(struct emit *e)
{
    for (int i = 0; i < e->p->region_count; i++)
        if (e->p->exclude[i] == 0)
            e->p->exclude[i] = UINT32_C(1) << i;
}
