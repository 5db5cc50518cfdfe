/* One step of the naive machine. In the test process. */
#include "lib/naive_step.h"

#include <string.h>

#include "step/stepper.h" /* enum failure, by name only */

/* What trying an operation came to. */
enum came {
    CAME_DONE,
    CAME_WAIT, /* nothing was done */
    CAME_FAULT
};

bool naive_fits(const struct program *p)
{
    if (p->thread_count > NAIVE_THREADS || p->cell_count > NAIVE_CELLS)
        return false;
    for (int t = 0; t < p->thread_count; t++)
        if (p->threads[t].reg_count > NAIVE_REGS)
            return false;
    return true;
}

/* ---- expressions --------------------------------------------------------- */

static bool within(long value, int *out)
{
    *out = (int)value;
    return value >= TSL_MIN && value <= TSL_MAX;
}

static bool apply(int kind, long a, long b, int *out)
{
    switch (kind) {
    case EXPR_ADD:
        return within(a + b, out);
    case EXPR_SUB:
        return within(a - b, out);
    case EXPR_MUL:
        return within(a * b, out);
    case EXPR_DIV:
        return b != 0 && within(a / b, out);
    case EXPR_MOD:
        return b != 0 && within(a % b, out);
    case EXPR_EQ:
        return within(a == b, out);
    case EXPR_NE:
        return within(a != b, out);
    case EXPR_LT:
        return within(a < b, out);
    case EXPR_LE:
        return within(a <= b, out);
    case EXPR_GT:
        return within(a > b, out);
    default:
        return within(a >= b, out);
    }
}

/* The cell of @object[@index], of its first if it is a queue. -1: outside. */
static int cell_of(const struct naive_machine *m, int object, int index)
{
    const struct object *o = &m->program->objects[object];

    if (index < 0 || index >= o->length)
        return -1;
    return o->first + index * o->slots;
}

bool naive_value(const struct naive_machine *m, const struct naive_state *s,
                 int thread, int expr, int *out)
{
    const struct expr *e = &m->program->exprs[expr];
    int left = 0, right = 0;

    switch (e->kind) {
    case EXPR_CONST:
        return within(e->value, out);
    case EXPR_REGISTER:
        return within(s->threads[thread].regs[e->value], out);
    case EXPR_REG_OF:
        return within(s->threads[e->left].regs[e->value], out);
    case EXPR_CELL:
        if (e->right >= 0 && !naive_value(m, s, thread, e->right, &right))
            return false;
        left = cell_of(m, e->left, right);
        return left >= 0 && within(s->cells[left], out);
    default:
        break;
    }
    if (!naive_value(m, s, thread, e->left, &left))
        return false;
    if (e->kind == EXPR_NOT)
        return within(left == 0, out);
    if (e->kind == EXPR_NEGATE)
        return within(-(long)left, out);
    if (e->kind == EXPR_AND && left == 0)
        return within(0, out);
    if (e->kind == EXPR_OR && left != 0)
        return within(1, out);
    if (!naive_value(m, s, thread, e->right, &right))
        return false;
    if (e->kind == EXPR_AND || e->kind == EXPR_OR)
        return within(right != 0, out);
    return apply(e->kind, left, right, out);
}

/* As naive_value(), and 0 when there is no expression. */
static bool value_or_0(const struct naive_machine *m,
                       const struct naive_state *s, int thread, int expr,
                       int *out)
{
    *out = 0;
    return expr < 0 || naive_value(m, s, thread, expr, out);
}

static const struct op *next_op(const struct naive_machine *m,
                                const struct naive_state *s, int thread)
{
    return &m->program->threads[thread].ops[s->threads[thread].pc];
}

/* ---- memory as one thread sees it ---------------------------------------- */

static int seen(const struct naive_state *s, int thread, int cell)
{
    const struct naive_thread *me = &s->threads[thread];

    for (int i = me->stores - 1; i >= 0; i--)
        if (me->store_cell[i] == cell)
            return me->store_value[i];
    return s->cells[cell];
}

static void keep(struct naive_state *s, int thread, const struct op *op,
                 int value)
{
    if (op->dst >= 0)
        s->threads[thread].regs[op->dst] = value;
}

