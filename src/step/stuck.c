/* Why a thread cannot go on, and why nobody can: in words. What is said follows
 * from the state and the program alone, not from how it came to that. Any
 * thread. */
#include <stdio.h>
#include <string.h>

#include "step/stepper.h"

enum wait_kind {
    WAIT_NOT,
    WAIT_MUTEX,
    WAIT_SEMAPHORE,
    WAIT_SIGNAL,
    WAIT_VALUE, /* await */
    WAIT_FLUSH  /* of its own buffer */
};

/* What a thread waits for. */
struct wait {
    enum wait_kind kind;
    bool again; /* the mutex after a wake-up */
    int cell, object;
    int cmp, value, is;      /* of an await: the comparison; what the cell is
                                now (a semaphore's count, too) */
    int owner;               /* of the mutex; -1 */
    uint32_t helpers;        /* others that have not ended and whose code
                                from here on could end the wait */
    uint32_t gone;           /* the same of those that have ended */
    char name[2 * TSL_NAME]; /* of the cell */
};

static const char *thread_name(const struct stepper *m, int thread)
{
    return m->program->threads[thread].name;
}

/* ---- who could end a wait ------------------------------------------------ */

/* Could @op, wherever its index leads, do what @w waits for? */
static bool could_help(const struct program *p, const struct op *op,
                       const struct wait *w)
{
    const struct object *o = &p->objects[w->object];

    if (op->object != w->object)
        return false;
    if (op->idx >= 0 && p->exprs[op->idx].kind == EXPR_CONST &&
        o->first + p->exprs[op->idx].value * o->slots != w->cell)
        return false;
    switch (op->kind) {
    case OP_V:
        return w->kind == WAIT_SEMAPHORE;
    case OP_SIGNAL:
    case OP_BROADCAST:
        return w->kind == WAIT_SIGNAL;
    case OP_STORE:
    case OP_XCHG:
    case OP_FAA:
    case OP_CAS:
        return w->kind == WAIT_VALUE;
    default:
        return false;
    }
}

/* Does the code of @thread from operation @pc on hold one that could? Both ways
 * of a branch count. */
static bool reaches(const struct program *p, int thread, int pc,
                    const struct wait *w)
{
    const struct tsl_thread *t = &p->threads[thread];
    bool seen[TSL_OPS] = {false};
    uint16_t open[TSL_OPS + 1];
    int count = 0;

    open[count++] = (uint16_t)pc;
    seen[pc] = true;
    while (count > 0) {
        int at = open[--count], next[2], n = 0;
        const struct op *op = &t->ops[at];

        if (could_help(p, op, w))
            return true;
        if (op->kind == OP_JMP || op->kind == OP_BR)
            next[n++] = op->to;
        if (op->kind != OP_JMP && op->kind != OP_HALT)
            next[n++] = at + 1;
        while (n-- > 0) {
            if (next[n] < 0 || next[n] >= t->op_count || seen[next[n]])
                continue;
            seen[next[n]] = true;
            open[count++] = (uint16_t)next[n];
        }
    }
    return false;
}

static void find_helpers(const struct stepper *m, const struct state *s,
                         int thread, struct wait *w)
{
    const struct program *p = m->program;

    for (int t = 0; t < p->thread_count; t++) {
        bool ended = local_ended(p, t, &s->locals[t]);

        if (t == thread || !reaches(p, t, ended ? 0 : s->locals[t].pc, w))
            continue;
        if (ended)
            w->gone |= UINT32_C(1) << t;
        else
            w->helpers |= UINT32_C(1) << t;
    }
}

/* ---- what a thread waits for --------------------------------------------- */

static void wait_of_mutex(const struct stepper *m, const struct state *s,
                          int cell, struct wait *w)
{
    w->kind = WAIT_MUTEX;
    w->cell = cell;
    w->owner = state_cell(m, s, cell) - 1;
}

