/* Programs as plain data: expressions, look-ups, the end of their life. Any
 * thread, as long as nobody writes. */
#include "tsl/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsl/build.h"

void program_free(struct program *p)
{
    if (!p)
        return;
    for (int i = 0; p->threads && i < p->thread_count; i++) {
        struct tsl_thread *t = &p->threads[i];

        free(t->reg_names);
        free(t->reg_start);
        free(t->ops);
        free(t->live);
    }
    free(p->name);
    free(p->source);
    free(p->objects);
    free(p->start);
    free(p->threads);
    free(p->exprs);
    free(p->regions);
    free(p->checks);
    free(p->observed);
    free(p);
}

/* ---- arithmetic ---------------------------------------------------------- */

bool expr_apply(enum expr_kind kind, int left, int right, int *out)
{
    /* Values are 16 bits wide: nothing here can overflow an int. */
    switch (kind) {
    case EXPR_NOT:
        *out = !left;
        break;
    case EXPR_NEGATE:
        *out = -left;
        break;
    case EXPR_ADD:
        *out = left + right;
        break;
    case EXPR_SUB:
        *out = left - right;
        break;
    case EXPR_MUL:
        *out = left * right;
        break;
    case EXPR_DIV:
    case EXPR_MOD:
        if (right == 0)
            return false;
        *out = kind == EXPR_DIV ? left / right : left % right;
        break;
    case EXPR_EQ:
        *out = left == right;
        break;
    case EXPR_NE:
        *out = left != right;
        break;
    case EXPR_LT:
        *out = left < right;
        break;
    case EXPR_LE:
        *out = left <= right;
        break;
    case EXPR_GT:
        *out = left > right;
        break;
    case EXPR_GE:
        *out = left >= right;
        break;
    case EXPR_AND:
        *out = left && right;
        break;
    case EXPR_OR:
        *out = left || right;
        break;
    default:
        return false;
    }
    return *out >= TSL_MIN && *out <= TSL_MAX;
}

bool expr_value(const struct program *p, int32_t expr, const int16_t *regs,
                int *out)
{
    const struct expr *e = &p->exprs[expr];
    int left, right = 0;

    if (e->kind == EXPR_CONST) {
        *out = e->value;
        return true;
    }
    if (e->kind == EXPR_REGISTER) {
        *out = regs[e->value];
        return true;
    }
    if (e->kind == EXPR_REG_OF || e->kind == EXPR_CELL)
        return false; /* of checks: state_value() */
    if (!expr_value(p, e->left, regs, &left))
        return false;
    if ((e->kind == EXPR_AND && left == 0) || (e->kind == EXPR_OR && left)) {
        *out = e->kind == EXPR_OR;
        return true;
    }
    if (e->kind >= EXPR_ADD && !expr_value(p, e->right, regs, &right))
        return false;
    return expr_apply((enum expr_kind)e->kind, left, right, out);
}

/* Is the operator's value already known? Then *@out is it; a fault otherwise
 * is -EINVAL. 0: not known. */
static int fold(const struct program *p, enum expr_kind kind, int32_t left,
                int32_t right, int *out)
{
    const struct expr *l = &p->exprs[left];
    int b = 0;

    if (l->kind != EXPR_CONST)
        return 0;
    if ((kind == EXPR_AND && l->value == 0) || (kind == EXPR_OR && l->value)) {
        *out = kind == EXPR_OR;
        return 1;
    }
    if (kind >= EXPR_ADD) {
        if (p->exprs[right].kind != EXPR_CONST)
            return 0;
        b = p->exprs[right].value;
    }
    return expr_apply(kind, l->value, b, out) ? 1 : -EINVAL;
}

int32_t program_expr(struct program *p, enum expr_kind kind, int value,
                     int32_t left, int32_t right)
{
    struct expr *e;
    int rc;

    if (kind == EXPR_NOT || kind == EXPR_NEGATE || kind >= EXPR_ADD) {
        if (left < 0 || (kind >= EXPR_ADD && right < 0))
            return left < 0 ? left : right; /* what went wrong before */
        rc = fold(p, kind, left, right, &value);
        if (rc < 0)
            return rc;
        if (rc > 0) {
            kind = EXPR_CONST;
            left = right = -1;
        }
    }
    if (value < TSL_MIN || value > TSL_MAX)
        return -EINVAL;
    if (p->expr_count >= TSL_EXPRS)
        return -E2BIG;
    e = grow(&p->exprs, p->expr_count, sizeof(*e));
    if (!e)
        return -ENOMEM;
    *e = (struct expr){(uint8_t)kind, (int16_t)value, left, right};
    return p->expr_count++;
}

