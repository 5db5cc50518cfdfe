/* Declarations: all that stands outside of threads (parse.c has the grammar).
 * Any thread. */
#include "base/text.h"
#include "tsl/parser.h"

#include "tsl/program.h"

/* A name that is declared. Returns its token, or -1. */
static int new_name(struct parser *p, const char *what)
{
    char text[TSL_NAME + 8];

    if (parser_peek(p) == TOKEN_NAME)
        return p->at++;
    if (TOKEN_IS_WORD(parser_peek(p)))
        parser_fail(p, p->at,
                    "'%s' is a word of the language: %s needs another name",
                    token_text(p->tokens, p->at, text, sizeof(text)), what);
    else
        parser_unexpected(p, what);
    return -1;
}

static void parse_const(struct parser *p, int32_t *first, int32_t *last)
{
    p->at++;
    do {
        int name = new_name(p, "the name of a constant");
        int32_t node = parser_node(p, NODE_CONST, name), value;

        parser_expect(p, '=', "'=' and the constant's value");
        value = parse_expression(p);
        parser_at(p, node)->a = value;
        parser_link(p, first, last, node);
    } while (parser_accept(p, ','));
    parser_semicolon(p);
}

/* "= 1" or "= {1, 2}" */
static void parse_start(struct parser *p, int32_t node)
{
    int32_t first = -1, last = -1;

    if (!parser_accept(p, '='))
        return;
    if (parser_accept(p, '{')) {
        parser_at(p, node)->braces = true;
        while (p->rc == 0 && parser_peek(p) != '}') {
            parser_link(p, &first, &last, parse_expression(p));
            if (!parser_accept(p, ','))
                break;
        }
        parser_expect(p, '}', "',' or '}'");
    } else {
        first = parse_expression(p);
    }
    parser_at(p, node)->b = first;
}

static void parse_shared(struct parser *p, enum object_kind kind,
                         int32_t *first, int32_t *last)
{
    do {
        int name = new_name(p, "the name of what is shared");
        int32_t node = parser_node(p, NODE_SHARED, name), length = -1;

        parser_at(p, node)->value = kind;
        if (parser_accept(p, '[')) {
            if (parser_peek(p) != ']')
                length = parse_expression(p);
            parser_expect(p, ']', "']'");
            if (parser_peek(p) == '[')
                parser_fail(p, p->at,
                            "an array has one dimension: compute "
                            "the index, as in a[row * 3 + column]");
            parser_at(p, node)->array = true;
            parser_at(p, node)->a = length;
        }
        parse_start(p, node);
        parser_link(p, first, last, node);
    } while (parser_accept(p, ','));
    parser_semicolon(p);
}

static int32_t parse_fn(struct parser *p)
{
    int32_t first = -1, last = -1, block;
    int32_t node;

    p->at++;
    if (parser_peek(p) == WORD_INT)
        return parser_fail(p, p->at,
                           "a function needs no type: write "
                           "fn name() { ... }");
    node = parser_node(p, NODE_FN, new_name(p, "the name of a function"));
    parser_expect(p, '(', "'('");
    if (parser_peek(p) != ')') {
        do {
            int name;

            parser_accept(p, WORD_INT);
            name = new_name(p, "the name of a parameter");
            parser_link(p, &first, &last, parser_node(p, NODE_NAME, name));
        } while (parser_accept(p, ','));
    }
    parser_expect(p, ')', "',' or ')'");
    block = parse_block(p);
    parser_at(p, node)->a = first;
    parser_at(p, node)->b = block;
    return node;
}

static int32_t parse_thread(struct parser *p)
{
    int32_t node, count = -1, block;

    p->at++;
    node = parser_node(p, NODE_THREAD, new_name(p, "the name of a thread"));
    if (parser_accept(p, '[')) {
        count = parse_expression(p);
        parser_expect(p, ']', "']'");
    } else if (parser_peek(p) == '(') {
        return parser_fail(p, p->at,
                           "a thread has no parameters: it knows its "
                           "number as 'me'");
    }
    block = parse_block(p);
    parser_at(p, node)->a = count;
    parser_at(p, node)->b = block;
    return node;
}

static void parse_exclusive(struct parser *p, int32_t *first, int32_t *last)
{
    p->at++;
    do {
        int one = new_name(p, "the name of a critical region");
        int other = p->rc < 0 ? -1 : p->at;
        int32_t node;

        if (parser_peek(p) == ';')
            parser_fail(p, p->at,
                        "'exclusive' takes two regions; one that "
                        "excludes itself is named twice");
        else
            other = new_name(p, "the name of a second region");
        node = parser_node(p, NODE_EXCLUSIVE, one);
        parser_at(p, node)->value = other;
        parser_link(p, first, last, node);
    } while (parser_accept(p, ','));
    parser_semicolon(p);
}

