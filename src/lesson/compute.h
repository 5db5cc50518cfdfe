/* Blocks that are computed, not run: a small program's schedules (slow), jobs
 * on a simulated machine (sim). Screen process; takes less than a second. */
#ifndef LESSON_COMPUTE_H
#define LESSON_COMPUTE_H

#include "lesson/facts.h"
#include "lesson/lesson.h"
#include "sim/jobs.h"
#include "sim/setup.h"
#include "tsl/program.h"

#define COMPUTE_SETUPS 4

/* The program of a slow block: of the library, or the file beside the lesson.
 * -ENOENT, -EINVAL with a sentence. program_free() it as tsl/ says. */
int compute_program(const struct lesson *l, const struct lesson_block *b,
                    struct program **out, struct err *err);
/* The jobs and machines of line @line of a sim block; "--on" once to
 * COMPUTE_SETUPS times. -EINVAL with a sentence. sim_jobs_fini() it. */
int compute_sim_line(const char *words, struct sim_jobs *jobs,
                     struct sim_setup setup[COMPUTE_SETUPS], int *setups,
                     struct err *err);
/* Fill in the figures of @b, a slow or sim block, with @words in place of what
 * it says (a program, jobs), as figures of @name: for controls. */
int compute_words(const struct lesson *l, const struct lesson_block *b,
                  const char *words, const char *name, struct facts *f,
                  struct err *err);
/* Fill in the figures of a whole block. With several --on in a line its figures
 * are the first one's. */
int compute_block(const struct lesson *l, const struct lesson_block *b,
                  struct facts *f, struct err *err);

#endif