static void wait_find(const struct stepper *m, const struct state *s,
                      int thread, struct wait *w)
{
    const struct local *l = &s->locals[thread];
    const struct op *op = &m->program->threads[thread].ops[l->pc];
    struct deed d;

    *w = (struct wait){.owner = -1, .object = op->object};
    local_deed(m->program, &m->rules, thread, l, &d);
    if (d.kind == DEED_ENDED || deed_ready(&d, s->words, m->cells, thread))
        return;
    w->cell = d.cell;
    if (d.held) {
        w->kind = WAIT_FLUSH;
        return;
    }
    switch (d.kind) {
    case OP_LOCK:
        wait_of_mutex(m, s, d.cell, w);
        break;
    case OP_P:
        w->kind = WAIT_SEMAPHORE;
        break;
    case OP_AWAIT:
        w->kind = WAIT_VALUE;
        break;
    default: /* OP_REACQUIRE: asleep, or awake and waiting for the mutex */
        w->again = true;
        if (queue_has(s->words, m->cells, d.cell, d.slots, thread)) {
            w->kind = WAIT_SIGNAL;
        } else {
            w->object = op->other;
            wait_of_mutex(m, s, d.other, w);
        }
    }
    w->cmp = d.cmp;
    w->value = d.a;
    w->is = state_cell(m, s, w->cell);
    program_cell_name(m->program, w->cell, w->name, sizeof(w->name));
    if (w->kind != WAIT_MUTEX)
        find_helpers(m, s, thread, w);
}

static const char *comparison(int cmp)
{
    static const char *const words[] = {
        [EXPR_EQ] = "==", [EXPR_NE] = "!=", [EXPR_LT] = "<",
        [EXPR_LE] = "<=", [EXPR_GT] = ">",  [EXPR_GE] = ">=",
    };

    return words[cmp];
}

void state_say_waiting(const struct stepper *m, const struct state *s,
                       int thread, struct text *out)
{
    struct wait w;

    wait_find(m, s, thread, &w);
    switch (w.kind) {
    case WAIT_NOT:
        break;
    case WAIT_MUTEX:
        text_addf(out, "lock %s%s, ", w.name, w.again ? " again" : "");
        if (w.owner == thread)
            text_add(out, "which it holds itself");
        else
            text_addf(out, "held by %s", thread_name(m, w.owner));
        break;
    case WAIT_SEMAPHORE:
        text_addf(out, "semaphore %s, which is %d", w.name, w.is);
        break;
    case WAIT_SIGNAL:
        text_addf(out, "a signal on %s", w.name);
        break;
    case WAIT_VALUE:
        text_addf(out, "%s %s %d, but %s is %d", w.name, comparison(w.cmp),
                  w.value, w.name, w.is);
        break;
    case WAIT_FLUSH:
        text_add(out, "its store buffer to be empty");
        break;
    }
}

/* ---- why nobody can go on ------------------------------------------------ */

/* "T1", "T1 and T2", "T1, T2 and T3". */
static void add_names(const struct stepper *m, uint32_t who, const char *last,
                      struct text *out)
{
    int left = __builtin_popcount(who), all = left;

    for (int t = 0; left > 0; t++) {
        if (!(who >> t & 1))
            continue;
        if (left < all)
            text_add(out, left == 1 ? last : ", ");
        text_add(out, thread_name(m, t));
        left--;
    }
}

/* "T0 waits for B", "T0 sleeps on c". */
static void add_wait(const struct stepper *m, int thread, const struct wait *w,
                     struct text *out)
{
    text_addf(out, "%s ", thread_name(m, thread));
    if (w->kind == WAIT_SIGNAL)
        text_addf(out, "sleeps on %s", w->name);
    else if (w->kind == WAIT_VALUE)
        text_addf(out, "waits until %s %s %d (it is %d)", w->name,
                  comparison(w->cmp), w->value, w->is);
    else if (w->kind == WAIT_SEMAPHORE)
        text_addf(out, "waits for semaphore %s (it is %d)", w->name, w->is);
    else
        text_addf(out, "waits for %s%s", w->name, w->again ? " again" : "");
}

static const char *helping(const struct wait *w)
{
    switch (w->kind) {
    case WAIT_SEMAPHORE:
        return "post";
    case WAIT_SIGNAL:
        return "signal";
    default:
        return "change";
    }
}

