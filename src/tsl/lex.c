/* From characters to words. Any thread. */
#include "tsl/lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsl/program.h"

static const char *const words[] = {
    "atomic",   "break", "check",     "cond",   "const",   "continue",
    "critical", "else",  "exclusive", "final",  "fn",      "for",
    "if",       "int",   "me",        "mutex",  "observe", "repeat",
    "return",   "sem",   "shared",    "thread", "while",   NULL};
_Static_assert(sizeof(words) / sizeof(words[0]) - 1 ==
                   TOKEN_KINDS - TOKEN_WORDS,
               "one text for each word, in the order of the enum");

/* Signs of two characters. */
static const struct sign {
    char text[3];
    uint16_t kind;
} signs[] = {
    {"==", TOKEN_EQ},       {"!=", TOKEN_NE},     {"<=", TOKEN_LE},
    {">=", TOKEN_GE},       {"&&", TOKEN_AND},    {"||", TOKEN_OR},
    {"++", TOKEN_MORE},     {"--", TOKEN_LESS},   {"+=", TOKEN_ADD_TO},
    {"-=", TOKEN_SUB_FROM}, {"*=", TOKEN_MUL_BY}, {"/=", TOKEN_DIV_BY},
    {"%=", TOKEN_MOD_BY},
};
static const char single[] = "+-*/%=<>!(){}[],;.";

/* Signs that C has and this language has not, and what to do instead. */
static const struct {
    char sign;
    const char *hint;
} strangers[] = {
    {'#', "there is no preprocessor: write 'const N = 3;' for a name, and "
          "nothing for a header"},
    {'&', "'&&' is \"and\"; there are no pointers, so that it is lock(m) and "
          "not lock(&m)"},
    {'|', "'||' is \"or\"; there are no operators on bits"},
    {'^', "there are no operators on bits"},
    {'~', "there are no operators on bits"},
    {'?', "there is no '?:': write if (...) ... else ..."},
    {':', "there is no '?:' and no label: write if (...) ... else ..."},
    {'"', "there is no text, only numbers"},
    {'\'', "there are no characters, only numbers"},
    {'\\', "lines need no '\\' at their end"},
    {'@', NULL},
    {'$', NULL},
    {'`', NULL},
};

const char *const *token_words(void)
{
    return words;
}

bool token_is(const struct tokens *t, int token, const char *word)
{
    const struct token *k = &t->list[token];

    return strlen(word) == k->length &&
           memcmp(t->text + k->at, word, k->length) == 0;
}

char *token_text(const struct tokens *t, int token, char *out, size_t size)
{
    const struct token *k = &t->list[token];

    if (k->kind == TOKEN_END)
        snprintf(out, size, "the end of the text");
    else
        snprintf(out, size, "%.*s", k->length, t->text + k->at);
    return out;
}

/* ---- sentences ----------------------------------------------------------- */

/* A file's name may be as long as a sentence: only its end is shown. */
#define NAME_SHOWN 120

static int say(const struct tokens *t, int line, int column, struct err *err,
               const char *format, va_list ap)
    __attribute__((format(printf, 5, 0)));
static int say(const struct tokens *t, int line, int column, struct err *err,
               const char *format, va_list ap)
{
    char sentence[400];
    size_t length = strlen(t->name);
    const char *name = t->name;

    if (length > NAME_SHOWN)
        name += length - NAME_SHOWN;
    vsnprintf(sentence, sizeof(sentence), format, ap);
    return err_set(err, -EINVAL, "%s:%d:%d: %s", name, line, column, sentence);
}

int tokens_say(const struct tokens *t, int token, struct err *err,
               const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    say(t, t->list[token].line, t->list[token].column, err, format, ap);
    va_end(ap);
    return -EINVAL;
}

int tokens_say_after(const struct tokens *t, int token, struct err *err,
                     const char *format, ...)
{
    const struct token *k = &t->list[token];
    va_list ap;

    va_start(ap, format);
    say(t, k->line, k->column + k->length, err, format, ap);
    va_end(ap);
    return -EINVAL;
}

