/* Formulas and their values as people read them: in checks, in prose. Any
 * process. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/formula_parts.h"
#include "spec/metric.h"

/* ---- a value ------------------------------------------------------------- */

/* Three digits that count, never an exponent: 0.0123, 1.23, 123, 12,345. */
static void add_number(struct text *out, double x)
{
    double size = fabs(x);
    char buf[40];
    int decimals;

    if (size >= 999.5) {
        text_add(out, size < 9e15
                          ? text_count(buf, sizeof(buf), (int64_t)llround(x))
                          : text_si(buf, sizeof(buf), x));
        return;
    }
    if (x == floor(x)) {
        text_addf(out, "%.0f", x);
        return;
    }
    decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    if (size < 0.01)
        text_addf(out, "%.2g", x);
    else
        text_addf(out, "%.*f", decimals, x);
}

static void say_seconds(double x, struct text *out)
{
    char buf[32];

    if (fabs(x) < 0.0995) { /* rather "20.4 ms" than "0.0204 s" */
        text_add(out, text_duration(buf, sizeof(buf), (int64_t)(x * 1e9)));
        return;
    }
    add_number(out, x);
    text_add(out, " s");
}

void formula_say(double value, const char *unit, struct text *out)
{
    static const struct {
        const char *unit, *after;
    } plain[] = {{"ms", " ms"}, {"us", " µs"}, {"%", " %"}, {"x", "x"}};
    char buf[32];

    if (strcmp(unit, "s") == 0) {
        say_seconds(value, out);
    } else if (strcmp(unit, "n") == 0) {
        text_add(out, text_count(buf, sizeof(buf), (int64_t)llround(value)));
    } else if (strcmp(unit, "/s") == 0) {
        text_addf(out, "%s/s", text_si(buf, sizeof(buf), value));
    } else if (strcmp(unit, "B/s") == 0) { /* as drives are sold: 171 MB/s */
        text_addf(out, "%sB/s", text_si(buf, sizeof(buf), value));
    } else if (strcmp(unit, "B") == 0) {
        text_add(out, text_bytes(buf, sizeof(buf), (int64_t)llround(value)));
    } else if (strcmp(unit, "sh") == 0) {
        text_add(out, text_percent(buf, sizeof(buf), value));
    } else {
        add_number(out, value);
        for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
            if (strcmp(unit, plain[i].unit) == 0)
                text_add(out, plain[i].after);
    }
}

static bool ends_with(const char *s, const char *end)
{
    size_t a = strlen(s), b = strlen(end);

    return a >= b && strcmp(s + a - b, end) == 0;
}

const char *formula_unit(const char *metric)
{
    static const struct {
        const char *end, *unit;
    } ends[] = {{"bytes_per_s", "B/s"}, {"_per_s", "/s"},
                {"_ms", "ms"},          {"_s", "s"},
                {"_fraction", "sh"},    {"bytes", "B"},
                {"_share", "sh"},       {"_ratio", ""},
                {"memory", "B"},        {"parallelism", ""},
                {"kept", "sh"},         {"noise", ""},
                {"speedup", "x"}};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends_with(metric, ends[i].end))
            return ends[i].unit;
    for (int i = 0; i < METRIC_COUNT; i++)
        if (ends_with(metric, metric_infos[i].name) &&
            metric_infos[i].unit == UNIT_COUNT)
            return "n";
    return "";
}

/* ---- a formula with its values ------------------------------------------- */

static const char *figure_unit(const struct node *n)
{
    const char *dot = strrchr(n->name, '.');

    return formula_unit(dot ? dot + 1 : n->name);
}

static int by_place(const void *a, const void *b)
{
    const struct node *x = *(const struct node *const *)a;
    const struct node *y = *(const struct node *const *)b;

    return (x->from > y->from) - (x->from < y->from);
}

void formula_show(const struct formula *f, const struct facts *facts,
                  struct text *out)
{
    const struct node *figure[FORMULA_NODES];
    int count = 0, at = 0;

