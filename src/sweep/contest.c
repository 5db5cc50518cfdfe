/* Experiments against one another: whose turn it is, and what follows. Whoever
 * drives it; one thread. */
#include "sweep/contest.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sweep/plan.h"

/* More of the rounds disturbed than this share: nothing is said. */
#define DISTURBED_SHARE (1.0 / 3)
/* A side that failed so often and never gave a figure is left alone. */
#define GIVE_UP 2

const char *const contest_verdict_words[] = {
    [CONTEST_NOTHING] = "nothing",
    [CONTEST_FASTER] = "faster",
    [CONTEST_SLOWER] = "slower",
    [CONTEST_NO_DIFFERENCE] = "no difference shown",
    [CONTEST_INCONCLUSIVE] = "inconclusive",
    NULL,
};

struct contest *contest_new(const struct spec *specs, int sides, int rounds,
                            enum metric metric, struct err *err)
{
    struct contest *c = calloc(1, sizeof(*c));

    assert(sides >= 2 && sides <= CONTEST_SIDES && rounds >= 2);
    if (c == NULL) {
        err_set(err, -ENOMEM, "no memory for the comparison: %m");
        return NULL;
    }
    c->sides = sides;
    c->rounds = rounds;
    c->metric = metric;
    for (int i = 0; i < sides; i++) {
        struct text line = {0};

        c->side[i].spec = specs[i];
        spec_format(&specs[i], &line);
        snprintf(c->side[i].line, sizeof(c->side[i].line), "%s",
                 text_str(&line));
        text_fini(&line);
    }
    contest_conclude(c);
    return c;
}

bool contest_computed(const struct contest *c)
{
    for (int i = 0; i < c->sides; i++)
        if (c->side[i].spec.on[0] == '\0')
            return false;
    return true;
}

void contest_free(struct contest *c)
{
    if (c == NULL)
        return;
    free(c->trials);
    free(c);
}

/* ---- whose turn --------------------------------------------------------- */

static const struct sweep_trial *find(const struct contest *c, int side,
                                      int round, int attempt)
{
    for (int i = 0; i < c->trial_count; i++) {
        const struct sweep_trial *t = &c->trials[i];

        if (t->point == side && t->round == round && t->attempt == attempt)
            return t;
    }
    return NULL;
}

static bool given_up(const struct contest *c, int side)
{
    int failed = 0;

    for (int i = 0; i < c->trial_count; i++) {
        const struct sweep_trial *t = &c->trials[i];

        if (t->point != side || t->round < 0)
            continue;
        if (t->has_y)
            return false;
        failed++;
    }
    return failed >= GIVE_UP;
}

/* The worst that others did to one of the round's runs, in cores; < 0: not all
 * sides have run. */
static double noise_of(const struct contest *c, int round, int attempt,
                       bool *disturbed)
{
    double most = 0;
    bool any = false;

    *disturbed = false;
    for (int i = 0; i < c->sides; i++) {
        const struct sweep_trial *t = find(c, i, round, attempt);

        if (t == NULL && given_up(c, i))
            continue;
        if (t == NULL)
            return -1;
        any = true;
        *disturbed |= t->disturbed && t->has_y;
        most = fmax(most, t->outcome.foreign_cores);
    }
    return any ? most : -1;
}

static bool next_side(const struct contest *c, int round, int attempt,
                      struct sweep_order *out)
{
    for (int i = 0; i < c->sides; i++) {
        if (find(c, i, round, attempt) != NULL || given_up(c, i))
            continue;
        *out = (struct sweep_order){.point = i,
                                    .round = round,
                                    .attempt = attempt,
                                    .spec = c->side[i].spec};
        return true;
    }
    return false;
}

bool contest_next(struct contest *c, struct sweep_order *out)
{
    if (next_side(c, -1, 0, out))
        return true; /* warming up */
    for (int round = 0; round < c->rounds; round++) {
        bool disturbed = true;

        for (int attempt = 0; attempt <= SWEEP_AGAIN && disturbed; attempt++) {
            if (next_side(c, round, attempt, out))
                return true;
            noise_of(c, round, attempt, &disturbed);
        }
    }
    return false;
}

