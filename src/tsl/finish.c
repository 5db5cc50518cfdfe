/* The last stage of reading a program: what the readers leave open is filled
 * in, and everything that later parts rely on is checked, so that they need not
 * look again. Any thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tsl/build.h"

/* ---- expressions --------------------------------------------------------- */

static bool expr_is_sound(const struct program *p, int i)
{
    const struct expr *e = &p->exprs[i];

    switch (e->kind) {
    case EXPR_CONST:
        return true;
    case EXPR_REGISTER: /* of which thread: where it is used */
        return e->value >= 0 && e->value < TSL_REGISTERS;
    case EXPR_REG_OF:
        return e->left >= 0 && e->left < p->thread_count && e->value >= 0 &&
               e->value < p->threads[e->left].reg_count;
    case EXPR_CELL:
        return e->left >= 0 && e->left < p->object_count &&
               p->objects[e->left].kind != OBJECT_CONDITION && e->right < i &&
               (e->right >= 0) == p->objects[e->left].array;
    case EXPR_NOT:
    case EXPR_NEGATE:
        return e->left >= 0 && e->left < i;
    default:
        return e->kind <= EXPR_OR && e->left >= 0 && e->left < i &&
               e->right >= 0 && e->right < i;
    }
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* Children come before their parents, so that one pass finds how deep each is:
 * whoever walks them by recursion is safe. */
static int check_exprs(const struct program *p, struct err *err)
{
    int16_t *depth = calloc((size_t)p->expr_count + 1, sizeof(*depth));
    int rc = 0;

    if (!depth)
        return err_set(err, -ENOMEM, "%s: no memory", p->name);
    for (int i = 0; i < p->expr_count && rc == 0; i++) {
        const struct expr *e = &p->exprs[i];
        int below = 0;

        if (!expr_is_sound(p, i)) {
            rc = err_set(err, -EINVAL, "%s: expression %d is not sound",
                         p->name, i);
            break;
        }
        if (e->kind == EXPR_NOT || e->kind == EXPR_NEGATE ||
            e->kind >= EXPR_ADD)
            below = depth[e->left];
        if (e->kind >= EXPR_ADD || (e->kind == EXPR_CELL && e->right >= 0))
            below = most(below, depth[e->right]);
        depth[i] = (int16_t)(below + 1);
        if (depth[i] > TSL_DEPTH)
            rc = err_set(err, -EINVAL,
                         "%s: an expression is more than %d operators deep: "
                         "compute parts of it before",
                         p->name, TSL_DEPTH);
    }
    free(depth);
    return rc;
}

/* May @expr stand in an operation of @t (or, NULL, in a check)? */
static bool expr_fits(const struct program *p, int32_t expr,
                      const struct tsl_thread *t)
{
    const struct expr *e;

    if (expr < 0 || expr >= p->expr_count)
        return false;
    e = &p->exprs[expr];
    switch (e->kind) {
    case EXPR_CONST:
        return true;
    case EXPR_REGISTER:
        return t && e->value < t->reg_count;
    case EXPR_REG_OF:
        return !t;
    case EXPR_CELL:
        return !t && (e->right < 0 || expr_fits(p, e->right, t));
    case EXPR_NOT:
    case EXPR_NEGATE:
        return expr_fits(p, e->left, t);
    default:
        return expr_fits(p, e->left, t) && expr_fits(p, e->right, t);
    }
}

/* ---- operations ---------------------------------------------------------- */

enum {
    HAS_DST = 1 << 0, /* a register must get the result */
    MAY_DST = 1 << 1, /* may */
    HAS_A = 1 << 2,
    HAS_B = 1 << 3,
    HAS_TO = 1 << 4,
    HAS_REGION = 1 << 5,
    HAS_MUTEX = 1 << 6, /* .other, .idx2 */
    HAS_CMP = 1 << 7
};
#define NO_OBJECT 0xff

static const struct needs {
    uint8_t object; /* enum object_kind, or NO_OBJECT */
    uint8_t has;
} needs[] = {
    [OP_LOAD] = {OBJECT_INT, MAY_DST},
    [OP_STORE] = {OBJECT_INT, HAS_A},
    [OP_XCHG] = {OBJECT_INT, MAY_DST | HAS_A},
    [OP_FAA] = {OBJECT_INT, MAY_DST | HAS_A},
    [OP_CAS] = {OBJECT_INT, MAY_DST | HAS_A | HAS_B},
    [OP_LOCK] = {OBJECT_MUTEX, 0},
    [OP_UNLOCK] = {OBJECT_MUTEX, 0},
    [OP_TRYLOCK] = {OBJECT_MUTEX, MAY_DST},
    [OP_P] = {OBJECT_SEMAPHORE, 0},
    [OP_V] = {OBJECT_SEMAPHORE, 0},
    [OP_CWAIT] = {OBJECT_CONDITION, HAS_MUTEX},
    [OP_REACQUIRE] = {OBJECT_CONDITION, HAS_MUTEX},
    [OP_SIGNAL] = {OBJECT_CONDITION, 0},
    [OP_BROADCAST] = {OBJECT_CONDITION, 0},
    [OP_AWAIT] = {OBJECT_INT, HAS_A | HAS_CMP},
    [OP_FENCE] = {NO_OBJECT, 0},
    [OP_WORK] = {NO_OBJECT, 0},
    [OP_ATOMIC] = {NO_OBJECT, 0},
    [OP_SET] = {NO_OBJECT, HAS_DST | HAS_A},
    [OP_JMP] = {NO_OBJECT, HAS_TO},
    [OP_BR] = {NO_OBJECT, HAS_A | HAS_TO},
    [OP_ENTER] = {NO_OBJECT, HAS_REGION},
    [OP_EXIT] = {NO_OBJECT, HAS_REGION},
    [OP_ASSERT] = {NO_OBJECT, HAS_A},
    [OP_HALT] = {NO_OBJECT, 0},
};

/* Element @idx of object @object, which is of @kind? */
static bool element_is_sound(const struct program *p,
                             const struct tsl_thread *t, int object, int idx,
                             int kind)
{
    if (object < 0 || object >= p->object_count ||
        p->objects[object].kind != kind ||
        p->objects[object].array != (idx >= 0))
        return false;
    return idx < 0 || expr_fits(p, idx, t);
}

static bool op_is_sound(const struct program *p, const struct tsl_thread *t,
                        int i)
{
    const struct op *op = &t->ops[i];
    const struct needs *n;

    if (op->kind > OP_HALT)
        return false;
    n = &needs[op->kind];
    if (n->object != NO_OBJECT &&
        !element_is_sound(p, t, op->object, op->idx, n->object))
        return false;
    if ((n->has & HAS_MUTEX) &&
        !element_is_sound(p, t, op->other, op->idx2, OBJECT_MUTEX))
        return false;
    if (op->dst >= t->reg_count || ((n->has & HAS_DST) && op->dst < 0) ||
        (!(n->has & (HAS_DST | MAY_DST)) && op->dst >= 0))
        return false;
    if (((n->has & HAS_A) && !expr_fits(p, op->a, t)) ||
        ((n->has & HAS_B) && !expr_fits(p, op->b, t)))
        return false;
    if ((n->has & HAS_TO) && (op->to < 0 || op->to >= t->op_count))
        return false;
    if ((n->has & HAS_REGION) &&
        (op->region < 0 || op->region >= p->region_count))
        return false;
    if ((n->has & HAS_CMP) && (op->cmp < EXPR_EQ || op->cmp > EXPR_GE))
        return false;
    if (op->kind == OP_CWAIT && (t->ops[i + 1].kind != OP_REACQUIRE ||
                                 t->ops[i + 1].object != op->object ||
                                 t->ops[i + 1].other != op->other))
        return false;
    return op->kind != OP_REACQUIRE ||
           (i > 0 && t->ops[i - 1].kind == OP_CWAIT);
}

/* Every way through the operations ends in a halt. */
static int end_with_halt(struct tsl_thread *t)
{
    bool needed = t->op_count == 0 || t->ops[t->op_count - 1].kind != OP_HALT;
    struct op *more;

    for (int i = 0; i < t->op_count; i++)
        needed |= (t->ops[i].kind == OP_JMP || t->ops[i].kind == OP_BR) &&
                  t->ops[i].to == t->op_count;
    if (!needed)
        return 0;
    more = realloc(t->ops, ((size_t)t->op_count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    t->ops = more;
    more[t->op_count++] = op_blank(OP_HALT);
    return 0;
}

/* At which granularities it begins a step. */
static uint8_t op_begins(const struct op *op)
{
    const unsigned access = 1U << GRANULARITY_ACCESS;
    const unsigned instruction = 1U << GRANULARITY_INSTRUCTION;
    const unsigned statement = 1U << GRANULARITY_STATEMENT;

    if (op->kind == OP_REACQUIRE)
        return (uint8_t)(statement | access | instruction);
    if (op->inside)
        return 0;
    if (OP_IS_VISIBLE(op->kind))
        return (uint8_t)(access | instruction | (op->joined ? 0 : statement));
    return (uint8_t)(op->kind == OP_SET && op->counts ? instruction : 0);
}

static int finish_thread(struct program *p, struct tsl_thread *t,
                         struct err *err)
{
    if (t->reg_count < 0 || t->reg_count > TSL_REGISTERS)
        return err_set(err, -EINVAL,
                       "%s: thread %s has %d registers: at most %d", p->name,
                       t->name, t->reg_count, TSL_REGISTERS);
    if (t->reg_count > 0 && !t->reg_start)
        t->reg_start = calloc((size_t)t->reg_count, sizeof(*t->reg_start));
    if ((t->reg_count > 0 && !t->reg_start) || end_with_halt(t) < 0)
        return err_set(err, -ENOMEM, "%s: no memory", p->name);
    if (t->op_count > TSL_OPS)
        return err_set(err, -EINVAL,
                       "%s: thread %s has %d operations: at most %d", p->name,
                       t->name, t->op_count, TSL_OPS);
    for (int i = 0; i < t->op_count; i++) {
        if (!op_is_sound(p, t, i))
            return err_set(err, -EINVAL,
                           "%s: thread %s: operation %d is not sound", p->name,
                           t->name, i);
        t->ops[i].begins = op_begins(&t->ops[i]);
    }
    return 0;
}

/* ---- cells --------------------------------------------------------------- */

/* How many threads may sleep there. */
static int count_sleepers(const struct program *p, int object)
{
    int sleepers = 0;

    for (int i = 0; i < p->thread_count; i++) {
        const struct tsl_thread *t = &p->threads[i];
        bool does = false;

        for (int k = 0; k < t->op_count; k++)
            does |= t->ops[k].kind == OP_CWAIT && t->ops[k].object == object;
        sleepers += does;
    }
    return most(sleepers, 1);
}

static int too_many_cells(const struct program *p, struct err *err)
{
    return err_set(err, -EINVAL,
                   "%s: more is shared than %d cells: an integer, a mutex or a "
                   "semaphore is one, a condition one for each thread that "
                   "may sleep there",
                   p->name, TSL_CELLS);
}

static int finish_cells(struct program *p, struct err *err)
{
    int given = p->cell_count;
    int16_t *more;

    for (int i = 0; i < p->object_count; i++) {
        struct object *o = &p->objects[i];
        int64_t cells;

        o->slots = 1;
        if (!o->array)
            o->length = 1;
        if (o->kind == OBJECT_CONDITION)
            o->slots = count_sleepers(p, i);
        cells = (int64_t)o->length * o->slots;
        if (o->length < 1 || o->kind > OBJECT_CONDITION)
            return err_set(err, -EINVAL, "%s: %s has no elements", p->name,
                           o->name);
        if (o->kind != OBJECT_CONDITION) {
            if (o->first < 0 || o->first + cells > given)
                return err_set(err, -EINVAL, "%s: %s has no cells", p->name,
                               o->name);
            continue;
        }
        if (cells > TSL_CELLS - p->cell_count)
            return too_many_cells(p, err);
        o->first = p->cell_count;
        p->cell_count += (int)cells;
    }
    if (p->cell_count > TSL_CELLS)
        return too_many_cells(p, err);
    more = realloc(p->start, ((size_t)p->cell_count + 1) * sizeof(*more));
    if (!more)
        return err_set(err, -ENOMEM, "%s: no memory", p->name);
    p->start = more;
    memset(more + given, 0, (size_t)(p->cell_count - given) * sizeof(*more));
    return 0;
}

/* ---- all of it ----------------------------------------------------------- */

static int check_counts(const struct program *p, struct err *err)
{
    const struct {
        int count, least, most;
        const char *what;
    } bounds[] = {
        {p->thread_count, 1, TSL_THREADS, "threads"},
        {p->object_count, 0, TSL_OBJECTS, "shared things"},
        {p->expr_count, 0, TSL_EXPRS, "parts of expressions"},
        {p->region_count, 0, TSL_REGIONS, "regions"},
        {p->observed_count, 0, TSL_OBSERVED, "observed values"},
    };

    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (bounds[i].count < bounds[i].least)
            return err_set(err, -EINVAL, "%s has no %s", p->name,
                           bounds[i].what);
        if (bounds[i].count > bounds[i].most)
            return err_set(err, -EINVAL, "%s has %d %s: at most %d", p->name,
                           bounds[i].count, bounds[i].what, bounds[i].most);
    }
    return 0;
}

int program_finish(struct program *p, struct err *err)
{
    int rc = check_counts(p, err);

    if (rc == 0)
        rc = check_exprs(p, err);
    for (int i = 0; i < p->thread_count && rc == 0; i++)
        rc = finish_thread(p, &p->threads[i], err);
    if (rc == 0)
        rc = finish_cells(p, err);
    for (int i = 0; i < p->check_count && rc == 0; i++)
        if (!expr_fits(p, p->checks[i].expr, NULL))
            rc = err_set(err, -EINVAL, "%s: check %d is not sound", p->name, i);
    for (int i = 0; i < p->observed_count && rc == 0; i++)
        if (!expr_fits(p, p->observed[i].expr, NULL))
            rc = err_set(err, -EINVAL, "%s: observed value %d is not sound",
                         p->name, i);
    if (rc == 0 && program_liveness(p) < 0)
        rc = err_set(err, -ENOMEM, "%s: no memory", p->name);
    return rc;
}
