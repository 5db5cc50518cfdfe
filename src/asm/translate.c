/* Assembler as a program of the interleaving machine, so that the microscope
 * and the search over all schedules work on it. What does not fit is refused:
 * that machine has numbers of 16 bits and jumps to fixed places, so a stack,
 * with its addresses near 128000 and its returns, is not for it. Any thread.
 *
 * An instruction is one operation (or none: nop, and yield, since any other
 * thread may be next anyway). Flags are a register: -1, 0 or 1 for less, equal
 * and greater, ASM_UNTESTED before the first test. A cell that is always named
 * by its address is an object of its own; where registers take part in an
 * address, all variables are one array. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm/translate.h"

#define THREADS_USUAL 2
#define CELLS_NAME "memory"

int asm_refuse(const struct translation *t, int line, const char *format, ...)
{
    char sentence[256];
    va_list ap;

    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    return err_set(t->err, -EINVAL,
                   "%.120s:%d: %s; \"timeslice sim asm\" runs it, one schedule "
                   "at a time",
                   t->from->name, line, sentence);
}

int asm_no_memory(const struct translation *t)
{
    return err_set(t->err, -ENOMEM, "no memory for %s", t->from->name);
}

/* ---- does it fit? -------------------------------------------------------- */

static bool fits(int64_t n)
{
    return n >= TSL_MIN && n <= TSL_MAX;
}

static int check_operand(const struct translation *t, int line,
                         const struct asm_operand *o)
{
    if (o->place == ASM_NONE)
        return 0;
    if ((o->place != ASM_NUMBER && o->reg == ASM_SP) ||
        (o->place == ASM_CELL && o->times == ASM_SP))
        return asm_refuse(t, line,
                          "the search over all schedules knows no stack");
    if (o->place != ASM_REGISTER && (!fits(o->number) || !fits(o->scale)))
        return asm_refuse(
            t, line, "the search over all schedules has numbers from %d to %d",
            TSL_MIN, TSL_MAX);
    return 0;
}

static int check_code(struct translation *t, const struct asm_code *c)
{
    int rc = check_operand(t, c->line, &c->a);

    if (rc == 0)
        rc = check_operand(t, c->line, &c->b);
    if (rc == 0 && (c->verb == ASM_PUSH || c->verb == ASM_POP ||
                    c->verb == ASM_CALL || c->verb == ASM_RET))
        rc = asm_refuse(t, c->line,
                        "the search over all schedules knows no stack");
    if (c->verb != ASM_LEA)
        t->computed |=
            (c->a.place == ASM_CELL && (c->a.reg >= 0 || c->a.times >= 0)) ||
            (c->b.place == ASM_CELL && (c->b.reg >= 0 || c->b.times >= 0));
    return rc;
}

static int check_all(struct translation *t)
{
    const struct asm_program *p = t->from;
    int rc = 0;

    for (int i = 0; i < p->count && rc == 0; i++)
        rc = check_code(t, &p->code[i]);
    for (int i = 0; i < p->var_count; i++)
        t->cells += p->vars[i].cells;
    if (rc == 0 && t->computed && t->cells == 0)
        rc = err_set(t->err, -EINVAL,
                     "%s computes addresses, but .var declares no memory that "
                     "they could lead to",
                     p->name);
    for (int i = 0; i < ASM_THREADS && rc == 0; i++)
        for (int r = 0; r < ASM_REGISTERS && rc == 0; r++)
            if (!fits(p->start[i][r]))
                rc = err_set(t->err, -EINVAL,
                             "%s starts %s with a number beyond 16 bits, which "
                             "is more than the search over all schedules has",
                             p->name, asm_registers[r]);
    return rc;
}

/* ---- memory -------------------------------------------------------------- */

int asm_add_object(struct translation *t, const char *name, int cells)
{
    int rc = program_add_object(t->to, name, OBJECT_INT, cells);

    if (rc == -ENOMEM)
        return asm_no_memory(t);
    if (rc < 0)
        return err_set(t->err, -EINVAL,
                       "%s has more memory than the search over all schedules: "
                       "at most %d cells",
                       t->from->name, TSL_CELLS);
    return rc;
}

static int declare(struct translation *t)
{
    const struct asm_program *p = t->from;
    int rc = 0;

    if (t->computed)
        rc = asm_add_object(t, CELLS_NAME, t->cells);
    for (int i = 0; i < p->var_count && rc >= 0 && !t->computed; i++)
        rc = asm_add_object(t, p->vars[i].name,
                            p->vars[i].cells > 1 ? p->vars[i].cells : 0);
    return rc < 0 ? rc : 0;
}

/* ---- threads ------------------------------------------------------------- */

static bool uses_register(const struct asm_program *p, int reg)
{
    for (int i = 0; i < p->count; i++) {
        const struct asm_operand *both[] = {&p->code[i].a, &p->code[i].b};

        for (int k = 0; k < 2; k++)
            if (both[k]->place >= ASM_REGISTER &&
                (both[k]->reg == reg ||
                 (both[k]->place == ASM_CELL && both[k]->times == reg)))
                return true;
    }
    return false;
}