/* All of one thread's trouble, without a full stop. */
static void add_trouble(const struct stepper *m, const struct state *s,
                        int thread, const struct wait *w, struct text *out)
{
    add_wait(m, thread, w, out);
    if (w->kind == WAIT_MUTEX) {
        const char *owner = thread_name(m, w->owner);

        if (w->owner == thread)
            text_add(out, ", which it holds itself");
        else if (local_ended(m->program, w->owner, &s->locals[w->owner]))
            text_addf(out, ", which %s still held when it ended", owner);
        else
            text_addf(out, ", which %s holds", owner);
        return;
    }
    if (w->helpers) {
        text_add(out, ", which only ");
        add_names(m, w->helpers, " or ", out);
        text_addf(out, " could %s", helping(w));
        return;
    }
    text_addf(out, ", and nobody is left to %s it", helping(w));
    if (w->gone == 0)
        return;
    text_add(out, ": ");
    add_names(m, w->gone, " and ", out);
    text_addf(out, ", whose code does, %s ended",
              w->gone & (w->gone - 1) ? "have" : "has");
    if (w->kind == WAIT_SIGNAL)
        text_add(out, " (a signal that finds nobody asleep is lost)");
}

/* Whom @thread waits for: the owner, or the first of those who could help. */
static int next_of(const struct wait *w)
{
    if (w->kind == WAIT_NOT)
        return -1;
    if (w->kind == WAIT_MUTEX)
        return w->owner;
    return w->helpers ? __builtin_ctz(w->helpers) : -1;
}

/* The threads of a cycle through the smallest possible thread, *@first; 0:
 * there is none. */
static uint32_t find_cycle(const struct wait *waits, int count, int *first)
{
    for (int t = 0; t < count; t++) {
        uint32_t on = 0;
        int at = t;

        while (at >= 0 && !(on >> at & 1)) {
            on |= UINT32_C(1) << at;
            at = next_of(&waits[at]);
        }
        if (at == t) {
            *first = t;
            return on;
        }
    }
    return 0;
}

static void say_cycle(const struct stepper *m, const struct state *s,
                      const struct wait *waits, int first, struct text *out)
{
    int at = first, length = 0;

    text_add(out, "Deadlock: ");
    do {
        text_add(out, length++ ? "; " : "");
        add_trouble(m, s, at, &waits[at], out);
        at = next_of(&waits[at]);
    } while (at != first);
    text_add(out, length > 1 ? ": a cycle." : ".");
}

/* The troubles of all in @who whose wait is a sleep, or is none: "A; B." */
static void say_rest(const struct stepper *m, const struct state *s,
                     const struct wait *waits, uint32_t who, struct text *out)
{
    int said = 0;

    for (int t = 0; t < m->program->thread_count; t++) {
        if (!(who >> t & 1))
            continue;
        text_add(out, said++ ? "; " : "");
        add_trouble(m, s, t, &waits[t], out);
    }
    text_add(out, said ? "." : "");
}

void state_say_stuck(const struct stepper *m, const struct state *s,
                     struct text *out)
{
    struct wait waits[TSL_THREADS];
    uint32_t asleep = 0, awake = 0, cycle;
    int count = m->program->thread_count, first = -1;

    for (int t = 0; t < count; t++) {
        wait_find(m, s, t, &waits[t]);
        if (waits[t].kind == WAIT_SIGNAL)
            asleep |= UINT32_C(1) << t;
        else if (waits[t].kind != WAIT_NOT)
            awake |= UINT32_C(1) << t;
    }
    cycle = find_cycle(waits, count, &first);
    if (cycle)
        say_cycle(m, s, waits, first, out);
    asleep &= ~cycle;
    awake &= ~cycle;
    if (!cycle && asleep)
        text_add(out, "Asleep for ever: ");
    else if (!cycle && awake)
        text_add(out, "Stuck for ever: ");
    else if (asleep | awake)
        text_add(out, " ");
    say_rest(m, s, waits, asleep, out);
    if (asleep && awake)
        text_add(out, " ");
    say_rest(m, s, waits, awake, out);
}
