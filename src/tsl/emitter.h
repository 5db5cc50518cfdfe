/* What the files of the translation share (tree to micro-steps). Not for
 * others.
 *
 * The first thing that is wrong ends it: .rc is negative then, and whatever is
 * asked for is answered with something harmless. Code that cannot be reached is
 * looked at all the same, so that mistakes in it are found, but leaves no
 * operations, and what it would compute does not matter: in thread T[2]
 * { if (me > 0) x = a[me - 1]; } the first thread has no a[-1]. */
#ifndef TSL_EMITTER_H
#define TSL_EMITTER_H

#include "tsl/build.h"
#include "tsl/tree.h"

enum {
    EMIT_GLOBALS = 512,   /* names outside threads */
    EMIT_LOCALS = 256,    /* names inside, visible at once */
    EMIT_PARAMETERS = 16, /* of a function */
    EMIT_CONSTS = 64,     /* that are made once */
    EMIT_DEPTH = 400,     /* of statements, expressions and calls together */
    EMIT_VISITS = 50000   /* of nodes, for one thread */
};

/* ---- names (emit_names.c) ------------------------------------------------ */

enum meaning { MEANS_CONST, MEANS_OBJECT, MEANS_FN, MEANS_REGISTER };

struct symbol {
    int32_t token; /* where it is declared */
    uint8_t means; /* enum meaning */
    bool gives;    /* fn: a value */
    bool tail;     /* fn: its only return ends it */
    bool called;   /* fn: was expanded somewhere */
    int32_t value; /* constant, object, fn's node, register */
};

/* What a register of the thread is for. */
struct owned {
    int32_t token; /* of its first declaration; -1: of the translation */
    int32_t fn;    /* the function's node whose own it is; -1: the thread's */
    bool busy;     /* in scope */
    bool twice;    /* several declarations share it, or its name */
};

/* A thread's own name, for checks. */
struct known {
    int thread, reg;
    int32_t token;
    bool twice;
};

/* ---- control ------------------------------------------------------------- */

/* A place that jumps lead to: from before (it gets bound later) or, at the head
 * of a loop, from behind. */
struct label {
    int at;        /* operation; -1: not bound yet */
    int chain;     /* jumps that wait for that, linked by their .to */
    bool accessed; /* on every way here so far */
};
#define LABEL ((struct label){.at = -1, .chain = -1, .accessed = true})

struct loop {
    struct loop *outer;
    struct label *again, *end;
    int regions; /* entered outside of it */
};

/* A function that is being expanded; the thread itself is the outermost. */
struct frame {
    struct frame *outer;
    const struct symbol *fn; /* NULL: the thread */
    struct label *end;
    int regions;       /* entered before */
    int result;        /* register that gets the value; -1: see below */
    int32_t value;     /* expression, of a function whose return is its end */
    struct loop *loop; /* the innermost */
};

struct emit {
    const struct tree *tree;
    const struct tokens *tokens;
    struct program *p;
    struct err *err;
    int rc;
    int32_t zero;                /* an expression */
    int32_t regs[TSL_REGISTERS]; /* expressions made before; 0: not yet */
    int32_t consts[EMIT_CONSTS]; /* of 0, 1, 2 ... */
    struct symbol globals[EMIT_GLOBALS];
    int global_count;
    struct known *known;
    int known_count;

    /* Of the thread at work. */
    struct tsl_thread *thread;
    int me;
    struct symbol locals[EMIT_LOCALS];
    int local_count;
    int floor; /* locals before this one are a caller's */
    int scope; /* locals from this one on are of the innermost scope */
    struct owned owned[TSL_REGISTERS];
    int temps[TSL_REGISTERS];  /* registers of the translation ... */
    int temp_count, temp_used; /* ... the first so many are in use */
    struct frame *frame;
    int loops;                    /* around, those of callers too */
    int16_t regions[TSL_REGIONS]; /* entered */
    int region_count;
    bool inside;    /* an atomic block */
    bool quiet;     /* the header of a loop: arithmetic is no step of its own */
    bool reachable; /* the next operation */
    bool accessed;  /* on every way here, by the statement at work */
    int bound;      /* the operation at which a label was bound last */
    int line;       /* of the statement at work */
    int at_token;   /* ... and its token */
    int statement;  /* its number; 0: no operation yet */
    int statements; /* numbered so far */
    int depth, visits;
    struct op nowhere; /* takes what is written to no operation */
};

