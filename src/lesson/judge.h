/* What the figures say: of a check, of a prediction. Pure. One thread. */
#ifndef LESSON_JUDGE_H
#define LESSON_JUDGE_H

#include "base/machine.h"
#include "lesson/facts.h"
#include "lesson/lesson.h"

enum lesson_verdict {
    LESSON_PASS,
    LESSON_FAIL,
    LESSON_INCONCLUSIVE,
    LESSON_SKIPPED,
    LESSON_VERDICTS
};
extern const char *const lesson_verdict_words[]; /* "pass", ... */

/* Others used more than this of the machine, in cores, while a run went on:
 * what depends on time says nothing then. The same limit as a sweep's. */
#define LESSON_NOISE_CORES 0.15

struct lesson_finding {
    const struct lesson_check *check;
    enum lesson_verdict verdict;
    char reason[240];    /* why it is not a pass; "" */
    struct text numbers; /* the formula with its values */
};
void lesson_finding_fini(struct lesson_finding *f);

/* Is the machine such that R checks of @l mean something? False: *@why has the
 * reason ("it needs cores>=2, here is 1"). */
bool judge_needs(const struct lesson *l, const struct machine *m,
                 char why[160]);
/* Judge one check of @l. */
void judge_check(const struct lesson *l, const struct lesson_check *check,
                 const struct facts *facts, const struct machine *m,
                 struct lesson_finding *out);
/* Must a run of @block be done again, as a check or a key that depends on it
 * would not hold, or would, only because others used the machine? */
bool judge_again(const struct lesson *l, const struct lesson_block *block,
                 const struct facts *facts, const struct machine *m);
/* The worst of several: fail, then inconclusive, then pass; all skipped:
 * skipped; none at all: pass. */
enum lesson_verdict judge_worst(const enum lesson_verdict *v, int count);

/* Where a block's figures come from, by the runs that it is or names: "model"
 * is a fact of those that were computed. */
enum judge_origin { ORIGIN_MEASURED, ORIGIN_MODEL, ORIGIN_BOTH };
enum judge_origin judge_origin(const struct lesson_block *block,
                               const struct facts *facts);

/* ---- predictions --------------------------------------------------------- */

#define LESSON_CHOICES 6

/* What is right, as measured. */
struct lesson_key {
    bool known; /* else .why says what is missing */
    char why[160];
    int choice;                /* ASKS_CHOICE: index; -1 */
    double number;             /* ASKS_NUMBER */
    int order[LESSON_CHOICES]; /* ASKS_ORDER: choices, smallest first */
    bool disturbed; /* by others: it may be right on a quiet machine only */
};
void judge_key(const struct lesson *l, const struct lesson_block *question,
               const struct facts *facts, struct lesson_key *out);

/* What a learner said. */
struct lesson_answer {
    bool given;
    int choice;
    double number;
    int order[LESSON_CHOICES];
    char because[200];
    int votes[LESSON_CHOICES]; /* of a class; -1: not taken */
    int attempt;               /* 1: the first */
};
bool judge_answer(const struct lesson_block *question,
                  const struct lesson_key *key, const struct lesson_answer *a);

/* Call @each with figures at the values where a choice of @question may change:
 * all numbers in its conditions and a little beside them. @each returns false
 * to end. True: all were tried. Lint sees with it whether choices overlap, and
 * tests whether every key can be reached. At most @most calls. */
bool judge_probe(const struct lesson *l, const struct lesson_block *question,
                 int most, bool (*each)(const struct facts *facts, void *arg),
                 void *arg);
/* How many choices hold at @facts, "else" left out; the first of them in
 * *@first, -1. */
int judge_holding(const struct lesson_block *question,
                  const struct facts *facts, int *first);

#endif
