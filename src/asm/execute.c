/* The assembler's machine: what each instruction does. Belongs to one thread.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "asm/parts.h"

/* ---- faults -------------------------------------------------------------- */

int asm_fault(const struct asm_machine *m, struct err *err, const char *format,
              ...)
{
    const struct asm_program *p = m->program;
    int pc = m->threads[m->running].pc;
    char sentence[200], line[24] = "";
    va_list ap;

    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    if (pc < p->count)
        snprintf(line, sizeof(line), ":%d", p->code[pc].line);
    return err_set(err, -EFAULT, "%.120s%s: thread %d %s", p->name, line,
                   m->running, sentence);
}

/* ---- operands ------------------------------------------------------------ */

/* The address of @o, or -1 after a sentence. */
static int64_t address(const struct asm_machine *m, const struct asm_operand *o,
                       struct err *err)
{
    const int64_t *reg = m->threads[m->running].reg;
    int64_t at = o->number, part;

    if ((o->reg >= 0 && __builtin_add_overflow(at, reg[o->reg], &at)) ||
        (o->times >= 0 &&
         (__builtin_mul_overflow(reg[o->times], o->scale, &part) ||
          __builtin_add_overflow(at, part, &at))) ||
        at < 0 || at >= ASM_MEMORY)
        return asm_fault(m, err, "uses memory outside 0 to %d", ASM_MEMORY - 1),
               -1;
    return at;
}

/* The same, where something is to be read or written. */
static int64_t cell(const struct asm_machine *m, int64_t at, struct err *err)
{
    if (at < 0 || at >= ASM_MEMORY)
        return asm_fault(m, err, "uses memory outside 0 to %d", ASM_MEMORY - 1),
               -1;
    if (at >= ASM_CODE && at < ASM_CODE + m->program->count)
        return asm_fault(m, err, "uses cell %" PRId64 ", where the program is",
                         at),
               -1;
    return at;
}

static int64_t operand_cell(const struct asm_machine *m,
                            const struct asm_operand *o, struct err *err)
{
    int64_t at = address(m, o, err);

    return at < 0 ? -1 : cell(m, at, err);
}

static void write_cell(struct asm_machine *m, int64_t at, int64_t value,
                       struct asm_event *e)
{
    e->wrote = (int)at;
    e->was = m->memory[at];
    e->is = value;
    m->memory[at] = value;
}

/* ---- instructions -------------------------------------------------------- */

static int do_mov(struct asm_machine *m, const struct asm_code *c,
                  struct asm_event *e, struct err *err)
{
    struct asm_thread *t = &m->threads[m->running];
    int64_t value = c->a.number, at;

    if (c->a.place == ASM_REGISTER) {
        value = t->reg[c->a.reg];
    } else if (c->a.place == ASM_CELL) {
        at = operand_cell(m, &c->a, err);
        if (at < 0)
            return -EFAULT;
        value = m->memory[at];
    }
    if (c->b.place == ASM_REGISTER) {
        t->reg[c->b.reg] = value;
        return 0;
    }
    at = operand_cell(m, &c->b, err);
    if (at < 0)
        return -EFAULT;
    write_cell(m, at, value, e);
    return 0;
}

static int do_arithmetic(struct asm_machine *m, const struct asm_code *c,
                         struct err *err)
{
    struct asm_thread *t = &m->threads[m->running];
    int64_t by = c->a.number, *value;
    bool over;

    if (c->a.place == ASM_REGISTER)
        by = t->reg[c->a.reg];
    if (c->verb == ASM_NEG) {
        value = &t->reg[c->a.reg];
        over = __builtin_sub_overflow(0, *value, value);
    } else {
        value = &t->reg[c->b.reg];
        over = c->verb == ASM_ADD   ? __builtin_add_overflow(*value, by, value)
               : c->verb == ASM_SUB ? __builtin_sub_overflow(*value, by, value)
                                    : __builtin_mul_overflow(*value, by, value);
    }
    return over ? asm_fault(m, err, "computes a number beyond 64 bits") : 0;
}

static int do_atomic(struct asm_machine *m, const struct asm_code *c,
                     struct asm_event *e, struct err *err)
{
    int64_t *reg = &m->threads[m->running].reg[c->a.reg];
    int64_t at = operand_cell(m, &c->b, err), value = *reg;

