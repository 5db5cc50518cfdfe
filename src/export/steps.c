/* A schedule as a table for people. Pure; any thread. */
#include "export/steps.h"
#include "export/steps_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER 5       /* columns of a step's number */
#define BETWEEN 2      /* blanks between columns */
#define AFTER_LEAST 12 /* of what changed in memory */
#define WHO "who"      /* over a single column for all threads */
#define WHAT "what"
#define PERIOD_MOST 8
#define TIMES_LEAST 3 /* so often before repeats are put together */

struct row {
    int step; /* its number, from 1; 0: a further access of it */
    int thread;
    struct text what;   /* micro-step and value */
    struct text after;  /* what changed */
    struct text failed; /* why; "" */
};
struct rows {
    struct row *row;
    int count, cap;
    bool failed; /* out of memory */
};

static struct row *add_row(struct rows *r, int step, int thread)
{
    if (r->count == r->cap) {
        int cap = r->cap ? 2 * r->cap : 64;
        struct row *row = realloc(r->row, (size_t)cap * sizeof(*row));

        if (!row) {
            r->failed = true;
            return NULL;
        }
        r->row = row;
        r->cap = cap;
    }
    r->row[r->count] = (struct row){.step = step, .thread = thread};
    return &r->row[r->count++];
}

static void rows_fini(struct rows *r)
{
    for (int i = 0; i < r->count; i++) {
        text_fini(&r->row[i].what);
        text_fini(&r->row[i].after);
        text_fini(&r->row[i].failed);
    }
    free(r->row);
}

/* ---- one step ------------------------------------------------------------ */

/* An operation in words, its blanks made single: it stands in a cell. */
static void add_op(const struct program *p, int thread, int op,
                   struct text *out)
{
    char words[128], *to = words;

    op_text(p, thread, op, words, sizeof(words));
    for (const char *from = words; *from; from++)
        if (*from != ' ' || (from[1] != ' ' && from[1] != '\0'))
            *to++ = *from;
    *to = '\0';
    text_add(out, words);
}

static void add_access(const struct program *p, int thread,
                       const struct access *a, struct text *out)
{
    const struct op *op = &p->threads[thread].ops[a->op];

    add_op(p, thread, a->op, out);
    if (a->kind == OP_STORE && op->a >= 0 && p->exprs[op->a].kind == EXPR_CONST)
        return; /* it stands there already */
    switch (a->kind) {
    case OP_LOAD:
    case OP_AWAIT:
        text_addf(out, ": %d", a->read);
        break;
    case OP_STORE:
        text_addf(out, ": %d", a->wrote);
        break;
    case OP_XCHG:
    case OP_FAA:
        text_addf(out, ": %d, now %d", a->read, a->wrote);
        break;
    case OP_CAS:
        if (a->succeeded)
            text_addf(out, ": %d, now %d", a->read, a->wrote);
        else
            text_addf(out, ": %d, so no", a->read);
        break;
    case OP_TRYLOCK:
        text_add(out, a->succeeded ? ": got it" : ": it is held");
        break;
    default:
        break;
    }
}

/* A step without an access: a flush, or an instruction of its own. */
static void add_other(const struct walk *w, int i, struct text *out)
{
    const struct done *d = &w->dones[i];
    const struct program *p = w->stepper->program;
    int thread = STEP_THREAD(d->action);
    const struct op *op = &p->threads[thread].ops[d->from];

    add_op(p, thread, d->from, out);
    if (op->kind == OP_SET && op->dst >= 0 && !d->event.fault &&
        w->stepper->rules.keep_registers)
        text_addf(out, ": %d", w->states[i + 1].locals[thread].regs[op->dst]);
}

static void add_failures(const struct walk *w, int i, struct text *out)
{
    unsigned bits = done_failures(&w->dones[i]);

    for (int k = 0; k < FAILURE_COUNT; k++) {
        if (!(bits >> k & 1))
            continue;
        text_add(out, out->len > 0 ? " " : "");
        state_say_failure(w->stepper, &w->states[i + 1], &w->dones[i],
                          (enum failure)k, out);
    }
}

static void add_step(struct rows *rows, const struct walk *w, int i)
{
    const struct done *d = &w->dones[i];
    const struct program *p = w->stepper->program;
    int thread = STEP_THREAD(d->action), n = d->access_count;
    bool flush = d->action & STEP_FLUSH;
    struct row *row = NULL;
    char name[2 * TSL_NAME];

    for (int k = 0; k < n || k == 0; k++) {
        row = add_row(rows, k == 0 ? i + 1 : 0, thread);
        if (!row)
            return;
        if (flush && n > 0) {
            program_cell_name(p, d->accesses[0].cell, name, sizeof(name));
            text_addf(&row->what, "flush %s: %d", name, d->accesses[0].wrote);
        } else if (n > 0) {
            add_access(p, thread, &d->accesses[k], &row->what);
        } else {
            add_other(w, i, &row->what);
        }
    }
    if (!d->event.fault)
        steps_change(w->stepper, &w->states[i], &w->states[i + 1], &row->after);
    add_failures(w, i, &row->failed);
}