/* ---- looking things up --------------------------------------------------- */

int program_object(const struct program *p, const char *name)
{
    for (int i = 0; i < p->object_count; i++)
        if (strcmp(p->objects[i].name, name) == 0)
            return i;
    return -1;
}

int program_thread(const struct program *p, const char *name)
{
    for (int i = 0; i < p->thread_count; i++)
        if (strcmp(p->threads[i].name, name) == 0)
            return i;
    return -1;
}

int program_register(const struct tsl_thread *t, const char *name)
{
    if (name[0] == '\0')
        return -1; /* those of the translation have no name */
    for (int i = 0; i < t->reg_count; i++)
        if (strcmp(t->reg_names[i], name) == 0)
            return i;
    return -1;
}

void program_cell_name(const struct program *p, int cell, char *out,
                       size_t size)
{
    for (int i = 0; i < p->object_count; i++) {
        const struct object *o = &p->objects[i];
        int at = cell - o->first;

        if (at < 0 || at >= o->length * o->slots)
            continue;
        if (o->array)
            snprintf(out, size, "%s[%d]", o->name, at / o->slots);
        else
            snprintf(out, size, "%s", o->name);
        return;
    }
    snprintf(out, size, "cell %d", cell);
}

/* ---- building ------------------------------------------------------------ */

void *grow_array(void **array, int count, size_t size)
{
    char *more = *array;

    if (count == 0 || (count >= 8 && (count & (count - 1)) == 0)) {
        size_t cap = count < 8 ? 8 : 2 * (size_t)count;

        more = realloc(*array, cap * size);
        if (!more)
            return NULL;
        *array = more;
    }
    memset(more + (size_t)count * size, 0, size);
    return more + (size_t)count * size;
}

int program_add_object(struct program *p, const char *name,
                       enum object_kind kind, int length)
{
    bool array = length > 0;
    struct object *o;
    int cells = kind == OBJECT_CONDITION ? 0 : array ? length : 1;

    if (p->object_count >= TSL_OBJECTS || cells > TSL_CELLS ||
        p->cell_count + cells > TSL_CELLS)
        return -E2BIG;
    o = grow(&p->objects, p->object_count, sizeof(*o));
    if (!o)
        return -ENOMEM;
    snprintf(o->name, sizeof(o->name), "%s", name);
    o->kind = (uint8_t)kind;
    o->array = array;
    o->length = array ? length : 1;
    o->slots = 1;
    o->first = p->cell_count;
    for (int i = 0; i < cells; i++) {
        if (!grow(&p->start, p->cell_count, sizeof(*p->start)))
            return -ENOMEM;
        p->cell_count++;
    }
    return p->object_count++;
}

int program_add_region(struct program *p, const char *name)
{
    char(*region)[TSL_NAME];

    for (int i = 0; i < p->region_count; i++)
        if (strcmp(p->regions[i], name) == 0)
            return i;
    if (p->region_count >= TSL_REGIONS)
        return -E2BIG;
    region = grow(&p->regions, p->region_count, sizeof(*region));
    if (!region)
        return -ENOMEM;
    snprintf(*region, sizeof(*region), "%s", name);
    return p->region_count++;
}

int program_add_register(struct tsl_thread *t, const char *name, int start)
{
    char(*called)[TSL_NAME];
    int16_t *value;

    if (t->reg_count >= TSL_REGISTERS)
        return -E2BIG;
    called = grow(&t->reg_names, t->reg_count, sizeof(*called));
    if (!called)
        return -ENOMEM;
    value = grow(&t->reg_start, t->reg_count, sizeof(*value));
    if (!value)
        return -ENOMEM;
    snprintf(*called, sizeof(*called), "%s", name);
    *value = (int16_t)start;
    return t->reg_count++;
}

struct op op_blank(enum op_kind kind)
{
    return (struct op){.kind = (uint8_t)kind,
                       .object = -1,
                       .other = -1,
                       .dst = -1,
                       .region = -1,
                       .idx = -1,
                       .idx2 = -1,
                       .a = -1,
                       .b = -1,
                       .to = -1};
}

struct op *thread_add_op(struct tsl_thread *t, enum op_kind kind)
{
    struct op *op = grow(&t->ops, t->op_count, sizeof(*op));

    if (!op)
        return NULL;
    *op = op_blank(kind);
    t->op_count++;
    return op;
}
