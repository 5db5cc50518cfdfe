/* The interleaving machine, one plain state at a time. Any process, any thread.
 */
#include "step/stepper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

const char *const failure_names[FAILURE_COUNT] = {"assert", "exclusion",
                                                  "final", "deadlock", "fault"};

/* ---- the machine and its states ------------------------------------------ */

enum { CELL_BITS = 16, CELLS_A_WORD = 64 / CELL_BITS };

int stepper_init(struct stepper *m, const struct program *p,
                 const struct rules *rules, struct err *err)
{
    *m = (struct stepper){.program = p,
                          .rules = *rules,
                          .words = (p->cell_count + CELLS_A_WORD - 1) /
                                   CELLS_A_WORD};
    if (m->rules.buffer < 1 || m->rules.buffer > TSL_BUFFER)
        m->rules.buffer = TSL_BUFFER;
    m->cells = calloc((size_t)p->cell_count + 1, sizeof *m->cells);
    if (!m->cells)
        return err_set(err, -ENOMEM, "no memory for the program's cells");
    for (int i = 0; i < p->cell_count; i++)
        m->cells[i] =
            (struct field){.word = (uint16_t)(i / CELLS_A_WORD),
                           .shift = (uint8_t)(i % CELLS_A_WORD * CELL_BITS),
                           .bits = CELL_BITS,
                           .base = TSL_MIN};
    return 0;
}

void stepper_fini(struct stepper *m)
{
    free(m->cells);
    *m = (struct stepper){0};
}

static int state_alloc(struct state *s, const struct stepper *m)
{
    if (!s->words)
        s->words = calloc((size_t)m->words + 1, sizeof *s->words);
    if (!s->locals)
        s->locals = calloc((size_t)m->program->thread_count, sizeof *s->locals);
    return s->words && s->locals ? 0 : -ENOMEM;
}

/* Threads that are now where @thread, which is in @entered, must not be with
 * them. */
static uint32_t clashes(const struct stepper *m, const struct state *s,
                        int thread, uint32_t entered, int region[2])
{
    const struct program *p = m->program;
    uint32_t who = 0;

    for (int a = 0; entered >> a; a++) {
        if (!(entered >> a & 1))
            continue;
        for (int t = 0; t < p->thread_count; t++) {
            uint32_t both = p->exclude[a] & s->locals[t].regions;

            if (t == thread || both == 0)
                continue;
            if (who == 0) {
                region[0] = a;
                region[1] = __builtin_ctz(both);
            }
            who |= UINT32_C(1) << t;
        }
    }
    return who;
}

int state_init(struct state *s, const struct stepper *m, struct event *e,
               unsigned *failures)
{
    const struct program *p = m->program;
    int region[2];

    *s = (struct state){0};
    *e = (struct event){0};
    *failures = 0;
    if (state_alloc(s, m) < 0) {
        state_fini(s);
        return -ENOMEM;
    }
    for (int i = 0; i < p->cell_count; i++)
        field_set(s->words, m->cells[i], p->start[i]);
    for (int t = 0; t < p->thread_count; t++) {
        struct event own;

        local_start(p, &m->rules, t, &s->locals[t], &own);
        if (own.assert_failed)
            *failures |= 1U << FAILURE_ASSERT;
        if (clashes(m, s, t, own.entered, region))
            *failures |= 1U << FAILURE_EXCLUSION;
        if (own.fault)
            *failures |= 1U << FAILURE_FAULT;
        if (!e->fault && !e->assert_failed)
            *e = own;
        if (own.fault)
            break;
    }
    return 0;
}

int state_copy(struct state *to, const struct state *from,
               const struct stepper *m)
{
    if (state_alloc(to, m) < 0)
        return -ENOMEM;
    memcpy(to->words, from->words, (size_t)m->words * sizeof *to->words);
    memcpy(to->locals, from->locals,
           (size_t)m->program->thread_count * sizeof *to->locals);
    return 0;
}

