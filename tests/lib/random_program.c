/* Random programs as operations. In the test process. */
#include "lib/random_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "tsl/build.h"

enum { REGISTERS = 3 };

struct maker {
    struct program *p;
    struct tsl_thread *t;
    uint64_t seed;
    int left;      /* operations still to be made in this thread */
    int statement; /* number of the one being made */
    bool inside;   /* of an atomic block */
    bool clean;    /* nothing that is sure to be a mistake */
    /* Objects, or -1: */
    int ints[2], array, mutexes[2], semaphore, condition;
    int regions;
};

static int below(struct maker *m, int n)
{
    return (int)random_below(&m->seed, (uint32_t)n);
}

/* True @share times of 100. */
static bool chance(struct maker *m, int share)
{
    return below(m, 100) < share;
}

static int must(int rc)
{
    if (rc < 0)
        abort();
    return rc;
}

/* ---- expressions --------------------------------------------------------- */

static int32_t constant(struct maker *m, int value)
{
    return must(program_expr(m->p, EXPR_CONST, value, -1, -1));
}

static int32_t small(struct maker *m)
{
    if (!m->clean && chance(m, 2))
        return constant(m, chance(m, 50) ? TSL_MAX : TSL_MIN);
    return constant(m, below(m, 4) - (chance(m, 10) ? 2 : 0));
}

static int32_t of_register(struct maker *m, int reg)
{
    return must(program_expr(m->p, EXPR_REGISTER, reg, -1, -1));
}

static int32_t expression(struct maker *m, int depth)
{
    static const uint8_t tame[] = {EXPR_ADD, EXPR_SUB, EXPR_EQ, EXPR_NE,
                                   EXPR_LT,  EXPR_LE,  EXPR_GT, EXPR_GE,
                                   EXPR_AND, EXPR_OR,  EXPR_NOT};
    static const uint8_t wild[] = {EXPR_MUL, EXPR_DIV, EXPR_MOD, EXPR_NEGATE};
    int32_t left, right, e;
    int kind;

    if (depth == 0 || chance(m, 40))
        return chance(m, 55) ? small(m) : of_register(m, below(m, REGISTERS));
    kind = m->clean || chance(m, 85) ? tame[below(m, (int)sizeof(tame))]
                                     : wild[below(m, (int)sizeof(wild))];
    left = expression(m, depth - 1);
    right = expression(m, depth - 1);
    e = program_expr(m->p, (enum expr_kind)kind, 0, left, right);
    /* Constants are folded at once, and may not be possible. */
    return e >= 0 ? e : small(m);
}

/* ---- operations ---------------------------------------------------------- */

/* The next operation. With @joins it is part of the statement before. */
static struct op *add(struct maker *m, enum op_kind kind, bool joins)
{
    struct op *op = thread_add_op(m->t, kind);

    if (!op)
        abort();
    if (!joins)
        m->statement++;
    m->left--;
    op->statement = (uint16_t)m->statement;
    op->line = (uint16_t)m->statement;
    op->inside = m->inside;
    op->joined = joins && OP_IS_VISIBLE(kind);
    return op;
}

/* Is there a statement to join? */
static bool joins(struct maker *m)
{
    return m->statement > 0 && chance(m, 30);
}

static int here(const struct maker *m)
{
    return m->t->op_count;
}

/* Let @op, an integer's, be about one. */
static void aim(struct maker *m, struct op *op)
{
    if (m->array < 0 || chance(m, 70)) {
        op->object = (int16_t)m->ints[below(m, 2)];
        return;
    }
    op->object = (int16_t)m->array;
    if (!m->clean && chance(m, 15))
        op->idx = expression(m, 1);
    else
        op->idx = constant(m, below(m, 2));
}

static int destination(struct maker *m)
{
    return chance(m, 10) ? -1 : below(m, REGISTERS);
}

