/* From the tree to micro-steps: the declarations in their order, then the
 * threads, then what is said about all of them. Any thread. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsl/emitter.h"

int32_t emit_fail(struct emit *e, int token, const char *format, ...)
{
    char sentence[400];
    va_list ap;

    if (e->rc < 0)
        return e->zero;
    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    e->rc = tokens_say(e->tokens, token, e->err, "%s", sentence);
    return e->zero;
}

const struct node *emit_node(const struct emit *e, int32_t node)
{
    return &e->tree->nodes[node];
}

bool emit_enter(struct emit *e, int token)
{
    if (e->rc < 0)
        return false;
    if (e->depth >= EMIT_DEPTH) {
        emit_fail(e, token,
                  "calls and statements are nested too deep here: "
                  "%d levels are the most",
                  EMIT_DEPTH);
        return false;
    }
    if (++e->visits > EMIT_VISITS) {
        emit_fail(e, token,
                  "functions that call functions make this thread too long: "
                  "use loops, and fewer calls");
        return false;
    }
    e->depth++;
    return true;
}

void emit_leave(struct emit *e)
{
    e->depth--;
}

/* ---- what is shared ------------------------------------------------------ */

/* "[N]", or "[]" with a list. Returns the length; 0: no array. */
static int array_length(struct emit *e, const struct node *n)
{
    int length = 0;

    if (!n->array)
        return 0;
    if (n->a < 0 && !n->braces) {
        emit_fail(e, n->token,
                  "how many elements has the array? Write the "
                  "number between [ and ]");
        return 0;
    }
    if (n->a < 0)
        for (int32_t at = n->b; at >= 0; at = emit_node(e, at)->next)
            length++;
    else if (!emit_constant(e, n->a, "the size of an array", &length))
        return 0;
    if (length < 1 || length > TSL_CELLS) {
        emit_fail(e, n->a < 0 ? n->token : emit_node(e, n->a)->token,
                  "an array of %d elements cannot be: it has 1 to %d", length,
                  TSL_CELLS);
        return 0;
    }
    return length;
}

/* What the cells are at the start: object @at, of a kind that has values. */
static void give_start(struct emit *e, const struct node *n, int at)
{
    const struct object *o = &e->p->objects[at];
    int cell = o->first, value = 0, count = 0;

    if (n->b >= 0 && (o->kind == OBJECT_MUTEX || o->kind == OBJECT_CONDITION)) {
        emit_fail(e, n->token,
                  o->kind == OBJECT_MUTEX
                      ? "a mutex is free at the start: leave out the '='"
                      : "nobody sleeps at a condition at the start: leave out "
                        "the '='");
        return;
    }
    if (n->b >= 0 && o->array && !n->braces && o->kind == OBJECT_INT) {
        emit_fail(e, n->token,
                  "the values of an array stand in braces: "
                  "%s[%d] = {1, 2}",
                  o->name, o->length);
        return;
    }
    if (n->braces && !o->array) {
        emit_fail(e, n->token,
                  "'%s' is no array: its value stands without "
                  "braces",
                  o->name);
        return;
    }
    for (int32_t node = n->b; node >= 0; node = emit_node(e, node)->next) {
        if (!emit_constant(e, node, "a value at the start", &value))
            return;
        if (o->kind == OBJECT_SEMAPHORE && value < 0) {
            emit_fail(e, emit_node(e, node)->token,
                      "a semaphore starts with 0 or more, not with %d", value);
            return;
        }
        if (count == o->length) {
            emit_fail(e, emit_node(e, node)->token,
                      "'%s' has %d elements, and here are more values", o->name,
                      o->length);
            return;
        }
        e->p->start[cell + count++] = (int16_t)value;
    }
    if (!n->braces && n->b >= 0) /* one value for all semaphores */
        for (int i = 0; i < o->length; i++)
            e->p->start[cell + i] = (int16_t)value;
}

static void declare_shared(struct emit *e, const struct node *n)
{
    char name[TSL_NAME + 8];
    int length = array_length(e, n), object;

    if (e->rc < 0)
        return;
    token_text(e->tokens, n->token, name, sizeof(name));
    if (!emit_global(e, n->token, MEANS_OBJECT, e->p->object_count))
        return;
    object = program_add_object(e->p, name, (enum object_kind)n->value, length);
    if (object == -E2BIG) {
        emit_fail(e, n->token,
                  "more is shared than %d names with %d elements together",
                  TSL_OBJECTS, TSL_CELLS);
        return;
    }
    if (object < 0) {
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
        return;
    }
    give_start(e, n, object);
}

static void declare(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    struct symbol *s;
    int value, count = 0;

    switch (n->kind) {
    case NODE_CONST:
        if (emit_constant(e, n->a, "the value of a const", &value))
            emit_global(e, n->token, MEANS_CONST, value);
        break;
    case NODE_SHARED:
        declare_shared(e, n);
        break;
    case NODE_FN:
        for (int32_t at = n->a; at >= 0; at = emit_node(e, at)->next)
            if (++count > EMIT_PARAMETERS)
                emit_fail(e, emit_node(e, at)->token,
                          "a function has at most %d parameters",
                          EMIT_PARAMETERS);
        s = emit_global(e, n->token, MEANS_FN, node);
        if (s)
            emit_returns(e, s);
        break;
    default:
        break;
    }
}

/* ---- threads ------------------------------------------------------------- */

