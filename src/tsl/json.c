/* Programs as micro-steps in JSON: the form of the answer files of races. What
 * stands in a file may be anything; each thing that does not fit gets one
 * sentence that says where. Expressions are in json_expr.c. Any thread. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tsl/build.h"
#include "tsl/json_parts.h"

/* ---- sentences ----------------------------------------------------------- */

int json_fail(const struct reader *r, const char *format, ...)
{
    struct text t = {0};
    va_list ap;
    int rc;

    text_addf(&t, "%s: ", r->name);
    if (r->thread)
        text_addf(&t, "thread %s: ", r->thread->name);
    if (r->op > 0)
        text_addf(&t, "operation %d: ", r->op);
    va_start(ap, format);
    text_addv(&t, format, ap);
    va_end(ap);
    rc = err_set(r->err, -EINVAL, "%s", text_str(&t));
    text_fini(&t);
    return rc;
}

int json_fail_add(const struct reader *r, int code, const char *what, int bound)
{
    if (code == -ENOMEM)
        return err_set(r->err, -ENOMEM, "%s: no memory", r->name);
    return json_fail(r, "more than %d %s", bound, what);
}

const char *json_kind_words(const json_t *value)
{
    static const char *const words[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a text",    [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a fraction",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };

    return value ? words[json_typeof(value)] : "nothing";
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

int json_get_name(const struct reader *r, const json_t *value, const char *what,
                  const char **out)
{
    const char *s = json_string_value(value);
    size_t n = 0;

    if (!s)
        return json_fail(r, "the name of %s should be a text, and is %s", what,
                         json_kind_words(value));
    while (is_letter(s[n]) || (n > 0 && s[n] >= '0' && s[n] <= '9'))
        n++;
    if (n == 0 || s[n] != '\0')
        return json_fail(r,
                         "\"%.40s\" cannot be the name of %s: names are "
                         "letters, digits and _, and begin with no digit",
                         s, what);
    if (n >= TSL_NAME)
        return json_fail(r,
                         "the name \"%.40s\" is too long: at most %d letters",
                         s, TSL_NAME - 1);
    *out = s;
    return 0;
}

int json_get_value(const struct reader *r, const json_t *value,
                   const char *what, int least, int *out)
{
    json_int_t n = json_integer_value(value);

    if (!json_is_integer(value))
        return json_fail(r, "%s should be a whole number, and is %s", what,
                         json_kind_words(value));
    if (n < least || n > TSL_MAX)
        return json_fail(
            r, "%s is %" JSON_INTEGER_FORMAT ", which is outside %d .. %d",
            what, n, least, TSL_MAX);
    *out = (int)n;
    return 0;
}

int json_check_members(const struct reader *r, const json_t *from,
                       const char *what, const char *const known[])
{
    const char *name, *near;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)from, name, value)
    {
        bool found = strcmp(name, "note") == 0;

        for (int i = 0; known[i]; i++)
            found |= strcmp(known[i], name) == 0;
        if (found)
            continue;
        near = text_nearest(name, known);
        if (near)
            return json_fail(r, "%s has no \"%.40s\": did you mean \"%s\"?",
                             what, name, near);
        return json_fail(r, "%s has no \"%.40s\"", what, name);
    }
    return 0;
}

int json_get_member(const struct reader *r, const json_t *from,
                    const char *name, json_type type, const json_t **out)
{
    *out = json_object_get(from, name);
    if (*out && json_typeof(*out) != type)
        return json_fail(r, "\"%s\" should be %s, and is %s", name,
                         type == JSON_OBJECT  ? "an object"
                         : type == JSON_ARRAY ? "a list"
                                              : "a text",
                         json_kind_words(*out));
    return 0;
}

/* ---- what is shared ------------------------------------------------------ */

static int add_object(struct reader *r, const json_t *called, const char *what,
                      enum object_kind kind, int length)
{
    const char *name = "";
    int rc = json_get_name(r, called, what, &name);

