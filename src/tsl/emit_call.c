/* Calls, and the operations that are built in. Any thread. */
#include <string.h>

#include "tsl/emitter.h"

/* ---- what is built in ---------------------------------------------------- */

/* What an operation takes: m a mutex, s a semaphore, c a condition, v a shared
 * int, e a value. */
static const struct builtin {
    const char *name;
    const char *takes;
    const char *usage;
    uint8_t op; /* enum op_kind */
    bool gives; /* a value */
} builtins[] = {
    {"lock", "m", "lock(m)", OP_LOCK, false},
    {"unlock", "m", "unlock(m)", OP_UNLOCK, false},
    {"trylock", "m", "trylock(m)", OP_TRYLOCK, true},
    {"wait", "s", "wait(s)", OP_P, false},
    {"post", "s", "post(s)", OP_V, false},
    {"wait", "cm", "wait(c, m)", OP_CWAIT, false},
    {"signal", "c", "signal(c)", OP_SIGNAL, false},
    {"broadcast", "c", "broadcast(c)", OP_BROADCAST, false},
    {"xchg", "ve", "xchg(v, e)", OP_XCHG, true},
    {"cas", "vee", "cas(v, old, new)", OP_CAS, true},
    {"fetch_add", "ve", "fetch_add(v, e)", OP_FAA, true},
    {"await", "e", "await(v == e)", OP_AWAIT, false},
    {"fence", "", "fence()", OP_FENCE, false},
    {"work", "", "work()", OP_WORK, false},
    {"assert", "e", "assert(e)", OP_ASSERT, false},
};
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const struct builtin *find_builtin(const struct emit *e, int token)
{
    for (size_t i = 0; i < COUNT_OF(builtins); i++)
        if (token_is(e->tokens, token, builtins[i].name))
            return &builtins[i];
    return NULL;
}

static const struct builtin *find_operation(enum op_kind op)
{
    size_t i = 0;

    while (builtins[i].op != op)
        i++;
    return &builtins[i];
}

bool emit_is_builtin(const struct emit *e, int token)
{
    return find_builtin(e, token) != NULL;
}

const char *const *emit_builtins(void)
{
    static const char *const names[] = {
        "lock",   "unlock",    "trylock", "wait",   "post",
        "signal", "broadcast", "xchg",    "cas",    "fetch_add",
        "await",  "fence",     "work",    "assert", NULL};

    return names;
}

/* wait is two operations: of semaphores, and of conditions. */
static const struct builtin *choose_wait(struct emit *e, const struct node *n,
                                         const struct builtin *b, int count)
{
    const struct node *first = n->a < 0 ? n : emit_node(e, n->a);
    const struct symbol *s = NULL;
    char text[TSL_NAME + 8];

    if (count == 2)
        return find_operation(OP_CWAIT);
    if (count == 0 || (first->kind != NODE_NAME && first->kind != NODE_INDEX))
        return b;
    s = emit_look_up(e, first->token);
    if (!s || s->means != MEANS_OBJECT ||
        e->p->objects[s->value].kind != OBJECT_CONDITION)
        return b;
    token_text(e->tokens, first->token, text, sizeof(text));
    emit_fail(e, n->token,
              "'%s' is a condition: waiting lets go of the mutex that guards "
              "it, so name it, as in wait(%s, m)",
              text, text);
    return NULL;
}

/* What to say of an argument that is of the wrong kind. */
static void say_kind(struct emit *e, const struct builtin *b, char wants,
                     int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct symbol *s = NULL;
    char text[TSL_NAME + 8];
    const char *wanted = wants == 'm'   ? "a mutex"
                         : wants == 's' ? "a semaphore"
                         : wants == 'c' ? "a condition"
                                        : "a shared int";

    if (e->rc < 0)
        return;
    if (n->kind == NODE_NAME || n->kind == NODE_INDEX)
        s = emit_look_up(e, n->token);
    if (e->rc < 0)
        return;
    token_text(e->tokens, n->token, text, sizeof(text));
    if (s)
        emit_fail(e, n->token, "%s takes %s, but '%s' is %s", b->usage, wanted,
                  text, emit_kind_words(e, s));
    else
        emit_fail(e, n->token, "%s takes %s: its name stands there", b->usage,
                  wanted);
}

/* The argument @node, of the kind of things that @wants. */
static struct place object_argument(struct emit *e, const struct builtin *b,
                                    char wants, int32_t node)
{
    static const char kinds[] = {[OBJECT_INT] = 'v',
                                 [OBJECT_MUTEX] = 'm',
                                 [OBJECT_SEMAPHORE] = 's',
                                 [OBJECT_CONDITION] = 'c'};
    struct place at = {-1, -1};
    const struct node *n = emit_node(e, node);
    const struct symbol *s = NULL;

    if (n->kind == NODE_NAME || n->kind == NODE_INDEX)
        s = emit_look_up(e, n->token);
    if (!s || s->means != MEANS_OBJECT ||
        kinds[e->p->objects[s->value].kind] != wants) {
        say_kind(e, b, wants, node);
        return at;
    }
    return emit_place(e, node);
}

/* ---- await --------------------------------------------------------------- */

