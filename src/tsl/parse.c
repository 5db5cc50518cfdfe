/* The language: from text to a program. Any thread.
 *
 *   program     = { declaration } .
 *   declaration = "const" name "=" expr { "," name "=" expr } ";"
 *               | ( "shared" "int" | "mutex" | "sem" | "cond" )
 *                 object { "," object } ";"
 *               | "fn" name "(" [ param { "," param } ] ")" block
 *               | "thread" name [ "[" expr "]" ] block
 *               | "exclusive" name name { "," name name } ";"
 *               | "check" "final" expr ";"
 *               | "observe" expr { "," expr } ";" .
 *   object      = name [ "[" [ expr ] "]" ] [ "=" start ] .
 *   start       = expr | "{" [ expr { "," expr } ] "}" .
 *   param       = [ "int" ] name .
 *
 *   block       = "{" { statement } "}" .
 *   statement   = block | ";"
 *               | "int" name [ "=" expr ] { "," name [ "=" expr ] } ";"
 *               | simple ";"
 *               | "if" "(" expr ")" statement [ "else" statement ]
 *               | "while" "(" expr ")" statement
 *               | "for" "(" [ first ] ";" [ expr ] ";" [ simple ] ")" statement
 *               | "repeat" "(" expr ")" statement
 *               | "break" ";" | "continue" ";" | "return" [ expr ] ";"
 *               | "critical" [ name ] block
 *               | "atomic" block .
 *   first       = "int" name [ "=" expr ] { "," name [ "=" expr ] } | simple .
 *   simple      = place ( "=" | "+=" | "-=" | "*=" | "/=" | "%=" ) expr
 *               | place ( "++" | "--" ) | ( "++" | "--" ) place | call .
 *   place       = name [ "[" expr "]" ] .
 *   call        = name "(" [ expr { "," expr } ] ")" .
 *
 *   expr        = operators of C by their binding: || && == != < <= > >= + -
 *                 * / % and, before an operand, ! and - .
 *   operand     = number | "me" | place | call | name "." name | "(" expr ")" .
 *
 * Comments are those of C. Numbers are decimal or 0x..., names ASCII.
 *
 * Calls are of functions (fn), which are expanded in place, or built in:
 *
 *   lock(m)  unlock(m)  trylock(m)     a mutex; trylock gives 1 or 0
 *   wait(s)  post(s)                   a semaphore
 *   wait(c, m)  signal(c)  broadcast(c)  a condition and the mutex held
 *   xchg(v, e)                         v becomes e; gives what it was
 *   cas(v, old, new)                   if v is old it becomes new; gives 1 or 0
 *   fetch_add(v, e)                    v grows by e; gives what it was
 *   await(v == e)  await(v)  await(!v) waits until so; any comparison
 *   fence()  work()  assert(e)
 *
 * A place that is shared is one access, in the order of the text; && and || do
 * not look at their right side if the left decides. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsl/build.h"
#include "tsl/parser.h"

/* ---- tokens -------------------------------------------------------------- */

int parser_peek(const struct parser *p)
{
    return p->tokens->list[p->at].kind;
}

int parser_ahead(const struct parser *p, int more)
{
    int at = p->at + more;

    return at < p->tokens->count ? p->tokens->list[at].kind : TOKEN_END;
}

bool parser_accept(struct parser *p, int kind)
{
    if (parser_peek(p) != kind || kind == TOKEN_END)
        return false;
    p->at++;
    return true;
}

static int32_t give_up(struct parser *p, int rc)
{
    p->rc = rc;
    p->at = p->tokens->count - 1;
    return -1;
}

int32_t parser_fail(struct parser *p, int token, const char *format, ...)
{
    va_list ap;
    char sentence[400];

    if (p->rc < 0)
        return -1;
    /* Where the text could not be cut further, that is what is wrong. */
    if (token >= p->tokens->count - 1 && p->tokens->wrong.code < 0)
        return give_up(p, err_set(p->err, p->tokens->wrong.code, "%s",
                                  p->tokens->wrong.text));
    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    return give_up(p, tokens_say(p->tokens, token, p->err, "%s", sentence));
}

