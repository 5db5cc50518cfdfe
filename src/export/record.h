/* Records in JSON, built key by key. Whether memory ran out on the way is asked
 * once, at the end. One thread a record. */
#ifndef EXPORT_RECORD_H
#define EXPORT_RECORD_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/machine.h"
#include "spec/metric.h"
#include "trace/trace.h"

struct record {
    const struct trace *trace; /* of a run */
    bool failed;
};

/* Takes @value over, also on failure; a NULL @value is such a failure. */
void record_put(struct record *r, json_t *object, const char *key,
                json_t *value);
void record_append(struct record *r, json_t *array, json_t *value);
/* What is not UTF-8 is replaced. */
void record_string(struct record *r, json_t *object, const char *key,
                   const char *s);
void record_integer(struct record *r, json_t *object, const char *key,
                    int64_t n);
/* JSON has no word for what is not a number: such a value is left out, like
 * one that was not measured. */
void record_real(struct record *r, json_t *object, const char *key, double x);
void record_seconds(struct record *r, json_t *object, const char *key,
                    int64_t ns);
json_t *record_metrics(struct record *r, const struct metrics *m);
json_t *record_machine(struct record *r, const struct machine *m);

/* Write @o and a newline; @o is taken over. @what: "the run record". 0, or a
 * negative errno with a sentence. */
int record_print(struct record *r, json_t *o, FILE *out, const char *what,
                 struct err *err);

#endif
