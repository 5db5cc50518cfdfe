/* Questions: one choice is right, never two, and each may be. Any process. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesson/judge.h"
#include "lesson/lint_parts.h"
#include "spec/metric.h"

#define FIGURES 12
/* Combinations of values that are tried. A single figure is gone through from
 * the smallest to the largest besides; only then it is said that a choice can
 * never be right. */
#define PROBES 6000 /* of a question; struct lint.probes of all together */
#define GRID_LOW 1e-7
#define GRID_HIGH 1e10
#define GRID_STEP 1.02

struct probing {
    struct lint *x;
    const struct lesson_block *q;
    struct {
        char run[LESSON_NAME], name[64];
        bool whole, less; /* a count; may be less than nothing */
    } figure[FIGURES];
    int figures;
    bool otherwise; /* there is an else: no gaps */
    bool repeats;   /* a formula looks at single repeats: one is too few */
    bool reached[LESSON_CHOICES];
    bool overlap, gap;
    int first, second; /* that overlapped */
    char where[120];   /* at which figures */
};

static bool is_count(const char *name)
{
    static const char *const counts[] = {
        "cpus",     "online", "ok",       "deadlock",    "timeout",
        "failed",   "root",   "exact",    "schedules",   "failing",
        "outcomes", "states", "shortest", "preemptions", "switches",
        "misses",   "digits", NULL};
    const char *dot = strrchr(name, '.');

    if (strncmp(name, "min.", 4) == 0 || strncmp(name, "max.", 4) == 0 ||
        strncmp(name, "ends.", 5) == 0)
        return true;
    name = dot ? dot + 1 : name;
    for (int i = 0; i < METRIC_COUNT; i++)
        if (strcmp(name, metric_infos[i].name) == 0)
            return metric_infos[i].unit == UNIT_COUNT;
    for (int i = 0; counts[i]; i++)
        if (strcmp(name, counts[i]) == 0)
            return true;
    return false;
}

static void note_figure(const char *run, const char *name, bool repeats,
                        void *arg)
{
    struct probing *p = arg;

    p->repeats |= repeats;
    for (int i = 0; i < p->figures; i++)
        if (strcmp(p->figure[i].run, run) == 0 &&
            strcmp(p->figure[i].name, name) == 0)
            return;
    if (p->figures == FIGURES)
        return;
    snprintf(p->figure[p->figures].run, LESSON_NAME, "%s", run);
    snprintf(p->figure[p->figures].name, 64, "%s", name);
    p->figure[p->figures].whole = is_count(name);
    p->figure[p->figures++].less =
        strcmp(name, "lost") == 0 || strcmp(name, "second") == 0 ||
        strncmp(name, "min.", 4) == 0 || strncmp(name, "max.", 4) == 0;
}

/* Figures that belong together: never nothing of one without the other, or
 * never more of one than of the other. */
static const struct {
    const char *one, *other;
    bool both;
} pairs[] = {
    {"failing", "failing_share", true}, {"failing", "schedules", false},
    {"lost", "expected", false},        {"leftovers", "tasks_done", false},
    {"rounds", "chunks", false},        {"last_round_busy", "chunks", false},
};

static bool fits(const struct probing *p, const struct facts *facts)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        for (int k = 0; k < p->figures; k++) {
            const char *run = p->figure[k].run;
            double one, other;

            if (!facts_get(facts, run, 0, pairs[i].one, &one) ||
                !facts_get(facts, run, 0, pairs[i].other, &other))
                continue;
            if (pairs[i].both ? (one > 0) != (other > 0) : one > other)
                return false;
        }
    return true;
}

static bool is_share(const char *name)
{
    size_t n = strlen(name);

    return (n > 6 && strcmp(name + n - 6, "_share") == 0) ||
           (n > 9 && strcmp(name + n - 9, "_fraction") == 0);
}

/* Could this be a value of figure @i? */
static bool can_be(const struct probing *p, int i, double v)
{
    const char *name = p->figure[i].name;

    if (v < 0 && !p->figure[i].less)
        return false;
    if (p->figure[i].whole && v != floor(v))
        return false;
    if (is_share(name) && v > 1)
        return false;
    return !(v < 1 && strcmp(p->figure[i].run, "machine") == 0 &&
             strcmp(name, "cpus") == 0);
}

/* Could a machine measure this? Probes are numbers from formulas, and a little
 * beside. */
static bool plausible(struct probing *p, const struct facts *facts)
{
    size_t n = 0;

    p->where[0] = '\0';
    for (int i = 0; i < p->figures; i++) {
        double v;

        if (!facts_get(facts, p->figure[i].run, 0, p->figure[i].name, &v) ||
            !can_be(p, i, v))
            return false;
        if (n < sizeof(p->where))
            n += (size_t)snprintf(
                p->where + n, sizeof(p->where) - n, "%s%s%s%s = %.6g",
                i ? ", " : "", p->figure[i].run,
                p->figure[i].name[0] == '@' ? "" : ".", p->figure[i].name, v);
    }
    return fits(p, facts);
}

