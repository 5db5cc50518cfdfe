/* Which thread may go alone: partial order reduction with persistent sets of
 * one thread (Godefroid 1996), from what each thread may still touch, wherever
 * its branches lead.
 *
 * A step may be taken alone, the others put off, when nothing that any other
 * thread can do before it could matter to it: it touches nothing, or what
 * nobody else will touch, or only reads what nobody will write. Two more that
 * nobody can disturb: letting go of a mutex that nobody tries without waiting,
 * and posting a semaphore. */
#include <stdlib.h>

#include "explore/go.h"

enum { SET_WORDS = TSL_CELLS / 64 };

struct set {
    uint64_t bits[SET_WORDS];
};

/* What a thread may touch from an operation on. */
struct future {
    struct set reads, writes, tries;
};

struct ahead {
    int threads;
    struct future *at[TSL_THREADS]; /* of each thread, by operation */
};

static void set_add(struct set *s, const struct object *o)
{
    for (int c = o->first; c < o->first + o->length * o->slots; c++)
        s->bits[c / 64] |= UINT64_C(1) << c % 64;
}

static bool set_has(const struct set *s, unsigned cell)
{
    return s->bits[cell / 64] >> cell % 64 & 1;
}

/* Returns whether @into grew. */
static bool set_join(struct set *into, const struct set *s)
{
    uint64_t more = 0;

    for (int i = 0; i < SET_WORDS; i++) {
        more |= s->bits[i] & ~into->bits[i];
        into->bits[i] |= s->bits[i];
    }
    return more != 0;
}

/* What the operation itself touches: all of an array, whatever the index. */
static void touch(const struct program *p, const struct op *op,
                  struct future *f)
{
    if (!OP_IS_VISIBLE(op->kind))
        return;
    if (op->object >= 0)
        set_add(op->kind == OP_LOAD || op->kind == OP_AWAIT ? &f->reads
                                                            : &f->writes,
                &p->objects[op->object]);
    if (op->other >= 0)
        set_add(&f->writes, &p->objects[op->other]);
    if (op->kind == OP_TRYLOCK)
        set_add(&f->tries, &p->objects[op->object]);
}

static bool join(struct future *into, const struct future *f)
{
    bool more = set_join(&into->reads, &f->reads);

    more = set_join(&into->writes, &f->writes) || more;
    return set_join(&into->tries, &f->tries) || more;
}

static bool pass(const struct program *p, int thread, struct future *at)
{
    const struct tsl_thread *t = &p->threads[thread];
    bool more = false;

    for (int i = t->op_count; i-- > 0;) {
        const struct op *op = &t->ops[i];

        if (op->kind == OP_JMP || op->kind == OP_BR)
            more = join(&at[i], &at[op->to]) || more;
        if (op->kind != OP_JMP && op->kind != OP_HALT)
            more = join(&at[i], &at[i + 1]) || more;
    }
    return more;
}

struct ahead *ahead_new(const struct program *p)
{
    struct ahead *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->threads = p->thread_count;
    for (int t = 0; t < a->threads; t++) {
        int count = p->threads[t].op_count;

        a->at[t] = calloc((size_t)count, sizeof *a->at[t]);
        if (!a->at[t]) {
            ahead_free(a);
            return NULL;
        }
        for (int i = 0; i < count; i++)
            touch(p, &p->threads[t].ops[i], &a->at[t][i]);
        while (pass(p, t, a->at[t]))
            ;
    }
    return a;
}

void ahead_free(struct ahead *a)
{
    for (int t = 0; a && t < a->threads; t++)
        free(a->at[t]);
    free(a);
}

bool ahead_alone(const struct ahead *a, struct thread_nodes *const *nodes,
                 const uint32_t *numbers, int thread, const struct node *n)
{
    unsigned kind = n->deed.kind, cell = n->deed.cell;

    if (kind == OP_WORK || kind == OP_FENCE || kind == DEED_NOTHING ||
        kind == OP_V)
        return true;
    if (kind == OP_ATOMIC || kind == OP_CWAIT || kind == OP_REACQUIRE ||
        kind == OP_SIGNAL || kind == OP_BROADCAST || kind >= DEED_FAULT)
        return false;
    for (int t = 0; t < a->threads; t++) {
        const struct future *f = &a->at[t][node_at(nodes[t], numbers[t])->pc];

        if (t == thread)
            continue;
        if (kind == OP_UNLOCK ? set_has(&f->tries, cell)
                              : set_has(&f->writes, cell))
            return false;
        if (kind != OP_LOAD && kind != OP_AWAIT && kind != OP_UNLOCK &&
            set_has(&f->reads, cell))
            return false;
    }
    return true;
}