/* ---- cutting ------------------------------------------------------------- */

struct cutter {
    struct tokens *t;
    struct err *err;
    size_t at; /* the next character */
    int line, column;
    int cap;
};

static int peek(const struct cutter *c, size_t ahead)
{
    return c->at + ahead < c->t->length
               ? (unsigned char)c->t->text[c->at + ahead]
               : -1;
}

static void skip(struct cutter *c, size_t characters)
{
    for (; characters > 0 && c->at < c->t->length; characters--, c->at++) {
        unsigned char byte = (unsigned char)c->t->text[c->at];

        if (byte == '\n') {
            c->line++;
            c->column = 1;
        } else if ((byte & 0xc0) != 0x80) { /* the others of UTF-8 go with it */
            c->column++;
        }
    }
}

/* A sentence about a place that is no token yet. */
static int wrong(struct cutter *c, int line, int column, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
static int wrong(struct cutter *c, int line, int column, const char *format,
                 ...)
{
    va_list ap;

    va_start(ap, format);
    say(c->t, line, column, &c->t->wrong, format, ap);
    va_end(ap);
    return -EINVAL;
}

/* Blanks and comments. */
static int skip_blank(struct cutter *c)
{
    for (;;) {
        int byte = peek(c, 0);

        if (byte == '/' && peek(c, 1) == '/') {
            while (peek(c, 0) >= 0 && peek(c, 0) != '\n')
                skip(c, 1);
        } else if (byte == '/' && peek(c, 1) == '*') {
            int line = c->line, column = c->column;

            skip(c, 2);
            while (peek(c, 0) >= 0 && (peek(c, 0) != '*' || peek(c, 1) != '/'))
                skip(c, 1);
            if (peek(c, 0) < 0)
                return wrong(c, line, column,
                             "this comment is never closed: '*/' is missing");
            skip(c, 2);
        } else if (byte == ' ' || (byte >= '\t' && byte <= '\r')) {
            skip(c, 1);
        } else {
            return 0;
        }
    }
}

/* A name or a number goes on as long as this. */
static size_t run_of_letters(const struct cutter *c)
{
    size_t length = 0;

    while (peek(c, length) >= 0 && peek(c, length) < 0x80 &&
           (isalnum(peek(c, length)) || peek(c, length) == '_'))
        length++;
    return length;
}

static int cut_number(struct cutter *c, struct token *k)
{
    size_t length = run_of_letters(c);
    const char *s = c->t->text + c->at;
    bool hex = length > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    int base = hex ? 16 : 10;
    long value = 0;

    if (!hex && length > 1 && s[0] == '0' && isdigit((unsigned char)s[1]))
        return wrong(c, c->line, c->column,
                     "a number does not begin with 0: there are no octal "
                     "numbers");
    for (size_t i = hex ? 2 : 0; i < length; i++) {
        int byte = (unsigned char)s[i];

        if (hex ? !isxdigit(byte) : !isdigit(byte))
            return wrong(c, c->line, c->column,
                         "'%.*s' is neither a number nor a name: a name does "
                         "not begin with a digit",
                         length > 40 ? 40 : (int)length, s);
        value = value * base +
                (isdigit(byte) ? byte - '0' : (byte | 0x20) - 'a' + 10);
        if (value > -TSL_MIN)
            value = -TSL_MIN + 1; /* too large is large enough */
    }
    if (length > UINT16_MAX || value > -TSL_MIN)
        return wrong(c, c->line, c->column,
                     "%.*s does not fit 16 bits: values are %d to %d",
                     length > 40 ? 40 : (int)length, s, TSL_MIN, TSL_MAX);
    k->kind = TOKEN_NUMBER;
    k->length = (uint16_t)length;
    k->value = (int32_t)value;
    return 0;
}

static int cut_name(struct cutter *c, struct token *k)
{
    size_t length = run_of_letters(c);
    const char *s = c->t->text + c->at;

    if (length >= TSL_NAME)
        return wrong(c, c->line, c->column,
                     "the name '%.*s...' is longer than %d letters",
                     TSL_NAME - 1, s, TSL_NAME - 1);
    k->kind = TOKEN_NAME;
    k->length = (uint16_t)length;
    for (int i = 0; words[i]; i++)
        if (strlen(words[i]) == length && memcmp(words[i], s, length) == 0)
            k->kind = (uint16_t)(TOKEN_WORDS + i);
    return 0;
}

static int wrong_sign(struct cutter *c, int byte)
{
    if (byte == ':' && peek(c, 1) == '=')
        return wrong(c, c->line, c->column,
                     "':=' is not in the language: '=' assigns");
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
        if (strangers[i].sign == byte)
            return wrong(c, c->line, c->column,
                         "'%c' is not in the language%s%s", byte,
                         strangers[i].hint ? ": " : "",
                         strangers[i].hint ? strangers[i].hint : "");
    if (byte >= 0x80)
        return wrong(c, c->line, c->column,
                     "only comments may have letters and signs other than "
                     "ASCII's");
    return wrong(c, c->line, c->column,
                 "a byte of value %d does not belong in a text", byte);
}

static int cut_sign(struct cutter *c, struct token *k)
{
    int byte = peek(c, 0);

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (byte == signs[i].text[0] && peek(c, 1) == signs[i].text[1]) {
            k->kind = signs[i].kind;
            k->length = 2;
            return 0;
        }
    }
    if ((byte == '<' || byte == '>') && peek(c, 1) == byte)
        return wrong(c, c->line, c->column,
                     "'%c%c' is not in the language: there are no operators "
                     "on bits",
                     byte, byte);
    if (byte == 0 || !strchr(single, byte))
        return wrong_sign(c, byte);
    k->kind = (uint16_t)byte;
    k->length = 1;
    return 0;
}

