/* What a learner does in a session, noted in the progress log: the linear and
 * the screen player call these, so that both write the same events. Each event
 * is on disk when its function returns. 0, or -errno with a sentence; a player
 * may go on without the log. One thread.
 *
 * The data of each event (see progress.h for how it is written):
 *   open    cpus=2 machine=... lang=fr
 *   predict block=ID choice=2 answer=TEXT because=TEXT votes=3,5,2 attempt=1
 *           (number=32 unit=s in place of choice; order=2,1,3 of an order)
 *   observe the same; quiz the same and right=1
 *   run     block=ID run=NAME repeats=3 replayed=1 words=LINE wall_s=... ...
 *   check   label=L class=E verdict=pass message=... numbers=... reason=...
 *   key     block=ID right=1|0|? attempt=1 key=TEXT measured=... disturbed=1
 *   hint    block=ID n=1
 *   again   block=ID line=0 words=LINE answer=TEXT measured=TEXT
 *   step    n=3 of=12
 *   done    passed=4 failed=0 inconclusive=1 skipped_checks=0 skipped=1
 * A block without an id is called "@" and the line it is on. Choices count from
 * 1; what is not there is left out. */
#ifndef LESSON_RECORD_H
#define LESSON_RECORD_H

#include "lesson/progress.h"
#include "lesson/session.h"

int record_opened(const struct session *s, struct err *err);
/* The learner is at step @s->step now. */
int record_step(const struct session *s, struct err *err);
/* Predict, observe and quiz blocks: as locked in s->answers[block]. */
int record_answer(const struct session *s, int block, struct err *err);
int record_hint(const struct session *s, int block, int n, struct err *err);
/* Run, sweep, slow and sim blocks, when they are over. */
int record_run(const struct session *s, int block, struct err *err);
/* All checks of the check block, when they are judged. */
int record_checks(const struct session *s, int block, struct err *err);
/* How a prediction or an observation did, when that can be known. */
int record_key(const struct session *s, int block, struct err *err);
/* Line @line of an again block: what the learner expected (NULL: nothing was
 * asked) and what came of it, both as shown. */
int record_again(const struct session *s, int block, int line,
                 const char *answer, const char *measured, struct err *err);
int record_skip(const struct session *s, struct err *err);
int record_done(const struct session *s, struct err *err);

/* What a block is called in the log. */
void record_name(const struct session *s, int block, char out[LESSON_NAME]);
/* Where a learner who comes back may go on: answers that were locked in this
 * version since it was last begun are given to @s, which is fresh. Figures are
 * not kept, so that no step beyond the first run is returned. 0: at the
 * beginning, also if the lesson was done. */
int record_resume(struct session *s, const struct progress *p);

#endif