static bool is_shared_place(struct emit *e, int32_t node)
{
    const struct node *n = emit_node(e, node);
    const struct symbol *s;

    if (n->kind != NODE_NAME && n->kind != NODE_INDEX)
        return false;
    s = emit_find(e, n->token);
    return s && s->means == MEANS_OBJECT &&
           (n->kind == NODE_NAME || emit_is_pure(e, n->a));
}

/* a < b is b > a */
static int mirrored(int op)
{
    switch (op) {
    case EXPR_LT:
        return EXPR_GT;
    case EXPR_LE:
        return EXPR_GE;
    case EXPR_GT:
        return EXPR_LT;
    case EXPR_GE:
        return EXPR_LE;
    default:
        return op;
    }
}

static void emit_await(struct emit *e, const struct builtin *b,
                       const struct node *call)
{
    const struct node *n = emit_node(e, call->a);
    int32_t shared = call->a, other = -1, value;
    int op = EXPR_NE;
    struct place at;
    struct op *await;

    if (n->kind == NODE_UNARY && n->op == EXPR_NOT) {
        shared = n->a;
        op = EXPR_EQ;
    } else if (n->kind == NODE_BINARY && n->op >= EXPR_EQ && n->op <= EXPR_GE) {
        bool left = is_shared_place(e, n->a);

        shared = left ? n->a : n->b;
        other = left ? n->b : n->a;
        op = left ? n->op : mirrored(n->op);
    }
    if (!is_shared_place(e, shared) ||
        (other >= 0 && !emit_is_pure(e, other))) {
        /* A name that does not exist is what is to be said. */
        if (emit_node(e, shared)->kind == NODE_NAME)
            emit_look_up(e, emit_node(e, shared)->token);
        emit_fail(e, call->token,
                  "await looks at one shared int, again and again: await(v), "
                  "await(!v) or await(v == e), where e is a constant or a "
                  "register");
        return;
    }
    at = object_argument(e, b, 'v', shared);
    value = other >= 0 ? emit_value(e, other) : e->zero;
    await = emit_access(e, OP_AWAIT, at);
    await->cmp = (uint8_t)op;
    await->a = value;
}

/* ---- built-in operations ------------------------------------------------- */

static int32_t emit_builtin(struct emit *e, const struct builtin *b,
                            const struct node *n, bool wanted)
{
    struct place at[2] = {{-1, -1}, {-1, -1}};
    int32_t values[2] = {-1, -1}, node = n->a;
    int places = 0, known = 0, temp;
    struct op *op;

    for (const char *wants = b->takes; *wants; wants++) {
        if (*wants == 'e')
            values[known++] = emit_value(e, node);
        else
            at[places++] = object_argument(e, b, *wants, node);
        node = emit_node(e, node)->next;
    }
    if (e->rc < 0)
        return e->zero;
    op = emit_access(e, (enum op_kind)b->op, at[0]);
    op->a = values[0];
    op->b = values[1];
    op->other = (int16_t)at[1].object;
    op->idx2 = at[1].idx;
    if (b->op == OP_CWAIT) {
        op = emit_access(e, OP_REACQUIRE, at[0]);
        op->other = (int16_t)at[1].object;
        op->idx2 = at[1].idx;
        op->joined = false; /* asleep in between, always */
    }
    if (!b->gives || !wanted)
        return e->zero;
    temp = emit_temp(e);
    op->dst = (int16_t)temp;
    return emit_reg(e, temp);
}

static int32_t call_builtin(struct emit *e, const struct builtin *b,
                            const struct node *n, bool wanted)
{
    int count = emit_count(e, n->a);

    if (strcmp(b->name, "wait") == 0)
        b = choose_wait(e, n, b, count);
    if (!b || e->rc < 0)
        return e->zero;
    if ((size_t)count != strlen(b->takes))
        return emit_fail(e, n->token, "'%s' takes %s: write %s", b->name,
                         b->takes[0] == '\0'   ? "nothing"
                         : b->takes[1] == '\0' ? "one thing"
                         : b->takes[2] == '\0' ? "two things"
                                               : "three things",
                         b->usage);
    if (wanted && !b->gives)
        return emit_fail(e, n->token,
                         "%s gives no value: it is a statement of its own",
                         b->usage);
    if (b->op != OP_AWAIT)
        return emit_builtin(e, b, n, wanted);
    emit_await(e, b, n);
    return e->zero;
}

/* ---- all calls --------------------------------------------------------- */

int32_t emit_call(struct emit *e, int32_t node, bool wanted)
{
    const struct node *n = emit_node(e, node);
    const struct builtin *b = find_builtin(e, n->token);
    char text[TSL_NAME + 8];
    struct symbol *s;

    if (b)
        return call_builtin(e, b, n, wanted);
    s = emit_find(e, n->token);
    token_text(e->tokens, n->token, text, sizeof(text));
    if (s && s->means != MEANS_FN)
        return emit_fail(e, n->token, "'%s' is %s and cannot be called", text,
                         emit_kind_words(e, s));
    if (!s)
        s = emit_look_up(e, n->token);
    return s ? emit_function(e, s, n, wanted) : e->zero;
}
