/* The RESULT of an answer file of races against what the search found, kind by
 * kind. The screen process. */
#include <gmp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/races_parts.h"

#define SHARE_TOLERANCE 1e-9
#define DIGITS_MOST 4096 /* of numbers in fractions */

/* ---- words --------------------------------------------------------------- */

static char *dump(const json_t *value)
{
    return value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
}

void races_differ(const struct races_case *c, const char *what,
                  const json_t *stated, const json_t *ours)
{
    char *a = dump(stated), *b = dump(ours);

    check_differ(c->r, what, a ? a : "nothing", b ? b : "not computed");
    free(a);
    free(b);
}

void races_say_unknown(struct check_report *r, const char *name,
                       const char *const known[])
{
    const char *near = text_nearest(name, known);
    struct text t = {0};

    text_addf(&t, "\"%.60s\" is nothing that can be recomputed", name);
    if (near)
        text_addf(&t, "; did you mean \"%s\"?", near);
    check_say(r, name, text_str(&t));
    text_fini(&t);
}

/* ---- numbers ------------------------------------------------------------- */

/* A whole number of any size, as a number or as the text of its digits, without
 * leading noughts; "null" for null. false: it is neither. */
static bool count_digits(const json_t *value, struct text *out)
{
    const char *s = json_string_value(value);

    if (json_is_integer(value))
        text_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_null(value))
        text_add(out, "null");
    if (!s)
        return json_is_integer(value) || json_is_null(value);
    if (*s == '\0' || s[strspn(s, "0123456789")] != '\0')
        return false;
    s += strspn(s, "0");
    text_add(out, *s ? s : "0");
    return true;
}

static bool same_count(const json_t *a, const json_t *b)
{
    struct text x = {0}, y = {0};
    bool same = count_digits(a, &x) && count_digits(b, &y) &&
                strcmp(text_str(&x), text_str(&y)) == 0;

    text_fini(&x);
    text_fini(&y);
    return same;
}

void races_compare_count(const struct races_case *c, const char *what,
                         const json_t *stated, const json_t *ours)
{
    if (!same_count(stated, ours))
        races_differ(c, what, stated, ours);
}

static bool is_fraction(const char *s)
{
    const char *digits = "0123456789";
    size_t n = strspn(s, digits), d;

    if (n == 0 || n > DIGITS_MOST || s[n] == '\0')
        return n > 0 && n <= DIGITS_MOST;
    d = strspn(s + n + 1, digits);
    return s[n] == '/' && d > 0 && d <= DIGITS_MOST && s[n + 1 + d] == '\0' &&
           s[n + 1 + strspn(s + n + 1, "0")] != '\0';
}

/* Both are texts such as "2/3", not necessarily reduced. */
static bool same_fraction(const char *a, const char *b)
{
    mpq_t x, y;
    bool same;

    if (!is_fraction(a) || !is_fraction(b))
        return false;
    mpq_inits(x, y, NULL);
    mpq_set_str(x, a, 10);
    mpq_set_str(y, b, 10);
    mpq_canonicalize(x);
    mpq_canonicalize(y);
    same = mpq_equal(x, y) != 0;
    mpq_clears(x, y, NULL);
    return same;
}

/* The value of the text @a, which is not known exactly here. */
static bool near_fraction(const char *a, double value)
{
    mpq_t x;
    bool near;

    if (!is_fraction(a))
        return false;
    mpq_init(x);
    mpq_set_str(x, a, 10);
    mpq_canonicalize(x);
    near = fabs(mpq_get_d(x) - value) <= SHARE_TOLERANCE;
    mpq_clear(x);
    return near;
}

/* [text or null, number], or null. */
static void compare_share(const struct races_case *c, const char *what,
                          const json_t *stated, const json_t *ours)
{
    const json_t *exact = json_array_get(stated, 0);
    const json_t *number = json_array_get(stated, 1);
    const char *text = json_string_value(exact);
    const char *known = json_string_value(json_array_get(ours, 0));
    double value = json_number_value(json_array_get(ours, 1));
    bool same = json_array_size(stated) == 2 && json_is_number(number) &&
                json_array_size(ours) == 2 &&
                fabs(json_number_value(number) - value) <= SHARE_TOLERANCE;

    if (json_is_null(stated) && json_is_null(ours))
        return;
    if (text)
        same = same && (known ? same_fraction(text, known)
                              : near_fraction(text, value));
    else
        same = same && json_is_null(exact);
    if (!same)
        races_differ(c, what, stated, ours);
}

/* ---- sets of ends -------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The members of @list as texts, sorted; as many as its size. */
static char **sorted_texts(const json_t *list)
{
    size_t count = json_array_size(list);
    char **texts = calloc(count + 1, sizeof(*texts));
    bool whole = texts;

    for (size_t i = 0; whole && i < count; i++) {
        texts[i] = dump(json_array_get(list, i));
        whole = texts[i];
    }
    if (!whole) {
        for (size_t i = 0; texts && i < count; i++)
            free(texts[i]);
        free(texts);
        return NULL;
    }
    qsort(texts, count, sizeof(*texts), by_text);
    return texts;
}

static void free_texts(char **texts)
{
    for (size_t i = 0; texts && texts[i]; i++)
        free(texts[i]);
    free(texts);
}

