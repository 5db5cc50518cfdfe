/* Probabilities as exact fractions.
 *
 * What is looked for is one fraction, that of the start; those of all other
 * states would be a great deal of long arithmetic for nothing. So the equations
 * are solved modulo one prime after the other, with the same few machine
 * instructions a state each time, and the fraction is put together from its
 * residues (Chinese remainders), as soon as they suffice: a wrong one would
 * have to agree with 64 bits more than it takes by accident, and with the
 * probability in doubles. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "explore/chance_parts.h"

/* Primes are a little above this: 64 residues can be added up. */
#define PRIME_BITS 57
#define PRIMES_MOST 64
/* Bits that must be left over. */
#define SURPLUS 64

typedef uint64_t number;
typedef unsigned __int128 wide;

/* Montgomery's form (Mathematics of Computation 44, 1985): a number x is kept
 * as x 2^64 modulo .prime. */
struct numbers {
    uint64_t prime;
    uint64_t minus_inverse; /* -1 / prime modulo 2^64 */
    uint64_t one;           /* 2^64 modulo prime */
    uint64_t two;           /* 2^128 modulo prime */
};

static uint64_t nought(void)
{
    return 0;
}

static uint64_t one(const struct numbers *n)
{
    return n->one;
}

/* @x / 2^64 modulo the prime; @x is less than 2^64 primes. */
static uint64_t reduce(const struct numbers *n, wide x)
{
    uint64_t m = (uint64_t)x * n->minus_inverse;
    uint64_t r = (uint64_t)((x + (wide)m * n->prime) >> 64);

    return r >= n->prime ? r - n->prime : r;
}

static uint64_t plus(const struct numbers *n, uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;

    return sum >= n->prime ? sum - n->prime : sum;
}

static uint64_t times(const struct numbers *n, uint64_t a, uint64_t b)
{
    return reduce(n, (wide)a * b);
}

/* Fermat: to the power of prime - 2. */
static uint64_t inverse(const struct numbers *n, uint64_t a)
{
    uint64_t power = n->one;

    for (int bit = PRIME_BITS; bit >= 0; bit--) {
        power = times(n, power, power);
        if ((n->prime - 2) >> bit & 1)
            power = times(n, power, a);
    }
    return power;
}

static uint64_t enter(const struct numbers *n, uint64_t x)
{
    return times(n, x % n->prime, n->two);
}

static uint64_t ratio(const struct numbers *n, int a, int b)
{
    return times(n, enter(n, (uint64_t)a), inverse(n, enter(n, (uint64_t)b)));
}

struct solver;
static bool iterate(struct solver *s, uint32_t i)
{
    (void)s;
    (void)i;
    return false; /* residues do not converge */
}

#include "explore/chance_solve.h"

static void numbers_set(struct numbers *n, uint64_t prime)
{
    uint64_t inverse_now = prime; /* right in its lowest 3 bits */

    for (int i = 0; i < 5; i++) /* each time in twice as many (Newton) */
        inverse_now *= 2 - prime * inverse_now;
    *n = (struct numbers){
        .prime = prime,
        .minus_inverse = 0 - inverse_now,
        .one = (uint64_t)(((wide)1 << 64) % prime),
    };
    n->two = (uint64_t)((wide)n->one * n->one % prime);
}

/* ---- from residues to the fraction --------------------------------------- */

/* What is known so far: the fraction is .value modulo .modulus. */
struct residues {
    mpz_t value, modulus;
    mpz_t prime, t; /* for add_residue() */
};

/* And @residue modulo the next @prime. */
static void add_residue(struct residues *z, uint64_t residue, uint64_t prime)
{
    mpz_set_ui(z->prime, prime);
    mpz_ui_sub(z->t, residue, z->value);
    mpz_mod(z->t, z->t, z->prime);
    mpz_invert(z->prime, z->modulus, z->prime);
    mpz_mul(z->t, z->t, z->prime);
    mpz_set_ui(z->prime, prime);
    mpz_mod(z->t, z->t, z->prime);
    mpz_addmul(z->value, z->modulus, z->t);
    mpz_mul(z->modulus, z->modulus, z->prime);
}

/* The fraction, if one stands out: at the largest quotient of Euclid's
 * algorithm (Monagan, "Maximal quotient rational reconstruction", ISSAC 2004).
 */
static bool stands_out(const struct residues *z, mpq_t out)
{
    mpz_t a, b, ta, tb, q, best;
    bool found;

    mpz_inits(a, b, ta, tb, q, best, NULL);
    mpz_set(a, z->modulus);
    mpz_set(b, z->value);
    mpz_set_ui(tb, 1);
    mpq_set_ui(out, 0, 1);
    mpz_setbit(best, SURPLUS);
    found = mpz_sgn(b) == 0 && mpz_cmp(a, best) > 0;
    while (mpz_sgn(b) != 0) {
        mpz_fdiv_qr(q, a, a, b);
        if (mpz_cmp(q, best) > 0) {
            mpz_set(best, q);
            mpz_set(mpq_numref(out), b);
            mpz_set(mpq_denref(out), tb);
            found = true;
        }
        mpz_submul(ta, q, tb);
        mpz_swap(a, b);
        mpz_swap(ta, tb);
    }
    mpz_clears(a, b, ta, tb, q, best, NULL);
    if (found)
        mpq_canonicalize(out);
    return found;
}

/* A probability, and the one that was found in doubles. */
static bool plausible(const mpq_t q, double near)
{
    return mpq_sgn(q) >= 0 && mpq_cmp_ui(q, 1, 1) <= 0 &&
           (isnan(near) || fabs(mpq_get_d(q) - near) < 1e-9);
}

/* Nanoseconds that one prime takes, roughly. */
static double price(const struct chance *k)
{
    return 8.0 * k->g->first[k->g->states] + 12.0 * k->g->states +
           4.0 * k->plan.work + 500.0 * k->plan.rows;
}

/* 1: found. 0: not within the budget, or a component is too large. */
static int find(struct solver *s, struct residues *z, double near,
                double *budget, mpq_t q)
{
    mpz_t prime;
    int found = 0;

    mpz_init(prime);
    mpz_setbit(prime, PRIME_BITS);
    for (int count = 1; count <= PRIMES_MOST && !found; count++) {
        mpz_nextprime(prime, prime);
        *budget -= price(s->k);
        if (*budget < 0)
            break;
        numbers_set(&s->n, mpz_get_ui(prime));
        solver_begin(s);
        if (!solve_all(s))
            break;
        add_residue(z, reduce(&s->n, s->p[0]), s->n.prime);
        found = count > 1 && stands_out(z, q) && plausible(q, near);
    }
    mpz_clear(prime);
    return found;
}

int chance_exact(const struct chance *k, unsigned kinds, double near,
                 double *budget, struct share *out)
{
    struct solver s = {.k = k, .kinds = kinds};
    struct residues z;
    int rc = solver_init(&s);
    mpq_t q;

    if (rc < 0)
        return rc;
    mpz_inits(z.value, z.modulus, z.prime, z.t, NULL);
    mpz_set_ui(z.modulus, 1);
    mpq_init(q);
    if (find(&s, &z, near, budget, q))
        rc = share_exact(out, q);
    mpq_clear(q);
    mpz_clears(z.value, z.modulus, z.prime, z.t, NULL);
    solver_fini(&s);
    return rc;
}