static bool sleeps(const struct naive_machine *m, const struct naive_state *s,
                   int thread, int queue, int object)
{
    for (int i = 0; i < m->program->objects[object].slots; i++)
        if (s->cells[queue + i] == thread + 1)
            return true;
    return false;
}

/* The longest sleeper leaves the queue. */
static void wake_one(const struct naive_machine *m, struct naive_state *s,
                     int queue, int object)
{
    int slots = m->program->objects[object].slots;

    for (int i = 0; i + 1 < slots; i++)
        s->cells[queue + i] = s->cells[queue + i + 1];
    s->cells[queue + slots - 1] = 0;
}

/* ---- visible operations -------------------------------------------------- */

struct asked {
    int cell;  /* of .object, .idx */
    int other; /* of .other, .idx2 */
    int a, b;
};

static enum came on_integer(struct naive_machine *m, struct naive_state *s,
                            int thread, const struct op *op,
                            const struct asked *q)
{
    struct naive_thread *me = &s->threads[thread];
    int old = seen(s, thread, q->cell), now, yes = 0;

    switch (op->kind) {
    case OP_LOAD:
        keep(s, thread, op, old);
        return CAME_DONE;
    case OP_AWAIT:
        apply(op->cmp, old, q->a, &yes);
        return yes ? CAME_DONE : CAME_WAIT;
    case OP_STORE:
        if (op->inside && me->stores > 0)
            return CAME_WAIT; /* cannot be: the block began without any */
        if (!m->rules->tso || op->inside) {
            s->cells[q->cell] = q->a;
            return CAME_DONE;
        }
        if (me->stores == m->rules->buffer) {
            m->was_full = true;
            return CAME_WAIT;
        }
        me->store_cell[me->stores] = q->cell;
        me->store_value[me->stores++] = q->a;
        return CAME_DONE;
    case OP_XCHG:
        s->cells[q->cell] = q->a;
        keep(s, thread, op, old);
        return CAME_DONE;
    case OP_FAA:
        if (!apply(EXPR_ADD, old, q->a, &now))
            return CAME_FAULT;
        s->cells[q->cell] = now;
        keep(s, thread, op, old);
        return CAME_DONE;
    default: /* cas */
        if (old == q->a)
            s->cells[q->cell] = q->b;
        keep(s, thread, op, old == q->a);
        return CAME_DONE;
    }
}

static enum came on_lock(struct naive_state *s, int thread, const struct op *op,
                         const struct asked *q)
{
    int *cell = &s->cells[q->cell];

    switch (op->kind) {
    case OP_LOCK:
        if (*cell)
            return CAME_WAIT;
        *cell = thread + 1;
        return CAME_DONE;
    case OP_UNLOCK:
        if (*cell != thread + 1)
            return CAME_FAULT;
        *cell = 0;
        return CAME_DONE;
    case OP_TRYLOCK: {
        bool was_free = !*cell;

        if (was_free)
            *cell = thread + 1;
        keep(s, thread, op, was_free);
        return CAME_DONE;
    }
    case OP_P:
        if (*cell <= 0)
            return CAME_WAIT;
        --*cell;
        return CAME_DONE;
    default: /* V */
        if (*cell == TSL_MAX)
            return CAME_FAULT;
        ++*cell;
        return CAME_DONE;
    }
}

static enum came on_condition(const struct naive_machine *m,
                              struct naive_state *s, int thread,
                              const struct op *op, const struct asked *q)
{
    int at = q->cell;

    switch (op->kind) {
    case OP_CWAIT:
        if (s->cells[q->other] != thread + 1)
            return CAME_FAULT;
        s->cells[q->other] = 0;
        while (s->cells[at])
            at++;
        s->cells[at] = thread + 1;
        return CAME_DONE;
    case OP_REACQUIRE:
        if (s->cells[q->other] || sleeps(m, s, thread, q->cell, op->object))
            return CAME_WAIT;
        s->cells[q->other] = thread + 1;
        return CAME_DONE;
    case OP_SIGNAL:
        wake_one(m, s, q->cell, op->object);
        return CAME_DONE;
    default: /* broadcast */
        for (int i = 0; i < m->program->objects[op->object].slots; i++)
            s->cells[q->cell + i] = 0;
        return CAME_DONE;
    }
}

