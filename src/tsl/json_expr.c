/* Expressions in the JSON form of programs: numbers, names, and lists that
 * begin with an operator. Any thread. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tsl/json_parts.h"

static const struct {
    const char *word;
    uint8_t kind;
} operators[] = {
    {"+", EXPR_ADD}, {"-", EXPR_SUB}, {"*", EXPR_MUL}, {"/", EXPR_DIV},
    {"%", EXPR_MOD}, {"==", EXPR_EQ}, {"!=", EXPR_NE}, {"<", EXPR_LT},
    {"<=", EXPR_LE}, {">", EXPR_GT},  {">=", EXPR_GE}, {"&&", EXPR_AND},
    {"||", EXPR_OR},
};
#define OPERATORS (sizeof(operators) / sizeof(operators[0]))

int json_operator(const char *word)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (strcmp(operators[i].word, word) == 0)
            return operators[i].kind;
    return -1;
}

/* program_expr() with a sentence when it cannot be. */
static int32_t add(struct reader *r, enum expr_kind kind, int value,
                   int32_t left, int32_t right)
{
    int32_t at = program_expr(r->p, kind, value, left, right);

    if (at == -EINVAL)
        return json_fail(r,
                         "an expression cannot be computed: it divides by 0, "
                         "or its value is outside %d .. %d",
                         TSL_MIN, TSL_MAX);
    if (at < 0)
        return json_fail_add(r, at, "parts of expressions", TSL_EXPRS);
    return at;
}

/* A register of the thread whose code this is. */
static int32_t own_register(struct reader *r, const char *name)
{
    int reg = program_register(r->thread, name);

    if (reg >= 0)
        return add(r, EXPR_REGISTER, reg, -1, -1);
    if (program_object(r->p, name) >= 0)
        return json_fail(r,
                         "%.40s is shared: load it into a register first, and "
                         "use that",
                         name);
    return json_fail(r,
                     "there is no register \"%.40s\": nothing sets it, and it "
                     "is not in \"regs\"",
                     name);
}

/* "T0.r" in a check. */
static int32_t register_of(struct reader *r, const char *name, const char *dot)
{
    char thread[TSL_NAME];
    int t = -1, reg;

    if (dot - name < TSL_NAME) {
        snprintf(thread, sizeof(thread), "%.*s", (int)(dot - name), name);
        t = program_thread(r->p, thread);
    }
    if (t < 0)
        return json_fail(r, "%s: \"%.40s\": there is no such thread", r->part,
                         name);
    reg = program_register(&r->p->threads[t], dot + 1);
    if (reg < 0)
        return json_fail(r, "%s: \"%.40s\": thread %s has no such register",
                         r->part, name, r->p->threads[t].name);
    return add(r, EXPR_REG_OF, reg, t, -1);
}

/* Something shared, or a register of a thread: outside of threads. */
static int32_t checked_name(struct reader *r, const char *name)
{
    const char *dot = strchr(name, '.');
    int at = program_object(r->p, name);

    if (dot)
        return register_of(r, name, dot);
    if (at < 0)
        return json_fail(r,
                         "%s: nothing shared is called \"%.40s\" (a register "
                         "is named with its thread: \"T0.r\")",
                         r->part, name);
    if (r->p->objects[at].kind == OBJECT_CONDITION)
        return json_fail(r, "%s: %s is a condition, which has no value",
                         r->part, name);
    if (r->p->objects[at].array)
        return json_fail(r,
                         "%s: %s is an array: which element? [\"[]\", \"%s\", "
                         "0]",
                         r->part, name, name);
    return add(r, EXPR_CELL, 0, at, -1);
}

static int32_t read_expr(struct reader *r, const json_t *value, int depth);

