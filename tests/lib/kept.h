/* Histories for tests: a made-up run to keep, and everything that is kept as
 * one text, to compare. In the test process. */
#ifndef TESTS_LIB_KEPT_H
#define TESTS_LIB_KEPT_H

#include "base/text.h"
#include "keep/history.h"
#include "trace/trace.h"

/* Where one may be, in a folder of its own below place(). */
const char *kept_fresh(void);
/* Open the history at @path; fails the test if it cannot or if something was
 * told. */
struct history *kept_open(const char *path);
/* Keep @t; fails the test if that cannot be done. Its number. */
int64_t kept_add(struct history *h, const struct trace *t,
                 const struct history_place *place);

/* A sweep; and what @s lacks of it, @most runs at most, made up, and kept in
 * @id. How many. */
#define KEPT_SWEEP "spin --tasks 4 --over workers=1,2,4 --repeat 2"
int kept_feed(struct history *h, int64_t id, struct sweep *s, int most);

/* The run @id as it comes back: its figures, spans, line, note, tags. False: it
 * does not come back, a sentence says why. */
bool kept_text(struct history *h, int64_t id, struct text *out);
/* How many items the list has, damaged ones in *@damaged (NULL is fine). -1: it
 * cannot be read. */
int kept_count(struct history *h, int *damaged);

/* Copy the file @from to @to, whole. */
void kept_copy(const char *from, const char *to);

#endif
