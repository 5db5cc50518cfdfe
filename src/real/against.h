/* What was seen in a real run beside what the explorer says is possible. Plain
 * data; any thread. */
#ifndef REAL_AGAINST_H
#define REAL_AGAINST_H

#include "explore/explore.h"
#include "real/real.h"

/* One way to end: possible, seen, or both. */
struct real_row {
    const int16_t *values; /* as program.observed; borrowed */
    bool fails;
    const struct outcome *possible;  /* NULL: the search has none such */
    const struct real_outcome *seen; /* NULL: not seen */
    bool buffers; /* needs store buffers: not possible without */
};

enum real_answer {
    REAL_AGREES,      /* all that was seen is possible */
    REAL_CONTRADICTS, /* something was seen that is not: one of the two is
                         wrong */
    REAL_OPEN /* something was seen that the search has not, but it need not
                 have it: it was not exhaustive, or this machine's memory is
                 weaker than TSO */
};

struct real_against {
    struct real_row *rows; /* by value, then .fails */
    int count;
    int possible, seen; /* rows */
    int strange;        /* rows that were seen and are not possible */
    /* By enum failure: executions in which it was seen, -1 when it was not
     * looked for; whether the search has it. */
    int64_t times[FAILURE_COUNT];
    bool reachable[FAILURE_COUNT];
    int strange_failures; /* kinds that were seen and are not reachable */
    enum real_answer answer;
};

/* The rules under which the explorer is to look for what this machine may
 * show. */
struct rules real_rules(void);
/* Hold @seen against @tso, explored under real_rules(), and @sc, the same
 * without store buffers (NULL: not known). All are borrowed and outlive @out.
 * 0 or -ENOMEM. real_against_fini() it. */
int real_hold_against(const struct program *p, const struct real_result *seen,
                      const struct explore_result *tso,
                      const struct explore_result *sc,
                      struct real_against *out);
void real_against_fini(struct real_against *a);

#endif
