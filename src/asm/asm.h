/* A small assembler, and the machine that runs it: several threads with
 * registers of their own in one memory, interrupted by a timer.
 *
 * The text: one instruction a line, "#" begins a comment. ".var NAME [N]"
 * declares N cells (one without N), 4 addresses apart, from 100 on; ".NAME"
 * alone on a line is a label. Operands, source first and destination last:
 *
 *   $5  %ax  2000  count  8(%sp)  log(%bx)  0(%fx,%cx,4)
 *
 * the last four are memory at number + register + register * scale. Comment
 * lines of their own may say how the program is meant to be run:
 *
 *   # threads: 2
 *   # start: dx=4 bx=1      registers of every thread
 *   # start 1: bx=10        of thread 1
 *   # every: 3              instructions from one interrupt to the next
 *   # check: hits == 8      for "timeslice explore": must hold at the end
 *
 * Every instruction is atomic. Values are 64 bits wide; a result beyond is a
 * fault, which ends the run with a sentence. Memory is ASM_MEMORY cells, the
 * program's own from ASM_CODE on, where nothing may be read or written.
 *
 * Programs are plain data, made once and then only read, by any thread. A
 * machine belongs to one. */
#ifndef ASM_ASM_H
#define ASM_ASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sim/setup.h"

enum {
    ASM_TEXT = 256 * 1024, /* bytes of a program */
    ASM_LINES = 20000,     /* instructions */
    ASM_NAME = 32,         /* bytes of a name, its end included */
    ASM_THREADS = 32,
    ASM_CHECKS = 16,
    ASM_MEMORY = 128 * 1024, /* cells */
    ASM_DATA = 100,          /* where variables begin */
    ASM_CODE = 1000,         /* and where the program does */
    ASM_STACK = 1000,        /* from one thread's stack to the next, down */
    ASM_STACK_TOP = 128000,
    ASM_APART = 4 /* from cell to cell of a variable, and on the stack */
};

enum asm_register {
    ASM_AX,
    ASM_BX,
    ASM_CX,
    ASM_DX,
    ASM_EX,
    ASM_FX,
    ASM_BP,
    ASM_SP,
    ASM_REGISTERS
};
extern const char *const asm_registers[ASM_REGISTERS];   /* "ax" */
int asm_register_named(const char *name, size_t length); /* or -1 */

enum asm_verb {
    ASM_MOV,
    ASM_LEA, /* b = the address a */
    ASM_ADD, /* b = b + a, and so on */
    ASM_SUB,
    ASM_MUL,
    ASM_NEG,      /* a = -a */
    ASM_XCHG,     /* a and memory b change places */
    ASM_FETCHADD, /* memory b grows by a; a = what it was */
    ASM_TEST,     /* flags of b compared with a */
    ASM_J,
    ASM_JE,
    ASM_JNE,
    ASM_JGT,
    ASM_JGTE,
    ASM_JLT,
    ASM_JLTE,
    ASM_PUSH,
    ASM_POP,
    ASM_CALL,
    ASM_RET,
    ASM_NOP,
    ASM_YIELD, /* the timer is brought forward to now */
    ASM_HALT
};

enum asm_place { ASM_NONE, ASM_NUMBER, ASM_REGISTER, ASM_CELL };
struct asm_operand {
    uint8_t place;  /* enum asm_place */
    int8_t reg;     /* register; of memory: the base, -1: none */
    int8_t times;   /* memory: register times .scale, -1: none */
    int64_t number; /* number; of memory: what is added */
    int64_t scale;
};
struct asm_code {
    uint8_t verb; /* enum asm_verb */
    struct asm_operand a, b;
    int to;   /* jumps and call: an instruction; else -1 */
    int line; /* from 1 */
};
struct asm_var {
    char name[ASM_NAME];
    int address, cells;
};
/* # check: NAME RELATION NUMBER */
struct asm_check {
    int var, line;
    char relation[3]; /* "==", "!=", "<", "<=", ">", ">=" */
    int64_t number;
};
struct asm_program {
    char *name;   /* of the file */
    char *source; /* the text */
    struct asm_code *code;
    int count;
    struct asm_var *vars;
    int var_count;
    int threads; /* as the text says; 0: it does not */
    int every;   /* the same */
    struct asm_check checks[ASM_CHECKS];
    int check_count;
    int64_t start[ASM_THREADS][ASM_REGISTERS]; /* registers at the start; sp
                                                  is not among them */
};
/* -EINVAL with a sentence that begins with "NAME:LINE:COLUMN: "; on success the
 * caller frees *@out. (read.c) */
