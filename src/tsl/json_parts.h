/* What the parts of the JSON reader share (json.c, json_code.c,
 * json_expr.c). */
#ifndef TSL_JSON_PARTS_H
#define TSL_JSON_PARTS_H

#include <jansson.h>

#include "base/text.h"
#include "tsl/program.h"

struct json_label {
    const char *name; /* of the JSON: lives as long */
    int op;
};

/* A program while it is read, and where the reader is. */
struct reader {
    struct program *p;
    const char *name; /* of the file or case */
    struct err *err;
    struct tsl_thread *thread; /* NULL: outside of threads */
    int op;                    /* entry of its code, from 1; 0: none */
    const char *part;          /* "final", "observe", outside of threads */
    struct json_label *labels; /* of the thread */
    int label_count;
};

/* "NAME: thread T0: operation 3: " and the sentence. -EINVAL. */
int json_fail(const struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* @code of an addition that failed: -ENOMEM, else more than @bound @what. */
int json_fail_add(const struct reader *r, int code, const char *what,
                  int bound);
/* "a list", "nothing" for NULL. */
const char *json_kind_words(const json_t *value);
/* A whole number within @least .. TSL_MAX; @what it is, for the sentence. */
int json_get_value(const struct reader *r, const json_t *value,
                   const char *what, int least, int *out);

/* A name as the language has them; @what it is of, for the sentence. */
int json_get_name(const struct reader *r, const json_t *value, const char *what,
                  const char **out);
/* Is each member of @from one of @known (or a note for people)? */
int json_check_members(const struct reader *r, const json_t *from,
                       const char *what, const char *const known[]);
/* The member @name of @from, which is of @type. NULL in *@out: it is not
 * there. */
int json_get_member(const struct reader *r, const json_t *from,
                    const char *name, json_type type, const json_t **out);

/* Read "threads" (json_code.c). */
int json_read_threads(struct reader *r, const json_t *program);

/* Read an expression: of the reader's thread, or of a check. Its place, or
 * negative with a sentence. */
int32_t json_expr(struct reader *r, const json_t *value);
/* The operator written @word: enum expr_kind, or -1. */
int json_operator(const char *word);
/* An expression that json_expr() took, as the language writes it. */
void json_expr_words(const json_t *value, struct text *out);

#endif
