/* Is a program still the exercise that it claims to repair? A proof is worth
 * nothing when what was to be proved has been taken out, so everything that the
 * exercise states must be there: its shared variables, its threads, what they
 * assert, keep apart, check and observe. And the threads must still do their
 * work: what a thread reads and writes of the variables that these statements
 * are about, and what it does inside of critical sections. How they go about it
 * is the learner's. Any process. */
#include "tsl/library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The exercise and what was made of it. */
struct pair {
    const struct program *was, *now;
};

/* ---- is it the same expression? ------------------------------------------ */

/* Registers are the same if they have the same name. */
static bool same_register(const struct tsl_thread *a, int r,
                          const struct tsl_thread *b, int s)
{
    if (r < 0 || s < 0)
        return r < 0 && s < 0;
    return strcmp(a->reg_names[r], b->reg_names[s]) == 0;
}

static bool same_object(const struct pair *p, int a, int b)
{
    if (a < 0 || b < 0)
        return a < 0 && b < 0;
    return strcmp(p->was->objects[a].name, p->now->objects[b].name) == 0;
}

/* @a in the exercise and @b in the other; @t and @u: in which thread, NULL in
 * checks. As deep as expressions go: TSL_DEPTH. */
// NOLINTNEXTLINE(misc-no-recursion)
static bool same_expr(const struct pair *p, int a, int b,
                      const struct tsl_thread *t, const struct tsl_thread *u)
{
    const struct expr *x, *y;

    if (a < 0 || b < 0)
        return a < 0 && b < 0;
    x = &p->was->exprs[a];
    y = &p->now->exprs[b];
    if (x->kind != y->kind)
        return false;
    switch ((enum expr_kind)x->kind) {
    case EXPR_CONST:
        return x->value == y->value;
    case EXPR_REGISTER:
        return t && u && same_register(t, x->value, u, y->value);
    case EXPR_REG_OF:
        t = &p->was->threads[x->left];
        u = &p->now->threads[y->left];
        return strcmp(t->name, u->name) == 0 &&
               same_register(t, x->value, u, y->value);
    case EXPR_CELL:
        return same_object(p, x->left, y->left) &&
               same_expr(p, x->right, y->right, t, u);
    case EXPR_NOT:
    case EXPR_NEGATE:
        return same_expr(p, x->left, y->left, t, u);
    default:
        return same_expr(p, x->left, y->left, t, u) &&
               same_expr(p, x->right, y->right, t, u);
    }
}

/* ---- what is stated ------------------------------------------------------ */

/* Line @line of the exercise as the learner knows it, without the blanks around
 * and what is said about it. "": there is none. */
static void quote_line(const struct program *p, int line, char out[80])
{
    const char *s = p->source;
    size_t length;
    const char *said;

    out[0] = '\0';
    for (int i = 1; s && i < line; i++) {
        s = strchr(s, '\n');
        s += s != NULL;
    }
    if (s == NULL || line < 1)
        return;
    s += strspn(s, " \t");
    length = strcspn(s, "\r\n");
    said = strstr(s, "//");
    if (said && said < s + length)
        length = (size_t)(said - s);
    while (length && strchr(" \t", s[length - 1]))
        length--;
    if (length > 79)
        length = 79;
    memcpy(out, s, length);
    out[length] = '\0';
}

static int check_objects(const struct pair *p, struct err *err)
{
    for (int i = 0; i < p->was->object_count; i++) {
        const struct object *o = &p->was->objects[i], *n;
        int j = program_object(p->now, o->name);

        if (o->kind != OBJECT_INT)
            continue;
        if (j < 0)
            return err_set(err, -EINVAL,
                           "the exercise's shared variable %s is gone: a "
                           "repair keeps it",
                           o->name);
        n = &p->now->objects[j];
        if (n->kind != o->kind || n->array != o->array ||
            n->length != o->length)
            return err_set(err, -EINVAL,
                           "%s is not declared as in the exercise: a repair "
                           "keeps the shared variables as they are",
                           o->name);
        for (int k = 0; k < o->length; k++) {
            int was = p->was->start[o->first + k];

            if (p->now->start[n->first + k] != was)
                return err_set(err, -EINVAL,
                               "%s does not start with %d as in the exercise",
                               o->name, was);
        }
    }
    return 0;
}

