/* What a program's text says, as a tree: the parser makes it (parse.c), the
 * translation walks it, once for each thread (emit.c). Names are not looked up
 * yet. Any thread. */
#ifndef TSL_TREE_H
#define TSL_TREE_H

#include "tsl/lex.h"

/* How deep statements, and how deep expressions, may be nested: a little less
 * than TSL_DEPTH, since the translation adds to expressions ("not"). */
#define TREE_DEPTH 60

enum node_kind {
    /* Expressions. */
    NODE_NUMBER, /* value */
    NODE_ME,
    NODE_NAME,   /* token */
    NODE_INDEX,  /* token[a] */
    NODE_OF,     /* token.value: a thread's register; value is a token */
    NODE_UNARY,  /* op a */
    NODE_BINARY, /* a op b */
    NODE_CALL,   /* token(a, ...): arguments linked by next */
    /* Statements. */
    NODE_BLOCK, /* a: the first, linked by next */
    NODE_EMPTY,
    NODE_INT,    /* int token = a; several are linked by next: a scope less */
    NODE_ASSIGN, /* a = b, a op b: op is an enum expr_kind, or -1; value:
                    the operator's token */
    NODE_CALLED, /* a; which is a call */
    NODE_IF,     /* a, b, else c */
    NODE_WHILE,  /* a, b */
    NODE_FOR,    /* a; b; c, d */
    NODE_REPEAT, /* a, b */
    NODE_BREAK,
    NODE_CONTINUE,
    NODE_RETURN,   /* a */
    NODE_CRITICAL, /* value: token of its name or -1; b; end */
    NODE_ATOMIC,   /* b */
    /* Declarations. */
    NODE_CONST,     /* token = a */
    NODE_SHARED,    /* token[a] = b: value is an enum object_kind; braces */
    NODE_FN,        /* token(a: parameters, NODE_NAME) b */
    NODE_THREAD,    /* token[a] b */
    NODE_EXCLUSIVE, /* token, value: tokens of two regions */
    NODE_CHECK,     /* a */
    NODE_OBSERVE    /* a, tokens from token to end */
};

struct node {
    uint8_t kind; /* enum node_kind */
    int8_t op;    /* enum expr_kind, or -1 */
    bool braces; /* shared: b is a list in braces; [] without a length: array */
    bool array;  /* shared: declared with [] */
    uint8_t depth; /* of an expression: 1 for a leaf */
    int32_t token; /* what to point at */
    int32_t end;   /* critical, blocks: the closing token; observe: the last */
    int32_t value;
    int32_t a, b, c, d; /* other nodes, or -1 */
    int32_t next;       /* of a list, or -1 */
};

struct tree {
    const struct tokens *tokens; /* borrowed */
    struct node *nodes;
    int count;
    int32_t first; /* of the declarations, or -1 */
};

/* Read all tokens. 0, or -EINVAL with a sentence, -ENOMEM. tree_fini() after
 * success. */
int tree_parse(struct tree *out, const struct tokens *tokens, struct err *err);
void tree_fini(struct tree *t); /* {0} is fine */

/* Translate it: *@p is {0} but for its name and source. 0, -EINVAL with a
 * sentence, -ENOMEM; whatever was made so far is in *@p (program_free()). */
struct program;
int tree_emit(const struct tree *t, struct program *p, struct err *err);

/* What is meant by a name that C people write by habit ("pthread_mutex_lock":
 * "write lock(m)"). NULL: nothing known. */
const char *habit_hint(const struct tokens *t, int token);
/* The same for words that a program may also use as names ("sleep"): for where
 * they are not declared. */
const char *habit_late_hint(const struct tokens *t, int token);

#endif
