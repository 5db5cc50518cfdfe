/* Which programs may be run for real: those of which every execution ends,
 * whatever the other threads do, or is seen to be stuck. Any thread. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "real/code.h"
#include "real/real.h"

bool real_is_tso(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return true;
#else
    return false;
#endif
}

bool program_excludes(const struct program *p)
{
    bool any = false;

    for (int a = 0; a < p->region_count; a++)
        any |= p->exclude[a] != 0;
    return any && real_is_tso(); /* engine.c says why */
}

bool program_waits(const struct program *p)
{
    for (int t = 0; t < p->thread_count; t++)
        for (int i = 0; i < p->threads[t].op_count; i++) {
            int kind = p->threads[t].ops[i].kind;

            if (kind >= OP_LOCK && kind <= OP_BROADCAST)
                return true;
        }
    return false;
}

/* ---- ways through the operations ----------------------------------------- */

/* A thread's operations as a graph, some of which are taken out. */
struct ways {
    const struct program *p;
    const struct tsl_thread *t;
    bool *out;  /* is not looked at any more */
    bool *seen; /* by the walk */
    int *stack;
    bool examined[TSL_REGISTERS]; /* does it count? */
};

static void ways_fini(struct ways *w)
{
    free(w->out);
    free(w->seen);
    free(w->stack);
}

static bool ways_init(struct ways *w, const struct program *p,
                      const struct tsl_thread *t)
{
    size_t count = (size_t)t->op_count;

    *w = (struct ways){.p = p, .t = t};
    w->out = calloc(count, sizeof(*w->out));
    w->seen = calloc(count, sizeof(*w->seen));
    w->stack = calloc(count, sizeof(*w->stack));
    return w->out && w->seen && w->stack;
}

/* Where @at may go on: up to two operations. */
static int next_of(const struct tsl_thread *t, int at, int next[2])
{
    switch (t->ops[at].kind) {
    case OP_HALT:
        return 0;
    case OP_JMP:
        next[0] = t->ops[at].to;
        return 1;
    case OP_BR:
        next[0] = at + 1;
        next[1] = t->ops[at].to;
        return 2;
    default:
        next[0] = at + 1;
        return 1;
    }
}

/* What can be reached from @from in one step or more, without @without (or
 * -1): .seen. */
static void reach(struct ways *w, int from, int without)
{
    int depth = 0, next[2];

    memset(w->seen, 0, (size_t)w->t->op_count * sizeof(*w->seen));
    w->stack[depth++] = from;
    while (depth > 0) {
        int at = w->stack[--depth];

        for (int n = next_of(w->t, at, next); n-- > 0;) {
            int to = next[n];

            if (w->out[to] || to == without || w->seen[to])
                continue;
            w->seen[to] = true;
            w->stack[depth++] = to;
        }
    }
}

static bool on_round(struct ways *w, int at)
{
    if (w->out[at])
        return false;
    reach(w, at, -1);
    return w->seen[at];
}

/* An operation on a round, or -1: there is none. */
static int any_round(struct ways *w)
{
    int next[2];

    /* Every round goes back somewhere. */
    for (int i = 0; i < w->t->op_count; i++)
        for (int n = next_of(w->t, i, next); n-- > 0;)
            if (next[n] <= i && on_round(w, i))
                return i;
    return -1;
}

bool thread_spins_alone(const struct tsl_thread *t)
{
    struct ways w;
    bool spins = true; /* without memory to see: counting does no harm */

    if (ways_init(&w, NULL, t)) {
        for (int i = 0; i < t->op_count; i++)
            w.out[i] = OP_IS_VISIBLE(t->ops[i].kind);
        spins = any_round(&w) >= 0;
    }
    ways_fini(&w);
    return spins;
}

/* ---- loops that end ------------------------------------------------------ */

/* Is every change of the registers in @expr, on a round through @branch, an
 * addition or the like of registers that does happen on every such round? Then
 * nothing but the thread's own counting decides how often it goes round. */
static bool counts(struct ways *w, int32_t expr, int branch);

static bool register_counts(struct ways *w, int reg, int branch)
{
    if (w->examined[reg])
        return true; /* or will be found out not to, where that began */
    w->examined[reg] = true;
    for (int i = 0; i < w->t->op_count; i++) {
        const struct op *op = &w->t->ops[i];
        bool always;

        if (op->dst != reg || w->out[i])
            continue;
        reach(w, branch, -1);
        if (!w->seen[i])
            continue;
        reach(w, i, -1);
        if (!w->seen[branch])
            continue; /* not on a round with the branch */
        if (op->kind != OP_SET)
            return false; /* somebody else's doing */
        reach(w, branch, i);
        always = !w->seen[branch];
        if (!always || !counts(w, op->a, branch))
            return false;
    }
    return true;
}

static bool counts(struct ways *w, int32_t expr, int branch)
{
    const struct expr *e = &w->p->exprs[expr];

    switch (e->kind) {
    case EXPR_CONST:
        return true;
    case EXPR_REGISTER:
        return register_counts(w, e->value, branch);
    case EXPR_NOT:
    case EXPR_NEGATE:
        return counts(w, e->left, branch);
    default:
        return counts(w, e->left, branch) && counts(w, e->right, branch);
    }
}

