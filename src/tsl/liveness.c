/* Which registers of a thread may still be read: the search clears the others,
 * so that states that can do the same are the same. Backward data flow (Kildall
 * 1973): live before an operation is what it reads, and what is live after it
 * but for what it writes. Any thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tsl/build.h"

struct bits {
    uint64_t word[2];
};

static void bits_add(struct bits *b, int reg)
{
    b->word[reg / 64] |= UINT64_C(1) << (reg % 64);
}

/* The registers of the thread itself that @expr reads. */
static void add_read(const struct program *p, int32_t expr, struct bits *out)
{
    const struct expr *e;

    if (expr < 0)
        return;
    e = &p->exprs[expr];
    if (e->kind == EXPR_REGISTER)
        bits_add(out, e->value);
    if (e->kind == EXPR_NOT || e->kind == EXPR_NEGATE || e->kind >= EXPR_ADD)
        add_read(p, e->left, out);
    if (e->kind >= EXPR_ADD)
        add_read(p, e->right, out);
}

/* Those of @thread that a check or an observed expression reads at the end. */
static void add_named(const struct program *p, int thread, int32_t expr,
                      struct bits *out)
{
    const struct expr *e;

    if (expr < 0)
        return;
    e = &p->exprs[expr];
    if (e->kind == EXPR_REG_OF && e->left == thread)
        bits_add(out, e->value);
    if (e->kind == EXPR_NOT || e->kind == EXPR_NEGATE || e->kind >= EXPR_ADD)
        add_named(p, thread, e->left, out);
    if (e->kind >= EXPR_ADD || e->kind == EXPR_CELL)
        add_named(p, thread, e->right, out);
}

static struct bits live_after(const struct tsl_thread *t, const struct bits *in,
                              int i)
{
    const struct op *op = &t->ops[i];
    struct bits out = {{0, 0}};

    if (op->kind != OP_JMP && op->kind != OP_HALT)
        out = in[i + 1];
    if (op->kind == OP_JMP || op->kind == OP_BR) {
        out.word[0] |= in[op->to].word[0];
        out.word[1] |= in[op->to].word[1];
    }
    if (op->dst >= 0)
        out.word[op->dst / 64] &= ~(UINT64_C(1) << (op->dst % 64));
    return out;
}

static int thread_liveness(const struct program *p, int thread,
                           const struct bits *at_end)
{
    struct tsl_thread *t = &p->threads[thread];
    size_t count = (size_t)t->op_count;
    struct bits *reads = calloc(count, sizeof(*reads));
    struct bits *in = calloc(count, sizeof(*in));
    bool changed = true;

    free(t->live);
    t->live = calloc(count, sizeof(*t->live));
    if (!reads || !in || !t->live) {
        free(reads);
        free(in);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        add_read(p, t->ops[i].idx, &reads[i]);
        add_read(p, t->ops[i].idx2, &reads[i]);
        add_read(p, t->ops[i].a, &reads[i]);
        add_read(p, t->ops[i].b, &reads[i]);
        if (t->ops[i].kind == OP_HALT)
            reads[i] = *at_end;
    }
    while (changed) {
        changed = false;
        for (int i = t->op_count - 1; i >= 0; i--) {
            struct bits now = live_after(t, in, i);

            now.word[0] |= reads[i].word[0];
            now.word[1] |= reads[i].word[1];
            changed |= memcmp(&now, &in[i], sizeof(now)) != 0;
            in[i] = now;
        }
    }
    memcpy(t->live, in, count * sizeof(*in));
    free(reads);
    free(in);
    return 0;
}

int program_liveness(struct program *p)
{
    for (int t = 0; t < p->thread_count; t++) {
        struct bits at_end = {{0, 0}};
        int rc;

        for (int i = 0; i < p->check_count; i++)
            add_named(p, t, p->checks[i].expr, &at_end);
        for (int i = 0; i < p->observed_count; i++)
            add_named(p, t, p->observed[i].expr, &at_end);
        rc = thread_liveness(p, t, &at_end);
        if (rc < 0)
            return rc;
    }
    return 0;
}
