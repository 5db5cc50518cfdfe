/* What a formula is worth, given what was measured. Any process. */
#include "lesson/formula.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/formula_parts.h"
#include "stats/robust.h"

#define REPEATS_MOST 256

/* .repeat -1: a figure is the median over its repeats. */
struct scope {
    const struct formula *f;
    const struct facts *facts;
    int repeat;
    char *missing; /* NULL: nobody asks */
};

static bool value_of(const struct scope *s, int node, double *out);

static bool by_zero(const struct scope *s)
{
    if (s->missing && s->missing[0] == '\0')
        snprintf(s->missing, 64, "%s", FORMULA_BY_ZERO);
    return false;
}

static bool lacks(const struct scope *s, const struct node *n)
{
    if (s->missing && s->missing[0] == '\0')
        snprintf(s->missing, 64, "%.31s%s%.*s", n->run,
                 n->name[0] == '@' ? "" : ".", 31, n->name);
    return false;
}

/* The values of a figure over its repeats; how many. */
static int over_repeats(const struct scope *s, const struct node *n,
                        double out[REPEATS_MOST])
{
    int repeats = facts_repeats(s->facts, n->run), count = 0;

    for (int i = 0; i < repeats && count < REPEATS_MOST; i++)
        if (facts_get(s->facts, n->run, i, n->name, &out[count]))
            count++;
    return count;
}

static bool figure(const struct scope *s, const struct node *n, double *out)
{
    double all[REPEATS_MOST];
    int count;

    /* What was measured once is the same in every repeat of the others. */
    if (s->repeat >= 0 && facts_repeats(s->facts, n->run) > 1)
        return facts_get(s->facts, n->run, s->repeat, n->name, out) ||
               lacks(s, n);
    count = over_repeats(s, n, all);
    if (count == 0)
        return lacks(s, n);
    *out = robust_median(all, count);
    return true;
}

/* The parts of median(), min() and max(): a lone figure over its repeats, else
 * the parts' values. */
static bool gather(const struct scope *s, const struct node *n,
                   double out[REPEATS_MOST], int *count)
{
    const struct node *first = &s->f->node[n->part[0]];

    if (n->parts == 1 && first->kind == NODE_FIGURE && s->repeat < 0) {
        *count = over_repeats(s, first, out);
        return *count > 0 || lacks(s, first);
    }
    for (*count = 0; *count < n->parts; ++*count)
        if (!value_of(s, n->part[*count], &out[*count]))
            return false;
    return true;
}

static bool reduce(const struct scope *s, const struct node *n, double *out)
{
    double all[REPEATS_MOST] = {0}, least, most;
    int count;

    if (!gather(s, n, all, &count))
        return false;
    least = most = all[0];
    for (int i = 1; i < count; i++) {
        least = fmin(least, all[i]);
        most = fmax(most, all[i]);
    }
    if (n->kind == NODE_MIN)
        *out = least;
    else if (n->kind == NODE_MAX)
        *out = most;
    else
        *out = robust_median(all, count);
    if (n->kind == NODE_SPREAD) {
        if (*out == 0)
            return by_zero(s);
        *out = (most - least) / *out;
    }
    return true;
}

static bool ratio(const struct scope *s, const struct node *n, double *out)
{
    const struct node *a = &s->f->node[n->part[0]];
    const struct node *b = &s->f->node[n->part[1]];
    double all[REPEATS_MOST], x, y;
    int repeats = facts_repeats(s->facts, a->run), count = 0;
    struct scope each = *s;

    if (facts_repeats(s->facts, b->run) > repeats)
        repeats = facts_repeats(s->facts, b->run);
    for (int i = 0; i < repeats && i < REPEATS_MOST; i++) {
        each.repeat = i;
        if (figure(&each, a, &x) && figure(&each, b, &y) && y != 0)
            all[count++] = x / y;
    }
    if (count == 0)
        return lacks(s, a);
    *out = robust_median(all, count);
    return true;
}

/* The most repeats of any run named below @node. */
static int repeats_below(const struct scope *s, int node)
{
    const struct node *n = &s->f->node[node];
    int most = n->kind == NODE_FIGURE ? facts_repeats(s->facts, n->run) : 0;

    for (int i = 0; i < n->parts; i++) {
        int below = repeats_below(s, n->part[i]);

        most = below > most ? below : most;
    }
    return most;
}

/* any(), all(), most(), share(): in how many of the repeats it holds. */
static bool quantify(const struct scope *s, const struct node *n, double *out)
{
    int repeats = repeats_below(s, n->part[0]), seen = 0, hold = 0;
    struct scope each = *s;
    double x = 0;

    for (int i = 0; i < repeats; i++) {
        each.repeat = i;
        if (!value_of(&each, n->part[0], &x))
            continue;
        seen++;
        hold += x != 0;
    }
    if (seen == 0) {
        if (s->missing && !s->missing[0])
            snprintf(s->missing, 64, "a run");
        return false;
    }
    if (n->kind == NODE_SHARE)
        *out = (double)hold / seen;
    else if (n->kind == NODE_ANY)
        *out = hold > 0;
    else
        *out = n->kind == NODE_ALL ? hold == seen : 2 * hold > seen;
    return true;
}