int asm_parse(const char *name, const char *text, size_t length,
              struct asm_program **out, struct err *err);
void asm_free(struct asm_program *p); /* NULL is fine */
/* The file @path, of any size refused beyond ASM_TEXT. */
int asm_read(const char *path, struct asm_program **out, struct err *err);
/* Instruction @i as written, without blanks around it. */
void asm_text(const struct asm_program *p, int i, char *out, size_t size);
/* Where @word is: "hits", "log+4", "104". -1: no such place. */
int asm_address(const struct asm_program *p, const char *word);
/* "dx=4 bx=1" into @out, blanks or commas between. -EINVAL with a sentence. */
int asm_start(const char *text, int64_t out[ASM_REGISTERS], struct err *err);

/* ---- the machine (machine.c) --------------------------------------------- */

enum asm_timing {
    ASM_EVERY,   /* an interrupt every .every instructions */
    ASM_RANDOM,  /* each interval is drawn, 1 to .every */
    ASM_SCHEDULE /* .list says who executes each instruction, over and over */
};
struct asm_setup {
    int threads;
    enum asm_timing timing;
    int every;            /* 1 .. 1000000 */
    uint64_t seed;        /* ASM_RANDOM */
    const int *intervals; /* ASM_RANDOM: these instead of drawing, or NULL */
    int interval_count;
    const int *list; /* ASM_SCHEDULE; borrowed, as .intervals is */
    int list_count;
    enum sim_rules rules; /* X1, X2, X4 of sim/rules.h */
    /* Registers at the start; NULL: as the program says. */
    const int64_t (*start)[ASM_REGISTERS];
};

struct asm_thread {
    int64_t reg[ASM_REGISTERS];
    int pc; /* instruction, .count: past the end */
    bool halted;
    bool tested;         /* flags were set: */
    signed char against; /* -1, 0, 1: b was less, equal, greater than a */
};

/* What one instruction did. */
struct asm_event {
    int thread, at;  /* which instruction it was */
    int wrote;       /* the address that it wrote to, -1: none */
    int64_t was, is; /* there */
    bool halts;      /* the thread; and another one is next */
    bool switched;   /* by the timer, a yield, the schedule */
};

struct asm_machine {
    const struct asm_program *program;
    struct asm_setup setup;
    struct asm_thread threads[ASM_THREADS];
    int64_t *memory; /* ASM_MEMORY */
    int64_t executed;
    int running, alive;
    int left;      /* instructions until the timer */
    int turn;      /* ASM_SCHEDULE: place in the list */
    int intervals; /* taken so far */
    uint64_t drawn;
};
/* -EINVAL with a sentence, -ENOMEM. asm_machine_fini() it in both cases. */
int asm_machine_init(struct asm_machine *m, const struct asm_program *p,
                     const struct asm_setup *s, struct err *err);
void asm_machine_fini(struct asm_machine *m);
/* One instruction. 1: done; 0: all threads have halted, nothing was done;
 * -EFAULT with a sentence: the program did what cannot be done, and the run
 * ends here. @e may be NULL. */
int asm_step(struct asm_machine *m, struct asm_event *e, struct err *err);
/* Up to @limit instructions in one go. As asm_step(); 1: the limit was
 * reached. */
int asm_run(struct asm_machine *m, int64_t limit, struct err *err);
/* Where everybody is, for a run that was stopped: "thread 0 at line 4 ..." */
struct text;
void asm_whereabouts(const struct asm_machine *m, struct text *out);

/* ---- as a program of the interleaving machine (translate.c) -------------- */

/* The same program for step/ and explore/, which search all its schedules.
 * Only without a stack and with numbers of 16 bits; -EINVAL with a sentence
 * that says what does not fit. program_free() it. */
struct program;
int asm_translate(const struct asm_program *p, struct program **out,
                  struct err *err);
/* Is @path one of ours: does it end in ".s"? */
bool asm_is_file(const char *path);
/* program_read() and program_parse() of tsl/, and the same for assembler when
 * the file is called so. */
int asm_program_read(const char *path, const char *which, struct program **out,
                     struct err *err);
int asm_program_parse(const char *name, const char *text, size_t length,
                      struct program **out, struct err *err);

#endif