static bool has_text(char **texts, const char *wanted)
{
    for (size_t i = 0; texts[i]; i++)
        if (strcmp(texts[i], wanted) == 0)
            return true;
    return false;
}

/* Which are in one and not in the other? */
static void compare_finals(const struct races_case *c, const char *what,
                           const json_t *stated, const json_t *ours)
{
    char **a = sorted_texts(stated), **b = sorted_texts(ours);

    if (!a || !b)
        c->r->failed_alloc = true;
    else if (!json_is_array(stated) || !ours)
        races_differ(c, what, stated, ours);
    else {
        for (size_t i = 0; a[i]; i++)
            if (!has_text(b, a[i]))
                check_differ(c->r, what, a[i], "no such end");
        for (size_t i = 0; b[i]; i++)
            if (!has_text(a, b[i]))
                check_differ(c->r, what, "no such end", b[i]);
    }
    free_texts(a);
    free_texts(b);
}

/* ---- the rest ------------------------------------------------------------ */

static void compare_equal(const struct races_case *c, const char *what,
                          const json_t *stated, const json_t *ours)
{
    if (!json_equal(stated, ours))
        races_differ(c, what, stated, ours);
}

/* Absent is false. */
static void compare_flag(const struct races_case *c, const char *what,
                         const json_t *stated, const json_t *ours)
{
    if (!json_is_boolean(stated) ||
        json_is_true(stated) != json_is_true(ours) || json_is_null(ours))
        races_differ(c, what, stated, ours);
}

static void compare_witness(const struct races_case *c, const char *what,
                            const json_t *stated, const json_t *ours)
{
    const char *name = strchr(what, '.') + 1;
    struct text why = {0};

    if (!stated || !ours) {
        races_differ(c, what, stated, ours);
        return;
    }
    for (int k = 0; k < FAILURE_COUNT; k++)
        if (strcmp(failure_names[k], name) == 0)
            races_replay(c, stated, (enum failure)k, &why);
    if (why.len > 0) {
        struct text sentence = {0};

        text_addf(&sentence, "%s: %s", what, text_str(&why));
        check_say(c->r, what, text_str(&sentence));
        text_fini(&sentence);
    }
    text_fini(&why);
}

typedef void compare(const struct races_case *c, const char *what,
                     const json_t *stated, const json_t *ours);

static const struct {
    compare *one;
    bool by_failure;
} kinds[] = {
    [EXPLORE_FINALS] = {compare_finals, false},
    [EXPLORE_FLAG] = {compare_flag, false},
    [EXPLORE_FLAGS] = {compare_flag, true},
    [EXPLORE_WORDS] = {compare_equal, false},
    [EXPLORE_COUNT] = {races_compare_count, false},
    [EXPLORE_COUNTS] = {races_compare_count, true},
    [EXPLORE_SHARE] = {compare_share, false},
    [EXPLORE_SHARES] = {compare_share, true},
    [EXPLORE_WITNESSES] = {compare_witness, true},
};

/* An object by failure says which are reachable: one that is not in it is
 * not. */
static void compare_by_failure(const struct races_case *c,
                               const struct explore_field *field,
                               const json_t *stated, const json_t *ours)
{
    const char *known[FAILURE_COUNT + 1] = {NULL}, *name;
    json_t *value;
    char what[48];

    if (!json_is_object(stated)) {
        races_differ(c, field->name, stated, ours);
        return;
    }
    for (int k = 0; k < FAILURE_COUNT; k++) {
        const json_t *a = json_object_get(stated, failure_names[k]);
        const json_t *b = json_object_get(ours, failure_names[k]);

        known[k] = failure_names[k];
        snprintf(what, sizeof(what), "%s.%s", field->name, failure_names[k]);
        if (a || (b && !json_is_false(b)))
            kinds[field->kind].one(c, what, a, b);
    }
    json_object_foreach((json_t *)(uintptr_t)stated, name, value)
    {
        bool found = false;

        for (int k = 0; k < FAILURE_COUNT; k++)
            found |= strcmp(known[k], name) == 0;
        if (!found)
            races_say_unknown(c->r, name, known);
    }
}

static const char *const informative[] = {"ref_states", "ref_transitions",
                                          "note"};
#define INFORMATIVE (sizeof(informative) / sizeof(informative[0]))

void races_compare(const struct races_case *c, const json_t *stated)
{
    const char *known[32] = {NULL}, *name;
    json_t *value;
    size_t count = 0;

    for (int i = 0; i < explore_field_count; i++)
        known[count++] = explore_fields[i].name;
    for (size_t i = 0; i < INFORMATIVE; i++)
        known[count++] = informative[i];
    json_object_foreach((json_t *)(uintptr_t)stated, name, value)
    {
        const struct explore_field *field = NULL;
        /* What else "explore --json" prints may stand there too. */
        bool ignored = json_object_get(c->ours, name) != NULL;

        for (int i = 0; i < explore_field_count; i++)
            if (strcmp(explore_fields[i].name, name) == 0)
                field = &explore_fields[i];
        for (size_t i = 0; i < INFORMATIVE; i++)
            ignored |= strcmp(informative[i], name) == 0;
        if (field && kinds[field->kind].by_failure)
            compare_by_failure(c, field, value, json_object_get(c->ours, name));
        else if (field)
            kinds[field->kind].one(c, name, value,
                                   json_object_get(c->ours, name));
        else if (!ignored)
            races_say_unknown(c->r, name, known);
    }
}