/* Everything but these needs the own buffer empty. */
static bool may_overtake_stores(int kind)
{
    return kind == OP_LOAD || kind == OP_STORE || kind == OP_AWAIT ||
           kind == OP_WORK;
}

/* What @op is about. false: a fault, which does not wait for the buffer. */
static bool ask(const struct naive_machine *m, const struct naive_state *s,
                int thread, const struct op *op, struct asked *q)
{
    int index, index2;

    if (!value_or_0(m, s, thread, op->idx, &index) ||
        !value_or_0(m, s, thread, op->idx2, &index2) ||
        !value_or_0(m, s, thread, op->a, &q->a) ||
        !value_or_0(m, s, thread, op->b, &q->b))
        return false;
    q->cell = op->object >= 0 ? cell_of(m, op->object, index) : 0;
    q->other = op->other >= 0 ? cell_of(m, op->other, index2) : 0;
    return q->cell >= 0 && q->other >= 0;
}

static void touch(struct naive_machine *m, const struct op *op,
                  const struct asked *q)
{
    uint64_t bit = UINT64_C(1) << q->cell;

    m->reads |= bit;
    if (op->kind != OP_LOAD && op->kind != OP_AWAIT)
        m->writes |= bit;
    if (op->other >= 0)
        m->writes |= UINT64_C(1) << q->other;
}

static enum came dispatch(struct naive_machine *m, struct naive_state *s,
                          int thread, const struct op *op,
                          const struct asked *q)
{
    switch (op->kind) {
    case OP_FENCE:
    case OP_WORK:
    case OP_ATOMIC:
        return CAME_DONE;
    case OP_LOAD:
    case OP_STORE:
    case OP_XCHG:
    case OP_FAA:
    case OP_CAS:
    case OP_AWAIT:
        return on_integer(m, s, thread, op, q);
    case OP_LOCK:
    case OP_UNLOCK:
    case OP_TRYLOCK:
    case OP_P:
    case OP_V:
        return on_lock(s, thread, op, q);
    default:
        return on_condition(m, s, thread, op, q);
    }
}

static enum came do_visible(struct naive_machine *m, struct naive_state *s,
                            int thread, const struct op *op)
{
    struct asked q;

    if (!ask(m, s, thread, op, &q))
        return CAME_FAULT;
    if (s->threads[thread].stores && !may_overtake_stores(op->kind))
        return CAME_WAIT;
    /* Trying counts: whether it succeeds depends on what others did. */
    if (op->object >= 0)
        touch(m, op, &q);
    return dispatch(m, s, thread, op, &q);
}

int naive_plain(const struct naive_machine *m, const struct naive_state *s,
                int thread, int *cell)
{
    const struct op *op = next_op(m, s, thread);
    struct asked q;

    if ((op->kind != OP_LOAD && op->kind != OP_STORE) ||
        !ask(m, s, thread, op, &q))
        return 0;
    *cell = q.cell;
    return op->kind == OP_LOAD ? 1 : 2;
}

/* ---- local operations ---------------------------------------------------- */

static bool excluded(const struct naive_machine *m, const struct naive_state *s,
                     int thread, int region)
{
    for (int t = 0; t < m->program->thread_count; t++)
        if (t != thread &&
            (s->threads[t].regions & m->program->exclude[region]))
            return true;
    return false;
}

/* Moves the pc too where it jumps, else leaves it to the caller. */
static enum came do_local(const struct naive_machine *m, struct naive_state *s,
                          int thread, const struct op *op, bool *jumped)
{
    struct naive_thread *me = &s->threads[thread];
    int value = 0;

    if (op->kind != OP_ENTER && op->kind != OP_EXIT && op->kind != OP_JMP &&
        !naive_value(m, s, thread, op->a, &value))
        return CAME_FAULT;
    switch (op->kind) {
    case OP_SET:
        keep(s, thread, op, value);
        break;
    case OP_JMP:
    case OP_BR:
        *jumped = op->kind == OP_JMP || value != 0;
        if (*jumped)
            me->pc = op->to;
        break;
    case OP_ENTER:
        if (excluded(m, s, thread, op->region))
            s->failed |= 1U << FAILURE_EXCLUSION;
        me->regions |= 1U << op->region;
        break;
    case OP_EXIT:
        me->regions &= ~(1U << op->region);
        break;
    default: /* assert */
        if (!value)
            s->failed |= 1U << FAILURE_ASSERT;
        break;
    }
    return CAME_DONE;
}

