/* What the files of the assembler share. */
#ifndef ASM_PARTS_H
#define ASM_PARTS_H

#include "asm/asm.h"

#define ASM_COLUMNS 400        /* of a line */
#define ASM_EVERY_MOST 1000000 /* instructions between interrupts */

struct asm_label {
    char name[ASM_NAME];
    int line, to;
};
/* A name that was used, to be looked up when all are known. */
enum asm_use_kind {
    ASM_USE_FIRST, /* a cell, of an instruction's first operand */
    ASM_USE_SECOND,
    ASM_USE_LABEL, /* where an instruction jumps to */
    ASM_USE_CHECK  /* the variable of a check */
};
struct asm_use {
    char name[ASM_NAME];
    int line, column;
    int place; /* of the instruction, or of the check */
    enum asm_use_kind kind;
};

struct asm_reader {
    struct asm_program *p;
    struct err *err;
    const char *begin; /* of the line */
    int line;          /* from 1 */
    int free;          /* address of the next variable */
    struct asm_label *labels;
    int label_count;
    struct asm_use *uses;
    int use_count;
};

/* "NAME:LINE:COLUMN: ..." for the place @at of the line. Returns -EINVAL. */
int asm_fail(struct asm_reader *r, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t asm_name_length(const char *at); /* 0: no name begins here */
const char *asm_blanks(const char *at); /* after them */
/* A number at *@at, which goes on behind it. 0 or what asm_fail() returns. */
int asm_number(struct asm_reader *r, const char **at, int64_t *out);
int asm_find_var(const struct asm_program *p, const char *name, size_t length);
/* Room for one more after @count of @size in *@array; false: no memory. */
bool asm_grow(void **array, int count, size_t size);

/* Remember that the name of @n bytes at @at stands for something in @place. */
int asm_keep_use(struct asm_reader *r, const char *at, size_t n, int place,
                 enum asm_use_kind kind);
/* The instruction at @at (read_code.c). */
int asm_read_code(struct asm_reader *r, const char *at);
/* Give every name its place. */
int asm_resolve(struct asm_reader *r);

/* ---- the machine (execute.c) --------------------------------------------- */

/* Thread .running of @m cannot go on where it is. Returns -EFAULT. */
int asm_fault(const struct asm_machine *m, struct err *err, const char *format,
              ...) __attribute__((format(printf, 3, 4)));
/* Do @c for thread .running, but for its .pc: returns the instruction to go on
 * with, or -EFAULT after a sentence. @e: what was written. */
int asm_execute(struct asm_machine *m, const struct asm_code *c,
                struct asm_event *e, struct err *err);

#endif