    if (at < 0)
        return -EFAULT;
    if (c->verb == ASM_FETCHADD &&
        __builtin_add_overflow(value, m->memory[at], &value))
        return asm_fault(m, err, "computes a number beyond 64 bits");
    *reg = m->memory[at];
    write_cell(m, at, value, e);
    return 0;
}

static int64_t plain(const struct asm_thread *t, const struct asm_operand *o)
{
    return o->place == ASM_REGISTER ? t->reg[o->reg] : o->number;
}

static void do_test(struct asm_thread *t, const struct asm_code *c)
{
    int64_t a = plain(t, &c->a), b = plain(t, &c->b);

    t->tested = true;
    t->against = (signed char)((b > a) - (b < a));
}

/* Flags are clear before the first test: no condition holds (X5). */
static bool holds(const struct asm_thread *t, unsigned verb)
{
    switch (verb) {
    case ASM_J:
        return true;
    case ASM_JE:
        return t->tested && t->against == 0;
    case ASM_JNE:
        return t->tested && t->against != 0;
    case ASM_JGT:
        return t->tested && t->against > 0;
    case ASM_JGTE:
        return t->tested && t->against >= 0;
    case ASM_JLT:
        return t->tested && t->against < 0;
    default:
        return t->tested && t->against <= 0;
    }
}

static int push(struct asm_machine *m, int64_t value, struct asm_event *e,
                struct err *err)
{
    int64_t *sp = &m->threads[m->running].reg[ASM_SP], at;

    if (__builtin_sub_overflow(*sp, ASM_APART, &at))
        at = -1;
    at = cell(m, at, err);
    if (at < 0)
        return -EFAULT;
    *sp = at;
    write_cell(m, at, value, e);
    return 0;
}

static int do_push(struct asm_machine *m, const struct asm_code *c,
                   struct asm_event *e, struct err *err)
{
    int64_t value;

    if (c->a.place == ASM_REGISTER)
        return push(m, m->threads[m->running].reg[c->a.reg], e, err);
    value = address(m, &c->a, err);
    if (value < 0)
        return -EFAULT;
    if (m->setup.rules != RULES_OSTEP) { /* there it is the address (X4) */
        value = cell(m, value, err);
        if (value < 0)
            return -EFAULT;
        value = m->memory[value];
    }
    return push(m, value, e, err);
}

static int pop(struct asm_machine *m, int64_t *value, struct err *err)
{
    int64_t *sp = &m->threads[m->running].reg[ASM_SP];
    int64_t at = cell(m, *sp, err);

    if (at < 0)
        return -EFAULT;
    *value = m->memory[at];
    *sp += ASM_APART;
    return 0;
}

int asm_execute(struct asm_machine *m, const struct asm_code *c,
                struct asm_event *e, struct err *err)
{
    struct asm_thread *t = &m->threads[m->running];
    int next = t->pc + 1, rc = 0;
    int64_t value = 0;

    switch (c->verb) {
    case ASM_MOV:
        rc = do_mov(m, c, e, err);
        break;
    case ASM_LEA:
        value = address(m, &c->a, err);
        rc = value < 0 ? -EFAULT : 0;
        if (rc == 0)
            t->reg[c->b.reg] = value;
        break;
    case ASM_ADD:
    case ASM_SUB:
    case ASM_MUL:
    case ASM_NEG:
        rc = do_arithmetic(m, c, err);
        break;
    case ASM_XCHG:
    case ASM_FETCHADD:
        rc = do_atomic(m, c, e, err);
        break;
    case ASM_TEST:
        do_test(t, c);
        break;
    case ASM_PUSH:
        rc = do_push(m, c, e, err);
        break;
    case ASM_POP:
        rc = pop(m, &value, err);
        if (rc == 0 && c->a.place == ASM_REGISTER)
            t->reg[c->a.reg] = value;
        break;
    case ASM_CALL:
        rc = push(m, ASM_CODE + next, e, err);
        next = c->to;
        break;
    case ASM_RET:
        rc = pop(m, &value, err);
        if (rc == 0 &&
            (value < ASM_CODE || value >= ASM_CODE + m->program->count))
            return asm_fault(m, err,
                             "returns to %" PRId64 ", where there is no "
                             "instruction",
                             value);
        next = (int)(value - ASM_CODE);
        break;
    case ASM_NOP:
    case ASM_YIELD:
    case ASM_HALT:
        break;
    default:
        next = holds(t, c->verb) ? c->to : next;
        break;
    }
    return rc < 0 ? rc : next;
}