static void make_access(struct maker *m)
{
    static const uint8_t kinds[] = {OP_LOAD,  OP_LOAD,  OP_LOAD,
                                    OP_STORE, OP_STORE, OP_STORE,
                                    OP_XCHG,  OP_FAA,   OP_CAS};
    enum op_kind kind = kinds[below(m, (int)sizeof(kinds))];
    int32_t a = kind == OP_LOAD ? -1 : expression(m, 2);
    int32_t b = kind == OP_CAS ? expression(m, 1) : -1;
    struct op *op = add(m, kind, joins(m));

    aim(m, op);
    op->a = a;
    op->b = b;
    if (kind != OP_STORE)
        op->dst = (int16_t)destination(m);
}

static void make_set(struct maker *m)
{
    int32_t a = expression(m, 2);
    struct op *op = add(m, OP_SET, joins(m));

    op->dst = (int16_t)below(m, REGISTERS);
    op->a = a;
    op->counts = chance(m, 60);
}

static void make_assert(struct maker *m)
{
    int32_t a = expression(m, 2);

    add(m, OP_ASSERT, joins(m))->a = a;
}

static void make_await(struct maker *m)
{
    int32_t a = small(m);
    struct op *op = add(m, OP_AWAIT, joins(m));

    aim(m, op);
    op->cmp = (uint8_t)(EXPR_EQ + below(m, EXPR_GE - EXPR_EQ + 1));
    op->a = a;
}

static void make_plain(struct maker *m)
{
    static const uint8_t kinds[] = {OP_FENCE, OP_WORK, OP_WORK};

    add(m, kinds[below(m, (int)sizeof(kinds))], joins(m));
}

static void make_semaphore(struct maker *m)
{
    struct op *op = add(m, chance(m, 55) ? OP_V : OP_P, joins(m));

    op->object = (int16_t)m->semaphore;
}

static void make_signal(struct maker *m)
{
    struct op *op = add(m, chance(m, 70) ? OP_SIGNAL : OP_BROADCAST, joins(m));

    op->object = (int16_t)m->condition;
}

static void make_some(struct maker *m, int depth);

/* An unlock that belongs to no lock. */
static void make_unlock(struct maker *m, int mutex)
{
    add(m, OP_UNLOCK, joins(m))->object = (int16_t)mutex;
}

static void make_sleep(struct maker *m, int mutex)
{
    struct op *op;
    int test = -1;

    /* Mostly asked for something first; once, which may be a mistake. */
    if (chance(m, 60)) {
        int32_t a;

        op = add(m, OP_LOAD, false);
        aim(m, op);
        op->dst = 0;
        a = of_register(m, 0);
        test = here(m);
        add(m, OP_BR, true)->a = a;
    }
    op = add(m, OP_CWAIT, joins(m));
    op->object = (int16_t)m->condition;
    op->other = (int16_t)mutex;
    op = add(m, OP_REACQUIRE, true);
    op->object = (int16_t)m->condition;
    op->other = (int16_t)mutex;
    if (test >= 0)
        m->t->ops[test].to = here(m);
}

static void make_locked(struct maker *m, int depth)
{
    int mutex = m->mutexes[below(m, 2)];
    int test = -1;

    if (chance(m, 15)) {
        int32_t a;

        add(m, OP_TRYLOCK, joins(m))->dst = 1;
        m->t->ops[here(m) - 1].object = (int16_t)mutex;
        a = must(program_expr(m->p, EXPR_NOT, 0, of_register(m, 1), -1));
        test = here(m);
        add(m, OP_BR, true)->a = a;
    } else {
        add(m, OP_LOCK, joins(m))->object = (int16_t)mutex;
    }
    if (m->condition >= 0 && chance(m, 35))
        make_sleep(m, mutex);
    make_some(m, depth - 1);
    if (m->condition >= 0 && chance(m, 35))
        make_signal(m);
    if (m->clean || chance(m, 92))
        make_unlock(m, mutex);
    if (test >= 0)
        m->t->ops[test].to = here(m);
}