void state_fini(struct state *s)
{
    free(s->words);
    free(s->locals);
    *s = (struct state){0};
}

int state_cell(const struct stepper *m, const struct state *s, int cell)
{
    return field_get(s->words, m->cells[cell]);
}

/* ---- actions ------------------------------------------------------------- */

struct ready state_ready(const struct stepper *m, const struct state *s)
{
    struct ready r = {0, 0};
    struct deed d;

    for (int t = 0; t < m->program->thread_count; t++) {
        local_deed(m->program, &m->rules, t, &s->locals[t], &d);
        if (deed_ready(&d, s->words, m->cells, t))
            r.step |= UINT32_C(1) << t;
        if (s->locals[t].buffer_count > 0)
            r.flush |= UINT32_C(1) << t;
    }
    return r;
}

int state_draw(const struct stepper *m, const struct state *s, uint64_t *random)
{
    struct ready r = state_ready(m, s);
    int steps = __builtin_popcount(r.step);
    int all = steps + __builtin_popcount(r.flush), pick;
    uint32_t left;

    if (all == 0)
        return -1;
    pick = all == 1 ? 0 : (int)random_below(random, (uint32_t)all);
    left = pick < steps ? r.step : r.flush;
    for (int i = pick < steps ? pick : pick - steps; i > 0; i--)
        left &= left - 1;
    return __builtin_ctz(left) | (pick < steps ? 0 : STEP_FLUSH);
}

bool state_may(const struct stepper *m, const struct state *s, int action)
{
    struct ready r = state_ready(m, s);
    int t = STEP_THREAD(action);

    if (t >= m->program->thread_count)
        return false;
    return (action & STEP_FLUSH ? r.flush : r.step) >> t & 1;
}

/* Tell one access of @op: what it met in memory before, and left after. */
static void tell(struct done *done, const struct stepper *m,
                 const struct local *l, int thread, const struct deed *d,
                 const uint64_t *before, const uint64_t *after, int input)
{
    const struct op *op = &m->program->threads[thread].ops[l->pc];
    struct access *a;

    if (!OP_IS_VISIBLE(op->kind) || done->access_count == STEP_ACCESSES)
        return;
    a = &done->accesses[done->access_count++];
    *a = (struct access){.op = l->pc,
                         .kind = op->kind,
                         .buffered = d->kind == DEED_NOTHING,
                         .cell = (int16_t)(op->object >= 0 ? d->cell : -1),
                         .succeeded = true};
    if (a->cell < 0)
        return;
    a->read = field_get(before, m->cells[a->cell]);
    a->wrote = field_get(after, m->cells[a->cell]);
    a->reads = op->kind != OP_STORE;
    a->writes = op->kind != OP_LOAD && op->kind != OP_AWAIT;
    if (op->kind == OP_CAS || op->kind == OP_TRYLOCK)
        a->succeeded = a->writes = input != 0;
    if (a->buffered) { /* what memory holds is not what the thread saw */
        int value = d->a;

        if (op->kind == OP_STORE)
            expr_value(m->program, op->a, l->regs, &value);
        a->read = a->wrote = value;
    }
}

static void flush(const struct stepper *m, struct state *s, int thread,
                  struct done *done)
{
    struct buffered b = local_flush(&s->locals[thread]);
    struct access *a = &done->accesses[done->access_count++];

    *a = (struct access){.kind = OP_STORE,
                         .cell = (int16_t)b.cell,
                         .writes = true,
                         .read = state_cell(m, s, b.cell),
                         .wrote = b.value,
                         .succeeded = true};
    field_set(s->words, m->cells[b.cell], b.value);
}

static void step(const struct stepper *m, struct state *s, int thread,
                 struct done *done)
{
    struct local *l = &s->locals[thread];
    struct event *e = &done->event;
    uint64_t before[TSL_CELLS / CELLS_A_WORD];
    struct deed d;
    bool rides;
    int input;

