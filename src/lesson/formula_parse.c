/* Reading a formula: recursive descent over its text. Any process. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/formula_parts.h"

struct reader {
    struct formula *f;
    const char *at;
    int depth;
    struct err *err;
};

static int read_or(struct reader *r);

/* ---- pieces --------------------------------------------------------------
 */

static int complain(struct reader *r, const char *what)
{
    if (!r->err || r->err->code == 0)
        err_set(r->err, -EINVAL, "column %d: %s", (int)(r->at - r->f->text) + 1,
                what);
    return -1;
}

static void blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

static int new_node(struct reader *r, enum node_kind kind)
{
    struct formula *f = r->f;

    if (f->count == FORMULA_NODES)
        return complain(r, "the formula is too long");
    if (f->count == f->cap) {
        int cap = f->cap ? 2 * f->cap : 8;
        struct node *node = realloc(f->node, (size_t)cap * sizeof(*node));

        if (!node)
            return complain(r, "out of memory");
        f->node = node;
        f->cap = cap;
    }
    f->node[f->count] = (struct node){.kind = kind};
    return f->count++;
}

static int with(struct reader *r, enum node_kind kind, int a, int b)
{
    int n;

    if (a < 0 || b < -1)
        return -1;
    n = new_node(r, kind);
    if (n < 0)
        return n;
    r->f->node[n].part[0] = (short)a;
    r->f->node[n].part[1] = (short)b;
    r->f->node[n].parts = b < 0 ? 1 : 2;
    return n;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Is @word next, and not as the beginning of a longer one? Then it is taken. */
static bool take_word(struct reader *r, const char *word)
{
    size_t n = strlen(word);

    blanks(r);
    if (strncmp(r->at, word, n) != 0 || is_word_char(r->at[n]) ||
        r->at[n] == '.' || r->at[n] == '@')
        return false;
    r->at += n;
    return true;
}

static bool take(struct reader *r, const char *sign)
{
    size_t n = strlen(sign);

    blanks(r);
    if (strncmp(r->at, sign, n) != 0)
        return false;
    r->at += n;
    return true;
}

/* ---- atoms ---------------------------------------------------------------
 */

/* Digits, a point only before a digit ("1..5" are two numbers), an exponent. */
static int read_number(struct reader *r)
{
    char digits[40];
    size_t n = 0;
    const char *s = r->at;
    int node;

    while (isdigit((unsigned char)*s) ||
           (*s == '.' && isdigit((unsigned char)s[1])) ||
           (*s == 'e' && n > 0 &&
            (isdigit((unsigned char)s[1]) ||
             (s[1] == '-' && isdigit((unsigned char)s[2]))))) {
        if (n + 2 >= sizeof(digits))
            return complain(r, "the number is too long");
        if (*s == 'e' && s[1] == '-')
            digits[n++] = *s++;
        digits[n++] = *s++;
    }
    digits[n] = '\0';
    node = new_node(r, NODE_NUMBER);
    if (node < 0)
        return node;
    r->f->node[node].value = strtod(digits, NULL);
    r->at = s;
    return node;
}

static const struct function {
    const char *name;
    enum node_kind kind;
    int least, most; /* parts */
} functions[] = {
    {"ceil", NODE_CEIL, 1, 1},     {"floor", NODE_FLOOR, 1, 1},
    {"round", NODE_ROUND, 1, 1},   {"abs", NODE_ABS, 1, 1},
    {"median", NODE_MEDIAN, 1, 4}, {"min", NODE_MIN, 1, 4},
    {"max", NODE_MAX, 1, 4},       {"spread", NODE_SPREAD, 1, 1},
    {"ratio", NODE_RATIO, 2, 2},   {"any", NODE_ANY, 1, 1},
    {"all", NODE_ALL, 1, 1},       {"most", NODE_MOST, 1, 1},
    {"share", NODE_SHARE, 1, 1},
};

static bool wants_figures(enum node_kind kind)
{
    return kind == NODE_SPREAD || kind == NODE_RATIO;
}

static int read_function(struct reader *r, const struct function *fn)
{
    int part[NODE_PARTS], parts = 0, node;

    do {
        if (parts == fn->most)
            return complain(r, "too many values in these brackets");
        part[parts] = read_or(r);
        if (part[parts] < 0)
            return -1;
        if (wants_figures(fn->kind) &&
            r->f->node[part[parts]].kind != NODE_FIGURE)
            return complain(r, "here only RUN.METRIC may stand");
        parts++;
    } while (take(r, ","));
    if (!take(r, ")"))
        return complain(r, "a \")\" is missing");
    if (parts < fn->least)
        return complain(r, "two values are needed, with a comma between");
    node = new_node(r, fn->kind);
    if (node < 0)
        return node;
    for (int i = 0; i < parts; i++)
        r->f->node[node].part[i] = (short)part[i];
    r->f->node[node].parts = parts;
    return node;
}

/* What follows a figure's dot: words with dots between, of a setting also with
 * dashes. Its end. */
static const char *name_end(const char *s)
{
    bool setting = strncmp(s, "set.", 4) == 0;

    while (is_word_char(*s) || (*s == '.' && is_word_char(s[1])) ||
           (setting && *s == '-' && isalpha((unsigned char)s[1])))
        s++;
    return s;
}

/* Of "@8.wall_s": the value may have slashes, dashes and points, the metric
 * follows the last point. */
static const char *value_end(const char *s)
{
    while (is_word_char(*s) || *s == '/' || *s == '=' || *s == ',' ||
           (*s == '-' && is_word_char(s[1])) ||
           (*s == '.' && is_word_char(s[1])))
        s++;
    return s;
}

static int read_figure(struct reader *r)
{
    const char *from = r->at, *run_end = r->at, *begin, *end;
    struct node *n;
    int node;

    while (is_word_char(*run_end))
        run_end++;
    if (*run_end == '@') {
        begin = run_end;
        end = value_end(run_end + 1);
        if (!memchr(begin, '.', (size_t)(end - begin)))
            return complain(r, "a metric is missing: RUN@VALUE.METRIC");
    } else if (*run_end == '.' && is_word_char(run_end[1])) {
        begin = run_end + 1;
        end = name_end(begin);
    } else {
        return complain(r, "a figure is written RUN.METRIC");
    }
    if (run_end - from >= (ptrdiff_t)sizeof(n->run) ||
        end - begin >= (ptrdiff_t)sizeof(n->name))
        return complain(r, "the name is too long");
    node = new_node(r, NODE_FIGURE);
    if (node < 0)
        return node;
    n = &r->f->node[node];
    memcpy(n->run, from, (size_t)(run_end - from));
    memcpy(n->name, begin, (size_t)(end - begin));
    n->from = (int)(from - r->f->text);
    n->to = (int)(end - r->f->text);
    r->at = end;
    return node;
}

static int read_atom(struct reader *r)
{
    int node;

    blanks(r);
    if (*r->at == '-') {
        r->at++;
        if (++r->depth > FORMULA_DEPTH)
            return complain(r, "the formula is too deep");
        node = with(r, NODE_NEGATE, read_atom(r), -1);
        r->depth--;
        return node;
    }
    if (isdigit((unsigned char)*r->at))
        return read_number(r);
    if (take(r, "(")) {
        node = read_or(r);
        if (node >= 0 && !take(r, ")"))
            return complain(r, "a \")\" is missing");
        return node;
    }
    if (!isalpha((unsigned char)*r->at) && *r->at != '_')
        return complain(r, *r->at ? "a number or RUN.METRIC belongs here"
                                  : "something is missing at the end");
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        const char *before = r->at;

        if (take_word(r, functions[i].name)) {
            if (take(r, "("))
                return read_function(r, &functions[i]);
            r->at = before;
        }
    }
    return read_figure(r);
}