static void make_branch(struct maker *m, int depth)
{
    int32_t a = expression(m, 2);
    int test = here(m), end;

    add(m, OP_BR, joins(m))->a = a;
    make_some(m, depth - 1);
    if (chance(m, 70)) {
        m->t->ops[test].to = here(m);
        return;
    }
    end = here(m);
    add(m, OP_JMP, true);
    m->t->ops[test].to = here(m);
    make_some(m, depth - 1);
    m->t->ops[end].to = here(m);
}

/* Twice, or three times. Its counter may be spoilt by the body. */
static void make_loop(struct maker *m, int depth)
{
    int reg = REGISTERS - 1, start;
    int32_t a = constant(m, 0), next, test;
    struct op *op = add(m, OP_SET, false);

    op->dst = (int16_t)reg;
    op->a = a;
    start = here(m);
    make_some(m, depth - 1);
    next = must(
        program_expr(m->p, EXPR_ADD, 0, of_register(m, reg), constant(m, 1)));
    op = add(m, OP_SET, chance(m, 50));
    op->dst = (int16_t)reg;
    op->a = next;
    op->counts = chance(m, 50);
    test = must(program_expr(m->p, EXPR_LT, 0, of_register(m, reg),
                             constant(m, 2 + below(m, 2))));
    op = add(m, OP_BR, true);
    op->a = test;
    op->to = start;
}

/* Round and round until a value is there. */
static void make_spin(struct maker *m)
{
    int start = here(m);
    bool takes = chance(m, 40);
    int32_t a = small(m), test;
    struct op *op = add(m, takes ? OP_XCHG : OP_LOAD, false);

    aim(m, op);
    op->dst = 0;
    op->a = takes ? a : -1;
    test = must(program_expr(m->p, chance(m, 50) ? EXPR_NE : EXPR_LT, 0,
                             of_register(m, 0), small(m)));
    if (chance(m, 20))
        add(m, OP_WORK, true);
    op = add(m, OP_BR, true);
    op->a = test;
    op->to = start;
}

static void make_region(struct maker *m, int depth)
{
    int region = below(m, m->regions);

    add(m, OP_ENTER, joins(m))->region = (int16_t)region;
    make_some(m, depth - 1);
    add(m, OP_EXIT, true)->region = (int16_t)region;
}

static void make_atomic(struct maker *m, int depth)
{
    if (m->inside)
        return;
    add(m, OP_ATOMIC, false);
    m->inside = true;
    make_some(m, depth - 1);
    m->inside = false;
}

static void make_one(struct maker *m, int depth)
{
    int what = below(m, depth > 0 ? 100 : 66);

    if (what < 40)
        make_access(m);
    else if (what < 46)
        make_set(m);
    else if (what < 50)
        make_assert(m);
    else if (what < 54)
        make_await(m);
    else if (what < 58)
        make_plain(m);
    else if (what < 62 && m->semaphore >= 0)
        make_semaphore(m);
    else if (what < 64 && m->condition >= 0)
        make_signal(m);
    else if (what < 65 && !m->clean)
        make_unlock(m, m->mutexes[below(m, 2)]);
    else if (what < 66 && chance(m, 20))
        add(m, OP_HALT, true);
    else if (what < 77)
        make_locked(m, depth);
    else if (what < 83)
        make_branch(m, depth);
    else if (what < 86)
        make_loop(m, depth);
    else if (what < 90)
        make_spin(m);
    else if (what < 95 && m->regions > 0)
        make_region(m, depth);
    else if (what >= 96)
        make_atomic(m, depth);
    else
        make_access(m);
}

static void make_some(struct maker *m, int depth)
{
    int n = 1 + below(m, 2);

    for (int i = 0; i < n && m->left > 0; i++)
        make_one(m, depth > 0 ? depth : 0);
}

/* ---- the rest ------------------------------------------------------------ */

