/* What is right, as measured, and whether a learner saw it coming; and where a
 * key changes. Any process. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/judge.h"

/* ---- the key ------------------------------------------------------------- */

static void look_for_noise(const char *run, const char *name, bool repeats,
                           void *arg)
{
    struct {
        const struct facts *facts;
        bool disturbed;
    } *look = arg;
    double x;

    (void)name;
    (void)repeats;
    for (int i = 0; i < facts_repeats(look->facts, run); i++)
        if (facts_get(look->facts, run, i, "noise", &x) &&
            x > LESSON_NOISE_CORES)
            look->disturbed = true;
}

static bool disturbed(const struct formula *f, const struct facts *facts)
{
    struct {
        const struct facts *facts;
        bool disturbed;
    } look = {facts, false};

    if (f)
        formula_figures(f, look_for_noise, &look);
    return look.disturbed;
}

int judge_holding(const struct lesson_block *question,
                  const struct facts *facts, int *first)
{
    int count = 0;

    *first = -1;
    for (int i = 0; i < question->choice_count; i++) {
        const struct lesson_choice *c = &question->choices[i];

        if (!c->when || !formula_true(c->when, facts))
            continue;
        if (count++ == 0)
            *first = i;
    }
    return count;
}

static void unknown(struct lesson_key *out, const char *missing)
{
    out->known = false;
    if (strcmp(missing, FORMULA_BY_ZERO) == 0)
        snprintf(out->why, sizeof(out->why), "here it would be %s", missing);
    else
        snprintf(out->why, sizeof(out->why), "%.63s was not measured", missing);
}

/* "else" is right only if all that the others ask for was measured. */
static void key_choice(const struct lesson_block *q, const struct facts *facts,
                       struct lesson_key *out)
{
    char missing[64];
    double x;

    if (judge_holding(q, facts, &out->choice) > 0)
        return;
    for (int i = 0; i < q->choice_count; i++) {
        const struct lesson_choice *c = &q->choices[i];

        if (c->right || c->otherwise)
            out->choice = i;
        if (c->when && !formula_value(c->when, facts, &x, missing)) {
            unknown(out, missing);
            return;
        }
    }
    if (out->choice < 0)
        unknown(out, "what would make one of them right");
}

static void key_order(const struct lesson_block *q, const struct facts *facts,
                      struct lesson_key *out)
{
    double value[LESSON_CHOICES] = {0};
    char missing[64];

    for (int i = 0; i < q->choice_count && i < LESSON_CHOICES; i++) {
        int at = i;

        if (!q->choices[i].when ||
            !formula_value(q->choices[i].when, facts, &value[i], missing)) {
            unknown(out, q->choices[i].when ? missing : "a value to sort by");
            return;
        }
        for (; at > 0 && value[out->order[at - 1]] > value[i]; at--)
            out->order[at] = out->order[at - 1];
        out->order[at] = i;
    }
}

void judge_key(const struct lesson *l, const struct lesson_block *question,
               const struct facts *facts, struct lesson_key *out)
{
    char missing[64];

    (void)l;
    *out = (struct lesson_key){.known = true, .choice = -1};
    for (int i = 0; i < question->choice_count; i++)
        out->disturbed |= disturbed(question->choices[i].when, facts);
    out->disturbed |= disturbed(question->answer, facts);
    if (question->asks == ASKS_ORDER)
        key_order(question, facts, out);
    else if (question->asks == ASKS_CHOICE)
        key_choice(question, facts, out);
    else if (!question->answer)
        unknown(out, "its answer");
    else if (!formula_value(question->answer, facts, &out->number, missing))
        unknown(out, missing);
}

bool judge_answer(const struct lesson_block *question,
                  const struct lesson_key *key, const struct lesson_answer *a)
{
    if (!key->known || !a->given)
        return false;
    if (question->asks == ASKS_CHOICE)
        return a->choice == key->choice;
    if (question->asks == ASKS_NUMBER)
        return fabs(a->number - key->number) <=
               question->near * fabs(key->number) + 1e-9;
    for (int i = 0; i < question->choice_count && i < LESSON_CHOICES; i++)
        if (a->order[i] != key->order[i])
            return false;
    return true;
}

/* ---- where it changes ---------------------------------------------------- */

#define PROBE_FIGURES 12
#define PROBE_VALUES 160

struct probe {
    struct {
        char run[33], name[64];
    } figure[PROBE_FIGURES];
    int figures;
    double value[PROBE_VALUES];
    int values;
};

static void add_figure(const char *run, const char *name, bool repeats,
                       void *arg)
{
    struct probe *p = arg;

    (void)repeats;
    for (int i = 0; i < p->figures; i++)
        if (strcmp(p->figure[i].run, run) == 0 &&
            strcmp(p->figure[i].name, name) == 0)
            return;
    if (p->figures == PROBE_FIGURES)
        return;
    snprintf(p->figure[p->figures].run, 33, "%s", run);
    snprintf(p->figure[p->figures].name, 64, "%s", name);
    p->figures++;
}

static void add_value(struct probe *p, double x)
{
    for (int i = 0; i < p->values; i++)
        if (p->value[i] == x)
            return;
    if (p->values < PROBE_VALUES)
        p->value[p->values++] = x;
}

static void add_number(double x, void *arg)
{
    struct probe *p = arg;
    double step = fabs(x) > 1 ? fabs(x) * 1e-3 : 1e-3;

    add_value(p, x);
    add_value(p, x - step);
    add_value(p, x + step);
}

static void collect(struct probe *p, const struct formula *f)
{
    if (!f)
        return;
    formula_figures(f, add_figure, p);
    formula_numbers(f, add_number, p);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Between any two neighbours, below the least and beyond the greatest. */
static void add_between(struct probe *p)
{
    int n;

    add_value(p, 0);
    add_value(p, 1);
    add_value(p, 2);
    n = p->values;
    qsort(p->value, (size_t)n, sizeof(p->value[0]), by_size);
    add_value(p, p->value[n - 1] * 3 + 1);
    add_value(p, p->value[n - 1] * 300 + 1);
    for (int i = 0; i + 1 < n; i++)
        add_value(p, (p->value[i] + p->value[i + 1]) / 2);
}

/* The @n-th combination: all of them if there are no more than @most, else
 * those that a fixed sequence of random numbers draws. */
static bool combine(const struct probe *p, int n, int most, struct facts *f)
{
    double all = pow(p->values, p->figures);
    uint64_t x = (uint64_t)n;

    if (all <= most && n >= (int)all)
        return false;
    for (int i = 0; i < p->figures; i++) {
        uint64_t pick;

        if (all <= most) {
            pick = x % (uint64_t)p->values;
            x /= (uint64_t)p->values;
        } else {
            x = x * 6364136223846793005U + 1442695040888963407U;
            pick = (x >> 33) % (uint64_t)p->values;
        }
        facts_set(f, p->figure[i].run, 0, p->figure[i].name, p->value[pick]);
    }
    return true;
}

bool judge_probe(const struct lesson *l, const struct lesson_block *question,
                 int most, bool (*each)(const struct facts *facts, void *arg),
                 void *arg)
{
    struct probe p = {0};
    struct facts *f = facts_new();
    bool all = true;

    (void)l;
    collect(&p, question->answer);
    for (int i = 0; i < question->choice_count; i++)
        collect(&p, question->choices[i].when);
    add_between(&p);
    for (int n = 0; f && n < most && combine(&p, n, most, f); n++)
        if (!each(f, arg)) {
            all = false;
            break;
        }
    facts_free(f);
    return all;
}