static void start_thread(struct emit *e, struct tsl_thread *t, int me)
{
    e->thread = t;
    e->me = me;
    e->local_count = e->floor = e->scope = 0;
    e->temp_count = e->temp_used = 0;
    e->loops = e->region_count = 0;
    e->inside = e->quiet = e->accessed = false;
    e->reachable = true;
    e->bound = -1;
    e->statement = e->statements = 0;
    e->depth = e->visits = 0;
}

static void emit_thread(struct emit *e, const struct node *n, int number,
                        int me)
{
    struct label end = LABEL;
    struct frame frame = {.end = &end, .result = -1, .value = e->zero};

    start_thread(e, &e->p->threads[number], me);
    e->frame = &frame;
    emit_statement(e, n->b);
    emit_bind(e, &end);
    e->reachable = true; /* the halt is there even if nothing leads to it */
    emit_begin(e, emit_node(e, n->b)->end);
    e->statement = -1;
    if (e->rc == 0 && !thread_add_op(e->thread, OP_HALT))
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
    if (e->rc == 0) {
        struct op *halt = &e->thread->ops[e->thread->op_count - 1];

        halt->line = (uint16_t)e->line;
        emit_tidy(e);
        emit_remember(e, number);
    }
    e->frame = NULL;
    e->thread = NULL;
}

/* A new thread of that name. Returns its number, or -1. */
static int add_thread(struct emit *e, int token, const char *name)
{
    struct tsl_thread *t;

    if (strlen(name) >= TSL_NAME) {
        emit_fail(e, token, "the name '%s' is longer than %d letters", name,
                  TSL_NAME - 1);
        return -1;
    }
    if (program_thread(e->p, name) >= 0) {
        emit_fail(e, token, "there are two threads '%s'", name);
        return -1;
    }
    if (e->p->thread_count == TSL_THREADS) {
        emit_fail(e, token, "there are more than %d threads", TSL_THREADS);
        return -1;
    }
    t = grow(&e->p->threads, e->p->thread_count, sizeof(*t));
    if (!t) {
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
        return -1;
    }
    memcpy(t->name, name, strlen(name) + 1);
    return e->p->thread_count++;
}

static void emit_threads(struct emit *e, const struct node *n)
{
    char name[TSL_NAME + 8], numbered[2 * TSL_NAME];
    int count = 1, number;

    token_text(e->tokens, n->token, name, sizeof(name));
    if (n->a >= 0 && !emit_constant(e, n->a, "the number of threads", &count))
        return;
    if (count < 1 || count > TSL_THREADS) {
        emit_fail(e, emit_node(e, n->a)->token,
                  "%d threads cannot be: there are 1 to %d", count,
                  TSL_THREADS);
        return;
    }
    for (int me = 0; me < count && e->rc == 0; me++) {
        if (n->a >= 0)
            snprintf(numbered, sizeof(numbered), "%s%d", name, me);
        else
            snprintf(numbered, sizeof(numbered), "%s", name);
        number = add_thread(e, n->token, numbered);
        if (number >= 0)
            emit_thread(e, n, number, me);
    }
}

/* Functions that no thread calls may be wrong, too. */
static void look_at_uncalled(struct emit *e)
{
    for (int i = 0; i < e->global_count && e->rc == 0; i++) {
        struct tsl_thread scratch = {.name = "nobody"};
        struct frame frame = {.result = -1, .value = e->zero};

        if (e->globals[i].means != MEANS_FN || e->globals[i].called)
            continue;
        start_thread(e, &scratch, 0);
        e->frame = &frame;
        emit_uncalled(e, &e->globals[i]);
        e->frame = NULL;
        e->thread = NULL;
        free(scratch.ops);
        free(scratch.reg_names);
        free(scratch.reg_start);
    }
}

/* ---- all of it ----------------------------------------------------------- */

/* Do @what with the declarations of @kind. */
static void each(struct emit *e, enum node_kind kind,
                 void (*what)(struct emit *e, int32_t node))
{
    for (int32_t at = e->tree->first; at >= 0 && e->rc == 0;
         at = emit_node(e, at)->next)
        if (emit_node(e, at)->kind == kind)
            what(e, at);
}

static void emit_all(struct emit *e)
{
    const struct tree *t = e->tree;

    for (int32_t at = t->first; at >= 0 && e->rc == 0; at = t->nodes[at].next)
        declare(e, at);
    for (int32_t at = t->first; at >= 0 && e->rc == 0; at = t->nodes[at].next)
        if (t->nodes[at].kind == NODE_THREAD)
            emit_threads(e, &t->nodes[at]);
    look_at_uncalled(e);
    if (e->p->thread_count == 0)
        emit_fail(e, e->tokens->count - 1,
                  "there is no thread: write thread T { ... }");
    e->depth = e->visits = 0;
    each(e, NODE_EXCLUSIVE, emit_exclusive);
    emit_exclusive_default(e);
    each(e, NODE_CHECK, emit_check);
    each(e, NODE_OBSERVE, emit_observe);
    if (e->p->observed_count == 0)
        emit_observe_default(e);
}

int tree_emit(const struct tree *t, struct program *p, struct err *err)
{
    struct emit *e = calloc(1, sizeof(*e));
    int rc;

    if (!e)
        return err_set(err, -ENOMEM, "%s: no memory", p->name);
    e->tree = t;
    e->tokens = t->tokens;
    e->p = p;
    e->err = err;
    e->reachable = true;
    e->zero = program_expr(p, EXPR_CONST, 0, -1, -1);
    if (e->zero < 0)
        e->rc = err_set(err, -ENOMEM, "%s: no memory", p->name);
    else
        emit_all(e);
    rc = e->rc;
    free(e->known);
    free(e);
    return rc;
}
