/* What the two halves of the translation share (translate.c: the program,
 * translate_code.c: its instructions). */
#ifndef ASM_TRANSLATE_H
#define ASM_TRANSLATE_H

#include "asm/asm.h"
#include "tsl/build.h"

#define ASM_UNTESTED 2 /* flags before the first test; then -1, 0 or 1 */

struct translation {
    const struct asm_program *from;
    struct program *to;
    struct err *err;
    bool computed; /* registers take part in addresses */
    int cells;     /* that variables have */
    int *first;    /* the operation of each instruction, and the end */
    int regs[ASM_REGISTERS]; /* of a thread: -1: not used */
    int flags;
    int thread;
};

/* "NAME:LINE: ..." and that sim asm runs it. Returns -EINVAL. */
int asm_refuse(const struct translation *t, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int asm_no_memory(const struct translation *t);
/* A place in .to->objects; -EINVAL, -ENOMEM after a sentence. */
int asm_add_object(struct translation *t, const char *name, int cells);

int32_t asm_constant(struct translation *t, int64_t n);
/* The cell @cell of the variable @var, as an object and an index (or -1). */
void asm_cell_of(struct translation *t, int var, int cell, int *object,
                 int32_t *idx);
/* The instructions of one thread, whose registers are known, into @to. 0, or
 * -EINVAL, -ENOMEM after a sentence. */
int asm_emit_thread(struct translation *t, struct tsl_thread *to);

#endif
