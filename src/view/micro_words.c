/* What a step did and what comes next, in the fewest words. Any thread. */
#include <stdio.h>
#include <string.h>

#include "view/micro_parts.h"

int micro_key(int thread)
{
    return thread < 9 ? '1' + thread : 0;
}

uint32_t micro_mark(int thread)
{
    return (uint32_t)(thread < 9 ? '1' + thread : 'A' + thread - 9);
}

uint32_t micro_arrow(enum micro_next next)
{
    return next == MICRO_READY ? 0x25b8 : next == MICRO_WAITS ? 0x2573 : ' ';
}

void micro_thread_names(struct text *out, const struct program *p,
                        uint32_t threads)
{
    const char *between = "";

    for (int t = 0; t < p->thread_count; t++) {
        if (!(threads >> t & 1))
            continue;
        text_addf(out, "%s%s", between, p->threads[t].name);
        between = " ";
    }
}

int micro_wrapped_rows(const char *s, int columns, int most)
{
    struct frame scratch = {0};
    int rows;

    if (columns < 1 || most < 1 || frame_init(&scratch, most, columns) < 0)
        return 1;
    rows = frame_wrap(&scratch, frame_box(&scratch), STYLE_NORMAL, s);
    frame_fini(&scratch);
    return rows < 1 ? 1 : rows;
}

/* ---- what a step did ------------------------------------------------------
 */

void micro_access_value(struct text *out, const struct access *a,
                        const char *store)
{
    if (a->cell < 0)
        return;
    switch (a->kind) {
    case OP_LOAD:
    case OP_AWAIT:
        text_addf(out, "= %d", a->read);
        break;
    case OP_STORE:
        text_addf(out, "%s %d", store, a->wrote);
        break;
    case OP_CAS:
        if (a->succeeded)
            text_addf(out, "%d -> %d", a->read, a->wrote);
        else
            text_addf(out, "= %d, not done", a->read);
        break;
    case OP_XCHG:
    case OP_FAA:
    case OP_P:
    case OP_V:
        text_addf(out, "%d -> %d", a->read, a->wrote);
        break;
    case OP_TRYLOCK:
        text_add(out, a->succeeded ? "taken" : "not free");
        break;
    default:
        break;
    }
}

static const char *const verbs[] = {
    [OP_LOAD] = "load",      [OP_STORE] = "store",
    [OP_XCHG] = "xchg",      [OP_FAA] = "add to",
    [OP_CAS] = "cas",        [OP_LOCK] = "lock",
    [OP_UNLOCK] = "unlock",  [OP_TRYLOCK] = "trylock",
    [OP_P] = "wait",         [OP_V] = "post",
    [OP_CWAIT] = "sleep in", [OP_REACQUIRE] = "wake from",
    [OP_SIGNAL] = "signal",  [OP_BROADCAST] = "broadcast",
    [OP_AWAIT] = "await",    [OP_FENCE] = "fence",
    [OP_WORK] = "work",      [OP_ATOMIC] = "atomic",
};

static void access_words(struct text *out, const struct program *p,
                         const struct access *a, bool flushed)
{
    const char *verb = verbs[a->kind];
    char name[TSL_NAME + 16];

    if (flushed)
        verb = "flush";
    else if (a->buffered && a->kind == OP_STORE)
        verb = "buffer";
    text_add(out, verb);
    if (a->cell < 0)
        return;
    program_cell_name(p, a->cell, name, sizeof(name));
    text_addf(out, " %s", name);
    size_t before = out->len;
    text_add(out, " ");
    micro_access_value(out, a, "<-");
    if (out->data && out->len == before + 1)
        out->data[out->len = before] = '\0';
    if (a->buffered && a->kind == OP_LOAD)
        text_add(out, " (buffered)");
}

/* As the listing has it, without the blanks that line things up. */
static void plain_words(struct text *out, const struct program *p, int thread,
                        int op)
{
    char words[120];

    op_text(p, thread, op, words, sizeof(words));
    for (const char *s = words; *s; s++)
        if (*s != ' ' || s[1] != ' ')
            text_addf(out, "%c", *s);
}

void micro_step_words(struct text *out, const struct view_micro *v, int step)
{
    const struct done *d = &v->walk->dones[step];
    bool flush = d->action & STEP_FLUSH;
    const char *between = "";

    for (int i = 0; i < d->access_count; i++) {
        if (d->accesses[i].kind == OP_ATOMIC && d->access_count > 1)
            continue;
        text_add(out, between);
        access_words(out, v->program, &d->accesses[i], flush);
        between = "; ";
    }
    if (d->access_count == 0 && !flush) /* an instruction of its own */
        plain_words(out, v->program, STEP_THREAD(d->action), d->from);
    if (d->event.fault)
        text_addf(out, "%s%s", out->len ? ": " : "",
                  fault_words((enum fault)d->event.fault));
}