static int add_thread(struct translation *t, int number)
{
    struct program *p = t->to;
    struct tsl_thread *to =
        grow(&p->threads, p->thread_count, sizeof(*p->threads));

    if (!to)
        return asm_no_memory(t);
    p->thread_count++;
    snprintf(to->name, sizeof(to->name), "T%d", number);
    for (int r = 0; r < ASM_REGISTERS; r++) {
        t->regs[r] = -1;
        if (!uses_register(t->from, r))
            continue;
        t->regs[r] = program_add_register(to, asm_registers[r],
                                          (int)t->from->start[number][r]);
        if (t->regs[r] < 0)
            return asm_no_memory(t);
    }
    t->flags = program_add_register(to, "flags", ASM_UNTESTED);
    return t->flags < 0 ? asm_no_memory(t) : asm_emit_thread(t, to);
}

/* ---- what is looked at at the end ---------------------------------------- */

static int32_t cell_value(struct translation *t, int var, int cell)
{
    int object;
    int32_t idx;

    asm_cell_of(t, var, cell, &object, &idx);
    return program_expr(t->to, EXPR_CELL, 0, object, idx);
}

static int observe(struct translation *t)
{
    const struct asm_program *p = t->from;

    for (int i = 0; i < p->var_count; i++) {
        for (int k = 0; k < p->vars[i].cells; k++) {
            struct tsl_observed *o;

            if (t->to->observed_count == TSL_OBSERVED)
                return 0;
            o = grow(&t->to->observed, t->to->observed_count, sizeof(*o));
            if (!o)
                return asm_no_memory(t);
            snprintf(o->text, sizeof(o->text),
                     p->vars[i].cells > 1 ? "%s[%d]" : "%s", p->vars[i].name,
                     k);
            o->expr = cell_value(t, i, k);
            t->to->observed_count++;
        }
    }
    return 0;
}

static int add_checks(struct translation *t)
{
    static const struct {
        const char *text;
        enum expr_kind kind;
    } relations[] = {{"==", EXPR_EQ}, {"!=", EXPR_NE}, {"<", EXPR_LT},
                     {"<=", EXPR_LE}, {">", EXPR_GT},  {">=", EXPR_GE}};

    for (int i = 0; i < t->from->check_count; i++) {
        const struct asm_check *from = &t->from->checks[i];
        struct tsl_check *c;
        size_t k = 0;

        if (!fits(from->number))
            return asm_refuse(t, from->line, "the number is beyond 16 bits");
        c = grow(&t->to->checks, t->to->check_count, sizeof(*c));
        if (!c)
            return asm_no_memory(t);
        while (strcmp(relations[k].text, from->relation) != 0)
            k++;
        c->line = (uint16_t)(from->line <= UINT16_MAX ? from->line : 0);
        c->expr = program_expr(t->to, relations[k].kind, 0,
                               cell_value(t, from->var, 0),
                               asm_constant(t, from->number));
        t->to->check_count++;
    }
    return 0;
}

/* ---- all of it ----------------------------------------------------------- */

static int translate(struct translation *t)
{
    int threads = t->from->threads ? t->from->threads : THREADS_USUAL;
    int rc = check_all(t);

    if (rc == 0)
        rc = declare(t);
    for (int i = 0; i < threads && rc == 0; i++)
        rc = add_thread(t, i);
    if (rc == 0)
        rc = observe(t);
    if (rc == 0)
        rc = add_checks(t);
    return rc == 0 ? program_finish(t->to, t->err) : rc;
}

int asm_translate(const struct asm_program *p, struct program **out,
                  struct err *err)
{
    struct translation t = {.from = p, .err = err};
    int rc;

    *out = NULL;
    t.to = calloc(1, sizeof(*t.to));
    t.first = calloc((size_t)p->count + 1, sizeof(*t.first));
    if (t.to) {
        t.to->name = strdup(p->name);
        t.to->source = strdup(p->source);
    }
    if (!t.to || !t.first || !t.to->name || !t.to->source)
        rc = asm_no_memory(&t);
    else
        rc = translate(&t);
    free(t.first);
    if (rc < 0)
        program_free(t.to);
    else
        *out = t.to;
    return rc;
}

bool asm_is_file(const char *path)
{
    size_t n = strlen(path);

    return n > 2 && strcmp(path + n - 2, ".s") == 0;
}

static int translate_and_free(struct asm_program *from, struct program **out,
                              struct err *err)
{
    int rc = asm_translate(from, out, err);

    asm_free(from);
    return rc;
}

int asm_program_read(const char *path, const char *which, struct program **out,
                     struct err *err)
{
    struct asm_program *from;
    int rc;

    if (!asm_is_file(path))
        return program_read(path, which, out, err);
    *out = NULL;
    if (which)
        return err_set(err, -EINVAL,
                       "%s holds one program, so there is no \"%.40s\" to "
                       "choose in it",
                       path, which);
    rc = asm_read(path, &from, err);
    return rc < 0 ? rc : translate_and_free(from, out, err);
}

int asm_program_parse(const char *name, const char *text, size_t length,
                      struct program **out, struct err *err)
{
    struct asm_program *from;
    int rc;

    if (!asm_is_file(name))
        return program_parse(name, text, length, out, err);
    *out = NULL;
    rc = asm_parse(name, text, length, &from, err);
    return rc < 0 ? rc : translate_and_free(from, out, err);
}