    if (rc < 0)
        return rc;
    if (program_object(r->p, name) >= 0)
        return json_fail(r, "the name %s is given twice", name);
    rc = program_add_object(r->p, name, kind, length);
    if (rc == -E2BIG && r->p->object_count < TSL_OBJECTS)
        return json_fail_add(r, rc, "shared cells", TSL_CELLS);
    return rc < 0 ? json_fail_add(r, rc, "shared things", TSL_OBJECTS) : rc;
}

/* The values of the cells of object @at: a number, or a list of them. */
static int read_start(struct reader *r, int at, const json_t *value, int least)
{
    const struct object *o = &r->p->objects[at];
    char what[TSL_NAME + 16];
    int rc = 0, n;

    for (int i = 0; i < o->length && rc == 0; i++) {
        if (o->array)
            snprintf(what, sizeof(what), "%s[%d]", o->name, i);
        else
            snprintf(what, sizeof(what), "%s", o->name);
        rc = json_get_value(r,
                            o->array ? json_array_get(value, (size_t)i) : value,
                            what, least, &n);
        if (rc == 0)
            r->p->start[o->first + i] = (int16_t)n;
    }
    return rc;
}

/* "shared" and "semaphores": objects of name and value at the start. */
static int read_valued(struct reader *r, const json_t *program,
                       const char *member, enum object_kind kind)
{
    const char *what = kind == OBJECT_INT ? "something shared" : "a semaphore";
    const char *name;
    const json_t *from;
    json_t *value;
    int rc = json_get_member(r, program, member, JSON_OBJECT, &from);

    if (rc < 0)
        return rc;
    json_object_foreach((json_t *)(uintptr_t)from, name, value)
    {
        json_t *called = json_string(name);
        size_t length = json_array_size(value);

        if (kind == OBJECT_INT && json_is_array(value) && length == 0)
            rc = json_fail(r, "the array %.40s has no elements", name);
        else if (length > TSL_CELLS)
            rc = json_fail(r, "the array %.40s has %zu elements: at most %d",
                           name, length, TSL_CELLS);
        else if (kind == OBJECT_INT)
            rc = add_object(r, called, what, kind, (int)length);
        else
            rc = add_object(r, called, what, kind, 0);
        json_decref(called);
        if (rc >= 0)
            rc = read_start(r, rc, value, kind == OBJECT_INT ? TSL_MIN : 0);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* "mutexes" and "condvars": lists of names. */
static int read_named(struct reader *r, const json_t *program,
                      const char *member, enum object_kind kind)
{
    const char *what = kind == OBJECT_MUTEX ? "a mutex" : "a condition";
    const json_t *list, *one;
    size_t i;
    int rc = json_get_member(r, program, member, JSON_ARRAY, &list);

    if (rc < 0)
        return rc;
    json_array_foreach(list, i, one)
    {
        rc = add_object(r, one, what, kind, 0);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- what must hold ------------------------------------------------------ */

static int read_exclusion(struct reader *r, const json_t *program)
{
    const json_t *list, *pair;
    size_t i;
    int rc = json_get_member(r, program, "exclusion", JSON_ARRAY, &list);

    if (rc < 0)
        return rc;
    json_array_foreach(list, i, pair)
    {
        int at[2] = {-1, -1};

        for (size_t k = 0; k < 2; k++) {
            const char *name = json_string_value(json_array_get(pair, k));

            if (!name || json_array_size(pair) != 2)
                return json_fail(r,
                                 "exclusion %zu should be the names of two "
                                 "regions",
                                 i + 1);
            for (int g = 0; g < r->p->region_count; g++)
                if (strcmp(r->p->regions[g], name) == 0)
                    at[k] = g;
            if (at[k] < 0)
                return json_fail(r,
                                 "exclusion %zu names the region \"%.40s\", "
                                 "which no thread enters",
                                 i + 1, name);
        }
        r->p->exclude[at[0]] |= 1U << at[1];
        r->p->exclude[at[1]] |= 1U << at[0];
    }
    return 0;
}

static int read_final(struct reader *r, const json_t *program)
{
    const json_t *final = json_object_get(program, "final");
    struct tsl_check *check;
    int32_t expr;

    if (!final || json_is_null(final))
        return 0;
    r->part = "final";
    expr = json_expr(r, final);
    if (expr < 0)
        return expr;
    check = grow(&r->p->checks, r->p->check_count, sizeof(*check));
    if (!check)
        return json_fail_add(r, -ENOMEM, "", 0);
    check->expr = expr;
    r->p->check_count++;
    return 0;
}

static int add_observed(struct reader *r, const json_t *value)
{
    int32_t expr = json_expr(r, value);
    struct tsl_observed *o;
    struct text words = {0};

    if (expr < 0)
        return expr;
    if (r->p->observed_count >= TSL_OBSERVED)
        return json_fail_add(r, -E2BIG, "observed values", TSL_OBSERVED);
    o = grow(&r->p->observed, r->p->observed_count, sizeof(*o));
    if (!o)
        return json_fail_add(r, -ENOMEM, "", 0);
    o->expr = expr;
    r->p->observed_count++;
    json_expr_words(value, &words);
    if (snprintf(o->text, sizeof(o->text), "%s", text_str(&words)) >=
        (int)sizeof(o->text))
        memcpy(o->text + sizeof(o->text) - 4, "...", 4);
    text_fini(&words);
    return 0;
}

/* What is observed when nothing is said: every shared integer. */
static int observe_all(struct reader *r)
{
    int rc = 0;

    for (int i = 0; i < r->p->object_count && rc == 0; i++) {
        const struct object *o = &r->p->objects[i];
        json_t *name;

        if (o->kind != OBJECT_INT || o->array ||
            r->p->observed_count >= TSL_OBSERVED)
            continue;
        name = json_string(o->name);
        rc = add_observed(r, name);
        json_decref(name);
    }
    return rc;
}

static int read_observe(struct reader *r, const json_t *program)
{
    const json_t *list, *one;
    size_t i;
    int rc = json_get_member(r, program, "observe", JSON_ARRAY, &list);

    r->part = "observe";
    if (rc == 0 && !list)
        return observe_all(r);
    json_array_foreach(list, i, one)
    {
        if (rc == 0)
            rc = add_observed(r, one);
    }
    return rc;
}

/* ---- all of it ----------------------------------------------------------- */

static int read_program(struct reader *r, const json_t *json)
{
    static const char *const known[] = {
        "shared", "mutexes", "semaphores", "condvars", "threads", "exclusion",
        "final",  "observe", "name",       "id",       "title",   NULL};
    int rc;

    if (!json_is_object(json))
        return json_fail(r,
                         "a program should be an object with \"threads\", and "
                         "is %s",
                         json_kind_words(json));
    rc = json_check_members(r, json, "a program", known);
    if (rc == 0)
        rc = read_valued(r, json, "shared", OBJECT_INT);
    if (rc == 0)
        rc = read_named(r, json, "mutexes", OBJECT_MUTEX);
    if (rc == 0)
        rc = read_valued(r, json, "semaphores", OBJECT_SEMAPHORE);
    if (rc == 0)
        rc = read_named(r, json, "condvars", OBJECT_CONDITION);
    if (rc == 0)
        rc = json_read_threads(r, json);
    if (rc == 0)
        rc = read_exclusion(r, json);
    if (rc == 0)
        rc = read_final(r, json);
    if (rc == 0)
        rc = read_observe(r, json);
    return rc < 0 ? rc : program_finish(r->p, r->err);
}

int program_from_json(const char *name, const struct json_t *json,
                      struct program **out, struct err *err)
{
    struct reader r = {.name = name, .err = err};
    int rc;

    *out = NULL;
    r.p = calloc(1, sizeof(*r.p));
    if (r.p)
        r.p->name = strdup(name);
    if (!r.p || !r.p->name) {
        free(r.p);
        return err_set(err, -ENOMEM, "%s: no memory", name);
    }
    rc = read_program(&r, json);
    free(r.labels);
    if (rc < 0) {
        program_free(r.p);
        return rc;
    }
    *out = r.p;
    return 0;
}
