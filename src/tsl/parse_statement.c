/* Statements (parse.c has the grammar). Any thread. */
#include "base/text.h"
#include "tsl/parser.h"

#include "tsl/program.h"

static int32_t parse_statement(struct parser *p);

static bool is_place(struct parser *p, int32_t node)
{
    int kind = parser_at(p, node)->kind;

    return node >= 0 && (kind == NODE_NAME || kind == NODE_INDEX);
}

/* Complain unless @node can be assigned to. */
static void expect_place(struct parser *p, int32_t node)
{
    if (p->rc < 0 || is_place(p, node))
        return;
    switch (parser_at(p, node)->kind) {
    case NODE_ME:
        parser_fail(p, parser_at(p, node)->token,
                    "'me' is the thread's number and stays what it is");
        return;
    case NODE_CALL:
        parser_fail(p, parser_at(p, node)->token,
                    "a call cannot be assigned to: a variable stands left of "
                    "'='");
        return;
    case NODE_OF:
        parser_fail(p, parser_at(p, node)->token,
                    "a register belongs to its thread alone: what another "
                    "thread changes must be shared");
        return;
    default:
        parser_fail(p, parser_at(p, node)->token,
                    "only a variable can be assigned to");
    }
}

/* One that stands for nothing: what was meant? */
static int32_t wrong_simple(struct parser *p, int32_t node)
{
    const struct node *n = parser_at(p, node);
    char text[TSL_NAME + 8];

    if (p->rc < 0)
        return -1;
    if (n->kind == NODE_BINARY && n->op == EXPR_EQ)
        return parser_fail(p, n->token, "'==' compares: to assign write '='");
    if (n->kind == NODE_NAME &&
        (parser_peek(p) == TOKEN_NAME || TOKEN_IS_WORD(parser_peek(p)))) {
        const char *hint = habit_late_hint(p->tokens, n->token);
        const char *nearest = text_nearest(
            token_text(p->tokens, n->token, text, sizeof(text)), token_words());

        if (hint)
            return parser_fail(p, n->token, "'%s' is not in the language: %s",
                               text, hint);
        if (nearest)
            return parser_fail(p, n->token,
                               "there is no '%s': did you mean '%s'?", text,
                               nearest);
        return parser_fail(p, n->token,
                           "'%s' is no type: registers are declared as int",
                           text);
    }
    if (parser_peek(p) == TOKEN_END)
        return parser_unexpected(p, "';'");
    if (n->kind == NODE_NAME) {
        token_text(p->tokens, n->token, text, sizeof(text));
        return parser_fail(p, n->token,
                           "'%s' alone does nothing: assign to it, as in %s = "
                           "1, or call it, as in %s()",
                           text, text, text);
    }
    return parser_fail(p, n->token,
                       "this computes a value and does nothing "
                       "with it: assign it, as in r = ...");
}

/* The operator of an assignment; -1: a plain one; -2: none. */
static int assigns(int token)
{
    switch (token) {
    case '=':
        return -1;
    case TOKEN_ADD_TO:
    case TOKEN_MORE:
        return EXPR_ADD;
    case TOKEN_SUB_FROM:
    case TOKEN_LESS:
        return EXPR_SUB;
    case TOKEN_MUL_BY:
        return EXPR_MUL;
    case TOKEN_DIV_BY:
        return EXPR_DIV;
    case TOKEN_MOD_BY:
        return EXPR_MOD;
    default:
        return -2;
    }
}

/* It begins at @token, and the operator is at @sign. */
static int32_t assignment(struct parser *p, int token, int sign, int32_t place,
                          int32_t value)
{
    int32_t node = parser_node(p, NODE_ASSIGN, token);

    parser_at(p, node)->value = sign;
    parser_at(p, node)->op = (int8_t)assigns(p->tokens->list[sign].kind);
    parser_at(p, node)->a = place;
    parser_at(p, node)->b = value;
    return node;
}

/* x++ and ++x: the same, since neither is a value. */
static int32_t step_by_one(struct parser *p, int token, int sign, int32_t place)
{
    int32_t one = parser_node(p, NODE_NUMBER, sign);

    expect_place(p, place);
    parser_at(p, one)->value = 1;
    return assignment(p, token, sign, place, one);
}

/* An assignment or a call, without its semicolon. */
static int32_t parse_simple(struct parser *p)
{
    int32_t left, node;
    int at = p->at, sign, kind = parser_peek(p);

    if (kind == TOKEN_MORE || kind == TOKEN_LESS) {
        p->at++;
        return step_by_one(p, at, at, parse_operand(p));
    }
    left = parse_operand(p);
    kind = parser_peek(p);
    sign = p->at;
    if (p->rc < 0)
        return -1;
    if (kind == TOKEN_MORE || kind == TOKEN_LESS) {
        p->at++;
        return step_by_one(p, at, sign, left);
    }
    if (assigns(kind) >= -1) {
        expect_place(p, left);
        if (p->rc < 0)
            return -1;
        p->at++;
        return assignment(p, at, sign, left, parse_expression(p));
    }
    if (parser_at(p, left)->kind != NODE_CALL)
        return wrong_simple(p, left);
    node = parser_node(p, NODE_CALLED, at);
    parser_at(p, node)->a = left;
    return node;
}