/* Does the round through the branch @at end by counting? */
static bool ends_by_counting(struct ways *w, int at)
{
    const struct op *op = &w->t->ops[at];
    bool leaves = false;
    int next[2];

    if (op->kind != OP_BR || !on_round(w, at))
        return false;
    for (int n = next_of(w->t, at, next); n-- > 0;) {
        if (w->out[next[n]]) {
            leaves = true;
            continue;
        }
        reach(w, next[n], -1);
        leaves |= next[n] != at && !w->seen[at];
    }
    memset(w->examined, 0, sizeof(w->examined));
    return leaves && counts(w, op->a, at);
}

/* Take out what is shown to end by counting. */
static bool take_out_counting(struct ways *w)
{
    bool any = false, more = true;

    while (more) {
        more = false;
        for (int i = 0; i < w->t->op_count; i++)
            if (!w->out[i] && ends_by_counting(w, i))
                more = any = w->out[i] = true;
    }
    return any;
}

/* Does some thread, in a round that is still there, let go on who waits in
 * @wait (P, cwait)? Which element of an array does not matter here. */
static bool woken_in_rounds(const struct program *p, struct ways *all,
                            const struct op *wait)
{
    for (int t = 0; t < p->thread_count; t++)
        for (int i = 0; i < p->threads[t].op_count; i++) {
            const struct op *op = &p->threads[t].ops[i];
            bool wakes = wait->kind == OP_P ? op->kind == OP_V
                                            : op->kind == OP_SIGNAL ||
                                                  op->kind == OP_BROADCAST;

            if (wakes && op->object == wait->object && on_round(&all[t], i))
                return true;
        }
    return false;
}

/* A round that sleeps until somebody wakes it ends, or stays asleep (which is
 * seen), if it cannot be woken endlessly often. */
static bool take_out_sleeping(const struct program *p, struct ways *all)
{
    bool any = false;

    for (int t = 0; t < p->thread_count; t++)
        for (int i = 0; i < p->threads[t].op_count; i++) {
            const struct op *op = &p->threads[t].ops[i];

            if ((op->kind == OP_P || op->kind == OP_CWAIT) &&
                on_round(&all[t], i) && !woken_in_rounds(p, all, op))
                any = all[t].out[i] = true;
        }
    return any;
}

static void take_out_what_ends(const struct program *p, struct ways *all)
{
    bool any = true;

    while (any) {
        any = false;
        for (int t = 0; t < p->thread_count; t++)
            any |= take_out_counting(&all[t]);
        any |= take_out_sleeping(p, all);
    }
}

/* ---- all of it ----------------------------------------------------------- */

static const char *where(const struct tsl_thread *t, int op, char *buf,
                         size_t size)
{
    if (t->ops[op].line)
        snprintf(buf, size, "%s, line %d", t->name, t->ops[op].line);
    else
        snprintf(buf, size, "%s, operation %d", t->name, op + 1);
    return buf;
}

static int check_operations(const struct program *p, const struct tsl_thread *t,
                            struct err *err)
{
    char place[TSL_NAME + 40];

    for (int i = 0; i < t->op_count; i++) {
        if (t->ops[i].kind == OP_AWAIT)
            return err_set(err, -EINVAL,
                           "%s cannot be run for real (%s): await waits for "
                           "another thread, perhaps for ever; a semaphore or a "
                           "condition in its place could be",
                           p->name, where(t, i, place, sizeof(place)));
        if (t->ops[i].kind == OP_ATOMIC)
            return err_set(err, -EINVAL,
                           "%s cannot be run for real (%s): no processor has "
                           "atomic { }; a mutex in its place could be",
                           p->name, where(t, i, place, sizeof(place)));
    }
    return 0;
}

static int check_rounds(const struct program *p, struct ways *all,
                        struct err *err)
{
    char place[TSL_NAME + 40];

    take_out_what_ends(p, all);
    for (int t = 0; t < p->thread_count; t++) {
        int at = any_round(&all[t]);

        if (at >= 0)
            return err_set(
                err, -EINVAL,
                "%s cannot be run for real (%s): the loop may go round until "
                "another thread does something, perhaps for ever; one that "
                "counts to its end could be, or lock() and wait() in its place",
                p->name, where(&p->threads[t], at, place, sizeof(place)));
    }
    return 0;
}

int real_check(const struct program *p, struct err *err)
{
    struct ways all[TSL_THREADS];
    int made = 0, rc = 0;

    for (int t = 0; t < p->thread_count && rc == 0; t++)
        rc = check_operations(p, &p->threads[t], err);
    for (; made < p->thread_count && rc == 0; made++)
        if (!ways_init(&all[made], p, &p->threads[made]))
            rc = err_set(err, -ENOMEM, "%s: no memory", p->name);
    if (rc == 0)
        rc = check_rounds(p, all, err);
    while (made > 0)
        ways_fini(&all[--made]);
    return rc;
}
