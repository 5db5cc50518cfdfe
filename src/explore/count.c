/* How many schedules there are, how many of them fail, how many end how.
 *
 * Backwards over the graph, the endings first, for the schedules from each
 * state on; forwards for the ways that lead to an ending. Every number is at
 * most that of all schedules, so all of a graph's are kept in the same number
 * of 64-bit limbs: as many as it turns out to take. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explore/exact.h"

/* More memory for one table of numbers than this, and there is no count. */
#define TABLE_MOST (INT64_C(1) << 30)

struct counting {
    const struct graph *g;
    const struct components *c;
    size_t limbs;     /* of one number */
    mp_limb_t *all;   /* state by state: schedules from there on */
    mp_limb_t *other; /* those that fail, or ways that lead there */
};

/* *@to += *@from. false: it does not fit. */
static inline bool add(mp_limb_t *to, const mp_limb_t *from, size_t limbs)
{
    if (limbs == 1)
        return !__builtin_add_overflow(*to, *from, to);
    return mpn_add_n(to, to, from, (mp_size_t)limbs) == 0;
}

/* Schedules from each state on that do one of @kinds; 0: all schedules. Goes
 * into @out. false: a number did not fit. Acyclic: each component is one
 * state. */
static bool backwards(const struct counting *k, unsigned kinds, mp_limb_t *out)
{
    const struct graph *g = k->g;
    size_t limbs = k->limbs;

    for (uint32_t i = 0; i < g->states; i++) {
        uint32_t s = k->c->member[i];
        uint32_t end = g->first[s + 1];
        mp_limb_t *sum = out + s * limbs;

        memset(sum, 0, limbs * sizeof(*sum));
        if (g->first[s] == end)
            sum[0] = kinds == 0 || (ending_failures(g, s) & kinds);
        for (uint32_t e = g->first[s]; e < end; e++) {
            const mp_limb_t *from = g->fails[e] & kinds ? k->all : out;

            if (!add(sum, from + g->to[e] * limbs, limbs))
                return false;
        }
    }
    return true;
}

static void forwards(const struct counting *k)
{
    const struct graph *g = k->g;
    size_t limbs = k->limbs;

    memset(k->other, 0, g->states * limbs * sizeof(*k->other));
    k->other[0] = 1;
    for (uint32_t i = g->states; i-- > 0;) {
        uint32_t s = k->c->member[i];

        for (uint32_t e = g->first[s]; e < g->first[s + 1]; e++)
            add(k->other + g->to[e] * limbs, k->other + s * limbs, limbs);
    }
}

/* Find how many limbs it takes and count all schedules. 1: they take too much
 * memory; -ENOMEM. */
static int count_all(struct counting *k)
{
    for (k->limbs = 1;; k->limbs += (k->limbs + 1) / 2) {
        size_t bytes = k->g->states * k->limbs * sizeof(*k->all);

        if (bytes > TABLE_MOST)
            return 1;
        free(k->all);
        k->all = malloc(bytes);
        if (!k->all)
            return -ENOMEM;
        if (backwards(k, 0, k->all))
            break;
    }
    k->other = malloc(k->g->states * k->limbs * sizeof(*k->other));
    return k->other ? 0 : -ENOMEM;
}

static void number_set(mpz_t z, const struct counting *k, const mp_limb_t *at)
{
    mpz_import(z, k->limbs, -1, sizeof(*at), 0, 0, at);
}

static int number_text(const mpz_t z, char **out)
{
    free(*out);
    *out = mpz_get_str(NULL, 10, z);
    return *out ? 0 : -ENOMEM;
}

/* The schedules that do one of @kinds, into @z; @there_are: what any does. */
static void count_failing(const struct counting *k, unsigned kinds,
                          unsigned there_are, mpz_t z)
{
    if (k->g->start_fails & kinds) {
        number_set(z, k, k->all);
    } else if (there_are & kinds) {
        backwards(k, kinds, k->other);
        number_set(z, k, k->other);
    } else {
        mpz_set_ui(z, 0);
    }
}

/* By failure, and those that fail at all into @any. */
static int fill_failures(const struct counting *k, mpz_t any,
                         struct explore_result *out)
{
    unsigned kinds = graph_failures(k->g);
    bool one = __builtin_popcount(kinds) == 1; /* then that is all of them */
    int rc = 0;
    mpz_t z;

    mpz_init(z);
    if (!one)
        count_failing(k, kinds, kinds, any);
    for (int f = 0; f < FAILURE_COUNT && rc == 0; f++) {
        count_failing(k, 1U << f, kinds, z);
        if (one && kinds == 1U << f)
            mpz_set(any, z);
        rc = number_text(z, &out->failing[f].schedules);
    }
    mpz_clear(z);
    return rc == 0 ? number_text(any, &out->failing_schedules) : rc;
}

/* What ends how; @q's denominator is the number of all schedules. */
static int fill_outcomes(const struct counting *k, const int32_t *outcome_of,
                         mpq_t q, struct explore_result *out)
{
    const struct graph *g = k->g;
    size_t limbs = k->limbs;
    mp_limb_t *sums =
        calloc((size_t)out->outcome_count + 1, limbs * sizeof(*sums));
    int rc = sums ? 0 : -ENOMEM;

    if (sums) {
        forwards(k);
        for (uint32_t s = 0; s < g->states; s++)
            if (g->first[s] == g->first[s + 1] && outcome_of[s] >= 0)
                add(sums + (size_t)outcome_of[s] * limbs, k->other + s * limbs,
                    limbs);
    }
    for (int i = 0; i < out->outcome_count && rc == 0; i++) {
        number_set(mpq_numref(q), k, sums + (size_t)i * limbs);
        rc = number_text(mpq_numref(q), &out->outcomes[i].schedules);
        out->outcomes[i].uniform = share_double(q);
    }
    free(sums);
    return rc;
}

static int fill(const struct counting *k, const int32_t *outcome_of,
                struct explore_result *out)
{
    int rc;
    mpq_t q, all;

    mpq_inits(q, all, NULL);
    number_set(mpq_numref(all), k, k->all);
    rc = number_text(mpq_numref(all), &out->schedules);
    if (rc == 0)
        rc = fill_failures(k, mpq_numref(q), out);
    if (rc == 0) {
        mpq_div(q, q, all);
        rc = share_exact(&out->uniform, q);
    }
    if (rc == 0) {
        mpz_set(mpq_denref(q), mpq_numref(all));
        rc = fill_outcomes(k, outcome_of, q, out);
    }
    mpq_clears(q, all, NULL);
    return rc;
}

int count_schedules(const struct graph *g, const struct components *c,
                    const int32_t *outcome_of, struct explore_result *out)
{
    struct counting k = {.g = g, .c = c};
    int rc;

    out->acyclic = true;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->cyclic[i])
            out->acyclic = false;
    share_near(&out->uniform, NAN);
    for (int i = 0; i < out->outcome_count; i++)
        out->outcomes[i].uniform = NAN;
    if (!out->acyclic)
        return 0;
    rc = count_all(&k);
    if (rc == 0)
        rc = fill(&k, outcome_of, out);
    free(k.all);
    free(k.other);
    return rc < 0 ? rc : 0;
}