/* Words that may stand before a parenthesis. */
static const char *const before_parenthesis[] = {"if", "while", "for", "repeat",
                                                 NULL};

/* A misspelt "while (...) ..." reads as a call without its semicolon. */
static void end_simple(struct parser *p, int32_t node)
{
    const struct node *n = parser_at(p, node);
    char text[TSL_NAME + 8];

    if (p->rc == 0 && n->kind == NODE_CALLED && parser_peek(p) != ';' &&
        parser_peek(p) != '}') {
        const char *nearest =
            text_nearest(token_text(p->tokens, n->token, text, sizeof(text)),
                         before_parenthesis);

        if (nearest) {
            parser_fail(p, n->token, "there is no '%s': did you mean '%s'?",
                        text, nearest);
            return;
        }
    }
    parser_semicolon(p);
}

/* "int r = x, n" without its semicolon. */
static int32_t parse_int(struct parser *p)
{
    int32_t first = -1, last = -1;
    char text[TSL_NAME + 8];

    p->at++;
    do {
        int32_t node, start = -1;

        if (parser_peek(p) == '*')
            return parser_fail(p, p->at,
                               "there are no pointers: use an array "
                               "and an index");
        if (TOKEN_IS_WORD(parser_peek(p)))
            return parser_fail(
                p, p->at,
                "'%s' is a word of the language: the register needs another "
                "name",
                token_text(p->tokens, p->at, text, sizeof(text)));
        node = parser_node(p, NODE_INT, p->at);
        if (!parser_expect(p, TOKEN_NAME, "the name of a register"))
            return -1;
        if (parser_peek(p) == '[')
            return parser_fail(p, p->at,
                               "a thread has no arrays of its own: "
                               "declare it as shared int, outside");
        if (parser_accept(p, '='))
            start = parse_expression(p);
        parser_at(p, node)->a = start;
        if (last >= 0)
            parser_at(p, last)->b = node;
        else
            first = node;
        last = node;
    } while (parser_accept(p, ','));
    return first;
}

/* The body of an if or a loop: a scope of its own. */
static int32_t parse_body(struct parser *p)
{
    int32_t node;

    if (p->depth >= TREE_DEPTH)
        return parser_fail(p, p->at,
                           "statements are nested deeper than %d levels: put "
                           "some into a function",
                           TREE_DEPTH);
    p->depth++;
    node = parse_statement(p);
    p->depth--;
    return node;
}

static void parse_condition(struct parser *p, int32_t node)
{
    int32_t condition;

    parser_expect(p, '(', "'('");
    condition = parse_expression(p);
    parser_at(p, node)->a = condition;
    parser_expect(p, ')', "')'");
}

static int32_t parse_if(struct parser *p)
{
    int32_t node = parser_node(p, NODE_IF, p->at++), then, other = -1;

    parse_condition(p, node);
    if (parser_peek(p) == ';')
        return parser_fail(p, p->at,
                           "this ';' ends the if, and what follows "
                           "happens always: leave it out");
    then = parse_body(p);
    if (parser_accept(p, WORD_ELSE))
        other = parse_body(p);
    parser_at(p, node)->b = then;
    parser_at(p, node)->c = other;
    return node;
}

/* while and repeat */
static int32_t parse_loop(struct parser *p, enum node_kind kind)
{
    int32_t node = parser_node(p, kind, p->at++), body;

    parse_condition(p, node);
    body = parse_body(p);
    parser_at(p, node)->b = body;
    return node;
}

static int32_t parse_for(struct parser *p)
{
    int32_t node = parser_node(p, NODE_FOR, p->at++);
    int32_t first = -1, condition = -1, step = -1, body;

    parser_expect(p, '(', "'('");
    if (parser_peek(p) == WORD_INT)
        first = parse_int(p);
    else if (parser_peek(p) != ';')
        first = parse_simple(p);
    if (parser_peek(p) == ',')
        return parser_fail(p, p->at,
                           "one assignment stands here: put the "
                           "other before the loop");
    parser_expect(p, ';', "';'");
    if (parser_peek(p) != ';')
        condition = parse_expression(p);
    parser_expect(p, ';', "';'");
    if (parser_peek(p) != ')')
        step = parse_simple(p);
    if (parser_peek(p) == ',')
        return parser_fail(p, p->at,
                           "one assignment stands here: put the "
                           "other at the end of the body");
    parser_expect(p, ')', "')'");
    body = parse_body(p);
    parser_at(p, node)->a = first;
    parser_at(p, node)->b = condition;
    parser_at(p, node)->c = step;
    parser_at(p, node)->d = body;
    return node;
}

