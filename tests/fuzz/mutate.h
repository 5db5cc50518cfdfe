/* Inputs for the fuzzer: programs, schedules, job files and lessons that exist,
 * spoilt. An input is a pure function of its seed and of the files read. In the
 * child.
 */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include "base/text.h"

enum { INPUT_MOST = 300 * 1024 }; /* bytes; a little more than TSL_TEXT */

enum input_kind { INPUT_PROGRAM, INPUT_JOBS, INPUT_LESSON, INPUT_KINDS };

/* Read what to begin with: assets/races, the golden answers' programs, the
 * lessons, sound and broken. Without them it begins with random programs only.
 * Returns how many were read. */
int corpus_read(void);
void corpus_fini(void);

/* Write the input of @seed and @kind to @out (INPUT_MOST bytes) and return its
 * length. A NUL follows it. */
size_t input_make(enum input_kind kind, uint64_t seed, char *out);
/* A schedule's text, right or wrong, for @threads threads. */
void schedule_make(uint64_t *seed, int threads, struct text *out);

#endif