static int check_threads(const struct pair *p, struct err *err)
{
    for (int i = 0; i < p->was->thread_count; i++)
        if (program_thread(p->now, p->was->threads[i].name) < 0)
            return err_set(err, -EINVAL,
                           "the exercise's thread %s is gone: a repair keeps "
                           "all threads",
                           p->was->threads[i].name);
    for (int i = 0; i < p->now->thread_count; i++)
        if (program_thread(p->was, p->now->threads[i].name) < 0)
            return err_set(err, -EINVAL,
                           "the exercise has no thread %s: a repair keeps the "
                           "threads that there are",
                           p->now->threads[i].name);
    return 0;
}

static bool has_atomic(const struct program *p)
{
    for (int i = 0; i < p->thread_count; i++)
        for (int k = 0; k < p->threads[i].op_count; k++)
            if (p->threads[i].ops[k].kind == OP_ATOMIC)
                return true;
    return false;
}

static int check_checks(const struct pair *p, struct err *err)
{
    char line[80];

    for (int i = 0; i < p->was->check_count; i++) {
        const struct tsl_check *c = &p->was->checks[i];
        bool there = false;

        for (int k = 0; k < p->now->check_count && !there; k++)
            there = same_expr(p, c->expr, p->now->checks[k].expr, NULL, NULL);
        if (there)
            continue;
        quote_line(p->was, c->line, line);
        return err_set(err, -EINVAL,
                       "the exercise's line \"%s\" is gone or changed: a "
                       "repair keeps what is checked",
                       line);
    }
    for (int i = 0; i < p->was->observed_count; i++) {
        const char *text = p->was->observed[i].text;
        bool there = false;

        for (int k = 0; k < p->now->observed_count && !there; k++)
            there = strcmp(text, p->now->observed[k].text) == 0;
        if (!there)
            return err_set(err, -EINVAL,
                           "%s is not observed as in the exercise: a repair "
                           "keeps what is observed",
                           text);
    }
    return 0;
}

static int region_of(const struct program *p, const char *name)
{
    for (int i = 0; i < p->region_count; i++)
        if (strcmp(p->regions[i], name) == 0)
            return i;
    return -1;
}

static int check_exclusion(const struct pair *p, struct err *err)
{
    for (int a = 0; a < p->was->region_count; a++) {
        for (int b = a; b < p->was->region_count; b++) {
            int c = region_of(p->now, p->was->regions[a]);
            int d = region_of(p->now, p->was->regions[b]);

            if (!(p->was->exclude[a] >> b & 1))
                continue;
            if (c < 0 || d < 0)
                return err_set(err, -EINVAL,
                               "the exercise's critical section \"%s\" is "
                               "gone: a repair keeps it",
                               p->was->regions[c < 0 ? a : b]);
            if (!(p->now->exclude[c] >> d & 1))
                return err_set(err, -EINVAL,
                               "%s and %s no longer exclude each other as in "
                               "the exercise",
                               p->was->regions[a], p->was->regions[b]);
        }
    }
    return 0;
}

/* ---- what threads assert ------------------------------------------------- */

/* The operations of the statement that @op of @t belongs to. */
static void statement_of(const struct tsl_thread *t, int op, int *first,
                         int *last)
{
    int s = t->ops[op].statement;

    *first = *last = op;
    while (s && *first > 0 && t->ops[*first - 1].statement == s)
        --*first;
    while (s && *last + 1 < t->op_count && t->ops[*last + 1].statement == s)
        ++*last;
}

static bool same_op(const struct pair *p, const struct tsl_thread *t, int i,
                    const struct tsl_thread *u, int k)
{
    const struct op *a = &t->ops[i], *b = &u->ops[k];

    if (a->kind != b->kind || a->cmp != b->cmp ||
        !same_object(p, a->object, b->object) ||
        !same_object(p, a->other, b->other) ||
        !same_register(t, a->dst, u, b->dst))
        return false;
    if ((a->kind == OP_JMP || a->kind == OP_BR) && a->to - i != b->to - k)
        return false;
    return same_expr(p, a->idx, b->idx, t, u) &&
           same_expr(p, a->a, b->a, t, u) && same_expr(p, a->b, b->b, t, u);
}