static int32_t parse_critical(struct parser *p)
{
    int32_t node = parser_node(p, NODE_CRITICAL, p->at++), body;

    if (parser_peek(p) == TOKEN_NAME)
        parser_at(p, node)->value = p->at++;
    body = parse_block(p);
    parser_at(p, node)->b = body;
    parser_at(p, node)->end = parser_at(p, body)->end;
    return node;
}

static int32_t parse_short(struct parser *p, enum node_kind kind)
{
    int32_t node = parser_node(p, kind, p->at++), value;

    if (kind == NODE_RETURN && parser_peek(p) != ';') {
        value = parse_expression(p);
        parser_at(p, node)->a = value;
    }
    parser_semicolon(p);
    return node;
}

static int32_t wrong_statement(struct parser *p)
{
    char text[TSL_NAME + 8];
    const char *hint;

    token_text(p->tokens, p->at, text, sizeof(text));
    switch (parser_peek(p)) {
    case WORD_ELSE:
        return parser_fail(p, p->at,
                           "this else belongs to no if: between "
                           "them stands one statement, or { ... }");
    case WORD_SHARED:
    case WORD_MUTEX:
    case WORD_SEM:
    case WORD_COND:
    case WORD_CONST:
        return parser_fail(p, p->at,
                           "'%s' stands outside threads and "
                           "functions, where all can see it",
                           text);
    case WORD_FN:
    case WORD_THREAD:
    case WORD_CHECK:
    case WORD_EXCLUSIVE:
    case WORD_OBSERVE:
        return parser_fail(p, p->at,
                           "'%s' stands outside threads and "
                           "functions: is a '}' missing before it?",
                           text);
    case TOKEN_NAME:
        hint = habit_hint(p->tokens, p->at);
        return parser_fail(p, p->at, "'%s' is not in the language: %s", text,
                           hint);
    default:
        return parser_unexpected(p, "a statement");
    }
}

static int32_t parse_statement(struct parser *p)
{
    int32_t node, body;

    switch (parser_peek(p)) {
    case '{':
        return parse_block(p);
    case ';':
        return parser_node(p, NODE_EMPTY, p->at++);
    case WORD_INT:
        node = parse_int(p);
        parser_semicolon(p);
        return node;
    case WORD_IF:
        return parse_if(p);
    case WORD_WHILE:
        return parse_loop(p, NODE_WHILE);
    case WORD_FOR:
        return parse_for(p);
    case WORD_REPEAT:
        return parse_loop(p, NODE_REPEAT);
    case WORD_BREAK:
        return parse_short(p, NODE_BREAK);
    case WORD_CONTINUE:
        return parse_short(p, NODE_CONTINUE);
    case WORD_RETURN:
        return parse_short(p, NODE_RETURN);
    case WORD_CRITICAL:
        return parse_critical(p);
    case WORD_ATOMIC:
        node = parser_node(p, NODE_ATOMIC, p->at++);
        body = parse_block(p);
        parser_at(p, node)->b = body;
        return node;
    case TOKEN_NAME:
        if (habit_hint(p->tokens, p->at))
            return wrong_statement(p);
        /* fall through */
    case TOKEN_MORE:
    case TOKEN_LESS:
    case TOKEN_NUMBER:
    case WORD_ME:
    case '(':
    case '*':
    case '!':
    case '-':
        node = parse_simple(p);
        end_simple(p, node);
        return node;
    default:
        return wrong_statement(p);
    }
}

int32_t parse_block(struct parser *p)
{
    int opened = p->at;
    int32_t node = parser_node(p, NODE_BLOCK, p->at);
    int32_t first = -1, last = -1;

    if (!parser_expect(p, '{', "'{'"))
        return -1;
    if (p->depth >= TREE_DEPTH)
        return parser_fail(p, p->at,
                           "statements are nested deeper than %d levels: put "
                           "some into a function",
                           TREE_DEPTH);
    p->depth++;
    while (p->rc == 0 && parser_peek(p) != '}' && parser_peek(p) != TOKEN_END)
        parser_link(p, &first, &last, parse_statement(p));
    p->depth--;
    if (parser_peek(p) == TOKEN_END) /* or something that cannot be read */
        return parser_fail(p, p->tokens->wrong.code < 0 ? p->at : opened,
                           "this '{' is never closed");
    parser_at(p, node)->end = p->at++;
    parser_at(p, node)->a = first;
    return node;
}
