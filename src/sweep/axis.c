/* The values of one setting that a sweep goes through: LIST and back. Any
 * process. */
#include "sweep/axis.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one value ---------------------------------------------------------- */

/* The number behind @s in @spec, in the unit a person writes. False: it is none
 * (a word, a list). */
static bool number_of(const struct setting *s, const struct spec *spec,
                      const char *value, double *number)
{
    const char *field = (const char *)spec + s->offset;
    int64_t n;
    double x;

    if (!isdigit((unsigned char)value[0]) && value[0] != '-' &&
        value[0] != '+' && value[0] != '.')
        return false;
    switch (s->type) {
    case SETTING_COUNT:
    case SETTING_WORKERS:
    case SETTING_CHUNK:
    case SETTING_SIZE:
        memcpy(&n, field, sizeof(n));
        *number = (double)n;
        return true;
    case SETTING_SECONDS:
        memcpy(&n, field, sizeof(n));
        *number = (double)n / 1e9;
        return true;
    case SETTING_MS:
        memcpy(&n, field, sizeof(n));
        *number = (double)n / 1e6;
        return true;
    case SETTING_REAL:
        memcpy(&x, field, sizeof(x));
        *number = x;
        return true;
    case SETTING_TEXT:
    case SETTING_CHOICE:
    case SETTING_CPUS:
    case SETTING_PHASES:
    case SETTING_OBSERVER:
        break;
    }
    return false;
}

void axis_value_of(const char *name, const struct spec *spec, struct text *out)
{
    const struct setting *s = spec_setting(name);

    if (s != NULL)
        spec_format_setting(spec, s, out);
    else
        text_add(out, spec_workload_words[spec->workload]);
}

int axis_value(const char *name, const char *value, const struct spec *base,
               struct text *canonical, bool *numeric, double *number,
               struct err *err)
{
    const struct setting *s = spec_setting(name);
    struct spec spec = *base;
    int rc;

    if (strlen(value) >= SWEEP_VALUE_TEXT)
        return err_set(err, -EINVAL,
                       "--over %s: %.60s... is too long for a value, which has "
                       "up to %d characters",
                       name, value, SWEEP_VALUE_TEXT - 1);
    rc = spec_set(&spec, name, value, err);
    if (rc < 0)
        return rc;
    *number = 0;
    *numeric = s != NULL && number_of(s, &spec, value, number);
    axis_value_of(name, &spec, canonical);
    return 0;
}

/* ---- ranges ------------------------------------------------------------- */

/* "1-8" and "1-64x2": whole numbers, maybe with a k or M. */
struct range {
    int64_t from, to;
    int64_t times; /* 0: one more each time */
    int suffix;    /* of both ends; '\0' */
};

static bool read_end(const char **p, int64_t *n, int *suffix)
{
    char *end;

    if (!isdigit((unsigned char)(**p == '-' ? (*p)[1] : **p)))
        return false;
    errno = 0;
    *n = strtoll(*p, &end, 10);
    *p = end;
    *suffix = '\0';
    if (errno != 0)
        return false;
    if (**p == 'k' || **p == 'M' || **p == 'G')
        *suffix = (unsigned char)*(*p)++;
    return true;
}

/* Is @value one? Only settings that are numbers have ranges. */
static bool read_range(const struct setting *s, const char *value,
                       struct range *r)
{
    const char *p = value;
    int from_suffix;

    if (s == NULL || s->type == SETTING_CPUS || s->type == SETTING_TEXT ||
        s->type == SETTING_PHASES || s->type == SETTING_CHOICE ||
        s->type == SETTING_OBSERVER)
        return false;
    if (!read_end(&p, &r->from, &from_suffix) || *p++ != '-' ||
        !read_end(&p, &r->to, &r->suffix))
        return false;
    if (from_suffix != r->suffix && from_suffix != '\0')
        return false;
    r->times = 0;
    if (*p == 'x') {
        char *end;

        r->times = strtoll(p + 1, &end, 10);
        if (end == p + 1 || r->times < 0)
            return false;
        p = end;
    }
    return *p == '\0';
}

static bool range_next(const struct range *r, int64_t *n)
{
    if (r->times > 0 && *n > r->to / r->times)
        return false;
    *n = r->times > 0 ? *n * r->times : *n + 1;
    return *n <= r->to;
}