/* Does @u assert what @t does with its operation @op? */
static bool asserts_too(const struct pair *p, const struct tsl_thread *t,
                        int op, const struct tsl_thread *u)
{
    int first, last, from, to;

    statement_of(t, op, &first, &last);
    for (int k = 0; k < u->op_count; k++) {
        bool same = u->ops[k].kind == OP_ASSERT;

        if (!same)
            continue;
        statement_of(u, k, &from, &to);
        same = to - from == last - first;
        for (int i = 0; same && i <= last - first; i++)
            same = same_op(p, t, first + i, u, from + i);
        if (same)
            return true;
    }
    return false;
}

static int check_asserts(const struct pair *p, const struct tsl_thread *t,
                         const struct tsl_thread *u, struct err *err)
{
    char line[80];

    for (int i = 0; i < t->op_count; i++) {
        if (t->ops[i].kind != OP_ASSERT || asserts_too(p, t, i, u))
            continue;
        quote_line(p->was, t->ops[i].line, line);
        return err_set(err, -EINVAL,
                       "%s no longer asserts what line %d of the exercise "
                       "does, \"%s\": a repair keeps it",
                       t->name, t->ops[i].line, line);
    }
    return 0;
}

/* ---- what threads do ----------------------------------------------------- */

/* How an object is touched. */
enum { READS = 1, WRITES = 2, COMPUTES = 4 /* writes what is no constant */ };

/* As far as it does not depend on the memory, what one operation does to its
 * object. */
static int touch_of(const struct program *p, const struct op *o)
{
    bool computed = o->a >= 0 && p->exprs[o->a].kind != EXPR_CONST;

    switch ((enum op_kind)o->kind) {
    case OP_LOAD:
    case OP_AWAIT:
        return READS;
    case OP_STORE:
        return WRITES | (computed ? COMPUTES : 0);
    case OP_XCHG:
        return READS | WRITES | (computed ? COMPUTES : 0);
    case OP_FAA:
    case OP_CAS:
        return READS | WRITES | COMPUTES;
    case OP_WORK:
        return READS; /* of nothing: it is there */
    default:
        return 0;
    }
}

/* Fill @in with the regions in which @t may be before each of its operations,
 * bit by bit: around all ways until nothing is added. */
static void find_regions(const struct tsl_thread *t, uint32_t *in)
{
    bool more = true;

    memset(in, 0, (size_t)t->op_count * sizeof(*in));
    while (more) {
        more = false;
        for (int i = 0; i < t->op_count; i++) {
            const struct op *o = &t->ops[i];
            uint32_t after = in[i];
            int next[2] = {o->kind == OP_JMP || o->kind == OP_HALT ? -1 : i + 1,
                           o->kind == OP_JMP || o->kind == OP_BR ? o->to : -1};

            if (o->kind == OP_ENTER)
                after |= UINT32_C(1) << o->region;
            else if (o->kind == OP_EXIT)
                after &= ~(UINT32_C(1) << o->region);
            for (int k = 0; k < 2; k++) {
                if (next[k] < 0 || next[k] >= t->op_count ||
                    (after & ~in[next[k]]) == 0)
                    continue;
                in[next[k]] |= after;
                more = true;
            }
        }
    }
}

/* What @t does to @object (-1: work()), inside of @region (-1: anywhere). */
static int touches(const struct program *p, const struct tsl_thread *t,
                   const uint32_t *in, int region, int object)
{
    int touch = 0;

    for (int i = 0; i < t->op_count; i++) {
        const struct op *o = &t->ops[i];

        if (region >= 0 && !(in[i] >> region & 1))
            continue;
        if (object < 0 ? o->kind == OP_WORK
                       : o->object == object && o->kind != OP_WORK)
            touch |= touch_of(p, o);
    }
    return touch;
}

/* Does @expr of the exercise name @object, or hold a register of @t (NULL:
 * anybody's) that is loaded from it? */
