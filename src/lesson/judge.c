/* What the figures say of a check and of a prediction. Any process. */
#include "lesson/judge.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const lesson_verdict_words[] = {"pass", "fail", "inconclusive",
                                            "skipped", NULL};

/* A model's figures may differ so much between repeats, a ratio's so much:
 * beyond, the machine was not still enough to say anything. */
#define SPREAD_MODEL 0.25
#define SPREAD_RATIO 0.15

/* ---- how still the machine was -------------------------------------------
 */

struct stillness {
    const struct facts *facts;
    double noise;    /* the most that others used in a run, in cores; -1 */
    double spread;   /* the widest of the figures, relative */
    bool trouble;    /* a run ended with a timeout, or failed */
    bool ran;        /* at least one of its runs has figures */
    char named[200]; /* figures it names, with blanks around */
};

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* (90th - 10th percentile) / median of a figure over its repeats; extremes of
 * a few are left out by interpolation. */
static double spread_of(const struct facts *facts, const char *run,
                        const char *name)
{
    double v[64];
    int n = 0, repeats = facts_repeats(facts, run);

    for (int i = 0; i < repeats && n < 64; i++)
        if (facts_get(facts, run, i, name, &v[n]))
            n++;
    if (n < 3)
        return 0;
    qsort(v, (size_t)n, sizeof(v[0]), compare_doubles);
    return v[n / 2] == 0 ? 0 : (v[n - 1 - n / 10] - v[n / 10]) / v[n / 2];
}

static void look_at(const char *run, const char *name, bool repeats, void *arg)
{
    struct stillness *s = arg;
    int count = facts_repeats(s->facts, run);
    char word[120];
    size_t used;
    double x;

    (void)repeats;
    snprintf(word, sizeof(word), " %.32s.%.63s ", run, name);
    used = strlen(s->named);
    if (used + strlen(word) < sizeof(s->named))
        snprintf(s->named + used, sizeof(s->named) - used, "%s", word);
    if (strcmp(run, "machine") == 0)
        return;
    s->ran |= count > 0;
    for (int i = 0; i < count; i++) {
        if (facts_get(s->facts, run, i, "noise", &x))
            s->noise = fmax(s->noise, x);
        if ((facts_get(s->facts, run, i, "timeout", &x) && x != 0) ||
            (facts_get(s->facts, run, i, "failed", &x) && x != 0))
            s->trouble = true;
    }
    s->spread = fmax(s->spread, spread_of(s->facts, run, name));
}

static struct stillness stillness_of(const struct formula *f,
                                     const struct facts *facts)
{
    struct stillness s = {.facts = facts, .noise = -1};

    formula_figures(f, look_at, &s);
    return s;
}

/* ---- checks --------------------------------------------------------------
 */

void lesson_finding_fini(struct lesson_finding *f)
{
    text_fini(&f->numbers);
    *f = (struct lesson_finding){0};
}

static bool need_met(const char *word, const struct machine *m)
{
    int cores;

    if (sscanf(word, "cores>=%d", &cores) == 1)
        return m->cpus_allowed >= cores;
    return true; /* "quiet": each run says itself how quiet it was */
}

bool judge_needs(const struct lesson *l, const struct machine *m, char why[160])
{
    char words[200], *save = NULL;

    snprintf(words, sizeof(words), "%s", l->needs ? l->needs : "");
    for (char *w = strtok_r(words, " ", &save); w;
         w = strtok_r(NULL, " ", &save))
        if (!need_met(w, m)) {
            snprintf(why, 160, "it needs %.40s, and here %s", w,
                     m->cpus_allowed == 1 ? "is one core" : "are fewer cores");
            return false;
        }
    return true;
}

