/* A small concurrent program as micro-steps: what the language (parse.c), the
 * JSON form (json.c) and everything that runs or searches programs meet in.
 *
 * Threads share cells: integers, mutexes, semaphores and the queues of
 * condition variables. Whatever touches a cell is a visible operation; the rest
 * happens within a thread and is local. Which operations begin a step of their
 * own is a matter of granularity.
 *
 * Plain data, made once and then only read: any thread may read it. */
#ifndef TSL_PROGRAM_H
#define TSL_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Bounds, so that nothing that can be written down takes the machine down. A
 * program beyond one is refused with a sentence that names it. */
enum {
    TSL_TEXT = 256 * 1024, /* bytes of a file */
    TSL_NAME = 32,         /* bytes of a name, its end included */
    TSL_THREADS = 32,
    TSL_CELLS = 512,
    TSL_OBJECTS = 256,
    TSL_REGISTERS = 96, /* of one thread */
    TSL_OPS = 4096,     /* of one thread */
    TSL_EXPRS = 65536,  /* nodes of all expressions */
    TSL_REGIONS = 32,
    TSL_OBSERVED = 32,
    TSL_DEPTH = 64,   /* of nesting, in statements and in expressions */
    TSL_RIDE = 10000, /* local operations on end; more is a fault */
    TSL_RIDES = 1000  /* visible ones in one step; as well */
};
/* Every value is one of these; a result beyond is a fault. */
#define TSL_MIN (-32768)
#define TSL_MAX 32767

/* ---- expressions --------------------------------------------------------- */

enum expr_kind {
    EXPR_CONST,    /* value */
    EXPR_REGISTER, /* value: of the thread itself */
    EXPR_REG_OF,   /* value: register, left: thread. Checks and observe only */
    EXPR_CELL,     /* left: object, right: index or -1. Checks and observe only;
                      a mutex is its owner's number + 1 or 0, a semaphore its
                      count */
    EXPR_NOT,      /* left */
    EXPR_NEGATE,   /* left */
    EXPR_ADD,      /* left, right, from here on */
    EXPR_SUB,
    EXPR_MUL,
    EXPR_DIV, /* towards zero, as C; by 0 is a fault */
    EXPR_MOD,
    EXPR_EQ,
    EXPR_NE,
    EXPR_LT,
    EXPR_LE,
    EXPR_GT,
    EXPR_GE,
    EXPR_AND, /* the right side only if the left does not decide */
    EXPR_OR
};

struct expr {
    uint8_t kind;
    int16_t value;
    int32_t left, right; /* places in program.exprs, or as above */
};

/* ---- what is shared ------------------------------------------------------ */

enum object_kind {
    OBJECT_INT,
    OBJECT_MUTEX,     /* a cell: 0, or the owner's number + 1 */
    OBJECT_SEMAPHORE, /* a cell: the count */
    OBJECT_CONDITION  /* a queue: .slots cells, each 0 or a sleeper's number
                         + 1, the longest sleeper first */
};

struct object {
    char name[TSL_NAME];
    uint8_t kind; /* enum object_kind */
    bool array;   /* declared with [length] */
    int length;   /* 1 unless an array */
    int first;    /* its first cell */
    int slots;    /* cells an element: 1, but for conditions as many as threads
                     may sleep there (at least 1) */
};

/* ---- operations ---------------------------------------------------------- */

enum op_kind {
    /* Visible. Each touches what is shared, or counts as if it did. */
    OP_LOAD,      /* dst = object[idx] */
    OP_STORE,     /* object[idx] = a */
    OP_XCHG,      /* dst = object[idx], which becomes a */
    OP_FAA,       /* dst = object[idx], which grows by a */
    OP_CAS,       /* if object[idx] == a it becomes b; dst = whether */
    OP_LOCK,      /* waits until object[idx] is free */
    OP_UNLOCK,    /* a fault unless this thread holds it */
    OP_TRYLOCK,   /* never waits; dst = whether */
    OP_P,         /* waits until the count is above 0, takes one */
    OP_V,         /* gives one back */
    OP_CWAIT,     /* lets go of mutex other[idx2], joins the queue of object */
    OP_REACQUIRE, /* follows each cwait: waits until out of the queue and the
                     mutex is free, takes it */
    OP_SIGNAL,    /* lets the longest sleeper of object go; nobody: nothing */
    OP_BROADCAST, /* all of them */
    OP_AWAIT,     /* waits until object[idx] cmp a */
    OP_FENCE,     /* waits until the own stores are seen by all */
    OP_WORK,      /* nothing, but takes a step */
    OP_ATOMIC,    /* begins atomic { }: a step that the block rides on; first
                     the own stores are seen by all, and those inside at once */
    /* Local. */
    OP_SET,    /* dst = a */
    OP_JMP,    /* to */
    OP_BR,     /* to, if a is not 0 */
    OP_ENTER,  /* the region */
    OP_EXIT,   /* the region */
    OP_ASSERT, /* a */
    OP_HALT
};
#define OP_IS_VISIBLE(kind) ((kind) < OP_SET)