static bool logic(const struct scope *s, const struct node *n, double *out)
{
    double a = 0;

    if (!value_of(s, n->part[0], &a))
        return false;
    if (n->kind == NODE_NOT) {
        *out = a == 0;
        return true;
    }
    if ((a != 0) == (n->kind == NODE_OR)) {
        *out = a != 0;
        return true;
    }
    if (!value_of(s, n->part[1], &a))
        return false;
    *out = a != 0;
    return true;
}

static double compute(enum node_kind kind, double a, double b)
{
    switch (kind) {
    case NODE_NEGATE:
        return -a;
    case NODE_CEIL:
        return ceil(a);
    case NODE_FLOOR:
        return floor(a);
    case NODE_ROUND:
        return round(a);
    case NODE_ABS:
        return fabs(a);
    case NODE_ADD:
        return a + b;
    case NODE_SUBTRACT:
        return a - b;
    case NODE_MULTIPLY:
        return a * b;
    case NODE_DIVIDE:
        return a / b;
    case NODE_EQUAL:
        return a == b;
    case NODE_UNEQUAL:
        return a != b;
    case NODE_LESS:
        return a < b;
    case NODE_LESS_EQUAL:
        return a <= b;
    case NODE_MORE:
        return a > b;
    default:
        return a >= b; /* NODE_MORE_EQUAL */
    }
}

static bool arithmetic(const struct scope *s, const struct node *n, double *out)
{
    double x[3] = {0};

    for (int i = 0; i < n->parts; i++)
        if (!value_of(s, n->part[i], &x[i]))
            return false;
    if (n->kind == NODE_WITHIN)
        *out = fabs(x[0] - x[1]) <= n->value * fabs(x[1]);
    else if (n->kind == NODE_BETWEEN)
        *out = x[0] >= x[1] && x[0] <= x[2];
    else
        *out = compute(n->kind, x[0], x[1]);
    return isfinite(*out) || by_zero(s);
}

static bool value_of(const struct scope *s, int node, double *out)
{
    const struct node *n = &s->f->node[node];

    switch (n->kind) {
    case NODE_NUMBER:
        *out = n->value;
        return true;
    case NODE_FIGURE:
        return figure(s, n, out);
    case NODE_MEDIAN:
    case NODE_MIN:
    case NODE_MAX:
    case NODE_SPREAD:
        return reduce(s, n, out);
    case NODE_RATIO:
        return ratio(s, n, out);
    case NODE_ANY:
    case NODE_ALL:
    case NODE_MOST:
    case NODE_SHARE:
        return quantify(s, n, out);
    case NODE_NOT:
    case NODE_AND:
    case NODE_OR:
        return logic(s, n, out);
    default:
        return arithmetic(s, n, out);
    }
}

bool formula_value(const struct formula *f, const struct facts *facts,
                   double *out, char *missing)
{
    struct scope s = {f, facts, -1, missing};

    if (missing)
        missing[0] = '\0';
    return value_of(&s, f->root, out);
}

/* ---- what it is made of --------------------------------------------------
 */

bool formula_decides(const struct formula *f)
{
    switch (f->node[f->root].kind) {
    case NODE_NOT:
    case NODE_AND:
    case NODE_OR:
    case NODE_EQUAL:
    case NODE_UNEQUAL:
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_MORE:
    case NODE_MORE_EQUAL:
    case NODE_WITHIN:
    case NODE_BETWEEN:
    case NODE_ANY:
    case NODE_ALL:
    case NODE_MOST:
        return true;
    default:
        return false;
    }
}

bool formula_is_figure(const struct formula *f, const char **run,
                       const char **name)
{
    const struct node *n = &f->node[f->root];

    if (n->kind != NODE_FIGURE)
        return false;
    *run = n->run;
    *name = n->name;
    return true;
}

static bool looks_at_repeats(enum node_kind kind)
{
    return kind >= NODE_MEDIAN;
}

static void figures_below(const struct formula *f, int node, bool repeats,
                          void (*each)(const char *run, const char *name,
                                       bool repeats, void *arg),
                          void *arg)
{
    const struct node *n = &f->node[node];

    if (n->kind == NODE_FIGURE)
        each(n->run, n->name, repeats, arg);
    for (int i = 0; i < n->parts; i++)
        figures_below(f, n->part[i], repeats || looks_at_repeats(n->kind), each,
                      arg);
}

void formula_figures(const struct formula *f,
                     void (*each)(const char *run, const char *name,
                                  bool repeats, void *arg),
                     void *arg)
{
    figures_below(f, f->root, false, each, arg);
}

void formula_numbers(const struct formula *f,
                     void (*each)(double number, void *arg), void *arg)
{
    for (int i = 0; i < f->count; i++) {
        if (f->node[i].kind == NODE_NUMBER)
            each(f->node[i].value, arg);
        /* The edges of "~= b within 10%" are at 0.9 and 1.1 of b. */
        if (f->node[i].kind == NODE_WITHIN) {
            each(1 - f->node[i].value, arg);
            each(1 + f->node[i].value, arg);
        }
    }
}