    for (int i = 0; i < f->count; i++)
        if (f->node[i].kind == NODE_FIGURE)
            figure[count++] = &f->node[i];
    qsort(figure, (size_t)count, sizeof(const struct node *), by_place);
    for (int i = 0; i < count; i++) {
        char name[128];
        struct formula *alone;
        double x;

        text_addf(out, "%.*s (", figure[i]->to - at, f->text + at);
        at = figure[i]->to;
        snprintf(name, sizeof(name), "%.*s", figure[i]->to - figure[i]->from,
                 f->text + figure[i]->from);
        alone = formula_parse(name, NULL);
        if (alone && formula_value(alone, facts, &x, NULL))
            formula_say(x, figure_unit(figure[i]), out);
        else
            text_add(out, "-");
        text_add(out, ")");
        formula_free(alone);
    }
    text_add(out, f->text + at);
}

/* ---- prose ---------------------------------------------------------------
 */

/* What stands between braces, cut into formula and unit. */
struct hole {
    char formula[200];
    char unit[8];
    const char *end; /* behind the brace; NULL: it is never closed */
};

static void trim(char *s)
{
    size_t n = strlen(s);
    size_t lead = strspn(s, " ");

    while (n > lead && s[n - 1] == ' ')
        s[--n] = '\0';
    memmove(s, s + lead, n - lead + 1);
}

static void cut_hole(const char *s, struct hole *h)
{
    const char *close = strpbrk(s, "}\n");
    const char *bar;
    size_t n;

    *h = (struct hole){.end = NULL};
    if (!close || *close == '\n')
        return;
    h->end = close + 1;
    bar = memchr(s, '|', (size_t)(close - s));
    n = (size_t)((bar ? bar : close) - s);
    if (n >= sizeof(h->formula))
        n = sizeof(h->formula) - 1;
    memcpy(h->formula, s, n);
    trim(h->formula);
    if (bar) {
        snprintf(h->unit, sizeof(h->unit), "%.*s",
                 (int)(close - bar - 1 < 7 ? close - bar - 1 : 7), bar + 1);
        trim(h->unit);
    }
}

static bool known_unit(const char *unit)
{
    static const char *const units[] = {"",  "s",  "ms", "us",  "%", "x",
                                        "n", "/s", "B",  "B/s", NULL};

    for (int i = 0; units[i]; i++)
        if (strcmp(unit, units[i]) == 0)
            return true;
    return false;
}

/* The next hole of @s; what is before it is said to @out (may be NULL). NULL:
 * there is none. "{{" is a brace; one that is never closed is text. */
static const char *next_hole(const char *s, struct hole *h, struct text *out)
{
    while (*s) {
        if (s[0] == '{' && s[1] == '{') {
            if (out)
                text_add(out, "{");
            s += 2;
            continue;
        }
        if (*s == '{') {
            cut_hole(s + 1, h);
            if (h->end)
                return s;
        }
        if (out)
            text_addf(out, "%c", *s);
        s++;
    }
    return NULL;
}

static void fill(const struct hole *h, const struct facts *facts, int *missing,
                 struct text *out)
{
    struct formula *f = formula_parse(h->formula, NULL);
    const char *run, *name, *unit = h->unit;
    double x;

    if (f && formula_value(f, facts, &x, NULL)) {
        if (!unit[0] && formula_is_figure(f, &run, &name)) {
            const char *dot = strrchr(name, '.');

            unit = formula_unit(dot ? dot + 1 : name);
        }
        formula_say(x, unit, out);
    } else {
        text_add(out, "-");
        if (missing)
            ++*missing;
    }
    formula_free(f);
}

void formula_fill(const char *text, const struct facts *facts, int *missing,
                  struct text *out)
{
    struct hole h;

    if (missing)
        *missing = 0;
    for (;;) {
        if (!next_hole(text, &h, out))
            return;
        fill(&h, facts, missing, out);
        text = h.end;
    }
}

void formula_in_prose(const char *text,
                      void (*each)(struct formula *f, const char *unit,
                                   int line, const struct err *err, void *arg),
                      void *arg)
{
    struct hole h;
    int line = 0;

    for (;;) {
        const char *hole = next_hole(text, &h, NULL);
        struct err err = {0};
        struct formula *f;

        if (!hole)
            return;
        for (const char *s = text; s < hole; s++)
            line += *s == '\n';
        f = formula_parse(h.formula, &err);
        if (f && !known_unit(h.unit)) {
            formula_free(f);
            f = NULL;
            err_set(&err, -EINVAL,
                    "\"%s\" is no unit; there are s, ms, us, %%, x, n, /s, "
                    "B and B/s",
                    h.unit);
        }
        each(f, h.unit, line, &err, arg);
        text = h.end;
    }
}