/* How much one step does. */
enum granularity {
    GRANULARITY_STATEMENT,  /* a statement: all its accesses */
    GRANULARITY_ACCESS,     /* one access to what is shared (the ordinary) */
    GRANULARITY_INSTRUCTION /* the same, and arithmetic is a step too */
};

struct op {
    uint8_t kind;       /* enum op_kind */
    uint8_t cmp;        /* await: enum expr_kind, EXPR_EQ .. EXPR_GE */
    uint8_t begins;     /* bit g: a step at granularity g (program_finish()) */
    bool joined;        /* visible, but not the first access of its statement */
    bool inside;        /* of an atomic block: rides at every granularity */
    bool counts;        /* local, but a step where instructions are */
    int16_t object;     /* program.objects, or -1 */
    int16_t other;      /* cwait, reacquire: the mutex */
    int16_t dst;        /* register, or -1: the result is dropped */
    int16_t region;     /* enter, exit */
    int32_t idx, idx2;  /* expressions: which element; -1: the only one */
    int32_t a, b;       /* expressions, or -1 */
    int32_t to;         /* an operation of this thread */
    uint16_t line;      /* of the source, from 1; 0: there is none */
    uint16_t statement; /* from 1, in order of the text; 0: there is none. Its
                           operations stand together, the thread's own copy */
};

struct tsl_thread {
    char name[TSL_NAME]; /* "T0" */
    int reg_count;
    char (
        *reg_names)[TSL_NAME]; /* "" for one that only the translation needs */
    int16_t *reg_start;        /* values at the start */
    struct op *ops;            /* ends with OP_HALT */
    int op_count;
    uint64_t (*live)[2]; /* an operation's registers that may still be read: bit
                            r % 64 of [r / 64] (program_finish()) */
};

/* What must hold when every thread has ended. Several must all hold. */
struct tsl_check {
    int32_t expr;
    uint16_t line; /* 0: there is none */
};

struct tsl_observed {
    char text[64]; /* "x", "T0.r", "next[0]" */
    int32_t expr;
};

struct program {
    char *name;   /* of the file, or of the case */
    char *source; /* the text; NULL: it came as micro-steps */
    struct object *objects;
    int object_count;
    int16_t *start; /* each cell's value at the start */
    int cell_count;
    struct tsl_thread *threads;
    int thread_count;
    struct expr *exprs;
    int expr_count;
    char (*regions)[TSL_NAME];
    int region_count;
    uint32_t exclude[TSL_REGIONS]; /* bit b of [a]: two threads may not be in a
                                      and b together; symmetric */
    struct tsl_check *checks;
    int check_count;
    struct tsl_observed *observed;
    int observed_count;
};

/* ---- reading programs ---------------------------------------------------- */

/* Read @path: the language, or micro-steps as JSON when it begins with '{'. A
 * JSON file may hold one program, one case, or many cases (@which names one, or
 * is NULL when there is one). -EINVAL with one sentence that begins with
 * "FILE:LINE:COLUMN: " where a place is known; another errno: the file could
 * not be read. On success the caller frees *@out with program_free(). */
int program_read(const char *path, const char *which, struct program **out,
                 struct err *err);
/* The language (parse.c). @name stands for the file in sentences. */
int program_parse(const char *name, const char *text, size_t length,
                  struct program **out, struct err *err);
/* The micro-step form (json.c): an object with "threads", as in an answer file
 * of races. */
struct json_t;
int program_from_json(const char *name, const struct json_t *json,
                      struct program **out, struct err *err);
void program_free(struct program *p); /* NULL is fine */

/* ---- for the readers (program.c) ----------------------------------------- */

/* Complete @p: give each object its cells, each operation its begins, each
 * thread a halt at its end and what is live where; check everything that later
 * parts rely on (indices, targets, registers). Objects of conditions may not
 * have cells before. -EINVAL with a sentence. */
int program_finish(struct program *p, struct err *err);
/* Add an expression; constants are folded, which may end in a fault (then
 * -EINVAL). Returns its place, or -E2BIG, -ENOMEM. */
int32_t program_expr(struct program *p, enum expr_kind kind, int value,
                     int32_t left, int32_t right);

/* ---- looking things up --------------------------------------------------- */

int program_object(const struct program *p, const char *name);      /* or -1 */
int program_thread(const struct program *p, const char *name);      /* or -1 */
int program_register(const struct tsl_thread *t, const char *name); /* or -1 */
/* "x", "next[2]", "fork[0]", "c" of a cell. */
void program_cell_name(const struct program *p, int cell, char *out,
                       size_t size);

/* Arithmetic of one operator, as every part does it. Returns false on a fault:
 * the result is beyond TSL_MIN .. TSL_MAX, or a division by 0. */
bool expr_apply(enum expr_kind kind, int left, int right, int *out);
/* The value of @expr with the registers @regs. false on a fault. */
bool expr_value(const struct program *p, int32_t expr, const int16_t *regs,
                int *out);

/* An operation in words for the microscope: "load  r <- x", "add   r, 1",
 * "br    spin". Any size; about 30 columns. */
void op_text(const struct program *p, int thread, int op, char *out,
             size_t size);

#endif