/* ---- from the tightest operators to the loosest -------------------------- */

static int read_product(struct reader *r)
{
    int a = read_atom(r);

    for (;;) {
        if (a < 0)
            return a;
        if (take(r, "*"))
            a = with(r, NODE_MULTIPLY, a, read_atom(r));
        else if (take(r, "/"))
            a = with(r, NODE_DIVIDE, a, read_atom(r));
        else
            return a;
        if (a >= 0 && r->f->node[a].part[1] < 0)
            return -1;
    }
}

static int read_sum(struct reader *r)
{
    int a = read_product(r);

    while (a >= 0) {
        int b;
        enum node_kind kind;

        if (take(r, "+"))
            kind = NODE_ADD;
        else if (take(r, "-"))
            kind = NODE_SUBTRACT;
        else
            return a;
        b = read_product(r);
        a = b < 0 ? -1 : with(r, kind, a, b);
    }
    return a;
}

/* After "~=": "b within 10%". */
static int read_within(struct reader *r, int a)
{
    int b = read_sum(r), per, node;

    if (b < 0)
        return -1;
    if (!take_word(r, "within"))
        return complain(r, "\"within 10%\" is missing after \"~=\"");
    blanks(r);
    if (!isdigit((unsigned char)*r->at))
        return complain(r, "a number belongs after \"within\"");
    per = read_number(r);
    if (per < 0)
        return -1;
    if (!take(r, "%"))
        return complain(r, "a \"%\" is missing after the number");
    node = with(r, NODE_WITHIN, a, b);
    if (node >= 0)
        r->f->node[node].value = r->f->node[per].value / 100;
    return node;
}