/* ---- repeats ------------------------------------------------------------- */

static bool rows_alike(const struct row *a, const struct row *b)
{
    return a->thread == b->thread && (a->step == 0) == (b->step == 0) &&
           strcmp(text_str(&a->what), text_str(&b->what)) == 0 &&
           strcmp(text_str(&a->after), text_str(&b->after)) == 0 &&
           strcmp(text_str(&a->failed), text_str(&b->failed)) == 0;
}

/* How often the @period rows from @at on come one after the other. */
static int times_from(const struct rows *r, int at, int period)
{
    int same = 0;

    while (at + period + same < r->count &&
           rows_alike(&r->row[at + same], &r->row[at + period + same]))
        same++;
    return 1 + same / period;
}

/* The shortest block at @at that repeats often enough; 1 and *@times 1: none
 * does. A block begins with a step. */
static int find_block(const struct rows *r, int at, int *times)
{
    for (int period = 1; period <= PERIOD_MOST && at + period < r->count;
         period++) {
        if (r->row[at].step == 0 || r->row[at + period].step == 0)
            continue;
        *times = times_from(r, at, period);
        if (*times >= TIMES_LEAST)
            return period;
    }
    *times = 1;
    return 1;
}

/* ---- writing it ---------------------------------------------------------- */

struct table {
    const struct walk *walk;
    const struct rows *rows;
    int width[TSL_THREADS]; /* of a thread's column; all in [0] if narrow */
    bool narrow;            /* one column for all threads, and who it is */
    int name;               /* narrow: columns of a name */
    int after;              /* where memory begins */
    int columns;
    struct text *out;
};