static void conclude(struct lesson_finding *out, enum lesson_verdict verdict,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void conclude(struct lesson_finding *out, enum lesson_verdict verdict,
                     const char *format, ...)
{
    va_list ap;

    out->verdict = verdict;
    va_start(ap, format);
    vsnprintf(out->reason, sizeof(out->reason), format, ap);
    va_end(ap);
}

/* A figure is missing. */
static void conclude_missing(const struct stillness *s, const char *missing,
                             struct lesson_finding *out)
{
    if (strcmp(missing, FORMULA_BY_ZERO) == 0)
        conclude(out, LESSON_SKIPPED, "here it would be %s", missing);
    else if (!s->ran)
        conclude(out, LESSON_SKIPPED,
                 "%.63s is not there: its run was not made", missing);
    else if (s->trouble)
        conclude(out, LESSON_INCONCLUSIVE,
                 "%.63s is not there: the run did not end well", missing);
    else
        conclude(out, LESSON_SKIPPED, "%.63s was not measured on this machine",
                 missing);
}

/* It depends on time, and does not hold (or, of a ratio, does). */
static void conclude_timed(const struct lesson *l, const struct stillness *s,
                           bool holds, const struct machine *m,
                           struct lesson_finding *out)
{
    bool ratio = out->check->class == CLASS_RATIO;
    double widest = ratio ? SPREAD_RATIO : SPREAD_MODEL;
    char why[160];

    if (ratio && !judge_needs(l, m, why))
        conclude(out, LESSON_SKIPPED, "%s", why);
    else if ((ratio || !holds) && s->noise > LESSON_NOISE_CORES)
        conclude(out, LESSON_INCONCLUSIVE,
                 "others used %.1f cores while it ran; on a quiet machine it "
                 "would mean something",
                 s->noise);
    else if (holds)
        conclude(out, LESSON_PASS, "%s", "");
    else if (s->trouble && !strstr(s->named, ".timeout ") &&
             !strstr(s->named, ".failed "))
        conclude(out, LESSON_INCONCLUSIVE, "a run did not end well");
    else if (out->check->class != CLASS_DIRECTION && s->spread > widest)
        conclude(out, LESSON_INCONCLUSIVE,
                 "the repeats differ by %.0f %%: the machine was not still "
                 "enough",
                 100 * s->spread);
    else
        conclude(out, LESSON_FAIL, "it does not hold");
}

void judge_check(const struct lesson *l, const struct lesson_check *check,
                 const struct facts *facts, const struct machine *m,
                 struct lesson_finding *out)
{
    struct stillness still = stillness_of(check->holds, facts);
    char missing[64];
    double x;

    *out = (struct lesson_finding){.check = check};
    formula_show(check->holds, facts, &out->numbers);
    if (check->when && !formula_true(check->when, facts)) {
        conclude(out, LESSON_SKIPPED, "it is for machines where %.150s",
                 formula_text(check->when));
        return;
    }
    if (!formula_value(check->holds, facts, &x, missing))
        conclude_missing(&still, missing, out);
    else if (check->class == CLASS_EXACT)
        conclude(out, x != 0 ? LESSON_PASS : LESSON_FAIL, "%s",
                 x != 0 ? "" : "it does not hold");
    else
        conclude_timed(l, &still, x != 0, m, out);
}

enum lesson_verdict judge_worst(const enum lesson_verdict *v, int count)
{
    int seen[LESSON_VERDICTS] = {0};

    for (int i = 0; i < count; i++)
        seen[v[i]]++;
    if (seen[LESSON_FAIL])
        return LESSON_FAIL;
    if (seen[LESSON_INCONCLUSIVE])
        return LESSON_INCONCLUSIVE;
    return count > 0 && seen[LESSON_SKIPPED] == count ? LESSON_SKIPPED
                                                      : LESSON_PASS;
}

/* ---- where figures come from ---------------------------------------------
 */

struct origins {
    const struct facts *facts;
    int measured, computed;
};

static void count_origin(const char *run, const char *name, bool repeats,
                         void *arg)
{
    struct origins *o = arg;
    double x;

    (void)name;
    (void)repeats;
    if (strcmp(run, "machine") == 0 || facts_repeats(o->facts, run) == 0 ||
        facts_get(o->facts, run, 0, "answer", &x))
        return; /* not a run */
    if (facts_get(o->facts, run, 0, "model", &x))
        o->computed++;
    else
        o->measured++;
}

enum judge_origin judge_origin(const struct lesson_block *block,
                               const struct facts *facts)
{
    struct origins o = {.facts = facts};

    if (block->id[0])
        count_origin(block->id, "", false, &o);
    for (int i = 0; i < block->line_count; i++)
        count_origin(block->lines[i].name, "", false, &o);
    if (block->answer)
        formula_figures(block->answer, count_origin, &o);
    for (int i = 0; i < block->choice_count; i++)
        if (block->choices[i].when)
            formula_figures(block->choices[i].when, count_origin, &o);
    for (int i = 0; i < block->check_count; i++)
        if (block->checks[i].holds)
            formula_figures(block->checks[i].holds, count_origin, &o);
    if (o.computed == 0)
        return ORIGIN_MEASURED;
    return o.measured == 0 ? ORIGIN_MODEL : ORIGIN_BOTH;
}

/* ---- is it worth doing again? -------------------------------------------- */

struct asked {
    const struct lesson_block *block;
    bool named;
};

static void is_named(const char *run, const char *name, bool repeats, void *arg)
{
    struct asked *a = arg;

    (void)name;
    (void)repeats;
    a->named |= a->block->id[0] && strcmp(run, a->block->id) == 0;
    for (int i = 0; i < a->block->line_count; i++)
        a->named |= strcmp(run, a->block->lines[i].name) == 0;
}

static bool depends(const struct formula *f, const struct lesson_block *block)
{
    struct asked a = {block, false};

    if (f)
        formula_figures(f, is_named, &a);
    return a.named;
}

static bool run_disturbed(const char *run, const struct facts *facts)
{
    int repeats = facts_repeats(facts, run);
    double x;

    for (int i = 0; i < repeats; i++)
        if (facts_get(facts, run, i, "noise", &x) && x > LESSON_NOISE_CORES)
            return true;
    return false;
}

static bool any_timed(const struct lesson *l, const struct lesson_block *block)
{
    for (int i = 0; i < l->block_count; i++) {
        const struct lesson_block *b = &l->blocks[i];

        if (depends(b->answer, block))
            return true;
        for (int k = 0; k < b->choice_count; k++)
            if (depends(b->choices[k].when, block))
                return true;
        for (int k = 0; k < b->check_count; k++)
            if (b->checks[k].class != CLASS_EXACT &&
                depends(b->checks[k].holds, block))
                return true;
    }
    return false;
}

bool judge_again(const struct lesson *l, const struct lesson_block *block,
                 const struct facts *facts, const struct machine *m)
{
    bool disturbed = block->id[0] && run_disturbed(block->id, facts);

    (void)m;
    for (int i = 0; i < block->line_count; i++)
        disturbed |= run_disturbed(block->lines[i].name, facts);
    return disturbed && any_timed(l, block);
}