static void make_objects(struct maker *m)
{
    struct program *p = m->p;

    m->ints[0] = must(program_add_object(p, "x", OBJECT_INT, 0));
    m->ints[1] = chance(m, 60) ? must(program_add_object(p, "y", OBJECT_INT, 0))
                               : m->ints[0];
    m->array =
        chance(m, 30) ? must(program_add_object(p, "a", OBJECT_INT, 2)) : -1;
    m->mutexes[0] = must(program_add_object(p, "m", OBJECT_MUTEX, 0));
    m->mutexes[1] = chance(m, 30)
                        ? must(program_add_object(p, "n", OBJECT_MUTEX, 0))
                        : m->mutexes[0];
    m->condition = -1;
    if (chance(m, 40))
        m->condition = must(program_add_object(p, "c", OBJECT_CONDITION, 0));
    m->semaphore = -1;
    if (chance(m, 40)) {
        m->semaphore = must(program_add_object(p, "s", OBJECT_SEMAPHORE, 0));
        p->start[p->objects[m->semaphore].first] = (int16_t)below(m, 2);
    }
    if (chance(m, 30))
        p->start[0] = (int16_t)below(m, 3);
    m->regions = below(m, 3);
    for (int i = 0; i < m->regions; i++)
        must(program_add_region(p, i == 0 ? "cs" : "w"));
    if (m->regions > 0)
        p->exclude[0] |= 1;
    if (m->regions > 1 && chance(m, 60)) {
        p->exclude[0] |= 2;
        p->exclude[1] |= 1;
    }
}

static void make_thread(struct maker *m, int t, int most)
{
    char name[TSL_NAME];

    m->t = &m->p->threads[t];
    m->statement = 0;
    m->inside = false;
    snprintf(m->t->name, sizeof(m->t->name), "T%d", t);
    for (int r = 0; r < REGISTERS; r++) {
        snprintf(name, sizeof(name), "r%d", r);
        must(program_add_register(m->t, name, chance(m, 15) ? below(m, 3) : 0));
    }
    m->left = 1 + below(m, most);
    while (m->left > 0)
        make_one(m, 2);
}

static int32_t shared_value(struct maker *m)
{
    int thread = below(m, m->p->thread_count);

    if (chance(m, 50))
        return must(
            program_expr(m->p, EXPR_REG_OF, below(m, REGISTERS), thread, -1));
    if (m->array >= 0 && chance(m, 40))
        return must(program_expr(m->p, EXPR_CELL, 0, m->array,
                                 constant(m, below(m, 2))));
    if (m->semaphore >= 0 && chance(m, 20))
        return must(program_expr(m->p, EXPR_CELL, 0, m->semaphore, -1));
    return must(
        program_expr(m->p, EXPR_CELL, 0,
                     chance(m, 15) ? m->mutexes[0] : m->ints[below(m, 2)], -1));
}

static void make_checks(struct maker *m)
{
    int checks = below(m, 3), observed = 1 + below(m, 3);

    for (int i = 0; i < checks; i++) {
        struct tsl_check *c = grow(&m->p->checks, i, sizeof(*c));
        int32_t left = shared_value(m);

        if (!c)
            abort();
        c->expr =
            must(program_expr(m->p, EXPR_EQ + below(m, 6), 0, left,
                              chance(m, 70) ? small(m) : shared_value(m)));
        m->p->check_count++;
    }
    for (int i = 0; i < observed; i++) {
        struct tsl_observed *o = grow(&m->p->observed, i, sizeof(*o));

        if (!o)
            abort();
        snprintf(o->text, sizeof(o->text), "value %d", i);
        o->expr = shared_value(m);
        m->p->observed_count++;
    }
}

struct program *random_program(uint64_t seed)
{
    struct maker m = {.p = calloc(1, sizeof(*m.p)), .seed = seed};
    struct err err = {0};
    int threads;

    if (!m.p)
        abort();
    m.p->name = strdup("random");
    m.clean = chance(&m, 70);
    threads = chance(&m, 60) ? 2 : 3;
    make_objects(&m);
    for (int t = 0; t < threads; t++)
        if (!grow(&m.p->threads, t, sizeof(*m.p->threads)))
            abort();
    m.p->thread_count = threads;
    for (int t = 0; t < threads; t++)
        make_thread(&m, t, threads == 2 ? 6 : 4);
    make_checks(&m);
    if (program_finish(m.p, &err) < 0) {
        fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, err.text);
        abort();
    }
    return m.p;
}