/* ---- what comes next -------------------------------------------------------
 */

/* Did the last step leave no state to go on from? */
static bool broken(const struct walk *w)
{
    return w->at == 0 ? w->start.fault != FAULT_NONE
                      : w->dones[w->at - 1].event.fault != FAULT_NONE;
}

/* What @op would do with the registers as they are; false: it cannot be told.
 */
static bool deed_words(struct text *out, const struct program *p,
                       const struct op *op, const int16_t *regs)
{
    char name[TSL_NAME + 16];
    int at = 0, a = 0, b = 0, object = op->object;

    if (object < 0 || (op->idx >= 0 && !expr_value(p, op->idx, regs, &at)) ||
        (op->a >= 0 && !expr_value(p, op->a, regs, &a)) ||
        (op->b >= 0 && !expr_value(p, op->b, regs, &b)) || at < 0 ||
        at >= p->objects[object].length)
        return false;
    program_cell_name(p,
                      p->objects[object].first + at * p->objects[object].slots,
                      name, sizeof(name));
    text_addf(out, "%s %s", verbs[op->kind], name);
    if (op->kind == OP_STORE || op->kind == OP_XCHG)
        text_addf(out, " <- %d", a);
    else if (op->kind == OP_FAA)
        text_addf(out, " %d", a);
    else if (op->kind == OP_CAS)
        text_addf(out, " %d -> %d", a, b);
    return true;
}

enum micro_next micro_next_words(struct text *out, const struct view_micro *v,
                                 int thread)
{
    const struct walk *w = v->walk;
    const struct state *s = walk_state(w);
    const struct local *l = &s->locals[thread];
    const struct op *op = &v->program->threads[thread].ops[l->pc];
    struct text why = {0};

    if (broken(w)) {
        text_add(out, "nothing goes on after a fault");
        return MICRO_ENDED;
    }
    if (local_ended(v->program, thread, l)) {
        text_add(out, "ended");
        if (l->buffer_count > 0) {
            char name[TSL_NAME + 16];

            program_cell_name(v->program, l->buffer[0].cell, name,
                              sizeof(name));
            text_addf(out, "; b flushes %s", name);
        }
        return MICRO_ENDED;
    }
    if (!state_may(w->stepper, s, thread)) {
        state_say_waiting(w->stepper, s, thread, &why);
        text_addf(out, "waits for %s", why.len ? text_str(&why) : "ever");
        text_fini(&why);
        return MICRO_WAITS;
    }
    if (!deed_words(out, v->program, op, l->regs))
        plain_words(out, v->program, thread, l->pc);
    return MICRO_READY;
}

/* ---- verdicts --------------------------------------------------------------
 */

/* The first failure of the walk so far, and the step that it was: -1 for one
 * before any step. */
static bool first_failure(const struct view_micro *v, int *step,
                          enum failure *kind)
{
    const struct walk *w = v->walk;
    unsigned bits = w->start_failures;

    *step = -1;
    for (int i = 0; bits == 0 && i < w->at; i++) {
        bits = done_failures(&w->dones[i]);
        *step = i;
    }
    if (bits == 0)
        return false;
    *kind = (enum failure)__builtin_ctz(bits);
    return true;
}

enum style micro_verdict(struct text *out, const struct view_micro *v)
{
    const struct walk *w = v->walk;
    const struct state *s = walk_state(w);
    enum finish finish =
        broken(w) ? FINISH_NOT_YET : state_finish(w->stepper, s);
    enum failure kind;
    struct done start = {.event = w->start};
    int step;

    if (first_failure(v, &step, &kind)) {
        const struct done *d = step >= 0 ? &w->dones[step] : &start;

        text_add(out, "✗ ");
        if (step >= 0 && step + 1 < w->at)
            text_addf(out, "Failed in step %d: ", step + 1);
        else if (step < 0)
            text_add(out, "Failed before any step: ");
        state_say_failure(w->stepper, &w->states[step + 1], d, kind, out);
        return STYLE_BAD;
    }
    switch (finish) {
    case FINISH_CHECK:
        text_add(out, "✗ ");
        state_say_failure(w->stepper, s, NULL, FAILURE_FINAL, out);
        return STYLE_BAD;
    case FINISH_DEADLOCK:
        text_add(out, "✗ ");
        state_say_stuck(w->stepper, s, out);
        return STYLE_BAD;
    case FINISH_NORMAL:
        text_add(out, v->program->check_count > 0
                          ? "✓ All threads have ended, and the final check "
                            "holds."
                          : "✓ All threads have ended; nothing failed.");
        return STYLE_GOOD;
    default:
        return STYLE_NORMAL;
    }
}

void micro_schedule(struct text *out, const struct view_micro *v)
{
    struct schedule s = {0};

    if (walk_schedule(v->walk, &s) == 0)
        schedule_text(&s, out);
    schedule_fini(&s);
}
