/* One input being tried, and what is wrong with what came of it. In the child.
 */
#ifndef TESTS_FUZZ_TRIAL_H
#define TESTS_FUZZ_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "step/stepper.h"

struct trial {
    uint64_t seed;
    char *complaint; /* the first one */
    bool wrong;
    /* It is one of these. */
    const struct program *p;
    struct rules rules;
    const struct sim_jobs *jobs;
};

/* What is being done, for who looks on from outside. */
void trial_stage(const char *name);
void trial_complain(struct trial *t, const char *what, const char *more);
int trial_below(struct trial *t, int n); /* 0 .. n - 1 */
/* An error must be a sentence that can be shown. */
void trial_check_sentence(struct trial *t, const char *what, int rc,
                          const struct err *err);

#endif