static bool try_here(const struct facts *facts, void *arg)
{
    struct probing *p = arg;
    const struct lesson_block *q = p->q;
    int holding = 0, first = -1;
    bool whole = plausible(p, facts);

    for (int i = 0; i < q->choice_count && i < LESSON_CHOICES; i++) {
        double v;

        if (!q->choices[i].when)
            continue;
        if (!formula_value(q->choices[i].when, facts, &v, NULL))
            whole = false; /* divided by nothing: nobody can tell */
        else if (v != 0) {
            p->reached[i] = true;
            if (holding++ == 1 && whole && !p->overlap) {
                p->overlap = true;
                p->first = first;
                p->second = i;
                break;
            }
            first = i;
        }
    }
    p->gap |= whole && holding == 0 && !p->otherwise;
    return !(p->gap || p->overlap);
}

static bool has_else(const struct lesson_block *q)
{
    for (int i = 0; i < q->choice_count; i++)
        if (q->choices[i].otherwise)
            return true;
    return false;
}

/* All sizes that a single figure may have. */
static bool try_grid(struct probing *p)
{
    struct facts *facts = facts_new();
    bool on = facts != NULL;
    double v = GRID_LOW;

    while (on && v < GRID_HIGH) {
        double at = p->figure[0].whole ? ceil(v) : v;

        facts_set(facts, p->figure[0].run, 0, p->figure[0].name, at);
        on = try_here(facts, p);
        if (on && p->figure[0].less) {
            facts_set(facts, p->figure[0].run, 0, p->figure[0].name, -at);
            on = try_here(facts, p);
        }
        v *= GRID_STEP;
    }
    facts_free(facts);
    return on;
}

static void lint_never(struct lint *x, const struct probing *p)
{
    const struct lesson_block *q = p->q;

    for (int i = 0; i < q->choice_count && i < LESSON_CHOICES; i++)
        if (q->choices[i].when && !p->reached[i])
            lesson_complain(x->l, q->choices[i].line, LINT_NEVER,
                            "this choice can never be right");
}

/* The first probe that shows an overlap or a gap ends the search. */
static void lint_conditions(struct lint *x, const struct lesson_block *q)
{
    struct probing p = {.x = x, .q = q, .otherwise = has_else(q)};
    bool all;

    for (int i = 0; i < q->choice_count; i++)
        if (q->choices[i].when)
            formula_figures(q->choices[i].when, note_figure, &p);
    if (p.figures == 0 || p.figures == FIGURES || x->probes < PROBES)
        return;
    x->probes -= PROBES;
    all = judge_probe(x->l, q, PROBES, try_here, &p) &&
          (p.figures > 1 || try_grid(&p));
    if (p.overlap)
        lesson_complain(x->l, q->choices[p.second].line, LINT_OVERLAP,
                        "this choice and the one in line %d are both right "
                        "when %s",
                        q->choices[p.first].line, p.where);
    else if (p.gap)
        lesson_complain(x->l, q->line, LINT_COVER,
                        "no choice is right when %s; add \"- something else "
                        ":: else\"",
                        p.where);
    if (all && p.figures == 1 && !p.repeats)
        lint_never(x, &p);
}

static void lint_else(struct lint *x, const struct lesson_block *q)
{
    int count = 0;

    for (int i = 0; i < q->choice_count; i++) {
        if (!q->choices[i].otherwise)
            continue;
        if (++count > 1)
            lesson_complain(x->l, q->choices[i].line, LINT_ELSE,
                            "one \"else\" is enough");
        else if (i + 1 < q->choice_count && !q->choices[i + 1].otherwise)
            lesson_complain(x->l, q->choices[i].line, LINT_ELSE,
                            "\"else\" is the last choice");
    }
}

static void lint_quiz(struct lint *x, const struct lesson_block *q)
{
    int right = 0;

    for (int i = 0; i < q->choice_count; i++)
        right += q->choices[i].right;
    if (right != 1)
        lesson_complain(x->l, q->line, LINT_RIGHT,
                        "a quiz has one right answer (\"* text\"), not %d",
                        right);
}

void lint_questions(struct lint *x)
{
    for (int i = 0; i < x->l->block_count; i++) {
        const struct lesson_block *b = &x->l->blocks[i];

        if (b->kind == LESSON_QUIZ && b->choice_count > 0)
            lint_quiz(x, b);
        if ((b->kind != LESSON_PREDICT && b->kind != LESSON_OBSERVE) ||
            b->asks != ASKS_CHOICE)
            continue;
        lint_else(x, b);
        lint_conditions(x, b);
    }
}