/* ["[]", "a", EXPR] */
static int32_t element(struct reader *r, const json_t *list, int depth)
{
    const char *name = json_string_value(json_array_get(list, 1));
    const struct object *o;
    const struct expr *e;
    int32_t idx;
    int at = name ? program_object(r->p, name) : -1;

    if (r->thread)
        return json_fail(r, "an element of an array is shared: load it into a "
                            "register first, and use that");
    if (json_array_size(list) != 3 || !name)
        return json_fail(r, "%s: an element is [\"[]\", \"name\", index]",
                         r->part);
    if (at < 0 || !r->p->objects[at].array)
        return json_fail(r, "%s: there is no array \"%.40s\"", r->part, name);
    idx = read_expr(r, json_array_get(list, 2), depth + 1);
    if (idx < 0)
        return idx;
    o = &r->p->objects[at];
    e = &r->p->exprs[idx];
    if (e->kind == EXPR_CONST && (e->value < 0 || e->value >= o->length))
        return json_fail(r, "%s: %s has no element %d: 0 .. %d", r->part, name,
                         e->value, o->length - 1);
    return add(r, EXPR_CELL, 0, at, idx);
}

static int32_t read_list(struct reader *r, const json_t *list, int depth)
{
    const char *word = json_string_value(json_array_get(list, 0));
    int kind = word ? json_operator(word) : -1;
    int32_t left, right = -1;
    bool unary = word && strcmp(word, "!") == 0;

    if (word && strcmp(word, "[]") == 0)
        return element(r, list, depth);
    if (!word || (kind < 0 && !unary))
        return json_fail(r,
                         "an expression should begin with an operator, such "
                         "as [\"+\", \"r\", 1], and not with %s%.20s%s",
                         word ? "\"" : "",
                         word ? word : json_kind_words(json_array_get(list, 0)),
                         word ? "\"" : "");
    if (json_array_size(list) != (unary ? 2 : 3))
        return json_fail(r, "the operator %s takes %s, and has %zu", word,
                         unary ? "one value" : "two values",
                         json_array_size(list) - 1);
    left = read_expr(r, json_array_get(list, 1), depth + 1);
    if (left < 0 || unary)
        return left < 0 ? left : add(r, EXPR_NOT, 0, left, -1);
    right = read_expr(r, json_array_get(list, 2), depth + 1);
    if (right < 0)
        return right;
    return add(r, (enum expr_kind)kind, 0, left, right);
}

static int32_t read_expr(struct reader *r, const json_t *value, int depth)
{
    int number, rc;

    if (depth >= TSL_DEPTH)
        return json_fail(r, "an expression is more than %d operators deep",
                         TSL_DEPTH);
    if (json_is_array(value))
        return read_list(r, value, depth);
    if (json_is_string(value))
        return r->thread ? own_register(r, json_string_value(value))
                         : checked_name(r, json_string_value(value));
    if (!json_is_number(value))
        return json_fail(r,
                         "an expression should be a number, a name or a list, "
                         "and not %s",
                         json_kind_words(value));
    rc = json_get_value(r, value, "a value", TSL_MIN, &number);
    return rc < 0 ? rc : add(r, EXPR_CONST, number, -1, -1);
}

int32_t json_expr(struct reader *r, const json_t *value)
{
    return read_expr(r, value, 0);
}

/* @inner: within another operator, so that it needs brackets. */
static void add_words(const json_t *value, bool inner, struct text *out)
{
    const char *word = json_string_value(json_array_get(value, 0));

    if (json_is_string(value)) {
        text_add(out, json_string_value(value));
    } else if (!word) {
        text_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (strcmp(word, "[]") == 0) {
        text_addf(out, "%s[", json_string_value(json_array_get(value, 1)));
        add_words(json_array_get(value, 2), false, out);
        text_add(out, "]");
    } else if (strcmp(word, "!") == 0) {
        text_add(out, "!");
        add_words(json_array_get(value, 1), true, out);
    } else {
        text_add(out, inner ? "(" : "");
        add_words(json_array_get(value, 1), true, out);
        text_addf(out, " %s ", word);
        add_words(json_array_get(value, 2), true, out);
        text_add(out, inner ? ")" : "");
    }
}

void json_expr_words(const json_t *value, struct text *out)
{
    add_words(value, false, out);
}