int32_t parser_unexpected(struct parser *p, const char *wanted)
{
    char text[TSL_NAME + 8];
    const char *hint = NULL;

    if (parser_peek(p) == TOKEN_NAME)
        hint = habit_hint(p->tokens, p->at);
    if (hint)
        return parser_fail(p, p->at, "'%s' is not in the language: %s",
                           token_text(p->tokens, p->at, text, sizeof(text)),
                           hint);
    if (parser_peek(p) == TOKEN_END)
        return parser_fail(p, p->at, "the text ends where %s should be",
                           wanted);
    return parser_fail(p, p->at, "'%s' stands where %s should be",
                       token_text(p->tokens, p->at, text, sizeof(text)),
                       wanted);
}

bool parser_expect(struct parser *p, int kind, const char *what)
{
    if (parser_accept(p, kind))
        return true;
    parser_unexpected(p, what);
    return false;
}

bool parser_semicolon(struct parser *p)
{
    if (parser_accept(p, ';'))
        return true;
    if (p->rc == 0 && p->at == p->tokens->count - 1 &&
        p->tokens->wrong.code < 0)
        parser_fail(p, p->at, "%s", ""); /* says that */
    if (p->rc == 0)
        give_up(p, tokens_say_after(p->tokens, p->at - 1, p->err,
                                    "a ';' is missing here"));
    return false;
}

/* ---- nodes --------------------------------------------------------------- */

int32_t parser_node(struct parser *p, enum node_kind kind, int token)
{
    struct node *n;

    if (p->rc < 0)
        return -1;
    n = grow(&p->tree->nodes, p->tree->count, sizeof(*n));
    if (!n) {
        return give_up(
            p, err_set(p->err, -ENOMEM, "%s: no memory", p->tokens->name));
    }
    *n = (struct node){.kind = (uint8_t)kind,
                       .op = -1,
                       .depth = 1,
                       .token = token,
                       .end = token,
                       .value = -1,
                       .a = -1,
                       .b = -1,
                       .c = -1,
                       .d = -1,
                       .next = -1};
    return p->tree->count++;
}

/* What is written through when something went wrong. */
struct node *parser_at(struct parser *p, int32_t node)
{
    static _Thread_local struct node nowhere;

    return node < 0 ? &nowhere : &p->tree->nodes[node];
}

void parser_link(struct parser *p, int32_t *first, int32_t *last, int32_t node)
{
    if (node < 0)
        return;
    if (*last < 0)
        *first = node;
    else
        parser_at(p, *last)->next = node;
    *last = node;
}

int tree_parse(struct tree *out, const struct tokens *tokens, struct err *err)
{
    struct parser p = {.tokens = tokens, .tree = out, .err = err};

    *out = (struct tree){.tokens = tokens, .first = -1};
    parse_program(&p);
    if (p.rc == 0 && tokens->wrong.code < 0)
        parser_fail(&p, tokens->count - 1, "%s", ""); /* says that */
    if (p.rc < 0)
        tree_fini(out);
    return p.rc;
}

void tree_fini(struct tree *t)
{
    free(t->nodes);
    t->nodes = NULL;
    t->count = 0;
}

/* ---- all of it ----------------------------------------------------------- */

static int translate(const struct tokens *tokens, struct program *p,
                     struct err *err)
{
    struct tree tree;
    int rc = tree_parse(&tree, tokens, err);

    if (rc < 0)
        return rc;
    rc = tree_emit(&tree, p, err);
    tree_fini(&tree);
    return rc < 0 ? rc : program_finish(p, err);
}

int program_parse(const char *name, const char *text, size_t length,
                  struct program **out, struct err *err)
{
    struct tokens tokens = {0};
    struct program *p;
    int rc = tokens_cut(&tokens, name, text, length, err);

    if (rc < 0)
        return rc;
    p = calloc(1, sizeof(*p));
    if (p) {
        p->name = strdup(name);
        p->source = strndup(text, length);
    }
    if (!p || !p->name || !p->source)
        rc = err_set(err, -ENOMEM, "%s: no memory", name);
    else
        rc = translate(&tokens, p, err);
    tokens_fini(&tokens);
    if (rc < 0)
        program_free(p);
    else
        *out = p;
    return rc;
}
