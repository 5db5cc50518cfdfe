/* factorial: limit! digit for digit, one multiplication after the other, as the
 * textbook loop does it. In workers.
 *
 * The result that is compared is a checksum of the decimal digits. Turning the
 * number into digits is one call that cannot be interrupted: under the global
 * lock everybody waits for it. */
#include <errno.h>
#include <gmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/worker.h"

struct product {
    mpz_t value;
    char *digits; /* room for all of them, a sign and the NUL */
};

/* Room is set aside here, so that the task itself never asks for any except
 * inside GMP; what is not touched costs no memory. GMP ends the program when
 * there is none, so it is asked for once before. */
static int factorial_init(struct worker *w, struct err *err)
{
    int sign; /* lgamma() would write it to a global all workers share */
    double log10_n = lgamma_r((double)w->spec->limit + 1, &sign) / log(10);
    size_t digits = (size_t)log10_n + 8;
    size_t bits = (size_t)(log10_n / log10(2)) + 128;
    struct product *p = malloc(sizeof(*p));
    char *text = malloc(digits);
    void *limbs = malloc(bits / 8);
    bool room = p && text && limbs;

    free(limbs);
    if (!room) {
        free(text);
        free(p);
        return err_set(err, -ENOMEM,
                       "no memory for the %zu digits of %lld!: try a smaller "
                       "--limit",
                       digits, (long long)w->spec->limit);
    }
    p->digits = text;
    mpz_init2(p->value, bits);
    w->work = p;
    return 0;
}

static void factorial_fini(struct worker *w)
{
    struct product *p = w->work;

    if (!p)
        return;
    mpz_clear(p->value);
    free(p->digits);
    free(p);
    w->work = NULL;
}

/* FNV-1a of 64 bits, folded to the 53 that every number format keeps. */
static uint64_t checksum(const char *digits)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *s = digits; *s; s++)
        hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return (hash >> 53) ^ (hash & CHECKSUM_MASK);
}

static bool factorial_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct product *p = w->work;
    int64_t none = 0;

    (void)index;
    mpz_set_ui(p->value, 1);
    for (int64_t k = 2; k <= w->spec->limit; k++) {
        mpz_mul_ui(p->value, p->value, (unsigned long)k);
        worker_count(w, 1);
        if (!worker_tick(w))
            return false;
    }
    mpz_get_str(p->digits, 10, p->value);
    *result = checksum(p->digits);
    /* The first to finish tells; the others found the same. */
    atomic_compare_exchange_strong(&w->board->result_digits, &none,
                                   (int64_t)strlen(p->digits));
    return true;
}

const struct workload work_factorial = {
    .combine = COMBINE_SAME,
    .init = factorial_init,
    .task = factorial_task,
    .fini = factorial_fini,
};