static int read_between(struct reader *r, int a)
{
    int low = read_sum(r), high, node;

    if (low < 0)
        return -1;
    if (!take(r, ".."))
        return complain(r, "\"..\" is missing: x in 1..5");
    high = read_sum(r);
    if (high < 0)
        return -1;
    node = with(r, NODE_BETWEEN, a, low);
    if (node >= 0) {
        r->f->node[node].part[2] = (short)high;
        r->f->node[node].parts = 3;
    }
    return node;
}

static int read_comparison(struct reader *r)
{
    static const struct {
        const char *sign;
        enum node_kind kind;
    } signs[] = {
        {"==", NODE_EQUAL},      {"!=", NODE_UNEQUAL}, {"<=", NODE_LESS_EQUAL},
        {">=", NODE_MORE_EQUAL}, {"<", NODE_LESS},     {">", NODE_MORE},
    };
    int a = read_sum(r), b;

    if (a < 0)
        return a;
    if (take(r, "~="))
        return read_within(r, a);
    if (take_word(r, "in"))
        return read_between(r, a);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (take(r, signs[i].sign)) {
            b = read_sum(r);
            return b < 0 ? -1 : with(r, signs[i].kind, a, b);
        }
    return a;
}

static int read_not(struct reader *r)
{
    bool negated = false;
    int node;

    while (take_word(r, "not"))
        negated = !negated;
    node = read_comparison(r);
    return negated ? with(r, NODE_NOT, node, -1) : node;
}

static int read_and(struct reader *r)
{
    int a = read_not(r);

    while (a >= 0 && take_word(r, "and")) {
        int b = read_not(r);

        a = b < 0 ? -1 : with(r, NODE_AND, a, b);
    }
    return a;
}

static int read_or(struct reader *r)
{
    int a;

    if (++r->depth > FORMULA_DEPTH)
        return complain(r, "the formula is too deep");
    a = read_and(r);
    while (a >= 0 && take_word(r, "or")) {
        int b = read_and(r);

        a = b < 0 ? -1 : with(r, NODE_OR, a, b);
    }
    r->depth--;
    return a;
}

struct formula *formula_parse(const char *text, struct err *err)
{
    struct formula *f = calloc(1, sizeof(*f));
    struct err own = {0};
    struct reader r;

    if (!f || !(f->text = strdup(text))) {
        free(f);
        err_set(err, -ENOMEM, "out of memory");
        return NULL;
    }
    r = (struct reader){f, f->text, 0, err ? err : &own};
    r.err->code = 0;
    f->root = read_or(&r);
    blanks(&r);
    if (f->root >= 0 && *r.at) {
        complain(&r, "the formula should end here");
        f->root = -1;
    }
    if (f->root < 0) {
        formula_free(f);
        return NULL;
    }
    return f;
}

void formula_free(struct formula *f)
{
    if (!f)
        return;
    free(f->text);
    free(f->node);
    free(f);
}

const char *formula_text(const struct formula *f)
{
    return f->text;
}
