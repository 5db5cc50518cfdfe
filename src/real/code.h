/* A program translated for running: what compile.c makes, engine.c does, and
 * monitor.c and tally.c know of it. In the forked process.
 *
 * Many instances of the program's cells lie in memory side by side. A thread
 * goes through them, one execution in each, all threads in the same order; so
 * they meet again and again without starting anew. This is what litmus7 does
 * (Alglave, Maranget, Sarkar, Sewell: "Litmus: running tests against hardware",
 * TACAS 2011). */
#ifndef REAL_CODE_H
#define REAL_CODE_H

#include <stdatomic.h>
#include <stdint.h>

#include "tsl/program.h"

/* ---- where the cells are ------------------------------------------------- */

/* Cell c of instance i is at i * each + c * cell: bytes from the beginning of
 * the memory of this spacing. */
struct spacing {
    int32_t each, cell;
};
/* How cells lie makes some outcomes more likely and others less; a run changes
 * between these. In all of them two cells of an instance are on different cache
 * lines: a store to one leaves the line of the other alone, so that a load may
 * overtake it. */
enum {
    SPACING_APART,   /* an instance's cells one after the other, a line each */
    SPACING_COLUMNS, /* all instances of a cell together, four to a line */
    SPACINGS
};

/* ---- micro-operations ---------------------------------------------------- */

enum code_kind {
    /* .at (and .index) is the cell. */
    CODE_LOAD,  /* dst = cell */
    CODE_STORE, /* cell = a */
    CODE_XCHG,
    CODE_FAA,
    CODE_CAS,
    CODE_FENCE,
    CODE_SYNC, /* .op: enum op_kind, LOCK .. BROADCAST; the monitor does it */
    /* Values. dst, a, b are slots; those that can fail are faults then. */
    CODE_INDEX, /* dst = bytes to element a of .length, .stride bytes each */
    CODE_MOVE,
    CODE_TRUTH, /* dst = a != 0 */
    CODE_NOT,
    CODE_NEGATE,
    CODE_ADD,
    CODE_SUB,
    CODE_MUL,
    CODE_DIV,
    CODE_MOD,
    CODE_EQ,
    CODE_NE,
    CODE_LT,
    CODE_LE,
    CODE_GT,
    CODE_GE,
    /* Ways. */
    CODE_JUMP,
    CODE_BRANCH,     /* if a is not 0 */
    CODE_BRANCH_NOT, /* if it is */
    CODE_ROUND,      /* counts rounds of loops */
    CODE_RIDE,       /* counts local operations in one step */
    CODE_RIDDEN,     /* the step ended */
    CODE_ASSERT,     /* a */
    CODE_ENTER,      /* .mask: the region's bit */
    CODE_EXIT,
    CODE_SHOW,   /* where it is, for others to see, and look where they are */
    CODE_HIDE,   /* before it writes something */
    CODE_LINGER, /* now and then */
    CODE_HALT
};

struct code {
    uint8_t kind, op;
    uint16_t dst, a, b;     /* slots */
    uint16_t index, index2; /* slots with bytes to add to .at, .at2 */
    union {
        int32_t at; /* bytes from the instance's beginning */
        int32_t to; /* place in the code */
        uint32_t mask;
        int32_t length;
    };
    union {
        int32_t at2; /* the mutex of cwait and reacquire */
        int32_t stride;
    };
    int32_t apart; /* from one slot of a condition's queue to the next, cells */
    uint8_t slots; /* of the queue */
};

/* A thread in one spacing. Slots are its registers, then places for values on
 * the way, then constants; slot .zero holds 0 always. */
struct compiled {
    struct code *code;
    int count, cap;
    int32_t *slots; /* as they are at the start */
    int slot_count, slot_cap;
    uint16_t zero;
};

/* What is to be kept of an execution: cells and registers that checks and
 * observed values read. */
struct kept {
    uint16_t *cells;
    int cell_count;
    struct {
        uint16_t regs[TSL_REGISTERS];
        int count;
    } of[TSL_THREADS];
};

/* 0 or a negative errno with a sentence. What it takes is never given back: the
 * process that runs it leaves by _exit().
 * @lingers: with delays on the way, so that even long gaps between two accesses
 * come about. */
int compile(const struct program *p, int thread, const struct spacing *spacing,
            bool lingers, struct compiled *out, struct err *err);

/* Has @p regions that exclude each other; anything that waits? */
bool program_excludes(const struct program *p);
bool program_waits(const struct program *p);
/* Are there rounds among the operations of @t that touch nothing shared? */
bool thread_spins_alone(const struct tsl_thread *t);

/* ---- what came of an execution ------------------------------------------- */

enum {
    CAME_ASSERT = 1 << 0,
    CAME_EXCLUSION = 1 << 1,
    CAME_FAULT = 1 << 2,
    CAME_DEADLOCK = 1 << 3,
    CAME_ENDLESS = 1 << 4 /* the run is over: REAL_ROUNDS rounds of loops */
};
/* More rounds of its loops in one execution, and a thread is taken to be
 * endless. */
#define REAL_ROUNDS 1000000

#endif
