/* Exercises by seed: a few jobs with small whole numbers, whose averages can be
 * computed by hand. Pure. */
#ifndef SIM_QUIZ_H
#define SIM_QUIZ_H

#include "base/err.h"
#include "base/text.h"
#include "sim/outcome.h"
#include "sim/policy.h"

struct quiz {
    uint64_t seed;
    struct sim_setup setup;
    struct sim_jobs jobs;
};

/* What is asked for: means over all jobs. */
enum quiz_question { QUIZ_RESPONSE, QUIZ_TURNAROUND, QUIZ_WAITING, QUIZ_COUNT };
extern const char *const quiz_words[QUIZ_COUNT]; /* "response", ... */

/* The exercise that belongs to @seed, the same for ever; @policy NULL: one by
 * the seed. -EINVAL with a sentence: no exercise is made of that policy.
 * quiz_fini() it. */
int quiz_make(struct quiz *out, uint64_t seed, const struct sim_policy *policy,
              struct err *err);
void quiz_fini(struct quiz *q);

/* The question, for a person; @columns wide. */
void quiz_ask(const struct quiz *q, int columns, struct text *out);
/* The right answer in milliseconds, of the exercise's outcome. */
double quiz_answer_ms(const struct sim_outcome *o, enum quiz_question which);
/* Is @given right to two decimals? */
bool quiz_right(double given_ms, double right_ms);
/* "6.67", "20/3". False: that is no number. */
bool quiz_read(const char *text, double *out);

#endif