static struct token *add_token(struct cutter *c)
{
    struct tokens *t = c->t;

    if (t->count == c->cap) {
        int cap = c->cap ? 2 * c->cap : 256;
        struct token *more = realloc(t->list, (size_t)cap * sizeof(*more));

        if (!more)
            return NULL;
        t->list = more;
        c->cap = cap;
    }
    t->list[t->count] = (struct token){
        .at = (int32_t)c->at, .line = (uint16_t)c->line, .column = c->column};
    return &t->list[t->count++];
}

static int cut_all(struct cutter *c)
{
    for (;;) {
        struct token *k;
        int byte, rc = skip_blank(c);

        if (rc == 0 && c->line > UINT16_MAX)
            rc = wrong(c, c->line, 1, "the text has more than %d lines",
                       UINT16_MAX);
        k = add_token(c);
        if (!k)
            return err_set(c->err, -ENOMEM, "%s: no memory", c->t->name);
        byte = peek(c, 0);
        if (rc < 0 || byte < 0)
            return 0;
        if (byte < 0x80 && isdigit(byte))
            rc = cut_number(c, k);
        else if (byte < 0x80 && (isalpha(byte) || byte == '_'))
            rc = cut_name(c, k);
        else
            rc = cut_sign(c, k);
        if (rc < 0) {
            k->kind = TOKEN_END;
            return 0;
        }
        skip(c, k->length);
    }
}

int tokens_cut(struct tokens *t, const char *name, const char *text,
               size_t length, struct err *err)
{
    struct cutter c = {.t = t, .err = err, .line = 1, .column = 1};
    int rc;

    *t = (struct tokens){.name = name, .text = text, .length = length};
    if (length > TSL_TEXT)
        return err_set(err, -EINVAL, "%s:1:1: the text is larger than %d KiB",
                       name, TSL_TEXT / 1024);
    rc = cut_all(&c);
    if (rc < 0)
        tokens_fini(t);
    return rc;
}

void tokens_fini(struct tokens *t)
{
    free(t->list);
    t->list = NULL;
    t->count = 0;
}
