/* What the files of the parser share. Not for others.
 *
 * The first thing that is wrong ends it: then .rc is negative, the rest of the
 * text counts as read, and nodes are -1, so that every loop ends. */
#ifndef TSL_PARSER_H
#define TSL_PARSER_H

#include "tsl/tree.h"

struct parser {
    const struct tokens *tokens;
    struct tree *tree;
    struct err *err;
    int rc;
    int at;    /* the token looked at */
    int depth; /* of statements */
    int level; /* of parts of an expression */
};

/* ---- tokens (parse.c) ---------------------------------------------------- */

int parser_peek(const struct parser *p);            /* its kind */
int parser_ahead(const struct parser *p, int more); /* of a later one */
bool parser_accept(struct parser *p, int kind);     /* takes it, if it is it */
/* Takes it, or says what is missing: @what in words, with quotes if it is a
 * sign ("a name", "'('"). */
bool parser_expect(struct parser *p, int kind, const char *what);
bool parser_semicolon(struct parser *p);
/* The first of it counts. Returns -1, as a node. */
int32_t parser_fail(struct parser *p, int token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Something stands where @wanted should: in words that help. Returns -1. */
int32_t parser_unexpected(struct parser *p, const char *wanted);

/* ---- nodes --------------------------------------------------------------- */

/* Or -1. May move all nodes. */
int32_t parser_node(struct parser *p, enum node_kind kind, int token);
struct node *parser_at(struct parser *p, int32_t node);
/* Lists: @last is -1 at first. */
void parser_link(struct parser *p, int32_t *first, int32_t *last, int32_t node);

/* ---- the language -------------------------------------------------------- */

void parse_program(struct parser *p);       /* parse_declare.c */
int32_t parse_expression(struct parser *p); /* parse_expr.c */
/* The same where an assignment may follow: nothing is said about it. */
int32_t parse_operand(struct parser *p);
int32_t parse_block(struct parser *p); /* parse_statement.c */

#endif