// NOLINTNEXTLINE(misc-no-recursion)
static bool is_about(const struct program *p, int expr,
                     const struct tsl_thread *t, int object)
{
    const struct expr *e = expr < 0 ? NULL : &p->exprs[expr];

    if (e == NULL || e->kind == EXPR_CONST)
        return false;
    if (e->kind == EXPR_REGISTER || e->kind == EXPR_REG_OF) {
        if (e->kind == EXPR_REG_OF)
            t = &p->threads[e->left];
        for (int i = 0; t && i < t->op_count; i++)
            if (t->ops[i].kind == OP_LOAD && t->ops[i].object == object &&
                t->ops[i].dst == e->value)
                return true;
        return false;
    }
    if (e->kind == EXPR_CELL)
        return e->left == object || is_about(p, e->right, t, object);
    return is_about(p, e->left, t, object) ||
           (e->kind >= EXPR_ADD && is_about(p, e->right, t, object));
}

/* Is @object what the exercise's statements are about? */
static bool matters(const struct program *p, int object)
{
    for (int i = 0; i < p->check_count; i++)
        if (is_about(p, p->checks[i].expr, NULL, object))
            return true;
    for (int i = 0; i < p->observed_count; i++)
        if (is_about(p, p->observed[i].expr, NULL, object))
            return true;
    for (int i = 0; i < p->thread_count; i++) {
        const struct tsl_thread *t = &p->threads[i];

        for (int k = 0; k < t->op_count; k++)
            if (t->ops[k].kind == OP_ASSERT &&
                is_about(p, t->ops[k].a, t, object))
                return true;
    }
    return false;
}

/* Say what of @lost the thread @name does no more, @where. */
static int say_lost(int lost, const char *name, const char *object,
                    const char *where, struct err *err)
{
    if (object == NULL)
        return err_set(err, -EINVAL,
                       "%s no longer does its work()%s as in the exercise: a "
                       "repair keeps it",
                       name, where);
    return err_set(err, -EINVAL,
                   "%s no longer %s %s%s as in the exercise: a repair keeps "
                   "what the threads are there for",
                   name,
                   lost & READS    ? "reads"
                   : lost & WRITES ? "writes"
                                   : "computes the new value of",
                   object, where);
}

static int check_work(const struct pair *p, const struct tsl_thread *t,
                      const struct tsl_thread *u, struct err *err)
{
    uint32_t *was = malloc((size_t)t->op_count * sizeof(*was));
    uint32_t *now = malloc((size_t)u->op_count * sizeof(*now));
    int rc = 0;

    if (was == NULL || now == NULL) {
        rc = err_set(err, -ENOMEM,
                     "no memory to compare with the exercise: "
                     "%m");
        goto out;
    }
    find_regions(t, was);
    find_regions(u, now);
    for (int object = -1; rc == 0 && object < p->was->object_count; object++) {
        const char *name = object < 0 ? NULL : p->was->objects[object].name;
        int there = name ? program_object(p->now, name) : -1;

        if (name && p->was->objects[object].kind != OBJECT_INT)
            continue;
        for (int r = -1; rc == 0 && r < p->was->region_count; r++) {
            int region = r < 0 ? -1 : region_of(p->now, p->was->regions[r]);
            int lost = touches(p->was, t, was, r, object) &
                       ~touches(p->now, u, now, region, there);

            if (lost && (r >= 0 || (name && matters(p->was, object))))
                rc = say_lost(lost, t->name, name,
                              r < 0 ? "" : " inside of the critical section",
                              err);
        }
    }
out:
    free(was);
    free(now);
    return rc;
}

int library_repairs(const struct program *exercise, const struct program *mine,
                    struct err *err)
{
    struct pair p = {exercise, mine};
    int rc = check_objects(&p, err);

    if (rc == 0)
        rc = check_threads(&p, err);
    if (rc == 0 && has_atomic(mine) && !has_atomic(exercise))
        rc = err_set(err, -EINVAL,
                     "atomic { } is only a thought: no machine has it, so that "
                     "a repair does without");
    if (rc == 0)
        rc = check_checks(&p, err);
    if (rc == 0)
        rc = check_exclusion(&p, err);
    for (int i = 0; rc == 0 && i < exercise->thread_count; i++) {
        const struct tsl_thread *t = &exercise->threads[i];
        const struct tsl_thread *u =
            &mine->threads[program_thread(mine, t->name)];

        rc = check_asserts(&p, t, u, err);
        if (rc == 0)
            rc = check_work(&p, t, u, err);
    }
    return rc;
}
