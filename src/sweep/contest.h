/* Two experiments or more against the first, run in turn (A B A B ...), so
 * that what changes meanwhile changes for all. Like a sweep it runs nothing
 * itself. One thread. */
#ifndef SWEEP_CONTEST_H
#define SWEEP_CONTEST_H

#include "base/err.h"
#include "stats/robust.h"
#include "sweep/sweep.h"

#define CONTEST_SIDES 8

enum contest_verdict {
    CONTEST_NOTHING, /* too few rounds */
    CONTEST_FASTER,
    CONTEST_SLOWER,
    CONTEST_NO_DIFFERENCE, /* none shown */
    CONTEST_INCONCLUSIVE   /* too disturbed */
};
extern const char *const contest_verdict_words[]; /* "faster", ..., */

struct contest_side {
    struct spec spec; /* not checked */
    char line[SPEC_TEXT_MAX];
    struct robust y; /* of all its used runs */
    /* Against side 0; throughput, so above 1 is faster. */
    struct robust_ratio ratio;
    enum contest_verdict verdict;
    char sentence[300];
};

struct contest {
    struct contest_side side[CONTEST_SIDES];
    int sides, rounds;
    enum metric metric;
    struct sweep_trial *trials; /* .point is the side */
    int trial_count, trial_cap;
    char why[240]; /* of an inconclusive one */
};

/* All of its runs are simulated (--on): its badge is MODEL. */
bool contest_computed(const struct contest *c);

/* A comparison as it was asked for; one line of text, as a sweep:
 *
 *     'primes --model threads' 'primes --model gil' --repeat 5
 */
#define CONTEST_ROUNDS 7 /* unless asked otherwise */
struct contest_request {
    struct spec side[CONTEST_SIDES]; /* not checked */
    int sides, rounds;
    enum metric metric;
    bool metric_said;
};

/* Parse experiments that are one word each, or one experiment's words with
 * --over SETTING=LIST among them: each value against the first. --repeat N
 * rounds, --metric NAME. -EINVAL and a sentence that names the word and what
 * would be right, also if tasks a second of the experiments would not compare
 * and no metric was said; -EAGAIN as spec_check(). */
int contest_parse(struct contest_request *r, int count,
                  const char *const words[], const struct machine *m,
                  struct err *err);
int contest_parse_line(struct contest_request *r, const char *line,
                       const struct machine *m, struct err *err);
void contest_format(const struct contest_request *r, struct text *out);

/* 2 .. CONTEST_SIDES specs; @rounds >= 2. NULL: no memory. */
struct contest *contest_new(const struct spec *specs, int sides, int rounds,
                            enum metric metric, struct err *err);
void contest_free(struct contest *c);
/* As sweep_next() and sweep_take(). A round with a disturbed run is run again,
 * whole, SWEEP_AGAIN times at most. */
bool contest_next(struct contest *c, struct sweep_order *out);
int contest_take(struct contest *c, const struct sweep_order *o,
                 const struct sweep_outcome *outcome);
void contest_conclude(struct contest *c);

#endif
