/* Expressions, by climbing over the operators' binding (parse.c has the
 * grammar). Any thread. */
#include "tsl/parser.h"

#include "tsl/program.h"

/* From the loosest to the tightest. */
enum {
    BINDS_OR,
    BINDS_AND,
    BINDS_EQUAL,
    BINDS_ORDER,
    BINDS_SUM,
    BINDS_PRODUCT
};
static const struct sign {
    uint16_t token;
    uint8_t kind; /* enum expr_kind */
    uint8_t binds;
} operators[] = {
    {TOKEN_OR, EXPR_OR, BINDS_OR},    {TOKEN_AND, EXPR_AND, BINDS_AND},
    {TOKEN_EQ, EXPR_EQ, BINDS_EQUAL}, {TOKEN_NE, EXPR_NE, BINDS_EQUAL},
    {'<', EXPR_LT, BINDS_ORDER},      {TOKEN_LE, EXPR_LE, BINDS_ORDER},
    {'>', EXPR_GT, BINDS_ORDER},      {TOKEN_GE, EXPR_GE, BINDS_ORDER},
    {'+', EXPR_ADD, BINDS_SUM},       {'-', EXPR_SUB, BINDS_SUM},
    {'*', EXPR_MUL, BINDS_PRODUCT},   {'/', EXPR_DIV, BINDS_PRODUCT},
    {'%', EXPR_MOD, BINDS_PRODUCT},
};

static const struct sign *find_operator(int kind)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (operators[i].token == kind)
            return &operators[i];
    return NULL;
}

static int32_t parse_binary(struct parser *p, int binds);

static bool go_deeper(struct parser *p)
{
    if (p->level < TREE_DEPTH) {
        p->level++;
        return true;
    }
    parser_fail(p, p->at,
                "this is nested deeper than %d levels: compute "
                "parts of it before",
                TREE_DEPTH);
    return false;
}

/* @child is part of @node; chains of operators are deep without nesting. */
static void take_depth(struct parser *p, int32_t node, int32_t child)
{
    struct node *n = parser_at(p, node);
    const struct node *c = parser_at(p, child);

    if (node < 0 || child < 0)
        return;
    if (c->depth + 1 > n->depth)
        n->depth = (uint8_t)(c->depth + 1);
    if (n->depth > TREE_DEPTH)
        parser_fail(p, n->token,
                    "this expression is more than %d operators "
                    "deep: compute parts of it before",
                    TREE_DEPTH);
}

static int32_t parse_call(struct parser *p)
{
    int32_t node = parser_node(p, NODE_CALL, p->at);
    int32_t first = -1, last = -1;

    p->at += 2;
    if (parser_peek(p) != ')') {
        do {
            int32_t argument = parse_expression(p);

            take_depth(p, node, argument);
            parser_link(p, &first, &last, argument);
        } while (parser_accept(p, ','));
    }
    parser_expect(p, ')', "',' or ')'");
    parser_at(p, node)->a = first;
    return node;
}

static int32_t parse_name(struct parser *p)
{
    int32_t node, index;

    switch (parser_ahead(p, 1)) {
    case '(':
        return parse_call(p);
    case '[':
        node = parser_node(p, NODE_INDEX, p->at);
        p->at += 2;
        index = parse_expression(p);
        parser_expect(p, ']', "']'");
        parser_at(p, node)->a = index;
        take_depth(p, node, index);
        if (parser_peek(p) == '[')
            return parser_fail(p, p->at,
                               "an array has one dimension: compute "
                               "the index, as in a[row * 3 + "
                               "column]");
        return node;
    case '.':
        node = parser_node(p, NODE_OF, p->at);
        p->at += 2;
        parser_at(p, node)->value = p->at;
        parser_expect(p, TOKEN_NAME, "the name of a register");
        return node;
    default:
        return parser_node(p, NODE_NAME, p->at++);
    }
}