    local_deed(m->program, &m->rules, thread, l, &d);
    for (int n = 0;; n++) {
        int rc;

        memcpy(before, s->words, (size_t)m->words * sizeof *before);
        rc = deed_do(&d, s->words, m->cells, thread, &input);
        if (rc != DEED_DONE) {
            e->fault = (uint8_t)rc;
            e->fault_op = l->pc;
            return;
        }
        tell(done, m, l, thread, &d, before, s->words, input);
        local_after(m->program, &m->rules, thread, l, input, e, &rides);
        if (e->fault || !rides)
            return;
        local_deed(m->program, &m->rules, thread, l, &d);
        if (!deed_ready(&d, s->words, m->cells, thread))
            return;
        if (n + 1 == TSL_RIDES) {
            e->fault = FAULT_ENDLESS;
            e->fault_op = l->pc;
            return;
        }
    }
}

void state_step(const struct stepper *m, struct state *s, int action,
                struct done *done)
{
    int thread = STEP_THREAD(action);
    struct done own;

    if (!done)
        done = &own;
    *done =
        (struct done){.action = (uint8_t)action, .from = s->locals[thread].pc};
    if (action & STEP_FLUSH) {
        flush(m, s, thread, done);
    } else {
        step(m, s, thread, done);
        if (done->event.entered)
            done->clash =
                clashes(m, s, thread, done->event.entered, done->clash_region);
    }
    done->to = s->locals[thread].pc;
}

unsigned done_failures(const struct done *d)
{
    return (d->event.assert_failed ? 1U << FAILURE_ASSERT : 0) |
           (d->clash ? 1U << FAILURE_EXCLUSION : 0) |
           (d->event.fault ? 1U << FAILURE_FAULT : 0);
}

/* ---- the end ------------------------------------------------------------- */

bool state_value(const struct stepper *m, const struct state *s, int32_t expr,
                 int *out)
{
    const struct program *p = m->program;
    const struct expr *e = &p->exprs[expr];
    int left, right;

    switch (e->kind) {
    case EXPR_CONST:
        *out = e->value;
        return true;
    case EXPR_REG_OF:
        *out = s->locals[e->left].regs[e->value];
        return true;
    case EXPR_REGISTER: /* no thread of its own here */
        return false;
    case EXPR_CELL:
        right = 0;
        if (e->right >= 0 && !state_value(m, s, e->right, &right))
            return false;
        if (right < 0 || right >= p->objects[e->left].length)
            return false;
        *out = state_cell(m, s,
                          p->objects[e->left].first +
                              right * p->objects[e->left].slots);
        return true;
    default:
        break;
    }
    if (!state_value(m, s, e->left, &left))
        return false;
    if ((e->kind == EXPR_AND && left == 0) ||
        (e->kind == EXPR_OR && left != 0)) {
        *out = e->kind == EXPR_OR;
        return true;
    }
    right = 0;
    if (e->kind >= EXPR_ADD && !state_value(m, s, e->right, &right))
        return false;
    return expr_apply(e->kind, left, right, out);
}

int state_failed_check(const struct stepper *m, const struct state *s)
{
    const struct program *p = m->program;
    int value;

    for (int i = 0; i < p->check_count; i++)
        if (!state_value(m, s, p->checks[i].expr, &value) || value == 0)
            return i;
    return -1;
}

enum finish state_finish(const struct stepper *m, const struct state *s)
{
    struct ready r = state_ready(m, s);

    if (r.step || r.flush)
        return FINISH_NOT_YET;
    for (int t = 0; t < m->program->thread_count; t++)
        if (!local_ended(m->program, t, &s->locals[t]))
            return FINISH_DEADLOCK;
    return state_failed_check(m, s) < 0 ? FINISH_NORMAL : FINISH_CHECK;
}