static int check_range(const char *name, const char *value,
                       const struct range *r, struct err *err)
{
    int64_t n = r->from;
    int count = 1;

    if (r->from > r->to)
        return err_set(err, -EINVAL,
                       "--over %s: %.40s runs backwards; write the smaller "
                       "number first",
                       name, value);
    if (strchr(value, 'x') != NULL && (r->times < 2 || r->from < 1))
        return err_set(err, -EINVAL,
                       "--over %s: %.40s would never end; 1-64x2 stands for 1, "
                       "2, 4 .. 64",
                       name, value);
    while (count <= SWEEP_VALUES && range_next(r, &n))
        count++;
    if (count > SWEEP_VALUES)
        return err_set(err, -EINVAL,
                       "--over %s: %.40s are more than %d values; leave some "
                       "out, or write 1-64x2 for 1, 2, 4 .. 64",
                       name, value, SWEEP_VALUES);
    return 0;
}

/* ---- the list ----------------------------------------------------------- */

void axis_workers(struct sweep_axis *a)
{
    memset(a, 0, sizeof(*a));
    snprintf(a->name, sizeof(a->name), "workers");
    a->numeric = true;
}

void axis_add(struct sweep_axis *a, const char *value, double number)
{
    assert(a->count < SWEEP_VALUES);
    snprintf(a->value[a->count], sizeof(a->value[0]), "%s", value);
    a->number[a->count++] = number;
}

void axis_sort(struct sweep_axis *a)
{
    for (int i = 1; a->numeric && i < a->count; i++) {
        for (int j = i; j > 0 && a->number[j] < a->number[j - 1]; j--) {
            char value[SWEEP_VALUE_TEXT];
            double number = a->number[j];

            memcpy(value, a->value[j], sizeof(value));
            memcpy(a->value[j], a->value[j - 1], sizeof(value));
            memcpy(a->value[j - 1], value, sizeof(value));
            a->number[j] = a->number[j - 1];
            a->number[j - 1] = number;
        }
    }
}

/* Is it there, maybe in other words (1k and 1000)? */
static bool is_there(const struct sweep_axis *a, const struct spec *base,
                     const char *canonical)
{
    bool found = false;

    for (int i = 0; i < a->count && !found; i++) {
        struct text text = {0};
        bool numeric;
        double number;

        axis_value(a->name, a->value[i], base, &text, &numeric, &number, NULL);
        found = strcmp(text_str(&text), canonical) == 0;
        text_fini(&text);
    }
    return found;
}

static int add_value(struct sweep_axis *a, const char *value,
                     const struct spec *base, struct err *err)
{
    struct text canonical = {0};
    bool numeric = false;
    double number = 0;
    int rc;

    rc = axis_value(a->name, value, base, &canonical, &numeric, &number, err);
    if (rc == 0 && is_there(a, base, text_str(&canonical)))
        rc = err_set(err, -EINVAL,
                     "--over %s has %.40s twice; leave one of them out",
                     a->name, value);
    if (rc == 0 && a->count == SWEEP_VALUES)
        rc = err_set(err, -EINVAL,
                     "--over %s has more than %d values; leave some out",
                     a->name, SWEEP_VALUES);
    if (rc == 0) {
        a->numeric = a->count == 0 ? numeric : a->numeric && numeric;
        axis_add(a, value, number);
    }
    text_fini(&canonical);
    return rc;
}

/* A value or a range of them. */
static int add_item(struct sweep_axis *a, const char *item,
                    const struct spec *base, struct err *err)
{
    struct range r;
    int rc;

    if (!read_range(spec_setting(a->name), item, &r))
        return add_value(a, item, base, err);
    rc = check_range(a->name, item, &r, err);
    for (int64_t n = r.from; rc == 0;) {
        char value[SWEEP_VALUE_TEXT];

        snprintf(value, sizeof(value), "%" PRId64 "%c", n, r.suffix);
        rc = add_value(a, value, base, err);
        if (!range_next(&r, &n))
            break;
    }
    return rc;
}

static int check_name(const char *name, const struct spec *base,
                      struct err *err)
{
    struct spec spec = *base;

    /* spec_set() knows what to say of a name that there is not. */
    if (strcmp(name, "workload") == 0 || spec_setting(name) != NULL)
        return 0;
    return spec_set(&spec, name, "1", err);
}

int axis_not_given(const char *name, const char *by, const struct spec *base,
                   struct err *err)
{
    const struct setting *s = spec_setting(name);
    struct text text = {0};
    int rc = 0;

    if (s == NULL || !spec_given(base, (int)(s - spec_settings)))
        return 0;
    spec_format_setting(base, s, &text);
    rc = err_set(err, -EINVAL,
                 "--%s %.40s says one value and %.80s several; leave one of "
                 "them out",
                 name, text_str(&text), by);
    text_fini(&text);
    return rc;
}

