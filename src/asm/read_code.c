/* One line of assembler: a verb and its operands. Any thread. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm/parts.h"
#include "base/text.h"

bool asm_grow(void **array, int count, size_t size)
{
    void *more;

    if (count != 0 && (count < 8 || (count & (count - 1)) != 0))
        return true;
    more = realloc(*array, (count < 8 ? 8 : 2 * (size_t)count) * size);
    if (!more)
        return false;
    *array = more;
    return true;
}

/* ---- verbs --------------------------------------------------------------- */

/* Which operands go with which: bits of enum asm_place. */
enum {
    N = 1 << ASM_NUMBER,
    R = 1 << ASM_REGISTER,
    M = 1 << ASM_CELL,
    NONE = 1 << ASM_NONE
};
static const struct verb {
    const char *name;
    uint8_t verb;
    uint8_t a, b;
    bool label;
    const char *form;
} verbs[] = {
    {"mov", ASM_MOV, N | R | M, R | M, false, "mov $1, %ax or mov x, %ax"},
    {"lea", ASM_LEA, M, R, false, "lea x, %ax"},
    {"add", ASM_ADD, N | R, R, false, "add $1, %ax or add %bx, %ax"},
    {"sub", ASM_SUB, N | R, R, false, "sub $1, %ax or sub %bx, %ax"},
    {"mul", ASM_MUL, N | R, R, false, "mul $2, %ax or mul %bx, %ax"},
    {"neg", ASM_NEG, R, NONE, false, "neg %ax"},
    {"xchg", ASM_XCHG, R, M, false, "xchg %ax, x"},
    {"fetchadd", ASM_FETCHADD, R, M, false, "fetchadd %ax, x"},
    {"test", ASM_TEST, N | R, N | R, false, "test $0, %ax"},
    {"j", ASM_J, NONE, NONE, true, "j .again"},
    {"je", ASM_JE, NONE, NONE, true, "je .again"},
    {"jne", ASM_JNE, NONE, NONE, true, "jne .again"},
    {"jgt", ASM_JGT, NONE, NONE, true, "jgt .again"},
    {"jgte", ASM_JGTE, NONE, NONE, true, "jgte .again"},
    {"jlt", ASM_JLT, NONE, NONE, true, "jlt .again"},
    {"jlte", ASM_JLTE, NONE, NONE, true, "jlte .again"},
    {"push", ASM_PUSH, R | M, NONE, false, "push %ax or push x"},
    {"pop", ASM_POP, R | NONE, NONE, false, "pop %ax"},
    {"call", ASM_CALL, NONE, NONE, true, "call .work"},
    {"ret", ASM_RET, NONE, NONE, false, "ret"},
    {"nop", ASM_NOP, NONE, NONE, false, "nop"},
    {"rdump", ASM_NOP, NONE, NONE, false, "rdump"},
    {"mdump", ASM_NOP, M, NONE, false, "mdump x"},
    {"yield", ASM_YIELD, NONE, NONE, false, "yield"},
    {"halt", ASM_HALT, NONE, NONE, false, "halt"},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find_verb(struct asm_reader *r, const char *at)
{
    const char *known[VERBS + 1];
    size_t n = strcspn(at, " \t\r");
    const char *near;
    char word[24];

    for (size_t i = 0; i < VERBS; i++) {
        known[i] = verbs[i].name;
        if (strlen(known[i]) == n && memcmp(known[i], at, n) == 0)
            return &verbs[i];
    }
    known[VERBS] = NULL;
    snprintf(word, sizeof(word), "%.*s", (int)(n < 20 ? n : 20), at);
    near = text_nearest(word, known);
    asm_fail(r, at,
             near ? "\"%s\" is no instruction; did you mean \"%s\"?"
                  : "\"%s\" is no instruction",
             word, near ? near : "");
    return NULL;
}

/* ---- operands ------------------------------------------------------------ */

int asm_keep_use(struct asm_reader *r, const char *at, size_t n, int place,
                 enum asm_use_kind kind)
{
    struct asm_use *use;

    if (n >= ASM_NAME)
        return asm_fail(r, at, "a name has at most %d letters", ASM_NAME - 1);
    if (!asm_grow((void **)&r->uses, r->use_count, sizeof(*r->uses)))
        return err_set(r->err, -ENOMEM, "no memory for %s", r->p->name);
    use = &r->uses[r->use_count++];
    *use = (struct asm_use){.line = r->line,
                            .column = (int)(at - r->begin) + 1,
                            .place = place,
                            .kind = kind};
    memcpy(use->name, at, n);
    return 0;
}

static int take_register(struct asm_reader *r, const char **at, int8_t *out)
{
    size_t n = asm_name_length(*at + 1);
    int reg = **at == '%' ? asm_register_named(*at + 1, n) : -1;

    if (reg < 0)
        return asm_fail(r, *at,
                        "a register should stand here: %%ax, %%bx, %%cx, %%dx, "
                        "%%ex, %%fx, %%bp or %%sp");
    *out = (int8_t)reg;
    *at += 1 + n;
    return 0;
}

/* "(%r,%s,k)": any part may be missing. */
static int take_index(struct asm_reader *r, const char **at,
                      struct asm_operand *o)
{
    const char *p = asm_blanks(*at + 1);
    int rc = 0;

    if (*p == '%')
        rc = take_register(r, &p, &o->reg);
    p = asm_blanks(p);
    if (rc == 0 && *p == ',') {
        p = asm_blanks(p + 1);
        if (*p == '%')
            rc = take_register(r, &p, &o->times);
        p = asm_blanks(p);
    }
    if (rc == 0 && *p == ',') {
        const char *number = p = asm_blanks(p + 1);

        if (*p != ')')
            rc = asm_number(r, &p, &o->scale);
        if (rc == 0 && (o->scale < -ASM_MEMORY || o->scale > ASM_MEMORY))
            rc = asm_fail(r, number, "a scale is from %d to %d", -ASM_MEMORY,
                          ASM_MEMORY);
        p = asm_blanks(p);
    }
    if (rc == 0 && *p != ')')
        rc = asm_fail(r, p,
                      "\")\" should stand here, as in 8(%%sp) or "
                      "0(%%fx,%%cx,4)");
    *at = p + (*p == ')');
    return rc;
}

static int take_operand(struct asm_reader *r, const char **at,
                        enum asm_use_kind which, struct asm_operand *o)
{
    const char *p = *at;
    size_t n = asm_name_length(p);
    int rc = 0;

    *o = (struct asm_operand){.reg = -1, .times = -1, .scale = 1};
    if (*p == '$') {
        o->place = ASM_NUMBER;
        p++;
        rc = asm_number(r, &p, &o->number);
    } else if (*p == '%') {
        o->place = ASM_REGISTER;
        rc = take_register(r, &p, &o->reg);
    } else {
        o->place = ASM_CELL;
        if (n > 0)
            rc = asm_keep_use(r, p, n, r->p->count, which);
        else if (*p != '(')
            rc = asm_number(r, &p, &o->number);
        p += rc == 0 ? n : 0;
        p = asm_blanks(p);
        if (rc == 0 && *p == '(')
            rc = take_index(r, &p, o);
    }
    *at = asm_blanks(p);
    return rc;
}

/* ---- lines --------------------------------------------------------------- */

static int refuse_form(struct asm_reader *r, const char *at,
                       const struct verb *v)
{
    return asm_fail(r, at, "%s does not go with these operands: write %s",
                    v->name, v->form);
}

static int take_label(struct asm_reader *r, const char **at,
                      const struct verb *v)
{
    size_t n = **at == '.' ? asm_name_length(*at + 1) : 0;
    int rc;

    if (n == 0)
        return asm_fail(r, *at, "a label should stand here: %s", v->form);
    rc = asm_keep_use(r, *at + 1, n, r->p->count, ASM_USE_LABEL);
    *at = asm_blanks(*at + 1 + n);
    return rc;
}

static int take_operands(struct asm_reader *r, const char **at,
                         struct asm_code *code)
{
    int rc;

    if (**at == '\0')
        return 0;
    rc = take_operand(r, at, ASM_USE_FIRST, &code->a);
    if (rc == 0 && **at == ',') {
        *at = asm_blanks(*at + 1);
        rc = take_operand(r, at, ASM_USE_SECOND, &code->b);
    }
    return rc;
}

int asm_read_code(struct asm_reader *r, const char *at)
{
    const char *begin = at;
    const struct verb *v = find_verb(r, at);
    struct asm_code code = {.to = -1, .line = r->line};
    int rc;

    if (!v)
        return -EINVAL;
    code.verb = v->verb;
    at = asm_blanks(at + strlen(v->name));
    rc = v->label ? take_label(r, &at, v) : take_operands(r, &at, &code);
    if (rc < 0)
        return rc;
    if (*at != '\0')
        return asm_fail(r, at, "\"%.20s\" is too much here: write %s", at,
                        v->form);
    if (!(v->a & 1U << code.a.place) || !(v->b & 1U << code.b.place) ||
        (v->verb == ASM_MOV && code.a.place == ASM_CELL &&
         code.b.place == ASM_CELL) ||
        (v->verb == ASM_TEST && code.a.place == ASM_NUMBER &&
         code.b.place == ASM_NUMBER))
        return refuse_form(r, begin, v);
    if (!asm_grow((void **)&r->p->code, r->p->count, sizeof(code)))
        return err_set(r->err, -ENOMEM, "no memory for %s", r->p->name);
    r->p->code[r->p->count++] = code;
    return 0;
}

/* ---- names --------------------------------------------------------------- */

static int find_label(const struct asm_reader *r, const char *name)
{
    for (int i = 0; i < r->label_count; i++)
        if (strcmp(r->labels[i].name, name) == 0)
            return r->labels[i].to;
    return -1;
}

static int refuse_use(const struct asm_reader *r, const struct asm_use *use)
{
    const char *near = NULL;
    bool jump = use->kind == ASM_USE_LABEL;
    int count = jump ? r->label_count : r->p->var_count;
    const char **known = calloc((size_t)count + 1, sizeof(*known));

    for (int i = 0; known && i < count; i++)
        known[i] = jump ? r->labels[i].name : r->p->vars[i].name;
    if (known)
        near = text_nearest(use->name, known);
    free(known);
    return err_set(r->err, -EINVAL,
                   near ? "%s:%d:%d: there is no %s \"%s\"; did you mean "
                          "\"%s\"?"
                        : "%s:%d:%d: there is no %s \"%s\"",
                   r->p->name, use->line, use->column,
                   jump ? "label" : "variable", use->name, near ? near : "");
}

int asm_resolve(struct asm_reader *r)
{
    for (int i = 0; i < r->use_count; i++) {
        const struct asm_use *use = &r->uses[i];
        bool jump = use->kind == ASM_USE_LABEL;
        int found = jump ? find_label(r, use->name)
                         : asm_find_var(r->p, use->name, strlen(use->name));

        if (found < 0)
            return refuse_use(r, use);
        switch (use->kind) {
        case ASM_USE_LABEL:
            r->p->code[use->place].to = found;
            break;
        case ASM_USE_FIRST:
            r->p->code[use->place].a.number = r->p->vars[found].address;
            break;
        case ASM_USE_SECOND:
            r->p->code[use->place].b.number = r->p->vars[found].address;
            break;
        case ASM_USE_CHECK:
            r->p->checks[use->place].var = found;
            break;
        }
    }
    return 0;
}