int contest_take(struct contest *c, const struct sweep_order *o,
                 const struct sweep_outcome *outcome)
{
    struct sweep_trial *t;

    if (o->point < 0 || o->point >= c->sides)
        return -EINVAL;
    if (outcome->verdict == VERDICT_INTERRUPTED ||
        find(c, o->point, o->round, o->attempt) != NULL)
        return 0; /* asked for again; handed in twice */
    if (c->trial_count == c->trial_cap) {
        int cap = c->trial_cap > 0 ? 2 * c->trial_cap : 64;
        void *more = realloc(c->trials, (size_t)cap * sizeof(*c->trials));

        if (more == NULL)
            return -ENOMEM;
        c->trials = more;
        c->trial_cap = cap;
    }
    t = &c->trials[c->trial_count++];
    *t = (struct sweep_trial){.point = o->point,
                              .round = o->round,
                              .attempt = o->attempt,
                              .outcome = *outcome};
    t->has_y = sweep_figure(outcome, c->metric, &t->y);
    t->disturbed = sweep_disturbed(outcome);
    contest_conclude(c);
    return 0;
}

/* ---- what follows ------------------------------------------------------- */

/* Of a round's attempts the least disturbed one counts, for all sides. Returns
 * how many of the rounds that count were disturbed, of *@rounds. */
static int choose_rounds(struct contest *c, int *rounds)
{
    int disturbed_rounds = 0;

    *rounds = 0;
    for (int i = 0; i < c->trial_count; i++)
        c->trials[i].used = c->trials[i].outlier = false;
    for (int round = 0; round < c->rounds; round++) {
        double least = -1;
        bool was_disturbed = false;
        int best = -1;

        for (int attempt = 0; attempt <= SWEEP_AGAIN; attempt++) {
            bool disturbed;
            double noise = noise_of(c, round, attempt, &disturbed);

            if (noise < 0 ||
                (best >= 0 && (disturbed > was_disturbed ||
                               (disturbed == was_disturbed && noise >= least))))
                continue;
            best = attempt;
            least = noise;
            was_disturbed = disturbed;
        }
        if (best < 0)
            continue;
        *rounds += 1;
        disturbed_rounds += was_disturbed;
        for (int i = 0; i < c->trial_count; i++)
            if (c->trials[i].round == round && c->trials[i].attempt == best)
                c->trials[i].used = c->trials[i].has_y;
    }
    return disturbed_rounds;
}

static const struct sweep_trial *used_of(const struct contest *c, int side,
                                         int round)
{
    for (int i = 0; i < c->trial_count; i++)
        if (c->trials[i].point == side && c->trials[i].round == round &&
            c->trials[i].used)
            return &c->trials[i];
    return NULL;
}

static void describe(struct contest *c, int side, double *values)
{
    struct contest_side *s = &c->side[side];
    int n = 0;

    memset(&s->y, 0, sizeof(s->y));
    for (int round = 0; round < c->rounds; round++) {
        const struct sweep_trial *t = used_of(c, side, round);

        if (t != NULL)
            values[n++] = t->y;
    }
    if (n > 0)
        robust_of(values, n, &s->y);
    for (int i = 0; i < c->trial_count; i++)
        if (c->trials[i].point == side && c->trials[i].used)
            c->trials[i].outlier = robust_outlier(&s->y, c->trials[i].y);
}

/* Pairs of the first side's and this one's run of each round. */
static void find_ratio(struct contest *c, int side, double *a, double *b)
{
    bool less = sweep_less_is_better(c->metric);
    int n = 0;

    for (int round = 0; round < c->rounds; round++) {
        const struct sweep_trial *x = used_of(c, 0, round),
                                 *y = used_of(c, side, round);

        if (x == NULL || y == NULL || x->y <= 0 || y->y <= 0)
            continue;
        a[n] = less ? y->y : x->y;
        b[n++] = less ? x->y : y->y;
    }
    memset(&c->side[side].ratio, 0, sizeof(c->side[side].ratio));
    if (n > 0)
        robust_ratio_of(a, b, n, &c->side[side].ratio);
}