static int add_list(struct sweep_axis *a, char *list, const struct spec *base,
                    struct err *err)
{
    /* With a ; anywhere that separates, and commas are part of the values. */
    int separator = strchr(list, ';') != NULL ? ';' : ',';
    int rc = 0;

    for (char *item = list; item != NULL && rc == 0;) {
        char *end = strchr(item, separator);

        if (end != NULL)
            *end++ = '\0';
        if (*item == '\0' && separator == ';' && end == NULL && a->count > 0)
            break; /* "0,1;" is one value */
        if (*item == '\0')
            return err_set(err, -EINVAL,
                           "--over %s: a value is missing between two %s; "
                           "write them as in 1,2,4",
                           a->name, separator == ';' ? "semicolons" : "commas");
        rc = add_item(a, item, base, err);
        item = end;
    }
    return rc;
}

int axis_parse(struct sweep_axis *a, const char *over, const struct spec *base,
               struct err *err)
{
    const char *list = strchr(over, '=');
    char *copy, by[80];
    int rc;

    memset(a, 0, sizeof(*a));
    if (list == NULL || list == over || list[1] == '\0')
        return err_set(err, -EINVAL,
                       "--over %.60s: a setting and its values are wanted, "
                       "such as --over workers=1,2,4",
                       over);
    over += strspn(over, "-"); /* --over --workers=1,2 is as clear */
    if (list <= over)
        return err_set(err, -EINVAL, "--over: a setting's name is missing");
    snprintf(a->name, sizeof(a->name), "%.*s", (int)(list - over), over);
    if (strcmp(a->name, "w") == 0)
        snprintf(a->name, sizeof(a->name), "workers");
    snprintf(by, sizeof(by), "--over %.60s", over);
    rc = check_name(a->name, base, err);
    if (rc == 0)
        rc = axis_not_given(a->name, by, base, err);
    if (rc < 0)
        return rc;
    copy = strdup(list + 1);
    if (copy == NULL)
        return err_set(err, -ENOMEM, "no memory: %m");
    rc = add_list(a, copy, base, err);
    free(copy);
    return rc;
}

/* ---- and back ----------------------------------------------------------- */

/* Does @item, a range, stand for exactly these values? */
static bool stands_for(const struct sweep_axis *a, const char *item)
{
    struct range r;
    int64_t n;
    int at = 0;

    if (!read_range(spec_setting(a->name), item, &r) || r.from > r.to)
        return false;
    n = r.from;
    do {
        char value[SWEEP_VALUE_TEXT];

        snprintf(value, sizeof(value), "%" PRId64, n);
        if (at == a->count || strcmp(a->value[at++], value) != 0)
            return false;
    } while (range_next(&r, &n));
    return at == a->count;
}

static void add_values(const struct sweep_axis *a, struct text *out)
{
    const char *last = a->value[a->count - 1];
    const char *separator = ",";
    char item[2 * SWEEP_VALUE_TEXT + 8];

    for (int i = 0; i < a->count; i++)
        if (strchr(a->value[i], ',') != NULL)
            separator = ";";
    for (int by = 0; by <= 2 && a->count > 4; by += 2) {
        snprintf(item, sizeof(item), "%s-%s%s", a->value[0], last,
                 by == 2 ? "x2" : "");
        if (!stands_for(a, item))
            continue;
        text_add(out, item);
        return;
    }
    for (int i = 0; i < a->count; i++)
        text_addf(out, "%s%s", i > 0 ? separator : "", a->value[i]);
    if (a->count == 1 && separator[0] == ';')
        text_add(out, separator);
}

void axis_format(const struct sweep_axis *a, struct text *out)
{
    struct text word = {0};

    text_addf(&word, "%s=", a->name);
    add_values(a, &word);
    text_add(out, " --over ");
    /* A shell, too, shall leave it whole. */
    if (strpbrk(text_str(&word), ";|&<>()$`\\*?#~!") != NULL &&
        strchr(text_str(&word), '\'') == NULL)
        text_addf(out, "'%s'", text_str(&word));
    else
        text_quote(out, text_str(&word));
    out->failed |= word.failed;
    text_fini(&word);
}

const char *axis_first_workload(const char *const over[], int overs,
                                char first[SWEEP_VALUE_TEXT])
{
    for (int i = 0; i < overs; i++) {
        const char *word = over[i] + strspn(over[i], "-");

        if (strncmp(word, "workload=", 9) != 0)
            continue;
        snprintf(first, SWEEP_VALUE_TEXT, "%.*s", (int)strcspn(word + 9, ",;"),
                 word + 9);
        return first;
    }
    return NULL;
}