static int32_t parse_check(struct parser *p)
{
    int32_t node = parser_node(p, NODE_CHECK, p->at), expr;

    p->at++;
    if (!parser_accept(p, WORD_FINAL))
        return parser_fail(p, p->at,
                           "write 'check final': it is looked at "
                           "when all threads have ended");
    expr = parse_expression(p);
    parser_at(p, node)->a = expr;
    parser_semicolon(p);
    return node;
}

static void parse_observe(struct parser *p, int32_t *first, int32_t *last)
{
    p->at++;
    do {
        int32_t node = parser_node(p, NODE_OBSERVE, p->at);
        int32_t expr = parse_expression(p);

        parser_at(p, node)->a = expr;
        parser_at(p, node)->end = p->at - 1;
        parser_link(p, first, last, node);
    } while (parser_accept(p, ','));
    parser_semicolon(p);
}

/* Words that may begin a declaration, for "did you mean". */
static const char *const beginnings[] = {
    "const",  "shared", "mutex",     "sem",     "cond", "fn",
    "thread", "check",  "exclusive", "observe", NULL};

static void wrong_declaration(struct parser *p)
{
    char text[TSL_NAME + 8];
    const char *nearest = NULL;

    token_text(p->tokens, p->at, text, sizeof(text));
    if (parser_peek(p) == WORD_INT && parser_ahead(p, 2) == '(') {
        parser_fail(p, p->at, "a function begins with 'fn' and needs no type");
        return;
    }
    switch (parser_peek(p)) {
    case WORD_INT:
        parser_fail(p, p->at,
                    "outside a thread stands only what threads "
                    "share: write 'shared int'");
        return;
    case '}':
        parser_fail(p, p->at, "this '}' closes nothing");
        return;
    case TOKEN_NAME:
        if (habit_late_hint(p->tokens, p->at)) {
            parser_fail(p, p->at, "'%s' is not in the language: %s", text,
                        habit_late_hint(p->tokens, p->at));
            return;
        }
        nearest = text_nearest(text, beginnings);
        if (nearest) {
            parser_fail(p, p->at, "there is no '%s' here: did you mean '%s'?",
                        text, nearest);
            return;
        }
        parser_fail(p, p->at,
                    "'%s' stands outside any thread: statements "
                    "belong into thread T { ... }",
                    text);
        return;
    default:
        if (!TOKEN_IS_WORD(parser_peek(p)))
            break;
        parser_fail(p, p->at,
                    "'%s' stands outside any thread: statements "
                    "belong into thread T { ... }",
                    text);
        return;
    }
    parser_unexpected(p, "a declaration (shared, mutex, thread ...)");
}

/* What is shared by nature needs no "shared". */
static enum object_kind shared_kind(struct parser *p)
{
    static const struct {
        int word;
        enum object_kind kind;
    } kinds[] = {{WORD_MUTEX, OBJECT_MUTEX},
                 {WORD_SEM, OBJECT_SEMAPHORE},
                 {WORD_COND, OBJECT_CONDITION}};
    bool shared = parser_accept(p, WORD_SHARED);
    char text[TSL_NAME + 8];

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (parser_accept(p, kinds[i].word)) {
            if (shared)
                parser_fail(
                    p, p->at - 2, "a %s is always shared: leave out 'shared'",
                    token_text(p->tokens, p->at - 1, text, sizeof(text)));
            return kinds[i].kind;
        }
    parser_expect(p, WORD_INT, "'int'");
    return OBJECT_INT;
}

void parse_program(struct parser *p)
{
    int32_t last = -1;
    int32_t *first = &p->tree->first;

    while (p->rc == 0 && parser_peek(p) != TOKEN_END) {
        switch (parser_peek(p)) {
        case WORD_CONST:
            parse_const(p, first, &last);
            break;
        case WORD_SHARED:
        case WORD_MUTEX:
        case WORD_SEM:
        case WORD_COND:
            parse_shared(p, shared_kind(p), first, &last);
            break;
        case WORD_FN:
            parser_link(p, first, &last, parse_fn(p));
            break;
        case WORD_THREAD:
            parser_link(p, first, &last, parse_thread(p));
            break;
        case WORD_EXCLUSIVE:
            parse_exclusive(p, first, &last);
            break;
        case WORD_CHECK:
            parser_link(p, first, &last, parse_check(p));
            break;
        case WORD_OBSERVE:
            parse_observe(p, first, &last);
            break;
        case ';':
            p->at++;
            break;
        default:
            wrong_declaration(p);
        }
    }
}