/* The first of it counts. Returns e->zero: an expression that does no harm. */
int32_t emit_fail(struct emit *e, int token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const struct node *emit_node(const struct emit *e, int32_t node);
/* Go into a node: false if that would be too deep, or has been too long. */
bool emit_enter(struct emit *e, int token);
void emit_leave(struct emit *e);

/* NULL: nothing of that name. */
struct symbol *emit_find(struct emit *e, int token);
/* The same, but then it is said, and with what it may have been. */
struct symbol *emit_look_up(struct emit *e, int token);
/* What a symbol is, in words: "a mutex". */
const char *emit_kind_words(const struct emit *e, const struct symbol *s);
struct symbol *emit_global(struct emit *e, int token, enum meaning means,
                           int32_t value);
void emit_local(struct emit *e, int token, enum meaning means, int32_t value);
/* Leave the scope that begins at local number @from: its registers are free. */
void emit_scope_end(struct emit *e, int from);

/* The register for a variable that is declared; *@used: it may hold something
 * already. */
int emit_register(struct emit *e, int token, bool *used);
int emit_counter(struct emit *e); /* of a repeat; emit_counter_end() frees it */
void emit_counter_end(struct emit *e, int reg);
int emit_temp(struct emit *e);
bool emit_is_temp(const struct emit *e, int reg);
/* Remember the thread's own names for checks. */
void emit_remember(struct emit *e, int thread);

/* ---- operations (emit_ops.c) --------------------------------------------- */

/* A statement begins, that token stands for. */
void emit_begin(struct emit *e, int token);
struct op *emit_op(struct emit *e, enum op_kind kind);
/* reg = expr; arithmetic is a step where instructions are. */
void emit_set(struct emit *e, int reg, int32_t expr);
/* The head of a loop: jumps to it come later. The rest is bound when no more
 * jumps will come. */
void emit_head(struct emit *e, struct label *l);
void emit_bind(struct emit *e, struct label *l);
void emit_jump(struct emit *e, struct label *l);
void emit_branch(struct emit *e, int32_t expr, struct label *l);
/* Shorten what is left: jumps to jumps, jumps to the next, what no way leads
 * to. */
void emit_tidy(struct emit *e);

/* ---- expressions (emit_expr.c) ------------------------------------------- */

bool emit_is_const(const struct emit *e, int32_t expr, int *value);
/* Constants are folded; a fault is said, with @token. */
int32_t emit_make(struct emit *e, int token, enum expr_kind kind, int32_t left,
                  int32_t right);
int32_t emit_const(struct emit *e, int value);
int32_t emit_reg(struct emit *e, int reg);
/* Does it neither access what is shared nor call? */
bool emit_is_pure(struct emit *e, int32_t node);
/* The value, accesses done: an expression over registers. */
int32_t emit_value(struct emit *e, int32_t node);
/* Go to @yes or @no; the one that follows at once (@falls_yes) is not jumped
 * to. */
void emit_condition(struct emit *e, int32_t node, struct label *yes,
                    struct label *no, bool falls_yes);

struct place {
    int object;  /* -1: something was wrong */
    int32_t idx; /* expression, or -1 */
};
/* The index of element @node of the array @object, looked at by @value (which
 * is emit_value() or that of checks). */
int32_t emit_index(struct emit *e, int object, int32_t node,
                   int32_t (*value)(struct emit *, int32_t));
struct place emit_place(struct emit *e, int32_t node);
struct op *emit_access(struct emit *e, enum op_kind kind, struct place at);

/* ---- calls (emit_call.c, emit_expand.c), statements (emit_statement.c) --- */

/* @wanted: its value is; else what is returned does not matter. */
int32_t emit_call(struct emit *e, int32_t node, bool wanted);
bool emit_is_builtin(const struct emit *e, int token);
const char *const *emit_builtins(void); /* names, NULL at the end */
void emit_statement(struct emit *e, int32_t node);
/* EXIT for the regions entered since there were @count. They stay on the list:
 * other ways still have to leave them. */
void emit_exits(struct emit *e, int count);
/* How many there are in a list of nodes. */
int emit_count(const struct emit *e, int32_t first);
int32_t emit_function(struct emit *e, struct symbol *fn,
                      const struct node *call, bool wanted);
/* What a function's returns are like: sets .gives, .tail. */
void emit_returns(struct emit *e, struct symbol *fn);
/* Look at a function that nobody calls. */
void emit_uncalled(struct emit *e, struct symbol *fn);

/* ---- checks (emit_check.c) ----------------------------------------------- */

/* The value of an expression outside threads. */
int32_t emit_check_value(struct emit *e, int32_t node);
/* It must be a constant: @what names it ("the size of an array"). */
bool emit_constant(struct emit *e, int32_t node, const char *what, int *value);
void emit_check(struct emit *e, int32_t node);
void emit_observe(struct emit *e, int32_t node);
void emit_observe_default(struct emit *e);
void emit_exclusive(struct emit *e, int32_t node);
void emit_exclusive_default(struct emit *e);

#endif