/* ---- steps --------------------------------------------------------------- */

bool naive_ended(const struct naive_machine *m, const struct naive_state *s,
                 int thread)
{
    return next_op(m, s, thread)->kind == OP_HALT;
}

/* Does a step begin here, whatever came before? */
static bool begins(const struct naive_machine *m, const struct op *op)
{
    if (op->inside)
        return false;
    if (!OP_IS_VISIBLE(op->kind))
        return op->counts && m->rules->granularity == GRANULARITY_INSTRUCTION;
    return !op->joined || m->rules->granularity != GRANULARITY_STATEMENT;
}

static enum came do_one(struct naive_machine *m, struct naive_state *s,
                        int thread)
{
    const struct op *op = next_op(m, s, thread);
    bool jumped = false;
    enum came came = OP_IS_VISIBLE(op->kind)
                         ? do_visible(m, s, thread, op)
                         : do_local(m, s, thread, op, &jumped);

    if (came == CAME_DONE && !jumped)
        s->threads[thread].pc++;
    return came;
}

/* One operation, and what rides along, if @started; else only the local
 * operations that lead to a thread's first step. A step never ends if it does
 * more than TSL_RIDE local operations on end, or TSL_RIDES visible ones. */
static void ride(struct naive_machine *m, struct naive_state *s, int thread,
                 bool started)
{
    int visible = 0, on_end = 0;

    for (bool first = started;; first = false) {
        const struct op *op = next_op(m, s, thread);
        bool endless;
        enum came came;

        if (op->kind == OP_HALT || (!first && begins(m, op)) ||
            (!started && OP_IS_VISIBLE(op->kind)))
            return;
        if (OP_IS_VISIBLE(op->kind)) {
            endless = visible++ == TSL_RIDES;
            on_end = 0;
        } else {
            endless = !first && on_end++ == TSL_RIDE;
        }
        came = do_one(m, s, thread);
        if (came == CAME_WAIT)
            return;
        if (came == CAME_FAULT || endless) {
            s->failed |= 1U << FAILURE_FAULT;
            return;
        }
    }
}

void naive_start(struct naive_machine *m, struct naive_state *s)
{
    const struct program *p = m->program;

    memset(s, 0, sizeof(*s));
    for (int c = 0; c < p->cell_count; c++)
        s->cells[c] = p->start[c];
    for (int t = 0; t < p->thread_count; t++)
        for (int r = 0; r < p->threads[t].reg_count; r++)
            s->threads[t].regs[r] = p->threads[t].reg_start[r];
    for (int t = 0; t < p->thread_count; t++)
        if (!(s->failed & 1U << FAILURE_FAULT))
            ride(m, s, t, false);
}

bool naive_may_step(struct naive_machine *m, const struct naive_state *s,
                    int thread)
{
    struct naive_state copy = *s;

    return !naive_ended(m, s, thread) && do_one(m, &copy, thread) != CAME_WAIT;
}

void naive_step(struct naive_machine *m, struct naive_state *s, int thread)
{
    m->reads = m->writes = 0;
    ride(m, s, thread, true);
}

bool naive_may_flush(const struct naive_state *s, int thread)
{
    return s->threads[thread].stores > 0;
}

void naive_flush(struct naive_machine *m, struct naive_state *s, int thread)
{
    struct naive_thread *me = &s->threads[thread];

    m->reads = 0;
    m->writes = UINT64_C(1) << me->store_cell[0];
    s->cells[me->store_cell[0]] = me->store_value[0];
    me->stores--;
    for (int i = 0; i < me->stores; i++) {
        me->store_cell[i] = me->store_cell[i + 1];
        me->store_value[i] = me->store_value[i + 1];
    }
    me->store_cell[me->stores] = me->store_value[me->stores] = 0;
}