static const char *name_of(const struct table *t, int thread)
{
    return t->walk->stepper->program->threads[thread].name;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static void lay_out(struct table *t)
{
    int threads = t->walk->stepper->program->thread_count;
    int one = text_columns(WHAT);

    t->name = text_columns(WHO);
    t->after = NUMBER + BETWEEN;
    for (int i = 0; i < threads; i++) {
        t->width[i] = text_columns(name_of(t, i));
        t->name = most(t->name, t->width[i]);
    }
    for (int i = 0; i < t->rows->count; i++) {
        const struct row *row = &t->rows->row[i];
        int width = text_columns(text_str(&row->what));

        t->width[row->thread] = most(t->width[row->thread], width);
        one = most(one, width);
    }
    for (int i = 0; i < threads; i++)
        t->after += t->width[i] + BETWEEN;
    t->narrow = t->after + AFTER_LEAST > t->columns;
    if (!t->narrow)
        return;
    t->width[0] = one;
    t->after = NUMBER + BETWEEN + t->name + BETWEEN + one + BETWEEN;
}

/* Blanks at the end of a line help nobody. */
static void end_line(struct text *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
    text_add(out, "\n");
}

/* "!! " and why, over all columns. */
static void write_failure(struct table *t, const char *words)
{
    text_addf(t->out, "%*s", NUMBER + BETWEEN, "!! ");
    steps_wrap(t->out, words, NUMBER + BETWEEN, NUMBER + BETWEEN, t->columns);
}

/* What failed before any step. */
static void write_start_failures(struct table *t)
{
    const struct walk *w = t->walk;

    for (int k = 0; k < FAILURE_COUNT; k++) {
        struct text words = {0};

        if (!(w->start_failures >> k & 1))
            continue;
        state_say_failure(w->stepper, &w->states[0], NULL, (enum failure)k,
                          &words);
        write_failure(t, text_str(&words));
        text_fini(&words);
    }
}

static void write_head(struct table *t)
{
    const struct program *p = t->walk->stepper->program;
    struct text start = {0};

    text_addf(t->out, "%*s%*s", NUMBER, "step", BETWEEN, "");
    if (t->narrow) {
        text_pad(t->out, WHO, t->name + BETWEEN);
        text_pad(t->out, WHAT, t->width[0] + BETWEEN);
    }
    for (int i = 0; !t->narrow && i < p->thread_count; i++)
        text_pad(t->out, name_of(t, i), t->width[i] + BETWEEN);
    text_add(t->out, "memory\n");
    steps_change(t->walk->stepper, NULL, &t->walk->states[0], &start);
    if (start.len > 0) {
        text_addf(t->out, "%*s", t->after, "");
        steps_wrap(t->out, text_str(&start), t->after, t->after, t->columns);
    }
    text_fini(&start);
    write_start_failures(t);
}

static void write_row(struct table *t, const struct row *row)
{
    const char *what = text_str(&row->what);

    if (row->step > 0)
        text_addf(t->out, "%*d", NUMBER, row->step);
    else
        text_addf(t->out, "%*s", NUMBER, "");
    text_addf(t->out, "%*s", BETWEEN, "");
    if (t->narrow) {
        text_pad(t->out, name_of(t, row->thread), t->name + BETWEEN);
        text_pad(t->out, what, t->width[0] + BETWEEN);
    }
    for (int i = 0; !t->narrow && i < t->walk->stepper->program->thread_count;
         i++)
        text_pad(t->out, i == row->thread ? what : "", t->width[i] + BETWEEN);
    if (row->after.len > 0)
        steps_wrap(t->out, text_str(&row->after), t->after, t->after,
                   t->columns);
    else
        end_line(t->out);
    if (row->failed.len > 0)
        write_failure(t, text_str(&row->failed));
}

static void write_rows(struct table *t, int limit)
{
    int head = limit * 2 / 3, tail = limit - head, times, period, written = 0;
    bool cut = limit > 0 && t->rows->count > limit;

    for (int at = 0; at < t->rows->count; at += period * times) {
        period = find_block(t->rows, at, &times);
        if (cut && written >= head &&
            at + period * times <= t->rows->count - tail) {
            int left = t->rows->count - tail - at;

            text_addf(t->out, "%*s%d more rows are left out here\n",
                      NUMBER + BETWEEN, "...  ", left);
            period = left;
            times = 1;
            cut = false;
            continue;
        }
        for (int i = 0; i < period; i++)
            write_row(t, &t->rows->row[at + i]);
        written += period;
        if (times == 1)
            continue;
        text_addf(t->out, "%*sthe last ", NUMBER + BETWEEN, "");
        if (period > 1)
            text_addf(t->out, "%d rows", period);
        else
            text_add(t->out, "row");
        text_addf(t->out, " %d times in all\n", times);
    }
}

void steps_table(const struct walk *w, const struct steps_look *look,
                 struct text *out)
{
    struct rows rows = {0};
    struct table t = {
        .walk = w,
        .rows = &rows,
        .columns = look->columns > 0 ? look->columns : 80,
        .out = out,
    };

    for (int i = 0; i < w->at; i++)
        add_step(&rows, w, i);
    lay_out(&t);
    write_head(&t);
    write_rows(&t, look->most);
    out->failed |= rows.failed;
    rows_fini(&rows);
}

/* ---- how it stands ------------------------------------------------------- */

static void say_next(const struct walk *w, struct text *out)
{
    const struct stepper *m = w->stepper;
    const struct state *s = walk_state(w);
    const struct program *p = m->program;
    struct ready ready = state_ready(m, s);

    for (int t = 0; t < p->thread_count; t++) {
        struct text why = {0};

        text_addf(out, "  %d  %-8s  ", t, p->threads[t].name);
        if (ready.step >> t & 1) {
            text_add(out, "next: ");
            add_op(p, t, s->locals[t].pc, out);
        } else if (local_ended(p, t, &s->locals[t])) {
            text_add(out, "has ended");
        } else {
            state_say_waiting(m, s, t, &why);
            text_addf(out, "waits for %s", text_str(&why));
        }
        if (ready.flush >> t & 1)
            text_addf(out, "; f%d flushes its oldest store", t);
        text_add(out, "\n");
        text_fini(&why);
    }
}

/* "It ends with x = 1." */
static void say_observed(const struct walk *w, struct text *out)
{
    const struct stepper *m = w->stepper;
    int value;

    for (int i = 0; i < m->program->observed_count; i++) {
        const struct tsl_observed *o = &m->program->observed[i];

        text_addf(out, "%s%s = ", i == 0 ? " with " : ", ", o->text);
        if (state_value(m, walk_state(w), o->expr, &value))
            text_addf(out, "%d", value);
        else
            text_add(out, "?");
    }
}

void steps_ending(const struct walk *w, const struct steps_look *look,
                  struct text *out)
{
    const struct stepper *m = w->stepper;
    int columns = look->columns > 0 ? look->columns : 80;
    unsigned bits = walk_failures(w);
    struct text line = {0};

    if (bits & 1u << FAILURE_FAULT) {
        text_add(&line, "It ends here, in a fault.");
    } else {
        switch (state_finish(m, walk_state(w))) {
        case FINISH_NOT_YET:
            text_add(out, bits ? "It has failed, and can go on:\n"
                               : "It can go on:\n");
            say_next(w, out);
            return;
        case FINISH_DEADLOCK:
            state_say_stuck(m, walk_state(w), &line);
            break;
        default:
            text_add(&line, "It ends");
            say_observed(w, &line);
            text_add(&line, ".");
        }
    }
    if (bits & 1u << FAILURE_FINAL) {
        text_add(&line, " ");
        state_say_failure(m, walk_state(w), NULL, FAILURE_FINAL, &line);
    }
    if (bits == 0)
        text_add(&line, " Nothing failed on the way.");
    steps_wrap(out, text_str(&line), 0, 0, columns);
    text_fini(&line);
}
