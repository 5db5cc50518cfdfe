/* The text of a program as words, and sentences that say where in it something
 * is wrong. Part of reading the language (parse.c). Any thread. */
#ifndef TSL_LEX_H
#define TSL_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Signs of one character are their own code; these are the rest. */
enum token_kind {
    TOKEN_END = 0, /* one, after the last */
    TOKEN_NAME = 256,
    TOKEN_NUMBER,
    TOKEN_EQ, /* == */
    TOKEN_NE,
    TOKEN_LE,
    TOKEN_GE,
    TOKEN_AND,    /* && */
    TOKEN_OR,     /* || */
    TOKEN_MORE,   /* ++ */
    TOKEN_LESS,   /* -- */
    TOKEN_ADD_TO, /* += */
    TOKEN_SUB_FROM,
    TOKEN_MUL_BY,
    TOKEN_DIV_BY,
    TOKEN_MOD_BY,
    /* The words of the language. */
    TOKEN_WORDS,
    WORD_ATOMIC = TOKEN_WORDS,
    WORD_BREAK,
    WORD_CHECK,
    WORD_COND,
    WORD_CONST,
    WORD_CONTINUE,
    WORD_CRITICAL,
    WORD_ELSE,
    WORD_EXCLUSIVE,
    WORD_FINAL,
    WORD_FN,
    WORD_FOR,
    WORD_IF,
    WORD_INT,
    WORD_ME,
    WORD_MUTEX,
    WORD_OBSERVE,
    WORD_REPEAT,
    WORD_RETURN,
    WORD_SEM,
    WORD_SHARED,
    WORD_THREAD,
    WORD_WHILE,
    TOKEN_KINDS
};
#define TOKEN_IS_WORD(kind) ((kind) >= TOKEN_WORDS)

struct token {
    uint16_t kind;   /* a sign, or enum token_kind */
    uint16_t length; /* bytes */
    uint16_t line;   /* from 1 */
    uint16_t spare;
    int32_t at;     /* its first byte in the text */
    int32_t column; /* from 1, in characters */
    int32_t value;  /* of a number: 0 .. -TSL_MIN */
};

struct tokens {
    const char *name, *text; /* borrowed */
    size_t length;           /* of the text */
    struct token *list;
    int count; /* TOKEN_END included */
    /* What ended it before the end of the text: a sign, a number or a name that
     * cannot be. For the parser to say when it comes there, since something
     * before it may be wrong, too. .code is 0 otherwise. */
    struct err wrong;
};

/* Cut @text up; it and @name must stay. 0; -EINVAL with a sentence: it is too
 * large; -ENOMEM. tokens_fini() after success. */
int tokens_cut(struct tokens *t, const char *name, const char *text,
               size_t length, struct err *err);
void tokens_fini(struct tokens *t); /* {0} is fine */

/* All words of the language, NULL at the end: for "did you mean". */
const char *const *token_words(void);

/* Does the token stand for exactly @word? */
bool token_is(const struct tokens *t, int token, const char *word);
/* Its text into @out, cut to fit; returns @out. */
char *token_text(const struct tokens *t, int token, char *out, size_t size);

/* Put "NAME:LINE:COLUMN: " and a sentence into @err; returns -EINVAL. The
 * second form points behind the token: something is missing there. */
int tokens_say(const struct tokens *t, int token, struct err *err,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
int tokens_say_after(const struct tokens *t, int token, struct err *err,
                     const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