static int32_t parse_primary(struct parser *p)
{
    int32_t node;

    switch (parser_peek(p)) {
    case TOKEN_NUMBER:
        node = parser_node(p, NODE_NUMBER, p->at);
        parser_at(p, node)->value = p->tokens->list[p->at].value;
        if (p->rc == 0 && p->tokens->list[p->at].value > TSL_MAX)
            return parser_fail(p, p->at,
                               "%d does not fit 16 bits: values are %d to %d",
                               -TSL_MIN, TSL_MIN, TSL_MAX);
        p->at++;
        return node;
    case WORD_ME:
        if (parser_ahead(p, 1) == '[' || parser_ahead(p, 1) == '(')
            return parser_fail(p, p->at, "'me' is a number, the thread's own");
        return parser_node(p, NODE_ME, p->at++);
    case TOKEN_NAME:
        if (habit_hint(p->tokens, p->at))
            return parser_unexpected(p, "a value");
        return parse_name(p);
    case '(':
        p->at++;
        node = parse_expression(p);
        parser_expect(p, ')', "')'");
        return node;
    case TOKEN_MORE:
    case TOKEN_LESS:
        return parser_fail(p, p->at,
                           "++ and -- make statements, not values: "
                           "write it as a statement of its own");
    case '*':
        return parser_fail(p, p->at,
                           "there are no pointers: use an array and "
                           "an index");
    case '{':
        return parser_fail(p, p->at,
                           "a list in braces is for the start of an "
                           "array only: shared int a[2] = {1, 2};");
    default:
        return parser_unexpected(p, "a value");
    }
}

static int32_t parse_unary(struct parser *p)
{
    int sign = parser_peek(p);
    int32_t node, of;

    if (sign == '-' && parser_ahead(p, 1) == TOKEN_NUMBER) {
        node = parser_node(p, NODE_NUMBER, p->at);
        parser_at(p, node)->value = -p->tokens->list[p->at + 1].value;
        p->at += 2;
        return node;
    }
    if (sign == '+')
        return parser_fail(p, p->at, "'+' stands between two values");
    if (sign != '!' && sign != '-')
        return parse_primary(p);
    node = parser_node(p, NODE_UNARY, p->at++);
    parser_at(p, node)->op = sign == '!' ? EXPR_NOT : EXPR_NEGATE;
    if (!go_deeper(p))
        return -1;
    of = parse_unary(p);
    p->level--;
    parser_at(p, node)->a = of;
    take_depth(p, node, of);
    return node;
}

static int32_t parse_binary(struct parser *p, int binds)
{
    const struct sign *o;
    int32_t left;
    bool order = false;

    if (!go_deeper(p))
        return -1;
    left = parse_unary(p);
    while (p->rc == 0 && (o = find_operator(parser_peek(p))) &&
           o->binds >= binds) {
        int32_t node = parser_node(p, NODE_BINARY, p->at), right;

        if (o->binds == BINDS_ORDER && order)
            return parser_fail(p, p->at,
                               "a < b < c does not compare three: "
                               "write a < b && b < c");
        order = o->binds == BINDS_ORDER;
        p->at++;
        right = parse_binary(p, o->binds + 1);
        parser_at(p, node)->op = (int8_t)o->kind;
        parser_at(p, node)->a = left;
        parser_at(p, node)->b = right;
        take_depth(p, node, left);
        take_depth(p, node, right);
        left = node;
    }
    p->level--;
    return left;
}

int32_t parse_operand(struct parser *p)
{
    return parse_binary(p, BINDS_OR);
}

int32_t parse_expression(struct parser *p)
{
    int32_t node = parse_operand(p);

    switch (parser_peek(p)) {
    case '=':
    case TOKEN_ADD_TO:
    case TOKEN_SUB_FROM:
    case TOKEN_MUL_BY:
    case TOKEN_DIV_BY:
    case TOKEN_MOD_BY:
        return parser_fail(p, p->at,
                           "an assignment is a statement, not a "
                           "value: to compare write '=='");
    case TOKEN_MORE:
    case TOKEN_LESS:
        return parser_fail(p, p->at,
                           "++ and -- make statements, not values: "
                           "write it as a statement of its own");
    default:
        return node;
    }
}
