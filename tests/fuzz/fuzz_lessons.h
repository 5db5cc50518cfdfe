/* What lessons are made of, for the fuzzer: words, and lessons put together by
 * lot. In the child. */
#ifndef TESTS_FUZZ_FUZZ_LESSONS_H
#define TESTS_FUZZ_FUZZ_LESSONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

extern const char *const lesson_words_some[];
extern const size_t lesson_word_count;

/* A lesson by lot, as text: mostly right, seldom sensible. */
void lesson_random_text(uint64_t seed, struct text *out);

#endif
