/* What the parts of the answer files of races share (races.c,
 * races_compare.c). */
#ifndef CHECK_RACES_PARTS_H
#define CHECK_RACES_PARTS_H

#include "check/check.h"
#include "export/explore_json.h"

/* One case, explored under one memory model. */
struct races_case {
    struct check_report *r;
    const struct program *p;
    const struct rules *rules;
    const json_t *ours; /* explore_json() of it */
};

/* Compare all that @stated, a RESULT, says. */
void races_compare(const struct races_case *c, const json_t *stated);
/* One whole number of any size. NULL for @ours: not computed. */
void races_compare_count(const struct races_case *c, const char *what,
                         const json_t *stated, const json_t *ours);

/* Replay @actions, said to be a shortest schedule that fails by @kind. Empty
 * @why: it is; else a sentence. */
void races_replay(const struct races_case *c, const json_t *actions,
                  enum failure kind, struct text *why);

/* The JSON as it stands, for the report. */
void races_differ(const struct races_case *c, const char *what,
                  const json_t *stated, const json_t *ours);
/* A member that nobody knows: typos should not pass for agreement. @known ends
 * with NULL. */
void races_say_unknown(struct check_report *r, const char *name,
                       const char *const known[]);

#endif
