/* The assembler's machine: its start, and the timer that takes the processor
 * away. Belongs to one thread. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm/asm.h"
#include "asm/parts.h"
#include "base/random.h"
#include "base/text.h"

/* ---- before the first instruction ---------------------------------------- */

static int check_list(const struct asm_setup *s, struct err *err)
{
    uint64_t seen = 0;

    if (!s->list || s->list_count < 1)
        return err_set(err, -EINVAL, "the schedule is empty");
    for (int i = 0; i < s->list_count; i++) {
        if (s->list[i] < 0 || s->list[i] >= s->threads)
            return err_set(err, -EINVAL,
                           "the schedule names thread %d; there are 0 to %d",
                           s->list[i], s->threads - 1);
        seen |= UINT64_C(1) << s->list[i];
    }
    for (int t = 0; t < s->threads; t++)
        if (!(seen >> t & 1))
            return err_set(err, -EINVAL,
                           "the schedule leaves thread %d out, which would "
                           "never end",
                           t);
    return 0;
}

static int check_setup(const struct asm_setup *s, struct err *err)
{
    if (s->threads < 1 || s->threads > ASM_THREADS)
        return err_set(err, -EINVAL, "there can be 1 to %d threads, not %d",
                       ASM_THREADS, s->threads);
    if (s->timing == ASM_SCHEDULE)
        return check_list(s, err);
    if (s->timing == ASM_RANDOM && s->intervals) {
        for (int i = 0; i < s->interval_count; i++)
            if (s->intervals[i] < 1 || s->intervals[i] > ASM_EVERY_MOST)
                return err_set(err, -EINVAL,
                               "interval %d is %d: from 1 to %d instructions",
                               i, s->intervals[i], ASM_EVERY_MOST);
        return 0;
    }
    if (s->every < 1 || s->every > ASM_EVERY_MOST)
        return err_set(err, -EINVAL,
                       "the timer's interval is 1 to %d instructions, not %d",
                       ASM_EVERY_MOST, s->every);
    return 0;
}

/* In the book's program only mov knows two registers in an address; elsewhere
 * the second is lost without a word. Nobody wants those numbers. */
static int check_addresses(const struct asm_program *p, struct err *err)
{
    for (int i = 0; i < p->count; i++) {
        const struct asm_code *c = &p->code[i];

        if (c->verb != ASM_MOV &&
            ((c->a.place == ASM_CELL && c->a.times >= 0) ||
             (c->b.place == ASM_CELL && c->b.times >= 0)))
            return err_set(err, -EINVAL,
                           "%s:%d: with the rules ostep only mov has addresses "
                           "of two registers",
                           p->name, c->line);
    }
    return 0;
}

/* Begin the timer's next interval. */
static int wind_up(struct asm_machine *m, struct err *err)
{
    const struct asm_setup *s = &m->setup;

    m->left = s->timing == ASM_SCHEDULE ? 1 : s->every;
    if (s->timing != ASM_RANDOM)
        return 0;
    if (s->intervals) {
        if (m->intervals >= s->interval_count)
            return err_set(err, -EFAULT,
                           "there are %d intervals, and after instruction "
                           "%" PRId64 " one more is needed",
                           s->interval_count, m->executed);
        m->left = s->intervals[m->intervals];
    } else {
        m->left = 1 + (int)random_below(&m->drawn, (uint32_t)s->every);
    }
    m->intervals++;
    return 0;
}

int asm_machine_init(struct asm_machine *m, const struct asm_program *p,
                     const struct asm_setup *s, struct err *err)
{
    const int64_t(*start)[ASM_REGISTERS] =
        s->start ? s->start : (const int64_t(*)[ASM_REGISTERS])p->start;
    int rc = check_setup(s, err);

    *m = (struct asm_machine){.program = p, .setup = *s, .drawn = s->seed};
    if (rc == 0 && s->rules == RULES_OSTEP)
        rc = check_addresses(p, err);
    if (rc < 0)
        return rc;
    m->memory = calloc(ASM_MEMORY, sizeof(*m->memory));
    if (!m->memory)
        return err_set(err, -ENOMEM, "no memory for the machine");
    m->alive = s->threads;
    for (int t = 0; t < s->threads; t++) {
        memcpy(m->threads[t].reg, start[t], sizeof(m->threads[t].reg));
        m->threads[t].reg[ASM_SP] = ASM_STACK_TOP - ASM_STACK * t;
    }
    if (s->timing == ASM_SCHEDULE)
        m->running = s->list[0];
    return wind_up(m, err);
}

void asm_machine_fini(struct asm_machine *m)
{
    free(m->memory);
    m->memory = NULL;
}

/* ---- who is next --------------------------------------------------------- */

/* Somebody is alive. Returns whether it is another one. */
static bool switch_thread(struct asm_machine *m)
{
    const struct asm_setup *s = &m->setup;
    int before = m->running;

    do {
        if (s->timing == ASM_SCHEDULE) {
            m->turn = (m->turn + 1) % s->list_count;
            m->running = s->list[m->turn];
        } else {
            m->running = (m->running + 1) % s->threads;
        }
    } while (m->threads[m->running].halted);
    return m->running != before;
}

static int after(struct asm_machine *m, unsigned verb, struct asm_event *e,
                 struct err *err)
{
    bool other;

    if (verb == ASM_HALT) {
        m->threads[m->running].halted = true;
        if (--m->alive == 0)
            return 0;
        e->halts = true;
        switch_thread(m);
        if (m->setup.rules != RULES_OSTEP) /* who is next has its full time */
            return wind_up(m, err);
        /* There it goes on as if nothing had happened: if time is up now too,
         * a thread is passed over (X1), or an entry of the schedule (X2). */
    }
    if (--m->left > 0 && verb != ASM_YIELD)
        return 0;
    other = switch_thread(m);
    e->switched = other || m->setup.timing != ASM_SCHEDULE;
    return wind_up(m, err);
}

int asm_step(struct asm_machine *m, struct asm_event *e, struct err *err)
{
    struct asm_thread *t = &m->threads[m->running];
    struct asm_event mine;
    const struct asm_code *c;
    int next, rc;

    if (!e)
        e = &mine;
    if (m->alive == 0)
        return 0;
    if (t->pc >= m->program->count)
        return asm_fault(
            m, err, "ran past the last instruction: a program ends with halt");
    c = &m->program->code[t->pc];
    e->thread = m->running;
    e->at = t->pc;
    e->wrote = -1;
    e->halts = e->switched = false;
    next = asm_execute(m, c, e, err);
    if (next < 0)
        return next;
    t->pc = next;
    m->executed++;
    rc = after(m, c->verb, e, err);
    return rc < 0 ? rc : 1;
}

int asm_run(struct asm_machine *m, int64_t limit, struct err *err)
{
    struct asm_event e;
    int rc = 1;

    while (rc > 0 && m->executed < limit)
        rc = asm_step(m, &e, err);
    return rc;
}

void asm_whereabouts(const struct asm_machine *m, struct text *out)
{
    for (int t = 0; t < m->setup.threads; t++) {
        const struct asm_thread *one = &m->threads[t];

        text_addf(out, "%sthread %d ", t > 0 ? ", " : "", t);
        if (one->halted)
            text_add(out, "has halted");
        else if (one->pc < m->program->count)
            text_addf(out, "is at line %d", m->program->code[one->pc].line);
        else
            text_add(out, "is past the end");
    }
}
