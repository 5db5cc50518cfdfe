/* What job files are made of, for the fuzzer: good ones, words, numbers, and
 * machines as they are typed after --on. In the child. */
#ifndef TESTS_FUZZ_FUZZ_JOBS_H
#define TESTS_FUZZ_FUZZ_JOBS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

extern const char *const jobs_good[]; /* ends with NULL */
extern const char *const jobs_words[], *const jobs_numbers[];
extern const size_t jobs_word_count, jobs_number_count;

/* A set by lot, as text. */
void jobs_random_text(uint64_t seed, struct text *out);
/* A machine, right or wrong: "sim:mlfq,levels=8:1/16:2,cpus=3". */
void machine_make(uint64_t *seed, struct text *out);

#endif