static enum contest_verdict judge(const struct contest *c, int side)
{
    const struct robust_ratio *r = &c->side[side].ratio;

    if (r->n < 2 || side == 0)
        return CONTEST_NOTHING;
    if (c->why[0] != '\0')
        return CONTEST_INCONCLUSIVE;
    if (r->low > 1)
        return CONTEST_FASTER;
    return r->high < 1 ? CONTEST_SLOWER : CONTEST_NO_DIFFERENCE;
}

/* 1.12 -> "12 % faster", 3.1 -> "3.10 times as fast". */
static void add_ratio(double ratio, struct text *out)
{
    double pct = fabs(ratio - 1) * 100;

    if (ratio >= 1.5 || ratio <= 0.5)
        text_addf(out, "%.3g times as fast", ratio);
    else if (pct < 0.05)
        text_add(out, "equal");
    else
        text_addf(out, "%.*f %% %s", pct < 9.95 ? 1 : 0, pct,
                  ratio > 1 ? "faster" : "slower");
}

static void add_failure(const struct contest *c, int side, struct text *out)
{
    for (int i = 0; i < c->trial_count; i++) {
        const struct sweep_trial *t = &c->trials[i];

        if (t->point != side || t->has_y)
            continue;
        text_addf(out, "Its run failed: %s.", t->outcome.error);
        return;
    }
    text_add(out, "Too few rounds to say anything.");
}

static void say_side(struct contest *c, int side)
{
    struct contest_side *s = &c->side[side];
    struct text out = {0};

    if (side == 0 && s->y.n > 0)
        text_add(&out, "What the others are compared with.");
    else if (s->verdict == CONTEST_NOTHING)
        add_failure(c, s->y.n == 0 || side == 0 ? side : 0, &out);
    else if (s->verdict == CONTEST_INCONCLUSIVE)
        text_addf(&out, "Inconclusive: %s.", c->why);
    else if (s->verdict == CONTEST_NO_DIFFERENCE)
        text_add(&out, "No difference shown: ");
    if (side > 0 && s->verdict >= CONTEST_FASTER &&
        s->verdict <= CONTEST_NO_DIFFERENCE) {
        add_ratio(s->ratio.ratio, &out);
        text_add(&out, " (95 %: ");
        add_ratio(s->ratio.low, &out);
        text_add(&out, " to ");
        add_ratio(s->ratio.high, &out);
        text_addf(&out, ", from %d rounds).", s->ratio.n);
    }
    snprintf(s->sentence, sizeof(s->sentence), "%s", text_str(&out));
    if (s->sentence[0] >= 'a' && s->sentence[0] <= 'z')
        s->sentence[0] = (char)(s->sentence[0] - 'a' + 'A');
    text_fini(&out);
}

void contest_conclude(struct contest *c)
{
    double *a = calloc((size_t)c->rounds, sizeof(*a));
    double *b = calloc((size_t)c->rounds, sizeof(*b));
    int rounds, disturbed = choose_rounds(c, &rounds);

    c->why[0] = '\0';
    if (rounds > 0 && (double)disturbed / rounds >= DISTURBED_SHARE)
        snprintf(c->why, sizeof(c->why),
                 "other programs used the machine during %d of %d rounds, "
                 "though disturbed ones were done again; close them, or try "
                 "again later",
                 disturbed, rounds);
    for (int i = 0; i < c->sides && a != NULL && b != NULL; i++) {
        describe(c, i, a);
        find_ratio(c, i, a, b);
        c->side[i].verdict = judge(c, i);
        say_side(c, i);
    }
    free(b);
    free(a);
}
